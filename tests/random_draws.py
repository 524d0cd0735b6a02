"""Random draws: whatever draws random figures, under a seed, with what the generator gives after it; compat and torch compared bit by bit.

    python tests/random_draws.py --count 3000 --seed 1      (torch has to be installed)

A draw whose figures are some units away is one that a logarithm or the like has rounded otherwise; one after which the generator
gives something else has taken other numbers from it, which is a fault. Invariant: a seed and a number give one case, always the same.
"""

import argparse
import math
import pathlib
import random
import sys
import warnings
from collections import Counter

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]

from tests.side_by_side import plain  # noqa: E402

ROUNDING = {
    "bfloat16": 2.0**-7,
    "float16": 2.0**-10,
    "float32": 2e-6,
    "float64": 1e-7,
    "complex64": 2e-6,
    "complex128": 1e-14,
}
SHAPES = """() (1,) (3,) (7,) (15,) (16,) (17,) (31,) (4,4) (5,7) (3,0) (33,) (2,3,8) (100,) (257,) (40,41)""".split()
DTYPES = "float32 float32 float64 float16 bfloat16 int64 int32 uint8 int8 int16 bool complex64 complex128".split()
# What is drawn into: contiguous, transposed, with gaps, repeated.
TARGETS = """
torch.empty(S, dtype=D)
torch.empty(S, dtype=D)
torch.empty(S, dtype=D).t() if len(S) < 3 else torch.empty(S, dtype=D).transpose(0, 2)
torch.zeros((*S, 2), dtype=D)[..., 0]
torch.zeros((*S, 3), dtype=D)[..., 1:2].squeeze(-1)
torch.zeros((2, *S), dtype=D)[1]
torch.zeros(S, dtype=D).unsqueeze(0).expand(1, *S)
torch.zeros(tuple(reversed(S)), dtype=D).permute(*reversed(range(len(S))))
torch.zeros((8, *S), dtype=D)[::3][1]
""".strip().splitlines()
# Methods of t that fill it.
IN_PLACE = """
normal_()
normal_(1.5,2.5)
uniform_()
uniform_(-2,5)
uniform_(0,1e-3)
exponential_()
exponential_(3.)
geometric_(0.3)
cauchy_()
cauchy_(1.,2.)
log_normal_()
log_normal_(0.5,0.3)
bernoulli_()
bernoulli_(0.3)
random_()
random_(10)
random_(-5,300)
random_(0,2**40)
bernoulli_(torch.linspace(0,1,t.numel()).reshape(t.shape))
""".strip().splitlines()
# Functions: p lies in (0, 1) in the shape S, q are weights.
FUNCTIONS = """
torch.rand(S,dtype=D)
torch.randn(S,dtype=D)
torch.randint(0,10,S,dtype=D)
torch.randint(-3,2**33,S,dtype=D)
torch.randint(5,S,dtype=D)
torch.randperm(max(1, n),dtype=D)
torch.rand_like(t)
torch.randn_like(t)
torch.randint_like(t,7)
torch.randint_like(t,2,9)
torch.bernoulli(p)
torch.bernoulli(p,0.4)
torch.multinomial(q,2,replacement=True)
torch.multinomial(q,2)
torch.multinomial(q,1)
torch.poisson(p*9)
torch.binomial(torch.full_like(p,12.),p)
torch.normal(p,p+0.1)
torch.normal(0.5,p+0.1)
torch.normal(p,2.0)
torch.normal(1.0,3.0,S)
torch.normal(1.0,3.0,S,dtype=D)
torch.nn.functional.dropout(p+1,0.3)
torch.nn.functional.dropout(p+1,0.9,inplace=True)
torch.nn.functional.alpha_dropout(p,0.3)
torch.nn.functional.feature_alpha_dropout(p.reshape(1,-1,1),0.3)
torch.nn.functional.dropout1d(p.reshape(1,-1,1),0.4)
torch.nn.functional.dropout2d(p.reshape(1,-1,1,1),0.4)
torch.nn.functional.rrelu(p-0.5,training=True)
torch.nn.functional.gumbel_softmax(p.reshape(1,-1),hard=True)
torch.nn.functional.gumbel_softmax(p.reshape(1,-1))
torch._standard_gamma(p+0.3)
torch._standard_gamma(p*5+1)
torch._sample_dirichlet(p+0.5)
torch.rand(S,dtype=D,out=torch.empty(S,dtype=D))
torch.randn(S,out=t)
torch.normal(p,p+1,out=torch.empty(S,dtype=p.dtype))
torch.rand(S,out=t)
torch.randperm(17,out=torch.empty(17,dtype=torch.int64))
torch.bernoulli(p,out=torch.empty(S,dtype=p.dtype))
torch.multinomial(q,3,True,out=torch.empty(3,dtype=torch.int64))
torch.nn.init.normal_(t,1.,2.)
torch.nn.init.trunc_normal_(t)
torch.nn.init.trunc_normal_(t,1.,2.,0.,3.)
torch.nn.init.xavier_normal_(t)
torch.nn.init.kaiming_uniform_(t)
torch.nn.init.orthogonal_(t)
torch.nn.init.sparse_(t,0.3)
torch.nn.init.uniform_(t,-1,3)
torch.nn.init.kaiming_normal_(t,mode='fan_out')
torch.distributions.Normal(p,p+1).sample()
torch.distributions.Gamma(p+1,p+2).sample()
torch.distributions.Beta(p+1,p+2).sample()
torch.distributions.Dirichlet(p+1).sample((3,))
torch.distributions.Poisson(p*20).sample()
torch.distributions.Categorical(q).sample((5,))
torch.distributions.Bernoulli(p).sample((2,))
torch.distributions.Binomial(9,p).sample()
torch.distributions.StudentT(p+3).sample()
torch.distributions.VonMises(p,p+1).sample()
torch.distributions.Laplace(p,p+1).sample()
torch.distributions.Gumbel(p,p+1).sample()
torch.distributions.Exponential(p+1).sample()
torch.distributions.Cauchy(p,p+1).sample()
torch.distributions.HalfCauchy(p+1).sample()
torch.distributions.Weibull(p+1,p+1).sample()
torch.distributions.Pareto(p+1,p+1).sample()
torch.distributions.Geometric(p*0.9+0.05).sample()
torch.distributions.NegativeBinomial(5,p*0.9).sample()
torch.distributions.Multinomial(7,q).sample()
torch.distributions.Chi2(p+1).sample()
torch.distributions.FisherSnedecor(p+1,p+2).sample()
torch.distributions.LogNormal(p,p+1).sample()
torch.distributions.Uniform(p,p+1).sample((2,))
torch.distributions.OneHotCategorical(q).sample((2,))
torch.distributions.RelaxedBernoulli(p+.5,q).sample()
torch.distributions.Kumaraswamy(p+1,p+1).sample()
torch.distributions.ContinuousBernoulli(p).sample()
torch.distributions.LKJCholesky(3,1.5).sample((2,))
torch.distributions.Wishart(torch.tensor(4.),torch.eye(3)).sample()
torch.distributions.MultivariateNormal(torch.zeros(3),torch.eye(3)).sample((5,))
torch.distributions.InverseGamma(p+1,p+1).sample()
torch.distributions.LowRankMultivariateNormal(torch.zeros(3),torch.ones(3,1),torch.ones(3)).sample((4,))
list(torch.utils.data.RandomSampler(range(11)))
list(torch.utils.data.RandomSampler(range(11),replacement=True,num_samples=40))
list(torch.utils.data.WeightedRandomSampler([.1,.2,.7],5))
[list(s) for s in torch.utils.data.random_split(range(10),[3,7])]
list(torch.utils.data.SubsetRandomSampler([3,1,4,1,5]))
[b.tolist() for b in torch.utils.data.DataLoader(list(range(10)),3,shuffle=True)]
""".strip().splitlines()


def case(r):
    """(shape, dtype, (seed, how many normals and uniforms were drawn before), target, call, a generator of its own?, default float64?)"""
    inplace = r.random() < 0.35
    shape, dtype, before = (
        r.choice(SHAPES),
        r.choice(DTYPES),
        (r.randrange(1000), r.choice([0, 0, 1, 2, 17]), r.choice([0, 0, 1])),
    )
    target = r.choice(TARGETS)
    call = "t." + r.choice(IN_PLACE) if inplace else r.choice(FUNCTIONS)
    return shape, dtype, before, target, call, r.random() < 0.25, r.random() < 0.15


def drawn(torch, shape, dtype, before, target, call, own, wide):
    """[(dtype, figures)] of the result, of t, and of what is drawn next; or the error."""
    try:
        torch.set_default_dtype(torch.float64 if wide else torch.float32)
        torch.manual_seed(before[0])
        for draw, times in ((torch.randn, before[1]), (torch.rand, before[2])):
            for _ in range(times):
                draw(1)
        size, d = eval(shape), getattr(torch, dtype)
        n = math.prod(size)
        p = (
            torch.linspace(0.01, 0.99, n, dtype=torch.float64)
            .to(d if d.is_floating_point else torch.float32)
            .reshape(size)
        )
        names = {
            "torch": torch,
            "S": size,
            "D": d,
            "n": n,
            "p": p,
            "q": torch.linspace(0.1, 1, max(n, 1), dtype=torch.float64).to(p.dtype),
        }
        t = names["t"] = eval(target, names)
        if own and call.endswith(")") and not any(s in call for s in ("distributions", "nn.functional", "utils")):
            names["G"] = torch.Generator().manual_seed(5)
            call = f"{call[:-1]}{'' if call.endswith('()') else ', '}generator=G)"
        found = [eval(call, names), *[t] * call.startswith("t.")]
        found += [torch.randn(3, generator=names["G"])] if "G" in names else []
        after = [torch.rand(1), torch.randn(1), torch.randn(20)]
        return [seen(torch, x) for x in found] + [("after", *seen(torch, x)) for x in after]
    except Exception as error:
        return [("error", type(error).__name__, plain(str(error)))]
    finally:
        torch.set_default_dtype(torch.float32)


def seen(torch, x):
    if not isinstance(x, torch.Tensor):
        return "object", repr(x)
    return str(x.dtype).removeprefix("torch."), (
        x.detach().double() if x.dtype.is_floating_point else x.detach()
    ).numpy()


def compared(got, want):
    """same, near (a figure has been rounded otherwise), or what differs."""
    if [row[:-1] for row in got] != [row[:-1] for row in want]:
        return f"{got[-1] if got[-1][0] == 'error' else 'dtypes'} | {want[-1] if want[-1][0] == 'error' else 'dtypes'}"
    near = False
    for (*kind, a), (*_, b) in zip(got, want):
        if isinstance(a, str):
            if a != b:
                return f"{a} | {b}"
        elif a.shape != b.shape:
            return f"shapes {a.shape} | {b.shape}"
        elif not np.array_equal(a, b, equal_nan=True):
            apart, size = np.abs(a.astype(complex) - b), np.abs(b).max(initial=0)
            if not np.nanmax(apart) <= ROUNDING.get(kind[-1], 0) * size:
                return f"{' '.join(kind)}: {(a != b).mean():.3f} of the figures differ, by {np.nanmax(apart) / (size or 1):.1e} of the largest"
            near = True
    return "near" if near else "same"


def main():
    import torch

    import compat

    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    counts, rounded = Counter(), Counter()
    for number in range(args.count):
        one = case(random.Random(f"{args.seed} {number}"))
        how = compared(drawn(compat, *one), drawn(torch, *one))
        counts[how if how in ("same", "near") else "other"] += 1
        if how == "near":
            rounded[one[4].split("(")[0]] += 1
        elif how != "same":
            print(number, *one, how, sep=" ; ", flush=True)
    print("rounded otherwise:", ", ".join([f"{call} {n}" for call, n in rounded.most_common(12)]))
    print(", ".join([f"{kind}: {n}" for kind, n in sorted(counts.items())]))


if __name__ == "__main__":
    main()
