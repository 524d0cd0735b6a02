"""Outcomes of random_jax_calls.py compared: are two alike, how do they differ, and is a difference meant?

Invariant: what is excused is a kind of difference of a named function, in calls that contain what the reason is about.
"""

import re

import numpy as np

DIGITS = {"float16": 5e-3, "float32": 3e-5, "complex64": 3e-5}
BUILTIN = {
    "TypeError",
    "ValueError",
    "IndexError",
    "AttributeError",
    "OverflowError",
    "NotImplementedError",
    "ZeroDivisionError",
}


def alike(got, want):
    """Would a program see the same? Values to a few units of the last place of the largest, exceptions by their built-in kinds."""
    if isinstance(want, dict):
        return isinstance(got, dict) and got.keys() == want.keys() and all(alike(got[k], want[k]) for k in want)
    if not isinstance(want, list) or not want:
        return got == want
    if not isinstance(got, list) or not got:
        return False
    if want[0] == "warns" and got[0] != "warns":  # (jax's own arithmetic warns now and then)
        return alike(got, want[2])
    if want[0] == "raises":
        return got[0] == "raises" and BUILTIN & set(want[1:]) <= set(got[1:])
    if want[0] in ("array", "np"):
        n = 4 if want[0] == "array" else 3
        if want[1] == "bool" and n == 4 and got[0] == "array":  # (whether a truth value is weak decides nothing)
            want = [*want[:2], got[2], *want[3:]]
        return got[:n] == want[:n] and close(got[n], want[n], want[1])
    return (
        isinstance(got, list)
        and len(got) == len(want)
        and got[0].strip("_") == want[0].strip("_")
        and all(map(alike, got[1:], want[1:]))
    )


def close(got, want, dtype):
    numbers = [np.array([complex(v) for v in vs]) for vs in (got, want)]
    digits = DIGITS.get(dtype, 0)
    finite = np.abs(numbers[1][np.isfinite(numbers[1])])
    largest = max(1.0, float(finite.max(initial=0.0)))
    return np.allclose(*numbers, rtol=digits, atol=digits * min(largest, 1e30), equal_nan=True)


# What may differ, and why: the kind of the difference (`difference`), the functions, and what the call must contain (a regular
# expression). Anything else that such a function gives otherwise counts.
NO_DTYPE = "int|bool|complex|float16"
KNOWN = (
    ("SciPy's value at a pole or an infinity, where jax has nan", "nan",
     "jax.lax.digamma jax.lax.polygamma jax.lax.zeta jax.scipy.special.digamma jax.scipy.special.expi jax.scipy.special.gammainc "
     "jax.scipy.special.gammaincc jax.scipy.special.loggamma jax.scipy.special.polygamma jax.scipy.special.zeta "
     "jax.scipy.stats.chi2.logpdf", r"."),
    ("jax wraps -1, or -x, of unsigned integers around", "value digits nan",
     "jax.nn.hard_tanh jax.nn.log_sigmoid jax.nn.log_softmax jax.nn.softmax", r"uint"),
    ("a dtype is taken that jax refuses", "taken",
     "jax.lax.broadcast_in_dim jax.lax.convert_element_type jax.lax.iota jax.lax.reduce "
     "jax.lax.select_n jax.lax.shape_as_value jax.nn.standardize jax.scipy.signal.detrend "
     "jax.scipy.special.kl_div jax.scipy.special.log_ndtr jax.scipy.special.ndtri jax.scipy.special.poch "
     "jax.scipy.special.rel_entr jax.scipy.special.spence jax.scipy.stats.expon.logpdf jax.scipy.stats.laplace.cdf "
     "jax.scipy.stats.laplace.logpdf jax.scipy.stats.norm.cdf jax.scipy.stats.norm.logcdf jax.scipy.stats.norm.ppf "
     "jax.scipy.stats.norm.sf jax.scipy.stats.pareto.logpdf jax.scipy.stats.sem jax.scipy.stats.uniform.pdf jnp.argpartition "
     "jnp.fft.rfft jnp.fft.rfft2 jnp.fft.rfftn jnp.gcd jnp.kron jnp.lcm jnp.nanargmax jnp.nanargmin jnp.partition jnp.polyadd "
     "jnp.polysub", NO_DTYPE),
    ("an array without axes or entries, or a negative count, is taken", "taken",
     "jax.scipy.signal.detrend jax.scipy.stats.mode jax.scipy.stats.sem jnp.argpartition jnp.cumulative_prod jnp.cumulative_sum "
     "jnp.insert jnp.nanquantile jnp.nanstd jnp.nanvar jnp.partition jnp.tri", r"zeros\(|tri\(|array\([^\[]|array\(\[[^\[]|\(\d"),
    ("a derivative, where jax has none", "taken",
     "jax.lax.cumprod jax.ops.segment_prod jax.scipy.linalg.polar jax.scipy.linalg.sqrtm jax.scipy.signal.detrend "
     "jax.scipy.special.betainc "
     "jax.scipy.special.poch jnp.spacing", r"^jax.grad"),
    ("a derivative of the values that are chosen, where jax has 0", "value",
     "jnp.intersect1d jnp.setdiff1d jnp.setxor1d jnp.union1d jnp.unique_all jnp.unique_counts jnp.unique_inverse "
     "jnp.unique_values", r"^jax.grad"),
    ("the limit of the derivative, where jax has 0 or nan", "value nan",
     "jax.scipy.special.betaln jax.scipy.special.multigammaln jax.scipy.special.spence jax.scipy.stats.norm.ppf", r"^jax.grad"),
    ("of the triangle that is read, where jax shares it out over both", "value",
     "jax.scipy.linalg.cholesky", r"^jax.grad"),
    ("a constant nan, where jax has numbers without a meaning", "value",
     "jax.scipy.special.polygamma", r"polygamma\(-"),
    ("nan outside the domain, where jax has a derivative", "value",
     "jax.lax.acosh jnp.acosh jnp.arccosh", r"^jax.grad"),
    ("the derivative at nan", "value nan sign",
     "jax.lax.abs jax.nn.celu jax.nn.elu jax.nn.relu6 jnp.abs jnp.absolute jnp.fabs", r"^jax.grad.*nan"),
    ("the same refusal by another class", "class",
     "jax.lax.broadcast_in_dim jax.lax.clz jax.lax.cumlogsumexp jax.lax.cumprod jax.lax.dot_general jax.lax.dynamic_slice "
     "jax.lax.dynamic_slice_in_dim jax.lax.dynamic_update_slice_in_dim jax.lax.population_count jax.lax.reduce "
     "jax.lax.slice_in_dim jax.lax.sort jax.ops.segment_max jax.ops.segment_sum jax.scipy.fft.dct jax.scipy.fft.idct "
     "jax.scipy.linalg.cho_solve jax.scipy.signal.correlate jax.scipy.signal.detrend jnp.delete jnp.fft.irfft jnp.insert "
     "jnp.piecewise jnp.put_along_axis jnp.tensordot", r"."),
    ("an empty array is refused", "refused",
     "jax.scipy.stats.mode jnp.fft.irfft jnp.piecewise", r"zeros\(\(0"),
    ("unlike NumPy, jax compares truth values within a tolerance", "refused",
     "jnp.allclose jnp.isclose", r"bool|True|False"),
    ("shifts need an axis", "refused",
     "jnp.fft.fftshift jnp.fft.ifftshift", r"shift\([\d(-]"),
    ("of unsorted sample points", "value sign digits nan",
     "jnp.interp", r"."),
    ("to more digits than jax", "digits nan",
     "jax.scipy.special.gammainc jax.scipy.special.hyp1f1 jax.scipy.fft.idct", r"."),
    ("eigenvectors have no sign", "sign",
     "jax.lax.linalg.eigh jnp.linalg.eigh", r"."),
    ("a shape is a sequence of numbers", "dtype value",
     "jax.lax.shape_as_value", r"array|zeros"),
    ("an axis of length 1 that keepdims keeps of a 0-d array", "dtype",
     "jnp.nanquantile jnp.quantile", r"axis=\(\)"),
    ("a weak result: jax's own functions are not consistent in it", "weak",
     "jax.scipy.stats.uniform.pdf jax.scipy.stats.expon.logpdf jnp.unique", r"."),
    ("a number of segments that is known from constants", "taken",
     "jax.ops.segment_max jax.ops.segment_min jax.ops.segment_prod jax.ops.segment_sum", r"^jax.(jit|vmap|grad)"),
    ("negative powers of whole numbers are refused, traced or not; jax refuses them only where it sees the values", "refused class",
     "jnp.pow jnp.power", r"-\d.*(int|bool)"),
)  # fmt: skip


def known(text, got, want):
    """The reason why a call may differ as it does, or None."""
    kind = difference(got, want)
    for reason, kinds, names, condition in KNOWN:
        called = any(f"{n}(" in text for n in names.split())
        if kind in kinds.split() and called and re.search(condition, text):
            return reason
    return None


def difference(got, want):
    """How an outcome differs from jax's: "taken" what jax refuses, "class" of what is raised, "refused" what jax takes, "weak", "dtype" or
    shape, and of values: "nan" where jax has nan, "sign", "digits" (some are there), or "value"."""
    if isinstance(want, dict):
        if not isinstance(got, dict) or got.keys() != want.keys():
            return "refused" if isinstance(got, list) and got[:1] == ["raises"] else "value"
        got, want = [["dict", *[d[k] for k in want]] for d in (got, want)]
    if isinstance(got, dict):
        return "taken" if want[0] == "raises" else "value"
    if want[0] == "warns" and got[0] != "warns":
        return difference(got, want[2])
    if want[0] == "raises":
        return "class" if got[0] == "raises" else "taken"
    if got[0] == "raises":
        return "refused"
    if want[0] in ("array", "np") and got[0] == want[0]:
        at = 4 if want[0] == "array" else 3
        if got[1] != want[1] or got[at - 1] != want[at - 1]:
            return "dtype"
        ours, theirs = [np.array([complex(v) for v in vs]) for vs in (got[at], want[at])]
        if close(got[at], want[at], want[1]):
            return "weak"
        there = ~np.isnan(theirs)
        if np.allclose(ours[there], theirs[there], rtol=1e-4, atol=1e-6, equal_nan=True):
            return "nan"
        if np.allclose(abs(ours), abs(theirs), rtol=1e-4, atol=1e-6, equal_nan=True):
            return "sign"
        return "digits" if np.allclose(ours, theirs, rtol=2e-2, atol=1e-3, equal_nan=True) else "value"
    if isinstance(got, list) and len(got) == len(want):
        kinds = {difference(g, w) for g, w in zip(got[1:], want[1:], strict=True) if not alike(g, w)}
        return kinds.pop() if len(kinds) == 1 else "value"
    return "value"
