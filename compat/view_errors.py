"""torch's refusals of what Tensors are asked for in the wrong place: writes into some views, .grad inside torch.func."""

import sys

from funcgrad.core.site import internal


def one_of_several(name, number, written):
    """torch's refusal of a change in place of, or under, a view that was made together with others."""
    return RuntimeError(
        f"Output {number} of {name.partition('Backward')[0]} is a view and {written} modified inplace. This view is the "
        "output of a function that returns multiple views. Such functions do not allow the output views to be modified inplace. You "
        "should replace the inplace operation by an out-of-place one."
    )


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
