"""Random programs over memory: views, views of views, and everything that writes; compat and torch are compared line by line.

    python tests/random_views.py --count 3000 --seed 0          (torch has to be installed)

A program is a list of Python lines over `torch` and `np`. After each line all Tensors there are are looked at: values, shape, strides,
offset, dtype, contiguity, version, leaf or not, whose view, what shares memory, and the names of the graph; at the end a loss of all of
them is differentiated. A line that raises is compared by its error, and the program goes on. One that differs is printed with its first
difference. Invariant: a seed and a number give one program, always the same, without looking at what either library does.
"""

import argparse
import pathlib
import re
import sys
import time
import warnings

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]

SIZES = (1, 2, 2, 3, 4)
SHAPES = (
    (6,),
    (4,),
    (2, 3),
    (3, 2),
    (3, 3),
    (2, 2, 3),
    (2, 3, 4),
    (1, 3),
    (2, 1, 2),
    (1, 2, 2, 3),
    (2, 3, 2, 2),
    (),
    (0, 2),
)
DTYPES = ("float32",) * 6 + ("float64",) * 2 + ("int64", "complex64")
DEPTH = 3  # how far down the graph is read


def counted(size, shape, dtype):
    """The text of a Tensor of the numbers from 0 on."""
    if dtype == "complex64":
        return f"torch.arange({size}).reshape({shape}).to(torch.complex64)"
    return f"torch.arange({size}, dtype=torch.{dtype}).reshape({shape})"


class Maker:
    """Makes the lines of one program, and keeps of each name what its shape and dtype should be."""

    def __init__(self, seed, number):
        self.rng = np.random.default_rng([seed, number])
        self.lines = []
        self.known = {}  # name -> (shape, dtype)
        self.arrays = {}  # of NumPy: name -> shape
        self.count = 0

    def one(self, items):
        return items[int(self.rng.integers(len(items)))]

    def chance(self, p):
        return self.rng.random() < p

    def name(self, letter):
        self.count += 1
        return f"{letter}{self.count}"

    def some(self, test=lambda shape, dtype: True):
        names = [n for n, known in self.known.items() if test(*known)]
        return self.one(names[-4:] if self.chance(0.6) else names) if names else None

    def add(self, line):
        self.lines.append(line)

    def define(self, text, shape, dtype, letter="x"):
        name = self.name(letter)
        self.add(f"{name} = {text}")
        self.known[name] = tuple(shape), dtype
        return name

    def number(self):
        return self.one((2, -1, 0.5, 3, 1.0))

    def like(self, shape, dtype):
        """The text of an operand that fits a shape."""
        fitting = [n for n, (s, d) in self.known.items() if s == shape and (d == dtype or self.chance(0.3))]
        if fitting and self.chance(0.7):
            return self.one(fitting)
        if shape and self.chance(0.3):
            shape = shape[1:]
        size = int(np.prod(shape))
        return counted(size, shape, dtype)

    # ---- what a program starts from
    def start(self):
        shape, dtype = self.one(SHAPES), self.one(DTYPES)
        size = int(np.prod(shape))
        text = counted(size, shape, dtype)
        kind = self.rng.random()
        if kind < 0.5 and dtype not in ("int64",):
            text += ".clone().requires_grad_()"  # (a leaf that is a view loses gradients in torch, when its memory is written)
        elif kind < 0.6 and len(shape) == 4:
            text += ".contiguous(memory_format=torch.channels_last)"
        elif kind < 0.7:
            array = self.name("n")
            self.add(f"{array} = np.arange({size}, dtype=np.{dtype}).reshape({shape})")
            self.arrays[array] = shape
            text = f"torch.{self.one(('from_numpy', 'as_tensor', 'from_dlpack', 'tensor'))}({array})"
        x = self.define(text, shape, dtype)
        if "requires" in text and self.chance(0.8):
            self.define(f"{x} * {self.number()}", shape, dtype)

    # ---- views
    def view(self):
        x = self.some()
        shape, dtype = self.known[x]
        n = len(shape)
        kinds = [self.reshape, self.basic, self.basic, self.axes, self.stretch, self.pieces, self.strided, self.bits]
        kinds += [self.windows, self.diagonal] if n else []
        got = self.one(kinds)(x, shape, n, dtype)
        if got is not None:
            self.define(*got)

    def dim(self, n):
        d = int(self.rng.integers(n))
        return d if self.chance(0.7) else d - n

    def other_shape(self, shape):
        size = int(np.prod(shape))
        left, out = size, []
        while left > 1 and self.chance(0.8):
            k = self.one([k for k in range(1, left + 1) if left % k == 0])
            out.append(k)
            left //= k
        return (*out, left) if left != 1 or not out else tuple(out)

    def reshape(self, x, shape, n, dtype):
        new = self.other_shape(shape)
        how = self.one(("view", "view", "reshape", "reshape", "view_as", "flatten", "ravel", "contiguous", "unflatten"))
        if how in ("view", "reshape"):
            return f"{x}.{how}({new})", new, dtype
        if how == "view_as":
            return f"{x}.view_as(torch.zeros({new}))", new, dtype
        if how in ("flatten", "ravel"):
            return f"{x}.{how}()", (int(np.prod(shape)),), dtype
        if how == "unflatten" and n and shape[0] % 2 == 0 and shape[0]:
            return f"{x}.unflatten(0, (2, -1))", (2, shape[0] // 2, *shape[1:]), dtype
        return f"{x}.contiguous()", shape, dtype

    def basic(self, x, shape, n, dtype):
        if n and self.chance(0.4) and min(shape):
            d = self.dim(n)
            k = shape[d]
            i = int(self.rng.integers(-k, k))
            how = self.one(("select", "narrow", "unsqueeze", "squeeze"))
            rest = list(shape)
            if how == "select":
                del rest[d]
                return f"{x}.select({d}, {i})", rest, dtype
            if how == "narrow":
                at = int(self.rng.integers(k))
                rest[d] = int(self.rng.integers(1, k - at + 1))
                return f"{x}.narrow({d}, {at}, {rest[d]})", rest, dtype
            if how == "unsqueeze":
                return f"{x}.unsqueeze({d})", np.expand_dims(np.empty(shape), d if d >= 0 else d).shape, dtype
            return f"{x}.squeeze({d})", rest if k != 1 else np.squeeze(np.empty(shape), d).shape, dtype
        idx, text = self.index(shape)
        return f"{x}[{text}]", np.empty(shape)[idx].shape, dtype

    def index(self, shape):
        """A basic index and its text."""
        idx = []
        for k in shape:
            if self.chance(0.25) and k:
                idx.append(int(self.rng.integers(-k, k)))
            elif self.chance(0.5):
                idx.append(slice(None))
            else:
                start, step = int(self.rng.integers(0, max(k, 1))), self.one((None, None, 2))
                idx.append(slice(start or None, self.one((None, None, k, -1)), step))
            if self.chance(0.1):
                idx.append(None)
            if self.chance(0.2):
                break
        if self.chance(0.15) and len(idx) < len(shape) and not any([type(i) is int for i in idx]):
            idx.insert(0, Ellipsis)
        return tuple(idx), ", ".join([self.entry(i) for i in idx]) + "," * (len(idx) == 1 and idx[0] is None) or "()"

    def entry(self, i):
        if i is Ellipsis:
            return "..."
        if not isinstance(i, slice):
            return repr(i)
        parts = ["" if p is None else str(p) for p in (i.start, i.stop, i.step)]
        return ":".join(parts if parts[2] else parts[:2])

    def axes(self, x, shape, n, dtype):
        perm = [int(d) for d in self.rng.permutation(n)]
        if n and self.chance(0.5):
            a, b = self.dim(n), self.dim(n)
            how = self.one(("transpose", "swapaxes", "movedim"))
            f = np.moveaxis if how == "movedim" else np.swapaxes
            return f"{x}.{how}({a}, {b})", f(np.empty(shape), a, b).shape, dtype
        if n == 2 and self.chance(0.5):
            return f"{x}.{self.one(('T', 't()', 'mT', 'mT' if dtype == 'complex64' else 'H'))}", shape[::-1], dtype
        return f"{x}.permute({tuple(perm)})", [shape[d] for d in perm], dtype

    def stretch(self, x, shape, n, dtype):
        new = tuple([self.one((1, 2, 3)) if k == 1 and self.chance(0.7) else k for k in shape])
        if self.chance(0.4):
            new = (self.one((1, 2)), *new)
        return f"{x}.{self.one(('expand', 'expand', 'broadcast_to'))}({new})", new, dtype

    def pieces(self, x, shape, n, dtype):
        if not n or not min(shape):
            return f"{x}.{self.one(('detach()', 'data', f'view_as({x})'))}", shape, dtype
        d = self.dim(n)
        k = shape[d]
        how = self.one(("split", "chunk", "unbind", "tensor_split", "iter", "hsplit"))
        rest = list(shape)
        if how == "split":
            rest[d] = min(2, k)
            return f"{x}.split(2, {d})[0]", rest, dtype
        if how == "chunk":
            rest[d] = -(-k // 2)
            return f"{x}.chunk(2, {d})[0]", rest, dtype
        if how == "tensor_split":
            rest[d] = k - k // 2 if k > 1 else 1
            return f"{x}.tensor_split(2, {d})[0]", rest, dtype
        if how == "unbind":
            del rest[d]
            return f"{x}.unbind({d})[-1]", rest, dtype
        return f"list({x})[-1]", shape[1:], dtype

    def strided(self, x, shape, n, dtype):
        size = tuple([self.one((1, 2, 2, 3)) for _ in range(self.one((1, 2, 2, 3)))])
        stride = tuple([self.one((0, 1, 1, 2, 2, 3)) for _ in size])
        offset = self.one(("", "", ", 0", ", 1", ", 2"))
        return f"{x}.as_strided({size}, {stride}{offset})", size, dtype

    def windows(self, x, shape, n, dtype):
        d = self.dim(n)
        if not shape[d]:
            return None
        size, step = int(self.rng.integers(1, shape[d] + 1)), self.one((1, 1, 2))
        rest = list(shape)
        rest[d] = (shape[d] - size) // step + 1
        return f"{x}.unfold({d}, {size}, {step})", (*rest, size), dtype

    def diagonal(self, x, shape, n, dtype):
        if n < 2:
            return None
        k = self.one((0, 0, 1, -1))
        a, b = (0, 1) if self.chance(0.6) else (n - 1, 0)
        return f"{x}.diagonal({k}, {a}, {b})", np.diagonal(np.empty(shape), k, a, b).shape, dtype

    def bits(self, x, shape, n, dtype):
        if dtype == "complex64":
            how = self.one(("real", "imag", "view_as_real"))
            if how == "view_as_real":
                return f"torch.view_as_real({x})", (*shape, 2), "float32"
            return f"{x}.{how}", shape, "float32"
        if dtype == "float32" and n and shape[-1] == 2:
            return f"torch.view_as_complex({x})", shape[:-1], "complex64"
        if dtype in ("float32", "float64", "int64") and self.chance(0.6):
            other = {"float32": "int32", "float64": "int64", "int64": "float64"}[dtype]
            return f"{x}.view(torch.{other})", shape, other
        return f"{x}.{self.one(('detach()', 'data', 'detach()'))}", shape, dtype

    # ---- writes
    def write(self):
        x = self.some()
        shape, dtype = self.known[x]
        before = len(self.lines)
        self.one((self.inplace, self.inplace, self.inplace, self.assign, self.assign, self.copy, self.scattered))(
            x, shape, dtype
        )
        if len(self.lines) > before and self.chance(0.08):
            last = self.lines.pop()
            self.add(f"with torch.no_grad(): {last}")

    def inplace(self, x, shape, dtype):
        k = self.number() if dtype != "int64" else self.one((2, 3, -1))
        c = self.one(("zero_()", f"fill_({k})", f"mul_({k})", f"add_({k})", "neg_()", f"add_({self.like(shape, dtype)}, alpha=2)",
                      f"mul_({self.like(shape, dtype)})", "relu_()", "clamp_(min=1)", "masked_fill_({x} > 1, 5)", f"sub_({self.like(shape, dtype)})",
                      "abs_()", "tril_()", "square_()"))  # fmt: skip
        if self.chance(0.2):
            self.add(f"{x} {self.one(('+=', '*=', '-='))} {self.one((str(k), self.like(shape, dtype)))}")
        else:
            self.add(f"{x}.{c.format(x=x)}")

    def assign(self, x, shape, dtype):
        idx, text = self.index(shape)
        target = np.empty(shape)[idx].shape
        value = self.one((str(self.one((1, 2, -3))), self.like(target, dtype)))
        self.add(f"{x}[{text}] {self.one(('=', '=', '+=', '*='))} {value}")

    def copy(self, x, shape, dtype):
        self.add(f"{x}.copy_({self.like(shape, self.one((dtype, dtype, 'float32', 'int64')))})")

    def scattered(self, x, shape, dtype):
        if not shape or not min(shape):
            return self.inplace(x, shape, dtype)
        k = shape[0]
        how = self.one(("mask", "array", "index_add_", "index_fill_", "index_copy_", "put_", "fill_diagonal_"))
        rows = [int(i) for i in self.rng.permutation(k)[:2]]  # (which of two values for one place counts is not said)
        if k == 1:
            return self.inplace(x, shape, dtype)
        part = self.like((2, *shape[1:]), dtype)
        if how == "mask":
            self.add(
                f"{x}[{x}.{self.one(('real', 'abs()'))} > 1] = {self.one((7, 0))}"
                if dtype != "int64"
                else f"{x}[{x} > 1] = 7"
            )
        elif how == "array":
            self.add(f"{x}[torch.tensor({rows})] {self.one(('=', '+='))} {part}")
        elif how == "index_fill_":
            self.add(f"{x}.index_fill_(0, torch.tensor({rows}), 4)")
        elif how == "put_":
            self.add(f"{x}.put_(torch.tensor([0, {k - 1}]), torch.ones(2, dtype=torch.{dtype}))")
        elif how == "fill_diagonal_":
            self.add(f"{x}.fill_diagonal_(9)")
        else:
            self.add(f"{x}.{how}(0, torch.tensor({sorted(rows)}), {part})")

    # ---- everything else
    def compute(self):
        x = self.some()
        shape, dtype = self.known[x]
        k = self.number() if dtype != "int64" else 2
        text = self.one((f"{x} * {k}", f"{x} + {self.like(shape, dtype)}", f"{x} * {self.like(shape, dtype)}", f"{x}.clone()", f"-{x}",
                         f"{x}.square()", f"torch.empty_like({x}).zero_()", f"torch.zeros_like({x})", f"{x}.double()", f"torch.where({x} == 1, {x}, 0)",
                         f"{x}.flip(0)" if shape else f"{x} + 1", f"{x}.abs()", f"torch.stack([{x}, {x}])[0]", f"torch.cat([{x}.reshape(-1), {x}.ravel()])"))  # fmt: skip
        new = (2 * int(np.prod(shape)),) if "cat" in text else shape
        dtype = "float64" if "double" in text else "float32" if "abs" in text and dtype == "complex64" else dtype
        self.define(text, new, dtype)

    def reduce(self):
        x = self.some(lambda s, d: s and d != "complex64")
        if x is None:
            return
        shape, dtype = self.known[x]
        d = self.dim(len(shape))
        keep = self.chance(0.4)
        rest = list(shape)
        rest[d] = 1
        if not keep:
            del rest[d]
        how = self.one(("sum", "sum", "cumsum", "mean" if dtype != "int64" else "sum", "amax" if shape[d] else "sum"))
        self.define(
            f"{x}.cumsum({d})" if how == "cumsum" else f"{x}.{how}({d}{', keepdim=True' * keep})",
            shape if how == "cumsum" else rest,
            dtype,
        )

    def box(self):
        """What changes the Tensor itself: its memory, its shape, its history."""
        x = self.some()
        shape, dtype = self.known[x]
        n = len(shape)
        how = self.one(
            (
                "set",
                "set",
                "resize",
                "squeeze",
                "transpose",
                "detach",
                "requires",
                "data",
                "strided",
                "t",
                "unsqueeze",
                "retain",
                "offset",
            )
        )
        other = self.some(lambda s, d: d == dtype)
        if how == "set":
            self.add(f"{x}.set_({other})")
            self.known[x] = self.known[other]
        elif how == "offset" and np.prod(self.known[other][0]) > 2:
            self.add(
                f"{x}.set_({self.one((f'{other}.storage()', f'{other}.untyped_storage()', other))}, 1, (2,), (1,))"
            )
            self.known[x] = (2,), dtype
        elif how == "resize":
            new = self.one((shape, self.other_shape(shape), (2,), (2, 2), (3, 4)))
            self.add(f"{x}.resize_({new}); {x}.view(-1)[{int(np.prod(shape))}:].fill_(1)")
            self.known[x] = new, dtype
        elif how == "squeeze":
            self.add(f"{x}.squeeze_()")
            self.known[x] = tuple([k for k in shape if k != 1]), dtype
        elif how == "unsqueeze":
            self.add(f"{x}.unsqueeze_(0)")
            self.known[x] = (1, *shape), dtype
        elif how == "transpose" and n:
            a, b = self.dim(n), self.dim(n)
            self.add(f"{x}.transpose_({a}, {b})")
            self.known[x] = np.swapaxes(np.empty(shape), a, b).shape, dtype
        elif how == "t" and n == 2:
            self.add(f"{x}.t_()")
            self.known[x] = shape[::-1], dtype
        elif how == "detach":
            self.add(f"{x}.detach_()")
        elif how == "retain":
            self.add(f"{x}.retain_grad()")
        elif how == "requires":
            self.add(self.one((f"{x}.requires_grad_(False)", f"{x} = {x}.detach().clone().requires_grad_()")))
        elif how == "data":
            self.add(f"{x}.data = {self.like(shape, dtype)}")
        elif how == "strided" and not any([x in line for line in self.lines if not line.startswith(f"{x} = ")]):
            self.add(f"{x}.as_strided_((2,), (1,))")
            self.known[x] = (2,), dtype

    def out(self):
        y = self.some()
        shape, dtype = self.known[y]
        x = self.some(lambda s, d: s == shape)
        if self.chance(0.2):  # (what has another shape is resized)
            x = self.define(f"torch.empty(0, dtype=torch.{dtype})", shape, dtype)
        self.add(f"torch.{self.one(('mul', 'add'))}({y}, {self.number()}, out={x})")

    def aliased(self):
        """NumPy over the same memory."""
        if self.arrays and self.chance(0.6):
            n = self.one(list(self.arrays))
            shape = self.arrays[n]
            how = self.one(("write", "write", "view", "tensor"))
            if how == "write":
                self.add(f"{n}[...] += 1")
            elif how == "view" and shape:
                m = self.name("n")
                text, new = self.one(((f"{n}.T", shape[::-1]), (f"{n}[1:]", (max(shape[0] - 1, 0), *shape[1:])), (f"{n}[..., 0:1]", (*shape[:-1], min(shape[-1], 1))), (f"{n}[::-1]", shape)))  # fmt: skip
                self.add(f"{m} = {text}")
                self.arrays[m] = new
            else:
                self.define(
                    f"torch.{self.one(('from_numpy', 'as_tensor', 'from_dlpack', 'asarray'))}({n})", shape, "float32"
                )
        else:
            x = self.some()
            n = self.name("n")
            self.add(
                f"{n} = {self.one((f'{x}.numpy()', f'{x}.detach().numpy()', f'np.asarray({x}.detach())', f'np.from_dlpack({x}.detach())'))}"
            )
            self.arrays[n] = self.known[x][0]

    def gradient(self):
        x = self.some(lambda s, d: d.startswith("float"))
        leaf = self.some(lambda s, d: d.startswith("float"))
        if x is None:
            return
        if self.chance(0.5):
            self.add(f"({x} * {x}).sum().backward()")
        else:
            self.add(
                f"g = torch.autograd.grad(({x} * {x}).sum(), {leaf}, create_graph={self.chance(0.5)}, allow_unused=True)[0]"
            )
            self.add(f"(g * {leaf}).sum().backward()")

    def program(self):
        self.start()
        if self.chance(0.4):
            self.start()
        kinds = (
            [self.view] * 9
            + [self.write] * 8
            + [self.compute] * 2
            + [self.reduce, self.box, self.box, self.out, self.aliased, self.gradient]
        )
        most = int(self.rng.integers(3, 13))
        while len(self.lines) < most:
            self.one(kinds)()
        floats = [n for n, (s, d) in self.known.items() if d.startswith("float") or d.startswith("complex")]
        self.add(
            f"loss = sum([(t * t.detach()).abs().sum() for t in ({', '.join(floats)}{',' * bool(floats)}) if t.requires_grad], torch.zeros(()))"
        )
        self.add("loss.backward()")
        return self.lines


# ------------------------------------------------------------------------------------------------ looking
def graph_of(fn, depth=DEPTH):
    if fn is None:
        return "-"
    name = type(fn).__name__
    below = [f"{graph_of(f, depth - 1)}{f':{i}' if i else ''}" for f, i in fn.next_functions] if depth else []
    return f"{name}({', '.join(below)})" if below else name


def first_of(message):
    """What a warning says, without the place in the library and what ours adds."""
    return re.split(r" \(Triggered|\n\[", str(message))[0].strip()


def figures(values, digits=None):
    return " ".join(
        [f"{v + 0.0 if type(v) is complex else v if digits is None else round(v, digits) + 0.0:.5g}" for v in values]
    )  # (torch turns the zeros of whole vectors round otherwise)


def values_of(t, digits=None):
    flat = t.detach().resolve_conj().resolve_neg().reshape(-1)
    return figures(flat.tolist(), digits)


def steps_of(t):
    return f"stride {t.stride()} offset {t.storage_offset()}"


def seen(t, names, tensors, digits=None):
    """All that is to be seen of a Tensor, as text."""
    base = t._base
    start = t.untyped_storage().data_ptr()
    shares = next((n for n in tensors if tensors[n].untyped_storage().data_ptr() == start), "-") if t.numel() else "-"
    got = [
        str(t.dtype)[6:], f"{tuple(t.shape)}", steps_of(t), f"in {shares}",
        f"contiguous {t.is_contiguous()}", f"version {t._version}", "leaf" if t.is_leaf else "made", "grad" * t.requires_grad,
        "" if base is None else f"view of {names.get(id(base), '?')}", f"[{values_of(t, digits)}]", graph_of(t.grad_fn) + (f" output {t.output_nr}" if t.output_nr else ""),
    ]  # fmt: skip
    if t.is_leaf and t.grad is not None:
        got.append(f"grad [{values_of(t.grad, digits)}] {steps_of(t.grad)}")
    return got


def run(torch, lines, helpers=None, digits=None):
    """For each line: its error or "", then of every name that looks different now what is seen of it. With `helpers`, names for the program,
    also what a line warns of."""
    env = {"torch": torch, "np": np, **(helpers or {})}
    before, out = {}, []
    for line in lines:
        error = ""
        try:
            with warnings.catch_warnings(record=True) as warned:
                warnings.simplefilter("ignore" if helpers is None else "always")
                exec(line, env)
        except Exception as e:
            error = f"{type(e).__name__}: {str(e).splitlines()[0] if str(e) else ''}"
        tensors = {n: v for n, v in env.items() if isinstance(v, torch.Tensor)}
        names = {id(t): n for n, t in reversed(tensors.items())}
        changed = {}
        if helpers is not None:
            changed["warned"] = ["; ".join([f"{w.category.__name__}: {first_of(w.message)}" for w in warned])]
        for n, v in list(env.items()):
            if n == "g":  # (what autograd.grad gave; whether it was added up in place is not looked at)
                continue
            try:
                with warnings.catch_warnings():
                    warnings.simplefilter("ignore")
                    now = (
                        seen(v, names, tensors, digits)
                        if n in tensors
                        else [figures(v.reshape(-1).tolist())]
                        if isinstance(v, np.ndarray)
                        else None
                    )
            except Exception as e:
                now = [f"{type(e).__name__}: {str(e).splitlines()[0]}"]
            if (
                n[0] == "g" and now
            ):  # (how often a gradient was added to, and what it is a view of, is nobody's business)
                now = [p for p in now if not p.startswith(("version", "in "))]
                now = ["" if p.startswith("view of") else p for p in now]
            if now is not None and before.get(n) != now:
                changed[n] = before[n] = now
        out.append([error.partition(" Hint:")[0], changed])
    return out


def difference(lines, ours, theirs):
    """(number of the line, name or "error", ours, theirs) of the first difference, or None."""
    mine, other = {}, {}
    for k, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        if not same_error(a[0], b[0]):
            return k, "error", a[0], b[0]
        mine.update(a[1])
        other.update(b[1])
        if a[0] and "backward()" in lines[k]:
            return None  # (what a backward that fails has delivered by then is not looked at)
        for n in {**b[1], **a[1]}:
            if n not in mine or n not in other:
                return k, n, str(mine.get(n, "not there")), str(other.get(n, "not there"))
            parts = [(p, q) for p, q in zip(mine[n], other[n], strict=False) if p != q and not renamed_view(p, q)]
            if parts or len(mine[n]) != len(other[n]) and not parts:
                return k, n, "; ".join([p for p, _ in parts]), "; ".join([q for _, q in parts])
    return None


def same_error(a, b):
    """The same type and text, but for which view a refusal names, and what ours adds to a first sentence."""
    return plain(a) == plain(b) or "modified by an inplace operation" in a and "modified by an inplace operation" in b


def plain(error):
    return re.sub(
        r"Output \d+ of \w+ is a view and (is being|its base or another view of its base has been)",
        "It is a view",
        error,
    )


def renamed_view(p, q):
    """A view of memory that was changed without a record: torch calls it AsStrided from then on, here it keeps its name."""
    mine, other = [set([w for w in re.findall(r"\w+", t) if w.partition("Backward")[0] not in VIEWS]) for t in (p, q)]
    return "AsStrided" in q and (mine <= other or other <= mine)


VIEWS = "View Slice Select Unfold Diagonal Transpose Permute T Expand Squeeze Unsqueeze Alias AsStrided ReshapeAlias Split Unbind "
VIEWS = set((VIEWS + "SplitWithSizes Imag Real ViewAsReal ViewAsComplex SlidingWindows").split())

OVERLAPPING = re.compile(r"as_strided|unfold|expand|broadcast_to")
UNRECORDED = re.compile(r"no_grad|\.detach\(\)|\.data\b|torch\.int|numpy|^n\d|from_dlpack")
OTHER = re.compile(r"\.data = ")


def comes_from(names, lines, pattern):
    """Does a line that made one of these Tensors, or those that they were made of, or that changed one, say this?"""
    names = set(names)
    for line in reversed(lines):
        here = set(re.findall(r"\b[xn]\d+\b", line))
        if names & here:
            if pattern.search(line):
                return True
            names |= here
    return False


def unsigned(values):
    """A text of values in which no zero has a sign."""
    return re.sub(r"-0(?![.\d])", "0", values)


def known(got, lines, theirs):
    """Which difference that docs/torch-differences.md names this one is; None if it is another."""
    line, earlier = lines[got[0]], lines[: got[0]]
    named = [*re.findall(r"\b[xn]\d+\b", line if "backward()" not in line else " ".join(earlier)), got[1]]
    if got[2][:6] == got[3][:6] == "stride" and got[2].partition(";")[0][-8:] == got[3].partition(";")[0][-8:]:
        if re.search(r"= x\d+ [*+-] (x\d|torch)", line):
            return "operands in two orders of memory"
    if "its base or another view of its base has been modified inplace" in got[3]:
        if UNRECORDED.search(line) or comes_from(named, lines[: got[0] + 1], UNRECORDED):
            return "a change without a record"
    if "AsStridedBackward0(-)" in got[3] and comes_from(named, earlier + [line], UNRECORDED):
        return "a change without a record"
    if unsigned(got[2]) == unsigned(got[3]) and comes_from(named, earlier + [line], re.compile(r"relu_|clamp_")):
        return "the sign of a zero that relu and clamp leave"
    error = theirs[got[0]][0]
    if "not resizable" in error:
        return (
            "memory of NumPy's that does not grow"  # (torch has the new shape all the same, and reads what lies behind)
        )
    if "backward()" in line:
        if "more than one element" in error and comes_from(named, earlier, OVERLAPPING):
            return "a write through memory that overlaps itself"
        if "returned an invalid gradient" in error and comes_from(named, earlier, OTHER):
            return "another shape by .data ="
    return None


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--count", type=int, default=300)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--show", type=int, default=20, help="how many of those that differ are printed")
    options = options.parse_args()
    import torch

    import compat

    torch.set_num_threads(1)
    different, named, start = 0, {}, time.perf_counter()
    for number in range(options.first, options.first + options.count):
        lines = Maker(options.seed, number).program()
        theirs, ours = run(torch, lines), run(compat, lines)
        got = difference(lines, ours, theirs)
        name = got and known(got, lines, theirs)
        if name:
            named[name] = named.get(name, 0) + 1
        elif got is not None:
            different += 1
            if different <= options.show:
                k, what, a, b = got
                print(
                    f"--- {options.seed} {number}: after line {k}, {what}\n"
                    + "\n".join(lines[: k + 1])
                    + f"\n  compat: {a}\n  torch:  {b}"
                )
    for name, count in sorted(named.items(), key=lambda item: -item[1]):
        print(f"{count:4} go on otherwise after: {name}")
    seconds = time.perf_counter() - start
    print(
        f"{options.count} programs, {different} differ, {sum(named.values())} in ways that the docs name; {seconds:.0f} s"
    )


if __name__ == "__main__":
    main()
