"""Calls by signatures that torch still takes and warns of: addcmul(input, value, tensor1, tensor2), addmm(beta, input, alpha, mat1, mat2)."""

import sys

from funcgrad.core.site import internal

from .._calls import signatures_of
from .._how_called import called_as
from ..deprecations import once
from .call_errors import outside

NUMBERS = "beta", "alpha", "value"


def modern(own, args, kwargs, above=2):
    """(args, kwargs) of today's call for one that has failed with a TypeError, with torch's warning; None if torch does not take it
    either. `above`: how many frames the caller is above this one."""
    frame = sys._getframe(above)
    frame = outside(frame)
    if internal[frame.f_globals.get("__name__")]:  # (a function of ours, whose caller is asked next)
        return None
    name, method = called_as(frame, own)[:2]
    if name.rstrip("_") != own.rstrip("_"):
        name, method = own, own[-1] == "_"
    signatures = signatures_of(name, method) or ()
    given = args[method:]
    taken = next((s for s in signatures if s.hidden and s.misfit(name, given, kwargs) is None), None)
    if taken is None or not any(p.name in NUMBERS for p in taken.parameters[: taken.positional]):
        return None
    today = [s for s in signatures if not s.hidden]
    once("older", name, f"{name}{taken}", "\n".join(f"\t{name}{s}" for s in today))
    bound = {p.name: x for p, x in zip(taken.parameters, given)} | kwargs
    places = [p.name for p in today[0].parameters[: today[0].positional]]
    return (*args[:method], *[bound.pop(n) for n in places]), bound
