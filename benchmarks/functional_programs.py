"""The programs of examples/functional against jax.jit, HIPS autograd and NumPy by hand, where each can take part.

    python benchmarks/functional_programs.py [--rows gp,smoke] [--json FILE] [--quick]

Each row is the work of one step of a program: mostly a value and its gradient, compiled by us and by jax. jax runs the program's own text
with its imports changed. autograd runs the functions with loops in the place of scan and vmap.
"""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("JAX_ENABLE_X64", "1")

import funcgrad as fg  # noqa: E402
from benchmarks.rows import HAND, Rows, optional  # noqa: E402
from tests.expected.functional_examples_cases import of_jax, program  # noqa: E402

jax = optional("jax")
autograd = optional("autograd")
ROWS = Rows(rtol=1e-6)


def sides(name):
    """(contestant, the program's names, its transforms, a function that has a call end when it is done)."""
    yield "fg", program(name), fg, lambda f: f
    if jax:
        yield "jax", of_jax(name), jax, lambda f: lambda *args: jax.block_until_ready(f(*args))


def compiled(name, step):
    """A row's contestants: `step(names, library)` gives (function, arguments) of each library."""
    calls = {}
    for contestant, names, library, ended in sides(name):
        f, args = step(names, library)
        calls[contestant] = lambda f=ended(library.jit(f)), args=args: f(*args)
    return calls


def scan(f, carry, xs, length=None):
    """lax.scan as a loop over what autograd can index."""
    leaves, structure = fg.tree.flatten(xs)
    ys = []
    for i in range(length or len(leaves[0])):
        carry, y = f(carry, fg.tree.unflatten(structure, [x[i] for x in leaves]))
        ys.append(y)
    stack = autograd.numpy.stack
    return carry, None if ys[0] is None else fg.tree.map(lambda *y: stack(y), *ys)


def in_autograd(name):
    """The program's names over autograd."""
    import autograd.numpy as anp
    from autograd.scipy.linalg import solve_triangular
    from autograd.scipy.special import gammaln

    names = program(name)
    library = SimpleNamespace(
        grad=autograd.grad, value_and_grad=autograd.value_and_grad, hessian=autograd.hessian, tree=fg.tree,
        lax=SimpleNamespace(scan=scan),
    )  # fmt: skip
    names.update(np=anp, fg=library, solve_triangular=solve_triangular, gammaln=gammaln)
    return names, library


@ROWS.row("gp", "Gaussian process, 100 points: likelihood and gradient")
def _():
    def step(names, library):
        return library.value_and_grad(names["negative_log_likelihood"]), (np.log([0.5, 1.0, 0.5]), *names["data"](100))

    def by_hand(params, x, y):
        length, scale, noise = np.exp(params)
        away = ((x[:, None] - x) / length) ** 2
        smooth = scale**2 * np.exp(-0.5 * away)
        inverse = np.linalg.inv(smooth + noise**2 * np.eye(len(x)))
        a = inverse @ y
        value = 0.5 * y @ a - 0.5 * np.linalg.slogdet(inverse)[1] + 0.5 * len(x) * np.log(2 * np.pi)
        by_cov = 0.5 * (inverse - np.outer(a, a))
        return value, np.array(
            [np.sum(by_cov * smooth * away), 2 * np.sum(by_cov * smooth), 2 * noise**2 * np.trace(by_cov)]
        )

    calls = compiled("gaussian_process", step)
    args = step(program("gaussian_process"), fg)[1]
    if autograd:
        f = step(*in_autograd("gaussian_process"))[0]
        calls["autograd"] = lambda: f(*args)
    return calls | {HAND: lambda: by_hand(*args)}


@ROWS.row("bayes", "Bayesian network, 60 points, 4 draws: bound and gradient")
def _():
    def step(names, library):
        return library.value_and_grad(names["negative_bound"]), (
            names["start"](),
            library.random.key(0),
            *names["data"](60),
        )

    return compiled("bayesian_network", step)


@ROWS.row("rope", "rope, 120 steps written in place: value and gradient, fg eager")
def _():
    push = np.linspace(-1.0, 1.0, 6)
    f = fg.value_and_grad(program("rope")["miss"], numpy=True)
    calls = {"fg": lambda: f(push)}
    if jax:
        compiled_by_jax = jax.jit(jax.value_and_grad(of_jax("rope")["miss"]))
        calls["jax"] = lambda: jax.block_until_ready(compiled_by_jax(push))
    return calls


@ROWS.row("smoke", "fluid control, 32 x 32, 16 steps: value and gradient")
def _():
    rng = np.random.default_rng(0)
    velocity = 0.3 * rng.standard_normal((2, 32, 32))

    def step(names, library):
        disc, ring = (np.asarray(v) for v in names["shapes"](32))
        return library.value_and_grad(lambda v: names["np"].sum((names["simulate"](v, disc, 16)[0] - ring) ** 2)), (
            velocity,
        )

    return compiled("smoke_control", step)


@ROWS.row("ode", "neural ODE, 64 starts, 20 steps, adjoint: loss and gradient")
def _():
    rng = np.random.default_rng(0)
    params = {"w1": rng.standard_normal((2, 24)), "b1": np.zeros(24), "w2": rng.standard_normal((24, 2))}
    starts = rng.standard_normal((64, 2))

    def step(names, library):
        return library.value_and_grad(lambda p: names["np"].mean(names["solve"](p, starts, 0.05, 20) ** 2)), (params,)

    return compiled("ode_adjoint", step)


@ROWS.row("hmc", "Hamiltonian Monte Carlo, 100 chains of 50 draws of 16 steps")
def _():
    def step(names, library):
        keys = library.random.split(library.random.key(0), 100)
        return lambda keys: library.vmap(lambda key: names["chain"](key, 50, 0.22, 16))(keys)[0], (keys,)

    return compiled("hamiltonian_monte_carlo", step)


@ROWS.row("kalman", "Kalman filter, 150 observations: likelihood and gradient")
def _():
    ys = program("filters")["tracked"](150, np.random.default_rng(0))[1]

    def step(names, library):
        return library.value_and_grad(lambda p: names["kalman"](p, ys)[0]), (np.log([0.2, 1.0]),)

    calls = compiled("filters", step)
    if autograd:
        f, args = step(*in_autograd("filters"))
        calls["autograd"] = lambda: f(*args)
    return calls


@ROWS.row("robust", "robust regression, 80 points: Hessian")
def _():
    def step(names, library):
        return library.hessian(names["negative_log_likelihood"]), (
            np.array([0.1, 0.2, 0.3, 0.0, 1.0]),
            *names["data"](80),
        )

    calls = compiled("robust_regression", step)
    if autograd:
        f, args = step(*in_autograd("robust_regression"))
        calls["autograd"] = lambda: f(*args)
    return calls


@ROWS.row("private", "gradients of 100 examples, clipped: a network of 2-12-1")
def _():
    def step(names, library):
        points, labels = names["data"](100)
        slopes = library.vmap(library.grad(names["loss"]), (None, 0, 0))
        return lambda params: names["clipped"](slopes(params, points, labels)), (names["start"](12),)

    points, labels = program("private_learning")["data"](100)

    def by_hand(params):
        h = np.tanh(points @ params["w1"] + params["b1"])
        by_z = 1 / (1 + np.exp(-h @ params["w2"])) - labels
        by_b = by_z[:, None] * params["w2"] * (1 - h * h)
        found = {"b1": by_b, "w1": points[:, :, None] * by_b[:, None], "w2": by_z[:, None] * h}
        norms = np.sqrt(sum(np.sum(g**2, axis=tuple(range(1, g.ndim))) for g in found.values()))
        factors = np.minimum(1.0, 1.0 / norms)
        return {k: np.einsum("i,i...->i...", factors, g) for k, g in found.items()}, norms

    params = {k: np.asarray(v) for k, v in program("private_learning")["start"](12).items()}
    return compiled("private_learning", step) | {HAND: lambda: by_hand(params)}


@ROWS.row("meta", "meta-learning, 20 tasks, 3 inner steps: loss and gradient")
def _():
    def step(names, library):
        def mean_loss(meta, tasks):
            return names["np"].mean(library.vmap(lambda task: names["loss_after_training"](meta, task, 3))(tasks))

        return library.value_and_grad(mean_loss), (names["start"](), names["tasks"](20, np.random.default_rng(0)))

    return compiled("meta_learning", step)


if __name__ == "__main__":
    ROWS.main(__doc__)
