"""uint16, uint32, uint64 and complex32: what torch has no kernels for, of the dtypes that it has for storage.

Invariant: the first Tensor of such a dtype has the functions of this table intercepted (compat/_intercept.py); a program that makes none
pays nothing. A refused call is made all the same, on copies of what it would write: a shape, a dimension or a promotion that is wrong
is said first, as in torch, whose kernels are looked for when all else has been checked.
"""

import inspect
import re
import sys
import threading

from funcgrad.core.handle import Handle
from funcgrad.core.site import internal
from funcgrad.core.state import shared
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import drop

from .. import dtypes
from .._intercept import Users, original
from ..deprecations import once
from ..tensor import Tensor
from .call_errors import outside
from .kinds import stretches
from .operands import NUMBERS, rank
from .register import FUNCTIONS, METHODS
from .storage_dtype_kernels import TABLES, dtype_at, given, rows

OPERATORS = {
    f"__{name}__": own
    for own, names in (
        ("add", "add radd iadd"),
        ("sub", "sub rsub isub"),
        ("div", "truediv itruediv"),
        ("reciprocal", "rtruediv"),
        ("neg", "neg"),
        ("abs", "abs"),
        ("pow", "pow rpow ipow"),
        ("remainder", "mod rmod imod"),
        ("floor_divide", "floordiv rfloordiv ifloordiv"),
        ("matmul", "matmul rmatmul imatmul"),
        ("bitwise_not", "invert"),
        ("bitwise_left_shift", "lshift rlshift ilshift"),
        ("bitwise_right_shift", "rshift rrshift irshift"),
        ("lt", "lt"),
        ("le", "le"),
        ("gt", "gt"),
        ("ge", "ge"),
        ("setitem", "setitem"),
    )
    for name in names.split()
}
BY_DTYPE = frozenset("sum nansum prod cumsum cumprod".split())  # which work in dtype=, or in that of out=
OF_ITS_OWN = frozenset(("softmin", "normal"))  # whose dtype= is another's
CREATING = frozenset("arange eye linspace logspace randn randperm range tril_indices triu_indices".split())
MEETING = frozenset(  # functions of two operands that work in the dtype in which these meet
    "isin bucketize searchsorted equal dist pairwise_distance l1_loss smooth_l1_loss mse_loss margin_ranking_loss".split()
)
COMPOSITE = frozenset(  # of several steps, the first of which is refused; the function here may fail at a later one
    "isin matrix_exp pca_lowrank svd_lowrank dist dropout dropout1d dropout2d dropout3d alpha_dropout feature_dropout feature_alpha_dropout histc stft segment_reduce hardtanh "
    "multi_head_attention_forward soft_margin_loss margin_ranking_loss affine_grid_generator "
    "rnn_tanh rnn_relu gaussian_nll_loss hinge_embedding_loss l1_loss smooth_l1_loss mse_loss native_dropout triplet_margin_loss".split()
)
NAMED = ("other", "exponent", "min", "max", "end", "tensor1", "tensor2", "values")  # operands beside the first


PACKAGE = __name__.partition(".")[0]


# ------------------------------------------------------------------------------------------------ a call
class State(threading.local):
    within = False  # is such a call being made, on this thread?


state = State()


def concerned(args, kwargs):
    """Is there a Tensor of such a dtype among these arguments, or a dtype= that is one?"""
    for a in (*args, *kwargs.values()) if kwargs else args:
        cls = type(a)
        if cls is Tensor and a.owner is TAPE:  # (the most usual first)
            d = a.val.dtype
            if d.kind in "uc" and d in dtypes.STORED:
                return True
        elif cls is list or cls is tuple:
            if concerned(a, {}):
                return True
        elif isinstance(a, Handle):
            if dtype_at(a) in dtypes.STORED:
                return True
        elif cls is dtypes.dtype and a.name in NAMES:
            return True
    return False


NAMES = frozenset([dtypes.name_of(d) for d in dtypes.STORED])


def deciding(name, own, args, kwargs):
    """The dtype in which a function works on these arguments."""
    asked = None if name in OF_ITS_OWN else kwargs.get("dtype")
    out = kwargs.get("out")
    if asked is None and name in BY_DTYPE and own[-1] != "_" and not (args and args[0].is_complex()):
        return dtype_at(out) if isinstance(out, Tensor) else dtypes.INT64
    if asked is not None or name in CREATING:
        return asked and asked.numpy
    if name == "gaussian_nll_loss":
        return dtype_at(given(args, kwargs, 2, "var"))
    of_pair = name in ("max", "min") and isinstance(given(args, kwargs, 1, "other"), Tensor)
    if stretches(name) or name in MEETING or of_pair or name in ("addr", "addcdiv"):
        operands = [
            *args[: 3 if name in ("clamp", "clip", "addcmul", "addcdiv", "addr") else 2],
            *[kwargs[n] for n in NAMED if n in kwargs],
        ]
        return dtypes.result_dtype([rank(o) for o in operands if isinstance(o, (Handle, *NUMBERS))])
    flat = [x for a in (*args, *kwargs.values()) for x in (a if type(a) in (list, tuple) else (a,))]
    return next((dtype_at(x) for x in flat if isinstance(x, Tensor)), None)


def called_by_users(f):
    """Does somebody else's program, or a module of torch.nn, call this function?"""
    frame = sys._getframe(2)
    while frame.f_code is not f.__code__:
        frame = frame.f_back
    caller = outside(frame).f_globals.get("__name__", "")
    return not internal[caller] or caller.startswith(f"{PACKAGE}.nn.modules")


def asking(inner, f):
    """The layer around a function of the table."""
    own = NAME_OF[original.get(f, f)]
    name = own.rstrip("_") if own[:2] != "__" else OPERATORS[own]
    found = {kind: rows(kind)[name] for kind in TABLES if name in rows(kind)}

    def call(*args, **kwargs):
        if state.within or shared.staging or not concerned(args, kwargs) or not called_by_users(f):
            return inner(*args, **kwargs)
        state.within = True
        try:
            return asked(args, kwargs)
        finally:
            state.within = False

    def asked(args, kwargs):
        try:
            d = deciding(name, own, args, kwargs)
            choose, size, ndim = found.get(d.kind, NOTHING) if d in dtypes.STORED else NOTHING
            if any([t.numel() < size or t.dim() < ndim for t in args[:1] if isinstance(t, Tensor)]):
                return inner(*args, **kwargs)
            kernel = choose(args[::-1] if own == "__rpow__" else args, kwargs) if callable(choose) else choose
            refused = None if kernel is None else refusal(kernel, d)
        except RuntimeError as error:  # (of dtypes that meet in none)
            refused = error
        except MISFITS:  # (which the function says)
            return inner(*args, **kwargs)
        if refused is None:
            return inner(*args, **kwargs)
        try:
            got = inner(
                *[a if i else copied(a) for i, a in enumerate(args)],
                **{n: copied(a) if n in WRITTEN else a for n, a in kwargs.items()},
            )
        except RuntimeError as error:
            if comes_first(error, name):
                raise
        else:
            if got is NotImplemented:  # (of an operator, whose other operand is asked)
                return got
        raise drop(refused)

    return call


NOTHING = None, 0, 0
MISFITS = AttributeError, IndexError, TypeError, ValueError  # what comes of looking into arguments that do not fit
WRITTEN = ("out", "input")  # what a call may write that is given by name


def copied(a):
    return a.clone() if isinstance(a, Tensor) else a


def comes_first(error, name):
    """Does torch raise this error of a call before it looks for the kernel?"""
    text = str(error)
    if isinstance(error, NotImplementedError) or "without overflow" in text:
        return False
    return name not in COMPOSITE or not re.search("UInt(16|32|64)|unsigned|ComplexHalf|c10::Half|type: Half", text)


def refusal(kernel, d):
    return NotImplementedError(f"\"{kernel}\" not implemented for '{dtypes.SPOKEN[dtypes.name_of(d)]}'")


asking.plain = frozenset((int, float, bool, complex, str, type(None))).issuperset
NAME_OF = {}  # function (of several that do the same the first) -> its name


def functions():
    """Those of the table, under all their names; this loads their families."""
    from .. import linalg, special
    from ..nn import functional

    top, known = sys.modules[PACKAGE], {name for kind in TABLES for name in rows(kind)}
    for table in (FUNCTIONS, METHODS):
        for name, f in table.items():
            if OPERATORS.get(name, name.rstrip("_")) in known and callable(f):
                NAME_OF.setdefault(original.get(f, f), name)
    of_nn = [name for names in functional._FAMILIES.values() for name in names.split()]
    for module, names in (
        (functional, of_nn),
        (top, top.__getattr__.homes),
        (
            linalg,
            (
                "cross",
                "matmul",
                "matrix_power",
                "multi_dot",
                "vander",
                "vecdot",
                "det",
                "cholesky",
                "cholesky_ex",
                "matrix_exp",
                "ldl_factor",
                "ldl_factor_ex",
            ),
        ),
        (special, special.__all__),
    ):
        for name in names:
            if name.rstrip("_") in known:
                f = getattr(module, name)
                NAME_OF.setdefault(original.get(f, f), name)
    return [
        f for f in NAME_OF if getattr(f, "__wrapped__", None) not in NAME_OF
    ]  # (one of a function and what is around it)


USERS = Users("dtypes", lambda: [(asking, functions())])


class Begun:
    done = False


def begin(d):
    """A Tensor of dtype d, which is one of these, is about to be made: from now on the functions of the table ask for them."""
    if d.kind == "c":
        once("complex32")
    with shared.lock:
        if Begun.done:
            return
        Begun.done = True
    USERS.enter()
    makers = {inspect.unwrap(f).__code__: name for f, name in NAME_OF.items() if name in CREATING}
    frame = sys._getframe(1)
    while frame is not None:
        made = rows(d.kind).get(makers.get(frame.f_code))
        if made is not None:  # (which runs already, and asks for it)
            raise refusal(made[0], d)
        frame = frame.f_back
