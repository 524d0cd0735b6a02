"""From a function to compiled code: jit, the passes over graphs, and the NumPy engine."""
