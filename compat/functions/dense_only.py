"""What torch's Tensors have for other layouts, other devices and older versions: asked of a dense one on the CPU they answer or
refuse as torch's does.

Invariant: nothing here computes anything; where torch would make a sparse or quantised Tensor, the error names what to use.
"""

import numpy as np

from funcgrad.core.handle import root_of
from funcgrad.core.site import warn
from funcgrad.core.trace import TAPE

from .. import dtypes
from .._shared_memory import behind, shared_bytes
from ..deprecations import deprecated, once
from ..devices import usable
from ..errors import type_name
from ..method_arguments import takes_none
from ..payload import added_to, current
from ..tensor import Tensor
from .call_errors import answer
from .creation import function, method
from .register import install, operation, publish

COORDINATES, TENSOR = "sparse coordinate tensor", "sparse tensor"
ROWS, COLUMNS = "sparse row compressed tensor", "sparse column compressed tensor"
LAYOUTS = {
    "coalesce": COORDINATES, "indices": COORDINATES, "is_coalesced": COORDINATES, "values": TENSOR, "crow_indices": ROWS,
    "col_indices": ROWS, "ccol_indices": COLUMNS, "row_indices": COLUMNS,
}  # fmt: skip
UNRUN = (  # what is registered for other backends only
    "_indices _nnz _values int_repr q_per_channel_axis q_per_channel_scales q_per_channel_zero_points q_scale q_zero_point "
    "qscheme resize_as_sparse_ sparse_mask to_padded_tensor sparse_resize_ sparse_resize_and_clear_"
)
COMPRESSED = "to_sparse_bsc to_sparse_bsr to_sparse_csc to_sparse_csr"
REMOVED = {  # what torch took away in 1.9, and what it says beside that
    "eig": "`torch.linalg.eig` returns complex tensors of dtype `cfloat` or `cdouble` rather than real tensors mimicking "
    "complex tensors.\n\nL, _ = torch.eig(A) should be replaced with:\nL_complex = torch.linalg.eigvals(A)\n\nand\n\nL, V = "
    "torch.eig(A, eigenvectors=True) should be replaced with:\nL_complex, V_complex = torch.linalg.eig(A)",
    "lstsq": "`torch.lstsq` is deprecated in favor of `torch.linalg.lstsq`.\n`torch.linalg.lstsq` has reversed arguments and does "
    "not return the QR decomposition in the returned tuple (although it returns other information about the problem).\n\nTo get "
    "the QR decomposition consider using `torch.linalg.qr`.\n\nThe returned solution in `torch.lstsq` stored the residuals of the "
    "solution in the last m - n columns of the returned value whenever m > n. In torch.linalg.lstsq, the residuals are in the field "
    "'residuals' of the returned named tuple.\n\nThe unpacking of the solution, as in\nX, _ = torch.lstsq(B, "
    "A).solution[:A.size(1)]\nshould be replaced with:\nX = torch.linalg.lstsq(A, B).solution",
    "matrix_rank": "\nPlease use the `torch.linalg.matrix_rank` function instead. The parameter 'symmetric' was renamed in "
    "`torch.linalg.matrix_rank()` to 'hermitian'.",
    "solve": "`torch.solve` is deprecated in favor of `torch.linalg.solve`. `torch.linalg.solve` has its arguments reversed and "
    "does not return the LU factorization.\n\nTo get the LU factorization see `torch.lu`, which can be used with `torch.lu_solve` or "
    "`torch.lu_unpack`.\nX = torch.solve(B, A).solution should be replaced with:\nX = torch.linalg.solve(A, B)",
    "symeig": "The default behavior has changed from using the upper triangular portion of the matrix by default to using the "
    "lower triangular portion.\n\nL, _ = torch.symeig(A, upper=upper) should be replaced with:\nL = torch.linalg.eigvalsh(A, "
    "UPLO='U' if upper else 'L')\n\nand\n\nL, V = torch.symeig(A, eigenvectors=True) should be replaced with:\nL, V = "
    "torch.linalg.eigh(A, UPLO='U' if upper else 'L')",
}


def refusing(name, error, text, note=None):
    def f(*args, **kwargs):
        e = error(text)
        if note is not None:
            e.add_note(note)
        e = answer(e, name, args, kwargs)
        raise e

    f.__name__, f.__doc__ = name, f"Raises torch's {error.__name__}."
    return f


for _name, _layout in LAYOUTS.items():
    install(_name, refusing(_name, RuntimeError, f"{_name} expected {_layout} layout but got Strided"))
for _name in UNRUN.split():
    install(
        _name,
        refusing(_name, NotImplementedError, f"Could not run 'aten::{_name}' with arguments from the 'CPU' backend."),
    )
for _name in COMPRESSED.split():
    install(
        _name,
        refusing(
            _name,
            NotImplementedError,
            f"compat has no Tensor.{_name}: of the sparse layouts it has torch.sparse_coo alone, which to_sparse() gives",
        ),
    )
for _name in ("smm", "sspaddmm", "hspmm"):
    publish(
        refusing(_name, NotImplementedError, f"Could not run 'aten::{_name}' with arguments from the 'CPU' backend."),
        (_name,), True, _name != "hspmm",
    )  # fmt: skip
for _name in ("quantize_per_tensor", "quantize_per_channel", "sparse_csr_tensor"):
    publish(
        refusing(_name, NotImplementedError, f"compat has no torch.{_name}: its Tensors have ordinary dtypes, and of the sparse layouts it has torch.sparse_coo alone"),
        (_name,), True, False,
    )  # fmt: skip
for _name, _why in REMOVED.items():
    _f = refusing(
        _name,
        RuntimeError,
        f"This function was deprecated since version 1.9 and is now removed.{_why if _why[0].isspace() else ' ' + _why}",
    )
    publish(_f, (_name,), True, _name != "matrix_rank")
install("reinforce", refusing("reinforce", RuntimeError, "reinforce() was removed."))
for _name in ("xpu", "mtia", "ipu"):
    install(
        _name,
        (lambda kind: lambda self, device=None, *args, **kwargs: usable(kind if device is None else device))(_name),
    )


@operation(None, method=False)
def sparse_coo_tensor(indices=None, values=None, size=None, **options):
    """The sparse Tensor of values [nnz, *dense sizes] at indices [sparse dimensions, nnz]."""
    from ..sparse.construction import sparse_coo_tensor

    return sparse_coo_tensor(indices, values, size, **options)


@operation(None, function=False)
def to_sparse(self, sparse_dim=None, *, layout=None, blocksize=None, dense_dim=None):
    """What is not zero, as a sparse Tensor; sparse_dim: of so many dimensions, in rows of the others."""
    from ..sparse.construction import to_sparse

    return to_sparse(self, sparse_dim, layout=layout, blocksize=blocksize, dense_dim=dense_dim)


@method
def to_sparse_coo(self):
    """What is not zero, as a sparse Tensor."""
    return to_sparse(self)


# ------------------------------------------------------------------------------------------------ what a dense one answers
@method
def dense_dim(self):
    """The number of dimensions: all are dense."""
    return self.dim()


@method
def sparse_dim(self):
    """0: no dimension is sparse."""
    return 0


@function
def dequantize(input):
    """The Tensor in float32 (a list: each of them): it is not quantised."""
    return [dequantize(t) for t in input] if isinstance(input, (list, tuple)) else input.float()


method(dequantize)


def answering(value, doc, names):
    def made(name):
        def f(self, *wrong, **named):
            takes_none(self, name, wrong, named)
            return value

        f.__name__, f.__doc__ = name, doc
        return f

    for n in names.split():
        install(n, made(n))


answering(False, "False: there is one process.", "is_distributed")
for _name in ("is_ipu", "is_maia", "is_mtia", "is_vulkan", "is_xla", "is_sparse_csr"):
    install(_name, property(lambda t: False))
install("name", property(lambda t: None))


@method
def is_shared(self):
    """Is its memory a file's, or shared with other processes?"""
    return behind(current(self).val) is not None


@method
def share_memory_(self):
    """Move the Tensor, and what it is a view of, to memory that is shared with processes started later; returns it."""
    root = root_of(self)[0]
    if root.owner is TAPE and behind(root.val) is None:
        from ..storage import TypedStorage

        old = root.val
        lying = np.empty_like(old).strides
        root.val = np.ndarray(old.shape, old.dtype, shared_bytes(old.nbytes, TypedStorage).base, strides=lying)
        root.val[...] = old
    return self


@method
def record_stream(self, s):
    """Nothing: the CPU has one stream."""


@method
def to_mkldnn(self, dtype=None):
    """The Tensor itself: it has one layout."""
    from .._calls import C

    C.method.to_mkldnn(dtype)
    return self if dtype is None else self.to(dtype)


@method
def const_data_ptr(self):
    """The address of the first element."""
    return self.data_ptr()


@method
def storage_type(self):
    """The class of the Tensor's storage."""
    from .. import storage

    once("storage")

    return getattr(storage, storage.STORAGE_OF.get(self.dtype.name, "TypedStorage"))


@operation()
def slice_inverse(self, src, dim=0, start=None, end=None, step=1):
    """A view of the Tensor's memory with the sizes, strides and offset of src."""
    return self.as_strided(src.shape, src.stride(), src.storage_offset())


# ------------------------------------------------------------------------------------------------ other spellings
@method
def resize(self, *sizes):
    """view under its old name; RuntimeError where the number of elements differs."""
    deprecated("resize", "resize")
    return viewed_as(self, sizes)


def viewed_as(self, sizes):
    shape = sizes[0] if len(sizes) == 1 and isinstance(sizes[0], (tuple, list)) else sizes
    count = 1
    for n in shape:
        count *= n
    if count != self.numel():
        own = "x".join(map(str, self.shape))
        raise RuntimeError(
            f"requested resize to {'x'.join(map(str, shape))} ({count} elements in total), but the given tensor has a size of {own} "
            f"({self.numel()} elements). autograd's resize can only change the shape of a given tensor, while preserving the "
            "number of elements. "
        )
    return self.contiguous().view(shape)


@method
def resize_as(self, tensor):
    """view_as under its old name."""
    deprecated("resize", "resize_as")
    return viewed_as(self, (tensor.shape,))


@method
def index(self, positions, dims):
    """index(d, i) is what select(d, i) gives; with tuples, for several dimensions at once."""
    if not isinstance(positions, (tuple, list)):
        positions, dims = (positions,), (dims,)
    at = [slice(None)] * self.dim()
    for d, i in zip(positions, dims, strict=True):
        at[d] = i
    return self[tuple(at)]


@method
def module_load(self, other, assign=False):
    """What load_state_dict puts in the place of this Tensor for `other`: itself with its values, or `other`."""
    if assign:
        return other.detach() if type(other) is Tensor else other
    self.copy_(other)
    return self


@method
def new(self, *args, **named):
    """A new Tensor of this one's dtype: new(2, 3), new([1, 2])."""
    from .legacy_types import constructed_as

    return constructed_as(self.dtype, args, named)


@method
def as_subclass(self, cls):
    """The same Tensor as one of a subclass, over the same memory and with the same history."""
    from ..overrides import shared_with

    return shared_with(self, cls)


def make_subclass(cls, data, require_grad=False):
    """A Tensor of a subclass over the memory of another, without its history."""
    if not isinstance(data, Tensor):
        raise TypeError(f"_make_subclass(): argument 'data' (position 2) must be Tensor, not {type_name(data)}")
    new = as_subclass(data.detach(), cls)
    if require_grad:
        if new.owner.dtype(current(new)).kind not in "fc":
            raise RuntimeError("Only Tensors of floating point and complex dtype can require gradients")
        from ..overrides import Off

        with Off():
            new.requires_grad_()
    return new


install("_make_subclass", staticmethod(make_subclass))


def make_wrapper_subclass(cls, size, *, strides=None, dtype=None, device=None, requires_grad=False, **_):
    """A Tensor of a subclass that has a shape and a dtype, and no memory: what is done to it is for the class's own __torch_function__ to say
    (nothing here calls its __torch_dispatch__, and what reaches torch's functions is computed as on the meta device: shapes alone)."""
    if not hasattr(cls, "__torch_dispatch__"):
        raise TypeError(f"{cls.__name__} must define __torch_dispatch__")
    if getattr(cls.__torch_function__, "__func__", None) in (None, Tensor.__torch_function__.__func__):
        raise NotImplementedError(
            "compat has no torch.Tensor._make_wrapper_subclass for a class without a __torch_function__ of its own: nothing calls "
            "__torch_dispatch__; make the Tensor by as_subclass or _make_subclass, or let the class's __torch_function__ decide"
        )
    from .._meta import bare
    from ..overrides import Off

    with Off():
        new = bare(size, (dtypes.get_default_dtype() if dtype is None else dtype).numpy)
        new.__class__ = cls
        return new.requires_grad_(requires_grad)


install("_make_wrapper_subclass", staticmethod(make_wrapper_subclass))


@method
def __copy__(self):
    """Another Tensor over the same memory: a leaf, which requires grad if this one does."""
    new = current(self).detach()
    new.__class__ = type(self)
    new.__dict__.update(added_to(self) or ())
    return new.requires_grad_(self.requires_grad)


def deleted(self, at):
    raise TypeError("Tensor does not support deleting items")


def swapped(self):
    return self.flip(tuple(range(self.dim()))[:1]) if self.dim() else self


install("__delitem__", deleted)
install("__reversed__", swapped)
install("__nonzero__", Tensor.__bool__)
install("__long__", Tensor.__int__)
install("_is_view", lambda self: self._base is not None or self.of_function is not None)
install("_grad", Tensor.grad)
install("_grad_fn", Tensor.grad_fn)


@function
def is_storage(obj, /):
    """Is this a storage?"""
    from ..storage import TypedStorage, UntypedStorage

    return isinstance(obj, (TypedStorage, UntypedStorage))


def set_grad_dtype(self, dtype):
    if dtype is not None and not isinstance(dtype, dtypes.dtype):
        raise RuntimeError(f"grad_dtype must be a torch.dtype or None, but got {type_name(dtype)}")
    vars(self)["grad_dtype"] = dtype


install("grad_dtype", property(lambda t: vars(t).get("grad_dtype", t.dtype), set_grad_dtype))


def volatile(self):
    warn("volatile was removed (Variable.volatile is always False)", UserWarning)
    return False


def set_volatile(self, value=None):
    warn("volatile was removed and now has no effect. Use `with torch.no_grad():` instead.", UserWarning)


install("volatile", property(volatile, set_volatile, set_volatile))
