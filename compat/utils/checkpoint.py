"""checkpoint: what a function computes on the way is not kept for the backward pass, but computed again in it.

Invariant: the second run has the inputs, grad mode, autocast and (unless told otherwise) the random numbers of the first, and what it
saves stands, in order, for what the first would have saved.
"""

import contextlib
import sys
import warnings
from enum import Enum

from funcgrad.core.tracebacks import public

from ..autograd.grad_mode import enable_grad, no_grad
from ..autograd.graph import saved_tensors_hooks
from ..functions.missing import refusal as _refusal
from ..functions.random import get_rng_state, set_rng_state
from ..nn.modules.container import Sequential
from ..random import fork_rng
from ..tensor import Tensor

__getattr__ = _refusal("torch.utils.checkpoint", __name__)
AUTOCAST = "compat.amp.autocast_mode"
__all__ = [
    "CheckpointError", "CheckpointPolicy", "SelectiveCheckpointContext", "checkpoint", "checkpoint_sequential",
    "create_selective_checkpoint_contexts", "noop_context_fn", "set_checkpoint_early_stop",
]  # fmt: skip


class CheckpointError(RuntimeError):
    """The second run of a checkpointed function did not do what the first did."""


def noop_context_fn():
    """Two contexts that do nothing: for the first run, and for the second."""
    return contextlib.nullcontext(), contextlib.nullcontext()


@contextlib.contextmanager
def set_checkpoint_early_stop(enable):
    """Taken and ignored: the second run always goes to its end."""
    yield


class CheckpointPolicy(Enum):
    """What a policy can say of an operation's result."""

    MUST_SAVE, PREFER_SAVE, MUST_RECOMPUTE, PREFER_RECOMPUTE, MUST_CPU_OFFLOAD, PREFER_CPU_OFFLOAD = range(6)


class SelectiveCheckpointContext:
    """What a policy is told besides the operation."""

    def __init__(self, *, is_recompute, op_output=None):
        self.is_recompute, self.op_output = is_recompute, op_output


def create_selective_checkpoint_contexts(policy_fn_or_list, allow_cache_entry_mutation=False):
    """The contexts of a checkpoint that is to keep the results of some operations; here all are computed again, to the same figures.

    TypeError for what is neither a function nor a list, ValueError for what in it is no overload (torch.ops.aten.mm.default).
    """
    if isinstance(policy_fn_or_list, list):
        from ..ops import OpOverload

        for op in policy_fn_or_list:
            if not isinstance(op, OpOverload):
                text = f"Expected op in `op_list` to be an OpOverload but got: {op} of type {type(op)}. "
                if hasattr(op, "default"):
                    text += (
                        "Please update the OpOverloadPacket to a specific OpOverload.For example, if you have `torch.ops.aten.mm`, "
                        "change it to `torch.ops.aten.mm.default`."
                    )
                raise ValueError(text)
    elif not callable(policy_fn_or_list):
        raise TypeError("policy_fn_or_list must be either a function or a list of ops.")
    return noop_context_fn()


class Rerun:
    """A function that was run without keeping what it saved; `saved` is filled by running it again."""

    def __init__(self, function, args, kwargs, state, context):
        self.function, self.args, self.kwargs = function, args, kwargs
        self.state, self.context = state, context
        self.casts = casts_in_force()
        self.count = 0
        self.saved = {}

    def pack(self, t):
        """Remember of a Tensor only its number and form."""
        self.count += 1
        return self.count - 1, t.shape, t.dtype

    def unpack(self, remembered):
        """The Tensor of that number, from a second run; one asked for again is computed again."""
        number, shape, dtype = remembered
        if number not in self.saved:
            self.run()
        t = self.saved.pop(number, None)
        if t is None:
            raise CheckpointError(
                "torch.utils.checkpoint: A different number of tensors was saved during the original forward and recomputation.\n"
                f"Number of tensors saved during forward: {self.count}\nNumber of tensors saved during recomputation: {number}."
            )
        if t.shape != shape or t.dtype != dtype:
            raise CheckpointError(
                "torch.utils.checkpoint: Recomputed values for the following tensors have different metadata than during the "
                f"forward pass.\ntensor at position {number}:\nsaved metadata: {{'shape': {shape}, 'dtype': {dtype}, 'device': "
                f"device(type='cpu')}}\nrecomputed metadata: {{'shape': {t.shape}, 'dtype': {t.dtype}, 'device': "
                "device(type='cpu')}"
            )
        return t

    def run(self):
        """Run the function again, and keep what it saves."""
        numbers = iter(range(self.count))

        def keep(t):
            number = next(numbers, None)
            if number is not None:
                self.saved[number] = t.detach()
            return t

        with fork_rng(enabled=self.state is not None):
            if self.state is not None:
                set_rng_state(self.state)
            with enable_grad(), casting(*self.casts), self.context, saved_tensors_hooks(keep, lambda t: t):
                self.function(*[detached(a) for a in self.args], **self.kwargs)


def detach_variable(inputs):
    """The Tensors of a tuple as leaves of their own, the rest as it is."""
    if not isinstance(inputs, tuple):
        raise RuntimeError(f"Only tuple of tensors is supported. Got Unsupported input type: {type(inputs).__name__}")
    return tuple([x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) else x for x in inputs])


def check_backward_validity(inputs):
    """Warn if none of the inputs requires grad."""
    if not any(isinstance(x, Tensor) and x.requires_grad for x in inputs):
        warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=2)


def casts_in_force():
    """(dtype, whether autocast is on, whether it keeps its casts)."""
    mode = sys.modules.get(AUTOCAST)  # (until it is loaded it is off)
    if mode is None:
        return None, False, True
    return mode.get_autocast_dtype("cpu"), mode.is_autocast_enabled("cpu"), mode.is_autocast_cache_enabled()


def casting(dtype, enabled, cached):
    mode = sys.modules.get(AUTOCAST)
    return contextlib.nullcontext() if mode is None else mode.autocast("cpu", dtype, enabled, cached)


def detached(x):
    """A Tensor as a leaf of its own, which requires grad if it does."""
    return x.detach().requires_grad_(x.requires_grad) if isinstance(x, Tensor) and x.is_floating_point() else x


@public
def checkpoint(
    function,
    *args,
    use_reentrant=None,
    context_fn=noop_context_fn,
    determinism_check="default",
    debug=False,
    early_stop=True,
    preserve_rng_state=True,
    **kwargs,
):
    """function(*args, **kwargs), whose intermediate values the backward pass computes anew instead of keeping them.

    use_reentrant=True has no gradient unless one of the args requires it, as in torch; otherwise it is computed in the same way.

    >>> import compat as torch
    >>> x = torch.ones(2, requires_grad=True)
    >>> checkpoint(lambda x: x.sin().exp(), x, use_reentrant=False).sum().backward()
    """
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint: the use_reentrant parameter should be passed explicitly. Starting in PyTorch 2.9, calling "
            "checkpoint without use_reentrant will raise an exception. use_reentrant=False is recommended, but if you need to "
            "preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the "
            "differences between the two variants.",
            stacklevel=3,
        )
        use_reentrant = True
    if use_reentrant:
        if kwargs:
            raise ValueError("Unexpected keyword arguments: " + ",".join(kwargs))
        if context_fn is not noop_context_fn or debug:
            raise ValueError("Passing `context_fn` or `debug` is only supported when use_reentrant=False.")
        if not any(isinstance(a, Tensor) and a.requires_grad for a in args):
            warnings.warn("None of the inputs have requires_grad=True. Gradients will be None", stacklevel=3)
            with no_grad():
                return function(*args)
    first, second = context_fn()
    rerun = Rerun(function, args, kwargs, get_rng_state() if preserve_rng_state else None, second)
    with first, saved_tensors_hooks(rerun.pack, rerun.unpack):
        return function(*args, **kwargs)


@public
def checkpoint_sequential(functions, segments, input, use_reentrant=None, preserve_rng_state=True):
    """functions one after the other, in segments that are each checkpointed but for the last."""
    if use_reentrant is None:
        warnings.warn(
            "torch.utils.checkpoint.checkpoint_sequential: the use_reentrant parameter should be passed explicitly. In version 2.9 "
            "we will raise an exception if use_reentrant is not passed. use_reentrant=False is recommended, but if you need to "
            "preserve the current default behavior, you can pass use_reentrant=True. Refer to docs for more details on the "
            "differences between the two variants.",
            stacklevel=3,
        )
        use_reentrant = True
    functions = list(functions.children()) if isinstance(functions, Sequential) else list(functions)
    size = len(functions) // segments
    for start in range(0, size * (segments - 1), size):
        part = in_turn(functions[start : start + size])
        input = checkpoint(part, input, use_reentrant=use_reentrant, preserve_rng_state=preserve_rng_state)
    return in_turn(functions[size * (segments - 1) :])(input)


def in_turn(functions):
    """Functions of one argument as one."""

    def run(x):
        for f in functions:
            x = f(x)
        return x

    return run
