"""Writes jax_nn.json: what jax.nn gives in the cases of jax_nn_cases.py. Needs jax.

python tests/expected/make_jax_nn.py
"""

import json
import pathlib
import sys

import jax
import jax.nn
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from jax_nn_cases import ACTIVATIONS, ATTENTION, INITIALIZERS, SHAPES, K, Q, V, operand, weights  # noqa: E402


def listed(x):
    return np.asarray(x).astype(float).tolist()


def main():
    made = {"jax": jax.__version__, "activations": {}, "attention": {}, "initializers": {}}
    jax.config.update("jax_enable_x64", True)
    for label, (name, kwargs) in ACTIVATIONS.items():
        x = operand(label)
        value = getattr(jax.nn, name)(x, **kwargs)
        kept = np.isfinite(value)

        def total(x, name=name, kwargs=kwargs, kept=kept):
            return jnp.sum(jnp.where(kept, getattr(jax.nn, name)(x, **kwargs), 0.0) * weights(kept.shape))

        made["activations"][label] = [listed(value), listed(jax.grad(total)(x))]
    jax.config.update("jax_enable_x64", False)
    for label, kwargs in ATTENTION.items():
        out = jax.nn.dot_product_attention(Q, K, V, **kwargs)
        out = list(out) if isinstance(out, tuple) else [out]

        def total(q, k, v, kwargs=kwargs):
            out = jax.nn.dot_product_attention(q, k, v, **kwargs)
            return jnp.sum((out[0] if isinstance(out, tuple) else out) * weights(Q.shape))

        made["attention"][label] = [[listed(v) for v in out], [listed(g) for g in jax.grad(total, (0, 1, 2))(Q, K, V)]]
    for label, (name, args) in INITIALIZERS.items():
        init = getattr(jax.nn.initializers, name)(*args)
        made["initializers"][label] = [
            np.asarray(init(jax.random.key(3), shape)).view(np.uint32).ravel().tolist() for shape in SHAPES
        ]
    pathlib.Path(__file__).with_name("jax_nn.json").write_text(json.dumps(made, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
