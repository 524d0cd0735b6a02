"""The laws every primitive must keep: what test_primitives.py asks of the table and test_rule_mutation.py breaks.

A law takes a primitive and raises AssertionError, naming the sample, where the primitive breaks it. Expected figures
are jax's (oracle.py), NumPy's own, or the primitive's plain value, by a Python loop. What is run for its effect has no
value; its own law is effects.py, asked by test_effects.py.
"""

from . import avals, derivatives, jit, memory, records, vmap, warns

LAWS = {
    law.__name__: law
    for law in (
        derivatives.value,
        derivatives.vjp,
        derivatives.jvp,
        derivatives.second_order,
        derivatives.duality,
        derivatives.finite_differences,
        vmap.vmap,
        jit.jit,
        avals.avals,
        avals.dtypes,
        records.saves,
        records.in_place,
        records.views,
        memory.ownership,
        warns.silence,
    )
}
