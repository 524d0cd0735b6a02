"""torch.utils.dlpack: DLPack both ways, under the older name."""

import enum

from ..functions.missing import refusal as _refusal
from ..functions.storage import from_dlpack, to_dlpack

DLDeviceType = enum.IntEnum(
    "DLDeviceType",
    {"kDLCPU": 1, "kDLCUDA": 2, "kDLCUDAHost": 3, "kDLOpenCL": 4, "kDLVulkan": 7, "kDLMetal": 8, "kDLVPI": 9, "kDLROCM": 10, "kDLROCMHost": 11,
     "kDLExtDev": 12, "kDLCUDAManaged": 13, "kDLOneAPI": 14, "kDLWebGPU": 15, "kDLHexagon": 16, "kDLMAIA": 17},
    module="torch.utils.dlpack",
)  # fmt: skip
__getattr__ = _refusal(__name__)
__all__ = ["DLDeviceType", "from_dlpack", "to_dlpack"]
