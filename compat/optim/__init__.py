"""torch.optim: the optimizers, learning-rate schedules, averaged weights, and a warning for a forgotten zero_grad."""

from funcgrad.lazy import attributes as _attributes
from funcgrad.lazy import homes_of as _homes_of

from ..functions.missing import refusal as _refusal

_NAMES = {
    "_adafactor": "Adafactor",
    "_muon": "Muon",
    "_stateless": "swap_in_optimizer_params_and_state",
    "adadelta": "Adadelta",
    "adagrad": "Adagrad",
    "adam": "Adam",
    "adamax": "Adamax",
    "adamw": "AdamW",
    "asgd": "ASGD",
    "lbfgs": "LBFGS",
    "nadam": "NAdam",
    "optimizer": "Optimizer",
    "radam": "RAdam",
    "rmsprop": "RMSprop",
    "rprop": "Rprop",
    "sgd": "SGD",
    "sparse_adam": "SparseAdam",
    "zeroing": "StaleGradientWarning warn_if_not_zeroed",
}
__getattr__, __dir__ = _attributes(__name__, _NAMES, missing=_refusal("torch.optim", __name__))
__all__ = [*_homes_of(__name__, _NAMES), "lr_scheduler", "swa_utils"]
