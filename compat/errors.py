"""torch's own error texts, with the user's line where torch cannot name it.

The first line of a message is torch's own; what we know beyond it follows, in brackets.
"""

import gc
import linecache
import re
import sys

from funcgrad.core import state
from funcgrad.core.handle import Alias, Taped
from funcgrad.core.site import here, line_of, source_of, user_frame, where
from funcgrad.core.trace import Tape

from . import breaks
from .view_errors import changed_below

SHOWN = 4  # how many lines an error lists
FROZEN = {"requires_grad = False": "frozen"}  # what a Tensor is by what was noted of it


# ------------------------------------------------------------------------------------------------ the chain is broken
def no_graph(t, position=0):
    """The error of backward() on a Tensor that no leaf requiring grad led to: it names the line that broke the chain."""
    return RuntimeError(
        f"element {position} of tensors does not require grad and does not have a grad_fn\n"
        f"[backward() at {here()}. {why_no_graph(t)}]"
    )


def no_grad_asked_for(t, position):
    """The error of autograd.grad by a Tensor that does not require grad."""
    return RuntimeError(
        "One of the differentiated Tensors does not require grad\n"
        f"[inputs[{position}], {list(t.shape)} {t.dtype}, at {here()}. {came_from(t)}Call requires_grad_() on it before the "
        "outputs are computed from it.]"
    )


def not_used(t, position):
    """The error of autograd.grad by a Tensor that the outputs do not depend on."""
    like = f"{list(t.shape)} {t.dtype}" if hasattr(t, "shape") else "an edge"
    return RuntimeError(
        f"The differentiated Tensor at index {position} appears to not have been used in the graph. Set allow_unused=True if "
        "this is the desired behavior.\n"
        f"[inputs[{position}], {like}, at {here()}: no recorded operation leads from it to the outputs. A copy "
        "(detach(), .data, torch.tensor(t)), or what a later line called by the same name, is another Tensor.]"
    )


def no_scalar(t):
    """The error of backward() on a Tensor of several elements, without the cotangent."""
    return RuntimeError(
        "grad can be implicitly created only for scalar outputs\n"
        f"[backward() at {here()} of {list(t.shape)} {t.dtype}. Take sum() or mean() of it first, or pass the weight of each "
        "element: backward(torch.ones_like(t)).]"
    )


def came_from(t):
    left = getattr(t, "left", None)
    return "" if left is None else f"It was {described(left)}.\n "


def why_no_graph(t):
    """What is known about where the chain broke, surest first; each sentence says how sure it is."""
    parts = []
    if not t.is_floating_point() and not t.is_complex():
        parts.append(f"The Tensor is {t.dtype}, and whole numbers and booleans carry no gradient.")
    if not state.tls.grad:
        off = next((found for found in breaks.noted() if found[0] in breaks.MODES), None)
        parts.append(
            f"Recording is switched off here{'' if off is None else ', ' + described(off).removeprefix('made ')}."
        )
        return "\n ".join(parts)
    left = getattr(t, "left", None)
    if left is not None:
        parts.append(f"This very Tensor was {described(left)}.")
        return "\n ".join(parts)
    frame = user_frame(sys._getframe(1))
    sure, guessed, elsewhere, found = suspects(frame)
    name = found and found.name
    if sure:
        parts.append(f"The way to `{name}` leads through what took a value out of the graph:{listed(sure)}")
        guessed = [g for g in guessed if g[0] not in {s[0] for s in sure}]
        if guessed:
            parts.append(f"As the source reads, it also leads through:{listed(guessed)}")
        return "\n ".join(parts)
    if not breaks.seen.leaf:
        parts.append("No Tensor has required grad so far: make the leaf with requires_grad=True before it is used.")
        return "\n ".join(parts)
    if guessed:
        parts.append(f"As the source reads, `{name}` may have left the graph here:{listed(guessed)}")
    frozen = [] if guessed or found is None else constants(found.roots)
    if frozen:
        parts.append(f"As the source reads, `{name}` comes from what does not require grad: {', '.join(frozen)}.")
    if elsewhere:
        parts.append(
            "These lines took a value out of the graph since the last backward(), the latest first; look whether one of "
            f"them is on the way to this Tensor:{listed(elsewhere)}"
        )
    if not (guessed or elsewhere or parts):
        parts.append(
            "No line is known to have broken the chain since the last backward(): either no leaf that it was computed from "
            "requires grad, or it was computed before that. Look for detach(), .data, item(), numpy(), torch.no_grad(), an "
            "integer dtype or argmax on the way from the leaves, and for requires_grad=True on the leaves."
        )
    return "\n ".join(parts)


def constants(roots):
    """What of {name: value} holds numbers that do not require grad, as text; none where anything there does require it."""
    found = []
    for name, x in roots.items():
        module = callable(getattr(type(x), "named_parameters", None))
        own = list(x.parameters()) if module else [x]
        if any([isinstance(t, Taped) and t.mark is not None for t in own]):
            return []
        if own and all([isinstance(t, Taped) for t in own]):
            by = next(
                (
                    f" ({FROZEN.get(left[0], 'detached')} at {where(left[1:])})"
                    for t in own
                    if (left := getattr(t, "left", None))
                ),
                "",
            )
            found.append((f"the parameters of `{name}`" if module else f"`{name}`") + by)
    return found


def suspects(frame):
    """([(place, source, kind)] that ran on the way to the Tensor, that the source seems to do on the way, that ran
    elsewhere, other threads among it; what the source says)."""
    from ._reading import read  # (only an error pays for it)

    found = None if frame is None else read(frame)
    sure, guessed, elsewhere = {}, {}, {}
    for kind, code, offset in breaks.noted(everywhere=True):
        line = line_of(code, offset)
        on_the_way = found is not None and (code.co_filename, line) in found.lines
        (sure if on_the_way else elsewhere).setdefault((code.co_filename, line), (kind, source_of((code, offset))))
    if found is not None:
        for at, line, kind in found.breaks:
            guessed.setdefault((at, line), (kind, linecache.getline(at, line).strip()))
            elsewhere.pop((at, line), None)
    return rows(sure), rows(guessed), rows(elsewhere), found


def rows(places):
    return [(f"{file}:{line}", text, kind) for (file, line), (kind, text) in places.items()]


def listed(found):
    more = f"\n   ... and {len(found) - SHOWN} more" if len(found) > SHOWN else ""
    places = [(at + (f": {text}" if text else ""), kind) for at, text, kind in found[:SHOWN]]
    return "".join([f"\n   {place}\n     {kind}: {breaks.MEANING[kind]}." for place, kind in places]) + more


def described(left):
    kind, *at = left
    text = source_of(at)
    return (
        f"{FROZEN.get(kind, 'made')} by {kind} at {where(at)}{f', `{text}`' if text else ''} ({breaks.MEANING[kind]})"
    )


def trains_nothing(by_hand):
    """The text of the warning for backward() on a Tensor that was made a leaf, at the line `by_hand`; or from the start, and then
    None if nothing is known to have left the graph on the way to it."""
    if by_hand is None and not breaks.local.log:
        return None
    sure, guessed, elsewhere, read = suspects(user_frame(sys._getframe(1)))
    name = read and read.name
    if by_hand is None and not sure:
        return None
    found = sure or guessed or elsewhere
    made = (
        f"`{name}` was made with requires_grad=True"
        if by_hand is None
        else f"the Tensor became a leaf by requires_grad = True at {where(by_hand)}"
    )
    return (
        f"this trains nothing: {made}, so backward() at {here()} "
        "ends at it, its .grad is 1, and no other Tensor gets a gradient. Take that out and mend what broke the chain"
        + (
            f":{listed(found)}"
            if found
            else ": the leaves it was computed from must require grad before they are used."
        )
    )


# ------------------------------------------------------------------------------------------------ changed in place
MODIFIED = "one of the variables needed for gradient computation has been modified by an inplace operation: "
NUMBERED = re.compile(r"Backward0?(?=\d*$)")  # what torch leaves out of the name of a node: "Exp", "Pow1"
HINTS = (  # without anomaly mode, and with it
    "enable anomaly detection to find the operation that failed to compute its gradient, with "
    "torch.autograd.set_detect_anomaly(True, check_nan=False).",
    "the backtrace further above shows the operation that failed to compute its gradient. The variable in question was changed in "
    "there or anywhere later. Good luck!",
)


def modified(error):
    """A ModifiedError as torch's RuntimeError: torch's sentence, then the lines of the save and of the change."""
    ours = str(error).removeprefix(MODIFIED)
    if error.found is None or not hasattr(error.found[2], "shape"):
        return RuntimeError(f"{MODIFIED.rstrip(': ')}.\n[{ours}]")  # (of a user's Function)
    store, version, value, node, i = first_unpacked(error.found)
    mark = None if node is None or i == -1 else operand(node, i)
    refused = mark and changed_below(mark)
    if refused:
        return refused
    flipped = node is not None and i == 1 and multiplies_rows(node)
    if i == -1:
        node, value = shown_result(store, node, value)
    made = "" if node is None else made_by(store, value, node, i, flipped)
    if i == 0 and node is not None and value.ndim > 2 and takes_rows(node, value.ndim - 1):
        value, made = value.reshape(-1, value.shape[-1]), VIEW
    return stale(store, version, value, made, ours, flipped)


def takes_rows(node, last):
    """Is it a product of a stack of matrices, over their last axis, by one, of which torch keeps all rows as one matrix?"""
    if node.plan.prim.name != "dot_general":
        return node.plan.prim.name == "affine"
    (contracted, _), (stacked, _) = node.params["dims"]
    return contracted == (last,) and not stacked


def shown_result(store, node, value):
    """(node, value) of the result that torch's node has kept: those of a reshape that keeps dimensions, where it follows."""
    for t in gc.get_referrers(store):
        mark = t.mark if isinstance(t, Taped) else None
        while mark is not None and mark.plan is not None and mark.ins:
            if mark.ins[0] is node and of_several(mark) and mark.plan.prim.name == "reshape":
                return mark, value.reshape(mark.params["shape"])
            mark = mark.ins[0]
    return node, value


def of_several(node):
    """Is it the last of several nodes that torch shows as one? (What was computed into a view is shown by itself.)"""
    return node.extra is not None and node.extra.span is not None and node.extra.label != "CopySlices"


def multiplies_rows(node):
    """Is it a linear layer's product by the rows of its weight, of which torch keeps the transpose?"""
    name = node.plan.prim.name
    return name == "affine" or name == "dot_general" and node.params["dims"][0][1] == (1,)


def stale(store, version, value, made, ours, flipped=False):
    """torch's RuntimeError for a value that was kept at a version of its memory, and changed since."""
    from .autograd.anomaly_mode import Anomaly
    from .functions.out_rules import type_text

    shape = list(value.shape)[:: -1 if flipped else 1]
    return RuntimeError(
        f"{MODIFIED}[{type_text(value.dtype)} {shape}]{made} is at version {store.version}; expected version {version} instead. "
        f"Hint: {HINTS[Anomaly.enabled]}\n[{ours}]"
    )


def argument_changed(t, store, version, view):
    """The same for a Tensor, or view, that checkpoint has kept."""
    made = "" if t.mark is None or t.mark.plan is None else VIEW if view else made_by(store, t.val, t.mark, -1, False)
    return stale(store, version, t.val, made, f"an argument of checkpoint; it was changed at {where(store.changed)}")


def operand(node, i):
    """The node of the i-th operand, None if it has none; not a gate of hooks before it."""
    mark = dict(zip(node.plan.operands, node.ins, strict=True)).get(i)
    return mark.params["of"] if mark is not None and mark.params and "of" in mark.params else mark


def first_unpacked(found):
    """Of what a node has saved and what has been changed since, that which torch reads first: they are read by the order of their names."""
    node = found[3]
    if node is None:
        return found
    from .names import saved_names

    places = [*node.plan.reads, -1]
    stale = [v for v in node.versions if v[0].version != v[1] and v[2] in places]
    if len(stale) < 2:
        return found
    names = saved_names(node)
    store, version, i = min(stale, key=lambda v: names[places.index(v[2])])
    return store, version, node.saved[places.index(i)], node, i


VIEW = ", which is output 0 of AsStrided,"  # of a view whose base has been changed


def made_by(store, value, node, i, flipped):
    """ ", which is output 0 of Mul," of what a node has saved, and what has been changed since; "" for a leaf."""
    from funcgrad.core.conjugate_views import MAPS
    from funcgrad.core.layout import VIEWS

    from .graph import output_number, shown

    if i == -1:
        made = None if node.plan is None else shown(node)
    else:
        alike = [t for t in gc.get_referrers(store) if isinstance(t, Taped) and t.shape == value.shape]
        alike = [t for t in alike if t.grad_fn is not None]
        mark = operand(node, i)
        made = alike[0].grad_fn if alike else None if mark is None or mark.plan is None else shown(mark)
        of_view = (
            mark is not None
            and mark.plan is not None
            and mark.plan.prim.name in (*VIEWS, "reshape")
            and not of_several(mark)
        )
        if mark is not None and mark.plan is not None and mark.plan.prim.name in MAPS:
            made, alike, flipped = shown(mark), (), False  # (a view of which torch knows what it is)
        if flipped or made is not None and (of_view or alike and isinstance(alike[0].alias, Alias)):
            return VIEW
    return "" if made is None else f", which is output {output_number(made.node)} of {NUMBERED.sub('', made.name())},"


# ------------------------------------------------------------------------------------------------ others
def size_mismatch(a, b):
    """torch's words for shapes that do not broadcast, or None if they do."""
    for k in range(1, min(len(a), len(b)) + 1):
        if a[-k] != b[-k] and 1 not in (a[-k], b[-k]):
            at = max(len(a), len(b)) - k
            return RuntimeError(
                f"The size of tensor a ({a[-k]}) must match the size of tensor b ({b[-k]}) at non-singleton dimension {at}"
            )
    return None


def leaf_in_place(text):
    """The error of a write into a leaf that requires grad, or into a view of one: torch's words, the rest as a note.

    It is raised before anything is written.
    """
    error = RuntimeError(text)
    error.add_note(
        f"[at {here()}: nothing was written. Write under torch.no_grad() if the change is no part of the computation "
        "(an update step); take a clone() first and write into that if it is; or build the value from parts with cat, "
        "stack or where; or make the leaf with requires_grad=False and ask for the gradient after it is filled.]"
    )
    return error


Tape.leaf_error = staticmethod(leaf_in_place)


HEAP_TYPE, IMMUTABLE_TYPE = (
    1 << 9,
    1 << 8,
)  # (of Python's type flags) made at run time, as by a class statement; made in C
NAME_OF = type.__dict__["__name__"].__get__


def type_name(x):
    """The name that torch's errors give the type of x: that of a type made in C has its module before it."""
    cls = type(x)
    if isinstance(x, type) and hasattr(x, "requires_grad_") and hasattr(x, "alias"):
        return "torch._C._TensorMeta"
    name = NAME_OF(cls)  # (with torch's module before it where torch has the class in C: native.py)
    if "." in name or cls.__module__ == "builtins" or cls.__flags__ & (HEAP_TYPE | IMMUTABLE_TYPE) == HEAP_TYPE:
        return name
    return f"{cls.__module__}.{name}"


def need_bool(x, call, argument="enabled", position=1):
    """TypeError in the words of torch's parser unless x is True or False."""
    if x is not True and x is not False:
        raise TypeError(f"{call}(): argument '{argument}' (position {position}) must be bool, not {type_name(x)}")


class OutOfMemoryError(RuntimeError):
    """What torch raises where the memory of a device is full; here MemoryError is raised, as in any Python program."""


class AcceleratorError(RuntimeError):
    """What torch raises where a device has failed; never here."""


OutOfMemoryError.__module__ = AcceleratorError.__module__ = "torch"


def unequal_sizes(sizes):
    return ValueError(
        f"vmap: Expected all tensors to have the same size in the mapped dimension, got sizes {sizes} for the mapped dimension"
    )
