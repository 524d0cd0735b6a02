"""torch.autograd.profiler: the time that operations, and stretches marked by `record_function`, take by the clock of the wall.

Invariant: operations are measured from outside (compat/_intercept.py) and only while a profile runs; the time of what one calls
is in its total, and not in its own.
"""

import functools
import json
import threading
import time

from .._intercept import Users
from ..functions.missing import refusal as _refusal

__getattr__ = _refusal(__name__)
__all__ = ["EventList", "FunctionEvent", "emit_nvtx", "profile", "record_function"]
COLUMNS = {  # what table() can sort by
    "cpu_time_total": "cpu_time_total", "cpu_time": "cpu_time", "self_cpu_time_total": "self_cpu_time_total", "count": "count",
    "cuda_time_total": "cpu_time_total", "self_cuda_time_total": "self_cpu_time_total", "device_time_total": "cpu_time_total",
}  # fmt: skip
_running = []  # the profiles that are running, innermost last
_lock = threading.Lock()


class Local(threading.local):
    def __init__(self):
        self.name = None  # of the operation that is running
        self.inner = [0.0]  # of each stretch that is open, and of the program: the time of those inside


local = Local()


def spoken(microseconds):
    """A time as torch writes it."""
    if microseconds >= 1e6:
        return f"{microseconds / 1e6:.3f}s"
    return f"{microseconds / 1e3:.3f}ms" if microseconds >= 1e3 else f"{microseconds:.3f}us"


class FunctionEvent:
    """All stretches of one name: `count`, and microseconds in all (`cpu_time_total`) and without those inside
    (`self_cpu_time_total`)."""

    device_time = device_time_total = self_device_time_total = cuda_time = cuda_time_total = 0.0
    cpu_memory_usage = self_cpu_memory_usage = flops = 0
    input_shapes, stack = [], []

    def __init__(self, key):
        self.key, self.count, self.cpu_time_total, self.self_cpu_time_total = key, 0, 0.0, 0.0

    name = property(lambda e: e.key)

    @property
    def cpu_time(self):
        """Microseconds of one stretch, on average."""
        return self.cpu_time_total / self.count if self.count else 0.0

    def add(self, count, total, own):
        self.count += count
        self.cpu_time_total += total
        self.self_cpu_time_total += own

    cpu_time_str = property(lambda e: spoken(e.cpu_time))
    cpu_time_total_str = property(lambda e: spoken(e.cpu_time_total))
    self_cpu_time_total_str = property(lambda e: spoken(e.self_cpu_time_total))

    def __repr__(self):
        return f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} cpu_time={self.cpu_time_str}>"


class EventList(list):
    """The events of a profile."""

    @property
    def self_cpu_time_total(self):
        return sum([e.self_cpu_time_total for e in self])

    def total_average(self):
        """One event for all of them."""
        total = FunctionEvent("Total")
        for e in self:
            total.add(e.count, e.cpu_time_total, e.self_cpu_time_total)
        return total

    def table(
        self, sort_by=None, row_limit=100, max_src_column_width=75, header=None, top_level_events_only=False, **options
    ):
        """A text with one line an event; sort_by ("cpu_time_total", "self_cpu_time_total", "count", ...) puts the largest first."""
        events = sorted(self, key=lambda e: -getattr(e, COLUMNS[sort_by])) if sort_by in COLUMNS else list(self)
        whole = self.self_cpu_time_total or 1.0
        rows = [("Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "# of Calls")]
        for e in events[:row_limit]:
            own, total = e.self_cpu_time_total, e.cpu_time_total
            shares = f"{100 * own / whole:.2f}%", f"{100 * total / whole:.2f}%"
            rows.append((e.key, shares[0], spoken(own), shares[1], spoken(total), spoken(e.cpu_time), str(e.count)))
        widths = [max(12, *map(len, column)) for column in zip(*rows, strict=True)]
        lines = ["  ".join([cell.rjust(w) for cell, w in zip(row, widths, strict=True)]) for row in rows]
        rule = "  ".join(["-" * w for w in widths])
        lines = [rule, lines[0], rule, *lines[1:], rule]
        return (
            "\n".join(([header] if header else []) + lines)
            + f"\nSelf CPU time total: {spoken(self.self_cpu_time_total)}\n"
        )

    __str__ = table


def took(name, started):
    """Something of a name, begun at a time, is over."""
    now = time.perf_counter()
    total = (now - started) * 1e6
    own = total - local.inner.pop()
    local.inner[-1] += total
    with _lock:
        for p in _running:
            p.stretches.append((name, started, total, own, threading.get_ident()))


def timing(inner, f):
    """The layer around an operation."""
    name = f"aten::{f.__name__.strip('_')}"

    def call(*args, **kwargs):
        outer = local.name
        if outer == name:  # (nn.functional's hands on to torch's of the same name)
            return inner(*args, **kwargs)
        local.name = name
        local.inner.append(0.0)
        started = time.perf_counter()
        try:
            return inner(*args, **kwargs)
        finally:
            local.name = outer
            took(name, started)

    return call


def layers():
    from ..overrides import name_operators, public_functions

    name_operators()
    return [(timing, public_functions())]


USERS = Users("profile", layers)


class profile:
    """Measure the operations, and what record_function marks, inside this `with` block.

    >>> import compat as torch
    >>> x = torch.ones(2)
    >>> with torch.autograd.profiler.profile() as prof:
    ...     with torch.autograd.profiler.record_function("step"):
    ...         _ = x.exp() + x
    >>> sorted((e.key, e.count) for e in prof.key_averages())
    [('aten::add', 1), ('aten::exp', 1), ('step', 1)]
    """

    def __init__(self, enabled=True, **options):
        self.enabled = enabled
        self.stretches = []  # (name, begin in s, total and own time in us, thread)

    def start(self):
        """Begin to measure."""
        if self.enabled:
            USERS.enter()
            _running.append(self)

    def stop(self):
        """End it."""
        if self.enabled and self in _running:
            _running.remove(self)
            USERS.leave()

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def events(self):
        """Every single stretch, in the order in which they ended."""
        found = EventList()
        for name, _, total, own, _ in self.stretches:
            found.append(FunctionEvent(name))
            found[-1].add(1, total, own)
        return found

    function_events = property(events)

    def key_averages(self, *args, **options):
        """The events, one a name."""
        found = {}
        for name, _, total, own, _ in self.stretches:
            found.setdefault(name, FunctionEvent(name)).add(1, total, own)
        return EventList(found.values())

    @property
    def self_cpu_time_total(self):
        return self.key_averages().self_cpu_time_total

    def table(self, sort_by=None, **options):
        """The text of key_averages()."""
        return self.key_averages().table(sort_by, **options)

    def total_average(self):
        """One event for all of them."""
        return self.key_averages().total_average()

    def export_chrome_trace(self, path):
        """Write the stretches to a file that chrome://tracing and Perfetto show."""
        events = [
            {"name": name, "ph": "X", "cat": "cpu_op", "ts": begin * 1e6, "dur": total, "pid": 0, "tid": thread}
            for name, begin, total, _, thread in self.stretches
        ]
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"schemaVersion": 1, "traceEvents": events}, file)


class record_function:
    """Mark a stretch of the program, as a `with` block or a decorator, for the profiles that are running."""

    def __init__(self, name, args=None):
        self.name = name
        self.started = []

    def __enter__(self):
        local.inner.append(0.0)
        self.started.append(time.perf_counter())
        return self

    def __exit__(self, *error):
        took(self.name, self.started.pop())

    def __call__(self, f):
        @functools.wraps(f)
        def call(*args, **kwargs):
            with record_function(self.name):
                return f(*args, **kwargs)

        return call


class emit_nvtx:  # noqa: N801  (torch's name)
    """A block whose operations a profiler of NVIDIA's would see; AssertionError when it is entered."""

    def __init__(self, enabled=True, record_shapes=False):
        self.enabled = enabled

    def __enter__(self):
        if self.enabled:
            raise AssertionError("Torch not compiled with CUDA enabled")

    def __exit__(self, *error):
        pass


def _profiler_enabled():
    """Is a profile running?"""
    return bool(_running)
