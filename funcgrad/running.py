"""Runs a script, module or code string as Python itself would, in this process: what `python -m compat` and `python -m funcgrad`
do once they have made the names of another library resolve to ours.

Only light modules of the standard library are imported here.
"""

import io
import os
import sys
import types
from importlib.machinery import BuiltinImporter, SourceFileLoader


def main(arguments, usage, install, look=None):
    """Run what the command line `python -m PACKAGE arguments...` names, after install(); ends as Python itself would end. `look`: is
    shown the source text of a script before it runs.

    Raises what the script raises, SystemExit included, so that Python's own exit codes and messages hold.
    """
    if not arguments or arguments[0] in ("-h", "--help"):
        (sys.stdout if arguments else sys.stderr).write(usage)
        raise SystemExit(0 if arguments else 2)
    first, rest = arguments[0], arguments[1:]
    install()
    try:
        if first in ("-c", "-m") and not rest:
            end(f"Argument expected for the {first} option\n{usage}")
        elif first == "-c":
            run_source(rest[0], "<string>", ["-c", *rest[1:]], look=look)
        elif first == "-m":
            run_module(rest[0], ["-m", *rest[1:]])
        elif first == "-":
            run_source(sys.stdin.buffer.read(), "<stdin>", arguments, look=look, __file__="<stdin>", __cached__=None)
        elif first.startswith("-"):
            end(f"Unknown option: {first}\n{usage}")
        else:
            run_path(first, arguments, look)
    except BaseException as error:
        show_from_the_script_on(error)
        raise


def run_path(path, argv, look=None):
    """Run a script, or the __main__.py of a folder or zip file, as `python path` does."""
    import pkgutil
    import runpy

    # Python joins without tidying the path up, and so tracebacks and __file__ show `./` and `..` as typed.
    path = os.path.join(os.getcwd(), path)
    if pkgutil.get_importer(path) is None:
        run_script(path, argv, look)
    else:
        become_main(argv, path)
        runpy._run_module_as_main("__main__", alter_argv=False)


def run_script(file, argv, look=None):
    """Run a file, given by its absolute path."""
    try:
        with io.open_code(file) as stream:
            source = stream.read()
    except OSError as error:
        end(f"{sys.executable}: can't open file {file!r}: [Errno {error.errno}] {error.strerror}\n")
    loader = SourceFileLoader("__main__", file)
    folder = os.path.dirname(os.path.realpath(file))
    run_source(source, file, argv, folder, look, __file__=file, __cached__=None, __loader__=loader)


def run_source(source, filename, argv, folder="", look=None, **names):
    """Run source text or bytes as `__main__`, with the further names a module run in this way has."""
    become_main(argv, folder, **names)
    code = compile(source, filename, "exec", dont_inherit=True)
    if look is not None:
        look(source)
    exec(code, sys.modules["__main__"].__dict__)


def run_module(name, argv):
    """Run a module as `python -m name` does, through the function that Python itself calls for it."""
    import runpy

    become_main(argv, os.getcwd())
    runpy._run_module_as_main(name, alter_argv=True)


def become_main(argv, folder, **names):
    """Give the script its own `__main__` (so that pickle finds its classes), sys.argv and sys.path[0]."""
    main_module = types.ModuleType("__main__")
    main_module.__dict__.update(
        {"__loader__": BuiltinImporter, "__annotations__": {}, "__builtins__": sys.modules["builtins"], **names}
    )
    sys.modules["__main__"] = main_module
    sys.argv[:] = argv
    if not sys.flags.safe_path:
        sys.path[0] = folder
        # In a checkout that is not installed, the entry just replaced was the one that funcgrad is found by.
        home = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
        if home not in sys.path:
            sys.path.append(home)


def end(message):
    """Refuse a command line as Python does: the message on standard error, exit code 2."""
    sys.stderr.write(message)
    raise SystemExit(2)


def show_from_the_script_on(error):
    """Have the traceback of `error`, if Python comes to print it, begin with the script and not with this runner, and leave out
    what is inside the library.

    The error still ends the process by itself: only so do SystemExit, KeyboardInterrupt (which ends Python by its
    signal) and a sys.excepthook of the script's all have their usual effect.
    """
    from .core.tracebacks import trim

    shown = without_runner(error.__traceback__)
    if shown is not None:
        trim(error, shown)
    script_hook = sys.excepthook

    def hook(kind, value, traceback):
        if value is error:
            traceback = sys.last_traceback = shown
            value = value.with_traceback(shown)
        script_hook(kind, value, traceback)

    sys.excepthook = hook


RUNNERS = __name__, "funcgrad.__main__", "funcgrad.swaps", "compat.runner"


def is_runners(frame):
    return frame.f_globals.get("__name__") in RUNNERS


def without_runner(traceback):
    """The traceback less the runner's frames at its start (below the script) and at its end (the finder's raise)."""
    while traceback is not None and is_runners(traceback.tb_frame):
        traceback = traceback.tb_next
    last_outside, entry = traceback, traceback
    while entry is not None:
        if not is_runners(entry.tb_frame):
            last_outside = entry
        entry = entry.tb_next
    if last_outside is not None:
        last_outside.tb_next = None
    return traceback
