"""LU factors: torch.linalg.lu and its kin, torch.lu and lu_unpack, and systems solved by factors that are there.

Invariant: pivots count from 1, as LAPACK's do: row i was exchanged with row pivots[i] - 1, in turn.
"""

import math

import numpy as np

from funcgrad.core.trace import TAPE

from ..deprecations import once
from ..payload import current
from .image_gradients import columns_back
from .linalg_checks import (
    fit_together,
    has_kernel,
    is_floating,
    is_square,
    linalg_operation,
    matrix,
    need_pivot_of_each,
    need_same,
)
from .linalg_stopped import zero_pivot
from .mapped_by_loop import stacked
from .nodes import named
from .operands import P, broadcast_shapes, dtype_of, in_columns, new, shape_of
from .register import FUNCTIONS, operation
from .return_types import BY_NAME as RETURN
from .shape import matrix_transpose


def need_pivots(name, pivot):
    if not pivot:
        raise RuntimeError(f"{name}: LU without pivoting is not implemented on the CPU")


def order_of(pivots, m):
    """The order (..., m) that m rows are in after these exchanges."""
    t = current(pivots)
    *lead, k = shape_of(t)
    if t.owner is TAPE:
        order = np.tile(np.arange(m), (*lead, 1))
        count = math.prod(lead)
        flat, swaps = order.reshape(count, m), t.val.reshape(count, k) - 1
        for row, exchanged in zip(flat, swaps):
            for i, j in enumerate(exchanged):
                row[[i, j]] = row[[j, i]]
        return new(order)
    places = new(np.arange(m))
    order = places.expand(*lead, m)
    swaps = pivots.long() - 1
    for i in range(k):
        j = swaps[..., i : i + 1]
        own, other = order[..., i : i + 1], FUNCTIONS["take_along_dim"](order, j, -1)
        order = FUNCTIONS["where"](places == i, other, FUNCTIONS["where"](places == j, own, order))
    return order


def permutation(order, dtype):
    """The matrices P with P x[order] = x."""
    places = new(np.arange(order.shape[-1]))
    return (places.unsqueeze(-1) == order.unsqueeze(-2)).to(dtype)


def rows(x, order):
    """The rows of matrices in another order."""
    return FUNCTIONS["take_along_dim"](x, order.unsqueeze(-1), -2)


def triangles(packed):
    """(L, U) of packed factors."""
    m, n = shape_of(current(packed))[-2:]
    k = min(m, n)
    lower = FUNCTIONS["tril"](packed[..., :, :k], -1)
    return lower + FUNCTIONS["eye"](m, k, dtype=packed.dtype), FUNCTIONS["triu"](packed[..., :k, :])


# ------------------------------------------------------------------------------------------------ factors
def factored(A, name):
    """(packed factors, pivots) of matrices."""
    t = matrix(A, name)
    if 0 in shape_of(t):
        return in_columns(current(A.clone())), new(np.zeros((*shape_of(t)[:-2], min(shape_of(t)[-2:])), np.int32))
    packed, pivots, _ = P["lu"](t)
    return named(in_columns(packed), "LinalgLuFactorExBackward0", (A,)), pivots + 1


@linalg_operation(name="lu_factor_ex")
def lu_factor_ex(A, *, pivot=True, check_errors=False):
    """(LU, pivots, info): lu_factor, and the number of the first pivot that is zero, or 0."""
    need_pivots("linalg.lu_factor", pivot)
    packed, pivots = factored(A, "torch.linalg.lu_factor_ex")
    zero = FUNCTIONS["diagonal"](packed.detach(), 0, -2, -1) == 0
    first = zero.int().argmax(-1).int() + 1 if zero.shape[-1] else FUNCTIONS["zeros"](zero.shape[:-1])
    info = FUNCTIONS["where"](zero.any(-1), first.int(), 0).int()
    if check_errors:
        refuse_singular(A, info)
    return RETURN["linalg_lu_factor_ex"](packed, pivots, info)


def refuse_singular(A, info):
    if current(info).owner is TAPE and bool((info != 0).any()):
        where, at = zero_pivot(current(A))
        raise RuntimeError(
            f"torch.linalg.lu_factor: {where}U[{at},{at}] is zero and using it on lu_solve would result in a division by zero. If you "
            "still want to perform the factorization, consider calling linalg.lu(A, pivot) or linalg.lu_factor_ex(A, pivot)"
        )


@linalg_operation(name="lu_factor")
def lu_factor(A, *, pivot=True):
    """(LU, pivots): both triangles in one matrix, and the rows exchanged in turn, counted from 1."""
    packed, pivots, info = lu_factor_ex(A, pivot=pivot)
    refuse_singular(A, info)
    return RETURN["linalg_lu_factor"](packed, pivots)


@linalg_operation(name="lu")
def lu(A, *, pivot=True):
    """(P, L, U) with P L U = A."""
    need_pivots("linalg.lu_factor", pivot)
    t = matrix(A, "linalg.lu")
    if 0 in shape_of(t):
        order = new(np.broadcast_to(np.arange(A.shape[-2]), A.shape[:-1]).copy())
        return RETURN["linalg_lu"](permutation(order, A.dtype), *triangles(A.clone()))
    packed, _, order = P["lu"](t)
    return RETURN["linalg_lu"](permutation(order, A.dtype), *named(triangles(packed), "LinalgLuBackward0", (A,)))


def old_lu(input, pivot=True, get_infos=False):
    """(LU, pivots), and with get_infos the infos (torch deprecates it: use torch.linalg.lu_factor)."""
    once("lu")
    found = tuple(lu_factor_ex(input, pivot=pivot))
    return found if get_infos else found[:2]


operation(name="lu", function=False)(old_lu)


@operation(name="lu", method=False)
def named_lu(input, pivot=True, get_infos=False):
    """The same, its three results under their names."""
    found = old_lu(input, pivot, get_infos)
    return RETURN["_lu_with_info"](*found) if get_infos else found


@operation(method=False)
def lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True):
    """(P, L, U) of what lu_factor gives; what is not asked for is empty."""
    nothing = FUNCTIONS["empty"](0, dtype=LU_data.dtype)
    lower, upper = named(triangles(LU_data), "LuUnpackBackward0", (LU_data,)) if unpack_data else (nothing, nothing)
    p = permutation(order_of(LU_pivots, LU_data.shape[-2]), LU_data.dtype) if unpack_pivots else nothing
    return RETURN["lu_unpack"](p, lower, upper)


# ------------------------------------------------------------------------------------------------ solving
@linalg_operation("LinalgLuSolveBackward0", name="lu_solve")
def lu_solve(LU, pivots, B, *, left=True, adjoint=False):
    """X with A X = B (or X A = B; with `adjoint` the adjoint of A), given lu_factor(A)."""
    name, a = "linalg.lu_solve", current(LU)
    is_floating(a, f"torch.{name}")
    need_same(f"{name}: Expected LU and B", "LU", a, "B", current(B))
    is_square(a, f"torch.{name}")
    if pivots.dtype.name != "int32":
        raise RuntimeError(f"{name}: pivots should be a Tensor of scalar type torch.int32")
    fit_together(a, current(B), left, name)
    if pivots.shape[-1:] != LU.shape[-1:]:
        raise RuntimeError(f"{name}: Number of pivots per batch should be same as the dimension of the matrix")
    need_pivot_of_each(name, a, pivots)
    broadcast_shapes(shape_of(current(B))[:-2], shape_of(a)[:-2])
    has_kernel("lu_solve_cpu", a)
    if not left:
        return matrix_transpose(lu_solve(LU, pivots, matrix_transpose(B).conj(), adjoint=not adjoint)).conj()
    lead = FUNCTIONS["broadcast_shapes"](LU.shape[:-2], B.shape[:-2])
    order = order_of(pivots, LU.shape[-1]).expand(*lead, LU.shape[-1])
    low = {"lower": True, "unit_diagonal": True}
    up = {"lower": False}
    t, b = (current(x.expand(*lead, *x.shape[-2:])) for x in (LU, B))
    if adjoint:
        turned = {"transpose_a": True, "conjugate_a": dtype_of(t).kind == "c"}
        z = P["triangular_solve"](t, P["triangular_solve"](t, b, **up, **turned), **low, **turned)
        return columns_back(in_columns(rows(z, order.argsort(-1))), current(B), others=(LU,))
    x = P["triangular_solve"](t, P["triangular_solve"](t, current(rows(b, order)), **low), **up)
    return columns_back(in_columns(x), current(B), others=(LU,))


@operation(name="lu_solve")
def old_lu_solve(b, LU_data, LU_pivots):
    """X with A X = b, given the LU factors of A (torch deprecates it: use torch.linalg.lu_solve)."""
    once("lu_solve")
    return stacked(lu_solve(LU_data, LU_pivots, b))


NAMES = {f.__name__: f for f in (lu_factor_ex, lu_factor, lu, lu_solve)}
