"""attention: softmax(scale * q @ k.T) @ v for every head of a stack, as one node; masked_attention: of scores that a mask is added to.

With w the weights and ct the cotangent:  dv = w.T @ ct,  and of the scores  ds = w (ct @ v.T - sum(w (ct @ v.T))),  dq = scale * ds @ k,
dk = scale * ds.T @ q  (Vaswani et al., 2017, arXiv:1706.03762, section 3.2.1, and the derivative of softmax).
"""

from functools import lru_cache, reduce

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ._short_rows import reduced
from .dot import _for_blas, dot_general
from .elementwise import add, equal, mul, sub, where
from .reduce import all_
from .shape import batched, broadcast_to, fit, reshape
from .softmax import softmax, total


@lru_cache(64)
def seen(rows, columns):
    """Which of the columns each row may look at: those up to its own number."""
    return np.tril(np.ones((rows, columns), bool))


def contracted(x, y, i, j):
    """The product of stacks of matrices over the axis i of one and j of the other, counted from the end."""
    n = len(shape_of(x))
    lead = tuple(range(n - 2))
    return dot_general(x, y, dims=(((n + i,), (n + j,)), (lead, lead)))


def weights(q, k, scale, causal, m=None):
    """softmax(scale * q @ k.T) over handles; with a mask m, zeros in rows that it forbids entirely."""
    s = contracted(mul(q, scale), k, -1, -1)
    shape = shape_of(s)
    last = len(shape) - 1
    kind = dtype_of(s).type
    if causal:
        s = where(seen(*shape[-2:]), s, kind(-np.inf))
    if m is None:
        return softmax(s, axes=(last,))
    s = add(s, m)
    dead = broadcast_to(reshape(all_(equal(s, kind(-np.inf)), axes=(last,)), shape=(*shape[:-1], 1)), shape)
    return where(dead, kind(0), softmax(where(dead, kind(0), s), axes=(last,)))


def weights_plain(q, k, scale, causal, m=None):
    """The same of arrays."""
    s = np.matmul(_for_blas(q * q.dtype.type(scale)), _for_blas(k.swapaxes(-1, -2)))
    lowest = s.dtype.type(-np.inf)
    if causal:
        s = np.where(seen(*s.shape[-2:]), s, lowest)
    if m is not None:
        s = s + m
    w = softmax.impl(s, axes=(s.ndim - 1,))
    if m is not None and w.size and ((some := w[..., 0]) != some).any():  # (a row of nan: was all of it forbidden?)
        np.copyto(w, 0, where=(s == lowest).all(axis=-1, keepdims=True))
    return w


def of_scores(w, t):
    """What softmax does to a tangent or cotangent of the scores; it is symmetric."""
    return mul(w, sub(t, total(mul(w, t), (len(shape_of(w)) - 1,))))


def multiplied(x, y):
    """x @ y; of heads [n, heads, t, e] with all heads of a row together, as torch's kernel writes its gradients."""
    if x.ndim != 4:
        return np.matmul(x, y)
    n, heads, t, _ = x.shape
    return np.matmul(x, y, np.empty((n, t, heads, y.shape[3]), x.dtype).swapaxes(1, 2))


def _pull(n, ct, cts, owned):
    """The rule below over arrays, with the weights that the call noted."""
    plan = n.plan
    of = dict(zip(plan.reads, n.saved, strict=True))
    q, k, v = of[0], of[1], of.get(2)
    if ct.dtype is not q.dtype or not ct.size or plan.need & 8:
        return plan.ruled(n, ct, cts, owned)
    need, scale, noted = plan.need, q.dtype.type(n.params["scale"]), n.params.get("noted")
    w = noted[0] if noted else weights_plain(q, k, scale, n.params["causal"], of.get(3))
    gs, ct = [], _for_blas(ct)
    if need & 3:
        s = np.matmul(ct, _for_blas(v.swapaxes(-1, -2)))
        s -= reduced(np.add, w * s, (w.ndim - 1,))
        s *= w
        s *= scale
        if need & 1:
            gs.append(multiplied(s, _for_blas(k)))
        if need & 2:
            gs.append(multiplied(s.swapaxes(-1, -2), _for_blas(q)))
    if need & 4:
        gs.append(multiplied(w.swapaxes(-1, -2), ct))
    for p, g in zip(n.ins, gs, strict=True):
        c = cts.get(p)
        cts[p] = g if c is None else c + g


def met(w, q, k, v):
    """w @ v, laid out as q is, where rows lie together, as by torch's kernel for those."""
    if q.shape[-1] != v.shape[-1] or any([x.strides[-1] != x.itemsize for x in (q, k, v)]):
        return np.matmul(w, _for_blas(v))
    return np.matmul(w, _for_blas(v), np.empty_like(q))


def pulled(ct, w, q, k, v, need, scale):
    """The cotangents of q, k, v and of what is added to the scores, with the weights w."""
    by_mask = of_scores(w, contracted(ct, v, -1, -1)) if need & 11 else None
    s = mul(by_mask, scale) if need & 3 else None
    return [
        contracted(s, k, -1, -2) if need & 1 else None,
        contracted(s, q, -2, -2) if need & 2 else None,
        contracted(w, ct, -2, -2) if need & 4 else None,
        by_mask,
    ]


def pushed(ts, w, q, k, v, scale):
    """The tangent of the result of those of q, k, v and of what is added to the scores."""
    dq, dk, dv, dm = ts
    parts = []
    if dq is not None:
        parts.append(mul(contracted(dq, k, -1, -1), scale))
    if dk is not None:
        parts.append(mul(contracted(q, dk, -1, -1), scale))
    if dm is not None:
        parts.append(broadcast_to(dm, shape_of(w)))
    moved = [contracted(of_scores(w, reduce(add, parts)), v, -1, -2)] if parts else []
    if dv is not None:
        moved.append(contracted(w, dv, -1, -2))
    return reduce(add, moved)


@define
class attention:
    """q [..., t, d], k [..., s, d], v [..., s, e] of one dtype -> softmax(scale * q @ k.T) @ v [..., t, e]. `causal`: a row looks at columns
    up to its own number. `noted`: a list in which the call notes the weights, for its own pull."""

    saves = ((0, 1, 2), (0, 1, 2), (0, 1))
    pull = _pull
    without = {
        "complex128": "the largest of complex scores has no meaning",
        "int64": "weights are no whole numbers",
        "bool": "weights are no truth values",
        "0-d": "it takes stacks of matrices",
        "broadcast": "it takes stacks of one size",
    }

    def jax(jax, q, k, v, *, scale, causal, noted=None):
        s = q @ jax.numpy.swapaxes(k, -1, -2) * scale
        s = jax.numpy.where(seen(*s.shape[-2:]), s, -jax.numpy.inf) if causal else s
        return jax.nn.softmax(s, axis=-1) @ v

    def samples(rng):
        def case(lead, t, s, d, e, kind="plain", causal=False, order=2):
            shapes = (*lead, t, d), (*lead, s, d), (*lead, s, e)
            return Sample(
                *[draw(rng, "real", shape) for shape in shapes], scale=0.7, causal=causal, kind=kind, order=order
            )

        q, k, v = (draw(rng, "real", shape) for shape in ((2, 3, 2), (2, 4, 2), (2, 4, 3)))
        yield from in_kinds(q, k, v, dtypes="f", scale=0.5, causal=False)
        yield case((2, 2), 3, 3, 2, 2, causal=True)
        yield case((), 2, 3, 2, 1)
        yield case((1,), 1, 1, 1, 1, "size 1")
        yield case((2,), 0, 3, 2, 2, "empty")

    def impl(q, k, v, *, scale, causal, noted=None):
        w = weights_plain(q, k, scale, causal)
        if noted is not None:
            noted.append(w)
        return np.matmul(w, _for_blas(v))

    def impl_torch(q, k, v, *, scale, causal, noted=None):
        w = weights_plain(q, k, scale, causal)
        if noted is not None:
            noted.append(w)
        return met(w, q, k, v)

    def aval(q, k, v, *, scale, causal, noted=None):
        return Aval((*shape_of(q)[:-1], shape_of(v)[-1]), dtype_of(q))

    def vjp(ct, out, q, k, v, *, need, scale, causal, noted=None):
        return pulled(ct, weights(q, k, scale, causal), q, k, v, need, scale)[:3]

    def jvp(ts, out, q, k, v, *, scale, causal, noted=None):
        return pushed((*ts, None), weights(q, k, scale, causal), q, k, v, scale)

    def batch(size, xs, ds, *, scale, causal, noted=None):
        q, k, v = (batched(size, x, d) for x, d in zip(xs, ds, strict=True))
        return attention(q, k, v, scale=scale, causal=causal), 0


@define
class masked_attention:
    """The same with a mask [.., t, s] that is added to the scores, which have as many axes; rows that it forbids entirely give zeros."""

    saves = ((0, 1, 2, 3), (0, 1, 2, 3), (0, 1, 3), (0, 1, 2, 3))
    pull = _pull
    without = attention.without

    def jax(jax, q, k, v, m, *, scale, causal, noted=None):
        s = q @ jax.numpy.swapaxes(k, -1, -2) * scale
        s = jax.numpy.where(seen(*s.shape[-2:]), s, -jax.numpy.inf) if causal else s
        s = s + m
        dead = jax.numpy.all(s == -jax.numpy.inf, axis=-1, keepdims=True)
        return jax.numpy.where(dead, 0, jax.nn.softmax(jax.numpy.where(dead, 0, s), axis=-1)) @ v

    def samples(rng):
        q, k, v, m = (draw(rng, "real", shape) for shape in ((2, 3, 2), (2, 4, 2), (2, 4, 3), (3, 4)))
        yield from in_kinds(q, k, v, m, dtypes="f", scale=0.5, causal=False)
        of_each = draw(rng, "real", (2, 1, 4))
        yield Sample(q, k, v, of_each, scale=0.7, causal=True)
        some = np.array([[True, False, True, True], [False] * 4, [True] * 4])  # (of the second row all is forbidden)
        yield Sample(q, k, v, np.where(some, 0.5, -np.inf), scale=0.7, causal=False, order=1)
        yield Sample(q[:, :0], k, v, m[:0], scale=0.7, causal=False, kind="empty")
        yield Sample(q[:1, :1, :1], k[:1, :1, :1], v[:1, :1, :1], m[:1, :1], scale=0.7, causal=False, kind="size 1")

    def impl(q, k, v, m, *, scale, causal, noted=None):
        w = weights_plain(q, k, scale, causal, m)
        if noted is not None:
            noted.append(w)
        return np.matmul(w, _for_blas(v))

    def impl_torch(q, k, v, m, *, scale, causal, noted=None):
        w = weights_plain(q, k, scale, causal, m)
        if noted is not None:
            noted.append(w)
        return met(w, q, k, v)

    def aval(q, k, v, m, *, scale, causal, noted=None):
        return Aval((*shape_of(q)[:-1], shape_of(v)[-1]), dtype_of(q))

    def vjp(ct, out, q, k, v, m, *, need, scale, causal, noted=None):
        gs = pulled(ct, weights(q, k, scale, causal, m), q, k, v, need, scale)
        return [*gs[:3], fit(gs[3], m) if need & 8 else None]

    def jvp(ts, out, q, k, v, m, *, scale, causal, noted=None):
        return pushed(ts, weights(q, k, scale, causal, m), q, k, v, scale)

    def batch(size, xs, ds, *, scale, causal, noted=None):
        q, k, v, m = (batched(size, x, d) for x, d in zip(xs, ds, strict=True))
        shape = shape_of(m)
        m = reshape(m, shape=(size, *(1,) * (len(shape_of(q)) - len(shape)), *shape[1:]))
        return masked_attention(q, k, v, m, scale=scale, causal=causal), 0
