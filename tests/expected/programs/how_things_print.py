"""How Tensors, modules, optimizers, nodes and named results print."""

# ruff: noqa: UP031, UP032  (every way of putting a Tensor in a text)
import warnings

import torch
import torch.nn as nn

warnings.simplefilter("ignore")
torch.manual_seed(0)
for t in (
    torch.zeros(0),
    torch.zeros(2, 0),
    torch.tensor(1),
    torch.tensor([1.5, float("nan"), -float("inf")]),
    torch.tensor([1e-10, 1.0]),
    torch.tensor([1e10, 1]),
    torch.tensor([123456789.0]),
    torch.tensor([0.1, 100000.0]),
    torch.arange(2000),
    torch.rand(3, 4).double(),
    torch.tensor([True, False]),
    torch.tensor([1 + 2j, 3.5 - 1j]),
    torch.randn(2, 2, 2),
    torch.rand(40, 40)[:3],
    torch.tensor([[1, -2], [300, 4]]),
    torch.ones(2).half(),
    torch.ones(2).bfloat16(),
    torch.tensor([1, 2], dtype=torch.uint8),
    torch.ones(2, requires_grad=True),
    torch.ones(2, requires_grad=True) * 2,
    torch.ones(1).expand(3, 3),
    torch.randn(1200).view(30, 40),
    torch.tensor([-0.0]),
    torch.tensor([1.0, 2, 3]) / 3,
    torch.tensor(float("nan")),
    torch.tensor([0.00001, 1000.0]),
    torch.tensor([[0.1, 22.22], [333.333, 4444.4444]]),
):
    print(t)
print(
    [torch.tensor(1), torch.ones(2)],
    {"a": torch.ones(1)},
    (torch.zeros(1),),
    f"{torch.tensor(3.14159):.2f}",
    f"{torch.tensor(5)}",
    "%d %s" % (torch.tensor(7), torch.tensor(8)),
    "{:>8}".format(torch.tensor(2).item()),
    str(torch.Size([1, 2])),
    repr(torch.float32),
    repr(torch.device("cpu")),
    torch.tensor([1]).type(),
    nn.Parameter(torch.ones(1)),
    [p.shape for p in nn.Linear(2, 1).parameters()],
)
for m in (
    nn.Linear(2, 3, bias=False),
    nn.Conv1d(1, 2, 3, stride=2, padding=1, dilation=2, groups=1, padding_mode="circular"),
    nn.ConvTranspose2d(1, 2, 3, output_padding=0),
    nn.BatchNorm2d(3, momentum=None, affine=False),
    nn.GRU(1, 2, 2, batch_first=True, bidirectional=True, dropout=0.1),
    nn.Transformer(4, 2, 1, 1, 8),
    nn.MultiheadAttention(4, 2),
    nn.Embedding(3, 2, padding_idx=0, max_norm=1.0),
    nn.EmbeddingBag(3, 2),
    nn.LSTMCell(1, 2),
    nn.AdaptiveAvgPool2d((1, None)),
    nn.MaxPool2d(2, ceil_mode=True),
    nn.Upsample(scale_factor=2.0, mode="bilinear"),
    nn.Softmax(-1),
    nn.LogSoftmax(1),
    nn.GELU("tanh"),
    nn.LeakyReLU(0.1, True),
    nn.PReLU(3),
    nn.Threshold(1, 2),
    nn.Dropout(0.3, True),
    nn.LayerNorm([2, 3]),
    nn.GroupNorm(1, 2),
    nn.CrossEntropyLoss(),
    nn.CosineSimilarity(),
    nn.Flatten(),
    nn.Unflatten(1, (2, 2)),
    nn.PixelShuffle(2),
    nn.ZeroPad2d(1),
    nn.Bilinear(1, 2, 3),
    nn.Hardtanh(-2, 2),
    nn.RReLU(),
    nn.Softplus(2),
    nn.ParameterList([torch.ones(2)]),
    nn.ParameterDict({"a": torch.ones(1, 2)}),
    nn.ModuleDict({"x": nn.ReLU(), "y": nn.Sequential(nn.Tanh(), nn.ModuleList())}),
    nn.ModuleList([nn.Linear(1, 1)] * 3),
    nn.Sequential(),
    nn.Identity(3),
    nn.LazyLinear(3),
    nn.RMSNorm(3),
    nn.InstanceNorm1d(2),
    nn.Fold((2, 2), 1),
    nn.AvgPool1d(2),
    nn.LPPool2d(2, 2),
    nn.FractionalMaxPool2d(2, output_size=2),
    nn.TripletMarginLoss(),
    nn.CTCLoss(),
    nn.AdaptiveLogSoftmaxWithLoss(4, 6, [2]),
    nn.utils.parametrizations.spectral_norm(nn.Linear(2, 2)),
    nn.utils.weight_norm(nn.Linear(1, 1)),
    nn.DataParallel(nn.ReLU()),
):
    print(m)
w = [torch.ones(1, requires_grad=True)]
for o in (
    torch.optim.SGD(w, 0.1),
    torch.optim.Adam(w),
    torch.optim.AdamW(w, fused=False),
    torch.optim.LBFGS(w),
    torch.optim.RMSprop(w),
    torch.optim.Adagrad(w),
):
    print(o)
for g in (
    torch.ones(1, requires_grad=True).exp().grad_fn,
    (torch.ones(2, 2, requires_grad=True) @ torch.ones(2, 2)).grad_fn,
    torch.ones(1, requires_grad=True)[0].grad_fn,
):
    print(g, g.name(), g.next_functions)
print(
    torch.max(torch.eye(2), 0),
    torch.sort(torch.tensor([2, 1])),
    torch.linalg.svd(torch.eye(2)),
    torch.eye(2).unique(return_counts=True),
    torch.topk(torch.arange(3), 2),
    torch.eye(2).mode(),
    torch.linalg.slogdet(torch.eye(2)),
    torch.nn.utils.rnn.pack_sequence([torch.ones(1)]),
)
