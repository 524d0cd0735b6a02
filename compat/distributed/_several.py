"""What torch.distributed has for several processes: names to import and to ask isinstance of."""

import functools
import sys

from .._unusable import put
from . import placements

SHARDED = (
    "FullyShardedDataParallel CPUOffload MixedPrecision ShardingStrategy StateDictType FullOptimStateDictConfig FullStateDictConfig "
    "ShardedOptimStateDictConfig ShardedStateDictConfig OptimStateKeyType BackwardPrefetch"
)
TENSOR = "DTensor distribute_module distribute_tensor"
MODULES = {
    "_composable.fsdp": "FSDPModule fully_shard",
    "_tensor": TENSOR,
    "_tensor.experimental": "implicit_replication",
    "algorithms._checkpoint.checkpoint_wrapper": (
        "CheckpointImpl CheckpointWrapper apply_activation_checkpointing checkpoint_wrapper offload_wrapper"
    ),
    "algorithms.ddp_comm_hooks.default_hooks": "allreduce_hook bf16_compress_hook bf16_compress_wrapper fp16_compress_hook fp16_compress_wrapper",
    "algorithms.ddp_comm_hooks.post_localSGD_hook": "PostLocalSGDState",
    "algorithms.ddp_comm_hooks.powerSGD_hook": "PowerSGDState batched_powerSGD_hook powerSGD_hook",
    "autograd": "DistAutogradContext backward context get_gradients",
    "_functional_collectives": "all_to_all_single_autograd wait_tensor",
    "algorithms.join": "Join",
    "algorithms.model_averaging.averagers": "ModelAverager PeriodicModelAverager",
    "checkpoint": "FileSystemReader FileSystemWriter load load_state_dict save save_state_dict",
    "checkpoint.default_planner": "DefaultLoadPlanner DefaultSavePlanner",
    "checkpoint._consolidate_hf_safetensors": "consolidate_safetensors_files",
    "checkpoint.hf_storage": "HuggingFaceStorageReader HuggingFaceStorageWriter",
    "checkpoint.format_utils": "_EmptyStateDictLoadPlanner",
    "checkpoint.optimizer": "load_sharded_optimizer_state_dict",
    "checkpoint.state_dict": (
        "StateDictOptions get_model_state_dict get_optimizer_state_dict set_model_state_dict set_optimizer_state_dict"
    ),
    "checkpoint.state_dict_loader": "_load_state_dict",
    "device_mesh": "DeviceMesh init_device_mesh",
    "fsdp": SHARDED + " CPUOffloadPolicy FSDPModule MixedPrecisionPolicy OffloadPolicy fully_shard",
    "fsdp.api": SHARDED,
    "fsdp.fully_sharded_data_parallel": SHARDED,
    "fsdp.sharded_grad_scaler": "ShardedGradScaler",
    "fsdp.wrap": (
        "ModuleWrapPolicy _or_policy enable_wrap lambda_auto_wrap_policy size_based_auto_wrap_policy transformer_auto_wrap_policy"
    ),
    "elastic.multiprocessing.errors": "ChildFailedError",
    "utils": "_sync_module_states",
    "launcher.api": "LaunchConfig elastic_launch",
    "rpc": "RRef get_worker_info init_rpc remote rpc_async rpc_sync shutdown",
    "optim": "DistributedOptimizer PostLocalSGDOptimizer ZeroRedundancyOptimizer",
    "pipelining": "ScheduleGPipe SplitPoint pipeline",
    "tensor": TENSOR,
    "tensor._utils": "compute_local_shape_and_global_offset",
    "tensor.experimental": "context_parallel implicit_replication",
    "tensor.experimental._attention": "set_rotate_method",
    "tensor.parallel": "ColwiseParallel PrepareModuleInput RowwiseParallel SequenceParallel parallelize_module",
    "tensor.placement_types": "",
}
put(__package__, MODULES)
for name in ("tensor", "_tensor", "tensor.placement_types"):
    part = sys.modules[f"{__package__}.{name}"]
    for known in ("Partial", "Placement", "Replicate", "Shard"):
        setattr(part, known, getattr(placements, known))
    for known in MODULES["device_mesh"].split():
        setattr(part, known, getattr(sys.modules[f"{__package__}.device_mesh"], known))


def record(fn, error_handler=None):
    """The function itself, whose errors are this process's own: torchrun's decorator of a main function."""
    return functools.wraps(fn)(lambda *args, **kwargs: fn(*args, **kwargs))


for name, known, made in (
    ("autograd", "is_available", lambda: False),
    ("rpc", "is_available", lambda: False),
    ("elastic.multiprocessing.errors", record.__name__, record),
):
    setattr(sys.modules[f"{__package__}.{name}"], known, made)
part._StridedShard = placements._StridedShard
for name in ("constants", "distributed_c10d"):  # (the package has what they have)
    put(__package__, {name: ""})
    part = getattr(sys.modules[__package__], name)
    for known in (
        "default_pg_timeout",
        "Backend",
        "GroupMember",
        "ProcessGroup",
        "ReduceOp",
        "Store",
        "Work",
        "is_nccl_available",
    ):
        setattr(part, known, getattr(sys.modules[__package__], known))
