"""Two operands of different dtypes as two of one float dtype, where nobody has to know: the commonest mixtures.

Invariant: what is cast has no gradient, and its version is that of the Tensor it was made of.
"""

import numpy as np

from funcgrad.core.handle import Frozen, fresh
from funcgrad.core.state import shared, tls
from funcgrad.core.trace import TAPE

from .. import dtypes
from ..tensor import Tensor
from .untracked import FLOATS

F64 = np.dtype(np.float64)
WHOLE = frozenset(map(np.dtype, (np.int64, np.int32, np.uint8, np.bool_)))


def in_one_float(x, y, bools):
    """(x, y) with the one that holds integers (or `bools`) in the other's float dtype, or one of two float dtypes without a gradient in
    that of the result; None if that is not what they are."""
    if not (isinstance(x, Tensor) and x.owner is TAPE and not shared.staging):
        return None
    d = x.val.dtype
    if isinstance(y, Tensor):
        if y.owner is TAPE:
            e = y.val.dtype
            if d in FLOATS and e in FLOATS and d is not e:
                if d is F64 if (not x.val.ndim) is (not y.val.ndim) else x.val.ndim:
                    w = in_float(y, d) if y.mark is None or not tls.grad else None
                    return None if w is None else (x, w)
                w = in_float(x, e) if x.mark is None or not tls.grad else None
                return None if w is None else (w, y)
            if d in FLOATS and e in WHOLE and (bools or e.kind != "b") and (w := in_float(y, d)) is not None:
                return x, w
            if e in FLOATS and d in WHOLE and (bools or d.kind != "b") and (w := in_float(x, e)) is not None:
                return w, y
    elif type(y) is float and d in WHOLE and (bools or d.kind != "b") and dtypes.Default.numpy in FLOATS:
        w = in_float(x, dtypes.Default.numpy)
        return None if w is None else (w, y)
    return None


def in_float(t, d):
    """A Tensor in C order as one of float dtype d, which has its version: a later change of t is seen in a backward."""
    if t.alias is not None:
        fresh(t)
        if type(t.alias) is Frozen:
            return None
    if not t.val.flags.c_contiguous:
        return None
    w = Tensor(t.val.astype(d), None, TAPE)
    w.store = t.store or t.stamp()[0]
    return w
