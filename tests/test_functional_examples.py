"""The programs of examples/functional: at a small size against jax, which runs their own text with its imports changed, and against what
is known in closed form."""

import itertools
import json
import pathlib
import sys

import numpy as np
import pytest

import funcgrad as fg

EXPECTED = pathlib.Path(__file__).parent / "expected"
sys.path.append(str(EXPECTED))
from functional_examples_cases import CASES, FOLDER, figures, program  # noqa: E402

WANT = json.loads((EXPECTED / "functional_examples.json").read_text())


def test_every_program_is_here():
    assert {p.stem for p in FOLDER.glob("*.py")} == {*CASES, "drawing"}


@pytest.mark.parametrize("name", CASES)
def test_figures_of_jax(name):
    found, printed = figures(program(name), name)
    assert printed.count("\n") >= 2
    for key, want in WANT[name].items():
        got = fg.tree.leaves(found[key])
        assert len(got) == len(want)
        for a, b in zip(got, want, strict=True):
            np.testing.assert_allclose(np.asarray(a, float), b, rtol=CASES[name][2], atol=1e-9, err_msg=key)


def test_gaussian_process_in_closed_form():
    """The derivative of the likelihood by the noise is  tr((K^-1 - a a^T) dK) / 2  with  a = K^-1 y."""
    names = program("gaussian_process")
    x, y = names["data"](15)
    params = np.log([0.7, 1.2, 0.3])
    inverse = np.linalg.inv(names["kernel"](x, x, 0.7, 1.2) + 0.09 * np.eye(15))
    a = inverse @ y
    got = fg.grad(names["negative_log_likelihood"])(params, x, y)[2]
    np.testing.assert_allclose(got, 0.5 * np.trace((inverse - np.outer(a, a)) * 2 * 0.09), rtol=1e-9)


def test_filters_in_closed_form():
    """The Kalman filter's likelihood is that of one normal vector; the Markov model's a sum over all ways, its gradient their share."""
    names = program("filters")
    n, jolt, noise, dt = 6, 0.8, 0.3, names["DT"]
    ys = np.random.default_rng(0).normal(size=n)
    drift = jolt**2 * np.array([[dt**3 / 3, dt**2 / 2], [dt**2 / 2, dt]])
    cov, joint, move = np.eye(2), np.zeros((n, n)), np.asarray(names["MOVE"])
    for i in range(n):
        cov = move @ cov @ move.T + drift
        for j in range(i, n):
            joint[i, j] = joint[j, i] = (np.linalg.matrix_power(move, j - i) @ cov)[0, 0]
    joint += noise**2 * np.eye(n)
    want = -0.5 * (ys @ np.linalg.solve(joint, ys) + np.linalg.slogdet(2 * np.pi * joint)[1])
    np.testing.assert_allclose(names["kalman"](np.log([jolt, noise]), ys)[0], want, rtol=1e-10)

    rng = np.random.default_rng(1)
    start, moves, emitted = (np.log(rng.dirichlet(np.ones(2), s)) for s in ((), 2, 5))
    weights = np.zeros((5, 2))
    for way in itertools.product((0, 1), repeat=5):
        p = np.exp(start[way[0]] + sum(moves[a, b] for a, b in zip(way, way[1:])) + sum(emitted[range(5), way]))
        weights[range(5), way] += p
    total, posterior = fg.value_and_grad(names["markov"], 2)(start, moves, emitted)
    np.testing.assert_allclose(total, np.log(weights[0].sum()), rtol=1e-12)
    np.testing.assert_allclose(posterior, weights / weights[0].sum(), rtol=1e-10)


def test_the_adjoint_and_the_moments():
    """The adjoint gradient is that of the solver's steps; the samples of the banana have its moments."""
    assert figures_of("ode_adjoint", hidden=4, iterations=1)["gap"] < 1e-6
    drawn = figures_of("hamiltonian_monte_carlo", chains=40, draws=120, warm=30)
    moments = program("hamiltonian_monte_carlo")["MOMENTS"]
    np.testing.assert_allclose(drawn["mean"], moments["mean"], atol=0.4)
    np.testing.assert_allclose(drawn["variance"], moments["variance"], rtol=0.3)


def figures_of(name, **sizes):
    return program(name)["main"](**sizes)


def test_a_program_draws(tmp_path, monkeypatch):
    """A picture is written where matplotlib is there; without it the program says so."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.syspath_prepend(str(FOLDER))
    import drawing

    r = figures_of("filters", count=10, iterations=1)
    try:
        import matplotlib  # noqa: F401
    except ImportError:
        drawing.save("filters.py", program("filters")["draw"], r, 2)
        assert not list(tmp_path.iterdir())
    else:
        drawing.save("filters.py", program("filters")["draw"], r, 2)
        assert (tmp_path / "filters.png").stat().st_size > 1000
