"""Random programs: each run eagerly, compiled, and by jax; values and gradients are compared.

    python tests/random_programs.py --count 10000 --seed 7

A program is Python text over `np` (funcgrad.numpy, or jax.numpy) and `fg` (funcgrad, or jax under the same names). It is made
a statement at a time, each run at once on values, so that shapes fit and numbers stay moderate. One that disagrees is shrunk,
and printed as a script that shows the disagreement by itself. Invariant: a seed and a number give one program, always the same.
"""

import argparse
import contextlib
import copy
import gc
import hashlib
import inspect
import pathlib
import re
import sys
import time
import warnings
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy

sys.path[:0] = [str(pathlib.Path(__file__).parent), str(pathlib.Path(__file__).parents[1])]
from funcgrad.errors import ConversionError  # noqa: E402

SIZES = (1, 2, 3, 4)
LIMIT = 30.0  # a value that is larger is not used on


# ------------------------------------------------------------------------------------------------ programs
class Statement:
    """Lines of Python that define `name`. `jax`: other lines for jax, which cannot assign. `blocks`: the functions that the
    lines call, each (name, parameters, statements, names of results)."""

    def __init__(self, name, lines, jax=None, blocks=()):
        self.name, self.lines, self.jax, self.blocks = name, lines, jax or lines, list(blocks)
        self.aval = None

    def text(self, face, indent):
        out = []
        for b in self.blocks:
            out += b.text(face, indent)
        return out + [indent + line for line in (self.jax if face == "jax" else self.lines)]


class Block:
    """A function: name, parameters, statements, and the expression it returns."""

    def __init__(self, name, params, statements, result):
        self.name, self.params, self.statements, self.result = name, params, statements, result

    def text(self, face="ours", indent=""):
        out = [f"{indent}def {self.name}({', '.join(self.params)}):"]
        for s in self.statements:
            out += s.text(face, indent + "    ")
        return out + [f"{indent}    return {self.result}"]


class Program:
    """A Block `f` of arrays that returns a tuple, its arguments, and how it came about."""

    def __init__(self, block, args, origin):
        self.block, self.args, self.origin = block, args, origin

    def source(self, face="ours"):
        loss = ["def loss(*xs):", "    return sum([np.sum(np.sin(v)) for v in f(*xs)])"]
        return "\n".join(self.block.text(face) + loss)

    def functions(self, face, namespace):
        env = dict(namespace)
        exec(compile(self.source(face), f"<program {self.origin}>", "exec"), env)
        return env["f"], env["loss"]


# ------------------------------------------------------------------------------------------------ two faces
def ours():
    import funcgrad as fg
    import funcgrad.numpy as np

    return {"fg": fg, "np": np}


def theirs():
    import jax
    import jax.numpy as np

    def while_loop(test, body, init, max_steps):
        def step(val, _):
            return jax.lax.cond(test(val), body, lambda v: v, val), None

        return jax.lax.scan(step, init, None, max_steps)[0]

    lax = SimpleNamespace(
        cond=jax.lax.cond,
        scan=jax.lax.scan,
        fori_loop=jax.lax.fori_loop,
        while_loop=while_loop,
        map=jax.lax.map,
        switch=jax.lax.switch,
    )
    fg = SimpleNamespace(
        lax=lax, grad=jax.grad, jvp=jax.jvp, vmap=jax.vmap, jit=jax.jit, checkpoint=jax.checkpoint,
        stop_gradient=jax.lax.stop_gradient, vjp=jax.vjp, jacrev=jax.jacrev,
    )  # fmt: skip
    return {"fg": fg, "np": np}


# ------------------------------------------------------------------------------------------------ making one
class Scope:
    """Names that may be read at a place, and their values there."""

    def __init__(self, env, names=()):
        self.env = env  # everything that is defined, for exec
        self.names = list(names)  # arrays and numbers
        self.statements = []

    def value(self, name):
        return self.env[name]


class Maker:
    """Makes one program."""

    def __init__(self, seed, number):
        self.rng = numpy.random.default_rng([seed, number])
        self.count = 0
        self.origin = (seed, number)
        self.depth = 0

    # choices
    def chance(self, p):
        return self.rng.random() < p

    def one(self, items):
        return items[int(self.rng.integers(len(items)))]

    def fresh(self, letter="v"):
        self.count += 1
        return f"{letter}{self.count}"

    def shape(self, most=3):
        return tuple(int(self.one(SIZES)) for _ in range(int(self.rng.integers(0, most + 1))))

    def array(self, shape, dtype="float64"):
        return numpy.round(self.rng.uniform(-1.5, 1.5, shape), 3).astype(dtype)

    def pick(self, scope, test=lambda v: True):
        """A name whose value passes the test, the latest ones more often; None if there is none."""
        names = [n for n in scope.names if test(scope.value(n))]
        if not names:
            return None
        return names[max(int(self.rng.integers(len(names))), int(self.rng.integers(len(names))))]

    def pick_float(self, scope, test=lambda v: True):
        return self.pick(scope, lambda v: kind(v) == "f" and test(v))

    # a whole program
    def program(self):
        env = ours()
        scope = Scope(env)
        args = []
        for _ in range(int(self.rng.integers(1, 4))):
            name = self.fresh("x")
            style = self.rng.random()
            if style < 0.12:
                value = float(numpy.round(self.rng.uniform(0.2, 1.5), 3))
            elif style < 0.25:
                value = self.array(self.shape(), "float32")
            else:
                value = self.array(self.shape() if self.chance(0.4) else (3, 4)[: int(self.rng.integers(1, 3))])
            args.append(value)
            env[name] = value
            scope.names.append(name)
        params = list(scope.names)
        self.fill(scope, int(self.rng.integers(3, 14)))
        made = [s.name for s in scope.statements if kind(env[s.name]) == "f"]
        results = list(dict.fromkeys([self.one(made) for _ in range(2)] + made[-1:])) if made else params[:1]
        if self.chance(0.1):
            results.append(params[0])
        return Program(Block("f", params, scope.statements, "(" + ", ".join(results) + ",)"), args, self.origin)

    def fill(self, scope, n):
        """n statements, each run as it is made."""
        for _ in range(n):
            for _ in range(20):
                s = getattr(self, self.one(KINDS))(scope)
                if s is not None and self.runs(scope, s):
                    break

    def runs(self, scope, s):
        """Run a statement; is its value one to go on with?"""
        env = dict(scope.env)
        with quiet():
            try:
                exec("\n".join(s.text("ours", "")), env)
            except ConversionError:  # a traced value written into a plain array from outside: refused on purpose
                return False
        value = env[s.name]
        if not isinstance(value, (numpy.ndarray, numpy.generic, float, int)):
            return False
        a = numpy.asarray(value)
        if a.size > 100 or a.ndim > 4 or not numpy.isfinite(a).all() or (a.size and abs(a).max() > LIMIT):
            return False
        scope.env.update(env)
        s.aval = a.shape, a.dtype, type(value)
        scope.names.append(s.name)
        scope.statements.append(s)
        return True

    def let(self, text, *names, jax=None):
        if None in names:
            return None
        v = self.fresh()
        return Statement(v, [f"{v} = {line}" for line in [text]], jax and [f"{v} = {jax}"])

    # ---- elementwise
    def unary(self, scope):
        x = self.pick_float(scope)
        form = self.one(UNARY)
        return self.let(form.format(x), x)

    def neutral(self, scope):
        x = self.pick_float(scope)
        return self.let(self.one(NEUTRAL).format(x, self.one(NEUTRAL).format(x)), x)

    def binary(self, scope):
        x = self.pick_float(scope)
        if x is None:
            return None
        shape = numpy.shape(scope.value(x))
        y = self.pick_float(scope, lambda v: fit_together(shape, numpy.shape(v)))
        return self.let(self.one(BINARY).format(x, y), y)

    def with_number(self, scope):
        x = self.pick_float(scope)
        return self.let(
            self.one(("{0} * {1}", "{1} - {0}", "{0} + {1}", "{0} / {1}")).format(
                x, self.one((2.0, 0.5, 1, -1.0, 3, 0.1))
            ),
            x,
        )

    def select(self, scope):
        x = self.pick_float(scope)
        if x is None:
            return None
        y = self.pick_float(scope, lambda v: fit_together(numpy.shape(scope.value(x)), numpy.shape(v)))
        test = self.one(("{0} > {1}", "{0} <= 0.25", "np.logical_not({1} > 0.1)", "np.isfinite({0})"))
        return self.let(f"np.where({test}, {{0}}, {{1}} * 0.5)".format(x, y), y)

    def made(self, scope):
        x = self.pick_float(scope)
        if x is None:
            return None
        shape = tuple(map(int, numpy.shape(scope.value(x))))
        made = self.one(
            (
                "np.zeros({0})",
                "np.ones({0})",
                "np.full({0}, 0.5)",
                "np.zeros(())",
                "np.ones({0}).sum()",
                "np.arange(3.0).sum() * np.ones({0})",
            )
        )
        return self.let(f"{x} {self.one('+-*')} {made.format(shape)}", x)

    def integers(self, scope):
        x = self.pick_float(scope, lambda v: type(v) is not float)
        return self.let(
            self.one(
                (
                    "np.sum({0} > 0.2) * 0.25 + {0}",
                    "{0} * ({0} > 0.1)",
                    "({0} > 0.3).astype('float64') - {0}",
                    "np.floor({0} * 3.3) * 0.1",
                )
            ).format(x),
            x,
        )

    def cast(self, scope):
        x = self.pick(scope, lambda v: isinstance(v, (numpy.ndarray, numpy.generic)) and kind(v) == "f")
        return self.let(
            self.one(
                (
                    "{0}.astype('float32')",
                    "{0}.astype('float64')",
                    "{0}.astype('float64').astype('float32')",
                    "{0}.astype('complex128').real",
                )
            ).format(x),
            x,
        )

    # ---- shapes
    def reduce(self, scope):
        x = self.pick_float(scope, lambda v: numpy.ndim(v) > 0)
        if x is None:
            return None
        ndim = numpy.ndim(scope.value(x))
        axes = [None, *range(-ndim, ndim)] + ([(0, ndim - 1)] if ndim > 1 else [])
        axis = self.one(axes)
        keep = self.chance(0.4)
        return self.let(
            f"np.{self.one(('sum', 'mean', 'max', 'min', 'prod', 'sum'))}({x}, axis={axis}{', keepdims=True' * keep})",
            x,
        )

    def along(self, scope):
        x = self.pick_float(scope, lambda v: numpy.ndim(v) > 0)
        if x is None:
            return None
        axis = int(self.rng.integers(-numpy.ndim(scope.value(x)), numpy.ndim(scope.value(x))))
        return self.let(
            self.one(
                (
                    "np.cumsum({0}, axis={1})",
                    "np.flip({0}, {1})",
                    "np.roll({0}, 1, {1})",
                    "np.sort({0}, axis={1})",
                    "np.concatenate([{0}, {0} * 2.0], axis={1})",
                    "np.expand_dims({0}, {1})",
                    "np.repeat({0}, 2, axis={1})",
                )
            ).format(x, axis),
            x,
        )

    def move(self, scope):
        x = self.pick_float(scope, lambda v: numpy.ndim(v) > 0)
        if x is None:
            return None
        shape = tuple(map(int, numpy.shape(scope.value(x))))
        ndim, size = len(shape), int(numpy.prod(shape))
        perm = tuple(map(int, self.rng.permutation(ndim)))
        new = self.one([(-1,), (size, 1), (1, *shape), shape[::-1], (*shape, 1)])
        return self.let(
            self.one(
                (
                    f"np.transpose({x}, {perm})",
                    f"{x}.reshape({new})",
                    f"{x}.T",
                    f"np.transpose({x}, {perm}).reshape({new})",
                    f"np.broadcast_to({x}, {(2, *shape)})",
                    f"np.stack([{x}, {x} * 0.5])",
                    f"np.squeeze({x})",
                    f"np.swapaxes({x}, 0, -1)",
                )
            ),
            x,
        )

    def index(self, scope):
        x = self.pick_float(scope, lambda v: numpy.ndim(v) > 0)
        if x is None:
            return None
        return self.let(f"{x}[{self.basic(scope.value(x))}]", x)

    def basic(self, v, must_be=1):
        """A basic index, as text, into an array: something is left of every axis."""
        parts = []
        for k in v.shape:
            r = self.rng.random()
            if r < 0.3:
                parts.append(str(int(self.rng.integers(-k, k))))
            elif r < 0.55:
                parts.append(":")
            elif r < 0.75:
                parts.append(self.one(("::-1", "::2", "-1:", ":1", "::-2")))
            else:
                start = int(self.rng.integers(0, k))
                parts.append(f"{start}:{int(self.rng.integers(start + 1, k + 1))}")
        if self.chance(0.15):
            parts.insert(int(self.rng.integers(len(parts) + 1)), "None")
        if self.chance(0.2):
            parts = parts[: int(self.rng.integers(1, len(parts) + 1))]
        return ", ".join(parts)

    def gather(self, scope):
        x = self.pick_float(scope, lambda v: numpy.ndim(v) > 0)
        if x is None:
            return None
        k = numpy.shape(scope.value(x))[0]
        idx = [int(i) for i in self.rng.integers(-k, k, int(self.rng.integers(1, 5)))]
        k2 = numpy.shape(scope.value(x))[-1]
        idx2 = [int(i) for i in self.rng.integers(0, k2, int(self.rng.integers(1, 4)))]
        return self.let(
            self.one(
                (
                    f"{x}[np.array({idx})]",
                    f"np.take({x}, np.array({idx2}), axis=-1)",
                    f"{x}[..., np.array({idx2})]",
                    f"{x}[np.argmax({x}) % {k}]",
                )
            ),
            x,
        )

    def product(self, scope):
        x = self.pick_float(scope, lambda v: numpy.ndim(v) in (1, 2, 3))
        if x is None:
            return None
        k = numpy.shape(scope.value(x))[-1]
        y = self.pick_float(scope, lambda v: numpy.ndim(v) in (1, 2) and k in numpy.shape(v))
        if y is None:
            return None
        a, b = numpy.shape(scope.value(x)), numpy.shape(scope.value(y))
        forms = []
        if b[0] == k:
            forms += ["{0} @ {1}", "({0} @ {1}) * 0.5", "np.tensordot({0}, {1}, 1)", "np.dot({0}, {1})"]
            if len(a) == len(b) == 2:
                forms += ["({0} @ {1}).T", "({1}.T @ {0}.T)", "np.einsum('ij,jk->ki', {0}, {1})"]
        if len(b) == 2 and b[1] == k:
            forms += ["{0} @ {1}.T", "np.einsum('...j,kj->k...', {0}, {1})"]
        return self.let(self.one(forms).format(x, y), y) if forms else None

    # ---- assignment
    def assign(self, scope):
        x = self.pick_float(scope, lambda v: isinstance(v, numpy.ndarray) and v.ndim > 0)
        if x is None:
            return None
        v, view = self.fresh(), self.fresh("w")
        value = scope.value(x)
        idx = self.basic(value)
        there = eval(f"a[{idx}]", {"a": value})
        y = self.pick_float(scope, lambda u: numpy.shape(u) == numpy.shape(there)) if self.chance(0.6) else None
        y = y or self.pick_float(scope, lambda u: numpy.ndim(u) == 0) or "0.5"
        base, jax_base = self.one(
            (("{0}.copy()", "{0}"), ("np.zeros({1})", "np.zeros({1})"), ("{0} * 1.0", "{0} * 1.0"))
        )
        shape = tuple(map(int, value.shape))
        if value.dtype != "float64":
            base, jax_base = "{0}.copy()", "{0}"
        base, jax_base = base.format(x, shape), jax_base.format(x, shape)
        style = self.one(("plain", "plain", "view", "transposed", "flat", "twice"))
        if (
            style == "flat"
        ):  # (x * 1.0 keeps the order of x's axes in memory; of such an array NumPy's reshape may be a copy)
            base, jax_base = f"{x}.copy()", x
        op, at = self.one((("=", "set"), ("+=", "add"), ("*=", "multiply")))
        if style == "plain":
            return Statement(v, [f"{v} = {base}", f"{v}[{idx}] {op} {y}"], [f"{v} = ({jax_base}).at[{idx}].{at}({y})"])
        if style == "twice":
            idx2 = self.basic(value)
            return Statement(
                v,
                [
                    f"{v} = {base}",
                    f"{v}[{idx}] {op} {y}",
                    f"{v}[{idx2}] += {v}[{idx2}] * 0.5",
                    f"{v}[{idx}] {op} {y} * 0.25",
                ],
                [
                    f"{v} = ({jax_base}).at[{idx}].{at}({y})",
                    f"{v} = {v}.at[{idx2}].add({v}[{idx2}] * 0.5)",
                    f"{v} = {v}.at[{idx}].{at}({y} * 0.25)",
                ],
            )
        if style == "view":
            if numpy.ndim(there) == 0:
                return None
            return Statement(
                v,
                [f"{v} = {base}", f"{view} = {v}[{idx}]", f"{view} += {y}", f"{view} *= 0.5"],
                [f"{v} = ({jax_base}).at[{idx}].set((({jax_base})[{idx}] + {y}) * 0.5)"],
            )
        if style == "transposed":
            k = int(self.rng.integers(shape[-1]))
            y = self.pick_float(scope, lambda u: numpy.ndim(u) == 0) or "0.5"
            return Statement(
                v,
                [f"{v} = {base}", f"{view} = {v}.T", f"{view}[{k}] {op} {y}"],
                [f"{v} = ({jax_base}).T.at[{k}].{at}({y}).T"],
            )
        k = int(self.rng.integers(numpy.prod(shape)))
        y = self.pick_float(scope, lambda u: numpy.ndim(u) == 0) or "0.5"
        return Statement(
            v,
            [f"{v} = {base}", f"{view} = {v}.reshape(-1)", f"{view}[{k}] {op} {y}"],
            [f"{v} = ({jax_base}).reshape(-1).at[{k}].{at}({y}).reshape({shape})"],
        )

    # ---- functions inside
    def block(self, scope, values, n, want=None):
        """A function of arrays like `values`, of n statements, and a scope with what it computes; it may read what is outside."""
        self.depth += 1
        params = [self.fresh("a") for _ in values]
        inner = Scope(
            {**scope.env, **dict(zip(params, values, strict=True))},
            (scope.names if self.chance(0.5) else []) + params * 2,
        )
        if want is not None:
            inner.names += params * 3
        self.fill(inner, n)
        self.depth -= 1
        return params, inner

    def result(self, inner, params):
        names = [s.name for s in inner.statements if kind(inner.value(s.name)) == "f"]
        return names[-1] if names else params[0]

    def body_like(self, inner, params, name, value):
        """An expression of the shape and dtype of value that depends on what a block computed."""
        shape, dtype = tuple(map(int, numpy.shape(value))), numpy.asarray(value).dtype
        found = [s.name for s in inner.statements if kind(inner.value(s.name)) == "f"]
        same = [
            n for n in found if numpy.shape(inner.value(n)) == shape and numpy.asarray(inner.value(n)).dtype == dtype
        ]
        if same:
            return f"np.sin({same[-1]})"
        if not found:
            return f"np.sin({name})"
        return f"np.tanh({name} + np.sum({found[-1]}) * 0.1).astype('{dtype}')"

    def transformed(self, scope):
        if self.depth > 1:
            return None
        x = self.pick_float(scope, is_array)
        if x is None:
            return None
        value = scope.value(x)
        how = self.one(
            (
                "grad",
                "jvp",
                "jit",
                "checkpoint",
                "vmap",
                "vjp",
                "jacrev",
                "vmap grad",
                "jit grad",
                "grad jit",
                "grad checkpoint",
            )
        )
        mapped = how.startswith("vmap")
        if mapped and value.ndim == 0:
            return None
        params, inner = self.block(scope, [value[0] if mapped else value], int(self.rng.integers(1, 5)))
        out = self.result(inner, params)
        scalar = "grad" in how
        g, v = self.fresh("g"), self.fresh()
        b = Block(g, params, inner.statements, f"np.sum(np.sin({out}))" if scalar else out)
        call = {
            "grad": f"fg.grad({g})({x})",
            "jvp": f"fg.jvp({g}, ({x},), ({x} * 0.5,))[1]",
            "jit": f"fg.jit({g})({x})",
            "checkpoint": f"fg.checkpoint({g})({x})",
            "vmap": f"fg.vmap({g})({x})",
            "vjp": f"fg.vjp({g}, {x})[1](np.ones_like({g}({x})))[0]",
            "jacrev": f"fg.jacrev({g})({x}).sum()",
            "vmap grad": f"fg.vmap(fg.grad({g}))({x})",
            "jit grad": f"fg.jit(fg.grad({g}))({x})",
            "grad jit": f"fg.grad(fg.jit({g}))({x})",
            "grad checkpoint": f"fg.grad(fg.checkpoint({g}))({x})",
        }[how]
        return Statement(v, [f"{v} = {call}"], None, [b])

    def stopped(self, scope):
        x = self.pick_float(scope)
        return self.let(f"fg.stop_gradient({x}) * {x}", x)

    # ---- control flow
    def cond(self, scope):
        if self.depth > 1:
            return None
        x = self.pick_float(scope, is_array)
        p = self.pick_float(scope)
        if x is None:
            return None
        blocks = []
        for _ in range(2):
            params, inner = self.block(scope, [scope.value(x)], int(self.rng.integers(1, 4)))
            blocks.append(
                Block(
                    self.fresh("b"), params, inner.statements, self.body_like(inner, params, params[0], scope.value(x))
                )
            )
        v = self.fresh()
        return Statement(
            v, [f"{v} = fg.lax.cond(np.sum({p}) > 0.2, {blocks[0].name}, {blocks[1].name}, {x})"], None, blocks
        )

    def scan(self, scope):
        if self.depth > 1:
            return None
        c = self.pick_float(scope, is_array)
        xs = self.pick_float(scope, lambda v: is_array(v) and v.ndim > 0)
        if c is None or xs is None:
            return None
        rows = scope.value(xs)
        params, inner = self.block(scope, [scope.value(c), rows[0]], int(self.rng.integers(1, 5)), "both")
        carry = self.body_like(inner, params, params[0], scope.value(c))
        b = Block(self.fresh("s"), params, inner.statements, f"({carry}, {self.result(inner, params)})")
        v = self.fresh()
        reverse = ", reverse=True" * self.chance(0.3)
        which = self.one((0, 0, 1))
        return Statement(v, [f"{v} = fg.lax.scan({b.name}, {c}, {xs}{reverse})[{which}]"], None, [b])

    def loop(self, scope):
        if self.depth > 1:
            return None
        c = self.pick_float(scope, is_array)
        if c is None:
            return None
        params, inner = self.block(scope, [scope.value(c)], int(self.rng.integers(1, 4)))
        result = self.body_like(inner, params, params[0], scope.value(c))
        v, s, t = self.fresh(), self.fresh("s"), self.fresh("t")
        if self.chance(0.5):
            b = Block(s, ["i", *params], inner.statements, f"{result} + {params[0]} * (0.25 * i)")
            return Statement(v, [f"{v} = fg.lax.fori_loop(0, {int(self.rng.integers(0, 4))}, {s}, {c})"], None, [b])
        b = Block(s, params, inner.statements, f"{result} + {params[0]}")
        test = Block(t, ["a"], [], "np.sum(a * a) < 2.0")
        return Statement(v, [f"{v} = fg.lax.while_loop({t}, {s}, {c}, max_steps=3)"], None, [b, test])

    def mapped(self, scope):
        if self.depth > 1:
            return None
        xs = self.pick_float(scope, lambda v: is_array(v) and v.ndim > 0)
        if xs is None:
            return None
        params, inner = self.block(scope, [scope.value(xs)[0]], int(self.rng.integers(1, 4)))
        b = Block(self.fresh("m"), params, inner.statements, self.result(inner, params))
        v = self.fresh()
        return Statement(v, [f"{v} = fg.lax.map({b.name}, {xs})"], None, [b])


UNARY = (
    "np.sin({0})", "np.cos({0})", "np.tanh({0})", "np.exp(-{0} * {0})", "np.sqrt({0} * {0} + 1.0)", "np.log1p({0} * {0})",
    "{0} ** 2", "{0} ** 3 * 0.2", "-{0}", "abs({0})", "np.square({0})", "1.0 / (1.0 + {0} * {0})", "np.arctan({0})", "{0} * {0}",
    "np.logaddexp({0}, 0.3)", "np.exp({0} * 0.3)",
)  # fmt: skip
NEUTRAL = (
    "-(-{0})", "{0} * 1.0", "1 * {0}", "{0} + 0.0", "0.0 + np.exp({0} * 0.2)", "{0} - 0", "{0} / 1", "{0} ** 1", "-1.0 * {0}", "{0} - (-{0})",
    "np.transpose(np.transpose({0}))", "np.reshape(np.reshape({0}, (-1,)), np.shape({0}))", "np.where({0} > 0.1, {0}, {0})",
    "np.sum(np.broadcast_to({0}, (3, *np.shape({0}))), axis=0)", "np.sum(np.broadcast_to({0}, (2, *np.shape({0}))))",
    "(np.zeros(np.shape({0})) + {0})", "{0} * np.ones((2, *np.shape({0})))", "np.full(np.shape({0}), 2.0) * {0}", "(-{0}) * (-{0})", "{0} * -1", "+{0}",
)  # fmt: skip
BINARY = (
    "{0} + {1}", "{0} - {1}", "{0} * {1}", "{0} / (1.0 + {1} * {1})", "np.maximum({0}, {1})", "np.minimum({0}, {1})",
    "np.hypot({0}, 1.0 + {1} * {1})", "np.arctan2({0}, 1.5 + {1} * {1})", "{0} * {1} - {1}", "(-{0}) + {1}", "(-{0}) * (-{1})", "{0} + (-{1})",
)  # fmt: skip
KINDS = (
    "unary", "unary", "unary", "binary", "binary", "binary", "with_number", "neutral", "neutral", "select", "made", "integers", "cast",
    "reduce", "reduce", "along", "move", "move", "index", "index", "gather", "product", "product", "assign", "assign",
    "transformed", "transformed", "stopped", "cond", "scan", "loop", "mapped",
)  # fmt: skip


def kind(v):
    return numpy.asarray(v).dtype.kind


def is_array(v):
    return isinstance(v, numpy.ndarray)


def fit_together(a, b):
    try:
        return numpy.prod(numpy.broadcast_shapes(a, b)) <= 100
    except ValueError:
        return False


@contextlib.contextmanager
def quiet():
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


def program(seed, number):
    return Maker(seed, number).program()


# ------------------------------------------------------------------------------------------------ comparing
class Disagreement(Exception):
    """`what` disagrees; the message says how."""

    def __init__(self, what, message):
        super().__init__(f"{what}: {message}")
        self.what = what


class Refused(Exception):
    """The program writes a traced value into a plain array, as what does not depend on an argument is: that is refused."""


def tolerance(p):
    single = any("float32" in line for line in p.block.text()) or any(
        numpy.asarray(a).dtype == "float32" for a in p.args
    )
    return 3e-3 if single else 1e-8


def same(got, want, what, tol, dtypes=True):
    if len(got) != len(want):
        raise Disagreement(what, f"{len(got)} results, expected {len(want)}")
    for i, (a, b) in enumerate(zip(got, want, strict=True)):
        a, b = numpy.asarray(a), numpy.asarray(b)
        if a.shape != b.shape or (dtypes and a.dtype != b.dtype):
            raise Disagreement(what, f"result {i} is {a.dtype}{a.shape}, expected {b.dtype}{b.shape}")
        with numpy.errstate(all="ignore"):
            scale = max(numpy.max(numpy.abs(b), initial=0.0, where=numpy.isfinite(b)), 1.0)
            near = (abs(a - b) <= tol * scale) | (a == b) | (numpy.isnan(a) & numpy.isnan(b))
        if not near.all():
            raise Disagreement(what, f"result {i} is {a.tolist()}, expected {b.tolist()}")


def run(what, f, *args):
    try:
        with quiet():
            return f(*args)
    except ConversionError as error:
        raise Refused from error
    except Exception as error:
        raise Disagreement(f"{what} raises {type(error).__name__}", str(error)[:300]) from error


def interpreted(compiled, args):
    """The results of the graph that code is written from, node by node."""
    from funcgrad.compile.passes.order import ready
    from funcgrad.core.graph import evaluate

    return evaluate(ready(compiled.graph(*args)), *args)


def compare(p, want=None):
    """Raise Disagreement unless the program compiled gives what it gives eagerly, and both what jax gives (`want`: its figures)."""
    import funcgrad as fg

    tol = tolerance(p)
    f, loss = p.functions("ours", ours())
    args = [a.copy() if is_array(a) else a for a in p.args]
    number = tuple(range(len(args)))
    eager = run("eager", f, *args)
    compiled = fg.jit(f)
    same(run("passes", interpreted, compiled, args), eager, "passes", tol)
    first = run("jit", compiled, *args)
    same(first, eager, "jit", tol)
    for i, a in enumerate(first):
        for b in [*args, *first[:i]]:
            if is_array(a) and is_array(b) and numpy.shares_memory(a, b):
                raise Disagreement("jit shares memory", f"result {i} with an argument or another result")
        if is_array(a):
            a[...] = numpy.nan
    same(run("jit, second call", compiled, *args), eager, "jit, second call", tol)
    gradient = run("grad", fg.grad(loss, number), *args)
    same(run("passes on grad", interpreted, fg.jit(fg.grad(loss, number)), args), gradient, "passes on grad", tol)
    for what, g in (("jit of grad", fg.jit(fg.grad(loss, number))), ("grad of jit", fg.grad(fg.jit(loss), number))):
        same(run(what, g, *args), gradient, what, tol)
    tangents = tuple(0.5 if type(a) is float else numpy.cos(a).astype(a.dtype) for a in args)
    pushed = run("jvp", lambda: fg.jvp(loss, tuple(args), tangents)[1])
    same([run("jvp of jit", lambda: fg.jvp(fg.jit(loss), tuple(args), tangents)[1])], [pushed], "jvp of jit", tol)
    same(
        [sum([numpy.sum(numpy.asarray(g, "float64") * t) for g, t in zip(gradient, tangents, strict=True)])],
        [numpy.float64(pushed)],
        "jvp against grad",
        max(tol, 1e-7),
        False,
    )
    for a, b in zip(args, p.args, strict=True):
        if is_array(a) and not numpy.array_equal(a, b):
            raise Disagreement("arguments", "one was written to")
    if want is not None:
        value, theirs_gradient = want
        same(eager, value, "eager against jax", max(tol, 1e-7), False)  # (of a Python float NumPy's functions give a
        same(
            gradient, theirs_gradient, "grad against jax", max(tol, 1e-6), False
        )  # float64, jax's a number of no dtype)


# ------------------------------------------------------------------------------------------------ jax
def by_jax(programs):
    """[(values, gradients)] of programs, by one compiled function."""
    import jax

    functions = [p.functions("jax", theirs()) for p in programs]

    def every(inputs):
        return [
            (f(*args), jax.grad(loss, tuple(range(len(args))))(*args))
            for (f, loss), args in zip(functions, inputs, strict=True)
        ]

    with numpy.errstate(all="ignore"):
        # (compiling takes most of the time. Without "fusion emitters", which would save more, XLA 0.10.2 gives a wrong gradient
        # of sum(sin(hypot(x, 1 + x * x))) at -1.356: 0.431 for 2.878.)
        got = jax.jit(every, compiler_options={"xla_backend_optimization_level": 0})([p.args for p in programs])
    return [([numpy.asarray(v) for v in values], [numpy.asarray(g) for g in gradients]) for values, gradients in got]


def one_by_one(p):
    """(values, gradients) of a program by jax, an operation at a time: what is right is not left to how XLA fuses them."""
    import jax

    f, loss = p.functions("jax", theirs())
    args = [jax.numpy.asarray(a) if is_array(a) else a for a in p.args]
    with quiet():
        got = f(*args), jax.grad(loss, tuple(range(len(args))))(*args)
    return [[numpy.asarray(v) for v in part] for part in got]


def figures(programs, at_once=20):
    """What jax says of each program, stored or compiled now, two groups at a time."""
    groups = [programs[i : i + at_once] for i in range(0, len(programs), at_once)]
    with quiet(), ThreadPoolExecutor(2) as pool:  # (warnings are the process's: not for a thread to switch)
        return [got for group in pool.map(figures_of, groups) for got in group]


def figures_of(programs):
    import jax
    import stored

    h = hashlib.sha256((jax.__version__ + inspect.getsource(theirs) + inspect.getsource(by_jax)).encode())
    for p in programs:
        h.update(p.source("jax").encode())
        for a in p.args:
            h.update(
                f"{type(a).__name__} {numpy.asarray(a).dtype}{numpy.shape(a)}".encode() + numpy.asarray(a).tobytes()
            )
    name = f"programs-{'-'.join(map(str, programs[0].origin))}"
    return stored.figures(name, h.hexdigest()[:32], lambda: by_jax(programs))


# ------------------------------------------------------------------------------------------------ shrinking
def fails(p, what, with_jax):
    """Does the program disagree in the same way?"""
    try:
        compare(p, one_by_one(p) if with_jax else None)
    except Disagreement as d:
        return d.what == what
    except Exception:  # not a program any more
        return False
    return False


def blocks_of(block):
    found = [block]
    for b in found:
        found += [c for s in b.statements for c in s.blocks]
    return found


def renamed(p, name, other):
    """Write another name wherever a program names one."""
    for b in blocks_of(p.block):
        b.result = re.sub(rf"\b{name}\b", other, b.result)
        for s in b.statements:
            s.lines, s.jax = [[re.sub(rf"\b{name}\b", other, line) for line in lines] for lines in (s.lines, s.jax)]


def candidates(p):
    """Programs with a little less in them, the smallest first."""
    names = [r.strip() for r in p.block.result.strip("()").split(",") if r.strip()]
    for r in names:
        if len(names) > 1:
            q = copy.deepcopy(p)
            q.block.result = f"({r},)"
            yield q
    for at, block in enumerate(blocks_of(p.block)):
        for i in reversed(range(len(block.statements))):
            q = copy.deepcopy(p)
            b = blocks_of(q.block)[at]
            del b.statements[i]
            yield q
        for i, s in enumerate(block.statements):
            alias = re.fullmatch(rf"{s.name} = (\w+)", "\n".join(s.lines))
            if alias:
                q = copy.deepcopy(p)
                del blocks_of(q.block)[at].statements[i]
                renamed(q, s.name, alias[1])
                yield q
            shape, dtype, made = s.aval
            earlier = [t.name for t in block.statements[:i] if t.aval == s.aval]
            if block is p.block:
                earlier += [
                    n
                    for n, a in zip(p.block.params, p.args, strict=True)
                    if (numpy.shape(a), numpy.asarray(a).dtype, type(a)) == s.aval
                ]
            simple = [f"{n}" for n in earlier[:2]]
            if len(s.lines) > 1 or s.blocks or not s.lines[0].startswith(f"{s.name} = np.full("):
                simple.append(f"np.full({tuple(shape)}, 0.5, '{dtype}')" + "" if made is numpy.ndarray else "0.5")
            for text in simple:
                if s.lines != [f"{s.name} = {text}"]:
                    q = copy.deepcopy(p)
                    t = blocks_of(q.block)[at].statements[i]
                    t.lines = t.jax = [f"{s.name} = {text}"]
                    t.blocks = []
                    yield q
    for i in range(len(p.args)):
        if len(p.args) > 1:
            q = copy.deepcopy(p)
            del q.args[i], q.block.params[i]
            yield q


def shrunk(p, what, seconds=60.0):
    """The program with everything taken out that the disagreement does not need."""
    end = time.monotonic() + seconds
    with_jax = "jax" in what
    changed = True
    while changed and time.monotonic() < end:
        changed = False
        for q in candidates(p):
            if time.monotonic() > end:
                break
            if fails(q, what, with_jax):
                p, changed = q, True
                break
    return p


def script(p, message):
    """The program as Python that a person can run."""
    args = [f"numpy.array({a.tolist()}, '{a.dtype}')" if is_array(a) else repr(a) for a in p.args]
    return "\n".join(
        [
            f"# program {p.origin[1]} of seed {p.origin[0]}: {message}",
            "import numpy",
            "import funcgrad as fg",
            "import funcgrad.numpy as np",
            "",
            p.source(),
            "",
            f"args = [{', '.join(args)}]",
            f"on = tuple(range({len(args)}))",
            "print('eager      ', f(*args))",
            "print('jit        ', fg.jit(f)(*args))",
            "print('grad       ', fg.grad(loss, on)(*args))",
            "print('jit of grad', fg.jit(fg.grad(loss, on))(*args))",
            "print('grad of jit', fg.grad(fg.jit(loss), on)(*args))",
        ]
    )


class Tally:
    """What a run has found: programs compared (with jax too), those that write a traced value into a plain array (which is
    refused), those that jax refuses, those whose figures XLA got wrong, and those that disagree, with how."""

    def __init__(self):
        self.compared = self.with_jax = self.refused = self.not_jax = self.fused = 0
        self.disagree = []

    def __str__(self):
        return (
            f"{self.compared} compared eager with compiled, {self.with_jax} of them with jax, {self.refused} refused, "
            f"{self.not_jax} not for jax, {self.fused} right only where jax is not compiled; {len(self.disagree)} disagree"
        )


def figures_of_some(programs, show):
    """What jax says of each, by one compiled function; None for one that it refuses."""
    try:
        with quiet():
            return by_jax(programs)
    except Exception as error:
        if len(programs) > 1:  # see which
            return [w for p in programs for w in figures_of_some([p], show)]
        said = f"{type(error).__name__}: {str(error)[:200]}"
        show(f"# program {programs[0].origin}: jax refuses it: {said}\n{programs[0].source('jax')}")
        return [None]


def search(seed, first, count, with_jax=True, at_once=20, show=print, shrink=True):
    """Compare `count` programs; what was found, as a Tally. Those that disagree are shrunk and shown."""
    tally = Tally()
    for start in range(first, first + count, at_once):
        some = []
        for k in range(start, min(start + at_once, first + count)):
            try:
                some.append(program(seed, k))
            except Exception as error:
                tally.disagree.append((None, error))
                show(f"# program {k} of seed {seed} could not be made: {type(error).__name__}: {str(error)[:300]}")
        wants = figures_of_some(some, show) if with_jax else [None] * len(some)
        for p, want in zip(some, wants, strict=True):
            try:
                compare(p, want)
            except Refused:
                tally.refused += 1
                continue
            except Disagreement as d:
                d = without_xla(p) if "jax" in d.what else d
                if d is None:
                    tally.fused += 1
                else:
                    q = shrunk(p, d.what) if shrink else p
                    tally.disagree.append((q, d))
                    show(script(q, str(d)) + "\n")
            tally.compared += 1
            tally.with_jax += want is not None
            tally.not_jax += with_jax and want is None
        if with_jax:
            forget()
    return tally


def without_xla(p):
    """How a program disagrees with jax run an operation at a time; None if it agrees. (Unoptimised code of XLA computes operands
    of a comparison twice, rounded in two ways: the gradient of a minimum is then 0 / 0, since no element equals it.)"""
    try:
        compare(p, one_by_one(p))
    except Disagreement as d:
        return d
    return None


def forget():
    """Let go of what was compiled: the programs of a run are different ones."""
    import jax

    jax.clear_caches()
    gc.collect()


def main():
    parser = argparse.ArgumentParser(description="Compare random programs: eager, compiled, jax.")
    parser.add_argument("--count", type=int, default=300)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--first", type=int, default=0)
    parser.add_argument("--no-jax", action="store_true")
    parser.add_argument("--no-shrink", action="store_true")
    a = parser.parse_args()
    start = time.process_time()
    tally = search(a.seed, a.first, a.count, not a.no_jax, shrink=not a.no_shrink)
    seconds = time.process_time() - start
    print(f"programs {a.first} to {a.first + a.count - 1} of seed {a.seed}: {tally}, {seconds:.0f} s of processor time")
    return bool(tally.disagree)


if __name__ == "__main__":
    import os

    os.environ["JAX_ENABLE_X64"] = "1"
    os.environ["JAX_PLATFORMS"] = "cpu"
    sys.exit(main())
