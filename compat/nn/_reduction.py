"""torch.nn._reduction: the reductions of losses by number, and from the former arguments size_average and reduce."""

from funcgrad.core.site import warn

from .functional.reduction import reduction_of

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
