"""The static arguments of a jitted function: Python values that are part of its key.

Invariant: what the function is staged with is what the key says, type and all (1, 1.0 and True are three keys), and no traced value is part of it.
"""

import inspect
import operator

from ..core.handle import Handle, Taped
from ..core.site import here
from ..errors import StaticArgumentError


def as_tuple(x, kind):
    """What a user may give as one thing or as several, as a tuple."""
    if x is None:
        return ()
    return (x,) if isinstance(x, kind) or not hasattr(x, "__iter__") else tuple(x)


def resolved(f, static_argnums, static_argnames, kind="static", by="jit"):
    """(positions, names) of the static (or donated) arguments, each completed from the other, as in jax. ValueError where f has no
    such argument."""
    numbers, names = as_tuple(static_argnums, str), as_tuple(static_argnames, str)
    if not numbers and not names:
        return (), ()
    for what, values, form in ((f"{kind}_argnums", numbers, "ints"), (f"{kind}_argnames", names, "names")):
        bad = [v for v in values if not (hasattr(v, "__index__") if form == "ints" else isinstance(v, str))]
        if bad:
            raise StaticArgumentError(f"{by}: {what} takes {form}; got {bad[0]!r}. [at {here()}]")
    numbers = [operator.index(i) for i in numbers]
    try:
        parameters = list(inspect.signature(f).parameters.values())
    except (TypeError, ValueError):  # (a function of C code that does not say)
        return tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(names))
    kinds = {p.kind for p in parameters}
    positional = [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]
    known = [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
    for name in names:
        if name not in known and inspect.Parameter.VAR_KEYWORD not in kinds:
            raise StaticArgumentError(
                f"{by}: {kind}_argnames names {name!r}, but the arguments of {title(f)} are {', '.join(known) or 'none'}. "
                f"[at {here()}]"
            )
    k = len(positional)
    if inspect.Parameter.VAR_POSITIONAL not in kinds:
        for i in numbers:
            if not -k <= i < k:
                raise StaticArgumentError(
                    f"{by}: {kind}_argnums asks for argument {i}, but {title(f)} takes {k} positional arguments "
                    f"({', '.join(positional)}). [at {here()}]"
                )
        numbers = [i % k for i in numbers]
    numbers += [positional.index(n) for n in names if n in positional]
    names = [*names, *[positional[i] for i in numbers if -k <= i < k]]
    return tuple(dict.fromkeys(numbers)), tuple(dict.fromkeys(names))


def separate(f, numbers, names, args, kwargs):
    """(function of the traced arguments, those arguments, by name those that are, key of the static ones)."""
    n = len(args)
    fixed = {i % n: args[i] for i in numbers if -n <= i < n}
    named = {k: kwargs[k] for k in names if k in kwargs}
    pairs = (tuple(sorted(fixed.items(), key=first)), tuple(sorted(named.items(), key=first)))
    for key, v in (*pairs[0], *pairs[1]):
        if isinstance(v, Handle) or not hashable(v):
            refuse(f, key, v)
    rest = tuple([a for i, a in enumerate(args) if i not in fixed])
    others = {k: v for k, v in kwargs.items() if k not in named}

    def g(*traced, **traced_kwargs):
        it = iter(traced)
        return f(*[fixed[i] if i in fixed else next(it) for i in range(n)], **named, **traced_kwargs)

    return g, rest, others, (*pairs, tuple([type(v) for part in pairs for _, v in part]))


def refuse(f, key, v):
    """Raise: this cannot be part of a key."""
    which = f"argument {key} of {title(f)}" if type(key) is int else f"the argument {key!r} of {title(f)}"
    if isinstance(v, Handle) and not isinstance(v, Taped):
        raise StaticArgumentError(
            f"jit: {which} is static, so its value must be known; got a traced array. Do not mark it static, or mark it so in the "
            f"outer jit too. [at {here()}]"
        )
    cure = (
        "Arrays are not: do not mark them static"
        if hasattr(v, "dtype")
        else "Use a tuple for a list, frozenset or a tuple of pairs for a dict"
    )
    raise StaticArgumentError(
        f"jit: {which} is static, so it must be hashable; got {type(v).__name__}. {cure}. [at {here()}]"
    )


def title(f):
    return getattr(f, "__name__", None) or type(f).__name__


def first(pair):
    return pair[0]


def hashable(v):
    try:
        hash(v)
    except TypeError:
        return False
    return True


__all__ = ["resolved", "separate"]
