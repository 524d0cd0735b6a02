"""GradScaler: a loss is multiplied by a factor, so that gradients in half precision do not vanish, and the factor adapts.

Invariant: a step is taken with the very gradients of the unscaled loss, or, if one of them is inf or nan, not at all.
"""

import enum

import numpy as np

from funcgrad.core.site import warn

from .. import dtypes
from ..autograd.grad_mode import no_grad
from ..errors import type_name
from ..functions.missing import refusal as _refusal
from ..functions.register import FUNCTIONS as T
from ..native import named_as
from ..tensor import Tensor

SCALED_HALF = "Attempting to unscale FP16 gradients."


class OptState(enum.Enum):
    """How far an optimizer is in this iteration."""

    READY = 0
    UNSCALED = 1
    STEPPED = 2


class GradScaler:
    """Scales losses up and gradients down again, and skips the steps whose gradients are not finite.

    GradScaler(device="cuda", init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True).
    For a device that there is not it warns and does nothing.

    >>> import compat as torch
    >>> p = torch.nn.Parameter(torch.ones(1))
    >>> optimizer, scaler = torch.optim.SGD([p], lr=0.5), torch.amp.GradScaler("cpu", init_scale=8.0)
    >>> scaler.scale(p.sum()).backward()
    >>> p.grad
    tensor([8.])
    >>> _ = scaler.step(optimizer)
    >>> scaler.update()
    >>> p.data, scaler.get_scale()
    (tensor([0.5000]), 8.0)
    """

    def __init__(
        self, device="cuda", init_scale=65536.0, growth_factor=2.0, backoff_factor=0.5, growth_interval=2000, enabled=True
    ):  # fmt: skip
        self._device, self._enabled = device, enabled
        if enabled and device == "cuda":
            warn("torch.cuda.amp.GradScaler is enabled, but CUDA is not available.  Disabling.")
            self._enabled = False
        if not self._enabled:
            return
        if growth_factor <= 1.0:
            raise AssertionError("The growth factor must be > 1.0.")
        if backoff_factor >= 1.0:
            raise AssertionError("The backoff factor must be < 1.0.")
        self._init_scale, self._scale = init_scale, None
        self._growth_factor, self._backoff_factor, self._growth_interval = (
            growth_factor,
            backoff_factor,
            growth_interval,
        )
        self._init_growth_tracker, self._growth_tracker = 0, None
        self._per_optimizer_states = {}  # id of an optimizer -> [stage, was a gradient of its inf or nan?]

    # ---- one iteration
    def scale(self, outputs):
        """A Tensor, or an iterable of them, times the factor."""
        if not self._enabled:
            return outputs
        if isinstance(outputs, Tensor):
            if self._scale is None:
                self._scale = T["full"]((), self._init_scale, dtype=dtypes.BY_NAME["float32"])
                self._growth_tracker = T["full"]((), self._init_growth_tracker, dtype=dtypes.BY_NAME["int32"])
            return outputs * self._scale
        if isinstance(outputs, (list, tuple)) and not hasattr(outputs, "_fields"):
            return type(outputs)([self.scale(o) for o in outputs])
        if not hasattr(outputs, "__iter__"):
            raise ValueError("outputs must be a Tensor or an iterable of Tensors")
        return map(self.scale, outputs)

    def _need_scale(self, what):
        if self._scale is None:
            raise AssertionError(
                f"Attempted {what} but _scale is None.  This may indicate your script did not use scaler.scale(loss or "
                "outputs) earlier in the iteration."
            )

    def _found_inf(self, optimizer, factor, allow_half):
        """Multiply the gradients of an optimizer by a factor; were they all finite before?"""
        found, some = False, False
        with no_grad():
            for p in [p for group in optimizer.param_groups for p in group["params"] if p.grad is not None]:
                if not allow_half and p.grad.dtype.name == "float16":
                    raise ValueError(SCALED_HALF)
                some, g = True, p.grad
                if g.is_sparse:
                    if g.dtype.name == "float16":  # (where the sum of two finite numbers may be none)
                        g = p.grad = g.coalesce()
                    g = g._values()
                found = found or not bool(g.isfinite().all())
                if factor is not None:
                    g.mul_(factor)
        return found if some else None

    def unscale_(self, optimizer):
        """Divide the gradients of an optimizer by the factor, in place; RuntimeError the second time in an iteration."""
        if not self._enabled:
            return
        self._need_scale("unscale_")
        stage, _ = self._per_optimizer_states.get(id(optimizer), (OptState.READY, None))
        if stage is OptState.UNSCALED:
            raise RuntimeError("unscale_() has already been called on this optimizer since the last update().")
        if stage is OptState.STEPPED:
            raise RuntimeError("unscale_() is being called after step().")
        inverse = self._scale.double().reciprocal().float().item()
        self._per_optimizer_states[id(optimizer)] = OptState.UNSCALED, self._found_inf(optimizer, inverse, False)

    def step(self, optimizer, *args, **kwargs):
        """optimizer.step(), unless a gradient is inf or nan; the gradients are unscaled first if they are not yet."""
        if not self._enabled:
            return optimizer.step(*args, **kwargs)
        if "closure" in kwargs:
            raise RuntimeError("Closure use is not currently supported if GradScaler is enabled.")
        self._need_scale("step")
        stage, found = self._per_optimizer_states.get(id(optimizer), (OptState.READY, None))
        if stage is OptState.STEPPED:
            raise RuntimeError("step() has already been called since the last update().")
        if stage is OptState.READY:
            self.unscale_(optimizer)
            found = self._per_optimizer_states[id(optimizer)][1]
        if found is None:
            raise AssertionError("No inf checks were recorded for this optimizer.")
        got = None if found else optimizer.step(*args, **kwargs)
        self._per_optimizer_states[id(optimizer)] = OptState.STEPPED, found
        return got

    def _need_numbers(self):
        """torch's error for settings that update cannot reckon with."""
        given = (self._growth_factor, float), (self._backoff_factor, float), (self._growth_interval, int)
        for at, (value, kind) in enumerate(given, 4):
            if not isinstance(value, (int, kind)):
                name = ("scale_growth_factor", "scale_backoff_factor", "growth_interval")[at - 4]
                raise TypeError(
                    f"_amp_update_scale_(): argument {name!r} (position {at}) must be {kind.__name__}, not {type_name(value)}"
                )

    def update(self, new_scale=None):
        """Shrink the factor after a step that was skipped, grow it after `growth_interval` that were not; or set it."""
        if not self._enabled:
            return
        self._need_scale("update")
        if isinstance(new_scale, float):
            self._scale.fill_(new_scale)
        elif new_scale is not None:
            if new_scale.device.type != self._device or new_scale.numel() != 1 or new_scale.requires_grad is True:
                raise AssertionError(
                    "new_scale should be a float or a 1-element torch.cuda.FloatTensor or torch.FloatTensor with requires_grad=False."
                )
            self._scale.copy_(new_scale)
        else:
            found = [f for _, f in self._per_optimizer_states.values() if f is not None]
            if not found:
                raise AssertionError("No inf checks were recorded prior to update.")
            self._need_numbers()
            if any(found):
                self._scale.mul_(self._backoff_factor)
                self._growth_tracker.fill_(0)
            else:
                self._growth_tracker.add_(1)
                if self._growth_tracker.item() == self._growth_interval:
                    if np.isfinite(grown := np.float32(self._scale.item() * self._growth_factor)):
                        self._scale.fill_(float(grown))
                    self._growth_tracker.fill_(0)
        self._per_optimizer_states = {}

    # ---- its state
    def get_scale(self):
        """The factor; 1.0 if it is switched off."""
        if not self._enabled:
            return 1.0
        return self._init_scale if self._scale is None else self._scale.item()

    def is_enabled(self):
        """Does it scale at all?"""
        return self._enabled

    def _get_growth_tracker(self):
        if not self._enabled:
            return 0
        return self._init_growth_tracker if self._growth_tracker is None else self._growth_tracker.item()

    def state_dict(self):
        """Its state as a dict of numbers; {} if it is switched off."""
        if not self._enabled:
            return {}
        return {
            "scale": self.get_scale(),
            "growth_factor": self._growth_factor,
            "backoff_factor": self._backoff_factor,
            "growth_interval": self._growth_interval,
            "_growth_tracker": self._get_growth_tracker(),
        }

    def load_state_dict(self, state_dict):
        """Take a state that state_dict() gave; RuntimeError for that of one that was switched off."""
        if not self._enabled:
            return
        if not state_dict:
            raise RuntimeError(
                "The source state dict is empty, possibly because it was saved from a disabled instance of GradScaler."
            )
        self._init_scale = state_dict["scale"]
        if self._scale is not None:
            self._scale.fill_(self._init_scale)
        for name in ("growth_factor", "backoff_factor", "growth_interval"):
            setattr(self, f"_{name}", state_dict[name])
        self._init_growth_tracker = state_dict["_growth_tracker"]
        if self._growth_tracker is not None:
            self._growth_tracker.fill_(self._init_growth_tracker)

    def __getstate__(self):
        if self._enabled and self._per_optimizer_states:
            raise AssertionError(
                "A GradScaler instance may only be pickled at the beginning of an iteration, or at the end after scaler.update()."
            )
        return self.__dict__.copy()


def _setting(name):
    def get(self):
        return getattr(self, f"_{name}")

    def set_factor(self, new_factor):
        setattr(self, f"_{name}", new_factor)

    def set_interval(self, new_interval):
        setattr(self, f"_{name}", new_interval)

    set_to = set_interval if name == "growth_interval" else set_factor

    named_as(f"GradScaler.get_{name}")(get), named_as(f"GradScaler.set_{name}")(set_to)
    get.__doc__ = f"The {name.replace('_', ' ')}."
    set_to.__doc__ = f"Set the {name.replace('_', ' ')}."
    setattr(GradScaler, get.__name__, get)
    setattr(GradScaler, set_to.__name__, set_to)


for _name in ("growth_factor", "backoff_factor", "growth_interval"):
    _setting(_name)


__getattr__ = _refusal(__name__)
