"""Distributions of counts and choices."""

import math

import compat as torch

from ..names_of_classes import placed
from ..size import Size
from . import constraints
from .distribution import Distribution, sized
from .draws import binomial
from .exp_family import ExponentialFamily
from .positive import Gamma
from .utils import broadcast_all, lazy_property, logits_to_probs, of_numbers, probs_to_logits


def check_one(probs, logits):
    """ValueError unless exactly one is given."""
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")


def of_trials(d, total_count, probs, logits, validate_args):
    """What a distribution of trials keeps of its arguments, which are broadcast."""
    check_one(probs, logits)
    if probs is not None:
        count, d.probs = broadcast_all(total_count, probs)
    else:
        count, d.logits = broadcast_all(total_count, logits)
    d._param = d.probs if probs is not None else d.logits
    d.total_count = count.type_as(d._param)
    Distribution.__init__(d, d._param.size(), validate_args=validate_args)


def given(d, probs, logits):
    """Set the one that is given, and `_param` to it."""
    check_one(probs, logits)
    if probs is not None:
        (d.probs,) = broadcast_all(probs)
        d._param = d.probs
    else:
        (d.logits,) = broadcast_all(logits)
        d._param = d.logits


def odds(is_binary=True):
    """The property `logits`: of probs."""
    return lazy_property(lambda d: probs_to_logits(d.probs, is_binary))


def chances(is_binary=True):
    """The property `probs`: of logits."""
    return lazy_property(lambda d: logits_to_probs(d.logits, is_binary))


class Bernoulli(ExponentialFamily):
    """1 with the probability probs (or of the log-odds logits), else 0."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.boolean
    has_enumerate_support = True
    _mean_carrier_measure = 0

    def __init__(self, probs=None, logits=None, validate_args=None):
        given(self, probs, logits)
        number = of_numbers(probs if logits is None else logits)
        super().__init__(Size() if number else self._param.size(), validate_args=validate_args)

    logits, probs = odds(), chances()
    param_shape = property(lambda d: d._param.size())
    mean = property(lambda d: d.probs)
    variance = property(lambda d: d.probs * (1 - d.probs))

    @property
    def mode(self):
        return torch.where(self.probs == 0.5, math.nan, (self.probs >= 0.5).to(self.probs))

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            shape, probs = self._extended_shape(sample_shape), self.probs
            return torch.bernoulli(probs if probs.shape == shape else probs.expand(shape))

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        return -torch.nn.functional.binary_cross_entropy_with_logits(logits, value, reduction="none")

    def entropy(self):
        return torch.nn.functional.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none")

    def enumerate_support(self, expand=True):
        return self._enumerated(torch.arange(2, dtype=self._param.dtype), expand)

    _natural_params = property(lambda d: (torch.logit(d.probs),))

    def _log_normalizer(self, x):
        return torch.log(1 + torch.exp(x))


class Binomial(Distribution):
    """The number of successes in total_count trials."""

    arg_constraints = {
        "total_count": constraints.nonnegative_integer, "probs": constraints.unit_interval, "logits": constraints.real,
    }  # fmt: skip
    has_enumerate_support = True

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        of_trials(self, total_count, probs, logits, validate_args)

    logits, probs = odds(), chances()
    param_shape = property(lambda d: d._param.size())

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self.total_count)

    mean = property(lambda d: d.total_count * d.probs)
    mode = property(lambda d: ((d.total_count + 1) * d.probs).floor().clamp(max=d.total_count))
    variance = property(lambda d: d.total_count * d.probs * (1 - d.probs))

    def sample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        with torch.no_grad():
            return binomial(self.total_count.expand(shape), self.probs.expand(shape))

    def log_prob(self, value):
        self._validate_sample(value)
        n, z = self.total_count, self.logits
        choices = torch.lgamma(n + 1) - torch.lgamma(value + 1) - torch.lgamma(n - value + 1)
        return (
            value * z
            + choices
            - n * ((z.clamp(min=0) + z - z.clamp(max=0)) / 2 + torch.log1p(torch.exp(-torch.abs(z))))
        )

    def _common_count(self, asked):
        n = int(self.total_count.max())
        if self.total_count.min() != n:
            raise NotImplementedError(f"Inhomogeneous total count not supported by `{asked}`.")
        return n

    def entropy(self):
        self._common_count("entropy")
        log_prob = self.log_prob(self.enumerate_support(False))
        return -(torch.exp(log_prob) * log_prob).sum(0)

    def enumerate_support(self, expand=True):
        n = self._common_count("enumerate_support")
        return self._enumerated(torch.arange(1 + n, dtype=self._param.dtype), expand)


log_sigmoid = torch.nn.functional.logsigmoid


class NegativeBinomial(Distribution):
    """The number of successes before total_count failures."""

    arg_constraints = {
        "total_count": constraints.greater_than_eq(0), "probs": constraints.half_open_interval(0.0, 1.0),
        "logits": constraints.real,
    }  # fmt: skip
    support = constraints.nonnegative_integer

    def __init__(self, total_count, probs=None, logits=None, validate_args=None):
        of_trials(self, total_count, probs, logits, validate_args)

    logits, probs = odds(), chances()
    param_shape = property(lambda d: d._param.size())
    mean = property(lambda d: d.total_count * torch.exp(d.logits))
    mode = property(lambda d: ((d.total_count - 1) * d.logits.exp()).floor().clamp(min=0.0))
    variance = property(lambda d: d.mean / torch.sigmoid(-d.logits))

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            rates = Gamma(self.total_count, torch.exp(-self.logits), validate_args=False)
            return torch.poisson(rates.sample(sample_shape))

    def log_prob(self, value):
        self._validate_sample(value)
        n = self.total_count
        weight = n * log_sigmoid(-self.logits) + value * log_sigmoid(self.logits)
        ways = torch.lgamma(n + value) - torch.lgamma(1.0 + value) - torch.lgamma(n)
        return weight + ways.masked_fill(n + value == 0.0, 0.0)


class Geometric(Distribution):
    """The number of failures before the first success."""

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.nonnegative_integer

    def __init__(self, probs=None, logits=None, validate_args=None):
        given(self, probs, logits)
        number = of_numbers(probs if logits is None else logits)
        super().__init__(Size() if number else self._param.size(), validate_args=validate_args)
        if self._validate_args and probs is not None and not (self.probs > 0).all():
            value = self.probs
            raise ValueError(
                f"Expected parameter probs ({type(value).__name__} of shape {tuple(value.shape)}) of distribution {self!r} to be "
                f"positive but found invalid values:\n{value[value <= 0]}"
            )

    logits, probs = odds(), chances()
    mean = property(lambda d: 1.0 / d.probs - 1.0)
    mode = property(lambda d: torch.zeros_like(d.probs))
    variance = property(lambda d: (1.0 / d.probs - 1.0) / d.probs)

    def sample(self, sample_shape=Size()):
        shape = self._extended_shape(sample_shape)
        tiny = torch.finfo(self.probs.dtype).tiny
        with torch.no_grad():
            u = torch.empty(shape, dtype=self.probs.dtype).uniform_(tiny, 1)
            return (u.log() / (-self.probs).log1p()).floor()

    def log_prob(self, value):
        self._validate_sample(value)
        value, probs = broadcast_all(value, self.probs)
        probs = torch.where((probs == 1) & (value == 0), 0.0, probs)
        return value * (-probs).log1p() + self.probs.log()

    def entropy(self):
        return (
            torch.nn.functional.binary_cross_entropy_with_logits(self.logits, self.probs, reduction="none") / self.probs
        )


class Poisson(ExponentialFamily):
    """Counts of what happens at a rate."""

    arg_constraints = {"rate": constraints.nonnegative}
    support = constraints.nonnegative_integer

    def __init__(self, rate, validate_args=None):
        self._take(validate_args, rate=rate)

    mean = variance = property(lambda d: d.rate)
    mode = property(lambda d: d.rate.floor())

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            return torch.poisson(self.rate.expand(self._extended_shape(sample_shape)))

    def log_prob(self, value):
        self._validate_sample(value)
        rate, value = broadcast_all(self.rate, value)
        return value.xlogy(rate) - rate - (value + 1).lgamma()

    _natural_params = property(lambda d: (torch.log(d.rate),))

    def _log_normalizer(self, x):
        return torch.exp(x)


class Categorical(Distribution):
    """Indices drawn with the weights probs (or the logarithms of weights, logits) along the last dimension.

    >>> import compat as torch
    >>> Categorical(torch.tensor([1.0, 3.0])).probs
    tensor([0.2500, 0.7500])
    """

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        check_one(probs, logits)
        name, weights = ("probs", probs) if logits is None else ("logits", logits)
        if weights.dim() < 1:
            raise ValueError(f"`{name}` parameter must be at least one-dimensional.")
        if logits is None:
            self.probs = self._param = probs / probs.sum(-1, keepdim=True)
        else:
            self.logits = self._param = logits - logits.logsumexp(dim=-1, keepdim=True)
        shape = weights.size()
        self._num_events = shape[-1]
        super().__init__(shape[:-1], validate_args=validate_args)

    logits, probs = odds(is_binary=False), chances(is_binary=False)
    param_shape = property(lambda d: d._param.size())

    @constraints.dependent_property(is_discrete=True, event_dim=0)
    def support(self):
        return constraints.integer_interval(0, self._num_events - 1)

    mean = variance = property(lambda d: torch.full(d._extended_shape(), math.nan, dtype=d.probs.dtype))
    mode = property(lambda d: d.probs.argmax(dim=-1))

    def sample(self, sample_shape=Size()):
        probs = self.probs
        rows = probs if self._num_events and probs.dim() == 1 else probs.reshape(-1, self._num_events)
        if type(sample_shape) is Size and not sample_shape:
            return torch.multinomial(rows, 1, True).reshape(self._batch_shape)
        sample_shape = sized(sample_shape)
        chosen = torch.multinomial(rows, count := sample_shape.numel(), True)
        return (chosen if rows.dim() == 1 or count == 1 else chosen.T).reshape(self._extended_shape(sample_shape))

    def log_prob(self, value):
        self._validate_sample(value)
        index, logits = value.long().unsqueeze(-1), self.logits
        if index.shape[:-1] == logits.shape[:-1]:
            return logits.gather(-1, index).squeeze(-1)
        index, logits = torch.broadcast_tensors(index, logits)
        return logits.gather(-1, index[..., :1]).squeeze(-1)

    def entropy(self):
        logits = torch.clamp(self.logits, min=torch.finfo(self.logits.dtype).min)
        return -(logits * self.probs).sum(-1)

    def enumerate_support(self, expand=True):
        return self._enumerated(torch.arange(self._num_events), expand)


class OneHotCategorical(Distribution):
    """Categorical, an index being a vector that is 1 there and 0 elsewhere."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}
    support = constraints.one_hot
    has_enumerate_support = True

    def __init__(self, probs=None, logits=None, validate_args=None):
        self._categorical = Categorical(probs, logits)
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    probs = property(lambda d: d._categorical.probs)
    logits = property(lambda d: d._categorical.logits)
    param_shape = property(lambda d: d._categorical.param_shape)
    mean = property(lambda d: d.probs)
    variance = property(lambda d: d.probs * (1 - d.probs))

    @property
    def mode(self):
        return torch.nn.functional.one_hot(self.probs.argmax(-1), self.probs.shape[-1]).to(self.probs)

    def sample(self, sample_shape=Size()):
        with torch.no_grad():
            index = self._categorical.sample(sample_shape)
            return torch.nn.functional.one_hot(index, self.probs.shape[-1]).to(self.probs)

    def log_prob(self, value):
        self._validate_sample(value)
        return self._categorical.log_prob(value.max(-1)[1])

    def entropy(self):
        return self._categorical.entropy()

    def enumerate_support(self, expand=True):
        n = self.event_shape[0]
        values = torch.eye(n, dtype=self.probs.dtype).view((n,) + (1,) * len(self.batch_shape) + (n,))
        return values.expand((n,) + self.batch_shape + (n,)) if expand else values


class OneHotCategoricalStraightThrough(OneHotCategorical):
    """OneHotCategorical, its samples having the derivatives of the probabilities."""

    has_rsample = True

    def rsample(self, sample_shape=Size()):
        return self.sample(sample_shape) + (self.probs - self.probs.detach())


class Multinomial(Distribution):
    """How often each index is drawn in total_count draws."""

    arg_constraints = {"probs": constraints.simplex, "logits": constraints.real_vector}

    def __init__(self, total_count=1, probs=None, logits=None, validate_args=None):
        if not isinstance(total_count, int):
            raise NotImplementedError("inhomogeneous total_count is not supported")
        self.total_count = total_count
        self._categorical = Categorical(probs=probs, logits=logits)
        Binomial(total_count, self.probs)  # (which looks at the count)
        shape = self._categorical.param_shape
        super().__init__(shape[:-1], shape[-1:], validate_args=validate_args)

    probs = property(lambda d: d._categorical.probs)
    logits = property(lambda d: d._categorical.logits)
    param_shape = property(lambda d: d._categorical.param_shape)
    mean = property(lambda d: d.probs * d.total_count)
    variance = property(lambda d: d.total_count * d.probs * (1 - d.probs))

    @constraints.dependent_property(is_discrete=True, event_dim=1)
    def support(self):
        return constraints.multinomial(self.total_count)

    def sample(self, sample_shape=Size()):
        index = self._categorical.sample(Size((self.total_count,)) + Size(sample_shape)).movedim(0, -1)
        counts = torch.zeros(self._extended_shape(sample_shape), dtype=index.dtype)
        return counts.scatter_add_(-1, index, torch.ones_like(index)).type_as(self.probs)

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        logits = torch.where((value == 0) & (logits == -math.inf), 0.0, logits)
        ways = torch.lgamma(value.sum(-1) + 1) - torch.lgamma(value + 1).sum(-1)
        return ways + (logits * value).sum(-1)

    def entropy(self):
        n = torch.tensor(self.total_count)
        counts = Binomial(self.total_count, self.probs)
        support = counts.enumerate_support(expand=False)[1:]
        expected = (torch.exp(counts.log_prob(support)) * torch.lgamma(support + 1)).sum([0, -1])
        return n * self._categorical.entropy() - torch.lgamma(n + 1) + expected


placed(globals())
