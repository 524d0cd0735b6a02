"""What is made or drawn by a shorter road, with the function of its name behind it, which says what is wrong and does all the rest."""

import functools

import numpy as np

from funcgrad.core.handle import fresh
from funcgrad.core.state import shared, tls
from funcgrad.core.trace import TAPE, on_tape
from funcgrad.core.tracebacks import drop

from .. import _generator as streams
from .. import dtypes
from ..devices import Default
from ..tensor import Tensor


def in_front(slow, quick):
    """The function `slow` behind `quick`, which gives None of a call that it does not know."""

    def call(*args, **named):
        if not (named or shared.staging):
            got = quick(*args)
            if got is not None:
                return got
        try:
            return slow(*args, **named)
        except BaseException as error:
            drop(error)
            raise

    return functools.update_wrapper(call, slow)


def one_of_few(t=None, count=None, replacement=False, *more):
    """`multinomial`: one index by a row of few weights."""
    if type(t) is not Tensor or type(count) is not int or count != 1 or type(replacement) is not bool or more:
        return None
    if t.owner is TAPE and tls.stage is tls.mapping is None:
        if t.alias is not None:
            fresh(t)
        v = t.val
        if v.ndim == 1 and v.dtype.char in "fd":
            k = streams.default_generator.chosen(v)
            return None if k is None else on_tape(np.array([k]))


def of_one_number(n=None, *more):
    """`eye`: of one int."""
    if type(n) is int and not more and 0 <= n < 1 << 15 and tls.stage is None and not Default.elsewhere:
        v = np.zeros((n, n), dtypes.Default.numpy)
        v.reshape(-1)[:: n + 1] = 1
        return on_tape(v)
