"""Write coverage.json: what torch 2.13 gives for the calls of coverage_cases.py, in every dtype that it takes.

Run with torch 2.13: `python tests/expected/make_coverage.py`. For each call: digests of the value by dtype, and of the
gradient and the gradient of the gradient; for each name: whether it takes out=, whether torch's own vmap maps it, whether torch.compile makes one graph of it, and the errors of the dtypes it refuses.
`-e` shows the calls that torch refuses in every dtype, which are mistakes of the table.
"""

import json
import logging
import pathlib
import sys

import numpy as np
import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE), str(HERE.parents[1])]

from coverage_cases import calls  # noqa: E402

from tests.compat import sampling  # noqa: E402
from tests.compat.evaluation import tensors_of  # noqa: E402

SOME = ["float64", "complex128", "int64"]  # the dtypes of the calls after a function's first
OF_METHODS = ["float64", "float32", "complex64", "int64", "bool"]  # of a method's first


def dtypes_of(space, call, first):
    names = sampling.compiled(call).co_names
    if "dtype" not in names and not any(n in sampling.SHAPES or n == "spd" for n in names):
        return ["float64"]
    if space == "Tensor":
        return OF_METHODS if first else ["float64"]
    return sampling.DTYPES if first else SOME


def attempt(f, *args):
    """What f gives, or None where torch refuses."""
    try:
        return f(*args)
    except Exception as error:
        attempt.last = error
        return None


def values(call, dtypes):
    got = {d: attempt(sampling.value, torch, call, d) for d in dtypes}
    broken = {d for d in got if d != "float64" and has_nan(got[d]) and not has_nan(got.get("float64"))}
    made = {d: attempt(sampling.digest, v) for d, v in got.items() if v is not None and d not in broken}
    return {d: v for d, v in made.items() if v is not None}


def has_nan(result):
    """Is there a nan? (Where there is one in half precision only, torch has overflowed: matrix_exp.)"""
    return any(bool(t.isnan().any()) for t in tensors_of(result) if t.dtype.is_floating_point)


def second_order(call, dtype):
    """[digest of the gradients, digest of theirs or None]; None where nothing is differentiable."""
    got = attempt(sampling.derivatives, torch, call, dtype)
    if got is None:
        results, leaves = attempt(sampling.recorded, torch, call, dtype) or ([], [])
        first = attempt(sampling.gradients, torch, results, leaves) if results else None
        return None if first is None else [sampling.digest(first), None]
    return [sampling.digest(part) for part in got]


def takes_out(call, dtype):
    """Does the call take out=, and is that what it returns?"""
    want = attempt(sampling.value, torch, call, dtype)
    empty = sampling.empties(torch, want) if tensors_of(want) else None
    return empty is not None and attempt(sampling.value, torch, call, dtype, empty) is not None


def maps(call, dtype):
    """Does torch's vmap map the call?"""
    return attempt(sampling.mapped, torch, torch.func.vmap, call, dtype) is not None


def one_graph(call, dtype):
    """Does torch.compile put the call into one graph?"""
    operands = [sampling.operand(torch, n, dtype) for n in sampling.names_in(call)]
    space = {"torch": torch, "F": torch.nn.functional, "dtype": getattr(torch, dtype), "inf": float("inf"), "np": np}
    f = eval(f"lambda {', '.join(sampling.names_in(call))}: {call}", space)
    torch._dynamo.reset()
    return attempt(torch.compile(f, backend="eager", fullgraph=True), *operands) is not None


def record(space, name):
    stored = {"calls": {}}
    for at, call in enumerate(calls(space, name)):
        got = values(call, dtypes_of(space, call, at == 0))
        if not got:
            if "-e" in sys.argv:
                print(f"refused in every dtype: {call}: {str(attempt.last)[:150]}")
            continue
        entry = stored["calls"][call] = {"values": got}
        grads = {d: second_order(call, d) for d in ("float64", "complex128")[: 2 - bool(at)] if d in got}
        grads = {d: g for d, g in grads.items() if g is not None}
        if grads:
            entry["grads"] = grads
        if at == 0:
            refused = {d: sampling.refusal(torch, call, d) for d in dtypes_of(space, call, True) if d not in got}
            stored["refused"] = {d: r for d, r in refused.items() if r is not None}
            dtype = next(iter(got))
            stored["vmap"] = maps(call, dtype)
            stored["graph"] = one_graph(call, dtype)
            stored["out"] = space != "Tensor" and not name.endswith("_") and takes_out(call, dtype)
    return stored


def main():
    torch.set_num_threads(1)
    logging.disable(logging.CRITICAL)  # (of what torch.compile refuses)
    names = json.loads((HERE / "torch_names.json").read_text())["names"]
    only = [a for a in sys.argv[1:] if a != "-e"]
    stored = {}
    for space, listed in names.items():
        for name in listed:
            if not only or name in only:
                stored[f"{space}.{name}"] = record(space, name)
    if only:
        print(json.dumps(stored, indent=1))
        return
    rows = [f"{json.dumps(k)}: {json.dumps(v, separators=(',', ':'))}" for k, v in stored.items()]
    head = json.dumps({"torch": torch.__version__})[:-1]
    path = HERE / "coverage.json"
    path.write_text(f'{head}, "names": {{\n' + ",\n".join(rows) + "}}\n", encoding="utf-8")
    print(f"{len(stored)} names, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
