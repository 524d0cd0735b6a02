"""DataLoader with worker processes: orders, random streams, streams shared out, errors, passes again, memory shared with processes."""

import os
import random
import time

import numpy as np
import torch
import torch.multiprocessing as mp
from torch import nn
from torch.utils.data import DataLoader, Dataset, IterableDataset, get_worker_info


class Rows(Dataset):
    def __init__(self, n=8, fail=None):
        self.n, self.fail = n, fail

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        if i == 5 and self.fail:
            raise self.fail
        return torch.tensor([i, get_worker_info().id]), random.random(), float(np.random.rand()), torch.rand(1)


class Stream(IterableDataset):
    def __iter__(self):
        worker = get_worker_info()
        return iter(range(worker.id, 11, worker.num_workers))


class Own(Exception):
    def __init__(self, message):
        super().__init__(message)


class Two(Exception):
    def __init__(self, a, b):
        super().__init__(a, b)


class By(Dataset):
    """Samples by a function of the index."""

    def __init__(self, f, n=4):
        self.f, self.n = f, n

    def __len__(self):
        return self.n

    def __getitem__(self, i):
        return self.f(i)


def attempt(f):
    try:
        print(f())
    except Exception as error:
        lines = str(error).rstrip().split("\n")
        print(type(error).__name__, lines[0], lines[1:2], lines[-1])


def init(i):
    torch.manual_seed(i)
    random.seed(i)
    np.random.seed(i)


def refuse(i):
    raise RuntimeError(f"init of {i}")


def collate(batch):
    raise TypeError("cannot")


torch.manual_seed(0)
for fail in (ValueError("bad"), KeyError("k"), Own("m"), Two(1, 2), IndexError("i"), StopIteration("s")):
    attempt(lambda data=Rows(fail=fail): [len(b) for b in DataLoader(data, batch_size=2, num_workers=1)])
loader = iter(DataLoader(Rows(fail=ValueError("x")), batch_size=2, num_workers=2))
for _ in range(5):
    attempt(lambda: next(loader)[0].tolist())
print(*DataLoader(Rows(), batch_size=3, num_workers=2, worker_init_fn=init), sep="\n")
attempt(lambda: list(DataLoader(Rows(), num_workers=2, worker_init_fn=refuse)))
attempt(lambda: list(DataLoader(Rows(), num_workers=1, collate_fn=collate)))
attempt(lambda: list(DataLoader(By(lambda i: time.sleep(0.6)), num_workers=1, timeout=0.1)))

for options in (dict(batch_size=2), dict(batch_size=3, drop_last=True), dict(batch_size=2, prefetch_factor=4)):
    print([b.tolist() for b in DataLoader(Stream(), num_workers=2, **options)])
print(list(DataLoader(Stream(), num_workers=2, batch_size=None)))
loader = DataLoader(Stream(), batch_size=2, num_workers=2, persistent_workers=True)
next(iter(loader))
print([[b.tolist() for b in loader] for _ in range(2)])
loader = DataLoader(Rows(6), batch_size=2, num_workers=2, persistent_workers=True, shuffle=True)
for _ in range(2):
    print(*loader, sep="\n")
print(torch.rand(1))

torch.manual_seed(3)
told = By(lambda i: [get_worker_info().id, get_worker_info().seed, type(get_worker_info().dataset).__name__])
print(list(DataLoader(told, num_workers=2, batch_size=None)))
pids = [int(p) for p in DataLoader(By(lambda i: os.getpid()), num_workers=2)]
print(len(set(pids)), os.getpid() in pids, torch.get_num_threads() >= 1, get_worker_info())
uneven = By(lambda i: time.sleep(0.3 * (i == 0)) or i)
print([int(x) for x in DataLoader(uneven, num_workers=2)])
print([int(x) for x in DataLoader(uneven, num_workers=2, in_order=False)])
mixed = By(lambda i: {"a": np.ones(2), "b": "t", "c": (i, [2.0]), "d": torch.ones(2, dtype=torch.bfloat16)}, 2)
print(next(iter(DataLoader(mixed, num_workers=1, batch_size=2))))
large = By(lambda i: (torch.full((300, 300), float(i)), np.arange(70000)), 4)
for x, y in DataLoader(large, num_workers=2, batch_size=2):
    x += 1
    print(x.mean(dim=(1, 2)), y.shape, int(y.sum()), x.is_contiguous())
attempt(lambda: DataLoader(Rows(), num_workers=1, multiprocessing_context="nope"))
attempt(lambda: DataLoader(Rows(), num_workers=1, multiprocessing_context=3))
attempt(lambda: DataLoader(Rows(), multiprocessing_context="fork"))


# ---------------------------------------------------------------------- processes of one's own
def add_one(t):
    t.add_(1)


def train(model, rank):
    torch.manual_seed(rank)
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    for _ in range(60):
        x = torch.randn(16, 2)
        optimizer.zero_grad()
        nn.functional.mse_loss(model(x), x @ torch.tensor([[1.0], [2.0]]) + 3).backward()
        optimizer.step()


def fails(rank, which):
    if rank == which:
        raise ValueError(f"rank {rank}")


def exits(rank):
    os._exit(3)


fork = mp.get_context("fork")


def run(function, *args):
    process = fork.Process(target=function, args=args)
    process.start()
    process.join()


shared, own = torch.zeros(2).share_memory_(), torch.zeros(2)
run(add_one, shared)
run(add_one, own)
print(shared, own, shared[1:].is_shared(), own.is_shared())
square = torch.ones(4).view(2, 2)
flat = square.view(-1)
square.share_memory_()
flat[0] = 7
print(square, flat.is_shared())
model = nn.Linear(2, 1).share_memory()
workers = [fork.Process(target=train, args=(model, rank)) for rank in range(2)]
for w in workers:
    w.start()
for w in workers:
    w.join()
print([[round(v, 2) for v in p.flatten().tolist()] for p in model.parameters()])
queue = fork.Queue()
queue.put(torch.arange(3))
print(queue.get(), sorted(mp.get_all_sharing_strategies()), mp.get_sharing_strategy())
print(mp.start_processes(fails, (-1,), 2, start_method="fork"))
attempt(lambda: mp.start_processes(fails, (1,), 2, start_method="fork"))
attempt(lambda: mp.start_processes(exits, (), 1, start_method="fork"))
