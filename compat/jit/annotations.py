"""torch.jit.annotations: the types that annotations of scripted functions name."""

from typing import Any, Dict, List, NamedTuple, Optional, Tuple, Union  # noqa: F401, UP035

from .._jit_internal import BroadcastingList1, BroadcastingList2, BroadcastingList3, Future  # noqa: F401
from ..functions.missing import refusal as _refusal

__getattr__ = _refusal("torch.jit.annotations", __name__)
