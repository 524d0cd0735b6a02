"""Writes custom_rules.json: jax's figures for custom_rules_cases.py, and what rules with symbolic zeros were told.

Run it in this folder.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from custom_rules_cases import CASES, CASES_FORWARD, FORWARD, USES, run

jax.config.update("jax_enable_x64", True)

if __name__ == "__main__":
    out = {"jax": jax.__version__}
    for make, use in [*CASES, *CASES_FORWARD]:
        got, seen = run(jax, jnp, make, (USES | FORWARD)[use])
        out[f"{use}: {make.__name__}"] = [[np.asarray(v).tolist() for v in jax.tree.leaves(got)], seen]
    pathlib.Path(__file__).with_name("custom_rules.json").write_text(json.dumps(out) + "\n")
