"""jax's dtypes: which there are (32-bit ones, unless jax_enable_x64), what a program asks for, and how operands promote.

Invariant: no value with a 64-bit dtype leaves a function of this package while jax_enable_x64 is off.
"""

import warnings

import numpy as np

from ..core.halves import BFLOAT16
from ..errors import DTypeError
from ..random.keys import KeyDType
from .bfloat16 import DType, asked, public
from .config import config

KINDS = "biufc"
NARROW = {np.dtype(a): np.dtype(b) for a, b in (("i8", "i4"), ("u8", "u4"), ("f8", "f4"), ("c16", "c8"))}
PYTHON = {bool: np.dtype(bool), int: np.dtype(np.int64), float: np.dtype(np.float64), complex: np.dtype(np.complex128)}
DEFAULT = {"b": bool, "i": int, "u": int, "f": float, "c": complex}
float0 = np.dtype([("float0", np.void, 0)])


LACKING = (
    "int1 int2 int4 uint1 uint2 uint4 float4_e2m1fn float6_e2m3fn float6_e3m2fn float8_e3m4 float8_e4m3 "
    "float8_e4m3b11fnuz float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu"
).split()


class MissingDTypeError(DTypeError, AttributeError):
    """A dtype that jax has and NumPy has not."""

    def __init__(self, name):
        wider = "jnp.int8" if "int" in name else "jnp.bfloat16"
        super().__init__(
            f"jax.numpy.{name}: arrays here are NumPy's, which has no such dtype; use {wider} in its place. A program for both can "
            f'write getattr(jnp, "{name}", {wider}).'
        )


def numpy_dtype(dtype):
    """np.dtype(dtype); that of bfloat16's memory for bfloat16; MissingDTypeError for one of jax's that NumPy has not, also where
    ml_dtypes has taught NumPy its name."""
    try:
        got = np.dtype(dtype)
    except TypeError:
        name = dtype if isinstance(dtype, str) else getattr(dtype, "__name__", None)
        if name == "bfloat16":
            asked.bfloat16 = True
            return BFLOAT16
        if name in LACKING:
            raise MissingDTypeError(name) from None
        raise
    if got.kind == "V" and got.name == "bfloat16":
        asked.bfloat16 = True
        return BFLOAT16
    if got.name in LACKING:
        raise MissingDTypeError(got.name)
    return got


def canonicalize_dtype(dtype, allow_extended_dtype=False):
    """The dtype that an array gets where this one is asked for: itself, or its 32-bit kin without jax_enable_x64."""
    dtype = numpy_dtype(dtype)
    if not dtype.isnative and not (asked.bfloat16 and dtype == BFLOAT16):
        dtype = dtype.newbyteorder("=")
    return dtype if config.jax_enable_x64 else NARROW.get(dtype, dtype)


def default(kind):
    """The dtype of Python's bool, int, float or complex."""
    return canonicalize_dtype(PYTHON[kind])


def requested(dtype, name):
    """The dtype a program asked for, by a dtype, a scalar type or a Python type; a warning where it is not to be had."""
    if dtype is None:
        return None
    if dtype in PYTHON:
        return default(dtype)
    dtype = numpy_dtype(dtype)
    got = canonicalize_dtype(dtype)
    if got != dtype:
        warnings.warn(
            f"Explicitly requested dtype {dtype.name} requested in {name} is not available, and will be truncated to dtype "
            f"{got.name}: set jax_enable_x64 (jax.config.update, or JAX_ENABLE_X64 in the environment) for 64-bit dtypes.",
            stacklevel=4,
        )
    return got


def joined(*operands, canonical=None):
    """(dtype, weak) that operands, given as pairs (dtype, weak), promote to.

    jax's lattice: bool < ints < floats < complex, where Python's numbers (and arrays made of them alone) are weak: they
    decide the kind, and no width unless no other operand has that kind.
    """
    strong = [d for d, weak in operands if not weak]
    weak = max([KINDS.index(d.kind) for d, weak in operands if weak], default=-1)
    if strong:
        of_kind = {k: [d for d in strong if d.kind in k] for k in ("c", "f", "iu")}
        if not of_kind["c"] and of_kind["f"] and all([d == BFLOAT16 for d in of_kind["f"]]):
            out = BFLOAT16
        elif of_kind["c"] or of_kind["f"]:
            out = np.result_type(*of_kind["c"], *of_kind["f"])
        elif of_kind["iu"]:
            out = np.result_type(*of_kind["iu"])
        else:
            out = strong[0]
        if weak <= (2 if out.kind in "iu" else KINDS.index(out.kind)):
            return (canonical or canonicalize_dtype)(out), False
        if weak == 4 and out.kind == "f":  # a width is known: complex numbers of it
            return canonicalize_dtype(np.result_type(out, np.complex64)), False
    return default(DEFAULT[KINDS[weak]]), True


def inexact(dtype):
    """dtype, or for an integer or bool the float that jax computes in: of 32 bits, for 64-bit integers of 64."""
    return dtype if dtype.kind in "fcV" else np.dtype(np.float64 if dtype.itemsize == 8 else np.float32)


class extended(np.generic):
    """What the dtypes that NumPy has not are kinds of."""


class prng_key(extended):
    """What the dtype of typed keys is a kind of."""


def issubdtype(arg1, arg2):
    """numpy.issubdtype, which takes jax's scalar types and the dtype of keys too."""
    arg1, arg2 = [prng_key if isinstance(t, KeyDType) else t for t in (arg1, arg2)]
    if prng_key in (arg1, arg2) or arg2 is extended:
        return isinstance(arg1, type) and issubclass(arg1, arg2)
    return np.issubdtype(*[getattr(t, "dtype", t) if isinstance(t, (Scalar, DType)) else t for t in (arg1, arg2)])


class Scalar(type):
    """The type of `jnp.float32` and its kin: a dtype, and a function that makes arrays of it."""

    def __new__(cls, dtype):
        dtype = numpy_dtype(dtype)
        name = "bfloat16" if dtype == BFLOAT16 else dtype.name
        return super().__new__(cls, name, (), {"dtype": dtype, "__module__": "jax.numpy"})

    def __init__(self, dtype):
        pass

    def __call__(self, x=0):
        from .numpy.creation import asarray

        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            return asarray(x, dtype=self.dtype)

    def __eq__(self, other):
        return self is other or (not isinstance(other, str) and other is not None and self.dtype == other)

    def __ne__(self, other):
        return not self == other

    def __hash__(self):
        return hash(self.dtype.type)


def result_type(*args):
    """The dtype that arrays, dtypes and Python numbers promote to."""
    return public(joined(*described_all(args))[0])


def promote_types(a, b):
    """The dtype that values of two dtypes promote to; 64-bit ones stay what they are, whatever jax_enable_x64 says."""
    return public(joined(*described_all((a, b)), canonical=numpy_dtype)[0])


def described_all(args):
    """[(dtype, weak)] of arrays, dtypes and Python numbers."""
    from .arrays import described

    pairs = []
    for a in args:
        if a in PYTHON if isinstance(a, type) else False:
            pairs.append((PYTHON[a], a is not bool))
        elif a is None:
            pairs.append((default(float), False))
        elif isinstance(a, (type, np.dtype, str, DType)):
            pairs.append((numpy_dtype(a), False))
        else:
            pairs.append(described(a))
    return pairs


def __getattr__(name):
    if name in LACKING:
        raise MissingDTypeError(name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
