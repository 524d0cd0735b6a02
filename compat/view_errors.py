"""torch's refusals of what Tensors are asked for in the wrong place: writes into some views, .grad inside torch.func."""

import sys

from funcgrad.core.site import internal
from funcgrad.core.trace import PICK

BELOW = "its base or another view of its base has been"  # modified, or else the view itself "is being"


def one_of_several(name, number, written):
    """The refusal for a view that was made together with others."""
    return RuntimeError(
        f"{start(name, number, written)} This view is the output of a function that returns multiple views. Such functions do not allow "
        "the output views to be modified inplace. You should replace the inplace operation by an out-of-place one."
    )


def of_a_function(name, number, written):
    """The refusal for a view that a custom Function has given."""
    return RuntimeError(
        f"{start(name, number, written)} This view was created inside a custom Function (or because an input was returned as-is) and "
        "the autograd logic to handle view+inplace would override the custom backward associated with the custom "
        "Function, leading to incorrect gradients. This behavior is forbidden. You can fix this by cloning the output of "
        "the custom Function."
    )


def start(name, number, written):
    return f"Output {number} of {name.rstrip('0123456789').removesuffix('Backward')} is a view and {written} modified inplace."


def made_unrecorded(mode):
    """torch's refusal of a change in place, while gradients are recorded, of a view that was made while none were."""
    called, now = {
        "no_grad": ("no_grad mode", "with grad mode enabled"),
        "inference": ("inference mode", "in normal mode"),
    }[mode]
    block = "no_grad" if mode == "no_grad" else "inference_mode"
    return RuntimeError(
        f"A view was created in {called} and is being modified inplace {now}. Given that this use case is ambiguous and "
        f"error-prone, it is forbidden. You can clarify your code by moving both the view and the inplace either both inside the "
        f"{block} block (if you don't want the inplace to be tracked) or both outside (if you want the inplace to be tracked)."
    )


def changed_below(mark):
    """The refusal for a saved value of this node whose memory was changed since; None if it is no view of these kinds."""
    from funcgrad.core.layout import VIEWS

    n = mark
    while n.plan is not None:
        if n.params and "of" in n.params:  # (a gate of hooks)
            n = n.params["of"]
        elif n.extra is not None and n.extra.group is not None:
            return refusal(one_of_several, mark)
        elif n.plan.prim is PICK:
            spec = n.ins[0].params.get("spec")
            kind = spec and spec.gives_views(n.params["i"], n.ins[0])
            return kind and refusal(of_a_function if kind == "function" else one_of_several, mark)
        elif n.plan.prim.name in VIEWS or n.plan.prim.name == "reshape":
            n = n.ins[0]
        else:
            return None
    return None


def refusal(kind, mark):
    from .graph import output_number, shown

    return kind(type(shown(mark)).__name__, output_number(mark), BELOW)


OF_FUNCTIONAL = " (or perhaps using torch.autograd.functional.* APIs)"


def refuse_in_func(name, also=""):
    """Raise in torch's words where user code inside torch.func asks for what torch does not do there."""
    if not internal[sys._getframe(2).f_globals.get("__name__")]:
        raise refused_in_func(name, also)


def refused_in_func(name, also=""):
    return RuntimeError(
        f"You are attempting to call Tensor.{name}(){also} inside of a function being transformed by a functorch transform. "
        "This is unsupported, please attempt to use the functorch transforms (e.g. grad, vjp, jacrev, jacfwd, hessian) or call "
        f"{name}() outside of a function being transformed instead."
    )
