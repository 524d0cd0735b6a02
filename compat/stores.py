"""The stores of new Tensors: what is noted of when, and in which mode, one was made.

Invariant: a store is shared by a Tensor, its views and its detached twins, so they all tell the same. A new Tensor takes its store
from `shared.made`, which is None while nobody will ask: that is all that it costs.
"""

from funcgrad.core.handle import Store
from funcgrad.core.state import shared, tick, tls

KEPT = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation "
    "tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it in autograd, or use "
    "`torch.no_grad()` instead of `torch.inference_mode()`."
)


class Uncounted(Store):
    """The store of memory that was made under inference mode."""

    counted = False
    loose = False

    def apart(self):
        """That of a detached twin, which may be changed outside of the mode too."""
        return self if tls.inference else Loose()

    @property
    def version(self):
        if tls.inference:
            return 0
        raise RuntimeError(KEPT)

    @version.setter
    def version(self, changed):
        """Changes are not counted."""


class Loose(Uncounted):
    """The store of what was detached, outside of the mode, from an inference Tensor: torch gives it a counter of its own."""

    loose = True
    changes = 0


class Dated(Store):
    """The store of memory that was made inside a transform of torch.func; `at`: when, as nodes count."""

    def __init__(self):
        self.at = tick()


def made():
    """The store of a Tensor that is made now: None is an ordinary one, to be made when it is wanted."""
    if tls.inference:
        return Uncounted()
    return Dated() if tls.func else None


noting = 0  # in how many modes and transforms, of all threads, somebody will ask


def note(more):
    """From now on there is one more, or one fewer, who will ask of new Tensors."""
    global noting
    with shared.lock:
        noting += more
        shared.made = made if noting else None
