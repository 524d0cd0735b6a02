"""A process group of one process, DistributedDataParallel in it, scripted and traced modules, and what each refuses."""

import copy
import io
import os

import torch
import torch.distributed as dist
from torch import nn
from torch.nn.parallel import DistributedDataParallel
from torch.utils.data import DataLoader, TensorDataset
from torch.utils.data.distributed import DistributedSampler


def tried(f, *args, **kwargs):
    try:
        return f(*args, **kwargs)
    except Exception as error:
        return f"{type(error).__name__}: {error}"


for name in ("RANK", "WORLD_SIZE", "MASTER_ADDR", "MASTER_PORT"):
    os.environ.pop(name, None)
HERE = {"rank": 0, "world_size": 1, "init_method": "tcp://localhost:29876"}
x, zeros = torch.arange(2.0), torch.zeros(2)
print(
    dist.is_available(),
    dist.is_initialized(),
    dist.is_gloo_available(),
    dist.is_nccl_available(),
    dist.is_mpi_available(),
)
for wrong in (
    lambda: dist.get_rank(),
    lambda: dist.all_reduce(x),
    lambda: dist.destroy_process_group(),
    lambda: dist.init_process_group("gloo"),
    lambda: dist.init_process_group("gloo", init_method="tcp://localhost:29876"),
    lambda: dist.init_process_group("gloo", init_method="bad://", rank=0, world_size=1),
    lambda: dist.init_process_group("mpi"),
    lambda: DistributedSampler(range(4)),
    lambda: DistributedDataParallel(nn.Linear(2, 1)),
):
    print(tried(wrong))
dist.init_process_group("gloo", **HERE)
print(dist.get_rank(), dist.get_world_size(), dist.get_backend(), dist.get_process_group_ranks(None), dist.ReduceOp.SUM)
for wrong in (
    lambda: dist.init_process_group("gloo", **HERE),
    lambda: dist.new_group([0, 1]),
    lambda: dist.all_reduce([1]),
    lambda: dist.broadcast(x, src=1),
    lambda: dist.reduce(x, 2),
    lambda: dist.all_gather([], x),
    lambda: dist.all_gather([torch.zeros(3)], x),
    lambda: dist.all_gather([torch.zeros(2).long()], x),
    lambda: dist.gather(x),
    lambda: dist.scatter(x),
    lambda: dist.send(x, 0),
    lambda: DistributedDataParallel(nn.ReLU()),
    lambda: DistributedDataParallel(nn.Linear(1, 1), device_ids=[0]),
    lambda: DistributedDataParallel(nn.SyncBatchNorm(2)),
):
    print(tried(wrong))
for collective in (
    lambda: dist.all_reduce(x, op=dist.ReduceOp.AVG),
    lambda: dist.broadcast(x, 0),
    lambda: dist.all_gather([zeros], x),
    lambda: dist.gather(x * 2, [zeros]),
    lambda: dist.scatter(zeros, [x * 3]),
    lambda: dist.reduce_scatter(zeros, [x * 4]),
    lambda: dist.all_to_all_single(zeros, x * 5),
    lambda: dist.barrier(),
):
    print(collective(), x, zeros)
print(dist.all_reduce(x, async_op=True).wait())
got = [None]
dist.all_gather_object(got, {"a": 1})
print(got)

torch.manual_seed(0)
data = TensorDataset(torch.randn(20, 3), torch.randn(20, 1))
sampler = DistributedSampler(data)
module = nn.Linear(3, 1)
model = DistributedDataParallel(module, find_unused_parameters=False)
optimizer = torch.optim.SGD(model.parameters(), 0.1)
for epoch in range(2):
    sampler.set_epoch(epoch)
    for inputs, targets in DataLoader(data, 8, sampler=sampler):
        optimizer.zero_grad()
        loss = nn.functional.mse_loss(model(inputs), targets)
        loss.backward()
        optimizer.step()
    print(epoch, loss)
with model.no_sync():
    model(inputs).sum().backward()
print(model, model.module is module, model.state_dict())
dist.destroy_process_group()
print(dist.is_initialized())


class Gate(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.rest = nn.Sequential(nn.ReLU(), nn.Linear(2, 1))
        self.times = 3

    def forward(self, x):
        if x.sum() > 0:
            x = self.rest(self.layer(x)) * self.times
        return x


gate = Gate()
scripted, traced = torch.jit.script(gate), torch.jit.trace(gate.rest, x)
print(scripted, traced, torch.jit.script(scripted) is scripted, isinstance(scripted, torch.jit.ScriptModule))
print(
    type(scripted), type(scripted.rest), type(traced), traced.original_name, scripted.times, list(scripted.state_dict())
)
scripted.eval()
print(gate.training, scripted.training, scripted.layer.training, scripted.layer.weight is gate.layer.weight)
for f in (gate, scripted, copy.deepcopy(scripted)):
    print(f(x).detach(), f(-x))
for wrong in (
    lambda: torch.jit.script(5),
    lambda: torch.jit.save(gate, io.BytesIO()),
    lambda: torch.save(scripted, io.BytesIO()),
    lambda: torch.jit.load("no such file"),
    lambda: torch.jit.load(3),
    lambda: torch.jit.freeze(gate),
    lambda: torch.jit.freeze(torch.jit.script(Gate())),
    lambda: scripted.register_forward_hook(print),
    lambda: scripted.other,
):
    print(tried(wrong))
file, extra = io.BytesIO(), {"note": ""}
torch.jit.save(scripted, file, _extra_files={"note": b"kept"})
file.seek(0)
loaded = torch.jit.load(file, map_location="cpu", _extra_files=extra)
print(extra, loaded, loaded.training, loaded(x).detach(), loaded(-x), [p.requires_grad for p in loaded.parameters()])
print(torch.jit.freeze(scripted)(x), torch.jit.optimize_for_inference(scripted)(x).shape)
