"""torch._higher_order_ops: control flow, and all partial results of an associative function along a dimension.

Invariant: that function sees elements without that dimension, as under torch.vmap, in about 2 log2(n) calls.
"""

from ._control import cond, while_loop  # noqa: F401
from ._unusable import put
from .func import vmap
from .functions.missing import refusal
from .functions.register import FUNCTIONS as T
from .utils._pytree import tree_flatten, tree_unflatten

__getattr__ = refusal(__name__)


def partial_results(join, xs):
    """The running results of lists of rows: those of neighbours joined, and what lies between."""
    n = len(xs[0])
    if n < 2:
        return xs
    odd = partial_results(join, join([x[:-1:2] for x in xs], [x[1::2] for x in xs]))
    rest = join([o[: (n - 1) // 2] for o in odd], [x[2::2] for x in xs]) if n > 2 else [x[:0] for x in xs]
    even = [T["cat"]([x[:1], r]) for x, r in zip(xs, rest)]
    woven = [T["stack"]([e[: n // 2], o], 1).flatten(0, 1) for e, o in zip(even, odd)]
    return [T["cat"]([w, e[n // 2 :]]) if n % 2 else w for w, e in zip(woven, even)]


def associative_scan(combine_fn, xs, dim, reverse=False, combine_mode="pointwise"):
    """The running results of combine_fn(a, b) along a dimension of a tree of Tensors, from its end if `reverse`.

    ValueError for "pointwise", which torch has for accelerators alone, on several elements.

    >>> import compat as torch
    >>> associative_scan(lambda a, b: a * b, torch.arange(1.0, 5.0), 0, combine_mode="generic")
    tensor([ 1.,  2.,  6., 24.])
    """
    if not callable(combine_fn):
        raise ValueError(f"Combine_fn must be a callable, but got {combine_fn}")
    if combine_mode not in ("pointwise", "generic"):
        raise ValueError(f"Combine_mode must either 'pointwise' or 'generic', but got {combine_mode}")
    if combine_mode == "pointwise":
        raise ValueError("For combine_mode='pointwise', all input tensors need to be on CUDA or XPU")
    leaves, spec = tree_flatten(xs)
    rank = leaves[0].dim()
    if not -rank <= dim < rank:
        raise IndexError(f"Dimension out of range (expected to be in range of [{-rank}, {rank - 1}], but got {dim})")
    rows = [x.movedim(dim, 0) for x in leaves]
    rows = [x.flip(0) for x in rows] if reverse else rows

    def join(a, b):
        return tree_flatten(vmap(combine_fn)(tree_unflatten(a, spec), tree_unflatten(b, spec)))[0]

    out = partial_results(join, rows)
    out = [x.flip(0) for x in out] if reverse else out
    return tree_unflatten([x.movedim(0, dim) for x in out], spec)


found = associative_scan
put(__name__, {"associative_scan": ""})
associative_scan.associative_scan = found
associative_scan = found  # (torch has the function there, too)
