"""The signs of singular vectors and eigenvectors, and in which order a wrong out= is told of."""

import torch

torch.manual_seed(0)
for shape in ((2, 3), (2, 30), (2, 50), (3, 5), (3, 8), (4, 20), (5, 3), (12, 24)):
    a = torch.randn(shape, dtype=torch.float64)
    u, s, vh = torch.linalg.svd(a)
    print(shape, u[0].tolist(), vh[:3, -1].tolist(), vh[-1, :3].tolist())
    print(torch.linalg.svd(torch.stack([a, a + 1]), full_matrices=False)[0][:, 0].tolist())
    print(torch.svd_lowrank(a, 2)[0][0].tolist())
for n in (3, 4, 5, 8, 12):
    for dtype in (torch.float64, torch.complex128):
        a = torch.randn(n, n, dtype=dtype)
        for part in "LU":
            print(n, part, torch.linalg.eigh(a + a.mH, UPLO=part)[1][1].real.tolist())
for shape in ((4, 3), (6, 4), (8, 5), (13, 8), (17, 10)):
    a = torch.randn(shape, dtype=torch.float64)
    for full in (False, True):
        u, s, vh = torch.linalg.svd(torch.stack([a, a - 1]), full_matrices=full)
        print(shape, full, u.shape, u[1, 0, : shape[1]].tolist(), vh[:, -1].tolist())
for n in (3, 4, 5, 7):
    for dtype in (torch.float32, torch.complex64):
        a = torch.randn(4, n, n, dtype=dtype)
        u, s, vh = torch.linalg.svd(a)
        print(n, [[f"{t:.4f}" for t in row] for row in u[:, 1].real.tolist()])
    print(torch.linalg.eig(torch.randn(n, n)).eigenvectors[0].abs().mul(1e3).round().tolist())
block = torch.block_diag(torch.randn(3, 3), torch.randn(4, 4)).double()
for part in "LU":
    for scale in (1, 1e-160, 1e160):
        print(part, torch.linalg.eigh((block + block.mT) * scale, UPLO=part)[1][[2, 5]].abs().mul(1e3).round().tolist())
    print(part, torch.linalg.eigh(block + block.mT, UPLO=part)[1][[2, 5]].mul(1e3).round().add(0.0).tolist())
print(torch.linalg.eigh(torch.eye(4))[1].tolist(), torch.linalg.svd(torch.ones(2, 4))[1].shape)

f = torch.tensor([[1.0, 2, 3], [4, 5, 6]])
c, i = f + 0j, f.long()


def told(call):
    try:
        got = call()
        print(got.dtype, got.tolist())
    except Exception as error:
        print(type(error).__name__, str(error).partition("\n")[0])


def empty(*shape, dtype=torch.float32):
    return torch.zeros(shape, dtype=dtype)


told(lambda: torch.abs(c, out=empty(2, 3, dtype=torch.complex64)))
told(lambda: torch.abs(c, out=empty(2, 3, dtype=torch.float64)))
told(lambda: torch.abs(c, out=empty(2, 3, dtype=torch.int32)))
told(lambda: torch.logcumsumexp(i, 3))
for shape in ((3, 8), (2, 4, 10), (8, 5)):
    told(lambda: torch.linalg.svd(torch.ones(shape).cumsum(-1)).U[..., 0])
    told(lambda: torch.linalg.svd(torch.ones(shape), full_matrices=False).Vh[..., 0, :])
none = torch.randn(2, 4, 4)
none[1, 3, 0] = torch.nan
for part in (none, none[1], none[1, 1:, 1:].double()):
    told(lambda: torch.linalg.eigh(part)[0])
    told(lambda: torch.linalg.eigvalsh(part))
told(lambda: torch.logcumsumexp(i, 0))
told(lambda: torch.nansum(c, 3))
told(lambda: torch.floor(c, out=empty(2, 3)))
told(lambda: torch.neg(f > 2, out=empty(2, 3)))
told(lambda: torch.clamp(c, -1, 1, out=empty(2, 3)))
told(lambda: torch.clamp(c, c, out=empty(2, 3)))
told(lambda: torch.signbit(c, out=empty(2, 3)))
told(lambda: torch.special.ndtr(c, out=empty(2, 3)))
told(lambda: torch.ldexp(f, empty(0, 3), out=empty(2, dtype=torch.bool)))
told(lambda: torch.float_power(f.t(), f, out=empty(2)))
told(lambda: torch.heaviside(i, i, out=empty(2, 3, dtype=torch.complex64)))
told(lambda: torch.outer(f[0], f[0], out=f[0]))
told(lambda: torch.nansum(f, 1, out=empty(2, dtype=torch.int32)))
told(lambda: torch.nanmean(f, 7, out=empty(2).requires_grad_()))
told(lambda: torch.diff(f, -2, out=empty(2).requires_grad_()))
told(lambda: torch.lerp(f, f, f, out=empty(2, 3, dtype=torch.float64)))
told(lambda: torch.masked_select(f, f, out=empty(2, dtype=torch.uint8)))
told(lambda: torch.tensordot(i > 2, i > 2, ([0, 1], [0, 1]), out=empty(1, dtype=torch.int64)))
