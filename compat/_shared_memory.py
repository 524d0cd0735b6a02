"""Memory that other processes see: of files, and what is shared with processes that start later. (Storage.is_shared and .filename ask here.)"""

import mmap
import os
import weakref

import numpy as np


class Shared(mmap.mmap):
    """Pages that more than this process may see; `filename`: of the file that what is written into them reaches, if there is one; `number`: of
    the open file without a name that they are, by which processes that are not forked find them."""

    filename = number = None


def behind(array):
    """The Shared that an array lies in; None if it lies in memory of this process alone."""
    memory = array
    while isinstance(memory, (np.ndarray, memoryview)):
        memory = memory.base if isinstance(memory, np.ndarray) else memory.obj
    return memory if isinstance(memory, Shared) else None


def shared_bytes(nbytes, kind):
    """So many bytes that processes which start later share: forked ones, and those that a storage in them, of the class `kind`, is sent to."""
    nbytes = max(nbytes, 1)
    try:
        number = os.memfd_create("tensor")
    except (AttributeError, OSError):  # (not Linux, or too many open files: forked processes share it all the same)
        return np.ndarray(nbytes, np.uint8, Shared(-1, nbytes))
    os.ftruncate(number, nbytes)
    return bytes_of(number, nbytes, kind)


OPEN = weakref.WeakValueDictionary()  # (device, inode) -> the pages of each open file without a name


def bytes_of(number, nbytes, kind):
    """The bytes of an open file without a name, which is closed with them. Of what is here already they are the same."""
    from multiprocessing.reduction import ForkingPickler

    about = os.fstat(number)
    pages = OPEN.get((about.st_dev, about.st_ino))
    if pages is None:
        pages = OPEN[about.st_dev, about.st_ino] = Shared(number, nbytes)
        pages.number = number
        weakref.finalize(pages, os.close, number)
        ForkingPickler.register(kind, sent)
    else:
        os.close(number)
    return np.ndarray(nbytes, np.uint8, pages)


def sent(storage):
    """What makes a storage in the process that it is sent to: the same memory if it is shared, else a copy."""
    from multiprocessing import context, reduction

    pages = behind(storage.memory)
    if pages is None or pages.number is None:
        return storage.__reduce__()
    number, starting = pages.number, context.get_spawning_popen()
    if starting is not None:  # (which takes each number once)
        number = os.dup(number)
        weakref.finalize(starting, os.close, number)
    return received, (type(storage), storage.memory.dtype, storage.memory.size, reduction.DupFd(number))


def received(kind, dtype, size, file):
    """The other end of `sent`."""
    pages = bytes_of(file.detach(), max(size * dtype.itemsize, 1), kind).base
    return kind(memory=np.ndarray(size, dtype, pages))


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
