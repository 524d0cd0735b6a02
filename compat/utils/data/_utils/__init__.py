"""torch.utils.data._utils: programs reach into it for `collate`, to add a rule for a type of their own."""

from funcgrad.lazy import attributes as _attributes

MP_STATUS_CHECK_INTERVAL = 5.0
__getattr__, __dir__ = _attributes(__name__, {}, modules="collate pin_memory worker")
