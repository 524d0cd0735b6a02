"""torch.__future__: how Module.to and its kin change parameters, which is always in place here."""

from .functions.missing import refusal as _refusal

_SET = {"overwrite": False, "swap": False}


def set_overwrite_module_params_on_conversion(value):
    """Kept, without effect."""
    _SET["overwrite"] = value


def get_overwrite_module_params_on_conversion():
    """What set_overwrite_module_params_on_conversion has set."""
    return _SET["overwrite"]


def set_swap_module_params_on_conversion(value):
    """Kept, without effect."""
    _SET["swap"] = value


def get_swap_module_params_on_conversion():
    """What set_swap_module_params_on_conversion has set."""
    return _SET["swap"]


__getattr__ = _refusal(__name__)
