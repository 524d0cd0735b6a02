"""Import swaps: `import jax` gives funcgrad.jax, `import autograd` funcgrad.autograd, so that a program runs as it stands.

Invariant: after a swap every module of the swapped name *is* ours; nothing is copied or loaded twice.
"""

import importlib
import importlib.util
import sys
from importlib.machinery import ModuleSpec

from . import running

__all__ = ["AlreadyLoadedError", "Finder", "install", "main", "uninstall"]

USAGE = """\
usage: python -m funcgrad run script.py [argument ...]
       python -m funcgrad run -m package.module [argument ...]
       python -m funcgrad run -c "code" [argument ...]
       python -m funcgrad run - [argument ...]            (the script comes from standard input)
       python -m funcgrad doctor                          (what decides speed on this machine, and what to change)

Runs an unmodified program for jax or for HIPS autograd: `jax` and its submodules are funcgrad.jax, `autograd` is funcgrad.autograd.
"""


class AlreadyLoadedError(ImportError):
    """A swap was asked for after the real library had been imported."""


def only_asked():
    """Is a module looked for by importlib.util.find_spec(), as programs ask whether it is there, and not to be imported?"""
    frame = sys._getframe(1)
    while (
        frame is not None and frame.f_code.co_name != "_find_spec"
    ):  # (of importlib._bootstrap: it goes through sys.meta_path)
        frame = frame.f_back
    asks = frame and frame.f_back
    return asks is not None and asks.f_globals.get("__name__") == "importlib.util"


class Finder:
    """Meta-path finder and loader that answers the names of other packages with modules of ours.

    `ours`: {name: our name}, of packages and of parts of them; the longest name that fits counts.
    """

    ours = {}

    def __init__(self):
        self.made_packages = []

    def our_name(self, fullname):
        """The module of ours behind a name; None for a name that is not swapped."""
        head = fullname
        while head:
            if head in self.ours:
                return self.ours[head] + fullname[len(head) :]
            head = head.rpartition(".")[0]
        return None

    def absent(self, fullname):
        """The message for a name that we lack."""
        return f"{self.our_name(fullname.partition('.')[0])} has no {fullname} yet"

    def find_spec(self, fullname, path=None, target=None):
        """Spec for a module that we have, None for names that are not swapped; ModuleNotFoundError for one that we lack."""
        name = self.our_name(fullname)
        if name is None:
            return None
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            if only_asked():
                return None
            # Returning None would let the next finder look into our own folder and load a second copy.
            raise ModuleNotFoundError(self.absent(fullname), name=fullname)
        return ModuleSpec(fullname, self)

    def create_module(self, spec):
        """None: the import system makes an empty module, which exec_module replaces."""
        return None

    def exec_module(self, module):
        """Put our own module in the place of the empty one."""
        alias = module.__name__
        real = importlib.import_module(self.our_name(alias))
        if not hasattr(real, "__path__"):
            # Without a __path__ Python refuses `x.y.foo` before any finder is asked, in words of its own
            # ("x.y is not a package") that need not be true of the swapped library.
            real.__path__ = []
            self.made_packages.append(real)
        sys.modules[alias] = real

    def forget(self):
        """Take back what exec_module left in sys.modules and in our modules."""
        for alias in [name for name in sys.modules if self.our_name(name) is not None]:
            del sys.modules[alias]
        for module in self.made_packages:
            del module.__path__


def installed(kind):
    """The finder of this class on sys.meta_path, or None."""
    return next((finder for finder in sys.meta_path if isinstance(finder, kind)), None)


def check(kind, error, call):
    """Raise `error` where a library that a finder of this class swaps is loaded already."""
    for name, our in kind.ours.items():
        loaded = sys.modules.get(name)
        if loaded is not None and loaded is not sys.modules.get(our):
            path = getattr(loaded, "__file__", None)
            raise error(
                f"{call}: the real {name} is loaded already (from {path or 'an unknown place'}); "
                f"expected no {name} yet, since names taken from it would stay {name}'s. "
                f"Call {call}() before anything imports {name}: restart the interpreter and call it first.",
                name=name,
                path=path,
            )


def put_in(kind, error, call):
    """Install a finder of this class, unless it is there; `error` where a library that it swaps is loaded already."""
    check(kind, error, call)
    if installed(kind) is None:
        sys.meta_path.insert(0, kind())


def take_out(kind):
    """Undo put_in; without one it does nothing."""
    finder = installed(kind)
    if finder is not None:
        sys.meta_path.remove(finder)
        finder.forget()


class AutogradFinder(Finder):
    """`autograd` is funcgrad.autograd, and its distributions are funcgrad's."""

    ours = {"autograd": "funcgrad.autograd", "autograd.scipy.stats": "funcgrad.scipy.stats"}


class JaxFinder(Finder):
    """`jax` is funcgrad.jax."""

    ours = {"jax": "funcgrad.jax"}


FINDERS = {"jax": JaxFinder, "autograd": AutogradFinder}


def install(*libraries):
    """Make `import jax` give funcgrad.jax, and `import autograd` funcgrad.autograd, from here on; calling it again changes nothing.

    `libraries`: "jax", "autograd", or both; none stands for both. Raises AlreadyLoadedError (an ImportError) if the real library has
    been imported.

    >>> import funcgrad.swaps
    >>> funcgrad.swaps.install("autograd")
    >>> import autograd, funcgrad.autograd
    >>> autograd is funcgrad.autograd
    True
    >>> funcgrad.swaps.uninstall()
    """
    finders = [FINDERS[name] for name in libraries or FINDERS]
    for finder in finders:
        check(finder, AlreadyLoadedError, "funcgrad.swaps.install")
    for finder in finders:
        put_in(finder, AlreadyLoadedError, "funcgrad.swaps.install")


def uninstall():
    """Undo install(): `import jax` and `import autograd` find the real ones again, or fail."""
    for finder in FINDERS.values():
        take_out(finder)


def main(arguments):
    """`python -m funcgrad run script.py`; ends as Python itself would end."""
    if arguments[:1] != ["run"]:
        asked = arguments[:1] in (["-h"], ["--help"])
        (sys.stdout if asked else sys.stderr).write(USAGE)
        raise SystemExit(0 if asked else 2)
    running.main(arguments[1:], USAGE, install)
