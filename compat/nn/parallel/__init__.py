"""torch.nn.parallel: DataParallel and DistributedDataParallel, which have one device and one process to run on here."""

from funcgrad.lazy import attributes

from ...functions.missing import refusal

FAMILIES = {"data_parallel": "DataParallel", "distributed": "DistributedDataParallel"}
__getattr__, __dir__ = attributes(__name__, FAMILIES, missing=refusal("torch.nn.parallel", __name__))
