"""jax.errors: the exceptions programs catch, each also the built-in that jax's is, and how the engine's become them."""

import numpy as np

from ..core.state import tls
from ..errors import ConcreteBoolError, ConcretizationError, LeakedTracerError

__all__ = [
    "ConcretizationTypeError", "JAXIndexError", "JAXTypeError", "JaxRuntimeError", "KeyReuseError",
    "NonConcreteBooleanIndexError", "TracerArrayConversionError", "TracerBoolConversionError",
    "TracerIntegerConversionError", "UnexpectedTracerError",
]  # fmt: skip


class JAXTypeError(TypeError):
    """The base of errors about traced values."""


class JAXIndexError(IndexError):
    """The base of errors about indices."""


class ConcretizationTypeError(JAXTypeError):
    """A traced value was used where a known one is needed."""


class TracerBoolConversionError(ConcretizationTypeError):
    """`if` on a traced value."""


class TracerArrayConversionError(JAXTypeError):
    """A traced value was given to NumPy."""


class TracerIntegerConversionError(JAXTypeError):
    """A traced value was used as an integer."""


class NonConcreteBooleanIndexError(JAXIndexError):
    """A traced mask was used as an index, whose result would have a size that is not known."""


class UnexpectedTracerError(JAXTypeError):
    """A traced value was used after the function that it was traced in had returned."""


class KeyReuseError(RuntimeError):
    """A random key was used twice. (Not looked for here.)"""


class JaxRuntimeError(RuntimeError):
    """An error of the compiler's runtime. (There is none here.)"""


class OperandError(TypeError, ValueError):
    """Shapes or dtypes that do not go together: a TypeError here and a ValueError there in jax and in NumPy, so both."""


class AxisError(OperandError, IndexError):
    """An axis that there is not: an IndexError in some of jax's functions."""


def translated(error):
    """What jax raises where the engine or NumPy raise this; None if that is the same."""
    tls.refused = None  # (what the engine would put in the place of an error that is none of its own)
    if isinstance(error, ConcreteBoolError):
        return TracerBoolConversionError(str(error))
    if isinstance(error, ConcretizationError):
        return ConcretizationTypeError(str(error))
    if isinstance(error, LeakedTracerError):
        return UnexpectedTracerError(str(error))
    if isinstance(error, np.exceptions.AxisError):
        return AxisError(str(error))
    ours = type(error).__module__.partition(".")[0] in ("builtins", "numpy", "funcgrad")
    if not ours or isinstance(error, (OperandError, JAXTypeError)) or not isinstance(error, (ValueError, TypeError)):
        return None
    return OperandError(str(error))
