"""What torch's operation saves, where ours is made of other steps: while hooks see what is saved, such an operation is one node that
keeps what torch's keeps, and the walk back computes it again from that.

Invariant: the derivative is that of the operation's own steps, run once more. An operand that torch does not keep is kept here beside it,
unseen, for these steps to begin from.
"""

import functools
import warnings

from funcgrad.core.node import extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE
from funcgrad.transforms.rules import Spec

from .._intercept import signature_of
from ..graph import parents
from ..names import node_name
from ..payload import current
from ..rewriting import spelling_of, whole
from ..tensor import Tensor
from .grad_mode import call_in
from .gradient_layout import conjugated
from .hooks import shown_gradient
from .kernel_results import MORE

# node: what it keeps, in torch's order. A name is an argument (self and input the first, others with their place), "result" the first result and a number
# the n-th one; "+name" is a result of torch's kernel that the function does not give (kernel_results.py), "*name" one that has a gradient;
# "a?b,c" is the argument a, if b or c needs a gradient.
TEXT = """
LinalgVectorNorm: self result
Cdist: x1 x2 result
Dist: other self result
Lerp1: end?weight self?weight weight
NativeBatchNorm: input running_mean running_var weight +mean +rstd
NativeLayerNorm: bias input weight +mean +rstd
NativeGroupNorm: input weight *mean *rstd
MaxPool2DWithIndices MaxPool3DWithIndices AdaptiveMaxPool2D AdaptiveMaxPool3D: self +indices
FractionalMaxPool2D FractionalMaxPool3D: self +indices
AvgPool2D AvgPool3D AdaptiveAvgPool2D AdaptiveAvgPool3D: self
MaxUnpool2D MaxUnpool3D: indices
NllLoss NllLoss2D: self target weight +total_weight
MultiMarginLoss: self target weight
SoftMarginLoss: self target
LinalgSvd: *S *U *Vh
LinalgEigh: *eigenvalues *eigenvectors
LinalgLu: 1 0 2
LinalgCholeskyEx: result
PreluKernel: self weight
RreluWithNoise: noise self
Trilinear: i1 i2 i3
MultilabelMarginLoss: self target +is_target
ScaledDotProductFlashAttentionForCpu: query key value +logsumexp result
CholeskySolve: input2@1 self result
LinalgLuFactorEx: 0 1
LinalgLuSolve: LU pivots result
LinalgSolveEx LinalgDet: self +LU +pivots result
LinalgSlogdet: self +LU +pivots 0
TriangularSolve: A@1 self result
LinalgLstsq: b@1 self result
LinalgMatrixExp Glu Threshold Hardswish Hardsigmoid Mish Softshrink Hardshrink VarMean Nansum Renorm FftR2C: self
ReflectionPad1D ReflectionPad2D ReflectionPad3D ReplicationPad1D ReplicationPad2D ReplicationPad3D: self
LinalgHouseholderProduct: input tau result
LinalgCross: other self
LogSigmoid: self +buffer
GridSampler2D GridSampler3D: grid input
AffineGridGenerator:
Convolution: input weight@1
Median: self result
Median1 Kthvalue Mode Max Min: 1
Cummax Cummin: self 1
IndexAdd IndexCopy: index source
Scatter ScatterAdd: index
ScatterReduce: index self src result
Take: index self
Index: +places
MaskedSelect: mask self
MaskedScatter: mask
CtcLoss: log_probs targets result +log_alpha
EmbeddingBag: +rows +offsets per_sample_weights weight?per_sample_weights +offset2bag +bag_size +max_indices
Pow1: exponent@1 self result
"""


def rows(text):
    """{node: [what it keeps]}"""
    found = {}
    for line in text.strip().splitlines():
        names, _, fields = line.partition(":")
        for n in names.split():
            base = n if n[-1].isdigit() and n[-2:] not in ("1D", "2D", "3D") else n + "0"
            found[f"{base[:-1]}Backward{base[-1]}"] = fields.split()
    return found


KEPT = rows(TEXT)
SEVERAL = set(  # functions that torch makes of several operations, whose bodies here are these: each is shown by itself
    "old_svd gru_cell lstm_cell rnn_tanh_cell rnn_relu_cell fractional_max_pool2d fractional_max_pool3d max_pool1d avg_pool1d adaptive_max_pool1d adaptive_avg_pool1d lp_pool1d lp_pool2d lp_pool3d local_response_norm instance_norm "
    "cosine_similarity normalize hinge_embedding_loss cosine_embedding_loss margin_ranking_loss multilabel_soft_margin_loss softsign "
    "matrix_norm logdet cross_entropy ctc_loss  quantile stft bilinear prelu rrelu poisson_nll_loss tanhshrink".split()
)
WRITES = {
    "native_batch_norm": "NativeBatchNormBackward0",
    "rrelu_with_noise": "RreluWithNoiseBackward0",
}  # functions that write operands, and their nodes
FIRST = ("self", "input")


@functools.cache
def names_of(f):
    """The names of a function's parameters."""
    return list(signature_of(f).parameters)


class Bound:
    """One call: the function, its arguments, and the places of the Tensors among them."""

    def __init__(self, f, args, kwargs):
        self.f, self.args, self.kwargs = f, list(args), dict(kwargs)
        values = [*enumerate(args), *kwargs.items()]
        self.places = [k for k, a in values if isinstance(a, Tensor)]
        self.operands = [a for _, a in values if isinstance(a, Tensor)]
        self.statistics = None  # that its kernel has found (kernel_results.py)

    def argument(self, name):
        """The argument of this name, None where none is given."""
        name, _, place = name.partition("@")
        if name in self.kwargs:
            return self.kwargs[name]
        names = names_of(self.f)
        at = int(place) if place else names.index(name) if name in names else 0 if name in FIRST else len(self.args)
        return self.args[at] if at < len(self.args) else None

    def of(self, operands):
        """The call on other operands."""
        args, kwargs = list(self.args), dict(self.kwargs)
        for k, t in zip(self.places, operands, strict=True):
            (args if type(k) is int else kwargs)[k] = t
        return Bound(self.f, args, kwargs)

    def again(self, operands):
        """The results on other operands."""
        call = self.of(operands)
        return results_of(self.f(*call.args, **call.kwargs))


def results_of(got):
    return [t for t in (got if isinstance(got, tuple) else (got,)) if isinstance(t, Tensor)]


def kept_by(fields, call, got, outs):
    """{name: Tensor}: what torch's node of these fields keeps of a call; of a list that is kept, by numbers."""
    found = {}
    for field in fields:
        name, _, readers = field.partition("?")
        if readers and not any([requires(call.argument(r)) for r in readers.split(",")]):
            continue
        if name[0] in "+*":
            t = getattr(got, name[1:], None) if isinstance(got, tuple) else None
            t = call_in(False, MORE[name[1:]], call, outs) if t is None else t
        elif name == "result" or name.isdigit():
            t = outs[int(name) if name.isdigit() else 0]
        else:
            t = call.argument(name)
        found |= {(name, i): v for i, v in enumerate(t)} if type(t) is list else {name: t}
    return {k: t for k, t in found.items() if isinstance(t, Tensor)}


def requires(t):
    return isinstance(t, Tensor) and current(t).mark is not None


def packed_early(pair, f, args, kwargs):
    """{id: what a hook made} of the operands that a function which writes some of them keeps: torch has shown them by then."""
    node = WRITES.get(f.__name__)
    call = Bound(f, args, kwargs)
    if node is None or not tls.grad or not any(map(requires, call.operands)):
        return {}
    kept = [call.argument(name) for name in KEPT[node] if name[0] not in "+*" and name != "result"]
    return {id(t): pair.form(t) for t in kept if isinstance(t, Tensor)}


class Held(Spec):
    """An operation whose node keeps what torch's keeps; `sources`: for each of these the number of the operand that it is, or None."""

    def __init__(self, name, call, outs, kept):
        self.name, self.call, self.outs = name, call, outs
        self.floats = [i for i, o in enumerate(outs) if o.mark is not None]
        self.more = {k: t for k, t in kept.items() if k[0] == "*" and all([o is not t for o in outs])}
        self.sources = [next((k for k, o in enumerate(call.operands) if o is t), None) for t in kept.values()]

    def run(self, *xs):
        return [self.outs[i].val for i in self.floats] + [t.val for t in self.more.values()]

    def record(self, *xs):
        return self.run(), ()

    def pull_node(self, slots, n, again):
        values = [None] * len(self.call.operands)
        for p, k in zip(n.saved[1:], self.sources, strict=True):
            t = p.read()
            if k is not None:
                values[k] = t.val
        for k, v in n.saved[0].items():
            values[k] = v
        nodes = dict(zip(n.plan.operands, n.ins, strict=True))
        if self.call.f.__name__ in WRITES:
            values = [v.copy() if k not in nodes else v for k, v in enumerate(values)]
        before, tls.packing = tls.packing, None
        try:
            operands = [stand_in(v, nodes.get(k), again) for k, v in enumerate(values)]
            with warnings.catch_warnings(action="ignore"):  # (the call has warned)
                outs = call_in(True, self.call.again, operands)
            outs = [outs[i] for i in self.floats]
            for name, c in zip(self.more, slots.cts[len(outs) :], strict=True):
                call = None if c is None else self.call.of(operands)
                outs.append(call and call_in(True, MORE[name[1:]], call, outs))
            pairs = [(o, shown_gradient(c)) for o, c in zip(outs, slots.cts, strict=True) if c is not None]
            asked = [t for k, t in enumerate(operands) if k in nodes]
            got = iter(derivatives(pairs, asked, again))
        finally:
            tls.packing = before
        return [next(got) if k in nodes else None for k in range(len(operands))]


def stand_in(v, node, again):
    """An operand of steps that are run once more: a leaf, or, where they are recorded, of the history that it had."""
    if node is None:
        return Tensor(v, None, TAPE)
    if node.params and "of" in node.params:
        node = node.params["of"]
    if again:
        return call_in(True, PRIMITIVES["copy"], Tensor(v, None, TAPE), Tensor(v, node, TAPE))
    return Tensor(v, TAPE.leaf(), TAPE)


def derivatives(pairs, asked, again):
    """The cotangents, in the rules' convention, of the operands asked for."""
    from .walks import plain_grad

    outs, cts = zip(*pairs, strict=True)
    got = call_in(again, plain_grad, outs, asked, cts, True, again, True)
    return [None if g is None else conjugated(current(g)) if again else conjugated(current(g).val) for g in got]


def instead(pair, f, args, kwargs, got, shown, early):
    """Put one node in the place of those that an operation has recorded, if it keeps something else than they; True if it does. `shown`:
    the Tensors that its node would show, None if they are several; `early`: what has been shown before."""
    outs = results_of(got)
    first = next((t for t in outs if t.owner is TAPE and t.mark is not None and t.mark.plan is not None), None)
    if first is None or tls.dual is not None or tls.func or "out" in kwargs:
        return False
    fields = KEPT.get(node_name(first.mark))
    if fields is None or spelling_of(first.mark) is not None:
        return False
    n = whole(first.mark)
    if any(t.mark is not None and whole(t.mark) is not n and node_name(whole(t.mark)) != node_name(n) for t in outs):
        return False
    call = Bound(f, args, kwargs)
    span = parents(n)
    marks = [t.mark for t in call.operands]
    if any(p is not None and p not in marks for p in span) or any(o is t for o in outs for t in call.operands):
        return False
    kept = kept_by(fields, call, got, outs)
    if shown is not None and len(kept) == len(shown) and all(a is b for a, b in zip(kept.values(), shown)):
        return False
    spec = Held(node_name(n), call, outs, kept)
    new = TAPE.process(PRIMITIVES["rule"], call.operands, {"spec": spec})
    main = new[0].mark.ins[0]
    extra = extra_of(main)
    extra.label, extra.span, extra.release = spec.name, span, True
    for t, o in zip([*[outs[i] for i in spec.floats], *spec.more.values()], new, strict=True):
        t.mark = o.mark
    rest = {k: t.val.copy() for k, t in enumerate(call.operands) if k not in spec.sources}  # (it may be written)
    main.saved, main.versions = (rest, *[early.get(id(t)) or pair.form(t) for t in kept.values()]), ()
    spec.outs = None
    spec.more = [*spec.more]
    call.operands, call.statistics = [None] * len(call.operands), None
    for k in call.places:
        (call.args if type(k) is int else call.kwargs)[k] = None
    return True
