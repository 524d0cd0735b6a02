"""torch.backends.opt_einsum: settings, kept and without effect: products are taken from left to right."""

enabled = True
strategy = "auto"


def is_available():
    """False: the package is not used."""
    return False
