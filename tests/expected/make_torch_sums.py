"""Writes torch_sums.json: checksums of torch 2.13's sums and 2-norms, on one thread, of the arrays of torch_sums_cases.py."""

import json
import zlib
from pathlib import Path

import torch
from torch_sums_cases import computed

torch.set_num_threads(1)
found = {
    what: {name: zlib.crc32(of_torch.numpy().tobytes()) for name, of_torch in each}
    for what, each in computed(torch).items()
}
Path(__file__).with_name("torch_sums.json").write_text(
    json.dumps({"torch": torch.__version__} | found, separators=(",", ":")) + "\n"
)
