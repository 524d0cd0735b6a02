"""Drawing: an effect with a result that is new in each run, such as random numbers from a generator that lives outside.

Invariant: a source is asked once each time the program reaches the draw, in the order of the program: at once where there
are values, by every run of the graph where a Stage is running. Derivatives take what was drawn as a constant. Under vmap
`randomness` says what a draw is, whether or not it depends on a mapped argument: refused, the same, or another one for
each sample.
"""

import numpy as np

from ..core.aval import Aval
from ..core.primitive import helpers
from ..core.sample import Sample
from ..core.site import here
from ..core.state import tls
from ..errors import RandomnessError
from .effects import Effect


class Draw(Effect):
    """The effect of asking a source."""

    fresh = True  # its result is an array of its own

    def draws(self, **params):
        return True


def _run(*xs, source, shape, dtype):
    if tls.stage is not None:  # (its operands, if any, are known while staging)
        return tls.stage.process(draw, xs, {"source": source, "shape": shape, "dtype": dtype})
    try:
        return (source(shape, *xs),)
    except Exception as error:
        error.from_effect = True  # what was drawn is drawn: nothing is to be tried again
        raise


def _batch(size, xs, ds, *, source, shape, dtype):
    """One draw for all samples, the mapped axis in front, as the running vmap wants it (`tls.randomness`)."""
    if tls.randomness == "error":
        raise RandomnessError(
            "vmap: called random operation while in randomness error mode. Please either use the 'same' or 'different' "
            f"randomness flags on vmap or perform the randomness operation out of vmap [at {here()}]"
        )
    mapped = any([d is not None for d in ds])
    if tls.randomness == "same":
        if mapped:
            raise RandomnessError(
                "Vmap does not currently support same randomness with a batched tensor input. [Ask for "
                f"randomness='different', or draw from parameters that all samples share, at {here()}]"
            )
        return draw(*xs, source=source, shape=shape, dtype=dtype), (None,)
    xs = [helpers["batched"](size, x, d) for x, d in zip(xs, ds, strict=True)]
    return draw(*xs, source=source, shape=(size, *shape), dtype=dtype), (0,)


def _samples(rng):
    yield Sample(source=count_up, shape=(2, 3), dtype=np.dtype(float))
    yield Sample(np.float32([0.5, 1.5]), source=count_up, shape=(2,), dtype=np.dtype(float))


def count_up(shape, *xs):
    """A source for tests: 0, 1, 2, ..."""
    return np.arange(np.prod(shape), dtype=float).reshape(shape)


draw = Draw(
    "draw",
    globals(),
    __doc__="A new array of a shape and dtype: source(shape, *operands). Where it is drawn for n samples at once, shape and "
    "operands have n in front.",
    nondiff="what is drawn is a constant",
    impl=_run,
    aval=lambda *xs, source, shape, dtype: (Aval(tuple(shape), np.dtype(dtype)),),
    batch=_batch,
    samples=_samples,
)
__all__ = ["Draw", "draw"]
