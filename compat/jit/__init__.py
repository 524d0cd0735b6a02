"""torch.jit: scripting and tracing, where the program runs in Python all the same.

A function that is scripted or traced stays what it is; a module becomes a ScriptModule that shares its parameters, with torch's
text, modes of its own and a file to be saved to. Control flow is never frozen into a trace, and there is no TorchScript.
"""

import contextlib
import typing

from funcgrad.lazy import attributes as _attributes
from funcgrad.lazy import delegated as _delegated
from funcgrad.lazy import submodule as _submodule

from .._unusable import put as _put
from ..functions.missing import refusal as _refusal
from ..futures import JitFuture as Future

__all__ = """
Error Final Future RecursiveScriptModule ScriptModule TopLevelTracedModule TracedModule TracerWarning Attribute ScriptFunction
ScriptWarning TracingCheckError annotate enable_onednn_fusion export fork freeze ignore interface is_scripting is_tracing isinstance
load onednn_fusion_enabled optimize_for_inference optimized_execution save script script_if_tracing script_method set_fusion_strategy
strict_fusion trace trace_module unused wait
""".split()
_FAMILIES = {
    "files": "load save",
    "_stopped": "Error",
    "_script": "RecursiveScriptModule ScriptModule TopLevelTracedModule TracedModule",
}
FROZEN = "Freezing is currently only implemented for modules in eval mode. Please call .eval() on your module before freezing."


class TracerWarning(Warning):
    """What torch says of a trace that may not generalise; here nothing is frozen into one."""

    @staticmethod
    def ignore_lib_warnings():
        """There are none."""


class TracingCheckError(Exception):
    """A trace and its function disagree: never raised, since the function itself runs."""


class ScriptWarning(Warning):
    """What torch says of scripting; never given."""


class ScriptFunction:
    """For isinstance: a scripted function stays the function that it is."""


class Attribute(typing.NamedTuple):
    """A value of a module and its type, as scripts for TorchScript mark it."""

    value: object
    type: object


class strict_fusion(contextlib.nullcontext):
    """A block, as it is: nothing is fused by TorchScript."""


class EnabledProxy:
    """Is scripting on? Kept, without effect."""

    def __init__(self):
        self.enabled = True

    def __bool__(self):
        return self.enabled


_enabled = EnabledProxy()
_switches = {"onednn": False, "strategy": [("STATIC", 2), ("DYNAMIC", 10)]}


def enable_onednn_fusion(enabled):
    """Kept, without effect."""
    _switches["onednn"] = enabled


def onednn_fusion_enabled():
    """What enable_onednn_fusion has set."""
    return _switches["onednn"]


def set_fusion_strategy(strategy):
    """Kept, without effect; what was set before."""
    before, _switches["strategy"] = _switches["strategy"], strategy
    return before


def is_module(obj):
    from ..nn.modules.module import Module

    return isinstance_(obj, Module)


def script(obj, optimize=None, _frames_up=0, _rcb=None, example_inputs=None):
    """A ScriptModule that shares the parameters of a module; a function or a class itself.

    >>> import compat as torch
    >>> @torch.jit.script
    ... def f(x):
    ...     return x + 1
    >>> f(torch.ones(1))
    tensor([2.])
    >>> torch.jit.script(torch.nn.ReLU())
    RecursiveScriptModule(original_name=ReLU)
    """
    if is_module(obj):
        from ._script import RecursiveScriptModule, ScriptModule, made

        return obj if isinstance_(obj, ScriptModule) else made(obj, RecursiveScriptModule)
    if not callable(obj):
        raise TypeError(f"{type(obj)} is a built-in class")
    return obj


def trace(func, example_inputs=None, *args, example_kwarg_inputs=None, **options):
    """A TracedModule that shares the parameters of a module, or a function itself, called once with the example inputs, so that
    what fails, fails here."""
    if example_inputs is None and not isinstance_(example_kwarg_inputs, dict):
        raise RuntimeError("example_kwarg_inputs should be a dict")
    inputs = example_inputs if isinstance_(example_inputs, (tuple, list)) else (example_inputs,)
    func(*(inputs if example_inputs is not None else ()), **(example_kwarg_inputs or {}))
    return traced(func)


def traced(func):
    if not is_module(func):
        return func
    from ._script import ScriptModule, TopLevelTracedModule, made

    return func if isinstance_(func, ScriptModule) else made(func, TopLevelTracedModule)


def trace_module(mod, inputs, *args, **options):
    """A TracedModule that shares the parameters of a module, each of whose methods is called once with its example inputs."""
    for name, given in inputs.items():
        getattr(mod, name)(*(given if isinstance_(given, (tuple, list)) else (given,)))
    return traced(mod)


def same(obj):
    """What it is given."""
    return obj


export = interface = script_if_tracing = script_method = _script_if_tracing = _overload = _overload_method = same


def freeze(mod, preserved_attrs=None, optimize_numerics=True):
    """A copy of a scripted module whose parameters, buffers and submodules are constants inside of it, and no attributes, but for
    `preserved_attrs`. RuntimeError for one that is not scripted, or in training.

    >>> import compat as torch
    >>> frozen = torch.jit.freeze(torch.jit.script(torch.nn.Linear(2, 1).eval()))
    >>> list(frozen.parameters()), frozen(torch.ones(2)).requires_grad
    ([], False)
    """
    from ._frozen import freeze
    from ._script import Scripted

    if not isinstance_(mod, Scripted):
        text = "Freezing expects a ScriptModule as input. Please use torch.jit.script or torch.jit.trace to script your 'nn.Module'."
        raise RuntimeError(text)
    if getattr(mod, "training", False):
        raise RuntimeError(FROZEN)
    return freeze(mod, preserved_attrs or ())


def run_frozen_optimizations(mod, optimize_numerics=True, preserved_methods=None):
    """Nothing: a frozen module runs as it is."""


def optimize_for_inference(mod, other_methods=None):
    """A scripted module frozen, in eval mode; a frozen one itself."""
    return freeze(mod.eval(), other_methods) if hasattr(mod, "training") else mod


@contextlib.contextmanager
def optimized_execution(should_optimize):
    """A block in which nothing is different."""
    yield


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


def fork(func, *args, **kwargs):
    """func(*args, **kwargs), run at once, as a Future."""
    future = Future()
    future._finish(func(*args, **kwargs))
    return future


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
Final = typing.Final


def isinstance(obj, target_type):  # noqa: A001  (torch's name)
    """Is obj of a type, of List[int] or its kin (whose contents are looked at), or of one of a tuple of them?"""
    return annotations._isinstance(obj, target_type)  # noqa: F821


__getattr__, __dir__ = _attributes(__name__, _FAMILIES, missing=_refusal(__name__), modules="")
_submodule(__name__, "annotations", None, _delegated("compat._jit_internal"))
_submodule(__name__, "_trace", None, _delegated("compat.jit._script"))


def _turn(on):
    """torch.jit._state.enable and disable."""
    return lambda: setattr(_enabled, "enabled", on)


_submodule(
    __name__,
    "_state",
    "Whether scripting is on.",
    {"_enabled": _enabled, "enable": _turn(True), "disable": _turn(False)},
)
_put("compat", {"jit": "_get_trace_graph"})  # what counts the operations of a trace imports it
