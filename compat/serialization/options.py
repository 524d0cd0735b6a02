"""What torch.save and torch.load do unless they are told otherwise: torch's functions that set it."""

import enum
import mmap as maps

from .placing import RULES, restored

PRIVATE, SHARED = [getattr(maps, name, None) for name in ("MAP_PRIVATE", "MAP_SHARED")]  # (which Windows does not have)
OPTIONS = {"mmap": False, "flags": PRIVATE, "endianness": None, "crc32": True, "skip": False}


class LoadEndianness(enum.Enum):
    """The order of bytes in files that do not say theirs."""

    NATIVE = 1
    LITTLE = 2
    BIG = 3


def get_default_load_endianness():
    """The order of bytes assumed of files that do not say theirs; None: the little end first."""
    return OPTIONS["endianness"] and LoadEndianness[OPTIONS["endianness"].upper()]


def set_default_load_endianness(endianness):
    """Assume an order of bytes of files that do not say theirs; TypeError for what is neither a LoadEndianness nor None."""
    if endianness is not None and not isinstance(endianness, LoadEndianness):
        raise TypeError("Invalid argument type in function set_default_load_endianness")
    OPTIONS["endianness"] = endianness and endianness.name.lower()


def get_default_mmap_options():
    """The flags that files are mapped with."""
    return OPTIONS["flags"]


class set_default_mmap_options:
    """Map files with these flags, MAP_PRIVATE or MAP_SHARED (which are mapped privately all the same); undone at the end of a block."""

    def __init__(self, flags):
        if PRIVATE is None:
            raise RuntimeError("Changing the default mmap options is currently not supported for Windows")
        if flags not in (PRIVATE, SHARED):
            raise ValueError(
                f"Invalid argument in function set_default_mmap_options, expected mmap.MAP_PRIVATE or mmap.MAP_SHARED, but got {flags}"
            )
        self.before, OPTIONS["flags"] = OPTIONS["flags"], flags

    def __enter__(self):
        pass

    def __exit__(self, *error):
        OPTIONS["flags"] = self.before


def get_crc32_options():
    """Does torch.save write checksums?"""
    return OPTIONS["crc32"]


def set_crc32_options(compute_crc32):
    """Taken; checksums are written all the same, and every file that has them is held to them."""
    OPTIONS["crc32"] = compute_crc32


class skip_data:
    """Within the block, torch.load leaves the memory of Tensors zero, and torch.save writes zeros for it."""

    def __init__(self, materialize_fake_tensors=False):
        self.before = None

    def __enter__(self):
        self.before, OPTIONS["skip"] = OPTIONS["skip"], True

    def __exit__(self, *error):
        OPTIONS["skip"] = self.before


def register_package(priority, tagger, deserializer):
    """Enter a rule for the places of storages: tagger(storage) is the name of its place, or None, deserializer(storage, name) puts it there.
    Rules are asked in the order of priority, before that for the CPU."""
    RULES.append((priority, tagger, deserializer))
    RULES.sort(key=lambda rule: rule[0])


def location_tag(storage):
    """What a file says of where a storage is."""
    found = [tag for _, tagger, _ in RULES if (tag := tagger(storage))]
    return found[0] if found else "cpu"


def default_restore_location(storage, location):
    """A storage from a device of this name, here; RuntimeError where that cannot be."""
    from ..functions.conversion import typename

    return restored(storage, location, typename(storage))
