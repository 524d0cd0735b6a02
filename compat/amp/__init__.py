"""torch.amp: products in half precision (`autocast`), and losses scaled so that their gradients fit it (`GradScaler`)."""

from funcgrad.lazy import attributes as _attributes

from ..functions.missing import refusal as _refusal

__getattr__, __dir__ = _attributes(
    __name__,
    {
        "autocast_mode": "autocast custom_bwd custom_fwd is_autocast_available",
        "grad_scaler": "GradScaler",
    },
    missing=_refusal(__name__),
    modules="autocast_mode grad_scaler",
)
__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]
