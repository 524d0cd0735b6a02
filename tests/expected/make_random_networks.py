"""Write random_networks.json.xz: what torch does for the first programs of random_networks.py, random_steps.py and random_training.py,
and for those of module_programs.py.

Run with torch 2.13: `python tests/expected/make_random_networks.py`.
"""

import pathlib
import platform
import sys

import torch
import torch.nn.utils.prune  # (torch loads it only when it is asked to)

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed, random_networks, random_steps, random_training  # noqa: E402
from tests.module_programs import fixed_programs  # noqa: E402
from tests.side_by_side import outcome, programs  # noqa: E402

COUNTS = {
    "networks": (random_networks.program, 2 * len(random_networks.KINDS)),
    "steps": (random_steps.program, 160),
    "training": (random_training.program, 24),
}


def main():
    torch.set_num_threads(1)
    stored = {"torch": torch.__version__, "python": platform.python_version_tuple()[:2]}
    for name, (program, count) in COUNTS.items():
        stored[name] = [outcome(torch, lines) for lines in programs(program, count, "stored")]
    stored["fixed"] = [outcome(torch, lines) for lines in fixed_programs()]
    packed.write("random_networks", stored)


if __name__ == "__main__":
    main()
