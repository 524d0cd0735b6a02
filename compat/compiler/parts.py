"""What can be compiled of a function that cannot be as a whole: the modules it calls, each by itself, while the function runs as it is.

Invariant: outside of such a run the modules are as they were. A part that cannot be compiled either is run as it is, or in parts of its
own; nothing is said of it, since the function's own warning has been.
"""

from ..nn.modules.module import Module


class Parts:
    """The modules that a function names, the outermost ones, each with a Compiled for its call."""

    def __init__(self, f, modules, compiled):
        modules = list(modules)
        own = getattr(f, "__self__", f)
        if isinstance(own, Module):  # (a module's forward: its parts are its children)
            modules = [m for m in modules if m is not own]
        inner = {id(c) for m in modules for c in m.modules() if c is not m}
        self.parts = [(m, compiled(m._call_impl)) for m in modules if id(m) not in inner]

    def run(self, f, args, kwargs):
        """f(*args, **kwargs), in which these modules are called compiled."""
        taken = []
        try:
            for m, compiled in self.parts:
                own = vars(m)
                if own.get("_compiled_call_impl") is None:  # (not the user's m.compile(), not another thread's run)
                    own["_compiled_call_impl"] = compiled
                    taken.append(own)
            return f(*args, **kwargs)
        finally:
            for own in taken:
                own.pop("_compiled_call_impl", None)


__all__ = ["Parts"]
