"""torch.optim: the optimizers, learning-rate schedules, averaged weights, and a warning for a forgotten zero_grad."""

from importlib import import_module as _import_module

from funcgrad.lazy import attributes as _attributes

from .._unusable import put as _put
from ..functions.missing import is_import as _is_import
from ..functions.missing import refusal as _refusal
from ..functions.missing import sharing as _sharing

_FAMILIES = {
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
_INNER = {
    name: name for name in "adadelta adagrad adam adamax adamw asgd nadam radam rmsprop rprop sgd".split()
}  # as functions
_FILES = {
    "adagrad": "adadelta adagrad rmsprop",
    "adam": "adam adamax adamw nadam radam sparse_adam",
    "sgd": "asgd rprop sgd",
}
_index = _sharing(__name__, _FAMILIES, _FILES, _INNER)
_refused = _refusal(__name__)
_found, __dir__ = _attributes(__name__, _index, missing=_refused, modules="lr_scheduler swa_utils", whole=True)


def __getattr__(name):
    """A name of the modules here; the modules themselves are none (but of `from`), as in torch."""
    if name in _FAMILIES and name[0] != "_":
        return _import_module(f"{__name__}.{name}") if _is_import() else _refused(name)
    found = _found(name)
    _hide()
    return found


def _hide():
    for module in _FAMILIES:
        if module[0] != "_":
            globals().pop(module, None)


__getattr__.homes, __getattr__.table = _found.homes, _found.table
__all__ = [*_found.homes, "lr_scheduler", "swa_utils"]
_put(__name__, {"_functional": ""})  # (the optimizers as functions of lists, each from the module of its name)
_refused_function = _functional.__getattr__  # noqa: F821 (which `_put` has set)


def _function(name):
    """The optimizer of a module as a function."""
    if name not in _INNER:
        return _refused_function(name)
    return getattr(_import_module(f"{__name__}.{name}"), name)


_functional.__getattr__ = _function  # noqa: F821
_hide()
