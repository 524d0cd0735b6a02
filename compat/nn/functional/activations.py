"""Activations: each is shown as one node, with torch's `inplace`; and the softmaxes."""

import functools

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import warn
from funcgrad.core.state import tls
from funcgrad.core.written_calls import written_call
from funcgrad.ops.floats import few

from ..._generator import default_generator
from ..._recorded_writes import recorded_as
from ...dtypes import beyond
from ...functions.call_errors import MISSING
from ...functions.drawing import drawn
from ...functions.kernels import BARE, mended, refuse_in, refused_call
from ...functions.mapped_by_loop import refuse_mapped
from ...functions.nodes import as_one, named
from ...functions.operands import (
    dtype_of,
    in_c_order,
    iterated,
    laid_like,
    need_scalar_type,
    number,
    overflowing,
    plain_number,
    shape_of,
)
from ...functions.out_argument import begin, check_single, store
from ...functions.pointwise import complex_sigmoid
from ...functions.quick_roads import quick
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...functions.rounding import at_begin, half_in, rounds_once
from ...functions.softmax import quick_softmax
from ...functions.writing import kept, rewrite, spoken
from ...method_arguments import wrapped
from ...native import shown_as
from ...payload import current
from ...tensor import Tensor
from .dtypes import refuse_integers

P = PRIMITIVES
DOUBLE = np.dtype(np.float64)


IN_C_ORDER = ("LogSigmoidBackward0", "RreluWithNoiseBackward0")  # whatever the input's strides
LIKE_INPUT = ("HardtanhBackward0",)  # written into memory made like it (which shows where there are no elements)
FROM_RESULT = ("LeakyRelu", "Elu", "Celu", "RreluWithNoise")  # torch has another node for these in place


def shown(input, body, label, inplace, *args, **kwargs):
    """body of a Tensor and numbers, shown as one node; in place, what the body reads is the value as it was."""
    if not inplace:
        t = current(input)
        out = body(t, *args, **kwargs)
        lay = in_c_order if label in IN_C_ORDER else iterated if label not in LIKE_INPUT else laid_like
        return named(lay(out, t), label, (input,))
    if label.removesuffix("Backward0") in FROM_RESULT:
        label = label[:-1] + "1"
    if label != "RreluWithNoiseBackward1" and recorded_as(label, body, input, args, kwargs):  # (that draws)
        return input
    return rewrite(input, body(kept(input), *args, **kwargs), label, (input,))


def activation(label, body, kernel=None, of_halves=None, by_place=True, once=True):
    """A function of one Tensor and numbers, shown as one node, with torch's `inplace`; `kernel` knows no integers. `of_halves`: what
    is computed, in float32, of half precision, where body would not round as torch does. `by_place`: are the numbers taken so? `once`: is it
    to be rounded once (a single primitive is, by itself)?"""

    def mind_halves():
        nonlocal body
        whole, once = body, rounds_once(of_halves or body)

        def body(x, *args, **kwargs):
            return (whole if half_in(x) is None else once)(x, *args, **kwargs)

    def f(input=MISSING, *args, inplace=False, out=None, **kwargs):
        try:
            if out is not None:
                begin(f.__name__, out, (input,), {})
                if kernel not in ("softshrink_check", "log_sigmoid_cpu"):
                    check_single(f.__name__, out, (input,), dtype_of(current(input)))
            if kernel is not None:
                refuse_integers(kernel, input)
                if out is not None and kernel == "log_sigmoid_cpu":
                    need_scalar_type(current(input), current(out))
            if args:
                if not by_place:
                    raise TypeError
                args = [plain_number(a) for a in args]
            if kwargs:
                kwargs = {k: a if k == "approximate" else plain_number(a) for k, a in kwargs.items()}
            got = shown(input, body, label, inplace, *args, **kwargs)
            return got if out is None else store(f.__name__, out, got, (input,))
        except BaseException as error:
            if f.__name__ not in BARE:
                raise
            given = () if input is MISSING else (input, *args)
            more = {"inplace": inplace} if inplace else {}
            more |= {} if out is None else {"out": out}
            error = refused_call(error, f.__name__, given, kwargs | more)
            raise error

    f.__name__ = f.__qualname__ = body.__name__.removeprefix("_")
    f.__doc__ = body.__doc__
    if once:
        at_begin(mind_halves)
    return f


def with_inplace(like, body, label, kernel=None):
    """activation() for functions that take `inplace` as their last positional argument too; `like`: one of torch's parameters."""
    f, position = activation(label, body, kernel), like.__code__.co_argcount - 1

    def g(*args, **kwargs):
        if len(args) == position + 1:
            if "inplace" in kwargs:
                error = TypeError(f"{g.__name__}() got multiple values for argument 'inplace'")
                raise refused_call(error, g.__name__, args, kwargs)
            kwargs["inplace"] = args[-1]
            args = args[:-1]
        if "out" in kwargs and body is not _threshold:  # (which torch has natively too)
            error = TypeError(f"{g.__name__}() got an unexpected keyword argument 'out'")
            raise refused_call(error, g.__name__, args, kwargs)
        return f(*args, **kwargs)

    g.__name__, g.__doc__ = f.__name__, f.__doc__
    return shown_as(like)(g)


ALONE = lambda input, inplace=False: None  # noqa: E731


def relu(input, inplace=False):
    """max(x, 0); the derivative at 0 is 0."""
    try:
        return input.relu_() if inplace else T["relu"](input)
    except BaseException as error:
        error = mended(error)
        raise error


def relu_(input):
    """relu, in place."""
    return input.relu_()


def tanh(input):
    """tanh(x)."""
    try:
        return input.tanh()
    except BaseException as error:
        error = mended(error)
        raise error


def sigmoid(input):
    """1 / (1 + exp(-x))."""
    try:
        return input.sigmoid()
    except BaseException as error:
        error = mended(error)
        raise error


def _leaky_relu(x, negative_slope=0.01):
    """x where positive, negative_slope * x elsewhere."""
    if type(negative_slope) is not float:
        try:
            negative_slope = real(negative_slope if not isinstance(negative_slope, str) else None)
        except TypeError as error:
            raise overflow(wide(x), negative_slope, error=error) from None
    return P["leaky_relu"](x, negative_slope, kink="torch")


leaky_relu = with_inplace(
    lambda input, negative_slope=0.01, inplace=False: None, _leaky_relu, "LeakyReluBackward0", "leaky_relu_cpu"
)


def overflow(d, *numbers, error=None):
    """What is raised, in the place of an error, where a number that has to be of a real dtype is complex."""
    return overflowing(d) if any([isinstance(n, complex) for n in numbers]) else error


def wide(x):
    """The dtype in which torch works on numbers beside a Tensor."""
    return DOUBLE if dtype_of(x) == DOUBLE else np.dtype(np.float32)


def real(x):
    """A number as a float; torch's error of a whole one that is longer than its numbers."""
    if type(x) is int and (error := beyond(x)) is not None:
        raise error
    return float(x)


def of_elu(alpha=1.0, scale=1.0, inner=1.0):
    """The settings of the primitive: alpha * (exp(inner * x) - 1) where x is 0 or below, x elsewhere (nan too); all times scale."""
    try:
        return {"low": real(alpha) * real(scale), "high": real(scale), "inner": real(inner)}
    except TypeError as error:
        raise overflow(DOUBLE, alpha, scale, inner, error=error) from None


def of_celu(alpha=1.0):
    """The same for max(0, x) + min(0, alpha * (exp(x / alpha) - 1))."""
    alpha = alpha if isinstance(alpha, complex) else real(alpha)
    if alpha == 0:
        raise RuntimeError("ZeroDivisionError: alpha cannot be 0 for CELU")
    return of_elu(alpha, 1.0, 1.0 / alpha)


def _elu(x, alpha=1.0, scale=1.0, input_scale=1.0):
    """alpha * (exp(x) - 1) where x is 0 or below, x elsewhere (nan too); all times scale."""
    return P["elu"](x, **of_elu(alpha, scale, input_scale))


elu = with_inplace(lambda input, alpha=1.0, inplace=False: None, _elu, "EluBackward0", "elu_cpu")
OF_SELU = of_elu(1.6732632423543772848170429916717, 1.0507009873554804934193349852946)


def _selu(x):
    """scale * elu(x, alpha), with the constants that keep mean 0 and variance 1."""
    return P["elu"](x, **OF_SELU)


selu = with_inplace(ALONE, _selu, "EluBackward0", "elu_cpu")


def _celu(x, alpha=1.0):
    """max(0, x) + min(0, alpha * (exp(x / alpha) - 1))."""
    settings = of_celu(alpha)
    refuse_integers("elu_cpu", x)
    return P["elu"](x, **settings)


celu = with_inplace(lambda input, alpha=1.0, inplace=False: None, _celu, "CeluBackward0")


def _gelu(x, approximate="none"):
    """x * Phi(x), Phi the normal distribution function; "tanh": by the usual approximation."""
    if approximate == "none":
        return P["gelu"](x)
    if approximate != "tanh":
        raise RuntimeError("approximate argument must be either none or tanh.")
    return P["gelu_tanh"](x)


def gelu_by_erf(x, approximate="none"):
    """The same, in the steps of torch's kernel."""
    if approximate != "none":
        return _gelu(x, approximate)
    return P["mul"](P["mul"](x, 0.5), P["add"](P["erf"](P["mul"](x, 0.5**0.5)), 1.0))


gelu = activation("GeluBackward0", _gelu, "GeluKernelImpl", gelu_by_erf, False)


def _silu(x):
    """x * sigmoid(x)."""
    if dtype_of(x).kind != "c":
        return P["silu"](x)
    if isinstance(x, Tensor) and x.requires_grad and tls.grad:
        raise RuntimeError("silu does not support automatic differentiation for outputs with complex dtype.")
    return P["mul"](x, complex_sigmoid(x))


silu = with_inplace(ALONE, _silu, "SiluBackward0", "silu_cpu")


def _mish(x):
    """x * tanh(softplus(x))."""
    return P["mul"](x, P["tanh"](P["softplus"](x)))


mish = with_inplace(ALONE, _mish, "MishBackward0", "mish_cpu")


def of_softplus(beta=1.0, threshold=20.0):
    """The settings of the primitive."""
    return {"beta": real(beta), "threshold": real(threshold)}


def _softplus(x, beta=1.0, threshold=20.0):
    """log(1 + exp(beta * x)) / beta; x itself where beta * x exceeds the threshold."""
    if isinstance(beta, complex) or isinstance(threshold, complex):
        raise overflow(wide(x), beta, threshold)
    return P["softplus_to"](x, **of_softplus(beta, threshold))


softplus = activation("SoftplusBackward0", _softplus, "softplus_cpu")


def _logsigmoid(x):
    """log(sigmoid(x)), without overflow."""
    return P["log_sigmoid"](x)


logsigmoid = activation("LogSigmoidBackward0", _logsigmoid, "log_sigmoid_cpu", once=False)


def of_hardtanh(min_val=-1.0, max_val=1.0):
    """The settings of the primitive."""
    try:
        return {"low": real(min(min_val, max_val)), "high": real(max_val)}
    except TypeError as error:
        raise overflow(DOUBLE, min_val, max_val, error=error) from None


def _hardtanh(x, min_val=-1.0, max_val=1.0):
    """x limited to [min_val, max_val]; the derivative at the edges is 0."""
    if dtype_of(x).kind == "u" and (int(min_val) < 0 or int(max_val) < 0):
        raise RuntimeError("cannot do hardtanh on an unsigned type with negative limits")
    if dtype_of(x).kind == "f":
        return P["hardtanh"](x, **of_hardtanh(min_val, max_val))
    if dtype_of(x).kind == "b":
        raise RuntimeError("Bool inputs not supported for hardtanh")
    if dtype_of(x).kind == "c":
        raise NotImplementedError("clamp is not supported for complex types")
    low, high = (dtype_of(x).type(v) for v in (min(min_val, max_val), max_val))
    return P["where"](P["less_equal"](x, low), low, P["where"](P["greater_equal"](x, high), high, x))


native_hardtanh = with_inplace(
    lambda input, min_val=-1.0, max_val=1.0, inplace=False: None, _hardtanh, "HardtanhBackward0"
)


def of_bounds(min_val=-1.0, max_val=1.0):
    """The same, of bounds in order."""
    if min_val > max_val:
        raise ValueError("min_val cannot be greater than max_val")
    return of_hardtanh(min_val, max_val)


def hardtanh(input, min_val=-1.0, max_val=1.0, inplace=False):
    """x limited to [min_val, max_val]; the derivative at the edges is 0."""
    of_bounds(min_val, max_val)
    return native_hardtanh(input, min_val, max_val, inplace=inplace)


def _relu6(x):
    """x limited to [0, 6]."""
    return _hardtanh(x, 0.0, 6.0)


relu6 = with_inplace(ALONE, _relu6, "HardtanhBackward0")


def _hardsigmoid(x):
    """(x + 3) / 6 limited to [0, 1]."""
    return P["hardsigmoid"](x)


hardsigmoid = with_inplace(ALONE, _hardsigmoid, "HardsigmoidBackward0", "hardsigmoid_cpu")


def _hardswish(x):
    """x * hardsigmoid(x)."""
    return P["hardswish"](x)


hardswish = with_inplace(ALONE, _hardswish, "HardswishBackward0", "hardswish_cpu")


def shrunk(x, lambd, soft=False):
    """x where |x| > lambd, moved towards 0 by it if `soft`, else 0; a nan has the derivative 1 among few numbers, else 0."""
    still = P["stop"](x)
    size = P["abs"](still)
    far = P["sub"](x, P["copysign"](dtype_of(x).type(lambd), still)) if soft else x
    if few(x):
        return P["where"](P["less_equal"](size, lambd), P["mul"](still, 0.0) if soft else 0.0, far)
    return P["where"](P["greater"](size, lambd), far, P["where"](P["isnan"](still), still, 0.0))


def _hardshrink(x, lambd=0.5):
    """x where |x| > lambd, else 0."""
    if isinstance(lambd, complex):
        raise overflow(dtype_of(x), lambd)
    return shrunk(x, lambd)


hardshrink = activation("HardshrinkBackward0", _hardshrink, "hardshrink_cpu")


def _softshrink(x, lambd=0.5):
    """x moved towards 0 by lambd, 0 on the way."""
    if isinstance(lambd, complex):
        raise overflow(DOUBLE, lambd)
    d = dtype_of(x)
    if not 0 <= lambd <= np.finfo(d).max:
        raise RuntimeError(
            f"lambda must be in range [0, {np.finfo(d).max:.6g}] for input dtype {spoken(d)}, but found {lambd:g}"
        )
    return shrunk(x, lambd, True)


softshrink = activation("SoftshrinkBackward0", _softshrink, "softshrink_check")


def _threshold(x, threshold, value):
    """x where it exceeds the threshold, else value."""
    if dtype_of(x).kind in "bc":
        refuse("threshold_cpu", dtype_of(x))
    if dtype_of(x).kind != "c" and (isinstance(threshold, complex) or isinstance(value, complex)):
        raise overflow(dtype_of(x), threshold, value)
    if dtype_of(x).kind in "iu":  # (torch makes both of the input's dtype)
        threshold = number(threshold, dtype_of(x))
    return P["where"](P["less_equal"](x, threshold), dtype_of(x).type(number(value, dtype_of(x))), x)


threshold = with_inplace(lambda input, threshold, value, inplace=False: None, _threshold, "ThresholdBackward0")


def written_over(f, name):
    """The in-place form of an activation."""

    def g(input, *args, **kwargs):
        return f(input, *args, **kwargs, inplace=True)

    g.__name__, g.__doc__ = name, f"{f.__name__}, in place."
    return g


native_elu = activation("EluBackward0", _elu, "elu_cpu")
leaky_relu_, elu_, selu_ = (
    written_over(f, n) for f, n in ((leaky_relu, "leaky_relu_"), (native_elu, "elu_"), (selu, "selu_"))
)
celu_, hardtanh_ = written_over(celu, "celu_"), written_over(native_hardtanh, "hardtanh_")
threshold_ = written_over(threshold, "threshold_")


def rrelu(input, lower=1.0 / 8, upper=1.0 / 3, training=False, inplace=False):
    """x where positive, a random slope from [lower, upper) times x elsewhere; the mean of the two in evaluation."""
    if isinstance(lower, complex) or isinstance(upper, complex):
        raise overflow(DOUBLE, lower, upper)
    if lower > upper:
        raise RuntimeError("Lower bound should be less than or equal to the upper bound")
    refuse_integers("rrelu_with_noise_out_cpu" if training else "leaky_relu_cpu", input)
    refuse_mapped("", input, text="vmap: we do not yet support aten::rrelu. Please file an issue")
    slopes = (lower + upper) / 2
    if training:
        t = current(input)
        if dtype_of(t) == np.float16:
            refuse("rrelu_with_noise_out_cpu", dtype_of(t))

        def source(shape, values):
            below = np.asarray(values <= 0)
            slopes = np.ones(shape, values.dtype)
            bounds = (lower, upper) if values.dtype == np.float64 else map(float, np.float32([lower, upper]))
            slopes[below] = default_generator.uniform(int(below.sum()), *bounds, np.float64)
            return slopes

        slopes = drawn(shape_of(t), dtype_of(t), source, current(t.detach()))
    noise = input.new_zeros(input.shape) if tls.packing is not None else None
    return rrelu_with_noise(input, noise, slopes, training, inplace)


@as_one
def rrelu_with_noise(self, noise, slopes, training, inplace):
    """rrelu by slopes, which torch writes into `noise`."""
    if training and noise is not None:
        noise.copy_(slopes)
    body = lambda x: P["where"](P["greater"](x, 0), x, P["mul"](x, slopes))  # noqa: E731
    return shown(self, body, "RreluWithNoiseBackward0", inplace)


def rrelu_(input, lower=1.0 / 8, upper=1.0 / 3, training=False):
    """rrelu, in place."""
    return rrelu(input, lower, upper, training, True)


def softsign(input):
    """x / (1 + |x|)."""
    return input / (input.abs() + 1)


def tanhshrink(input):
    """x - tanh(x)."""
    return input - input.tanh()


def prelu(input, weight):
    """x where positive, weight * x elsewhere; weight has one entry, or one a channel (dimension 1)."""
    x = current(input)
    if dtype_of(x) != dtype_of(current(weight)):
        got = f"{spoken(dtype_of(x))} and {spoken(dtype_of(current(weight)))}"
        raise RuntimeError(f"prelu: Type promoting not supported. Got {got}")
    if weight.numel() != 1 and not input.dim():
        raise RuntimeError("Not allow zero-dim input tensor.")
    channels = input.shape[1] if input.dim() > 1 else 1
    if weight.numel() not in (1, channels):
        raise RuntimeError(
            f"Mismatch of parameter numbers and input channel size. Found parameter numbers = {weight.numel()} and channel "
            f"size = {channels}."
        )
    if weight.dim() > 1:
        raise RuntimeError(f"prelu: Expected `weight` to be a scalar or 1D tensor, but got: ndim = {weight.dim()}")
    refuse_integers("prelu_cpu", input)
    if not input.dim():
        weight = weight.reshape(())
    w = weight.view([1 if i != 1 else weight.numel() for i in range(input.dim())])
    return prelu_kernel(input, w)


@as_one
def prelu_kernel(self, weight):
    x = current(self)
    out = P["where"](P["greater"](x, 0), x, P["mul"](x, current(weight)))
    return named(laid_like(out, x), "PreluKernelBackward0", (self, weight))


def glu(input, dim=-1):
    """The first half along a dimension times sigmoid of the second."""
    t = current(input)
    if not shape_of(t):
        raise RuntimeError("glu does not support scalars because halving size must be even")
    at = wrapped(dim, len(shape_of(t)))
    n = shape_of(t)[at]
    if n % 2:
        raise RuntimeError(f"Halving dimension must be even, but dimension {at} is size {n}")
    refuse_integers("glu_cpu", input)
    parts = [(slice(None),) * at + (s,) for s in (slice(0, n // 2), slice(n // 2, n))]
    a, b = (P["getitem"](t, idx=i) for i in parts)
    return named(iterated(P["gated"](a, b), a, b), "GluBackward0", (input,))


def implicit_dim(name, dim, ndim):
    """torch's old choice of a dimension for softmax where none is given, and its warning."""
    if dim is not None:
        return dim
    warn(
        f"Implicit dimension choice for {name} has been deprecated. Change the call to include dim=X as an argument.",
    )
    return 0 if ndim in (0, 1, 3) else 1


def softmax(input, dim=None, _stacklevel=3, dtype=None):
    """exp(x) / sum(exp(x)) along a dimension."""
    try:
        return T["softmax"](input, dim if dim is not None else implicit_dim("softmax", dim, input.dim()), dtype=dtype)
    except BaseException as error:
        error = mended(error)
        raise error


def log_softmax(input, dim=None, _stacklevel=3, dtype=None):
    """log(softmax(x)) along a dimension."""
    try:
        return T["log_softmax"](input, implicit_dim("log_softmax", dim, input.dim()), dtype=dtype)
    except BaseException as error:
        error = mended(error)
        raise error


softmax = quick_softmax(softmax)
log_softmax = quick_softmax(log_softmax)


def softmin(input, dim=None, _stacklevel=3, dtype=None):
    """softmax(-x)."""
    return T["softmax"](-input, implicit_dim("softmin", dim, input.dim()), dtype=dtype)


def gumbel_softmax(logits, tau=1, hard=False, eps=1e-10, dim=-1):
    """A draw from the softmax of logits that has a derivative: near one-hot for a small tau, exactly so with `hard`."""
    if eps != 1e-10:
        warn("`eps` parameter is deprecated and has no effect.")
    d = dtype_of(current(logits))
    noise = drawn(tuple(logits.shape), d, lambda shape: default_generator.exponential(shape, 1.0, d))
    soft = ((logits + -noise.log()) / tau).softmax(dim)
    if not hard:
        return soft
    one_hot = T["zeros_like"](soft.detach()).scatter_(dim, soft.max(dim, keepdim=True)[1], 1.0)
    return one_hot - soft.detach() + soft


refuse_in(globals())


# ------------------------------------------------------------------------------------------------ the commonest arguments
def quick_activation(slow, prim, label, names, made="params = {}", when="True", **env):
    """The written-out function of an activation that is one primitive: its arguments, and the text that makes settings of them."""
    if "inplace" in names:
        when += " and (inplace is NONE or inplace is False)"
    steps = made, f"out = impl({', '.join(['v', *env.get('others', ())])}, **params)"
    return quick(written_call, slow, prim, names, when, steps, (label,), **env)


def numbers(names):
    """Text: each of these arguments is a number, or not given."""
    return " and ".join([f"({n} is NONE or type({n}) is float or type({n}) is int)" for n in names])


relu = quick_activation(relu, "relu", "ReluBackward0", ("inplace",), "params = KINK", KINK={"kink": "torch"})
silu = quick_activation(silu, "silu", "SiluBackward0", ("inplace",))
gelu = quick_activation(
    gelu,
    "gelu",
    "GeluBackward0",
    ("approximate",),
    when="count == 1 and (approximate is NONE or approximate == 'none')",
)
logsigmoid = quick_activation(logsigmoid, "log_sigmoid", "LogSigmoidBackward0", ())
leaky_relu = quick_activation(
    leaky_relu,
    "leaky_relu",
    "LeakyReluBackward0",
    ("negative_slope", "inplace"),
    "params, negative_slope = KINK, 0.01 if negative_slope is NONE else negative_slope",
    "(negative_slope is NONE or type(negative_slope) is float)",
    others=("negative_slope",),
    KINK={"kink": "torch"},
)
for _slow, _prim, _label, _names, _made in (
    (elu, "elu", "EluBackward0", ("alpha", "inplace"), of_elu),
    (celu, "elu", "CeluBackward0", ("alpha", "inplace"), of_celu),
    (selu, "elu", "EluBackward0", ("inplace",), lambda: OF_SELU),
    (softplus, "softplus_to", "SoftplusBackward0", ("beta", "threshold"), of_softplus),
    (hardtanh, "hardtanh", "HardtanhBackward0", ("min_val", "max_val", "inplace"), of_bounds),
    (relu6, "hardtanh", "HardtanhBackward0", ("inplace",), lambda: {"low": 0.0, "high": 6.0}),
):
    _given = [n for n in _names if n != "inplace"]
    _asked = ", ".join([f"{d!r} if {n} is NONE else {n}" for n, d in zip(_given, _made.__defaults__ or ())])
    globals()[_slow.__name__] = quick_activation(
        _slow,
        _prim,
        _label,
        _names,
        f"params = settings({_asked})",
        numbers(_given) or "True",
        settings=functools.lru_cache(_made),
    )
