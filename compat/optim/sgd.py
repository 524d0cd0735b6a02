"""Steps along gradients, or by their signs: SGD, ASGD, Rprop."""

from numbers import Number

import numpy as np

from ..functions.register import FUNCTIONS as T
from ..names_of_classes import placed
from ..tensor import Tensor
from .declared import COUNT, not_negative, one_element, one_implementation, scalar, zeros
from .memory import fresh
from .rule import RuleOptimizer, with_numbers
from .stepped import step


class SGD(RuleOptimizer):
    """p -= lr * g, with weight decay, momentum (dampened, or Nesterov's), or upwards (maximize).

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.SGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000, 0.8000], requires_grad=True)
    """

    asserts = False
    unread = frozenset({"differentiable"})
    in_parts = False
    scalars = ()
    ABSENT = dict(nesterov=False, maximize=False, foreach=None, differentiable=False, fused=False)

    def __init__(
        self, params, lr=1e-3, momentum=0, dampening=0, weight_decay=0, nesterov=False, *, maximize=False, foreach=None,
        differentiable=False, fused=None,
    ):  # fmt: skip
        one_element(lr)
        for name, value in (("learning rate", lr), ("momentum value", momentum), ("weight_decay value", weight_decay)):
            if value < 0.0:
                raise ValueError(f"Invalid {name}: {value}")
        if nesterov and (momentum <= 0 or dampening != 0):
            raise ValueError("Nesterov momentum requires a momentum and zero dampening")
        defaults = dict(
            lr=lr, momentum=momentum, dampening=dampening, weight_decay=weight_decay, nesterov=nesterov,
            maximize=maximize, foreach=foreach, differentiable=differentiable, fused=fused,
        )  # fmt: skip
        super().__init__(params, defaults)
        one_implementation(fused, foreach, differentiable)

    def slots(self, group):
        if group["momentum"] == 0:
            return {}
        # The first buffer is the first gradient, undampened and detached; where neither matters zeros lead to the same.
        return {"momentum_buffer": None if group["dampening"] != 0 or group["differentiable"] else zeros}

    def update_sparse(self, group, found):
        from .sparse_steps import descend

        descend(self, with_numbers(group), found)

    def rule(self, group, xp):
        lr, momentum, dampening, nesterov = (group[k] for k in ("lr", "momentum", "dampening", "nesterov"))
        if momentum.__class__ is Tensor or dampening.__class__ is Tensor:
            momentum, dampening = float(momentum), float(dampening)

        def descend(p, g):
            xp.add_(p, g, -lr)

        def descend_with_momentum(p, g, momentum_buffer):
            begun = None
            if momentum_buffer is None:
                begun = {"momentum_buffer": xp.copy(g)}
                momentum_buffer = begun["momentum_buffer"]
            else:
                momentum_buffer *= momentum
                xp.add_(momentum_buffer, g, 1 - dampening)
            xp.add_(p, xp.add(g, momentum_buffer, momentum) if nesterov else momentum_buffer, -lr)
            return begun

        return descend if momentum == 0 else descend_with_momentum


def sgd(
    params, d_p_list, momentum_buffer_list, has_sparse_grad=False, foreach=None, fused=None, grad_scale=None, found_inf=None, *,
    weight_decay, momentum, lr, dampening, nesterov, maximize,
):  # fmt: skip
    """One step of SGD on lists: each parameter changes in place, and so does its momentum, which stands in its list after the first."""
    step(First, locals())


class First(SGD):
    """SGD whose momentum begins with the first gradient, where a list has None."""

    def slots(self, group):
        return {"momentum_buffer": None} if group["momentum"] else {}

    def begin(self, p, g, group):
        pass


class ASGD(RuleOptimizer):
    """Descent at the falling rate "eta", with the mean of the parameters since step t0 in the state's "ax".

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.ASGD([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000, 0.8000], requires_grad=True)
    """

    ABSENT = dict(foreach=None, maximize=False, differentiable=False, capturable=False)
    elementwise = False
    scalars = ("step", "eta", "mu")
    captured = "params, mus, etas, and state_steps"

    def __init__(
        self, params, lr=1e-2, lambd=1e-4, alpha=0.75, t0=1e6, weight_decay=0, foreach=None, maximize=False,
        differentiable=False, capturable=False,
    ):  # fmt: skip
        not_negative(lr=lr, weight_decay=weight_decay)
        defaults = dict(
            lr=lr, lambd=lambd, alpha=alpha, t0=t0, weight_decay=weight_decay, foreach=foreach, maximize=maximize,
            differentiable=differentiable, capturable=capturable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        rate = scalar(lambda group: float(group["lr"]))
        return {**COUNT, "eta": rate, "mu": scalar(lambda group: 1.0), "ax": zeros}

    def rule(self, group, xp):
        lr, lambd, alpha, t0 = (group[k] for k in ("lr", "lambd", "alpha", "t0"))

        def update(p, g, step, eta, mu, ax):
            rate = xp.number(eta)
            p *= 1 - lambd * rate
            xp.add_(p, g, -rate)
            weight = xp.number(mu)
            if isinstance(weight, Tensor) or weight != 1:  # (a staged weight is not known)
                ax += (p - ax) * weight
            else:
                ax[...] = p
            eta[...] = lr / (1 + lambd * lr * step) ** alpha
            mu[...] = 1 / xp.at_least(step - t0, 1)

        return update


def asgd(
    params, grads, axs, mus, etas, state_steps, foreach=None, maximize=False, differentiable=False, capturable=False, has_complex=False, *, lambd, lr, t0, alpha, weight_decay,
):  # fmt: skip
    """One step of ASGD on lists: each parameter and its state change in place."""
    step(ASGD, locals())


def first_size(p, g, group):
    """State like the parameter, of the learning rate (in both parts of a complex one)."""
    lr = group["lr"]
    if isinstance(lr, Tensor) and lr.requires_grad:
        T["full_like"](p, lr)  # (which is no number, in torch's words)
    lr = float(lr)
    return fresh(np.full(tuple(p.shape), complex(lr, lr) if p.is_complex() else lr, p.dtype.numpy))


class Rprop(RuleOptimizer):
    """Steps against the sign of the gradient alone, whose sizes follow from whether that sign changed.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Rprop([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    unread = frozenset({"lr"})
    ABSENT = dict(foreach=None, maximize=False, differentiable=False, capturable=False)
    xla_with_foreach = True

    def __init__(
        self, params, lr=1e-2, etas=(0.5, 1.2), step_sizes=(1e-6, 50), *, capturable=False, foreach=None,
        maximize=False, differentiable=False,
    ):  # fmt: skip
        not_negative(lr=lr)
        if not 0.0 < etas[0] < 1.0 < etas[1]:
            raise ValueError(f"Invalid eta values: {etas[0]}, {etas[1]}")
        defaults = dict(
            lr=lr, etas=etas, step_sizes=step_sizes, foreach=foreach, maximize=maximize, differentiable=differentiable,
            capturable=capturable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        return {**COUNT, "prev": zeros, "step_size": first_size}

    def rule(self, group, xp):
        (shrink, grow), (smallest, largest) = group["etas"], group["step_sizes"]
        if not isinstance(smallest, (Number, Tensor)) or not isinstance(largest, (Number, Tensor)):
            T["empty"](0).clamp_(smallest, largest)  # (what torch says of other limits)

        def update(p, g, step, prev, step_size):
            agreement = xp.kept(g * prev)
            turned = agreement < 0
            up, down = xp.number_for(grow, step_size), xp.number_for(shrink, step_size)
            new = xp.where(agreement > 0, step_size * up, xp.where(turned, step_size * down, step_size))
            step_size[...] = xp.clip(new, smallest, largest)
            g = xp.where(turned, xp.zeros_like(g), g)  # a turn is forgotten: no step, and no opinion next time
            p -= xp.sign(g) * step_size
            prev[...] = g

        return update


def rprop(
    params, grads, prevs, step_sizes, state_steps, foreach=None, capturable=False, maximize=False, differentiable=False, has_complex=False, *, step_size_min, step_size_max, etaminus, etaplus,
):  # fmt: skip
    """One step of Rprop on lists: each parameter and its state change in place."""
    step(Rprop, locals())


placed(globals())
