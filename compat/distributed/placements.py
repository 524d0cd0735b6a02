"""How the parts of a Tensor would lie on several processes: values that plans are made of. (There is one process: nothing is placed.)"""


class Placement:
    """One way to lie: equal and hashed by its class and what it was made with."""

    __module__ = "torch.distributed.tensor.placement_types"

    def is_shard(self, dim=None):
        """Is it in parts, along a dimension if one is given?"""
        return type(self) is Shard and dim in (None, self.dim)

    def is_replicate(self):
        """Is it whole on every process?"""
        return type(self) is Replicate

    def is_partial(self, reduce_op=None):
        """Is it to be reduced still, by an operation if one is given?"""
        return type(self) is Partial and reduce_op in (None, self.reduce_op)

    def __eq__(self, other):
        return type(self) is type(other) and vars(self) == vars(other)

    def __hash__(self):
        return hash((type(self), *vars(self).values()))


class Replicate(Placement):
    """Whole on every process."""

    __module__ = Placement.__module__

    def __repr__(self):
        return "Replicate()"

    def __str__(self):
        return "R"


class Shard(Placement):
    """In parts along a dimension."""

    __module__ = Placement.__module__

    def __init__(self, dim):
        self.dim = dim

    def __repr__(self):
        return f"Shard(dim={self.dim})"

    def __str__(self):
        return f"S({self.dim})"


class _StridedShard(Placement):
    """In parts along a dimension that was split before."""

    __module__ = Placement.__module__

    def __init__(self, dim, *, split_factor):
        self.dim, self.split_factor = dim, split_factor

    def __repr__(self):
        return f"_StridedShard(dim={self.dim}, sf={self.split_factor})"

    def __str__(self):
        return f"_S({self.dim}, {self.split_factor})"


class Partial(Placement):
    """A summand (or other operand) on every process.

    >>> Partial() == Partial("sum"), Partial("avg").is_partial("sum")
    (True, False)
    """

    __module__ = Placement.__module__

    def __init__(self, reduce_op="sum"):
        self.reduce_op = reduce_op

    def __repr__(self):
        return f"Partial({self.reduce_op})"

    def __str__(self):
        return f"P({self.reduce_op})"
