"""jax.scipy.optimize.minimize: BFGS on functions of a flat array, in compiled and vectorised code too.

The line search is that of J. Nocedal and S. Wright, Numerical Optimization (2006), algorithms 3.5 and 3.6; the update of the inverse
Hessian is their equation 6.17. Every step is a step of `while_loop`, so that values need not be known.
"""

from typing import Any, NamedTuple

import numpy as np

from ..control_flow import while_loop
from ..core.aval import dtype_of, shape_of
from ..core.site import here
from ..errors import ArgumentError, ArgumentValueError, ShapeError
from ..numpy.arguments import as_array, cast, inexact
from ..transforms.reverse_mode import value_and_grad

SUFFICIENT, CURVATURE = 1e-4, 0.9  # the constants of the strong Wolfe conditions


class OptimizeResults(NamedTuple):
    """What `minimize` found: the point, whether and how it ended, the value, gradient and inverse Hessian there, and counts."""

    x: Any
    success: Any
    status: Any
    fun: Any
    jac: Any
    hess_inv: Any
    nfev: Any
    njev: Any
    nit: Any


def minimize(fun, x0, args=(), *, method, tol=None, options=None):
    """A local minimum of fun(x, *args), a scalar function of a flat array, from x0. The one `method` is "BFGS".

    `options`: maxiter, norm, gtol, line_search_maxiter. Raises TypeError where args is no tuple, ValueError for another
    method, or an x0 that is not flat.

    >>> import numpy as np
    >>> found = minimize(lambda x: np.sum((x - 1.0) ** 4 + (x - 1.0) ** 2), np.zeros(3), method="BFGS")
    >>> bool(found.success), found.x.round(4)
    (True, array([1., 1., 1.]))
    """
    if not isinstance(args, tuple):
        raise ArgumentError(f"minimize: args must be a tuple; got {args!r}. [at {here()}]")
    if method.lower() != "bfgs":
        raise ArgumentValueError(f"minimize: the one method is 'BFGS'; got {method!r}. [at {here()}]")
    x0 = inexact(as_array(x0))
    if len(shape_of(x0)) != 1:
        raise ShapeError(f"minimize: x0 must have one axis; got shape {shape_of(x0)}. [at {here()}]")
    options = dict(options or {})
    if tol is not None:
        options.setdefault("gtol", tol)
    return bfgs(lambda x: fun(x, *args), x0, **options)


class Search(NamedTuple):
    """A step of BFGS."""

    k: Any
    x: Any
    f: Any
    g: Any
    h: Any
    before: Any  # the value before the last step: what the first try of the next is guessed from
    calls: Any
    converged: Any
    failed: Any
    line_status: Any


def bfgs(fun, x0, maxiter=None, norm=np.inf, gtol=1e-5, line_search_maxiter=10):
    n, dtype = shape_of(x0)[0], dtype_of(x0)
    most = 200 * n if maxiter is None else maxiter
    slope = value_and_grad(fun)

    def small(g):
        return np.less(np.linalg.norm(g, norm), gtol)

    def step(s):
        p = np.negative(np.matmul(s.h, s.g))
        line = line_search(slope, s.x, p, s.f, s.g, s.before, line_search_maxiter)
        d = np.multiply(line.a, p)
        y = np.subtract(line.g, s.g)
        rho = np.divide(dtype.type(1), np.dot(y, d))
        w = np.subtract(np.eye(n, dtype=dtype), np.multiply(rho, np.outer(d, y)))
        h = np.add(np.matmul(np.matmul(w, s.h), np.swapaxes(w, 0, 1)), np.multiply(rho, np.outer(d, d)))
        h = np.where(np.isfinite(rho), h, s.h)
        return Search(
            np.add(s.k, 1), np.add(s.x, d), line.f, line.g, h, s.f, np.add(s.calls, line.calls), small(line.g), line.failed,
            line.status,
        )  # fmt: skip

    f, g = slope(x0)
    f = cast(f, dtype)
    start = Search(
        0, x0, f, g, np.eye(n, dtype=dtype), np.add(f, np.divide(np.linalg.norm(g), 2)), 1, small(g), np.zeros((), bool)[()], 0
    )  # fmt: skip

    def going(s):
        return np.logical_and(np.logical_not(np.logical_or(s.converged, s.failed)), np.less(s.k, most))

    end = while_loop(going, step, start)
    status = np.where(
        end.converged, 0, np.where(np.equal(end.k, most), 1, np.where(end.failed, np.add(2, end.line_status), -1))
    )
    success = np.logical_and(end.converged, np.logical_not(end.failed))
    return OptimizeResults(end.x, success, status, end.f, end.g, end.h, end.calls, end.calls, end.k)


# ------------------------------------------------------------------------------------------------ line search
class Line(NamedTuple):
    """Where a line search stands: the last try, the bracket (its better end first), what has been accepted."""

    i: Any
    a: Any
    f: Any
    slope: Any
    g: Any
    low: Any
    f_low: Any
    slope_low: Any
    high: Any
    f_high: Any
    zooming: Any
    done: Any
    calls: Any
    failed: Any
    status: Any


def quadratic(a, fa, slope, b, fb):
    """Where the parabola through two values, with the slope at a, has its minimum."""
    d = np.subtract(b, a)
    return np.subtract(
        a,
        np.divide(
            np.multiply(slope, np.square(d)), np.multiply(2.0, np.subtract(np.subtract(fb, fa), np.multiply(slope, d)))
        ),
    )


def line_search(value_and_slope, x, p, f0, g0, before, most):
    """A step length along p that satisfies the strong Wolfe conditions; the last try, and failed, if none is found."""
    dtype = dtype_of(x)
    slope0 = np.dot(g0, p)
    guess = np.divide(np.multiply(1.01 * 2, np.subtract(f0, before)), slope0)
    first = np.where(np.logical_and(np.greater(guess, 0), np.less(guess, 1)), guess, dtype.type(1))

    def at(a):
        f, g = value_and_slope(np.add(x, np.multiply(a, p)))
        return cast(f, dtype), g, np.dot(g, p)

    def step(s):
        width = np.subtract(s.high, s.low)
        middle = np.add(s.low, np.multiply(0.5, width))
        parabola = quadratic(s.low, s.f_low, s.slope_low, s.high, s.f_high)
        inside = np.less(np.abs(np.subtract(parabola, middle)), np.multiply(0.4, np.abs(width)))
        tried = np.where(np.equal(s.i, 0), first, np.multiply(2.0, s.a))
        a = cast(np.where(s.zooming, np.where(inside, parabola, middle), tried), dtype)
        f, g, slope = at(a)
        line = np.add(f0, np.multiply(np.multiply(SUFFICIENT, a), slope0))
        worse = np.logical_or(np.greater(f, line), np.logical_and(np.greater_equal(f, s.f_low), np.greater(s.i, 0)))
        flat = np.less_equal(np.abs(slope), np.multiply(-CURVATURE, slope0))
        done = np.logical_and(np.logical_not(worse), flat)
        # in a bracket the new point replaces an end; before there is one, a point that is worse or rises makes one
        rising = np.greater_equal(np.where(s.zooming, np.multiply(slope, width), slope), 0)
        becomes_high = worse
        turn = np.logical_and(np.logical_not(worse), rising)
        keep = np.logical_and(np.logical_not(worse), np.logical_not(rising))
        high = np.where(becomes_high, a, np.where(turn, s.low, s.high))
        f_high = np.where(becomes_high, f, np.where(turn, s.f_low, s.f_high))
        moved = np.logical_or(turn, keep)
        return Line(
            np.add(s.i, 1), a, f, slope, g, np.where(moved, a, s.low), np.where(moved, f, s.f_low),
            np.where(moved, slope, s.slope_low), high, f_high,
            np.logical_or(s.zooming, np.logical_or(worse, rising)), done, np.add(s.calls, 1), s.failed, s.status,
        )  # fmt: skip

    zero, no = dtype.type(0), np.zeros((), bool)[()]
    start = Line(0, zero, f0, slope0, g0, zero, f0, slope0, zero, f0, no, no, 0, no, 0)
    tries = 3 * most
    end = while_loop(lambda s: np.logical_and(np.logical_not(s.done), np.less(s.i, tries)), step, start)
    # a step that falls enough is taken even if it is too steep there: precision may not allow more
    enough = np.less_equal(end.f_low, np.add(f0, np.multiply(np.multiply(SUFFICIENT, end.low), slope0)))
    usable = np.logical_and(np.greater(end.low, 0), enough)
    a = np.where(end.done, end.a, np.where(usable, end.low, end.a))
    f, g, _ = at(a)
    failed = np.logical_not(np.logical_or(end.done, usable))
    return end._replace(
        a=cast(a, dtype), f=f, g=g, calls=np.add(end.calls, 1), failed=failed, status=np.where(failed, 1, 0)
    )


__all__ = ["OptimizeResults", "minimize"]
