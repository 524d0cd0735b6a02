"""What may be asked for beside the operands, and what is said where it may not: windows of signals, memory formats, options of
compilation, dtypes of generators, out= of what makes Tensors."""

import warnings

import torch
import torch.nn.functional as F
from torch import nn
from torch.signal import windows

warnings.simplefilter("always")


def show(f):
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        try:
            print(f())
        except Exception as e:
            print(type(e).__name__, str(e)[:300])
    for w in caught:
        if "torch.jit" in str(w.message):  # (which torch's compiler says of itself)
            continue
        print("   ", w.category.__name__, str(w.message).partition(" (Triggered")[0][:200])


for name in windows.__all__:
    window, more = getattr(windows, name), {"a": [0.5, 0.3, 0.2]} if name == "general_cosine" else {}
    print(name, *[window(n, sym=sym, **more) for n in (0, 1, 2, 5) for sym in (True, False)])
    print(window(4, dtype=torch.float64, requires_grad=True, **more))
x = torch.ones(2)
image = torch.empty(2, 3, 4, 4, memory_format=torch.channels_last)
likes = (
    torch.ones_like(image, memory_format=torch.contiguous_format),
    torch.zeros_like(x.expand(2, 3, 4, 2), memory_format=torch.channels_last),
)
print(image.stride(), image.clone().stride(), *[t.stride() for t in likes])
for f in (
    lambda: windows.gaussian(5, std=0.9), lambda: windows.exponential(5, tau=3.0, center=1, sym=False), lambda: windows.kaiser(6, beta=3),
    lambda: windows.general_hamming(5, alpha=0.3), lambda: windows.hann(-1), lambda: windows.nuttall(3, dtype=torch.long),
    lambda: windows.gaussian(3, std=0), lambda: windows.exponential(3, tau=-1), lambda: windows.exponential(3, center=1),
    lambda: windows.kaiser(3, beta=-1), lambda: windows.general_cosine(3), lambda: windows.general_cosine(3, a=[]),
    lambda: windows.cosine(3, foo=1), lambda: x.contiguous(torch.channels_last), lambda: torch.empty(2, 3, memory_format=torch.channels_last),
    lambda: torch.empty_like(x, memory_format=torch.channels_last), lambda: image.contiguous(memory_format=torch.preserve_format),
    lambda: torch.compile(lambda x: x, mode="fast"), lambda: torch.compile(lambda x: x, backend="nope"),
    lambda: torch.compile(lambda x: x, mode="default", options={}), lambda: torch.compile(mode="fast")(lambda x: x),
    lambda: torch.compile(lambda x: x, dynamic="a"), lambda: torch._dynamo.list_backends(), lambda: torch.get_autocast_gpu_dtype(),
    lambda: torch.set_float32_matmul_precision("low"), lambda: torch.set_float32_matmul_precision(3), lambda: torch.Generator("cuda"),
    lambda: torch.Generator("meta"), lambda: torch.Tensor([1], dtype=torch.int), lambda: torch.LongTensor([1], foo=1),
    lambda: torch.clamp(x, "0", 1), lambda: x.clamp(max="3"), lambda: x.var(0, True, correction=1), lambda: torch.vstack([]),
    lambda: torch.dstack([]), lambda: torch.meshgrid([], indexing="ij"), lambda: F.pad(x[None, None], (1, 1), mode="mirror"),
    lambda: torch.ones(2, requires_grad="a"), lambda: torch.max(x, 0).foo, lambda: F.linear(torch.tensor(1.0), torch.ones(2, 2)),
    lambda: F.binary_cross_entropy(torch.tensor([0.5]), torch.tensor([2.0])), lambda: torch.Tensor.register_hook(x),
    lambda: nn.MultiheadAttention(8, 2, kdim=3, vdim=5)(torch.ones(2, 1, 8), torch.ones(2, 1, 3), torch.ones(2, 1, 8)),
    lambda: torch.func.functional_call(nn.Linear(1, 1), {"x": 3}, x), lambda: torch.func.jacfwd(torch.sin, randomness="x")(x),
    lambda: torch.randperm(300, dtype=torch.uint8),
    lambda: torch.randperm(3000, dtype=torch.half), lambda: torch.zeros(2, out=torch.ones(3)), lambda: torch.arange(2, out=torch.ones(3).long()),
    lambda: torch.add(x, x, out=torch.ones(3)),
):  # fmt: skip
    show(f)


class Listed(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 3

    @staticmethod
    def backward(ctx, g):
        return [g]


show(lambda: Listed.apply(torch.ones(2, requires_grad=True)).sum().backward())

# Means of whole images say in which format they lie
for image in (torch.arange(24.0).reshape(2, 3, 2, 2), torch.arange(24.0).reshape(1, 3, 2, 2, 2)):
    k = image.dim() - 2
    last = image.to(memory_format=(torch.channels_last, torch.channels_last_3d)[k - 2]).requires_grad_()
    pool = (F.adaptive_avg_pool2d, F.adaptive_avg_pool3d)[k - 2]
    for x in (image, last, last[:1], last.double(), last[:0], last[0]):
        mean = pool(x, 1)
        print(mean.stride(), mean._version, type(mean.grad_fn).__name__, mean.flatten()[:3])
    mean = pool(last, 1)
    print((mean * 2).stride(), mean.relu().stride(), k == 3 or F.conv2d(mean, torch.ones(4, 3, 1, 1)).stride())
    (mean**2).sum().backward()
    print(last.grad.stride(), last.grad.flatten()[:3])

# A part that padding leaves lies as it did
q = torch.arange(120.0).reshape(2, 3, 4, 5).permute(3, 1, 2, 0).requires_grad_()
for pads in ((-1, 0), (0, 0), (1, -1), (-1, 0, 0, 0, -1, 0), (0, 0, -1, -2), (0, -1, 1, 0), ()):
    part = F.pad(q, pads)
    print(part.stride(), part._is_view(), type(part.grad_fn).__name__, part.sum(), part.detach().flatten()[:3])
    part.square().sum().backward()
    print(q.grad.stride(), q.grad.sum())
    q.grad = None
print(F.pad(q.detach(), (-1, 0), value=3.0).shape, F.pad(q.int(), (0, 0, -1, -1)).dtype, F.pad(q > 3, (0, 0)).dtype)
show(lambda: F.pad(q, (-2, -1)))
show(lambda: F.pad(q, (-1, 0), mode="reflect").shape)

# The nodes of norms in half precision
for dtype in (torch.bfloat16, torch.float16):
    x, scale, row = (
        torch.ones(2, 4, 6, dtype=dtype, requires_grad=True),
        torch.ones(6, dtype=dtype),
        torch.ones(4, dtype=dtype),
    )
    norms = (
        lambda: F.layer_norm(x, (6,)),
        lambda: F.layer_norm(x, (6,), scale, scale),
        lambda: F.layer_norm(x, (6,), scale.float(), scale.float()),
        lambda: F.group_norm(x, 2),
        lambda: F.group_norm(x, 2, row, row),
        lambda: F.rms_norm(x, (6,)),
        lambda: F.rms_norm(x, (6,), scale),
    )
    for norm in norms:
        show(lambda: (type(norm().grad_fn).__name__, norm().dtype))
    print(nn.LayerNorm(6, dtype=dtype)(x)[0, 0])
