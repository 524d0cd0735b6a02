"""torch.PyTorchFileReader: the records of a file that torch.save wrote, one by one, as packages ask for them."""

import numpy as np

from funcgrad.archive import Reader

from ..payload import wrap
from ..storage import UntypedStorage
from ..tensor import Tensor

__all__ = ["PyTorchFileReader"]


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

    def serialization_id(self):
        """What the file says of what is in it."""
        return self.get_record(".data/serialization_id").decode() if self.has_record(".data/serialization_id") else ""

    def get_storage_from_record(self, name, numel, dtype):
        """A Tensor without elements, whose storage has the bytes of a record: `numel` elements of a dtype."""
        d = np.dtype(np.uint8) if dtype is UntypedStorage else dtype.numpy
        size, found = numel * d.itemsize, self.get_record_size(name)
        if size != found:
            raise RuntimeError(
                f"record size ({found} bytes) does not match expected size ({size} bytes = {numel} elements * {d.itemsize} bytes/element)"
            )
        return wrap(Tensor, self.archive.array(name, size).view(d)[:0])
