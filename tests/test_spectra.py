"""Functions of eigenvalues and singular values where values repeat or vanish: against closed forms, to second order.

Invariant: what is smooth in the matrix is differentiated as such, whatever basis LAPACK chose among equal vectors.
"""

import numpy as np
import pytest
from scipy.linalg import expm_frechet, polar

import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES

RNG = np.random.default_rng(5)
ORTHOGONAL = np.linalg.qr(RNG.normal(size=(4, 4)))[0]
SPECTRA = {
    "one value": [2.0, 2.0, 2.0, 2.0],
    "two pairs": [-1.0, -1.0, 3.0, 3.0],
    "a triple": [0.5, 2.0, 2.0, 2.0],
    "zeros": [0.0, 0.0, 0.0, 1.0],
    "apart": [0.5, 1.0, 2.0, 4.0],
}
TURNS = {"diagonal": np.eye(4), "turned": ORTHOGONAL}
every_spectrum = pytest.mark.parametrize("spectrum", SPECTRA.values(), ids=SPECTRA)
every_turn = pytest.mark.parametrize("turn", TURNS.values(), ids=TURNS)


def symmetric(turn, spectrum):
    x = turn @ np.diag(spectrum) @ turn.T
    return (x + x.T) / 2


def close(got, want, tol=1e-9):
    np.testing.assert_allclose(got, want, rtol=tol, atol=tol * max(1.0, np.max(np.abs(want))))


@every_spectrum
@every_turn
def test_trace_of_exp(spectrum, turn):
    """sum(exp(eigvalsh(x))) has the gradient exp(x), and its Hessian is the derivative of that (SciPy's, by Higham)."""
    x = symmetric(turn, spectrum)
    t = RNG.normal(size=(4, 4))

    def f(x):
        return np.sum(np.exp(np.linalg.eigvalsh(x)))

    want, slope = expm_frechet(x, (t + t.T) / 2)
    close(fg.grad(f)(x), want)
    close(fg.hvp(f, (x,), (t,)), slope)
    close(np.tensordot(fg.hessian(f)(x), t, 2), slope)
    close(fg.jit(lambda x: fg.hvp(f, (x,), (t,)))(x), slope)
    close(fg.vmap(lambda t: fg.hvp(f, (x,), (t,)))(np.stack([t, 2 * t]))[1], 2 * slope)
    close(fg.jvp(f, (x,), (t,))[1], np.sum(want * t))


@pytest.mark.parametrize("f", [lambda x: np.linalg.eigh(x)[0], np.linalg.eigvalsh], ids=["eigh", "eigvalsh"])
def test_hermitian_power_sums(f):
    """The sum of squared eigenvalues is that of |x|^2, also of a complex x with a triple eigenvalue."""
    q = np.linalg.qr(RNG.normal(size=(4, 4)) + 1j * RNG.normal(size=(4, 4)))[0]
    x = (q * SPECTRA["a triple"]) @ q.conj().T
    x = (x + x.conj().T) / 2
    parts = x.real.copy(), x.imag.copy()
    ts = RNG.normal(size=(2, 4, 4))

    def sums(a, b):
        return np.sum(f(a + 1j * b) ** 2)

    gradient = fg.grad(sums, (0, 1))
    for got, want in zip(gradient(*parts), parts, strict=True):
        close(got, 2 * want)
    for got, t, sign in zip(fg.jvp(gradient, parts, tuple(ts))[1], ts, (1, -1), strict=True):
        close(got, t + sign * t.T)


@every_spectrum
@every_turn
@pytest.mark.parametrize("compute_uv", [False, True])
def test_squared_singular_values(spectrum, turn, compute_uv):
    """Their sum is the sum of squares of x: gradient 2 x, Hessian 2."""
    x = turn @ np.diag(np.abs(spectrum))
    t = RNG.normal(size=(4, 4))

    def f(x):
        s = np.linalg.svd(x)[1] if compute_uv else np.linalg.svd(x, compute_uv=False)
        return np.sum(s**2)

    close(fg.grad(f)(x), 2 * x)
    close(fg.hvp(f, (x,), (t,)), 2 * t)


@every_turn
@pytest.mark.parametrize("spectrum", [[1.0, 1.0, 1.0, 1.0], [3.0, 3.0, 1.0, 1.0], [4.0, 2.0, 2.0, 1.0]], ids=repr)
def test_nuclear_norm(spectrum, turn):
    """Its gradient is the orthogonal polar factor (SciPy's), and so its Hessian that factor's slope, by differences."""
    x, t, h = turn @ np.diag(spectrum), RNG.normal(size=(4, 4)), 1e-4

    def f(x):
        return np.linalg.norm(x, "nuc")

    close(fg.grad(f)(x), polar(x)[0])
    slope = (
        (8 * (polar(x + h * t)[0] - polar(x - h * t)[0]) - polar(x + 2 * h * t)[0] + polar(x - 2 * h * t)[0]) / 12 / h
    )
    close(fg.hvp(f, (x,), (t,)), slope, 1e-7)


@pytest.mark.parametrize("shape", [(4, 2), (2, 4)])
def test_not_square(shape):
    """Equal singular values of a matrix that is not square; at a zero one the second derivative is nan, not a number."""
    k = min(shape)
    x, t = np.eye(*shape), RNG.normal(size=shape)

    def f(x):
        return np.sum(np.linalg.svd(x, compute_uv=False) ** 4)

    close(fg.grad(f)(x), 4 * x)
    gram = x.T @ x if shape[0] > k else x @ x.T
    change = x.T @ t + t.T @ x if shape[0] > k else x @ t.T + t @ x.T
    close(fg.hvp(f, (x,), (t,)), 4 * (t @ gram + x @ change if shape[0] > k else gram @ t + change @ x))
    assert np.isnan(fg.hvp(f, (0 * x,), (t,))).all()


def test_directional_derivatives():
    """jvp gives how equal values move apart: the eigenvalues of the tangent among their vectors."""
    t = symmetric(ORTHOGONAL, [-2.0, 0.5, 1.0, 4.0])
    close(fg.jvp(np.linalg.eigvalsh, (3 * np.eye(4),), (t,))[1], [-2.0, 0.5, 1.0, 4.0])
    x = ORTHOGONAL @ np.diag([2.0, 2.0, 0.0, 0.0])
    change = ORTHOGONAL @ np.diag([1.0, -1.0, -3.0, 5.0])
    moved = fg.jvp(lambda x: np.linalg.svd(x, compute_uv=False), (x,), (change,))[1]
    close(moved, [-1.0, 1.0, 5.0, 3.0])  # the zeros can only grow


def test_vectors_and_reverse_over_reverse_are_nan():
    """What needs a basis among equal vectors is not made up."""
    x, t = np.eye(3), RNG.normal(size=(3, 3))
    assert not np.isfinite(fg.grad(lambda x: np.sum(np.linalg.eigh(x)[1] * t))(x)).all()
    gradient = fg.grad(lambda x: np.sum(np.exp(np.linalg.eigvalsh(x))))
    assert np.isnan(fg.vjp(gradient, x)[1](t)[0]).all()


def test_bases():
    """tie_bases: unitary, and it makes t diagonal among equal values, whether w are eigenvalues or singular values."""
    w, t = np.array([1.0, 2.0, 2.0, 2.0]), RNG.normal(size=(4, 4))
    p, q = PRIMITIVES["tie_bases"](w, t + t.T, singular=False)
    close(p, q)
    close(p.T @ p, np.eye(4))
    turned = p.T @ (t + t.T) @ p
    close(turned[1:, 1:], np.diag(np.diag(turned)[1:]))
    p, q = PRIMITIVES["tie_bases"](np.array([3.0, 3.0, 0.0, 0.0]), t, singular=True)
    turned = p.T @ t @ q
    close(p[:2, :2], q[:2, :2])
    close((turned + turned.T)[0, 1], 0.0)
    close(turned[2:, 2:], np.diag(np.linalg.svd(t[2:, 2:])[1]))


@pytest.mark.parametrize("rank", [0, 1, 2, 3])
def test_determinant_of_rank(rank):
    """det and its derivatives where jax divides by zero: the cofactors, and theirs, by exact minors."""
    x = RNG.integers(-3, 4, (4, rank)) @ RNG.integers(-3, 4, (rank, 4)) * 1.0

    def minor(x, rows, columns):
        keep = [[i for i in range(4) if i not in some] for some in (rows, columns)]
        return round(np.linalg.det(x[np.ix_(*keep)]))

    cofactors = np.array([[(-1) ** (i + j) * minor(x, [i], [j]) for j in range(4)] for i in range(4)])
    second = np.zeros((4, 4, 4, 4))
    for i, j, k, n in np.ndindex(second.shape):
        if i != k and j != n:
            sign = (-1) ** (i + j + k + n) * (1 if (k > i) == (n > j) else -1)
            second[i, j, k, n] = sign * minor(x, [i, k], [j, n])
    close(fg.grad(np.linalg.det)(x), cofactors, 1e-12)
    close(fg.hessian(np.linalg.det)(x), second, 1e-12)
