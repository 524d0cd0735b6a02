"""torch.backends.cuda: there is none."""


def is_built():
    """False."""
    return False
