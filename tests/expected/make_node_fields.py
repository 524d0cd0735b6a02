"""Write compat/_node_fields.py: what torch 2.13's nodes show of what they save, by name.

    python tests/expected/make_node_fields.py

Asked of the classes of the nodes that compat names (or that a stored program saw): the attributes `_saved_*`; which are Tensors (they
have a `_raw_saved_*`), and of the others whether they are tuples ("*"), tuples or None ("?") or one value ("."), as torch's header says.
"""

import pathlib
import re

import torch

ROOT = pathlib.Path(__file__).parents[2]
SORTS = {"std::vector": "*", "c10::OptionalArray": "?"}


def declared():
    """{node: {field: its type}} of torch's header."""
    text = (pathlib.Path(torch.__path__[0]) / "include/torch/csrc/autograd/generated/Functions.h").read_text()
    bodies = re.findall(r"struct TORCH_API (\w+) : public \w+ \{(.*?)\n\};", text, re.DOTALL)
    return {
        name: dict((f.rstrip("_"), t) for t, f in re.findall(r"^  ([^;\n=]*?) (\w+)(?: = .*)?;", body, re.M))
        for name, body in bodies
    }


def sort_of(type_):
    return next((s for t, s in SORTS.items() if type_.startswith(t)), ".")


def main():
    sources = [p.read_text() for p in (ROOT / "compat").rglob("*.py") if p.name != "_node_fields.py"]
    sources += [p.read_text() for p in (ROOT / "tests/expected").rglob("*.json")]
    known = set(re.findall(r"\b(\w+Backward\d)\b", "\n".join(sources)))
    rows = {}
    for name, types in sorted(declared().items()):
        attributes = dir(getattr(torch._C._functions, name, object))
        own = [n[7:] for n in attributes if n.startswith("_saved_")]
        if name in known and own:
            row = [f + ("" if f"_raw_saved_{f}" in attributes else sort_of(types.get(f.rstrip("_"), ""))) for f in own]
            rows.setdefault(" ".join(row), []).append(name.replace("Backward", ""))
    text = "\n".join(f"{' '.join(names)}: {row}" for row, names in rows.items())
    path = ROOT / "compat/_node_fields.py"
    path.write_text(
        '"""Which fields torch\'s nodes have (tests/expected/make_node_fields.py writes this file): a Tensor\'s name, a number\'s with ".", a tuple\'s\n'
        'with "*", one\'s that may be None with "?"."""\n\n'
        f'TEXT = """\\\n{text}\n"""\n'
    )


if __name__ == "__main__":
    main()
