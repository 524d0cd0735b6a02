"""The grad modes of a thread: no_grad, enable_grad, set_grad_enabled, inference_mode.

Invariant: a mode ends where its `with` block, its decorated call, or one resumption of its decorated generator ends,
and gives back the mode that was there before; nothing else changes `tls.grad` but set_grad_enabled called as a function.
"""

import functools
import inspect
import warnings

from funcgrad.core import state
from funcgrad.core.site import internal

from ..breaks import note, note_function

tls = state.tls


def call_in(mode, f, *args, **kwargs):
    """f(*args, **kwargs) under a grad mode."""
    before = tls.grad
    tls.grad = mode
    try:
        return f(*args, **kwargs)
    finally:
        tls.grad = before


def in_mode(f, mode):
    """f, run under the grad mode `mode`: a function, a generator function (each of its steps), or a class (its making)."""
    if isinstance(f, type):
        warnings.warn(
            "Decorating classes is deprecated and will be disabled in future versions. You should only decorate functions or "
            "methods. To preserve the current behavior of class decoration, you can directly decorate the `__init__` method "
            "and nothing else.",
            FutureWarning,
            stacklevel=3,
        )
        f.__init__ = in_mode(f.__init__, mode)
        return f
    if inspect.isgeneratorfunction(f):
        return stepwise(f, mode)

    code = None if mode or internal[getattr(f, "__module__", None)] else getattr(f, "__code__", None)

    @functools.wraps(f)
    def call(*args, **kwargs):
        if code is not None:
            note_function("a decorator", code)
        before = tls.grad
        tls.grad = mode
        try:
            return f(*args, **kwargs)
        finally:
            tls.grad = before

    return call


def stepwise(f, mode):
    """A generator function whose body sees the mode, and whose caller never does."""

    @functools.wraps(f)
    def resumed(*args, **kwargs):
        generator = f(*args, **kwargs)
        step, given = generator.send, None
        while True:
            try:
                value = call_in(mode, step, given)
            except StopIteration as end:
                return end.value
            try:
                given = yield value
                step = generator.send
            except GeneratorExit:
                call_in(mode, generator.close)
                raise
            except BaseException as error:
                step, given = generator.throw, error

    return resumed


class GradMode:
    """A context manager and decorator that sets the grad mode of its thread."""

    mode = True
    noted = None  # what a line that enters this mode does to the graph, for the error of a backward() without one

    def __new__(cls, orig_func=None):
        self = object.__new__(cls)
        if callable(orig_func):  # @torch.no_grad, without the brackets
            self.__init__()
            return self(orig_func)
        return self

    def __init__(self, orig_func=None):
        self.before = []

    def __enter__(self):
        self.before.append(tls.grad)
        tls.grad = self.mode
        if self.noted is not None:
            note(self.noted)

    def __exit__(self, *error):
        tls.grad = self.before.pop()

    def __call__(self, f):
        return in_mode(f, self.mode)


class no_grad(GradMode):
    """Do not record, inside a `with` block or a decorated function.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> with torch.no_grad():
    ...     print((w * 2).requires_grad)
    False
    """

    mode = False
    noted = "no_grad()"


class enable_grad(GradMode):
    """Record, also inside no_grad."""

    mode = True


class set_grad_enabled:
    """Record (True) or not (False), from now on, or inside a `with` block, or in a decorated function.

    >>> import compat as torch
    >>> with torch.set_grad_enabled(False):
    ...     torch.is_grad_enabled()
    False
    """

    def __init__(self, mode):
        self.mode = bool(mode)
        self.before = tls.grad
        tls.grad = self.mode
        if not self.mode:
            note("set_grad_enabled(False)")

    def __enter__(self):
        tls.grad = self.mode

    def __exit__(self, *error):
        tls.grad = self.before

    def __call__(self, f):
        tls.grad = self.before  # as a decorator it sets the mode of the calls, not of what stands below it
        return in_mode(f, self.mode)

    def __repr__(self):
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"


class inference_mode(GradMode):
    """no_grad, and is_inference_mode_enabled() says so. Tensors made inside are ordinary ones here: they may be used in
    a graph later, which torch refuses.
    """

    def __new__(cls, mode=True):
        self = object.__new__(cls)
        if callable(mode):
            self.__init__()
            return self(mode)
        return self

    def __init__(self, mode=True):
        self.inference = bool(mode)
        self.before = []

    def __enter__(self):
        self.before.append((tls.grad, is_inference_mode_enabled()))
        tls.grad, tls.inference = not self.inference, self.inference
        if self.inference:
            note("inference_mode()")

    def __exit__(self, *error):
        tls.grad, tls.inference = self.before.pop()

    def __call__(self, f):
        @functools.wraps(f)
        def call(*args, **kwargs):
            with inference_mode(self.inference):
                return f(*args, **kwargs)

        return call


def is_grad_enabled():
    """Are operations being recorded on this thread?"""
    return tls.grad


def is_inference_mode_enabled():
    """Is this thread inside inference_mode()?"""
    return getattr(tls, "inference", False)
