"""Scaled sums and steps of optimizers whose bits test_torch_steps.py compares with torch's: float32, where its kernels round a product
and the sum it goes into once."""

import numpy as np

SHAPES = ((1,), (), (7, 9), (30, 50), (64, 64))
OPTIMIZERS = {
    "SGD": ({"lr": 0.1}, {"lr": 0.1, "momentum": 0.9}, {"lr": 0.02, "momentum": 0.9, "nesterov": True, "weight_decay": 0.01}),
    "SGD dampened": ({"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "maximize": True},),
    "ASGD": ({}, {"t0": 3, "weight_decay": 0.1}),
    "Adam": ({}, {"lr": 0.02}),
    "AdamW": ({}, {"amsgrad": True}),
    "Adamax": ({},),
    "RAdam": ({},),
    "Rprop": ({},),
}  # fmt: skip
WITH_ROOTS = (
    "Adam",
    "AdamW",
    "RAdam",
)  # only their state is compared: MKL's root, which torch takes, is not always the nearest number
STATE = ("momentum_buffer", "exp_avg", "exp_avg_sq", "ax", "exp_inf")


def arrays(seed, shapes=SHAPES):
    rng = np.random.default_rng(seed)
    return [rng.standard_normal(shape).astype("float32") for shape in shapes]


def scaled_sums(torch):
    """(name, result) of each operation, of arrays of each shape."""
    for shape in (*SHAPES, (40, 300)):
        x, y, z = (torch.tensor(a) for i in range(3) for a in arrays(i, [shape]))
        leaf = x.clone().requires_grad_()
        yield f"add {shape}", torch.add(x, y, alpha=0.3)
        yield f"add recorded {shape}", torch.add(leaf, y, alpha=0.3).detach()
        yield f"add_ {shape}", x.clone().add_(y, alpha=-0.01)
        yield f"sub {shape}", torch.sub(x, y, alpha=0.7)
        yield f"sub_ {shape}", x.clone().sub_(y, alpha=0.7)
        yield f"rsub {shape}", torch.rsub(x, y, alpha=0.7)
        for value in (1, 0.3, -0.01):
            yield f"addcmul {value} {shape}", torch.addcmul(x, y, z, value=value)
            yield f"addcmul recorded {value} {shape}", torch.addcmul(leaf, y, z, value=value).detach()
            yield f"addcmul_ {value} {shape}", x.clone().addcmul_(y, z, value=value)
            yield f"addcdiv {value} {shape}", torch.addcdiv(x, y, z, value=value)
            yield f"addcdiv recorded {value} {shape}", torch.addcdiv(leaf, y, z, value=value).detach()
        for weight in (0.1, 0.7, 1.0):
            yield f"lerp {weight} {shape}", torch.lerp(x, y, weight)
            yield f"lerp recorded {weight} {shape}", torch.lerp(leaf, y, weight).detach()
            yield f"lerp_ {weight} {shape}", x.clone().lerp_(y, weight)
        yield f"lerp Tensor {shape}", torch.lerp(x, y, z)
        for name, more in (("add", {"alpha": 0.3}), ("addcmul", {}), ("lerp", {})):
            operands = {"add": ([y],), "addcmul": ([y], [z], 0.3), "lerp": ([y], 0.3)}[name]
            yield f"_foreach_{name} {shape}", getattr(torch, f"_foreach_{name}")([x], *operands, **more)[0]
    x, y, z = (torch.tensor(a) for i in range(3) for a in arrays(i, [(30, 30)]))
    yield "add row", torch.add(x, y[0], alpha=0.3)
    yield "add turned", torch.add(x.T, y, alpha=0.3)
    yield "add_ turned", x.clone().T.add_(y, alpha=0.3)
    yield "add_ row", x.clone().add_(y[0], alpha=0.3)
    yield "sub_ slice", x.clone()[:, ::2].sub_(y[:, 1::2], alpha=0.3)
    yield "addcmul row", torch.addcmul(x, y[0], z[:, :1], value=0.3)
    yield "lerp row", torch.lerp(x[0], y, z[:, :1])


def steps(torch):
    """(name, parameters and state after twenty steps, joined)."""
    for name, settings in OPTIMIZERS.items():
        for i, options in enumerate(settings):
            params = [torch.tensor(a, requires_grad=True) for a in arrays(0)]
            optimizer = getattr(torch.optim, name.split()[0])(params, **options)
            for step in range(20):
                for p, g in zip(params, arrays(100 + step), strict=True):
                    p.grad = torch.tensor(g)
                optimizer.step()
            held = [optimizer.state[p][k] for p in params for k in STATE if k in optimizer.state.get(p, ())]
            compared = held if name in WITH_ROOTS else (*params, *held)
            yield f"{name} {i}", torch.cat([t.detach().reshape(-1) for t in compared])


def momenta(torch):
    """(name, momentum of a matrix that Muon has stepped five times): it is rounded once whatever its size."""
    for shape in ((30, 40), (100, 120)):
        (p,) = params = [torch.tensor(a, requires_grad=True) for a in arrays(0, [shape])]
        optimizer = torch.optim.Muon(params, lr=0.02)
        for step in range(5):
            p.grad = torch.tensor(arrays(100 + step, [shape])[0])
            optimizer.step()
        yield f"Muon {shape}", optimizer.state[p]["momentum_buffer"]


def computed(torch):
    """{what: [(name, result) of every case]}, by torch or compat."""
    return {"sums": list(scaled_sums(torch)), "steps": [*steps(torch), *momenta(torch)]}
