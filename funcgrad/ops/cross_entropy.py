"""Binary cross-entropy, of probabilities and of their logits.

Of probabilities: -(y log x + (1 - y) log(1 - x)), the logarithms held at -100 as torch holds them; d/dx = (x - y) / (x (1 - x)), the denominator held at 1e-12 (torch's), so that a saturated probability pulls back hard
and not infinitely; d/dy = log(1 - x) - log x, held. Of logits: (1 - y) x - log_sigmoid(x), without overflow; d/dx = sigmoid(x) - y.
"""

import numpy as np

from ..core.aval import Aval, dtype_of, is_weak, ndarray, promotion_key, shape_of
from ..core.primitive import elementwise
from ..core.quiet import quiet
from ..core.sample import draw
from .elementwise import div, mul, neg, sub
from .exponential import (
    ONES,
    _log_sigmoid,
    _log_sigmoid_torch,
    _softplus,
    log,
    log1p,
    log_sigmoid_of,
    logistic,
    sigmoid,
)  # noqa: F401  (a formula names it)
from .kinked import maximum
from .losses import Errors, loss_of
from .shape import cast
from .torch_order import log1p_as_torch, log_as_torch

LOWEST = {dtype: np.array(-100, dtype) for dtype in ONES}  # what a logarithm is held at


def target_slope(x):
    return sub(maximum(log1p(neg(x)), -100), maximum(log(x), -100))


def by_target(t, x):
    slope = target_slope(x)
    return mul(t, cast(slope, dtype=dtype_of(t)) if is_weak(x) else slope)


def _computed(dtype):
    """The dtype that is computed in: integers and bool in float64. TypeError for complex."""
    if dtype.kind == "c":
        raise TypeError(f"binary_cross_entropy takes real numbers; got {dtype.name}")
    return dtype if dtype.kind == "f" else np.dtype(np.float64)


def _aval(x, y):
    keys = [promotion_key(x), promotion_key(y)]
    dtype = np.result_type(*[k if isinstance(k, np.dtype) else k(0) for k in keys])  # (a weak one as a Python number)
    return Aval(np.broadcast_shapes(shape_of(x), shape_of(y)), _computed(dtype))


def _floats(*operands):
    if type(operands[0]) is ndarray is type(operands[-1]) and operands[0].dtype is operands[-1].dtype in ONES:
        return operands
    dtype = _computed(np.result_type(*operands))
    return [v if hasattr(v, "dtype") and v.dtype.kind == "f" else np.asarray(v, dtype) for v in operands]


def _binary_cross_entropy(x, y, log=np.log, log1p=np.log1p):
    x, y = _floats(x, y)
    with quiet():  # log(0) is held at -100: no mistake
        low = LOWEST.get(x.dtype, -100)
        g = (y - ONES.get(y.dtype, 1)) * np.maximum(log1p(-x), low)
        g -= y * np.maximum(log(x), low)
        return g


def _binary_cross_entropy_torch(x, y):
    return _binary_cross_entropy(x, y, log_as_torch, log1p_as_torch)


binary_cross_entropy = elementwise(
    "binary_cross_entropy",
    _binary_cross_entropy,
    "t * (x - y) / maximum(x * (1 - x), 1e-12)",
    "by_target(t, x)",
    impl_torch=_binary_cross_entropy_torch,
    jax=lambda jax, x, y: (
        -(y * jax.numpy.maximum(jax.numpy.log(x), -100) + (1 - y) * jax.numpy.maximum(jax.numpy.log1p(-x), -100))
    ),
    aval=_aval,
    domain=("probability", "real"),
)


def _with_logits(x, y, log_sigmoid=_log_sigmoid.__wrapped__):
    x, y = _floats(x, y)
    one = ONES.get(y.dtype, 1) if y.shape else 1
    g = (one - y) * x
    g -= log_sigmoid(x)
    return g


def _with_logits_torch(x, y):
    if not type(x) is ndarray is type(y) or not x.shape or y.dtype is not x.dtype or x.dtype not in ONES:
        return _with_logits(x, y, _log_sigmoid_torch.__wrapped__)
    g = ONES[x.dtype] - y
    g = g * x
    g -= log_sigmoid_of(x)
    return g


binary_cross_entropy_with_logits = elementwise(
    "binary_cross_entropy_with_logits",
    _with_logits,
    "t * (sigmoid(x) - y)",
    "-(t * x)",
    impl_torch=_with_logits_torch,
    jax=lambda jax, x, y: (1 - y) * x - jax.nn.log_sigmoid(x),
    aval=_aval,
)


@loss_of
class logits_loss(Errors):
    """The mean (or sum) of binary_cross_entropy_with_logits."""

    saves, divided = ((0, 1), (0,)), True

    errors = binary_cross_entropy_with_logits

    def by_x(x, y):
        return sub(sigmoid(x), y)

    by_x.plain = lambda x, y: logistic(x) - y

    def by_y(x, y):
        return neg(x)

    def jax(jax, x, y):
        return binary_cross_entropy_with_logits.jax(jax, x, y)


@loss_of
class probability_loss(Errors):
    """The mean (or sum) of binary_cross_entropy."""

    saves, divided = ((0, 1), (0,)), True

    def drawn(rng, shape):
        return draw(rng, "probability", shape), draw(rng, "real", shape)

    errors = binary_cross_entropy

    def by_x(x, y):
        return div(sub(x, y), maximum(mul(x, sub(1, x)), 1e-12))

    def by_y(x, y):
        return target_slope(x)

    def jax(jax, x, y):
        return binary_cross_entropy.jax(jax, x, y)


def _soft_margin(x, y):
    x, y = _floats(x, y)
    return _softplus(-y * x)


soft_margin = elementwise(
    "soft_margin",
    _soft_margin,
    "-t * y * sigmoid(-y * x)",
    "-t * x * sigmoid(-y * x)",
    jax=lambda jax, x, y: jax.nn.softplus(-y * x),
    aval=_aval,
)


@loss_of
class soft_margin_error(Errors):
    """The mean (or sum) of log(1 + exp(-y x))."""

    errors = soft_margin

    def by_x(x, y):
        return mul(y, neg(sigmoid(neg(mul(y, x)))))

    def by_y(x, y):
        return mul(x, neg(sigmoid(neg(mul(y, x)))))

    def jax(jax, x, y):
        return soft_margin.jax(jax, x, y)
