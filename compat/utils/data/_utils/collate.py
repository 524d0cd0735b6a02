"""A list of samples as one batch: Tensors, arrays and numbers are stacked, containers keep their form.

Invariant: the samples themselves are never changed.
"""

import copy
import re
from collections.abc import Mapping, MutableMapping, MutableSequence, Sequence

import numpy as np

from funcgrad.core.handle import Alias
from funcgrad.core.state import shared
from funcgrad.core.trace import TAPE
from funcgrad.core.tracebacks import public

from .... import dtypes
from ....functions.register import FUNCTIONS as T
from ....payload import current, wrap
from ....tensor import Tensor

UNSTACKED = "SaUO"  # kinds of NumPy arrays that no Tensor can hold
np_str_obj_array_pattern = re.compile(f"[{UNSTACKED}]")
REFUSED = "default_collate: batch must contain tensors, numpy arrays, numbers, dicts or lists; found "


def default_convert(data):
    """The arrays in a sample as Tensors; everything else as it is.

    >>> import numpy as np
    >>> default_convert({"x": np.arange(2), "name": "a"})
    {'x': tensor([0, 1]), 'name': 'a'}
    """
    return each(data, of_arrays)


def of_arrays(value):
    if isinstance(value, (np.ndarray, np.generic)):
        return value if isinstance(value, np.ndarray) and value.dtype.kind in UNSTACKED else T["as_tensor"](value)
    return value


def each(data, f, tuples=list):
    """A sample with f(value) in the place of each value that is no container and no text; tuples become what `tuples` makes of a list."""
    if isinstance(data, (Tensor, str, bytes)):
        return f(data) if isinstance(data, Tensor) else data
    if isinstance(data, Mapping):
        return like_mapping(data, {key: each(data[key], f, tuples) for key in data})
    if isinstance(data, tuple) and hasattr(data, "_fields"):
        return type(data)(*[each(d, f, tuples) for d in data])
    if isinstance(data, Sequence):
        items = [each(d, f, tuples) for d in data]
        return tuples(items) if isinstance(data, tuple) else like_sequence(data, items)
    return f(data)


def like_mapping(original, items):
    """The items in a mapping of the type of the original, or in a dict if that type cannot be made so."""
    try:
        if isinstance(original, MutableMapping):
            made = copy.copy(original)
            made.update(items)
            return made
        return type(original)(items)
    except TypeError:
        return items


def like_sequence(original, items):
    """The items in a sequence of the type of the original, or in a list if that type cannot be made so; a tuple's in a list."""
    if isinstance(original, tuple):
        return items
    try:
        if isinstance(original, MutableSequence):
            made = copy.copy(original)
            for i, item in enumerate(items):
                made[i] = item
            return made
        return type(original)(items)
    except TypeError:
        return items


def collate(batch, *, collate_fn_map=None):
    """A batch of samples by the rules `{type (or types): rule(batch, collate_fn_map=...)}`; containers are entered.

    TypeError for a sample that no rule is for, RuntimeError for sequences of different lengths.
    """
    first = batch[0]
    rules = collate_fn_map or {}
    rule = rules.get(type(first)) or next((rules[kind] for kind in rules if isinstance(first, kind)), None)
    if rule is not None:
        return rule(batch, collate_fn_map=collate_fn_map)
    if isinstance(first, Mapping):
        items = {key: collate([d[key] for d in batch], collate_fn_map=collate_fn_map) for key in first}
        return like_mapping(first, items)
    if isinstance(first, Sequence):
        named = isinstance(first, tuple) and hasattr(first, "_fields")
        if not named and len({*map(len, batch)}) > 1:
            raise RuntimeError("each element in list of batch should be of equal size")
        items = [collate(column, collate_fn_map=collate_fn_map) for column in zip(*batch, strict=False)]
        return type(first)(*items) if named else like_sequence(first, items)
    raise TypeError(REFUSED + str(type(first)))


def collate_tensor_fn(batch, *, collate_fn_map=None):
    """Tensors, stacked."""
    arrays = None if isinstance(batch, Tensor) else plain_arrays(batch)
    return T["stack"](batch, 0) if arrays is None else wrap(Tensor, np.array(arrays))


def plain_arrays(batch):
    """The memory of Tensors that are nothing but that: of one form, and with nobody to differentiate them; else None."""
    if shared.staging:
        return None
    arrays = []
    shape = dtype = None
    for t in batch:
        if type(t) is not Tensor:
            return None
        a = t.alias
        if a is not None and (
            type(a) is not Alias or a.mark is not None or a.base.mark is not None or a.base.val is not a.val
        ):
            t = current(t)
        if t.owner is not TAPE or t.mark is not None:
            return None
        v = t.val
        if shape is None:
            shape, dtype = v.shape, v.dtype
        elif v.shape != shape or v.dtype is not dtype:
            return None
        arrays.append(v)
    return arrays if dtype.isnative else None


def collate_numpy_array_fn(batch, *, collate_fn_map=None):
    """Arrays, as Tensors, by the rule for Tensors."""
    if batch[0].dtype.kind in UNSTACKED:
        raise TypeError(REFUSED + str(batch[0].dtype))
    return collate([T["as_tensor"](b) for b in batch], collate_fn_map=collate_fn_map)


def collate_numpy_scalar_fn(batch, *, collate_fn_map=None):
    """NumPy scalars, as one Tensor."""
    return T["as_tensor"](batch)


def collate_float_fn(batch, *, collate_fn_map=None):
    """Python floats: float64."""
    return T["tensor"](batch, dtype=dtypes.BY_NAME["float64"])


def collate_int_fn(batch, *, collate_fn_map=None):
    """Python integers and bools."""
    return T["tensor"](batch)


def collate_str_fn(batch, *, collate_fn_map=None):
    """Texts and bytes, as they are."""
    return batch


default_collate_fn_map = {
    Tensor: collate_tensor_fn,
    np.ndarray: collate_numpy_array_fn,
    (np.bool_, np.number, np.object_): collate_numpy_scalar_fn,
    float: collate_float_fn,
    int: collate_int_fn,
    str: collate_str_fn,
    bytes: collate_str_fn,
}


@public
def default_collate(batch):
    """A batch of samples: numbers, arrays and Tensors stacked along a new first dimension, containers entered.

    >>> default_collate([(0, 1.5), (2, 3.5)])
    [tensor([0, 2]), tensor([1.5000, 3.5000], dtype=torch.float64)]
    """
    return collate(batch, collate_fn_map=default_collate_fn_map)
