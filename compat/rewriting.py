"""Putting torch's nodes in the place of ours, when somebody looks at the graph.

Invariant: the gradients stay what they were. What is rewritten is the graph itself, not a picture of it: hooks of the
nodes that are seen see what passes. Nothing is done before somebody looks, so a program that does not pays one store.
"""

import weakref

import numpy as np

from funcgrad.core import state
from funcgrad.core.node import TapeNode, by_index, extra_of
from funcgrad.core.reverse import check_versions, listened_to, topological
from funcgrad.core.trace import PICK, TAPE
from funcgrad.errors import ModifiedError

from .names import node_name

tls = state.tls
CONTENT = ("plan", "ins", "params", "saved", "avals", "versions")  # of a node, which is who it is by its other slots


def nodes_between(n, operands):
    """The nodes on the way from the operands to n, which is one of them."""
    seen = {n, *operands}
    stack = [n]
    found = []
    while stack:
        m = stack.pop()
        found.append(m)
        for p in m.ins:
            if p not in seen:
                seen.add(p)
                stack.append(p)
    return found


def steps_of(n):
    """The nodes of an operation that is several."""
    return nodes_between(n, [p for p in n.extra.span if p is not None])


def spread(nodes, operands, high):
    """The nodes in their order, with indices between those of the operands and `high`: a walk goes by the index."""
    low = max(p.index for p in operands)
    nodes = sorted([n for n in nodes if n.index > low], key=by_index)
    low = max(low, high - 1)  # (what was made in between comes after them in a walk)
    for k, n in enumerate(nodes, 1):
        n.index = low + (high - low) * k / (len(nodes) + 1)
    return nodes


def take(n, other):
    """n <- what the other node does."""
    for slot in CONTENT:
        setattr(n, slot, getattr(other, slot))


# ------------------------------------------------------------------------------------------------ one node, several steps
def spelled(out, name, f, *args, shapes=None):
    """out, the result of one primitive, which torch makes in several steps: `f(*operands, *args)` takes these, of which
    the last is called `name`. `shapes`: of the operands, if the primitive's rule reads them."""
    n = out.mark
    if n is not None and n.plan is not None:
        extra = extra_of(n)
        extra.label = name
        if n.owner is TAPE and extra.unpack is None:
            extra.spelling = f, args, shapes
    return out


def spelling_of(n):
    """(f, args, shapes) of a node that torch makes in several steps: its own, or its plan's; None of another."""
    if n.extra is not None and n.extra.spelling is not None:
        return n.extra.spelling
    return n.plan and n.plan.spelling


def unfold(n):
    """Put the nodes of torch's own steps in the place of the one node n, which becomes the last of them."""
    extra = extra_of(n)
    (f, args, shapes), extra.spelling, group, extra.group = spelling_of(n), None, extra.group, None
    stage, grad = tls.stage, tls.grad
    tls.stage, tls.grad = None, True
    operands = stand_ins(n, shapes)
    kept = {operands[i].stamp()[0]: (store, version) for store, version, i in n.versions if i >= 0}
    try:
        last = f(*operands, *args).mark
    finally:
        tls.stage, tls.grad = stage, grad
    # Steps that are spelled in turn are so now, while they are numbered one by one: a walk has to come to all of them in torch's order.
    for m in nodes_between(last, n.ins):
        if spelling_of(m) is not None:
            unfold(m)
    made = spread(nodes_between(last, n.ins), n.ins, n.index)
    for m in made:
        m.code, m.lasti = n.code, n.lasti
        m.versions = tuple([(*kept.get(store, (store, version)), i) for store, version, i in m.versions])
        if n.saved is None and m.saved:
            m.saved = None
    take(n, last)
    said = last.extra  # (None where its plan has its name)
    extra.label, extra.span, extra.spelling = (None,) * 3 if said is None else (said.label, said.span, said.spelling)
    if group is not None:
        group.put(n)


def unfold_layers(seeds):
    """Put torch's own steps in the place of every layer in a walk: what is recorded of a walk is recorded of each step."""
    for n in topological(seeds) if Stacked.made else ():
        if n.extra is not None and type(n.extra.group) is Stacked:
            join(n)


def by_steps(error):
    """The error of a layer or cell that kept what was changed since, as the first of its steps that the walk comes to would have raised it."""
    n = error.found[3] if error.found else None
    if n is None or n.extra is None or n.extra.spelling is None:
        return error
    operands = n.ins
    unfold(n)
    for m in sorted(nodes_between(n, operands), key=by_index, reverse=True):
        try:
            check_versions(m)
        except ModifiedError as found:
            return found
    return error


class Stacked:
    """A spelled node whose last step is a stack, and another that reads one of its entries: in torch's graph they share what is stacked."""

    made = False  # is there one?

    def __init__(self, whole, entry, k):
        Stacked.made = True
        self.whole, self.entry, self.k = weakref.ref(whole), weakref.ref(entry), k
        extra_of(whole).group = extra_of(entry).group = self

    def put(self, n):
        """The node that was read stands where it was stacked, n being the stack."""
        entry = self.entry()
        if entry is None or entry.extra.group is not self:
            return
        step = n.ins[self.k]
        take(entry, step)
        entry.index, entry.extra.group = step.index, None
        if step.extra is not None:
            entry.extra.label, entry.extra.span, entry.extra.spelling = (
                step.extra.label,
                step.extra.span,
                step.extra.spelling,
            )
        n.ins = tuple([entry if m is step else m for m in n.ins])


def unfold_all(seeds):
    """Put torch's own steps everywhere in a walk: where leaves have hooks, those tell in which order gradients arrive."""
    order = topological(seeds)
    for n in order if any(map(listened_to, order)) else ():
        if spelling_of(n) is not None:
            unfold(n)


def stand_ins(n, shapes):
    """Tensors for the operands of a node: their marks, and their values where it saved them, else zeros."""
    marks = dict(zip(n.plan.operands, n.ins, strict=True))
    saved = dict(zip(n.plan.reads, n.saved or (), strict=False))
    xs = []
    for i, aval in enumerate(n.avals):
        shape, dtype = (aval.shape, aval.dtype) if aval is not None else (shapes[i], np.float32)
        xs.append(n.owner.face(saved[i] if i in saved else np.zeros(shape, dtype), marks.get(i), TAPE))
    return xs


# ------------------------------------------------------------------------------------------------ several nodes, one operation
def grouped(results, name, operands):
    """Results that were computed one by one, as those of one operation of torch; `operands`: their nodes."""
    nodes = [None if t.mark is None or t.mark.plan is None or t.mark in operands else t.mark for t in results]
    group = [n if n is None else weakref.ref(n) for n in nodes]
    for n in nodes:
        if n is not None:
            extra = extra_of(n)
            extra.label, extra.span, extra.group = name, operands, group
    return results


def whole(n):
    """The node of the operation of which n is one result."""
    if n.plan is None:
        return n
    if n.extra is not None and n.extra.group is not None:
        join(n)
    return n.ins[0] if n.plan.prim is PICK else n


def join(n):
    """Put a gate above the nodes of n's group, of which they become the results."""
    extra = n.extra
    if type(extra.group) is Stacked:
        unfold(extra.group.whole())
        return
    nodes = [r and r() for r in extra.group]
    label, span = extra.label, extra.span
    below = {m: m.twin() for m in nodes if m is not None}
    from ._gate import gate  # (rarely needed, and it loads the custom rules)

    main, results = gate([below.get(m) for m in nodes])
    main.code, main.lasti = n.code, n.lasti
    main.extra.label, main.extra.span = label, span
    operands = [p for p in span if p is not None]
    for m in nodes_between(main, operands):  # (one result may have been made from another)
        m.ins = tuple([below.get(p, p) for p in m.ins])
    spread(nodes_between(main, operands), operands, min(m.index for m in below))
    for m, result in zip(nodes, results, strict=True):
        if m is not None:
            take(m, result)
            m.extra.label = m.extra.span = m.extra.group = m.extra.release = m.extra.unpack = None


# ------------------------------------------------------------------------------------------------ between an operation and its operands
def reference(n):
    """A weak reference to a node, if it can have one."""
    return weakref.ref(n) if isinstance(n, TapeNode) else lambda: n


def gated(n, span, see):
    """Let what an operation passes on to its operands go through one gate: `see(gradients)` gets a list of them in the
    order of `span`, the operands as torch shows them, None where there is none, and returns those that go on."""
    at = [i for i, p in enumerate(span) if p is not None]
    operands = [span[i] for i in at]
    inner = nodes_between(n, operands)
    low = max(p.index for p in operands)
    twins = {
        m: m.twin() for m in inner if m.index <= low and m.plan is not None
    }  # (steps of a view, made before its operand was)
    if twins:
        high = min(m.index for m in inner if m not in twins)
        inner = [twins.get(m, m) for m in inner]
        for m in inner:
            m.ins = tuple([twins.get(p, p) for p in m.ins])
        for k, m in enumerate(sorted(twins.values(), key=by_index), 1):
            m.index = low + (high - low) * k / (len(twins) + 1)
    if any(m.plan is None for m in inner):
        raise NotImplementedError(
            f"register_hook: {n.extra.label} reads a Tensor that torch does not show among its operands; use "
            "register_prehook, or register_hook of the Tensors that go into it."
        )

    def pass_on(cts):
        gradients = [None] * len(span)
        for i, ct in zip(at, cts, strict=True):
            gradients[i] = ct
        gradients = see(gradients)
        return [gradients[i] for i in at]

    from ._gate import gate  # (rarely needed, and it loads the custom rules)

    main, picks = gate(operands, pass_on)
    spread([main, *picks], operands, min(m.index for m in inner))
    main.params["gates"] = reference(n)
    for p, pick in zip(operands, picks, strict=True):
        pick.params["of"] = p  # (a derivative that is recorded reads the value itself, not what passes the gate)
    for m, ins in reading(n, {m: m.ins for m in inner}, span, dict(zip(at, picks))).items():
        m.ins = ins
    extra_of(n).span = span
    return inner


# In which order an operation's steps read the operands that torch shows, where it is another.
READ = {
    "102021": "Lerp1where",
    "100": "Lerp0add",
    "101": "Lerp0sub",
    "1010": "Polar0complex",
    "10": "MaskedScatter0scatter_set Ldexp0mul",
    "120": "Addcmul0add Addcmul0fma Addcdiv0add Addmv0add Addr0add Addbmm0add",
}


def reading(n, made, span, new):
    """{step: what it reads} of an operation, given {step: what it was made from}: new[k] in the place of the operand span[k]. Of one that
    stands twice each place is its own, if its steps read them in a known order."""
    made = sorted(made.items(), key=lambda item: item[0].index)
    name = node_name(n).replace("Backward", "") + n.plan.prim.name
    order = next((map(int, order) for order, names in READ.items() if name in names.split()), range(len(span)))
    order = [k for k in order if span[k] is not None]
    read = [p for _, ins in made for p in ins if p in span]
    if [span[k] for k in order] != read:
        order = map(span.index, read)
    order = iter(order)
    return {m: tuple([new[next(order)] if p in span else p for p in ins]) for m, ins in made}
