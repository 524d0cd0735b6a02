"""torch.nn.common_types: names for annotations. `_size_2_t` is one int or two, `_ratio_3_t` one float or three, and so on."""

from typing import TypeVar, Union

from ..functions.missing import refusal as _refusal
from ..tensor import Tensor

T = TypeVar("T")
_scalar_or_tuple_any_t = Union[T, tuple[T, ...]]  # noqa: UP007  (an alias that takes a type)
_size_any_t, _size_any_opt_t = _scalar_or_tuple_any_t[int], _scalar_or_tuple_any_t[int | None]
_ratio_any_t, _tensor_list_t = _scalar_or_tuple_any_t[float], _scalar_or_tuple_any_t[Tensor]
_maybe_indices_t = Union[Tensor, tuple[Tensor, Tensor]]  # noqa: UP007

for _n in range(1, 7):
    _either = Union[T, tuple[(T,) * _n]]  # noqa: UP007
    globals()[f"_scalar_or_tuple_{_n}_t"] = _either
    globals()[f"_size_{_n}_t"] = _either[int]
    if _n in (2, 3):
        globals().update({f"_size_{_n}_opt_t": _either[int | None], f"_ratio_{_n}_t": _either[float]})
__getattr__ = _refusal(__name__)
