"""Random programs of torch.distributions, run under torch and under compat: samples, densities, moments, derivatives, divergences,
transforms, constraints, texts and errors.

    python tests/random_distributions.py --count 2000 --seed 1

A program makes a distribution (one in six with a wrong argument) and asks a dozen things of it; some are about a transform, a constraint
or a divergence of two kinds. Invariant: a seed and a number give one program, always the same.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.side_by_side import main  # noqa: E402

REAL = ["0.5", "t([0.3, 1.0])", "t([-0.5, 2.0], requires_grad=True)", "0", "torch.zeros(3, 1)"]
POSITIVE = ["1.5", "2", "t([0.5, 3.0])", "t([2.0, 1.0], requires_grad=True)", "t([[0.5], [1.0], [2.5]])"]
SHARE = ["0.3", "t([0.2, 0.9])", "t([0.4, 0.6], requires_grad=True)", "t([[0.1], [0.5], [0.8]])"]
ODDS = ["0.4", "t([0.5, -1.0])", "t([1.0, -2.0], requires_grad=True)", "t([[-1.0], [0.0], [2.0]])"]
WEIGHTS = [
    "t([0.2, 0.3, 0.5])",
    "t([[1.0, 3.0], [2.0, 2.0]])",
    "t([0.5, 1.5, 1.0], requires_grad=True)",
    "t([0.0, 1.0])",
]
SCORES = ["t([0.2, -0.3, 0.5])", "t([[0.2, -0.3, 0.5], [1.0, 2.0, 3.0]], requires_grad=True)"]
COUNT = ["5", "t([4.0, 2.0])", "1", "0"]
MEAN = ["torch.zeros(2)", "torch.ones(3, 2)", "t([1.0, -1.0], requires_grad=True)"]
MATRIX = ["t([[2.0, 0.5], [0.5, 1.0]])", "torch.eye(2)", "t([[1.0, 0.2], [0.2, 0.5]]).expand(3, 2, 2)"]
ROOT = ["t([[1.0, 0.0], [0.5, 2.0]])", "torch.eye(2)", "t([[1.0, 0.0], [-0.3, 0.7]], requires_grad=True)"]
BAD = ["-1.0", "t([-2.0, 0.5])", "float('nan')", "'a'", "None", "t(-0.5)", "t([1, 2])", "[0.5]", "torch.ones(5, 4)"]
KINDS = {  # each its arguments: lists to choose from, by place or by name
    "Bernoulli": [[SHARE], {"logits": ODDS}],
    "Beta": [[POSITIVE, POSITIVE]],
    "Binomial": [[COUNT, SHARE], {"total_count": COUNT, "logits": ODDS}],
    "Categorical": [[WEIGHTS], {"logits": SCORES}],
    "Cauchy": [[REAL, POSITIVE]],
    "Chi2": [[POSITIVE]],
    "ContinuousBernoulli": [[SHARE], {"logits": ODDS}],
    "Dirichlet": [[["t([0.5, 0.5, 2.0])", "t([[1.0, 2.0], [3.0, 4.0]])"]]],
    "Exponential": [[POSITIVE]],
    "FisherSnedecor": [[POSITIVE, POSITIVE]],
    "Gamma": [[POSITIVE, POSITIVE]],
    "GeneralizedPareto": [[REAL, POSITIVE, ["0.2", "0.0", "t([-0.3, 0.1])"]]],
    "Geometric": [[SHARE], {"logits": ODDS}],
    "Gumbel": [[REAL, POSITIVE]],
    "HalfCauchy": [[POSITIVE]],
    "HalfNormal": [[POSITIVE]],
    "Independent": [[["d.Normal(torch.zeros(3, 2), torch.ones(3, 2))", "d.Bernoulli(torch.full((2, 3), 0.3))"], ["0", "1", "2", "3"]]],
    "InverseGamma": [[["2.5", "t([3.0, 4.5])"], POSITIVE]],
    "Kumaraswamy": [[POSITIVE, POSITIVE]],
    "LKJCholesky": [[["2", "3", "4"], POSITIVE]],
    "Laplace": [[REAL, POSITIVE]],
    "LogNormal": [[REAL, POSITIVE]],
    "LogisticNormal": [[MEAN, ["torch.ones(2)", "t([0.5, 2.0])"]]],
    "LowRankMultivariateNormal": [[MEAN, ["t([[1.0], [0.5]])", "torch.ones(2, 2)"], ["torch.ones(2)", "t([0.3, 2.0])"]]],
    "MixtureSameFamily": [[["d.Categorical(t([0.3, 0.7]))"], ["d.Normal(t([0.0, 1.0]), t([1.0, 2.0]))", "d.Poisson(t([1.0, 5.0]))",
                           "d.Independent(d.Normal(torch.zeros(2, 3), torch.ones(2, 3)), 1)", "d.Normal(torch.zeros(3), 1.0)"]]],
    "Multinomial": [[["5", "1", "0"], WEIGHTS], {"total_count": ["4"], "logits": SCORES}],
    "MultivariateNormal": [[MEAN, MATRIX], {"loc": MEAN, "scale_tril": ROOT}, {"loc": MEAN, "precision_matrix": MATRIX}],
    "NegativeBinomial": [[COUNT, SHARE], {"total_count": ["2.5"], "logits": ODDS}],
    "Normal": [[REAL, POSITIVE]],
    "OneHotCategorical": [[WEIGHTS], {"logits": SCORES}],
    "OneHotCategoricalStraightThrough": [[WEIGHTS], {"logits": SCORES}],
    "Pareto": [[POSITIVE, POSITIVE]],
    "Poisson": [[POSITIVE]],
    "RelaxedBernoulli": [[["t(0.5)", "t([2.0])"], SHARE]],
    "RelaxedOneHotCategorical": [[["t(0.5)"], WEIGHTS], {"temperature": ["t(2.0)"], "logits": SCORES}],
    "StudentT": [[POSITIVE], [POSITIVE, REAL, POSITIVE]],
    "TransformedDistribution": [[["d.Normal(0.0, 1.0)", "d.Normal(torch.zeros(2), 1.0)"], ["[d.ExpTransform()]", "d.AffineTransform(1.0, 2.0)",
                                 "[d.SigmoidTransform(), d.AffineTransform(-1.0, 2.0)]", "[d.TanhTransform()]", "[]", "[3]"]]],
    "Uniform": [[["0.0", "t([-1.0, 0.5])"], ["1.0", "t([2.0, 3.0], requires_grad=True)", "t([0.0, 1.0])"]]],
    "VonMises": [[["0.5", "t([0.0, 1.0])"], POSITIVE]],
    "Weibull": [[POSITIVE, POSITIVE]],
    "Wishart": [[["3.0", "t([4.0, 5.5])"], MATRIX], {"df": ["t(4.5)"], "scale_tril": ROOT}],
}  # fmt: skip
ACTS = """
repr(p)
p.batch_shape, p.event_shape, p.has_rsample, p.has_enumerate_support, p.support
p.sample()
p.sample((2,))
p.sample(torch.Size([2, 1]))
p.sample(2)
p.mean
p.mode
p.variance
p.stddev
p.entropy()
p.perplexity()
p.rsample((3,))
p.log_prob(x)
p.log_prob(x).exp().sum()
D(p.log_prob(x), *ls)
p.cdf(x)
p.icdf(t([0.2, 0.7]))
p.enumerate_support()
p.enumerate_support(expand=False)
p.expand((3, *p.batch_shape))
p.expand((3, *p.batch_shape)).sample()
p.expand((3, *p.batch_shape)).log_prob(x)
p.expand((4,)).mean
p.log_prob(t(-3.5))
p.log_prob(t([0.5, float('nan')]))
p.log_prob(3)
p.log_prob(torch.ones(5, 7))
p.log_prob(t([0, 1]))
p.sample_n(2)
isinstance(p, d.ExponentialFamily) and p._natural_params
torch.randn(1)
d.kl_divergence(p, p)
d.kl_divergence(p, q)
d.kl_divergence(q, p)
d.Independent(p, len(p.batch_shape)).log_prob(x)
""".strip().splitlines()
TRANSFORMS = """
AbsTransform() AffineTransform(1.0,2.0) AffineTransform(t([1.0,2.0]),t([2.0,-1.0]),event_dim=1) ExpTransform() ExpTransform(cache_size=1) PowerTransform(2.0)
SigmoidTransform() SoftmaxTransform() SoftplusTransform() TanhTransform() StickBreakingTransform() LowerCholeskyTransform() PositiveDefiniteTransform()
CorrCholeskyTransform() ReshapeTransform((2,),(1,2)) ReshapeTransform((2,),(3,)) IndependentTransform(d.ExpTransform(),1) ComposeTransform([])
ComposeTransform([d.ExpTransform(),d.AffineTransform(0.0,2.0)]) CatTransform([d.ExpTransform(),d.TanhTransform()],dim=-1)
StackTransform([d.ExpTransform(),d.TanhTransform()],dim=-1) CumulativeDistributionTransform(d.Normal(0.0,1.0)) identity_transform
transform_to(c.positive) transform_to(c.simplex) biject_to(c.interval(0.0,2.0)) biject_to(c.simplex) transform_to(c.lower_cholesky) biject_to(c.real)
transform_to(c.greater_than(t(1.0))) biject_to(c.less_than(2.0)) biject_to(c.corr_cholesky) transform_to(c.positive_definite) biject_to(c.boolean)
transform_to(c.independent(c.positive,1)) biject_to(c.dependent) transform_to(c.cat([c.positive,c.real],-1)) transform_to(c.stack([c.positive,c.real],-1))
""".split()
OF_TRANSFORM = """
repr(f), repr(f.inv), f.bijective, f.domain, f.codomain
f.sign
f.inv.inv is f, f == f, f == f.inv, f == d.ExpTransform()
f(x)
f.inv(f(x))
f.log_abs_det_jacobian(x, f(x))
f.inv.log_abs_det_jacobian(f(x), x)
D(f(x), x)
f.forward_shape((3, 2)), f.inverse_shape((3, 2))
f.forward_shape(())
f.with_cache(1)
f(t(0.3))
f(torch.ones(2, 3))
f.domain.check(x)
f.codomain.check(f(x))
d.TransformedDistribution(d.Normal(torch.zeros(2), 1.0), f).sample()
d.TransformedDistribution(d.Normal(torch.zeros(2), 1.0), f).log_prob(f(x))
""".strip().splitlines()
CONSTRAINTS = """
boolean cat([c.positive,c.real],-1) corr_cholesky dependent greater_than(1.0) greater_than_eq(1) half_open_interval(0.0,1) independent(c.real,1)
integer_interval(0,3) interval(0.0,t(2.0)) less_than(2) lower_cholesky lower_triangular multinomial(3) nonnegative nonnegative_integer one_hot positive
positive_definite positive_integer positive_semidefinite real real_vector simplex square stack([c.positive,c.real],-1) symmetric unit_interval
MixtureSameFamilyConstraint(c.real) MixtureSameFamilyConstraint(3) dependent(is_discrete=True,event_dim=1)
""".split()
CHECKED = ["t(0.5)", "t([0.0, 1.0])", "t([0.3, 0.7])", "torch.eye(2)", "-torch.eye(2)", "t([[1.0, 0.0], [0.6, 0.8]])", "t([[1.0, 0.5], [0.2, float('nan')]])",
           "t([1, 2, 3])", "torch.ones(2, 3)", "t(float('inf'))"]  # fmt: skip
WRONG = {"Kumaraswamy": ["p.mode"]}  # what is wrong in torch 2.13 (NaN) and right here
START = ["t, d = torch.tensor, torch.distributions", "c = d.constraints"]
# What torch 2.13 itself cannot: of a divergence it writes infinities through masks of one operand's shape, and NaN into integers.
LIMITS = "^The shape of the mask |^value cannot be converted to type int64_t without overflow"


def made(rng, kind, wrong=0):
    """A call that makes a distribution of a kind, with one argument wrong at a chance of `wrong`."""
    form = rng.choice(KINDS[kind])
    named = form.items() if isinstance(form, dict) else [("", options) for options in form]
    args = [(name, rng.choice(options)) for name, options in named]
    if rng.random() < wrong:
        at = rng.randrange(len(args))
        args[at] = args[at][0], rng.choice(BAD)
    return f"d.{kind}({', '.join([f'{name}={value}' if name else value for name, value in args])})"


def program(rng, number):
    """The lines of a program."""
    what = rng.random()
    if what < 0.12:
        return [*START, f"f = d.{rng.choice(TRANSFORMS)}", "x = torch.randn(2, requires_grad=True)",
                *rng.sample(OF_TRANSFORM, 9)]  # fmt: skip
    if what < 0.2:
        k = f"k = c.{rng.choice(CONSTRAINTS)}"
        return [*START, k, "repr(k), type(k).__name__", "k.is_discrete, k.event_dim, c.is_dependent(k)",
                *[f"k.check({v})" for v in rng.sample(CHECKED, 5)]]  # fmt: skip
    kind = [*KINDS][number % len(KINDS)]
    double = ["torch.set_default_dtype(torch.float64)"] if rng.random() < 0.2 else []
    leaves = (
        "ls = [vars(p)[n] for n in 'loc scale probs logits rate concentration df low high'.split() if n in vars(p)]"
    )
    return [*START, *double, f"p = {made(rng, kind, 1 / 6)}", f"q = {made(rng, rng.choice([kind, *KINDS]))}", "torch.manual_seed(5)",
            "x = p.sample((3,))", leaves, *[a for a in rng.sample(ACTS, 14) if a not in WRONG.get(kind, ())]]  # fmt: skip


if __name__ == "__main__":
    main(program, __doc__, LIMITS)
