"""Truth values: logical connectives and the predicates of floats. All are piecewise constant: no derivative flows."""

import numpy as np

from ..core.handle import Handle
from ..core.primitive import elementwise


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
