"""Operations on the bits of integers and bools, and the number theory NumPy has as ufuncs. Integers: no derivative."""

import numpy as np

from ..core.aval import Aval, dtype_of, is_weak, promotion_key, shape_of
from ..core.primitive import elementwise

INTEGERS = "an operation on integers"


def integers(name, ufunc, symbol=None, **fields):
    fields = {"dtypes": "ib", "jax": f"numpy.{name}"} | fields
    return elementwise(name, ufunc, nondiff=INTEGERS, symbol=symbol, **fields)


def of_bits(name, ufunc, symbol):
    """An operation that makes a bool of two bools, of Python's bools too."""

    def aval(x, y):
        weak = is_weak(x) and is_weak(y)
        keys = [dtype_of(v) if weak else promotion_key(v) for v in (x, y)]
        return Aval(np.broadcast_shapes(shape_of(x), shape_of(y)), ufunc.resolve_dtypes((*keys, None))[-1], weak)

    return integers(name, ufunc, symbol, aval=aval)


bitwise_and = of_bits("bitwise_and", np.bitwise_and, "&")
bitwise_or = of_bits("bitwise_or", np.bitwise_or, "|")
bitwise_xor = of_bits("bitwise_xor", np.bitwise_xor, "^")
bitwise_not = integers("bitwise_not", np.invert)
left_shift = integers("left_shift", np.left_shift, "<<", dtypes="i", domain=("integer", "shift"))
right_shift = integers("right_shift", np.right_shift, ">>", dtypes="i", domain=("integer", "shift"))
bitwise_count = integers("bitwise_count", np.bitwise_count, dtypes="i")
gcd = integers("gcd", np.gcd, dtypes="i")
lcm = integers("lcm", np.lcm, dtypes="i")
