"""Programs, and what linearize is to do with each: of a library, its numpy, a point and a tangent (tests/test_linearize.py).

Both make_linearize.py, with jax, and the test, with funcgrad, run them.
"""

import numpy as np

X = np.array([0.3, -0.7, 1.1])
T = np.array([1.0, 0.5, -2.0])
W = np.arange(9.0).reshape(3, 3) / 7


def rules(lib, of):
    f = lib.custom_jvp(lambda x, y: of.sin(x) * y)

    @f.defjvp
    def rule(primals, tangents):
        (x, y), (s, t) = primals, tangents
        return f(x, y), 7.0 * of.cos(x) * y * s + W[0] * t

    return f


def iterated(lib, of, x):
    return lib.lax.fori_loop(0, 3, lambda i, v: of.cos(v) * x, x)


PROGRAMS = {  # of the library and its numpy
    "products": lambda lib, of, x: of.sin(x) * x + of.exp(x * 2.0) / (x + 3.0),
    "matrix": lambda lib, of, x: {"a": W @ x, "b": of.sum(of.outer(x, x) @ (W @ of.tanh(x)))},
    "indexing": lambda lib, of, x: (x[::-1] * x, of.concatenate([x[1:], of.stack([x[0] * x[2]])])),
    "where": lambda lib, of, x: of.where(x > 0, x**2, 3.0 * x),
    "nothing": lambda lib, of, x: (x * 0 + 1.0, of.ones(2), x),
    "scan": lambda lib, of, x: lib.lax.scan(lambda c, v: (of.sin(c) * v, c * v), x[0], x),
    "scan, partly known": lambda lib, of, x: lib.lax.scan(
        lambda c, v: ((c[0] * 0.5, of.sin(c[1]) * v + c[0]), c[0] * c[1]), (2.0, x[0]), x
    ),
    "cond": lambda lib, of, x: lib.lax.cond(x[0] > 0, lambda v: of.sin(v) * v, lambda v: v, x),
    "while": lambda lib, of, x: lib.lax.while_loop(lambda v: v[0] < 9.0, lambda v: v * v + 1.0, x),
    "fori": lambda lib, of, x: iterated(lib, of, x),
    "jit": lambda lib, of, x: lib.jit(lambda v, w: (of.sin(v) * w, v))(x, W[0])[0] * x,
    "jit in scan": lambda lib, of, x: lib.lax.scan(
        lambda c, v: (lambda s, d: (s * d + v, s))(*lib.jit(lambda a, b: (of.sin(a) * b, a * a))(c, v)), x[0] * x[1], x
    ),
    "cond and jvp in scan": lambda lib, of, x: lib.lax.scan(
        lambda c, v: (lib.lax.cond(v > 0, lambda a: lib.jvp(of.sin, (a,), (v * a,))[1], lambda a: a * v, c), c), x[0], x
    ),
    "custom_jvp": lambda lib, of, x: rules(lib, of)(x, x * x),
    "checkpoint": lambda lib, of, x: lib.checkpoint(lambda v: of.sin(of.sin(v)))(x) * x,
    "vmap": lambda lib, of, x: lib.vmap(lambda v, w: of.dot(v, w) * of.sin(w))(W, x),
    "grad": lambda lib, of, x: lib.grad(lambda v: of.sum(v**3 * x))(x),
    "jvp": lambda lib, of, x: lib.jvp(lambda v: v**3 * x, (x,), (of.sin(x),))[1],
    "linearize": lambda lib, of, x: lib.linearize(lambda v: v**3 * x, x)[1](of.sin(x)),
    "complex": lambda lib, of, x: of.real(of.exp(1j * x) * x),
}
USES = {  # what is done with it: of the library, f, a point, a tangent
    "value": lambda lib, f, x, t: lib.linearize(f, x)[0],
    "push": lambda lib, f, x, t: (lambda push: (push(t), push(2 * t)))(lib.linearize(f, x)[1]),
    "jvp of push": lambda lib, f, x, t: lib.jvp(lib.linearize(f, x)[1], (t,), (x,)),
    "vjp of push": lambda lib, f, x, t: (lambda out, pull: pull(out))(*lib.vjp(lib.linearize(f, x)[1], t)),
    "vmap of push": lambda lib, f, x, t: lib.vmap(lib.linearize(f, x)[1])(np.stack([t, x])),
    "jit of push": lambda lib, f, x, t: lib.jit(lib.linearize(f, x)[1])(t),
    "transpose": lambda lib, f, x, t: (lambda out, push: lib.linear_transpose(push, x)(out))(*lib.linearize(f, x)),
    "in jit": lambda lib, f, x, t: lib.jit(lambda x: lib.linearize(f, x)[1](t))(x),
    "in vmap": lambda lib, f, x, t: lib.vmap(lambda x: lib.linearize(f, x)[1](t))(np.stack([x, t])),
    "in jvp": lambda lib, f, x, t: lib.jvp(lambda x: lib.linearize(f, x)[1](t), (x,), (t,)),
    "in vjp": lambda lib, f, x, t: (lambda out, pull: pull(out))(*lib.vjp(lambda x: lib.linearize(f, x)[1](t), x)),
    "twice": lambda lib, f, x, t: lib.linearize(lambda x: lib.linearize(f, x)[1](t), x)[1](t),
}
