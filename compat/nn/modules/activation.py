"""Activations as modules: each applies the function of nn.functional that it names."""

from types import FunctionType

from funcgrad.core.site import warn

from ...functions.register import FUNCTIONS as T
from .. import functional, init
from ..parameter import Parameter
from .attention import MultiheadAttention  # noqa: F401  (part of this namespace)
from .module import Module


class Activation(Module):
    """An activation: `_function` of nn.functional, with the attributes named in `_options` as keywords; those in `_shown` are
    in its text."""

    _function = ""
    _options = _shown = ()
    _by_name, _also = (
        False,
        {},
    )  # (what somebody puts in the place of nn.functional's function is called as torch calls it)
    _each = ("forward", "extra_repr")

    def forward(self, input):
        function, options = getattr(functional, self._function), self._options
        if self._by_name:
            (name,) = options
            return function(input, **{name: getattr(self, name)})
        return function(input, *[getattr(self, n) for n in options], **self._also)

    def extra_repr(self):
        return shown(self, *self._shown)


def shown(module, *names):
    """The text of attributes; of inplace only if it is so."""
    parts = [f"{n}={getattr(module, n)}" for n in names if n != "inplace"]
    return ", ".join(parts + ["inplace=True"] * ("inplace" in names and bool(module.inplace)))


# How activations are made, by their options.
def by_inplace(self, inplace=False):
    Module.__init__(self)
    self.inplace = inplace


def by_slope(self, negative_slope=1e-2, inplace=False):
    Module.__init__(self)
    self.negative_slope, self.inplace = negative_slope, inplace


def by_alpha(self, alpha=1.0, inplace=False):
    Module.__init__(self)
    self.alpha, self.inplace = alpha, inplace


def by_approximation(self, approximate="none"):
    Module.__init__(self)
    self.approximate = approximate


def by_beta(self, beta=1.0, threshold=20.0):
    Module.__init__(self)
    self.beta, self.threshold = beta, threshold


def by_lambd(self, lambd=0.5):
    Module.__init__(self)
    self.lambd = lambd


def by_dim(self, dim=None):
    Module.__init__(self)
    self.dim = dim


def by_last_dim(self, dim=-1):
    Module.__init__(self)
    self.dim = dim


class OfTorch(Activation):
    """One whose function is torch's own, which says other things of wrong arguments than nn.functional's."""

    _each = ("forward",)

    def forward(self, input):
        return T[self._function](input)


def declare(name, function, made=None, of=Activation, **more):
    """An activation whose options are the parameters of `made`."""
    names = {"_function": function, "__doc__": getattr(functional, function).__doc__, "__module__": __name__} | more
    if made is not None:
        names["_options"] = names["_shown"] = made.__code__.co_varnames[1 : made.__code__.co_argcount]
        init = names["__init__"] = FunctionType(made.__code__, globals(), "__init__", made.__defaults__)
        init.__qualname__ = f"{name}.__init__"
    else:
        names["extra_repr"] = Module.extra_repr
    return type(name, (of,), names | more)


DEEPER = {"_also": {"_stacklevel": 5}}
NO_TEXT = {"extra_repr": Module.extra_repr}
LAMBD = {"extra_repr": lambda self: f"{self.lambd}"}
ReLU = declare("ReLU", "relu", by_inplace, _by_name=True)
Tanh, Sigmoid = declare("Tanh", "tanh", of=OfTorch), declare("Sigmoid", "sigmoid", of=OfTorch)
LeakyReLU = declare("LeakyReLU", "leaky_relu", by_slope)
ELU = declare("ELU", "elu", by_alpha)
SELU = declare("SELU", "selu", by_inplace)
CELU = declare("CELU", "celu", by_alpha)
GELU = declare(
    "GELU", "gelu", by_approximation, _by_name=True, extra_repr=lambda self: f"approximate={self.approximate!r}"
)
SiLU = declare("SiLU", "silu", by_inplace, _by_name=True)
Mish = declare("Mish", "mish", by_inplace, _by_name=True)
Softplus = declare("Softplus", "softplus", by_beta)
LogSigmoid = declare("LogSigmoid", "logsigmoid")
Hardsigmoid = declare("Hardsigmoid", "hardsigmoid", by_inplace, **NO_TEXT)
Hardswish = declare("Hardswish", "hardswish", by_inplace, **NO_TEXT)
Hardshrink = declare("Hardshrink", "hardshrink", by_lambd, **LAMBD)
Softshrink = declare("Softshrink", "softshrink", by_lambd, extra_repr=lambda self: str(self.lambd))
Softsign = declare("Softsign", "softsign")
Tanhshrink = declare("Tanhshrink", "tanhshrink")
Softmax = declare("Softmax", "softmax", by_dim, **DEEPER)
LogSoftmax = declare("LogSoftmax", "log_softmax", by_dim, _shown=("dim",), **DEEPER)
Softmin = declare("Softmin", "softmin", by_dim, **DEEPER)
GLU = declare("GLU", "glu", by_last_dim)


class Hardtanh(Activation):
    """x limited to [min_val, max_val]."""

    _function = "hardtanh"
    _options = _shown = ("min_val", "max_val", "inplace")

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None):
        for old, new, value in (("min_value", "min_val", min_value), ("max_value", "max_val", max_value)):
            if value is not None:
                warn(f"keyword argument `{old}` is deprecated and renamed to `{new}`", FutureWarning)
        super().__init__()
        self.min_val = min_val if min_value is None else min_value
        self.max_val = max_val if max_value is None else max_value
        self.inplace = inplace
        if self.max_val <= self.min_val:
            raise AssertionError(f"max_val ({self.max_val}) must be greater than min_val ({self.min_val})")


class ReLU6(Hardtanh):
    """x limited to [0, 6]."""

    def __init__(self, inplace=False):
        super().__init__(0.0, 6.0, inplace)

    def extra_repr(self):
        return "inplace=True" if self.inplace else ""


class Threshold(Activation):
    """x where it exceeds the threshold, else value."""

    _function = "threshold"
    _options = _shown = ("threshold", "value", "inplace")

    def __init__(self, threshold, value, inplace=False):
        super().__init__()
        self.threshold, self.value, self.inplace = threshold, value, inplace


class RReLU(Activation):
    """x where positive, a slope from [lower, upper) times x elsewhere: a random one while training."""

    _shown = ("lower", "upper", "inplace")

    def __init__(self, lower=1.0 / 8, upper=1.0 / 3, inplace=False):
        super().__init__()
        self.lower, self.upper, self.inplace = lower, upper, inplace

    def forward(self, input):
        return functional.rrelu(input, self.lower, self.upper, self.training, self.inplace)


class Softmax2d(Module):
    """softmax over the channels of [N, C, H, W] or [C, H, W]."""

    def forward(self, input):
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return functional.softmax(input, -3, **DEEPER["_also"])


class PReLU(Module):
    """x where positive, weight * x elsewhere; the weight is learnt."""

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(T["empty"](num_parameters, device=device, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self):
        """Set the weight to its initial value."""
        init.constant_(self.weight, self.init)

    def forward(self, input):
        return functional.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"
