"""Writes jax_swap.json.xz: what jax 0.10.2 (CPU) gives for the expressions and programs of jax_swap_cases.py.

Run: `python tests/expected/make_jax_swap.py`.
"""

import contextlib
import io
import sys
from pathlib import Path

import jax
import jax.ad_checkpoint
import jax.example_libraries.optimizers
import jax.example_libraries.stax
import jax.extend.core
import jax.flatten_util
import jax.numpy as jnp
import jax.ops
import jax.test_util
import jax_swap_cases as cases
import numpy as np

sys.path.append(str(Path(__file__).parents[2]))
from tests import packed  # noqa: E402


def is_key(r):
    return isinstance(r, jax.Array) and jax.dtypes.issubdtype(r.dtype, jax.dtypes.prng_key)


def main():
    names = {"jax": jax, "jnp": jnp, "np": np}
    found = {}
    for name, f in sorted(
        cases.PROGRAMS.items(), key=lambda item: item[0] != "x64"
    ):  # (jax's caches keep what 32 bits gave)
        out = io.StringIO()
        with contextlib.redirect_stdout(out):
            found[name] = cases.outcome(lambda f=f: f(jax, jnp, np), jax, is_key)
            jax.effects_barrier()
        found[name + " prints"] = out.getvalue()
    exec(cases.SETUP, names)
    found |= {e: cases.outcome(lambda e=e: eval(e, dict(names)), jax, is_key) for e in cases.expressions()}
    packed.write("jax_swap", {"jax": jax.__version__, "found": found})


if __name__ == "__main__":
    main()
