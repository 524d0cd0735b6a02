"""torch.distributed.nn: collectives that a gradient goes through."""

from ...functions.missing import refusal as _refusal
from . import functional
from .functional import *  # noqa: F403

__all__ = ["functional", *functional.__all__]
__getattr__ = _refusal(__name__)
