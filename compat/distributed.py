"""torch.distributed: not there, and it says so, so that scripts for one process or many take the way for one."""

from .functions.missing import refusal

__all__ = ["is_available", "is_initialized"]


def is_available():
    """False: there is one process.

    >>> import compat as torch
    >>> torch.distributed.is_available() and torch.distributed.is_initialized()
    False
    """
    return False


def is_initialized():
    """False: there is no process group."""
    return False


is_torchelastic_launched = is_nccl_available = is_gloo_available = is_mpi_available = is_available
__getattr__ = refusal("torch.distributed", __name__)
