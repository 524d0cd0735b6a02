"""torch.distributed for one process: scripts that make a process group of size 1, or ask whether there is one, run as they are.

Invariant: what a collective gives is what torch's gloo gives where world_size is 1; more processes are refused by name before
anything is changed.
"""

import os
import pickle
from datetime import timedelta
from enum import IntEnum
from warnings import warn

from funcgrad.core.tracebacks import public
from funcgrad.lazy import attributes as _attributes

from ..functions.missing import refusal as _refusal
from ..tensor import Tensor

__all__ = """
Backend GroupMember ProcessGroup ReduceOp Work all_gather all_gather_into_tensor all_gather_object all_gather_single all_reduce
all_to_all all_to_all_single barrier broadcast broadcast_object_list default_pg_timeout destroy_process_group gather gather_object
get_backend get_global_rank get_group_rank get_node_local_rank get_process_group_ranks get_rank get_world_size group init_process_group
is_available is_backend_available is_gloo_available is_initialized is_mpi_available is_nccl_available is_torchelastic_launched
monitored_barrier new_group reduce reduce_op reduce_scatter reduce_scatter_single reduce_scatter_tensor scatter scatter_object_list send
""".split()
__getattr__, __dir__ = _attributes(__name__, {}, modules="nn", missing=_refusal(__name__))
default_pg_timeout = timedelta(seconds=1800)
MISSING = "Default process group has not been initialized, please make sure to call init_process_group."


class RedOpType(IntEnum):
    """How a reduction joins the values of several processes; of one they stay what they are."""

    SUM, AVG, PRODUCT, MIN, MAX, BAND, BOR, BXOR, PREMUL_SUM = range(9)
    __str__ = lambda self: f"RedOpType.{self.name}"  # noqa: E731


RedOpType.RedOpType = RedOpType
ReduceOp = reduce_op = RedOpType


class Backend(str):
    """The name of a backend, in small letters."""

    UNDEFINED, GLOO, NCCL, UCC, MPI, XCCL = "undefined", "gloo", "nccl", "ucc", "mpi", "xccl"
    backend_list = [UNDEFINED, GLOO, NCCL, XCCL, UCC, MPI]
    default_device_backend_map = {"cpu": GLOO, "cuda": NCCL, "xpu": XCCL, "mps": GLOO}

    def __new__(cls, name):
        return str.__new__(cls, name.lower())


class ProcessGroup:
    """A group of this process alone."""

    def __init__(self, backend):
        self.backend = Backend(backend)

    def rank(self):
        """0."""
        return 0

    def size(self):
        """1."""
        return 1


class GroupMember:
    """What a process is of a group, and the group of all."""

    WORLD = None
    NON_GROUP_MEMBER = -100


class WorldMeta(type):
    WORLD = property(lambda cls: GroupMember.WORLD, lambda cls, pg: setattr(GroupMember, "WORLD", pg))


class group(metaclass=WorldMeta):  # noqa: N801  (torch's name)
    """`group.WORLD` is the process group, None without one."""


class Work:
    """What a collective with async_op=True returns: it is done by then."""

    def wait(self, timeout=None):
        """True."""
        return True

    is_completed = is_success = wait


# ------------------------------------------------------------------------------------------------ which processes there are
def is_available():
    """True: groups of one process can be made.

    >>> import compat as torch
    >>> torch.distributed.is_available() and torch.distributed.is_initialized()
    False
    """
    return True


def is_nccl_available():
    """False: there is no GPU."""
    return False


is_gloo_available = is_available
is_mpi_available = is_ucc_available = is_xccl_available = is_nccl_available


def is_backend_available(backend):
    """Is it gloo?"""
    return backend.lower() == Backend.GLOO


def is_initialized():
    """Is there a process group?"""
    return GroupMember.WORLD is not None


def is_torchelastic_launched():
    """Has torchrun started this process?"""
    return os.environ.get("TORCHELASTIC_RUN_ID") is not None


def expected(method, given):
    """The rank or world size, or from the environment, for env://; ValueError if it is not there."""
    found = {}
    for name, value in given.items():
        if value == -1:
            if method != "env":
                raise ValueError(
                    f"Error initializing torch.distributed using {method}:// rendezvous: {name} parameter missing"
                )
            variable = name.upper().replace(" ", "_")
            if variable not in os.environ:
                raise lacking(variable)
            value = int(os.environ[variable])
        found[name] = value
    if method == "env":
        for name in ("MASTER_ADDR", "MASTER_PORT"):
            if name not in os.environ:
                raise lacking(name)
    return found.values()


def lacking(name):
    return ValueError(
        f"Error initializing torch.distributed using env:// rendezvous: environment variable {name} expected, but not set"
    )


@public
def init_process_group(
    backend=None,
    init_method=None,
    timeout=None,
    world_size=-1,
    rank=-1,
    store=None,
    group_name="",
    pg_options=None,
    device_id=None,
    _ranks=None,
):
    """Make the process group of this process alone; rank and size may come from the environment, as torchrun sets it.

    RuntimeError for a size above 1 and for backends of GPUs, ValueError for what is missing.

    >>> import compat as torch
    >>> torch.distributed.init_process_group("gloo", init_method="tcp://localhost:1", rank=0, world_size=1)
    >>> t = torch.ones(2)
    >>> torch.distributed.all_reduce(t)
    >>> t, torch.distributed.get_world_size()
    (tensor([1., 1.]), 1)
    >>> torch.distributed.destroy_process_group()
    """
    if is_initialized():
        raise ValueError("trying to initialize the default process group twice!")
    name = (backend or "undefined").lower()
    if name == Backend.MPI:
        raise RuntimeError(
            "Distributed package doesn't have MPI built in. MPI is only included if you build PyTorch from source on a host that "
            "has MPI installed."
        )
    if store is None:
        method, _, _ = (init_method or "env://").partition("://")
        if method not in ("env", "tcp", "file"):
            raise RuntimeError(f"No rendezvous handler for {method}://")
        rank, world_size = expected(method, {"rank": rank, "world size": world_size})
    kinds = {kind.rpartition(":")[2] for kind in name.split(",")}
    for kind in kinds & {"nccl", "ucc", "xccl"}:
        raise RuntimeError(f"Distributed package doesn't have {kind.upper()} built in")
    for kind in kinds - {"gloo", "undefined"}:
        raise AssertionError(f"Unknown backend type {kind}")
    if world_size != 1 or rank:
        raise RuntimeError(
            f"compat has groups of one process only, and this is number {rank} of {world_size}; start the script with plain "
            "Python, or with world_size=1 and rank=0"
        )
    GroupMember.WORLD = ProcessGroup(name)


@public
def destroy_process_group(group=None):
    """There is no process group from here on."""
    if not is_initialized():
        raise AssertionError("Process group cannot be None")
    if group in (None, GroupMember.WORLD):
        GroupMember.WORLD = None


def known(group):
    """The group, by default that of all; ValueError if there is none."""
    if group is not None:
        return group
    if GroupMember.WORLD is None:
        raise ValueError(MISSING)
    return GroupMember.WORLD


@public
def new_group(ranks=None, timeout=None, backend=None, pg_options=None, **options):
    """Another group of this process; -100 if it is not in it."""
    world = known(None)
    if ranks is not None and len(ranks) > 1:
        raise ValueError(
            "the new group's world size should be less or equal to the world size set by init_process_group"
        )
    if ranks is not None and any(r != 0 for r in ranks):
        raise ValueError("The new group's rank should be within the world_size set by init_process_group")
    return ProcessGroup(backend or world.backend)


@public
def get_rank(group=None):
    """0; ValueError if there is no group."""
    return known(group).rank()


@public
def get_world_size(group=None):
    """1; ValueError if there is no group."""
    return known(group).size()


@public
def get_backend(group=None):
    """The name that the group was made with."""
    return known(group).backend


@public
def get_process_group_ranks(group):
    """[0]."""
    return list(range(known(group).size()))


def get_group_rank(group, global_rank):
    """The number in a group of the process of this number."""
    return global_rank


get_global_rank = get_group_rank


def get_node_local_rank(fallback_rank=None):
    """LOCAL_RANK of the environment, or what is given for it."""
    if "LOCAL_RANK" in os.environ:
        return int(os.environ["LOCAL_RANK"])
    if fallback_rank is None:
        raise RuntimeError(
            "LOCAL_RANK is not in the environment. Consider passing fallback_rank to allow `get_node_local_rank` to work, assuming "
            "you are not running in a multi-device context and want the code to run locally instead."
        )
    return int(fallback_rank)


# ------------------------------------------------------------------------------------------------ collectives
def checked(name, *tensors):
    for t in tensors:
        if not isinstance(t, Tensor):
            raise TypeError(
                f"Invalid function argument. Expected parameter `{name}` of type torch.Tensor\n             but got {type(t)} instead."
            )


def done(async_op):
    return Work() if async_op else None


def root(what, rank, group_rank):
    """The rank that a collective comes from or goes to has to be 0."""
    rank = group_rank if rank is None else rank
    if rank:
        raise RuntimeError(f"ProcessGroupGloo::{what}: invalid root rank: {rank}")


def copied(what, outputs, inputs):
    """Copy each input to its output, which has to be like it."""
    if len(outputs) != len(inputs):
        raise RuntimeError(
            f"ProcessGroupGloo::{what}: invalid output tensor list at index 0 (expected length {len(inputs)}, got {len(outputs)})"
        )
    for out, given in zip(outputs, inputs, strict=True):
        checked("tensor", out, given)
        if out.dtype != given.dtype:
            raise ValueError(f"Invalid usage of tensors with different dtypesFound {out.dtype} and  {given.dtype}")
        if out.shape != given.shape:
            raise RuntimeError(
                f"ProcessGroupGloo::{what}: invalid tensor size at index 0 (expected ({', '.join(map(str, given.shape))}), got "
                f"({', '.join(map(str, out.shape))}))"
            )
    for out, given in zip(outputs, inputs, strict=True):
        out.detach().copy_(given.detach())


@public
def all_reduce(tensor, op=ReduceOp.SUM, group=None, async_op=False):
    """The tensor stays what it is."""
    checked("tensor", tensor)
    known(group)
    return done(async_op)


@public
def broadcast(tensor, src=None, group=None, async_op=False, group_src=None):
    """The tensor stays what it is; src has to be 0."""
    checked("tensor", tensor)
    known(group)
    root("broadcast", src, group_src)
    return done(async_op)


@public
def reduce(tensor, dst=None, op=ReduceOp.SUM, group=None, async_op=False, group_dst=None):
    """The tensor stays what it is; dst has to be 0."""
    checked("tensor", tensor)
    known(group)
    root("reduce", dst, group_dst)
    return done(async_op)


@public
def all_gather(tensor_list, tensor, group=None, async_op=False):
    """The tensor is copied to the one place of the list."""
    checked("tensor", tensor)
    known(group)
    copied("allgather", tensor_list, [tensor])
    return done(async_op)


@public
def gather(tensor, gather_list=None, dst=None, group=None, async_op=False, group_dst=None):
    """The tensor is copied to the one place of the list."""
    checked("tensor", tensor)
    known(group)
    root("gather", dst, group_dst)
    if not gather_list:
        raise ValueError("Argument ``gather_list`` must be specified on destination rank.")
    copied("gather", gather_list, [tensor])
    return done(async_op)


@public
def scatter(tensor, scatter_list=None, src=None, group=None, async_op=False, group_src=None):
    """The one tensor of the list is copied."""
    checked("tensor", tensor)
    known(group)
    root("scatter", src, group_src)
    if not scatter_list:
        raise ValueError("Argument ``scatter_list`` must be specified on source rank.")
    copied("scatter", [tensor], scatter_list)
    return done(async_op)


@public
def reduce_scatter(output, input_list, op=ReduceOp.SUM, group=None, async_op=False):
    """The one tensor of the list is copied."""
    checked("output", output)
    known(group)
    copied("reduce_scatter", [output], input_list)
    return done(async_op)


@public
def all_to_all(output_tensor_list, input_tensor_list, group=None, async_op=False):
    """The one tensor of the second list is copied to that of the first."""
    known(group)
    copied("alltoall", output_tensor_list, input_tensor_list)
    return done(async_op)


@public
def all_to_all_single(output, input, output_split_sizes=None, input_split_sizes=None, group=None, async_op=False):
    """The input is copied."""
    known(group)
    copied("alltoall", [output], [input])
    return done(async_op)


@public
def all_gather_single(output_tensor, input_tensor, group=None, async_op=False):
    """The input is copied."""
    known(group)
    copied("allgather", [output_tensor.view(input_tensor.shape)], [input_tensor])
    return done(async_op)


@public
def reduce_scatter_single(output, input, op=ReduceOp.SUM, group=None, async_op=False):
    """The input is copied."""
    return all_gather_single(output, input, group, async_op)


def older(name, instead):
    """The former name of a collective, which warns."""

    def call(*args, **kwargs):
        warn(
            f"`torch.distributed.{name}` is deprecated. Please use `torch.distributed.{instead.__name__}` instead.",
            FutureWarning,
            stacklevel=2,
        )
        return instead(*args, **kwargs)

    call.__name__ = call.__qualname__ = name
    call.__doc__ = f"{instead.__name__} by its former name."
    return call


all_gather_into_tensor = older("all_gather_into_tensor", all_gather_single)
reduce_scatter_tensor = older("reduce_scatter_tensor", reduce_scatter_single)


@public
def barrier(group=None, async_op=False, device_ids=None, timeout=None):
    """There is nobody to wait for."""
    known(group)
    return done(async_op)


@public
def monitored_barrier(group=None, timeout=None, wait_all_ranks=False):
    """There is nobody to wait for."""
    known(group)


@public
def send(tensor, dst=None, group=None, tag=0, group_dst=None):
    """ValueError: there is no other process."""
    checked("tensor", tensor)
    known(group)
    raise ValueError(
        "Invalid destination rank: destination rank should not be the same as the rank of the current process."
    )


isend = send


# ------------------------------------------------------------------------------------------------ objects
def sent(obj):
    """An object as another process would get it."""
    return pickle.loads(pickle.dumps(obj))


@public
def all_gather_object(object_list, obj, group=None):
    """A copy of obj, by pickle, in the one place of the list."""
    known(group)
    object_list[0] = sent(obj)


@public
def gather_object(obj, object_gather_list=None, dst=None, group=None, group_dst=None):
    """A copy of obj, by pickle, in the one place of the list."""
    known(group)
    if not object_gather_list:
        raise ValueError("Argument ``object_gather_list`` must be specified on destination rank.")
    object_gather_list[0] = sent(obj)


@public
def broadcast_object_list(object_list, src=None, group=None, device=None, group_src=None):
    """The list stays what it is."""
    known(group)
    root("broadcast", src, group_src)


@public
def scatter_object_list(
    scatter_object_output_list, scatter_object_input_list=None, src=None, group=None, group_src=None
):
    """A copy, by pickle, of the one object of the second list in the first."""
    known(group)
    if not scatter_object_output_list:
        raise ValueError("Expected argument scatter_object_output_list to be a list of size at least 1.")
    if scatter_object_input_list is None:
        raise ValueError("source rank must provide non-None scatter_object_input_list")
    scatter_object_output_list[0] = sent(scatter_object_input_list[0])


class Store:
    """The base of torch's stores of what processes tell one another: there are none."""


from . import _several  # noqa: E402, F401
