"""Writes kinks.json: torch 2.13's derivative (or second derivative) at every row of tests/kinks.py (null: torch has none).

Run it in the repository's root. torch's complex gradients are conjugated: the rows are in jax's convention.
"""

import json
import pathlib

import torch

from tests.kinks import KINKS

NAMES = {"power": "pow", "arctan2": "atan2", "arccosh": "acosh"}


def function_of(primitive):
    name = NAMES.get(primitive, primitive)
    return getattr(torch, name, None) or getattr(torch.special, name, None)


def derivative(row):
    xs = [torch.tensor(v, dtype=torch.complex128 if isinstance(v, complex) else torch.float64) for v in row.point]
    x = xs[row.operand].requires_grad_()
    f = function_of(row.primitive)
    if f is None:
        return None
    try:
        g = f(*xs, **dict(row.params))
        for _ in range(row.order):
            (g,) = torch.autograd.grad(g, x, torch.ones_like(g), create_graph=row.order == 2)
    except RuntimeError as error:
        if "not implemented" not in str(error):
            raise
        return None
    g = g.conj().resolve_conj().item()
    return [g.real, g.imag] if isinstance(g, complex) else g


if __name__ == "__main__":
    rows = [[row.primitive, repr(row.point), row.operand, row.order, derivative(row)] for row in KINKS]
    lines = ",\n".join("  " + json.dumps(r) for r in rows)
    text = f'{{"torch": "{torch.__version__}", "rows": [\n{lines}\n]}}\n'
    pathlib.Path("tests/expected/kinks.json").write_text(text)
