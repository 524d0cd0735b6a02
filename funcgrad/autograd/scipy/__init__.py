"""autograd.scipy: its own modules, and the others of funcgrad.scipy under autograd's name."""

from importlib import import_module

from ...core.site import here
from ...lazy import delegated

globals().update(delegated("funcgrad.scipy", of=__name__))


def scipys_own(module, what):
    """SciPy's module of this name, which is looked for when a function is called that needs its solver: SciPy is no dependency; ImportError, saying who needs it, where SciPy is not installed."""
    try:
        return import_module(f"scipy.{module}")
    except ImportError as error:
        raise ImportError(
            f"{what}: it calls SciPy's solver, and SciPy is not installed: pip install scipy. [at {here()}]"
        ) from error
