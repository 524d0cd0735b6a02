"""torch.autograd.profiler_util: the events of a profile, their averages, and the tables of them.

Invariant: an event is written to only while it is measured; what is asked of it (its own time, its averages) is worked out when asked.
"""

import enum
import math
import os

from ..functions.missing import refusal as _refusal

__getattr__ = _refusal(__name__)
__all__ = ["EventList", "FunctionEvent", "FunctionEventAvg", "Interval"]
WIDTH = 12  # of a column of figures
METRICS = [
    "self_cpu_time_total", "self_cuda_time_total", "self_xpu_time_total", "self_privateuse1_time_total"
]  # fmt: skip
USER_SCOPE = 7  # of what record_function marks; operations have 0
SCALES = ("FLOPs", "KFLOPs", "MFLOPs", "GFLOPs", "TFLOPs", "PFLOPs")


def _format_time(time_us):
    """A time as torch writes it."""
    if time_us >= 1e6:
        return f"{time_us / 1e6:.3f}s"
    return f"{time_us / 1e3:.3f}ms" if time_us >= 1e3 else f"{time_us:.3f}us"


def _format_time_share(time_us, total_time_us):
    """A part of a time, in a hundred."""
    return f"{time_us * 100 / total_time_us:.2f}%" if total_time_us else "NaN"


def _format_memory(nbytes):
    """A number of bytes as torch writes it."""
    for power, unit in ((3, "GB"), (2, "MB"), (1, "KB")):
        if abs(nbytes) >= 1024**power:
            return f"{nbytes / 1024**power:.2f} {unit}"
    return f"{nbytes} B"


class Interval:
    """Two times, in microseconds since the profile began."""

    def __init__(self, start, end):
        self.start, self.end = start, end

    def elapsed_us(self):
        """The time between them."""
        return self.end - self.start


class DeviceType(enum.Enum):
    """Where an event was: on the CPU."""

    CPU = 0

    def __repr__(self):
        return str(self)


class Figures:
    """What an event and an average have in common. There is no device beside the CPU."""

    device_time = device_time_total = self_device_time_total = cuda_time = cuda_time_total = self_cuda_time_total = 0
    device_memory_usage = self_device_memory_usage = 0
    overload_name, use_device, is_legacy, is_async, is_remote, node_id = "", None, False, False, False, -1

    @property
    def cpu_time(self):
        """Microseconds of one stretch, on average."""
        return self.cpu_time_total / self.count if self.count else 0.0

    cpu_time_str = property(lambda e: _format_time(e.cpu_time))
    cpu_time_total_str = property(lambda e: _format_time(e.cpu_time_total))
    self_cpu_time_total_str = property(lambda e: _format_time(e.self_cpu_time_total))
    device_time_str = device_time_total_str = self_device_time_total_str = property(lambda e: _format_time(0))
    device_type = DeviceType.CPU


class FunctionEvent(Figures):
    """One stretch: of an operation, of what record_function has marked, of a rule on the way back."""

    count, device_index, sequence_nr, fwd_thread, result = 1, -1, -1, 0, None
    cpu_memory_usage = flops = 0
    input_shapes, concrete_inputs, kwinputs, stack, kernels = [], [], {}, [], []

    def __init__(self, name, start, parent=None, thread=1, scope=0):
        self.name, self.thread, self.scope, self.cpu_parent = name, thread, scope, parent
        self.time_range, self.cpu_children = Interval(start, start), []
        self.id = 0

    key = trace_name = property(lambda e: e.name)
    is_user_annotation = property(lambda e: e.scope == USER_SCOPE)
    cpu_time_total = property(lambda e: e.time_range.elapsed_us())

    @property
    def self_cpu_time_total(self):
        """Microseconds without the stretches inside."""
        return self.cpu_time_total - sum([c.cpu_time_total for c in self.cpu_children])

    @property
    def self_cpu_memory_usage(self):
        """Bytes, without those of the stretches inside."""
        return self.cpu_memory_usage - sum([c.cpu_memory_usage for c in self.cpu_children])

    def __repr__(self):
        return (
            f"<FunctionEvent id={self.id} name={self.name} overload_name= device_type={self.device_type} node_id=-1 cpu_time={self.cpu_time_str} "
            f"start_us={self.time_range.start} end_us={self.time_range.end} cpu_children={[c.id for c in self.cpu_children]} None_time=0.000us "
            f"name={self.name} thread={self.thread} input_shapes={self.input_shapes} cpu_memory_usage={self.cpu_memory_usage} "
            f"None_memory_usage=0 is_async=False is_remote=False seq_nr={self.sequence_nr} is_legacy=False>"
        )


class FunctionEventAvg(Figures):
    """All stretches of one name (and of operands of one shape, from one place, where these are told apart)."""

    def __init__(self):
        self.key, self.count, self.cpu_time_total, self.self_cpu_time_total = None, 0, 0, 0
        self.cpu_memory_usage = self.self_cpu_memory_usage = self.flops = self.scope = 0
        self.input_shapes, self.stack, self.cpu_parent, self.cpu_children = "", [], None, []
        self.is_user_annotation = False

    def add(self, e):
        """Count an event, or another average, too."""
        if self.key is None:
            self.key, self.scope, self.cpu_parent, self.cpu_children = e.key, e.scope, e.cpu_parent, e.cpu_children
            self.is_user_annotation = e.is_user_annotation
        for name in (
            "count",
            "cpu_time_total",
            "self_cpu_time_total",
            "cpu_memory_usage",
            "self_cpu_memory_usage",
            "flops",
        ):
            setattr(self, name, getattr(self, name) + getattr(e, name))
        return self

    __iadd__ = add

    def __repr__(self):
        return (
            f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total_str} cpu_time={self.cpu_time_str}  "
            f"self_cuda_time=0.000us cuda_time=0.000us input_shapes={self.input_shapes} cpu_memory_usage={self.cpu_memory_usage} "
            "cuda_memory_usage=0>"
        )


class EventList(list):
    """The events of a profile, or their averages."""

    def __init__(self, *args, use_device=None, profile_memory=False, with_flops=False):
        super().__init__(*args)
        self._profile_memory, self._with_flops = profile_memory, with_flops

    def like(self, events):
        return EventList(events, profile_memory=self._profile_memory, with_flops=self._with_flops)

    @property
    def self_cpu_time_total(self):
        """Microseconds of all, each counted once."""
        return sum([e.self_cpu_time_total for e in self])

    def total_average(self):
        """One average of all of them."""
        total = FunctionEventAvg()
        for e in self:
            total.add(e)
        total.key, total.input_shapes = "Total", []
        return total

    def key_averages(self, group_by_input_shapes=False, group_by_stack_n=0, group_by_overload_name=False):
        """An average for each name (shape of operands, innermost lines of the program)."""
        found = {}
        for e in self:
            shapes = str(e.input_shapes) if group_by_input_shapes else ""
            average = found.setdefault((e.key, shapes, tuple(e.stack[:group_by_stack_n])), FunctionEventAvg()).add(e)
            average.stack = e.stack[:group_by_stack_n]
            average.input_shapes = e.input_shapes if group_by_input_shapes else ""
        return self.like(found.values())

    def table(self, sort_by=None, row_limit=100, max_src_column_width=75, max_name_column_width=55, max_shapes_column_width=80,
              header=None, top_level_events_only=False, time_unit=None):  # fmt: skip
        """A text with one line an event; sort_by ("cpu_time_total", "self_cpu_time_total", "count", ...) puts the largest first."""
        if not self:
            return ""
        events = list(self)
        if sort_by is not None:
            name = sort_by.replace("cuda", "device").replace("xpu", "device").replace("privateuse1", "device")
            events.sort(key=lambda e: getattr(e, name), reverse=True)
        whole = self.self_cpu_time_total
        rows = [e for e in events if not (top_level_events_only and e.cpu_parent is not None)][
            : max(row_limit, 0) if row_limit != -1 else None
        ]
        columns = [
            (
                "Name",
                name_width([e.key for e in self], max_name_column_width),
                lambda e: cut(e.key, max_name_column_width),
            )
        ]

        def column(title, show):
            columns.append((title, WIDTH, show))

        column("Self CPU %", lambda e: _format_time_share(e.self_cpu_time_total, whole))
        column("Self CPU", lambda e: e.self_cpu_time_total_str)
        column("CPU total %", lambda e: 0 if e.is_async else _format_time_share(e.cpu_time_total, whole))
        column("CPU total", lambda e: e.cpu_time_total_str)
        column("CPU time avg", lambda e: e.cpu_time_str)
        if self._profile_memory:
            column("CPU Mem", lambda e: _format_memory(e.cpu_memory_usage))
            column("Self CPU Mem", lambda e: _format_memory(e.self_cpu_memory_usage))
        column("# of Calls", lambda e: e.count)
        if any([e.input_shapes for e in self]):
            wide = name_width([str(e.input_shapes) for e in self], max_shapes_column_width)
            columns.append(("Input Shapes", wide, lambda e: cut(str(e.input_shapes), max_shapes_column_width)))
        stacked = any([e.stack for e in self])
        if stacked:
            wide = name_width([s for e in self for s in e.stack], max_src_column_width)
            columns.append(("Source Location", wide, lambda e: source(e.stack[:1], wide)))
        if self._with_flops and (counted := [e.flops for e in self if e.flops > 0]):
            at = min(int(math.log10(min(counted)) / 3), len(SCALES) - 1)
            column(f"Total {SCALES[at]}", lambda e: f"{e.flops / 1000**at:8.3f}" if e.flops > 0 else "--")
        rule = line(["-" * wide for _, wide, _ in columns], columns)
        length = len(rule) - 2
        text = ["=" * length, header] if header is not None else []
        if top_level_events_only:
            text += ["=" * length, "This report only display top-level ops statistics"]
        text += [rule, line([title for title, _, _ in columns], columns), rule]
        for e in rows:
            text.append(line([show(e) for _, _, show in columns], columns))
            if stacked:
                wide = columns[-1 - self._with_flops][1] if columns[-1][0] != "Source Location" else columns[-1][1]
                more = [source([s], wide) for s in e.stack[1:5]]
                text += [line([s if c[0] == "Source Location" else "" for c in columns], columns) for s in [*more, ""]]
        return "\n".join([*text, rule, f"Self CPU time total: {_format_time(whole)}", ""])

    __str__ = table

    def supported_export_stacks_metrics(self):
        """What export_stacks can write."""
        return list(METRICS)

    def export_stacks(self, path, metric):
        """Write the stacks with what each took, as flame graphs are made of. ValueError for what is no metric."""
        if metric not in METRICS:
            raise ValueError(f"metric should be one of: {METRICS}")
        spoken = str.maketrans(";\n\t ", "____")
        with open(path, "w", encoding="utf-8") as file:
            for e in self:
                taken = getattr(
                    e, metric.replace("cuda", "device").replace("xpu", "device").replace("privateuse1", "device")
                )
                if e.stack and int(taken) > 0:
                    stack = [s.translate(spoken) for s in reversed(e.stack)]
                    file.write(f"{';'.join([*stack, e.key.translate(spoken)])} {int(taken)}\n")

    def export_chrome_trace(self, path):
        """Write the stretches to a file that chrome://tracing and Perfetto show."""
        import json

        found = [
            {
                "name": e.name, "ph": "X", "cat": "user_annotation" if e.is_user_annotation else "cpu_op", "ts": e.time_range.start,
                "dur": e.cpu_time_total, "pid": os.getpid(), "tid": e.thread, "args": {"Input Dims": e.input_shapes} if e.input_shapes else {},
            }
            for e in self
        ]  # fmt: skip
        with open(path, "w", encoding="utf-8") as file:
            json.dump({"schemaVersion": 1, "deviceProperties": [], "displayTimeUnit": "ms", "traceEvents": found}, file)


def name_width(names, most):
    wide = max(map(len, names), default=0) + 4
    return wide if most is None else min(wide, most)


def cut(name, most):
    return f"{name[: most - 3]}..." if most is not None and len(name) >= most - 3 else name


def source(stack, wide):
    """A line of the program, its end where it is too long."""
    text = stack[0] if stack else ""
    return text if len(text) <= wide else f"...{text[3 - wide :]}"


def line(cells, columns):
    return "".join([f"{cell!s:>{wide}}  " for cell, (_, wide, _) in zip(cells, columns, strict=True)])
