"""Dtypes and devices of Tensors: to(), its short forms, and what torch says about dtypes."""

from types import FunctionType, MethodType

import numpy as np

from funcgrad.core.halves import BFLOAT16, LARGEST
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE
from funcgrad.numpy.concrete import concrete

from .. import dtypes
from ..deprecations import once
from ..devices import CPU, Device, usable
from ..formats import contiguous_format, order_of, preserve_format, suggested
from ..graph import label as set_label
from ..native import Native
from ..payload import current
from ..tensor import Tensor
from .call_errors import answer
from .copies import contiguous_copy
from .creation import function, method
from .legacy_types import LEGACY, LegacyType
from .levels import beneath
from .nodes import named
from .operands import P, as_operand, cast, dtype_of, in_format, rank
from .quick_roads import changes_nothing
from .register import FUNCTIONS, METHODS, install, operation, publish


def converted(t, d, copy=False):
    """t in the NumPy dtype d; t itself if it has it and no copy is asked for."""
    c = current(t)
    if dtype_of(c) != d:
        return cast(c, d)
    if not copy:
        return t
    out = P["copy"](c, c)
    if out.mark is not None and out.mark.plan is not None:
        set_label(out, "ToCopyBackward0", (t,))
    return out


def target_of(x):
    """What one argument of to() asks for: ("dtype", d) or ("device", d)."""
    if isinstance(x, dtypes.dtype) or x in (float, int, bool, complex):
        return "dtype", x
    if isinstance(x, (str, bytes, Device, int, np.integer)):
        return "device", usable(x)
    raise TypeError(f"to() received an invalid combination of arguments: {type(x).__name__} is no dtype and no device")


def on_device(t, device, d):
    """t on another device, in the NumPy dtype d: there is no way back from meta."""
    from .._meta import NO_DATA, bare_as

    if device.type != "meta":
        raise NotImplementedError(NO_DATA)
    out = bare_as(t, d)
    if not (tls.grad and t.requires_grad and out.dtype.numpy.kind in "fc"):
        return out

    def no_way_back(gradient):
        raise NotImplementedError(NO_DATA)

    out.requires_grad_().register_hook(no_way_back)
    return named(out.clone(), "ToCopyBackward0", (t,))


@operation(function=False)
def to(self, *args, dtype=None, device=None, non_blocking=False, copy=False, memory_format=None, other=None):
    """The Tensor in another dtype, or on another device; itself if nothing changes.

    >>> import compat as torch
    >>> torch.tensor([1, 2]).to(torch.float64)
    tensor([1., 2.], dtype=torch.float64)
    """
    args, where = list(args), None
    if args and type(args[0]) in (float, complex, bool):  # (a number for a Tensor: of the widest dtype of its kind)
        dtype = {float: dtypes.BY_NAME["float64"], complex: dtypes.BY_NAME["complex128"], bool: dtypes.BY_NAME["bool"]}[
            type(args.pop(0))
        ]
    elif args and isinstance(args[0], Tensor):
        other = args.pop(0)
    elif args and args[0] is not None:
        kind, target = target_of(args.pop(0))
        if kind == "device" and args:
            dtype = args.pop(0)
        elif kind == "dtype" and dtype is not None:
            raise TypeError("to() takes one dtype")
        elif kind == "dtype" and device is not None:
            raise TypeError("to() takes a device before the dtype")
        dtype, where = (target, None) if kind == "dtype" else (dtype, target)
    elif args:  # (no device, then a dtype)
        args.pop(0)
        if args:
            dtype = args.pop(0)
    if isinstance(dtype, bool):
        raise TypeError("to() takes a dtype after the device")
    if other is not None:
        dtype, where = other.dtype, other.device
    if args and (len(args) > 2 or type(args[0]) is not bool or type(args[-1]) is not bool):
        raise TypeError("to() takes two bools after the dtype")
    if type(copy) is not bool or type(non_blocking) is not bool:
        raise TypeError("copy and non_blocking are bools")
    if len(args) == 2:
        copy = args[1]
    if device is not None:
        where = target_of(device)[1]
    d = dtype_of(current(self)) if dtype is None else dtypes.as_numpy(dtype)
    out = converted(self, d, copy) if where is None or where.type == self.device.type else on_device(self, where, d)
    if memory_format in (None, preserve_format) or where is not None and where.type != self.device.type:
        return out
    t = current(out)
    if out is self and t.owner is TAPE and (suggested(t.val) or contiguous_format) is memory_format:
        return self
    if t.owner is TAPE:
        order_of(memory_format, t.val.ndim)
        return contiguous_copy(t, "ToCopyBackward0", memory_format)
    copy = P["copy"](t, t)
    return out.contiguous(memory_format=memory_format) if beneath(copy) is None else in_format(copy, memory_format)


install("to", changes_nothing(METHODS["to"]))


@operation(name="type", function=False)
def type_(self, dtype=None, non_blocking=False):
    """The name of the Tensor's type ("torch.FloatTensor"), or the Tensor in another dtype."""
    if dtype is None:
        return f"torch.{SPOKEN_TYPES[self.dtype.name]}Tensor"
    if isinstance(dtype, LegacyType):
        dtype = dtype.dtype
    elif isinstance(dtype, str):
        name = dtype.removeprefix("torch.").removesuffix("Tensor")
        if name not in TYPES:
            raise ValueError(f"invalid type: '{dtype}'")
        dtype = dtypes.BY_NAME[TYPES[name]]
    elif dtype is Tensor:
        dtype = dtypes.get_default_dtype()
    elif isinstance(dtype, type):
        module = "" if dtype.__module__ == "builtins" else f"{dtype.__module__}."
        raise ValueError(f"invalid type: '{module}{dtype.__name__}'")
    elif not isinstance(dtype, dtypes.dtype):
        raise TypeError("dtype must be a type, str, or dtype object")
    return converted(self, dtypes.as_numpy(dtype))


SPOKEN_TYPES = {v: k for k, v in LEGACY.items()} | {
    "complex32": "ComplexHalf",
    "complex64": "ComplexFloat",
    "complex128": "ComplexDouble",
}
SPOKEN_TYPES |= {"uint16": "UInt16", "uint32": "UInt32", "uint64": "UInt64"}
TYPES = {spoken: name for name, spoken in SPOKEN_TYPES.items()}


@operation(function=False)
def type_as(self, other):
    """The Tensor in the dtype of another."""
    return converted(self, dtype_of(current(other)))


def short_form(name, d):
    def convert(self, /, *more, memory_format=None, **unknown):
        if more or memory_format is not None or unknown:
            refused = answer(TypeError(), name, (self, *more), {"memory_format": memory_format, **unknown})
            if more or str(refused):
                raise refused
            return to(self, d, memory_format=memory_format)
        return converted(self, d.numpy)

    convert.__name__ = name
    convert.__doc__ = f"The Tensor in dtype {d.name}."
    publish(convert, (name,), False, True)

    def cast(input, non_blocking=False):
        return convert(input)

    cast.__name__, cast.__doc__ = f"_cast_{name.capitalize()}", convert.__doc__
    globals()[cast.__name__] = cast


for _name, _dtype in {
    "bool": "bool", "byte": "uint8", "char": "int8", "short": "int16", "int": "int32", "long": "int64", "half":
    "float16", "bfloat16": "bfloat16", "float": "float32", "double": "float64", "chalf": "complex32", "cfloat": "complex64", "cdouble": "complex128",
}.items():  # fmt: skip
    short_form(_name, dtypes.BY_NAME[_dtype])


def cpu(self, /, *more, memory_format=None, **unknown):
    """The Tensor itself: it is on the CPU."""
    if more or unknown:
        raise answer(TypeError("cpu() takes no arguments"), "cpu", (self, *more), unknown)
    if memory_format is not None:
        from .._calls import C

        C.method.cpu(memory_format=memory_format)
    return on_device(self, CPU, None) if self.is_meta else self


publish(cpu, ("cpu",), False, True)


@method
def cuda(self, device=None, non_blocking=False, memory_format=None):
    """AssertionError, as a torch without CUDA raises it: compat computes on the CPU."""
    device = Device("cuda") if device is None else Device(device)
    if device.type != "cuda":
        raise RuntimeError("Invalid device, must be cuda device")
    usable(device)


@method
def pin_memory(self, device=None):
    """RuntimeError: there is no device to pin its memory for."""
    raise RuntimeError("Cannot access accelerator device when none is available.")


@method
def is_pinned(self, device=None):
    """False: there is no device to pin memory for."""
    if device is not None:
        from .._calls import C

        C.method.is_pinned(device)
    return False


@method
def get_device(self):
    """-1: the CPU has no number."""
    return -1


# ------------------------------------------------------------------------------------------------ questions
@function
def is_tensor(obj, /):
    """Is this a Tensor?"""
    return isinstance(obj, Tensor)


@function
def is_floating_point(input):
    """Is the dtype a float?"""
    return input.is_floating_point()


@function
def is_complex(input):
    """Is the dtype complex?"""
    return input.is_complex()


@function
def is_inference(input):
    """Was the Tensor made under inference_mode()?"""
    return input.is_inference()


@operation()
def is_signed(input):
    """Can the dtype hold negative numbers?"""
    return input.dtype.is_signed


@operation()
def is_nonzero(input):
    """Is the one element of the Tensor not zero?"""
    return bool(np.asarray(concrete(current(input), "bool"))) if input.numel() == 1 else input.__bool__()


@function
def numel(input):
    """The number of elements."""
    return input.numel()


@operation()
def is_same_size(input, other):
    """Have two Tensors the same shape?"""
    return input.shape == other.shape


@operation(method=False)
def result_type(tensor1, tensor2):
    """The dtype in which an operation on these two (Tensors or numbers) computes."""
    return dtypes.of_numpy(dtypes.result_dtype([rank(as_operand(x)) for x in (tensor1, tensor2)]))


PYTHONS = (int, float, bool, complex)


def dtype_pair(name, one, two, names):
    for at, (d, argument) in enumerate(zip((one, two), names)):
        if not isinstance(d, dtypes.dtype) and not (isinstance(d, type) and d in PYTHONS):
            raise TypeError(
                f"{name}(): argument '{argument}' (position {at + 1}) must be torch.dtype, not {type(d).__name__}"
            )
    return dtypes.as_numpy(one), dtypes.as_numpy(two)


@function
def promote_types(type1, type2):
    """The dtype in which two dtypes meet."""
    return dtypes.of_numpy(dtypes.promote_types(*dtype_pair("promote_types", type1, type2, ("type1", "type2"))))


@function
def can_cast(from_, to):
    """May a result of one dtype be written into a Tensor of the other?"""
    one, two = dtype_pair("can_cast", from_, to, ("from_", "to"))
    lost_sign = one.kind == "i" and two.kind == "u"
    return dtypes.CATEGORY[one.kind] <= dtypes.CATEGORY[two.kind] and not lost_sign


class Limits:
    """What finfo and iinfo have in common: attributes, and a text that names them."""

    def __init__(self, *args, **kwargs):
        cls = type(self)
        plain = len(args) == 1 and not kwargs and type(args[0]) is dtypes.dtype
        found = KNOWN.get((cls, args[0])) if plain else None
        if found is None:
            self.find(args, kwargs)
            if plain:
                KNOWN[cls, args[0]] = dict(vars(self))
        else:
            vars(self).update(found)

    def set_dtype(self, args, kwargs, kinds, name, wanted, instead):
        self.need_dtype(name, args, kwargs)
        (dtype,) = args or kwargs.values() or [dtypes.of_numpy(dtypes.Default.numpy)]
        dtype = dtypes.named(dtype)
        if not isinstance(dtype, dtypes.dtype) or kind_of(dtype) not in kinds:
            raise TypeError(
                f"torch.{name}() requires {wanted} input type. Use torch.{instead} to handle 'torch.{name}'"
            )
        self.dtype = dtype.name
        self.bits = dtype.itemsize * 8

    def need_dtype(self, name, args, kwargs):
        """torch's error of arguments that are not one dtype."""
        from .._calls import Signature, misfit

        refused = misfit(name, [Signature(text) for text in self.signatures], args, kwargs)
        if refused is not None:
            raise refused

    def __eq__(self, other):
        if type(other) is not type(self):
            return NotImplemented
        return vars(self) == vars(other)

    __hash__ = None

    def __repr__(self):
        body = ", ".join(f"{n}={spelled(getattr(self, n))}" for n in self.shown)
        return f"{type(self).__name__}({body}, dtype={self.dtype})"


KNOWN = {}  # (class, dtype) -> what it says


def kind_of(dtype):
    """NumPy's letter of a dtype's kind; "?" of those that are names alone and no floats."""
    if dtype.is_floating_point or dtype.is_complex:
        return "f"
    return dtypes.MEMORY[dtype.name].kind if dtype.name in dtypes.MEMORY else "?"


EIGHT_BITS = {  # largest, eps, smallest normal, lowest
    "float8_e4m3fn": (448.0, 2.0**-3, 2.0**-6, -448.0),
    "float8_e4m3fnuz": (240.0, 2.0**-3, 2.0**-7, -240.0),
    "float8_e5m2": (57344.0, 2.0**-2, 2.0**-14, -57344.0),
    "float8_e5m2fnuz": (57344.0, 2.0**-3, 2.0**-15, -57344.0),
    "float8_e8m0fnu": (2.0**127, 1.0, 2.0**-127, 2.0**-127),
}


def spelled(x):
    return f"{x:g}"


class finfo(Limits, metaclass=Native, called="torch.finfo"):
    """The limits of a float dtype."""

    shown = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")

    signatures = "Dtype", ""

    def find(self, args, kwargs):
        self.set_dtype(args, kwargs, "fc", "finfo", "a floating point", "iinfo")
        if self.dtype.startswith("complex"):  # (of which it says those of the parts)
            self.bits //= 2
            self.dtype = f"float{self.bits}"
        if self.dtype == "bfloat16":
            self.resolution, self.eps, self.max = 0.01, 2.0**-7, LARGEST[BFLOAT16]
            self.min = -self.max
            self.smallest_normal = self.tiny = 2.0**-126
            return
        if self.dtype in EIGHT_BITS:
            self.resolution = 1.0
            self.max, self.eps, self.smallest_normal, self.min = EIGHT_BITS[self.dtype]
            self.tiny = self.smallest_normal
            return
        if self.dtype.startswith("float4"):
            raise TypeError("bad argument type for built-in operation")
        info = np.finfo(np.dtype(self.dtype))
        self.resolution, self.eps, self.min, self.max = (
            float(x) for x in (info.resolution, info.eps, info.min, info.max)
        )
        self.smallest_normal = self.tiny = float(info.smallest_normal)
        self.resolution = 10.0**-info.precision


class iinfo(Limits, metaclass=Native, called="torch.iinfo"):
    """The limits of an integer dtype."""

    shown = ("min", "max")

    signatures = ("Dtype",)

    def find(self, args, kwargs):
        self.set_dtype(args, kwargs, "iub", "iinfo", "an integer", "finfo")
        if self.dtype == "bool":
            raise TypeError("torch.bool is not supported by torch.iinfo")
        info = np.iinfo(np.dtype(self.dtype))
        self.min, self.max = int(info.min), int(info.max)


FUNCTIONS["finfo"], FUNCTIONS["iinfo"] = finfo, iinfo


@function
def typename(obj, /):
    """The name of an object's type: "torch.FloatTensor"."""
    if isinstance(obj, Tensor):
        return obj.type()
    named = obj if getattr(obj, "__qualname__", None) else type(obj)
    if isinstance(obj, (FunctionType, MethodType)):
        from ..overrides import own_name

        if own := own_name(obj):
            return own
    module = getattr(named, "__module__", None)
    return named.__qualname__ if module in ("builtins", "", None) else f"{module}.{named.__qualname__}"


@function
def set_default_tensor_type(t, /):
    """Set the default float dtype by the name of a Tensor type."""
    once("default")
    if getattr(t, "__module__", "") == "torch.cuda":
        t()  # (which says that there is none)
    if isinstance(t, str) and t.startswith("torch.cuda."):
        raise TypeError(f"type {t} not available. Torch not compiled with CUDA enabled.")
    if isinstance(t, str) and not (t.startswith("torch.") and t[6:-6] in LEGACY and t.endswith("Tensor")):
        raise TypeError(f"invalid type: '{t}'")
    if not isinstance(t, (str, LegacyType)):
        raise TypeError("invalid type object: only floating-point types are supported as the default type")
    dtypes.set_default_dtype(t.dtype if isinstance(t, LegacyType) else dtypes.BY_NAME[LEGACY[t[6:-6]]])
