"""Write functions.json: what torch does for every line of the tables in function_cases.py.

Run with torch 2.13: `python tests/expected/make_functions.py`. Every figure, dtype, node name, error text and gradient
is torch's own; tests/compat/evaluation.py writes them down, for torch here and for compat in the test.
"""

import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from function_cases import FAMILIES  # noqa: E402

from tests.compat.evaluation import outcome  # noqa: E402


def lines_of(table):
    """The expressions of a table: one a line, without comments and empty lines; none stands twice."""
    lines = [line.strip() for line in table.strip().splitlines()]
    lines = [line for line in lines if line and not line.startswith("#")]
    assert len(set(lines)) == len(lines), [line for line in lines if lines.count(line) > 1]
    return lines


def recorded(line):
    """What torch does for a line; the graph says what the names of the first nodes say."""
    return {key: value for key, value in outcome(torch, line).items() if key != "nodes"}


def main(families=FAMILIES, name="functions.json"):
    torch.set_num_threads(1)
    stored = {family: {line: recorded(line) for line in lines_of(table)} for family, table in families.items()}
    path = HERE / name
    rows = [
        f"{json.dumps(family)}: {{\n"
        + ",\n".join(f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in cases.items())
        + "}"
        for family, cases in stored.items()
    ]
    head = json.dumps({"torch": torch.__version__})[:-1]
    path.write_text(f'{head}, "families": {{\n' + ",\n".join(rows) + "}}\n", encoding="utf-8")
    failing = [(k, v["error"]) for cases in stored.values() for k, v in cases.items() if "error" in v]
    print(f"{sum(map(len, stored.values()))} lines, {len(failing)} of them errors, {path.stat().st_size} bytes")
    if "-e" in sys.argv:
        for code, error in failing:
            print(f"  {code}\n      {error[0]}: {error[1][:150]}")


if __name__ == "__main__":
    main()
