"""Activations as modules: each applies the function of nn.functional that it names."""

import warnings

from ...functions.register import FUNCTIONS as T
from .. import functional, init
from ..parameter import Parameter
from .attention import MultiheadAttention  # noqa: F401  (part of this namespace)
from .module import Module


class Activation(Module):
    """An activation: `_function` of nn.functional, with the attributes named in `_options` as keywords."""

    _function = ""
    _options = ()  # (name, default)

    def __init__(self, *args, **kwargs):
        super().__init__()
        names = [n for n, _ in self._options]
        if len(args) > len(names):
            raise TypeError(
                f"{type(self).__name__}.__init__() takes from 1 to {len(names) + 1} positional arguments but {len(args) + 1} "
                "were given"
            )
        values = dict(self._options) | dict(zip(names, args)) | kwargs
        for name in values:
            if name not in names:
                raise TypeError(f"{type(self).__name__}.__init__() got an unexpected keyword argument '{name}'")
            setattr(self, name, values[name])

    def forward(self, input):
        return getattr(functional, self._function)(input, **{n: getattr(self, n) for n, _ in self._options})

    def extra_repr(self):
        shown = [(n, getattr(self, n)) for n, d in self._options if n != "inplace" or getattr(self, n)]
        return ", ".join(f"{n}={v!r}" for n, v in shown)


INPLACE = ("inplace", False)


def declare(name, function, *options):
    doc = getattr(functional, function).__doc__
    return type(
        name, (Activation,), {"_function": function, "_options": options, "__doc__": doc, "__module__": __name__}
    )


ReLU = declare("ReLU", "relu", INPLACE)
Tanh = declare("Tanh", "tanh")
Sigmoid = declare("Sigmoid", "sigmoid")
LeakyReLU = declare("LeakyReLU", "leaky_relu", ("negative_slope", 0.01), INPLACE)
ELU = declare("ELU", "elu", ("alpha", 1.0), INPLACE)
SELU = declare("SELU", "selu", INPLACE)
CELU = declare("CELU", "celu", ("alpha", 1.0), INPLACE)
GELU = declare("GELU", "gelu", ("approximate", "none"))
SiLU = declare("SiLU", "silu", INPLACE)
Mish = declare("Mish", "mish", INPLACE)
Softplus = declare("Softplus", "softplus", ("beta", 1.0), ("threshold", 20.0))
LogSigmoid = declare("LogSigmoid", "logsigmoid")
Hardsigmoid = declare("Hardsigmoid", "hardsigmoid", INPLACE)
Hardswish = declare("Hardswish", "hardswish", INPLACE)
Hardshrink = declare("Hardshrink", "hardshrink", ("lambd", 0.5))
Softshrink = declare("Softshrink", "softshrink", ("lambd", 0.5))
Softsign = declare("Softsign", "softsign")
Tanhshrink = declare("Tanhshrink", "tanhshrink")
Softmax = declare("Softmax", "softmax", ("dim", None))
LogSoftmax = declare("LogSoftmax", "log_softmax", ("dim", None))
Softmin = declare("Softmin", "softmin", ("dim", None))
GLU = declare("GLU", "glu", ("dim", -1))
Hardshrink.extra_repr = Softshrink.extra_repr = lambda self: str(self.lambd)
Hardsigmoid.extra_repr = Hardswish.extra_repr = lambda self: ""


class Hardtanh(Activation):
    """x limited to [min_val, max_val]."""

    _function = "hardtanh"
    _options = (("min_val", -1.0), ("max_val", 1.0), INPLACE)

    def __init__(self, min_val=-1.0, max_val=1.0, inplace=False, min_value=None, max_value=None):
        for old, new, value in (("min_value", "min_val", min_value), ("max_value", "max_val", max_value)):
            if value is not None:
                warnings.warn(
                    f"keyword argument `{old}` is deprecated and renamed to `{new}`", FutureWarning, stacklevel=3
                )
        super().__init__(
            min_val if min_value is None else min_value, max_val if max_value is None else max_value, inplace
        )
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
    _options = (("threshold", None), ("value", None), INPLACE)

    def __init__(self, threshold, value, inplace=False):
        super().__init__(threshold, value, inplace)

    def extra_repr(self):
        return f"threshold={self.threshold}, value={self.value}" + (", inplace=True" if self.inplace else "")


class RReLU(Activation):
    """x where positive, a slope from [lower, upper) times x elsewhere: a random one while training."""

    _function = "rrelu"
    _options = (("lower", 1.0 / 8), ("upper", 1.0 / 3), INPLACE)

    def forward(self, input):
        return functional.rrelu(input, self.lower, self.upper, self.training, self.inplace)

    def extra_repr(self):
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class Softmax2d(Module):
    """softmax over the channels of [N, C, H, W] or [C, H, W]."""

    def forward(self, input):
        if input.dim() not in (3, 4):
            raise ValueError(f"Softmax2d: expected input to be 3D or 4D, got {input.dim()}D instead")
        return functional.softmax(input, -3)


class PReLU(Module):
    """x where positive, weight * x elsewhere; the weight is learnt."""

    def __init__(self, num_parameters=1, init=0.25, device=None, dtype=None):
        super().__init__()
        self.num_parameters = num_parameters
        self.init = init
        self.weight = Parameter(T["empty"](num_parameters, dtype=dtype))
        self.reset_parameters()

    def reset_parameters(self):
        """Set the weight to its initial value."""
        init.constant_(self.weight, self.init)

    def forward(self, input):
        return functional.prelu(input, self.weight)

    def extra_repr(self):
        return f"num_parameters={self.num_parameters}"
