"""Stage: record a function of avals as a Graph, without values.

A Stage that meets a handle of an outer level lifts it to a hidden input. At a captured Tensor's first use it makes a
graph input and a shadow (a Tensor of this level; that of a view without a history is a view of its root's): the function's reads, in-place writes, views and `.grad` act on the
shadow, and the differences at the end are extra outputs of the graph (`writes`), copied back by every call. Nothing of
the user's is re-pointed while tracing. Nodes that do more than give their results are kept in `effects`, as they came.
"""

import contextlib
import math
import sys
from weakref import ref

import numpy as np

from ..core import state
from ..core.aval import Aval, aval_of, describe, dtype_of, ndarray, shape_of
from ..core.config import Current
from ..core.graph import Graph, GraphNode
from ..core.handle import Alias, Array, Cell, Frozen, Handle, Taped, fresh
from ..core.primitive import PRIMITIVES
from ..core.site import here, site
from ..core.trace import PICK, Trace
from ..errors import GraphError, GraphTooLargeError, NotDifferentiableError, ShapeError
from .boundary import as_value, inner, inside

tls, shared = state.tls, state.shared
MOST_BYTES = sys.maxsize


class Stage(Trace):
    """The interpreter behind jit: operations on its handles become nodes of a graph."""

    concrete = False
    reshapes = True
    cell = Cell  # what keeps the .grad of a shadow
    replaced = frozenset()  # ids of the cells outside whose .grad is replaced whatever it was
    recorded = False  # does its graph have the derivatives that were recorded alone (torch's compile), or those of all it does (fg.jit)?
    pulling = False  # is it a rule that is staged, whose operands count as if they required gradients?
    decoupled = (
        False  # has a Tensor with a history been given a value that is not of it (under no_grad, through detach())?
    )
    shows = True  # printing one of its values shows what is known of it
    apart = True  # are views with a history inputs of their own?
    warned = None  # the warnings that each call is to give
    settles = False  # (it lifts none: boxes from outside have shadows)
    name = "jit"

    def __init__(self):
        super().__init__()
        self.inputs = []  # graph nodes
        self.outer = []  # what a call must pass for each of them
        self.effects = []  # nodes that are run even if nothing reads them
        self.constants = {}  # id of a plain array -> (its copy, itself, to keep the id)
        self.around = None  # the Stage in which this one was made
        self.lifts = {}  # id of a lifted value -> its input node (and the value, to keep the id)
        self.shadows = {}
        self.alone = set()  # ids of views that are inputs like any other, whatever they are views of: arguments are
        self.layouts = {}  # node -> its memory order (core/layout.py), once asked for
        self.left = Current.settings.max_operations  # how many more it takes
        self.place = None  # the site of what is being derived from an operation: the operation's

    def moved(self, h):
        """A handle of this stage goes over to another geometry, or to other memory."""

    def walked(self, seeds, only):
        """A walk begins from (node, cotangent)s, to these nodes alone if not to all leaves."""

    def lent(self, h):
        """A Tensor of this stage is over memory that others have."""

    def lacks(self, h, name):
        """A Tensor was asked for an attribute that it has not."""

    def shape(self, h):
        return h.mark.aval.shape

    def weak(self, h):
        return h.mark.aval.weak

    @contextlib.contextmanager
    def placed(self, site=None):
        """Inside, what is staged stands for a line of the user's that ran before: `place`, which may be set anew."""
        before, self.place = self.place, site
        try:
            yield
        finally:
            self.place = before

    @contextlib.contextmanager
    def pulled(self):
        """Inside runs a rule of a graph whose derivatives are those that were recorded: so are those of what the rule does."""
        before, self.recorded, self.pulling = (self.recorded, self.pulling), True, True
        try:
            yield
        finally:
            self.recorded, self.pulling = before

    def input(self, x, aval=None):
        n = GraphNode(None, (), None, aval or Aval(shape_of(x), dtype_of(x), aval_of(x).weak))
        self.inputs.append(n)
        self.outer.append(x)
        return n

    def equal(self, boxes):
        """Are the numbers in these boxes the same in every call? (Who can have it tested says so.)"""
        return False

    def box(self, n, like):
        """What a function is given for a graph node: an array, or a Tensor where `like` is one."""
        a = Array(None, n, self)
        return self.tape.face(a, None, self.tape) if isinstance(like, Taped) else a

    def lift(self, x):
        """The graph's name for a value of an outer level: a hidden input; plain arrays are constants."""
        if not isinstance(x, Handle):
            return x
        key = (id(x.val), id(x.mark))
        got = self.lifts.get(key)
        if got is None:
            got = self.lifts[key] = (self.input(x), x)
        return got[0]

    def constant(self, a):
        """A plain array as the graph keeps it: as it is now, whatever the user writes into it later."""
        was = self.constants.get(id(a))
        if was is None or not np.array_equal(was[0], a, equal_nan=a.dtype.kind in "fc"):
            was = self.constants[id(a)] = a.copy("K"), a
        return was[0]

    def process(self, prim, args, params, out=None):
        if self.done:
            self.leaked(prim.name)
        ins = []
        for a in args:
            if isinstance(a, Handle):
                ins.append(a.mark if a.owner is self else self.lift(inner(a)))
            else:
                ins.append(self.constant(a) if type(a) is ndarray and a.flags.writeable else a)
        if prim.aval is None:
            raise NotDifferentiableError(f"jit: {prim.name} has no shape rule, so it cannot be staged.")
        avals = [x.aval if type(x) is GraphNode else aval_of(x) for x in ins]
        try:
            aval = prim.aval(*avals, **params)
        except ValueError as error:
            if "too large" in str(error):  # (NumPy's words for a shape that no number counts the elements of)
                raise too_large(prim, avals, "more elements than can be counted") from None
            raise
        if type(aval) is Aval and aval.dtype.itemsize * math.prod(aval.shape) > MOST_BYTES:
            raise too_large(prim, avals, repr(aval))
        self.left -= 1
        if self.left < 0:
            self.full(prim)
        n = GraphNode(prim, tuple(ins), params, aval, self.place or site(2))
        if n.effect:
            self.effects.append(n)
        if prim.multi:
            return tuple(
                Array(None, GraphNode(PICK, (n,), {"i": i, "avals": aval}, a, n.site), self) for i, a in enumerate(aval)
            )
        return Array(None, n, self)

    def full(self, prim):
        most = Current.settings.max_operations
        raise GraphTooLargeError(
            f"{self.name}: {prim.name} would be operation {most + 1} of the function that is being staged, at {here()}. Python's loops are "
            f"written out: write a long one with fg.lax.fori_loop, fg.lax.scan or fg.lax.while_loop, which are one operation each. If "
            f"the function is that large, allow it: fg.config(max_operations={2 * most})."
        )

    def enclosing(self, level):
        """The innermost Stage around an operation on values of a level: this one, or one further out, or None."""
        stage = self
        while stage is not None and stage.level > level:
            stage = stage.around
        return stage

    def capture(self, args):
        return [
            self.shadow(h) if isinstance(h, Taped) and h.owner.level < self.level and type(h.alias) is not Frozen else h
            for h in args
        ]

    def shadow(self, h):
        got = self.shadows.get(id(h))
        if got is None:
            n = None
            if isinstance(h.alias, Alias) and not self.by_itself(h):
                s = root = self.shadow(h.alias.base)
                for prim, params in h.alias.chain:
                    s = prim(s, **params)
                s.alias = Alias(root, h.alias.link)
            else:
                n = self.input(h)
                mark = None
                if h.mark is not None:
                    cell = self.cell()
                    kept = h.mark.extra and h.mark.extra.cell
                    if kept:
                        cell.grad = kept.grad
                    mark = self.tape.leaf(cell)
                s = self.tape.face(Array(None, n, self), mark, self.tape)
                if mark is not None:
                    cell.leaf = ref(s)
            got = self.shadows[id(h)] = (s, h, n, s.mark)
        return got[0]

    def by_itself(self, view):
        """Is a view an input of its own? One that has a history, or whose root has, gets its own gradient."""
        if self.apart and (view.mark is not None or view.alias.base.mark is not None):
            self.alone.add(id(view))
            before, tls.stage = tls.stage, self.around  # (it is brought up to date where it is)
            try:
                fresh(view)
            finally:
                tls.stage = before
        return id(view) in self.alone

    def writes(self):
        """([(box, graph node of its new value)], [(cell, new gradient or None)]) of what the function did to Tensors."""
        writes = []
        cells = []
        for s, h, n, mark in self.shadows.values():
            if n is None:
                continue
            value = s.val.mark if isinstance(s.val, Array) else s.val
            if value is not n:
                writes.append((h, value))
            kept = h.mark is not None and h.mark.extra and h.mark.extra.cell
            if mark is not None and kept:
                cells.append((kept, mark.extra.cell.grad))
        return writes, cells


def too_large(prim, avals, result):
    return ShapeError(
        f"{prim.name}: the result of operands {', '.join(map(repr, avals))} would be {result}, more than a computer can address, at {here()}. "
        "Look at the shapes that are broadcast here: an outer product was perhaps not meant."
    )


class staged:
    """Make a Stage the one that sources and captured Tensors of this thread ask."""

    __slots__ = ("stage", "before")

    def __init__(self, stage):
        self.stage = stage

    def __enter__(self):
        self.before = self.stage.around = tls.stage
        if self.before is not None and self.stage.warned is None:
            self.stage.warned = self.before.warned
        tls.stage = self.stage
        with shared.lock:
            shared.staging += 1

    def __exit__(self, *error):
        tls.stage = self.before
        with shared.lock:
            shared.staging -= 1


def node_of(stage, x):
    """What a graph has for a value of its function: a node, or a constant."""
    if isinstance(x, Taped):
        x = x.val
    return x.mark if isinstance(x, Array) and x.owner is stage else stage.lift(inner(x))


def aval_like(x, transform, name=None):
    """The Aval of an argument that is only described: an aval, anything with shape and dtype, or a value."""
    if not isinstance(x, (Aval, Handle)) and hasattr(x, "shape") and hasattr(x, "dtype"):
        return Aval(tuple(x.shape), np.dtype(x.dtype))
    return aval_of(x if isinstance(x, Aval) else as_value(x, transform, name))


def graph_and_outer(f, avals):
    """(the Graph of a function of flat values returning flat values, what comes from outside): the latter's inputs are in front."""
    stage = Stage()
    ins = [GraphNode(None, (), None, a) for a in avals]
    with staged(stage), inside(stage):
        outs = [node_of(stage, o) for o in f(*[Array(None, n, stage) for n in ins])]
    return Graph([*stage.inputs, *ins], outs, stage.effects), stage.outer


def graph_of(f, avals):
    """The Graph of a function of flat values returning flat values, for rules that stage; nothing may come from outside."""
    graph, outer = graph_and_outer(f, avals)
    if not outer:
        return graph
    read = {p for parts in (graph.outs, *[n.ins for n in graph.nodes]) for p in parts if type(p) is GraphNode}
    for n, x in zip(graph.ins, outer):  # (in front are those of what comes from outside)
        if n in read:
            raise GraphError(
                f"jit: what is staged at {here()} reads {describe(aval_of(x))} of a transform around it, which only an object or a jitted "
                "function holds. Give it as an argument, or hold it in a closure, a default or a partial of the rule that reads it."
            )
    return Graph(graph.ins[len(outer) :], graph.outs, graph.effects)


__all__ = ["PRIMITIVES", "Stage", "aval_like", "graph_and_outer", "graph_of", "node_of", "staged"]
