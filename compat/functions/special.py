"""Special functions: what torch.special holds beyond the names that torch itself has."""

import math

import numpy as np

from funcgrad.numpy.concrete import concrete

from .. import dtypes
from ..names import NAMES as NODES
from ..payload import current
from ..tensor import Tensor
from .arithmetic import ADD, MUL, by_number
from .forward_mode import refuse_tangents
from .mapped_by_loop import by_samples
from .nodes import named
from .operands import (
    P,
    apart,
    as_operand,
    broadcast_shapes,
    broadcast_to,
    cast,
    check_sizes,
    dtype_of,
    floating,
    iterating,
    new,
    promoted,
    rank,
    shape_of,
)
from .refusals import need_real, refuse
from .register import FUNCTIONS, operation, twin

# name: (p[1] as (slope, constant), (a, b, c) of step k = 1, 2, ...)
RECURRENCES = {
    "chebyshev_polynomial_t": ((1, 0), lambda k: (2, 0, 1)),
    "chebyshev_polynomial_u": ((2, 0), lambda k: (2, 0, 1)),
    "chebyshev_polynomial_v": ((2, -1), lambda k: (2, 0, 1)),
    "chebyshev_polynomial_w": ((2, 1), lambda k: (2, 0, 1)),
    "hermite_polynomial_h": ((2, 0), lambda k: (2, 0, 2 * k)),
    "hermite_polynomial_he": ((1, 0), lambda k: (1, 0, k)),
    "laguerre_polynomial_l": ((-1, 1), lambda k: (-1 / (k + 1), (2 * k + 1) / (k + 1), k / (k + 1))),
    "legendre_polynomial_p": ((1, 0), lambda k: ((2 * k + 1) / (k + 1), 0, k / (k + 1))),
}
SHIFTED = [name for name in RECURRENCES if name.startswith("chebyshev")]  # of 2 x - 1 in place of x


def operands(name, x, n):
    """(x as floats, the degrees as an int array, the shape of the result)."""
    d = dtypes.result_dtype([rank(x), rank(n)])
    need_real(f"{name}_cpu", d, False)
    d = d if d.kind == "f" else dtypes.Default.numpy
    degrees = np.asarray(concrete(n.detach(), "a degree")) if isinstance(n, Tensor) else np.asarray(n)
    degrees = degrees.astype(np.int64)
    t = cast(current(x), d) if isinstance(x, Tensor) else new(np.asarray(x, d))
    return t, degrees, broadcast_shapes(shape_of(t), degrees.shape)


def linear(t, a, b):
    """a t + b."""
    out = t if a == 1 else P["mul"](t, float(a))
    return P["add"](out, float(b)) if b else out


def evaluated(t, degrees, shape, first, step):
    """The polynomial of each degree at each point."""
    before = new(np.ones(shape_of(t), dtype_of(t)))
    now = linear(t, *first)
    out = broadcast_to(before, shape)
    for k in range(1, int(degrees.max(initial=0)) + 1):
        if (degrees == k).all():
            out = broadcast_to(now, shape)
        elif (degrees == k).any():
            out = P["where"](np.broadcast_to(degrees == k, shape), broadcast_to(now, shape), out)
        a, b, c = step(k)
        before, now = now, P["sub"](P["mul"](linear(t, a, b), now), before if c == 1 else P["mul"](before, float(c)))
    if (degrees < 0).any():
        out = P["where"](np.broadcast_to(degrees >= 0, shape), out, 0.0)
    return out


def polynomial(name, shifted=False):
    """torch.special.<name>(input, n)."""
    first, step = RECURRENCES[name.removeprefix("shifted_")]

    def f(input, n):
        t, degrees, shape = operands(name, input, n)
        t = P["stop"](t)  # (which torch does not differentiate)
        out = evaluated(linear(t, 2, -1) if shifted else t, degrees, shape, first, step)
        return apart(out, t)

    f.__doc__ = f"The {name.replace('_', ' ')} of degree n, an integer or a Tensor of such, at each element."
    return operation(name=name, function=False, method=False, prefix="special_", numbers=True)(iterating(by_samples(f)))


POLYNOMIALS = {name: polynomial(name) for name in RECURRENCES} | {
    f"shifted_{name}": polynomial(f"shifted_{name}", True) for name in SHIFTED
}


ROOT_HALF = math.sqrt(0.5)


def special_operation(label=None, *, name):
    return lambda f: operation(label, name=name, function=False, method=False, prefix="special_")(iterating(f))


def special_unary(name, node, halves=True):
    """A one-operand primitive under torch.special only."""
    NODES[name] = node + "Backward0"

    def function(input):
        t = floating(current(input))
        need_real(f"{name}_cpu", dtype_of(t), halves)
        return P[name](t)

    function.__doc__ = f"{name} of each element."
    return special_operation(name=name)(function)


i0e, i1, i1e = (special_unary(n, "Special" + n.upper()) for n in ("i0e", "i1", "i1e"))


def of_two(name, node, f, halves=True):
    """A function of two operands, Tensors or (one of them) a number, in the float dtype that they promote to."""

    def function(input, other):
        given = [as_operand(input), as_operand(other)]
        check_sizes(*[current(t) if isinstance(t, Tensor) else t for t in given])
        operands, d = promoted(given, True)
        need_real(f"{name}_cpu", d, halves)
        out = f(*operands)
        which = 0 if isinstance(input, Tensor) and isinstance(other, Tensor) else 1 if isinstance(other, Tensor) else 2
        return named(out, f"{node}Backward{which}", (input, other))

    function.__doc__ = f.__doc__
    return operation(name=name, function=False, method=False, prefix="special_", numbers=True)(iterating(function))


def xlog1py_of(x, y):
    """input * log1p(other), 0 where input is 0."""
    return P["xlog1py"](x, y, kink="torch")


def held_fixed(x, name):
    """x; where it is differentiated by, an operand by which torch has no derivative, under this name."""
    if not isinstance(x, Tensor) or not x.requires_grad:
        return x
    from .._gate import Refusal  # (rarely needed, and it loads the custom rules)

    return P["rule"](x, spec=Refusal(f"the derivative for '{name}' is not implemented.", NotImplementedError))[0]


def zeta_of(x, y):
    """The Hurwitz zeta function: the sum over k >= 0 of (other + k) ** -input."""
    refuse_tangents("special_zeta", x)
    fixed = held_fixed(x, "zeta")
    if fixed is x:
        return P["zeta"](x, y)
    from .._gate import Tie

    return P["rule"](fixed, P["zeta"](x.detach(), y), spec=Tie(x, "zeta", None))[0]


xlog1py = of_two("xlog1py", "SpecialXlog1Py", xlog1py_of)
zeta = of_two("zeta", "SpecialZeta", zeta_of, halves=False)


@special_operation("SpecialEntrBackward0", name="entr")
def entr(input):
    """-x log(x): 0 at 0, -inf below it."""
    t = floating(current(input))
    need_real("entr_cpu", dtype_of(t))
    return P["entr"](t)


@special_operation(name="ndtr")
def ndtr(input):
    """The distribution function of the standard normal distribution."""
    return by_number(MUL, by_number(ADD, FUNCTIONS["erf"](by_number(MUL, input, ROOT_HALF)), 1.0), 0.5)


erfcx, ndtri, log_ndtr = (
    special_unary(n, node, halves=False)
    for n, node in (("erfcx", "SpecialErfcx"), ("ndtri", "SpecialNdtri"), ("log_ndtr", "SpecialLogNdtr"))
)


# ------------------------------------------------------------------------------------------------ Bessel functions
def of_one(name, prim, **params):
    """A function of one operand that torch does not differentiate (and whose primitive has a derivative)."""

    def function(input):
        t = floating(current(input))
        need_real(f"{name}_cpu", dtype_of(t), False)
        return P["stop"](P[prim](t, **params))

    function.__doc__ = f"{name.replace('_', ' ')} of each element. (Its result is a constant for autograd.)"
    return special_operation(name=name)(function)


BESSEL = {
    "airy_ai": ("airy_ai", {"nth": 0}),
    **{f"bessel_{kind}{n}": (f"bessel_{kind}", {"nu": n}) for kind in "jy" for n in (0, 1)},
    **{f"modified_bessel_i{n}": (f"i{n}", {}) for n in (0, 1)},
    **{f"modified_bessel_k{n}": ("bessel_k", {"nu": n, "scaled_by_exp": False}) for n in (0, 1)},
    **{f"scaled_modified_bessel_k{n}": ("bessel_k", {"nu": n, "scaled_by_exp": True}) for n in (0, 1)},
}
CYLINDER = {name: of_one(name, prim, **params) for name, (prim, params) in BESSEL.items()}


@special_operation(name="spherical_bessel_j0")
def spherical_bessel_j0(input):
    """sin(x) / x, 1 at 0 and 0 at infinity."""
    t = floating(current(input))
    need_real("spherical_bessel_j0_cpu", dtype_of(t), False)
    return P["stop"](P["sinc"](P["div"](t, math.pi)))


# ------------------------------------------------------------------------------------------------ gamma
def incomplete(name, label, upper):
    """The regularised lower, or upper, incomplete gamma function, as a function of torch and a method too."""

    def function(input, other):
        refuse_tangents(name, input)
        (x, y), d = promoted((input, other))
        if d.kind != "f":
            refuse(f"{name}_cpu", d)
        return P["incomplete_gamma"](held_fixed(x, f"{name}: input"), y, upper=upper, nth=0)

    part = "upper" if upper else "lower"
    function.__doc__ = f"The regularised {part} incomplete gamma function of the parameter `input` at `other`."
    f = operation(label, name=name)(iterating(function))
    twin(name, label)
    return f


igamma = incomplete("igamma", "IgammaBackward0", False)
igammac = incomplete("igammac", "IgammacBackward0", True)


def special_round(*args, **kwargs):
    """torch.round of floats: it takes no integers."""
    try:
        out = FUNCTIONS["round"](*args, **kwargs)
    except TypeError as error:
        from .._calls import refusal

        raise refusal("special_round", False, args, kwargs) or error from None
    if out.dtype.numpy.kind in "iu":
        refuse("round_vml_cpu", out.dtype.numpy)
    return out


special_round.__name__ = "round"
NAMES = {"round": special_round} | {f.__name__: f for f in (i0e, i1, i1e, xlog1py, zeta, entr, ndtr, ndtri, log_ndtr, erfcx, spherical_bessel_j0)} | {
    theirs: FUNCTIONS[ours]
    for theirs, ours in {
        "erf": "erf", "erfc": "erfc", "erfinv": "erfinv", "gammaln": "lgamma", "digamma": "digamma", "psi": "digamma",
        "expit": "sigmoid", "logit": "logit", "xlogy": "xlogy", "exp2": "exp2", "expm1": "expm1", "log1p": "log1p",
        "i0": "i0",
        "multigammaln": "mvlgamma", "polygamma": "polygamma", "logsumexp": "logsumexp", "softmax": "softmax",
        "log_softmax": "log_softmax", "sinc": "sinc", "gammainc": "igamma", "gammaincc": "igammac",
    }.items()
} | CYLINDER | POLYNOMIALS  # fmt: skip
