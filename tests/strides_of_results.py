"""Strides of results: every public function of torch on Tensors in several orders of memory, and linear algebra, compat and torch compared.

    python tests/strides_of_results.py            (torch has to be installed)

A call is made of a name and of a row of arguments; those that torch refuses are left out. What is compared is shape, strides (of
dimensions longer than 1) and contiguity of each result. Invariant: the table of calls does not depend on the library.
"""

import argparse
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


# Functions that still have an order of their own here.
DIFFERENT = ["scaled_dot_product_attention"]  # (of a query that is expanded: torch fuses it, and writes rows)


def known(call):
    """Is it a call of a function that docs/torch-differences.md names?"""
    return call.partition("(")[0].rpartition(".")[2] in DIFFERENT


# Calls on matrices: A is positive definite or not square, C the triangle of a square one, B a right side, v a vector or a stack of them.
ON_MATRICES = """
L.inv(A)|A.inverse()|L.inv_ex(A)|L.pinv(A)|L.solve(A, B)|L.solve(A, v)|L.solve(A, B.mT.contiguous(), left=False)|L.solve_ex(A, B)
L.cholesky(A)|L.cholesky(A, upper=True)|L.cholesky_ex(A)|torch.cholesky_inverse(C)|torch.cholesky_solve(B, C)|L.qr(A)|L.qr(A, "complete")
L.qr(A, "r")|L.svd(A)|L.svd(A, full_matrices=False)|torch.svd(A)|torch.svd(A, compute_uv=False)|L.svdvals(A)|L.eigh(A)|L.eigh(A, "U")
L.eigvalsh(A)|L.eig(A)|L.eigvals(A)|L.lu(A)|L.lu_factor_ex(A)|torch.lu_unpack(*L.lu_factor_ex(A)[:2])|L.lu_solve(*L.lu_factor_ex(A)[:2], B)
L.lu_solve(*L.lu_factor_ex(A)[:2], B, adjoint=True)|L.lu_solve(*L.lu_factor_ex(A)[:2], B.mT.contiguous(), left=False)|L.ldl_factor_ex(A)
L.ldl_solve(*L.ldl_factor(A), B)|L.solve_triangular(C, B, upper=False)|L.solve_triangular(C, B.mT, upper=False, left=False)
L.solve_triangular(C.mT, B, upper=True)|torch.triangular_solve(B, C)|L.lstsq(A, B)|L.lstsq(A, B, driver="gelsd")|L.lstsq(A, v)
torch.geqrf(A)|L.householder_product(*torch.geqrf(A))|torch.ormqr(*torch.geqrf(A), B)|torch.ormqr(*torch.geqrf(A), B.mT.contiguous(), left=False)
L.matrix_exp(A)|L.matrix_power(A, 3)|L.matrix_power(A, -1)|L.matrix_power(A, 0)|L.matrix_power(A, 1)|L.matrix_power(A, -2)|L.multi_dot([A, A])
L.tensorinv(A, ind=1)|L.det(A)|L.slogdet(A)|torch.logdet(A)|L.cond(A)|L.matrix_norm(A)|torch.addmm(A, A, A)|torch.baddbmm(A, A, A)|A @ A.mT
torch.kron(A, A)|torch.addr(A, v, v)|A + A.mT|A.mT + A|A * v|v * A|torch.where(A > 1, A, A.mT)|torch.lerp(A, A.mT, 0.5)|torch.clamp(A, A.mT, A)
torch.addcmul(A, A.mT, A)|torch.maximum(A, A.mT)|A.mT > A|2.0 ** A|A.double() + A.mT|A.mT.exp() - A|torch.take_along_dim(A, A.long() * 0, 0)
torch.logcumsumexp(A, 0)|A.detach() + A.mT|A.mT.detach() * A|torch.nn.functional.normalize(A)|torch.unsafe_chunk(A, 2, -1)|torch.svd_lowrank(A, 2)
torch.select_scatter(A, v[..., :1].expand(A.shape[1:]), 0, 0)|torch.slice_scatter(A, A)|A[..., ::2].mT + A[..., ::2].mT.contiguous()
"""
MATRICES = [
    (rows, columns, lead, order)
    for rows, columns in ((5, 5), (6, 4), (4, 6))
    for lead in ((), (2, 3))
    for order in ("rows", "columns", "stack last", "gaps")
]


def matrix_calls():
    return ON_MATRICES.strip().replace("\n", "|").split("|")


def matrices(torch, rows, columns, lead, order):
    """The namespace of calls on matrices in an order of memory."""
    n, f64 = rows * columns * (lead != () and 6 or 1), torch.float64
    A = torch.sin(torch.arange(n, dtype=f64) ** 1.3 + 0.3).reshape(*lead, rows, columns)
    C = None
    if rows == columns:
        A = A @ A.mT + 5 * torch.eye(rows, dtype=f64)
        A = (A + A.mT) / 2
        C = torch.linalg.cholesky(A).contiguous()
    B, v = A[..., :3].contiguous(), A[..., 0].contiguous()
    if order == "columns":
        A, B, C = (x if x is None else x.mT.contiguous().mT for x in (A, B, C))
    elif order == "stack last" and lead:
        A = A.movedim(0, -1).contiguous().movedim(-1, 0)
    elif order == "gaps":
        A = A.repeat_interleave(2, -1).contiguous()[..., ::2]
    return {"torch": torch, "L": torch.linalg, "A": A, "B": B, "C": C, "v": v}


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
    for which in MATRICES:
        theirs, ours = (matrices(library, *which) for library in (torch, compat))
        for call in matrix_calls():
            want = strides(call, theirs)
            got = want and strides(call, ours)
            if got:
                count += 1
                if got != want:
                    different.append(("matrix", which, call, got, want))
    return count, different


WHAT_IS_A_VIEW = (
    "y.reshape(-1)", "y.ravel()", "y.flatten()", "y.flatten(1)", "y.flatten(0, 1)", "y.contiguous()", "y.reshape(y.shape[0], -1)",
    "y.permute(1, 0, 2, 3).reshape(-1)", "(y * 1).reshape(-1)", "y.reshape(y.shape[::-1])", "y.transpose(0, 1).transpose(0, 1).reshape(-1)",
    "y.unsqueeze(1).squeeze(1).reshape(-1)", "y.clone().reshape(-1)", "y[:, 0].reshape(-1)", "y[0].reshape(-1)", "y.unflatten(2, (2, -1))",
    "y.expand(2, *y.shape).reshape(-1)", "y.contiguous(memory_format=torch.channels_last)", "y.permute(0, 2, 3, 1).reshape(-1)",
    "(w := y + torch.ones(y.shape)).reshape(-1)", "(w := torch.ones(y.shape) - y).reshape(-1)", "(w := torch.maximum(y.exp(), y.abs() + 1)).ravel()",
    "(w := torch.where(y > 0.5, y, torch.ones(y.shape))).flatten()", "(w := torch.empty_like(y).copy_(y)).reshape(-1)",
    "(w := y.clone()).reshape(-1)", "(w := y.transpose(-1, -2).contiguous()).reshape(-1)", "(w := torch.lerp(y, y * 2, 0.3)).reshape(-1)",
)  # fmt: skip


def written_through(torch, layout, text, of_input, compiled=None):
    """What a write through a view of a Tensor in an order of memory changes: sums of the Tensor, of the view, of what the text calls w,
    and of the input."""
    x = made(torch, layout, layout)["x"]

    space = {"torch": torch}
    exec(
        "def f(x):\n"
        f"    w = y = {'x' if of_input else 'x * 1.0'}\n"
        f"    z = {text}\n"
        "    z.mul_(2.0)\n"
        "    return y.sum(), z.sum(), w.sum()",
        space,
    )
    f = space["f"]

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
    options.add_argument("--all", action="store_true", help="also what docs/torch-differences.md says is different")
    options = options.parse_args()
    import torch

    import compat

    torch.set_num_threads(1)
    count, different = compare(torch, compat, PAIRS)
    if not options.all:
        named = [d for d in different if known(d[2])]
        different = [d for d in different if not known(d[2])]
        print(f"{len(named)} of functions that are named: {', '.join(DIFFERENT)}")
    for layout, other, call, got, want in different[: options.show]:
        print(f"{layout} {other}: {call}\n  compat: {got}\n  torch:  {want}")
    print(f"{count} results compared, {len(different)} with other strides")


if __name__ == "__main__":
    main()
