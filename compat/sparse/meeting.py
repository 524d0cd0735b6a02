"""How torch's functions learn of sparse Tensors: the first that is made has every public function intercepted (compat/_intercept.py).

Invariant: a call with a sparse Tensor among its arguments is answered by a function of this package, or refused as torch refuses what it
has no kernel for; it never reaches a function of dense ones. Calls without go on as they are.
"""

import functools
import threading
from types import FunctionType

import numpy as np

from .._intercept import Users, original
from ..devices import Device
from ..dtypes import dtype
from ..functions.register import FUNCTIONS, METHODS
from ..nn.parameter import Parameter
from ..size import Size
from ..tensor import Tensor

ANSWERS = {}  # name of a function or method of torch's -> what answers it where a sparse Tensor is among the arguments
FAMILIES = ("construction", "arithmetic", "products", "arranging", "reduction", "writing", "gradients", "out")
UNASKED = "_is_view as_subclass typename name qscheme is_nonzero __nonzero__".split()  # which are alike for both
OF_LISTS = set(
    "cat concat concatenate stack hstack vstack dstack column_stack row_stack block_diag broadcast_tensors meshgrid einsum "
    "cartesian_prod combinations autograd.grad autograd.backward backward __setitem__ index_put index_put_".split()
)
PLAIN = {Tensor, Parameter, int, float, bool, complex, str, type(None), slice, type(...), Size, dtype, Device}
PLAIN |= {np.ndarray, np.float32, np.float64, np.int64}


def answers(*names):
    """A decorator: the function answers torch's of these names (methods and functions alike)."""

    def decorate(f):
        ANSWERS.update(dict.fromkeys(names or (f.__name__,), f))
        return f

    return decorate


def met(args):
    """Is there a sparse Tensor among these arguments, or in a list among them?"""
    kind = Begun.kind
    for a in args:
        if type(a) is kind:
            return True
        if type(a) in (list, tuple) and any([type(x) is kind for x in a]):
            return True
    return False


def asking(inner, f):
    """The layer around a public function."""
    name = names()[original.get(f, f)]

    def call(*args, **kwargs):
        if met(args) or kwargs and met(kwargs.values()):
            return answer(name)(*args, **kwargs)
        return inner(*args, **kwargs)

    return call


def asking_lists(inner, f):
    """The layer around a public function of several Tensors, which stand in a list."""
    return asking(inner, f)


asking_lists.plain = frozenset(PLAIN).issuperset
asking.plain = frozenset({*PLAIN, list, tuple}).issuperset


@functools.cache
def answer(name):
    """What answers a function of torch's by its name."""
    from importlib import import_module

    for family in FAMILIES:
        import_module(f".{family}", __package__)
    if name in ANSWERS:
        return ANSWERS[name]
    from .refused import refusing

    return refusing(name)


@functools.cache
def names():
    """{function: its name}, with the module before it where that is not torch itself; this loads them all."""
    from .. import autograd, fft, linalg, special
    from ..nn import functional
    from ..overrides import OWN, getters, of_layers

    found = {}

    def note(f, name):
        if not callable(f):
            return
        found.setdefault(original.get(f, f), name)

    for table in (METHODS, FUNCTIONS):
        for name, f in table.items():
            if callable(f) and not isinstance(f, type):
                note(f, name)
    for module, space in ((fft, "fft"), (linalg, "linalg"), (special, "special")):
        for name in module.__all__:
            note(getattr(module, name), f"{space}_{name}")
    for family in functional._FAMILIES.values():
        for name in family.split():
            note(getattr(functional, name), name)
    for name, f in of_layers().items():
        note(f, name)
    note(autograd.grad, "autograd.grad")
    note(autograd.backward, "autograd.backward")
    for name in OWN:
        note(vars(Tensor)[name], name)
    for get in getters():
        note(get, get.__name__)
    return found


def layers():
    from ..overrides import public_functions

    left_out = {METHODS.get(n) for n in UNASKED} | {FUNCTIONS.get(n) for n in UNASKED}
    known = names()
    found = {asking: [], asking_lists: []}
    for f in public_functions():
        name = known.get(original.get(f, f)) if type(f) is FunctionType and f not in left_out else None
        if name is not None:
            found[asking_lists if name in OF_LISTS else asking].append(f)
    return list(found.items())


USERS = Users("layout", layers)


BEGINNING = (
    threading.RLock()
)  # (held while layers are put in: taken before the lock of those, which is never held while one begins)


class Begun:
    kind = None  # the class of sparse Tensors, once there is one


def begin(kind):
    """A Tensor of this class, that of sparse ones, is about to be made: from now on torch's functions ask for them."""
    with BEGINNING:
        if Begun.kind is None:
            USERS.enter()
            Begun.kind = kind
