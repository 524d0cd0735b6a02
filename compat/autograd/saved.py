"""What a node saves, in a form of the user's: the pack and unpack hooks.

Invariant: while no hook is active nothing here is reached. Entering a pair of hooks counts as staging, so that every
operation takes the general road, where the tape shows each node that saved something to `tls.packing`; what an operation is known to
show (known_saves.py) is shown without that.
"""

import inspect
from functools import partial

from funcgrad.core import state
from funcgrad.core.aval import Aval, dtype_of
from funcgrad.core.handle import UNCHANGED
from funcgrad.core.node import extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE

from ..dtypes import SPOKEN, name_of, of_numpy
from ..errors import type_name
from ..graph import labelled, saved_tensor
from ..inference import is_inference
from ..names import ALSO, node_name, saved_names
from ..payload import current
from ..tensor import Tensor
from .grad_mode import call_in
from .known_saves import HELD, KNOWN, form_of_call, learn, made_since, operands_of, places_of
from .walks import walking

tls, shared, tick = state.tls, state.shared, state.tick
IN_PLACE = (
    "A saved tensor pack hook is modifying its input in place. Tensors provided as input to pack hook cannot be modified "
    "by in-place operations as this can lead to unexpected side-effects. Please open an issue if you need to perform "
    "in-place operations on the input to a pack hook."
)


FREED = (
    "Calling register_hooks on a saved tensor after it has been freed. Saved intermediate values of the graph are freed when you call "
    ".backward() or autograd.grad(). Specify retain_graph=True if you need to backward through the graph a second time or if you need to "
    "access saved variables after calling backward."
)


class Packed:
    """One saved Tensor as the pack hook left it."""

    __slots__ = ("value", "unpack", "dtype", "chooses")

    def __init__(self, pack, unpack, t, dtype=None):
        self.dtype = dtype  # in which the rule reads it, if it is another one
        self.chooses = False  # is it the condition of a `where`?
        version = t._version
        self.value = call_in(False, pack, t)
        self.unpack = unpack
        if t._version != version:
            raise RuntimeError(IN_PLACE)

    def tensor(self):
        """What the unpack hook makes of it; TypeError if that is no Tensor."""
        t = call_in(tls.grad if tls.walking is None else walking().create, self.unpack, self.value)
        if not isinstance(t, Tensor):
            raise TypeError(
                f"Output of saved tensor unpack_hook expected to be a Tensor but got result of type {type_name(t)}"
            )
        return current(t)

    def read(self):
        """That, in the dtype in which the rule reads it."""
        t = self.tensor()
        if self.chooses and (d := dtype_of(t)).kind != "b":
            raise RuntimeError(
                f"where expected condition to be a boolean tensor, but got a tensor with dtype {SPOKEN.get(name_of(d), name_of(d))}"
            )
        return t if self.dtype is None or self.dtype == t.val.dtype else current(t.to(of_numpy(self.dtype)))


def unpacked(saved, order=None, count=None):
    """What a node saved, as its rule reads it (`count` of them); the hooks are asked in this order."""
    values = {k: value_of(saved[k]) for k in (order if order and len(order) == len(saved) else range(len(saved)))}
    return type(saved)([values[k] for k in range(len(saved))][:count])


def value_of(v):
    if type(v) is Packed:
        return v.read().val
    return unpacked(v) if type(v) is tuple else v


SAVED_EARLY = {  # what operations call their operands, of which each is saved if another needs a gradient ("!": whichever does)
    "mul_": "self other", "mm": "self mat2", "mv": "self vec", "dot": "self tensor", "bmm": "self mat2", "addmm": "- mat1 mat2", "addmv": "- mat vec",
    "addr": "- vec1 vec2", "baddbmm": "- batch1 batch2", "addcmul": "- tensor1 tensor2", "where": "condition!", "gather": "self! - index!",
    "conv1d": "input weight", "conv2d": "input weight", "conv3d": "input weight",
}  # fmt: skip


def heard(kept):
    """The numbers of the operands whose gradient reads the others."""
    return {i for i, k in enumerate(kept) if k != "-"}


def is_cast(t, o):
    """Is t the Tensor o in the dtype that an operation has made of it? (torch's keeps o.)"""
    if not (t.owner is o.owner is TAPE and t.val.dtype != o.val.dtype and t.val.shape == o.val.shape):
        return False
    if t.mark is None or o.mark is None:
        return t.mark is o.mark and t.val.tobytes() == o.val.astype(t.val.dtype).tobytes()
    return t.mark.plan is not None and t.mark.plan.prim.name == "cast" and t.mark.ins[0] is o.mark


def copied(t):
    """What is kept of a Tensor that is then changed in place: torch shows hooks a clone."""
    before, tls.packing = tls.packing, None
    try:
        return labelled(call_in(True, PRIMITIVES["copy"], Tensor(t.val, None, TAPE), t), "CloneBackward0", (t,))
    finally:
        tls.packing = before


class Pair:
    """A pack hook and its unpack hook, as the tape knows them."""

    def __init__(self, pack, unpack):
        self.pack, self.unpack = pack, unpack
        self.within = False  # an operation of torch, whose nodes get torch's names at its end?
        self.waiting = []
        self.operands = ()  # of that
        self.overwritten = []  # what operations in place have kept of the Tensors that they write
        self.said = False  # has what a failed operation saves been packed?
        self.early = {}  # id of an operand -> what has been made of it

    def form_early(self, t):
        """Pack an operand now, of which the memory is about to be written."""
        self.early[id(t)] = self.form(t)

    def form(self, t):
        if self.early and id(t) in self.early:
            return self.early.pop(id(t))
        operands, old = self.operands, self.overwritten
        given = next((o for o in operands if is_cast(t, o)), None)
        try:
            if given is not None:
                return Packed(self.pack, self.unpack, given, t.val.dtype)
            return Packed(self.pack, self.unpack, copied(t) if any([t is o for o in old]) else t)
        finally:
            self.operands, self.overwritten = operands, old  # (a hook may compute)

    def around(self, f, *args, **kwargs):
        """f(*args, **kwargs), one operation of torch: what its nodes save is packed when it is done."""
        key = form_of_call(f, args, kwargs)
        places = KNOWN.get(key)
        if places is None:
            return self.in_steps(f, args, kwargs, None if key in KNOWN else key)
        activate(None)
        start = tick()
        try:
            got = getattr(f, "at_once", f)(*args, **kwargs)
        except Exception:
            places = None  # (what a failing one shows is found on the way)
        finally:
            activate(self)
        if places is None:
            return self.in_steps(f, args, kwargs, None)
        if places is HELD:
            return got if self.held(f, args, kwargs, got, None, {}) else self.in_steps(f, args, kwargs, None)
        if places:
            operands = operands_of(args, kwargs)
            tensors = [got if p == -1 else operands[p] for p in places]
            found = places_of(tensors, made_since(start, got))
            if found is None:
                KNOWN[key] = None
                return self.in_steps(f, args, kwargs, None)
            self.form_known(tensors, found)
        return got

    def form_known(self, tensors, found):
        """Pack what an operation is known to show; its nodes keep that in the places that are found for it."""
        nodes = {}
        for t, (n, k) in zip(tensors, found, strict=True):
            packed = nodes.setdefault(n, {})[k] = self.form(t)
            packed.chooses = k == 0 and node_name(n) == "WhereBackward0"
        for n, packed in nodes.items():
            saved = tuple([packed.get(k, v) for k, v in enumerate(n.saved)])
            self.keep(n, saved, [*packed, *[k for k in range(len(saved)) if k not in packed]])

    def in_steps(self, f, args, kwargs, key):
        """The same where every step is looked at, for all that its nodes save; it is remembered if it can be."""
        from .kernel_saves import SEVERAL, WRITES, packed_early

        steps = inspect.unwrap(f)
        if steps.__name__ in SEVERAL or f.__name__ in SEVERAL:
            try:
                return steps(*args, **kwargs)
            except Exception as error:
                self.within = True
                try:
                    f(*args, **kwargs)  # (which says it in torch's words)
                finally:
                    self.within = False
                raise error
        self.within, self.said = True, False
        self.operands = [current(a) for a in args if isinstance(a, Tensor)]
        held, early = False, packed_early(self, f, args, kwargs) if f.__name__ in WRITES else {}
        try:
            got = f(*args, **kwargs)
            nodes = [(n, self.shown(n, operands, out)) for n, operands, out in self.waiting]
            self.within, held = False, True  # (a hook that raises is not called again)
            shown = [t for _, t in nodes[0][1]] if len(nodes) == 1 else None
            held = self.held(f, args, kwargs, got, shown, early)
            if held and key is not None and not (early or self.overwritten or self.early) and len(nodes) == 1:
                KNOWN[key] = HELD
            elif key is not None and not (held or early or self.overwritten or self.early):
                learn(key, args, kwargs, got, nodes)
            return got
        finally:
            self.within, waiting, self.waiting = False, self.waiting, []
            for node in () if held else waiting:
                self.form_of(*node)
            self.operands, self.overwritten = (), []

    def held(self, *call):
        """Has one node been put in the place of those that a call has recorded?"""
        from .kernel_saves import instead

        activate(None)
        try:
            return instead(self, *call)
        finally:
            activate(self)

    def show(self, n, args, out):
        """Pack what a node has just saved, or will, at the end of the operation that it is a part of."""
        if self.within:
            self.waiting.append((n, args, out))
        else:
            self.form_of(n, args, out)
            self.overwritten = []

    def form_of(self, n, args, out):
        """Pack what a node has saved, in torch's order: its operands by their names, then its result."""
        plan, saved = n.plan, list(n.saved)
        found = self.shown(n, args, out)
        if len(found) == len(saved) + 1:  # (torch saves one that no rule here reads)
            saved.append(None)
        for k, t in found:
            if isinstance(t, Tensor):
                saved[k] = self.form(t)
                saved[k].chooses = k == 0 and node_name(n) == "WhereBackward0"
            elif type(t) is tuple:
                saved[k] = tuple([v if type(v) is Aval else self.form(o) for o, v in zip(t, saved[k])])
        self.keep(n, tuple(saved), [k for k, _ in found], len(plan.reads) + plan.keeps)

    @staticmethod
    def shown(n, args, out):
        """[(place among what a node saves, the Tensor that it is)] in torch's order."""
        names = saved_names(n)
        places = [*n.plan.reads] + [-1] * n.plan.keeps
        name, also = ALSO.get(node_name(n), (None, None))
        if also is not None and also not in places:
            names, places = [*names, name], [*places, also]
        tensors = [out if i == -1 else args[i] if i < len(args) else None for i in places]
        return [(k, tensors[k]) for k in sorted(range(len(tensors)), key=lambda k: (places[k] == -1, names[k]))]

    def failed(self, name, args, prim=None):
        """Pack what an operation of these operands would save, to which torch's kernel says no: its node is there by then."""
        kept = SAVED_EARLY.get(name, "self other" if prim is not None else "").split()
        need = {i for i, a in enumerate(args) if isinstance(a, Tensor) and current(a).mark is not None}
        if not (kept and need and tls.grad) or self.within and self.said:
            return
        self.said = True
        if prim is None:
            reads = [
                i for i, k in enumerate(kept[: len(args)]) if k[-1] == "!" or k != "-" and (need - {i}) & heard(kept)
            ]
        else:
            reads = prim.plan(sum([1 << i for i in need]), None, "torch").reads
        for i in sorted(reads, key=kept.__getitem__):
            if isinstance(args[i], Tensor) and not is_inference(args[i]):  # (which are not saved, as the error says)
                self.form(current(args[i]))

    @staticmethod
    def keep(n, saved, order=None, count=None):
        """Let a node keep these; the versions of the memory they were made of mean nothing any more."""
        if not any(type(v) in (Packed, tuple) for v in saved):
            return
        n.saved, n.versions = saved, ()
        extra = extra_of(n)
        extra.unpack, extra.release = partial(unpacked, order=order, count=count), True


class SavedTensor:
    """One Tensor that a node has saved (`grad_fn._raw_saved_self`): hooks may be given for it alone. (`place` None: None was saved.)"""

    def __init__(self, node, place):
        self.node, self.place = node, place

    @property
    def data(self):
        """The Tensor, or what a pack hook made of it; None once a backward has freed it."""
        if self.node.saved is None or self.place is None:
            return None
        v = self.kept()
        if type(v) is Packed:
            return v.value
        t = saved_tensor(self.node, self.place)
        result = type(self.place) is tuple or self.place == len(self.node.plan.reads)
        return t.detach() if result else t  # (a result does not name its own node)

    def kept(self):
        """What the node has kept there."""
        k = self.place
        return self.node.saved[k[0]][k[1]] if type(k) is tuple else self.node.saved[k]

    def unpack(self):
        """The Tensor, as the operation's derivative would see it; RuntimeError once a backward has freed it."""
        return None if self.place is None else saved_tensor(self.node, self.place)

    @property
    def unpack_hook(self):
        v = None if self.node.saved is None or self.place is None else self.kept()
        return v.unpack if type(v) is Packed else None

    def register_hooks(self, pack_hook, unpack_hook):
        """Keep pack_hook(t), of which backward reads unpack_hook(that). RuntimeError if it is freed, or has hooks."""
        n, k = self.node, self.place
        if not (callable(pack_hook) and callable(unpack_hook)):
            raise TypeError(
                "register_hooks(): incompatible function arguments. The following argument types are supported:\n"
                "    1. (self: torch._C._autograd.SavedTensor, arg0: collections.abc.Callable, arg1: collections.abc.Callable) -> None\n\n"
                f"Invoked with: {self!r}, {pack_hook!r}, {unpack_hook!r}"
            )
        if n.saved is None:
            raise RuntimeError(FREED)
        if k is None:
            raise RuntimeError("Calling register_hooks on a saved tensor with value None is forbidden")
        if type(self.kept()) is Packed:
            raise RuntimeError(
                "Calling register_hooks on a saved tensor whose hooks have already been set. Hint: only one pair of hooks is allowed at a "
                "time."
            )
        packed = Packed(pack_hook, unpack_hook, saved_tensor(n, k).detach())
        if type(k) is tuple:
            (k, part), parts = k, n.saved[k[0]]
            packed = (*parts[:part], packed, *parts[part + 1 :])
        operand = (*n.plan.reads, -1)[k]
        mine = [i for i, v in enumerate(n.versions) if v[2] == operand]
        if type(self.place) is tuple and mine:  # (of one result; what the others are is still checked)
            mine = [mine[self.place[1] if n.plan.results is None else n.plan.results.index(self.place[1])]]
        unchecked = (UNCHANGED, UNCHANGED.version, operand)  # (which holds the place, by which the others are found)
        versions = tuple([unchecked if i in mine else v for i, v in enumerate(n.versions)])
        Pair.keep(n, (*n.saved[:k], packed, *n.saved[k + 1 :]))
        n.versions = versions


SavedTensor.__module__ = "torch._C._autograd"


class Disabled:
    """Why hooks may not be used now, by thread: a text, or None."""

    @staticmethod
    def message():
        return tls.no_packing

    @staticmethod
    def check():
        if Disabled.message() is not None:
            raise RuntimeError(Disabled.message())


def activate(pair):
    """Make a pair of hooks (None: no hooks) the one that sees what this thread's nodes save; returns the pair before."""
    before, tls.packing = tls.packing, pair
    with shared.lock:
        shared.staging += (pair is not None) - (before is not None)
    return before
