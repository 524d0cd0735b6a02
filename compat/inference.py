"""Inference Tensors: what is made under inference_mode().

Invariant: such a Tensor is known by the store of its memory, so its views and detached twins are inference Tensors too,
and reading the version of that store, which keeping it for a backward does, is refused. A new Tensor
takes its store from `shared.made`, which is None while no thread is in the mode: that is all that it costs.
"""

from funcgrad.core import state
from funcgrad.core.handle import Store

tls, shared = state.tls, state.shared
UNCOUNTED = "Inference tensors do not track version counter."
KEPT = (
    "Inference tensors cannot be saved for backward. Please do not use Tensors created in inference mode in computation "
    "tracked by autograd. To work around this, you can make a clone to get a normal tensor and use it in autograd, or use "
    "`torch.no_grad()` instead of `torch.inference_mode()`."
)
WRITTEN = (
    "Inplace update to inference tensor outside InferenceMode is not allowed.You can make a clone to get a normal tensor "
    "before doing inplace update.See https://github.com/pytorch/rfcs/pull/17 for more details."
)
REQUIRED = "Setting requires_grad=True on inference tensor outside InferenceMode is not allowed."


class Uncounted(Store):
    """The store of memory that was made under inference mode."""

    counted = False

    @property
    def version(self):
        if tls.inference:
            return 0
        raise RuntimeError(KEPT)

    @version.setter
    def version(self, changed):
        """Changes are not counted."""


def made():
    """The store of a Tensor that is made now: None is an ordinary one, to be made when it is wanted."""
    return Uncounted() if tls.inference else None


def is_inference(t):
    """Was this Tensor made under inference_mode()?"""
    return t.store is not None and not t.store.counted


def check(t, text):
    """RuntimeError in torch's words if an inference Tensor is used, outside the mode, as only others may be."""
    if not tls.inference and is_inference(t):
        raise RuntimeError(text)


ASKED = 0  # the grad mode of enable_grad() under inference mode: on, as far as one can ask, but nothing is recorded
inferring = 0  # threads in the mode


def switch(on):
    """Turn the mode of this thread on or off; returns what it was."""
    global inferring
    before, tls.inference = tls.inference, on
    with shared.lock:
        inferring += on - before
        shared.made = made if inferring else None
    return before
