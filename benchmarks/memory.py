"""Peak memory by tracemalloc: the arrays a call keeps between calls, and whatever more it holds at its worst, results included.

Arguments do not count, for they are there before; nor does what the library's own objects take (graphs, code), which are no arrays.
"""

import gc
import tracemalloc

import numpy as np


def peak(make, run):
    """Bytes at the worst moment of run(made), made = make() (which has run once)."""
    gc.collect()
    tracemalloc.start()
    try:
        made = make()
        run(made)
        gc.collect()
        arrays = tracemalloc.DomainFilter(True, np.lib.tracemalloc_domain)
        kept = sum([t.size for t in tracemalloc.take_snapshot().filter_traces([arrays]).traces])
        before = tracemalloc.get_traced_memory()[0]
        tracemalloc.reset_peak()
        run(made)
        return kept + tracemalloc.get_traced_memory()[1] - before
    finally:
        tracemalloc.stop()
