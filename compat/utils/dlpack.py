"""torch.utils.dlpack: DLPack both ways, under the older name."""

from ..functions.storage import from_dlpack, to_dlpack

__all__ = ["from_dlpack", "to_dlpack"]
