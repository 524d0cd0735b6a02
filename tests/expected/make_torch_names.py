"""Write torch_names.json: the public callables of torch 2.13 that are operations on dense Tensors on the CPU.

Run with torch 2.13: `python tests/expected/make_torch_names.py`. A name is listed if `dir()` shows it without an
underscore in front and it is a function or method, not a class. Left out, each with its reason in the file, are those
below: by what their names begin or end with, or one by one. Beside them, all public attributes of packages.
"""

import importlib
import json
import pathlib
import pkgutil
import re

import torch

SPACES = {
    "torch": torch,
    "Tensor": torch.Tensor,
    "linalg": torch.linalg,
    "fft": torch.fft,
    "special": torch.special,
    "nn.functional": torch.nn.functional,
}
PACKAGES = """torch torch.amp torch.autograd torch.backends torch.distributed torch.distributions torch.func torch.fx torch.jit torch.nn
torch.nn.functional torch.nn.modules torch.nn.parallel torch.nn.utils torch.optim torch.optim.lr_scheduler torch.serialization torch.testing
torch.utils torch.utils.data""".split()
REASONS = {  # reason: pattern of whole names
    "another layout (sparse, quantised, nested)": r".*sparse.*|(?!fake_|de).*quantiz.*|fbgemm_.*quant.*|q_.*|qscheme|int_repr|to_padded_tensor|"
    r"(ccol|col|crow|row)_indices(_copy)?|indices(_copy)?|values(_copy)?|coalesce|is_coalesced|dense_dim|hsmm|smm|hspmm|"
    r"saddmm|sspaddmm|fused_moving_avg.*|choose_qparams_optimized|sparse_mask|scaled_.*mm|grouped_mm",
    "another device, or a library for it": r"cudnn_.*|miopen_.*|mkldnn_.*|fbgemm_.*|to_mkldnn|.*vulkan.*|cuda|ipu|xpu|mtia|hpu|"
    r"batch_norm_(backward_)?(elemt|reduce|stats|gather_stats.*)|native_norm|record_stream|profiler_.*|get_device_module|"
    r"is_distributed|pin_memory|is_pinned",
    "compilation, graphs, symbolic numbers": r"compile|compiled_with.*|cond|while_loop|sym_.*|parse_.*|import_ir.*|merge_type.*|"
    r"unify_type.*|wait|fork|vmap|classproperty|boolean_dispatch|.*torch_function.*|assert_int_or_pair|Optional|get_file_path|"
    r"prepare_multi.*|thread_safe_generator|autocast_.*|.*autocast.*",
    "a setting or a question about one": r"(is|set|get)_anomaly.*|is_anomaly.*|.*deterministic.*|(get|set)_(num|default|printoptions|"
    r"float32|flush|warn|rng).*|init_num_threads|is_warn_always.*|set_grad_enabled|is_grad_enabled|is_inference_mode_enabled|"
    r"manual_seed|seed|initial_seed",
    "files, pickles, subclasses, the graph": r"save|load|from_file|is_storage|typename|module_load|as_subclass|const_data_ptr|index|"
    r"register_.*|backward|share_memory_|is_shared|storage_type|new|reinforce|data_ptr|index|"
    r"requires_grad_|retain_grad",
    "removed from torch: they raise": r"eig|symeig|lstsq|matrix_rank|solve|resize|resize_as",
}
# names of a namespace that a pattern for another one would take with it
KEPT = {
    "linalg": ("eig", "lstsq", "matrix_rank", "solve", "cond"),
}


def listed(space, name):
    """The names of a namespace: (those listed, {reason: those left out})."""
    public = [n for n in dir(space) if n[0] != "_" and callable(getattr(space, n))]
    public = [n for n in public if not isinstance(getattr(space, n), type)]
    kept, out = [], {}
    for n in public:
        reason = next((r for r, pattern in REASONS.items() if re.fullmatch(pattern, n)), None)
        if reason is None or n in KEPT.get(name, ()):
            kept.append(n)
        else:
            out.setdefault(reason, []).append(n)
    return kept, out


def attributes(package):
    """All public names of a package, submodules that it has not loaded yet among them."""
    names = {*dir(package), *(m.name for m in pkgutil.iter_modules(getattr(package, "__path__", ())))}
    return sorted(n for n in names if n[0] != "_")


def main():
    stored = {"torch": torch.__version__, "names": {}, "left_out": {}}
    stored["attributes"] = {p.__name__: attributes(p) for p in map(importlib.import_module, PACKAGES)}
    for name, space in SPACES.items():
        stored["names"][name], stored["left_out"][name] = listed(space, name)
        print(name, len(stored["names"][name]), {r: len(names) for r, names in stored["left_out"][name].items()})
    path = pathlib.Path(__file__).with_name("torch_names.json")
    text = json.dumps(stored, indent=0, separators=(",", ":"))
    path.write_text(text.replace('",\n', '",') + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
