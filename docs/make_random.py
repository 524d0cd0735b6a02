"""Write the table in docs/random.md: how many draws differ from jax's, and by how much. It needs jax, and a minute.

python docs/make_random.py
"""

import re
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

import jax  # noqa: E402
import numpy as np  # noqa: E402

from funcgrad import random  # noqa: E402

N = 50_000
RATES = np.linspace(0.1, 50.0, N).astype(np.float32)
UNIT = np.linspace(0.01, 0.99, N).astype(np.float32)
CASES = {
    "normal": ((N,),),
    "normal float64": ((N,), "float64"),
    "truncated_normal": (-1.0, 2.0, (N,)),
    "exponential": ((N,),),
    "gumbel": ((N,),),
    "laplace": ((N,),),
    "logistic": ((N,),),
    "cauchy": ((N,),),
    "lognormal": (1.0, (N,)),
    "pareto": (RATES,),
    "rayleigh": (RATES,),
    "weibull_min": (2.0, 1.5, (N,)),
    "triangular": (0.0, 0.3, 2.0, (N,)),
    "maxwell": ((N,),),
    "wald": (RATES,),
    "gamma": (RATES,),
    "loggamma": (UNIT,),
    "beta": (RATES, 2.0),
    "dirichlet": (RATES.reshape(-1, 4),),
    "t": (RATES,),
    "chisquare": (RATES,),
    "f": (RATES, 3.0),
    "poisson": (RATES,),
    "poisson of 1000": (1000.0, (N,)),
    "binomial of 30": (30.0, UNIT),
    "binomial of 1000": (1000.0, UNIT),
    "categorical": (np.zeros((N, 5), np.float32),),
    "geometric": (UNIT,),
}


def row(label):
    name, *args = label.split()[0], *CASES[label]
    jax.config.update("jax_enable_x64", "float64" in label)
    got, want = (
        getattr(random, name)(random.key(1), *args),
        np.asarray(getattr(jax.random, name)(jax.random.key(1), *args)),
    )
    equal = got == want
    if want.dtype.kind != "f":
        return f"| {label} | {100 * equal.mean():.4g} % | |"
    with np.errstate(all="ignore"):
        error = np.abs(got.astype(np.float64) - want) / np.spacing(np.maximum(np.abs(want), np.finfo(want.dtype).tiny))
    error = error[np.isfinite(want) & np.isfinite(got)]
    shown = [f"{v:.0f}" if v < 1e4 else f"{v:.0e}" for v in (np.quantile(error, 0.999), error.max())]
    return f"| {label} | {100 * equal.mean():.4g} % | {shown[0]}, {shown[1]} |"


def main():
    page = ROOT / "docs" / "random.md"
    table = [
        f"| {N:,} draws | same bits as jax {jax.__version__} | 99.9 % and all within (ulp) |",
        "|---|---|---|",
        *map(row, CASES),
    ]
    text = re.sub(
        r"(<!-- table -->\n).*?(\n<!-- end -->)", lambda m: m[1] + "\n".join(table) + m[2], page.read_text(), flags=re.S
    )
    page.write_text(text)


if __name__ == "__main__":
    main()
