"""jax.scipy.optimize: minimize, over funcgrad.scipy.optimize."""

from ...scipy import optimize as engine
from ..arrays import entered, wrap
from ..transforms import Plain, boundary, enter

OptimizeResults = engine.OptimizeResults


@boundary
def minimize(fun, x0, args=(), *, method, tol=None, options=None):
    """The least value of fun near x0, by BFGS."""
    got = engine.minimize(Plain(fun), entered(x0)[0], enter(tuple(args))[0], method=method, tol=tol, options=options)
    return OptimizeResults(*[wrap(getattr(got, name, None)) for name in OptimizeResults._fields])
