"""float16 and bfloat16 against torch 2.13's figures, bit for bit where that is promised (tests/expected/halves.json.xz)."""

import base64
import io
import json
import pathlib
import pickle
import struct
import subprocess
import sys

import numpy as np
import pytest

import compat as torch
from tests import packed
from tests.expected import halves_cases as cases

PATH = pathlib.Path(__file__).parents[1] / "expected" / "halves.json.xz"
STORED = packed.read("halves")
BITS = {"bfloat16": 7, "float16": 10}  # of the significand that are stored


def as_json(found):
    return json.loads(json.dumps(found))


def values(told):
    """The numbers of a Tensor of half precision, from its bits."""
    dtype, shape, text = told
    bits = np.array([int(text[i : i + 4], 16) for i in range(0, len(text), 4)], np.uint32)
    if dtype == "float16":
        return bits.astype(np.uint16).view(np.float16).astype(np.float64)
    return (bits << 16).view(np.float32).astype(np.float64)


def near(got, want, ulps):
    """As close as so many units of the last place of the largest number."""
    a, b = values(got), values(want)
    scale = np.abs(b[np.isfinite(b)]).max(initial=1e-30)
    unit = 2.0 ** (np.floor(np.log2(scale)) - BITS[want[0]])
    return got[:2] == want[:2] and (np.abs(a - b) <= ulps * unit).all()


@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize("line", cases.EXACT)
def test_to_the_bit(line, dtype):
    want = STORED[dtype]["lines"][line]
    assert "error" not in want
    got = as_json(cases.outcome(torch, dtype, line, True))
    assert got["value"] == want["value"]
    assert got.get("grads") == want.get("grads")


@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize("line", cases.VALUES)
def test_values_to_the_bit(line, dtype):
    want = STORED[dtype]["lines"][line]
    got = as_json(cases.outcome(torch, dtype, line, True))
    assert got["value"] == want["value"]
    assert got["grads"].keys() == want["grads"].keys()
    for name, g in want["grads"].items():
        assert near(got["grads"][name], g, 8), name


@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_making_printing_promotion_errors(dtype):
    before = torch.get_default_dtype()
    try:
        for line, want in STORED[dtype]["plain"].items():
            got = as_json(cases.outcome(torch, dtype, line, False))
            assert str(got) == str(want), line  # (a nan is not itself)
    finally:
        torch.set_default_dtype(before)


@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize("line", cases.DRAWS)
def test_draws_to_the_bit(line, dtype):
    assert as_json(cases.drawn(torch, dtype, line)) == STORED[dtype]["draws"][line]


@pytest.mark.parametrize("dtype", cases.DTYPES)
@pytest.mark.parametrize("code", cases.OPTIMIZERS)
def test_ten_steps_to_the_bit(code, dtype):
    assert as_json(cases.stepped(torch, dtype, code)) == STORED[dtype]["optimizers"][code]


@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_a_network_trains_as_torchs(dtype):
    losses, bias = STORED[dtype]["trained"]
    got, own = as_json(cases.trained(torch, dtype))
    unit = 2.0 ** -BITS[dtype]
    assert got[0] == losses[0]
    np.testing.assert_allclose(got, losses, rtol=0, atol=16 * unit)
    assert near(own, bias, 64)


def test_torchs_files_both_ways():
    found = torch.load(io.BytesIO(base64.b64decode(STORED["file"])))
    a = cases.numbers(torch, (2, 16)).to(torch.bfloat16)
    assert found["a"].dtype is torch.bfloat16 and torch.equal(found["a"], a) and torch.equal(found["row"], a[1])
    assert found["p"].dtype is torch.float16 and torch.equal(found["p"], a.half().t())
    found["row"].zero_()
    assert not found["a"][1].any()  # one memory
    file = io.BytesIO()
    torch.save({"a": a}, file)
    bits = struct.pack("<32H", *[v & 0xFFFF for v in a.view(torch.int16).reshape(-1).tolist()])
    assert bits in file.getvalue()  # what torch reads
    again = pickle.loads(pickle.dumps(a))
    assert again.dtype is torch.bfloat16 and torch.equal(again, a)


def test_numpy_has_no_bfloat16():
    t = torch.ones(2, dtype=torch.bfloat16)
    for ask in (t.numpy, lambda: np.asarray(t)):
        with pytest.raises(TypeError, match="Got unsupported ScalarType BFloat16"):
            ask()
    with pytest.raises(ValueError, match="byte order"):
        torch.from_numpy(np.ones(2, np.dtype(np.float32).newbyteorder()))


def test_views_write_through_and_round():
    a = torch.zeros(4, dtype=torch.bfloat16)
    a.view(2, 2)[1] += 0.1
    assert a.tolist() == [0.0, 0.0, 0.10009765625, 0.10009765625]
    a[0] = 1 + 2**-9
    assert a[0].item() == 1.0


def test_modules_and_double_backward():
    m = torch.nn.Linear(3, 2).bfloat16()
    x = torch.ones(1, 3, dtype=torch.bfloat16, requires_grad=True)
    assert {p.dtype for p in m.parameters()} == {torch.bfloat16}
    (g,) = torch.autograd.grad((m(x) ** 3).sum(), x, create_graph=True)
    assert g.dtype is torch.bfloat16 and g.grad_fn is not None
    g.sum().backward()
    assert x.grad.dtype is m.weight.grad.dtype is torch.bfloat16
    got = torch.func.grad(lambda v: (m(v) ** 3).sum())(x.detach())
    assert got.dtype is torch.bfloat16 and torch.equal(got, g)
    mapped = torch.func.vmap(lambda v: v * 0.1 + v)(x.detach())
    assert mapped.dtype is torch.bfloat16 and torch.equal(mapped, x.detach() * 0.1 + x.detach())


@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_compiled_as_eager(dtype):
    d = getattr(torch, dtype)
    x = cases.numbers(torch, (4, 16)).to(d)
    f = lambda t: torch.cat([(torch.tanh(t * 1.1) + t.exp() * 0.3).softmax(1), torch.nn.functional.gelu(t) - 0.3])  # noqa: E731
    for _ in range(2):
        assert torch.equal(torch.compile(f)(x), f(x))
    value, tangent = torch.func.jvp(f, (x,), (torch.ones_like(x),))
    assert value.dtype is tangent.dtype is d and torch.equal(value, f(x))


@pytest.mark.parametrize("dtype", cases.DTYPES)
def test_gradients_add_up_in_the_dtype_itself(dtype):
    d = getattr(torch, dtype)

    class Square(torch.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            ctx.save_for_backward(x)
            return x * x

        @staticmethod
        def backward(ctx, g):
            assert g.dtype is d
            return 2 * ctx.saved_tensors[0] * g

    x = cases.numbers(torch, (5,)).to(d).requires_grad_()
    seen = []
    y = x * 1
    y.register_hook(lambda g: seen.append(g.dtype))
    (Square.apply(y) + Square.apply(y) + y).sum().backward()
    (x * 0.1).sum().backward()
    assert x.grad.dtype is d and seen == [d]
    twice = 2 * x.detach()
    step = torch.full_like(x.detach(), 0.1)
    assert torch.equal(x.grad, (twice + twice + 1) + step) or torch.equal(x.grad, (twice + 1 + twice) + step)


def test_programs_without_half_precision_do_not_mind_it():
    program = (
        "import compat as torch; x = torch.ones(3, requires_grad=True); (x * 2).exp().sum().backward(); print(x.dtype, torch.half); "
        "from funcgrad.core.state import shared; print(shared.halves)"
    )
    out = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True, cwd=PATH.parents[2]
    )
    assert out.stdout.split() == ["torch.float32", "torch.float16", "False"]


@pytest.mark.parametrize("dtype", ["float16", "bfloat16", "float64"])
@pytest.mark.parametrize("name", ["LazyBatchNorm1d", "LazyInstanceNorm1d"])
def test_lazy_norms_stay_lazy_in_another_dtype(name, dtype):
    d = getattr(torch, dtype)
    norm = getattr(torch.nn, name)(affine=True, track_running_stats=True).to(d)
    assert type(norm.running_mean).__name__ == "UninitializedBuffer" and norm.running_mean.dtype == d
    norm(torch.randn(2, 3, 4).to(d))
    assert norm.running_var.shape == norm.weight.shape == (3,) and norm.running_var.dtype == d


def test_what_is_written_into_the_parts_of_complex32_is_refused_not_lost():
    t = torch.tensor([1 + 2j, 3 - 4j], dtype=torch.complex32)
    for part in (t.real, t.imag, torch.view_as_real(t)):
        assert part.dtype == torch.float16
        with pytest.raises(RuntimeError, match="copy of the parts of complex32"):
            part.mul_(2)
    with pytest.raises(RuntimeError, match="copy of the parts of complex32"):
        t.real = torch.zeros(2)
    assert t.tolist() == [1 + 2j, 3 - 4j]
