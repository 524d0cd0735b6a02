"""torch.backends.mkldnn: True, as torch's CPU wheels have it; NumPy's own kernels compute."""

from ..functions.missing import refusal as _refusal
from .flags import flags_of

enabled = True
deterministic = allow_tf32 = False
flags = flags_of(__name__, ("enabled", "deterministic", "allow_tf32"))


def is_available():
    """True, as in torch's CPU wheels."""
    return True


__getattr__ = _refusal("torch.backends.mkldnn", __name__)
