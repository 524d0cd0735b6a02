"""jax.scipy.cluster.vq's vq: the nearest code of each observation."""

import numpy as np

from ... import numpy as fnp
from ...core.aval import dtype_of, shape_of
from ...errors import ShapeError
from ...numpy.arguments import as_array, cast, inexact

__all__ = ["vq"]


def vq(obs, code_book, check_finite=True):
    """(numbers of the nearest codes, distances) of observations [n, m], or [n] numbers, and codes [k, m].

    >>> import numpy as np
    >>> vq(np.array([[0.0], [5.0]]), np.array([[1.0], [4.0]]))
    (array([0, 1], dtype=int32), array([1., 1.]))
    """
    obs, code_book = as_array(obs), as_array(code_book)
    if len(shape_of(obs)) != len(shape_of(code_book)):
        raise ShapeError(f"vq: both must have the same rank; got shapes {shape_of(obs)} and {shape_of(code_book)}")
    dtype = np.result_type(dtype_of(obs), dtype_of(code_book))
    obs, code_book = inexact(cast(obs, dtype)), inexact(cast(code_book, dtype))
    if len(shape_of(obs)) == 1:
        obs, code_book = obs[:, None], code_book[:, None]
    if len(shape_of(obs)) != 2 or shape_of(obs)[1] != shape_of(code_book)[1]:
        raise ShapeError(f"vq: expected [n, m] and [k, m]; got shapes {shape_of(obs)} and {shape_of(code_book)}")
    distances = fnp.linalg.norm(obs[:, None] - code_book[None], axis=-1)
    numbers = fnp.argmin(distances, 1)
    return cast(numbers, np.int32), fnp.take_along_axis(distances, numbers[:, None], 1)[:, 0]
