"""The garbage collector's thresholds inside and after a transform."""

import gc
import sys
import threading

import numpy as np
import pytest

import funcgrad as fg
from funcgrad.core.collector import RARELY, paused


@pytest.fixture
def thresholds():
    before = gc.get_threshold()
    gc.set_threshold(700, 10, 10)
    yield
    gc.set_threshold(*before)


def test_eased_inside_a_long_recording_and_restored_after_it(thresholds):
    inside = []

    def f(x):
        y = x
        for _ in range(2000):
            y = y * 1.0
        inside.append(gc.get_threshold())
        return np.sum(y)

    fg.grad(f)(np.ones(2))
    assert inside == [(RARELY, 10, 10)]
    assert gc.get_threshold() == (700, 10, 10)


def test_restored_after_an_error_and_by_the_outermost_transform_only(thresholds):
    def fails(x):
        held = [x * 1.0 for _ in range(2000)]
        fg.grad(lambda y: y * y)(2.0)
        assert gc.get_threshold()[0] == RARELY
        raise KeyError(len(held))

    with pytest.raises(KeyError):
        fg.grad(fails)(1.0)
    assert gc.get_threshold() == (700, 10, 10)


def test_thresholds_that_the_user_sets_inside_stay(thresholds):
    def f(x):
        held = [x * 1.0 for _ in range(2000)]
        gc.set_threshold(900, 5, 5)
        return held[-1]

    fg.grad(f)(1.0)
    assert gc.get_threshold() == (900, 5, 5)


def test_a_collector_that_is_off_stays_off(thresholds):
    gc.set_threshold(0, 10, 10)
    fg.grad(lambda x: [x * 1.0 for _ in range(2000)][-1])(1.0)
    assert gc.get_threshold() == (0, 10, 10)


@pytest.mark.parametrize("frozen", [False, True])
def test_it_does_not_come_while_a_graph_is_compiled(thresholds, frozen):
    """Nor right after, to look through all that is new; what the user froze stays so."""
    came = []
    gc.collect()
    if frozen:
        gc.freeze()
    before = gc.get_freeze_count()
    gc.callbacks.append(lambda phase, info: came.append(phase))
    try:
        with paused():
            held = [[] for _ in range(2 * RARELY)]
            inside = list(came)
        assert gc.isenabled() and (not frozen or gc.get_freeze_count() == before)
        held += [[] for _ in range(500)]
        assert not inside and bool(came) is frozen
    finally:
        gc.callbacks.pop()
        gc.unfreeze()


def test_a_collector_that_is_off_while_compiling_stays_off():
    gc.disable()
    try:
        fg.jit(np.sin)(1.0)
        assert not gc.isenabled()
    finally:
        gc.enable()


def test_threads_that_compile_at_once_leave_the_collector_on():
    """Each found it off, and none turned it on again, when one looked while another was about to finish."""

    def enter_often():
        for _ in range(1000):
            with paused():
                pass

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    try:
        for _ in range(20):
            threads = [threading.Thread(target=enter_often) for _ in range(4)]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            assert gc.isenabled()
    finally:
        sys.setswitchinterval(interval)
        gc.enable()
