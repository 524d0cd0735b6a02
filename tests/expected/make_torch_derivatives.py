"""Write torch_derivatives.json.xz: derivatives of higher order by several roads, from torch 2.13 (see tests/torch_derivatives.py).

Every third name of the coverage page, its first call that has a gradient in float64. What differences of torch's own figures one order
lower do not confirm is left out: torch's formulas for forward mode treat some intermediate values as constants. So are draws, and the logical operations in place, through which torch lets gradients
pass.
"""

import sys
import warnings
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1]), str(HERE.parent)]
import torch_derivatives as roads  # noqa: E402

from tests import packed  # noqa: E402
from tests.compat import sampling  # noqa: E402

found = {}
for entry in list(roads.stored().values())[::3]:
    call = next((c for c, its in entry["calls"].items() if "float64" in its.get("grads", {})), None)
    if call is None or any(word in call for word in ("rand", "drop", "bernoulli", "normal_", "logical_")):
        continue
    for title, road in roads.ROADS.items():
        got = roads.attempt(road, torch, call, "float64")
        if isinstance(got, Exception):
            continue
        with warnings.catch_warnings(action="ignore"):
            if title == "tape":
                last, wanted = got[len(got) // 3 * 2 :], roads.third_by_differences(torch, call, "float64")
            else:
                last, wanted = got, roads.differences(torch, title, call, "float64")
        if roads.near(last, wanted):
            found.setdefault(call, {})[title] = [sampling.digest(t) for t in got]
packed.write("torch_derivatives", {"torch": torch.__version__, "calls": found})
print(len(found), "calls,", sum(map(len, found.values())), "roads")
