"""A scan in chunks: steps written out in a row (`unroll`), or taken under a checkpoint, as a scan over chunks of rows."""

from ..core.aval import Aval, aval_of, shape_of
from ..core.graph import evaluate
from ..core.primitive import PRIMITIVES
from ..transforms.checkpoint import checkpoint
from .closed import as_aval, of_avals
from .scan import bound, scan


def run(args, graph, consts, carries, length, reverse, unroll=1, every=None):
    """The results of a scan; `args` are its operands."""
    if every is not None:
        return in_chunks(args, graph, consts, carries, length, reverse, every, checkpointed(unroll))
    if unroll > 1:
        return in_chunks(args, graph, consts, carries, length, reverse, unroll, written_out)
    return bound(args, graph, consts, carries, length, reverse)


def written_out(args, graph, consts, carries, length, reverse):
    """Each step by itself, without a loop."""
    fixed, carry, rows = args[:consts], args[consts : consts + carries], args[consts + carries :]
    avals = graph.in_avals[consts + carries :]
    ys = [None] * length
    for i in reversed(range(length)) if reverse else range(length):
        row = [as_aval(PRIMITIVES["getitem"](x, idx=(i,)), a) for x, a in zip(rows, avals, strict=True)]
        outs = evaluate(graph, *fixed, *carry, *row)
        carry, ys[i] = outs[:carries], outs[carries:]
    return (
        *carry,
        *[stacked(column, a) for column, a in zip(zip(*ys, strict=True), graph.out_avals[carries:], strict=True)],
    )


def stacked(ys, aval):
    aval = Aval(aval.shape, aval.dtype)
    return joined([PRIMITIVES["reshape"](as_aval(y, aval), shape=(1, *aval.shape)) for y in ys])


def joined(parts):
    return parts[0] if len(parts) == 1 else PRIMITIVES["concatenate"](*parts, axis=0)


def checkpointed(unroll):
    """A scan of which only the operands are kept for a derivative."""

    def step(args, graph, consts, carries, length, reverse):
        return checkpoint(lambda *a: run(a, graph, consts, carries, length, reverse, unroll))(*args)

    return step


def in_chunks(args, graph, consts, carries, length, reverse, k, step):
    """A scan whose steps are taken k at a time by `step`, and the last ones, if k does not divide their number, by themselves."""
    whole, rest = divmod(length, k)
    if whole <= 1 and not rest or not whole:
        return step(args, graph, consts, carries, length, reverse)
    n = consts + carries
    low = rest if reverse else 0  # (rows of whole chunks: from here on)
    high = low + whole * k

    def chunks(x):
        return PRIMITIVES["reshape"](part(x, low, high), shape=(whole, k, *shape_of(x)[1:]))

    avals = graph.in_avals[:n] + [Aval((k, *shape_of(x)[1:]), aval_of(x).dtype) for x in args[n:]]
    ys = graph.out_avals[carries:]
    body = of_avals(
        lambda *a: step(a, graph, consts, carries, k, reverse), avals, graph.out_avals[:carries] + [None] * len(ys)
    )
    outs = scan(
        *args[:n], *map(chunks, args[n:]), graph=body, consts=consts, carries=carries, length=whole, reverse=reverse
    )
    last = outs[:carries]
    columns = [[PRIMITIVES["reshape"](y, shape=(whole * k, *a.shape))] for y, a in zip(outs[carries:], ys, strict=True)]
    if rest:
        rows = [part(x, 0, rest) if reverse else part(x, high, length) for x in args[n:]]
        outs = step((*args[:consts], *last, *rows), graph, consts, carries, rest, reverse)
        last = outs[:carries]
        columns = [[y, *c] if reverse else [*c, y] for c, y in zip(columns, outs[carries:], strict=True)]
    return (*last, *map(joined, columns))


def part(x, low, high):
    return PRIMITIVES["getitem"](x, idx=(slice(low, high),))


__all__ = ["part", "run", "stacked"]
