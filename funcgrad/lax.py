"""funcgrad.lax: control flow under jax.lax's names."""

from .control_flow import cond, fori_loop, map, scan, switch, while_loop

__all__ = ["cond", "fori_loop", "map", "scan", "switch", "while_loop"]
