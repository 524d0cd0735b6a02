"""Invertible transforms of samples, with the logarithms of their Jacobians' determinants.

Invariant: t.inv(t(x)) is x for a bijective t; with cache_size=1 the very x that y was made of comes back.
"""

import math

import compat as torch
from funcgrad.lazy import attributes

from ..functions.missing import refusal as _refusal
from ..size import Size
from . import constraints
from .utils import broadcast_all, lazy_property, sum_rightmost

F = torch.nn.functional
real, independent = constraints.real, constraints.independent


class Transform:
    """A map of `domain` onto `codomain`. Subclasses define _call, _inverse and log_abs_det_jacobian."""

    bijective = False
    domain = codomain = None

    def __init__(self, cache_size=0):
        if cache_size not in (0, 1):
            raise ValueError("cache_size must be 0 or 1")
        self._cache_size = cache_size
        self._inv = None
        self._cached_x_y = None, None
        super().__init__()  # (a transform may be a Module too)

    @property
    def event_dim(self):
        """How many last dimensions make one value."""
        if self.domain.event_dim == self.codomain.event_dim:
            return self.domain.event_dim
        raise ValueError("Please use either .domain.event_dim or .codomain.event_dim")

    @property
    def inv(self):
        """The inverse."""
        if self._inv is None:
            self._inv = _InverseTransform(self)
        return self._inv

    @property
    def sign(self):
        """1 if it rises, -1 if it falls."""
        raise NotImplementedError

    def with_cache(self, cache_size=1):
        """The same transform, remembering its last value or not."""
        if self._cache_size == cache_size:
            return self
        if type(self).__init__ is Transform.__init__:
            return type(self)(cache_size=cache_size)
        raise NotImplementedError(f"{type(self)}.with_cache is not implemented")

    def __eq__(self, other):
        return self is other or (type(self) is type(other) and self._key() is not None and self._key() == other._key())

    __hash__ = None

    def _key(self):
        """What makes two transforms of a class equal; None: nothing."""
        return None

    def __call__(self, x):
        return self._remembered(x, 0, self._call)

    def _inv_call(self, y):
        return self._remembered(y, 1, self._inverse)

    def _remembered(self, given, side, compute):
        if self._cache_size and given is self._cached_x_y[side]:
            return self._cached_x_y[1 - side]
        made = compute(given)
        if self._cache_size:
            self._cached_x_y = (made, given) if side else (given, made)
        return made

    def _call(self, x):
        raise NotImplementedError

    def _inverse(self, y):
        raise NotImplementedError

    def log_abs_det_jacobian(self, x, y):
        """log |dy/dx| at x, y being the value there."""
        raise NotImplementedError

    def forward_shape(self, shape):
        """The shape of the value for an argument of a shape."""
        return shape

    def inverse_shape(self, shape):
        """The shape of the argument for a value of a shape."""
        return shape

    def __repr__(self):
        return type(self).__name__ + "()"


class _InverseTransform(Transform):
    """The inverse of another."""

    def __init__(self, transform):
        super().__init__(cache_size=transform._cache_size)
        self._inv = transform

    domain = property(lambda t: t._inv.codomain)
    codomain = property(lambda t: t._inv.domain)
    bijective = property(lambda t: t._inv.bijective)
    sign = property(lambda t: t._inv.sign)

    def with_cache(self, cache_size=1):
        return self.inv.with_cache(cache_size).inv

    def _key(self):
        return [self._inv]

    def __repr__(self):
        return f"{type(self).__name__}({self._inv!r})"

    def __call__(self, x):
        return self._inv._inv_call(x)

    def log_abs_det_jacobian(self, x, y):
        return -self._inv.log_abs_det_jacobian(y, x)

    def forward_shape(self, shape):
        return self._inv.inverse_shape(shape)

    def inverse_shape(self, shape):
        return self._inv.forward_shape(shape)


class ComposeTransform(Transform):
    """Transforms one after the other."""

    def __init__(self, parts, cache_size=0):
        super().__init__(cache_size=cache_size)
        self.parts = [p.with_cache(cache_size) for p in parts] if cache_size else parts

    def _key(self):
        return self.parts

    @property
    def domain(self):
        return self._end(self.parts, "domain", "codomain")

    @property
    def codomain(self):
        return self._end(self.parts[::-1], "codomain", "domain")

    @staticmethod
    def _end(parts, near, far):
        """The constraint at one end, over as many dimensions as any of the parts needs there."""
        if not parts:
            return real
        end = getattr(parts[0], near)
        event_dim = getattr(parts[-1], far).event_dim
        for part in reversed(parts):
            here = getattr(part, near).event_dim
            event_dim = max(event_dim + here - getattr(part, far).event_dim, here)
        return independent(end, event_dim - end.event_dim) if event_dim > end.event_dim else end

    bijective = property(lambda t: all(p.bijective for p in t.parts))

    @property
    def sign(self):
        sign = 1
        for part in self.parts:
            sign = sign * part.sign
        return sign

    @property
    def inv(self):
        if self._inv is None:
            self._inv = ComposeTransform([p.inv for p in reversed(self.parts)])
            self._inv._inv = self
        return self._inv

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else ComposeTransform(self.parts, cache_size)

    def __call__(self, x):
        for part in self.parts:
            x = part(x)
        return x

    def log_abs_det_jacobian(self, x, y):
        if not self.parts:
            return torch.zeros_like(x)
        event_dim = self.domain.event_dim
        total = 0
        for i, part in enumerate(self.parts):
            after = part(x) if i + 1 < len(self.parts) else y
            total = total + sum_rightmost(part.log_abs_det_jacobian(x, after), event_dim - part.domain.event_dim)
            event_dim += part.codomain.event_dim - part.domain.event_dim
            x = after
        return total

    def forward_shape(self, shape):
        for part in self.parts:
            shape = part.forward_shape(shape)
        return shape

    def inverse_shape(self, shape):
        for part in reversed(self.parts):
            shape = part.inverse_shape(shape)
        return shape

    def __repr__(self):
        listed = ",\n    ".join([repr(p) for p in self.parts])
        return f"{type(self).__name__}(\n    {listed}\n)"


identity_transform = ComposeTransform([])


class IndependentTransform(Transform):
    """A transform whose last batch dimensions count as event dimensions."""

    def __init__(self, base_transform, reinterpreted_batch_ndims, cache_size=0):
        super().__init__(cache_size=cache_size)
        self.base_transform = base_transform.with_cache(cache_size)
        self.reinterpreted_batch_ndims = reinterpreted_batch_ndims

    def with_cache(self, cache_size=1):
        if self._cache_size == cache_size:
            return self
        return IndependentTransform(self.base_transform, self.reinterpreted_batch_ndims, cache_size)

    domain = property(lambda t: independent(t.base_transform.domain, t.reinterpreted_batch_ndims))
    codomain = property(lambda t: independent(t.base_transform.codomain, t.reinterpreted_batch_ndims))
    bijective = property(lambda t: t.base_transform.bijective)
    sign = property(lambda t: t.base_transform.sign)

    def _call(self, x):
        if x.dim() < self.domain.event_dim:
            raise ValueError("Too few dimensions on input")
        return self.base_transform(x)

    def _inverse(self, y):
        if y.dim() < self.codomain.event_dim:
            raise ValueError("Too few dimensions on input")
        return self.base_transform.inv(y)

    def log_abs_det_jacobian(self, x, y):
        return sum_rightmost(self.base_transform.log_abs_det_jacobian(x, y), self.reinterpreted_batch_ndims)

    def forward_shape(self, shape):
        return self.base_transform.forward_shape(shape)

    def inverse_shape(self, shape):
        return self.base_transform.inverse_shape(shape)

    def __repr__(self):
        return f"{type(self).__name__}({self.base_transform!r}, {self.reinterpreted_batch_ndims})"


class ReshapeTransform(Transform):
    """The last dimensions in another shape."""

    bijective = True

    def __init__(self, in_shape, out_shape, cache_size=0):
        self.in_shape, self.out_shape = Size(in_shape), Size(out_shape)
        if self.in_shape.numel() != self.out_shape.numel():
            raise ValueError("in_shape, out_shape have different numbers of elements")
        super().__init__(cache_size=cache_size)

    domain = property(lambda t: independent(real, len(t.in_shape)))
    codomain = property(lambda t: independent(real, len(t.out_shape)))

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else ReshapeTransform(self.in_shape, self.out_shape, cache_size)

    def _call(self, x):
        batch = x.shape[: x.dim() - len(self.in_shape)]
        return x.reshape(batch + self.out_shape)

    def _inverse(self, y):
        batch = y.shape[: y.dim() - len(self.out_shape)]
        return y.reshape(batch + self.in_shape)

    def log_abs_det_jacobian(self, x, y):
        batch = x.shape[: x.dim() - len(self.in_shape)]
        return x.new_zeros(batch)

    def forward_shape(self, shape):
        return exchanged(shape, self.in_shape, self.out_shape)

    def inverse_shape(self, shape):
        return exchanged(shape, self.out_shape, self.in_shape)


def exchanged(shape, old, new):
    """A shape with the last dimensions `old` made `new`."""
    if len(shape) < len(old):
        raise ValueError("Too few dimensions on input")
    cut = len(shape) - len(old)
    if shape[cut:] != old:
        raise ValueError(f"Shape mismatch: expected {shape[cut:]} but got {old}")
    return shape[:cut] + new


class Plain(Transform):
    """A transform of numbers without parameters: all of a class are equal."""

    domain = real
    codomain = constraints.positive
    bijective = True
    sign = 1

    def _key(self):
        return ()


class ExpTransform(Plain):
    """y = exp(x)."""

    def _call(self, x):
        return x.exp()

    def _inverse(self, y):
        return y.log()

    def log_abs_det_jacobian(self, x, y):
        return x


class PowerTransform(Transform):
    """y = x ** exponent, of positive x."""

    domain = codomain = constraints.positive
    bijective = True

    def __init__(self, exponent, cache_size=0):
        super().__init__(cache_size=cache_size)
        (self.exponent,) = broadcast_all(exponent)

    @lazy_property
    def sign(self):
        """1 where the exponent is positive."""
        return self.exponent.sign()

    def with_cache(self, cache_size=1):
        return self if self._cache_size == cache_size else PowerTransform(self.exponent, cache_size)

    def __eq__(self, other):
        return isinstance(other, PowerTransform) and bool(self.exponent.eq(other.exponent).all())

    __hash__ = None

    def _call(self, x):
        return x.pow(self.exponent)

    def _inverse(self, y):
        return y.pow(1 / self.exponent)

    def log_abs_det_jacobian(self, x, y):
        return (self.exponent * y / x).abs().log()

    def forward_shape(self, shape):
        return torch.broadcast_shapes(shape, self.exponent.shape)

    inverse_shape = forward_shape


def _clipped_sigmoid(x):
    """A sigmoid strictly between 0 and 1."""
    limits = torch.finfo(x.dtype)
    return torch.clamp(torch.sigmoid(x), min=limits.tiny, max=1.0 - limits.eps)


class SigmoidTransform(Plain):
    """y = 1 / (1 + exp(-x))."""

    codomain = constraints.unit_interval

    def _call(self, x):
        return _clipped_sigmoid(x)

    def _inverse(self, y):
        limits = torch.finfo(y.dtype)
        y = y.clamp(min=limits.tiny, max=1.0 - limits.eps)
        return y.log() - (-y).log1p()

    def log_abs_det_jacobian(self, x, y):
        return -F.softplus(-x) - F.softplus(x)


class SoftplusTransform(Plain):
    """y = log(1 + exp(x))."""

    def _call(self, x):
        return F.softplus(x)

    def _inverse(self, y):
        return (-y).expm1().neg().log() + y

    def log_abs_det_jacobian(self, x, y):
        return -F.softplus(-x)


class TanhTransform(Plain):
    """y = tanh(x)."""

    codomain = constraints.interval(-1.0, 1.0)

    def _call(self, x):
        return x.tanh()

    def _inverse(self, y):
        return torch.atanh(y)

    def log_abs_det_jacobian(self, x, y):
        return 2.0 * (math.log(2.0) - x - F.softplus(-2.0 * x))


class AbsTransform(Transform):
    """y = |x|; its inverse takes the positive x."""

    domain = real
    codomain = constraints.positive

    def _key(self):
        return ()

    def _call(self, x):
        return x.abs()

    def _inverse(self, y):
        return y


class AffineTransform(Transform):
    """y = loc + scale * x, over the last event_dim dimensions."""

    bijective = True

    def __init__(self, loc, scale, event_dim=0, cache_size=0):
        super().__init__(cache_size=cache_size)
        self.loc, self.scale = loc, scale
        self._event_dim = event_dim

    event_dim = property(lambda t: t._event_dim)
    domain = codomain = property(lambda t: independent(real, t.event_dim) if t.event_dim else real)

    def with_cache(self, cache_size=1):
        if self._cache_size == cache_size:
            return self
        return AffineTransform(self.loc, self.scale, self.event_dim, cache_size)

    def __eq__(self, other):
        if not isinstance(other, AffineTransform):
            return False
        pairs = (self.loc, other.loc), (self.scale, other.scale)
        return all(bool((torch.as_tensor(a) == torch.as_tensor(b)).all()) for a, b in pairs)

    __hash__ = None

    @property
    def sign(self):
        if isinstance(self.scale, torch.Tensor):
            return self.scale.sign()
        return (self.scale > 0) - (self.scale < 0)

    def _call(self, x):
        return self.loc + self.scale * x

    def _inverse(self, y):
        return (y - self.loc) / self.scale

    def log_abs_det_jacobian(self, x, y):
        shape = x.shape
        if isinstance(self.scale, torch.Tensor):
            result = torch.abs(self.scale).log()
        else:
            result = torch.full_like(x, math.log(abs(self.scale)))
        if self.event_dim:
            result = result.expand(shape) if result.dim() < self.event_dim else result
            result = sum_rightmost(result, self.event_dim)
        return result.expand(shape[: len(shape) - self.event_dim])

    def forward_shape(self, shape):
        return torch.broadcast_shapes(shape, getattr(self.loc, "shape", ()), getattr(self.scale, "shape", ()))

    inverse_shape = forward_shape


class SoftmaxTransform(Transform):
    """y = softmax(x): not one to one, and its inverse is log."""

    domain = constraints.real_vector
    codomain = constraints.simplex

    def _key(self):
        return ()

    def forward_shape(self, shape):
        """The same, which has a dimension at least."""
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        return shape

    inverse_shape = forward_shape

    def _call(self, x):
        weights = (x - x.max(-1, True)[0]).exp()
        return weights / weights.sum(-1, True)

    def _inverse(self, y):
        return y.log()


class StickBreakingTransform(Plain):
    """Shares of a stick, of which a sigmoid of each number breaks off a part; one share more than numbers."""

    domain = constraints.real_vector
    codomain = constraints.simplex
    sign = Transform.sign

    @staticmethod
    def _offset(n, like):
        return torch.arange(n, 0, -1).to(like).log()

    def _call(self, x):
        z = SigmoidTransform()._call(x - self._offset(x.shape[-1], x))
        left = (1 - z).cumprod(-1)
        return F.pad(z, [0, 1], value=1) * F.pad(left, [1, 0], value=1)

    def _inverse(self, y):
        shares = y[..., :-1]
        left = torch.clamp(1 - shares.cumsum(-1), min=torch.finfo(y.dtype).tiny)
        return shares.log() - left.log() + self._offset(shares.shape[-1], y)

    def log_abs_det_jacobian(self, x, y):
        x = x - self._offset(x.shape[-1], x)
        return (-x + F.logsigmoid(x) + y[..., :-1].log()).sum(-1)

    def forward_shape(self, shape):
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        return shape[:-1] + (shape[-1] + 1,)

    def inverse_shape(self, shape):
        if len(shape) < 1:
            raise ValueError("Too few dimensions on input")
        return shape[:-1] + (shape[-1] - 1,)


class LowerCholeskyTransform(Plain):
    """Any square matrix made lower triangular with a positive diagonal."""

    domain = independent(real, 2)
    codomain = constraints.lower_cholesky
    bijective = False
    sign = Transform.sign

    def _call(self, x):
        return x.tril(-1) + x.diagonal(dim1=-2, dim2=-1).exp().diag_embed()

    def _inverse(self, y):
        return y.tril(-1) + y.diagonal(dim1=-2, dim2=-1).log().diag_embed()


FAMILIES = {
    "combined": "CatTransform CorrCholeskyTransform CumulativeDistributionTransform PositiveDefiniteTransform StackTransform"
}
__getattr__, __dir__ = attributes(__name__, FAMILIES, missing=_refusal(__name__))
__all__ = f"""
{" ".join(FAMILIES.values())}
AbsTransform AffineTransform ComposeTransform ExpTransform IndependentTransform LowerCholeskyTransform PowerTransform ReshapeTransform
SigmoidTransform SoftmaxTransform SoftplusTransform StickBreakingTransform TanhTransform Transform identity_transform
""".split()
