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
        f()
        start = clock()
        f()
        repeats[name] = max(1, int(seconds_a_turn / max(clock() - start, 1e-7)))
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


def ratio(figures, slow, fast):
    """(median, low, high) of slow/fast, round by round; low and high are the 10th and 90th percentile."""
    ratios = sorted(a / b for a, b in zip(figures[slow], figures[fast], strict=True))
    k = len(ratios) // 10
    return statistics.median(ratios), ratios[k], ratios[-1 - k]


def least(figures, slow, fast):
    """slow/fast of the least figure of each: what is left of a machine's other work where only some rounds are disturbed."""
    return min(figures[slow]) / min(figures[fast])


def microseconds(figures, name):
    return statistics.median(figures[name]) * 1e6
