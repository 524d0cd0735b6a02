"""What jax says of a primitive: value, jvp, vjp and second order of all its samples, from one jitted function.

Invariant: nothing here calls a rule of funcgrad. The figures are kept in `.cache/oracle`, under a key of everything
that jax computes them from: its version, this file, the lowering as jax traced it (and its source), the operands'
bytes, dtypes and weakness, the params, and the directions. A rule of ours is in none of these: no figure can follow it.
"""

import functools
import hashlib
import inspect
import os
import pathlib
import re
import tempfile
import warnings
import zipfile
from contextlib import contextmanager

import jax
import jax.nn
import jax.scipy.linalg
import jax.scipy.signal
import jax.scipy.special
import jaxlib
import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.sample import rng_of, samples_of

FOLDER = pathlib.Path(__file__).parents[1] / ".cache" / "oracle"
COMPILER = {  # compiling, not running, is what takes time here: a third of it with these
    "xla_backend_optimization_level": 0,
    "xla_cpu_use_fusion_emitters": False,
}
PYTHON = (bool, int, float, complex)


def lowering(prim):
    """The jax function a primitive stands for: f(*operands, **params)."""
    if prim.jax is None:
        raise AssertionError(f"{prim.name}: no jax lowering; give jax='numpy.name' or a function (jax, *xs, **params)")
    if isinstance(prim.jax, str):
        return functools.reduce(getattr, prim.jax.split("."), jax)
    return functools.partial(prim.jax, jax)


def dtype_of(x):
    return np.asarray(x).dtype


def is_float(x):
    return dtype_of(x).kind in "fc"


def directed(rng, shape, kind):
    """Random multiples of 1/8: every float dtype holds them exactly, so that casting a direction loses nothing."""
    t = rng.integers(-16, 17, shape) / 8
    return np.asarray(t + 1j * rng.integers(-16, 17, shape) / 8 if kind == "c" else t)


def like(t, x):
    """A direction as a (co)tangent of x: in its dtype, a Python number for a Python number."""
    return type(x)(t) if type(x) in PYTHON else t.astype(dtype_of(x))


@contextmanager
def quiet():
    """jax warns of casts that drop an imaginary part; NumPy and the primitives do the same on purpose."""
    with warnings.catch_warnings(), np.errstate(all="ignore"):
        warnings.simplefilter("ignore")
        yield


class Case:
    """One sample with its directions: `ts`, `us` of the float operands, `cts`, `vts` of the float results.

    `floats`, `outs`: which operands and which results carry a derivative. `order` is 0 where one of them is empty.
    `want` holds jax's figures: value, jvp, vjp, and of the pullback as a function of operands and cotangents
    (second order) its vjp and its jvp.
    """

    def __init__(self, prim, sample, number=0):
        self.prim, self.sample, self.number = prim, sample, number
        rng = rng_of(f"{prim.name} {number}")
        self.params = {k: v for k, v in sample.params.items() if k != "kink"}
        self.floats = tuple(i for i, a in enumerate(sample.args) if is_float(a))
        with quiet():
            try:
                self.shapes = as_tuple(jax.eval_shape(self.value, *sample.args))
            except Exception as error:
                raise AssertionError(f"{self}: jax refuses it: {type(error).__name__}: {error}") from error
        self.outs = tuple(i for i, s in enumerate(self.shapes) if s.dtype.kind in "fc")
        self.order = sample.order if self.floats and self.outs else 0
        xs = [sample.args[i] for i in self.floats]
        self.ts = tuple(like(directed(rng, np.shape(x), dtype_of(x).kind), x) for x in xs)
        self.us = tuple(like(directed(rng, np.shape(x), dtype_of(x).kind), x) for x in xs)
        self.cts = tuple(directed(rng, self.shapes[i].shape, self.shapes[i].dtype.kind) for i in self.outs)
        self.vts = tuple(directed(rng, self.shapes[i].shape, self.shapes[i].dtype.kind) for i in self.outs)
        self.want = None

    def __repr__(self):
        return f"{self.prim.name}, {self.sample!r}"

    def value(self, *args):
        return lowering(self.prim)(*args, **self.params)

    def figures(self, args, ts, us, cts, vts):
        """Everything jax is asked for of this case."""
        value = as_tuple(self.value(*args))
        if not self.order:
            return {"value": value}

        def f(*xs):
            full = list(args)
            for i, x in zip(self.floats, xs, strict=True):
                full[i] = x
            out = as_tuple(self.value(*full))
            return tuple(out[i] for i in self.outs)

        def pull(xs, cts):
            return jax.vjp(f, *xs)[1](cts)

        xs = tuple(args[i] for i in self.floats)
        got = {"value": value, "jvp": jax.jvp(f, xs, ts)[1]}
        if self.order == 1:
            return got | {"vjp": pull(xs, cts)}
        got["vjp"], got["jvp of vjp"] = jax.jvp(pull, (xs, cts), (ts, vts))
        by_x, by_ct = jax.vjp(pull, xs, cts)[1](us)
        return got | {"vjp of vjp": by_x + tuple(by_ct)}

    def inputs(self):
        outs = [self.shapes[i].dtype for i in self.outs]
        cts, vts = (tuple(c.astype(d) for c, d in zip(cs, outs, strict=True)) for cs in (self.cts, self.vts))
        return list(self.sample.args), self.ts, self.us, cts, vts

    def key(self):
        """Everything jax's figures depend on, as bytes."""
        with quiet():
            traced = jax.make_jaxpr(self.value)(*self.sample.args)
        text = re.sub(r" at 0x[0-9a-f]+", "", str(traced))
        parts = [text, repr(self.order), repr(self.floats), re.sub(r" at 0x[0-9a-f]+", "", repr(self.params))]
        parts += [np.asarray(c) for c in traced.consts]
        for x in jax.tree.leaves(self.inputs()):
            parts += [type(x).__name__ if type(x) in PYTHON else "array", np.asarray(x)]
        return b"\0".join(
            p.encode() if isinstance(p, str) else f"{p.dtype} {p.shape} ".encode() + p.tobytes() for p in parts
        )


def as_tuple(out):
    return tuple(out) if isinstance(out, (tuple, list)) else (out,)


def key_of(cases):
    h = hashlib.sha256()
    for part in (jax.__version__, jaxlib.__version__, pathlib.Path(__file__).read_text()):
        h.update(part.encode() + b"\0")
    for prim in {c.prim for c in cases}:
        h.update((prim.jax if isinstance(prim.jax, str) else inspect.getsource(prim.jax)).encode() + b"\0")
    for c in cases:
        h.update(c.key())
    return h.hexdigest()[:32]


def computed(cases):
    """jax's figures of these cases, by one jitted function: [{"value": [arrays], "jvp": [...], ...}]."""

    def every(inputs):
        return [c.figures(*x) for c, x in zip(cases, inputs, strict=True)]

    with quiet():
        got = jax.jit(every, compiler_options=COMPILER)([c.inputs() for c in cases])
    return [{k: [np.asarray(v) for v in vs] for k, vs in figures.items()} for figures in got]


def read(path):
    """The figures in a file of the cache; None if there is none, or it was cut short."""
    try:
        with open(path, "rb") as stream, np.load(stream) as file:
            found = {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, zipfile.BadZipFile):
        return None
    cases = {}
    for name, value in found.items():
        number, what, _ = name.split("|")
        cases.setdefault(int(number), {}).setdefault(what, []).append(value)
    return [cases[i] for i in sorted(cases)]


def write(path, figures):
    """Write a file of the cache at once: two processes may do so at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    flat = {
        f"{i}|{what}|{j}": v for i, case in enumerate(figures) for what, vs in case.items() for j, v in enumerate(vs)
    }
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        np.savez(file, **flat)
    os.replace(file.name, path)


def filled(cases, name, folder=None):
    """The cases with `want` filled in, from the cache or from jax."""
    path = (folder or FOLDER) / f"{name}-{key_of(cases)}.npz"
    figures = read(path)
    if figures is None:
        figures = computed(cases)
        write(path, figures)
    for c, want in zip(cases, figures, strict=True):
        c.want = want
    return cases


@functools.cache
def cases_of(name):
    """Every sample of a primitive with jax's figures."""
    prim = PRIMITIVES[name]
    return filled([Case(prim, s, i) for i, s in enumerate(samples_of(prim))], name)
