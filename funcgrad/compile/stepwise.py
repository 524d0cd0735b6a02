"""A jitted function run operation by operation, each looked at: what jit does while `config(check_nans=True)`.

Invariant: the function runs as written, on boxes of a level of their own, so that what is found (operation or rule,
inputs, line) is what is found without jit, and as under jit nothing that the caller holds is written to.
"""

from .. import tree
from ..core.handle import Array, Handle, Taped
from ..core.nans import looked_at
from ..core.quiet import quiet
from ..core.trace import Trace, unwrap
from ..transforms.boundary import as_value, enter, inside, leave, show_all


class Stepwise(Trace):
    """The interpreter that only looks: every operation is run one level out."""

    name = "check_nans"

    @looked_at
    def process(self, prim, args, params, out=None):
        if self.done:
            self.leaked(prim.name)
        out = prim(*unwrap(self, args)[0], **params)
        return tuple([Array(o, None, self) for o in out]) if prim.multi else Array(out, None, self)


def stepwise(f, args, kwargs, name="jit"):
    """The results of f, computed one operation at a time."""
    trace = Stepwise()
    leaves, structure = tree.flatten((args, kwargs))
    leaves = [as_value(x, name) for x in leaves]
    with quiet(), inside(trace):
        boxes = [x if isinstance(x, Taped) else enter(trace, x, None) for x in leaves]
        new_args, new_kwargs = tree.unflatten(structure, boxes)
        outs, out_structure = tree.flatten(f(*new_args, **new_kwargs))
        outs = [leave(trace, o if isinstance(o, Handle) else as_value(o, name, "the result")) for o in outs]
    return tree.unflatten(out_structure, show_all([v for v, _, _ in outs], [face for _, _, face in outs], leaves))


__all__ = ["stepwise"]
