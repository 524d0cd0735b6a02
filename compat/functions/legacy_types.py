"""The constructors of older code: torch.Tensor(2, 3), torch.FloatTensor([1, 2]) and its kin."""

import numpy as np

from .. import dtypes
from ..devices import Device
from ..dtypes import LONG, OVERFLOW
from ..errors import type_name
from ..native import Native
from ..size import Size
from ..tensor import Tensor
from .data import array_of
from .elements import is_sequence
from .operands import new
from .register import FUNCTIONS


def legacy(self, args, kwargs):
    """Let a Tensor be what torch.Tensor(*sizes) or torch.Tensor(data) gives: in the default dtype, whatever the data."""
    if not args:
        raise TypeError("new(): data must be a sequence (got NoneType)")
    got = constructed(
        () if len(args) == 1 and type(args[0]) is tuple and not args[0] else args, kwargs, dtypes.Default.numpy
    )
    Tensor.__init__(self, got.val, None, got.owner)
    self.store = got.store


def constructed(args, kwargs, dtype):
    """A Tensor of sizes, of nested data in a dtype, or over the memory of another Tensor; torch's errors for anything else."""
    if not args and isinstance(kwargs.get("size"), (tuple, list)):
        kwargs = dict(kwargs)
        args = (Size(kwargs.pop("size")),)
    if kwargs.keys() - {"device"}:
        raise not_new(args, kwargs)
    if len(args) == 1 and isinstance(args[0], Tensor) and kwargs.get("device") is not None:
        raise RuntimeError(
            "Legacy tensor constructor of the form torch.Tensor(tensor, device=device) is not supported.  Use torch.tensor(...) or "
            "torch.as_tensor(...) instead."
        )
    if (device := kwargs.get("device")) is not None and Device(device).type != "cpu":
        kind = Device(device).type
        raise RuntimeError(f"legacy constructor expects device type: cpu but device type: {kind} was passed")
    if len(args) == 1 and isinstance(args[0], Tensor):
        return args[0].detach()
    if len(args) == 1 and isinstance(args[0], np.ndarray) and not args[0].ndim and args[0].dtype.kind in "iu":
        args = (args[0].item(),)  # (a number of elements)
    sizes = args[0] if len(args) == 1 and isinstance(args[0], Size) else args
    if len(args) != 1 or is_size(args[0]) or sizes is not args:
        if args and not is_size(sizes[0]):
            raise not_new(args, kwargs)
        need_sizes(sizes)
        return new(np.zeros(tuple(map(int, sizes)) or (0,), dtype))
    data = args[0]
    if hasattr(type(data), "as_data"):
        return new(data.as_data(dtype, "type {} for argument 1 'storage'"))
    if not is_sequence(data):
        raise TypeError(f"new(): data must be a sequence (got {type_name(data)})")
    return new(array_of(data, dtype))


def need_sizes(sizes):
    """torch's errors for sizes of which one is none."""
    for at, k in enumerate(sizes, 1):
        where = f"new(): argument 'size' failed to unpack the object at pos {at} with error"
        if not is_size(k):
            raise TypeError(f'{where} "type must be tuple of ints,but got {type_name(k)}"')
        if not LONG[0] <= k <= LONG[1]:
            raise TypeError(f'{where} "{OVERFLOW}"')
        if k < 0:
            raise RuntimeError(f"Trying to create tensor with negative dimension {k}: {list(sizes)}")


def not_new(args, kwargs):
    """The TypeError of arguments of which no Tensor is made."""
    from .._calls import refusal

    return refusal("new", True, tuple(args), kwargs) or TypeError(f"new() got {', '.join(kwargs)}")


def is_size(k):
    return isinstance(k, (int, np.integer)) and not isinstance(k, bool)


def options(name):
    """A dtype as torch's C++ names it with all that goes with it."""
    from .out_rules import C_NAMES

    return (
        f"TensorOptions(dtype={C_NAMES[name]}, device=cpu, layout=Strided, requires_grad=false (default), pinned_memory=false "
        "(default), memory_format=(nullopt))"
    )


def constructed_as(dtype, args, kwargs):
    """What torch.FloatTensor(...) gives, and Tensor.new of a Tensor of that dtype."""
    if len(args) == 1 and isinstance(args[0], Tensor) and args[0].dtype != dtype:
        raise TypeError(f"expected {options(dtype.name)} (got {options(args[0].dtype.name)})")
    return constructed(args, kwargs, dtype.numpy)


class LegacyType(type, metaclass=Native, called="torch.tensortype"):
    """torch.FloatTensor and its kin: callable, and good for isinstance."""

    def __call__(cls, *args, **kwargs):
        return constructed_as(cls.dtype, args, kwargs)

    def __instancecheck__(cls, t):
        return isinstance(t, Tensor) and t.dtype == cls.dtype

    def __repr__(cls):
        return f"<class 'torch.{cls.__name__}'>"


LEGACY = {
    "Float": "float32", "Double": "float64", "Half": "float16", "Long": "int64", "Int": "int32", "Short": "int16",
    "Char": "int8", "Byte": "uint8", "Bool": "bool", "BFloat16": "bfloat16",
}  # fmt: skip
for _name, _dtype in LEGACY.items():
    FUNCTIONS[_name + "Tensor"] = LegacyType(
        _name + "Tensor", (), {"dtype": dtypes.BY_NAME[_dtype], "__module__": "torch"}
    )
