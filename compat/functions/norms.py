"""Norms: of vectors over dimensions, distances between points, slices shrunk to a norm.

Invariant: the derivative of a norm is 0 where the norm is 0.
"""

import math

from funcgrad.core.trace import TAPE
from funcgrad.ops.torch_order import ALL_AXES

from .. import dtypes
from ..method_arguments import wrapped
from ..payload import current
from ..tensor import Tensor
from .arithmetic import refuse_bools
from .call_errors import not_a_tensor
from .data import scalar_of
from .forward_mode import refuse_tangents
from .nodes import named
from .operands import P, broadcast_shapes, cast, dims_of, dtype_of, in_c_order, integer, need_scalar_type, shape_of
from .out_argument import store
from .quick_roads import along, quick_call
from .reduction import finish, lengthened, root
from .register import FUNCTIONS, operation
from .rounding import half_in, in_float32, shared
from .writing import own_words, spoken, underivable


def in_dtype(t, dtype, name):
    """A Tensor of floats in the dtype that its norm is asked in; RuntimeError if that is of another kind, or has fewer digits."""
    own = dtype_of(t)
    if dtype is None or own.kind not in "fc":
        return t
    d = dtypes.as_numpy(dtype)
    if d.kind not in "fc":
        raise RuntimeError(f"{name}: dtype should be floating point or complex, but got {spoken(d)}")
    if own.kind != d.kind:
        kind = "complex" if own.kind == "c" else "real"
        raise RuntimeError(f"{name}: dtype should be {kind} for {kind} inputs, but got {spoken(d)}")
    if dtypes.result_dtype([(own, 2), (d, 2)]) != d:
        raise RuntimeError(
            f"{name}: the dtype of the input ({spoken(own)}) should be convertible without narrowing to the specified dtype "
            f"({spoken(d)})"
        )
    return cast(t, d)


def vector_norm_of(t, p=2, dim=None, keepdim=False, dtype=None, name="linalg.vector_norm"):
    """The p-norm of the elements over dimensions; its derivative is 0 where it is 0."""
    if dtype_of(t).kind not in "fc":
        raise RuntimeError(f"{name}: Expected a floating point or complex tensor as input. Got {spoken(dtype_of(t))}")
    p = scalar_of(p)
    if isinstance(p, complex):
        raise RuntimeError(f"{name}: Expected a non-complex scalar as the order of norm.")
    t = in_dtype(t, dtype, name)
    if shared.halves and p != 2 and (d := half_in(t)):
        return in_float32(d, vector_norm_of, t, p, dim, keepdim, None, name)
    shape = shape_of(t)
    dims = dims_of(dim, len(shape))
    if p == 2:
        if dtype_of(t).kind == "f":
            return finish(P["length"](t, axes=dims), shape, dims, keepdim)
        squares = P["real"](P["mul"](t, P["conj"](t)))
        return finish(root(P["sum"](squares, axes=dims)), shape, dims, keepdim)
    size = P["abs"](t, kink="torch")
    if 0 in shape and (p < 0 or p == float("inf")):
        need_identity(name, p, shape, dim, dims)
    if p == 0:
        return counted(t, dims, keepdim, nothing=True)
    if p == 1:
        out = P["turns_sum"](size, axes=dims)
    elif p in (float("inf"), float("-inf")):
        out = P["max" if p > 0 else "min"](size, axes=dims) if dims else size
    else:
        out = root_of_powers(size, p, dims)
    return finish(out, shape, dims, keepdim)


def need_identity(name, p, shape, dim, dims):
    """torch's error for a norm of nothing that is no number."""
    whole = dim in (None, (), [])
    given = dim if isinstance(dim, (tuple, list)) else [dim]
    for d, told in zip(dims, dims if whole else given):
        if shape[d] == 0:
            what = "an empty tensor " if whole else f"the dimension {told}"
            why = "" if whole else "this dimension is empty and "
            raise RuntimeError(
                f"{name} cannot compute the {p:g} norm on {what}because {why}the operation does not have an identity"
            )


def root_of_powers(size, p, dims):
    """The p-norm over dimensions of what is not negative, for any p but 0 and infinity."""
    terms = P["power"](size, float(p))
    if 0 < p < 1:  # (at 0 the slope of the power is infinite, and the norm's 0)
        none = P["equal"](size, 0)
        terms = P["where"](none, 0.0, P["power"](P["where"](none, 1.0, size), float(p)))
    out = root(P["turns_sum"](terms, axes=dims), 1.0 / p)
    if not p < 0 or out.owner is TAPE and (out.mark is None or out.val.all()):
        return out
    dead = P["equal"](out, 0)  # (at 0 the power is infinite)
    ones = P["where"](finish(dead, shape_of(size), dims, True), 1.0, size)
    return P["where"](dead, 0.0, root(P["turns_sum"](P["power"](ones, float(p)), axes=dims), 1.0 / p))


def counted(t, dims, keepdim=False, **back):
    """How many elements are not 0, which torch records: `back` says what goes back."""
    from .._gate import beside  # (rarely needed, and it loads the custom rules)

    count = P["sum"](cast(P["not_equal"](t, 0), dtype_of(t if dtype_of(t).kind == "f" else P["real"](t))), axes=dims)
    return beside(finish(count, shape_of(t), dims, keepdim), t, **back)


def distance(gap, p, name):
    """The p-norm over the last dimension, as cdist and pdist have it: at ties of the infinite one and of counts the derivative is another."""
    last = dims_of(-1, len(shape_of(gap)))
    if p == 0:
        return counted(gap, last, refused=not_twice(name))
    if p == math.inf and 0 not in shape_of(gap):
        return P["farthest"](gap, axes=last)
    return vector_norm_of(gap, p if shape_of(gap)[-1] else 1, -1)  # (without columns it is 0 for every p)


def not_twice(name):
    """What refuses the second derivative of an operation whose first is zeros."""
    return lambda marks: underivable(f"_{name.lower()}_backward", marks, **own_words(f"{name}BackwardBackward0"))


@operation()
def norm(input, p="fro", dim=None, keepdim=False, dtype=None, out=None):
    """The p-norm of the elements ("fro": 2), of the whole or over dimensions; "nuc": the sum of singular values."""
    if isinstance(out, Tensor):
        return store("linalg_matrix_norm" if p == "nuc" else "norm", out, norm(input, p, dim, keepdim, dtype), (input,))
    if type(keepdim) is not bool:
        raise not_a_tensor("linalg_vector_norm", keepdim, 4, "keepdim", "bool")
    if isinstance(p, (tuple, list)) or isinstance(p, Tensor) and p.dim():
        raise not_a_tensor("linalg_vector_norm", p, 2, "ord", "Number")
    if isinstance(dim, str):
        raise not_a_tensor("linalg_vector_norm", dim, 3, "dim", "tuple of ints")
    if p == "nuc" and dim is None and input.dim() > 2:
        raise RuntimeError(f"linalg.matrix_norm: dim must be a 2-tuple. Got {' '.join(map(str, range(input.dim())))}")
    if p == "nuc" or p == "fro" and isinstance(dim, (tuple, list)) and len(dim) > 2:
        from .linalg import matrix_norm

        dim = range(input.dim()) if dim is None else (dim,) if isinstance(dim, int) else dim
        return matrix_norm(input, p, tuple(dim), keepdim, dtype=dtype)
    if isinstance(p, str) and p != "fro":
        raise RuntimeError(f"linalg.matrix_norm: Order {p} not supported.")
    return named(
        vector_norm_of(current(input), 2 if p in ("fro", None) else p, dim, keepdim, dtype),
        "LinalgVectorNormBackward0",
        (input,),
    )


def quick_length(p, two):
    """What of a norm's arguments is a 2-norm of the elements, all of them or along a dimension, for quick_call; `p`: the name of the first
    of them after the Tensor, `two`: the text of which of its values mean that."""
    return (
        "length",
        (p, "dim", "keepdim"),
        f"({p} is NONE or {two}) and (keepdim is NONE or type(keepdim) is bool)"
        " and (dim is NONE or dim is None or type(dim) is int)",
        (
            "axes = ALL_AXES[v.ndim] if dim is NONE or dim is None else along(v.ndim, dim)['axes']",
            "params = {'axes': axes}",
            "out = impl(v, axes=axes)",
        ),
        ("LinalgVectorNormBackward0",),
        "h if keepdim is not True else lengthened(h, v.shape, axes, 'LinalgVectorNormBackward0', x)",
    )


OF_LENGTH = {"along": along, "ALL_AXES": ALL_AXES, "lengthened": lengthened}
quick_call("norm", *quick_length("p", "p is None or type(p) in (int, float, str) and p in (2, 'fro')"), **OF_LENGTH)


def need_inexact(t):
    """torch's refusal of integers by its older norms."""
    d = dtype_of(current(t))
    if d.kind not in "fc":
        raise RuntimeError(f"norm(): input dtype should be either floating point or complex. Got {spoken(d)} instead.")


@operation(method=False)
def frobenius_norm(input, dim, keepdim=False):
    """The 2-norm over one or two dimensions (none: all)."""
    need_inexact(input)
    dims = tuple(dim) if isinstance(dim, (tuple, list)) else (integer(dim, "dim"),)
    if len(dims) > 2:
        raise RuntimeError(f"Expected at most 2 dimensions, but got {len(dims)} dimensions instead.")
    return norm(input, 2, dims or None, keepdim)


@operation(method=False)
def nuclear_norm(input, dim=None, keepdim=False, *, out=None):
    """The sum of the singular values of a matrix, or of those in two dimensions."""
    if isinstance(out, Tensor):
        return store("linalg_matrix_norm", out, nuclear_norm(input, dim, keepdim), (input,))
    if dim is None or isinstance(dim, bool):
        dim, keepdim = (-2, -1), keepdim if dim is None else dim
    if not isinstance(dim, (tuple, list)):
        dim = (integer(dim, "dim"),) * 2
    return FUNCTIONS["linalg_norm"](input, "nuc", dim, keepdim)


@operation("DistBackward0")
def dist(input, other, p=2):
    """The p-norm of the difference."""
    refuse_bools(input, other)
    gap = current(input - other)
    need_inexact(gap)
    return vector_norm_of(gap, p)


MODES = (
    "use_mm_for_euclid_dist_if_necessary",
    "use_mm_for_euclid_dist",
    "donot_use_mm_for_euclid_dist",
)  # of cdist
MANY_ROWS = 25


@operation(method=False)
def cdist(x1, x2, p=2.0, compute_mode="use_mm_for_euclid_dist_if_necessary"):
    """The p-norm distances between the rows of two (batches of) matrices."""
    if compute_mode not in MODES:
        raise ValueError(f"{compute_mode} is not a valid value for compute_mode")
    for at, x in enumerate((x1, x2), 1):
        if not isinstance(x, Tensor):
            raise not_a_tensor("cdist", x, at, f"x{at}")
    for at, x in enumerate((x1, x2), 1):
        if x.dim() < 2:
            raise RuntimeError(f"cdist only supports at least 2D tensors, X{at} got: {x.dim()}D")
    if x1.shape[-1] != x2.shape[-1]:
        raise RuntimeError(f"X1 and X2 must have the same number of columns. X1: {x1.shape[-1]} X2: {x2.shape[-1]}")
    for at, x in enumerate((x1, x2), 1):
        d = dtype_of(current(x))
        if d.kind != "f":
            raise RuntimeError(f"cdist only supports floating-point dtypes, X{at} got: {spoken(d)}")
    if not p >= 0:
        raise RuntimeError("cdist only supports non-negative p values")
    if x1.numel() and x2.numel():
        many = max(x1.shape[-2], x2.shape[-2]) > MANY_ROWS and compute_mode == MODES[0]
        by_products = p == 2 and (many or compute_mode == MODES[1])
        if shared.halves and half_in(x1) and not by_products:
            raise NotImplementedError(f"\"cdist\" not implemented for '{spoken(half_in(x1))}'")
        need_scalar_type(current(x1), current(x2))
        if by_products:
            return by_product(x1, x2)
    refuse_tangents("_cdist_forward", x1, x2)
    gap = current(x1.unsqueeze(-2) - x2.unsqueeze(-3))
    return named(distance(gap, p, "Cdist"), "CdistBackward0", (x1, x2))


def by_product(x1, x2):
    """The distances of many rows, with the rounding that it brings: |x - y|^2 = |x|^2 - 2 x.y + |y|^2, from one matrix product."""
    refuse_tangents("_euclidean_dist", x1, x2)
    batch = broadcast_shapes(x1.shape[:-2], x2.shape[:-2])
    shape = (*batch, x1.shape[-2], x2.shape[-2])
    count = math.prod(batch)
    if count != 1:
        x1, x2 = (x.expand(*batch, *x.shape[-2:]).contiguous().view(count, *x.shape[-2:]) for x in (x1, x2))
    squares = [x.square().sum(-1, True) for x in (x1, x2)]
    ones = [FUNCTIONS["ones_like"](s) for s in squares]
    left = FUNCTIONS["cat"]((x1 * -2, squares[0], ones[0]), -1)
    t = current(left @ FUNCTIONS["cat"]((x2, ones[1], squares[1]), -1).mT)
    none = P["less_equal"](t, 0)  # (where the rows are equal, or rounding says so, there is no derivative)
    out = P["where"](none, 0.0, P["sqrt"](P["where"](none, 1.0, t)))
    return named(out, "EuclideanDistBackward0", (x1, x2)).view(shape)


@operation("RenormBackward0")
def renorm(input, p, dim, maxnorm):
    """The slices along a dimension, shrunk to a p-norm of at most maxnorm."""
    t = current(input)
    n, p = len(shape_of(t)), scalar_of(p)
    if isinstance(p, complex):
        raise RuntimeError("renorm: p must be real-valued")
    if p <= 0:
        raise RuntimeError("renorm: non-positive-norm not supported")
    if maxnorm < 0:
        raise RuntimeError(f"renorm: expected maxnorm to be >= 0 but got {maxnorm:g}")
    if n < 2:
        raise RuntimeError(f"renorm: input needs at least 2 dimensions, got {n} dimensions")
    others = tuple([i for i in range(n) if i != wrapped(dim, n)])
    size = vector_norm_of(t, p, others, True)
    kept = P["where"](P["greater"](size, maxnorm), P["div"](maxnorm, P["add"](size, 1e-7)), 1.0)
    return in_c_order(P["mul"](t, kept))
