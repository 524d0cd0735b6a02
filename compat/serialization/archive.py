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


LOCAL = struct.Struct(
    "<4s5H3I2H"
)  # the header of a record: version, flags, method, time, date, checksum, sizes, lengths
CENTRAL = struct.Struct("<4s6H3I5H2I")  # the same in the directory, with the record's offset
END64 = struct.Struct("<4sQ2H2I4Q4sIQI")  # the end of the directory in 64 bits, and where it is
END = struct.Struct("<4s4H2IH")
FLAGS, BEHIND = 0x0800, 0x0008  # names in UTF-8; checksum and sizes stand behind the data (where there is any)
MOST = 0xFFFFFFFF  # of 32 bits: what is larger stands in 64 bits elsewhere


class Writer:
    """Writes the records of an archive to a path or a binary stream, forwards only, to the byte as torch does (which names no time, pads
    the header of each record, not the directory, and always says where the directory is in 64 bits too)."""

    def __init__(self, target, stem):
        self.file = open(target, "wb") if isinstance(target, (str, os.PathLike)) else None
        self.target = self.file or target
        self.at = 0
        self.stem = stem
        self.directory = []
        self.digest = hashlib.sha1()

    def put(self, *parts):
        for part in parts:
            self.target.write(part)
            self.at += memoryview(part).nbytes

    def add(self, name, data):
        """Write one record of bytes."""
        name, start = f"{self.stem}/{name}".encode(), self.at
        room = -(start + LOCAL_HEADER + len(name) + 4) % ALIGNMENT
        extra = b"FB" + struct.pack("<H", room) + b"Z" * room
        crc, size = zlib.crc32(data), memoryview(data).nbytes
        wide, flags = size > MOST, FLAGS | (BEHIND if size else 0)
        self.put(LOCAL.pack(b"PK\3\4", 0, flags, 0, 0, 0, 0, 0, 0, len(name), len(extra)), name, extra, data)
        if size:
            self.put(struct.pack("<4sIQQ" if wide else "<4s3I", b"PK\7\x08", crc, size, size))
        long = [size, size] * wide + [start] * (start > MOST)
        more = struct.pack(f"<2H{len(long)}Q", 1, 8 * len(long), *long) if long else b""
        sizes = (MOST if wide else size,) * 2
        entry = CENTRAL.pack(
            b"PK\1\2", 0, 0, flags, 0, 0, 0, crc, *sizes, len(name), len(more), 0, 0, 0, 0, min(start, MOST)
        )
        self.directory.append(entry + name + more)
        self.digest.update(name + struct.pack("<I", crc))

    def close(self):
        """Write what ends an archive."""
        self.add("version", b"3\n")
        self.add(".data/serialization_id", b"%040d" % (int(self.digest.hexdigest(), 16) % 10**40))
        start, count, size = self.at, len(self.directory), sum(map(len, self.directory))
        self.put(*self.directory)
        self.put(END64.pack(b"PK\6\6", 44, 0x031E, 45, 0, 0, count, count, size, start, b"PK\6\7", 0, start + size, 1))
        few = min(count, 0xFFFF)
        self.put(END.pack(b"PK\5\6", 0, 0, few, few, min(size, MOST), min(start, MOST), 0))
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
