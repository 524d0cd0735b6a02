"""Rows of a table of ratios: what a benchmark file lists, and how every one of them is checked, timed, printed and written as JSON.

Invariant: the contestants of a row have shown that they compute the same before they are timed, and run in turn in one process.
The first contestant of a row is ours, and what the others are divided by. "by hand" is the same without this library.
"""

import argparse
import importlib
import importlib.metadata
import json
import os
import platform
import statistics
import time
from pathlib import Path

import numpy as np

import funcgrad as fg

from .timing import interleave, least, percentiles, ratio

HAND = "by hand"


def optional(name):
    """A module, or None where it is not installed."""
    try:
        return importlib.import_module(name)
    except ImportError:
        return None


class Row:
    """One line of a table. `build(quick)` gives {contestant: call}, checked; `goal` is in words.

    `rounds`, and `quick` where few must do: how often each takes its turn. `more`: the unit (us, ms) in which the difference from
    what it costs by hand is of interest. `turn`: seconds of one; short ones, and many, get by between other programs. `operations`: how many of them ours are, where the time of one is.
    """

    def __init__(self, key, name, build, goal="", rounds=21, quick=7, turn=0.004, more=None, operations=0):
        self.key, self.name, self.build, self.goal = key, name, build, goal
        self.rounds, self.quick, self.turn = rounds, min(quick, rounds), turn
        self.more, self.operations = more, operations
        self.long = False  # not in a quick run, unless asked for

    def clock(self, call):
        """What its time is taken by: by default what this process computed, for everybody has one thread."""
        return time.process_time

    def beside(self):
        """Further figures, found after the timing: (what, {contestant: a list}) each."""
        return ()

    def measured(self, quick):
        """The records of this row, printed as they come."""
        print(f"\n{self.key}  {self.name}" + (f"   (goal: {self.goal})" if self.goal else ""), flush=True)
        calls = self.build(quick)
        ours = next(iter(calls))
        figures = interleave(calls, self.quick if quick else self.rounds, self.turn, self.clock(calls[ours]))
        records = self.records("time", figures, ours)
        each = statistics.median(figures[ours]) * 1e6 / self.operations if self.operations else None
        if each:
            print(f"  {ours}: {each:.2f} us an operation")
            records.append({"row": self.key, "what": "us an operation", "of": ours, "median": each})
        del calls
        for what, figures in self.beside():
            records += self.records(what, figures, ours)
        return records

    def records(self, what, figures, ours):
        """A record of each contestant beside ours: seconds of many rounds, or bytes."""
        unit = "KiB" if what == "peak memory" else "us"
        scale = 1 / 1024 if unit == "KiB" else 1e6
        shown = "" if what == "time" else f", {what}"
        print(f"  {ours + shown:24} {statistics.median(figures[ours]) * scale:12.2f} {unit}")
        out = []
        for name in figures:
            if name == ours:
                continue
            middle, low, high = ratio(figures, name, ours)
            record = {
                "row": self.key, "name": self.name, "what": what, "of": name, "to": ours,
                "median": middle, "low": low, "high": high, "least": least(figures, name, ours), "goal": self.goal,
            }  # fmt: skip
            line = f"  {name + shown:24} {statistics.median(figures[name]) * scale:12.2f} {unit}   / {ours}: {middle:.2f} ({low:.2f} to {high:.2f})"
            if what == "time":
                line += f", of the least {record['least']:.2f}"
            if self.more and name == HAND:
                factor = {"us": 1e6, "ms": 1e3}[self.more]
                record["more"] = percentiles(
                    [(b - a) * factor for a, b in zip(figures[name], figures[ours], strict=True)]
                )
                line += "; more: {:.2f} ({:.2f} to {:.2f}) {}".format(*record["more"], self.more)
            print(line, flush=True)
            out.append(record)
        return out


class Rows(list):
    """The rows of one file, in order. `rtol`: how near its contestants' results are."""

    def __init__(self, rows=(), rtol=1e-9):
        super().__init__(rows)
        self.rtol = rtol

    def row(self, key, name, goal="", rtol=0.0, **options):
        """A decorator of what makes a row's contestants. `rtol=None`: they compute different things."""

        def register(build):
            def checked(quick):
                return build() if rtol is None else agree(build(), rtol or self.rtol)

            self.append(Row(key, name, checked, goal, **options))
            return build

        return register

    def main(self, description, arguments=()):
        """The command of a benchmark file; returns its records. `arguments`: further ones, read elsewhere, as (name, options) of argparse."""
        parser = argparse.ArgumentParser(description=description.splitlines()[0])
        parser.add_argument("--rows", help="only these, by key, with commas")
        parser.add_argument("--json", help="also write the table to this file")
        parser.add_argument("--quick", action="store_true", help="fewer rounds, and no peer that compiles for seconds")
        for name, options in arguments:
            parser.add_argument(name, **options)
        given = parser.parse_args()
        known = {row.key: row for row in self}
        unknown = [key for key in (given.rows or "").split(",") if key and key not in known]
        if unknown:
            parser.error(f"there is no row {', '.join(unknown)}; there are {', '.join(known)}")
        about = versions()
        print(", ".join([f"{k} {v}" for k, v in about.items()]))
        some = [row for row in self if not (given.quick and row.long)]
        rows = [known[key] for key in given.rows.split(",")] if given.rows else some
        records = [record for row in rows for record in row.measured(given.quick)]
        if given.json:
            Path(given.json).write_text(json.dumps({"versions": about, "rows": records}, indent=1) + "\n")
        return records


def agree(contestants, rtol):
    """Every contestant computes the same; returns them."""
    results = {k: f() for k, f in contestants.items()}
    first = next(iter(results.values()))
    for name, got in results.items():
        for a, b in zip(fg.tree.leaves(got), fg.tree.leaves(first), strict=True):
            np.testing.assert_allclose(a, b, rtol=rtol, err_msg=name)
    return contestants


def versions():
    """What a table of figures must name: the machine and whoever took part."""
    found = {"Python": platform.python_version(), "CPU": cpu(), "cores": os.cpu_count(), "numpy": np.__version__}
    for name in ("jax", "torch", "autograd"):
        try:
            found[name] = importlib.metadata.version(name)
        except importlib.metadata.PackageNotFoundError:
            continue
    kernels = os.environ.get("OPENBLAS_CORETYPE")
    found["BLAS kernels"] = f"{kernels}, as the environment asks" if kernels else "OpenBLAS's choice"
    return found


def cpu():
    """The processor's name and widest vectors, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    if not info.exists():
        return platform.processor() or platform.machine()
    lines = dict([line.split("\t", 1) for line in info.read_text().split("\n\n")[0].splitlines() if "\t" in line])
    lines = {k.strip(): v.strip(" \t:") for k, v in lines.items()}
    flags = lines.get("flags", "").split()
    wide = "AVX-512" if "avx512f" in flags else "AVX2" if "avx2" in flags else ""
    return " ".join([lines.get("model name", platform.machine()), wide]).strip()
