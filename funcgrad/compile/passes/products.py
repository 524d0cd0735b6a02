"""Transposes around products: dot_general names the axes it contracts, so that it can take its operands, and often give its
result, with the axes as they are."""

from ...ops.dot import free_axes
from .draft import local
from .rewriting import is_node, known_aval, made


@local("dot_general", "transpose", reach=1)
def transposes_into_products(draft):
    """dot_general of transposed operands, and transposed dot_general, become one dot_general."""

    def rule(n, ins):
        if n.prim.name == "dot_general":
            return of_transposed(n, ins)
        if is_node(ins[0], "dot_general") and draft.count[ins[0]] == 1:
            return transposed(n, ins[0])
        return None

    return rule


def of_transposed(n, ins):
    """dot_general(transpose(x), y) = dot_general(x, y) over other axes, where those that are left come in the same order"""
    sides = list(ins)
    contract, batch = map(list, n.params["dims"])
    found = False
    for k, x in enumerate(ins):
        if not is_node(x, "transpose"):
            continue
        perm = x.params["perm"]
        left = [perm[a] for a in free_axes(len(perm), contract[k], batch[k])]
        if left == sorted(left):
            sides[k] = x.ins[0]
            contract[k] = tuple([perm[a] for a in contract[k]])
            batch[k] = tuple([perm[a] for a in batch[k]])
            found = True
    return made("dot_general", *sides, dims=(tuple(contract), tuple(batch)), like=n) if found else None


def transposed(n, product):
    """transpose(dot_general(x, y)) = dot_general(y, x) where the axes of x and of y change places"""
    x, y = product.ins
    contract, batch = product.params["dims"]
    b = len(batch[0])
    k = len(free_axes(len(known_aval(x).shape), contract[0], batch[0]))
    ndim = len(product.aval.shape)
    if n.params["perm"] != (*range(b), *range(b + k, ndim), *range(b, b + k)):
        return None
    return made("dot_general", y, x, dims=(contract[::-1], batch[::-1]), like=n)


__all__ = ["transposes_into_products"]
