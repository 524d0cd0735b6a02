"""What only Python's collector frees."""

import gc

import numpy as np

from funcgrad.core.handle import Handle


def waiting(step):
    """The kinds of the arrays and Tensors that wait for the collector after a call, in cycles or held by what is in one."""
    enabled = gc.isenabled()
    gc.disable()
    gc.freeze()  # (what was there before is not looked at)
    gc.set_debug(gc.DEBUG_SAVEALL)
    try:
        step()
        gc.collect()
        return [type(o).__name__ for o in gc.garbage if isinstance(o, (Handle, np.ndarray))]
    finally:
        gc.set_debug(0)
        gc.garbage.clear()
        gc.unfreeze()
        if enabled:
            gc.enable()
