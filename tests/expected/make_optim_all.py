"""Write optim_all.json: what torch's optimizers, schedules and averaged models do with every option.

Run with torch 2.13: `python tests/expected/make_optim_all.py`. The functions here run under both libraries: each takes
the library and a line of the table, and returns what JSON can hold. Gradients are given, so that an optimizer's own
arithmetic is all that is compared.
"""

import inspect
import json
import math
import pathlib
import warnings
import zlib
from collections import Counter

OPTIMIZERS = [
    "Adadelta(ps)",
    "Adadelta(ps, lr=0.5, rho=0.8, eps=1e-4, weight_decay=0.1, maximize=True)",
    "Adadelta(ps, foreach=True, lr=torch.tensor(0.5))",
    "Adafactor(ps)",
    "Adafactor(ps, lr=0.1, beta2_decay=-0.5, eps=(1e-3, 1e-2), d=2.0, weight_decay=0.1, maximize=True)",
    "Adafactor(ps, foreach=True)",
    "Adagrad(ps, lr=0.1)",
    "Adagrad(ps, 0.1, 0.1, 0.1, 0.3, 1e-5, maximize=True)",
    "Adagrad(ps, foreach=True)",
    "Adagrad(ps, fused=True)",
    "Adam(ps, lr=0.1)",
    "Adam(ps, 0.1, (0.8, 0.9), 1e-4, 0.1, True)",
    "Adam(ps, lr=0.1, betas=(0.3, 0.9), maximize=True)",
    "Adam(ps, lr=0.1, betas=(0.0, 0.9))",
    "Adam(ps, lr=0.1, weight_decay=0.1, decoupled_weight_decay=True)",
    "Adam(ps, fused=True, amsgrad=True)",
    "Adam(ps, foreach=True)",
    "Adam(ps, lr=torch.tensor([0.1]), betas=(torch.tensor(0.9), torch.tensor(0.99)))",
    "AdamW(ps, lr=0.1)",
    "AdamW(ps, lr=0.1, weight_decay=0.3, amsgrad=True, maximize=True)",
    "AdamW(ps, fused=True)",
    "Adamax(ps)",
    "Adamax(ps, 0.1, (0.8, 0.9), 1e-3, 0.1, maximize=True)",
    "Adamax(ps, foreach=True)",
    "ASGD(ps)",
    "ASGD(ps, lr=0.1, lambd=1e-2, alpha=0.5, t0=5, weight_decay=0.1, maximize=True)",
    "ASGD(ps, foreach=True)",
    "Muon(ps[:1], lr=0.1)",
    "Muon(ps[:1], lr=0.1, weight_decay=0.0, nesterov=False, adjust_lr_fn='match_rms_adamw')",
    "NAdam(ps)",
    "NAdam(ps, 0.1, (0.8, 0.9), 1e-4, 0.1, 1e-2)",
    "NAdam(ps, weight_decay=0.1, decoupled_weight_decay=True, maximize=True)",
    "NAdam(ps, foreach=True)",
    "RAdam(ps, lr=0.1)",
    "RAdam(ps, 0.1, (0.8, 0.9), 1e-4, 0.1)",
    "RAdam(ps, weight_decay=0.1, decoupled_weight_decay=True, maximize=True)",
    "RAdam(ps, foreach=True)",
    "RMSprop(ps)",
    "RMSprop(ps, 0.1, 0.8, 1e-2, 0.1, 0.5, True)",
    "RMSprop(ps, momentum=0.9, maximize=True)",
    "RMSprop(ps, foreach=True)",
    "Rprop(ps)",
    "Rprop(ps, 0.1, (0.3, 1.5), (1e-3, 0.2), maximize=True)",
    "Rprop(ps, foreach=True)",
    "SGD(ps)",
    "SGD(ps, 0.05, 0.9, 0.3, 0.1)",
    "SGD(ps, lr=0.05, momentum=0.9, nesterov=True, weight_decay=0.1, maximize=True)",
    "SGD(ps, lr=torch.tensor(0.05), momentum=0.5, fused=True)",
    "SGD(ps, lr=0.05, momentum=0.9, foreach=True)",
    "SGD([('a', ps[0]), ('b', ps[1]), ('c', ps[2])], lr=0.05)",
    "Adam([{'params': ps[:1]}, {'params': ps[1:], 'lr': 0.2, 'betas': (0.5, 0.6)}], lr=0.05)",
]


def runs():
    """Which lines are run in which dtypes: all in the real ones, the first two of each optimizer in the complex one."""
    yield from ((code, dtype) for dtype in ("float64", "float32") for code in OPTIMIZERS)
    lines = Counter()
    for code in OPTIMIZERS:
        name = code.partition("(")[0]
        lines[name] += 1
        if lines[name] <= 2:
            yield code, "complex128"


LBFGS = [
    "LBFGS(ps)",
    "LBFGS(ps, lr=0.1)",
    "LBFGS(ps, lr=0.05, max_iter=6, history_size=2)",
    "LBFGS(ps, lr=0.05, max_iter=1)",
    "LBFGS(ps, line_search_fn='strong_wolfe')",
    "LBFGS(ps, line_search_fn='strong_wolfe', max_iter=5, history_size=3)",
    "LBFGS(ps, line_search_fn='strong_wolfe', lr=0.01, max_eval=9)",
    "LBFGS(ps, tolerance_grad=10.0)",
]
SCHEDULES = [
    "StepLR(o, 3)",
    "StepLR(o, 2, gamma=0.5)",
    "MultiStepLR(o, [2, 5, 5, 7], gamma=0.5)",
    "ConstantLR(o)",
    "ConstantLR(o, factor=0.25, total_iters=3)",
    "LinearLR(o)",
    "LinearLR(o, start_factor=0.5, end_factor=0.1, total_iters=4)",
    "ExponentialLR(o, 0.9)",
    "PolynomialLR(o)",
    "PolynomialLR(o, total_iters=7, power=2.0)",
    "CosineAnnealingLR(o, 5)",
    "CosineAnnealingLR(o, 3, eta_min=0.01)",
    "CosineAnnealingWarmRestarts(o, 3)",
    "CosineAnnealingWarmRestarts(o, 2, T_mult=2, eta_min=0.01)",
    "LambdaLR(o, lambda epoch: 1 / (epoch + 1))",
    "LambdaLR(o, [lambda epoch: 1 / (epoch + 1), lambda epoch: 0.9**epoch])",
    "MultiplicativeLR(o, lambda epoch: 0.95)",
    "CyclicLR(o, 0.01, 0.1, step_size_up=3)",
    "CyclicLR(o, 0.01, 0.1, step_size_up=3, step_size_down=2, mode='triangular2')",
    "CyclicLR(o, [0.01, 0.02], [0.1, 0.2], step_size_up=2, mode='exp_range', gamma=0.9, base_momentum=0.5)",
    "CyclicLR(o, 0.01, 0.1, 3, scale_fn=lambda x: 0.5**x, scale_mode='iterations', cycle_momentum=False)",
    "OneCycleLR(o, 0.5, total_steps=13)",
    "OneCycleLR(o, [0.5, 0.2], epochs=3, steps_per_epoch=5, anneal_strategy='linear', three_phase=True, pct_start=0.4)",
    "OneCycleLR(o, 0.5, total_steps=12, cycle_momentum=False, div_factor=10.0, final_div_factor=100.0)",
    "SequentialLR(o, [S.ConstantLR(o, factor=0.1, total_iters=2), S.ExponentialLR(o, 0.9)], [2])",
    "SequentialLR(o, [S.LinearLR(o, total_iters=3), S.CosineAnnealingLR(o, 4), S.StepLR(o, 2)], [3, 7])",
    "SequentialLR(o, [S.SequentialLR(o, [S.ConstantLR(o), S.ExponentialLR(o, 0.9)], [2]), S.ExponentialLR(o, 0.5)], [4])",
    "ChainedScheduler([S.ConstantLR(o, factor=0.1, total_iters=4), S.ExponentialLR(o, 0.9)])",
    "ChainedScheduler([S.LinearLR(o, total_iters=4), S.CosineAnnealingLR(o, 6)], o)",
    "W.SWALR(o, 0.05)",
    "W.SWALR(o, [0.05, 0.3], anneal_epochs=4, anneal_strategy='linear')",
    "W.SWALR(o, 0.05, anneal_epochs=0)",
]
SCHEDULED = {
    "SGD": "SGD([{'params': ps[:1]}, {'params': ps[1:], 'lr': 0.2}], lr=0.1, momentum=0.9)",
    "Adam": "Adam([{'params': ps[:1]}, {'params': ps[1:], 'lr': 0.2}], lr=0.1)",
    "Tensor lr": "SGD([{'params': ps[:1]}, {'params': ps[1:], 'lr': d(0.2)}], lr=d([0.1]), momentum=0.9)",
}
PLATEAUS = [
    "ReduceLROnPlateau(o, patience=1)",
    "ReduceLROnPlateau(o, 'max', 0.5, 0, 0.1, 'abs', 2, [0.01, 0.1], 1e-3)",
    "ReduceLROnPlateau(o, 'min', 0.5, 1, 0.2, cooldown=1, min_lr=0.03)",
]
AVERAGES = [
    "AveragedModel(m)",
    "AveragedModel(m, use_buffers=True)",
    "AveragedModel(m, avg_fn=W.get_ema_avg_fn(0.9))",
    "AveragedModel(m, multi_avg_fn=W.get_ema_multi_avg_fn(0.9), use_buffers=True)",
    "AveragedModel(m, multi_avg_fn=W.get_swa_multi_avg_fn())",
    "AveragedModel(m, avg_fn=lambda averaged, current, count: 0.5 * (averaged + current))",
]
# what is refused, and what is warned of: expressions in torch, w (a vector), M (a matrix), o (an SGD over w), S and W
MESSAGES = [
    *[f"torch.optim.{name}([w], lr=-1.0)" for name in (
        "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "ASGD", "LBFGS", "Muon", "NAdam", "RAdam", "RMSprop",
        "Rprop", "SGD", "SparseAdam",
    )],
    *[f"stepped(torch.optim.{name}([M], capturable=True{more}))" for more in ("", ", foreach=True") for name in (
        "Adadelta", "Adam", "AdamW", "Adamax", "ASGD", "NAdam", "RAdam", "RMSprop", "Rprop",
    )],
    *[f"stepped(torch.optim.{name}([M], foreach=True, differentiable=True))" for name in (
        "Adadelta", "Adagrad", "Adam", "Adamax", "ASGD", "NAdam", "RAdam", "RMSprop", "Rprop",
    )],
    *[f"torch.optim.{name}([w], {text})" for text in ("fused=True, foreach=True", "fused=True, differentiable=True")
      for name in ("Adagrad", "Adam", "AdamW", "SGD")],
    *[f"torch.optim.{name}([w], lr=torch.ones(2))" for name in ("Adadelta", "Adam", "LBFGS", "Muon", "SGD", "SparseAdam")],
    *[f"stepped(torch.optim.{name}([torch.ones(2, 2, dtype=torch.complex64, requires_grad=True)]{more}))" for name, more in (
        ("Adam", ", fused=True"), ("Adagrad", ", fused=True"), ("SGD", ", fused=True"), ("Adafactor", ""), ("Muon", ""),
        ("SparseAdam", ""),
    )],
    "torch.optim.Adadelta([w], rho=1.5)",
    "torch.optim.Adadelta([w], eps=-1)",
    "torch.optim.Adagrad([w], lr_decay=-1)",
    "torch.optim.Adagrad([w], initial_accumulator_value=-1)",
    "torch.optim.Adam([w], betas=(1.0, 0.9))",
    "torch.optim.Adam([w], betas=(0.9, -0.1))",
    "torch.optim.Adam([w], betas=(0.9, torch.tensor(0.9)))",
    "torch.optim.Adam([w], betas=(0, 0.9))",
    "torch.optim.Adam([w], betas=(torch.tensor(0.9), torch.tensor(0.9)), foreach=True)",
    "torch.optim.Adam([w], lr=torch.tensor(0.1), foreach=True)",
    "torch.optim.Adam([w], eps=-1.0)",
    "torch.optim.Adam([w], weight_decay=-1.0)",
    "torch.optim.Adamax([w], betas=(0.9, 1.0))",
    "torch.optim.NAdam([w], momentum_decay=-1)",
    "torch.optim.RMSprop([w], alpha=-1)",
    "torch.optim.RMSprop([w], momentum=-1)",
    "torch.optim.Rprop([w], etas=(1.5, 1.2))",
    "torch.optim.SGD([w], momentum=-1)",
    "torch.optim.SGD([w], nesterov=True)",
    "torch.optim.SGD([w], momentum=0.9, dampening=0.1, nesterov=True)",
    "torch.optim.Adafactor([w], beta2_decay=0.1)",
    "torch.optim.Adafactor([w], eps=(-1.0, 1e-3))",
    "torch.optim.Adafactor([w], eps=(None, -1.0))",
    "torch.optim.Adafactor([w], d=0.5)",
    "torch.optim.Adafactor([w], weight_decay=-1)",
    "torch.optim.Muon([w])",
    "torch.optim.Muon([M], momentum=-1)",
    "torch.optim.Muon([M], weight_decay=-1)",
    "torch.optim.Muon([M], adjust_lr_fn='other')",
    "stepped(torch.optim.Muon([M], ns_steps=100))",
    "stepped(torch.optim.Muon([M], ns_coefficients=(1.0, 2.0)))",
    "torch.optim.LBFGS([{'params': [w]}, {'params': [M]}])",
    "torch.optim.LBFGS([w], line_search_fn='armijo').step(lambda: with_grad())",
    "torch.optim.SparseAdam([w], eps=0)",
    "torch.optim.SparseAdam([w], betas=(0.9, 1.0))",
    "stepped(torch.optim.SparseAdam([M]))",
    "torch.optim.SGD([], lr=0.1)",
    "torch.optim.SGD(w)",
    "torch.optim.SGD([w * 2])",
    "torch.optim.SGD([1.0])",
    "torch.optim.SGD([w, w])",
    "torch.optim.SGD([{'params': {w}}])",
    "torch.optim.SGD([('a', w), M])",
    "torch.optim.SGD([{'params': [w]}, {'params': [w]}])",
    "torch.optim.SGD([{'params': [w]}, {'params': [('a', M)]}])",
    "torch.optim.SGD([{'params': [('a', w)]}, {'params': [M]}])",
    "torch.optim.SGD([{'params': [w]}, [M]])",
    "torch.optim.Optimizer([w], {'lr': required})",
    "torch.optim.Optimizer([w], {}).step()",
    "torch.optim.SGD([w, M]).load_state_dict(o.state_dict())",
    "torch.optim.SGD([{'params': [w]}, {'params': [M]}]).load_state_dict(o.state_dict())",
    "hooked(o, lambda optimizer, args, kwargs: 1)",
    "S.StepLR(w, 1)",
    "S.StepLR(o, 1, last_epoch=3)",
    "S.StepLR(o, 1).step()",
    "restepped(o, S.StepLR(o, 1))",
    "S.StepLR(o, 1).get_lr()",
    "S.LRScheduler(o)",
    "S.ExponentialLR(o, 0.9).step(3)",
    "S.LambdaLR(o, [min, max])",
    "S.MultiplicativeLR(o, [min, max])",
    "S.MultiplicativeLR(o, 0.5)",
    "S.ConstantLR(o, factor=1.5)",
    "S.LinearLR(o, start_factor=0)",
    "S.LinearLR(o, end_factor=-1)",
    "S.CosineAnnealingWarmRestarts(o, 0)",
    "S.CosineAnnealingWarmRestarts(o, 2, T_mult=1.5)",
    "S.CosineAnnealingWarmRestarts(o, 2, eta_min='0')",
    "S.CosineAnnealingWarmRestarts(o, 2).step(-1)",
    "S.SequentialLR(o, [], [])",
    "S.SequentialLR(o, [S.ExponentialLR(o, 0.9)], [1])",
    "S.SequentialLR(o, [1], [])",
    "S.SequentialLR(o, [S.ReduceLROnPlateau(o)], [])",
    "S.SequentialLR(o, [S.ExponentialLR(torch.optim.SGD([w]), 0.9)], [])",
    "S.ChainedScheduler([])",
    "S.ChainedScheduler([1], o)",
    "S.ChainedScheduler([S.ReduceLROnPlateau(o)])",
    "S.ReduceLROnPlateau(w)",
    "S.ReduceLROnPlateau(o, factor=1.0)",
    "S.ReduceLROnPlateau(o, mode='up')",
    "S.ReduceLROnPlateau(o, threshold_mode='up')",
    "S.ReduceLROnPlateau(o, min_lr=[0, 0])",
    "S.ReduceLROnPlateau(o).step(1.0, 3)",
    "S.CyclicLR(w, 0.1, 0.2)",
    "S.CyclicLR(o, [0.1, 0.2], 0.2)",
    "S.CyclicLR(o, 0.1, 0.2, mode='square')",
    "S.CyclicLR(torch.optim.Adagrad([M]), 0.1, 0.2)",
    "S.OneCycleLR(w, 0.1, 3)",
    "S.OneCycleLR(o, 0.1)",
    "S.OneCycleLR(o, 0.1, total_steps=0)",
    "S.OneCycleLR(o, 0.1, epochs=0, steps_per_epoch=1)",
    "S.OneCycleLR(o, 0.1, epochs=1, steps_per_epoch=1.5)",
    "S.OneCycleLR(o, 0.1, 3, pct_start=2.0)",
    "S.OneCycleLR(o, 0.1, 3, anneal_strategy='up')",
    "S.OneCycleLR(torch.optim.Adagrad([M]), 0.1, 3)",
    "[S.OneCycleLR(o, 0.1, 3).step(e) for e in (3, 4)]",
    "W.SWALR(o, [0.1, 0.2])",
    "W.SWALR(o, 0.1, anneal_epochs=-1)",
    "W.SWALR(o, 0.1, anneal_strategy='up')",
    "W.get_ema_avg_fn(1.5)",
    "W.get_ema_multi_avg_fn(-0.5)",
    "W.AveragedModel(torch.nn.Linear(1, 1), avg_fn=min, multi_avg_fn=min)",
]  # fmt: skip
CLASSES = [
    "Adadelta", "Adafactor", "Adagrad", "Adam", "AdamW", "Adamax", "ASGD", "LBFGS", "Muon", "NAdam", "RAdam", "RMSprop",
    "Rprop", "SGD", "SparseAdam", "lr_scheduler.ChainedScheduler", "lr_scheduler.ConstantLR",
    "lr_scheduler.CosineAnnealingLR", "lr_scheduler.CosineAnnealingWarmRestarts", "lr_scheduler.CyclicLR",
    "lr_scheduler.ExponentialLR", "lr_scheduler.LambdaLR", "lr_scheduler.LinearLR", "lr_scheduler.LRScheduler",
    "lr_scheduler.MultiStepLR", "lr_scheduler.MultiplicativeLR", "lr_scheduler.OneCycleLR", "lr_scheduler.PolynomialLR",
    "lr_scheduler.ReduceLROnPlateau", "lr_scheduler.SequentialLR", "lr_scheduler.StepLR", "swa_utils.AveragedModel",
    "swa_utils.SWALR",
]  # fmt: skip


def number(k, complex_too):
    """The k-th of some numbers between -1 and 1, of which some pairs have opposite signs."""
    x = math.sin(1.7 * k * k + k)
    return complex(x, math.cos(3 * k)) if complex_too else x


def values(t):
    """The numbers of a Tensor: complex ones as pairs of lists, float32 ones with nine digits, which suffice."""
    t = t.detach()
    if t.is_complex():
        return [t.real.tolist(), t.imag.tolist()]
    return short(t.tolist()) if str(t.dtype) == "torch.float32" else t.tolist()


def short(x):
    return [short(y) for y in x] if isinstance(x, list) else float(f"{x:.9g}")


def plain(x):
    """A value of a state as JSON has it: Tensors as [dtype, numbers]."""
    if hasattr(x, "tolist"):
        return [str(x.dtype), values(x)]
    if isinstance(x, dict):
        return {str(k): plain(v) for k, v in sorted(x.items(), key=str)}
    if isinstance(x, (list, tuple)):
        return [plain(y) for y in x]
    return x if isinstance(x, (int, float, str, bool, type(None))) else str(x)


def trained(torch, code, dtype):
    """The parameters after 1, 2 and 20 steps with given gradients, and the state and the repr at the end.

    One gradient is None in the second step; the last parameter never has one.
    """
    kind = getattr(torch, dtype)
    shapes = [(2, 3), (2,), (), (2, 2)]
    counter = iter(range(1, 1000))

    def fill(shape):
        if not shape:
            return number(next(counter), kind.is_complex)
        return [fill(shape[1:]) for _ in range(shape[0])]

    ps = [torch.tensor(fill(shape), dtype=kind).requires_grad_() for shape in shapes]
    optimizer = eval("torch.optim." + code, {"torch": torch, "ps": ps})
    found = []
    for step in range(1, 21):
        for p, shape in zip(ps[:3], shapes):
            p.grad = None if step == 2 and shape == (2,) else torch.tensor(fill(shape), dtype=kind)
        optimizer.step()
        if step in (1, 2, 20):
            found.append([values(p) for p in ps[:3]])
    text = repr(optimizer) if dtype == "float64" else None
    return {"ps": found, "state": plain(optimizer.state_dict()["state"]), "repr": text}


def minimized(torch, code):
    """Losses, point, counts and layout of the state after each of 3 steps of LBFGS on a banana-shaped valley."""
    w = torch.tensor([-1.0, 2.0, 0.5], dtype=torch.float64, requires_grad=True)
    z = torch.tensor(0.3 + 0.1j, dtype=torch.complex128, requires_grad=True)
    optimizer = eval("torch.optim." + code, {"torch": torch, "ps": [w, z]})

    def closure():
        optimizer.zero_grad()
        loss = ((1 - w[:-1]) ** 2).sum() + 4 * ((w[1:] - w[:-1] ** 2) ** 2).sum() + (z * w[0] - 1).abs() ** 2
        loss.backward()
        return loss

    found = []
    for _ in range(2):
        loss = optimizer.step(closure).item()
        (state,) = optimizer.state_dict()["state"].values()
        layout = {k: type(v).__name__ for k, v in sorted(state.items())}
        found.append([loss, w.tolist(), [z.real.item(), z.imag.item()], state["func_evals"], state["n_iter"], layout])
    return found


BITS = [
    (f"LBFGS(ps{more})", n, dtype)
    for more in ("", ", lr=0.3, history_size=4")
    for n in (5, 77)
    for dtype in ("float32", "float64")
]


def evaluated(torch, code, n, dtype):
    """A checksum of the bits of the point and of the gradient at the last of some fifty evaluations of LBFGS, in a bowl of n directions."""
    ps = [torch.linspace(-1, 2, n, dtype=getattr(torch, dtype)).requires_grad_()]
    steep = torch.arange(0.25, 9, 8.75 / n, dtype=ps[0].dtype)[:n]
    optimizer = eval("torch.optim." + code, {"torch": torch, "ps": ps})

    def closure():
        optimizer.zero_grad()
        loss = (steep * ps[0] * ps[0]).sum() + (ps[0] * ps[0] * ps[0] * ps[0]).sum()
        loss.backward()
        return loss

    for _ in range(3):
        optimizer.step(closure)
    count = optimizer.state_dict()["state"][0]["func_evals"]
    return [count, zlib.crc32(ps[0].detach().numpy().tobytes()), zlib.crc32(ps[0].grad.numpy().tobytes())]


def scheduled(torch, code, which="SGD", by_epoch=False):
    """The groups' rates (and momentum, where it changes) at each of 12 epochs, the warnings, the last state_dict."""
    ps = [torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)]
    d = lambda x: torch.tensor(x, dtype=torch.float64)  # noqa: E731
    o = eval("torch.optim." + SCHEDULED[which], {"torch": torch, "ps": ps, "d": d})
    names = {"o": o, "S": torch.optim.lr_scheduler, "W": torch.optim.swa_utils}
    key = "betas" if which == "Adam" else "momentum"
    before = o.param_groups[0][key]
    found = []
    with warnings.catch_warnings(record=True, action="always") as caught:
        schedule = eval(code if code.startswith("W.") else "S." + code, names)
        for epoch in [None, 1, 1, 3, 4, 7, 2, 0, 5, 6, 9, 11, 12] if by_epoch else [None] * 13:
            if found:
                o.step()
                schedule.step(*([] if epoch is None else [epoch]))
            rates = [float(group["lr"]) for group in o.param_groups]
            assert rates == [float(lr) for lr in schedule.get_last_lr()]
            found.append(rates + [group[key] for group in o.param_groups if group[key] != before])
    state = None if by_epoch else plain(schedule.state_dict())
    return {"rates": plain(found), "warnings": sorted({str(w.message) for w in caught}), "state": state}


def on_plateaus(torch, code):
    """The rates after each of some metrics."""
    ps = [torch.ones(1, requires_grad=True), torch.ones(1, requires_grad=True)]
    o = eval("torch.optim." + SCHEDULED["SGD"], {"torch": torch, "ps": ps})
    schedule = eval("torch.optim.lr_scheduler." + code, {"torch": torch, "o": o})
    found = []
    for metric in (3.0, 2.0, 2.0, 2.0, 2.5, 1.0, 1.05, 1.05, 1.05, 0.9, 0.9, 0.9, 0.9, 5.0, 5.0, 5.0):
        schedule.step(torch.tensor(metric))
        found.append(schedule.get_last_lr())
    return {"rates": found, "state": plain(schedule.state_dict())}


def averaged(torch, code):
    """The state_dict of an averaged model after four updates, and of its BatchNorm after update_bn."""
    m = torch.nn.Sequential(torch.nn.Linear(2, 2), torch.nn.BatchNorm1d(2)).double()
    W = torch.optim.swa_utils
    averaged = eval("W." + code, {"W": W, "m": m})
    for k in range(4):
        with torch.no_grad():
            for i, t in enumerate([*m.parameters(), *m.buffers()]):
                t.copy_(torch.full(tuple(t.shape), k + i if t.dtype == torch.int64 else number(10 * k + i, False)))
        averaged.update_parameters(m)
    found = plain(averaged.state_dict())
    batches = [
        [torch.tensor([[number(4 * k + 2 * i + j, False) for j in range(2)] for i in range(2)]).double(), k]
        for k in range(3)
    ]
    W.update_bn(batches, averaged)
    return [found, plain(averaged.state_dict()), averaged.module[1].momentum]


def message(torch, code):
    """Type and text of the error that an expression raises; without one, of its warnings."""
    w = torch.ones(2, requires_grad=True)
    M = torch.ones(2, 2, requires_grad=True)
    o = torch.optim.SGD([w], lr=0.1, momentum=0.9)

    def with_grad():
        w.grad = torch.ones(2)
        return w.sum()

    def stepped(optimizer):
        for group in optimizer.param_groups:
            for p in group["params"]:
                p.grad = torch.ones_like(p)
        optimizer.step()

    def restepped(optimizer, schedule):
        optimizer.step = lambda: None
        schedule.step()

    def hooked(optimizer, hook):
        optimizer.register_step_pre_hook(hook)
        optimizer.step()

    names = dict(torch=torch, w=w, M=M, o=o, S=torch.optim.lr_scheduler, W=torch.optim.swa_utils, with_grad=with_grad)
    names["required"] = inspect.getmodule(torch.optim.Optimizer).required
    names.update(stepped=stepped, restepped=restepped, hooked=hooked)
    with warnings.catch_warnings(record=True, action="always") as caught:
        try:
            eval(code, names)
        except Exception as error:
            text = str(error)
            text = text[text.index(" must return") :] if "function" in text and " must return" in text else text
            return [type(error).__name__, text]
    return [[w.category.__name__, str(w.message)] for w in caught]


def signature(torch, name):
    """The names, kinds and defaults of a constructor's parameters."""
    cls = torch.optim
    for part in name.split("."):
        cls = getattr(cls, part)
    return [[p.name, p.kind.name, repr(p.default)] for p in inspect.signature(cls).parameters.values()]


def outcome(f, *args):
    """What f returns, or type and text of what it raises."""
    try:
        return f(*args)
    except Exception as error:
        return [type(error).__name__, str(error)]


def main():
    import torch

    stored = {
        "torch": torch.__version__,
        "optimizers": {f"{code} {dtype}": outcome(trained, torch, code, dtype) for code, dtype in runs()},
        "lbfgs": {code: minimized(torch, code) for code in LBFGS},
        "lbfgs bits": [evaluated(torch, *row) for row in BITS],
        "schedules": {code: scheduled(torch, code) for code in SCHEDULES},
        "cycles": {code: scheduled(torch, code, "Adam") for code in SCHEDULES if "Cyc" in code},
        "tensors": {code: scheduled(torch, code, "Tensor lr")["rates"][-1] for code in SCHEDULES},
        "epochs": {code: outcome(scheduled, torch, code, "SGD", True) for code in SCHEDULES if code[1] != "."},
        "plateaus": {code: on_plateaus(torch, code) for code in PLATEAUS},
        "averages": {code: averaged(torch, code) for code in AVERAGES},
        "messages": {code: message(torch, code) for code in MESSAGES},
        "signatures": {name: signature(torch, name) for name in CLASSES},
    }
    path = pathlib.Path(__file__).with_name("optim_all.json")
    path.write_text(json.dumps(stored, separators=(",", ":")), encoding="utf-8")


if __name__ == "__main__":
    main()
