"""torch.compiler: what steers compilation. The functions themselves compile nothing, and load none of it."""

import functools

from funcgrad.core.state import tls

from ..functions.missing import refusal as _refusal
from .options import get_default_backend, list_backends, set_default_backend  # noqa: F401
from .stance import set_stance  # noqa: F401


def is_compiling():
    """Is the running code being staged?

    >>> import compat as torch
    >>> torch.compiler.is_compiling(), torch.compile(lambda x: x + torch.compiler.is_compiling())(torch.zeros(1))
    (False, tensor([1.]))
    """
    return tls.stage is not None


is_dynamo_compiling = is_exporting = is_compiling


def compile(*args, **kwargs):
    """torch.compile."""
    from .compiled import compile

    return compile(*args, **kwargs)


def wrap_numpy(fn):
    """fn, a function of arrays, as one of Tensors: those in its arguments are given as arrays, and arrays in its results as Tensors.

    It takes no Tensor that requires grad (RuntimeError, of `numpy()`); torch does inside a compiled function.

    >>> import compat as torch, numpy as np
    >>> torch.compiler.wrap_numpy(np.cumsum)(torch.ones(3))
    tensor([1., 2., 3.])
    """
    from .arrays import of_tensors

    return of_tensors(fn)


def reset():
    """Forget what was compiled: every compiled function is compiled anew when it is next called."""
    from .compiled import ALIVE

    for compiled in list(ALIVE):
        compiled.forget()


def disable(fn=None, recursive=True, *, reason=None):
    """fn, which is always run as it is; so is, whole, a compiled function that calls it. Also as a decorator."""
    if fn is None:
        return functools.partial(disable, recursive=recursive, reason=reason)
    if not hasattr(fn, "forward"):
        if not callable(fn):
            raise AssertionError("fn must be callable")
        return kept_out(fn, reason)
    fn.forward = kept_out(fn.forward, reason)
    return fn


def kept_out(f, reason):
    @functools.wraps(f)
    def called(*args, **kwargs):
        if is_compiling():
            from .watch import Unfit

            why = "" if reason is None else f" ({reason})"
            raise Unfit(f"it calls {getattr(f, '__qualname__', f)}, which torch.compiler.disable keeps out{why}")
        return f(*args, **kwargs)

    return called


def allow_in_graph(fn):
    """fn, or a list of such: whatever can be staged is."""
    if isinstance(fn, (list, tuple)):
        return [allow_in_graph(f) for f in fn]
    if not callable(fn):
        raise AssertionError("allow_in_graph expects a callable")
    return fn


def assume_constant_result(fn):
    """fn, marked: what it returns while it is staged is a constant anyway."""
    fn._dynamo_marked_constant = True
    return fn


def cudagraph_mark_step_begin():
    """Nothing: there are no CUDA graphs."""


def nested_compile_region(fn=None, **options):
    """fn: a region that is compiled within another is part of it."""
    return nested_compile_region if fn is None else fn


def save_cache_artifacts():
    """None: nothing is kept beyond the process."""


def load_cache_artifacts(serialized_artifacts):
    """None: nothing is kept beyond the process."""


__getattr__ = _refusal(__name__)
