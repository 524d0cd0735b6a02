"""torch.load: what torch.save wrote, here or in torch.

Invariant: the object is given out only when all of it has been read; nothing outside it is touched on the way.
"""

import io
import os
import pickle
import sys
import warnings

import numpy as np

from funcgrad.core.tracebacks import public

from .. import dtypes
from .._utils import of_bytes
from ..payload import wrap
from ..storage import STORAGES, UntypedStorage
from ..tensor import Tensor
from .archive import Reader
from .legacy import from_legacy
from .naming import compat_object, width
from .options import OPTIONS
from .placing import UsersError, placing
from .restricted import StorageName, unpickled


class Anything(pickle.Unpickler):
    """The unpickler of weights_only=False: any class there is, torch's being compat's. It can run code of the file's."""

    def __init__(self, file, storage, **options):
        super().__init__(file, **options)
        self.storage = storage

    def find_class(self, module, name):
        if module.partition(".")[0] != "torch":
            return super().find_class(module, name)
        if name in STORAGES and module in ("torch", "torch.storage"):
            return StorageName(name)
        if module == "torch" and name in dtypes.BY_NAME:
            return dtypes.BY_NAME[name]
        return compat_object(module, name)


class WithStorages(Anything):
    """The same of what holds Tensors. (Without it, Python's own refusal of what stands elsewhere.)"""

    def persistent_load(self, pid):
        return self.storage(pid)


@public
def load(f, map_location=None, pickle_module=None, *, weights_only=None, mmap=None, **pickle_load_args):
    """The object in a file (a path, or a binary stream that can seek) that torch.save wrote.

    By default only Tensors, containers, numbers, texts, and classes given to torch.serialization.add_safe_globals: nothing in
    the file can run code. weights_only=False takes any class, and runs what the file says. `map_location`: the CPU, for
    Tensors saved on another device. `mmap`: leave the Tensors in the file until they are touched.

    Raises UnpicklingError for what is not allowed, RuntimeError or IndexError for a damaged
    file, EOFError for an empty one.
    """
    if weights_only is None:
        weights_only = pickle_module is None
    if weights_only and pickle_module is not None:
        raise RuntimeError("Can not safely load weights when explicit pickle_module is specified")
    if pickle_module is not None:
        pickle_module.__name__  # noqa: B018 (torch asks whether it is dill)
    if weights_only and pickle_load_args:
        warnings.warn("pickle_load_args only works if `weights_only=False`.", stacklevel=3)
    mmap = OPTIONS["mmap"] if mmap is None else mmap
    path = isinstance(f, (str, os.PathLike))
    file = open(f, "rb") if path else f
    try:
        need_seekable(file)
        start = file.tell()
        head = file.read(4)
        file.seek(start)
        if weights_only and (unknown := pickle_load_args.keys() - {"encoding"}):
            reader = "Unpickler.__init__" if head[:2] == b"PK" else "load"
            raise TypeError(f"{reader}() got an unexpected keyword argument '{min(unknown)}'")
        if not head and not mmap:
            error = EOFError(*[] if weights_only else ["Ran out of input"])
            error.add_note("[compat: the file is empty; torch.save did not get to write it.]")
            raise error
        if weights_only and not isinstance(head, bytes):
            raise AssertionError(f"Expected bytes, got {type(head).__name__}")

        def read(stream, storage):
            if weights_only:
                return unpickled(stream, storage)
            return (WithStorages if storage else Anything)(stream, storage, **pickle_load_args).load()

        if head == b"PK\x03\x04":
            reader = Reader(f if path else file)
            if mmap and not path:
                raise ValueError("f must be a file path in order to use the mmap argument")
            return from_archive(reader, read, placing(map_location), bool(mmap))
        if mmap:
            name = f"{f}, " if isinstance(f, str) else ""
            raise RuntimeError(
                f"mmap can only be used with files saved with `torch.save({name}_use_new_zipfile_serialization=True), please torch.save "
                "your checkpoint with this option in order to use mmap."
            )
        return from_legacy(file, read, placing(map_location))
    except UsersError as carried:
        raise carried.error from None
    finally:
        if path:
            file.close()


def need_seekable(file):
    for needed in ("seek", "tell", "read"):
        try:
            getattr(file, needed)
        except AttributeError as error:
            raise AttributeError(
                f"{error}. You can only torch.load from a file that is seekable. Please pre-load the data into a buffer like "
                "io.BytesIO and try to load from it instead."
            ) from None


def from_archive(archive, read, place, mapped):
    """The object of a zip file."""
    order = archive.read("byteorder").decode() if archive.has("byteorder") else OPTIONS["endianness"] or "little"
    if order not in ("little", "big"):
        raise ValueError("Unknown endianness type")
    found = {}

    def storage(pid):
        _, kind, key, location, count = pid[:5]
        if key not in found:
            name = STORAGES[str(kind)]
            size = count * width(name)
            if OPTIONS["skip"]:
                data = np.zeros(size, np.uint8)
            else:
                data = (archive.mapped if mapped else archive.array)(f"data/{key}", size)
            found[key] = place(of_bytes(data, name, order != sys.byteorder), location)
        name = STORAGES[str(kind)]
        return found[key] if found[key].dtype.name == name else of_bytes(found[key].memory.view(np.uint8), name)

    return read(io.BytesIO(archive.read("data.pkl")), storage)


class PyTorchFileReader:
    """The records of a zip file: a path, or a binary stream that can seek. RuntimeError for a file that is none, and for a record that
    is not there.

    >>> import io
    >>> import compat as torch
    >>> file = io.BytesIO()
    >>> torch.save(torch.arange(3.0), file)
    >>> reader = torch.PyTorchFileReader(file)
    >>> reader.has_record("data.pkl"), reader.get_storage_from_record("data/0", 3, torch.float32).untyped_storage().nbytes()
    (True, 12)
    """

    def __init__(self, source):
        if isinstance(source, str):
            try:
                open(source, "rb").close()
            except OSError as e:
                text = f"open file failed because of errno {e.errno} on fopen: {e.strerror}, file path: {source}"
                raise RuntimeError(text) from None
        self.archive = Reader(source)

    def get_all_records(self):
        """The names of all records."""
        return [name.partition("/")[2] for name in self.archive.zip.namelist()]

    def has_record(self, name):
        """Is there a record of this name?"""
        return self.archive.has(name)

    def get_record(self, name):
        """A record as bytes."""
        return self.archive.read(name)

    def get_record_size(self, name):
        """The bytes of a record."""
        return self.archive.info(name).file_size

    def get_storage_from_record(self, name, numel, dtype):
        """A Tensor without elements, whose storage has the bytes of a record: `numel` elements of a dtype."""
        d = np.dtype(np.uint8) if dtype is UntypedStorage else dtype.numpy
        size, found = numel * d.itemsize, self.get_record_size(name)
        if size != found:
            raise RuntimeError(
                f"record size ({found} bytes) does not match expected size ({size} bytes = {numel} elements * {d.itemsize} bytes/element)"
            )
        return wrap(Tensor, self.archive.array(name, size).view(d)[:0])
