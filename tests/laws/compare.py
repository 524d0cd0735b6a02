"""When two values are equal: the table of tolerances, and the table of dtypes in which NumPy and jax differ."""

from typing import NamedTuple

import numpy as np
from oracle import PYTHON, dtype_of

TOLERANCES = {  # relative to the largest entry of a result; prim.tolerance multiplies
    "float16": 1e-2,
    "float32": 3e-5,
    "complex64": 3e-5,
    "float64": 1e-10,
    "complex128": 1e-10,
}
SMALLEST_SCALE = 1e-3  # results that are all smaller are compared relative to this


class DtypeRule(NamedTuple):
    """Where NumPy 2, and so funcgrad, gives another dtype than jax."""

    why: str
    holds: object  # of (operand dtypes, our dtype, jax's dtype)
    example: tuple  # (name in numpy and jax.numpy, operand dtypes)


def kinds(dtypes):
    return {d.kind for d in dtypes}


NUMPY_DTYPE_RULES = (
    DtypeRule(
        "beside a float, an integer counts by its size in NumPy (int32 + float32 = float64); jax keeps the float's",
        lambda ds, ours, theirs: kinds(ds) & set("iu") and kinds(ds) & set("fc") and ours.kind == theirs.kind,
        ("add", ("int32", "float32")),
    ),
    DtypeRule(
        "alone, an integer or boolean becomes the float of its size in NumPy (8 bits float16, 16 bits float32, else "
        "float64); jax makes it float32, or float64 if it has 64 bits",
        lambda ds, ours, theirs: not kinds(ds) & set("fc") and ours.kind == theirs.kind == "f",
        ("exp", ("uint8",)),
    ),
)


def dtype_expected(operands, ours, theirs):
    """Is this dtype jax's, or NumPy's for a reason that the table gives?"""
    return ours == theirs or any(rule.holds(operands, ours, theirs) for rule in NUMPY_DTYPE_RULES)


def tolerance(dtypes):
    """That of the coarsest of these dtypes."""
    return max((TOLERANCES.get(d.name, 0.0) for d in dtypes), default=0.0)


def close(got, want, what, tol=0.0):
    """Equal shapes; integers equal; floats within `tol`, or that of the coarser dtype; nan and inf where due."""
    a, b = np.asarray(got), np.asarray(want)
    assert a.shape == b.shape, f"{what}: shape {a.shape}, expected {b.shape}"
    if not kinds((a.dtype, b.dtype)) & set("fc"):
        assert np.array_equal(a, b), f"{what}: got {a.tolist()}, expected {b.tolist()}"
        return
    tol = max(tolerance((a.dtype, b.dtype)), tol)
    wide = np.complex128 if "c" in kinds((a.dtype, b.dtype)) else np.float64
    a, b = a.astype(wide), b.astype(wide)
    with np.errstate(all="ignore"):
        scale = max(np.max(np.abs(b[np.isfinite(b)]), initial=0.0), SMALLEST_SCALE)
        within = np.isfinite(a) & np.isfinite(b) & (np.abs(a - b) <= tol * scale)
        near = within | (a == b) | (np.isnan(a) & np.isnan(b))
    if not near.all():
        i = tuple(int(k) for k in np.argwhere(~near)[0])
        raise AssertionError(f"{what}: at {i} got {a[i]!r}, expected {b[i]!r} (tolerance {tol:.1g} of {scale:.3g})")


def close_all(got, want, what, tol=0.0):
    assert len(got) == len(want), f"{what}: {len(got)} results, expected {len(want)}"
    for i, (a, b) in enumerate(zip(got, want, strict=True)):
        close(a, b, f"{what} {i}" if len(got) > 1 else what, tol)


def same_kind_of_value(got, want, what, weak_ok=False):
    """The same shape and dtype, and a Python number exactly where one is expected (with weak_ok, any of its kind)."""
    python = type(want) in PYTHON
    assert np.shape(got) == np.shape(want), f"{what}: shape {np.shape(got)}, expected {np.shape(want)}"
    if python and weak_ok:
        assert dtype_of(got).kind == dtype_of(want).kind, f"{what}: {dtype_of(got)}, expected {dtype_of(want)}"
        return
    assert (type(got) in PYTHON) == python, f"{what}: a {type(got).__name__}, expected a {type(want).__name__}"
    assert dtype_of(got) == dtype_of(want), f"{what}: dtype {dtype_of(got)}, expected {dtype_of(want)}"


def equal(xs, ys):
    """Are two lists of arrays the same, bit for bit up to nan?"""
    return len(xs) == len(ys) and all(
        np.array_equal(x, y, equal_nan=np.asarray(x).dtype.kind in "fc") for x, y in zip(xs, ys, strict=True)
    )
