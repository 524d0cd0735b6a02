"""Single calls of compat and of torch, as scripts write them, timed in turn in one process: what each costs more or less.

    python benchmarks/idioms.py [--only linear,scatter] [--rounds 15] [--most 60]

A line of IDIOMS is an expression over the names of SETUP. Lines under "plain" are timed as they are; those under "recorded" also over
Tensors that require grad, and with the walk back. Both libraries start from the same figures and are compared first. Printed, by what
compat takes longer (us): the least time of each, and torch's over ours.
"""

import argparse
import gc
import math
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import compat  # noqa: E402
from benchmarks.rows import optional  # noqa: E402

SETUP = """
torch.manual_seed(0)
x, y, z = torch.randn(8, 16), torch.randn(8, 16), torch.randn(8, 16) * 0.1
q, k, v = torch.randn(2, 4, 8, 16), torch.randn(2, 4, 8, 16), torch.randn(2, 4, 8, 16)
b, row, one = torch.randn(4, 8, 16), torch.randn(16), torch.tensor(1.5)
wide, d64 = torch.randn(32, 16), torch.randn(8, 16, dtype=torch.float64)
w, wb, sq = torch.randn(32, 16), torch.randn(32), torch.randn(16, 16)
img, ker = torch.randn(4, 3, 8, 8), torch.randn(6, 3, 3, 3)
seq, ker1 = torch.randn(4, 3, 20), torch.randn(6, 3, 3)
i, m = torch.arange(8), x > 0
labels, cols, picks = torch.arange(8) % 5, torch.arange(8).unsqueeze(1), torch.arange(128).view(8, 16) % 8
table, edges = torch.randn(50, 16), torch.linspace(-1, 1, 9)
probs = torch.sigmoid(y)
target = (y > 0).float()
lin, seqn = nn.Linear(16, 32), nn.Sequential(nn.Linear(16, 32), nn.ReLU(), nn.Linear(32, 4))
plainlin = nn.Linear(16, 32).requires_grad_(False)
ln, bn, emb, drop, conv = nn.LayerNorm(16), nn.BatchNorm1d(16), nn.Embedding(50, 16), nn.Dropout(0.1), nn.Conv2d(3, 6, 3)
bn2, gn, conv1 = nn.BatchNorm2d(3), nn.GroupNorm(4, 16), nn.Conv1d(3, 6, 3)
lstmc, gruc, rnnc, mha = nn.LSTMCell(16, 16), nn.GRUCell(16, 16), nn.RNNCell(16, 16), nn.MultiheadAttention(16, 4, batch_first=True)
lstm, gru = nn.LSTM(16, 16, batch_first=True), nn.GRU(16, 16, batch_first=True)
mse, ce, bce = nn.MSELoss(), nn.CrossEntropyLoss(), nn.BCEWithLogitsLoss()
data = torch.utils.data.TensorDataset(torch.randn(64, 16), torch.arange(64))
loader, shuffled = torch.utils.data.DataLoader(data, batch_size=16), torch.utils.data.DataLoader(data, batch_size=16, shuffle=True)
state = seqn.state_dict()
ints, floats, nested = list(range(10)), [0.5] * 10, [[0.5] * 4] * 4
array = __import__("numpy").ones((8, 16), "float32")
def parameters(n):
    ps = [nn.Parameter(torch.randn(16, 16)) for _ in range(n)]
    for p in ps: p.grad = torch.randn(16, 16)
    return ps
ps2, ps10, ps50 = parameters(2), parameters(10), parameters(50)
def optimisers(make): return [make(parameters(n)) for n in (2, 10, 50)]
sgd = optimisers(lambda ps: torch.optim.SGD(ps, lr=1e-9))
mom = optimisers(lambda ps: torch.optim.SGD(ps, lr=1e-9, momentum=0.9))
adam = optimisers(lambda ps: torch.optim.Adam(ps, lr=1e-9))
adamw = optimisers(lambda ps: torch.optim.AdamW(ps, lr=1e-9))
rms = optimisers(lambda ps: torch.optim.RMSprop(ps, lr=1e-9))
ada = optimisers(lambda ps: torch.optim.Adagrad(ps, lr=1e-9))
sched = torch.optim.lr_scheduler.StepLR(sgd[0], 100)
gen = torch.Generator()
dist, cat = torch.distributions.Normal(x, probs), torch.distributions.Categorical(logits=x)
"""
LEAVES = (
    "x y z q k v b row one wide d64 w wb sq img ker seq ker1 table probs".split()
)  # which require grad in recorded lines
RECORDED = """
x + y; x * d64; x * 2.5; 1 / probs; x ** 2; x - row; x / one; -x; x @ sq; b @ sq; q @ k.transpose(-2, -1); x @ row; row @ row; torch.mm(x, sq); torch.bmm(b, b.transpose(1, 2));
x.exp(); torch.log(probs); probs.sqrt(); x.tanh(); x.sigmoid(); x.relu(); F.relu(x); F.gelu(x); F.silu(x); F.softplus(x); F.leaky_relu(x, 0.1); F.elu(x); x.abs(); x.clamp(-1, 1); x.sin(); x.pow(3); torch.square(x)
x.sum(); x.sum(1); x.mean(); x.mean(0, keepdim=True); x.max(); x.min(); x.max(1).values; x.max(dim=1)[0]; x.amax(1); x.var(); x.var(1); x.std(); x.norm(); x.norm(dim=1); x.prod(); x.prod(1); x.logsumexp(1); x.cumsum(1); x.cumprod(1)
F.softmax(x, 1); F.log_softmax(x, -1); wide.softmax(-1); wide.log_softmax(-1); wide.sum(-1); x.softmax(0); q.softmax(-1); torch.sort(x, 1)[0]; x.topk(3, 1)[0]; x.median(1)[0]; x.kthvalue(2, 1)[0]
x.view(16, 8); x.reshape(-1); x.t(); x.T; b.transpose(1, 2); b.permute(2, 0, 1); x.unsqueeze(0); b.flatten(1); x[0]; x[:, 0]; x[1:3]; x[..., None]; x[2, 3]; x.expand(3, 8, 16); row.expand(8, 16); x.squeeze(); x.contiguous(); x.clone(); x.chunk(2, 1)[0]; x.split(4)[1]; x.split([6, 10], 1)[1]; x.unbind(0)[1]; x.narrow(1, 2, 3); x.select(0, 1); x.diagonal(); x.unfold(1, 4, 2); x.repeat(2, 1); x.repeat_interleave(2, 0); x.roll(1, 0); x.flip(0); x.tril(); x.triu(1)
torch.cat([x, y]); torch.cat((x, y), 1); torch.cat([x, y, z], dim=-1); torch.stack([x, y]); torch.stack((x, y, z), 1); torch.hstack([x, y]); torch.vstack([x, y]); torch.where(m, x, y); torch.where(m, x, 0.0); torch.maximum(x, y); torch.minimum(x, y); torch.outer(row, row); torch.dot(row, row)
x[i]; x[i, labels]; x[labels, 3]; x[m]; x[:, labels]; x.gather(1, cols); x.index_select(0, labels); torch.take_along_dim(x, cols, 1); x.masked_fill(m, 0.0); x.scatter(1, cols, 1.0); x.scatter_add(1, picks, y); x.index_add(0, i, y); x.index_fill(0, labels, 0.0); x.take(i); x.masked_select(m)
torch.einsum("ij,jk->ik", x, sq); torch.einsum("bij,kj->bik", b, w); torch.einsum("bhid,bhjd->bhij", q, k); torch.addmm(row, x, sq); torch.baddbmm(b[:, :, :8], b, b.transpose(1, 2)); torch.tensordot(x, sq, 1); torch.matmul(b, sq); torch.lerp(x, y, 0.3); torch.addcmul(x, y, z); torch.cdist(x, y); torch.cosine_similarity(x, y); torch.kron(one.view(1, 1), x); torch.linalg.norm(x); torch.linalg.inv(sq); torch.linalg.solve(sq, sq); torch.det(sq); torch.trace(sq)
F.linear(x, w, wb); F.linear(x, w); F.linear(row, w, wb); F.linear(b, w, wb); F.linear(b, w); F.linear(q, w, wb); F.bilinear(x, y, torch.ones(2, 16, 16))
F.mse_loss(x, y); F.l1_loss(x, y); F.smooth_l1_loss(x, y); F.huber_loss(x, y); F.cross_entropy(x, labels); F.cross_entropy(x, probs); F.nll_loss(x, labels); F.nll_loss(F.log_softmax(x, 1), labels); F.binary_cross_entropy(probs, target); F.binary_cross_entropy_with_logits(x, target); F.kl_div(x, probs, reduction="batchmean"); F.cosine_embedding_loss(x, y, torch.ones(8)); F.mse_loss(x, y, reduction="sum"); F.mse_loss(x, y, reduction="none"); F.cross_entropy(x, labels, label_smoothing=0.1); F.triplet_margin_loss(x, y, z)
F.layer_norm(x, (16,)); F.layer_norm(b, (16,), row, row); F.batch_norm(x, None, None, row, row, True); F.group_norm(x, 4); F.normalize(x, dim=1); F.dropout(x, 0.1); F.dropout(x, 0.1, False); F.embedding(labels, table); F.one_hot(labels, 5) * one; F.pad(x, (1, 1)); F.glu(x); F.rms_norm(x, (16,)); F.instance_norm(img)
F.conv2d(img, ker); F.conv2d(img, ker, padding=1); F.conv1d(seq, ker1, padding=1); F.max_pool2d(img, 2); F.avg_pool2d(img, 2); F.adaptive_avg_pool2d(img, 1); F.max_pool1d(seq, 2); F.avg_pool1d(seq, 2); F.interpolate(img, scale_factor=2); F.interpolate(img, scale_factor=2, mode="bilinear"); F.unfold(img, 3); F.conv_transpose2d(img, ker.transpose(0, 1)); F.pixel_shuffle(torch.cat([img, img[:, :1]], 1), 2); F.adaptive_max_pool2d(img, 2)
F.scaled_dot_product_attention(q, k, v); F.scaled_dot_product_attention(q, k, v, is_causal=True); F.multilabel_margin_loss(x, cols.expand(8, 16) * 0 - 1); F.pairwise_distance(x, y); F.gumbel_softmax(x)
lin(x); seqn(x); ln(x); bn(x); emb(labels); drop(x); conv(img); bn2(img); gn(x); conv1(seq); lstmc(x)[0]; gruc(x); rnnc(x); mha(b, b, b)[0]; mha(b, b, b, need_weights=False)[0]; lstm(b)[0]; gru(b)[0]; mse(x, y); ce(x, labels); bce(x, target)
dist.log_prob(y); dist.rsample(); cat.log_prob(labels); cat.entropy(); torch.distributions.kl_divergence(dist, torch.distributions.Normal(y, 1.0)); torch.special.expit(x); torch.erf(x); x.to(torch.float64); x.double(); x.float(); x.type_as(d64); torch.clip(x, 0, 1); x.detach(); x.view_as(y); x.reshape(4, 2, 16).mean(1); torch.sum(x * y, dim=1); (x - y).pow(2).mean(); x.mul(y).add(z); torch.add(x, y, alpha=2)
"""
PLAIN = """
x == y; x > 0; i == 3; x < y; m & m; ~m; m.any(); m.all(); m.sum(); (x > 0).float(); (labels == i).sum().item(); torch.equal(x, y); torch.allclose(x, y); i + 1; i * 2; i // 2; i % 3; i.sum(); i.max(); i.float(); i.float().mean(); x.argmax(1); x.argmax(); x.argmin(0); x.isnan(); torch.isnan(x).any(); torch.isfinite(x); x.nonzero(); m.nonzero(); x.sign(); x.round(); x.floor(); torch.unique(labels); labels.bincount(); torch.searchsorted(edges, x); x.argsort(1); x.count_nonzero(); torch.bucketize(x, edges); labels[i]; i[2]; i[m[0, :8]]
one.item(); float(one); int(i[1]); bool(m[0, 0]); x.tolist(); row.tolist(); x.numpy(); x.detach().cpu().numpy(); x.shape; x.size(0); x.dim(); x.numel(); x.dtype; x.device; x.is_contiguous(); x.requires_grad; x.grad; len(x); x.shape[0]; x.stride(); list(row); x.data; x.data_ptr(); x.ndim; x.cpu(); x.to("cpu"); x.is_floating_point(); torch.is_tensor(x); isinstance(x, torch.Tensor); x.is_leaf; x.grad_fn; x.mT; tuple(x.shape); x.element_size()
torch.tensor(1.0); torch.tensor(ints); torch.tensor(floats); torch.tensor(nested); torch.tensor([1, 2, 3]); torch.tensor(1.0, requires_grad=True); torch.zeros(8, 16); torch.zeros((8, 16)); torch.ones(16); torch.zeros_like(x); torch.ones_like(x); torch.empty(8, 16).shape; torch.full((8,), 2.0); torch.arange(10); torch.arange(0, 1, 0.1); torch.linspace(0, 1, 10); torch.eye(4); torch.randn(8, 16); torch.rand(8, 16); torch.randn(4); torch.rand(1); torch.randn_like(x); torch.rand_like(x); torch.randint(0, 10, (8,)); torch.randperm(10); torch.bernoulli(probs); torch.multinomial(probs, 1); torch.normal(0.0, 1.0, (4,)); x.new_zeros(3); x.new_tensor(floats); torch.from_numpy(array); torch.as_tensor(array); torch.tensor(array); torch.as_tensor(floats); torch.manual_seed(3); x.bernoulli(0.5); torch.full_like(x, 2.0); torch.empty_like(x).shape; torch.meshgrid(i, i, indexing="ij")[0]; torch.tril(torch.ones(8, 8)); torch.randn(8, 16, generator=gen).shape; torch.zeros(8, dtype=torch.long); torch.zeros(8, 16, device="cpu"); torch.stack([one, one, one]); torch.cat([i, i]); torch.stack([i, i])
scratch.zero_(); scratch.fill_(1.0); scratch.copy_(x); scratch.add_(x, alpha=1e-9); scratch.mul_(0.999); scratch.sub_(x); scratch.clamp_(-1, 1); scratch.normal_(); scratch.uniform_(); scratch.add_(1e-9); scratch.div_(1.01); scratch.addcmul_(x, y, value=1e-9); scratch.lerp_(x, 0.1); scratch.masked_fill_(m, 0.0); scratch.scatter_(1, cols, 1.0); scratch.scatter_add_(1, cols, z); scratch.index_add_(0, i, z); scratch.index_fill_(0, i, 0.0); scratch.index_copy_(0, i, z); scratch.exponential_(); scratch.bernoulli_(0.5); scratch.relu_(); scratch.tanh_(); scratch.sqrt_(); scratch.exp_().clamp_(0, 1); scratch.data.add_(z); scratch.detach_(); scratch.random_(0, 10); scratch.t_(); scratch.t_(); scratch.transpose_(0, 1); scratch.transpose_(0, 1)
nn.Linear(16, 32).weight.shape; nn.Linear(16, 32, bias=False).bias; nn.Conv2d(3, 6, 3).bias.shape; nn.Sequential(nn.Linear(2, 2), nn.ReLU())[0].bias.shape; nn.LayerNorm(16).weight; nn.Embedding(50, 16).weight.shape; nn.LSTM(4, 4).hidden_size; nn.Parameter(x).shape; nn.ReLU().training; nn.Dropout(0.1).p; nn.BatchNorm1d(16).eps; nn.MultiheadAttention(16, 4).head_dim; nn.ModuleList([nn.ReLU()])[0].training
list(seqn.parameters())[0].shape; sum(p.numel() for p in seqn.parameters()); len(seqn.state_dict()); seqn.load_state_dict(state) and None; seqn.zero_grad(); seqn.train().training; seqn.eval().training; seqn.train().training; len(list(seqn.named_parameters())); len(list(seqn.modules())); seqn[0].weight.shape; seqn.to("cpu")[0].in_features; seqn.requires_grad_(True)[0].in_features; plainlin(x); len(seqn); float(nn.utils.clip_grad_norm_(ps2, 1e9)); float(nn.utils.clip_grad_norm_(ps10, 1e9)); float(nn.utils.clip_grad_norm_(ps50, 1e9)); nn.utils.clip_grad_value_(ps10, 1e9); nn.utils.parameters_to_vector(ps10).shape; __import__("copy").deepcopy(lin).in_features; nn.init.xavier_uniform_(scratch).shape; nn.init.zeros_(scratch); nn.init.normal_(scratch, 0, 0.02).shape; nn.init.kaiming_uniform_(scratch).shape
sgd[0].step(); sgd[1].step(); sgd[2].step(); mom[0].step(); mom[1].step(); mom[2].step(); adam[0].step(); adam[1].step(); adam[2].step(); adamw[0].step(); adamw[1].step(); adamw[2].step(); rms[0].step(); rms[1].step(); rms[2].step(); ada[1].step(); sched.step(); len(adam[1].state_dict()); torch.optim.Adam(ps10).defaults["lr"]; torch.optim.SGD(ps10, lr=0.1).defaults["lr"]; adam[0].param_groups[0]["lr"]
[r[1].sum() for r in loader]; len([r for r in shuffled]); data[3][1]; len(data); torch.utils.data.DataLoader(data, batch_size=16, shuffle=True).batch_size; next(iter(loader))[1]; len(torch.utils.data.random_split(data, [32, 32])); [a.shape for a in next(iter(loader))]
torch.no_grad().__enter__() and None; torch.set_grad_enabled(True) and None; torch.is_grad_enabled(); torch.nn.functional.one_hot(labels, 5); dist.sample().shape; cat.sample().shape; cat.probs; dist.mean; torch.distributions.Normal(0.0, 1.0).scale; torch.distributions.Categorical(probs).logits; torch.distributions.Normal(x, probs).loc; repr(row)[:3]; str(one)[:3]; f"{one:.2f}"; f"{one.item():.3f}"; hash(x) and None; x.dtype == torch.float32; torch.float32.is_floating_point; x.size(); torch.Size([1, 2]); i.tolist(); [t for t in i][0]; torch.cartesian_prod(i, i).shape; torch.combinations(i).shape; torch.numel(x); torch.broadcast_to(row, (8, 16)); torch.quantile(x, 0.5); x.histc(5); x.trunc(); torch.cov(x); torch.corrcoef(x)
"""


def lines(text):
    """The expressions of a text, which `;` and line ends separate."""
    return [s.strip() for line in text.splitlines() for s in line.split(";") if s.strip()]


def used(expression):
    """The leaves that an expression names."""
    names = compile(expression, "idiom", "eval").co_names
    return [n for n in LEAVES if n in names]


def rows():
    """(what, are leaves required to have gradients, text to run before, expression) of every row."""
    for e in lines(PLAIN):
        yield f"       {e}", [], "", e
    for e in lines(RECORDED):
        taken = [] if "dist." in e or "cat." in e else used(e)
        yield f"plain  {e}", [], "torch.set_grad_enabled(False)", e
        if taken or "(" in e:
            yield f"grad   {e}", taken, "", e
            before = f"out = {e}\nones = torch.ones_like(out)"
            yield f"+back  {e}", taken, before, f"({e}).backward(ones) if out.requires_grad else None"


def prepared(torch):
    """The names of SETUP, made by one library."""
    space = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional}
    exec(SETUP, space)
    return space


def timed(space, leaves, before, expression):
    """(a function that runs the expression n times, what it gives) under one library."""
    space["torch"].set_grad_enabled(True)
    for name in LEAVES:
        space[name].requires_grad_(name in leaves).grad = None
    exec("torch.manual_seed(1)\nscratch = torch.full((8, 16), 0.5)", space)
    exec(before, space)
    exec(f"def run(n):\n    for _ in range(n): {expression}\ndef once(): return {expression}", space)
    return space["run"], space["once"]


def figures(got):
    """What a result says, of either library."""
    if hasattr(got, "detach"):
        return [float(got.detach().double().sum()), *map(float, got.shape), str(got.dtype)]
    return [] if got is None else [type(got).__name__]


def agree(ours, theirs):
    return len(ours) == len(theirs) and all(
        [
            a == b or isinstance(a, float) and (math.isclose(a, b, rel_tol=1e-3, abs_tol=1e-3) or a != a or b != b)
            for a, b in zip(ours, theirs)
        ]
    )


def least(runs, rounds):
    """The least time of a call of each, in us, of interleaved turns of a third of a millisecond of this process."""
    counts, best = [], [math.inf] * len(runs)
    for run in runs:
        run(2)
        start = time.process_time()
        run(3)
        counts.append(max(3, int(3e-4 / max((time.process_time() - start) / 3, 1e-8))))
    for _ in range(rounds):
        for j, run in enumerate(runs):
            start = time.process_time()
            run(counts[j])
            best[j] = min(best[j], (time.process_time() - start) / counts[j] * 1e6)
    return best


def main():
    p = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    p.add_argument("--only", default="", help="of the rows whose text has one of these in it")
    p.add_argument("--rounds", type=int, default=15)
    p.add_argument("--most", type=int, default=60, help="how many rows are printed")
    options = p.parse_args()
    torch = optional("torch")
    if torch is None:
        raise SystemExit("torch is not installed: there is nothing to compare with")
    torch.set_num_threads(1)
    wanted, found = [w for w in options.only.split(",") if w], []
    spaces = [prepared(t) for t in (compat, torch)]
    for what, leaves, before, expression in rows():
        if wanted and not any(w in what for w in wanted):
            continue
        try:
            calls = [timed(s, leaves, before, expression) for s in spaces]
            ours, theirs = [figures(once()) for _, once in calls]
            if not agree(ours, theirs):
                print(f"differs: {what}: {ours} {theirs}")
            gc.disable()
            found.append((what, *least([run for run, _ in calls], options.rounds)))
        except Exception as error:
            print(f"fails: {what}: {type(error).__name__}: {str(error)[:100]}")
        finally:
            gc.enable()
    found.sort(key=lambda f: f[2] - f[1])
    for what, mine, its in found[: options.most]:
        print(f"{mine - its:8.1f} us more: {mine:8.2f} {its:8.2f}  ratio {its / mine:5.2f}  {what}")
    ratios = [math.log(its / mine) for _, mine, its in found]
    level = sum([r >= 0 for r in ratios])
    print(f"{len(found)} rows, {level} ahead or level; torch / compat {math.exp(sum(ratios) / max(len(ratios), 1)):.3f} in the geometric mean")  # fmt: skip


if __name__ == "__main__":
    main()
