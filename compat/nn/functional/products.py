"""linear and bilinear."""

import math

from funcgrad.core import state
from funcgrad.core.halves import HALVES, among
from funcgrad.core.handle import Frozen, fresh
from funcgrad.core.quiet import IGNORE, enter, leave
from funcgrad.core.site import site
from funcgrad.core.trace import TAPE, on_tape
from funcgrad.core.written import F32, F64
from funcgrad.core.written_any import tape_recorder
from funcgrad.core.written_views import view_at

from ... import dtypes
from ...functions.call_errors import MISSING, answer, is_alike, not_a_tensor, unusual
from ...functions.kernels import refuse_in
from ...functions.levels import recorded_over_memory, taped_nowhere
from ...functions.nodes import as_one, named, renamed
from ...functions.operands import P, dtype_of, shape_of
from ...functions.out_argument import store_row
from ...functions.out_rules import C_NAMES, check_out
from ...functions.products import DOT, MATRIX, matmul_in_steps, matrices, of_stacks, product
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...functions.rounding import half_in, in_float32
from ...functions.shape import QUICK_RESHAPE, reshaped, transposed
from ...functions.writing import spoken
from ...graph import labelled
from ...payload import current
from ...rewriting import spelled
from ...tensor import Tensor
from .dtypes import dtype_in

NO_AXES = (), ()
BOOL = dtypes.BY_NAME["bool"].numpy
LAST = (((1,), (1,)), NO_AXES)  # the last axis of both is summed over
BEHIND = [(((n - 1,), (1,)), NO_AXES) for n in range(65)]  # the same of a stack of matrices with n axes, and a matrix
AFFINE, ADD = P["affine"], P["add"].fast
IMPL, PARAMS, RESHAPED = AFFINE.value("torch"), {}, P["reshape"].plan(1, None, "torch")
tls, shared = state.tls, state.shared


def need_out_of_linear(x, w, out):
    """RuntimeError unless the result can be written into out=, whose dtype torch looks at before that of the weight."""
    if all([isinstance(t, Tensor) for t in (x, w, out)]):
        own, d, inner = dtype_of(current(out)), dtype_of(current(x)), shape_of(x)[-1:] == shape_of(w)[-1:]
        if own != d and x.dim() == w.dim() == 1:
            raise RuntimeError(f"result dtype {spoken(own)} does not match input dtype {spoken(d)}")
        if inner and x.dim() and w.dim() == 2:
            check_out("linear", own, d)


def linear(input=MISSING, weight=MISSING, bias=None, *more, out=None):
    """input @ weight.T + bias: [*, in] -> [*, out]. RuntimeError where sizes do not fit.

    >>> import compat as torch
    >>> torch.nn.functional.linear(torch.ones(1, 2), torch.eye(2), torch.ones(2))
    tensor([[2., 2.]])
    """
    try:
        if out is not None:
            for t in (input, weight):
                if isinstance(t, Tensor) and not t.dim() and isinstance(weight, Tensor):
                    check_operands("matmul", input, weight)
            need_out_of_linear(input, weight, out)
            got = linear(input, weight, bias)
            one = got.dim() == 1 and weight.dim() == 2
            return store_row("linear" if bias is None else "addmm", out, got, (input, weight), one)
        if more or not isinstance(input, Tensor):
            return unusual(linear, (input, weight, bias, *more), {}, not_a_tensor("linear", input))
        done = at_once(input, weight, bias) if bias is not None else unbiased(input, weight)
        if done is not None:
            return done
        if tls.packing is not None and not tls.packing.within:
            return tls.packing.around(linear, input, weight, bias)
        x = current(input)
        r = shape_of(x)
        rank = len(r)
        if bias is not None and rank:
            w, b = current(weight), current(bias)
            s = shape_of(w)
            if (
                len(s) == 2
                and s[1] == r[-1]
                and shape_of(b) == s[:1]
                and dtype_of(x) == dtype_of(w) == dtype_of(b) is not BOOL
            ):
                if rank == 2:
                    return affine(x, w, b, (r, s, s[:1]))
                if not input.is_contiguous():
                    return product(x, weight.t()) + bias
                if (
                    x.owner is not TAPE
                    and not recorded_over_memory(x, w, b)
                    and taped_nowhere(x, w, b)
                    and not staged_half(x)
                ):
                    return P["add"](DOT(x, w, dims=(((rank - 1,), (1,)), NO_AXES)), b)
                rows = math.prod(r[:-1]), r[-1]
                return reshaped(affine(reshaped(x, rows), w, b, (rows, s, s[:1])), (*r[:-1], s[0]))
        if bias is None and rank > 2 and isinstance(weight, Tensor) and weight.dim() == 2:
            return product(x, weight.t())
        if not rank or not weight.dim():
            check_operands("linear", input, weight)
        if (
            bias is not None
            and rank != 2
            and not (bias.dim() and bias.shape.numel() == bias.shape[-1] and input.is_contiguous())
        ):
            return linear(input, weight).add_(bias)
        if bias is not None:
            for a, b, what in ((bias, weight, "self"), (input, weight, "mat1")):
                a, b = dtype_in(a), dtype_in(b)
                if a != b:
                    raise RuntimeError(f"{what} and mat2 must have the same dtype, but got {spoken(a)} and {spoken(b)}")
        if rank != 2 and bias is not None:
            shape = shape_of(x)
            flat = linear(reshaped(x, (math.prod(shape[:-1]), shape[-1])), weight, bias)
            return reshaped(flat, (*shape[:-1], shape_of(flat)[1]))
        w = weight.t()
        if bias is None:
            return T["mm" if rank == 2 == weight.dim() else "matmul"](input, w)
        return T["addmm"](bias, input, w)
    except BaseException as error:
        if type(error) is AttributeError and (is_alike(weight) or is_alike(bias)):
            return unusual(linear, (input, weight, bias), {}, error)
        if bias is None and isinstance(weight, Tensor) and 1 <= weight.dim() <= 2:
            error = of_stacks(error, input, weight.t())
        given = {} if out is None else {"out": out}
        error = answer(error, "linear", (input, weight, *(() if bias is None else (bias,)), *more), given)
        raise error


def check_operands(name, input, weight):
    raise RuntimeError(
        f"both arguments to {name} need to be at least 1D, but they are {input.dim()}D and {weight.dim()}D"
    )


def at_once(x, w, b):
    """A layer of Tensors over NumPy memory, which lie in order, written out from the operands to the node; None for all else."""
    if shared.staging or not (x.owner is w.owner is b.owner is TAPE) or not (w.alias is b.alias is None):
        return None
    if x.alias is not None:
        fresh(x)
        if type(x.alias) is Frozen:
            return None
    vx, vw, vb = x.val, w.val, b.val
    d, shape, size = vx.dtype, vx.shape, vw.shape
    if not (d is vw.dtype is vb.dtype) or d is not F32 and d is not F64 or shared.halves and among((vx, vw, vb)):
        return None
    if not shape or len(size) != 2 or vb.shape != size[:1] or shape[-1] != size[1]:
        return None
    if len(shape) != 2:
        if not vx.size:
            return None
        if not vx.flags.c_contiguous:
            out = unbiased(x, w) if tls.packing is None else None
            return None if out is None else ADD(out, b)
    mx, mw, mb = (x.mark, w.mark, b.mark) if tls.grad else (None, None, None)
    recorded = not mx is mw is mb is None
    if recorded:
        at = site(2)
        if mx is not None and len(shape) == 1:  # (errors of changes in place name the view that a vector's row is)
            x = reshaped_at(x, (1, size[1]), at)
            vx, mx = x.val, x.mark
    token = enter(IGNORE)
    try:
        out = IMPL(vx, vw, vb)
    finally:
        leave(token)
    if not recorded:
        h = on_tape(out)
        return h if len(shape) == 2 else QUICK_RESHAPE(h, (*shape[:-1], size[0]))
    need = (mx is not None) + 2 * (mw is not None) + 4 * (mb is not None)
    h = RECORDS[need](at, out, PARAMS, x, w, b, vx, vw, vb)
    return h if len(shape) == 2 else reshaped_at(h, (*shape[:-1], size[0]), at)


def reshaped_at(x, shape, at):
    """A recorded Tensor, whose memory lies in order, in another shape, as made at the line `at`."""
    if x.alias is not None:
        return QUICK_RESHAPE(x, shape)
    return view_at(x, RESHAPED, {"shape": shape}, x.val.reshape(shape), at)


def unbiased(x, w):
    """The same without a bias: one product, which shows torch's nodes when it is looked at."""
    if shared.staging or not (x.owner is TAPE and isinstance(w, Tensor) and w.owner is TAPE):
        return None
    shape, size, d = x.val.shape, w.val.shape, x.val.dtype
    rank = len(shape)
    if rank < 2 or len(size) != 2 or shape[-1] != size[1] or d is not w.val.dtype or d is not F32 and d is not F64:
        return None
    if (
        w.mark is None is not x.mark and rank > 2 and not x.val.flags.c_contiguous
    ):  # (torch may take one product a matrix)
        return unbiased_in_steps(x, w)
    out = DOT(x, w, dims=LAST if rank == 2 else BEHIND[rank])
    if rank == 2:
        return spelled(out, "MmBackward0", unbiased_in_steps, shapes=(shape, size))
    return spelled(out, "UnsafeViewBackward0", unbiased_in_steps, shapes=(shape, size))


def unbiased_in_steps(x, w):
    """A linear layer without a bias as torch makes it, of a transpose and a product."""
    return (matrices if len(shape_of(x)) == 2 else matmul_in_steps)(x, transposed(w))


def affine(x, w, b, shapes):
    """A linear layer of matrices: one node, which shows torch's two when it is looked at."""
    if x.owner is w.owner is b.owner is TAPE:
        if tls.packing is not None and tls.choosing is None and dtype_of(x) not in HALVES:  # (rounded once)
            return affine_in_steps(x, w, b)
        return spelled(P["affine"](x, w, b), "AddmmBackward0", affine_in_steps, shapes=shapes)
    if recorded_over_memory(x, w, b):
        return P["affine"](x, w, b)
    if staged_half(x):
        return in_float32(dtype_of(x), affine_in_steps, x, w, b)
    if taped_nowhere(x, w, b):
        return AFFINE(x, w, b)
    return affine_in_steps(x, w, b)


def staged_half(x):
    """Is half precision being staged? Then a layer is rounded once, as torch's kernel does it; under vmap torch adds to what it has rounded."""
    return tls.stage is not None and half_in(x) is not None


class Records(dict):
    """{the operands that need a derivative: what records a layer}, each made when it is first wanted."""

    def __missing__(self, need):
        record = self[need] = tape_recorder(AFFINE, need, None, 3, "AddmmBackward0", (affine_in_steps, (), None))
        return record


RECORDS = Records()


def affine_in_steps(x, w, b):
    """A linear layer as torch makes it, of a transpose and one product, of the rows of a stack too."""
    if b.owner is not x.owner:
        from ..._meta import need_place_of

        need_place_of(x, b)
    if len(shape_of(x)) != 2:
        x = QUICK_RESHAPE(x, (-1, shape_of(x)[-1]))
    w = transposed(w)
    out = renamed(DOT(x, w, dims=MATRIX), "AddmmBackward0")
    return labelled(P["add"](b, out), "AddmmBackward0", (b, x, w))


def bilinear(input1, input2, weight, bias=None):
    """x1 @ weight[k] @ x2 + bias[k] for each k: [*, in1], [*, in2] -> [*, out]."""
    own = {"input1": input1, "input2": input2, "weight": weight} | ({} if bias is None else {"bias": bias})
    kinds = {name: C_NAMES[dtypes.name_of(dtype_in(t))] for name, t in own.items()}
    if len({*kinds.values()}) > 1:
        told = ", ".join([f"{name}: {kind}" for name, kind in kinds.items()])
        raise RuntimeError(f"All tensors must have the same dtype, got {told}")
    if input1.dim() != input2.dim():
        raise RuntimeError(f"bilinear(): input dimensions do not match: got {input1.dim()} and {input2.dim()}")
    for i, (a, b) in enumerate(zip(input1.shape[:-1], input2.shape[:-1])):
        if a != b:
            raise RuntimeError(f"bilinear(): input batch dimensions do not match at dim {i}: got {a} and {b}")
    for k, given in ((1, input1), (2, input2)):
        if given.size(-1) != weight.size(k):
            raise RuntimeError(
                f"bilinear(): input{k} size does not match weight size: got {given.shape[-1]} but expected "
                f"{weight.shape[k]}"
            )
    if bias is not None and bias.shape[0] != weight.shape[0]:
        raise RuntimeError(
            f"bilinear(): bias size does not match weight size: got {bias.shape[0]} but expected {weight.shape[0]}"
        )
    if input1.dtype.name == "bool":
        refuse("bmm", dtype_in(input1))
    shape = *input1.shape[:-1], weight.shape[0]
    rows = [x.reshape(math.prod(shape[:-1]), x.shape[-1]) for x in (input1, input2)]
    out = trilinear(rows[0], weight, rows[1]).reshape(shape)
    return out if bias is None else out + bias


@as_one
def trilinear(i1, i2, i3):
    """[N, out] of i1 [N, in1], i2 [out, in1, in2] and i3 [N, in2]."""
    return named(P["trilinear"](*map(current, (i1, i2, i3))), "TrilinearBackward0", (i1, i2, i3))


refuse_in(globals())
