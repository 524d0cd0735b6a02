"""compat's backward() of every primitive, on every sample, is the functional vjp: conj(vjp(conj(ct))), torch's convention."""

import numpy as np
import pytest

import compat as torch
import funcgrad as fg
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.sample import samples_of
from funcgrad.core.trace import TAPE

TABLE = sorted(
    n
    for n, p in PRIMITIVES.items()
    if p.nondiff is None and not p.multi and not p.source and p.namespace["__name__"].startswith("funcgrad.ops")
)


def is_array(a):
    return isinstance(a, np.ndarray) and a.dtype.kind in "fc" and a.dtype != np.float16


def forwards(x):
    """An operand without negative strides, which Tensors do not take."""
    return x.copy() if isinstance(x, np.ndarray) and min(x.strides, default=0) < 0 else x


@pytest.mark.parametrize("name", TABLE)
def test_backward_is_vjp(name):
    p = PRIMITIVES[name]
    rng = np.random.default_rng(0)
    compared = 0
    for sample in samples_of(p):
        on = [i for i, a in enumerate(sample.args) if is_array(a)]
        if not on or sample.order < 1 or p.tape and sample.kind == "kink":
            continue  # (there a tape has torch's derivatives: tests/lines/nan_gradients.txt)

        def f(*xs, sample=sample, on=on):
            full = list(sample.args)
            for i, x in zip(on, xs, strict=True):
                full[i] = x
            return p(*full, **sample.params)

        xs = [sample.args[i] for i in on]
        with np.errstate(all="ignore"):
            out, pull = fg.vjp(f, *xs)
        if np.asarray(out).dtype.kind not in "fc":
            continue
        ct = np.asarray(rng.normal(size=np.shape(out))).astype(np.asarray(out).dtype)
        if ct.dtype.kind == "c":
            ct = ct + ct.dtype.type(1j) * rng.normal(size=ct.shape).astype(ct.real.dtype)
        want = [np.conj(g) for g in pull(np.conj(ct)[()])]
        tensors = [torch.tensor(forwards(x), requires_grad=True) for x in xs]
        result = f(*tensors)
        assert result.owner is TAPE
        np.testing.assert_allclose(np.asarray(result.detach().numpy()), out, rtol=1e-5, atol=1e-6, err_msg=str(sample))
        if result.requires_grad:
            result.backward(torch.tensor(forwards(np.asarray(ct))))
        tolerance = 2e-4 if any(x.dtype.itemsize // (2 if x.dtype.kind == "c" else 1) < 8 for x in xs) else 1e-9
        for t, g in zip(tensors, want, strict=True):
            got = np.zeros_like(g) if t.grad is None else t.grad.numpy()
            np.testing.assert_allclose(got, g, rtol=tolerance, atol=tolerance, err_msg=f"{name}: {sample}")
            compared += 1
    assert compared or not any(is_array(a) for s in samples_of(p) for a in s.args if s.order)
