"""The worker threads of compiled code and of random draws: one job at a time, its parts in a fixed order, a share for each thread.

Invariant: `spread` returns when every part has been run, and raises the error of the first part that failed. A call that
finds the workers busy (a job inside a job, another thread's) runs all parts itself, so nothing waits for anything. A child
made by fork has no workers until it needs them. An interrupt while it waits is raised at once, and the next job gets new workers.
"""

import functools
import math
import os
import pathlib
import threading

from . import config, quiet


class Worker:
    """A thread that waits for a job. (Two locks hand it over in 10 us; an executor takes three times as long.)"""

    def __init__(self):
        self.go, self.done = threading.Lock(), threading.Lock()
        self.go.acquire()
        self.done.acquire()
        self.job = self.error = None
        threading.Thread(target=self.loop, daemon=True, name="funcgrad worker").start()

    def loop(self):
        quiet.enter(quiet.IGNORE)
        while True:
            self.go.acquire()
            try:
                self.job()
            except BaseException as error:
                self.error = error
            self.job = None  # (nothing of it is held while waiting)
            self.done.release()

    def start(self, run, first, last):
        self.job = functools.partial(run, first, last)
        self.go.release()

    def wait(self):
        self.done.acquire()
        error, self.error = self.error, None
        return error


class Pool:
    """The workers of this process: as many as were ever wanted at once."""

    def __init__(self):
        self.busy = threading.Lock()
        self.workers = []

    def ready(self, n):
        """The first n workers; fewer where the system gives no more threads (or Python is about to end)."""
        try:
            while len(self.workers) < n:
                self.workers.append(Worker())
        except RuntimeError:
            pass
        return self.workers[:n]


def cpus():
    """CPUs that this process may use: those it may run on, and no more than its container or OMP_NUM_THREADS allows."""
    try:
        here = len(os.sched_getaffinity(0))
    except AttributeError:
        here = os.cpu_count() or 1
    return min(here, allowed())


@functools.lru_cache(1)
def allowed():
    """The least of what OMP_NUM_THREADS and the quota of this process's control group (Linux) say, read once; at least 1."""
    found = [math.inf]
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if asked.isdigit():
        found.append(int(asked))
    for names in QUOTAS:
        try:
            texts = [word for name in names for word in pathlib.Path(name).read_text().split()]
        except OSError:
            continue
        if len(texts) == 2 and all([text.isdigit() for text in texts]) and int(texts[1]):  # (else "max", or -1: none)
            found.append(-(-int(texts[0]) // int(texts[1])))
    return max(min(found), 1)


# Files with the time that a control group has in each period, and with the period (of version 2, of version 1).
QUOTAS = (
    ("/sys/fs/cgroup/cpu.max",),
    ("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "/sys/fs/cgroup/cpu/cpu.cfs_period_us"),
)


class Current:
    pool = Pool()


def forget():
    Current.pool = Pool()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=forget)


def spread(run, n):
    """run(first, last) over shares of range(n), on as many threads as `config(threads=...)` allows."""
    pool = Current.pool
    parts = min(config.Current.settings.threads or cpus(), n)
    if parts < 2 or not pool.busy.acquire(blocking=False):
        return run(0, n)
    done = False
    try:
        workers = pool.ready(parts - 1)
        parts = len(workers) + 1
        ends = [n * (i + 1) // parts for i in range(parts)]
        for worker, first, last in zip(workers, ends, ends[1:], strict=False):
            worker.start(run, first, last)
        errors = []
        try:
            run(0, ends[0])
        except BaseException as error:
            errors.append(error)
        errors += [error for error in [worker.wait() for worker in workers] if error is not None]
        done = True
        if errors:
            raise errors[0]
    finally:
        if not done:  # interrupted (Ctrl-C): nobody waits any more for what these workers have in hand
            forget()
        pool.busy.release()


__all__ = ["cpus", "spread"]
