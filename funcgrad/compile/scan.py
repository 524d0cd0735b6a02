"""`scan(*consts, *carry, *xs, graph, ...)`: a graph run once a row of xs, its first results the next step's carry.

Operands and the inputs of `graph` stand in the same order: `consts` that are the same at every step, `carries`, and rows.
Results: the last carry, then the other results of every step, stacked. Invariant: each carry comes out of the graph with
the aval it goes in with.

What a step computes from constants alone is computed once. Reverse mode keeps what the backward part of a step reads: of the
carry and of what a step computes one copy a step; of constants, rows and stacked results nothing more than they are.
"""

import math

import numpy as np

from ..core.aval import Aval, aval_of, is_float
from ..core.graph import Graph, GraphNode, evaluate, once
from ..core.nested import reached
from ..core.primitive import PRIMITIVES, helpers
from ..core.quiet import quiet
from ..errors import GraphError
from . import around_loops, rows, sums
from .call import call
from .closed import (
    Closed,
    active,
    arranged,
    bits,
    called,
    dependent,
    fronts,
    input_numbers,
    mapped,
    numbers,
    of_avals,
    own,
    pushed,
    retried,
    zero,
)
from .element_loops import scan_code
from .elements import elementwise_graph
from .joint import joint, narrowed, split
from .narrow import needed
from .slots import Results
from .source import alone, as_run, compiled, compiled_into, function_of
from .texts import LARGE_RESULT, nbytes

LEAST_KEPT, MOST_KEPT = 1 << 15, 1 << 23  # bytes of a stack of rows that is kept between calls, and of all of a loop's


# ------------------------------------------------------------------------------------------------ running
def loop_text(graph, consts, carries, length, reverse, strong, fixed, step, given):
    """Source of the loop: `body` is what `step` was compiled to, from `fixed` values that `before` computes of the constants, or from these; the
    results numbered in `given` are written into their rows at once."""
    k, m = len(graph.ins), len(graph.outs)
    constants, carry = [f"k{i}" for i in range(consts)], [f"c{i}" for i in range(carries)]
    xs, ys = [f"x{i}" for i in range(k - consts - carries)], [f"y{j}" for j in range(m - carries)]
    lines = [f"def run({', '.join(constants + carry + xs)}):"]
    if fixed is not None:
        same = [f"f{i}" for i in range(fixed)]
        lines.append(f"    {''.join([f + ', ' for f in same])}= before({', '.join(constants)})")
        constants = same
    for n, name in zip(graph.ins[consts + carries :], xs, strict=True):
        if n.aval.weak and not strong:
            lines.append(f"    {name} = {name}.tolist()")  # (rows are Python numbers)
    again = kept_memory(graph, carries, length)
    for y, a in zip(ys, graph.out_avals[carries:], strict=True):
        lines.append(f"    {y} = {f'new_{y}()' if y in again else f'empty({(length, *a.shape)!r}, {a.dtype.name!r})'}")
    row_of = {step.outs[j]: f"o{j}" for j in given}
    rows = [row_of.get(o) if type(o) is GraphNode else None for o in step.outs]
    names = [*carry, *[f"{y}[i]" for y in ys]]
    targets = "".join([f"{v}, " for v, row in zip(names, rows, strict=True) if row is None])
    call = f"body({', '.join(constants + carry + [f'{x}[i]' for x in xs] + list(row_of.values()))})"
    lines.append(f"    for i in range({f'{length - 1}, -1, -1' if reverse else length}):")
    lines += [f"        o{j} = {names[j]}" for j in given]
    lines.append(f"        {targets}= {call}" if targets else f"        {call}")
    lines += [
        f"        {v} = {row}"
        for j, (v, row) in enumerate(zip(names, rows, strict=True))
        if row is not None and j not in given
    ]
    lasts = [  # (a step may give back an operand, a view of one, or the same array twice)
        c if length and new and row is None else f"own({c})"
        for c, new, row in zip(carry, alone(graph), rows, strict=False)
    ]
    lines.append(f"    return ({''.join([f'{v}, ' for v in lasts + ys])})")
    return "\n".join(lines)


def kept_memory(graph, carries, length):
    """{name: Results} of the rows whose memory is taken again once nobody holds it: the system has to find and clear the pages of new arrays of this
    size, which takes longer than a small step's arithmetic."""
    avals = [Aval((length, *a.shape), a.dtype) for a in graph.out_avals[carries:]]
    if sum(map(nbytes, avals)) > MOST_KEPT:
        return {}
    return {f"y{j}": Results(a.shape, a.dtype) for j, a in enumerate(avals) if LEAST_KEPT <= nbytes(a) < LARGE_RESULT}


def runner(graph, consts, carries, length, reverse, strong):
    key = ("scan", consts, carries, length, reverse, strong)
    run = graph.cache.get(key)
    if run is None:
        elements = elementwise_graph(graph) if length and not strong else None
        ahead = None if strong else rows.early(graph, consts, carries, length)
        behind = (
            None
            if strong or elements is None or ahead is not None
            else around_loops.late(graph, consts, carries, length)
        )
        after = None if strong or elements is not None else sums.sums(graph, consts, carries, length)
        if after is not None:
            text = sums.text(graph, after, consts, carries)
            loop = runner(after.step, consts, carries - len(after.numbers), length, reverse, strong)
            env = {"loop": loop, "after": compiled(after.after)}
        elif ahead is not None:
            text = rows.text(graph, ahead, consts, carries)
            loop = runner(ahead.step, consts, carries, length, reverse, strong)
            env = {"rows": compiled(ahead.rows), "loop": loop, "own": own}
        elif behind is not None:
            text = around_loops.text(graph, behind, consts, carries)
            loop = runner(behind.step, consts, carries, length, reverse, strong)
            env = {"after": compiled(behind.after), "loop": loop, "own": own}
        elif elements is not None:
            before, step = apart(elements, sum([math.prod(a.shape) for a in graph.in_avals[:consts]]))
            text, env = scan_code(graph, before, step, consts, carries, length, reverse)
        else:
            before, step = apart(with_wide_operands(graph, consts), consts) if length else (None, graph)
            fixed = None if before is None else len(before.outs)
            body, given = compiled_into(step, carries) if length else (compiled(step), ())
            text = loop_text(graph, consts, carries, length, reverse, strong, fixed, as_run(step), given)
            env = {"empty": np.empty, "body": body, "before": before and compiled(before), "own": own}
            env |= {f"new_{y}": new for y, new in kept_memory(graph, carries, length).items()}
        run = graph.cache[key] = function_of(text, env, "scan", "run")
    return run


@once
def with_wide_operands(graph, consts):
    return around_loops.widened(graph, {*graph.ins[:consts], *invariant(graph, consts)})


@once
def apart(graph, consts):
    """(graph of what a step computes from constants alone, or None; the step from these values)."""
    return split(graph, consts, 0, graph.effects, lambda n: False) if invariant(graph, consts) else (None, graph)


def _impl(*xs, graph, consts, carries, length, reverse):
    with quiet():
        return retried(
            lambda args, strong: runner(graph, consts, carries, length, reverse, strong)(*args), xs, (graph,)
        )


def _code(n, args, constant):
    p = n.params
    weak = any([a.weak for a in p["graph"].in_avals])  # (with Python numbers it may have to be run twice)
    run = None if weak else runner(p["graph"], p["consts"], p["carries"], p["length"], p["reverse"], False)
    return called(run, n, args, constant)


def _aval(*xs, graph, consts, carries, length, reverse):
    have = [aval_of(x).shape for x in xs]
    want = [a.shape for a in graph.in_avals]
    want = want[: consts + carries] + [(length, *s) for s in want[consts + carries :]]
    loop = graph.out_avals[:carries]
    if have != want or loop != graph.in_avals[consts : consts + carries]:
        raise GraphError(
            f"scan: the body is a function of {graph.in_avals} with results {graph.out_avals}; {consts} constants, "
            f"{carries} carries and {length} rows do not fit operands {list(map(aval_of, xs))}"
        )
    return (*loop, *[Aval((length, *a.shape), a.dtype) for a in graph.out_avals[carries:]])


# ------------------------------------------------------------------------------------------------ reverse
class Reverse:
    """Forward and backward bodies for one set of differentiated operands, and where the backward one finds its residuals:
    `("operand", i)`, `("fixed", i)` of what `pre` computes from the constants, or `("row", i)` of the forward's results."""

    __slots__ = ("forward", "pre", "whole", "backward", "fixed", "rows", "on", "outs", "consts", "carries", "xs", "ys")


def reverse_of(graph, consts, carries, need):
    key = ("scan vjp", consts, carries, need)
    rev = graph.cache.get(key)
    if rev is not None:
        return rev
    rev = graph.cache[key] = Reverse()
    m = len(graph.outs)
    first_row = consts + carries
    rev.on, moving = active(graph, numbers(need), loops(consts, carries))
    rev.outs = [j for j, a in enumerate(graph.out_avals) if is_float(a.dtype) and moving[j]]
    got = joint(graph, bits(rev.on))
    at = input_numbers(got.forward)
    fixed = [x for x in invariant(got.forward, consts) if x in set(got.forward.outs[m:])]
    rev.fixed, rev.rows = [], []  # sources of the residuals that are the same at every step, and of the others
    order = []  # for each residual: (is it a row, its place)
    kept = []
    for r in got.forward.outs[m:]:
        if r in at and at[r] < consts:
            source = ("operand", at[r])
        elif r in fixed:
            source = ("fixed", fixed.index(r))
        elif r in at and at[r] >= first_row:
            source = ("operand", at[r])
        elif r in graph_outs(got.forward, carries, m):
            source = ("row", got.forward.outs[carries:m].index(r))
        else:
            source = ("row", m - carries + len(kept))
            kept.append(r)
        is_row = source[0] == "row" or (source[0] == "operand" and source[1] >= first_row)
        places = rev.rows if is_row else rev.fixed
        order.append((is_row, len(places)))
        places.append((source, r.aval))
    rev.pre = Graph(got.forward.ins[:consts], fixed) if fixed else None
    rev.forward = Graph(got.forward.ins, got.forward.outs[:m] + kept, got.forward.effects)
    rev.consts = [i for i in rev.on if i < consts]
    rev.carries = [i - consts for i in rev.on if consts <= i < first_row]
    rev.xs = [i for i in rev.on if i >= first_row]
    rev.ys = [j for j in rev.outs if j >= carries]
    rev.backward = {}
    rev.whole = backward_body(graph, carries, got, rev, order)
    return rev


def graph_outs(forward, carries, m):
    return [o for o in forward.outs[carries:m] if type(o) is GraphNode]


def invariant(graph, consts):
    """The nodes of a graph that depend on its first `consts` inputs only."""
    moving = {*graph.ins[consts:], *graph.effects}
    fixed = []
    for n in graph.nodes:
        if any([type(x) is GraphNode and x in moving for x in n.ins]) or n in moving:
            moving.add(n)
        else:
            fixed.append(n)
    return fixed


def backward_body(graph, carries, got, rev, order):
    """One step back: (fixed residuals, sums for constants, cotangents of the carry, rows of residuals, cotangents of the
    step's results) to (sums, cotangents of the carry before it, cotangents of the rows)."""
    ins, outs = graph.in_avals, graph.out_avals
    sums = [ins[i] for i in rev.consts]
    loop = [outs[i] for i in rev.carries]
    ys = rev.ys
    parts = ([a for _, a in rev.fixed], sums, loop, [a for _, a in rev.rows], [outs[j] for j in ys])

    def f(*a):
        it = iter(a)
        fixed, total, ct_carry, rows, ct_ys = [[next(it) for _ in part] for part in parts]
        cts = [zero(aval) for aval in outs]
        for i, c in zip([*rev.carries, *ys], ct_carry + ct_ys, strict=True):
            cts[i] = c
        gs = evaluate(got.backward, *[(rows if is_row else fixed)[i] for is_row, i in order], *cts)
        k = len(total)
        return [PRIMITIVES["add"](t, g) for t, g in zip(total, gs[:k], strict=True)] + list(gs[k:])

    return of_avals(f, [a for part in parts for a in part], sums + loop + [ins[i] for i in rev.xs])


class Backward:
    """A backward body for the cotangents that there are: its graph, the residuals (fixed, rows) it reads, and the numbers of
    the results that have cotangents or get them: sums, carries, rows of xs, rows of ys."""

    __slots__ = ("graph", "fixed", "rows", "sums", "carries", "xs", "ys")


def backward_of(rev, given):
    """The Backward for cotangents of these results; those of other carries are zero until a step makes them otherwise."""
    key = tuple(given)
    if key in rev.backward:
        return rev.backward[key]
    f, s, c = len(rev.fixed), len(rev.consts), len(rev.carries)
    first_y = f + s + c + len(rev.rows)
    got = Backward()
    got.ys = [i for i, j in enumerate(rev.ys) if j in given]
    carries = {i for i, j in enumerate(rev.carries) if j in given}
    while True:
        hit = reached(rev.whole, [*[f + s + i for i in carries], *[first_y + i for i in got.ys]])
        more = {i for i in range(c) if hit[s + i]} - carries
        if not more:
            break
        carries |= more
    got.carries = sorted(carries)
    got.sums = [i for i in range(s) if hit[i]]
    got.xs = [i for i in range(len(rev.xs)) if hit[s + c + i]]
    ins = [*range(f), *[f + i for i in got.sums], *[f + s + i for i in got.carries]]
    ins += [*range(f + s + c, first_y), *[first_y + i for i in got.ys]]
    outs = [*got.sums, *[s + i for i in got.carries], *[s + c + i for i in got.xs]]
    avals, results = rev.whole.in_avals, rev.whole.out_avals

    def without_zeros(*a):
        full = [zero(aval) for aval in avals]
        for i, x in zip(ins, a, strict=True):
            full[i] = x
        values = evaluate(rev.whole, *full)
        return [values[o] for o in outs]

    graph = of_avals(without_zeros, [avals[i] for i in ins], [results[o] for o in outs])
    used = needed(graph, range(len(outs)))
    low = f + len(got.sums) + len(got.carries)
    got.fixed = [i for i in range(f) if i in used]
    got.rows = [i for i in range(len(rev.rows)) if low + i in used]
    keep = [*got.fixed, *range(f, low), *[low + i for i in got.rows], *range(low + len(rev.rows), len(ins))]
    got.graph = narrowed(graph, keep, range(len(outs)))
    rev.backward[key] = got
    return got


def _forward(vals, need, *, graph, consts, carries, length, reverse):
    rev = reverse_of(graph, consts, carries, need)
    outs = scan(*vals, graph=rev.forward, consts=consts, carries=carries, length=length, reverse=reverse)
    fixed = call(*vals[:consts], graph=rev.pre) if rev.pre is not None else ()
    stacked = outs[carries:]
    found = {"operand": vals, "fixed": fixed, "row": stacked}
    residuals = tuple([found[where][i] for (where, i), _ in rev.fixed + rev.rows])
    return outs[: len(graph.outs)], residuals


def _backward(residuals, cts, need, *, graph, consts, carries, length, reverse):
    rev = reverse_of(graph, consts, carries, need)
    ins, outs = graph.in_avals, graph.out_avals
    b = backward_of(rev, [j for j in rev.outs if cts[j] is not None])
    k = len(rev.fixed)
    sums = [zero(ins[rev.consts[i]]) for i in b.sums]
    loop = [zero(outs[j]) if cts[j] is None else cts[j] for j in [rev.carries[i] for i in b.carries]]
    got = scan(
        *[residuals[i] for i in b.fixed], *sums, *loop, *[residuals[k + i] for i in b.rows], *[cts[rev.ys[i]] for i in b.ys],
        graph=b.graph, consts=len(b.fixed), carries=len(sums) + len(loop), length=length, reverse=not reverse,
    )  # fmt: skip
    full = [None] * len(ins)
    where = [rev.consts[i] for i in b.sums] + [consts + rev.carries[i] for i in b.carries] + [rev.xs[i] for i in b.xs]
    for i, g in zip(where, got, strict=True):
        full[i] = g
    return full


# ------------------------------------------------------------------------------------------------ forward mode, batching
def _dual(ts, vals, params):
    graph, consts, carries = params["graph"], params["consts"], params["carries"]
    k, m, first_row = len(graph.ins), len(graph.outs), consts + carries
    on, moving = active(graph, [i for i, t in enumerate(ts) if t is not None], loops(consts, carries))
    outs = [j for j, a in enumerate(graph.out_avals) if is_float(a.dtype) and moving[j]]
    if not outs:
        return scan(*vals, **params), [None] * m
    wide = pushed(graph, on, outs)
    ins = order_of(k, on, consts, first_row)
    where = order_of(m, outs, carries, m)
    both = arranged(wide, ins, where)
    tangents = [tangent(ts[i], graph.in_avals[i]) for i in on]
    args = [*vals, *tangents]
    more = sum([i < consts for i in on]), sum([j < carries for j in outs])
    got = scan(
        *[args[i] for i in ins], **{**params, "graph": both, "consts": consts + more[0], "carries": carries + more[1]}
    )
    found = dict(zip(where, got, strict=True))
    full = [None] * m
    for i, j in enumerate(outs):
        full[j] = found[m + i]
    return tuple([found[j] for j in range(m)]), full


def order_of(k, on, first, second):
    """Numbers of k things followed by the tangents of those in `on`, so that tangents stand behind their own kind: those
    below `first`, those below `second`, the others."""
    order = []
    for low, high in ((0, first), (first, second), (second, k)):
        order += range(low, high)
        order += [k + i for i, x in enumerate(on) if low <= x < high]
    return order


def tangent(t, aval):
    return zero(aval) if t is None else t


def _batch(size, vals, ds, *, graph, consts, carries, length, reverse):
    n = consts + carries
    xs = [*fronts(vals[:n], ds[:n]), *[x if d is None else second(x, d) for x, d in zip(vals[n:], ds[n:], strict=True)]]
    flags = [d is not None for d in ds]
    while True:
        force = [i for i in range(carries) if flags[consts + i]]
        body, differ = mapped(graph, size, flags, force)
        more = [consts + i for i in range(carries) if differ[i] and not flags[consts + i]]
        if not more:
            break
        for i in more:
            flags[i] = True
            xs[i] = helpers["batched"](size, xs[i], None)
    outs = scan(*xs, graph=body, consts=consts, carries=carries, length=length, reverse=reverse)
    return outs, [(0 if i < carries else 1) if flag else None for i, flag in enumerate(differ)]


def second(x, d):
    """x with its mapped axis behind the first other one."""
    if d == 1:
        return x
    rest = [i for i in range(aval_of(x).ndim) if i != d]
    return PRIMITIVES["transpose"](x, perm=(rest[0], d, *rest[1:]))


# ------------------------------------------------------------------------------------------------ less to do
def bound(args, graph, consts, carries, length, reverse):
    """The results of a scan of these operands; carries that no step changes are constants of it."""
    first_row = consts + carries
    same = [j for j in range(carries) if graph.outs[j] is graph.ins[consts + j]]
    if not same:
        return scan(*args, graph=graph, consts=consts, carries=carries, length=length, reverse=reverse)
    moving = [j for j in range(carries) if j not in same]
    ins = [*range(consts), *[consts + j for j in same], *[consts + j for j in moving], *range(first_row, len(args))]
    outs = [*moving, *range(carries, len(graph.outs))]
    got = scan(
        *[args[i] for i in ins], graph=arranged(graph, ins, outs), consts=consts + len(same), carries=len(moving), length=length,
        reverse=reverse,
    )  # fmt: skip
    full = dict(zip(outs, got, strict=True)) | {j: own(args[consts + j]) for j in same}
    return tuple([full[j] for j in range(len(graph.outs))])


# ------------------------------------------------------------------------------------------------ what a result needs
def _narrow(outs, *, graph, consts, carries, length, reverse):
    first_row = consts + carries
    kept = {j for j in outs if j < carries}
    while True:
        wanted = sorted(kept | {j for j in outs if j >= carries})
        ins = needed(graph, wanted) | {consts + j for j in kept}
        more = {i - consts for i in ins if consts <= i < first_row}
        if more <= kept:
            break
        kept |= more
    ins = sorted(ins)
    params = {"consts": sum([i < consts for i in ins]), "carries": len(kept), "length": length, "reverse": reverse}
    return ins, {"graph": narrowed(graph, ins, wanted), **params}, wanted


def _dependent(on, *, graph, consts, carries, length, reverse):
    return dependent(graph, on, loops(consts, carries))


def loops(consts, carries):
    """(result, input) of each carry."""
    return [(j, consts + j) for j in range(carries)]


scan = Closed(
    "scan",
    globals(),
    __doc__="A graph run once a row of its last operands, some of its results the next step's operands.",
    impl=_impl,
    aval=_aval,
    batch=_batch,
    forward=_forward,
    backward=_backward,
    dual=_dual,
    code=_code,
    fresh=True,
    narrow=_narrow,
    dependent=_dependent,
)
__all__ = ["bound", "loops", "order_of", "scan", "tangent"]
