"""What a script raises where its Python has failed: torch.jit.Error for what it raises itself, else RuntimeError, as torch's interpreter does.

The text shows the lines of the program that were running; Python's own error is the cause.
"""

import dis
import linecache

from funcgrad.core.site import internal

HEAD = "The following operation failed in the TorchScript interpreter.\nTraceback of TorchScript (most recent call last):\n"
RAISE = dis.opmap["RAISE_VARARGS"]


class Error(Exception):
    """What a script raises that raises an error of its own."""


def raised(error):
    """The error of a scripted or traced module in the place of one of Python's; one that a script has raised before, and what tells
    a transform that it cannot go on, as it is."""
    if str(error).startswith(HEAD) or isinstance(error, Error) or internal[type(error).__module__]:
        return error
    entries, tb = [], error.__traceback__
    while tb is not None:
        if not internal[tb.tb_frame.f_globals.get("__name__")]:
            entries.append(tb)
        tb, last = tb.tb_next, tb
    own = entries and entries[-1] is last and last.tb_frame.f_code.co_code[last.tb_lasti] == RAISE
    if not own and not entries:  # (of a call that does not fit, nothing has run)
        return RuntimeError(str(error))
    said = "".join(map(shown, entries[-1:] if own else entries))
    if own and not isinstance(error, AssertionError):
        return Error(f"{HEAD}{said}{type(error).__module__}.{type(error).__qualname__}: {error}\n")
    failed = isinstance(error, AssertionError)
    text = f"{HEAD}{said}RuntimeError: {'AssertionError: ' * failed}{error}\n"
    return (Error if failed else NotImplementedError if isinstance(error, NotImplementedError) else RuntimeError)(text)


def shown(entry):
    """The line of a program that a traceback's entry is at."""
    code = entry.tb_frame.f_code
    line = linecache.getline(code.co_filename, entry.tb_lineno).rstrip("\n")
    return f'  File "{code.co_filename}", line {entry.tb_lineno}, in {code.co_name}\n{line} <--- HERE\n'
