"""The oracle: a stored figure is used again only for what it was computed from, and never after a rule of ours.

Changing anything jax computes from changes the key; changing one of our rules does not, and the figures stay jax's.
"""

import jax
import numpy as np
import oracle
import pytest
from oracle import Case, filled, key_of

import funcgrad  # noqa: F401
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.sample import Sample

MUL, SUM, GATHER = PRIMITIVES["mul"], PRIMITIVES["sum"], PRIMITIVES["gather"]
X, Y = np.array([1.0, 2.0]), np.array([3.0, 4.0])


class Lowered:
    """mul with another lowering."""

    def __init__(self, lowering):
        self.lowering = lowering

    def __getattr__(self, name):
        return self.lowering if name == "jax" else getattr(MUL, name)


def shifted(by):
    return lambda jax, x, y: x * y + by


def test_key_covers_every_input():
    """No two of these share a key: values, dtypes, weakness, shape, params, order, directions, operands, lowering."""
    samples = [
        (MUL, Sample(X, Y)),
        (MUL, Sample(X, Y + 1e-12)),
        (MUL, Sample(X.astype(np.float32), Y)),
        (MUL, Sample(X, 3.0)),
        (MUL, Sample(X, np.float64(3.0))),
        (MUL, Sample(X, np.array([3.0]))),
        (MUL, Sample(X, Y, order=1)),
        (SUM, Sample(np.ones((2, 2)), axes=(0,))),
        (SUM, Sample(np.ones((2, 2)), axes=(1,))),
        (GATHER, Sample(X, np.array([0, 1]))),
        (GATHER, Sample(X, np.array([1, 1]))),
        (GATHER, Sample(X, np.array([1, 1], np.int32))),
        (PRIMITIVES["add"], Sample(X, Y)),
        (Lowered(shifted(1.0)), Sample(X, Y)),
        (Lowered(shifted(2.0)), Sample(X, Y)),
        (Lowered(shifted(X)), Sample(X, Y)),
        (Lowered(shifted(Y)), Sample(X, Y)),
    ]
    keys = [key_of([Case(*s)]) for s in samples] + [key_of([Case(MUL, Sample(X, Y), 1)])]
    assert len(set(keys)) == len(keys)


def test_key_covers_versions(monkeypatch):
    case = Case(MUL, Sample(X, Y))
    before = key_of([case])
    monkeypatch.setattr(jax, "__version__", "0.0.0")
    assert key_of([case]) != before


def test_key_is_the_same_each_time():
    assert key_of([Case(MUL, Sample(X, Y))]) == key_of([Case(MUL, Sample(X.copy(), Y.copy()))])


def test_figures_follow_no_rule_of_ours(tmp_path, monkeypatch):
    """A wrong rule changes neither the key nor the figures, computed afresh or read back."""
    want = filled([Case(MUL, Sample(X, Y))], "mul", tmp_path)[0].want
    np.testing.assert_array_equal(want["value"][0], [3.0, 8.0])
    wrong = [rule[::-1] for rule in MUL.formulas.values()]
    monkeypatch.setattr(MUL, "formulas", dict(zip(MUL.formulas, wrong, strict=True)))
    monkeypatch.setattr(MUL, "impl", np.add)
    for folder in (tmp_path, tmp_path / "empty"):
        case = filled([Case(MUL, Sample(X, Y))], "mul", folder)[0]
        for name, figures in want.items():
            for a, b in zip(case.want[name], figures, strict=True):
                np.testing.assert_array_equal(a, b)
    assert len(list(tmp_path.glob("*.xz"))) == 1


def test_second_run_does_not_ask_jax(tmp_path, monkeypatch):
    filled([Case(MUL, Sample(X, Y))], "mul", tmp_path)
    monkeypatch.setattr(oracle, "computed", None)
    assert filled([Case(MUL, Sample(X, Y))], "mul", tmp_path)[0].want["value"][0].tolist() == [3.0, 8.0]


@pytest.mark.parametrize("damage", [b"", b"\xfd7zXZ not a whole file"], ids=["empty", "cut short"])
def test_damaged_file_is_computed_again(tmp_path, damage):
    filled([Case(MUL, Sample(X, Y))], "mul", tmp_path)
    (path,) = tmp_path.glob("*.xz")
    path.write_bytes(damage)
    assert filled([Case(MUL, Sample(X, Y))], "mul", tmp_path)[0].want["value"][0].tolist() == [3.0, 8.0]
    assert path.stat().st_size > len(damage)


def test_figures_against_closed_form():
    """For x * y: the figures that the oracle asks jax for are the ones it says they are."""
    case = filled([Case(MUL, Sample(X, Y))], "mul")[0]
    (tx, ty), (ux, uy), (ct,), (vt,) = case.ts, case.us, case.cts, case.vts
    want = {
        "value": [X * Y],
        "jvp": [tx * Y + X * ty],
        "vjp": [ct * Y, ct * X],
        "jvp of vjp": [vt * Y + ct * ty, vt * X + ct * tx],
        "vjp of vjp": [uy * ct, ux * ct, ux * Y + uy * X],
    }
    assert case.want.keys() == want.keys()
    for name, figures in want.items():
        for a, b in zip(case.want[name], figures, strict=True):
            np.testing.assert_allclose(a, b, rtol=1e-14)
