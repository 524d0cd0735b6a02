"""Writes warnings.json: what torch warns of, each call in a process of its own (most warnings are given once a process)."""

import json
import multiprocessing
import pathlib

import torch
from warnings_cases import CASES, said


def of(line):
    return said(torch, line)


if __name__ == "__main__":
    with multiprocessing.get_context("fork").Pool(1, maxtasksperchild=1) as pool:
        rows = dict(zip(CASES, pool.map(of, CASES, chunksize=1)))
    out = {"torch": torch.__version__, "rows": rows}
    pathlib.Path(__file__).with_name("warnings.json").write_text(json.dumps(out, indent=1) + "\n")
