"""The examples in torch's own docstrings, each run as a program under torch and under compat: what every line gives, prints, warns of and raises.

    python tests/docstring_examples.py                  what differs, by name (torch 2.13 has to be installed)
    python tests/docstring_examples.py --only linalg.   of names with this text in them
    python tests/docstring_examples.py --blocks         blocks of code in place of `>>>` examples

Nothing of torch's text is kept: it is read where torch is installed. Invariant: lines that need what is no CPU of one process (BEYOND), or the
network, are left out, and what is drawn without a seed of its own is drawn after the same one.
"""

import argparse
import ast
import collections
import contextlib
import doctest
import importlib
import inspect
import io
import os
import pathlib
import re
import signal
import sys
import tempfile
import textwrap
import types
import warnings

sys.path[:0] = [str(pathlib.Path(__file__).resolve().parent.parent)]
from tests import side_by_side  # noqa: E402

MODULES = (
    "torch torch.Tensor torch.nn torch.nn.functional torch.linalg torch.fft torch.special torch.optim torch.optim.lr_scheduler "
    "torch.optim.swa_utils torch.utils.data torch.autograd torch.autograd.functional torch.autograd.forward_ad torch.autograd.graph torch.func "
    "torch.nn.utils torch.nn.utils.parametrize torch.nn.utils.parametrizations torch.nn.utils.rnn torch.nn.utils.prune torch.nn.init torch.testing "
    "torch.utils.checkpoint torch.utils.benchmark torch.utils.hooks torch.distributions torch.distributions.transforms torch.distributions.kl "
    "torch.nn.attention torch.random torch.overrides torch.library torch.compiler torch.jit torch.fx torch.futures torch.amp torch.profiler "
    "torch.signal.windows torch.masked torch.serialization torch.storage torch.cpu torch.utils._pytree"
).split()
BEYOND = re.compile(
    r"cuda|torch\.hub|dist\.init|sleep|input\(|export|onnx|multiprocessing|num_workers|xpu|mps|download|rpc|DataParallel|init_process_group|sparse|"
    r"quantize|webbrowser|subprocess|tensorboard|new_empty|empty\("
)
HEAD = re.compile(r"^( *)(?:.*::|\.\. code-block:: *python.*|\.\. testcode.*|```python)\s*$")
OTHER_HEAD = re.compile(r"^ *\.\. (note|warning|math|seealso|code-block:: (?!python)|version)")
LIMIT = 30  # seconds


class TooLong(BaseException):
    """A program has not ended in its time."""


def documented():
    """(name, docstring), each docstring once: of the members of the modules, and of the members of classes among them."""
    seen = set()
    for path in MODULES:
        owner = importlib.import_module(path.rpartition(".Tensor")[0] or path)
        owner = owner.Tensor if path.endswith(".Tensor") else owner
        for name in dir(owner):
            value = inspect.getattr_static(owner, name)
            members = [(f"{path}.{name}", value)]
            if isinstance(value, type):
                members += [(f"{path}.{name}.{k}", v) for k, v in vars(value).items()]
            for full, member in members:
                text = None if isinstance(member, (types.ModuleType, int, str, float)) else inspect.getdoc(member)
                if text and text not in seen:
                    seen.add(text)
                    yield full, text


def examples(text):
    """The statements of a docstring's `>>>` examples; a compound one may have `>>>` on each of its lines."""
    try:
        found = doctest.DocTestParser().get_examples(re.sub(r"^( *>>>)(?=\S)", r"\1 ", text, flags=re.M))
        lines = [e.source.rstrip("\n") for e in found]
    except ValueError:
        lines = [line.strip()[4:] for line in text.splitlines() if line.strip().startswith((">>> ", "... "))]
    whole, part = [], []
    for line in lines:
        if line.strip().startswith("#"):
            continue
        part.append(line)
        with contextlib.suppress(SyntaxError):
            ast.parse("\n".join(part))
            whole.append("\n".join(part))
            part = []
    joined = []
    for line in whole + ["\n".join(part)] * bool(part):
        if joined and (line[:1].isspace() or line.startswith(("else", "elif", "except"))):
            joined[-1] += "\n" + line
        else:
            joined.append(line)
    return joined


def blocks(text):
    """The statements of a docstring's blocks of code."""
    lines, found, at = text.splitlines(), [], 0
    while at < len(lines):
        head, at = HEAD.match(lines[at]), at + 1
        if not head or OTHER_HEAD.match(lines[at - 1]):
            continue
        block = []
        while at < len(lines) and (not lines[at].strip() or len(lines[at]) - len(lines[at].lstrip()) > len(head[1])):
            block.append(lines[at])
            at += 1
        code = textwrap.dedent("\n".join(line for line in block if not line.strip().startswith(":"))).strip("\n")
        with contextlib.suppress(SyntaxError):
            for node in ast.parse(code).body if ">>>" not in code else ():
                first = min([node.lineno, *[d.lineno for d in getattr(node, "decorator_list", ())]])
                found.append("\n".join(code.splitlines()[first - 1 : node.end_lineno]))
    return found


def under(library, line):
    """A statement with its imports of torch as those of the library, which is there as `torch` already."""
    line = re.sub(r"^(\s*)import torch(?:\.\S+)?$", r"\1pass", line, flags=re.M)
    line = re.sub(r"^(\s*)import torch(\.\S+)? as ", rf"\1import {library}\2 as ", line, flags=re.M)
    return re.sub(r"\bfrom torch(?=[.\s])(\S*) import", rf"from {library}\1 import", line)


def outcome(library, lines):
    """(what is seen of each line, what was printed), or None if it takes too long."""
    out = io.StringIO()
    signal.alarm(LIMIT)
    try:
        with contextlib.redirect_stdout(out):
            rows = side_by_side.outcome(library, [under(library.__name__, line) for line in lines])
        return rows, side_by_side.plain(out.getvalue())
    except TooLong:
        return None
    finally:
        signal.alarm(0)


def differences(lines, got, want):
    """[(line, how the two differ)]."""
    if got is None or want is None:
        return [("", "too long")] if got is not want else []
    found = [(line, d) for line, g, w in zip(lines, got[0], want[0]) if (d := side_by_side.differ(g, w))]
    if len(got[0]) != len(want[0]):
        found.append(("", f"{len(got[0])} lines | {len(want[0])}"))
    return found or ([("printed", f"{got[1]} | {want[1]}")] if got[1] != want[1] else [])


def main():
    import torch

    import compat

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--only", default="", help="names with this text in them")
    parser.add_argument("--blocks", action="store_true", help="blocks of code in place of `>>>` examples")
    args = parser.parse_args()
    warnings.simplefilter("ignore")
    signal.signal(signal.SIGALRM, lambda *_: (_ for _ in ()).throw(TooLong()))
    counts = collections.Counter()
    os.chdir(tempfile.mkdtemp())
    for name, text in sorted(documented()):
        lines = (blocks if args.blocks else examples)(text) if args.only in name else []
        lines = [line for line in lines if not BEYOND.search(line)]
        if not lines:
            continue
        if "distributions" in name:
            lines = ["from torch.distributions import *", *lines]
        want, got = outcome(torch, lines), outcome(compat, lines)
        counts.update(programs=1, lines=len(lines))
        if found := differences(lines, got, want):
            counts.update(differ=1)
            print(f"--- {name}", *[f"{line}\n  => {how[:400]}" for line, how in found[:3]], sep="\n", flush=True)
    print(f"{counts['differ']} of {counts['programs']} programs differ ({counts['lines']} lines)")


if __name__ == "__main__":
    main()
