"""torch's own database of custom Functions (`autograd_function_db`: 14 entries) under every transform of torch.func, under torch and under compat.

    python tests/function_database.py [--only PART_OF_A_NAME] [--show]      (torch 2.13 and expecttest have to be installed)

Each Function is made twice, of the source that torch installs: once with torch, once with compat in the place of torch. What is compared of a
call is its figures to rounding, or the type and the first 70 characters of its error.
"""

import argparse
import ast
import functools
import inspect
import pathlib
import sys
import types
import warnings

import numpy as np

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]


def entries(lib, source):
    """The database, of this library."""
    tree = ast.parse(source)
    tree.body = [n for n in tree.body if not isinstance(n, (ast.Import, ast.ImportFrom))]

    def sample(input, *, args=(), kwargs=None):
        return (input, *args), kwargs or {}

    def entry(name, **about):
        return types.SimpleNamespace(name=name, **about)

    names = {
        "torch": lib, "partial": functools.partial, "make_tensor": lib.testing.make_tensor, "np": np, "SampleInput": sample, "OpInfo": entry,
        "all_types_and": lambda *dtypes: dtypes, "__name__": "database",
    }  # fmt: skip
    exec(compile(tree, "<database>", "exec"), names)
    return names["autograd_function_db"]


def floats(lib, args):
    """Which arguments are Tensors of floats."""
    return tuple([k for k, x in enumerate(args) if isinstance(x, lib.Tensor) and x.dtype.is_floating_point])


def total(out):
    """A number of all results that are floats."""
    out = out if isinstance(out, (tuple, list)) else [out]
    return sum([(o * (k + 1.5)).sin().sum() for k, o in enumerate(out) if o.dtype.is_floating_point])


def roads(lib, f, args, kwargs):
    """Name of a road -> what is called."""
    F, at = lib.func, floats(lib, args)
    chosen = [args[k] for k in at]

    def g(*xs):
        given = list(args)
        for k, x in zip(at, xs):
            given[k] = x
        return f(*given, **kwargs)

    def real(*xs):
        out = g(*xs)
        out = out if isinstance(out, (tuple, list)) else (out,)
        return tuple([o for o in out if o.dtype.is_floating_point])

    def loss(*xs):
        return total(g(*[x.clone() for x in xs]))

    def copied(h):
        return lambda *xs: h(*[x.clone() for x in xs])

    every = tuple(range(len(at)))
    directions = [x.cos() for x in chosen]
    stacks = [lib.stack([x, x * 0.5, x + 1]) for x in chosen]
    where = [0, *[d for d in (-1,) if chosen[0].dim()]]
    moved = {d: [s.movedim(0, d) for s in stacks] for d in where}
    one = [None] * (len(at) - 1)

    def along(xs):
        return F.jvp(copied(real), tuple(xs), tuple([x.cos() for x in xs]))[1]

    def back(*xs):
        out, pull = F.vjp(copied(real), *xs)
        return pull(tuple([o.cos() for o in out]))

    def tape():
        xs = [x.clone().requires_grad_() for x in chosen]
        first = lib.autograd.grad(loss(*xs), xs, create_graph=True)
        return first, lib.autograd.grad(sum([(h * h).sum() for h in first]), xs, allow_unused=True)

    yield "forward", lambda: g(*[x.clone() for x in chosen])
    yield "tape", tape
    yield "grad", lambda: F.grad(loss, every)(*chosen)
    yield "vjp", lambda: back(*chosen)
    yield "jvp", lambda: along(chosen)
    yield "grad of grad", lambda: F.grad(lambda *xs: total(F.grad(loss, every)(*xs)), every)(*chosen)
    yield "jacrev", lambda: F.jacrev(copied(real))(*chosen)
    yield "jacfwd", lambda: F.jacfwd(copied(real))(*chosen)
    yield "hessian", lambda: F.hessian(loss)(*chosen)
    yield "jacrev of jacrev", lambda: F.jacrev(F.jacrev(loss))(*chosen)
    yield "jvp of grad", lambda: F.jvp(lambda *xs: F.grad(loss, every)(*xs), tuple(chosen), tuple(directions))
    yield "grad of jvp", lambda: F.grad(lambda *xs: total(along(xs)), every)(*chosen)
    yield "jvp of jvp", lambda: F.jvp(lambda *xs: along(xs), tuple(chosen), tuple(directions))
    yield "linearize", lambda: F.linearize(copied(real), *chosen)[1](*directions)
    yield "functionalize", lambda: F.functionalize(copied(g))(*chosen)
    for d in where:
        yield f"vmap {d}", lambda d=d: F.vmap(copied(g), d)(*moved[d])
        yield f"vmap {d} of the first", lambda d=d: F.vmap(copied(g), (d, *one))(moved[d][0], *chosen[1:])
        yield f"vmap {d} of grad", lambda d=d: F.vmap(F.grad(loss, every), d)(*moved[d])
        yield f"grad of vmap {d}", lambda d=d: F.grad(lambda *xs: total(F.vmap(copied(g), d)(*xs)), every)(*moved[d])
        yield f"vmap {d} of vjp", lambda d=d: F.vmap(back, d)(*moved[d])
        yield f"vmap {d} of jvp", lambda d=d: F.vmap(lambda *xs: along(xs), d)(*moved[d])
        yield (
            f"jvp of vmap {d}",
            lambda d=d: F.jvp(F.vmap(copied(real), d), tuple(moved[d]), tuple([x.cos() for x in moved[d]])),
        )
        yield (
            f"vmap {d} of the first of grad",
            lambda d=d: F.vmap(F.grad(loss, every), (d, *one))(moved[d][0], *chosen[1:]),
        )
        yield f"vmap {d} of hessian", lambda d=d: F.vmap(F.hessian(loss), d)(*moved[d])
        yield (
            f"vmap {d} of vmap",
            lambda d=d: F.vmap(F.vmap(copied(g)), (0,) * len(at))(*[lib.stack([s, s + 1]) for s in stacks]),
        )
    if len(at) > 1:
        yield "vmap of the last", lambda: F.vmap(copied(g), (*one, 0))(*chosen[:-1], stacks[-1])
        yield "grad of the last", lambda: F.grad(loss, len(at) - 1)(*chosen)
        yield "vmap with out_dims", lambda: F.vmap(copied(real), 0, -1)(*stacks)


def flat(out):
    if isinstance(out, (tuple, list)):
        return [x for o in out for x in flat(o)]
    return [None if out is None else np.asarray(out.detach().numpy(force=True))]


def outcome(lib, database):
    """(entry, sample, road) -> arrays, or the text of an error."""
    found = {}
    for entry in database:
        lib.manual_seed(0)
        for number, (args, kwargs) in enumerate(entry.sample_inputs_func(entry, "cpu", lib.float64, False)):
            for road, call in roads(lib, entry.op, args, kwargs):
                try:
                    found[entry.name, number, road] = flat(call())
                except Exception as error:
                    found[entry.name, number, road] = f"{type(error).__name__}: {error}"[:70]
    return found


def same(a, b):
    if isinstance(a, str) or isinstance(b, str):
        return isinstance(a, str) and isinstance(b, str) and a.replace("compat", "torch") == b
    return len(a) == len(b) and all(
        [
            x is y or x is not None and y is not None and x.shape == y.shape and np.allclose(x, y, 1e-7, 1e-9, True)
            for x, y in zip(a, b)
        ]
    )


def main():
    import torch
    import torch.testing._internal.autograd_function_db as database

    import compat

    warnings.simplefilter("ignore")
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", default="")
    source = inspect.getsource(database)
    args = parser.parse_args()
    want, got = (outcome(lib, [e for e in entries(lib, source) if args.only in e.name]) for lib in (torch, compat))
    wrong = [k for k in want if not same(got.get(k), want[k])]
    for k in wrong:
        g, w = got.get(k), want[k]
        print(k, str(g)[:150], "|", str(w)[:150], sep="\n    ")
    print(
        f"{len(want)} calls, {sum([isinstance(w, str) for w in want.values()])} of which torch refuses; {len(wrong)} differ"
    )


if __name__ == "__main__":
    main()
