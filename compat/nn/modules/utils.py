"""Numbers for each axis, as the modules take them: one number for all, or one each."""

from collections.abc import Iterable


def _ntuple(n, name="parse"):
    """A function that makes a tuple of n: of one number n times itself, of several a tuple of them."""

    def parse(x):
        return tuple(x) if isinstance(x, Iterable) else (x,) * n

    parse.__name__ = name
    return parse


_single, _pair, _triple, _quadruple = (
    _ntuple(n, name) for n, name in ((1, "_single"), (2, "_pair"), (3, "_triple"), (4, "_quadruple"))
)


def _reverse_repeat_tuple(t, n):
    """Each entry n times, the last entry first."""
    return tuple([x for x in reversed(t) for _ in range(n)])


def _list_with_default(out_size, defaults):
    """Sizes, those that are None taken from the last of the defaults."""
    if isinstance(out_size, (int,)):
        return out_size
    if len(defaults) <= len(out_size):
        raise ValueError(f"Input dimension should be at least {len(out_size) + 1}")
    return [d if v is None else v for v, d in zip(out_size, defaults[-len(out_size) :])]


def consume_prefix_in_state_dict_if_present(state_dict, prefix):
    """Take a prefix off the keys of a state_dict and of its metadata, in place."""
    for key in [k for k in state_dict.keys() if k.startswith(prefix)]:  # noqa: SIM118  (what has no keys is refused)
        state_dict[key[len(prefix) :]] = state_dict.pop(key)
    metadata = getattr(state_dict, "_metadata", {})
    for key in [k for k in metadata if k and (k.startswith(prefix) or k == prefix.replace(".", ""))]:
        metadata[key[len(prefix) :]] = metadata.pop(key)
