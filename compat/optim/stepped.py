"""One step of an optimizer on lists: parameters, gradients and what is remembered of each, as torch's functions take them."""

from ..tensor import Tensor


def step(cls, params, grads, held, **options):
    """One step of the class's rule for each of `params` that changes it and its state in place.

    `held`: {name of the state: list of Tensors, or an empty list}; "step" counts the steps. What a first step makes is put into its
    list. RuntimeError unless the counts are Tensors.
    """
    if not all(isinstance(t, Tensor) for t in held.get("step", ())):
        raise RuntimeError("API has changed, `state_steps` argument must contain a list of singleton tensors")
    optimizer = object.__new__(cls)
    optimizer.defaults = options
    optimizer.state = {
        p: {name: values[i] for name, values in held.items() if i < len(values) and values[i] is not None}
        for i, p in enumerate(params)
    }
    optimizer.update_group({"params": params, **options}, list(zip(params, grads, strict=True)))
    for i, p in enumerate(params):
        for name, values in held.items():
            if i < len(values):
                values[i] = optimizer.state[p].get(name)
