"""Five models trained at once with torch.func: stacked weights, vmap over models, gradients of each sample."""

import torch
from torch import nn
from torch.func import functional_call, grad, stack_module_state, vmap

torch.manual_seed(0)
x = torch.linspace(-1, 1, 40).unsqueeze(1)
y = x**3 - 0.5 * x + 0.05 * torch.randn(40, 1)
models = [nn.Sequential(nn.Linear(1, 16), nn.Tanh(), nn.Linear(16, 1)) for _ in range(5)]
params, buffers = stack_module_state(models)
params = {k: v.detach() for k, v in params.items()}


def loss_of(params, x, y):
    return ((functional_call(models[0], (params, buffers), (x,)) - y) ** 2).mean()


for step in range(50):
    grads = vmap(grad(loss_of), in_dims=(0, None, None))(params, x, y)
    params = {k: params[k] - 0.3 * grads[k] for k in params}
    if step % 10 == 9:
        losses = vmap(loss_of, in_dims=(0, None, None))(params, x, y)
        print(f"step {step + 1}:", " ".join(f"{v:.4f}" for v in losses.tolist()))

one = {k: v[0] for k, v in params.items()}
each = vmap(grad(loss_of), in_dims=(None, 0, 0))(one, x, y)
norms = sum(g.flatten(1).pow(2).sum(1) for g in each.values()).sqrt()
spread = vmap(lambda p: functional_call(models[0], (p, buffers), (x,)))(params).std(dim=0).mean()
print(f"largest gradient of a sample {norms.max():.3f}, at x = {x[norms.argmax()].item():.2f}; spread {spread:.4f}")
