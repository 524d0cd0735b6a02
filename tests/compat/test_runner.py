"""`python -m compat` against plain Python, run for run; and install() and uninstall() in fresh interpreters.

Invariant: what is expected of a script comes from `python script`, run in the same folder with the same environment.
"""

import os
import pathlib
import subprocess
import sys
import textwrap

import pytest

ROOT = pathlib.Path(__file__).parents[2]


class Shell:
    """A folder of files, and Python run in it with and without compat."""

    def __init__(self, folder):
        self.folder = folder
        # What PYTHONPATH holds is the same for both, and compat need not be installed.
        self.environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1"}

    def write(self, name, text):
        """Make a file (and its folders) of dedented text."""
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(textwrap.dedent(text).lstrip("\n"), encoding="utf-8")
        return path

    def python(self, *arguments, stdin="", options=()):
        """Exit code, output and error output of `python options... arguments...`."""
        done = subprocess.run(
            [sys.executable, *options, *arguments],
            input=stdin,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=60,
            cwd=self.folder,
            env=self.environment,
        )
        return done.returncode, done.stdout, done.stderr

    def compat(self, *arguments, stdin="", options=()):
        """The same under compat."""
        return self.python("-m", "compat", *arguments, stdin=stdin, options=options)

    def same(self, *arguments, stdin="", options=(), code=0):
        """Run both ways, assert that nothing differs, and return the common output and error output."""
        plain = self.python(*arguments, stdin=stdin, options=options)
        assert self.compat(*arguments, stdin=stdin, options=options) == plain
        assert plain[0] == code, plain[2]
        return plain[1:]


@pytest.fixture
def shell(tmp_path):
    return Shell(tmp_path)


# What a script can see of how it is run.
SELF_PORTRAIT = """
import sys
names = {k: v for k, v in globals().items() if k not in ("sys", "__loader__", "__builtins__", "__spec__")}
print(sorted(names.items()))
print(sys.argv, repr(sys.path[0]))
print(type(__loader__), __loader__ if isinstance(__loader__, type) else getattr(__loader__, "path", None))
print(__spec__ and (__spec__.name, __spec__.origin), type(__builtins__))
print(sys.modules["__main__"].__dict__ is globals())
"""


class TestWhatTheScriptSees:
    """Names of `__main__`, sys.argv and sys.path[0]."""

    @pytest.mark.parametrize("script", ["s.py", "./s.py", "folder/../s.py", "folder/t.py", "link.py"])
    def test_script(self, shell, script):
        """__file__, argv and sys.path[0] as Python makes them of the path as typed."""
        shell.write("s.py", SELF_PORTRAIT)
        shell.write("folder/t.py", SELF_PORTRAIT)
        (shell.folder / "link.py").symlink_to(shell.folder / "folder" / "t.py")
        stdout, _ = shell.same(script, "-x", "--flag", "value")
        assert "'--flag'" in stdout

    def test_absolute_path(self, shell):
        """An absolute path stays as it is."""
        shell.same(str(shell.write("deep/s.py", SELF_PORTRAIT)))

    def test_module_package_and_folder(self, shell):
        """-m of a module and of a package, and a folder or zip file with a __main__.py."""
        shell.write("package/__init__.py", "")
        shell.write("package/module.py", SELF_PORTRAIT)
        shell.write("package/__main__.py", SELF_PORTRAIT)
        shell.same("-m", "package.module", "a", "-b")
        shell.same("-m", "package", "a")
        shell.same("package", "a")
        shell.python("-m", "zipapp", "package")
        (shell.folder / "package.pyz").rename(shell.folder / "archive")
        shell.same("archive", "a")

    def test_code_and_stdin(self, shell):
        """-c and -."""
        shell.same("-c", SELF_PORTRAIT, "a", "-b")
        shell.same("-", "a", "-b", stdin=SELF_PORTRAIT)

    def test_safe_path(self, shell):
        """Under -P Python puts no folder of the script's on sys.path, and neither does compat."""
        shell.write("s.py", "import sys; print(sys.path[0])")
        shell.same("s.py", options=["-P"])


class TestMain:
    """The script is `__main__` in every respect."""

    def test_pickle_of_own_classes(self, shell):
        """Classes of the script pickle as __main__.Name and come back as themselves, at exit too."""
        shell.write(
            "s.py",
            """
            import atexit, pickle
            class Point:
                pass
            def check(when):
                text = pickle.dumps(Point())
                print(when, b"__main__" in text, type(pickle.loads(text)) is Point)
            if __name__ == "__main__":
                check("now")
                atexit.register(check, "at exit")
            """,
        )
        stdout, _ = shell.same("s.py")
        assert stdout == "now True True\nat exit True True\n"

    def test_neighbours_import(self, shell):
        """Modules beside the script import, absolute in a script and relative under -m."""
        shell.write("package/__init__.py", "")
        shell.write("package/tool.py", "word = 'found'")
        shell.write("package/script.py", "import tool; print(tool.word)")
        shell.write("package/module.py", "from . import tool; from .tool import word; print(tool.word, word)")
        shell.same("package/script.py")
        shell.same("-m", "package.module")
        _, stderr = shell.same("package/module.py", code=1)
        assert "attempted relative import with no known parent package" in stderr

    def test_warnings_are_shown_as_for_main(self, shell):
        """Python shows a DeprecationWarning only if it is raised in __main__."""
        shell.write(
            "s.py",
            """
            import warnings
            warnings.warn("old", DeprecationWarning)
            """,
        )
        _, stderr = shell.same("s.py")
        assert "DeprecationWarning: old" in stderr


class TestEndings:
    """Exit codes, tracebacks and messages."""

    @pytest.mark.parametrize(
        "ending, code",
        [
            ("sys.exit()", 0),
            ("sys.exit(3)", 3),
            ("sys.exit('words')", 1),
            ("1 / 0", 1),
            ("raise ValueError('a') from KeyError('b')", 1),
            ("raise KeyboardInterrupt", -2),
            ("sys.excepthook = lambda *args: print('hook', args[1], args[2].tb_frame.f_code.co_name); 1 / 0", 1),
            ("import threading; t = threading.Thread(target=lambda: 1 / 0, name='t'); t.start(); t.join()", 0),
        ],
    )
    def test_ending(self, shell, ending, code):
        """A script, and a module run with -m, end with Python's exit code and Python's text, line for line."""
        shell.write(
            "s.py",
            f"""
            import sys
            def inner():
                {ending}
            def outer():
                try:
                    [][1]
                except IndexError:
                    inner()
            print("before", flush=True)
            outer()
            """,
        )
        shell.same("s.py", code=code)
        shell.same("-m", "s", code=code)

    def test_tracebacks_of_code_and_stdin(self, shell):
        """-c and - show no frames of the runner's (Python 3.13 also quotes the source of -c)."""
        source = "def f():\n    1 / 0\nf()"

        def frames(result):
            return [line for line in result[2].splitlines() if not line.startswith("    ")]

        assert frames(shell.compat("-c", source)) == frames(shell.python("-c", source))
        assert frames(shell.compat("-", stdin=source)) == frames(shell.python("-", stdin=source))
        assert frames(shell.compat("-c", source))[0] == "Traceback (most recent call last):"

    @pytest.mark.parametrize(
        "line", ["torch.ones(2) @ torch.ones(3)", "torch.ones(2).nosuch()", "torch.ones(2).backward()"]
    )
    def test_an_error_of_the_library_shows_the_scripts_lines_only(self, shell, line):
        """As where torch raises in C++."""
        shell.write("s.py", f"import torch\ndef f():\n    {line}\nf()\n")
        code, _, stderr = shell.compat("s.py")
        assert code == 1
        places = [text for text in stderr.splitlines() if text.startswith("  File ")]
        assert [place.rsplit(" ", 1)[1] for place in places] == ["<module>", "f"], stderr

    @pytest.mark.parametrize("source", ["x = (\n", "print('one')\n    print('two')\n", "def f(:\n    pass\n"])
    def test_syntax_errors(self, shell, source):
        """Nothing runs, and the message has no traceback above it."""
        (shell.folder / "s.py").write_text(source, encoding="utf-8")
        stdout, stderr = shell.same("s.py", code=1)
        assert stdout == "" and "Traceback" not in stderr

    def test_source_encoding(self, shell):
        """A coding line is honoured."""
        (shell.folder / "s.py").write_bytes(b"# -*- coding: latin-1 -*-\nprint('\xe9')\n")
        assert shell.same("s.py")[0] == "\xe9\n"

    def test_nothing_to_run(self, shell):
        """A missing file, module or __main__.py is refused in Python's words."""
        (shell.folder / "empty").mkdir()
        shell.same("missing.py", code=2)
        shell.same("-m", "missing", code=1)
        shell.same("empty", code=1)

    def test_command_line_errors(self, shell):
        """No arguments, -c or -m without one, and unknown options give the usage and exit code 2; --help gives 0."""
        for arguments in ([], ["-c"], ["-m"], ["-x", "s.py"]):
            code, stdout, stderr = shell.compat(*arguments)
            assert (
                (code, stdout) == (2, "")
                and "usage: python -m compat" in stderr
                and "python -W error -m compat" in stderr
            )
        code, stdout, stderr = shell.compat("--help")
        assert (code, stderr) == (0, "") and stdout.startswith("usage: python -m compat")


# Gives compat three modules of its own for the length of a run, from the folder `extra`.
WITH_EXTRA_MODULES = """
import compat, os
compat.__path__.append(os.path.abspath("extra"))
"""


@pytest.fixture
def extra(shell):
    """compat.extra_package.part and compat.extra_file, made of files."""
    shell.write("extra/extra_package/__init__.py", "print('loaded', __name__)")
    shell.write("extra/extra_package/part.py", "from . import __name__ as parent; value = parent")
    shell.write("extra/extra_file.py", "name = 'a file'")
    return shell


class TestTorchIsCompat:
    """Every name of torch is compat's own module."""

    @pytest.mark.parametrize("source", ["import torch", "import torch as t", "from torch import __name__"])
    def test_torch(self, shell, source):
        """`import torch` finds compat in a script, a module and a code string."""
        shell.write("s.py", f"{source}\nimport sys, compat\nprint(sys.modules['torch'] is compat)")
        for arguments in (["s.py"], ["-m", "s"], ["-c", "import s"]):
            assert shell.compat(*arguments) == (0, "True\n", "")

    def test_submodules_are_the_same_objects(self, extra):
        """However a submodule is imported, it is loaded once and is compat's; its __spec__ stays compat's as well."""
        source = """
import torch.extra_package.part as part
import torch.extra_package
from torch.extra_package import part as again
import compat.extra_package.part
from importlib import import_module, util
import torch.extra_file as extra_file, sys
modules = [part, again, compat.extra_package.part, torch.extra_package.part]
modules += [import_module("torch.extra_package.part"), sys.modules["torch.extra_package.part"]]
assert all(module is modules[0] for module in modules)
assert torch.extra_package is compat.extra_package and torch.extra_file is compat.extra_file is extra_file
print(part.value, part.__name__, part.__spec__.name, util.find_spec("torch.extra_package").name)
"""
        code, stdout, stderr = extra.compat("-c", WITH_EXTRA_MODULES + source)
        assert (code, stderr) == (0, "")
        assert stdout == "loaded compat.extra_package\n" + " ".join(
            ["compat.extra_package", *["compat.extra_package.part"] * 2, "compat.extra_package\n"]
        )

    @pytest.mark.parametrize("name", ["torch.foo", "torch.foo.bar", "torch.extra_package.foo", "torch.extra_file.foo"])
    def test_a_missing_submodule_is_named(self, extra, name):
        """ModuleNotFoundError names the module that is lacking, below the user's line alone."""
        extra.write("s.py", f"{WITH_EXTRA_MODULES}\nimport {name}")
        code, _, stderr = extra.compat("s.py")
        lacking = "torch.foo" if name == "torch.foo.bar" else name
        first, *frames, last = stderr.splitlines()
        assert code == 1 and first == "Traceback (most recent call last):"
        assert last == f"ModuleNotFoundError: No module named '{lacking}'"
        assert frames == [f'  File "{extra.folder / "s.py"}", line 4, in <module>', f"    import {name}"]

    def test_a_missing_submodule_can_be_caught(self, shell):
        """Programs that try a module and go on without it work; the exception carries the name."""
        source = "try:\n    import torch.foo\nexcept ImportError as error:\n    print(type(error).__name__, error.name)"
        assert shell.compat("-c", source) == (0, "ModuleNotFoundError torch.foo\n", "")

    def test_a_package_that_is_not_installed_is_said_to_be_that(self):
        """What is built on torch and runs on compat needs to be installed, not torch itself."""
        from compat._absent import text_for

        for name in ("transformers", "timm", "onnx"):
            assert text_for(name).startswith(f"No module named {name!r}: it is not installed")
            assert "torch itself" not in text_for(name)
        assert "needs torch itself" in text_for("torch_scatter")

    def test_an_error_inside_a_submodule_is_its_own(self, extra):
        """A module of compat's that fails to import raises what it raised, and is not left half made."""
        extra.write("extra/broken.py", "import no_such_module_anywhere")
        source = """
for _ in range(2):
    try:
        import torch.broken
    except ModuleNotFoundError as error:
        print(error.name)
import sys
print("torch.broken" in sys.modules)
"""
        code, stdout, stderr = extra.compat("-c", WITH_EXTRA_MODULES + source)
        assert (code, stdout, stderr) == (0, "no_such_module_anywhere\n" * 2 + "False\n", "")

    def test_other_names_are_left_alone(self, shell):
        """Modules whose names only begin with torch are looked up as ever."""
        shell.write("torchlike.py", "print('own')")
        assert shell.compat("-c", "import torchlike") == (0, "own\n", "")

    def test_a_checkout_that_is_not_installed(self, shell):
        """Run from the repository's root, compat keeps its own folder on the path, last, for what it loads later."""
        script = shell.write("s.py", f"import sys; print(sys.path.index({str(ROOT)!r}) > 0, sys.path[0])")
        shell.folder = ROOT
        del shell.environment["PYTHONPATH"]
        assert shell.compat(str(script)) == (0, f"True {script.parent}\n", "")


class TestInstall:
    """compat.runner.install and uninstall, as a notebook or a test calls them."""

    def test_install_and_uninstall(self, extra):
        """install is idempotent; uninstall leaves nothing of torch, and install works again after it."""
        source = """
import sys
from compat.runner import TorchFinder, install, uninstall
before = list(sys.meta_path)
uninstall()
install()
install()
assert sum(isinstance(finder, TorchFinder) for finder in sys.meta_path) == 1
import torch, torch.extra_file
assert torch is compat and compat.extra_file.__path__ == []
uninstall()
uninstall()
assert sys.meta_path == before
assert not [name for name in sys.modules if name.startswith("torch")]
assert not hasattr(compat.extra_file, "__path__")
install()
import torch
assert torch is compat
install()
print("done")
"""
        assert extra.python("-c", WITH_EXTRA_MODULES + source) == (0, "done\n", "")

    def test_refuses_when_torch_is_loaded(self, shell):
        """The error is an ImportError of its own name, says where torch came from and what to do; nothing changes."""
        shell.write("torch.py", "real = True")
        source = """
import sys, torch
from compat.runner import TorchAlreadyLoadedError, install, uninstall
before = list(sys.meta_path)
try:
    install()
except ImportError as error:
    print(type(error) is TorchAlreadyLoadedError, error.name, error.path == torch.__file__)
    print(error)
assert sys.meta_path == before
uninstall()
import torch
assert torch.real and sys.modules["torch"] is torch
"""
        code, stdout, stderr = shell.python("-c", source)
        assert (code, stderr) == (0, "")
        first, message = stdout.splitlines()
        assert first == "True torch True"
        assert message.startswith("compat.install: the real torch is loaded already (from ")
        assert "torch.py" in message and "Call compat.install() before anything imports torch" in message

    def test_install_wins_over_a_torch_that_is_only_installed(self, shell):
        """A torch that could be imported but has not been does not stand in the way."""
        shell.write("torch.py", "real = True")
        assert shell.compat("-c", "import torch; print(torch.__name__, torch.__package__)") == (0, "torch compat\n", "")

    def test_the_runner_itself_is_light(self, shell):
        """What runs scripts loads by itself neither NumPy nor anything else of ours."""
        source = f"""
import importlib.util, sys
spec = importlib.util.spec_from_file_location("lone_runner", {str(ROOT / "funcgrad" / "running.py")!r})
spec.loader.exec_module(importlib.util.module_from_spec(spec))
heavy = {{"numpy", "funcgrad", "compat", "runpy", "inspect"}}
print(sorted(heavy & {{name.partition(".")[0] for name in sys.modules}}))
"""
        assert shell.python("-c", source) == (0, "[]\n", "")
