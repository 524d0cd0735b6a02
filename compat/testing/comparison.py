"""assert_close: are two (containers of) values close, and if not, where and by how much, in torch's words.

Invariant: nothing is compared before the containers on both sides are known to have the same form.
"""

import cmath
from collections.abc import Mapping, Sequence

import numpy as np

from funcgrad.core.site import warn

from .. import dtypes
from ..functions.register import FUNCTIONS as T
from ..tensor import Tensor

TOLERANCES = {  # dtype -> (relative, absolute); no other needs any
    "float16": (1e-3, 1e-5), "bfloat16": (1.6e-2, 1e-5), "float32": (1.3e-6, 1e-5), "float64": (1e-7, 1e-7),
    "complex32": (1e-3, 1e-5), "complex64": (1.3e-6, 1e-5), "complex128": (1e-7, 1e-7),
}  # fmt: skip
DTYPE_OF = {int: "int64", float: "float64", complex: "complex128"}


UNEXPECTED = (
    "\n\nresulted in the unexpected exception above. If you are a user and see this message during normal operation please file an issue at "
    "https://github.com/pytorch/pytorch/issues. If you are a developer and working on the comparison functions, please except the previous "
    "error and raise an expressive `ErrorMeta` instead."
)


def keys_of(path):
    return "".join([str([k]) for k in path])


class Mismatch(Exception):
    """What is wrong, and at which keys below the top."""

    def __init__(self, kind, text, path=()):
        self.kind, self.text, self.path = kind, text, path

    def error(self, msg):
        """The error a user gets; `msg` replaces the text, or makes one of it."""
        text = self.text
        if self.path:
            text += f"\n\nThe failure occurred for item {keys_of(self.path)}"
        return self.kind(msg if isinstance(msg, str) else msg(text) if callable(msg) else text)


class Comparison:
    """The options of one assert_close."""

    def __init__(self, rtol, atol, equal_nan, allow_subclasses, **checks):
        self.rtol, self.atol, self.equal_nan, self.allow_subclasses = rtol, atol, equal_nan, allow_subclasses
        self.checks = checks  # what is compared besides values: {"check_dtype": True, ...}

    def pairs(self, actual, expected, path=()):
        """The comparisons to be made of two values: (torch's name of it, function, its arguments)."""
        both = actual, expected
        if all(isinstance(x, Sequence) and not isinstance(x, str) for x in both):
            if len(actual) != len(expected):
                text = f"The length of the sequences mismatch: {len(actual)} != {len(expected)}"
                raise Mismatch(AssertionError, text, path)
            keys = range(len(actual))
        elif all(isinstance(x, Mapping) for x in both):
            missing, more = expected.keys() - actual.keys(), actual.keys() - expected.keys()
            if missing or more:
                raise Mismatch(
                    AssertionError,
                    f"The keys of the mappings do not match:\nMissing keys in the actual mapping: {sorted(missing)}\nAdditional "
                    f"keys in the actual mapping: {sorted(more)}",
                    path,
                )
            try:
                keys = sorted(actual)
            except TypeError:  # (keys of several types have no order)
                keys = list(actual)
        else:
            return [self.pair(actual, expected, path)]
        return [p for k in keys for p in self.pairs(actual[k], expected[k], (*path, k))]

    def pair(self, actual, expected, path):
        """The comparison of two values that are no containers."""
        if actual is None or expected is None:
            return "NonePair", self.identical, ("None", actual, expected, path)
        both = actual, expected
        if all(isinstance(x, (bool, np.bool_)) for x in both):
            return "BooleanPair", self.identical, ("Booleans", bool(actual), bool(expected), path)
        if all(isinstance(x, (int, float, complex, np.number)) for x in both):
            if any(isinstance(x, bool) for x in both):
                told = "\n\nand\n\n".join([f"{type(x).__name__}(): {x}" for x in both])
                raise Mismatch(
                    RuntimeError, f"Originating a NumberPair() at item {keys_of(path)} with\n\n{told}{UNEXPECTED}"
                )
            a, e = [x.item() if isinstance(x, np.number) else x for x in both]
            tolerances = self.tolerances([DTYPE_OF[number_type(x)] for x in (a, e)], path)
            return "NumberPair", self.numbers, (a, e, *tolerances, path)
        related = isinstance(actual, type(expected)) or isinstance(expected, type(actual))
        if related and (self.allow_subclasses or type(actual) is type(expected)):
            try:
                a, e = [x if isinstance(x, Tensor) else T["as_tensor"](x) for x in both]
            except (TypeError, ValueError, RuntimeError):  # (no Tensor can be made of them)
                pass
            else:
                tolerances = self.tolerances([a.dtype.name, e.dtype.name], path)
                return "TensorLikePair", self.tensors, (a, e, *tolerances, path)
        raise Mismatch(
            TypeError,
            f"No comparison pair was able to handle inputs of type {type(actual)} and {type(expected)}.",
            path,
        )

    def tolerances(self, names, path):
        if (self.rtol is None) != (self.atol is None):
            raise Mismatch(
                ValueError,
                "Both 'rtol' and 'atol' must be either specified or omitted, but got no "
                f"{'rtol' if self.rtol is None else 'atol'}.",
                path,
            )
        if self.rtol is not None:
            return self.rtol, self.atol
        found = [TOLERANCES.get(name, (0.0, 0.0)) for name in names]
        return max(r for r, _ in found), max(a for _, a in found)

    def run(self, name, compare, args):
        """Make a comparison; what fails in it otherwise than by a mismatch is told with all that it was made of."""
        try:
            compare(*args)
        except Mismatch:
            raise
        except Exception as error:
            actual, expected, rtol, atol, path = args
            checks = self.checks if name == "TensorLikePair" else {"check_dtype": self.checks["check_dtype"]}
            of = {
                "id": path,
                "actual": actual,
                "expected": expected,
                "rtol": rtol,
                "atol": atol,
                "equal_nan": self.equal_nan,
                **checks,
            }
            lines = "\n".join([f"    {k}={v!s}," for k, v in of.items()])
            raise RuntimeError(f"Comparing\n\n{name}(\n{lines}\n){UNEXPECTED}") from error

    def identical(self, what, actual, expected, path):
        if actual is not expected:
            raise Mismatch(AssertionError, f"{what} mismatch: {actual} is not {expected}", path)

    def numbers(self, actual, expected, rtol, atol, path):
        if self.checks["check_dtype"] and type(actual) is not type(expected):
            raise Mismatch(AssertionError, f"The (d)types do not match: {type(actual)} != {type(expected)}.", path)
        if actual == expected or (self.equal_nan and cmath.isnan(actual) and cmath.isnan(expected)):
            return
        apart = abs(actual - expected)
        if not (cmath.isfinite(apart) and apart <= atol + rtol * abs(expected)):
            raise Mismatch(AssertionError, of_scalars(actual, expected, rtol, atol), path)

    def tensors(self, actual, expected, rtol, atol, path):
        for what in ("shape", "layout", "device", "dtype", "stride"):
            a, e = [getattr(t, what)() if what == "stride" else getattr(t, what) for t in (actual, expected)]
            if a != e and self.checks.get(f"check_{what}", True):
                what += "()" * (what == "stride")
                raise Mismatch(AssertionError, f"The values for attribute '{what}' do not match: {a} != {e}.", path)
        if actual.is_meta or expected.is_meta:
            return
        if actual.dtype != expected.dtype:
            common = T["promote_types"](*[signed(x.dtype) for x in (actual, expected)])
            actual, expected = actual.to(common), expected.to(common)
        matches = T["isclose"](actual, expected, rtol=rtol, atol=atol, equal_nan=self.equal_nan)
        if matches.all():
            return
        if actual.shape:
            raise Mismatch(AssertionError, of_tensors(actual, expected, matches, rtol, atol), path)
        raise Mismatch(AssertionError, of_scalars(actual.item(), expected.item(), rtol, atol), path)


def number_type(x):
    return next(kind for kind in (int, float, complex) if isinstance(x, kind))


def signed(d):
    """A dtype for promotion: unsigned ones that promote with nothing count as int64."""
    return dtypes.BY_NAME["int64"] if d.name in ("uint16", "uint32", "uint64") else d


def of_scalars(actual, expected, rtol, atol):
    """What is wrong with a number."""
    apart = abs(actual - expected)
    relative = float("inf") if expected == 0 else apart / abs(expected)
    return described("Scalars", f"Expected {expected} but got {actual}.", [(apart, None), (relative, None)], rtol, atol)


def of_tensors(actual, expected, matches, rtol, atol):
    """What is wrong with a Tensor: how much of it, and where it is worst."""
    a, e, ok = [t.detach().val for t in (actual, expected, matches)]
    if a.dtype.kind not in "fc":
        a, e = a.astype(np.int64), e.astype(np.int64)
    wrong = ok.size - int(ok.sum())
    with np.errstate(all="ignore"):
        apart = np.where(ok, 0, np.abs(a - e))
        scale = np.abs(e) if a.dtype.kind in "fc" else np.abs(e).astype(np.float32)
        relative = np.where(ok, 0, apart / scale)
    worst = []
    for x in (apart, relative.astype(scale.dtype)):
        flat = x.reshape(-1)
        at = int(np.argmax(np.isnan(flat))) if np.isnan(flat).any() else int(np.argmax(flat))
        worst.append((flat[at].item(), tuple(int(k) for k in np.unravel_index(at, x.shape))))
    return described(
        "Tensor-likes", f"Mismatched elements: {wrong} / {ok.size} ({wrong / ok.size:.1%})", worst, rtol, atol
    )


def described(what, extra, worst, rtol, atol):
    exact = rtol == 0 and atol == 0
    lines = [f"{what} are not {'equal' if exact else 'close'}!", "", extra]
    for kind, (apart, at), allowed in zip(("absolute", "relative"), worst, (atol, rtol), strict=True):
        line = (
            f"{kind.title()} difference: {apart}"
            if at is None
            else f"Greatest {kind} difference: {apart} at index {at}"
        )
        lines.append(line if exact else f"{line} (up to {allowed} allowed)")
    return "\n".join(lines)


def assert_close(
    actual,
    expected,
    *,
    allow_subclasses=True,
    rtol=None,
    atol=None,
    equal_nan=False,
    check_device=True,
    check_dtype=True,
    check_layout=True,
    check_stride=False,
    msg=None,
):
    """AssertionError unless |actual - expected| <= atol + rtol * |expected| everywhere; containers are entered.

    Tolerances are by dtype unless both are given. Devices and layouts never differ here. `msg`: a text, or a function that
    makes one of the text.

    >>> import compat as torch
    >>> torch.testing.assert_close({"a": torch.tensor([1.0, 2.0])}, {"a": torch.tensor([1.0, 2.0 + 1e-7])})
    """
    __tracebackhide__ = True  # (pytest shows the caller's line)
    checks = {
        "check_device": check_device,
        "check_dtype": check_dtype,
        "check_layout": check_layout,
        "check_stride": check_stride,
    }
    comparison = Comparison(rtol, atol, equal_nan, allow_subclasses, **checks)
    try:
        pairs = list(comparison.pairs(actual, expected))
    except Mismatch as found:  # (of another structure)
        raise found.error(None) from None
    try:
        for pair in pairs:
            comparison.run(*pair)
    except Mismatch as found:
        raise found.error(msg) from None


OLD = {
    "float16": (1e-3, 1e-3),
    "float32": (1e-4, 1e-5),
    "float64": (1e-5, 1e-8),
}  # assert_allclose's; else those of today


def assert_allclose(actual, expected, rtol=None, atol=None, equal_nan=True, msg=""):
    """assert_close as it was called before: numbers and arrays become Tensors, dtypes may differ (deprecated by torch)."""
    warn(
        "`torch.testing.assert_allclose()` is deprecated since 1.12 and will be removed in a future release. Please use "
        "`torch.testing.assert_close()` instead. You can find detailed upgrade instructions in "
        "https://github.com/pytorch/pytorch/issues/61844.",
        FutureWarning,
    )
    if not isinstance(actual, Tensor):
        actual = T["tensor"](actual)
    if not isinstance(expected, Tensor):
        expected = T["tensor"](expected, dtype=actual.dtype)
    if rtol is None and atol is None:
        allowed = [(TOLERANCES | OLD).get(t.dtype.name, (0.0, 0.0)) for t in (actual, expected)]
        rtol, atol = [max(pair) for pair in zip(*allowed, strict=True)]
    assert_close(actual, expected, rtol=rtol, atol=atol, equal_nan=equal_nan, check_dtype=False, msg=msg or None)
