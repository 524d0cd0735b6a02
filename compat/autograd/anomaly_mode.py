"""detect_anomaly: name the operation whose derivative is NaN, or raises.

The line that recorded an operation is always known, so the mode costs nothing in the forward pass: it only looks at what
each rule returns.
"""

import numpy as np

from funcgrad.core.handle import Handle
from funcgrad.core.site import line_of, source_of, warn, where
from funcgrad.numpy.concrete import concrete

from ..names import node_name


class Anomaly:
    """Is the mode on, and does it look for NaN?"""

    enabled = False
    check_nan = True


def is_nan(g):
    values = np.asarray(concrete(g, "detect_anomaly") if isinstance(g, Handle) else g)
    return values.dtype.kind in "fc" and bool(np.isnan(values).any())


def check(n, ct, gs):
    """gs, unless one of them holds a NaN: RuntimeError naming the operation and the line that recorded it."""
    for i, g in zip(n.plan.operands, gs, strict=True):
        if g is not None and is_nan(g):
            raise RuntimeError(
                f"Function '{node_name(n)}' returned nan values in its {i}th output.\n[It was recorded at {where((n.code, n.lasti))}]"
            )
    return gs


def tell(error):
    """Warn of the operation whose derivative an error comes from."""
    from .failed import frame_of

    names = frame_of(error)
    n = names and names.get("n")
    if n is not None and n.code is not None:
        warn(
            f"Error detected in {node_name(n)}. Traceback of forward call that caused the error:\n"
            f'  File "{n.code.co_filename}", line {line_of(n.code, n.lasti)}, in {n.code.co_name}\n    {source_of((n.code, n.lasti))}\n'
        )


def watcher():
    """What the reverse walk is to show each rule's results to: None outside the mode."""
    return check if Anomaly.enabled and Anomaly.check_nan else None


class set_detect_anomaly:
    """Look for NaN in backward from now on, or inside a `with` block."""

    def __init__(self, mode, check_nan=True):
        self.before = Anomaly.enabled, Anomaly.check_nan
        Anomaly.enabled, Anomaly.check_nan = mode, check_nan

    def __enter__(self):
        return None

    def __exit__(self, *error):
        Anomaly.enabled, Anomaly.check_nan = self.before


class detect_anomaly:
    """Inside this `with` block, a backward that meets a NaN raises RuntimeError, naming the operation and its line.

    >>> import warnings
    >>> import compat as torch
    >>> x = torch.zeros((), requires_grad=True)
    >>> with warnings.catch_warnings(action="ignore"), torch.autograd.detect_anomaly():
    ...     (x.sqrt() * 0).backward()
    Traceback (most recent call last):
    RuntimeError: Function 'SqrtBackward0' returned nan values in its 0th output.
    [It was recorded at ...]
    """

    def __init__(self, check_nan=True):
        self.check_nan = check_nan
        warn(
            "Anomaly Detection has been enabled. This mode will increase the runtime and should only be enabled for debugging.",
        )

    def __enter__(self):
        self.before = Anomaly.enabled, Anomaly.check_nan
        Anomaly.enabled, Anomaly.check_nan = True, self.check_nan

    def __exit__(self, *error):
        Anomaly.enabled, Anomaly.check_nan = self.before


def is_anomaly_enabled():
    """Is detect_anomaly on?"""
    return Anomaly.enabled


def is_anomaly_check_nan_enabled():
    """Does detect_anomaly look for NaN?"""
    return Anomaly.check_nan
