"""torch.return_types: the classes of the named tuples that functions with several results give."""

from .functions.return_types import BY_NAME


def __getattr__(name):
    if name in BY_NAME:
        return BY_NAME[name]
    raise AttributeError(f"compat has no torch.return_types.{name} yet; it has {', '.join(sorted(BY_NAME))}")


def __dir__():
    return sorted(BY_NAME)
