"""A case as our functions see it, and what makes a law of a check on such cases."""

import functools
import inspect

import numpy as np
from oracle import PYTHON, as_tuple, cases_of, dtype_of, like

import funcgrad as fg

from .compare import tolerance


def silent():
    """Forward code warns as NumPy does; only the law on warnings listens."""
    return np.errstate(all="ignore")


def faces(prim):
    """The values of the parameter `kink` a primitive takes: away from kinks all must give jax's figures."""
    if prim.elementwise:
        takes = not prim.nondiff and prim.kinked
    else:
        parameters = inspect.signature(prim.impl).parameters.values()
        takes = any(q.name == "kink" and q.kind is q.KEYWORD_ONLY for q in parameters)
    return ("jax", "torch") if takes else (None,)


class Call:
    """A case with our value of it: `f` maps its float operands `xs` to its float results `outs`.

    `out` are all results; `cts`, `vts` are the case's directions in the dtypes of `outs`; `tolerance` is that of the
    coarsest float dtype that plays a part. `at_torch_kink`: derivatives are torch's here, which jax does not know.
    """

    def __init__(self, case, face=None):
        self.case, self.prim, self.args = case, case.prim, case.sample.args
        self.params = case.sample.params if face is None else {**case.sample.params, "kink": face}
        self.xs = tuple(self.args[i] for i in case.floats)
        self.out = self.every(*self.args)
        self.outs = tuple(self.out[i] for i in case.outs)
        self.cts = tuple(like(c, o) for c, o in zip(case.cts, self.outs, strict=True))
        self.vts = tuple(like(c, o) for c, o in zip(case.vts, self.outs, strict=True))
        self.at_torch_kink = case.sample.kind == "kink" and self.params.get("kink") == "torch"
        self.weak = any(type(o) in PYTHON for o in self.out)
        self.tolerance = self.prim.tolerance * tolerance([dtype_of(v) for v in (*self.xs, *self.outs)])
        self.what = f"{case}" + (f", kink={face}" if face else "")

    def every(self, *args):
        """All results, as a tuple, of other operands."""
        return as_tuple(self.prim(*args, **self.params))

    def at(self, args):
        """The float results as a function of the float operands, the others standing in `args`."""

        def f(*xs):
            full = list(args)
            for i, x in zip(self.case.floats, xs, strict=True):
                full[i] = x
            out = self.every(*full)
            return tuple(out[i] for i in self.case.outs)

        return f

    def f(self, *xs):
        return self.at(self.args)(*xs)

    def pull(self, xs, cts):
        return fg.vjp(self.f, *xs)[1](cts)

    def gradient(self, *operands):
        """The pullback as a function of the float operands and the cotangents."""
        k = len(self.xs)
        return self.pull(operands[:k], operands[k:])

    def arrays(self):
        """The numbers of the operands that are arrays: those that vmap can map."""
        return [i for i, x in enumerate(self.args) if isinstance(x, np.ndarray)]


def calls(prim, order=0):
    """Every case of at least this order, once for each face."""
    for case in cases_of(prim.name):
        if case.order < order:
            continue
        for face in faces(prim) if case.order else faces(prim)[:1]:
            with noted(case):
                call = Call(case, face)
            yield call


class noted:
    """Errors raised in the block carry a note that names the case."""

    def __init__(self, what):
        self.what = what

    def __enter__(self):
        self.error_state = silent()
        self.error_state.__enter__()

    def __exit__(self, kind, error, traceback):
        self.error_state.__exit__(kind, error, traceback)
        if error is not None and not isinstance(error, AssertionError):
            error.add_note(f"while checking {self.what}")


def law(order=0):
    """Make a law of a check: it holds of a primitive if it holds of each of its calls of at least this order."""

    def of(check):
        @functools.wraps(check)
        def checked(prim):
            for call in calls(prim, order):
                with noted(call.what):
                    check(call)

        return checked

    return of
