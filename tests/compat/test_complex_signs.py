"""Gradients of real functions of complex Tensors: torch 2.13 has no negative zero in them, and so prints 1.+0.j; and a complex Tensor
that becomes real is told of once."""

import pytest

import compat as torch
from compat import deprecations

EXPRESSIONS = {
    "c.real.sum()": [1 + 0j, 1 + 0j],
    "c.imag.sum()": [1j, 1j],
    "(c * c.conj()).real.sum()": [2 + 4j, 6 + 0j],
    "c.sum().real": [1 + 0j, 1 + 0j],
}


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_signs(expression):
    c = torch.tensor([1 + 2j, 3.0], requires_grad=True)
    eval(expression).backward()
    kept = torch.autograd.grad(eval(expression), c, create_graph=True)[0]
    assert str(c.grad.tolist()) == str(kept.tolist()) == str(EXPRESSIONS[expression])


@pytest.mark.parametrize("text", ["c.float()", "c.long()", "x.copy_(c)", "x.__setitem__(0, c[0])", "x.fill_(c[1])"])
def test_what_is_discarded_is_said_once(text, monkeypatch):
    monkeypatch.setattr(deprecations, "_said", set())
    space = {"c": torch.tensor([1 + 2j, 3.0]), "x": torch.zeros(2)}
    with pytest.warns(UserWarning, match="Casting complex values to real discards the imaginary part"):
        eval(text, space)
    eval(text, space)  # (a second warning would be an error)


def test_python_numbers():
    assert float(torch.tensor(3 + 0j)) == int(torch.tensor(3 + 0j)) == 3
    with pytest.raises(RuntimeError, match="value cannot be converted to type double without overflow"):
        float(torch.tensor(1 + 2j))
