"""Names of SciPy, for traced arrays and plain ones alike, without SciPy."""
