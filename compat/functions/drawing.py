"""Random figures as Tensors: drawn at once, or, where a function is staged or mapped, by the primitive that draws.

Invariant: a generator's stream moves on when the program runs, never while it is staged; what a program draws is what it
would draw without being compiled.
"""

import numpy as np

from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import here
from funcgrad.core.state import tls
from funcgrad.core.trace import TAPE
from funcgrad.errors import ConcretizationError
from funcgrad.numpy.concrete import raising
from funcgrad.transforms.boundary import as_tensor

from ..devices import Default, on_meta
from ..payload import current, wrap
from ..tensor import Tensor


def drawn(shape, dtype, source, *operands, bare=False):
    """A new Tensor of what source(shape, *arrays) draws, an array of that shape and dtype; operands are up-to-date Tensors. `bare`: on
    the meta device, where nothing is drawn."""
    if bare and (tls.mapping is None or tls.mapping.randomness != "error"):  # (which refuses a draw there too)
        from .._meta import bare

        return bare(shape, np.dtype(dtype))
    if tls.stage is None and tls.mapping is None and all([o.owner is TAPE for o in operands]):
        return wrap(Tensor, source(shape, *[o.val for o in operands]))
    (out,) = PRIMITIVES["draw"](*operands, source=source, shape=tuple(shape), dtype=np.dtype(dtype))
    return out if isinstance(out, Tensor) else as_tensor(out)


def bare(device):
    """Is a new Tensor for a device= on the meta device?"""
    return (device is not None or Default.elsewhere) and on_meta(device)


def while_staging(change, x):
    """change(x), of a generator: now, or whenever the staged program comes by; x is a number or a Tensor."""
    if tls.stage is None:
        change(current(x).numpy() if isinstance(x, Tensor) else x)
    elif isinstance(x, Tensor):
        PRIMITIVES["debug_callback"](current(x), callback=change)
    else:
        PRIMITIVES["debug_callback"](callback=lambda: change(x))


def refuse_staging(what):
    """Raise where a number is asked for that each run of the program would have anew."""
    if tls.stage is not None:
        raising(
            ConcretizationError(
                f"{what}: under jit it is not one known number, at {here()}. Ask outside the compiled function."
            )
        )


__all__ = ["bare", "drawn", "refuse_staging", "while_staging"]
