"""Compiled functions on the workloads of docs/performance.md: against jax, torch, autograd, eager funcgrad and code written by hand.

    python benchmarks/compiled.py [--rows a,c,e] [--json FILE] [--quick] [--threads 1] [--only jax.jit,torch]

`--threads 1` gives every library one thread, and counts processor time in rows of a millisecond or more: what can be compared on a
machine that does other work too. Each row checks first that every contestant computes the same, then times them in turn in one
process, and prints ratios (median, 10th and 90th percentile of the rounds) beside the row's goal; after that what a first call costs
(staging, compiling, one run) and the peak memory of a later one.
"""

import os
import sys
import time
from pathlib import Path

THREADS = int(sys.argv[sys.argv.index("--threads") + 1]) if "--threads" in sys.argv else None
ONLY = sys.argv[sys.argv.index("--only") + 1].split(",") if "--only" in sys.argv else None
if THREADS is not None:  # (read when the libraries are loaded)
    os.environ.update(OPENBLAS_NUM_THREADS=str(THREADS), OMP_NUM_THREADS=str(THREADS))
    if THREADS == 1:
        os.environ["XLA_FLAGS"] = "--xla_cpu_multi_thread_eigen=false intra_op_parallelism_threads=1"

import numpy as np  # noqa: E402

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import funcgrad as fg  # noqa: E402
from benchmarks.faces import faces  # noqa: E402
from benchmarks.memory import peak  # noqa: E402
from benchmarks.rows import HAND, Row, Rows  # noqa: E402
from benchmarks.workloads import WORKLOADS  # noqa: E402

COMPILE = ("fg", "jax.jit", "torch.compile")  # who has a first call worth a figure
EAGER = ("fg eager", "autograd", "jax eager")  # whose largest rows would take a minute
SLOW = 4.0  # seconds that a first call takes, beyond which a quick run asks XLA for its memory, which compiles again, no more
LITTLE = 1 << 16  # bytes by hand: below that Python's own objects are what a peak shows


class Compiled(Row):
    """The row of one workload."""

    def __init__(self, key):
        self.workload = w = WORKLOADS[key]()
        often = dict(rounds=7, quick=3 if key == "e" else 5) if w.big else dict(rounds=101, quick=51, turn=5e-4)
        super().__init__(key, w.name, self.contestants, w.goal, **often)

    def contestants(self, quick):
        """{name: call} of everyone who takes part, each checked against the first."""
        w = self.workload
        self.faces = [
            face
            for face in faces(THREADS or 2, quick)
            if (ONLY is None or face.name in ("fg", *ONLY))
            and face.takes(w)
            and not (w.row == "e" and face.name in EAGER)
        ]
        self.first, calls, want = {}, {}, None
        for face in self.faces:
            f, args, seconds, got = first_call(face, w)
            if face.name in COMPILE:
                self.first[face.name] = [seconds]
            calls[face.name] = lambda face=face, f=f, args=args: face.run(f, args)
            if w.kind == "step" and face.name.startswith("torch"):
                continue  # (torch's step counts itself and writes in place)
            want = agree(w, face.name, face.plain(got), want)
        agree(w, HAND, w.hand(*w.args), want)
        calls[HAND] = lambda: w.hand(*w.args)
        self.rounds_of_first = 0 if quick else 2
        return calls

    def clock(self, call):
        """With one thread each, rows of a millisecond and more are measured in processor time; shorter ones by the wall, since
        threads that wait for work, which some libraries have, would count."""
        start = time.perf_counter()
        call()
        return time.process_time if THREADS == 1 and time.perf_counter() - start > 1e-3 else time.perf_counter

    def beside(self):
        w = self.workload
        for _ in range(self.rounds_of_first):
            for face in self.faces:
                if face.name in self.first:
                    self.first[face.name].append(first_call(face, w)[2])
        yield "first call", self.first
        by_hand = peak(lambda: None, lambda _: w.hand(*w.args))
        if by_hand < LITTLE:
            return
        bytes_of = {}
        for face in self.faces:
            if face.name == "fg":
                bytes_of["fg"] = [
                    peak(lambda face=face: first_call(face, w)[:2], lambda made, face=face: face.run(*made))
                ]
            elif face.name == "jax.jit" and (self.rounds_of_first or self.first["jax.jit"][0] < SLOW):
                bytes_of["jax.jit"] = [face.bytes(*face.make(w))]
        yield "peak memory", {**bytes_of, HAND: [by_hand]}


def first_call(face, w):
    """(function, arguments, seconds of the first call, what it gave)."""
    start = time.perf_counter()
    f, args = face.make(w)
    got = face.run(f, args)
    return f, args, time.perf_counter() - start, got


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


ROWS = Rows(map(Compiled, WORKLOADS))

if __name__ == "__main__":
    if THREADS is not None:
        fg.config(threads=THREADS)
    further = [
        ("--threads", dict(type=int, help="threads of every library")),
        ("--only", dict(help="only these contestants beside fg, with commas")),
    ]
    ROWS.main(__doc__, further)
