"""autograd.graph, forward_ad, hooks, Functions, accumulation: the programs of autograd_more_cases.py print what torch prints."""

import json
import sys
import threading
import time
from collections import OrderedDict
from pathlib import Path

import pytest

import compat as torch
import funcgrad as fg
from compat.autograd import forward_ad, graph
from compat.utils import selective
from funcgrad.core import state

EXPECTED = Path(__file__).parents[1] / "expected"
sys.path.insert(0, str(EXPECTED))
from autograd_more_cases import PROGRAMS, outcome  # noqa: E402

PRINTED = json.loads((EXPECTED / "autograd_more.json").read_text())["programs"]


@pytest.mark.parametrize("name", PROGRAMS)
def test_prints_what_torch_prints(name):
    got = outcome(torch, graph, forward_ad, PROGRAMS[name])
    assert [line.replace("compat.autograd", "torch.autograd") for line in got] == PRINTED[name]


def test_backward_from_several_threads_accumulates_everything():
    """100,000 elements: long enough for NumPy to add without the lock of the interpreter."""
    leaf = torch.zeros(100_000, requires_grad=True)
    started = threading.Barrier(4)

    def work(k):
        started.wait()
        for _ in range(25):
            (leaf * k).sum().backward()

    threads = [threading.Thread(target=work, args=(float(k),)) for k in (1, 2, 3, 4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert leaf.grad.min().item() == leaf.grad.max().item() == 250.0


def test_the_first_gradients_of_several_threads_are_all_counted():
    for _ in range(20):
        leaf = torch.zeros(300_000, requires_grad=True)
        started = threading.Barrier(4)

        def work(leaf=leaf, started=started):
            started.wait()
            leaf.sum().backward()

        threads = [threading.Thread(target=work) for _ in range(4)]
        for t in threads:
            t.start()
        for t in threads:
            t.join()
        assert leaf.grad.min().item() == leaf.grad.max().item() == 4.0


class Product(torch.autograd.Function):
    """A product that says how it is mapped."""

    asked = []

    @staticmethod
    def forward(a, b):
        return a * b

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(*inputs)

    @staticmethod
    def backward(ctx, g):
        a, b = ctx.saved_tensors
        return g * b, g * a

    @staticmethod
    def vmap(info, in_dims, a, b):
        Product.asked.append((tuple(info), in_dims))
        a = a.movedim(in_dims[0], 0)
        return Product.apply(a, b if in_dims[1] is None else b.movedim(in_dims[1], 0)).movedim(0, -1), -1


def test_a_function_s_own_vmap():
    x = torch.tensor([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]])
    w = torch.tensor([1.0, 10.0])
    got = fg.vmap(lambda a: Product.apply(a, w), in_axes=1)(x)
    assert got.tolist() == [[1.0, 40.0], [2.0, 50.0], [3.0, 60.0]]
    gradient = fg.grad(lambda x: fg.vmap(lambda a: Product.apply(a, a).sum())(x).sum())(x)
    assert gradient.tolist() == (2 * x).tolist()
    assert Product.asked == [((3, "error"), (1, None)), ((2, "error"), (0, 0))]


def test_a_generated_rule_and_one_of_one_s_own_exclude_each_other():
    class Both(Product):
        generate_vmap_rule = True

    with pytest.raises(RuntimeError, match="both generate_vmap_rule=True and an overridden vmap staticmethod"):
        fg.vmap(lambda a: Both.apply(a, a))(torch.ones(2, 3))


def test_hooks_of_one_thread_are_not_another_s():
    x = torch.ones(2, requires_grad=True)
    packed = []
    with graph.saved_tensors_hooks(packed.append, packed.append):
        other = threading.Thread(target=lambda: x.exp().sum().backward())
        other.start()
        other.join()
    assert not packed and x.grad.tolist() == x.exp().tolist()


def test_profiles_count_what_is_marked():
    profiler = torch.autograd.profiler

    @profiler.record_function("inner")
    def step():
        time.sleep(0.01)

    with profiler.profile() as prof, profiler.record_function("outer"):
        step()
        step()
    step()
    outer, inner = prof.key_averages()
    assert (inner.key, inner.count, outer.key, outer.count) == ("inner", 2, "outer", 1)
    assert outer.cpu_time_total >= inner.cpu_time_total >= 20_000 and "inner" in prof.table(sort_by="count")


def test_a_result_that_the_context_of_a_function_holds_is_differentiated_again():
    """As one that is saved: of e = exp(x), whose backward is g * e, the second derivative is e too."""

    class Exp(torch.autograd.Function):
        @staticmethod
        def forward(x):
            return x * x, x.exp()

        @staticmethod
        def setup_context(ctx, inputs, output):
            ctx.x, ctx.e = inputs[0], output[1]

        @staticmethod
        def backward(ctx, g, h):
            return 2 * g * ctx.x + h * ctx.e

    x = torch.tensor([0.5, -1.2], dtype=torch.float64, requires_grad=True)
    (first,) = torch.autograd.grad(sum(Exp.apply(x)).sum(), x, create_graph=True)
    (second,) = torch.autograd.grad(first.sum(), x)
    assert torch.allclose(first, 2 * x + x.exp(), rtol=1e-12)
    assert torch.allclose(second, 2 + x.exp(), rtol=1e-12)


def test_a_checkpoint_that_is_debugged_lists_the_operations_of_both_runs():
    """The error names the operations of either run and the first that differs; without debug=True it says how to ask for them."""
    CheckpointError, checkpoint = torch.utils.checkpoint.CheckpointError, torch.utils.checkpoint.checkpoint

    runs = []

    def unsteady(x):
        runs.append(x)
        x = torch.nn.functional.layer_norm(x @ x, (2,))
        return x.sin().exp() if len(runs) % 2 else x.sin() * 2

    x = torch.ones(2, 2, requires_grad=True)
    with pytest.raises(CheckpointError, match="A different number of tensors") as plain:
        checkpoint(unsteady, x, use_reentrant=False).sum().backward()
    assert "either pass `debug=True`" in str(plain.value) and "aten" not in str(plain.value)
    with pytest.raises(CheckpointError) as told:
        checkpoint(unsteady, x, use_reentrant=False, debug=True).sum().backward()
    first, second = str(told.value).split("Operations executed during ")[1:]
    names = [[row.split("(")[0].split()[-1] for row in part.splitlines() if "aten." in row] for part in (first, second)]
    same = ["aten.mm.default", "aten.native_layer_norm.default", "aten.sin.default"]
    assert names == [[*same, "aten.exp.default"], [*same, "aten.mul.Tensor"]]
    assert str(told.value).endswith("The two differ first in operation 4.") and __file__ in first


def test_a_profile_has_what_torch_s_has_of_operations_rules_and_optimizers(tmp_path):
    """Names, shapes, multiplications and additions, bytes, lines and the looks of the table, as torch 2.13 prints them."""
    layer, x = torch.nn.Linear(3, 3), torch.ones(2, 3)
    optimizer = torch.optim.SGD(layer.parameters(), 0.1)
    kind = torch.profiler.profile
    with kind(record_shapes=True, with_flops=True, profile_memory=True, with_stack=True) as prof:
        with torch.profiler.record_function("mine"):
            layer(x).relu().sum().backward()
        optimizer.step()
        optimizer.zero_grad()
        torch.ones(4, 5) @ torch.ones(5, 6)
        torch.nn.functional.conv2d(torch.ones(1, 1, 5, 5), torch.ones(2, 1, 3, 3))
    found = {e.key: e for e in prof.key_averages(group_by_input_shape=True)}
    for name in ("AddmmBackward0", "ReluBackward0", "SumBackward0"):
        assert found[name].count == found[f"autograd::engine::evaluate_function: {name}"].count == 1
    assert {
        "Optimizer.step#SGD.step",
        "Optimizer.zero_grad#SGD.zero_grad",
        "aten::linear",
        "aten::relu",
    } <= found.keys()
    assert found["aten::addmm"].input_shapes == [[3], [2, 3], [3, 3]] and found["aten::linear"].cpu_memory_usage == 24
    assert (found["aten::mm"].flops, found["aten::conv2d"].flops, found["mine"].flops) == (240, 324, 0)
    mine = next(e for e in prof.events() if e.name == "mine")
    assert [c.name for c in mine.cpu_children][:3] == [
        "aten::linear",
        "aten::relu",
        "aten::sum",
    ] and mine.cpu_parent is None
    assert mine.cpu_children[0].cpu_parent is mine and mine.is_user_annotation and __file__ in mine.stack[0]
    assert 0 <= mine.time_range.start < mine.time_range.end and mine.self_cpu_time_total < mine.cpu_time_total
    rule, head, _, *rows = prof.key_averages().table(sort_by="flops", row_limit=2).splitlines()
    titles = "Name    Self CPU %      Self CPU   CPU total %     CPU total  CPU time avg       CPU Mem  Self CPU Mem    # of Calls"
    assert " ".join(head.split()).startswith(" ".join(titles.split())) and len(rule) == len(head) == len(
        rows[0]
    ) == len(rows[1])
    assert (
        [row.split()[0] for row in rows[:2]] == ["aten::conv2d", "aten::mm"]
        and rows[2] == rule
        and rows[3].startswith("Self CPU time total: ")
    )
    prof.export_stacks(tmp_path / "stacks.txt", "self_cpu_time_total")
    assert all(
        line.split()[-1].isdigit() and "test_autograd_more" in line
        for line in (tmp_path / "stacks.txt").read_text().splitlines()
    )
    prof.export_chrome_trace(tmp_path / "trace.json")
    kinds = {e["name"]: e["cat"] for e in json.loads((tmp_path / "trace.json").read_text())["traceEvents"]}
    assert (kinds["mine"], kinds["aten::relu"]) == ("user_annotation", "cpu_op")
    seen = []
    with kind(
        schedule=torch.profiler.schedule(wait=1, warmup=1, active=2, repeat=1), on_trace_ready=seen.append
    ) as prof:
        for _ in range(5):
            layer(x)
            prof.step()
    assert seen == [prof] and {"ProfilerStep#2", "ProfilerStep#3"} <= {e.name for e in prof.events()}
    with pytest.raises(AssertionError, match="No valid profiler activities found"):
        kind(activities=["cpu"])
    with pytest.raises(AssertionError, match="Profiler must be initialized before getting key averages"):
        kind().key_averages()


def test_what_a_timer_measured_prints_as_torch_prints_it():
    """One measurement, several with their quartiles, those that scatter; merged ones; a statement of two lines."""
    benchmark = torch.utils.benchmark
    task = benchmark.TaskSpec("f(x)", "x = 1", label="L", sub_label="S", description="D")
    (one,) = [str(benchmark.Measurement(10, [2e-5], task)).splitlines()[1:]]
    assert one == ["L: S", "D", "setup: x = 1", "  2.00 us", "  1 measurement, 10 runs , 1 thread"]
    several = benchmark.Measurement(
        1, [1e-3, 2e-3, 3e-3, 4e-3, 5e-3], benchmark.TaskSpec("a\nb", "pass", num_threads=2)
    )
    assert str(several).splitlines()[1:] == [
        "stmt:", "  a", "  b", "", "  Median: 3.00 ms", "  IQR:    2.00 ms (2.00 to 4.00)", "  5 measurements, 1 runs per measurement, 2 threads",
        "  WARNING: Interquartile range is 66.7% of the median measurement.", "           This suggests significant environmental influence.",
    ]  # fmt: skip
    assert several.significant_figures == 1 and several.has_warnings and several.as_row_name == "a\nb"
    assert [m.times for m in benchmark.Measurement.merge([several, several])] == [several.times * 2]


def test_profiles_that_end_in_another_order_leave_nothing_behind_and_count_what_began_in_them():
    profiler = torch.autograd.profiler
    one, two = profiler.profile(), profiler.profile()
    one.start(), two.start(), one.stop()
    torch.ones(2).exp()
    two.stop()
    assert state.tls.choosing is None and "aten::exp" in [e.name for e in two.function_events]
    mark = profiler.record_function("again")
    with profiler.profile() as prof, mark, mark:
        pass
    assert [e.name for e in prof.function_events] == ["again", "again"]
    with pytest.raises(AssertionError, match="Expected record to be set"):
        mark.__exit__(None, None, None)
    mark.__enter__()
    with profiler.profile() as prof:
        torch.ones(2).exp()
    mark.__exit__(None, None, None)
    assert [(e.name, e.cpu_parent) for e in prof.function_events] == [("aten::ones", None), ("aten::exp", None)]
    with pytest.warns(UserWarning, match="won't be using warmup"):
        plan = torch.profiler.schedule(wait=0, warmup=0, active=1)
    torch.profiler._said.add(torch.profiler.CLEARED)
    with torch.profiler.profile(schedule=plan) as prof:
        with torch.profiler.record_function("epoch"):
            prof.step()
            prof.step()
    assert [(e.key, e.count, e.cpu_time_total >= 0) for e in prof.key_averages()] == [("ProfilerStep#2", 1, True)]


def test_hooks_that_are_set_as_a_dict_run():
    x = torch.ones(2, requires_grad=True)
    handle = x.register_hook(lambda g: g)
    x._backward_hooks = OrderedDict({1: lambda g: g * 10})
    x.sum().backward()
    assert x.grad.tolist() == [10, 10] and handle is not None
    assert type(x.exp().grad_fn).register_hook.__name__ == "register_hook"


def test_a_second_recomputation_lists_its_operations_alone():
    _, second = selective.listing()
    for _ in range(2):
        with second:
            torch.ones(2).exp()
        assert [line.split("(")[0] for line in second.lines] == ["aten.exp.default"]


@pytest.fixture
def kernels():
    """Operations that have a kernel and no rule for gradients: of a NumPy array, of a number, of operations; one with a rule for vmap."""
    library = torch.library
    with library._scoped_library("without_rules", "DEF") as lib:
        for name, f in {
            "of_array": lambda x: torch.from_numpy(x.detach().numpy() * 2),
            "of_number": lambda x: torch.tensor(x.sum().item() * 2),
            "of_operations": lambda x: x * 3,
            "mapped": lambda x: x * 2,
            "both": lambda x: (torch.from_numpy(x.detach().numpy() * 2), torch.tensor([1])),
        }.items():
            lib.define(f"{name}(Tensor x) -> {'(Tensor, Tensor)' if name == 'both' else 'Tensor'}")
            lib.impl(name, f, "CPU")
        library.register_vmap("without_rules::mapped", lambda info, dims, x: (x * 100, dims[0]))
        yield torch.ops.without_rules


def test_transforms_take_an_operation_without_rules_as_a_whole(kernels):
    """torch 2.13: the rule for vmap, or one sample after the other; zeros for a gradient or a tangent."""
    x, rows = torch.ones(2), torch.ones(2, 2)
    assert torch.vmap(kernels.mapped)(rows).tolist() == [[100, 100]] * 2
    for name, mapped in (("of_array", [[2, 2]] * 2), ("of_number", [4, 4]), ("of_operations", [[3, 3]] * 2)):
        f = getattr(kernels, name)
        assert torch.vmap(f)(rows).tolist() == mapped, name
        with pytest.warns(UserWarning, match=f"without_rules::{name}: an autograd kernel was not registered"):
            assert torch.func.grad(lambda x, f=f: (f(x) + x).sum())(x).tolist() == [1, 1]
        value, tangent = torch.func.jvp(f, (x,), (x,))
        assert value.tolist() == f(x).tolist() and not tangent.any(), name


def test_a_kernel_s_result_without_history_is_followed_and_gives_no_gradient(kernels):
    for f in (kernels.of_array, kernels.of_number, lambda x: kernels.both(x)[0]):
        x = torch.ones(2, requires_grad=True)
        y = f(x)
        assert y.requires_grad and "grad_fn=<WarnNotImplemented>" in repr(y)
        with pytest.warns(UserWarning, match="an autograd kernel was not registered"):
            y.sum().backward()
        assert x.grad is None
    assert not kernels.both(x)[1].requires_grad


def test_who_is_asked_may_be_told_by_another_type():
    class Asked:
        __torch_function__ = classmethod(lambda cls, func, types, args=(), kwargs=None: NotImplemented)

    given, stand = (1, Asked()), Asked()
    found = torch.overrides._get_overloaded_args
    assert found(given) == [given[1]] and found((1, "a"), lambda x: type(stand)) == [1]


def test_an_operation_with_a_fake_and_no_gradient_is_one_call_of_a_compiled_function(kernels):
    """torch 2.13: also where its kernel is made of operations, no gradient goes through it."""
    for name, result in (("of_array", 6), ("of_operations", 8)):
        f = getattr(kernels, name)
        torch.library.register_fake(f"without_rules::{name}", torch.empty_like)
        compiled = torch.compile(lambda x, f=f: (f(x) + x).sum())
        x = torch.ones(2, requires_grad=True)
        with pytest.warns(UserWarning, match="an autograd kernel was not registered") as told:
            y = compiled(x)
            y.backward()
        assert y.item() == result and x.grad.tolist() == [1, 1], name
        assert not [w for w in told if "not compiled" in str(w.message)], name


def test_hooks_for_one_saved_result_leave_the_others_checked():
    factors = {
        torch.linalg.eigh: ("eigenvalues", "eigenvectors"), torch.linalg.qr: ("Q", "R"), torch.linalg.svd: ("U", "S", "Vh"),
    }  # fmt: skip
    for f, names in factors.items():
        for hooked, name in enumerate(names):
            for changed in range(len(names)):
                x = (torch.eye(3) * torch.tensor([1.0, 2, 3])).requires_grad_()
                results = f(x * 1)
                getattr(results[0].grad_fn, f"_raw_saved_{name}").register_hooks(lambda t: t, lambda t: t)
                with torch.no_grad():
                    results[changed].mul_(2)
                if changed == hooked:
                    results[0].sum().backward()
                    continue
                with pytest.raises(RuntimeError, match="modified by an inplace operation"):
                    results[0].sum().backward()
