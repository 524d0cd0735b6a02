"""Write docs/accuracy.md: the largest errors of functions and of their derivatives, in ulp. It needs mpmath, and some minutes (fewer where gmpy2 is installed).

python docs/make_accuracy.py
"""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "expected"))
sys.path.insert(0, str(ROOT / "tests"))
sys.path.insert(0, str(ROOT))

import accuracy_of_several as several  # noqa: E402
import mpmath as mp  # noqa: E402
import numpy as np  # noqa: E402
import points_cases as far  # noqa: E402
from accuracy_cases import INTERVALS, OF_NUMPY, errors, exact, grid  # noqa: E402
from random_points import worst  # noqa: E402

POINTS = 40  # in each interval
FAR = 20  # points of wild scale


def shown(interval):
    return "({:g}, {:g})".format(*interval)


def page():
    lines = [
        "# Accuracy",
        "",
        f"Written by `python docs/make_accuracy.py`: float64, against mpmath {mp.__version__} at {POINTS} random points in each",
        "interval. The largest error is",
        "given in units in the last place of the true figure (1 ulp is a relative error of about 2e-16); figures below 1e-290 are left",
        "out. `tests/test_accuracy.py` holds a smaller stored table to three times these figures. Where a figure crosses zero, or grows like x times",
        "an exponential, its error in ulp is large although its absolute error is not.",
        "",
        "| function | intervals | value | derivative | second derivative |",
        "|---|---|---|---|---|",
    ]
    for name, intervals in INTERVALS.items():
        with np.errstate(all="ignore"):
            found = errors(name, exact(mp, name, grid(name, POINTS)))
        prefix = "np" if name in OF_NUMPY else "special"
        figures = " | ".join(f"{e:.1f}" if e < 100 else f"{e:.1e}" for e in found)
        lines.append(f"| {prefix}.{name} | {', '.join(map(shown, intervals))} | {figures} |")
    lines += [
        "",
        f"Of several arguments, at {POINTS} random points (owens_t: {several.FEWER['owens_t']}) of a box (spanned by logarithm where its ends differ by a factor of more than 100).",
        "A result cannot be better known than its arguments are, so the unit is what rounding every argument and the result by one unit in",
        "the last place makes of it; the derivatives are those by each argument.",
        "",
        "| function | box | value | derivatives |",
        "|---|---|---|---|",
    ]
    for name, boxes in several.BOXES.items():
        with np.errstate(all="ignore"):
            found = several.errors(name, several.exact(mp, name, several.points(name, several.FEWER.get(name, POINTS))))
        prefix = "np" if name in several.OF_NUMPY else "special"
        figures = " | ".join(f"{e:.1f}" if e < 100 else f"{e:.1e}" for e in found)
        ends = ", ".join(str(b) if isinstance(b, int) else shown(b) for b in boxes)
        lines.append(f"| {prefix}.{name} | {ends} | {figures} |")
    lines += [
        "",
        "Where a parameter of hyp1f1's or hyp2f1's denominator is negative (or an intermediate figure leaves the range of floats) they are computed",
        "in decimal arithmetic, of as many digits as it takes; that costs 1 to 100 ms a point, and mpmath's own functions miss some such values.",
    ]
    lines += [
        "",
        f"At {FAR} points of wild scale (`tests/random_points.py`): numbers of any magnitude, and close to 0, 1 and other special points, for functions of numbers;",
        "for functions of arrays numbers near 1 and the same times a power of ten, far beyond where squares overflow. The unit is the second table's; a figure of",
        "a function of arrays counts beside the largest of its kind: one derivative of a norm, of an inverse or of a weight that is all but 1 may be",
        "tiny beside the others, and then has their absolute error. So are the second derivatives of `logsumexp`, and the derivative of `softmax`, by the only weight that counts, of an absolute error of a rounding of 1; the value of `log_softmax`",
        "is 0 there, as in jax and torch. `tests/test_random_points.py` holds stored points to 100 units.",
        "",
        "| function | value, gradient, second derivatives |",
        "|---|---|",
    ]
    for name in far.CASES:
        figures = worst(mp, name, FAR, seed=2)
        lines.append(f"| {name} | {', '.join(f'{e:.1f}' if e < 1e4 else f'{e:.0e}' for e in figures)} |")
    lines += ["", "`special` is `funcgrad.scipy.special`; the values of `np` functions are NumPy's own."]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    (ROOT / "docs" / "accuracy.md").write_text(page())
