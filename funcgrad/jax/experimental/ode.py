"""jax.experimental.ode: odeint, by the Runge-Kutta pair of Dormand and Prince (J. Comput. Appl. Math. 6, 1980), steps chosen by its
error estimate. It is a scan of while loops with a bound, so it is differentiated as it runs, not by an adjoint equation."""

import numpy as np

from ... import control_flow as engine
from ...core.aval import dtype_of
from ..arrays import raw, wrap
from ..flatten_util import ravel_pytree
from ..numpy import asarray
from ..transforms import boundary

NODES = (1 / 5, 3 / 10, 4 / 5, 8 / 9, 1.0, 1.0)
ROWS = (
    (1 / 5,),
    (3 / 40, 9 / 40),
    (44 / 45, -56 / 15, 32 / 9),
    (19372 / 6561, -25360 / 2187, 64448 / 6561, -212 / 729),
    (9017 / 3168, -355 / 33, 46732 / 5247, 49 / 176, -5103 / 18656),
    (35 / 384, 0.0, 500 / 1113, 125 / 192, -2187 / 6784, 11 / 84),
)
ERROR = (71 / 57600, 0.0, -71 / 16695, 71 / 1920, -17253 / 339200, 22 / 525, -1 / 40)


@boundary
def odeint(func, y0, t, *args, rtol=1.4e-8, atol=1.4e-8, mxstep=1000, hmax=np.inf):
    """y at the times t (increasing, y0 at the first) of dy/dt = func(y, t, *args); y0 may be a pytree.

    `mxstep`: at most so many steps between two times, or y is nan from there on (jax has no bound by default; reverse mode needs one).
    """
    y, unravel = ravel_pytree(y0)
    times = raw(asarray(t))
    y = raw(y)
    dtype = dtype_of(y)
    rtol, atol = (max(tol, 4 * float(np.finfo(dtype).eps)) for tol in (rtol, atol))

    def slope(y, t):
        return raw(ravel_pytree(func(unravel(wrap(y)), wrap(t), *args))[0])

    def attempt(state):
        y, k1, t, h, end = state
        h = np.minimum(np.minimum(h, end - t), hmax)
        ks = [k1]
        for c, row in zip(NODES, ROWS, strict=True):
            new = y + h * sum([a * k for a, k in zip(row, ks, strict=True) if a])
            ks.append(slope(new, t + c * h))
        error = h * sum([a * k for a, k in zip(ERROR, ks, strict=True) if a])
        scale = atol + rtol * np.maximum(np.abs(y), np.abs(new))
        ratio = np.max(np.abs(error) / scale)
        good = ratio <= 1
        factor = np.clip(0.9 * np.maximum(ratio, 1e-10) ** -0.2, 0.2, 5.0)
        return (
            np.where(good, new, y), np.where(good, ks[-1], k1), np.where(good, t + h, t), (h * factor).astype(dtype), end,
        )  # fmt: skip

    def to_next(carry, end):
        y, k, t, h = carry
        y, k, t, h, _ = engine.while_loop(lambda s: s[2] < s[4], attempt, (y, k, t, h, end), max_steps=mxstep)
        y = np.where(t < end, np.asarray(np.nan, dtype), y)
        return (y, k, end, h), y

    first = slope(y, times[0])
    h = np.asarray(0.01, dtype) * (np.max(np.abs(times)) + 1)
    start = (y, first, times[0], h.astype(dtype))
    _, ys = engine.scan(to_next, start, times[1:])
    whole = np.concatenate([np.expand_dims(y, 0), ys])
    from ..transforms import vmap

    return vmap(unravel)(wrap(whole))
