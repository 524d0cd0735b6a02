"""autograd.misc.fixed_points: the fixed point of a map, differentiated implicitly."""

from ..extend import defvjp_argnum, primitive
from ..operators import make_vjp

__all__ = ["fixed_point"]


@primitive
def fixed_point(f, a, x0, distance, tol):
    """x with x = f(a)(x), by iteration from x0 until distance(x, previous x) <= tol; differentiable by a.

    With the implicit function theorem:  dx = (1 - df/dx)^-1 df/da da  (Christianson, Optimization Methods and Software 1994).
    """
    step = f(a)
    x, previous = step(x0), x0
    while distance(x, previous) > tol:
        x, previous = step(x), x
    return x


def by_parameters(argnum, ans, args, kwargs):
    f, a, x0, distance, tol = args
    if argnum != 1:
        return lambda g: 0.0 * g
    by_a, _ = make_vjp(lambda a: f(a)(ans))(a)
    by_x, _ = make_vjp(f(a))(ans)
    return lambda g: by_a(fixed_point(lambda g: lambda u: g + by_x(u), g, ans, distance, tol))


defvjp_argnum(fixed_point, by_parameters)
