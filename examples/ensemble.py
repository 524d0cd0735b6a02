"""Five models trained at once with torch.func: stacked weights, vmap over models, gradients of each sample.

On compat the losses of its 100 steps are torch's to five digits, and what is printed is the same text.
"""

import showing
import torch
from torch import nn
from torch.func import functional_call, grad, stack_module_state, vmap

torch.manual_seed(0)
x = torch.linspace(-1, 1, 40).unsqueeze(1)
y = torch.sin(3 * x) + 0.1 * torch.randn(40, 1)
models = [nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1)) for _ in range(5)]
params, buffers = stack_module_state(models)
params = {k: v.detach() for k, v in params.items()}


def loss_of(params, x, y):
    return ((functional_call(models[0], (params, buffers), (x,)) - y) ** 2).mean()


@showing.compiled
def train(params, momentum):
    grads = vmap(grad(loss_of), in_dims=(0, None, None))(params, x, y)
    momentum = {k: 0.9 * momentum[k] + grads[k] for k in params}
    return {k: params[k] - 0.1 * momentum[k] for k in params}, momentum


momentum = {k: torch.zeros_like(v) for k, v in params.items()}
for step in showing.steps(100):
    params, momentum = train(params, momentum)
    if step % 25 == 24:
        losses = vmap(loss_of, in_dims=(0, None, None))(params, x, y)
        print(f"step {step + 1}:", " ".join(f"{v:.3f}" for v in losses.tolist()))

one = {k: v[0] for k, v in params.items()}
each = vmap(grad(loss_of), in_dims=(None, 0, 0))(one, x, y)
norms = sum(g.flatten(1).pow(2).sum(1) for g in each.values()).sqrt()
spread = vmap(lambda p: functional_call(models[0], (p, buffers), (x,)))(params).std(dim=0).mean()
print(f"largest gradient of a sample {norms.max():.3f}, at x = {x[norms.argmax()].item():.2f}; spread {spread:.4f}")


def draw(axes):
    at = torch.linspace(-1.6, 1.6, 100).unsqueeze(1)
    curves = vmap(lambda p: functional_call(models[0], (p, buffers), (at,)))(params).squeeze(-1)
    axes[0].plot(at, curves.T, linewidth=0.8)
    axes[0].plot(x, y, "k.", markersize=3)
    axes[0].set(title="five models", ylim=(-1.6, 1.6))
    axes[1].bar(x.squeeze(1), norms, width=0.04)
    axes[1].set(title="norm of each sample's gradient", xlabel="x")


showing.save(__file__, draw, panels=2)
