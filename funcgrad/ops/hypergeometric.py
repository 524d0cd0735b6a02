"""Kummer's and Gauss's hypergeometric functions. Their values: special_values/hypergeometric.py.

`da`, `db`, ... count derivatives with respect to the parameters, which have no closed form, and `dx`, `dz` with respect to the argument:
each is a value of its own.
"""

import numpy as np

from ..core.primitive import elementwise
from .floats import few_samples, over_floats, real_function
from .incomplete import over_wide
from .special_values import hypergeometric as values

TERMS = 60  # of the oracle's power series


def series_of_jax(jax, up, down, z, orders, *xs):
    """The oracle: a fixed number of terms of the power series, differentiated by jax."""

    def f(*xs):
        n = np.arange(TERMS)
        ratio = xs[-1][..., None] / (n + 1.0)
        for i, x in enumerate(xs[:-1]):
            ratio = ratio * (x[..., None] + n) if i in up else ratio / (x[..., None] + n)
        return 1 + jax.numpy.sum(jax.numpy.cumprod(ratio, -1), -1)

    return over_wide(jax, f, orders, *xs)


def _hyp1f1_of_jax(jax, a, b, x, *, da, db, dx):
    return series_of_jax(jax, (0,), (1,), x, (da, db, dx), a, b, x)


def _hyp2f1_of_jax(jax, a, b, c, z, *, da, db, dc, dz):
    return series_of_jax(jax, (0, 1), (2,), z, (da, db, dc, dz), a, b, c, z)


ENDS = {"edge": "the oracle is a series for small operands"}
_hyp1f1, _hyp2f1 = over_floats(values.hyp1f1), over_floats(values.hyp2f1)

# 1F1(a; b; x), differentiated `da` times by a, `db` by b, `dx` by x
hyp1f1 = elementwise(
    "hyp1f1",
    np.hypot,
    "t * hyp1f1(x, y, z, da=da + 1, db=db, dx=dx)",
    "t * hyp1f1(x, y, z, da=da, db=db + 1, dx=dx)",
    "t * hyp1f1(x, y, z, da=da, db=db, dx=dx + 1)",
    impl=_hyp1f1,
    params=("da", "db", "dx"),
    arity=3,
    jax=_hyp1f1_of_jax,
    domain=("positive", "positive", "positive"),
    dtypes="f",
    samples=few_samples(
        "hyp1f1", {"da": 0, "db": 0, "dx": 0}, {"da": 1, "db": 0, "dx": 1}, {"da": 0, "db": 2, "dx": 0}
    ),
    without=ENDS,
    **real_function(_hyp1f1),
)
# 2F1(a, b; c; z), differentiated `da` times by a, `db` by b, `dc` by c, `dz` by z
hyp2f1 = elementwise(
    "hyp2f1",
    np.hypot,
    "t * hyp2f1(x, y, z, w, da=da + 1, db=db, dc=dc, dz=dz)",
    "t * hyp2f1(x, y, z, w, da=da, db=db + 1, dc=dc, dz=dz)",
    "t * hyp2f1(x, y, z, w, da=da, db=db, dc=dc + 1, dz=dz)",
    "t * hyp2f1(x, y, z, w, da=da, db=db, dc=dc, dz=dz + 1)",
    impl=_hyp2f1,
    params=("da", "db", "dc", "dz"),
    arity=4,
    jax=_hyp2f1_of_jax,
    domain=("positive", "positive", "positive", "small"),
    dtypes="f",
    samples=few_samples(
        "hyp2f1",
        {"da": 0, "db": 0, "dc": 0, "dz": 0},
        {"da": 1, "db": 0, "dc": 0, "dz": 1},
        {"da": 0, "db": 1, "dc": 1, "dz": 0},
    ),
    without=ENDS,
    **real_function(_hyp2f1),
)
