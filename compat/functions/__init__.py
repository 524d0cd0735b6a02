"""torch's operations, by family: thin spellings over the table of primitives.

Importing a family enters its functions in register.FUNCTIONS, and its methods on Tensor.
"""

from . import (  # noqa: F401  (the order is that in which they build on one another)
    arithmetic,
    comparison,
    conversion,
    creation,
    fft,
    gathering,
    indexing,
    joining,
    linalg,
    missing,
    pointwise,
    products,
    random,
    reduction,
    shape,
    sorting,
    special,
)
