"""LDL factors of symmetric (or Hermitian) matrices, which need not be definite: linalg.ldl_factor and ldl_solve.

The pivoting is that of Bunch and Kaufman (Math. Comp. 31 (1977) 163-179) as LAPACK's sytrf has it: pivots count from 1, and two
equal negative ones mark a block of two. torch has no derivatives of these; solve with linalg.solve where one is wanted.
"""

import math

import numpy as np

from ..payload import current
from .arithmetic import without_derivative
from .forward_mode import refuse_tangents
from .linalg_checks import (
    has_kernel,
    is_floating,
    is_square,
    linalg_operation,
    matrix,
    need_pivot_of_each,
    need_rows,
    need_same,
)  # fmt: skip
from .mapped_by_loop import on_values
from .operands import dtype_of, in_c_order, in_columns, shape_of
from .register import FUNCTIONS
from .return_types import BY_NAME as RETURN
from .writing import spoken

ALPHA = (1 + math.sqrt(17)) / 8


def length(z):
    """What LAPACK compares of complex numbers."""
    return np.abs(z.real) + np.abs(z.imag)


def pivot_of(a, k):
    """(the row to exchange, the size of the block) of step k of a lower triangle."""
    n = len(a)
    own = length(a[k, k])
    if k == n - 1:
        return k, 1
    at = k + 1 + int(length(a[k + 1 :, k]).argmax())
    column = length(a[at, k])
    if max(own, column) == 0 or own >= ALPHA * column:
        return k, 1
    row = max(length(a[at, k:at]).max(), length(a[at + 1 :, at]).max(initial=0.0))
    if own >= ALPHA * column * (column / row):
        return k, 1
    return (at, 1) if length(a[at, at]) >= ALPHA * row else (at, 2)


def exchange(a, k, p, turned):
    """Rows and columns k < p of a lower triangle exchanged."""
    a[p + 1 :, [k, p]] = a[p + 1 :, [p, k]]
    middle = a[k + 1 : p, k].copy()
    a[k + 1 : p, k] = turned(a[p, k + 1 : p])
    a[p, k + 1 : p] = turned(middle)
    a[p, k] = turned(a[p, k])
    a[k, k], a[p, p] = a[p, p], a[k, k]


def factor(a, turned):
    """(factors in place of the lower triangle, pivots, info) of one matrix; `turned`: conj for Hermitian ones."""
    n, k, info = len(a), 0, 0
    pivots = np.zeros(n, np.int32)
    while k < n:
        p, size = pivot_of(a, k)
        last = k + size - 1
        if p != last:
            exchange(a, last, p, turned)
            if size == 2:
                a[k + 1, k], a[p, k] = a[p, k], a[k + 1, k]
        rest = slice(k + size, n)
        x = a[rest, k : k + size].copy()
        if size == 1 and a[k, k] == 0:
            info = info or k + 1
        else:
            w = x @ np.linalg.inv(block(a, k, size, turned))
            a[rest, rest] -= np.tril(w @ turned(x).T)
            a[rest, k : k + size] = w
        pivots[k : k + size] = p + 1 if size == 1 else -(p + 1)
        k += size
    return a, pivots, info


def block(a, k, size, turned):
    """The diagonal block of a step, whole."""
    d = a[k : k + size, k : k + size].copy()
    if size == 2:
        d[0, 1] = turned(d[1, 0])
    return d


FACTOR, SOLVE = "aten::linalg_ldl_factor_ex", "aten::linalg_ldl_solve"


def factored(A, hermitian, name):
    refuse_tangents(FACTOR, A)
    t = matrix(A, name, square=True)
    turned = np.conj if hermitian else np.positive
    whole, d = shape_of(t), dtype_of(t)

    def of_arrays(x):
        flat = [factor(one.copy(), turned) for one in x.reshape(math.prod(x.shape[:-2]), *x.shape[-2:])]
        packed = np.array([np.tril(f[0]) for f in flat], d).reshape(whole)
        pivots, info = (np.array([f[k] for f in flat], np.int32) for k in (1, 2))
        return packed, pivots.reshape(whole[:-1]), info.reshape(whole[:-2])

    packed, *rest = on_values(of_arrays, [(whole, d), (whole[:-1], np.int32), (whole[:-2], np.int32)], t)
    return in_columns(without_derivative(FACTOR, in_columns(packed), A)), *map(in_c_order, rest)


@linalg_operation(name="ldl_factor_ex")
def ldl_factor_ex(A, *, hermitian=False, check_errors=False):
    """(LD, pivots, info): ldl_factor, and the number of the first zero block, or 0."""
    packed, pivots, info = factored(A, hermitian, "torch.linalg.ldl_factor_ex")
    if check_errors and info.any():
        raise RuntimeError(f"torch.linalg.ldl_factor_ex: The factorization failed: D[{info.max().item()}] is zero.")
    return RETURN["linalg_ldl_factor_ex"](packed, pivots, info)


@linalg_operation(name="ldl_factor")
def ldl_factor(A, *, hermitian=False):
    """(LD, pivots): the unit lower triangle and the blocks of D in one matrix, and what was exchanged."""
    packed, pivots, _ = factored(A, hermitian, "torch.linalg.ldl_factor_ex")
    return RETURN["linalg_ldl_factor"](packed, pivots)


def solved(a, pivots, b, turned):
    """The solution of one system."""
    n, k = len(a), 0
    steps = []
    while k < n:
        size = 1 if pivots[k] > 0 else 2
        p, last = abs(int(pivots[k])) - 1, k + size - 1
        steps.append((k, size, p, last))
        b[[last, p]] = b[[p, last]]
        b[k + size :] -= a[k + size :, k : k + size] @ b[k : k + size]
        b[k : k + size] = np.linalg.solve(block(a, k, size, turned), b[k : k + size])
        k += size
    for k, size, p, last in reversed(steps):
        b[k : k + size] -= turned(a[k + size :, k : k + size]).T @ b[k + size :]
        b[[last, p]] = b[[p, last]]
    return b


@linalg_operation(name="ldl_solve")
def ldl_solve(LD, pivots, B, *, hermitian=False):
    """X with A X = B, given ldl_factor(A)."""
    refuse_tangents(SOLVE, LD, B)
    name, t, right = "torch.linalg.ldl_solve", current(LD), current(B)
    is_square(t, name)
    is_floating(t, name)
    need_same("Expected b and A", "b", right, "A", t, ".")
    right.size(-2)
    need_rows(name, t, right)
    if pivots.dtype.numpy.kind not in "iu":
        raise RuntimeError(f"{name}: Expected pivots to be integers. Got {spoken(pivots.dtype.numpy)}")
    need_pivot_of_each(name, t, pivots)
    has_kernel("ldl_solve_kernel_cpu", t)
    lead = FUNCTIONS["broadcast_shapes"](shape_of(t)[:-2], shape_of(right)[:-2])
    turned = np.conj if hermitian else np.positive
    shape, d = (*lead, *shape_of(right)[-2:]), dtype_of(right)

    def of_arrays(*arrays):
        full = [
            np.broadcast_to(x, (*lead, *x.shape[-k:])).reshape(math.prod(lead), *x.shape[-k:])
            for x, k in zip(arrays, (2, 1, 2))
        ]
        return (np.array([solved(one, order, b.copy(), turned) for one, order, b in zip(*full)], d).reshape(shape),)

    return without_derivative(SOLVE, in_columns(on_values(of_arrays, [(shape, d)], LD, pivots, B)[0]), LD, B)


NAMES = {f.__name__: f for f in (ldl_factor, ldl_factor_ex, ldl_solve)}
