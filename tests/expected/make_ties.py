"""Writes ties.json: torch's gradients of running and whole extremes at ties. Run: python make_ties.py"""

import json
import pathlib

import torch

POINTS = (
    [1.0, 1.0],
    [1.0, 1.0, 1.0, 1.0],
    [1.0, 2.0, 2.0, 1.0, 2.0],
    [3.0, 3.0, 2.0, 2.0, 1.0, 1.0],
)


def gradient(f, point):
    """The gradient of f's results, weighted by 1, 2, 3, ..., at a point."""
    x = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    out = f(x)
    (out * torch.arange(1, out.numel() + 1).reshape(out.shape)).sum().backward()
    return x.grad.tolist()


FUNCTIONS = {
    "cummax": lambda x: torch.cummax(x, 0)[0],
    "cummin": lambda x: torch.cummin(x, 0)[0],
    "max": torch.max,
    "min": torch.min,
}

if __name__ == "__main__":
    cases = [{"name": n, "x": p, "gradient": gradient(f, p)} for n, f in FUNCTIONS.items() for p in POINTS]
    path = pathlib.Path(__file__).with_suffix("").with_name("ties.json")
    path.write_text(json.dumps({"torch": torch.__version__, "cases": cases}, indent=1) + "\n")
