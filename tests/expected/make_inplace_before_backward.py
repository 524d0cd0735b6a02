"""Write inplace_before_backward.json: what torch lets be changed in place between an operation and its backward.

Run with torch 2.13: `python tests/expected/make_inplace_before_backward.py`. Of the lines in function_cases.py, and of those below, one is taken
for each graph of operations; stored are the names of its inputs, and the numbers of its results, that may be changed.
"""

import json
import pathlib
import re
import sys
import warnings

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from function_cases import FAMILIES  # noqa: E402
from make_functions import lines_of  # noqa: E402

from tests.compat.evaluation import changeable, graph_of, pulled, ran  # noqa: E402

N = "torch.nn.functional."
LAYERS = (
    "layer_norm(a, (3,))",
    "layer_norm(a, (3,), v, w)",
    "rms_norm(a, (3,))",
    "rms_norm(a, (3,), v)",
    "group_norm(a, 1)",
    "group_norm(a, 3, v, w)",
    "batch_norm(a, None, None, training=True)",
    "batch_norm(a, None, None, v, w, training=True)",
    "instance_norm(x[None])",
    "local_response_norm(x[None], 2)",
    "prelu(a, s)",
    "silu(a)",
    "gelu(a)",
    "mish(a)",
    "softplus(a)",
    "conv1d(t, x[:, :2])",
    "linear(a, n.T)",
    "max_pool1d(t, 2)",
    "interpolate(t, 2)",
    "cross_entropy(m, g[0])",
    "mse_loss(a, b)",
    "scaled_dot_product_attention(t, t, t)",
)
LEAF = re.compile(r"\b[a-z]+\b")


def operations(line):
    """The operations that a line records, whatever their operands are called; None without a backward."""
    try:
        leaves, results = ran(torch, line)
        if not any(t.grad_fn is not None for t in results):
            return None
        text = " ".join(graph_of(results, {}))
        pulled(torch, results)
    except Exception:
        return None
    return re.sub(LEAF, "x", text)


def allowed(line):
    """The inputs and results that may be changed; those that cannot be changed at all are left out."""
    free, bound = [], []
    for key in changeable(torch, line):
        leaves, results = ran(torch, line)
        with torch.no_grad():
            t = leaves[key] if isinstance(key, str) else results[key]
            t.add_(0) if t.dtype != torch.bool else t.logical_or_(t)
        try:
            pulled(torch, results)
            free.append(key)
        except RuntimeError:
            bound.append(key)
    return [free, bound]


def main():
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    stored, seen = {}, set()
    for lines in (*map(lines_of, FAMILIES.values()), [N + line for line in LAYERS]):
        for line in lines:
            graph = operations(line)
            if graph is not None and graph not in seen:
                seen.add(graph)
                stored[line] = allowed(line)
    rows = [f" {json.dumps(line)}: {json.dumps(keys)}" for line, keys in stored.items()]
    head = json.dumps({"torch": torch.__version__})[:-1]
    path = HERE / "inplace_before_backward.json"
    path.write_text(f'{head}, "lines": {{\n' + ",\n".join(rows) + "}}\n", encoding="utf-8")
    print(f"{len(rows)} lines, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
