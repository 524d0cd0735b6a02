"""torch.backends.cudnn: settings that scripts set, kept and without effect."""

benchmark = False
deterministic = False
enabled = True


def is_available():
    """False."""
    return False


def version():
    """None: there is no cuDNN."""
    return None
