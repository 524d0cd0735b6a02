"""Singular vectors and eigenvectors of a matrix are those of its multiples, signs included, as far as numbers go."""

import pytest

import compat as torch


@pytest.mark.parametrize("power", [-900, -530, 520, 530, 900])
@pytest.mark.parametrize("full", [False, True])
def test_multiples_have_the_same_singular_vectors(power, full):
    a = torch.randn(5, 15, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    for x, y in zip(
        torch.linalg.svd(a, full_matrices=full)[::2], torch.linalg.svd(a * 2.0**power, full_matrices=full)[::2]
    ):
        torch.testing.assert_close(x[..., :5, :], y[..., :5, :], rtol=0, atol=1e-12)


@pytest.mark.parametrize("power", [-900, 530, 900])
def test_multiples_have_the_same_eigenvectors(power):
    a = torch.randn(4, 4, dtype=torch.float64, generator=torch.Generator().manual_seed(1))
    a = a + a.mT
    torch.testing.assert_close(torch.linalg.eigh(a)[1], torch.linalg.eigh(a * 2.0**power)[1], rtol=0, atol=1e-12)
