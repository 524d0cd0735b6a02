"""torch.mps: there is none."""

from ._no_device import namespace

globals().update(namespace("mps"))
