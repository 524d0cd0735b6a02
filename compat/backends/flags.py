"""Settings kept in a module of torch.backends, and the block that changes them for a while."""

import contextlib
import sys


def flags_of(module, names):
    """`flags(**settings)` of a module: a block in which its settings are others."""

    @contextlib.contextmanager
    def flags(**settings):
        space = vars(sys.modules[module])
        before = {n: space[n] for n in names}
        space.update({n: v for n, v in settings.items() if n in names})
        try:
            yield
        finally:
            space.update(before)

    return flags
