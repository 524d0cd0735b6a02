"""torch.multiprocessing: Python's multiprocessing, whose processes find compat where their parent does.

Invariant: a Tensor reaches another process as a copy, unless its memory was shared (`share_memory_`) before it was sent or that process forked.
"""

import multiprocessing as python
import signal
import sys
import traceback
from multiprocessing import connection, context

from funcgrad import swaps

from .functions.missing import refusal as _refusal
from .runner import TorchFinder

SHARING = "file_descriptor"
STARTING = "(__import__('sys').path.extend(p for p in path if p not in __import__('sys').path), __import__('compat').install(), name)[-1]"


# ------------------------------------------------------------------------------------------------ processes that are not forked
class Name(str):
    """The name of a process. It is what a process that is not forked unpickles first, and the script itself only later: so this
    is the place to make `import torch` give compat there."""

    def __reduce__(self):
        return eval, (STARTING, {"path": list(sys.path), "name": str(self)})


class Finding:
    """A process in which `import torch` gives compat, if it does so in this one."""

    def start(self):
        """Start it."""
        if swaps.installed(TorchFinder):
            self._name = Name(self._name)
            if hasattr(python, "set_forkserver_preload"):
                python.set_forkserver_preload([])  # (or the server runs the script first)
        super().start()


class Process(Finding, python.Process):
    """A process of Python's, by the start method that is set."""


class SpawnProcess(Finding, context.SpawnProcess):
    """A process that starts from nothing."""


class SpawnContext(context.SpawnContext):
    """multiprocessing by processes that start from nothing."""

    Process = SpawnProcess


CONTEXTS = {"spawn": SpawnContext()}
if hasattr(context, "ForkServerProcess"):

    class ForkServerProcess(Finding, context.ForkServerProcess):
        """A process forked by a server that started from nothing."""

    class ForkServerContext(context.ForkServerContext):
        """multiprocessing by processes that a server forks."""

        Process = ForkServerProcess

    CONTEXTS["forkserver"] = ForkServerContext()


def get_context(method=None):
    """Python's multiprocessing with a start method; without one that which is set, else "fork" where there is such a thing."""
    if method is None:
        method = python.get_start_method(allow_none=True)
        if method is None:
            method = "fork" if "fork" in python.get_all_start_methods() else python.get_all_start_methods()[0]
    return CONTEXTS.get(method) or python.get_context(method)


def Pool(*args, **kwargs):  # noqa: N802  (a name of Python's)
    """A pool of processes."""
    return get_context().Pool(*args, **kwargs)


# ------------------------------------------------------------------------------------------------ strategies
def get_all_sharing_strategies():
    """How torch can share memory; here a name only."""
    return {"file_descriptor", "file_system"}


def get_sharing_strategy():
    """The strategy that was set."""
    return SHARING


def set_sharing_strategy(new_strategy):
    """Taken and ignored."""
    global SHARING
    assert new_strategy in get_all_sharing_strategies()
    SHARING = new_strategy


# ------------------------------------------------------------------------------------------------ several processes at once
class ProcessException(Exception):
    """One of several processes has failed: `error_index` says which."""

    def __init__(self, msg, error_index, error_pid):
        super().__init__(msg)
        self.msg, self.error_index, self.error_pid = msg, error_index, error_pid


class ProcessRaisedException(ProcessException):
    """It raised an error."""


class ProcessExitedException(ProcessException):
    """It exited, or was killed by a signal."""

    def __init__(self, msg, error_index, error_pid, exit_code, signal_name=None):
        super().__init__(msg, error_index, error_pid)
        self.exit_code, self.signal_name = exit_code, signal_name


def run_reporting(fn, number, args, errors):
    try:
        fn(number, *args)
    except KeyboardInterrupt:
        pass  # (the parent is told as well)
    except Exception:
        errors.send(traceback.format_exc())
        sys.exit(1)


class ProcessContext:
    """Processes that belong together: join() ends them all as soon as one has failed."""

    def __init__(self, processes, errors):
        self.processes, self.errors = processes, errors
        self.sentinels = {p.sentinel: i for i, p in enumerate(processes)}

    def pids(self):
        """Their numbers."""
        return [p.pid for p in self.processes]

    def join(self, timeout=None, grace_period=None):
        """Wait until one or more have ended: are all? ProcessRaisedException or ProcessExitedException if one has failed."""
        if not self.sentinels:
            return True
        for sentinel in connection.wait(list(self.sentinels), timeout):
            failed = self.sentinels.pop(sentinel)
            self.processes[failed].join()
            if self.processes[failed].exitcode:
                self.refuse(failed, grace_period)
        return not self.sentinels

    def refuse(self, failed, grace_period):
        for end in ("terminate", "kill"):
            for p in self.processes:
                p.join(grace_period or 0)
                if p.is_alive():
                    getattr(p, end)()
                    p.join(30 if grace_period is None else grace_period)
        process = self.processes[failed]
        try:
            text = self.errors[failed].recv()
        except EOFError:  # (it came to no error)
            text = None
        if text is not None:
            text = f"\n\n-- Process {failed} terminated with the following error:\n{text}"
            raise ProcessRaisedException(text, failed, process.pid)
        code = process.exitcode
        name = signal.Signals(-code).name if code < 0 else None
        how = f"signal {name}" if name else f"exit code {code}"
        raise ProcessExitedException(f"process {failed} terminated with {how}", failed, process.pid, code, name)


def start_processes(fn, args=(), nprocs=1, join=True, daemon=False, start_method="spawn"):
    """Run fn(i, *args) in `nprocs` processes; with `join` wait for them, else return the ProcessContext."""
    ctx = get_context(start_method)
    processes, errors = [], []
    for i in range(nprocs):
        read, write = ctx.Pipe(duplex=False)
        process = ctx.Process(target=run_reporting, args=(fn, i, args, write), daemon=daemon)
        process.start()
        write.close()
        processes.append(process)
        errors.append(read)
    started = ProcessContext(processes, errors)
    if not join:
        return started
    while not started.join():
        pass


def spawn(fn, args=(), nprocs=1, join=True, daemon=False, start_method="spawn"):
    """Run fn(i, *args) in `nprocs` new processes."""
    return start_processes(fn, args, nprocs, join, daemon, start_method)


__all__ = """
reducer ProcessContext ProcessExitedException ProcessRaisedException get_all_sharing_strategies get_sharing_strategy
set_sharing_strategy spawn start_processes
""".split()


def __getattr__(name):
    return getattr(python, name) if hasattr(python, name) else _missing(name)


_missing = _refusal(__name__)
