"""The format before the zip files, read and written: five pickles (a magic number, a version, the system, the object, the keys of its
storages), then the bytes of each storage.

Invariant: as of the zip files: a file is read as a whole or not at all, and Tensors that share memory share it in the file.
"""

import pickle
import sys

import numpy as np

from funcgrad.core.halves import of_bits

from .. import dtypes
from ..storage import STORAGES, TypedStorage
from .archive import DAMAGED
from .naming import width

MAGIC = 0x1950A86A20F9469CFC6C  # what a file begins with
PROTOCOL = 1001
SYSTEM = {
    "protocol_version": PROTOCOL, "little_endian": sys.byteorder == "little", "type_sizes": {"short": 2, "int": 4, "long": 4},
}  # fmt: skip


def save(obj, file, protocol):
    """Write an object to a stream."""
    from .writing import Pickler, bytes_of

    for part in (MAGIC, PROTOCOL, SYSTEM):
        pickle.dump(part, file, protocol)
    pickler = Pickler(file, protocol, views=True)
    pickler.dump(obj)
    pickle.dump([str(i) for i in range(len(pickler.storages))], file, protocol)
    file.flush()
    for array, kind in zip(pickler.storages, pickler.kinds, strict=True):
        data = bytes_of(array)
        count = len(data) if kind == "UntypedStorage" else array.size
        file.write(count.to_bytes(8, "little") + data)


def from_legacy(file, read, place):
    """The object of a file in the format that came before: five pickles, then the bytes of each storage."""
    if read(file, None) != MAGIC:
        raise RuntimeError("Invalid magic number; corrupt file?")
    protocol = read(file, None)
    if protocol != PROTOCOL:
        raise RuntimeError(f"Invalid protocol version: {protocol}")
    system = read(file, None)
    if not isinstance(system, dict):
        raise RuntimeError(DAMAGED.format("the file's description of its system", f"it is {type(system).__name__}"))
    swapped = system.get("little_endian", True) != (sys.byteorder == "little")
    found, memories = {}, {}

    def storage(pid):
        if pid[0] == "module":  # (a class, with its source)
            return pid[1]
        _, kind, key, location, count = pid[:5]
        if len(pid) > 5 and pid[5] is not None:
            raise RuntimeError("compat reads no views of storages, which torch wrote before its version 0.4.")
        if key not in found:
            name = STORAGES[str(kind)]
            memory = np.zeros(checked(file, count * width(name)), np.uint8)
            memories[key] = memory.view(np.uint16 if name == "bfloat16" else dtypes.BY_NAME[name].numpy)
            array = of_bits(memories[key]) if name == "bfloat16" else memories[key]
            found[key] = place(TypedStorage(memory=array), location)
        return found[key]

    result = read(file, storage)
    keys = read(file, None)
    if not isinstance(keys, list) or not all(type(k) is str for k in keys) or sorted(keys) != sorted(memories):
        raise RuntimeError(DAMAGED.format("the list of storages", "it does not name those that are used"))
    for key in keys:
        memory, array = memories[key], found[key].memory
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
