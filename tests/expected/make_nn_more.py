"""Write nn_more.json: what torch does for every line of nn_more_cases.py, and the losses of nn_training.py. Run with torch 2.13: `python tests/expected/make_nn_more.py`."""

import json
import pathlib
import sys

import torch
import torch.nn.utils.prune  # (torch loads it only when it is asked to)

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]

from tests.expected.nn_more_cases import FAMILIES, outcome  # noqa: E402
from tests.expected.nn_training import PROGRAMS  # noqa: E402


def main():
    torch.set_num_threads(1)
    rows = []
    for family, lines in FAMILIES.items():
        cases = {line: outcome(torch, line) for line in dict.fromkeys(lines())}
        listed = [f" {json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in cases.items()]
        rows.append(f"{json.dumps(family)}: {{\n" + ",\n".join(listed) + "}")
        errors = [(k, *v["error"]) for k, v in cases.items() if "error" in v]
        print(family, len(cases), "lines,", len(errors), "errors")
        for line in errors:
            print("   ", *line)
    losses = {name: program(torch) for name, program in PROGRAMS.items()}
    head = json.dumps({"torch": torch.__version__, "training": losses})[:-1]
    (HERE / "nn_more.json").write_text(f'{head}, "families": {{\n' + ",\n".join(rows) + "}}\n", encoding="utf-8")


if __name__ == "__main__":
    main()
