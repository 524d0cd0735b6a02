"""The functions of the swap for jax have jax's signatures: the same names, positions, defaults and rules of what is given by name."""

import importlib
import inspect
from functools import reduce

import numpy as np

import funcgrad.jax
from tests import packed

# what a swap's function takes besides, or calls otherwise, and why
OTHER = dict.fromkeys(
    ("numpy.broadcast_shapes", "numpy.load", "numpy.save", "numpy.savez", "numpy.set_printoptions"),
    "NumPy's own function",
)


def text_of(f):
    """A signature as text, without annotations, private parameters and what objects print; None where there is none."""
    try:
        found = inspect.signature(f).parameters.values()
    except (ValueError, TypeError):
        return None
    made = []
    for p in found:
        default = p.default
        if isinstance(default, np.generic):
            default = default.item()
        elif type(default) not in (int, float, bool, str, tuple, type(None), type(p.empty)):
            default = default.value if hasattr(default, "value") else None
        if not p.name.startswith("_"):
            made.append(
                p.replace(
                    annotation=p.empty,
                    default=default.__name__ if isinstance(default, type) and default is not p.empty else default,
                )
            )
    text = str(inspect.Signature(made))[1:-1]
    return text.replace("='float'", "=float").replace("='int'", "=int")


def ours(name):
    """The swap's function of a name ("numpy.linalg.det"), or None."""
    space, _, last = name.rpartition(".")
    try:
        module = importlib.import_module(f"funcgrad.jax.{space}")
    except ImportError:
        module = reduce(getattr, space.split("."), funcgrad.jax)
    return getattr(module, last, None)


def signatures():
    return packed.read("jax_signatures")["signatures"]


def test_signatures_are_jaxs():
    differ = {
        n: (text_of(ours(n)), want) for n, want in signatures().items() if text_of(ours(n)) != want and n not in OTHER
    }
    assert not differ
