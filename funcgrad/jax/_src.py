"""jax._src: of jax's private parts what interpreters of jaxprs in its documentation use, util: map and zip as lists, which refuse sequences of different lengths."""

from ..lazy import submodule


def safe_map(f, *sequences):
    """[f(...), ...] over sequences of one length."""
    return [f(*values) for values in safe_zip(*sequences)]


def safe_zip(*sequences):
    """[(...), ...] over sequences of one length; AssertionError for others."""
    sequences = [list(s) for s in sequences]
    assert len({len(s) for s in sequences}) < 2, f"length mismatch: {[len(s) for s in sequences]}"
    return list(zip(*sequences))


submodule(__name__, "util", "jax._src.util.", {"safe_map": safe_map, "safe_zip": safe_zip})
