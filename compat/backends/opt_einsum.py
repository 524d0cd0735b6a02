"""torch.backends.opt_einsum: settings, kept and without effect: products are taken from left to right."""

from ..functions.missing import refusal as _refusal

enabled = True
strategy = "auto"


def is_available():
    """False: the package is not used."""
    return False


__getattr__ = _refusal("torch.backends.opt_einsum", __name__)
