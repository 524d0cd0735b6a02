"""How the gradients of images lie whose operation has a kernel of torch's: one of memory of its own, in a format that the kernel chooses.

Invariant: an operation on images in C order pays nothing; one on images in channels_last notes beside its first steps how what they give
back lies (`Extra.lays`), whoever looks at it.
"""

from funcgrad.core.aval import ndarray
from funcgrad.core.laid import filled, in_rows, moved, noted
from funcgrad.core.node import extra_of
from funcgrad.core.trace import TAPE

from ..formats import ORDER, suggested
from ..tensor import Tensor

BY_RANK = {len(order): order for order in ORDER.values()}


def value(g):
    return g.val if type(g) is Tensor and g.owner is TAPE else g


class Kernel:
    """One call's: are its gradients in channels_last? (None: if what comes to the last of its steps is.)"""

    __slots__ = ("last", "came")

    def __init__(self, last):
        self.last = self.came = last

    def note(self, g, ct):
        self.came = type(v := value(ct)) is ndarray and suggested(v) is not None
        return g

    def laid(self, g, ct):
        v = value(g)
        if type(v) is not ndarray or v.ndim not in BY_RANK:
            return g
        own = (
            moved(v, filled(v.shape, BY_RANK[v.ndim]))
            if self.came and any([n != 1 for n in v.shape[2:]])
            else in_rows(v)
        )
        return g if own is v else own if g is v else noted(Tensor(own, g.mark, TAPE))

    def laid_by(self, g, ct):
        return self.laid(self.note(g, ct), ct)


def lay_back(out, images, last=True):
    """out, a result that knows how the gradients lie of those images that it was made of."""
    n = out.mark
    marks = [t.mark for t in images if t.mark is not None]
    if n is None or n.plan is None or not marks or n in marks:
        return out
    kernel = Kernel(last)
    extra_of(n).lays = {} if last is not None else dict.fromkeys(range(len(n.ins)), kernel.note)
    low = max([m.index for m in marks])  # (no step of the operation is older than that)
    steps = [n]
    for m in steps:  # (which grows on the way)
        for k, p in enumerate(m.ins):
            if p in marks:
                lays = extra_of(m)
                f = kernel.laid_by if m is n and last is None else kernel.laid
                lays.lays = {**(lays.lays or {}), k: f}
            elif p.index > low and p not in steps:
                steps.append(p)
    return out


__all__ = ["lay_back"]
