"""torch.futures: a value that somebody will set, and functions that wait for it.

Invariant: a Future is done once, by a result or by an error; what was added before is called when it is done, in order, by who sets it.
"""

import sys
import threading

from .functions.missing import refusal as _refusal

TWICE = "Attempting to mark a completed Future as complete again. Note that a Future can only be marked completed once."
__all__ = ["Future", "collect_all", "wait_all"]


class JitFuture:
    """torch.jit.Future: the base of all of them, and what torch.jit.fork() returns."""

    def __init__(self, *, devices=None):
        self._ready, self._value, self._error, self._waiting = threading.Event(), None, None, []

    def done(self):
        """Has it a result or an error?"""
        return self._ready.is_set()

    def wait(self):
        """The result, once it is there; raises the error, if that is what was set."""
        self._ready.wait()
        return self.value()

    def value(self):
        """The result; RuntimeError before there is one, and the error, if that is what was set."""
        if not self.done():
            raise RuntimeError("completed() INTERNAL ASSERT FAILED: a Future has no value before it is done")
        if self._error is not None:
            raise self._error
        return self._value

    def then(self, callback):
        """The Future of callback(this Future), which is called when this one is done."""
        after = type(self)()

        def go_on(done):
            try:
                result = callback(done)
            except Exception as error:
                text = f"Got the following error when running the callback: {type(error).__name__}: {error}"
                after._finish(None, RuntimeError(text))
            else:
                after._finish(result)

        self.add_done_callback(go_on)
        return after

    def add_done_callback(self, callback):
        """Call callback(this Future) when it is done; what it raises is printed, and goes no further."""
        if self.done():
            called(callback, self)
        else:
            self._waiting.append(callback)

    def _finish(self, result, error=None):
        if self.done():
            raise RuntimeError(TWICE)
        self._value, self._error = result, error
        self._ready.set()
        for callback in self._waiting:
            called(callback, self)


def called(callback, future):
    try:
        callback(future)
    except Exception as error:
        text = f"Got the following error when running the callback: {type(error).__name__}: {error}"
        print(text, file=sys.stderr)


JitFuture.__name__ = JitFuture.__qualname__ = "Future"
JitFuture.__module__ = "torch"


class Future(JitFuture):
    """A value that is set later.

    >>> f = Future()
    >>> twice = f.then(lambda done: 2 * done.wait())
    >>> f.set_result(3)
    >>> twice.wait()
    6
    """

    def __class_getitem__(cls, item):
        return cls

    def set_result(self, result):
        """Set the result; RuntimeError where it is done already."""
        self._finish(result)

    def set_exception(self, result):
        """Set an error, which wait() raises; AssertionError for what is none, RuntimeError where it is done already."""
        if not isinstance(result, Exception):
            raise AssertionError(f"{result} is of type {type(result)}, not an Exception.")
        self._finish(None, result)


def collect_all(futures):
    """The Future of a list: these Futures, once all of them are done."""
    futures = list(futures)
    out = Future()
    left = [len(futures)]

    def one_more(done):
        left[0] -= 1
        if not left[0]:
            out.set_result(futures)

    for f in futures:
        f.add_done_callback(one_more)
    if not futures:
        out.set_result([])
    return out


def wait_all(futures):
    """The results of Futures, once all of them are done; raises the error of the first that has one."""
    return [f.wait() for f in collect_all(futures).wait()]


__getattr__ = _refusal(__name__)
