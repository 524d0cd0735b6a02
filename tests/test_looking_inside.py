"""What can be seen of compiled code: stats (against what Python says it allocates), profile with the user's lines, the doctor's advice."""

import gc
import os
import subprocess
import sys
import tracemalloc

import numpy as np
import pytest

import funcgrad as fg
import funcgrad.numpy as fnp
from funcgrad import doctor
from funcgrad.compile.regions import LARGE
from funcgrad.core import blas
from funcgrad.scipy import special

X = np.random.default_rng(0).normal(size=(300, 200))


def again(x):
    return np.sort(x, 0) + 0.5


PROGRAMS = {
    "products": (fg.value_and_grad(lambda w, x: fnp.sum(np.tanh(np.tanh(x @ w) @ w) ** 2)), np.eye(200), X),
    "in blocks": (fg.value_and_grad(lambda x: fnp.sum(np.exp(np.sin(x) * x) + x)), np.ones(LARGE * 2)),
    "softmax": (lambda x: special.softmax(x, axis=1) @ x.T, X),
    "a loop": (
        fg.grad(lambda h: fg.lax.scan(lambda h, _: (np.sin(np.cos(h)), None), h, None, 100)[0].sum()),
        np.ones(4000),
    ),
    "one after another": (lambda x: fnp.sum(again(again(again(again(x))))), X),
    "views": (lambda x: (x[::2] * 3.0, x.T + 1.0, fnp.concatenate([x, x * 2.0])[1:]), X),
}


@pytest.mark.parametrize("name", PROGRAMS)
def test_peak_memory_is_what_python_measures(name):
    f, *args = PROGRAMS[name]
    fg.jit(f)(*args)  # (what is loaded and derived once)
    gc.collect()
    tracemalloc.start()
    with fg.config(threads=2):
        jitted = fg.jit(f)
        kept = [jitted(*args) for _ in range(2)]
        del kept
        tracemalloc.reset_peak()
        jitted(*args)
        measured = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        (c,) = jitted.stats().compilations
        large = 2 * LARGE * 8 * 2 if name == "in blocks" else 0  # (large results are kept to be taken again)
        assert 0.85 * (measured - large) <= c.peak <= 1.1 * measured
        assert c.threads == (2 if name == "in blocks" else 1)


def test_stats_tell_of_regions_and_of_what_is_kept():
    f = fg.jit(lambda x: np.sin(x) * 2.0)
    f(np.ones(LARGE)), f(1.0)
    f.clear_cache()
    f(np.ones(LARGE))
    stats = f.stats()
    assert stats.entries == 1 and len(stats.compilations) == 3
    ((nodes, rows, blocks, nbytes, parts),) = stats.compilations[-1].regions
    assert (nodes, rows, blocks, parts) == (2, LARGE, LARGE >> 16, LARGE >> 16) and "region of 2 operations" in str(
        stats
    )


# ------------------------------------------------------------------------------------------------ profile
def slow(w, x):
    a = np.linalg.inv(w)
    b = np.tanh(x)
    c = np.exp(b) @ a
    return fnp.sum(c * c)


def line(n):
    return f"{__file__}:{slow.__code__.co_firstlineno + n}"


def test_a_profile_names_lines_and_what_takes_long():
    p = fg.profile(fg.jit(slow), np.eye(120), np.ones((2, 120)))
    slowest = max(p.lines, key=lambda line: line.seconds)
    assert slowest.operation == "inv" and slowest.at == line(1) and slowest.text == "a = np.linalg.inv(w)"
    assert p.seconds == pytest.approx(sum([x.seconds for x in p.lines])) and str(p).count("\n") == len(p.lines)
    assert str(p).splitlines()[1].endswith(f"{line(1)}  a = np.linalg.inv(w)")
    with pytest.raises(ValueError, match="repeat must be 1 or more"):
        fg.profile(slow, np.eye(2), np.ones((2, 2)), repeat=0)


@pytest.mark.parametrize(
    "way", [fg.grad, lambda f: fg.jit(fg.grad(f)), lambda f: fg.grad(fg.jit(f)), lambda f: fg.jit(fg.grad(fg.jit(f)))]
)
def test_derivatives_name_the_line_they_are_derived_from(way):
    """Each operation of the program has its own line's derivative, also through a jitted function."""
    p = fg.profile(way(slow), np.eye(5), np.ones((2, 5)))
    assert {x.at for x in p.lines} <= {line(n) for n in range(1, 5)}
    assert {x.at for x in p.lines if x.operation == "dot_general"} >= {line(1), line(3)}


def test_a_profile_of_blocks_loops_numbers_and_effects(capsys):
    def f(x):
        y = np.exp(x)
        return np.tanh(y) + x

    (region,) = fg.profile(f, np.ones(LARGE), repeat=2).lines
    assert region.operation == "3 operations in blocks" and {x.operation for x in region.inside} == {
        "exp",
        "tanh",
        "add",
    }
    assert sum([x.seconds for x in region.inside]) == pytest.approx(region.seconds)
    assert [x.operation for x in fg.profile(lambda x: 1.0 / x, 0.0).lines] == ["div"]  # (1 / 0 raises in Python)
    fg.profile(lambda x: (fg.debug.print("{}", x), x * 2.0)[1], 3.0, repeat=2)
    assert capsys.readouterr().out == "3.0\n" * 3
    x = np.arange(4.0)
    assert [x.operation for x in fg.profile(lambda x: fg.at(x)[1:].set(0.0), x).lines] and x[1] == 1.0


# ------------------------------------------------------------------------------------------------ BLAS
@pytest.mark.parametrize(
    "kernels, found, want",
    [
        ("Haswell", ("X86_V3", "X86_V4"), "SkylakeX"),
        ("ZEN", ("AVX512F", "AVX512_SKX"), "SkylakeX"),
        ("Haswell", ("X86_V3",), None),
        ("Haswell", ("AVX2", "AVX512F"), None),  # (of the first CPUs with AVX-512, not all that the kernels use)
        ("SkylakeX", ("X86_V4",), None),
        ("Cooperlake", ("X86_V4",), None),
        ("neoversen1", ("ASIMD",), None),
    ],
)
def test_kernels_are_recommended_where_the_cpu_has_what_they_need(kernels, found, want):
    assert blas.better(kernels, found) == want


def test_the_advice():
    slow_blas = blas.Blas("/x/libopenblas.so", "Haswell", "OpenBLAS 0.3", None, ("", ""))
    blas.Blas.threads, kept = property(lambda self: 99), blas.Blas.threads
    try:
        asked, unasked = [doctor.advice([slow_blas], ("X86_V4",), e) for e in ({blas.VARIABLE: "Haswell"}, {})]
    finally:
        blas.Blas.threads = kept
    assert (
        "unset OPENBLAS_CORETYPE (now 'Haswell')" in asked[0] and "set OPENBLAS_CORETYPE=SkylakeX before" in unasked[0]
    )
    assert "OPENBLAS_NUM_THREADS" in asked[1] and not doctor.advice([], ("X86_V4",), {})


def test_the_doctor_reports_what_numpy_says():
    done = subprocess.run([sys.executable, "-m", "funcgrad", "doctor"], capture_output=True, text=True, check=True)
    config = np.show_config(mode="dicts")
    assert f"NumPy     {np.__version__}" in done.stdout
    assert all(name in done.stdout for name in config["SIMD Extensions"]["found"])
    if "openblas" in config["Build Dependencies"]["blas"]["name"]:
        assert blas.loaded() and f"kernels for {blas.loaded()[0].kernels}" in done.stdout


def test_a_process_of_ours_starts_again_with_the_right_kernels_once(monkeypatch):
    started = []
    monkeypatch.setattr(os, "execve", lambda path, argv, environ: started.append((path, argv, environ[blas.VARIABLE])))
    monkeypatch.setattr(blas, "simd", lambda: ("X86_V4",))
    monkeypatch.setattr(blas, "loaded", lambda: [blas.Blas("x", "Haswell", "", None, ())])
    monkeypatch.setenv(blas.VARIABLE, "Haswell")
    blas.start_with_the_right_kernels()
    assert not started  # (the user has asked for these)
    monkeypatch.delenv(blas.VARIABLE)
    blas.start_with_the_right_kernels()
    assert started == [(sys.executable, [sys.executable, *sys.orig_argv[1:]], "SkylakeX")]


@pytest.mark.skipif(not blas.loaded(), reason="NumPy's BLAS is not OpenBLAS")
def test_deterministic_holds_blas_at_one_thread():
    (library, *_) = blas.loaded()
    before = library.threads
    with fg.config(deterministic=True):
        assert library.threads == 1
        with fg.config(threads=1):
            assert library.threads == 1
        with fg.config(deterministic=False):
            assert library.threads == before
        assert library.threads == 1
    assert library.threads == before


def test_deterministic_says_where_it_cannot(monkeypatch):
    monkeypatch.setattr(blas, "loaded", list)
    with pytest.warns(UserWarning, match="could not hold BLAS at one thread.*OMP_NUM_THREADS"):
        with fg.config(deterministic=True):
            pass
