"""What a worker of a DataLoader may know of itself."""

from dataclasses import dataclass


@dataclass(frozen=True)
class WorkerInfo:
    """A worker as its data set may see it: its number, of how many, its seed, and its copy of the data set."""

    id: int
    num_workers: int
    seed: int
    dataset: object
    worker_method: str | None = "multiprocessing"


class Active:
    """The worker that this process is, if it is one."""

    info = None


def get_worker_info():
    """The WorkerInfo of the worker that calls, None outside one."""
    return Active.info
