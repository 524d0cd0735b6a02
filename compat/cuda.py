"""torch.cuda: there is none, and it says so, so that device-agnostic scripts take their CPU path."""


def is_available():
    """False.

    >>> import compat as torch
    >>> torch.device("cuda" if torch.cuda.is_available() else "cpu")
    device(type='cpu')
    """
    return False


def device_count():
    """0."""
    return 0


def is_initialized():
    """False: nothing is ever initialised."""
    return False


def is_bf16_supported():
    """False."""
    return False


def manual_seed(seed):
    """Accepted and without effect, as in torch without a GPU."""


def manual_seed_all(seed):
    """Accepted and without effect, as in torch without a GPU."""


def empty_cache():
    """Nothing to empty."""


def refuse(name):
    def missing(*args, **kwargs):
        raise AssertionError(
            f"Torch not compiled with CUDA enabled (torch.cuda.{name}: compat computes on the CPU only)"
        )

    missing.__name__ = name
    missing.__doc__ = "Raises torch's AssertionError: there is no GPU."
    return missing


current_device, synchronize, set_device, get_device_name, memory_allocated, max_memory_allocated = map(
    refuse,
    ("current_device", "synchronize", "set_device", "get_device_name", "memory_allocated", "max_memory_allocated"),
)
