"""vspace(x): the vector space of a value, by autograd's methods: of numbers and arrays, and of lists, tuples and dicts of them."""

import numpy as np

from .. import tree
from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES

__all__ = ["VSpace", "vspace"]


class VSpace:
    """The space of values that are built as an example is: as many arrays, of the same shapes and dtypes.

    >>> space = VSpace({"a": np.ones(2), "b": 1.0})
    >>> space.size
    3
    >>> space.zeros()
    {'a': array([0., 0.]), 'b': array(0.)}
    """

    def __init__(self, value):
        leaves, self.structure = tree.flatten(value)
        self.kinds = [(tuple(shape_of(x)), dtype_of(x)) for x in leaves]
        for x, (_, dtype) in zip(leaves, self.kinds, strict=True):
            if dtype.kind not in "fc":
                raise TypeError(f"Can't find vector space for value {x!r} of type {type(x)}")

    alone = property(lambda self: len(self.kinds) == 1 and tree.structure(0.0) == self.structure)
    shape = property(lambda self: self.kinds[0][0] if self.alone else [k[0] for k in self.kinds])
    dtype = property(lambda self: self.kinds[0][1])
    ndim = property(lambda self: len(self.shape))
    iscomplex = property(lambda self: any(d.kind == "c" for _, d in self.kinds))
    size = property(lambda self: sum(int(np.prod(s)) for s, _ in self.kinds))

    def __eq__(self, other):
        return type(other) is VSpace and (self.structure, self.kinds) == (other.structure, other.kinds)

    def __hash__(self):
        return hash((self.structure, tuple(self.kinds)))

    def __repr__(self):
        return f"VSpace({', '.join(f'{d.name}{list(s)}' for s, d in self.kinds)})"

    def filled(self, make):
        return tree.unflatten(self.structure, [make(s, d) for s, d in self.kinds])

    def zeros(self):
        """The origin."""
        return self.filled(np.zeros)

    def ones(self):
        """Ones everywhere."""
        return self.filled(np.ones)

    def randn(self):
        """Normal numbers from NumPy's legacy generator, complex ones where the space is."""

        def draw(shape, dtype):
            x = np.asarray(np.random.randn(*shape))
            return (x + 1j * np.random.randn(*shape) if dtype.kind == "c" else x).astype(dtype)

        return self.filled(draw)

    def standard_basis(self):
        """Every vector with one 1; of complex spaces each also with one 1j."""
        for number, (shape, dtype) in enumerate(self.kinds):
            for at in np.ndindex(shape):
                for unit in (1.0, 1.0j) if dtype.kind == "c" else (1.0,):
                    leaves = [np.zeros(s, d) for s, d in self.kinds]
                    leaves[number][at] = unit
                    yield tree.unflatten(self.structure, leaves)

    def add(self, x, y):
        """x + y."""
        return tree.map(PRIMITIVES["add"], x, y)

    mut_add = add

    def scalar_mul(self, x, a):
        """a x."""
        return tree.map(lambda v: v * a, x)

    def covector(self, x):
        """The conjugate."""
        return tree.map(np.conj, x)

    def inner_prod(self, x, y):
        """The real inner product."""
        pairs = zip(tree.leaves(x), tree.leaves(y), strict=True)
        return sum(np.real(np.vdot(np.asarray(a), np.asarray(b))) for a, b in pairs)


def vspace(value):
    """The VSpace of a value; TypeError for what has integers, text or nothing in it."""
    return VSpace(value)
