"""Where the user's code is: kept as (code, offset of the instruction), turned into file:line only when printed.

Holding a code object and an offset keeps no frame, and so none of the user's locals, alive.
"""

import linecache
import sys
import warnings

from .state import tls

CO_OPTIMIZED = 1  # (inspect has the name; to import it costs what all of this module does)
INTERNAL = ("funcgrad", "compat", "torch", "numpy", "scipy", "runpy", "contextlib", "functools")


class Known(dict):
    """module name -> is it one of INTERNAL; filled as names are met, so that the hot path is one dict lookup."""

    def __missing__(self, name):
        got = self[name] = str(name).partition(".")[0] in INTERNAL
        return got


internal = Known()


def user_frame(frame):
    """The innermost frame, from `frame` outwards, that is not funcgrad's, compat's, NumPy's, SciPy's or runpy's; or None."""
    try:
        while internal[frame.f_globals["__name__"]]:
            frame = frame.f_back
    except KeyError:  # (code of no module, which is the user's)
        return frame
    except AttributeError:  # (nobody's: the last frame has been passed)
        return None
    return frame


def site(depth=1):
    """(code, lasti) of the user's code now."""
    frame = user_frame(sys._getframe(depth))
    return (None, None) if frame is None else (frame.f_code, frame.f_lasti)


def line_of(code, lasti):
    line = None
    for start, end, number in code.co_lines():
        if start <= lasti < end:
            line = number
    return line or code.co_firstlineno


def where(at):
    """`file:line` of a site, for a message."""
    if at is None or at[0] is None:
        return "an unknown place"
    return f"{at[0].co_filename}:{line_of(*at)}"


def variables(frame):
    """The variables of a frame. Before Python 3.13 a frame keeps the dict that it shows them in, and an error that stands there would
    wait with its traceback for the collector: that of a frame of our own is emptied (a user's may be what `locals()` has given)."""
    shown = frame.f_locals
    found = dict(shown)
    if type(shown) is dict and frame.f_code.co_flags & CO_OPTIMIZED and internal[frame.f_globals.get("__name__")]:
        shown.clear()  # (a function's; that of a module or a class is its own namespace)
    return found


def here():
    """`file:line` of the user's code now."""
    return where(site(2))


def through_scipy():
    """The public name of SciPy's function that the user's code has called and that led here ("scipy.stats.norm.logpdf"); None if none has."""
    frame, calls = sys._getframe(1), []
    while frame is not None and internal[frame.f_globals.get("__name__")]:
        if str(frame.f_globals.get("__name__")).partition(".")[0] == "scipy":
            calls.append(frame)
        frame = frame.f_back
    for frame in reversed(calls):  # the outermost that has a public name
        known = frame.f_locals
        called = [(frame.f_globals["__name__"], frame.f_code.co_name)]
        if "self" in known:
            own = getattr(known["self"], "name", None) or type(known["self"]).__name__
            called = [(called[0][0], own if called[0][1][0] == "_" else f"{own}.{called[0][1]}")]
        elif "f" in known and hasattr(known["f"], "__module__"):  # (a decorator of SciPy's)
            called.append((known["f"].__module__, known["f"].__name__))
        for module, name in called:
            module = module.partition("._")[0]
            if hasattr(sys.modules.get(module), name.partition(".")[0]) and module != "scipy":
                return f"{module}.{name}"
    return f"{calls[-1].f_globals['__name__']}.{calls[-1].f_code.co_name}" if calls else None


def through_math():
    """The name of the function of Python's math or cmath that the user's line calls, as its source has it ("math.sin"); None of another call."""
    frame = user_frame(sys._getframe(1))
    if frame is None:
        return None
    first, last, start, end = list(frame.f_code.co_positions())[frame.f_lasti // 2]
    line = linecache.getline(frame.f_code.co_filename, first or 0).encode()
    head, *rest = line[start : end if last == first else None].decode().partition("(")[0].split(".")
    found = {**frame.f_globals, **variables(frame)}.get(head)
    if len(rest) == 1 and type(found) is type(
        sys
    ):  # (of anything else an attribute may be a property, which would run)
        found = getattr(found, rest[0], None)
    module = None if len(rest) > 1 else getattr(found, "__module__", None)
    return f"{module}.{found.__name__}" if module in ("math", "cmath") else None


def source_of(at):
    """The source line of a site, without its indentation; "" where there is no file to read it from."""
    return "" if at is None or at[0] is None else linecache.getline(at[0].co_filename, line_of(*at)).strip()


def warn(message, category=UserWarning):
    """Warn at the user's line: the innermost frame that is nobody's of INTERNAL. (A stage may keep it for each call.)"""
    frame = sys._getframe(1)
    target = user_frame(frame)
    stage = tls.stage
    if stage is not None and stage.warned is not None:
        own = target.f_globals
        at = target.f_code.co_filename, target.f_lineno, own["__name__"], own.setdefault("__warningregistry__", {})
        stage.warned.append((message, category, *at))
        return
    level = 2
    while frame is not target and frame is not None:
        frame = frame.f_back
        level += 1
    warnings.warn(message, category, stacklevel=level)
