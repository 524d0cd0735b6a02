"""Tensor: a handle on the tape of the level its payload lives on, with torch's attributes.

Operations are installed on it by compat.functions; nothing here computes a derivative.
"""

import sys
from numbers import Number
from types import FunctionType

import numpy as np

from funcgrad.core import state
from funcgrad.core.conjugate_views import maps_of, seen_as
from funcgrad.core.elementwise_layout import noted
from funcgrad.core.handle import Alias, Array, Cell, Taped, fresh, root_of
from funcgrad.core.mutation import view
from funcgrad.core.node import extra_of
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.site import here, internal, warn
from funcgrad.core.strides import memory_of
from funcgrad.core.trace import TAPE, Batch, Tape
from funcgrad.numpy.concrete import concrete, raising

from . import breaks, dtypes, inference
from .described import describe
from .devices import CPU, strided
from .dtypes import BY_NUMPY
from .errors import type_name
from .formats import address, base_of, contiguous_format, is_in, offset_in
from .graph import label, output_number, shown
from .leaves import only_value, requires_grad_, unfit_gradient, warn_converted, warn_non_leaf
from .method_arguments import of_dimension, one_dimension, real_number, takes_none
from .native import TensorMeta, read_only, show
from .payload import (
    contiguous_strides,
    current,
    ground,
    history,
    layout_of_traced,
    memory,
    memory_below,
    node_of,
    placed,
    readable,
    recorded,
    strides_of,
    wrap,
)
from .size import Size, made
from .view_errors import BELOW, OF_FUNCTIONAL, may_not_change, refuse_in_func, written_now

tls, shared = state.tls, state.shared
REINTERPRETING = ("as_real", "as_complex", "real", "imag", "conj", "neg")  # views that strides alone do not make


def is_whole(t):
    """Has it been given its value? (hasattr would ask __getattr__, which looks for the nearest name.)"""
    try:
        Taped.val.__get__(t)
    except AttributeError:
        return False
    return True


def disabled(func, types, args=(), kwargs=None):
    """func(*args, **kwargs) on the Tensors as they are; of a class whose __torch_function__ it is, they are ordinary ones."""
    from .overrides import Off

    with Off():
        return func(*args, **(kwargs or {}))


class Tensor(Taped, metaclass=TensorMeta):
    """A multi-dimensional array that records what is done to it if it requires grad."""

    __array_priority__ = 1000
    hidden = False  # is it there for a Tensor alone that is no view, but seen through a map? (core/conjugate_views.py)
    of_function = None  # of a result of an autograd.Function in the memory of an argument: is it the only such one ("function"), or of "several"?

    def __init__(self, val=(), mark=None, trace=None, alias=None, *more, **kwargs):
        if type(trace) is not Tape:  # the public constructor: torch.Tensor(2, 3), torch.Tensor([1, 2])
            if is_whole(self):  # (of a subclass, whose __new__ has made it)
                return
            from .functions.legacy_types import legacy

            legacy(self, [a for a in (val, mark, trace, alias, *more) if a is not None], kwargs)
            return
        self.val = val
        self.mark = mark
        self.owner = trace
        self.alias = alias
        self.store = shared.made and shared.made()
        self.cell = None

    def __init_subclass__(cls):
        if not internal[cls.__module__]:
            from .overrides import subclassed

            subclassed(cls)

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        """func(*args, **kwargs), with results of this class; subclasses may override it (torch.overrides)."""
        from .overrides import torch_function

        return torch_function(cls, func, types, args, kwargs)

    def __deepcopy__(self, memo):
        from ._duplicates import deep

        return deep(self, memo)

    def __reduce_ex__(self, protocol):
        from ._duplicates import pickled

        return pickled(self)

    __hash__ = object.__hash__

    # ---- what it is
    @property
    def shape(self):
        if self.owner is TAPE and not shared.staging:  # (here and below: of most Tensors nothing else need be asked)
            return made(Size, self.val.shape)
        return made(Size, self.owner.shape(current(self)))

    @property
    def dtype(self):
        if self.owner is TAPE and not shared.staging:
            return BY_NUMPY.get(self.val.dtype) or dtypes.of_numpy(self.val.dtype)
        t = current(self)
        return dtypes.of_numpy(t.owner.dtype(t))

    ndim = property(lambda t: t.val.ndim if t.owner is TAPE and not shared.staging else len(t.shape))
    device = property(lambda t: CPU if t.owner is TAPE else placed(t))
    layout = property(lambda t: strided)
    is_meta = property(lambda t: t.device.type == "meta")
    is_sparse = is_quantized = is_cuda = is_mkldnn = is_mps = is_xpu = is_nested = property(lambda t: False)
    is_cpu = property(lambda t: t.device.type == "cpu")
    volatile = property(
        lambda t: warn("volatile was removed (Variable.volatile is always False)") or False,
        lambda t, value: warn("volatile was removed and now has no effect. Use `with torch.no_grad():` instead."),
    )

    @property
    def itemsize(self):
        return self.dtype.itemsize

    def element_size(self, /, *wrong, **named):
        """Bytes of an element."""
        return takes_none(self, "element_size", wrong, named) or self.dtype.itemsize

    def size(self, dim=None, /, *wrong, **named):
        """The shape, or the length of one dimension."""
        if named and dim is None:
            dim = named.pop("dim", None)
        if dim.__class__ is int and not wrong and not named and self.owner is TAPE and not shared.staging:
            shape = self.val.shape
            if -len(shape) <= dim < len(shape):
                return shape[dim]
        shape = self.shape
        if dim.__class__ is int and not wrong and not named:
            return of_dimension(shape, dim)
        if wrong or named or dim is not None:
            return of_dimension(shape, one_dimension(self, "size", (dim, *wrong), named))
        return shape

    def dim(self, /, *wrong, **named):
        """The number of dimensions."""
        if wrong or named:
            takes_none(self, "dim", wrong, named)
        return self.val.ndim if self.owner is TAPE and not shared.staging else self.ndim

    ndimension = dim

    def numel(self, /, *wrong, **named):
        """The number of elements."""
        if wrong or named:
            takes_none(self, "numel", wrong, named)
        return self.val.size if self.owner is TAPE and not shared.staging else self.shape.numel()

    nelement = numel

    def is_floating_point(self, /, *wrong, **named):
        """Is the dtype a float?"""
        return takes_none(self, "is_floating_point", wrong, named) if wrong or named else self.dtype.is_floating_point

    def is_complex(self, /, *wrong, **named):
        """Is the dtype complex?"""
        return takes_none(self, "is_complex", wrong, named) if wrong or named else self.dtype.is_complex

    def is_inference(self, /, *wrong, **named):
        """Was this Tensor made under inference_mode()?"""
        return takes_none(self, "is_inference", wrong, named) or inference.is_inference(readable(self))

    def stride(self, dim=None, /, *wrong, **named):
        """Steps in elements from one entry to the next, by dimension."""
        if named and dim is None:
            dim = named.pop("dim", None)
        if wrong or named or dim is not None and dim.__class__ is not int:
            dim = one_dimension(self, "stride", (dim, *wrong), named)
        v = ground(self)
        if v is None:  # (of a traced Tensor: those its value will have)
            v = layout_of_traced(self)
        if v is None:
            strides = contiguous_strides(self.shape)
        else:
            strides = strides_of(v)
        return strides if dim is None else of_dimension(strides, dim)

    def is_contiguous(self, /, *wrong, memory_format=None, **named):
        """Does the memory hold the elements in C order (or in another format)?"""
        if wrong or named or memory_format is not None and type(memory_format) is not type(contiguous_format):
            takes_none(
                self,
                "is_contiguous",
                wrong,
                {"memory_format": memory_format, **named} if memory_format is not None else named,
            )
        v = ground(self)
        if v is None:
            v = layout_of_traced(self)
            if v is None:
                return memory_format in (None, contiguous_format) or is_in(np.empty(self.shape, np.int8), memory_format)
        return v.flags.c_contiguous if memory_format is None else is_in(v, memory_format)

    def storage_offset(self, /, *wrong, **named):
        """The position of the first element in the memory, in elements."""
        takes_none(self, "storage_offset", wrong, named)
        v = ground(self)
        v = memory_below(current(self)) if v is None else v  # (of what is mapped: that of the first sample)
        return offset_in(v, base_of(v)) if isinstance(v, np.ndarray) else 0

    def data_ptr(self, /, *wrong, **named):
        """The address of the first element."""
        takes_none(self, "data_ptr", wrong, named)
        array = None if self.is_meta else ground(self)
        if array is None and not self.is_meta:
            raise RuntimeError("Cannot access data pointer of Tensor that doesn't have storage")
        return 0 if array is None or not memory_of(array).size else address(array)

    # ---- gradients
    @property
    def requires_grad(self):
        if self.alias is None and self.owner is TAPE and not shared.staging:
            return self.mark is not None
        t = readable(self)
        return t.mark is not None or (t.owner is not TAPE and recorded(t) is not None)

    @requires_grad.setter
    def requires_grad(self, on):
        if not isinstance(on, bool):
            raise RuntimeError("requires_grad must be a bool")
        if on and self.owner.dtype(self).kind not in "fc":
            raise RuntimeError("only Tensors of floating point and complex dtype can require gradients")
        if on and not self.is_leaf:  # (requires_grad_() lets it be, as torch does)
            raise RuntimeError("you can only change requires_grad flags of leaf variables.")
        requires_grad_(self, on, sys._getframe(1))

    @requires_grad.deleter
    def requires_grad(self):
        raise RuntimeError("requires_grad must be a bool")

    def requires_grad_(self, requires_grad=True, *wrong, **named):
        """Start (or stop) recording what is done to this leaf, in place."""
        if wrong or named or requires_grad is not True and requires_grad is not False:
            takes_none(self, "requires_grad_", (requires_grad, *wrong), named)
        if tls.func:
            refuse_in_func("requires_grad_", OF_FUNCTIONAL)
        return requires_grad_(self, requires_grad, sys._getframe(1))

    @property
    def is_leaf(self):
        mark = history(self)
        return mark is None or mark.plan is None

    @property
    def grad_fn(self):
        mark = history(self)
        return None if mark is None or mark.plan is None else shown(mark)

    @property
    def output_nr(self):
        """The number of this Tensor among the results of the operation that made it."""
        mark = current(self).mark
        return 0 if mark is None else output_number(mark)

    def repoint(self, new):
        if tls.func:
            from ._funcs import check_captured

            check_captured(self, new)
        if tls.dual is not None:
            from .autograd.forward_ad import tangent_copied

            new = tangent_copied(self, new, tls.dual)
        super().repoint(new)

    def at_home(self):
        from .autograd.forward_ad import at_home

        at_home(self)

    def replayed(self, base, alias, old):
        """A view that its root was written under: torch shows its steps as one."""
        if tls.grad and alias.made is not None:
            raise may_not_change(alias.made, old, "is being" if written_now() else BELOW)
        if self.mark is not base.mark and not any([p.name in REINTERPRETING for p, _ in alias.chain]):
            label(self, "AsStridedBackward0", (base,))
        if old is not None and old.extra is not None and old.plan is not None and self.mark is not old:
            self.mark.keep_gradient_of(old)

    def refuse(self, args):
        """Raise in torch's words if this Tensor may not be written in place under the grad mode of now."""
        if self.store is not None and not self.store.counted:
            if tls.grad and self.mark is not None and self.mark.plan is None:
                raise self.owner.leaf_error(
                    "a leaf Variable that requires grad is being used in an in-place operation."
                )
            inference.check(self, inference.WRITTEN)
        within = tls.func
        if within:
            from ._funcs import check_outside

            check_outside(self, args)
        if tls.dual is not None and tls.grad:
            from .autograd.forward_ad import refuse_written

            refuse_written(self, tls.dual)
        if (
            tls.grad
            and isinstance(self.alias, Alias)
            and any([getattr(a, "mark", None) is not None for a in (self, *args)])
        ):
            if self.alias.made is not None:
                raise may_not_change(self.alias.made, self.mark, "is being")
            root = self.alias.base
            if root.mark is None and self.mark is not None and self.owner is TAPE:
                raise self.owner.leaf_error(
                    "a view of a leaf Variable that requires grad is being used in an in-place operation."
                )
        if tls.grad and self.mark is not None:
            how = self.of_function or getattr(root_of(self)[0], "of_function", None)
            if how is not None:
                raise may_not_change(how, self.mark, "is being")
        if within and tls.grad and self.owner is not TAPE:
            root = root_of(self)[0]
            n = recorded(root) if isinstance(root, Tensor) else None
            if n is not None and n.plan is None:  # (an argument of torch.func.grad)
                what = "a leaf" if root is self else "a view of a leaf"
                raise RuntimeError(f"{what} Variable that requires grad is being used in an in-place operation.")
        super().refuse(args)

    @property
    def grad(self):
        mark = self.mark
        if (
            mark is not None and mark.plan is None and self.alias is None and not shared.staging
        ):  # (a leaf's, most often)
            extra = mark.extra
            return None if extra is None or extra.cell is None else extra.cell.grad
        t = current(self)
        cell = t.mark.extra.cell if t.mark is not None and t.mark.extra is not None else t.cell
        if t.mark is not None and t.mark.plan is not None and (t.mark.extra is None or t.mark.extra.cell is None):
            if t.cell is not None and t.cell.grad is not None:
                return t.cell.grad  # (somebody has put it there)
            warn_non_leaf(self)
            return None
        return None if cell is None else cell.grad

    @grad.setter
    def grad(self, g):
        mark = self.mark
        if g is None and mark is not None and mark.plan is None and self.alias is None and not shared.staging:
            extra = mark.extra
            if extra is not None and extra.cell is not None:  # (a leaf's is forgotten before each step)
                extra.cell.grad, extra.cell.odd = None, False
                return
        t = current(self)
        if g is not None and (
            g is self
            or not isinstance(g, Tensor)
            or g.dtype != self.dtype
            or g.owner is not t.owner
            and g.device != self.device
            or g.shape != self.shape
        ):
            raise unfit_gradient(self, g)
        cell = None if t.mark is None or t.mark.extra is None else t.mark.extra.cell
        if cell is None and t.mark is not None and t.mark.plan is None:
            extra_of(t.mark).cell = cell = Cell()
        elif cell is None:  # (of what was computed: backward does not deliver there)
            if t.cell is None:
                t.cell = Cell()
            cell = t.cell
        cell.grad = g
        cell.odd = g is not None and getattr(g.val, "strides", None) != getattr(t.val, "strides", None)

    @grad.deleter
    def grad(self):
        self.grad = None

    def retain_grad(self, /, *wrong, **named):
        """Keep the gradient of this non-leaf Tensor in `.grad` too."""
        takes_none(self, "retain_grad", wrong, named)
        t = current(self)
        mapped = tls.func and type(t.owner.under) is Batch  # (which torch counts as without a history of their own)
        if tls.func and node_of(t) is not None and not mapped:
            refuse_in_func("retain_grad")
        if t.mark is None or mapped:
            raise RuntimeError("can't retain_grad on Tensor that has requires_grad=False")
        extra = extra_of(t.mark)
        if extra.cell is None:
            extra.cell = Cell()

    @property
    def retains_grad(self):
        mark = current(self).mark
        return bool(
            mark is not None and mark.plan is not None and mark.extra is not None and mark.extra.cell is not None
        )

    def detach(self, /, *wrong, **named):
        """The same values (and memory) without the history."""
        if wrong or named:
            takes_none(self, "detach", wrong, named)
        t = readable(self)
        if t.owner is not TAPE:
            return view(t, PRIMITIVES["stop"])
        d = Tensor(t.val, None, TAPE)
        store = t.versioned()
        d.store = store if store.counted else store.apart()
        if t.alias is not None:
            seen_as(noted(d), t)
        if t.mark is not None and tls.grad:
            d.left = breaks.note("detach()")
        return d

    def detach_(self, /, *wrong, **named):
        """Forget the history, in place."""
        takes_none(self, "detach_", wrong, named)
        t = readable(self)
        if tls.func:
            from ._funcs import check_outside

            check_outside(t)
        if isinstance(t.alias, Alias):
            raise RuntimeError(
                "Can't detach views in-place. Use detach() instead. If you are using DistributedDataParallel (DDP) for training, and "
                "gradient_as_bucket_view is set as True, gradients are views of DDP buckets, and hence detach_() cannot be called on "
                "these gradients. To fix this error, please refer to the Optimizer.zero_grad() function in torch/optim/optimizer.py as "
                "the solution."
            )
        if t.mark is not None and tls.grad:
            self.left = breaks.note("detach_()")
        if t.mark is not None and t.mark.plan is None and t.mark.extra is not None and t.mark.extra.cell is not None:
            t.cell, t.mark.extra.cell = (
                t.mark.extra.cell,
                Cell(),
            )  # (a leaf keeps its .grad; what was computed with it delivers elsewhere)
        else:
            t.cell = None
        if t.owner is not TAPE:
            still = PRIMITIVES["stop"](t)
            t.val, t.owner = still.val, still.owner
        t.mark = None
        return self

    @property
    def data(self):
        """The same memory as a Tensor that no one tracks: changes to it are not seen by the versions autograd checks."""
        t = readable(self)
        if t.owner is not TAPE:
            if tls.func and type(t.val) is Array and type(t.val.owner) is Batch and t.val.owner is tls.func[-1]:
                raise RuntimeError("accessing `data` under vmap transform is not allowed")
            return view(t, PRIMITIVES["stop"])
        d = Tensor(t.val, None, TAPE)
        store = t.store
        d.store = None if store is None or store.resizable and store.counted else store.apart()
        if tls.func:
            from ._funcs import dated_as

            d.store = dated_as(t)
        if t.alias is not None:
            seen_as(noted(d), t)
        if t.mark is not None and tls.grad:
            d.left = breaks.note(".data")
        return d

    @data.setter
    def data(self, new):
        from .functions.other_memory import given_data

        if not isinstance(new, Tensor):
            raise TypeError(f"Variable data has to be a tensor, but got {type_name(new)}")
        if tls.func and any([type(t.val) is Array and type(t.val.owner) is Batch for t in (self, new)]):
            raise RuntimeError("mutating directly with `.data` under vmap transform is not allowed.")
        if new.owner is not self.owner and (new.device != self.device or new.is_sparse):
            raise RuntimeError(
                "Attempted to call `variable.set_data(tensor)`, but `variable` and `tensor` have incompatible tensor type."
            )
        array = memory(new)  # (which a view that may not be written any more still has)
        if self.mark is not None and (new.dtype.numpy if array is None else array.dtype).kind in "biu":
            raise RuntimeError("data set to a tensor that requires gradients must be floating point or complex dtype")
        if tls.stage is not None:
            alias = current(new).alias
            if type(alias) is Alias and alias.base is current(self) and all([p.name == "stop" for p, _ in alias.chain]):
                return  # (`w.data -= g`: the memory that it has)
            tls.stage.decoupled = tls.stage.decoupled or self.mark is not None
        given_data(self if memory(self) is not None else current(self), current(new).val if array is None else array)

    @data.deleter
    def data(self):
        raise RuntimeError("Deleting tensor data is not allowed. Delete tensor instead!")

    @property
    def _version(self):
        store = readable(self).versioned()
        if not store.counted:
            if store.loose:
                return store.changes
            raise RuntimeError(inference.UNCOUNTED)
        return int(store.version)

    @property
    def _cdata(self):  # (where torch's own object is: a number that no other Tensor has)
        return id(self)

    @property
    def _base(self):
        root = root_of(readable(self))[0]
        if root.home is not None:
            return root.home[0]._base or root.home[0]
        return None if root is self or root.hidden or inference.is_inference(self) else root

    # ---- values
    def numpy(self, /, *wrong, force=False, **named):
        """The values as an ndarray over the same memory."""
        if wrong or named or force is not False and force is not True:
            takes_none(self, "numpy", wrong, {"force": force, **named})
        t = self if self.alias is None and not shared.staging else readable(self)
        if tls.func:
            from ._funcs import check_memory

            check_memory(t, force)
        if t.mark is not None and not force and tls.grad:
            error = RuntimeError(
                "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead."
            )
            error.add_note(
                f"[{list(self.shape)} {self.dtype} at {here()}: NumPy would compute outside the graph. Use torch's function of "
                "that name where its gradient is wanted, detach() where it is not.]"
            )
            raise error
        if t.owner is not TAPE and (shared_by_dual := ground(t)) is not None:
            return shared_by_dual.view()
        if t.owner is not TAPE:
            if t.is_meta:
                raise TypeError(
                    "can't convert meta device type tensor to numpy. Use Tensor.cpu() to copy the tensor to host memory first."
                )
            raising(
                TypeError(
                    "numpy(): a traced Tensor has no NumPy memory; use funcgrad.value_of(t), or return it instead."
                )
            )
        if t.mark is not None:
            breaks.note("numpy()")
        if not t.val.dtype.isnative:
            raise TypeError(f"Got unsupported ScalarType {dtypes.SPOKEN[t.dtype.name]}")
        if t.alias is not None and (maps := maps_of(t)) and not force:
            bit, name = ("conjugate", "conj") if maps & 1 else ("negative", "neg")
            raise RuntimeError(
                f"Can't call numpy() on Tensor that has {bit} bit set. Use tensor.resolve_{name}().numpy() instead."
            )
        (t.store or t.versioned()).resizable = False
        return t.val.view()  # (an array of its own: who gives it another shape changes no Tensor)

    numpy.__qualname__ = "numpy"  # (which Python's own errors name)

    def item(self, /, *wrong, **named):
        """The value of a one-element Tensor as a Python number."""
        if wrong or named:
            takes_none(self, "item", wrong, named)
        t = self if self.alias is None and not shared.staging else current(self)
        v = t.val if t.owner is TAPE else np.asarray(concrete(t, "item()"))
        if v.size != 1:
            raise RuntimeError(f"a Tensor with {v.size} elements cannot be converted to Scalar")
        if t.mark is not None and tls.grad:
            breaks.note("item()")
        return v.item()

    def tolist(self, /, *wrong, **named):
        """The values as nested Python lists."""
        takes_none(self, "tolist", wrong, named)
        t = readable(self)
        if t.mark is not None and tls.grad:
            breaks.note("tolist()")
        return np.asarray(t.val if t.owner is TAPE else concrete(t, "tolist()")).tolist()

    def __bool__(self):
        v = self.val
        if type(v) is np.ndarray and v.size == 1 and self.mark is None and not shared.staging:
            return bool(current(self).val.item())
        if self.numel() != 1:
            if tls.mapping is not None:
                concrete(self, "bool")  # (a mapped Tensor is refused as such, of any size)
            raise RuntimeError(
                f"Boolean value of Tensor with {'more than one value' if self.numel() else 'no values'} is ambiguous"
            )
        v = np.asarray(concrete(self, "bool"))
        return bool(v.reshape(()))

    def __float__(self):
        v = self.val
        if (
            self.owner is TAPE
            and self.alias is self.mark is None
            and v.size == 1
            and v.dtype.kind == "f"
            and not shared.staging
        ):
            return v.item()
        warn_converted(self)
        return float(real_number(only_value(self), "double"))

    def __int__(self):
        v = self.val
        if type(v) is np.ndarray and v.size == 1 and v.dtype.kind in "ib" and not shared.staging:
            return int(current(self).val.item())
        return int(real_number(only_value(self), "int64_t"))

    def __complex__(self):
        warn_converted(self)
        return complex(only_value(self))

    def __index__(self):
        v = self.val
        if type(v) is np.ndarray and v.size == 1 and v.dtype.kind == "i" and not shared.staging:
            if self.alias is not None:
                fresh(self)
            return self.val.item()
        if self.dtype.numpy.kind not in "iub" or self.numel() != 1:
            raise TypeError("only integer tensors of a single element can be converted to an index")
        return int(self.item())

    def __sizeof__(self):
        return 48  # (sys.getsizeof says 80 as of torch's: of the object alone)

    def __len__(self):
        shape = self.shape
        if not shape:
            raise TypeError("len() of a 0-d tensor")
        return shape[0]

    def __iter__(self):
        if not self.shape:
            raise TypeError("iteration over a 0-d tensor")
        return iter(self.unbind(0))

    def __array__(self, dtype=None, copy=None):
        return np.array(self.numpy(), dtype, copy=copy)

    def __array_wrap__(self, array, context=None, return_scalar=False):
        """What NumPy's own function made of this Tensor's values, as a Tensor (truth values as uint8, as torch has it)."""
        array = array.astype(np.uint8) if array.dtype.kind == "b" else np.asarray(array)
        dtypes.of_numpy(array.dtype)
        return wrap(Tensor, dtypes.of_one_name(array))

    def __contains__(self, element):
        if not isinstance(element, (Tensor, Number)):
            raise RuntimeError(
                f"Tensor.__contains__ only supports Tensor or scalar, but you passed in a {type(element)}."
            )
        return bool((element == self).any())

    def __repr__(self, *, tensor_contents=None):
        return describe(self, tensor_contents)

    def __format__(self, spec):
        if type(self) is not Tensor or self.dim():
            return object.__format__(self, spec)
        t = current(self)
        return format((t.val if t.owner is TAPE else np.asarray(concrete(t, "format()"))).item(), spec)


for _name, _value in tuple(vars(Tensor).items()):
    if type(_value) is property and _value.fset is None:
        setattr(Tensor, _name, read_only(_name, _value.fget))
show([n for n, v in vars(Tensor).items() if type(v) in (property, FunctionType)])
Tape.face = Tensor
