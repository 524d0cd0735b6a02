"""Interleaved timing: every contestant runs in turn in one process, so that a change of the machine's speed hits all alike.

Only ratios are findings; times move with the machine's load.
"""

import gc
import statistics
import time


def interleave(contestants, rounds=25, seconds_a_turn=0.004):
    """Seconds a call for each of {name: function}: a list of one figure a round, the turns of a round side by side."""
    repeats = {}
    for name, f in contestants.items():
        f()
        start = time.perf_counter()
        f()
        repeats[name] = max(1, int(seconds_a_turn / max(time.perf_counter() - start, 1e-7)))
    figures = {name: [] for name in contestants}
    for _ in range(rounds):
        for name, f in contestants.items():
            gc.collect(0)
            n = repeats[name]
            start = time.perf_counter()
            for _ in range(n):
                f()
            figures[name].append((time.perf_counter() - start) / n)
    return figures


def ratio(figures, slow, fast):
    """(median, low, high) of slow/fast, round by round; low and high are the 10th and 90th percentile."""
    ratios = sorted(a / b for a, b in zip(figures[slow], figures[fast], strict=True))
    k = len(ratios) // 10
    return statistics.median(ratios), ratios[k], ratios[-1 - k]


def microseconds(figures, name):
    return statistics.median(figures[name]) * 1e6
