"""SciPy's own solvers, for the few functions of autograd.scipy that call them: looked for when one is called, since SciPy is no
dependency of the library."""

from importlib import import_module

from ...core.site import here


def scipys_own(module, what):
    """SciPy's module of this name; ImportError, saying who needs it, where SciPy is not installed."""
    try:
        return import_module(f"scipy.{module}")
    except ImportError as error:
        raise ImportError(
            f"{what}: it calls SciPy's solver, and SciPy is not installed: pip install scipy. [at {here()}]"
        ) from error
