"""The dtypes for which torch has no kernel of a function of several primitives, in its words; `refusing` makes a function say so.

Invariant: a float operand costs one look at its dtype, and where a shape or a dimension is wrong too that is said first, as in
torch, whose kernels are looked for when all else has been checked. (The functions of one primitive: refusals.py.)
"""

import functools
import re
import sys
from types import FunctionType

import numpy as np

from funcgrad.core.halves import BFLOAT16, COMPLEX32
from funcgrad.core.handle import Handle
from funcgrad.core.state import shared, tls
from funcgrad.core.tracebacks import drop, trim

from .. import dtypes
from ..names_of_classes import found_as
from ..tensor import Tensor
from .call_errors import counted, too_long, types_in
from .out_rules import ROWS, check_out

KINDS = {"b": "?", "S": "u1 i1 i2 i4", "I": "u1 i1 i2 i4 i8", "u": "u1", "c": "c8 c16 >c8", "h": "f2"}
KINDS = {kind: [np.dtype(name) for name in names.split()] for kind, names in KINDS.items()}
KINDS["C"] = [COMPLEX32]
KINDS["H"] = [*KINDS["h"], BFLOAT16]
# names: kinds of dtypes (b: bool, I: integers, S: integers but int64, u: uint8, c: complex, h: float16, H: both
# halves, C: complex numbers of two halves; 1: of the first operand, whatever the others are), the kernel
LATE = """
baddbmm: b baddbmm
cholesky_inverse: bIH cholesky_inverse_out_cpu
cross linalg_cross: b1 cross
fold: I col2im_out_cpu
multi_margin_loss: bIc multi_margin_loss_cpu_kernel
segment_reduce: bIc _segment_reduce_cpu
unfold: C im2col_out_cpu
"""
# the same, with the type of the error and its whole text, in which % is the dtype: said before anything else is looked at
EARLY = """
gradient: u RuntimeError torch.gradient does not support uint8 input.
isneginf: c RuntimeError isneginf does not support complex inputs.
isposinf: c RuntimeError isposinf does not support complex inputs.
linalg_vander: b RuntimeError linalg.vander supports floating point, complex, and integer tensors, but got Bool
"""
ABOUT_DTYPES = "bool tensor|expected scalar type|same dtype|without overflow|infer output dtype"  # (what a kernel would say itself)
ERRORS = {"RuntimeError": RuntimeError, "NotImplementedError": NotImplementedError}


@functools.cache
def rows():
    """{name of a function: {NumPy dtype: (said before all else?, error, its text)}}."""
    found = {}
    for table, early in ((LATE, False), (EARLY, True)):
        for line in table.strip().split("\n"):
            names, _, rest = line.partition(": ")
            kinds, said = rest.split(" ", 1)
            error, text = (
                said.split(" ", 1) if early else ("NotImplementedError", f"\"{said}\" not implemented for '%'")
            )
            for name in names.split():
                row = found.setdefault(name, {})
                row.update({d: (early, ERRORS[error], text) for k in kinds.strip("1") for d in KINDS[k]})
                if kinds[-1] == "1":
                    row[None] = True
    return found


def common_dtype(args):
    """The dtype of the first of arguments; that in which the Tensors meet if it is of a higher kind. (Many others are indices.)"""
    found = [(t.owner.dtype(t), 2 if t.owner.shape(t) else 1) for t in args if isinstance(t, Handle)]
    first, common = found[0][0], dtypes.result_dtype(found)
    return common if dtypes.CATEGORY[common.kind] > max(dtypes.CATEGORY[first.kind], 1) else first


def about_shapes(error):
    """Is it an error of shapes, dimensions or values, which torch raises before it looks for a kernel?"""
    text = str(error)
    return isinstance(error, (RuntimeError, IndexError, ValueError)) and not (
        isinstance(error, NotImplementedError) or re.search(ABOUT_DTYPES, text)
    )


def without_kernel(name, f, args, kwargs, d, early, error, text):
    """What a call gives of a dtype d that torch has no kernel for: an error, this one (`early`: at once) or what is wrong beside it; or
    what there is of no elements."""
    out = kwargs.get("out")
    if isinstance(out, Tensor) and ROWS.get(name, "").startswith("Found"):
        check_out(name, out.owner.dtype(out), d)
    refused = error(text.replace("%", dtypes.SPOKEN.get(dtypes.name_of(d), d.name)))
    if early:
        raise refused
    try:
        got = f(*args, **kwargs)
    except Exception as other:
        if about_shapes(other):
            raise
        raise refused from None
    if 0 in args[0].shape:
        return got
    raise refused


def refusing(name, f, wrong=None, careful=False):
    """f, the function of that name, which refuses the dtypes that torch has no kernel for; f itself if there is nothing to refuse.

    `wrong(args, kwargs)`: what torch says of arguments that it does not take, or None; asked once f has failed, and with `careful`
    where arguments of such types are seen for the first time.
    """
    row = rows().get(name, {})
    if not row and wrong is None:
        return f
    taken = set()

    @functools.wraps(f)
    def g(*args, **kwargs):
        if shared.staging and tls.packing is not None and not tls.packing.within:
            return tls.packing.around(g, *args, **kwargs)
        try:
            if careful or "out" in kwargs:
                key = types_in(args, kwargs)
                if key not in taken or too_long((*args, *kwargs.values())):
                    return first(args, kwargs, key)
            return minded(args, kwargs) if row and concerned(args) else f(*args, **kwargs)
        except BaseException as error:
            if tls.packing is not None and isinstance(error, RuntimeError):
                tls.packing.failed(name, args)
            refused = (
                None if wrong is None or not isinstance(error, Exception) or of_values(error) else wrong(args, kwargs)
            )
            if refused is not None:
                raise refused from None
            placed = counted(name or f.__name__, args, kwargs) if type(error) in (TypeError, ValueError) else None
            if placed is not None:
                return f(*placed[0], **placed[1])
            trim(error)
            raise

    def concerned(args):
        try:
            return args[0].val.dtype in row
        except (AttributeError, IndexError):  # (a traced value, or nothing: f sees to it)
            return False

    def first(args, kwargs, key):
        before, tls.packing = tls.packing, None  # (what is tried out saves nothing)
        try:
            refused = wrong(args, kwargs)
        finally:
            tls.packing = before
        if refused is not None:
            raise refused
        got = minded(args, kwargs) if row and concerned(args) else f(*args, **kwargs)
        if len(taken) > 1000:
            taken.clear()
        if not any(
            [isinstance(a, Handle) and not a.shape for a in (*args[1:], *kwargs.values())]
        ):  # (which stand for numbers)
            taken.add(key)
        return got

    def minded(args, kwargs):
        d = common_dtype(args[:1] if None in row else args)
        if d not in row:
            return f(*args, **kwargs)
        return without_kernel(name, f, args, kwargs, d, *row[d])

    g.behind = f
    return g


def of_values(error):
    """Is it an error that a check of torch's Python raises before the arguments go to its parser?"""
    return isinstance(error, (ValueError, AssertionError)) and raised(error)


# Functions of nn.functional that a model calls for every small Tensor: they have no frame around them, and ask `mended` where they
# fail; and those whose wrong arguments are looked at once they have failed.
BARE = set(
    "relu tanh sigmoid softmax log_softmax linear dropout layer_norm batch_norm embedding cross_entropy silu "
    "gelu leaky_relu".split()
)
QUICK = set(
    "relu_ conv1d conv2d conv3d multi_head_attention_forward mse_loss l1_loss smooth_l1_loss huber_loss binary_cross_entropy binary_cross_entropy_with_logits max_pool1d "
    "max_pool2d avg_pool2d adaptive_avg_pool2d pad group_norm rms_norm softplus nll_loss normalize elu relu6 mish hardswish kl_div".split()
)


def raised(error):
    """Has a statement of ours raised it, and not Python on its way?"""
    from ..nn.functional.call_errors import deliberate

    entry = error.__traceback__
    while entry.tb_next is not None:
        entry = entry.tb_next
    return deliberate(error, entry)


def mended(error):
    """What is raised where a function of nn.functional without a frame around it has failed: torch's error of its arguments, if they
    are wrong, else the error itself, without frames of ours."""
    if isinstance(error, Exception) and not of_values(error):
        from ..nn.functional.call_errors import of_frame

        refused = of_frame(sys._getframe(1))
        if refused is not None:
            refused.__suppress_context__ = True
            return refused
    return drop(error)


def refused_call(error, name, args, kwargs):
    """The same for a function of nn.functional and its arguments."""
    if isinstance(error, Exception) and not of_values(error):
        refused = later(name)(args, kwargs)
        if refused is not None:
            refused.__suppress_context__ = True
            return refused
    return drop(error)


def refuse_in(namespace):
    """Make the public functions of a module of nn.functional refuse what torch does, in its words."""
    from ..nn.functional import _FAMILIES

    own = _FAMILIES[namespace["__name__"].rpartition(".")[2]].split()
    for name, f in namespace.items():  # (so that they can be pickled, and Python's own errors name them)
        if type(f) is FunctionType and "<locals>" in f.__qualname__:
            f.__qualname__, f.__module__ = name, namespace["__name__"]
    for name in own:
        f = namespace[name]
        if name not in BARE and isinstance(f, FunctionType):
            namespace[name] = refusing(name, f, later(name), name not in QUICK)


def native(name, f):
    """f, which torch has natively as torch.<name>."""
    from .._calls import refusal

    own = getattr(f, "behind", None)  # (of nn.functional, which has other words around it)
    g = refusing(name if own else "", own or f, lambda args, kwargs: refusal(name, False, args, kwargs), True)
    g.__name__ = name
    return found_as(g, name)


def later(name):
    """call_errors.refusing(name), made once it is asked."""
    wrong = None

    def ask(args, kwargs):
        nonlocal wrong
        if wrong is None:
            from ..nn.functional.call_errors import refusing

            wrong = refusing(name) or (lambda args, kwargs: None)
        return wrong(args, kwargs)

    return ask
