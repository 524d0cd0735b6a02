"""Constraints: sets of values that parameters and samples must lie in.

Invariant: check(value) is a bool Tensor of the value's shape less its last `event_dim` dimensions.
"""

import numpy as np

import compat as torch

from ..functions.missing import refusal as _refusal
from ..types import Number

__getattr__ = _refusal(__name__)
__all__ = """
Constraint MixtureSameFamilyConstraint boolean cat corr_cholesky dependent dependent_property greater_than greater_than_eq
half_open_interval independent integer_interval interval is_dependent less_than lower_cholesky lower_triangular multinomial nonnegative
nonnegative_integer one_hot positive positive_definite positive_integer positive_semidefinite real real_vector simplex square stack
symmetric unit_interval
""".split()


FEW = 8  # numbers, which Python compares before NumPy is called


class Constraint:
    """A set of values; `is_discrete`, and how many last dimensions make one value (`event_dim`)."""

    is_discrete = False
    event_dim = 0
    bounds = ()  # what its text shows, by name
    plain = False  # does `check` take an array as well?

    def check(self, value):
        """Does each value lie in the set?"""
        raise NotImplementedError

    def holds(self, values):
        """Do all values of an array lie in the set?"""
        return bool(self.check(values).all())

    def __repr__(self):
        shown = ", ".join(f"{name}={getattr(self, name)}" for name in self.bounds)
        return f"{type(self).__name__[1:]}({shown})"


class _Dependent(Constraint):
    """A set that depends on other parameters: what is not said of it beforehand cannot be known."""

    def __init__(self, *, is_discrete=NotImplemented, event_dim=NotImplemented):
        self._is_discrete, self._event_dim = is_discrete, event_dim

    @property
    def is_discrete(self):
        """Is it a set of whole numbers?"""
        return said(self._is_discrete, "is_discrete")

    @property
    def event_dim(self):
        """How many last dimensions make one value."""
        return said(self._event_dim, "event_dim")

    def __call__(self, *, is_discrete=NotImplemented, event_dim=NotImplemented):
        return _Dependent(is_discrete=is_discrete, event_dim=event_dim)

    def check(self, value):
        raise ValueError("Cannot determine validity of dependent constraint")


class _DependentProperty(property, _Dependent):
    """A property that computes a constraint from the other parameters of a distribution."""

    def __init__(self, fn=None, *, is_discrete=NotImplemented, event_dim=NotImplemented):
        property.__init__(self, fn)
        self._is_discrete, self._event_dim = is_discrete, event_dim

    def __call__(self, fn):
        return _DependentProperty(fn, is_discrete=self._is_discrete, event_dim=self._event_dim)


def said(value, name):
    """What was said of a dependent set; NotImplementedError for nothing."""
    if value is NotImplemented:
        raise NotImplementedError(f".{name} cannot be determined statically")
    return value


def is_dependent(constraint):
    """Does it depend on other parameters?"""
    return isinstance(constraint, _Dependent)


class _IndependentConstraint(Constraint):
    """A set whose last dimensions are values together."""

    def __init__(self, base_constraint, reinterpreted_batch_ndims):
        if not isinstance(base_constraint, Constraint):
            raise AssertionError(f"base_constraint must be a Constraint, got {type(base_constraint).__name__}")
        self.base_constraint, self.reinterpreted_batch_ndims = base_constraint, reinterpreted_batch_ndims
        self.is_discrete = base_constraint.is_discrete
        self.event_dim = base_constraint.event_dim + reinterpreted_batch_ndims

    plain = property(lambda c: c.base_constraint.plain)

    def check(self, value):
        result = self.base_constraint.check(value)
        k = self.reinterpreted_batch_ndims
        if len(result.shape) < k:
            raise ValueError(f"Expected value.dim() >= {self.base_constraint.event_dim + k} but got {len(value.shape)}")
        return result.reshape(tuple(result.shape[: len(result.shape) - k]) + (-1,)).all(-1) if k else result

    def holds(self, values):
        base = self.base_constraint
        enough = values.ndim >= base.event_dim + self.reinterpreted_batch_ndims
        return base.holds(values) if enough else super().holds(values)

    def __repr__(self):
        return f"IndependentConstraint({self.base_constraint!r}, {self.reinterpreted_batch_ndims})"


class _Real(Constraint):
    plain = True

    def check(self, value):
        return value == value  # (NaN is not)

    def holds(self, values):
        if values.dtype.char not in "fd":
            return super().holds(values)
        squares = np.vdot(values, values)  # (NaN where one of them is: what is infinite has one sign)
        return bool(squares == squares)


class _Boolean(Constraint):
    plain = True
    is_discrete = True

    def check(self, value):
        return (value == 0) | (value == 1)


class _OneHot(Constraint):
    plain = True
    is_discrete = True
    event_dim = 1

    def check(self, value):
        return ((value == 0) | (value == 1)).all(-1) & (value.sum(-1) == 1)


class _Bounded(Constraint):
    """Numbers within bounds, which are named as torch names them."""

    @property
    def plain(self):
        for name in self.bounds:
            bound = getattr(self, name)
            if type(bound) is not int and not isinstance(bound, Number):
                return False
        return True


class _Interval(_Bounded):
    bounds = "lower_bound", "upper_bound"

    def __init__(self, lower_bound, upper_bound):
        self.lower_bound, self.upper_bound = lower_bound, upper_bound

    def check(self, value):
        return (self.lower_bound <= value) & (value <= self.upper_bound)


class _HalfOpenInterval(_Interval):
    def check(self, value):
        return (self.lower_bound <= value) & (value < self.upper_bound)


class _IntegerInterval(_Interval):
    is_discrete = True

    def check(self, value):
        return (value % 1 == 0) & super().check(value)

    def holds(self, values):
        if values.size > FEW or values.dtype.kind not in "iu":
            return super().holds(values)
        for k in values.ravel().tolist():
            if not self.lower_bound <= k <= self.upper_bound:
                return False
        return True


class _GreaterThan(_Bounded):
    bounds = ("lower_bound",)

    def __init__(self, lower_bound):
        self.lower_bound = lower_bound

    def check(self, value):
        return self.lower_bound < value


class _GreaterThanEq(_GreaterThan):
    def check(self, value):
        return self.lower_bound <= value


class _IntegerGreaterThan(_GreaterThan):
    is_discrete = True

    def check(self, value):
        return (value % 1 == 0) & (value >= self.lower_bound)


class _LessThan(_Bounded):
    bounds = ("upper_bound",)

    def __init__(self, upper_bound):
        self.upper_bound = upper_bound

    def check(self, value):
        return value < self.upper_bound


class _Simplex(Constraint):
    plain = True
    event_dim = 1

    def check(self, value):
        return (value >= 0).all(-1) & (abs(value.sum(-1) - 1) < 1e-6)


class _Multinomial(Constraint):
    plain = True
    is_discrete = True
    event_dim = 1

    def __init__(self, upper_bound):
        self.upper_bound = upper_bound

    def check(self, x):
        return (x >= 0).all(-1) & (x.sum(-1) <= self.upper_bound)


class _LowerTriangular(Constraint):
    event_dim = 2

    def check(self, value):
        return (value.tril() == value).flatten(-2).all(-1)


class _LowerCholesky(_LowerTriangular):
    def check(self, value):
        return super().check(value) & (value.diagonal(dim1=-2, dim2=-1) > 0).all(-1)


class _Square(Constraint):
    event_dim = 2

    def check(self, value):
        return torch.full(value.shape[:-2], value.shape[-2] == value.shape[-1], dtype=torch.bool)


class _Symmetric(_Square):
    def check(self, value):
        square = super().check(value)
        return square if not square.all() else torch.isclose(value, value.mT, atol=1e-6).flatten(-2).all(-1)


class _PositiveDefinite(_Symmetric):
    def check(self, value):
        symmetric = super().check(value)
        return symmetric if not symmetric.all() else torch.linalg.cholesky_ex(value).info.eq(0)


class _Cat(Constraint):
    """Several sets, one after the other along a dimension."""

    def __init__(self, cseq, dim=0, lengths=None):
        self.cseq, self.dim = list(cseq), dim
        if not all(isinstance(c, Constraint) for c in self.cseq):
            raise AssertionError("All elements of cseq must be Constraint instances")
        self.lengths = [1] * len(self.cseq) if lengths is None else list(lengths)
        if len(self.lengths) != len(self.cseq):
            raise AssertionError(f"lengths ({len(self.lengths)}) must match cseq ({len(self.cseq)})")
        self.is_discrete = any(c.is_discrete for c in self.cseq)
        self.event_dim = max(c.event_dim for c in self.cseq)

    def check(self, value):
        self._look(value)
        starts = [sum(self.lengths[:i]) for i in range(len(self.lengths))]
        parts = [value.narrow(self.dim, at, n) for at, n in zip(starts, self.lengths, strict=True)]
        return torch.cat([c.check(v) for c, v in zip(self.cseq, parts, strict=True)], self.dim)

    def _look(self, value):
        if not -value.dim() <= self.dim < value.dim():
            raise AssertionError(f"dim {self.dim} out of range for value with {value.dim()} dimensions")


class _Stack(_Cat):
    """Several sets, one entry of a dimension for each."""

    def __init__(self, cseq, dim=0):
        super().__init__(cseq, dim)
        self.event_dim += dim + self.event_dim < 0  # (the dimension of the entries is one of a value's own)

    def check(self, value):
        self._look(value)
        return torch.stack([c.check(v) for c, v in zip(self.cseq, value.unbind(self.dim))], self.dim)


class _CorrCholesky(_LowerCholesky):
    def check(self, value):
        close = 10 * value.size(-1) * torch.finfo(value.dtype).eps
        return super().check(value) & (value.square().sum(-1) - 1).abs().le(close).all(-1)


class _PositiveSemidefinite(_Symmetric):
    def check(self, value):
        symmetric = super().check(value)
        return symmetric if not symmetric.all() else torch.linalg.eigvalsh(value).ge(0).all(-1)


class MixtureSameFamilyConstraint(Constraint):
    """The set that samples of a mixture's components lie in: it has no dimension for the components."""

    def __init__(self, base_constraint):
        if not isinstance(base_constraint, Constraint):
            raise AssertionError(f"base_constraint must be a Constraint, got {type(base_constraint).__name__}")
        self.base_constraint = base_constraint
        self.is_discrete, self.event_dim = base_constraint.is_discrete, base_constraint.event_dim

    def check(self, value):
        """Does each value lie in it?"""
        found = self.base_constraint.check(value.unsqueeze(-1 - self.event_dim))
        if value.dim() < self.event_dim:
            raise ValueError(f"Expected value.dim() >= {self.event_dim} but got {value.dim()}")
        count = value.dim() - self.event_dim
        return found.reshape(tuple(found.shape[:count]) + (-1,)).all(-1)

    def __repr__(self):
        return f"{type(self).__name__}({self.base_constraint!r})"


dependent, dependent_property = _Dependent(), _DependentProperty
real = _Real()
boolean = _Boolean()
one_hot = _OneHot()
greater_than, greater_than_eq, less_than = _GreaterThan, _GreaterThanEq, _LessThan
interval, half_open_interval, integer_interval = _Interval, _HalfOpenInterval, _IntegerInterval
independent, multinomial, cat, stack = _IndependentConstraint, _Multinomial, _Cat, _Stack
positive, nonnegative, unit_interval = _GreaterThan(0.0), _GreaterThanEq(0.0), _Interval(0.0, 1.0)
nonnegative_integer, positive_integer = _IntegerGreaterThan(0), _IntegerGreaterThan(1)
simplex, square, symmetric, positive_definite = _Simplex(), _Square(), _Symmetric(), _PositiveDefinite()
lower_triangular, lower_cholesky = _LowerTriangular(), _LowerCholesky()
corr_cholesky, positive_semidefinite = _CorrCholesky(), _PositiveSemidefinite()
real_vector = _IndependentConstraint(real, 1)
