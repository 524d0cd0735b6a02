"""How results of vmap and of forward mode lie in memory, and what of them torch counts on all samples at once."""

import warnings

import torch
import torch.nn.functional as F

warnings.simplefilter("ignore")
torch.manual_seed(0)
vmap = torch.func.vmap


def said(f):
    try:
        return f()
    except Exception as error:
        return f"{type(error).__name__}: {error}"


def strides(x):
    return (
        [strides(t) for t in x] if isinstance(x, tuple) else x if isinstance(x, str) else (tuple(x.shape), x.stride())
    )


def show(name, f, *args, **options):
    print(name, strides(said(lambda: vmap(f, **options)(*args))))


square = torch.randn(2, 3, 3)
definite = square @ square.mT + torch.eye(3)
rows, side = torch.randn(2, 5), torch.randn(3, 2, 4)

print("# matrices, as LAPACK leaves them")
for name in "inv inv_ex qr lu_factor lu_factor_ex eigh svd householder ldl_factor cholesky cholesky_ex".split():
    if name == "householder":
        show(name, torch.linalg.householder_product, square, rows[:, :3])
    else:
        show(name, getattr(torch.linalg, name), definite)
show("geqrf", torch.geqrf, square)
show("solve", torch.linalg.solve, definite, torch.randn(2, 3, 4))
show("lstsq", lambda a, b: torch.linalg.lstsq(a, b)[0], definite, torch.randn(2, 3, 4))

print("# reductions, products and what is joined, mapped along other dimensions")
for d in range(3):
    for f in (
        lambda a: a.sum(0),
        lambda a: a.sum(1),
        lambda a: a.mean(1, keepdim=True),
        lambda a: tuple(a.max(1)),
        lambda a: tuple(a.min(0)),
        lambda a: a.amax(0),
        lambda a: a.argmin(1),
        lambda a: a @ a.mT,
        lambda a: torch.cat([a, a]),
        lambda a: torch.stack([a, a], 1),
        lambda a: a.softmax(1),
        lambda a: a.cumsum(0),
        lambda a: a.flip(0),
        lambda a: tuple(a.sort(0)),
        lambda a: a.clone(),
        lambda a: a.contiguous(),
    ):
        show(d, f, side, in_dims=d)
show("weights alone", lambda w: torch.ones(3, 4) @ w, torch.randn(2, 4, 5))
show("weights alone", lambda w: F.linear(torch.ones(3, 4), w), torch.randn(2, 5, 4))
show("convolution by mapped weights", lambda w, x: F.conv1d(x, w), torch.randn(2, 4, 3, 3), torch.randn(2, 5, 3, 8))
show("batch_norm", lambda x: F.batch_norm(x, None, None, training=True), torch.randn(2, 5, 3, 4))
show("index", lambda a: a[torch.tensor([0, 1])], torch.randn(2, 4, 3))
show("index", lambda a: a[:, torch.tensor([0, 1])], torch.randn(2, 4, 3))

print("# what a sample says of itself")
for d in range(3):
    said_by = []
    vmap(
        lambda a: said_by.extend((a.stride(), a.is_contiguous(), a.T.stride(), a[1:].storage_offset())) or a, in_dims=d
    )(side)
    print(said_by, said(lambda: vmap(lambda a: a.view(-1), in_dims=d)(side).stride()))

print("# made for a sample, and copies of views")
for f in (
    torch.diag,
    torch.diag_embed,
    lambda a: torch.block_diag(a[None], a[None]),
    lambda a: a.new_zeros(2, 3),
    lambda a: a.new_empty_strided((2, 3), (1, 2)),
    torch.zeros_like,
    torch.isreal,
    lambda a: torch.isnan(a.long()),
    lambda a: torch.permute_copy(a.reshape(1, 5), (1, 0)),
    lambda a: torch.unfold_copy(a, 0, 2, 1),
    lambda a: torch.expand_copy(a, (3, 5)),
    lambda a: torch.diagonal_scatter(torch.zeros(5, 5), a),
    lambda a: tuple(torch.cummax(a[0], 0)),
    lambda a: a[0].argmax(),
    lambda a: torch.zeros(2),
):
    show("made", f, rows)

print("# formats are those of all samples")
for shape in ((2, 3, 2, 2), (2, 2, 3, 2, 2)):
    images = torch.ones(shape)
    for wanted in (torch.channels_last, torch.channels_last_3d):
        show("to", lambda a: a.to(memory_format=wanted), images)
        show("double", lambda a: a.double(memory_format=wanted), images)
        show("like", lambda a: torch.zeros_like(a, memory_format=wanted), images)
        show("clone", lambda a: a.clone(memory_format=wanted), images)
        show("contiguous", lambda a: a.contiguous(memory_format=wanted), images)

print("# windows of memory")
whole = torch.arange(24.0).reshape(2, 3, 4)
for name, f in {
    "turned": lambda a: a.t().as_strided((2, 2), (1, 2)),
    "behind": lambda a: a[1:].as_strided((2, 2), (1, 2)),
    "placed": lambda a: a[1:].as_strided((2, 2), (1, 2), 4),
    "gaps": lambda a: a[:, ::2].as_strided((2, 2), (2, 4)),
    "written": lambda a: a.clone().t().as_strided((2, 2), (1, 2)).mul_(10),
}.items():
    print(name, vmap(f)(whole).tolist())
    print(*[t.tolist() for t in torch.func.jvp(f, (whole[0],), (whole[1],))])
    print(torch.func.grad(lambda a: (f(a) * torch.arange(4.0).reshape(2, 2)).sum())(whole[0]).tolist())
print(said(lambda: vmap(lambda a: a.as_strided((2, 2), (1, 2), 10))(torch.ones(3, 4))))
print(said(lambda: vmap(lambda a: a[1:].as_strided((2,), (1,), 0))(torch.ones(3, 4))))

print("# integers that a float weighs, equal elements, what is not mapped")
matrix, vector = torch.arange(12).reshape(2, 2, 3), torch.arange(6).reshape(2, 3)
print(vmap(lambda a, v: torch.addmv(torch.ones(2, dtype=torch.int64), a, v, beta=0.5, alpha=1.5))(matrix, vector))
one = torch.ones(2, 2, dtype=torch.int64)
print(said(lambda: vmap(lambda a, b: torch.addmm(one, a, b.mT, alpha=1.5))(matrix, matrix)))
print(vmap(lambda a, b: torch.addmm(one, a, b.mT, beta=0.5))(matrix, matrix))
equal = torch.tensor([[1, 0, 1, 1, 0, 1, 0, 0], [2, 2, 2, 1, 1, 0, 0, 2]])
print(*vmap(lambda a: torch.topk(a, 5))(equal), *vmap(lambda a: torch.kthvalue(a, 3))(equal))
print(*vmap(lambda a: torch.topk(a, 2, 0), in_dims=1)(equal))
print(said(lambda: vmap(lambda a: torch.ones(3, 2), out_dims=1)(rows)))
print(
    vmap(lambda a: torch.ones(1, 3), out_dims=1)(rows).shape,
    said(lambda: vmap(lambda a: a.nonzero(as_tuple=True))(rows)),
)

print("# tangents lie as their primals")
forward = torch.autograd.forward_ad
columns, plain = torch.randn(3, 4).t(), torch.randn(4, 3)
images = torch.randn(2, 3, 4, 5).contiguous(memory_format=torch.channels_last)
single = torch.randn(1, 2, 3)
FUNCTIONS = [
    (columns, lambda d: d.cumprod(0)),
    (columns, lambda d: d * plain),
    (columns, lambda d: plain * d),
    (columns, lambda d: torch.where(d > 0, d, plain)),
    (columns, lambda d: d.t().contiguous()),
    (columns, lambda d: d.contiguous().transpose(0, 1).sin()),
    (columns, lambda d: d.index_select(0, torch.tensor([1, 2]))),
    (columns, lambda d: d[:, ::2]),
    (columns, lambda d: d[0].expand(5, 3)),
    (columns, lambda d: torch.linalg.qr(d)[0]),
    (columns, lambda d: torch.linalg.inv(d[:3])),
    (columns, lambda d: torch.linalg.lstsq(d, plain)[0]),
    (columns, lambda d: torch.linalg.lu_factor(d)[0]),
    (columns, lambda d: torch.permute_copy(d, (1, 0))),
    (images, lambda d: F.interpolate(d, scale_factor=2)),
    (images, lambda d: F.pad(d, (1, 1, -1, 1), mode="replicate")),
    (images, lambda d: d.to(memory_format=torch.contiguous_format)),
    (images, lambda d: d.contiguous().to(memory_format=torch.channels_last)),
    (images, lambda d: F.conv2d(d, torch.ones(2, 3, 2, 2))),
    (single, lambda d: d.transpose(1, 2)),
    (single, lambda d: torch.unfold_copy(d.mT, 1, 2, 1)),
    (single, lambda d: torch.movedim(d, 0, 2)),
]
for at, (x, f) in enumerate(FUNCTIONS):
    with forward.dual_level():
        pair = forward.unpack_dual(f(forward.make_dual(x, torch.ones(x.shape))))
        print(at, *[t.stride() for t in pair])
    print(*[t.stride() for t in torch.func.jvp(f, (x,), (torch.ones(x.shape),))])

print("# what torch maps sample by sample is stacked")
show("ihfft2", torch.fft.ihfft2, torch.randn(2, 3, 4))
show("stft", lambda a: torch.stft(a, 4, return_complex=True, window=torch.ones(4)), torch.randn(2, 12))
show("ormqr", torch.ormqr, square, rows[:, :3], square)
print(torch.ones(2).__rdiv__(3))
show("gaps", lambda a: a.new_empty_strided((2, 3), (7, 2)), rows)
with forward.dual_level():
    dual = forward.make_dual(side[0], torch.ones(2, 4))
    edges = [torch.linspace(-1, 1, 3)] * 4
    print(said(lambda: torch.histogramdd(dual, [2] * 4)), said(lambda: torch.histogramdd(dual, edges)), sep="\n")
    print(
        forward.unpack_dual(
            forward.make_dual(images, images).contiguous().int(memory_format=torch.channels_last)
        ).primal.stride()
    )

print("# copies are over memory of their own")
for f in (
    lambda a: a.repeat(1),
    lambda a: a.tile(1),
    lambda a: a.repeat(1, 1),
    lambda a: F.channel_shuffle(a.view(1, 2, 1, 2), 1),
):
    kept = torch.ones(3, 4)
    vmap(f)(kept).zero_()
    print(kept.sum())

print("# windows that meet memory between a sample's elements")
whole = torch.arange(60.0).reshape(3, 4, 5)
crossed = lambda a: a.as_strided((2, 2), (1, 2))
print(vmap(crossed, in_dims=2)(whole).tolist(), vmap(lambda a: a.as_strided((2, 3), (5, 1)))(whole[:, ::2]).tolist())
print(vmap(vmap(lambda a: a.as_strided((2,), (3,)), in_dims=1), in_dims=1)(whole).tolist())
print(vmap(lambda a: a.as_strided((2, 3), (5, 1)))(whole[0].expand(2, 4, 5)).tolist())
print(torch.func.grad(lambda a: (vmap(crossed, in_dims=2)(a) ** 2).sum())(whole).tolist())
print(torch.func.jvp(vmap(crossed, in_dims=2), (whole,), (whole * 2,))[1].tolist())
vmap(lambda a: a.as_strided((2,), (1,)).mul_(10))(written := whole.clone())
print(written.tolist())
