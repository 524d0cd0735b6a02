"""What a DataLoader's worker is here: not a process, but its own random state, its own copy of the data set and its place
among the workers, put in force while a batch of its is fetched.

Invariant: outside `with worker:` the random states are the caller's, whatever a data set or an init function has drawn.
"""

import copy
import random
from dataclasses import dataclass

import numpy as np

from ...functions.random import default_generator


@dataclass(frozen=True)
class WorkerInfo:
    """A worker as its data set may see it: its number, of how many, its seed, and its copy of the data set."""

    id: int
    num_workers: int
    seed: int
    dataset: object
    worker_method: str | None = "multiprocessing"


class Active:
    """The worker in force, if there is one."""

    info = None


def get_worker_info():
    """The WorkerInfo of the worker that calls, None outside one."""
    return Active.info


class RandomStates:
    """The states of the generators of torch, Python and NumPy."""

    def __init__(self):
        self.torch = default_generator.get_state()
        self.python = random.getstate()
        self.numpy = np.random.get_state()

    def restore(self):
        """Put these states in force."""
        default_generator.set_state(self.torch)
        random.setstate(self.python)
        np.random.set_state(self.numpy)


class Worker:
    """The i-th of n workers, seeded from base_seed as torch seeds it; `start` is called as soon as it is in force."""

    def __init__(self, number, count, base_seed, dataset, start):
        self.info = WorkerInfo(number, count, base_seed + number, copy.copy(dataset))
        self.states = None
        with self:
            random.seed(self.info.seed)
            default_generator.manual_seed(self.info.seed)
            np.random.seed(
                np.random.SeedSequence([number, base_seed & 0xFFFFFFFF, base_seed >> 32, 0]).generate_state(4)
            )
            self.fetch = start(self.info)

    def __enter__(self):
        self.outside = RandomStates()
        self.outer_info, Active.info = Active.info, self.info
        if self.states is not None:
            self.states.restore()

    def __exit__(self, *error):
        self.states = RandomStates()
        Active.info = self.outer_info
        self.outside.restore()
