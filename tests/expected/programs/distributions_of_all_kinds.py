"""torch.distributions: samples, densities, moments, divergences, constraints and texts."""

import functools

import torch
from torch import distributions as D
from torch.distributions import constraints, kl_divergence


def show(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, error)


def of(name, by=1.0):
    """One batch of two, of each distribution; parameters that require grad."""
    p = (torch.tensor([0.3, 0.8]) * by).requires_grad_()
    s = (torch.tensor([0.7, 2.5]) / by).requires_grad_()
    w = torch.tensor([[0.2, 0.5, 0.3], [0.6, 0.1, 0.3]]).pow(by).requires_grad_()
    m = torch.tensor([[2.0, 0.3], [0.3, 0.5]], requires_grad=True)
    made = {
        "Normal": lambda: D.Normal(p, s),
        "Uniform": lambda: D.Uniform(p, p + s),
        "Exponential": lambda: D.Exponential(s),
        "Laplace": lambda: D.Laplace(p, s),
        "Cauchy": lambda: D.Cauchy(p, s),
        "Gamma": lambda: D.Gamma(s, p),
        "Chi2": lambda: D.Chi2(s),
        "Beta": lambda: D.Beta(s, p),
        "Dirichlet": lambda: D.Dirichlet(w * 4),
        "StudentT": lambda: D.StudentT(s + 2, p, s),
        "LogNormal": lambda: D.LogNormal(p, s),
        "HalfNormal": lambda: D.HalfNormal(s),
        "Gumbel": lambda: D.Gumbel(p, s),
        "Bernoulli": lambda: D.Bernoulli(p),
        "Bernoulli of logits": lambda: D.Bernoulli(logits=p),
        "Geometric": lambda: D.Geometric(p),
        "Poisson": lambda: D.Poisson(s * 6),
        "Binomial": lambda: D.Binomial(10, p),
        "Categorical": lambda: D.Categorical(w / w.sum(-1, True)),
        "Categorical of logits": lambda: D.Categorical(logits=w),
        "OneHotCategorical": lambda: D.OneHotCategorical(w),
        "OneHotCategoricalStraightThrough": lambda: D.OneHotCategoricalStraightThrough(w),
        "Multinomial": lambda: D.Multinomial(7, w / w.sum(-1, True)),
        "MultivariateNormal": lambda: D.MultivariateNormal(p, m),
        "MultivariateNormal of a root": lambda: D.MultivariateNormal(p, scale_tril=m.tril()),
        "MultivariateNormal of a precision": lambda: D.MultivariateNormal(p, precision_matrix=m),
        "RelaxedBernoulli": lambda: D.RelaxedBernoulli(torch.tensor(0.7), p),
        "RelaxedOneHotCategorical": lambda: D.RelaxedOneHotCategorical(torch.tensor(0.7), logits=w),
        "NegativeBinomial": lambda: D.NegativeBinomial(s * 5, p),
        "HalfCauchy": lambda: D.HalfCauchy(s),
        "InverseGamma": lambda: D.InverseGamma(s + 2, p),
        "Pareto": lambda: D.Pareto(p, s + 2),
        "Weibull": lambda: D.Weibull(p, s + 1),
        "MixtureSameFamily": lambda: D.MixtureSameFamily(
            D.Categorical(logits=w),
            D.Normal(torch.arange(6.0).reshape(2, 3) * s[:, None], p[:, None] + torch.rand(2, 3)),
        ),
        "MixtureSameFamily of vectors": lambda: D.MixtureSameFamily(
            D.Categorical(logits=p),
            D.Independent(D.Normal(torch.arange(6.0).reshape(2, 3) * s[:, None], torch.ones(2, 3)), 1),
        ),
        "Independent": lambda: D.Independent(D.Normal(p, s), 1),
        "TransformedDistribution": lambda: D.TransformedDistribution(
            D.Normal(p, s), [D.TanhTransform(cache_size=1), D.AffineTransform(1.0, 2.0)]
        ),
    }
    return made[name](), [p, s, w, m]


NAMES = [
    "Normal", "Uniform", "Exponential", "Laplace", "Cauchy", "Gamma", "Chi2", "Beta", "Dirichlet", "StudentT", "LogNormal",
    "HalfNormal", "Gumbel", "Bernoulli", "Bernoulli of logits", "Geometric", "Poisson", "Binomial", "Categorical",
    "Categorical of logits", "OneHotCategorical", "OneHotCategoricalStraightThrough", "Multinomial", "MultivariateNormal",
    "MultivariateNormal of a root", "MultivariateNormal of a precision", "Independent", "TransformedDistribution",
    "RelaxedBernoulli", "RelaxedOneHotCategorical", "NegativeBinomial", "HalfCauchy", "InverseGamma", "Pareto", "Weibull",
    "MixtureSameFamily", "MixtureSameFamily of vectors",
]  # fmt: skip
WITH_OTHER_GRADIENTS = ("Beta", "Dirichlet")  # of samples: torch's estimator of them is another
for name in NAMES:
    torch.manual_seed(3)
    d, leaves = of(name)
    print(name, d.batch_shape, d.event_shape, d.has_rsample, d.has_enumerate_support, d)
    for what in ("mean", "variance", "stddev", "mode"):
        try:
            print(" ", what, getattr(d, what).detach())
        except NotImplementedError:
            print(" ", what, "is not known")
    x = d.sample((2,))
    print("  sample", x, d.expand((3, *d.batch_shape)).sample().shape)
    log_prob = d.log_prob(x)
    print(
        "  log_prob",
        log_prob.detach(),
        *[None if g is None else g for g in torch.autograd.grad(log_prob.sum(), leaves, allow_unused=True)],
    )
    for what in ("entropy", "perplexity"):
        try:
            print(" ", what, getattr(d, what)().detach())
        except (NotImplementedError, AttributeError):
            print(" ", what, "is not known")
    for what in ("cdf", "icdf"):
        if name in ("StudentT", "MultivariateNormal") or name in ("Gamma", "Chi2") and what == "cdf":
            continue
        try:
            print(" ", what, getattr(d, what)(x if what == "cdf" else torch.tensor([0.3, 0.6])).detach())
        except (NotImplementedError, AttributeError):
            print(" ", what, "is not known")
    d, leaves = of(name)
    if d.has_rsample:
        r = d.rsample((2,))
        print("  rsample", r.detach())
        if name not in WITH_OTHER_GRADIENTS:
            print(
                "  ",
                *[
                    g
                    for g in torch.autograd.grad(
                        (r * torch.arange(r.numel()).reshape(r.shape)).sum(), leaves, allow_unused=True
                    )
                    if g is not None
                ],
            )
    if d.has_enumerate_support:
        print("  support", d.enumerate_support().shape, d.enumerate_support(expand=False).flatten()[:4])
    print("  again", torch.rand(1))

torch.manual_seed(4)
print(
    D.Poisson(torch.tensor([0.1, 40.0])).sample((3,)), D.Binomial(100, torch.tensor([0.02, 0.3, 0.7, 1.0])).sample((2,))
)
print(D.Gamma(torch.tensor([0.05, 1.0, 30.0], dtype=torch.float64), 2.0).sample((2,)), D.Normal(0.0, 1.0).sample((17,)))
print(D.Bernoulli(0.3).sample((4,)), D.Normal(0.0, 1.0).sample(), D.Beta(2.0, 3.0).sample(), D.StudentT(3.0).sample())
# divergences
pairs = [
    (n, n)
    for n in NAMES
    if n
    not in (
        "Cauchy",
        "StudentT",
        "Multinomial",
        "OneHotCategoricalStraightThrough",
        "Chi2",
        "OneHotCategorical",
        "LogNormal",
        "Gumbel",
    )
]
more = [("Exponential", "Gamma"), ("Gamma", "Exponential"), ("Bernoulli", "Poisson"), ("Uniform", "Normal"), ("Laplace", "Normal"),
        ("Normal", "Laplace"), ("Cauchy", "Normal"), ("Independent", "Normal")]  # fmt: skip
for a, b in pairs + more:
    p, _ = of(a)
    q, _ = of(b, 0.6)
    show(lambda p=p, q=q: kl_divergence(p, q).detach())
# constraints and texts
for c, values in (
    (constraints.real, [1.0, float("nan")]), (constraints.positive, [0.0, 1.0]), (constraints.unit_interval, [0.5, 1.5]),
    (constraints.boolean, [0.0, 2.0]), (constraints.nonnegative_integer, [1.5, 2.0]), (constraints.simplex, [0.5, 0.6]),
    (constraints.integer_interval(0, 3), [3.0, 4.0]), (constraints.real_vector, [1.0, 2.0]), (constraints.one_hot, [0.0, 1.0]),
    (constraints.less_than(1), [0.0, 1.0]), (constraints.half_open_interval(0, 1), [0.0, 1.0]), (constraints.nonnegative, [-1.0, 0.0]),
):  # fmt: skip
    print(c, c.check(torch.tensor(values)), c.event_dim, c.is_discrete)
eye = torch.eye(2)
print(
    [
        c.check(eye + k).tolist()
        for c in (constraints.lower_cholesky, constraints.positive_definite, constraints.symmetric)
        for k in (0, 1)
    ]
)
n = D.Normal(torch.zeros(2), 1.0)
show(lambda: D.Normal(0.0, -1.0))
show(lambda: D.Normal(torch.zeros(2), torch.tensor([1.0, float("nan")])))
show(lambda: D.Uniform(1.0, 0.0))
show(lambda: D.Bernoulli())
show(lambda: D.Bernoulli(0.5, 0.5))
show(lambda: D.Bernoulli(1.5))
show(lambda: D.Categorical(torch.tensor(0.5)))
show(lambda: D.Categorical(torch.tensor([-1.0, 2.0])))
show(lambda: n.log_prob(3.0))
show(lambda: n.log_prob(torch.ones(3)))
show(lambda: n.log_prob(torch.tensor([float("nan"), 0.0])))
show(lambda: D.Categorical(torch.ones(2)).log_prob(torch.tensor(2)))
show(lambda: D.Bernoulli(0.5).log_prob(torch.tensor(0.5)))
show(lambda: D.Dirichlet(torch.ones(2)).log_prob(torch.ones(3)))
show(lambda: D.MultivariateNormal(torch.zeros(2), torch.ones(2, 2)))
show(lambda: D.MultivariateNormal(torch.zeros(2)))
show(lambda: D.Independent(n, 2))
show(lambda: D.Normal("a", 1.0))
show(lambda: D.Gamma(torch.ones(2), torch.ones(3)))
show(lambda: D.Bernoulli(0.5, validate_args=False).log_prob(torch.tensor(0.5)))
show(lambda: D.Normal(0.0, 1.0, validate_args=False).log_prob(torch.tensor(float("nan"))))
# transforms
x = torch.tensor([[0.3, -0.8], [1.2, 0.1]])
for t in (
    D.ExpTransform(), D.SigmoidTransform(), D.TanhTransform(), D.SoftplusTransform(), D.AffineTransform(1.0, torch.tensor([2.0, -3.0])),
    D.AffineTransform(0.5, -2.0, event_dim=1), D.StickBreakingTransform(), D.ReshapeTransform((2,), (1, 2)),
    D.ComposeTransform([D.AffineTransform(0.0, 2.0), D.ExpTransform()]), D.IndependentTransform(D.ExpTransform(), 1),
    D.ComposeTransform([D.ExpTransform(), D.PowerTransform(2.0)]), D.ExpTransform().inv,
):  # fmt: skip
    given = x.abs() if type(t).__name__ == "_InverseTransform" else x
    y = t(given)
    print(t, t.domain, t.codomain, t.bijective, t.forward_shape(torch.Size((2, 2))), t == t)
    print(" ", y, t.inv(y), t.log_abs_det_jacobian(given, y))
print(D.SoftmaxTransform()(x), D.LowerCholeskyTransform()(x), D.AbsTransform()(x), D.ExpTransform() == D.ExpTransform())
print(
    D.ComposeTransform([D.ExpTransform()]) == D.ComposeTransform([D.ExpTransform()]),
    D.AffineTransform(0, 1) == D.AffineTransform(0, 2),
)
stretched = D.TransformedDistribution(D.Normal(0.0, 1.0), D.AffineTransform(torch.zeros(3), 1.0))
print(
    stretched.batch_shape,
    stretched.cdf(torch.zeros(3)),
    stretched.support,
    functools.reduce(lambda a, b: a + b, [1, 2]),
)
for registry in (D.biject_to, D.transform_to):
    for c in (constraints.real, constraints.positive, constraints.nonnegative, constraints.greater_than(2.0), constraints.less_than(1.0),
              constraints.unit_interval, constraints.interval(-1.0, 2.0), constraints.simplex, constraints.lower_cholesky,
              constraints.real_vector, constraints.boolean):  # fmt: skip
        show(lambda r=registry, c=c: (r(c), r(c)(x)))
show(lambda: D.MixtureSameFamily(n, n))
show(lambda: D.MixtureSameFamily(D.Categorical(torch.ones(3)), n))

V = torch.tensor([0.2, 0.3, 0.5])
low = D.LowRankMultivariateNormal(torch.zeros(3, 2), torch.tensor([[1.0], [0.5]]), torch.tensor([1.0, 2.0]))
newer = (
    D.Kumaraswamy(torch.tensor([0.5, 2.0]), 3.0), D.VonMises(torch.tensor([0.0, 1.0]), torch.tensor([0.01, 50.0])), low,
    D.ContinuousBernoulli(logits=torch.tensor([0.0, 1e-3, -2.0])), D.ContinuousBernoulli(0.3), D.LogisticNormal(V, V),
    D.FisherSnedecor(torch.tensor([1.0, 6.0]), 5.0), D.GeneralizedPareto(torch.zeros(3), 1.0, torch.tensor([0.0, -0.5, 0.3])),
)  # fmt: skip
for d in newer:
    torch.manual_seed(1)
    draws = d.sample((2,))
    print(
        d,
        d.batch_shape,
        d.event_shape,
        d.support,
        draws,
        d.log_prob(draws),
        d.expand((2, *d.batch_shape)).sample().shape,
    )
    for name in ("mean", "variance"):
        show(lambda d=d, name=name: getattr(d, name))
    for f in (d.entropy, lambda d=d, x=draws: d.cdf(x), lambda d=d: d.icdf(torch.tensor(0.3)), lambda d=d: d.rsample()):
        show(f)
print(low.covariance_matrix, low.precision_matrix, low.scale_tril)
other = D.LowRankMultivariateNormal(torch.ones(2), torch.ones(2, 2), torch.ones(2))
print(D.kl_divergence(low, other), D.kl_divergence(newer[3], D.ContinuousBernoulli(0.4)))
show(lambda: D.ContinuousBernoulli(2.0, validate_args=True))
show(lambda: D.LowRankMultivariateNormal(torch.zeros(2), torch.ones(3, 1), torch.ones(2)))
show(lambda: D.LowRankMultivariateNormal(torch.zeros(4, 2), torch.ones(3, 2, 1), torch.ones(2)))

each = [D.ExpTransform(), D.SigmoidTransform()]
blocks = [D.IndependentTransform(t, 1) for t in each]
for t, given in (
    (D.CatTransform(each, dim=-1), x), (D.CatTransform(blocks, dim=0), x), (D.CatTransform(each, 0, [1, 1]), x),
    (D.StackTransform(each, dim=0), x), (D.StackTransform(each, dim=-1), x),
    (D.CumulativeDistributionTransform(D.Normal(0.0, 1.0)), x), (D.CorrCholeskyTransform(), torch.randn(2, 3)),
    (D.PositiveDefiniteTransform(), torch.randn(2, 2, 2)),
):  # fmt: skip
    y = t(given)
    print(type(t).__name__, t.bijective, y, t.inv(y), t.domain.event_dim, t.codomain.event_dim, t.codomain.check(y))
    show(lambda t=t, x=given, y=y: t.log_abs_det_jacobian(x, y))
    show(lambda t=t, x=given, y=y: (t.forward_shape(x.shape), t.inverse_shape(y.shape)))
show(lambda: D.CorrCholeskyTransform()(torch.ones(2)))
show(lambda: D.CorrCholeskyTransform().forward_shape((4,)))
for registry in (D.biject_to, D.transform_to):
    for c in (constraints.cat([constraints.positive, constraints.unit_interval], 1), constraints.positive_definite,
              constraints.stack([constraints.positive, constraints.less_than(1.0)], 0), constraints.corr_cholesky):  # fmt: skip
        show(lambda r=registry, c=c: (c.event_dim, r(c)(torch.ones(2, 3) if c is constraints.corr_cholesky else x)))
for d in (D.LKJCholesky(3), D.LKJCholesky(2, torch.tensor([0.5, 2.0]))):
    torch.manual_seed(0)
    draws = d.sample((2,))
    print(d, d.batch_shape, d.event_shape, d.support, draws, d.log_prob(draws))
show(lambda: D.LKJCholesky(1))
show(lambda: D.LKJCholesky(3).log_prob(torch.ones(3, 3)))
