"""torch._VF: the functions of torch under the name that modules written beside torch's own call them by."""

import sys


def __getattr__(name):
    try:
        return getattr(sys.modules[__package__], name)
    except AttributeError:
        raise AttributeError(f"module 'torch._VF' has no attribute {name!r}") from None
