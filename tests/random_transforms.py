"""Random nestings of transforms: each program run by funcgrad and by jax; values, gradients, pushforwards, maps and compilations agree.

    python tests/random_transforms.py --count 1000 --seed 7

A program is Python text over `fg`, `np` and `lax` that defines `f`, a function of three numbers that returns three. It is
made of plain bodies, which may read what an outer function received and, under a named axis, call collectives, and of
transforms, each of which makes such a function of others. Invariant: a seed and a number give one program, always the same.
"""

import argparse
import json
import os
import pathlib
import sys
import time
import warnings
from types import SimpleNamespace

import numpy

if __name__ == "__main__":
    os.environ |= {"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_backend_optimization_level=0"}
    sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

X = numpy.array([0.3, -0.7, 1.1])
T = numpy.array([1.0, 0.5, -2.0])
BODIES = """
np.sin({x} * 1.3) + {y}; np.tanh({x} * {y}); {x} * np.sum({y} ** 2) * 0.2; np.exp(-{x} ** 2) * {y}; np.cumsum({x})[::-1] - 0.5 * {y}
np.where({x} > 0.1, {x} * {y}, np.cos({y})); np.array([[0.2, -0.5, 0.1], [0.7, 0.3, -0.2], [0.0, 0.4, 0.9]]) @ {x} + {y}
np.sqrt({x} ** 2 + {y} ** 2 + 1); np.sort({x}) * np.max({y}); np.logaddexp({x}, {y}); np.roll({x}, 1) / (1.5 + np.cos({y}))
fg.stop_gradient({x}) * {y}; {x} * 0 + np.sum(np.outer({x}, {y}), 0); np.zeros(3) + {x}[1] * {y}
"""
BODIES = [b for line in BODIES.strip().splitlines() for b in line.split("; ")]
COLLECTIVES = """
lax.psum({y}, {n}) - {x}; {x} * lax.pmean({y}, {n}); lax.all_gather({y}, {n})[0] * {x}; np.sum(lax.all_gather({x}, {n}), 0) + {y}
{x} * (1.0 + lax.axis_index({n})); lax.ppermute({y}, {n}, [(0, 1), (1, 2), (2, 0)]) + {x}; {y} + lax.psum_scatter({x}, {n})
lax.all_to_all({x}, {n}, 0, 0) * {y}; lax.psum({x} * 2.0, {n}) / lax.psum(1.0, {n}) + {y}; {x} + lax.stop_gradient(lax.pmax({y}, {n}))
lax.all_gather({x}, {n}, tiled=True)[:3] - {y}; lax.psum_scatter(lax.all_gather({x}, {n}), {n}) * {y}
"""
COLLECTIVES = [b for line in COLLECTIVES.strip().splitlines() for b in line.split("; ")]
WRAPS = """
grad: fg.grad(lambda v: np.sum({f}(v) * np.cos({o})))({x})
value_and_grad: (lambda r: r[0] * r[1])(fg.value_and_grad(lambda v, w: np.sum({f}(v) * w), 1)({x}, {o}))
has_aux: (lambda r: r[0] + r[1])(fg.grad(lambda v: (np.sum({f}(v) ** 2), v * 2), has_aux=True)({x}))
jvp: fg.jvp({f}, ({x},), (np.cos({o}),))[1]
jvp_both: sum(fg.jvp(lambda v, w: {f}(v) * w, ({x}, {o}), ({o}, np.ones(3))))
jvp_aux: (lambda r: r[1] + r[2])(fg.jvp(lambda v: ({f}(v), v), ({x},), ({o},), has_aux=True))
vjp: fg.vjp({f}, {x})[1](np.sin({o}))[0]
vjp_twice: (lambda p: p({x})[0] - p({o})[0])(fg.vjp({f}, {x})[1])
linearize: (lambda r: r[0] + r[1](np.cos({o})) + r[1]({x}))(fg.linearize({f}, {x}))
linear_transpose: fg.linear_transpose(lambda v: fg.jvp({f}, ({o},), (v,))[1], {x})({x})[0]
jacfwd: fg.jacfwd({f})({x}).sum(0)
jacrev: fg.jacrev({f})({x}) @ {o}
hessian: fg.hessian(lambda v: np.sum({f}(v)))({x})[0]
jit: fg.jit({f})({x})
jit_static: fg.jit(lambda k, v: {f}(v) * k, static_argnums=0)(2, {x})
checkpoint: fg.checkpoint({f})({x})
checkpoint_dots: fg.checkpoint({f}, policy=fg.checkpoint_policies.dots_saveable)({x})
checkpoint_names: fg.checkpoint(lambda v: {g}(fg.checkpoint_name({f}(v), 'a')), policy=fg.checkpoint_policies.save_only_these_names('a'))({x})
checkpoint_all: fg.checkpoint({f}, policy=fg.checkpoint_policies.everything_saveable)({x})
vmap: fg.vmap({f})(np.stack([{x}, {o}, {x} * 0.5]))[1]
vmap_axes: fg.vmap(lambda v, w: {f}(v) * w, in_axes=(1, None), out_axes=1)(np.stack([{x}, {o}], 1), {o}).sum(1)
vmap_grad: fg.vmap(fg.grad(lambda s, v: np.sum({f}(v * s))), (0, None))({o}, {x})
named: fg.vmap({f}, axis_name={n})(np.stack([{x}, {o}, {x} * {o}]))[1]
named_sum: fg.vmap({f}, axis_name={n}, out_axes=1)(np.stack([{x}, {x} - 1, {o}])).sum(1)
spmd: fg.vmap({f}, axis_name={n}, spmd_axis_name='s' + {n})(np.stack([{x}, {o}, {o}]))[2]
scan: lax.scan(lambda c, t: ({f}(c) * 0.5 + t, np.sum(c)), {x}, np.arange(3.0))[0]
scan_ys: lax.scan(lambda c, t: (c * 0.9, {f}(t + c)), {x}, np.stack([{x}, {o}]), reverse=True)[1].sum(0)
scan_unrolled: lax.scan(lambda c, t: ({f}(c), None), {x}, None, length=3, unroll=2)[0]
fori_loop: lax.fori_loop(0, 2, lambda i, c: {f}(c) * (0.3 + i), {x})
while_loop: lax.while_loop(lambda c: c[0] < 2, lambda c: (c[0] + 1, {f}(c[1]) * 0.5), (0, {x}))[1]
while_on_value: lax.while_loop(lambda c: (np.sum(c[1] ** 2) > 0.3) & (c[0] < 4), lambda c: (c[0] + 1, np.tanh({f}(c[1])) * 0.7), (0, {x}))[1]
cond: lax.cond(np.sum({x}) > 0.2, {f}, {g}, {x})
cond_operands: lax.cond({o}[0] > 0, lambda v, w: {f}(v) * w, lambda v, w: {g}(w), {x}, {o})
switch: lax.switch((np.sum({x}) > 0.2).astype(int) + 1, [{f}, {g}, lambda v: v], {x})
map: lax.map({f}, np.stack([{x}, {o}]))[0]
associative_scan: lax.associative_scan(lambda a, b: a * np.tanh(b) + 0.1 * {f}({x}), np.stack([{x}, {o}, {x}]))[2]
closure_convert: (lambda r: r[0]({o}, *r[1]))(fg.closure_convert({f}, {x}))
named_call: fg.named_call({f}, name='part')({x})
pure_callback: fg.pure_callback(lambda v: numpy.sin(v), fg.ShapeDtypeStruct((3,), 'float64'), fg.stop_gradient({x}), vmap_method='sequential') * {f}({x})
pure_callback_all: fg.pure_callback(lambda v: numpy.cos(v) + v, fg.ShapeDtypeStruct((3,), 'float64'), fg.stop_gradient({x}), vmap_method='broadcast_all') + {f}({x})
holomorphic: np.real(fg.grad(lambda z: np.sum(z * np.exp(z * {o})), holomorphic=True)({f}({x}) * (1 + 0j)))
complex: fg.grad(lambda v: np.sum(np.abs(np.exp(1j * {f}(v)) + v)))({x})
custom_root: lax.custom_root(lambda y: y ** 3 + y - {f}({x}), {x} * 0, lambda r, y: lax.fori_loop(0, 30, lambda i, y: y - r(y) / (3 * y * y + 1), y), lambda r, y: y / r(np.ones(3)))
custom_linear_solve: lax.custom_linear_solve(lambda v: v * (2 + {x} ** 2), {f}({x}), lambda mv, b: b / (2 + {o} * 0 + fg.stop_gradient({x}) ** 2), symmetric=True)
"""
WRAPS = [line.partition(": ")[::2] for line in WRAPS.strip().splitlines()]
# A custom rule: its lines, which define {name}, a function of v. Its value is what the function gives, by a call of it: what an outer
# derivative sees of a rule that computes its value otherwise is not the same in jax (docs/jax-users.md).
RULES = {
    "custom_jvp": """
@fg.custom_jvp
def {name}(v):
    return {f}(v)
{name}.defjvp(lambda p, t: ({name}(p[0]), 2.0 * fg.jvp({f}, p, t)[1]))
""",
    "custom_jvp_nondiff": """
def {name}_rule(k, p, t):
    (v, w), (dv, dw) = p, t
    return {name}_two(k, v, w), dv * k(w) + dw
{name}_two = fg.custom_jvp(lambda k, v, w: k({f}(v)) * w, nondiff_argnums=(0,))
{name}_two.defjvp({name}_rule)
{name} = lambda v: {name}_two(np.tanh, v, np.cos(v))
""",
    "defjvps": """
{name}_two = fg.custom_jvp(lambda v, w: {f}(v) * w)
{name}_two.defjvps(lambda dv, out, v, w: dv * w * 3.0, {second})
{name} = lambda v: {name}_two(v, np.sin(v))
""",
    "custom_jvp_zeros": """
def {name}_rule(p, t):
    moves = [not isinstance(u, fg.custom_derivatives.SymbolicZero) for u in t]
    out = {name}_two(*p)
    return out, (t[0] * 2.0 if moves[0] else out * 0) + (t[1] * p[0] if moves[1] else out * 0)
{name}_two = fg.custom_jvp(lambda v, w: {f}(v) * w)
{name}_two.defjvp({name}_rule, symbolic_zeros=True)
{name} = lambda v: {name}_two(v, np.ones(3) * 0.5) + {name}_two(X, v)
""",
    "custom_vjp": """
@fg.custom_vjp
def {name}(v):
    return {f}(v)
{name}.defvjp(lambda v: ({name}(v), v), lambda v, ct: (fg.vjp({f}, v)[1](ct * 2.0)[0],))
""",
    "custom_vjp_nondiff": """
{name}_two = fg.custom_vjp(lambda k, v: k({f}(v)), nondiff_argnums=(0,))
{name}_two.defvjp(lambda k, v: ({name}_two(k, v), np.cos(v)), lambda k, res, ct: (k(res) * ct,))
{name} = lambda v: {name}_two(np.sin, v)
""",
    "custom_vjp_zeros": """
def {name}_bwd(res, ct):
    v, moves = res
    return (None if isinstance(ct, fg.custom_derivatives.SymbolicZero) else ct * np.cos(v)), (ct * 0.5 if moves else None)
{name}_two = fg.custom_vjp(lambda v, w: {f}(v) + w)
{name}_two.defvjp(lambda v, w: ({name}_two(v.value, w.value), (v.value, w.perturbed)), {name}_bwd, symbolic_zeros=True)
{name} = lambda v: {name}_two(v, np.ones(3)) * {name}_two(v, np.tanh(v))
""",
}


class Maker:
    """Makes the text of one program."""

    def __init__(self, seed, number):
        self.rng = numpy.random.default_rng([seed, number])
        self.lines, self.count, self.used = [], 0, []

    def one(self, items):
        return items[int(self.rng.integers(len(items)))]

    def fresh(self, letter):
        self.count += 1
        return f"{letter}{self.count}"

    def body(self, outer, names, x):
        """An expression of x, of what outer functions received, and of the named axes."""
        form = self.one(COLLECTIVES) if names and self.rng.random() < 0.6 else self.one(BODIES)
        args = {"x": x, "y": self.one([x, *outer, "T"])}
        return form.format(n=repr(self.one(names)) if names else "", **args)

    def function(self, depth, outer, names, indent):
        """Writes a function of the scope at this indentation, and returns its name."""
        name, x = self.fresh("f"), self.fresh("x")
        self.lines.append(f"{indent}def {name}({x}):")
        inner = indent + "    "
        o = self.one([*outer, f"({x} * 0.5 + 0.2)", "T"])
        if not depth:
            self.lines.append(f"{inner}return {self.body(outer, names, x)}")
        elif self.rng.random() < 0.2:
            kind = self.one(sorted(RULES))
            self.used.append(kind)
            f, rule = self.function(depth - 1, [], names, inner), self.fresh("r")
            text = RULES[kind].format(name=rule, f=f, second=self.one(["None", "lambda dw, out, v, w: dw * v"]))
            self.lines += [inner + line for line in text.strip().splitlines()]
            self.lines.append(f"{inner}return {rule}({x}) + {self.body(outer, names, x)} * 0.1")
        else:
            kind, form = self.one(WRAPS)
            self.used.append(kind)
            axis = self.fresh("i")
            within = [*names, axis] if "axis_name={n}" in form else names
            made = {k: self.function(depth - 1, [*outer, x], within, inner) for k in "fg" if f"{{{k}}}" in form}
            self.lines.append(f"{inner}return {form.format(x=x, o=o, n=repr(axis), **made)}")
        return name

    def program(self):
        self.function(int(self.rng.integers(1, 5)), [], [], "")
        return "\n".join(self.lines) + "\nf = f1\n"


def ours():
    import funcgrad as fg
    import funcgrad.numpy as np

    return {"fg": fg, "np": np, "lax": fg.lax}


def theirs():
    import jax
    import jax.numpy as np
    from jax.ad_checkpoint import checkpoint_name

    own = {n: getattr(jax, n) for n in dir(jax) if n[0] != "_"}
    fg = SimpleNamespace(**{**own, "stop_gradient": jax.lax.stop_gradient, "checkpoint_name": checkpoint_name})
    return {"fg": fg, "np": np, "lax": jax.lax}


WAYS = {
    "value": lambda fg, np, f: f(np.array(X)),
    "grad": lambda fg, np, f: fg.grad(lambda x: np.sum(f(x) * T))(np.array(X)),
    "jvp": lambda fg, np, f: fg.jvp(f, (np.array(X),), (np.array(T),))[1],
    "vmap": lambda fg, np, f: fg.vmap(f)(np.stack([X, T])),
    "jit": lambda fg, np, f: fg.jit(f)(np.array(X)),
    "jit_vmap_grad": lambda fg, np, f: fg.jit(fg.vmap(fg.grad(lambda x: np.sum(f(x) * T))))(np.stack([X, T])),
}


def figures(face, text):
    """{way: figures, or the name of what was raised}."""
    space = {**face, "numpy": numpy, "X": X, "T": T}
    exec(compile(text, "<program>", "exec"), space)
    found = {}
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        for way, run in WAYS.items():
            try:
                found[way] = numpy.asarray(run(space["fg"], space["np"], space["f"])).tolist()
            except Exception as error:
                found[way] = f"{type(error).__name__}: {str(error)[:300]}"
    return found


TRANSPOSED = "ArgumentError: custom_vjp: forward-mode"  # of its jvp where that is transposed (docs/jax-users.md)


def same(got, want):
    """Do two figures agree, or two refusals? What jax refuses may be there."""
    if isinstance(want, str) or str(got).startswith(TRANSPOSED):
        return True
    if isinstance(got, str) or numpy.shape(got) != numpy.shape(want):
        return False
    got, want = numpy.array(got), numpy.array(want)
    size = numpy.max(numpy.abs(want[numpy.isfinite(want)]), initial=1.0)
    return bool(numpy.allclose(got, want, rtol=1e-7, atol=1e-9 * size, equal_nan=True))


def by_differences(text):
    """{way: the same derivatives, by central differences of the values}: what decides where jax gives others."""
    face = ours()
    space = {**face, "numpy": numpy, "X": X, "T": T}
    exec(compile(text, "<program>", "exec"), space)
    f = lambda x: numpy.asarray(space["f"](x))  # noqa: E731
    step = 1e-5

    def gradient(x):
        return [numpy.sum((f(x + step * e) - f(x - step * e)) * T) / (2 * step) for e in numpy.eye(3)]

    along = (f(X + step * T) - f(X - step * T)) / (2 * step)
    return {"grad": gradient(X), "jvp": along, "jit_vmap_grad": [gradient(X), gradient(T)]}


def confirmed(text, got, want):
    """Are figures that differ from jax's those that differences give, and the values the same?"""
    if not same(got["value"], want["value"]):
        return False
    found = by_differences(text)
    odd = [k for k in WAYS if not same(got[k], want[k])]
    return all(k in found and numpy.allclose(got[k], found[k], rtol=1e-4, atol=1e-5) for k in odd)


def program(seed, number):
    maker = Maker(seed, number)
    return maker.program(), maker.used


def main():
    parser = argparse.ArgumentParser(description="Compare random nestings of transforms with jax.")
    parser.add_argument("--count", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--store", help="write programs and jax's figures to this file")
    a = parser.parse_args()
    import jax

    us, them, start = ours(), theirs(), time.process_time()
    wrong = refused = more = less = ours_alone = 0
    stored = []
    for number in range(a.first, a.first + a.count):
        text, used = program(a.seed, number)
        want = figures(them, text)
        stored.append([number, want])
        got = figures(us, text)
        refused += sum(isinstance(w, str) for w in want.values())
        more += sum(isinstance(w, str) and not isinstance(got[k], str) for k, w in want.items())
        less += sum(isinstance(g, str) and not isinstance(want[k], str) for k, g in got.items())
        bad = {k: (got[k], want[k]) for k in WAYS if not same(got[k], want[k])}
        if bad and confirmed(text, got, want):
            ours_alone += 1
            print(
                f"{a.seed} {number} {used}: differences of the values give what is here, not jax's {', '.join(bad)}",
                flush=True,
            )
        elif bad:
            wrong += 1
            print(
                f"---- {a.seed} {number} {used}\n{text}",
                *[f"{k}\n  ours {g}\n  jax  {w}" for k, (g, w) in bad.items()],
                sep="\n",
                flush=True,
            )
        if number % 20 == 19:
            jax.clear_caches()
    ways = a.count * len(WAYS)
    print(
        f"programs {a.first} to {a.first + a.count - 1} of seed {a.seed}, {ways} figures: {wrong} programs disagree, and {ours_alone} "
        f"where differences are against jax; jax refuses {refused} "
        f"figures, of which {more} are here; refused here alone {less}; {time.process_time() - start:.0f} s of processor time"
    )
    if a.store:
        digits = [[n, {k: "refused" if isinstance(w, str) else w for k, w in want.items()}] for n, want in stored]
        whole = {"jax": jax.__version__, "seed": a.seed, "figures": digits}
        pathlib.Path(a.store).write_text(json.dumps(whole, separators=(",", ":")) + "\n")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
