"""torch.utils.module_tracker: in which modules the program is now, by their names from the first that was called."""

import weakref

from ..nn.modules.module import register_module_forward_hook, register_module_forward_pre_hook


class ModuleTracker:
    """A block that knows the modules whose forward is running: `parents`.

    >>> import compat as torch
    >>> seen = []
    >>> layer = torch.nn.Linear(2, 1)
    >>> with ModuleTracker() as tracker:
    ...     _ = layer.register_forward_pre_hook(lambda *_: seen.append(sorted(tracker.parents)))
    ...     _ = layer(torch.ones(2))
    >>> seen
    [['Global', 'Linear']]
    """

    def __init__(self):
        self.parents = {"Global"}
        self.names, self.seen = weakref.WeakKeyDictionary(), weakref.WeakSet()

    def name_of(self, module):
        """The name of a module; its children get theirs by it."""
        name = self.names.setdefault(module, type(module).__name__)
        if module not in self.seen:
            self.seen.add(module)
            for part, child in module.named_children():
                self.names[child] = f"{name}.{part}"
                self.name_of(child)
        return name

    @property
    def is_bw(self):
        """Is a backward running? Its parts are counted to the modules of the forward."""
        return False

    def __enter__(self):
        self.hooks = [
            register_module_forward_pre_hook(lambda module, args: self.parents.add(self.name_of(module))),
            register_module_forward_hook(
                lambda module, args, out: self.parents.discard(self.name_of(module)), always_call=True
            ),
        ]
        return self

    def __exit__(self, *error):
        for hook in self.hooks:
            hook.remove()
