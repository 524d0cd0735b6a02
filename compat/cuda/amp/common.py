"""Whether torch.cuda.amp can do anything, and the warning that its spelling is old."""

from funcgrad.core.site import warn


def amp_definitely_not_available():
    """True: there is no GPU."""
    return True


def deprecated(kind, name):
    """Warn that torch.<kind>.amp.<name> has a newer spelling."""
    warn(
        f"`torch.{kind}.amp.{name}(args...)` is deprecated. Please use `torch.amp.{name}('{kind}', args...)` instead.",
        FutureWarning,
    )
