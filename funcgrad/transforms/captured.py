"""Traced values that a function with a rule of its own reaches without being given them: through an object, a default, a jitted function.

What closures hold is found without running anything (rules.closed_over). The rest shows when the function is run: its results stand at
a level that none of its operands has. Then it is staged, and what its graph reads from outside become operands like the others. So such a
function runs twice, with its side effects, and the second time its arguments have no values: control flow that asks for them is an error.
"""

from .. import tree
from ..core.aval import aval_of
from ..core.graph import evaluate
from ..core.handle import Handle, Taped
from ..core.trace import Batch


class Captured(BaseException):
    """A function was found to read a traced value of a level that its rule is to be processed at; `flat` is the function."""

    def __init__(self, flat):
        super().__init__()
        self.flat = flat


def traces(xs):
    """The traces at whose levels these values stand (those of Tensors' tapes left out)."""
    found = set()
    for x in xs:
        while isinstance(x, Handle):
            if not isinstance(x, Taped):
                found.add(x.owner)
            x = x.val
    return found


def look(flat, xs, outs):
    """Captured, if results of `flat` on xs stand at a level that its caller has taken off its operands, or at one within that.

    A rule of the user's says nothing of derivatives by what it was not given: of such values only mapped ones become operands."""
    more = [t for t in traces(outs) - traces(xs) if t.level >= flat.top]
    if more and (flat.differentiates or all(type(t) is Batch for t in more)):
        raise Captured(flat)


def opened(flat, operands):
    """(what else `flat` reads from outside, function that gives the user's function with others for that and the hidden operands)."""
    from .stage import graph_and_outer

    graph, found = graph_and_outer(lambda *xs: flat(*xs), [aval_of(x) for x in operands])
    traced, structure = flat.traced, flat.out_structure

    def rebuilt(new):
        def function(*args, **kwargs):
            leaves = tree.leaves((args, kwargs))
            return tree.unflatten(structure, list(evaluate(graph, *new, *[leaves[i] for i in traced])))

        return function

    return found, rebuilt


__all__ = ["Captured", "look", "opened"]
