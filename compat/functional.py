"""torch.functional: functions of torch by the module that torch writes them in."""

from .functions.missing import refusal as _refusal
from .functions.register import FUNCTIONS

__all__ = (
    "align_tensors atleast_1d atleast_2d atleast_3d block_diag broadcast_shapes broadcast_tensors cartesian_prod cdist chain_matmul "
    "einsum istft lu meshgrid norm pca_lowrank split stft svd_lowrank tensordot unique unique_consecutive unravel_index"
).split()
_missing = _refusal(__name__)


def __getattr__(name):
    """A function of torch's."""
    found = FUNCTIONS.get(name) if name in __all__ else None
    return _missing(name) if found is None else found
