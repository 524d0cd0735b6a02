"""Writes hypergeometric.json: derivatives of 1F1 and 2F1 by their parameters and argument, by mpmath 1.3 at 60 digits. Run it in the root."""

import json
import pathlib

import mpmath as mp
import numpy as np

ORDERS = {
    "hyp1f1": [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1), (1, 1, 0), (2, 0, 0), (0, 2, 1), (0, 0, 3)],
    "hyp2f1": [
        (0, 0, 0, 0),
        (1, 0, 0, 0),
        (0, 1, 0, 0),
        (0, 0, 1, 0),
        (0, 0, 0, 1),
        (1, 0, 1, 0),
        (0, 0, 2, 0),
        (0, 1, 0, 2),
    ],
}
POINTS = {"hyp1f1": (0.4, -3.0, 20.0, -800.0), "hyp2f1": (0.3, 0.8, -0.7, -30.0)}


def main():
    rng, rows = np.random.default_rng(3), []
    mp.mp.dps = 60
    for name, orders in ORDERS.items():
        for order in orders:
            for low in (0.2, -5.0):
                for x in POINTS[name]:
                    args = [*rng.uniform(low, 5.0, len(order) - 1).round(3).tolist(), x]
                    rows.append([name, order, args, float(mp.diff(getattr(mp, name), tuple(map(mp.mpf, args)), order))])
    lines = ",\n".join("  " + json.dumps(row) for row in rows)
    text = f'{{"mpmath": "{mp.__version__}", "rows": [\n{lines}\n]}}\n'
    pathlib.Path("tests/expected/hypergeometric.json").write_text(text)


if __name__ == "__main__":
    main()
