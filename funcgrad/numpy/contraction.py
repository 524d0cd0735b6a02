"""einsum: every form of its subscripts, over diagonals, sums, products and dot_general, two operands at a time.

Invariant: an operand is a pair (array, labels), one label an axis; labels are characters, integers, or ("...", i) for
the i-th axis from the last that an ellipsis stands for.
"""

import operator

import numpy as np

from ..core.aval import dtype_of, shape_of
from ..core.primitive import PRIMITIVES
from .arguments import as_array, cast, into
from .protocol import implements

P = PRIMITIVES


# ------------------------------------------------------------------------------------------------ reading the subscripts
def read(args):
    """(operands, [labels of each, an ellipsis as "..."], labels of the result or None)."""
    if not args:
        raise ValueError("must specify the einstein sum subscripts string and at least one operand, or at least one operand "
                         "and its corresponding subscripts list")  # fmt: skip
    if isinstance(args[0], str):
        text, operands = args[0].replace(" ", ""), args[1:]
        left, arrow, right = text.partition("->")
        terms = [letters(t) for t in left.split(",")]
        result = letters(right) if arrow else None
        if "-" in left or ">" in left:
            raise ValueError(f"einsum: {text!r} is no subscripts string")
    else:
        result = list_labels(args[-1]) if len(args) % 2 else None
        pairs = args[: len(args) // 2 * 2]
        operands, terms = pairs[::2], [list_labels(t) for t in pairs[1::2]]
    if len(terms) != len(operands):
        raise ValueError(f"einsum: the subscripts have {len(terms)} term(s) for {len(operands)} operand(s)")
    return [as_array(x) for x in operands], terms, result


def letters(term):
    before, dots, behind = term.partition("...")
    for c in before + behind:
        if not c.isalpha():
            raise ValueError(f"invalid subscript '{c}' in einstein sum subscripts string, subscripts must be letters")
    return [*before, *(["..."] if dots else []), *behind]


def list_labels(entries):
    return ["..." if i is Ellipsis else operator.index(i) for i in entries]


def spelled(term, ndim):
    """Labels with the ellipsis written out."""
    dots = term.count("...")
    wide = ndim - len(term) + dots
    if wide < 0 or (not dots and wide):
        raise ValueError(
            f"einsum: an operand has {ndim} axes, but its subscripts {''.join(map(str, term))!r} name {len(term) - dots}"
        )
    return [d for c in term for d in ([("...", i) for i in range(wide, 0, -1)] if c == "..." else [c])]


def implied(terms):
    """The labels of a result that is not given: the ellipsis, then those that stand once, in order."""
    flat = [c for t in terms for c in t]
    wide = sorted({c for c in flat if isinstance(c, tuple)}, reverse=True)
    return [*wide, *sorted(c for c in set(flat) if not isinstance(c, tuple) and flat.count(c) == 1)]


# ------------------------------------------------------------------------------------------------ on labelled operands
def diagonals(x, labels):
    """Repeated labels of one operand: only the elements where these axes agree."""
    while len(set(labels)) < len(labels):
        j = next(k for k, c in enumerate(labels) if c in labels[:k])
        i = labels.index(labels[j])
        rest = [k for k in range(len(labels)) if k not in (i, j)]
        x = P["diagonal"](P["transpose"](x, perm=(*rest, i, j)), k=0)
        labels = [*[labels[k] for k in rest], labels[j]]
    return x, labels


def without_ones(x, labels, sizes):
    """An axis of size 1 that stands for a longer one is dropped: it broadcasts."""
    drop = [i for i, c in enumerate(labels) if shape_of(x)[i] == 1 and sizes[c] != 1]
    if not drop:
        return x, labels
    stay = [i for i in range(len(labels)) if i not in drop]
    return P["reshape"](x, shape=tuple(shape_of(x)[i] for i in stay)), [labels[i] for i in stay]


def summed(x, labels, keep):
    """x summed over the labels that nobody else needs."""
    axes = tuple(i for i, c in enumerate(labels) if c not in keep)
    if not axes:
        return x, labels
    return cast(P["sum"](x, axes=axes), dtype_of(x)), [
        c for c in labels if c in keep
    ]  # (einsum adds up small ints as they are)


def ordered(x, labels, wanted):
    return x if labels == wanted else P["transpose"](x, perm=tuple(labels.index(c) for c in wanted))


def product(a, b, keep):
    """Two operands as one, summed over the labels that are not in `keep`."""
    x, lx = summed(*a, keep | set(b[1]))
    y, ly = summed(*b, keep | set(a[1]))
    both = [c for c in lx if c in ly]
    contracted = [c for c in both if c not in keep]
    if not contracted:
        out = lx + [c for c in ly if c not in lx]
        return P["mul"](spread(x, lx, out), spread(y, ly, out)), out
    stack = [c for c in both if c in keep]
    dims = (
        (tuple(map(lx.index, contracted)), tuple(map(ly.index, contracted))),
        (tuple(map(lx.index, stack)), tuple(map(ly.index, stack))),
    )
    free = [c for labels in (lx, ly) for c in labels if c not in both]
    return P["dot_general"](x, y, dims=dims), stack + free


def spread(x, labels, out):
    """x with its axes in the order of `out`, size 1 where it has no such axis."""
    x = ordered(x, labels, [c for c in out if c in labels])
    sizes = iter(shape_of(x))
    return P["reshape"](x, shape=tuple(next(sizes) if c in labels else 1 for c in out))


def path_of(optimize, shapes, terms, result):
    """The pairs to contract, as positions among the operands that are left."""
    if isinstance(optimize, (list, tuple)) and optimize and optimize[0] == "einsum_path":
        return [tuple(p) for p in optimize[1:]]
    if len(terms) < 3 or optimize is False:
        return [(0, 1)] * (len(terms) - 1)
    names = {c: i for i, c in enumerate(dict.fromkeys(c for t in terms for c in t))}
    ghosts = [np.broadcast_to(np.empty((), np.int8), s) for s in shapes]
    args = [v for g, t in zip(ghosts, terms, strict=True) for v in (g, [names[c] for c in t])]
    how = "greedy" if optimize is True else optimize
    return np.einsum_path(*args, [names[c] for c in result], optimize=how)[0][1:]


@implements(np.einsum)
def einsum(*operands, out=None, optimize=False, dtype=None, casting="safe", order="K"):
    arrays, terms, result = read(operands)
    terms = [spelled(t, len(a.shape)) for a, t in zip(arrays, terms, strict=True)]
    if result is None:
        result = implied(terms)
    elif "..." in result:
        widest = max((c[1] for t in terms for c in t if isinstance(c, tuple)), default=0)
        result = [d for c in result for d in ([("...", i) for i in range(widest, 0, -1)] if c == "..." else [c])]
    sizes = {}
    for a, t in zip(arrays, terms, strict=True):
        for k, c in zip(a.shape, t, strict=True):
            if sizes.setdefault(c, k) != k:
                if 1 not in (k, sizes[c]):
                    raise ValueError(f"einsum: the axes named {c!r} differ in size: {sizes[c]} and {k}")
                sizes[c] = k if sizes[c] == 1 else sizes[c]
    for c in result:
        if c not in sizes or result.count(c) > 1:
            raise ValueError(
                f"einstein sum subscripts string included output subscript '{c}' "
                + ("multiple times" if c in sizes else "which never appeared in an input")
            )
    common = np.result_type(*map(dtype_of, arrays)) if dtype is None else np.dtype(dtype)
    parts = [without_ones(*diagonals(cast(a, common), t), sizes) for a, t in zip(arrays, terms, strict=True)]
    for pair in path_of(optimize, [shape_of(a) for a, _ in parts], [t for _, t in parts], result):
        picked = [parts[i] for i in sorted(pair)]
        parts = [p for i, p in enumerate(parts) if i not in pair]
        keep = {c for _, t in parts for c in t} | set(result)
        while len(picked) > 1:
            picked[:2] = [product(picked[0], picked[1], keep | {c for _, t in picked[2:] for c in t})]
        parts += picked
    x, labels = summed(*parts[0], set(result))
    missing = [c for c in result if c not in labels]  # only where every operand had size 1
    x = ordered(x, labels, [c for c in result if c in labels])
    if missing:
        x = P["reshape"](x, shape=tuple(sizes[c] for c in result))
    return into(out, x, "numpy.einsum", casting)


@implements(np.einsum_path)
def einsum_path(*operands, optimize="greedy", einsum_call=False):
    """The path for arrays of these shapes."""

    def ghost(x):
        return np.broadcast_to(np.empty(()), shape_of(x)) if hasattr(x, "shape") else x

    return np.einsum_path(*map(ghost, operands), optimize=optimize, einsum_call=einsum_call)
