"""How a Tensor over NumPy memory takes over what an out-of-place operation has recorded, where it is a view too (torch's CopySlices).

Invariant: where this returns False or None, nothing has been done.
"""

from funcgrad.core import state
from funcgrad.core.aval import Aval, aval_of
from funcgrad.core.handle import Alias, fresh
from funcgrad.core.mutation import put_node
from funcgrad.core.node import extra_of
from funcgrad.core.trace import TAPE

shared = state.shared


def simple_root(t):
    """The root of a Tensor over NumPy memory into which a write may be recorded without asking more (t itself, where it is no view), once t is
    up to date; None where there is more to ask."""
    alias = t.alias
    if alias is None:
        return t
    if type(alias) is not Alias:
        return None
    root = alias.base
    if root.alias is not None or root.owner is not TAPE or shared.to_be_written is not None:
        return None
    link = alias.link
    while link is not None:
        if len(link) > 2 or link[1][0].name not in SIMPLE:
            return None
        link = link[0]
    fresh(t)
    if type(t.alias) is not Alias or t.store is not root.store or 0 in t.val.strides:
        return None
    mark = t.mark
    return (
        root if mark is None or mark.extra is None else None
    )  # (what asks about the view as it was is told nothing of the new one)


SIMPLE = frozenset(
    ("getitem", "reshape", "transpose")
)  # steps to a view in which every element stands once, and that `unview` undoes


def taken_over(t, h, tracked, several=False, others=None):
    """t <- h in t's memory, where h, new and held by nobody else, is what one elementwise operation (or `several` nodes, given a copy of t)
    has recorded of t, the first operand that it may read (a Tensor over NumPy memory, for which there is a `simple_root`), and of
    `tracked` operands that have a history; False, and nothing is done, if h is not that. `others`: the marks of the operands behind t that a
    face shows, if the node does not say."""
    n, v, out = h.mark, t.val, h.val
    if n is None or h.alias is not None or out.dtype is not v.dtype or out.shape != v.shape:
        return False
    store, old, saved = t.store, t.mark, n.saved
    if not several:
        if not n.plan.prim.elementwise or len(n.ins) != tracked or old is not None and old not in n.ins:
            return False  # (several operations)
    if saved:
        plan, versions = n.plan, n.versions
        reads = plan.reads
        if reads and not several:
            at = 0 if old is None else plan.operands[0 if n.ins[0] is old else n.ins.index(old)]
            if at in reads:  # (the rule reads what the write destroys)
                k = reads.index(at)
                if saved[k] is not v:
                    return False
                saved = (*saved[:k], v.copy(), *saved[k + 1 :])
                versions = (
                    versions[1:] if versions and versions[0][2] == at else tuple([s for s in versions if s[2] != at])
                )
        if plan.keeps:
            if saved[-1] is not out:
                return False
            saved = (*saved[:-1], v)
            last = store, store.version + 1, -1
            versions = (*(versions[:-1] if versions and versions[-1][2] == -1 else versions), last)
        n.saved, n.versions = saved, versions
    v[...] = out
    store.version += 1
    store.changed = n.code, n.lasti
    if t.alias is not None:
        written_through(t, n, others_of(n, old) if others is None else others)
    else:
        if old is not None and old.extra is not None:
            n.keep_gradient_of(old)
        t.mark = n
    return True


def others_of(n, own):
    """The marks of the operands other than the one whose mark is `own`, the first one, as a face shows them."""
    extra, plan = n.extra, n.plan
    if extra is not None and extra.span is not None:
        return extra.span[1:]
    if plan.shown:
        return n.ins[1:] if n.ins[0] is own else n.ins
    marks = dict(zip(plan.operands, n.ins))
    return tuple([marks.get(i) for i in range(1, plan.prim.arity)])


def written_through(t, n, others):
    """The value of a view t, which stands in its memory, is that of the node n: so its root's has changed, in one operation that torch calls CopySlices,
    between what the root was and `others`."""
    alias, line = t.alias, (n.code, n.lasti)
    root, chain = alias.base, alias.chain
    before = root.mark
    ups = [root]
    for p, kw in chain[:-1]:
        ups.append(p(ups[-1], **kw))
    for (p, kw), up in zip(reversed(chain), reversed(ups), strict=True):
        if p.name == "getitem":
            idx = kw["idx"] if kw["idx"] != (Ellipsis,) else ()  # (through a view, torch asks what is left of all)
            n = put_node(up.mark, n, idx, Aval(up.val.shape, up.val.dtype), Aval(t.val.shape, t.val.dtype), line)
        else:
            q, operands, params = p.unview(up, TAPE.face(t.val, n, TAPE), **kw)
            n = TAPE.process(q, operands, params, out=up.val).mark
            n.code, n.lasti = line
        t = up
    if before is not None and before.extra is not None:
        n.keep_gradient_of(before)
    root.mark = n
    extra = extra_of(n)
    extra.label, extra.span = "CopySlices", (before, *others)
    extra.release = True  # (torch's holds the operation itself, which one backward uses up)


def put_in(t, idx, value, array, line, others):
    """t[idx] = value (a number, or a Tensor over NumPy memory that is up to date, whose `array` is not in t's), recorded, where t lies in C
    order or is a view with a `simple_root` (`others`: as `written_through` takes them). What NumPy refuses has done nothing; else the
    new node, whose Extra is new."""
    v, old = t.val, t.mark
    mark = value.mark if array is not value else None
    v[idx] = array
    store = t.store
    store.version += 1
    store.changed = line
    n = put_node(old, mark, idx, Aval(v.shape, v.dtype), aval_of(array), line)
    if t.alias is not None:
        written_through(t, n, others)
        return n
    if old is not None and old.extra is not None:
        n.keep_gradient_of(old)
    extra_of(n)
    t.mark = n
    return n
