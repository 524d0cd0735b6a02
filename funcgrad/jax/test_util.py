"""jax.test_util: derivatives, in both modes and to any order, against central differences in a random direction."""

import functools

import numpy as np

from . import tree
from .numpy import asarray
from .transforms import jvp, vjp

__all__ = ["check_grads", "check_jvp", "check_vjp"]

EPS = 1e-4
TOLERANCE = {"float16": 1e-2, "float32": 2e-3, "complex64": 1e-3, "float64": 1e-5, "complex128": 1e-5}


def direction(trees, seed):
    """Normal numbers like the leaves; float0's zeros for whole numbers."""
    draws = np.random.RandomState(seed)

    def like(x):
        shape, dtype = np.shape(x), asarray(x).dtype
        if dtype.kind not in "fc":
            return np.zeros(shape, [("float0", np.void, 0)])
        values = draws.standard_normal(shape)
        return asarray(values + 1j * draws.standard_normal(shape) if dtype.kind == "c" else values, dtype)

    return tree.map(like, trees)


def moved(x, t, step):
    return x if np.asarray(t).dtype.kind == "V" else x + asarray(step, asarray(x).dtype) * t


def numerical_jvp(f, primals, tangents, eps):
    """The central difference of f at the primals along the tangents."""
    ahead, behind = (f(*tree.map(functools.partial(moved, step=s), primals, tangents)) for s in (eps / 2, -eps / 2))
    return tree.map(
        lambda a, b: (np.asarray(a) - np.asarray(b)) / eps if asarray(a).dtype.kind in "fc" else 0.0, ahead, behind
    )


def close(got, want, atol, rtol, what):
    for a, b in zip(tree.leaves(got), tree.leaves(want), strict=True):
        a, b = np.asarray(a), np.asarray(b)
        if a.dtype.kind not in "fc":
            continue
        default = TOLERANCE[a.dtype.name]
        np.testing.assert_allclose(
            b, a, rtol=default if rtol is None else rtol, atol=default if atol is None else atol, err_msg=what
        )


def check_jvp(f, f_jvp, args, atol=None, rtol=None, eps=EPS, err_msg=""):
    """AssertionError unless f_jvp(args, tangents) is (f(*args), the derivative of f in that direction)."""
    tangents = direction(args, 0)
    value, t = f_jvp(args, tangents)
    close(value, f(*args), atol, rtol, f"{err_msg} JVP primal")
    close(t, numerical_jvp(f, args, tangents, EPS if eps is None else eps), atol, rtol, f"{err_msg} JVP tangent")


def check_vjp(f, f_vjp, args, atol=None, rtol=None, eps=EPS, err_msg=""):
    """AssertionError unless f_vjp(*args) is (f(*args), the pullback of the derivative of f)."""
    value, pullback = f_vjp(*args)
    close(value, f(*args), atol, rtol, f"{err_msg} VJP primal")
    tangents, ct = direction(args, 0), direction(value, 1)
    forward = numerical_jvp(f, args, tangents, EPS if eps is None else eps)
    close(product(pullback(ct), tangents), product(ct, forward), atol, rtol, f"{err_msg} VJP cotangent projection")


def product(xs, ys):
    """The sum of the products of all numbers, as the first of the dtypes."""
    pairs = zip(tree.leaves(xs), tree.leaves(ys), strict=True)
    pairs = [
        (np.asarray(x), np.asarray(y))
        for x, y in pairs
        if asarray(x).dtype.kind in "fc" and np.asarray(y).dtype.kind in "fc"
    ]
    return sum([np.sum(x * y, dtype=x.dtype) for x, y in pairs], start=np.float32(0) if not pairs else 0)


def check_grads(f, args, order, modes=("fwd", "rev"), atol=None, rtol=None, eps=None):
    """AssertionError unless the derivatives of f at args agree with central differences, in each mode, up to this order.

    >>> import funcgrad.jax.numpy as jnp
    >>> check_grads(lambda x: jnp.sin(x) * x, (jnp.array([0.3, 1.2]),), order=2)
    """
    check(f, tuple(args), order, modes, {"atol": atol, "rtol": rtol, "eps": eps}, "")


def check(f, args, order, modes, options, what):
    if "fwd" in modes:
        check_jvp(f, functools.partial(jvp, f), args, **options, err_msg=what)
        if order > 1:
            check(functools.partial(jvp, f), (args, direction(args, 2)), order - 1, modes, options, f"{what} JVP of")
    if "rev" in modes:
        check_vjp(f, functools.partial(vjp, f), args, **options, err_msg=what)
        if order > 1:

            def pulled(*args):
                value, pullback = vjp(f, *args)
                return pullback(value)

            check(pulled, args, order - 1, modes, options, f"{what} VJP of")
