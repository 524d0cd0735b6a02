"""torch.cond and torch.while_loop, and the functions of sizes that may be symbolic elsewhere: sym_int, sym_max and their kin.

Invariant: where a condition is known, the functions given run as Python would run them; else funcgrad's own control flow has them.
"""

import math

import numpy as np

from funcgrad import control_flow
from funcgrad.core.state import tls
from funcgrad.errors import ConcretizationError

from .functions.each_call import need
from .tensor import Tensor


def cond(pred, true_fn, false_fn, operands=()):
    """true_fn(*operands) if pred (a bool or a Tensor of one element), else false_fn(*operands); one graph under compile.

    >>> import compat as torch
    >>> torch.cond(torch.tensor(True), lambda x: x + 1, lambda x: x - 1, (torch.ones(2),))
    tensor([2., 2.])
    """
    if not isinstance(pred, (bool, int, Tensor)):
        raise RuntimeError(f"Expected pred to be bool or tensor, but got {pred}.")
    if isinstance(pred, Tensor) and pred.numel() != 1:
        raise RuntimeError(f"Expected pred to be bool or single-element tensor, but got {pred}.")
    if not callable(true_fn) or not callable(false_fn):
        raise RuntimeError("Expect both branches to be callable.")
    if not isinstance(operands, (tuple, list)):
        raise RuntimeError(
            f"Expect operands to be a tuple of possibly nested dict/list/tuple that only consists of tensor leaves, but got {operands}."
        )
    try:
        taken = bool(pred)
    except ConcretizationError:
        tls.refused = None  # (it is answered)
        return control_flow.cond(pred.reshape(()), true_fn, false_fn, *operands)
    return (true_fn if taken else false_fn)(*operands)


def while_loop(cond_fn, body_fn, carried_inputs):
    """body_fn(*inputs), again and again, of what it returned, while cond_fn(*inputs) holds; the last inputs, as a tuple.

    >>> import compat as torch
    >>> torch.while_loop(lambda n, x: n < 3, lambda n, x: (n + 1, x * 2), (torch.tensor(0), torch.ones(2)))
    (tensor(3), tensor([8., 8.]))
    """
    inputs = tuple(carried_inputs)
    try:
        while bool(cond_fn(*inputs)):
            inputs = tuple(body_fn(*inputs))
    except ConcretizationError:
        tls.refused = None
        return control_flow.while_loop(lambda c: cond_fn(*c).reshape(()), lambda c: tuple(body_fn(*c)), inputs)
    return inputs


def sym_int(a):
    """A number without its fraction."""
    return math.trunc(a)


def sym_float(a):
    """float(a)."""
    return float(a)


def of_both(choose, a, b):
    return float(choose(a, b)) if isinstance(a, float) or isinstance(b, float) else choose(a, b)


def sym_max(a, b):
    """The larger of two numbers, a float if one of them is."""
    return of_both(max, a, b)


def sym_min(a, b):
    """The smaller of two numbers, a float if one of them is."""
    return of_both(min, a, b)


def sym_not(a):
    """not a."""
    return not a


def sym_ite(b, t, f):
    """t if b else f."""
    assert isinstance(b, bool) and type(t) is type(f)
    return t if b else f


def sym_sum(*args):
    """The sum of a list of numbers, or of several."""
    (args,) = args if len(args) == 1 and isinstance(args[0], (tuple, list)) else (args,)
    return sum(args)


def sym_sqrt(a):
    """The square root of a number."""
    return math.sqrt(a)


def _assert_async(input, assert_msg=None):
    """RuntimeError, with a text of one's own, unless a Tensor of one number is none that counts as False."""
    try:
        holds = bool(input)
    except ConcretizationError:
        tls.refused = None
        need(input, np.all)
    else:
        if not holds:
            raise RuntimeError(assert_msg or "Expected Tensor with single nonzero value, but got zero")


def _assert(condition, message):
    """AssertionError(message) unless the condition holds; what models are written with that are to be traced."""
    if type(condition) is not bool and hasattr(type(condition), "__torch_function__"):
        from .overrides import handle_torch_function, has_torch_function

        if has_torch_function((condition,)):
            return handle_torch_function(_assert, (condition,), condition, message)
    if not condition:
        raise AssertionError(message)


UNTOLD = (
    "Expected cond to be True, but got False. (Could this error message be improved? If so, please report an enhancement request to "
    "PyTorch.)"
)


def _check_with(error_type, cond, message):
    """error_type(message()) unless the condition, a bool, holds."""
    if not isinstance(cond, bool):
        raise TypeError(
            "cond must be a bool, but got a Tensor. For tensor conditions, use torch._check_tensor_all() to assert that all elements are true."
            if isinstance(cond, Tensor)
            else f"cond must be a bool, but got {type(cond)}"
        )
    if not cond:
        if message is not None and not callable(message):
            raise TypeError("message must be a callable")
        raise error_type(UNTOLD if message is None else str(message()))


def checking(error_type, name, held=_check_with):
    def check(cond, message=None):
        held(error_type, cond, message)

    check.__name__ = check.__qualname__ = name
    check.__doc__ = f"{error_type.__name__} with what message() gives unless the condition holds."
    return check


_check = checking(RuntimeError, "_check")
_check_index = checking(IndexError, "_check_index")
_check_value = checking(ValueError, "_check_value")
_check_type = checking(TypeError, "_check_type")
_check_not_implemented = checking(NotImplementedError, "_check_not_implemented")


def _check_tensor_all_with(error_type, cond, message=None):
    """error_type with what message() gives unless all elements of a Tensor of bools hold."""
    if not isinstance(cond, Tensor):
        raise TypeError(f"cond must be a tensor, but got {type(cond)}")
    if cond.dtype.name != "bool":
        raise TypeError(f"cond tensor must have dtype torch.bool, but got {cond.dtype}")
    _check_with(error_type, cond.all().item(), message)


_check_tensor_all = checking(RuntimeError, "_check_tensor_all", _check_tensor_all_with)
