"""autograd.misc.fixed_points: the fixed point of a map, differentiated implicitly (lax.custom_root)."""

from ...lax import custom_linear_solve, custom_root
from ...transforms.custom import stop_gradient

__all__ = ["fixed_point"]


def fixed_point(f, a, x0, distance, tol):
    """x with x = f(a)(x), by iteration from x0 until distance(x, previous x) <= tol; differentiable by a, to any order.

    Derivatives are found by the same iteration (Christianson, Optimization Methods and Software 1994).

    >>> import funcgrad.autograd as autograd
    >>> root = lambda a: fixed_point(lambda a: lambda x: 0.5 * (x + a / x), a, 1.0, lambda x, y: abs(x - y), 1e-9)
    >>> round(root(9.0), 9), round(autograd.grad(root)(9.0), 9)
    (3.0, 0.166666667)
    """

    def iterate(step, x):
        previous, x = x, step(x)
        while distance(x, previous) > tol:
            previous, x = x, step(x)
        return x

    def of_slope(g, y):
        """d with g(d) = y, where g(d) = df/dx d - d."""
        return iterate(lambda d: g(d) + d - y, -y)

    return custom_root(
        lambda x: f(a)(x) - x,
        x0,
        lambda _, x: iterate(f(stop_gradient(a)), x),
        lambda g, y: custom_linear_solve(g, y, of_slope, of_slope),
    )
