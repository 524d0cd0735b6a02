"""torch.autograd.profiler: the time that marked stretches of a program take.

Only what `record_function` marks is measured, by the clock of the wall; single operations are not (`python -m cProfile`
shows those).
"""

import functools
import threading
import time

_active = []  # the profiles that are running, innermost last
_lock = threading.Lock()


class FunctionEvent:
    """All stretches of one name: how often, and how many microseconds."""

    def __init__(self, key):
        self.key, self.count, self.cpu_time_total = key, 0, 0.0

    @property
    def cpu_time(self):
        """Microseconds of one stretch, on average."""
        return self.cpu_time_total / self.count if self.count else 0.0


class EventList(list):
    """The events of a profile."""

    def table(self, sort_by=None, row_limit=100, **options):
        """A text with one line an event; sort_by "cpu_time_total" or "count" puts the largest first."""
        events = sorted(self, key=lambda e: -getattr(e, sort_by)) if sort_by in ("cpu_time_total", "count") else self
        lines = [f"{'Name':<40}  {'CPU total':>12}  {'CPU time avg':>12}  {'# of Calls':>10}"]
        for e in events[:row_limit]:
            lines.append(f"{e.key:<40}  {e.cpu_time_total:>10.1f}us  {e.cpu_time:>10.1f}us  {e.count:>10}")
        return "\n".join(lines)


class profile:
    """Measure what record_function marks inside this `with` block.

    >>> from compat.autograd import profiler
    >>> with profiler.profile() as prof:
    ...     with profiler.record_function("step"):
    ...         pass
    >>> [(e.key, e.count) for e in prof.key_averages()]
    [('step', 1)]
    """

    def __init__(self, enabled=True, **options):
        self.enabled = enabled
        self.events = {}

    def __enter__(self):
        if self.enabled:
            _active.append(self)
        return self

    def __exit__(self, *error):
        if self.enabled:
            _active.remove(self)

    def add(self, name, microseconds):
        event = self.events.setdefault(name, FunctionEvent(name))
        event.count += 1
        event.cpu_time_total += microseconds

    def key_averages(self, *args, **options):
        """The events, one a name."""
        return EventList(self.events.values())

    @property
    def self_cpu_time_total(self):
        return sum([e.cpu_time_total for e in self.events.values()])

    def table(self, sort_by=None, **options):
        """The text of key_averages()."""
        return self.key_averages().table(sort_by, **options)

    def total_average(self):
        """One event for all of them."""
        total = FunctionEvent("Total")
        for e in self.events.values():
            total.count += e.count
            total.cpu_time_total += e.cpu_time_total
        return total


class record_function:
    """Mark a stretch of the program, as a `with` block or a decorator, for the profiles that are running."""

    def __init__(self, name, args=None):
        self.name = name
        self.started = []

    def __enter__(self):
        self.started.append(time.perf_counter())
        return self

    def __exit__(self, *error):
        taken = (time.perf_counter() - self.started.pop()) * 1e6
        with _lock:
            for p in _active:
                p.add(self.name, taken)

    def __call__(self, f):
        @functools.wraps(f)
        def call(*args, **kwargs):
            with record_function(self.name):
                return f(*args, **kwargs)

        return call


__all__ = ["EventList", "FunctionEvent", "profile", "record_function"]
