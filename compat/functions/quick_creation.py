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


def one_of_few(slow):
    """`multinomial` in front of the slow one: one index by a row of few weights."""

    def multinomial(*args, **named):
        if (
            not named
            and (len(args) == 2 or len(args) == 3 and type(args[2]) is bool)
            and type(args[1]) is int
            and args[1] == 1
        ):
            t = args[0]
            if type(t) is Tensor and t.owner is TAPE and not shared.staging and tls.stage is tls.mapping is None:
                if t.alias is not None:
                    fresh(t)
                v = t.val
                if v.ndim == 1 and v.dtype.char in "fd":
                    k = streams.default_generator.chosen(v)
                    if k is not None:
                        return on_tape(np.array([k]))
        try:
            return slow(*args, **named)
        except BaseException as error:
            drop(error)
            raise

    return functools.update_wrapper(multinomial, slow)


def of_one_number(slow):
    """`eye` in front of the slow one: of one int."""

    def eye(*args, **named):
        if not named and len(args) == 1 and type(args[0]) is int and not shared.staging:
            n = args[0]
            if 0 <= n < 1 << 15 and tls.stage is None and not Default.elsewhere:
                v = np.zeros((n, n), dtypes.Default.numpy)
                v.reshape(-1)[:: n + 1] = 1
                return on_tape(v)
        try:
            return slow(*args, **named)
        except BaseException as error:
            drop(error)
            raise

    return functools.update_wrapper(eye, slow)
