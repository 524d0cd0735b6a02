"""Write jax_signatures.json.xz, the signatures of jax's public functions, and funcgrad/jax/signature_table.py: those of them that the
engine's functions have not.

    python tests/expected/make_jax_signatures.py
"""

import collections
import importlib
import json
import pathlib
import re
import sys

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parents[1])]
import jax  # noqa: E402

from tests import packed  # noqa: E402
from tests.test_jax_signatures import ours, text_of  # noqa: E402

TARGET = HERE.parents[1] / "funcgrad" / "jax" / "signature_table.py"
HEAD = '''"""jax {version}'s signatures, where the engine's functions have others: made by tests/expected/make_jax_signatures.py from jax."""

TABLE = """
{rows}
"""
'''


def folded(text, width=118):
    """A long row over several lines, which TABLE joins again."""
    return "\\\n".join(re.findall(rf".{{1,{width}}}(?:\s|$)", text))


def own_text(f):
    """Of what a function of the swap calls, the signature as text."""
    return text_of(f.engine) if hasattr(f, "engine") else "*args, **kwargs"


def main():
    names = json.loads((HERE / "jax_names.json").read_text(encoding="utf-8"))["names"]
    found = {}
    for space, listed in names.items():
        module = importlib.import_module(f"jax.{space}")
        for name in listed:
            f = getattr(module, name)
            if (
                callable(f)
                and not isinstance(f, type)
                and f.__module__ != "typing"
                and (text := text_of(f)) is not None
            ):
                found[f"{space}.{name}"] = text
    rows = collections.defaultdict(list)
    for name, text in found.items():
        f = ours(name)
        if "__signature__" in getattr(f, "__dict__", ()) and own_text(f) != text:
            rows[text].append(name)
    lines = [folded(f"{text}: {' '.join(ns)}") for text, ns in sorted(rows.items())]
    TARGET.write_text(HEAD.format(version=jax.__version__, rows="\n".join(lines)), encoding="utf-8")
    packed.write("jax_signatures", {"jax": jax.__version__, "signatures": found})
    print(f"{len(found)} signatures, {sum(map(len, rows.values()))} in the table of {TARGET.stat().st_size} bytes")


if __name__ == "__main__":
    main()
