"""The namespaces of accelerators that are not there, and say so: device-agnostic scripts take their CPU path."""

from .functions.missing import refusal


def namespace(name):
    """What torch.<name> has."""

    def is_available():
        """False."""
        return False

    def device_count():
        """0."""
        return 0

    def manual_seed(seed):
        """Accepted and without effect."""

    def empty_cache():
        """Nothing to empty."""

    def synchronize(device=None):
        """AssertionError: there is no such device."""
        raise AssertionError(f"Torch not compiled with {name.upper()} enabled")

    functions = is_available, device_count, manual_seed, empty_cache, synchronize
    return {f.__name__: f for f in functions} | {
        "manual_seed_all": manual_seed,
        "__getattr__": refusal(f"torch.{name}", f"compat.{name}"),
    }
