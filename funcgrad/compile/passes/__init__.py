"""Passes: small functions Graph -> Graph. Each keeps the avals of all results and every effect, in its order; no result changes
beyond rounding, and most not by a bit (each rule says so where it does).

Here is what other modules call; `order.py` has the one list of passes and runs it. docs/decisions/passes.md lists every rewrite.
"""

from .draft import rewritten
from .inlining import inline, pure, spliced
from .merging import common_subexpressions, dead_code
from .rewriting import made, rebuild, with_ins

__all__ = [
    "common_subexpressions", "dead_code", "inline", "made", "pure", "rebuild", "rewritten", "spliced", "with_ins",
]  # fmt: skip
