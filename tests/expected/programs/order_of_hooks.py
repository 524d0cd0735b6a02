"""In which order hooks of leaves are called: of one operation with several operands, of one that is made of several steps, of sums of
many leaves, of random graphs, of walks to some of the leaves."""

import random

import torch
import torch.nn.functional as F
from torch import nn


def rand(*shape):
    return torch.rand(*shape).requires_grad_()


def order(name, out, leaves, *args, **options):
    """Print in which order the leaves {name: leaf} get their gradients."""
    told = []
    handles = [p.register_hook(lambda g, n=n: told.append(n)) for n, p in leaves.items()]
    try:
        out = out(*args)
        (out[0] if isinstance(out, tuple) else out).sum().backward(**options)
        print(name, *told)
    except RuntimeError as error:
        print(name, error)
    for handle in handles:
        handle.remove()


torch.manual_seed(0)
x, w, b, c = (rand(2, 4) for _ in range(4))
v, u, t = (rand(4) for _ in range(3))
six = {n: rand(2, 4) for n in "abcdef"}
image, kernel, turned, bias = rand(2, 3, 5, 5), rand(4, 3, 2, 2), rand(3, 4, 2, 2), rand(4)
q, k, s = (rand(1, 2, 3, 4) for _ in range(3))
xw, xwb = {"x": x, "w": w}, {"x": x, "w": w, "b": b}
xvu = {"x": x, "v": v, "u": u}
for name in "add sub mul div pow atan2 maximum hypot xlogy fmod logaddexp cdist kron inner dist trapezoid".split():
    order(name, getattr(torch, name), xw, x, w)
for name in "addcmul addcdiv lerp clamp".split():
    order(name, getattr(torch, name), xwb, x, w, b)
order("addmm", lambda: torch.addmm(b[:, :2], x, w.T), xwb)
order("addr", lambda: torch.addr(b, x[:, 0], w[0]), xwb)
order("addmv", lambda: torch.addmv(b[:, 0], x, w[0]), xwb)
order("baddbmm", lambda: torch.baddbmm(b[:, :2][None], x[None], w.T[None]), xwb)
order("einsum", lambda: torch.einsum("ij,ij,ij->i", x, w, b), xwb)
order("multi_dot", lambda: torch.linalg.multi_dot([x, w.T, b]), xwb)
order("cross", lambda: torch.cross(x[:, :3], w[:, :3], dim=1), xw)
for name in "mse_loss l1_loss smooth_l1_loss huber_loss kl_div poisson_nll_loss cosine_similarity".split():
    order(name, getattr(F, name), xw, x, w)
order("kl_div of logarithms", lambda: F.kl_div(x, w, log_target=True), xw)
order("cosine_embedding_loss", lambda: F.cosine_embedding_loss(x, w, torch.ones(2)), xw)
order("triplet_margin_loss", lambda: F.triplet_margin_loss(x, w, b, swap=True), xwb)
order("gaussian_nll_loss", lambda: F.gaussian_nll_loss(x, w, b), xwb)
order("binary_cross_entropy", lambda: F.binary_cross_entropy(x, w), xw)
order("with weights", lambda: F.binary_cross_entropy(x, w, b), xwb)
order("with logits", lambda: F.binary_cross_entropy_with_logits(x, w, pos_weight=c), {**xw, "c": c})
order("with logits and weights", lambda: F.binary_cross_entropy_with_logits(x, w, b), xwb)
order("conv2d", lambda: F.conv2d(image, kernel, bias), {"x": image, "w": kernel, "b": bias})
order("conv1d", lambda: F.conv1d(image[0], kernel[0], bias[:3]), {"x": image, "w": kernel, "b": bias})
order("conv_transpose2d", lambda: F.conv_transpose2d(image, turned, bias), {"x": image, "w": turned, "b": bias})
order("batch_norm", lambda: F.batch_norm(x, None, None, v, u, True), xvu)
order("batch_norm by running figures", lambda: F.batch_norm(x, t.detach(), t.detach(), v, u), xvu)
order("layer_norm", lambda: F.layer_norm(x, (4,), v, u), xvu)
order("group_norm", lambda: F.group_norm(x, 2, v, u), xvu)
order("instance_norm", lambda: F.instance_norm(x[:, :, None].expand(2, 4, 3), None, None, v, u), xvu)
order("rms_norm", lambda: F.rms_norm(x, (4,), v), {"x": x, "v": v})
order("attention", lambda: F.scaled_dot_product_attention(q, k, s), {"q": q, "k": k, "v": s})
order(
    "attention with a mask",
    lambda: F.scaled_dot_product_attention(q, k, s, torch.zeros(3, 3)),
    {"q": q, "k": k, "v": s},
)
trilinear = rand(3, 4, 4)
order("bilinear", lambda: F.bilinear(x, w, trilinear, t[:3]), {**xw, "W": trilinear, "b": t})
for count in range(2, 7):
    order(f"cat of {count}", torch.cat, six, [*six.values()][:count])
order("stack", lambda: torch.stack([*six.values()][::-1]), six)
order("block_diag", lambda: torch.block_diag(*six.values()), six)
order("sums", lambda: six["a"] + six["b"] * six["c"] + six["d"] / six["e"] - six["f"] * six["b"], six)

for module, given in (
    (nn.LSTM(2, 3, 2), rand(4, 1, 2)),
    (nn.LSTM(2, 3, bidirectional=True, batch_first=True), rand(1, 4, 2)),
    (nn.GRU(2, 3, bidirectional=True), rand(4, 1, 2)),
    (nn.GRUCell(2, 3), rand(1, 2)),
    (nn.Linear(2, 3), rand(1, 2)),
    (
        nn.Sequential(nn.Conv2d(1, 2, 3, padding=1, padding_mode="circular"), nn.BatchNorm2d(2), nn.PReLU()),
        rand(1, 1, 4, 4),
    ),
    (nn.TransformerEncoderLayer(4, 2, 8, dropout=0.0), rand(3, 1, 4)),
    (nn.TransformerDecoderLayer(4, 2, 8, dropout=0.0, norm_first=True), rand(3, 1, 4)),
):
    leaves = {"x": given, **dict(module.named_parameters())}
    order(type(module).__name__, module, leaves, *[given] * (2 if "Decoder" in repr(module) else 1))


def summed(*parts):
    return torch.cat(parts).reshape(-1, 3).sum(0)


def normed(x, w, b):
    return F.layer_norm(x, (3,), w, b)


def shuffled(*parts):
    return torch.stack(torch.stack(parts).unbind(1)[:2]).sum(0)


some = random.Random(0)
for number in range(40):
    leaves = {f"{i}": rand(3) for i in range(some.randrange(2, 12))}
    made = list(leaves.values())
    for _ in range(some.randrange(2, 12)):
        many = some.randrange(2, 10)
        kinds = (summed, many), (torch.addcmul, 3), (torch.lerp, 3), (normed, 3), (torch.mul, 2), (shuffled, 3)
        f, count = some.choice(kinds)
        made.append(f(*some.choices(made, k=count)))
    options = {"inputs": some.sample([*leaves.values()], 2)} if number % 3 == 0 else {}
    order(f"graph {number}", torch.add, leaves, *made[-2:], **options)
