"""Bits of results: functions of torch on many numbers, compat and torch compared in units of the last place.

    python tests/bits_of_results.py --dtype float32 --points 1000000      (torch has to be installed)

For each call: how many of its numbers are torch's bits, and how far the furthest is away, in units of its own last place ("own") and of that
of the largest figure of the result ("scale"). Rounding accounts for a few units of the scale; more is a fault of one of the two.
"""

import argparse
import pathlib
import sys
import warnings

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]

STORED = {"float32": 23, "float64": 52, "float16": 10, "bfloat16": 7}  # bits of the significand
# Functions of one operand: x is in [-10, 10], p in (0, 20), u in (-1, 1), each evenly spread.
OF_X = """abs neg sin cos tan sinh cosh tanh exp exp2 expm1 sigmoid atan asinh erf erfc square reciprocal frac deg2rad rad2deg sgn
special.erfcx special.ndtr special.log_ndtr special.i0 special.i0e special.i1 special.i1e special.sinc special.bessel_j0 special.bessel_j1
special.airy_ai special.spherical_bessel_j0 special.gammaln special.digamma nn.functional.gelu nn.functional.silu nn.functional.mish
nn.functional.softplus nn.functional.elu nn.functional.selu nn.functional.celu nn.functional.logsigmoid nn.functional.hardswish
nn.functional.softsign nn.functional.tanhshrink nn.functional.hardsigmoid""".split()
OF_P = """log log2 log10 log1p sqrt rsqrt lgamma digamma acosh special.entr special.bessel_y0 special.bessel_y1 special.modified_bessel_i0
special.modified_bessel_i1 special.modified_bessel_k0 special.modified_bessel_k1 special.scaled_modified_bessel_k0 special.scaled_modified_bessel_k1""".split()
OF_U = "asin acos atanh erfinv special.ndtri".split()
POINTWISE = [f"torch.{f}(x)" for f in OF_X] + [f"torch.{f}(p)" for f in OF_P] + [f"torch.{f}(u)" for f in OF_U]
POINTWISE += """torch.logit(p / 20)|torch.polygamma(1, p)|torch.polygamma(2, p)|torch.polygamma(3, p)|torch.special.ndtri(p / 20)
torch.special.zeta(p + 1, q)|torch.special.gammainc(p, q)|torch.special.gammaincc(p, q)|torch.special.xlogy(x, p)|torch.special.xlog1py(x, p)
x + y|x - y|x * y|x / y|x ** 2|x ** 3|p ** 0.5|p ** -0.5|p ** 1.5|p ** 2.5|p ** -1|p ** -2|p ** x|p ** q|2 ** x|torch.atan2(x, y)|torch.hypot(x, y)
torch.fmod(x, y)|torch.remainder(x, y)|torch.logaddexp(x, y)|torch.logaddexp2(x, y)|torch.lerp(x, y, 0.3)|torch.lerp(x, y, p / 20)|torch.floor_divide(x, y)
torch.add(x, y, alpha=0.3)|torch.sub(x, y, alpha=0.3)|torch.rsub(x, y, alpha=0.3)|torch.addcmul(x, y, p, value=0.3)|torch.addcmul(x, y, p)
torch.addcdiv(x, y, p, value=0.3)|torch.addcdiv(x, y, p)|torch.mvlgamma(p + 3, 3)|torch.nn.functional.gelu(x, approximate='tanh')|torch.ldexp(x, x.int())
torch.nn.functional.leaky_relu(x, 0.1)|torch.nn.functional.softplus(x, 2.0, 5.0)|torch.nn.functional.elu(x, 0.7)|torch.nn.functional.softshrink(x, 0.3)
torch.nn.functional.glu(torch.stack([x, y]), 0)|torch.nn.functional.mse_loss(x, y, reduction='none')|torch.nn.functional.huber_loss(x, y, reduction='none')
torch.nn.functional.smooth_l1_loss(x, y, reduction='none', beta=0.7)|torch.nn.functional.binary_cross_entropy(p / 20, q / 20, reduction='none')
torch.nn.functional.binary_cross_entropy_with_logits(x, p, reduction='none')|torch.nn.functional.kl_div(x, p, reduction='none')
torch.nn.functional.kl_div(x, y, reduction='none', log_target=True)|torch.nn.functional.soft_margin_loss(x, y, reduction='none')
torch.nn.functional.poisson_nll_loss(x, p, reduction='none', full=True)|torch.nn.functional.gaussian_nll_loss(x, y, p, reduction='none', full=True)
torch.complex(x, y).abs()|torch.complex(x, y).angle()|torch.polar(p, x)|torch.complex(x, y) * torch.complex(p, q)|torch.complex(x, y) / torch.complex(p, q)
torch.exp(torch.complex(x, y))|torch.log(torch.complex(x, y))|torch.sqrt(torch.complex(x, y))|torch.sin(torch.complex(x, y))|torch.cos(torch.complex(x, y))
torch.tan(torch.complex(x, y))|torch.tanh(torch.complex(x, y))|torch.sinh(torch.complex(x, y))|torch.cosh(torch.complex(x, y))|torch.reciprocal(torch.complex(x, y))
torch.asin(torch.complex(x, y))|torch.acos(torch.complex(x, y))|torch.atan(torch.complex(x, y))|torch.asinh(torch.complex(x, y))|torch.acosh(torch.complex(x, y))
torch.atanh(torch.complex(x, y))|torch.complex(x, y) ** 2|torch.complex(x, y) ** 1.5|torch.complex(x, y) ** torch.complex(p, q)|torch.log2(torch.complex(x, y))
torch.log10(torch.complex(x, y))|torch.log1p(torch.complex(x, y))|torch.expm1(torch.complex(x, y))|torch.sigmoid(torch.complex(x, y))|torch.rsqrt(torch.complex(x, y))
torch.exp2(torch.complex(x, y))|torch.sgn(torch.complex(x, y))""".replace("\n", "|").split("|")
# Functions of arrays: a is a matrix of N rows and M columns, b another, s a stack of them, t a vector of M, k indices of columns,
# im a picture of (2, 4, N, M), S and T square stacks (N, N).
OF_ARRAYS = """a.sum()|a.sum(0)|a.sum(1)|a.mean()|a.mean(0)|a.mean(1)|s.sum((0, 2))|s.sum((0, 1))|s.sum((1, 2))|s.sum(1)|s.mean(1)|s.mean((0, 2))|a.t().sum()|a.t().sum(0)|a.t().sum(1)
a[:, ::2].sum()|a[:, ::2].sum(1)|a[:, ::2].sum(0)|a.nansum()|a.prod(1)|a.prod(0)|a.var()|a.var(0)|a.var(1)|a.std()|a.std(1)|a.std(0)|a.var(1, correction=0)|torch.var_mean(a, 1)|torch.std_mean(a)|s.var((0, 2))
a.norm()|a.norm(dim=0)|a.norm(dim=1)|a.norm(p=1)|a.norm(p=3)|a.norm(p=1, dim=1)|a.norm(p=3, dim=1)|a.norm(p=0.5, dim=0)|a.norm(p=float('inf'), dim=1)|L.vector_norm(a, dim=0)|L.vector_norm(t)|L.norm(t)|L.matrix_norm(a)|L.vector_norm(s, dim=(0, 2))
a.logsumexp(0)|a.logsumexp(1)|F.softmax(a, 0)|F.softmax(a, 1)|F.log_softmax(a, 0)|F.log_softmax(a, 1)|F.softmax(s, 1)|F.softmin(a, 1)|F.cross_entropy(a, k)|F.cross_entropy(a, k, label_smoothing=0.1)|F.cross_entropy(a, k, reduction='none')
F.nll_loss(a, k)|F.cross_entropy(a, k, weight=t.abs())|F.layer_norm(a, (M,))|F.layer_norm(a, (M,), t, t)|F.rms_norm(a, (M,))|F.batch_norm(a, None, None, training=True)|F.batch_norm(im, None, None, training=True)|F.batch_norm(a, t, t.abs() + 1)
F.group_norm(im, 2)|F.instance_norm(im)|F.local_response_norm(im, 3)|F.normalize(a)|F.normalize(a, dim=0)|F.normalize(a, p=1)|F.cosine_similarity(a, b)|F.cosine_similarity(a, b, dim=0)|F.pairwise_distance(a, b)|torch.cdist(a, b)|torch.cdist(a, b, p=1)|torch.cdist(a, b, p=3)
torch.cdist(a[:, None] + 0 * a, b)|torch.cdist(a, b, compute_mode='donot_use_mm_for_euclid_dist')|F.pdist(a)|a.cumsum(0)|a.cumsum(1)|a.cumprod(0)|(a / 4).cumprod(1)|a.logcumsumexp(1)|a.logcumsumexp(0)|torch.trapezoid(a)|torch.cumulative_trapezoid(a)|torch.gradient(a)
torch.renorm(a, 2, 0, 1.0)|F.mse_loss(a, b)|F.l1_loss(a, b)|F.smooth_l1_loss(a, b)|F.huber_loss(a, b)|F.kl_div(a, b.abs())|F.kl_div(a, b.abs(), reduction='batchmean')|F.binary_cross_entropy_with_logits(a, b.sigmoid())|F.binary_cross_entropy(a.sigmoid(), b.sigmoid())
F.cosine_embedding_loss(a, b, (k % 2) * 2 - 1)|F.triplet_margin_loss(a, b, a.flip(0))|F.multi_margin_loss(a, k)|F.margin_ranking_loss(a, b, a.sign())|F.gaussian_nll_loss(a, b, b.abs())|F.poisson_nll_loss(a, b.abs())|F.multilabel_soft_margin_loss(a, (b > 0).to(a.dtype))|F.soft_margin_loss(a, b.sign())
a @ b.t()|a @ t|t @ t|torch.mv(a, t)|torch.dot(t, t)|torch.vdot(t, t)|torch.inner(a, b)|a.t() @ a|a @ a.t()|S @ T|S @ T.mT|S.mT @ T|S.mT @ T.mT|torch.bmm(s, s.mT)|torch.bmm(s.mT, s)|s @ t|torch.outer(t, t)|torch.addmm(S, S, T)|torch.addmm(S, S, T, beta=0.5, alpha=0.3)|torch.addmv(a[:, 0], a, t)|torch.addbmm(S, s, s.mT)
torch.baddbmm(s @ s.mT, s, s.mT)|torch.baddbmm(s @ s.mT, s, s.mT, beta=0.5, alpha=0.3)|torch.addr(a, a[:, 0], t)|F.linear(a, b)|F.linear(a, b, a[:, 0])|F.linear(s, b)|F.linear(s, b, a[:, 0])|F.bilinear(a, a, torch.stack([a.t() @ a] * 2))|torch.einsum('ij,kj->ik', a, b)|torch.einsum('bij,bkj->bik', s, s)|torch.einsum('ij,ij->i', a, b)|torch.tensordot(a, b, ([1], [1]))
torch.chain_matmul(S, T, S)|L.multi_dot([S, T, a])|torch.kron(S, T)|torch.cross(a[:, :3], b[:, :3], dim=1)|torch.cov(a)|torch.corrcoef(a)|L.matrix_power(S, 3)|L.matrix_exp(S / 4)|L.vecdot(a, b)
F.scaled_dot_product_attention(s, s, s)|F.scaled_dot_product_attention(im, im, im)|F.scaled_dot_product_attention(im, im, im, is_causal=True)|F.conv2d(im, w)|F.conv2d(im, w, padding=1)|F.conv2d(im, w, padding=1, stride=2)|F.conv1d(im[:, :, 0], w[:, :, 0], padding=1)|F.conv_transpose2d(im, w)|F.conv2d(im, w[:, :1], groups=4, padding=1)
F.avg_pool2d(im, 2, ceil_mode=True)|F.avg_pool2d(im, 3, padding=1, stride=1)|F.adaptive_avg_pool2d(im, 2)|F.adaptive_avg_pool2d(im, 1)|F.lp_pool2d(im.abs(), 2, 2, ceil_mode=True)|F.interpolate(im, scale_factor=2, mode='bilinear')|F.interpolate(im, scale_factor=2, mode='bicubic')|F.interpolate(im, size=(3, 5), mode='bilinear', align_corners=True)
F.interpolate(im, size=(3, 5), mode='bilinear', antialias=True)|F.interpolate(im, size=(7, 5), mode='bicubic', antialias=True)|F.interpolate(im, size=(7, 5), mode='area')|F.interpolate(im, size=(7, 5), mode='nearest')|F.interpolate(im[:, :, 0], size=7, mode='linear')|F.interpolate(im, size=(7, 5), mode='bicubic', align_corners=True)
F.grid_sample(im, grid)|F.grid_sample(im, grid, mode='bicubic')|F.grid_sample(im, grid, align_corners=True, padding_mode='reflection')|F.affine_grid(theta, (2, 4, 5, 6))|F.embedding_bag(k[None], a.t(), mode='mean')|F.embedding_bag(k[None], a.t(), mode='sum')|F.fold(F.unfold(im, 2), (N, M), 2)
torch.fft.fft(a)|torch.fft.rfft(a)|torch.fft.ifft(a)|torch.fft.fft2(a)|torch.fft.irfft(torch.fft.rfft(a))|torch.fft.fft(a, norm='ortho')|torch.stft(t.repeat(30)[:64], 16, return_complex=True, window=torch.hann_window(16, dtype=t.dtype))
L.inv(S + 4 * E)|L.solve(S + 4 * E, T)|L.det(S)|L.slogdet(S)|L.cholesky(S @ S.mT + E)|L.qr(S)|L.eigvalsh(S + S.mT)|L.eigh(S + S.mT)|L.svdvals(S)|L.svd(S)|L.eigvals(S)|L.lu_factor(S)|L.pinv(a)|L.lstsq(a, b)|L.solve_triangular(S + 4 * E, T, upper=True)|torch.cholesky_inverse(L.cholesky(S @ S.mT + E))|L.matrix_norm(S, 2)|L.cond(S)
torch.linspace(-1.3, 2.9, 7 * N + M, dtype=d)|torch.logspace(-1.3, 2.9, 7 * N + M, dtype=d)|torch.arange(0.3, N, 0.1, dtype=d)|torch.linspace(0, 1, N * M, dtype=d)|torch.logspace(0, 1, N * M, dtype=d)|torch.logspace(0, 5, N, base=2, dtype=d)|torch.logspace(-10, 10, N + M, base=3.5, dtype=d)
torch.hann_window(N + M, dtype=d)|torch.hamming_window(N + M, dtype=d)|torch.blackman_window(N + M, dtype=d)|torch.bartlett_window(N + M, dtype=d)|torch.kaiser_window(N + M, dtype=d)|torch.kaiser_window(N + M, periodic=False, beta=8.6, dtype=d)|torch.signal.windows.gaussian(N + M, dtype=d)|torch.signal.windows.exponential(N + M, dtype=d)
torch.histc(a, 7)|torch.quantile(a, 0.3, dim=1)|torch.nanmean(a)|torch.median(a, 1)[0]|torch.dist(a, b)|torch.dist(a, b, 1)|torch.logit(a.sigmoid())|torch.vander(t, 4)|torch.cartesian_prod(t, t)|torch.combinations(t)|torch.diff(a)|torch.scatter_add(a, 1, (k[:, None] + torch.arange(M)) % 3, b)|torch.index_add(a, 0, k % N, b)
a.index_reduce(0, k % N, b, 'mean')|a.scatter_reduce(1, (k[:, None] + torch.arange(M)) % 3, b, 'mean')|torch.segment_reduce(a, 'mean', lengths=torch.tensor([1, N - 1]))|torch.bincount(k, a[:, 0])|a.clone().put_(k, t[k], accumulate=True)|torch.nn.utils.clip_grad_norm_(grads(a, b), 0.5)|torch.nn.utils.get_total_norm([a, b])
torch.clamp(a, -1, 1).softmax(-1).log()|torch.special.multigammaln(a.abs() + 3, 2)|F.gumbel_softmax(a)|torch.logdet(S @ S.mT + E)|torch.trace(S)|a.aminmax()|F.cross_entropy(a, b.softmax(1))|F.nll_loss(a, k, weight=t.abs())|F.linear_cross_entropy(a, b, k % N)|F.glu(torch.cat([a, b], 1))|torch.nn.LSTMCell(M, 4, dtype=d)(a)|torch.nn.GRUCell(M, 4, dtype=d)(a)
torch.nn.LSTM(M, 4, dtype=d)(s)[0]|torch.nn.GRU(M, 4, dtype=d)(s)[0]|torch.nn.RNN(M, 4, dtype=d)(s)[0]|torch.nn.Linear(M, 3, dtype=d)(a)|torch.nn.Conv2d(4, 3, 3, padding=1, dtype=d)(im)|torch.nn.MultiheadAttention(8, 2, dtype=d)(h, h, h)[0]|torch.nn.TransformerEncoderLayer(8, 2, 16, 0.0, dtype=d)(h)""".replace(
    "\n", "|"
).split("|")
SIZES = ((2, 2), (3, 3), (4, 4), (5, 7), (8, 16), (17, 5), (33, 40), (64, 129), (3, 1000))


def spread(n, low, high, seed):
    return np.random.default_rng(seed).uniform(low, high, n)


def points(torch, dtype, n):
    d = getattr(torch, dtype)
    made = {"x": (-10, 10, 1), "y": (-10, 10, 2), "p": (1e-3, 20, 3), "q": (1e-3, 20, 4), "u": (-1, 1, 5)}
    return {"torch": torch, **{k: torch.tensor(spread(n, *v)).to(d) for k, v in made.items()}}


def arrays(torch, dtype, size):
    d = getattr(torch, dtype)
    n, m = size

    def made(shape, seed, low=-2, high=2):
        return torch.tensor(spread(int(np.prod(shape)), low, high, seed).reshape(shape)).to(d)

    def grads(*ts):
        ps = [torch.nn.Parameter(t.clone()) for t in ts]
        for p in ps:
            p.grad = p.detach().clone()
        return ps

    torch.manual_seed(1)
    return {
        "torch": torch, "F": torch.nn.functional, "L": torch.linalg, "d": d, "N": n, "M": m, "a": made((n, m), 1), "b": made((n, m), 2), "t": made((m,), 3),
        "k": torch.tensor(np.random.default_rng(4).integers(0, m, n)), "s": made((3, n, m), 5), "S": made((n, n), 6), "T": made((n, n), 7), "E": torch.eye(n, dtype=d),
        "im": made((2, 4, n, m), 8), "w": made((4, 4, 2, 2), 9), "grid": made((2, 5, 6, 2), 10, -1.2, 1.2), "theta": made((2, 2, 3), 11), "h": made((n, 3, 8), 12),
        "grads": grads,
    }  # fmt: skip


def numbers(torch, value):
    """The numbers of a result, as arrays of real ones."""
    if isinstance(value, torch.Tensor):
        value = torch.view_as_real(value.resolve_conj()) if value.is_complex() else value
        return [value.detach().double().numpy() if value.dtype.is_floating_point else value.numpy()]
    return [x for v in value for x in numbers(torch, v)] if isinstance(value, (tuple, list)) else []


def evaluated(torch, call, space, gradients):
    try:
        torch.manual_seed(2)
        if not gradients:
            return numbers(torch, eval(call, space))
        leaves = {
            k: v.clone().requires_grad_()
            for k, v in space.items()
            if isinstance(v, torch.Tensor) and v.is_floating_point() and k != "E"
        }
        out = eval(call, {**space, **leaves})
        out = [
            o
            for o in (out if isinstance(out, (tuple, list)) else [out])
            if isinstance(o, torch.Tensor) and o.requires_grad
        ]
        ways = [torch.tensor(np.cos(np.arange(o.numel()) + 1.0).reshape(tuple(o.shape))).to(o.dtype) for o in out]
        got = torch.autograd.grad(out, [*leaves.values()], ways, allow_unused=True)
        return numbers(torch, [g for g in got if g is not None])
    except Exception:
        return None


def units(got, want, bits):
    """(how many are the same, of how many, the furthest in units of its own, of the largest figure's last place)"""
    finite = np.isfinite(want) & np.isfinite(got)
    same = (got == want) | (np.isnan(got) & np.isnan(want))
    if (~same & ~finite).any():
        return same.sum(), same.size, np.inf, np.inf
    apart, size = np.abs(got - want)[finite], np.abs(want[finite])
    if not apart.size or not apart.any():
        return same.sum(), same.size, 0.0, 0.0
    tiny = np.finfo(np.float32 if bits < 52 else np.float64).smallest_normal
    place = 2.0 ** (np.floor(np.log2(np.maximum(size, tiny))) - bits)
    return same.sum(), same.size, (apart / place).max(), apart.max() / place.max()


def compared(got, want, dtype):
    """units() over all the arrays of a result; None where one of the two refuses."""
    if want is None or not want:
        return None
    if got is None or [g.shape for g in got] != [w.shape for w in want]:
        return 0, 1, np.inf, np.inf
    rows = [units(g, w, STORED[dtype]) for g, w in zip(got, want)]
    return sum(r[0] for r in rows), sum(r[1] for r in rows), max(r[2] for r in rows), max(r[3] for r in rows)


def survey(torch, compat, dtype, gradients, count, only=""):
    """Rows (call, size, same, of, own, scale)."""
    warnings.simplefilter("ignore")
    ours, theirs = points(compat, dtype, count), points(torch, dtype, count)
    for call in POINTWISE if count else ():
        if only in call:
            row = compared(evaluated(compat, call, ours, gradients), evaluated(torch, call, theirs, gradients), dtype)
            if row:
                yield call, "", *row
    for size in SIZES:
        ours, theirs = arrays(compat, dtype, size), arrays(torch, dtype, size)
        for call in OF_ARRAYS:
            if only in call:
                row = compared(
                    evaluated(compat, call, ours, gradients), evaluated(torch, call, theirs, gradients), dtype
                )
                if row:
                    yield call, size, *row


def main():
    import torch

    import compat

    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--dtype", default="float32")
    parser.add_argument("--points", type=int, default=100_000)
    parser.add_argument("--gradients", action="store_true")
    parser.add_argument("--only", default="")
    args = parser.parse_args()
    whole = calls = 0
    for call, size, same, of, own, scale in survey(torch, compat, args.dtype, args.gradients, args.points, args.only):
        calls += 1
        whole += same == of
        if same != of:
            print(f"{call} {size or ''}: {100 * same / of:.2f} % of {of}, own {own:.3g}, scale {scale:.3g}")
    print(f"{args.dtype}{' gradients' * args.gradients}: of {calls} results {whole} are torch's bits")


if __name__ == "__main__":
    main()
