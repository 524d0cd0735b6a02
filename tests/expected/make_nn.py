"""Write nn.json: what torch does for every line of nn_cases.py. Run with torch 2.13: `python tests/expected/make_nn.py`."""

import json
import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from make_functions import lines_of  # noqa: E402
from nn_cases import FAMILIES  # noqa: E402

from tests.compat.evaluation import outcome  # noqa: E402


def main():
    torch.set_num_threads(1)
    stored = {family: {line: outcome(torch, line) for line in lines_of(table)} for family, table in FAMILIES.items()}
    rows = [
        f"{json.dumps(family)}: {{\n"
        + ",\n".join(f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in cases.items())
        + "}"
        for family, cases in stored.items()
    ]
    head = json.dumps({"torch": torch.__version__})[:-1]
    path = HERE / "nn.json"
    path.write_text(f'{head}, "families": {{\n' + ",\n".join(rows) + "}}\n", encoding="utf-8")
    for cases in stored.values():
        for code, record in cases.items():
            if "error" in record:
                print(code, "\n    ", *record["error"])


if __name__ == "__main__":
    main()
