"""Complex numbers of two float16: what torch takes on the CPU, its gradients, files, and what it refuses."""

import copy
import io
import warnings

import torch

warnings.simplefilter("ignore")


def said(f):
    try:
        return f()
    except Exception as error:
        return f"{type(error).__name__}: {str(error).splitlines()[0]}"


h = torch.tensor([1.3 + 2.7j, 3 - 4.1j], dtype=torch.complex32)
m = torch.tensor([[1 + 2j, 3 - 4j], [2, 1j]], dtype=torch.complex64).chalf()
x = torch.tensor([1.1, 2.2], dtype=torch.float16)
print(h, m, h.dtype, torch.chalf, h.tolist(), h[0].item(), h.type(), m.type("torch.ComplexHalfTensor").dtype)
print(
    h.element_size(),
    h.nbytes,
    h.dtype.itemsize,
    h.untyped_storage().nbytes(),
    m[1].storage_offset(),
    m.T.contiguous().stride(),
)
print(h + 1, h * 2j, x * 1j, x + h, h - x, torch.sub(h, x, alpha=2), h.conj() + h, -h, abs(h), h.sgn())
print([(h + y).dtype for y in (x.bfloat16(), x.float(), x.double(), h.cfloat(), x.int(), 1j)])
print(
    [
        torch.promote_types(torch.complex32, d)
        for d in (torch.float16, torch.bfloat16, torch.float32, torch.float64, torch.int64, torch.complex64)
    ]
)
print(h.real, h.imag, torch.view_as_real(m), torch.view_as_complex(torch.view_as_real(m)), torch.complex(x, x))
print(h.conj().real, h.conj().imag, h.conj().resolve_conj(), h[0].conj(), m.mH)
print(
    torch.cat([h, h * 2]),
    torch.stack([h, h]),
    h[torch.tensor([1, 1])],
    m.index_select(0, torch.tensor([1])),
    m[torch.tensor([True, False])],
)
print(
    torch.where(torch.tensor([True, False]), h, 2 * h),
    h.masked_fill(torch.tensor([True, False]), 1j),
    h.repeat(2),
    h.roll(1),
    m.tril(),
    h.diff(),
)
print(h == h, h != 1, h.isnan(), m.nonzero(), torch.count_nonzero(m), torch.isclose(h, h + 0.1), m.any(), h.allclose(h))
print(
    h.norm(),
    h.var(),
    torch.linalg.norm(m),
    h.dist(2 * h),
    torch.nn.functional.l1_loss(h, 2 * h),
    torch.nn.functional.pad(h, (1, 1)),
)
print(
    torch.zeros(2, dtype=torch.complex32),
    torch.full((2,), 1.1j, dtype=torch.complex32),
    torch.ones_like(x, dtype=torch.complex32),
    m.new_full((2,), 3.3),
    torch.tensor([1e5 + 1j, complex("nan")], dtype=torch.complex32),
)
print(
    h.float(),
    h.half(),
    h.bfloat16(),
    h.int(),
    h.bool(),
    h.cfloat(),
    h.cdouble(),
    h.to(torch.complex64).chalf().equal is not None,
)
print(
    h.view(torch.float16),
    h.view(torch.int32),
    m.view(torch.int16),
    torch.tensor([1073757184], dtype=torch.int32).view(torch.complex32),
)
g = torch.Generator().manual_seed(1)
print(
    torch.randn(3, dtype=torch.complex32, generator=g),
    torch.rand(20, dtype=torch.complex32, generator=g)[-1],
    torch.randn(40, dtype=torch.complex32, generator=g)[-1],
)
print(
    [
        h.clone().add_(1),
        h.clone().mul_(2j),
        h.clone().sub_(h, alpha=0.5),
        h.clone().fill_(1.23456),
        h.clone().copy_(x),
    ]
)
a = torch.zeros(3, dtype=torch.complex32)
v = a[1:]
print(said(lambda: v.add_(1.1j)))
a[0] = 3.3j
a[1:] += torch.tensor([0.1, 0.7])
print(a, v, a._version)
print(
    torch.add(h, 1, out=torch.zeros(2, dtype=torch.complex64)),
    torch.add(h, 1, out=torch.zeros(2, dtype=torch.complex32)),
)
print(said(lambda: torch.add(h, 1, out=torch.zeros(2))))


def grads(f):
    h = torch.tensor([1.3 + 2.7j, 3 - 4.1j], dtype=torch.complex64).chalf().requires_grad_()
    x = torch.tensor([1.1, 2.2], dtype=torch.float16, requires_grad=True)
    y = f(h, x)
    y.backward((torch.arange(y.numel()).reshape(y.shape) * 0.37 + 0.1).to(y.dtype))
    return y, h.grad, x.grad


print(grads(lambda h, x: h * h + 2j * h))
print(grads(lambda h, x: h * x))
print(grads(lambda h, x: h.conj() * h))
print(grads(lambda h, x: h.abs() * x))
print(grads(lambda h, x: h.real + h.imag))
print(grads(lambda h, x: torch.view_as_real(h) * x))
print(grads(lambda h, x: torch.cat([h, h * 2])[1:]))
print(grads(lambda h, x: torch.where(torch.tensor([True, False]), h, 2 * h)))
print(grads(lambda h, x: h.to(torch.complex64) * 3 + h.float()))
print(grads(lambda h, x: torch.view_as_complex(torch.stack([x, x], -1)) + torch.complex(x, 2 * x)))
print(grads(lambda h, x: (x * 1j).imag + h.half()))
print(grads(lambda h, x: torch.nn.functional.pad(h, (1, 1)).roll(1)))
print(grads(lambda h, x: h.masked_fill(torch.tensor([True, False]), 1j).diag_embed()))
m = torch.tensor([[1 + 2j, 3 - 4j], [2, 1j]], dtype=torch.complex64).chalf()
b = io.BytesIO()
print(said(lambda: torch.save({"a": m, "c": m.conj(), "v": m[1]}, b)))
print(said(lambda: b.seek(0)))
print(torch.load(b))
print(copy.deepcopy(m), torch.frombuffer(bytearray(b"\x00\x3c\x00\x40"), dtype=torch.complex32))
print(said(lambda: m.numpy()))
print(said(lambda: m / 2))
print(said(lambda: 2 / m))
print(said(lambda: m @ m))
print(said(lambda: m.sum()))
print(said(lambda: m.exp()))
print(said(lambda: m < m))
print(said(lambda: m**2))
print(said(lambda: torch.arange(3, dtype=torch.complex32)))
print(said(lambda: torch.eye(2, dtype=torch.complex32)))
print(said(lambda: torch.nn.Linear(2, 2).to(torch.complex32)(m)))
print(said(lambda: torch.fft.fft(m)))
print(said(lambda: torch.linalg.inv(m)))
print(said(lambda: torch.linalg.svd(m)))
print(said(lambda: m.flip(0)))
print(said(lambda: m.sort()))
print(said(lambda: torch.set_default_dtype(torch.complex32)))
torch.manual_seed(3)
print(said(lambda: torch.nn.Linear(3, 2, dtype=torch.complex32).weight))
p = torch.nn.Parameter(m.clone())
o = torch.optim.SGD([p], lr=0.1, momentum=0.9, weight_decay=0.01)
for _ in range(1):
    o.zero_grad()
    (p * p).cfloat().abs().sum().backward()
    o.step()
print(p)
print(
    torch.func.vmap(lambda z: z * 2)(m),
    torch.func.jvp(lambda z: z * z, (m,), (m,)),
    torch.func.grad(lambda z: (z * z).cfloat().abs().sum())(m),
)
