"""The orders in which data is read, and what reading draws from the random streams."""

import random

import numpy as np
import torch
from torch.utils.data import (
    BatchSampler,
    ChainDataset,
    ConcatDataset,
    DataLoader,
    Dataset,
    DistributedSampler,
    IterableDataset,
    RandomSampler,
    StackDataset,
    Subset,
    SubsetRandomSampler,
    TensorDataset,
    WeightedRandomSampler,
    default_convert,
    get_worker_info,
    random_split,
)


class Stream(IterableDataset):
    def __init__(self, start, end):
        self.start, self.end = start, end

    def __iter__(self):
        for k in range(self.start, self.end):
            yield k, torch.rand(1), random.random(), np.random.rand()

    def __len__(self):
        return self.end - self.start


class Rows(Dataset):
    def __len__(self):
        return 9

    def __getitem__(self, i):
        worker = get_worker_info()
        return {
            "i": i,
            "u": torch.rand(2),
            "n": np.random.rand(2),
            "pair": ("x", 1.5),
            "of": worker.id if worker else -1,
        }


def shard(i):
    data = get_worker_info().dataset
    data.start, data.end = i * 3, i * 3 + 3 + i


def attempt(f):
    try:
        print(f())
    except Exception as error:
        print(type(error).__name__, error)


random.seed(0)
np.random.seed(0)
torch.manual_seed(0)
whole = TensorDataset(torch.arange(7), torch.randn(7, 2))
print(*DataLoader(whole, batch_size=3, shuffle=True), sep="\n")
print(
    *DataLoader(whole, batch_size=3, shuffle=True, drop_last=True, generator=torch.Generator().manual_seed(3)), sep="\n"
)
parts = random_split(whole, [0.5, 0.25, 0.25])
print([list(p.indices) for p in parts], torch.rand(1))
print(*DataLoader(parts[0], batch_size=2, shuffle=True), sep="\n")
print([list(p) for p in random_split(range(10), [3, 7], generator=torch.Generator().manual_seed(42))])
for sampler in (
    RandomSampler(range(40), replacement=True, num_samples=35),
    RandomSampler(range(5), num_samples=12),
    SubsetRandomSampler([3, 1, 4, 1, 5]),
    WeightedRandomSampler([0.1, 0.9, 0.4, 3.0], 6),
    WeightedRandomSampler([0.1, 0.9, 0.4, 3.0], 3, replacement=False),
    BatchSampler(RandomSampler(range(7)), 3, True),
    DistributedSampler(range(10), 3, 1),
    DistributedSampler(range(10), 3, 2, shuffle=False, drop_last=True),
    DistributedSampler(range(2), 5, 4),
):
    print(type(sampler).__name__, len(sampler), list(sampler), list(sampler))
loader = DataLoader(Stream(0, 5), batch_size=2, num_workers=2, worker_init_fn=shard)
print(*loader, torch.rand(2), sep="\n")
for _ in range(2):
    print(*DataLoader(Rows(), batch_size=2, num_workers=3, shuffle=True), sep="\n")
loader = DataLoader(Rows(), batch_size=4, num_workers=2, shuffle=True, persistent_workers=True, prefetch_factor=1)
for _ in range(2):
    print(*loader, torch.rand(1), sep="\n")
print(*DataLoader(Rows(), batch_size=None), sep="\n")
print(*DataLoader(range(5), batch_sampler=[[0, 4], [2]], collate_fn=lambda batch: sum(batch)))
print(list(DataLoader(ChainDataset([Stream(0, 2), Stream(5, 6)]), batch_size=None)), torch.rand(1))
both = ConcatDataset([range(3), Subset(range(10), [7, 9])]) + range(1)
print(
    [both[i] for i in range(-1, 5)],
    len(both),
    StackDataset(range(3), [4, 5, 6])[1],
    StackDataset(a=range(3), b=[4, 5, 6])[2],
)
print(*DataLoader(StackDataset(a=range(3), b=[4, 5, 6]), batch_size=2), default_convert([np.arange(2), (1, "a")]))
print(len(DataLoader(range(10), 3)), len(DataLoader(range(10), 3, drop_last=True)), len(DataLoader(Stream(0, 5), 2)))
attempt(lambda: DataLoader(range(3), shuffle=True, sampler=[0]))
attempt(lambda: DataLoader(range(3), batch_sampler=[[0]], batch_size=2))
attempt(lambda: DataLoader(range(3), batch_size=0))
attempt(lambda: DataLoader(Stream(0, 1), shuffle=True))
attempt(lambda: DataLoader(range(3), prefetch_factor=2))
attempt(lambda: DataLoader([], shuffle=True))
attempt(lambda: setattr(DataLoader(range(3)), "batch_size", 3))
attempt(lambda: list(DataLoader([[1], [1, 2]], batch_size=2)))
attempt(lambda: list(DataLoader([object], batch_size=2)))
attempt(lambda: random_split(range(5), [2, 2]))
attempt(lambda: TensorDataset(torch.ones(2), torch.ones(3)))
attempt(lambda: WeightedRandomSampler([[0.5]], 1))
attempt(lambda: both[-9])
