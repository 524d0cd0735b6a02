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
    Complex derivatives are in jax's convention, d out / d x without conjugation.
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

    @property
    def source(self):
        return f"{JAX}, {TORCH}"


LIMIT = "the limit"
NO_LIMIT = "no limit exists; 0 keeps nan out of a sum"
CANCELS = "the formula of both libraries cancels"


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
    Kink("hypot", (inf, 1.0), 1, 0.0, 0.0, LIMIT, by_jax=nan),
    # angles
    *both("arctan2", (0.0, 0.0), (0.0, 0.0), (0.0, 0.0), NO_LIMIT, by_jax=nan),
    Kink("arctan2", (inf, 1.0), 1, 0.0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("arctan2", (1.0, inf), 0, 0.0, 0.0, LIMIT, by_jax=nan, by_torch=nan),
    Kink("arctan2", (1e200, 1e200), 0, 5e-201, 5e-201, "without overflow", by_jax=0.0, by_torch=0.0),
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
    # logarithms and exponentials
    Kink("expm1", (-40.0,), 0, 4.248354255291589e-18, 4.248354255291589e-18, CANCELS, by_jax=0.0, by_torch=0.0),
    *both("logaddexp", (inf, inf), (0.5, 0.5), (0.5, 0.5), "as at every tie", by_jax=1.0, by_torch=nan),
    *both("logaddexp", (-inf, -inf), (0.5, 0.5), (0.5, 0.5), "as at every tie", by_jax=nan, by_torch=nan),
    Kink("logaddexp", (inf, 1.0), 1, 0.0, 0.0, LIMIT, by_jax=2.718281828459045),
    *both("logaddexp2", (inf, inf), (0.5, 0.5), (0.5, 0.5), "as at every tie", by_jax=1.0, by_torch=nan),
    *both("logaddexp2", (-inf, -inf), (0.5, 0.5), (0.5, 0.5), "as at every tie", by_jax=nan, by_torch=nan),
    Kink("logaddexp2", (inf, 1.0), 1, 0.0, 0.0, LIMIT, by_jax=2.0),
    Kink("xlogy", (0.0, 0.0), 0, -inf, 0.0),
    Kink("xlogy", (0.0, -1.0), 0, nan, 0.0),
    Kink("xlog1py", (0.0, -1.0), 0, -inf, 0.0),
    Kink("xlog1py", (0.0, -2.0), 0, nan, 0.0),
    # gamma and Bessel functions
    Kink("lgamma", (0.0,), 0, -inf, -inf, LIMIT, by_jax=nan),
    Kink("lgamma", (-0.0,), 0, inf, inf, LIMIT, by_jax=nan),
    Kink("digamma", (inf,), 0, 0.0, 0.0, LIMIT, by_jax=nan),
    Kink("digamma", (-1.0,), 0, inf, inf, "a pole", by_torch=6.580790147320947e32),
    Kink("i0", (0.0,), 0, 0.0, 0.0, "I0 is even and smooth", by_jax=1.0),
    # steps
    *both("nextafter", (1.0, 2.0), (1.0, 0.0), (1.0, 0.0), by_jax=None),
    Kink("heaviside", (nan, 1.0), 0, 0.0, 0.0, "the value is nan", by_jax=1.0, by_torch=None),
]  # fmt: skip
