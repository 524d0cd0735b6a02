"""One step of an optimizer on lists: parameters, gradients and what is remembered of each, as torch's functions take them."""

from ..tensor import Tensor

PAIRS = {
    "betas": ("beta1", "beta2"),
    "etas": ("etaminus", "etaplus"),
    "step_sizes": ("step_size_min", "step_size_max"),
}  # options that the functions take one by one


def step(cls, given, **fixed):
    """One step of the class's rule that changes the parameters and their state in place.

    `given`: what a function was called with, {name: value} in the order of its signature: parameters, gradients, a list per name of the
    state ("exp_avgs", "state_steps" or "momentum_buffer_list"; it may be empty), then options, and so are those of `fixed`. What a
    first step makes is put into its list. RuntimeError unless the counts of steps are Tensors.
    """
    (_, params), (_, grads), *others = given.items()
    held = {
        name.removeprefix("state_").removesuffix("_list").removesuffix("s"): v
        for name, v in others
        if isinstance(v, list)
    }
    if not all(isinstance(t, Tensor) for t in held.get("step", ())):
        raise RuntimeError("API has changed, `state_steps` argument must contain a list of singleton tensors")
    options = {**cls.ABSENT, **{name: v for name, v in others if not isinstance(v, list)}, **fixed}
    options.update((name, tuple(options[k] for k in pair)) for name, pair in PAIRS.items() if pair[0] in options)
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
