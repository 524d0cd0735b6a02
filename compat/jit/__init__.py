"""torch.jit: scripting and tracing leave a program as it is, since it runs in Python here.

`script` and `trace` return what they were given, so its text, type and attributes stay what they were, control flow is never
frozen into a trace, and there is no TorchScript to look at or to save.
"""

from ..functions.missing import refusal

__all__ = [
    "Error", "Future", "annotate", "export", "fork", "freeze", "ignore", "interface", "is_scripting", "is_tracing", "isinstance",
    "optimize_for_inference", "script", "script_if_tracing", "trace", "trace_module", "unused", "wait",
]  # fmt: skip


def script(obj, optimize=None, _frames_up=0, _rcb=None, example_inputs=None):
    """obj itself: a function, a module or a class.

    >>> import compat as torch
    >>> @torch.jit.script
    ... def f(x):
    ...     return x + 1
    >>> f(torch.ones(1))
    tensor([2.])
    """
    return obj


def trace(func, example_inputs=None, *args, example_kwarg_inputs=None, **options):
    """func itself, called once with the example inputs, so that what fails, fails here."""
    inputs = example_inputs if isinstance_(example_inputs, (tuple, list)) else (example_inputs,)
    if example_inputs is not None or example_kwarg_inputs is not None:
        func(*(inputs if example_inputs is not None else ()), **(example_kwarg_inputs or {}))
    return func


def trace_module(mod, inputs, *args, **options):
    """mod itself, each of its methods called once with its example inputs."""
    for name, given in inputs.items():
        getattr(mod, name)(*(given if isinstance_(given, (tuple, list)) else (given,)))
    return mod


def same(obj):
    """What it is given."""
    return obj


export = interface = script_if_tracing = optimize_for_inference = same


def freeze(mod, preserved_attrs=None, optimize_numerics=True):
    """mod itself."""
    return mod


def ignore(drop=False, **kwargs):
    """A decorator that changes nothing, with or without arguments."""
    return drop if callable(drop) else same


unused = ignore


def is_scripting():
    """False: Python runs the program."""
    return False


def is_tracing():
    """False: nothing is traced."""
    return False


class Error(Exception):
    """What a script would raise in torch."""


class Future:
    """What fork() returns: it is done by then."""

    def __init__(self, value):
        self._value = value

    def value(self):
        """The value."""
        return self._value

    wait = value

    def done(self):
        """True."""
        return True


def fork(func, *args, **kwargs):
    """func(*args, **kwargs), run at once, as a Future."""
    return Future(func(*args, **kwargs))


def wait(future):
    """The value of a Future.

    >>> import compat as torch
    >>> torch.jit.wait(torch.jit.fork(torch.neg, torch.ones(1)))
    tensor([-1.])
    """
    return future.wait()


def annotate(the_type, the_value):
    """the_value."""
    return the_value


isinstance_ = isinstance


def isinstance(obj, target_type):  # noqa: A001  (torch's name)
    """The built-in isinstance."""
    return isinstance_(obj, target_type)


__getattr__ = refusal("torch.jit", __name__)
