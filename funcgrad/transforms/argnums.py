"""Which of a call's positional arguments a transform differentiates."""

import operator

from ..core.site import here
from ..errors import ArgumentError


def positions_of(argnums, by):
    """(is it one?, the positions) that a user asks `by` for, negative ones counted from the end. TypeError for what is no whole number."""
    single = not isinstance(argnums, (tuple, list))
    try:
        return single, tuple(map(operator.index, (argnums,) if single else argnums))
    except TypeError as error:
        raise ArgumentError(
            f"{by}: argnums takes the position of an argument, or a tuple of positions; got {argnums!r}. [at {here()}]"
        ) from error


def check_positions(positions, args, by):
    for position in positions:
        if not -len(args) <= position < len(args):
            raise missing(position, args, by)


def missing(position, args, by):
    """The error where a call has no such argument."""
    return ArgumentError(
        f"{by}: argnums asks for argument {position}, but the call has {len(args)} positional arguments. Pass the "
        f"differentiated arguments by position. [at {here()}]"
    )


def chosen_of(f, args, kwargs, positions, by):
    """(f as a function of the arguments at `positions`, these arguments)."""
    check_positions(positions, args, by)

    def of_chosen(*chosen):
        full = list(args)
        for i, x in zip(positions, chosen, strict=True):
            full[i] = x
        return f(*full, **kwargs)

    return of_chosen, tuple([args[i] for i in positions])
