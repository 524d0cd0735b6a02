"""Where derivatives are a matter of choice: the elementwise primitives' kinks, ties, poles and infinities.

A row is a point at which the two faces differ, or at which ours differs from jax (where jax gives nan or a wrong number
and there is a limit, ours is the limit). docs/kinks.md is made from this table; tests/test_kinks.py holds every row to
what our rules, jax and torch give.
"""

from typing import NamedTuple

JAX, TORCH = "jax 0.10.2", "torch 2.13"
inf, nan = float("inf"), float("nan")


class Same:
    """Stands for: the library gives what our face for it gives."""

    def __repr__(self):
        return "same"


SAME = Same()


class Kink(NamedTuple):
    """The derivative of `primitive` by operand number `operand` at a point (the operands), as our two faces give it.

    `by_jax`, `by_torch`: what those libraries give themselves, where that is not ours; None: they have no derivative.
    Complex derivatives are in jax's convention, d out / d x without conjugation. `order` 2: the second derivative.
    """

    primitive: str
    point: tuple
    operand: int
    jax: complex
    torch: complex
    note: str = ""
    by_jax: object = SAME
    by_torch: object = SAME
    params: tuple = ()  # of (name, value)
    order: int = 1

    @property
    def source(self):
        return f"{JAX}, {TORCH}"


LIMIT = "the limit"
NO_LIMIT = "no limit exists; 0 keeps nan out of a sum"
CANCELS = "the formula of both libraries cancels"


def second(primitive, point, operand, value, note="", **others):
    """A row for the second derivative by one operand, the same in both faces unless `torch` is given."""
    return Kink(primitive, point, operand, value, others.pop("torch", value), note, order=2, **others)


def both(primitive, point, jax, torch, note="", **others):
    """One row for each operand: `jax` and `torch` are tuples."""
    return [Kink(primitive, point, i, a, b, note, **others) for i, (a, b) in enumerate(zip(jax, torch, strict=True))]


KINKS = [
    # absolute value
    Kink("abs", (0.0,), 0, 1.0, 0.0),
    Kink("abs", (-0.0,), 0, 1.0, 0.0),
    Kink("abs", (nan,), 0, 1.0, 0.0, "the value is nan", by_jax=-1.0),
    *both("copysign", (0.0, 1.0), (1.0, 0.0), (0.0, 0.0)),
    *both("copysign", (0.0, -1.0), (-1.0, 0.0), (0.0, 0.0)),
    *both("copysign", (inf, 1.0), (1.0, 0.0), (nan, 0.0)),
    # ties
    *both("maximum", (nan, 1.0), (0.0, 0.0), (1.0, 1.0), "the value is nan; real ties are 1/2 in both"),
    *both("minimum", (nan, 1.0), (0.0, 0.0), (1.0, 1.0), "the value is nan; real ties are 1/2 in both"),
    *both("fmax", (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)),
    *both("fmin", (1.0, 1.0), (0.0, 1.0), (1.0, 0.0)),
    *both("clamp", (0.0, 0.0, 1.0), (0.5, 0.5, 0.0), (1.0, 0.0, 0.0), "at the lower bound"),
    *both("clamp", (1.0, 0.0, 1.0), (0.5, 0.0, 0.5), (1.0, 0.0, 0.0), "at the upper bound"),
    *both("clamp", (0.0, 0.0, 0.0), (0.25, 0.25, 0.5), (1.0, 0.0, 0.0), "at both bounds"),
    Kink("relu", (nan,), 0, 0.0, 1.0, "the value is nan; at 0 it is 0 in both"),
    # powers and roots
    Kink("power", (0.0, 0.0), 0, 0.0, 0.0, "the derivative of x**0", by_jax=nan),
    Kink("power", (0.0, -1.0), 1, -inf, -inf, LIMIT, by_jax=nan),
    *both("hypot", (0.0, 0.0), (0.5, 0.5), (nan, nan)),
    *both(
        "hypot",
        (1e200, 1e200),
        (0.5**0.5, 0.5**0.5),
        (0.5**0.5, 0.5**0.5),
        "without overflow",
        by_jax=1.0606601717798214,
    ),
    Kink("power", (inf, -1.0), 1, 0.0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("power", (2.0, -inf), 0, 0.0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("power", (0.5, inf), 0, 0.0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("hypot", (inf, 1.0), 0, 1.0, nan, LIMIT, by_jax=nan),
    Kink("hypot", (inf, 1.0), 1, 0.0, 0.0, LIMIT, by_jax=nan),
    *both("hypot", (inf, inf), (0.5**0.5, 0.5**0.5), (nan, nan), "no limit exists; the direction of arctan2(inf, inf)", by_jax=nan),
    second("hypot", (inf, 1.0), 0, 0.0, LIMIT, torch=nan, by_jax=nan),
    # angles
    *both("arctan2", (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), NO_LIMIT, by_jax=nan),
    Kink("arctan2", (inf, 1.0), 1, 0.0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("arctan2", (1.0, inf), 0, 0.0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("arctan2", (1e200, 1e200), 0, 5e-201, 5e-201, "without overflow", by_jax=0.0, by_torch=0.0),
    Kink("arctan2", (inf, inf), 0, 0.0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    second("arctan2", (1.0, inf), 0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    second("arctan", (inf,), 0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("angle", (0j,), 0, 0j, 0j, NO_LIMIT, by_jax=complex(nan, nan)),
    Kink("angle", (0.0,), 0, 0.0, 0.0, "the angle of a real number is a step", by_jax=nan),
    Kink(
        "arccosh",
        (-2 + 0.5j,),
        0,
        -0.5157148857049604 - 0.16770213325966554j,
        -0.5157148857049604 - 0.16770213325966554j,
        "jax's derivative is that of the other branch",
        by_jax=0.5157148857049606 + 0.1677021332596656j,
    ),
    Kink("sinc", (1e-8,), 0, -3.2898681336964524e-08, -3.2898681336964524e-08, CANCELS,
         by_jax=-2.1002231716731708e-08, by_torch=-2.1063981330815398e-08),
    second("sinc", (1e8,), 0, -2e-16, CANCELS, by_jax=1.0278263997782654e-15, by_torch=1.0278263997782654e-15),
    # hyperbolic functions
    Kink("tanh", (20.0,), 0, 1.6993417021166355e-17, 0.0, "1 - tanh(x)**2 cancels", by_jax=0.0),
    second("tanh", (20.0,), 0, -3.398683404233271e-17, "1 - tanh(x)**2 cancels", torch=0.0, by_jax=0.0),
    second("arcsinh", (inf,), 0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    # logarithms and exponentials
    Kink("sigmoid", (40.0,), 0, 4.248354255291589e-18, 0.0, "out * (1 - out) cancels", by_jax=0.0),
    second("softplus", (40.0,), 0, 4.248354255291589e-18, "from the derivative of sigmoid", by_jax=0.0, by_torch=None),
    second("logaddexp", (0.0, -40.0), 0, 4.248354255291589e-18, "from the derivative of sigmoid", by_jax=0.0),
    Kink("expm1", (-40.0,), 0, 4.248354255291589e-18, 0.0, "out + 1 cancels", by_jax=0.0),
    *both("logaddexp", (inf, inf), (0.5, 0.5), (0.5, 0.5), "as at every tie", by_jax=1.0, by_torch=nan),
    *both("logaddexp", (-inf, -inf), (0.5, 0.5), (0.5, 0.5), "as at every tie", by_jax=nan, by_torch=nan),
    Kink("logaddexp", (inf, 1.0), 1, 0.0, 0.0, LIMIT, by_jax=2.718281828459045),
    *both("logaddexp2", (inf, inf), (0.5, 0.5), (0.5, 0.5), "as at every tie", by_jax=1.0, by_torch=nan),
    *both("logaddexp2", (-inf, -inf), (0.5, 0.5), (0.5, 0.5), "as at every tie", by_jax=nan, by_torch=nan),
    Kink("logaddexp2", (inf, 1.0), 1, 0.0, 0.0, LIMIT, by_jax=2.0),
    Kink("logit", (2.0,), 0, -0.5, nan, "the value is nan"),
    Kink("xlogy", (0.0, 0.0), 0, -inf, 0.0),
    Kink("xlogy", (0.0, -1.0), 0, nan, 0.0),
    second("xlogy", (1e-20, 1e-160), 1, -1e300, "without overflow", by_jax=-inf),
    Kink("xlog1py", (0.0, -1.0), 0, -inf, 0.0),
    Kink("xlog1py", (0.0, -2.0), 0, nan, 0.0),
    # the error function, gamma and Bessel functions
    second("erf", (inf,), 0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    second("erfc", (inf,), 0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("lgamma", (0.0,), 0, -inf, -inf, LIMIT, by_jax=nan),
    Kink("lgamma", (-0.0,), 0, inf, inf, LIMIT, by_jax=nan),
    Kink("digamma", (inf,), 0, 0.0, 0.0, LIMIT, by_jax=nan),
    second("digamma", (inf,), 0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("digamma", (-1.0,), 0, inf, inf, "a pole", by_torch=6.580790147320947e32),
    Kink("i0", (0.0,), 0, 0.0, 0.0, "I0 is even and smooth", by_jax=1.0),
    second("i0", (800.0,), 0, inf, "it overflows", by_jax=nan, by_torch=nan),
    Kink("i1", (800.0,), 0, inf, inf, "it overflows", by_jax=nan, by_torch=nan),
    second("i1", (1e-8,), 0, 3.75e-9, CANCELS, by_jax=-5.551115123125783e-17, by_torch=0.0),
    # steps
    Kink("power", (nan, 0.0), 0, 0.0, 0.0, "x**0 is 1 for every x", by_jax=nan),
    *both("nextafter", (1.0, 2.0), (1.0, 0.0), (1.0, 0.0), by_jax=None),
    Kink("heaviside", (nan, 1.0), 0, 0.0, 0.0, "the value is nan", by_jax=1.0, by_torch=None),
]  # fmt: skip


class Limit(NamedTuple):
    """A program of arrays whose derivative at a point exists, or is a choice, where jax gives nan.

    `program`, `point` and `value` are Python text over np (NumPy, or jax.numpy) and special (scipy.special).
    """

    program: str
    point: str
    order: int
    value: str
    note: str


SYMMETRIC = "np.einsum('ik,jl->ijkl', np.eye(2), np.eye(2)) + np.einsum('il,jk->ijkl', np.eye(2), np.eye(2))"
LIMITS = [
    Limit("np.sum(np.linalg.eigvalsh(x) ** 2)", "np.eye(2)", 2, SYMMETRIC, "the sum of the squares of a symmetric x"),
    Limit("np.sum(np.exp(np.linalg.eigvalsh(x)))", "np.zeros((2, 2))", 2, f"({SYMMETRIC}) / 2", "the trace of exp(x)"),
    Limit(
        "np.sum(np.linalg.svd(x, compute_uv=False) ** 2)",
        "np.zeros((2, 2))",
        2,
        "2 * np.einsum('ik,jl->ijkl', np.eye(2), np.eye(2))",
        "the sum of the squares of x",
    ),
    Limit(
        "np.linalg.norm(x, 'nuc')",
        "np.eye(2)",
        2,
        "(np.einsum('ik,jl->ijkl', np.eye(2), np.eye(2)) - np.einsum('il,jk->ijkl', np.eye(2), np.eye(2))) / 2",
        "the gradient is x's orthogonal factor, which a skew change of x turns",
    ),
    Limit("special.logsumexp(x)", "np.array([np.inf, 1.0])", 1, "np.array([1.0, 0.0])", LIMIT),
    Limit("special.logsumexp(x)", "np.array([np.inf, 1.0])", 2, "np.zeros((2, 2))", LIMIT),
    Limit("special.logsumexp(x)", "np.array([-np.inf, -np.inf])", 1, "np.array([0.5, 0.5])", "as at every tie"),
]
