"""What TensorBoard's table of hyper-parameters reads: three summaries of a run.

The messages are those of TensorBoard's hparams plugin (api.proto, plugin_data.proto) and of protobuf's struct.proto.
"""

import struct

from ...tensor import Tensor
from . import events

STRING, NUMBER = 1, 3  # DataType
EXPERIMENT, START, END = 2, 3, 4  # the fields of HParamsPluginData
SUCCESS = 1


def told(name, field, data):
    """A summary's value that is for the plugin alone."""
    about = events.text(1, "hparams") + events.message(2, events.message(field, data))
    return events.text(1, f"_hparams_/{name}") + events.message(9, events.message(1, about))


def value(x):
    """A Value of struct.proto: a text, or a number (as which a bool is written, too)."""
    return events.message(3, x.encode()) if isinstance(x, str) else events.varint(2 << 3 | 1) + struct.pack("<d", x)


def check(given, choices):
    if not isinstance(choices, dict):
        raise TypeError("parameter: hparam_domain_discrete should be a dictionary, nothing logged.")
    for k, v in choices.items():
        if k not in given or not isinstance(v, list) or not all(isinstance(d, type(given[k])) for d in v):
            raise TypeError(
                f"parameter: hparam_domain_discrete[{k}] should be a list of same type as hparam_dict[{k}]."
            )


def summaries(given, metrics, choices, as_array):
    """The values of three summaries: which parameters and metrics there are, what the parameters are, and that the run is over."""
    choices = choices or {}
    check(given, choices)
    named = set_to = b""
    for k, v in given.items():
        if v is None:
            continue
        of_tensor = isinstance(v, Tensor)
        if of_tensor:
            v = as_array(v)[0]
        elif not isinstance(v, (int, float, str)):
            raise ValueError("value should be one of int, float, str, bool, or torch.Tensor")
        among = b""
        if k in choices and not of_tensor:
            among = events.message(5, b"".join([events.message(1, value(d)) for d in choices[k]]))
        kind = STRING if isinstance(v, str) else NUMBER
        named += events.message(4, events.text(1, k) + events.integer(4, kind) + among)
        set_to += events.message(1, events.text(1, k) + events.message(2, value(v)))
    measured = b"".join([events.message(5, events.message(1, events.text(2, k))) for k in metrics])
    return (
        told("experiment", EXPERIMENT, named + measured),
        told("session_start_info", START, set_to),
        told("session_end_info", END, events.integer(1, SUCCESS)),
    )
