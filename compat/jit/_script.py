"""Scripted and traced modules: what torch.jit.script and trace make of a module, which runs in Python here.

Invariant: such a module shares parameters and buffers with the one it was made of, and nothing else: modes, attributes and
submodules are its own, as in torch. Its class is made of the class that it had.
"""

import copy
import functools
from types import FunctionType

from ..nn.modules.module import TABLES, Module
from ..utils.hooks import CHANGES

UNSUPPORTED = (  # methods that torch's scripted modules refuse
    "bfloat16 compile get_buffer get_parameter get_submodule ipu mtia register_backward_hook register_forward_hook "
    "register_forward_pre_hook register_full_backward_hook register_full_backward_pre_hook register_load_state_dict_post_hook "
    "register_load_state_dict_pre_hook register_state_dict_post_hook register_state_dict_pre_hook requires_grad_ set_submodule "
    "to_empty xpu"
).split()
NO_CODE = "compat runs the Python code of a module that was scripted or traced: there is no TorchScript to look at, so no {!r}"


class ScriptModule(Module):
    """A module that was scripted; the base of one's own, whose `script_method`s run as they are."""


class Scripted(ScriptModule):
    """What scripted and traced modules have in common: a file to be saved to, and another text."""

    def __getattr__(self, name):
        if name in ("code", "graph", "inlined_graph", "code_with_constants"):
            raise AttributeError(NO_CODE.format(name))
        return super().__getattr__(name)

    def __call__(self, *args, **kwargs):
        try:
            return super().__call__(*args, **kwargs)
        except Exception as error:
            from ._stopped import raised

            new = raised(error)
            if new is error:
                raise
            raise new from error

    @property
    def original_name(self):
        """The name of the class that it was made of."""
        return type(self)._original.__name__

    def extra_repr(self):
        return f"original_name={self.original_name}"

    def save(self, f, _extra_files=None):
        """torch.jit.save(self, f)."""
        from .files import save

        save(self, f, _extra_files)

    def save_to_buffer(self, _extra_files=None):
        """The bytes that torch.jit.save writes."""
        import io

        file = io.BytesIO()
        self.save(file, _extra_files)
        return file.getvalue()

    def __reduce_ex__(self, protocol):
        raise RuntimeError(
            f"Tried to serialize object __torch__.{self.original_name} which does not have a __getstate__ method defined!"
        )

    def __deepcopy__(self, memo):
        kind = next(c for c in type(self).__mro__ if "_original" not in vars(c))
        return made(copy.deepcopy(original(self), memo), kind)


class RecursiveScriptModule(Scripted):
    """What torch.jit.script makes of a module, and of those in it."""


RecursiveScriptModule._inside = RecursiveScriptModule


def refusing(name):
    def fail(self, *args, **kwargs):
        raise RuntimeError(f"{name} is not supported on ScriptModules")

    return fail


for _name in UNSUPPORTED:
    setattr(Scripted, _name, refusing(_name))


@functools.cache
def joined(kind, cls, module):
    """The class of scripted or traced modules of a class."""
    return type(kind.__name__, (kind, cls), {"_original": cls, "__module__": module, "__doc__": cls.__doc__})


def changed(m, of, found):
    """A copy of a module that shares its parameters and buffers, the class of each module in it being of(class, whether it is the top)."""
    if id(m) in found:
        return found[id(m)]
    new = found[id(m)] = object.__new__(of(type(m), len(found) == 0))
    own = new.__dict__
    own.update(m.__dict__)
    own.update({name: copy.copy(own[name]) for name in TABLES if name in own})
    own["_modules"] = {name: c and changed(c, of, found) for name, c in own["_modules"].items()}
    for name, x in m.__dict__.items():  # (its own methods, kept as attributes)
        if getattr(x, "__self__", None) is m and isinstance(getattr(x, "__func__", None), FunctionType):
            own[name] = x.__func__.__get__(new)
    CHANGES[0] += 1
    return new


def made(m, kind):
    """A module of one of these kinds that stands for m."""

    def of(cls, top):
        own = kind if top else kind._inside
        return cls if issubclass(cls, Scripted) else joined(own, cls, own.__module__)

    return changed(m, of, {})


def original(m):
    """The module that a scripted or traced one was made of, or one like it."""
    return changed(m, lambda cls, top: vars(cls).get("_original", cls), {})


class TracedModule(Scripted):
    """What torch.jit.trace makes of the modules in a module."""

    def _get_name(self):
        return self.original_name


class TopLevelTracedModule(TracedModule):
    """What torch.jit.trace makes of a module."""


TracedModule.__module__ = TopLevelTracedModule.__module__ = __name__.replace(
    "_script", "_trace"
)  # (where torch has them)


TracedModule._inside = TracedModule
