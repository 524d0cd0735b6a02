"""The in-place methods that torch has as functions too: torch.clamp_(t, 0) is t.clamp_(0)."""

from ..tensor import Tensor
from .call_errors import not_a_tensor
from .register import METHODS, operation, publish, twin

twin("ldexp", "LdexpBackward0")
twin("renorm", "RenormBackward0")
twin("conj_physical", "ConjPhysicalBackward0")
NAMES = (
    "addmv clamp clamp_max clamp_min clip conj_physical fill fix frac gcd index_put lcm ldexp logit nan_to_num negative round "
    "square xlogy"
)


def as_function(name):
    method = METHODS[name]

    def f(input, *args, **kwargs):
        if not isinstance(input, Tensor):
            raise not_a_tensor(name, input)
        return method(input, *args, **kwargs)

    f.__name__, f.__doc__ = name, f"Tensor.{name} as a function."
    operation(name=name, method=False)(f)


for _name in NAMES.split():
    as_function(_name + "_")


@operation("FillBackward0", method=False)
def fill(input, value):
    """A Tensor like the input, every element a number or a 0-d Tensor."""
    return METHODS["fill_"](input.clone(), value)


def in_place_of(name):
    """torch.<name>_ of a function that draws: torch.dropout_(t, p, train)."""

    def f(input, p, train):
        from ..nn.functional.native import dropping

        if type(train) is not bool:
            raise TypeError("train is a bool")
        return dropping(name, input, p, train, True)

    f.__name__, f.__doc__ = name + "_", f"{name}, in place."
    operation(method=False)(f)


def of_functional(name):
    from ..nn import functional

    return getattr(functional, name)


for _name in ("dropout", "alpha_dropout", "feature_dropout", "feature_alpha_dropout"):
    in_place_of(_name)


def of_nn(name):
    """Tensor.<name> of a function that stands in nn.functional."""

    def f(self, *args, **kwargs):
        return of_functional(name)(self, *args, **kwargs)

    f.__doc__ = f"nn.functional.{name}."
    operation(name=name, function=False)(f)


for _name in ("hardshrink", "prelu"):
    of_nn(_name)


def detach(input):
    """The same values (and memory) without the history."""
    return input.detach()


def detach_(input):
    """Forget the history, in place."""
    return input.detach_()


publish(detach, ("detach",), True, False)
publish(detach_, ("detach_",), True, False)
