"""What other libraries gave, as the tests keep it: JSON under LZMA, in tests/expected/NAME.json.xz."""

import json
import lzma
import pathlib

EXPECTED = pathlib.Path(__file__).parent / "expected"


def path_of(name):
    return EXPECTED / f"{name}.json.xz"


def read(name):
    """What is stored under a name."""
    return json.loads(lzma.decompress(path_of(name).read_bytes()))


def write(name, data):
    """Store data under a name; says how much room it takes."""
    path = path_of(name)
    path.write_bytes(lzma.compress(json.dumps(data, separators=(",", ":")).encode(), preset=9))
    print(f"{path.name}: {path.stat().st_size} bytes")
