"""Random programs about memory by kinds that random_views.py does not make; both libraries are compared line by line, as there.

    python tests/memory_kinds.py --count 1000 --seed 0 [--kind images]          (torch has to be installed)

Kinds: networks in channels_last and what else an image may lie like, compiled and functionalised functions that write through views, memory
shared with NumPy and over DLPack, copies of what shares memory, copy_ between overlapping views of other dtypes, lists of aliases
(`_foreach`), storages, and `.data =` and `.grad =`. Warnings count too. (out= stands in random_outs.py.)
"""

import argparse
import copy
import io
import pathlib
import pickle
import sys
import time

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.image_programs import Images  # noqa: E402
from tests.random_views import counted, difference, known, run  # noqa: E402


class Kinds(Images):
    """Makes the lines of one program of a kind."""

    def texts(self, *texts):
        return self.one([t for t in texts if t is not None])

    # ---- functions that write through views
    def body(self):
        """(lines, names of Tensors) of a function of x1 and x2."""
        shape, dtype = self.one([s for s in self.SHAPES_OF_BODIES]), self.one(("float32", "float64", "int64"))
        self.known = {"x1": (shape, dtype), "x2": (shape, dtype)}
        self.count = 2
        if self.chance(0.6):
            self.define(f"x1 {self.one(('+ 0', '* 1', '* 2', '- x2'))}", shape, dtype)
        most = int(self.rng.integers(2, 9))
        kinds = [self.view] * 5 + [self.write] * 4 + [self.compute] * 2
        while len(self.lines) < most:
            self.one(kinds)()
        lines = [line for line in self.lines if not line.startswith("with")]
        return lines, shape, dtype

    SHAPES_OF_BODIES = ((6,), (2, 3), (3, 2), (3, 3), (2, 2, 3), (2, 1, 2), (1, 3), (4,))

    def of_function(self, wrap):
        lines, shape, dtype = self.body()
        names = [n for n in self.known if self.chance(0.6)] or ["x1"]
        size = int(np.prod(shape))
        made = counted(size, shape, dtype)
        if self.chance(0.4) and len(shape) > 1:
            made = counted(size, shape[::-1], dtype) + f".permute({tuple(range(len(shape)))[::-1]})"
        text = (
            "def f(x1, x2):\n"
            + "".join([f"    {line}\n" for line in lines])
            + f"    return [t.clone() for t in ({', '.join(names)},)]"
        )
        return [
            f"x1 = {made}",
            f"x2 = {counted(size, shape, dtype)} + 1",
            text,
            f"c = {wrap}",
            "r = c(x1, x2)",
            "globals().update({'y' + str(i): t.contiguous() for i, t in enumerate(r)})",
        ]

    def compiled(self):
        self.lines = self.of_function("torch.compile(f, backend='eager')")

    def functionalised(self):
        self.lines = self.of_function(
            f"torch.func.functionalize(f{self.one(('', chr(44) + ' remove=' + repr('mutations_and_views')))})"
        )

    # ---- NumPy, DLPack
    def exchange(self):
        shape = self.one(((6,), (2, 3), (2, 2, 3), (3, 0), (0,), (), (1, 4), (4, 1)))
        dtype = self.one(("float32", "float64", "int64", "complex64", "uint8", "bool"))
        size = int(np.prod(shape))
        self.add(f"n1 = np.arange({size}).astype(np.{dtype}).reshape({shape})")
        arrays, tensors, turned = ["n1"], [], set()  # (turned round: over DLPack torch ends the process)
        for _ in range(int(self.rng.integers(3, 9))):
            a = self.one(arrays[-3:])
            t = self.one(tensors[-3:]) if tensors else None
            how = self.one(("array", "array", "tensor", "tensor", "tensor", "back", "write", "write", "view"))
            if how == "array":
                f = self.texts(
                    "{}[::-1]",
                    "{}[..., ::-1]",
                    "{}.T",
                    "{}[::2]",
                    "{}[1:]",
                    "np.broadcast_to({}, (2, *{}.shape))",
                    "{}[..., None]",
                    "np.asfortranarray({})",
                    "{}[:0]",
                    "{}.reshape(-1).copy()",
                    "np.flip({})",
                    "{}[::-2]",
                    "{}.copy()[::-1]",
                    "{}.real",
                )
                arrays.append(self.name("n"))
                if "-" in f or "flip" in f or a in turned and "copy" not in f and "reshape" not in f:
                    turned.add(arrays[-1])
                self.add(f"{arrays[-1]} = {f.replace('{}', a)}")
                self.add(f"{arrays[-1]}.shape, {arrays[-1]}.strides")
            elif how == "tensor":
                f = self.texts(
                    "torch.from_numpy({})",
                    "torch.as_tensor({})",
                    "torch.tensor({})",
                    "torch.asarray({})",
                    "torch.from_dlpack({})",
                    "torch.asarray({}, copy=True)",
                    "torch.asarray({}, copy=False)",
                    "torch.as_tensor({}, dtype=torch.float32)",
                    "torch.utils.dlpack.from_dlpack({})",
                    "torch.from_dlpack({}, copy=True)",
                    "torch.asarray([{}, {}])",
                    "torch.ones(2).new_tensor({})",
                    "torch.Tensor({})",
                )
                if "dlpack" in f and a in turned:
                    continue
                name = self.name("x")
                self.add(f"{name} = {f.replace('{}', a)}")
                tensors.append(name)
            elif t is None:
                continue
            elif how == "back":
                f = self.texts(
                    "{}.numpy()",
                    "np.asarray({})",
                    "np.from_dlpack({})",
                    "np.array({})",
                    "{}.numpy(force=True)",
                    "np.from_dlpack({}.detach())",
                    "np.asarray({}, dtype=np.float64)",
                    "np.ascontiguousarray({})",
                )
                arrays.append(self.name("n"))
                self.add(f"{arrays[-1]} = {f.format(t)}")
                self.add(f"{arrays[-1]}.strides, {arrays[-1]}.flags.writeable, {arrays[-1]}.flags.c_contiguous")
            elif how == "write":
                self.add(
                    self.texts(
                        f"{t}.fill_(1)",
                        f"{a}[...] = 0",
                        f"{t}[0] = 1",
                        f"{a}[::-1] = 1",
                        f"{t}.mul_(2)",
                        f"{t}.t_()",
                        f"{t}.resize_(3)",
                        f"np.add({a}, 1, out={a})",
                        f"{t} += torch.from_numpy({a})",
                    )
                )
            else:
                f = self.texts(
                    "{}[::2]",
                    "{}.T",
                    "{}[None]",
                    "{}.view(-1)",
                    "{}.flip(0)",
                    "torch.from_dlpack({})",
                    "torch.utils.dlpack.from_dlpack(torch.utils.dlpack.to_dlpack({}))",
                    "torch.from_dlpack({}.__dlpack__())",
                    "{}.conj()",
                    "{}.expand(2, *{}.shape)",
                    "{}[..., :0]",
                    "torch.asarray({}, copy=False)",
                )
                tensors.append(self.name("x"))
                self.add(f"{tensors[-1]} = {f.replace('{}', t)}")

    # ---- copies
    def copies(self):
        self.start()
        for _ in range(int(self.rng.integers(1, 5))):
            self.one((self.view, self.view, self.view, self.write))()
        f = self.one(("copy.deepcopy", "by_pickle", "by_file", "copy.copy", "by_file", "by_weights"))
        names = [self.some() for _ in range(self.one((1, 2, 2, 3)))]
        new = []
        detached = self.chance(0.6)
        for n in names:
            new.append(self.name("x"))
            self.known[new[-1]] = self.known[n]
        inside = ", ".join([f"{n}.detach()" if detached and f != "copy.copy" else n for n in names])
        self.add(f"{', '.join(new)}, = {f}([{inside}])")
        for _ in range(int(self.rng.integers(1, 4))):
            self.one((self.write, self.view))()
        if self.chance(0.3):
            self.add(
                f"p = torch.nn.Parameter({new[0]}.detach()); m = torch.nn.Module(); m.a = p; m.register_buffer('b', p.detach().view(-1)[:1]); m.c = {new[0]}"
            )
            self.add(f"k = {self.one(('copy.deepcopy', 'by_pickle', 'by_file'))}(m); xa, xb, xc = k.a, k.b, k.c")
            self.add("with torch.no_grad(): k.a.mul_(2)")

    # ---- copy_ between dtypes
    def overlaps(self):
        dtype = self.one(("float32", "int32", "complex64", "float64", "int16"))
        self.add(f"x1 = torch.arange(12).to(torch.{dtype})")
        names = ["x1"]
        for _ in range(int(self.rng.integers(3, 10))):
            x = self.one(names)
            if len(names) < 3 or self.chance(0.4):
                other = self.one(("float32", "int32", "int16", "float64", "uint8", "complex64", "float16", "bool"))
                f = self.texts(
                    f"{x}.view(torch.{other})",
                    f"{x}.view(torch.{other})",
                    f"{x}[::2]",
                    f"{x}[1:]",
                    f"{x}[:-1]",
                    f"{x}[:6]",
                    f"{x}[6:]",
                    f"{x}[:4].view(2, 2)",
                    f"{x}[:4].view(2, 2).T",
                    f"{x}.real",
                    f"{x}.imag",
                    f"{x}.flip(0)",
                    f"{x}.as_strided((4,), (2,))",
                    f"{x}.as_strided((3, 2), (1, 1))",
                    f"{x}[:1].expand(4)",
                    f"{x}.unfold(0, 2, 1)",
                    f"{x}.to(torch.{other})",
                    f"torch.view_as_real({x})",
                    f"{x}.conj()",
                    f"{x}[2:]",
                )
                names.append(self.name("x"))
                self.count += 1
                names[-1] = f"x{self.count}"
                self.add(f"{names[-1]} = {f}")
            else:
                y = self.one(names)
                n = self.one((2, 3, 4))
                self.add(
                    self.texts(
                        f"{x}.copy_({y})",
                        f"{x}[:{n}].copy_({y}[:{n}])",
                        f"{x}[:{n}].copy_({y}[-{n}:])",
                        f"{x}[1:{n}].copy_({y}[:{n - 1}])",
                        f"{x}[:{n}] = {y}[:{n}]",
                        f"{x}.add_({y}[:1])",
                        f"{x}[:{n}].add_({y}[:{n}])",
                        f"{x}[0].copy_({y}[0])",
                        f"{x}[:{n}].add_({y}[1:{n + 1}])",
                        f"torch.add({x}[:{n}], 1, out={y}[:{n}])",
                        f"{x}.copy_({y}.clone())",
                    )
                )

    # ---- lists of aliases
    def foreach(self):
        self.start()
        self.start()
        for _ in range(int(self.rng.integers(1, 5))):
            self.view()
        if self.chance(
            0.7
        ):  # (a list with a Tensor twice in it is recorded in torch as if nothing had been written in between)
            self.lines = [line.replace(".requires_grad_()", "") for line in self.lines]
        for _ in range(int(self.rng.integers(1, 4))):
            x = self.some(lambda s, d: d.startswith("float")) or self.some()
            shape, dtype = self.known[x]
            fitting = [n for n, (s, d) in self.known.items() if s == shape and d == dtype]
            xs = [x, *[self.one(fitting) for _ in range(self.one((0, 1, 1, 2)))]]
            if self.chance(0.3):
                xs.append(self.some())
            ys = [self.one(fitting) for _ in xs]
            X, Y = "[" + ", ".join(xs) + "]", "[" + ", ".join(ys) + "]"
            k = self.number()
            f = self.texts(
                f"add_({X}, {k})",
                f"add_({X}, {Y})",
                f"mul_({X}, {Y})",
                f"mul_({X}, {k})",
                f"add_({X}, {Y}, alpha=2)",
                f"zero_({X})",
                f"neg_({X})",
                f"copy_({X}, {Y})",
                f"addcmul_({X}, {Y}, {Y}, 2)",
                f"lerp_({X}, {Y}, 0.5)",
                f"sub_({X}, {Y})",
                f"clamp_min_({X}, 1)",
                f"maximum_({X}, {Y})",
                f"abs_({X})",
                f"sqrt_({X})",
                f"add_({X}, {[1, 2, 3, 4][: len(xs)]})",
                f"div_({X}, 2)",
                f"mul_({X}, torch.tensor(2.))",
                f"pow_({X}, 2)",
                f"addcdiv_({X}, {Y}, {Y}, 1)",
                f"erf_({X})",
            )
            if self.chance(0.25) and "requires" not in "".join(self.lines):
                f = f.replace("_(", "(", 1)
                if f.startswith(("zero", "copy")):
                    continue
                self.add(f"r = torch._foreach_{f}; globals().update({{'y' + str(i): t for i, t in enumerate(r)}})")
            else:
                self.add(
                    f"torch._foreach_{f}"
                    if "requires" not in "".join(self.lines)
                    else f"with torch.no_grad(): torch._foreach_{f}"
                )
        self.lastly()

    def lastly(self):
        floats = [n for n, (s, d) in self.known.items() if d.startswith("float")]
        self.add(
            f"loss = sum([(t * t.detach()).abs().sum() for t in ({', '.join(floats)}{',' * bool(floats)}) if t.requires_grad], torch.zeros(()))"
        )
        self.add("loss.backward()")

    # ---- storages
    def storages(self):
        dtype = self.one(("float32", "float32", "int64", "float64", "complex64"))
        self.add(f"x1 = {counted(6, (2, 3), dtype)}" + ".clone()" * self.chance(0.3))
        self.known = {"x1": ((2, 3), dtype)}
        self.count = 1
        if self.chance(0.3) and dtype[0] == "f":
            self.add("x2 = torch.ones(2, 3, dtype=x1.dtype, requires_grad=True) * 2")
            self.known["x2"] = (2, 3), dtype
            self.count = 2
        stores = []
        for _ in range(int(self.rng.integers(3, 10))):
            how = self.one(
                ("view", "view", "write", "write", "storage", "set", "set", "resize", "bytes", "compute", "new")
            )
            x = self.some()
            if how == "view":
                self.view()
            elif how == "write":
                self.write()
            elif how == "compute":
                self.compute()
            elif how == "storage":
                stores.append(self.name("s"))
                self.add(
                    f"{stores[-1]} = {x}.{self.one(('untyped_storage()', 'untyped_storage()', 'storage()', 'untyped_storage().clone()'))}"
                )
                self.add(f"({stores[-1]}.nbytes(), {stores[-1]}.size(), len({stores[-1]}))")
            elif how == "new":
                s = self.one(stores) if stores else None
                if s:
                    self.define(
                        f"torch.tensor([], dtype=torch.{dtype}).set_({s}{self.one(('', ', 0, (2,)', ', 1, (2, 2), (1, 1)', ', 1, (2,), (2,)'))})",
                        (2,),
                        dtype,
                    )
            elif how == "set":
                s = self.one(
                    [
                        *stores[-2:],
                        self.some(),
                        f"{self.some()}.untyped_storage()",
                        f"{self.some()}.storage()",
                        f"{self.some()}.detach()",
                    ]
                )
                rest = self.one(
                    (
                        "",
                        "",
                        ", 0, (2,)",
                        ", 0, (2, 2), (1, 1)",
                        ", 1, (1,), (1,)",
                        ", 0, (3,), (0,)",
                        ", 5, (0, 2), (1, 1)",
                        ", 0, (2,), (1, 1)",
                        ", -1, (2,)",
                    )
                )
                self.add(f"{x}.set_({s}{rest})")
            elif how == "resize":
                s = self.one(stores) if stores and self.chance(0.5) else None
                self.add(
                    f"{s}.resize_({self.one((48, 64, 96))}).nbytes()"
                    if s
                    else self.texts(
                        f"{x}.resize_(2, 2)",
                        f"{x}.resize_(3)",
                        f"{x}.resize_(2, 3)",
                        f"{x}.resize_(0)",
                        f"{x}.resize_as_(x1)",
                        f"{x}.resize_(1, 2, 1, 2, memory_format=torch.channels_last)",
                    )
                )
            elif stores:
                s = self.one(stores)
                self.add(
                    self.texts(
                        f"{s}.fill_(0)",
                        f"{s}[0] = 1",
                        f"r = {s}[0]",
                        f"{s}.copy_(x1.untyped_storage())",
                        f"r = {s}.tolist()",
                        f"{s}[:4] = 7",
                        f"r = {s}.data_ptr() == x1.data_ptr()",
                        f"r = {s} == x1.untyped_storage()",
                        f"r = {s}[-1]",
                        f"x1.untyped_storage().copy_({s})",
                        f"r = {s}.resizable()",
                    )
                )
        self.lastly()

    # ---- .data, .grad
    def assigned(self):
        self.start()
        self.start()
        for _ in range(int(self.rng.integers(3, 10))):
            x, y = self.some(), self.some()
            shape, dtype = self.known[x]
            how = self.one(("view", "data", "data", "grad", "grad", "grad", "write", "backward", "ask", "compute"))
            if how in ("view", "write", "compute"):
                getattr(self, how)()
            elif how == "data":
                self.add(
                    f"{x}.data = "
                    + self.texts(
                        self.like(shape, dtype),
                        f"{y}.data",
                        f"{y}.detach()",
                        f"{y}",
                        f"{x}.data.clone()",
                        f"{x}.data * 2",
                        f"{x}.data.double()",
                        "3",
                        "None",
                    )
                )
            elif how == "grad":
                s = self.one((shape, shape, shape, self.other_shape(shape)))
                self.add(
                    f"{x}.grad = "
                    + self.texts(
                        f"torch.ones({s}, dtype=torch.{dtype})",
                        f"torch.ones({s}, dtype=torch.{dtype})",
                        f"torch.zeros({s}, dtype=torch.float64)",
                        f"torch.zeros_like({x})",
                        "None",
                        f"{x}",
                        f"{x}.detach()",
                        f"{y}.grad",
                        f"{y}",
                        f"{y}.detach()",
                        f"torch.ones({s[::-1]}, dtype=torch.{dtype}).permute({tuple(range(len(s)))[::-1]})",
                        f"torch.ones((1,) * {len(s)}, dtype=torch.{dtype}).expand({s})",
                        "2",
                        f"{x}.detach() * 2",
                        f"{x} * 2",
                        f"({x} * 1).detach().requires_grad_()",
                    )
                )
            elif how == "backward":
                r = self.some(lambda s, d: d[0] == "f") or x
                self.add(
                    self.texts(
                        f"({r} * 2).sum().backward()",
                        f"({r} * {r}).sum().backward()",
                        f"{r}.sum().backward()",
                        f"({r} * {r}).sum().backward(create_graph=True)" if self.chance(0.2) else None,
                        f"{r}.backward(torch.ones_like({r}))",
                        f"{r}.backward({r}.detach())",
                        f"({r} * 3).sum().backward(inputs=[{y}])",
                    )
                )
            else:
                name = self.name("x")
                self.add(
                    self.texts(
                        f"{name} = {x}.grad",
                        f"{name} = {x}.grad.view(-1)",
                        f"{x}.grad.mul_(2)",
                        f"{x}.grad.zero_()",
                        f"{x}.grad.data = torch.ones({shape}, dtype=torch.{dtype})",
                        f"{x}.retain_grad()",
                        f"{x}.requires_grad_()",
                        f"{x}.requires_grad_(False)",
                        f"{name} = {x}.data",
                        f"{name} = {x}.grad.T",
                        f"{x}.grad.requires_grad_()",
                        f"{x}.grad += 1",
                        f"with torch.no_grad(): {x}.sub_({x}.grad)",
                        f"{x}.data.sub_({x}.grad)",
                        f"{x}.grad.detach_()",
                        f"del {x}.grad",
                        f"{x}.detach_()",
                    )
                )
        self.lastly()

    KINDS = "images compiled functionalised exchange copies overlaps foreach storages assigned".split()

    def program_of(self, kind):
        getattr(self, kind)()
        return self.lines


def helpers(torch):
    def by_file(o, weights_only=False):
        f = io.BytesIO()
        torch.save(o, f)
        f.seek(0)
        return torch.load(f, weights_only=weights_only)

    return {
        "copy": copy,
        "by_pickle": lambda o: pickle.loads(pickle.dumps(o)),
        "by_file": by_file,
        "by_weights": lambda o: by_file(o, True),
    }


WRITERS = ("compiled", "functionalised")


def unversioned(record):
    """A record without versions and strides: how often a compiled function writes its arguments differs between torch's backends, and what
    it gives is in C order here."""
    return [
        [
            e,
            {
                n: [p for p in parts if not p.startswith(("version", "stride", "contiguous"))]
                for n, parts in changed.items()
                if n != "warned"
            },
        ]
        for e, changed in record
    ]


def seen_of(library, kind, lines, warned=True):
    """What a library shows after each line of a program of a kind; what it warns of too (which for some is so the first time alone)."""
    record = run(library, lines, helpers(library), 6 if kind == "images" else None)
    if not warned:
        for _, changed in record:
            del changed["warned"]
    return unversioned(record) if kind in WRITERS else record


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--count", type=int, default=300)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--kind", default="")
    options.add_argument("--show", type=int, default=20, help="how many of those that differ are printed, of each kind")
    options = options.parse_args()
    import torch

    import compat

    torch.set_num_threads(1)
    for kind in options.kind.split(",") if options.kind else Kinds.KINDS:
        different, named, start = 0, 0, time.perf_counter()
        for number in range(options.first, options.first + options.count):
            lines = Kinds(options.seed, number).program_of(kind)
            theirs = seen_of(torch, kind, lines)
            if kind == "compiled":
                torch._dynamo.reset()
            if kind in WRITERS and any([e for e, _ in theirs]):
                continue  # (what the body may not do, another backend of torch does)
            got = difference(lines, seen_of(compat, kind, lines), theirs)
            if got is None:
                continue
            if known(got, lines, theirs):
                named += 1
                continue
            different += 1
            if different <= options.show:
                k, what, a, b = got
                print(
                    f"--- {kind} {options.seed} {number}: after line {k}, {what}\n"
                    + "\n".join(lines[: k + 1])
                    + f"\n  compat: {a}\n  torch:  {b}"
                )
        print(
            f"{kind}: {options.count} programs, {different} differ, {named} in ways that the docs name; {time.perf_counter() - start:.0f} s",
            flush=True,
        )


if __name__ == "__main__":
    main()
