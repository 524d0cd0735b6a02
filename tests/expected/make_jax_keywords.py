"""Write jax_keywords.json.xz: what jax gives for the calls of jax_keyword_cases.py.

    python tests/expected/make_jax_keywords.py [-a]      (the calls that are new; -a: all)

For each call: digests of the value by dtype, of the vjp by dtype, and whether jax's vmap and jit take it; or, if jax refuses it in every
dtype, the built-in kinds of its exception.
"""

import builtins
import importlib
import json
import sys

import make_jax_coverage as maker  # (which sets jax up)

import jax  # isort: skip
from tests import coverage_keywords as keywords  # noqa: E402
from tests import packed  # noqa: E402

engine = maker.engine


def record(space, name, call):
    values, error = {}, None
    for dtype in keywords.dtypes_of(space, name, call):
        value = maker.attempt(engine.plain, maker.Theirs(), call, dtype)
        if value is None:
            error = error or maker.attempt.last
        else:
            values[dtype] = engine.digest(value)
    if not values:
        kinds = [k.__name__ for k in type(error).__mro__ if vars(builtins).get(k.__name__) is k]
        print(f"refused: {call}: {str(error)[:160]!r}", flush=True)
        return {"refused": kinds[: kinds.index("Exception")]}
    pulls = {d: maker.attempt(maker.of_vjp, call, d) for d in keywords.MOVED if d in values}
    pulls = {d: g for d, g in pulls.items() if g is not None}
    return {"values": values, "vjp": pulls, "ways": maker.ways_of(call, next(iter(values)))}


def main():
    names = json.loads((maker.HERE / "jax_names.json").read_text(encoding="utf-8"))["names"]
    known = dict(keywords.stored()) if packed.path_of("jax_keywords").exists() and "-a" not in sys.argv else {}
    found = {}
    for space, listed in names.items():
        jax.config.update("jax_enable_x64", space not in keywords.SINGLE)
        importlib.import_module(f"jax.{space}")
        for name in listed:
            for call in keywords.cases.calls(space, name):
                found[call] = known.get(call) or record(space, name, call)
                if len(found) % 40 == 0:
                    write(known | found)
    write(found)
    print(f"{len(found)} calls")


def write(found):
    packed.write("jax_keywords", {"jax": jax.__version__, "calls": found})


if __name__ == "__main__":
    main()
