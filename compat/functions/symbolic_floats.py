"""What stands for a Python float that each call of a compiled function looks up anew.

Invariant: it is a float to whoever asks, and gives no figure away: sums, products and the like, with numbers and Tensors, come out as the
float itself would have them; how it compares with a number each call finds again; whatever else is asked of it is refused, and the float is a
constant of the program then.
"""

import sys
from operator import eq, ge, gt, le, lt, ne

import numpy as np

from funcgrad.core.site import internal
from funcgrad.core.state import tls

from ..tensor import Tensor
from .each_call import need

NUMBERS = (bool, int, float)


class Unknown(RuntimeError):
    """What asks for the figure of a float that may be another in each call."""

    def __init__(self):
        super().__init__("a float that was seen to change is asked for")
        tls.refused = self  # (whoever catches it must not have done with it)


def refuse(*_):
    raise Unknown


def operator(name, check=None):
    """x.__name__(y), of a number y, or what stands for one; `check` says what each call has to find of (x, y, the result)."""

    def operate(self, other):
        if type(other) is Moving:
            value = other.number
        elif type(other) in NUMBERS:
            value = float(other)
        elif isinstance(other, Tensor):  # (which knows what a number is to it)
            return getattr(other, REFLECTED[name])(self)
        else:
            raise Unknown
        got = getattr(self.number, name)(value)
        if check is not None:
            check(self.number, value, got)
        return Moving(got)

    return operate


def comparison(symbol, compare):
    return lambda self, other: self.compared(symbol, compare, other)


def positive(divisor):
    """That what is divided by is not 0, of which Python has an error."""
    if isinstance(divisor, Tensor):
        need(divisor, lambda v: bool(np.all(v != 0)))
    elif divisor == 0:
        raise Unknown


REFLECTED = {f"__{n}__": f"__r{n}__" for n in ("add", "sub", "mul", "truediv")}
REFLECTED |= {v: k for k, v in REFLECTED.items()}


class Moving:
    """A float that is `number`, a Tensor of one element, in the graph. `place`: which of the arguments of the program it is, and its `value` now;
    None of what was computed."""

    __slots__ = ("number", "place", "value", "__weakref__")
    __class__ = property(lambda self: float)

    def __init__(self, number, place=None, value=None):
        self.number, self.place, self.value = number, place, value

    __add__, __radd__, __sub__, __rsub__, __mul__, __rmul__ = map(
        operator, ("__add__", "__radd__", "__sub__", "__rsub__", "__mul__", "__rmul__")
    )
    __truediv__ = operator("__truediv__", lambda x, y, got: positive(y))
    __rtruediv__ = operator("__rtruediv__", lambda x, y, got: positive(x))

    def compared(self, symbol, compare, other):
        """How it compares with a number, asked by the user's code: as it does now, and each call has to find that again."""
        tests, frame = getattr(tls.stage, "compared", None), sys._getframe(1)
        while frame.f_globals.get("__name__") == __name__:
            frame = frame.f_back
        ours = internal[frame.f_globals.get("__name__")]  # (which would go on and ask for the figure)
        if self.place is None or type(other) not in NUMBERS or tests is None or ours:
            raise Unknown
        outcome = compare(self.value, other)
        tests.append((self.place, symbol, other, outcome))
        return outcome

    def __neg__(self):
        return Moving(-self.number)

    def __pos__(self):
        return self

    def __abs__(self):
        return Moving(abs(self.number))

    def __pow__(self, n):
        if isinstance(n, Tensor):
            return n.__rpow__(self)
        if type(n) is not int or n < 0:
            raise Unknown
        got = self.number**n
        need(got, lambda v: bool(np.all(np.isfinite(v))))  # (Python has an error for what is too large)
        return Moving(got)

    def __copy__(self):
        return self

    def __deepcopy__(self, memo):
        return self

    @property
    def real(self):
        return self

    def __getattr__(self, name):
        if hasattr(float, name):
            raise Unknown
        raise AttributeError(f"'float' object has no attribute {name!r}", name=name, obj=self)

    __lt__, __le__, __gt__, __ge__, __eq__, __ne__ = map(
        comparison, ("<", "<=", ">", ">=", "==", "!="), (lt, le, gt, ge, eq, ne)
    )

    def __bool__(self):
        return bool(self.compared("!=", ne, 0.0))

    __float__ = __int__ = __complex__ = __trunc__ = __floor__ = __ceil__ = __round__ = __hash__ = refuse
    __mod__ = __rmod__ = __floordiv__ = __rfloordiv__ = __divmod__ = __rdivmod__ = __rpow__ = refuse
    __repr__ = __str__ = __format__ = __reduce_ex__ = refuse


__all__ = ["Moving", "Unknown"]
