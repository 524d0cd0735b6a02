"""Write halves.json.xz: what torch gives for the lines and programs of halves_cases.py.

Run with torch 2.13 on x86-64 with AVX-512: `python tests/expected/make_halves.py`.
"""

import base64
import io
import pathlib
import sys

sys.path.insert(0, str(pathlib.Path(__file__).parents[2]))
from tests import packed  # noqa: E402
from tests.expected import halves_cases as cases  # noqa: E402


def saved(torch):
    """A file of torch's with half precision in it, as text."""
    file = io.BytesIO()
    a = cases.numbers(torch, (2, 16)).to(torch.bfloat16)
    torch.save({"a": a, "row": a[1], "p": torch.nn.Parameter(a.half().t())}, file)
    return base64.b64encode(file.getvalue()).decode()


def main():
    import torch

    torch.set_num_threads(1)
    stored = {"torch": torch.__version__, "file": saved(torch)}
    for d in cases.DTYPES:
        stored[d] = {
            "lines": {line: cases.outcome(torch, d, line, True) for line in (*cases.EXACT, *cases.VALUES)},
            "plain": {line: cases.outcome(torch, d, line, False) for line in cases.PLAIN},
            "draws": {line: cases.drawn(torch, d, line) for line in cases.DRAWS},
            "optimizers": {code: cases.stepped(torch, d, code) for code in cases.OPTIMIZERS},
            "trained": cases.trained(torch, d),
        }
    packed.write("halves", stored)


if __name__ == "__main__":
    main()
