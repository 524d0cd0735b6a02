"""Algorithms in whole numbers and bits: life, checksums, sorting networks, sieves, edit distance, conversions and views of bits."""

import torch, numpy as np, zlib


def life(g):
    n = torch.nn.functional.conv2d(
        g[None, None].float(), torch.tensor([[[[1.0, 1, 1], [1, 0, 1], [1, 1, 1]]]]), padding=1
    )[0, 0].int()
    return ((n == 3) | (g.bool() & (n == 2))).byte()


g = torch.zeros(8, 8, dtype=torch.uint8)
g[[0, 1, 2, 2, 2], [1, 2, 0, 1, 2]] = 1
for i in range(4):
    g = life(g)
print(g)
print("\n".join("".join("#" if c else "." for c in r) for r in g.tolist()))
roll = sum(torch.roll(g.long(), (i, j), (0, 1)) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i, j) != (0, 0))
print(roll.sum(), roll.dtype)
tab = torch.arange(256, dtype=torch.int64)
for _ in range(8):
    tab = torch.where((tab & 1).bool(), (tab >> 1) ^ 0xEDB88320, tab >> 1)


def crc(b):
    c = torch.tensor(0xFFFFFFFF)
    for x in b:
        c = tab[(c ^ x) & 0xFF] ^ (c >> 8)
    return int(c ^ 0xFFFFFFFF)


print(hex(crc(b"hello world")), hex(zlib.crc32(b"hello world")), tab[:3], tab.max())
x = torch.tensor([5, -7, 127, -128], dtype=torch.int8)
print(
    x << 1,
    x >> 1,
    ~x,
    x & 3,
    x | 8,
    x ^ -1,
    -x,
    x * 2,
    x + x,
    x // 2,
    x % 5,
    torch.remainder(x, -5),
    torch.fmod(x, 5),
    x.abs(),
    x / 2,
    x**2,
    torch.div(x, 3, rounding_mode="trunc"),
    torch.div(x, 3, rounding_mode="floor"),
    x.float().to(torch.uint8) if False else "",
)
u = torch.tensor([250, 5], dtype=torch.uint8)
print(
    u + 10,
    u - 10,
    u * 2,
    -u,
    u + x[:2],
    u.float() - 300,
    (u.int() - 300),
    u << 2,
    u.bitwise_not(),
    torch.bitwise_left_shift(u, 1),
    u == 250,
    u + 0.5,
    u.sum(),
    u.prod(),
    u.float().mean(),
    torch.gcd(u, torch.tensor(10)),
    torch.lcm(torch.tensor(4), torch.tensor(6)),
)


def bits(t, n=8):
    return t.unsqueeze(-1).bitwise_and(2 ** torch.arange(n - 1, -1, -1)).ne(0).byte()


print(
    bits(torch.tensor([5, 255, 128])),
    (bits(torch.tensor([77])) * 2 ** torch.arange(7, -1, -1)).sum(-1),
    np.packbits(bits(torch.tensor([77])).numpy()),
    torch.tensor(37).bitwise_and(15).item(),
    torch.tensor([True, False]) ^ True,
    torch.tensor([True]) & torch.tensor([1]),
    ~torch.tensor([True, False]),
)


def bitonic(a):
    a = a.clone()
    n = len(a)
    k = 2
    idx = torch.arange(n)
    while k <= n:
        j = k // 2
        while j:
            l = idx ^ j
            m = l > idx
            i, l2 = idx[m], l[m]
            up = (i & k) == 0
            lo, hi = torch.minimum(a[i], a[l2]), torch.maximum(a[i], a[l2])
            a[i] = torch.where(up, lo, hi)
            a[l2] = torch.where(up, hi, lo)
            j //= 2
        k *= 2
    return a


torch.manual_seed(0)
a = torch.randint(-50, 50, (32,))
print(bitonic(a), bitonic(a).equal(a.sort().values))
sieve = torch.ones(60, dtype=torch.bool)
sieve[:2] = False
for i in range(2, 8):
    if sieve[i]:
        sieve[i * i :: i] = False
print(sieve.nonzero().squeeze().tolist(), sieve.nonzero(as_tuple=True)[0].shape)
M = torch.tensor([[1, 1], [1, 0]])
print(torch.linalg.matrix_power(M.double(), 30), M.matrix_power(20))
f = torch.tensor([1, 1, 0])
for _ in range(5):
    f = torch.cat([f, (f[-3:].sum() % 7)[None]])
print(f)
pas = torch.zeros(7, 7, dtype=torch.long)
pas[:, 0] = 1
for i in range(1, 7):
    pas[i, 1:] = pas[i - 1, 1:] + pas[i - 1, :-1]
print(pas)
ed = lambda s, t: (lambda D: D[-1, -1].item())(dp(s, t))


def dp(s, t):
    D = torch.zeros(len(s) + 1, len(t) + 1, dtype=torch.int)
    D[0] = torch.arange(len(t) + 1)
    D[:, 0] = torch.arange(len(s) + 1, dtype=torch.int32)
    for i, a in enumerate(s, 1):
        for j, b in enumerate(t, 1):
            D[i, j] = min(D[i - 1, j] + 1, D[i, j - 1] + 1, D[i - 1, j - 1] + (a != b))
    return D


print(ed("kitten", "sitting"), dp("ab", "ba"))
knap = torch.zeros(11, dtype=torch.long)
for w, v in ((3, 4), (4, 5), (5, 7), (2, 3)):
    knap[w:] = torch.maximum(knap[w:], knap[:-w] + v)
print(knap)
q = torch.tensor([[3, 1, 2], [9, 7, 8]], dtype=torch.int16)
print(
    q.sort(1, descending=True),
    q.argsort(),
    q.median(),
    q.median(1),
    q.mode(),
    q.kthvalue(2),
    torch.topk(q, 2),
    q.unique(return_inverse=True),
    q.cumsum(0),
    q.cumprod(1),
    q.cummax(1),
    q.max(0),
    q.float().std(),
    q.sum(1, dtype=torch.int16),
    q.flip(0, 1),
    q.rot90(),
    torch.tril(q),
    q.trace() if q.size(0) == 9 else q.diagonal(),
    q.view(torch.int8),
    q.element_size(),
    q.nbytes,
)
r = torch.tensor([1.5, -2.0, float("nan"), float("inf")])
print(
    r.view(torch.int32),
    torch.tensor([1065353216], dtype=torch.int32).view(torch.float32),
    r.to(torch.int64)[:2],
    torch.tensor([300, -1]).to(torch.uint8),
    torch.tensor([1.9, -1.9]).long(),
    torch.signbit(r),
    torch.frexp(torch.tensor([8.0, 0.3])),
    torch.ldexp(torch.tensor([1.0]), torch.tensor([3])),
    torch.nextafter(torch.tensor(1.0), torch.tensor(2.0)),
    r.nan_to_num(0.0, 9.0, -9.0),
    torch.copysign(torch.tensor(3.0), r),
)
import hashlib

print(
    hashlib.md5(a.numpy().tobytes()).hexdigest(),
    hash(torch.float32) is not None,
    torch.iinfo(torch.int16),
    torch.finfo(torch.bfloat16).eps,
)
lf = torch.tensor(0b1011, dtype=torch.int32)
s = []
for _ in range(10):
    b = ((lf >> 0) ^ (lf >> 1)) & 1
    lf = (lf >> 1) | (b << 3)
    s.append(lf.item())
print(s)
pm = torch.cartesian_prod(torch.arange(2), torch.arange(3))
print(
    pm.tolist(),
    torch.combinations(torch.arange(4), 2).tolist(),
    torch.tensor([3, 1, 2]).argsort().argsort(),
    torch.bincount(torch.tensor([0, 1, 1, 5]), minlength=8),
    torch.histc(a.float(), 5, -50, 50),
    torch.searchsorted(torch.tensor([1, 3, 5]), torch.tensor([0, 3, 6])),
    torch.isin(a[:5], torch.tensor([-6, 40])),
    a.unique().numel(),
)
lt = torch.logical_xor(torch.tensor([0, 1]), torch.tensor([1, 1]))
print(
    lt,
    torch.any(lt),
    torch.all(lt),
    lt.sum(),
    torch.count_nonzero(lt),
    torch.argwhere(lt),
    lt.int().argmax(),
    torch.block_diag(M, M),
    torch.kron(M, M),
    torch.tensordot(M, M, dims=1),
    M @ M,
    M.float().det(),
    torch.vander(torch.tensor([1, 2, 3])),
    torch.triu_indices(3, 3, 1),
    M.tolist(),
    M.numpy().dtype,
    M.T.contiguous().view(-1),
    torch.stack([M, M]).permute(2, 0, 1)[0],
)
