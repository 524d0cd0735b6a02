"""Which arguments of an operation take the written-out road (core/written_views.py, core/written_calls.py).

Invariant: each has the slow function of its name behind it, which says what is wrong and does all the rest.
"""

import functools

from funcgrad.core import state
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop
from funcgrad.core.written import F32, F64
from funcgrad.core.written_calls import written_call
from funcgrad.core.written_views import written_view
from funcgrad.lazy import deferred

from .. import dtypes
from ..devices import Device
from ..graph import labelled
from ..size import Size
from ..tensor import Tensor
from .call_errors import binding
from .register import FUNCTIONS, METHODS, install

P = PRIMITIVES
shared = state.shared


def quick(write, slow, prim, *how, **env):
    """The written-out function of an operation, which the slow one stands behind."""
    call = deferred(lambda: write(P[prim], Tensor, slow, *how, **env, Size=Size))
    return functools.update_wrapper(call, slow)


def put_in_place(call, names):
    """Register the function in the place of that of these names."""
    for name in names.split():
        if name in FUNCTIONS.made:
            FUNCTIONS[name] = call
        install(name, call)


def quick_view(names, prim, arguments, when, *how, function=None, **env):
    """Put the written-out function of a view in the place of the registered one, under all its names. `function`: what has to hold of
    the arguments of the function, if it is another one than the method."""
    own = FUNCTIONS.made.get(names)
    put_in_place(quick(written_view, METHODS[names.split()[0]], prim, arguments, when, *how, **env), names)
    if function is not None:
        FUNCTIONS[names] = quick(written_view, own, prim, arguments, function, *how, **env)


def quick_attribute(name, prim, *how):
    """The same for an attribute of Tensors."""
    install(name, property(quick(written_view, METHODS[name].fget, prim, (), *how)))


def quick_call(names, prim, *how, **env):
    """Put the written-out function of what computes a value in the place of the registered one."""
    put_in_place(quick(written_call, binding(METHODS[names.split()[0]]), prim, *how, **env), names)


@functools.lru_cache
def along(n, dim):
    """{"axes": one of n axes}; IndexError if there is none such."""
    if not -n <= dim < n:
        raise IndexError
    return {"axes": (dim % n,)}


def changes_nothing(slow):
    """`to` in front of the slow one: for the device or the dtype that a Tensor has already."""

    def to(self, *args, **named):
        if len(args) == 1 and not named and self.owner is TAPE and not shared.staging:
            (wanted,) = args
            kind = type(wanted)
            if kind is str:
                same = wanted == "cpu"
            elif kind is Device:
                same = wanted.type == "cpu"
            else:
                same = kind is dtypes.dtype and wanted.numpy is self.val.dtype and not shared.halves
            if same:
                return self
        try:
            return slow(self, *args, **named)
        except BaseException as error:
            drop(error)
            raise

    return functools.update_wrapper(to, slow)


def of_integers(slow, inferred_shape, reshaped):
    """`reshape` in front of the slow one: of plain integers that fit, which nobody has to ask about."""

    def reshape(self, *given, **named):
        if given and not named and self.owner is TAPE and not shared.staging:
            shape = given[0] if type(given[0]) in (tuple, Size) and len(given) == 1 else given
            if all([type(k) is int for k in shape]):
                try:
                    shape = inferred_shape(shape, self.val.size)
                except RuntimeError:
                    return slow(self, *given)  # (which says why not)
                return reshaped(self, tuple(shape))
        return slow(self, *given, **named)

    return functools.update_wrapper(reshape, slow)


def added_at_once(slow, product, n, shown):
    """An addend and a product of operands of n axes in front of the slow one: of floats of one dtype that fit, none of them weighed."""
    add = P["add"].fast

    def call(*args, **named):
        try:
            if len(args) == 3 and not named and not shared.staging and not shared.halves:
                t, x, y = args
                if isinstance(t, Tensor) and isinstance(x, Tensor) and isinstance(y, Tensor):
                    if t.owner is x.owner is y.owner is TAPE:
                        d, shape, one, two = t.val.dtype, t.val.shape, x.val.shape, y.val.shape
                        if (d is F32 or d is F64) and d is x.val.dtype is y.val.dtype and len(one) == n == len(two):
                            if one[-1] == two[-2] and one[:-2] == two[:-2] and t.val.flags.c_contiguous:
                                whole = (*one[:-1], two[-1])
                                if shape == whole or len(shape) < n and shape == whole[n - len(shape) :]:
                                    return labelled(add(t, product(x, y)), shown, args)
            return slow(*args, **named)
        except BaseException as error:
            drop(error)
            raise

    return functools.update_wrapper(call, slow)
