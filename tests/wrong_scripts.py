"""Whole scripts with the mistakes that beginners ask about, run under torch and under compat: what they print and warn of, with which
error they end, and at which of their own lines.

    python tests/wrong_scripts.py                 which differ (torch 2.13 has to be installed)
    python tests/wrong_scripts.py --only scheduler      of those with this word in their title or text

The scripts stand in wrong_scripts.txt, each under its title, an empty line between two; `# <-` marks lines that compat's error has to name.
Invariant: nothing here differs between the two libraries.
"""

import argparse
import contextlib
import io
import linecache
import pathlib
import re
import sys
import traceback
import warnings
import zlib

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.random_mistakes import said  # noqa: E402
from tests.side_by_side import ABOUT_ITSELF, as_at_first, names_for, plain  # noqa: E402


def scripts():
    """{title: text} of all of them; the title is a comment in the first line."""
    texts = pathlib.Path(__file__).with_suffix(".txt").read_text(encoding="utf-8").strip().split("\n\n")
    return {f"{number}: {text.partition(chr(10))[0][2:]}": text + "\n" for number, text in enumerate(texts)}


def file_of(text):
    """What a script is called while it runs (its own name, for compat remembers lines)."""
    return f"<wrong script {zlib.crc32(text.encode())}>"


def run(torch, text):
    """(the error a script ends with or None, its warnings, its output)."""
    names, file = names_for(torch) | {"__name__": "__main__"}, file_of(text)
    linecache.cache[file] = len(text), None, text.splitlines(True), file
    torch.manual_seed(0)
    torch.set_warn_always(True)
    error, printed = None, io.StringIO()
    with warnings.catch_warnings(record=True) as caught, contextlib.redirect_stdout(printed):
        warnings.simplefilter("always")
        try:
            exec(compile(text, file, "exec"), names)
        except Exception as raised:
            error = raised
        finally:
            as_at_first(torch)
    return error, [w for w in caught if not ABOUT_ITSELF.search(str(w.message))], printed.getvalue()


def end_of(torch, text):
    """What is seen of a script: its output, [[a warning's kind, text and line]], and [the error's kind, text and last line of the script]."""
    error, told, printed = run(torch, text)
    row, file = {"prints": plain(printed)} if printed else {}, file_of(text)
    if error is not None:
        lines = [at.lineno for at in traceback.extract_tb(error.__traceback__) if at.filename == file]
        row["error"] = [type(error).__name__, plain(str(error)), *lines[-1:]]
    if told:
        row["warns"] = [[w.category.__name__, plain(str(w.message)), (w.filename == file) * w.lineno] for w in told]
    return row


def differ(got, want):
    """Do two ends of a script differ? compat has a name for what is missing, may say more after torch's words, and shows the script's line
    for a warning where torch shows one of its own."""
    if re.search(
        "<built-in method|builtin_function_or_method", str(want)
    ):  # (what torch has in C is written in Python)
        return False
    want, got = said(want), said(got)
    for row, own in zip(want.get("warns", ()), got.get("warns", ())):
        row[2] = row[2] or own[2]
    return want != got


def main():
    import torch

    import compat

    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="scripts with this text in them")
    args = parser.parse_args()
    count = wrong = 0
    for title, text in scripts().items():
        if args.only in title + text:
            want, got = end_of(torch, text), end_of(compat, text)
            count += 1
            if differ(got, want):
                wrong += 1
                print(f"--- {title}\n{text}  T {want}\n  C {got}")
    print(f"{count} scripts, {wrong} differ")


if __name__ == "__main__":
    main()
