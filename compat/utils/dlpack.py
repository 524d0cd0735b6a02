"""torch.utils.dlpack: DLPack both ways, under the older name."""

from ..functions.missing import refusal as _refusal
from ..functions.storage import from_dlpack, to_dlpack

__getattr__ = _refusal("torch.utils.dlpack", __name__)
__all__ = ["from_dlpack", "to_dlpack"]
