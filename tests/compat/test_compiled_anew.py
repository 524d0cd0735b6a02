"""What each call of a compiled function makes anew, and what it finds in optimizers, caches and tables that others have changed. (What is wanted is what
the same function does when it is not compiled.)"""

import copy
import functools
import types
import warnings

import numpy as np
import pytest

import compat as torch
from compat import nn

ONES = torch.ones


def shown(x):
    """A result as figures and texts, to be compared."""
    if isinstance(x, torch.Tensor):
        grad = x.grad if x.is_leaf else None
        rows = x._indices().tolist() if x.is_sparse else None
        return x.detach().to_dense().tolist(), rows, x.requires_grad, None if grad is None else shown(grad)
    if isinstance(x, (tuple, list)):
        return [*map(shown, x)]
    return {k: shown(v) for k, v in x.items()} if isinstance(x, dict) else x


def a_generator_that_is_made_inside(compile):
    f = compile(lambda x: x + torch.randn(2, generator=torch.Generator()))
    for _ in range(3):
        yield f(ONES(2))


def objects_of_ours_that_are_made_inside(compile):
    own = nn.ReLU()
    for make in (
        lambda: torch.Generator().manual_seed(3), nn.ReLU, lambda: torch.optim.SGD([ONES(1, requires_grad=True)], 0.1), torch.no_grad,
        lambda: own, lambda: nn.Tanh().extra_repr, lambda: functools.partial(print, 1),
    ):  # fmt: skip
        f = compile(lambda x, make=make: (x * 2, make()))
        f(ONES(2))
        yield f(ONES(2))[1] is f(ONES(2))[1]
    f = compile(lambda x: (x * 2, torch.Generator().manual_seed(3)))
    for _ in range(2):
        yield torch.rand(2, generator=f(ONES(2))[1])


def groups_of_an_optimizer(compile):
    nets = nn.Linear(2, 1), nn.Linear(2, 1)
    for p in (p for net in nets for p in net.parameters()):
        nn.init.ones_(p)
    o = torch.optim.SGD(nets[0].parameters(), 0.125)

    @compile
    def step(x):
        o.zero_grad()
        loss = (nets[0](x) + 2 * nets[1](x)).sum()
        loss.backward()
        o.step()
        return loss.detach()

    for change in (
        lambda: None, lambda: None, lambda: o.add_param_group({"params": [*nets[1].parameters()], "lr": 0.5}), lambda: None,
        lambda: o.param_groups.reverse(), lambda: o.param_groups.pop(0), lambda: o.param_groups[0]["params"].reverse(),
        lambda: o.param_groups[0]["params"].__setitem__(0, nets[1].weight),
    ):  # fmt: skip
        change()
        yield step(ONES(1, 2)), [copy.deepcopy(p) for net in nets for p in net.parameters()]


def layers_in_caches(compile):
    for cached in (functools.cache, functools.lru_cache, functools.lru_cache(maxsize=2)):

        @cached
        def layer(n, cached=cached):
            return nn.Linear(n, 1)

        f = compile(lambda x, layer=layer: layer(x.shape[1])(x))
        for n in (2, 3, 2):
            before = layer.cache_info().currsize
            found = f(ONES(1, n))
            yield layer.cache_info().currsize >= before, found is not None
            layer(n).weight.data.fill_(n)
            yield f(ONES(1, n)) - layer(n).bias, layer.cache_info().currsize


def tables_of_dicts_in_a_bounded_cache(compile):
    @functools.lru_cache
    def table(n):
        return {"mask": torch.ones(n, n).tril(), "n": n}

    f = compile(lambda x: x @ table(x.shape[1])["mask"] * table(x.shape[1])["n"])
    for n in (2, 3, 2, 3, 3):
        yield f(ONES(1, n)), table.cache_info().currsize


def tensors_over_the_memory_of_others(compile):
    a, buffer, net, w = np.zeros(2, "f4"), bytearray(8), nn.ReLU(), ONES(2, requires_grad=True)

    def given(x, d):
        d["a"] = torch.from_numpy(a)

    def kept(x, d):
        net.a = torch.from_numpy(a)

    def graded(x, d):
        w.grad = torch.from_numpy(a)

    for f, found in (
        (lambda x, d: (x, torch.from_numpy(a)), lambda out, d: out[1]), (lambda x, d: torch.from_numpy(a)[:1], lambda out, d: out),
        (lambda x, d: torch.as_tensor(a).view(2, 1).detach(), lambda out, d: out), (given, lambda out, d: d["a"]),
        (kept, lambda out, d: net.a), (graded, lambda out, d: w.grad),
        (lambda x, d: torch.frombuffer(buffer, dtype=torch.float32), lambda out, d: out),
    ):  # fmt: skip
        f = compile(f)
        for _ in range(3):
            w.grad, d = None, {}
            net.a = None
            out = f(ONES(2), d)
            found(out, d).add_(1)
            yield a.tolist(), bytes(buffer)


def methods_of_what_is_made_inside(compile):
    for make in (lambda: [].append, lambda: {}.setdefault, lambda: iter([1, 2]).__next__):
        f = compile(lambda x, make=make: (x * 2, make()))
        yield [f(ONES(2))[1] is f(ONES(2))[1] for _ in range(2)]


def caches_that_keep_what_is_written(compile):
    @functools.cache
    def state(n):
        return torch.zeros(n)

    @compile
    def f(x, told):
        told.append(state(x.shape[0]).add_(x).sum())
        return state(x.shape[0]) * (len(told) + state.__wrapped__(1).item())

    for n in (2, 2, 3, 2, 3, 2):
        yield f(ONES(n), [])


def results_of_a_cache(compile):
    calls = []

    @functools.cache
    def scale(n):
        calls.append(n)
        return n * 2

    f = compile(lambda x, n: x * scale(n))
    for n in (2, 2, 3, 2, 3):
        yield f(ONES(2), n), [*calls]


def rows_of_a_table(compile):
    for make in (lambda: nn.Embedding(5, 2, sparse=True), lambda: nn.EmbeddingBag(5, 2, mode="sum", sparse=True)):
        table = make()
        nn.init.ones_(table.weight)
        f = compile(table)
        for last in (0, 3, 2):
            table.zero_grad()
            f(torch.tensor([[1, 3, last]])).square().sum().backward()
            yield table.weight.grad
        with torch.no_grad():
            yield f(torch.tensor([[1, 2]]))
        table.sparse = False
        table.zero_grad()
        f(torch.tensor([[1, 3]])).square().sum().backward()
        yield table.weight.grad


def steps_over_rows_of_a_table(compile):
    table, out = nn.Embedding(5, 2, sparse=True), nn.Linear(2, 1)
    for p in (table.weight, *out.parameters()):
        nn.init.ones_(p)
    o, rest = torch.optim.SparseAdam(table.parameters(), 0.1), torch.optim.SGD(out.parameters(), 0.1)

    @compile
    def step(at):
        o.zero_grad()
        rest.zero_grad()
        loss = out(table(at)).square().sum()
        loss.backward()
        o.step()
        rest.step()
        return loss.detach()

    for last in (0, 3, 2):
        yield step(torch.tensor([1, 3, last])), table.weight, out.weight


def hooks_of_what_is_saved(compile):
    def f(x):
        with torch.autograd.graph.saved_tensors_hooks(lambda t: t * 2, lambda t: t):
            return (x.square() * x).sum()

    f = compile(f)
    for _ in range(2):
        x = ONES(2, requires_grad=True)
        f(x).backward()
        yield x.grad


def parametrizations_whose_values_are_kept(compile):
    net = nn.Linear(2, 2)
    nn.utils.parametrize.register_parametrization(net, "weight", nn.Softplus())
    c = compile(net)
    for before in (False, True):
        if before:
            yield c(ONES(1, 2))
        for _ in range(2):
            with nn.utils.parametrize.cached():
                yield c(ONES(1, 2)), c(ONES(1, 2))
                net.parametrizations.weight.original.data.add_(1)
                yield c(ONES(1, 2))


def tensors_made_under_inference_mode(compile):
    w = ONES(2, requires_grad=True)

    def inner(x):
        with torch.inference_mode():
            y = x * w
        return y, x * w

    def off(x):
        with torch.inference_mode(False):
            return (x * 2,)

    for f in (torch.inference_mode()(lambda x: (x * w, x, x.view(-1))), inner, off):
        f = compile(f)
        for on in (False, True, False, True):
            with torch.inference_mode(on):
                found = f(ONES(2))
            yield [t.is_inference() for t in found], found
        for use in (lambda t: t.add_(1), lambda t: (t * w).sum().backward()):
            try:
                yield use(f(ONES(2))[0])
            except RuntimeError as error:
                yield str(error)


def a_step_of_its_own(compile):
    w, times = ONES(2, requires_grad=True), []
    o = torch.optim.SGD([w], 0.5)

    def f(x):
        o.zero_grad()
        (x * w).sum().backward()
        o.step()

    f = compile(f)
    f(ONES(2))
    before = o.step
    o.step = lambda: times.append(before())
    for _ in range(2):
        f(ONES(2))
        yield w, len(times)


def a_view_by_a_size_from_outside(compile):
    rows = torch.arange(2.0).expand(torch.Size([3, 2]))
    f = compile(lambda x: x + rows)
    yield f(ONES(2)), f(ONES(3, 2))


PROGRAMS = [
    x for x in list(globals().values()) if type(x) is types.FunctionType and x.__module__ == __name__ and x is not shown
]


@pytest.mark.parametrize("program", PROGRAMS, ids=lambda f: f.__name__)
def test_each_call_does_what_it_would(program):
    with warnings.catch_warnings():
        warnings.filterwarnings("ignore", message="compile: .* is run as it is")
        torch.manual_seed(0)
        found = [shown(x) for x in program(torch.compile)]
    torch.manual_seed(0)
    assert found == [shown(x) for x in program(lambda f: f)]


def test_a_generator_that_is_made_inside_is_compiled():
    f = torch.compile(lambda x: x + torch.randn(2, generator=torch.Generator().manual_seed(3)), fullgraph=True)
    want = torch.randn(2, generator=torch.Generator().manual_seed(3))
    assert all(torch.equal(f(torch.zeros(2)), want) for _ in range(3))


def test_a_bounded_cache_that_is_filled_is_compiled_from_the_next_call_on():
    @functools.lru_cache
    def mask(n):
        return torch.ones(n, n).tril()

    f = torch.compile(lambda x: x @ mask(x.shape[1]), fullgraph=True)
    for n in (2, 3):
        f(ONES(1, n))
        hits = mask.cache_info().hits
        assert [f(ONES(1, n)).tolist() for _ in range(3)] == [[[*range(n, 0, -1)]]] * 3
        assert mask.cache_info().hits == hits + 1  # (it is asked while it is staged, and by no call of the program)


def test_names_of_settings_are_the_users_to_give():
    class Net(nn.Module):
        def backends(self, x):
            return x * 2

        def tofile(self, x):
            return self.backends(x)

        memmap = 3

        def forward(self, x):
            return self.tofile(x) * self.memmap

    timeit = types.SimpleNamespace(timeit=5)
    f = torch.compile(Net(), fullgraph=True)
    assert f(ONES(2)).tolist() == [6, 6]
    assert torch.compile(lambda x: x * timeit.timeit, fullgraph=True)(ONES(2)).tolist() == [5, 5]
    with pytest.raises(RuntimeError, match="names cudnn|names backends"):
        torch.compile(lambda x: x * torch.backends.cudnn.benchmark, fullgraph=True)(ONES(2))


def test_what_is_computed_from_the_memory_of_others_is_compiled():
    a = np.ones(2, "f4")
    f = torch.compile(lambda x: x + torch.from_numpy(a)[:1], fullgraph=True)
    assert [f(ONES(2)).tolist() for _ in range(2)] == [[2, 2]] * 2


def test_the_limits_of_a_type_are_a_result():
    x, limits = torch.compile(lambda x: (x + 1, torch.finfo(x.dtype)), fullgraph=True)(ONES(2))
    assert limits.eps == 2.0**-23


def test_views_by_a_size_and_inference_mode_are_compiled():
    rows = torch.arange(2.0).expand(torch.Size([3, 2]))
    f = torch.compile(torch.inference_mode()(lambda x: x + rows), fullgraph=True)
    assert torch.equal(f(torch.zeros(2)), rows) and f(torch.zeros(2)).is_inference()


def test_rows_that_need_no_gradient_are_compiled():
    table = nn.Embedding(5, 2, sparse=True)
    f = torch.compile(table, fullgraph=True)
    with torch.no_grad():
        assert torch.equal(f(torch.tensor([1, 3])), table.weight[[1, 3]])
