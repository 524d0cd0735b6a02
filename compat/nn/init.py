"""torch.nn.init: the initial values of parameters, bit for bit torch's, written in place without being recorded."""

import math

import numpy as np

from funcgrad.core.site import warn
from funcgrad.core.tracebacks import public

from ..autograd.grad_mode import call_in
from ..dtypes import SPOKEN
from ..functions.drawing import refuse_staging
from ..functions.missing import refusal as _refusal
from ..functions.random import stream_of
from ..functions.register import FUNCTIONS as T
from ..functions.writing import check_writable
from ..payload import current, memory
from ..tensor import Tensor


def silently(f, *args, **kwargs):
    return call_in(False, f, *args, **kwargs)


def need_numbers(name, *given):
    """torch's error for Tensors in the place of numbers."""
    if any([isinstance(g, Tensor) for g in given]):
        from .._calls import refusal

        refused = refusal(name, True, given, {})
        if refused is not None:
            raise refused


@public
def calculate_gain(nonlinearity, param=None):
    """The factor that keeps the variance through a nonlinearity.

    >>> import compat as torch
    >>> torch.nn.init.calculate_gain("tanh")
    1.6666666666666667
    """
    ones = (
        "linear",
        "conv1d",
        "conv2d",
        "conv3d",
        "conv_transpose1d",
        "conv_transpose2d",
        "conv_transpose3d",
        "sigmoid",
    )
    if nonlinearity in ones:
        return 1
    if nonlinearity == "tanh":
        return 5.0 / 3
    if nonlinearity == "relu":
        return math.sqrt(2.0)
    if nonlinearity == "leaky_relu":
        if param is None:
            slope = 0.01
        elif not isinstance(param, bool) and isinstance(param, (int, float)):
            slope = param
        else:
            raise ValueError(f"negative_slope {param} not a valid number")
        return math.sqrt(2.0 / (1 + slope**2))
    if nonlinearity == "selu":
        return 3.0 / 4
    raise ValueError(f"Unsupported nonlinearity {nonlinearity}")


@public
def uniform_(tensor, a=0.0, b=1.0, generator=None):
    """Fill with uniform numbers from [a, b)."""
    fill = tensor.uniform_
    need_numbers("uniform_", a, b)
    return silently(fill, a, b, generator=generator)


@public
def normal_(tensor, mean=0.0, std=1.0, generator=None):
    """Fill with normal numbers."""
    fill = tensor.normal_
    need_numbers("normal_", mean, std)
    return silently(fill, mean, std, generator=generator)


@public
def constant_(tensor, val):
    """Fill with a number."""
    return silently(tensor.fill_, val)


@public
def ones_(tensor):
    """Fill with ones."""
    return constant_(tensor, 1.0)


@public
def zeros_(tensor):
    """Fill with zeros."""
    return silently(tensor.zero_)


def written(tensor, array, more=0):
    """Copy figures into a Tensor; `more`: how many changes in place torch makes of it beyond one."""
    tensor.versioned().version += more
    return silently(tensor.copy_, Tensor(np.asarray(array, tensor.dtype.numpy), None, current(tensor.detach()).owner))


@public
def eye_(tensor):
    """Fill a matrix with the identity."""
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    return written(tensor, np.eye(*tensor.shape))


@public
def dirac_(tensor, groups=1):
    """Fill a convolution's weight so that it keeps its input."""
    if tensor.ndimension() not in (3, 4, 5):
        raise ValueError("Only tensors with 3, 4, or 5 dimensions are supported")
    shape = tuple(tensor.shape)
    if shape[0] % groups:
        raise ValueError("dim 0 must be divisible by groups")
    array = np.zeros(shape)
    out = shape[0] // groups
    for g in range(groups):
        for d in range(min(out, shape[1])):
            array[(g * out + d, d, *[k // 2 for k in shape[2:]])] = 1
    return written(tensor, array, groups * min(out, shape[1]))


def _calculate_fan_in_and_fan_out(tensor):
    """How many inputs an output has, and how many outputs an input has."""
    if tensor.dim() < 2:
        raise ValueError("Fan in and fan out can not be computed for tensor with fewer than 2 dimensions")
    field = math.prod(tensor.shape[2:])
    return tensor.shape[1] * field, tensor.shape[0] * field


@public
def xavier_uniform_(tensor, gain=1.0, generator=None):
    """Uniform in +-gain * sqrt(6 / (fan_in + fan_out))."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    std = gain * math.sqrt(2.0 / float(fan_in + fan_out))
    a = math.sqrt(3.0) * std
    return uniform_(tensor, -a, a, generator)


@public
def xavier_normal_(tensor, gain=1.0, generator=None):
    """Normal with deviation gain * sqrt(2 / (fan_in + fan_out))."""
    fan_in, fan_out = _calculate_fan_in_and_fan_out(tensor)
    return normal_(tensor, 0.0, gain * math.sqrt(2.0 / float(fan_in + fan_out)), generator)


def _calculate_correct_fan(tensor, mode):
    """How many inputs an output has ("fan_in"), or outputs an input ("fan_out")."""
    mode = mode.lower()
    if mode not in ("fan_in", "fan_out"):
        raise ValueError(f"Mode {mode} not supported, please use one of ['fan_in', 'fan_out']")
    return _calculate_fan_in_and_fan_out(tensor)[mode == "fan_out"]


def deviation(tensor, a, mode, nonlinearity):
    """The deviation of Kaiming's initial values."""
    fan = _calculate_correct_fan(tensor, mode)
    return calculate_gain(nonlinearity, a) / math.sqrt(fan)


@public
def kaiming_uniform_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Uniform in +-gain * sqrt(3 / fan)."""
    if 0 in tensor.shape:
        warn("Initializing zero-element tensors is a no-op")
        return tensor
    bound = math.sqrt(3.0) * deviation(tensor, a, mode, nonlinearity)
    return uniform_(tensor, -bound, bound, generator)


@public
def kaiming_normal_(tensor, a=0, mode="fan_in", nonlinearity="leaky_relu", generator=None):
    """Normal with deviation gain / sqrt(fan)."""
    if 0 in tensor.shape:
        warn("Initializing zero-element tensors is a no-op")
        return tensor
    return normal_(tensor, 0, deviation(tensor, a, mode, nonlinearity), generator)


def live_stream(generator, what):
    """The stream to draw from at once: how much is drawn depends on what is drawn."""
    refuse_staging(what)
    return stream_of(generator)


@public
def trunc_normal_(tensor, mean=0.0, std=1.0, a=-2.0, b=2.0, generator=None):
    """Normal within [a, b]: what falls outside is taken from further draws of the whole Tensor."""
    if tensor.is_meta:
        return tensor
    if mean < a - 2 * std or mean > b + 2 * std:
        warn(
            "mean is more than 2 std from [a, b] in nn.init.trunc_normal_. The distribution of values may be incorrect.",
        )
    live_stream(generator, "nn.init.trunc_normal_")
    if tensor.is_complex() and a > b:
        raise RuntimeError(f"uniform_ expects to return a [from, to) range, but found from={a} > to={b}")
    if tensor.is_complex():
        raise NotImplementedError(f'"lt_cpu" not implemented for {SPOKEN[tensor.dtype.name]!r}')
    d = tensor.dtype.numpy
    inside = 0.5 * (math.erf((b - mean) / std / math.sqrt(2.0)) - math.erf((a - mean) / std / math.sqrt(2.0)))
    if inside <= 0.3:
        return written(tensor, accepted(tensor, generator, d, mean, std, a, b))
    low, high = (silently(tensor.new_tensor, v).item() for v in (a, b))
    out = laid(tensor, "normal_", mean, std, generator, True)
    outside, rounds = (out < low) | (out > high), 0
    while outside.any():
        rounds += 1
        out = np.where(outside, laid(tensor, "normal_", mean, std, generator), out)
        outside = (out < low) | (out > high)
    return written(tensor, out, rounds - 1)


def laid(tensor, method, low, high, generator, there=False):
    """Figures drawn for a Tensor in the order of its memory: into new memory, or with `there` into its own, for which torch draws
    otherwise where it has gaps."""
    scratch = tensor.detach() if there else T["empty_like"](tensor.detach())
    return memory(silently(getattr(scratch, method), low, high, generator=generator)).copy()


def accepted(tensor, generator, d, mean, std, a, b):
    """Normal numbers from a part of the distribution that is seldom met: uniform ones, accepted by their density."""
    peak = -0.5 * ((max(a, min(mean, b)) - mean) / std) ** 2

    def drawn(there=False):
        x = laid(tensor, "uniform_", a, b, generator, there)
        density = ((x - d.type(mean)) / d.type(std)) ** 2 * d.type(-0.5) - d.type(peak)
        with np.errstate(divide="ignore"):
            return x, np.log(laid(tensor, "uniform_", 0.0, 1.0, generator)) > density

    out, pending = drawn(True)
    while pending.any():
        x, refused = drawn()
        out = np.where(pending, x, out)
        pending &= refused
    return out


@public
def orthogonal_(tensor, gain=1, generator=None):
    """A (semi-)orthogonal matrix, of the first dimension by all others."""
    if tensor.ndimension() < 2:
        raise ValueError("Only tensors with 2 or more dimensions are supported")
    if tensor.numel() == 0:
        return tensor
    rows, d = tensor.shape[0], tensor.dtype
    if d.is_floating_point and d.itemsize == 2:
        raise NotImplementedError(f'"geqrf_cpu" not implemented for {SPOKEN[d.name]!r}')
    if d.is_complex:
        raise NotImplementedError(
            "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead."
        )
    stream = live_stream(generator, "nn.init.orthogonal_")
    flat = stream.normal((rows, tensor.numel() // rows), 0.0, 1.0, tensor.dtype.numpy)
    if flat.shape[0] < flat.shape[1]:
        flat = flat.T
    q, r = np.linalg.qr(flat)
    q = q * np.sign(np.diag(r))
    if rows < tensor.numel() // rows:
        q = q.T
    check_writable(current(tensor))
    if type(gain) not in (int, float):
        from .._calls import C

        C.method.mul_(gain)
    return written(tensor, gain * q.reshape(tuple(tensor.shape)), 1)


@public
def sparse_(tensor, sparsity, std=0.01, generator=None):
    """Normal, with a fraction of each column set to zero."""
    if tensor.ndimension() != 2:
        raise ValueError("Only tensors with 2 dimensions are supported")
    stream = live_stream(
        None, "nn.init.sparse_"
    )  # (torch draws the rows from the default generator, whatever is given)
    rows, columns = tensor.shape
    zeros = math.ceil(sparsity * rows)
    out = laid(tensor, "normal_", 0, std, generator, True)
    for c in range(columns):
        out[stream.randperm(rows)[:zeros], c] = 0
    return written(tensor, out, columns - 1)


def former(f):
    """An initialiser by its former name, without the underscore."""
    old = f.__name__[:-1]

    def deprecated(*args, **kwargs):
        warn(f"`nn.init.{old}` is now deprecated in favor of `nn.init.{f.__name__}`.", FutureWarning)
        return f(*args, **kwargs)

    deprecated.__name__, deprecated.__doc__ = old, f"{f.__name__}, by its former name."
    return deprecated


uniform, normal, constant, eye, dirac = (former(f) for f in (uniform_, normal_, constant_, eye_, dirac_))
xavier_uniform, xavier_normal = former(xavier_uniform_), former(xavier_normal_)
kaiming_uniform, kaiming_normal = former(kaiming_uniform_), former(kaiming_normal_)
orthogonal, sparse = former(orthogonal_), former(sparse_)
__getattr__ = _refusal(__name__)

# The names that initialisers of one's own, written after torch's, import
_no_grad_uniform_, _no_grad_normal_, _no_grad_trunc_normal_, _no_grad_fill_ = (
    uniform_,
    normal_,
    trunc_normal_,
    constant_,
)
_no_grad_zero_ = zeros_
