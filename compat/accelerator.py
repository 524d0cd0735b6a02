"""torch.accelerator: there is none."""


def is_available():
    """False."""
    return False


def current_accelerator(check_available=False):
    """None: there is no accelerator."""
    return None


def device_count():
    """0."""
    return 0
