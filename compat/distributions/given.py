"""Distributions that take either probabilities or their logarithms: what is not given is computed when it is asked for."""

from .utils import broadcast_all, lazy_property, logits_to_probs, probs_to_logits


def check_one(probs, logits):
    """ValueError unless exactly one is given."""
    if (probs is None) == (logits is None):
        raise ValueError("Either `probs` or `logits` must be specified, but not both.")


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
