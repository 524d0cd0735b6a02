"""A pass over a DataLoader with workers: the side of the loader's own process.

Invariant: batches come in torch's order, whichever is ready first (in_order=False: as they come), and the workers end with the pass, or
with the loader if they are persistent.
"""

import itertools
import os
import signal
import time
import weakref
from multiprocessing.connection import wait

from ..._utils import ExceptionWrapper
from ...multiprocessing import get_context
from .dataloader import Fetcher, _BaseDataLoaderIter
from .worker import AGAIN, STOP, Ended, receive, work


class _MultiProcessingDataLoaderIter(_BaseDataLoaderIter):
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
        self._expected = loader._IterableDataset_len_called
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
        if isinstance(batch, ExceptionWrapper):
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
        """RuntimeError that a worker has ended, which comes from one that says how."""
        process = self._processes[worker]
        process.join(1.0)
        code = process.exitcode
        if code is not None and code < 0:
            how = f"is killed by signal: {signal.strsignal(-code)}. "
        else:
            how = (
                f"exited unexpectedly with exit code {code}. Details are lost due to multiprocessing. Rerunning with num_workers=0 may "
                "give better error trace."
            )
        ended = RuntimeError(f"DataLoader worker (pid {process.pid}) {how}")
        raise RuntimeError(f"DataLoader worker (pid(s) {process.pid}) exited unexpectedly") from ended


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
