"""Memory that other processes see: of files, and what is shared with processes forked later. (Storage.is_shared and .filename ask here.)"""

import mmap

import numpy as np


class Shared(mmap.mmap):
    """Pages that more than this process may see; `filename`: of the file that what is written into them reaches, if there is one."""

    filename = None


def behind(array):
    """The Shared that an array lies in; None if it lies in memory of this process alone."""
    memory = array
    while isinstance(memory, (np.ndarray, memoryview)):
        memory = memory.base if isinstance(memory, np.ndarray) else memory.obj
    return memory if isinstance(memory, Shared) else None


def shared_bytes(nbytes):
    """So many bytes that processes forked later share."""
    return np.ndarray(nbytes, np.uint8, Shared(-1, max(nbytes, 1)))


def file_bytes(filename, shared, nbytes):
    """The first bytes of a file, as memory: writes into it reach the file if it is `shared` (which is made, or made longer, where need be), and
    stay in this process otherwise. Of no bytes no file is looked at. RuntimeError, in torch's words, where that cannot be."""
    if not nbytes:
        return np.zeros(0, np.uint8)
    try:
        file = open_file(filename, shared)
    except OSError as error:
        mode = "read-write" if shared else "read-only"
        raise RuntimeError(
            f"unable to open file <{filename}> in {mode} mode: {error.strerror} ({error.errno})"
        ) from None
    with file:
        size = file.seek(0, 2)
        if nbytes < 0:
            raise RuntimeError(f"unable to mmap {nbytes} bytes from file <{filename}>: Cannot allocate memory (12)")
        if size < nbytes:
            if not shared:
                raise RuntimeError(
                    f"file <{filename}> size <{size}> is smaller than the required mapping size <{nbytes}>"
                )
            file.truncate(nbytes)
        pages = Shared(file.fileno(), nbytes, access=mmap.ACCESS_WRITE if shared else mmap.ACCESS_COPY)
    pages.filename = filename if shared else None
    return np.ndarray(nbytes, np.uint8, pages)


def open_file(filename, shared):
    """A file for reading, or for writing too, which makes it if it is not there."""
    if not shared:
        return open(filename, "rb")
    try:
        return open(filename, "r+b")
    except FileNotFoundError:
        return open(filename, "w+b")
