"""Write jax_names.json (jax's public names) and jax_coverage.json (what jax gives for the calls of jax_coverage_cases.py).

    python tests/expected/make_jax_coverage.py [space.name ...]      (all, or those alone; `-e` shows what jax refuses)

For each call: digests of the value by dtype, of the vjp by dtype, and whether jax's vmap and jit take it.
"""

import importlib
import json
import os
import pathlib
import sys
import types
import warnings

os.environ["JAX_ENABLE_X64"] = "1"
os.environ["JAX_PLATFORMS"] = "cpu"
os.environ["XLA_FLAGS"] = (
    "--xla_backend_optimization_level=0 --xla_llvm_disable_expensive_passes=true"  # (small programs)
)
HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

import jax  # noqa: E402
import jax.numpy as jnp  # noqa: E402
from jax_coverage_cases import calls  # noqa: E402

from tests import coverage_jax as engine  # noqa: E402

warnings.simplefilter("ignore")
SPACES = """
numpy numpy.linalg numpy.fft lax lax.linalg nn nn.initializers random tree scipy.special scipy.linalg scipy.signal scipy.ndimage scipy.fft
scipy.optimize scipy.integrate scipy.interpolate scipy.cluster.vq scipy.sparse.linalg scipy.spatial.transform scipy.stats
""".split()
SINGLE = ("random", "nn.initializers")  # funcgrad.random draws as jax does by default
DTYPE = "a dtype NumPy does not have"
DEVICE = "how a device computes, not what: there is one way here"
SCHUR = "NumPy has no such factorisation, and it has no derivative, in jax neither"
SHARD = "for programs over several devices"
EXCLUDED = {
    "numpy": {n: DTYPE for n in "bfloat16 int1 int2 int4 uint1 uint2 uint4 float4_e2m1fn float6_e2m3fn float6_e3m2fn float8_e3m4 "
    "float8_e4m3 float8_e4m3b11fnuz float8_e4m3fn float8_e4m3fnuz float8_e5m2 float8_e5m2fnuz float8_e8m0fnu".split()}
    | {n: "a name that NumPy 2 removed" for n in ("complex_", "float_", "ComplexWarning")},
    "lax": {n: SHARD for n in "precv psend ragged_all_to_all".split()}
    | {n: "its figures depend on the compiler of jax" for n in ("rng_bit_generator", "rng_uniform")}
    | {"stage": "internal to jax's compiler", "scaled_dot": DTYPE,
       "RaggedDotDimensionNumbers": "of ragged_dot_general", "ragged_dot_general": "the general form, with contracted and batched groups; `ragged_dot` is there"},
    "lax.linalg": {n: DEVICE for n in "EigImplementation EighImplementation SvdAlgorithm".split()}
    | {n: SCHUR for n in ("hessenberg", "schur", "tridiagonal")},
    "scipy.linalg": {n: SCHUR for n in ("funm", "hessenberg", "rsf2csf", "schur")},
    "nn": {n: DTYPE for n in "get_scaled_dot_general_config scaled_dot_general scaled_matmul".split()},
    "scipy.spatial.transform": {n: "rotations as objects; not offered" for n in ("Rotation", "Slerp")},
}  # fmt: skip


def public(space, stats=True):
    module = importlib.import_module(f"jax.{space}")
    found = []
    for name in dir(module):
        value = getattr(module, name) if name[0] != "_" else None
        if (
            name[0] != "_"
            and not isinstance(value, types.ModuleType)
            and not (space != "tree" and name in ("Any", "Callable"))
        ):
            found.append(name)
    return found


def names():
    stats = importlib.import_module("jax.scipy.stats")
    spaces = SPACES + [
        f"scipy.stats.{n}" for n in dir(stats) if isinstance(getattr(stats, n), types.ModuleType) and n[0] != "_"
    ]
    listed, excluded = {}, {}
    for space in spaces:
        found = public(space)
        out = dict(EXCLUDED.get(space, {}))
        out |= {
            n: "a primitive of jax's, for those who write interpreters of jaxprs; `funcgrad.jax.lax` has those that are operations here"
            for n in found
            if n.endswith("_p")
        }
        listed[space] = [n for n in found if n not in out]
        excluded[space] = {n: why for n, why in out.items() if n in found}
    return {
        "jax": jax.__version__,
        "names": {s: ns for s, ns in listed.items() if ns},
        "excluded": {s: e for s, e in excluded.items() if e},
        "autograd": {s: of_autograd(s) for s in AUTOGRAD},
    }


AUTOGRAD = """
autograd autograd.numpy autograd.numpy.linalg autograd.numpy.fft autograd.numpy.random autograd.scipy.special autograd.scipy.linalg
autograd.scipy.signal autograd.scipy.integrate autograd.extend autograd.test_util autograd.misc.optimizers
autograd.misc.flatten autograd.builtins
""".split()


def known(f):
    """Has autograd a derivative of this function?"""
    from autograd.core import primitive_jvps, primitive_vjps

    return f in primitive_vjps or f in primitive_jvps


def of_autograd(space):
    """The functions of a module of autograd that are for its users: NumPy's public ones, SciPy's that it differentiates, its own."""
    module = importlib.import_module(space)
    if space.startswith("autograd.numpy"):
        plain = importlib.import_module(space.removeprefix("autograd."))
        return sorted(n for n in getattr(plain, "__all__", dir(plain)) if hasattr(module, n) and n[0] != "_")
    own = {n: v for n, v in vars(module).items() if n[0] != "_" and callable(v)}
    if space.startswith("autograd.scipy"):
        plain = importlib.import_module(space.removeprefix("autograd."))
        return sorted(n for n, v in own.items() if hasattr(plain, n) and known(v))
    inside = ("autograd.misc", "autograd.builtins", "autograd.test_util")
    return sorted(n for n, v in own.items() if not space.startswith(inside) or getattr(v, "__module__", "") == space)


# ------------------------------------------------------------------------------------------------ what jax gives
class Theirs:
    jax, jnp = jax, jnp

    def __getattr__(self, part):
        return importlib.import_module(f"jax.{part}")

    def operand(self, array):
        return jnp.asarray(array)

    def leaves(self, out):
        return jax.tree.leaves(out)


def attempt(f, *args):
    try:
        return f(*args)
    except Exception as error:
        attempt.last = error
        return None


def of_vjp(call, dtype):
    f, xs = engine.function_of(Theirs(), call, dtype, engine.moving_in(call, dtype), "fc")
    if not xs:
        return None
    out, pull = jax.vjp(f, *xs)
    if not out:
        return None
    return engine.digest(pull(tuple(map(jnp.asarray, engine.cotangents(out)))))


def ways_of(call, dtype):
    """Which of vmap and jit take the call."""
    names = engine.names_in(call)
    f, xs = engine.function_of(Theirs(), call, dtype, names)
    found = []
    if names and attempt(f, *xs):
        if attempt(jax.jit(f), *xs):
            found.append("jit")
        moves = [n not in engine.sampling.FIXED for n in names]
        moves = moves if any(moves) else [True] * len(names)
        given = [jnp.stack([x, x]) if m else x for x, m in zip(xs, moves)]
        if attempt(jax.vmap(f, tuple([0 if m else None for m in moves])), *given):
            found.append("vmap")
    return " ".join(found)


def record(space, name):
    found = []
    for at, (ours, theirs) in enumerate(calls(space, name)):
        if not theirs:
            found.append([ours, {}, {}, "jit vmap" if engine.names_in(ours) else ""])
            continue
        dtypes = engine.DTYPES if at == 0 else engine.ORDER
        dtypes = dtypes if engine.names_in(theirs) or "dtype" in theirs else ["float64"]
        if space.startswith("numpy"):  # (NumPy says what the other dtypes give)
            dtypes = [d for d in dtypes if d in ("float64", "complex128")]
        elif space not in ("lax", "nn"):
            dtypes = [d for d in dtypes if d in ("float64", "float32", "complex128", "int64")]
        if space in SINGLE:  # (as jax is by default, in 32 bits)
            dtypes = ["float32"] if engine.names_in(theirs) else ["float64"]
        values = {d: attempt(engine.plain, Theirs(), theirs, d) for d in dtypes}
        values = {d: engine.digest(v) for d, v in values.items() if v is not None}
        if not values and "-e" in sys.argv:
            print(f"refused: {space}: {theirs}: {str(attempt.last)[:150]}")
        pulls = {
            d: attempt(of_vjp, theirs, d)
            for d in ("float64", "float32", "complex128")[: 3 - bool(at)]
            if d in values and (d != "float32" or space in SINGLE)
        }
        pulls = {d: g for d, g in pulls.items() if g is not None}
        found.append([ours, values, pulls, ways_of(theirs, next(iter(values))) if at == 0 and values else ""])
    return {"calls": found}


def main():
    table = names()
    (HERE / "jax_names.json").write_text(json.dumps(table, indent=1) + "\n", encoding="utf-8")
    path = HERE / "jax_coverage.json"
    only = [a for a in sys.argv[1:] if a != "-e"]
    new = {}
    for space, listed in table["names"].items():
        for name in listed:
            full = f"{space}.{name}"
            jax.config.update("jax_enable_x64", space not in SINGLE)
            if not only or full in only or any(o.endswith(".*") and full.startswith(o[:-1]) for o in only):
                new[full] = record(space, name)
    recorded = (json.loads(path.read_text())["names"] if only else {}) | new
    rows = [f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in sorted(recorded.items())]
    path.write_text(f'{{"jax": "{jax.__version__}", "names": {{\n' + ",\n".join(rows) + "}}\n", encoding="utf-8")
    print(f"{len(recorded)} names, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
