"""The programs of examples/functional against jax.jit, HIPS autograd and NumPy by hand, where each can take part.

    python benchmarks/functional_programs.py [--rows gp,smoke] [--json FILE] [--quick]

Each row is the work of one step of a program: mostly a value and its gradient, compiled by us and by jax. jax runs the program's own text
with its imports changed. autograd runs the functions with loops in the place of scan and vmap; it cannot run the rope, which writes into arrays, and
would take half a minute for the 100 chains of the Monte Carlo. By hand is by_hand.py. Every library has one thread. A quick run leaves jax
and autograd out where they take seconds.
"""

import os
import sys
from pathlib import Path
from types import SimpleNamespace

for _threads in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS"):  # (read when the libraries are loaded)
    os.environ.setdefault(_threads, "1")

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
os.environ.setdefault("JAX_ENABLE_X64", "1")
os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import funcgrad as fg  # noqa: E402
from benchmarks import by_hand as hand  # noqa: E402
from benchmarks.rows import HAND, Rows, optional  # noqa: E402
from tests.expected.functional_examples_cases import of_jax, program  # noqa: E402

jax = optional("jax")
autograd = optional("autograd")
ROWS = Rows(rtol=1e-6)
QUICK = "--quick" in sys.argv
SLOW = "rope bayesian_network smoke_control hamiltonian_monte_carlo meta_learning".split()  # for XLA to compile
fg.config(threads=1)


def sides(name):
    """(contestant, the program's names, its transforms, a function that has a call end when it is done)."""
    yield "fg", program(name), fg, lambda f: f
    if jax and not (QUICK and name in SLOW):
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


def vmap(f, in_axes=0):
    """vmap as a loop, over the first axes of arrays that autograd does not differentiate by."""

    def mapped(*args):
        axes = in_axes if type(in_axes) is tuple else (in_axes,) * len(args)
        size = next(len(fg.tree.leaves(x)[0]) for x, a in zip(args, axes, strict=True) if a is not None)

        def sample(i):
            return [x if a is None else fg.tree.map(lambda v: v[i], x) for x, a in zip(args, axes, strict=True)]

        found = [f(*sample(i)) for i in range(size)]
        return fg.tree.map(lambda *v: autograd.numpy.stack(v), *found)

    return mapped


def mapped_tree(f, x, *rest):
    """tree.map, also of the boxes that autograd has for dicts and lists."""
    from autograd import builtins

    if builtins.isinstance(x, builtins.dict):
        return {k: mapped_tree(f, x[k], *[r[k] for r in rest]) for k in x}
    if builtins.isinstance(x, (builtins.list, builtins.tuple)):
        parts = [mapped_tree(f, x[i], *[r[i] for r in rest]) for i in range(len(x))]
        return tuple(parts) if builtins.isinstance(x, builtins.tuple) else parts
    return f(x, *rest)


def custom_vjp(f, nondiff_argnums):
    """autograd's primitive with the rule of a custom_vjp whose last operands are not differentiated."""
    from autograd.extend import defvjp, primitive

    wrapped = primitive(f)

    def set_rule(forward, backward):
        def pull(i):
            def of(out, params, y, *static):
                kept = forward(params, y, *static)[1]
                return lambda ct: backward(*static, kept, ct)[i]

            return of

        defvjp(wrapped, pull(0), pull(1), argnums=(0, 1))

    wrapped.defvjp = set_rule
    return wrapped


def vjp(f, *xs):
    """(f(*xs), the pullback to all of them)."""
    return f(*xs), autograd.make_vjp(lambda xs: f(*xs))(tuple(xs))[0]


def in_autograd(name):
    """The program's names over autograd, and its transforms."""
    import autograd.numpy as anp
    from autograd.numpy.numpy_boxes import ArrayBox
    from autograd.scipy.linalg import solve_triangular
    from autograd.scipy.special import gammaln

    ArrayBox.real = property(anp.real)  # (of arrays it has one)
    library = SimpleNamespace(
        grad=autograd.grad, value_and_grad=autograd.value_and_grad, hessian=autograd.hessian, vmap=vmap, vjp=vjp, custom_vjp=custom_vjp,
        tree=SimpleNamespace(map=mapped_tree, leaves=fg.tree.leaves), lax=SimpleNamespace(scan=scan), random=fg.random, jit=lambda f: f,
    )  # fmt: skip
    swapped = [
        ("import funcgrad as fg", "fg = FG"),
        ("import funcgrad.numpy as np", "import autograd.numpy as np"),
        ("import numpy as np", "import autograd.numpy as np"),
    ]
    names = program(name, swapped, FG=library)
    names.update(solve_triangular=solve_triangular, gammaln=gammaln)
    return names, library


def beside(name, step, by_hand=None):
    """The contestants of a row: ours and jax compiled, autograd, and what was written by hand, which takes no arguments."""
    calls = compiled(name, step)
    if autograd and not (QUICK and name in SLOW):
        f, args = step(*in_autograd(name))
        calls["autograd"] = lambda: f(*args)
    return calls | ({HAND: by_hand} if by_hand else {})


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

    args = step(program("gaussian_process"), fg)[1]
    return beside("gaussian_process", step, lambda: by_hand(*args))


@ROWS.row("bayes", "Bayesian network, 60 points, 4 draws: bound and gradient")
def _():
    def step(names, library):
        return library.value_and_grad(names["negative_bound"]), (
            names["start"](),
            library.random.key(0),
            *names["data"](60),
        )

    names = program("bayesian_network")
    keys = fg.vmap(lambda key: fg.random.split(key, len(names["SHAPES"])))(fg.random.split(fg.random.key(0), 4))
    drawn = {
        name: np.asarray(fg.vmap(lambda key, shape=shape: fg.random.normal(key, shape, dtype=np.float64))(keys[:, i]))
        for i, (name, shape) in enumerate(names["SHAPES"].items())
    }
    given = names["start"](), drawn, *names["data"](60), names["NOISE"]
    return beside("bayesian_network", step, lambda: hand.bound(*given))  # (of numbers that are drawn already)


@ROWS.row("rope", "rope, 120 steps written in place: value and gradient")
def _():
    names = program("rope")
    push = np.linspace(-1.0, 1.0, 6)
    eager = fg.value_and_grad(names["miss"], numpy=True)
    f = fg.jit(eager)
    calls = {"fg": lambda: f(push), "fg, not compiled": lambda: eager(push)}
    if jax and not QUICK:
        compiled_by_jax = jax.jit(jax.value_and_grad(of_jax("rope")["miss"]))
        calls["jax"] = lambda: jax.block_until_ready(compiled_by_jax(push))
    return calls | {HAND: lambda: hand.rope(push, names)}


@ROWS.row("smoke", "fluid control, 32 x 32, 16 steps: value and gradient")
def _():
    rng = np.random.default_rng(0)
    velocity = 0.3 * rng.standard_normal((2, 32, 32))

    def step(names, library):
        disc, ring = (np.asarray(v) for v in names["shapes"](32))
        return library.value_and_grad(lambda v: names["np"].sum((names["simulate"](v, disc, 16)[0] - ring) ** 2)), (
            velocity,
        )

    simulated = hand.Smoke(*map(np.asarray, program("smoke_control")["shapes"](32)), 16)
    return beside("smoke_control", step, lambda: simulated(velocity))


@ROWS.row("ode", "neural ODE, 64 starts, 20 steps, adjoint: loss and gradient")
def _():
    rng = np.random.default_rng(0)
    params = {"w1": rng.standard_normal((2, 24)), "b1": np.zeros(24), "w2": rng.standard_normal((24, 2))}
    starts = rng.standard_normal((64, 2))

    def step(names, library):
        return library.value_and_grad(lambda p: names["np"].mean(names["solve"](p, starts, 0.05, 20) ** 2)), (params,)

    def runge_kutta(f, y, dt, steps):
        for _ in range(steps):
            k1 = f(y)
            k2 = f([a + dt / 2 * b for a, b in zip(y, k1, strict=True)])
            k3 = f([a + dt / 2 * b for a, b in zip(y, k2, strict=True)])
            k4 = f([a + dt * b for a, b in zip(y, k3, strict=True)])
            y = [a + dt / 6 * (b + 2 * c + 2 * d + e) for a, b, c, d, e in zip(y, k1, k2, k3, k4, strict=True)]
        return y

    def by_hand(params):
        w1, b1, w2 = params["w1"], params["b1"], params["w2"]

        def backwards(state):
            y, a = state[:2]
            h = np.tanh(y @ w1 + b1)
            by_z = (a @ w2.T) * (1 - h * h)
            return -(h @ w2), by_z @ w1.T, y.T @ by_z, by_z.sum(0), h.T @ a

        (end,) = runge_kutta(lambda y: [np.tanh(y[0] @ w1 + b1) @ w2], [starts], 0.05, 20)
        zeros = [np.zeros_like(v) for v in (w1, b1, w2)]
        found = runge_kutta(backwards, [end, 2 * end / end.size, *zeros], 0.05, 20)
        return np.mean(end**2), dict(zip(("w1", "b1", "w2"), found[2:], strict=True))

    return beside("ode_adjoint", step, lambda: by_hand(params))


@ROWS.row("hmc", "Hamiltonian Monte Carlo, 100 chains of 50 draws of 16 steps")
def _():
    size, steps, draws = 0.22, 16, 50

    def step(names, library):
        keys = library.random.split(library.random.key(0), 100)
        return lambda keys: library.vmap(lambda key: names["chain"](key, draws, size, steps))(keys)[0], (keys,)

    def drawn(key):
        """What a chain draws: its start, a momentum and a uniform number for each step."""
        first, rest = fg.random.split(key)

        def of_step(key):
            a, b = fg.random.split(key)
            return fg.random.normal(a, (2,), dtype=np.float64), np.log(fg.random.uniform(b, dtype=np.float64))

        return fg.random.normal(first, (2,), dtype=np.float64), *fg.vmap(of_step)(fg.random.split(rest, draws))

    bend = program("hamiltonian_monte_carlo")["BEND"]
    given = fg.vmap(drawn)(fg.random.split(fg.random.key(0), 100))
    start, momenta, chances = [np.moveaxis(np.asarray(v), 0, -1) for v in given]

    def by_hand():  # (of numbers that are drawn already)
        def slope(x):
            away = x[1] - bend * (x[0] ** 2 - 4.0)
            return np.stack([away * (2 * bend * x[0]) - 0.25 * x[0], -away])

        def density(x):
            return -0.5 * (x[0] / 2.0) ** 2 - 0.5 * (x[1] - bend * (x[0] ** 2 - 4.0)) ** 2

        x, xs = start, []
        for p, chance in zip(momenta, chances, strict=True):
            new, q = x, p + 0.5 * size * slope(x)
            for _ in range(steps):
                new = new + size * q
                q = q + size * slope(new)
            q = q - 0.5 * size * slope(new)
            gain = (density(new) - 0.5 * (q * q).sum(0)) - (density(x) - 0.5 * (p * p).sum(0))
            x = np.where(chance < gain, new, x)
            xs.append(x)
        return np.moveaxis(np.array(xs), -1, 0)

    return compiled("hamiltonian_monte_carlo", step) | {HAND: by_hand}


@ROWS.row("kalman", "Kalman filter, 150 observations: likelihood and gradient")
def _():
    names = program("filters")
    ys, program_dt = names["tracked"](150, np.random.default_rng(0))[1], names["DT"]

    def step(names, library):
        return library.value_and_grad(lambda p: names["kalman"](p, ys)[0]), (np.log([0.2, 1.0]),)

    return beside("filters", step, lambda: hand.kalman(np.log([0.2, 1.0]), ys, program_dt))


@ROWS.row("hmm", "hidden Markov model, 150 observations: likelihood, moves and states")
def _():
    tosses = program("filters")["switching"](150, np.random.default_rng(0))[1]
    args = np.log([0.5, 0.5]), np.log([[0.96, 0.04], [0.04, 0.96]]), np.log([[0.5, 0.5], [0.1, 0.9]])[:, tosses].T

    def step(names, library):
        def f(start, *rest):
            return library.value_and_grad(lambda rest: names["markov"](start, *rest))(rest)

        return f, args

    return beside("filters", step, lambda: hand.markov(*args))


@ROWS.row("robust", "robust regression, 80 points: Hessian")
def _():
    def step(names, library):
        return library.hessian(names["negative_log_likelihood"]), (
            np.array([0.1, 0.2, 0.3, 0.0, 1.0]),
            *names["data"](80),
        )

    args = step(program("robust_regression"), fg)[1]
    return beside("robust_regression", step, lambda: hand.robust_hessian(*args))


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
    return beside("private_learning", step, lambda: by_hand(params))


@ROWS.row("meta", "meta-learning, 20 tasks, 3 inner steps: loss and gradient")
def _():
    def step(names, library):
        def mean_loss(meta, tasks):
            return names["np"].mean(library.vmap(lambda task: names["loss_after_training"](meta, task, 3))(tasks))

        return library.value_and_grad(mean_loss), (names["start"](), names["tasks"](20, np.random.default_rng(0)))

    names = program("meta_learning")
    given, tasks = names["start"](), names["tasks"](20, np.random.default_rng(0))
    return beside("meta_learning", step, lambda: hand.meta(given, tasks, 3))


if __name__ == "__main__":
    ROWS.main(__doc__)
