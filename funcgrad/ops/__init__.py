"""The table of primitives, one file per family. A derivative formula lives here and nowhere else."""

from ..core.primitive import PRIMITIVES, check_formulas
from . import (  # noqa: E501, F401
    bitwise,
    complex,
    conv,
    dot,
    dynamic,
    elementwise,
    exponential,
    fft,
    index,
    kinked,
    linalg_det,
    linalg_eig,
    linalg_factor,
    linalg_solve,
    logic,
    matrix,
    powers,
    reduce,
    rounding,
    shape,
    sort,
    special,
    trigonometric,
    weak,
    window,
)

check_formulas()
__all__ = ["PRIMITIVES"]
