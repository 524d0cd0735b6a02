"""jax's figures as files, so that a fresh clone need not compile what jax computed before: in `tests/expected/jax`, which is in the
repository, and in `.cache/jax`, which is not.

Invariant: a file holds a key beside its figures, a hash of all that jax computed them from (its version among it), and is used for that
key alone. What is in no file is computed by jax. `tests/expected/make_jax.py` writes the files of the repository.
"""

import json
import lzma
import os
import pathlib
import tempfile

import numpy as np

STORED = pathlib.Path(__file__).parent / "expected" / "jax"
CACHE = pathlib.Path(__file__).parents[1] / ".cache" / "jax"


def figures(name, key, compute, cache=None):
    """Figures (lists, tuples as lists, and dicts of arrays) under a name and key: stored ones, or `compute()`."""
    for folder in (STORED, cache or CACHE):
        found = read(folder / f"{name}.xz", key)
        if found is not None:
            return found
    found = compute()
    write((cache or CACHE) / f"{name}.xz", key, found)
    return found


def read(path, key):
    """The figures in a file; None if there is none for this key, or the file was cut short."""
    try:
        data = lzma.decompress(path.read_bytes())
    except (OSError, EOFError, lzma.LZMAError):
        return None
    head, _, rest = data.partition(b"\n")
    head = json.loads(head)
    return taken(head["figures"], memoryview(rest), [0]) if head["key"] == key else None


def taken(shape, data, at):
    if "list" in shape:
        return [taken(x, data, at) for x in shape["list"]]
    if "dict" in shape:
        return {k: taken(x, data, at) for k, x in shape["dict"].items()}
    dtype = np.dtype(shape["array"])
    got = np.frombuffer(data, dtype, int(np.prod(shape["shape"])), at[0]).reshape(shape["shape"]).copy()
    at[0] += got.nbytes
    return got


def write(path, key, figures):
    """Write a file at once: two processes may do so at the same time."""
    arrays = []
    head = json.dumps({"key": key, "figures": described(figures, arrays)}, separators=(",", ":")).encode()
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as file:
        file.write(lzma.compress(b"\n".join([head, b"".join([a.tobytes() for a in arrays])]), preset=9))
    os.chmod(file.name, 0o644)
    os.replace(file.name, path)


def described(x, arrays):
    if isinstance(x, (list, tuple)):
        return {"list": [described(v, arrays) for v in x]}
    if isinstance(x, dict):
        return {"dict": {k: described(v, arrays) for k, v in x.items()}}
    x = np.asarray(x)
    arrays.append(x)
    return {"array": x.dtype.str, "shape": list(x.shape)}
