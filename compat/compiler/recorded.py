"""A compiled function as one operation on the tape: its forward half is run at once, its backward half by backward().

Invariant: the node is the one that the primitive `call` leaves (compile/call.py): the same residuals, plan and versions. What
does not change from call to call is found out once.
"""

import numpy as np

from funcgrad.compile.call import call
from funcgrad.compile.joint import joint
from funcgrad.compile.source import compiled, is_new
from funcgrad.core import quiet
from funcgrad.core.graph import GraphNode
from funcgrad.core.node import TapeNode, extra_of
from funcgrad.core.trace import TAPE, record, several

from ..tensor import Tensor

NAME = "CompiledFunctionBackward"


class Recorded:
    """A graph of whose inputs those in the bit mask `need` are differentiated. `requires`: for each result that is handed out, is it
    part of the graph? What comes after these is written back."""

    def __init__(self, graph, need, requires):
        halves = joint(graph, need)
        self.run, self.plan, self.params = compiled(halves.forward), call.plan(need), {"graph": graph}
        self.results, self.requires, self.count = len(graph.outs), requires, len(requires)
        outs, kept = halves.forward.outs[: self.results], halves.forward.outs[self.results :]
        places = {n: i for i, n in enumerate(halves.forward.ins)}
        self.saved_inputs = [places[n] for n in kept if type(n) is GraphNode and n in places]
        self.saved_outs = [i for i, n in enumerate(outs) if n in kept]
        self.copied = [i for i, n in enumerate(outs[: self.count]) if not is_new(n) or sum([n is o for o in outs]) > 1]

    def __call__(self, values, boxes, marks):
        """The results: Tensors, then arrays that are to be written back."""
        token = quiet.enter(quiet.IGNORE)
        try:
            got = self.run(*values)
        finally:
            quiet.leave(token)
        outs, residuals = list(got[: self.results]), got[self.results :]
        for i in self.copied:
            outs[i] = outs[i].copy() if hasattr(outs[i], "copy") else outs[i]
        n = record(TapeNode, TAPE, self.plan, marks, self.params, (residuals, values), None)
        n.extra = None
        n.versions = tuple([(*boxes[i].stamp(), i) for i in self.saved_inputs])
        extra_of(n).label = NAME
        handles = several(TAPE, n, [np.asarray(o) for o in outs])  # (NumPy's numbers, where there is only one)
        if self.saved_outs:
            n.versions += tuple(
                [(*handles[i].stamp(), -1) for i in self.saved_outs if i < self.count and i not in self.copied]
            )
        shown = [h if on else Tensor(h.val, None, TAPE) for h, on in zip(handles, self.requires, strict=False)]
        return (*shown, *outs[self.count :])


__all__ = ["Recorded"]
