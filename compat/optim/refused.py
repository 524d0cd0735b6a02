"""What torch says of a step that has failed by options or by state that its user has changed. (Nothing is asked before a step.)

Invariant: `STEPS` has, of each optimizer, the options in the order in which torch's step reads them, and what it does to them first.
"""

import operator

from funcgrad.core.site import internal

from ..errors import type_name
from ..tensor import Tensor


def need_number(call):
    def need(value):
        if not isinstance(value, (int, float, complex, Tensor)) or isinstance(value, Tensor) and value.numel() > 1:
            raise TypeError(f"{call} must be Number, not {type_name(value)}")

    return need


def need_tensor(call):
    def need(value):
        if not isinstance(value, (int, float, complex, Tensor)):
            raise TypeError(f"{call}(): argument 'other' (position 1) must be Tensor, not {type_name(value)}")

    return need


def two(value):
    _, _ = value


def divided(value):
    value / 1.0


def times(value):
    1.0 * value


def taken(value):
    value * 1.0


DECAY = "weight_decay", need_number("add(): argument 'alpha'")
LR, EPS, MUL = ("lr", operator.neg), ("eps", need_tensor("add_")), need_tensor("mul_")
BETAS = "betas", two
STEPS = {
    "SGD": (
        "fused momentum weight_decay lr dampening nesterov maximize foreach",
        DECAY,
        LR,
        ("lr", need_number("add_(): argument 'alpha'")),
    ),
    "Adam": (
        "betas fused capturable amsgrad differentiable foreach lr weight_decay eps maximize decoupled_weight_decay",
        BETAS,
        DECAY,
        ("lr", divided),
        EPS,
    ),
    "AdamW": (
        "betas fused capturable amsgrad differentiable foreach lr weight_decay eps maximize",
        BETAS,
        ("lr", taken),
        ("weight_decay", times),
        EPS,
    ),
    "RMSprop": (
        "capturable momentum centered lr alpha eps weight_decay foreach maximize differentiable",
        ("momentum", lambda v: v > 0),
        DECAY,
        ("alpha", MUL),
        EPS,
        LR,
    ),
    "Adagrad": (
        "fused lr weight_decay lr_decay eps foreach maximize differentiable",
        DECAY,
        ("lr_decay", times),
        ("lr", divided),
        EPS,
        ("lr", need_number("addcdiv_(): argument 'value'")),
    ),
    "Adadelta": (
        "lr rho eps weight_decay foreach maximize differentiable capturable",
        DECAY,
        ("rho", MUL),
        ("eps", need_tensor("add")),
        LR,
    ),
    "Adamax": (
        "betas eps lr weight_decay foreach maximize differentiable capturable",
        BETAS,
        DECAY,
        EPS,
        ("lr", divided),
    ),
    "NAdam": (
        "betas capturable lr weight_decay momentum_decay eps maximize decoupled_weight_decay foreach differentiable",
        BETAS,
        DECAY,
        ("momentum_decay", times),
        LR,
        EPS,
    ),
    "RAdam": (
        "betas capturable lr weight_decay eps maximize foreach differentiable decoupled_weight_decay",
        BETAS,
        DECAY,
    ),
    "ASGD": (
        "lr lambd t0 alpha weight_decay foreach maximize differentiable capturable",
        DECAY,
        ("lambd", taken),
        ("lr", times),
    ),
    "Rprop": (
        "etas step_sizes foreach maximize capturable lr differentiable",
        ("etas", two),
        ("step_sizes", two),
        ("lr", need_number("full_like(): argument 'fill_value' (position 2)")),
    ),
    "LBFGS": ("lr max_iter max_eval tolerance_grad tolerance_change line_search_fn history_size",),
    "Adafactor": ("eps d lr beta2_decay weight_decay foreach maximize", ("eps", two)),
}


OF_PARAMETERS = "capturable", "centered", "fused", "momentum"  # (which are read where there is something to step)


def told(optimizer, error):
    """torch's error instead of one of a step; None where that is the user's own, or torch's too."""
    frame, kind = error.__traceback__.tb_next, type(optimizer)
    while frame is not None:  # (of a closure, whatever it calls)
        name = frame.tb_frame.f_globals.get("__name__", "")
        if not internal[name] and name.partition(".")[0] != "numpy":
            return None
        frame = frame.tb_next
    known = next((STEPS[c.__name__] for c in kind.__mro__ if c.__name__ in STEPS and internal[c.__module__]), None)
    if known is None or not isinstance(optimizer.param_groups, list):
        return None
    order, *first = known
    try:
        for group in optimizer.param_groups:
            stepped = [p for p in group["params"] if p.grad is not None]
            for name in order.split():
                if name in optimizer.defaults and (stepped or name not in OF_PARAMETERS):
                    group[name]
            for p in stepped:
                state = optimizer.state.get(p, {})
                kept = (
                    "nesterov" not in optimizer.defaults
                    and hasattr(optimizer, "slots")
                    and [n for n in optimizer.slots(group) if n != "step"]
                )
                if kept and (len(state) or kept[0] == "sum"):
                    state[kept[0]]
            for name, ask in first:
                if name != "weight_decay" or group[name] != 0:
                    ask(group[name])
    except (AttributeError, KeyError, TypeError, ValueError) as torchs:
        return torchs
    return None
