"""TensorBoard's event files: protocol buffers in records with checksums.

The messages are those of TensorFlow's event.proto, summary.proto and tensor.proto; only the fields that are written here are
known. Invariant: fields stand in the order of their numbers and zeros are left out, as protobuf's own encoder has it.
"""

import struct
import zlib

CASTAGNOLI = 0x82F63B78  # the polynomial of CRC-32C, its bits reversed


def crc_table():
    table = []
    for n in range(256):
        for _ in range(8):
            n = n >> 1 ^ (CASTAGNOLI if n & 1 else 0)
        table.append(n)
    return table


TABLE = crc_table()


def crc32c(data):
    """The Castagnoli checksum of bytes.

    >>> hex(crc32c(b"123456789"))
    '0xe3069283'
    """
    crc = 0xFFFFFFFF
    for byte in data:
        crc = TABLE[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def masked(data):
    """A checksum as records hold it: rotated, with a constant added."""
    crc = crc32c(data)
    return struct.pack("<I", ((crc >> 15 | crc << 17) + 0xA282EAD8) & 0xFFFFFFFF)


def record(data):
    """Bytes with their length and checksums."""
    length = struct.pack("<Q", len(data))
    return length + masked(length) + data + masked(data)


# ------------------------------------------------------------------------------------------------ fields
def varint(n):
    """An integer, seven bits a byte; a negative one as 64 bits."""
    n &= 0xFFFFFFFFFFFFFFFF
    out = bytearray()
    while n > 0x7F:
        out.append(n & 0x7F | 0x80)
        n >>= 7
    out.append(n)
    return bytes(out)


def integer(number, n):
    return varint(number << 3) + varint(n) if n else b""


def double(number, x):
    data = struct.pack("<d", x)
    return varint(number << 3 | 1) + data if any(data) else b""


def single(number, x):
    """A float32 that is written also when it is zero."""
    return varint(number << 3 | 5) + struct.pack("<f", x)


def message(number, data):
    return varint(number << 3 | 2) + varint(len(data)) + data


def text(number, s):
    data = s.encode()
    return message(number, data) if data else b""


def doubles(number, xs):
    return message(number, struct.pack(f"<{len(xs)}d", *xs)) if len(xs) else b""


# ------------------------------------------------------------------------------------------------ messages
def event(walltime, step=None, version="", summary=None):
    """One Event: the file's version, or a summary of a step."""
    data = double(1, walltime) + integer(2, step or 0) + text(3, version)
    return data if summary is None else data + message(5, message(1, summary))


def scalar_value(tag, x):
    return text(1, tag) + single(2, x)


def tensor_scalar_value(tag, x, wide):
    """A number in the newer form: a tensor with the name of the plugin that shows it."""
    numbers = message(6, struct.pack("<d", x)) if wide else message(5, struct.pack("<f", x))
    return text(1, tag) + message(8, integer(1, 2 if wide else 1) + numbers) + plugin("scalars")


def text_value(tag, s):
    shape = message(2, message(2, integer(1, 1)))
    return text(1, tag + "/text_summary") + message(8, integer(1, 7) + shape + message(8, s.encode())) + plugin("text")


def plugin(name):
    return message(9, message(1, text(1, name)))


def image_value(tag, pixels):
    """A picture uint8[height, width, 3 or 4]."""
    height, width, channels = pixels.shape
    size = integer(1, height) + integer(2, width) + integer(3, channels)
    return text(1, tag) + message(4, size + message(4, png(pixels)))


def histogram_value(tag, values, limits, counts):
    moments = [values.min(), values.max(), values.size, values.sum(), values.dot(values)]
    head = b"".join([double(k, float(x)) for k, x in enumerate(moments, 1)])
    return text(1, tag) + message(5, head + doubles(6, limits) + doubles(7, counts))


def png(pixels):
    """A picture uint8[height, width, 3 or 4] as a PNG file."""
    height, width, channels = pixels.shape
    rows = b"".join([b"\0" + row.tobytes() for row in pixels])
    head = struct.pack(">IIBBBBB", width, height, 8, {3: 2, 4: 6}[channels], 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(rows)), (b"IEND", b"")]
    parts = [struct.pack(">I", len(d)) + name + d + struct.pack(">I", zlib.crc32(name + d)) for name, d in chunks]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)
