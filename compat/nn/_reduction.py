"""How losses are reduced: "mean", "sum", or not at all ("none"); torch.nn._reduction has that by number, and by the former arguments
size_average and reduce."""

from funcgrad.core.primitive import PRIMITIVES as P
from funcgrad.core.site import warn

from ..functions.operands import shape_of

NUMBERS = {"none": 0, "mean": 1, "sum": 2}


def get_enum(reduction):
    """0, 1 or 2 for "none", "mean" or "sum"; ValueError for another.

    >>> get_enum("mean")
    1
    """
    if reduction == "elementwise_mean":
        warn("reduction='elementwise_mean' is deprecated. Please use reduction='mean' instead.")
        return 1
    return NUMBERS[reduction_of(reduction)]


def legacy_get_string(size_average, reduce, emit_warning=True):
    """The reduction that the former arguments ask for."""
    if emit_warning:
        return reduction_of("mean", size_average is None or size_average, reduce is None or reduce)
    return "none" if reduce is not None and not reduce else "mean" if size_average is None or size_average else "sum"


def legacy_get_enum(size_average, reduce, emit_warning=True):
    """Its number."""
    return get_enum(legacy_get_string(size_average, reduce, emit_warning))


def reduction_of(reduction, size_average=None, reduce=None):
    """The reduction that torch's present and former arguments ask for; ValueError for an unknown one."""
    if size_average is not None or reduce is not None:
        size_average = True if size_average is None else size_average
        reduce = True if reduce is None else reduce
        reduction = ("mean" if size_average else "sum") if reduce else "none"
        warn(
            f"size_average and reduce args will be deprecated, please use reduction='{reduction}' instead.",
        )
    if reduction not in ("mean", "sum", "none"):
        raise ValueError(f"{reduction} is not a valid value for reduction")
    return reduction


def averaged(x, reduction):
    """x reduced to a 0-d value by "mean" or "sum"; "none": x itself."""
    if reduction == "none":
        return x
    return P[reduction](x, axes=tuple(range(len(shape_of(x)))))


def reduced(x, reduction):
    """x reduced as torch does it for a loss that it composes: by its own operations mean and sum."""
    return x.mean() if reduction == "mean" else x.sum() if reduction == "sum" else x
