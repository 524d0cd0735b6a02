"""NumPy's functions on traced arrays: value, dtype and derivatives under every transform, from one table of expressions.

Expectations: values and dtypes are NumPy's, derivatives jax's, or finite differences where jax has no such function.
"""

import copy
import functools
import hashlib
import inspect
import pickle
import re
import warnings

import jax
import jax.numpy as jnp
import numpy as np
import pytest
import stored
from oracle import as_tuple, computed

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.core.aval import dtype_of
from funcgrad.core.handle import Handle
from funcgrad.errors import FuncgradError, SideEffectWarning

R = np.random.default_rng(7)


def draw(*shape):
    return R.uniform(0.2, 1.8, shape) * np.where(R.random(shape) < 0.5, -1.0, 1.0)


A, B, C = draw(3, 4), draw(4, 3), draw(2, 3, 4)
S = draw(3, 3) + 3 * np.eye(3)
V, W, T = draw(4), draw(4), draw(3)
OPERANDS = {
    "A": A, "B": B, "C": C, "V": V, "W": W, "T": T,
    "D": draw(2, 4, 3),
    "S": S,  # regular
    "H": S @ S.T + np.eye(3),  # symmetric, positive definite
    "SS": np.stack([S, S.T + np.eye(3)]),
    "N": np.where(np.arange(12).reshape(3, 4) % 5 == 1, np.nan, A),  # with NaNs
    "POS": np.abs(A) + 0.1,
    "U": np.linspace(0.05, 0.95, 4),  # in the unit interval
    "X": np.float64(0.7),
    "Z": A + 1j * draw(3, 4),
    "ZV": V + 1j * W,
    "ZS": S + 1j * draw(3, 3),
    "F": A.astype(np.float32),
    "FV": V.astype(np.float32),
}  # fmt: skip
CONSTANTS = {
    "I": np.array([2, 0, 1, 0]), "J": np.array([[2, 0], [-1, 1]]), "M": np.array([True, False, True, True]), "K": W + 0.3,
    "INT": np.arange(12).reshape(3, 4), "inf": np.inf, "nan": np.nan, "pi": np.pi, "slice": slice, "list": list,
    "range": range, "len": len, "Ellipsis": Ellipsis,
}  # fmt: skip
VALUES = "vmap jit"  # the last argument of `cases`, for those whose result has a shape that depends on values: refused under these transforms


class Case:
    """An expression over `np`, its operands (the capital letters in it), and the same expression over jax.numpy, if any."""

    def __init__(self, family, text, theirs, without):
        self.family, self.text, self.theirs, self.without = family, text, theirs, without
        self.names = [n for n in OPERANDS if re.search(rf"\b{n}\b", text)]
        self.xs = [OPERANDS[n] for n in self.names]
        self.want = None

    def __repr__(self):
        return self.text

    def over(self, space, text=None):
        """The expression as a function of its operands."""
        code = compile(text or self.text, f"<{self.text}>", "eval")
        return lambda *xs: eval(code, {"np": space, **CONSTANTS, **dict(zip(self.names, xs, strict=True))})  # noqa: S307

    def direction(self, i, x):
        """Multiples of 1/8 in the shape and kind of x, the same for every run."""
        rng = np.random.default_rng(i)
        t = rng.integers(-8, 9, x.shape) / 8
        return np.asarray(t + 1j * rng.integers(-8, 9, x.shape) / 8 if x.dtype.kind == "c" else t).astype(x.dtype)

    def cotangents(self, outs):
        return [self.direction(100 + i, o) for i, o in enumerate(outs)]

    # what `computed` of the oracle asks for
    def inputs(self):
        return (self.xs,)

    def figures(self, xs):
        f = self.over(jnp, self.theirs)
        out, pull = jax.vjp(lambda *v: tuple(o for o in as_tuple(f(*v)) if o.dtype.kind in "fc"), *xs)
        return {"value": out, "vjp": pull(tuple(jnp.asarray(c) for c in self.cotangents(out)))}


TABLE = []


def cases(family, text, without=""):
    """One case a line; behind a bar the expression for jax, where it differs; nothing there: finite differences."""
    for line in text.strip().splitlines():
        ours, bar, theirs = line.partition(" | ")
        bar = bar or line.rstrip().endswith("|")
        ours = ours.rstrip(" |")
        if ours.strip():
            TABLE.append(Case(family, ours.strip(), theirs.strip() or None if bar else ours.strip(), without.split()))


cases(
    "reductions",
    """
np.sum(A)
np.sum(A, axis=1)
np.sum(C, axis=(0, -1), keepdims=True)
np.sum(C, axis=(2, 0))
np.sum(A, 0, where=A > 0, initial=2.0)
np.sum(A, dtype=np.float32)
np.sum(F)
np.sum(A, axis=())
A.sum(1)
A.sum(axis=0, keepdims=True)
np.prod(A, axis=1)
np.prod(A, initial=2.0, where=A > 0)
np.max(A)
np.max(A, axis=0, keepdims=True)
np.max(A, axis=(0, 1), initial=0.3)
np.max(A, where=A < 1, initial=-5.0)
A.max(1)
np.min(A, axis=-1)
np.amin(C, axis=(1, 2)) | np.min(C, axis=(1, 2))
np.ptp(A, axis=1)
np.mean(A)
np.mean(F, axis=0)
np.mean(C, axis=(0, 2))
np.mean(A, axis=0, where=A > 0)
A.mean(keepdims=True)
np.var(A)
np.var(F)
np.var(A, axis=1, ddof=1, keepdims=True)
np.var(A, axis=0, where=A < 1)
np.var(Z, axis=1)
np.std(A, axis=0)
A.std(ddof=1)
np.average(A, axis=0)
np.average(A, axis=1, weights=V)
np.average(A, weights=POS)
np.average(C, axis=(1, 2), weights=A) | np.average(C, axis=(1, 2), weights=np.broadcast_to(A, (2, 3, 4)))
np.average(A, axis=0, weights=POS, returned=True)[0]
np.cumsum(A)
np.cumsum(A, axis=1)
A.cumprod(0)
np.cumulative_sum(V, include_initial=True)
np.cumulative_prod(A, axis=1)
np.add.reduce(A)
np.add.reduce(A, axis=(0, 1))
np.multiply.reduce(A, axis=1) | np.prod(A, axis=1)
np.maximum.reduce(A) | np.max(A, axis=0)
np.minimum.reduce(A, axis=1, keepdims=True) | np.min(A, axis=1, keepdims=True)
np.logaddexp.reduce(A, axis=1) | np.log(np.sum(np.exp(A), axis=1))
np.subtract.reduce(A, axis=1) | A[:, 0] - A[:, 1:].sum(1)
np.hypot.reduce(A, axis=1) | np.sqrt((A * A).sum(1))
np.add.accumulate(A, axis=1) | np.cumsum(A, axis=1)
np.multiply.accumulate(A) | np.cumprod(A, axis=0)
np.maximum.accumulate(V) |
np.logaddexp.accumulate(V) |
np.subtract.accumulate(V) |
np.add.reduceat(V, [0, 2, 1]) |
np.multiply.outer(V, T) | np.outer(V, T)
np.subtract.outer(A, T) | A[..., None] - T
""",
)
cases(
    "without NaN",
    """
np.nansum(N, axis=0)
np.nanprod(N, axis=1)
np.nanmax(N, axis=1)
np.nanmin(N)
np.nanmean(N, axis=0)
np.nanvar(N, axis=1)
np.nanstd(N)
np.nancumsum(N, axis=1)
np.nancumprod(N)
np.nanmedian(N, axis=1)
np.nanquantile(N, 0.3, axis=0)
np.nanpercentile(N, 30) | np.nanpercentile(N, 30)
np.nan_to_num(N)
np.nan_to_num(N, nan=1.5)
""",
)
cases(
    "statistics",
    """
np.median(A, axis=1)
np.median(C, axis=(0, 2), keepdims=True)
np.quantile(A, 0.3)
np.quantile(F, 0.3)
np.quantile(A, [0.1, 0.5, 0.9], axis=1) | np.quantile(A, np.array([0.1, 0.5, 0.9]), axis=1)
np.quantile(A, 0.4, axis=0, method="higher")
np.quantile(A, 0.4, method="midpoint")
np.quantile(A, 0.37, axis=1, method="weibull") |
np.quantile(A, 0.37, axis=1, method="median_unbiased") |
np.percentile(A, 35, axis=0, method="lower")
np.percentile(C, [20, 70], axis=(0, 2)) | np.percentile(C, np.array([20, 70]), axis=(0, 2))
np.quantile(V, U) |
np.cov(A)
np.cov(A, rowvar=False, bias=True)
np.cov(V, W, ddof=0)
np.cov(A, aweights=np.abs(V), ddof=0)
np.cov(A, fweights=[1, 2, 1, 3]) | np.cov(A, fweights=np.array([1, 2, 1, 3]))
np.cov(Z)
np.corrcoef(A)
np.corrcoef(V, W)
""",
)
cases(
    "shapes",
    """
np.reshape(A, (2, -1))
np.reshape(A, (2, 6), order="F")
A.reshape(6, 2)
A.reshape((4, 3), order="F")
np.ravel(A)
np.ravel(A, order="F")
A.ravel()
A.flatten("F")
A.T
C.mT
C.transpose(2, 0, 1)
np.transpose(C, (1, -1, 0))
np.permute_dims(C, (2, 1, 0))
np.matrix_transpose(C)
np.swapaxes(C, 0, -1)
C.swapaxes(1, 2)
np.moveaxis(C, 0, -1)
np.moveaxis(C, [0, 1], [-1, 0])
np.rollaxis(C, 2)
np.rollaxis(C, 0, 3)
np.expand_dims(A, 1)
np.expand_dims(A, (0, -1))
np.squeeze(A[:, None, :1])
np.squeeze(A[None], axis=0)
A[None].squeeze(0)
np.broadcast_to(V, (2, 3, 4))
np.broadcast_arrays(V, A)[0]
np.atleast_1d(X)
np.atleast_2d(V, X)[0]
np.atleast_2d(V)
np.atleast_3d(A)
np.flip(A)
np.flip(C, (0, 2))
np.flipud(A)
np.fliplr(A)
np.rot90(A)
np.rot90(A, 2)
np.rot90(C, 3, (1, 2))
np.rot90(A, -1)
np.roll(A, 2)
np.roll(A, -1, axis=1)
np.roll(C, (1, -2), axis=(0, 2))
np.tile(V, 3)
np.tile(A, (2, 1, 2))
np.repeat(A, 2)
np.repeat(A, 3, axis=1)
np.repeat(A, [1, 0, 2], axis=0) | np.stack([A[0], A[2], A[2]])
A.repeat(2, 0)
np.resize(V, (2, 3))
np.array(A)
np.array([V, W * 2])
np.array([[X, 1.0], [2, X]]) | np.stack([np.stack([X, 1.0]), np.stack([2, X])])
np.asarray([X, 2.0]) | np.stack([X, 2.0])
np.array(V, ndmin=3)
np.copy(A)
A.copy()
A.astype(np.float32)
A.astype(complex)
np.astype(A, np.float32)
A.view() | A
A.real
Z.real
Z.imag
A.flat[3:7] | A.ravel()[3:7]
A.flat[5] | A.ravel()[5]
A.size * V
len(A) * A.ndim * V
A.nbytes * V | 96 * V
A.itemsize * V
""",
)
cases(
    "joining",
    """
np.concatenate([A, A * 2])
np.concatenate((A, T[:, None]), axis=1)
np.concatenate([A, C[0]], axis=None)
np.concatenate([A, F], dtype=np.float32) | np.concatenate([A.astype(np.float32), F])
np.concatenate(C)
np.stack([V, W])
np.stack([V, W], axis=1)
np.stack(A) | A
np.stack([X, 2 * X, 1.0])
np.vstack([V, A])
np.hstack([V, W])
np.hstack([A, A])
np.dstack([A, A * 2])
np.column_stack([T, A])
np.block([[A, A], [V, W]]) | np.concatenate([np.concatenate([A, A], 1), np.concatenate([V, W])[None]])
np.block([V, X]) | np.concatenate([V, X[None]])
np.append(V, W)
np.append(A, [V], axis=0) | np.append(A, V[None], axis=0)
np.split(A, 2, axis=1)[1]
np.split(V, [1, 3])
np.array_split(V, 3)[0]
np.hsplit(A, 2)[0]
np.vsplit(A, 3)[2]
np.dsplit(C, 2)[1]
np.unstack(A)[1]
np.insert(V, 2, X)
np.insert(A, [1, 3], 2.0, axis=1) | np.insert(A, np.array([1, 3]), 2.0, axis=1)
np.insert(A, 1, V, axis=0)
np.insert(V, [0, 2, 2], T) | np.insert(V, np.array([0, 2, 2]), T)
np.insert(V, slice(0, 2), 7.0)
np.delete(V, 1)
np.delete(A, [0, 2], axis=1) | A[:, 1::2]
np.delete(A, slice(0, 2), axis=0)
np.meshgrid(V, T)[0]
np.meshgrid(V, T, indexing="ij", sparse=True)[1]
""",
)
cases(
    "indexing",
    """
A[1, 2]
A[-1]
A[:, ::-2]
A[..., None, 1]
A[I[:3], I[1:]] | A[I[:3], I[1:]]
A[:, I]
A[J]
C[:, J, 1]
C[0, :, I]
C[I[:2] % 2, :, I[1:3]]
A[M[:3]]
A[:, M]
A[np.array([[True, False, True, False]] * 3)] | A[:, ::2].ravel()
A[1, M]
A[[0, 2]] | A[np.array([0, 2])]
A[True] | A[None]
A[None, I]
A[np.int64(1), np.int32(2)]
A[np.array(1)]
np.take(A, I)
np.take(A, J, axis=1)
np.take(A, -1, axis=0)
np.take(A, [5, -6], axis=1, mode="wrap") | np.take(A, np.array([5, -6]), axis=1, mode="wrap")
np.take(A, [9, -9], axis=0, mode="clip") | np.take(A, np.array([9, -9]), axis=0, mode="clip")
A.take(I, 1)
np.take_along_axis(A, np.argsort(A, axis=1), axis=1)
np.take_along_axis(A, I[None, :], 0)
np.compress(M, A, axis=1) | np.take(A, np.array([0, 2, 3]), axis=1)
A.compress(M, 1) | np.take(A, np.array([0, 2, 3]), axis=1)
np.extract(M, V) | V[np.array([0, 2, 3])]
np.choose(I % 3, [V, W, 2.0]) | np.where(I == 0, V, np.where(I == 1, W, 2.0))
np.choose(I, A, mode="wrap") | np.choose(I, list(A), mode="wrap")
np.where(A > 0.5, A, V)
np.where(M, 2.0, V)
np.where(M, 0, FV)
np.select([A > 1, A < 0], [A * 2, V], 7.0)
np.piecewise(V, [V < 0, V > 1], [lambda x: -x * x, lambda x: x**3, 2.0])
np.piecewise(V[0], [V[0] < 0], [lambda x: -x * x, lambda x: x**3])
np.clip(A, -0.5, 1.0)
np.clip(A, None, V)
np.clip(A, W, 2.5)
A.clip(0.0)
np.clip(A, min=-0.1, max=0.9)
np.diag(V)
np.diag(V, -1)
np.diag(A)
np.diag(A, 1)
np.diagflat(A, 1)
np.diagonal(C, 0, 1, 2)
np.diagonal(C, -1, 2, 0)
C.diagonal(1)
np.trace(A)
np.trace(C, 1, 0, 2)
np.tril(A)
np.triu(A, 1)
np.tril(C, -1)
np.tril(V) | np.tril(np.broadcast_to(V, (4, 4)))
""",
)
cases(
    "products",
    """
np.dot(A, B)
np.dot(A, V)
np.dot(C, B)
np.dot(C, D)
np.dot(X, A)
A.dot(B)
A @ B
C @ D
C @ B
A @ D
V @ B
A @ V
V @ D
C @ V
np.matmul(A, B)
np.matmul(Z, B)
np.vdot(A, B.T)
np.vdot(Z, A)
np.inner(A, V)
np.inner(A, C)
np.outer(A, T)
np.tensordot(A, B, 1)
np.tensordot(C, D, ([0, 2], [0, 1]))
np.tensordot(A, A, 2)
np.tensordot(V, T, 0)
np.kron(A, B)
np.kron(V, T)
np.kron(V, C)
np.cross(T, T[::-1])
np.cross(S, T)
np.cross(S.T, S, axis=0)
np.cross(T[:2], A[:, :2])
np.vecdot(A, V)
np.vecdot(Z, ZV)
np.vecdot(C, C * 2.0, axis=1)
np.matvec(C, V)
np.vecmat(T, C)
np.linalg.multi_dot([A, B, S, T])
np.linalg.multi_dot([V, B, S])
""",
)
cases(
    "einsum",
    """
np.einsum("ij,jk->ik", A, B)
np.einsum("ij,jk", A, B)
np.einsum("ij->ji", A)
np.einsum("ii", S)
np.einsum("ii->i", S)
np.einsum("iij->j", np.stack([S, S, S]))
np.einsum("ij->", A)
np.einsum("ij,ij->i", A, A)
np.einsum("...j,j", C, V)
np.einsum("b...j,bjk->bk...", C, D)
np.einsum("i,j,k->ijk", V, T, V)
np.einsum("ij,jk,kl,l->i", A, B, S, T)
np.einsum("ij,jk,kl,l->i", A, B, S, T, optimize=True)
np.einsum("ij,jk,kl", A, B, S, optimize="optimal")
np.einsum("bij,bjk->bik", C, D)
np.einsum("ij,kj->ik", A[:1], A)
np.einsum("ij,ij->ij", A, A[:, :1]) | A * A[:, :1]
np.einsum("a,b->ba", V, T)
np.einsum(A, [0, 1], B, [1, 2], [2, 0])
np.einsum(C, [0, Ellipsis, 1], V, [1], [0, Ellipsis])
np.einsum(A, [0, 1])
np.einsum("ij, j -> i", Z, V)
np.einsum("ij,jk,ki", A, B, S)
""",
)
cases(
    "elementwise",
    """
np.angle(Z)
np.angle(Z, deg=True)
np.real(Z)
np.imag(Z)
np.conj(Z)
np.abs(Z)
Z.conj() * ZV
np.real(A)
np.imag(A)
np.round(A, 1)
A.round(2)
np.fix(A) | np.trunc(A)
np.sinc(A)
np.i0(A)
np.add(A, V)
np.add(A, 2.0, dtype=np.float32) | np.add(A.astype(np.float32), np.float32(2.0))
np.multiply(A, [1.0, 2.0, 3.0, 4.0]) | np.multiply(A, np.array([1.0, 2.0, 3.0, 4.0]))
np.divmod(A, 0.7)[1]
divmod(A, 0.7)[1]
np.modf(A)[0]
np.float_power(POS, V)
np.fabs(A)
np.degrees(A)
np.radians(A)
np.frexp(A)[0]
np.copysign(A, V)
np.hypot(A, V)
np.arctan2(A, V)
np.logaddexp(A, V)
np.heaviside(A, 0.5)
np.ldexp(A, I)
np.square(A) - np.sqrt(POS) + np.cbrt(POS)
np.exp2(A) + np.expm1(A) * np.log1p(POS)
np.log2(POS) + np.log10(POS) / np.reciprocal(A)
np.sinh(A) + np.cosh(V) + np.arcsinh(A)
np.tan(V) + np.arctan(A) - np.tanh(A)
np.arcsin(U) + np.arccos(U) * np.arctanh(U)
np.fmax(A, V) - np.fmin(A, V) * np.maximum(A, 0.3)
np.remainder(A, 0.7) + np.fmod(A, V) | np.remainder(A, 0.7) + np.fmod(A, V)
np.positive(A) - np.negative(A)
np.sign(A) * A
abs(A)
-A
+A
A**2
A**3.0
2.0**A
POS**V
A % 0.7
A // 0.7 * A
1.0 / A
[1.0, 2.0, 3.0, 4.0] * A | np.array([1.0, 2.0, 3.0, 4.0]) * A
np.float32(2.0) * A
np.arange(4) - A
F * 2.5
F * np.float64(2.5)
F + INT
F * X
np.linspace(X, 3.0, 5)
np.linspace(V, W, 3)
np.linspace(V, 2.0, 3, endpoint=False, axis=-1)
np.logspace(X, 1.0, 4)
np.geomspace(X, 9.0, 4)
np.full((2, 4), V)
np.full_like(A, X)
np.vander(V)
np.vander(V, 3, increasing=True)
np.unwrap(V * 4.0)
np.ones_like(A) * A
np.zeros_like(A) + V
np.vectorize(lambda a, b: a * a + b)(A, V) | A * A + V
np.apply_along_axis(lambda r: r * r.sum(), 1, A)
np.apply_along_axis(np.sum, 0, C)
np.apply_over_axes(np.sum, C, [0, 2])
np.fromfunction(lambda i, j: i * X + j, (2, 3)) | np.arange(2.0)[:, None] * X + np.arange(3.0)
np.fromiter((a * a for a in V), float) | V * V
""",
)
cases(
    "linalg",
    """
np.linalg.norm(A)
np.linalg.norm(V)
np.linalg.norm(A, axis=1)
np.linalg.norm(V, 3)
np.linalg.norm(V, 1)
np.linalg.norm(V, np.inf)
np.linalg.norm(V, -np.inf)
np.linalg.norm(V, 0.5)
np.linalg.norm(A, "fro")
np.linalg.norm(A, "nuc")
np.linalg.norm(A, 2)
np.linalg.norm(A, -2)
np.linalg.norm(A, 1)
np.linalg.norm(A, -1)
np.linalg.norm(A, np.inf)
np.linalg.norm(A, -np.inf, keepdims=True)
np.linalg.norm(C, axis=(0, 2))
np.linalg.norm(C, 1, axis=(2, 0))
np.linalg.norm(C, 3, axis=1, keepdims=True)
np.linalg.norm(Z, axis=0)
np.linalg.vector_norm(A)
np.linalg.vector_norm(C, axis=(0, 1), ord=3)
np.linalg.matrix_norm(C, ord=1)
np.linalg.solve(S, T)
np.linalg.solve(S, B.T)
np.linalg.solve(SS, B.T)
np.linalg.solve(ZS, T)
np.linalg.inv(S)
np.linalg.inv(SS)
np.linalg.det(S)
np.linalg.det(SS)
np.linalg.slogdet(H)[1]
np.linalg.slogdet(S).logabsdet
np.linalg.cholesky(H)
np.linalg.cholesky(H, upper=True)
np.linalg.eigh(H)[0]
np.linalg.eigh(H).eigenvalues
np.abs(np.linalg.eigh(H)[1])
np.linalg.eigvalsh(H)
np.linalg.svd(A, compute_uv=False)
np.abs(np.linalg.svd(A, full_matrices=False)[0])
np.linalg.svdvals(A)
np.linalg.qr(B)[0] * np.sign(np.diagonal(np.linalg.qr(B)[1]))
np.abs(np.linalg.qr(B, mode="r"))
np.linalg.pinv(B)
np.linalg.matrix_power(S, 3)
np.linalg.matrix_power(S, -2)
np.linalg.matrix_power(S, 0) * T
np.linalg.lstsq(B, V)[0] | np.linalg.pinv(B) @ V
np.linalg.lstsq(B, A.T)[1] |
np.linalg.cond(S)
np.linalg.cond(S, 1)
np.linalg.cond(S, -2)
np.linalg.tensorsolve(np.reshape(S, (3, 3)), T)
np.linalg.tensorinv(np.reshape(S, (3, 1, 3)), ind=1)
np.linalg.trace(C[:, :, :3]) | np.trace(C[:, :, :3], axis1=1, axis2=2)
np.linalg.diagonal(C)
np.linalg.outer(V, T)
np.linalg.cross(S, T)
np.linalg.tensordot(A, B, axes=1)
np.linalg.matmul(A, B)
np.linalg.vecdot(A, V)
np.linalg.matrix_transpose(A)
np.sort(np.abs(np.linalg.eigvals(S)))
""",
)
cases(
    "fft",
    """
np.fft.fft(V)
np.fft.fft(A, axis=0)
np.fft.fft(A, n=6, norm="ortho")
np.fft.ifft(ZV)
np.fft.rfft(A)
np.fft.rfft(V, n=3)
np.fft.irfft(ZV)
np.fft.irfft(Z, n=5, axis=1, norm="forward")
np.fft.hfft(ZV)
np.fft.ihfft(V)
np.fft.fftn(A)
np.fft.ifftn(C, axes=(0, 2))
np.fft.fft2(C)
np.fft.ifft2(A, s=(2, 5))
np.fft.rfft2(A)
np.fft.irfft2(Z)
np.fft.rfftn(C, axes=(1, 2))
np.fft.irfftn(Z, s=(3, 7))
np.fft.fftshift(A)
np.fft.ifftshift(V)
np.fft.fftshift(C, axes=1)
""",
)
cases(
    "calculus",
    """
np.diff(V)
np.diff(A, n=2, axis=0)
np.diff(V, prepend=X, append=[1.0, 2.0]) | np.diff(V, prepend=X, append=np.array([1.0, 2.0]))
np.ediff1d(A, to_end=[9.0], to_begin=X) | np.ediff1d(A, to_end=np.array([9.0]), to_begin=X)
np.lib.stride_tricks.sliding_window_view(V, 2) | np.stack([V[:-1], V[1:]], -1)
np.lib.stride_tricks.sliding_window_view(A, 2, -1) | np.stack([A[:, :-1], A[:, 1:]], -1)
np.lib.stride_tricks.sliding_window_view(A, (2, 2)) | np.stack([np.stack([A[:-1, :-1], A[:-1, 1:]], -1), np.stack([A[1:, :-1], A[1:, 1:]], -1)], -2)
np.gradient(V)
np.gradient(V, 0.5)
np.gradient(A)
np.gradient(A, 2.0, axis=1)
np.gradient(A, np.array([0.0, 1.0, 3.0]), X, edge_order=1) |
np.gradient(V, np.array([0.0, 0.5, 2.0, 2.5]), edge_order=2) |
np.gradient(V, edge_order=2) |
np.trapezoid(V)
np.trapezoid(A, dx=0.5, axis=0)
np.trapezoid(A, T, axis=0)
np.trapezoid(A, A * 2)
np.interp(V, np.sort(W), T[[0, 1, 2, 0]]) | np.interp(V, np.sort(W), T[np.array([0, 1, 2, 0])])
np.interp(V, np.arange(4.0), W, left=X, right=0.0)
np.interp(U * 5, np.arange(4.0), W, period=3.0)
np.interp(X, np.array([0.0, 1.0, 2.0]), T)
np.convolve(V, T)
np.convolve(V, T, "same")
np.convolve(T, V, mode="valid")
np.convolve(T, V, mode="same")
np.correlate(V, T)
np.correlate(V, T, "full")
np.correlate(V, T, "same")
np.correlate(T, V, "same")
np.correlate(T, V, "full")
np.correlate(ZV, T, "full")
np.polyval(V, A)
np.polyadd(V, T)
np.polysub(T, V)
np.polymul(V, T)
np.polyder(V)
np.polydiv(V, T)[0] |
np.polydiv(V, T)[1] |
np.polyder(V, 2)
np.polyint(V)
np.polyint(V, 2, [1.0, 2.0]) | np.polyint(V, 2, np.array([1.0, 2.0]))
np.polyfit(np.arange(4.0), V, 2)
np.polyfit(np.arange(4.0), V, 1, w=np.abs(W))
np.poly(T)
np.pad(A, 1)
np.pad(A, ((1, 2), (0, 3)), constant_values=X)
np.pad(A, 1, constant_values=((1.0, 2.0), (X, 4.0))) | np.pad(np.pad(A, ((1, 0), (0, 0)), constant_values=1.0), ((0, 1), (0, 0)), constant_values=2.0)[:, :0].sum() + np.concatenate([np.full((5, 1), X), np.concatenate([np.full((1, 4), 1.0), A, np.full((1, 4), 2.0)]), np.full((5, 1), 4.0)], 1)
np.pad(A, (2, 1), mode="edge")
np.pad(A, 2, mode="reflect")
np.pad(V, (5, 7), mode="reflect")
np.pad(V, 2, mode="reflect", reflect_type="odd")
np.pad(A, (1, 5), mode="symmetric")
np.pad(A, (2, 6), mode="wrap")
np.pad(A, 2, mode="linear_ramp", end_values=X) |
np.pad(A, (1, 2), mode="maximum")
np.pad(A, (1, 2), mode="mean", stat_length=2)
np.pad(A, 1, mode="minimum")
np.pad(A, 1, mode="median") |
""",
)
cases(
    "sorting",
    """
np.sort(A)
np.sort(A, axis=0)
np.sort(A, axis=None)
np.sort(C, axis=1)
np.partition(V, 2) | np.sort(V)
np.bincount(I, weights=V) | np.stack([V[1] + V[3], V[2], V[0]])
np.bincount(I, weights=V, minlength=5) |
""",
)
cases(
    "values",
    """
np.unique(np.floor(V) * X) |
np.union1d(V, W) |
np.intersect1d(V, np.concatenate([V[:2], W])) |
np.setdiff1d(V, W) |
np.setxor1d(V, W[:2]) |
np.trim_zeros(np.concatenate([np.zeros(2), V])) |
V[V > 0] |
A[A > 0] |
np.extract(V > 0, V) |
np.compress(V > 0, V) |
np.roots(V[:3] * np.array([1.0, 6.0, 1.0])) |
np.real_if_close(V + 0j) |
""",
    VALUES,
)
cases(
    "real eigenvalues",  # NumPy's dtype follows from values, which jit does not know: complex there
    """
np.linalg.eig(H)[0].sum() |
np.linalg.eigvals(H).sum() |
np.poly(S) |
""",
    "dtype",
)


# ------------------------------------------------------------------------------------------------ the judge
def key_of(group):
    """Everything that jax's figures of a group of cases depend on."""
    h = hashlib.sha256(f"{jax.__version__} {inspect.getsource(Case.figures)}{inspect.getsource(computed)}".encode())
    for c in group:
        h.update(f"{c.theirs} {c.names}".encode())
        for x in c.xs:
            h.update(np.asarray(x).tobytes())
    return h.hexdigest()[:32]


@functools.cache
def filled(family):
    """Give the cases of a family jax's figures, stored ones or from one jitted function."""
    group = [c for c in TABLE if c.family == family and c.theirs is not None]
    figures = stored.figures(f"numpy-{family}", key_of(group), lambda: computed(group))
    for c, want in zip(group, figures, strict=True):
        c.want = want


def same(ours, theirs, exact_dtype=True, rtol=1e-7):
    if exact_dtype:
        assert np.asarray(ours).dtype == np.asarray(theirs).dtype
    if np.asarray(theirs).dtype in (np.float32, np.complex64):
        rtol = 1e-4
    np.testing.assert_allclose(ours, theirs, rtol=rtol, atol=rtol / 50)


def quietly(f, *xs):
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        return f(*xs)


def leaves(out):
    return [np.asarray(o) for o in as_tuple(out)]


def floats(outs):
    return [o for o in outs if dtype_of(o).kind in "fc"]


def differenced(f, xs, ts, cts):
    """<ct, J t> by central differences of NumPy's own values."""
    h = 1e-6
    up, down = (floats(leaves(f(*[x + s * h * t for x, t in zip(xs, ts, strict=True)]))) for s in (1, -1))
    return sum(np.sum(c * (u - d)) / (2 * h) for c, u, d in zip(cts, up, down, strict=True))


def paired(cts, ts):
    return sum(np.sum(c * t) for c, t in zip(cts, ts, strict=True)).real


@pytest.mark.parametrize("case", TABLE, ids=repr)
def test_value_and_derivatives(case):
    """vjp and jvp give NumPy's value and dtype; the pullback gives jax's cotangents; both modes agree."""
    filled(case.family)
    f = case.over(fnp)
    plain = quietly(lambda: leaves(case.over(np)(*case.xs)))
    out, pull = quietly(lambda: fg.vjp(lambda *xs: tuple(as_tuple(f(*xs))), *case.xs))
    assert len(out) == len(plain)
    for o, p in zip(out, plain, strict=True):
        assert np.shape(o) == np.shape(p)
        same(o, p)
    cts = case.cotangents(out)
    gs = pull(tuple(cts))
    ts = [case.direction(50 + i, x) for i, x in enumerate(case.xs)]
    value, moved = quietly(lambda: fg.jvp(lambda *xs: tuple(floats(as_tuple(f(*xs)))), tuple(case.xs), tuple(ts)))
    for v, o, t in zip(value, floats(out), moved, strict=True):
        same(v, o)
        assert t.dtype == o.dtype and t.shape == o.shape
    cts = [c for c, o in zip(cts, out, strict=True) if dtype_of(o).kind in "fc"]
    push = paired(cts, moved)
    exact = 1e-3 if any(np.asarray(x).dtype in (np.float32, np.complex64) for x in (*case.xs, *out)) else 1e-8
    assert push == pytest.approx(paired(gs, ts), rel=exact, abs=exact)
    if case.want is None:
        want = quietly(lambda: differenced(case.over(np), case.xs, ts, cts))
        assert push == pytest.approx(want, rel=1e-5, abs=1e-6)
        return
    for g, w, x in zip(gs, case.want["vjp"], case.xs, strict=True):
        assert np.asarray(g).dtype == np.asarray(x).dtype
        same(g, w.astype(np.asarray(x).dtype))


def moved(x):
    """Another sample like x."""
    return (x * 1.05).astype(np.asarray(x).dtype)


@pytest.mark.parametrize("case", TABLE, ids=repr)
def test_vmap(case):
    """The map of values and of pullbacks is that of the samples, with their dtype."""
    f = case.over(fnp)
    samples = [case.xs, [moved(x) for x in case.xs]]
    stacked = [np.stack(column) for column in zip(*samples, strict=True)]
    if "vmap" in case.without:
        with pytest.raises(FuncgradError):
            quietly(lambda: fg.vmap(lambda *xs: tuple(as_tuple(f(*xs))))(*stacked))
        return
    out = quietly(lambda: fg.vmap(lambda *xs: tuple(as_tuple(f(*xs))))(*stacked))
    plain = [quietly(lambda xs=xs: leaves(case.over(np)(*xs))) for xs in samples]
    for i, o in enumerate(out):
        same(o, np.stack([p[i] for p in plain]))
    cts = tuple(case.cotangents(plain[0]))

    def pulled(*xs):
        return quietly(lambda: fg.vjp(lambda *xs: tuple(as_tuple(f(*xs))), *xs)[1](cts))

    for got, *each in zip(fg.vmap(pulled)(*stacked), *[pulled(*xs) for xs in samples], strict=True):
        same(got, np.stack(each))


@pytest.mark.parametrize("case", TABLE, ids=repr)
def test_jit(case):
    """Compiled values and pullbacks are those of NumPy and of the eager pullback, with their dtypes."""
    f = case.over(fnp)
    if "jit" in case.without:
        with pytest.raises(FuncgradError):
            fg.jit(f)(*case.xs)
        return
    out = quietly(lambda: fg.jit(lambda *xs: tuple(as_tuple(f(*xs))))(*case.xs))
    plain = quietly(lambda: leaves(case.over(np)(*case.xs)))
    for o, p in zip(out, plain, strict=True):
        assert np.shape(o) == np.shape(p)
        same(o, p, "dtype" not in case.without)
    cts = tuple(case.cotangents(out))

    def pulled(*xs):
        values, pull = fg.vjp(lambda *xs: tuple(as_tuple(f(*xs))), *xs)
        real = [
            np.iscomplexobj(c) and v.dtype.kind == "f" for c, v in zip(cts, values, strict=True)
        ]  # (jit's is complex)
        return pull(tuple([c.real if r else c for c, r in zip(cts, real, strict=True)]))

    for got, eager in zip(quietly(lambda: fg.jit(pulled)(*case.xs)), quietly(lambda: pulled(*case.xs)), strict=True):
        same(got, eager)


# ------------------------------------------------------------------------------------------------ ndarray's attributes and methods
# For every public and operator name of ndarray an expression, or statements that end in one, over a (3, 4) array `A`, a
# vector `V`, a complex array `Z` and a copy `c` of A that may be written to.
METHODS = {
    "T": "A.T", "mT": "A.mT", "__abs__": "abs(A)", "__add__": "A + V", "__bool__": "A[0, 0] * bool(A[0, 0] > 0)",
    "__and__": "((A > 0) & (A < 1)) * V", "__array_namespace__": "A.__array_namespace__().sin(A)",
    "__contains__": "A * (9.0 in A)", "__copy__": "copy.copy(A)", "__deepcopy__": "copy.deepcopy([A])[0]",
    "__divmod__": "divmod(A, 0.7)[1]", "__eq__": "A * (A == V)", "__floordiv__": "A * (A // 0.3)",
    "__format__": "A * len(f'{A[0, 0]}')**0", "__ge__": "A * (A >= V)", "__getitem__": "A[1:, ::2]", "__gt__": "A * (A > V)",
    "__hash__": "A * len({A[0].sum() * 0: 1}) if isinstance(A, Handle) else A", "__iadd__": "c += V; c",
    "__iand__": "m = A > 0; m &= A < 1; m * A", "__ifloordiv__": "c //= 0.3; c * A", "__ilshift__": "i = INT * 1; i <<= 1; i * A",
    "__imatmul__": "s = c[:, :3] * 1.0; s @= s.T; s", "__imod__": "c %= 0.3; c", "__imul__": "c *= V; c",
    "__invert__": "~(A > 0) * A", "__ior__": "m = A > 0; m |= A < -1; m * A", "__ipow__": "c **= 2; c",
    "__irshift__": "i = INT * 4; i >>= 1; i * A", "__isub__": "c -= V; c", "__iter__": "sum(row for row in A)",
    "__itruediv__": "c /= V; c", "__ixor__": "m = A > 0; m ^= A < 1; m * A", "__le__": "A * (A <= V)", "__len__": "A * len(A)",
    "__lshift__": "A * (INT << 1)", "__lt__": "A * (A < V)", "__matmul__": "A @ V", "__mod__": "A % 0.3", "__mul__": "A * V",
    "__ne__": "A * (A != V)", "__neg__": "-A", "__or__": "((A > 0) | (A < -1)) * V", "__pos__": "+A", "__pow__": "abs(A) ** V",
    "__radd__": "2.0 + A", "__rand__": "(True & (A > 0)) * A", "__rdivmod__": "divmod(2.0, A)[1]",
    "__rfloordiv__": "A * (2.0 // A)", "__rlshift__": "A * (1 << INT)", "__rmatmul__": "np.arange(3.0) @ A",
    "__rmod__": "2.0 % A", "__rmul__": "2.0 * A", "__ror__": "(False | (A > 0)) * A", "__rpow__": "2.0**A",
    "__rrshift__": "A * (64 >> INT)", "__rshift__": "A * (INT >> 1)", "__rsub__": "2.0 - A", "__rtruediv__": "2.0 / A",
    "__rxor__": "(True ^ (A > 0)) * A", "__setitem__": "c[1:, ::2] = V[::2]; c", "__sub__": "A - V", "__truediv__": "A / V",
    "__xor__": "((A > 0) ^ (A < 1)) * V", "all": "A * (A != 0).all()", "any": "A * (A > 1).any(0)",
    "argmax": "A * A.argmax()", "argmin": "A * A.argmin(0)", "argpartition": "V[V.argpartition(3)[3]] * A",
    "argsort": "A * A.argsort(1)", "astype": "A.astype(np.float32)", "choose": "np.array(INT[0, :3]).choose([A[0, :3], V[:3], V[1:]])",
    "clip": "A.clip(-0.5, 0.5)", "compress": "A.compress(M, 1)", "conj": "Z.conj()", "conjugate": "Z.conjugate()",
    "copy": "A.copy()", "cumprod": "A.cumprod(1)", "cumsum": "A.cumsum()", "device": "A * (A.device == 'cpu')",
    "diagonal": "A.diagonal(1)", "dot": "A.dot(V)", "dtype": "A.astype(A.dtype)", "fill": "c.fill(2.0); c * A",
    "flags": "A * A.flags.writeable * A.flags.c_contiguous", "flat": "c.flat[2:9:3] = V[:3]; c.flat[1] = 0.5; c.flat[:] * 2",
    "flatten": "A.flatten('F')", "imag": "Z.imag", "item": "A * np.arange(3).item(1)", "itemsize": "A * A.itemsize",
    "max": "A.max(1)", "mean": "A.mean(0, keepdims=True)", "min": "A.min()", "nbytes": "A * A.nbytes", "ndim": "A * A.ndim",
    "__int__": "A * int(A[0, 0] * 9)", "nonzero": "A[(INT > 4).nonzero()]", "partition": "c.partition(3); c[:, 3]", "prod": "A.prod(0)",
    "put": "c.put([1, 5, -1], V); c", "ravel": "A.ravel()", "real": "Z.real", "repeat": "A.repeat(2, 1)",
    "reshape": "A.reshape(2, -1)", "round": "A.round(1) + A", "searchsorted": "np.arange(4.0).searchsorted(A) * A",
    "shape": "A * A.shape[1]", "size": "A * A.size", "sort": "c.sort(0); c", "squeeze": "A[None].squeeze()",
    "std": "A.std(1, ddof=1)", "sum": "A.sum((0, 1))", "swapaxes": "A.swapaxes(0, 1)", "take": "A.take([1, -1], 1)",
    "to_device": "A.to_device('cpu')", "tolist": "A * np.arange(2.0).tolist()[1]", "trace": "A.trace(1)",
    "transpose": "A.transpose(1, 0)", "var": "A.var(0)", "view": "w = c.view(); w[0] = V; c",
}  # fmt: skip
# What stands for the memory behind an array, and conversions, which a traced array refuses by name.
REFUSED = {
    "__array__": "A.__array__()", "__complex__": "complex(A[0, 0])", "__dlpack__": "A.__dlpack__()",
    "__dlpack_device__": "A.__dlpack_device__()", "__float__": "float(A[0, 0])", "__index__": "range(A[0, 0])",
    "__reduce__": "A.__reduce__()", "__reduce_ex__": "pickle.dumps(A)",
    "__setstate__": "A.__setstate__(())", "base": "A.base", "byteswap": "A.byteswap()", "ctypes": "A.ctypes", "data": "A.data",
    "dump": "A.dump('x')", "dumps": "A.dumps()", "getfield": "A.getfield(np.float32)", "item": "A.item(0)",
    "resize": "A.resize(4, 3)", "setfield": "A.setfield(0.0, float)", "setflags": "A.setflags(write=False)",
    "strides": "A.strides", "tobytes": "A.tobytes()", "tofile": "A.tofile('x')", "tolist": "A.tolist()",
    "view": "A.view(np.int64)", "shape": "setattr(A, 'shape', (4, 3))", "dtype": "setattr(A, 'dtype', int)",
}  # fmt: skip
NOT_OURS = {
    "__array_finalize__": "for subclasses of ndarray", "__array_wrap__": "for subclasses of ndarray",
    "__array_interface__": "NumPy would read memory through it; it asks __array__ instead", "__array_struct__": "likewise",
    "__array_priority__": "a number", "__array_function__": "every case above goes through it",
    "__array_ufunc__": "every case above goes through it", "__class_getitem__": "for annotations of ndarray itself",
    "__delitem__": "an error of NumPy's own", "__str__": "test_printing", "__repr__": "test_printing",
    **dict.fromkeys(
        ("__class__", "__delattr__", "__dir__", "__doc__", "__getattribute__", "__getstate__", "__init__",
         "__init_subclass__", "__new__", "__setattr__", "__sizeof__", "__subclasshook__", "__buffer__"), "Python's own"
    ),
}  # fmt: skip


def test_every_attribute_of_ndarray_is_covered():
    there = {n for n in dir(np.ndarray) if hasattr(np.zeros((1, 1)), n)} - {
        "tostring",
        "_set_dtype",
        "_set_shape",
    }  # (2.0's says where it went; 2.5's are its own)
    assert there - {*METHODS, *REFUSED, *NOT_OURS} == set()
    assert {n for n in METHODS if not hasattr(fg.core.handle.Array, n)} == set()


def ran(text, space, *xs):
    """The value of the last of some statements."""
    *statements, last = text.split("; ")
    names = {"np": space, "copy": copy, "pickle": pickle, "Handle": Handle, **CONSTANTS}
    names |= dict(zip("AVZ", xs, strict=True)) | {"c": xs[0] * 1.0}
    for s in statements:
        exec(s, names)  # noqa: S102
    return eval(last, names)  # noqa: S307


def method_case(text):
    return (lambda *xs: ran(text, fnp, *xs)), (lambda *xs: ran(text, np, *xs)), [OPERANDS[n] for n in "AVZ"]


@pytest.mark.parametrize("name", METHODS)
def test_method(name):
    """A method gives NumPy's value and dtype under every transform; its derivative is that of finite differences."""
    ours, theirs, xs = method_case(METHODS[name])
    plain = quietly(theirs, *xs)
    ts = [Case.direction(None, i, x) for i, x in enumerate(xs)]
    for got in (
        quietly(lambda: fg.vjp(ours, *xs)[0]),
        quietly(lambda: fg.jvp(ours, tuple(xs), tuple(ts))[0]),
        *([] if name in KNOWN else [quietly(lambda: fg.jit(ours)(*xs))]),
    ):
        assert np.shape(got) == np.shape(plain)
        same(got, plain)
    if name not in KNOWN:
        two = [np.stack([x, moved(x)]) for x in xs]
        same(quietly(lambda: fg.vmap(ours)(*two)), np.stack([plain, quietly(theirs, *map(moved, xs))]))
    if plain.dtype == np.float32:
        return
    push = quietly(lambda: fg.jvp(ours, tuple(xs), tuple(ts))[1])
    same(push, (theirs(*[x + 1e-6 * t for x, t in zip(xs, ts, strict=True)])
                - theirs(*[x - 1e-6 * t for x, t in zip(xs, ts, strict=True)])) / 2e-6, False, 1e-5)  # fmt: skip


# methods that need values, which mapped and staged arrays do not have
KNOWN = ("__bool__", "__contains__", "__format__", "__int__")


@pytest.mark.parametrize("transform", ["grad", "jvp", "vmap", "jit"])
@pytest.mark.parametrize("name", REFUSED)
def test_refused_attribute(name, transform):
    x = OPERANDS["A"]
    f = lambda a: ran(REFUSED[name], fnp, a, OPERANDS["V"], OPERANDS["Z"])  # noqa: E731
    with pytest.raises(FuncgradError, match="Use|use|pickle|save|assign"):
        {
            "grad": lambda: fg.grad(f)(x), "jvp": lambda: fg.jvp(f, (x,), (x,)), "vmap": lambda: fg.vmap(f)(np.stack([x, x])),
            "jit": lambda: fg.jit(f)(x),
        }[transform]()  # fmt: skip


# ------------------------------------------------------------------------------------------------ writing
WRITES = """
np.copyto(c, V); c
np.copyto(c, V, where=INT > 5); c
np.copyto(c, 2.0, where=M); c
np.put(c, [0, -1, 5], V); c
np.put(c, [0, 17], [7.0, V[1]], mode="wrap"); c
np.put(c.T, [1, 4], V); c
np.place(c, INT % 3 == 0, V[:2]); c
np.putmask(c, INT % 2 == 0, V); c
np.put_along_axis(c, np.array([[1], [0], [3]]), V[1], 1); c
np.put_along_axis(c, np.array([[1, 0, 2, 1]]), V[None], 0); c
np.fill_diagonal(c, V[2]); c
np.fill_diagonal(c, V[:3]); c
np.fill_diagonal(c, 5.0, wrap=True); c
np.add.at(c, ([0, 0, 2], [1, 1, 3]), V[:3]); c
np.add.at(c, 0, V); c
np.add.at(c, (slice(None), [0, 0]), V[0]); c
np.subtract.at(c, [0, 0], V); c
np.multiply.at(c, ([0, 0], [1, 1]), V[:2]); c
np.divide.at(c, ([0, 0], [1, 1]), V[:2]); c
np.maximum.at(c, ([0, 0], [1, 1]), V[:2]); c
np.power.at(c, ([0, 0], [1, 1]), 2.0); c
np.negative.at(c, [0, 2]); c
np.add(c, V, out=c); c
np.add(A, V, out=c, where=INT > 3); c
np.sin(A, out=c); c
np.divmod(A, 0.7, out=(None, c)); c
np.sum(A, axis=0, out=c[0]); c
np.cumsum(A, axis=1, out=c); c
np.matmul(A, np.outer(V, V), out=c); c
np.clip(A, 0.0, 1.0, out=c); c
np.concatenate([A[:1], A[1:] * 2], out=c); c
np.nan_to_num(c * V, copy=False); c
np.multiply.outer(A[:, 0], V, out=c); c
c[c > 0] = 2.0; c
c[INT > 5] *= V[0]; c
c[[0, 2], 1:3] += V[:2]; c
c[1] = c[0]; c[0] = V; c
c[:, 0], c[:, 1] = c[:, 1] * 1.0, c[:, 0] * 1.0; c
c.T[1] = V[:3]; c
c[::-1, ::2][0] = V[:2]; c
c.reshape(4, 3)[1] = V[:3]; c
c[None, 1, ..., None][0, :, 0] = V; c
c[True, 1] = V; c
c[np.bool_(False)] = 3.0; c
c[np.array([1, 2]), 1] = V[2:]; c
c[:, [1, 1]] = V[:2]; c
c[[[0], [2]], [1, 3]] = V[:2]; c
c[..., [3, 0]] -= A[:, :2]; c
w = c[1:]; w += V; w[0, 0] = 0.5; c * 2
w = c.real; w[0] = V; c
z = Z * 1.0; z.imag = A; z.real[0] = V; z.real * z.imag
z = Z * 1.0; z.imag[1] *= V; np.abs(z)
d = np.diagonal(c).copy(); d[0] = V[0]; d
r = np.ravel(c); r[3] = V[0]; c
s = np.split(c, 3)[1]; s[0, :2] = V[:2]; c
f = np.flip(c, 0); f[0] = V; c
b = np.zeros((3, 4)); b[1:, ::2] = A[:2, :2]; b += V; b
b = np.empty(4); b[...] = V; b
b = np.ones_like(A); b[0] *= V; b
b = np.array([[1.0, 2.0], [3.0, 4.0]]); b[0] = V[:2]; b @ b
b = np.full((2, 2), V[0]); b[0, 0] = 2.0; b * V[1]
b = np.arange(4.0); b[1:] -= V[1:]; b
b = np.eye(4); b[0] = V; b @ V
b = np.copy(V); b[0] = 9.0; b * V
b = np.asarray(V); b[0] = V[1] * 2; b + V
b = np.linspace(0.0, 1.0, 4); b[2] = V[2]; b
b = np.array([[A[0, 0], 1.0], [A[1, 1], V[0]]]); b[0, 1] = V[2]; b
b = np.zeros(4, np.float32); b[1:] = V[1:]; b * V
b = np.zeros(4, int); b[:] = 2; b * V
"""


@pytest.mark.parametrize("text", [t for t in WRITES.strip().splitlines()])
def test_writing(text):
    """In-place functions and assignments leave what NumPy's leave, under every transform; nothing of the caller's changes."""
    ours, theirs, xs = method_case(text)
    kept = [x.copy() for x in xs]
    plain = quietly(theirs, *[x.copy() for x in xs])
    ts = [Case.direction(None, i, x) for i, x in enumerate(xs)]
    out, pull = quietly(lambda: fg.vjp(ours, *xs))
    same(out, plain)
    same(quietly(lambda: fg.jit(ours)(*xs)), plain)
    ct = Case.direction(None, 9, plain)
    value, push = quietly(lambda: fg.jvp(ours, tuple(xs), tuple(ts)))
    same(value, plain)
    if "c > 0" not in text:  # a mapped mask cannot be read through: `c[mask] *= 2` is refused
        two = [np.stack([x, moved(x)]) for x in xs]
        same(quietly(lambda: fg.vmap(ours)(*two)), np.stack([plain, quietly(theirs, *map(moved, xs))]))
    assert all(np.array_equal(x, k) for x, k in zip(xs, kept, strict=True))
    up, down = (quietly(theirs, *[x + s * 1e-6 * t for x, t in zip(xs, ts, strict=True)]) for s in (1, -1))
    if "float32" not in text:
        assert np.allclose(np.sum(ct * push), np.sum(ct * (up - down)) / 2e-6, rtol=1e-5, atol=1e-6)
    assert np.isclose(paired([ct], [push]), paired(pull(ct), ts), rtol=1e-6)


# ------------------------------------------------------------------------------------------------ results without a derivative
PLAIN = """
A > V
A == 0.5
np.isnan(A)
np.isfinite(A)
np.isclose(A, V)
np.allclose(A, A + 1e-12)
np.array_equal(A, A)
np.array_equiv(V, A)
np.logical_and(A > 0, V)
np.signbit(A)
np.argmax(A)
A.argmin(1)
np.argsort(A, axis=0)
np.argpartition(V, 1)
np.lexsort((V, V))
np.any(A > 1)
(A > 0).all(1)
np.nonzero(A > 0)
np.where(A > 0)
np.flatnonzero(A > 0)
np.argwhere(A > 0)
np.count_nonzero(A > 0, axis=1)
A.astype(int)
np.floor(A).astype(np.int32)
A.astype(bool)
np.searchsorted(np.sort(V), [0.1, 0.5])
np.searchsorted(np.arange(4.0), A)
np.digitize(A, [0.0, 1.0])
np.digitize(V, [1.0, 0.0], right=True)
np.histogram(A, bins=[-2.0, 0.0, 2.0])[0]
np.histogram(A, 4)[0]
np.histogram2d(V, V, 2)[0]
np.bincount(np.abs(A).astype(int).ravel())
np.isin(A, V)
np.unique(A > 0)
np.unique(A, return_counts=True)[1]
np.frexp(A)[1]
np.linalg.matrix_rank(A)
np.shape(A)
np.size(A, 1)
np.ndim(A)
np.iscomplexobj(A)
np.iscomplex(Z)
np.isreal(Z)
np.isposinf(A)
np.result_type(A, np.float32)
np.can_cast(A, np.float32)
np.tril_indices_from(A)
np.unravel_index(np.argmax(A), A.shape)
np.ravel_multi_index((np.argmax(A, 1), np.argmin(A, 1)), (4, 4))
np.nanargmax(A, 1)
A.shape, A.size, A.dtype, len(A)
[10, 20, 30, 40][np.argmax(V)]
list(range(np.argmax(V)))
np.floor(V).astype(int) % 2 == 0
"""


def handles_in(x):
    return any(map(handles_in, x)) if isinstance(x, (tuple, list)) else isinstance(x, Handle)


@pytest.mark.parametrize("text", PLAIN.strip().splitlines())
def test_results_without_derivative_are_plain(text):
    """They are NumPy's own values one level out, so that masks, indices and range() work under grad and jvp, nested too."""
    ours, theirs, xs = method_case(text)
    want = quietly(theirs, *xs)
    got = []

    def f(*xs):
        got.append(quietly(ours, *xs))
        return sum(np.sum(np.real(x * 1.0)) for x in xs)

    every = (0, 1)
    fg.grad(f, every)(*xs[:2], OPERANDS["Z"])
    fg.jvp(f, tuple(xs), tuple(xs))
    fg.grad(lambda *xs: sum(g.sum() for g in fg.grad(f, every)(*xs)), every)(*xs)
    assert not handles_in(got[:2])
    for g in got:
        g, w = (v if isinstance(v, (tuple, list)) else [v] for v in (g, want))
        assert len(g) == len(w)
        for a, b in zip(g, w, strict=True):
            assert np.asarray(fg.value_of(a)).dtype == np.asarray(b).dtype
            np.testing.assert_array_equal(fg.value_of(a), b)


# ------------------------------------------------------------------------------------------------ names
NUMPYS_OWN = """
sin exp log add multiply where sum mean max min prod dot matmul einsum concatenate stack vstack reshape transpose swapaxes
argmax argmin clip abs maximum isnan cumsum diff interp convolve pad roll tile repeat split take outer tensordot
kron cross trace tril triu median percentile std var average unique searchsorted allclose isclose round conj real imag angle
logaddexp sqrt power squeeze expand_dims moveaxis broadcast_to atleast_2d select piecewise nan_to_num float32 float64 int32 pi
inf nan newaxis ndim shape dtype finfo errstate random
""".split()


def test_names():
    """What behaves as NumPy's is NumPy's; submodules can be imported; every public name of NumPy is there."""
    assert [n for n in NUMPYS_OWN if n != "random" and getattr(fnp, n) is not getattr(np, n)] == []
    assert [n for n in np.__all__ if not hasattr(fnp, n)] == []
    import funcgrad.numpy.linalg as la

    from funcgrad.numpy.fft import fft
    from funcgrad.numpy.random import default_rng

    assert la.norm is np.linalg.norm and fft is np.fft.fft and default_rng is np.random.default_rng
    assert fnp.linalg.solve is np.linalg.solve and fnp.fft.rfft is np.fft.rfft and fnp.random.normal is np.random.normal
    with pytest.raises(AttributeError, match="no attribute"):
        _ = fnp.no_such_name


CREATIONS = """
zeros((2, 3))
zeros(3, int)
zeros(shape=2, dtype="f4")
ones((2, 3), np.float32)
ones(2, dtype=bool)
empty(0)
full((2, 2), 7)
full(3, 2.5, np.float32)
full(2, [1, 2])
full(2, 1 + 2j)
array([1, 2, 3])
array([[1.0, 2.0]], dtype=np.float32)
array(3.0)
array([1, 2], ndmin=3)
array((True, False))
asarray([1, 2.5])
asarray([1, 2], dtype=float)
asanyarray([[1]])
ascontiguousarray(2.0)
arange(5)
arange(1, 6, 2)
arange(0.0, 1.0, 0.3)
arange(3, dtype=np.float32)
linspace(0, 1, 5)
linspace(0.0, 1.0, 4, endpoint=False)
linspace(0, 3, 4, dtype=int)
logspace(0, 2, 3)
geomspace(1, 8, 4)
eye(3)
eye(2, 3, k=1)
eye(2, dtype=int)
identity(2)
diag([1.0, 2.0])
diag([1, 2], 1)
diagflat([[1, 2]])
tri(3)
vander([1.0, 2.0, 3.0], 2)
indices((2, 2))
meshgrid([1.0, 2.0], [3.0, 4.0, 5.0])
zeros_like([1, 2])
ones_like(np.ones(2, np.float32))
full_like([1.0, 2.0], 3)
empty_like(np.zeros((0, 2)))
copy([1.0, 2.0])
fromiter((i * i for i in range(3)), float)
fromfunction(lambda i, j: i + j, (2, 2))
frombuffer(bytes(8))
""".strip().splitlines()


@pytest.mark.parametrize("text", CREATIONS)
def test_creation(text):
    """Outside a transform NumPy's own array; inside, grad and jit alike, one of equal value that may be assigned to."""
    want = eval(f"np.{text}")  # noqa: S307
    seen = []

    def made(space):
        out = eval(f"space.{text}", {"space": space, "np": np})  # noqa: S307
        return out[0] if isinstance(out, (tuple, list)) else out

    want = want[0] if isinstance(want, tuple) else want
    out = made(fnp)
    assert type(out) is np.ndarray
    same(out, want)

    def f(x):
        a = made(fnp)
        seen.append(fg.value_of(a * 1 if a.dtype == bool else a))
        b = a if a.dtype.kind in "fc" and a.size and a.shape else fnp.zeros((2, 2))
        b[(0,) * b.ndim] = x
        return np.real(b).sum()

    assert fg.grad(f)(2.0) == 1.0
    assert "empty" in text or np.array_equal(seen[0], want)
    out = fg.jit(lambda x: made(fnp))(1.0)
    same(out, want)


def test_large_arrays_are_made_by_the_compiled_program():
    """zeros, ones, full, arange and eye of a large size leave no constant behind in the graph."""

    def f(x):
        n = 400
        a, b = fnp.arange(n * n), fnp.eye(n)
        return (fnp.zeros(n * n) + fnp.ones(n * n) + fnp.full(n * n, 2.0) + a * x).sum() + b[3, 3] * x

    graph = fg.make_graph(f)(2.0)
    sizes = [np.size(v) for node in graph.nodes for v in node.ins if isinstance(v, np.ndarray)]
    assert max(sizes, default=0) < 400
    assert fg.jit(f)(2.0) == f(2.0)


def test_sequences_that_hold_traced_values():
    def f(x):
        parts = [x[0], x[1] * 2.0, 3.0]
        a = fnp.array([parts, [x[2], 1, x[0]]])
        b = np.stack([x[0], x[1]])
        c = np.dot(parts, x) + np.dot(a, parts).sum() + np.inner([x[0], 1.0, 2.0], x)
        d = np.concatenate([x, [x[1]], parts])
        e = np.add([x[0], 1.0, 2.0], x) * np.where(x > 1, fnp.array(parts), 0.0)
        m = np.maximum(parts, x) @ fnp.asarray([x[2], x[1], 1.0])
        return (a * a).sum() + (b * b).sum() + c + (d * d).sum() + e.sum() + m

    def jf(x):
        parts = jnp.stack([x[0], x[1] * 2.0, 3.0])
        a = jnp.stack([parts, jnp.stack([x[2], 1, x[0]])])
        b = jnp.stack([x[0], x[1]])
        c = jnp.dot(parts, x) + jnp.dot(a, parts).sum() + jnp.inner(jnp.stack([x[0], 1.0, 2.0]), x)
        d = jnp.concatenate([x, x[1:2], parts])
        e = jnp.add(jnp.stack([x[0], 1.0, 2.0]), x) * jnp.where(x > 1, parts, 0.0)
        m = jnp.maximum(parts, x) @ jnp.stack([x[2], x[1], 1.0])
        return (a * a).sum() + (b * b).sum() + c + (d * d).sum() + e.sum() + m

    x = np.array([0.3, 1.7, 1.1])
    for transform in (fg.grad, lambda f: fg.jit(fg.grad(f)), lambda f: fg.grad(fg.jit(f))):
        same(transform(f)(x), jax.grad(jf)(x))
    same(fg.vmap(fg.grad(f))(np.stack([x, x * 1.5])), jax.vmap(jax.grad(jf))(np.stack([x, x * 1.5])))


# ------------------------------------------------------------------------------------------------ looking
def test_printing():
    """repr, str and format show values and transforms; a staged array its aval; under vmap every sample."""
    seen = {}

    def look(key):
        def f(x):
            seen[key] = repr(x), str(x), f"{x}", f"{x.sum():.2f}", np.array2string(x, precision=1), np.array_repr(x * 1)
            return (x * x).sum()

        return f

    x = np.array([0.5, 1.25])
    fg.grad(look("grad"))(x)
    fg.jvp(look("jvp"), (x,), (x,))
    fg.vmap(look("vmap"))(np.stack([x, x + 1]))
    with pytest.warns(SideEffectWarning, match="'seen', a dict"):
        fg.jit(look("jit"))(x)
    fg.grad(lambda x: fg.grad(look("twice"))(x).sum())(x)
    assert seen["grad"] == (
        "array([0.5 , 1.25]) under grad/vjp", "array([0.5 , 1.25]) under grad/vjp", "array([0.5 , 1.25]) under grad/vjp", "1.75",
        "[0.5 1.2]", "array([0.5 , 1.25])",
    )  # fmt: skip
    assert seen["jvp"][0] == "array([0.5 , 1.25]) under jvp"
    assert seen["vmap"][0].endswith("under vmap, mapped axis 0") and "2.25" in seen["vmap"][0]
    assert seen["vmap"][3] == "[1.75, 3.75]"
    assert seen["jit"][0] == "<float64[2] under jit>" and seen["jit"][4] == "<float64[2] under jit>"
    assert seen["twice"][0] == "array([0.5 , 1.25]) under grad/vjp, grad/vjp"


def test_value_of():
    """Through every level, as a copy; plain things come back themselves; a staged value has none."""
    x, got = np.array([0.5, 1.5]), []

    def f(x):
        got.append(fg.value_of(x))
        got[-1][:] = 7.0
        return (x * x).sum()

    same(fg.grad(lambda x: fg.grad(f)(x).sum())(x), [2.0, 2.0])
    assert type(got[0]) is np.ndarray and x.tolist() == [0.5, 1.5]
    fg.vmap(lambda x: got.append(fg.value_of(x)), out_axes=None)(x)
    assert got[-1].tolist() == [0.5, 1.5]
    assert fg.value_of(x) is x and fg.value_of(2.0) == 2.0
    with pytest.raises(TypeError, match="staged array float64.2. has no value yet, at .*test_numpy.py:"):
        fg.jit(fg.value_of)(x)


def test_control_flow_on_mapped_and_staged_values_is_refused_by_line():
    x = np.array([0.5, 1.5])
    for transform, word in ((fg.vmap, "chooses for each sample"), (fg.jit, "mark the argument static")):
        for f in (lambda v: v if v > 1 else -v, lambda v: v[v > 1], lambda v: 1.0 if (v > 0).all() else 0.0):
            with pytest.raises(TypeError, match=f"test_numpy.py:.*{word}"):
                transform(f)(x if transform is fg.jit else np.stack([x, x]))


def test_no_rule_names_the_line_and_what_is_near():
    with pytest.raises(NotImplementedError, match=r"numpy.packbits: no rule .*test_numpy.py:\d+.*custom_vjp"):
        fg.grad(lambda x: np.packbits(x))(np.ones(3))
    with pytest.raises(NotImplementedError, match="The nearest covered: .*sqrt"):
        fg.grad(lambda x: np.emath.sqrt(x))(np.ones(3))


def test_boxes_of_plain_values_take_every_function():
    """What funcgrad.numpy makes inside a transform holds a plain value: NumPy's own functions take it, rule or none."""

    def f(x):
        a = fnp.arange(3.0)
        packed = np.packbits(fnp.array([1, 0, 1]).astype(bool))
        return x * (np.kaiser(3, 2.0) * np.asarray(a)).sum() * float(a[2]) * int(packed[0]) * np.emath.sqrt(a)[1]

    assert fg.grad(f)(1.0) == pytest.approx((np.kaiser(3, 2.0) * np.arange(3.0)).sum() * 2 * 160)


# ------------------------------------------------------------------------------------------------ mistakes
WRONG = """
np.sum(A, axis=2) | AxisError
np.sum(A, axis=(0, 0)) | ValueError
np.max(A[:0]) | ValueError
np.argmax(A[:0]) | ValueError
np.reshape(A, (5, 5)) | ValueError
A.reshape(-1, -1) | ValueError
np.transpose(A, (0, 0)) | ValueError
np.swapaxes(A, 0, 2) | AxisError
np.concatenate([A, V]) | ValueError
np.concatenate([A, A.T]) | ValueError
np.stack([V, V[:2]]) | ValueError
np.split(A, 5) | ValueError
np.squeeze(A, axis=0) | ValueError
A[3] | IndexError
A[0, 0, 0] | IndexError
A[[0, 3]] | IndexError
A[1.5] | IndexError
A["name"] | IndexError
A[np.array([True, False])] | IndexError
A[[0, 1], [0, 1, 2]] | IndexError
A[..., ...] | IndexError
A @ A | ValueError
A @ 2.0 | ValueError
np.dot(A, A) | ValueError
np.einsum("ij,jk", A, A) | ValueError
np.einsum("ij->il", A) | ValueError
np.where(A > 0, A, V[:3]) | ValueError
A + V[:3] | ValueError
np.take(A, [17]) | IndexError
np.take(A, 30) | IndexError
np.broadcast_to(A, (2, 2)) | ValueError
np.linalg.inv(A) | LinAlgError
np.linalg.solve(A[:, :3] * 0, V[:3]) | LinAlgError
np.linalg.cholesky(-np.eye(2) * V[0] ** 2) | LinAlgError
np.linalg.norm(A, 7) | ValueError
np.quantile(A, 1.5) | ValueError
np.pad(A, -1) | ValueError
np.fft.fft(V, n=0) | ValueError
np.interp(V, V, V[:2]) | ValueError
np.array([V, V[:2]]) | ValueError
np.sum(A, axis=0, out=np.zeros_like(A)) | ValueError
np.average(A, axis=0, weights=A * 0) | ZeroDivisionError
len(A.sum()) | TypeError
iter(A.sum()) | TypeError
A.itemset(0, 1.0) | AttributeError
"""


@pytest.mark.parametrize("text", WRONG.strip().splitlines())
def test_mistakes_raise_what_numpy_raises(text):
    text, kind = text.split(" | ")
    kinds = {"AxisError": np.exceptions.AxisError, "LinAlgError": np.linalg.LinAlgError}
    kind = kinds.get(kind) or getattr(__builtins__, kind, None) or __builtins__[kind]
    ours, theirs, xs = method_case(text)
    if not text.startswith("int("):
        with pytest.raises(kind):
            theirs(*xs)
    with pytest.raises(kind):
        fg.vjp(ours, *xs)
    if "LinAlg" not in str(kind) and "Zero" not in str(kind):
        with pytest.raises(kind):
            fg.jit(ours)(*xs)


IN_PLACE_MISTAKES = """
c[5] = 1.0 | IndexError
c[[0, 7]] = 1.0 | IndexError
c[0] = V[:2] | ValueError
c[[0, 1]] = V[:2] | ValueError
c += A[:, :2] | ValueError
c += Z | TypeError
np.copyto(c, Z) | TypeError
np.copyto(c, V[:2]) | ValueError
np.put(c, 30, 1.0) | IndexError
np.add(c, Z, out=c) | TypeError
np.matmul(c, c.T, out=c) | ValueError
b = np.zeros(4, int); b += V | TypeError
b = np.zeros(4, int); np.add(b, V, out=b) | TypeError
"""


@pytest.mark.parametrize("text", IN_PLACE_MISTAKES.strip().splitlines())
def test_mistakes_in_place_leave_the_target_as_it_was(text):
    text, kind = text.split(" | ")
    kind = {"IndexError": IndexError, "ValueError": ValueError, "TypeError": TypeError}[kind]
    seen = []

    def f(*xs):
        c = xs[0] * 1.0
        names = {"np": fnp, "c": c, **dict(zip("AVZ", xs, strict=True))}
        with pytest.raises(kind):
            exec(text, names)  # noqa: S102
        seen.append(fg.value_of(c))
        return c.sum()

    xs = [OPERANDS[n] for n in "AVZ"]
    fg.vjp(f, *xs)
    same(seen[0], OPERANDS["A"])


# ------------------------------------------------------------------------------------------------ single points
@pytest.mark.parametrize("name", ["cholesky", "eigvalsh", "upper", "eigvalsh U"])
def test_factorisations_read_one_triangle(name):
    """Values are NumPy's where a matrix is not symmetric; derivatives are jax's, those on symmetric matrices."""
    f = {
        "cholesky": lambda np_, x: np_.linalg.cholesky(x), "upper": lambda np_, x: np_.linalg.cholesky(x, upper=True),
        "eigvalsh": lambda np_, x: np_.linalg.eigvalsh(x), "eigvalsh U": lambda np_, x: np_.linalg.eigvalsh(x, "U"),
    }[name]  # fmt: skip
    rough = OPERANDS["H"] + 0.3 * np.tri(3, k=-1)
    for x in (OPERANDS["H"], rough):
        want = f(np, x)
        same(quietly(lambda x=x: fg.vjp(lambda x: f(fnp, x), x)[0]), want)
        same(fg.jit(lambda x: f(fnp, x))(x), want)
        same(fg.vmap(lambda x: f(fnp, x), 1)(np.stack([x, x], 1)), [want, want])
    gradient = fg.grad(lambda x: (f(fnp, x) ** 3).sum())(OPERANDS["H"])
    same(gradient, jax.grad(lambda x: (f(jnp, x) ** 3).sum())(OPERANDS["H"]))
    same(fg.jit(fg.grad(lambda x: (f(fnp, x) ** 3).sum()))(OPERANDS["H"]), gradient)


def test_piecewise_does_not_differentiate_what_it_does_not_choose():
    x = np.array([-1.0, 0.0, 4.0])
    f = lambda x: np.piecewise(x, [x < 1, x >= 1], [lambda v: 3 * v, np.sqrt]).sum()  # noqa: E731
    same(fg.grad(f)(x), [3.0, 3.0, 0.25])


def test_empty_and_zero_dimensional():
    """What NumPy makes of nothing, and of arrays without axes, with gradients of their shapes."""
    empty, zero = np.zeros((0, 3)), np.array(0.7)
    for f, x in (
        (lambda x: np.sum(x), empty), (lambda x: np.prod(x), empty), (lambda x: np.concatenate([x, x]).sum(), empty),
        (lambda x: (x @ np.ones(3)).sum(), empty), (lambda x: np.sort(x, 0).sum(), empty), (lambda x: x[:, [0, 2]].sum(), empty),
        (lambda x: np.einsum("ij,j->", x, np.ones(3)), empty), (lambda x: np.linalg.norm(x, axis=1).sum(), empty),
        (lambda x: np.cumsum(x).sum(), empty), (lambda x: np.stack([x, x]).sum(), empty), (lambda x: np.where(x > 0, x, 0).sum(), empty),
        (lambda x: np.sum(x) * np.max(x) * np.mean(x), zero), (lambda x: np.ravel(x)[0], zero), (lambda x: np.tile(x, 3).sum(), zero),
        (lambda x: np.repeat(x, 2).sum(), zero), (lambda x: np.reshape(x, (1, 1))[0, 0], zero), (lambda x: x[()], zero),
        (lambda x: x[None].sum(), zero), (lambda x: np.sort(np.atleast_1d(x))[0], zero), (lambda x: np.linalg.norm(x), zero),
        (lambda x: np.cumsum(x)[0], zero), (lambda x: np.transpose(x), zero), (lambda x: np.median(x), zero),
        (lambda x: np.add.outer(x, x), zero), (lambda x: np.einsum(",->", x, x), zero), (lambda x: np.vdot(x, x), zero),
    ):  # fmt: skip
        for g in (fg.grad(f), fg.jit(fg.grad(f))):
            got = g(x)
            assert np.shape(got) == x.shape
        assert fg.vjp(f, x)[0] == pytest.approx(f(x))
    assert fg.grad(lambda x: np.sum(x) * np.max(x) * np.mean(x))(zero) == pytest.approx(3 * 0.49)


# ------------------------------------------------------------------------------------------------ what stands beside NumPy's functions
JOINED = """
r_[V, W]
r_[V, W, 1.5]
r_[0:3, V]
r_[V, [1, 2], 0:1:3j]
r_["-1", A, A]
r_["0,2", V, W]
r_["1,2,0", V, W]
c_[V, W]
c_[A, A]
c_[A.T, V]
"""


@pytest.mark.parametrize("text", JOINED.strip().splitlines())
def test_joined_in_brackets(text):
    """np.r_ and np.c_ of funcgrad.numpy give NumPy's arrays of traced ones, in float32 too; the derivative is a copy's."""
    for dtype in (np.float64, np.float32):
        xs = [OPERANDS[n].astype(dtype) for n in "AVW"]
        f = lambda a, v, w, space=fnp: eval(f"space.{text}", {"space": space, "A": a, "V": v, "W": w})  # noqa: E731, S307
        want = f(*xs, np)
        out, pull = fg.vjp(f, *xs)
        same(out, want)
        same(fg.jit(f)(*xs), want)
        used = [np.count_nonzero(np.isin(want, x)) for x in xs]
        assert [int(g.sum()) for g in pull(np.ones_like(want))] == used


REDUCTIONS = """
np.hypot.reduce(A, axis=1, initial=0.5, where=A > 0)
np.logaddexp.reduce(A, axis=0, where=A > 0)
np.subtract.reduce(A, axis=1, initial=2.0, where=A < 1)
np.hypot.reduce(A, axis=(0, 1), initial=2.0)
np.fmax.reduce(C, axis=(0, 2), initial=-1.0, where=C < 1)
np.logical_xor.reduceat(A, [0, 2, 1], axis=1) * A[:, :1]
"""


@pytest.mark.parametrize("text", REDUCTIONS.strip().splitlines())
def test_reductions_by_any_ufunc(text):
    """With a mask, over several axes at once, of single elements: NumPy's values; the derivative by differences."""
    case = Case("", text, None, [])
    f, plain = case.over(fnp), case.over(np)
    for transform in (lambda f: lambda *xs: fg.vjp(f, *xs)[0], fg.jit):
        same(quietly(transform(f), *case.xs), plain(*case.xs))
    ts = [case.direction(i, x) for i, x in enumerate(case.xs)]
    out, moved_ = quietly(lambda: fg.jvp(f, tuple(case.xs), tuple(ts)))
    ct = np.ones_like(out)
    assert np.sum(ct * moved_) == pytest.approx(differenced(plain, case.xs, ts, [ct]), rel=1e-5, abs=1e-6)


def test_reduction_with_a_mask_needs_a_start():
    with pytest.raises(ValueError, match="does not have an identity"):
        fg.vjp(lambda a: np.subtract.reduce(a, axis=1, where=A > 0), A)


def test_updates_out_of_bounds():
    """`mode` of fg.at, by the words of jax's documentation, with indices known and traced; and power, apply."""
    x, idx = np.array([1.0, 2.0, 3.0, 4.0]), np.array([0, 9, -1])
    for mode, at_add, got in (("clip", [1, 0, 0, 2], [1.0, 4, 4]), ("drop", [1, 0, 0, 1], [1, np.nan, 4])):
        add = lambda x, i, mode=mode: fg.at(x)[i].add(1.0, mode=mode)  # noqa: E731
        for f in (add, fg.jit(add)):
            same(f(x, idx), x + at_add)
        same(fg.vmap(add, (0, None))(np.stack([x, 2 * x]), idx), [x + at_add, 2 * x + at_add])
        for f in (lambda x, i: fg.at(x)[i].get(mode=mode), fg.jit(lambda x, i: fg.at(x)[i].get(mode=mode))):  # noqa: B023
            same(f(x, idx), got)
        same(fg.at(x)[np.array([1, 7])].set(0.0, mode=mode), [1.0, 0, 3, 4 if mode == "drop" else 0])
    same(fg.at(x)[9].set(5.0, mode="drop"), x)
    same(fg.at(x)[[5, 0]].get(mode="fill", fill_value=-1.0), [-1.0, 1])
    same(fg.at(x)[np.array([1, 1])].power(2.0), [1.0, 16, 3, 4])
    same(fg.at(x)[1:3].apply(np.sqrt), [1, np.sqrt(2), np.sqrt(3), 4])
    gradient = fg.grad(lambda x, v: np.sum(fg.at(x)[idx].multiply(v, mode="drop") ** 2), (0, 1))(
        x, np.array([2.0, 5.0, 3.0])
    )
    same(gradient[0], [8.0, 4, 6, 72])
    same(gradient[1], [4.0, 0, 96])
    with pytest.raises(ValueError, match="mode must be"):
        _ = fg.at(x)[0].set(1.0, mode="wrong")
    with pytest.raises(IndexError):
        _ = fg.at(x)[9].set(1.0)
