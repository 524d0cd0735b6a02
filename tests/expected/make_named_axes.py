"""Writes named_axes.json: what jax gives for the programs of named_axes_cases.py.

Where jax has no rule (the derivatives of pmax, and of an all_to_all between two axes) it is the gradient of the same thing
written over whole arrays, which is what both `grad of vmap` and `vmap of grad` are: of the total over all samples.

Run it in this folder.
"""

import json
import pathlib

import jax
import jax.numpy as jnp
import numpy as np
from named_axes_cases import CASES, PROGRAMS, TWO, USES, Q

jax.config.update("jax_enable_x64", True)


WHOLE = {  # of a whole array, its first axis the mapped one
    "pmax": lambda x: jnp.max(jnp.sin(x)) * x,
    "pmin": lambda x: jnp.min(jnp.sin(x)) * x,
    "all_to_all, 0 to 1": jnp.sin,  # (it only moves what is then added up)
    "all_to_all, 0 to 1, tiled": jnp.sin,
    "all_to_all, 1 to 0, tiled": jnp.sin,
}


def figures(f, x, whole=None):
    try:
        got = f(x)
    except (NotImplementedError, ValueError):
        got = jax.grad(lambda x: whole(x).sum())(x)
    return [np.asarray(y, np.float64).tolist() for y in jax.tree.leaves(got)]


if __name__ == "__main__":
    out = {"jax": jax.__version__}
    for program, use in CASES:
        x, make = PROGRAMS[program]
        out[f"{use}: {program}"] = figures(USES[use](jax, make(jax.lax, jnp)), x, WHOLE.get(program))
    for name, make in TWO.items():
        out[f"two: {name}"] = figures(jax.vmap(jax.vmap(make(jax.lax, jnp), axis_name="j"), axis_name="i"), Q)
    pathlib.Path(__file__).with_name("named_axes.json").write_text(json.dumps(out) + "\n")
