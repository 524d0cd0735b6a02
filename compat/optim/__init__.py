"""torch.optim: SGD, Adam and AdamW, learning-rate schedules, and a warning for a forgotten zero_grad."""

from . import lr_scheduler
from .adam import Adam, AdamW
from .optimizer import Optimizer, StaleGradientWarning, warn_if_not_zeroed
from .sgd import SGD

__all__ = ["SGD", "Adam", "AdamW", "Optimizer", "StaleGradientWarning", "lr_scheduler", "warn_if_not_zeroed"]
