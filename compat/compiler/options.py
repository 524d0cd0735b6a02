"""What torch.compile is asked for: modes and backends by torch's names. One engine serves them all, and a name that torch has not is
refused as torch refuses it.
"""

MODES = ("default", "lite", "reduce-overhead", "max-autotune-no-cudagraphs", "max-autotune")
BACKENDS = ("cudagraphs", "inductor", "openxla", "tvm")
FOR_DEBUGGING = (
    "aot_eager", "aot_eager_decomp_partition", "aot_eager_decomp_partition_crossref", "aot_eager_decomp_partition_with_mode",
    "aot_eager_default_partitioner", "aot_ts", "eager", "eager_debug", "eager_noexcept", "invoke_subgraph", "openxla_eval",
    "pre_dispatch_eager", "ts",
)  # fmt: skip


class TorchDynamoException(RuntimeError):
    """What torch's compiler raises."""

    __module__ = "torch._dynamo.exc"


class InvalidBackend(TorchDynamoException):
    """A backend that there is not."""

    __module__ = "torch._dynamo.exc"


def check_options(backend, mode, options, dynamic):
    """Torch's errors for options of compile() that are none."""
    if mode is not None and options is not None:
        raise RuntimeError("Either mode or options can be specified, but both can't be specified at the same time.")
    if isinstance(backend, str) and backend not in BACKENDS and backend not in FOR_DEBUGGING:
        raise InvalidBackend(
            f"Invalid backend: {backend!r}, see `torch._dynamo.list_backends()` for available backends."
        )
    if backend == "inductor" and mode is not None and mode not in MODES:
        raise RuntimeError(f"Unrecognized mode={mode}, should be one of: {', '.join(MODES)}")
    if not isinstance(dynamic, (bool, type(None))):
        raise AssertionError(f"Expected enable to be a bool, got {type(dynamic)}")


def list_backends(exclude_tags=("debug", "experimental")):
    """The names of torch's backends; all of them are this one engine."""
    return sorted(BACKENDS if exclude_tags else BACKENDS + FOR_DEBUGGING)


default = {"backend": "inductor"}


def get_default_backend():
    """The backend that torch.compile is said to have where none is named."""
    return default["backend"]


def set_default_backend(backend):
    """Name it; None for torch's own. TypeError for what is neither a name nor callable. There is one engine, whatever it is called."""
    if backend is not None and not isinstance(backend, str) and not callable(backend):
        raise TypeError(f"backend must be a string or callable, got {type(backend)}")
    default["backend"] = "inductor" if backend is None else backend
