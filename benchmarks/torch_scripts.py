"""How long the scripts in examples take on compat, as a ratio to torch: `python benchmarks/torch_scripts.py [name ...]`.

Each script is run whole, in this process, first under one library and then under the other, round after round; the shortest of
its times counts. One thread each. Without torch the times themselves are shown.
"""

import contextlib
import importlib.util
import io
import os
import pathlib
import sys
import time
import types
import warnings

for _threads in ("OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "OMP_NUM_THREADS"):
    os.environ.setdefault(_threads, "1")
ROOT = pathlib.Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "examples")]
sys.modules.update(matplotlib=None, tqdm=None)  # neither pictures nor progress bars are timed
OTHER = ("functional", "showing")  # no torch scripts
ROUNDS = 3


def own_modules():
    """The modules of the real torch among those that are loaded."""
    return {name: m for name, m in sys.modules.items() if name.partition(".")[0] == "torch"}


@contextlib.contextmanager
def on_compat():
    """Within the block `import torch` gives compat."""
    import compat

    kept = own_modules()
    for name in kept:
        del sys.modules[name]
    compat.install()
    try:
        yield
    finally:
        compat.uninstall()
        sys.modules.update(kept)


def seconds(code, path):
    """The time that one run of a script takes, its output thrown away."""
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    before = sys.modules["__main__"]
    sys.modules["__main__"] = module
    try:
        with (
            contextlib.redirect_stdout(io.StringIO()),
            contextlib.redirect_stderr(io.StringIO()),
            warnings.catch_warnings(),
        ):
            warnings.simplefilter("ignore")
            start = time.perf_counter()
            exec(code, vars(module))
            return time.perf_counter() - start
    finally:
        sys.modules["__main__"] = before


def measured(path, has_torch, rounds=ROUNDS):
    """(seconds on compat, seconds on torch or None) of a script, the best of several rounds by turns."""
    code = compile(path.read_text(encoding="utf-8"), str(path), "exec")
    ours, theirs = [], []
    for _ in range(rounds):
        with on_compat():
            ours.append(seconds(code, path))
        if has_torch:
            theirs.append(seconds(code, path))
    return min(ours), min(theirs) if theirs else None


def main(names):
    """Print a line for each example."""
    has_torch = importlib.util.find_spec("torch") is not None
    if has_torch:
        import torch

        torch.set_num_threads(1)
    ratios = []
    for path in sorted((ROOT / "examples").glob("*.py")):
        if path.stem in OTHER or names and path.stem not in names:
            continue
        ours, theirs = measured(path, has_torch)
        line = f"{path.stem:24} compat {ours * 1e3:8.1f} ms"
        if theirs is not None:
            ratios.append(ours / theirs)
            line += f"   torch {theirs * 1e3:8.1f} ms   ratio {ours / theirs:5.2f}"
        print(line, flush=True)
    if ratios:
        product = 1.0
        for r in ratios:
            product *= r
        print(f"{'geometric mean':24} ratio {product ** (1 / len(ratios)):5.2f}")


if __name__ == "__main__":
    main(sys.argv[1:])
