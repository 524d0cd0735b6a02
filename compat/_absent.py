"""What to do instead, for modules and names of torch that compat lacks and for packages built on torch."""

import re

ONE = "there is one process: leave it out where torch.distributed.get_world_size() is 1, and use the module itself"
EXPORT = "save the state_dict with torch.save and export it where torch is installed"
FLOATS = "weights stay floating-point numbers"
PLAIN = "scripted and traced modules run in Python: call them, and keep them with torch.jit.save"
COORDINATES = "of the sparse layouts compat has torch.sparse_coo alone"
CURES = {
    "torch.onnx": EXPORT,
    "torch.export": EXPORT,
    "torch._functorch": "torch.func has these functions",
    "torch._inductor": "torch.compile compiles a function",
    "torch.jit": PLAIN,
    "torch.jit._get_trace_graph": "torch.utils.flop_counter counts the work of a call",
    "torch.utils.cpp_extension": "write the operation with NumPy, by torch.library.custom_op or an autograd.Function",
    "torch.ops": "torch and torch.nn.functional have these operations by their names",
    "torch.classes": "write the class in Python",
    "torch.utils.data.datapipes": "write an IterableDataset",
    "torch.utils.data.graph": "write an IterableDataset",
    "torch.utils.data.IterDataPipe": "write an IterableDataset",
    "torch.utils.data.MapDataPipe": "write a Dataset",
    "torch.utils.data.functional_datapipe": "write an IterableDataset",
    "torch.utils.model_zoo": "torch.hub.load_state_dict_from_url reads weights",
    "torch.utils.bottleneck": "torch.profiler counts calls and time",
    "torch.utils._python_dispatch": "torch.overrides.TorchFunctionMode sees every call of torch's functions",
    "torch.utils.mobile_optimizer": FLOATS,
    "torch.nn.attention.varlen": "scaled_dot_product_attention takes masks, and pad_sequence makes one length of several",
    "torch.nn.quantized": FLOATS,
    "torch.nn.quantizable": FLOATS,
    "torch.nn.qat": FLOATS,
    "torch.nn.intrinsic": FLOATS,
    "torch.nested": "pad_sequence and masks, or packed sequences",
    "torch.masked": "its functions take a Tensor and a mask",
    "torch.package": "torch.save the state_dict, and ship the code as a package",
    "torch.distributed": ONE,
    "torch.sparse": f"{COORDINATES}, whose functions are those of Tensors by their names",
    "torch.quantization": FLOATS,
    "torch.quantize_per_tensor_dynamic": FLOATS,
    "torch.ao": FLOATS,
    "torch.cuda": "torch.cuda.is_available() is False: leave it out there",
}
LOOP = "write the training loop out: examples/mlp_regression.py shows one"
DATA = "data can come as arrays, by torch.from_numpy and torch.utils.data.Dataset"
MODEL = "write the network out: examples/transfer.py and examples/small_gpt.py show how"
NEIGHBOURS = {  # packages with a C++ part that needs torch itself
    "torchtext": "data can come as lists, by torch.tensor and torch.utils.data.Dataset",
    "torch_scatter": "Tensor.scatter_reduce and index_add_ sum by index",
    "torch_sparse": f"{COORDINATES}, and torch.sparse has its products",
}
SELDOM = {  # what is not refused where it is installed: some of it runs
    "torchvision": DATA,
    "torchaudio": DATA,
    "torch_geometric": "adjacency can be a dense Tensor, or index_add_ over lists of edges",
    "pytorch_lightning": LOOP,
    "lightning": LOOP,
    "torchmetrics": "a metric is a few lines on Tensors",
    "transformers": "examples/small_gpt.py shows a transformer written out",
    "timm": MODEL,
    "diffusers": MODEL,
    "accelerate": LOOP,
    "ignite": LOOP,
    "fastai": LOOP,
    "deepspeed": LOOP,
    "triton": "torch.compile compiles a function",
    "onnx": EXPORT,
}


def cure(name):
    """What to do instead of a name of torch, by the longest beginning of it that is known; None if none is."""
    while name:
        if name in CURES:
            return CURES[name]
        name = name.rpartition(".")[0]
    return None


LACKED = {  # a module of torch: what it has and ours has not, as a pattern of whole names
    "torch": r"(batch_norm|cudnn|miopen|mkldnn|fbgemm|quantized?|q|sym|parse|choose|fused|import|init|merge|prepare|profiler|thread|unify|(set|get|is)_autocast)_\w+|\w*sparse\w*|\w*indices_copy|Script\w+|"
    "Stream|Event|Graph|FileCheck|(Module|Parameter|Buffer)Dict|cpp|fork|wait|masked|nested|monitor|package|contrib|export|hsp?mm|"
    "saddmm|int_repr|native_norm|values_copy|is_distributed|"
    "is_vulkan_available|get_file_path|empty_quantized|classproperty|windows|numa|nativert|[A-Z]\\w*(Type|Storage)|Storage",
    "torch.cuda": r"comm|GreenContext|\w+_allocator\w*|check_error|gds|green_contexts|jiterator|nccl|profiler|sparse|tunable|use_mem_pool",
    "torch.nn.functional": r"\w+_mm",
    "torch.compiler": r"(set|skip|keep)_\w+|compile|config|substitute_in_graph",
    "torch.utils": r"(bundled|cpp|mobile|show|throughput|backend|collect)_\w+|hipify|jit|mkldnn|serialization|viz",
}


def is_of_torch(module, name):
    """Has this module of torch that name, which ours lacks? (Of those that ours have the least of, and of private ones, taken for granted.)"""
    if name[:1] == "_" or f"{module}.{name}" in CURES or module[:10] != "torch.cuda" and cure(module):
        return True
    return re.fullmatch(LACKED.get(module, ""), name) is not None


def text_for(name):
    """What to tell somebody who imports a module that is not there.

    >>> text_for("torch.export").split("; ")[1]
    'save the state_dict with torch.save and export it where torch is installed'
    """
    root = name.partition(".")[0]
    if root in NEIGHBOURS:
        return f"{name} needs torch itself, which compat stands in for here; {NEIGHBOURS[root]}"
    if root in SELDOM:
        return f"No module named {name!r}: it is not installed (what it needs of torch would come from compat); {SELDOM[root]}"
    module, _, last = name.rpartition(".")
    if root == "torch" and not is_of_torch(module, last):
        return f"No module named {name!r}"
    known = cure(name)
    return f"compat has no {name} yet (the README has the table of what it covers)" + (f"; {known}" if known else "")
