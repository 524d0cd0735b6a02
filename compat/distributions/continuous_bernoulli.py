"""The continuous Bernoulli distribution (Loaiza-Ganem and Cunningham, arXiv:1907.06845)."""

import math

import compat as torch

from ..size import Size
from . import constraints
from .exp_family import ExponentialFamily
from .given import check_one
from .utils import broadcast_all, clamp_probs, lazy_property, logits_to_probs, of_numbers, probs_to_logits


class ContinuousBernoulli(ExponentialFamily):
    """Numbers in [0, 1] of density proportional to probs^x (1 - probs)^(1 - x).

    Near probs = 1/2 its formulas are quotients of zeros: within `lims` their series stand for them.
    """

    arg_constraints = {"probs": constraints.unit_interval, "logits": constraints.real}
    support = constraints.unit_interval
    has_rsample = True
    _fixed = ("_lims",)
    _mean_carrier_measure = 0

    def __init__(self, probs=None, logits=None, lims=(0.499, 0.501), validate_args=None):
        check_one(probs, logits)
        self._lims = lims
        if probs is not None:
            (probs_given,) = broadcast_all(probs)
            if validate_args is not None and not constraints.unit_interval.check(probs_given).all():
                raise ValueError("The parameter probs has invalid values")
            self.probs = self._param = clamp_probs(probs_given)
        else:
            (self.logits,) = broadcast_all(logits)
            self._param = self.logits
        number = of_numbers(probs if logits is None else logits)
        super().__init__(() if number else self._param.shape, validate_args=validate_args)

    logits = lazy_property(lambda d: probs_to_logits(d.probs, True))
    probs = lazy_property(lambda d: clamp_probs(logits_to_probs(d.logits, True)))
    logits.__set_name__(None, "logits")
    probs.__set_name__(None, "probs")
    param_shape = property(lambda d: d._param.size())

    def _apart(self):
        """(whether probs is away from 1/2, probs there and the lower limit elsewhere)."""
        away = (self.probs <= self._lims[0]) | (self.probs > self._lims[1])
        return away, torch.where(away, self.probs, self._lims[0])

    def _log_norm(self):
        away, p = self._apart()
        exact = torch.log(torch.abs(torch.log1p(-p) - torch.log(p))) - torch.log(torch.abs(1 - 2 * p))
        x = (self.probs - 0.5).pow(2)
        return torch.where(away, exact, math.log(2.0) + (4 / 3 + 104 / 45 * x) * x)

    @property
    def mean(self):
        away, p = self._apart()
        x = self.probs - 0.5
        exact = p / (2 * p - 1) + 1 / (torch.log1p(-p) - torch.log(p))
        return torch.where(away, exact, 0.5 + (1 / 3 + 16 / 45 * x.pow(2)) * x)

    @property
    def variance(self):
        away, p = self._apart()
        x = (self.probs - 0.5).pow(2)
        exact = p * (p - 1) / (1 - 2 * p).pow(2) + (torch.log1p(-p) - torch.log(p)).pow(-2)
        return torch.where(away, exact, 1 / 12 - (1 / 15 - 128 / 945 * x) * x)

    def rsample(self, sample_shape=Size()):
        return self.icdf(torch.rand(self._extended_shape(sample_shape), dtype=self.probs.dtype))

    def log_prob(self, value):
        self._validate_sample(value)
        logits, value = broadcast_all(self.logits, value)
        loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, value, reduction="none")
        return self._log_norm() - loss

    def cdf(self, value):
        self._validate_sample(value)
        away, p = self._apart()
        exact = (p**value * (1 - p) ** (1 - value) + p - 1) / (2 * p - 1)
        return torch.where(value <= 0, 0.0, torch.where(value >= 1, 1.0, torch.where(away, exact, value)))

    def icdf(self, value):
        away, p = self._apart()
        low = torch.log1p(-p)
        exact = (torch.log1p(-p + value * (2 * p - 1)) - low) / (torch.log(p) - low)
        return torch.where(away, exact, value)

    def entropy(self):
        zero, one = torch.log1p(-self.probs), torch.log(self.probs)
        return self.mean * (zero - one) - self._log_norm() - zero

    _natural_params = property(lambda d: (d.logits,))

    def _log_normalizer(self, x):
        away = (x <= probs_to_logits(torch.tensor(self._lims[0]), True)) | (
            x > probs_to_logits(torch.tensor(self._lims[1]), True)
        )
        far = torch.where(away, x, 1.0)
        square = x.pow(2)
        near = 0.5 * x + square / 24.0 - square.pow(2) / 2880.0
        return torch.where(away, torch.log(torch.abs(torch.expm1(far))) - torch.log(torch.abs(far)), near)
