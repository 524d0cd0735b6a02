"""The whole table of docs/performance.md by one command, and whether anything has become slower.

    python benchmarks/table.py [--quick] [--parts compiled,eager] [--json FILE] [--threads 1] [--keep]

Runs the files named in PARTS, each in a process of its own (they set up threads and number formats before libraries load), with every
peer that is installed; prints what they print, and at the end each ratio to hand-written NumPy that is more than 1.5 times worse
than the one in ratios.json. A row that looks worse is measured once more, with all its rounds, before it counts: the exit
code is then 1. `--keep` writes the ratios found into ratios.json. `--quick` takes fewer rounds, and leaves out what needs seconds
to compile.

Invariant: only ratios are compared: of what is found the better of the median and of the least figures, with the worse of the two as
it was kept, since other programs on the machine must not look like a change of ours.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

HERE = Path(__file__).resolve().parent
COMMITTED = HERE / "ratios.json"
PARTS = (
    "compiled",
    "eager",
    "control_flow",
    "optim",
    "functional_programs",
    "torch_scripts",
    "small_models",
    "torch_models",
    "imports",
)
HAND = "by hand"
FACTOR = 1.5


def run(part, arguments):
    """What a part writes as JSON: {"versions": ..., "rows": [records]}."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "table.json"
        subprocess.run([sys.executable, str(HERE / f"{part}.py"), "--json", str(path), *arguments], check=True)
        return json.loads(path.read_text())


def ratios(records, better=max):
    """{row, what: cost of ours over that by hand} of the records that have one, by the `better` (min: the worse) of its two figures."""
    return {
        f"{r['row']}, {r['what']}": round(1 / better(r["median"], r["least"]), 3)
        for r in records
        if r.get("of") == HAND and "least" in r
    }


def worse(found, committed, factor=FACTOR):
    """The keys of ratios that are more than `factor` times what they were, with both figures; new rows have nothing to be worse than."""
    return {k: (committed[k], v) for k, v in found.items() if k in committed and v > factor * committed[k]}


def again(part, suspects, arguments):
    """The ratios of the rows of these keys, measured once more with all rounds."""
    rows = dict.fromkeys([k.rsplit(", ", 1)[0] for k in suspects])
    print(f"\nOnce more, since it looks slower than in {COMMITTED.name}: {', '.join(rows)}", flush=True)
    found = ratios(run(part, [*arguments, "--rows", ",".join(rows)])["rows"])
    return {k: found[k] for k in suspects}


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--parts", help=f"only these, with commas: {', '.join(PARTS)}")
    parser.add_argument("--quick", action="store_true", help="fewer rounds, and no peer that compiles for seconds")
    parser.add_argument("--threads", default="1", help="threads of every library in the compiled rows (1)")
    parser.add_argument("--json", help="also write the table to this file")
    parser.add_argument("--keep", action="store_true", help="write the ratios to hand-written NumPy into ratios.json")
    options = parser.parse_args()
    committed = json.loads(COMMITTED.read_text())["ratios"] if COMMITTED.exists() else {}
    start = time.perf_counter()
    table, kept, bad = {}, {}, {}
    for part in options.parts.split(",") if options.parts else PARTS:
        print(f"\n==== {part}", flush=True)
        threads = ["--threads", options.threads] if part == "compiled" else []
        table[part] = run(part, [*threads, *["--quick"] * options.quick])
        found, before = ratios(table[part]["rows"]), committed.get(part, {})
        suspects = worse(found, before)
        if suspects and not options.keep:
            for k, v in again(part, suspects, threads).items():
                found[k] = min(found[k], v)
            bad |= {f"{part}: {k}": v for k, v in worse(found, before).items()}
        kept[part] = ratios(table[part]["rows"], min)
    date = time.strftime("%Y-%m-%d")
    if options.json:
        Path(options.json).write_text(json.dumps({"date": date, "parts": table}, indent=1) + "\n")
    if options.keep:
        about = {"date": date, "threads": options.threads, **next(iter(table.values()))["versions"]}
        COMMITTED.write_text(json.dumps({"about": about, "ratios": {**committed, **kept}}, indent=1) + "\n")
    print(f"\n{sum(map(len, kept.values()))} ratios to hand-written NumPy in {time.perf_counter() - start:.0f} s")
    for k, (was, now) in bad.items():
        print(f"WORSE  {k}: {now:.2f} times the time or memory by hand; it was {was:.2f}")
    if not bad and committed and not options.keep:
        print(f"none is more than {FACTOR} times worse than in {COMMITTED.name}")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
