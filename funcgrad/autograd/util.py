"""autograd.util: `subvals`, `subval` and `func`, which programs import."""

__all__ = ["func", "subval", "subvals"]


def subvals(x, ivs):
    """x as a tuple, with the values of the pairs (index, value) put in."""
    x = list(x)
    for i, v in ivs:
        x[i] = v
    return tuple(x)


def subval(x, i, v):
    """x as a tuple, with v put in at i."""
    return subvals(x, [(i, v)])


def func(f):
    """f itself: in Python 3 a method that is asked of its class is the function."""
    return f
