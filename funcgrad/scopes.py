"""Names for parts of a program: named_scope, named_call. They change no value; an error that leaves a scope says its name."""

import contextlib
import functools

from .core.site import here
from .errors import ArgumentError
from .transforms.reverse_mode import check_callable


@contextlib.contextmanager
def named_scope(name):
    """A name for what happens inside the `with` block (or the function that it decorates): errors that leave it say so.

    It changes no value, shape or dtype. Raises TypeError for a name that is no string.

    >>> import funcgrad as fg
    >>> with fg.named_scope("layer 1"):
    ...     y = 2.0 * 3.0
    """
    if not isinstance(name, str):
        raise ArgumentError(f"named_scope: the name must be a string; got {name!r}. [at {here()}]")
    try:
        yield
    except Exception as error:
        error.add_note(f"in named_scope {name!r}")
        raise


def named_call(f, *, name=None):
    """f inside a `named_scope` of that name, its own if none is given.

    Arguments and results (of any form, shape and dtype) are f's own. Raises TypeError for an f that is no function.

    >>> import funcgrad as fg
    >>> fg.grad(fg.named_call(lambda x: x * x, name="square"))(3.0)
    6.0
    """
    check_callable(f, "named_call")
    name = getattr(f, "__name__", type(f).__name__) if name is None else name

    @functools.wraps(f)
    def called(*args, **kwargs):
        with named_scope(name):
            return f(*args, **kwargs)

    return called


__all__ = ["named_call", "named_scope"]
