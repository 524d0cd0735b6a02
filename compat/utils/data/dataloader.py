"""DataLoader: batches of a data set, in torch's order after manual_seed.

Invariant: an iterator draws from the default generator what torch's draws, when torch's does. Workers are not processes: what
they would do is done here, each under random states of its own (worker.py), batch by batch in torch's order.
"""

import itertools
import warnings
from collections import deque

from funcgrad.core.tracebacks import trim

from ...accelerator import is_available as has_accelerator
from ._utils.collate import default_collate, default_convert
from .dataset import IterableDataset, stacked_samples
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, fresh_seed
from .worker import Worker, get_worker_info

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
    makes a batch of a list of samples; `generator` is what orders are drawn from. Workers run in this process.

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
        check_workers(num_workers, timeout, prefetch_factor, persistent_workers, multiprocessing_context)
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

    def __class_getitem__(cls, item):
        return cls

    def __setattr__(self, name, value):
        if self._finished and name in FIXED:
            raise ValueError(f"{name} attribute should not be set after {type(self).__name__} is initialized")
        super().__setattr__(name, value)

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

    def __len__(self):
        if self._dataset_kind == _DatasetKind.Map:
            return len(self._index_sampler)
        n = self._IterableDataset_len_called = len(self.dataset)
        if self.batch_size is None:
            return n
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)


def check_workers(num_workers, timeout, prefetch_factor, persistent_workers, context):
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
    if context is not None and num_workers == 0:
        raise ValueError(
            "multiprocessing_context can only be used with multi-process loading (num_workers > 0), but got num_workers=0"
        )


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


def fetcher(loader, dataset):
    """fetch(indices) of a data set: one batch, or without batches one sample. StopIteration at the end of a stream."""
    collate = loader.collate_fn
    batched = loader._auto_collation
    if loader._dataset_kind == _DatasetKind.Iterable:
        return stream_fetcher(iter(dataset), batched, collate, loader.drop_last)
    if not batched:
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
        self._fetch = fetcher(loader, loader.dataset)

    def _next_data(self):
        return self._fetch(next(self._sampler_iter))


class ByWorkers(_BaseDataLoaderIter):
    """A pass with workers: batches go round them in turn, less those whose stream has ended.

    As in torch, `prefetch_factor` index lists a worker are drawn before the first batch is, and one more for each batch.
    """

    def __init__(self, loader):
        super().__init__(loader)

        def start(info):
            if loader.worker_init_fn is not None:
                loader.worker_init_fn(info.id)
            return fetcher(loader, info.dataset)

        self._workers = [
            Worker(i, loader.num_workers, self._base_seed, loader.dataset, start) for i in range(loader.num_workers)
        ]
        self._hand_out(loader)

    def _reset(self, loader):
        """Begin another pass with the same workers."""
        self._sampler_iter = iter(loader._index_sampler)
        self._num_yielded = 0
        for worker in self._workers:
            with worker:
                worker.fetch = fetcher(loader, worker.info.dataset)
        self._hand_out(loader)

    def _hand_out(self, loader):
        self._turn = itertools.cycle(self._workers)
        self._ended = set()
        self._tasks = deque()
        for _ in range(loader.prefetch_factor * loader.num_workers):
            self._add_task()

    def _add_task(self):
        """Give the next indices to the worker whose turn it is."""
        if len(self._ended) == len(self._workers):
            return
        indices = next(self._sampler_iter, self)
        if indices is not self:
            worker = next(w for w in self._turn if w.info.id not in self._ended)
            self._tasks.append((worker, indices))

    def _next_data(self):
        while self._tasks:
            worker, indices = self._tasks.popleft()
            if worker.info.id in self._ended:
                continue
            with worker:
                try:
                    batch = worker.fetch(indices)
                except StopIteration:
                    if self._loader._dataset_kind == _DatasetKind.Map:
                        raise
                    self._ended.add(worker.info.id)
                    batch = self
            self._add_task()
            if batch is not self:
                return batch
        raise StopIteration
