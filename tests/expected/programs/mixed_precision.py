"""autocast and GradScaler on the CPU: which operation computes in which dtype, and a loop that scales and skips."""

import torch
import torch.nn.functional as F
from torch import nn

torch.manual_seed(0)
x, batch = torch.randn(4, 4), torch.randn(2, 4, 4)
labels, half = torch.tensor([0, 1, 2, 3]), torch.randn(4, 4).bfloat16()
EXPRESSIONS = """
x @ x | x[0] @ x[0] | torch.mm(x, half) | torch.bmm(batch, batch) | torch.addmm(x, x, x) | torch.baddbmm(batch, batch, batch)
torch.addbmm(x, batch, batch) | torch.einsum("ij,jk->ik", x, x) | torch.tensordot(x, x, 1) | torch.inner(x, x)
torch.linalg.multi_dot([x, x]) | torch.linalg.vecdot(x, x) | F.linear(x, x) | F.conv2d(batch[None], batch[None])
F.scaled_dot_product_attention(batch, batch, batch) | torch.matmul(x.double(), x.double()) | F.bilinear(x, x, batch)
torch.mv(x, x[0]) | torch.dot(x[0], x[0]) | torch.outer(x[0], x[0]) | torch.addmv(x[0], x, x[0]) | torch.kron(x, x)
F.cross_entropy(half, labels) | F.nll_loss(half, labels) | F.mse_loss(half, x) | F.l1_loss(half, half) | F.huber_loss(half, half)
F.smooth_l1_loss(half, half) | F.binary_cross_entropy_with_logits(half, half) | F.soft_margin_loss(half, half)
F.cosine_embedding_loss(half, half, torch.ones(4)) | torch.cdist(x, x) | torch.trace(half) | torch.prod(half)
torch.quantile(half, 0.5) | torch.cat([half, x]) | torch.stack([half, x]) | torch.cat([half, half]) | half + x | half * 2.0
torch.where(x > 0, half, x) | half**2 | half.sum() | half.exp() | F.softmax(half, 1) | F.gelu(half) | F.layer_norm(half, (4,))
F.embedding(labels, x) | nn.Linear(4, 2)(x) | nn.RNN(4, 4)(batch)[1] | nn.LSTM(4, 4)(batch)[0] | nn.GRU(4, 4)(batch)[0]
nn.MultiheadAttention(4, 2)(batch, batch, batch)[0] | nn.LayerNorm(4)(x) | nn.BatchNorm1d(4)(half)
"""
with torch.autocast("cpu", dtype=torch.bfloat16):
    for text in EXPRESSIONS.strip().replace("\n", " | ").split(" | "):
        print(text, eval(text).dtype)
    with torch.autocast("cpu", enabled=False):
        print((x @ x).dtype, torch.is_autocast_enabled("cpu"))
    print(torch.is_autocast_enabled("cpu"), torch.get_autocast_dtype("cpu"), torch.is_autocast_enabled("cuda"))
print((x @ x).dtype)


@torch.autocast("cpu", dtype=torch.float16)
def product(a, b):
    return a @ b


print(product(x, x).dtype, torch.get_autocast_dtype("cpu"))
with torch.autocast("cuda", dtype=torch.float16):  # there is none: a warning, and nothing changes
    print((x @ x).dtype)


class Scaled(torch.autograd.Function):
    @staticmethod
    @torch.amp.custom_fwd(device_type="cpu", cast_inputs=torch.float32)
    def forward(ctx, a):
        ctx.save_for_backward(a)
        return a @ a

    @staticmethod
    @torch.amp.custom_bwd(device_type="cpu")
    def backward(ctx, g):
        (a,) = ctx.saved_tensors
        return g @ a.T + a.T @ g


leaf = x.clone().requires_grad_()
with torch.autocast("cpu"):
    out = Scaled.apply(leaf.bfloat16())
    loss = F.mse_loss(leaf @ leaf, x)
out.sum().backward(retain_graph=True)
loss.backward()
print(out.dtype, loss.dtype, leaf.grad.dtype, type(loss.grad_fn).__name__)

net = nn.Sequential(nn.Linear(4, 16), nn.ReLU(), nn.Linear(16, 4))
optimizer = torch.optim.AdamW(net.parameters(), lr=1e-2)
scaler = torch.amp.GradScaler("cpu", init_scale=8.0, growth_interval=2)
for step in range(6):
    loss = F.cross_entropy(net(x), labels) * (float("inf") if step == 3 else 1.0)
    scaler.scale(loss).backward()
    if step % 2:
        scaler.unscale_(optimizer)
        nn.utils.clip_grad_norm_(net.parameters(), 1.0)
    scaler.step(optimizer)
    scaler.update()
    optimizer.zero_grad()
    print(step, f"{loss.item():.4f}", scaler.get_scale(), f"{net[0].weight.sum().item():.4f}")
print(scaler.state_dict())
for wrong in (
    lambda: scaler.step(optimizer),
    lambda: scaler.update(),
    lambda: scaler.scale(3),
    lambda: scaler.load_state_dict({}),
    lambda: torch.amp.GradScaler("cpu", growth_factor=1.0),
    lambda: torch.amp.GradScaler("cpu").update(),
    lambda: torch.autocast("foo"),
    lambda: torch.autocast(3),
):
    try:
        print(wrong())
    except Exception as error:
        print(type(error).__name__, error)
off = torch.amp.GradScaler("cuda")
print(off.is_enabled(), off.get_scale(), off.state_dict(), off.scale(loss) is loss)
