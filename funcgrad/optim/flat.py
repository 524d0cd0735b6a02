"""The leaves of a pytree in one flat buffer for each dtype.

A Layout says where each leaf lies; it is made once for a structure with its shapes and dtypes. Invariant: `views(pack(leaves))`
gives the leaves back, as views that share the buffer's memory, and a Layout holds no array.
"""

import math

import numpy as np

from .. import tree
from ..core.aval import dtype_of, ndarray, shape_of
from ..core.handle import Handle
from ..core.primitive import PRIMITIVES
from ..core.site import here
from ..errors import DTypeError, ShapeError

_layouts = {}
_MOST = 1024  # layouts remembered at once


class Layout:
    """Where the leaves of a tree lie: for each dtype one buffer, the leaves in it in the tree's order.

    `dtypes` and `sizes` are those of the buffers; `places[i]` is (which buffer, first entry, last entry, shape) of leaf i.

    >>> import numpy as np
    >>> layout = layout_of({"a": np.ones((2, 3)), "b": np.ones(4, np.float32)})
    >>> layout.sizes, layout.dtypes
    ((6, 4), (dtype('float64'), dtype('float32')))
    """

    __slots__ = ("structure", "dtypes", "sizes", "places", "members", "key", "views_at", "numbers")

    def __init__(self, structure, shapes, dtypes):
        self.structure = structure
        self.key = (structure, shapes, dtypes)
        self.dtypes = tuple(dict.fromkeys(dtypes))
        ends = [0] * len(self.dtypes)
        places = []
        for shape, dtype in zip(shapes, dtypes, strict=True):
            k = self.dtypes.index(dtype)
            start, ends[k] = ends[k], ends[k] + math.prod(shape)
            places.append((k, start, ends[k], shape))
        self.sizes = tuple(ends)
        self.places = tuple(places)
        self.views_at = [(k, s, self.dtypes[k], first * self.dtypes[k].itemsize) for k, first, _, s in places]
        self.numbers = [i for i, shape in enumerate(shapes) if not shape]
        self.members = tuple(tuple(i for i, p in enumerate(places) if p[0] == k) for k in range(len(self.dtypes)))

    def __eq__(self, other):
        return self is other or (type(other) is Layout and self.key == other.key)

    def __hash__(self):
        return hash(self.key)

    def __repr__(self):
        buffers = ", ".join(f"{d.name}[{n}]" for d, n in zip(self.dtypes, self.sizes, strict=True))
        return f"Layout({len(self.places)} leaves in {buffers})"

    def pack(self, leaves):
        """The buffers, new ones, filled with the leaves (in the tree's order): one call for each dtype."""
        return [packed([leaves[i] for i in at], dtype) for at, dtype in zip(self.members, self.dtypes, strict=True)]

    def views(self, buffers):
        """The leaves, as views of the buffers."""
        if any(isinstance(b, Handle) for b in buffers):
            return [np.reshape(buffers[k][start:stop], shape) for k, start, stop, shape in self.places]
        out = [ndarray(shape, dtype, buffers[k], offset) for k, shape, dtype, offset in self.views_at]
        for i in self.numbers:
            out[i] = out[i][()]
        return out

    def unflatten(self, buffers):
        """The tree of the views."""
        return self.structure.unflatten(self.views(buffers))

    def zeros(self, fill=0.0):
        """Buffers with a number everywhere."""
        return [np.full(n, fill, dtype) for n, dtype in zip(self.sizes, self.dtypes, strict=True)]


def packed(leaves, dtype):
    if any(isinstance(x, Handle) for x in leaves):
        rows = [np.reshape(x, (-1,)) for x in leaves]
        out = rows[0] if len(rows) == 1 else np.concatenate(rows)
        return out if dtype_of(out) == dtype else PRIMITIVES["cast"](out, dtype=dtype)
    return np.concatenate(leaves, axis=None, dtype=dtype)


def layout_of(x):
    """The Layout of a tree. Raises TypeError for a leaf that is not made of floats or complex numbers."""
    leaves, structure = tree.flatten(x)
    return remembered(leaves, structure)


def remembered(leaves, structure):
    shapes = tuple([v.shape if type(v) is ndarray else shape_of(v) for v in leaves])
    dtypes = tuple([v.dtype if type(v) is ndarray else dtype_of(v) for v in leaves])
    key = (structure, shapes, dtypes)
    got = _layouts.get(key)
    if got is None:
        for path, v in tree.leaves_with_path(structure.unflatten(leaves)):
            if dtype_of(v).kind not in "fc":
                raise DTypeError(
                    f"optim: the leaf {tree.keystr(path)} is {dtype_of(v)}; parameters must be floats or complex numbers. Keep "
                    f"others in a tree of their own. [at {here()}]"
                )
        if len(_layouts) >= _MOST:
            _layouts.clear()
        got = _layouts[key] = Layout(*key)
    return got


@tree.register_pytree_node_class
class Flat:
    """A tree in flat buffers: what the state of an optimiser is made of. A pytree whose leaves are the buffers.

    >>> import numpy as np
    >>> moments = Flat.of({"a": np.ones(2), "b": np.zeros((1, 2))})
    >>> moments.buffers[0]
    array([1., 1., 0., 0.])
    >>> moments.tree()
    {'a': array([1., 1.]), 'b': array([[0., 0.]])}
    """

    __slots__ = ("layout", "buffers")

    def __init__(self, layout, buffers):
        self.layout = layout
        self.buffers = buffers

    @classmethod
    def of(cls, x, layout=None):
        """A tree, packed; into the buffers of a layout if one is given. Raises ValueError where it does not fit that."""
        leaves, structure = tree.flatten(x)
        if layout is None:
            layout = remembered(leaves, structure)
        elif structure != layout.structure:
            raise ShapeError(f"optim: expected a tree like {layout.structure}; got {structure}. [at {here()}]")
        else:
            for v, shape in zip(leaves, layout.key[1], strict=True):
                if (v.shape if type(v) is ndarray else shape_of(v)) != shape:
                    raise ShapeError(
                        f"optim: a leaf has shape {tuple(shape_of(v))} where the parameter has {shape}. [at {here()}]"
                    )
        return cls(layout, layout.pack(leaves))

    def tree(self):
        """The tree: its leaves are views of the buffers."""
        return self.layout.unflatten(self.buffers)

    def map(self, f, *others):
        """f of each buffer, and of those of others in the same layout."""
        return Flat(self.layout, [f(*bs) for bs in zip(self.buffers, *[o.buffers for o in others], strict=True)])

    def like(self, fill=0.0):
        """The same layout with a number everywhere."""
        return Flat(self.layout, self.layout.zeros(fill))

    def __repr__(self):
        return f"Flat({self.layout}, {self.buffers})"

    def tree_flatten(self):
        return tuple(self.buffers), self.layout

    @classmethod
    def tree_unflatten(cls, layout, buffers):
        return cls(layout, list(buffers))
