"""The cost of eager work, by operation and by feature, against hand-written NumPy, HIPS autograd and torch where installed.

    python benchmarks/eager.py [--rows arithmetic,mixed] [--json FILE] [--quick]

Every row checks its results first, runs the contestants interleaved in one process, and prints ratios with their spread
(median, 10th and 90th percentile of the rounds). Line-naming, promotion and views are on, as they always are.
"""

import gc
import sys
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import compat  # noqa: E402
import funcgrad as fg  # noqa: E402
import funcgrad.numpy as fnp  # noqa: E402
from benchmarks.rows import HAND, Rows, optional  # noqa: E402

torch, autograd = optional("torch"), optional("autograd")
anp = optional("autograd.numpy")
if torch is not None:
    torch.set_num_threads(1)


def arithmetic(x):
    """48 operations of two operands."""
    for _ in range(12):
        x = (x * 0.5 + 0.1) * x - x
    return x


def mixed(np_):
    """24 operations: functions, products of arrays, reductions, views."""

    def f(x):
        for _ in range(4):
            y = np_.tanh(x) * np_.exp(-x)
            x = y + x[::-1] * np_.sum(y)
        return x

    return f


def arithmetic_by_hand(x):
    """The gradient of arithmetic(x).sum(), written out: what NumPy's own operations cost."""
    kept = []
    for _ in range(12):
        a = x * 0.5 + 0.1
        kept.append((x, a))
        x = a * x - x
    g = np.ones_like(x)
    for x, a in reversed(kept):
        g = g * a + g * x * 0.5 - g
    return g


def reverse(x):
    return x[::-1]


def mixed_by_hand(x, turned=lambda x: x, turned_back=lambda g: g):
    """The gradient of the sum of mixed operations; `turned`: the view of x that is multiplied by the sum."""
    kept = []
    for _ in range(4):
        t, e, v = np.tanh(x), np.exp(-x), turned(x)
        y = t * e
        s = np.add.reduce(y)
        kept.append((t, e, y, s, v))
        x = y + v * s
    g = np.ones_like(x)
    for t, e, y, s, v in reversed(kept):
        gy = g + np.add.reduce(g * v)
        g = turned_back(g * s) + gy * e * (1 - t * t) - gy * y
    return g


def mlp_by_hand(x, y, w):
    w1, b1, w2, b2 = w
    h = np.tanh(x @ w1 + b1)
    d = h @ w2 + b2 - y
    np.add.reduce(d**2, axis=None) / d.size
    g = d * (2 / d.size)
    gh = (g @ w2.T) * (1 - h * h)
    return [x.T @ gh, np.add.reduce(gh, axis=0), h.T @ g, np.add.reduce(g, axis=0)]


def mlp_data():
    rng = np.random.default_rng(0)
    x, y = rng.normal(size=(16, 8)), rng.normal(size=(16, 1))
    return x, y, [rng.normal(size=(8, 16)) * 0.3, np.zeros(16), rng.normal(size=(16, 1)) * 0.3, np.zeros(1)]


def mlp(np_):
    x, y, w = mlp_data()

    def loss(w):
        h = np_.tanh(x @ w[0] + w[1]) if np_ is not anp else anp.tanh(anp.dot(x, w[0]) + w[1])
        out = h @ w[2] + w[3] if np_ is not anp else anp.dot(h, w[2]) + w[3]
        return np_.mean((out - y) ** 2)

    return loss, w


def torch_mlp(t):
    x, y, w = mlp_data()
    x, y, w = t.tensor(x), t.tensor(y), [t.tensor(a, requires_grad=True) for a in w]

    def step():
        for p in w:
            p.grad = None
        h = t.tanh(x @ w[0] + w[1])
        ((h @ w[2] + w[3] - y) ** 2).mean().backward()
        return [p.grad.numpy() for p in w]

    return step


def torch_chain(t, x, f):
    leaf = t.tensor(x, requires_grad=True)

    def run():
        leaf.grad = None
        f(leaf).sum().backward()
        return leaf.grad.numpy()

    return run


def assignment_loop(n):
    def f(x):
        a = fnp.zeros(n)
        for i in range(1, n):
            a[i] = a[i - 1] * 0.5 + x[i]
        return fnp.sum(a)

    return lambda x=np.ones(n): fg.grad(f)(x)


def without_line_names(loss, x):
    """grad(loss) by a second copy of funcgrad in which no operation looks up the user's line."""
    ours = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "funcgrad"}
    try:
        from funcgrad.core import trace, written, written_any

        written.SITE = "\n            n.code = n.lasti = None"  # (before the functions that are written with it)
        written_any.HERE = "\n    n.code = n.lasti = None"
        trace.site = lambda depth=1: (None, None)
        import funcgrad

        gradient = funcgrad.grad(loss)
        gradient(x)  # (what is lazy comes from this copy too)
        return gradient
    finally:
        sys.modules.update(ours)


ROWS = Rows()


@ROWS.row("arithmetic", "fg.grad, 48 arithmetic operations, n=10", "autograd / fg >= 4", operations=48)
def _(x=np.full(10, 0.3)):
    contestants = {"fg": lambda g=fg.grad(lambda x: arithmetic(x).sum()): g(x)}
    if autograd:
        contestants["autograd"] = lambda g=autograd.grad(lambda x: anp.sum(arithmetic(x))): g(x)
    return contestants | {HAND: lambda: arithmetic_by_hand(x)}


@ROWS.row("mixed", "fg.grad, 24 mixed operations, n=10", "autograd / fg >= 4", operations=24)
def _(x=np.linspace(0.1, 0.4, 10)):
    contestants = {"fg": lambda g=fg.grad(lambda x: np.sum(mixed(np)(x))): g(x)}
    if autograd:
        contestants["autograd"] = lambda g=autograd.grad(lambda x: anp.sum(mixed(anp)(x))): g(x)
    return contestants | {HAND: lambda: mixed_by_hand(x, turned=reverse, turned_back=reverse)}


@ROWS.row("mlp", "fg.grad, MLP 8-16-1, batch 16")
def _(data=mlp_data()):
    loss, w = mlp(np)
    contestants = {"fg": lambda g=fg.grad(loss): g(w)}
    if autograd:
        contestants["autograd"] = lambda g=autograd.grad(mlp(anp)[0]): g(w)
    return contestants | {HAND: lambda: mlp_by_hand(*data)}


@ROWS.row("compat-arithmetic", "compat, 48 arithmetic operations, n=10", "torch / compat >= 2", operations=48)
def _(x=np.full(10, 0.3)):
    contestants = {"compat": torch_chain(compat, x, arithmetic)}
    if torch:
        contestants["torch"] = torch_chain(torch, x, arithmetic)
    return contestants | {HAND: lambda: arithmetic_by_hand(x)}


@ROWS.row("compat-mixed", "compat, 32 mixed operations, n=10", "torch / compat >= 2", operations=32)
def _(x=np.linspace(0.1, 0.4, 10)):
    def f(t):
        for _ in range(4):
            y = t.tanh() * (-t).exp()
            t = y + t.view(2, 5).view(-1) * y.sum()
        return t

    contestants = {"compat": torch_chain(compat, x, f)}
    if torch:
        contestants["torch"] = torch_chain(torch, x, f)
    return contestants | {HAND: lambda: mixed_by_hand(x)}


@ROWS.row("compat-mlp", "compat, MLP 8-16-1, batch 16, training step", "torch / compat >= 2")
def _(data=mlp_data()):
    contestants = {"compat": torch_mlp(compat)}
    if torch:
        contestants["torch"] = torch_mlp(torch)
    return contestants | {HAND: lambda: mlp_by_hand(*data)}


@ROWS.row("line-names", "line names: with / without, 24 mixed operations")
def _(x=np.linspace(0.1, 0.4, 10)):
    def loss(x):
        return np.sum(mixed(np)(x))

    return {"with": lambda g=fg.grad(loss): g(x), "without": lambda g=without_line_names(loss, x): g(x)}


@ROWS.row("vmap-grad", "vmap(grad), batch 8, 48 operations")
def _(x=np.full((8, 10), 0.3)):
    g = fg.vmap(fg.grad(lambda x: arithmetic(x).sum()))
    one = fg.grad(lambda x: arithmetic(x).sum())
    return {"a loop": lambda: np.stack([one(v) for v in x]), "vmap": lambda: g(x)}


@ROWS.row("grad-grad", "grad of grad, 48 operations", rtol=None)
def _(x=np.full(10, 0.3)):
    one = fg.grad(lambda x: arithmetic(x).sum())
    two = fg.grad(lambda x: (one(x) * x).sum())
    return {"grad of grad": lambda: two(x), "grad": lambda: one(x)}


@ROWS.row("jvp", "jvp, 48 operations", rtol=None)
def _(x=np.full(10, 0.3)):
    grad = fg.grad(lambda x: arithmetic(x).sum())
    return {"jvp": lambda: fg.jvp(arithmetic, (x,), (x,)), "grad": lambda: grad(x)}


def torch_twice(t, x):
    leaf = t.tensor(x, requires_grad=True)

    def run():
        (g,) = t.autograd.grad(arithmetic(leaf).sum(), leaf, create_graph=True)
        return t.autograd.grad((g * leaf).sum(), leaf)[0].numpy()

    return run


@ROWS.row("compat-twice", "compat, second derivative of 48 arithmetic operations")
def _(x=np.full(10, 0.3)):
    return {"compat": torch_twice(compat, x)} | ({"torch": torch_twice(torch, x)} if torch else {})


def of_func(t, x):
    """torch.func's grad, and per-example gradients."""
    leaf, rows = t.tensor(x), t.tensor(np.tile(x, (8, 1)))
    grad = t.func.grad(lambda v: arithmetic(v).sum())
    each = t.func.vmap(grad)
    return lambda: grad(leaf).numpy(), lambda: each(rows).numpy()


@ROWS.row("compat-func", "compat, torch.func.grad of 48 arithmetic operations")
def _(x=np.full(10, 0.3)):
    return {"compat": of_func(compat, x)[0]} | ({"torch": of_func(torch, x)[0]} if torch else {})


@ROWS.row("compat-vmap-grad", "compat, torch.func.vmap(grad) of 48 arithmetic operations, 8 samples")
def _(x=np.full(10, 0.3)):
    return {"compat": of_func(compat, x)[1]} | ({"torch": of_func(torch, x)[1]} if torch else {})


def of_views(t, x):
    """36 views of what a Tensor is computed to, and back."""
    leaf = t.tensor(x, requires_grad=True)

    def run():
        y = leaf * 1
        for _ in range(4):
            y = y.view(4, 2, 6).transpose(1, 2).permute(2, 0, 1).unsqueeze(0)[0].reshape(2, 24).t()
            y = y.t().reshape(8, 6)
        leaf.grad = None
        y.sum().backward()
        return leaf.grad.numpy()

    return run


@ROWS.row("compat-views", "compat, 36 views of a result, and back", operations=36)
def _(x=np.linspace(0.1, 0.4, 48).reshape(8, 6)):
    return {"compat": of_views(compat, x)} | ({"torch": of_views(torch, x)} if torch else {})


def of_settings(t, x):
    """Functions along a dimension, forward."""
    leaf = t.tensor(x, requires_grad=True)
    softmax = t.nn.functional.softmax

    def run():
        y = leaf
        for _ in range(4):
            y = softmax(y, dim=-1) * y.sum(dim=0) + y.mean(-1, keepdim=True)
        return y.detach().numpy()

    return run


@ROWS.row("compat-along", "compat, softmax, sum and mean along a dimension, 12 calls", operations=12)
def _(x=np.linspace(0.1, 0.4, 48).reshape(8, 6)):
    return {"compat": of_settings(compat, x)} | ({"torch": of_settings(torch, x)} if torch else {})


def of_single(t, x):
    """One call each of activations, bounds, extremes, spreads, norms, picks, a pooling and a loss, forward."""
    leaf, classes, functional = t.tensor(x, requires_grad=True), t.arange(8) % 6, t.nn.functional
    image = t.tensor(x[None, None], requires_grad=True)

    def run():
        y = functional.silu(leaf) * functional.elu(leaf) * functional.softplus(leaf)
        y = functional.leaky_relu(y, 0.1).clamp(0.0, 2.0).masked_fill(classes[:6] == 5, 0.5) * leaf.std(dim=0)
        y = functional.normalize(y, dim=-1).index_select(0, classes) * y.max(dim=0).values
        loss = functional.nll_loss(y, classes) + functional.max_pool2d(image, 2).mean()
        return loss.detach().numpy()

    return run


@ROWS.row("compat-single", "compat, 12 single operations with settings", operations=12)
def _(x=np.sin(np.arange(48.0)).reshape(8, 6)):
    return {"compat": of_single(compat, x)} | ({"torch": of_single(torch, x)} if torch else {})


def of_writes(t, x):
    """Assignments that nothing records: by numbers, slices, a mask, index arrays."""
    y = t.tensor(x)
    mask, rows, columns = y > 0.2, t.arange(8), t.tensor([0, 1, 2, 3, 4, 5, 0, 1])

    def run():
        y[0] = 0.5
        y[:, 1] = 0.25
        y[mask] = 1.0
        y[rows, columns] = 0.125
        return y.numpy()

    return run


@ROWS.row("compat-writes", "compat, 4 assignments that nothing records", operations=4)
def _(x=np.linspace(0.1, 0.4, 48).reshape(8, 6)):
    return {"compat": of_writes(compat, x)} | ({"torch": of_writes(torch, x)} if torch else {})


def of_counts(t, x):
    """What programs do with numbers, masks and indices beside their Tensors that require grad."""
    y = t.tensor(x)
    labels, rows = t.arange(8) % 3, t.arange(8)
    at, out = t.tensor(2), t.zeros(8, 6)

    def run():
        right = (labels == 1) & ~(y[:, 0] > 0.2)
        out.zero_().scatter_(1, labels[:, None], 1.0)
        picked = y[rows, labels] * (1 - out[at, labels]) + y[at, 3]
        return t.cat([picked, (picked.clone() + right)[labels // 2]]).numpy()

    return run


@ROWS.row("compat-counts", "compat, integers, masks and indices, 18 operations", operations=18)
def _(x=np.linspace(0.1, 0.4, 48).reshape(8, 6)):
    return {"compat": of_counts(compat, x)} | ({"torch": of_counts(torch, x)} if torch else {})


def views(n):
    x = compat.ones(2, 3, requires_grad=True)

    def run():
        gc.disable()  # (what a collection costs depends on all that the process holds, torch and jax too)
        try:
            y = x * 1
            for _ in range(n):
                y = y.t()
            y.sum().backward()
        finally:
            gc.enable()

    return run


@ROWS.row("views", "a chain of views, and back", "100,000 / 20,000 <= 6", rounds=3, quick=1, rtol=None)
def _():
    return {"100,000": views(100_000), "20,000": views(20_000)}


@ROWS.row(
    "assignment", "a loop that reads and writes each entry", "20,000 / 10,000 <= 2.5", rounds=3, quick=1, rtol=None
)
def _():
    return {"20,000": assignment_loop(20_000), "10,000": assignment_loop(10_000)}


def creation(np_):
    """{name: a call of a creation function}."""
    numbers, v = [1.0, 2.0], np.zeros(10)
    return {
        "zeros": lambda f=np_.zeros: f(10),
        "ones": lambda f=np_.ones: f(10),
        "empty": lambda f=np_.empty: f(10),
        "full": lambda f=np_.full: f(10, 2.0),
        "eye": lambda f=np_.eye: f(3),
        "array": lambda f=np_.array: f(numbers),
        "asarray": lambda f=np_.asarray: f(v),
        "arange": lambda f=np_.arange: f(10),
        "linspace": lambda f=np_.linspace: f(0, 1, 10),
        "zeros_like": lambda f=np_.zeros_like: f(v),
        "ones_like": lambda f=np_.ones_like: f(v),
        "full_like": lambda f=np_.full_like: f(v, 2.0),
        "empty_like": lambda f=np_.empty_like: f(v),
        "copy": lambda f=np_.copy: f(v),
    }


def creation_row(name, numpys, ours):
    """What a creation function of funcgrad.numpy costs more than NumPy's outside a transform."""

    @ROWS.row(
        f"creation-{name}", f"fnp.{name} outside a transform", "<= 0.15 us more", more="us",
        rtol=None if name.startswith("empty") else 0,
    )  # fmt: skip
    def _():
        return {"fg": ours, HAND: numpys}


for _name, _numpys in creation(np).items():
    creation_row(_name, _numpys, creation(fnp)[_name])


if __name__ == "__main__":
    ROWS.main(__doc__)
