"""Writes extremes.json.xz: what jax 0.10.2 (CPU, float64) gives for the rows of extremes_cases.py. Run it in the root."""

import os
import pathlib
import sys

os.environ |= {"JAX_ENABLE_X64": "1", "JAX_PLATFORMS": "cpu", "XLA_FLAGS": "--xla_backend_optimization_level=0"}
HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1]), str(HERE.parent)]
import composed_cases as composed  # noqa: E402
import jax  # noqa: E402
import numpy as np  # noqa: E402
from extremes_cases import rows  # noqa: E402
from oracle import lowering  # noqa: E402

from funcgrad.core.primitive import PRIMITIVES  # noqa: E402
from tests import packed  # noqa: E402

compiled = {}


def figures(name, args, params, floats):
    f, prim = lowering(PRIMITIVES[name]), PRIMITIVES[name]

    def of_floats(*xs):
        whole = list(args)
        for i, x in zip(floats, xs):
            whole[i] = x
        out = f(*whole, **params)
        return [o for o in (out if isinstance(out, (tuple, list)) else [out])]

    if prim.nondiff:
        return [np.asarray(o).tolist() for o in of_floats(*[args[i] for i in floats])], []

    def both(*xs):
        out, pull = jax.vjp(lambda *ys: [o for o in of_floats(*ys) if o.dtype.kind == "f"], *xs)
        return out, pull([jax.numpy.ones_like(o) for o in out])

    if name not in compiled:  # (the patterns of a primitive have one shape)
        compiled[name] = jax.jit(both)
    out, back = compiled[name](*[args[i] for i in floats])
    return [np.asarray(o).tolist() for o in out], [np.asarray(g).tolist() for g in back]


def main():
    found = {}
    for name, pattern, args, params, floats in rows():
        try:
            found[f"{name} {pattern}"] = figures(name, args, params, floats)
        except (TypeError, NotImplementedError, ValueError) as error:
            found[f"{name} {pattern}"] = repr(type(error).__name__)
    of_several = {
        f"{text} {pattern}": composed.figures(text, jax.numpy, jax.grad, jax.numpy.asarray(x), jax.numpy.asarray(y))
        for text, pattern, x, y in composed.rows()
    }
    packed.write("extremes", {"jax": jax.__version__, "found": found, "composed": of_several})


if __name__ == "__main__":
    main()
