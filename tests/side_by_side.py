"""Programs of a few lines that run under torch or under compat, and what can be seen of each line.

A program is a list of lines; those that are expressions are looked at: texts, types, warnings and errors to the letter, figures to
rounding. Invariant: nothing here differs between the two libraries.
"""

import argparse
import ast
import collections
import copy
import io
import linecache
import math
import pickle
import random
import re
import time
import warnings
import zlib

import numpy as np

TOLERANCE = {"float64": 2e-7, "float32": 2e-4, "float16": 2e-2, "bfloat16": 1e-1, "complex64": 5e-5, "complex128": 1e-9}
ADDRESS = re.compile(r"0x[0-9a-f]{6,}|(?<![\d.])\d{14,}")  # (an id is one too)
OUTSIDE = re.compile(
    r'  File "(?!<line )[^"\n]*", line .*\n(?:    .*\n)*'
)  # frames of a stack that are no lines of a program
A_SET = re.compile(r"\{('[^{}:]*)\}")  # (whose order is of its process)
ABOUT_ITSELF = re.compile(
    r"this trains nothing|Attempted to insert a get_attr Node|`torch.jit.\w+` is deprecated|There is a performance drop because"
    r"|os\.fork\(\) was called"  # (jax, which other tests of the process have imported)
)


# ------------------------------------------------------------------------------------------------ looking at values
def is_tensor(x):
    return hasattr(x, "grad_fn") and hasattr(x, "requires_grad")


def figures(torch, t):
    """A Tensor's figures as floats; three projections of those of a long one."""
    wide = t.detach().resolve_conj().resolve_neg()
    if getattr(wide, "_is_zerotensor", bool)():  # (without memory: `numpy` of a view of one reads at an address near 0)
        wide = wide.clone()
    array = (wide.float() if t.dtype == torch.bfloat16 else wide).numpy(force=True).reshape(-1)
    if array.dtype.kind == "c":
        array = array.view(array.real.dtype)
    array = array.astype(float)
    if array.size > 40 and np.isfinite(array).all():
        at = np.arange(array.size)
        size = math.sqrt(float(array @ array))
        array = np.array([size, float(array @ np.cos(at + 1.0)), float(array @ np.cos(2.3 * at + 1.0))])
    return [float(f"{v:.8g}") for v in array.tolist()]


def seen(torch, x, depth=0):
    """JSON that says what x is."""
    if x is None or isinstance(x, (bool, int, float, str)):
        return plain(x) if isinstance(x, str) else x
    if is_tensor(x):
        row = {"is": type(x).__name__, "dtype": str(x.dtype).removeprefix("torch."), "grad": x.requires_grad}
        if "Uninitialized" in row["is"] or x.device.type == "meta":
            return row | {"device": x.device.type}
        return row | {"shape": list(x.shape), "figures": figures(torch, x)}
    if depth > 6:
        return "..."
    if isinstance(x, dict):
        return [type(x).__name__, *[[seen(torch, k), seen(torch, v, depth + 1)] for k, v in x.items()]]
    if isinstance(x, (tuple, list)):
        return [type(x).__name__, *[seen(torch, v, depth + 1) for v in x]]
    return x.__name__ if isinstance(x, type) else plain(repr(x))


def plain(text):
    """A text without addresses, without what either library adds about itself, and with torch's name for both."""
    text = re.sub(r'\nException raised from .*?("?)\s*$', r"\1", text, flags=re.S)  # (frames of C++)
    text = re.sub(r"\n\nCPU: registered at .*", "", text, flags=re.S)  # (lines of C++)
    text = re.sub(
        r"\n\[(?:backward\(|inputs\[|(?!.*torch\.)).*| \(Triggered internally at [^)]*\)", "", text, flags=re.S
    )
    text = OUTSIDE.sub("", text)
    text = A_SET.sub(lambda m: "{" + ", ".join(sorted(m[1].split(", "))) + "}", ADDRESS.sub("0x", text))
    return re.sub(r"\bcompat\.", "torch.", re.sub(r"\bcompat\.(tensor|dtypes)\.(?=Tensor|dtype\b)", "torch.", text))


# ------------------------------------------------------------------------------------------------ running
def differentiated(torch, out, leaves):
    """The results, their derivative and that of its square, by inputs and parameters."""
    found = [t for t in flat(out) if t.requires_grad]
    leaves = [t for t in leaves if t.requires_grad]
    if not found or not leaves:
        return None
    value = sum([real((t * weights(torch, t)).sum()) for t in found])
    first = torch.autograd.grad(value, leaves, create_graph=True, allow_unused=True)
    square = [real((g * g * weights(torch, g)).sum()) for g in first if g is not None and g.requires_grad]
    second = torch.autograd.grad(sum(square), leaves, allow_unused=True) if square else [None] * len(leaves)
    # (where a second derivative is zero, torch has zeros of some operations and None of others)
    second = [torch.zeros_like(t) if g is None else g for g, t in zip(second, leaves, strict=True)]
    return [None if g is None else g.detach() for g in first], second


def real(t):
    return t.real if t.is_complex() else t


def weights(torch, t):
    return torch.tensor(np.sin(np.arange(1.0, t.numel() + 1.0)).reshape(tuple(t.shape)), dtype=t.dtype)


def bits(module):
    """A number for the bits of each Tensor of a module's state, but for those in float64, which agree to rounding."""
    state = {k: v for k, v in module.state_dict().items() if "Uninitialized" not in type(v).__name__}
    arrays = {k: v.detach().numpy() for k, v in state.items() if is_tensor(v) and v.itemsize != 2}
    return {k: zlib.crc32(np.ascontiguousarray(a).tobytes()) for k, a in arrays.items() if a.dtype != np.float64}


def flat(out):
    if is_tensor(out):
        return [out]
    if isinstance(out, dict):
        out = list(out.values())
    return [t for o in out for t in flat(o)] if isinstance(out, (tuple, list)) else []


def names_for(torch):
    def leaf(*shape, dtype=None):
        return torch.randn(*shape, dtype=dtype).requires_grad_()

    def saved(x):
        file = io.BytesIO()
        torch.save(x, file)
        file.seek(0)
        return torch.load(file)

    return {
        "torch": torch, "nn": torch.nn, "F": torch.nn.functional, "U": torch.nn.utils, "P": torch.nn.utils.parametrize,
        "optim": torch.optim, "S": torch.optim.lr_scheduler, "copy": copy, "pickle": pickle, "math": math, "X": leaf,
        "D": lambda out, *leaves: differentiated(torch, out, leaves), "saved": saved, "inf": math.inf, "nan": math.nan,
        "np": np, "bits": bits, "io": io, "R": torch.nn.utils.rnn,
    }  # fmt: skip


def is_expression(line):
    """Whether a line is one, or no Python at all, which is then what is seen of it."""
    try:
        return isinstance(ast.parse(line).body[-1], ast.Expr)
    except SyntaxError:
        return True


def value_of(line, names):
    """The expression that a line ends with; statements before it are run."""
    try:
        body = ast.parse(line).body
    except SyntaxError:
        return line
    if len(body) == 1:
        return line
    exec(compile(ast.Module(body[:-1], []), "<line>", "exec"), names)
    return compile(ast.Expression(body[-1].value), "<line>", "eval")


def outcome(torch, lines, given=None):
    """[what is seen of each line]: of an expression its value, of any line its warnings and its error; a statement that
    fails is the last line. `given`: more names that the lines use."""
    names = names_for(torch) | (given or {})
    torch.manual_seed(3)
    as_at_first(torch)
    rows = []
    torch.set_warn_always(True)
    for number, line in enumerate(lines):
        row, last = {}, is_expression(line)
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                if last:
                    row["is"] = seen(torch, eval(value_of(line, names), names))
                else:
                    file = f"<line {number}>"  # (what is running is looked up there)
                    linecache.cache[file] = len(line), None, line.splitlines(True), file
                    exec(compile(line, file, "exec"), names)
            except Exception as error:
                row["error"] = [type(error).__name__, plain(str(error))]
        if caught := [w for w in caught if not ABOUT_ITSELF.search(str(w.message))]:
            row["warns"] = [[w.category.__name__, plain(str(w.message))] for w in caught]
        rows.append(row)
        if "error" in row and (not last or line.startswith("o.step")):  # (a step that has failed leaves anything)
            break
    as_at_first(torch)
    return rows


def as_at_first(torch):
    """The settings that a program may have changed."""
    torch.set_default_dtype(torch.float32)
    torch.set_grad_enabled(True)
    torch.set_warn_always(False)
    torch.autograd.set_detect_anomaly(False)
    torch.autograd.set_multithreading_enabled(True)
    torch.set_printoptions(profile="default")
    torch.distributions.Distribution.set_default_validate_args(True)  # (which torch.compile switches off)
    torch.set_default_device(None)
    torch.set_autocast_enabled("cpu", False)
    torch.set_autocast_dtype("cpu", torch.bfloat16)
    torch.set_autocast_cache_enabled(True)
    torch.use_deterministic_algorithms(False)
    torch.set_float32_matmul_precision("highest")
    torch.serialization.clear_safe_globals()
    torch.serialization.set_default_load_endianness(None)


# ------------------------------------------------------------------------------------------------ comparing
def differ(got, want, loose=1, path=""):
    """None, or where and how two records differ."""
    if type(got) is not type(want):
        return f"{path}: {got!r} | {want!r}"
    if isinstance(want, dict):
        exact = [k for k in want if k != "figures" and ("figures" in want or not deep(want[k]))]
        if list(got) != list(want) or any(got[k] != want[k] for k in exact):
            return f"{path}: {got} | {want}"
        if "figures" in want:
            return off(got["figures"], want["figures"], TOLERANCE.get(want["dtype"], 0) * loose, path)
        return next((d for k in want if (d := differ(got[k], want[k], loose, f"{path}.{k}"))), None)
    if isinstance(want, list):
        if len(got) != len(want):
            return f"{path}: {got} | {want}"
        return next((d for i, w in enumerate(want) if (d := differ(got[i], w, loose, f"{path}[{i}]"))), None)
    if isinstance(want, float):
        return off([got], [want], 1e-6 * loose, path)
    return None if got == want else f"{path}:\n{got}\n|\n{want}"


def deep(x):
    return isinstance(x, (dict, list, float))


def off(got, want, rtol, path):
    if len(got) != len(want):
        return f"{path}: {len(got)} figures | {len(want)}"
    finite = [abs(v) for v in want if math.isfinite(v)]
    try:
        np.testing.assert_allclose(got, want, rtol=rtol, atol=rtol * max([0.1, *finite]))
    except AssertionError:
        return f"{path}: {got} | {want}"
    return None


def beyond(got, want, limits=None):
    """Does ours go on where torch stops: takes what fits, but has another type than torch's parser wants, or differentiates? `limits`:
    an expression for what torch says where it fails by itself."""
    kind, text = want.get("error", ("", ""))
    if limits and re.search(limits, text):
        return True
    return "error" not in got and (
        "is not implemented" in text or kind == "TypeError" and (" must be " in text or "invalid combination" in text)
    )


def disagreement(got, want, lines, limits=None):
    """None, or the first line that two records of a program disagree about."""
    loose = (
        1e4 if any("Muon" in line for line in lines) else 1
    )  # (near a boundary of its bfloat16 a figure may fall to the other side)
    for line, g, w in zip(lines, got, want):  # the shorter of the two ends with an error
        if beyond(g, w, limits):
            return None
        if found := differ(g, w, loose):
            return f"{line}\n    {found}"
    return None


# ------------------------------------------------------------------------------------------------ the command
def programs(program, count, seed):
    """The first programs of a seed."""
    return [program(random.Random(f"{seed} {number}"), number) for number in range(count)]


def explained(readings, lines, got, want, limits):
    """The names of what explains a disagreement, None if nothing does. `readings`: name -> f(lines, want) -> what torch is to be asked
    instead, where it answers the same question in two ways (lines), what of its answer counts (a record), or None (it has nothing to
    say). They are taken together, one after the other."""
    names, asked = [], lines
    for name, reading in readings.items():
        new = reading(asked, want)
        if new is None:
            continue
        names.append(name)
        if isinstance(new, str):  # (a text that a line of both is compared without)
            got, want = bare(got, new), bare(want, new)
        else:
            asked = new
            import torch

            want = outcome(torch, asked)
        if not disagreement(got, want, asked, limits):
            return names
    return None


def bare(rows, pattern):
    """A record without what a pattern finds in its errors and warnings."""
    rows = [dict(row) for row in rows]
    for row in rows:
        if "error" in row:
            row["error"] = [row["error"][0], re.sub(pattern, "", row["error"][1])]
        kept = [w for w in row.pop("warns", []) if not re.fullmatch(pattern, w[1])]
        row.update({"warns": kept} if kept else {})
    return rows


def main(program, doc, limits=None, readings=None):
    """Runs `program(random.Random, number)` for many numbers under both libraries and prints where they disagree."""
    import torch

    import compat

    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=doc.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--only", default="", help="programs with this text in them")
    parser.add_argument("--show", action="store_true", help="print each program")
    args = parser.parse_args()
    start, met, lines_seen, named = time.perf_counter(), {}, 0, collections.Counter()
    for number, lines in enumerate(programs(program, args.count, args.seed)):
        if args.only not in "\n".join(lines):
            continue
        want, got = outcome(torch, lines), outcome(compat, lines)
        lines_seen += len(want)
        found = disagreement(got, want, lines, limits)
        if found and readings and (names := explained(readings, lines, got, want, limits)):
            named.update(["named, " + ", ".join(names)])
            found = None
        if args.show or found:
            print(f"--- {args.seed} {number}", *lines, sep="\n", flush=True)
        if found:
            met[number] = found
            print("=>", found, flush=True)
    took = time.perf_counter() - start
    more = "".join(f"; {count} {name}" for name, count in named.most_common())
    print(f"{args.count} programs, {lines_seen} lines, {len(met)} disagree{more}, {took:.0f} s")
