"""jax.experimental.shard_map: where shard_map was."""

from ..sharding import shard_map as _shard_map


def shard_map(f, mesh, in_specs, out_specs, check_rep=True, auto=frozenset()):
    """jax.shard_map, with arguments by position."""
    return _shard_map(f, mesh=mesh, in_specs=in_specs, out_specs=out_specs)
