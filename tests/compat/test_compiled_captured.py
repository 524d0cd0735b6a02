"""Tensors that a compiled function finds outside and that are no leaves: what they are views of, and who gets which gradient."""

import pytest

import compat as torch


def both(make):
    """What a program gives with functions compiled, beside what it gives without. (An error counts by its first line.)"""

    def outcome(compile):
        try:
            return str(make(compile))
        except RuntimeError as error:
            return str(error).split("\n")[0]

    return outcome(lambda f: torch.compile(f, fullgraph=True)), outcome(lambda f: f)


def of_view(compile):
    w = torch.ones(4, requires_grad=True)
    v = w * 2
    u, r = v[1:3], w[:2]
    f = compile(lambda x: (x * u).sum() + (x * r * 3).sum())
    return [torch.autograd.grad(f(x), [w, v, u, r], retain_graph=True) for x in (torch.ones(2), torch.full((2,), 3.0))]


def of_view_without_history(compile):
    w = torch.ones(4, requires_grad=True)
    with torch.no_grad():
        r = w[:2]
    x = torch.ones(2, requires_grad=True)
    loss = compile(lambda x: (x * r).sum())(x)
    loss.backward()
    return x.grad, w.grad


def of_view_whose_root_changes(compile):
    w = torch.ones(4, requires_grad=True)
    v = w * 1
    u = v[1:]
    f = compile(lambda x: (u * x).sum())
    found = []
    for _ in range(3):
        got = f(torch.ones(3))
        found.append((got.item(), torch.autograd.grad(got, [u, v, w], retain_graph=True)))
        with torch.no_grad():
            v.mul_(3)
    v.mul_(2)
    got = f(torch.ones(3))
    return found, got.item(), torch.autograd.grad(got, w)


def of_functional_call(compile):
    torch.manual_seed(0)
    net = torch.nn.Sequential(torch.nn.Linear(2, 3), torch.nn.Tanh(), torch.nn.Linear(3, 1))
    model = compile(net)
    names = [n for n, _ in model.named_parameters()]
    x = torch.ones(4, 2)

    def loss(*ps):
        return torch.func.functional_call(model, dict(zip(names, ps, strict=True)), (x,)).pow(2).sum()

    hessian = torch.autograd.functional.hessian(loss, tuple(net.parameters()))
    return [[b.round(decimals=4) for b in row] for row in hessian]


class Cube(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x**3

    @staticmethod
    def backward(ctx, ct):
        (x,) = ctx.saved_tensors
        with torch.no_grad():
            return ct * 3 * x**2


def of_rule_under_no_grad(compile):
    x = torch.ones(3, requires_grad=True)
    (g,) = torch.autograd.grad(compile(lambda x: Cube.apply(x).sum())(x), x, create_graph=True)
    assert not g.requires_grad
    return torch.autograd.grad(g.sum(), x)


PROGRAMS = [
    of_view, of_view_without_history, of_view_whose_root_changes, of_functional_call, of_rule_under_no_grad,
]  # fmt: skip


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_compiled_as_without(program):
    compiled, plain = both(program)
    assert compiled == plain


def test_root_written_while_its_view_is_read():
    w = torch.ones(4, requires_grad=True)
    u = w[1:3]

    def f(x):
        with torch.no_grad():
            w.mul_(2)
        return u + x

    with pytest.warns(UserWarning, match="is run as it is"):
        f = torch.compile(f)
        got = [f(torch.ones(2)).tolist() for _ in range(2)]
    assert got == [[3.0, 3.0], [5.0, 5.0]] and u.tolist() == [4.0, 4.0]
