"""Write random_hooks.json.xz: what the first programs of tests/random_hooks.py print under torch 2.13."""

import json
import lzma
import sys
from pathlib import Path

import torch

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent))
from random_hooks import happened  # noqa: E402

COUNT = 120
found = {"torch": torch.__version__, "lines": [happened(torch, seed) for seed in range(COUNT)]}
(HERE / "random_hooks.json.xz").write_bytes(lzma.compress(json.dumps(found, separators=(",", ":")).encode(), preset=9))
