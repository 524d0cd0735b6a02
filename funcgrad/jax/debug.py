"""jax.debug: print and callback, over funcgrad.debug."""

import functools

from .. import debug as engine
from .transforms import enter, wrapped


def callback(callback, *args, ordered=False, partitioned=False, **kwargs):
    """callback(*args), each time this line is reached in a run."""

    @functools.wraps(callback, updated=())
    def of_arrays(*values, **named):
        return callback(*wrapped(values), **wrapped(named))

    values, named = enter((args, kwargs))[0]
    engine.callback(of_arrays, *values, ordered=ordered, **named)


def print(fmt, *args, ordered=False, partitioned=False, skip_format_check=False, **kwargs):  # noqa: A001
    """fmt, formatted with the values of a run, each time this line is reached in one."""
    values, named = enter((args, kwargs))[0]
    engine.print(fmt, *values, ordered=ordered, **named)


def breakpoint(**options):  # noqa: A001
    """Python's debugger, where values are known."""
    import pdb

    pdb.set_trace()
