"""torch.masked: reductions and normalizations of the elements of a Tensor that a mask says are valid.

Each function takes `mask`, a bool Tensor that broadcasts to the input's shape and has no more dimensions, True where an element counts (None:
everywhere), and `dtype`, that of the result. Elements that do not count are replaced by what changes nothing: 0 of a sum, 1 of a
product, an infinity of a maximum. Gradients pass the elements that count; the others' are zeros.

>>> import compat as torch
>>> x, mask = torch.tensor([[-3.0, -2.0, -1.0], [0.0, 1.0, 2.0]]), torch.tensor([[True, False, True], [False, False, False]])
>>> torch.masked.sum(x, 1, mask=mask), torch.masked.mean(x, 1, mask=mask)
(tensor([-4.,  0.]), tensor([-2., nan]))
>>> torch.masked.softmax(x, 1, mask=mask)[0]
tensor([0.1192, 0.0000, 0.8808])
"""

import math
import sys

from . import dtypes
from ._unusable import put as _put
from .functions.conversion import iinfo
from .functions.missing import refusal as _refusal
from .functions.register import FUNCTIONS as T
from .linalg import vector_norm

__all__ = """
amax amin argmax argmin cumprod cumsum is_masked_tensor log_softmax logaddexp logsumexp mean median norm normalize prod softmax softmin
std sum var
""".split()


# ------------------------------------------------------------------------------------------------ what stands for elements that do not count
def least(name):
    """What no element of a dtype is below, for an operation of that name."""

    def of(dtype):
        need_order(name, dtype)
        return -math.inf if dtype.is_floating_point else iinfo(dtype).min

    return of


def greatest(name):
    """What no element of a dtype is above, for an operation of that name."""

    def of(dtype):
        need_order(name, dtype)
        return math.inf if dtype.is_floating_point else iinfo(dtype).max

    return of


def need_order(name, dtype):
    if dtype is dtypes.bool:
        raise NotImplementedError(f"identity of {name} on {dtype} input")


def in_shape(mask, input):
    """A mask in the shape of what it is of. ValueError if it cannot be."""
    if mask.shape == input.shape:
        return mask.bool()
    if mask.dim() > input.dim():
        raise IndexError("_input_mask expected broadcastable mask (got mask dimensionality higher than of the input)")
    return T["broadcast_to"](mask.clone(), input.shape).bool()


def filled(input, mask, neutral):
    """The input, and the neutral element of its dtype where it does not count."""
    if mask is None:
        return input
    if callable(neutral):
        neutral = neutral(input.dtype)
    return T["where"](in_shape(mask, input), input, T["tensor"](neutral, dtype=input.dtype))


def dimensions(dim, input):
    """The dimensions of an argument, each once, from the first to the last; none given: all."""
    if dim is None or dim == ():
        return tuple(range(input.dim()))
    found, of = [], max(input.dim(), 1)
    for d in dim if isinstance(dim, (tuple, list)) else (dim,):
        if not -of <= d < of:
            raise IndexError(f"Dimension out of range (expected to be in range of [{-of}, {of - 1}], but got {d})")
        if d % of in found:
            raise RuntimeError(f"dim={d % of} appears multiple times in the list of dims")
        found.append(d % of)
    return tuple(sorted(found))


def accumulated(input, dtype):
    """The dtype of a sum or of a product: that which is asked for, else int64 of integers, else the input's."""
    if dtype is not None:
        return dtype
    return input.dtype if input.dtype.is_floating_point or input.dtype.is_complex else dtypes.int64


def wide(dtype):
    """Do the elements of a dtype have fractions?"""
    return dtype.is_floating_point or dtype.is_complex


# ------------------------------------------------------------------------------------------------ reductions
def sum(input, dim=None, *, keepdim=False, dtype=None, mask=None):  # noqa: A001  (torch's names, here and below)
    """The sum over the dimensions of what counts; 0 where nothing does. Integers are summed in int64."""
    dtype = accumulated(input, dtype)
    if input.dtype.itemsize < dtype.itemsize or not wide(input.dtype):
        input = input.to(dtype)
    total = T["sum"](filled(input, mask, 0), dimensions(dim, input), bool(keepdim), dtype=dtype)
    return total


def prod(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The product over the dimensions of what counts; 1 where nothing does. Integers are multiplied in int64."""
    dtype = accumulated(input, dtype)
    if not wide(input.dtype):
        input = input.to(dtype)
    out = filled(input, mask, 1)
    for d in reversed(dimensions(dim, input)):
        out = out.prod(d, keepdim=bool(keepdim))
    return out.to(dtype)


def cumsum(input, dim, *, dtype=None, mask=None):
    """The sums of what counts up to each element."""
    dtype = dtype or input.dtype
    return T["cumsum"](filled(input, mask, 0), dimensions(dim, input)[0], dtype=dtype).to(dtype)


def cumprod(input, dim, *, dtype=None, mask=None):
    """The products of what counts up to each element."""
    dtype = dtype or input.dtype
    return T["cumprod"](filled(input, mask, 1), dimensions(dim, input)[0], dtype=dtype).to(dtype)


def amax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The greatest of what counts; the least number of the dtype where nothing does. Gradients of ties are shared."""
    out = filled(input, mask, least("amax")).amax(dimensions(dim, input), bool(keepdim))
    return out.to(dtype or input.dtype)


def amin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The least of what counts; the greatest number of the dtype where nothing does. Gradients of ties are shared."""
    out = filled(input, mask, greatest("amin")).amin(dimensions(dim, input), bool(keepdim))
    return out.to(dtype or input.dtype)


def argmax(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The place of the greatest of what counts, the first of several; of all elements in a row if no dimension is given."""
    out = filled(input, mask, least("argmax")).argmax(dim, bool(keepdim))
    return out.to(dtype or input.dtype)


def argmin(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The place of the least of what counts, the first of several; of all elements in a row if no dimension is given."""
    out = filled(input, mask, greatest("argmin")).argmin(dim, bool(keepdim))
    return out.to(dtype or input.dtype)


def counted(input, dim, keepdim, mask):
    """How many elements count."""
    valid = T["ones"](input.shape, dtype=dtypes.int64) if mask is None else in_shape(mask, input)
    return valid.sum(dimensions(dim, input), bool(keepdim))


def mean(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The mean of what counts; nan where nothing does. ValueError for dtypes without fractions."""
    source, dtype = ("Input", input.dtype) if dtype is None else ("Optional", dtype)
    if not wide(dtype):
        raise ValueError(
            f"mean(): Could not infer output dtype. {source} dtype must be either a floating point or complex dtype. Got: {dtype}"
        )
    return sum(input, dim, keepdim=keepdim, dtype=dtype, mask=mask) / counted(input, dim, keepdim, mask)


def median(input, dim=-1, *, keepdim=False, dtype=None, mask=None):
    """The median of what counts, the lower of two; nan where nothing does, and ValueError there for integers."""
    floats = input.is_floating_point()
    x = filled(input if floats else input.to(dtypes.float32), mask, math.nan)
    out = x.nanmedian(dimensions(dim, input)[0], keepdim).values
    if floats:
        return out
    if out.isnan().any():
        raise ValueError("masked median expects no fully masked out rows if dtype is not floating point")
    return out.to(dtype or input.dtype)


def logsumexp(input, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The logarithm of the sum of the exponentials of what counts; -inf where nothing does."""
    dtype = dtype or input.dtype
    return (
        filled(input, mask, -math.inf if input.is_complex() else least("logsumexp"))
        .logsumexp(dimensions(dim, input), keepdim)
        .to(dtype)
    )


def logaddexp(input, other, *, dtype=None, input_mask=None, other_mask=None):
    """log(exp(input) + exp(other)), each where it counts; -inf where neither does."""
    parts = [filled(x, mask, least("logaddexp")) for x, mask in ((input, input_mask), (other, other_mask))]
    return T["logaddexp"](*parts).to(dtype or input.dtype)


def norm(input, ord=2.0, dim=None, *, keepdim=False, dtype=None, mask=None):
    """The vector norm of order `ord` of what counts; 0 where nothing does, and inf of order -inf."""
    x = filled(input, mask, math.inf if ord == -math.inf else 0)
    return vector_norm(x, ord, dimensions(dim, input), bool(keepdim), dtype=dtype or input.dtype)


def deviations(input, dim, unbiased, correction, keepdim, dtype, mask):
    """(the variance of what counts, the dtype of the result)."""
    if unbiased is not None and correction is not None:
        raise AssertionError("Only one of unbiased and correction may be given")
    correction = float(correction if correction is not None else unbiased is not False)
    dtype = dtype or (input.dtype if wide(input.dtype) else dtypes.float32)
    inner = dtype if wide(dtype) else dtypes.float32
    middle = sum(input, dim, keepdim=True, dtype=dtype, mask=mask) / counted(input, dim, True, mask)
    x = input - middle
    total = sum(x * x.conj(), dim, keepdim=keepdim, dtype=inner, mask=mask)
    count = counted(input, dim, keepdim, mask)
    if correction:
        count = T["clamp"](count.to(inner.to_real()) - correction, min=0)
    return (total / count).to(dtype)


def var(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None):
    """The variance of what counts, over its number less `correction` (1); nan where that is nothing."""
    return deviations(input, dim, unbiased, correction, keepdim, dtype, mask)


def std(input, dim=None, unbiased=None, *, correction=None, keepdim=False, dtype=None, mask=None):
    """The square root of `var`."""
    return deviations(input, dim, unbiased, correction, keepdim, dtype, mask).sqrt()


# ------------------------------------------------------------------------------------------------ normalizations
def softmax(input, dim, *, dtype=None, mask=None):
    """exp(x) over the sum of those that count; 0 where an element does not, nan where none of its row does."""
    dim = dimensions(dim, input)[0]
    return T["softmax"](filled(input, mask, least("amax")), dim, dtype=dtype or input.dtype)


def log_softmax(input, dim, *, dtype=None, mask=None):
    """The logarithm of softmax."""
    dim = dimensions(dim, input)[0]
    return T["log_softmax"](filled(input, mask, least("amax")), dim, dtype=dtype or input.dtype)


def softmin(input, dim, *, dtype=None, mask=None):
    """softmax of -x."""
    dim = dimensions(dim, input)[0]
    x = filled(input, mask, greatest("amin")).neg()
    return T["softmax"](x, dim, dtype=dtype or input.dtype)


def normalize(input, ord, dim, *, eps=1e-12, dtype=None, mask=None):
    """x over the norm of what counts, which is at least `eps`; 0 where an element does not count."""
    size = norm(input, ord, dim, keepdim=True, dtype=dtype, mask=mask)
    return filled(input, mask, 0) / T["maximum"](size, size.new_full([], eps))


def is_masked_tensor(obj, /):
    """False: there are no MaskedTensors, whose functions take a Tensor and a mask here.

    >>> import compat as torch
    >>> torch.masked.is_masked_tensor(torch.ones(2))
    False
    """
    return False


_ops = sys.modules[__name__]  # (where torch's functions stand)
_put("compat", {"masked": "MaskedTensor masked_tensor as_masked_tensor"})  # of which nothing is one
__getattr__ = _refusal(__name__)
