"""The arrays whose sums and norms test_torch_sums.py compares with torch's, bit for bit."""

import numpy as np

VECTORS = (*range(1, 140), *range(255, 270), *range(510, 580), 1000, 4095, 8200, 20000, 300001)
ROWS = [
    (count, n)
    for count in (2, 3, 7, 40, 500)
    for n in (1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 24, 31, 33, 64, 70, 100, 129, 300, 543, 545)
]
COLUMNS = [
    (n, count)
    for n in (2, 3, 4, 5, 7, 8, 15, 16, 17, 31, 64, 66, 70, 129, 255, 300, 1100)
    for count in (1, 2, 4, 5, 7, 8, 10, 16, 31, 32, 50, 64, 77)
]
BLOCKS = [((3, 5, 20), (0, 1)), ((6, 7, 2, 5), (0, 1)), ((1, 9, 33, 1), (0, 1)), ((40, 1, 6), (0, 1))]


def arrays():
    """(name, array, axis) of every case."""
    rng = np.random.default_rng(0)
    for dtype in ("float32", "float64"):
        for n in VECTORS:
            yield f"{dtype} {n}", rng.standard_normal(n).astype(dtype), 0
        for count, n in ROWS:
            yield f"{dtype} {count} {n}", rng.standard_normal((count, n)).astype(dtype), 1
        for n, count in COLUMNS:
            x = rng.standard_normal((n, count)).astype(dtype)
            yield f"{dtype} columns {n} {count}", x, 0
            yield f"{dtype} turned columns {n} {count}", x.T, 1
            yield f"{dtype} turned rows {n} {count}", x.T, 0
        for shape, axes in BLOCKS:
            yield f"{dtype} {shape} {axes}", rng.standard_normal(shape).astype(dtype), axes


def computed(torch):
    """{what: (name, result) of every case}, by torch or compat."""
    cases = list(arrays())
    total_norm = torch.nn.utils.get_total_norm
    return {
        "sums": [(name, torch.from_numpy(x).sum(axis)) for name, x, axis in cases],
        "norms": [(name, torch.linalg.vector_norm(torch.from_numpy(x), dim=axis)) for name, x, axis in cases],
        "norms of several": [
            (cases[at][0], total_norm([torch.from_numpy(x) for _, x, _ in cases[at : at + 9]]))
            for at in range(0, len(cases), 9)
            if cases[at][1].dtype == cases[min(at + 8, len(cases) - 1)][1].dtype
        ],
    }
