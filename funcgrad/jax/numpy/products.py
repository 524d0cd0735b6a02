"""jax.numpy's products: NumPy's, with `precision` and `preferred_element_type`.

Invariant: with preferred_element_type the products are computed, and added, in that dtype or a wider one; `precision` changes nothing,
as on jax's CPU.
"""

import functools

import numpy as np

from ...numpy.products import cross as vector_product
from .. import arrays
from ..apply import face, promoted
from ..arrays import described, wrap
from ..dtypes import joined, requested
from ..signatures import Binder
from .creation import asarray

jnp = arrays.jnp


def preferring(f, first=0, last=2):
    """f, whose operands are its arguments from first to last (None: to the end), with the two keyword arguments."""

    @functools.wraps(f)
    def call(*args, preferred_element_type=None, **kwargs):
        if preferred_element_type is None:
            return f(*args, **kwargs)
        if len(args) < (last or 1):  # (operands by name)
            args, kwargs = bind(f, args, kwargs)
        wanted = requested(preferred_element_type, call.__name__)
        operands = args[first:last]
        dtype = joined(*map(described, operands), (wanted, False))[0]
        args = [*args[:first], *[asarray(a).astype(dtype) for a in operands], *([] if last is None else args[last:])]
        return f(*args, **kwargs).astype(wanted)

    return call


def bind(f, args, kwargs):
    return Binder(f.engine, f.__name__, f.__signature__, (0, 1)).bind(args, kwargs)


def faced(name, rule="promote 0 1"):
    return preferring(face(getattr(np, name), rule, name, "numpy"))


dot, vdot, inner, tensordot = map(faced, ("dot", "vdot", "inner", "tensordot"))
matmul, vecdot = faced("matmul", "promote"), faced("vecdot", "promote 0 1")
convolve, correlate = faced("convolve", "floats 0 1"), faced("correlate", "floats 0 1")


cross = face(vector_product, "promote 0 1", "cross", "numpy")  # (NumPy 2.5's own refuses vectors of two numbers)


def sums_of_products(
    subscripts, /, *operands, out=None, optimize="auto", precision=None, preferred_element_type=None, out_sharding=None
):
    """Sums of products by NumPy's notation, the operands promoted to one dtype.

    >>> import funcgrad.jax.numpy as jnp
    >>> jnp.einsum("ij,j->i", jnp.ones((2, 3)), jnp.arange(3))
    Array([3., 3.], dtype=float32)
    """
    if out is not None:
        raise NotImplementedError("The 'out' argument to einsum is not supported; use the result.")
    if not isinstance(subscripts, str):
        return face(np.einsum, "keep", "einsum")(subscripts, *operands)
    values, weak = promoted("einsum", operands, "promote")
    return face(lambda *v: np.einsum(subscripts, *v), "keep", "einsum")(*map(wrap, values))


einsum = preferring(sums_of_products, 1, None)
einsum.__name__ = einsum.__qualname__ = "einsum"
