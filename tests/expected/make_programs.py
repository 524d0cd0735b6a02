"""Write programs.json: what the scripts in tests/expected/programs and in examples print under torch, and two files that
torch wrote. Run with torch 2.13: `python tests/expected/make_programs.py [name ...]`; with names, only those are run anew."""

import base64
import contextlib
import io
import json
import pathlib
import re
import sys
import time
import types
import warnings

ROOT = pathlib.Path(__file__).parents[2]
TARGET = pathlib.Path(__file__).with_suffix("").with_name("programs.json")
OTHER = ("functional", "showing", "torch_line_fit")  # examples that are no torch scripts, or tested elsewhere
SCRIPTS = {p.stem: p for p in sorted((ROOT / "tests" / "expected" / "programs").glob("*.py"))}
EXAMPLES = {p.stem: p for p in sorted((ROOT / "examples").glob("*.py")) if p.stem not in OTHER}


def normalised(text):
    """Output without object addresses and temporary folders."""
    return re.sub(r"0x[0-9a-fA-F]+", "0x...", text)


@contextlib.contextmanager
def run_as_main(path, *without, options=()):
    """The `__main__` of a script, its folder importable as under Python; modules named in `without` cannot be imported. `options`: of
    its command line."""
    module = types.ModuleType("__main__")
    module.__file__ = str(path)
    before = {name: sys.modules.get(name) for name in ("__main__", *without)}, sys.argv, sys.path
    sys.modules.update({"__main__": module, **dict.fromkeys(without)})
    sys.argv, sys.path = [str(path), *options], [str(path.parent), *sys.path]
    try:
        yield module
    finally:
        modules, sys.argv, sys.path = before
        for name, kept in modules.items():
            if kept is None:
                del sys.modules[name]
            else:
                sys.modules[name] = kept


def output_of(path, *options):
    """What a script prints, run in this process as `__main__`, without pictures and progress bars."""
    out = io.StringIO()
    with run_as_main(path, "matplotlib", "tqdm", options=options) as module, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with contextlib.redirect_stdout(out), contextlib.redirect_stderr(io.StringIO()):
            exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), vars(module))
    return normalised(out.getvalue())


def written_files():
    """Two files that torch writes, in both of its formats: base64 of each, and what is in them."""
    import torch

    torch.manual_seed(0)
    layer = torch.nn.Linear(2, 3)
    a = torch.arange(6.0).reshape(2, 3)
    saved = {
        "layer": layer.state_dict(),
        "a": a,
        "row": a[1],
        "p": layer.bias,
        "k": torch.tensor([1, 2], dtype=torch.int16),
    }
    files = {}
    for name, new in (("zip", True), ("legacy", False)):
        file = io.BytesIO()
        torch.save(saved, file, _use_new_zipfile_serialization=new)
        files[name] = base64.b64encode(file.getvalue()).decode()
    return {"files": files, "shown": str(saved)}


def main(only):
    """Run the scripts under plain Python and store what they print."""
    import torch

    torch.set_num_threads(1)
    old = json.loads(TARGET.read_text(encoding="utf-8")) if TARGET.exists() else {"printed": {}}
    printed = {k: v for k, v in old["printed"].items() if k in SCRIPTS | EXAMPLES}
    for name, path in (SCRIPTS | EXAMPLES).items():
        if only and name not in only:
            continue
        start = time.perf_counter()
        printed[name] = output_of(path)
        print(f"{name}: {len(printed[name])} characters, {time.perf_counter() - start:.1f} s")
    stored = {"torch": torch.__version__, "written": written_files(), "printed": dict(sorted(printed.items()))}
    TARGET.write_text(json.dumps(stored, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
