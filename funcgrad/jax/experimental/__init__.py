"""jax.experimental: enable_x64, disable_x64, ode, and the names of what has moved."""

import contextlib

import numpy as _np

from ...callbacks import io_callback as _io_callback
from ...lazy import attributes as _attributes
from ...lazy import submodule as _submodule
from ..config import enable_x64
from ..devices import CPU as _CPU
from ..sharding import one_device as _one_device
from ..sharding import shard_map as _shard_map
from ..transforms import enter, pure_callback, wrapped

__getattr__, __dir__ = _attributes(__name__, {})


@contextlib.contextmanager
def disable_x64():
    """32 bits inside."""
    with enable_x64(False):
        yield


def io_callback(callback, result_shape_dtypes, *args, sharding=None, ordered=False, **kwargs):
    """callback's result (NumPy in, NumPy out), in each run, in order."""
    return wrapped(_io_callback(callback, result_shape_dtypes, *enter(args)[0], ordered=ordered, **enter(kwargs)[0]))


def _create_device_mesh(mesh_shape, devices=None, **options):
    """An array of this shape of devices; ValueError unless it has one entry."""
    _one_device(mesh_shape)
    return _np.array([_CPU], object).reshape(mesh_shape)


def _sharded(f, mesh, in_specs, out_specs, check_rep=True, auto=frozenset()):
    """jax.shard_map, with arguments by position."""
    return _shard_map(f, mesh=mesh, in_specs=in_specs, out_specs=out_specs)


_submodule(__name__, "mesh_utils", "The devices of a mesh, which is one.", {"create_device_mesh": _create_device_mesh})
_submodule(__name__, "shard_map", "Where shard_map was.", {"shard_map": _sharded})
__all__ = ["disable_x64", "enable_x64", "io_callback", "pure_callback"]
