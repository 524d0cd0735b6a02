"""`profile`: what each operation of a compiled function takes, with the line of the user's that asked for it.

The code that is timed is the code that runs, with a reading of the clock behind each of its lines; what a reading itself takes is
measured and taken off. Invariant: nothing is written to: results are dropped, and state that the function writes stays as it is.
"""

import dataclasses
import time

import numpy as np

from ..core.aval import Aval
from ..core.quiet import quiet
from ..core.site import here, source_of, where
from ..core.tracebacks import public
from ..errors import ShapeError
from .jit import Jitted, box, payload
from .regions import Region, block_graph, name_of
from .source import as_run, function_of
from .writer import Writer

SHOWN = 25
SPENT = 0.5  # seconds, after which no further run is made


@dataclasses.dataclass
class Line:
    """One operation. `seconds`: the least of all runs. `at`: the user's line, and `text` what stands there. `inside`: operations it
    consists of, of a loop, or of a region that is computed block by block."""

    operation: str
    seconds: float
    aval: object
    at: str
    text: str
    inside: list


@dataclasses.dataclass
class Profile:
    """`lines` in the order of the program, and what all took together, in `seconds`. str() is a table, the slowest first."""

    lines: list
    seconds: float

    def __str__(self):
        rows = sorted(self.lines, key=lambda line: -line.seconds)
        table = [f"{1e6 * self.seconds:.1f} us in {len(rows)} operations"]
        for line in rows[:SHOWN]:
            share = line.seconds / self.seconds if self.seconds else 0.0
            table.append(
                f"{1e6 * line.seconds:10.1f} us {share:4.0%}  {line.operation:18} {line.aval}  {line.at}  {line.text}"
            )
            for part in sorted(line.inside, key=lambda part: -part.seconds)[:SHOWN]:
                table.append(
                    f"{'':16} {part.seconds / line.seconds if line.seconds else 0.0:4.0%}    {part.operation:16} {part.aval}  {part.at}"
                )
        if len(rows) > SHOWN:
            table.append(f"and {len(rows) - SHOWN} more")
        return "\n".join(table)

    __repr__ = __str__


@public
def profile(f, *args, repeat=20, **kwargs):
    """What each operation of f takes at these arguments, compiled: a `Profile`, which prints as a table, the slowest first.

    f: a jitted function, or one that is jitted for this. Times are the least of `repeat` runs (fewer of slow functions), the clock's
    own taken off; lines are those of the user's program, which derivatives and passes keep. An operation that passes have
    merged or dropped is not there. Raises ValueError for a `repeat` below 1, and what f raises.

    >>> import funcgrad as fg, numpy as np
    >>> p = fg.profile(lambda x: np.sum(np.sin(x) + x), np.ones(1000))
    >>> [line.operation for line in p.lines]
    ['sin', 'add', 'sum']
    """
    if repeat < 1:
        raise ShapeError(f"profile: repeat must be 1 or more; got {repeat}. [at {here()}]")
    if not isinstance(f, Jitted):
        f = Jitted(f)
    f, args, kwargs, static, jitted = (*f.separate(args, kwargs), f)
    staged, leaves = jitted.find(f, args, kwargs, static)
    values = [payload(box(x, leaves)) for x in staged.order]
    lines = timed(as_run(staged.graph), values, repeat)
    return Profile(lines, sum([line.seconds for line in lines]))


def timed(graph, values, repeat):
    """The Lines of a graph that has been made ready for code."""
    values = [np.array(v) if isinstance(v, np.ndarray) else v for v in values]
    with quiet():
        run, nodes, stamps = stamped(graph, bool(graph.effects))
        try:
            run(*values)
        except (ArithmeticError, ValueError):
            if graph.effects:
                raise
            run, nodes, stamps = stamped(graph, True)
            run(*values)
    best = np.full(len(nodes), np.inf)
    start = time.perf_counter()
    with quiet():
        for _ in range(repeat):
            stamps.clear()
            run(*values)
            best = np.minimum(best, np.diff(stamps))
            if time.perf_counter() - start > SPENT:
                break
    best = np.maximum(best - clock_itself(), 0) / 1e9
    found = {}  # (a node may be written as several lines)
    for n, seconds in zip(nodes, best.tolist(), strict=True):
        found[n] = found.get(n, 0.0) + seconds
    return [line_of(n, seconds, repeat) for n, seconds in found.items()]


def stamped(graph, careful):
    """(code of the graph that reads the clock behind each line of a node, the nodes of these lines, the list it reads it into)."""
    writer = Writer(graph, careful)
    text = writer.text().split("\n")
    stamps, nodes, lines = [], [], []
    first = min(writer.lines_of, default=len(text))
    for number, line in enumerate(text, 1):
        if number == first:
            lines.append("        stamp(clock())")
        lines.append(line)
        n = writer.lines_of.get(number)
        if n is not None:
            lines.append("        stamp(clock())")
            nodes.append(n)

    def failed(error, *args):
        raise error

    env = {k: v for k, v in writer.env.items() if v is not None}
    env.update(stamp=stamps.append, clock=time.perf_counter_ns, failed=failed)
    return function_of("\n".join(lines), env, "profile", "run"), nodes, stamps


def clock_itself():
    """What a reading of the clock takes, in nanoseconds."""
    stamps = []
    stamp, clock = stamps.append, time.perf_counter_ns
    for _ in range(200):
        stamp(clock())
    return float(np.min(np.diff(stamps)))


def line_of(n, seconds, repeat):
    if type(n) is Region:
        inside = [line_of(m, t, repeat) for m, t in parts_of(n, seconds, repeat)]
        aval = max([m.aval for m in n.nodes if type(m.aval) is Aval], key=lambda a: np.prod(a.shape))
        return Line(name_of(n), seconds, aval, where(n.site), source_of(n.site), inside)
    return Line(n.prim.name, seconds, n.aval, where(n.site), source_of(n.site), [])


def parts_of(region, seconds, repeat):
    """(node, share of the seconds) of each operation of a region: as they share one block of it."""
    block = block_graph(region, region.step)
    rng = np.random.default_rng(0)
    values = [np.asarray(rng.uniform(0.5, 1.5, a.shape)).astype(a.dtype)[()] for a in block.in_avals]
    run, nodes, stamps = stamped(block, True)
    taken = np.full(len(nodes), np.inf)
    with quiet():
        for _ in range(min(repeat, 5) + 1):
            stamps.clear()
            run(*values)
            taken = np.minimum(taken, np.diff(stamps))
    shares = taken / max(taken.sum(), 1.0)
    found = {}
    for n, share in zip(nodes, shares.tolist(), strict=True):
        found[n] = found.get(n, 0.0) + share * seconds
    return found.items()


__all__ = ["Line", "Profile", "profile"]
