"""What a recorded derivative depends on in torch although it does not change with it: the operand of relu and its kin.

Invariant: a tie is the identity on a gradient, beside an operand to which it passes zeros on, so figures stay; a second derivative is
zeros where torch's is, and not missing. Those zeros depend on nothing themselves.
"""

from funcgrad.core.aval import PYTHON_SCALARS
from funcgrad.core.handle import FROZEN, Taped
from funcgrad.core.primitive import PRIMITIVES as P

from ..functions.writing import own_words
from ..graph import label
from ..names import node_name

BIASED = {
    "conv_bias",
    "normalized",
}  # whose third gradient comes out of one kernel with those that depend on the other operands
WHOLE = {  # of several steps, the last of which are STEPS: whatever comes out of them depends on what went in
    f"{name}Backward0"
    for name in "AvgPool2D AvgPool3D AdaptiveAvgPool2D AdaptiveAvgPool3D ReflectionPad1D ReflectionPad2D ReflectionPad3D "
    "ReplicationPad1D ReplicationPad2D ReplicationPad3D NllLoss NllLoss2D".split()
}
NAMELESS = {  # whose derivatives are operations that have none of their own, by the names of those
    "HardsigmoidBackward0": "hardsigmoid_backward",
    "MultiMarginLossBackward0": "multi_margin_loss_backward",
    "MultilabelMarginLossBackward0": "multilabel_margin_loss_backward",
    "CtcLossBackward0": "_ctc_loss_backward",
    "EmbeddingBagBackward0": "_embedding_bag_per_sample_weights_backward",
}
NAMED = {
    "CdistBackward0": "_cdist_backward",
    "PdistBackward0": "_pdist_backward",
}  # the same, of those that are nodes all the same
STEPS = set(
    "add div dot_general farthest gather length max mean neg power reshape sum terms_sum transpose turns_sum".split()
)
BACKWARD = (
    {  # of one step, and what torch calls the derivative that it has in one piece, as a node of a second one
        name: f"{name[:-1]}Backward0"
        for name in [
            f"{own}Backward0"
            for own in "Tanh Sigmoid Gelu Softplus Elu Hardswish MseLoss BinaryCrossEntropy HuberLoss SmoothL1Loss LogSigmoid".split()
        ]
    }
    | {f"{own}Backward0": f"{own}BackwardDataBackward0" for own in ("Softmax", "LogSoftmax")}
)
LABELLED = set(
    "tanh sigmoid gelu gelu_tanh softplus_to elu hardswish squared_error probability_loss huber_error smooth_absolute_error "
    "log_sigmoid softmax log_softmax".split()
)
POWERS = {"power", "square", "integer_power"}
OF = (
    POWERS
    | LABELLED
    | {
        "relu",
        "leaky_relu",
        "hardtanh",
        "hardsigmoid",
        "window_max",
        "window_mean",
        "window_gather",
        "picked_loss",
        "where",
    }
    | BIASED
    | STEPS
)
CHOICES = {  # of `where`, which stands for more than these
    f"{name}Backward0" for name in "Hardtanh Threshold Hardshrink Softshrink PreluKernel RreluWithNoise".split()
}
PARTS = (
    "NormalizedBackward0",
    "WindowMeanBackward0",
)  # steps: of group_norm, whose bias is summed apart; of means over differing counts
FROM_RESULT = "relu"  # whose derivative reads the result, not the operand
RELU = "ThresholdBackwardBackward0"
AGAIN = (RELU, "MulBackward0")  # ties whose own derivatives torch ties again


def leaf_of(mark):
    """The leaf that a node stands for, if it does, and is alive."""
    cell = mark.extra.cell if mark.plan is None and mark.extra is not None else None
    return None if cell is None or cell.leaf is None else cell.leaf()


def tied(g, mark, owner, name, alike=True):
    """A gradient, tied to what the node `mark` made; `alike`: of whose shape it is."""
    from .._gate import Tie  # (rarely needed, and it loads the custom rules)

    x = owner.face(g.val, mark, owner, FROZEN)
    (out,) = P["rule"](x, g, spec=Tie(x if alike else leaf_of(mark), name, tied if name in AGAIN else None))
    label(out, name, (g, x))
    return out


def refused(n, cts, name):
    """The gradients that the last step of an operation has passed on, as results of one that has no derivative."""
    from .._gate import Underivable

    span = n.extra and n.extra.span or n.ins
    beside = [p for p in span if p is not None]
    if name == NAMELESS["EmbeddingBagBackward0"] and span[-1] is None:
        return  # (weights of the samples that are numbers are factors)
    own = name in NAMED.values()
    words = own_words(f"{n.extra.label[:-1]}Backward0") if own else {"label": "NotImplemented"}
    shown = words.pop("label")
    for p in n.ins:
        g = cts.get(p)
        if isinstance(g, Taped) and g.owner is n.owner:
            faces = [n.owner.face(g.val, mark, n.owner, FROZEN) for mark in beside]
            (out,) = P["rule"](*faces, g, spec=Underivable(name if own else f"aten::{name}", **words))
            label(out, shown, (g, *faces))
            cts[p] = out


def doubled(m, p, before):
    """The node that adds what `p` made to itself, among those behind a gradient that are newer than `before`."""
    if m is None or m.index <= before or m.plan is None:
        return None
    if m.plan.prim.name == "add" and m.ins == (p, p):
        return m
    return next((found for q in reversed(m.ins) if (found := doubled(q, p, before))), None)


def power(n, cts, ct):
    """The slope of x ** 2 is 2 * x ** 1 in torch, and that of x ** 1 a node of x too, so that one more derivative can be taken."""
    p, (x, *exponent) = n.ins[0], n.saved
    g = cts.get(p)
    if n.plan.operands[0] != 0 or not isinstance(g, Taped) or g.owner is not n.owner:
        return
    if 1 in (n.params.get("exponent"), *[e for e in exponent if type(e) in PYTHON_SCALARS]):
        cts[p] = tied(g, p, n.owner, "MulBackward0")
        return
    # The rule's own nodes are newer than the operation and than what came to it, behind which lie the user's.
    before = max(n.index, -1 if getattr(ct, "mark", None) is None else ct.mark.index)
    if (slope := doubled(g.mark, p, before)) is not None:
        one = P["integer_power"](n.owner.face(x, p, n.owner, FROZEN), exponent=1).mark
        one.index = (p.index + slope.index) / 2  # (a walk goes by the index)
        slope.ins = (one, one)


def in_one_piece(n, cts, ct):
    """Call what a rule has made of a gradient by the name of the derivative that torch has as an operation."""
    name = BACKWARD.get(node_name(n))
    if name is None or n.extra is not None and n.extra.span is not None:
        return
    by_place = dict(zip(n.plan.operands, n.ins))
    marks = [n] if n.plan.keeps else [by_place.get(k) for k in range(n.plan.prim.arity)]
    beside = [None if p is None else n.owner.face(ct.val, p, n.owner, FROZEN) for p in marks]
    for p in n.ins:
        g, shown = cts.get(p), beside
        if p is by_place.get(1) and p is not by_place.get(0):  # (of a loss by its target alone)
            if n.plan.prim.name == "probability_loss":  # (which torch makes of several operations)
                continue
            shown = beside[1], beside[0], *beside[2:]  # (it calls the error's derivative with the two exchanged)
        if isinstance(g, Taped) and g.owner is n.owner and g.mark is not None and g.mark.index > n.index:
            if g is not ct and g.mark.plan.prim.name != "add":  # (else others have added to it)
                label(g, name, (ct, *shown))


def tie(n, cts, ct):
    """Let the gradients that a node of these primitives has passed on depend on its operands."""
    prim, beside, ins = n.plan.prim.name, None, n.ins
    if (n.extra is not None or prim == "hardsigmoid") and (name := NAMELESS.get(own := node_name(n)) or NAMED.get(own)):
        return refused(n, cts, name)
    if prim in LABELLED:
        return in_one_piece(n, cts, ct)
    if prim in POWERS:
        power(n, cts, ct)
        if prim not in STEPS:
            return
    if prim in STEPS:
        if n.extra is None or n.extra.label not in WHOLE:
            return
        beside = next((p for p in n.extra.span or () if p is not None), None)
    elif prim in BIASED:
        ins = [p for k, p in zip(n.plan.operands, n.ins) if k == 2]
        beside = n.ins[0]
        if beside in ins:
            return
    name = node_name(n)
    if prim == "where" and name not in CHOICES or name in PARTS:
        return
    for p in ins:
        g = cts.get(p)
        if isinstance(g, Taped) and g.owner is n.owner and (beside is None or g.mark is None):
            mark = beside or (n if prim == FROM_RESULT else p.params["of"] if p.params and "of" in p.params else p)
            own = RELU if name == "ReluBackward0" else f"{name[:-1]}Backward0"
            cts[p] = tied(g, mark, n.owner, own, beside is None)


tie.of = OF
