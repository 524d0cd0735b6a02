"""An optimizer, and other code, written after the structure of torch's own, with the helpers that it imports from there."""

import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn import _reduction as _Reduction
from torch.nn.init import _no_grad_fill_, _no_grad_normal_, _no_grad_trunc_normal_, _no_grad_uniform_
from torch.nn.modules.module import _addindent
from torch.nn.modules.transformer import _generate_square_subsequent_mask, _get_activation_fn, _get_clones
from torch.optim.optimizer import (
    Optimizer,
    ParamsT,
    _default_to_fused_or_foreach,
    _get_scalar_dtype,
    _get_value,
    _stack_if_compiling,
    _to_scalar,
    _use_grad_for_differentiable,
    _view_as_real,
)


class MyAdam(Optimizer):
    def __init__(
        self,
        params: ParamsT,
        lr: float = 0.001,
        betas=(0.9, 0.999),
        eps=1e-08,
        weight_decay=0.0,
        amsgrad=False,
        *,
        foreach=None,
        maximize=False,
        capturable=False,
        differentiable=False,
    ):
        if not 0.0 <= lr:
            raise ValueError(f"Invalid learning rate: {lr}")
        defaults = dict(
            lr=lr,
            betas=betas,
            eps=eps,
            weight_decay=weight_decay,
            amsgrad=amsgrad,
            maximize=maximize,
            foreach=foreach,
            capturable=capturable,
            differentiable=differentiable,
        )
        super().__init__(params, defaults)

    def __setstate__(self, state):
        super().__setstate__(state)
        for group in self.param_groups:
            group.setdefault("amsgrad", False)
            for p in group["params"]:
                s = self.state.get(p, [])
                if len(s) != 0 and (not torch.is_tensor(s["step"])):
                    s["step"] = torch.tensor(float(s["step"]), dtype=_get_scalar_dtype())

    def _init_group(self, group, params, grads, avgs, sqs, maxs, steps):
        has_complex = False
        for p in group["params"]:
            if p.grad is not None:
                has_complex |= torch.is_complex(p)
                params.append(p)
                if p.grad.is_sparse:
                    raise RuntimeError("no sparse gradients")
                grads.append(p.grad)
                state = self.state[p]
                if len(state) == 0:
                    state["step"] = torch.tensor(0.0, dtype=_get_scalar_dtype())
                    state["exp_avg"] = torch.zeros_like(p, memory_format=torch.preserve_format)
                    state["exp_avg_sq"] = torch.zeros_like(p, memory_format=torch.preserve_format)
                    if group["amsgrad"]:
                        state["max_exp_avg_sq"] = torch.zeros_like(p, memory_format=torch.preserve_format)
                avgs.append(state["exp_avg"])
                sqs.append(state["exp_avg_sq"])
                steps.append(state["step"])
                if group["amsgrad"]:
                    maxs.append(state["max_exp_avg_sq"])
        return has_complex

    @_use_grad_for_differentiable
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            lists = [[] for _ in range(6)]
            self._init_group(group, *lists)
            (multi if group["foreach"] else single)(*lists, group=group)
        return loss


def single(params, grads, avgs, sqs, maxs, steps, *, group):
    b1, b2 = group["betas"]
    for i, p in enumerate(params):
        g = grads[i] if not group["maximize"] else -grads[i]
        a, s, t = (avgs[i], sqs[i], steps[i])
        t += 1
        if group["weight_decay"]:
            g = g.add(p, alpha=group["weight_decay"])
        a.lerp_(g, 1 - b1)
        s.mul_(b2).addcmul_(g, g.conj(), value=1 - b2)
        step = _get_value(t)
        c1, c2 = (1 - b1**step, 1 - b2**step)
        if group["amsgrad"]:
            torch.maximum(maxs[i], s, out=maxs[i])
            denom = (maxs[i].sqrt() / c2**0.5).add_(group["eps"])
        else:
            denom = (s.sqrt() / c2**0.5).add_(group["eps"])
        p.addcdiv_(a, denom, value=-group["lr"] / c1)


def multi(params, grads, avgs, sqs, maxs, steps, *, group):
    if not params:
        return
    b1, b2 = group["betas"]
    torch._foreach_add_(steps, 1)
    if group["weight_decay"]:
        grads = torch._foreach_add(grads, params, alpha=group["weight_decay"])
    torch._foreach_lerp_(avgs, grads, 1 - b1)
    torch._foreach_mul_(sqs, b2)
    torch._foreach_addcmul_(sqs, grads, grads, 1 - b2)
    c1 = [1 - b1 ** _get_value(s) for s in steps]
    c2 = [1 - b2 ** _get_value(s) for s in steps]
    step_size = _stack_if_compiling([group["lr"] / c * -1 for c in c1])
    root = [c**0.5 for c in c2]
    d = torch._foreach_sqrt(sqs)
    torch._foreach_div_(d, root)
    torch._foreach_add_(d, group["eps"])
    torch._foreach_addcdiv_(params, avgs, d, step_size)


torch.manual_seed(0)
X, y = (torch.randn(20, 3), torch.randn(20, 1))
for kw in (
    {},
    dict(amsgrad=True, weight_decay=0.1),
    dict(foreach=True),
    dict(foreach=True, weight_decay=0.1),
    dict(maximize=True),
    dict(differentiable=False, betas=(0.8, 0.9)),
):
    torch.manual_seed(1)
    a, b = (
        nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1)),
        nn.Sequential(nn.Linear(3, 5), nn.Tanh(), nn.Linear(5, 1)),
    )
    b.load_state_dict(a.state_dict())
    oa, ob = (
        MyAdam(a.parameters(), 0.05, **kw),
        torch.optim.Adam(b.parameters(), 0.05, **{k: v for k, v in kw.items() if k != "foreach"}),
    )
    for _ in range(6):
        for m, o in ((a, oa), (b, ob)):
            o.zero_grad()
            F.mse_loss(m(X), y).backward()
            o.step()
    print(
        kw,
        F.mse_loss(a(X), y),
        [torch.allclose(p, q, atol=1e-06) for p, q in zip(a.parameters(), b.parameters(), strict=True)],
    )
print(oa, oa.state_dict()["state"][0]["step"], oa.__class__.step.__name__)
print(
    _to_scalar(torch.tensor([3.0])),
    _get_value(torch.tensor(2.0)),
    _get_scalar_dtype(),
    _default_to_fused_or_foreach([torch.ones(1)], False),
)
p = [torch.ones(2, dtype=torch.cfloat)]
s = [torch.zeros(2, dtype=torch.cfloat)]
_view_as_real(p, s)
print(p, s)


class Peek(MyAdam):
    @_use_grad_for_differentiable
    def step(self):
        return torch.is_grad_enabled()


print(Peek([nn.Parameter(torch.ones(1))], differentiable=True).step(), Peek([nn.Parameter(torch.ones(1))]).step())
for bad in (
    lambda: MyAdam([]),
    lambda: MyAdam([nn.Parameter(torch.ones(1))], -1),
    lambda: Optimizer([nn.Parameter(torch.ones(1))]),
    lambda: Optimizer(nn.Parameter(torch.ones(1)), {}),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e)[:200])
torch.manual_seed(0)


def said(f, *a, **k):
    try:
        print(f(*a, **k))
    except Exception as e:
        print(type(e).__name__, e)


for r in ("mean", "sum", "none", "elementwise_mean", "x", 3):
    said(_Reduction.get_enum, r)
for a in (None, True, False):
    for b in (None, True, False):
        said(_Reduction.legacy_get_string, a, b)
        said(_Reduction.legacy_get_string, a, b, False)
        said(_Reduction.legacy_get_enum, a, b)
said(_addindent, "a\nb\n\nc", 3)
said(_get_clones, nn.Linear(1, 2), 2)
said(_get_activation_fn, "foo")
print(_get_activation_fn("relu")(torch.tensor(-1.0)))
said(_generate_square_subsequent_mask, 3)
w = torch.empty(3)
for f, a in (
    (_no_grad_trunc_normal_, (0.0, 1.0, -2.0, 2.0)),
    (_no_grad_normal_, (0.0, 1.0)),
    (_no_grad_fill_, (2.0,)),
    (_no_grad_uniform_, (0.0, 1.0)),
):
    said(f, w, *a)
for n in ("_check", "_check_index", "_check_value", "_check_type", "_check_not_implemented"):
    f = getattr(torch, n)
    for c in (True, False, torch.tensor(True), 1):
        said(f, c)
        said(f, c, lambda: "text")
        said(f, c, "text")
for c in (torch.tensor([True, False]), torch.tensor([True]), True, torch.ones(2)):
    said(torch._check_tensor_all, c)
    said(torch._check_tensor_all, c, lambda: "m")
