"""Write autograd_more.json: what torch 2.13 prints for the programs of autograd_more_cases.py."""

import json
from pathlib import Path

import torch
from autograd_more_cases import PROGRAMS, outcome

found = {k: outcome(torch, torch.autograd.graph, torch.autograd.forward_ad, text) for k, text in PROGRAMS.items()}
path = Path(__file__).with_name("autograd_more.json")
path.write_text(json.dumps({"torch": torch.__version__, "programs": found}, indent=0, ensure_ascii=False) + "\n")
