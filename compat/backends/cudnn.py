"""torch.backends.cudnn: settings that scripts set, kept and without effect."""

from types import SimpleNamespace

from ..functions.missing import refusal as _refusal
from .flags import flags_of

benchmark = deterministic = False
enabled = allow_tf32 = True
benchmark_limit = 10
conv, rnn = SimpleNamespace(fp32_precision="tf32"), SimpleNamespace(fp32_precision="tf32")
fp32_precision = "none"
flags = flags_of(__name__, ("enabled", "benchmark", "benchmark_limit", "deterministic", "allow_tf32"))


def is_available():
    """False."""
    return False


def version():
    """None: there is no cuDNN."""
    return None


def is_acceptable(tensor):
    """False: no Tensor is on a GPU."""
    return False


__getattr__ = _refusal("torch.backends.cudnn", __name__)
