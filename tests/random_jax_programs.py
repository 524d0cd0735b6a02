"""Random programs under jax's names: each run by jax and by the swap, and compared.

    python tests/random_jax_programs.py --count 300 --seed 21

A program is Python text that defines `f` and says what is asked of it: its value, or what a stack of transforms makes of it. The body
composes jax's transforms, loops, branches, rules of its own, updates of arrays by `.at`, trees, random draws and linear algebra, of
operands of several dtypes; now and then it makes a mistake that people make. What is compared is what a program sees: dtype, weakness,
shape, values, or the exception's built-in kinds. Invariant: a seed and a number give one program, always the same.
"""

import argparse
import collections
import pathlib
import random
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parent / "expected"), str(pathlib.Path(__file__).parents[1])]
import jax_swap_cases as cases  # noqa: E402
from random_jax_calls import spaces  # noqa: E402
from random_jax_compared import alike, difference  # noqa: E402

# Expressions by the kind of what they give: s a scalar, v a vector of 3, m a matrix of 3 by 3. In a template {s}, {v}, {m} stand for
# expressions of those kinds, {t} for a truth value, {k} for a small integer, {i} for an index of a vector, {f} for a function of a scalar
# (elementwise), {F} for the same in `jax.jit` or so, {g} for a function of a vector that gives a scalar, {h} of a vector that gives a vector.
TEMPLATES = {
    "s": """
{s} + {s}; {s} * {s}; {s} - {n}; {n} * {s}; {s} / (2.0 + jnp.abs({s})); -{s}; {f}({s}); {F}({s}); jnp.sum({v}); {v}.sum(); {v} @ {v}; jnp.dot({v}, {v})
jnp.max({v}); {v}.min(); {v}.mean(); jnp.var({v}); {v}[{i}]; {v}[{ti}]; {m}[{i}, {i}]; jnp.trace({m}); jnp.linalg.norm({v}); jnp.linalg.det({m}); {g}({v}); {G}({v})
jnp.linalg.slogdet({m} @ {m}.T + 2 * jnp.eye(3))[1]; jax.nn.logsumexp({v}); jnp.prod({v}); jnp.where({t}, {s}, {s}); jnp.maximum({s}, {s}); jnp.clip({s}, -1.0, {s})
lax.cond({t}, lambda a: {F}(a), lambda a: a * {n}, {s}); lax.cond({t}, lambda: {s}, lambda: {s}); lax.switch({k}, [lambda a: a, {f}, lambda a: -a], {s})
lax.fori_loop(0, {k}, lambda j, a: a * 0.5 + j, {s}); lax.while_loop(lambda a: jnp.abs(a) > 0.5, lambda a: a / 2, {s}); lax.fori_loop(0, {k}, lambda j, a: a + {v}[j], {s})
lax.scan(lambda c, a: (c + {F}(a), None), {s}, {v})[0]; lax.reduce({v}, 0.0, lax.add, (0,)); jax.grad({f})({s}); jax.grad(jax.grad({f}))({s}); jax.value_and_grad({f})({s})[1]
jax.jvp({f}, ({s},), ({s},))[1]; jax.vjp({f}, {s})[1]({s})[0]; lax.stop_gradient({s}); jnp.float32({s}); jnp.asarray({s}); jnp.average({v}, weights=jnp.exp({v})); jnp.median({v})
jax.random.normal(jax.random.key({k})); jax.random.uniform(jax.random.fold_in(jax.random.key(1), {k})); jnp.linalg.norm({m}); jnp.einsum("i,ij,j", {v}, {m}, {v}); jax.tree.reduce(jnp.add, [{s}, {s}])
jax.nn.relu({s}); jax.nn.gelu({s}); jax.nn.softplus({s}); jax.scipy.special.erf({s}); jax.scipy.stats.norm.logpdf({s}); jnp.logaddexp({s}, {s}); jnp.hypot({s}, {s}); jnp.arctan2({s}, {s})
{v}.at[{i}].get(); {v}.at[{k}].get(mode="fill", fill_value=0.0); jnp.take({v}, {i}); jnp.argmax({v}) * {s}; jnp.sqrt(jnp.abs({s}) + 1); jnp.count_nonzero({v} > {s}); jnp.sign({s}) * {s}
lax.select({s} > 0, {s} * 1.0, {s} * 1.0); jnp.linalg.eigvalsh({m} + {m}.T)[{i}]; jax.checkpoint({f})({s}); (lambda a: a.astype(jnp.int32) + {s})({s}); jnp.mod({s}, 2.0); {s} ** 2; {s} // 2
""",
    "v": """
{v} + {v}; {v} * {s}; {v} - {v}; {s} / (1 + {v} ** 2); {f}({v}); {F}({v}); {h}({v}); {H}({v}); {m} @ {v}; {v} @ {m}; {m}.sum(axis=0); {m}.max(1); jnp.mean({m}, axis=0); {m}[{i}]; {m}[:, {i}]; {v}[::-1]; jnp.roll({v}, {k})
{v}.at[{i}].set({s}); {v}.at[{i}].add({s}); {v}.at[{i}].mul({s}); {v}.at[{ia}].add({s}); {v}.at[{ia}].set({v}); {v}.at[1:].set({s}); {v}.at[{i}].min({s}); {v}.at[{i}].max({s}); {v}.at[{i}].divide(2.0); {v}.at[{i}].power(2); {v}.at[{i}].apply({f})
{v}.at[{ti}].set({s}); {v}.at[{oi}].set({s}, mode={mode}); {v}.at[{oi}].add({s}, mode={mode}); {v}.at[{oi}].get(mode={gmode}); {v}.at[{v} > 0].set({s}); {v}.at[{v} > 0].multiply({s}); {v}.at[...].add({v}); {v}.at[None].add({v})[0]; {v}.at[::2].add({v}[:2]); {v}.at[{ia}].max({s}); {v}.at[{ia}].mul({s})
jnp.cumsum({v}); jnp.cumprod({v}); jnp.sort({v}); {v}[jnp.argsort({v})]; jnp.where({v} > {s}, {v}, {s}); jnp.where({t}, {v}, {v}); jnp.clip({v}, -1, 1); jnp.stack([{s}, {s}, {s}]); jnp.array([{s}, {s}, {n}]); jnp.concatenate([{v}[:1], {v}[1:]]); jnp.append({v}[:2], {s})
jax.vmap({f})({v}); jax.vmap({g})({m}); jax.vmap(lambda a, b: a * b, in_axes=(0, None))({v}, {s}); jax.vmap({g}, in_axes=1)({m}); lax.map({f}, {v}); lax.scan(lambda c, a: (c * 0.5 + a, c), {s} * 1.0, {v})[1]; lax.scan(lambda c, a: ({h}(c) * 0.5 + a, None), {v} * 1.0, {m})[0]
lax.scan(lambda c, a: (c, {F}(a)), 0, {v})[1]; lax.scan(lambda c, a: (c + 1, a * c), 0, {v}, reverse=True)[1]; lax.associative_scan(jnp.add, {v}); lax.associative_scan(lambda a, b: a * b, {v}, reverse=True); lax.cumsum({v} * 1.0); lax.cummax({v} * 1.0)
lax.fori_loop(0, {k}, lambda j, a: a.at[j].set(a[j - 1] * 0.5), {v} * 1.0); lax.cond({t}, {h}, lambda a: a * 1.0, {v}); lax.cond({s} > 0, lambda a: a, lambda a: -a, {v}); lax.switch({k}, [{h}, lambda a: a * 2, lambda a: a + 1.0], {v}); lax.while_loop(lambda c: c[0] < {k}, lambda c: (c[0] + 1, c[1] * 0.5), (0, {v} * 1.0))[1]
jax.grad({g})({v}); jax.jit(jax.grad({g}))({v}); jax.grad(lambda a: {g}({h}(a)))({v}); jax.value_and_grad({g})({v})[1]; jax.jvp({h}, ({v},), ({v},))[1]; jax.vjp({h}, {v})[1]({v})[0]; jax.linearize({h}, {v})[1]({v}); jax.vmap(jax.grad({f}))({v}); jax.jacfwd({h})({v}).sum(0); jax.hessian({g})({v})[{i}]
jax.grad(lambda p: {g}(p["a"]) + {g}(p["b"][0]))({"a": {v}, "b": [{v}]})["a"]; jax.tree.map({f}, {"a": {v}})["a"]; jax.tree.map(jnp.add, ({v}, {s}), ({v}, {n}))[0]; jax.flatten_util.ravel_pytree(({s}, {v}[:2]))[0]; jax.checkpoint({h})({v}); lax.stop_gradient({v})
jnp.linalg.solve({m} + 4 * jnp.eye(3), {v}); jnp.linalg.eigvalsh({m} + {m}.T); jnp.diag({m}); jnp.linalg.svd({m} + 3 * jnp.eye(3), compute_uv=False); jax.scipy.linalg.solve_triangular({m} + 3 * jnp.eye(3), {v}, lower=True); jnp.fft.fft({v}).real; jnp.fft.ifft({v}).imag; jnp.convolve({v}, {v}, mode="same"); jnp.interp({v}, jnp.array([-1.0, 0.0, 2.0]), {v})
jax.nn.softmax({v}); jax.nn.log_softmax({v}); jax.nn.relu({v}); jax.nn.one_hot({k}, 3); jax.nn.silu({v}); jax.nn.elu({v}); jax.nn.standardize({v}); jax.random.normal(jax.random.key({k}), (3,)); jax.random.permutation(jax.random.key({k}), {v}); jax.vmap(lambda k: jax.random.uniform(k))(jax.random.split(jax.random.key({k}), 3)); jax.random.randint(jax.random.key({k}), (3,), 0, 5)
{v}.astype(jnp.float16); {v}.astype({d}); jnp.broadcast_to({s}, (3,)); jnp.full((3,), {s}); jnp.zeros_like({v}) + {s}; jnp.arange(3) * {s}; jnp.linspace({s}, {s}, 3); jnp.diff({v}, append={s}); jnp.einsum("ij,j->i", {m}, {v}); jnp.cross({v}, {v}); jnp.select([{v} > 1, {v} > 0], [{v}, {v}], {s}); jnp.take({v}, {ia}); jnp.take_along_axis({v}, jnp.argsort({v}), 0)
lax.dynamic_slice({m}, ({k}, 0), (1, 3))[0]; lax.dynamic_update_slice({v} * 1.0, jnp.ones(1, ({v} * 1.0).dtype), ({k},)); jax.ops.segment_sum({v}, {ia}, num_segments=3); lax.dynamic_index_in_dim({m}, {k}, keepdims=False); jnp.repeat({v}[:1], 3); jnp.pad({v}[1:], (1, 0)); jnp.tile({v}[:1], 3); jnp.flip({v}); lax.top_k({v}, 3)[0]; jnp.unique({v}, size=3, fill_value=0); jnp.nan_to_num({v}); jnp.piecewise({v}, [{v} > 0], [{f}, {f}])
jnp.vectorize({f})({v}); jnp.vectorize({g}, signature="(n)->()")({m}); jax.jit({h}, static_argnums=())({v}); jax.linear_transpose(lambda a: a * {n}, {v} * 1.0)({v} * 1.0)[0]; jnp.apply_along_axis({g}, 0, {m}); jnp.polyval({v}, {v}); jnp.ravel({m})[:3]; {m}.reshape(-1)[{ia}]; jnp.split({v}, 3)[{i}] + {v}; jnp.bincount({ia}, length=3) * {v}; jnp.searchsorted(jnp.sort({v}), {v}); jax.lax.sort({v} * 1.0)
""",
    "m": """
{m} + {m}; {m} * {v}; {m} * {s}; {v}[:, None] * {v}; jnp.outer({v}, {v}); {m} @ {m}; {m}.T; {f}({m}); {F}({m}); jax.vmap({h})({m}); jax.vmap({h}, in_axes=1, out_axes=1)({m}); jax.vmap(lambda a: a * {v})({v}); {m}.at[{i}].set({v}); {m}.at[:, {i}].add({v}); {m}.at[{i}, {i}].mul({s}); {m}.at[{ia}, {ia}].add({v}); {m}.at[jnp.ix_({ia}, {ia})].set({s}); {m}.at[{t3}].set({s})
jax.jacfwd({h})({v}); jax.jacrev({h})({v}); jax.hessian({g})({v}); jnp.linalg.inv({m} + 5 * jnp.eye(3)); jnp.linalg.cholesky({m} @ {m}.T + 3 * jnp.eye(3)); jax.scipy.linalg.expm({m} * 0.2); jnp.linalg.qr({m} + 3 * jnp.eye(3))[1]; jnp.stack([{v}, {v}, {v}]); jnp.stack([{v}, {v}, {v}], axis=1); jnp.diag({v}); jnp.eye(3) * {s}; jnp.tril({m}); jnp.where({m} > 0, {m}, {v}); jnp.kron({v}[:1], {m}); jnp.tensordot({v}, {v}, 0); jnp.linalg.matrix_power({m}, 2)
lax.scan(lambda c, a: (c + a, c * a), {v} * 1.0, {m} * 1.0)[1]; lax.map({h}, {m}); jax.nn.softmax({m}, axis=0); jnp.cumsum({m}, axis=1); jnp.sort({m}, axis=0); jax.random.normal(jax.random.key({k}), (3, 3)); jnp.vander({v}, 3); jnp.einsum("i,j->ij", {v}, {v}); jnp.linalg.pinv({m} + 4 * jnp.eye(3)); jnp.linalg.eigh({m} + {m}.T)[0] * {m}; jax.lax.dot({m} * 1.0, ({m} * 1.0)); jnp.corrcoef({m}); jnp.cov({m}); jnp.concatenate([{m}[:1], {m}[1:]]); lax.cond({t}, lambda a: a.T, lambda a: a, {m})
""",
    "t": """
{s} > 0; {s} < {s}; jnp.any({v} > {s}); jnp.all({v} > 0); True; False; jnp.isfinite({s}); {v}[{i}] >= 1; jnp.logical_not({s} > 0); jnp.array(True); {k} == 1
""",
}  # fmt: skip
FUNCTIONS = {
    "f": "jnp.sin; jnp.tanh; jnp.exp2; jnp.square; jnp.cos; jax.nn.sigmoid; lambda a: a * a; lambda a: a * {n}; jnp.arctan; jax.nn.softplus; lambda a: a / (1 + a * a); jnp.abs; twice; rule; jrule; jnp.sinc; lambda a: jnp.where(a > 0, a, 0.5 * a); lambda a: a ** 3",
    "g": "jnp.sum; lambda a: (a * a).sum(); jnp.mean; lambda a: a @ a; lambda a: jnp.sum({f}(a)); jax.nn.logsumexp; lambda a: a[0] * a[1]; jnp.prod; lambda a: jnp.sum(a * {v}); lambda a: lax.scan(lambda c, b: (c + jnp.sin(b), None), 0.0, a)[0]; lambda a: a.at[0].set(a[1]).sum(); jnp.max; jnp.linalg.norm; dotted",
    "h": "{f}; lambda a: a * a[0]; lambda a: a[::-1]; jnp.cumsum; lambda a: {m} @ a; lambda a: jnp.stack([a[0], a[1] * a[2], a[2]]); lambda a: a.at[{i}].set(a.sum()); lambda a: a + {v}; jax.nn.softmax; lambda a: lax.fori_loop(0, 2, lambda j, b: jnp.sin(b) + j, a * 1.0); lambda a: jnp.where(a > {s}, a, a * a); lambda a: jax.vmap({f})(a); jnp.sort; scanned; lambda a: lax.cond(a[0] > 0, jnp.sin, jnp.cos, a)",
}  # fmt: skip
WRAPS = "jax.jit({f}); jax.checkpoint({f}); jax.jit(jax.checkpoint({f})); jax.jit(jax.jit({f})); jax.named_call({f}); jax.remat({f})"
LEAVES = {
    "n": "2; 0.5; 3; -1; 1.5; True; np.float32(2.0); np.int32(2); 0.25; jnp.float32(0.5); jnp.int32(2); jnp.array(1.5)",
    "k": "0; 1; 2; 3; jnp.array(1); jnp.int32(2)",
    "i": "0; 1; 2; -1; jnp.array(1); np.int64(1)",
    "ti": "jnp.argmax({v}); jnp.int32(1); jnp.array(2); jnp.argmin({v})",
    "ia": "jnp.array([0, 1, 2]); jnp.array([0, 0, 2]); np.array([2, 1, 0]); jnp.array([1, 1, 1]); jnp.argsort({v}); jnp.array([-1, 0, 1])",
    "oi": "5; -7; jnp.array([0, 5, -1]); jnp.array([3, 3, 0]); jnp.array(9); jnp.array([-4, 1, 2])",
    "mode": "'drop'; 'clip'; 'promise_in_bounds'; None; 'fill'; 'wrap'",
    "gmode": "'clip'; 'fill'; None; 'wrap'; 'drop'",
    "d": "jnp.float32; int; jnp.float16; jnp.complex64; bool; 'float32'; jnp.int8",
    "t3": "{m} > 0; jnp.array([True, False, True]); jnp.eye(3, dtype=bool); {v} > 0",
}
MISTAKES = """
lax.scan(lambda c, a: (c + 1.5, a), 0, {v})[1]; lax.scan(lambda c, a: (c[:2], a), {v}, {v})[1]; lax.cond({s} > 0, lambda: 1.0, lambda: {v}); lax.cond({s} > 0, lambda a: a, lambda a: (a, a), {s}); float({v}); int(jnp.sum({v})) + {v}; {v} if {s} > 0 else -{v}
lax.while_loop(lambda a: a > 0, lambda a: a - 1, {v}); lax.while_loop(lambda a: True, lambda a: (a,), {s}); lax.fori_loop(0, 3, lambda j, a: a[:1], {v}); jax.vmap(lambda a, b: a + b)({v}, jnp.ones(2)); jax.vmap(lambda a: a, in_axes=(0, 1))({v}); jax.vmap({f}, in_axes=1)({v}); jax.grad(lambda a: a)({v})
jax.grad({f})(3); jax.grad(lambda a: a * 1j)({s}); jax.jvp({h}, ({v},), (1.0,)); jax.vjp({h}, {v})[1](1.0); {v}[0.5]; {v} @ jnp.ones(2); jnp.concatenate([{v}, {m}]); {v}.at[0].set({v}); jnp.reshape({v}, (2, 2)); {m}[:, {v}]; jnp.ones(int({s})); jnp.arange({s}); range({k} + {s}); {v}[:{s}]; np.sin({v}) + np.asarray({v})
jnp.zeros((3,))[{v} > 0] + {v}; jnp.nonzero({v})[0].sum() + {v}; jnp.unique({v}); bool({v}); {v}.item(); {v}.tolist(); "%.3f" % {s}; [1, 2, 3][{k}]; {v} + "a"; {v} + None; jnp.sin([1.0, 2.0, 3.0]) + {v}; jnp.add({v}, [1, 2, 3]); sum({v}); max({v}); jax.jit(lambda a, n: a * n, static_argnums=1)({v}, jnp.ones(3)); jax.jit(lambda a, n: a[:n], static_argnums=1)({v}, 2)
jax.jit(lambda n, a: a[:n])(2, {v}); lax.switch({s}, [{f}, {f}], {s}); lax.scan(lambda c, a: (c, a), {s}, None); lax.scan(lambda c, a: (c, c), {s}, None, length=3)[1]; lax.scan(lambda c, a: c, {s}, {v}); jax.tree.map(jnp.add, ({v}, {v}), ({v},)); jax.jacfwd({g})(jnp.arange(3)); jax.linearize({h}, {v})[1]({s}); jax.hessian({h})(1); wrong({v}); lax.add({v}, {s}); lax.add({v}, 1); lax.mul({v}, 2.0); lax.dot({v}, {m}[:2])
"""  # fmt: skip
RULES = """
@jax.custom_vjp
def rule(a):
    return jnp.sin(a) * 2
rule.defvjp(lambda a: (rule(a), a), lambda r, ct: (ct * jnp.cos(r) * 2,))
@jax.custom_jvp
def jrule(a):
    return jnp.tanh(a)
@jrule.defjvp
def jrule_jvp(primals, tangents):
    y = jrule(primals[0])
    return y, tangents[0] * (1 - y * y)
@jax.custom_vjp
def wrong(a):
    return a * a
wrong.defvjp(lambda a: (a * a, a), lambda r, ct: ct * 2 * r)
@jax.jit
def twice(a):
    return a + a
@partial(jax.custom_vjp, nondiff_argnums=(1,))
def scaled(a, n):
    return a * n
scaled.defvjp(lambda a, n: (a * n, None), lambda n, r, ct: (ct * n * 2,))
def dotted(a):
    return scaled(jnp.vdot(a, a).real, 3.0)
def scanned(a):
    def step(c, b):
        c = jnp.tanh(c + b)
        return c, c * b
    return lax.scan(step, jnp.zeros((), a.dtype), a)[1]
"""
ASKED = """
f({args}); jax.jit(f)({args}); jax.jit(f)({args}); jax.grad(total)({args}); jax.grad(total, argnums={argnums})({args}); jax.jit(jax.grad(total, argnums={argnums}))({args}); jax.value_and_grad(total)({args}); jax.grad(jax.jit(total))({args})
jax.grad(lambda *a: (total(*a), f(*a)), has_aux=True)({args}); jax.jvp(f, ({args},), ({tangents},)); jax.jit(lambda *a: jax.jvp(f, a, a))({args}); jax.vjp(f, {args})[1](jax.tree.map(jnp.ones_like, f({args}))); jax.linearize(f, {args})[1]({tangents})
jax.jacrev(f, argnums={argnum})({args}); jax.jacfwd(f, argnums={argnum})({args}); jax.hessian(total, argnums={argnum})({args}); jax.vmap(f, in_axes={axes})({batched}); jax.jit(jax.vmap(f, in_axes={axes}))({batched}); jax.vmap(jax.grad(total), in_axes={axes})({batched}); jax.eval_shape(f, {args})
jax.vmap(lambda *a: jax.jvp(f, a, a)[1], in_axes={axes})({batched}); jax.grad(lambda *a: jax.vmap(total, in_axes={axes})(*a).sum())({batched}); jax.checkpoint(f)({args}); jax.grad(jax.checkpoint(total))({args}); lax.map(lambda a: f(*a), ({stacked},)); jax.grad(jax.grad(total))({args}); jax.vmap(jax.jacrev(f, argnums={argnum}), in_axes={axes})({batched})
""".replace("\n", "; ")  # fmt: skip
SHAPES = {"s": "()", "v": "(3,)", "m": "(3, 3)"}
NUMBERS = (0.5, 1.0, -0.75, 1.5, -1.25, 0.25, 2.0, -0.5, 0.0, 1.75)


def parts(text):
    """What stands between semicolons or on lines of its own."""
    return [p.strip() for line in text.strip().splitlines() for p in line.split(";") if p.strip()]


TABLES = {kind: parts(text) for kind, text in {**TEMPLATES, **FUNCTIONS, **LEAVES}.items()}
MISTAKEN, WRAPPED, QUESTIONS = parts(MISTAKES), parts(WRAPS), parts(ASKED)


class Program:
    """A random program: `source` defines f and total, `asked` is the expression."""

    def __init__(self, seed, number):
        self.r = random.Random(f"{seed} {number}")
        self.names = {"s": [], "v": [], "m": []}
        args, values, dtypes = [], [], []
        for j in range(self.r.choice((1, 1, 2, 2, 3))):
            kind = self.r.choice("svvm")
            dtype = self.r.choices(("float32", "int32", "float16", "complex64", "weak"), (12, 1.5, 1, 1.5, 1))[0]
            args.append("xyz"[j])
            dtypes.append(dtype)
            values.append(self.value(kind, dtype))
            self.names[kind].append("xyz"[j])
            args[-1] += ":" + kind
        kinds = [a[-1] for a in args]
        args = [a[0] for a in args]
        lines = []
        for j in range(self.r.choice((1, 2, 2, 3))):
            kind = self.r.choice("svvm")
            text = self.fill(self.r.choice(TABLES[kind]), 2)
            lines.append(f"    u{j} = {text}")
            self.names[kind].append(f"u{j}")
        if self.r.random() < 0.1:
            lines.append(f"    w = {self.fill(self.r.choice(MISTAKEN), 1)}")
            lines.append("    u0 = (u0, w)")
        result = self.r.choice(("u0", "(u0, x)", "{'a': u0, 'b': x}", f"u{len(lines) - 1}", f"[u{j}, u0]"))
        if "w" in lines[-2 if len(lines) > 1 else -1].split("=")[0]:
            result = "u0"
        lines = [f"def f({', '.join(args)}):", *lines, f"    return {result}"]
        lines += ["def total(*a):", "    return sum([jnp.sum(jnp.real(t)) for t in jax.tree.leaves(f(*a))])"]
        self.source = RULES.lstrip() + "\n".join(lines) + "\n"
        mapped = [self.r.random() < 0.7 for _ in args]
        mapped[0] = mapped[0] or not any(mapped)
        pieces = {
            "args": ", ".join(values),
            "tangents": ", ".join(f"jnp.ones_like({v})" if self.r.random() < 0.95 else "1.0" for v in values),
            "argnums": str(self.r.choice((0, (0,), tuple(range(len(args))), -1))),
            "argnum": str(self.r.randrange(len(args))),
            "axes": str(tuple([0 if b else None for b in mapped])),
            "batched": ", ".join(
                [f"jnp.stack([{v}, {self.value(k, d)}])" if b else v
                 for v, b, k, d in zip(values, mapped, kinds, dtypes, strict=True)]
            ),
            "stacked": ", ".join(
                [f"jnp.stack([{v}, {self.value(k, d)}])" for v, k, d in zip(values, kinds, dtypes, strict=True)]
            ),
        }  # fmt: skip
        question = self.r.choice(QUESTIONS)
        for key, text in pieces.items():
            question = question.replace("{" + key + "}", text)
        self.asked = question
        self.text = self.source + question

    def value(self, kind, dtype):
        """The text of an array of a kind."""
        one = lambda: str(self.r.choice(NUMBERS))  # noqa: E731
        if dtype == "int32":
            one = lambda: str(self.r.choice((-2, -1, 0, 1, 2, 3)))  # noqa: E731
        if dtype == "complex64":
            one = lambda: f"{self.r.choice(NUMBERS)} + {self.r.choice((0.5, -1.0, 1.0))}j"  # noqa: E731
        if kind == "s":
            return one() if dtype == "weak" else f"jnp.array({one()}, '{dtype}')"
        row = lambda: "[" + ", ".join([one() for _ in range(3)]) + "]"  # noqa: E731
        body = row() if kind == "v" else "[" + ", ".join([row() for _ in range(3)]) + "]"
        return f"jnp.array({body}, '{'float32' if dtype == 'weak' else dtype}')"

    def fill(self, template, depth):
        """The text of a template, whose places are filled with names, or with templates while depth lasts."""
        out, at = [], 0
        while (start := template.find("{", at)) >= 0:
            end = template.find("}", start)
            key = template[start + 1 : end]
            if key not in TABLES and key not in ("F", "G", "H"):
                out.append(template[at : start + 1])
                at = start + 1
                continue
            out += [template[at:start], self.place(key, depth)]
            at = end + 1
        return "".join(out) + template[at:]

    def place(self, key, depth):
        if key in "FGH":
            inner = self.place(key.lower(), depth)
            return self.r.choice(WRAPPED).replace("{f}", inner) if self.r.random() < 0.5 else inner
        if key in ("s", "v", "m"):
            names = self.names[key]
            if depth <= 0 or (names and self.r.random() < 0.6):
                return self.r.choice(names) if names else self.made(key)
            return "(" + self.fill(self.r.choice(TABLES[key]), depth - 1) + ")"
        text = self.fill(self.r.choice(TABLES[key]), depth - 1)
        return f"({text})" if key in "fgh" and "lambda" in text or key == "n" and text[0] == "-" else text

    def made(self, kind):
        """An expression of a kind of which there is no name."""
        has = [(k, v[-1]) for k, v in self.names.items() if v]
        k, name = self.r.choice(has)
        ways = {
            "ss": "{}", "vs": "{}.sum()", "ms": "{}[0, 1]", "sv": "({} * jnp.arange(3.0))", "vv": "{}", "mv": "{}[0]",
            "sm": "({} * jnp.eye(3))", "vm": "jnp.outer({0}, {0})", "mm": "{}",
        }  # fmt: skip
        return ways[k + kind].format(name)


SETUP = "from functools import partial\nlax = jax.lax\n"


def outcome(text, space):
    """What a program gives under the names of a library, or raises."""
    names, jax, is_key = space
    source, _, asked = text.rpartition("\n")

    def run():
        env = dict(names)
        exec(SETUP + source, env)
        return eval(asked, env)

    return cases.outcome(run, jax, is_key)


def texts(seed, count):
    return [Program(seed, number).text for number in range(count)]


def known(got, want):
    """The reason why a program may end otherwise than under jax, or None."""
    raised = isinstance(want, list) and want[:1] == ["raises"]
    given = not (isinstance(got, list) and got[:1] == ["raises"])
    if raised and "NotImplementedError" in want:
        return "jax has no rule for it"
    if raised and given and ("NonConcreteBooleanIndexError" in want or "ConcretizationTypeError" in want):
        return "what is computed of constants is known, also under jit and checkpoint"
    if "'void'" in str(want) and "'void'" in str(got):
        return "a cotangent of integers is an array of NumPy's"
    if "TypedFloat" in str(want):
        return "a Python number that goes through unchanged is an array"
    return None


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args(arguments)
    theirs, ours = spaces()
    import jax.flatten_util  # noqa: F401

    tally = collections.Counter()
    for number in range(options.first, options.first + options.count):
        program = Program(options.seed, number)
        want, got = [outcome(program.text, space) for space in (theirs, ours)]
        raised = "refused" if isinstance(want, list) and want[0] == "raises" else "given"
        if alike(got, want):
            tally[raised] += 1
            continue
        if known(got, want):
            tally["differ for a reason given"] += 1
            continue
        kind = difference(got, want)
        tally[kind] += 1
        body = program.text[len(RULES.lstrip()) :].replace(
            "\ndef total(*a):\n    return sum([jnp.sum(jnp.real(t)) for t in jax.tree.leaves(f(*a))])", ""
        )
        print(f"#{number} {kind}:\n{body}\n    jax  {str(want)[:300]}\n    ours {str(got)[:300]}", flush=True)
    print(dict(tally))


if __name__ == "__main__":
    main()
