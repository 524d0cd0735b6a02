"""Write windows.json: what torch's pooling, convolution, unfold and fold give, with ties, NaN, strides and dilation.

Run with torch 2.13: `python tests/expected/make_windows.py`. test_windows.py holds funcgrad's primitives against it.
"""

import json
import pathlib

import torch
import torch.nn.functional as F

POOLS = [  # operand, window, stride, padding, dilation
    ([[1.0, 3.0, 3.0, 2.0, 3.0, 0.0], [2.0, 2.0, 2.0, 2.0, 2.0, 2.0]], [3], [1], [1], [1]),
    ([[1.0, float("nan"), 2.0, float("nan"), 0.0, 1.0]], [3], [1], [1], [1]),
    ([[float("-inf")] * 6], [3], [1], [1], [1]),
    ([[[1.0, 2.0, 3.0, 0.0], [3.0, 1.0, 1.0, 3.0], [3.0, 3.0, 0.0, 3.0]]], [2, 2], [1, 2], [0, 1], [1, 1]),
    ([[[float((7 * i + 3 * j) % 5) for j in range(6)] for i in range(7)]], [2, 3], [2, 1], [1, 1], [2, 1]),
]
CONVOLUTIONS = [  # input, weight, stride, padding, dilation, groups
    ([2, 4, 7], [6, 2, 3], [2], [2], [2], 2),
    ([1, 3, 5, 6], [2, 3, 3, 2], [2, 1], [1, 0], [1, 2], 1),
    ([2, 3, 4, 4], [3, 1, 3, 3], [1, 1], [1, 1], [1, 1], 3),
    ([1, 2, 3, 4, 3], [2, 2, 2, 2, 3], [1, 2, 1], [0, 1, 1], [1, 1, 1], 1),
]
FOLDS = [([1, 2, 5, 6], [2, 3], [2, 1], [1, 2], [2, 1]), ([2, 1, 4, 4], [2, 2], [2, 2], [0, 0], [1, 1])]
SLIDES = [([2, 7], 1, 3, 2), ([5, 3], 0, 2, 1), ([2, 9, 2], 1, 2, 4)]


def made(shape, seed):
    """Small multiples of 1/4, the same in every program."""
    n = torch.tensor(shape).prod()
    return ((torch.arange(n) * 37 + 11 * seed) % 29 - 14).double().reshape(shape) / 4


def texts(t):
    """A tensor as JSON: its shape, and numbers as text, which knows nan and inf."""
    return {"shape": list(t.shape), "values": [repr(v) for v in t.detach().flatten().tolist()]}


def pool(values, window, stride, padding, dilation):
    """Value, flat indices and gradient (of cotangents 1, 2, ...) of one pooling."""
    x = torch.tensor(values, dtype=torch.float64, requires_grad=True)
    f = F.max_pool1d if len(window) == 1 else F.max_pool2d
    out, where = f(x[None], window, stride, padding, dilation, return_indices=True)
    out.backward(torch.arange(1.0, out.numel() + 1, dtype=torch.float64).reshape(out.shape))
    params = {"window": window, "stride": stride, "padding": padding, "dilation": dilation}
    return {"x": texts(x), **params, "out": texts(out[0]), "where": texts(where[0]), "grad": texts(x.grad)}


def convolution(x, w, stride, padding, dilation, groups):
    """Value and both gradients of one convolution."""
    a, b = made(x, 1).requires_grad_(), made(w, 2).requires_grad_()
    out = (F.conv1d, F.conv2d, F.conv3d)[len(stride) - 1](a, b, None, stride, padding, dilation, groups)
    out.backward(made(out.shape, 3))
    params = {"stride": stride, "padding": padding, "dilation": dilation, "groups": groups}
    grads = {"x_grad": texts(a.grad), "w_grad": texts(b.grad)}
    return {"x": texts(a), "w": texts(b), **params, "out": texts(out), "ct": texts(made(out.shape, 3)), **grads}


def fold(shape, window, stride, padding, dilation):
    """unfold of an input, and fold of what came out."""
    x = made(shape, 1)
    columns = F.unfold(x, window, dilation, padding, stride)
    folded = F.fold(columns, shape[2:], window, dilation, padding, stride)
    params = {"window": window, "stride": stride, "padding": padding, "dilation": dilation}
    return {"x": texts(x), **params, "columns": texts(columns), "folded": texts(folded)}


def slide(shape, axis, size, step):
    """Tensor.unfold."""
    x = made(shape, 1)
    return {"x": texts(x), "axis": axis, "size": size, "step": step, "out": texts(x.unfold(axis, size, step))}


def main():
    """Compute every figure and store it."""
    expected = {
        "torch": torch.__version__,
        "pools": [pool(*case) for case in POOLS],
        "convolutions": [convolution(*case) for case in CONVOLUTIONS],
        "folds": [fold(*case) for case in FOLDS],
        "slides": [slide(*case) for case in SLIDES],
    }
    target = pathlib.Path(__file__).with_name("windows.json")
    target.write_text(json.dumps(expected, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
