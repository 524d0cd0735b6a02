"""torch._foreach_add and its kin, which optimizers and averages of one's own are written with: an operation on each Tensor of a list.

Invariant: each is a loop over the operation of that name, so figures, records and errors are those of a loop; only what is wrong
with the lists is said here.
"""

from .errors import type_name
from .functions.register import METHODS
from .payload import current
from .tensor import Tensor

ONE = (
    "abs acos asin atan ceil cos cosh erf erfc exp expm1 floor frac lgamma log log10 log1p log2 neg reciprocal round rsqrt sigmoid sign sin "
    "sinh sqrt tan tanh trunc"
).split()
MORE = "add addcdiv addcmul clamp_max clamp_min div lerp maximum minimum mul pow sub".split()
NAMES = [*ONE, *MORE, *[n + "_" for n in (*ONE, *MORE)], "clone", "max", "mm", "norm", "copy_", "zero_"]
AS_TENSORS = ("maximum", "minimum")  # whose numbers are bounds


def tensors(x, at=0):
    """A list of Tensors as it is; TypeError or RuntimeError if it is none."""
    for i, t in enumerate(x):
        if not isinstance(t, Tensor):
            raise TypeError(f"expected Tensor as element {i} in argument {at}, but got {type_name(t)}")
    if not x:
        raise RuntimeError("Tensor list must have at least one tensor.")
    return x


def for_each(x, count):
    """An argument for each of so many Tensors: one of a list, or the same."""
    if not isinstance(x, (list, tuple)):
        return [x] * count
    if len(x) == count:
        return x
    if x and not isinstance(x[0], Tensor):
        raise RuntimeError("Tensor list must have same number of elements as scalar list.")
    raise RuntimeError(f"Tensor lists must have the same number of tensors, got {count} and {len(x)}")


def rewritten(operation):
    """What an operation that has no twin in place gives, written into the Tensor."""
    return lambda t, *args: t.copy_(operation(t, *args))


def made(name):
    own = name.rstrip("_")
    inplace = name != own

    def function(self, *args, **kwargs):
        if own == "pow" and not isinstance(self, (list, tuple)):
            return tuple([self**t for t in tensors(args[0] if args else kwargs["exponent"], 1)])
        if not isinstance(self, (list, tuple)):
            raise TypeError(
                f"_foreach_{name}(): argument 'self' (position 1) must be tuple of Tensors, not {type_name(self)}"
            )
        count = len(tensors(self))
        if inplace:
            for t in self:  # (all before the first is written, as in torch)
                current(t).refuse(())
        if own in ("addcdiv", "addcmul"):  # (the last is a number, or one for each)
            scalars = kwargs.pop("scalars", args[2] if len(args) > 2 else kwargs.pop("value", 1))
            kwargs["value"] = scalars.tolist() if isinstance(scalars, Tensor) and scalars.dim() else scalars
            args = args[:2]
        if own in AS_TENSORS and args and not isinstance(args[0], (list, tuple)):
            args = ([t.new_tensor(args[0]) for t in self],)
        if own == "norm":
            kwargs["p"] = kwargs.pop("ord", args[0] if args else 2)
            args = ()
        operation = METHODS.get(name) or rewritten(METHODS[own])
        rows = [for_each(x, count) for x in args]
        named = {
            k: for_each(x, count)
            for k, x in kwargs.items()
            if k not in ("scalar", "other", "weight", "weights", "exponent")
        }
        rows += [for_each(x, count) for k, x in kwargs.items() if k not in named]
        got = [operation(t, *[r[i] for r in rows], **{k: v[i] for k, v in named.items()}) for i, t in enumerate(self)]
        return self if inplace else tuple(got)

    function.__name__ = function.__qualname__ = f"_foreach_{name}"
    return function


globals().update({f"_foreach_{n}": made(n) for n in NAMES})
