"""Write memory_lines.json.xz: what each line of tests/memory_lines.py gives under torch. Run with torch 2.13: `python tests/expected/make_memory_lines.py`."""

import pathlib
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed  # noqa: E402
from tests.memory_lines import SECTIONS, outcome  # noqa: E402


def main():
    torch.set_num_threads(1)
    stored = {name: [outcome(torch, setup, line) for line in lines] for name, (setup, lines) in SECTIONS.items()}
    packed.write("memory_lines", {"torch": torch.__version__, "sections": stored})


if __name__ == "__main__":
    main()
