"""Every law of laws/ on every primitive of the table: adding a primitive to funcgrad/ops adds these tests.

The table is what funcgrad/ops declares. What other layers register (the traces' `pick`, jit's `call`) are mechanisms,
with tests of their own.
"""

import jax
import numpy as np
import oracle
import pytest
from laws import LAWS
from laws.call import silent
from laws.compare import NUMPY_DTYPE_RULES

import funcgrad  # noqa: F401
from funcgrad.core.primitive import PRIMITIVES
from funcgrad.core.sample import Sample, converted, covers, required, samples_of
from funcgrad.ops import fused

OPS = {n: p for n, p in PRIMITIVES.items() if p.namespace["__name__"].startswith("funcgrad.ops.")}
EFFECTS = {n: p for n, p in OPS.items() if getattr(p, "effect", False)}  # run for what they do: test_effects.py
LATE = {n: p for n, p in OPS.items() if p.nondiff == fused.LATE}  # compiled code alone has them: test_passes.py
TABLE = {n: p for n, p in OPS.items() if n not in EFFECTS and n not in LATE}
every_primitive = pytest.mark.parametrize("prim", TABLE.values(), ids=TABLE)


@every_primitive
def test_complete(prim):
    """A primitive has a lowering, a batching rule, a shape rule, samples of every required kind, and words."""
    assert callable(oracle.lowering(prim))
    assert prim.aval is not None, f"{prim.name}: no aval rule"
    assert prim.source or "no_batch" not in prim.batch.__code__.co_names, f"{prim.name}: no batch rule"
    words = prim.namespace["__doc__"] if prim.elementwise else prim.__dict__["__doc__"]  # a formula speaks for itself
    assert words and words.strip(), f"{prim.name}: no docstring"
    assert not prim.nondiff or isinstance(prim.nondiff, str), f"{prim.name}: nondiff must say why"


@every_primitive
def test_samples(prim):
    """The samples cover every required kind, by what they are, and the kinds of dtype that the implementation takes."""
    samples = samples_of(prim)
    assert all(isinstance(s, Sample) for s in samples) and samples, f"{prim.name}: no samples"
    found = set().union(*map(covers, samples))
    missing = [k for k in required(prim) if k not in found]
    assert not missing, f"{prim.name}: its samples have no {', '.join(missing)}; add them, or say why not in `without`"
    second = prim.nondiff or prim.source or "second order" in prim.without or any(s.order == 2 for s in samples)
    assert second, f"{prim.name}: no sample of second order"
    unknown = {k for k in prim.without if not isinstance(prim.without[k], str) or not prim.without[k].strip()}
    assert not unknown, f"{prim.name}: `without` gives no reason for {', '.join(unknown)}"
    if not prim.elementwise and not prim.source:
        unseen = [name for name in ("complex128", "int64", "bool") if name not in found and name not in prim.without]
        undeclared = [name for name in unseen if takes(prim, samples[0], name)]
        assert not undeclared, (
            f"{prim.name}: it takes {', '.join(undeclared)}, but no sample does; add one, or say why not in `without`"
        )


def takes(prim, sample, dtype):
    """Does the implementation compute this sample in another dtype?"""
    try:
        with silent():
            prim.impl(*[converted(a, dtype) for a in sample.args], **sample.params)
    except (TypeError, ValueError, ArithmeticError, np.linalg.LinAlgError):
        return False
    return True


def on_every_primitive(law):
    @every_primitive
    def test(prim):
        law(prim)

    test.__doc__ = law.__doc__
    return test


globals().update({f"test_{name}": on_every_primitive(law) for name, law in LAWS.items()})


@pytest.mark.parametrize("rule", NUMPY_DTYPE_RULES, ids=lambda rule: rule.why.split(",")[0])
def test_numpy_and_jax_differ_where_the_table_says(rule):
    """Each row of NUMPY_DTYPE_RULES is about a difference that exists."""
    name, operands = rule.example
    xs = [np.ones(2, d) for d in operands]
    ours, theirs = getattr(np, name)(*xs).dtype, getattr(jax.numpy, name)(*xs).dtype
    assert ours != theirs and rule.holds([x.dtype for x in xs], ours, theirs)
