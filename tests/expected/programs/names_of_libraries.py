"""Names that packages written on torch use: futures, constraints and transforms by name, what a package's `__dict__` holds, collectives
that a gradient goes through, and what is asked before something is imported."""

import importlib.util
import os
import warnings

import torch
import torch.distributed as dist
import torch.onnx
from torch import _jit_internal
from torch.distributions import constraints, transforms
from torch.distributions.utils import _standard_normal, _sum_rightmost
from torch.futures import Future, collect_all, wait_all
from torch.nn.parallel.scatter_gather import scatter
from torch.nn.utils.stateless import _reparametrize_module
from torch.serialization import DEFAULT_PROTOCOL, MAP_LOCATION
from torch.utils._foreach_utils import _group_tensors_by_device_and_dtype
from torch.utils.checkpoint import get_device_states, set_device_states


def show(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, str(error).partition("\n")[0])


# ---------------------------------------------------------------------------------------- futures
first = Future()
after = first.then(lambda f: f.wait() + 1)
first.add_done_callback(lambda f: print("done", f.value()))
print(first.done(), after.done())
first.set_result(3)
print(
    first.done(),
    first.wait(),
    first.value(),
    after.wait(),
    isinstance(first, torch.jit.Future),
    isinstance(first, torch.Future),
)
show(lambda: first.set_result(4))
show(lambda: Future().set_exception(3))
failed = Future()
then = failed.then(lambda f: f.wait())
failed.set_exception(ValueError("bad"))
show(failed.wait)
show(then.wait)
print([f.wait() for f in collect_all([first, after]).wait()], wait_all([first, after]))
print(torch.jit.wait(torch.jit.fork(torch.neg, torch.ones(2))))

# ---------------------------------------------------------------------------------------- what packages hold
print(torch.__name__, torch.optim.__dict__["Adam"] is torch.optim.Adam, vars(torch.nn)["ReLU"]())
kinds = [
    n
    for n, k in torch.distributions.__dict__.items()
    if isinstance(k, type) and issubclass(k, torch.distributions.Distribution)
]
print(len({*kinds} - {"LogitRelaxedBernoulli", "ExpRelaxedCategorical"}), sorted(kinds)[:5])
print(sorted(transforms.__all__))
print([importlib.util.find_spec(n) for n in ("transformers_that_nobody_has", "deepspeed", "torchvision")])
print(
    torch.onnx.is_in_onnx_export(),
    torch._C._get_tracing_state(),
    torch._C._log_api_usage_once("a.b"),
    torch.cuda._initialized,
)
print(
    _jit_internal._copy_to_script_wrapper(show) is show,
    _jit_internal.Optional[int],
    MAP_LOCATION is None,
    DEFAULT_PROTOCOL,
)


# ---------------------------------------------------------------------------------------- constraints of one's own
class Softened(constraints.positive.__class__):
    def __init__(self):
        super().__init__(lower_bound=0.0)


print(
    Softened(),
    Softened().check(torch.tensor([-1.0, 2.0])),
    constraints.interval(lower_bound=0, upper_bound=torch.ones(1)),
)
show(lambda: constraints.interval(0))
torch.manual_seed(0)
print(
    _standard_normal((2,), torch.float64, "cpu"), _sum_rightmost(torch.ones(2, 3), 1), _sum_rightmost(torch.ones(2), 0)
)

# ---------------------------------------------------------------------------------------- modules and lists of Tensors
layer = torch.nn.Linear(2, 1)
with _reparametrize_module(layer, {"weight": torch.ones(1, 2), "bias": torch.zeros(1)}):
    print(layer(torch.ones(2)))
print(layer.weight.requires_grad, torch._cast_Long(torch.tensor([1.5])), torch._cast_Float(torch.tensor([1])))
groups = _group_tensors_by_device_and_dtype(
    [[torch.ones(1), torch.ones(1, dtype=torch.float64), torch.zeros(1)]], with_indices=True
)
print(sorted((str(k), v) for k, v in groups.items()))
print(get_device_states(torch.ones(2)), set_device_states([], []), scatter([1, {"a": 2}], [0, 1]))
show(lambda: scatter(torch.ones(2), [torch.device("cpu")]))

# ---------------------------------------------------------------------------------------- collectives with gradients
import torch.distributed.nn  # noqa: E402

x = torch.arange(3.0, requires_grad=True)
warnings.simplefilter("ignore")
show(lambda: dist.nn.all_reduce(x))
os.environ.update(MASTER_ADDR="127.0.0.1", MASTER_PORT="29533")
dist.init_process_group("gloo", rank=0, world_size=1)
print(
    dist.nn.all_reduce(x),
    dist.nn.all_gather(x),
    dist.nn.functional.broadcast(x, 0),
    dist.nn.gather(x),
    dist.nn.scatter([x]),
)
print(dist.nn.reduce(x, 0), dist.nn.all_to_all([torch.zeros(3)], [x]), dist.nn.reduce_scatter(torch.zeros(3), [x]))
torch.cat(dist.nn.all_gather(x * 2)).sum().backward()
print(x.grad)
dist.destroy_process_group()

# ---------------------------------------------------------------------------------------- where classes are
import inspect  # noqa: E402
import sys  # noqa: E402

for cls in (torch.nn.Linear, torch.nn.Module, torch.optim.Adam, torch.nn.Parameter, torch.utils.data.Dataset):
    source = inspect.getsource(cls)
    print(cls.__module__, cls.__module__ in sys.modules, f"class {cls.__name__}(" in source or "class" in source)
print(inspect.getfile(torch.nn.LSTM).endswith("rnn.py"), torch.distributions.Normal.__module__ in sys.modules)

# ---------------------------------------------------------------------------------------- what packages read inside
from torch._dynamo.utils import warn_once  # noqa: E402
from torch.distributions.kl import _KL_REGISTRY  # noqa: E402

Normal, Gamma = torch.distributions.Normal, torch.distributions.Gamma
print((Normal, Normal) in _KL_REGISTRY, (Normal, Gamma) in _KL_REGISTRY, len(_KL_REGISTRY) > 50)
with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    for text in ("once", "twice", "once"):
        warn_once(text)
print([str(w.message) for w in caught])
