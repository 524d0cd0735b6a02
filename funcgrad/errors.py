"""One exception per mistake. Each subclasses the built-in a user would catch, and says what to do about it."""

REMEDIES = (
    "Make the array with funcgrad.numpy (or np.zeros_like(x), x.copy(), x * 1; of a list, with np.stack([a, b])), wrap the function in "
    "fg.trace_numpy(f) or grad(f, numpy=True) so that its own NumPy calls are traced, or use fg.stop_gradient(x) / "
    "fg.value_of(x) if no derivative should flow here."
)


class FuncgradError(Exception):
    """The common base of funcgrad's own errors; each also subclasses the built-in it stands for."""


class LeakedTracerError(FuncgradError, RuntimeError):
    """A traced value was used after the transform that made it had returned."""


class ModifiedError(FuncgradError, RuntimeError):
    """A value that a derivative needs was changed in place after it had been saved."""

    saved_by = None
    found = None  # (the Store, the version that was kept, the value, the node, -1 or the operand's number)

    def name_save(self, operation, place):
        """Add who saved the value and where, which whoever finds it changed does not know; the first to say so is right."""
        if self.saved_by is None:
            self.saved_by = operation, place
            self.args = (f"{self} It was kept by {operation}, called at {place}.",)


class ConversionError(FuncgradError, TypeError, ValueError):
    """A traced value was about to become a plain number or array, which would lose its derivative.

    It is both a TypeError (what float(x) raises) and a ValueError (what NumPy's item assignment raises).
    """


class ConcretizationError(ConversionError):
    """The value of a mapped or staged array was asked for; it has none (vmap) or none yet (jit). `derived`: inside a derivative."""

    derived = False


class ConcreteBoolError(ConcretizationError):
    """`if`, `while`, `and`, `or` on a mapped or staged value."""


class RandomnessError(FuncgradError, RuntimeError):
    """A random operation under a vmap that was not told what it is to mean there."""


class ShapeError(FuncgradError, ValueError):
    """Shapes, axes or sizes that do not fit together."""


class DTypeError(FuncgradError, TypeError):
    """A dtype for which the operation or its derivative is not defined."""


class ArgumentError(FuncgradError, TypeError):
    """A transform was called with arguments or a function it cannot handle."""


class ArgumentValueError(FuncgradError, ValueError):
    """An argument of the right kind has a value that means nothing there."""


class StaticArgumentError(ArgumentError, ValueError):
    """A static argument of jit that there is not, or that cannot be part of a key."""


class NotDifferentiableError(FuncgradError, TypeError, NotImplementedError):
    """No derivative, batching or shape rule stands for what was asked."""


class PrimitiveError(FuncgradError, TypeError):
    """A primitive was declared wrongly; raised at import, naming the field."""


class UnboundAxisError(FuncgradError, NameError):
    """A collective over an axis that no vmap around it names."""


class GraphTooLargeError(FuncgradError, RuntimeError):
    """A function was staged to more operations than config(max_operations=...) allows: a loop that never ends, or a very long one."""


class GraphError(FuncgradError, ValueError):
    """A graph broke one of the rules that `check` states."""


class SecondBackwardError(FuncgradError, RuntimeError):
    """A graph was walked a second time after the values it saved had been freed."""


class NaNError(FuncgradError, FloatingPointError):
    """`config(check_nans=True)` met the first NaN."""


class BakedWarning(UserWarning):
    """Random figures were drawn while a function was staged; they are constants of the compiled code."""


class SideEffectWarning(UserWarning):
    """What a staged function did to Python objects outside it happened once, and will not happen in each call."""


class DonationWarning(UserWarning):
    """A donated argument of a jitted function could not be written over."""


class DroppedResultWarning(UserWarning):
    """The result of an update that changes nothing in place (`at(x)[i].set(v)`) is not used."""
