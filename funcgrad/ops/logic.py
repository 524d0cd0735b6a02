"""Truth values, and the bits of integers and bools. All are piecewise constant: no derivative flows."""

import numpy as np

from ..core.aval import Aval, dtype_of, is_weak, promotion_key, shape_of
from ..core.handle import Handle
from ..core.primitive import elementwise


# ------------------------------------------------------------------------------------------------ logic
# Truth values: logical connectives and the predicates of floats. All are piecewise constant: no derivative flows.
def predicate(name, ufunc, why, dtypes="fcib", scalar=None):
    return elementwise(name, ufunc, nondiff=why, dtype=bool, jax=f"numpy.{name}", dtypes=dtypes, scalar=scalar)


def connective(name, ufunc, scalar):
    return predicate(name, ufunc, "a logical connective is piecewise constant", scalar=scalar)


logical_and = connective("logical_and", np.logical_and, "bool({0}) and bool({1})")
logical_or = connective("logical_or", np.logical_or, "bool({0}) or bool({1})")
logical_xor = connective("logical_xor", np.logical_xor, "bool({0}) != bool({1})")
logical_not = connective("logical_not", np.logical_not, "not {0}")

isnan = predicate("isnan", np.isnan, "whether a value is nan does not vary with it", scalar="math.isnan({0})")
isinf = predicate("isinf", np.isinf, "whether a value is infinite does not vary with it", scalar="math.isinf({0})")
isfinite = predicate(
    "isfinite", np.isfinite, "whether a value is finite does not vary with it", scalar="math.isfinite({0})"
)
signbit = predicate("signbit", np.signbit, "the sign is piecewise constant", "f")


def unless_nan(simple, careful, *operands):
    """simple(*operands), and careful(*operands) where that has a nan: `careful` is right everywhere, but takes longer.

    What is traced takes the careful way: the choice must not depend on values.
    """
    if not any(isinstance(x, Handle) for x in operands):
        found = simple(*operands)
        if not isnan(found).any():
            return found
    return careful(*operands)


# ------------------------------------------------------------------------------------------------ bitwise
# Operations on the bits of integers and bools, and the number theory NumPy has as ufuncs. Integers: no derivative.
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
