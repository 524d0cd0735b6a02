"""The road into a compiled function: tests of one signature and of what it relies on, the run, and the copying back, as one function.

Invariant: it runs only if every test holds, and changes nothing before that; else it answers MISS. The same tests, one by one,
say why it did (`why`).
"""

import warnings

import numpy as np

from funcgrad.compile.closed import drawing
from funcgrad.compile.entry import MISS
from funcgrad.compile.jit import owned
from funcgrad.compile.source import alone, compiled, function_of
from funcgrad.compile.staged import owner_of
from funcgrad.core import nans, quiet, state
from funcgrad.core.conjugate_views import maps_of
from funcgrad.core.handle import APART, Cell, fresh
from funcgrad.core.layout import by_strides
from funcgrad.core.mutation import view
from funcgrad.core.strides import repeats
from funcgrad.core.trace import TAPE

from ..autograd.gradient_layout import is_dense
from ..autograd.walks import Accumulation
from ..devices import Default as DefaultDevice
from ..dtypes import Default
from ..native import Seeing
from ..stores import Uncounted
from ..tensor import Tensor
from ..utils.hooks import CHANGES
from .conditions import Lines, equality, same, snapshot
from .recorded import Recorded, laid, used_up
from .region import STRIDES, delivers
from .trees import changeable
from .trees import text as put_together


class Leaves:
    """Taking the arguments of a signature apart."""

    def __init__(self, lines, leaves, dynamic):
        self.lines, self.leaves, self.dynamic = lines, leaves, dynamic
        self.texts = {}
        self.containers = []  # (text, text of the list or dict in it) of what can be changed
        self.count = 0

    def take(self, text, x, about):
        """`x`: a structure (trees.py); `text` is the name of what has it."""
        lines = self.lines
        if type(x) is int:
            return self.leaf(text, self.leaves[x], x, about)
        kind, keys, parts = x
        names, own = [self.fresh() for _ in parts], text
        lines.test(f"type({text}) is {lines.name(kind)}", about)
        if not issubclass(kind, (tuple, list, dict)):
            text = f"vars({text})"
        if keys is None:
            lines.test(f"len({text}) == {len(parts)}", about)
        elif all([type(k) is str for k in keys]):
            lines.test(f"[*{text}] == {lines.name([*keys])}", about)
        else:  # (1 is True, and 1.)
            lines.env["same"] = same
            lines.test(f"same([*{text}], {lines.name([*keys])})", about)
        if names:
            lines.line(f"{''.join([n + ', ' for n in names])}= {text}{'.values()' * (keys is not None)}")
        for k, n, part in zip(range(len(parts)) if keys is None else keys, names, parts, strict=True):
            self.take(n, part, f"{about}[{k!r}]")
        if changeable(kind):
            self.containers.append((own, text))

    def fresh(self):
        self.count += 1
        return f"t{self.count}"

    def leaf(self, text, v, number, about):
        self.texts[number] = text
        lines = self.lines
        if not isinstance(v, Tensor):
            if number in self.dynamic:
                lines.test(f"type({text}) is float", about)
            elif v is None or type(v) is bool:
                lines.test(f"{text} is {v!r}", about, v, text)
            elif type(v) in (int, float, str):
                k = lines.name(v)
                lines.test(equality(text, k, v), about, v, text)
            else:
                k = lines.name(snapshot(v))
                lines.env["same"] = same
                lines.test(f"same({text}, {k})", about, v, text)
            return
        a, d = v.val, lines.name(v.val.dtype)
        lines.test(f"type({text}) is {lines.name(type(v))} and {text}.owner is TAPE", f"the type of {about}")
        lines.test(f"({text}.alias is None or fresh({text}) is None)", about)
        lines.test(f"{text}.val.shape == {a.shape!r}", f"the shape of {about}", a.shape, f"{text}.val.shape")
        lines.test(f"{text}.val.dtype == {d}", f"the dtype of {about}", str(a.dtype), f"str({text}.val.dtype)")
        if v.mark is None:
            lines.test(f"{text}.mark is None", f"requires_grad of {about}", False, f"{text}.mark is not None")
        elif v.mark.plan is None:
            lines.test(f"{text}.mark is not None and {text}.mark.plan is None", f"requires_grad (of a leaf) of {about}")
        else:
            lines.test(f"{text}.mark is not None and {text}.mark.plan is not None", f"requires_grad of {about}")


def strides_matter(p, watch):
    """(does how any argument lies matter, does it of those with several axes: a result or a gradient lies as they do)"""
    graph = p.staged.graph
    avals = graph.out_avals
    ranks = [len(avals[i].shape) for i in kept(p.staged)]
    return drawing(graph) or not watch.asked.isdisjoint(STRIDES), max(ranks, default=0) > 1


class Box:
    """What was checked of a Tensor from outside when its memory was last another array: shape, dtype and strides."""

    __slots__ = ("shape", "dtype", "strides", "written")

    def __init__(self, v, written):
        self.shape, self.dtype, self.strides, self.written = v.shape, v.dtype, v.strides, written


def written(f, watch, structure, leaves, places, given, p, at):
    """(the function of (args, kwargs) that runs a program or answers MISS, the function that makes the one that says why).

    `places`: where a call finds the Tensors that the program is a function of, the number of a leaf or a namespace and a key that
    have a float; `given`: what they were when it was staged. p is None: to run the function as it is (`eager`)."""
    env = {
        **watch.env, "MISS": MISS, "TAPE": TAPE, "Tensor": Tensor, "fresh": fresh, "tls": state.tls, "shared": state.shared,
        "nans": nans.switch, "report": Accumulation, "seeing": Seeing, "Device": DefaultDevice, "Default": Default, "ndarray": np.ndarray, "asarray": np.asarray,
        "copyto": np.copyto, "at": at, "f": f,
    }  # fmt: skip
    lines = Lines(env)
    lines.test(
        "not shared.staging and tls.mapping is None and not (seeing.modes or nans.on or Device.elsewhere) and report.report is None",
        "the context",
    )
    grad = state.tls.grad
    lines.test(f"tls.grad is {grad}", "the grad mode", grad, "tls.grad")
    lines.test(f"tls.casting is {lines.name(state.tls.casting)}", "autocast")
    lines.test(f"Default.numpy is {lines.name(Default.numpy)}", "the default dtype")
    arguments = Leaves(lines, leaves, {i for i in places if type(i) is int and not isinstance(leaves[i], Tensor)})
    args, kwargs = structure[2]
    arguments.take("args", args, "args")
    arguments.take("kwargs", kwargs, "kwargs")
    first = {}
    for i, x in enumerate(leaves):
        if isinstance(x, Tensor) and (j := first.setdefault(id(x), i)) != i:
            lines.test(f"{arguments.texts[i]} is {arguments.texts[j]}", "which arguments are one Tensor")
    if first and p is not None and (p.keyed or watch.compares):
        ids = "".join([f"id({arguments.texts[i]}), " for i in first.values()])
        outside = p.named.union([id(x) for x in p.staged.order if type(x) is not int])
        alone = "" if len(first) < 2 else f"len({{{ids}}}) == {len(first)} and "
        lines.test(f"{alone}{lines.name(outside)}.isdisjoint(({ids}))", "which Tensors are one")
    if p is not None and p.changes and len(arguments.containers) > 1:
        ids = "".join([f"id({own}), " for own, _ in arguments.containers])
        lines.test(f"len({{{ids}}}) == {len(arguments.containers)}", "which containers are one")
    lines.items += watch.tests
    if p is None:
        return finished(lines, ["return eager(args, kwargs)"], env)
    t = p.staged
    texts = []  # of the program's arguments
    for place in places:
        argument = type(place) is int
        x = leaves[place] if argument else place[0][place[1]]
        texts.append(arguments.texts[place] if argument else f"{lines.name(place[0])}[{place[1]!r}]")
        if not isinstance(x, Tensor):
            texts[-1] = Number(texts[-1])
        elif not argument:
            lines.line(f"n{len(texts)} = {texts[-1]}")
            texts[-1] = f"n{len(texts)}"
            arguments.leaf(texts[-1], x, None, f"{place[1]!r} of a namespace")
            if (id(place[0]), place[1]) in p.elsewhere:
                lines.test(f"{texts[-1]} is {lines.name(x)}", f"what {place[1]!r} of a namespace is")
            elif id(x) in first:
                lines.test(f"{texts[-1]} is {arguments.texts[first[id(x)]]}", "which argument is in a namespace")
    values = inputs(lines, t, texts, given, *strides_matter(p, watch))
    for boxes in p.alike:
        names = [values[id(b)] for b in boxes if id(b) in values]
        if len(names) > 1:
            lines.test(" == ".join([f"{n}.item()" for n in names]), "the numbers of steps, which were equal,")
    for x, alias, steps in p.views:
        v, a = lines.name(x), lines.name(alias)
        current = f"{v}.alias is {a} and fresh({v}) is None and {a}.link is {lines.name(steps)}"
        lines.test(f"{current} and {a}.val is not {lines.name(APART)}", "what a Tensor from outside is a view of")
    for x, name in dict.fromkeys(p.lacking, ()):
        number = next((i for i, leaf in enumerate(leaves) if leaf is x), None)
        text = lines.name(x) if number is None else arguments.texts[number]
        lines.test(f"{name!r} not in {text}.__dict__", f"the attribute {name!r} of a Tensor")
    for number, operator, other, outcome in dict.fromkeys(p.compared):
        lines.test(
            f"({texts[number]} {operator} {lines.name(other)}) is {outcome}", "how a float compares with another"
        )
    for number, x in enumerate(leaves):
        if id(x) in p.named and isinstance(x, Tensor):
            lines.test(f"{arguments.texts[number]} is {lines.name(x)}", "which Tensor from outside an argument is")
    for x in dict.fromkeys(p.ungraded):
        number = next((i for i, leaf in enumerate(leaves) if leaf is x), None)
        text = lines.name(x) if number is None else arguments.texts[number]
        lines.test(
            f"({text}.cell is None or {text}.cell.grad is None)", "the .grad of a Tensor that does not require grad"
        )
    if "is_inference_mode_enabled" in watch.asked or any(p.inferred):
        lines.test(f"tls.inference is {state.tls.inference}", "the inference mode")
    node = env["used_up"] = used_up(t.graph, at) if any(p.used_up) else None
    p.marks = [node if on else None for on in p.used_up]
    body = run_taped(lines, p, values, texts, given) if t.taped else run_plain(lines, t, values)
    if p.warned:
        # (after the run, since the function itself, to which a failing one falls back, gives them; before anything is written)
        body.append(f"for w in {lines.name(p.warned)}: {lines.name(warnings.warn_explicit)}(*w)")
    made = {}

    def named(r, body):
        return text_of(r, lines, p, texts, arguments.containers, body, made)

    body += copied_back(lines, p, values, texts, given, named)
    body += returned(lines, p, arguments.containers, named)
    return finished(lines, body, env)


def finished(lines, body, env):
    def text(tests, last):
        head = ["def enter(args, kwargs):", "    try:"]
        tests = tests or ["pass"]
        return "\n".join(
            [
                *head,
                *["        " + x for x in tests],
                "    except (LookupError, ValueError, AttributeError): return MISS",
            ]
            + ["    " + x for x in last]
        )

    slow = lines.slow()
    quick = text(lines.quick(), body)
    return function_of(quick, env, "compiled call", "enter"), lambda: function_of(
        text(slow, ["return None"]), dict(env), "tests", "enter"
    )


def viewed(x, chain, recorded):
    x = x if recorded or x.mark is None else x.detach()
    for prim, params in chain:
        x = x.detach() if prim.name == "stop" else view(x, prim, **params)
    return x


class Number(str):
    """The text of an argument that is a Python float."""


def cell(lines, place, texts, given):
    """The text of what keeps a .grad: of a leaf that is an argument, the one that the argument of this call has."""
    if type(place) is not int:
        of = [x.mark.extra.cell if x.mark is not None and x.mark.extra else None for x in given]
        if place not in of:
            return lines.name(place)
        place = of.index(place)
    return f"{texts[place]}.mark.extra.cell"


def inputs(lines, t, texts, given, strict, ordered):
    """The names of the arrays that the graph takes, each looked up and tested."""
    env = lines.env
    values = {}
    held = env["held"] = []
    boxes = []
    changed = {x if type(x) is int else id(x) for x, _ in t.writes}
    env.update(maps_of=maps_of, repeats=repeats)
    owners, into = (
        set(),
        set(),
    )  # ids of the arrays whose memory Tensors from outside have, and of those of them that are written

    def refit(i, v):
        b = boxes[i]
        if b.written or v.shape != b.shape or v.dtype != b.dtype or v.strides != b.strides or id(owner_of(v)) in into:
            return False
        held[i] = v
        if t.writes:
            owners.clear()
            owners.update([id(owner_of(x)) for x in held])
        return True

    def lying(v, a, about):
        if not a.flags.c_contiguous:
            lines.test(f"{v}.strides == {a.strides!r}", f"the strides of {about}", a.strides, f"{v}.strides")
        elif strict or ordered and a.ndim > 1:
            lines.test(f"{v}.flags.c_contiguous", f"the strides of {about}")

    env["refit"] = refit
    for i, place in enumerate(t.order):
        v = f"v{i}"
        if type(place) is int:
            a = given[place].val
            if type(texts[place]) is Number:
                lines.line(f"{v} = {texts[place]}")
                values[place] = v
                continue
            lines.line(f"{v} = {texts[place]}.val")
            lying(v, a, "an argument")
            if t.writes:
                lines.test(
                    f"not ({texts[place]}.alias is not None and maps_of({texts[place]}))",
                    "a conjugate or negative view",
                )
            if place in changed and a.flags.c_contiguous and not (strict or ordered and a.ndim > 1):
                lines.test(
                    f"({v}.flags.c_contiguous or not repeats({v}.shape, {v}.strides))",
                    "an argument that overlaps itself",
                )
        elif type(place) is Cell:
            lines.line(f"{v} = {cell(lines, place, texts, given)}.grad.val")
            lying(v, place.grad.val, "a .grad")
        else:
            b = lines.name(place, "box")
            m = lines.name(place.mark)
            k = len(held)
            held.append(place.val)
            boxes.append(Box(place.val, id(place) in changed))
            if place.alias is not None:
                lines.test(f"({b}.alias is None or fresh({b}) is None)", "a view from outside")
            lines.line(f"{v} = {b}.val")
            lines.test(f"({v} is held[{k}] or refit({k}, {v}))", "the memory of a Tensor from outside")
            lines.test(f"{b}.mark is {m}", "requires_grad of a Tensor from outside")
            if delivers(t) and place.mark is not None:
                extra = lines.name(place.mark.extra)
                lines.test(f"not {extra}.hooks and not {extra}.cell.hooks", "hooks of a Tensor from outside")
        values[place if type(place) is int else id(place)] = v
    if t.writes:
        apart(lines, t, texts, values, owners, into)
    known = {id(x): lines.name(x) for x in t.order if type(x) is not int and type(x) is not Cell}
    known |= {id(x): text for x, text in zip(given, texts, strict=True) if type(text) is not Number}
    for place, none in t.guards:
        c = cell(lines, place, texts, given)
        if none:
            lines.test(f"{c}.grad is None", "a .grad, which was None,")
            continue
        g = (place if type(place) is not int else given[place].mark.extra.cell).grad
        if (text := known.setdefault(id(g), f"{c}.grad")) != f"{c}.grad":
            lines.test(f"{c}.grad is {text}", "which .grad is which Tensor")
        if g.alias is not None:  # (the program takes what it is a view of from where that was)
            lines.test(
                f"{c}.grad is {lines.name(g)} and {c}.grad.alias is {lines.name(g.alias)} and {c}.grad.mark is None",
                "a .grad, which was a view,",
            )
        else:
            lines.test(
                f"{c}.grad is not None and {c}.grad.owner is TAPE and {c}.grad.alias is None and {c}.grad.mark is None",
                "a .grad, which was a Tensor,",
            )
    return values


def apart(lines, t, texts, values, owners, written):
    """Tests that no argument and no .grad lies in memory that is written, but its own, nor is written in that of another input. Fills the sets
    of ids of memory of Tensors from outside: of all of them, and of those that are written."""
    changed = {place if type(place) is int else id(place) for place, _ in t.writes}
    boxes = {id(x): id(owner_of(x.val)) for x in t.order if type(x) is not int and type(x) is not Cell}
    owners.update(boxes.values())
    written.update([boxes[k] for k in boxes if k in changed])
    into, others = [], []
    for place in t.order:
        key = place if type(place) is int else id(place)
        if key in boxes or type(place) is int and type(texts[place]) is Number:
            continue
        v = values[key]
        lines.line(f"w{v} = {v} if {v}.base is None else {v}.base")
        (into if key in changed else others).append(f"id(w{v}), ")
        if known := owners if key in changed else written:
            lines.test(f"id(w{v}) not in {lines.name(known)}", "which memory an argument shares")
    if len(into) > 1:
        lines.test(f"len({{{''.join(into)}}}) == {len(into)}", "which memory two arguments share")
    if into and others:
        lines.test(f"{{{''.join(into)}}}.isdisjoint(({''.join(others)}))", "which memory two arguments share")


# (nothing has been written where the program fails: the function itself says what is wrong)
AS_IT_IS = ["except Exception: return f(*args, **kwargs)"]


def run_plain(lines, t, values):
    """Lines that run the graph on arrays: r0, r1, ... are its results, none in memory of an argument or of another."""
    env, graph = lines.env, t.graph
    inputs = [x if type(x) is int else id(x) for x in t.order]
    k = len(t.outs)
    into = [(k + i, inputs.index(x if type(x) is int else id(x))) for i, (x, _) in enumerate(t.writes)]
    env.update(run=compiled(graph, into=tuple(into)))
    names = [values[x if type(x) is int else id(x)] for x in t.order]
    outs = [f"r{i}" for i in range(len(graph.outs))]
    left = f"{''.join([o + ', ' for o in outs])}= " if outs else ""
    body = ["try:"]
    if graph.cache["silent"]:
        body.append(f"    {left}run({', '.join(names)})")
    else:
        env.update(enter_quiet=quiet.enter, leave_quiet=quiet.leave, IGNORE=quiet.IGNORE)
        body += [
            "    token = enter_quiet(IGNORE)",
            f"    try: {left}run({', '.join(names)})",
            "    finally: leave_quiet(token)",
        ]
    body += AS_IT_IS
    handed = kept(t)
    shared = [i for i, new in enumerate(alone(graph)) if not new and i in handed]
    if shared:
        env["owned"] = owned
        rest = [outs[i] for i in range(len(outs)) if i not in shared]
        body.append(
            f"{''.join([outs[i] + ', ' for i in shared])}= owned(({''.join([outs[i] + ', ' for i in shared])}), "
            f"({''.join([n + ', ' for n in (*names, *rest)])}))"
        )
    return body


def kept(t):
    """The numbers of the results that are handed out as they are (those that are copied into memory are not)."""
    k, w = len(t.outs), len(t.writes)
    return {*range(k), *range(k + w, len(t.graph.outs))}


def run_taped(lines, p, values, texts, given):
    """Lines that run the graph as one recorded operation."""
    t = p.staged
    boxes, arrays, marks, need = [], [], [], 0
    for i, place in enumerate(t.order):
        arrays.append(values[place if type(place) is int else id(place)])
        if type(place) is int:
            number = type(texts[place]) is Number
            boxes.append("None" if number else texts[place])
            marked = not number and id(given[place]) in p.leaves
        elif type(place) is Cell:
            boxes.append(f"{cell(lines, place, texts, given)}.grad")
            marked = False
        else:
            boxes.append(lines.name(place))
            marked = id(place) in p.leaves
        if marked:
            need |= 1 << i
            marks.append(f"{boxes[-1]}.mark")
    changed = {x if type(x) is int else id(x) for x, _ in t.writes}
    written = {i for i, place in enumerate(t.order) if (place if type(place) is int else id(place)) in changed}
    record = lines.name(Recorded(t.graph, need, p.requires, written, p.marks, p.orders), "record")
    outs = "".join([f"r{i}, " for i in range(len(t.graph.outs))])
    parts = ", ".join([f"({''.join([x + ', ' for x in part])})" for part in (arrays, boxes, marks)])
    return ["try:", f"    {outs}= {record}({parts})", *AS_IT_IS]


def axes_of_leaf(place, given):
    """The order of axes in which the gradient of a leaf lies, as the leaf does if it has no gaps; None for C order."""
    leaf = given[place] if type(place) is int else place.leaf and place.leaf()
    v = None if leaf is None else leaf.val
    return None if v is None or v.flags.c_contiguous or not is_dense(v) else tuple(by_strides(v.strides))


def copied_back(lines, p, values, texts, given, named):
    """Lines that carry back what the function wrote. `named(result, body)`: text_of."""
    t = p.staged
    body, boxes, cells, grads = [], [], [], []
    k = len(t.outs)
    for i, (place, _) in enumerate(t.writes):
        v = values[place if type(place) is int else id(place)]
        if type(place) is Cell:
            boxes.append(f"{cell(lines, place, texts, given)}.grad")
        else:
            boxes.append(texts[place] if type(place) is int else lines.name(place, "box"))
        if t.taped:
            body.append(f"copyto({v}, r{k + i})")
    if boxes:
        body += [
            f"for b in ({', '.join(boxes)},):",
            "    s = b.store or b.versioned()",
            "    s.version += 1; s.changed = at",
        ]
    k += len(t.writes)
    for place, value in t.grads:
        c = cell(lines, place, texts, given)
        if value is None:
            body.append(f"{c}.grad = None")
        else:
            if (order := axes_of_leaf(place, given)) is not None:
                body.append(f"r{k} = {lines.name(laid)}(r{k}, {order})")
            cells.append(c)
            grads.append(f"r{k}")
            k += 1
    if cells:
        body += [
            f"for c, r in zip(({', '.join(cells)},), ({', '.join(grads)},)):",
            "    c.grad = Tensor(r if type(r) is ndarray else asarray(r), None, TAPE)",
        ]
    for namespace, key, number, _ in p.attributes:
        body.append(f"{lines.name(namespace)}[{key!r}] = {named(number, body)}")
    if any([tells for _, _, _, tells in p.attributes]):
        body.append(f"{lines.name(CHANGES)}[0] += 1")
    return body


def tensor(p, number, lines):
    """The text of a result."""
    r, order = f"r{number}", p.orders[number]
    if p.staged.taped:
        return r
    mark = "None" if p.marks[number] is None else "used_up"
    if len(p.staged.graph.out_avals[number].shape) < 2:
        return f"Tensor({r} if type({r}) is ndarray else asarray({r}), {mark}, TAPE)"
    lies = "" if order is not None else f"{r} if {r}.flags.c_contiguous else "
    return f"Tensor({lies}{lines.name(laid)}({r}, {order}), {mark}, TAPE)"


def text_of(r, lines, p, texts, containers, body, made):
    """The text of a result (Program.results), which is one Tensor wherever it is left or returned; lines that make it go to the end of `body`.
    `made`: names of what is made."""

    def name(r):
        if type(r) is int:
            if r not in made:
                made[r] = f"r{r}" if p.staged.taped else f"o{r}"
                if not p.staged.taped:
                    body.append(f"o{r} = {tensor(p, r, lines)}")
                if p.inferred[r]:
                    body.append(f"{made[r]}.store = {lines.name(Uncounted)}()")
            return made[r]
        kind, x, *chain = r
        if kind == "grad":
            number = next((i for i, g in enumerate(p.tensors) if g is x), None)
            return f"{lines.name(x) if number is None else texts[number]}.mark.extra.cell.grad"
        if kind == "view":
            if id(r) not in made:
                of, made[id(r)] = name(x), f"s{len(made)}"
                views, recorded = chain
                body.append(f"{made[id(r)]} = {lines.name(viewed)}({of}, {lines.name(views)}, {recorded})")
            return made[id(r)]
        return texts[x] if kind == "same" else containers[x][0] if kind == "given" else lines.name(x)

    return name(r)


def returned(lines, p, containers, named):
    """Lines that change the containers which were arguments, and return."""
    body = []
    names = [named(r, body) for r in p.results]
    got = put_together(p.structure, names, lines)
    if not p.changes:
        return [*body, f"return {got}"]
    new = "".join([put_together(structure, names, lines) + ", " for _, structure in p.changes])
    body.append(f"got, new = {got}, ({new})")
    for i, (number, (kind, *_)) in enumerate(p.changes):
        c = containers[number][1]
        body.append(f"{c}[:] = new[{i}]" if kind is list else f"{c}.clear(); {c}.update(new[{i}])")
    return [*body, "return got"]


__all__ = ["MISS", "written"]
