"""Write random_data.json.xz: what torch does for the first programs of random_distributions.py and random_loaders.py and for those of
data_programs.py, what it has pickled, and the dtypes that autocast changes.

Run with torch 2.13: `python tests/expected/make_random_data.py`.
"""

import base64
import io
import pathlib
import pickle
import platform
import sys

import torch

HERE = pathlib.Path(__file__).parent
sys.path[:0] = [str(HERE.parents[1])]
from tests import autocast_dtypes, packed, random_distributions, random_loaders  # noqa: E402
from tests.data_programs import PICKLED, fixed_programs, in_a_folder  # noqa: E402
from tests.side_by_side import names_for, outcome, programs, seen  # noqa: E402


def main():
    torch.set_num_threads(1)
    stored = {"torch": torch.__version__, "python": platform.python_version_tuple()[:2]}
    stored["distributions"] = [outcome(torch, lines) for lines in programs(random_distributions.program, 160, "stored")]
    stored["loaders"] = [outcome(torch, lines) for lines in programs(random_loaders.program, 120, "stored")]
    with in_a_folder():
        stored["fixed"] = [outcome(torch, lines) for lines in fixed_programs()]
    stored["autocast"] = {
        f"{call}|{mode}": want
        for call, mode in autocast_dtypes.samples()
        if (want := autocast_dtypes.result(torch, call, mode))
        not in (None, autocast_dtypes.result(torch, call, mode, False))
    }
    stored["pickled"] = {}
    for line in PICKLED:
        torch.manual_seed(0)
        x, old = eval(line, names_for(torch)), io.BytesIO()
        torch.save(x, old, _use_new_zipfile_serialization=False)
        files = [*[pickle.dumps(x, protocol) for protocol in (2, 5)], old.getvalue()]
        stored["pickled"][line] = [seen(torch, x), *[base64.b64encode(f).decode() for f in files]]
    packed.write("random_data", stored)


if __name__ == "__main__":
    main()
