"""Sound: spectra and back, mel and cepstral coefficients, phases from magnitudes, filters, windows, quantisation."""

import torch, math, numpy as np, wave, struct, io, os
import torch.nn as nn, torch.nn.functional as F

torch.manual_seed(0)
sr = 8000
t = torch.arange(0, 0.5, 1 / sr)
sig = (
    0.5 * torch.sin(2 * math.pi * 440 * t)
    + 0.25 * torch.sin(2 * math.pi * (200 + 800 * t) * t)
    + 0.01 * torch.randn(t.shape)
)
with wave.open(kept := io.BytesIO(), "wb") as w:
    w.setnchannels(1)
    w.setsampwidth(2)
    w.setframerate(sr)
    w.writeframes((sig.clamp(-1, 1) * 32767).to(torch.int16).numpy().tobytes())
with wave.open(io.BytesIO(kept.getvalue()), "rb") as w:
    raw = w.readframes(w.getnframes())
    back = torch.frombuffer(bytearray(raw), dtype=torch.int16).float() / 32768.0
print(sig.shape, (back - sig).abs().max() < 1e-3, len(kept.getvalue()))
n_fft, hop = 256, 64
win = torch.hann_window(n_fft)
S = torch.stft(sig, n_fft, hop_length=hop, window=win, return_complex=True)
print(S.shape, S.dtype, S.abs().max(), S.angle()[5, :4])
inv = torch.istft(S, n_fft, hop_length=hop, window=win, length=len(sig))
print((inv - sig).abs().max() < 1e-5)


def mel_fb(n_mels=20, n_fft=256, sr=8000, fmin=0.0, fmax=None):
    fmax = fmax or sr / 2
    hz2mel = lambda f: 2595.0 * torch.log10(torch.as_tensor(1.0 + f / 700.0))
    mel2hz = lambda m: 700.0 * (10.0 ** (m / 2595.0) - 1.0)
    pts = mel2hz(torch.linspace(float(hz2mel(fmin)), float(hz2mel(fmax)), n_mels + 2))
    freqs = torch.linspace(0, sr / 2, n_fft // 2 + 1)
    d = pts[1:] - pts[:-1]
    sl = pts.unsqueeze(0) - freqs.unsqueeze(1)
    return torch.clamp(torch.min((-1.0 * sl[:, :-2]) / d[:-1], sl[:, 2:] / d[1:]), min=0.0)


fb = mel_fb()
mel = (S.abs() ** 2).transpose(0, 1) @ fb
db = 10 * torch.log10(mel.clamp(min=1e-10))
db = torch.maximum(db, db.max() - 80.0)
print(db.shape, db[3, :6], fb.sum(0)[:5])
n_mfcc = 8
k = torch.arange(n_mfcc).unsqueeze(1)
dct = torch.cos(math.pi / 20.0 * (torch.arange(20.0) + 0.5) * k) * math.sqrt(2.0 / 20)
dct[0] *= 1 / math.sqrt(2.0)
mfcc = db @ dct.T
print(mfcc.mean(0))
delta = F.conv1d(F.pad(mfcc.T[:, None], (2, 2), mode="replicate"), torch.arange(-2.0, 3)[None, None] / 10).squeeze(1)
print(delta[1, :5])
mag = S.abs()
ang = torch.exp(2j * math.pi * torch.rand(*mag.shape))
prev = torch.tensor(0.0)
for i in range(20):
    x = torch.istft(mag * ang, n_fft, hop, window=win)
    R = torch.stft(x, n_fft, hop, window=win, return_complex=True)
    R = F.pad(R, (0, mag.size(1) - R.size(1))) if R.size(1) < mag.size(1) else R
    a = R - 0.99 / 1.99 * prev
    ang = a / (a.abs() + 1e-16)
    prev = R
    if i % 5 == 4:
        print("griffin-lim", i, (torch.linalg.norm(R.abs() - mag) / torch.linalg.norm(mag)).item())


class LearnableSTFT(nn.Module):
    def __init__(self, n):
        super().__init__()
        k = torch.arange(n // 2 + 1)[:, None] * torch.arange(n)[None] * 2 * math.pi / n
        self.w = nn.Parameter(torch.cat([k.cos(), -k.sin()])[:, None] * torch.hamming_window(n, periodic=False))
        self.n = n

    def forward(self, x):
        y = F.conv1d(F.pad(x, (self.n // 2,) * 2, "reflect"), self.w, stride=self.n // 4)
        r, i = y.chunk(2, 1)
        return (r**2 + i**2 + 1e-9).sqrt()


m = LearnableSTFT(64)
y = m(sig.view(1, 1, -1))
print(y.shape, y.mean())
opt = torch.optim.Adam(m.parameters(), 1e-3)
tgt = y.detach().pow(0.5)
for i in range(5):
    l = F.l1_loss(m(sig.view(1, 1, -1)), tgt)
    opt.zero_grad()
    l.backward()
    opt.step()
    print(round(l.item(), 6))


def biquad(x, b0, b1, b2, a0, a1, a2):
    y = torch.zeros_like(x)
    b0, b1, b2, a1, a2 = (c / a0 for c in (b0, b1, b2, a1, a2))
    x1 = x2 = y1 = y2 = 0.0
    for n in range(200):
        y[n] = b0 * x[n] + b1 * x1 + b2 * x2 - a1 * y1 - a2 * y2
        x2, x1, y2, y1 = x1, x[n].item(), y1, y[n].item()
    return y


print(biquad(sig, 0.1, 0.2, 0.1, 1.0, -0.5, 0.2)[195:200])
ac = torch.fft.irfft(torch.fft.rfft(sig, 2 * len(sig)).abs() ** 2)[: len(sig)]
lag = ac[10:100].argmax() + 10
print("pitch", sr / lag.item(), ac[0])
h = torch.signal.windows.gaussian(11, std=2.0)
print(h, torch.signal.windows.cosine(5), torch.kaiser_window(6), torch.blackman_window(5), torch.bartlett_window(5))
fr = sig.unfold(0, 200, 100) * torch.hamming_window(200)
print(fr.shape, fr.pow(2).mean(1).sqrt()[:4], ((fr[:, 1:] * fr[:, :-1]) < 0).float().mean(1)[:4])
print(
    torch.fft.fftfreq(8, 1 / sr),
    torch.fft.fftshift(torch.arange(5)),
    torch.fft.hfft(torch.tensor([1 + 1j, 2.0, 3 - 1j])),
    torch.fft.dct if hasattr(torch.fft, "dct") else "no dct",
)
mu = torch.sign(sig) * torch.log1p(255 * sig.abs()) / math.log1p(255.0)
q = ((mu + 1) / 2 * 255 + 0.5).to(torch.int64)
print(q[:10], q.dtype, torch.bucketize(sig[:5], torch.linspace(-1, 1, 9)))
spec = torch.view_as_real(S)
print(spec.shape, spec.is_contiguous(), spec.stride(), torch.view_as_complex(spec.contiguous()).equal(S))
fm = spec[..., 0].clone()
mf = int(torch.randint(0, 30, ()))
fm[mf : mf + 10] = 0
print(fm.count_nonzero())
X = torch.stack([sig[i : i + 160] for i in range(0, 3200, 160)])
U, s, Vh = torch.linalg.svd(X, full_matrices=False)
print(s[:4], (U * s @ Vh - X).abs().max() < 1e-5)
e = [sig, torch.cat([sig.new_zeros(400), sig[:-400] * 0.5])]
print(
    torch.nn.functional.conv1d(sig[None, None], torch.flip(h, [0])[None, None], padding="same").squeeze()[:3],
    sum(e)[500:503],
)
print(
    torch.trapezoid(sig[:100], dx=1 / sr),
    torch.cumulative_trapezoid(sig[:4], t[:4]),
    torch.gradient(sig[:5], spacing=1 / sr)[0],
    torch.diff(sig[:5], n=2),
    torch.nn.functional.interpolate(sig[None, None, :8], scale_factor=1.5, mode="linear")[0, 0, :4],
)
