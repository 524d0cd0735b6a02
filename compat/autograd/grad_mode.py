"""The grad modes of a thread: no_grad, enable_grad, set_grad_enabled, inference_mode.

Invariant: a mode ends where its `with` block, its decorated call, or one resumption of its decorated generator ends,
and gives back the mode that was there before; nothing else changes `tls.grad` but set_grad_enabled called as a function.
"""

import functools
import inspect
import threading

from funcgrad.core import state
from funcgrad.core.site import internal, warn

from .. import inference
from ..breaks import note, note_function
from ..errors import need_bool
from ..functions.missing import refusal as _refusal
from ..native import of_arguments

tls = state.tls


def call_in(mode, f, *args, **kwargs):
    """f(*args, **kwargs) under a grad mode."""
    before = tls.grad
    tls.grad = mode
    try:
        return f(*args, **kwargs)
    finally:
        tls.grad = before


def decorated(f, run):
    """f under the mode of `run`: a function, a generator function (each of its steps), or a class (its making)."""
    if isinstance(f, type):
        warn(
            "Decorating classes is deprecated and will be disabled in future versions. You should only decorate functions or "
            "methods. To preserve the current behavior of class decoration, you can directly decorate the `__init__` method "
            "and nothing else.",
            FutureWarning,
        )
        f.__init__ = decorated(f.__init__, run)
        return f
    if inspect.isgeneratorfunction(f):
        return stepwise(f, run)

    def decorate_context(*args, **kwargs):
        return run(f, *args, **kwargs)

    decorate_context.__qualname__ = "context_decorator.<locals>.decorate_context"
    return functools.wraps(f)(decorate_context)


def context_decorator(f, mode):
    """f, run under the grad mode `mode`."""
    if isinstance(f, type) or inspect.isgeneratorfunction(f):
        return decorated(f, functools.partial(call_in, mode))

    code = None if mode or internal[getattr(f, "__module__", None)] else getattr(f, "__code__", None)

    @functools.wraps(f)
    def decorate_context(*args, **kwargs):
        if code is not None:
            note_function("a decorator", code)
        before = tls.grad
        tls.grad = mode
        try:
            return f(*args, **kwargs)
        finally:
            tls.grad = before

    return decorate_context


def stepwise(f, run):
    """A generator function whose body sees the mode of `run`, and whose caller never does."""

    @functools.wraps(f)
    def resumed(*args, **kwargs):
        generator = f(*args, **kwargs)
        step, given = generator.send, None
        while True:
            try:
                value = run(step, given)
            except StopIteration as end:
                return end.value
            try:
                given = yield value
                step = generator.send
            except GeneratorExit:
                run(generator.close)
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
        self.before = []
        return self if orig_func is None else self(orig_func)  # (@torch.no_grad, without the brackets)

    def __enter__(self):
        self.before.append(tls.grad)
        tls.grad = inference.ASKED if self.mode and tls.inference else self.mode
        if self.noted is not None:
            note(self.noted)

    def __exit__(self, *error):
        tls.grad = self.before.pop()

    def __call__(self, orig_func):
        return context_decorator(orig_func, self.mode)

    def clone(self):
        """Another one."""
        return type(self)()


GradMode.__call__.__qualname__ = "_DecoratorContextManager.__call__"
GradMode.__new__.__qualname__ = "_NoParamDecoratorContextManager.__new__"  # (which Python's errors name)


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

    def __init__(self):  # (which Python's errors name)
        pass


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
        need_bool(mode, "set_grad_enabled")
        self.mode = mode
        self.before = tls.grad
        tls.grad = inference.ASKED if self.mode and tls.inference else self.mode
        if not self.mode:
            note("set_grad_enabled(False)")

    def __enter__(self):
        tls.grad = inference.ASKED if self.mode and tls.inference else self.mode

    def __exit__(self, *error):
        tls.grad = self.before

    def __call__(self, orig_func):
        tls.grad = self.before  # as a decorator it sets the mode of the calls, not of what stands below it
        return context_decorator(orig_func, self.mode)

    def clone(self):
        """Another one that says the same."""
        return type(self)(self.mode)

    def __repr__(self):
        return f"torch.autograd.grad_mode.set_grad_enabled(mode={self.mode})"


class Switch:
    """What is said from now on, inside a `with` block or in a decorated function, in this thread alone. A class of them has a `said`."""

    def __init__(self, mode):
        self.prev, self.mode = self.now(), mode
        self.said.mode = mode

    def __enter__(self):
        pass

    def __exit__(self, *error):
        self.said.mode = self.prev

    def __call__(self, orig_func):
        return decorated(orig_func, functools.partial(self.run, self.mode))

    __call__.__qualname__ = GradMode.__call__.__qualname__

    def clone(self):
        """Another one that says the same."""
        return type(self)(self.mode)

    @classmethod
    def now(cls):
        """What is said: True where nothing is."""
        return getattr(cls.said, "mode", True)

    @classmethod
    def run(cls, mode, f, *args, **kwargs):
        """f(*args, **kwargs) inside one."""
        with cls(mode):
            return f(*args, **kwargs)


class set_multithreading_enabled(Switch):
    """May backward use threads of its own, inside a `with` block, in a decorated function, or from now on? It uses the caller's alone,
    whatever is said here."""

    said = threading.local()

    def __init__(self, mode):
        need_bool(mode, "set_multithreading_enabled")
        super().__init__(mode)


class enforce_grad_layout_policy(Switch):
    """Does a new `.grad` take the strides of its leaf, inside a `with` block, in a decorated function, or from now on? Where it does not,
    it is the gradient that arrived, if nobody else holds that, and none is warned of. Of this thread alone.

    >>> import compat as torch
    >>> p = torch.empty(2, 3, 4).permute(2, 0, 1).requires_grad_()
    >>> with torch.autograd.enforce_grad_layout_policy(False):
    ...     (p * torch.ones(4, 2, 3)).sum().backward()
    >>> p.stride(), p.grad.stride()
    ((1, 12, 4), (6, 3, 1))
    """

    said = threading.local()

    def __init__(self, enable=True):
        super().__init__(enable)

    def __call__(self, orig_func):
        self.said.mode = self.prev  # (a decorator says nothing before the function is called)
        return super().__call__(orig_func)


class inference_mode(GradMode):
    """no_grad, and what is made inside are inference Tensors: nothing counts changes of them, so outside they may neither
    be changed in place nor be kept for a backward. clone() makes an ordinary Tensor of one.

    >>> import compat as torch
    >>> with torch.inference_mode():
    ...     y = torch.ones(2) * 2
    >>> y.is_inference(), y.clone().is_inference()
    (True, False)
    """

    def __new__(cls, mode=True):
        return super().__new__(cls) if isinstance(mode, bool) else cls()(mode)

    def __init__(self, mode=True):
        self.mode = bool(mode)
        self.before = []

    def __enter__(self):
        self.before.append((tls.grad, inference.switch(self.mode)))
        tls.grad = not self.mode
        if self.mode:
            note("inference_mode()")

    def __exit__(self, *error):
        tls.grad, mode = self.before.pop()
        inference.switch(mode)

    def __call__(self, orig_func):
        return decorated(orig_func, self.run)

    __call__.__qualname__ = GradMode.__call__.__qualname__

    def clone(self):
        """Another one that says the same."""
        return type(self)(self.mode)

    def run(self, f, *args, **kwargs):
        """f(*args, **kwargs) under this mode."""
        with inference_mode(self.mode):
            return f(*args, **kwargs)


@of_arguments(0)
def is_grad_enabled():
    """Are operations being recorded on this thread?"""
    return tls.grad is not False


@of_arguments(0)
def is_inference_mode_enabled():
    """Is this thread inside inference_mode()?"""
    return tls.inference


__getattr__ = _refusal(__name__)
