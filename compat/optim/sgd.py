"""SGD: gradient descent with momentum."""

from ..tensor import Tensor
from .declared import one_element, one_implementation, zeros
from .rule import RuleOptimizer
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

    def rule(self, group, xp):
        lr, momentum, dampening, nesterov = (group[k] for k in ("lr", "momentum", "dampening", "nesterov"))
        if momentum.__class__ is Tensor or dampening.__class__ is Tensor:
            momentum, dampening = float(momentum), float(dampening)

        def descend(p, g):
            p -= g * lr

        def descend_with_momentum(p, g, momentum_buffer):
            begun = None
            if momentum_buffer is None:
                begun = {"momentum_buffer": xp.copy(g)}
                momentum_buffer = begun["momentum_buffer"]
            else:
                momentum_buffer *= momentum
                momentum_buffer += g * (1 - dampening)
            p -= (g + momentum_buffer * momentum if nesterov else momentum_buffer) * lr
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
