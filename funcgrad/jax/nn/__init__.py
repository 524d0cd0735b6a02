"""jax.nn: faces of funcgrad.nn."""

from ...nn import one_hot as _one_hot
from ..accepts import refusing as _refusing
from ..apply import face as _face
from ..apply import faced
from ..apply import faces as _faces
from ..dtypes import default as _default

_RULES = {
    "inexact": "log1mexp log_sigmoid sigmoid silu squareplus swish tanh",
    "softly": "mish soft_sign softplus",
    "weakly": "elu hard_sigmoid hard_silu hard_swish leaky_relu relu6 selu sparse_plus sparse_sigmoid",
    "weakly 0": "celu",
    "inexact 0": "gelu glu log_softmax logmeanexp softmax standardize",
    "inexact 0 2": "logsumexp",
    "promote": "identity",
    "whole": "hard_tanh relu",
}
_faced, __dir__ = _faces(__name__, "funcgrad.nn", _RULES, "keep")


def one_hot(x, num_classes, *, dtype=None, axis=-1):
    """Vectors of zeros with a 1 at position x, in the float dtype of the moment unless another is asked for."""
    return _face(_one_hot, "keep", "one_hot")(
        x, num_classes, dtype=_default(float) if dtype is None else dtype, axis=axis
    )


faced(
    __name__,
    "initializers",
    "funcgrad.nn.initializers",
    {
        "maker": "constant delta_orthogonal glorot_normal glorot_uniform he_normal he_uniform kaiming_normal kaiming_uniform "
        "lecun_normal lecun_uniform normal orthogonal truncated_normal uniform variance_scaling xavier_normal xavier_uniform"
    },
    "keep",
)
__getattr__ = _refusing(
    __name__,
    _faced,
    {
        "0 fc": "sigmoid silu swish",
        "0 iufc": "log_sigmoid log1mexp softmax log_softmax",
        "0 biuf": "sparse_sigmoid",
    },
)
