"""What an import, and the first work after it, cost: whole processes, the contestants in turn, against `import numpy` alone.

    python benchmarks/imports.py [--json FILE] [--rounds N] [--no-bytecode]

Every row prints the processor time, in milliseconds, of a process beyond that of one which imports NumPy, and the ratio of
the two, round by round (median, 10th and 90th percentile): an import runs on one thread, and waits for nothing once the
files are in memory, so that on a quiet machine it is the time one waits. (Not for Windows, which lacks os.wait4.) Bytecode is written to a folder of its own in a first round that is not counted; with
`--no-bytecode` there is none, and every module is compiled in every process (PYTHONDONTWRITEBYTECODE, a fresh container).
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NETWORK = """
import torch
import torch.nn as nn
import torch.nn.functional as F
torch.manual_seed(0)
net = nn.Sequential(nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 3))
optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
x, y = torch.randn(16, 4), torch.randint(0, 3, (16,))
for _ in range(5):
    optimizer.zero_grad()
    F.cross_entropy(net(x), y).backward()
    optimizer.step()
"""
ROWS = {  # name -> (arguments of the interpreter, goal)
    "import numpy": (["-c", "import numpy"], ""),
    "import funcgrad": (["-c", "import funcgrad"], "<= 100 ms more"),
    "import compat": (["-c", "import compat"], "<= 100 ms more"),
    "a first gradient": (["-c", "import funcgrad as fg, numpy as np; fg.grad(lambda x: np.sin(x) * x)(2.0)"], ""),
    "a first network": (["-m", "compat", "-c", NETWORK], ""),
}


def seconds(arguments, environment):
    """The processor time of a process: the user's, and the system's on its behalf."""
    process = subprocess.Popen([sys.executable, *arguments], cwd=ROOT, env=environment)
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)
    return used.ru_utime + used.ru_stime


def measure(rounds, environment):
    """{row: a list of one figure a round}; the rows of a round run one after another."""
    figures = {name: [] for name in ROWS}
    for i in range(rounds + 1):
        for name, (arguments, _) in ROWS.items():
            taken = seconds(arguments, environment)
            if i:
                figures[name].append(taken)
    return figures


def spread(values):
    """(median, 10th, 90th percentile)."""
    values = sorted(values)
    k = len(values) // 10
    return statistics.median(values), values[k], values[-1 - k]


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--json", help="also write the table to this file")
    parser.add_argument("--rounds", type=int, default=21)
    parser.add_argument("--no-bytecode", action="store_true", help="compile every module in every process")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        environment = {
            k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
        }
        environment["PYTHONPYCACHEPREFIX"] = folder
        if options.no_bytecode:  # (NumPy's own stands where it was installed)
            environment["PYTHONDONTWRITEBYTECODE"] = "1"
            del environment["PYTHONPYCACHEPREFIX"]
        figures = measure(options.rounds, environment)
    table = []
    alone = figures["import numpy"]
    print(f"import numpy: {statistics.median(alone) * 1e3:.0f} ms")
    for name, (_, goal) in list(ROWS.items())[1:]:
        more = spread([(a - b) * 1e3 for a, b in zip(figures[name], alone, strict=True)])
        times = spread([a / b for a, b in zip(figures[name], alone, strict=True)])
        print(
            f"{name:18} {more[0]:6.1f} ms more ({more[1]:.1f} to {more[2]:.1f}), {times[0]:.2f} times ({times[1]:.2f} to {times[2]:.2f})"
            + (f"   (goal: {goal})" if goal else "")
        )
        table.append({"row": name, "ms more": more, "ratio": times, "goal": goal})
    if options.json:
        with open(options.json, "w") as stream:
            json.dump({"rounds": options.rounds, "bytecode": not options.no_bytecode, "rows": table}, stream, indent=1)


if __name__ == "__main__":
    main()
