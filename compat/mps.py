"""torch.mps: there is none."""

from .no_device import namespace

globals().update(namespace("mps"))
