"""Write calls.json: what torch 2.13 says of the wrong calls of calls_cases.py. Run with torch 2.13 beside compat:
`python tests/expected/make_calls.py`.

`calls`: expression -> [error, its text]. `parsed`: name (of a method: with a dot before it) -> a digest of what torch says of its
wrong calls, None where it takes the arguments. `other`: names of which compat says something else for some of them.
"""

import hashlib
import json
import pathlib
import sys
from types import BuiltinFunctionType

import torch
from calls_cases import CALLS, wrong_calls

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
from compat import calls  # noqa: E402

SPACES = (torch, torch._C._nn, torch._C._linalg, torch._C._fft, torch._C._special, torch._C._VariableFunctions)


def said(f, args, kwargs):
    """What a call that its parser refuses raises; None for others."""
    try:
        f(*args, **kwargs)
    except TypeError as error:
        return str(error)
    except Exception:
        return None
    return None


def texts(name):
    """The texts of the wrong calls of a function, or of a method, in turn."""
    method, own = name.startswith("."), name.lstrip(".")
    signatures = calls.signatures_of(own, method)
    found = [getattr(s, own) for s in SPACES if hasattr(s, own)]
    f = next((f for f in found if isinstance(f, BuiltinFunctionType)), *found[:1] or [None])
    out = []
    for args, kwargs in wrong_calls(torch, signatures):
        x = torch.ones(2, 3)
        text = said(getattr(x, own) if method else f, args, kwargs)
        out.append(text and text.replace(f"Tensor.{own}()", f"TensorBase.{own}()"))
    return out


def digest(found):
    return hashlib.sha256(json.dumps(found).encode()).hexdigest()[:12]


def names():
    """The names whose wrong calls are looked at: all that have signatures, with the methods that follow from functions."""
    for name in calls.table():
        own = name.lstrip(".")
        for n in (name, *(() if name[0] == "." else ("." + own, "." + own + "_"))):
            if n[0] == "." and not callable(vars(torch._C.TensorBase).get(n[1:])) or n != name and n in calls.table():
                continue
            if calls.table().get(n) != "!" and calls.signatures_of(n.lstrip("."), n[0] == ".") is not None:
                yield n


def evaluated(code):
    x, y = torch.ones(2, 3), torch.ones(2, 3)
    try:
        eval(code, {"torch": torch, "F": torch.nn.functional, "nn": torch.nn, "x": x, "y": y})
    except Exception as error:
        return [type(error).__name__, str(error)]
    raise AssertionError(f"{code}: torch takes it")


def main():
    parsed = {name: digest(texts(name)) for name in dict.fromkeys(names())}
    out = {"torch": torch.__version__, "calls": {code: evaluated(code) for code in CALLS}, "parsed": parsed}
    path = pathlib.Path(__file__).with_name("calls.json")
    path.write_text(json.dumps(out, indent=0, ensure_ascii=False) + "\n", encoding="utf-8")
    print(len(out["calls"]), "calls,", len(parsed), "names")


if __name__ == "__main__":
    main()
