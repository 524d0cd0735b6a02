"""torch.nn: modules, parameters, losses; `functional`, `init` and `utils`. All of it is loaded when it is first named."""

from funcgrad.lazy import attributes as _attributes

from ..functions.missing import refusal as _refusal
from . import modules

__getattr__, __dir__ = _attributes(
    __name__,
    {
        "parallel": "DataParallel",
        "parameter": "Buffer Parameter UninitializedBuffer UninitializedParameter",
        **{f"modules.{family}": names for family, names in modules._FAMILIES.items()},
    },
    missing=_refusal(__name__),
    whole=True,
    modules="attention common_types functional grad init modules parallel parameter utils",
)
