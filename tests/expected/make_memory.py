"""Write memory.json: what torch does for every line of memory_cases.py. Run with torch 2.13: `python tests/expected/make_memory.py`."""

import torch.utils.dlpack  # noqa: F401  (a line names it)
from make_functions import main
from memory_cases import FAMILIES

if __name__ == "__main__":
    main(FAMILIES, "memory.json")
