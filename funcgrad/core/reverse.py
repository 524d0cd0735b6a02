"""The reverse walk: cotangents from the results back to the leaves. It serves vjp and backward alike.

A node of another (lower) tape than `home`, and any node under create_graph, is given back its saved values as handles,
so that what the rules do with them is recorded there. A walk that meets no handle runs rules bound to NumPy.
"""

from ..errors import ModifiedError, SecondBackwardError
from . import constants, nans, state
from .aval import PYTHON_SCALARS, ndarray, strengthened
from .handle import FROZEN, Frozen, Handle, Moved, Taped
from .node import Freed, TapeNode, by_index, operation_of, pull_strong
from .primitive import helpers
from .site import where
from .trace import PICK, Later, Record, Slots, several

SECOND = (
    "Trying to backward through the graph a second time (or directly access saved tensors after they have already been "
    "freed). Saved intermediate values of the graph are freed when you call .backward() or autograd.grad(). Specify "
    "retain_graph=True if you need to backward through the graph a second time or if you need to access saved tensors "
    "after calling backward."
)


def topological(seeds):
    """Every node that `seeds` lead to, last made first. No recursion: depth costs nothing."""
    seen = set(seeds)
    order = list(seen)
    see, append = seen.add, order.append
    for n in order:  # (which grows on the way)
        for p in n.ins:
            if p not in seen:
                see(p)
                append(p)
    order.sort(key=by_index, reverse=True)
    return order


def leading_to(goals, order):
    """The nodes of a walk that have a goal among what they were made from: only they need be pulled."""
    leading = set()
    for n in reversed(order):
        for p in n.ins:
            if p in leading or p in goals:
                leading.add(n)
                break
    return leading


def operations(nodes):
    """The nodes of those operations of which some of these are one of several results."""
    return [n.ins[0] for n in nodes if n.plan is not None and n.plan.prim is PICK]


def listened_to(n):
    """Is this a leaf with hooks?"""
    extra = n.extra
    return n.plan is None and extra is not None and bool(extra.hooks or (extra.cell is not None and extra.cell.hooks))


def any_heard(order):
    """Has an operation in a walk hooks, which may look at what the leaves have got?"""
    for n in order:
        extra = n.extra
        if extra is not None and (extra.before is not None or extra.hooks) and n.plan is not None:
            return True
    return False


def limits(only, ends, order, want):
    """(the nodes of a walk that lead to one of `only`, the nodes where it goes no further and asks hooks all the same)."""
    mains = operations(only)
    leading = leading_to(only.union(mains), order)
    stops = only.union(ends, mains, operations(ends))  # (also the operation of one of several results, or of a root)
    if not want:  # (backward(inputs=...) executes these, with their hooks, though nothing that is wanted comes of it)
        gates = [p for n in (*only, *mains) for p in n.ins if p.plan is not None and p.params and "of" in p.params]
        leading |= only.union(mains, gates, operations(gates))
    return leading, stops


def reverse(seeds, home, want=(), create=False, free=None, deliver=None, only=None, watch=None, tie=None):
    """Pull `seeds` [(node, cotangent)] back; returns the cotangents that reach the nodes in `want` (None: none did).

    `free` (a Freed, or None) drops what a node saved once it is used, and stays with the node. `deliver(cell, ct)` is called where a
    gradient is kept. `only`: a set of nodes; what does not lead to one of them is left alone. `watch(node, ct, gs) -> gs` sees each rule's results. `tie(node, cts, ct)` is called
    of the primitives in `tie.of` when their rule has been recorded.
    """
    if watch is None and nans.switch.on:
        with nans.unwatched():  # (what rules compute on their way may hold a NaN that they discard)
            return reverse(seeds, home, want, create, free, deliver, only, nans.Watch(), tie)
    if type(home) is Record and home.watched is not None:
        constants.check(home)
    shared = state.shared
    cts = {}
    raw = not home.deep and not create and not shared.staging
    for n, ct in seeds:
        cts[n] = helpers["add_cts"](cts[n], ct) if n in cts else ct
        raw = raw and (type(ct) is ndarray or not isinstance(ct, Handle))
    order = topological(cts)
    if home.deep and deliver is watch is only is None and not create and "extras" not in vars(home):  # (no hooks)
        from . import bare

        got = bare.stripped(seeds, home, order)
        if got is not None:
            of_arrays, shadows, rows = got
            walk = bare.walk if rows is None else rows.walk
            gs = walk(of_arrays, order, shadows, want, home)
            if gs is not None:
                return gs
    found = dict.fromkeys(want) if want else {}
    pop = cts.pop
    owned = set()
    leading = stops = None
    if only is not None:
        leading, stops = limits(only, [n for n, _ in seeds[:1] if len(seeds) == 1 and deliver is not None], order, want)
    if shared.early and any(map(listened_to, order)):
        from .arrivals import leaves_early

        order = leaves_early(order, [n for n, _ in seeds], leading, only)
    elif shared.heard and any_heard(order):
        from .arrivals import leaves_at_once

        order = leaves_at_once(order, leading)
    plainly = raw and watch is None and only is None and (free is None or type(home) is not Record)
    unseen = not shared.shown  # does nobody look at how cotangents lie?
    hears = deliver is not None or type(home) is Record  # are hooks called?
    each = plainly and not found
    for n in order:
        if (each or plainly and n not in found) and n.owner is home:
            # most nodes of most walks: plain arrays, no hook, nothing kept here (benchmarks/eager.py)
            plan = n.plan
            extra = n.extra
            if plan is None:
                if extra is None or extra.hooks is extra.before is None:
                    if deliver is not None and extra is not None and (cell := extra.cell) is not None:
                        if n in cts or cell.hooks:
                            ct = None  # (the previous turn's: it may be what is delivered, which would count as held by two)
                            deliver(cell, pop(n, None))
                    continue
            elif (
                extra is None
                or extra.cell is extra.hooks is extra.before is extra.release is None
                and (unseen or extra.lays is None)
            ):
                ct = pop(n, None)
                if ct is None and (deliver is None or (ct := passed_by(n, free)) is None):
                    continue
                saved = n.saved
                if saved is None and not looks_itself(n):
                    raise SecondBackwardError(second_message(n))
                for store, version, _ in n.versions:
                    if store.version != version and deliver is not None and not looks_itself(n):
                        check_versions(n)
                if type(ct) is Slots and plan.prim.fills:
                    ct = ct.filled(helpers["raw_zeros"])
                try:
                    plan.pull(n, ct, cts, owned)
                except (ArithmeticError, ValueError):  # Python scalars raise where NumPy gives inf or nan
                    pull_strong(n, ct, cts, owned)
                if saved and free is not None:
                    n.saved = None
                    n.versions = free
                continue
        if leading is not None and n not in leading and n not in stops:
            continue
        ct = pop(n, None)
        extra = n.extra
        nothing = ct is None
        if nothing:
            if extra is not None and hears:
                nothing_came(n, deliver)
            if n.plan is None or deliver is None or leading is not None and n not in leading:
                continue
            ct = passed_by(n, free)
            if ct is None:
                continue
        asked = ct
        if extra is not None and hears and not nothing:
            if extra.hooks is not None or extra.before is not None:
                owned.discard(n)  # a hook may keep what it sees: no rule writes into it from here on
            if extra.results is not None:
                ct = at_results(extra, ct, deliver, found, leading is not None and n in leading)
            elif n.plan is None and n not in found:
                given, ct, asked = [ct], None, None
                at_leaf(extra, given, deliver)
                continue
            elif type(extra.hooks) is not Late:
                ct = at_extra(extra, ct, deliver)
        if n in found and not nothing:
            # As torch has it: what is pulled further on is given as it came, before its hooks.
            found[n] = asked if leading is not None and n in leading else ct
            owned.discard(n)
        asked = None  # (it may be what a later turn delivers, as above)
        plan = n.plan
        if plan is None or (leading is not None and n not in leading and not (plan.prim is PICK and n.ins[0] in stops)):
            continue
        if extra is not None and extra.before is not None and hears and not nothing:
            ct = extra.before(ct)
            if ct is None and (ct := passed_by(n, free)) is None:
                continue
        if n.saved is None and not looks_itself(n):
            raise SecondBackwardError(second_message(n))
        if n.versions and deliver is not None and not looks_itself(n):
            check_versions(n)
        again = create or n.owner is not home
        kept = n.saved
        if extra is not None and extra.unpack is not None:
            n.saved = extra.unpack(kept)
        if type(ct) is Slots and plan.prim.fills:
            ct = ct.filled(helpers["raw_zeros" if raw and not again else "zeros_of"])
        lays = None if unseen or extra is None else extra.lays
        into = cts if lays is watch is None or plan.prim is PICK else {}
        if raw and not again:
            try:
                plan.pull(n, ct, into, owned)
            except (ArithmeticError, ValueError):  # Python scalars raise where NumPy gives inf or nan
                pull_strong(n, ct, into, owned)
        else:
            if n.versions and deliver is not None and plan.prim.again and not looks_itself(n):
                check_versions(n, later=True)
            stage = state.tls.stage
            try:
                if stage is None or plan.prim.users:
                    pull_handles(n, ct, into, again)
                else:
                    with stage.placed((n.code, n.lasti)):
                        pull_handles(n, ct, into, again)
            except ModifiedError as error:
                error.name_save(operation_of(n), where((n.code, n.lasti)))
                raise
            if tie is not None and plan.prim.name in tie.of:
                tie(n, into, ct)
        try:
            if into is not cts:
                gs = [into.pop(p, None) if leading is None or p in leading or p in stops else None for p in n.ins]
                if lays:
                    gs = [g if g is None or k not in lays else lays[k](g, ct) for k, g in enumerate(gs)]
                for p, g in zip(n.ins, gs if watch is None else watch(n, ct, gs), strict=True):
                    if g is not None:
                        cts[p] = helpers["add_cts"](cts.get(p), g)
                        owned.discard(p)
                gs = g = None
        finally:  # (where a NaN is refused, the rule has been asked all the same)
            if not use_up(n, kept, extra, free) and n.saved is not kept:
                n.saved = kept
    return [found[w] for w in want] if want else []


def nothing_came(n, deliver):
    """Tell the hooks of a node that is walked, and to which no rule has given a cotangent."""
    extra = n.extra
    if extra.results is not None:
        heard = [m.extra.hooks for r in extra.results if (m := r()) is not None]
    else:
        heard = () if type(extra.hooks) is Late or extra.hooks is None else (extra.hooks,)
    for hooks in heard:
        for hook in list(hooks.values()):
            hook(None)
    if extra.before is not None:
        extra.before(None)
    if n.plan is None and extra.cell is not None and extra.cell.hooks and deliver is not None:
        deliver(extra.cell, None)


def passed_by(n, free):
    """Use up a node that is walked, and to which no rule has given a cotangent: what it saved is read all the same. A rule of the user's is
    called: what it is given is returned."""
    saved, extra = n.saved, n.extra
    if looks_itself(n):
        return Slots(n.params["spec"].out_avals)
    if saved is None:
        raise SecondBackwardError(second_message(n))
    if n.versions:
        check_versions(n)
    if extra is not None and extra.unpack is not None:
        extra.unpack(saved)
    use_up(n, saved, extra, free)
    return None


def use_up(n, kept, extra, free):
    """Drop what a node has saved, if the walk frees it; was there anything?"""
    if free is None or not (kept if extra is None or extra.release is None else extra.release):
        return False
    n.saved = None
    if isinstance(n, TapeNode):
        n.versions = free
    return True


class Late(dict):
    """The hooks of one of several results, which its operation asks (`Extra.results`)."""


def at_results(extra, ct, deliver, found, further):
    """The cotangents of an operation's results, as their hooks have changed them; those that are wanted or kept are put there. `further`:
    is it pulled on? (What is wanted is given as it came then.)"""
    came = list(ct.cts)
    heard = [n for r in extra.results if (n := r()) is not None]
    for n in heard:
        i = n.params["i"]
        for hook in list(n.extra.hooks.values()):
            new = hook(ct.cts[i])
            if ct.cts[i] is not None:
                ct.cts[i] = new
    for n in heard:
        i = n.params["i"]
        if ct.cts[i] is not None:
            if n.extra.cell is not None and deliver is not None:
                deliver(n.extra.cell, ct.cts[i])
            if n in found:
                found[n] = (came if further else ct.cts)[i]
    return ct


def at_extra(extra, ct, deliver):
    if extra.hooks is not None:
        for hook in list(extra.hooks.values()):
            ct = hook(ct)
    if extra.cell is not None and deliver is not None:
        deliver(extra.cell, ct)
    return ct


def at_leaf(extra, given, deliver):
    """The same for a leaf whose cotangent goes nowhere else. It is handed over in a list, so that who keeps it can tell whether others hold it."""
    if extra.hooks is not None:
        for hook in list(extra.hooks.values()):
            given.append(hook(given.pop()))
    if extra.cell is not None and deliver is not None:
        deliver(extra.cell, given.pop())


def pull_handles(n, ct, cts, again):
    """The rule over primitives, which the levels below record if they are listening."""
    plan = n.plan
    prim = plan.prim
    if prim is PICK:
        main = n.ins[0]
        slots = cts.get(main)
        if slots is None:
            slots = cts[main] = Slots(n.params["avals"])
        i = n.params["i"]
        slots.cts[i] = helpers["add_cts"](slots.cts[i], ct)
    elif prim.record is not None:
        gs = prim.pull_handles(ct, n, again)
        for p, i in zip(n.ins, plan.operands, strict=True):
            if gs[i] is not None:
                cts[p] = helpers["add_cts"](cts.get(p), gs[i])
    else:
        saved = rewrapped(n) if again else n.saved
        try:
            plan.traced(n, ct, cts, saved)
        except (ArithmeticError, ValueError):  # Python scalars raise where NumPy gives inf or nan
            if not any(type(v) in PYTHON_SCALARS for v in saved):
                raise
            plan.traced(n, strengthened(ct), cts, [strengthened(v) for v in saved])


def rewrapped(n):
    """A node's saved values as handles of its own level again (on a tape a value of a lower level is one already)."""
    kept = n.saved
    if not kept:
        return kept
    owner = n.owner
    boxes = type(owner) is Record
    face = owner.face
    ins = n.ins
    frozen = {i: Frozen(store.store if type(store) is Later else store, version) for store, version, i in n.versions}
    saved = []
    for v, (i, parent) in zip(kept, n.plan.kept_of, strict=False):
        if parent is not None and (boxes or type(v) not in PYTHON_SCALARS and not isinstance(v, Taped)):
            mark = ins[parent]
            if mark.params and "of" in mark.params:
                mark = mark.params["of"]
            v = face(v, mark, owner, frozen.get(i, FROZEN))
        saved.append(v)
    if n.plan.keeps:
        out = kept[-1]
        if n.plan.prim.multi:
            saved.append(several(owner, n, out))
        elif not boxes and (type(out) in PYTHON_SCALARS or isinstance(out, Taped)):
            saved.append(out)
        else:
            saved.append(face(out, n, owner, frozen.get(-1, FROZEN)))
    return saved


def second_message(n):
    text = f"{operation_of(n)}, recorded at {where((n.code, n.lasti))}"
    if type(n.versions) is Freed:
        text += (
            f"; what it saved was freed by the walk at {where(n.versions.at)}. Compute it again before the second walk, detach() what is "
            "carried over from the first, or pass retain_graph=True to that"
        )
    return f"{SECOND}\n[{text}]"


def looks_itself(n):
    """Does a rule of the user's say itself, and only when it reads what was saved, that this is gone or changed?"""
    return n.plan.prim.users and n.params["spec"].looks_itself


def check_versions(n, later=False):
    """Raise if what a node kept was changed since; with `later` also what a plain walk does not read."""
    for store, version, i in n.versions:
        if later and type(store) is Later:
            store = store.store
        if store.version != version:
            if isinstance(store.version, Moved) and store.version.reach(n, version, i):
                continue
            what = "its result" if i == -1 else f"its operand {i}"
            error = ModifiedError(
                "one of the variables needed for gradient computation has been modified by an inplace operation: "
                f"{operation_of(n)} at {where((n.code, n.lasti))} saved {what} at version {version}; it was changed in "
                f"place at {where(store.changed)} and is at version {store.version} now. Clone it before the change, or "
                "make the change after backward()."
            )
            if n.saved and n.plan.prim.record is None:
                error.found = store, version, n.saved[-1 if i == -1 else n.plan.reads.index(i)], n, i
            raise error
