"""torch.ops.aten: the operations under the names that torch's own table has for them, as scripts that list some of them write them.

Invariant: `torch.ops.aten.mm` and each of its overloads call torch.mm, or the method of that name; each is one object, so that lists
of them can be searched.
"""

from funcgrad.lazy import attributes

from .functions.missing import refusal
from .functions.register import FUNCTIONS, METHODS

__all__ = ["aten"]


class One:
    """What is one object, of which copies are no others."""

    def __deepcopy__(self, memo):
        return self


class OpOverload(One):
    """An operation for arguments of certain types."""

    def __init__(self, packet, name):
        self.packet, self.name = packet, name
        self.__name__ = f"{packet.__name__}.{name}"

    def __call__(self, *args, **kwargs):
        return self.packet(*args, **kwargs)

    def __str__(self):
        return f"aten.{self.__name__}"

    def __repr__(self):
        return f"<OpOverload(op='aten.{self.packet.__name__}', overload='{self.name}')>"


class OpOverloadPacket(One):
    """An operation, whose attributes are its overloads."""

    def __init__(self, name, f):
        self.__name__, self.f = name, f

    def __call__(self, *args, **kwargs):
        if self.f is None:
            raise NotImplementedError(
                f"compat has {self} for lists and policies of operations only; call the function of torch"
            )
        return self.f(*args, **kwargs)

    def __getattr__(self, name):
        if name.startswith("__"):
            raise AttributeError(name)
        found = OpOverload(self, name)
        setattr(self, name, found)
        return found

    def __str__(self):
        return f"aten.{self.__name__}"

    def __repr__(self):
        return f"<OpOverloadPacket(op='aten.{self.__name__}')>"


KERNELS = (  # (public functions call them, and programs list them)
    "_softmax _log_softmax _to_copy _unsafe_view convolution _convolution native_layer_norm native_batch_norm native_group_norm nll_loss_forward "
    "linalg_vector_norm linalg_matrix_norm max_pool2d_with_indices constant_pad_nd mkldnn_rnn_layer upsample_nearest2d lift_fresh "
    "native_dropout _flash_attention_forward _efficient_attention_forward _scaled_mm _scaled_dot_product_flash_attention "
    "_scaled_dot_product_efficient_attention _scaled_dot_product_cudnn_attention _scaled_dot_product_flash_attention_for_cpu "
    "_scaled_dot_product_fused_attention_overrideable _scaled_dot_product_attention_math convolution_backward native_layer_norm_backward _pin_memory _sparse_addmm _sparse_mm_reduce_impl"
).split()


class Aten:
    """torch.ops.aten."""

    name = "aten"

    def __getattr__(self, name):
        f = None if name.startswith("__") else named(name)
        if f is None and name not in KERNELS:
            raise AttributeError(f"'_OpNamespace' 'aten' object has no attribute '{name}'", name=name, obj=self)
        return self.packet(name, f)

    def packet(self, name, f=None):
        """The object of a name, made when it is first asked for."""
        found = vars(self).get(name)
        if found is None:
            found = vars(self)[name] = OpOverloadPacket(name, f or named(name))
        return found


def alias(t):
    """A view of the whole of t."""
    return t.view_as(t)


def slice_of(t, dim=0, start=None, end=None, step=1):
    """A view of the places start, start + step, ... before end along a dimension."""
    return t.movedim(dim, 0)[start:end:step].movedim(0, dim)


OF_ATEN = {"alias": alias, "slice": slice_of}  # (operations that have no public name)


def named(name):
    from .nn import functional

    if name in OF_ATEN:
        return OF_ATEN[name]
    return FUNCTIONS.get(name) or METHODS.get(name) or getattr(functional, name, None)


OPERATIONS = {}  # "namespace::name": {overload: the operation}, of torch.library


class OwnOverload(OpOverload):
    """An operation of one's own for arguments of certain types."""

    def __init__(self, operation):
        self.operation, self.qualname, self._schema = operation, operation.qualname, operation.schema
        self.space, _, name = operation.qualname.partition("::")
        self.__name__ = f"{name}.{operation.overload}"

    def __call__(self, *args, **kwargs):
        return self.operation(*args, **kwargs)

    def __str__(self):
        return f"{self.space}.{self.__name__}"

    def __repr__(self):
        space, name = self.qualname.split("::")
        return f"<OpOverload(op='{space}.{name}', overload='{self.operation.overload}')>"


class OwnPacket:
    """An operation of one's own: a call goes to the first of its overloads that takes the arguments."""

    def __init__(self, qualname):
        self.qualname = self._qualified_op_name = qualname
        self.__name__ = qualname.partition("::")[2]
        for name, operation in OPERATIONS[qualname].items():
            setattr(self, name, OwnOverload(operation))

    def overloads(self):
        """The names of its overloads."""
        return list(OPERATIONS[self.qualname])

    def __call__(self, *args, **kwargs):
        found = list(OPERATIONS[self.qualname].values())
        for operation in found[:-1]:
            try:
                operation.schema.bound(self.qualname, args, kwargs)
            except RuntimeError:
                continue
            return operation(*args, **kwargs)
        return found[-1](*args, **kwargs)

    def __str__(self):
        return self.qualname.replace("::", ".")

    def __repr__(self):
        return f"<OpOverloadPacket(op='{self.qualname.replace('::', '.')}')>"


class Namespace:
    """torch.ops.<name>: the operations that torch.library has been given."""

    made = {}

    def __init__(self, name):
        self.name = name

    @classmethod
    def of(cls, name):
        return cls.made.setdefault(name, cls(name))

    def drop(self, name):
        """Forget what has been made of a name."""
        vars(self).pop(name, None)

    def __getattr__(self, name):
        if f"{self.name}::{name}" not in OPERATIONS:
            raise AttributeError(f"'_OpNamespace' '{self.name}' object has no attribute '{name}'")
        packet = vars(self)[name] = OwnPacket(f"{self.name}::{name}")
        return packet


OpOverload.__module__ = OpOverloadPacket.__module__ = "torch._ops"
aten = Aten()
refuse = refusal(__name__)
BUILT_IN = "prim prims higher_order inductor mkl mkldnn onednn quantized profiler c10d fsdp export"  # what torch itself has besides aten


def namespace(name):
    return refuse(name) if name.startswith("__") or name in BUILT_IN.split() else Namespace.of(name)


__getattr__, __dir__ = attributes(__name__, {"_compiled": "load_library"}, missing=namespace)
