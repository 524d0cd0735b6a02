"""torch.return_types: the classes of the named tuples that functions with several results give."""

from .functions.missing import refusal as _refusal
from .functions.return_types import BY_NAME

_missing = _refusal(__name__)


def __getattr__(name):
    if name in BY_NAME:
        return BY_NAME[name]
    return _missing(name)


def __dir__():
    return sorted(BY_NAME)
