"""The dtypes that torch's elementwise kernels refuse, in its words: one table, asked on the general road only.

Invariant: what is not in the table is not refused here. A text that ends in "_cpu" or is one word is the name of a kernel, of
which torch says that it is not implemented; any other text is the whole error.
"""

from funcgrad.core.halves import HALVES

from .writing import spoken

COMPLEX, BOOL, INTEGER, FLOAT = "c", "b", "iu", "f"
KERNELS = {  # name: {kinds of dtypes: kernel, or (error, its text)}
    "abs": {BOOL: "abs_cpu"},
    "abs_": {COMPLEX: (RuntimeError, "In-place abs is not supported for complex tensors.")},
    **{
        name: {COMPLEX: (NotImplementedError, f"{name} is not supported for complex inputs"), BOOL: f"{name}_vml_cpu"}
        for name in ("ceil", "floor", "trunc")
    },
    **{name: {COMPLEX: f"{name}_vml_cpu"} for name in ("erf", "erfc", "erfinv", "lgamma", "i0")},
    "digamma": {COMPLEX: "digamma"},
    **{
        name: {COMPLEX: (RuntimeError, f"{name} is not supported for complex tensors.")}
        for name in ("deg2rad", "rad2deg")
    },
    "relu": {
        COMPLEX: (NotImplementedError, "clamp is not supported for complex types"),
        BOOL: (RuntimeError, "Boolean inputs not supported for relu"),
    },
    "sign": {
        COMPLEX: (
            NotImplementedError,
            "Unlike NumPy, torch.sign is not intended to support complex numbers. Please use torch.sgn instead.",
        )
    },
    **{name: {COMPLEX: f"{name}_cpu"} for name in ("atan2", "copysign", "xlogy", "ge", "gt", "le", "lt")},
    **{name: {COMPLEX + BOOL: f"{name}_cpu"} for name in ("fmod", "remainder")},
    **{name: {COMPLEX + BOOL + INTEGER: f"{name}_cpu"} for name in ("hypot", "logaddexp2", "nextafter")},
    "logaddexp": {BOOL + INTEGER: "logaddexp_cpu"},
    **{name: {COMPLEX + BOOL + FLOAT: f"{name}_cpu"} for name in ("gcd", "lcm")},
    **{name: {COMPLEX: (RuntimeError, " Sort does not support complex dtypes on CPU")} for name in ("sort", "argsort")},
    "topk": {
        COMPLEX: (RuntimeError, " topk does not support complex dtypes on CPU"),
        BOOL: (RuntimeError, "topk does not support bool dtypes on CPU"),
    },
    "kthvalue": {COMPLEX + BOOL: "kthvalue_cpu"},
    **{name: {COMPLEX + BOOL: "median_cpu"} for name in ("median", "nanmedian")},
    **{f"{name} along": {COMPLEX + BOOL: "median_out"} for name in ("median", "nanmedian")},
    **{
        name: {
            COMPLEX: (RuntimeError, f"{name}(): does not support complex input"),
            BOOL: (RuntimeError, f"{name}(): does not support bool input"),
        }
        for name in ("argmax", "argmin")
    },
    "pow": {BOOL: "pow"},
    **{name: {COMPLEX: f"{name}_all"} for name in ("max", "min")},
    **{
        f"{name} along": {COMPLEX: (RuntimeError, f"{name}(): does not support complex input")}
        for name in ("max", "min")
    },
    **{name: {COMPLEX: f"{name}_cpu"} for name in ("cummax", "cummin", "mode")},
    "frac": {BOOL + INTEGER + COMPLEX: "frac_cpu"},
    "logcumsumexp": {BOOL + INTEGER: "logcumsumexp_out_cpu"},
    "nansum": {COMPLEX: (RuntimeError, "nansum on CPU does not support complex inputs")},
    "signbit": {COMPLEX: (NotImplementedError, "signbit is not implemented for complex tensors.")},
    "trace": {BOOL: "trace"},
    "dot": {BOOL: "dot"},
    "amax": {COMPLEX: "max_values_cpu"},
    "amin": {COMPLEX: "min_values_cpu"},
    "aminmax": {COMPLEX: "aminmax_cpu"},
}
REFUSED = {name: {kind: said for kinds, said in texts.items() for kind in kinds} for name, texts in KERNELS.items()}


def need_real(kernel, d, halves=True):
    """NotImplementedError where a kernel takes no complex numbers, or (without `halves`) no halves either."""
    if d.kind == "c" or not halves and d in HALVES:
        refuse(kernel, d)


def refusals_of(name):
    """{kind: kernel or error} of a function; empty where it takes every dtype."""
    return REFUSED.get(name, {})


def need_dtype(name, d):
    """Raise torch's error where a function does not take a dtype."""
    said = REFUSED[name].get(d.kind)
    if said is not None:
        refuse(said, d)


def refuse(said, d):
    """Raise what torch raises for a dtype that a kernel does not take."""
    if isinstance(said, str):
        raise NotImplementedError(f"\"{said}\" not implemented for '{spoken(d)}'")
    error, text = said
    raise error(text)
