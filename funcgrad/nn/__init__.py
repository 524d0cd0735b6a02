"""jax.nn's names: activations, softmax and its kin, attention, and `nn.initializers`.

>>> import funcgrad as fg, numpy as np
>>> fg.nn.relu(np.array([-1.0, 2.0]))
array([0., 2.])
>>> fg.nn.initializers.he_uniform()(fg.random.key(0), (3, 4)).shape
(3, 4)
"""

from ..lazy import attributes as _attributes

_INDEX = {
    "activations": "celu elu gelu glu hard_sigmoid hard_silu hard_swish hard_tanh identity leaky_relu log1mexp log_sigmoid "
    "log_softmax logmeanexp logsumexp mish one_hot relu relu6 selu sigmoid silu soft_sign softmax softplus sparse_plus "
    "sparse_sigmoid squareplus standardize swish tanh",
    "attention": "dot_product_attention",
}
__getattr__, __dir__ = _attributes(__name__, _INDEX)
__all__ = [*sorted(" ".join(_INDEX.values()).split()), "initializers"]
