"""Write strides.json.xz: the strides of torch's results for the calls of tests/strides_of_results.py on images in channels_last, on pairs of
images in two orders and on matrices, and what writes through views change on images in every order of memory.

Run with torch 2.13: `python tests/expected/make_strides.py`.
"""

import pathlib
import sys
import warnings

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import packed  # noqa: E402
from tests.strides_of_results import (  # noqa: E402
    LAYOUTS,
    MATRICES,
    WHAT_IS_A_VIEW,
    calls,
    made,
    matrices,
    matrix_calls,
    strides,
    written_through,
)


def answered(calls, space):
    """{call: what is seen of its results} of the calls that torch takes."""
    return {call: seen for call in calls if (seen := strides(call, space))}


if __name__ == "__main__":
    torch.set_num_threads(1)
    warnings.simplefilter("ignore")
    found, mixed = {}, {}
    for same in calls(torch):
        if got := answered(same, made(torch, "channels_last", "channels_last")):
            found[same[0].partition("(")[0]] = got
        if not same[0].startswith("torch.Tensor."):
            two = [call for call in same if "x, y" in call]
            mixed |= answered(two, made(torch, "permuted", "contiguous"))
    of_matrices = [answered(matrix_calls(), matrices(torch, *which)) for which in MATRICES]
    views = {
        layout: [
            [text, of_input, written_through(torch, layout, text, of_input)]
            for text in WHAT_IS_A_VIEW
            for of_input in (False, True)
        ]
        for layout in LAYOUTS
    }
    data = {"torch": torch.__version__, "calls": found, "mixed": mixed, "matrices": of_matrices, "views": views}
    packed.write("strides", data)
    print(f"{sum(map(len, [*found.values(), mixed, *of_matrices]))} results")
