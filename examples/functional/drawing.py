"""What the programs of this folder draw with: the pictures of the folder above, of what `main` returned."""

import pathlib
import sys

sys.path.append(str(pathlib.Path(__file__).resolve().parents[1]))
from showing import save as save_picture  # noqa: E402


def save(script, draw, figures, panels=1):
    """Write SCRIPT.png: `draw(axes, figures)` gets that many axes side by side, or one."""
    save_picture(script, lambda axes: draw(axes, figures), panels)
