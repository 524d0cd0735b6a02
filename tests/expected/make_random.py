"""Writes random.json: what jax.random draws in the cases of random_cases.py. Needs jax.

python tests/expected/make_random.py
"""

import json
import pathlib
import sys

import jax
import jax.numpy as jnp
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from random_cases import BFLOAT16, CASES, GRADIENTS, WEIGHTS, N, arguments  # noqa: E402

SEED = 20261


def words(x):
    """An array as dtype, shape and the integers its memory holds."""
    x = np.asarray(x)
    flat = np.ascontiguousarray(x).reshape(-1)
    if x.dtype.kind == "b":
        flat = flat.astype(np.uint8)
    part = flat.view(f"u{x.dtype.itemsize if x.dtype.kind != 'c' else x.dtype.itemsize // 2}")
    return {"dtype": x.dtype.name, "shape": x.shape, "words": part.tolist()}


def main():
    key = jax.random.key(SEED)
    wide = {"float64", "uint64"}
    draws = {}
    for label, (name, args, _) in CASES.items():
        jax.config.update("jax_enable_x64", any(isinstance(a, str) and a in wide for a in args))
        draws[label] = words(getattr(jax.random, name)(key, *arguments(args, jnp.dtype)))
    jax.config.update("jax_enable_x64", False)
    gradients = {
        label: float(jax.grad(lambda a, f=f: jnp.sum(f(jax.random, key, a) * WEIGHTS))(np.float32(x)))
        for label, (f, x) in GRADIENTS.items()
    }
    made = {"jax": jax.__version__, "seed": SEED, "draws": draws, "gradients": gradients}
    made["bfloat16"] = {
        label: words(getattr(jax.random, name)(key, *before, N, jnp.bfloat16, *after).astype(jnp.float32))
        for label, (name, before, after) in BFLOAT16.items()
    }
    made["split"] = words(jax.random.key_data(jax.random.split(key, (2, 3))))
    made["fold_in"] = words(jax.random.key_data(jax.random.fold_in(key, 4294967295)))
    made["keys"] = {str(s): words(jax.random.key_data(jax.random.key(s))) for s in (0, -1, 2**31, 2**40 + 5)}
    path = pathlib.Path(__file__).with_name("random.json")
    path.write_text(json.dumps(made, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
