"""Programs with collectives, and what is done with each: of jax.lax or funcgrad.lax, and a numpy (tests/test_named_axes.py).

Both make_named_axes.py, with jax, and the test, with funcgrad, run them.
"""

import numpy as np

X = np.arange(3.0) + 0.5
M = np.arange(9.0).reshape(3, 3) / 7 + 0.1
M6 = np.arange(36.0).reshape(3, 6, 2) / 10
N6 = M6.transpose(0, 2, 1)
CYCLE = [(0, 2), (1, 0), (2, 1)]

PROGRAMS = {  # name -> (the operand, the function of one sample)
    "psum": (X, lambda lax, of: lambda x: lax.psum(of.sin(x), "i") * x),
    "psum of a tree": (X, lambda lax, of: lambda x: lax.psum({"a": x, "b": (of.sin(x), 2.0)}, "i")),
    "pmean": (X, lambda lax, of: lambda x: (x - lax.pmean(x, "i")) ** 2),
    "pmax": (X, lambda lax, of: lambda x: lax.pmax(of.sin(x), "i") * x),
    "pmin": (X, lambda lax, of: lambda x: lax.pmin(of.sin(x), "i") * x),
    "all_gather": (X, lambda lax, of: lambda x: (lax.all_gather(of.sin(x), "i") * np.arange(3.0)).sum() * x),
    "all_gather, axis=1": (M, lambda lax, of: lambda x: lax.all_gather(of.sin(x), "i", axis=1)),
    "all_gather, tiled": (M, lambda lax, of: lambda x: lax.all_gather(of.sin(x), "i", tiled=True)),
    "axis_index": (X, lambda lax, of: lambda x: x * lax.axis_index("i") + lax.axis_size("i")),
    "psum_scatter": (M, lambda lax, of: lambda x: lax.psum_scatter(of.sin(x), "i") * x),
    "psum_scatter, tiled": (M6, lambda lax, of: lambda x: lax.psum_scatter(of.sin(x), "i", tiled=True)),
    "psum_scatter of 1": (
        N6[:, :, :3],
        lambda lax, of: lambda x: lax.psum_scatter(of.sin(x), "i", scatter_dimension=1),
    ),
    "psum_scatter of 1, tiled": (
        N6,
        lambda lax, of: lambda x: lax.psum_scatter(of.sin(x), "i", scatter_dimension=1, tiled=True),
    ),
    "all_to_all": (M, lambda lax, of: lambda x: lax.all_to_all(of.sin(x), "i", 0, 0) * x),
    "all_to_all, 0 to 1": (M6[:, :3], lambda lax, of: lambda x: lax.all_to_all(of.sin(x), "i", 0, 1)),
    "all_to_all, 0 to 1, tiled": (M6, lambda lax, of: lambda x: lax.all_to_all(of.sin(x), "i", 0, 1, tiled=True)),
    "all_to_all, 1 to 0, tiled": (N6, lambda lax, of: lambda x: lax.all_to_all(of.sin(x), "i", 1, 0, tiled=True)),
    "ppermute": (X, lambda lax, of: lambda x: lax.ppermute(of.sin(x), "i", CYCLE) * x),
    "pshuffle": (X, lambda lax, of: lambda x: lax.pshuffle(of.sin(x), "i", [2, 0, 1]) * x),
    "pswapaxes": (M, lambda lax, of: lambda x: lax.pswapaxes(of.sin(x), "i", 0) * x),
    "in scan": (
        X,
        lambda lax, of: lambda x: lax.scan(lambda c, v: (lax.psum(of.sin(c), "i") * v * 0.3, c), x, np.ones(2)),
    ),
    "in cond": (
        X,
        lambda lax, of: (
            lambda x: lax.cond(lax.psum(x, "i") > 0, lambda x: lax.psum(of.sin(x), "i") * x, lambda x: x, x)
        ),
    ),
    "in a loop": (X, lambda lax, of: lambda x: lax.fori_loop(0, 3, lambda k, v: lax.pmean(of.sin(v), "i") + x, x)),
    "of constants": (X, lambda lax, of: lambda x: x * lax.psum(2.0, "i") + lax.psum(np.ones(2), "i").sum()),
}


def total(lib, f):
    return lambda x: sum([lib.numpy.sum(y) for y in lib.tree.leaves(f(x))])


USES = {  # of the library and the function of one sample
    "vmap": lambda lib, f: lib.vmap(f, axis_name="i"),
    "jit of vmap": lambda lib, f: lib.jit(lib.vmap(f, axis_name="i")),
    "vmap of jit": lambda lib, f: lib.vmap(lib.jit(f), axis_name="i"),
    "vmap of grad": lambda lib, f: lib.vmap(lib.grad(total(lib, f)), axis_name="i"),
    "grad of vmap": lambda lib, f: lib.grad(total(lib, lib.vmap(f, axis_name="i"))),
    "vmap of grad of jit": lambda lib, f: lib.vmap(lib.grad(lib.jit(total(lib, f))), axis_name="i"),
    "jit of vmap of grad": lambda lib, f: lib.jit(lib.vmap(lib.grad(total(lib, f)), axis_name="i")),
    "vmap of jvp": lambda lib, f: lib.vmap(lambda x: lib.jvp(f, (x,), (x,)), axis_name="i"),
    "vmap of grad of checkpoint": lambda lib, f: lib.vmap(lib.grad(total(lib, lib.checkpoint(f))), axis_name="i"),
    "the outer of two": lambda lib, f: (
        lambda x: lib.vmap(lib.vmap(f, axis_name="k"), in_axes=1, axis_name="i")(np.stack([x, 2 * x]))
    ),
    "the inner of two": lambda lib, f: (
        lambda x: lib.vmap(lib.vmap(f, axis_name="i"), axis_name="k")(np.stack([x, 2 * x]))
    ),
}
FEW = ("vmap", "vmap of jit", "vmap of grad", "grad of vmap", "the outer of two")
WHOLE = ("psum", "all_gather", "all_to_all", "in scan", "in cond")  # these under everything, the others under FEW
CASES = [(p, u) for p in PROGRAMS for u in USES if p in WHOLE or u in FEW]
TWO = {  # functions of one sample of two named axes, i outside and j inside
    "psum": lambda lax, of: lambda x: lax.psum(x, ("i", "j")) * x,
    "psum of one": lambda lax, of: lambda x: lax.psum(x, "i") * x + lax.pmean(x, "j"),
    "axis_index": lambda lax, of: lambda x: x * 0 + lax.axis_index(("i", "j")) + 10 * lax.axis_size(("i", "j")),
    "pmax": lambda lax, of: lambda x: lax.pmax(x, ("i", "j")) - lax.pmin(x, "j"),
}
Q = np.arange(6.0).reshape(3, 2) / 3
