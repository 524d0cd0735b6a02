"""What the programs of this folder draw with: matplotlib, which they can do without (`pip install "funcgrad[examples]"`)."""

import pathlib
import sys


def save(script, draw, figures, panels=1):
    """Write SCRIPT.png to the current folder: `draw(panels, figures)` gets that many axes side by side, or one."""
    try:
        from matplotlib.figure import Figure
    except ImportError:
        print("no picture: matplotlib is not installed", file=sys.stderr)
        return
    picture = Figure(figsize=(2.0 + 3.6 * panels, 3.6), layout="constrained")
    axes = picture.subplots(1, panels)
    draw(axes, figures)
    path = pathlib.Path(script).with_suffix(".png").name
    picture.savefig(path, dpi=100)
    print("drawn:", path)
