"""Selective checkpoints by torch.ops.aten, and the Wishart distribution."""

import warnings
from functools import partial

import torch
from torch import nn
from torch.distributions import Wishart, kl_divergence
from torch.utils.checkpoint import CheckpointPolicy, checkpoint, create_selective_checkpoint_contexts

warnings.simplefilter("ignore")


def tried(f):
    try:
        return f()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def policy(ctx, op, *args, **kwargs):
    if op in (torch.ops.aten.mm.default, torch.ops.aten.addmm.default):
        return CheckpointPolicy.MUST_SAVE
    return CheckpointPolicy.PREFER_RECOMPUTE


torch.manual_seed(0)
print(torch.ops.aten.mm, torch.ops.aten.mm.default, [torch.ops.aten.add.Tensor], [torch.ops.aten.mm])
print(
    torch.ops.aten.mm.default(torch.eye(2), torch.ones(2, 2)), torch.ops.aten.mm.default in [torch.ops.aten.mm.default]
)
net, x = (
    nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Dropout(0.3), nn.Linear(4, 1)),
    torch.randn(5, 3, requires_grad=True),
)
for chosen in (policy, [torch.ops.aten.addmm.default]):
    torch.manual_seed(1)
    context = partial(create_selective_checkpoint_contexts, chosen)
    checkpoint(net, x, use_reentrant=False, context_fn=context).sum().backward()
    print(x.grad[0], net[0].weight.grad.norm())
print(
    tried(lambda: create_selective_checkpoint_contexts(3)),
    tried(lambda: create_selective_checkpoint_contexts([torch.mm]))[:60],
)
print(tried(lambda: create_selective_checkpoint_contexts([torch.ops.aten.mm]))[-60:], list(CheckpointPolicy)[:2])

root = torch.tensor([[1.0, 0.0], [0.5, 2.0]], requires_grad=True)
df = torch.tensor([4.0, 5.5], requires_grad=True)
for d in (
    Wishart(df, scale_tril=root.tril()),
    Wishart(df, root @ root.mT),
    Wishart(df[0], precision_matrix=torch.eye(2) * 2),
):
    with torch.no_grad():
        print(d, d.batch_shape, d.event_shape, d.entropy().detach(), d.expand((3, 2)).batch_shape, d.support)
        print([m.detach() for m in (d.mean, d.mode, d.variance, d.covariance_matrix, d.precision_matrix, d.scale_tril)])
        print(d.sample(), d.sample((2,)).shape)
    (d.log_prob(torch.eye(2) * 3).sum() + d.rsample().sum()).backward()
    print(root.grad, df.grad)
scale = torch.tensor([2.0, 0.5], requires_grad=True)
normal = torch.distributions.MultivariateNormal(torch.zeros(2), torch.diag(scale))
with torch.no_grad():
    print(normal.entropy())
normal.log_prob(torch.ones(2)).backward()
print(scale.grad)
p, q = Wishart(torch.tensor(4.0), torch.eye(3)), Wishart(torch.tensor(5.0), torch.eye(3) * 2)
print(kl_divergence(p, q).detach(), kl_divergence(q, p).detach())
for wrong in (
    lambda: Wishart(torch.tensor(0.5), torch.eye(2)),
    lambda: Wishart(torch.tensor(3.0), torch.eye(2), torch.eye(2)),
    lambda: Wishart(torch.tensor(3.0)),
    lambda: Wishart(torch.tensor(3.0), torch.ones(2)),
):
    print(tried(wrong))
