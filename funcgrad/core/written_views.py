"""The written-out road of views: one function for each operation that is one view of a Tensor over NumPy memory.

What a face's function, `mutation.view` and `mutation.taped_view` do together stands in one function here, for the commonest
arguments; anything else takes the slow road. Invariant: what is given out lies in the operand's memory, by `base`.
"""

from .aval import AVALS, Aval
from .conjugate_views import Mirror
from .halves import among
from .handle import UNCHANGED, Alias, Frozen, Store, fresh
from .mutation import unrecorded_view, view
from .node import TapeNode
from .primitive import PRIMITIVES
from .site import site
from .state import MISFIT, shared, tick, tls
from .trace import TAPE
from .tracebacks import drop
from .written import SITE, compile_text, environment

new = object.__new__
NONE = object()  # in the place of an argument that was not given
VIEW = """def call(x=NONE, {signature}/, *more, **named):
    if isinstance(x, Face) and x.owner is TAPE and not named and {when} and not shared.staging:
        if x.alias is not None: fresh(x)
        k = x.alias
        v = x.val{itself}
        try:
            {steps}
        except MISFIT: out = None
        if out is not None and out.size and (k is None or type(k) is Alias) and not (shared.halves and among((v,))):
            base = out.base
            if base is v or base is not None and base is v.base:
                h = new(Face)
                h.owner = TAPE; h.cell = None; h.val = out
                s = x.store
                if s is None: s = x.store = Store()
                h.store = s
                m = x.mark
                a = h.alias = new(Alias)  # (what Alias(...) does, written out)
                if k is None:
                    a.base = x; a.link = None, (prim, params); a.val = v; a.mark = m
                else:
                    b = a.base = k.base; a.link = k.link, (prim, params); a.val = k.val; a.mark = b.mark
                if not s.counted: s = UNCHANGED
                a.store = s; a.version = s.version
                if m is None: h.mark = None
                elif not tls.grad: unrecorded_view(h)
                else:
                    n = h.mark = TapeNode()
                    n.owner = TAPE; n.plan = {plan}; n.ins = (m,); n.params = params; n.saved = n.versions = ()
                    n.avals = (AVALS[v.shape, v.dtype],); n.index = tick(); n.extra = None{site}{after}
                return h
    try: return slow(*[a for a in ({arguments}) if a is not NONE], *more, **named)
    except BaseException as error:
        drop(error)
        raise
"""


def written_view(prim, face, slow, names, when, steps, labels=("",), itself=None, after="", **env):
    """The function of an operation that makes one view: `names`, its arguments; `when`, the text of what must hold of them;
    `steps`, the texts that set `params` and `out` from them and from the array v (and leave the arguments alone), or raise where the
    slow road says why not. `labels`: what the face calls its node; where there are several, `steps` set `plan`, one of plans.
    `itself`: the text of when x is given back as it is. `after`: what is done with a result h that is recorded."""
    plans = [prim.plan(1, None, "torch", label or None) for label in labels]
    text = VIEW.format(
        signature="".join(f"{name}=NONE, " for name in names),
        arguments="".join(f"{name}, " for name in ("x", *names)),
        when=when,
        itself=f"\n        if {itself}: return x" if itself else "",
        steps="\n            ".join(steps),
        plan="plan" if len(plans) > 1 else "plans[0]",
        site=SITE.replace("\n", "\n        "),
        after=f"\n                    {after}" if after else "",
    )
    return compile_text(
        text,
        environment(prim, "torch")
        | {
            "Face": face,
            "NONE": NONE,
            "MISFIT": MISFIT,
            "Alias": Alias,
            "fresh": fresh,
            "Aval": Aval,
            "prim": prim,
            "plans": plans,
        }
        | {
            "slow": slow,
            "drop": drop,
            "unrecorded_view": unrecorded_view,
            "UNCHANGED": UNCHANGED,
            "among": among,
            **env,
        },
    )


def view_at(x, plan, params, out, at):
    """The view `out` of a recorded Tensor over NumPy memory that is no view itself, made at the line `at`: for callers that know as much."""
    h = new(TAPE.face)
    a = h.alias = new(Alias)
    n = h.mark = TapeNode()
    store = x.store
    if store is None:
        store = x.store = Store()
    h.store = store
    v, m = x.val, x.mark
    h.val, h.owner, h.cell = out, TAPE, None
    a.base, a.val, a.mark = x, v, m
    a.link = None, (plan.prim, params)
    if not store.counted:
        store = UNCHANGED
    a.store, a.version = store, store.version
    n.owner, n.plan, n.params = TAPE, plan, params
    n.ins, n.avals, n.index = (m,), (AVALS[v.shape, v.dtype],), tick()
    n.saved = n.versions = ()
    n.extra, (n.code, n.lasti) = None, at
    return h


def views_at(x, indices, *made):
    """[x[i] for i in indices], basic ones, as views of a Tensor: what is the same for all of them is asked once. `made`: how, see Alias."""
    getitem = PRIMITIVES["getitem"]
    if not tls.grad:
        made = ()
    plain = x.owner is TAPE and not shared.staging and not (shared.halves and among((x.val,)))
    if plain and x.alias is not None:
        fresh(x)
    kind = type(x.alias)
    if not plain or kind is Frozen or kind is Mirror:
        views = [view(x, getitem, idx=i) for i in indices]
        for h in views if made else ():
            if isinstance(h.alias, Alias):
                h.alias.link = (*h.alias.link[:2], *made)
        return views
    v, m, face = x.val, x.mark, TAPE.face
    root, link = (x.alias.base, x.alias.link) if kind is Alias else (x, None)
    store = x.store or x.stamp()[0]
    if m is not None and tls.grad:
        plan, (code, lasti), avals, ins = getitem.plan(1, None, "torch"), site(2), (Aval(v.shape, v.dtype),), (m,)
    found, counted = [], store if store.counted else UNCHANGED
    val, mark, version = root.val if link is None else x.alias.val, root.mark, counted.version
    for i in indices:
        h, a = new(face), new(Alias)
        out = v[i]
        h.owner, h.alias, h.cell, h.store = TAPE, a, None, store
        h.val = out if out.size else getitem.value("torch")(v, idx=i)
        params = {"idx": i}
        a.link = (link, (getitem, params), *made) if made else (link, (getitem, params))
        a.base, a.val, a.mark, a.store, a.version = root, val, mark, counted, version
        if m is None:
            h.mark = None
        elif not tls.grad:
            unrecorded_view(h)
        else:
            n = h.mark = TapeNode()
            n.owner, n.plan, n.ins, n.params, n.avals, n.index = TAPE, plan, ins, params, avals, tick()
            n.saved = n.versions = ()
            n.extra, n.code, n.lasti = None, code, lasti
        found.append(h)
    return found
