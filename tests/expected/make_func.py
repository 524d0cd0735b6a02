"""Write func.json: what torch 2.13 prints for the programs of func_cases.py."""

import json
from pathlib import Path

import torch
from func_cases import PROGRAMS, outcome

found = {name: outcome(torch, name, text) for name, text in PROGRAMS.items()}
path = Path(__file__).with_name("func.json")
path.write_text(json.dumps({"torch": torch.__version__, "programs": found}, indent=0, ensure_ascii=False) + "\n")
