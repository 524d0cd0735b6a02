"""DataLoader: batches of a data set, in torch's order after manual_seed.

Invariant: an iterator draws from the default generator what torch's draws, when torch's does. Workers are
processes (by_workers.py, worker.py).
"""

import itertools
import os
from collections.abc import Callable
from typing import Any, Generic

from funcgrad.core.site import warn
from funcgrad.core.tracebacks import trim

from ...accelerator import is_available as has_accelerator
from ._utils.collate import default_collate, default_convert
from .dataset import IterableDataset, Sample, get_worker_info, stacked_samples
from .sampler import BatchSampler, RandomSampler, Sampler, SequentialSampler, fresh_seed

__all__ = ["DataLoader", "default_collate", "default_convert", "get_worker_info"]
FIXED = ("batch_size", "batch_sampler", "sampler", "drop_last", "dataset", "persistent_workers")

_collate_fn_t = Callable[[list], Any]  # (what programs annotate with)
_worker_init_fn_t = Callable[[int], None]


class _DatasetKind:
    """What torch calls the two kinds of data sets."""

    Map = 0
    Iterable = 1


class _InfiniteConstantSampler(Sampler):
    """None for ever: what stands for the indices of a stream."""

    def __iter__(self):
        return itertools.repeat(None)


class DataLoader(Generic[Sample]):
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
        self.num_workers = num_workers
        self.multiprocessing_context = multiprocessing_context
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
        self.prefetch_factor = 2 if num_workers and prefetch_factor is None else prefetch_factor
        self.pin_memory = pin_memory
        self.pin_memory_device = pin_memory_device
        self.timeout = timeout
        self.worker_init_fn = worker_init_fn
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
            import multiprocessing

            from ...multiprocessing import get_context

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
        if not self.num_workers:
            return _SingleProcessDataLoaderIter(self)
        from .by_workers import _MultiProcessingDataLoaderIter

        self.check_worker_number_rationality()
        return _MultiProcessingDataLoaderIter(self)

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
            warn(
                f"This DataLoader will create {self.num_workers} worker processes in total. {advice} Please be aware that excessive "
                "worker creation might get DataLoader running slow or even freeze, lower the worker number to avoid potential "
                "slowness/freeze if necessary.",
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
            warn(
                "'pin_memory' argument is set as true but no accelerator is found, then device pinned memory won't be used.",
            )
        self._loader = loader
        self._num_yielded = 0
        self._expected = loader._IterableDataset_len_called  # (as it was when the pass began)
        self._sampler_iter = iter(loader._index_sampler)
        self._base_seed = fresh_seed(loader.generator)

    def __iter__(self):
        return self

    def __getstate__(self):
        raise NotImplementedError("{} cannot be pickled", type(self).__name__)

    def __len__(self):
        return len(self._loader._index_sampler)

    def __next__(self):
        try:
            batch = self._next_data()
            self._num_yielded += 1
            if self._expected is not None and self._num_yielded > self._expected:
                self._warn_longer(self._expected)
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
        warn(text)


class _SingleProcessDataLoaderIter(_BaseDataLoaderIter):
    """A pass without workers."""

    def __init__(self, loader):
        super().__init__(loader)
        if loader.timeout:
            raise AssertionError("_SingleProcessDataLoaderIter requires timeout == 0")
        self._fetch = Fetcher(loader)(loader.dataset)

    def _next_data(self):
        return self._fetch(next(self._sampler_iter))


def __getattr__(name):
    """The pass with workers, whose module is loaded when there are any."""
    if name == "_MultiProcessingDataLoaderIter":
        from .by_workers import _MultiProcessingDataLoaderIter

        return _MultiProcessingDataLoaderIter
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
