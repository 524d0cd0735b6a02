"""Handles: what a user holds, boxes that assignment re-points; views of them; frozen copies of them.

Invariants
 * `mark` is what the interpreter that made the handle remembers of the value: Record and Tape a Node, Jvp the tangent,
   Batch the mapped axis, Stage a graph node.
 * Nodes hold no handle of their own level, so re-pointing a box never reaches a record; a record of another level
   holds a frozen copy (`snap`).
 * A view is stale iff its root's value or mark is another object than when it was last replayed.
"""

import weakref

from ..errors import ModifiedError
from .aval import ndarray, shape_of
from .site import where
from .state import shared, tls


class Handle:
    """A traced array: `val` one level out, `mark`, the trace that is its `owner`, and `alias` if it is a view or frozen."""

    __slots__ = ("val", "mark", "owner", "alias", "__weakref__")
    __array_priority__ = 1000
    __hash__ = object.__hash__

    home = None  # whose memory a box shares that has none of its own, and is told of what is written into it (of a dual: primal and tangent)
    moved = None  # of a root that has gone over to other arrays: (a weak reference to what it left, is it in the same memory?) each time

    def __init__(self, val, mark, trace, alias=None):
        self.val = val
        self.mark = mark
        self.owner = trace
        self.alias = alias

    def own_shape(self):
        if self.alias is not None:
            fresh(self)
        x = self
        while not x.owner.reshapes:
            v = x.val
            if type(v) is ndarray:
                return v.shape
            if not isinstance(v, Handle):
                return shape_of(v)
            x = v  # (what a handle holds is no view that would have to be brought up to date)
        return x.owner.shape(x)

    shape = property(own_shape)

    @property
    def dtype(self):
        return self.owner.dtype(self)

    @property
    def weak(self):
        v = self.val
        while isinstance(v, Handle):
            v = v.val
        return type(v) is not ndarray and self.owner.weak(self)

    def repoint(self, new):
        """Assignment: this box now stands for `new`. A box lifted to a higher level is reported to that trace."""
        if new.owner.level > self.owner.level:
            new.owner.lifted.append(weakref.ref(self))
        self.val = new.val
        self.mark = new.mark
        self.owner = new.owner

    def frozen(self):
        return type(self)(self.val, self.mark, self.owner, FROZEN)

    def refuse(self, args):
        """Raise if this box may not be written in place (a Tensor that is a leaf requiring grad)."""

    def replayed(self, base, alias, old):
        """Told that this view, of which `old` was the mark, was made anew from its root; what is raised here leaves it as old as it was."""


class Array(Handle):
    """The functional face of a traced array. Its methods are installed by funcgrad.numpy."""

    __slots__ = ()


class Store:
    """One per memory, shared by a Tensor, its views and its detached twins: how often, and where, it was changed."""

    version = 0  # (on the class: making one costs no stores)
    changed = None
    resizable = True  # may there be made more of it? (not of an ndarray's)
    counted = True  # may a node keep what is in the memory, and check later that it is unchanged?

    def apart(self):
        """The store of a Tensor in the same memory whose changes are counted for itself."""
        store = Store()
        store.resizable = self.resizable
        return store


class Moved(int):
    """The version of a store since its box has been given other memory: like no number, so that a node that kept what was there before
    asks it what it is to read (`reach`)."""

    def __eq__(self, other):
        return self is other

    def __ne__(self, other):
        return self is not other

    __hash__ = int.__hash__

    def reach(self, node, version, operand):
        """Give a node what it is to read; is it what it was, but for that?"""
        raise NotImplementedError


UNCHANGED = Store()  # of what has no versions


class Alias:
    """A view: its root handle, the view primitives in between, and the root's state when they were last replayed.

    `link` holds the steps as (those before, the last), so that a view of a view costs the same however many there are; a third entry
    says how a view was made that a face lets nobody write through. `version` is that of the memory's store then.
    """

    __slots__ = ("base", "link", "val", "mark", "store", "version")

    def __init__(self, base, link, store=UNCHANGED):
        self.base = base
        self.link = link
        self.val = base.val
        self.mark = base.mark
        if not store.counted:
            store = UNCHANGED
        self.store = store
        self.version = store.version

    def onward(self, step, array=None):
        """The alias of a view, which is up to date and has this one, one step on, where its array is this."""
        alias = Alias(self.base, (self.link, step), self.store)
        alias.val = self.val  # (the root's, or APART)
        return alias

    @property
    def chain(self):
        """((primitive, params), ...) from the root on."""
        steps = []
        link = self.link
        while link is not None:
            steps.append(link[1])
            link = link[0]
        steps.reverse()
        return tuple(steps)

    @property
    def made(self):
        """How the last of the steps that says so was made; None if none does."""
        link = self.link
        while link is not None:
            if len(link) > 2:
                return link[2]
            link = link[0]
        return None

    def in_one(self, *steps):
        """Let these steps stand in the place of all."""
        made, link = self.made, None
        for step in steps:
            link = link, step
        self.link = link if made is None else (*link, made)


class Frozen:
    """A snapshot inside a record. Over NumPy memory it is void once the memory's version has moved on."""

    __slots__ = ("store", "version")

    def __init__(self, store, version):
        self.store = store
        self.version = version

    def stale(self, h):
        """Raise: the value has been changed."""
        error = ModifiedError(
            f"a value kept for later was changed in place at {where(self.store.changed)} "
            f"(version {self.version} was kept, it is now at version {self.store.version}). "
            "Keep a copy (x.clone() or x.copy()) or change it after the derivative has been taken."
        )
        error.found = self.store, self.version, h.val, h.mark, -1
        raise error


FROZEN = Frozen(None, 0)
APART = object()  # what a view's root was when it was last looked at, of a view that lies in other memory than its root


def fresh(h):
    """Bring a view up to date (its chain is replayed, and so recorded), or check that a snapshot still holds."""
    alias = h.alias
    if type(alias) is Alias:
        base = alias.base
        if base.val is not alias.val or base.mark is not alias.mark:
            if not kept(h, alias, base):
                replay(h, alias, base)
        elif alias.mark is not None and alias.version != alias.store.version and h.mark is not None and tls.grad:
            replay(h, alias, base)  # (its memory was written, and no record of it made)
    elif alias is not None and alias.store is not None and alias.store.version != alias.version:
        alias.stale(h)


def kept(h, alias, base):
    """Is a view what it was, though its root is not?"""
    if base.val is not alias.val:
        return (base.moved is not None or alias.val is APART) and left_behind(h, alias, base)
    if not isinstance(base, Taped) or base.owner.level != 1:
        return False
    if base.mark is None:
        alias.mark = None  # (its root has forgotten its history, by detach_: a view keeps its own, as in torch)
        return True
    return not tls.grad and alias.made is not None  # (its history may be refused, by whoever asks for it)


def replay(h, alias, base):
    """Make a view anew from its root."""
    v = base
    before, tls.grad = tls.grad, True  # (its history is its root's, in whatever mode somebody looks)
    try:
        for prim, params in alias.chain:
            v = prim(v, **params)
    finally:
        tls.grad = before
    old = h.mark
    if not (type(h.val) is type(v.val) is ndarray and base.val is alias.val and lies_where(h.val, v.val)):
        h.val = v.val  # (else its memory is what it was, also the strides of axes of one element, of which the steps do not say all)
    h.mark = v.mark
    h.owner = v.owner
    state = alias.val, alias.mark, alias.version
    alias.val = base.val
    alias.mark = base.mark
    alias.version = alias.store.version
    if h.mark is not None:
        try:
            h.replayed(base, alias, old)
        except BaseException:
            h.mark = old
            alias.val, alias.mark, alias.version = state  # (it is as old as before)
            raise


def lies_where(a, b):
    """Are two arrays of one dtype and shape, the first element of both in one place?"""
    return (
        a.shape == b.shape
        and a.dtype == b.dtype
        and a.__array_interface__["data"][0] == b.__array_interface__["data"][0]
    )


def left_behind(h, alias, base):
    """A view's root has gone over to another array. In the same memory (transpose_) the view is one of that array from now on; in other
    memory (set_, resize_, `.data =`) the view keeps its own, and has the history of what the root is. True if nothing is left to do."""
    if alias.val is APART:
        return of_other_memory(h, alias, base)
    for array, same in base.moved:
        if array() is not alias.val:
            continue
        if not same:
            return of_other_memory(h, alias, base)
        from .primitive import PRIMITIVES
        from .strides import geometry

        strided = PRIMITIVES["strided"]
        if h.val.dtype == base.val.dtype:
            alias.in_one((strided, geometry(h.val, base.val)))
        else:
            alias.in_one((strided, geometry(alias.val, base.val)), *alias.chain)
        alias.val = base.val
        if base.mark is None:
            alias.mark = None
        return base.mark is None or alias.mark is base.mark and unwritten(alias)
    return False


def unwritten(alias):
    """Has nothing been written since the view of an alias was looked at? (Other memory given to its root is no write.)"""
    same = alias.version is not None and int(alias.version) == int(alias.store.version)
    if same:
        alias.version = alias.store.version
    return same


def of_other_memory(h, alias, base):
    """Bring a view up to date that lies in other memory than its root: its values are its own, its history is a window of the root's. True."""
    from .strides import as_one_step, steps_of

    own = alias.chain[-1][1].get("own")
    if alias.val is not APART or len(alias.chain) > 1 or own is not None and own != steps_of(base.val):
        steps = as_one_step(h.val, base.val, alias.chain)
        if steps is None:
            return False
        alias.in_one(*steps)
        alias.val = APART
    if alias.mark is base.mark and (
        base.mark is None or int(alias.version) == int(alias.store.version)
    ):  # (Moved, or not)
        return True
    alias.mark, alias.version = base.mark, alias.store.version
    if base.mark is not None:
        old, before, tls.grad = h.mark, tls.grad, True
        try:
            *first, (prim, params) = alias.chain
            v = base
            for p, kw in first:
                v = p(v, **kw)
            h.mark = v.owner.process(prim, (v,), params, out=h.val).mark
        finally:
            tls.grad = before
        h.replayed(base, alias, old)
    return True


def root_of(h):
    """(root, chain): the box a write to h must re-point, and the view primitives between them."""
    return (h.alias.base, h.alias.chain) if isinstance(h.alias, Alias) else (h, ())


class Cell:
    """Where a leaf's gradient is kept. Shared by the leaf and its node, so that neither needs to point at the other."""

    __slots__ = ("grad", "odd", "hooks", "leaf", "__weakref__")

    def __init__(self):
        self.grad = None
        self.odd = False  # was a gradient given that lies otherwise than the leaf?
        self.hooks = None
        self.leaf = None  # a weak reference to the leaf itself


class Taped(Handle):
    """A handle on a tape: what compat's Tensor is to the core. `store` versions its memory, `cell` keeps `.grad`."""

    __slots__ = ("store", "cell")

    def __init__(self, val, mark, trace, alias=None):
        self.val = val
        self.mark = mark
        self.owner = trace
        self.alias = alias
        self.store = None
        self.cell = None

    def versioned(self):
        if self.store is None:
            self.store = Store()
        return self.store

    def stamp(self):
        """(store, version) of the memory as this handle saw it."""
        if type(self.alias) is Frozen and self.alias.store is not None:
            return self.alias.store, self.alias.version
        store = self.versioned()
        return store, store.version

    def frozen(self):
        counted = self.owner.level == 1 and (self.store is None or self.store.counted)
        kept = Frozen(*self.stamp()) if counted else FROZEN
        out = self.owner.face(self.val, self.mark, self.owner, kept)
        if not counted:
            out.store = self.store  # (which may not be kept)
        return out

    def repoint(self, new):
        old = self.mark
        if old is not None and old.extra is not None and old.plan is not None and new.mark is not None:
            new.mark.keep_gradient_of(old)
        super().repoint(new)

    def refuse(self, args):
        root = root_of(self)[0]
        if tls.grad and root.mark is not None and root.mark.plan is None:
            what = (
                "a leaf Variable that requires grad"
                if root is self and self.owner.under.name != "jvp"  # (there torch has a view of it)
                else "a view of a leaf Variable that requires grad"
            )
            raise self.owner.leaf_error(f"{what} is being used in an in-place operation.")
        if shared.to_be_written is not None:
            shared.to_be_written(root)


def snap(h):
    """The form of a handle that a record of another level may keep: frozen, or the bare value of a level-0 box."""
    if h.owner.level == 0:
        return h.val
    return h if type(h.alias) is Frozen else h.frozen()


def same_view(x, idx, v):
    """Is v the view x[idx]? Python's `x[idx] += 1` ends by assigning it to itself: nothing is left to do."""
    if not isinstance(v, Handle) or type(v.alias) is not Alias:
        return False
    base, chain = root_of(x)
    got = v.alias
    if got.base is not base or got.chain[:-1] != chain:
        return False
    prim, params = got.link[1]
    mine = idx if type(idx) is tuple else (idx,)
    theirs = params.get("idx")
    return prim.name == "getitem" and theirs == mine


__all__ = [
    "Alias",
    "Array",
    "Cell",
    "Frozen",
    "FROZEN",
    "Handle",
    "Store",
    "Taped",
    "fresh",
    "root_of",
    "same_view",
    "shape_of",
    "snap",
]
