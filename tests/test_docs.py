"""Every piece of code in the documentation runs, and prints what the page says."""

import doctest
import importlib
import pkgutil
import re
import subprocess
import sys
from pathlib import Path

import pytest

import compat
import funcgrad

ROOT = Path(__file__).resolve().parents[1]
PAGES = sorted([*ROOT.glob("docs/*.md"), ROOT / "README.md"])
FLAGS = doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE


def modules():
    for package in (funcgrad, compat):
        yield package.__name__
        for m in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if not m.name.endswith("__main__"):
                yield m.name


@pytest.mark.parametrize("page", PAGES, ids=lambda p: p.name)
def test_page(page):
    assert failures(page.name, page.read_text()) == 0


def failures(name, text):
    """How many examples of a page fail. A ```python block is a doctest if it has prompts, otherwise a script that must run; one
    namespace a page."""
    env, failed = {"__name__": name.partition(".")[0].replace("-", "_")}, 0
    for k, block in enumerate(re.findall(r"^```python\n(.*?)^```", text, re.S | re.M)):
        if ">>>" in block:
            test = doctest.DocTestParser().get_doctest(block, env, f"{name} block {k}", name, 0)
            runner = doctest.DocTestRunner(optionflags=FLAGS)
            failed += runner.run(test, clear_globs=False).failed
            env = test.globs
        else:
            exec(compile(block, f"{name} block {k}", "exec"), env)
    return failed


@pytest.mark.parametrize("name", sorted(modules()))
def test_docstrings(name):
    result = doctest.testmod(importlib.import_module(name), optionflags=FLAGS)
    assert result.failed == 0


def test_generated_pages_are_up_to_date():
    result = subprocess.run(
        [sys.executable, ROOT / "docs" / "make_tables.py", "--check"], capture_output=True, text=True
    )
    assert result.returncode == 0, result.stderr
