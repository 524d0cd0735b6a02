"""Writes swap_programs.json: what the programs of swap_programs/ print under jax 0.10.2 (CPU) and autograd 1.9.

Run: `python tests/expected/make_swap_programs.py`.
"""

import json
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

HERE = Path(__file__).parent


def main():
    found = {
        p.name: subprocess.check_output([sys.executable, p], text=True)
        for p in sorted((HERE / "swap_programs").glob("*.py"))
    }
    stored = {"versions": {n: version(n) for n in ("jax", "autograd")}, "printed": found}
    (HERE / "swap_programs.json").write_text(json.dumps(stored, indent=1) + "\n")


if __name__ == "__main__":
    main()
