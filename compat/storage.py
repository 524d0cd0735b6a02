"""torch.storage: the memory behind Tensors, as bytes (UntypedStorage) and as elements (TypedStorage and the classes named by dtype).

Invariant: a storage that a Tensor gave is that Tensor's memory: what is written into either is seen by both, and counted (which torch does
not: a value that a rule needs is changed there without an error).
"""

import io
import re
import sys
from collections.abc import Sequence
from importlib import import_module
from types import FunctionType

import numpy as np

from funcgrad.core.halves import bits, of_bits, settle
from funcgrad.core.strides import memory_of

from . import dtypes
from ._shared_memory import behind, file_bytes
from .deprecations import once
from .devices import Device, usable
from .errors import type_name
from .formats import address, elements
from .functions.missing import refusal as _refusal
from .native import Native, of_arguments
from .payload import ground

STORAGES = {  # torch's class of a storage -> dtype of its elements
    "DoubleStorage": "float64", "FloatStorage": "float32", "HalfStorage": "float16", "BFloat16Storage": "bfloat16",
    "LongStorage": "int64", "IntStorage": "int32", "ShortStorage": "int16", "CharStorage": "int8", "ByteStorage": "uint8",
    "BoolStorage": "bool", "ComplexDoubleStorage": "complex128", "ComplexFloatStorage": "complex64",
    "UntypedStorage": "uint8",
}  # fmt: skip
STORAGE_OF = {dtype: name for name, dtype in STORAGES.items() if name != "UntypedStorage"}
CPU = Device("cpu")
FIXED = "Trying to resize storage that is not resizable"


def over_all(memory, dtype):
    """A memory as elements of a dtype, or as it is where bytes would be left over."""
    return memory if dtype.isnative and memory.nbytes % dtype.itemsize else elements(memory, dtype)


class Storage:
    """What both kinds have: `memory`, an array of one axis; `store`, the versions of the Tensors that gave it, if any did."""

    store = None
    device = CPU
    is_cuda = is_sparse = is_hpu = False
    fixed = False  # (the memory is a file's)

    def of(self, owner):
        """This storage, over the memory of a Tensor that is up to date."""
        array = ground(owner)
        self.memory = over_all(memory_of(array), array.dtype)
        self.store = owner.versioned()
        return self

    @property
    def values(self):
        """The elements; bytes of bfloat16 are a copy."""
        return self.memory

    def __len__(self):
        return self.values.size

    def size(self):
        """The number of elements."""
        return len(self)

    def data_ptr(self):
        """The address of the first byte."""
        return address(self.memory) if self.memory.size else 0

    _cdata = property(data_ptr)

    def __iter__(self):
        return iter(self.tolist())

    def tolist(self):
        """The elements as a list."""
        return self.values.tolist()

    def as_data(self, dtype, said="{}"):
        """The memory as elements of a NumPy dtype, for a Tensor that is made of it (None: the dtype of a Tensor of its numbers); of another
        kind of elements than a typed storage has, RuntimeError in torch's words (`said`: how the own one is named)."""
        kind = self.values.dtype.kind if len(self) else "f"
        plain = dtypes.Default.numpy
        dtype = dtype or {"f": plain, "V": plain, "c": dtypes.complex_of(plain), "b": np.dtype(bool)}.get(
            kind, np.dtype(np.int64)
        )
        if type(self) is not UntypedStorage and self.memory.dtype != dtype:
            wanted, own = (dtypes.SPOKEN[dtypes.of_numpy(d).name] for d in (dtype, self.memory.dtype))
            raise RuntimeError(f"Expected a Storage of type {wanted} or an UntypedStorage, but got {said.format(own)}")
        if self.memory.dtype == dtype:
            found = self.memory
        else:  # (bfloat16, whose bits are not what memory holds, is copied)
            found = elements(self.bytes, dtype if dtype.isnative else np.dtype(np.uint16))
            found = found if dtype.isnative else of_bits(found)
        return found if found.size else np.empty(0, dtype)

    def __sizeof__(self):
        return 48 + self.nbytes()  # (of the object: as much as torch's)

    def resizable(self):
        """May the memory change its size?"""
        return not self.fixed and (self.store is None or self.store.resizable)

    def is_shared(self):
        """Is the memory a file's, or shared with other processes?"""
        return behind(self.memory) is not None

    @property
    def filename(self):
        """The file that writes into the memory reach; None if they reach none."""
        return getattr(behind(self.memory), "filename", None)

    def is_pinned(self, device=None):
        """False: there is no device that memory could be pinned for."""
        return False

    def pin_memory(self, device=None):
        """RuntimeError: there is no device to pin memory for."""
        Device("cuda" if device is None else device)
        raise RuntimeError("Cannot access accelerator device when none is available.")

    def get_device(self):
        """None: the number that the CPU has among devices."""
        return CPU.index

    def to(self, *, device, non_blocking=False):
        """The storage itself: there is only the CPU."""
        usable(Device(device))
        return self

    def hpu(self, device=None, non_blocking=False):
        """AssertionError: there is only the CPU."""
        raise AssertionError("HPU device module is not loaded")

    def type(self, dtype=None, non_blocking=False):
        """The name of the class; of another one, by its name or itself, a new storage of as many elements as there are bytes, copied to."""
        if dtype is None:
            return self.named()
        if isinstance(dtype, str):
            module, _, name = dtype.rpartition(".")
            dtype = getattr(import_module(re.sub(r"^torch\b", __package__, module or name)), name)
        if dtype.is_sparse:
            raise RuntimeError("Cannot cast dense tensor to sparse tensor")
        return dtype(self.nbytes()).copy_(self, non_blocking)

    def cpu(self):
        """The storage itself."""
        return self

    def written(self):
        """Note that the memory has been changed."""
        if self.store is not None:
            self.store.version += 1

    def place(self, at):
        """A position from the front; IndexError in torch's words."""
        n = len(self)
        if not -n <= at < n:
            raise IndexError(f"index {at} out of range for storage of size {n}")
        return at % n

    def resize_(self, size):
        """Another size, in elements, for all who see the memory; RuntimeError if it belongs to an ndarray."""
        if not isinstance(size, int):
            raise RuntimeError(f"resize_ expects an int, but got {type_name(size)}")
        if not self.resizable():
            raise RuntimeError(FIXED)
        if size != len(self):
            from ._resized import resize

            resize(self.memory, size * self.element_size() * (1 if self.memory.dtype.isnative else 2))
        return self

    def copy_(self, source, non_blocking=None):
        """The bytes of another storage of the same size, written into this one."""
        if not isinstance(source, Storage):
            raise TypeError(f"copy_(): argument 'src' (position 1) must be torch.Storage, not {type_name(source)}")
        if non_blocking not in (None, True, False):
            raise TypeError(
                f"copy_(): argument 'non_blocking' (position 2) must be bool, not {type_name(non_blocking)}"
            )
        mine, theirs = self.untyped(), source.untyped()
        if len(mine) != len(theirs):
            raise RuntimeError(f"size does not match, self was {len(mine)} bytes but src was {len(theirs)} bytes")
        mine.write(slice(None), theirs.bytes)
        return self

    def typed(self, dtype):
        """The elements as a TypedStorage of a dtype."""
        return TypedStorage(memory=self.values.astype(dtype.numpy))

    def __reduce__(self):
        from .serialization.legacy import save

        file = io.BytesIO()
        save(self, file, 2)
        return _load_from_bytes, (file.getvalue(),)

    def described(self, kind):
        lines = "\n ".join([str(v) for v in self])
        return f" {lines}\n[torch.storage.{kind} of size {len(self)}]"


for _name, _dtype in {"double": "float64", "float": "float32", "half": "float16", "bfloat16": "bfloat16", "long": "int64", "int": "int32", "short": "int16",
                      "char": "int8", "byte": "uint8", "bool": "bool", "complex_double": "complex128", "complex_float": "complex64"}.items():  # fmt: skip
    setattr(Storage, _name, (lambda dtype: lambda self: self.typed(dtype))(dtypes.BY_NAME[_dtype]))


def is_count(x):
    return isinstance(x, (int, np.integer))


def empty(count, d):
    """Memory of so many zeros; torch's error for less than none."""
    if count < 0:
        raise RuntimeError(
            "[enforce fail at alloc_cpu.cpp:98] ((ptrdiff_t)nbytes) >= 0. alloc_cpu() seems to have been called with negative number: "
            f"{2**64 + int(count) * np.dtype(d).itemsize}"
        )
    return np.zeros(int(count), d)


def one_at_most(args, text):
    """torch's error for more than one argument by place, or one that is neither a number nor a sequence."""
    if len(args) > 1:
        raise RuntimeError(f"{text}\nToo many positional arguments")
    for x in args:
        if not is_count(x) and not isinstance(x, Sequence):
            raise TypeError(f"{text}\nArgument type not recognized: {type(x)}")


class UntypedStorage(Storage, metaclass=Native, called="torch.storage.UntypedStorage"):
    """torch.UntypedStorage: the bytes of a memory; so many of them, or those of a sequence."""

    def __init__(self, *args, device=None):
        if len(args) > 1:
            raise TypeError(
                f"torch.UntypedStorage() received an invalid combination of arguments - got ({', '.join(map(type_name, args))}), but "
                "expected one of:\n * (*, int allocator = None, torch.device device = None)\n * (int size, *, int allocator = None, "
                "torch.device device = None)\n * (object sequence, *, int allocator = None, torch.device device = None)\n"
            )
        data = args[0] if args else 0
        if is_count(data) and type(data) is not bool:
            data = empty(data, np.uint8)
        elif not isinstance(data, (Sequence, np.ndarray)):
            raise RuntimeError(f"torch.UntypedStorage(): Expected a sequence type, but got {type_name(data)}")
        else:
            for item in data:
                if not isinstance(item, int):
                    raise RuntimeError(
                        f"torch.UntypedStorage(): tried to construct a storage from a sequence ({type_name(data)}), but one of the items "
                        f"was of type {type_name(item)} instead of int"
                    )
            data = np.array([*data], np.int64).astype(np.uint8)
        self.memory = data

    @property
    def bytes(self):
        """The bytes; those of bfloat16 are a copy."""
        return (self.memory if self.memory.dtype.isnative else bits(self.memory)).view(np.uint8)

    values = bytes

    def nbytes(self):
        """The number of bytes."""
        return len(self)

    def element_size(self):
        """1: of a byte."""
        return 1

    def __getitem__(self, at):
        if isinstance(at, slice):
            part = UntypedStorage()
            part.memory = self.bytes[at]
            return part
        if not isinstance(at, int):
            raise TypeError(f"can't index a torch.UntypedStorage with {type_name(at)}")
        return self.bytes[self.place(at)].item()

    def __setitem__(self, at, value):
        if not isinstance(value, int):
            raise RuntimeError(f"can only set storage content with a int types, but got {type_name(value)} instead")
        if not isinstance(at, slice) and not -len(self) <= at < len(self):
            raise RuntimeError("out of bounds")
        self.write(at, value % 256)

    def write(self, at, value):
        """Bytes into the memory, also of one whose own elements are another dtype."""
        memory = self.bytes
        memory[at] = value
        if not self.memory.dtype.isnative:
            self.memory[...] = of_bits(memory, self.memory.dtype)
        self.written()

    def fill_(self, value):
        """Every byte set to a value."""
        if not isinstance(value, int):
            raise RuntimeError(f"fill_ expects int, but got {type_name(value)}")
        self.write(slice(None), value % 256)
        return self

    def __eq__(self, other):
        return isinstance(other, UntypedStorage) and (self.data_ptr(), len(self)) == (other.data_ptr(), len(other))

    def __hash__(self):
        return hash(self.data_ptr())

    def untyped(self):
        """The storage itself."""
        return self

    def clone(self):
        """A copy of the bytes."""
        twin = UntypedStorage()
        twin.memory = self.bytes.copy()
        return twin

    def new(self):
        """A storage without bytes."""
        return UntypedStorage()

    def named(self):
        """The name of the class."""
        return "torch.storage.UntypedStorage"

    def mps(self):
        """RuntimeError: there is only the CPU."""
        raise RuntimeError("torch.UntypedStorage(): Storage device not recognized: mps")

    def __copy__(self):
        return self.clone()

    def __deepcopy__(self, memo):
        """A copy, the one of this `copy.deepcopy` for every Tensor over the memory."""
        memo = memo.setdefault("torch", {})
        if self._cdata not in memo:
            memo[self._cdata] = self.clone()
        return memo[self._cdata]

    def byteswap(self, dtype):
        """The bytes of each element of a dtype in the other order, in place."""
        if not isinstance(dtype, dtypes.dtype):
            raise RuntimeError(f"expected torch.dtype, but got {type(dtype)}")
        part = self.bytes.view(f"V{dtype.itemsize}").view(dtype.numpy)
        part.byteswap(inplace=True)
        self.written()

    @staticmethod
    def from_file(filename, shared=False, nbytes=0):
        """The bytes of a file: what is written into them reaches it if they are shared (it is made, or made longer, where need be)."""
        found = UntypedStorage()
        found.memory, found.fixed = file_bytes(filename, shared, nbytes), True
        return found

    @staticmethod
    def from_buffer(buffer, *, dtype, byte_order="native", count=-1, offset=0):
        """A copy of a buffer's bytes, whose elements of a dtype stand in a byte order."""
        made = UntypedStorage()
        made.memory = np.frombuffer(buffer, np.uint8, count * dtype.itemsize if count > 0 else -1, offset).copy()
        if byte_order not in ("native", sys.byteorder) and dtype.itemsize > 1:
            made.byteswap(dtype)
        return made

    def __repr__(self):
        return self.described("UntypedStorage(device=cpu)")


for _name, _count in {
    "data_ptr": 0,
    "resizable": 0,
    "is_shared": 0,
    "nbytes": 0,
    "element_size": 0,
    "new": 0,
    "resize_": 1,
    "fill_": 1,
}.items():
    setattr(UntypedStorage, _name, of_arguments(_count, "StorageBase")(getattr(UntypedStorage, _name)))


class TypedStorage(Storage, metaclass=Native, called="torch.storage.TypedStorage"):
    """torch.TypedStorage: the elements of a memory; so many of them, those of a sequence, or those of the bytes of another storage."""

    def __init__(self, *args, wrap_storage=None, dtype=None, device=None, memory=None):
        d = None if dtype is None else dtype.numpy
        if wrap_storage is not None:
            self.store = wrap_storage.store
            memory = wrap_storage.memory
            memory = memory if d is None or memory.dtype == d else elements(memory, d)
        elif memory is None:
            once("storage")
            d = dtypes.Default.numpy if d is None else d
            one_at_most(
                args,
                "TypedStorage.__init__ received an invalid combination of arguments. Expected one of:\n * (*, torch.device device, "
                "torch.dtype dtype)\n * (int size, *, torch.device device, torch.dtype dtype)\n * (Sequence data, *, torch.device device, "
                "torch.dtype dtype)\n * (*, UntypedStorage wrap_storage, torch.dtype dtype)",
            )
            if not args or is_count(args[0]):
                memory = empty(*args or (0,), d)
            else:
                memory = memory_of_sequence(args[0], d)
        self.memory = memory

    @property
    def dtype(self):
        return dtypes.of_numpy(self.memory.dtype)

    def nbytes(self):
        """The number of bytes."""
        return len(self) * self.dtype.itemsize

    def element_size(self):
        """The number of bytes of an element."""
        return self.dtype.itemsize

    def __getitem__(self, at):
        if isinstance(at, slice):
            raise RuntimeError("slices are only supported in UntypedStorage.__getitem__")
        if not isinstance(at, int):
            raise RuntimeError(f"can't index a {type(self)} with {type(at)}")
        return self.memory[self.place(at)].item()

    def __setitem__(self, at, value):
        if not isinstance(at, (int, slice)):
            raise RuntimeError(f"can't index a {type(self)} with {type(at)}")
        if not isinstance(value, (int, float, complex, np.number)) and not hasattr(value, "__index__"):
            raise TypeError(f"can't assign a {type_name(value)} to a {self.named().replace('Storage', 'Tensor')}")
        if not isinstance(at, slice) and not -len(self) <= at < len(self):
            raise IndexError(f"index {at} is out of bounds for dimension 0 with size {len(self)}")
        self.memory[at] = value
        settle(self.memory)
        self.written()

    def fill_(self, value):
        """Every element set to a value."""
        self[:] = value
        return self

    def untyped(self):
        """The same memory as bytes."""
        made = UntypedStorage()
        made.memory, made.store = self.memory, self.store
        return made

    _untyped_storage = property(untyped)

    def clone(self):
        """A copy of the elements."""
        return TypedStorage(memory=self.memory.copy())

    def resize_(self, size):
        """Another number of elements."""
        super().resize_(size)

    def named(self):
        """The name of the class for this dtype."""
        kind = self.pickle_storage_type()
        return f"torch.{kind}" if kind else "torch.storage.TypedStorage"

    def pickle_storage_type(self):
        """What a file calls a storage of this dtype."""
        return STORAGE_OF.get(self.dtype.name)

    def __repr__(self):
        return self.described(f"TypedStorage(dtype={self.dtype}, device=cpu)")


def _load_from_bytes(b):
    """The object of a file, given as bytes: a storage in a pickle."""
    from .serialization import load

    return load(io.BytesIO(b), weights_only=False)


def memory_of_sequence(data, d):
    from .functions.register import FUNCTIONS

    return ground(FUNCTIONS["tensor"](data, dtype=dtypes.of_numpy(d))).reshape(-1)


class OfDtype(Native):
    """The classes named by dtype: a TypedStorage of that dtype is an instance, and they make nothing else."""

    is_sparse = False

    def __instancecheck__(cls, obj):
        return isinstance(obj, TypedStorage) and obj.dtype is cls.dtype

    def __call__(cls, *args, wrap_storage=None, **unknown):
        once("storage")
        text = (
            f"{cls}.__new__ received an invalid combination of arguments. Expected one of:\n * no arguments\n * (int size)\n"
            " * (Sequence data)\n * (*, UntypedStorage wrap_storage)"
        )
        for name in unknown:
            if name not in ("device", "dtype"):
                raise TypeError(f"TypedStorage.__new__() got an unexpected keyword argument '{name}'")
            raise RuntimeError(f"{text}\nKeyword argument '{name}' cannot be specified")
        one_at_most(args, text)
        return TypedStorage(*args, wrap_storage=wrap_storage, dtype=cls.dtype)

    def from_buffer(cls, buffer, byte_order="native", count=-1, offset=0):
        """A copy of a buffer's elements, which stand in a byte order."""
        made = UntypedStorage.from_buffer(buffer, dtype=cls.dtype, byte_order=byte_order, count=count, offset=offset)
        return cls(wrap_storage=made)

    def __repr__(cls):
        return f"<class 'torch.{cls.__name__}'>"


for _dtype, _name in STORAGE_OF.items():
    globals()[_name] = OfDtype(
        _name,
        (),
        {"dtype": dtypes.BY_NAME[_dtype], "__module__": "torch", "__doc__": f"A TypedStorage of {_dtype}."},
        called=f"torch.{_name}",
    )
for _name, _f in [*vars(Storage).items(), *vars(UntypedStorage).items()]:  # (each kind has them by a name of its own)
    if isinstance(_f, FunctionType):
        if _name in vars(Storage) and _name not in vars(TypedStorage):
            _own = FunctionType(_f.__code__, _f.__globals__, _name, _f.__defaults__, _f.__closure__)
            _own.__kwdefaults__, _own.__doc__, _own.__qualname__ = (
                _f.__kwdefaults__,
                _f.__doc__,
                f"TypedStorage.{_name}",
            )
            setattr(TypedStorage, _name, _own)
        if _name != "__getitem__":
            _f.__qualname__ = f"_StorageBase.{_name}"
__getattr__ = _refusal(__name__)
__all__ = ["TypedStorage", "UntypedStorage", *STORAGE_OF.values()]
