"""jax.lax's control flow, over the engine's: bodies of jax's arrays, carries that are weak where they began so."""

import functools
import operator

from .. import control_flow as engine
from .. import lax as engine_lax
from .. import stages, tree
from ..core.aval import dtype_of
from ..transforms.rules import closed_over
from .apply import face
from .arrays import Tracer, cast, entered, raw, wrap
from .config import config
from .dtypes import joined
from .transforms import Lifted, boundary, enter, wrapped


def settled(init, shapes):
    """(init for the engine, weakness): what is weak stays so, in its dtype, only if the body gives it back so.

    `shapes(values, weak)`: the avals that the body gives back for such a carry, and their weakness."""
    values, weak = enter(init)
    leaves, structure = tree.flatten(values)
    while True in weak:
        outs, out_weak = shapes(values, weak)
        wanted = [
            joined((dtype_of(x), True), (o.dtype, False))[0] if w else dtype_of(x)
            for x, o, w in zip(leaves, tree.leaves(outs), weak, strict=False)
        ]
        # (a carry that was promoted is of that dtype, and no longer weak)
        now = [w and o and d == dtype_of(x) for w, o, d, x in zip(weak, out_weak, wanted, leaves, strict=False)]
        if now == weak and wanted == [dtype_of(x) for x in leaves]:
            break
        leaves, weak = [cast(x, d) for x, d in zip(leaves, wanted, strict=True)], now
        values = tree.unflatten(structure, leaves)
    return values, weak


def shapes_of(f, *given):
    """`shapes` of a body f(*given, carry)."""

    def shapes(values, weak):
        g = Lifted(f, [*[entered(x)[1] for x in given], *weak])
        return stages.eval_shape(g, *[entered(x)[0] for x in given], values), g.out_weak

    return shapes


class Leaf:
    """A row that a body gives back, as a tree node, so that its weakness is part of the structure: what the engine keeps of a
    body that it has staged before."""

    __slots__ = ("val", "weak")

    def __init__(self, val, weak):
        self.val, self.weak = val, weak


tree.register_pytree_node(Leaf, lambda x: ((x.val,), x.weak), lambda weak, children: Leaf(children[0], weak))


def unboxed(x):
    return tree.map(lambda v: wrap(v.val, v.weak), x, is_leaf=lambda v: type(v) is Leaf)


@boundary
def scan(f, init, xs=None, length=None, reverse=False, unroll=1, _split_transpose=False):
    """A loop that carries a value: carry, y = f(carry, x) for each row of xs; (the last carry, the ys stacked).

    >>> import funcgrad.jax as jax, funcgrad.jax.numpy as jnp
    >>> jax.lax.scan(lambda c, x: (c + x, c * x), 0.0, jnp.arange(3.0))
    (Array(3., dtype=float32), Array([0., 0., 2.], dtype=float32))
    """
    rows, _ = enter(xs)
    if config.values["jax_disable_jit"]:
        return unrolled(f, init, xs, length, reverse)

    def shapes(values, weak):
        row = tree.map(lambda x: stages.ShapeDtypeStruct(x.shape[1:], dtype_of(x)), rows)
        g = Lifted(lambda c, x: pair(f(c, x))[0], [*weak, *[False] * len(tree.leaves(rows))])
        return stages.eval_shape(g, values, row), g.out_weak

    values, weak = settled(init, shapes)

    def body(carry, row):
        leaves, structure = tree.flatten(carry)
        carry = tree.unflatten(structure, [wrap(x, w) for x, w in zip(leaves, weak, strict=True)])
        carry, y = pair(f(carry, wrapped(row)))
        return enter(carry)[0], tree.map(lambda v: Leaf(*entered(v)), y)

    carry, ys = engine.scan(body, values, rows, length, reverse, unroll)
    return wrapped(carry, weak), unboxed(ys)


def pair(out):
    if not isinstance(out, (tuple, list)) or len(out) != 2:
        raise TypeError(f"scan body output must be a pair, (carry, y), got {out!r}.")
    return out


def unrolled(f, init, xs, length, reverse):
    """The loop in Python, for jax.disable_jit()."""
    from .numpy import stack

    rows = tree.leaves(xs)
    n = length if not rows else len(rows[0])
    carry, ys = init, [None] * n
    for i in reversed(range(n)) if reverse else range(n):
        carry, ys[i] = f(carry, tree.map(operator.itemgetter(i), xs))
    return carry, tree.map(lambda *v: stack(v), *ys) if n else ys


@boundary
def while_loop(cond_fun, body_fun, init_val):
    """body_fun, again and again while cond_fun of the value holds."""
    if config.values["jax_disable_jit"]:
        while cond_fun(init_val):
            init_val = body_fun(init_val)
        return init_val
    values, weak = settled(init_val, shapes_of(body_fun))
    out = engine.while_loop(Lifted(cond_fun, weak), Lifted(body_fun, weak), values)
    return wrapped(out, weak)


@boundary
def fori_loop(lower, upper, body_fun, init_val, *, unroll=None):
    """val = body_fun(i, val) for i from lower to before upper.

    >>> import funcgrad.jax as jax
    >>> jax.lax.fori_loop(0, 3, lambda i, x: x * 2, 1.0)
    Array(8., dtype=float32, weak_type=True)
    """
    if config.values["jax_disable_jit"]:
        for i in range(int(lower), int(upper)):
            init_val = body_fun(wrap(i), init_val)
        return init_val
    weak_bounds = [bool(entered(b)[1]) for b in (lower, upper)]
    known = all(type(b) is int for b in (lower, upper))
    low, high = (operator.index(b) if known else entered(b)[0] for b in (lower, upper))
    first = entered(lower)[0]

    def step(weak):
        def body(i, value):
            leaves, structure = tree.flatten(value)
            value = tree.unflatten(structure, [wrap(x, w) for x, w in zip(leaves, weak, strict=True)])
            i = cast(i, dtype_of(first)) if hasattr(i, "dtype") else i
            return enter(body_fun(wrap(i, all(weak_bounds)), value))[0]

        return body

    values, weak = settled(init_val, shapes_of(body_fun, lower))
    return wrapped(engine.fori_loop(low, high, step(weak), values), weak)


def branches_of(functions, given):
    """Branches for the engine, and the weakness of their results once one has run."""
    lifted = [Lifted(f, given) for f in functions]

    def weakness():
        found = [f.out_weak for f in lifted if f.out_weak]
        return [all(w) for w in zip(*found, strict=True)] if found else ()

    return lifted, weakness


NONE = object()


@boundary
def cond(pred, true_fun, false_fun, *operands, operand=NONE):
    """true_fun(*operands) if pred else false_fun(*operands)."""
    operands = operands if operand is NONE else (operand,)
    if not callable(true_fun):  # (the signature of old: pred, operand, function, operand, function)
        return cond(pred, lambda x: false_fun(x[0]), lambda x: operands[1](x[1]), (true_fun, operands[0]))
    values, given = enter(operands)
    (yes, no), weakness = branches_of((true_fun, false_fun), given)
    return wrapped(engine.cond(entered(pred)[0], yes, no, *values), weakness())


@boundary
def switch(index, branches, *operands, operand=NONE):
    """branches[index](*operands); an index out of range is the nearest in it."""
    operands = operands if operand is NONE else (operand,)
    index = entered(index)[0]
    if dtype_of(index).kind not in "iu":
        raise TypeError(f"switch: the index must be an integer, got {dtype_of(index)}; convert it with astype(int).")
    values, given = enter(operands)
    lifted, weakness = branches_of(branches, given)
    return wrapped(engine.switch(index, lifted, *values), weakness())


@boundary
def map(f, xs, *, batch_size=None):  # noqa: A001
    """f of each row of xs, the results stacked."""
    return scan(lambda _, x: (None, f(x)), None, xs)[1]


@boundary
def associative_scan(fn, elems, reverse=False, axis=0):
    """Running results of an associative function of two rows."""
    return wrapped(engine_lax.associative_scan(Lifted(fn), enter(elems)[0], reverse, axis))


SUM = face(engine_lax.psum, "keep 0", "psum", "lax")


def psum(x, axis_name, *, axis_index_groups=None):
    """The sum of x (a tree) over a named axis; of truth values how many hold."""
    x = tree.map(lambda v: v.astype("int32") if getattr(getattr(v, "dtype", v), "kind", "") == "b" else v, x)
    return SUM(x, axis_name, axis_index_groups=axis_index_groups)


def pmean(x, axis_name, *, axis_index_groups=None):
    """The mean of x (a tree) over a named axis."""
    size = SUM(1, axis_name, axis_index_groups=axis_index_groups)
    return tree.map(lambda v: v / size, psum(x, axis_name, axis_index_groups=axis_index_groups))


def solver(solve):
    """solve(function, value), for the engine: both are a program's inside. What it closes over that is traced the engine sees."""
    if solve is None:
        return None
    tracers, rebuilt = closed_over(solve, Tracer)
    held, weak = [raw(t) for t in tracers], [t.weak_type for t in tracers]

    def call(g, value):
        own = rebuilt([wrap(h, w) for h, w in zip(held, weak, strict=True)]) if weak else solve
        return enter(own(lambda *args: wrapped(g(*enter(args)[0])), wrapped(value)))[0]

    if weak:
        solve = None  # (it holds the tracers)
    return call


def of_solver(solver):
    """A solver of the engine's, of A x = b: A and the preconditioner M are a program's matrices or functions."""

    @boundary
    @functools.wraps(solver)
    def call(A, b, x0=None, *, M=None, **options):  # noqa: N803
        A, M = (Lifted(f) if callable(f) else f if f is None else enter(f)[0] for f in (A, M))  # noqa: N806
        x, info = solver(A, enter(b)[0], None if x0 is None else enter(x0)[0], M=M, **options)
        return wrapped(x), info

    return call


@boundary
def custom_root(f, initial_guess, solve, tangent_solve, has_aux=False):
    """A root of f, found by solve, differentiated by the implicit function theorem."""
    guess, weak = enter(initial_guess)
    return wrapped(
        engine_lax.custom_root(Lifted(f), guess, solver(solve), solver(tangent_solve), has_aux=has_aux), weak
    )


@boundary
def custom_linear_solve(matvec, b, solve, transpose_solve=None, symmetric=False, has_aux=False):
    """The solution of matvec(x) = b by solve, differentiated by the same."""
    solves = solver(solve), solver(transpose_solve)
    return wrapped(
        engine_lax.custom_linear_solve(Lifted(matvec), enter(b)[0], *solves, symmetric=symmetric, has_aux=has_aux)
    )
