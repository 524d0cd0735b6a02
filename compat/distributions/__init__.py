"""torch.distributions: probability distributions with torch's streams of samples, densities and divergences."""

from funcgrad.lazy import attributes as _attributes

from ..functions.missing import refusal as _refusal
from ..functions.missing import sharing as _sharing

_FAMILIES = {  # torch's modules
    "bernoulli": "Bernoulli",
    "beta": "Beta",
    "binomial": "Binomial",
    "categorical": "Categorical",
    "cauchy": "Cauchy",
    "chi2": "Chi2",
    "combined": "CatTransform CorrCholeskyTransform CumulativeDistributionTransform PositiveDefiniteTransform StackTransform",
    "constraint_registry": "biject_to transform_to",
    "continuous_bernoulli": "ContinuousBernoulli",
    "dirichlet": "Dirichlet",
    "distribution": "Distribution",
    "exp_family": "ExponentialFamily",
    "exponential": "Exponential",
    "fishersnedecor": "FisherSnedecor",
    "gamma": "Gamma",
    "generalized_pareto": "GeneralizedPareto",
    "geometric": "Geometric",
    "gumbel": "Gumbel",
    "half_cauchy": "HalfCauchy",
    "half_normal": "HalfNormal",
    "independent": "Independent",
    "inverse_gamma": "InverseGamma",
    "kl": "kl_divergence register_kl",
    "kumaraswamy": "Kumaraswamy",
    "laplace": "Laplace",
    "lkj_cholesky": "LKJCholesky",
    "log_normal": "LogNormal",
    "logistic_normal": "LogisticNormal",
    "lowrank_multivariate_normal": "LowRankMultivariateNormal",
    "mixture_same_family": "MixtureSameFamily",
    "multinomial": "Multinomial",
    "multivariate_normal": "MultivariateNormal",
    "negative_binomial": "NegativeBinomial",
    "normal": "Normal",
    "one_hot_categorical": "OneHotCategorical OneHotCategoricalStraightThrough",
    "pareto": "Pareto",
    "poisson": "Poisson",
    "relaxed_bernoulli": "RelaxedBernoulli",
    "relaxed_categorical": "RelaxedOneHotCategorical",
    "studentT": "StudentT",
    "transformed_distribution": "TransformedDistribution",
    "transforms": "AbsTransform AffineTransform ComposeTransform ExpTransform IndependentTransform LowerCholeskyTransform "
    "PowerTransform ReshapeTransform SigmoidTransform SoftmaxTransform SoftplusTransform StickBreakingTransform "
    "TanhTransform Transform identity_transform",
    "uniform": "Uniform",
    "von_mises": "VonMises",
    "weibull": "Weibull",
    "wishart": "Wishart",
}
_FILES = {  # those of them that share a file here
    "counts": "bernoulli binomial categorical geometric multinomial negative_binomial one_hot_categorical poisson",
    "fractions": "beta continuous_bernoulli dirichlet kumaraswamy relaxed_bernoulli relaxed_categorical",
    "located": "cauchy gumbel half_cauchy half_normal laplace log_normal logistic_normal normal studentT uniform von_mises",
    "positive": "chi2 exponential fishersnedecor gamma generalized_pareto inverse_gamma pareto weibull",
    "vectors": "lkj_cholesky lowrank_multivariate_normal multivariate_normal wishart",
}
_INNER = {
    "multivariate_normal": "_batch_mahalanobis _batch_mv _precision_to_scale_tril",
    "relaxed_bernoulli": "LogitRelaxedBernoulli",
    "relaxed_categorical": "ExpRelaxedCategorical",
}
_index = _sharing(__name__, _FAMILIES, _FILES, _INNER)
__all__ = " ".join(_index.values()).split()
__getattr__, __dir__ = _attributes(
    __name__,
    _index,
    missing=_refusal(__name__),
    whole=True,
    modules=" ".join(sorted({*_FAMILIES, "constraints", "utils"} - {"combined"})),
)
