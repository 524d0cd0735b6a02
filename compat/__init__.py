"""compat: torch's stateful Tensors on funcgrad's table of primitives, with NumPy alone.

The submodules that programs do not always need (nn, optim, utils, ...) are imported when they are first named, as
attributes of this module or by an import statement.
"""

import math as _math

from funcgrad.lazy import attributes as _attributes

from . import autograd, dtypes, functions  # noqa: F401
from .autograd import (  # noqa: F401
    enable_grad,
    inference_mode,
    no_grad,
    set_grad_enabled,
)
from .autograd.grad_mode import is_grad_enabled, is_inference_mode_enabled  # noqa: F401
from .devices import LAYOUTS as _LAYOUTS
from .devices import Device as device  # noqa: F401
from .devices import Layout as layout  # noqa: F401
from .devices import get_default_device, set_default_device  # noqa: F401
from .dtypes import dtype, get_default_dtype, qscheme, set_default_dtype  # noqa: F401
from .formats import channels_last, channels_last_3d, contiguous_format, memory_format, preserve_format  # noqa: F401
from .functions.missing import of_torch as _missing
from .functions.register import FUNCTIONS as _FUNCTIONS
from .size import Size  # noqa: F401
from .tensor import Tensor  # noqa: F401
from .torch_version import TorchVersion as _TorchVersion

_OWN = (  # submodules that torch has none of: loaded by now for good, they are no attributes (what is loaded later has an underscore)
    "breaks leaves deprecations described devices dtypes errors formats functions graph inference method_arguments names "
    "names_of_classes native payload printing rewriting size stores unrecorded_writes view_errors"
).split()
globals().update(dtypes.BY_NAME | dtypes.QSCHEMES)
globals().update(_LAYOUTS)
legacy_contiguous_format = contiguous_format
pi, e, inf, nan, newaxis = _math.pi, _math.e, _math.inf, _math.nan, None
__version__ = _TorchVersion("2.13.0+compat")
_NAMES = {
    "amp.autocast_mode": "autocast autocast_decrement_nesting autocast_increment_nesting clear_autocast_cache "
    "get_autocast_cpu_dtype get_autocast_dtype get_autocast_gpu_dtype is_autocast_cache_enabled is_autocast_cpu_enabled "
    "is_autocast_enabled set_autocast_cache_enabled set_autocast_cpu_dtype set_autocast_cpu_enabled set_autocast_dtype "
    "set_autocast_enabled set_autocast_gpu_dtype",
    "_C": "ScriptModule DisableTorchFunction DisableTorchFunctionSubclass has_lapack has_mkl has_openmp has_spectral",
    "amp.grad_scaler": "GradScaler",
    "compiler.compiled": "compile",
    "functions.conversion": "_cast_Byte _cast_Char _cast_Double _cast_Float _cast_Half _cast_Int _cast_Long _cast_Short",
    "jit": "Future ScriptFunction",
    "distributions.draws": "_sample_dirichlet _standard_gamma",
    "func": "vmap",
    "errors": "AcceleratorError OutOfMemoryError",
    "functions.random": "Generator default_generator",
    "printing": "set_printoptions",
    "runner": "install uninstall",
    "serialization": "load save",
    "serialization.reading": "PyTorchFileReader",
    "_unusable": "AnyType AwaitType BoolType ClassType ComplexType DeviceObjType DictType EnumType FloatType FutureType IntType InterfaceType "
    "ListType NoneType NumberType OptionalType PyObjectType RRefType StreamObjType StringType SymBoolType SymIntType TensorType TupleType UnionType",
    "types": "SymBool SymFloat SymInt",
    "accelerator": "Event Stream",
    "storage": "BFloat16Storage BoolStorage ByteStorage CharStorage ComplexDoubleStorage ComplexFloatStorage DoubleStorage FloatStorage "
    "HalfStorage IntStorage LongStorage ShortStorage TypedStorage UntypedStorage",
    "_settings": "are_deterministic_algorithms_enabled compiled_with_cxx11_abi get_deterministic_debug_mode get_device_module "
    "get_float32_matmul_precision get_num_interop_threads get_num_threads is_anomaly_check_nan_enabled is_anomaly_enabled "
    "is_deterministic_algorithms_warn_only_enabled is_warn_always_enabled set_anomaly_enabled set_deterministic_debug_mode "
    "set_float32_matmul_precision set_flush_denormal set_num_interop_threads set_num_threads set_warn_always "
    "use_deterministic_algorithms",
    "nn.functional": "adaptive_avg_pool1d avg_pool1d bilinear channel_shuffle conv1d conv2d conv3d "
    "conv_transpose1d conv_transpose2d conv_transpose3d cosine_similarity hardshrink "
    "native_channel_shuffle pairwise_distance pdist pixel_shuffle "
    "pixel_unshuffle prelu",
    "nn.functional.native": "celu celu_ max_pool1d max_pool1d_with_indices max_pool2d max_pool3d rms_norm rrelu rrelu_ selu selu_ threshold threshold_ adaptive_max_pool1d affine_grid_generator alpha_dropout dropout feature_alpha_dropout batch_norm binary_cross_entropy_with_logits conv_tbc cosine_embedding_loss "
    "ctc_loss embedding embedding_bag embedding_renorm_ feature_dropout grid_sampler group_norm hinge_embedding_loss instance_norm kl_div layer_norm "
    "margin_ranking_loss norm_except_dim poisson_nll_loss triplet_margin_loss",
    "nn.functional.inner": "batch_norm_update_stats constant_pad_nd convolution grid_sampler_2d grid_sampler_3d native_batch_norm "
    "native_dropout native_group_norm native_layer_norm",
    "_control": "_assert _assert_async _check _check_index _check_not_implemented _check_tensor_all _check_tensor_all_with _check_type _check_value _check_with cond while_loop sym_float sym_int sym_ite sym_max sym_min sym_not sym_sqrt sym_sum",
    "nn.functional.recurrent": "gru gru_cell lstm lstm_cell rnn_relu rnn_relu_cell rnn_tanh rnn_tanh_cell",
}


__getattr__, __dir__ = _attributes(
    __name__, _NAMES, _FUNCTIONS, _missing, hidden={*_OWN, "linalg_cross", "linalg_norm"}
)
for _own in (*_OWN, "tensor"):  # (torch.tensor is the function)
    del globals()[_own]
__all__ = [
    n for n in (*globals(), *__getattr__.homes, *_FUNCTIONS.homes) if n[0] != "_" and n not in __getattr__.hidden
]
