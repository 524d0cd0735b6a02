"""torch.nn.parallel: DataParallel and DistributedDataParallel, which have one device and one process to run on here."""

from funcgrad.lazy import attributes as _attributes

from ...functions.missing import refusal as _refusal

_FAMILIES = {"data_parallel": "DataParallel", "distributed": "DistributedDataParallel"}
__getattr__, __dir__ = _attributes(
    __name__, _FAMILIES, missing=_refusal(__name__), modules="data_parallel distributed scatter_gather"
)
