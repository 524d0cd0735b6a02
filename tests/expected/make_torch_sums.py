"""Writes torch_sums.json and torch_steps.json: checksums of torch 2.13's results, on one thread, of the cases of torch_sums_cases.py and
torch_steps_cases.py."""

import json
import zlib
from pathlib import Path

import torch
import torch_steps_cases
import torch_sums_cases

torch.set_num_threads(1)
for cases in (torch_sums_cases, torch_steps_cases):
    found = {
        what: {name: zlib.crc32(of_torch.numpy().tobytes()) for name, of_torch in each}
        for what, each in cases.computed(torch).items()
    }
    Path(__file__).with_name(cases.__name__.removesuffix("_cases") + ".json").write_text(
        json.dumps({"torch": torch.__version__} | found, separators=(",", ":")) + "\n"
    )
