"""How the gradients of images lie whose operation has a kernel of torch's: one of memory of its own, in a format that the kernel chooses.

Invariant: an operation on images in C order pays nothing, unless its steps turn dimensions round (bilinear interpolation, means of uneven
windows, padding): that one, and one on images in channels_last, notes beside its first steps how what they give back lies (`Extra.lays`),
whoever looks at it.
"""

from funcgrad.core.aval import ndarray
from funcgrad.core.elementwise_layout import filled, in_columns, in_rows, moved, relaid, value
from funcgrad.core.node import extra_of

from ..formats import ORDER, suggested

BY_RANK = {len(order): order for order in ORDER.values()}


class Kernel:
    """One call's: are its gradients in channels_last? (None: if what comes to the last of its steps is.)"""

    __slots__ = ("last", "came")

    def __init__(self, last):
        self.last = self.came = last

    def note(self, g, ct):
        self.came = type(v := value(ct)) is ndarray and suggested(v) is not None
        return g

    def laid(self, g, ct):
        return relaid(self.arranged, g)

    def arranged(self, v):
        if not self.came or v.ndim in BY_RANK and all([n == 1 for n in v.shape[2:]]):
            return in_rows(v)
        return moved(v, filled(v.shape, BY_RANK[v.ndim])) if v.ndim in BY_RANK else v


def lay(out, operands, f, last=None, others=()):
    """Have the steps that made out of operands lay by f(g, ct) what they give back to these, and its last step call `last` of the same.
    `others`: what else the operation has taken (None: nothing), behind which none of its steps stand."""
    n = out.mark
    marks = [t.mark for t in operands if t.mark is not None]
    if n is None or n.plan is None or not marks or n in marks:
        return out
    extra_of(n).lays = {} if last is None else dict.fromkeys(range(len(n.ins)), last)
    older = [t.mark for t in others if t is not None and t.mark is not None]
    low = max([m.index for m in marks + older])  # (no step of the operation is older than that)
    steps, seen = [n], {n}
    for m in steps:  # (which grows on the way)
        for k, p in enumerate(m.ins):
            if p in marks:
                extra = extra_of(m)
                extra.lays = {
                    **(extra.lays or {}),
                    k: f if m is not n or last is None else lambda g, ct: f(last(g, ct), ct),
                }
            elif p.index > low and p not in seen:
                seen.add(p)
                steps.append(p)
    return out


def lay_back(out, images, last=True, others=()):
    """out, a result that knows how the gradients lie of those images that it was made of."""
    kernel = Kernel(last)
    return lay(out, images, kernel.laid, None if last is not None else kernel.note, others)


def rows_back(out, t):
    """out, of which torch writes the gradient of t into new zeros."""
    return out if t.alias is None else lay(out, (t,), lambda g, ct: relaid(in_rows, g))


def columns_back(out, *operands, others=()):
    """out, a result of LAPACK's, which writes the gradients of these operands too."""
    return lay(out, operands, lambda g, ct: relaid(in_columns, g), others=others)


__all__ = ["columns_back", "lay_back", "rows_back"]
