"""Node: the record of one operation. It holds its parents' nodes and what the rules read, never a handle of its own level.

Dropping a handle therefore frees its value while the graph lives, and a chain of any length is freed by reference
counts (CPython unwinds slot objects without recursion).
"""

from operator import attrgetter

from .aval import PYTHON_SCALARS, strengthened

by_index = attrgetter("index")


class Node:
    """`plan` says which primitive this is and which operands need a derivative; `ins` are those operands' nodes.

    `saved` holds the operands the rules read, then the result if they read it; None once a backward has freed it.
    `avals` is None where every operand has the shape and dtype of the result. `code`, `lasti`: the user's line.
    The slots are filled by plain stores, not by an __init__: it is on the path of every recorded operation
    (benchmarks/eager.py, "record").
    """

    __slots__ = ("owner", "plan", "ins", "params", "saved", "avals", "index", "code", "lasti")

    extra = None
    versions = ()


class TapeNode(Node):
    """A node on a tape: also the versions of the memory it saved, and `extra` for what few nodes have."""

    __slots__ = ("versions", "extra", "__weakref__")

    def keep_gradient_of(self, old):
        """An assignment has put this node's value in the place of another's: what asked for that gradient asks for this."""
        if old.extra.cell is not None:
            extra_of(self).cell, old.extra.cell = old.extra.cell, None

    def twin(self):
        """Another node that does the same; what was asked of this one's value (hooks, its gradient) stays with this one."""
        other = TapeNode()
        for slot in (*Node.__slots__, "versions"):
            setattr(other, slot, getattr(self, slot))
        other.extra = None
        if self.extra is not None and not (self.extra.release is self.extra.unpack is None):
            extra = extra_of(other)
            extra.release, extra.unpack = self.extra.release, self.extra.unpack
        return other


class Freed(tuple):
    """What stands for the versions of nodes whose saved values a walk has freed: none. `at`: the user's line of that walk (code, offset)."""

    at = None


class Extra:
    """`cell`: where a gradient is delivered (leaves, retain_grad). `label`, `span`: torch's name, and the parents torch
    would show, where one torch operation is several nodes; `spelling`: how one node is written as the several that torch
    has; `group`: the nodes of all results of one operation. `hooks`: id -> f(ct) -> ct, what is done to the cotangent of
    this value; `results`: those of an operation's results whose hooks it asks itself, in this order (its own `hooks` are not None then);
    `before(ct) -> ct`: what is done to it before the rule. `release`: does a backward use the node up? (None:
    if it saved anything). `unpack(saved) -> saved`: what is saved, where a user's hooks keep it in a form of their own.
    `notes`: the dict a user may write remarks into. `factors`: of a product that a rule has made, the operands of the operation whose
    rule it is. `lays`: {k: f(g, ct) -> g}, how what the rule makes of ct for the k-th of `ins` lies in memory."""

    __slots__ = (
        "cell",
        "label",
        "span",
        "spelling",
        "group",
        "hooks",
        "results",
        "before",
        "release",
        "unpack",
        "notes",
        "factors",
        "lays",
    )

    def __init__(self):
        self.cell = self.label = self.span = self.spelling = self.group = self.hooks = self.before = None
        self.release = self.unpack = self.notes = self.results = self.factors = self.lays = None


class HeardNode(Node):
    """A node of a Record that has an Extra, which its trace keeps: a slot for the few that do would cost all others."""

    __slots__ = ()
    extra = property(lambda self: self.owner.extras.get(self))


def extra_of(n):
    if n.extra is None:
        if type(n) is Node:
            n.__class__ = HeardNode
            n.owner.extras[n] = Extra()
        else:
            n.extra = Extra()
    return n.extra


def operation_of(n):
    """What a message calls the operation of a node: the face's name for it, or the primitive's."""
    return n.extra and n.extra.label or n.plan.label or n.plan.prim.name


def leaf_node(trace, index, kind=Node):
    """The node of an argument: it has no plan, no parents, and saved nothing."""
    n = kind()
    n.owner = trace
    n.plan = n.params = n.avals = n.code = n.lasti = None
    n.ins = n.saved = ()
    n.index = index
    if kind is TapeNode:
        n.versions = ()
        n.extra = None
    return n


def pull_strong(n, ct, cts, owned):
    """Pull again with the saved Python scalars as NumPy's, which give inf and nan; raise what was raised if there are none."""
    kept = n.saved
    if not any(type(v) in PYTHON_SCALARS for v in kept or ()):
        raise
    n.saved = tuple(map(strengthened, kept))
    try:
        n.plan.pull(n, strengthened(ct), cts, owned)
    finally:
        n.saved = kept
