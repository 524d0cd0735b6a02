"""The meta device: Tensors that have a shape, a dtype and gradients of shapes, and no memory and no values.

Invariant: what such a Tensor holds is a handle of META, whose operations are the rules of shapes that `jit` stages by, and keep
nothing of what they were given. Its level is right above that of NumPy memory and below every transform's, so that the tape,
grad and vmap run over it as over values.
"""

from funcgrad.core.aval import Aval, aval_of
from funcgrad.core.graph import GraphNode
from funcgrad.core.handle import Array, Handle
from funcgrad.core.trace import Tape, Trace

from .devices import CPU, Device
from .payload import current
from .tensor import Tensor

PLACE = Device("meta")
NO_DATA = "Cannot copy out of meta tensor; no data!"
WRITING = ("copy", "put", "getitem")  # what may take a Tensor of the CPU beside one that has no values
FIRST = (
    "gather",
    "scatter_set",
    "scatter_add",
    "scatter_mul",
    "take_along",
    "dot_general",
)  # what may if that is its first operand


class Meta(Trace):
    """The interpreter of shapes alone."""

    concrete = settles = False
    reshapes = deep = True
    name = "meta"
    layouts = {}  # (of the Tensors: each counts as in C order)

    def __init__(self):
        self.level, self.lifted = 1.2, []
        tape = Tape(self)
        tape.level = 1.4
        self._tape = lambda: tape

    def shape(self, h):
        return h.mark.aval.shape

    def weak(self, h):
        return h.mark.aval.weak

    def made(self, aval):
        return Array(None, GraphNode(None, (), None, aval), self)

    def process(self, prim, args, params, out=None):
        places = [a.owner is self for a in args if isinstance(a, Handle) and a.owner.shape(a)]
        avals = [a.mark.aval if isinstance(a, Handle) and a.owner is self else aval_of(a) for a in args]
        may = prim.name in WRITING or prim.name in FIRST and isinstance(args[0], Handle) and args[0].owner is self
        if prim.name == "dot_general" and len(avals[1].shape) < 2:  # (but no vector)
            may = False
        if not may and len({*places}) > 1:
            raise misplaced(not places[0])
        aval = prim.aval(*avals, **params)
        return tuple([self.made(a) for a in aval]) if prim.multi else self.made(aval)

    def refusal(self, what):
        """The error where a value is asked for."""
        if what in ("item()", "bool"):
            return RuntimeError("Tensor.item() cannot be called on meta tensors")
        if what == "tolist()":
            return NotImplementedError(NO_DATA)
        return NotImplementedError(
            f"aten::{what}: attempted to run this operator with Meta tensors, but there was no fake impl or Meta kernel registered."
        )


META = Meta()


def misplaced(is_meta):
    """The error where a Tensor is on the meta device, or not, and the one before is otherwise."""
    other, here = ("meta", "cpu") if is_meta else ("cpu", "meta")
    return RuntimeError(f"Tensor on device {other} is not on the expected device {here}!")


def need_place_of(product, addend):
    """RuntimeError unless what is added to a product is where its first operand is."""
    if place(addend) is not place(product):
        raise misplaced(place(addend) is PLACE)


def place(t):
    """The device of a Tensor that is not over memory."""
    x = current(t)
    while isinstance(x, Handle):
        if x.owner is META:
            return PLACE
        x = x.val
    return CPU


def bare(shape, d, kind=Tensor):
    """A new Tensor of a shape and NumPy dtype without memory."""
    return kind(META.made(Aval(tuple(shape), d)), None, META.tape)


def bare_as(t, d=None, kind=Tensor):
    """The same for the shape and dtype of a Tensor."""
    t = current(t)
    return bare(t.owner.shape(t), t.owner.dtype(t) if d is None else d, kind)


def text(t, suffixes):
    """How such a Tensor is printed."""
    dtype = [] if t.dtype.name in ("float32", "complex64") else [f"dtype={t.dtype}"]
    return "tensor(" + ", ".join(["...", "device='meta'", f"size={tuple(t.shape)}", *dtype, *suffixes]) + ")"
