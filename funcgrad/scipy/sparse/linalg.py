"""jax.scipy.sparse.linalg's names: iterative solvers of linear systems A x = b, for an A that is a matrix or a function.

What a solver finds is differentiated by the equation it solves (lax.custom_linear_solve): by b, and by what A is made of.
x and b are pytrees; they are worked on as one vector.
"""

import numpy as np

from ... import numpy as fnp
from ... import tree
from ...control_flow import while_loop
from ...core.aval import dtype_of, shape_of
from ...errors import ArgumentValueError, ShapeError
from ...flatten_util import ravel_pytree

__all__ = ["bicgstab", "cg", "gmres"]


def function_of(name, A, what):
    """A matrix as a function of vectors; a function as it is."""
    if callable(A):
        return A
    if len(shape_of(A)) != 2 or shape_of(A)[0] != shape_of(A)[1]:
        raise ShapeError(f"{name}: {what} must be a function or a square matrix; got shape {shape_of(A)}")
    return lambda x: fnp.matmul(A, x)


def inner(x, y):
    return fnp.vdot(x, y)


def size_of(x):
    return fnp.real(inner(x, x))


def goal(b, tol, atol):
    """The square of the residual's norm at which to stop."""
    return fnp.maximum(tol**2 * size_of(b), atol**2)


def over(a, b):
    """a / b, and 0 where b is."""
    zero = b == 0
    return fnp.where(zero, 0.0, a / fnp.where(zero, 1.0, b))


def cg_steps(A, b, x, M, least, maxiter):
    r = b - A(x)
    z = M(r)

    def going(state):
        _, r, _, _, k = state
        return fnp.logical_and(size_of(r) > least, k < maxiter)

    def step(state):
        x, r, p, gamma, k = state
        Ap = A(p)
        alpha = over(gamma, inner(p, Ap))
        x, r = x + alpha * p, r - alpha * Ap
        z = M(r)
        new = inner(r, z)
        return x, r, z + over(new, gamma) * p, new, k + 1

    return while_loop(going, step, (x, r, z, inner(r, z), 0))[0]


def bicgstab_steps(A, b, x, M, least, maxiter):
    r = b - A(x)
    one = fnp.ones((), dtype_of(b))

    def going(state):
        r, k = state[1], state[-1]
        return fnp.logical_and(size_of(r) > least, fnp.logical_and(k < maxiter, k >= 0))

    def step(state):
        x, r, shadow, alpha, omega, rho, p, q, k = state
        new = inner(shadow, r)
        beta = over(new, rho) * over(alpha, omega)
        p = r + beta * (p - omega * q)
        phat = M(p)
        q = A(phat)
        alpha = over(new, inner(shadow, q))
        s = r - alpha * q
        shat = M(s)
        t = A(shat)
        omega = over(inner(t, s), inner(t, t))
        early = size_of(s) < least
        x = fnp.where(early, x + alpha * phat, x + alpha * phat + omega * shat)
        r = fnp.where(early, s, s - omega * t)
        stuck = fnp.logical_or(omega == 0, alpha == 0)
        return x, r, shadow, alpha, omega, new, p, q, fnp.where(stuck, -11, k + 1)

    zero = fnp.zeros_like(b)
    return while_loop(going, step, (x, r, r, one, one, one, zero, zero, 0))[0]


def gmres_steps(A, b, x, M, least, maxiter, restart):
    """Restarted: of each Krylov space, orthonormal by Gram and Schmidt done twice, the best x by least squares."""
    n = shape_of(b)[0]
    m = min(restart, n)

    def going(state):
        _, r, k = state
        return fnp.logical_and(size_of(r) > least, k < maxiter)

    def cycle(state):
        x, r, k = state
        length = fnp.sqrt(size_of(r))
        basis = [over(r, length)]
        columns = []
        for j in range(m):
            w = M(A(basis[j]))
            Q = fnp.stack(basis)  # [j + 1, n]
            h = fnp.zeros(j + 1, dtype_of(b))
            for _ in range(2):
                more = fnp.matmul(fnp.conj(Q), w)
                w, h = w - fnp.matmul(more, Q), h + more
            left = fnp.sqrt(size_of(w))
            left = fnp.where(left > 1e-14 * fnp.sqrt(size_of(h)), left, 0.0)
            basis.append(over(w, left))
            columns.append(
                fnp.concatenate([h, fnp.reshape(left, (1,)).astype(dtype_of(b)), fnp.zeros(m - j - 1, dtype_of(b))])
            )
        H = fnp.stack(columns, 1)  # [m + 1, m]
        e = np.zeros(m + 1, dtype_of(b))
        e[0] = 1
        y = fnp.matmul(fnp.linalg.pinv(H), e * length)
        x = x + fnp.matmul(y, fnp.stack(basis[:m]))
        return x, M(b - A(x)), k + 1

    return while_loop(going, cycle, (x, M(b - A(x)), 0))[0]


def solved(name, steps, A, b, x0, tol, atol, maxiter, M, symmetric):
    from ...lax import custom_linear_solve

    A, M = function_of(name, A, "A"), (lambda x: x) if M is None else function_of(name, M, "M")
    leaves = tree.leaves(b)
    start = tree.map(fnp.zeros_like, b) if x0 is None else x0
    if tree.structure(start) != tree.structure(b) or [shape_of(v) for v in tree.leaves(start)] != [
        shape_of(v) for v in leaves
    ]:
        raise ArgumentValueError(f"{name}: x0 must be built as b is, with its shapes")
    flat_start, _ = ravel_pytree(start)
    if maxiter is None:
        maxiter = 10 * sum(int(np.prod(shape_of(v))) for v in leaves)

    def solve(matvec, b):
        flat, back = ravel_pytree(b)
        on = lambda f: lambda v: ravel_pytree(f(back(v)))[0]  # noqa: E731
        first = flat_start.astype(dtype_of(flat)) if shape_of(flat_start) == shape_of(flat) else fnp.zeros_like(flat)
        return back(steps(on(matvec), flat, first, on(M), goal(flat, tol, atol), maxiter))

    symmetric = symmetric and all(
        dtype_of(v).kind != "c" for v in leaves
    )  # (the transpose of a Hermitian matrix is its conjugate)
    return custom_linear_solve(A, b, solve, solve, symmetric=symmetric), None


def cg(A, b, x0=None, *, tol=1e-5, atol=0.0, maxiter=None, M=None):
    """(x, None) with A x = b for a Hermitian positive definite A, by conjugate gradients; M: about A's inverse.

    It ends once the residual's norm is at most max(tol |b|, atol), or after maxiter steps.

    >>> import numpy as np
    >>> cg(np.array([[2.0, 0.0], [0.0, 4.0]]), np.array([2.0, 4.0]))[0]
    array([1., 1.])
    """
    return solved("cg", cg_steps, A, b, x0, tol, atol, maxiter, M, True)


def bicgstab(A, b, x0=None, *, tol=1e-5, atol=0.0, maxiter=None, M=None):
    """(x, None) with A x = b, by stabilised biconjugate gradients (H. van der Vorst, 1992); otherwise as cg."""
    return solved("bicgstab", bicgstab_steps, A, b, x0, tol, atol, maxiter, M, False)


def gmres(A, b, x0=None, *, tol=1e-5, atol=0.0, restart=20, maxiter=None, M=None, solve_method="batched"):
    """(x, None) with A x = b, by generalised minimal residuals in spaces of `restart` vectors; otherwise as cg.

    ValueError for a solve_method other than batched and incremental, which are the same here.
    """
    if solve_method not in ("batched", "incremental"):
        raise ArgumentValueError(f"gmres: solve_method must be batched or incremental; got {solve_method!r}")

    def steps(*args):
        return gmres_steps(*args, restart)

    return solved("gmres", steps, A, b, x0, tol, atol, maxiter, M, False)
