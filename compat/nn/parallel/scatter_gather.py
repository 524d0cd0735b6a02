"""torch.nn.parallel.scatter_gather: what would be spread over GPUs, of which there are none."""

from ...functions.missing import refusal as _refusal
from ...tensor import Tensor


def scatter(inputs, target_gpus, dim=0):
    """What is no Tensor, once for each GPU; a Tensor is refused as torch refuses it without one: ValueError for the CPU, AttributeError
    for a number."""

    def spread(obj):
        if isinstance(obj, Tensor):
            if any(getattr(d, "type", d) == "cpu" for d in target_gpus):
                raise ValueError("Expected a non cpu device, but got: cpu")
            raise AttributeError("module 'torch._C' has no attribute '_scatter'")
        if isinstance(obj, tuple) and hasattr(obj, "_fields"):
            return [type(obj)(*each) for each in zip(*map(spread, obj))]
        if isinstance(obj, tuple) and obj:
            return [*zip(*map(spread, obj))]
        if isinstance(obj, (list, dict)) and obj:
            parts = obj.items() if isinstance(obj, dict) else obj
            return [type(obj)(each) for each in zip(*map(spread, parts))]
        return [obj for _ in target_gpus]

    return spread(inputs)


__getattr__ = _refusal(__name__)
