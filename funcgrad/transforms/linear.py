"""linearize and linear_transpose: linear maps kept as graphs, whatever computed the values beside them.

linearize runs f once, forward, on its own values: its tangents are handles of a Stage one level below, so that what the rules do with them
is written down while everything else is computed. Invariant: what the graph of the tangents reads is nobody's to write into.
"""

from .. import tree
from ..core import constants, nans
from ..core.aval import aval_of, describe, dtype_of, is_float, ndarray
from ..core.graph import Graph, GraphNode, evaluate
from ..core.handle import Array
from ..core.quiet import quiet
from ..core.site import here
from ..core.trace import Jvp
from ..core.tracebacks import public
from ..errors import ArgumentError
from .boundary import as_value, cotangent_for, enter, inside, leave, like_argument, show_all, tangent_for
from .forward_mode import zero_tangent
from .reverse_mode import check_callable, face_of, pair, plain_tree, vjp
from .stage import Stage, aval_like, node_of, staged


class Tangents(Stage):
    """The level of the tangents of a linearize. The thread's own Stage it never is: what they do not reach is computed."""

    name = "linearize"

    def __init__(self, primals):
        super().__init__()
        self.primals = owners(primals)
        self.others = ()  # the user's among the operands of the operation being differentiated; None: any may be one
        self.watched = None  # those of them that are large and that the graph reads (core/constants.py)

    def constant(self, a):
        """An array that the graph reads: as it is if nobody else can write into it, which holds for what we computed."""
        if self.others is not None:
            mine = owners([a])
            if not (mine & self.primals or (self.others and mine & owners(self.others))):
                return a
        return constants.kept(a, self)


def owners(arrays):
    """The ids of arrays, and of what owns their memory."""
    return {id(x) for a in arrays if type(a) is ndarray for x in (a, a.base) if x is not None}


class Linearize(Jvp):
    """Forward mode over tangents that are only written down."""

    name = "linearize"

    def __init__(self, tangents):
        super().__init__()
        self.tangents = tangents

    def process(self, prim, args, params, out=None):
        stage = self.tangents
        before = stage.others
        runs_users = prim.record is not None and prim.dual is None  # a rule of the user's own
        stage.others = None if runs_users else [a for a in args if type(a) is ndarray]
        try:
            return super().process(prim, args, params, out)
        finally:
            stage.others = before

    def both(self, prim, ts, vals, params):
        return prim.parts(ts, vals, params)


@public
def linearize(fun, *primals, has_aux=False):
    """The value of fun, and its derivative at that point as a function of tangents.

    fun is run once, as written: its control flow may depend on values. The function returned runs only what depends on the tangents, operation
    by operation; `fg.jit` compiles it. With `has_aux`, where fun returns `(out, aux)`: `(out, linear, aux)`. Raises TypeError where tangents
    differ from the primals in structure, ValueError where in shape.

    >>> import funcgrad as fg
    >>> out, push = fg.linearize(lambda x: x * x if x > 0 else -x, 3.0)
    >>> out, push(1.0), push(2.0)
    (9.0, 6.0, 12.0)
    """
    check_callable(fun, "linearize")
    leaves, structure = tree.flatten(primals)
    leaves = [as_value(x, "linearize", f"primal {i}") for i, x in enumerate(leaves)]
    stage = Tangents(leaves)
    trace = Linearize(stage)
    inputs = [GraphNode(None, (), None, aval_of(x)) for x in leaves if is_float(dtype_of(x))]
    marks = iter(inputs)
    args = [enter(trace, x, Array(None, next(marks), stage)) if is_float(dtype_of(x)) else x for x in leaves]
    aux = None
    with inside(stage), inside(trace):
        out = fun(*tree.unflatten(structure, args))
        if has_aux:
            out, aux = pair(out, "linearize")
            aux = plain_tree(trace, aux, leaves, own=True)
        outs, out_structure = tree.flatten(out)
        low = [leave(trace, o, "linearize") for o in outs]
        ts = [zero_tangent(v) if t is None else like_argument(t, v) for v, t, _ in low]
        results = [node_of(stage, t) for t in ts]
    faces = [face for _, _, face in low]
    linear = Linear("linearize")
    linear.takes = "tangents", "primals", structure, [aval_of(x) for x in leaves]
    linear.gives = out_structure, faces
    linear.graph, linear.hidden = Graph([*inputs, *stage.inputs], results, stage.effects), stage.outer
    linear.stage = stage
    values = show_all([v.copy() if type(v) is ndarray else v for v, _, _ in low], faces, leaves)
    out = tree.unflatten(out_structure, values)
    return (out, linear, aux) if has_aux else (out, linear)


class Linear:
    """A linear function of pytrees, as a graph: what linearize and linear_transpose return."""

    def __init__(self, transform):
        self.transform = transform
        self.stage = None  # whose arrays may have been written into

    def __repr__(self):
        return f"<linear function from {self.transform}, {len(self.graph.nodes)} operations>"

    @public
    def __call__(self, *args):
        what, of, structure, like = self.takes
        leaves, given = tree.flatten(args)
        if given != structure:
            raise ArgumentError(
                f"{self.transform}: {what} must have the structure of the {of}, {structure}; got {given}. [at {here()}]"
            )
        if what == "tangents":
            leaves = [tangent_for(a, t, self.transform, i) for i, (a, t) in enumerate(zip(like, leaves, strict=True))]
        else:
            leaves = [cotangent_for(a, c, self.transform) for a, c in zip(like, leaves, strict=True)]
        leaves = [x for x in leaves if x is not None]
        if self.stage is not None and self.stage.watched is not None:
            constants.check(self.stage)
        with quiet():
            got = evaluate(self.graph, *leaves, *self.hidden, look=nans.check_linear if nans.switch.on else None)
        out_structure, faces = self.gives
        kept = [x for x in self.graph.outs if type(x) is ndarray]
        return tree.unflatten(out_structure, show_all(got, faces, [*leaves, *self.hidden, *kept]))


@public
def linear_transpose(fun, *primals, reduce_axes=()):
    """The transpose of a linear function, as a function of cotangents of its result: a tuple, one cotangent a primal.

    Of the primals only shapes and dtypes are used (avals, or anything with both, will do). fun is staged, so its control flow may not depend
    on values. Raises TypeError where fun is not linear in them. `reduce_axes` is jax's; there are no named axes here.

    >>> import funcgrad as fg, numpy as np
    >>> back = fg.linear_transpose(lambda x: 3.0 * x[1:], np.zeros(3))
    >>> back(np.array([1.0, 2.0]))
    (array([0., 3., 6.]),)
    """
    from ..compile.narrow import unmixed

    check_callable(fun, "linear_transpose")
    if reduce_axes:
        raise ArgumentError(
            f"linear_transpose: there are no named axes; got reduce_axes={reduce_axes!r}. [at {here()}]"
        )
    leaves, structure = tree.flatten(primals)
    avals = [aval_like(x, "linear_transpose", f"primal {i}") for i, x in enumerate(leaves)]
    for i, a in enumerate(avals):
        if not is_float(a.dtype):
            raise ArgumentError(
                f"linear_transpose: primal {i} must be float or complex; got {describe(a)}. [at {here()}]"
            )
    stage = Stage()
    inputs = [GraphNode(None, (), None, a) for a in avals]
    with staged(stage), inside(stage):
        out, pullback = vjp(
            fun, *tree.unflatten(structure, [stage.box(n, x) for n, x in zip(inputs, leaves, strict=True)])
        )
        outs, out_structure = tree.flatten(out)
        like = [aval_of(o) for o in outs]
        cts = [GraphNode(None, (), None, a) for a in like]
        back = pullback(tree.unflatten(out_structure, [stage.box(n, o) for n, o in zip(cts, outs, strict=True)]))
        results = [node_of(stage, g) for g in tree.leaves(back)]
    known = [*cts, *stage.inputs]
    # a call may have what depends on the primals among its results, and what its transpose reads beside it
    graph = unmixed(Graph([*known, *inputs], results), len(known))
    read = {x for n in graph.nodes for x in n.ins if type(x) is GraphNode}
    bad = [i for i, n in enumerate(inputs) if n in read]
    if bad:
        raise ArgumentError(
            f"linear_transpose: the function must be linear; its derivative depends on the value of primal {bad[0]} "
            f"({describe(avals[bad[0]])}). Use vjp(fun, x)[1] for the transposed derivative at a point. [at {here()}]"
        )
    transposed = Linear("linear_transpose")
    transposed.takes = "cotangents", "result", tree.structure((tree.unflatten(out_structure, outs),)), like
    transposed.gives = structure, [face_of(x) for x in leaves]
    transposed.graph, transposed.hidden = Graph(known, graph.outs), stage.outer
    return transposed


__all__ = ["linear_transpose", "linearize"]
