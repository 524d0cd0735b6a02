"""Settings of the whole process: one frozen dataclass, replaced as a whole, and `config` to change it.

Invariant: a setting takes effect where it is set, once; nothing reads this object on the path of an operation.
"""

import dataclasses
import warnings

from ..errors import ArgumentError, ShapeError
from . import nans
from .site import here


@dataclasses.dataclass(frozen=True)
class Settings:
    """`check_nans`: raise NaNError where the first NaN is made, in an operation or in a derivative rule.
    `full_tracebacks`: tracebacks keep the frames of funcgrad and compat.
    `check_graphs`: every graph is checked before and after every pass.
    `threads`: how many threads compiled code may use; 0 is as many as there are CPUs for this process.
    `deterministic`: BLAS is held at one thread too.
    `max_operations`: of a staged function."""

    check_nans: bool = False
    full_tracebacks: bool = False
    check_graphs: bool = False
    threads: int = 0
    deterministic: bool = False
    max_operations: int = 1_000_000


UNHELD = (
    "config: deterministic=True could not hold BLAS at one thread: NumPy's is not OpenBLAS. Set the variable that yours reads before "
    "Python starts (OMP_NUM_THREADS=1, MKL_NUM_THREADS=1, VECLIB_MAXIMUM_THREADS=1)."
)


class Current:
    settings = Settings()


def apply(settings):
    nans.install(settings.check_nans)
    if settings.deterministic != Current.settings.deterministic:
        from .blas import Held

        if not Held.hold(settings.deterministic):
            warnings.warn(UNHELD, stacklevel=3)
    Current.settings = settings


class config:
    """Change settings of the process: from now on, or inside a `with` block, which gives the former ones back.

    `check_nans=True`: the first operation, or derivative rule, that makes a NaN from inputs without one raises NaNError
    (a FloatingPointError), naming it, its inputs and the line that called it. Operations run slower meanwhile.
    What a where discards is looked at like anything else. A jitted function is looked into: while the check is on it is
    run as written instead of compiled, so its Python side effects happen at every call. `full_tracebacks=True`: the traceback of
    an error shows our frames between yours too, to debug funcgrad itself; `check_graphs=True`, for
    the same, has every graph verified before and after every pass of the compiler (from then on). `threads=n`: compiled code uses n
    threads at most; 0 (the default) is as many as there are CPUs for this process (by its affinity, its container's quota and
    OMP_NUM_THREADS), and no bit of a result depends on it.
    `deterministic=True` holds BLAS at one thread as well, on whose number the bits of a matrix product depend; where that cannot be
    done it warns, naming the variable to set.
    `max_operations=n`: staging a function that has more (a loop that does not end) raises GraphTooLargeError, a RuntimeError.
    Raises TypeError for a setting there is none of, or a value of another type; ValueError for a negative number of threads.

    >>> import funcgrad as fg, numpy as np
    >>> f = lambda x: np.where(x > 0, np.sqrt(x), 0.0)
    >>> fg.grad(f)(0.0)
    nan
    >>> with fg.config(check_nans=True):
    ...     fg.grad(f)(0.0)
    Traceback (most recent call last):
    funcgrad.errors.NaNError: check_nans: the derivative of sqrt, called at ...
    """

    def __init__(self, **changes):
        known = {f.name: type(f.default) for f in dataclasses.fields(Settings)}
        for name, value in changes.items():
            if name not in known:
                raise ArgumentError(f"config: no setting {name!r}, at {here()}; the settings are {', '.join(known)}.")
            if type(value) is not known[name]:
                raise ArgumentError(
                    f"config: {name} must be of type {known[name].__name__}; got {value!r}, at {here()}."
                )
        if changes.get("threads", 0) < 0:
            raise ShapeError(f"config: threads must be 0 (all CPUs) or more; got {changes['threads']}, at {here()}.")
        self.before = Current.settings
        apply(dataclasses.replace(self.before, **changes))

    def __enter__(self):
        return Current.settings

    def __exit__(self, *error):
        apply(self.before)

    def __repr__(self):
        return repr(Current.settings)


__all__ = ["Settings", "config"]
