"""torch.load: what torch.save wrote, here or in torch.

Invariant: the object is given out only when all of it has been read; nothing outside it is touched on the way.
"""

import io
import os
import pickle
import sys

import numpy as np

from funcgrad.core.halves import of_bits
from funcgrad.core.tracebacks import public

from .. import dtypes
from ..devices import Device
from ..storage import STORAGES
from .archive import DAMAGED, Reader
from .naming import compat_object, width
from .restricted import StorageName, unpickled
from .storage import REBUILD, Storage, of_bytes, rebuild_any

MAGIC = 0x1950A86A20F9469CFC6C  # what the format before the zip files begins with
PROTOCOL = 1001


class Anything(pickle.Unpickler):
    """The unpickler of weights_only=False: any class there is, torch's being compat's. It can run code of the file's."""

    def __init__(self, file, storage, **options):
        super().__init__(file, **options)
        self.storage = storage

    def find_class(self, module, name):
        if module.partition(".")[0] != "torch":
            return super().find_class(module, name)
        if module == "torch._utils" and name in REBUILD:
            return REBUILD[name]
        if module == "torch._tensor" and name == "_rebuild_from_type_v2":
            return rebuild_any
        if name in STORAGES and module in ("torch", "torch.storage"):
            return StorageName(name)
        if module == "torch" and name in dtypes.BY_NAME:
            return dtypes.BY_NAME[name]
        return compat_object(module, name)

    def persistent_load(self, pid):
        return self.storage(pid)


@public
def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """The object in a file (a path, or a binary stream that can seek) that torch.save wrote.

    By default only Tensors, containers, numbers, texts, and classes given to torch.serialization.add_safe_globals: nothing in
    the file can run code. weights_only=False takes any class, and runs what the file says. `map_location`: the CPU, for
    Tensors saved on another device. `mmap`: leave the Tensors in the file until they are touched.

    Raises UnpicklingError for what is not allowed, RuntimeError for a damaged file, EOFError for an empty one.
    """
    if weights_only is None:
        weights_only = pickle_module is None
    if weights_only and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    path = isinstance(f, (str, os.PathLike))
    if mmap and not path:
        raise ValueError("f must be a file path in order to use the mmap argument")
    file = open(f, "rb") if path else f
    try:
        for needed in ("seek", "tell", "read"):
            if not hasattr(file, needed):
                raise AttributeError(
                    f"'{type(file).__name__}' object has no attribute '{needed}'. You can only torch.load from a file that is "
                    "seekable. Please pre-load the data into a buffer like io.BytesIO and try to load from it instead."
                )
        start = file.tell()
        head = file.read(4)
        file.seek(start)
        if not head:
            raise EOFError("torch.load: the file is empty; torch.save did not get to write it.")

        def read(stream, storage):
            if weights_only:
                return unpickled(stream, storage)
            return Anything(stream, storage, **pickle_load_args).load()

        if head == b"PK\x03\x04":
            return from_archive(Reader(f if path else file), read, placing(map_location), bool(mmap))
        if mmap:
            raise RuntimeError(
                "mmap can only be used with files saved with `torch.save(_use_new_zipfile_serialization=True), please torch.save "
                "your checkpoint with this option in order to use mmap."
            )
        return from_legacy(file, read, placing(map_location))
    finally:
        if path:
            file.close()


def pickle_of(f):
    """The pickle in a zip file of torch's, as bytes."""
    return Reader(f).read("data.pkl")


def placing(map_location):
    """place(storage, location): the storage, on the CPU; RuntimeError where that is not what the file or the user says."""

    def place(storage, location):
        if callable(map_location):
            moved = map_location(storage, location)
            if moved is not None:
                return moved
        elif isinstance(map_location, dict):
            location = map_location.get(location, location)
        elif map_location is not None:
            location = str(Device(map_location))
        if str(location).partition(":")[0] == "cpu":
            return storage
        kind = str(location).partition(":")[0].upper()
        raise RuntimeError(
            f"Attempting to deserialize object on a {kind} device but torch.{kind.lower()}.is_available() is False. If you are running "
            "on a CPU-only machine, please use torch.load with map_location=torch.device('cpu') to map your storages to the CPU."
        )

    return place


def dtype_name(kind):
    """The dtype of a storage class's elements."""
    return STORAGES[str(kind)]


def from_archive(archive, read, place, mapped):
    """The object of a zip file."""
    order = archive.read("byteorder").decode() if archive.has("byteorder") else "little"
    if order not in ("little", "big"):
        raise ValueError("Unknown endianness type")
    found = {}

    def storage(pid):
        _, kind, key, location, count = pid[:5]
        if key not in found:
            name = dtype_name(kind)
            data = (archive.mapped if mapped else archive.array)(f"data/{key}", count * width(name))
            found[key] = place(of_bytes(data, name, order != sys.byteorder), location)
        return found[key]

    return read(io.BytesIO(archive.read("data.pkl")), storage)


def from_legacy(file, read, place):
    """The object of a file in the format that came before: five pickles, then the bytes of each storage."""

    def nothing(pid):
        raise pickle.UnpicklingError("a storage where none belongs")

    if read(file, nothing) != MAGIC:
        raise RuntimeError("Invalid magic number; corrupt file?")
    protocol = read(file, nothing)
    if protocol != PROTOCOL:
        raise RuntimeError(f"Invalid protocol version: {protocol}")
    system = read(file, nothing)
    if not isinstance(system, dict):
        raise RuntimeError(DAMAGED.format("the file's description of its system", f"it is {type(system).__name__}"))
    swapped = system.get("little_endian", True) != (sys.byteorder == "little")
    found, memories = {}, {}

    def storage(pid):
        _, kind, key, location, count = pid[:5]
        if len(pid) > 5 and pid[5] is not None:
            raise RuntimeError("compat reads no views of storages, which torch wrote before its version 0.4.")
        if key not in found:
            name = dtype_name(kind)
            memory = np.zeros(checked(file, count * width(name)), np.uint8)
            memories[key] = memory.view(np.uint16 if name == "bfloat16" else dtypes.BY_NAME[name].numpy)
            array = of_bits(memories[key]) if name == "bfloat16" else memories[key]
            found[key] = place(Storage(array, name), location)
        return found[key]

    result = read(file, storage)
    keys = read(file, nothing)
    if not isinstance(keys, list) or set(map(str, keys)) != set(memories):
        raise RuntimeError(DAMAGED.format("the list of storages", "it does not name those that are used"))
    for key in keys:
        memory, array = memories[key], found[key].array
        (count,) = np.frombuffer(exactly(file, 8), np.int64)
        if count != array.size:
            raise RuntimeError(DAMAGED.format(f"storage {key}", f"it has {count} elements of {array.size}"))
        memory[:] = np.frombuffer(exactly(file, memory.nbytes), memory.dtype)
        if swapped:
            memory[:] = memory.byteswap()
        if memory.dtype != array.dtype:
            array[:] = of_bits(memory)
    return result


def checked(file, size):
    """A size in bytes, if that much can still follow in the file."""
    here = file.tell()
    file.seek(0, 2)
    left = file.tell() - here
    file.seek(here)
    if not 0 <= size <= left:
        raise RuntimeError(DAMAGED.format("a storage", f"{size} bytes are announced, {left} follow"))
    return size


def exactly(file, size):
    data = file.read(size)
    if len(data) != size:
        raise RuntimeError(DAMAGED.format("a storage", f"it ends after {len(data)} of {size} bytes"))
    return data
