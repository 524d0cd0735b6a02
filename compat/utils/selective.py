"""Which results of a checkpointed function are kept: a policy is asked of every operation of the first run.

Invariant: an operation whose result was kept is recorded again in the second run, with that result, and is not computed again. Views,
changes in place and custom Functions are done again without asking. Nothing here is reached while no policy is active (`tls.choosing`).
"""

import functools

from funcgrad.core import state
from funcgrad.core.aval import shape_of
from funcgrad.core.handle import Handle
from funcgrad.core.site import here
from funcgrad.core.trace import TAPE

from .._intercept import Users
from ..functions.register import FUNCTIONS, METHODS
from ..ops import aten
from ..tensor import Tensor

tls, shared = state.tls, state.shared
VIEWS = {"reshape", "transpose", "getitem", "broadcast", "diagonal", "as_real", "as_complex", "real", "imag"}
TENSORS = {  # primitives whose name in torch's table goes by what the second operand is: (with a Tensor, with a number)
    "add": ("add.Tensor",) * 2, "sub": ("sub.Tensor",) * 2, "mul": ("mul.Tensor",) * 2, "div": ("div.Tensor",) * 2,
    "power": ("pow.Tensor_Tensor", "pow.Tensor_Scalar"), "greater": ("gt.Tensor", "gt.Scalar"), "less": ("lt.Tensor", "lt.Scalar"),
    "greater_equal": ("ge.Tensor", "ge.Scalar"), "less_equal": ("le.Tensor", "le.Scalar"),
    "equal": ("eq.Tensor", "eq.Scalar"), "not_equal": ("ne.Tensor", "ne.Scalar"),
}  # fmt: skip
NUMBER_FIRST = {"sub": "rsub.Scalar", "power": "pow.Scalar"}
PRODUCTS = {(2, 2): "mm.default", (2, 1): "mv.default", (1, 1): "dot.default"}  # by the dimensions of both
OVER_ALL = {"sum": "sum.dim_IntList", "mean": "mean.dim"}  # where not all dimensions are reduced
NAMES = {
    "affine": "addmm", "softmax": "_softmax", "log_softmax": "_log_softmax", "picked_loss": "nll_loss_forward",
    "squared_error": "mse_loss", "conv": "convolution", "conv_bias": "convolution", "gather": "index.Tensor", "concatenate": "cat", "copy": "clone", "cast": "_to_copy",
    "where": "where.self", "take_along": "gather", "window_max": "max_pool2d_with_indices", "pad": "constant_pad_nd",
    "lstm_layer": "mkldnn_rnn_layer", "standardize": "native_layer_norm",
}  # fmt: skip
WHOLE = {  # functions that are several primitives here and one operation there
    "scaled_dot_product_attention": "_scaled_dot_product_flash_attention_for_cpu", "layer_norm": "native_layer_norm",
    "batch_norm": "native_batch_norm", "group_norm": "native_group_norm", "norm": "linalg_vector_norm", "var": "var.correction",
    "std": "std.correction", "topk": "topk", "argmax": "argmax", "argmin": "argmin", "glu": "glu", "embedding": "embedding", "addmm": "addmm",
    "baddbmm": "baddbmm", "softplus": "softplus", "avg_pool2d": "avg_pool2d", "masked_fill": "masked_fill.Scalar", "tril": "tril",
    "triu": "triu", "interpolate": "upsample_nearest2d", "flip": "flip", "sort": "sort",
    "binary_cross_entropy_with_logits": "binary_cross_entropy_with_logits",
}  # fmt: skip


def overload(name):
    """torch.ops.aten's object of a name, whose overload is `default` where it says none."""
    packet, _, kind = name.partition(".")
    return getattr(aten.packet(packet), kind or "default")


def operation(prim, args, params):
    """The name in torch's table of what a primitive does with these operands."""
    name = prim.name
    shapes = [len(shape_of(a)) if isinstance(a, Handle) else None for a in args]
    if name in NUMBER_FIRST and shapes[0] is None:
        return NUMBER_FIRST[name]
    if name in TENSORS:
        return TENSORS[name][shapes[1] is None]
    if name == "dot_general":
        return PRODUCTS.get(tuple(shapes), "bmm.default")
    if name in OVER_ALL and len(params["axes"]) < shapes[0]:
        return OVER_ALL[name]
    return NAMES.get(name, name)


def detached(out):
    """The Tensors of a result without their record."""
    if isinstance(out, (tuple, list)):
        return type(out)(map(detached, out))
    return out.detach() if isinstance(out, Tensor) else out


MISMATCH = (
    "This can happen if the operations in the checkpointed region are nondeterministic or depend on global state that changed between "
    "forward and backward."
)
AGAIN, TAKEN = object(), object()  # of an entry: to be computed again; handed out already


class Run:
    """One of the two runs: a context, in which `operation` sees what is done. `span`: results of the primitives of one operation."""

    def __init__(self, kept):
        self.kept = kept  # operation -> {number of the call -> its results and their versions, AGAIN or TAKEN}
        self.span = None

    def __enter__(self):
        self.counts = {}
        self.before, tls.choosing = tls.choosing, self
        with shared.lock:
            shared.staging += 1
        USERS.enter()
        return self

    def __exit__(self, *error):
        USERS.leave()
        with shared.lock:
            shared.staging -= 1
        if tls.choosing is self:
            tls.choosing = self.before
            return
        run = tls.choosing  # (one that began later goes on: it is to find what this one found)
        while run is not None and run.before is not self:
            run = run.before
        if run is not None:
            run.before = self.before

    def number(self, op):
        """How many calls of an operation came before this one."""
        count = self.counts[op] = self.counts.get(op, -1) + 1
        return count

    def plainly(self, prim, args, params, out=None):
        """A primitive, which nobody is asked about."""
        tls.choosing = None
        try:
            return TAPE.process(prim, args, params, out)
        finally:
            tls.choosing = self

    def primitive(self, prim, args, params):
        """What TAPE does with a primitive while this run is on."""
        if self.span is not None:
            return self.of_span(prim, args, params)
        if prim.name in VIEWS or prim.record is not None:
            return self.plainly(prim, args, params)
        op = overload(operation(prim, args, params))
        shown = args if prim.name != "affine" else (args[2], args[0], args[1])
        return self.asked(op, shown, {}, lambda: self.of_span(prim, args, params))

    def spanned(self, inner, op, args, kwargs):
        """What a function that is one operation there does while this run is on."""
        return (
            inner(*args, **kwargs)
            if self.span is not None
            else self.asked(op, args, kwargs, lambda: inner(*args, **kwargs))
        )


class First(Run):
    """The first run: `policy` says which results are kept."""

    def __init__(self, policy, kept):
        super().__init__(kept)
        self.policy = policy

    def of_span(self, prim, args, params):
        out = self.plainly(prim, args, params)
        self.span.append(detached(out))
        return out

    def asked(self, op, args, kwargs, run):
        from .checkpoint import SelectiveCheckpointContext, is_kept

        number = self.number(op)
        self.span = []
        try:
            out = run()
            made = self.span
        finally:
            self.span = None
        tls.choosing = None
        try:
            wanted = self.policy(
                SelectiveCheckpointContext(is_recompute=False, op_output=detached(out)), op, *args, **kwargs
            )
        finally:
            tls.choosing = self
        entry = AGAIN if not is_kept(wanted) else [(t, t._version) for t in flat(made)]
        self.kept.setdefault(op, {})[number] = (made, entry) if entry is not AGAIN else AGAIN
        return out


class Second(Run):
    """The second run, which takes what was kept. `changed`: may that have been changed in place?"""

    def __init__(self, kept, changed):
        super().__init__(kept)
        self.changed = changed

    def of_span(self, prim, args, params):
        if self.span is None or self.span is AGAIN:
            return self.plainly(prim, args, params)
        t = next(self.span)
        return self.plainly(prim, args, params, tuple([x.val for x in t]) if prim.multi else t.val)

    def asked(self, op, args, kwargs, run):
        number = self.number(op)
        if op not in self.kept:
            raise RuntimeError(f"{op} encountered during backward but not found in storage. {MISMATCH}")
        entry = self.kept[op].get(number)
        if entry is None:
            raise RuntimeError(
                f"{op} invocation index {number} encountered during backward but not found in storage. {MISMATCH}"
            )
        if entry is TAKEN:
            raise RuntimeError(
                "Trying to backward an extra time. You are only allowed to backward once on any region computed under selective activation "
                "checkpoint."
            )
        if entry is not AGAIN:
            self.kept[op][number] = TAKEN
            made, versions = entry
            if not self.changed and any(t._version != v for t, v in versions):
                raise RuntimeError("Tensor cached during selective activation checkpoint has been mutated")
        self.span = AGAIN if entry is AGAIN else iter(made)
        try:
            return run()
        finally:
            self.span = None


class Listing(Run):
    """A run whose operations are listed, each with the line that asks for it; `other` is the first run's list."""

    def __init__(self, other=None):
        super().__init__(None)
        self.lines, self.other = [], other

    def __enter__(self):
        self.lines.clear()  # (of the recomputation before)
        return super().__enter__()

    def of_span(self, prim, args, params):
        return self.plainly(prim, args, params)

    def asked(self, op, args, kwargs, run):
        at = len(self.lines)
        self.lines.append("")
        self.span, line = [], f"{op}({', '.join([*map(brief, args), *[f'{k}={brief(v)}' for k, v in kwargs.items()]])})"
        try:
            out = run()
            line += f" -> {brief(out)}"
            return out
        finally:
            self.span = None
            self.lines[at] = f"{line}   at {here()}"

    def told(self, error):
        """The text of an error, with the operations of both runs and the first that differs."""
        first, second = self.other, self.lines
        same = next((i for i, (a, b) in enumerate(zip(first, second)) if a != b), min(len(first), len(second)))
        lists = [
            f"Operations executed during {name}:\n\n"
            + "\n".join([f"{i + 1:4}  {line}" for i, line in enumerate(lines)])
            for name, lines in (("the original forward", first), ("recomputation", second))
        ]
        if same < len(first) and same < len(second):
            lists.append(f"The two differ first in operation {same + 1}.")
        return "\n\n".join([str(error).partition("\nTip:")[0].rstrip(), *lists])


def listing():
    """The contexts of a checkpoint that lists the operations of both runs."""
    first = Listing()
    return first, Listing(first.lines)


def brief(x):
    """An operand in a few characters."""
    if isinstance(x, Handle):
        return f"{str(x.dtype).rpartition('.')[2]}[{', '.join(map(str, x.shape))}]"
    if isinstance(x, (tuple, list)):
        return f"[{', '.join(map(brief, x))}]"
    return repr(x)


def flat(results):
    return [t for r in results for t in (r if isinstance(r, (tuple, list)) else (r,)) if isinstance(t, Tensor)]


def layers():
    """[(layer, functions)] around the functions that are one operation of torch's."""
    from ..nn import functional

    found = []
    for name, whole in WHOLE.items():
        functions = {FUNCTIONS.get(name), METHODS.get(name), getattr(functional, name, None)} - {None}
        found.append((functools.partial(layer, overload(whole)), functions))
    return found


def layer(op, inner, f):
    def call(*args, **kwargs):
        run = tls.choosing
        return inner(*args, **kwargs) if run is None else run.spanned(inner, op, args, kwargs)

    return call


USERS = Users("selective", layers)
