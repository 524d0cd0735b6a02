"""torch.nn.parallel: DataParallel, which has one device to run on here."""

from funcgrad.lazy import attributes

FAMILIES = {"data_parallel": "DataParallel"}
__getattr__, __dir__ = attributes(__name__, FAMILIES)
