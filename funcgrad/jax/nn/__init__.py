"""jax.nn: faces of funcgrad.nn."""

from ..accepts import refusing as _refusing
from ..apply import faces as _faces

_RULES = {
    "inexact": "log1mexp log_sigmoid mish sigmoid silu soft_sign softplus squareplus swish tanh",
    "weakly": "elu hard_sigmoid hard_silu hard_swish leaky_relu relu6 selu sparse_plus sparse_sigmoid",
    "weakly 0": "celu",
    "inexact 0": "gelu glu log_softmax logmeanexp logsumexp softmax standardize",
    "promote": "identity",
    "whole": "hard_tanh relu",
}
_faced, __dir__ = _faces(__name__, "funcgrad.nn", _RULES, "keep")
__getattr__ = _refusing(
    __name__,
    _faced,
    {
        "0 fc": "sigmoid silu swish",
        "0 iufc": "log_sigmoid log1mexp softmax log_softmax",
        "0 biuf": "sparse_sigmoid",
    },
)
