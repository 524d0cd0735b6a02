"""What an import, and the first work after it, cost: whole processes, the contestants in turn, beside `import numpy` alone.

    python benchmarks/imports.py [--rows import-funcgrad] [--json FILE] [--quick] [--no-bytecode]

What counts is the processor time of a process, in milliseconds beyond that of one which imports NumPy, and in ratios: an import runs
on one thread, and waits for nothing once the files are in memory, so that on a quiet machine it is the time one waits. (Not for
Windows, which has no `resource`.) Bytecode is written to a folder of its own in rounds that are not counted; with `--no-bytecode`
there is none, and every module is compiled in every process (PYTHONDONTWRITEBYTECODE, a fresh container).
"""

import importlib.util
import os
import resource
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from benchmarks.rows import HAND, Row, Rows  # noqa: E402

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
GRADIENT = "import {0}; from {0} import grad; import {1} as np; grad(lambda x: np.sin(x) * x)(2.0)"
FLAGS = {}  # environment variables of the processes


def seconds():
    """The processor time of all processes that have ended: the user's, and the system's on its behalf."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


class Process(Row):
    """{contestant: arguments of the interpreter}; one whose library is not installed stays away."""

    def __init__(self, key, name, contestants, goal=""):
        super().__init__(key, name, self.calls, goal, rounds=7, quick=2, more="ms")
        self.contestants = contestants

    def calls(self, quick):
        environment = {
            k: v for k, v in os.environ.items() if k not in ("PYTHONDONTWRITEBYTECODE", "PYTHONPYCACHEPREFIX")
        }
        environment |= FLAGS
        return {
            name: lambda given=given: subprocess.run([sys.executable, *given], cwd=ROOT, env=environment, check=True)
            for name, given in self.contestants.items()
            if name in OURS
            or not (quick and self.key.startswith("first"))
            and importlib.util.find_spec(name) is not None
        }

    def clock(self, call):
        return seconds


OURS = HAND, "fg", "compat"
NUMPY = ["-c", "import numpy"]
ROWS = Rows(
    [
        Process(
            "import-funcgrad", "import funcgrad",
            {"fg": ["-c", "import funcgrad"], "jax": ["-c", "import jax"], "autograd": ["-c", "import autograd.numpy"], HAND: NUMPY},
            "<= 100 ms more",
        ),
        Process(
            "import-compat", "import compat",
            {"compat": ["-c", "import compat"], "torch": ["-c", "import torch"], HAND: NUMPY}, "<= 100 ms more",
        ),
        Process(
            "first-gradient", "a first gradient",
            {
                "fg": ["-c", GRADIENT.format("funcgrad", "numpy")],
                "jax": ["-c", GRADIENT.format("jax", "jax.numpy")],
                "autograd": ["-c", GRADIENT.format("autograd", "autograd.numpy")],
                HAND: NUMPY,
            },
        ),
        Process(
            "first-network", "a first network",
            {"compat": ["-m", "compat", "-c", NETWORK], "torch": ["-c", NETWORK], HAND: NUMPY},
        ),
    ]
)  # fmt: skip

if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        if "--no-bytecode" in sys.argv:  # (NumPy's own stands where it was installed)
            FLAGS["PYTHONDONTWRITEBYTECODE"] = "1"
        else:
            FLAGS["PYTHONPYCACHEPREFIX"] = folder
        ROWS.main(__doc__, [("--no-bytecode", dict(action="store_true", help="compile every module in every process"))])
