"""Whose memory the gradients of a walk lie in: that of a `grad_outputs` which was given, of one another, or their own.

Invariant: memory that a rule has left is shown to nobody, since a node may keep it: what is handed out lies in a copy of the array that owns it,
one for all gradients that are views of that. Only of a Tensor that the user gave is the memory handed out itself.
"""

from sys import getrefcount

import numpy as np

from funcgrad.core.aval import ndarray
from funcgrad.core.conjugate_views import Mirror
from funcgrad.core.elementwise_layout import noted
from funcgrad.core.handle import Alias, Frozen, Taped, root_of
from funcgrad.core.mutation import view
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.state import shared
from funcgrad.core.strides import address, geometry, is_dense, owner_of, steps_of
from funcgrad.core.trace import TAPE
from funcgrad.transforms.boundary import as_tensor

from ..functions.register import FUNCTIONS
from ..tensor import Tensor
from .grad_mode import call_in
from .gradient_layout import conjugated, laid_as, lying, obeys


class Sharing:
    """The Tensors that stand for arrays of one walk. `same`: {id: (an array, its Tensor)}; `owners`: {id of the array that owns
    memory: (an array in that memory, its Tensor)}; `given`: the Tensors that the user gave, by the owner of their memory."""

    __slots__ = ("same", "owners", "given", "places", "reached")

    def __init__(self, seeds, given):
        self.same, self.owners, self.given, self.places = {}, {}, {}, {}
        self.reached = False  # does a gradient lie in the memory of one that was given?
        for (_, ct), t in zip(seeds, given):
            if type(t) is Tensor and type(t.val) is ndarray:
                self.given[id(owner_of(t.val))] = t
                if type(ct) is ndarray and t.val.strides == ct.strides:
                    self.same[id(ct)] = ct, t
                    self.owners[id(owner_of(ct))] = ct, t

    def handed_out(self, cts, turned):
        """Cotangents as the Tensors a user gets. `turned`: of which torch's are conjugates, as views."""
        if len(cts) > 1 and any([type(ct) is ndarray and ct.base is not None for ct in cts]):
            self.look_for_common(cts)
        return [None if ct is None else self.shown(ct, k in turned) for k, ct in enumerate(cts)]

    def look_for_common(self, cts):
        """Note the memory that several of some arrays lie in."""
        met = set()
        for v in {id(ct): owner_of(ct) for ct in cts if type(ct) is ndarray}.values():
            if id(v) in met and id(v) not in self.owners:
                self.owners[id(v)] = v, copied(v)
            met.add(id(v))

    def shown(self, ct, turned=False):
        if turned or isinstance(ct, Taped):
            t = ct if isinstance(ct, Taped) else as_tensor(lying(np.array(ct), ct) if type(ct) is ndarray else ct)
            return FUNCTIONS["conj"](t) if turned else self.linked(conjugated(t))
        found = self.same.get(id(ct))
        if found is None:
            found = self.same[id(ct)] = ct, self.new(ct)
        elif not self.reached:
            self.reached = bool(self.given)
        return found[1]

    def linked(self, t):
        """A recorded gradient: a view, if it lies in the memory of one that was given."""
        v = t.val
        if self.given and t.owner is TAPE and type(v) is ndarray and not isinstance(t.alias, (Alias, Frozen)):
            base = self.given.get(id(owner_of(v)))
            if base is not None and base is not t and base.val.dtype == v.dtype:
                root = root_of(base)[0]
                t.alias, t.store = (
                    Alias(root, (None, (PRIMITIVES["strided"], geometry(v, root.val))), base.versioned()),
                    base.store,
                )
        return t

    def new(self, ct):
        """The Tensor of an array that nobody has been shown."""
        if type(ct) is not ndarray or ct.base is None and not self.owners:
            return copied(ct)
        owner = owner_of(ct)
        found = self.owners.get(id(owner))
        if found is None:
            if ct.base is None or 0 not in ct.strides or not ct.size or owner.dtype != ct.dtype:
                return copied(ct)
            found = self.owners[id(owner)] = owner, copied(owner)
            if owner.size == 1:
                return repeated(ct, found[1])
        whole, base = found
        if whole is ct:
            return base
        self.reached = self.reached or bool(self.given)
        if whole.dtype == ct.dtype:
            place = self.place(whole, base)
            return call_in(False, part, base, whole, ct) if place is None or not ct.size else window(ct, base, *place)
        return real_part(ct, whole, base) if whole.dtype == np.result_type(ct, np.complex64) else copied(ct)

    def place(self, whole, base):
        """(Where the array `whole` begins, the array that owns the memory of the Tensor that stands for it, where in that the Tensor begins, its
        steps), so that an array beside `whole` can be found beside the Tensor; None where a view asks for more than memory."""
        found = self.places.get(id(whole))
        if found is None and id(whole) not in self.places:
            v, kind = base.val, type(base.alias)
            memory = owner_of(v)
            simple = base.mark is None and base.owner is TAPE and kind is not Frozen and kind is not Mirror
            if simple and memory.flags.c_contiguous and not shared.staging:
                found = address(whole), memory, 0 if v is memory else address(v) - address(memory), steps_of(whole)
            self.places[id(whole)] = found
        return found

    def kept(self, ct, leaf, alone, counts=True):
        """The first `.grad` of a leaf whose array is `leaf` (`counts`: or of what is none, and retains it). As in torch it lies in the memory of the cotangent, if nobody else holds that
        (`alone`) and it lies like the leaf, though others may see the memory; else it is a copy, which counts as a change."""
        if alone and type(ct) is ndarray and ct.size and ct.flags.writeable and lies_like(ct, leaf):
            owner = owner_of(ct)
            known = id(owner) in self.owners
            if not known and ct.base is owner and getrefcount(owner) <= SEEN_ONCE:
                return Tensor(ct, None, TAPE)
            if (
                known or owner.dtype == ct.dtype and owner.nbytes <= 4 * ct.nbytes
            ):  # (else a copy of all would cost more than it tells)
                if not known:
                    self.owners[id(owner)] = owner, copied(owner)
                whole, base = self.owners[id(owner)]
                place = self.place(whole, base) if whole.dtype == ct.dtype else None
                if place is None:
                    return call_in(False, self.new(ct).detach)
                start, memory, ahead, _ = place
                array = ndarray(ct.shape, ct.dtype, memory, address(ct) - start + ahead, ct.strides)
                g = Tensor(array, None, TAPE)  # (what detach() of the view is, written out)
                store = base.versioned()
                g.store = store if store.counted else store.apart()
                return noted(g)
        g = Tensor(np.array(ct) if ct.ndim < 2 and ct.size > 1 else laid_as(ct, leaf), None, TAPE)
        if (
            counts and type(ct) is ndarray and is_dense(leaf) and (not alone or 0 in ct.strides and owner_of(ct).size)
        ):  # (else torch's lies like the leaf, and is taken as it is)
            g.versioned().version = 1
        return g


def lies_like(ct, leaf):
    """May a cotangent be the gradient of a leaf of this memory, as it lies?"""
    return ct.flags.c_contiguous and ct.strides == leaf.strides or is_dense(ct) and obeys(ct, leaf)


def part(base, whole, ct):
    """The view of a Tensor that an array in the memory of another one, `whole`, stands for, made as a user's is."""
    return view(base, PRIMITIVES["strided"], **geometry(ct, whole))


def window(ct, base, start, memory, ahead, own):
    """The view of a Tensor that an array beside the one that it stands for does, as Sharing.place tells of the two."""
    offset = address(ct) - start
    t = Tensor(ndarray(ct.shape, ct.dtype, memory, offset + ahead, ct.strides), None, TAPE)
    t.store = base.versioned()
    step = (
        PRIMITIVES["strided"],
        {"size": ct.shape, "stride": steps_of(ct), "offset": offset // ct.itemsize, "own": own},
    )
    t.alias = base.alias.onward(step) if type(base.alias) is Alias else Alias(base, (None, step), t.store)
    return t


def repeated(ct, base):
    """The view of a Tensor of one element, itself no view, that an array stands for: what a sum's derivative is, mostly."""
    t = Tensor(ndarray(ct.shape, ct.dtype, base.val, 0, ct.strides), None, TAPE)
    t.store = base.versioned()
    window = {"size": ct.shape, "stride": (0,) * ct.ndim, "offset": 0, "own": (1,) * base.val.ndim}
    t.alias = Alias(base, (None, (PRIMITIVES["strided"], window)), t.store)
    return t


def real_part(ct, whole, base):
    """The view of a complex Tensor that a real array in the memory of another one, `whole`, stands for."""
    parts = PRIMITIVES["as_real"]
    window = geometry(ct, parts.value("torch")(whole))
    if any([n % 2 for n in (window["offset"], *window["stride"])]):
        return copied(ct)  # (imaginary parts, which have the other sign in the rules)
    return call_in(False, view, call_in(False, view, base, parts), PRIMITIVES["strided"], **window)


def holders(view):
    owner = owner_of(view)
    return getrefcount(owner)


SEEN_ONCE = holders(np.empty(2)[1:])  # what is counted of an array that nobody but one view of it holds


def copied(ct):
    """A Tensor of a cotangent, in memory of its own that lies like it."""
    v = conjugated(ct)
    if v is ct and type(v) is ndarray:
        v = np.array(v)
        if v.strides != ct.strides:
            v = lying(v, ct)
    return as_tensor(v)
