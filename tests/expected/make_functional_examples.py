"""Writes functional_examples.json: what the programs of examples/functional give under jax. Run it in this folder."""

import json
import pathlib

import jax
import numpy as np
from functional_examples_cases import CASES, figures, of_jax

jax.config.update("jax_enable_x64", True)

if __name__ == "__main__":
    out = {"jax": jax.__version__}
    for name in CASES:
        found, _ = figures(of_jax(name), name)
        out[name] = {k: [np.asarray(x, float).tolist() for x in jax.tree.leaves(v)] for k, v in found.items()}
    pathlib.Path(__file__).with_name("functional_examples.json").write_text(json.dumps(out) + "\n")
