"""Special functions, sums by subscripts and what is refused of them, puzzles in broadcasting, dtypes of mixtures."""

import torch, math, itertools

torch.set_printoptions(precision=5)
torch.manual_seed(0)
x = torch.linspace(0.1, 4, 5, dtype=torch.float64)
names = "airy_ai bessel_j0 bessel_j1 bessel_y0 digamma entr erf erfc erfcx erfinv exp2 expit expm1 gammainc gammaincc gammaln i0 i0e i1 i1e log1p log_ndtr log_softmax logit logsumexp modified_bessel_i0 modified_bessel_k1 multigammaln ndtr ndtri polygamma psi round scaled_modified_bessel_k0 sinc softmax spherical_bessel_j0 xlog1py xlogy zeta chebyshev_polynomial_t hermite_polynomial_h laguerre_polynomial_l legendre_polynomial_p".split()
for n in names:
    f = getattr(torch.special, n)
    if not callable(f):
        continue
    for args in ((x,), (x, 2 * x), (torch.arange(5), x), (x, x + 1, x / 5), (x, 0)):
        try:
            r = f(*args)
            print(n, len(args), r if not isinstance(r, tuple) else r[0])
            break
        except (TypeError, RuntimeError, IndexError):
            continue
A, B, C = torch.randn(3, 4), torch.randn(4, 5), torch.randn(2, 3, 4)
S = torch.randn(3, 3)
for eq, ops in {
    "ij,jk->ik": (A, B),
    "ij->ji": (A,),
    "ii": (S,),
    "ii->i": (S,),
    "ij,ij->": (A, A),
    "bij,jk->bik": (C, B),
    "...ij,...jk->...ik": (C, B),
    "i,j->ij": (A[:, 0], B[0]),
    "ij,kj->ik": (A, A),
    "bij,bij->b": (C, C),
    "bij->bj": (C,),
    "ab,bc,cd->ad": (A, B, B.T),
    "bij,bkj->bik": (C, C),
    " i j , j k ": (A, B),
    "ij...->...ji": (C.permute(1, 2, 0),),
    "IJ,JK->IK": (A, B),
    "aij,aik,ajk->a": (C, torch.ones(2, 3, 2), torch.ones(2, 4, 2)),
    "i,i,i->i": (A[:, 0],) * 3,
    "ij,j": (A, B[:, 0]),
    "b...->...": (C,),
}.items():
    r = torch.einsum(eq, *ops)
    print(f"{eq:22s}", tuple(r.shape), "%.5f" % r.sum().item())
print(torch.einsum(A, [0, 1], B, [1, 2], [0, 2]).sum())
for bad in (("ij,jk->ik", A), ("ij->ik", A), ("ij,jk", A, A), ("i", A), ("ij->ii", A), ("i->", 3.0), ("ij,", A)):
    try:
        print(torch.einsum(*bad).shape)
    except Exception as e:
        print(type(e).__name__, str(e).split("\n")[0])
# tensor puzzles: no loops, only arange/where/broadcast
ar = torch.arange
where = torch.where
ones = lambda n: (ar(n) >= 0) * 1
tot = lambda a: a @ ones(len(a))
outer = lambda a, b: a[:, None] * b[None]
diag = lambda a: a[ar(a.shape[0]), ar(a.shape[0])]
eye = lambda j: (ar(j)[:, None] == ar(j)) * 1
triu = lambda j: where(ar(j)[:, None] <= ar(j), 1, 0)
cumsum = lambda a: a @ triu(a.shape[0])
diff = lambda a, i: where(ar(i) > 0, a - a[ar(i) - 1], a)
vstack = lambda a, b: where(ar(2)[:, None] == 0, a[None, :], b[None, :])
roll = lambda a, i: a[(ar(i) + 1) % i]
flip = lambda a, i: a[ar(i).flip(0)]
compress = lambda g, v, i: (
    g.to(v.dtype) @ where((cumsum(g * 1) - 1)[:, None] == ar(i), v[:, None], 0) if False else v[g]
)
seqmask = lambda v, l: where(ar(v.shape[1]) < l[:, None], v, 0)
bincount = lambda a, j: ones(a.shape[0]) @ eye(j)[a]
scatter_add = lambda v, l, j: v @ eye(j)[l]
flatten = lambda a, i, j: a[ar(i * j) // j, ar(i * j) % j]
linspace = lambda i, j, n: i + ar(n) * (j - i) / max(1, n - 1)
heavi = lambda a: where(a == 0, 0.5, where(a > 0, 1.0, 0.0))
rep = lambda a, d: ones(d)[:, None] * a
bucketize = lambda v, b: (v[:, None] >= b).sum(1)
v = torch.tensor([3, 1, 4, 1, 5])
print(
    tot(v),
    outer(v, v)[1],
    diag(S),
    eye(3),
    triu(3),
    cumsum(v),
    diff(v, 5),
    vstack(v, v),
    roll(v, 5),
    flip(v, 5),
    compress(v > 2, v, 5),
    seqmask(outer(v, v), torch.tensor([1, 2, 3, 4, 5])),
    bincount(v, 6),
    scatter_add(v, torch.tensor([0, 0, 1, 2, 2]), 3),
    flatten(A, 3, 4).sum(),
    linspace(0.0, 1.0, 5),
    heavi(v - 3),
    rep(v, 2),
    bucketize(v, torch.tensor([2, 4])),
    (ones(3) * 2).dtype,
    where(v > 2, 1, 0.0).dtype,
    (v > 2) * 1.5,
    v @ v,
    (v > 2).sum().dtype,
    v.float() @ v.float(),
)
e = torch.ops.aten.add(v, 1)
print(e, torch.ops.aten.mm.default(A, B).sum() if hasattr(torch.ops.aten.mm, "default") else "")
for a, b in itertools.product(
    (
        torch.tensor(1),
        torch.tensor(1.0),
        torch.tensor([1]),
        torch.tensor([1.0], dtype=torch.float64),
        torch.tensor(True),
        2,
        2.5,
        1j,
        True,
    ),
    repeat=2,
):
    if isinstance(a, torch.Tensor):
        print((a + b).dtype, (a * b).dtype, torch.result_type(a, b), end="; ")
print()
print(
    *[
        f"{a}|{b}={torch.promote_types(a, b)}"
        for a, b in itertools.combinations(
            (
                torch.uint8,
                torch.int8,
                torch.int64,
                torch.float16,
                torch.bfloat16,
                torch.float64,
                torch.complex64,
                torch.bool,
            ),
            2,
        )
    ]
)
z = torch.polar(torch.tensor([1.0, 2.0]), torch.tensor([0.5, -3.0]))
print(
    z,
    z.abs(),
    z.angle(),
    z.conj(),
    z.real,
    z.imag,
    z * z.conj(),
    z.exp(),
    z.log(),
    z.sqrt(),
    z**2,
    torch.view_as_real(z),
    z.sum(),
    z.mean(),
    z.prod(),
    1 / z,
    z == z,
    z.isreal(),
    z.tolist(),
    torch.is_complex(z),
    torch.complex(torch.ones(1), torch.zeros(1)),
    z.sgn(),
    torch.sinc(x),
    torch.hypot(torch.tensor(3.0), torch.tensor(4.0)),
    torch.logaddexp(x, x),
    torch.logaddexp2(x, -x),
    torch.xlogy(torch.zeros(1), torch.zeros(1)),
    torch.heaviside(torch.tensor([-1.0, 0, 2]), torch.tensor(0.5)),
    torch.float_power(2, torch.tensor([3])),
    torch.deg2rad(torch.tensor(180.0)),
    torch.erfinv(torch.tensor(0.5)),
    torch.lgamma(x),
    torch.digamma(x),
    torch.polygamma(2, x),
    torch.mvlgamma(x + 2, 2),
    torch.igamma(x, x),
    torch.i0(x),
    torch.nanmean(torch.tensor([1.0, float("nan")])),
    torch.nansum(torch.tensor([1.0, float("nan")])),
    torch.nanmedian(torch.tensor([3.0, float("nan"), 1.0])),
    torch.aminmax(x),
    torch.logcumsumexp(x, 0),
    torch.cummin(x.flip(0), 0),
    torch.renorm(A, 2, 0, 1.0).norm(dim=1),
    torch.dist(A, A * 2, 3),
    torch.rsqrt(x),
    torch.expm1(x),
    torch.trunc(-x),
    torch.frac(x),
    torch.round(x, decimals=1),
    torch.clip(x, 0.5, torch.tensor(2.0)) if False else x.clip(0.5, 2),
    torch.lerp(x, x + 1, 0.3),
    torch.fmax(torch.tensor(float("nan")), torch.tensor(1.0)),
    torch.std_mean(A, 1, correction=0),
    torch.cov(A),
    sep="\n",
)
torch.set_printoptions(profile="default", sci_mode=None)
nan = float("nan")
for values, bins in (([0.0, 1e37], 100), ([-1e38, 1e38], 5), ([1e8] * 3, 4), ([1e8] * 3, 1), ([-1e36, 2e36], 3)):
    print(
        *[torch.histc(torch.tensor(values, dtype=d), bins).nonzero().flatten() for d in (torch.float32, torch.float64)]
    )
print(
    torch.heaviside(torch.tensor([nan, -1, 0, 2]), torch.tensor([3.0, nan, 5, 6])),
    torch.full((1,), nan).heaviside_(torch.ones(1)),
)
print(torch.heaviside(torch.tensor([0, 1], dtype=torch.uint8), torch.tensor([9], dtype=torch.uint8)))
