"""Write random_hooks.json.xz: what the first programs of tests/random_hooks.py print under torch 2.13."""

import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
import packed  # noqa: E402
from random_hooks import happened  # noqa: E402

COUNT = 120
found = {"torch": torch.__version__, "lines": [happened(torch, seed) for seed in range(COUNT)]}
packed.write("random_hooks", found)
