"""torch.serialization: torch.save and torch.load, in torch's own file format.

`archive` is the zip file, `naming` what classes and dtypes are called in it, `writing` and `reading` the two ways,
`restricted` the unpickler that runs no code of a file's.
"""

import pickle  # noqa: F401  (programs take it from here)
from collections.abc import Callable

from funcgrad.lazy import attributes as _attributes
from funcgrad.lazy import homes_of as _homes_of

from ..devices import Device
from ..functions.missing import refusal as _refusal

_FAMILIES = {
    "options": "LoadEndianness default_restore_location get_crc32_options get_default_load_endianness get_default_mmap_options "
    "location_tag register_package set_crc32_options set_default_load_endianness set_default_mmap_options skip_data",
    "reading": "load",
    "restricted": "add_safe_globals clear_safe_globals get_safe_globals get_unsafe_globals_in_checkpoint safe_globals",
    "writing": "save",
}


MAP_LOCATION = Callable | Device | str | dict[str, str] | None  # (what torch.load takes, for annotations)
DEFAULT_PROTOCOL = 2


class SourceChangeWarning(Warning):
    """What torch.load warned with when a module's source had changed; never raised, filtered by name in many programs."""


def _get_layout(name):
    """The layout of a name in a file; KeyError for another."""
    from ..devices import LAYOUTS

    return LAYOUTS[name.removeprefix("torch.")]


__getattr__, __dir__ = _attributes(__name__, _FAMILIES, missing=_refusal(__name__), modules="")
__all__ = [*_homes_of(__name__, _FAMILIES)]
