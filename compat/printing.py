"""Text of a tensor, as torch 2.13 prints it, from a plain NumPy array.

Invariant: nothing here knows of Tensor, and nothing here changes an array. All elements are shown in one notation
(integral, fixed or scientific), chosen from the finite nonzero elements that are shown; every text is made once, then
laid out from the last axis outwards.
"""

import contextlib
import math
import numbers
import operator
from types import SimpleNamespace

import numpy as np

__all__ = [
    "add_suffixes",
    "dtype_suffix",
    "format_body",
    "format_tensor",
    "get_printoptions",
    "printoptions",
    "set_printoptions",
]


# Options.


_PROFILES = {
    "default": {"precision": 4, "threshold": 1000, "edgeitems": 3, "linewidth": 80},
    "short": {"precision": 2, "threshold": 1000, "edgeitems": 2, "linewidth": 80},
    "full": {"precision": 4, "threshold": math.inf, "edgeitems": 3, "linewidth": 80},
}

# Replaced as a whole, never changed in place: no thread sees half of a change.
_options = SimpleNamespace(**_PROFILES["default"], sci_mode=None)


def _count(name, value):
    """`value` as an int >= 0."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"set_printoptions: {name} must be an integer; got {value!r}. Pass {name}=4, say.") from None
    if number < 0:
        raise ValueError(f"set_printoptions: {name} must be 0 or more; got {number}. Pass {name}=4, say.")
    return number


def _real(name, value):
    """`value` as it is, if it is a real number."""
    if not isinstance(value, numbers.Real):
        raise TypeError(f"set_printoptions: {name} must be a real number; got {value!r}. Pass {name}=1000, say.")
    return value


def _width(name, value):
    """`value` as it is, if it is a finite real number."""
    if not math.isfinite(_real(name, value)):
        raise ValueError(f"set_printoptions: {name} must be finite; got {value!r}. Pass a large number instead.")
    return value


_CHECKS = {"precision": _count, "threshold": _real, "edgeitems": _count, "linewidth": _width}


def set_printoptions(precision=None, threshold=None, edgeitems=None, linewidth=None, profile=None, sci_mode=None):
    """Set how tensors print: digits, summarising, line width, notation; `profile` is 'default', 'short' or 'full'.

    As in torch: an argument left out keeps its value, except `sci_mode`, which every call sets (None lets the values
    decide); explicit arguments override the profile's; an unknown profile changes nothing.
    TypeError or ValueError for a value that no print could use, and then no option changes; torch fails on printing.

    >>> set_printoptions(precision=2)
    >>> format_tensor(np.float32([1.23456]))
    'tensor([1.23])'
    >>> set_printoptions(profile="default")
    """
    global _options
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    checked = {name: _CHECKS[name](name, value) for name, value in given.items() if value is not None}
    _options = SimpleNamespace(**vars(_options) | _PROFILES.get(profile, {}) | checked | {"sci_mode": sci_mode})


def get_printoptions():
    """Return the options in force as a dict that set_printoptions takes back.

    >>> get_printoptions()
    {'precision': 4, 'threshold': 1000, 'edgeitems': 3, 'linewidth': 80, 'sci_mode': None}
    """
    return dict(vars(_options))


@contextlib.contextmanager
def printoptions(**options):
    """Set options, as set_printoptions does and with its errors, for the length of a `with` block.

    >>> with printoptions(sci_mode=True):
    ...     format_tensor(np.float32([1.5]))
    'tensor([1.5000e+00])'
    """
    global _options
    before = _options
    set_printoptions(**options)
    try:
        yield
    finally:
        _options = before


# Dtype names.

# Types that torch has and NumPy lacks; their values arrive in a wider NumPy dtype, their name as a string.
_NAMES_WITHOUT_NUMPY_DTYPE = {"bfloat16", "complex32", "float8_e4m3fn", "float8_e5m2"}
_KIND_NAMES = {"f": "float", "c": "complex", "i": "int", "u": "uint"}
_NUMPY_NAMES = {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)} | {
    "bool",
    "float16",
    "float32",
    "float64",
    "complex64",
    "complex128",
}


def _dtype_name(dtype):
    """torch's name, without 'torch.', of a NumPy dtype or of a name."""
    if isinstance(dtype, str):
        dtype = dtype.removeprefix("torch.")
        if dtype in _NAMES_WITHOUT_NUMPY_DTYPE:
            return dtype
    dtype = np.dtype(dtype)
    # Not dtype.name: C's types that share a width have several names on some platforms.
    width = 8 * dtype.itemsize
    name = "bool" if dtype.kind == "b" else f"{_KIND_NAMES.get(dtype.kind, dtype.kind)}{width}"
    if name not in _NUMPY_NAMES:
        raise TypeError(
            f"printing: torch has no dtype for {dtype}; expected bool, an integer, float16/32/64 or complex64/128. "
            "Convert with astype first."
        )
    return name


def dtype_suffix(dtype, default_float=np.float32, *, empty=False):
    """Return 'dtype=torch.NAME', or None where torch leaves it out because the elements show it.

    `default_float`, its complex dtype, int64 and bool are left out; of a tensor without elements only `default_float`. TypeError for a
    dtype that torch does not have.

    >>> dtype_suffix(np.float64), dtype_suffix(np.float64, np.float64), dtype_suffix(np.int64, empty=True)
    ('dtype=torch.float64', None, 'dtype=torch.int64')
    """
    name, default = _dtype_name(dtype), _dtype_name(default_float)
    implied = {default}
    if not empty:
        implied |= {"complex128" if default == "float64" else "complex64", "int64", "bool"}
    return None if name in implied else f"dtype=torch.{name}"


# Elements.


def _real_texts(values, options):
    """Texts of a flat real array, padded to the common width, and that width."""
    items = values.tolist()  # Python's numbers: the digits are those of the value as a double, as in torch
    if values.dtype.kind != "f":
        texts = list(map(str, items))
        width = max(map(len, texts), default=1)
        return [text.rjust(width) for text in texts], width

    finite = np.isfinite(values)
    # Zeros, infinities and nans have no say in notation or width: a nan may be wider than its column.
    counted = finite & (values != 0)
    sizes = np.abs(values[counted])
    integral = bool((np.ceil(sizes) == sizes).all())
    scientific = False
    if sizes.size:
        low, high = float(sizes.min()), float(sizes.max())  # doubles of Python: their ratio may overflow in silence
        scientific = high / low > 1e3 or high > 1e8 or low < 1e-4 if options.sci_mode is None else options.sci_mode
    if scientific:
        spec = f".{options.precision}e"
    else:
        spec = ".0f" if integral else f".{options.precision}f"
    texts = [format(item, spec) for item in items]
    if integral and not scientific:
        texts = [text + "." if point else text for text, point in zip(texts, finite.tolist())]
    width = max((len(text) for text, sets_width in zip(texts, counted.tolist()) if sets_width), default=1)
    return [text.rjust(width) for text in texts], width


def _texts(values, options):
    """Texts of a flat array of any dtype, and the width that line breaking counts for each."""
    if values.dtype.kind != "c":
        return _real_texts(values, options)
    # Each part has its own notation and width. An imaginary part loses its padding, but line breaking still counts it.
    reals, real_width = _real_texts(values.real, options)
    imags, imag_width = _real_texts(values.imag, options)
    stripped = (imag.lstrip() for imag in imags)
    texts = [f"{real}{imag}j" if imag[0] == "-" else f"{real}+{imag}j" for real, imag in zip(reals, stripped)]
    return texts, real_width + imag_width + 1


# Layout.


def _summarise(array, options):
    """The elements that are shown, as an array of the same rank, and for each axis whether its middle is left out."""
    edge = options.edgeitems
    if not array.size > options.threshold:
        return array, [False] * array.ndim
    cut = [size > 2 * edge for size in array.shape]
    for axis, is_cut in enumerate(cut):
        if is_cut:
            along = np.moveaxis(array, axis, 0)
            array = np.moveaxis(np.concatenate((along[:edge], along[len(along) - edge :])), 0, axis)
    return array, cut


def _layout(texts, width, shape, cut, indent, options):
    """Bracket `texts`, the elements in C order, into one string; `indent` is the column of the first bracket."""
    rank = len(shape)
    if rank == 0:
        return texts[0]
    blocks = texts
    for axis in reversed(range(rank)):
        innermost = axis == rank - 1
        separator = "," + "\n" * max(1, rank - 1 - axis) + " " * (indent + axis + 1)
        ellipsis = " ..." if innermost and options.edgeitems else "..."
        size, merged = shape[axis], []
        for group in range(math.prod(shape[:axis])):
            entries = blocks[group * size : (group + 1) * size]
            if cut[axis]:
                entries.insert(options.edgeitems, ellipsis)
            if innermost:
                per_line = max(1, math.floor((options.linewidth - indent - axis) / (width + 2)))
                entries = [", ".join(entries[at : at + per_line]) for at in range(0, len(entries), per_line)]
            merged.append("[" + separator.join(entries) + "]")
        blocks = merged
    return blocks[0]


def format_body(array, indent=0):
    """Return the elements of `array` alone, in brackets, laid out for a first character in column `indent`.

    array: bool, int, uint, float or complex [*s]; an array without elements gives '[]'.
    TypeError for a dtype that torch does not have.

    >>> print(format_body(np.arange(4.0).reshape(2, 2), indent=2))
    [[0., 1.],
       [2., 3.]]
    """
    array = np.asarray(array)
    _dtype_name(array.dtype)
    if array.size == 0:
        return "[]"
    options = _options
    shown, cut = _summarise(array, options)
    texts, width = _texts(shown.reshape(-1), options)
    return _layout(texts, width, shown.shape, cut, indent, options)


def add_suffixes(text, suffixes, indent, column=0, newline=False):
    """Append each suffix to `text` after a comma, on a new line at `indent` where the line would grow too long.

    `text` begins in column `column`; `newline`: the first suffix is on a new line however long that is. The line's own length is counted two characters long at first, as torch counts it.

    >>> add_suffixes("tensor([1.]", ["requires_grad=True"], 7)
    'tensor([1.], requires_grad=True'
    """
    _, broken, last_line = text.rpartition("\n")
    used = len(last_line) + 2 + (0 if broken else column)
    pieces = [text]
    for suffix in suffixes:
        if newline or used + len(suffix) + 2 > _options.linewidth:
            newline = False
            pieces.append(",\n" + " " * indent + suffix)
            used = indent + len(suffix)
        else:
            pieces.append(", " + suffix)
            used += len(suffix) + 2
    return "".join(pieces)


def format_tensor(
    array, *, prefix="tensor(", suffixes=(), indent=0, default_float=np.float32, dtype_name=None, contents=None
):
    """Return what torch prints for a tensor that holds `array`.

    `prefix`: 'tensor(', or a subclass's; `suffixes` follow size and dtype; `indent`: the column in which it begins; `dtype_name`: of a
    dtype that NumPy has not; `contents` stands for the elements.

    >>> format_tensor(np.float32([-30.0]), suffixes=["requires_grad=True"])
    'tensor([-30.], requires_grad=True)'
    >>> format_tensor(np.zeros((0, 3)))
    'tensor([], size=(0, 3), dtype=torch.float64)'
    """
    array = np.asarray(array)
    name = array.dtype if dtype_name is None else dtype_name
    own = []
    # Where the elements do not show the shape, it is written out.
    if array.size == 0 and array.ndim != 1 or array.size and not _options.edgeitems:
        own.append(f"size={array.shape}")
    if dtype := dtype_suffix(name, default_float, empty=array.size == 0):
        own.append(dtype)
    inner = indent + len(prefix)
    return (
        add_suffixes(
            prefix + (format_body(array, inner) if contents is None else contents), [*own, *suffixes], inner, indent
        )
        + ")"
    )
