"""weak: a 0-d value as a Python scalar, so that NumPy's weak promotion applies to it again."""

import numpy as np

from ..core.aval import Aval, dtype_of, is_weak
from ..core.primitive import define
from ..core.sample import Sample, draw
from .shape import cast, fit


@define
class weak:
    """A 0-d value as a Python scalar of its kind; under grad, what a Python float's gradient is turned into."""

    linear = (0,)

    def jax(jax, x):
        return x

    without = {
        "empty": "only one number becomes a Python scalar",
        "strided": "one number has no strides",
    }

    def samples(rng):
        for name in ("float64", "float32", "complex128", "complex64"):
            yield Sample(draw(rng, "real", (), name), order=2 if name in ("float64", "complex128") else 1)
        for name in ("int64", "int32", "bool"):
            yield Sample(draw(rng, "real", (), name), kind=name, order=0)
        yield Sample(1.5, kind="weak")

    def impl(x):
        return x.item() if isinstance(x, (np.ndarray, np.generic)) else x

    scalar = "{0}"

    def aval(x):
        kinds = {"b": bool, "i": np.int64, "u": np.int64, "f": np.float64, "c": np.complex128}
        return Aval((), np.dtype(kinds[dtype_of(x).kind]), True)

    def batch(size, xs, ds):
        return xs[0], ds[0]

    transpose = (lambda ct, x: ct if is_weak(x) else strong(ct, x),)


def strong(ct, x):
    """A cotangent in the dtype of an operand that was no Python number."""
    return cast(ct, dtype=dtype_of(x)) if is_weak(ct) else fit(ct, x)
