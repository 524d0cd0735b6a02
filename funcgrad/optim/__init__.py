"""Optimisers as pairs of functions over pytrees: `init(params) -> state`, `update(grads, state, params) -> (updates, state)`.

>>> import funcgrad as fg, numpy as np
>>> loss = lambda p: np.sum((p["w"] - 3.0) ** 2) + (p["b"] + 1.0) ** 2
>>> params = {"w": np.zeros(2), "b": 0.0}
>>> opt = fg.optim.adam(0.1)
>>> state = opt.init(params)
>>> for _ in range(200):
...     params, state = opt.step(fg.grad(loss)(params), state, params)
>>> params["w"].round(2), round(float(params["b"]), 2)
(array([3., 3.]), -1.0)

The names and formulas are those of optax, whose users find `update` and `apply_updates` as they know them; `step` does both. Inside, all
leaves of a dtype lie in one flat buffer (`flat.py`), so that an update is some ten NumPy calls whatever the number of leaves.
Everything works under `jit`, where the number of steps and the buffers are arguments like any other.
"""

from ..lazy import attributes as _attributes

_INDEX = {
    "flat": "Flat Layout layout_of",
    "optimizers": "adagrad adam adamw momentum nesterov rmsprop sgd",
    "schedules": "constant_schedule cosine_decay_schedule exponential_decay join_schedules linear_schedule "
    "piecewise_constant_schedule polynomial_schedule warmup_cosine_decay_schedule",
    "transformations": "Optimizer add_decayed_weights apply_updates chain clip clip_by_global_norm global_norm identity "
    "scale scale_by_adam scale_by_learning_rate scale_by_rms scale_by_rss scale_by_schedule trace",
}
__getattr__, __dir__ = _attributes(__name__, _INDEX)
__all__ = sorted(" ".join(_INDEX.values()).split())
