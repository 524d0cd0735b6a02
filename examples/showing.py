"""Progress bars and pictures of the example programs, by tqdm and matplotlib: `pip install "funcgrad[examples]"`.

A program runs without either, and what it prints on standard output is the same: bars and notes go to standard error.
"""

import contextlib
import pathlib
import sys


class Above:
    """Standard output that takes a bar away for each line that is written."""

    def __init__(self, stream, bar):
        self.stream, self.bar = stream, bar

    def __getattr__(self, name):
        return getattr(self.stream, name)

    def write(self, text):
        self.bar.clear()
        self.stream.write(text)
        if text.endswith("\n"):
            self.stream.flush()
            self.bar.refresh()


def steps(count):
    """range(count); on a terminal, where tqdm is installed, with a bar below what is printed."""
    try:
        from tqdm import tqdm
    except ImportError:
        yield from range(count)
        return
    with tqdm(range(count), leave=False, disable=None) as bar, contextlib.redirect_stdout(Above(sys.stdout, bar)):
        yield from bar


def compiled(f):
    """f by torch.compile if the command line says `--compile`; else f itself. Also as a decorator."""
    if "--compile" not in sys.argv[1:]:
        return f
    import torch

    return torch.compile(f)


def save(script, draw, panels=1, size=(3.6, 3.6)):
    """Write SCRIPT.png to the folder that the command line names, or to the current one.

    `draw(axes)` gets one axes of matplotlib, or that many side by side; `size`: of one panel, in inches.
    """
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print('no picture: matplotlib is not installed (pip install "funcgrad[examples]")', file=sys.stderr)
        return
    picture = Figure(figsize=(2.0 + size[0] * panels, size[1]), layout="constrained")
    draw(picture.subplots(1, panels))
    name = pathlib.Path(script).stem
    given = sys.argv[1:] if pathlib.Path(sys.argv[0]).stem == name else []
    path = pathlib.Path(*[x for x in given if x != "--compile"][:1], name + ".png")
    picture.savefig(path, dpi=100)
    print("picture:", path, file=sys.stderr)
