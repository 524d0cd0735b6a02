"""DistributedSampler: the part of a data set that one of several replicas reads."""

import math

from ...distributed import get_rank, get_world_size
from ...functions.random import Generator
from ...functions.register import FUNCTIONS as T
from .sampler import Sampler


class DistributedSampler(Sampler):
    """Every num_replicas-th index from the rank-th on, of all in an order that seed and epoch decide.

    Replicas read equally many: the first indices are repeated at the end, or with drop_last the last are left out.
    """

    def __init__(self, dataset, num_replicas=None, rank=None, shuffle=True, seed=0, drop_last=False):
        num_replicas = get_world_size() if num_replicas is None else num_replicas
        rank = get_rank() if rank is None else rank
        if rank >= num_replicas or rank < 0:
            raise ValueError(f"Invalid rank {rank}, rank should be in the interval [0, {num_replicas - 1}]")
        self.dataset = dataset
        self.num_replicas = num_replicas
        self.rank = rank
        self.epoch = 0
        self.drop_last = drop_last
        self.shuffle = shuffle
        self.seed = seed
        n = len(dataset)
        self.num_samples = n // num_replicas if drop_last else math.ceil(n / num_replicas)
        self.total_size = self.num_samples * num_replicas

    def __iter__(self):
        order = list(range(len(self.dataset)))
        if self.shuffle:
            generator = Generator().manual_seed(self.seed + self.epoch)
            order = T["randperm"](len(order), generator=generator).tolist()
        if order:
            order *= math.ceil(self.total_size / len(order))  # (once, unless there are fewer samples than replicas)
            order += order
        return iter(order[self.rank : self.total_size : self.num_replicas])

    def __len__(self):
        return self.num_samples

    def set_epoch(self, epoch):
        """Say which epoch it is, so that it gets an order of its own."""
        self.epoch = epoch
