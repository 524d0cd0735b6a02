"""What a node shows of what it saved, by torch's names: `_saved_self`, `_saved_dim`, `_raw_saved_self`.

Invariant: nothing is kept for this. A Tensor is what a step of the operation saved of its operand; sizes and numbers are read off the params and
the shapes of the steps. Dimensions count from the front, however they were given. What is not to be found so is no attribute.
"""

import functools
import math

import numpy as np

from funcgrad.core.aval import PYTHON_SCALARS, Aval, shape_of

from ._gate import Through
from ._node_fields import TEXT
from .names import RESULTS, SAVED, node_name
from .rewriting import steps_of

NOTHING = object()
LAST = 2**63 - 1  # where a slice without an end ends
MORE = {  # operands of operations whose hooks see them under other names
    "Cdist": ("x1", "x2"), "EuclideanDist": ("x1", "x2"), "PreluKernel": ("self", "weight"), "Linear": ("input", "weight", "bias"),
    "NativeBatchNorm": ("input", "weight"), "NativeLayerNorm": ("input", "weight", "bias"), "NativeGroupNorm": ("input", "weight"),
    "GridSampler2D": ("input", "grid"), "GridSampler3D": ("input", "grid"), "LinalgSolveEx": ("A", "B"), "LinalgDet": ("A",), "LinalgSlogdet": ("A",),
    "ScaledDotProductFlashAttentionForCpu": ("query", "key", "value"), "Trilinear": ("i1", "i2", "i3"),
}  # fmt: skip
PARTS = {  # which of its results a node keeps as which field
    "LinalgQr": ("Q", "R"), "LinalgSvd": ("U", "S", "Vh"), "LinalgEigh": ("eigenvalues", "eigenvectors"),
    "LinalgEig": ("eigenvalues", "eigenvectors"), "LinalgSlogdet": ("sign", ""), "Sort": ("", "indices"), "Topk": ("", "indices"),
    "LinalgLu": ("P", "L", "U"), "LinalgLuFactorEx": ("LU", "pivots"),
}  # fmt: skip
BY_ONE_INDEX = ("IndexSelect", "IndexAdd", "IndexCopy", "IndexFill", "Put")
NAMED = {  # what a primitive calls a field of torch's
    "dims": ("perm", "axes"), "dim": ("axis", "axes"), "dimension": ("axis",), "n": ("nth",), "p": ("p", "order"), "max_val": ("high",), "min_val": ("low",),
    "offset": ("k",), "storage_offset": ("offset",), "k": ("k",), "stride": ("strides",), "dilation": ("rhs_dilation", "window_dilation"), "kernel_size": ("window",),
    "group": ("groups",), "diagonal": ("k",), "unitriangular": ("unit_diagonal",),
}  # fmt: skip


@functools.cache
def table():
    """{node: [(field, sort)]}; the sort of a Tensor is ""."""
    found = {}
    for line in TEXT.splitlines():
        names, _, row = line.partition(": ")
        fields = [(f, "") if f[-1].isalnum() else (f[:-1], f[-1]) for f in row.split()]
        for name in names.split():
            found[f"{name[:-1]}Backward{name[-1]}"] = fields
    return found


class Fields:
    """The fields of one node."""

    def __init__(self, n):
        self.name = node_name(n) if n.plan is not None else ""
        self.span = n.extra and n.extra.span
        rule, self.parts = n.plan is None or n.plan.prim.name == "rule", ()
        if (
            rule and n.plan is not None and type(n.params["spec"]) is Through
        ):  # (a gate that several results go through)
            self.parts = [p for p in n.ins if p is not None and p.plan is not None and p.plan.prim.name != "copy"]
            if self.parts:
                n, self.span, rule = self.parts[0], None, False
        self.n = n
        self.sorts = {} if rule else dict(table().get(self.name, ()))
        if self.sorts:
            self.steps = [n] if self.span is None else steps_of(n)
            base = self.name.partition("Backward")[0]
            if base in SAVED and len(self.steps) == 1:
                self.span = None  # (the operands of this one step are torch's)
            self.operands = MORE.get(base) or SAVED.get(base, ("self", "other"))
            if n.plan.prim.name == "dot_general":
                self.operands = self.operands[-2:]
            self.result = {"StdMean": "result0", "Aminmax": "min"}.get(base) or RESULTS.get(base, "result")

    def places(self, k):
        """[(step, operand)] that are the k-th operand."""
        if self.span is None:
            return [(self.n, k)]
        p = self.span[k] if k < len(self.span) else None
        if p is None:
            return []
        return [(m, i) for m in self.steps for i, q in zip(m.plan.operands, m.ins) if q is p]

    def place(self, field):
        """(step, place among what it saved) of a Tensor; (None, None) where torch saves None; NOTHING if no step has saved it."""
        n = self.n
        parts = PARTS.get(self.name.partition("Backward")[0], ())
        if field in parts:
            kept = n.saved[-1] if n.plan.keeps and n.saved else None
            whole = isinstance(kept, tuple) and len(kept) == len(parts) and type(kept[parts.index(field)]) is not Aval
            if whole or n.plan.keeps and n.saved is None:
                return n, (len(n.plan.reads), parts.index(field))
        if field == self.result:
            return (n, len(n.plan.reads)) if n.plan.keeps and n.plan.results is None and self.whole() else NOTHING
        if n.plan.prim.name == "where" and self.span is None and field in ("condition", "mask"):
            return n, 0
        if (
            n.plan.prim.name in ("take_along", "picked", "gather")
            and field in ("index", "indices")
            and self.name[:6] != "IndexB"
        ):
            return (n, 0) if n.saved is None or len(n.saved) == 1 else NOTHING
        if field == "index" and self.name.startswith(BY_ONE_INDEX):
            found = [
                m
                for m in self.steps
                if m.plan.prim.name in ("gather", "scatter_add", "scatter_set") and len(m.saved or ()) == 1
            ]
            return (found[0], 0) if found else NOTHING
        if field not in self.operands and field not in ("weight", "pos_weight"):
            return NOTHING
        k = self.operands.index(field) if field in self.operands else n.plan.prim.arity
        for m, i in self.places(k):
            if i in m.plan.reads:
                at = m.plan.reads.index(i)
                none = m.saved and type(m.saved[at]) is float and math.isinf(m.saved[at]) and field in ("min", "max")
                return (None, None) if none else (m, at)
        if self.span is None and field in ("weight", "pos_weight") and k >= n.plan.prim.arity:
            return None, None
        prim = n.plan.prim
        if (
            self.span is None
            and k < prim.arity
            and k in prim.plan((1 << prim.arity) - 1, n.plan.kink, n.plan.face).reads
        ):
            return None, None  # (which nobody's gradient reads)
        return NOTHING

    def whole(self):
        """Is what is kept as the result one Tensor, and torch's?"""
        return self.n.saved is None or not isinstance(self.n.saved[-1], tuple)

    def sizes(self, field):
        """The shape of an operand."""
        k = self.operands.index(field) if field in self.operands else 0
        for m, i in self.places(k):
            if m.avals is not None and i < len(m.avals) and m.avals[i] is not None:
                return tuple(m.avals[i].shape)
            if m.saved and (i in m.plan.reads or m.avals is None):
                return tuple(shape_of(m.saved[m.plan.reads.index(i) if i in m.plan.reads else 0]))
        return NOTHING

    def param(self, field):
        """What the one step says, or that which reads the first operand (of whose params only the dimensions are torch's)."""
        if self.span is None:
            steps = [self.n]
        else:
            steps = [m for m, _ in self.places(0)[:1]] if field in ("dim", "eps") or field in self.of_windows() else []
        for m in steps:
            for name in (field, *NAMED.get(field, ())):
                if m.params and name in m.params:
                    return m.params[name]
        return NOTHING

    def of_windows(self):
        """What a step that goes over windows says as torch's operation does (a pool's strides may be those of its windows)."""
        if self.name[:6] in ("Im2Col", "Col2Im"):
            return ("kernel_size", "padding", "dilation", "stride")
        return ("kernel_size", "padding") if self.name.startswith("AvgPool") else ()

    def number(self, field):
        """A size or a number; NOTHING if no step has it."""
        head, _, tail = field.partition("_sym_")
        if tail in ("sizes", "numel"):
            found = self.sizes(head)
            return math.prod(found) if tail == "numel" and found is not NOTHING else found
        if tail.startswith("argsize_"):
            found, axis = self.sizes(head), int(tail[8:].replace("minus_", "-"))
            return NOTHING if found is NOTHING else found[axis]
        if tail == "strides":
            place = self.place(head)
            if (
                self.span is None
                and head in self.operands
                and self.places(self.operands.index(head))[0][1] not in self.n.plan.operands
            ):
                return ()  # (which only its own gradient reads)
            if place is NOTHING or place[0] is None or not place[0].saved:
                return NOTHING
            v = place[0].saved[place[1]]
            return tuple([s // v.itemsize for s in v.strides]) if hasattr(v, "strides") else NOTHING
        own = OWN.get(field)
        v = NOTHING if own is None else own(self)
        if v is NOTHING and field in self.operands:
            place = self.place(field)
            if place == (None, None):
                return None
            v = place[0].saved[place[1]] if place is not NOTHING and place[0].saved else NOTHING
            v = v.item() if type(v) is np.ndarray and v.ndim == 0 else v if type(v) in PYTHON_SCALARS else NOTHING
        return self.param(field) if v is NOTHING else v

    def value(self, field):
        """What a field that is no Tensor says, as torch's sort of it; NOTHING if it cannot be said."""
        sort, v = self.sorts[field], self.number(field)
        if v is NOTHING:
            return v
        many = isinstance(v, (tuple, list))
        if sort == "." and many:
            return v[0] if len(v) == 1 else NOTHING
        if sort == "?" and many and field == "dim" and not self.name.endswith("1"):  # (those over some dimensions)
            size = self.sizes("self")
            return None if size is not NOTHING and len(size) == len(v) else tuple(v)
        if sort == "*" and field == "dim" and self.name.startswith("Am") and len(v) == len(self.sizes("self")) > 1:
            return ()
        if many and any([isinstance(e, tuple) for e in v]):
            return tuple([e[0] for e in v])  # (what is added before and behind is the same)
        return tuple(v) if many else v if sort == "." or v is None else (v,)

    def has(self, field):
        if self.sorts.get(field) == "":
            return self.place(field) is not NOTHING
        return field in self.sorts and self.value(field) is not NOTHING

    def tensors(self):
        return [f for f, sort in self.sorts.items() if sort == "" and self.has(f)]


def saved(n, name, show, raw):
    """The attribute `_saved_*` (or `_raw_saved_*`, made by `raw(step, place)`) of this name; NOTHING if there is none. `show(step, place)` is
    a saved Tensor."""
    of = Fields(n)
    own = name.startswith("_saved_")
    field = name[7:] if own else name[11:]
    if field not in of.sorts or not own and of.sorts[field]:
        return NOTHING
    if of.sorts[field]:
        return of.value(field)
    place = of.place(field)
    if place is NOTHING:
        return NOTHING
    m, k = place
    if m is None:
        return None if own else raw(n, None)
    return (show if own else raw)(m, k)


def listed(n):
    """The names of its attributes."""
    of = Fields(n)
    return [f"_saved_{f}" for f in of.sorts if of.has(f)] + [f"_raw_saved_{f}" for f in of.tensors()]


# ------------------------------------------------------------------------------------------------ what no param says as torch does
def prims(f):
    return {m.plan.prim.name for m in f.steps}


def of_elu(read):
    return lambda f: read(f.n.params) if f.n.plan.prim.name == "elu" else NOTHING


def whole_number(v):
    return int(v) if v == int(v) else v


def of_fft(read):
    return lambda f: read(f) if f.n.plan.prim.name in ("fft", "rfft", "irfft") else NOTHING


def normalization(f):
    """What a transform is divided by: 0 nothing, 1 the root of the count, 2 the count."""
    backward = f.n.plan.prim.name == "irfft" or f.n.params.get("inverse", False)
    return 1 if f.n.params["norm"] == "ortho" else 2 * ((f.n.params["norm"] == "backward") == backward)


def steepness(f):
    """The alpha of an elu and its kin; else the factor of a sum."""
    if f.n.plan.prim.name != "elu":
        return factor(f)
    params = f.n.params
    return 1 / params["inner"] if f.name.startswith("Celu") else params["low"] / params["high"]


def euclidean(f):
    """The order of a norm that is the second."""
    if f.name.startswith(("Norm", "Cdist", "Pdist", "Dist")) and "length" in prims(f):
        return 2 if f.name.startswith("Dist") else 2.0
    return NOTHING


def rolled(which):
    def get(f):
        step = next((m for m in f.steps if m.plan.prim.name == "roll"), None)
        if step is None or not f.name.startswith("Roll"):
            return NOTHING
        return step.params[which]

    return get


def factor(f):
    """Of a sum whose parts are not multiplied."""
    return 1 if f.name[:3] in ("Add", "Sub", "Rsu", "Bad") and not prims(f) & {"mul", "rule"} else NOTHING


def reduction(f):
    """How a loss is reduced: 0 not at all, 1 to its mean, 2 to its sum."""
    mean, made = (f.n.params or {}).get("mean"), prims(f)
    if "div" in made:
        return NOTHING
    return 1 if mean is True or "mean" in made else 2 if mean is False or "sum" in made else 0


def convolved(value):
    """Of a convolution that is torch's own."""
    return lambda f: value(f) if f.span is None and not any(e != 1 for e in f.n.params["lhs_dilation"]) else NOTHING


def bias_sizes(f):
    bias = f.n.avals[2] if f.n.avals is not None and len(f.n.avals) > 2 else None
    return (0,) if f.n.plan.prim.name == "conv" else NOTHING if bias is None else tuple(bias.shape)


def moved(which):
    def dim(f):
        perm = f.param("perm")
        return NOTHING if perm is NOTHING else ([i for i, p in enumerate(perm) if i != p] or [0, 0])[which]

    return dim


def dim(f):
    """Of what takes or adds a dimension: where the shapes differ first."""
    params = f.n.params or {}
    if "idx" in params:
        return next((i for i, e in enumerate(entries(f)) if e != slice(None)), 0)
    if f.name in ("UnsqueezeBackward0", "SqueezeBackward1") and "shape" in params:
        before, after = f.sizes("self"), params["shape"]
        if before is not NOTHING:
            longer, shorter = sorted((tuple(before), tuple(after)), key=len, reverse=True)
            return next(
                (i for i, e in enumerate(longer) if e == 1 and longer[:i] + longer[i + 1 :] == shorter), NOTHING
            )
    return NOTHING


def entries(f):
    idx = f.n.params["idx"]
    return [e for e in (idx if type(idx) is tuple else (idx,)) if e is not Ellipsis]


def scalars(f, own):
    """The number that a part of a sum is multiplied by: the first operand (`own`), what the others make, or (None) either."""
    of_first, found = [m for m, _ in f.places(0)], []
    for m in f.steps:
        if m.plan.prim.name == "mul" and own in (None, any([m is o for o in of_first])):
            if m.saved is None:
                return NOTHING
            v = m.saved[0] if len(m.saved) == 1 else None
            found += (
                [v.item() if type(v) is np.ndarray else v]
                if type(v) in PYTHON_SCALARS or np.ndim(v) == 0 and v is not None
                else []
            )
    return found[0] if found else 1


def weighed(own, names):
    return lambda f: scalars(f, own) if f.name.partition("Backward")[0] in names else NOTHING


def flipped(f):
    idx = next((m.params["idx"] for m in f.steps if m.plan.prim.name == "getitem"), ())
    return (
        [i for i, e in enumerate(idx) if isinstance(e, slice) and e.step == -1]
        if f.name.startswith("Flip")
        else NOTHING
    )


def padded(f):
    """What is added before and behind, the last dimension first, as far as anything is."""
    if f.n.plan.prim.name != "pad":
        return NOTHING
    pairs = [p[:2] for p in f.n.params["config"][::-1]]
    while pairs and pairs[-1] == (0, 0):
        pairs.pop()
    return [n for p in pairs for n in p]


def lengths(f):
    """Of the parts that a dimension is split into."""
    if not f.parts or any(["idx" not in (p.params or {}) for p in f.parts]):
        return NOTHING
    size, axis, found = f.sizes("self"), dim(f), []
    for p in f.parts:
        found.append(len(range(*[e for e in p.params["idx"] if e is not Ellipsis][axis].indices(size[axis]))))
    return found


def first_length(f):
    found = lengths(f)
    return found if found is NOTHING else found[0]


def entry(kind, read):
    def get(f):
        if "idx" not in (f.n.params or {}):
            return NOTHING
        e = next((e for e in entries(f) if e != slice(None)), slice(None))
        return read(e) if isinstance(e, slice) == (kind is slice) else NOTHING

    return get


SUMS = ("Addmm", "Addmv", "Addr", "Addbmm", "Baddbmm")
PARTS_OF_SUMS = weighed(False, SUMS), weighed(True, SUMS)
OWN = {
    "alpha": lambda f: steepness(f) if (v := PARTS_OF_SUMS[0](f)) is NOTHING else v,
    "beta": lambda f: (
        f.n.params["delta"]
        if f.n.plan.prim.name == "smooth_absolute_error"
        else factor(f)
        if (v := PARTS_OF_SUMS[1](f)) is NOTHING
        else v
    ),
    "value": weighed(None, ("Addcmul", "Addcdiv")),
    "upper": lambda f: (
        f.n.plan.prim.name == "transpose" if f.name.startswith(("CholeskyBackward", "LinalgCholesky")) else NOTHING
    ),
    "dims": flipped,
    "pad": padded,
    "rounding_mode": lambda f: {"trunc_divide": "trunc", "floor_divide": "floor"}.get(f.n.plan.prim.name, NOTHING),
    "exponent": lambda f: {"square": 2, "cube": 3}.get(f.n.plan.prim.name, NOTHING),
    "scale": of_elu(lambda params: whole_number(params["high"])),
    "input_scale": of_elu(lambda params: whole_number(params["inner"])),
    "normalized_shape": lambda f: f.n.params["shape"] if f.n.plan.prim.name == "normalized" else NOTHING,
    "normalization": of_fft(normalization),
    "onesided": of_fft(lambda f: f.n.plan.prim.name == "rfft"),
    "forward": of_fft(lambda f: not f.n.params["inverse"]),
    "p": euclidean,
    "shifts": rolled("shift"),
    "sparse": lambda f: False,
    "scale_grad_by_freq": lambda f: False if f.span is None else NOTHING,
    "approximate": lambda f: "none" if f.n.plan.prim.name == "gelu" and not f.n.params else NOTHING,
    "keepdim": lambda f: f.n.plan.prim.name == "reshape" and len(f.n.params["shape"]) == len(f.sizes("self")),
    "reduction": reduction,
    "dim0": moved(0),
    "dim1": lambda f: 0 if f.name.startswith("Diagonal") and f.n.plan.prim.name == "diagonal" else moved(1)(f),
    "dim2": lambda f: 1 if f.name.startswith("Diagonal") and f.n.plan.prim.name == "diagonal" else NOTHING,
    "dim": dim,
    "index": entry(int, lambda e: e),
    "start": entry(slice, lambda e: e.start or 0),
    "end": entry(slice, lambda e: LAST if e.stop is None else e.stop),
    "step": entry(slice, lambda e: 1 if e.step is None else e.step),
    "output_padding": convolved(lambda f: (0,) * len(f.n.params["strides"])),
    "sparse_grad": lambda f: False,
    "split_size": first_length,
    "split_sizes": lengths,
    "transposed": convolved(lambda f: False),
    "bias_sym_sizes_opt": convolved(bias_sizes),
    "ord": lambda f: 2 if f.n.plan.prim.name == "length" else NOTHING,
}
