"""Runs the examples of docs/backward.md under torch, which has to print what the page says: `python tests/pages_under_torch.py`."""

import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.test_docs import failures  # noqa: E402

PAGE = ROOT / "docs" / "backward.md"
OURS = "(of compat's Tensors)"  # stands on the lines that torch has not


def main():
    lines = PAGE.read_text(encoding="utf-8").replace("import compat as torch", "import torch").splitlines(keepends=True)
    kept = []
    for k, line in enumerate(lines):
        if OURS in line or k and OURS in lines[k - 1]:  # (with what it prints)
            continue
        kept.append(line)
    failed = failures(PAGE.name, "".join(kept))
    print(f"{failed} examples of {PAGE.name} differ under torch")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
