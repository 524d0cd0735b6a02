"""Control flow that is staged: cond, switch, while_loop, fori_loop, scan, map, with the signatures and meaning of jax.lax.

A body is staged once, whatever the number of steps, and compiled once; Python's own `if`, `for` and `while` stay there for
values that are known. `cond` and `switch` with a condition that is known run the branch as it is written.
"""

import operator
from builtins import map as map_  # (this module has its own)
from collections.abc import Iterable

import numpy as np

from . import tree
from .compile import memo
from .compile.body import closed_graphs, names_of, operands, place, results, stage_body
from .compile.chunks import part, run, stacked
from .compile.closed import as_aval, of_avals
from .compile.cond import cond as cond_p
from .compile.scan import scan as scan_p
from .compile.while_ import while_ as while_p
from .core import nans
from .core.aval import PYTHON_SCALARS, Aval, aval_of, describe, dtype_of, shape_of
from .core.graph import Graph, evaluate
from .core.handle import Handle, Taped, fresh
from .core.primitive import PRIMITIVES
from .core.site import here
from .core.state import tls
from .core.trace import Batch, Tape
from .core.tracebacks import public
from .errors import ArgumentError, ShapeError
from .transforms.boundary import captured, own
from .transforms.reverse_mode import check_callable
from .transforms.vectorize import vmap

NONE = object()
NO_ROWS = tree.structure(None)


# ------------------------------------------------------------------------------------------------ cond, switch
def known(x):
    """The number behind a condition or index, through every level; NONE where it is staged or differs between samples."""
    x = captured(x)
    while isinstance(x, Handle):
        if x.alias is not None:
            fresh(x)
        trace = x.owner
        if not isinstance(trace, Tape) and not trace.concrete and not (type(trace) is Batch and x.mark is None):
            return NONE
        x = x.val
    return x


@public
def cond(pred, true_fun, false_fun, *operands, operand=NONE):
    """`true_fun(*operands)` if `pred` else `false_fun(*operands)`; only one of them is run.

    `pred`: a scalar bool, or a number (true unless 0). Where it is known (also under grad and jvp) the branch is called as it
    is. Under jit both are staged, and must return the same tree of shapes and dtypes. Under vmap with a `pred` that differs
    between samples both are computed and the results selected: as with np.where, a branch that gives inf or nan where
    it is not chosen then gives nan derivatives in reverse mode.

    Raises TypeError for a pred that is no scalar number, and where the branches differ, naming the leaf.

    >>> import funcgrad as fg, numpy as np
    >>> f = lambda x: fg.lax.cond(x > 0, lambda x: x * x, lambda x: -x, x)
    >>> fg.grad(f)(3.0), fg.jit(fg.grad(f))(-3.0)
    (6.0, -1.0)
    """
    if operand is not NONE:
        operands = (operand,)
    check_callable(true_fun, "cond", "true_fun")
    check_callable(false_fun, "cond", "false_fun")
    if not isinstance(pred, Handle) and type(pred) not in PYTHON_SCALARS and not hasattr(pred, "dtype"):
        raise ArgumentError(f"cond: pred must be a scalar bool or number; got {pred!r}. [at {here()}]")
    if shape_of(pred) != () or dtype_of(pred).kind not in "biuf":
        raise ArgumentError(
            f"cond: pred must be a scalar bool or number; got {describe(pred)}. Use np.where to choose for each entry, or "
            f".any() / .all(). [at {here()}]"
        )
    value = known(pred)
    if value is not NONE:
        return (true_fun if value else false_fun)(*tree.map(own, operands))
    if dtype_of(pred).kind != "b":
        pred = pred != 0
    return choose(pred, (false_fun, true_fun), operands, "cond", ("false_fun", "true_fun"))


@public
def switch(index, branches, *operands, operand=NONE):
    """`branches[index](*operands)`; an index that is out of range is clamped to the first or last branch.

    The branches return pytrees of one structure, of the same shapes and dtypes; everything else as in `cond`. Raises TypeError for an index
    that is no integer scalar and for branches that return something else, ValueError without branches.

    >>> import funcgrad as fg
    >>> fg.lax.switch(7, [lambda x: x, lambda x: x * x], 3.0)
    9.0
    """
    if operand is not NONE:
        operands = (operand,)
    if not isinstance(branches, Iterable):
        raise ArgumentError(
            f"switch: branches must be a sequence of functions; got {type(branches).__name__}. [at {here()}]"
        )
    branches = tuple(branches)
    for i, f in enumerate(branches):
        check_callable(f, "switch", f"branches[{i}]")
    if not branches:
        raise ShapeError(f"switch: branches must be a sequence of at least one function; got none. [at {here()}]")
    integer = isinstance(index, Handle) or type(index) in PYTHON_SCALARS or hasattr(index, "dtype")
    if not integer or shape_of(index) != () or dtype_of(index).kind not in "iu":
        got = describe(index) if integer else repr(index)
        raise ArgumentError(f"switch: index must be an integer scalar; got {got}. [at {here()}]")
    value = 0 if len(branches) == 1 else known(index)
    if value is not NONE:
        return branches[min(max(int(value), 0), len(branches) - 1)](*tree.map(own, operands))
    return choose(index, branches, operands, "switch", [f"branches[{i}]" for i in range(len(branches))])


def choose(index, branches, args, what, names):
    leaves, structure = operands(tuple(args), what, "an operand")
    avals, faces = [aval_of(x) for x in leaves], [isinstance(x, Taped) for x in leaves]
    bodies = [stage_body(f, avals, faces, structure, what) for f in branches]
    first = bodies[0]
    for name, b in zip(names[1:], bodies[1:], strict=True):
        if b.structure != first.structure:
            raise ArgumentError(
                f"{what}: the branches must return the same tree; {names[0]} ({place(first.f)}) returns {first.structure}, {name} "
                f"({place(b.f)}) {b.structure}. [at {here()}]"
            )
    outs = []
    for j, avals in enumerate(zip(*[b.out_avals for b in bodies], strict=True)):
        joined = join(avals)
        if joined is None:
            leaf = names_of(first.structure, "result")[j]
            i = next(i for i, a in enumerate(avals) if join((avals[0], a)) is None)
            raise ArgumentError(
                f"{what}: the branches must return the same shapes and dtypes; {leaf} is {describe(avals[0])} from {names[0]} "
                f"({place(first.f)}) and {describe(avals[i])} from {names[i]} ({place(bodies[i].f)}). Cast or reshape one of "
                f"them. [at {here()}]"
            )
        outs.append(joined)
    graphs, hidden = closed_graphs(bodies, outs)
    faces = [Taped if Taped in found else None for found in zip(*[b.faces for b in bodies], strict=True)]
    return results(cond_p(index, *hidden, *leaves, branches=tuple(graphs)), faces, first.structure)


def join(avals):
    """The aval that these have in common: Python numbers take the dtype of the others, as NumPy promotes; or None."""
    strong = [a for a in avals if not a.weak]
    kinds = [a.dtype for a in strong] or [np.result_type(*[a.dtype for a in avals])]
    if len(set(kinds)) > 1 or len({a.shape for a in avals}) > 1:
        return None
    if any([a.weak and "biufc".index(a.dtype.kind) > "biufc".index(kinds[0].kind) for a in avals]):
        return None
    return Aval(avals[0].shape, kinds[0], not strong)


# ------------------------------------------------------------------------------------------------ scan
@public
def scan(f, init, xs=None, length=None, reverse=False, unroll=1, *, checkpoint_every=None):
    """A loop that carries a value: `carry, y = f(carry, x)` for each row x of xs; returns (last carry, the ys stacked).

    `init`, `xs` and what f returns are pytrees; xs have one leading axis in common, or are None (then `length` says how many
    steps). f's carry keeps its tree, shapes and dtypes. `reverse`: from the last row to the first. `unroll`: how many steps
    are written out in a row (True: all). f is staged once and compiled, whatever the number of steps.

    Reverse mode keeps, for each step, the carry and what f computes and its derivative reads; with f under `fg.checkpoint` the
    carry only. `checkpoint_every=k` keeps the carry of every k-th step, and in the backward pass, for k steps at a time, what
    is kept otherwise: about 2 sqrt(length) carries if k is about sqrt(length) and f is under `fg.checkpoint` too.

    Raises TypeError if f does not return a pair, or the carry changes, naming the leaf; ValueError if sizes differ.

    >>> import funcgrad as fg, numpy as np
    >>> fg.lax.scan(lambda c, x: (c + x, c * x), np.zeros(1), np.array([1.0, 2.0, 3.0]))
    (array([6.]), array([[0.],
           [2.],
           [9.]]))
    """
    check_callable(f, "scan", "f")
    init, structure = operands(init, "scan", "init")
    rows, rows_structure = operands(xs, "scan", "xs")
    length = steps_of(rows, rows_structure, length)
    unroll = factor(unroll, length, "unroll")
    if checkpoint_every is not None and (not isinstance(checkpoint_every, (int, np.integer)) or checkpoint_every < 1):
        raise ArgumentError(f"scan: checkpoint_every must be a positive int; got {checkpoint_every!r}. [at {here()}]")
    loop = Loop("scan", f, f, init, structure, list(map_(row_aval, rows)), list(map_(is_tensor, rows)), rows_structure)
    return loop.scan(rows, length, reverse, unroll, checkpoint_every)


def row_aval(x):
    return Aval(shape_of(x)[1:], dtype_of(x))


def is_tensor(x):
    return isinstance(x, Taped)


def steps_of(rows, structure, length, what="scan"):
    """The number of steps that xs and `length` agree on."""
    names = None
    sizes = {}
    for i, x in enumerate(rows):
        shape = shape_of(x)
        if not shape:
            names = names_of(structure, "xs")
            raise ShapeError(f"{what}: {names[i]} is {describe(x)} and has no axis to scan over. [at {here()}]")
        sizes.setdefault(shape[0], []).append(i)
    if length is not None:
        try:
            length = operator.index(length)
        except TypeError:
            raise ArgumentError(
                f"{what}: length must be an int that is known when the loop is made; got {type(length).__name__}. [at {here()}]"
            ) from None
    if len(sizes) > 1 or (length is not None and sizes and length not in sizes):
        names = names_of(structure, "xs")
        found = "; ".join([f"{names[which[0]]} has {k} ({describe(rows[which[0]])})" for k, which in sizes.items()])
        given = "" if length is None else f" length is {length}."
        raise ShapeError(f"{what}: the leading axes of xs, and length, must agree: {found}.{given} [at {here()}]")
    if not sizes and length is None:
        raise ShapeError(f"{what}: there is nothing to say how many steps: give xs, or length=. [at {here()}]")
    return length if length is not None else next(iter(sizes))


def factor(n, length, name, what="scan"):
    """A number of steps to take together: an int, or True for all of them."""
    if type(n) is bool:
        return max(length, 1) if n else 1
    if not isinstance(n, (int, np.integer)) or n < 0:
        raise ArgumentError(f"{what}: {name} must be a bool or a non-negative int; got {n!r}. [at {here()}]")
    return max(int(n), 1)


class Loop:
    """The body of a loop, staged with a carry that keeps its avals. `f(carry, row) -> (carry, y)`; `named` is the function
    that messages name.

    A carry that starts as a Python number takes the dtype that the body gives it, as in NumPy's promotion."""

    def __init__(self, what, f, named, init, structure, row_avals=(), row_faces=(), rows_structure=NO_ROWS, same=True):
        """`same`: does `named` alone, with `what`, say what f does?"""
        self.what, self.f, self.named, self.structure = what, f, named, structure
        self.row_avals, self.rows_structure = row_avals, rows_structure
        avals, faces = list(map_(aval_of, init)), list(map_(is_tensor, init))
        self.key = None
        if same:
            self.key = key_of_body(named, what, structure, rows_structure, *avals, None, *faces, *row_avals, *row_faces)
        found = memo.find(self.key)
        if found is None:
            self.made = None  # the graph, once it is
            self.stage(avals, faces, row_faces)
        else:
            self.body, self.ys_structure, self.avals, self.faces, self.made = found
        self.init = [as_aval(x, a) for x, a in zip(init, self.avals, strict=True)]

    def stage(self, avals, faces, row_faces):
        arguments = tree.treedef_tuple([self.structure, self.rows_structure])
        while True:
            self.body = stage_body(
                self.f, [*avals, *self.row_avals], [*faces, *row_faces], arguments, self.what, self.named
            )
            self.ys_structure = self.split_structure()
            new = [widened(a, b) for a, b in zip(avals, self.body.out_avals, strict=False)]
            shown = [a or b is Taped for a, b in zip(faces, self.body.faces, strict=False)]
            if new == avals and shown == faces:
                break
            avals, faces = new, shown
        self.check(avals)
        self.avals, self.faces = avals, faces

    def split_structure(self):
        """The structure of the ys: the body returned a pair whose first part has the carry's structure."""
        whole = self.body.structure
        parts = whole.children()
        if len(parts) != 2 or whole != tree.treedef_tuple(parts):
            raise ArgumentError(
                f"{self.what}: the body must return a pair (carry, y); {place(self.named)} returns {whole}. [at {here()}]"
            )
        if parts[0] != self.structure:
            raise ArgumentError(
                f"{self.what}: the carry must come back with the tree it went in with; into {place(self.named)} went "
                f"{self.structure}, and {parts[0]} came back. [at {here()}]"
            )
        return parts[1]

    def check(self, avals):
        for i, (a, b) in enumerate(zip(avals, self.body.out_avals, strict=False)):
            if a.shape == b.shape and (a.dtype == b.dtype or join((a, b)) == a):
                continue
            name = names_of(self.structure, "carry")[i]
            cure = f"Cast it with .astype({a.dtype.name!r}), or start with {b.dtype.name}"
            raise ArgumentError(
                f"{self.what}: the carry must keep its shapes and dtypes; {name} went into {place(self.named)} as {describe(a)} and "
                f"came back as {describe(b)}. {'Keep its shape' if a.shape != b.shape else cure}. [at {here()}]"
            )

    def graph(self):
        """(graph of the body, hidden operands)."""
        if self.made is not None:
            return self.made, []
        k = len(self.avals)
        (graph,), hidden = closed_graphs([self.body], self.avals + self.body.out_avals[k:])
        if not hidden:
            memo.keep(self.key, (self.body, self.ys_structure, self.avals, self.faces, graph))
        return graph, hidden

    def scan(self, rows, length, reverse=False, unroll=1, every=None):
        if as_written() and length:
            return self.in_python(rows, length, reverse)
        graph, hidden = self.graph()
        k = len(self.init)
        outs = run((*hidden, *self.init, *rows), graph, len(hidden), k, length, bool(reverse), unroll, every)
        last = results(outs[:k], self.body.faces[:k], self.structure)
        return last, results(outs[k:], self.body.faces[k:], self.ys_structure)

    def in_python(self, rows, length, reverse):
        """The loop without staging: every operation is the user's own, with its line."""
        carry = tree.unflatten(self.structure, self.init)
        ys = [None] * length
        for i in reversed(range(length)) if reverse else range(length):
            row = [as_aval(PRIMITIVES["getitem"](x, idx=(i,)), a) for x, a in zip(rows, self.row_avals, strict=True)]
            carry, y = self.f(carry, tree.unflatten(self.rows_structure, row))
            ys[i] = tree.leaves(y)
        stack = [stacked(column, aval_of(column[0])) for column in zip(*ys, strict=True)]
        return carry, tree.unflatten(self.ys_structure, stack)


def key_of_body(f, *more):
    """The key under which a staged body is kept (compile/memo.py); None inside jit, which keeps the whole, and where what is staged
    may depend on the vmap around."""
    return None if tls.stage is not None or tls.mapping is not None or nans.switch.on else memo.key_of(f, *more)


def as_written():
    """Is every operation looked at by itself (`config(check_nans=True)`)? Then loops are run as jit is: not compiled."""
    return nans.switch.on and tls.stage is None


def widened(before, after):
    """The aval a carry must start with to come back as `after`."""
    if not before.weak or before.shape != after.shape:
        return before
    return join((before, after)) or before


# ------------------------------------------------------------------------------------------------ while, fori, map
@public
def while_loop(cond_fun, body_fun, init_val, *, max_steps=None):
    """`val = init_val; while cond_fun(val): val = body_fun(val)`; returns val.

    The value is a pytree that keeps its tree, shapes and dtypes; cond_fun returns a scalar bool. Both functions are staged once.
    Under vmap with a condition that differs between samples the loop runs until all are done, and those that are done
    keep their value.

    Such a loop differentiates in forward mode. For reverse mode say how many steps there are at most: with `max_steps=n` it
    ends after n steps at the latest, whatever the condition says, and keeps what n steps of a `scan` do.

    Raises TypeError where the value changes, naming the leaf, and where the condition is no scalar bool.

    >>> import funcgrad as fg
    >>> root = lambda a: fg.lax.while_loop(lambda x: abs(x * x - a) > 1e-9, lambda x: (x + a / x) / 2, a, max_steps=20)
    >>> round(fg.grad(root)(4.0), 6)
    0.25
    """
    check_callable(cond_fun, "while_loop", "cond_fun")
    check_callable(body_fun, "while_loop", "body_fun")
    init, structure = operands(init_val, "while_loop", "init_val")
    loop = Loop("while_loop", lambda val, _: (body_fun(val), None), body_fun, init, structure)
    key = key_of_body(cond_fun, "condition", structure, *loop.avals, None, *loop.faces)
    found = memo.find(key)
    if found is None:
        cond_graph, tests = condition(cond_fun, loop, structure)
        if not tests:
            memo.keep(key, cond_graph)
    else:
        cond_graph, tests = found, []
    if as_written():
        val = in_python(cond_fun, body_fun, init_val, max_steps)
        if val is not NONE:
            return val
    body, hidden = loop.graph()
    if max_steps is None:
        outs = while_p(
            *tests, *hidden, *loop.init, cond=cond_graph, body=body, cond_consts=len(tests), body_consts=len(hidden)
        )
    else:
        n = factor(max_steps, 0, "max_steps") if max_steps else 0
        consts = len(tests) + len(hidden)
        outs = scan_p(
            *tests, *hidden, *loop.init, graph=bounded(cond_graph, body, len(tests), len(hidden)), consts=consts,
            carries=len(loop.init), length=n, reverse=False,
        )  # fmt: skip
    return results(outs, loop.body.faces, structure)


def condition(cond_fun, loop, structure):
    """(graph of the condition of a loop, hidden operands)."""
    test = stage_body(cond_fun, loop.avals, loop.faces, tree.treedef_tuple([structure]), "while_loop")
    got = test.out_avals
    if test.structure != tree.structure(0) or got[0].shape != () or got[0].dtype.kind != "b":
        shown = describe(got[0]) if test.structure == tree.structure(0) else test.structure
        raise ArgumentError(
            f"while_loop: the condition must return a scalar bool; {place(cond_fun)} returns {shown}. Compare, or use .any() or "
            f".all(). [at {here()}]"
        )
    (cond_graph,), tests = closed_graphs([test])
    return cond_graph, tests


def in_python(cond_fun, body_fun, val, max_steps):
    """The loop without staging; NONE if the condition differs between samples."""
    steps = 0
    while steps != max_steps:
        goes_on = known(cond_fun(val))
        if goes_on is NONE or not goes_on:
            return NONE if goes_on is NONE else val
        val = body_fun(val)
        steps += 1
    return val


def bounded(cond_graph, body, tests, hidden):
    """A step that does nothing once the condition is false."""
    key = "bounded", id(cond_graph), tests, hidden
    if key in body.cache:
        return body.cache[key][0]
    stay = Graph(body.ins, body.ins[hidden:])

    def step(*a):
        args = a[tests:]
        (goes_on,) = evaluate(cond_graph, *a[:tests], *args[hidden:])
        return cond_p(goes_on, *args, branches=(stay, body))

    whole = of_avals(step, cond_graph.in_avals[:tests] + body.in_avals, body.out_avals)
    body.cache[key] = whole, cond_graph  # (the graph: an id must stay its)
    return whole


@public
def fori_loop(lower, upper, body_fun, init_val, *, unroll=None):
    """`val = init_val; for i in range(lower, upper): val = body_fun(i, val)`; returns val.

    Where both bounds are known this is a scan, and reverse mode works; i is a Python int to NumPy's promotion, as in the loop
    above. Bounds that are staged make it a while_loop. `unroll` is that of `scan`; with staged bounds it raises ValueError.

    val is a pytree of arrays or numbers that keeps its structure, shapes and dtypes: TypeError where it does not, and for a bound that is no
    integer.

    >>> import funcgrad as fg
    >>> fg.grad(lambda x: fg.lax.fori_loop(0, 3, lambda i, val: val * x + i, 1.0))(2.0)
    13.0
    """
    check_callable(body_fun, "fori_loop", "body_fun")
    bounds = []
    for name, b in (("lower", lower), ("upper", upper)):
        if (
            not (isinstance(b, Handle) or hasattr(b, "dtype") or type(b) is int)
            or shape_of(b) != ()
            or dtype_of(b).kind not in "iu"
        ):
            raise ArgumentError(f"fori_loop: {name} must be an integer scalar; got {b!r}. [at {here()}]")
        bounds.append(known(b))
    init, structure = operands(init_val, "fori_loop", "init_val")
    if NONE in bounds:
        if unroll is not None:
            raise ShapeError(f"fori_loop: unroll needs bounds that are known when the loop is made. [at {here()}]")
        (start,), _ = operands(lower, "fori_loop", "lower")
        if not isinstance(start, Handle):
            start = int(start)
        return while_loop(lambda s: s[0] < upper, lambda s: (s[0] + 1, body_fun(s[0], s[1])), (start, init_val))[1]
    low, high = map_(int, bounds)
    rows = [np.arange(low, max(low, high))]
    count = Aval((), rows[0].dtype, True)
    loop = Loop(
        "fori_loop",
        lambda val, i: (body_fun(i, val), None),
        body_fun,
        init,
        structure,
        [count],
        [False],
        tree.structure(0),
    )
    return loop.scan(rows, len(rows[0]), unroll=factor(1 if unroll is None else unroll, len(rows[0]), "unroll"))[0]


@public
def map(f, xs, *, batch_size=None):
    """f of each row of xs, the results stacked: a loop, where vmap computes all rows at once.

    `xs` is a pytree of arrays with one leading axis in common. `batch_size=k`: k rows at once (by vmap), in a loop over
    batches. Raises ValueError where sizes differ.

    >>> import funcgrad as fg, numpy as np
    >>> fg.lax.map(lambda x: x * x, np.array([1.0, 2.0, 3.0]))
    array([1., 4., 9.])
    """
    check_callable(f, "map", "f")
    rows, structure = operands(xs, "map", "xs")
    length = steps_of(rows, structure, None, "map")
    if batch_size is None or not length:
        return map_rows(f, rows, structure, length)
    k = min(factor(batch_size, length, "batch_size", "map"), length)
    whole, rest = divmod(length, k)
    mapped = vmap(f, randomness="different")
    chunks = [PRIMITIVES["reshape"](part(x, 0, whole * k), shape=(whole, k, *shape_of(x)[1:])) for x in rows]
    ys = tree.map(
        lambda y: PRIMITIVES["reshape"](y, shape=(whole * k, *shape_of(y)[2:])),
        map_rows(mapped, chunks, structure, whole, f),
    )
    if not rest:
        return ys
    last = mapped(tree.unflatten(structure, [part(x, whole * k, length) for x in rows]))
    return tree.map(lambda a, b: PRIMITIVES["concatenate"](a, b, axis=0), ys, last)


def map_rows(f, rows, structure, length, named=None):
    loop = Loop(
        "map",
        lambda _, x: (None, f(x)),
        named or f,
        [],
        NO_ROWS,
        list(map_(row_aval, rows)),
        list(map_(is_tensor, rows)),
        structure,
        same=named is None,
    )
    return loop.scan(rows, length)[1]


__all__ = ["cond", "fori_loop", "map", "scan", "switch", "while_loop"]
