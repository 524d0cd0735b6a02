"""Write memory_kinds.json.xz: what torch shows after each line of programs of each kind of tests/memory_kinds.py (the lines are stored too).

Run with torch 2.13: `python tests/expected/make_memory_kinds.py`.
"""

import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed  # noqa: E402
from tests.memory_kinds import WRITERS, Kinds, seen_of  # noqa: E402

SEED, COUNT = 10, 14
LEFT_OUT = {
    "images 9": "what autograd.grad gives of instance_norm of an image in channels_last is in C order here (docs/torch-differences.md)",
    "functionalised 6": "torch clears what no window shows where a functionalised function writes through `unfold`; here it is kept",
    "overlaps 5": "copy_ into windows that overlap one another and what is read: the order of writing is undefined",
}

if __name__ == "__main__":
    torch.set_num_threads(1)
    programs = []
    for kind in Kinds.KINDS:
        for number in range(COUNT):
            if f"{kind} {number}" not in LEFT_OUT:
                lines = Kinds(SEED, number).program_of(kind)
                shown = seen_of(torch, kind, lines, warned=False)
                if kind not in WRITERS or not any([error for error, _ in shown]):
                    programs.append((f"{kind} {number}", lines, shown))
    data = {"torch": torch.__version__, "programs": programs}
    packed.write("memory_kinds", data)
    print(f"{len(programs)} programs")
