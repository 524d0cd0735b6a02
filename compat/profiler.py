"""torch.profiler: profiles in steps, by a schedule, over torch.autograd.profiler."""

import enum
import os
import time

from funcgrad.core.site import warn

from ._no_device import parts as _parts
from .autograd import profiler as base
from .autograd.profiler import record_function
from .autograd.profiler_util import DeviceType
from .functions.missing import refusal as _refusal

__getattr__ = _refusal(__name__)
CLEARED = (
    "Warning: Profiler clears events at the end of each cycle. Only events from the current cycle will be reported. To keep events "
    "across cycles, set acc_events=True."
)
_said = set()
__all__ = [
    "DeviceType", "ProfilerAction", "ProfilerActivity", "kineto_available", "profile", "record_function", "schedule", "supported_activities",
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
    if warmup == 0:
        warn("Profiler won't be using warmup, this can skew profiler results")

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

    `on_trace_ready(self)` is called when the steps of a cycle (without a schedule: the block) are over. Recorded besides times are, where
    asked for, the shapes of operands, the lines of the program (with_stack), the bytes of results (profile_memory) and the
    multiplications and additions of products, sums and products of elements (with_flops).

    >>> import compat as torch
    >>> x = torch.ones(2, 2)
    >>> with torch.profiler.profile(activities=[torch.profiler.ProfilerActivity.CPU]) as prof:
    ...     _ = x @ x
    >>> [(e.key, e.count) for e in prof.key_averages()]
    [('aten::matmul', 1), ('aten::mm', 1)]
    """

    def __init__(self, *, activities=None, schedule=None, on_trace_ready=None, record_shapes=False, profile_memory=False,
                 with_stack=False, with_flops=False, with_modules=False, experimental_config=None, acc_events=False, **options):  # fmt: skip
        self.activities = supported_activities() if activities is None else set(activities)
        if not self.activities & set(ProfilerActivity):
            raise AssertionError("No valid profiler activities found")
        self.record_shapes, self.profile_memory, self.with_flops = record_shapes, profile_memory, with_flops
        self.with_stack, self.with_modules = with_stack, with_modules
        self.schedule = schedule or _default_schedule_fn
        self.on_trace_ready = on_trace_ready
        self.step_num, self.entered = 0, False
        self.current_action = self.schedule(0)
        self.profiler, self.started, self.acc_events = None, False, acc_events
        self.earlier = (
            [],
            None,
        )  # the stretches of the cycles that are over, as far as they are kept, and when the first of them began
        self.step_rec_fn, self.record_steps = None, schedule is not None

    def start(self):
        """Begin, with step 0."""
        self.started = True
        self._enter()
        self._mark()

    def _mark(self):
        """The stretch of a step begins, where there is a schedule."""
        if self.record_steps:
            self.step_rec_fn = record_function(f"ProfilerStep#{self.step_num}")
            self.step_rec_fn.__enter__()

    def _unmark(self):
        if self.step_rec_fn is not None:
            self.step_rec_fn.__exit__(None, None, None)
            self.step_rec_fn = None

    def _enter(self):
        if self.current_action is not ProfilerAction.NONE and self.profiler is None:
            if self.entered and not self.acc_events and CLEARED not in _said:
                _said.add(CLEARED)
                warn(CLEARED)
            self.entered = True
            self.profiler = base.profile(
                record_shapes=self.record_shapes, profile_memory=self.profile_memory, with_flops=self.with_flops, with_stack=self.with_stack
            )  # fmt: skip
            self.profiler.stretches, self.profiler.since = list(self.earlier[0]), self.earlier[1]
            self.profiler.start()

    def _leave(self):
        if self.profiler is not None:
            self.profiler.stop()

    def step(self):
        """The next step begins."""
        if not self.started:
            raise AssertionError("Profiler must be initialized before starting trace")
        self._unmark()
        before, self.step_num = self.current_action, self.step_num + 1
        self.current_action = self.schedule(self.step_num)
        if before is ProfilerAction.RECORD_AND_SAVE or self.current_action is ProfilerAction.NONE:
            self._leave()
            if before is ProfilerAction.RECORD_AND_SAVE:
                if self.acc_events:
                    self.earlier = self.profiler.stretches, self.profiler.since
                if self.on_trace_ready:
                    self.on_trace_ready(self)
            if self.current_action is not ProfilerAction.NONE:
                self.profiler = None
        elif before is ProfilerAction.WARMUP and self.current_action is not ProfilerAction.WARMUP:
            self._leave()
            self.profiler, self.entered = None, False  # (the same cycle goes on)
        if self.profiler is None or self.profiler not in base._running and before is ProfilerAction.NONE:
            self.profiler = self.profiler if self.current_action is ProfilerAction.NONE else None
            self._enter()
        self._mark()

    def stop(self):
        """The end."""
        self._unmark()
        self._leave()
        if self.on_trace_ready and self.current_action in (ProfilerAction.RECORD, ProfilerAction.RECORD_AND_SAVE):
            self.on_trace_ready(self)

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *error):
        self.stop()

    def _recorded(self, verb):
        if self.profiler is None:
            raise AssertionError(f"Profiler must be initialized before {verb}")
        return self.profiler

    def events(self):
        """Every single stretch of the last cycle."""
        return self._recorded("accessing events").events()

    def key_averages(self, group_by_input_shape=False, group_by_stack_n=0, **options):
        """The events of the last cycle, one a name."""
        return self._recorded("getting key averages").key_averages(group_by_input_shape, group_by_stack_n)

    def export_chrome_trace(self, path):
        """Write the last cycle to a file that chrome://tracing and Perfetto show."""
        self._recorded("exporting chrome trace").export_chrome_trace(path)

    def export_stacks(self, path, metric="self_cpu_time_total"):
        """Write the stacks of the last cycle (with_stack=True) with what each took."""
        self._recorded("exporting stacks").export_stacks(path, metric)

    def add_metadata(self, key, value):
        """Accepted and without effect."""

    add_metadata_json = preset_metadata_json = add_metadata

    def toggle_collection_dynamic(self, enable, activities):
        """Accepted and without effect."""


def _default_schedule_fn(step):
    """What is done in each step where no schedule is given: it is recorded."""
    return ProfilerAction.RECORD


_parts(__name__, "profiler")
