"""torch.utils._contextlib: context managers that decorate functions, generators and classes too, for those who make one of their own."""

from ..autograd.grad_mode import decorated
from ..functions.missing import refusal as _refusal

__getattr__ = _refusal(__name__)


def context_decorator(ctx, func):
    """func, each call of which runs in a context: `ctx` itself, or what a call of it gives."""
    if callable(ctx) and hasattr(ctx, "__enter__"):
        raise AssertionError(f"Passed in {ctx} is both callable and also a valid context manager (has __enter__).")

    def run(f, *args, **kwargs):
        with ctx() if callable(ctx) else ctx:
            return f(*args, **kwargs)

    return decorated(func, run)


class _DecoratorContextManager:
    """What has `__enter__` and `__exit__` decorates a function too; `clone` gives the context of one call.

    >>> import compat as torch
    >>> class Told(torch.utils._contextlib._DecoratorContextManager):
    ...     def __enter__(self): print("in")
    ...     def __exit__(self, *error): print("out")
    >>> Told()(print)("within")
    in
    within
    out
    """

    def __call__(self, orig_func):
        return context_decorator(self.clone, orig_func)

    def __enter__(self):
        raise NotImplementedError

    def __exit__(self, exc_type, exc_value, traceback):
        raise NotImplementedError

    def clone(self):
        """A new one, for one call."""
        return self.__class__()


class _NoParamDecoratorContextManager(_DecoratorContextManager):
    """One that may decorate without being called first."""

    def __new__(cls, orig_func=None):
        return super().__new__(cls) if orig_func is None else cls()(orig_func)
