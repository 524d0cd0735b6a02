"""Steps along sparse gradients: only what these have entries for changes, state included.

Invariant: entries in one place are added before anything that is not linear is done to them.
"""

import math

from ..sparse.construction import checked
from ..sparse.coordinates import sparse
from ..sparse.entries import at_places, coalesced


def upwards(g, group):
    return -g if group["maximize"] else g


def descend(optimizer, group, found):
    """Gradient descent, whose momentum is as sparse as the gradients so far."""
    lr, momentum = group["lr"], group["momentum"]
    if group["fused"]:
        raise RuntimeError("`_fused_sgd` does not support sparse gradients")
    for p, g in found:
        g = upwards(g, group)
        if group["weight_decay"] != 0:
            g = g.add(p, alpha=group["weight_decay"])
        if momentum != 0:
            state = optimizer.state[p]
            held = state.get("momentum_buffer")
            if held is None:
                held = state["momentum_buffer"] = g.detach().clone()
            else:
                held.mul_(momentum).add_(g, alpha=1 - group["dampening"])
            g = g.add(held, alpha=momentum) if group["nesterov"] else held
        p.add_(g, alpha=-lr)


def over_sums(optimizer, group, found):
    """Adagrad, of the rows that have a gradient."""
    if group["fused"]:
        raise RuntimeError("`fused` does not support sparse grad or complex param")
    for p, g in found:
        state = optimizer.state[p]
        state["step"] += 1
        g = upwards(g, group)
        if group["weight_decay"] != 0:
            raise RuntimeError("weight_decay option is not compatible with sparse gradients")
        rate = group["lr"] / (1 + (state["step"].item() - 1) * group["lr_decay"])
        e = coalesced(g.val)
        checked(None)  # (torch makes a sparse Tensor here: of squares,
        checked(None)  # and of steps)
        state["sum"].add_(sparse(e.like(e.values.pow(2))))
        root = at_places(state["sum"], e).sqrt_().add_(group["eps"])
        p.add_(sparse(e.like(e.values / root)), alpha=-rate)


def adam(optimizer, group, found):
    """Adam, whose means are those of the steps in which a row has had a gradient."""
    (beta1, beta2), lr, eps = group["betas"], group["lr"], group["eps"]
    for p, g in found:
        state = optimizer.state[p]
        e = coalesced(upwards(g, group).val)
        if not e.values.numel():
            continue
        means = []
        for held, new, beta in ((state["exp_avg"], e.values, beta1), (state["exp_avg_sq"], e.values.pow(2), beta2)):
            old = at_places(held, e)
            change = new.sub(old).mul_(1 - beta)
            held.add_(sparse(e.like(change)))
            means.append(change.add(old))
        first, second = 1 - beta1 ** state["step"], 1 - beta2 ** state["step"]
        size = lr * math.sqrt(second) / first
        p.add_(sparse(e.like(-size * means[0].div_(means[1].sqrt_().add_(eps)))))
