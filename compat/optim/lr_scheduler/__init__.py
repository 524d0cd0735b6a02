"""Learning-rate schedules: each sets the rates of its optimizer anew at every `step()`, after the optimizer's."""

from funcgrad.lazy import attributes as _attributes

from ...functions.missing import refusal as _refusal
from .base import LRScheduler
from .composed import ChainedScheduler, SequentialLR
from .cosine import CosineAnnealingLR, CosineAnnealingWarmRestarts
from .cyclic import CyclicLR, OneCycleLR
from .functions import LambdaLR, MultiplicativeLR
from .plateau import ReduceLROnPlateau
from .scaled import ConstantLR, ExponentialLR, LinearLR, MultiStepLR, PolynomialLR, StepLR

_LRScheduler = LRScheduler  # the name of old, from which scripts still derive

__getattr__, __dir__ = _attributes(__name__, {}, missing=_refusal(__name__), modules="")
__all__ = [
    "LambdaLR",
    "MultiplicativeLR",
    "StepLR",
    "MultiStepLR",
    "ConstantLR",
    "LinearLR",
    "ExponentialLR",
    "SequentialLR",
    "CosineAnnealingLR",
    "ChainedScheduler",
    "ReduceLROnPlateau",
    "CyclicLR",
    "CosineAnnealingWarmRestarts",
    "OneCycleLR",
    "PolynomialLR",
    "LRScheduler",
]
