"""Functions of (x, y) that solve something, by custom_root or custom_linear_solve of a library and its numpy (tests/test_implicit.py).

Both make_implicit.py, with jax, and the test, with funcgrad, run them, with every use of custom_rules_cases.py.
"""

import numpy as np
from custom_rules_cases import FORWARD, USES, X, Y

A = np.array([[3.0, 0.4, -0.2], [0.1, 2.5, 0.7], [-0.5, 0.2, 4.0]])
PAIRS = np.array([X, Y]), np.array([Y, 0.5 - X])
ALL = (
    USES
    | FORWARD
    | {  # (a sample is a vector here)
        "vmap of grad": lambda lib, f: lambda *_: lib.vmap(lib.grad(lambda x, y: f(x, y).sum(), (0, 1)))(*PAIRS),
        "grad of vmap": lambda lib, f: (
            lambda x, y: lib.grad(lambda x, y: lib.vmap(f, (0, None))(x, y).sum(), (0, 1))(PAIRS[0], y)
        ),
        "vmap of jvp": lambda lib, f: lambda *_: lib.vmap(lambda x, y: lib.jvp(f, (x, y), (y, x)))(*PAIRS),
    }
)


def dense(lib, of):
    """A solver of linear systems by the matrix itself."""
    return lambda g, b: of.linalg.solve(lib.jacobian(g)(b), b)


def newton(lib, of):
    return lambda f, t: lib.lax.fori_loop(0, 12, lambda i, t: t - of.linalg.solve(lib.jacobian(f)(t), f(t)), t)


def conjugate_gradients(lib, of):
    def solve(matvec, b):
        def going(s):
            return (s[4] < 20) & (s[3] > 1e-28)

        def step(s):
            x, r, p, rr, i = s
            q = matvec(p)
            a = rr / (p @ q)
            r = r - a * q
            return x + a * p, r, r + (r @ r) / rr * p, r @ r, i + 1

        return lib.lax.while_loop(going, step, (of.zeros_like(b), b, b, b @ b, 0))[0]

    return solve


def root(lib, of):
    def f(x, y):
        return lib.lax.custom_root(
            lambda t: t**3 + of.exp(x) * t + 0.1 * t.sum() - y, 0.0 * x, newton(lib, of), dense(lib, of)
        )

    return f


def fixed_point(lib, of):
    """Of a pytree, solved by iteration; its slope by a Neumann series, which reverse mode goes through."""

    def f(x, y):
        def rest(s):
            return {"a": of.tanh(0.3 * s["b"] * y) + x - s["a"], "b": of.sin(0.2 * s["a"]) * x - s["b"]}

        def iterate(f, s):
            return lib.lax.fori_loop(0, 60, lambda i, s: lib.tree.map(lambda v, d: v + d, s, f(s)), s)

        def neumann(g, y):  # g = d - 1
            return lib.lax.fori_loop(
                0, 60, lambda i, s: lib.tree.map(lambda v, d, y: v + d - y, s, g(s), y), lib.tree.map(of.negative, y)
            )

        got = lib.lax.custom_root(rest, {"a": 0.0 * x, "b": 0.0 * y}, iterate, neumann)
        return got["a"] * got["b"]

    return f


def linear(lib, of):
    def f(x, y):
        a = A + of.outer(x, y)
        return lib.lax.custom_linear_solve(lambda v: a @ v, of.sin(x) + y, dense(lib, of), dense(lib, of))

    return f


def symmetric(lib, of):
    def f(x, y):
        solve = conjugate_gradients(lib, of)
        return lib.lax.custom_linear_solve(
            lambda v: of.exp(x) * v + 0.2 * y * (y @ v), of.cos(y), solve, symmetric=True
        )

    return f


def nested(lib, of):
    """A root whose slope is solved for by custom_linear_solve."""

    def f(x, y):
        solve = conjugate_gradients(lib, of)
        return lib.lax.custom_root(
            lambda t: t**3 + 2.0 * t - x * of.exp(y),
            0.0 * x,
            newton(lib, of),
            lambda g, b: lib.lax.custom_linear_solve(g, b, solve, symmetric=True),
        )

    return f


def held(lib, of):
    """The solvers close over traced values too; and report something beside the solution."""

    def f(x, y):
        near = of.exp(x)

        def solve(f, t):
            return newton(lib, of)(f, t + 0.0 * near), near.sum()

        got, total = lib.lax.custom_root(
            lambda t: t * near + t**3 - y, 0.0 * x, solve, lambda g, b: b * near / g(near), True
        )
        return got + total

    return f


CASES = [
    (make, use)
    for make in (root, fixed_point, linear, symmetric, nested, held)
    for use in ALL
    if make in (root, linear, nested)
    or use in ("value", "grad by both", "jit of grad", "vmap of grad", "jvp", "hessian")
]
