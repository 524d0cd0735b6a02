"""What a walk that ends in an error leaves behind: in torch's engine a leaf gets its gradient as soon as nothing more can come to it.

Invariant: looked at only when an error is on its way; a walk that succeeds knows nothing of this.
"""

from funcgrad.core.reverse import reverse
from funcgrad.core.site import variables

from ..rewriting import steps_of


def frame_of(error):
    """The variables of the reverse walk that an error comes out of, None if it comes from elsewhere."""
    traceback = error.__traceback__
    while traceback is not None and traceback.tb_frame.f_code is not reverse.__code__:
        traceback = traceback.tb_next
    return traceback and variables(traceback.tb_frame)


def walked(frame):
    """The node that the innermost reverse walk around a frame has come to."""
    while frame is not None and frame.f_code is not reverse.__code__:
        frame = frame.f_back
    return frame and variables(frame).get("n")


def operations(order):
    """(node, those of its steps) of each operation in a walk that is several nodes."""
    for m in order:
        if m.extra and m.extra.span:
            yield m, steps_of(m)


def deliver_ready(error):
    """Deliver to the leaves to which nothing that comes after the operation that failed leads."""
    names = frame_of(error)
    if names is None or "hears" not in names or names.get("n") is None or names["deliver"] is None:
        return  # (a signal's handler may raise before the walk has set out)
    order, n, cts, leading, only = (names[k] for k in ("order", "n", "cts", "leading", "only"))
    if n.plan is None:  # (a leaf's own hook: torch comes to the next leaves after it)
        return
    at = order.index(n)
    waiting = set()
    left = order[at:]
    for m in left:
        if leading is None or m in leading:
            waiting.update(m.ins)
    left = set(left)
    for m, steps in operations(order[:at]):  # (some may have been walked)
        if not left.isdisjoint(steps):
            waiting.update(m.extra.span)
    for p in order[at + 1 :]:
        if p.plan is None and p in cts and p not in waiting and (only is None or p in only):
            cell = p.extra and p.extra.cell
            if cell:
                names["deliver"](cell, cts.pop(p))
