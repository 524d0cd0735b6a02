"""Memory that a compiled function writes into: seen through a conjugate, in an order that changes in place, more than once in itself, or left for other
memory. (What is wanted is what the same function does when it is not compiled.)"""

import types
import warnings

import pytest

import compat as torch


def shown(*tensors):
    return [(x.tolist(), x.stride()) for x in tensors]


def conjugates(compile):
    plain = lambda: torch.full((2,), 1 + 1j)  # noqa: E731
    for f in (lambda x: x.zero_(), lambda x: x.exp_(), lambda x: x.mul_(2)):
        f, later, b = compile(f), compile(f), plain()
        yield shown(f(b.conj()), b)
        later(plain())
        yield shown(later(b.conj()), b, later(b.conj().imag), b)
        later(b)
        yield shown(b)
    f, x = compile(lambda x, y: (x.mul_(2), y + 1)[1]), plain()
    f(x, plain())
    yield shown(f(x, x.conj()), x)


def orders_that_change(compile):
    for f in (
        lambda x: x.t_() * 2,
        lambda x: x.transpose_(0, 1) * 2,
        lambda x: x.swapaxes_(0, 1) * 2,
        lambda x: x.as_strided_((2, 2), (1, 2)) * 2,
    ):
        f = compile(f)
        for x in (torch.arange(4.0).reshape(2, 2), torch.arange(9.0).reshape(3, 3)[:2, :2]):
            y = x[0]
            yield shown(f(x), x, y)
    w = torch.arange(4.0).reshape(2, 2)
    f = compile(lambda x: w.t_() + x)
    for _ in range(3):
        yield shown(f(torch.zeros(2, 2)), w)
    f = compile(lambda x: (x * 2).t_() + 1)
    yield shown(f(w), f(w))


def memory_seen_more_than_once(compile):
    f = compile(lambda x: x.mul_(2))
    yield shown(f(torch.ones(3, 4)))
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor"):
        f(torch.ones(3, 1).expand(3, 4))
    yield shown(f(torch.ones(4, 3).t()), f(torch.ones(6, 8)[::2, ::2]))
    for first in (torch.ones(3, 2), torch.arange(4.0).as_strided((3, 2), (1, 1))):
        f, x = compile(lambda x: x.mul_(2)), torch.arange(4.0)
        yield shown(f(first), f(x.as_strided((3, 2), (1, 1))), x)


def other_memory(compile):
    def f(x):
        x.data = x.data * 2
        return x * 1

    f, x = compile(f), torch.ones(3)
    y = x[:]
    yield shown(f(x), x, y, f(x), x, y)


def memory_that_is_given_to_itself(compile):
    w, y = torch.ones(2, requires_grad=True), torch.ones(2)
    view = w.detach()[:1]

    def step(x):
        loss = (x * w).sum()
        loss.backward()
        w.data -= w.grad.data / 2
        w.grad.data.zero_()
        return loss.detach()

    def same(x):
        y.data = y.data
        y.data *= x
        return y + 1

    def less(x):
        y.data = y.data[:1]
        return y + 1

    step, same, less = map(compile, (step, same, less))
    for _ in range(3):
        yield shown(step(torch.ones(2)), w, view, w.grad, same(torch.ones(2) * 2), y)
    yield shown(less(torch.ones(2)), y)


PROGRAMS = [
    x for x in list(globals().values()) if type(x) is types.FunctionType and x.__module__ == __name__ and x is not shown
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_each_call_leaves_what_it_would(program):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        found = [*program(torch.compile)]
    assert found == [*program(lambda f: f)]


def test_a_step_by_data_is_compiled():
    w = torch.ones(2, requires_grad=True)

    @torch.compile(fullgraph=True)
    def step(x):
        (x * w).sum().backward()
        w.data -= w.grad / 2
        w.grad = None

    for _ in range(2):
        step(torch.ones(2))
    assert w.tolist() == [0, 0]


def test_results_of_indices_lie_as_they_do_plainly():
    x, at, pad = torch.arange(24.0).reshape(2, 3, 4), torch.tensor([0, 2, 1]), torch.nn.functional.pad
    turned = x.view(2, 3, 2, 2).to(memory_format=torch.channels_last)
    for f in (
        lambda: x[:, at], lambda: x[..., at], lambda: x[:, at, :2], lambda: x.index_select(2, at), lambda: x.gather(2, at.expand(2, 3, 3)),
        lambda: pad(x, (1, 1), mode="circular"), lambda: torch.nn.functional.interpolate(x, size=5), lambda: torch.pixel_shuffle(turned, 1),
        lambda: x[:, at].transpose(1, 2), lambda: x[:, at] * 2,
    ):  # fmt: skip
        assert torch.compile(f, fullgraph=True)().stride() == f().stride()


def test_what_is_turned_inside_is_compiled():
    f = torch.compile(lambda x: (x * 2).t_() + 1, fullgraph=True)
    assert f(torch.arange(4.0).reshape(2, 2)).tolist() == [[1, 5], [3, 7]]
