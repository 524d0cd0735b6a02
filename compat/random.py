"""torch.random: the default generator's seed and state."""

from contextlib import contextmanager

from .functions.missing import refusal as _refusal
from .functions.random import default_generator, get_rng_state, initial_seed, manual_seed, seed, set_rng_state

__getattr__ = _refusal(__name__)
__all__ = [
    "default_generator",
    "fork_rng",
    "get_rng_state",
    "initial_seed",
    "manual_seed",
    "seed",
    "set_rng_state",
    "thread_safe_generator",
]


@contextmanager
def fork_rng(devices=None, enabled=True, _caller="fork_rng", _devices_kw="devices", device_type=None):
    """Within the block the default generator may be used at will: afterwards it goes on as if it had not been.

    >>> import compat as torch
    >>> _ = torch.manual_seed(0)
    >>> with torch.random.fork_rng():
    ...     _ = torch.rand(3)
    >>> torch.rand(1)
    tensor([0.4963])
    """
    if not enabled or device_type == "meta":
        yield
        return
    before = get_rng_state()
    try:
        yield
    finally:
        set_rng_state(before)


def thread_safe_generator():
    """None: the generator of a DataLoader's worker that is a thread; workers are processes, or are not there."""
    return None
