"""torch._C: the one name of it that programs catch, torch.linalg.LinAlgError."""

from .functions.linalg import LinAlgError as _LinAlgError

__all__ = ["_LinAlgError"]
