"""autograd.Function: operations whose derivative the user writes. What a call of one is to the levels: function_call.py."""

import functools
import inspect
from abc import abstractmethod

from funcgrad.core import state
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import warn
from funcgrad.core.trace import Batch

from .._gate import Refusal
from ..functions.missing import refusal as _refusal
from ..graph import labelled
from ..tensor import Tensor
from .function_at_once import at_once
from .function_call import Call, VmapInfo, is_written  # noqa: F401  (torch has VmapInfo here, and FunctionCtx)
from .function_context import FunctionCtx  # noqa: F401
from .grad_mode import call_in

tls = state.tls
P = PRIMITIVES


NO_SETUP = (
    "In order to use an autograd.Function with functorch transforms (vmap, grad, jvp, jacrev, ...), it must override the "
    "setup_context staticmethod. For more details, please see https://pytorch.org/docs/main/notes/extending.func.html"
)


class Function:
    """A differentiable operation: subclass it with static methods forward and backward, and call `apply`.

    `forward(ctx, *args)`, or `forward(*args)` with `setup_context(ctx, inputs, output)`; `backward(ctx, *grads)` returns
    one gradient (or None) for each argument of forward.

    >>> import compat as torch
    >>> class Double(torch.autograd.Function):
    ...     @staticmethod
    ...     def forward(ctx, x):
    ...         return x * 2
    ...     @staticmethod
    ...     def backward(ctx, grad):
    ...         return grad * 2
    >>> x = torch.ones(2, requires_grad=True)
    >>> Double.apply(x)
    tensor([2., 2.], grad_fn=<DoubleBackward>)
    """

    generate_vmap_rule = False

    def __init__(self, *args, **kwargs):
        warn(
            f"{type(self)} should not be instantiated. Methods on autograd functions are all static, so you should invoke them "
            "on the class itself. Instantiating an autograd function will raise an error in a future version of PyTorch.",
            DeprecationWarning,
        )
        self.needs_input_grad = ()

    def __call__(self, *args, **kwargs):
        raise legacy_error()

    @staticmethod
    @abstractmethod
    def forward(*args, **kwargs):
        """The value; under no_grad."""
        raise NotImplementedError("You must implement the forward function for custom autograd.Function.")

    @staticmethod
    @abstractmethod
    def setup_context(ctx, inputs, output):
        """Fill ctx, if forward does not take it."""
        raise NotImplementedError("setup_context is not implemented.")

    @staticmethod
    @abstractmethod
    def backward(ctx, *grad_outputs):
        """The gradients of forward's arguments from those of its results."""
        raise NotImplementedError(
            "You must implement either the backward or vjp method for your custom autograd.Function to use it with backward "
            "mode AD."
        )

    vjp = backward

    @staticmethod
    @abstractmethod
    def jvp(ctx, *grad_inputs):
        """The tangents of forward's results from those of its arguments."""
        raise NotImplementedError(
            "You must implement the jvp function for custom autograd.Function to use it with forward mode AD."
        )

    @staticmethod
    @abstractmethod
    def vmap(info, in_dims, *args):
        """(the results on mapped arguments, their mapped dimensions); without it forward and backward are mapped."""
        raise NotImplementedError(
            "To use autograd.Function with vmap, you must either override the vmap staticmethod or set generate_vmap_rule=True."
        )

    @classmethod
    def apply(cls, *args, **kwargs):
        """Call forward, recorded with backward as its derivative."""
        if is_written(cls.setup_context):
            args, kwargs = bound(cls, args, kwargs), {}
        if tls.func:
            check_in_func(cls)
        if kwargs:
            args, kwargs = by_place(cls, args, kwargs)
        call = Call(cls, args, kwargs)
        done = at_once(call)
        if done is not None:
            return done
        outs = P["rule"](*[args[i] for i in call.positions], spec=call)
        return call.finished(outs)


class InplaceFunction(Function):
    """Function, by the name that older programs subclass; `inplace` is what an instance is made with."""

    def __init__(self, inplace=False):
        super().__init__()
        self.inplace = inplace


@functools.cache
def signature_of(forward):
    return inspect.signature(forward)


def bound(cls, args, kwargs):
    """All arguments of a forward without a context, with its defaults; TypeError in Python's words if they do not fit."""
    signature = signature_of(cls.forward)
    if not kwargs and len(args) == len(signature.parameters):
        return args
    found = signature.bind(*args, **kwargs)
    found.apply_defaults()
    return found.args


def by_place(cls, args, kwargs):
    """The arguments of a call with those by name in the places where forward has them, as far as no place is left out before them."""
    names = [*inspect.signature(cls.forward).parameters]
    names = names[len(args) + (not is_written(cls.setup_context)) :]
    left, args = dict(kwargs), list(args)
    for name in left:
        if name not in names:
            raise TypeError(f"{cls.forward.__name__}() got an unexpected keyword argument '{name}'")
    for name in names:
        if name not in left:
            break
        args.append(left.pop(name))
    return tuple(args), left


def legacy_error():
    return RuntimeError(
        "Legacy autograd function with non-static forward method is deprecated. Please use new-style autograd function with "
        "static forward method. (Example: https://pytorch.org/docs/stable/autograd.html#torch.autograd.Function)"
    )


def check_in_func(cls):
    """RuntimeError in torch's words where a Function lacks what torch.func asks of it."""
    if not is_written(cls.setup_context):
        raise RuntimeError(NO_SETUP)
    if not cls.generate_vmap_rule and not is_written(cls.vmap) and any([type(trace) is Batch for trace in tls.func]):
        raise RuntimeError(
            f"You tried to vmap over {cls.__name__}, but it does not have vmap support. Please override and implement the vmap "
            "staticmethod or set generate_vmap_rule=True. For more details, please see "
            "https://pytorch.org/docs/main/notes/extending.func.html"
        )


# ------------------------------------------------------------------------------------------------ once_differentiable
TWICE = "trying to differentiate twice a function that was marked with @once_differentiable"


def refusing(g):
    """g, made by a node that refuses to be differentiated."""
    out = P["rule"](g, spec=Refusal(TWICE))[0]
    return labelled(out, "Error", (g,))


def once_differentiable(fn):
    """A backward that is not differentiable itself: it runs under no_grad, and a second derivative through it raises."""

    @functools.wraps(fn)
    def wrapper(ctx, *args):
        got = call_in(False, fn, ctx, *args)
        if not tls.grad or not any(isinstance(a, Tensor) and a.requires_grad for a in args):
            return got
        grads = got if isinstance(got, tuple) else (got,)
        marked = [None if g is None else refusing(g.detach().requires_grad_()) for g in grads]
        return tuple(marked) if isinstance(got, tuple) else marked[0]

    return wrapper


__getattr__ = _refusal(__name__)
