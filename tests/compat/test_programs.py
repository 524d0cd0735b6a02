"""Whole torch scripts on compat print what torch 2.13 printed (tests/expected/programs.json): the scripts of examples, and those
of tests/expected/programs, which go through torch's libraries line by line."""

import importlib.util
import json
import os
import re
import sys

import pytest

import compat
from compat import overrides, runner
from compat.compiler.compiled import Compiled
from compat.deprecations import _said
from tests.expected.make_programs import EXAMPLES, SCRIPTS, TARGET, output_of
from tests.side_by_side import as_at_first

PRINTED = json.loads(TARGET.read_text(encoding="utf-8"))["printed"]
LINE = EXAMPLES["vae"].with_name("torch_line_fit.py")
POSTS = json.loads(TARGET.with_name("posts.json").read_text(encoding="utf-8"))["programs"]
PRINTED[LINE.stem] = POSTS[LINE.stem]["stdout"]
NUMBER = re.compile(r"-?\d+\.\d*(?:e[+-]?\d+)?|-?\d+e[+-]?\d+")  # what is printed as no whole number
RELATIVE = 1e-4  # float32 through some hundred steps of training


def run(path, *options):
    """What a script prints on compat, in this process: one that has warned of nothing yet. What it sets for its process is undone."""
    said, environment = {*_said}, dict(os.environ)
    _said.clear()
    runner.install()
    try:
        return output_of(path, *options)
    finally:
        runner.uninstall()
        overrides.unwatch()
        as_at_first(compat)
        os.environ.clear()
        os.environ.update(environment)
        _said.update(said)


def last_place(text):
    """What one unit in the last printed digit of a number is worth."""
    digits, _, exponent = text.partition("e")
    return 10.0 ** (int(exponent or 0) - len(digits.partition(".")[2]))


def assert_same_text(got, want):
    """The same lines, but for numbers, which may be off by one in the last digit that is shown or by RELATIVE."""
    got, want = got.splitlines(), want.splitlines()
    for line, (g, w) in enumerate(zip(got, want), 1):
        g_text, w_text = [re.sub(r"\s+", " ", NUMBER.sub("#", t)) for t in (g, w)]
        assert g_text == w_text, f"line {line}: {g!r} instead of {w!r}"
        for a, b in zip(NUMBER.findall(g), NUMBER.findall(w), strict=True):
            allowed = 1.01 * last_place(b) + RELATIVE * abs(float(b))
            assert abs(float(a) - float(b)) <= allowed, f"line {line}: {g!r} instead of {w!r}"
    assert len(got) == len(want)


@pytest.mark.parametrize("name", SCRIPTS | EXAMPLES)
def test_a_script_prints_what_it_prints_under_torch(name):
    assert_same_text(run((SCRIPTS | EXAMPLES)[name]), PRINTED[name])


@pytest.mark.parametrize("name", [*EXAMPLES, LINE.stem])
def test_an_example_prints_the_same_when_its_steps_are_compiled(name, monkeypatch):
    def refused(self, error, *args):
        raise AssertionError("run as it is, not compiled") from error

    monkeypatch.setattr(Compiled, "fall_back", refused)
    compiled, build = [], Compiled.build
    monkeypatch.setattr(Compiled, "build", lambda self, *args: compiled.append(self) or build(self, *args))
    assert_same_text(run(EXAMPLES.get(name, LINE), "--compile"), PRINTED[name])
    assert compiled


def test_another_figure_is_seen():
    assert_same_text("loss 0.1235, 3 steps", "loss 0.1234, 3 steps")
    for other in ("loss 0.1238, 3 steps", "loss 0.1234, 4 steps", "Loss 0.1234, 3 steps"):
        with pytest.raises(AssertionError):
            assert_same_text(other, "loss 0.1234, 3 steps")


@pytest.fixture
def showing(monkeypatch):
    monkeypatch.syspath_prepend(str(EXAMPLES["vae"].parent))
    return importlib.import_module("showing")


@pytest.mark.parametrize("without", [None, "tqdm"])
def test_steps_are_counted_with_and_without_a_bar(showing, without, monkeypatch, capsys):
    if without:
        monkeypatch.setitem(sys.modules, without, None)
    for i in showing.steps(3):
        print("step", i)
    assert capsys.readouterr() == ("step 0\nstep 1\nstep 2\n", "")


def test_a_picture_is_drawn_or_its_lack_told(showing, monkeypatch, tmp_path, capsys):
    monkeypatch.setattr(sys, "argv", ["sine.py", str(tmp_path)])
    with monkeypatch.context() as m:
        m.setitem(sys.modules, "matplotlib", None)
        showing.save("sine.py", None)
    assert capsys.readouterr().err.startswith("no picture: matplotlib is not installed")
    if importlib.util.find_spec("matplotlib"):
        showing.save("there/sine.py", lambda axes: axes.plot([0, 1]))
        assert (tmp_path / "sine.png").stat().st_size > 1000
