"""torch.utils.benchmark: Timer, by the clock of the wall, and what it measured."""

import math
import statistics
import textwrap
import time
import timeit as _timeit
from typing import NamedTuple

import numpy as np

from ..functions.missing import refusal as _refusal

__getattr__ = _refusal(__name__)
__all__ = [
    "Compare", "Measurement", "TaskSpec", "Timer", "ordered_unique", "select_unit", "timer", "trim_sigfig", "unit_to_english"
]  # fmt: skip
timer = time.perf_counter
UNITS = (("second", "s", 1), ("millisecond", "ms", 1e-3), ("microsecond", "us", 1e-6), ("nanosecond", "ns", 1e-9))


class TaskSpec(NamedTuple):
    """What a Timer runs, and what it is called."""

    stmt: str
    setup: str
    global_setup: str = ""
    label: str = None
    sub_label: str = None
    description: str = None
    env: str = None
    num_threads: int = 1

    @property
    def title(self):
        """The label, or the statement, and the sub_label."""
        if self.label is None and "\n" in self.stmt:
            return f"stmt:{f' ({self.sub_label})' if self.sub_label else ''}\n{textwrap.indent(self.stmt, '  ')}"
        return ": ".join([part for part in (self.label or self.stmt, self.sub_label) if part])

    def setup_str(self):
        """The setup as a Measurement shows it, none if there is nothing to do."""
        if self.setup in ("", "pass"):
            return ""
        return f"setup:\n{textwrap.indent(self.setup, '  ')}" if "\n" in self.setup else f"setup: {self.setup}"

    def summarize(self):
        """What a Measurement shows of it."""
        parts = (self.title, self.description, self.setup_str())
        return "\n".join([f"{part}\n" if "\n" in part else part for part in parts if part])


class Measurement:
    """What a Timer measured: `times`, the seconds of one run in each measurement, their statistics, and what its TaskSpec has."""

    def __init__(self, number_per_run, raw_times, task_spec, metadata=None):
        self.number_per_run, self.raw_times = number_per_run, raw_times
        self.task_spec, self.metadata = task_spec, metadata

    def __getattr__(self, name):
        return getattr(self.__dict__["task_spec"], name) if name[:2] != "__" else object.__getattribute__(self, name)

    @property
    def times(self):
        return [t / self.number_per_run for t in self.raw_times]

    mean = property(lambda m: statistics.fmean(m.times))
    median = property(lambda m: m.quartiles()[1])
    as_row_name = property(lambda m: m.sub_label or m.stmt or "[Unknown]")

    def quartiles(self):
        times = self.times
        return statistics.quantiles(times, n=4, method="inclusive") if len(times) > 1 else times * 3

    @property
    def iqr(self):
        """The distance of the quartiles; 0 for one measurement."""
        low, _, high = self.quartiles()
        return high - low

    @property
    def significant_figures(self):
        """How many figures of the median mean something, 1 to 4, by the deviation of the times between the quartiles."""
        times = sorted(self.times)
        middle = times[len(times) // 4 : math.ceil(3 * len(times) / 4)]
        sure = max(1.645 * statistics.pstdev(middle) / math.sqrt(len(middle)), 25e-9)
        return min(max(math.floor(math.log10(self.median / sure)), 1), 4)

    def meets_confidence(self, threshold=0.1):
        """Are the quartiles nearer to one another than this part of the median?"""
        return self.iqr / self.median < threshold

    @property
    def warnings(self):
        why = "This suggests significant environmental influence." if not self.meets_confidence(0.25) else None
        why = why or (None if self.meets_confidence() else "This could indicate system fluctuation.")
        share = f"  WARNING: Interquartile range is {self.iqr / self.median * 100:.1f}% of the median measurement."
        return [] if why is None else [share, f"           {why}"]

    has_warnings = property(lambda m: bool(m.warnings))

    @staticmethod
    def merge(measurements):
        """One Measurement for all of each task, of runs one by one."""
        groups = {}
        for m in measurements:
            groups.setdefault(m.task_spec, []).extend(m.times)
        return [Measurement(1, times, task) for task, times in groups.items()]

    def __repr__(self):
        unit, scale = select_unit(self.median)
        low, middle, high = [f"{t / scale:.2f}" for t in self.quartiles()]
        count = len(self.raw_times)
        several = count > 1
        lines = [object.__repr__(self), self.task_spec.summarize(), f"  {'Median: ' if several else ''}{middle} {unit}"]
        if count >= 4:
            lines.append(f"  IQR:    {self.iqr / scale:.2f} {unit} ({low} to {high})")
        runs = f"{self.number_per_run} runs {'per measurement,' if several else ','}"
        threads = f"{self.num_threads} thread{'s' if self.num_threads > 1 else ''}"
        lines.append(f"  {count} measurement{'s' if several else ''}, {runs} {threads}")
        return "\n".join([*lines, *self.warnings])


def log10_of(x):
    """The logarithm of a float32, correctly rounded; of 0 and below too: -inf, nan."""
    with np.errstate(all="ignore"):
        return float(np.float32(np.log10(float(np.float32(x)))))


def select_unit(t):
    """(unit, seconds) of a time, by thousands; ValueError for what is no time (0, inf, nan, below 0)."""
    return {-1: ("ms", 1e-3), -2: ("us", 1e-6), -3: ("ns", 1e-9)}.get(int(log10_of(t) // 3), ("s", 1))


def unit_to_english(u):
    """The name of the unit "ns", "us", "ms" or "s"."""
    return {short: name for name, short, _ in UNITS}[u]


def ordered_unique(elements):
    """[each of the elements, at its first place]."""
    return list(dict.fromkeys(elements))


def trim_sigfig(x, n):
    """x with n significant figures, in float32; OverflowError for 0 and what no float32 holds."""
    scale = np.float32(10.0 ** (math.ceil(log10_of(abs(x))) - n))
    return float(np.round(np.float32(x) / scale) * scale)


class Timer:
    """Timer(stmt, setup, globals): timeit(number), blocked_autorange() and adaptive_autorange() give a Measurement.

    >>> from compat.utils.benchmark import Timer
    >>> Timer("x + y", "x = 1; y = 2").timeit(10).number_per_run
    10
    """

    def __init__(self, stmt="pass", setup="pass", global_setup="", timer=timer, globals=None, label=None, sub_label=None,
                 description=None, env=None, num_threads=1, language="python"):  # fmt: skip
        self.clock = _timeit.Timer(stmt, setup, timer, globals={} if globals is None else globals)
        self._task_spec = TaskSpec(stmt, setup, global_setup, label, sub_label, description, env, num_threads)

    def timeit(self, number=1000000):
        """Run the statement `number` times, after some to warm up."""
        self.clock.timeit(max(number // 100, 2))
        return Measurement(number, [self.clock.timeit(number)], self._task_spec)

    def blocked_autorange(self, callback=None, min_run_time=0.2):
        """Blocks of runs, each long enough to be measured, for min_run_time seconds."""
        number = 1
        while (taken := self.clock.timeit(number)) < min_run_time / 1000:
            number *= 10
        times = [taken]
        while sum(times) < min_run_time:
            times.append(self.clock.timeit(number))
        return Measurement(number, times, self._task_spec)

    def adaptive_autorange(self, threshold=0.1, *, min_run_time=0.01, max_run_time=10.0, callback=None):
        """blocked_autorange, until the quartiles are within `threshold` of the median."""
        got = self.blocked_autorange(min_run_time=min_run_time)
        while got.iqr > threshold * got.median and sum(got.raw_times) < max_run_time:
            got.raw_times += self.blocked_autorange(min_run_time=min_run_time).raw_times
        return got


class Compare:
    """Tables of measurements: one for each label, with a row for each number of threads and sub_label, a column for each description.

    Colours and significant figures are taken and change nothing.
    """

    def __init__(self, results):
        self.results = list(results)

    def extend_results(self, results):
        """Add measurements."""
        self.results += results

    def trim_significant_figures(self):
        """Nothing: all figures are shown."""

    highlight_warnings = trim_significant_figures

    def colorize(self, rowwise=False):
        """Nothing: no colours are shown."""

    def print(self):
        """Print the tables."""
        print(str(self))

    def __str__(self):
        labels = dict.fromkeys(m.label or m.stmt for m in self.results)
        return "\n".join([table(label, [m for m in self.results if (m.label or m.stmt) == label]) for label in labels])


def table(label, measured):
    name, short, scale = next((u for u in UNITS if min(m.median for m in measured) >= u[2]), UNITS[-1])
    columns = list(dict.fromkeys(m.description or m.stmt for m in measured))
    rows = list(dict.fromkeys((m.num_threads, m.sub_label or m.stmt) for m in measured))
    cells = {
        ((m.num_threads, m.sub_label or m.stmt), m.description or m.stmt): f"{m.median / scale:.1f}" for m in measured
    }
    head = 6 + max(len(sub) for _, sub in rows)
    widths = [max(len(c), *[len(cells.get((row, c), "")) for row in rows]) for c in columns]
    lines = [" " * head + "  |" + "|".join([c.center(w + 4) for c, w in zip(columns, widths)])[:-2]]
    for threads in dict.fromkeys(t for t, _ in rows):
        lines.append(f"{threads} threads: ".ljust(len(lines[0]), "-"))
        for row in rows:
            if row[0] == threads:
                shown = [cells.get((row, c), "").rjust(w) for c, w in zip(columns, widths)]
                lines.append(f"      {row[1]}".ljust(head) + "  |  " + "  |  ".join(shown))
    title = f"[{f' {label} '.center(len(lines[0]) - 2, '-')}]"
    return "\n".join([title, *lines, "", f"Times are in {name}s ({short}).", ""])
