"""torch.amp: products in half precision (`autocast`), and losses scaled so that their gradients fit it (`GradScaler`)."""

from funcgrad.lazy import attributes

from ..functions.missing import refusal

__getattr__, __dir__ = attributes(
    __name__,
    {
        "autocast_mode": "autocast custom_bwd custom_fwd is_autocast_available",
        "grad_scaler": "GradScaler OptState",
    },
    missing=refusal("torch.amp", __name__),
)
__all__ = ["GradScaler", "autocast", "custom_bwd", "custom_fwd", "is_autocast_available"]
