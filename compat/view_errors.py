"""torch's refusals of what Tensors are asked for in the wrong place: writes into some views, .grad inside torch.func."""

import sys

from funcgrad.core.site import internal
from funcgrad.core.trace import PICK

BELOW = "its base or another view of its base has been"  # modified, or else the view itself "is being"

MODES = {
    "no_grad": ("no_grad mode", "with grad mode enabled", "no_grad"),
    "inference": ("inference mode", "in normal mode", "inference_mode"),
}
REASONS = {  # by how the view was made: together with others, or by a custom Function
    "several": "This view is the output of a function that returns multiple views. Such functions do not allow the output views to be "
    "modified inplace. You should replace the inplace operation by an out-of-place one.",
    "function": "This view was created inside a custom Function (or because an input was returned as-is) and the autograd logic to handle "
    "view+inplace would override the custom backward associated with the custom Function, leading to incorrect gradients. This "
    "behavior is forbidden. You can fix this by cloning the output of the custom Function.",
}


def may_not_change(made, mark, written):
    """The refusal for a view made so, of which this is the mark: it, or its memory (`written` says which), has been changed."""
    from .graph import output_number, shown

    node = None if mark is None or mark.plan is None else shown(mark)
    name = node and type(node).__name__.rstrip("0123456789").removesuffix("Backward")
    output = node and f"Output {output_number(mark)} of {name} is a view"
    mode, now, block = MODES["no_grad" if made in REASONS else made]
    if node is not None and made in REASONS:
        first = f"{output} and {written} modified inplace."
    else:
        first = f"{f'{output} of a view which' if node else 'A view'} was created in {mode} and {written} modified inplace {now}."
    return RuntimeError(
        f"{first} {REASONS[made]}"
        if made in REASONS
        else f"{first} Given that this use case is ambiguous and error-prone, it is forbidden. You can clarify your code by moving both the "
        f"view and the inplace either both inside the {block} block (if you don't want the inplace to be tracked) or both outside (if you "
        "want the inplace to be tracked)."
    )


WRITERS = {
    "inplace",
    "in_place_operator",
    "check_in_place",
    "root_to_write",
    "overwrite",
}  # the functions that begin a write


def written_now():
    """Is it a write that asks for an up-to-date view? (An error is on its way: the stack is read for nothing else.)"""
    frame = sys._getframe(2)
    for _ in range(8):
        if frame is None or frame.f_code.co_name in WRITERS:
            break
        frame = frame.f_back
    return frame is not None and frame.f_code.co_name in WRITERS


def changed_below(mark):
    """The refusal for a saved value of this node whose memory was changed since; None if it is no view of these kinds."""
    from funcgrad.core.layout import VIEWS

    n = mark
    while n.plan is not None:
        if n.params and "of" in n.params:  # (a gate of hooks)
            n = n.params["of"]
        elif n.extra is not None and n.extra.group is not None:
            return may_not_change("several", mark, BELOW)
        elif n.plan.prim is PICK:
            spec = n.ins[0].params.get("spec")
            kind = spec and spec.gives_views(n.params["i"], n.ins[0])
            return kind and may_not_change(kind, mark, BELOW)
        elif n.plan.prim.name in VIEWS or n.plan.prim.name == "reshape":
            n = n.ins[0]
        else:
            return None
    return None


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
