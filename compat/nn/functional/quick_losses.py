"""The written-out calls of losses: of the commonest arguments, without weights, which are one node each.

Invariant: they take float Tensors over NumPy memory; the function that stands behind each does the rest and says what is wrong.
"""

import functools

import numpy as np

from funcgrad.core.written_calls import written_call

from ...functions.operands import name_places
from ...functions.quick_roads import quick

REDUCTION = "(reduction is NONE or reduction == 'mean' or reduction == 'sum')"
# the primitive, torch's name of its node, its arguments behind the target, which of them are not given, its settings, what must hold of the arrays
OF_TWO = {
    "mse_loss": ("squared_error", "MseLoss", "size_average reduce reduction weight", "size_average reduce weight"),
    "binary_cross_entropy": (
        "probability_loss", "BinaryCrossEntropy", "weight size_average reduce reduction", "weight size_average reduce", "",
        "are_shares(v) and are_shares(k)",
    ),
    "binary_cross_entropy_with_logits": (
        "logits_loss", "BinaryCrossEntropyWithLogits", "weight size_average reduce reduction pos_weight",
        "weight size_average reduce pos_weight",
    ),
    "smooth_l1_loss": (
        "smooth_absolute_error", "SmoothL1Loss", "size_average reduce reduction beta", "size_average reduce",
        "huber_settings(1.0 if beta is NONE else beta, params is MEAN, 1.0)",
    ),
    "huber_loss": (
        "huber_error", "HuberLoss", "reduction delta weight", "weight",
        "huber_settings(1.0 if delta is NONE else delta, params is MEAN)",
    ),
}  # fmt: skip


def absent(names):
    return " and ".join([f"({n} is NONE or {n} is None)" for n in names.split()])


@functools.lru_cache
def huber_settings(delta, mean, linear=None):
    return {"delta": delta, "linear": delta if linear is None else linear, "mean": mean} if delta > 0 else None


def are_shares(v):
    """Are there numbers, and all of them between 0 and 1? (nan is not.)"""
    return v.size and np.minimum.reduce(v, None) >= 0 and np.maximum.reduce(v, None) <= 1


def of_classes(slow):
    """nll_loss of rows of log-probabilities."""
    return quick(
        written_call,
        slow,
        "picked_loss",
        ("target", "weight", "size_average", "ignore_index", "reduce", "reduction"),
        f"isinstance(target, Face) and target.owner is TAPE and {absent('weight size_average reduce')} and type(target.alias) is not Frozen"
        f" and (ignore_index is NONE or type(ignore_index) is int and ignore_index < 0) and {REDUCTION}",
        (
            "if target.alias is not None: fresh(target)",
            "params = SUM if reduction == 'sum' else MEAN",
            "k = target.val",
            "plain = v.ndim == 2 and k.dtype is I64 and k.shape == v.shape[:1] and k.size and name_places(k, v.shape[1])",
            "out = impl(v, k, **params) if plain else None",
        ),
        ("NllLossBackward0",),
        others={"k": "target"},
        name_places=name_places,
        MEAN={"mean": True},
        SUM={"mean": False},
    )


def of_two(slow, prim, label, names, unset, settings="", holds="True"):
    """A loss that is the mean or the sum of errors of two operands of one shape."""
    number = "beta" if "beta" in names else "delta"
    return quick(
        written_call,
        slow,
        prim,
        ("target", *names.split()),
        "isinstance(target, Face) and target.owner is TAPE and type(target.alias) is not Frozen"
        f" and (count == 2 and not named or {absent(unset)} and {REDUCTION})"
        + (f" and ({number} is NONE or type({number}) is float)" if settings else ""),
        (
            "if target.alias is not None: fresh(target)",
            "params = SUM if reduction == 'sum' else MEAN",
            *([f"params = {settings}"] if settings else []),
            "k = target.val",
            "plain = params and target.mark is None and k.dtype is d and k.shape == v.shape and k.flags.c_contiguous"
            f" and {holds}",
            "out = impl(v, k, **params) if plain else None",
        ),
        (f"{label}Backward0",),
        others={"k": "target"},
        alone=False,
        huber_settings=huber_settings,
        are_shares=are_shares,
        MEAN={"mean": True},
        SUM={"mean": False},
    )


def put_quick_losses(space):
    """Put the written-out calls in the place of the losses in a module's names."""
    space["nll_loss"] = of_classes(space["nll_loss"])
    for name, how in OF_TWO.items():
        space[name] = of_two(space[name], *how)
