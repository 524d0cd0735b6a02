"""Functions of several flat float64 arrays, made to take broadcast operands of one float dtype."""

import numpy as np


def elementwise_of(f, *xs):
    """f of flat float64 arrays, for broadcast operands of one float dtype."""
    dtype = np.result_type(*xs)
    shape = np.broadcast_shapes(*map(np.shape, xs))
    flat = [np.broadcast_to(np.asarray(x, np.float64), shape).reshape(-1) for x in xs]
    with np.errstate(all="ignore"):
        return f(*flat).astype(dtype).reshape(shape)
