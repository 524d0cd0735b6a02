"""Write compat/functions/signatures.py: the signatures by which torch 2.13 parses the arguments of its own functions, as they
stand in its library and as its errors list them. Run with torch 2.13 beside compat: `python tests/expected/make_signatures.py`.

A line is names (of methods: with a dot before them) and their signatures; `-`: a method that takes no arguments. A parameter is the
letter of its type (compat/_calls.py), a length, `?` if None is taken, its name and its default; `$` stands for the options of a
new Tensor, `@` for out=. What follows from the function by dropping the Tensor and out= is left out; `!`: torch has it in Python.
"""

import pathlib
import re
import sys
from types import BuiltinFunctionType, FunctionType

import torch

ROOT = pathlib.Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))
import compat  # noqa: E402
from compat import _calls as calls  # noqa: E402
from compat.functions.register import FUNCTIONS, METHODS  # noqa: E402
from compat.nn.functional import _FAMILIES as F_FAMILIES  # noqa: E402

LIBRARY = pathlib.Path(torch.__file__).parent / "lib" / "libtorch_python.so"
RAW = re.compile(rb"([a-zA-Z_]\w*)\(([\w :<>*?\[\],=.\"'+\-&{}]*)\)(\|deprecated|\|hidden)?\x00")
TYPES = {
    "Tensor": "T", "Scalar": "S", "int64_t": "I", "SymInt": "N", "DeviceIndex": "I", "double": "F", "bool": "B", "IntArrayRef": "A",
    "SymIntArrayRef": "A", "TensorList": "L", "c10::List<::std::optional<Tensor>>": "L", "ArrayRef<double>": "R", "ScalarList": "C",
    "ScalarType": "D", "Layout": "Y", "MemoryFormat": "M", "Device": "V", "Generator": "G", "c10::string_view": "Q",
    "std::string_view": "Q", "std::string": "Q", "PyObject*": "O", "Storage": "P",
}  # fmt: skip
BEHIND = """
_lu_with_info _pack_padded_sequence _pad_packed_sequence _unique2 _upsample_bicubic2d_aa _upsample_bilinear2d_aa _upsample_lanczos2d_aa _upsample_nearest_exact1d
_upsample_nearest_exact2d _upsample_nearest_exact3d affine_grid_generator atleast_1d atleast_2d atleast_3d block_diag broadcast_tensors cartesian_prod cdist
chain_matmul col2im cross_entropy_loss einsum feature_dropout feature_dropout_ grid_sampler hardsigmoid_ hardswish_ im2col log_sigmoid
meshgrid mish_ nll_loss_nd pad_sequence relu6_ silu_ split split_with_sizes stft tensordot unique_consecutive unique_dim upsample_bicubic2d upsample_bilinear2d upsample_linear1d
upsample_nearest1d upsample_nearest2d upsample_nearest3d upsample_trilinear3d
"""  # what torch's functions in Python call (compat/python_calls.py)
OBJECTS = tuple(object() for _ in range(14))


def encoded(parameters, hidden):
    """A signature of the library in our letters, or None for one of another kind."""
    parts = []
    for p in parameters.split(", ") if parameters else ():
        if p == "*":
            parts.append(p)
            continue
        kind, _, name = p.rpartition(" ")
        found = re.fullmatch(r"(.*?)(?:\[(\d+)\])?(\?)?", kind)
        if found[1] not in TYPES:
            return None
        parts.append(TYPES[found[1]] + (found[2] or "") + (found[3] or "") + name)
    text = " ".join(parts)
    return text.replace(calls.TENSOR_OPTIONS, "$").replace(calls.OUT, "@") + ("|" if hidden else "")


def library():
    """{name: [signatures]}, in the order in which they stand in the library."""
    found = {}
    for name, parameters, hidden in RAW.findall(LIBRARY.read_bytes()):
        text = encoded(parameters.decode(), hidden)
        if text is not None and text not in found.setdefault(name.decode(), []):
            found[name.decode()].append(text)
    return found


def said(f, *args, **kwargs):
    try:
        f(*args, **kwargs)
    except TypeError as error:
        return str(error)
    except Exception:
        return ""
    return ""


def is_function(text):
    return bool(re.search(r"\b[TLS]\d?\??(input|self|tensors|condition)\b", text))


def chosen(name, f, candidates, method):
    """The signatures of a callable, by what it says when it is called with what nothing takes."""
    text = said(f, *OBJECTS)
    if text.startswith(("Tensor.", "TensorBase.")):
        return "-" if "takes no arguments" in text else None
    if not text.startswith(f"{name}()"):
        return None
    hidden = [c for c in candidates if c.endswith("|")]
    shown = {str(calls.Signature(calls.expanded(c))): c for c in candidates if not c.endswith("|")}
    options = [line[3:] for line in text.split("\n") if line.startswith(" * ")]
    if not options and " expected (" in text:
        options = ["(" + text.rpartition(" expected (")[2]]
    if options:
        picked = [shown.get(o) for o in options]
        if None in picked:
            return None
        return ";".join([*(h for h in hidden if is_function(h) == is_function(picked[0])), *picked])
    fitting = [c for c in shown.values() if str(calls.Signature(calls.expanded(c)).misfit(name, OBJECTS, {})) == text]
    if len(fitting) > 1:
        fitting = [c for c in fitting if is_function(c) != method] or fitting
    return fitting[0] if len(fitting) == 1 else None


def callables():
    """(our name of it, torch's own name, is it a method, the callable)."""
    x = torch.ones(2, 3)
    kernels = {n for n in dir(torch._C._VariableFunctions) if n[0] != "_" and hasattr(compat, n)}
    for name in sorted({*FUNCTIONS, *kernels, *(n for ns in F_FAMILIES.values() for n in ns.split())}):
        for space in (torch, torch._C._nn):
            if isinstance(getattr(space, name, None), BuiltinFunctionType):
                yield name, name, False, getattr(space, name)
                break
    for short, space in (("linalg", torch._C._linalg), ("fft", torch._C._fft), ("special", torch._C._special)):
        for full in sorted(n for n in dir(space) if n.startswith(short + "_")):
            yield full, full, False, getattr(space, full)
    for full in BEHIND.split():
        spaces = torch._C._nn, torch, torch._C._VariableFunctions
        found = (getattr(space, full, None) for space in spaces)
        yield full, full, False, next(f for f in found if isinstance(f, BuiltinFunctionType))
    for name in sorted({*METHODS, *(n for n in vars(torch.Tensor) if n[0] != "_"), *dir(torch._C.TensorBase)}):
        if (
            name[0] != "_"
            and callable(vars(torch._C.TensorBase).get(name))
            and not isinstance(vars(torch.Tensor).get(name), FunctionType)
        ):
            yield name, name, True, getattr(x.clone(), name)


def main():
    raw = library()
    lines, left = {}, []
    for name, own, method, f in callables():
        text = chosen(own, f, raw.get(own, []), method)
        if text is None:
            left.append("." * method + name)
        else:
            lines["." * method + name] = text
    calls.table = lambda: lines
    kept = {}
    for name, text in lines.items():
        if name.startswith("."):
            without = {k: v for k, v in lines.items() if k != name}
            calls.table = lambda without=without: without
            calls.signatures_of.cache_clear()
            derived = calls.signatures_of(name[1:], True)
            full = tuple(map(calls.Signature, map(calls.expanded, text.split(";")))) if text != "-" else ()
            if (
                derived is not None
                and [str(s) + str(s.hidden) for s in derived] == [str(s) + str(s.hidden) for s in full]
                and (
                    [[(p.size, p.takes_none) for p in s.parameters] for s in derived]
                    == [[(p.size, p.takes_none) for p in s.parameters] for s in full]
                )
            ):
                continue
        kept[name] = text
    kept |= {"." + n: "!" for n in lines if isinstance(vars(torch.Tensor).get(n), FunctionType)}
    path = ROOT / "compat" / "functions" / "signatures.py"
    groups = {}
    for name, text in kept.items():
        groups.setdefault(text, []).append(name)
    body = "\n".join(f"{' '.join(names)}: {text}" for text, names in groups.items())
    path.write_text(
        '"""The signatures by which torch 2.13 parses the arguments of its functions: made by tests/expected/make_signatures.py, which says how to\n'
        f'read a line. Read by compat/_calls.py once a call has failed."""\n\n# ruff: noqa: E501\nTEXT = r"""\n{body}\n"""\n',
        encoding="utf-8",
    )
    print(
        len(lines),
        "found,",
        len(kept),
        "kept,",
        path.stat().st_size,
        "bytes; without:",
        " ".join(left),
        file=sys.stderr,
    )


if __name__ == "__main__":
    main()
