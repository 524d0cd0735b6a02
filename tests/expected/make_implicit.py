"""Writes implicit.json: jax's figures for implicit_cases.py. Run it in this folder."""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from custom_rules_cases import X, Y
from implicit_cases import ALL, CASES

jax.config.update("jax_enable_x64", True)

if __name__ == "__main__":
    out = {"jax": jax.__version__}
    for make, use in CASES:
        got = ALL[use](jax, make(jax, jnp))(X, Y)
        out[f"{use}: {make.__name__}"] = [np.asarray(v).tolist() for v in jax.tree.leaves(got)]
    pathlib.Path(__file__).with_name("implicit.json").write_text(json.dumps(out) + "\n")
