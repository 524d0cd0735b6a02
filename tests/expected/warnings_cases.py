"""Calls of which torch warns: each is run in a process of its own, twice in a row."""

SETUP = """
a = torch.eye(2) * 2
b = torch.ones(2, 1)
lu, pivots = torch.linalg.lu_factor(a)
byte = torch.tensor([1, 0], dtype=torch.uint8)
two = torch.ones(2)
signal = torch.ones(16)
spectrum = torch.ones(5, 9, dtype=torch.complex64)
"""

CASES = """
torch.lu_solve(b, lu, pivots)
b.lu_solve(lu, pivots)
torch.lu(a)
a.lu(get_infos=True)
torch.lu(two)
torch.qr(a)
torch.qr(two)
a.qr()
torch.cholesky(a)
torch.cholesky(torch.ones(2, 3))
torch.cholesky(torch.ones(0, 0))
torch.linalg.cholesky(a)
torch.chain_matmul(a, a)
torch.chain_matmul(two)
torch.triangular_solve(b, a)
torch.triangular_solve(two, a)
torch.stft(signal, 8, return_complex=True)
torch.stft(signal, 8, return_complex=False)
float(two.requires_grad_().sum())
int(two.requires_grad_().sum())
(two.requires_grad_() * 1).grad
torch.ones(2, 3, 4).T
torch.tensor(1.0).T
torch.tensor(1.0).mT
torch.tensor(1.0).H, torch.tensor(1.0).mH
torch.tensor(1.0).adjoint()
torch.meshgrid(two, two)
torch.cross(torch.ones(3, 3), torch.ones(3, 3))
torch.where(byte, 1, 2)
torch.set_default_tensor_type("torch.FloatTensor")
torch.searchsorted(torch.ones(4, 2)[:, 0], torch.ones(4, 2)[:, 0])
torch.bucketize(torch.ones(4, 2)[:, 0], two)
torch.searchsorted(two, two, sorter=torch.zeros(2, 2).long()[:, 0])
torch.cov(torch.ones(2, 1))
torch.add(two, 2, two), two.sub(1, two), torch.addmm(1, a, 2, a, a)
two.add_(2, two)
two.sub_(1, two)
torch.stft(signal, 8)
torch.stft(signal, 8, window=torch.ones(8), return_complex=True)
torch.istft(spectrum, 8)
torch.istft(torch.ones(5, 9), 8)
a.storage()
a.untyped_storage()
torch.FloatStorage(2)
two.resize(2, 1)
two.resize_as(b)
two.resize(3)
two[byte]
two[byte.numpy()]
two[byte.bool()]
torch.ones(2, 2)[byte, byte]
two[torch.ones(2, 3, dtype=torch.uint8)]
two[torch.tensor(1, dtype=torch.uint8)]
two.__setitem__(byte, 3.0)
two.__setitem__(byte, two[:1])
two.__setitem__(byte.clone().fill_(1), two)
two.index_put_((byte,), torch.tensor(1.0))
torch.ones(2, 2).__setitem__((0, byte), 2)
torch.ones(2, 2).__setitem__((byte, byte), 2)
F.conv1d(torch.ones(1, 1, 4), torch.ones(1, 1, 2), padding="same")
F.conv2d(torch.ones(1, 1, 4, 4), torch.ones(1, 1, 3, 3), padding="same")
nn.LSTM(3, 5, proj_size=2)(torch.ones(4, 2, 3))
nn.LSTM(3, 5)(torch.ones(4, 2, 3))
""".strip().split("\n")


def said(torch, line):
    """What two runs of a line warn of and raise."""
    import re
    import warnings

    names = {"torch": torch, "F": torch.nn.functional, "nn": torch.nn}
    exec(SETUP, names)
    found = []
    for _ in range(2):
        with warnings.catch_warnings(record=True) as caught:
            warnings.simplefilter("always")
            try:
                eval(line, names)
                error = None
            except Exception as e:
                error = [type(e).__name__, str(e)]
        texts = [re.split(r" \(Triggered internally|\n\[", str(w.message))[0] for w in caught]  # (torch's own words)
        found.append([[w.category.__name__, text] for w, text in zip(caught, texts)] + [error])
    return found
