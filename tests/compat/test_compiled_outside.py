"""What lies outside of a compiled function past its variables: graphs that go on there, memory of NumPy's, files, settings of the library and operations
of ones own. (What is wanted is what the same function does when it is not compiled.)"""

import contextlib
import functools
import os
import tempfile
import types
import warnings

import numpy as np
import pytest

import compat as torch
from compat import nn
from compat.distributions import Distribution, Normal

ONES = torch.ones
grad = torch.autograd.grad


def shown(x):
    """A result as figures and texts, to be compared."""
    if isinstance(x, torch.Tensor):
        return x.tolist(), x.requires_grad, None if not x.is_leaf or x.grad is None else x.grad.tolist()
    if isinstance(x, np.ndarray):
        return x.tolist()
    return [*map(shown, x)] if isinstance(x, (tuple, list)) else x


def losses_that_are_given(compile):
    w = ONES(2, requires_grad=True)
    o = torch.optim.SGD([w], 0.125)

    def step(loss):
        o.zero_grad()
        loss.backward()
        o.step()

    step, more = compile(step), compile(lambda y: (y * 3).sum().backward())
    for _ in range(3):
        step((w**2).sum())
        yield w
    for y in (w, w * 1, w**2):
        more(y)
        yield w
    y = w * 2
    y.retain_grad()
    more(y)
    yield w, y.grad


def paths_that_lead_outside(compile):
    a, b = ONES(2, requires_grad=True), ONES(2, requires_grad=True)
    y = a * 2
    f = compile(lambda x: grad((y * a * x).sum(), a, retain_graph=True)[0])
    g = compile(lambda x: (y * x).sum().backward(retain_graph=True))
    h = compile(lambda x: (y * a * x).sum().backward(inputs=[a], retain_graph=True))
    for x in (ONES(2), ONES(2) * 2):
        yield f(x), g(x), a, h(x), a
    f = compile(lambda y, a: grad((y * a).sum(), [a, y], retain_graph=True))
    g = compile(lambda y, a: grad(y.sum(), a, allow_unused=True))
    for y in (b, b * 1, a * 2, a**3):
        yield f(y, a), g(y, a)
    f = compile(lambda y: grad((y**2).sum(), y, create_graph=True)[0].sum())
    f(a * 3).backward()
    yield a


def gradients_that_others_have(compile):
    a, b, v = ONES(2, requires_grad=True), ONES(2, requires_grad=True), ONES(2) * 3

    def swapped(x):
        a.grad, b.grad = b.grad, a.grad

    def given(p, v):
        p.grad = v
        return p.grad * 2

    def one_for_two(x):
        (a * x).sum().backward()
        b.grad = a.grad

    swapped, given, one_for_two = map(compile, (swapped, given, one_for_two))
    a.grad, b.grad = ONES(2), ONES(2) * 2
    for _ in range(3):
        swapped(ONES(2))
        yield a, b
    for p in (a, b):
        yield given(p, v), p.grad is v
        v = v.add_(1) * 2
        yield a, b
    for _ in range(2):
        one_for_two(ONES(2))
        yield a.grad is b.grad, a, b


def gradients_and_their_views(compile):
    own, w, u = types.SimpleNamespace(g=None, v=None), ONES(2, requires_grad=True), ONES(2, requires_grad=True)

    def f(w, x):
        w.grad = None
        (w * x).sum().backward()
        own.g, own.v = w.grad, w.grad[:1]
        return w.grad[1:], w.grad.view(-1), w.grad.detach()

    f, g = compile(f), compile(lambda x: (w.grad.view(-1), w.grad))
    for p in (w, u, w):
        found = f(p, ONES(2) * 2)
        own.v.add_(3)
        found[0].add_(5)
        yield found, p, own.g is p.grad, own.v
    for n in range(3):
        w.grad = ONES(2) * n
        found = g(ONES(2))
        found[0].add_(3)
        yield found, w, found[1] is w.grad


def memory_of_numpys(compile):
    for over in (torch.from_numpy, torch.as_tensor, torch.asarray, torch.from_dlpack, lambda a: torch.from_numpy(a)[:]):
        a = np.ones(2)
        f = compile(lambda x, a=a, over=over: over(a).mul_(x) + 1)
        for _ in range(3):
            yield f(ONES(2) * 2), a


def files(compile):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "kept")
        for save, load in (
            (lambda x: torch.save(x, name), lambda: torch.load(name)),
            (lambda x: np.save(name + ".npy", x.numpy()), lambda: torch.from_numpy(np.load(name + ".npy"))),
            (lambda x: torch.from_file(name, True, 2).copy_(x), lambda: torch.from_file(name, size=2)),
        ):
            save(ONES(2))
            f = compile(lambda x, load=load: x + load())
            yield f(ONES(2))
            save(ONES(2) * 5)
            yield f(ONES(2))
        for save in (lambda n: torch.save(n, name), lambda n: np.save(name, n)):
            f = compile(lambda x, n, save=save: (save(n[0]), x)[1])
            for n in ([1], [1]):
                with contextlib.suppress(FileNotFoundError):
                    os.remove(name)
                    os.remove(name + ".npy")
                f(ONES(2), n)
                yield sorted(os.listdir(folder))


def files_and_settings_by_other_names(compile):
    with tempfile.TemporaryDirectory() as folder:
        name = os.path.join(folder, "figures")
        load, table, cuda, enabled = (
            torch.load,
            {"load": np.load},
            torch.backends.cuda,
            torch.backends.cuda.flash_sdp_enabled,
        )
        for save, read in (
            (torch.save, lambda: load(name)), (torch.save, functools.partial(torch.load, name)),
            (lambda x, name: np.save(name + ".npy", x.numpy()), lambda: torch.from_numpy(table["load"](name + ".npy"))),
        ):  # fmt: skip
            f = compile(lambda x, read=read: x + read())
            for n in (1, 2, 3):
                save(ONES(2) * n, name)
                yield f(ONES(2))
    for ask in (lambda x: x * (1 + cuda.flash_sdp_enabled()), lambda x: x * (1 + enabled())):
        f = compile(ask)
        for on in (True, False, True):
            cuda.enable_flash_sdp(on)
            yield f(ONES(1))


def settings_that_are_asked_for(compile):
    invariants = torch.sparse.check_sparse_tensor_invariants
    future = torch.__future__
    for f, change in (
        (lambda x: invariants.is_enabled(), lambda on: (invariants.enable if on else invariants.disable)()),
        (
            lambda x: future.get_overwrite_module_params_on_conversion(),
            future.set_overwrite_module_params_on_conversion,
        ),
        (lambda x: torch.backends.cuda.flash_sdp_enabled(), lambda on: torch.backends.cuda.enable_flash_sdp(not on)),
        (lambda x: torch.is_autocast_cache_enabled(), lambda on: torch.set_autocast_cache_enabled(not on)),
        (lambda x: torch.is_anomaly_enabled(), lambda on: torch.autograd.set_detect_anomaly(on)),
    ):
        f = compile(f)
        yield f(ONES(1))
        try:
            change(True)
            yield f(ONES(1))
        finally:
            change(False)


def settings_that_are_made(compile):
    def validate(x):
        Distribution.set_default_validate_args(False)
        return Normal(x, -x).mean

    def look(x):
        torch.autograd.set_detect_anomaly(True)
        return x * 2

    def elsewhere(x):
        torch.set_default_device("meta")
        return x

    validate, look, elsewhere = map(compile, (validate, look, elsewhere))
    for _ in range(2):
        try:
            x = ONES(2)
            yield validate(x), Distribution._validate_args, look(x), torch.is_anomaly_enabled()
            yield elsewhere(x), torch.zeros(1).device.type
        finally:
            torch.set_default_device(None)
            Distribution.set_default_validate_args(True)
            torch.autograd.set_detect_anomaly(False)


def operations_that_write(compile):
    b = ONES(2)
    x = ONES(2)
    for f in (lambda x: (SOME(b), x * b), lambda x: (NONE(b), SOME(x), x * b)):
        f = compile(f)
        for _ in range(2):
            yield f(x), b, x


@torch.library.custom_op("compiled_outside::none", mutates_args=("x",))
def NONE(x: torch.Tensor) -> None:
    x.add_(1)


@torch.library.custom_op("compiled_outside::some", mutates_args=("x",))
def SOME(x: torch.Tensor) -> torch.Tensor:
    x.mul_(2)
    return x + 1


NONE.register_fake(lambda x: None)
SOME.register_fake(lambda x: torch.empty_like(x))


def modules_of_fx(compile):
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    for p in net.parameters():
        nn.init.ones_(p)
    g = torch.fx.symbolic_trace(net)
    c = compile(g)
    yield c(-ONES(1, 2))
    net[0].weight.data.mul_(2)
    yield c(ONES(1, 2))
    relu = next(n for n in g.graph.nodes if n.target == "1")
    relu.replace_all_uses_with(relu.args[0])
    g.graph.erase_node(relu)
    g.recompile()
    yield c(-ONES(1, 2))


PROGRAMS = [
    x
    for x in list(globals().values())
    if type(x) is types.FunctionType and x.__code__.co_varnames[:1] == ("compile",) and x.__module__ == __name__
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_each_call_does_what_it_would(program):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        warnings.filterwarnings("ignore", message="Anomaly Detection has been enabled")
        found = [shown(x) for x in program(torch.compile)]
        assert found == [shown(x) for x in program(lambda f: f)]


def test_a_gradient_by_what_was_computed_outside_is_compiled():
    a = ONES(2, requires_grad=True)
    f = torch.compile(lambda y: grad((y**3).sum(), y, create_graph=True)[0].sum(), fullgraph=True)
    f(a * 2).backward()
    assert a.grad.tolist() == [24, 24]


def test_modules_of_fx_are_compiled():
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    f = torch.compile(torch.fx.symbolic_trace(net), fullgraph=True)
    assert torch.equal(f(ONES(1, 2)), net(ONES(1, 2)))
