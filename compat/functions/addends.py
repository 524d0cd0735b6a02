"""Products with an addend: addmm and its kin, beta * input + alpha * product."""

import math

import numpy as np

from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE

from .. import dtypes
from ..payload import current
from ..tensor import Tensor
from .call_errors import MISSING, answering, to_places
from .levels import mapped_innermost
from .nodes import renamed
from .operands import C_INTEGERS, P, cast, dtype_of, in_c_order, number, rank, shape_of
from .out_argument import resize
from .out_rules import C_NAMES
from .products import batched, bmm, mm, mv, product_of_three_axes, product_of_two
from .quick_roads import added_at_once, put_in_place
from .refusals import refuse
from .register import FUNCTIONS, operation, publish
from .rounding import half_of, in_float32, in_one, number_in, rounded_to
from .writing import kept, rewrite


def combined(input, product, beta, alpha):
    """beta * input + alpha * product; an input weighed by 0 is not looked at, nan or not."""
    t = current(input)
    expanding(t, shape_of(product))
    d = dtypes.promote_types(dtype_of(t), dtype_of(product))
    t, product = cast(t, d), cast(product, d)
    if alpha != 1:
        product = P["mul"](product, weight(alpha, d))
    if beta == 0:
        return product
    t = t if beta == 1 else P["mul"](t, weight(beta, d))
    return P["add"](t, product)


def weight(x, d):
    """A number that Tensors of dtype d are weighed by."""
    if isinstance(x, complex) and d.kind not in "bc":
        name = dtypes.name_of(d)
        raise RuntimeError(f"value cannot be converted to type {C_INTEGERS.get(name, C_NAMES[name])} without overflow")
    return number(x, d) if d.kind in "iub" else x


def check_addmm(t, a, b):
    if t.owner is not a.owner:
        from .._meta import need_place_of

        need_place_of(a, t)
    need_mats(t, a, b)
    for at, m in enumerate((a, b), 1):
        if len(shape_of(m)) != 2:
            raise RuntimeError(f"mat{at} must be a matrix, got {len(shape_of(m))}-D tensor")
    (n, k), (m, p) = shape_of(a), shape_of(b)
    if k != m:
        raise RuntimeError(f"mat1 and mat2 shapes cannot be multiplied ({n}x{k} and {m}x{p})")


def need_mats(t, a, b):
    d = dtype_of(b)
    for what, o in (("self", dtype_of(t)), ("mat1", dtype_of(a))):
        if o != d:
            a, b = (dtypes.SPOKEN[dtypes.name_of(x)] for x in (o, d))
            raise RuntimeError(f"{what} and mat2 must have the same dtype, but got {a} and {b}")


def check_addmv(t, a, b):
    if t.owner is not a.owner:
        from .._meta import need_place_of

        need_place_of(a, t)
    ranks = [len(shape_of(x)) for x in (t, a, b)]
    if ranks[0] > 1 or ranks[1:] != [2, 1]:
        raise RuntimeError("vector + matrix @ vector expected, got {}, {}, {}".format(*ranks))
    (n, k), (m,), own = shape_of(a), shape_of(b), math.prod(shape_of(t))
    if k != m or own not in (1, n):
        raise RuntimeError(f"size mismatch, got input ({own}), mat ({n}x{k}), vec ({m})")
    ds = [dtypes.SPOKEN[dtypes.name_of(dtype_of(x))] for x in (t, a, b)]
    if len({*ds}) > 1:
        raise RuntimeError("addmv input tensors must have the same dtype, but got {}, {}, and {}".format(*ds))


def check_stacks(t, a, b, shape):
    """What addbmm and baddbmm say of two stacks, whose product has this shape."""
    expanding(t, shape)
    for at, x in enumerate((a, b), 1):
        if len(shape_of(x)) != 3:
            raise RuntimeError(f"batch{at} must be a 3D tensor")


def size_of(t, dim):
    """A length, as torch's C++ asks for it."""
    if not shape_of(t):
        raise IndexError(f"Dimension specified as {dim} but tensor has no dimensions")
    return t.size(dim)


def expanding(t, shape):
    """Raise what torch says of an addend that cannot be stretched to the shape of a product."""
    own = shape_of(t)
    if own != shape[len(shape) - len(own) :]:
        t.detach().expand(*shape)


def check_addbmm(t, a, b):
    if tls.grad and True in [x.requires_grad for x in (t, a, b)]:  # (what records the derivative asks for all sizes)
        size_of(a, 0)
    check_stacks(t, a, b, (size_of(a, 1), size_of(b, 2)))
    (n, i, j), (m, k, l) = shape_of(a), shape_of(b)
    if n != m:
        raise RuntimeError(f"batch1 and batch2 must have same number of batches, got {n} and {m}")
    if j != k:
        raise RuntimeError(f"Incompatible matrix sizes for bmm ({i}x{j} and {k}x{l})")
    if n:
        need_mats(t, a, b)
        if dtype_of(a).kind == "b":
            refuse("addmm_impl_cpu_", dtype_of(a))


def check_baddbmm(t, a, b):
    shape = (size_of(a, 0), size_of(a, 1), size_of(b, 2))
    expanding(t, shape)
    ds = [dtype_of(x) for x in (t, a, b)]
    if ds[0] != ds[1]:
        names = [C_NAMES[dtypes.name_of(d)] for d in ds]
        raise RuntimeError("Input dtypes must be the same, got: input {}, batch1: {}, batch2: {}".format(*names))
    check_stacks(t, a, b, shape)


PLACES = {
    "addmm": ("mat1", "mat2"), "addmv": ("mat", "vec"), "addr": ("vec1", "vec2"), "baddbmm": ("batch1", "batch2"),
    "addbmm": ("batch1", "batch2"),
}  # fmt: skip


# ------------------------------------------------------------------------------------------------ half precision
def weighed(r, t, beta, d):
    """beta * t, rounded; t itself where beta is 1."""
    return t if beta == 1 else r(P["mul"](t, number_in(beta, d)))


def sum_of(t, product, beta):
    expanding(t, shape_of(product))
    return product if beta == 0 else P["add"](t, product)


def addmv_in_steps(r, t, matrix, vector, beta, alpha, d, down):
    """Where the matrix lies in columns (`down`) the product is added up in memory, so that it is rounded before the addend comes. A kernel of
    float16 alone takes products by rows that are not weighed: it rounds once."""
    if alpha == 1 and d == np.float16 and not down:
        return sum_of(P["mul"](t, number_in(beta, d)), mv(matrix, vector), beta)
    product = P["mul"](mv(matrix, vector), number_in(alpha, d))
    return sum_of(weighed(r, t, beta, d), r(product) if down else product, beta)


def addr_in_steps(r, t, one, two, beta, alpha, d, down):
    """The operations of torch's kernel one after the other, each rounded."""
    return sum_of(weighed(r, t, beta, d), r(outer_product(weighed(r, one, alpha, d), two)), beta)


def addbmm_in_steps(r, t, one, two, beta, alpha, d, down):
    """The products added one after the other, and each sum rounded."""
    for x, y in zip(one.unbind(), two.unbind(), strict=True):
        t, beta = r(combined(t, mm(x, y), beta, alpha)), 1
    return t


STEPS = {"addmv": addmv_in_steps, "addr": addr_in_steps, "addbmm": addbmm_in_steps}


def in_steps(got, name, input, one, two, beta, alpha, d):
    """`got`, what the operation gives of operands of dtype d when it is rounded once, with the values of torch's kernels, which round at
    each of their steps. (The derivative is that of the operation, by the weights as they are given.)"""
    down = name == "addmv" and one.stride(0) == 1 and (one.shape[1] == 1 or one.stride(1) >= max(1, one.shape[0]))

    def steps(*operands):
        return STEPS[name](lambda t: rounded_to(t, d), *operands, beta, alpha, d, down)

    got.val[...] = in_float32(d, steps, *[current(t).detach() for t in (input, one, two)]).val
    return got


def with_addend(name, product, shown, check=None):
    def function(input, one, two, *, beta=1, alpha=1):
        beta, alpha = (x.item() if isinstance(x, Tensor) else x for x in (beta, alpha))
        if check is not None:
            check(current(input), current(one), current(two))
            if name == "addbmm" and not len(one):  # (nothing is multiplied, whatever it is)
                one, two = (cast(current(t), dtype_of(current(input))) for t in (one, two))
        else:  # (addr meets in one dtype before it multiplies)
            d = dtypes.result_dtype([rank(t) for t in (input, one, two)])
            input, one, two = (cast(current(t), d) for t in (input, one, two))
        multiplied = product(one, two)
        if tls.packing is not None:
            renamed(multiplied, shown)
        if check is not None and dtype_of(current(multiplied)).kind in "iub" and mapped_innermost((input, one, two)):
            input = (
                input if beta == 1 else input * beta
            )  # (as torch maps it: integers that a float weighs become floats)
            if name == "addmm":
                return FUNCTIONS["add"](input, multiplied, alpha=alpha)
            return (multiplied if alpha == 1 else multiplied * alpha) + input
        out = combined(input, multiplied, beta, alpha)
        return out if check is None else in_c_order(out)

    function.__doc__ = f"beta * input + alpha * {product.__name__} of the other two."

    def rounded_in_steps(input, one, two, *, beta=1, alpha=1):
        got = in_one(function, input, one, two, beta=beta, alpha=alpha)
        half = half_of((input, one, two))
        if half is None or got.owner is not TAPE or name == "addbmm" and not len(one):
            return got
        return in_steps(got, name, input, one, two, beta, alpha, half)

    rounded_in_steps.__doc__ = function.__doc__
    chosen = rounded_in_steps if name in STEPS else function
    f = operation(shown, name=name, once=chosen is function)(chosen)

    def inplace(self, one=MISSING, two=MISSING, /, *more, beta=1, alpha=1, **unknown):
        one, two = to_places((one, two), unknown, PLACES[name])
        if more or unknown or not (isinstance(one, Tensor) and isinstance(two, Tensor)):
            raise TypeError(f"{name}_() takes two Tensors")
        if name in ("addmm", "baddbmm") and one.dim() == two.dim() == (2 if name == "addmm" else 3):
            shape = [*one.shape[:-1], two.shape[-1]]
            same = one.shape[-1] == two.shape[-2] and one.dtype == two.dtype == self.dtype
            if same and self.dim() <= len(shape) + (name == "addmm") and list(self.shape) != shape:
                raise RuntimeError(
                    f"Bad in-place call: input tensor size {list(self.shape)} and output tensor size {shape} should match"
                )
        if (
            name == "addmv"
            and one.dim() == 2
            and two.dim() == 1
            and self.dim() < 2
            and tuple(self.shape) != (one.shape[0],)
        ):
            if one.shape[1] == len(two) and one.dtype == two.dtype == self.dtype and self.numel() == 1:
                raise RuntimeError(
                    f"Bad in-place call: input tensor size {list(self.shape)} and output tensor size [{one.shape[0]}] should match"
                )
        if name == "addr" and one.dim() == two.dim() == 1:
            if self.dim() != 2:
                raise RuntimeError(f"2D tensor expected, got {self.dim()}D tensor for input")
            if tuple(self.shape) != (len(one), len(two)):
                raise RuntimeError(
                    f"size mismatch, input: {list(self.shape)}, v1: {list(one.shape)}, v2: {list(two.shape)}"
                )
        got = f(kept(self, (one, two)), one, two, beta=beta, alpha=alpha)
        if name == "addbmm" and got.shape != self.shape:  # (which torch alone makes longer)
            resize(self, tuple(got.shape))
        return rewrite(self, got, shown, (self, one, two))

    inplace.__name__ = name + "_"
    publish(answering(inplace), (name + "_",), False, True)


def outer_product(one, two):
    x, y = current(one), current(two)
    for at, v in enumerate((x, y), 1):
        if len(shape_of(v)) != 1:
            raise RuntimeError(f"addr: Expected 1-D argument vec{at}, but got {len(shape_of(v))}-D")
    d = dtypes.promote_types(dtype_of(x), dtype_of(y))
    return P["mul"](P["reshape"](cast(x, d), shape=(shape_of(x)[0], 1)), cast(y, d))


def batch_sum(one, two):
    """The sum of the products of two stacks of matrices."""
    stacked = batched(current(one), current(two))
    return cast(P["sum"](stacked, axes=(0,)), dtype_of(stacked))


with_addend("addmm", mm, "AddmmBackward0", check_addmm)
put_in_place(added_at_once(FUNCTIONS["addmm"], product_of_two, 2, "AddmmBackward0"), "addmm")
with_addend("addmv", mv, "AddmvBackward0", check_addmv)
with_addend("addr", outer_product, "AddrBackward0")
with_addend("baddbmm", bmm, "BaddbmmBackward0", check_baddbmm)
put_in_place(added_at_once(FUNCTIONS["baddbmm"], product_of_three_axes, 3, "BaddbmmBackward0"), "baddbmm")
with_addend("addbmm", batch_sum, "AddbmmBackward0", check_addbmm)
