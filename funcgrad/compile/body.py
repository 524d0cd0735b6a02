"""Functions of the user's as graphs: what control flow stages them to.

A function of pytrees is staged on avals. What it closes over that is traced outside becomes a hidden operand; plain arrays
are constants. Tensors stay Tensors inside. A function may not write into what is not its own: there is one graph for any
number of runs, so such a write is refused, naming the function.
"""

import gc

from .. import tree
from ..core.aval import PYTHON_SCALARS, Aval, aval_of, describe
from ..core.graph import Graph, GraphNode
from ..core.handle import Array, Handle, Taped, fresh
from ..core.site import here
from ..errors import ArgumentError
from ..transforms.boundary import as_tensor, as_value, leave, show
from ..transforms.boundary import inside as running
from ..transforms.stage import Stage, staged
from .closed import as_aval
from .joint import optimised


class Body:
    """A staged function: inputs, results (nodes or constants), effects, the pytree and the faces of its results, and
    `hidden`: (input, value outside) of what it closes over."""

    __slots__ = ("ins", "outs", "effects", "hidden", "structure", "faces", "f")

    @property
    def out_avals(self):
        return [o.aval if type(o) is GraphNode else aval_of(o) for o in self.outs]


def place(f):
    """`name at file:line` of a function, for messages."""
    f = getattr(f, "func", f)  # (of a partial)
    name = getattr(f, "__name__", type(f).__name__)
    code = getattr(getattr(f, "__wrapped__", f), "__code__", None)
    return name if code is None else f"{name} at {code.co_filename}:{code.co_firstlineno}"


def stage_body(f, avals, faces, structure, what, named=None):
    """Stage f, a function of the arguments that `structure` makes of leaves with these avals and faces. `named`: the user's function, which
    messages name, where f is made of it."""
    named = named or f
    body = Body()
    body.f = f
    stage = Stage()
    body.ins = [GraphNode(None, (), None, a) for a in avals]
    with staged(stage), running(stage):
        leaves = [Array(None, n, stage) for n in body.ins]
        leaves = [stage.tape.face(x, None, stage.tape) if face else x for x, face in zip(leaves, faces, strict=True)]
        outs, body.structure = tree.flatten(f(*tree.unflatten(structure, leaves)))
        body.outs, body.faces = [], []
        for o in stage.capture(outs):
            if isinstance(o, Handle):
                if o.alias is not None:
                    fresh(o)
            else:
                o = as_value(o, what, f"the result of {place(named)}")
            v, mark, face = leave(stage, o)
            body.outs.append(mark if mark is not None else stage.lift(v))
            body.faces.append(face)
        writes, cells = stage.writes()
    del leaves, outs
    o = None
    if writes or seen_outside(stage.lifted) or any([g is not c.grad for c, g in cells]):
        raise ArgumentError(
            f"{what}: {place(named)} writes into an array (or calls backward on a Tensor) from outside. It is staged once, for any "
            f"number of runs: let it take that array as an argument and return the new one. [at {here()}]"
        )
    body.effects = stage.effects
    body.hidden = list(zip(stage.inputs, stage.outer, strict=True))
    return body


def seen_outside(boxes):
    """Of boxes of outer levels that a function wrote into (weak references), is there one that outlives it? Those that it made
    itself, of values from outside, are gone when it has returned."""
    if any([box() is not None for box in boxes]):
        gc.collect()  # (one may be left in a cycle)
    return any([box() is not None for box in boxes])


def identity_of(x):
    """What tells two values from outside apart: a box may be lifted as several frozen copies."""
    return (id(x),) if isinstance(x, Taped) else (id(x.val), id(x.mark))


def closed_graphs(bodies, outs=None):
    """(graphs of the bodies, hidden operands): each graph takes every hidden operand of any of them, then its own inputs.
    `outs`: avals for their results."""
    hidden = {identity_of(x): x for b in bodies for _, x in b.hidden}
    graphs = []
    for b in bodies:
        own = {identity_of(x): n for n, x in b.hidden}
        ins = [own.get(k) or GraphNode(None, (), None, aval_of(x)) for k, x in hidden.items()]
        results = b.outs if outs is None else [as_node(o, a) for o, a in zip(b.outs, outs, strict=True)]
        graphs.append(optimised(Graph(ins + b.ins, results, b.effects)))
    return graphs, list(hidden.values())


def as_node(o, aval):
    """A result of a graph in the dtype and weakness of an aval."""
    have = o.aval if type(o) is GraphNode else aval_of(o)
    if have.weak == aval.weak and have.dtype == aval.dtype:
        return o
    if type(o) is not GraphNode:
        return as_aval(o, aval)
    from ..core.primitive import PRIMITIVES

    if aval.weak and have.dtype != aval.dtype:
        o = as_node(o, Aval(have.shape, aval.dtype))
    prim, params = (PRIMITIVES["weak"], {}) if aval.weak else (PRIMITIVES["cast"], {"dtype": aval.dtype})
    return GraphNode(prim, (o,), params, Aval(have.shape, aval.dtype, aval.weak), o.site)


def results(values, faces, structure):
    """Results of a primitive as the user gets them."""
    shown = [
        as_tensor(v) if face is Taped and not isinstance(v, Taped) else show(v, face)
        for v, face in zip(values, faces, strict=True)
    ]
    return tree.unflatten(structure, shown)


def operands(x, what, name):
    """(leaves, structure) of an argument, each leaf an array, a number or a handle that is up to date."""
    leaves, structure = tree.flatten(x)
    for i, v in enumerate(leaves):
        if isinstance(v, Handle):
            if v.alias is not None:
                fresh(v)
        elif type(v) not in PYTHON_SCALARS:
            leaves[i] = as_value(v, what, name)
    return leaves, structure


def names_of(structure, root):
    """A name for each leaf of a pytree: `carry['h'][0]`."""
    whole = tree.unflatten(structure, list(range(structure.num_leaves)))
    return [root + tree.keystr(path) for path, _ in tree.leaves_with_path(whole)]


__all__ = ["Body", "closed_graphs", "describe", "names_of", "operands", "place", "results", "stage_body"]
