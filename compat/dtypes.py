"""torch's dtypes over NumPy's, and torch's promotion: tensors with axes outrank 0-d ones, which outrank Python numbers,
and only a higher category (bool < integer < float < complex) of a lower rank can change the result."""

import numpy as np

from funcgrad.core.halves import BFLOAT16, COMPLEX32, SIZE, begin

from .native import Native, closed, of_arguments, set_slot, unwritable

UNSIGNED = frozenset([np.dtype(d) for d in (np.uint16, np.uint32, np.uint64)])  # (which torch has for storage)
STORED = UNSIGNED | {COMPLEX32}  # those for which torch lacks most kernels


class dtype(metaclass=Native, called="torch.dtype"):
    """A torch dtype: `torch.float32`. `numpy` is the dtype of the memory behind it; half precision is minded (core/halves.py)
    from when that of float16, bfloat16 or complex32 is first asked for, and so is what torch has no kernels for (functions/storage_dtypes.py). A dtype that NumPy has no memory for has a name, its size and its
    kind alone, and whatever asks for its memory is refused."""

    __slots__ = ("name", "numpy", "is_floating_point", "is_complex", "is_signed", "itemsize")

    def __init__(self, name, numpy):
        set_slot(self, "name", name)
        if numpy not in SIZE and numpy not in UNSIGNED:
            set_slot(self, "numpy", numpy)
        set_slot(self, "is_floating_point", numpy.kind == "f")
        set_slot(self, "is_complex", numpy.kind == "c")
        set_slot(self, "is_signed", numpy.kind in "ifc")
        set_slot(self, "itemsize", SIZE.get(numpy, numpy.itemsize))

    __setattr__ = __delattr__ = unwritable

    def __getattr__(self, name):
        if name == "is_signed":  # (whose slot is empty)
            kind = "isSignedType not supported for quantized" if self.name.startswith("q") else "Bits"
            raise RuntimeError(f"{kind} types" + " are undefined" * (kind == "Bits"))
        if name != "numpy":
            raise AttributeError(f"'torch.dtype' object has no attribute '{name}'")
        if self.name not in MEMORY:
            raise NotImplementedError(f"compat has torch.{self.name} as a name alone: no Tensor is of it")
        set_slot(self, "numpy", MEMORY[self.name])
        if self.numpy in STORED:
            from .functions.storage_dtypes import begin as begin_stored

            begin_stored(self.numpy)
        if self.numpy in SIZE:
            begin()
        return self.numpy

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return self.name

    @of_arguments(0)
    def to_real(self):
        if self.name not in MEMORY:
            return self
        return BY_NAME["float16"] if self.name == "complex32" else of_numpy(np.empty(0, MEMORY[self.name]).real.dtype)

    @of_arguments(0)
    def to_complex(self):
        if not (self.is_floating_point or self.is_complex) or self.name.startswith(("float4", "float8")):
            raise RuntimeError(f"Unknown Complex ScalarType for {SPOKEN[self.name]}")
        if self.name in ("float16", "complex32"):
            return BY_NAME["complex32"]
        return of_numpy(complex_of(MEMORY[self.name]))


class qscheme(metaclass=Native, called="torch.qscheme"):
    """How a quantized Tensor would be scaled: five names, of which no Tensor is here."""

    __slots__ = ("name",)

    def __repr__(self):
        return f"torch.{self.name}"

    def __reduce__(self):
        return self.name


QSCHEMES = {}
for _name in (
    "tensor_affine",
    "channel_affine",
    "tensor_symmetric",
    "channel_symmetric",
    "channel_affine_float_qparams",
):
    QSCHEMES[f"per_{_name}"] = _new = qscheme()
    _new.name = f"per_{_name}"
closed(qscheme)
globals().update(QSCHEMES)

NAMES = (
    "bool", "uint8", "int8", "int16", "int32", "int64", "uint16", "uint32", "uint64", "float16", "bfloat16", "float32", "float64", "complex32", "complex64", "complex128"
)  # fmt: skip
MEMORY = {n: {"bfloat16": BFLOAT16, "complex32": COMPLEX32}.get(n) or np.dtype(n) for n in NAMES}
BY_NAME = {n: dtype(n, d) for n, d in MEMORY.items()}
for _names, _size, _kind, _signed in (  # those that are names alone
    ("float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float4_e2m1fn_x2", 1, "f", True),
    ("float8_e8m0fnu", 1, "f", False),
    ("int1 int2 int3 int4 int5 int6 int7", 1, "i", True), ("uint1 uint2 uint3 uint4 uint5 uint6 uint7", 1, "u", False),
    ("bits8 bits1x8 bits2x4 bits4x2 qint8 quint8 quint2x4 quint4x2", 1, "", None), ("bits16", 2, "", None), ("qint32", 4, "", None),
):  # fmt: skip
    for _name in _names.split():
        BY_NAME[_name] = _new = dtype.__new__(dtype)
        for _slot, _value in (
            ("name", _name), ("itemsize", _size), ("is_floating_point", _kind == "f"), ("is_complex", _kind == "c"), ("is_signed", _signed)
        ):  # fmt: skip
            if _value is not None:
                set_slot(_new, _slot, _value)
closed(dtype)
BY_NUMPY = {d: BY_NAME[n] for n, d in MEMORY.items()}
ALIASES = {
    "float": "float32", "double": "float64", "half": "float16", "long": "int64", "int": "int32", "short": "int16",
    "cfloat": "complex64", "cdouble": "complex128", "chalf": "complex32", "bit": "uint1",
}  # fmt: skip
for _alias, _name in ALIASES.items():
    BY_NAME[_alias] = BY_NAME[_name]
CATEGORY = {"b": 0, "u": 1, "i": 1, "f": 2, "c": 3}
SPOKEN = {
    "bfloat16": "BFloat16", "bool": "Bool", "uint8": "Byte", "int8": "Char", "int16": "Short", "int32": "Int", "int64": "Long", "float16": "Half",
    "float32": "Float", "float64": "Double", "complex64": "ComplexFloat", "complex128": "ComplexDouble",
    "uint16": "UInt16", "uint32": "UInt32", "uint64": "UInt64", "complex32": "ComplexHalf",
}  # fmt: skip
for _name in BY_NAME.keys() - SPOKEN.keys() - ALIASES.keys():
    _spoken = _name.replace("uint", "UInt").replace("int", "Int")
    SPOKEN[_name] = _spoken[0].upper() + _spoken[1:]
C_NAMES = {
    "int64": "long int", "int32": "int", "int16": "short int", "int8": "signed char", "uint8": "unsigned char",
    "uint64": "long unsigned int", "uint32": "unsigned int", "uint16": "short unsigned int", "bool": "bool",
    "float32": "float", "float64": "double", "float16": "c10::Half", "bfloat16": "c10::BFloat16",
    "complex32": "c10::complex<c10::Half>", "complex64": "c10::complex<float>", "complex128": "c10::complex<double>",
}  # fmt: skip
BOOL, INT64, FLOAT32 = np.dtype(bool), np.dtype(np.int64), np.dtype(np.float32)
PYTHON = {bool: BOOL, int: INT64}


class Default:
    """The default float dtype, which torch.set_default_dtype changes."""

    numpy = FLOAT32


def name_of(d):
    """torch's name of a NumPy dtype, for messages; NumPy's own if torch has none."""
    return BY_NUMPY[d].name if d in BY_NUMPY else d.name


def __getattr__(name):
    """A dtype: where a pickle that names one looks for it."""
    if name in BY_NAME:
        return BY_NAME[name]
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def of_numpy(d):
    """The torch dtype of a NumPy dtype; TypeError, in torch's words, if there is none."""
    got = BY_NUMPY.get(d)
    if got is None:
        got = BY_NUMPY.get(np.dtype(d).newbyteorder("=")) if np.dtype(d).kind in "fiucb" else None
    if got is None:
        raise TypeError(
            f"can't convert np.ndarray of type numpy.{np.dtype(d).type.__name__}. The only supported types are: float64, float32, float16, "
            "complex64, complex128, int64, int32, int16, int8, uint64, uint32, uint16, uint8, and bool."
        )
    return got


def of_one_name(array):
    """An array over the same memory whose dtype is the one that everything here knows by that name: of two integers of C that are of
    one size, `long` and `long long`, NumPy makes two dtypes, which are equal but have other characters."""
    own = array.dtype
    known = of_numpy(own).numpy if own.kind in "iu" else own
    return array if known.char == own.char else array.view(known)


def named(d):
    """torch's dtype that a Python type stands for; anything else as it is."""
    return of_numpy(as_numpy(d)) if isinstance(d, type) and d in (float, int, bool, complex) else d


def as_numpy(d):
    """A dtype argument (torch dtype, NumPy dtype, or Python type) as a NumPy dtype."""
    if isinstance(d, dtype):
        return d.numpy
    if d is float:
        return np.dtype(np.float64)
    if d not in (int, bool, complex):
        raise TypeError(f"dtype must be torch.dtype, not {type(d).__name__}")
    return np.dtype(d)


def complex_of(d):
    if d == np.float16 or d == COMPLEX32:
        return BY_NAME["complex32"].numpy
    return np.dtype(np.complex128 if d == np.float64 or d == np.complex128 else np.complex64)


def set_default_dtype(d, /):
    """Set the dtype that Python floats get in a new Tensor."""
    if not isinstance(d, dtype) or not d.is_floating_point:
        kind = "" if isinstance(d, dtype) else "invalid dtype object: "
        raise TypeError(f"{kind}only floating-point types are supported as the default type")
    Default.numpy = d.numpy


@of_arguments(0)
def get_default_dtype():
    """The dtype that floats have where none is given.

    >>> get_default_dtype()
    torch.float32
    """
    return of_numpy(Default.numpy)


def promote_types(a, b):
    """The NumPy dtype two tensors of these dtypes meet in."""
    if a == b:
        return a
    if (a in UNSIGNED or b in UNSIGNED) and "f" not in (a.kind, b.kind):
        raise RuntimeError(
            "Promotion for uint16, uint32, uint64 types is not supported, attempted to promote "
            f"{SPOKEN[name_of(a)]} and {SPOKEN[name_of(b)]}"
        )
    x, y = CATEGORY[a.kind], CATEGORY[b.kind]
    if x == y:
        return np.promote_types(a, b)
    high, low = (a, b) if x > y else (b, a)
    if high.kind == "c" and low.kind == "f":
        return np.promote_types(high, low) if low != np.float16 else high
    return high


LONG = -(1 << 63), (1 << 63) - 1
OVERFLOW = "Overflow when unpacking long long"


def beyond(x):
    """The error of an int that no number of torch's holds, None of others."""
    if LONG[0] <= x < 1 << 64:
        return None
    return OverflowError("int too big to convert" if x > 0 else "can't convert negative int to unsigned")


def scalar_dtype(x):
    """What a Python number is worth in promotion; OverflowError for an int that no number of torch's holds."""
    if type(x) is float:
        return Default.numpy
    if isinstance(x, (int, np.integer)):
        if type(x) is bool:
            return PYTHON[bool]
        if not LONG[0] <= x < 1 << 64:
            raise beyond(x)
        return PYTHON[int]
    return complex_of(Default.numpy) if isinstance(x, complex) else Default.numpy


def _over(high, low):
    """The result of a higher rank meeting a lower one."""
    if high is None or low is None:
        return high if low is None else low
    if high.kind == "c":
        return high
    if high.kind == "f":
        return complex_of(high) if low.kind == "c" else high
    if low.kind == "c" and high in UNSIGNED:
        return low
    return promote_types(high, low) if high.kind == "b" or low.kind in "fc" else high


def result_dtype(operands):
    """The NumPy dtype of an operation on these operands: pairs (dtype, rank), rank 2 for axes, 1 for 0-d, 0 for numbers."""
    ranks = [None, None, None]
    for d, rank in operands:
        ranks[rank] = d if ranks[rank] is None else promote_types(ranks[rank], d)
    return _over(_over(ranks[2], ranks[1]), ranks[0])
