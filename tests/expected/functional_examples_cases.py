"""Sizes at which the programs of examples/functional are run by tests, and which of their figures are compared (tests/test_functional_examples.py)."""

import contextlib
import io
import pathlib

FOLDER = pathlib.Path(__file__).parents[2] / "examples" / "functional"
CASES = {  # program -> (arguments of main, figures that are compared, relative tolerance)
    "gaussian_process": ({"count": 24}, "gradient hessian found mean deviation", 1e-5),
    "bayesian_network": ({"count": 12, "steps": 4}, "losses mean deviation", 1e-5),
    "rope": ({"steps": 24, "pieces": 3, "iterations": 3}, "misses push gradient", 1e-8),
    "smoke_control": ({"size": 8, "steps": 3, "iterations": 3}, "misses velocity smoke", 1e-6),
    "ode_adjoint": ({"hidden": 4, "iterations": 4}, "adjoint losses path", 1e-8),
    "hamiltonian_monte_carlo": ({"chains": 3, "draws": 6, "warm": 2, "steps": 4}, "xs accepted", 1e-6),
    "filters": ({"count": 20, "iterations": 3}, "log_noise losses means variances first_slope total posterior moves", 1e-8),
    "robust_regression": ({"count": 30}, "found value hessian errors line", 1e-5),
    "private_learning": ({"count": 40, "batch": 20, "hidden": 4, "steps": 5}, "norms params accuracies", 1e-5),
    "meta_learning": ({"iterations": 3, "batch": 3}, "losses before after meta", 1e-8),
}  # fmt: skip

SWAPPED = [  # what a program's imports become for jax
    ("import funcgrad as fg", "import jax as fg"),
    ("funcgrad.numpy as np", "jax.numpy as np"),
    ("import numpy as np", "import jax.numpy as np"),
    ("from funcgrad.", "from jax."),
]


def program(name, swapped=(), **given):
    """The names of a program, its text with other modules in the place of ours; `given`: names that are there before it runs."""
    text = (FOLDER / f"{name}.py").read_text(encoding="utf-8")
    for ours, other in swapped:
        text = text.replace(ours, other)
    names = {"__name__": name, **given}
    exec(compile(text, str(FOLDER / f"{name}.py"), "exec"), names)
    return names


def figures(names, name):
    """What the program returns at the size of the tests: the figures that are compared, and all it printed."""
    sizes, keys, _ = CASES[name]
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        found = names["main"](**sizes)
    return {k: found[k] for k in keys.split()}, printed.getvalue()


def of_jax(name):
    """The names of a program over jax; the one that writes into arrays gets a simulation that does not."""
    if name != "rope":
        return program(name, SWAPPED)
    import jax.numpy as jnp

    names = program(name, [*SWAPPED, (", numpy=True", "")])

    def simulate(push, steps=names["STEPS"]):
        position = jnp.stack([jnp.zeros(names["LINKS"]), -names["LENGTH"] * jnp.arange(names["LINKS"])], 1)
        velocity, history = jnp.zeros_like(position), []
        for t in range(steps):
            d = position[1:] - position[:-1]
            pull = names["STIFF"] * (1 - names["LENGTH"] / (jnp.sqrt((d * d).sum(1)) + 1e-9))[:, None] * d
            force = jnp.zeros_like(position).at[:, 1].add(-names["GRAVITY"]).at[:-1].add(pull).at[1:].add(-pull)
            velocity = velocity + names["DT"] * (force - names["DRAG"] * velocity).at[0].set(0.0)
            velocity = velocity.at[0, 0].set(push[min(t // (steps // len(push)), len(push) - 1)])
            position = position + names["DT"] * velocity
            history.append(position)
        return jnp.stack(history)

    names.update(simulate=simulate)
    return names
