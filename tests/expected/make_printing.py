"""Write printing.json: arrays as bit patterns, and what torch prints for the tensors that hold them.

Run with torch 2.13: `python tests/expected/make_printing.py`. Every text comes from torch's own repr and format; an
array is stored as the little-endian bytes of its first elements, repeated to fill its shape, so that the JSON stays
small and exact.
"""

import itertools
import json
import math
import pathlib

import numpy as np
import torch

NAN, INF = math.nan, math.inf
DTYPES = {
    "bool": torch.bool,
    "uint8": torch.uint8,
    "int8": torch.int8,
    "int16": torch.int16,
    "int32": torch.int32,
    "int64": torch.int64,
    "float16": torch.float16,
    "bfloat16": torch.bfloat16,
    "float32": torch.float32,
    "float64": torch.float64,
    "complex64": torch.complex64,
    "complex128": torch.complex128,
}
# Nodes with names of several lengths, none of which changes a bit of the values.
GRAD_OPERATIONS = {
    "leaf": lambda t: t,
    "clone": torch.clone,
    "view": lambda t: t.view(t.shape),
    "flip": lambda t: t.flip(()),
    "expand": lambda t: t.expand(t.shape),
}


class LongNamedTensor(torch.Tensor):
    """A subclass, whose name torch puts in front of the elements."""


def stored(values, dtype):
    """`values` as a little-endian NumPy array in the dtype of storage: bfloat16 as the float32 of equal value."""
    with np.errstate(over="ignore"):
        array = np.asarray(values).astype("float32" if dtype == "bfloat16" else dtype)
    if dtype == "bfloat16":
        array = torch.from_numpy(array).bfloat16().float().numpy()
    return np.atleast_1d(array).astype(array.dtype.newbyteorder("<"))


def tensor_of(array, dtype, shape):
    """The tensor of `shape` that repeats the elements of `array`."""
    return torch.from_numpy(np.resize(array, shape).astype(array.dtype.newbyteorder("="))).to(DTYPES[dtype])


def case(group, values, dtype="float32", shape=None, *, options=None, grad=None, default="float32", subclass=False):
    """One tensor and the text torch prints for it; without `shape`, one row of all `values`."""
    array = stored(values, dtype)
    shape = array.shape if shape is None else shape
    array = array[: max(1, math.prod(shape))]
    tensor = tensor_of(array, dtype, shape)
    if grad:
        tensor = GRAD_OPERATIONS[grad](tensor.requires_grad_())
    if subclass:
        tensor = tensor.as_subclass(LongNamedTensor)
    suffixes = []
    if tensor.grad_fn is not None:
        suffixes = [f"grad_fn=<{type(tensor.grad_fn).__name__}>"]
    elif tensor.requires_grad:
        suffixes = ["requires_grad=True"]
    torch.set_printoptions(profile="default")
    torch.set_printoptions(**(options or {}))
    torch.set_default_dtype(DTYPES[default])
    text = repr(tensor)
    torch.set_printoptions(profile="default")
    torch.set_default_dtype(torch.float32)
    return {
        "group": group,
        "dtype": dtype,
        "bits": array.tobytes().hex(),
        "shape": list(shape),
        "options": options or {},
        "default": default,
        "prefix": "LongNamedTensor(" if subclass else "tensor(",
        "suffixes": suffixes,
        "text": text,
    }


def notation():
    """Values at and beside each threshold of the choice between integral, fixed and scientific notation."""
    rows = [
        [1, 2, 3],
        [0, 0],
        [0, -0.0],
        [-0.0],
        [1, -0.0, 2.5],
        [0.5],
        [0.1, 0.25, -3.75],
        [1, 1000],
        [1, 1001],
        [0.5, 500],
        [0.5, 500.5],
        [1e-4, 1e-2],
        [9.9999e-5],
        [1e-4],
        [1e8],
        [1e8 + 8],
        [1e8 + 1],
        [-1e8, 2e8],
        [99999.99995, 5e4],
        [0.99995, 9.99995],
        [0.00005, 0.00015],
        [0.03125, 0.09375, 2.00005],
        [2**24, 2**24 + 2],
        [2**53, 2**53 + 2],
        [1e20, 3],
        [NAN],
        [INF],
        [-INF],
        [NAN, INF, -INF],
        [NAN, 1],
        [1, INF],
        [-1, -INF, 10],
        [0, NAN],
        [1.5, NAN, -INF],
        [1e-9, NAN, 0, -0.0],
        [0, 0, 123456],
        [5e-324, 1],
        [1e-310],
        [1e-40, 1e-45],
        [6e-8, 1],
        [1e300, 1e-300],
        [1.7976931348623157e308],
        [65504, 0.5],
        [3.4e38],
        [math.pi, -math.e, 1e3 * math.pi],
    ]
    for row in rows:
        yield case("notation", row, "float32")
        yield case("notation", row, "float64")
    for row in rows[::4]:
        yield case("notation", row, "float16")
        yield case("notation", row, "bfloat16")
    for row in rows[::3]:
        yield case("notation 0-d", row[0], "float32", ())


def other_dtypes():
    """Booleans and integers up to their limits, and complex numbers whose parts differ in notation."""
    yield case("bool", [True, False])
    yield case("bool", [True, False], "bool")
    yield case("bool", [True], "bool", (2, 3))
    yield case("bool", [False], "bool", ())
    for dtype in ("uint8", "int8", "int16", "int32", "int64"):
        limits = np.iinfo(dtype)
        yield case("integer", np.array([limits.min, 0, 1, limits.max], dtype), dtype)
        yield case("integer", np.array([7], dtype), dtype, ())
        yield case("integer", np.array([1, -2 if limits.min else 2, 30], dtype), dtype, (3, 4))
    numbers = [
        [1 + 2j, -3.5 - 4j],
        [complex(0.0, -0.0), complex(-0.0, 0.0)],
        [complex(NAN, INF), complex(-INF, NAN), 1 + 1j],
        [1e-6 + 1j, 2 + 1e9j],
        [1 + 0.5j, 100 - 250j],
        [complex(1, NAN), complex(2, -INF)],
        [0.5 - 12345j],
    ]
    for row in numbers:
        yield case("complex", row, "complex64")
        yield case("complex", row, "complex128")
        yield case("complex 0-d", row[0], "complex64", ())
    yield case("complex", numbers[4], "complex64", (11, 3))
    yield case("complex", numbers[2], "complex64", (23,))
    yield case("complex", numbers[4], "complex128", (30, 40), grad="clone")
    yield case("complex", numbers[0], "complex64", (2, 2), grad="leaf", default="float64")
    yield case("complex", numbers[0], "complex128", (2, 2), default="float64")
    yield case("complex", numbers[0], "complex64", (2, 2), default="float16")


def shapes():
    """Every rank to 5, and everything without elements."""
    ramp = np.arange(0, 3, 0.25)
    for shape in [(1,), (1, 1), (2, 3), (3, 1, 2), (2, 1, 3, 2), (1, 2, 1, 2, 3), (2, 2, 2, 2, 1), (1, 1, 1, 1, 1)]:
        yield case("rank", ramp, shape=shape)
        yield case("rank", np.arange(20), "int64", shape)
    for shape in [(0,), (0, 3), (3, 0), (2, 0, 4), (0, 0), (1, 0, 1, 0, 1)]:
        yield case("empty", [1.5], shape=shape)
        yield case("empty", [1.5], "float64", shape, grad="clone")
    for dtype in DTYPES:
        yield case("empty", [1], dtype, (0,))
        yield case("empty", [1], dtype, (0,), default="float64")
    yield case("empty", [1], "int64", (4, 0), options={"edgeitems": 0})


def wrapping():
    """Long rows, and the suffix that fits a line exactly or not."""
    wave = np.sin(np.arange(97))
    for size in (7, 8, 9, 16, 17, 40):
        yield case("row", wave, shape=(size,))
    for width in (1, 19, 40, 41, 79, 81, 60.5, 200):
        yield case("row", wave, shape=(3, 15), options={"linewidth": width})
    yield case("row", np.arange(5) * 12345, "int64", (2, 2, 17))
    yield case("row", [1.0, 22.0, 333.0], shape=(100,))
    yield case("row", [True, False, False], "bool", (31,))
    for size, grad in itertools.product(range(1, 9), ("leaf", "clone", "expand")):
        yield case("suffix", [1.5], shape=(size,), grad=grad)
    for size in range(1, 9):
        yield case("suffix", [1.5], "float64", (size,), grad="flip")
    for grad in GRAD_OPERATIONS:
        yield case("suffix", wave, "float64", (2, 3), grad=grad)
        yield case("suffix", [2.0], "float64", (), grad=grad)
        yield case("suffix", [2.0], "bfloat16", (4, 8), grad=grad, subclass=True)
    for width in range(10, 76):  # three suffixes, on one line up to four
        yield case("suffix", [1.5], "float64", (1, 0), grad="expand", options={"linewidth": width})
        yield case("suffix", [1.5], "float64", (1, 0), grad="leaf", subclass=True, options={"linewidth": width})
    yield case("subclass", wave, shape=(3, 9), subclass=True)
    yield case("subclass", [1.0], shape=(0, 2), subclass=True)


def summaries():
    """The threshold and the number of edge items, in each dimension."""
    # A prime number of elements: a neighbour taken for another would show.
    count = np.arange(101) * 37
    wave = np.sin(np.arange(31)) * 100
    for shape in [(1000,), (1001,), (10, 100), (7, 143), (1001, 1), (1, 1001), (6, 7, 24), (7, 7, 7, 7), (2, 600)]:
        yield case("threshold", count, "int64", shape)
    for shape in [(1001,), (40, 26), (11, 10, 12), (3, 2, 500)]:
        yield case("threshold", wave, "float32", shape, grad="clone")
    yield case("threshold", [0.25, 1e9, 3], "float64", (1200,))
    # What is left out has no say: only the middle holds a large number, and a fraction.
    yield case("threshold", [1.0] * 6 + [1e7 + 0.5] + [1.0] * 6, "float32", options={"threshold": 10})
    for edge, shape in itertools.product((0, 1, 2, 5), ((), (3,), (12,), (2, 12), (12, 2), (3, 12, 4))):
        yield case("edge items", count, "float32", shape, options={"threshold": 5, "edgeitems": edge})
    yield case("edge items", count, "int64", (13,), options={"threshold": 0, "edgeitems": 0}, default="float64")
    yield case("edge items", count, "int64", (), options={"threshold": 0, "edgeitems": 0})
    yield case("edge items", count, "float64", (2, 3), options={"edgeitems": 0}, grad="clone")
    yield case("edge items", count, "int64", (40,), options={"threshold": 30, "edgeitems": 12})
    yield case("edge items", [1 + 2j, 0.5j], "complex64", (9, 9), options={"threshold": 10, "edgeitems": 2})


def with_options():
    """Precision, profile and forced notation, and the default dtype that leaves the suffix out."""
    rows = ([1.23456789, -0.5], [1.0, 20.0], [1e-7, 3.0, NAN], [0.0, INF])
    settings = [{"precision": digits} for digits in (0, 1, 8, 17)]
    settings += [{"sci_mode": True}, {"sci_mode": False}, {"sci_mode": True, "precision": 0}, {"profile": "short"}]
    settings += [{"profile": "full", "precision": 6}, {"profile": "unknown"}]
    for row, options in itertools.product(rows, settings):
        yield case("options", row, "float64", options=options)
    yield case("options", [1.5, 2.5, 1e10], "float32", (1100,), options={"profile": "short"})
    yield case("options", [1, 2], "float32", (1100,), options={"profile": "full"})
    yield case("options", [1 + 0.25j, 3e9], "complex64", options={"sci_mode": True, "precision": 2})
    for dtype, default in itertools.product(DTYPES, ("float32", "float64", "float16", "bfloat16")):
        yield case("default dtype", [1, 0], dtype, default=default)


def random_bits():
    """Bit patterns drawn at random, among them every kind of nan and denormal."""
    rng = np.random.default_rng(2)
    for dtype, size in (("float16", 2), ("float32", 4), ("float64", 8)):
        for count in (1, 4, 9):
            yield case("random bits", np.frombuffer(rng.bytes(size * count), f"<f{size}"), dtype)
    for scale in (1e-6, 1e-3, 1, 1e3, 1e7):
        yield case("random", rng.normal(size=6) * scale, "float32")
        yield case("random", rng.normal(size=6) * scale, "float64", (2, 3), grad="clone")


def bodies():
    """Elements alone, set for a column further right, as torch prints the parts of a sparse tensor."""
    for indent, (shape, dtype) in itertools.product(
        (0, 13, 77), (((), "float32"), ((20,), "float32"), ((2, 2, 9), "int64"))
    ):
        array = stored(np.arange(20) / (2 if dtype == "float32" else 1), dtype)
        text = torch._tensor_str._tensor_str(tensor_of(array, dtype, shape), indent)
        yield {"dtype": dtype, "bits": array.tobytes().hex(), "shape": list(shape), "indent": indent, "text": text}


def formats():
    """format(t, spec): the text, or the error's type and text."""
    scalars = [(1.5, "float32"), (0.1, "float32"), (0.1, "float64"), (1.7, "bfloat16"), (-3, "int64"), (200, "uint8")]
    scalars += [(True, "bool"), (1 - 2j, "complex64"), (NAN, "float32"), (-0.0, "float32")]
    tensors = [(value, dtype, ()) for value, dtype in scalars]
    tensors += [([1.5], "float32", (1,)), ([1.5], "float32", (0,)), ([3], "int64", (1, 1))]
    for (value, dtype, shape), spec, plain in itertools.product(
        tensors, ("", ".2f", "d", ">12", "x", "s", ",.1e"), (True, False)
    ):
        if not plain and shape and spec not in ("", ".2f"):
            continue
        array = stored(value, dtype)
        tensor = tensor_of(array, dtype, shape)
        tensor = tensor if plain else tensor.as_subclass(LongNamedTensor)
        entry = {"dtype": dtype, "bits": array.tobytes().hex(), "shape": list(shape), "spec": spec, "plain": plain}
        try:
            entry["text"] = format(tensor, spec)
        except (TypeError, ValueError) as error:
            entry |= {"error": type(error).__name__, "message": str(error)}
        yield entry


def option_calls():
    """Calls of set_printoptions one after another, with the options after each."""
    torch.set_printoptions(profile="default")
    calls = [
        {"precision": 2, "sci_mode": True},
        {"threshold": 7},
        {"profile": "short", "precision": 3, "edgeitems": 9},
        {"sci_mode": False, "linewidth": 100},
        {"profile": "no such profile"},
        {"profile": "full"},
        {},
        {"profile": "default"},
    ]
    for arguments in calls:
        torch.set_printoptions(**arguments)
        yield {"arguments": arguments, "after": torch._tensor_str.get_printoptions()}


def main():
    """Write the file beside this script, one case a line."""
    groups = (notation, other_dtypes, shapes, wrapping, summaries, with_options, random_bits)
    content = {
        "cases": [case for group in groups for case in group()],
        "bodies": list(bodies()),
        "formats": list(formats()),
        "options": list(option_calls()),
    }
    sections = [f'"torch": {json.dumps(torch.__version__)}']
    for name, entries in content.items():
        lines = ",\n".join(json.dumps(entry) for entry in entries)
        sections.append(f"{json.dumps(name)}: [\n{lines}\n]")
    text = "{\n" + ",\n".join(sections) + "\n}\n"
    pathlib.Path(__file__).with_name("printing.json").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
