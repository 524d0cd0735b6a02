"""torch.mtia: there is none."""

from ._no_device import namespace, parts

globals().update(namespace("mtia"))
parts(__name__, "memory")
