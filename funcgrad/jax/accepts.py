"""Which dtypes jax's functions take, and which must be alike: what they refuse is refused here, with the same exception.

A rule is `positions kinds`: the operands, and the kinds (`dtype.kind`) of dtype that they may have. In jax.lax operands must have one
dtype and shapes of as many axes, 0-d ones aside: nothing is promoted. Invariant: looked at before anything is computed.
"""

import functools
import sys

import numpy as np

from .arrays import described
from .dtypes import canonicalize_dtype
from .signatures import python_signature

KINDS = {"b": "bool", "iu": "integer", "f": "floating", "c": "complexfloating"}
LAX = {
    "0 iufc": "abs neg sign square cumsum cumprod cummax cummin",
    "0 fc": "acos acosh asin asinh atan atanh cos cosh exp exp2 expm1 log log1p logistic reciprocal rsqrt sin sinh sqrt tan tanh "
    "cumlogsumexp conj pow",
    "0 f": "bessel_i0e bessel_i1e cbrt ceil digamma erf erf_inv erfc floor is_finite lgamma round reduce_precision",
    "0 c": "imag real",
    "0 iu": "population_count clz",
    "0 biu": "bitwise_not reduce_and reduce_or reduce_xor",
    "0 1 iufc": "add sub mul div",
    "0 1 iuf": "rem",
    "0 1 biufc": "max min eq ne",
    "0 1 fc": "atan2",
    "0 1 biuf": "lt le gt ge",
    "0 1 f": "nextafter igamma igammac polygamma zeta igamma_grad_a random_gamma_grad complex",
    "0 1 biu": "bitwise_and bitwise_or bitwise_xor",
    "0 1 iu": "shift_left shift_right_logical shift_right_arithmetic mulhi",
    "0 1 2 biufc": "clamp",
    "0 1 2 f": "betainc",
    "1 2 biufc": "select",
}
NUMPY_NAME = {
    "sub": "subtract", "mul": "multiply", "div": "divide", "rem": "remainder", "max": "maximum", "min": "minimum", "eq": "equal",
    "ne": "not_equal", "lt": "less", "le": "less_equal", "gt": "greater", "ge": "greater_equal", "select": "where", "clamp": "clip",
    "atan2": "arctan2", "dynamic_update_slice": "ndarray.at[i].set",
}  # fmt: skip


def names_of(kinds):
    return ", ".join([name for k, name in KINDS.items() if k[0] in kinds])


def guarded(f, name, rule, alike=False):
    """f, with its operands looked at first: TypeError for one of a dtype that jax's function does not take, and, if they must be
    alike, for operands of different dtypes or shapes."""
    *positions, kinds = rule.split()
    positions = tuple(map(int, positions))
    one = len(positions) == 1

    @functools.wraps(f)
    def call(*args, **kwargs):
        chosen = [args[i] for i in positions if i < len(args)]
        if kwargs and len(chosen) < len(positions):  # (operands by name)
            names = [*python_signature(f).parameters]
            chosen = [
                args[i] if i < len(args) else kwargs[names[i]] for i in positions if i < len(args) or names[i] in kwargs
            ]
        try:
            dtypes = [canonicalize_dtype(described(a)[0]) for a in chosen]
        except TypeError:
            dtypes = ()
        if len(dtypes) < len(positions):  # (given by name, or no array: the function says so itself)
            return f(*args, **kwargs)
        for i, d in zip(positions, dtypes, strict=True):
            if d.kind not in kinds:
                at = "" if one else f" at position {i}"
                raise TypeError(
                    f"{name} does not accept dtype {d.name}{at}. Accepted dtypes{at} are subtypes of {names_of(kinds)}; convert it "
                    "with astype."
                )
        if alike and not one:
            compare(name, chosen, dtypes)
        return f(*args, **kwargs)

    return call


def one_dtype(f, name, positions):
    """f, whose operands at these positions (None: in the sequence that is first) must have one dtype."""

    @functools.wraps(f)
    def call(*args, **kwargs):
        operands = (args[0] if args else ()) if positions is None else [args[i] for i in positions if i < len(args)]
        same_dtype(name, [canonicalize_dtype(described(a)[0]) for a in operands if hasattr(a, "dtype")])
        return f(*args, **kwargs)

    return call


ONE_DTYPE = {"concatenate": None, "dynamic_update_slice": (0, 1), "dynamic_update_slice_in_dim": (0, 1),
             "conv": (0, 1), "conv_general_dilated": (0, 1), "dynamic_update_index_in_dim": (0, 1), "batch_matmul": (0, 1)}  # fmt: skip


ALONG = "argmax argmin cumlogsumexp cummax cummin cumprod cumsum".split()  # whose axis is counted from the front only


def along(f, name):
    """f, whose second argument (0) is an axis: ValueError for one that the operand has not, or that is negative."""

    @functools.wraps(f)
    def call(operand, *args, **kwargs):
        axis, n = args[0] if args else kwargs.get("axis", 0), np.ndim(operand)
        if isinstance(axis, int) and not 0 <= axis < n:
            raise ValueError(
                f"{name}: axis {axis} is out of bounds for an array of {n} axes; in jax.lax it is counted from the front."
            )
        return f(operand, *args, **kwargs)

    return call


def same_dtype(name, dtypes):
    if len(set(dtypes)) > 1:
        raise TypeError(
            f"lax.{name} requires arguments to have the same dtypes, got {', '.join([d.name for d in dtypes])}. (jnp."
            f"{NUMPY_NAME.get(name, name)} promotes them; or convert one with astype.)"
        )


def compare(name, operands, dtypes):
    """TypeError unless operands have one dtype, and shapes of as many axes that go together (numbers go with everything)."""
    same_dtype(name, dtypes)
    shapes = [s for s in map(np.shape, operands) if s]
    if len(set(map(len, shapes))) > 1:
        raise TypeError(
            f"{name}: arrays must have the same number of dimensions, got shapes {', '.join(map(str, shapes))}; "
            f"jnp.{NUMPY_NAME.get(name, name)} broadcasts them."
        )
    for lengths in zip(*shapes, strict=True):
        if len({*lengths} - {1}) > 1:
            raise TypeError(f"{name} got incompatible shapes for broadcasting: {', '.join(map(str, shapes))}.")


def refusing(package, getattr_, rules, alike=False):
    """The `__getattr__` of a module of faces, whose functions refuse by these rules, {rule: names}."""
    rule_of = {n: rule for rule, names in rules.items() for n in names.split()}

    def get(name):
        value = getattr_(name)
        if name in rule_of or (alike and (name in ONE_DTYPE or name in ALONG)):
            rule = rule_of.get(name)
            if name in ONE_DTYPE:
                value = one_dtype(value, name, ONE_DTYPE[name])
            elif rule is not None:
                value = guarded(value, name, rule, alike)
            value = along(value, name) if alike and name in ALONG else value
            setattr(sys.modules[package], name, value)
        return value

    return get
