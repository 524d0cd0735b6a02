"""Writes streams.json: what torch's CPU generator draws, for tests that run without torch.

`python tests/expected/make_streams.py` needs torch 2.13. Every figure in the file is torch's: bit patterns
in hexadecimal, checksums of whole arrays, states, and error messages.
"""

import hashlib
import json
import zlib
from base64 import b64encode
from pathlib import Path

import numpy as np
import torch

SEEDS = (0, 1337, -1, 2**32 + 6)
SIZES = (3, 16, 37)
LONG = 2000
FLOATS = ("float32", "float64", "float16")
COMPLEX = ("complex64", "complex128")
NUMBERS = ("int64", "int32", "int16", "int8", "uint8")


def empty(shape, dtype):
    return torch.empty(shape, dtype=getattr(torch, dtype))


def fill(name, *args, dtype, transposed=False):
    """A function of a size: a tensor filled by the in-place method `name`."""

    def draw(n):
        tensor = empty((3, n), dtype).t() if transposed else empty(n, dtype)
        getattr(tensor, name)(*args)
        return tensor.t().contiguous() if transposed else tensor

    return draw


def weights(n, dtype):
    """n probabilities that every float dtype holds exactly."""
    return (torch.arange(n) % 31 + 1).to(getattr(torch, dtype)) / 32


def rates(n, dtype):
    """n Poisson rates around the change of method at 10."""
    return (torch.arange(n) * 3 % 41).to(getattr(torch, dtype)) / 2


def streams():
    """name: (method of Generator, its keywords, torch's draw); the shape comes on top, or the weights or rates."""
    table = {}

    def add(method, draw, source="shape", **keywords):
        label = " ".join([method, *(f"{k}={v}" for k, v in keywords.items())])
        table[label] = (method, source, keywords, draw)

    for d in FLOATS + COMPLEX:
        add("uniform", fill("uniform_", dtype=d), dtype=d)
        add("uniform", fill("uniform_", -0.3, 0.8, dtype=d), low=-0.3, high=0.8, dtype=d)
        add("normal", fill("normal_", dtype=d), dtype=d)
        add("normal", fill("normal_", -2.1, 0.7, dtype=d), mean=-2.1, std=0.7, dtype=d)
        add("normal", fill("normal_", 0.3, 0.7, dtype=d, transposed=True), mean=0.3, std=0.7, dtype=d, contiguous=False)
    for d in FLOATS:
        add("exponential", fill("exponential_", 0.3, dtype=d), lambd=0.3, dtype=d)
        add("cauchy", fill("cauchy_", 0.5, 2.0, dtype=d), median=0.5, sigma=2.0, dtype=d)
        add("log_normal", fill("log_normal_", 0.1, 0.6, dtype=d), mean=0.1, std=0.6, dtype=d)
        add(
            "dropout_mask",
            lambda n, d=d: torch.nn.functional.dropout(torch.ones(n, dtype=getattr(torch, d)), 0.3),
            p=0.3,
            dtype=d,
        )
        add("bernoulli_from", lambda n, d=d: torch.bernoulli(weights(n, d)), "weights", dtype=d)
        add("poisson", lambda n, d=d: torch.poisson(rates(n, d)), "rates", dtype=d)
        add("multinomial", lambda n, d=d: torch.multinomial(weights(n, d), 1), "weights", k=1, dtype=d)
        add(
            "multinomial",
            lambda n, d=d: torch.multinomial(weights(n, d), 9, True),
            "weights",
            k=9,
            replacement=True,
            dtype=d,
        )
        if d != "float16":  # equal quotients, frequent there, have no order of their own
            add("multinomial", lambda n, d=d: torch.multinomial(weights(n, d), 3), "weights", k=3, dtype=d)
    for d in FLOATS + NUMBERS:
        add("randint", fill("random_", 5, 17, dtype=d), low=5, high=17, dtype=d)
        add("randint", fill("random_", 3, None, dtype=d), low=3, high=None, dtype=d)
        add("random_full", fill("random_", dtype=d), dtype=d)
        add("geometric", fill("geometric_", 0.3, dtype=d), p=0.3, dtype=d)
        add("bernoulli", fill("bernoulli_", 0.3, dtype=d), p=0.3, dtype=d)
    for d in ("uint16", "uint32", "uint64"):
        add("randint", fill("random_", 0, 100, dtype=d), low=0, high=100, dtype=d)
    add("random_full", fill("random_", dtype="bool"), dtype="bool")
    add("bernoulli", fill("bernoulli_", 0.3, dtype="bool"), p=0.3, dtype="bool")
    for low, high in ((0, 2**28 - 1), (0, 2**28), (-5, 2**40), (-(2**63), 2**63 - 1), (-(2**63), None)):
        add("randint", fill("random_", low, high, dtype="int64"), low=low, high=high, dtype="int64")
    for low, high in ((2**24 - 1, 2**24 + 4), (-(2**24) - 3, 5)):  # bounds float32 cannot hold move inwards
        add("randint", fill("random_", low, high, dtype="float32"), low=low, high=high, dtype="float32")
    add("randperm", torch.randperm, "n")
    return table


def bits(tensor):
    return tensor.numpy().tobytes().hex()


def checksum(tensor):
    return zlib.crc32(tensor.numpy().tobytes())


def record(draw):
    """Per seed: short draws one after another, the state after them, and the checksum of a long draw."""
    rows = []
    for seed in SEEDS:
        torch.manual_seed(seed)
        values = [bits(draw(n)) for n in SIZES] if seed == SEEDS[0] else [checksum(draw(n)) for n in SIZES]
        rows.append(
            {"seed": seed, "values": values, "state": checksum(torch.get_rng_state()), "long": checksum(draw(LONG))}
        )
    return rows


def states():
    """[words drawn, checksum of the state then], around the ends of the engine's blocks of 624 words."""
    rows = []
    for words in (0, 1, 623, 624, 625, 1248, 1249):
        torch.manual_seed(9)
        torch.rand(words)
        rows.append([words, checksum(torch.get_rng_state())])
    return rows


def errors():
    """[method, arguments, error class, message] for calls that torch refuses."""
    e = empty(3, "float32")
    w = torch.tensor
    calls = [
        ("normal", [3, 0.0, -1.0], lambda: e.normal_(0.0, -1.0)),
        ("normal", [3, 0.0, 1.0, "int64"], lambda: empty(3, "int64").normal_()),
        ("uniform", [3, 1.0, 0.5], lambda: e.uniform_(1.0, 0.5)),
        ("uniform", [3, -1e5, 1.0, "float16"], lambda: empty(3, "float16").uniform_(-1e5, 1.0)),
        ("uniform", [3, -3e38, 3e38], lambda: e.uniform_(-3e38, 3e38)),
        ("uniform", [3, 0.0, 1.0, "int64"], lambda: empty(3, "int64").uniform_()),
        ("exponential", [3, 0.0], lambda: e.exponential_(0.0)),
        ("exponential", [3, 1.0, "int64"], lambda: empty(3, "int64").exponential_()),
        ("cauchy", [3, 0.0, -0.25], lambda: e.cauchy_(0.0, -0.25)),
        ("cauchy", [3, 0.0, 1.0, "int64"], lambda: empty(3, "int64").cauchy_()),
        ("log_normal", [3, 0.0, 0.0], lambda: e.log_normal_(0.0, 0.0)),
        ("geometric", [3, 1.0], lambda: e.geometric_(1.0)),
        ("geometric", [3, 0.5, "bool"], lambda: empty(3, "bool").geometric_(0.5)),
        ("bernoulli", [3, 1.5], lambda: e.bernoulli_(1.5)),
        ("bernoulli", [3, 0.5, "complex64"], lambda: empty(3, "complex64").bernoulli_(0.5)),
        ("dropout_mask", [3, 1.5], lambda: torch.nn.functional.dropout(e, 1.5)),
        ("randint", [5, 5, 3], lambda: torch.randint(5, 5, (3,))),
        ("randint", [0, 300, 3, "uint8"], lambda: torch.randint(0, 300, (3,), dtype=torch.uint8)),
        ("randint", [-1, 3, 3, "uint16"], lambda: torch.randint(-1, 3, (3,), dtype=torch.uint16)),
        ("randint", [0, 70000, 3, "float16"], lambda: torch.randint(0, 70000, (3,), dtype=torch.float16)),
        ("randint", [0, 3, 3, "complex64"], lambda: torch.randint(0, 3, (3,), dtype=torch.complex64)),
        ("random_full", [3, "uint32"], lambda: empty(3, "uint32").random_()),
        ("randperm", [-1], lambda: torch.randperm(-1)),
        ("poisson", [[-1.0]], lambda: torch.poisson(w([-1.0]))),
        ("multinomial", [[1.0, 2.0], 3], lambda: torch.multinomial(w([1.0, 2.0]), 3)),
        ("multinomial", [[1.0, 2.0], 0], lambda: torch.multinomial(w([1.0, 2.0]), 0)),
        ("multinomial", [[-1.0, 2.0], 1], lambda: torch.multinomial(w([-1.0, 2.0]), 1)),
        ("multinomial", [[-1.0, 2.0], 2, True], lambda: torch.multinomial(w([-1.0, 2.0]), 2, True)),
        ("multinomial", [[0.0, 0.0], 1], lambda: torch.multinomial(w([0.0, 0.0]), 1)),
        (
            "multinomial",
            [[[1.0, 0.0], [0.0, 0.0]], 2, True],
            lambda: torch.multinomial(w([[1.0, 0.0], [0.0, 0.0]]), 2, True),
        ),
        ("multinomial", [[[[1.0]]], 1], lambda: torch.multinomial(w([[[1.0]]]), 1)),
        ("manual_seed", [1.5], lambda: torch.Generator().manual_seed(1.5)),
        ("manual_seed", ["3"], lambda: torch.Generator().manual_seed("3")),
        ("manual_seed", [True], lambda: torch.Generator().manual_seed(True)),
        ("manual_seed", [2**64], lambda: torch.Generator().manual_seed(2**64)),
        ("manual_seed", [-(2**63) - 1], lambda: torch.Generator().manual_seed(-(2**63) - 1)),
    ]
    rows = []
    for method, args, call in calls:
        try:
            call()
        except Exception as error:
            rows.append([method, args, type(error).__name__, str(error)])
        else:
            raise AssertionError(f"torch accepts {method}{tuple(args)}")
    return rows


def session():
    """A run of different calls on one generator, with the state in the middle and what follows it."""
    torch.manual_seed(42)
    head = [
        torch.randn(3),
        torch.rand(5),
        torch.randn(20),
        torch.randn(2, dtype=torch.float64),
        torch.randperm(700),
        torch.randn(7),
    ]
    state = torch.get_rng_state()
    tail = [torch.randn(4), torch.rand(2), torch.randint(0, 9, (650,)), torch.empty(1).log_normal_(), torch.randn(1)]
    return {
        "head": [bits(t) for t in head[:4] + head[5:]],
        "permutation": checksum(head[4]),
        "state": b64encode(zlib.compress(state.numpy().tobytes(), 9)).decode(),
        "tail": [checksum(t) for t in tail],
    }


def untempered(words):
    """The state words whose tempering gives `words`, uint32."""
    y = words ^ words >> np.uint32(18)
    y ^= y << np.uint32(15) & np.uint32(0xEFC60000)
    x = y
    for _ in range(5):
        x = y ^ x << np.uint32(7) & np.uint32(0x9D2C5680)
    y = x
    for _ in range(3):
        x = y ^ x >> np.uint32(11)
    return x


def all_pairs():
    """Digests of torch's radius and of its cos and sin for each of the 2**24 uniforms a float32 normal starts from.

    torch is put into states whose next words are chosen. Angle 0 leaves the radius bare; the words 6601320,
    whose radius is exactly 1, leave cos and sin bare.
    """
    half = 304  # words of radius, and of angle, in 38 blocks of 16: less than one state
    state = np.zeros(5056, np.uint8)
    state[8:24].view(np.int32)[:] = 624, 1, 1, 0  # left, seeded, next
    slots = state[32 : 24 + 624 * 8].view(np.uint64)  # the words from the second on
    codes = untempered(np.arange(1 << 24, dtype=np.uint32)).astype(np.uint64)
    source, out = torch.from_numpy(state), torch.empty(2 * half)
    values = out.numpy().reshape(-1, 2, 8)
    blocks = np.empty_like(values, np.uint64)
    digests = {name: hashlib.sha256() for name in ("radius", "cos", "sin")}

    def run(which, other):
        for start in range(0, 1 << 24, half):
            chunk = codes[start : start + half]
            blocks[:, which] = np.resize(chunk, half).reshape(-1, 8)
            blocks[:, 1 - which] = other
            slots[: 2 * half] = blocks.ravel()
            torch.set_rng_state(source)
            out.normal_()
            yield chunk.size

    for size in run(0, codes[0]):
        digests["radius"].update(np.ascontiguousarray(values[:, 0]).ravel()[:size].tobytes())
    for size in run(1, codes[6601320]):
        for i, name in enumerate(("cos", "sin")):
            digests[name].update(np.ascontiguousarray(values[:, i]).ravel()[:size].tobytes())
    return {name: digest.hexdigest() for name, digest in digests.items()}


def main():
    out = {
        "torch": torch.__version__,
        "sizes": SIZES,
        "long": LONG,
        "streams": {
            label: {"method": m, "source": source, "keywords": keywords, "rows": record(draw)}
            for label, (m, source, keywords, draw) in streams().items()
        },
        "session": session(),
        "states": states(),
        "errors": errors(),
        "all_pairs": all_pairs(),
    }
    lines = ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in out["streams"].items())
    rest = {k: v for k, v in out.items() if k != "streams"}
    text = json.dumps(rest)[:-1] + ', "streams": {\n' + lines + "\n}}\n"
    Path(__file__).with_name("streams.json").write_text(text)


if __name__ == "__main__":
    main()
