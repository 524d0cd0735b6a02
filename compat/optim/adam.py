"""Adam, and what became of it: running means of gradients over those of their squares."""

from ..names_of_classes import placed
from ..tensor import Tensor
from .arithmetic import single
from .declared import COUNT, decay_rates, not_negative, one_element, one_implementation, scalar, zeros
from .rule import RuleOptimizer, with_numbers
from .stepped import step


class Adam(RuleOptimizer):
    """Steps of the running mean of gradients over the root of that of their squares, both without their initial bias.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Adam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    ABSENT = dict(
        amsgrad=False, maximize=False, foreach=None, capturable=False, differentiable=False,
        decoupled_weight_decay=False, fused=None,
    )  # fmt: skip

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, amsgrad=False, *, foreach=None,
        maximize=False, capturable=False, differentiable=False, fused=None, decoupled_weight_decay=False,
    ):  # fmt: skip
        if foreach and not capturable:
            refuse_tensor(lr, "lr")
        not_negative(lr=lr, eps=eps)
        decay_rates(betas)
        not_negative(weight_decay=weight_decay)
        if not all(isinstance(b, float) for b in betas[:2]):
            if not all(isinstance(b, Tensor) for b in betas[:2]):
                raise ValueError("betas must be either both floats or both Tensors")
            for i in range(2):
                if foreach and not capturable:
                    refuse_tensor(betas[i], f"betas[{i}]")
                one_element(betas[i], f"betas[{i}]")
        defaults = dict(
            lr=lr, betas=tuple(map(single, betas)), eps=eps, weight_decay=weight_decay, amsgrad=amsgrad,
            maximize=maximize, foreach=foreach, capturable=capturable, differentiable=differentiable, fused=fused,
            decoupled_weight_decay=decoupled_weight_decay,
        )  # fmt: skip
        super().__init__(params, defaults)
        one_implementation(fused, foreach, differentiable)

    def check(self, group, found):
        super().check(group, found)
        if group["foreach"] and isinstance(group["lr"], Tensor):
            raise RuntimeError("lr as a Tensor is not supported for capturable=False and foreach=True")

    def slots(self, group):
        slots = {**COUNT, "exp_avg": zeros, "exp_avg_sq": zeros}
        return {**slots, "max_exp_avg_sq": zeros} if group["amsgrad"] else slots

    def rule(self, group, xp):
        lr, (beta1, beta2), eps = group["lr"], group["betas"], group["eps"]

        def update(p, g, step, exp_avg, exp_avg_sq, max_exp_avg_sq=None):
            xp.lerp_(exp_avg, g, 1 - beta1)
            exp_avg_sq *= beta2
            xp.addcmul_(exp_avg_sq, g, g, 1 - beta2)
            square = exp_avg_sq
            if max_exp_avg_sq is not None:
                square = max_exp_avg_sq
                square[...] = xp.maximum(square, exp_avg_sq)
            size = lr / (1 - beta1**step)
            p -= exp_avg * size / (xp.sqrt(square) / (1 - beta2**step) ** 0.5 + eps)

        return update


def refuse_tensor(value, name):
    if isinstance(value, Tensor):
        raise ValueError(f"{name} as a Tensor is not supported for capturable=False and foreach=True")


def adam(
    params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, state_steps, foreach=None, capturable=False, differentiable=False, fused=None, grad_scale=None, found_inf=None, has_complex=False, decoupled_weight_decay=False, *, amsgrad, beta1, beta2, lr, weight_decay, eps, maximize,
):  # fmt: skip
    """One step of Adam on lists: each parameter and its state change in place."""
    step(Adam, locals())


class AdamW(Adam):
    """Adam whose parameters shrink by lr * weight_decay before each step."""

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=1e-2, amsgrad=False, *, maximize=False,
        foreach=None, capturable=False, differentiable=False, fused=None,
    ):  # fmt: skip
        super().__init__(
            params, lr, betas, eps, weight_decay, amsgrad, foreach=foreach, maximize=maximize, capturable=capturable,
            differentiable=differentiable, fused=fused, decoupled_weight_decay=True,
        )  # fmt: skip

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            group["decoupled_weight_decay"] = True


def adamw(
    params, grads, exp_avgs, exp_avg_sqs, max_exp_avg_sqs, state_steps, foreach=None, capturable=False, differentiable=False, fused=None,
    grad_scale=None, found_inf=None, has_complex=False, *, amsgrad, beta1, beta2, lr, weight_decay, eps, maximize,
):  # fmt: skip
    """One step of AdamW on lists: each parameter and its state change in place."""
    step(AdamW, locals(), decoupled_weight_decay=True)


class Adamax(RuleOptimizer):
    """Steps of the running mean of gradients over the (decaying) largest of their absolute values.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.Adamax([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.9000, 0.9000], requires_grad=True)
    """

    ABSENT = dict(foreach=None, maximize=False, differentiable=False, capturable=False)

    def __init__(
        self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, foreach=None, *, maximize=False,
        differentiable=False, capturable=False,
    ):  # fmt: skip
        not_negative(lr=lr, eps=eps)
        decay_rates(betas)
        not_negative(weight_decay=weight_decay)
        defaults = dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, foreach=foreach, maximize=maximize,
            differentiable=differentiable, capturable=capturable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        return {**COUNT, "exp_avg": zeros, "exp_inf": zeros}

    def rule(self, group, xp):
        lr, (beta1, beta2), eps = group["lr"], group["betas"], group["eps"]

        def update(p, g, step, exp_avg, exp_inf):
            xp.lerp_(exp_avg, g, 1 - beta1)
            exp_inf[...] = xp.maximum(exp_inf * beta2, abs(g) + eps)
            p -= exp_avg * (lr / (1 - beta1**step)) / exp_inf

        return update


def adamax(
    params, grads, exp_avgs, exp_infs, state_steps, foreach=None, maximize=False, differentiable=False, capturable=False, has_complex=False, *, eps, beta1, beta2, lr, weight_decay,
):  # fmt: skip
    """One step of Adamax on lists: each parameter and its state change in place."""
    step(Adamax, locals())


class NAdam(RuleOptimizer):
    """Adam whose step looks ahead along the momentum it will have, with a momentum that grows towards beta1.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.NAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8944, 0.8944], requires_grad=True)
    """

    ABSENT = dict(maximize=False, foreach=None, capturable=False, differentiable=False, decoupled_weight_decay=False)
    elementwise = False
    scalars = ("step", "mu_product")

    @property
    def captured(self):
        comma = "," if self.defaults["foreach"] else ""
        return f"params, mu_products{comma} and state_steps"

    def __init__(
        self, params, lr=2e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, momentum_decay=4e-3,
        decoupled_weight_decay=False, *, foreach=None, maximize=False, capturable=False, differentiable=False,
    ):  # fmt: skip
        not_negative(lr=lr, eps=eps)
        decay_rates(betas)
        not_negative(weight_decay=weight_decay, momentum_decay=momentum_decay)
        defaults = dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, momentum_decay=momentum_decay,
            decoupled_weight_decay=decoupled_weight_decay, maximize=maximize, foreach=foreach, capturable=capturable,
            differentiable=differentiable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        return {**COUNT, "mu_product": scalar(lambda group: 1.0), "exp_avg": zeros, "exp_avg_sq": zeros}

    def rule(self, group, xp):
        lr, (beta1, beta2), eps, momentum_decay = (group[k] for k in ("lr", "betas", "eps", "momentum_decay"))

        def momentum(step):
            return beta1 * (1.0 - 0.5 * 0.96 ** (step * momentum_decay))

        def update(p, g, step, mu_product, exp_avg, exp_avg_sq):
            mu, ahead = momentum(step), momentum(step + 1)
            mu_product *= mu
            product = xp.number(mu_product)
            xp.lerp_(exp_avg, g, 1 - beta1)
            exp_avg_sq *= beta2
            xp.addcmul_(exp_avg_sq, g, g, 1 - beta2)
            root = xp.sqrt(exp_avg_sq / (1 - beta2**step)) + eps
            p -= g * (lr * (1.0 - mu) / (1.0 - product)) / root
            p -= exp_avg * (lr * ahead / (1.0 - product * ahead)) / root

        return update


def nadam(
    params, grads, exp_avgs, exp_avg_sqs, mu_products, state_steps, decoupled_weight_decay=False, foreach=None, capturable=False, differentiable=False, has_complex=False, maximize=False, *, beta1, beta2, lr, weight_decay, momentum_decay, eps,
):  # fmt: skip
    """One step of NAdam on lists: each parameter and its state change in place."""
    step(NAdam, locals())


class RAdam(RuleOptimizer):
    """Adam times a factor for the variance of its root mean square; plain momentum while that variance is not finite.

    >>> import compat as torch
    >>> w = torch.ones(2, requires_grad=True)
    >>> optimizer = torch.optim.RAdam([w], lr=0.1)
    >>> (w * w).sum().backward()
    >>> optimizer.step()
    >>> w
    tensor([0.8000, 0.8000], requires_grad=True)
    """

    ABSENT = dict(foreach=None, maximize=False, differentiable=False, decoupled_weight_decay=False, capturable=False)

    def __init__(
        self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, weight_decay=0, decoupled_weight_decay=False, *,
        foreach=None, maximize=False, capturable=False, differentiable=False,
    ):  # fmt: skip
        not_negative(lr=lr, eps=eps)
        decay_rates(betas)
        not_negative(weight_decay=weight_decay)
        defaults = dict(
            lr=lr, betas=betas, eps=eps, weight_decay=weight_decay, maximize=maximize, foreach=foreach,
            capturable=capturable, decoupled_weight_decay=decoupled_weight_decay, differentiable=differentiable,
        )  # fmt: skip
        super().__init__(params, defaults)

    def slots(self, group):
        return {**COUNT, "exp_avg": zeros, "exp_avg_sq": zeros}

    def rule(self, group, xp):
        lr, (beta1, beta2), eps = group["lr"], group["betas"], group["eps"]
        longest = 2 / (1 - beta2) - 1  # how many gradients a mean of infinite age is worth

        def update(p, g, step, exp_avg, exp_avg_sq):
            xp.lerp_(exp_avg, g, 1 - beta1)
            exp_avg_sq *= beta2
            xp.addcmul_(exp_avg_sq, g, g, 1 - beta2)
            correction = 1 - beta2**step
            length = longest - 2 * step * beta2**step / correction
            move = xp.kept(xp.kept(exp_avg / (1 - beta1**step)) * lr)

            def rectified():
                trust = ((length - 4) * (length - 2) * longest / ((longest - 4) * (longest - 2) * length)) ** 0.5
                factor = xp.kept(xp.kept(1 / (xp.sqrt(exp_avg_sq) + eps)) * correction**0.5)
                return xp.kept(xp.kept(move * factor) * trust)

            p -= xp.either(length > 5.0, rectified, lambda: move)

        return update


def radam(
    params, grads, exp_avgs, exp_avg_sqs, state_steps, decoupled_weight_decay=False, foreach=None, differentiable=False, capturable=False, has_complex=False, maximize=False, *, beta1, beta2, lr, weight_decay, eps,
):  # fmt: skip
    """One step of RAdam on lists: each parameter and its state change in place."""
    step(RAdam, locals())


class SparseAdam(RuleOptimizer):
    """Adam for sparse gradients, which changes the rows alone that have one; RuntimeError for a dense gradient.

    >>> import compat as torch
    >>> rows = torch.nn.Embedding.from_pretrained(torch.ones(3, 1), freeze=False, sparse=True)
    >>> optimizer = torch.optim.SparseAdam(rows.parameters(), lr=0.5)
    >>> rows(torch.tensor([0, 2])).sum().backward()
    >>> optimizer.step()
    >>> rows.weight.flatten().tolist()
    [0.5, 1.0, 0.5]
    """

    scalars = ()  # (its steps are counted by an int)

    def __init__(self, params, lr=1e-3, betas=(0.9, 0.999), eps=1e-8, maximize=False):
        one_element(lr)
        if not 0.0 < lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        if not 0.0 < eps:
            raise ValueError(f"Invalid epsilon value: {eps}")
        decay_rates(betas)
        super().__init__(params, dict(lr=lr, betas=betas, eps=eps, maximize=maximize))
        at = [[i, j] for i, g in enumerate(self.param_groups) for j, p in enumerate(g["params"]) if p.is_complex()]
        if at:
            raise ValueError(f"Complex params at indices {at}: SparseAdam does not support complex parameters")

    def update_group(self, group, found):
        from .sparse_steps import adam

        for p, g in found:
            if not g.is_sparse:
                raise RuntimeError("SparseAdam does not support dense gradients, please consider Adam instead")
            state = self.state[p]
            if not state:
                state.update(step=0, exp_avg=zeros(p, g, group), exp_avg_sq=zeros(p, g, group))
            state["step"] += 1
        adam(self, with_numbers(group), found)


placed(globals())
