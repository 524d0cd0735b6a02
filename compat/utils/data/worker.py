"""A DataLoader's worker: a process of its own, which fetches what it is sent the indices of, until it is told to stop or nobody is
left to tell it.

Invariant: its random states (torch's, Python's and NumPy's) are seeded from the loader's draw and its own number, as torch seeds them.
"""

import io
import os
import pickle
import queue
import random
import threading
from collections import deque
from multiprocessing import connection, parent_process, reduction

import numpy as np

from funcgrad.core.tracebacks import drop

from ..._duplicates import alone
from ..._settings import set_num_threads
from ..._utils import ExceptionWrapper
from ...functions.random import default_generator
from ...tensor import Tensor
from ._utils.worker import _generate_state
from .dataset import Active, WorkerInfo

STOP, AGAIN = "stop", "again"  # what a worker may be told besides (number, indices)
LARGE = 1 << 16  # arrays from this size on do not go through the pickle


class Ended:
    """In the place of a batch: the worker's stream has ended."""


def as_text(error, number):
    """In the place of a batch: an error, as text."""
    drop(error)
    got = ExceptionWrapper((type(error), error, error.__traceback__), f"in DataLoader worker process {number}")
    if not error.__traceback__:  # (where no frame is left, Python leaves this out)
        got.exc_msg = "Traceback (most recent call last):\n" + got.exc_msg
    return got


# ------------------------------------------------------------------------------------------------ what goes through the pipe
class Packer(pickle.Pickler):
    """A pickler that refuses Tensors with a history, as torch does between processes, and sends no memory around the others."""

    def reducer_override(self, obj):
        if not isinstance(obj, Tensor):
            return NotImplemented
        if not obj.is_leaf:
            raise RuntimeError(
                "Cowardly refusing to serialize non-leaf tensor which requires_grad, since autograd does not support crossing process "
                "boundaries.  If you just want to transfer the data, call detach() on the tensor before serializing (e.g., putting "
                "it on the queue)."
            )
        return alone(obj)


def packed(value):
    """(a pickle, the memory of the large arrays in the value)."""
    large = []
    head = io.BytesIO()

    def keep(buffer):
        memory = buffer.raw()
        if memory.nbytes < LARGE:
            return True
        large.append(memory)

    Packer(head, 5, buffer_callback=keep).dump(value)
    return head.getvalue(), large


def send(pipe, message):
    """Send what `packed` made: large arrays in a file that is memory only, where the system has such files."""
    head, large = message
    pipe.send((head, [memory.nbytes for memory in large]))
    if large and hasattr(os, "memfd_create"):
        with open(os.memfd_create("batch"), "wb", buffering=0) as file:
            for memory in large:
                written = 0
                while written < memory.nbytes:
                    written += file.write(memory[written:])
            reduction.send_handle(pipe, file.fileno(), None)
    else:
        for memory in large:
            pipe.send_bytes(memory)


def receive(pipe):
    """The value that was sent."""
    head, sizes = pipe.recv()
    buffers = [np.empty(n, np.uint8) for n in sizes]
    if sizes and hasattr(
        os, "memfd_create"
    ):  # (not mapped: an open file for each batch that is kept would be too many)
        with open(reduction.recv_handle(pipe), "rb", buffering=0) as file:
            file.seek(0)
            for buffer in buffers:
                taken = 0
                while taken < buffer.nbytes:
                    taken += file.readinto(buffer[taken:])
    else:
        for buffer in buffers:
            pipe.recv_bytes_into(buffer)
    return pickle.loads(head, buffers=buffers)


# ------------------------------------------------------------------------------------------------ the process
def sender(pipe):
    """A queue of messages that are sent one after the other, while the next batch is fetched."""
    messages = queue.SimpleQueue()

    def run():
        try:
            while True:
                send(pipe, messages.get())
        except OSError:  # nobody reads any more
            pass

    threading.Thread(target=run, daemon=True).start()
    return messages


def seed_all(seed, number, base_seed):
    random.seed(seed)
    default_generator.manual_seed(seed)
    np.random.seed(_generate_state(base_seed, number))


def orders(pipe):
    """What the worker is told, one after the other; ends with STOP, which overtakes the rest, or with the loader's process."""
    pending = deque()
    parent = parent_process().sentinel
    while True:
        while not pending or pipe.poll():
            if pipe not in connection.wait([pipe, parent]):
                return
            order = pipe.recv()
            if order == STOP:
                return
            if order == AGAIN:
                pending.clear()
            pending.append(order)
        yield pending.popleft()


def work(pipe, others, number, count, base_seed, dataset, init, fetcher):
    """What a worker's process runs. `others`: ends of pipes that are not its own, `fetcher(dataset)`: fetch(indices)."""
    for end in others:
        end.close()
    set_num_threads(1)
    seed = base_seed + number
    seed_all(seed, number, base_seed)
    Active.info = WorkerInfo(number, count, seed, dataset)
    messages = sender(pipe)
    failure = fetch = None

    def begin(init=None):
        nonlocal failure, fetch
        try:
            if init is not None:
                init(number)
            fetch = fetcher(dataset)
        except Exception as error:
            failure = as_text(error, number)

    def answer(indices):
        if failure is not None:
            return failure
        try:
            return fetch(indices)
        except StopIteration as error:
            return Ended() if fetcher.streamed else as_text(error, number)
        except Exception as error:
            return as_text(error, number)

    try:
        begin(init)
        for order in orders(pipe):
            if order == AGAIN:
                begin()
                continue
            task, indices = order
            batch = answer(indices)
            try:
                message = packed((task, batch))
            except Exception as error:
                failed = as_text(error, number)
                failed.exc_type = RuntimeError  # (what cannot be sent may be the type of the error)
                message = packed((task, failed))
            messages.put(message)
    except (KeyboardInterrupt, EOFError, OSError):  # the loader's process has been stopped, and says so itself
        pass
