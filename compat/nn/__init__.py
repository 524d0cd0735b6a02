"""torch.nn: modules, parameters, losses; `functional`, `init` and `utils`. All of it is loaded when it is first named."""

from funcgrad.lazy import attributes

from ..functions.missing import refusal
from . import modules

__getattr__, __dir__ = attributes(
    __name__,
    {
        "parallel": "DataParallel",
        "parameter": "Buffer Parameter UninitializedBuffer UninitializedParameter",
        **{f"modules.{family}": names for family, names in modules.FAMILIES.items()},
    },
    missing=refusal("torch.nn", __name__),
    whole=True,
)
