"""attention: softmax(scale * q @ k.T) @ v for every head of a stack, as one node.

With w the weights and ct the cotangent:  dv = w.T @ ct,  and of the scores  ds = w (ct @ v.T - sum(w (ct @ v.T))),  dq = scale * ds @ k,
dk = scale * ds.T @ q  (Vaswani et al., 2017, arXiv:1706.03762, section 3.2.1, and the derivative of softmax).
"""

from functools import lru_cache

import numpy as np

from ..core.aval import Aval, dtype_of, shape_of
from ..core.primitive import define
from ..core.sample import Sample, draw, in_kinds
from ._short_rows import reduced
from .dot import _for_blas, dot_general
from .elementwise import add, mul, sub, where
from .shape import batched
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


def weights(q, k, scale, causal):
    """softmax(scale * q @ k.T) over handles."""
    s = contracted(mul(q, scale), k, -1, -1)
    shape = shape_of(s)
    if causal:
        s = where(seen(*shape[-2:]), s, dtype_of(s).type(-np.inf))
    return softmax(s, axes=(len(shape) - 1,))


def weights_plain(q, k, scale, causal):
    """The same of arrays."""
    s = np.matmul(_for_blas(q * q.dtype.type(scale)), _for_blas(k.swapaxes(-1, -2)))
    if causal:
        s = np.where(seen(*s.shape[-2:]), s, s.dtype.type(-np.inf))
    return softmax.impl(s, axes=(s.ndim - 1,))


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
    q, k, *v = n.saved
    if ct.dtype is not q.dtype or not ct.size:
        return plan.ruled(n, ct, cts, owned)
    need, scale, noted = plan.need, q.dtype.type(n.params["scale"]), n.params.get("noted")
    w = noted[0] if noted else weights_plain(q, k, scale, n.params["causal"])
    gs, ct = [], _for_blas(ct)
    if need & 3:
        s = np.matmul(ct, _for_blas(v[0].swapaxes(-1, -2)))
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
        """Likewise; laid out as q is, where rows lie together, as by torch's kernel for those."""
        w = weights_plain(q, k, scale, causal)
        if noted is not None:
            noted.append(w)
        if q.shape[-1] != v.shape[-1] or any([x.strides[-1] != x.itemsize for x in (q, k, v)]):
            return np.matmul(w, _for_blas(v))
        return np.matmul(w, _for_blas(v), np.empty_like(q))

    def aval(q, k, v, *, scale, causal, noted=None):
        return Aval((*shape_of(q)[:-1], shape_of(v)[-1]), dtype_of(q))

    def vjp(ct, out, q, k, v, *, need, scale, causal, noted=None):
        w = weights(q, k, scale, causal)
        s = mul(of_scores(w, contracted(ct, v, -1, -1)), scale) if need & 3 else None
        return [
            contracted(s, k, -1, -2) if need & 1 else None,
            contracted(s, q, -2, -2) if need & 2 else None,
            contracted(w, ct, -2, -2) if need & 4 else None,
        ]

    def jvp(ts, out, q, k, v, *, scale, causal, noted=None):
        dq, dk, dv = ts
        w, s = weights(q, k, scale, causal), None
        if dq is not None:
            s = contracted(dq, k, -1, -1)
        if dk is not None:
            by_k = contracted(q, dk, -1, -1)
            s = by_k if s is None else add(s, by_k)
        moved = None if s is None else contracted(of_scores(w, mul(s, scale)), v, -1, -2)
        if dv is None:
            return moved
        by_v = contracted(w, dv, -1, -2)
        return by_v if moved is None else add(moved, by_v)

    def batch(size, xs, ds, *, scale, causal, noted=None):
        q, k, v = (batched(size, x, d) for x, d in zip(xs, ds, strict=True))
        return attention(q, k, v, scale=scale, causal=causal), 0
