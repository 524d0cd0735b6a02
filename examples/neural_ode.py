"""A neural ODE: a vector field that carries points along a spiral, its solver differentiated with torch.func.

On compat the losses of its 30 steps are torch's to six digits, and what is printed is the same text.
"""

import showing
import torch
from torch import nn
from torch.func import functional_call, grad_and_value, jvp, vmap

torch.manual_seed(0)
field = nn.Sequential(nn.Linear(2, 24), nn.Tanh(), nn.Linear(24, 2))
params = {name: p.detach() for name, p in field.named_parameters()}
spiral = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])
STEPS, DT = 10, 0.1


def flow(f, x):
    """The states along a solution, by the classical Runge-Kutta method."""
    states = [x]
    for _ in range(STEPS):
        k1 = f(x)
        k2 = f(x + DT / 2 * k1)
        k3 = f(x + DT / 2 * k2)
        k4 = f(x + DT * k3)
        x = x + DT / 6 * (k1 + 2 * k2 + 2 * k3 + k4)
        states.append(x)
    return torch.stack(states)


starts = torch.randn(16, 2)
targets = vmap(lambda x: flow(lambda x: spiral @ x, x), out_dims=1)(starts)


def loss_of(params):
    solved = flow(lambda x: functional_call(field, params, (x,)), starts)
    return ((solved - targets) ** 2).mean()


@showing.compiled
def train(params, momentum):
    grads, loss = grad_and_value(loss_of)(params)
    momentum = {k: 0.9 * momentum[k] + grads[k] for k in params}
    return {k: params[k] - 0.05 * momentum[k] for k in params}, momentum, loss


momentum = {k: torch.zeros_like(v) for k, v in params.items()}
losses = []
for step in showing.steps(30):
    params, momentum, loss = train(params, momentum)
    losses.append(loss.item())
    if step % 10 == 9:
        print(f"step {step + 1}: loss {losses[-1]:.4f}")


def end(x):
    return flow(lambda x: functional_call(field, params, (x,)), x)[-1]


_, stretched = jvp(end, (torch.tensor([1.0, 0.0]),), (torch.tensor([1.0, 0.0]),))
print("a small step to the right becomes", [round(v, 2) for v in stretched.tolist()])


def draw(axes):
    axes[0].semilogy(losses)
    axes[0].set(title="loss", xlabel="step")
    at = torch.linspace(-2.5, 2.5, 21)
    x, y = torch.meshgrid(at, at, indexing="xy")
    speeds = functional_call(field, params, (torch.stack([x, y], dim=-1),))
    axes[1].streamplot(*[v.numpy() for v in (x, y, speeds[..., 0], speeds[..., 1])], color="lightgray", density=0.8)
    solved = flow(lambda x: functional_call(field, params, (x,)), starts)
    for k in range(8):
        axes[1].plot(*targets[:, k].T, "k-", linewidth=0.8, label=None if k else "spiral")
        axes[1].plot(*solved[:, k].T, "r.", markersize=4, label=None if k else "learned")
    axes[1].legend(loc="upper right")
    axes[1].set(title="vector field and paths", aspect="equal")


showing.save(__file__, draw, panels=2, size=(4, 4))
