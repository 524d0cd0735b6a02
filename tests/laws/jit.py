"""jit changes nothing but time: compiled code gives what eager code gives, and commutes with derivatives."""

import funcgrad as fg

from .call import law
from .compare import close_all


@law()
def jit(call):
    """jit gives what eager code gives, at the first call and the next; so do jit of vjp and jvp, vjp and jvp of jit."""
    compiled = fg.jit(call.every)
    for which in ("first", "second"):
        close_all(compiled(*call.args), call.out, f"{call.what}: {which} call under jit", call.tolerance)
    if not call.case.order:
        return
    xs, ts, cts = call.xs, call.case.ts, call.cts

    def push(xs, ts):
        return fg.jvp(call.f, xs, ts)[1]

    for got, want, what in (
        (fg.jit(call.pull)(xs, cts), call.pull(xs, cts), "jit of vjp"),
        (fg.vjp(fg.jit(call.f), *xs)[1](cts), call.pull(xs, cts), "vjp of jit"),
        (fg.jit(push)(xs, ts), push(xs, ts), "jit of jvp"),
        (fg.jvp(fg.jit(call.f), xs, ts)[1], push(xs, ts), "jvp of jit"),
    ):
        close_all(got, want, f"{call.what}: {what}", call.tolerance)
