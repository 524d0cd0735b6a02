"""compat.compile and fg.jit against torch's figures: state, random streams, guards, and what is run as it is instead."""

import copy
import json
import pathlib
import warnings

import numpy as np
import pytest

import compat as torch
import funcgrad as fg
from compat import nn
from tests.compat import compiling

STORED = json.loads((pathlib.Path(__file__).parent.parent / "expected" / "compile.json").read_text())
X = [1.0, -2.0]


def close(got, want, what):
    assert type(got) is type(want), what
    if isinstance(want, list):
        assert len(got) == len(want), what
        for a, b in zip(got, want, strict=True):
            close(a, b, what)
    elif isinstance(want, float):
        assert abs(got - want) <= 2e-4 * max(1.0, abs(want)), f"{what}: {got} and {want}"
    else:
        assert got == want, what


# ------------------------------------------------------------------------------------------------ training
@pytest.mark.parametrize("network, optimizer", compiling.RUNS)
def test_a_compiled_step_trains_as_torch(network, optimizer):
    made = []

    def compiled(f):
        made.append(torch.compile(f, fullgraph=True))
        return made[0]

    got = compiling.run(torch, network, optimizer, compile_step=compiled)
    close(got, STORED["runs"][f"{network} {optimizer}"], "compiled")
    stats = made[0].stats()
    assert stats.calls == compiling.STEPS and len(stats.compilations) <= 2 and not stats.fallbacks


@pytest.mark.parametrize("network", ["mlp", "cnn", "lstm", "transformer"])
def test_a_compiled_model_in_an_eager_loop(network):
    made = []

    def compiled(f):
        made.append(torch.compile(f, fullgraph=True))
        return made[0]

    got = compiling.run(torch, network, "adamw", compile_model=compiled)
    close(got, STORED["runs"][f"{network} adamw"], "compiled")
    assert len(made[0].stats().compilations) == 1


def test_what_is_recorded_shows_as_one_operation():
    net = nn.Linear(2, 1)
    out = torch.compile(net)(torch.tensor(X))
    assert out.grad_fn.name() == "CompiledFunctionBackward"


def test_module_compile_and_optimized_module():
    net = nn.Sequential(nn.Linear(2, 2), nn.Tanh())
    want = net(torch.tensor(X))
    whole = torch.compile(net)
    assert torch.equal(whole(torch.tensor(X)), want) and whole._orig_mod is net
    assert [n for n, _ in whole.named_parameters()] == ["_orig_mod.0.weight", "_orig_mod.0.bias"]
    net.compile()
    assert torch.equal(net(torch.tensor(X)), want)


def test_a_copy_is_compiled_for_itself():
    net = torch.compile(nn.Linear(2, 1))
    x = torch.tensor(X)
    net(x)
    other = copy.deepcopy(net)
    with torch.no_grad():
        other.weight.zero_()
    assert torch.equal(other(x), other.bias) and torch.equal(net(x), net._orig_mod(x))


def test_as_a_decorator_with_torchs_options():
    @torch.compile(backend="inductor", mode="reduce-overhead", dynamic=False, fullgraph=True)
    def f(x, *, scale=1.0):
        return {"a": x * scale, "b": (x.sum(), None, "name")}

    got = f(torch.tensor(X), scale=3.0)
    assert got["a"].tolist() == [3.0, -6.0] and got["b"][1:] == (None, "name")
    assert torch.compile(f, disable=True) is f


# ------------------------------------------------------------------------------------------------ random streams
@pytest.mark.parametrize("name", compiling.random_functions(torch))
def test_compiled_code_draws_from_the_live_stream(name):
    f, args = compiling.random_functions(torch)[name]
    compiled = fg.jit(f)
    torch.manual_seed(3)
    want = [f(*args).tolist() for _ in range(3)] + [torch.rand(2).tolist()]
    torch.manual_seed(3)
    got = [compiled(*args).tolist() for _ in range(3)] + [torch.rand(2).tolist()]
    assert got == want and got[0] != got[1]


@pytest.mark.parametrize("mode", compiling.MODES)
@pytest.mark.parametrize("name", compiling.random_functions(torch))
def test_randomness_of_vmap(name, mode):
    want = STORED["mapped"][f"{name} {mode}"]
    for wrap in (lambda f: f, fg.jit):

        def vmap(f, randomness, wrap=wrap):
            return wrap(fg.vmap(f, randomness=randomness))

        close(compiling.mapped(torch, vmap, name, mode), want, f"{name}, {mode}")
    if name == "uniform_ unmapped":
        return  # (compiled code writes into nothing: there it can be done)
    inside = compiling.mapped(torch, lambda f, randomness: fg.vmap(fg.jit(f), randomness=randomness), name, mode)
    close(inside, want, f"{name}, {mode}, compiled inside")


def test_seeding_inside_happens_in_each_call():
    @fg.jit
    def f(x):
        torch.manual_seed(5)
        return torch.rand(2) + x

    x = torch.zeros(2)
    assert torch.equal(f(x), f(x)) and torch.equal(
        torch.rand(2), (torch.manual_seed(5), torch.rand(2), torch.rand(2))[2]
    )


def test_a_generator_of_ones_own():
    g = torch.Generator().manual_seed(1)
    f = fg.jit(lambda x: x + torch.randn(3, generator=g))
    got = [f(torch.zeros(3)).tolist() for _ in range(2)]
    h = torch.Generator().manual_seed(1)
    assert got == [torch.randn(3, generator=h).tolist() for _ in range(2)]


def test_draws_follow_the_memory_of_what_they_are_for():
    """Dropout of a transposed Tensor, an argument or a value, drops what it drops without compiling."""
    x = torch.arange(12.0).reshape(3, 4) + 1.0

    def f(x):
        return nn.functional.dropout(x, 0.5), nn.functional.dropout((x * 2).t(), 0.5)

    for argument in (x, x.t()):
        torch.manual_seed(0)
        want = f(argument)
        torch.manual_seed(0)
        got = torch.compile(f, fullgraph=True)(argument)
        assert all(torch.equal(a, b) for a, b in zip(got, want, strict=True))


# ------------------------------------------------------------------------------------------------ state
def test_state_that_a_function_writes_is_written_in_each_call():
    total, x = torch.zeros(2), torch.tensor(X)

    @torch.compile(fullgraph=True)
    def f(x):
        total.add_(x)
        x.mul_(2.0)
        return total, x

    address = total.data_ptr()
    for _ in range(3):
        got = f(x)
    assert total.tolist() == [7.0, -14.0] and x.tolist() == [8.0, -16.0] and total.data_ptr() == address
    assert got[0] is total and got[1] is x


@pytest.mark.parametrize("compiled", [fg.jit, torch.compile], ids=["jit", "compile"])
def test_arguments_that_are_views(compiled):
    """A slice is what it is in this call, and a write into it goes where it stands."""
    data = torch.arange(8.0)
    double = compiled(lambda x: x * 2)
    assert [double(data[i : i + 2]).tolist() for i in (0, 2, 4)] == [[0.0, 2.0], [4.0, 6.0], [8.0, 10.0]]

    def scaled(x):
        x.mul_(10.0)
        return x.sum()

    def moved(x, y):
        x.add_(1.0)
        return (x * y).sum()

    scaled_, moved_, other = compiled(scaled), compiled(moved), torch.arange(8.0)
    assert [scaled_(data[i : i + 2]).item() for i in (0, 2)] == [10.0, 50.0] and data._version == 2
    assert data.tolist() == [0.0, 10.0, 20.0, 30.0, 4.0, 5.0, 6.0, 7.0]
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for a, b in ((0, 4), (0, 1), (2, 3)):  # (apart, and not)
            other = data.clone()
            assert moved_(data[a : a + 3], data[b : b + 3]).item() == moved(other[a : a + 3], other[b : b + 3]).item()
    weights = torch.ones(4, requires_grad=True)
    square = compiled(lambda v: (v * v).sum())
    square(weights[:2]).backward()
    (3 * square(weights[2:])).backward()
    assert weights.grad.tolist() == [2.0, 2.0, 6.0, 6.0]


def test_a_write_through_detach_is_kept():
    w = torch.ones(2, requires_grad=True)

    def step():
        w.grad = None
        (w * w).sum().backward()
        w.data.add_(w.grad, alpha=-0.1)
        w.detach().mul_(2.0)
        return w.detach().clamp_(max=1.5)

    want = [step().tolist() for _ in range(2)]
    with torch.no_grad():
        w.fill_(1.0)
    f = torch.compile(step, fullgraph=True)
    assert [f().tolist() for _ in range(2)] == want


def test_what_no_gradient_flows_to_gets_none():
    a, b, c = (torch.ones(2, requires_grad=True) for _ in range(3))
    loss, seen = torch.compile(lambda a, b, c: ((a * b.detach()).sum(), c.detach() * 2.0))(a, b, c)
    loss.backward()
    assert b.grad is None and c.grad is None and a.grad.tolist() == [1.0, 1.0] and not seen.requires_grad


@pytest.mark.parametrize("n", [3, 400_000])
def test_writes_come_after_all_reads(n):
    """What is returned of a Tensor that is written to is its former value, and two may change places."""
    a, b = torch.arange(float(n)), torch.ones(n)

    @torch.compile(fullgraph=True)
    def f():
        before, turned = a * 1.0, a.flip(0)
        old = b.clone()
        b.copy_(a)
        a.copy_(old)
        a.mul_(2.0)
        return before, turned, a.max()

    for _ in range(2):
        x, y = a.clone(), b.clone()
        before, turned, total = f()
        assert torch.equal(before, x) and torch.equal(turned, x.flip(0)) and total.item() == (y * 2).max().item()
        assert torch.equal(a, y * 2) and torch.equal(b, x)


def test_an_attribute_that_forward_leaves_is_left_by_each_call():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.seen, self.scale = None, 2.0

        def forward(self, x):
            self.seen = x * 3.0
            return self.seen * self.scale

    net = Net()
    f = torch.compile(net, fullgraph=True)
    for v in (1.0, 2.0):
        assert f(torch.tensor([v])).item() == 6.0 * v and net.seen.item() == 3.0 * v


def test_an_attribute_that_requires_grad_is_left_with_its_graph():
    class Net(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer = nn.Linear(2, 2)

        def forward(self, x):
            self.hidden = self.layer(x)
            return self.hidden.tanh() + self.hidden

    net = Net()
    f = torch.compile(net, fullgraph=True)
    for x in ([1.0, -2.0], [0.5, 3.0]):
        got = []
        for run in (net, f):
            net.zero_grad()
            out = run(torch.tensor(x))
            (out.sum() + (net.hidden**2).sum()).backward()
            got.append([out, net.hidden, net.layer.weight.grad])
        assert all(torch.allclose(a, b) for a, b in zip(*got, strict=True))
        assert all(t.requires_grad for t in (got[0][1], got[1][1]))
    assert len(f.stats().compilations) == 1  # (what is left there is read by nobody before it is replaced)

    @torch.compile(fullgraph=True)
    def step(x):
        net.zero_grad()
        net(x).sum().backward()

    step(torch.tensor(X))
    assert torch.allclose(net.hidden, net.layer(torch.tensor(X)))


def test_an_attribute_that_is_looked_at_before_it_is_left():
    class Count(nn.Module):
        last = None

        def forward(self, x):
            first = getattr(self, "last", None) is None
            self.last = x * 2
            return x if first else -x

    f = torch.compile(Count(), fullgraph=True)
    assert [f(torch.ones(1)).item() for _ in range(4)] == [1.0, -1.0, -1.0, -1.0]
    assert len(f.stats().compilations) == 2


def test_gradients_that_are_replaced_are_not_asked_for():
    """Whatever a .grad was before zero_grad(), there is one program; where it is added to, or asked for, there are two."""
    w = torch.ones(2, requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.125)  # (a power of two: nothing is rounded)

    def step(x, reset):
        reset()
        (w * x).sum().backward()
        opt.step()

    def by_hand():
        w.grad = None

    def asking():
        if w.grad is not None:
            w.grad = None

    for reset, programs in ((opt.zero_grad, 1), (by_hand, 1), (asking, 2), (lambda: None, 2)):
        f = torch.compile(step, fullgraph=True)
        got = []
        for run in (step, f):
            with torch.no_grad():
                w.fill_(1.0)
            w.grad = None
            for v in (1.0, 2.0, 3.0):
                run(torch.tensor([v, -v]), reset)
            got.append((w.tolist(), w.grad.tolist()))
            w.grad = torch.ones(2)
        assert got[0] == got[1] and len(f.stats().compilations) == programs

    @torch.compile(fullgraph=True)
    def forget():
        w.grad = None

    forget()
    w.grad = torch.ones(2)
    forget()
    assert w.grad is None


def test_the_rate_of_a_schedule_is_looked_up_from_the_start():
    def run(compiled):
        w = torch.ones(2, requires_grad=True)
        opt = torch.optim.SGD([w], lr=0.1)
        schedule = torch.optim.lr_scheduler.StepLR(opt, 1, gamma=0.5)

        def step():
            opt.zero_grad()
            (w**2).sum().backward()
            opt.step()

        step = compiled(step)
        for _ in range(4):
            step()
            schedule.step()
        return w.tolist(), step

    want, _ = run(lambda f: f)
    got, step = run(torch.compile)
    np.testing.assert_allclose(got, want, rtol=1e-6)
    assert len(step.stats().compilations) == 1


def test_a_refusal_that_is_caught_inside_keeps_nothing():
    """Distributions look at values only where these are known."""
    scale = torch.ones(2, requires_grad=True)

    @torch.compile(fullgraph=True)
    def f(x):
        d = torch.distributions.Normal(x, scale.exp())
        return d.log_prob(d.rsample()).sum()

    torch.manual_seed(0)
    got = f(torch.tensor(X)).item()
    torch.manual_seed(0)
    d = torch.distributions.Normal(torch.tensor(X), scale.exp())
    assert got == pytest.approx(d.log_prob(d.rsample()).sum().item())


def test_saved_state_is_found_again():
    net = nn.Linear(2, 1)
    opt = torch.optim.Adam(net.parameters(), lr=0.1)

    @torch.compile
    def step(x):
        opt.zero_grad()
        net(x).square().sum().backward()
        opt.step()

    x = torch.tensor([X])
    step(x)
    saved = {k: v.clone() for k, v in net.state_dict().items()}, json.dumps(len(opt.state_dict()["state"]))
    moments = copy.deepcopy(opt.state_dict())
    step(x)
    want = net.weight.tolist()
    net.load_state_dict(saved[0])
    opt.load_state_dict(moments)
    step(x)
    assert net.weight.tolist() == want


# ------------------------------------------------------------------------------------------------ guards
def stages(f, *calls):
    """The reasons of the compilations of calls of f."""
    for args in calls:
        f(*args)
    return [c.reason for c in f.stats().compilations]


class Options:
    alpha = 2.0


def test_guards():
    x, wide = torch.tensor(X), torch.zeros(3)
    f = torch.compile(lambda x: x * 2.0)
    reasons = stages(f, [x], [x + 1], [wide], [x], [x.double()], [wide.detach().requires_grad_()])
    assert reasons[0] == "the first call" and len(reasons) == 4
    assert reasons[1:] == [
        "the shape of args[0] is (3,), not (2,)", "the dtype of args[0] is 'float64', not 'float32'",
        "requires_grad of args[0] is True, not False",
    ]  # fmt: skip
    with torch.no_grad():
        assert "the grad mode is False, not True" in stages(f, [x])[4]

    net = nn.Sequential(nn.Linear(2, 2), nn.Dropout(0.5))
    g = torch.compile(net)
    g(x)
    net.eval()
    assert torch.equal(g(x), net(x)) and "training is False, not True" in g.stats().compilations[1].reason

    options = Options()
    options.alpha, k = 3.0, [1.0, 2.0]
    h = torch.compile(lambda x: x * options.alpha + k[1])
    assert h(x).tolist() == [5.0, -4.0]
    options.alpha = 4.0
    assert h(x).tolist() == [6.0, -6.0] and "options.alpha is 4.0, not 3.0" in h.stats().compilations[1].reason
    k[1] = 0.0
    assert h(x).tolist() == [4.0, -8.0]
    w = torch.ones(2)
    u = torch.compile(lambda x: x + w)
    u(x)
    w = torch.zeros(2)
    assert u(x).tolist() == X


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale, self.inner = 2.0, nn.Dropout(0.5)

    @torch.compile
    def forward(self, x, options=None):
        return self.inner(x) * self.scale + (0.0 if options is None else options.alpha)


def test_a_compiled_method_and_objects_among_its_arguments():
    x, block, options = torch.tensor(X), Block().eval(), Options()
    assert block(x).tolist() == [2.0, -4.0]
    block.scale = 3.0
    assert block(x).tolist() == [3.0, -6.0]
    block.train()
    torch.manual_seed(0)
    want = nn.functional.dropout(x, 0.5) * 3.0
    torch.manual_seed(0)
    assert torch.equal(block(x), want)
    block.eval()
    other = Block().eval()
    assert other(x).tolist() == [2.0, -4.0] and block(x).tolist() == [3.0, -6.0]
    options.alpha = 1.0
    assert block(x, options).tolist() == [4.0, -5.0]
    options.alpha = 2.0
    assert block(x, options=options).tolist() == [5.0, -4.0]
    options.alpha = 3.0
    assert block(x, options=options).tolist() == [6.0, -3.0]


def test_a_float_that_changes_is_looked_up():
    w = torch.ones(2, requires_grad=True)
    opt = torch.optim.SGD([w], lr=0.5)

    @torch.compile(fullgraph=True)
    def step(scale):
        opt.zero_grad(set_to_none=False)
        (w.sum() * scale).backward()
        opt.step()

    w.grad = torch.zeros(2)
    want = 1.0
    for i in range(6):
        step(i + 1.0)
        want -= opt.param_groups[0]["lr"] * (i + 1.0)
        opt.param_groups[0]["lr"] *= 0.5
    assert w.tolist() == [want, want] and len(step.stats().compilations) == 2


def test_so_many_programs_and_no_more():
    f = torch.compile(lambda x, n: x * n)
    x = torch.tensor(X)
    with pytest.warns(UserWarning, match="compiled 8 times already"):
        for n in range(10):
            assert f(x, n).tolist() == [n * 1.0, n * -2.0]


# ------------------------------------------------------------------------------------------------ run as it is
KEPT = []
calls = 0


def counts(x):
    global calls
    calls += 1
    return x


def keeps(x):
    KEPT.append(x * 2)
    return x


def hooked(x):
    y = x * 2.0
    y.register_hook(lambda g: g * 10)
    return y.sum()


class Counting(nn.Module):
    def __init__(self):
        super().__init__()
        self.calls = 0

    def forward(self, x):
        self.calls += 1
        return x


BATCHES = iter([torch.ones(2)] * 100)


REFUSED = {
    "a branch": (lambda x: x * 2 if x.sum() > 0 else x * 3, "bool: the value"),
    "item": (lambda x: x.sum().item(), "item()"),
    "a number in a text": (lambda x: f"{x.sum():.1f}", "format()"),
    "a shape": (lambda x: x[x > 0], "a boolean index"),
    "nonzero": (lambda x: torch.nonzero(x), "nonzero"),
    "print": (lambda x: print(x) or x, "it prints"),
    "repr": (lambda x: repr(x), "repr"),
    "a variable": (counts, "assigns to the variable 'calls'"),
    "a list": (keeps, "it changes KEPT"),
    "an attribute": (Counting(), "it changes Counting.calls"),
    "an iterator": (lambda x: x + next(BATCHES), "the iterator BATCHES"),
    "a hook": (hooked, "a hook, or retain_grad()"),
    "numpy": (lambda x: torch.from_numpy(x.detach().numpy() * 2), "numpy()"),
    "an array": (lambda x: x.detach().tolist(), "tolist()"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_fallback(name, capsys):
    """What cannot be staged is run as it is, every time, after one warning; fullgraph=True raises instead."""
    f, why = REFUSED[name]
    with pytest.raises((RuntimeError, TypeError)):
        torch.compile(f, fullgraph=True)(torch.tensor(X))
    capsys.readouterr()
    compiled = torch.compile(f)
    x = torch.tensor(X, requires_grad=name == "a hook")
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        got = [compiled(x) for _ in range(3)]
    assert len(caught) == 1 and why in str(caught[0].message) and why in str(compiled.stats())
    want = f(x)
    assert all(str(g) == str(want) for g in got) and capsys.readouterr().out.count("tensor") in (0, 4)


def test_effects_of_what_was_run_as_it_is():
    assert len(KEPT) in (0, 4) and calls in (0, 4) and REFUSED["an attribute"][0].calls in (0, 4)


def test_hooks_are_honoured():
    net, seen = nn.Linear(2, 1), []
    handle = net.register_forward_hook(lambda m, args, out: out * 2)
    f = torch.compile(net)
    with pytest.warns(UserWarning, match="has hooks"):
        assert torch.equal(f(torch.tensor(X)), net(torch.tensor(X)))
    handle.remove()
    f(torch.tensor(X))
    assert len(f.stats().compilations) == 1
    net.weight.register_hook(lambda g: seen.append(g))
    f(torch.tensor(X)).sum().backward()
    assert len(seen) == 1


def network_with(middle):
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(4, 6), nn.BatchNorm1d(6), middle, nn.Dropout(0.3), nn.Linear(6, 1))


def step_of(net):
    """A training step that cannot be one program: it asks for the loss as a number."""
    optimizer = torch.optim.Adam(net.parameters(), lr=1e-2)

    def step(x):
        optimizer.zero_grad()
        loss = net(x).square().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    return step


class Shown(nn.Module):
    def forward(self, x):
        print(tuple(x.shape))
        return x * 2.0


@pytest.mark.parametrize("middle, compiled", [(nn.ReLU, ["Sequential"]), (Shown, [])])
def test_what_cannot_be_one_program_is_compiled_in_parts(middle, compiled, capsys):
    """The modules in it are, each by itself: losses and buffers are those of eager code to rounding (which adds up columns in torch's order;
    what rounding leaves of the gradient of a bias in front of a batch norm moves that),
    draws bit for bit, after one warning."""
    x = torch.linspace(-1, 1, 32).reshape(8, 4)
    runs = []
    for compile in (lambda f: f, torch.compile):
        net = network_with(middle())
        step = compile(step_of(net))
        torch.manual_seed(3)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            losses = [step(x) for _ in range(6)]
        assert all(m._compiled_call_impl is None for m in net.modules())
        runs.append([*losses, *net[1].running_var.tolist(), torch.rand(()).item()])
    assert runs[0][:-1] == pytest.approx(runs[1][:-1], rel=1e-3) and runs[0][-1] == runs[1][-1]
    assert len(caught) == 1 and "is run as it is, not compiled" in str(caught[0].message)
    ((name, stats),) = step.stats().parts
    assert name == "Sequential" and stats.calls == 5
    assert [name for name, s in step.stats().parts if s.compilations] == compiled
    if not compiled:  # (the module prints: its own parts are compiled)
        assert [name for name, s in stats.parts if s.compilations] == ["Linear", "BatchNorm1d", "Dropout", "Linear"]
        assert capsys.readouterr().out.count("(8, 6)") >= 12
    assert "its part Sequential" in str(step.stats())


def test_nothing_of_what_is_kept_out_is_compiled():
    net = nn.Linear(2, 1)

    @torch.compiler.disable
    def apart(x):
        assert net._compiled_call_impl is None
        return net(x)

    f = torch.compile(lambda x: apart(x) + 1)
    with pytest.warns(UserWarning, match="keeps out"):
        f(torch.tensor(X)), f(torch.tensor(X))
    assert f.stats().parts == []


def test_what_is_kept_out_and_what_is_forgotten():
    @torch.compiler.disable(reason="it asks the clock")
    def apart(x):
        assert not torch.compiler.is_compiling()
        return x * 2

    f = torch.compile(lambda x: apart(x) + 1)
    with pytest.warns(UserWarning, match="keeps out .it asks the clock."):
        assert f(torch.tensor(X)).tolist() == [3.0, -3.0]
    g = torch.compile(lambda x: x + torch.compiler.is_compiling())
    for n in (1, 2):
        assert g(torch.tensor(X)).tolist() == [2.0, -1.0] and len(g.stats().compilations) == n
        torch.compiler.reset()


def test_an_error_of_the_functions_own():
    f = torch.compile(lambda x: x @ torch.zeros(3))
    with pytest.raises(RuntimeError, match="inconsistent tensor size"):
        f(torch.tensor(X))
    with pytest.raises(AssertionError, match="A callable function is expected, but <class 'int'> is provided."):
        torch.compile(3)


def test_inside_other_transforms_it_is_the_function():
    f = torch.compile(lambda x: (x * x).sum())
    assert fg.grad(f)(torch.tensor(X)).tolist() == [2.0, -4.0]
    assert fg.jit(f)(torch.tensor(X)).item() == 5.0 and torch.compile(lambda x: f(x) + 1)(torch.tensor(X)).item() == 6.0
    assert fg.vmap(f)(torch.tensor([X, X])).tolist() == [5.0, 5.0]
    assert np.allclose(torch.func.grad(f)(torch.tensor(X)), [2.0, -4.0]) if hasattr(torch, "func") else True


def test_old_values_that_backward_needs_are_kept():
    v, count = torch.tensor([0.25, -0.5, 1.0], requires_grad=True), torch.ones(3)

    @torch.compile(fullgraph=True)
    def f(v):
        y = (v * count.clone()).pow(2).sum()
        count.add_(1)
        return y

    for k in (1, 2, 3):
        v.grad = None
        f(v).backward()
        assert v.grad.tolist() == [2 * x * k * k for x in (0.25, -0.5, 1.0)]  # (the derivative of (v k)**2)
        assert count.tolist() == [k + 1.0] * 3


def inner(z, q, graph):
    (g,) = torch.autograd.grad((z**3 * q).sum(), z, create_graph=graph, retain_graph=True)
    return (g * z).sum()


def with_data(p, q):
    z = p * 2
    z.data = (p * 3).detach()
    return (z * p * q).sum()


@pytest.mark.parametrize(
    "f",
    [
        lambda p, q: inner(p, q, False),
        lambda p, q: inner(p * 2, q, False),
        lambda p, q: inner(p, q, True),
        lambda p, q: inner(p * 2, q, True),
        with_data,
    ],
)
@pytest.mark.filterwarnings("ignore:compile")
def test_what_is_recorded_inside_is_what_is_recorded_outside(f):
    found = []
    for g in (f, torch.compile(f)):
        p, q = [torch.tensor(x, requires_grad=True) for x in ([1.5, 2.5], [3.0, 4.0])]
        loss = g(p, q)
        assert p.grad is None
        loss.backward()
        found.append([loss.item(), *[t.grad if t.grad is None else t.grad.tolist() for t in (p, q)]])
    assert found[0] == found[1]


def test_what_a_function_of_ones_own_does_in_its_backward_without_gradients_has_no_derivative_compiled_either():
    class Exp(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x.exp()

        @staticmethod
        def backward(ctx, g):
            (x,) = ctx.saved_tensors
            with torch.no_grad():
                e = x.exp()
                e *= x.cos()
            return g * e

    x = torch.tensor([0.5, -1.2, 1.0], dtype=torch.float64, requires_grad=True)
    e = np.exp(x.detach().numpy())
    k = e * np.cos(x.detach().numpy())  # (a constant: d sin(F) = cos(F) k, d cos(F) k = -sin(F) k k)
    (first,) = torch.autograd.grad(torch.compile(lambda x: Exp.apply(x).sin())(x).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    np.testing.assert_allclose(first.detach().numpy(), np.cos(e) * k, rtol=1e-12)
    np.testing.assert_allclose(second.numpy(), -np.sin(e) * k * k, rtol=1e-12)
