"""Looking at values inside transforms. Nothing here changes a value, or its derivative."""

import builtins

import numpy as np

from . import tree
from .core.handle import Handle
from .core.site import site, where
from .errors import ArgumentError
from .ops.effects import debug_callback


class Callback:
    """A user's function as one of flat plain values: those of the leaves that are arrays; the others are kept here."""

    __slots__ = ("f", "structure", "leaves", "at")

    def __init__(self, f, structure, leaves, at):
        self.f, self.structure, self.leaves, self.at = f, structure, leaves, at

    def __call__(self, *values):
        given = iter(values)
        args, kwargs = tree.unflatten(self.structure, [next(given) if x is ARRAY else x for x in self.leaves])
        try:
            self.f(*args, **kwargs)
        except Exception as error:
            error.add_note(f"raised in the function of debug.callback, called at {where(self.at)}")
            raise

    def __repr__(self):
        return f"<{self.f!r} called at {where(self.at)}>"


ARRAY = object()  # stands for a leaf that is an array


def callback(f, /, *args, ordered=False, **kwargs):
    """Call `f(*args, **kwargs)` with the plain values of traced arrays, under every transform, for what it does.

    The arguments are pytrees. f gets ndarrays that are its own to keep or to write into, and numbers; leaves that are
    no arrays as they are. Its result is dropped, and no derivative flows. It is called once each time that this line
    would be reached without transforms, in the order of the program (`ordered`, jax's, changes nothing): at once, or
    whenever the compiled function runs, under jit. Under vmap it is called once for all samples, the mapped axis of an
    array in front; jax calls it once for each sample. Under jvp it sees primals. An error of f's own is raised as it is,
    with a note that names this line. Raises TypeError if f is not callable.

    >>> import funcgrad as fg, numpy as np
    >>> seen = []
    >>> @fg.jit
    ... def f(x):
    ...     fg.debug.callback(seen.append, x * x)
    ...     return x + 1.0
    >>> fg.grad(f)(3.0), f(4.0), seen
    (1.0, 5.0, [9.0, 16.0])
    """
    if not callable(f):
        raise ArgumentError(
            f"debug.callback: the first argument must be a function; got {type(f).__name__}. Write "
            f"debug.callback(f, x), not debug.callback(f(x)). [at {where(site(2))}]"
        )
    call(f, args, kwargs, site(2))


def call(f, args, kwargs, at):
    leaves, structure = tree.flatten((args, kwargs))
    arrays = [x for x in leaves if isinstance(x, (Handle, np.ndarray))]
    kept = [ARRAY if isinstance(x, (Handle, np.ndarray)) else x for x in leaves]
    debug_callback(*arrays, callback=Callback(f, structure, kept, at))


class Shown:
    """A value as a format string prints it: the plain number or array."""

    def __init__(self, value):
        self.value = value

    def __format__(self, spec):
        value = self.value
        if not spec:
            return str(value)
        if np.ndim(value):
            return np.array2string(np.asarray(value), formatter={"all": lambda v: format(v, spec)})
        return format(np.asarray(value)[()], spec)

    def __repr__(self):
        return repr(self.value)

    __str__ = lambda self: str(self.value)  # noqa: E731


class Printer:
    """Prints a format string, filled in."""

    def __init__(self, form):
        self.form = form

    def __call__(self, *args, **kwargs):
        args, kwargs = tree.map(lambda x: Shown(x) if isinstance(x, (np.ndarray, np.generic)) else x, (args, kwargs))
        builtins.print(self.form.format(*args, **kwargs))

    def __repr__(self):
        return f"print({self.form!r})"


def print(form, /, *args, ordered=False, **kwargs):
    """Print `form.format(*args, **kwargs)` with the plain values of traced arrays, under every transform.

    It is printed as `callback` calls its function: once each time the line would be reached, in order, under jit
    whenever the compiled function runs. Under vmap a value is the array of all samples, the mapped axis in front. The
    arguments may be pytrees, and anything else that a format string takes.

    >>> import funcgrad as fg
    >>> def f(x):
    ...     fg.debug.print("x={} or {x:.2f}", x, x=x)
    ...     return x * x
    >>> fg.grad(fg.jit(f))(3.0)
    x=3.0 or 3.00
    6.0
    """
    call(Printer(form), args, kwargs, site(2))
