"""torch.utils.flop_counter: how many multiplications and additions the products and convolutions of a program take, by module.

Recurrent layers count the products with their input only. Invariant: a product counts when it is called, and again for each gradient that a backward through it computes, under the modules that it was
called in.
"""

from collections import defaultdict
from math import prod
from types import FunctionType

from .._aliases import behind
from .._intercept import sites
from ..functions.missing import refusal as _refusal
from ..functions.register import FUNCTIONS, METHODS
from ..nn import functional as F
from ..ops import aten
from ..overrides import TorchFunctionMode, state
from ..tensor import Tensor
from .module_tracker import ModuleTracker

__all__ = ["FlopCounterMode"]
SUFFIXES = ["", "K", "M", "B", "T"]
OPERATORS = {"matmul": ("__matmul__", "__rmatmul__")}
formulas = {}  # function -> (its arguments by name) -> (name of the kernel, operations, name of that of its gradients, [operations of each])


def counts(f):
    """Enter what counts the operation of its own name: the function, the method, and that of nn.functional."""
    name = f.__name__
    found = [
        FUNCTIONS.get(name),
        METHODS.get(name),
        getattr(F, name, None),
        *[METHODS[n] for n in OPERATORS.get(name, ())],
    ]
    formulas.update({behind(g): f for g in found if g is not None})
    return f


def needed(*operands):
    return [t for t in operands if isinstance(t, Tensor) and t.requires_grad]


def product(kernel, flops, backward, *operands):
    return kernel, flops, backward, [flops] * len(needed(*operands))


@counts
def linear(out, input, weight, bias=None):
    return product("mm" if bias is None else "addmm", 2 * input.numel() * weight.shape[0], "mm", input, weight)


@counts
def matmul(out, a, b):
    if min(a.dim(), b.dim()) < 2:
        return None
    kernel = "mm" if a.dim() == 2 or b.dim() == 2 else "bmm"
    return product(kernel, 2 * out.numel() * a.shape[-1], kernel, a, b)


@counts
def mm(out, a, b):
    return product("mm", 2 * out.numel() * a.shape[-1], "mm", a, b)


@counts
def bmm(out, a, b):
    return product("bmm", 2 * out.numel() * a.shape[-1], "bmm", a, b)


@counts
def addmm(out, input, a, b, **scaled):
    return product("addmm", 2 * out.numel() * a.shape[-1], "mm", a, b)


@counts
def baddbmm(out, input, a, b, **scaled):
    return product("baddbmm", 2 * out.numel() * a.shape[-1], "bmm", a, b)


@counts
def einsum(out, equation, *operands):
    if len(operands) != 2 or not isinstance(equation, str) or "." in equation:
        return None
    terms = equation.replace(" ", "").partition("->")[0].split(",")
    lengths = {k: n for t, x in zip(terms, operands) for k, n in zip(t, x.shape)}
    if len(lengths) == len(set(equation.partition("->")[2])):
        return None  # (nothing is summed: a multiplication)
    return product("bmm", 2 * prod(lengths.values()), "bmm", *operands)


def of_convolution(x, w, out, transposed):
    """The operations of a convolution of these shapes."""
    return prod((x if transposed else out)[2:]) * prod(w[2:]) * x[0] * w[0] * w[1] * 2


def turned(shape):
    return [shape[1], shape[0], *shape[2:]]


def convolution(transposed):
    def count(out, input, weight, *rest, **named):
        x, w, o = [tuple(t.shape) for t in (input, weight, out)]
        if len(x) < len(w):
            x, o = (1, *x), (1, *o)
        back = []
        if input.requires_grad:
            back.append(of_convolution(o, w, x, not transposed))
        if weight.requires_grad:
            a, b = (o, x) if transposed else (x, o)
            back.append(of_convolution(turned(a), turned(b), turned(w), False))
        return "convolution", of_convolution(x, w, o, transposed), "convolution_backward", back

    return count


for _n in "123":
    for _name, _transposed in ((f"conv{_n}d", False), (f"conv_transpose{_n}d", True)):
        _count = convolution(_transposed)
        _count.__name__ = _name
        counts(_count)


class FlopCounterMode(TorchFunctionMode):
    """A block that counts: get_total_flops(), get_flop_counts(), get_table(); printed at the end unless display=False.

    >>> import compat as torch
    >>> layer = torch.nn.Linear(4, 8)
    >>> with FlopCounterMode(display=False) as counter:
    ...     layer(torch.ones(3, 4)).sum().backward()
    >>> counter.get_total_flops()
    384
    """

    def __init__(self, mods=None, depth=2, display=True, custom_mapping=None):
        self.flop_counts = defaultdict(lambda: defaultdict(int))
        self.depth, self.display = depth, display
        if custom_mapping:
            raise NotImplementedError(
                "compat has no custom_mapping of FlopCounterMode yet: it counts products and convolutions"
            )
        self.mod_tracker, self.running = ModuleTracker(), []
        if mods is not None:
            from funcgrad.core.site import warn

            warn("mods argument is not needed anymore, you can stop passing it")

    def add(self, kernel, flops, parents):
        for name in parents:
            self.flop_counts[name][getattr(aten, kernel)] += flops

    def __torch_function__(self, func, types, args=(), kwargs=None):
        f = behind(func)
        count = formulas.get(f)
        if count is None:  # (what it is made of is seen, too)
            site = sites.get(f) if type(f) is FunctionType else None
            if site is None or f in self.running:
                return func(*args, **(kwargs or {}))
            state.modes.append(self)
            self.running.append(f)
            try:
                return site.own(*args, **(kwargs or {}))
            finally:
                self.running.pop()
                state.modes.pop()
        out = func(*args, **(kwargs or {}))
        counted = count(out, *args, **(kwargs or {}))
        if counted is not None:
            kernel, flops, backward, each = counted
            parents = set(self.mod_tracker.parents)
            self.add(kernel, flops, parents)
            if each and out.requires_grad:
                out.register_hook(lambda g: self.add(backward, sum(each), parents) if self.counting else None)
        return out

    def __enter__(self):
        self.flop_counts.clear()
        self.counting = True
        self.mod_tracker.__enter__()
        return super().__enter__()

    def __exit__(self, *error):
        super().__exit__(*error)
        self.counting = False
        self.mod_tracker.__exit__()
        if self.display:
            print(self.get_table(self.depth))

    def get_total_flops(self):
        """How many operations in all."""
        return sum(self.flop_counts["Global"].values())

    def get_flop_counts(self):
        """{module: {operation: how many}}."""
        return {name: dict(found) for name, found in self.flop_counts.items()}

    def get_table(self, depth=None):
        """The counts as a table, of modules down to a depth."""
        depth = self.depth if depth is None else depth
        depth = 999999 if depth is None else depth
        total, subsumed, rows = self.get_total_flops(), False, []
        at = max(0, min(len(SUFFIXES) - 1, (len(str(total)) - 2) // 3))

        def rows_of(name, deep):
            found = self.flop_counts[name]
            entries = [(name, sum(found.values())), *[(f" - {k}", n) for k, n in found.items()]]
            share = [f"{n / total:.2%}" if total else "0%" for _, n in entries]
            return [
                [" " * deep + text, f"{n / 1000**at:.3f}{SUFFIXES[at]}" if at else str(n), p]
                for (text, n), p in zip(entries, share)
            ]

        for name in sorted(self.flop_counts):
            if name != "Global" and name.count(".") < depth:
                subsumed |= sum(self.flop_counts[name].values()) >= total
                rows += rows_of(name, name.count("."))
        if "Global" in self.flop_counts and not subsumed:
            rows = rows_of("Global", 0) + [[" " + row[0], *row[1:]] for row in rows]
        return laid_out(["Module", "FLOP", "% Total"], rows or [["Global", "0", "0%"]])


def laid_out(header, rows):
    """A table: the first column to the left, the others to the right."""
    wide = [max(len(row[i]) for row in [header, *rows]) for i in range(len(header))]
    lines = [header, ["-" * n for n in wide], *rows]
    return "\n".join(
        ["  ".join([x.rjust(n) if i else x.ljust(n) for i, (x, n) in enumerate(zip(row, wide))]) for row in lines]
    )


__getattr__ = _refusal(__name__)
