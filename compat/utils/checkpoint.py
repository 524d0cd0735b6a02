"""checkpoint: what a function computes on the way is not kept for the backward pass, but computed again in it.

Invariant: the second run has the inputs, grad mode, autocast and (unless told otherwise) the random numbers of the first, and what it
saves stands, in order, for what the first would have saved; it ends when it has saved as much. With use_reentrant=True the function is an
autograd.Function, whose backward is a second run with a backward of its own.
"""

import contextlib
import sys
from enum import Enum

from funcgrad.core.site import warn
from funcgrad.core.state import tls
from funcgrad.core.tracebacks import public

from .. import cuda
from ..autograd.function import Function
from ..autograd.grad_mode import enable_grad, is_grad_enabled, no_grad
from ..autograd.graph import saved_tensors_hooks
from ..autograd.walks import backward, walking
from ..breaks import note
from ..errors import argument_changed
from ..functions.missing import refusal as _refusal
from ..functions.random import get_rng_state, set_rng_state
from ..inference import is_inference
from ..nn.modules.container import Sequential
from ..payload import current
from ..random import fork_rng
from ..stores import KEPT
from ..tensor import Tensor

__getattr__ = _refusal(__name__)
AUTOCAST = "compat.amp.autocast_mode"
__all__ = """
CheckpointError CheckpointPolicy SelectiveCheckpointContext checkpoint checkpoint_sequential create_selective_checkpoint_contexts
noop_context_fn set_checkpoint_debug_enabled set_checkpoint_early_stop
""".split()


CHECKS = ["default", "none"]
TIP = """
Tip: To see a more detailed error message, either pass `debug=True` to
`torch.utils.checkpoint.checkpoint(...)` or wrap the code block
with `with torch.utils.checkpoint.set_checkpoint_debug_enabled(True):` to
enable checkpoint\u2011debug mode globally.
"""


def form_of(t):
    """What of a Tensor a second run must give again."""
    return {"shape": t.shape, "dtype": t.dtype, "device": t.device}


def formless(t):
    """What is looked at where nothing is to be checked."""


class CheckpointError(RuntimeError):
    """The second run of a checkpointed function did not do what the first did."""


def noop_context_fn():
    """Two contexts that do nothing: for the first run, and for the second."""
    return contextlib.nullcontext(), contextlib.nullcontext()


def get_device_states(*args):
    """The numbers and the random states of the devices that Tensors lie on: none of them is a GPU's.

    >>> get_device_states()
    ([], [])
    """
    return [], []


def set_device_states(devices, states, *, device_type=None):
    """Nothing, for no devices; for others torch's AssertionError: there are none."""
    for device in devices:
        with cuda.device(device):
            cuda.set_rng_state(states)


class _StopRecomputationError(Exception):
    """The second run has saved what the first did."""


class EarlyStop:
    """Does a second run end when it has saved what the first did? None: as checkpoint(early_stop=...) says."""

    wanted = None


class Debug:
    """The same of what checkpoint(debug=...) says."""

    wanted = None


@contextlib.contextmanager
def set_checkpoint_early_stop(enable):
    """Inside this `with` block checkpoint's second runs end early (or not), whatever its `early_stop` says."""
    before, EarlyStop.wanted = EarlyStop.wanted, enable
    try:
        yield
    finally:
        EarlyStop.wanted = before


@contextlib.contextmanager
def set_checkpoint_debug_enabled(enabled):
    """Inside this `with` block checkpoints list (or do not list) the operations of both runs where these differ."""
    before, Debug.wanted = Debug.wanted, enabled
    try:
        yield
    finally:
        Debug.wanted = before


class CheckpointPolicy(Enum):
    """What a policy can say of an operation's result. (To offload it is to compute it again where there is no device.)"""

    MUST_SAVE, PREFER_SAVE, MUST_RECOMPUTE, PREFER_RECOMPUTE, MUST_CPU_OFFLOAD, PREFER_CPU_OFFLOAD = range(6)


class SelectiveCheckpointContext:
    """What a policy is told besides the operation."""

    def __init__(self, *, is_recompute, op_output=None):
        self.is_recompute, self.op_output = is_recompute, op_output


def is_kept(policy):
    """Does a policy's answer keep the result?"""
    return policy is True or policy in (CheckpointPolicy.MUST_SAVE, CheckpointPolicy.PREFER_SAVE)


def create_selective_checkpoint_contexts(policy_fn_or_list, allow_cache_entry_mutation=False):
    """The contexts of a checkpoint that keeps the results of some operations: those of a list, or of which
    policy_fn(context, operation, *args) says so, a CheckpointPolicy or a bool.

    TypeError for what is neither a function nor a list, ValueError for what in it is no overload (torch.ops.aten.mm.default).

    >>> import compat as torch
    >>> keep = lambda: create_selective_checkpoint_contexts([torch.ops.aten.mm.default])
    >>> x = torch.ones(2, 2, requires_grad=True)
    >>> checkpoint(lambda x: (x @ x).sin().exp(), x, use_reentrant=False, context_fn=keep).sum().backward()
    """
    from ..ops import OpOverload
    from .selective import First, Second

    policy = policy_fn_or_list
    if isinstance(policy_fn_or_list, list):
        for op in policy_fn_or_list:
            if not isinstance(op, OpOverload):
                text = f"Expected op in `op_list` to be an OpOverload but got: {op} of type {type(op)}. "
                if hasattr(op, "default"):
                    text += (
                        "Please update the OpOverloadPacket to a specific OpOverload.For example, if you have `torch.ops.aten.mm`, "
                        "change it to `torch.ops.aten.mm.default`."
                    )
                raise ValueError(text)

        def policy(context, op, *args, **kwargs):
            return op in policy_fn_or_list

    elif not callable(policy_fn_or_list):
        raise TypeError("policy_fn_or_list must be either a function or a list of ops.")
    kept = {}
    return First(policy, kept), Second(kept, allow_cache_entry_mutation)


class Argument:
    """A Tensor that is kept for the second run, with its place in the graph; through the hooks around, if there are any."""

    def __init__(self, t):
        t = current(t)
        if is_inference(t):
            raise RuntimeError(KEPT)
        self.leaf = t if t.mark is None or t.mark.plan is None else None
        self.of, self.view = t.frozen(), t._is_view()
        self.packed = None if tls.packing is None else tls.packing.form(t)

    def read(self):
        """The Tensor as it was given (a leaf is the very same); RuntimeError in torch's words if it was changed in place since."""
        t = self.of
        if self.packed is not None:
            return t.owner.face(self.packed.tensor().val, t.mark, t.owner)
        store, version = t.stamp()
        if store.version != version:
            raise argument_changed(t, store, version, self.view)
        return t.owner.face(t.val, t.mark, t.owner) if self.leaf is None else self.leaf


class Rerun:
    """A function that was run without keeping what it saved; `saved` is filled by running it again."""

    def __init__(self, function, args, kwargs, state, context, early_stop, form):
        self.form = form
        self.function, self.args, self.kwargs = function, args, kwargs
        self.state, self.context, self.early_stop = state, context, early_stop
        self.casts = casts_in_force()
        self.tensors = [Argument(a) if isinstance(a, Tensor) else None for a in args]
        self.forms = []  # of what it has saved
        self.saved = {}

    def pack(self, t):
        """Remember of a Tensor only its number and form."""
        self.forms.append(self.form(t))
        return len(self.forms) - 1

    def unpack(self, number):
        """The Tensor of that number, from a second run; one asked for again is computed again."""
        if number not in self.saved:
            try:
                self.run()
                self.check()
            except CheckpointError as error:
                if not hasattr(self.context, "lines"):
                    raise
                raise CheckpointError(self.context.told(error)) from error
        return self.saved.pop(number)

    def check(self):
        """Raise CheckpointError if the second run has not saved what the first did."""
        if len(self.saved) != len(self.forms):
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\n"
                f"Number of tensors saved during forward: {len(self.forms)}\n"
                f"Number of tensors saved during recomputation: {len(self.saved)}.\n{TIP}"
            )
        differ = [
            f"tensor at position {i}:\nsaved metadata: {first}\nrecomputed metadata: {self.form(self.saved[i])}\n"
            for i, first in enumerate(self.forms)
            if first != self.form(self.saved[i])
        ]
        if differ:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during the "
                f"forward pass.\n{''.join(differ)}.\n{TIP}"
            )

    def run(self):
        """Run the function again, and keep what it saves."""
        args = [a if t is None else t.read() for a, t in zip(self.args, self.tensors, strict=True)]
        self.saved.clear()
        numbers = iter(range(len(self.forms)))

        def keep(t):
            number = next(numbers, None)
            if number is None:
                raise CheckpointError(
                    "torch.utils.checkpoint: trying to save more tensors during recomputation than during the original forward pass."
                )
            self.saved[number] = t = t.detach()
            if self.early_stop and number == len(self.forms) - 1:
                raise _StopRecomputationError
            return t  # (with its history it would form a cycle with the operation that saves its own result)

        with fork_rng(enabled=self.state is not None):
            if self.state is not None:
                set_rng_state(self.state)
            with (
                contextlib.suppress(_StopRecomputationError),
                enable_grad(),
                saved_tensors_hooks(keep, lambda t: t),
                casting(*self.casts),
                self.context,
            ):
                self.function(*args, **self.kwargs)


def detach_variable(inputs):
    """The Tensors of a tuple as leaves of their own, the rest as it is."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}")
    return tuple([x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x for x in inputs])


def check_backward_validity(inputs):
    """Warn if none of the inputs requires grad."""
    if not any(isinstance(x, Tensor) and x.requires_grad for x in inputs):
        warn("None of the inputs have requires_grad=True. Gradients will be None")
        note("checkpoint()")


def casts_in_force():
    """(dtype, whether autocast is on, whether it keeps its casts)."""
    mode = sys.modules.get(AUTOCAST)  # (until it is loaded it is off)
    if mode is None:
        return None, False, True
    return mode.get_autocast_dtype("cpu"), mode.is_autocast_enabled("cpu"), mode.is_autocast_cache_enabled()


def casting(*casts):
    """The autocast of the first run, if another is in force now. (To enter one costs more than most functions that are checkpointed.)"""
    if casts == casts_in_force():
        return contextlib.nullcontext()
    dtype, enabled, cached = casts
    return sys.modules[AUTOCAST].autocast("cpu", dtype, enabled, cached)


class CheckpointFunction(Function):
    """A function run without a record, whose backward runs it again, with one, and goes back through that."""

    @staticmethod
    def forward(ctx, run_function, preserve_rng_state, *args):
        check_backward_validity(args)
        ctx.run_function, ctx.casts = run_function, casts_in_force()
        ctx.state = get_rng_state() if preserve_rng_state else None
        ctx.inputs = [None if isinstance(a, Tensor) else a for a in args]
        ctx.save_for_backward(*[a for a in args if isinstance(a, Tensor)])
        ctx.places = [i for i, a in enumerate(args) if isinstance(a, Tensor)]
        with no_grad():
            return run_function(*args)

    @staticmethod
    def backward(ctx, *args):
        if walking().only is not None:
            raise RuntimeError(
                "When use_reentrant=True, torch.utils.checkpoint is incompatible with .grad() or passing an `inputs` parameter to "
                ".backward(). To resolve this error, you can either set use_reentrant=False, or call .backward() without passing the "
                "`inputs` argument."
            )
        inputs = list(ctx.inputs)
        for i, t in zip(ctx.places, ctx.saved_tensors, strict=True):
            inputs[i] = t
        with fork_rng(enabled=ctx.state is not None):
            if ctx.state is not None:
                set_rng_state(ctx.state)
            inputs = detach_variable(tuple(inputs))
            with enable_grad(), casting(*ctx.casts):
                outputs = ctx.run_function(*inputs)
        outputs = (outputs,) if isinstance(outputs, Tensor) else outputs
        pairs = [(y, g) for y, g in zip(outputs, args) if isinstance(y, Tensor) and y.requires_grad]
        if not pairs:
            raise RuntimeError("none of output has requires_grad=True, this checkpoint() is not necessary")
        backward(*zip(*pairs, strict=True))
        return (None, None, *[x.grad if isinstance(x, Tensor) else None for x in inputs])


@public
def checkpoint(
    function,
    *args,
    use_reentrant=None,
    context_fn=noop_context_fn,
    determinism_check="default",
    debug=False,
    early_stop=True,
    **kwargs,
):
    """function(*args, **kwargs), whose intermediate values the backward pass computes anew instead of keeping them.

    use_reentrant=True: nothing of the first run is recorded, so that it has no gradient unless one of the args requires it.

    >>> import compat as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> checkpoint(lambda x: x.sin().exp(), x, use_reentrant=False).sum().backward()
    """
    if use_reentrant is None:
        warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling "
            "checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need to "
            "preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the "
            "differences between the two variants.",
        )
        use_reentrant = True
    preserve_rng_state = kwargs.pop("preserve_rng_state", True)
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn or debug:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        return CheckpointFunction.apply(function, preserve_rng_state, *args)
    debug = debug if Debug.wanted is None else Debug.wanted
    if debug:
        if context_fn is not noop_context_fn:
            raise ValueError("debug=True is incompatible with non-default context_fn")
        from .selective import listing as context_fn
    if determinism_check not in CHECKS:
        raise ValueError(f"determinism_check should be one of {CHECKS}, but got {determinism_check}")
    early_stop = early_stop if EarlyStop.wanted is None else EarlyStop.wanted
    first, second = context_fn()
    if not is_grad_enabled():
        return function(*args, **kwargs)
    form = form_of if determinism_check == "default" else formless
    rerun = Rerun(function, args, kwargs, get_rng_state() if preserve_rng_state else None, second, early_stop, form)
    with saved_tensors_hooks(rerun.pack, rerun.unpack), first:
        return function(*args, **kwargs)


@public
def checkpoint_sequential(functions, segments, input, use_reentrant=None, **kwargs):
    """functions one after the other, in segments that are each checkpointed but for the last."""
    if use_reentrant is None:
        warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In version 2.9 "
            "we will raise an exception if use_reentrant is not passed. use_reentrant=False is recommended, but if you need to "
            "preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the "
            "differences between the two variants.",
        )
        use_reentrant = True
    preserve_rng_state = kwargs.pop("preserve_rng_state", True)
    if kwargs:
        raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
    if isinstance(functions, Sequential):
        functions = list(functions.children())
    size, end = len(functions) // segments, 0
    for start in range(0, size * (segments - 1), size):
        end = start + size
        part = in_turn(functions[start:end])
        input = checkpoint(part, input, use_reentrant=use_reentrant, preserve_rng_state=preserve_rng_state)
    return in_turn(functions[end:])(input)


def in_turn(functions):
    """Functions of one argument as one."""

    def run(x):
        for f in functions:
            x = f(x)
        return x

    return run
