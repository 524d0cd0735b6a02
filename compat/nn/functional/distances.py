"""Norms of Tensors and distances between them along a dimension."""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE

from ...autograd.grad_mode import no_grad
from ...dtypes import result_dtype
from ...functions.forward_mode import refuse_tangents
from ...functions.kernels import refuse_in
from ...functions.nodes import named
from ...functions.operands import cast, check_sizes, rank
from ...functions.register import FUNCTIONS as T
from ...functions.writing import spoken
from ...payload import current
from .dtypes import refuse_halves

P = PRIMITIVES


def normalize(input, p=2.0, dim=1, eps=1e-12, out=None):
    """x over its p-norm along a dimension (over eps where that is smaller)."""
    norm = input.norm(p, dim, True)
    if eps is None:
        from ..._calls import refusal

        raise refusal("clamp_min", True, (eps,), {})
    norm = norm.clamp_min(eps).expand(input.shape)
    return input / norm if out is None else T["div"](input, norm, out=out)


def cosine_similarity(x1, x2, dim=1, eps=1e-8):
    """The cosine of the angle between x1 and x2 along a dimension. A length below eps counts as eps, and its derivative is
    still that of the length, as in torch."""

    d = result_dtype([rank(x1), rank(x2)])
    if d.kind != "f":
        raise RuntimeError(f"expected common dtype to be floating point, yet common dtype is {spoken(d)}")
    if eps < 0:
        raise RuntimeError(f"eps must be non-negative, got: {float(eps):g}")
    check_sizes(current(x1), current(x2))
    x1, x2 = (x if x.is_floating_point() else cast(current(x), d) for x in (x1, x2))
    if x1.shape != x2.shape:
        x1, x2 = T["broadcast_tensors"](x1, x2)

    def direction(x):
        length = T["norm"](x, 2, dim, True).clone()
        if length.owner is not TAPE or not (length.val >= eps).all():
            with no_grad():
                length.clamp_min_(eps)
        return x / length

    return (direction(x1) * direction(x2)).sum(dim)


def pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False):
    """The p-norm of x1 - x2 + eps along the last dimension."""
    d, p = T["sub"](x1, x2), float(p)
    d = named(d + float(eps), "AddBackward1", (d,))
    return named(d.norm(p, -1, keepdim), "NormBackward1", (d,))


def pdist(input, p=2.0):
    """The p-norm distances between all pairs of rows: [N, M] -> [N * (N - 1) / 2]."""
    refuse_tangents("_pdist_forward", input)
    if input.dim() != 2:
        raise RuntimeError(f"pdist only supports 2D tensors, got: {input.dim()}D")
    if not input.is_floating_point():
        raise RuntimeError("pdist only supports floating-point dtypes")
    if p < 0:
        raise RuntimeError("pdist only supports non-negative p values")
    if 0 in input.shape[:1] or input.shape[0] == 1:
        return input.new_empty(0) if not input.requires_grad else input.flatten()[:0]
    refuse_halves("pdist", input)
    one, two = np.triu_indices(input.shape[0], 1)
    x = current(input)
    gap = P["sub"](P["gather"](x, one), P["gather"](x, two))
    return named(T["norm"](gap, p, 1), "PdistBackward0", (input,))


refuse_in(globals())
