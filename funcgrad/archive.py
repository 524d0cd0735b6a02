"""torch's file: a zip archive of stored (not deflated) records, each beginning at a multiple of 64 bytes.

Invariant: a record that is read has the size it was said to have and passes its checksum; anything else about the file that
is not as it should be is a RuntimeError, as in torch.
"""

import hashlib
import os
import struct
import zipfile
import zlib

import numpy as np

ALIGNMENT = 64
LOCAL_HEADER = 30  # bytes of a zip file's header of one record, before the name
DAMAGED = "PytorchStreamReader failed reading {}: {}. The file is damaged, or was not written to its end."
DAMAGED_ZIP = (
    "PytorchStreamReader failed reading zip archive: {}. This is an internal miniz error. If you are seeing this error, there is a "
    "high likelihood that your checkpoint file is corrupted. This can happen if the checkpoint was not saved properly, was transferred "
    "incorrectly, or the file was modified after saving."
)
BROKEN = (  # what zipfile and its decompressors raise on bytes that are no such file
    zipfile.BadZipFile, zlib.error, EOFError, OSError, RuntimeError, NotImplementedError, OverflowError, ValueError,
    struct.error,
)  # fmt: skip


class Forwards:
    """A stream that is written without going back: zipfile then says the sizes of a record behind it, as torch does. (What is read
    right behind a record is so the beginning of no archive.)"""

    def __init__(self, file):
        self.write, self.tell, self.flush = file.write, file.tell, file.flush


class Writer:
    """Writes the records of an archive to a path or a binary stream."""

    def __init__(self, target, stem):
        self.file = open(target, "wb") if isinstance(target, (str, os.PathLike)) else None
        self.zip = zipfile.ZipFile(Forwards(self.file or target), "w", zipfile.ZIP_STORED)
        self.stem = stem
        self.digest = hashlib.sha1()

    def add(self, name, data):
        """Write one record of bytes."""
        info = zipfile.ZipInfo(f"{self.stem}/{name}")
        start = self.zip.fp.tell() + LOCAL_HEADER + len(info.filename.encode()) + 4
        room = -start % ALIGNMENT
        info.extra = b"FB" + struct.pack("<H", room) + b"Z" * room
        self.zip.writestr(info, data)
        self.digest.update(info.filename.encode() + struct.pack("<I", info.CRC))

    def close(self):
        """Write what ends an archive."""
        self.add("version", b"3\n")
        self.add(".data/serialization_id", b"%040d" % (int(self.digest.hexdigest(), 16) % 10**40))
        self.zip.close()
        if self.file is not None:
            self.file.close()


def size_of(source):
    """The bytes of a path or a stream."""
    return os.path.getsize(source) if isinstance(source, (str, os.PathLike)) else source.seek(0, 2)


class Reader:
    """The records of an archive, given as a path or a seekable binary stream."""

    def __init__(self, source):
        try:
            self.zip = zipfile.ZipFile(source)
            names = self.zip.namelist()
        except zipfile.BadZipFile:
            raise RuntimeError(
                DAMAGED_ZIP.format("not a ZIP archive" if size_of(source) < 22 else "failed finding central directory")
            ) from None
        except BROKEN as error:
            raise RuntimeError(DAMAGED.format("zip archive", error)) from None
        if names and "/" not in names[0]:
            raise RuntimeError(
                f"[enforce fail at inline_container.cc:180] . file in archive is not in a subdirectory: {names[0]}"
            )
        if not names:
            raise RuntimeError(DAMAGED.format("zip archive", "it holds no records of torch's"))
        self.stem = names[0].partition("/")[0]
        self.source = source

    def has(self, name):
        """Is there a record of this name?"""
        return f"{self.stem}/{name}" in self.zip.NameToInfo

    def info(self, name):
        try:
            return self.zip.getinfo(f"{self.stem}/{name}")
        except KeyError:
            raise RuntimeError(DAMAGED.format(f"file {name}", "the archive has no such record")) from None

    def read(self, name):
        """A record as bytes."""
        return self.array(name, self.info(name).file_size).tobytes()

    def array(self, name, size):
        """A record of `size` bytes as a writeable uint8 array."""
        info = self.info(name)
        if info.file_size != size:
            raise RuntimeError(DAMAGED.format(f"file {name}", f"it has {info.file_size} bytes where {size} are needed"))
        try:
            with self.zip.open(info) as record:
                if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
                    raise zipfile.BadZipFile("it is compressed in a way that torch knows nothing of")
                if info.compress_type == zipfile.ZIP_STORED and info.compress_size != size:
                    raise zipfile.BadZipFile("its two sizes differ")
                data = np.frombuffer(bytearray(record.read()), np.uint8)
        except BROKEN as error:
            raise RuntimeError(DAMAGED.format(f"file {name}", error)) from None
        if data.size != size:
            raise RuntimeError(DAMAGED.format(f"file {name}", f"it ends after {data.size} of {size} bytes"))
        return data

    def mapped(self, name, size):
        """A record as memory mapped from the file: pages are read when they are touched, and writes stay private."""
        info = self.info(name)
        if info.compress_type != zipfile.ZIP_STORED or info.file_size != size:
            raise RuntimeError(DAMAGED.format(f"file {name}", "it cannot be mapped as it stands in the file"))
        if size == 0:
            return np.zeros(0, np.uint8)
        with open(self.source, "rb") as file:
            file.seek(info.header_offset)
            header = file.read(LOCAL_HEADER)
        if len(header) < LOCAL_HEADER:
            raise RuntimeError(DAMAGED.format(f"file {name}", "its header is cut off"))
        start = info.header_offset + LOCAL_HEADER + sum(struct.unpack("<HH", header[26:30]))
        if start + size > os.path.getsize(self.source):
            raise RuntimeError(DAMAGED.format(f"file {name}", "it is cut off"))
        return np.memmap(self.source, np.uint8, "c", start, (size,))
