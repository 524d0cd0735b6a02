"""What torch says before it looks for a kernel: asked once a call has failed, so that of several errors the same one is raised.

Invariant: nothing here runs in a call that succeeds, and what it raises is true of the arguments.
"""

import math
import re

import numpy as np

from funcgrad.core import state

from .. import dtypes
from ..devices import Device
from ..errors import size_mismatch
from ..method_arguments import wrapped
from ..payload import current
from ..tensor import Tensor
from .arithmetic import refuse_bools
from .extremes import need_elements
from .kinds import ALONG, COMPARISONS, iterates, stretches
from .nodes import tensors_in
from .operands import as_operand, broadcast_shapes, dtype_of, rank, shape_of
from .out_argument import fit_shape, need_no_gradient
from .out_rules import KERNEL_FIRST, LATE, OF_PARTS, RECORDS, ROWS, check_out, recorded_as
from .refusals import refuse
from .return_types import BY_NAME
from .writing import check_apart, check_castable, check_writable, spoken

SOONER = re.compile(
    "^Negation, the|is not (supported|implemented) for complex"
)  # (what is said before out= is looked at)
OF_INPUT = ("Found dtype", "Expected the dtype for input")  # what a result of the input's dtype may be written into
# functions of whose out= torch looks at the dtype first: which one it has to be (a dtype, or that of an argument: "first", of stacks the second;
# what the Tensors "meet" in, a "float" or its "real" part), and after the colon the errors that come sooner still
OUT_FIRST = """
gather take histc nan_to_num renorm conj_physical: first
masked_select: first: BoolTensor
softmax log_softmax index_copy: first: Dimension out
quantile nanquantile: first: q must be|must be either|non-empty
eigvalsh: real: must be|must have|UPLO
ormqr: first: must|Expected
mm: first: must be a matrix|cannot be multiplied
bmm matmul: batches: 3D tensor|at least 1D|cannot be multiplied|Expected size|size mismatch|tensor size|addmv|dot|result dtype
cat concat concatenate vstack row_stack hstack dstack column_stack: meet: zero-dimensional|Dimension out|non-empty|same number of dim.*1 and
fft ifft: complex64
rfft ihfft: complex64: real input
irfft hfft: float32
any all: bool
multinomial: int64: 1 or 2 dim|only supports floating
matrix_rank: int64: must have|doesn't handle
searchsorted bucketize: int64: boundaries|True$
hash_tensor: uint64
logsumexp: float
"""
IN_OTHER_WORDS = frozenset(  # of whose out= torch says other things first
    "inv solve eigh cholesky qr svd det cond pinv tensorinv tensorsolve fft ifft rfft irfft hfft ihfft fft2 ifft2 rfft2 irfft2 hfft2 ihfft2 "
    "fftn ifftn rfftn irfftn hfftn ihfftn matrix_power".split()
)
OF_LINALG = {"eigvalsh": "linalg_eigvalsh", "matrix_rank": "linalg_matrix_rank"}  # (as the table of out= has them)
NO_KERNEL, NOT_TAKEN = "not implemented for '", re.compile(" not support (complex|bool) ")
OF_ALPHA = re.compile("argument alpha must not be|^Boolean alpha")
TOO_LONG = "Maximum allowed size exceeded"  # (of NumPy's arange)
TOO_LARGE = ("array is too big", "Maximum allowed dimension exceeded")
NO_BROADCAST = ("could not be broadcast", "cannot be broadcast", "Mismatching argument")
OF_TENSORS = ("lerp", "addcmul", "addcdiv")  # (whose numbers do not count in that)


def earlier(error, own, args, kwargs):
    """The error that torch raises in the place of this one, or None if there is no other."""
    text = str(error)
    if isinstance(error, MemoryError) and hasattr(error, "dtype"):
        count = math.prod(error.shape) * error.dtype.itemsize
        return RuntimeError(
            "[enforce fail at alloc_cpu.cpp:127] err == 0. DefaultCPUAllocator: can't allocate memory: you tried to allocate "
            f"{count} bytes. Error code 12 (Cannot allocate memory)"
        )
    if isinstance(error, ValueError) and text.startswith(TOO_LARGE):
        shape = args[0] if args and isinstance(args[0], (tuple, list)) else [a for a in args if isinstance(a, int)]
        return RuntimeError(f"Storage size calculation overflowed with sizes={list(shape)}")
    if text == TOO_LONG:
        return RuntimeError("invalid size, possible overflow?")
    try:
        if isinstance(kwargs.get("device"), str):  # (which is read with the other arguments)
            Device(kwargs["device"])
        if isinstance(kwargs.get("out"), (tuple, list)) and (
            fields := BY_NAME.get(own) or BY_NAME.get(f"linalg_{own}")
        ):
            if len(kwargs["out"]) != len(fields.fields):
                return TypeError(f"expected tuple of {len(fields.fields)} elements but got {len(kwargs['out'])}")
        if "out" in kwargs and isinstance(kwargs["out"], Tensor) and tensors_in(args[:1]):
            out_first(own, args, kwargs, kwargs["out"], text)
        if own.rstrip("_") in ("sub", "subtract", "rsub") and text.startswith(("The size of tensor", "Promotion for")):
            refuse_bools(*tensors(args, kwargs)[:2])
        if OF_ALPHA.search(text) and own.rstrip("_") in ("add", "sub", "subtract", "rsub"):
            stretched(tensors(args, kwargs)[:2])
            if own[-1] == "_":
                met = dtypes.result_dtype([rank(as_operand(x)) for x in args[:2]])
                check_castable(dtype_of(current(args[0])), met)
        if own == "ldexp_" and dtype_of(current(args[0])).kind in "biu":
            raise RuntimeError(f"ldexp can't be cast to the desired output type {spoken(dtype_of(current(args[0])))}")
        if isinstance(error, NotImplementedError) and NO_KERNEL in text or NOT_TAKEN.search(text) and own[:3] != "arg":
            before_kernel(own, args, kwargs)
            if text.endswith("for 'ComplexFloat'") and meets_in_halves(args, kwargs):
                raise NotImplementedError(text.replace("ComplexFloat", "ComplexHalf"))
            if own in ("gcd_", "lcm_"):
                refuse(own[:-1] + "_cpu", meeting(own[:-1], tensors(args, kwargs), args, kwargs))
        elif text.startswith("result type") and stretches(own):
            before_cast(own, args, kwargs)
        elif isinstance(error, ValueError) and stretches(own) and any(t in text for t in NO_BROADCAST):
            stretched(tensors(args, kwargs))
    except (RuntimeError, IndexError) as found:
        return found.with_traceback(None)
    return None


def out_first(own, args, kwargs, out, text):
    """Of these functions, torch looks at out= before anything else."""
    if own in ("cond", "pinv", "tensorinv", "tensorsolve"):
        check_out("linalg_" + own, dtype_of(current(out)), dtype_wanted("real" if own == "cond" else "first", args))
    given = tensors_in(args)
    if own in ("ldexp", "float_power"):
        check_out(own, dtype_of(current(out)), dtype_wanted("meet" if own == "ldexp" else "double", given))
    said = recorded_as(
        own if own in RECORDS or f"linalg_{own}" not in RECORDS.keys() | ROWS.keys() else f"linalg_{own}", args, kwargs
    )
    differentiable = state.tls.grad and any([t.requires_grad for t in given])
    if iterates(own):
        if state.tls.grad:
            need_no_gradient(said, out, differentiable)
        check_writable(current(out))
        check_apart(current(out), given)
    if (
        ROWS.get(own, "").startswith(OF_INPUT)
        and own[:2] != "cl"
        and own != "sign"
        or own in ("dot", "vdot", "logcumsumexp")
    ) and not SOONER.search(text):
        real = own in OF_PARTS and args[0].is_complex()
        check_out(own, dtype_of(current(out)), dtype_wanted("real" if real else "first", args), operands=args)
    row = next((line for line in OUT_FIRST.split("\n") if own in line.partition(":")[0].split()), None)
    if row is not None:
        _, wanted, *sooner = row.split(": ")
        if not (sooner and re.search(sooner[0], text)):
            check_out(OF_LINALG.get(own, own), dtype_of(current(out)), dtype_wanted(wanted, tensors_in(args)))
    if own == "heaviside" and out.is_complex():
        raise RuntimeError("heaviside is not yet implemented for complex tensors.")
    if own == "where":
        check_out(own, dtype_of(current(out)), dtypes.result_dtype([rank(x) for x in args[1:3]]))
    if own in IN_OTHER_WORDS or own in LATE:
        return
    if state.tls.grad:
        need_no_gradient(said, out, differentiable)


def dtype_wanted(wanted, given):
    """The dtype that a row of OUT_FIRST names, of a call with these Tensors."""
    if wanted not in ("first", "batches", "meet", "float", "double", "real"):
        return np.dtype(wanted)
    d = dtype_of(current(given[wanted == "batches" and min([t.dim() for t in given[:2]]) > 2]))
    if wanted == "meet":
        return dtypes.result_dtype([rank(x) for x in given])
    if wanted == "double":
        return np.result_type(np.float64, *[np.dtype(complex) for t in given if t.is_complex()])
    if wanted == "float":
        return dtypes.Default.numpy
    return np.zeros(0, d).real.dtype if wanted == "real" else d


def before_kernel(own, args, kwargs):
    name = own.rstrip("_").removeprefix("special_")
    place = ALONG.get(name)
    if place is not None and args and isinstance(args[0], Tensor):
        dim = kwargs.get("dim", args[place] if len(args) > place else None)
        for d in dim if isinstance(dim, (tuple, list)) else (dim,):
            if type(d) is int:
                wrapped(d, len(args[0].shape))
    if own in KERNEL_FIRST:
        return
    if name == "topk":
        n = (
            shape_of(args[0])[wrapped(kwargs.get("dim", args[2] if len(args) > 2 else -1), args[0].dim())]
            if args[0].dim()
            else 1
        )
        if len(args) > 1 and not 0 <= args[1] <= n:
            raise RuntimeError("selected index k out of range")
    if name in ("max", "min") and len(args) > 1 and not isinstance(args[1], Tensor):
        need_elements(name, current(args[0]), args[1])
    if stretches(own):
        target = args[0] if own[-1] == "_" else kwargs.get("out")
        before_cast(own, args, kwargs)
        out, given = kwargs.get("out"), tensors(args, kwargs)
        if isinstance(out, Tensor):
            d = np.dtype(bool) if name in COMPARISONS else meeting(name, given, args, kwargs)
            fit_shape(own, out, stretched(given), d, args)
        elif target is not None and name not in COMPARISONS:
            check_castable(dtype_of(current(target)), meeting(name, given, args, kwargs))


def before_cast(own, args, kwargs):
    """What is wrong with the shapes of operands that are stretched; a half and a complex number meet in complex halves."""
    name, given = own.rstrip("_").removeprefix("special_"), tensors(args, kwargs)
    shape = stretched(given)
    target = args[0] if own[-1] == "_" else kwargs.get("out")
    if target is None:
        return
    target = current(target)
    if own[-1] == "_" and shape != shape_of(target):
        raise RuntimeError(
            f"output with shape {list(shape_of(target))} doesn't match the broadcast shape {list(shape)}"
        )
    if (
        name not in COMPARISONS
        and dtype_of(target) == np.float16
        and all([dtype_of(current(t)).kind != "c" for t in given])
    ):
        if meeting(name, given, args, kwargs).kind == "c":
            raise RuntimeError("result type ComplexHalf can't be cast to the desired output type Half")
    if name in ("clamp", "clip") and len(given) == 3:
        check_castable(dtype_of(target), meeting(name, given, args, kwargs))


def meets_in_halves(args, kwargs):
    """Do the Tensors and numbers of a call meet in complex numbers of two halves, which torch has as a dtype?"""
    given = [*tensors(args, kwargs), *[a for a in (*args, *kwargs.values()) if isinstance(a, complex)]]
    ranks = [rank(x) for x in given]
    wide = [d for d, r in ranks if r == 2]
    return {*wide} == {np.dtype(np.float16)} or not wide and [d for d, _ in ranks if d.kind != "c"] == [np.float16]


def meeting(name, given, args, kwargs):
    """The dtype in which the Tensors and numbers of a call meet."""
    others = () if name in OF_TENSORS else (*args, *kwargs.values())
    numbers = [a for a in others if isinstance(a, (bool, int, float, complex))]
    return dtypes.result_dtype([rank(x) for x in (*given, *numbers)])


def tensors(args, kwargs):
    """The Tensors that a function has got, but for out=."""
    return [a for a in (*args, *[v for k, v in kwargs.items() if k != "out"]) if isinstance(a, Tensor)]


def stretched(given):
    """The shape that Tensors are stretched to; RuntimeError in torch's words, the first two at a time."""
    shapes = [shape_of(current(t)) for t in given]
    for at in range(1, len(shapes)):
        error = size_mismatch(broadcast_shapes(*shapes[:at]), shapes[at])
        if error is not None:
            raise error
    return tuple(broadcast_shapes(*shapes)) if shapes else ()
