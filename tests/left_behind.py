"""What a test leaves behind for those after it: settings of the process that are other than before, by name.

What is looked at is told by name, of modules that are loaded by then. Not looked at: caches, what has been warned of once, what ends
with the objects that asked for it, and whether half precision, hooks or a layer have ever been asked for (flags that are set once and change no result).
"""

import contextlib
import functools
import gc
import operator
import os
import sys
from collections import OrderedDict
from types import MethodType

import numpy as np

ENVIRONMENT = {*os.environ} - {
    "PYTEST_CURRENT_TEST"
}  # (what libraries add when they are first imported is not looked at)
PYTHON = {
    "the working directory": os.getcwd,
    "os.environ": lambda: {k: os.environ.get(k) for k in ENVIRONMENT},
    "sys.argv": lambda: sys.argv,
    "sys.excepthook": lambda: sys.excepthook,
    "sys.displayhook": lambda: sys.displayhook,
    "sys.modules['torch']": lambda: sys.modules.get("torch"),
    "sys.modules['__main__']": lambda: sys.modules["__main__"],
    "the recursion limit": sys.getrecursionlimit,
    "gc.isenabled()": gc.isenabled,
    "gc.get_threshold()": gc.get_threshold,
    "np.geterr()": np.geterr,
}
SETTINGS = {  # module -> its objects' attributes, or its own
    "compat._settings": "Kept.deterministic Kept.interop_threads Kept.precision Kept.threads Kept.warn_always",
    "compat.amp.autocast_mode": "USERS.count state.cache_enabled state.dtype state.nesting",
    "compat.autograd.anomaly_mode": "Anomaly.check_nan Anomaly.enabled Anomaly.profiled",
    "compat.autograd.copies_on_write": "Switch.on",
    "compat.autograd.grad_mode": "enforce_grad_layout_policy.now set_multithreading_enabled.now",
    "compat.autograd.profiler": "USERS.count _running local.open",
    "compat.compiler.stance": "STANCE.given STANCE.name",
    "compat.devices": "Default.elsewhere Default.stack",
    "compat.distributions.distribution": "Distribution._validate_args",
    "compat.dtypes": "Default.numpy",
    "compat.functions.storage_dtypes": "Begun.done USERS.count state.within",
    "compat.jit": "_enabled.enabled _switches",
    "compat.multiprocessing": "SHARING",
    "compat.nn.modules.module": "_global_backward_hooks _global_backward_pre_hooks _global_buffer_registration_hooks _global_forward_hooks "
    "_global_forward_pre_hooks _global_module_registration_hooks _global_parameter_registration_hooks",
    "compat.optim.optimizer": "GLOBAL_POST_HOOKS GLOBAL_PRE_HOOKS",
    "compat.overrides": "USERS.count Watched.done state.modes state.off",
    "compat.printing": "_options",
    "compat.stores": "noting",
    "compat.utils.checkpoint": "Debug.wanted EarlyStop.wanted",
    "compat.utils.data.dataset": "Active.info",
    "compat.utils.selective": "USERS.count",
    "funcgrad.core.collector": "Eased.before Pauses.inside",
    "funcgrad.core.config": "Current.settings",
    "funcgrad.core.state": "running shared.made shared.recorded shared.to_be_written tls.casting tls.choosing "
    "tls.depth tls.dual tls.func tls.grad tls.inference tls.mapping tls.no_packing tls.packing tls.randomness tls.stage tls.walking",
}


@functools.cache
def of(module):
    """(names, what reads their values) of a module, without what it has no longer (test_left_behind.py finds these)."""
    names = ["__name__"]
    for name in SETTINGS[module].split():
        with contextlib.suppress(AttributeError):
            operator.attrgetter(name)(sys.modules[module])
            names.append(name)
    return names, operator.attrgetter("__doc__", *names)


def kept(value):
    """A value as it is now: of a container, what it holds."""
    kind = type(value)
    if kind is MethodType:  # (which tells it)
        return value()
    return tuple(value) if kind is list else tuple(value.items()) if kind is dict or kind is OrderedDict else value


def state():
    """{where: values} of all that is looked at."""
    found = {"Python": [kept(look()) for look in PYTHON.values()]}
    for module in SETTINGS:
        if module in sys.modules:
            found[module] = list(map(kept, of(module)[1](sys.modules[module])[1:]))
    return found


def less(these, those):
    """Of two containers, what the first has and the second has not."""
    both = type(these) is type(those) is tuple
    return [x for x in these if x not in those] if both else these


def differences(before, after):
    """A line for each that was looked at before and is another now."""
    if all(after.get(where) == values for where, values in before.items()):
        return []
    return [f"{where}: loaded before, not after" for where in before if where not in after] + [
        f"{where}: {name} {less(a, b)!r} before, {less(b, a)!r} after"
        for where, values in before.items()
        if where in after
        for name, a, b in zip(PYTHON if where == "Python" else of(where)[0], values, after[where], strict=True)
        if a != b
    ]
