"""Writes torch_sums.json: checksums of torch 2.13's sums, on one thread, of the arrays of torch_sums_cases.py."""

import json
import zlib
from pathlib import Path

import torch
from torch_sums_cases import arrays

torch.set_num_threads(1)
found = {name: zlib.crc32(torch.from_numpy(x).sum(axis).numpy().tobytes()) for name, x, axis in arrays()}
Path(__file__).with_name("torch_sums.json").write_text(
    json.dumps({"torch": torch.__version__, "sums": found}, separators=(",", ":")) + "\n"
)
