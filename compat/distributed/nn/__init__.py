"""torch.distributed.nn: collectives that a gradient goes through."""

from ...functions.missing import refusal
from . import functional
from .functional import *  # noqa: F403

__all__ = ["functional", *functional.__all__]
__getattr__ = refusal("torch.distributed.nn", __name__)
