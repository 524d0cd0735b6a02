"""autograd.scipy.integrate: odeint, SciPy's own, differentiated by solving the adjoint equation backwards."""

import numpy as np

from ... import numpy as fnp
from ..extend import defvjp_argnums, primitive
from ..misc.flatten import flatten
from ..operators import make_vjp
from . import scipys_own

__all__ = ["odeint"]


@primitive
def odeint(func, y0, t, func_args, **kwargs):
    """y at the times t, [len(t), len(y0)], of  dy/dt = func(y, t, *func_args)  with y = y0 at t[0]. Needs SciPy.

    Differentiable by y0, t and the tuple func_args, which may hold nested values: with a = dL/dy,  da/dt = -a df/dy,  and what
    reaches an argument is the integral of  a df/dargs  (Froehlich and others, PLoS Computational Biology 2017, section 2.4.2).
    `kwargs` are those of scipy.integrate.odeint. TypeError where func_args is no tuple.
    """
    solve = scipys_own("integrate", "odeint").odeint
    return solve(func, np.asarray(y0, float), np.asarray(t, float), func_args, **kwargs)


def by_arguments(numbers, ans, args, kwargs):
    func, _, t, func_args = args
    flat, unflatten = flatten(func_args)
    count = ans.shape[1]

    def adjoint(state, time, flat):
        """d/dt of (y, a, what has reached the arguments)."""
        pull, speed = make_vjp(lambda y, flat: func(y, time, *unflatten(flat)), (0, 1))(state[:count], flat)
        by_y, by_flat = pull(-state[count : 2 * count])
        return fnp.concatenate([speed, by_y, by_flat])

    def pull(g):
        a, reached, by_t = g[-1], fnp.zeros(len(flat)), []
        for i in range(len(t) - 1, 0, -1):
            by_t.append(fnp.dot(func(ans[i], t[i], *func_args), g[i]))
            start = fnp.concatenate([ans[i], a, reached])
            end = odeint(adjoint, start, fnp.stack([t[i], t[i - 1]]), (flat,), **kwargs)[1]
            a, reached = end[count : 2 * count], end[2 * count :]
            if i > 1:
                a = a + g[i - 1]
        by_t.append(-fnp.dot(func(ans[0], t[0], *func_args), a))
        found = {1: a + g[0], 2: fnp.stack(by_t[::-1]), 3: unflatten(reached)}
        return [found.get(i) for i in numbers]

    return pull


defvjp_argnums(odeint, by_arguments)
