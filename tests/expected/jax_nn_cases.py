"""Calls of jax.nn that are compared with jax's, values and gradients by x: {label: (name, keyword arguments)}."""

import numpy as np

X = np.array([-7.0, -3.0, -2.0, -1.0, -0.5, 0.0, 0.3, 1.0, 2.0, 3.0, 6.0, 7.0, 30.0, -40.0]).reshape(2, 7)
WHERE = X > -1
ACTIVATIONS = {name: (name, {}) for name in (
    "celu elu gelu hard_sigmoid hard_silu hard_tanh identity leaky_relu log_sigmoid mish relu relu6 selu sigmoid silu soft_sign "
    "softmax log_softmax softplus sparse_plus sparse_sigmoid squareplus standardize tanh logsumexp logmeanexp"
).split()} | {
    "gelu erf": ("gelu", {"approximate": False}),
    "celu alpha": ("celu", {"alpha": 0.7}),
    "elu alpha": ("elu", {"alpha": 0.7}),
    "leaky_relu slope": ("leaky_relu", {"negative_slope": 0.2}),
    "squareplus b": ("squareplus", {"b": 1.0}),
    "softmax axis": ("softmax", {"axis": 0}),
    "softmax where": ("softmax", {"where": WHERE}),
    "log_softmax where": ("log_softmax", {"where": WHERE}),
    "logsumexp where": ("logsumexp", {"axis": 1, "where": WHERE}),
    "logmeanexp where": ("logmeanexp", {"axis": 1, "where": WHERE, "keepdims": True}),
    "standardize stable": ("standardize", {"algorithm": "stable", "axis": 0}),
    "standardize where": ("standardize", {"where": WHERE}),
    "log1mexp": ("log1mexp", {}),
    "glu": ("glu", {"axis": 0}),
}  # fmt: skip

RNG = np.random.default_rng(3)
Q, K, V = (RNG.normal(size=s).astype(np.float32) for s in ((2, 5, 4, 3), (2, 6, 2, 3), (2, 6, 2, 3)))
BIAS, MASK = RNG.normal(size=(2, 4, 5, 6)).astype(np.float32), RNG.random((2, 1, 5, 6)) > 0.3
ATTENTION = {
    "plain": {},
    "causal": {"is_causal": True},
    "bias": {"bias": BIAS},
    "mask": {"mask": MASK},
    "both": {"mask": np.tile(MASK, (1, 4, 1, 1)), "bias": BIAS[:1, :1]},
    "lengths": {"query_seq_lengths": np.array([3, 5], np.int32), "key_value_seq_lengths": np.array([6, 2], np.int32)},
    "window": {"local_window_size": (1, 2), "is_causal": True, "scale": 0.3},
    "residual": {"return_residual": True},
}
INITIALIZERS = {name: (name, ()) for name in (
    "glorot_uniform glorot_normal lecun_uniform lecun_normal he_uniform he_normal uniform normal truncated_normal orthogonal"
).split()} | {
    "constant": ("constant", (2.5,)),
    "fan_out": ("variance_scaling", (0.7, "fan_out", "normal")),
    "fan_geo_avg": ("variance_scaling", (0.7, "fan_geo_avg", "uniform")),
}  # fmt: skip
SHAPES = ((5, 7), (3, 3, 4, 6))


def operand(label):
    return np.abs(X) + 0.1 if label == "log1mexp" else X


def weights(shape):
    return np.cos(np.arange(int(np.prod(shape)))).reshape(shape)
