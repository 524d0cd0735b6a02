"""Samplers: the order in which a data set is read.

Invariant: one that draws takes from the generator what torch's takes, when torch's does: at the first index, not at iter().
"""

import itertools
from typing import Generic, TypeVar

from ... import dtypes
from ...functions.random import Generator
from ...functions.register import FUNCTIONS as T

Index = TypeVar("Index", covariant=True)


def whole(x):
    """Is x a positive integer, and no bool?"""
    return isinstance(x, int) and not isinstance(x, bool) and x > 0


def fresh_seed(generator=None):
    """An int64 drawn from the (default) generator, to seed another with."""
    return T["empty"]((), dtype=dtypes.BY_NAME["int64"]).random_(generator=generator).item()


class Sampler(Generic[Index]):
    """An order of indices: subclasses define __iter__, and __len__ where it is known."""

    def __iter__(self):
        raise NotImplementedError


class SequentialSampler(Sampler):
    """From the first sample to the last."""

    def __init__(self, data_source):
        self.data_source = data_source

    def __iter__(self):
        return iter(range(len(self.data_source)))

    def __len__(self):
        return len(self.data_source)


class RandomSampler(Sampler):
    """In random order; with `replacement` each index is drawn from all. `num_samples`: how many (else: all).

    >>> import compat as torch
    >>> _ = torch.manual_seed(0)
    >>> list(RandomSampler(range(5)))
    [1, 3, 4, 2, 0]
    """

    def __init__(self, data_source, replacement=False, num_samples=None, generator=None):
        self.data_source = data_source
        self.replacement = replacement
        self._num_samples = num_samples
        self.generator = generator
        if not isinstance(replacement, bool):
            raise TypeError(f"replacement should be a boolean value, but got replacement={replacement}")
        if not isinstance(self.num_samples, int) or self.num_samples <= 0:
            raise ValueError(f"num_samples should be a positive integer value, but got num_samples={self.num_samples}")

    @property
    def num_samples(self):
        return len(self.data_source) if self._num_samples is None else self._num_samples

    def __iter__(self):
        n = len(self.data_source)
        generator = Generator().manual_seed(fresh_seed()) if self.generator is None else self.generator
        if self.replacement:  # torch draws 32 at a time, and the last few once more, be they none
            for k in (*[32] * (self.num_samples // 32), self.num_samples % 32):
                yield from T["randint"](high=n, size=(k,), generator=generator).tolist()
        else:
            for _ in range(self.num_samples // n):
                yield from T["randperm"](n, generator=generator).tolist()
            yield from T["randperm"](n, generator=generator).tolist()[: self.num_samples % n]

    def __len__(self):
        return self.num_samples


class SubsetRandomSampler(Sampler):
    """The given indices in random order."""

    def __init__(self, indices, generator=None):
        self.indices = indices
        self.generator = generator

    def __iter__(self):
        for i in T["randperm"](len(self.indices), generator=self.generator).tolist():
            yield self.indices[i]

    def __len__(self):
        return len(self.indices)


class WeightedRandomSampler(Sampler):
    """num_samples indices drawn with the given weights."""

    def __init__(self, weights, num_samples, replacement=True, generator=None):
        if not whole(num_samples):
            raise ValueError(f"num_samples should be a positive integer value, but got num_samples={num_samples}")
        if not isinstance(replacement, bool):
            raise ValueError(f"replacement should be a boolean value, but got replacement={replacement}")
        self.weights = T["as_tensor"](weights, dtype=dtypes.BY_NAME["float64"])
        if len(self.weights.shape) != 1:
            raise ValueError(
                f"weights should be a 1d sequence but given weights have shape {tuple(self.weights.shape)}"
            )
        self.num_samples = num_samples
        self.replacement = replacement
        self.generator = generator

    def __iter__(self):
        yield from T["multinomial"](self.weights, self.num_samples, self.replacement, generator=self.generator).tolist()

    def __len__(self):
        return self.num_samples


class BatchSampler(Sampler):
    """The indices of another sampler in lists of batch_size; drop_last: not a shorter one at the end.

    >>> list(BatchSampler(range(5), batch_size=2, drop_last=False))
    [[0, 1], [2, 3], [4]]
    """

    def __init__(self, sampler, batch_size, drop_last):
        if not whole(batch_size):
            raise ValueError(f"batch_size should be a positive integer value, but got batch_size={batch_size}")
        if not isinstance(drop_last, bool):
            raise ValueError(f"drop_last should be a boolean value, but got drop_last={drop_last}")
        self.sampler = sampler
        self.batch_size = batch_size
        self.drop_last = drop_last

    def __iter__(self):
        indices = iter(self.sampler)
        while batch := list(itertools.islice(indices, self.batch_size)):
            if self.drop_last and len(batch) < self.batch_size:
                return
            yield batch

    def __len__(self):
        n = len(self.sampler)
        return n // self.batch_size if self.drop_last else -(-n // self.batch_size)
