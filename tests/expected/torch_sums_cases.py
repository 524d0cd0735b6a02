"""The arrays whose sums, norms and means of windows test_torch_sums.py compares with torch's, bit for bit."""

from itertools import combinations

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

LAID = [  # (shape in memory, the order in which its axes are read)
    ((6, 5, 7), (0, 1, 2)), ((3, 40, 9), (0, 1, 2)), ((2, 3, 7, 7), (0, 1, 2, 3)), ((4, 8, 16, 16), (0, 1, 2, 3)), ((33, 17, 2), (0, 1, 2)),
    ((5, 1, 6, 4), (0, 1, 2, 3)), ((2, 3, 4, 5, 6), (0, 1, 2, 3, 4)), ((64, 3, 32), (0, 1, 2)), ((4, 70, 36), (0, 1, 2)), ((6, 5, 7), (2, 0, 1)),
    ((6, 5, 7), (0, 2, 1)), ((4, 8, 6, 6), (0, 2, 3, 1)), ((4, 8, 6, 6), (0, 2, 1, 3)), ((3, 1, 40, 8), (2, 1, 0, 3)),
]  # fmt: skip
WINDOWS = [  # (shape, arguments of avg_pool2d)
    ((4, 3, 8, 8), (2,)), ((4, 3, 9, 9), (3, 2, 1)), ((2, 3, 8, 8), (3, 1, 1)), ((2, 3, 8, 9), ((2, 3),)), ((2, 3, 7, 7), (7,)),
    ((2, 3, 5, 5), (2, 1)), ((2, 5, 25, 25), (5,)), ((8, 16, 32, 32), (2,)), ((3, 6, 7), (2, 2, 1, True)),
]  # fmt: skip
PARTS = [
    ((4, 3, 8, 8), 2),
    ((4, 3, 9, 9), 3),
    ((2, 3, 7, 7), 1),
    ((2, 3, 6, 5), (2, None)),
    ((2, 3, 15, 21), (5, 3)),
    ((2, 3, 7, 9), (3, 4)),
    ((2, 8, 7, 7), 3),
    ((2, 3, 3, 4), (5, 7)),
]  # (the last of parts that differ in size)


def over_axes(torch):
    """(name, sum) of arrays of several orders in memory over every choice of their axes."""
    rng = np.random.default_rng(1)
    for dtype in ("float32", "float64"):
        for shape, order in LAID:
            x = torch.from_numpy(rng.standard_normal(shape).astype(dtype)).permute(order)
            for count in range(1, len(shape) + 1):
                for axes in combinations(range(len(shape)), count):
                    yield f"{dtype} {shape} {order} {axes}", x.sum(axes).contiguous()
            yield f"{dtype} {shape} {order} stretched", x.unsqueeze(1).expand(-1, 3, *x.shape[1:]).sum((0, 1))
            yield f"{dtype} {shape} {order} steps", x[:, ::2].mean((0, -1)).contiguous()


def over_windows(torch):
    """(name, means or their derivative) of pooling by averages."""
    rng = np.random.default_rng(2)
    pool = torch.nn.functional
    calls = [(shape, pool.avg_pool2d, args) for shape, args in WINDOWS]
    calls += [(shape, pool.adaptive_avg_pool2d, (size,)) for shape, size in PARTS]
    calls += [((2, 3, 6, 6, 6), pool.avg_pool3d, (3,)), ((2, 3, 6, 6, 10), pool.adaptive_avg_pool3d, ((2, 3, 2),))]
    calls += [((4, 3, 9), pool.avg_pool1d, (3, 2, 1)), ((4, 3, 8), pool.adaptive_avg_pool1d, (4,))]
    for dtype in ("float32", "float64"):
        for shape, f, args in calls:
            x = torch.from_numpy(rng.standard_normal(shape).astype(dtype)).requires_grad_()
            means = f(x, *args)
            means.backward(torch.from_numpy(rng.standard_normal(tuple(means.shape)).astype(dtype)))
            yield f"{dtype} {shape} {f.__name__} {args}", means.detach()
            yield f"{dtype} {shape} {f.__name__} {args} derivative", x.grad


CLASSES = [(n, c) for n in (1, 2, 16, 17, 18, 33, 34, 100, 257, 300, 1100) for c in (2, 3, 7, 10, 15, 16, 20, 40, 100)]


def of_classes(torch):
    """(name, loss) of log-probabilities and classes, and (name, loss) of logits: those take exponentials too, of which not every one has torch's bits."""
    rng = np.random.default_rng(3)
    terms, entropies = [], []
    f = torch.nn.functional
    for dtype in ("float32", "float64"):
        for n, c in CLASSES:
            x, k = torch.from_numpy(rng.standard_normal((n, c)).astype(dtype)), torch.from_numpy(rng.integers(0, c, n))
            w = torch.from_numpy(rng.uniform(0.1, 2, c).astype(dtype))
            for reduction in ("mean", "sum"):
                terms.append((f"{dtype} {n} {c} {reduction}", f.nll_loss(x, k, reduction=reduction)))
                terms.append((f"{dtype} {n} {c} {reduction} weights", f.nll_loss(x, k, w, reduction=reduction)))
            entropies.append((f"{dtype} {n} {c}", f.cross_entropy(x, k)))
            entropies.append((f"{dtype} {n} {c} sums", torch.logsumexp(x, 1).sum()))
            entropies.append(
                (f"{dtype} {n} {c} truth", f.binary_cross_entropy_with_logits(x, (x.abs() > 0.6).to(x.dtype)))
            )
        x, k = rng.standard_normal((2, 3, 17, 9)).astype(dtype), rng.integers(0, 3, (2, 17, 9))
        terms.append((f"{dtype} image", f.nll_loss(torch.from_numpy(x), torch.from_numpy(k))))
    return terms, entropies


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
    few = [case for case in cases if case[1].size <= 4096]
    terms, entropies = of_classes(torch)
    total_norm = torch.nn.utils.get_total_norm
    return {
        "terms of classes": terms,
        "entropies": entropies,
        "sums over axes": list(over_axes(torch)),
        "means of windows": list(over_windows(torch)),
        "sums": [(name, torch.from_numpy(x).sum(axis)) for name, x, axis in cases],
        "norms": [(name, torch.linalg.vector_norm(torch.from_numpy(x), dim=axis)) for name, x, axis in cases],
        "sums of sizes": [(name, torch.linalg.vector_norm(torch.from_numpy(x), 1, dim=axis)) for name, x, axis in few]
        + [(f"{name} whole", torch.from_numpy(x).norm(1)) for name, x, axis in few],
        "means beside variances": [
            (name, torch.var_mean(torch.from_numpy(x), axis, correction=0)[1])
            for name, x, axis in few
            if x.size <= 1024 and x.dtype.char == "f"
        ],
        "norms of several": [
            (cases[at][0], total_norm([torch.from_numpy(x) for _, x, _ in cases[at : at + 9]]))
            for at in range(0, len(cases), 9)
            if cases[at][1].dtype == cases[min(at + 8, len(cases) - 1)][1].dtype
        ],
    }
