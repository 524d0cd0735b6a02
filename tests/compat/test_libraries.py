"""torch's libraries as modules: every name that is announced is there, examples run, and what is missing is named."""

import copy
import importlib
import math
import operator
import os
import pickle
import re
import subprocess
import sys
import time
import warnings

import numpy as np
import pytest

import compat as torch
from compat import runner
from compat.utils._pytree import tree_flatten, tree_map, tree_unflatten
from compat.utils.data import DataLoader, Dataset, IterableDataset, Subset, TensorDataset, get_worker_info
from compat.utils.data.dataset import stacked_samples

LATE = "distributions func hub jit multiprocessing random serialization testing utils.checkpoint utils.data utils.tensorboard utils._pytree funcgrad.streams.variates".split()

pytestmark = pytest.mark.filterwarnings("ignore:os.fork")  # (jax, which other tests load, warns of every worker)


@pytest.mark.parametrize("name", "autograd cuda fft func linalg nn nn.functional nn.utils optim special utils".split())
def test_a_name_that_torch_lacks_too_is_refused_in_its_words(name):
    with pytest.raises(AttributeError, match=rf"^module 'torch\.{name}' has no attribute 'NoSuchName'$"):
        importlib.import_module(f"compat.{name}").NoSuchName  # noqa: B018


@pytest.mark.parametrize("name", ["distributions", "serialization", "testing", "utils.data"])
def test_every_name_of_an_index_is_there(name):
    module = importlib.import_module(f"compat.{name}")
    for family, names in module._FAMILIES.items():
        home = importlib.import_module(f"compat.{name}.{family}")
        for each in names.split():
            assert getattr(module, each) is getattr(home, each)
    with pytest.raises(AttributeError, match=rf"^module 'torch\.{name}' has no attribute 'NoSuchName'$"):
        module.NoSuchName  # noqa: B018  (the access is what raises)


def test_names_are_those_that_programs_import():
    runner.install()
    try:
        from torch import func, load, save, vmap
        from torch.distributions.normal import Normal
        from torch.nn.modules.conv import _ConvTransposeMixin
        from torch.utils import _device
        from torch.utils.data.dataloader import default_collate
        from torch.utils.data.sampler import Sampler
    finally:
        runner.uninstall()
    assert save is torch.serialization.save and load is torch.load and vmap is func.vmap
    assert _device.CURRENT_DEVICE is None and not isinstance(torch.nn.ConvTranspose1d(1, 1, 1), _ConvTransposeMixin)
    with torch.device("meta") as chosen:
        assert _device.CURRENT_DEVICE == chosen
    assert issubclass(Normal, torch.distributions.Distribution) and callable(default_collate) and Sampler


def test_what_is_missing_is_named_with_a_cure():
    runner.install()
    try:
        for name, cure in (
            ("torch.export", "torch.save"),
            ("torchvision", "torch.utils.data"),
            ("pytorch_lightning", "loop"),
            ("transformers", "small_gpt"),
            ("torch.utils.data.datapipes", "IterableDataset"),
            ("torch.distributed.elastic.agent", "one process"),
        ):
            with pytest.raises(ModuleNotFoundError, match=cure) as found:
                __import__(name)
            assert found.value.name == name
        for line, cure in (
            ("from torch.distributed import TCPStore", "one process"),
            ("from torch import quantize_per_tensor_dynamic", "floating-point"),
            ("from torch.onnx import export", "torch.save"),
            ("from torch import cudnn_batch_norm", "torch.batch_norm"),
        ):
            with pytest.raises(ImportError, match=f"^compat has no torch.*; .*{cure}"):
                exec(line)
        assert not hasattr(torch, "nested")
        from torch.jit import _get_trace_graph, _state
        from torch.masked import MaskedTensor, masked_tensor

        assert not isinstance(torch.ones(1), MaskedTensor)  # what others ask of each Tensor
        for called, cure in (
            (_get_trace_graph, "flop_counter"),
            (masked_tensor, "a Tensor and a mask"),
            (MaskedTensor, "a mask"),
        ):
            with pytest.raises(NotImplementedError, match=f"^compat has no torch.*; .*{cure}"):
                called(torch.ones(1), torch.ones(1))
        assert _state._enabled and _state._enabled.enabled  # what asks whether scripting is on
        _state.disable()
        assert not _state._enabled
        _state.enable()
        assert _state._enabled
    finally:
        runner.uninstall()


def test_models_and_weights_of_this_machine(tmp_path, monkeypatch, capsys):
    from compat import hub

    (tmp_path / "hubconf.py").write_text(
        "dependencies = ['numpy']\nimport beside\n\n"
        "def line(n, bias=True):\n    'A line.'\n    return beside.torch.nn.Linear(n, 1, bias)\n"
    )
    (tmp_path / "beside.py").write_text("import compat as torch\n")
    model = hub.load(str(tmp_path), "line", 3, source="local", bias=False)
    assert str(model) == "Linear(in_features=3, out_features=1, bias=False)"
    assert hub.list(str(tmp_path)) == ["line"] and hub.help(str(tmp_path), "line") == "A line."
    with pytest.raises(RuntimeError, match="Cannot find callable curve in hubconf"):
        hub.load(str(tmp_path), "curve", source="local")
    with pytest.raises(RuntimeError, match="compat fetches no code: clone https://github.com/a/b yourself"):
        hub.load("a/b:main", "c")

    torch.save(model.state_dict(), tmp_path / "line-0123.pt")
    monkeypatch.setattr(hub.Kept, "folder", None)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "home"))
    address = (tmp_path / "line-0123.pt").as_uri()
    with pytest.raises(RuntimeError, match=r'invalid hash value \(expected "0123"'):
        hub.load_state_dict_from_url(address, check_hash=True)
    for _ in range(2):
        assert torch.equal(hub.load_state_dict_from_url(address)["weight"], model.weight)
    assert capsys.readouterr().err.count("Downloading") == 2
    assert [p.name for p in (tmp_path / "home" / "hub" / "checkpoints").iterdir()] == ["line-0123.pt"]


def test_importing_compat_loads_none_of_them():
    code = f"import sys, compat; print([n for n in {LATE} if f'compat.{{n}}' in sys.modules or n in sys.modules])"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


# ------------------------------------------------------------------------------------------------ data
def test_batches_taken_at_once_are_those_that_are_stacked():
    whole = TensorDataset(torch.randn(9, 2, 3), torch.arange(9))

    class ByHand(TensorDataset):  # (a class of its own, which nothing is assumed of)
        pass

    by_hand = ByHand(*whole.tensors)
    for dataset, other in ((whole, by_hand), (Subset(whole, [5, 3, 8]), Subset(by_hand, [5, 3, 8]))):
        assert stacked_samples(dataset, [0, 2]) is not None and stacked_samples(other, [0, 2]) is None
        for a, b in zip(DataLoader(dataset, 2), DataLoader(other, 2), strict=True):
            for x, y in zip(a, b, strict=True):
                assert torch.equal(x, y) and x.dtype == y.dtype and x.is_contiguous()
    leaf = TensorDataset(torch.randn(4, 2, requires_grad=True))
    (batch,) = next(iter(DataLoader(leaf, 2)))
    assert batch.requires_grad  # (what is differentiated goes the long way)


def test_a_batch_shares_no_memory_with_the_data():
    x = torch.zeros(4)
    (batch,) = next(iter(DataLoader(TensorDataset(x), 4)))
    batch += 1
    assert x.sum() == 0


class Failing(Dataset):
    def __len__(self):
        return 4

    def __getitem__(self, i):
        torch.rand(1)
        if i == 2:
            raise KeyError("the third")
        return i


def test_an_error_in_a_worker_leaves_the_random_states():
    torch.manual_seed(0)
    np.random.seed(0)
    loader = iter(DataLoader(Failing(), num_workers=2))
    next(loader), next(loader)
    before = torch.get_rng_state(), np.random.get_state()[1].copy()
    with pytest.raises(KeyError, match="the third"):
        next(loader)
    assert torch.equal(torch.get_rng_state(), before[0]) and (np.random.get_state()[1] == before[1]).all()
    assert get_worker_info() is None


class Ending(Dataset):
    """Samples whose third one ends the process that fetches it."""

    def __init__(self, end):
        self.end = end

    def __len__(self):
        return 4

    def __getitem__(self, i):
        return self.end() if i == 2 else i


@pytest.mark.parametrize(
    "end, how",
    [
        (lambda: os._exit(7), "exited unexpectedly with exit code 7. Details are lost due to multiprocessing."),
        (lambda: os.kill(os.getpid(), 9), "is killed by signal: Killed. "),
        (lambda: sys.exit(3), "exited unexpectedly with exit code 3."),
    ],
)
def test_a_worker_that_ends_is_told_of(end, how):
    with pytest.raises(RuntimeError, match=r"^DataLoader worker \(pid\(s\) \d+\) exited unexpectedly$") as raised:
        list(DataLoader(Ending(end), num_workers=1))
    assert re.match(rf"DataLoader worker \(pid \d+\) {re.escape(how)}", str(raised.value.__cause__))


def test_workers_end_with_their_loader():
    loader = iter(DataLoader(Ending(int), num_workers=1))
    next(loader)
    (process,) = loader._processes
    pid = process.pid
    del loader, process
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


SPAWNED = """
import torch
import torch.multiprocessing as mp
from torch.utils.data import DataLoader, Dataset

class Rows(Dataset):
    def __len__(self):
        return 4
    def __getitem__(self, i):
        return torch.full((200, 200), float(i))

def told(rank, queue):
    queue.put((rank, torch.ones(2)))

if __name__ == "__main__":
    print([b.mean(dim=(1, 2)) for b in DataLoader(Rows(), 2, num_workers=1, multiprocessing_context="spawn")])
    queue = mp.get_context("spawn").SimpleQueue()
    mp.spawn(told, (queue,))
    print(queue.get())
"""


def test_processes_that_are_not_forked_find_compat(tmp_path):
    script = tmp_path / "spawned.py"
    script.write_text(SPAWNED)
    done = subprocess.run([sys.executable, "-m", "compat", str(script)], capture_output=True, text=True, timeout=60)
    assert (done.stdout, done.stderr) == ("[tensor([0., 1.]), tensor([2., 3.])]\n(0, tensor([1., 1.]))\n", "")


def test_a_stream_that_is_longer_than_it_said_warns():
    class Long(IterableDataset):
        def __iter__(self):
            return iter(range(3))

        def __len__(self):
            return 2

    loader = DataLoader(Long(), batch_size=None)
    assert len(loader) == 2
    with pytest.warns(UserWarning, match="was reported to be 2"):
        assert len(list(loader)) == 3


# ------------------------------------------------------------------------------------------------ trees
def test_trees_keep_the_order_of_dicts():
    tree = {"b": (1, [2, None]), "a": 3}
    leaves, spec = tree_flatten(tree)
    assert leaves == [1, 2, None, 3] and list(tree_unflatten(leaves, spec)) == ["b", "a"]
    assert tree_map(lambda x, y: (x, y), {"b": 1}, {"b": 2}) == {"b": (1, 2)}
    assert spec == tree_flatten({"a": 0, "b": (0, [0, 0])})[1] and spec != tree_flatten({"a": 0})[1]
    with pytest.raises(ValueError, match="holds 4 items"):
        tree_unflatten([1], spec)
    gradient = torch.func.grad(lambda w: w["b"] * 2 + w["a"])({"b": torch.tensor(1.0), "a": torch.tensor(1.0)})
    assert list(gradient) == ["b", "a"] and gradient["b"] == 2


# ------------------------------------------------------------------------------------------------ func
def test_func_goes_into_and_out_of_other_transforms():
    import funcgrad as fg

    x = torch.tensor([0.5, -1.0])

    def cubes(x):
        return (x**3).sum()

    want = 6 * x
    assert torch.allclose(fg.vmap(fg.grad(torch.func.grad(cubes)))(x), want)  # a scalar at a time
    hessian = fg.jit(torch.func.hessian(cubes))(x)
    assert torch.allclose(hessian, want.diag())
    w = x.clone().requires_grad_()
    torch.func.grad(cubes)(w).sum().backward()
    assert torch.allclose(w.grad, want)


# ------------------------------------------------------------------------------------------------ distributions
def test_slopes_of_gamma_draws_are_jax_figures():
    """random_gamma_grad of jax 0.10.2 at the draws; of Beta and Dirichlet the sum over the parts, which is exactly zero."""
    torch.manual_seed(0)
    a = torch.tensor([0.4, 1.3, 6.0], dtype=torch.float64, requires_grad=True)
    d = torch.distributions.Dirichlet(a)
    (g,) = torch.autograd.grad(d.rsample((50,)).sum(), a)
    assert g.abs().max() < 1e-12


def test_the_slope_of_the_mean_of_dirichlet_draws():
    """d/da of a mean is the mean of the draws' derivatives (closed form), to the accuracy of that many draws."""
    torch.manual_seed(0)
    a = torch.tensor([0.7, 1.5, 3.0], dtype=torch.float64, requires_grad=True)
    d = torch.distributions.Dirichlet(a)
    (got,) = torch.autograd.grad(d.rsample((1500,))[:, 0].mean(), a)
    (want,) = torch.autograd.grad(d.mean[0], a)
    np.testing.assert_allclose(got.numpy(), want.numpy(), atol=0.02)


def test_distributions_go_into_transforms():
    D = torch.distributions
    x = torch.tensor([0.4, 1.3, 2.5])

    def slope(a):
        return torch.func.grad(lambda a: D.Gamma(a, 1.0).rsample())(a)

    torch.manual_seed(0)
    together = torch.vmap(slope, randomness="different")(x)
    torch.manual_seed(0)
    assert torch.allclose(together, torch.stack([slope(a) for a in x])) and (together > 0).all()

    def loss(m):
        posterior = D.Independent(D.Normal(m, m.exp()), 1)
        prior = D.Independent(D.Normal(torch.zeros(3), torch.ones(3)), 1)
        return D.kl_divergence(posterior, prior) - posterior.rsample().sum()

    import funcgrad as fg

    torch.manual_seed(0)
    compiled = fg.jit(fg.grad(loss))(x)
    torch.manual_seed(0)
    leaf = x.clone().requires_grad_()
    loss(leaf).backward()
    assert torch.allclose(compiled, leaf.grad)
    eye = torch.func.hessian(lambda m: D.MultivariateNormal(m, torch.eye(3)).log_prob(torch.zeros(3)))(x)
    assert torch.allclose(eye, -torch.eye(3))


def test_classes_go_by_torchs_names_under_the_runner():
    names = {  # as torch 2.13.0 has them
        "Tensor": "torch", "Generator": "torch._C", "device": "torch", "nn.Linear": "torch.nn.modules.linear",
        "nn.ReLU": "torch.nn.modules.activation", "nn.Parameter": "torch.nn.parameter", "optim.Adam": "torch.optim.adam",
        "optim.lr_scheduler.StepLR": "torch.optim.lr_scheduler", "utils.data.Subset": "torch.utils.data.dataset",
        "distributions.Normal": "torch.distributions.normal", "autograd.Function": "torch.autograd.function",
    }  # fmt: skip
    own = torch.nn.Linear.__module__
    runner.install()
    try:
        found = {name: operator.attrgetter(name)(torch).__module__ for name in names}
        layer = pickle.loads(pickle.dumps(torch.nn.Linear(2, 1)))
        text = repr(type(layer))
    finally:
        runner.uninstall()
    assert found == names and text == "<class 'torch.nn.modules.linear.Linear'>"
    assert torch.nn.Linear.__module__ == own == "compat.nn.modules.linear"


def test_a_schedule_of_profiles(monkeypatch):
    """When torch 2.13.0 calls on_trace_ready in ten steps of one exp each, and how many of them the trace then has."""
    cases = [
        (dict(wait=1, warmup=1, active=2, repeat=2), [(4, 2), (8, 2)]),
        (dict(wait=1, warmup=0, active=2), [(3, 2), (6, 2), (9, 2), (10, 0)]),
        (dict(wait=0, warmup=1, active=2, repeat=1, skip_first=2), [(5, 2)]),
        (dict(wait=0, warmup=0, active=1), [(k, 1) for k in range(1, 11)] + [(10, 0)]),
        (None, [(10, 10)]),
    ]
    monkeypatch.setattr(torch.profiler, "_said", {torch.profiler.CLEARED})
    x = torch.ones(2)
    for options, want in cases:
        log = []

        def ready(prof, log=log):
            log.append((prof.step_num, sum([e.count for e in prof.key_averages() if e.key == "aten::exp"])))

        with warnings.catch_warnings(record=True, action="always") as caught:
            plan = None if options is None else torch.profiler.schedule(**options)
            with torch.profiler.profile(schedule=plan, on_trace_ready=ready) as prof:
                for _ in range(10):
                    x.exp()
                    prof.step()
        assert log == want
        unwarmed = ["Profiler won't be using warmup, this can skew profiler results"]
        assert [str(w.message) for w in caught] == (unwarmed if options and not options["warmup"] else [])
    assert "aten::exp" in prof.key_averages().table(sort_by="cpu_time_total")
    with torch.profiler.profile() as prof:
        torch.nn.functional.relu(x)  # (hands on to torch.relu: one operation all the same)
    assert [(e.key, e.count) for e in prof.key_averages() if e.key == "aten::relu"] == [("aten::relu", 1)]


def test_events_of_an_earlier_cycle_are_cleared_with_a_warning_said_once(monkeypatch):
    monkeypatch.setattr(torch.profiler, "_said", set())
    for cycles, want in ((1, []), (2, ["Profiler clears events"]), (2, [])):
        plan = torch.profiler.schedule(wait=1, warmup=1, active=1, repeat=cycles)
        with (
            warnings.catch_warnings(record=True, action="always") as caught,
            torch.profiler.profile(schedule=plan) as prof,
        ):
            for _ in range(8):
                prof.step()
        assert [str(w.message)[9:31] for w in caught] == want


def test_events_of_earlier_cycles_are_kept_where_that_is_asked_for(monkeypatch):
    """How many additions and steps of 8 torch 2.13.0 has as each cycle ends, in the order of time."""
    monkeypatch.setattr(torch.profiler, "_said", {torch.profiler.CLEARED})
    x, log = torch.ones(2), []

    def ready(prof):
        events = prof.events()
        starts = [e.time_range.start for e in events]
        assert starts == sorted(starts) and (len(starts) < 10 or starts[-1] - starts[0] > 2000)
        log.append(
            ([e.count for e in prof.key_averages() if e.key == "aten::add"], sum("Step" in e.name for e in events))
        )

    for acc, want in ((False, [([2], 2)] * 2), (True, [([2], 2), ([4], 4)])):
        plan = torch.profiler.schedule(wait=1, warmup=1, active=2)
        with torch.profiler.profile(schedule=plan, on_trace_ready=ready, acc_events=acc) as prof:
            for _ in range(8):
                time.sleep(0.001)
                _ = x + 1
                prof.step()
        assert log == want
        log.clear()


def test_tf32_is_the_precision_of_products_by_another_name():
    matmul = torch.backends.cuda.matmul
    try:
        for precision, allowed in (("high", True), ("medium", True), ("highest", False)):
            torch.set_float32_matmul_precision(precision)
            assert matmul.allow_tf32 is allowed
        for allowed, precision, name in ((True, "high", "tf32"), (False, "highest", "ieee")):
            matmul.allow_tf32 = allowed
            assert (torch.get_float32_matmul_precision(), matmul.fp32_precision) == (precision, name)
            for wrong in (1, None, "x"):
                with pytest.raises(RuntimeError, match="^set_allow_tf32_cublas expects a bool, but got "):
                    matmul.allow_tf32 = wrong
            assert matmul.allow_tf32 is allowed
    finally:
        torch.set_float32_matmul_precision("highest")


def test_settings_of_products_are_those_that_there_are():
    matmul, reduction = torch.backends.cuda.matmul, "allow_bf16_reduced_precision_reduction"
    with pytest.raises(AttributeError, match="^Unknown attribute allow_tf33$"):
        matmul.allow_tf33 = True
    with pytest.raises(AttributeError, match="^Unknown attribute allow_tf33$"):
        _ = matmul.allow_tf33
    with pytest.raises(
        TypeError,
        match="^allow_bf16_reduced_precision_reduction expects a bool or a tuple/list of bools, but got <class 'int'>",
    ):
        matmul.allow_bf16_reduced_precision_reduction = 1
    with pytest.raises(RuntimeError, match="^Unknown precision: x$"):
        matmul.fp32_precision = "x"
    try:
        for given, kept in (((False, True), False), ((True,), True), (False, False)):
            setattr(matmul, reduction, given)
            assert getattr(matmul, reduction) is kept
    finally:
        setattr(matmul, reduction, True)


def test_units_and_figures_of_benchmarks():
    """As torch 2.13.0 has them, which computes in float32."""
    unit, trim = torch.utils.benchmark.select_unit, torch.utils.benchmark.trim_sigfig
    assert [unit(t)[0] for t in (1e-12, 1e-9, 5e-7, 1e-6, 1e-3, 0.5, 1, 1e6)] == [
        "s",
        "ns",
        "ns",
        "us",
        "ms",
        "ms",
        "s",
        "s",
    ]
    for t in (0, -1, math.inf, math.nan):
        with pytest.raises(ValueError, match="cannot convert float NaN to integer"):
            unit(t)
    given = (123.456, 2), (-5.55, 2), (1e-9, 3), (123456789, 4), (7, 0), (999.9, 3), (2.5, 1), (0.00123456, 3)
    want = [120.0, -5.599999904632568, 9.999999717180685e-10, 123500000.0, 10.0, 1000.0, 2.0, 0.0012299999361857772]
    assert [trim(x, n) for x, n in given] == want
    for x in (0, 1e-300, 1e39, math.inf):
        with pytest.raises(OverflowError, match="cannot convert float infinity to integer"):
            trim(x, 2)


def test_a_measurement_knows_its_task():
    timed = torch.utils.benchmark.Timer("x + 1", globals={"x": 1}, label="sum", sub_label="small", num_threads=2)
    task = timed.timeit(2).task_spec
    assert (task.stmt, task.title, task.num_threads, task.setup) == ("x + 1", "sum: small", 2, "pass")


@pytest.mark.parametrize(
    ("f", "text"),
    [
        (lambda x: x.item(), "vmap: It looks like you're calling .item() on a Tensor."),
        (
            lambda x: x if x > 0 else -x,
            "vmap: It looks like you're attempting to use a Tensor in some data-dependent control",
        ),
    ],
)
def test_values_under_vmap_are_refused_as_torch_refuses_them(f, text):
    with pytest.raises(RuntimeError) as caught:
        torch.vmap(f)(torch.ones(2))
    assert str(caught.value).startswith(text) and __file__ in str(caught.value)


def test_nothing_is_intercepted_once_autocast_is_over():
    functions = (
        torch.matmul,
        torch.nn.functional.linear,
        torch.nn.functional.cross_entropy,
    )
    codes = [f.__code__ for f in functions]
    x = torch.ones(2, 2)
    with torch.autocast("cpu"), torch.autocast("cpu", enabled=False):
        assert all(f.__code__ is not code for f, code in zip(functions, codes, strict=True))
        assert (x @ x).dtype is torch.float32
    assert [f.__code__ for f in functions] == codes


def test_a_table_of_measurements():
    rows = ("mm", 4, 1, 1.7), ("bmm", 4, 1, 1.6), ("mm", 64, 1, 6.9), ("mm", 64, 2, 63591.1), ("bmm", 64, 2, 58385.8)
    benchmark = torch.utils.benchmark
    measured = [
        benchmark.Measurement(1, [t * 1e-6], benchmark.TaskSpec("s", "pass", "", "dot", f"{n}x{n}", name, None, k))
        for name, n, k, t in rows
    ]
    assert str(torch.utils.benchmark.Compare(measured)).splitlines() == [  # (torch's own)
        "[-------------- dot --------------]",
        "             |     mm    |    bmm  ",
        "1 threads: ------------------------",
        "      4x4    |      1.7  |      1.6",
        "      64x64  |      6.9  |         ",
        "2 threads: ------------------------",
        "      64x64  |  63591.1  |  58385.8",
        "",
        "Times are in microseconds (us).",
    ]  # fmt: skip


def test_a_subclass_slows_no_call_of_other_tensors_but_by_a_look_at_types():
    looked = []

    class Seen(torch.Tensor):
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            looked.append(func.__name__)
            return super().__torch_function__(func, types, args, kwargs)

    try:
        x, calls = torch.ones(2), []
        wrapped = torch.overrides._get_overloaded_args
        torch.overrides._get_overloaded_args = lambda *args, **how: calls.append(args) or wrapped(*args, **how)
        assert (torch.relu(x) + 2).sum(dim=0) == 6 and not calls
        assert type(torch.relu(x.as_subclass(Seen))) is Seen and calls and looked == ["relu"]
        with torch.overrides.TorchFunctionMode() as mode:
            mode.__torch_function__ = lambda func, types, args=(), kwargs=None: (
                looked.append("mode") or func(*args, **(kwargs or {}))
            )
            torch.relu(x)
        assert looked[-1] == "mode" and torch.relu(x).sum() == 2
    finally:
        torch.overrides._get_overloaded_args = wrapped
        torch.overrides.unwatch()


@pytest.mark.parametrize("place", (1, 2))
def test_a_weight_or_bias_that_is_no_tensor_is_asked_of_a_layer(place):
    class Quantised:
        @classmethod
        def __torch_function__(cls, func, types, args=(), kwargs=None):
            return func.__name__, [type(a).__name__ for a in args], types

    given = [torch.ones(2, 3), torch.ones(4, 3), torch.ones(4)]
    given[place] = Quantised()
    try:
        for _ in range(2):
            name, seen, types = torch.nn.functional.linear(*given)
            assert name == "linear" and types == (Quantised,) and seen == [type(a).__name__ for a in given]
    finally:
        torch.overrides.unwatch()


def test_a_library_compiled_for_torch_is_not_loaded_but_its_operations_are_known(tmp_path):
    path = tmp_path / "_C.so"
    path.write_bytes(b"\x7fELF\0vision::keep\0std::sort\0vision::keep(Tensor x) -> Tensor\0")
    with pytest.raises(OSError, match="Could not load this library"):
        torch.ops.load_library(str(path))
    with pytest.raises(RuntimeError, match="operator std::sort does not exist"):
        torch.library.register_fake("std::sort")
    torch.library.register_fake("vision::keep")(lambda x: x)
    with pytest.raises(NotImplementedError, match="vision::keep is compiled for torch itself"):
        torch.ops.vision.keep(torch.ones(2))
    torch.library.register_kernel("vision::keep", "cpu")(lambda x: x * 2)
    assert torch.ops.vision.keep(torch.ones(2)).tolist() == [2.0, 2.0]


def test_what_a_parameter_does_with_a_function_runs_it():
    class Named(torch.nn.Parameter):
        @classmethod
        def __torch_function__(cls, f, types, args=(), kwargs=None):
            seen.append(f.__name__)
            return super().__torch_function__(f, types, args, kwargs or {})

    class Of(torch.Tensor):
        pass

    seen = []
    p, x = Named(torch.ones(2)), torch.ones(1, 2).as_subclass(Of)
    assert type(p + 1) is torch.Tensor and seen == ["add"]
    ask = torch.nn.Parameter.__torch_function__
    assert type(ask(torch.nn.functional.linear, (Of,), (x, torch.ones(3, 2)))) is torch.Tensor
    torch.overrides.unwatch()


def test_an_error_goes_elsewhere_as_text():
    for f, kind in (
        (lambda: {}["k"], KeyError),
        (lambda: int("x"), ValueError),
        (lambda: b"\xff".decode(), RuntimeError),
    ):
        try:
            f()
        except Exception:
            told = torch._utils.ExceptionWrapper(where="in thread 3")
        name = "UnicodeDecodeError" if kind is RuntimeError else kind.__name__
        with pytest.raises(kind, match=f"^Caught {name} in thread 3.\nOriginal Traceback"):
            pickle.loads(pickle.dumps(told)).reraise()


def test_names_that_packages_import_first():
    exc, config = (importlib.import_module(f"compat._dynamo.{name}") for name in ("exc", "config"))
    assert issubclass(exc.Unsupported, exc.TorchDynamoException) and config.suppress_errors is False
    assert not hasattr(torch, "__module__") and torch.serialization.pickle is pickle
    with torch._dynamo.utils.disable_cache_limit():
        kept = copy.deepcopy({torch.ops.aten._convolution: 1, torch.ops.aten.mm.default: 2})
    assert list(kept) == [torch.ops.aten._convolution, torch.ops.aten.mm.default]
    assert not isinstance(torch.neg, torch._C.ScriptMethod)


def test_recurrent_layers_give_what_a_subclass_makes_of_torchs_function():
    class Seen(torch.Tensor):
        @classmethod
        def __torch_function__(cls, f, types, args=(), kwargs=None):
            log.append((f.__name__, len(args)))
            return super().__torch_function__(f, types, args, kwargs or {})

    log = []
    x, h = torch.randn(2, 3, 4).as_subclass(Seen), torch.zeros(1, 3, 5)
    plain = x.as_subclass(torch.Tensor)
    names = "lstm gru rnn_tanh lstm_cell gru_cell rnn_tanh_cell".split()
    for name, kind, states in zip(names, "LSTM GRU RNN LSTMCell GRUCell RNNCell".split(), (2, 1, 1, 2, 1, 1)):
        cell = kind.endswith("Cell")
        layer = getattr(torch.nn, kind)(4, 5)
        at = (lambda t: t[0]) if cell else (lambda t: t)
        expected, got = tree_flatten(layer(at(plain)))[0], tree_flatten(layer(at(x)))[0]
        assert [type(g) for g in got] == [Seen] * len(got) and log[-1] == (name, 6 if cell else 9)
        assert all(torch.equal(g, e) for g, e in zip(got, expected, strict=True))
        first = (at(h).as_subclass(Seen), at(h))[:states]
        got = layer(at(plain), first if states == 2 else first[0])
        assert log[-1][0] == name and type(tree_flatten(got)[0][0]) is Seen
    torch.overrides.unwatch()


def test_what_packages_reach_into():
    pinned = importlib.import_module("compat.utils.data._utils.pin_memory").pin_memory
    held = type("Held", (), {"pin_memory": lambda self: "pinned"})
    assert pinned({"a": (1, held()), "b": ["x", held()]}) == {"a": (1, "pinned"), "b": ["x", "pinned"]}
    assert torch._VF.lstm is torch.lstm and torch._C._VariableFunctions.sum is torch.sum
    with pytest.raises(AttributeError, match=r"^module 'torch._VF' has no attribute 'no_such'$"):
        torch._VF.no_such  # noqa: B018
    assert torch.distributed.tensor.DeviceMesh is torch.distributed.device_mesh.DeviceMesh
