"""Memory order: a reshape is a view under every transform exactly where NumPy's is, whose own arrays are the judge."""

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad.core import layout
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.sample import samples_of
from funcgrad.transforms.stage import Stage, staged

X = np.arange(6.0).reshape(2, 3)


def product(x):
    return x.T * 1.0


def sum_of_two(x):
    return x.T + np.sin(x).T * 2.0


def of_a_row(x):
    return x.T + x[:, 0]


def reversed_rows(x):
    return (x[::-1] * 2.0)[::-1]


def chosen(x):
    return np.where(x.T > 1.0, x.T, 0.5)


def summed(x):
    return np.sum((x.T * 1.0)[:, None, :] * np.ones((1, 2, 1)), axis=1)


def copied(x):
    return x.T.copy()


def cast_to_less(x):
    return x.T.astype(np.float32)


def product_of_matrices(x):
    return x.T @ x


MADE = [product, sum_of_two, of_a_row, reversed_rows, chosen, summed, copied, cast_to_less, product_of_matrices]
WAYS = {
    "grad": lambda f, x: fg.vjp(f, x)[0],
    "jvp": lambda f, x: fg.jvp(f, (x,), (x,))[0],
    "jit": lambda f, x: fg.jit(f)(x),
    "jit of grad": lambda f, x: fg.jit(lambda x: fg.vjp(f, x)[0])(x),
    "vmap": lambda f, x: [v[1] for v in fg.vmap(f)(np.stack([x + 1.0, x]))],
    "grad in grad": lambda f, x: fg.vjp(lambda x: fg.vjp(f, x)[0], x)[0],
}


@pytest.mark.parametrize("make", MADE, ids=[f.__name__ for f in MADE])
@pytest.mark.parametrize("way", WAYS)
def test_a_reshape_is_a_view_where_numpys_is(make, way):
    """Writing through the reshaped array is seen in the array, or not, as plain NumPy has it."""

    def program(x):
        u = make(x)
        w = u.reshape(-1)
        w[1] *= 2.0
        w[2] = 7.0
        return u, w

    want = program(X)
    for got, due in zip(WAYS[way](program, X), want, strict=True):
        np.testing.assert_allclose(got, due, rtol=1e-6)


def columns(a, x):
    a[:, [0, 2]] = x


def rows_of_the_transpose(a, x):
    a.T[[0, 2]] = x


def entries(a, x):
    a[[0, 0], [1, 1]] = x


def from_the_transpose(a, x):
    np.copyto(a, (x * np.ones((3, 2))).T)


def filled(a, x):
    a.T.fill(x)


def masked(a, x):
    a.T[a.T > 5.0] = x


def diagonal(a, x):
    np.fill_diagonal(a.T, x)


def one_by_one(a, x):
    a.put([1, 2], x)


def sorted_rows(a, x):
    a *= -x
    a.sort()


WRITES = [
    columns, rows_of_the_transpose, entries, from_the_transpose, filled, masked, diagonal, one_by_one, sorted_rows,
]  # fmt: skip
BEFORE = {
    "C": lambda x: np.arange(6.0).reshape(2, 3) * x,
    "F": lambda x: (np.arange(6.0).reshape(3, 2) * x).T * 1.0,
    "backwards": lambda x: (np.arange(6.0).reshape(2, 3) * x)[::-1],
}


@pytest.mark.parametrize("write", WRITES, ids=[f.__name__ for f in WRITES])
@pytest.mark.parametrize("before", BEFORE)
def test_a_write_leaves_the_order_of_memory(before, write):
    """What is a view of an array that has been written into is what NumPy says, under every transform."""

    def program(x):
        a = BEFORE[before](x)
        write(a, x * 3.0)
        flat, across = a.reshape(-1), a.T.reshape(-1)
        flat[1] = 7.0 * x
        a[1, 2] = 8.0 * x
        across[4] = 9.0 * x
        return a, flat, across

    want = program(np.float64(2.0))
    for name, way in WAYS.items():
        for got, due in zip(way(program, 2.0), want, strict=True):
            np.testing.assert_array_equal(got, due, name)


BACKWARDS = [X.copy()[::-1], X.copy()[::-1, ::-1], X.copy()[:, ::-1].T]


@pytest.mark.parametrize("way, argument", [("grad", X.copy().T), *[("jvp", a) for a in (X.copy().T, *BACKWARDS)]])
def test_an_argument_lies_as_the_caller_has_it(way, argument):
    """Forwards or backwards: what is a view of it after it has been written into is what NumPy says."""

    def program(a):
        a[[0, 1], [1, 0]] = 7.0
        flat, across = a.reshape(-1), a.T.reshape(-1)
        flat[1] = 8.0
        across[2] = 9.0
        return a, flat, across

    want = program(like(argument))
    for got, due in zip(WAYS[way](program, argument), want, strict=True):
        np.testing.assert_array_equal(got, due)


def like(a):
    """A copy with the same strides."""
    steps = tuple([slice(None, None, -1 if s < 0 else 1) for s in a.strides])
    return a[steps].copy("K")[steps]


def order_of(a):
    """The axes of more than one element, the outermost first."""
    axes = [i for i, n in enumerate(a.shape) if n > 1]
    return sorted(axes, key=lambda i: -abs(a.strides[i]))


UFUNCS = {"add", "mul", "sin", "where", "power", "greater", "exp", "arctan2"}
KNOWN = layout.KEEPING | layout.REDUCING | UFUNCS


@pytest.mark.parametrize("name", sorted(KNOWN))
def test_what_is_taken_for_known_is_what_numpy_does(name):
    """Of every sample, its operands in Fortran's order."""
    prim = PRIMITIVES[name]
    for sample in samples_of(prim):
        args = [np.asfortranarray(a) if np.ndim(a) > 1 else a for a in sample.args]
        stage = Stage()
        with np.errstate(all="ignore"), staged(stage):
            got = prim.impl(*args, **sample.params)
            out = prim(*[fortran(stage, a) for a in args], **sample.params)
        if np.ndim(got) > 1 and got.size:
            made = layout.layout_of(out)
            made = np.empty(got.shape) if made is None else made
            assert order_of(made) == order_of(got), sample


def fortran(stage, a):
    """A staged array that lies in Fortran's order: the transpose of an input."""
    if np.ndim(a) < 2:
        return a
    x = fnp.asarray(a.T.copy())
    n = stage.input(x)
    box = layout.Handle(None, n, stage)
    return PRIMITIVES["transpose"](box, perm=tuple(reversed(range(a.ndim))))
