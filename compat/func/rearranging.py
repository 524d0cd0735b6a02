"""torch.func.rearrange: dimensions split, put in another order and brought together, by a pattern such as "b (h w) c -> b c h w".

Invariant: both sides name the same dimensions, so every element has one place; what comes is a view where torch's would be.
"""

import re

from ..functions.register import FUNCTIONS as T

DOTS = "..."
TOKEN = re.compile(r"\s*(?:(\.\.\.|…)|([A-Za-z_]\w*|1)|([()]))")


def side(text):
    """The dimensions of one side, each as the list of names in it (1: none), and "..." outside of brackets as it is."""
    found, group, at = [], None, 0
    text = text.rstrip()
    while at < len(text):
        token = TOKEN.match(text, at)
        if token is None:
            raise ValueError(f"Unexpected character in pattern: {text[at:].strip()[:1]!r} in {text.strip()!r}")
        at = token.end()
        dots, name, bracket = token.groups()
        if bracket == "(" and group is None:
            group = []
            found.append(group)
        elif bracket == ")" and group is not None:
            group = None
        elif bracket:
            raise ValueError(f"Brackets of a pattern cannot be nested, and come in pairs: {text.strip()!r}")
        else:
            names = [] if name == "1" else [DOTS if dots else name]
            if group is not None:
                group += names
            else:
                found.append(DOTS if dots else names)
    if group is not None:
        raise ValueError(f"Brackets of a pattern cannot be nested, and come in pairs: {text.strip()!r}")
    names = names_of(found)
    repeated = sorted({n for n in names if names.count(n) > 1})
    if repeated:
        raise ValueError(f"Identifier '{repeated[0]}' is used more than once in {text.strip()!r}")
    return found


def names_of(dims):
    return [n for names in dims for n in ([DOTS] if names == DOTS else names)]


def lengths_of(left, shape, given, pattern):
    """name -> length, "..." -> lengths, by the shape of the Tensor and what is given."""
    if any(names != DOTS and DOTS in names for names in left):
        raise ValueError(f"An ellipsis cannot stand in brackets on the left: {pattern!r}")
    places = left.index(DOTS) if DOTS in left else None
    named = len(left) - (places is not None)
    if len(shape) < named or (places is None and len(shape) != named):
        raise ValueError(
            f"Number of dimensions in pattern ({named}) must be equal to the number of dimensions in the tensor ({len(shape)})"
        )
    found = dict(given)
    if places is not None:
        extra = len(shape) - named
        found[DOTS] = tuple(shape[places : places + extra])
        shape = (*shape[:places], *shape[places + extra :])
    for names, length in zip([names for names in left if names != DOTS], shape):
        unknown = [n for n in names if n not in found]
        known = 1
        for n in names:
            known *= found.get(n, 1)
        if len(unknown) > 1:
            raise ValueError(f"The lengths of all but one of {', '.join(unknown)} have to be given: {pattern!r}")
        if unknown and known and length % known == 0:
            found[unknown[0]] = length // known
        elif unknown or known != length:
            raise ValueError(f"A dimension of length {length} does not split into ({' '.join(names)}): {pattern!r}")
    return found


def rearrange(tensor, pattern, **axes_lengths):
    """The elements of a Tensor (or of several, along a new first dimension) in the dimensions of a pattern.

    ValueError for a pattern whose sides differ, or that does not fit.

    >>> import compat as torch
    >>> torch.func.rearrange(torch.arange(6), "(a b) -> b a", a=2)
    tensor([[0, 3],
            [1, 4],
            [2, 5]])
    """
    if isinstance(tensor, (list, tuple)):
        tensor = T["stack"](list(tensor))
    if pattern.count("->") != 1:
        raise ValueError(f"A pattern has one '->': {pattern!r}")
    left, right = (side(text) for text in pattern.split("->"))
    before, after = names_of(left), names_of(right)
    if set(before) != set(after):
        raise ValueError(f"Identifiers only on one side of {pattern!r}: {', '.join(sorted(set(before) ^ set(after)))}")
    unknown = set(axes_lengths) - set(before)
    if unknown:
        raise ValueError(f"Lengths are given for dimensions that are not in {pattern!r}: {', '.join(sorted(unknown))}")
    found = lengths_of(left, tensor.shape, axes_lengths, pattern)
    many = found.get(DOTS, ())
    parts = {n: [(n, i) for i in range(len(many))] if n == DOTS else [n] for n in before}
    length = {p: many[p[1]] if isinstance(p, tuple) else found[p] for ps in parts.values() for p in ps}
    singles = [p for n in before for p in parts[n]]
    tensor = tensor.reshape([length[p] for p in singles])
    tensor = tensor.permute([singles.index(p) for n in after for p in parts[n]])
    shape = []
    for names in right:
        if names == DOTS:
            shape += many
            continue
        product = 1
        for p in (p for n in names for p in parts[n]):
            product *= length[p]
        shape.append(product)
    return tensor.reshape(shape)
