"""pad: numbers around a Tensor."""

import functools
from math import prod

import numpy as np

from funcgrad.core.primitive import PRIMITIVES

from ...functions.kernels import refuse_in
from ...functions.nodes import released
from ...functions.operands import dtype_of, fitting, image_in_c_order, integer, like_image, shape_of
from ...functions.refusals import refuse
from ...functions.register import FUNCTIONS as T
from ...graph import labelled
from ...payload import current
from ...tensor import Tensor
from .axes import picked

P = PRIMITIVES


SUPPORTED = """Supported combinations for non-constant padding:
  - 2D or 3D input: padding size = 2 (pads last dimension)
  - 3D or 4D input: padding size = 4 (pads last 2 dimensions)
  - 4D or 5D input: padding size = 6 (pads last 3 dimensions)"""
MODES = {"reflect": ("Reflection", "reflect"), "replicate": ("Replication", "edge"), "circular": (None, "wrap")}


def paddings(shape, pad):
    """(the paddings, how many dimensions they name, those before and after each dimension of the shape)."""
    pad = [n if type(n) is int else integer(n, "a padding") for n in pad]
    pairs = [(pad[i], pad[i + 1]) for i in range(0, len(pad) - 1, 2)]
    if len(pad) % 2:
        raise RuntimeError("Padding length must be divisible by 2")
    if len(pairs) > len(shape):
        raise RuntimeError(
            f"Padding length should be less than or equal to two times the input dimension but got padding length {len(pad)} "
            f"and input of dimension {len(shape)}"
        )
    return pad, len(pairs), ((0, 0),) * (len(shape) - len(pairs)) + tuple(reversed(pairs))


def pad(input, pad, mode="constant", value=None):
    """Numbers before and after the last dimension, then the one before it, ...: constant, reflect, replicate, circular.

    >>> import compat as torch
    >>> torch.nn.functional.pad(torch.ones(2), (1, 2))
    tensor([0., 1., 1., 0., 0.])
    """
    if isinstance(pad, Tensor):
        raise TypeError("pad takes a tuple of ints")
    if mode != "constant" and mode not in MODES:
        raise NotImplementedError(f"Unrecognised padding mode {mode}")
    t = current(input)
    shape = shape_of(t)
    pad, rank, config = paddings(shape, pad)
    if mode == "constant":
        if not (value is None or type(value) in (float, int)):
            from ..._calls import C

            C.pad(input, pad, mode, value)
        return filled(input, t, shape, config, pad, 0 if value is None else value)
    if value not in (None, 0):
        raise RuntimeError(f'Padding mode "{mode}" doesn\'t take in value argument')
    if rank not in (1, 2, 3) or len(shape) not in (rank + 1, rank + 2):
        raise NotImplementedError(
            f"Padding size {len(pad)} is not supported for {len(shape)}D input tensor.\n{SUPPORTED}"
        )
    name, how = MODES[mode]
    if name and 0 in shape[1 if len(shape) == rank + 2 else 0 :]:
        raise RuntimeError(
            f"Expected {rank + 1}D or {rank + 2}D (batch mode) tensor with possibly 0 batch size and other non-zero dimensions for "
            f"input, but got: {list(shape)}"
        )
    check(mode, shape, config)
    if name:
        need_some_left(name, shape, config[-rank:])
    if name and dtype_of(t).kind == "b":
        refuse(f"{name.lower()}_pad{rank}d", dtype_of(t))
    if name:
        out = padded_at_once(t, shape, config[-rank:], how)
        label = f"{name}Pad{rank}DBackward0"
    else:  # (the last axis first, and its beginning before its end: cotangents come back the other way)
        out, label = t, "CopySlices"
        for axis in reversed(range(len(shape))):
            for at in places_around(shape[axis], *config[axis]):
                out = picked(out, axis, at)
        out = image_in_c_order(P["copy"](t, t) if out is t else out, t)
    return released(labelled(out, label, (input,)), True)  # (torch keeps the input)


def places_along(n, a, b, how):
    """Which of n elements stand where a line is made longer, or shorter, at both ends."""
    at = np.pad(np.arange(n), (max(a, 0), max(b, 0)), mode=how)
    return at[max(-a, 0) : len(at) - max(-b, 0)]


def places_around(n, a, b):
    """The same of a line that goes on at its other end: what is cut off does not come back there. In two steps, if an element is at both ends."""
    begin, left = max(-a, 0), n - max(-a, 0) - max(-b, 0)
    a, b, line = max(a, 0), max(b, 0), np.arange(left)
    if a and b and a + b > left:
        return [begin + np.pad(line, (a, 0), mode="wrap"), np.append(np.arange(a + left), np.arange(a, a + b))]
    return [begin + np.pad(line, (a, b), mode="wrap")] if a or b or left < n else []


def padded_at_once(t, shape, pairs, how):
    """The padding of the last axes by one index, so that its derivative adds up as torch's does, one element of the result after the other."""
    k = len(pairs)
    sizes = tuple([n + a + b for n, (a, b) in zip(shape[-k:], pairs)])
    places = kept_places if prod(sizes) <= KEPT else kept_places.__wrapped__
    at = np.broadcast_to(places(shape[-k:], pairs, how), shape[:-k] + sizes)
    return like_image(P["window_gather"](t, at, axes=k), t)


KEPT = 1 << 16  # the numbers of so many places, or fewer, are kept


@functools.lru_cache(32)
def kept_places(sizes, pairs, how):
    """Which elements of an image, counted through, stand where in it when it is padded."""
    at = np.ravel_multi_index(np.ix_(*[places_along(n, *pair, how) for n, pair in zip(sizes, pairs)]), sizes)
    at.flags.writeable = False
    return at


def filled(input, t, shape, config, pad, value):
    for n, (a, b) in zip(shape, config):
        if n + min(a, 0) + min(b, 0) < 0:
            raise RuntimeError("narrow(): length must be non-negative.")
        if n + a + b < 0:
            axis = config.index((a, b))
            raise RuntimeError(
                f"The input size {n}, plus negative padding {a} and {b} resulted in a negative output size, which is invalid. "
                f"Check dimension {axis} of your input."
            )
    if max(pad, default=0) <= 0:  # (nothing but a part is left, which lies as it did)
        part = P["getitem"](t, idx=tuple([slice(-a, n + b) for n, (a, b) in zip(shape, config)]))
        return labelled(T["clone"](part), "ConstantPadNdBackward0", (input,))
    d = dtype_of(t)
    out = P["pad"](
        t,
        np.asarray(fitting(float(value) if type(value) is int else value, d), d),
        config=tuple([(a, b, 0) for a, b in config]),
    )
    return labelled(like_image(out, t, back=None), "ConstantPadNdBackward0", (input,))


def check(mode, shape, config):
    """RuntimeError in torch's words for paddings that a mode cannot give."""
    for axis in range(len(shape)) if mode == "circular" else reversed(range(len(shape))):
        n, (a, b) = shape[axis], config[axis]
        if mode == "circular" and (a > n or b > n):
            raise RuntimeError("Padding value causes wrapping around more than once.")
        if mode == "circular" and n + a + b < 0:
            raise RuntimeError("Negative padding value is resulting in an empty dimension")
        if mode == "reflect" and (a or b) and max(a, b) >= n:
            at = 4 + 2 * (len(shape) - 1 - axis)
            raise RuntimeError(
                f"Argument #{at}: Padding size should be less than the corresponding input dimension, but got: padding "
                f"({a}, {b}) at dimension {axis} of input {list(shape)}"
            )


def need_some_left(name, shape, pairs):
    """torch's errors for lines that negative paddings leave nothing of."""
    left = [n + a + b for n, (a, b) in zip(shape[-len(pairs) :], pairs)]
    if min(left) >= 1:
        return
    if max(left) < 1:
        letters = "DHW"[-len(pairs) :]
        had = [f"{c}: {n}" for c, n in zip(letters, shape[-len(pairs) :])]
        end = " " if name == "Replication" and len(pairs) == 2 else ""
        raise RuntimeError(
            f"input ({' '.join(had[:-2])}{' ' * (len(had) > 2)}{', '.join(had[-2:])}{end}) is too small. Calculated output "
            + " ".join([f"{c}: {n}" for c, n in zip(letters, left)])
        )
    if min(left) < 0:
        if name == "Reflection":
            raise RuntimeError("numel: integer multiplication overflow")
        whole = [*shape[: -len(pairs)], *left]
        raise RuntimeError(f"Trying to create tensor with negative dimension {min(left)}: {whole}")


refuse_in(globals())
