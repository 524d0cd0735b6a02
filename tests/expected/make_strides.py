"""Write strides.json.xz: the strides of torch's results for the calls of tests/strides_of_results.py on images in channels_last, and
what writes through views change on images in every order of memory.

Run with torch 2.13: `python tests/expected/make_strides.py`.
"""

import json
import lzma
import pathlib
import sys
import warnings

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]

from tests.strides_of_results import LAYOUTS, WHAT_IS_A_VIEW, calls, made, strides, written_through  # noqa: E402

if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    found = {}
    for same in calls(torch):
        if same[0].startswith(("torch.linalg.", "torch.fft.")):
            continue
        space = made(torch, "channels_last", "channels_last")
        got = {call: seen for call in same if (seen := strides(call, space))}
        if got:
            found[same[0].partition("(")[0]] = got
    views = {
        layout: [
            [text, of_input, written_through(torch, layout, text, of_input)]
            for text in WHAT_IS_A_VIEW
            for of_input in (False, True)
        ]
        for layout in LAYOUTS
    }
    data = json.dumps({"torch": torch.__version__, "calls": found, "views": views}, separators=(",", ":")).encode()
    path = HERE / "strides.json.xz"
    path.write_bytes(lzma.compress(data))
    print(f"{sum(map(len, found.values()))} results, {path.stat().st_size} bytes")
