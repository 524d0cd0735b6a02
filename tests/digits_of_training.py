"""Digits of training: random small networks trained under torch and compat, and how long their losses agree.

    python tests/digits_of_training.py --count 40 --steps 200 --seed 1      (torch has to be installed)

Rounding grows while a network learns, so each is trained by torch twice more, with every parameter moved by less than a unit of its last
place: how far those runs are from the first is what rounding explains. Printed: after how many steps the losses agree to how many digits,
under compat and in the moved runs, and the networks of which compat departs FAR times further than both. Invariant: a seed and a number
give one network.
"""

import argparse
import pathlib
import random
import sys
import traceback
import warnings

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.random_steps import OPTIMIZERS, options  # noqa: E402
from tests.random_training import CLASSES, LAYERS, LOSSES  # noqa: E402

FAR = 30.0
UNIT = {"float32": 2.0**-24, "float64": 2.0**-53, "bfloat16": 2.0**-24}  # (autocast's parameters are float32)
DIGITS = (7, 6, 5, 4, 3)
RULES = "Adadelta Adagrad Adam Adam AdamW Adamax ASGD NAdam RAdam RMSprop SGD SGD SGD Adafactor Rprop Muon".split()
AFTERWARDS = """
U.clip_grad_norm_(m.parameters(), 0.5)
U.clip_grad_value_(m.parameters(), 0.05)
""".strip().splitlines()
# Networks as people write them: (setup, inputs, the loss).
WIDE = """
m = nn.Sequential(nn.Linear(H, 4*H), nn.ReLU(), nn.Linear(4*H, 4*H), nn.Tanh(), nn.Linear(4*H, 5)) ; x = torch.randn(B, H); t = torch.randint(5, (B,)) ; F.cross_entropy(m(x), t)
m = nn.Sequential(nn.Linear(H, 2*H), nn.BatchNorm1d(2*H), nn.GELU(), nn.Dropout(0.2), nn.Linear(2*H, 1)) ; x = torch.randn(B, H); y = x.sin().sum(1, keepdim=True) ; F.mse_loss(m(x), y)
m = nn.Sequential(nn.Conv2d(1, H, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Conv2d(H, H, 3), nn.BatchNorm2d(H), nn.SiLU(), nn.Flatten(), nn.LazyLinear(4)) ; x = torch.randn(8, 1, 10, 10); m(x); t = torch.randint(4, (8,)) ; F.cross_entropy(m(x), t)
m = nn.Sequential(nn.Conv1d(2, H, 5, stride=2), nn.GroupNorm(2, H), nn.ELU(), nn.ConvTranspose1d(H, 2, 5, stride=2)) ; x = torch.randn(4, 2, 21) ; F.smooth_l1_loss(m(x), x)
m = nn.ModuleList([nn.Embedding(11, H), nn.LSTM(H, 2*H, 2, batch_first=True), nn.Linear(2*H, 11)]) ; x = torch.randint(11, (B, 9)) ; F.cross_entropy(m[2](m[1](m[0](x[:, :-1]))[0]).flatten(0, 1), x[:, 1:].reshape(-1))
m = nn.ModuleList([nn.GRU(3, H, bidirectional=True), nn.Linear(2*H, 1)]) ; x = torch.randn(7, B, 3); y = x.cumsum(0)[..., :1] ; F.mse_loss(m[1](m[0](x)[0]), y)
m = nn.ModuleList([nn.Embedding(13, 2*H), nn.TransformerEncoder(nn.TransformerEncoderLayer(2*H, 2, 4*H, 0.1, batch_first=True), 2), nn.Linear(2*H, 13)]) ; x = torch.randint(13, (B, 8)); k = nn.Transformer.generate_square_subsequent_mask(7) ; F.cross_entropy(m[2](m[1](m[0](x[:, :-1]), mask=k, is_causal=True)).transpose(1, 2), x[:, 1:])
m = nn.ModuleList([nn.Linear(6, H), nn.Linear(H, 4), nn.Linear(2, H), nn.Linear(H, 6)]); enc = lambda x: m[1](torch.tanh(m[0](x))).chunk(2, -1); back = lambda p: m[3](torch.relu(m[2](p[0] + torch.randn_like(p[0]) * (0.5 * p[1]).exp()))) ; x = torch.rand(B, 6) ; F.binary_cross_entropy_with_logits(back(enc(x)), x) + sum((-0.5 * (1 + s - u**2 - s.exp())).sum() for u, s in [enc(x)]) / B
m = nn.ModuleDict(dict(q=nn.Linear(H, H, bias=False), k=nn.Linear(H, H, bias=False), o=nn.LayerNorm(H))) ; x = torch.randn(B, 5, H) ; (m['o'](F.scaled_dot_product_attention(m['q'](x), m['k'](x), x, is_causal=True)) - torch.flip(x, [1])).square().mean()
m = nn.ParameterList([torch.randn(H, 3), torch.randn(3, H), torch.zeros(H)]) ; x = torch.rand(H, H) ; (m[0] @ m[1] + m[2] - x).norm() / H + 1e-3 * m[0].abs().sum()
m = nn.ParameterDict(dict(mu=torch.zeros(3), rho=torch.zeros(3), w=torch.randn(3))) ; x = torch.randn(B, 1) * 2 + 1 ; -torch.distributions.MixtureSameFamily(torch.distributions.Categorical(logits=m['w']), torch.distributions.Normal(m['mu'], F.softplus(m['rho']) + 0.1)).log_prob(x[:, 0]).mean() + 0.1 * m['mu'].var()
m = nn.Sequential(nn.Linear(2, H), nn.Softplus(), nn.Linear(H, 1)) ; x = torch.randn(B, 2, requires_grad=True) ; (torch.autograd.grad(m(x).sum(), x, create_graph=True)[0].norm(dim=1) - 1).square().mean()
m = nn.ParameterDict(dict(s=torch.zeros(()), n=torch.tensor(-1.0), l=torch.zeros(()))) ; x = torch.linspace(0, 3, B)[:, None]; y = torch.sin(3 * x[:, 0]) ; -torch.distributions.MultivariateNormal(torch.zeros(B), m['s'].exp() * (-0.5 * torch.cdist(x, x).square() / m['l'].exp()).exp() + (m['n'].exp() + 1e-3) * torch.eye(B)).log_prob(y) / B
""".strip().splitlines()


def network(r, number):
    """(lines that make it, the loss, what makes the optimizer, lines between backward and step)."""
    if number % 2:
        layers = [LAYERS[number // 2 % len(LAYERS)], *r.sample(LAYERS, r.randrange(1, 3))]
        r.shuffle(layers)
        lines = [CLASSES[name] for name in CLASSES if any(name + "(" in layer for layer in layers)]
        lines += [f"m = nn.Sequential({', '.join(layers)}, nn.Linear(6, 3)); x = torch.randn(4, 6); y = torch.randn(4, 3); "
                  "t = torch.tensor([0, 2, 1, 1]); m(x)"]  # fmt: skip
        loss = r.choice(LOSSES)
    else:
        setup, inputs, loss = WIDE[number // 2 % len(WIDE)].split(" ; ")
        lines = [f"H, B = {r.choice([4, 8, 16, 24])}, {r.choice([4, 16, 32])}", setup, inputs]
    rule = r.choice(RULES)
    taken = {k: v for k, v in OPTIMIZERS[rule].items() if k in ("rho", "betas", "momentum", "nesterov", "amsgrad", "weight_decay", "alpha", "centered")}  # fmt: skip
    given = [o for o in options(r, taken, 0.3) if "nesterov" not in o or rule != "SGD"]
    given += [f"lr={r.choice(['1e-2', '3e-3', '5e-2'])}"]
    given += (
        ["eps=1e-3"] if "eps" in OPTIMIZERS[rule] and rule != "Adafactor" else []
    )  # (else the sign of a gradient that is zero decides)
    params = "[p for p in m.parameters() if p.dim() == 2]" if rule == "Muon" else "m.parameters()"
    return lines, loss, f"optim.{rule}({', '.join([params, *given])})", r.choice([*AFTERWARDS, "", ""])


def trained(torch, net, steps, dtype, moved=None):
    """The losses of each step, as floats; with `moved` from parameters that differ by less than a unit."""
    lines, loss, rule, between = net
    names = {"torch": torch, "nn": torch.nn, "F": torch.nn.functional, "optim": torch.optim, "U": torch.nn.utils,
             "R": torch.nn.utils.rnn, "P": torch.nn.utils.parametrize}  # fmt: skip
    torch.set_default_dtype(torch.float64 if dtype == "float64" else torch.float32)
    try:
        torch.manual_seed(7)
        for line in lines:
            exec(line, names)
        m = names["m"]
        o = eval(rule, names)
        if moved is not None:
            with torch.no_grad():
                for p in m.parameters():
                    signs = torch.from_numpy(moved.choice([-1.0, 1.0], tuple(p.shape))).to(p.dtype)
                    p.add_(signs * p.abs().clamp(min=0.1) * 2 * UNIT[dtype])
        losses = []
        torch.manual_seed(8)
        for _ in range(steps):
            o.zero_grad()
            with torch.autocast("cpu", torch.bfloat16, enabled=dtype == "bfloat16"):
                value = eval(loss, names)
            value.backward()
            exec(between, names)
            o.step()
            losses.append(float(value.detach()))
        return np.array(losses)
    except Exception:
        return traceback.format_exc().strip().splitlines()[-1]
    finally:
        torch.set_default_dtype(torch.float32)


def apart(got, want):
    """How far each loss is away so far, relative to the largest."""
    with np.errstate(invalid="ignore"):
        off = np.where(
            np.isfinite(want) & np.isfinite(got),
            np.abs(got - want),
            np.where(np.isfinite(want) != np.isfinite(got), np.inf, 0),
        )
    return np.maximum.accumulate(off / np.maximum.accumulate(np.maximum(np.abs(want), 1e-3)))


def main():
    import torch

    import compat

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=40)
    parser.add_argument("--start", type=int, default=0)
    parser.add_argument("--steps", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--dtype", default="float32", choices=UNIT)
    args = parser.parse_args()
    held, far, done = [], 0, 0
    for number in range(args.start, args.start + args.count):
        net = network(random.Random(f"{args.seed} {number}"), number)
        want = trained(torch, net, args.steps, args.dtype)
        if isinstance(want, str):
            print(number, "torch refuses:", want, flush=True)
            continue
        got = trained(compat, net, args.steps, args.dtype)
        if isinstance(got, str):
            print(number, *net, "compat refuses:", got, sep=" ; ", flush=True)
            far += 1
            continue
        done += 1
        ours = apart(got, want)
        moved = np.maximum(
            *[apart(trained(torch, net, args.steps, args.dtype, np.random.default_rng(k)), want) for k in range(2)]
        )
        least = 4 * UNIT[args.dtype]
        ratio = ours / np.maximum(moved, least)
        held.append([[int(np.searchsorted(off, 10.0**-d)) for d in DIGITS] for off in (ours, moved)])
        if ratio.max() > FAR:
            far += 1
            at = int(np.argmax(ratio > FAR))
            print(
                number,
                *net,
                f"step {at}: {ours[at]:.1e} away, {moved[at]:.1e} by rounding; furthest {ours[-1]:.1e}, {moved[-1]:.1e}",
                sep=" ; ",
                flush=True,
            )
    held = np.array(held)
    for k, digits in enumerate(DIGITS):
        rows = [
            f"{name} {np.mean(held[:, i, k] >= args.steps):.0%} to the end, median of the others {np.median(x) if (x := held[held[:, i, k] < args.steps, i, k]).size else '-'} steps"
            for i, name in enumerate(("compat", "moved"))
        ]
        print(f"a relative 1e-{digits}: {'; '.join(rows)}")
    print(f"{done} networks, {far} depart further than rounding explains")


if __name__ == "__main__":
    main()
