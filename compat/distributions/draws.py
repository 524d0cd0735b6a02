"""Draws of gamma, Dirichlet and binomial numbers as Tensors, by torch's streams."""

import numpy as np

import compat as torch
from funcgrad.core.halves import HALVES
from funcgrad.core.primitive import PRIMITIVES

from ..dtypes import SPOKEN, name_of
from ..functions.drawing import drawn
from ..functions.forward_mode import refuse_tangents
from ..functions.nodes import named
from ..functions.random import stream_of
from ..payload import current
from .variates import binomial_counts, gamma_numbers

P = PRIMITIVES


def spoken(d):
    """What torch's errors call a dtype."""
    return SPOKEN[name_of(d)]


def only_floats(kernel, d):
    """NotImplementedError in the words of torch's kernel for a dtype of whole numbers, or of half precision."""
    if d.kind in "biu" or d in HALVES:
        raise NotImplementedError(f"\"{kernel}\" not implemented for '{spoken(d)}'")


def standard_gamma(concentration, generator=None):
    """Gamma numbers of rate 1, differentiable by their concentration."""
    refuse_tangents("_standard_gamma", concentration)
    a, stream = current(concentration), stream_of(generator)
    d = a.owner.dtype(a)
    only_floats("gamma_cpu", d)
    x = drawn(tuple(a.shape), d, lambda shape, a: gamma_numbers(a, stream), current(a.detach()))
    return named(P["gamma_drawn"](a, x), "StandardGammaBackward0", (concentration,))


def standard_dirichlet(concentration, generator=None):
    """Points of the simplex: gamma numbers in float64, divided by their sum."""
    refuse_tangents("aten::_sample_dirichlet", concentration)
    only_floats("dirichlet", concentration.dtype.numpy)
    x = standard_gamma(concentration.double(), generator)
    shares = (x / x.sum(-1, keepdim=True)).to(concentration.dtype)
    limits = np.finfo(concentration.dtype.numpy)
    return shares.clamp(min=float(limits.tiny), max=float(1 - limits.epsneg))


_standard_gamma, _sample_dirichlet = standard_gamma, standard_dirichlet  # torch's own names of them


def binomial(count, prob, generator=None):
    """Numbers of successes in `count` trials of probability `prob`."""
    for name, t in (("count", count), ("prob", prob)):
        if t.dtype.numpy.kind != "f":
            raise ValueError(f"binomial only supports floating-point dtypes for {name}, got: {spoken(t.dtype.numpy)}")
    n, p = torch.broadcast_tensors(count, prob)
    n, p, stream = current(n.detach()), current(p.detach()), stream_of(generator)
    d = n.owner.dtype(n)
    for given in (d, p.owner.dtype(p)):
        only_floats("binomial_cpu", given)
    return drawn(tuple(n.shape), d, lambda shape, n, p: binomial_counts(n, p, stream), n, p)
