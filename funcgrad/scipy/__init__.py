"""Names of SciPy, for traced arrays and plain ones alike, without SciPy; submodules are loaded when they are first asked for."""

from ..lazy import attributes as _attributes

__getattr__, __dir__ = _attributes(__name__, {})
