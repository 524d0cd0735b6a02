"""What torch refuses when asked for random numbers, and in which words; ranges a float dtype can hold.

Invariant: every check here comes before a word is drawn, so a refused call leaves the stream untouched.
"""

import functools

import numpy as np

from funcgrad.core.halves import BFLOAT16, COMPLEX32, FLOAT16, HALVES, LARGEST
from funcgrad.core.halves import rounded as in_halves
from funcgrad.core.site import warn

INT64_MIN, INT64_MAX = -(1 << 63), (1 << 63) - 1
FLOAT32, FLOAT64 = np.dtype(np.float32), np.dtype(np.float64)
MANTISSA = {FLOAT16: 11, BFLOAT16: 8, FLOAT32: 24, FLOAT64: 53}  # bits, the hidden one included
# what most of torch's kernels for any number are made for; bool apart
NUMBERS = frozenset((*map(np.dtype, ("uint8", "int8", "int16", "int32", "int64")), *MANTISSA))

# dtype: its C++ type, as bounds errors name it, and torch's scalar type
_NAMES = {
    np.dtype(name): names
    for name, names in {
        "bool": ("bool", "Bool"),
        "int8": ("signed char", "Char"),
        "uint8": ("unsigned char", "Byte"),
        "int16": ("short int", "Short"),
        "uint16": ("short unsigned int", "UInt16"),
        "int32": ("int", "Int"),
        "uint32": ("unsigned int", "UInt32"),
        "int64": ("long int", "Long"),
        "uint64": ("long unsigned int", "UInt64"),
        "float16": ("c10::Half", "Half"),
        "float32": ("float", "Float"),
        "float64": ("double", "Double"),
        "complex64": ("c10::complex<float>", "ComplexFloat"),
        "complex128": ("c10::complex<double>", "ComplexDouble"),
    }.items()
} | {BFLOAT16: ("c10::BFloat16", "BFloat16"), COMPLEX32: ("c10::complex<c10::Half>", "ComplexHalf")}


def largest(dtype):
    """The largest finite number of a float dtype."""
    return LARGEST[dtype] if dtype in LARGEST else float(np.finfo(dtype).max)


def rounded(values, dtype):
    """float64 values in a float dtype, as C++ casts them: half precision by way of float32."""
    return in_halves(values, dtype) if dtype in HALVES else np.asarray(values).astype(dtype, copy=False)


def cpp_name(dtype):
    """The C++ type torch stores a dtype in, such as c10::Half for float16."""
    return _NAMES.get(dtype, (str(dtype),))[0]


def scalar_name(dtype):
    """torch's name of a scalar type, such as Float for float32."""
    return _NAMES.get(dtype, (str(dtype),))[-1]


def not_implemented(dtype, kernel):
    """The error of a torch kernel that lacks a dtype."""
    return NotImplementedError(f"\"{kernel}\" not implemented for '{scalar_name(dtype)}'")


def require_float(dtype, kernel):
    """Raises unless `dtype` is a real float."""
    if dtype not in MANTISSA:
        raise not_implemented(dtype, kernel)


def require_continuous(dtype, distribution, name):
    """Raises torch's error for a continuous distribution asked for in a dtype that is no real float."""
    if dtype not in MANTISSA:
        raise RuntimeError(
            f"{distribution} distribution is a continuous probability distribution. dtype must be a floating point "
            f"but you specified {name(dtype)}"
        )


def check_uniform_bounds(low, high, dtype):
    """Raises RuntimeError unless low <= high and both, and their distance, fit the float `dtype`."""
    most = largest(dtype)
    for name, value in (("from", low), ("to", high)):
        if not -most <= value <= most:
            raise RuntimeError(f"{name} is out of bounds for {cpp_name(dtype)}")
    if low > high:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={low:g} > to={high:g}")
    if float(high) - float(low) > most:
        raise RuntimeError(
            f"uniform_ expects to-from <= std::numeric_limits<{scalar_name(dtype)}>::max(), but found to={high:g} and "
            f"from={low:g} which result in to-from to exceed the limit"
        )


@functools.cache
def _reach(dtype):
    """The least and the largest number of a dtype of whole numbers or truth values, as far as 64 bits with a sign hold them."""
    return (0, 1) if dtype.kind == "b" else (int(np.iinfo(dtype).min), min(int(np.iinfo(dtype).max), INT64_MAX))


def integer_range(low, high, dtype):
    """The range [low, high) of Python ints torch draws from, moved inwards to what a float `dtype` can hold.

    high=None: up to the largest value of the dtype (for a float, the last integer it counts to).

    >>> integer_range(0, None, np.dtype(np.int16))
    (0, 32768)
    """
    if high is not None and low >= high:
        raise RuntimeError(f"random_ expects 'from' to be less than 'to', but got from={low} >= to={high}")
    if dtype in MANTISSA:
        return _float_range(low, high, dtype)
    if dtype.kind not in "iub":
        raise RuntimeError("check_random_bounds handles only integral, floating-point and boolean types")
    least, most = _reach(dtype)
    high = most + 1 if high is None else high
    _check_within(low, high, least, most, dtype)
    return low, high


def _float_range(low, high, dtype):
    low = _next_inwards(low, 1, dtype)
    if high is None:
        high = (1 << MANTISSA[dtype]) + 1
        if low >= high - 1:
            raise RuntimeError(
                "random_ expects 'from' casted to dtype to be less than or equal to 'to_inc' casted to dtype, but got "
                f"from={low} > to_inc={high - 1}"
            )
    else:
        high = _next_inwards(high, -1, dtype)
        if low >= high:
            raise RuntimeError(
                f"random_ expects 'from' casted to dtype to be less than 'to' casted to dtype, but got from={low} >= "
                f"to={high}"
            )
    _check_within(low, high, -largest(dtype), largest(dtype), dtype)
    digits = MANTISSA[dtype]
    for name, value in (("from", low), ("to - 1", high - 1)):
        if abs(value) > 1 << digits:
            warn(
                f"{name} is out of bounds [-(2^{digits}), 2^{digits}]. Due to precision limitations "
                f"{cpp_name(dtype)} can support discrete uniform distribution only within this range. This warning "
                "will become an error in version 1.7 release, please fix the code in advance",
            )
    return low, high


def _check_within(low, high, smallest, largest, dtype):
    for name, value in (("from", low), ("to - 1", high - 1)):
        if not smallest <= value <= largest:
            raise RuntimeError(f"{name} is out of bounds for {cpp_name(dtype)}")


def _next_inwards(bound, step, dtype):
    """`bound`, unless its neighbour (bound + step) rounds out of the range in `dtype`: then the next value inside."""
    neighbour = min(bound + step, INT64_MAX)
    with np.errstate(over="ignore"):
        nearest = float(rounded(np.int64(neighbour), dtype))
    outside = nearest < bound if step > 0 else nearest >= bound
    if not outside or not INT64_MIN <= nearest <= INT64_MAX:  # where C++ could not cast back to an integer
        return bound
    exponent = max(abs(neighbour).bit_length() - 1, 0)
    return int(nearest) + step * (1 << (exponent - MANTISSA[dtype] + 1))
