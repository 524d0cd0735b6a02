"""The garbage collector's thresholds inside and after a transform."""

import gc

import numpy as np
import pytest

import funcgrad as fg
from funcgrad.core.collector import RARELY


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
