"""jax._src.util: map and zip as lists, which refuse sequences of different lengths."""


def safe_map(f, *sequences):
    """[f(...), ...] over sequences of one length."""
    return [f(*values) for values in safe_zip(*sequences)]


def safe_zip(*sequences):
    """[(...), ...] over sequences of one length; AssertionError for others."""
    sequences = [list(s) for s in sequences]
    assert len({len(s) for s in sequences}) < 2, f"length mismatch: {[len(s) for s in sequences]}"
    return list(zip(*sequences))


__all__ = ["safe_map", "safe_zip"]
