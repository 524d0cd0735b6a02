"""Stacks of matrices, shape (..., n, m): the small operations that the rules of linear algebra are written in.

Everything here acts on the last two axes and leaves the axes before them alone, so that one rule serves a matrix, a
stack of matrices and a mapped stack. Rules of linear algebra are derived with the pairing Re tr(G^H T), in which the
adjoint of T -> A T B is G -> A^H G B^H; this library's cotangents are the conjugates of such G (jax's convention), so a
rule begins by conjugating its cotangents and ends by conjugating its results: nothing at all for real matrices.
"""

import functools

import numpy as np

from ..core import view_strides
from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import PRIMITIVES, define
from ..core.sample import Sample, draw, in_kinds, strided
from ..errors import DTypeError
from .assignment import getitem
from .complex import conj as conjugate
from .complex import real as real_view
from .dot import dot_general
from .elementwise import add, mul, where
from .joining import concatenate
from .shape import batched, broadcast, cast, front, reshape, sum_, transpose
from .torch_order import sum_over

MATRICES = {"0-d": "takes matrices"}  # the kind of sample that no primitive here has


# ------------------------------------------------------------------------------------------------ dtypes and stacks
def linalg_dtype(name, *xs):
    """The dtype NumPy computes linear algebra in: float64 for integers and bool; float16 it refuses, and so do we."""
    dtypes = [*map(dtype_of, xs)]
    dtype = dtypes[0] if all([d is dtypes[0] for d in dtypes]) else np.result_type(*dtypes)
    if dtype.kind in "biu":
        return np.dtype(np.float64)
    if dtype.kind not in "fc" or dtype == np.float16:
        raise DTypeError(
            f"{name}: linear algebra is defined for float32, float64, complex64, complex128 and integers; got "
            f"{dtype.name}. Convert the operand with astype."
        )
    return dtype


def square(name, x):
    """The shape of x; LinAlgError, as NumPy raises it, unless x is a stack of square matrices."""
    s = shape_of(x)
    if len(s) < 2 or s[-1] != s[-2]:
        raise np.linalg.LinAlgError(f"{name}: expected square matrices, shape (..., n, n); got shape {s}.")
    return s


def same_stack(name, a, b):
    """Raise unless a (..., n, n) and b (..., n, k) have the same axes in front and the same n."""
    s, r = square(name, a), shape_of(b)
    if len(r) < 2 or s[:-1] != r[:-1]:
        raise np.linalg.LinAlgError(
            f"{name}: expected shapes (..., n, n) and (..., n, k) with the same axes in front; got {s} and {r}."
        )


def unless_infinite(factor, x):
    """factor(x), a tuple of arrays whose last axes are matrices or values, and nan for matrices with an infinity.

    LAPACK is not asked for these: its singular vectors may take it for ever.
    """
    infinite = np.isinf(x)
    if not np.logical_or.reduce(infinite, None):
        return tuple(factor(x))
    infinite = infinite.any((-2, -1))
    out = factor(np.where(infinite[..., None, None], 0, x))
    lead = infinite.ndim
    return tuple(np.where(infinite[(..., *[None] * (o.ndim - lead))], np.nan, o) for o in out)


def stack_batch(name):
    """The batching rule of a primitive over stacks of matrices: the mapped axis becomes the first axis of the stack."""

    def batch(size, xs, ds, **params):
        prim = PRIMITIVES[name]
        out = prim(*[batched(size, x, d) for x, d in zip(xs, ds, strict=True)], **params)
        return out, (0,) * len(out) if prim.multi else 0

    return batch


def solve_batch(name):
    """As `stack_batch` for op(a, b) = f(a) b: where only b is mapped, its axis joins the columns of b, so that a is
    factored once."""

    def batch(size, xs, ds, **params):
        a, b = xs
        prim = PRIMITIVES[name]
        if ds[0] is not None:
            return prim(front(a, ds[0]), batched(size, b, ds[1]), **params), 0
        b = front(b, ds[1])
        s = shape_of(b)  # (size, ..., n, k)
        at = len(s) - 2
        b = reshape(transpose(b, perm=(*range(1, at + 1), 0, at + 1)), shape=(*s[1:-1], s[0] * s[-1]))
        return reshape(prim(a, b, **params), shape=(*s[1:-1], s[0], s[-1])), at

    return batch


# ------------------------------------------------------------------------------------------------ diagonals
def diagonal_size(shape, k):
    n, m = shape[-2:]
    return max(0, min(n + min(k, 0), m - max(k, 0)))


def _diagonal(x, *, k=0):
    out = np.asarray(x).diagonal(k, -2, -1)
    if x.flags.writeable:
        out.flags.writeable = True  # (NumPy's own is for reading)
    return out


def _embed(v, k, shape):
    v = np.asarray(v)
    out = np.zeros(shape, v.dtype)
    i = np.arange(v.shape[-1])
    out[..., i + max(-k, 0), i + max(k, 0)] = v
    return out


@define
class diagonal:
    """The k-th diagonal of every matrix, (..., n, m) -> (..., l): a view."""

    linear = (0,)
    dtypes = "fcib"
    without = MATRICES

    def jax(jax, x, *, k=0):
        return jax.numpy.diagonal(x, k, -2, -1)

    impl = _diagonal

    def impl_torch(x, *, k=0):
        return view_strides.lying(x, _diagonal(x, k=k), view_strides.diagonal, k=k)

    def aval(x, *, k=0):
        s = shape_of(x)
        return Aval((*s[:-2], diagonal_size(s, k)), dtype_of(x))

    def batch(size, xs, ds, *, k=0):
        return diagonal(front(xs[0], ds[0]), k=k), 0

    def unview(up, new, *, k=0):
        shape = shape_of(up)[-2:]
        return where, (np.eye(*shape, k, dtype=bool), diag_embed(new, k=k, shape=shape), up), {}

    transpose = (lambda ct, x, *, k=0: diag_embed(ct, k=k, shape=shape_of(x)[-2:]),)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 3, 3)), k=-1)
        for shape, k in (((3, 3), 0), ((2, 3, 4), 1), ((2, 4, 3), -2), ((2, 3), 5)):
            yield Sample(draw(rng, "real", shape), k=k)
        for shape in ((0, 2), (0, 2, 2)):
            yield Sample(np.zeros(shape), k=0, kind="empty")


@define
class diag_embed:
    """v on the k-th diagonal of zero matrices of the given shape (n, m), (..., l) -> (..., n, m)."""

    linear = (0,)
    dtypes = "fcib"
    without = {"0-d": "takes vectors"}

    def jax(jax, x, *, k=0, shape):
        i = np.arange(x.shape[-1])
        out = jax.numpy.zeros((*x.shape[:-1], *shape), x.dtype)
        return out.at[..., i + max(-k, 0), i + max(k, 0)].set(x)

    def impl(x, *, k=0, shape):
        return _embed(x, k, (*np.shape(x)[:-1], *shape))

    def aval(x, *, k=0, shape):
        return Aval((*shape_of(x)[:-1], *shape), dtype_of(x))

    def batch(size, xs, ds, *, k=0, shape):
        return diag_embed(front(xs[0], ds[0]), k=k, shape=shape), 0

    transpose = (lambda ct, x, *, k=0, shape: diagonal(ct, k=k),)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 3)), k=0, shape=(3, 4))
        for n, k, shape in (((3,), 0, (3, 3)), ((2, 3), 1, (4, 4)), ((2, 2), -1, (3, 5))):
            yield Sample(draw(rng, "real", n), k=k, shape=shape)
        for n, k, shape in (((0,), 4, (2, 3)), ((0, 2), 0, (2, 2))):
            yield Sample(np.zeros(n), k=k, shape=shape, kind="empty")


@define
class trace:
    """The sum of the diagonal of every matrix, (..., n, m) -> (...); torch's adds float32 up in float64."""

    linear = (0,)
    dtypes = "fc"
    without = MATRICES

    def jax(jax, x):
        return jax.numpy.trace(x, axis1=-2, axis2=-1, dtype=x.dtype)

    def impl(x):
        return np.add.reduce(_diagonal(x), -1, x.dtype)

    def impl_torch(x):
        d = (x.astype(np.float64) if x.dtype == np.float32 else x).diagonal(0, -2, -1)
        return np.asarray(sum_over(d, axes=(d.ndim - 1,)), x.dtype)

    def aval(x):
        return Aval(shape_of(x)[:-2], dtype_of(x))

    def batch(size, xs, ds):
        return trace(front(xs[0], ds[0])), 0

    transpose = (lambda ct, x: _traced_back(ct, shape_of(x)),)

    def samples(rng):
        yield from in_kinds(draw(rng, "real", (2, 3, 3)))
        for shape in ((3, 3), (2, 3, 4), (4, 3), (0, 2), (0, 2, 2)):
            yield Sample(draw(rng, "real", shape), **({"kind": "empty"} if 0 in shape else {}))


def _traced_back(ct, shape):
    """ct in every place of the diagonals of matrices of this shape."""
    along = (*shape[:-2], diagonal_size(shape, 0))
    return diag_embed(broadcast(ct, shape=along, axes=(len(along) - 1,)), k=0, shape=shape[-2:])


def on_diagonal(v):
    """Square matrices with v on the diagonal, (..., n) -> (..., n, n)."""
    n = shape_of(v)[-1]
    return diag_embed(v, k=0, shape=(n, n))


# ------------------------------------------------------------------------------------------------ parts of a matrix
@functools.lru_cache(256)
def small_mask(n, m, k):
    """True on and below the k-th diagonal: of small matrices, for reading."""
    mask = np.tri(n, m, k, dtype=bool)
    mask.flags.writeable = False
    return mask


def lower_mask(x, k=0):
    """True on and below the k-th diagonal of matrices shaped like x: a plain array."""
    n, m = shape_of(x)[-2:]
    return small_mask(n, m, k) if n * m <= 256 else np.tri(n, m, k, dtype=bool)


def eye_mask(x):
    """True on the diagonal of matrices shaped like x: a plain array."""
    return np.eye(*shape_of(x)[-2:], dtype=bool)


def tril(x, k=0):
    """x on and below the k-th diagonal, 0 above it (even where x is inf or nan)."""
    return where(lower_mask(x, k), x, 0)


def triu(x, k=0):
    """x on and above the k-th diagonal, 0 below it (even where x is inf or nan)."""
    return where(lower_mask(x, k - 1), 0, x)


def rows(x, start, stop=None):
    """x[..., start:stop, :]."""
    return getitem(x, idx=(..., slice(start, stop), slice(None)))


def columns(x, start, stop=None):
    """x[..., start:stop]."""
    return getitem(x, idx=(..., slice(start, stop)))


def beside(*xs):
    """Matrices joined along their columns."""
    return concatenate(*xs, axis=len(shape_of(xs[0])) - 1)


def above(*xs):
    """Matrices joined along their rows."""
    return concatenate(*xs, axis=len(shape_of(xs[0])) - 2)


# ------------------------------------------------------------------------------------------------ complex parts
def is_complex(x):
    return dtype_of(x).kind == "c"


def conj(x):
    """The complex conjugate; x itself where it is real."""
    return conjugate(x) if is_complex(x) else x


def real(x):
    """The real part; x itself where it is real."""
    return real_view(x) if is_complex(x) else x


def swapped(x):
    """The transposed matrices."""
    n = len(shape_of(x))
    return transpose(x, perm=(*range(n - 2), n - 1, n - 2))


def adjoint(x):
    """The conjugate transposed matrices."""
    return conj(swapped(x))


# ------------------------------------------------------------------------------------------------ products
def matmul(x, y):
    """The product of stacks of matrices with the same axes in front."""
    k = len(shape_of(x)) - 2
    stack = tuple(range(k))
    return dot_general(x, y, dims=(((k + 1,), (k,)), (stack, stack)))


def product(x, *others):
    """The product of several matrices, from the left."""
    for y in others:
        x = matmul(x, y)
    return x


def inner(x, y):
    """The sum of x * y over each matrix: tr(x^T y), (..., n, m), (..., n, m) -> (...)."""
    k = len(shape_of(x))
    return sum_(mul(x, y), axes=(k - 2, k - 1))


def over_matrix(v):
    """v (...) with two axes of size 1 behind, so that it multiplies matrices."""
    return reshape(v, shape=(*shape_of(v), 1, 1))


def as_row(v):
    """v (..., n) as (..., 1, n), which multiplies columns."""
    s = shape_of(v)
    return reshape(v, shape=(*s[:-1], 1, s[-1]))


def as_column(v):
    """v (..., n) as (..., n, 1), which multiplies rows."""
    return reshape(v, shape=(*shape_of(v), 1))


# ------------------------------------------------------------------------------------------------ Hermitian matrices
def hermitian(x, part):
    """The Hermitian matrices that a factorisation reads in x.

    `part="both"`: (x + x^H) / 2. "lower", "upper": that triangle and the real part of the diagonal, nothing else.
    """
    if part == "both":
        return mul(add(x, adjoint(x)), 0.5)
    read = lower_mask(x, -1) if part == "lower" else lower_mask(x, -1).T
    return where(read, x, where(read.T, adjoint(x), _real_only(x)))


def hermitian_adjoint(g, part):
    """The adjoint of x -> hermitian(x, part): what its cotangent is to x."""
    if part == "both":
        return mul(add(g, adjoint(g)), 0.5)
    read = lower_mask(g, -1) if part == "lower" else lower_mask(g, -1).T
    return where(read, add(g, adjoint(g)), where(eye_mask(g), _real_only(g), 0))


def _real_only(x):
    return cast(real_view(x), dtype=dtype_of(x)) if is_complex(x) else x


def check_part(name, part):
    if part not in ("both", "lower", "upper"):
        raise ValueError(f"{name}: part must be 'both', 'lower' or 'upper'; got {part!r}.")


# ------------------------------------------------------------------------------------------------ samples
def drawn(rng, make, shape, kind="plain", dtype=np.float64, order=2, **params):
    """One sample of a primitive of matrices; `make` turns an array drawn at random into one in its domain."""
    return Sample(make(draw(rng, "real", shape, dtype)).astype(dtype), kind=kind, order=order, **params)


def two_samples(rng, make, shape, complex_kind="complex128", **params):
    """A real and a complex sample, for what the samples of every dtype do not reach: another shape, another param.

    complex_kind="kink": vectors of a complex matrix are determined up to a phase, in which LAPACK's choice and the
    rule's (jax's) differ, so that no difference quotient of their values can be compared.
    """
    yield drawn(rng, make, shape, **params)
    yield drawn(rng, make, shape, complex_kind, np.complex128, **params)


def matrix_samples(rng, make, shape=(3, 3), **params):
    """Samples of every dtype and layout: single matrices, stacks, none."""
    yield from two_samples(rng, make, shape, **params)
    params.pop("complex_kind", None)
    yield drawn(rng, make, (1, 1), **params)
    yield Sample(strided(make(draw(rng, "real", (2, *shape)))), kind="strided", **params)
    yield Sample(np.zeros((0, *shape)), kind="empty", **params)
    yield drawn(rng, make, shape, "float32", np.float32, order=1, **params)
    yield drawn(rng, make, (2, *shape), "complex64", np.complex64, order=1, **params)
    for kind in ("int64", "int32"):
        yield drawn(rng, make, shape, kind, np.dtype(kind), order=0, **params)
    yield Sample(np.eye(*shape, dtype=bool), kind="bool", order=0, **params)


def as_drawn(x):
    """For a primitive that takes every matrix."""
    return x
