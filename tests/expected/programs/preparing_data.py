"""Preparing data: bins, places in sorted rows, quantiles, groups, splits, counts, masks, and what is said of wrong arguments."""

import torch, numpy as np

torch.manual_seed(0)
torch.set_printoptions(precision=3)
x = torch.randn(20)
b = torch.linspace(-1.5, 1.5, 5)
print(
    torch.bucketize(x, b),
    torch.bucketize(x, b, right=True),
    torch.searchsorted(b, torch.tensor([[-2.0, 0.0], [0.75, 9.0]])),
    torch.searchsorted(b, 0.75, side="right"),
    torch.bucketize(3, b),
)
srt = torch.tensor([[1, 3, 5], [2, 4, 6]])
print(
    torch.searchsorted(srt, torch.tensor([[3], [4]])),
    torch.searchsorted(srt, torch.tensor([[3], [4]]), out_int32=True).dtype,
    torch.searchsorted(torch.tensor([3, 1, 2]), 2, sorter=torch.tensor([1, 2, 0])),
)
for bad in (
    lambda: torch.searchsorted(srt, torch.tensor([[1]])),
    lambda: torch.searchsorted(b, x, side="mid"),
    lambda: torch.bucketize(x, torch.ones(2, 2)),
    lambda: torch.quantile(x, 1.5),
    lambda: torch.quantile(x.int(), 0.5),
    lambda: torch.histc(x, bins=0),
    lambda: torch.bincount(torch.tensor([-1])),
    lambda: torch.bincount(x),
    lambda: torch.tensor_split(x, -1),
    lambda: torch.histogram(x, bins=3, range=(2.0, 1.0)),
    lambda: torch.nn.functional.one_hot(torch.tensor([-1])),
    lambda: torch.nn.functional.one_hot(x),
    lambda: torch.nn.functional.one_hot(torch.tensor([5]), 3),
    lambda: torch.chunk(x, 0),
    lambda: torch.median(torch.empty(0)),
    lambda: torch.max(torch.empty(0)),
    lambda: torch.argmin(torch.empty(0)),
    lambda: torch.kthvalue(x, 30),
    lambda: torch.topk(x, 30),
    lambda: torch.mode(torch.empty(0)),
    lambda: torch.std(x, dim=3),
    lambda: torch.unflatten(x, 0, (3, 7)),
    lambda: torch.combinations(torch.ones(2, 2)),
    lambda: torch.cartesian_prod(torch.ones(2, 2)),
    lambda: torch.vstack([torch.ones(2), torch.ones(3)]),
):
    try:
        print(bad())
    except Exception as e:
        print(type(e).__name__, str(e).split("\n")[0])
for s in torch.tensor_split(torch.arange(10), 3):
    print(s)
print(
    torch.tensor_split(torch.arange(10), (2, 5)),
    torch.hsplit(torch.ones(2, 4), 2)[0].shape,
    torch.dsplit(torch.ones(1, 2, 4), [1])[1].shape,
    torch.chunk(torch.arange(7), 3),
    torch.split(torch.arange(7), [2, 5]),
    torch.arange(7).unfold(0, 3, 2),
)
g = torch.tensor([0, 1, 0, 2, 1])
v = torch.tensor([1.0, 2, 3, 4, 5])
z = torch.zeros(3)
for r in ("sum", "prod", "mean", "amax", "amin"):
    print(r, z.scatter_reduce(0, g, v, r, include_self=False), z.scatter_reduce(0, g, v, r))
u, inv, cnt = torch.unique(torch.tensor([3, 1, 2, 3, 1]), return_inverse=True, return_counts=True)
print(
    u,
    inv,
    cnt,
    torch.unique_consecutive(torch.tensor([1, 1, 2, 2, 1]), return_counts=True),
    torch.unique(torch.tensor([[1, 2], [1, 2], [0, 1]]), dim=0),
)
print(
    x.quantile(torch.tensor([0.25, 0.5])),
    x.nanquantile(0.5),
    torch.quantile(x, 0.3, interpolation="nearest"),
    torch.nanmean(torch.tensor([1.0, float("nan")])),
    torch.nansum(torch.tensor([1.0, float("nan")])),
    torch.nanmedian(torch.tensor([1.0, float("nan"), 3.0])),
    torch.nan_to_num(torch.tensor([float("inf"), float("nan")]), nan=7.0, posinf=9.0),
)
h = torch.histogram(x, bins=4)
print(h.hist, h.bin_edges, h)
h = torch.histogram(x, torch.tensor([-1.0, 0.0, 1.0]), weight=torch.ones(20) * 2, density=True)
print(h)
print(
    torch.std_mean(x),
    torch.var_mean(x, correction=0),
    torch.aminmax(x),
    x.cummax(0).indices,
    x.cummin(0).values[:3],
    torch.logcumsumexp(x, 0)[-1],
    x.diff(n=2)[:3],
    torch.cov(torch.stack([x, x**2])),
    torch.corrcoef(
        torch.stack([x, x**2]),
    ),
    torch.median(x),
    torch.mode(torch.tensor([1, 2, 2, 3])),
    torch.msort(x)[:3],
    x.argsort(descending=True)[:4],
    torch.rot90(torch.arange(4).view(2, 2)),
    torch.trapz(x),
    x.renorm(2, 0, 1.0) if x.dim() > 1 else None,
    torch.gradient(torch.tensor([1.0, 4, 9, 16]), spacing=(torch.tensor([0.0, 1, 2, 3]),)),
)
n = np.arange(6).reshape(2, 3)
t = torch.from_numpy(n)
n[0, 0] = 99
print(
    t,
    t.numpy() is n,
    np.shares_memory(t.numpy(), n),
    torch.as_tensor(n).dtype,
    torch.tensor(n.astype("float32")).dtype,
    torch.asarray([1, 2.0]),
    np.asarray(t).sum(),
    t.numpy().__class__,
    np.mean(t.float().numpy()),
    np.array([t, t]).shape if False else "",
)
print(
    torch.combinations(torch.arange(4), 2),
    torch.cartesian_prod(torch.arange(2), torch.arange(2)),
    torch.take(x, torch.tensor([0, -1])),
    torch.take_along_dim(srt, torch.tensor([[2], [0]]), 1),
    torch.index_select(srt, 1, torch.tensor([2, 0])),
    torch.masked_select(srt, srt > 2),
    torch.nonzero(srt > 3, as_tuple=True),
    torch.where(srt > 3),
    torch.argwhere(srt > 3),
    srt.flatten().index_add(0, torch.tensor([0, 0]), torch.tensor([1, 1])),
    torch.isin(srt, torch.tensor([1, 4])),
    torch.count_nonzero(srt > 2, dim=1),
    torch.triu_indices(3, 3, 1),
    torch.diag_embed(torch.ones(2)),
    torch.vander(torch.arange(3)),
    torch.clip(srt, 2, 4),
    torch.heaviside(torch.tensor([-1.0, 0, 1]), torch.tensor(0.5)),
    torch.lerp(torch.zeros(1), torch.ones(1), 0.3),
    torch.logit(torch.tensor(0.3)),
    torch.float_power(srt, 2).dtype,
    torch.frexp(torch.tensor(6.0)),
    torch.gcd(torch.tensor(12), torch.tensor(18)),
    torch.bitwise_left_shift(torch.tensor(1), 4),
    torch.signbit(torch.tensor(-0.0)),
    torch.fmod(torch.tensor(-7), 3),
    torch.remainder(torch.tensor(-7), 3),
    torch.div(torch.tensor(-7), 2, rounding_mode="floor"),
    torch.copysign(torch.ones(1), -0.0),
    torch.nextafter(torch.ones(1), torch.tensor(2.0)) - 1,
    torch.sinc(torch.tensor(0.5)),
    torch.hypot(torch.tensor(3.0), torch.tensor(4.0)),
    torch.ldexp(torch.tensor(1.0), torch.tensor(3)),
)
torch.set_printoptions(profile="default")
