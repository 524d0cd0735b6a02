"""torch.save: an object and the memory of its Tensors, as torch writes them.

Invariant: Tensors that share memory share it in the file; everything is pickled before the file is opened, so that an object
that cannot be pickled leaves none behind.
"""

import io
import os
import pickle
import sys
from collections import OrderedDict
from operator import index
from types import FunctionType

import numpy as np

from funcgrad.core.halves import bits
from funcgrad.core.strides import address, steps_of
from funcgrad.core.tracebacks import public

from .. import dtypes
from ..devices import Device
from ..formats import memory_format
from ..nn.parameter import Parameter
from ..payload import added_to, current
from ..size import Size
from ..storage import STORAGE_OF, TypedStorage, UntypedStorage
from ..tensor import Tensor
from ..utils.hooks import warn_if_has_hooks
from . import legacy
from .archive import Writer
from .naming import torch_name
from .options import OPTIONS, location_tag
from .placing import RULES


class Global:
    """A name of torch's module, written as it stands."""

    def __init__(self, module, name):
        self.module, self.name = module, name

    def __call__(self):
        raise TypeError("a name is written, not called")


class Pickler(pickle._Pickler):
    """Python's own, with torch's names for what is torch's; `storages` collects the memory of Tensors."""

    dispatch = dict(pickle._Pickler.dispatch)

    def __init__(self, file, protocol, views=False):
        super().__init__(file, protocol)
        self.views = (None,) if views else ()  # (the format before the zip files has a place for views of storages)
        self.storages = []  # arrays of one axis, by number
        self.kinds = []  # torch's class for each
        self.numbers = {}  # (address, size, dtype) -> number
        self.read_as = {}  # address -> the one class of storage that memory there is saved as
        self.names = {}  # (module, name) -> the one Global of it
        self.alive = []

    def named(self, module, name):
        return self.names.setdefault((module, name), Global(module, name))

    def save_name(self, x):
        self.write(pickle.GLOBAL + f"{x.module}\n{x.name}\n".encode())
        self.memoize(x)

    dispatch[Global] = save_name

    def save_named(self, x):
        self.save(self.named("torch", x.name))

    dispatch |= {dtypes.dtype: save_named, memory_format: save_named}

    def save_global(self, x, name=None):
        known = torch_name(x) if name is None else None
        if known is None:
            try:
                super().save_global(x, name)
            except pickle.PicklingError as error:
                raise as_compiled(x, name, error) from None
        else:
            self.save(self.named(*known))

    def persistent_id(self, x):
        return x.pid if type(x) is Reference else None

    def reducer_override(self, x):
        if isinstance(x, Tensor):
            return self.reduced(x)
        if isinstance(x, Size):
            return self.named("torch", "Size"), (tuple(x),)
        if isinstance(x, Device):
            return self.named("torch", "device"), (str(x),)
        return NotImplemented

    def save_storage(self, x):
        untyped = isinstance(x, UntypedStorage)
        memory = (
            x.memory.view(np.uint8) if untyped and self.views else x.memory
        )  # (the older format has no bytes without a type)
        self.save(self.reference(self.storage_of(memory)[0], untyped and not self.views))

    dispatch |= {TypedStorage: save_storage, UntypedStorage: save_storage}

    def bare(self, t):
        """The same of a Tensor without memory."""
        if isinstance(t, Parameter):
            return self.named("torch._utils", "_rebuild_parameter"), (t.detach(), t.requires_grad, OrderedDict())
        args = t.dtype, tuple(t.shape), t.stride(), t.requires_grad
        return self.named("torch._utils", "_rebuild_meta_tensor_no_storage"), args

    def reduced(self, t):
        """(torch's function that rebuilds a Tensor, its arguments)."""
        if t.is_meta:
            return self.bare(t)
        if t.is_sparse:
            rebuild, args = t.__reduce_ex__(2)
            return self.named("torch._utils", rebuild.__name__), args
        array = values(t)
        warn_if_has_hooks(t)
        number, offset, strides = self.storage_of(array)
        kind = STORAGE_OF.get(dtypes.name_of(array.dtype))  # (None: a dtype younger than torch's storage classes)
        place = self.reference(number)
        leaf = isinstance(t, Parameter)
        args = place, offset, tuple(array.shape), strides, t.requires_grad and not leaf, OrderedDict()
        if kind is None:
            args = *args, dtypes.of_numpy(array.dtype)
        made = self.named("torch._utils", "_rebuild_tensor_v2" if kind else "_rebuild_tensor_v3"), args
        attributes, kind = added_to(t), type(t)
        if leaf:
            state = (attributes,) if attributes else ()
            name = self.named("torch._utils", "_rebuild_parameter" + "_with_state" * len(state))
            made = name, (Made(*made), t.requires_grad, OrderedDict(), *state)
        if kind in (Tensor, Parameter) and (leaf or not attributes):
            return made
        return self.named("torch._tensor", "_rebuild_from_type_v2"), (made[0], kind, made[1], attributes or {})

    def reference(self, number, untyped=False):
        """A storage by number, as the pickle mentions it."""
        storage = self.storages[number]
        kind = "UntypedStorage" if untyped else self.kinds[number]
        old = kind != "UntypedStorage"
        whole = self.alive[number]
        kept = kind if old else "ByteStorage"
        if whole.nbytes and self.read_as.setdefault(address(whole), kept) != kept:
            raise RuntimeError("Cannot save multiple tensors or storages that view the same data as different types")
        name = self.named("torch" if old else "torch.storage", kind)
        size = storage.size if old else storage.nbytes
        tag = location_tag(TypedStorage(memory=storage).untyped()) if RULES else "cpu"
        return Reference(("storage", name, str(number), tag, size, *self.views))

    def save_made(self, x):
        self.save_reduce(x.f, x.args, obj=x)

    def storage_of(self, array):
        """(number of the storage, offset and strides in elements) of an array."""
        root = array
        while isinstance(root.base, np.ndarray):
            root = root.base
        step = array.itemsize
        begin = address(array)
        dense = root.flags.c_contiguous or root.flags.f_contiguous
        if any(s < 0 or s % step for s in array.strides) or not dense or root.nbytes % step:
            array = root = np.ascontiguousarray(array)
            begin = address(array)
        offset = begin - address(root)
        if offset % step:
            return self.storage_of(array.copy())
        key = address(root), root.nbytes, array.dtype
        if not root.size:
            key, root, offset = (len(self.storages),), array.reshape(-1), 0
        if key not in self.numbers:
            self.numbers[key] = len(self.storages)
            order = "C" if root.flags.c_contiguous else "F"
            flat = root.reshape(-1, order=order)
            if not array.dtype.isnative:
                flat = bits(flat)
            elif flat.dtype != array.dtype:
                flat = flat.view(np.uint8).view(array.dtype)
            self.storages.append(flat)
            self.kinds.append(STORAGE_OF.get(dtypes.name_of(array.dtype), "UntypedStorage"))
            self.alive.append(root)
        strides = steps_of(array)
        return self.numbers[key], offset // step, tuple(strides)


class Reference:
    """A storage as the pickle mentions it."""

    def __init__(self, pid):
        self.pid = pid


class Made:
    """A call that the pickle is to contain as an argument of another."""

    def __init__(self, f, args):
        self.f, self.args = f, args


Pickler.dispatch |= {Made: Pickler.save_made, FunctionType: Pickler.save_global}


def as_compiled(x, name, error):
    """An error of Python's pickler in the words of the compiled one."""
    name = name or getattr(x, "__qualname__", None) or x.__name__
    if "<locals>" in name:
        return AttributeError(f"Can't pickle local object {name!r}")
    if "it's not found as" in str(error):
        return pickle.PicklingError(
            f"Can't pickle {x!r}: attribute lookup {name} on {pickle.whichmodule(x, name)} failed"
        )
    return error


def bytes_of(array):
    """The bytes of a storage."""
    return bytes(array.nbytes) if OPTIONS["skip"] else np.ascontiguousarray(array).tobytes()


def values(t):
    """The array of a Tensor; it must have one."""
    t = current(t)
    if not isinstance(t.val, np.ndarray):
        raise TypeError(
            "torch.save: a Tensor inside a transform has no values of its own; save what the transform returns."
        )
    return t.val


@public
def save(
    obj,
    f,
    pickle_module=pickle,
    pickle_protocol=2,
    _use_new_zipfile_serialization=True,
    _disable_byteorder_record=False,
):
    """Write an object to a path or a binary stream, in the format of torch's own files.

    `_use_new_zipfile_serialization=False`: the format that came before. RuntimeError where there is no such folder or file.

    >>> import io, compat as torch
    >>> file = io.BytesIO()
    >>> torch.save({"weight": torch.ones(2)}, file)
    >>> _ = file.seek(0)
    >>> torch.load(file)
    {'weight': tensor([1., 1.])}
    """
    if pickle_module is not None:
        pickle_module.__name__  # noqa: B018 (torch asks whether it is dill)
    if isinstance(f, io.TextIOBase) and _use_new_zipfile_serialization:
        f.write(memoryview(b""))  # (TypeError)
    path = isinstance(f, (str, os.PathLike))
    if not path and not hasattr(f, "write"):
        raise AttributeError("expected 'f' to be string, path, or a file-like object with a 'write' attribute")
    if path and _use_new_zipfile_serialization:
        check_path(f)
    pickle_module.Pickler  # noqa: B018 (which torch's own is made from)
    index(pickle_protocol)
    if not _use_new_zipfile_serialization:
        data = io.BytesIO()
        legacy.save(obj, data, pickle_protocol)
        write(f, data.getvalue(), path)
        return
    data = io.BytesIO()
    pickler = Pickler(data, pickle_protocol)
    pickler.dump(obj)
    stem = os.path.splitext(os.path.basename(os.fspath(f)))[0] if path else "archive"
    plain = path or isinstance(f, (io.BytesIO, io.BufferedWriter, io.BufferedRandom))
    target = f if plain else io.BytesIO()  # (what compresses as it writes cannot go back to fill in a size)
    out = Writer(target, stem or "archive")
    out.add("data.pkl", data.getvalue())
    out.add(".format_version", b"1")
    out.add(".storage_alignment", b"64")
    if not _disable_byteorder_record:
        out.add("byteorder", sys.byteorder.encode())
    for i, array in enumerate(pickler.storages):
        out.add(f"data/{i}", bytes_of(array))
    out.close()
    if not plain:
        f.write(target.getvalue())


def check_path(f):
    """RuntimeError in torch's words for a path that no file can be written to."""
    if not os.fspath(f):
        raise RuntimeError("[enforce fail at inline_container.cc:720] . invalid file name: ")
    if not os.path.isdir(os.path.dirname(os.path.abspath(f))):
        raise RuntimeError(f"Parent directory {os.path.dirname(os.fspath(f))} does not exist.")
    if os.path.isdir(f):
        raise RuntimeError("[enforce fail at inline_container.cc:747] . open file failed with strerror: Is a directory")


def write(f, data, path):
    """Bytes to a path or a stream."""
    if path:
        with open(f, "wb") as file:
            file.write(data)
    else:
        f.write(data)
