"""Writes linearize.json: what jax gives for each program and use of linearize_cases.py."""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from linearize_cases import PROGRAMS, USES, T, X

jax.config.update("jax_enable_x64", True)
found = {}
for program, f in PROGRAMS.items():
    for use, run in USES.items():
        if program == "while" and use in ("in vjp", "vjp of push", "transpose"):
            continue  # (a loop without bound has no reverse mode)
        out = run(jax, lambda x, f=f: f(jax, jnp, x), jnp.asarray(X), jnp.asarray(T))
        found[f"{use}, {program}"] = [np.asarray(v).tolist() for v in jax.tree.leaves(out)]
path = pathlib.Path(__file__).with_name("linearize.json")
rows = ",\n".join([f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in found.items()])
path.write_text(f'{{"jax": "{jax.__version__}", "found": {{\n{rows}\n}}}}\n')
