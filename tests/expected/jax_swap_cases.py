"""What the swap for jax is compared with jax on: expressions, programs, and how an outcome is written down.

Invariant: everything here is written against the names `jax`, `jnp` and `np` only, so that both libraries run the same text.
"""

import warnings

import numpy as np

SETUP = """
from functools import partial
lax = jax.lax
x = jnp.array([1.0, 2.0, 3.0]); y = jnp.array([0.5, -1.0, 4.0]); i = jnp.array([1, 2, 3]); b = jnp.array([True, False, True])
m = jnp.arange(6.0).reshape(2, 3); n = jnp.arange(6).reshape(2, 3); c = jnp.array([1 + 2j, -3j]); h = x.astype(jnp.float16)
u = jnp.array([1, 200], dtype=jnp.uint8); s = jnp.array([1, -100], dtype=jnp.int8); w = jnp.full((3,), 2.0); k = jnp.array(3)
a = np.array([1.0, 2.0, 3.0]); spd = jnp.array([[2.0, 0.5], [0.5, 1.0]]); key = jax.random.key(0); e = jnp.zeros((0, 3))
tree = {"a": x, "b": (1.0, [i])}
"""

EXPRESSIONS = """
x; i; m; c; h; b; k; w; e; jnp.zeros((2, 0)); jnp.array(2.5); jnp.array([1, 2.5]); jnp.array([True, 2]); jnp.array(True)
str(x); str(k); f"{x.sum():.3f}"; f"{x}"; jnp.ones((12, 9)); jnp.arange(2000.0); jnp.array([1e-8, 1.0, 1e8]); jnp.array([jnp.nan, jnp.inf])
x + 1; x + 1.5; i + 1; i + 1.5; i * 2.5; i + True; b + 1; b + b; b + 1.5; i / 2; i // 2; i % 2; i // 0; i % 0; i / 0; -i // 0
i ** 2; i ** 2.5; 2 ** i; x ** 2; x ** 0.5; x ** -1; i ** -1; 2.0 ** i; x ** i; h + 1.5; h + x; h * i; i + h; u + s; u + u; u * 2; s + 1.5
u + i; s * s; x + 1j; i + 1j; h + 1j; c + 1; c * x; c + h; w + 1; w * i; w + h; w * w; k + 1; k * 2.5; k / 2; k + k; k + x; k + h; -k; abs(-k)
np.float64(2.0) * x; np.float32(2.0) * i; np.int32(3) + h; np.arange(3) * x; a * x; x * a; a + i; np.float64(2.0) + 1j * x; x + np.float64(1)
np.sin(x); np.multiply(a, x); np.add(x, 1); np.asarray(x); np.array(x) + 1; np.stack([x, y]); np.concatenate([x, a]); np.exp(x) + y
x == 2; x > y; x != 1; x >= i; x < 2.5; i == 1.0; b == True; ~b; ~i; b & (x > 1); b | b; b ^ True; i & 2; i | 8; i ^ 1; i << 2; i >> 1; x & 1; x >> 1
x @ x; m @ x; m @ m.T; m.T @ m; divmod(i, 2); divmod(x, 2.0); round(x * 1.26, 1); +x; abs(y); x.T; m.T; m.mT; x @ m; 7 // jnp.int32(-2); jnp.int32(7) % jnp.int32(-3)
jnp.sin(2.0); jnp.sin(i); jnp.sin(2); jnp.exp(h); jnp.sqrt(-1.0); jnp.log(0.0); jnp.log(i); jnp.sin(k); jnp.sqrt(c); jnp.exp(b); jnp.tanh(w)
jnp.add(1, 2); jnp.add(1, 2.5); jnp.maximum(1, x); jnp.maximum(i, 1.5); jnp.arctan2(i, i); jnp.hypot(3, 4); jnp.logaddexp(x, 0.0); jnp.power(2, 3)
jnp.power(x, 2); jnp.power(i, i); jnp.square(i); jnp.square(2.0); jnp.negative(2); jnp.sign(-2.0); jnp.abs(-3); jnp.reciprocal(x); jnp.mod(x, 2)
jnp.isnan(x); jnp.isfinite(i); jnp.logical_and(x, i); jnp.logical_not(i); jnp.equal(1, 1.0); jnp.floor(x); jnp.floor(i); jnp.ceil(y); jnp.rint(y)
x.sum(); i.sum(); b.sum(); u.sum(); s.sum(); h.sum(); w.sum(); m.sum(0); m.sum(axis=1, keepdims=True); i.prod(); x.mean(); i.mean(); w.mean(); m.mean(1)
x.std(); i.var(); x.max(); i.min(); x.argmax(); jnp.sum(2.0); jnp.sum(k); jnp.max(w); jnp.prod(w); jnp.cumsum(i); jnp.cumsum(b); jnp.cumsum(w); x.cumprod()
jnp.all(b); jnp.any(x > 2); b.all(); jnp.median(i); jnp.percentile(x, 40); jnp.quantile(m, 0.3, axis=1); jnp.ptp(x); jnp.count_nonzero(i); jnp.nanmean(x)
jnp.average(x, weights=y); jnp.var(x, ddof=1); jnp.cov(m); jnp.corrcoef(m); jnp.sum([1, 2]); jnp.mean(x, where=b); jnp.max(e); jnp.max(e, initial=0.0); jnp.sum(x, dtype=int)
jnp.nansum(x); jnp.argsort(y); jnp.sort(y); jnp.sort(m, axis=0); jnp.argsort(y, descending=True); jnp.unique(jnp.array([3, 1, 3])); jnp.unique(i, size=5)
x[0]; x[-1]; x[10]; x[-7]; i[jnp.array([5, -9])]; x[1:]; x[::-1]; x[None]; x[..., 0]; m[0]; m[1, 2]; m[:, 1]; m[jnp.array([0, 1]), jnp.array([2, 0])]
x[b]; x[jnp.array([True, False, True])]; x[[0, 1]]; x["a"]; x[1.0]; x[0, 0]; m[..., None].shape; m[i - 1]; x[jnp.array([], dtype=int)]; x[k]; x[np.array([2, 0])]
m[b[:2]]; m[:, b]; w[0]; k[()]; x[slice(None, 2)]; m[0][1]; x[True]; len(m); list(x); [float(v) for v in x]; x.tolist(); k.item(); x.item(); float(k); int(k); bool(k); float(x); bool(x); hash(x)
x.at[0].set(9.0); x.at[7].set(5.0); x.at[-1].add(1); x.at[jnp.array([0, 0])].add(1.0); x.at[jnp.array([0, 9])].add(1.0); x.at[1:].multiply(2); x.at[7].get()
x.at[jnp.array([7, -1])].get(mode="fill"); x.at[jnp.array([7, -1])].get(mode="fill", fill_value=0.0); x.at[0].divide(2); x.at[0].power(3); x.at[0].min(0.5); x.at[0].max(5)
x.at[0].apply(jnp.sin); i.at[0].set(2.7); m.at[0, 1].set(7); m.at[:, 1].add(x[:2]); m.at[b[:2]].set(0.0); x.at[b].set(0.0); m.at[5, 0].add(1.0); x.at[7].set(5.0, mode="clip"); i.at[9].get(mode="fill")
x.__setitem__(0, 1.0); x.at[[0, 1]].set(1.0); w.at[0].set(1.0); k.at[()].set(4)
jnp.zeros(3); jnp.ones((2,), int); jnp.full((2,), 1.0); jnp.full(2, 3); jnp.full((2,), x[0]); jnp.eye(2); jnp.arange(3); jnp.arange(3.0); jnp.arange(0, 1, 0.25); jnp.arange(1, 4, dtype=jnp.float32)
jnp.linspace(0, 1, 5); jnp.linspace(0, 1, 3, dtype=jnp.float16); jnp.logspace(0, 2, 3); jnp.zeros_like(i); jnp.ones_like(w); jnp.full_like(i, 2.5); jnp.zeros_like(x, dtype=int); jnp.empty((2,)).shape
jnp.array([1.0, 2.0], dtype="float64"); jnp.array([1, 2], dtype=jnp.int64); jnp.asarray(a); jnp.asarray(x) is x; jnp.array(a); jnp.array([x, y]); jnp.array([x[0], 2]); jnp.array("a"); jnp.array([None]); jnp.array(["a", 1]); jnp.array([[object()]]); jnp.asarray(None)
jnp.array(2 ** 31); jnp.array(2 ** 31 - 1) + 1; jnp.uint8(255) + jnp.uint8(1); jnp.int32(2 ** 31 - 1) * 2; jnp.array([1, 2, 3], dtype=complex); jnp.tri(3); jnp.identity(2); jnp.meshgrid(x, i); jnp.indices((2, 2))
x.astype(int); x.astype(jnp.float16); x.astype(bool); jnp.array([1e10, -1e10, jnp.nan]).astype(jnp.int32); jnp.array([300, -1]).astype(jnp.uint8); jnp.array([300.0, -1.0]).astype(jnp.uint8); x.astype("complex64"); i.astype(float)
jnp.float32(3); jnp.int32(3.7); jnp.float32(x); jnp.bool_(1); jnp.float32 == x.dtype; x.dtype == jnp.float32; x.dtype == "float32"; jnp.issubdtype(x.dtype, jnp.floating); jnp.issubdtype(jnp.int32, jnp.integer); x.dtype; jnp.dtype("int8")
jnp.result_type(i, 1.0); jnp.result_type(h, i); jnp.promote_types("int32", "float16"); jnp.result_type(u, s); jnp.result_type(1, 2.0); jnp.finfo(jnp.float32).eps; jnp.iinfo("int32").max; jnp.finfo(x.dtype).max
m.reshape(3, 2); m.reshape(-1); m.reshape((4, 2)); jnp.reshape(x, (3, 1)); m.ravel(); m.flatten(); x.reshape(1, -1); m.transpose(); m.transpose(1, 0); m.swapaxes(0, 1); x.repeat(2); jnp.tile(x, 2); m.squeeze(); jnp.expand_dims(x, 0)
jnp.concatenate([x, i]); jnp.stack([i, b]); jnp.hstack([x, h]); jnp.vstack([x, y]); jnp.concatenate([m, m], axis=1); jnp.split(x, 3); jnp.array_split(i, 2); jnp.concatenate([x, m]); jnp.broadcast_to(x, (2, 3)); jnp.column_stack([x, i]); jnp.append(x, 1)
jnp.where(x > 1, x, 0); jnp.where(x > 1, 1, 0); jnp.where(b, i, 1.5); jnp.where(b, x, h); jnp.where(x > 1); jnp.where(b, 1.0, i); jnp.nonzero(x > 1, size=3); jnp.select([x > 2, x > 1], [x, i], 0); jnp.clip(x, 1.5, 2); jnp.clip(i, 2); x.clip(max=2.0); jnp.clip(i, 0, 2.5)
jnp.dot(x, i); jnp.dot(m, x); jnp.outer(x, i); jnp.inner(x, y); jnp.einsum("ij,j->i", m, i); jnp.einsum("ij,ij", m, m); jnp.tensordot(m, m, 2); jnp.kron(x[:2], i[:2]); jnp.cross(x, y); jnp.vdot(x, y); jnp.trace(m); jnp.diag(x); jnp.matmul(n, n.T); jnp.dot(x, jnp.ones(2)); x + jnp.ones(2)
jnp.take(x, jnp.array([0, 5])); jnp.take(x, i, mode="clip"); jnp.take(m, 1, axis=1); jnp.take_along_axis(m, n[:, :1], 1); jnp.roll(x, 1); jnp.flip(m, 0); jnp.pad(x, 1); jnp.diff(x); jnp.gradient(x); jnp.interp(1.5, x, y); jnp.searchsorted(x, 1.5); jnp.digitize(y, x); jnp.bincount(i); jnp.histogram(x, 2)
jnp.linalg.norm(x); jnp.linalg.norm(i); jnp.linalg.inv(spd); jnp.linalg.solve(spd, x[:2]); jnp.linalg.det(spd); jnp.linalg.cholesky(spd); jnp.linalg.eigvalsh(spd); jnp.linalg.svd(spd)[1]; jnp.linalg.slogdet(spd); jnp.linalg.cholesky(-spd); jnp.linalg.matrix_power(spd, 2); jnp.fft.fft(x); jnp.fft.rfft(i); jnp.isnan(jnp.linalg.inv(jnp.zeros((2, 2))))[0, 0]
jnp.allclose(x, x); jnp.array_equal(x, y); jnp.isclose(x, y); x.shape; x.ndim; x.size; x.nbytes; jnp.shape(m); jnp.ndim(3.0); x.weak_type; x.aval; x.devices(); x.device; str(x.device); jax.device_put(x, "cpu"); x.at; isinstance(x, jax.Array); isinstance(a, jax.Array); isinstance(1.0, jax.Array); x.is_fully_addressable; x.block_until_ready()
x + None; x + "a"; x + [1, 2, 3]; jnp.add(x, None); jnp.sin("a"); jnp.sin([1.0]); len(k); iter(k); jnp.zeros(2.5); jnp.reshape(x, (2,)); jnp.arange(jnp.nan); jnp.ones(-1); x.foo; jnp.foo; jnp.concatenate([]); jnp.stack([x, x[:2]])
jnp.polyval(x, 2.0); jnp.polyfit(x, x * 2, 1); jnp.trapezoid(x); jnp.nan_to_num(jnp.array([jnp.nan, 1.0])); jnp.real(c); c.imag; jnp.angle(c); c.conj(); jnp.abs(c); jnp.round(y * 1.3); jnp.round(i, 1); jnp.trunc(y); jnp.fmod(y, 2); jnp.gcd(i, 6); jnp.heaviside(x, 0.5); jnp.sinc(x); jnp.float_power(i, 2); jnp.deg2rad(i)
jnp.vectorize(lambda p, q: p + q)(x, 1.0); jnp.vectorize(jnp.dot, signature="(n),(n)->()")(m, x); jnp.apply_along_axis(jnp.sum, 1, m); jnp.fill_diagonal(spd, 0.0, inplace=False); jnp.triu(m); jnp.tril_indices(2); jnp.argwhere(x > 1); jnp.flatnonzero(b); jnp.union1d(i, i + 1); jnp.union1d(i, i + 1, size=6); jnp.intersect1d(i, i + 1, size=4, fill_value=-1, return_indices=True); jnp.setxor1d(i, i + 1, size=3); jnp.setdiff1d(i, i[:1], size=3); jnp.extract(i > 1, i, size=2, fill_value=9); jnp.digitize(x, x[:2], method="sort"); jnp.isin(i, i[1:], method="sort"); jnp.isin(i, i, method="x"); jnp.polyval(x, 2.0, unroll=1); jnp.dstack([x, x], dtype=int); jnp.linalg.slogdet(spd, method="qr"); jnp.linalg.slogdet(spd, method="x"); jax.jit(lambda i: jnp.setxor1d(i, i + 1, size=3))(i); jnp.isin(i, jnp.array([2])); jnp.piecewise(x, [x < 2, x >= 2], [lambda v: -v, lambda v: v * 2])
jax.grad(lambda v: v ** 2)(3.0); jax.grad(lambda v: v ** 2)(3); jax.grad(lambda v: v)(x); jax.grad(lambda v: (v ** 2).sum())(x); jax.value_and_grad(lambda v: (v ** 2).sum())(x); jax.grad(lambda p: p["a"].sum() * p["b"])({"a": x, "b": 2.0}); jax.grad(lambda v, q: (v * q).sum(), argnums=(0, 1))(x, y)
jax.grad(lambda v: (v.sum(), v * 2), has_aux=True)(x); jax.jit(lambda v: v)(3); jax.jit(lambda v: v * 2)(3.0); jax.jit(lambda v: v + k)(x); jax.jit(lambda v, q: v[q])(x, 1); jax.jit(lambda v, q: v[q])(x, 7); jax.jit(lambda v, q: v.at[q].set(0.0))(x, 7); jax.jit(lambda v, q: v.at[q].add(1.0))(x, jnp.array([0, 0, 9]))
jax.jit(lambda v: v if v > 0 else -v)(3.0); jax.jit(lambda v: float(v))(3.0); jax.jit(lambda v: int(v))(3); jax.jit(lambda v: np.sin(v))(3.0); jax.jit(lambda q: jnp.zeros(q))(3); jax.jit(lambda v: v[v > 0])(x); jax.jit(lambda v: list(range(v)))(3); jax.jit(lambda v: v.item())(1.0); jax.jit(lambda v: jnp.nonzero(v))(x); jax.jit(lambda q: x[:q])(2); jax.jit(lambda v: v)("a")
jax.jit(lambda v, q: v * q, static_argnums=1)(x, 3); jax.jit(lambda v, q: jnp.ones(q) * v, static_argnames="q")(2.0, q=3); jax.jit(lambda v, q: v, static_argnums=1)(x, [1]); jax.vmap(lambda v: v if v > 0 else -v)(x); jax.vmap(lambda v: v * 2)(x); jax.vmap(lambda v, q: v * q, in_axes=(0, None))(m, 2.0); jax.vmap(jnp.dot)(m, m); jax.vmap(lambda v: v, in_axes=1, out_axes=1)(m); jax.vmap(lambda v: 1.0)(x); jax.vmap(lambda v: v)(2.0)
jax.vmap(lambda p: p["a"] * 2)({"a": x}); jax.vmap(lambda v: v - lax.pmean(v, "i"), axis_name="i")(x); jax.jvp(jnp.sin, (2.0,), (1.0,)); jax.jvp(jnp.sin, 2.0, 1.0); jax.vmap(jnp.sin, in_axes=(0, 0))(x); jax.jit(lambda v, k: v * k, static_argnums=1).trace(2.0, 3).jaxpr; jax.jvp(lambda v: v ** 2, (x,), (y,)); jax.vjp(lambda v: v ** 2, x)[1](y); jax.vjp(jnp.sin, 2.0)[1](1.0); jax.linearize(jnp.sin, 2.0)[1](1.0); jax.jacfwd(lambda v: v ** 2)(x); jax.jacrev(lambda v: v ** 2)(x); jax.hessian(lambda v: (v ** 3).sum())(x); jax.jacobian(lambda p: p["a"] * 2)({"a": x})
jax.grad(jax.grad(jnp.sin))(1.0); jax.vmap(jax.grad(jnp.sin))(x); jax.jit(jax.grad(lambda v: (v ** 2).sum()))(x); jax.grad(lambda v: float(v))(3.0); jax.grad(lambda v: v if v > 0 else -v)(3.0); jax.grad(lambda v: np.sin(v))(1.0); jax.grad(lambda v: v * i[0])(2.0); jax.jvp(lambda v: v, (x,), (i,)); jax.vjp(lambda v: v * 2, i)[0]
lax.scan(lambda q, v: (q + v, q * v), 0.0, x); lax.scan(lambda q, v: (q + v, q), 0, x); lax.scan(lambda q, _: (q * 2, None), 1.0, None, length=3); lax.fori_loop(0, 3, lambda j, v: v * 2, 1.0); lax.fori_loop(0, 3, lambda j, v: v + j, 0.0); lax.fori_loop(0, 3, lambda j, v: v.at[j].set(j), x); lax.while_loop(lambda v: v < 10, lambda v: v * 2, 1.0); lax.while_loop(lambda v: v[0] < 5, lambda v: (v[0] + 1, v[1] * 2), (0, x))
lax.cond(True, lambda v: v * 2, lambda v: v, x); lax.cond(k > 2, jnp.sin, jnp.cos, x); jax.jit(lambda v: lax.cond(v > 0, lambda q: q * 2, lambda q: q, v))(2.0); lax.switch(1, [jnp.sin, jnp.cos], 1.0); lax.map(lambda v: v * 2, x); jax.grad(lambda v: lax.fori_loop(0, 3, lambda j, q: q * v, 1.0))(2.0); lax.associative_scan(jnp.add, x); jax.jit(lambda v: lax.switch(v, [lambda: 1.0, lambda: 2.0]))(1); lax.scan(lambda q, v: (q.astype(jnp.float16), v), x[0], x)
lax.add(1.0, 2.0); lax.dynamic_slice(x, (1,), (2,)); lax.dynamic_slice(x, (5,), (2,)); lax.dynamic_update_slice(x, jnp.zeros(1), (1,)); lax.top_k(y, 2); lax.select(b, x, y); lax.rsqrt(x); lax.stop_gradient(x); lax.erf(x); lax.iota("int32", 3); lax.broadcast(1.0, (2,)); lax.cumsum(x); lax.sort(y); lax.clamp(1.0, x, 2.0); lax.convert_element_type(x, "int32"); lax.integer_pow(x, 3); lax.concatenate([x, y], 0); lax.dynamic_index_in_dim(m, 1, 0); lax.rem(7, 3); lax.expand_dims(x, (0,)); lax.reduce_sum(m, (0,)); lax.dot(x, y)
jax.random.PRNGKey(0); jax.random.key(0); jax.random.split(key); jax.random.split(jax.random.PRNGKey(1)); jax.random.uniform(key, (3,)); jax.random.normal(key, (2, 2)); jax.random.randint(key, (3,), 0, 10); jax.random.bernoulli(key, 0.3, (4,)); jax.random.permutation(key, 5); jax.random.choice(key, x, (2,)); jax.random.categorical(key, x); jax.random.normal(jax.random.fold_in(key, 3)); jax.random.key_data(key); jax.random.exponential(key); jax.random.uniform(key, (2,), minval=1, maxval=3); jax.vmap(lambda q: jax.random.normal(q))(jax.random.split(key, 3)); jax.random.normal(key, (2,), dtype=jnp.float16); jax.random.split(key, 3).shape; jax.random.permutation(key, x); jax.random.truncated_normal(key, -1, 1, (2,)); jax.random.bits(key, (2,))
jax.nn.relu(y); jax.nn.softmax(x); jax.nn.sigmoid(x); jax.nn.gelu(x); jax.nn.log_softmax(m); jax.nn.one_hot(i, 4); jax.nn.relu(i); jax.nn.logsumexp(x); jax.nn.softplus(1.0); jax.nn.elu(y); jax.nn.initializers.glorot_normal()(key, (2, 3)); jax.nn.initializers.zeros(key, (2,)); jax.nn.initializers.normal(0.1)(key, (2,), jnp.float32); jax.nn.silu(h); jax.nn.relu(-1.0); jax.nn.leaky_relu(y); jax.nn.standardize(x); jax.nn.tanh(x)
jax.scipy.special.erf(x); jax.scipy.special.gammaln(i); jax.scipy.special.logsumexp(x); jax.scipy.special.expit(0.5); jax.scipy.stats.norm.logpdf(x); jax.scipy.stats.norm.cdf(0.5); jax.scipy.stats.norm.pdf(i, 1, 2.0); jax.scipy.linalg.cho_solve((jnp.linalg.cholesky(spd), True), x[:2]); jax.scipy.linalg.solve_triangular(spd, x[:2], lower=True); jax.scipy.linalg.expm(spd); jax.scipy.special.xlogy(x, 2.0); jax.scipy.special.digamma(x)
jax.tree_util.tree_map(lambda v: v * 2, tree); jax.tree.map(lambda v, q: v + q, tree, tree); jax.tree_util.tree_leaves(tree); jax.tree_util.tree_structure(tree); jax.tree.reduce(lambda p, q: p + jnp.sum(q), tree, 0.0); jax.tree_util.tree_flatten(tree)[1]; jax.tree_util.tree_all({"a": True}); jax.tree_util.tree_map(lambda v: v, {"a": 1}, {"b": 1}); jax.flatten_util.ravel_pytree({"a": x, "b": 1.0})[0]; jax.flatten_util.ravel_pytree({"a": x, "b": m})[1](jnp.arange(9.0)); jax.tree.leaves(None); jax.tree_util.tree_map_with_path(lambda p, v: jax.tree_util.keystr(p), tree)
jax.jit(lambda v: jnp.unique(v, size=4, return_index=True, return_inverse=True, return_counts=True))(n % 3); jnp.unique(jnp.array([jnp.nan, 1.0, jnp.nan]), size=3); jnp.unique(n % 2, axis=0, size=3); jax.jit(lambda v: jnp.where(v > 1, size=2)[0])(x); lax.scan(lambda q, _: (jax.random.split(q)[0], jax.random.uniform(q)), key, None, length=3); lax.scan(lambda q, j: (q.at[j].add(1.0), q[j]), jnp.zeros(3), jnp.array([0, 0, 7])); jax.vmap(lambda j: x[j])(jnp.array([0, 5, -1])); jax.vmap(lambda j: x.at[j].set(0.0))(jnp.array([0, 5, -1]))
jax.vmap(lambda p: p["a"] + p["b"], in_axes=({"a": 0, "b": None},))({"a": x, "b": 1.0}); jax.vmap(lambda v, q: v + q)(x, m); lax.scan(lambda q, v: (jnp.stack([q, q]), q), 0.0, x); lax.while_loop(lambda q: q < 3, lambda q: q + 1.0, jnp.int32(0)); jax.grad(lambda z: jnp.abs(z) ** 2)(c[0]); jax.grad(lambda z: z ** 2, holomorphic=True)(1 + 2j); jax.hessian(lambda p: (p["a"] ** 2).sum() * p["b"])({"a": x[:2], "b": x[0]}); jax.grad(jax.custom_gradient(lambda v: (v ** 2, lambda g: (g * 10,))))(3.0); jax.vmap(lambda v: lax.while_loop(lambda q: q < 10, lambda q: q * 2, v))(x)
jax.vmap(lambda v: lax.cond(v > 1, lambda q: q * 2, lambda q: -q, v))(x); jax.jit(lambda v: jax.pure_callback(lambda q: np.asarray(q) * 2, jax.ShapeDtypeStruct((3,), "float32"), v))(x); jnp.repeat(x, i); jnp.nonzero(i > 1, size=5, fill_value=-1); jnp.linspace(0, 10, 5, dtype=int); (x > 1) * 2; (x > 1) + (x > 2); (x > 1) - (x > 2); i.astype(jnp.float16).var(); m.sum(axis=(0, 1)); x.view(jnp.int32); lax.div(jnp.array([7, -7]), 2); jnp.array([[1], [1, 2]]); jnp.concatenate([x, 2.0]); jax.nn.softmax(jnp.array([1, 2])); jnp.histogram(x, bins=jnp.array([0.0, 2.0, 4.0])); m.reshape(jnp.array([3, 2])); jnp.zeros((np.int64(2),))
jnp.take(m, jnp.array([0, 7]), axis=1); m.at[:, jnp.array([0, 7])].get(mode="fill", fill_value=-1.0); jax.jit(lambda v, q: (v.at[:, q].get(mode="fill"), v.at[:, q].set(9.0), v[:, q]))(m, jnp.array([0, 7])); jax.grad(lambda v: v.at[:, jnp.array([0, 7])].set(0.0).sum())(m); m.at[jnp.array([[0], [1]]), jnp.array([0, 7])].get(mode="fill", fill_value=0.0); m[0, jnp.array(-9)]; m.at[jnp.array(5)].set(0.0)
jax.eval_shape(lambda v: v @ v.T, m); jax.ShapeDtypeStruct((2,), jnp.float32); jax.devices(); jax.device_count(); jax.default_backend(); jax.device_put(a); jax.device_put({"a": 1.0}); jax.device_get(x); jax.config.jax_enable_x64; jax.config.update("jax_foo", 1); jax.local_device_count(); jax.jit(lambda v: v * 2).lower(x).compile()(x); jax.checkpoint(jnp.sin)(x); jax.grad(jax.checkpoint(lambda v: jnp.sin(v).sum()))(x); jax.make_jaxpr(jnp.sin)(x) is not None; jax.block_until_ready(x); jax.process_index(); jax.numpy is jnp; jax.named_call(jnp.sin)(x)
str(jax.make_jaxpr(jnp.sin)(x)); str(jax.make_jaxpr(lambda v: (jnp.tanh(v) * 2.0 + 1) / (3 - v) - y)(x)); str(jax.make_jaxpr(lambda v: (v, -v))(1.0)); lax.exp_p.bind(x); lax.exp_p.name; str(lax.max_p); [str(e.primitive) for e in jax.make_jaxpr(lambda v: v.sum() * v.max() ** 2.5)(x).eqns]; jax.make_jaxpr(jnp.exp)(x).eqns[0].primitive is lax.exp_p; jax.make_jaxpr(jnp.exp)(x).in_avals; lax.add_p.bind(1.0, x)
jnp.polydiv(x, y); jnp.polydiv(x, y[:2]); jax.jit(jnp.polydiv)(x, y[:2]); jnp.polydiv(i, i[:1]); jnp.polydiv(x[:1], y); jax.vmap(jnp.polydiv)(m + 1.0, jnp.ones((2, 2))); jnp.polydiv(jnp.array([1.0, 3.0, 2.0]), jnp.array([1.0, 1.0]), trim_leading_zeros=True)
jax.ops.segment_sum(x, jnp.array([1, -1, 4]), num_segments=4); jax.ops.segment_prod(x, jnp.array([1, -1, 2])); jax.ops.segment_max(x, jnp.array([-1, 0, -4]), 3); jax.grad(lambda v: jax.ops.segment_sum(v, jnp.array([1, -1, 0]), 2).sum())(x)
x.at[-1].set(5.0, wrap_negative_indices=False); x.at[jnp.array([-1, 0])].add(1.0, wrap_negative_indices=False); x.at[-1].get(mode="fill", wrap_negative_indices=False); x.at[jnp.array([-1, 1])].get(wrap_negative_indices=False); x.at[-1].set(5.0, mode="clip", wrap_negative_indices=False)
lax.rem(3, jnp.array([0, 2, -2])); lax.rem(i, jnp.array([0, 0, 2])); lax.rem(u, jnp.zeros(2, jnp.uint8)); jax.jit(lax.rem)(i, jnp.array([0, 2, 3])); lax.rem(x, y); lax.reduce(u, 0, lax.add, (0,)); lax.reduce(x, 0.0, lax.max, (0,)); lax.index_in_dim(x, -1, keepdims=False)
jnp.polyder(h); jnp.polyder(i); jnp.polyder(x, 2); jnp.argwhere(3); jnp.argwhere(jnp.array(0)); jnp.unique(1.5, return_counts=True); jnp.unique_values(jnp.array([5, 2, 3, 2])); jnp.unique_values([1, 2]); jnp.unique_counts((1, 2)); jnp.unique_all(jnp.array([5, 2, 5])).counts; jax.scipy.special.polygamma(-1, x); jax.nn.logsumexp(jnp.zeros(0), b=jnp.zeros(0))
jnp.gradient(m); jnp.gradient(x); jnp.bincount(jnp.array([-1])); jnp.bincount(jnp.array([-1, 2])); jnp.take(k, 2, axis=-1); jax.scipy.linalg.cholesky(jnp.array([[2.0, 0.0], [1.0, 3.0]])); jax.scipy.linalg.cholesky(jnp.array([[2.0, 0.5], [1.0, 3.0]]), lower=True); jax.scipy.linalg.cho_factor(jnp.array([[2.0, 0.5], [1.0, 3.0]]))[0]; jnp.unique_all(2).values
jnp.cumulative_prod(u); jnp.cumulative_sum(u); jnp.cumulative_sum(s, include_initial=True); jnp.cumulative_sum(3); jnp.cumulative_prod(b); lax.reshape(x, 3)
jax.scipy.linalg.cholesky(-spd); jax.scipy.linalg.cholesky(-spd, lower=True); jax.scipy.linalg.cho_factor(-spd)[0]; jax.scipy.linalg.solve(-spd, x[:2], assume_a="pos"); jax.scipy.linalg.solve(spd, x[:2], assume_a="pos"); jax.scipy.linalg.cholesky(m); jnp.linalg.cholesky(m)
jnp.linalg.svd(spd * jnp.nan)[1]; jnp.linalg.svdvals(spd.at[0, 0].set(jnp.nan)); jnp.linalg.eigvals(spd * jnp.nan); jnp.linalg.pinv(spd * jnp.nan); jnp.linalg.cond(spd * jnp.nan); jnp.linalg.matrix_rank(spd * jnp.nan); jnp.linalg.norm(spd * jnp.nan, "nuc"); jnp.linalg.lstsq(spd * jnp.nan, x[:2])[0]
jax.jit(lambda v: jnp.linalg.svd(v, compute_uv=False))(spd * jnp.nan); jax.vmap(jnp.linalg.svdvals)(jnp.stack([spd, spd * jnp.nan])); jax.scipy.linalg.svd(spd * jnp.nan, compute_uv=False); jnp.linalg.matrix_power(spd, -2); jnp.linalg.pinv(m); jnp.linalg.matrix_rank(m, 0.1); jnp.linalg.cond(m); jnp.linalg.norm(m, 2)
jax.jacrev(lambda v: v)(c); jax.jacrev(lambda v: jnp.abs(v))(c); jax.jacfwd(lambda v: jnp.abs(v))(c); jax.jacfwd(lambda v: v * 1j)(x); jax.jacrev(lambda v: v * 1j)(x); jax.jacfwd(lambda v: v * 1.0)(i); jax.jacrev(lambda v: v * v, holomorphic=True)(c); jax.hessian(lambda v: (v * v).sum())(c); jax.hessian(lambda v: (v * v).sum(), holomorphic=True)(c); jax.jacrev(lambda v: v * 1.0, holomorphic=True)(x)
jax.jacrev(lambda v: v * v)(2.0); jax.jacfwd(lambda v: v * v)(2.0); jax.jacfwd(lambda v: v * jnp.ones(2))(2.0); jax.jacrev(lambda v, q: v * q, argnums=(0, 1))(2.0, x); jax.hessian(lambda v, q: (v * q).sum(), argnums=(0, 1))(2.0, x); jax.jacfwd(lambda v: {"b": (v, v * 2)})(2.0)
jnp.append(2, s); jnp.append(s, 2.5); jnp.append(c, 2.5); jnp.outer(2, s); jnp.kron(2, s); jnp.outer(2, 2.5); jnp.polyadd(w, w); jnp.polymul(w, w); jnp.convolve(w, w); jnp.convolve(w, i); jnp.union1d(s, 2); jnp.union1d(w, 2.0); jnp.intersect1d(2, 2, return_indices=True); jnp.setxor1d(w, 2); jnp.ediff1d(w); jnp.ediff1d(w, to_end=2); jnp.diff(w); jnp.diff(s, append=1); jnp.interp(2.0, w, w); jnp.interp(1, i, i * 1.5); jnp.broadcast_arrays(2, x, m); jnp.broadcast_arrays([1, 2], 3)
jnp.round(2.5, 1); jnp.around(2); jnp.around(True); jnp.extract(True, 2.0); jnp.extract(b, w); jnp.extract(b, -1); jnp.compress(b, m, axis=0); jnp.compress(b[:2], m, axis=0); jnp.imag((1, 2)); jnp.flip((1, 2)); jnp.arange(2, dtype=bool); lax.reduce_and(x, (0,)); lax.reduce_or(i, (0,)); lax.pad(h, 0.0, [(1, 0, 1)]); lax.pad(x, 0.0, [(1, 0, 1)]); lax.broadcast(x, (-1,)); lax.concatenate([m, m], -1); lax.bitcast_convert_type(jnp.uint32([0, 1]), jnp.float64)
jax.scipy.stats.norm.pdf(1.5); jax.scipy.stats.norm.cdf(1.5); jax.scipy.stats.norm.pdf(i, 1.5); jax.scipy.stats.cauchy.logpdf(1.5); jax.scipy.stats.beta.logpdf(0.5, 1, 2.5); jax.scipy.stats.truncnorm.pdf(0.5, 0.0, 1.0); jax.scipy.special.spence(3.0); jax.scipy.special.beta(1, 2.5); jax.scipy.special.poch(1.5, 2); jax.scipy.special.factorial(3.0)
lax.fori_loop(0, 3, lambda j, q: q + 1j, 0); lax.while_loop(lambda q: jnp.abs(q) < 3, lambda q: q + 1.5, 0); lax.scan(lambda q, v: (q + v, None), jnp.arange(3) * 1.0, m * 1j); jax.vjp(lambda v: v[: v.sum()], x); x[:2.0]; x[: jnp.array(2.0)]; x["a":]; jax.jit(lambda v: v[: v[0]])(i)
"""


def expressions():
    return [e.strip() for line in EXPRESSIONS.strip().splitlines() for e in line.split("; ")]


PROGRAMS = {}


def program(f):
    PROGRAMS[f.__name__] = f
    return f


@program
def mlp_by_sgd(jax, jnp, np):
    def init(key, sizes):
        keys = jax.random.split(key, len(sizes) - 1)
        return [
            {"w": jax.random.normal(k, (i, o)) / jnp.sqrt(i), "b": jnp.zeros(o)}
            for k, i, o in zip(keys, sizes[:-1], sizes[1:], strict=True)
        ]

    def predict(params, x):
        for layer in params[:-1]:
            x = jnp.tanh(x @ layer["w"] + layer["b"])
        return x @ params[-1]["w"] + params[-1]["b"]

    def loss(params, x, y):
        return jnp.mean((predict(params, x) - y) ** 2)

    @jax.jit
    def step(params, x, y):
        value, grads = jax.value_and_grad(loss)(params, x, y)
        return jax.tree_util.tree_map(lambda p, g: p - 0.1 * g, params, grads), value

    x = jnp.linspace(-1, 1, 16)[:, None]
    y = jnp.sin(3 * x)
    params = init(jax.random.PRNGKey(0), [1, 8, 8, 1])
    for _ in range(20):
        params, value = step(params, x, y)
    return params, value


@program
def adam_by_tree_map(jax, jnp, np):
    def loss(p):
        return jnp.sum((p["a"] - 3.0) ** 2) + jnp.sum(jnp.abs(p["b"]))

    zeros = jax.tree.map(jnp.zeros_like, p0 := {"a": jnp.ones(3), "b": jnp.array([[1.0, -2.0]])})

    @jax.jit
    def update(i, p, m, v):
        g = jax.grad(loss)(p)
        m = jax.tree.map(lambda m, g: 0.9 * m + 0.1 * g, m, g)
        v = jax.tree.map(lambda v, g: 0.999 * v + 0.001 * g**2, v, g)
        p = jax.tree.map(
            lambda p, m, v: p - 0.1 * (m / (1 - 0.9 ** (i + 1))) / (jnp.sqrt(v / (1 - 0.999 ** (i + 1))) + 1e-8),
            p,
            m,
            v,
        )
        return p, m, v

    p, m, v = p0, zeros, zeros
    for i in range(10):
        p, m, v = update(i, p, m, v)
    return p, v


@program
def rnn_by_scan(jax, jnp, np):
    key = jax.random.key(1)
    k1, k2, k3 = jax.random.split(key, 3)
    params = {"wx": jax.random.normal(k1, (3, 4)) * 0.3, "wh": jax.random.normal(k2, (4, 4)) * 0.3}
    xs = jax.random.normal(k3, (5, 3))

    def run(params, xs):
        def cell(h, x):
            h = jnp.tanh(x @ params["wx"] + h @ params["wh"])
            return h, h

        return jax.lax.scan(cell, jnp.zeros(4), xs)

    return run(params, xs), jax.grad(lambda p: run(p, xs)[1].sum())(params)


@program
def per_example_gradients(jax, jnp, np):
    w = jnp.array([0.5, -0.3])
    xs = jnp.array([[1.0, 2.0], [3.0, -1.0], [0.0, 1.0]])
    ys = jnp.array([1, 0, 1])

    def loss(w, x, y):
        logit = jnp.dot(x, w)
        return jnp.logaddexp(0.0, logit) - y * logit

    return jax.vmap(jax.grad(loss), in_axes=(None, 0, 0))(w, xs, ys), jax.jit(jax.vmap(loss, (None, 0, 0)))(w, xs, ys)


@program
def newton_by_while_loop(jax, jnp, np):
    def root(f, x0):
        df = jax.grad(f)

        def cond(state):
            x, i = state
            return (jnp.abs(f(x)) > 1e-5) & (i < 50)

        def body(state):
            x, i = state
            return x - f(x) / df(x), i + 1

        return jax.lax.while_loop(cond, body, (x0, 0))

    return root(lambda x: x**3 - 2.0, 1.0), jax.jit(lambda x: root(lambda v: jnp.cos(v) - v, x))(jnp.float32(0.5))


@program
def custom_vjp_clip(jax, jnp, np):
    from functools import partial

    @partial(jax.custom_vjp, nondiff_argnums=(0,))
    def clip_gradient(bound, x):
        return x

    def fwd(bound, x):
        return x, None

    def bwd(bound, _, g):
        return (jnp.clip(g, -bound, bound),)

    clip_gradient.defvjp(fwd, bwd)

    @jax.custom_jvp
    def log1pexp(x):
        return jnp.log(1.0 + jnp.exp(x))

    @log1pexp.defjvp
    def log1pexp_jvp(primals, tangents):
        (x,), (t,) = primals, tangents
        return log1pexp(x), (1 - 1 / (1 + jnp.exp(x))) * t

    x = jnp.array([1.0, 5.0])
    return (
        jax.grad(lambda x: jnp.sum(clip_gradient(1.5, x) ** 2))(x),
        jax.grad(log1pexp)(100.0),
        jax.vmap(jax.jit(jax.grad(jax.grad(log1pexp))))(x),
    )


@program
def metropolis(jax, jnp, np):
    def step(carry, key):
        x, logp = carry
        k1, k2 = jax.random.split(key)
        new = x + 0.5 * jax.random.normal(k1)
        new_logp = -0.5 * new**2
        accept = jnp.log(jax.random.uniform(k2)) < new_logp - logp
        x, logp = jnp.where(accept, new, x), jnp.where(accept, new_logp, logp)
        return (x, logp), x

    keys = jax.random.split(jax.random.key(3), 50)
    (x, logp), xs = jax.lax.scan(step, (0.0, 0.0), keys)
    return x, xs.mean(), xs


@program
def hessians(jax, jnp, np):
    def rosenbrock(x):
        return jnp.sum(100.0 * (x[1:] - x[:-1] ** 2) ** 2 + (1 - x[:-1]) ** 2)

    x = jnp.array([1.2, 0.8, 1.1])
    v = jnp.array([1.0, 0.0, -1.0])
    hvp = jax.jvp(jax.grad(rosenbrock), (x,), (v,))[1]
    return (
        jax.hessian(rosenbrock)(x),
        hvp,
        jax.jacfwd(jax.grad(rosenbrock))(x),
        jax.jacrev(jax.jit(jax.grad(rosenbrock)))(x),
    )


@program
def game_of_life(jax, jnp, np):
    @jax.jit
    def step(board):
        total = sum(jnp.roll(board, (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0))
        return ((total == 3) | ((board == 1) & (total == 2))).astype(jnp.int32)

    board = jnp.zeros((6, 6), jnp.int32).at[1, 2].set(1).at[2, 3].set(1).at[3, jnp.array([1, 2, 3])].set(1)
    for _ in range(4):
        board = step(board)
    return board


@program
def sieve_with_at(jax, jnp, np):
    def body(i, prime):
        multiples = jnp.arange(30) % i == 0
        return jnp.where(multiples & (jnp.arange(30) > i), False, prime)

    prime = jnp.ones(30, bool).at[:2].set(False)
    prime = jax.lax.fori_loop(2, 6, body, prime)
    fib = jax.lax.fori_loop(2, 10, lambda i, f: f.at[i].set(f[i - 1] + f[i - 2]), jnp.zeros(10, int).at[1].set(1))
    return jnp.nonzero(prime)[0], fib, jnp.zeros(4).at[jnp.array([1, 1, 9])].add(2.0)


@program
def static_arguments(jax, jnp, np):
    from functools import partial

    traces = []

    @partial(jax.jit, static_argnames=("n", "flip"))
    def power(x, n, flip=False):
        traces.append(n)
        return -(x**n) if flip else x**n

    class Model:
        def __init__(self, w):
            self.w = w

        @partial(jax.jit, static_argnums=0)
        def __call__(self, x):
            return self.w * x

    out = [power(2.0, n=3), power(3.0, n=3), power(jnp.float32(2.0), n=2, flip=True), Model(3)(jnp.arange(3))]
    return out, traces


@program
def ravelled(jax, jnp, np):
    params = {"w": jnp.arange(4.0).reshape(2, 2), "b": jnp.array([1, 2])}
    flat, unravel = jax.flatten_util.ravel_pytree(params)

    def loss(flat):
        p = unravel(flat)
        return jnp.sum(p["w"] ** 2)

    return flat, unravel(flat * 2), jax.grad(loss)(flat)


@program
def printed(jax, jnp, np):
    @jax.jit
    def f(x):
        jax.debug.print("x = {x}, and {}", x + 1, x=x)
        y = x / 4
        jax.debug.print("y: {y:.3f}", y=y[0])
        return y

    print(f(jnp.array([1.0, 2.0])))
    print(jnp.arange(4), [jnp.float32(1.5)], {"a": jnp.ones(2)})
    return None


@program
def dataclass_tree(jax, jnp, np):
    from typing import NamedTuple

    class State(NamedTuple):
        x: object
        v: object

    @jax.tree_util.register_pytree_node_class
    class Spring:
        def __init__(self, k):
            self.k = k

        def tree_flatten(self):
            return (self.k,), None

        @classmethod
        def tree_unflatten(cls, aux, children):
            return cls(*children)

    @jax.jit
    def energy(spring, state):
        return 0.5 * spring.k * state.x**2 + 0.5 * state.v**2

    @jax.jit
    def leapfrog(spring, state):
        force = -jax.grad(energy, argnums=1)(spring, state).x
        v = state.v + 0.1 * force
        return State(state.x + 0.1 * v, v)

    state = State(1.0, 0.0)
    for _ in range(5):
        state = leapfrog(Spring(2.0), state)
    return state, jax.grad(energy)(Spring(2.0), state).k


@program
def checkpointed_and_linearized(jax, jnp, np):
    def layer(x, w):
        return jnp.sin(x @ w)

    ws = jnp.stack([jnp.eye(3) * s for s in (0.5, 1.0, 1.5)])

    def net(x, ws):
        x, _ = jax.lax.scan(lambda x, w: (jax.checkpoint(layer)(x, w), None), x, ws)
        return x.sum()

    x = jnp.array([0.1, 0.2, 0.3])
    value, f_jvp = jax.linearize(lambda x: net(x, ws), x)
    return jax.grad(net, argnums=1)(x, ws), value, f_jvp(x), f_jvp(-x)


@program
def convolution(jax, jnp, np):
    x = jnp.arange(32.0).reshape(1, 4, 4, 2) / 10
    k = jax.random.normal(jax.random.key(0), (3, 3, 2, 3))

    def net(k):
        y = jax.lax.conv_general_dilated(x, k, (1, 1), "SAME", dimension_numbers=("NHWC", "HWIO", "NHWC"))
        y = jax.lax.reduce_window(jax.nn.relu(y), -jnp.inf, jax.lax.max, (1, 2, 2, 1), (1, 2, 2, 1), "VALID")
        return jnp.mean(y)

    return jax.value_and_grad(net)(k)


@program
def x64(jax, jnp, np):
    jax.config.update("jax_enable_x64", True)  # (until its outcome is written down)
    x = jnp.linspace(0, 1, 3)
    return (
        x, jnp.arange(3), jnp.sum(jnp.arange(3)), jax.grad(lambda v: jnp.sin(v).sum())(x), x.astype(jnp.float32) + 1.0, jnp.array(1) + x,
        jax.jit(lambda v: v * 2)(1), jax.random.uniform(jax.random.key(0), (2,)), jnp.array([1.5]) * np.float32(2), jnp.float32(1) + 1,
        jnp.arange(3, dtype=jnp.int32) / 2, jax.random.randint(jax.random.key(0), (2,), 0, 9),
    )  # fmt: skip


@program
def gaussian_process(jax, jnp, np):
    x = jnp.linspace(0, 1, 6)
    y = jnp.sin(4 * x)

    def nll(theta):
        length, noise = jnp.exp(theta)
        cov = jnp.exp(-0.5 * (x[:, None] - x) ** 2 / length**2) + noise * jnp.eye(6)
        chol = jnp.linalg.cholesky(cov)
        alpha = jax.scipy.linalg.cho_solve((chol, True), y)
        return 0.5 * y @ alpha + jnp.sum(jnp.log(jnp.diag(chol)))

    theta = jnp.log(jnp.array([0.3, 0.1]))
    step = jax.jit(lambda t: t - 0.05 * jax.grad(nll)(t))
    for _ in range(5):
        theta = step(theta)
    return theta, nll(theta)


@program
def implicit_differentiation(jax, jnp, np):
    def root_of(a):
        def f(x):
            return x**2 - a

        def solve(f, x):
            return jax.lax.fori_loop(0, 20, lambda _, x: x - f(x) / jax.grad(f)(x), x)

        return jax.lax.custom_root(f, 1.0, solve, lambda g, y: y / g(1.0))

    def solved(s, b):
        m = jnp.array([[2.0, 0.5], [0.5, 1.0]]) * s

        def solve(matvec, b):
            return jnp.linalg.solve(jax.jacobian(matvec)(b), b)

        return jax.lax.custom_linear_solve(lambda x: m @ x, b, solve, symmetric=True)

    b = jnp.array([1.0, 2.0])
    return root_of(2.0), jax.grad(root_of)(2.0), solved(1.0, b), jax.grad(lambda s: solved(s, b).sum())(1.0)


@program
def segments_and_vectorize(jax, jnp, np):
    data, ids = jnp.array([1.0, 2.0, 3.0, 4.0]), jnp.array([0, 0, 2, 5])
    inner = jnp.vectorize(lambda a, b: a @ b, signature="(m,n),(n)->(m)")
    return (
        jax.ops.segment_sum(data, ids, num_segments=3), jax.ops.segment_max(data, ids, num_segments=3),
        jax.jit(lambda d, i: jax.ops.segment_sum(d, i, 4))(data, ids), inner(jnp.ones((2, 1, 3, 2)), jnp.ones((4, 2))).shape,
        jax.grad(lambda d: (jax.ops.segment_sum(d, ids, 3) ** 2).sum())(data),
    )  # fmt: skip


@program
def mode_of_named_axes(jax, jnp, np):
    def normalized(x):
        return x / jnp.sqrt(jax.lax.psum(x**2, "i"))

    x = jnp.arange(1.0, 4.0)
    return (
        jax.vmap(normalized, axis_name="i")(x), jax.vmap(lambda x: jax.lax.axis_index("i") + x, axis_name="i")(x),
        jax.jit(jax.vmap(jax.grad(lambda x: jax.lax.pmean(x**2, "i")), axis_name="i"))(x),
    )  # fmt: skip


@program
def stax_and_optimizers(jax, jnp, np):
    optimizers, stax = jax.example_libraries.optimizers, jax.example_libraries.stax
    init, apply = stax.serial(
        stax.Conv(3, (3, 3), padding="SAME"), stax.BatchNorm(), stax.Relu, stax.MaxPool((2, 2), strides=(2, 2)), stax.FanOut(2),
        stax.parallel(stax.Identity, stax.Conv(3, (1, 1))), stax.FanInSum, stax.AvgPool((2, 2)), stax.Flatten, stax.Dense(4),
        stax.Dropout(0.9), stax.Dense(3), stax.LogSoftmax,
    )  # fmt: skip
    params = init(jax.random.PRNGKey(0), (5, 6, 6, 2))[1]
    x, y = jax.random.normal(jax.random.PRNGKey(1), (5, 6, 6, 2)), jax.nn.one_hot(jnp.arange(5) % 3, 3)

    def loss(params, rng):
        return -(apply(params, x, rng=rng) * y).sum(1).mean()

    found = {}
    for name, (start, update, get) in {
        "adam": optimizers.adam(1e-2), "sgd": optimizers.sgd(optimizers.exponential_decay(0.1, 10, 0.9)),
        "momentum": optimizers.momentum(0.1, 0.9), "nesterov": optimizers.nesterov(0.1, 0.9), "rmsprop": optimizers.rmsprop(1e-2),
        "rmsprop_momentum": optimizers.rmsprop_momentum(1e-2), "adamax": optimizers.adamax(1e-2),
    }.items():  # fmt: skip

        @jax.jit
        def step(i, state, rng, update=update, get=get):
            value, grads = jax.value_and_grad(loss)(get(state), rng)
            return update(i, optimizers.clip_grads(grads, 5.0), state), value

        state = start(params)
        for i in range(3):
            state, value = step(i, state, jax.random.PRNGKey(i))
        found[name] = value, optimizers.l2_norm(get(state))
    schedules = (
        optimizers.inverse_time_decay(0.1, 10, 0.5, True),
        optimizers.piecewise_constant([2, 5], [1.0, 0.5, 0.1]),
    )
    return found, [float(s(7)) for s in (*schedules, optimizers.polynomial_decay(0.1, 10, 0.01))]


@program
def value_iteration_and_reinforce(jax, jnp, np):
    def move(s, a):
        r = jnp.clip(s // 3 + jnp.array([-1, 1, 0, 0])[a], 0, 2)
        return r * 3 + jnp.clip(s % 3 + jnp.array([0, 0, -1, 1])[a], 0, 2)

    nexts = jax.vmap(lambda s: jax.vmap(lambda a: move(s, a))(jnp.arange(4)))(jnp.arange(9))
    reward = jnp.zeros(9).at[8].set(1.0)
    values, _ = jax.lax.scan(
        lambda v, _: ((reward[nexts] + 0.9 * v[nexts]).max(1), None), jnp.zeros(9), None, length=20
    )

    def rollout(key, theta):
        def step(carry, key):
            s, logp = carry
            a = jax.random.categorical(key, theta[s])
            return (move(s, a), logp + jax.nn.log_softmax(theta[s])[a]), reward[move(s, a)]

        (_, logp), rewards = jax.lax.scan(step, (0, 0.0), jax.random.split(key, 8))
        return logp, rewards.sum()

    def objective(theta, key):
        logp, total = jax.vmap(rollout, (0, None))(jax.random.split(key, 4), theta)
        return (logp * jax.lax.stop_gradient(total - total.mean())).mean(), total

    return values, jax.jit(jax.grad(objective, has_aux=True))(jnp.zeros((9, 4)), jax.random.key(5))


# ------------------------------------------------------------------------------------------------ outcomes


@program
def interpreting_a_jaxpr(jax, jnp, np):
    from functools import wraps

    core, lax = jax.extend.core, jax.lax
    inverses = {lax.exp_p: jnp.log, lax.tanh_p: jnp.arctanh, lax.neg_p: jnp.negative}

    def inverse(f):
        @wraps(f)
        def inverted(*args):
            closed = jax.make_jaxpr(f)(*args)
            env = dict(zip(closed.jaxpr.outvars, args, strict=True))
            for eqn in closed.jaxpr.eqns[::-1]:
                if eqn.primitive not in inverses:
                    raise NotImplementedError(f"{eqn.primitive} does not have registered inverse.")
                env[eqn.invars[0]] = inverses[eqn.primitive](env[eqn.outvars[0]])
            return env[closed.jaxpr.invars[0]]

        return inverted

    def evaluate(closed, *args):
        env = dict(zip([*closed.jaxpr.invars, *closed.jaxpr.constvars], [*args, *closed.consts], strict=True))
        read = lambda v: v.val if isinstance(v, core.Literal) else env[v]  # noqa: E731
        for eqn in closed.jaxpr.eqns:
            out = eqn.primitive.bind(*map(read, eqn.invars), **eqn.params)
            env.update(zip(eqn.outvars, out if eqn.primitive.multiple_results else [out], strict=True))
        return [read(v) for v in closed.jaxpr.outvars]

    x = jnp.array([0.5, 1.0])
    f = lambda v: jnp.exp(jnp.tanh(-v))  # noqa: E731
    print(jax.make_jaxpr(inverse(f))(f(x)))
    try:
        inverse(lambda v: jnp.sin(v))(x)
    except NotImplementedError as error:
        print(error)
    g = lambda v: jax.lax.scan(lambda c, a: (c * a, c + a), v[0] * 2, jnp.array([1.0, 3.0]) * v)  # noqa: E731
    closed = jax.make_jaxpr(g)(x)
    return (
        inverse(f)(f(x)),
        jax.jit(jax.grad(inverse(f)))(1.2),
        evaluate(closed, x),
        jax.vmap(lambda v: evaluate(closed, v))(jnp.ones((2, 2))),
    )


@program
def derivatives_checked(jax, jnp, np):
    check = jax.test_util.check_grads
    f = lambda p, v: jnp.sum(jnp.sin(p["a"] @ v) * p["b"])  # noqa: E731
    params = {"a": jnp.array([[0.5, 1.0], [0.3, -0.2]]), "b": jnp.array(2.0)}
    check(f, (params, jnp.array([0.1, 0.2])), order=1)
    check(lambda v: v**3 * jnp.exp(-v), (0.7,), 2, atol=0.1, rtol=0.1, eps=1e-2)
    wrong = jax.custom_vjp(jnp.sin)
    wrong.defvjp(lambda v: (jnp.sin(v), v), lambda v, ct: (2 * ct * jnp.cos(v),))
    caught = []
    for modes, order in ((["rev"], 1), (["fwd"], 1)):
        try:
            check(wrong, (jnp.array([0.3, 0.4]),), order, modes)
        except Exception as error:
            caught.append([isinstance(error, kind) for kind in (AssertionError, TypeError)])
    return caught


@program
def checkpoint_names(jax, jnp, np):
    name, policies = jax.ad_checkpoint.checkpoint_name, jax.checkpoint_policies

    def f(w, x):
        return jnp.sum(jnp.exp(name(jnp.sin(w @ x) * 2, "z")))

    w, x = jnp.array([[0.5, 1.0], [0.3, -0.2]]), jnp.array([0.1, 0.2])
    jax.ad_checkpoint.print_saved_residuals(jax.checkpoint(f), w, x)
    offload = {"offload_src": "device", "offload_dst": "pinned_host"}
    both = {"names_which_can_be_saved": ["z"], "names_which_can_be_offloaded": []}
    chosen = [
        policies.save_only_these_names("z"),
        policies.offload_dot_with_no_batch_dims(**offload),
        policies.save_and_offload_only_these_names(**both, **offload),
    ]
    return [jax.grad(jax.checkpoint(f, policy=policy))(w, x) for policy in chosen], jax.jit(jax.grad(f))(w, x)


def numbers(v):
    return [str(z) for z in v] if v and isinstance(v[0], complex) else v


def described(r, is_key, jax):
    """A result as JSON: arrays with dtype, weakness, shape and values; containers entry by entry; others by their repr."""
    if type(r).__module__.startswith("numpy") and hasattr(r, "dtype") and hasattr(r, "tolist"):
        return ["np", r.dtype.name, list(r.shape), numbers(r.ravel().tolist())]
    if is_key(r):
        return ["key", list(r.shape), jax.random.key_data(r).ravel().tolist()]
    if hasattr(r, "weak_type") and hasattr(r, "tolist"):
        values = np.asarray(r).ravel().tolist() if r.size <= 120 else []
        return ["array", r.dtype.name, r.weak_type, list(r.shape), numbers(values), repr(r) if r.size <= 12 else None]
    if isinstance(r, dict):
        return {str(k): described(v, is_key, jax) for k, v in sorted(r.items())}
    if isinstance(r, (list, tuple)):
        return [type(r).__name__, *[described(v, is_key, jax) for v in r]]
    return ["other", repr(r)]


IGNORED = "DeprecationWarning", "SideEffectWarning"  # (the latter is funcgrad's own: jax is silent)


def outcome(run, jax, is_key):
    """[result, names of the warnings] of a call, or the built-in kinds of what it raises and its own name."""
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            result = described(run(), is_key, jax)
        except Exception as error:
            kinds = [k.__name__ for k in type(error).__mro__ if k.__module__.endswith(("builtins", "jax.errors"))]
            return ["raises", *[k for k in kinds if k not in ("object", "BaseException", "Exception")]]
        finally:
            jax.config.update("jax_enable_x64", False)
    kinds = sorted({w.category.__name__ for w in caught if w.category.__name__ not in IGNORED})
    return result if not kinds else ["warns", kinds, result]
