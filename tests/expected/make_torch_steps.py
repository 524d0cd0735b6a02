"""Writes torch_steps.json: checksums of torch 2.13's results, on one thread, of the cases of torch_steps_cases.py."""

import json
import zlib
from pathlib import Path

import torch
from torch_steps_cases import computed

torch.set_num_threads(1)
found = {
    what: {name: zlib.crc32(of_torch.numpy().tobytes()) for name, of_torch in each}
    for what, each in computed(torch).items()
}
Path(__file__).with_name("torch_steps.json").write_text(
    json.dumps({"torch": torch.__version__} | found, separators=(",", ":")) + "\n"
)
