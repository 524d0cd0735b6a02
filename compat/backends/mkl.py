"""torch.backends.mkl: True, as torch's CPU wheels have it; NumPy's own kernels compute."""


def is_available():
    """True, as in torch's CPU wheels."""
    return True
