"""torch.utils._foreach_utils: lists of Tensors in groups, as optimizers of one's own bring them to torch._foreach_add and its kin."""

from ..functions.missing import refusal as _refusal


def _group_tensors_by_device_and_dtype(tensorlistlist, with_indices=False):
    """{(device, dtype) of the first list's Tensors: (the lists' entries of that group, their places, if these are asked for)}."""
    places = {}
    for i, t in enumerate(tensorlistlist[0]):
        places.setdefault((t.device, t.dtype), []).append(i)
    return {
        kind: ([[ts[i] for i in at] if ts else [] for ts in tensorlistlist], at if with_indices else [])
        for kind, at in places.items()
    }


__getattr__ = _refusal(__name__)
