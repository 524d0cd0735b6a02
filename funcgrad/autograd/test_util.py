"""autograd.test_util: derivatives against central differences, in both modes and to any order."""

from .operators import make_jvp, make_vjp
from .vspaces import vspace
from .wrap_util import unary_to_nary

__all__ = ["check_equivalent", "check_grads", "check_jvp", "check_vjp", "combo_check", "scalar_close"]

TOL, RTOL, EPS = 1e-6, 1e-6, 1e-6


def scalar_close(a, b):
    """Are two numbers equal to 1e-6, absolutely or relatively?"""
    return abs(a - b) < TOL or abs(a - b) / abs(a + b) < RTOL


def make_numerical_jvp(f, x):
    """v -> the derivative of f in the direction v at x, by central differences."""
    space, results = vspace(x), vspace(f(x))

    def jvp(v):
        high = f(space.add(x, space.scalar_mul(v, EPS / 2)))
        low = f(space.add(x, space.scalar_mul(v, -EPS / 2)))
        return results.scalar_mul(results.add(high, results.scalar_mul(low, -1.0)), 1 / EPS)

    return jvp


def check_equivalent(x, y):
    """AssertionError unless two values lie in one space and have the same product with a random direction."""
    spaces = vspace(x), vspace(y)
    assert spaces[0] == spaces[1], f"VSpace mismatch:\nx: {spaces[0]}\ny: {spaces[1]}"
    v = spaces[0].randn()
    assert scalar_close(spaces[0].inner_prod(x, v), spaces[0].inner_prod(y, v)), f"Value mismatch:\nx: {x}\ny: {y}"


def check_vjp(f, x):
    """The reverse rule of f at x, against central differences in a random direction."""
    vjp, y = make_vjp(f)(x)
    space, results = vspace(x), vspace(y)
    v, g = space.randn(), results.randn()
    pulled = space.covector(vjp(results.covector(g)))
    numerical = make_numerical_jvp(f, x)(v)
    assert scalar_close(space.inner_prod(v, pulled), results.inner_prod(numerical, g)), (
        f"Derivative (VJP) check of {getattr(f, '__name__', f)} failed with arg {x}:\n"
        f"analytic: {space.inner_prod(v, pulled)}\nnumeric: {results.inner_prod(numerical, g)}"
    )


def check_jvp(f, x):
    """The forward rule of f at x, likewise."""
    v = vspace(x).randn()
    check_equivalent(make_jvp(f)(x)(v)[1], make_numerical_jvp(f, x)(v))


@unary_to_nary
def check_grads(f, x, modes=("fwd", "rev"), order=2):
    """AssertionError unless the derivatives of f at x agree with central differences, in each mode, up to this order.

    >>> import numpy as np
    >>> check_grads(lambda x: np.sin(x) * x)(np.array([0.3, 1.2]))
    """
    if not order:
        return
    for mode, check, derivative in (("fwd", check_jvp, pushed), ("rev", check_vjp, pulled)):
        if mode in modes:
            check(f, x)
            check_grads(derivative(f), (0, 1), modes=modes, order=order - 1)(
                x, vspace(x if mode == "fwd" else f(x)).randn()
            )


def pushed(f):
    return lambda x, v: make_jvp(f)(x)(v)[1]


def pulled(f):
    return lambda x, g: make_vjp(f)(x)[0](g)


def combo_check(fun, *args, **kwargs):
    """combo_check(f, argnums, **check_grads' options)(*lists of arguments, **lists of keywords): every combination."""
    from itertools import product

    def run(*lists, **named_lists):
        for given in product(*lists):
            for values in product(*named_lists.values()):
                check_grads(fun, *args, **kwargs)(*given, **dict(zip(named_lists, values, strict=True)))

    return run
