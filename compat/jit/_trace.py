"""What torch.jit.trace makes of a module: it runs in Python, under the names of the classes that it was made of."""

from ._script import Scripted


class TracedModule(Scripted):
    """What torch.jit.trace makes of the modules in a module."""

    def _get_name(self):
        return self.original_name


class TopLevelTracedModule(TracedModule):
    """What torch.jit.trace makes of a module."""


TracedModule._inside = TracedModule
