"""jax.nn: faces of funcgrad.nn."""

from ..apply import faces as _faces

_RULES = {
    "inexact": "elu hard_sigmoid hard_silu hard_swish hard_tanh leaky_relu log1mexp log_sigmoid mish selu sigmoid silu soft_sign "
    "softplus sparse_plus sparse_sigmoid squareplus swish tanh",
    "inexact 0": "celu gelu glu log_softmax logmeanexp logsumexp softmax standardize",
    "promote": "identity relu relu6",
}
__getattr__, __dir__ = _faces(__name__, "funcgrad.nn", _RULES, "keep")
