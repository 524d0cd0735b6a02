"""What torch says where a function of nn.functional has met a wrong argument, by the frame that it has failed in: argument_checks.py is asked with
what the frame holds under the names of the parameters.

Invariant: nothing here runs unless an error passes, and an error of values that a check of ours has made stays as it is.
"""

import inspect
import opcode

from funcgrad.core.site import variables

from ..._calls import misused, refusal
from ..._how_called import NATIVE
from ...functions.call_errors import STUBS
from ...functions.kernels import BARE
from . import argument_checks


def deliberate(error, entry):
    """Has a check of values raised it, and not Python on its way?"""
    code = entry.tb_frame.f_code.co_code
    return code[entry.tb_lasti] == opcode.opmap["RAISE_VARARGS"] and not isinstance(error, (TypeError, AttributeError))


def refusing(name):
    """What says, of (args, kwargs), what torch says of a call of nn.functional.<name>; None where torch has no such function."""
    if name in NATIVE:
        own = {"logsigmoid": "log_sigmoid"}.get(name, name)
        return lambda args, kwargs: refusal(own, False, args, kwargs)
    ask = getattr(argument_checks, name, None)
    return None if ask is None else lambda args, kwargs: misused(ask, args, kwargs)


def of_one(frame):
    """What torch says of the arguments of the function that a frame runs; None if it is none that is without a frame of ours around
    it, or if they are right."""
    name = frame.f_code.co_name
    home = frame.f_globals.get("__name__", "")
    if (
        name not in BARE
        or not home.startswith(__package__)
        or home.endswith(".native")  # (whose arguments stand in another order)
        or frame.f_code.co_filename == STUBS  # (who runs the function itself has said it)
    ):
        return None
    ask, given = refusing(name), variables(frame)
    if name in NATIVE:
        return ask(tuple([given[n] for n in frame.f_code.co_varnames[: frame.f_code.co_argcount]]), {})
    return ask((), {n: given[n] for n in inspect.signature(getattr(argument_checks, name)).parameters if n in given})


def of_frame(frame):
    """The same of the first of a frame and those of nn.functional that have called it."""
    while frame is not None and frame.f_globals.get("__name__", "").startswith(__package__):
        refused = of_one(frame)
        if refused is not None:
            return refused
        frame = frame.f_back
    return None
