"""Compiled functions on the workloads of docs/performance.md, against jax.jit, torch, eager funcgrad and code written by hand.

    python benchmarks/compiled.py [--rows a,c,e] [--json FILE] [--quick] [--threads 1]

`--threads 1` gives every library one thread, and counts processor time in rows of a millisecond or more: what can be compared on a
machine that does other work too. Each row checks first that every contestant computes the same, then times them in turn in one process, and prints ratios
(median, 10th and 90th percentile of the rounds) beside the row's goal.
"""

import argparse
import json
import os
import platform
import sys
import time
from pathlib import Path

THREADS = int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else None
if THREADS is not None:  # (read when the libraries are loaded)
    os.environ.update(OPENBLAS_NUM_THREADS=str(THREADS), OMP_NUM_THREADS=str(THREADS))
    if THREADS == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import funcgrad as fg  # noqa: E402
from benchmarks.faces import faces, optional  # noqa: E402
from benchmarks.timing import interleave, least, microseconds, ratio  # noqa: E402
from benchmarks.workloads import WORKLOADS  # noqa: E402


def contestants(w, chosen, first_calls):
    """{name: call} of everyone who takes part in a row, each checked against the first."""
    calls = {}
    want = None
    for face in chosen:
        f, args = face.make(w)
        start = time.perf_counter()
        got = face.run(f, args)
        first_calls[face.name] = time.perf_counter() - start
        calls[face.name] = lambda face=face, f=f, args=args: face.run(f, args)
        if w.kind == "step" and face.name == "torch":
            continue  # (torch's step counts itself and writes in place)
        want = agree(w, face.name, face.plain(got), want)
    if w.hand is not None:
        agree(w, "hand", w.hand(*w.args), want)
        calls["hand"] = lambda: w.hand(*w.args)
    return calls


def agree(w, name, got, want):
    if want is None:
        return got
    for a, b in zip(fg.tree.leaves(got), fg.tree.leaves(want), strict=True):
        a, b = np.asarray(a, np.float64), np.asarray(b, np.float64)
        scale = np.abs(b).max(initial=1e-3)
        np.testing.assert_allclose(
            a.reshape(b.shape) / scale, b / scale, rtol=0, atol=w.tolerance, err_msg=f"{w.name}: {name}"
        )
    return want


def clock_for(call):
    """With one thread each, rows of a millisecond and more are measured in processor time; shorter ones by the wall, since threads that
    wait for work, which some libraries have, would count."""
    start = time.perf_counter()
    call()
    return time.process_time if THREADS == 1 and time.perf_counter() - start > 1e-3 else time.perf_counter


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rows", help="only these, by letter, with commas")
    parser.add_argument("--only", help="only these contestants beside fg, with commas")
    parser.add_argument("--json", help="also write the table to this file")
    parser.add_argument("--quick", action="store_true", help="fewer rounds")
    parser.add_argument("--threads", type=int, help="threads of every library")
    options = parser.parse_args()
    versions = {"numpy": np.__version__}
    for name in ("jax", "torch"):
        module = optional(name)
        if module is not None:
            versions[name] = module.__version__
    if THREADS is not None:
        fg.config(threads=THREADS)
    kernels = os.environ.get("OPENBLAS_CORETYPE")
    versions["BLAS kernels"] = f"{kernels}, as the environment asks" if kernels else "OpenBLAS's choice"
    print(f"Python {platform.python_version()}, {platform.machine()}, {versions}")
    chosen = [f for f in faces(THREADS or 2) if not options.only or f.name in ("fg", *options.only.split(","))]
    table = []
    for row in options.rows.split(",") if options.rows else WORKLOADS:
        w = WORKLOADS[row]()
        first_calls = {}
        calls = contestants(w, chosen, first_calls)
        if w.big and w.row not in ("f1", "f2", "g", "g1"):
            calls.pop("fg eager", None)
        rounds = 7 if w.big or options.quick else 21
        figures = interleave(calls, rounds, clock=clock_for(calls["fg"]))
        leasts = {k: least(figures, k, "fg") for k in calls if k != "fg"}
        ratios = {k: ratio(figures, k, "fg") for k in calls if k != "fg"}
        print(f"\n{row}  {w.name}   (goal: {w.goal})")
        for k in calls:
            line = f"  {k:10} {microseconds(figures, k):12.2f} us"
            if k in ratios:
                line += f"   / fg: {ratios[k][0]:7.2f}  ({ratios[k][1]:.2f} to {ratios[k][2]:.2f}); of the least {leasts[k]:.2f}"
            if k in first_calls:
                line += f"   first call {first_calls[k] * 1e3:.0f} ms"
            print(line, flush=True)
        table.append(
            {"row": row, "name": w.name, "goal": w.goal, "ratios": ratios, "least": leasts, "first call": first_calls}
        )
    if options.json:
        with open(options.json, "w") as stream:
            json.dump({"versions": versions, "rows": table}, stream, indent=1)


if __name__ == "__main__":
    main()
