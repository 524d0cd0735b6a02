"""Errors that are caught, and where they point: the lines of the test that they come from."""

import inspect
import pathlib
import sys

import pytest


def at(filename, number):
    return f"{pathlib.Path(filename).name}:{number}"


def line():
    """`file:line` of the caller."""
    frame = sys._getframe(1)
    return at(frame.f_code.co_filename, frame.f_lineno)


def line_in(f, text):
    """`file:line` of the line of f that holds `text`."""
    lines, first = inspect.getsourcelines(f)
    (k,) = [k for k, one in enumerate(lines) if text in one and "line_in" not in one]
    return at(inspect.getsourcefile(f), first + k)


def refused(kind, f, *words):
    """f() raises `kind` with these words; returns the error."""
    with pytest.raises(kind) as caught:
        f()
    text = str(caught.value)
    for word in words:
        assert word in text, text
    return caught.value


def told(kind, f, *words):
    """`refused`, of which the message is returned."""
    return str(refused(kind, f, *words))
