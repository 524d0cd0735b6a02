"""bfloat16 in this swap: the memory is compat's (core/halves.py, docs/decisions/bfloat16.md), an operation sees float32, and what a
function of jax gives is rounded once.

Invariant: until a program asks for bfloat16, `asked.bfloat16` is False and nothing here runs; what is unrounded never has this dtype.
"""

from types import SimpleNamespace

import numpy as np

from ..core.aval import dtype_of
from ..core.halves import BFLOAT16, FLOAT32, LARGEST, narrow, wide
from ..core.handle import Handle


class Half(int):
    """`weak_type` of a bfloat16 array: false, as it is of any array with a dtype of its own, and kept with the value through transforms
    and loops, which may give it back in float32."""

    def __repr__(self):
        return "False"


HALF = Half()
asked = SimpleNamespace(bfloat16=False)


class DType:
    """What `x.dtype` is for bfloat16: equal to jnp.bfloat16, to "bfloat16" and to ml_dtypes' dtype; NumPy takes it for the memory's."""

    dtype = BFLOAT16
    name, kind, char, itemsize, alignment, isnative, shape, ndim, fields = "bfloat16", "V", "E", 2, 2, True, (), 0, None

    @property
    def type(self):
        from .numpy import bfloat16

        return bfloat16

    def __eq__(self, other):
        if isinstance(other, str):
            return other == self.name
        return other is self or getattr(other, "dtype", other) is BFLOAT16 or getattr(other, "name", None) == self.name

    def __hash__(self):
        return hash(self.name)

    def __str__(self):
        return self.name

    def __repr__(self):
        return "dtype(bfloat16)"

    def __reduce__(self):
        return public, (BFLOAT16,)


def public(dtype):
    """A dtype as a program sees it."""
    return dtype if dtype.isnative else DTYPE


def finfo():
    """What numpy.finfo tells, of bfloat16."""
    tiny = 2.0**-126
    return SimpleNamespace(
        bits=16, eps=2.0**-7, epsneg=2.0**-8, max=LARGEST[BFLOAT16], min=-LARGEST[BFLOAT16], tiny=tiny, smallest_normal=tiny,
        smallest_subnormal=2.0**-133, machep=-7, negep=-8, nexp=8, nmant=7, minexp=-126, maxexp=128, precision=2, resolution=0.01,
        dtype=DTYPE,
    )  # fmt: skip


def text(x, prefix="", separator=" "):
    """Numbers as ml_dtypes prints them: to six digits."""
    return np.array2string(x, separator=separator, prefix=prefix, formatter={"float_kind": "{:.6g}".format})


def floats_in(values, found):
    """The float dtypes among values, and in lists of them, into a set."""
    for v in values:
        if isinstance(v, (tuple, list)):
            floats_in(v, found)
        elif isinstance(v, (np.ndarray, Handle)) and dtype_of(v).kind in "fc":
            found.add(dtype_of(v))
    return found


def call(f, name, at_dtype, args, kwargs):
    """f(*args, **kwargs), a function of the engine: bfloat16 as float32, and the result rounded, where all floats are bfloat16 or
    the program asks for it by `dtype`, or `preferred_element_type`."""
    if name in ("convert_element_type", "bitcast_convert_type", "getitem", "result_type", "dtype"):
        return f(*args, **kwargs)
    given = next((k for k in ("dtype", "preferred_element_type") if kwargs.get(k) is not None), None)
    wanted = kwargs[given] if given else None
    if at_dtype is not None and len(args) > at_dtype:
        wanted, given = args[at_dtype], at_dtype
    mine = isinstance(wanted, np.dtype) and wanted == BFLOAT16
    if mine:
        args = [FLOAT32 if i == given else a for i, a in enumerate(args)]
        kwargs = {k: FLOAT32 if k == given else v for k, v in kwargs.items()}
    floats = floats_in([*args, *kwargs.values()], set())
    if BFLOAT16 not in floats and not mine:
        return f(*args, **kwargs)
    out = f(*[wide(a) for a in args], **{k: wide(v) for k, v in kwargs.items()})
    return rounded(out) if mine or (wanted is None and floats == {BFLOAT16}) else out


def rounded(out):
    """float32 in a result as bfloat16."""
    if isinstance(out, (tuple, list)):
        parts = [rounded(v) for v in out]
        return type(out)(*parts) if hasattr(out, "_fields") else type(out)(parts)
    return narrow(out, BFLOAT16)


DTYPE = DType()
