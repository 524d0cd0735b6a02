"""Special functions: what torch.special holds beyond the names that torch itself has."""

import math

from ..names import NAMES as NODES
from ..tensor import Tensor, current
from .arithmetic import ADD, MUL, by_number
from .operands import P, floating
from .register import FUNCTIONS, operation

ROOT_HALF = math.sqrt(0.5)


def special_operation(label=None, *, name):
    return operation(label, name=name, function=False, method=False)


def special_unary(name, node):
    """A one-operand primitive under torch.special only."""
    NODES[name] = node + "Backward0"

    def function(input):
        return P[name](floating(current(input)))

    function.__doc__ = f"{name} of each element."
    return special_operation(name=name)(function)


i0e, i1, i1e = (special_unary(n, "Special" + n.upper()) for n in ("i0e", "i1", "i1e"))


@special_operation("SpecialXlog1PyBackward0", name="xlog1py")
def xlog1py(input, other):
    """input * log1p(other), 0 where input is 0."""
    x, y = (floating(current(t)) if isinstance(t, Tensor) else t for t in (input, other))
    return P["xlog1py"](x, y)


@special_operation("SpecialEntrBackward0", name="entr")
def entr(input):
    """-x log(x): 0 at 0, -inf below it."""
    t = floating(current(input))
    return P["where"](P["less"](t, 0), -math.inf, P["neg"](P["xlogy"](t, t)))


@special_operation(name="ndtr")
def ndtr(input):
    """The distribution function of the standard normal distribution."""
    return by_number(MUL, by_number(ADD, FUNCTIONS["erf"](by_number(MUL, input, ROOT_HALF)), 1.0), 0.5)


@special_operation("SpecialNdtriBackward0", name="ndtri")
def ndtri(input):
    """The inverse of ndtr."""
    return FUNCTIONS["erfinv"](input * 2.0 - 1.0) * math.sqrt(2.0)


NAMES = {f.__name__: f for f in (i0e, i1, i1e, xlog1py, entr, ndtr, ndtri)} | {
    theirs: FUNCTIONS[ours]
    for theirs, ours in {
        "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "gammaln": "lgamma", "digamma": "digamma", "psi": "digamma",
        "expit": "sigmoid", "logit": "logit", "xlogy": "xlogy", "exp2": "exp2", "expm1": "expm1", "log1p": "log1p",
        "i0": "i0",
        "multigammaln": "mvlgamma", "polygamma": "polygamma", "logsumexp": "logsumexp", "softmax": "softmax",
        "log_softmax": "log_softmax", "round": "round", "sinc": "sinc",
    }.items()
}  # fmt: skip
