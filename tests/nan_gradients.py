"""Derivatives at zeros, infinities, nans and ties, under torch and under compat: where one multiplies what the other masks.

    python tests/nan_gradients.py [--only TEXT] [--points]      (torch 2.13 has to be installed; --points: each point that differs)

Each call is taken at every point of a grid (rows of them, where it is no elementwise function) with the cotangents 1, 0, inf and nan: the
gradient, what backward gives of it (by the operands and by the cotangent) and the tangent. The tests have the same of the calls in
tests/lines/nan_gradients.txt. Invariant: one that torch has no derivative for is not compared.
"""

import argparse
import pathlib
import sys
import warnings

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]

GRID = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 0.5, -2.0, 3.0, 40.0]
PAIR = [0.0, -0.0, np.inf, -np.inf, np.nan, 1.0, -1.0, 2.5]
COTANGENTS = [1.0, 0.0, np.inf, np.nan]
ROWS = [
    [0.0, 1.0, 2.0], [0.0, 0.0, 2.0], [2.0, 0.0, 0.0], [0.0, 0.0, 0.0], [-0.0, 0.0, 1.0], [np.inf, 1.0, 2.0], [1.0, np.inf, np.inf], [-np.inf, np.inf, 1.0],
    [np.nan, 1.0, 2.0], [1.0, np.nan, np.nan], [0.0, np.inf, 1.0], [0.0, np.nan, 1.0], [-np.inf, -np.inf, -np.inf], [1.0, 1.0, 1.0], [3.0, 3.0, 1.0],
    [np.inf, 0.0, np.inf],
]  # fmt: skip
ROW_COTANGENTS = [
    [1.0, 1.0, 1.0],
    [0.0, 1.0, 1.0],
    [1.0, 0.0, 0.0],
    [0.0, 0.0, 0.0],
    [np.inf, 0.0, 1.0],
    [np.nan, 0.0, 0.0],
    [0.0, np.nan, 1.0],
]

ONE = """
x.abs(); x.sign(); x.sgn(); x.neg(); x.reciprocal(); x.sqrt(); x.rsqrt(); x.square(); x.exp(); x.exp2(); x.expm1(); x.log(); x.log2(); x.log10(); x.log1p(); x.sin(); x.cos(); x.tan(); x.asin(); x.acos(); x.atan(); x.sinh(); x.cosh()
x.tanh(); x.asinh(); x.acosh(); x.atanh(); x.sigmoid(); x.logit(); x.logit(0.1); x.erf(); x.erfc(); x.erfinv(); x.lgamma(); x.digamma(); x.polygamma(1); x.mvlgamma(1); x.i0(); x.sinc(); x.deg2rad(); x.rad2deg(); x.floor(); x.ceil(); x.round()
x.trunc(); x.frac(); x.relu(); x.clamp(0, 1); x.clamp(min=0); x.clamp(max=1); x.clamp(-1.0, 0.0); x.nan_to_num(); x.nan_to_num(1.0, 2.0, 3.0); x.hardshrink(); x.hardshrink(0.0); x.angle(); x.positive()
x ** 0; x ** 0.0; x ** 1; x ** 1.0; x ** 2; x ** 2.0; x ** 3; x ** -1; x ** -2; x ** 0.5; x ** -0.5; x ** 1.5; x ** 0.3; 2.0 ** x; 0.0 ** x; 1.0 ** x; 0.5 ** x; (-1.0) ** x; inf ** x
x + x; x - x; x * x; x / x; 1 / x; 0 / x; 2 * x; x * 0; x * inf; x / 0; x / inf; x % 2.0; x.fmod(2.0); x.remainder(-1.5); x // 2.0; x.copysign(1.0); x.copysign(-0.0); x.xlogy(2.0); x.xlogy(0.0); torch.xlogy(0.0, x); torch.xlogy(2.0, x)
x.special_x; torch.special.entr(x); torch.special.erfcx(x); torch.special.log_ndtr(x); torch.special.ndtri(x); torch.special.ndtr(x); torch.special.i0e(x); torch.special.i1(x); torch.special.i1e(x); torch.special.xlog1py(x, 2.0)
torch.special.xlog1py(0.0, x); torch.special.log_softmax(x, 0); torch.special.psi(x); torch.special.bessel_j0(x); torch.special.zeta(x, 2.0); torch.special.zeta(2.0, x); torch.special.xlogy(x, 1.0)
F.softshrink(x); F.softshrink(x, 0.0); F.hardtanh(x); F.hardtanh(x, 0.0, 1.0); F.relu6(x); F.elu(x); F.elu(x, 2.0); F.selu(x); F.celu(x); F.celu(x, 2.0); F.gelu(x); F.gelu(x, approximate='tanh'); F.leaky_relu(x); F.leaky_relu(x, -1.0); F.leaky_relu(x, 0.0)
F.hardswish(x); F.hardsigmoid(x); F.silu(x); F.mish(x); F.softplus(x); F.softplus(x, 2.0, 5.0); F.logsigmoid(x); F.softsign(x); F.tanhshrink(x); F.threshold(x, 0.0, 1.0); F.threshold(x, 1.0, inf); F.rrelu(x); F.prelu(x, torch.tensor([0.25], dtype=x.dtype)); F.prelu(x, torch.tensor([0.0], dtype=x.dtype))
F.mse_loss(x, torch.zeros_like(x), reduction='none'); F.l1_loss(x, torch.ones_like(x), reduction='none'); F.smooth_l1_loss(x, torch.ones_like(x), reduction='none'); F.smooth_l1_loss(x, torch.ones_like(x), reduction='none', beta=0.0); F.huber_loss(x, torch.zeros_like(x), reduction='none')
F.binary_cross_entropy_with_logits(x, torch.zeros_like(x), reduction='none'); F.binary_cross_entropy_with_logits(x, torch.ones_like(x), reduction='none'); F.soft_margin_loss(x, torch.ones_like(x), reduction='none'); F.hinge_embedding_loss(x, torch.ones_like(x), reduction='none'); F.hinge_embedding_loss(x, -torch.ones_like(x), reduction='none')
F.kl_div(x, torch.zeros_like(x), reduction='none'); F.kl_div(x, torch.ones_like(x), reduction='none'); F.kl_div(x, torch.full_like(x, -inf), reduction='none', log_target=True); F.poisson_nll_loss(x, torch.zeros_like(x), reduction='none'); F.gaussian_nll_loss(x, torch.zeros_like(x), torch.zeros_like(x), reduction='none')
F.binary_cross_entropy(x.clamp(0, 1).nan_to_num(), torch.ones_like(x), reduction='none'); F.binary_cross_entropy(x.clamp(0, 1).nan_to_num(), torch.zeros_like(x), reduction='none')
torch.where(x > 0, x, 0.0); x.masked_fill(x > 0, 2.0); x.masked_fill(x.isnan(), 0.0); x.heaviside(torch.zeros_like(x)); x.ldexp(torch.ones_like(x)); x.float(); x.double(); x.half(); x.to(torch.complex128).real; x.frexp().mantissa; x.logaddexp(x); x.maximum(x); x.fmin(x); x.lerp(2 * x, 0.5); x.lerp(2 * x, 0.0)
x.addcmul(x, x); x.addcdiv(x, x); x.addcdiv(x, x, value=0); x.add(x, alpha=0); x.hypot(x); x.atan2(x); x.complex_parts
""".replace("x.special_x; ", "").replace("; x.complex_parts", "")  # fmt: skip

TWO = """
x + y; x - y; x * y; x / y; x ** y; x % y; x.fmod(y); x.remainder(y); x.atan2(y); x.hypot(y); x.copysign(y); x.maximum(y); x.minimum(y); x.fmax(y); x.fmin(y); x.logaddexp(y); x.logaddexp2(y); x.xlogy(y); torch.special.xlog1py(x, y)
x.heaviside(y); x.nextafter(y); torch.float_power(x, y); torch.where(x > y, x, y); x.clamp(min=y); x.clamp(max=y); x.clamp(y, y + 1); x.clamp(y - 1, y); x.div(y, rounding_mode='floor'); x.div(y, rounding_mode='trunc'); x.lerp(y, 0.25); x.lerp(y, 0.75); x.lerp(y, 0.0)
torch.lerp(x, y, x); x.addcmul(x, y); x.addcdiv(x, y); x.ldexp(y); torch.special.zeta(x, y); torch.igamma(x.detach(), y); torch.igammac(x.detach(), y); x.sub(y, alpha=0); torch.polar(x, y).real; torch.complex(x, y).abs(); torch.complex(x, y).angle(); torch.complex(x, y).sqrt().real; torch.complex(x, y).log().imag
torch.complex(x, y).sgn().real; torch.complex(x, y).reciprocal().real; torch.complex(x, y).tanh().real; torch.complex(x, y).exp().real; torch.complex(x, y).pow(0).real; torch.complex(x, y).pow(2).real; (torch.complex(x, y) * torch.complex(y, x)).real; (torch.complex(x, y) / torch.complex(y, x)).real
F.mse_loss(x, y, reduction='none'); F.l1_loss(x, y, reduction='none'); F.smooth_l1_loss(x, y, reduction='none'); F.huber_loss(x, y, reduction='none'); F.binary_cross_entropy_with_logits(x, y, reduction='none'); F.kl_div(x, y, reduction='none'); F.kl_div(x, y, reduction='none', log_target=True); F.poisson_nll_loss(x, y, reduction='none')
F.poisson_nll_loss(x, y, reduction='none', log_input=False); F.poisson_nll_loss(x, y, reduction='none', full=True); F.gaussian_nll_loss(x, y, torch.ones_like(x), reduction='none'); F.margin_ranking_loss(x, y, torch.ones_like(x), reduction='none'); F.soft_margin_loss(x, y, reduction='none'); F.hinge_embedding_loss(x, y.sign(), reduction='none')
F.pairwise_distance(x[:, None], y[:, None]); torch.dist(x[0], y[0]); torch.dist(x[0], y[0], 1); F.prelu(x, y[:1]); F.glu(torch.cat([x, y])); torch.rsub(x, y); torch.float_power(x, 0); torch.true_divide(x, y); torch.floor_divide(x, y)
F.cosine_similarity(x[:, None], y[:, None])
"""  # fmt: skip

ROW = """
x.sum(1); x.mean(1); x.prod(1); x.cumsum(1); x.cumprod(1); x.cummax(1).values; x.cummin(1).values; x.logcumsumexp(1); x.logsumexp(1); x.softmax(1); x.log_softmax(1); F.softmin(x, 1); x.max(1).values; x.min(1).values; x.amax(1); x.amin(1); x.aminmax(dim=1).min; x.median(1).values
x.nanmedian(1).values; x.mode(1).values; x.kthvalue(2, 1).values; x.sort(1).values; x.topk(2, 1).values; x.msort(); x.quantile(0.5, 1); x.nanquantile(0.5, 1); x.quantile(0.3, 1); x.var(1); x.std(1); x.std(1, correction=0); x.nansum(1); x.nanmean(1); x.norm(dim=1); x.norm(p=1, dim=1); x.norm(p=0, dim=1)
x.norm(p=3, dim=1); x.norm(p=inf, dim=1); x.norm(p=-inf, dim=1); x.norm(p=0.5, dim=1); x.norm(p=1.5, dim=1); torch.linalg.vector_norm(x, dim=1); torch.linalg.vector_norm(x, 3, dim=1); torch.linalg.vector_norm(x, inf, dim=1); F.normalize(x, dim=1); F.normalize(x, p=1.0, dim=1); x.renorm(2, 0, 1.0); x.renorm(1, 0, 1.0)
x.diff(dim=1); x.flip(1); x.roll(1, 1); x.cumulative_trapezoid(dim=1); torch.trapezoid(x, dim=1); x.gather(1, torch.zeros(len(x), 3, dtype=torch.long)); x.scatter(1, torch.zeros(len(x), 1, dtype=torch.long), 2.0); x.scatter_reduce(1, torch.zeros(len(x), 3, dtype=torch.long), 2 * x, 'prod')
x.scatter_reduce(1, torch.zeros(len(x), 3, dtype=torch.long), 2 * x, 'amax'); x.scatter_reduce(1, torch.zeros(len(x), 3, dtype=torch.long), x, 'mean'); x.scatter_reduce(1, torch.zeros(len(x), 3, dtype=torch.long), 2 * x, 'amin', include_self=False); x.index_reduce(1, torch.tensor([0, 0, 1]), 2 * x, 'prod')
x.index_reduce(1, torch.tensor([0, 0, 1]), 2 * x, 'amax'); x.index_reduce(1, torch.tensor([0, 0, 1]), 2 * x, 'mean'); x.index_add(1, torch.tensor([0, 0, 1]), x); x.masked_scatter(x > 0, 2 * x); x.trace_rows; F.layer_norm(x, (3,)); F.rms_norm(x, (3,)); F.group_norm(x, 1); F.batch_norm(x.T, None, None, training=True)
F.instance_norm(x[:, None], eps=1e-5); F.local_response_norm(x[:, None], 2); F.cross_entropy(x, torch.zeros(len(x), dtype=torch.long), reduction='none'); F.nll_loss(x, torch.ones(len(x), dtype=torch.long), reduction='none'); F.cross_entropy(x, torch.ones_like(x) / 3, reduction='none'); F.cross_entropy(x, torch.zeros(len(x), dtype=torch.long), reduction='none', label_smoothing=0.1)
F.multi_margin_loss(x, torch.zeros(len(x), dtype=torch.long), reduction='none'); F.multilabel_margin_loss(x, torch.zeros(len(x), 3, dtype=torch.long), reduction='none'); F.multilabel_soft_margin_loss(x, torch.ones_like(x), reduction='none'); F.multi_margin_loss(x, torch.zeros(len(x), dtype=torch.long), p=2, reduction='none')
F.max_pool1d(x[:, None], 2, 1); F.avg_pool1d(x[:, None], 2, 1); F.lp_pool1d(x[:, None], 2, 2, 1); F.adaptive_max_pool1d(x[:, None], 2); F.adaptive_avg_pool1d(x[:, None], 2); F.pad(x, (1, 1)); F.pad(x[:, None], (1, 1), mode='reflect'); F.interpolate(x[:, None], 5); F.interpolate(x[:, None], 5, mode='linear'); F.conv1d(x[:, None], torch.tensor([[[1.0, 0.0]]], dtype=x.dtype))
x @ torch.eye(3, dtype=x.dtype); F.linear(x, torch.zeros(2, 3, dtype=x.dtype)); x.unfold(1, 2, 1).prod(2); torch.cdist(x, x[:2]); torch.pdist(x[:3]); torch.cdist(x, x[:2], 1.0); torch.cdist(x, x[:2], inf); torch.cdist(x, x[:2], 0.0); torch.linalg.cross(x, x.flip(0)); torch.linalg.vecdot(x, x); torch.outer(x[0], x[1]); x.prod(); x.cov(); x.corrcoef()
x.std(); x.var(); x.max(); x.median(); x.nanmedian(); x.norm(); x.logsumexp((0, 1)); x.nansum(); x.amax(); x.nanmean(); torch.linalg.norm(x, 'nuc'); torch.histc(x); x.tril(); x.tensor_rows; x.clone(); x.repeat(1, 2); x.expand(2, *x.shape); torch.einsum('ij,ij->i', x, x); F.cosine_similarity(x, x.flip(0)); F.pairwise_distance(x, x.flip(0)); F.triplet_margin_loss(x, x.flip(0), x, reduction='none'); F.cosine_embedding_loss(x, x.flip(0), torch.ones(len(x)), reduction='none'); F.gumbel_softmax(x); F.scaled_dot_product_attention(x[:3, None], x[:3, None], x[:3, None]); F.glu(x.repeat(1, 2), 1)
""".replace("x.trace_rows; ", "").replace("x.tensor_rows; ", "")  # fmt: skip


def calls():
    """(kind, text of a call) of each."""
    for kind, texts in (("one", ONE), ("two", TWO), ("row", ROW)):
        for line in texts.strip().split("\n"):
            for text in line.split("; "):
                yield kind, text


def points(kind):
    """(operands, cotangents): lists of arrays of one length."""
    if kind == "row":
        xs = np.array([r for r in ROWS for _ in ROW_COTANGENTS])
        return [xs], np.array([c for _ in ROWS for c in ROW_COTANGENTS])
    if kind == "one":
        return [np.repeat(GRID, len(COTANGENTS))], np.tile(COTANGENTS, len(GRID))
    x, y, c = (a.ravel() for a in np.meshgrid(PAIR, PAIR, COTANGENTS, indexing="ij"))
    return [x, y], c


def derivatives(torch, kind, text):
    """Name -> array: gradient, its own gradients, tangent; a text where it has none. `Row`s are taken one by one where they mix."""
    given, cotangent = points(kind)
    names = {"torch": torch, "F": torch.nn.functional, "inf": np.inf}
    found = {}

    def f(*operands):
        torch.manual_seed(0)
        return eval(text, names | dict(zip("xy", operands)))

    def tensor(a):
        return torch.tensor(a, dtype=torch.float64)

    xs = [tensor(a).requires_grad_() for a in given]
    try:
        out = f(*xs)
        if not out.requires_grad:
            return {}
        c = tensor(cotangent)
        c = (
            c.to(out.dtype)
            if out.shape == c.shape
            else (c.flatten()[: out.numel()] if out.numel() <= c.numel() else c.flatten().repeat(9)[: out.numel()])
            .reshape(out.shape)
            .to(out.dtype)
        )
        c = c.detach().requires_grad_()
        first = torch.autograd.grad(out, xs, c, create_graph=True, allow_unused=True)
        for i, g in enumerate(first):
            found[f"gradient {'xy'[i]}"] = shown(g, xs[i])
    except Exception as error:
        return {"gradient": said(error)}
    for weight, name in ((1.0, "second"), (0.0, "second of zero")):
        for i, g in enumerate(first):
            if g is None or not g.requires_grad:
                continue
            try:
                again = torch.autograd.grad(
                    g, [*xs, c], torch.full_like(g, weight), retain_graph=True, allow_unused=True
                )
            except Exception as error:
                found[f"{name} {'xy'[i]}"] = said(error)
                continue
            for k, h in enumerate(again):
                found[f"{name} {'xy'[i]} by {('xy'[: len(xs)] + 'c')[k]}"] = shown(h, [*xs, c][k])
    F = torch.autograd.forward_ad
    for i in range(len(xs)):
        try:
            with F.dual_level():
                plain = [tensor(a) for a in given]
                plain[i] = F.make_dual(plain[i], tensor(cotangent).reshape(plain[i].shape))
                out = f(*plain)
                p, t = F.unpack_dual(out)
                found[f"tangent {'xy'[i]}"] = shown(t, p)
        except Exception as error:
            found[f"tangent {'xy'[i]}"] = said(error)
    return found


def said(error):
    return f"{type(error).__name__}: {error}"[:90]


def shown(t, like):
    """(None, where a derivative is zero, and zeros count as one.)"""
    return np.zeros(tuple(like.shape)) if t is None else t.detach().resolve_conj().to(like.dtype).numpy(force=True)


def same(a, b):
    """Element by element."""
    with np.errstate(all="ignore"):
        return (a == b) | (np.isnan(a) & np.isnan(b)) | (np.abs(a - b) <= 1e-6 * (0.1 + np.abs(b)))


def differences(got, want, kind):
    """(what, points at which ours is nan and torch's is not, the reverse, others; a text of some)."""
    for what in want:
        w, g = want[what], got.get(what, "nothing")
        if isinstance(w, str):
            continue  # (torch has none)
        if isinstance(g, str) or g.shape != w.shape:
            yield what, 0, 0, 1, str(g if isinstance(g, str) else g.shape)[:80] + " | " + str(w.shape)
            continue
        off = ~same(g, w)
        if off.any():
            at = [f"{label(kind, i, w.shape)}: {g[i]:.4g} | {w[i]:.4g}" for i in zip(*np.nonzero(off))]
            yield (
                what,
                int((off & np.isnan(g)).sum()),
                int((off & np.isnan(w)).sum()),
                int((off & ~np.isnan(g) & ~np.isnan(w)).sum()),
                at,
            )


def label(kind, i, shape):
    given, c = points(kind)
    if kind == "row":
        return f"{given[0][i[0]].tolist()} c {c[i[0]].tolist()} at {i[1:]}" if i and shape[0] == len(c) else str(i)
    return f"({', '.join(f'{a[i]:g}' for a in given)}) c {c[i]:g}" if len(i) == 1 and shape[0] == len(c) else str(i)


def main():
    import torch

    import compat

    warnings.simplefilter("ignore")
    np.seterr(all="ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    parser.add_argument("--points", type=int, default=0)
    args = parser.parse_args()
    total = wrong = 0
    for kind, text in calls():
        if args.only not in text:
            continue
        want = derivatives(torch, kind, text)
        got = derivatives(compat, kind, text)
        total += sum(not isinstance(v, str) for v in want.values())
        for what, ours, theirs, other, at in differences(got, want, kind):
            wrong += 1
            print(
                f"{text}: {what}: {ours} nan here, {theirs} nan in torch, {other} others: {at if isinstance(at, str) else '; '.join(at[: args.points or 2])}"
            )
    print(f"{total} derivatives, {wrong} differ")


if __name__ == "__main__":
    main()
