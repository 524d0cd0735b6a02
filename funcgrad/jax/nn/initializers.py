"""jax.nn.initializers: faces of funcgrad.nn.initializers; what makes an initialiser gives a face of it."""

from ..apply import faces as _faces

__getattr__, __dir__ = _faces(
    __name__,
    "funcgrad.nn.initializers",
    {
        "maker": "constant delta_orthogonal glorot_normal glorot_uniform he_normal he_uniform kaiming_normal kaiming_uniform "
        "lecun_normal lecun_uniform normal orthogonal truncated_normal uniform variance_scaling xavier_normal xavier_uniform"
    },
    "keep",
)
