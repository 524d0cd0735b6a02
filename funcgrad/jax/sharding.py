"""jax.sharding on the one device there is: meshes of one device, specs, shardings, and shard_map, whose one shard is the whole.

Invariant: what says where values lie changes none of them; a mesh of more devices than one is refused with the way out.
"""

import collections
import contextlib
import enum
import functools
import math

import numpy as np

from .. import tree
from .devices import CPU, SingleDeviceSharding

__all__ = [
    "AbstractDevice", "AbstractMesh", "AxisType", "Mesh", "NamedSharding", "PartitionSpec", "Sharding", "SingleDeviceSharding",
    "get_abstract_mesh", "set_mesh", "use_abstract_mesh",
]  # fmt: skip
around = []  # the meshes that are set, innermost last


class AxisType(enum.Enum):
    """Who decides how an axis of a mesh is used."""

    Auto, Explicit, Manual = 1, 2, 3

    def __repr__(self):
        return self.name


class PartitionSpec(tuple):
    """For each axis of an array the axis of the mesh (or several, or None) that it is spread over."""

    __slots__ = ()

    def __new__(cls, *parts, **others):
        return super().__new__(cls, parts)

    def __repr__(self):
        return f"P{tuple.__repr__(self) if len(self) != 1 else f'({self[0]!r},)'}"


def one_device(sizes):
    if math.prod(sizes) != 1:
        raise ValueError(
            f"A mesh of {math.prod(sizes)} devices, with axes of sizes {tuple(sizes)}, was asked for, and there is one, the CPU. Make every axis "
            "1 long; vmap(f, axis_name=...) gives named axes of any length."
        )


class AbstractMesh:
    """Names and sizes of the axes of a mesh."""

    def __init__(self, axis_sizes, axis_names=None, *, axis_types=None, abstract_device=None):
        if axis_names is None:  # (pairs of a name and a size)
            axis_names, axis_sizes = zip(*axis_sizes, strict=True)
        self.axis_sizes, self.axis_names = tuple(axis_sizes), tuple(axis_names)
        self.axis_types = axis_types or (AxisType.Auto,) * len(self.axis_names)

    shape = property(lambda self: collections.OrderedDict(zip(self.axis_names, self.axis_sizes, strict=True)))
    size = property(lambda self: math.prod(self.axis_sizes))
    empty = property(lambda self: not self.axis_names)
    shape_tuple = property(lambda self: tuple(self.shape.items()))

    def __eq__(self, other):
        return isinstance(other, AbstractMesh) and self.shape_tuple == other.shape_tuple

    def __hash__(self):
        return hash(self.shape_tuple)

    def __repr__(self):
        return f"{type(self).__name__}({', '.join([f'{n!r}: {k}' for n, k in self.shape.items()])})"


class Mesh(AbstractMesh):
    """One device, with named axes; as a context, the mesh that specs refer to."""

    def __init__(self, devices, axis_names, *, axis_types=None):
        self.devices = np.asarray(devices, dtype=object)
        names = (axis_names,) if isinstance(axis_names, str) else tuple(axis_names)
        if self.devices.ndim != len(names):
            raise ValueError(f"Mesh: {self.devices.ndim} axes of devices, {len(names)} names, {names}")
        one_device(self.devices.shape)
        super().__init__(self.devices.shape, names, axis_types=axis_types)

    abstract_mesh = property(lambda self: AbstractMesh(self.axis_sizes, self.axis_names))
    device_ids = property(lambda self: np.zeros(self.axis_sizes, int))

    def __enter__(self):
        around.append(self)
        return self

    def __exit__(self, *error):
        around.pop()


class NamedSharding(SingleDeviceSharding):
    """How an array is spread over a mesh; on one device it is whole."""

    def __init__(self, mesh, spec, *, memory_kind=None):
        super().__init__(CPU)
        names = [n for part in spec for n in (part if isinstance(part, tuple) else (part,)) if n is not None]
        unknown = [n for n in names if n not in mesh.axis_names]
        if unknown:
            raise ValueError(f"Resource axis: {unknown[0]} of {spec!r} is not found in mesh: {mesh.axis_names}.")
        self.mesh, self.spec = mesh, spec

    def __repr__(self):
        return f"NamedSharding(mesh={self.mesh!r}, spec={self.spec!r}, memory_kind=device)"

    def is_equivalent_to(self, other, ndim):
        return isinstance(other, SingleDeviceSharding)

    def shard_shape(self, shape):
        return tuple(shape)


class AbstractDevice:
    """A kind of device that is not there."""

    def __init__(self, device_kind, num_cores=None, platform="cpu"):
        self.device_kind, self.num_cores, self.platform = device_kind, num_cores, platform


Sharding = SingleDeviceSharding


def get_abstract_mesh():
    """Names and sizes of the mesh that is set; none where none is."""
    return around[-1] if around else AbstractMesh((), ())


@contextlib.contextmanager
def use_abstract_mesh(mesh):
    around.append(mesh)
    try:
        yield mesh
    finally:
        around.remove(mesh)


class set_mesh:  # noqa: N801
    """Make mesh the one that specs refer to: from here on, or as a context."""

    def __init__(self, mesh):
        self.mesh = mesh
        around.append(mesh)

    def __enter__(self):
        return self.mesh

    def __exit__(self, *error):
        around.remove(self.mesh)


def make_mesh(axis_shapes, axis_names, axis_types=None, *, devices=None):
    """A mesh of these axes, each of which must be 1 long."""
    one_device(axis_shapes)
    return Mesh(np.array([CPU], object).reshape(axis_shapes), axis_names, axis_types=axis_types)


def reshard(x, out_shardings):
    """x: it is where it is."""
    return x


def shard_map(
    f=None, /, *, out_specs=None, in_specs=None, mesh=None, axis_names=None, check_vma=True, check_rep=True, **options
):
    """f of the one shard there is, the whole, with the axes of the mesh named, each 1 long.

    >>> import funcgrad.jax as jax, funcgrad.jax.numpy as jnp
    >>> from funcgrad.jax.sharding import PartitionSpec as P
    >>> mesh = jax.make_mesh((1,), ("i",))
    >>> jax.shard_map(lambda x: jax.lax.psum(x.sum(), "i"), mesh=mesh, in_specs=P("i"), out_specs=P())(jnp.arange(3.0))
    Array(3., dtype=float32)
    """
    if f is None:
        return functools.partial(
            shard_map, mesh=mesh, in_specs=in_specs, out_specs=out_specs, axis_names=axis_names, check_vma=check_vma
        )

    @functools.wraps(f)
    def call(*args):
        from .transforms import vmap

        over = mesh if mesh is not None else get_abstract_mesh()
        if over.empty:
            raise ValueError("shard_map: no mesh; give mesh=..., or set one with jax.set_mesh")
        g = f
        for name in reversed(over.axis_names):
            g = vmap(g, in_axes=None, out_axes=0, axis_name=name, axis_size=1)
        return tree.map(lambda x: x[(0,) * len(over.axis_names)], g(*args))

    return call
