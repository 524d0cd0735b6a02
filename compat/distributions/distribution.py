"""Distribution: the base of all, with its shapes and its checks.

Invariant: every Tensor among a distribution's attributes has the shape batch_shape + what one element of the batch needs, so
that `expand` is the same for all of them.
"""

import compat as torch
from funcgrad.core.halves import HALVES
from funcgrad.core.quiet import quiet
from funcgrad.core.site import warn
from funcgrad.core.state import tls
from funcgrad.core.tracebacks import PublicMethods
from funcgrad.errors import ConcretizationError

from .._families import own_copies
from ..functions.each_call import need
from ..payload import memory
from ..size import Size
from .constraints import is_dependent
from .utils import broadcast_all, lazy_property, of_numbers


def sized(shape):
    """A shape as a Size; torch's TypeError for one that is none."""
    return shape if type(shape) is Size else Size(shape)


class Distribution(PublicMethods):
    """A batch of distributions over events of one shape."""

    _public = ()
    _each = ("expand",)
    has_rsample = False
    has_enumerate_support = False
    _validate_args = __debug__
    _fixed = ()  # attributes that are the same for the whole batch

    def __init_subclass__(cls, **kwargs):
        own_copies(cls)
        super().__init_subclass__(**kwargs)

    @staticmethod
    def set_default_validate_args(value):
        """Check parameters and samples unless a distribution is told otherwise?"""
        if value not in (True, False):
            raise ValueError
        Distribution._validate_args = value

    def __init__(self, batch_shape=Size(), event_shape=Size(), validate_args=None):
        self._batch_shape = batch_shape
        self._event_shape = event_shape
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._validate_parameters()
        super().__init__()  # (a distribution may be a Module too)

    def _take(self, validate_args, **parameters):
        """Set parameters, broadcast together, whose shape is that of the batch; and check them."""
        for name, value in zip(parameters, broadcast_all(*parameters.values()), strict=True):
            setattr(self, name, value)
        shape = Size() if of_numbers(*parameters.values()) else value.shape
        Distribution.__init__(self, shape, validate_args=validate_args)

    def _validate_parameters(self):
        try:
            constraints = self.arg_constraints
        except NotImplementedError:
            constraints = {}
            warn(
                f"{type(self)} does not define `arg_constraints`. Please set `arg_constraints = {{}}` or initialize the distribution "
                "with `validate_args=False` to turn off validation.",
            )
        own = vars(self)
        for name, constraint in constraints.items():
            if name not in own and lazy(type(self), name) or is_dependent(constraint):
                continue
            value = getattr(self, name)
            if not holds(constraint, value):
                raise ValueError(
                    f"Expected parameter {name} ({type(value).__name__} of shape {tuple(value.shape)}) of distribution {self!r} to "
                    f"satisfy the constraint {constraint!r}, but found invalid values:\n{value}"
                )

    def expand(self, batch_shape, _instance=None):
        """The same distributions for a larger batch."""
        given = (
            () if _instance is None else {*getattr(_instance, "__dict__", ())}
        )  # (what a class of a user's has set already)
        new = self._filled(_instance)
        new._batch_shape = batch_shape = sized(batch_shape)
        own = len(self._batch_shape)
        for name, value in vars(self).items():
            if name in self._fixed or name in given:
                continue
            if isinstance(value, torch.Tensor):
                setattr(new, name, value.expand(batch_shape + value.shape[own:]))
            elif isinstance(value, Distribution):
                setattr(new, name, value.expand(batch_shape))
        return new

    @property
    def arg_constraints(self):
        """What its parameters have to be, by name."""
        raise NotImplementedError

    @property
    def batch_shape(self):
        """The shape of the batch of distributions."""
        return self._batch_shape

    @property
    def event_shape(self):
        """The shape of one sample of one of them."""
        return self._event_shape

    @property
    def support(self):
        """The set that samples lie in."""
        raise NotImplementedError

    @property
    def mean(self):
        """The mean."""
        raise NotImplementedError

    @property
    def mode(self):
        """The likeliest value."""
        raise NotImplementedError(f"{type(self)} does not implement mode")

    @property
    def variance(self):
        """The variance."""
        raise NotImplementedError

    @property
    def stddev(self):
        """The standard deviation."""
        return self.variance.sqrt()

    def sample(self, sample_shape=Size()):
        """A sample, or a sample_shape of them, without derivatives."""
        with torch.no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape=Size()):
        """A sample that is differentiable by the parameters."""
        raise NotImplementedError

    def sample_n(self, n):
        """n samples."""
        warn("`sample_n(n)` will be deprecated. Use `sample((n,))` instead.", FutureWarning)
        return self.sample(Size((n,)))

    def log_prob(self, value):
        """The logarithm of the density or probability at a value."""
        raise NotImplementedError

    def cdf(self, value):
        """The probability of at most a value."""
        raise NotImplementedError

    def icdf(self, value):
        """The value that has this probability of not being exceeded."""
        raise NotImplementedError

    def enumerate_support(self, expand=True):
        """All values, along a new first dimension."""
        raise NotImplementedError

    def entropy(self):
        """The entropy, in nats."""
        raise NotImplementedError

    def perplexity(self):
        """exp of the entropy."""
        return torch.exp(self.entropy())

    def _get_checked_instance(self, cls, _instance=None):
        """The Distribution that `expand` fills in: a new one of the same class, unless it is given."""
        if _instance is None and type(self).__init__ is not cls.__init__:
            name = type(self).__name__
            raise NotImplementedError(
                f"Subclass {name} of {cls.__name__} that defines a custom __init__ method must also define a custom .expand() method."
            )
        return self.__new__(type(self)) if _instance is None else _instance

    def _filled(self, _instance, like=None):
        """The distribution that `expand` gives: `_instance`, or a new one of its own class, with the attributes of this one and of
        another one `like` it; NotImplementedError for a class of a user's that is made otherwise."""
        ours = next(c for c in type(self).__mro__ if c.__module__.partition(".")[0] in ("compat", "torch"))
        if ours is Distribution:
            raise NotImplementedError
        new = self._get_checked_instance(ours, _instance)
        if not hasattr(new, "__dict__"):
            first = next(n for n, v in vars(like or self).items() if isinstance(v, (torch.Tensor, Distribution)))
            raise AttributeError(f"{type(new).__name__!r} object has no attribute {first!r}")
        vars(new).update({**vars(self), **vars(like or self), **vars(new)})
        return new

    def _extended_shape(self, sample_shape=Size()):
        if type(sample_shape) is type(self._batch_shape) is Size and not sample_shape and not self._event_shape:
            return self._batch_shape
        return sized(sample_shape) + self._batch_shape + self._event_shape

    def _enumerated(self, values, expand):
        """Values along a new first dimension, for the whole batch if `expand`."""
        values = values.view((-1,) + (1,) * len(self._batch_shape))
        return values.expand((-1,) + self._batch_shape) if expand else values

    def _validate_sample(self, value):
        """ValueError if a value cannot be a sample; nothing is looked at where checks are off."""
        if not self._validate_args:
            return
        if not isinstance(value, torch.Tensor):
            raise ValueError("The value argument to log_prob must be a Tensor")
        shape, event = value.shape, self._event_shape
        expected = self._batch_shape + event if event else self._batch_shape
        if shape != expected:
            if shape[len(shape) - len(event) :] != event:
                raise ValueError(f"The right-most size of value must match event_shape: {shape} vs {event}.")
            for i, j in zip(reversed(shape), reversed(expected)):
                if i != 1 and j != 1 and i != j:
                    raise ValueError(f"Value is not broadcastable with batch_shape+event_shape: {shape} vs {expected}.")
        try:
            support = self.support
        except NotImplementedError:
            warn(
                f"{type(self)} does not define `support` to enable sample validation. Please initialize the distribution with "
                "`validate_args=False` to turn off validation.",
            )
            return
        if not holds(support, value):
            raise ValueError(
                f"Expected value argument ({type(value).__name__} of shape {tuple(value.shape)}) to be within the support "
                f"({support!r}) of the distribution {self!r}, but found invalid values:\n{value}"
            )

    def __repr__(self):
        shown = []
        for name in self.arg_constraints:
            value = vars(self).get(name)
            if value is not None:
                shown.append(f"{name}: {value if value.numel() == 1 else value.size()}")
        return f"{type(self).__name__}({', '.join(shown)})"


def holds(constraint, value):
    """Do all values lie in the set? Where they are not known, that is taken for granted (vmap, fg.jit) or found out by each call (compile)."""
    known = memory(value) if constraint.plain else None
    if known is not None and known.size and known.dtype.kind != "c" and known.dtype not in HALVES:
        with quiet():
            return constraint.holds(known)
    valid = constraint.check(value.detach()).all()
    try:
        return bool(valid)
    except ConcretizationError:
        tls.refused = None
        need(valid, bool)
        return True


def lazy(cls, name):
    """Is it a parameter that is computed from another when it is asked for?"""
    return isinstance(getattr(cls, name, None), lazy_property)
