"""What jax says of a primitive: value, jvp, vjp and second order of all its samples, from one jitted function.

Invariant: nothing here calls a rule of funcgrad. The figures are stored (stored.py) under a key of everything that jax
computes them from: its version, what is asked of it here, the lowering as jax traced it (and its source), the operands'
bytes, dtypes and weakness, the params, and the directions. A rule of ours is in none of these: no figure can follow it.
"""

import functools
import hashlib
import inspect
import re
import warnings
from contextlib import contextmanager

import jax
import jax.nn
import jax.scipy.linalg
import jax.scipy.signal
import jax.scipy.special
import jaxlib
import numpy as np
import stored

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.sample import rng_of, samples_of

FOLDER = None  # where new figures are kept, if not in the cache
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


@functools.cache
def asked():
    """What is asked of jax, as text."""
    return "".join(map(inspect.getsource, (Case, computed, directed, like)))


def key_of(cases):
    h = hashlib.sha256()
    for part in (jax.__version__, jaxlib.__version__, asked()):
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
        got = jax.jit(every)([c.inputs() for c in cases])
    return [{k: [np.asarray(v) for v in vs] for k, vs in figures.items()} for figures in got]


def filled(cases, name, folder=None):
    """The cases with `want` filled in, from what is stored or from jax."""
    figures = stored.figures(name, key_of(cases), lambda: computed(cases), folder or FOLDER)
    for c, want in zip(cases, figures, strict=True):
        c.want = want
    return cases


@functools.cache
def cases_of(name):
    """Every sample of a primitive with jax's figures."""
    prim = PRIMITIVES[name]
    return filled([Case(prim, s, i) for i, s in enumerate(samples_of(prim))], name)
