"""What torch has of its view operations as copies: torch.view_copy and its kin, and the unsafe_ forms of split.

Invariant: but for those of the latter, a result shares no memory with its operand, and its node is that of the view with `_copy` behind it.
"""

from funcgrad.core.elementwise_layout import noted
from funcgrad.core.trace import TAPE

from ..method_arguments import wrapped
from ..payload import current
from .copies import contiguous_copy
from .nodes import named
from .register import FUNCTIONS, METHODS, operation
from .shape import ALL, same_memory


def slice_of(input, dim=0, start=None, end=None, step=1):
    """Every step-th slice along a dimension from start to end."""
    dim = wrapped(dim, input.dim())
    return input[(*(ALL,) * dim, slice(start, end, step))]


def itself(input):
    return same_memory(current(input), "AliasBackward0")


VIEWS = {  # name of the view: (the function, its node)
    "alias": (itself, "Alias"),
    "as_strided": (FUNCTIONS["as_strided"], "AsStrided"),
    "diagonal": (FUNCTIONS["diagonal"], "Diagonal"),
    "expand": (METHODS["expand"], "Expand"),
    "permute": (METHODS["permute"], "Permute"),
    "select": (FUNCTIONS["select"], "Select"),
    "slice": (slice_of, "Slice"),
    "split": (FUNCTIONS["split"], "Split"),
    "split_with_sizes": (FUNCTIONS["split_with_sizes"], "SplitWithSizes"),
    "squeeze": (FUNCTIONS["squeeze"], "Squeeze"),
    "t": (FUNCTIONS["t"], "T"),
    "transpose": (FUNCTIONS["transpose"], "Transpose"),
    "unbind": (FUNCTIONS["unbind"], "Unbind"),
    "unfold": (METHODS["unfold"], "Unfold"),
    "unsqueeze": (FUNCTIONS["unsqueeze"], "Unsqueeze"),
    "view": (METHODS["view"], "View"),
    "view_as_complex": (FUNCTIONS["view_as_complex"], "ViewAsComplex"),
    "view_as_real": (FUNCTIONS["view_as_real"], "ViewAsReal"),
}


def copied(out):
    """A result, or several, as copies."""
    if isinstance(out, (tuple, list)):
        return tuple([copied(o) for o in out])
    return contiguous_copy(current(out))


def as_copy(view, node):
    def copy(input, *args, **kwargs):
        number = 1 if node == "Squeeze" and (args or kwargs) else 0
        return named(copied(view(input, *args, **kwargs)), f"{node}Backward{number}_copy", (input,))

    copy.__doc__ = f"As a copy: {view.__doc__ or 'the Tensor.'}"
    return copy


for _name, (_view, _node) in VIEWS.items():
    operation(name=f"{_name}_copy", method=False)(as_copy(_view, _node))


@operation("NarrowCopyBackward0")
def narrow_copy(input, dim, start, length):
    """`length` slices along a dimension from `start` on, as a copy."""
    if length < 0 and type(start) is int and input.dim():  # (it looks at their sum alone)
        raise RuntimeError(f"start ({start}) + length ({length}) exceeds dimension size ({input.size(dim)}).")
    return copied(FUNCTIONS["narrow"](input, dim, start, length))


@operation(method=False)
def detach_copy(input):
    """A copy without history."""
    return copied(input.detach())


def lying_on(copy, view):
    """A copy that is moved to the memory of a view."""
    if copy.owner is view.owner is TAPE:
        copy.val = view.val
        noted(copy)
    return copy


def unsafe(name, node):
    def f(input, *args, **kwargs):
        views = FUNCTIONS[name](input, *args, **kwargs)
        return named(tuple([lying_on(copied(v), v) for v in views]), node, (input,))

    f.__doc__ = f"{name}, as Tensors over the same memory that are no views and have versions of their own."
    operation(name=f"unsafe_{name}")(f)


unsafe("chunk", "UnsafeSplitBackward0")
unsafe("split", "UnsafeSplitBackward0")
unsafe("split_with_sizes", "UnsafeSplitWithSizesBackward0")
