"""Random programs of torch.autograd and torch.func's corners, looked at line by line under torch and under compat.

    python tests/random_autograd.py --count 1000 --seed 1 [--only TEXT]

Each program is of one kind: a custom Function with random options, hooks of what is saved, checkpoints, dual Tensors, `autograd.functional`,
gradcheck, anomaly mode, the graph's edges and nodes, grad modes, inference mode, `.grad` that is given, functions of modules, transforms. A third of
the arguments are wrong. Invariant: a seed and a number give one program, always the same.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests import autograd_kinds, graph_kinds, inference_kinds  # noqa: E402
from tests.side_by_side import main  # noqa: E402

KINDS = autograd_kinds.KINDS | graph_kinds.KINDS | inference_kinds.KINDS
HELPERS = """
torch.set_default_dtype(torch.float64)
log = []
def say(*a): log.append(' '.join([text(x) for x in a]))
def text(x):
    if x is None: return 'None'
    if isinstance(x, torch.Tensor):
        found = [round(v, 8) + 0.0 if isinstance(v, float) else v for v in x.detach().reshape(-1).tolist()]
        return f"{[float(f'{v:.5g}') if isinstance(v, float) else v for v in found]}{tuple(x.shape)}{'+' if x.requires_grad else ''}"
    if isinstance(x, (tuple, list)): return '(' + ', '.join([text(v) for v in x]) + ')'
    return str(x)
def looked(t):
    return text(t), t.requires_grad, t.is_leaf, t._version, t._is_view(), str(t.dtype), type(t.grad_fn).__name__
def told():
    got = list(log)
    log.clear()
    return got
""".strip().split("\n")


def program(r, number):
    """The lines of one program."""
    kind = list(KINDS)[number % len(KINDS)]
    return ["\n".join(HELPERS), *KINDS[kind](r)]


if __name__ == "__main__":
    main(program, __doc__)
