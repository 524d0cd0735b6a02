"""torch.backends.quantized: no weights are quantised here, so that there is no engine for them."""

from ..functions.missing import refusal as _refusal

engine = "none"
supported_engines = ["none"]
__getattr__ = _refusal("torch.backends.quantized", __name__)
