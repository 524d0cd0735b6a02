"""torch.profiler: profiles in steps, by a schedule, over torch.autograd.profiler."""

import enum
import os
import time

from ._no_device import parts as _parts
from .autograd import profiler as base
from .autograd.profiler import record_function
from .functions.missing import refusal as _refusal

__getattr__ = _refusal(__name__)
__all__ = [
    "ProfilerAction", "ProfilerActivity", "kineto_available", "profile", "record_function", "schedule", "supported_activities",
    "tensorboard_trace_handler",
]  # fmt: skip


class ProfilerActivity(enum.Enum):
    """What is measured: only the CPU does anything here."""

    CPU = 0
    XPU = 1
    MTIA = 2
    CUDA = 3
    HPU = 4
    PrivateUse1 = 5


class ProfilerAction(enum.Enum):
    """What a step of a schedule does."""

    NONE = 0
    WARMUP = 1
    RECORD = 2
    RECORD_AND_SAVE = 3


def schedule(*, wait, warmup, active, repeat=0, skip_first=0, skip_first_wait=0, acc_events=False):
    """A function of the step's number: what to do in it. After `skip_first` steps, cycles of `wait` steps without, `warmup`
    steps that are thrown away and `active` steps that are kept, `repeat` times (0: for ever). AssertionError for numbers below 0."""
    if min(wait, warmup, repeat, skip_first) < 0 or active <= 0:
        raise AssertionError(
            f"Invalid profiler schedule arguments. Got wait={wait} (need >= 0), warmup={warmup} (need >= 0), active={active} (need > 0), "
            f"repeat={repeat} (need >= 0), skip_first={skip_first} (need >= 0)."
        )

    def action(step):
        step -= skip_first
        length = wait + warmup + active
        if step < 0 or repeat > 0 and step // length >= repeat:
            return ProfilerAction.NONE
        at = step % length
        if at < wait:
            return ProfilerAction.NONE
        if at < wait + warmup:
            return ProfilerAction.WARMUP
        return ProfilerAction.RECORD if at < length - 1 else ProfilerAction.RECORD_AND_SAVE

    return action


def supported_activities():
    """{ProfilerActivity.CPU}."""
    return {ProfilerActivity.CPU}


def kineto_available():
    """True: there is a profiler."""
    return True


def tensorboard_trace_handler(dir_name, worker_name=None, use_gzip=False):
    """An `on_trace_ready` that writes each trace as a file into a folder."""

    def handle(prof):
        os.makedirs(dir_name, exist_ok=True)
        name = worker_name or f"worker_{os.getpid()}"
        prof.export_chrome_trace(os.path.join(dir_name, f"{name}.{time.time_ns()}.pt.trace.json"))

    return handle


class profile:
    """Measure operations and marked stretches, in a `with` block; by a schedule if there is one, which `step()` drives.

    `on_trace_ready(self)` is called when the steps of a cycle (without a schedule: the block) are over. Shapes, stacks, memory
    and operations per second are not recorded.

    >>> import compat as torch
    >>> x = torch.ones(2, 2)
    >>> with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as prof:
    ...     _ = x @ x
    >>> [(e.key, e.count) for e in prof.key_averages()]
    [('aten::matmul', 1)]
    """

    def __init__(self, *, activities=None, schedule=None, on_trace_ready=None, record_shapes=False, profile_memory=False,
                 with_stack=False, with_flops=False, with_modules=False, experimental_config=None, acc_events=False, **options):  # fmt: skip
        self.activities = set(activities) if activities else supported_activities()
        self.schedule = schedule or (lambda step: ProfilerAction.RECORD)
        self.on_trace_ready = on_trace_ready
        self.step_num = 0
        self.current_action = self.schedule(0)
        self.profiler = None

    def start(self):
        """Begin, with step 0."""
        self._enter()

    def _enter(self):
        if self.current_action is not ProfilerAction.NONE and self.profiler is None:
            self.profiler = base.profile()
            self.profiler.start()

    def _leave(self):
        if self.profiler is not None:
            self.profiler.stop()

    def step(self):
        """The next step begins."""
        before, self.step_num = self.current_action, self.step_num + 1
        self.current_action = self.schedule(self.step_num)
        if before is ProfilerAction.RECORD_AND_SAVE or self.current_action is ProfilerAction.NONE:
            self._leave()
            if before is ProfilerAction.RECORD_AND_SAVE and self.on_trace_ready:
                self.on_trace_ready(self)
            if self.current_action is not ProfilerAction.NONE:
                self.profiler = None
        elif before is ProfilerAction.WARMUP and self.current_action is not ProfilerAction.WARMUP:
            self._leave()
            self.profiler = None
        if self.profiler is None or self.profiler not in base._running and before is ProfilerAction.NONE:
            self.profiler = self.profiler if self.current_action is ProfilerAction.NONE else None
            self._enter()

    def stop(self):
        """The end."""
        self._leave()
        if self.on_trace_ready and self.current_action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE):
            self.on_trace_ready(self)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def _recorded(self):
        if self.profiler is None:
            raise AssertionError("Profiler must be initialized before getting its events")
        return self.profiler

    def events(self):
        """Every single stretch of the last cycle."""
        return self._recorded().events()

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0, **options):
        """The events of the last cycle, one a name."""
        return self._recorded().key_averages()

    def export_chrome_trace(self, path):
        """Write the last cycle to a file that chrome://tracing and Perfetto show."""
        self._recorded().export_chrome_trace(path)

    def add_metadata(self, key, value):
        """Accepted and without effect."""

    add_metadata_json = add_metadata


def _default_schedule_fn(step):
    """What is done in each step where no schedule is given: it is recorded."""
    return ProfilerAction.RECORD


_parts(__name__, "profiler")
