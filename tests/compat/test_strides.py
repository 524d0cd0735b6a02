"""The order of memory of results on images and matrices, against what torch 2.13 gave (tests/expected/strides.json.xz)."""

import sys
import warnings

import pytest

import compat
from tests import packed
from tests.strides_of_results import MATRICES, known, made, matrices, strides, written_through
from tests.strides_of_views import seen

STORED = packed.read("strides")
CHAINS = packed.read("strides_of_views")["chains"]
CALLS = STORED["calls"]
NAMES = sorted(CALLS)


def differing(calls, space):
    """The calls whose results have other strides than torch's, and are not of a function that the docs name."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = [(call, strides(call, space), want) for call, want in calls.items() if not known(call)]
    return [(call, got, want) for call, got, want in found if got and got != want]


@pytest.mark.parametrize("part", range(8))
def test_as_torch(part):
    """Each result that compat gives too has torch's strides."""
    assert not [
        d for name in NAMES[part::8] for d in differing(CALLS[name], made(compat, "channels_last", "channels_last"))
    ]


@pytest.mark.parametrize("part", range(8))
def test_two_orders(part):
    """So have those of operands in two orders of memory."""
    calls = dict(list(STORED["mixed"].items())[part::8])
    assert not differing(calls, made(compat, "permuted", "contiguous"))


@pytest.mark.parametrize("which", MATRICES, ids=str)
def test_matrices(which):
    """And those of linear algebra, which LAPACK leaves in columns."""
    assert not differing(STORED["matrices"][MATRICES.index(which)], matrices(compat, *which))


@pytest.mark.parametrize("layout", STORED["views"])
def test_what_is_a_view(layout):
    """Results are views exactly where torch's are, compiled or not: what is written through them says so."""
    for text, of_input, want in STORED["views"][layout]:
        for compiled in (None, compat.compile):
            got = written_through(compat, layout, text, of_input, compiled)
            assert got == (pytest.approx(want, rel=1e-5) if type(want) is list else want), text


@pytest.mark.parametrize("part", range(6))
def test_chains_of_views(part):
    """Views of views, axes of one element among them, have torch's strides and offsets."""
    for lines, want in CHAINS[part::6]:
        assert seen(compat, lines) == want, "\n".join(lines)


def test_how_gradients_lie_is_noted_without_a_look_at_what_made_the_operands():
    def lines(history):
        images = compat.ones(2, 3, 4, 4).to(memory_format=compat.channels_last).requires_grad_()
        weight = compat.ones(3, requires_grad=True)
        for _ in range(history):
            weight = weight * 1.0
        seen = [0]

        def note(frame, event, arg):
            seen[0] += event == "line" and frame.f_code.co_name == "lay"
            return note

        before = sys.gettrace()
        sys.settrace(note)
        try:
            compat.nn.functional.batch_norm(images, None, None, weight, None, True)
        finally:
            sys.settrace(before)
        return seen[0]

    assert lines(1) == lines(60) > 0


@pytest.mark.parametrize("upper", [False, True])
def test_gradient_of_a_factored_matrix(upper):
    """It lies in columns, whether the matrix is symmetric to the last bit or not (of which torch reads one triangle)."""
    for corner in (0.0, 0.1):
        x = 2 * compat.eye(3)
        x[0, 2] = corner
        x.requires_grad_()
        (g,) = compat.autograd.grad(compat.linalg.cholesky(x, upper=upper).sum(), x)
        assert g.stride() == (1, 3) and g.equal(g.T)


def test_stretched_along_new_dimensions_of_one():
    """torch's: one that stays one has the stride of all that it holds."""
    x = compat.arange(6.0).reshape(2, 1, 3)
    for t in (x, x.clone().requires_grad_() * 1):
        assert t.expand(5, 1, 2, 1, 3).stride() == (0, 6, 3, 3, 1)
        assert t[0, 0].expand(4, 1, 3).stride() == (0, 3, 1)
        assert t.expand(2, 4, 3).stride() == (3, 0, 1)
