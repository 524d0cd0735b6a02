"""Random prints: Tensors of every dtype, shape and range of values under random print options; compat and torch compared to the character.

    python tests/random_prints.py --count 5000 --seed 0          (torch has to be installed)

A case is a list of Python lines, the last of which is a text to be looked at. Invariant: a seed and a number give one case, always the
same, without looking at what either library does.
"""

import argparse
import pathlib
import sys
import warnings

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.side_by_side import as_at_first  # noqa: E402

SHAPES = ((), (1,), (3,), (5,), (7,), (12,), (40,), (1001,), (2, 3), (3, 1), (1, 1), (30, 40), (2, 700), (700, 2), (2, 2, 3), (12, 10, 11),
          (2, 1, 3, 2), (0,), (0, 3), (3, 0), (2, 0, 1), (1, 1, 1, 1, 2), (6, 7), (7, 20))  # fmt: skip
DTYPES = ("float32",) * 5 + ("float64", "float64", "float16", "bfloat16", "int64", "int32", "int16", "int8", "uint8", "bool",
          "complex64", "complex64", "complex128", "uint16", "uint32", "uint64")  # fmt: skip
UNSIGNED = ("uint16", "uint32", "uint64")  # which few operations take
EXACT = (  # what both compute to the bit
    "x.sum() if x.numel() < 2 else x", "x.reshape(-1)", "x.unsqueeze(0)", "x.T if x.dim() == 2 else x.clone()", "x.detach()", "x[..., :1] if x.dim() else x[()]", "x.flatten()",
    "x.double()", "x.float()", "x.clone()", "x.view_as(x)", "torch.cat([x, x]) if x.dim() else x.abs()", "torch.stack([x, x])", "x.expand(2, *x.shape)", "-x.detach() if not x.is_complex() and x.dtype is not torch.bool and not x.numel() else x", "x * 2",
    "x.unbind(0)[0] if x.dim() and len(x) else x.clone()", "torch.where(x == x, x, 0)", "x.squeeze()", "x.permute(*range(x.dim()))", "x.contiguous()", "torch.nn.Parameter(x)", "x.real", "x.half()",
    "x.detach().requires_grad_()", "x[x == x]", "x.index_select(0, torch.tensor([0])) if x.dim() and len(x) else x", "x.split(1)[0] if x.dim() and len(x) else x",
)  # fmt: skip


class Maker:
    """Makes the lines of one case."""

    def __init__(self, seed, number):
        self.rng = np.random.default_rng([seed, number])

    def one(self, items):
        return items[int(self.rng.integers(len(items)))]

    def chance(self, p):
        return self.rng.random() < p

    def value(self, kind):
        r = self.rng
        if kind == "unit":
            return r.standard_normal()
        if kind == "integral":
            return float(r.integers(-20, 1000))
        if kind == "large":
            return r.standard_normal() * 10.0 ** r.integers(0, 12)
        if kind == "small":
            return r.standard_normal() * 10.0 ** -r.integers(0, 9)
        if kind == "all":
            return r.standard_normal() * 10.0 ** r.integers(-30, 30)
        if kind == "halves":
            return int(r.integers(-9, 10)) / 2
        if kind == "edge":
            return self.one(
                (
                    1e-4,
                    9.9999e-5,
                    1e8,
                    1.00000001e8,
                    1e5,
                    99999.5,
                    0.99995,
                    1000.0,
                    1.0,
                    0.001,
                    9.5,
                    0.0,
                    -0.0,
                    1e3,
                    123456.0,
                    2.5e-5,
                    16777217.0,
                )
            )
        return self.one((0.0, -0.0, 1.0))

    def values(self, dtype):
        count = int(self.rng.integers(1, 9))
        kind = self.one(("unit", "unit", "integral", "large", "small", "all", "halves", "edge", "zero"))
        if dtype == "bool":
            return [bool(self.rng.integers(2)) for _ in range(count)]
        if "int" in dtype:
            low, high = (
                (np.iinfo(dtype).min, np.iinfo(dtype).max) if self.chance(0.3) else (0 if dtype[0] == "u" else -9, 100)
            )
            if high > 2**62:
                low, high = max(low, -(2**60)), 2**60
            return [int(self.rng.integers(low, high)) for _ in range(count)]
        out = [self.value(kind) for _ in range(count)]
        for at in range(count):
            if self.chance(0.05):
                out[at] = self.one((float("nan"), float("inf"), float("-inf")))
        if dtype.startswith("complex"):
            other = self.one((kind, "unit", "zero", "small"))
            return [complex(v, self.value(other)) for v in out]
        return out

    def options(self):
        out = {}
        if self.chance(0.5):
            out["precision"] = self.one((0, 1, 2, 3, 6, 8, 10))
        if self.chance(0.4):
            out["threshold"] = self.one((0, 5, 10, 50, 1000, 5000))
        if self.chance(0.4):
            out["edgeitems"] = self.one((0, 1, 2, 3, 5))
        if self.chance(0.4):
            out["linewidth"] = self.one((10, 20, 40, 60, 100, 120, 200))
        if self.chance(0.3):
            out["sci_mode"] = self.one((True, False))
        if self.chance(0.2):
            out["profile"] = self.one(("default", "short", "full"))
        return out

    def case(self):
        dtype, shape = self.one(DTYPES), self.one(SHAPES)
        lines = []
        if self.chance(0.4):
            lines.append(f"torch.set_printoptions({', '.join([f'{k}={v!r}' for k, v in self.options().items()])})")
        if self.chance(0.15):
            lines.append(f"torch.set_default_dtype(torch.{self.one(('float64', 'float32', 'float16', 'bfloat16'))})")
        size = int(np.prod(shape))
        values = repr(self.values(dtype))
        lines.append(f"x = made({values}, {shape}, torch.{dtype})")
        turned = len(shape) > 1 and self.chance(0.2)
        if turned:
            lines.append("x = x.transpose(0, 1)")
        if dtype.startswith(("float", "complex", "bfloat")) and self.chance(0.5):
            lines.append("x.requires_grad_()" if not turned else "x = x.detach().requires_grad_()")
        if size < 300 and dtype not in UNSIGNED and self.chance(0.5):
            lines.append(f"x = {self.one(EXACT)}")
        last = self.one(("repr(x)",) * 8 + ("str(x)", "f'{x}'", "f'{x:.2f}'", "'%s' % x", "repr([x, x])", "repr({'a': x})", "repr(x.shape)", "repr(x.dtype)",
                         "repr(torch.nn.Parameter(x.detach()))", "repr((x.max(0) if x.numel() and x.dim() and not x.is_complex() else x))", "repr(torch.nn.ParameterList([x.detach()]))",
                         "repr(x.grad_fn)[:12]", "repr(x.sort(stable=True))", "repr(Sub(x))", "repr(torch.get_default_dtype())"))  # fmt: skip
        return [*lines, "repr(x)" if dtype in UNSIGNED else last]


def run(torch, lines):
    """What the last line gives, or the error of the first that fails."""

    def made(values, shape, dtype):
        count = int(np.prod(shape))
        return torch.tensor((values * (count // len(values) + 1))[:count], dtype=dtype).reshape(shape)

    env = {"torch": torch, "made": made, "nan": float("nan"), "inf": float("inf")}
    if "Sub(" in lines[-1]:  # (made where it is asked for: from the first subclass on compat looks for more of them)
        env["Sub"] = type(
            "Sub", (torch.Tensor,), {"__module__": "user", "__new__": lambda cls, x: x.detach().as_subclass(cls)}
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            for line in lines[:-1]:
                exec(line, env)
            return eval(lines[-1], env)
    except Exception as error:
        return f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    finally:
        as_at_first(torch)


def main():
    options = argparse.ArgumentParser()
    options.add_argument("--seed", type=int, default=0)
    options.add_argument("--count", type=int, default=2000)
    options.add_argument("--first", type=int, default=0)
    options.add_argument("--show", type=int, default=15, help="how many of those that differ are printed")
    options = options.parse_args()
    import torch

    import compat

    torch.set_num_threads(1)
    different = 0
    for number in range(options.first, options.first + options.count):
        lines = Maker(options.seed, number).case()
        want, got = run(torch, lines), run(compat, lines)
        if want != got:
            different += 1
            if different <= options.show:
                at = next((k for k, (a, b) in enumerate(zip(got, want)) if a != b), min(len(got), len(want)))
                print(
                    f"--- {options.seed} {number}, character {at}\n"
                    + "\n".join(lines)
                    + "".join(
                        [
                            f"\n  {who}: {text[max(at - 150, 0) : at + 150]}"
                            for who, text in (("compat", got), ("torch", want))
                        ]
                    )
                )
    print(f"{options.count} prints, {different} differ")


if __name__ == "__main__":
    main()
