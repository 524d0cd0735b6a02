"""Numbers that have been drawn, as functions of the parameters of their distribution: the derivative of a draw."""

import numpy as np

from ..core.primitive import PRIMITIVES, elementwise
from ..core.sample import Sample, elementwise_samples
from .floats import over_floats, real_function
from .random import gamma_slope  # noqa: F401  (a formula names it)


def _oracle(jax, a, x):
    """x, its derivative by a being jax's own of a gamma number."""
    own = jax.numpy.result_type(a, x)
    own = own if own.kind == "f" else np.dtype(float)
    dtype = jax.numpy.promote_types(own, np.float32)

    @jax.custom_jvp
    def drawn(a, x):
        return x + 0 * a

    def slope(primals, tangents):
        return drawn(*primals), jax.lax.random_gamma_grad(*primals) * tangents[0] + tangents[1]

    drawn.defjvp(slope)
    return drawn(*[v.astype(dtype) for v in jax.numpy.broadcast_arrays(a, x)]).astype(own)


def _samples(rng):
    """The usual ones, of the first order only: jax's slope has no derivative."""
    p = PRIMITIVES["gamma_drawn"]
    for s in elementwise_samples(p, rng):
        if s.kind not in p.without:
            yield Sample(*s.args, kind=s.kind, order=min(s.order, 1))


# x[*s], drawn from a gamma distribution of concentration a and rate 1 by somebody else's stream,
# which varies with a as the number whose probability is held (implicit reparameterisation): beside the derivative 1 by x, one by a
_second = over_floats(lambda a, x: np.add(x, np.zeros_like(a)))
gamma_drawn = elementwise(
    "gamma_drawn",
    np.hypot,
    "t * gamma_slope(x, y)",
    "t",
    impl=_second,
    arity=2,
    jax=_oracle,
    domain=("positive", "positive"),
    dtypes="f",
    tolerance=30.0,
    samples=_samples,
    without={"edge": "the derivative is for positive numbers", "second order": "jax has none"}
    | {"finite differences": "another concentration is another draw, not this one"},
    **real_function(_second),
)
