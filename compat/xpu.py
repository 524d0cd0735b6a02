"""torch.xpu: there is none."""

from ._no_device import namespace, parts

globals().update(namespace("xpu"))
parts(__name__, "memory random streams")
