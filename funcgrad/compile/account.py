"""What the code of a graph takes: operations, memory kept and memory at most, and which of it goes in blocks.

Invariant: read off the plan of the writer when the code is written; nothing is measured, and a call costs nothing more for it.
"""

from ..core.aval import Aval
from ..core.config import Current
from ..core.graph import GraphNode
from ..core.nested import graphs_in
from ..core.trace import PICK
from .regions import Region
from .texts import nbytes


class Account:
    """`nodes`: operations; `seconds_writing`: passes and writing; `buffers`, `nbytes`: arrays that are kept between calls; `peak`:
    bytes that a call holds at most, kept arrays and results among them; arguments, and what implementations such as a convolution's or
    a factorisation's take for themselves, are not; `regions`: (operations, rows, blocks, bytes
    of a block, how many of them can run at once) of what is computed block by block."""

    __slots__ = ("nodes", "seconds_writing", "buffers", "nbytes", "regions", "steps")

    def __init__(self, nodes, writer, seconds):
        self.nodes, self.seconds_writing = nodes, seconds
        self.buffers, self.nbytes = len(writer.slots.sizes), sum(writer.slots.sizes)
        self.regions = [(len(r.nodes), r.rows, len(b.cuts), b.nbytes, b.parts) for r, b in writer.blocks.items()]
        self.steps = steps_of(writer)

    @property
    def blocks(self):
        return len(self.regions)

    @property
    def threads(self):
        """How many threads the region with most blocks uses now; 1 where nothing goes in blocks."""
        return max([shares(parts) for *_, parts in self.regions], default=1)

    @property
    def peak(self):
        most = live = self.nbytes
        for made, graphs, region, gone in self.steps:
            live += made
            inner = sum([g.cache["written"].peak for g in graphs if "written" in g.cache])
            if region is not None:
                inner += region.nbytes * shares(region.parts)
            most = max(most, live + inner)
            live -= gone
        return most


def shares(parts):
    """The threads that take part where so many blocks can run at once."""
    from ..core.workers import cpus

    return min(Current.settings.threads or cpus(), parts)


def steps_of(writer):
    """(bytes of new arrays, graphs run inside, Blocks, bytes let go after it) of each operation that has any."""
    early = {n: nbytes(n.aval) for n in writer.rooms if n not in writer.given and writer.early(n)}
    sizes, steps = {}, [(sum(early.values()), [], None, 0)]
    for i, item in enumerate(writer.items):
        made = item.outs if type(item) is Region else (item,)
        for n in made:
            if n not in early and is_own(writer.values.get(n), n):
                sizes[n] = sum([nbytes(a) for a in (n.aval if type(n.aval) is tuple else (n.aval,)) if type(a) is Aval])
        new = sum([sizes.get(n, 0) for n in made])
        gone = sum([sizes.pop(x, 0) for x in writer.dying.get(i, ()) if type(x) is GraphNode])
        graphs = [] if type(item) is Region else graphs_in(item.params)
        if new or gone or graphs or item in writer.blocks:
            steps.append((new, graphs, writer.blocks.get(item), gone))
    results = [o for o in writer.graph.outs if type(o) is GraphNode and o.aval.shape]
    copied = [o for o in results if not is_own(writer.values[o], o) and o not in writer.placed]
    steps.append((sum([nbytes(o.aval) for o in copied]), [], None, 0))
    return steps


def is_own(v, n):
    """Is this value an array made by the call itself: no kept memory, no constant, no view, no memory that is passed in?"""
    if v is None or v.pooled or v.constant or v.node is not None:
        return False
    if n.prim is None or n.prim is PICK or n.prim.view is not None:
        return False
    return type(n.aval) is tuple or (n.aval.shape != () and (v.array or "")[:1] not in ("a", "o"))


__all__ = ["Account"]
