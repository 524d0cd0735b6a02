"""What a function under a transform has computed is freed when it is let go of: no array waits for Python's collector."""

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad import lax
from tests.garbage import waiting

X = np.arange(16.0).reshape(4, 4) / 16


def f(a):
    return fnp.sum(fnp.tanh(a @ a) * a)


def writes(a):
    b = fnp.zeros((4, 4))
    b[0] = a[0]
    b[1:] += a[1:]
    return np.sum(b * b)


def scanned(a):
    return fnp.sum(lax.scan(lambda c, row: (c + row, c), a[0], a)[0])


@fg.custom_vjp
def clipped(a):
    return a


clipped.defvjp(lambda a: (a, a), lambda kept, ct: (fnp.clip(ct, -1, 1) * kept,))


def refused(a):
    with pytest.raises(TypeError):
        fg.grad(lambda a: float(fg.jit(lambda b: float(fnp.sum(b)))(a)))(a)


PROGRAMS = {
    "grad": fg.grad(f),
    "writes": fg.value_and_grad(writes),
    "grad of grad": fg.grad(lambda a: fnp.sum(fg.grad(f)(a))),
    "jvp": lambda a: fg.jvp(f, (a,), (a,)),
    "vjp": lambda a: fg.vjp(f, a)[1](1.0),
    "linearize": lambda a: fg.linearize(f, a)[1](a),
    "hessian": fg.hessian(f),
    "jacobians": lambda a: (fg.jacfwd(fnp.sin)(a), fg.jacrev(fnp.sin)(a)),
    "vmap of grad": fg.vmap(fg.grad(lambda row: fnp.sum(row * row))),
    "jit of grad": fg.jit(fg.grad(f)),
    "jit that is new each time": lambda a: fg.jit(lambda b: f(b) * 2)(a),
    "checkpoint": fg.grad(fg.checkpoint(f)),
    "scan": fg.grad(scanned),
    "a rule of one's own": fg.grad(lambda a: fnp.sum(clipped(a))),
    "an error": refused,
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_no_array_waits_for_the_collector(name):
    for _ in range(3):
        PROGRAMS[name](X)
    assert waiting(lambda: PROGRAMS[name](X)) == []
