"""torch.nn.attention: the choice of a way to compute attention; there is one here, so that a choice changes nothing."""

import contextlib
import enum

from ...functions.missing import refusal as _refusal

WARN_FOR_UNFUSED_KERNELS = False


def list_flash_attention_impls():
    """The names of torch's implementations for GPUs."""
    return ["FA3", "FA4"]


def current_flash_attention_impl():
    """None: none is active."""


def activate_flash_attention_impl(impl):
    """Refuse: they are for GPUs."""
    if impl not in list_flash_attention_impls():
        raise ValueError(
            f"Unknown flash attention impl '{impl}'. Available implementations: {list_flash_attention_impls()}"
        )
    raise RuntimeError(f"compat has no flash attention {impl}: there is no GPU")


def restore_flash_attention_impl(_raise_warn=True):
    """Nothing was activated."""


__getattr__ = _refusal(__name__)
__all__ = ["SDPBackend", "sdpa_kernel"]


class SDPBackend(enum.IntEnum):
    """The ways torch can compute attention."""

    ERROR = -1
    MATH = 0
    FLASH_ATTENTION = 1
    EFFICIENT_ATTENTION = 2
    CUDNN_ATTENTION = 3
    OVERRIDEABLE = 4

    def __str__(self):
        return f"SDPBackend.{self.name}"


@contextlib.contextmanager
def sdpa_kernel(backends, set_priority=False):
    """A block in which attention is computed in one of these ways.

    >>> import compat as torch
    >>> from compat.nn.attention import SDPBackend, sdpa_kernel
    >>> x = torch.ones(1, 2, 2)
    >>> with sdpa_kernel(SDPBackend.MATH):
    ...     torch.nn.functional.scaled_dot_product_attention(x, x, x).shape
    torch.Size([1, 2, 2])
    """
    for backend in [backends] if isinstance(backends, SDPBackend) else backends:
        if not isinstance(backend, SDPBackend):
            raise AssertionError("Backend must be an instance of SDPBackend or a list of SDPBackend instances")
    yield
