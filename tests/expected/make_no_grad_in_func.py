"""Write no_grad_in_func.json: what torch.func makes of no_grad, and of writes through detach(), inside what it transforms.

Run with torch 2.13: `python tests/expected/make_no_grad_in_func.py`.
"""

import json
from pathlib import Path

TARGET = Path(__file__).with_name("no_grad_in_func.json")
FUNCTIONS = """
def plain(x):
    with torch.no_grad(): y = x * 2
    return (y * x).sum()

def in_place(x):
    y = x * 1
    with torch.no_grad(): y.mul_(1.5)
    return (y * y).sum()

def put(x):
    y = x * 1
    with torch.no_grad(): y[0] = 5.0
    return (y * y).sum()

def through_detach(x):
    y = x * 1
    y.detach().mul_(3.0)
    return (y * y).sum()

def enabled(x):
    with torch.no_grad(), torch.enable_grad(): y = x * 2
    return (y * x).sum()

def several_results(x):
    with torch.no_grad(): v, i = torch.sort(x * x)
    return (v * x).sum()

def through_a_view(x):
    y = x * 1
    with torch.no_grad(): y[1:].add_(2.0)
    return (y * y).sum()
"""


def outcomes(torch):
    """{case: results as lists}."""
    space = {"torch": torch}
    exec(FUNCTIONS, space)
    F = torch.func

    def x():
        return torch.tensor([1.0, 2.0])

    def without_grad(g):
        with torch.no_grad():
            return g()

    def backward(f):
        t = x().requires_grad_()
        f(t).backward()
        return t.grad

    ways = {
        "grad": lambda f: F.grad(f)(x()),
        "vjp": lambda f: F.vjp(f, x())[1](torch.tensor(1.0))[0],
        "jvp": lambda f: F.jvp(f, (x(),), (torch.ones(2),)),
        "vmap of grad": lambda f: F.vmap(F.grad(f))(torch.tensor([[1.0, 2.0], [3.0, 5.0]])),
        "jacrev of grad": lambda f: F.jacrev(F.grad(f))(x()),
        "jacfwd of grad": lambda f: F.jacfwd(F.grad(f))(x()),
        "grad of grad": lambda f: F.grad(lambda z: (F.grad(f)(z) * z).sum())(x()),
        "grad of grad in no_grad": lambda f: F.grad(lambda z: (without_grad(lambda: F.grad(f)(z)) * z).sum())(x()),
        "grad in no_grad": lambda f: without_grad(lambda: F.grad(f)(x())),
        "backward": backward,
    }
    found = {}
    for name, f in space.items():
        if name not in ("torch", "__builtins__"):
            for way, g in ways.items():
                got = g(f)
                found[f"{way}, {name}"] = [t.tolist() for t in (got if isinstance(got, tuple) else (got,))]
    return found


if __name__ == "__main__":
    import torch

    TARGET.write_text(json.dumps({"torch": torch.__version__, "cases": outcomes(torch)}, indent=0))
