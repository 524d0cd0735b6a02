"""Interleaved timing: every contestant runs in turn in one process, so that a change of the machine's speed hits all alike.

Only ratios are findings; times move with the machine's load.
"""

import gc
import statistics
import time


def interleave(contestants, rounds=25, seconds_a_turn=0.004, clock=time.perf_counter):
    """Seconds a call for each of {name: function}: a list of one figure a round, the turns of a round side by side. `clock`:
    time.process_time counts what the process computed, not what it waited while the machine did other work."""
    repeats = {}
    for name, f in contestants.items():
        seconds = seconds_of(f, clock)
        if seconds < 0.1:  # (the first may have had things to get ready)
            seconds = seconds_of(f, clock)
        repeats[name] = max(1, int(seconds_a_turn / max(seconds, 1e-7)))
    figures = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, f in contestants.items():
            gc.collect(0)
            n = repeats[name]
            start = clock()
            for _ in range(n):
                f()
            figures[name].append((clock() - start) / n)
    return figures


def seconds_of(f, clock):
    start = clock()
    f()
    return clock() - start


def percentiles(values):
    """(median, 10th percentile, 90th percentile)."""
    values = sorted(values)
    k = len(values) // 10
    return statistics.median(values), values[k], values[-1 - k]


def ratio(figures, slow, fast):
    """The percentiles of slow/fast, round by round."""
    return percentiles([a / b for a, b in zip(figures[slow], figures[fast], strict=True)])


def least(figures, slow, fast):
    """slow/fast of the least figure of each: what is left of a machine's other work where only some rounds are disturbed."""
    return min(figures[slow]) / min(figures[fast])
