"""einsum: the contraction is cut into products of two, each one product of matrices, as torch cuts it."""

import functools
import math

from funcgrad.core.mutation import view as core_view
from funcgrad.core.state import tls

from ..errors import type_name
from ..payload import current
from ..rewriting import spelled
from ..tensor import Tensor
from .arithmetic import MUL
from .joining import need_tensors
from .nodes import renamed
from .operands import P, dtype_of, need_scalar_type, shape_of
from .products import DOT, batched
from .refusals import refuse
from .register import METHODS, operation
from .shape import reshaped


def terms_of(left, operands):
    """The subscripts of each operand, `...` as one of them; RuntimeError in torch's words for a text that has none such."""
    terms, at = [[]], 0
    while at < len(left):
        k = left[at]
        number = len(terms) - 1
        if k == ".":
            if "..." in terms[-1]:
                raise RuntimeError(f"einsum(): found '.' for operand {number} for which an ellipsis was already found")
            if left[at : at + 3] != "...":
                raise RuntimeError(f"einsum(): found '.' for operand {number} that is not part of any ellipsis")
            terms[-1].append("...")
            at += 2
        elif k == ",":
            terms.append([])
            if len(terms) > len(operands):
                raise RuntimeError("einsum(): fewer operands were provided than specified in the equation")
        elif k != " ":
            terms[-1].append(subscript(k, at))
        at += 1
    if len(terms) < len(operands):
        raise RuntimeError("einsum(): more operands were provided than specified in the equation")
    return terms


def subscript(k, at):
    if not (k.isascii() and k.isalpha()):
        raise RuntimeError(
            f"einsum(): invalid subscript given at index {at} in the equation string, subscripts must be in [a-zA-Z]"
        )
    return k


def spelled_out(equation, shapes):
    """(letters of each operand, letters of the result) of an equation, with numbers in place of an ellipsis's
    letters.
    """
    left, arrow, right = equation.partition("->")
    terms, dots, letters = terms_of(left, shapes), 0, []
    for at, (term, shape) in enumerate(zip(terms, shapes)):
        named = len(term) - ("..." in term)
        hidden = len(shape) - named
        if hidden < 0 or hidden and named == len(term):
            how = (
                f"does not match the number of dimensions ({len(shape)}) for operand {at} and no ellipsis was given"
                if named == len(term)
                else f"is more than the number of dimensions ({len(shape)}) for operand {at}"
            )
            raise RuntimeError(f"einsum(): the number of subscripts in the equation ({named}) {how}")
        dots = max(dots, hidden)
    for term, shape in zip(terms, shapes):
        covered = range(dots - len(shape) + len(term) - 1, dots)
        letters.append(tuple([k for one in term for k in (covered if one == "..." else (one,))]))
    if not arrow:
        seen = [k for term in letters for k in term]
        return letters, [*range(dots), *sorted({k for k in seen if isinstance(k, str) and seen.count(k) == 1})]
    return letters, result_of(right, len(left) + 2, letters, dots)


def result_of(right, start, letters, dots):
    """The letters of the result, whose text begins at a place of the equation."""
    result, at, found = [], 0, False
    while at < len(right):
        k = right[at]
        if k == ".":
            if found:
                raise RuntimeError("einsum(): found '.' for output but an ellipsis (...) was already found")
            if right[at : at + 3] != "...":
                raise RuntimeError("einsum(): found '.' for output that is not part of any ellipsis (...)")
            found, at = True, at + 2
            result += range(dots)
        elif k != " ":
            subscript(k, start + at)
            if not any(k in term for term in letters):
                raise RuntimeError(
                    f"einsum(): output subscript {k} does not appear in the equation for any input operand"
                )
            if k in result:
                raise RuntimeError(f"einsum(): output subscript {k} appears more than once in the output")
            result.append(k)
        at += 1
    return result


def laid_out(t, letters, order):
    """A view of t with one axis for each letter of `order`, of length 1 where t lacks it; of an axis that stands twice,
    the diagonal."""
    letters = list(letters)
    for k in dict.fromkeys(letters):
        while letters.count(k) > 1:
            i = letters.index(k)
            j = letters.index(k, i + 1)
            t = METHODS["movedim"](METHODS["diagonal"](t, 0, i, j), -1, i)
            del letters[j]
    t = current(t)
    for k in order:
        if k not in letters:
            t = METHODS["unsqueeze"](t, len(letters))
            letters.append(k)
    return core_view(t, P["transpose"], perm=tuple([letters.index(k) for k in order]))


def check_lengths(shapes, terms):
    """RuntimeError in torch's words if a letter has several lengths other than 1, or two in one operand."""
    lengths = {}
    for at, (shape, letters) in enumerate(zip(shapes, terms)):
        own = {}
        for n, k in zip(shape, letters):
            if own.setdefault(k, n) != n:
                raise RuntimeError(
                    f"einsum(): subscript {k} is repeated for operand {at} but the sizes don't match, {n} != {own[k]}"
                )
        hidden = [k for k in letters if not isinstance(k, str)]
        for k, n in own.items():
            m = lengths.setdefault(k, n)
            if m != n and 1 not in (n, m):
                if isinstance(k, str):
                    raise RuntimeError(
                        f"einsum(): subscript {k} has size {n} for operand {at} which does not broadcast with previously seen size {m}"
                    )
                raise RuntimeError(
                    f"einsum(): dimension {hidden.index(k)} covered by ellipsis in operand {at}has size {n} which does not broadcast "
                    f"with previously seen ellipsis with size {m} for the respective dimension"
                )
            lengths[k] = max(m, n) if 0 not in (m, n) else 0


def need_bmm(x):
    """The refusal of torch's product of stacks of matrices."""
    if dtype_of(x).kind == "b":
        refuse("bmm", dtype_of(x))


def sum_of_products(x, y, dims, ordered):
    """x * y summed over dims that both have, which stay with length 1: one product of stacks of matrices. `ordered`: the
    left one is the operand whose own dims come first."""
    need_bmm(x)
    need_scalar_type(x, y)
    s, r = shape_of(x), shape_of(y)
    axes = range(len(s))
    shared = [i for i in axes if i not in dims and s[i] != 1 and r[i] != 1]
    left = [i for i in axes if i not in dims and s[i] != 1 and r[i] == 1]
    right = [i for i in axes if i not in (*dims, *shared, *left)]
    if ordered and left and right and right[0] < left[0]:
        x, y, s, r, left, right = y, x, r, s, right, left
    x = P["transpose"](x, perm=(*shared, *left, *dims, *right))
    y = P["transpose"](y, perm=(*shared, *dims, *right, *left))
    stack, rows, summed, columns = (
        math.prod([of[i] for i in some]) for of, some in ((s, shared), (s, left), (s, dims), (r, right))
    )
    out = batched(reshaped(x, (stack, rows, summed)), reshaped(y, (stack, summed, columns)))
    order = (*shared, *left, *dims, *right)
    lengths = {**{i: s[i] for i in (*shared, *left)}, **{i: 1 for i in dims}, **{i: r[i] for i in right}}
    out = P["reshape"](renamed(out, "BmmBackward0"), shape=tuple([lengths[i] for i in order]))
    return P["transpose"](out, perm=tuple([order.index(i) for i in axes]))


def multiplied(x, y, still, inner, ordered):
    """The product of two operands that are laid out, summed over those of the axes `inner` that no other operand has;
    `still[axis]`: how many operands have it."""
    both, alone = [], ([], [])
    for d in inner:
        in_x, in_y = shape_of(x)[d] != 1, shape_of(y)[d] != 1
        if in_x and in_y:
            still[d] -= 1
        if still[d] == 1 and (in_x or in_y):
            (both if in_x and in_y else alone[in_y]).append(d)
            still[d] = 0
    x, y = (current(METHODS["sum"](t, dims, True)) if dims else t for t, dims in zip((x, y), alone))
    return sum_of_products(x, y, tuple(both), ordered) if both else current(MUL(x, y))


NO_OPERANDS = "einsum(): must specify the equation string and at least one operand, or at least one operand and its subscripts list"


@operation(method=False)
def einsum(*args):
    """Sums of products by Einstein's convention: "ij,jk->ik" is the product of matrices.

    >>> import compat as torch
    >>> torch.einsum("ij,j->i", torch.eye(2), torch.tensor([1.0, 2.0]))
    tensor([1., 2.])
    """
    if len(args) < 2:
        raise ValueError(NO_OPERANDS)
    equation, *operands = args
    while len(operands) == 1 and isinstance(operands[0], (tuple, list)):
        operands = operands[0]
    if not isinstance(equation, str):
        if not isinstance(equation, Tensor):
            raise TypeError(f"einsum(): argument 'equation' (position 1) must be str, not {type_name(equation)}")
        equation, operands = from_sublists(args)
    if not operands:
        raise ValueError(NO_OPERANDS)
    need_tensors(operands, 1)
    operands = [current(t) for t in operands]
    terms, order, count, meets, product = plan(equation, tuple([shape_of(t) for t in operands]))
    if meets and dtype_of(operands[0]).kind == "b":
        refuse("bmm", dtype_of(operands[0]))
    if product is not None and tls.packing is None and dtype_of(operands[0]) == dtype_of(operands[1]):
        return in_one_product(*operands, *terms, order, count, *product)
    return in_steps(operands, terms, order, count)


@functools.lru_cache(256)
def plan(equation, shapes):
    """(the letters of each operand, all letters, those of the result first, how many these are, meets_and_goes(), one_product())."""
    terms, result = spelled_out(equation, shapes)
    check_lengths(shapes, terms)
    order = (*result, *sorted({k for term in terms for k in term} - {*result}, key=str))
    product = one_product(shapes, *terms, result) if len(shapes) == 2 else None
    return terms, order, len(result), meets_and_goes(terms, result), product


def meets_and_goes(terms, result):
    """Is a dimension of several operands summed over? (Torch makes that a product of matrices.)"""
    return any(k not in result and k in other for i, term in enumerate(terms) for other in terms[:i] for k in term)


def one_product(shapes, a, b, result):
    """(the dimensions of the one dot_general of two operands that gives the result as it is wanted, are they turned round there?), or None."""
    lengths = dict(zip((*a, *b), shapes[0] + shapes[1]))
    if len({*a}) < len(a) or len({*b}) < len(b) or (*[lengths[k] for k in (*a, *b)],) != shapes[0] + shapes[1]:
        return None  # (a diagonal; a length of 1 that is stretched)
    both = [k for k in a if k in b]
    inner = [k for k in both if k not in result]
    batch = [k for k in result if k in both]
    left, right = [k for k in a if k not in both], [k for k in b if k not in both]
    if not inner:
        return None
    dims = [(tuple([t.index(k) for k in inner]), tuple([t.index(k) for k in batch])) for t in (a, b)]
    if [*batch, *left, *right] == result:
        return tuple(zip(*dims)), False
    return (tuple(zip(*dims[::-1])), True) if [*batch, *right, *left] == result else None


def in_one_product(x, y, a, b, order, count, dims, turned):
    """The sum of the products of two operands by one dot_general."""
    steps = pair_in_steps
    if turned:
        x, y = y, x
        steps = lambda y, x, *how: pair_in_steps(x, y, *how)  # noqa: E731
    out = DOT(x, y, dims=dims)
    return spelled(out, "ViewBackward0", steps, a, b, order, count, shapes=(shape_of(x), shape_of(y)))


def pair_in_steps(x, y, a, b, order, count):
    return in_steps((x, y), (a, b), order, count)


def in_steps(operands, terms, order, count):
    """einsum as torch makes it, from left to right; the result has the first `count` letters of `order`."""
    inner = range(count, len(order))
    t, *others = [laid_out(u, letters, order) for u, letters in zip(operands, terms)]
    if not others:
        return METHODS["sum"](t, tuple(inner)) if inner else t
    still = [sum([shape_of(u)[d] != 1 for u in (t, *others)]) for d in range(len(order))]
    for u in others:
        t = multiplied(t, u, still, inner, len(others) == 1)
    return core_view(t, P["reshape"], shape=shape_of(t)[:count]) if inner else t


def spelling(numbers):
    """A list of subscripts as letters, torch's: capitals first."""
    text = ""
    for k in numbers:
        if k is not Ellipsis and not (k >= 0 and k < 52):
            raise ValueError("einsum(): subscript in subscript list is not within the valid range [0, 52)")
        text += "..." if k is Ellipsis else chr(ord("A") + k if k < 26 else ord("a") + k - 26)
    return text


def from_sublists(arguments):
    """einsum(operand, [0, 1], ..., [0]) as an equation."""
    *pairs, last = arguments if len(arguments) % 2 else (*arguments, None)
    equation = ",".join(map(spelling, pairs[1::2]))
    return (equation if last is None else f"{equation}->{spelling(last)}"), pairs[::2]
