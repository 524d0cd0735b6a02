"""Runs torch scripts on compat: `import torch` is made to give compat, and the script is run as Python itself would.

Invariant: after install(), every module named `torch` or `torch.x.y` *is* the module object compat or `compat.x.y`;
nothing is copied or loaded twice. Only light modules of the standard library are imported here.
"""

import importlib
import importlib.util
import io
import os
import sys
import types
from importlib.machinery import BuiltinImporter, ModuleSpec, SourceFileLoader

__all__ = ["TorchAlreadyLoadedError", "install", "main", "uninstall"]

USAGE = """\
usage: python -m compat script.py [argument ...]
       python -m compat -m package.module [argument ...]
       python -m compat -c "code" [argument ...]
       python -m compat - [argument ...]            (the script comes from standard input)

Runs an unmodified torch script with `torch` and its submodules resolving to compat.
"""


class TorchAlreadyLoadedError(ImportError):
    """compat.install() was called after the real torch had been imported."""


class TorchFinder:
    """Meta-path finder and loader that answers `torch` and `torch.x.y` with the modules of compat."""

    def __init__(self):
        self.made_packages = []

    def find_spec(self, fullname, path=None, target=None):
        """Spec for a torch module compat has, None for all other names; ModuleNotFoundError for one it lacks."""
        if fullname.partition(".")[0] != "torch":
            return None
        name = compat_name(fullname)
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            # Returning None would let the next finder look for `foo` in compat's folder and load a second copy.
            raise ModuleNotFoundError(
                f"compat has no {fullname} yet (the README has the table of what it covers)", name=fullname
            )
        return ModuleSpec(fullname, self)

    def create_module(self, spec):
        """None: the import system makes an empty module, which exec_module replaces."""
        return None

    def exec_module(self, module):
        """Put compat's own module in the place of the empty one."""
        alias = module.__name__
        real = importlib.import_module(compat_name(alias))
        if not hasattr(real, "__path__"):
            # Without a __path__ Python refuses `torch.optim.foo` before any finder is asked, in words of its own
            # ("torch.optim is not a package") that are not true of torch.
            real.__path__ = []
            self.made_packages.append(real)
        sys.modules[alias] = real

    def forget(self):
        """Take back what exec_module left in sys.modules and in compat's modules."""
        for alias in [name for name in sys.modules if name.partition(".")[0] == "torch"]:
            del sys.modules[alias]
        for module in self.made_packages:
            del module.__path__


def compat_name(torch_name):
    """The compat module behind a torch module's name.

    >>> compat_name("torch.nn.functional")
    'compat.nn.functional'
    """
    return "compat" + torch_name.removeprefix("torch")


def installed_finder():
    """The TorchFinder on sys.meta_path, or None."""
    return next((finder for finder in sys.meta_path if isinstance(finder, TorchFinder)), None)


def install():
    """Make `import torch` give compat from here on, in a notebook or a test; calling it again changes nothing.

    Raises TorchAlreadyLoadedError (an ImportError) if the real torch has been imported.

    >>> import compat.runner
    >>> compat.runner.install()
    >>> import torch
    >>> torch is compat
    True
    >>> compat.runner.uninstall()
    """
    loaded = sys.modules.get("torch")
    if loaded is not None and loaded is not sys.modules["compat"]:
        path = getattr(loaded, "__file__", None)
        raise TorchAlreadyLoadedError(
            f"compat.install: the real torch is loaded already (from {path or 'an unknown place'}); "
            "expected no torch yet, since names taken from it would stay torch's. "
            "Call compat.install() before anything imports torch: restart the interpreter and call it first.",
            name="torch",
            path=path,
        )
    if installed_finder() is None:
        sys.meta_path.insert(0, TorchFinder())


def uninstall():
    """Undo install(): `import torch` finds the real torch again, or fails; without an install() it does nothing.

    >>> import compat.runner
    >>> compat.runner.install()
    >>> compat.runner.uninstall()
    >>> compat.runner.installed_finder() is None
    True
    """
    finder = installed_finder()
    if finder is not None:
        sys.meta_path.remove(finder)
        finder.forget()


def main(arguments):
    """Run what the command line `python -m compat arguments...` names; ends as Python itself would end.

    Raises what the script raises, SystemExit included, so that Python's own exit codes and messages hold.
    """
    if not arguments or arguments[0] in ("-h", "--help"):
        (sys.stdout if arguments else sys.stderr).write(USAGE)
        raise SystemExit(0 if arguments else 2)
    first, rest = arguments[0], arguments[1:]
    install()
    try:
        if first in ("-c", "-m") and not rest:
            end(f"Argument expected for the {first} option\n{USAGE}")
        elif first == "-c":
            run_source(rest[0], "<string>", ["-c", *rest[1:]])
        elif first == "-m":
            run_module(rest[0], ["-m", *rest[1:]])
        elif first == "-":
            run_source(sys.stdin.buffer.read(), "<stdin>", arguments, __file__="<stdin>", __cached__=None)
        elif first.startswith("-"):
            end(f"Unknown option: {first}\n{USAGE}")
        else:
            run_path(first, arguments)
    except BaseException as error:
        show_from_the_script_on(error)
        raise


def run_path(path, argv):
    """Run a script, or the __main__.py of a folder or zip file, as `python path` does."""
    import pkgutil
    import runpy

    # Python joins without tidying the path up, and so tracebacks and __file__ show `./` and `..` as typed.
    path = os.path.join(os.getcwd(), path)
    if pkgutil.get_importer(path) is None:
        run_script(path, argv)
    else:
        become_main(argv, path)
        runpy._run_module_as_main("__main__", alter_argv=False)


def run_script(file, argv):
    """Run a file, given by its absolute path."""
    try:
        with io.open_code(file) as stream:
            source = stream.read()
    except OSError as error:
        end(f"{sys.executable}: can't open file {file!r}: [Errno {error.errno}] {error.strerror}\n")
    loader = SourceFileLoader("__main__", file)
    folder = os.path.dirname(os.path.realpath(file))
    run_source(source, file, argv, folder, __file__=file, __cached__=None, __loader__=loader)


def run_source(source, filename, argv, folder="", **names):
    """Run source text or bytes as `__main__`, with the further names a module run in this way has."""
    become_main(argv, folder, **names)
    exec(compile(source, filename, "exec", dont_inherit=True), sys.modules["__main__"].__dict__)


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
    """Have the traceback of `error`, if Python comes to print it, begin with the script and not with this runner.

    The error still ends the process by itself: only so do SystemExit, KeyboardInterrupt (which ends Python by its
    signal) and a sys.excepthook of the script's all have their usual effect.
    """
    shown = without_runner(error.__traceback__)
    script_hook = sys.excepthook

    def hook(kind, value, traceback):
        if value is error:
            traceback = sys.last_traceback = shown
            value = value.with_traceback(shown)
        script_hook(kind, value, traceback)

    sys.excepthook = hook


def without_runner(traceback):
    """The traceback less this file's frames at its start (below the script) and at its end (the finder's raise)."""
    while traceback is not None and traceback.tb_frame.f_globals is globals():
        traceback = traceback.tb_next
    last_outside, entry = traceback, traceback
    while entry is not None:
        if entry.tb_frame.f_globals is not globals():
            last_outside = entry
        entry = entry.tb_next
    if last_outside is not None:
        last_outside.tb_next = None
    return traceback
