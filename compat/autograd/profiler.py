"""torch.autograd.profiler: the time that operations, what they are made of, rules on the way back, and stretches marked by
`record_function` take by the clock of the wall.

Invariant: operations are measured from outside (compat/_intercept.py, and the tape's `choosing`) and only while a profile runs.
"""

import functools
import sys
import threading
import time
from math import prod

import numpy as np

from funcgrad.core.site import internal

from .._intercept import Users
from ..functions.missing import refusal as _refusal
from ..tensor import Tensor
from ..utils.selective import Run
from .anomaly_mode import Anomaly, name_of
from .profiler_util import USER_SCOPE, EventList, FunctionEvent

__getattr__ = _refusal(__name__)
__all__ = ["EventList", "FunctionEvent", "emit_nvtx", "profile", "record_function"]
_running = []  # the profiles that are running, innermost last
_lock = threading.Lock()
_threads = {}  # identity -> number from 1


class Local(threading.local):
    """The stretches of a thread that are open, innermost last; `walked`: when the last rule of a walk back was done."""

    since = 0.0  # when the first of the profiles that are running, or of those that were and overlapped them, began
    runs = ()  # the profiles that are running, each with when it began

    def __init__(self):
        self.open, self.walked = [], None


local = Local()


def now():
    """Microseconds since a profile began to run where none was: a stretch that was open then is no event of it, nor parent of one."""
    return (time.perf_counter() - Local.since) * 1e6


def seeing(e):
    """The profiles that were running as a stretch began and still are, without a break."""
    return (
        [p for p, _ in e.seen_by]
        if e.seen_by is Local.runs
        else [p for p, began in e.seen_by if (p, began) in Local.runs]
    )


def begun(name, scope=0, args=(), start=None):
    """A stretch of this name, which begins now; None where no profile is running."""
    runs = Local.runs  # (one look: another thread may end the last profile meanwhile)
    if not runs:
        return None
    while local.open and not seeing(local.open[-1]):  # (their profile is over)
        local.open.pop()
    parent = local.open[-1] if local.open else None
    e = FunctionEvent(name, 0.0, parent, _threads.setdefault(threading.get_ident(), len(_threads) + 1), scope)
    e.seen_by, of = runs, runs[-1][0]
    if of.record_shapes:
        e.input_shapes = [list(a.shape) if isinstance(a, Tensor) else [] for a in args]
    if of.with_stack:
        e.stack = list(called())
    local.open.append(e)
    e.time_range.start = e.time_range.end = now() if start is None else start
    return e


def ended(e, out=None, args=()):
    """A stretch is over; it is an event of the profiles that have seen it begin."""
    if e is None:
        return out
    e.time_range.end = now()
    if e in local.open:
        del local.open[local.open.index(e) :]
    profiles = seeing(e)
    if not profiles:
        return out
    with _lock:
        for p in profiles:
            p.stretches.append(e)
    if e.cpu_parent is not None:
        e.cpu_parent.cpu_children.append(e)
    if isinstance(out, Tensor):
        value = out.val
        if profiles[-1].with_flops:
            e.flops = flops_of(e.name, [a.val for a in args if isinstance(a, Tensor)], value)
        if profiles[-1].profile_memory and type(value) is np.ndarray and value.base is None:
            counted(e, value)


def counted(e, value):
    """Add the bytes of a result to what an event took, and to those that it is in, unless one inside it has made that result."""
    e.result = id(value)
    if not any([c.result == e.result for c in e.cpu_children]):
        while e is not None:
            e.cpu_memory_usage = e.cpu_memory_usage + value.nbytes
            e = e.cpu_parent


def called():
    """The lines of the program that lead here, the innermost first."""
    frame = sys._getframe(2)
    while frame is not None:
        if not internal[frame.f_globals.get("__name__")]:
            code = frame.f_code
            yield f"{code.co_filename}({frame.f_lineno}): {code.co_name}"
        frame = frame.f_back


def flops_of(name, operands, out):
    """How many multiplications and additions an operation takes, as far as torch's profiler counts them."""
    if name in ("aten::mm", "aten::bmm", "aten::addmm", "aten::baddbmm") and len(operands) > 1:
        return 2 * operands[-2].size * operands[-1].shape[-1]
    if name == "aten::conv2d":
        return 2 * out.size * prod(operands[1].shape[1:])
    return out.size if name in ("aten::mul", "aten::add") else 0


def timing(inner, f):
    """The layer around a public function."""
    name = f"aten::{f.__name__.strip('_')}"

    def call(*args, **kwargs):
        if local.open and local.open[-1].name == name:  # (nn.functional's hands on to torch's of the same name)
            return inner(*args, **kwargs)
        e, out = begun(name, args=args), None
        try:
            out = inner(*args, **kwargs)
            return out
        finally:
            ended(e, out, args)

    return call


def marking(inner, f):
    """The layer around what an optimizer does."""

    def call(self, *args, **kwargs):
        verb = f.__name__
        with record_function(f"Optimizer.{verb}#{type(self).__name__}.{verb}"):
            return inner(self, *args, **kwargs)

    return call


def layers():
    from ..optim import optimizer
    from ..overrides import getters, name_operators, public_functions

    name_operators()
    classes = [optimizer.Optimizer]
    for c in classes:
        classes += c.__subclasses__()
    steps = [vars(c)[verb] for c in classes for verb in ("step", "zero_grad") if verb in vars(c)]
    asked = {*map(id, getters())}
    return [(timing, [f for f in public_functions() if id(f) not in asked and names(f)]), (marking, steps)]


def names(f):
    """Does a function bear the name of an operation?"""
    name = getattr(f, "__name__", "")
    return name.isidentifier() and name not in ("backward", "grad")


USERS = Users("profile", layers)


class Steps(Run):
    """Measures the operations that a function is made of."""

    def __init__(self):
        super().__init__(None)

    def of_span(self, prim, args, params):
        return self.plainly(prim, args, params)

    def asked(self, op, args, kwargs, run):
        name = f"aten::{str(op).removeprefix('aten.').partition('.')[0]}"
        e = None if local.open and local.open[-1].name == name else begun(name, args=args)
        out, self.span = None, []
        try:
            out = run()
            return out
        finally:
            self.span = None
            if e is not None:
                ended(e, out, args)


def walked(n, ct, gs):
    """A rule of a walk back is done: it took the time since the one before."""
    name, _ = name_of(n)
    e = begun(f"autograd::engine::evaluate_function: {name}", start=local.walked)
    ended(begun(name, start=local.walked))
    ended(e)
    local.walked = now()
    return gs


class Walks:
    """The walk back that a profile sees: `begin()` says what is told of each rule."""

    @staticmethod
    def begin():
        local.walked = now()
        return walked


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

    def __init__(self, enabled=True, *, use_cuda=False, use_device=None, record_shapes=False, with_flops=False, profile_memory=False,
                 with_stack=False, with_modules=False, use_kineto=False, use_cpu=True, **options):  # fmt: skip
        self.enabled, self.entered, self.use_cpu, self.use_device = enabled, False, use_cpu, use_device
        self.record_shapes, self.with_flops = record_shapes or with_flops, with_flops
        self.profile_memory, self.with_stack, self.with_modules = profile_memory, with_stack, with_modules
        self.stretches, self.steps, self.since = [], Steps(), None

    def start(self):
        """Begin to measure."""
        if self.enabled:
            self.entered = True
            USERS.enter()
            self.steps.__enter__()
            self.began = time.perf_counter()
            if not _running:
                Local.since = self.since = (
                    self.since or self.began
                )  # (that of the cycles whose stretches it goes on from)
            _running.append(self)
            Local.runs = (*Local.runs, (self, self.began))
            Anomaly.profiled = Walks.begin

    def stop(self):
        """End it."""
        if self.enabled and self in _running:
            _running.remove(self)
            Local.runs = tuple([run for run in Local.runs if run[0] is not self])
            Anomaly.profiled = Walks.begin if _running else None
            self.steps.__exit__()
            USERS.leave()

    def __enter__(self):
        if not self.enabled:
            return None
        if self.entered:
            raise RuntimeError("Profiler context manager is not reentrant")
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    @property
    def function_events(self):
        """Every single stretch, in the order in which they began."""
        found = sorted(self.stretches, key=lambda e: (e.time_range.start, -e.time_range.end))
        for at, e in enumerate(found):
            e.id = at + 1
        return EventList(found, profile_memory=self.profile_memory, with_flops=self.with_flops)

    def events(self):
        """function_events."""
        return self.function_events

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0, group_by_overload_name=False):
        """The events, one a name."""
        return self.function_events.key_averages(group_by_input_shape, group_by_stack_n, group_by_overload_name)

    @property
    def self_cpu_time_total(self):
        """Microseconds of all stretches, each counted once."""
        return self.function_events.self_cpu_time_total

    def table(self, sort_by=None, row_limit=100, max_src_column_width=75, max_name_column_width=55, max_shapes_column_width=80,
              header=None, top_level_events_only=False):  # fmt: skip
        """The text of the single stretches."""
        return self.function_events.table(
            sort_by, row_limit, max_src_column_width, max_name_column_width, max_shapes_column_width, header, top_level_events_only
        )  # fmt: skip

    __str__ = table

    def __repr__(self):
        return repr(self.function_events)

    def total_average(self):
        """One average of all of them."""
        return self.function_events.total_average()

    def export_chrome_trace(self, path):
        """Write the stretches to a file that chrome://tracing and Perfetto show."""
        self.function_events.export_chrome_trace(path)

    def export_stacks(self, path, metric="self_cpu_time_total"):
        """Write the stacks (with_stack=True) with what each took."""
        self.function_events.export_stacks(path, metric)


class record_function:
    """Mark a stretch of the program, as a `with` block or a decorator, for the profiles that are running."""

    def __init__(self, name, args=None):
        self.name, self.args, self.events = name, args, []

    def __enter__(self):
        self.events.append((threading.get_ident(), begun(self.name, USER_SCOPE)))
        return self

    def __exit__(self, *error):
        me = threading.get_ident()
        at = next(
            (i for i in reversed(range(len(self.events))) if self.events[i][0] == me), -1
        )  # (its own, else another's)
        if not self.events:
            raise AssertionError("Expected record to be set")
        ended(self.events.pop(at)[1])

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
