"""Random training programs: a model of several modules, an optimizer with options, schedules, averages, clipping, saving and going on.

    python tests/random_training.py --count 1000 --seed 1

Programs run under torch and under compat (side_by_side.py); every loss, state and text is compared. Invariant: a seed and a number
give one program, always the same.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.random_networks import split  # noqa: E402
from tests.random_steps import OPTIMIZERS, OTHER_SCHEDULES, SCHEDULES, options  # noqa: E402
from tests.side_by_side import main  # noqa: E402

# ------------------------------------------------------------------------------------------------ models: x [4, 6] -> [4, 3]
LAYERS = """
nn.Linear(6, 6)
nn.LazyLinear(6)
nn.LazyLinear(6, bias=False)
nn.BatchNorm1d(6)
nn.LazyBatchNorm1d(momentum=None)
nn.LayerNorm(6)
nn.RMSNorm(6)
nn.GroupNorm(2, 6)
nn.Dropout(0.3)
nn.AlphaDropout(0.2)
nn.Tanh()
nn.GELU()
nn.SiLU(inplace=True)
nn.PReLU()
nn.Softplus()
nn.Identity()
U.weight_norm(nn.Linear(6, 6))
U.weight_norm(nn.Linear(6, 6), dim=None)
U.spectral_norm(nn.Linear(6, 6))
U.parametrizations.weight_norm(nn.Linear(6, 6))
U.parametrizations.spectral_norm(nn.Linear(6, 6), n_power_iterations=2)
U.parametrizations.orthogonal(nn.Linear(6, 6), orthogonal_map='cayley')
U.parametrizations.orthogonal(nn.Linear(6, 6), orthogonal_map='matrix_exp')
U.parametrizations.orthogonal(nn.Linear(6, 6), 'weight', 'householder')
P.register_parametrization(nn.Linear(6, 6), 'weight', nn.Tanh()) or nn.Linear(6, 6)
P.register_parametrization(nn.Linear(6, 6), 'bias', nn.Softplus())
nn.Sequential(nn.Unflatten(1, (2, 3)), nn.Conv1d(2, 2, 3, padding=1), nn.ReLU(), nn.Flatten())
nn.Sequential(nn.Unflatten(1, (1, 6)), nn.LazyConv1d(2, 2, stride=2), nn.LazyBatchNorm1d(), nn.Flatten())
nn.Sequential(nn.Unflatten(1, (2, 3)), nn.ConvTranspose1d(2, 1, 2, stride=2, output_padding=0), nn.Flatten())
nn.Sequential(nn.Unflatten(1, (1, 2, 3)), nn.Conv2d(1, 2, 3, padding='same', padding_mode='circular'), nn.MaxPool2d((2, 1)), nn.Flatten())
nn.Sequential(nn.Unflatten(1, (1, 2, 3)), nn.Upsample(scale_factor=2, mode='bilinear'), nn.AdaptiveAvgPool2d((2, 3)), nn.Flatten())
nn.Sequential(nn.Unflatten(1, (2, 3)), nn.InstanceNorm1d(2, affine=True), nn.Flatten())
nn.Sequential(nn.Unflatten(1, (3, 2)), nn.TransformerEncoderLayer(2, 1, 4, dropout=0.1, batch_first=True), nn.Flatten())
nn.Sequential(nn.Unflatten(1, (3, 2)), nn.TransformerEncoderLayer(2, 2, 4, 0.0, 'gelu', norm_first=True, bias=False), nn.Flatten())
nn.Sequential(nn.Unflatten(1, (3, 2)), nn.TransformerEncoder(nn.TransformerEncoderLayer(2, 1, 4, 0.0, batch_first=True), 2, nn.LayerNorm(2)), nn.Flatten())
Whole(nn.LSTM(2, 2, 2, batch_first=True, dropout=0.2))
Whole(nn.GRU(2, 1, bidirectional=True, batch_first=True))
Whole(nn.RNN(2, 2, nonlinearity='relu', batch_first=True))
Whole(nn.LSTM(2, 3, proj_size=2, bias=False, batch_first=True))
Packed(nn.LSTM(2, 2, batch_first=True))
Packed(nn.GRU(2, 1, num_layers=2, bidirectional=True, batch_first=True))
Attending(nn.MultiheadAttention(2, 1, batch_first=True))
Attending(nn.MultiheadAttention(2, 2, dropout=0.1, add_bias_kv=True, add_zero_attn=True, batch_first=True))
Pairs(nn.Transformer(2, 1, 1, 1, 4, dropout=0.0, batch_first=True))
Pairs(nn.Transformer(2, 2, 2, 1, 4, dropout=0.1, activation='gelu', norm_first=True, batch_first=True))
Tied()
""".strip().splitlines()
CLASSES = {
    "Whole": "class Whole(nn.Module):\n"
    "    def __init__(self, net):\n        super().__init__()\n        self.net = net\n"
    "    def forward(self, x):\n        y, h = self.net(x.view(-1, 3, 2))\n        return y.flatten(1)",
    "Packed": "class Packed(nn.Module):\n"
    "    def __init__(self, net):\n        super().__init__()\n        self.net = net\n"
    "    def forward(self, x):\n"
    "        p = R.pack_padded_sequence(x.view(-1, 3, 2), [3, 1, 2, 3][:len(x)], batch_first=True, enforce_sorted=False)\n"
    "        y, h = self.net(p)\n        y, n = R.pad_packed_sequence(y, batch_first=True, total_length=3)\n        return y.flatten(1)",
    "Attending": "class Attending(nn.Module):\n"
    "    def __init__(self, net):\n        super().__init__()\n        self.net = net\n"
    "        self.register_buffer('mask', torch.ones(3, 3).triu(1).bool(), persistent=False)\n"
    "    def forward(self, x):\n        x = x.view(-1, 3, 2)\n        y, w = self.net(x, x, x, attn_mask=self.mask)\n"
    "        return (x + y * w.mean()).flatten(1)",
    "Pairs": "class Pairs(nn.Module):\n"
    "    def __init__(self, net):\n        super().__init__()\n        self.net = net\n"
    "    def forward(self, x):\n        x = x.view(-1, 3, 2)\n"
    "        mask = nn.Transformer.generate_square_subsequent_mask(3)\n"
    "        hidden = torch.tensor([[False, False, True]] * len(x))\n"
    "        y = self.net(x, x.flip(1), tgt_mask=mask, tgt_is_causal=True, src_key_padding_mask=hidden, memory_key_padding_mask=hidden)\n"
    "        return y.flatten(1)",
    "Tied": "class Tied(nn.Module):\n"
    "    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(6, 6)\n        self.b = nn.Linear(6, 6)\n"
    "        self.b.weight = self.a.weight\n        self.scale = nn.Parameter(torch.ones(6))\n        self.register_buffer('calls', torch.tensor(0))\n"
    "    def forward(self, x):\n        self.calls += 1\n        return self.b(torch.tanh(self.a(x))) * self.scale\n"
    "    def extra_repr(self):\n        return f'tied={self.a.weight is self.b.weight}'",
}  # fmt: skip
NAMES = "Adadelta Adagrad Adam Adam AdamW AdamW Adamax ASGD NAdam RAdam RMSprop SGD SGD".split()
LOSSES = ["nn.CrossEntropyLoss(label_smoothing=0.1)(m(x), t)", "nn.CrossEntropyLoss(weight=torch.tensor([1., 2., 3.]))(m(x), t)", "F.mse_loss(m(x), y)",
          "F.l1_loss(m(x), y)", "nn.SmoothL1Loss(beta=0.5)(m(x), y)", "nn.HuberLoss()(m(x), y)", "F.nll_loss(F.log_softmax(m(x), 1), t)",
          "F.binary_cross_entropy_with_logits(m(x), y.sigmoid())", "F.kl_div(m(x).log_softmax(1), y.softmax(1), reduction='batchmean')",
          "F.multi_margin_loss(m(x), t)", "nn.GaussianNLLLoss()(m(x), y, torch.ones(4, 3))", "F.poisson_nll_loss(m(x), y.exp())"]  # fmt: skip
GROUPS = ["m.parameters()", "m.named_parameters()", "[{'params': list(m.parameters())[:1], 'lr': 0.05}, {'params': list(m.parameters())[1:]}]",
          "[p for p in m.parameters() if p.dim() > 1]", "filter(lambda p: p.requires_grad, m.parameters())",
          "[{'params': [p for n, p in m.named_parameters() if 'bias' in n], 'weight_decay': 0.0}, {'params': [p for n, p in m.named_parameters() if 'bias' not in n]}]"]  # fmt: skip
BETWEEN = """
U.clip_grad_norm_(m.parameters(), 0.5)
U.clip_grad_norm_(m.parameters(), 0.5, norm_type=inf, foreach=True)
U.clip_grad_value_(m.parameters(), 0.05)
[p.grad.add_(0.01) for p in m.parameters() if p.grad is not None] and None
next(m.parameters()).grad
sum([p.grad.norm() for p in m.parameters() if p.grad is not None])
""".strip().splitlines()
LATER = """
[k for k, v in m.named_parameters()]
list(m.state_dict().items())
o.state_dict()['param_groups']
[sorted(s) for s in o.state_dict()['state'].values()]
s = saved({'m': m.state_dict(), 'o': o.state_dict()}); m.load_state_dict(s['m']); o.load_state_dict(s['o'])
c = copy.deepcopy(m); m.load_state_dict(c.state_dict(), assign=True)
c = copy.deepcopy(m); c.load_state_dict(m.state_dict()); [torch.equal(a, b) for a, b in zip(c.parameters(), m.parameters())]
m.eval(); m(x); m.train()
m.float(); [p.dtype for p in m.parameters()]; m.double()
m.zero_grad(set_to_none=False); [p.grad is None for p in m.parameters()]
o.zero_grad(); [p.grad is None for p in m.parameters()]
m.requires_grad_(False); m.requires_grad_(True)
o.add_param_group({'params': [torch.ones(2, requires_grad=True)], 'lr': 0.3}); repr(o)
U.parameters_to_vector(m.parameters())
U.vector_to_parameters(U.parameters_to_vector(m.parameters()) * 0.9, m.parameters())
torch.func.functional_call(m, {k: v * 0.5 for k, v in m.named_parameters()}, (x,))
[type(k).__name__ for k in m.modules()]
_ = m.apply(lambda k: nn.init.xavier_uniform_(k.weight) if type(k) is nn.Linear and not P.is_parametrized(k) and not hasattr(k, 'weight_g') and not hasattr(k, 'weight_orig') else None)
for g in o.param_groups: g['lr'] = 0.02
h = m.register_forward_hook(lambda k, a, out: out * 2); m(x); h.remove()
h = m.register_full_backward_hook(lambda k, gi, go: None); m(x).sum().backward(); h.remove()
h = [k.register_forward_hook(lambda k, a, out: seen.append(type(k).__name__)) for k in m.modules()]; seen = []; _ = m(x); seen; [k.remove() for k in h]
with torch.no_grad(): m(x)
torch.autograd.grad(m(x).pow(2).sum(), list(m.parameters()), allow_unused=True)
sum(p.numel() for p in m.parameters()), [b.shape for b in m.buffers()]
c = pickle.loads(pickle.dumps(m.state_dict())); m.load_state_dict(c)
torch.random.get_rng_state().sum()
""".strip().splitlines()
AVERAGES = ["A = optim.swa_utils.AveragedModel(m)", "A = optim.swa_utils.AveragedModel(m, use_buffers=True)",
            "A = optim.swa_utils.AveragedModel(m, multi_avg_fn=optim.swa_utils.get_ema_multi_avg_fn(0.9))",
            "A = optim.swa_utils.AveragedModel(m, avg_fn=lambda a, p, n: 0.5 * a + 0.5 * p)",
            "A = optim.swa_utils.AveragedModel(m, multi_avg_fn=optim.swa_utils.get_swa_multi_avg_fn(), use_buffers=True)"]  # fmt: skip


def program(r, number):
    layers = [LAYERS[number % len(LAYERS)], *r.sample(LAYERS, r.randrange(1, 4))]
    r.shuffle(layers)
    lines = ["torch.set_default_dtype(torch.float64)"]
    lines += [CLASSES[name] for name in CLASSES if any(name + "(" in layer for layer in layers)]
    lines += [f"m = nn.Sequential({', '.join(layers)}, nn.Linear(6, 3))", "x = torch.randn(4, 6)", "y = torch.randn(4, 3)",
              "t = torch.tensor([0, 2, 1, 1])", "m(x)", "m"]  # fmt: skip
    name = r.choice(NAMES)
    more = [o for o in options(r, OPTIMIZERS[name], 0.25) if not o.startswith(("capturable", "differentiable", "eps"))]
    more += ["eps=1e-3"] if "eps" in OPTIMIZERS[name] else []  # (else the rounding of a gradient that is zero shows)
    groups = r.choice(GROUPS)
    lines += [f"o = optim.{name}({', '.join([groups, *more])})", "repr(o)"]
    if r.random() < 0.5:
        if r.random() < 0.2:
            lines.append(f"s = {r.choice(OTHER_SCHEDULES[:5])}")
        else:
            kind = r.choice([k for k in SCHEDULES if k not in ("ReduceLROnPlateau", "LRScheduler")])
            given, extra = SCHEDULES[kind]
            lines.append(f"s = S.{kind}({', '.join([*split(given), *options(r, extra)])})")
    schedule = lines[-1].startswith("s =")
    averaged = r.random() < 0.3
    if averaged:
        lines.append(r.choice(AVERAGES))
    loss = r.choice(LOSSES)
    for _ in range(r.randrange(1, 4)):
        lines += ["o.zero_grad()", f"l = {loss}", "l", "_ = l.backward()"]
        if r.random() < 0.4:
            lines.append(r.choice(BETWEEN))
        lines.append("o.step()")
        lines += ["s.step()", "s.get_last_lr()"] if schedule else []
        lines += ["_ = A.update_parameters(m)"] if averaged else []
        if r.random() < 0.5:
            line = r.choice(LATER)
            lines += [line] if line.startswith(("for", "with")) else line.split("; ")
    lines += ["list(m.state_dict().items())", "o.state_dict()"]
    if averaged:
        lines += ["list(A.state_dict().items())", "A(x)"]
    if schedule:
        lines += ["s.state_dict()"]
    for line in r.sample(LATER, 2):
        lines += [line] if line.startswith(("for", "with")) else line.split("; ")
    lines += ["m.eval()", "m(x)"]
    return lines


if __name__ == "__main__":
    main(program, __doc__)
