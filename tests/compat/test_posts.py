"""The five posts' programs under `python -m compat`, against what torch 2.13 prints and what the posts state.

Invariant: the figures in STATED come from the posts' text (or from torch where torch has changed since); the full
output in tests/expected/posts.json from torch. None is compat's own.
"""

import functools
import json
import os
import sys

import pytest

from tests.expected.make_posts import PROGRAMS, ROOT, outcome

EXPECTED = json.loads((ROOT / "tests" / "expected" / "posts.json").read_text(encoding="utf-8"))["programs"]

# Lines (or their beginnings) that the program prints, in this order.
STATED = {
    "post0_accumulate": [
        "x1.grad = tensor([[-30., -30.],",
        "w1.grad = tensor([[-12., -12.],",
        "w2.grad = tensor([[-10., -10.],",
        "x1.grad = tensor([[-26., -26.],",
    ],
    "post0_seed_at_y": ["x1.grad = tensor([[-30., -30.],"],
    "post0_not_a_leaf": ["x1.grad = None"],
    "post0_copy_slices": [
        # The post's torch 1.3 wrote CatBackward, without the 0.
        "b.grad_fn = <CatBackward0 object at 0x...>. ",
        "a.grad = tensor([5.]). ",
        "b.grad_fn = <CopySlices object at 0x...>. ",
        "a.grad = tensor([5.]). ",
    ],
    "post1_graph": [
        "tensor([5.])",
        " True True False False False",
        " tensor([5.]) tensor([2.]) None None None",
        "w.grad_fn =  None",
        "x.grad_fn =  None",
        "a.grad_fn =  <AddBackward0 object at 0x...>",
        "b.grad_fn =  <AddBackward0 object at 0x...>",
        "y.grad_fn =  <MulBackward0 object at 0x...>",
    ],
    "post1_retain_grad": [" tensor([5.]) tensor([2.]) tensor([2.]) None None"],
    "post2_accumulating": [
        "w.grad: tensor([-74.6261])",
        "b.grad: tensor([-12.5532])",
        "w.grad: tensor([-122.9075])",
        "b.grad: tensor([-20.9364])",
    ],
    "post2_zeroed": [
        "w.grad: tensor([-74.6261])",
        "b.grad: tensor([-12.5532])",
        "w.grad: tensor([-48.2813])",
        "b.grad: tensor([-8.3831])",
    ],
    "post2_loop_accumulating": ["iterations: 50"],
    "post2_loop_zeroed": ["iterations: 675"],
    "post3_square": ["tensor(7.)"],
    "post3_chain": [
        "x:2.0",
        "fx:11.0",
        "gx:1377.0",
        "gx.grad:1.0",
        "fx.grad:367.0",
        "x.grad:2569.0",
    ],
    "post3_convolution": [
        " tensor([[[[0.5739, 0.9303, 0.5375],",
        "          [0.2379, 0.0570, 0.7423],",
        "          [0.7322, 0.7695, 0.8314]]]])",
        " Parameter containing:",
        "tensor([[[[0.8531, 0.5101],",
        "          [0.8575, 0.3703]]]], requires_grad=True)",
        " tensor([[[[1.1893, 1.3916],",
        "          [1.1448, 1.3950]]]], grad_fn=<ConvolutionBackward0>)",
        " tensor(5.1207, grad_fn=<SumBackward0>)",
        " tensor([[[[1.7992, 2.2671],",
        "          [1.7966, 2.4002]]]])",
    ],
    "post4_variable": ["tensor([15., 18.])"],
    "post4_mlp": [
        "Net(",
        "  (linear1): Linear(in_features=1, out_features=2, bias=True)",
        "  (linear2): Linear(in_features=2, out_features=1, bias=True)",
        ")",
        "output: tensor([0.0318]",
        "input gradient: tensor([-0.1886])",
    ],
}

# The error that ends the program, as torch words it.
STATED_ERRORS = {
    "post0_backward_twice": "RuntimeError: Trying to backward through the graph a second time",
    "post0_trigger_error": "RuntimeError: a view of a leaf Variable that requires grad is being used in an in-place",
    "post4_integers": "RuntimeError: Only Tensors of floating point and complex dtype can require gradients",
}


def under_compat(*arguments):
    """Exit code, output and error output of `python -m compat arguments...`, run from the repository root."""
    environment = {**os.environ, "PYTHONUTF8": "1", "PYTHONPATH": str(ROOT)}
    return outcome([sys.executable, "-m", "compat", *arguments], cwd=ROOT, env=environment)


@functools.cache
def result_of(name):
    """What a program does under compat; it is run once for the tests that look at it."""
    return under_compat(str(PROGRAMS[name]))


def error_lines(stderr):
    """The lines of standard error at which an exception's type and message begin."""
    return [line for line in stderr.splitlines() if not line.startswith((" ", "Traceback"))]


def test_every_program_has_an_expectation():
    """No program escapes: each has torch's output stored, and no stored output is left without its program."""
    assert set(PROGRAMS) == set(EXPECTED)
    assert set(STATED) | set(STATED_ERRORS) <= set(PROGRAMS)


@pytest.mark.parametrize("name", PROGRAMS)
def test_prints_what_torch_prints(name):
    """Exit code, output and error are torch's; where torch is silent on standard error, so is compat."""
    expected = EXPECTED[name]
    code, stdout, stderr = result_of(name)
    if "error" in expected:
        # compat may say more than torch after torch's own words.
        assert any(line.startswith(expected["error"]) for line in error_lines(stderr)), stderr
    assert (code, stdout) == (expected["exit"], expected["stdout"]), stderr
    if expected["silent"]:
        notes = ("no picture", "picture:")  # (of examples/showing.py, whichever library runs the program)
        assert [line for line in stderr.splitlines() if not line.startswith(notes)] == []


@pytest.mark.parametrize("name", STATED)
def test_prints_what_the_post_states(name):
    """The figures in the posts' own text appear, in the posts' order."""
    code, stdout, stderr = result_of(name)
    assert code == 0, stderr
    lines = iter(stdout.split("\n"))
    for stated in STATED[name]:
        assert any(line.startswith(stated) for line in lines), f"{stated!r} is missing, or out of order, in:\n{stdout}"


@pytest.mark.parametrize("name", STATED_ERRORS)
def test_ends_in_the_error_the_post_describes(name):
    """The three programs that are about an error end in it, with exit code 1."""
    code, _, stderr = result_of(name)
    assert code == 1
    assert any(line.startswith(STATED_ERRORS[name]) for line in error_lines(stderr)), stderr


def test_a_refused_write_changes_nothing():
    """`b[0] = a*2` on a leaf that requires grad raises before b is written."""
    program = """
import torch
a = torch.tensor([1.0], requires_grad=True)
b = torch.zeros((2), requires_grad=True)
try:
    b[0] = a*2
except RuntimeError as error:
    print(error)
print(b)
"""
    code, stdout, stderr = under_compat("-c", program)
    assert code == 0, stderr
    assert stdout == (
        "a view of a leaf Variable that requires grad is being used in an in-place operation.\n"
        "tensor([0., 0.], requires_grad=True)\n"
    )


def test_accumulated_gradients_swing_and_zeroed_ones_converge():
    """Post 2's two curves: without zeroing the loss rises at 23 of 49 steps (torch's count), with zeroing at none."""
    rises = {}
    for name in ("post2_loop_accumulating", "post2_loop_zeroed"):
        source = PROGRAMS[name].read_text(encoding="utf-8")
        probe = "\nprint(sum(later > earlier for earlier, later in zip(result, result[1:])).item())\n"
        code, stdout, stderr = under_compat("-c", source + probe)
        assert code == 0, stderr
        rises[name] = int(stdout.split()[-1])
    assert rises == {"post2_loop_accumulating": 23, "post2_loop_zeroed": 0}
