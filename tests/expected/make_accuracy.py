"""Writes accuracy.json: functions and their derivatives at some points, by mpmath 1.3. Run it in the root."""

import json
import pathlib

import accuracy_of_several as several
import mpmath as mp
from accuracy_cases import INTERVALS, exact, grid

if __name__ == "__main__":
    lines = ",\n".join(f"  {json.dumps(n)}: {json.dumps(exact(mp, n, grid(n, 8, seed=1)))}" for n in INTERVALS)
    boxes = ",\n".join(
        f"  {json.dumps(n)}: {json.dumps(several.exact(mp, n, several.points(n, 4, seed=1)))}" for n in several.BOXES
    )
    text = f'{{"mpmath": "{mp.__version__}", "rows": {{\n{lines}\n}}, "several": {{\n{boxes}\n}}}}\n'
    pathlib.Path("tests/expected/accuracy.json").write_text(text)
