"""torch.__version__: a string that compares with version strings and tuples as versions do."""

import re

FORM = re.compile(r"\s*v?(\d+(?:\.\d+)*)[._-]?(dev|a|b|c|rc|alpha|beta|pre)?[\d.]*(\+\S+)?\s*")


def key(version):
    """What versions are ordered by: the numbers; before the release its previews; behind it what has a local part (+cpu).

    None for what is no version.
    """
    if isinstance(version, (tuple, list)):
        version = ".".join(map(str, version))
    found = FORM.fullmatch(str(version))
    if not found:
        return None
    numbers = [int(k) for k in found[1].split(".")]
    while numbers and not numbers[-1]:
        numbers.pop()
    return numbers, not found[2], bool(found[3])


class TorchVersion(str):
    """A version: "2.13.0+compat" >= "2.4", > (1, 9). Beside what is no version it is a plain string.

    >>> TorchVersion("2.13.0+compat") >= "2.4", TorchVersion("2.13.0") == (2, 13)
    (True, True)
    """

    __slots__ = ()
    __hash__ = str.__hash__


def comparison(name):
    plain = getattr(str, name)

    def compare(self, other):
        mine, theirs = key(self), key(other)
        if theirs is None:
            return plain(self, str(other))
        return getattr(mine, name)(theirs)

    compare.__name__ = name
    return compare


for _name in ("__lt__", "__le__", "__gt__", "__ge__", "__eq__", "__ne__"):
    setattr(TorchVersion, _name, comparison(_name))

__all__ = ["TorchVersion"]
