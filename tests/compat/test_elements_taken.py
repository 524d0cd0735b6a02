"""Results that are elements of an operand: to the bit, and so are their derivatives, added up one element of the result after the other."""

import numpy as np
import pytest

import compat as torch

F = torch.nn.functional


@pytest.mark.parametrize("mode, how", [("reflect", "reflect"), ("replicate", "edge")])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float16, torch.complex64])
@pytest.mark.parametrize("pad", [(1, 2), (4, 3, 2, 4), (3, -2, -1, 4), (0, 0, 3, 1)])
def test_derivatives_of_padding_are_added_in_order(mode, how, dtype, pad):
    torch.manual_seed(0)
    x = torch.randn(2, 6, 7, dtype=dtype).transpose(0, 1) if len(pad) == 2 else torch.randn(2, 3, 6, 7, dtype=dtype)
    x = x.detach().requires_grad_()
    y = F.pad(x, pad, mode=mode)
    w = torch.randn(y.shape, dtype=dtype)
    y.backward(w)
    at = np.arange(x.numel()).reshape(x.shape)
    pairs = [(0, 0)] * (x.dim() - len(pad) // 2) + [*zip(pad[::2], pad[1::2])][::-1]
    at = np.pad(at, [(max(a, 0), max(b, 0)) for a, b in pairs], mode=how)
    at = at[tuple(slice(max(-a, 0), n - max(-b, 0)) for n, (a, b) in zip(at.shape, pairs))].reshape(-1)
    want = np.zeros(x.numel(), x.detach().numpy().dtype)
    for place, v in zip(at, w.numpy().reshape(-1)):
        want[place] += v
    assert np.array_equal(y.detach().numpy().reshape(-1), x.detach().numpy().reshape(-1)[at])
    assert y.is_contiguous()
    assert np.array_equal(x.grad.numpy().reshape(-1), want)


@pytest.mark.parametrize("name", ["median", "nanmedian"])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.int64])
@pytest.mark.parametrize("size", [1, 4, 21, 999])
def test_a_median_is_an_element_however_often_it_is_there(name, dtype, size):
    torch.manual_seed(size)
    times = 3 if size < 10 else 7
    x = (torch.randn(size) * 100).to(dtype).expand(times, size).clone()
    x.requires_grad_(dtype.is_floating_point)
    m = getattr(x, name)()
    want = np.sort(x.detach().numpy(), None)[(times * size - 1) // 2]
    assert m.item() == want and m.shape == () and getattr(x.detach(), name)().item() == want
    if dtype.is_floating_point:
        m.backward()
        equal = x.detach().numpy() == want
        share = np.ones((), x.grad.numpy().dtype) / equal.sum().astype(x.grad.numpy().dtype)
        assert np.array_equal(x.grad.numpy(), np.where(equal, share, 0))


def test_a_nan_is_the_median_and_has_the_derivative():
    x = torch.tensor([1.0, float("nan"), 2.0, float("nan"), 0.0] * 70, requires_grad=True)
    x.median().backward()
    assert x.median().isnan() and x.detach().median().isnan() and x.detach()[:5].median().isnan()
    assert x.grad[:5].tolist() == [0.0, np.float32(1 / 140), 0.0, np.float32(1 / 140), 0.0]
    assert x.nanmedian().item() == 1.0 == x.detach().nanmedian().item()


@pytest.mark.parametrize("mode", ["bilinear", "nearest", "bicubic"])
@pytest.mark.parametrize("padding_mode", ["zeros", "border", "reflection"])
@pytest.mark.parametrize("size", [(5, 6), (4, 1), (3, 4, 5)])
def test_a_grid_of_its_own_places_gives_a_picture_back(mode, padding_mode, size):
    if mode == "bicubic" and len(size) == 3:
        pytest.skip("of pictures alone")
    torch.manual_seed(0)
    x = torch.randn(2, 3, *size, dtype=torch.float64, requires_grad=True)
    eye = torch.eye(len(size), len(size) + 1, dtype=torch.float64).expand(2, -1, -1)
    grid = F.affine_grid(eye, x.shape, align_corners=False).requires_grad_()
    y = F.grid_sample(x, grid, mode, padding_mode, align_corners=False)
    torch.testing.assert_close(y, x)
    (y * x.detach()).sum().backward()
    torch.testing.assert_close(x.grad, x.detach())
    if mode == "nearest":
        assert not grid.grad.any()
    mapped = torch.func.vmap(lambda a, g: F.grid_sample(a[None], g[None], mode, padding_mode, align_corners=False)[0])
    assert torch.equal(mapped(x, grid), y)
