"""A function staged with its state: what it reads from outside is an input of its graph, what it writes there an output.

Invariant: nothing outside changes while a function is staged. A box that it reads (a parameter, a buffer, a `.grad`) is
looked up anew by each call, and what it writes there is copied back by each call, in the order of the writes.
"""

import weakref

import numpy as np

from .. import tree
from ..core.aval import ndarray
from ..core.graph import Graph
from ..core.handle import Alias, Array, Cell, Handle, Taped, fresh
from ..core.reverse import topological
from ..core.site import here, site
from ..core.state import tls
from ..core.trace import TAPE
from ..transforms.boundary import as_tensor, as_value, inner, inside, leave
from ..transforms.refused import refused
from ..transforms.stage import Stage, staged
from .baked import Draws
from .joint import optimised
from .side_effects import SideEffects

DECOUPLED = (
    "jit: a Tensor that requires grad was written to under no_grad() or through detach() or .data, and then a result was computed from it: "
    "its graph does not know that the derivative passes the write by. Call backward() inside the jitted function."
)


class Staged:
    """A staged function: its graph, which boxes it captured, and what it did to them."""


def stage(f, args, kwargs, st=None, apart=True):
    """f of the arguments, staged by `st`.

    `order`: where a call finds each input: the number of an argument's leaf, or a box, or the Cell whose .grad it is.
    `apart`: arguments that are views are taken for Tensors of their own.
    `writes`: (leaf or box, value), `grads`: (leaf or Cell, value or None); `guards`: (leaf or Cell, is its .grad None)."""
    leaves, structure = tree.flatten((args, kwargs))
    again = st is None
    st = st or Stage()
    st.apart = apart
    views = {id(x) for x in leaves if isinstance(x, Taped) and isinstance(x.alias, Alias)} if apart else ()
    st.alone = set(views)
    draws = Draws(f) if tls.stage is None and not st.recorded else None  # (compat asks for itself)
    effects = SideEffects(draws) if again and draws is not None else None
    where = here()
    t = Staged()
    with staged(st), inside(st):
        inputs = [x if isinstance(x, Taped) else Array(None, st.input(inner(x)), st) for x in leaves]
        arrays = len(st.inputs)
        st.capture(leaves)  # Tensor arguments are captured like any other, only first
        new_args, new_kwargs = tree.unflatten(structure, inputs)
        out = f(*new_args, **new_kwargs)
        outs, t.structure = tree.flatten(out)
        t.outs, t.faces, t.taped = results(st, outs, where)
        writes, cells = st.writes()
    args_at = {id(x): i for i, x in enumerate(leaves) if isinstance(x, Taped)}
    grads_at = {id(c.grad): c for c, _ in cells if c.grad is not None and id(c) not in st.replaced}

    def origin(x):
        """Where a call finds this box: an argument, a .grad, or itself."""
        return args_at.get(id(x), grads_at.get(id(x), x))

    t.order = [i for i, x in enumerate(leaves) if not isinstance(x, Taped)] + [origin(x) for x in st.outer[arrays:]]
    t.once = any(type(x) is Array for x in st.outer[arrays:])  # a value of an outer transform: good for this call only
    if again and st.alone and writes and overlapping(writes, st.outer):
        t = stage(f, args, kwargs, None, False)  # (what is a view of what is part of it)
        t.once = t.once or bool(views)  # (other arguments are views of others)
        return t
    t.writes = [(origin(h), v) for h, v in writes]
    own = {
        id(x.mark.extra.cell): i
        for i, x in enumerate(leaves)
        if isinstance(x, Taped) and x.mark is not None and x.mark.extra
    }
    t.guards = [(own.get(id(c), c), c.grad is None) for c, _ in cells if id(c) not in st.replaced]
    t.grads = [
        (own.get(id(c), c), None if g is None else staged_value(g))
        for c, g in cells
        if g is not c.grad or id(c) in st.replaced
    ]
    changes = [v for _, v in t.writes] + [n for _, n in t.grads if n is not None]
    t.graph = optimised(Graph(st.inputs, t.outs + changes, st.effects))
    t.plain = not (changes or t.guards or t.grads or t.taped or t.once or any(t.faces)) and t.order == list(
        range(len(leaves))
    )
    if draws is not None:
        draws.warn()
    t.check = None  # what is to be looked at once nothing here holds a traced value any more
    if effects is not None:
        t.check = effects, gone if "_tape" in vars(st) else weakref.ref(st)
    t.entered = set()  # what short roads it has: which leaves are handles
    return t


def results(st, outs, where):
    """(the nodes of what a function staged by st has returned, the faces they are to have, does one require grad?)."""
    nodes, faces, taped = [], [], False
    for o in st.capture(outs):
        if isinstance(o, Handle) and o.alias is not None:
            fresh(o)
        if isinstance(o, Taped):
            if pending(o, st):
                taped = True
                if st.decoupled:
                    o = refused(o, why=f"{DECOUPLED} [at {where}]")
        elif not isinstance(o, Handle):
            o = as_value(o, "jit", "the result")
        v, m, face = leave(st, o)
        nodes.append(m if m is not None else st.lift(v))
        faces.append(face)
    return nodes, faces, taped


def gone():
    """In the place of a reference to a stage with a tape, which hold each other."""


def owner_of(v):
    """The array whose memory this is."""
    return v if v.base is None else v.base


def clash(t, leaves):
    """Does an argument lie in memory that the function writes, and not as itself? Then it has to be staged for this call."""
    taped = [x for x in leaves if isinstance(x, Taped) and isinstance(x.val, ndarray)]
    for place, _ in t.writes if taped else ():
        h = box(place, leaves)
        if isinstance(h.val, ndarray):
            owner = owner_of(h.val)
            if any([x is not h and owner_of(x.val) is owner for x in taped]):
                return True
    return False


def overlapping(writes, inputs):
    """Is memory that is written to also that of another input?"""
    arrays = [(x, x.val) for x in inputs if isinstance(x, Taped) and isinstance(x.val, ndarray)]
    return any(
        [
            x is not h and np.may_share_memory(v, h.val)
            for h, _ in writes
            for x, v in arrays
            if isinstance(h.val, ndarray)
        ]
    )


def staged_value(t):
    """The graph's value of a Tensor made while staging: a node, or a constant that no input led to."""
    return t.val.mark if isinstance(t.val, Array) else t.val


def pending(o, st):
    """Does this result still carry a graph on the stage's tape, none of which a backward has freed?"""
    return o.owner is st.tape and o.mark is not None and all(n.saved is not None for n in topological([o.mark]))


def box(x, leaves):
    return leaves[x] if type(x) is int else x.grad if type(x) is Cell else x


def cell_of(c, leaves):
    return leaves[c].mark.extra.cell if type(c) is int else c


def payload(v):
    return v.val if isinstance(v, Taped) else v


def assign(target, v):
    """Copy a compiled result back into the box it stands for: into its memory, or by re-pointing."""
    v = payload(v)
    if isinstance(v, ndarray) and target.owner is TAPE:
        np.copyto(target.val, v)
        store = target.versioned()
        store.version += 1
        store.changed = site(2)
    else:
        target.repoint(as_tensor(v))


__all__ = ["Staged", "assign", "box", "cell_of", "clash", "owner_of", "payload", "pending", "stage"]
