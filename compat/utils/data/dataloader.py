"""DataLoader: batches of a data set, in torch's order after manual_seed.

Invariant: an iterator draws from the default generator what torch's draws, when torch's does. Batches of workers, which are
processes (worker.py), come in torch's order, whichever is ready first.
"""

import itertools
import multiprocessing
import os
import signal
import time
import warnings
import weakref
from multiprocessing.connection import wait

from funcgrad.core.tracebacks import trim

from ...accelerator import is_available as has_accelerator
from ...multiprocessing import get_context
from ._utils.collate import default_collate, default_convert
from .dataset import IterableDataset, stacked_samples
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, fresh_seed
from .worker import AGAIN, STOP, Ended, Failure, get_worker_info, receive, work

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]
FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")


class _DatasetKind:
    """What torch calls the two kinds of data sets."""

    Map = 0
    Iterable = 1


class _InfiniteConstantSampler(Sampler):
    """None for ever: what stands for the indices of a stream."""

    def __iter__(self):
        return itertools.repeat(None)


class DataLoader:
    """Batches of a data set: an iterable that may be gone through any number of times.

    `shuffle`, `sampler` (an order of indices) and `batch_sampler` (an order of lists of indices) say in which order; `collate_fn`
    makes a batch of a list of samples; `generator` is what orders are drawn from; `num_workers`
    processes make the batches.

    >>> import compat as torch
    >>> [batch.tolist() for batch in DataLoader(torch.arange(5), batch_size=2)]
    [[0, 1], [2, 3], [4]]
    """

    _iterator = None
    _finished = False

    def __init__(
        self,
        dataset,
        batch_size=1,
        shuffle=None,
        sampler=None,
        batch_sampler=None,
        num_workers=0,
        collate_fn=None,
        pin_memory=False,
        drop_last=False,
        timeout=0,
        worker_init_fn=None,
        multiprocessing_context=None,
        generator=None,
        *,
        prefetch_factor=None,
        persistent_workers=False,
        pin_memory_device="",
        in_order=True,
    ):
        check_workers(num_workers, timeout, prefetch_factor, persistent_workers)
        streamed = isinstance(dataset, IterableDataset)
        check_order(streamed, shuffle, sampler, batch_sampler, batch_size, drop_last)
        if sampler is None:
            if streamed:
                sampler = _InfiniteConstantSampler()
            else:
                sampler = RandomSampler(dataset, generator=generator) if shuffle else SequentialSampler(dataset)
        if batch_sampler is not None:
            batch_size = None
            drop_last = False
        elif batch_size is not None:
            batch_sampler = BatchSampler(sampler, batch_size, drop_last)
        self.dataset = dataset
        self.num_workers = num_workers
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
        self.multiprocessing_context = multiprocessing_context
        self.in_order = in_order
        self._dataset_kind = _DatasetKind.Iterable if streamed else _DatasetKind.Map
        self.batch_size = batch_size
        self.drop_last = drop_last
        self.sampler = sampler
        self.batch_sampler = batch_sampler
        self.generator = generator
        self.collate_fn = collate_fn or (default_convert if batch_sampler is None else default_collate)
        self.persistent_workers = persistent_workers
        self._IterableDataset_len_called = None
        self._finished = True
        self.check_worker_number_rationality()

    def __class_getitem__(cls, item):
        return cls

    def __setattr__(self, name, value):
        if self._finished and name in FIXED:
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

    @property
    def multiprocessing_context(self):
        """Python's multiprocessing with the start method of the workers, None for the one that is set."""
        return self._context

    @multiprocessing_context.setter
    def multiprocessing_context(self, context):
        if context is not None:
            if self.num_workers == 0:
                raise ValueError(
                    "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers=0"
                )
            methods = multiprocessing.get_all_start_methods()
            if isinstance(context, str):
                if context not in methods:
                    raise ValueError(
                        f"multiprocessing_context option should specify a valid start method in {methods}, but got "
                        f"multiprocessing_context={context!r}"
                    )
                context = get_context(context)
            if not isinstance(context, multiprocessing.context.BaseContext):
                raise TypeError(
                    "multiprocessing_context option should be a valid context object or a string specifying the start method, but "
                    f"got multiprocessing_context={context}"
                )
        self._context = context

    @property
    def _auto_collation(self):
        return self.batch_sampler is not None

    @property
    def _index_sampler(self):
        return self.sampler if self.batch_sampler is None else self.batch_sampler

    def __iter__(self):
        if not self.persistent_workers:
            return self._get_iterator()
        if self._iterator is None:
            self._iterator = self._get_iterator()
        else:
            self._iterator._reset(self)
        return self._iterator

    def _get_iterator(self):
        return (ByWorkers if self.num_workers else InTurn)(self)

    def check_worker_number_rationality(self):
        """Warn of more workers than there are processors."""
        counted = hasattr(os, "sched_getaffinity")
        most = len(os.sched_getaffinity(0)) if counted else os.cpu_count()
        if self.num_workers and (most is None or self.num_workers > most):
            advice = (
                "DataLoader is not able to compute a suggested max number of worker in current system."
                if most is None
                else f"Our suggested max number of worker in current system is {most}"
                f"{'' if counted else ' (`cpuset` is not taken into account)'}, which is smaller than what this DataLoader is going "
                "to create."
            )
            warnings.warn(
                f"This DataLoader will create {self.num_workers} worker processes in total. {advice} Please be aware that excessive "
                "worker creation might get DataLoader running slow or even freeze, lower the worker number to avoid potential "
                "slowness/freeze if necessary.",
                stacklevel=3,
            )

    def __len__(self):
        if self._dataset_kind == _DatasetKind.Map:
            return len(self._index_sampler)
        n = self._IterableDataset_len_called = len(self.dataset)
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def check_workers(num_workers, timeout, prefetch_factor, persistent_workers):
    if num_workers < 0:
        raise ValueError("num_workers option should be non-negative; use num_workers=0 to disable multiprocessing.")
    if timeout < 0:
        raise ValueError("timeout option should be non-negative")
    if num_workers == 0 and prefetch_factor is not None:
        raise ValueError(
            "prefetch_factor option could only be specified in multiprocessing.let num_workers > 0 to enable multiprocessing, "
            "otherwise set prefetch_factor to None."
        )
    if prefetch_factor is not None and prefetch_factor < 0:
        raise ValueError("prefetch_factor option should be non-negative")
    if persistent_workers and num_workers == 0:
        raise ValueError("persistent_workers option needs num_workers > 0")


def check_order(streamed, shuffle, sampler, batch_sampler, batch_size, drop_last):
    if streamed:
        given = {"shuffle": shuffle or None, "sampler": sampler, "batch_sampler": batch_sampler}
        for name, value in given.items():
            if value is not None:
                raise ValueError(
                    f"DataLoader with IterableDataset: expected unspecified {name} option, but got {name}={value}"
                )
    if sampler is not None and shuffle:
        raise ValueError("sampler option is mutually exclusive with shuffle")
    if batch_sampler is not None and (batch_size != 1 or shuffle or sampler is not None or drop_last):
        raise ValueError("batch_sampler option is mutually exclusive with batch_size, shuffle, sampler, and drop_last")
    if batch_sampler is None and batch_size is None and drop_last:
        raise ValueError("batch_size=None option disables auto-batching and is mutually exclusive with drop_last")


class Fetcher:
    """How a loader makes batches of a data set; a worker gets it without the loader."""

    def __init__(self, loader):
        self.streamed = loader._dataset_kind == _DatasetKind.Iterable
        self.batched, self.collate, self.drop_last = loader._auto_collation, loader.collate_fn, loader.drop_last

    def __call__(self, dataset):
        """fetch(indices): one batch, or without batches one sample. StopIteration at the end of a stream."""
        collate = self.collate
        if self.streamed:
            return stream_fetcher(iter(dataset), self.batched, collate, self.drop_last)
        if not self.batched:
            return lambda index: collate(dataset[index])
        own = getattr(dataset, "__getitems__", None)

        def fetch(indices):
            if collate is default_collate:
                batch = stacked_samples(dataset, indices)
                if batch is not None:
                    return batch
            return collate(own(indices) if own else [dataset[i] for i in indices])

        return fetch


def stream_fetcher(samples, batched, collate, drop_last):
    def fetch(indices):
        if not batched:
            return collate(next(samples))
        batch = list(itertools.islice(samples, len(indices)))
        if not batch or (drop_last and len(batch) < len(indices)):
            raise StopIteration
        return collate(batch)

    return fetch


class _BaseDataLoaderIter:
    """One pass over a DataLoader."""

    def __init__(self, loader):
        if loader.pin_memory and not has_accelerator():
            warnings.warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
                stacklevel=4,
            )
        self._loader = loader
        self._num_yielded = 0
        self._sampler_iter = iter(loader._index_sampler)
        self._base_seed = fresh_seed(loader.generator)

    def __iter__(self):
        return self

    def __len__(self):
        return len(self._loader._index_sampler)

    def __next__(self):
        try:
            batch = self._next_data()
            self._num_yielded += 1
            expected = self._loader._IterableDataset_len_called
            if expected is not None and self._num_yielded > expected:
                self._warn_longer(expected)
            return batch
        except BaseException as error:
            trim(error)
            raise

    def _warn_longer(self, expected):
        text = (
            f"Length of IterableDataset {self._loader.dataset} was reported to be {expected}(when accessing len(dataloader)), but "
            f"{self._num_yielded} samples have been fetched. "
        )
        if self._loader.num_workers:
            text += (
                "For multiprocessing data-loading, this could be caused by not properly configuring the IterableDataset replica "
                "at each worker. Please see https://pytorch.org/docs/stable/data.html#torch.utils.data.IterableDataset for "
                "examples."
            )
        warnings.warn(text, stacklevel=3)


class InTurn(_BaseDataLoaderIter):
    """A pass without workers."""

    def __init__(self, loader):
        super().__init__(loader)
        self._fetch = Fetcher(loader)(loader.dataset)

    def _next_data(self):
        return self._fetch(next(self._sampler_iter))


class ByWorkers(_BaseDataLoaderIter):
    """A pass with workers: batches go round them in turn, less those whose stream has ended.

    As in torch, `prefetch_factor` index lists a worker are drawn before the first batch is, and one more for each batch.
    """

    def __init__(self, loader):
        super().__init__(loader)
        context = loader.multiprocessing_context or get_context()
        forked = context.get_start_method() == "fork"
        self._pipes, self._processes = [], []
        self._close = weakref.finalize(self, shut_down, self._pipes, self._processes)
        how = loader.worker_init_fn, Fetcher(loader)
        for number in range(loader.num_workers):
            pipe, other = context.Pipe()
            self._pipes.append(pipe)
            others = list(self._pipes) if forked else []
            args = other, others, number, loader.num_workers, self._base_seed, loader.dataset, *how
            process = context.Process(target=work, args=args, daemon=True)
            process.start()
            other.close()
            self._processes.append(process)
        self._numbers = itertools.count()
        self._hand_out()

    def _reset(self, loader):
        """Begin another pass with the same workers."""
        self._sampler_iter = iter(loader._index_sampler)
        self._num_yielded = 0
        for pipe in self._pipes:
            pipe.send(AGAIN)
        self._hand_out()

    def _hand_out(self):
        count = len(self._pipes)
        self._turn = itertools.cycle(range(count))
        self._ended = set()
        self._tasks = {}  # number -> worker, of batches that have not been handed on, in order
        self._arrived = {}  # number -> batch, of those among them that are there
        for _ in range(self._loader.prefetch_factor * count):
            self._add_task()

    def _add_task(self):
        """Give the next indices to the worker whose turn it is, or out of order to the next that has room."""
        if len(self._ended) == len(self._pipes):
            return
        indices = next(self._sampler_iter, self)
        if indices is self:
            return
        worker = next(w for w in self._turn if w not in self._ended and (self._loader.in_order or self._has_room(w)))
        number = next(self._numbers)
        self._tasks[number] = worker
        try:
            self._pipes[worker].send((number, indices))
        except OSError:
            self._refuse_dead(worker)

    def _has_room(self, worker):
        return list(self._tasks.values()).count(worker) < self._loader.prefetch_factor

    def _next_data(self):
        while True:
            for number, worker in list(self._tasks.items()):  # what was given to a stream at its end
                if worker in self._ended and number not in self._arrived:
                    del self._tasks[number]
            if not self._tasks:
                if not self._loader.persistent_workers:
                    self._close()
                raise StopIteration
            number = next(iter(self._tasks if self._loader.in_order else self._arrived), None)
            if number in self._arrived:
                return self._handed_on(number)
            self._receive()

    def _handed_on(self, number):
        del self._tasks[number]
        batch = self._arrived.pop(number)
        self._add_task()
        if isinstance(batch, Failure):
            batch.reraise()
        return batch

    def _receive(self):
        """Take in what has arrived; waits until something has."""
        ready = wait([*self._pipes, *[p.sentinel for p in self._processes]], self._loader.timeout or None)
        if not ready:
            raise RuntimeError(f"DataLoader timed out after {self._loader.timeout} seconds")
        arrived = [w for w, pipe in enumerate(self._pipes) if pipe in ready]
        if not arrived:
            self._refuse_dead(next(w for w, p in enumerate(self._processes) if p.sentinel in ready))
        for worker in arrived:
            try:
                number, batch = receive(self._pipes[worker])
            except (EOFError, ConnectionError):
                self._refuse_dead(worker)
            if number not in self._tasks:
                continue  # (of a pass that was not gone through to its end)
            if isinstance(batch, Ended):
                self._ended.add(worker)
                self._add_task()
            else:
                self._arrived[number] = batch

    def _refuse_dead(self, worker):
        """RuntimeError that says how a worker has ended."""
        process = self._processes[worker]
        process.join(1.0)
        code = process.exitcode
        if code is not None and code < 0:
            raise RuntimeError(
                f"DataLoader worker (pid {process.pid}) is killed by signal: {signal.strsignal(-code)}. "
            )
        raise RuntimeError(
            f"DataLoader worker (pid {process.pid}) exited unexpectedly with exit code {code}. Details are lost due to "
            "multiprocessing. Rerunning with num_workers=0 may give better error trace."
        )


def shut_down(pipes, processes):
    """Have workers end after what they are at; those that do not within five seconds are ended."""
    for pipe in pipes:
        try:
            pipe.send(STOP)
        except OSError:
            pass  # it has ended
        pipe.close()
    end = time.monotonic() + 5.0
    for process in processes:
        if process._parent_pid != os.getpid():
            continue  # (a copy of the loader in another process, which is not the parent of its workers)
        process.join(max(0.0, end - time.monotonic()))
        if process.is_alive():
            process.terminate()
            process.join()
        process.close()
