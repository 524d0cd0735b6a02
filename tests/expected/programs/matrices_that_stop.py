"""What torch.linalg says and gives of matrices that are singular, not positive definite, not finite or empty; and other calls
that models of well-known repositories make wrongly."""

import torch
import torch.nn.functional as F

L, nan, inf = torch.linalg, float("nan"), float("inf")
MATRICES = {
    "nan": torch.tensor([[1.0, nan], [nan, 1.0]]),
    "stack with nan": torch.stack([torch.eye(2), torch.full((2, 2), nan)]),
    "negative": -torch.eye(2) - 0.25,
    "indefinite": torch.tensor([[4.0, 1, 1], [1, -2, 1], [1, 1, 3]]),
    "stack with negative": torch.stack([torch.eye(2), -torch.eye(2)]),
    "stack with zeros": torch.stack([2 * torch.eye(2), torch.zeros(2, 2)]),
    "ones": torch.ones(3, 3),
}
CALLS = {
    "cholesky": L.cholesky,
    "cholesky_ex": L.cholesky_ex,
    "upper": lambda a: L.cholesky_ex(a, upper=True),
    "older": torch.cholesky,
    "inv": L.inv,
    "inv_ex": L.inv_ex,
    "solve_ex": lambda a: L.solve_ex(a, torch.ones(a.shape[-1], 1, dtype=a.dtype)),
    "svd": lambda a: L.svd(a)[1],
    "svdvals": L.svdvals,
    "pinv": L.pinv,
    "rank": L.matrix_rank,
    "cond": L.cond,
    "norm": lambda a: L.matrix_norm(a, 2),
    "nuclear": lambda a: L.matrix_norm(a, "nuc"),
    "tensorinv": lambda a: L.tensorinv(a, 1),
}


def said(name, f, *args, **options):
    try:
        print(name, f(*args, **options))
    except Exception as error:
        print(name, type(error).__name__, isinstance(error, RuntimeError), error)


for which, matrix in MATRICES.items():
    for name, call in CALLS.items():
        said(f"{name} of {which}:", call, matrix)
for which in ("nan", "stack with nan"):
    said(f"eig of {which}:", L.eig, MATRICES[which])
said("inverse of nothing:", torch.cholesky_inverse, torch.ones(0, 0))
x = torch.ones(2, 2, 2)
for p, dim in (
    ("fro", (0, 1, 2)),
    ("nuc", (0, 1, 2)),
    ("nuc", 0),
    ("nuc", None),
    ("nuc", ()),
    (2, (0, 1, 2)),
    ("nuc", (1, 2)),
):
    said(f"norm {p} {dim}:", torch.norm, x, p, dim)
for dim in (None, 0, 1):
    said(f"aminmax of nothing along {dim}:", torch.aminmax, torch.ones(0, 2), dim=dim)
for center in (False, True):
    said("stft:", torch.stft, torch.ones(2, 2, 19), 8, center=center, return_complex=True)
for transform in (torch.func.jacfwd, torch.func.jacrev, torch.func.hessian):
    said("of a number:", transform(lambda z: z * 2), 3)
said("assert:", torch._assert, False, "what was expected")
said("variable:", torch.autograd.Variable, torch.ones(1), volatil=True)
# A change in place of what a norm gave, and backward
for norm in (
    torch.nn.InstanceNorm2d(3),
    torch.nn.LayerNorm(4, elementwise_affine=False),
    torch.nn.GroupNorm(3, 3, affine=False),
):
    image = torch.linspace(-1, 1, 96).reshape(2, 3, 4, 4).requires_grad_()
    (F.relu(norm(image), inplace=True) * torch.linspace(0, 1, 96).view_as(image)).sum().backward()
    print(norm, image.grad[0, 0])
# Arguments by the names that methods have, and what else is asked first
said("split:", x.split, split_size=1, dim=1)
said("split by sections:", x.split, split_size_or_sections=1)
said("split by a name of the method:", torch.split, x, split_size=1)
said("iterable:", type("Stream", (torch.utils.data.IterableDataset,), {}))
for shape in ((9, 9), (1, 0, 9, 9)):
    said("unfold:", F.unfold, torch.ones(shape), 3)
said("rot90:", torch.rot90, x, 1, [0, -3])
frames = torch.stft(torch.ones(100), 16, 4, window=torch.hann_window(16), return_complex=True)
for options in (
    {"hop_length": 17},
    {"hop_length": 0},
    {"win_length": 17},
    {"window": torch.zeros(16)},
    {"return_complex": True},
    {"length": 0},
):
    said("istft:", torch.istft, frames, 16, **options)
said("istft of a row:", torch.istft, frames[0], 16)
said("istft of nothing:", torch.istft, frames[:, :0], 16)
for given in (3, torch.ones(1)):
    leaf = torch.ones(1, requires_grad=True)
    leaf.register_post_accumulate_grad_hook(lambda _, given=given: given)
    said("hook:", (leaf * 2).backward)
row, square = torch.tensor([1.0, -2.0]), torch.eye(2)
for name, options in (
    ("addmm", {"mat1": square, "mat2": square, "beta": 0.5}),
    ("addmv", {"mat": square, "vec": row}),
    ("tensor_split", {"indices": (1,), "dim": 1}),
    ("tensor_split", {"sections": 2}),
    ("vsplit", {"sections": 2}),
    ("swapaxes", {"axis0": 0, "axis1": 1}),
    ("select_scatter", {"src": row, "dim": 0, "index": 1}),
    ("slice_scatter", {"src": square[:1], "dim": 0, "start": 1}),
    ("addmm", {"mat1": square, "mat3": square}),
    ("sum_to_size", {"size": (1, 2)}),
):
    matrix = torch.tensor([[1.0, 2.0], [3.0, 4.0]])
    said(name, getattr(matrix, name), **options)
    if name != "sum_to_size":
        said(name, getattr(torch, name), input=matrix, **options)
# Lists of Tensors, and sizes
first, second = [torch.ones(2), torch.arange(3.0)], [torch.full((2,), 3.0), torch.ones(3)]
for name, *given in (
    ("add_", first, second),
    ("mul", first, 2),
    ("mul", first, [2, 3.0]),
    ("addcdiv", first, second, second, [1.0, 2.0]),
    ("addcmul_", first, second, second),
    ("lerp", first, second, 0.25),
    ("norm", first),
    ("norm", first, 1),
    ("sqrt", first),
    ("maximum", first, second),
    ("clamp_min_", first, 2.0),
    ("pow", 2.0, first),
    ("copy_", first, second),
    ("zero_", first),
    ("add", first, second[:1]),
    ("add", first, [1.0]),
    ("add", [], 1),
    ("add", [1], 1),
):
    said(f"{name} of a list:", getattr(torch, f"_foreach_{name}"), *given)
size = torch.Size([2, 3])
for other in ((1,), [1], 1, ("a",), torch.Size([4])):
    said("size and more:", lambda other=other: size + other)
print((1,) + size, size * 2, 2 * size)
