"""torch.backends.mps: there is none."""


def is_available():
    """False."""
    return False


def is_built():
    """False."""
    return False
