"""Cells of recurrent networks, of which something is written before they are gone back through: states, inputs, weights, one bias, a state that
lies otherwise, frozen weights, several walks."""

import torch

nn = torch.nn


def run(name, f):
    torch.manual_seed(0)
    try:
        print(name, f())
    except Exception as e:
        print(name, type(e).__name__, str(e).partition(" Hint")[0])


def lstm(write, look=False, back=lambda l, x: torch.autograd.grad(l, x)[0]):
    def f():
        cell = nn.LSTMCell(3, 4)
        x = torch.randn(5, 3, requires_grad=True)
        h, c = cell(x)
        h, c = cell(x * 2, (h, c))
        write(h, c)
        if look:
            h.grad_fn.next_functions[0][0].next_functions
        g = back(h.pow(2).sum() * 2 + c.sum(), x)
        return [round(v, 3) for v in g.flatten().tolist()[:4]]

    return f


def data(h, c):
    c.data.mul_(3)


def ng(h, c):
    with torch.no_grad():
        c.copy_(torch.ones_like(c))


for n, w in dict(
    idx=lambda h, c: c.__setitem__(0, 0),
    mul=lambda h, c: c.mul_(2.0),
    zero=lambda h, c: c.zero_(),
    clamp=lambda h, c: c.clamp_(-0.1, 0.1),
    ng=ng,
    data=data,
    hmul=lambda h, c: h.mul_(2),
).items():
    for look in (False, True):
        run(f"lstm {n} {look}", lstm(w, look))
    run(
        f"lstm {n} cg",
        lstm(
            w, back=lambda l, x: torch.autograd.grad(torch.autograd.grad(l, x, create_graph=True)[0].pow(2).sum(), x)[0]
        ),
    )


def gru(write, bias=(1, 1), frozen=False, hh=None, steps=2):
    def f():
        cell = nn.GRUCell(3, 4)
        if not bias[0]:
            cell.bias_ih = None
        if not bias[1]:
            cell.bias_hh = None
        if frozen:
            cell.requires_grad_(False)
        x = torch.randn(5, 3, requires_grad=True)
        h = torch.randn(5, 4, requires_grad=True) if hh is None else hh()
        h0 = h * 1
        x0 = x * 1
        h1 = cell(x0, h0)
        if steps > 1:
            h1 = cell(x0 * 2, h1)
        write(cell, x0, h0, h1)
        h1.pow(2).sum().backward()
        return [round(v, 3) for v in x.grad.flatten().tolist()[:4]], h1.stride()

    return f


def step(cell, x, h, h1):
    with torch.no_grad():
        for p in cell.parameters():
            p.mul_(1.1)


run("gru", gru(lambda *a: None))
run("b0", gru(lambda *a: None, (0, 1)))
run("b1", gru(lambda *a: None, (1, 0)))
run("b2", gru(lambda *a: None, (0, 0)))
run("step", gru(step))
run("frozen", gru(lambda c, x, h, h1: (x.mul_(2), h.mul_(2)), frozen=True))
run("w x", gru(lambda c, x, h, h1: x.mul_(2)))
run("w h", gru(lambda c, x, h, h1: h.mul_(2)))
run("w h1", gru(lambda c, x, h, h1: h1.mul_(2)))
run("t", gru(lambda *a: None, hh=lambda: torch.randn(4, 5).t(), steps=1))


def step1(cell, x, h, h1):
    with torch.no_grad():
        cell.weight_hh.mul_(1.1)


run("hh nograd", gru(step1, hh=lambda: torch.zeros(5, 4), steps=1))


def retain():
    cell = nn.GRUCell(3, 4)
    x = torch.randn(5, 3, requires_grad=True)
    h = torch.randn(5, 4, requires_grad=True)
    y = cell(x, h)
    a = [torch.autograd.grad(y[0, i], x, retain_graph=True)[0].sum().item() for i in range(4)]
    l = nn.LSTMCell(3, 4)
    y = l(x)[0]
    b = [torch.autograd.grad(y[0, i], x, retain_graph=True)[0].sum().item() for i in range(4)]
    return [round(v, 4) for v in a + b]


run("retain", retain)
