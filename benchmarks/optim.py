"""Steps of optimisers over many small arrays: funcgrad.optim in flat buffers, compat's beside torch's, and leaf by leaf by hand.

python benchmarks/optim.py [--rows adam] [--json FILE] [--quick]
"""

import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import compat  # noqa: E402
import funcgrad as fg  # noqa: E402
from benchmarks.rows import HAND, Rows, optional  # noqa: E402

ROWS = Rows(rtol=1e-5)
SHAPES = {
    "an MLP's 4": [(64, 32), (64,), (10, 64), (10,)],
    "a transformer's 50": [(32, 32), (32,), (64, 32), (64,), (32,)] * 10,
}
torch = optional("torch")
if torch is not None:
    torch.set_num_threads(1)


@ROWS.row("adam", "Adam step over 60 arrays: in flat buffers, under jit, leaf by leaf")
def _():
    rng = np.random.default_rng(0)
    params = [rng.normal(size=n) for n in (16, 256, 64, 8, 128) * 12]
    grads = [rng.normal(size=p.shape) for p in params]
    opt = fg.optim.adam(1e-3)
    state = opt.init(params)
    zeros = [np.zeros_like(p) for p in params]

    def by_leaf():
        out = []
        for p, g, m, v in zip(params, grads, zeros, zeros, strict=True):
            m = 0.9 * m + 0.1 * g
            v = 0.999 * v + 0.001 * g * g
            out.append(p - 1e-3 * (m / (1 - 0.9)) / (np.sqrt(v / (1 - 0.999)) + 1e-8))
        return out

    calls = {"fg": lambda: opt.step(grads, state, params)[0]}
    compiled = fg.jit(opt.step)
    return {**calls, "fg.jit": lambda: compiled(grads, state, params)[0], HAND: by_leaf}


def torch_row(key, kind, options):
    """A step of compat's optimiser beside torch's, over as many small parameters as a model has."""

    for model, shapes in SHAPES.items():

        @ROWS.row(f"{key}-{len(shapes)}", f"{kind}({options}) of compat, {model} parameters")
        def _(shapes=shapes):
            return {
                name: stepper(library, getattr(library.optim, kind), options, shapes)
                for name, library in (("compat", compat), ("torch", torch))
                if library is not None
            }


def stepper(library, kind, options, shapes):
    """A call that takes one step, and gives a parameter when asked for results the first time: after as many steps in all libraries."""
    rng = np.random.default_rng(0)
    params = [library.tensor(rng.normal(size=s).astype(np.float32), requires_grad=True) for s in shapes]
    for p in params:
        p.grad = library.tensor(rng.normal(size=tuple(p.shape)).astype(np.float32))
    step = eval(f"kind(params, {options})", {"kind": kind, "params": params}).step

    def call():
        step()
        return params[0].detach().numpy()

    return call


for _key, _kind, _options in [
    ("sgd", "SGD", "lr=1e-6"),
    ("momentum", "SGD", "lr=1e-6, momentum=0.9"),
    ("adam", "Adam", "lr=1e-6"),
    ("adamw", "AdamW", "lr=1e-6"),
    ("rmsprop", "RMSprop", "lr=1e-6"),
    ("adagrad", "Adagrad", "lr=1e-6"),
]:
    torch_row(_key, _kind, _options)


if __name__ == "__main__":
    ROWS.main(__doc__)
