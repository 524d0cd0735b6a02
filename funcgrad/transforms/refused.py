"""refused: a value that may be used but not differentiated, because its graph would give another derivative than the program has.

The refusal comes when somebody asks for the derivative, not before: a training step that returns its loss for printing is no mistake.
"""

from ..core.aval import aval_of
from ..core.primitive import define
from ..errors import NotDifferentiableError
from ..ops.effects import debug_callback


class Refusal:
    """Called where a derivative arrives: raises."""

    def __init__(self, why):
        self.why = why

    def __call__(self, *_):
        raise NotDifferentiableError(self.why)


@define
class refused:
    """x as it is; whoever differentiates it gets NotDifferentiableError(why)."""

    saves = ((),)

    def impl(x, *, why):
        return x

    def aval(x, *, why):
        return aval_of(x)

    def batch(size, xs, ds, *, why):
        return refused(xs[0], why=why), ds[0]

    def vjp(ct, out, x, *, need, why):
        debug_callback(ct, callback=Refusal(why))
        return [ct]

    def jvp(ts, out, x, *, why):
        Refusal(why)()


__all__ = ["refused"]
