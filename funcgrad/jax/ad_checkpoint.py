"""jax.ad_checkpoint: names for what a policy may save, and what a function keeps for its derivative."""

import numpy as np

from .. import checkpoint_policies
from .. import tree as _tree
from ..core.node import operation_of
from ..core.site import line_of
from ..transforms import reverse_mode
from ..transforms.checkpoint import checkpoint_name as _name
from .arrays import ShapedArray
from .jaxprs import OURS, short
from .transforms import Lifted, checkpoint, enter, remat, wrapped

__all__ = ["checkpoint", "checkpoint_name", "checkpoint_policies", "print_saved_residuals", "remat"]


def checkpoint_name(x, name):
    """x (a pytree), under a name that the policies of jax.checkpoint know."""
    values, weak = enter(x)
    return wrapped(_name(values, name), weak)


def saved_residuals(f, *args, **kwargs):
    """[(array, what it is), ...]: what vjp(f, *args) keeps, each array once."""
    (values, named), weak = enter((args, kwargs))
    lifted = Lifted(lambda args, kwargs: f(*args, **kwargs), weak)
    _, pullback = reverse_mode.vjp(lifted, values, named)
    names = [key for key, _ in _tree.leaves_with_path((args, kwargs))]
    told = {m: f"from the argument {argument(f, k)}" for m, k in zip(pullback.marks, names, strict=True) if m}
    found, seen, waiting = {}, set(), [m for _, m, _ in pullback.low if m is not None]
    while waiting:
        n = waiting.pop()
        if n in seen or n.plan is None:
            continue
        seen.add(n)
        waiting.extend(n.ins)
        parents = dict(zip(n.plan.operands, n.ins, strict=True))
        reads = [*n.plan.reads, *[None] * n.plan.keeps]
        rule = n.plan.prim.name == "rule"
        for i, x in enumerate(n.saved or ()):
            at = i if rule else reads[i]
            maker = n if at is None else parents.get(at)
            for leaf in _tree.leaves(x):
                if not isinstance(leaf, (np.ndarray, np.generic)):
                    continue
                if maker is not None:
                    what = told.get(maker) or output_of(maker)
                elif rule:
                    what = f"kept by {n.params['spec'].name}"
                else:
                    what = "from a constant"
                found.setdefault(id(leaf) if maker is None else maker, (leaf, what))
    return list(found.values())


def output_of(n):
    if n.plan.prim.name == "named":
        return f"named {n.params['name']!r}{place(n)}"
    name = operation_of(n)
    return f"output of {OURS.get(name, name)}{place(n)}"


def place(n):
    return "" if n.code is None else f" from {n.code.co_filename}:{line_of(n.code, n.lasti)} ({n.code.co_name})"


def argument(f, path):
    """`x` or `params['w']` for the path of a leaf of (args, kwargs)."""
    import inspect

    first, second, *rest = path
    if first.idx == 0:
        try:
            name = list(inspect.signature(f).parameters)[second.idx]
        except (TypeError, ValueError, IndexError):  # (no signature, or *args)
            name = f"args[{second.idx}]"
    else:
        name = second.key
    return name + _tree.keystr(tuple(rest))


def print_saved_residuals(f, *args, **kwargs):
    """Print a line for each array that vjp(f, *args) keeps: its shape, and where it is from."""
    for x, what in saved_residuals(f, *args, **kwargs):
        print(short(ShapedArray(np.shape(x), x.dtype)), what)
