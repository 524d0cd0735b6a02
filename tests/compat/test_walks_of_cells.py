"""What a recurrent cell or layer notes for its way back goes with the first walk: later ones, of other threads too, compute it again."""

import threading

import pytest

import compat as torch


@pytest.mark.parametrize("kind", ["GRUCell", "LSTMCell", "GRU"])
def test_walks_of_one_graph_agree(kind):
    torch.manual_seed(0)
    layer, x = getattr(torch.nn, kind)(3, 4), torch.randn(2, 3, requires_grad=True)
    state = None if kind == "GRU" else layer(x)
    out = layer(x) if kind == "GRU" else layer(x, state)
    total = out[0].sum()
    grad = lambda: torch.autograd.grad(total, x, retain_graph=True)[0].tolist()  # noqa: E731
    first, found = grad(), []
    threads = [threading.Thread(target=lambda: found.extend(grad() for _ in range(20))) for _ in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert found == [first] * 80


class Taken(list):
    """A list of which another thread takes the last between a look and a pop."""

    def pop(self):
        super().pop()
        raise IndexError("pop from empty list")


@pytest.mark.parametrize("kind", ["GRUCell", "LSTMCell"])
def test_what_another_thread_has_just_taken_is_computed_again(kind):
    torch.manual_seed(0)
    cell, x = getattr(torch.nn, kind)(3, 4), torch.randn(2, 3, requires_grad=True)
    out = cell(x, cell(x))
    out = out if kind == "GRUCell" else out[0]
    want = torch.autograd.grad(out.sum(), x, retain_graph=True)[0].tolist()
    out = cell(x, cell(x))
    out = out if kind == "GRUCell" else out[0]
    out.mark.params["noted"][:], kept = [], out.mark.params["noted"][0]
    out.mark.params["noted"] = Taken([kept])
    assert torch.autograd.grad(out.sum(), x)[0].tolist() == want
