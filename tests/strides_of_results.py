"""Strides of results: every public function of torch on Tensors in several orders of memory, compat and torch compared.

    python tests/strides_of_results.py            (torch has to be installed)

A call is made of a name and of a row of arguments; those that torch refuses are left out. What is compared is shape, strides (of
dimensions longer than 1) and contiguity of each result. Invariant: the table of calls does not depend on the library.
"""

import argparse
import collections
import pathlib
import sys
import warnings

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]

LAYOUTS = {  # of one image
    "contiguous": "torch.arange({n}.).reshape({shape}) / {n} + 0.1",
    "channels_last": "(torch.arange({n}.).reshape({shape}) / {n} + 0.1).contiguous(memory_format=torch.channels_last)",
    "transposed": "(torch.arange({n}.).reshape({turned}) / {n} + 0.1).transpose(-1, -2)",
    "permuted": "(torch.arange({n}.).reshape({permuted}) / {n} + 0.1).permute(3, 1, 0, 2)",
    "strided": "(torch.arange({more}.).reshape({wide}) / {more} + 0.1).contiguous(memory_format=torch.channels_last)[..., ::2]",
    "expanded": "(torch.arange({n}.).reshape({shape}) / {n} + 0.1)[:, :1].expand({shape})",
}
SHAPE = (2, 3, 4, 5)
ARGUMENTS = [
    "x", "x, y", "x, 1", "x, 2.0", "x, -1", "x, (1, 2)", "x, 1, True", "x, y, y", "x, b", "b, x", "x, 0, 1", "x, 1, 0, 2", "x, 0.5, 2.0",
    "x, (4, 5)", "x, w", "x, w, bias", "x, (1, 1)", "x, (1, 1, 1, 1)", "x, 2, 1", "x, None, 2", "x > 0.5, x, y", "(x, y)", "(x, y), 1",
    "x, 1, i", "x, i", "x, (2, 1, 1, 1)", "x, c", "c, x", "x, c, c", "x, mask", "x, mask, 0.0", "x, 3", "x, y.double()", "x.int()", "x.int(), y",
]  # fmt: skip
SKIPPED = (
    "rand",
    "seed",
    "save",
    "load",
    "compile",
    "set_",
    "vmap",
    "cond",
    "while_loop",
    "fork",
    "wait",
    "import",
    "from_file",
    "normal",
    "sparse",
    "mkldnn",
    "empty",
)


def made(torch, layout, other):
    """The namespace of calls in which x has one order of memory and y another."""
    a, b, c, d = SHAPE
    n = a * b * c * d
    sizes = {
        "n": n,
        "shape": SHAPE,
        "turned": (a, b, d, c),
        "permuted": (c, b, d, a),
        "more": 2 * n,
        "wide": (a, b, c, 2 * d),
    }
    space = {"torch": torch}
    for name, which in (("x", layout), ("y", other)):
        space[name] = eval(LAYOUTS[which].format(**sizes), space)
    space["b"] = torch.arange(float(d)) + 1
    space["c"] = torch.arange(float(b)).reshape(1, b, 1, 1) + 1
    space["w"] = torch.ones(3, b, 1, 1)
    space["bias"] = torch.ones(3)
    space["i"] = torch.tensor([1, 0])
    space["mask"] = torch.arange(float(n)).reshape(SHAPE) > 7
    return space


def calls(torch):
    """The texts of all calls there are, of functions and of methods, for each name."""
    names = [f"torch.{n}" for n in dir(torch)] + [f"torch.nn.functional.{n}" for n in dir(torch.nn.functional)]
    names += (
        [f"torch.special.{n}" for n in dir(torch.special)]
        + [f"torch.linalg.{n}" for n in dir(torch.linalg)]
        + [f"torch.fft.{n}" for n in dir(torch.fft)]
        + [f"torch.Tensor.{n}" for n in dir(torch.Tensor)]
    )
    for name in names:
        last = name.rpartition(".")[2]
        if last[0] == "_" or last[0].isupper() or last[-1] == "_" or any([s in last for s in SKIPPED]):
            continue
        yield [f"{name}({arguments})" for arguments in ARGUMENTS]


def strides(call, space):
    """What is seen of the results of a call; None if it is refused, or gives no Tensor."""
    try:
        got = eval(call, space)
    except Exception:
        return None
    got = got if isinstance(got, (tuple, list)) else (got,)
    if not got or not all(
        [type(t) is space["torch"].Tensor and not t.is_quantized and t.layout is space["torch"].strided for t in got]
    ):
        return None
    return [seen(t) for t in got if t.numel()]


def seen(t):
    return [list(t.shape), [s if n != 1 else 0 for s, n in zip(t.stride(), t.shape, strict=True)], t.is_contiguous()]


# Functions with an order of their own in torch; the unsafe_ forms, which are copies here.
DIFFERENT = "unsafe_chunk unsafe_split unsafe_split_with_sizes kron ldexp gradient binomial local_response_norm index adaptive_max_pool3d "
DIFFERENT = set((DIFFERENT + "adaptive_max_pool3d_with_indices pixel_shuffle pixel_unshuffle rms_norm diff nan_to_num instance_norm dropout2d rot90 "
                 "pca_lowrank svd_lowrank slice_scatter").split())  # fmt: skip


def known(layout, other, call, got, want):
    """Which difference that docs/torch-users.md names this one is; None if it is another."""
    name, _, arguments = call.partition("(")
    if all([g == w or in_columns(g, w) for g, w in zip(got, want, strict=True)]):
        return "factorisations, in columns as LAPACK leaves them"
    if "torch.linalg." in name or name.rpartition(".")[2] in ("geqrf", "qr", "svd", "pinverse"):
        return "factorisations of a permuted Tensor"
    mixed = "mask" in arguments or "y" in arguments and layout != other or "expanded" in (layout, other)
    if mixed and ("expanded" in (layout, other) or all([g[2] for g, w in zip(got, want, strict=True) if g != w])):
        return "elementwise functions of operands in two orders: C order here, that of the first in torch"
    return "single functions" if name.rpartition(".")[2] in DIFFERENT else None


def in_columns(got, want):
    """Are matrices in C order in the one and in columns in the other?"""
    shape, (same, columns, _) = got[0], want
    return (
        shape == same
        and len(shape) > 1
        and [*columns[:-2], columns[-1], columns[-2]] == in_c_order([*shape[:-2], shape[-1], shape[-2]])
    )


def in_c_order(shape):
    """The strides of C order, those of axes of one element as 0."""
    steps = [1]
    for n in reversed(shape[1:]):
        steps.insert(0, steps[0] * n)
    return [s if n != 1 else 0 for s, n in zip(steps, shape, strict=True)]


def compare(torch, compat, pairs):
    """(number of calls compared, those that differ) in the given orders of memory of x and y."""
    count, different = 0, []
    texts = list(calls(torch))
    warnings.simplefilter("ignore")
    for layout, other in pairs:
        for same in texts:
            theirs, ours = (
                made(torch, layout, other),
                made(compat, layout, other),
            )  # (anew: some calls change their operands)
            for call in same:
                want = strides(call, theirs)
                got = want and strides(call, ours)
                if got:
                    count += 1
                    if got != want:
                        different.append((layout, other, call, got, want))
    return count, different


WHAT_IS_A_VIEW = (
    "y.reshape(-1)", "y.ravel()", "y.flatten()", "y.flatten(1)", "y.flatten(0, 1)", "y.contiguous()", "y.reshape(y.shape[0], -1)",
    "y.permute(1, 0, 2, 3).reshape(-1)", "(y * 1).reshape(-1)", "y.reshape(y.shape[::-1])", "y.transpose(0, 1).transpose(0, 1).reshape(-1)",
    "y.unsqueeze(1).squeeze(1).reshape(-1)", "y.clone().reshape(-1)", "y[:, 0].reshape(-1)", "y[0].reshape(-1)", "y.unflatten(2, (2, -1))",
    "y.expand(2, *y.shape).reshape(-1)", "y.contiguous(memory_format=torch.channels_last)", "y.permute(0, 2, 3, 1).reshape(-1)",
)  # fmt: skip


def written_through(torch, layout, text, of_input, compiled=None):
    """What a write through a view of a Tensor in an order of memory changes: sums of the Tensor, of the view and of the input."""
    x = made(torch, layout, layout)["x"]

    def f(x):
        y = x if of_input else x * 1.0
        z = eval(text, {"y": y, "torch": torch})
        z.mul_(2.0)
        return y.sum(), z.sum()

    try:
        found = [*(f if compiled is None else compiled(f))(x), x.sum()]
    except RuntimeError as error:
        return str(error).partition(".")[0]
    return [round(float(t), 3) for t in found]


PAIRS = [
    ("channels_last", "channels_last"), ("contiguous", "channels_last"), ("channels_last", "contiguous"), ("transposed", "transposed"),
    ("permuted", "contiguous"), ("strided", "channels_last"), ("expanded", "contiguous"), ("contiguous", "expanded"),
]  # fmt: skip


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--show", type=int, default=40)
    options.add_argument("--all", action="store_true", help="also what docs/torch-users.md says is different")
    options = options.parse_args()
    import torch

    import compat

    torch.set_num_threads(1)
    count, different = compare(torch, compat, PAIRS)
    if not options.all:
        names = [known(*d) for d in different]
        for name, many in collections.Counter(names).most_common():
            if name:
                print(f"{many:5} {name}")
        different = [d for d, name in zip(different, names, strict=True) if not name]
    for layout, other, call, got, want in different[: options.show]:
        print(f"{layout} {other}: {call}\n  compat: {got}\n  torch:  {want}")
    print(f"{count} results compared, {len(different)} with other strides")


if __name__ == "__main__":
    main()
