"""compat.printing against the texts that torch 2.13 printed, stored in tests/expected/printing.json.

Invariant: no text here was made by compat itself, and each test leaves the print options as it found them.
"""

import doctest
import json
import pathlib
import re

import numpy as np
import pytest

import compat
from compat import printing

EXPECTED = json.loads((pathlib.Path(__file__).parents[1] / "expected" / "printing.json").read_text(encoding="utf-8"))

# Printing must be silent whatever it is given: nan, overflowing ratios, denormals.
pytestmark = pytest.mark.filterwarnings("error")


@pytest.fixture(autouse=True)
def default_options():
    printing.set_printoptions(profile="default")
    yield
    printing.set_printoptions(profile="default")


def array_of(case):
    """The array a case describes: its bit patterns, repeated to fill the shape."""
    name = "float32" if case["dtype"] == "bfloat16" else case["dtype"]
    bits = np.frombuffer(bytes.fromhex(case["bits"]), np.dtype(name).newbyteorder("<")).astype(name)
    return np.resize(bits, case["shape"])


def dtype_name_of(case):
    """The name to give where NumPy has no such dtype."""
    return "bfloat16" if case["dtype"] == "bfloat16" else None


def format_case(case, array, **changes):
    """format_tensor with what a case says of its tensor."""
    arguments = {
        "prefix": case["prefix"],
        "suffixes": case["suffixes"],
        "default_float": case["default"],
        "dtype_name": dtype_name_of(case),
    }
    return printing.format_tensor(array, **(arguments | changes))


def label(case):
    """A short name of a case for pytest."""
    return f"{case['group']}-{case['dtype']}-{'x'.join(map(str, case['shape']))}"


@pytest.mark.parametrize("case", EXPECTED["cases"], ids=label)
def test_text_is_torchs(case):
    printing.set_printoptions(**case["options"])
    array = array_of(case)
    before = array.tobytes()
    assert format_case(case, array) == case["text"]
    assert array.tobytes() == before


@pytest.mark.parametrize("case", EXPECTED["cases"][::5], ids=label)
def test_memory_order_does_not_show(case):
    printing.set_printoptions(**case["options"])
    array = array_of(case)
    backwards = (..., *[slice(None, None, -1)] * array.ndim)
    reversed_twice = array[backwards].copy()[backwards]
    for same in (array.copy(order="F"), reversed_twice, array.astype(array.dtype.newbyteorder())):
        assert format_case(case, same) == case["text"]


@pytest.mark.parametrize("case", EXPECTED["cases"][::3], ids=label)
def test_indent_moves_the_whole_text(case):
    # torch's text at width w, shifted right by n columns, is the text that begins in column n at width w + n.
    shift = 11
    width = (case["options"].get("linewidth") or 80) + shift
    printing.set_printoptions(**(case["options"] | {"linewidth": width}))
    shifted = re.sub(r"\n(?=[^\n])", "\n" + " " * shift, case["text"])
    assert format_case(case, array_of(case), indent=shift) == shifted


@pytest.mark.parametrize("case", EXPECTED["bodies"])
def test_body_is_torchs(case):
    assert printing.format_body(array_of(case), case["indent"]) == case["text"]


@pytest.mark.parametrize("case", [c for c in EXPECTED["formats"] if c["plain"]])
def test_format_is_torchs(case):
    t = compat.from_numpy(array_of(case))
    t = t.bfloat16() if case["dtype"] == "bfloat16" else t

    def formatted():
        return format(t, case["spec"])

    if "error" in case:
        error = {"TypeError": TypeError, "ValueError": ValueError}[case["error"]]
        with pytest.raises(error, match=re.escape(case["message"])):
            formatted()
    else:
        assert formatted() == case["text"]


def test_a_parameter_formats_as_it_prints():
    p = compat.nn.Parameter(compat.tensor(1.5))
    assert f"{p}" == repr(p) == "Parameter containing:\ntensor(1.5000, requires_grad=True)"
    with pytest.raises(TypeError, match="unsupported format string passed to Parameter.__format__"):
        f"{p:.2f}"


def test_options_follow_torchs_through_a_series_of_calls():
    for call in EXPECTED["options"]:
        printing.set_printoptions(**call["arguments"])
        assert printing.get_printoptions() == call["after"]


def test_printoptions_restores_what_was_set_even_after_an_error():
    printing.set_printoptions(precision=2, sci_mode=True)
    before = printing.get_printoptions()
    with pytest.raises(KeyError), printing.printoptions(precision=7):
        assert printing.get_printoptions() == before | {"precision": 7, "sci_mode": None}
        with printing.printoptions(profile="short"):
            assert printing.get_printoptions()["edgeitems"] == 2
        raise KeyError
    assert printing.get_printoptions() == before


@pytest.mark.parametrize(
    ("options", "error", "message"),
    [
        ({"precision": -1}, ValueError, "precision must be 0 or more; got -1"),
        ({"precision": 2.0}, TypeError, "precision must be an integer; got 2.0"),
        ({"edgeitems": -1}, ValueError, "edgeitems must be 0 or more; got -1"),
        ({"edgeitems": "3"}, TypeError, "edgeitems must be an integer; got '3'"),
        ({"threshold": "many"}, TypeError, "threshold must be a real number; got 'many'"),
        ({"linewidth": float("inf")}, ValueError, "linewidth must be finite; got inf"),
        ({"linewidth": 1j}, TypeError, "linewidth must be a real number; got 1j"),
    ],
)
def test_an_option_no_print_could_use_is_refused_and_nothing_changes(options, error, message):
    before = printing.get_printoptions()
    with pytest.raises(error, match=re.escape(message)):
        printing.set_printoptions(**({"threshold": 3, "profile": "short"} | options))
    assert printing.get_printoptions() == before


def test_options_may_be_numpy_numbers():
    printing.set_printoptions(
        precision=np.int64(1), threshold=np.int32(2), edgeitems=np.uint8(1), linewidth=np.float64(80)
    )
    assert printing.format_tensor(np.float32([0.25, 1.5, 2.75])) == "tensor([0.2,  ..., 2.8])"


@pytest.mark.parametrize("dtype", [object, "U3", "datetime64[s]", np.dtype([("x", np.float32)])])
def test_a_dtype_torch_lacks_is_refused(dtype):
    with pytest.raises(TypeError, match="torch has no dtype for"):
        printing.format_tensor(np.zeros(2, dtype))


@pytest.mark.skipif(np.dtype(np.longdouble).itemsize == 8, reason="long double is double here")
def test_long_double_is_refused():
    with pytest.raises(TypeError, match="torch has no dtype for"):
        printing.dtype_suffix(np.longdouble)


def test_a_name_that_is_no_dtype_is_refused():
    with pytest.raises(TypeError, match="bfloat17"):
        printing.dtype_suffix("bfloat17")


def test_dtypes_may_be_named_as_torch_names_them():
    assert printing.dtype_suffix("torch.float16") == "dtype=torch.float16"
    assert printing.dtype_suffix("torch.bfloat16", "bfloat16") is None


def test_docstring_examples():
    results = doctest.testmod(printing)
    assert results.attempted >= 10 and results.failed == 0
