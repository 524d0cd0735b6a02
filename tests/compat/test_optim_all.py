"""The optimizers, schedules and averaged models of torch.optim against torch 2.13's (tests/expected/optim_all.json)."""

import copy
import gc
import json
import pathlib
import pickle
import warnings
import weakref

import numpy as np
import pytest

import compat as torch
from tests.expected import make_optim_all as made

STORED = json.loads((pathlib.Path(__file__).parents[1] / "expected" / "optim_all.json").read_text(encoding="utf-8"))
# float32: torch fuses multiplication and addition and has roots of its own, so that the last digits differ a little
TOLERANCE = {"float64": (1e-12, 1e-15), "complex128": (1e-12, 1e-15), "float32": (3e-6, 1e-7)}


def near(got, expected, rtol, atol, path=""):
    """Equal in structure, names and strings; numbers within the tolerance."""
    assert type(got) is type(expected) or {type(got), type(expected)} == {int, float}, (path, got, expected)
    if isinstance(expected, dict):
        assert list(got) == list(expected), path
        for k in expected:
            near(got[k], expected[k], rtol, atol, f"{path}.{k}")
    elif isinstance(expected, list):
        assert len(got) == len(expected), (path, got, expected)
        for i, (g, e) in enumerate(zip(got, expected)):
            near(g, e, rtol, atol, f"{path}[{i}]")
    elif isinstance(expected, float):
        np.testing.assert_allclose(got, expected, rtol, atol, err_msg=path)
    else:
        assert got == expected, (path, got, expected)


def as_json(x):
    return json.loads(json.dumps(x))


@pytest.mark.parametrize("line", STORED["optimizers"])
def test_twenty_steps(line):
    code, _, dtype = line.rpartition(" ")
    rtol, atol = TOLERANCE[dtype]
    if "torch.tensor" in code or code == "ASGD(ps, foreach=True)":  # torch has rates in float32 here
        rtol, atol = TOLERANCE["float32"]
    near(as_json(made.outcome(made.trained, torch, code, dtype)), STORED["optimizers"][line], rtol, atol)


def test_rprop_agrees_to_the_bit():
    for line in STORED["optimizers"]:
        if line.startswith("Rprop") and line.endswith("float32"):
            assert (
                made.trained(torch, line.removesuffix(" float32"), "float32")["ps"] == STORED["optimizers"][line]["ps"]
            )


@pytest.mark.parametrize("code", STORED["lbfgs"])
def test_lbfgs(code):
    near(as_json(made.minimized(torch, code)), STORED["lbfgs"][code], 1e-6, 1e-9)


@pytest.mark.parametrize("number", range(len(made.BITS)))
def test_bits_of_lbfgs(number):
    assert made.evaluated(torch, *made.BITS[number]) == STORED["lbfgs bits"][number]


@pytest.mark.parametrize("code", STORED["schedules"])
def test_schedules(code):
    """The very same floats, state and warnings, with rates in numbers and in Tensors."""
    assert as_json(made.scheduled(torch, code)) == STORED["schedules"][code]
    assert made.scheduled(torch, code, "Tensor lr")["rates"][-1] == STORED["tensors"][code]


@pytest.mark.parametrize("code", STORED["cycles"])
def test_cycles_of_betas(code):
    assert as_json(made.scheduled(torch, code, "Adam")) == STORED["cycles"][code]


@pytest.mark.parametrize("code", STORED["epochs"])
def test_schedules_by_epoch(code):
    assert as_json(made.outcome(made.scheduled, torch, code, "SGD", True)) == STORED["epochs"][code]


@pytest.mark.parametrize("code", STORED["plateaus"])
def test_plateaus(code):
    assert as_json(made.on_plateaus(torch, code)) == STORED["plateaus"][code]


@pytest.mark.parametrize("code", STORED["averages"])
def test_averaged_models(code):
    near(as_json(made.averaged(torch, code)), STORED["averages"][code], 1e-12, 1e-14)


@pytest.mark.parametrize("code", STORED["messages"])
def test_messages(code):
    assert made.message(torch, code) == STORED["messages"][code]


@pytest.mark.parametrize("name", STORED["signatures"])
def test_signatures(name):
    assert made.signature(torch, name) == STORED["signatures"][name]


# ------------------------------------------------------------------------------------------------ by definition
NAMES = [n for n in made.CLASSES if "." not in n and n not in ("LBFGS", "SparseAdam")]


def stepped(optimizer, times=1):
    for group in optimizer.param_groups:
        for p in group["params"]:
            p.grad = torch.ones_like(p)
    for _ in range(times):
        optimizer.step()
    return optimizer


def matrices(n=2):
    return [torch.tensor([[1.0, -2.0], [0.5, 3.0]]).requires_grad_() for _ in range(n)]


@pytest.mark.parametrize("name", NAMES)
def test_checkpoints_go_on_where_they_stopped(name):
    """Through state_dict, pickle and deepcopy; the copies share no memory with the original."""
    optimizer = stepped(getattr(torch.optim, name)(matrices()), 3)
    ps = optimizer.param_groups[0]["params"]
    loaded = getattr(torch.optim, name)([p.detach().clone().requires_grad_() for p in ps], lr=0.7)
    loaded.load_state_dict(copy.deepcopy(optimizer.state_dict()))
    twins = [loaded, copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))]
    assert all(repr(twin) == repr(optimizer) for twin in twins)
    stepped(optimizer, 2)
    for twin in twins:
        assert not torch.equal(twin.param_groups[0]["params"][0], ps[0])
        stepped(twin, 2)
        for p, q in zip(ps, twin.param_groups[0]["params"]):
            assert torch.equal(p, q)


@pytest.mark.parametrize("name", NAMES)
def test_a_step_is_seen_by_those_who_saved_the_parameter(name):
    (w,) = ps = matrices(1)
    optimizer = getattr(torch.optim, name)(ps)
    address, view = w.data_ptr(), w.detach()
    loss = (w * w).sum()
    stepped(optimizer)
    assert w._version == 1 and w.data_ptr() == address and torch.equal(view, w.detach()) and w.is_leaf
    with pytest.raises(RuntimeError, match="modified by an inplace operation"):
        loss.backward()


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("Adafactor", "Muon")])
def test_differentiable_steps(name):
    """Central differences of a function of two steps: torch's own tests ask for the same of one step."""

    def after_two_steps(x):
        p = x.clone()
        optimizer = getattr(torch.optim, name)([p], lr=0.1, differentiable=True, **options)
        for k in range(2):
            p.grad = (k + 1) * x.sin() + 0.3
            optimizer.step()
        return (p * p).sum()

    options = {"momentum": 0.9} if name == "RMSprop" else {}
    x = torch.tensor([0.5, -1.25, 2.0], dtype=torch.float64, requires_grad=True)
    (got,) = torch.autograd.grad(after_two_steps(x), x)
    h = 1e-5 * torch.eye(3, dtype=torch.float64)
    wanted = [(after_two_steps(x.detach() + e) - after_two_steps(x.detach() - e)).item() / 2e-5 for e in h]
    np.testing.assert_allclose(got.tolist(), wanted, rtol=2e-6, atol=1e-8)


def test_a_learning_rate_that_is_learned():
    """d/d lr of (w - lr * g)^2 is -2 g (w - lr * g)."""
    lr = torch.tensor(0.1, dtype=torch.float64, requires_grad=True)
    w = torch.tensor(2.0, dtype=torch.float64).requires_grad_()
    p = w.clone()
    p.grad = torch.tensor(3.0, dtype=torch.float64)
    torch.optim.SGD([p], lr=lr, differentiable=True).step()
    (p * p).backward()
    np.testing.assert_allclose([lr.grad.item(), w.grad.item()], [-2 * 3.0 * (2.0 - 0.3), 2 * (2.0 - 0.3)], rtol=1e-14)
    with pytest.raises(RuntimeError, match="a leaf Variable that requires grad is being used in an in-place operation"):
        stepped(torch.optim.Adam(matrices(1), differentiable=True))


@pytest.mark.parametrize("name", NAMES)
def test_steps_of_a_jitted_loop(name):
    """Staged, with state that outlives the call, they do what they do eagerly."""
    import funcgrad as fg

    def loop(jit):
        (w,) = ps = matrices(1)
        optimizer = getattr(torch.optim, name)(ps, lr=0.1)

        def step(scale):
            optimizer.zero_grad()
            ((w * w).sum() * scale).backward()
            optimizer.step()
            return (w * w).sum()

        step = fg.jit(step) if jit else step
        for _ in range(8):
            step(torch.tensor(1.0))
        counts = [s["step"].item() for s in optimizer.state.values() if "step" in s]
        return w.tolist(), counts

    (eager, counts), (staged, staged_counts) = loop(False), loop(True)
    assert counts == staged_counts
    np.testing.assert_allclose(staged, eager, rtol=3e-6)


def test_a_first_step_that_cannot_be_staged():
    import funcgrad as fg

    (w,) = matrices(1)
    optimizer = torch.optim.SGD([w], lr=0.1, momentum=0.9, dampening=0.5)
    step = fg.jit(lambda g: (setattr(w, "grad", g), optimizer.step())[1])
    with pytest.raises(RuntimeError, match="Take one step before compiling"):
        step(torch.ones(2, 2))
    (w,) = matrices(1)
    optimizer = stepped(torch.optim.SGD([w], lr=0.1, momentum=0.9, dampening=0.5))
    step(torch.ones(2, 2))
    twin = stepped(torch.optim.SGD(matrices(1), lr=0.1, momentum=0.9, dampening=0.5), 2)
    np.testing.assert_allclose(w.tolist(), twin.param_groups[0]["params"][0].tolist(), rtol=1e-6)


def test_hooks_in_order():
    order = []
    (w,) = matrices(1)
    optimizer = torch.optim.SGD([w], lr=0.1)
    from compat.optim import optimizer as module  # (torch.optim has no attribute of that name)

    note = lambda what: lambda *args: order.append((what, len(args)))  # noqa: E731
    handles = [
        optimizer.register_step_pre_hook(note("pre")),
        module.register_optimizer_step_pre_hook(note("all pre")),
        optimizer.register_step_post_hook(note("post")),
        module.register_optimizer_step_post_hook(note("all post")),
    ]
    stepped(optimizer)
    assert order == [("all pre", 3), ("pre", 3), ("post", 3), ("all post", 3)]
    for handle in handles:
        handle.remove()
    stepped(optimizer)
    assert len(order) == 4

    order.clear()
    optimizer.register_state_dict_pre_hook(note("before saving"))
    optimizer.register_state_dict_post_hook(lambda o, d: {**d, "more": 1})
    optimizer.register_state_dict_post_hook(lambda o, d: order.append(sorted(d)), prepend=True)
    saved = optimizer.state_dict()
    assert order == [("before saving", 1), ["param_groups", "state"]] and saved["more"] == 1
    optimizer.register_load_state_dict_pre_hook(lambda o, d: {k: v for k, v in d.items() if k != "more"})
    optimizer.register_load_state_dict_post_hook(lambda o: order.append(o.param_groups[0]["lr"]))
    saved["param_groups"][0]["lr"] = 0.25
    optimizer.load_state_dict(saved)
    assert order[2:] == [0.25] and "more" in saved


def test_a_pre_hook_may_change_the_arguments():
    (w,) = matrices(1)
    optimizer = torch.optim.SGD([w], lr=0.1)
    optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: 7), kwargs))
    assert optimizer.step() == 7


def test_a_users_own_optimizer_has_hooks_and_schedules():
    class Sign(torch.optim.Optimizer):
        def __init__(self, params, lr):
            super().__init__(params, {"lr": lr})

        @torch.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    p.add_(p.grad.sign(), alpha=-group["lr"])

    seen = []
    (w,) = matrices(1)
    optimizer = Sign([w], lr=0.5)
    optimizer.register_step_post_hook(lambda *args: seen.append(1))
    schedule = torch.optim.lr_scheduler.ExponentialLR(optimizer, 0.5)
    for _ in range(2):
        stepped(optimizer)
        schedule.step()
    assert seen == [1, 1] and schedule.get_last_lr() == [0.125]
    assert w.tolist() == [[0.25, -2.75], [-0.25, 2.25]]


def test_older_checkpoints_with_plain_numbers():
    for name, state in {
        "Adam": {"step": 3},
        "ASGD": {"step": 3, "eta": 0.1, "mu": 1},
        "NAdam": {"step": 3, "mu_product": 0.5},
    }.items():
        optimizer = stepped(getattr(torch.optim, name)(matrices(1)))
        saved = optimizer.state_dict()
        saved["state"][0].update(state)
        del saved["param_groups"][0]["maximize"]
        optimizer.load_state_dict(saved)
        (held,) = optimizer.state.values()
        assert [held[k].item() for k in state] == pytest.approx(list(state.values())) and held[
            "step"
        ].dtype == torch.float32
        assert optimizer.param_groups[0]["maximize"] is False
        stepped(optimizer)


def test_loading_casts_the_state_but_not_the_count():
    optimizer = stepped(torch.optim.Adam(matrices(1)))
    double = torch.optim.Adam([p.detach().double().requires_grad_() for p in matrices(1)])
    double.load_state_dict(optimizer.state_dict())
    (state,) = double.state.values()
    assert [state[k].dtype for k in ("step", "exp_avg", "exp_avg_sq")] == [torch.float32, torch.float64, torch.float64]


def test_names_of_parameters():
    layer = torch.nn.Linear(2, 1)
    optimizer = torch.optim.SGD(layer.named_parameters(), lr=0.1)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]
    saved = optimizer.state_dict()
    assert saved["param_groups"][0]["param_names"] == ["weight", "bias"] and saved["param_groups"][0]["params"] == [
        0,
        1,
    ]
    del saved["param_groups"][0]["param_names"]
    optimizer.load_state_dict(saved)
    assert optimizer.param_groups[0]["param_names"] == ["weight", "bias"]


def test_memory_that_is_no_plain_block():
    """Transposed parameters and views are written where they are, expanded ones are refused."""
    base = torch.arange(6.0).reshape(2, 3)
    w = base.t().requires_grad_()
    stepped(torch.optim.Adam([w], lr=0.5))
    np.testing.assert_allclose(base.tolist(), (np.arange(6.0).reshape(2, 3) - 0.5).tolist(), rtol=1e-6)
    whole = torch.zeros(4)
    part = whole[1:3].detach().requires_grad_()
    before = whole._version
    stepped(torch.optim.SGD([part], lr=1.0))
    assert whole.tolist() == [0.0, -1.0, -1.0, 0.0] and whole._version == before + 1
    wide = torch.ones(1).expand(3).requires_grad_()
    with pytest.raises(RuntimeError, match="more than one element of the written-to tensor refers to a single memory"):
        stepped(torch.optim.SGD([wide], lr=1.0))


@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("Adafactor", "Muon")])
def test_large_parameters_in_blocks(name):
    """As if each of their parts was a parameter of its own; also where the memory is in another order."""
    values = np.sin(np.arange(160000.0)).reshape(400, 400)
    grads = np.cos(np.arange(160000.0)).reshape(400, 400)
    options = {"weight_decay": 0.1} if name != "Rprop" else {}

    def run(split, order):
        parts = [np.array(a, order=order) for a in split(values)]
        ps = [torch.from_numpy(a).requires_grad_() for a in parts]
        optimizer = getattr(torch.optim, name)(ps, maximize=True, **options)
        for _ in range(3):
            for p, g in zip(ps, split(grads)):
                p.grad = torch.from_numpy(np.array(g))
            optimizer.step()
        return np.concatenate(parts)

    whole = run(lambda a: [a], "C")
    assert np.array_equal(whole, run(lambda a: np.split(a, 4), "C"))
    assert np.array_equal(whole, run(lambda a: [a], "F"))


def test_a_step_never_warns_and_never_changes_the_gradient():
    w = torch.tensor([1e-30, 1e30, float("inf"), float("nan")], requires_grad=True)
    for name in [n for n in NAMES if n != "Muon"]:
        optimizer = getattr(torch.optim, name)([w], lr=0.1)
        w.grad = torch.tensor([1e-30, 1e30, float("inf"), float("nan")])
        kept = w.grad.clone()
        with warnings.catch_warnings(action="error"):
            optimizer.step()
        np.testing.assert_array_equal(w.grad.numpy(), kept.numpy())


def test_parameters_without_elements():
    for name in [n for n in NAMES if n not in ("Adafactor", "Muon")]:  # Adafactor divides by their number, torch's too
        w = torch.zeros(2, 0, requires_grad=True)
        assert stepped(getattr(torch.optim, name)([w])).state_dict()["param_groups"][0]["params"] == [0]
        assert w.shape == (2, 0)
    with pytest.raises(ZeroDivisionError):
        stepped(torch.optim.Adafactor([torch.zeros(2, 0, requires_grad=True)]))


def test_half_precision_steps():
    for name in NAMES:
        w = torch.ones(2, 2, dtype=torch.float16, requires_grad=True)
        optimizer = stepped(getattr(torch.optim, name)([w], lr=0.125))
        assert w.dtype == torch.float16 and bool(torch.isfinite(w).all()) and bool((w < 1).all())
        kinds = {k: v.dtype for k, v in optimizer.state[w].items()}
        assert all(
            d == (torch.float32 if k in ("step", "eta", "mu", "mu_product") else torch.float16)
            for k, d in kinds.items()
        )


def test_the_count_follows_the_default_dtype():
    torch.set_default_dtype(torch.float64)
    try:
        optimizer = stepped(torch.optim.Adam([torch.ones(1, requires_grad=True)]))
        fused = stepped(torch.optim.Adam([torch.ones(1, requires_grad=True)], fused=True))
    finally:
        torch.set_default_dtype(torch.float32)
    assert [next(iter(o.state.values()))["step"].dtype for o in (optimizer, fused)] == [torch.float64, torch.float32]


def test_no_state_without_need():
    (w,) = matrices(1)
    assert stepped(torch.optim.SGD([w])).state_dict()["state"] == {}
    assert sorted(torch.optim.Adagrad([w]).state[w]) == ["step", "sum"]


def test_schedules_go_on_from_their_state():
    class Halving:
        def __init__(self):
            self.calls = 0

        def __call__(self, epoch):
            self.calls += 1
            return 0.5**epoch

    def make():
        o = torch.optim.SGD(matrices(1), lr=1.0)
        S = torch.optim.lr_scheduler
        return o, S.SequentialLR(o, [S.LambdaLR(o, Halving()), S.StepLR(o, 2)], [3])

    o, schedule = make()
    for _ in range(5):
        stepped(o)
        schedule.step()
    saved = copy.deepcopy((o.state_dict(), schedule.state_dict()))
    other, loaded = make()
    loaded.load_state_dict(saved[1])
    other.load_state_dict(saved[0])
    assert loaded._schedulers[0].lr_lambdas[0].calls == schedule._schedulers[0].lr_lambdas[0].calls
    assert "_schedulers" in saved[1]
    for _ in range(3):
        for s in (schedule, loaded):
            stepped(s.optimizer)
            s.step()
        assert schedule.get_last_lr() == loaded.get_last_lr()


def test_a_schedule_lets_its_optimizer_go():
    """The optimizer that a schedule has wrapped is no part of a cycle: the last reference to it ends it."""
    optimizer = torch.optim.SGD(matrices(1))
    torch.optim.lr_scheduler.StepLR(optimizer, 1)
    gone = weakref.ref(optimizer)
    gc.disable()
    try:
        del optimizer
        assert gone() is None
    finally:
        gc.enable()


def test_swapping_in_other_parameters():
    (w, v) = matrices()
    optimizer = stepped(torch.optim.Adam([w], lr=0.1))
    saved = copy.deepcopy(optimizer.state_dict())
    before = w.tolist(), optimizer.state[w]["step"].item()
    with torch.optim.swap_in_optimizer_params_and_state(optimizer, {"v": v}, saved):
        stepped(optimizer)
        assert optimizer.state[v]["step"].item() == 2.0
    assert before == (w.tolist(), optimizer.state[w]["step"].item()) and v.tolist() != w.tolist()
    for state, text in [
        (1, "a DCP-style optimizer state_dict"),
        ({"state": 1}, "got int"),
        ({**saved, "param_groups": []}, "different number of parameter groups"),
        ({**saved, "state": {5: {}}}, r"extra keys \[5\]"),
        ({**saved, "param_groups": [{"params": [0]}]}, r"Keys only in swap-in: \[\]. Keys only in live: \['lr'"),
    ]:
        with pytest.raises(RuntimeError, match=text):
            with torch.optim.swap_in_optimizer_params_and_state(optimizer, {"v": v}, state):
                pass
