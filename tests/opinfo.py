"""torch's own database of operations (OpInfo: 702 entries with samples of arguments), each call made under torch and under compat.

    python tests/opinfo.py MODE [--ops PART_OF_A_NAME] [--limit SAMPLES] [--dtypes float32,int64] [--show KINDS] [--part 0/2] [--seed N]

Modes: forward, refs (more samples), noncontig, method, inplace, operator, errors (calls that torch refuses), out, grad, jvp, vmap. What is compared
is kind, dtype, shape, conj and neg bits, figures to rounding, strides, the name of a result's node, or type and text of the error.
Both torch and expecttest have to be installed. Invariant: a call's arguments are handed over before torch has run it.
"""

import argparse
import collections
import itertools
import pathlib
import random
import re
import signal
import sys
import time
import warnings

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]

import torch  # noqa: E402
from torch.testing._internal.common_methods_invocations import op_db  # noqa: E402

import compat  # noqa: E402
from tests.handed_over import Unhandable, function, values  # noqa: E402

TOLERANCE = {"float64": 1e-7, "float32": 1e-4, "float16": 5e-3, "bfloat16": 4e-2, "complex64": 1e-4, "complex128": 1e-7}
TOLERANCE["complex32"] = 1e-2
DTYPES = "float32 float64 int64 bool complex64 bfloat16 float16 uint8 int32 complex128 int8 int16 complex32"
OF_MODE = {
    "refs": "float32 int64 complex64 bool",
    "grad": "float64 complex128",
    "jvp": "float64 complex128",
    "vmap": "float64 int64",
    "out": "float64 int64 complex64",
    "errors": "float32",
}
UNWRITTEN = (
    "empty",
    "new_empty",
    "empty_like",
    "new_empty_strided",
    "empty_strided",
    "empty_permuted",
)  # without values
BUFFERS = ("right", "wrong", "empty", "strided", "dtype", "grad")
SECONDS = 20  # for one call


# ------------------------------------------------------------------------------------------------ what is run
def forward(lib, f, first, args, kwargs):
    return f(first, *args, **kwargs)


def inplace(lib, f, first, args, kwargs):
    first = first.clone(memory_format=lib.preserve_format)
    got = f(first, *args, **kwargs)
    return [got, first, got is first]


def weights(lib, t):
    return lib.tensor(np.sin(np.arange(1.0, t.numel() + 1)).reshape(tuple(t.shape)), dtype=t.dtype)


def real(t):
    return t.real if t.is_complex() else t


def grad(lib, f, first, args, kwargs):
    """Gradients of a weighted sum of the results, and those of a weighted sum of these gradients' squares."""
    out = f(first, *args, **kwargs)
    leaves = [t for t in flat([first, list(args), list(kwargs.values())]) if is_tensor(t) and t.requires_grad]
    outs = [t for t in flat(out) if is_tensor(t) and t.requires_grad]
    if not outs or not leaves:
        return "no gradient"
    total = sum([real((t * weights(lib, t)).sum()) for t in outs])
    grads = lib.autograd.grad(total, leaves, create_graph=True, allow_unused=True)
    found = [None if t is None else t.detach() for t in grads]
    try:
        squares = [real((g * g * weights(lib, g)).sum()) for g in grads if g is not None and g.requires_grad]
        again = lib.autograd.grad(sum(squares), leaves, allow_unused=True) if squares else []
        again = [lib.zeros_like(t) if g is None else g for g, t in zip(again, leaves)]
    except (RuntimeError, NotImplementedError) as error:
        again = list(said(error))
    return found + again


def jvp(lib, f, first, args, kwargs):
    mode = lib.autograd.forward_ad

    def dual(t):
        if is_tensor(t) and (t.is_floating_point() or t.is_complex()):
            return mode.make_dual(t.detach(), weights(lib, t))
        return type(t)(map(dual, t)) if isinstance(t, (tuple, list)) else t

    with mode.dual_level():
        out = f(dual(first), *dual(tuple(args)), **{k: dual(v) for k, v in kwargs.items()})
        pairs = [mode.unpack_dual(t) for t in flat(out) if is_tensor(t)]
        return [None if t is None else t.detach().clone() for pair in pairs for t in pair]


def vmap(lib, f, first, args, kwargs):
    """The call mapped over two equal samples."""

    def twice(t):
        if is_tensor(t):
            return lib.stack([t, t])
        return type(t)(map(twice, t)) if isinstance(t, (tuple, list)) else t

    def dims(t):
        if is_tensor(t):
            return 0
        inside = [dims(v) for v in t] if isinstance(t, (tuple, list)) else ()
        return type(t)(inside) if any(d is not None for d in inside) else None

    where = dims((first, *args))
    if where is None:
        return None
    return lib.func.vmap(lambda *a: f(*a, **kwargs), in_dims=where, randomness="same")(*twice((first, *args)))


def given_out(kind):
    """The call with `out=` of a kind, and what it warns of."""

    def run(lib, f, first, args, kwargs):
        got = f(first, *args, **kwargs)
        if not is_tensor(got) and not isinstance(got, tuple):
            return "no Tensor"

        def buffer(t):
            other = lib.int32 if t.dtype != lib.int32 else lib.float32
            return {
                "right": lambda: lib.empty_like(t, memory_format=lib.contiguous_format).fill_(1),
                "wrong": lambda: lib.ones((t.numel() + 3,), dtype=t.dtype),
                "empty": lambda: lib.empty(0, dtype=t.dtype),
                "strided": lambda: lib.ones((*t.shape, 2), dtype=t.dtype)[..., 0],
                "dtype": lambda: lib.ones(tuple(t.shape), dtype=other),
                "grad": lambda: lib.ones(tuple(t.shape), dtype=t.dtype).requires_grad_(),
            }[kind]()

        out = buffer(got) if is_tensor(got) else tuple(map(buffer, got))
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            got = f(first, *args, **kwargs, out=out)
        told = [str(w.message).split(" (Triggered")[0] for w in caught]
        return [*flat(got), *flat(out), *told]

    return run


RUNS = {"inplace": inplace, "grad": grad, "jvp": jvp, "vmap": vmap}


# ------------------------------------------------------------------------------------------------ comparing
def is_tensor(x):
    return isinstance(x, (torch.Tensor, compat.Tensor))


def flat(x):
    """What stands in nested sequences and dictionaries, in order."""
    if isinstance(x, (tuple, list, dict)):
        return [t for v in (x.values() if isinstance(x, dict) else x) for t in flat(v)]
    return [x]


def array(t):
    """The figures of a Tensor as NumPy has them."""
    t = t.detach().resolve_conj().resolve_neg()
    if getattr(t, "_is_zerotensor", bool)():
        t = t.clone()
    name = str(t.dtype).partition(".")[2]
    wide = {"bfloat16": "float32", "complex32": "complex64"}.get(name)
    return (t.to(getattr(torch if isinstance(t, torch.Tensor) else compat, wide)) if wide else t).numpy()


def differ(a, b, op):
    """What differs between torch's result a and compat's b; None if nothing does."""
    rows = flat(a), flat(b)
    if len(rows[0]) != len(rows[1]):
        return f"count {len(rows[0])} | {len(rows[1])}"
    if type(a).__name__ != type(b).__name__ and not is_tensor(a):
        return f"type {type(a).__name__} | {type(b).__name__}"
    return next((d for x, y in zip(*rows) if (d := (tensors if is_tensor(x) else plain)(x, y, op))), None)


def plain(x, y, op):
    close = x == y or x != x and y != y or isinstance(x, float) and isinstance(y, float) and abs(x - y) < 1e-6 * abs(x)
    if isinstance(x, (int, float, complex, bool, str)):
        return None if type(x) is type(y) and close else f"plain {x!r} | {y!r}"
    return None if str(x) == str(y).replace("compat.", "torch.") else f"text {x!r} | {y!r}"


def tensors(x, y, op):
    if not is_tensor(y):
        return f"kind {type(x).__name__} | {type(y).__name__}"
    for what, of in {
        "dtype": lambda t: str(t.dtype).partition(".")[2],
        "shape": lambda t: tuple(t.shape),
        "requires_grad": lambda t: t.requires_grad,
        "node": lambda t: t.grad_fn and t.grad_fn.name(),
        "conj and neg": lambda t: (t.is_conj(), t.is_neg()),
    }.items():
        if of(x) != of(y):
            return f"{what} {of(x)} | {of(y)}"
    if x.layout != torch.strided or x.device.type != "cpu":
        return None
    if op not in UNWRITTEN and x.numel() and (d := figures(array(x), array(y), str(x.dtype).partition(".")[2])):
        return d
    return None if x.stride() == y.stride() else f"stride {x.stride()} | {y.stride()} of {tuple(x.shape)}"


def figures(u, v, dtype):
    tolerance = TOLERANCE.get(dtype)
    u, v = np.ravel(u), np.ravel(v)
    if tolerance is None:
        return None if np.array_equal(u, v) else f"values {u[u != v][:4]} | {v[u != v][:4]}"
    if u.dtype.kind == "c":
        u, v = u.astype(complex).view(float), v.astype(complex).view(float)
    u, v = u.astype(float), v.astype(float)
    other = np.isnan(u) != np.isnan(v)
    if other.any():
        return f"nan {u[other][0]} | {v[other][0]}"
    finite = np.isfinite(u)
    if not np.array_equal(u[np.isinf(u)], v[np.isinf(u)]) or np.isinf(v[finite]).any():
        return "inf of one alone"
    u, v = u[finite], v[finite]
    largest = max(1.0, np.abs(u).max(initial=0.0))
    far = np.abs(u - v) > tolerance * (np.maximum(largest, np.abs(u)) if largest < 1e3 else np.abs(u))
    if far.any():
        return f"values {u[far][0]} | {v[far][0]} ({far.sum()} of {far.size})"
    if dtype in ("float64", "float32") and (np.signbit(u) != np.signbit(v))[u == 0].any():
        return "sign of zero"
    return None


def said(error):
    """Type and text of an error, without places in C++ and addresses."""
    text = re.sub(r"\nException raised from .*|\n\nCPU: registered at .*", "", str(error), flags=re.S)
    text = re.sub(
        r"\n\[(?:backward\(|inputs\[|(?!.*torch\.)).*| \(Triggered internally at [^)]*\)", "", text, flags=re.S
    )
    return type(error).__name__, re.sub(r"0x[0-9a-f]+", "0x", text).strip()


class Late(BaseException):
    """A call that takes too long."""


def ring(*_):
    raise Late


def attempt(lib, run, *call):
    lib.manual_seed(7)
    signal.alarm(SECONDS)
    try:
        return "ok", run(lib, *call)
    except Late:
        return "late", None
    except Unhandable:
        raise
    except Exception as error:
        return "error", said(error)
    finally:
        signal.alarm(0)


# ------------------------------------------------------------------------------------------------ counting
class Counts:
    """How many calls were compared, what differed, what was left out."""

    def __init__(self):
        self.compared, self.left, self.found = 0, collections.Counter(), collections.defaultdict(list)

    def compare(self, op, fs, sample, what, run):
        """One sample under both: `fs` are torch's function and compat's."""
        call = sample.input, sample.args, sample.kwargs
        shown, memo = described(sample), {}
        try:
            theirs = [values(x, memo) for x in call]
            a, b = attempt(torch, run, fs[0], *call), attempt(compat, run, fs[1], *theirs)
        except Unhandable as error:
            self.left[f"{op.name}: {error}"] += 1
            return
        except RuntimeError as error:
            error.add_note(f"{op.name}, {what}: {shown}")
            raise
        self.compared += 1
        if "late" in (a[0], b[0]):
            found = None if a[0] == b[0] else f"late {a[0]} | {b[0]}"
        elif a[0] != b[0]:
            found = f"{a[0]} {b[0]}: {str(a[1])[:200]} | {str(b[1])[:200]}"
        elif a[0] == "error":
            found = None if a[1] == b[1] else f"TEXT {a[1]} | {b[1]}"
        else:
            found = differ(a[1], b[1], op.name)
        if found:
            self.found[op.formatted_name].append((what, found, shown))

    def report(self, show):
        for name, rows in self.found.items():
            kinds = collections.defaultdict(list)
            for row in rows:
                kinds[re.sub(r"[-\d.]+", "#", row[1])[:60]].append(row)
            print(f"\n{name}: {len(rows)}")
            for group in [*kinds.values()][:show]:
                print(f"   [{len(group)}; {', '.join(sorted({r[0] for r in group}))[:90]}] {group[0][1][:420]}")
                print(f"        at {group[0][2][:200]}")
        print(f"\nleft out: {sum(self.left.values())}")
        for what, count in self.left.most_common(12):
            print(f"   {count} {what[:150]}")


def described(sample):
    def text(x):
        if is_tensor(x):
            strides = "" if x.is_contiguous() else f" strides {x.stride()}"
            return f"{str(x.dtype).partition('.')[2]}{list(x.shape)}{strides}"
        return "(" + ", ".join(map(text, x)) + ")" if isinstance(x, (tuple, list)) else repr(x)[:60]

    return ", ".join(
        [text(sample.input), *map(text, sample.args), *(f"{k}={text(v)}" for k, v in sample.kwargs.items())]
    )


def samples(op, dtype, mode, seed, counts):
    torch.manual_seed(seed)
    np.random.seed(seed)
    random.seed(seed)
    try:
        if mode == "errors":
            yield from [
                e.sample_input for e in op.error_inputs("cpu")
            ]  # (all before a failed call has left some half resized)
        else:
            make = op.reference_inputs if mode == "refs" else op.sample_inputs
            for s in make("cpu", dtype, requires_grad=mode == "grad"):
                yield s.noncontiguous() if mode == "noncontig" else s
    except Exception as error:  # (the database makes no samples of some dtypes)
        counts.left[f"{op.name}: samples of {dtype}, {type(error).__name__}"] += 1


def go_through(op, mode, dtypes, limit, seed, counts):
    """All samples of an entry."""
    f = getattr(op, f"{mode}_variant") if mode in ("inplace", "method", "operator") else op.op
    if f is None or mode == "errors" and op.error_inputs_func is None or mode == "out" and not op.supports_out:
        return
    try:
        fs = f, function(f)
    except Unhandable as error:
        counts.left[f"{op.name}: {error}"] += 1
        return
    except AttributeError as error:
        counts.found[op.formatted_name].append(("missing", str(error), ""))
        return
    for name in dtypes:
        dtype = getattr(torch, name)
        if mode in ("grad", "vmap", "jvp", "out") and dtype not in op.supported_dtypes("cpu"):
            continue
        for sample in itertools.islice(samples(op, dtype, mode, seed, counts), limit):
            if mode == "out":
                for kind in BUFFERS:
                    counts.compare(op, fs, sample, f"out {kind} {name}", given_out(kind))
            else:
                counts.compare(op, fs, sample, f"{mode} {name}", RUNS.get(mode, forward))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("mode")
    parser.add_argument("--ops", default="", help="part of a name; =NAME is the whole")
    parser.add_argument("--part", default="0/1")
    parser.add_argument("--limit", type=int, default=40)
    parser.add_argument("--show", type=int, default=3)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--dtypes", default="")
    asked = parser.parse_args()
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    signal.signal(signal.SIGALRM, ring)
    dtypes = (asked.dtypes.replace(",", " ") or OF_MODE.get(asked.mode, DTYPES)).split()
    part, parts = map(int, asked.part.split("/"))
    ops = [o for o in op_db if (o.name == asked.ops[1:] if asked.ops[:1] == "=" else asked.ops in o.name)][part::parts]
    counts, start = Counts(), time.time()
    for op in ops:
        go_through(op, asked.mode, dtypes, asked.limit, asked.seed, counts)
    counts.report(asked.show)
    wrong = sum(map(len, counts.found.values()))
    print(f"{asked.mode}: {counts.compared} calls of {len(ops)} entries, {wrong} of {len(counts.found)} entries differ")
    print(f"in {time.time() - start:.0f} s")


if __name__ == "__main__":
    main()
