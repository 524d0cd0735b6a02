"""The parameters that inspect shows: names, kinds and defaults, of torch's functions, classes and methods that are written in Python, and of
compat's of the same names.

    python tests/torch_signatures.py              which differ (torch 2.13 has to be installed)

Left out are the modules of other devices, of TorchScript, fx, storages and what registers operators. Invariant: what is not in OTHER is the
same.
"""

import enum
import importlib
import inspect
import pathlib
import sys
import types
import warnings

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
SPACES = """nn nn.functional nn.init nn.utils nn.utils.rnn nn.utils.parametrize nn.utils.parametrizations nn.utils.prune nn.utils.stateless
nn.attention nn.parameter optim optim.lr_scheduler optim.swa_utils optim.optimizer utils.data utils.checkpoint utils.hooks utils.dlpack distributions
distributions.kl distributions.constraints distributions.transforms distributions.utils autograd autograd.graph autograd.functional
autograd.forward_ad autograd.gradcheck func linalg fft special amp random serialization testing overrides hub signal.windows
utils.benchmark types"""
TOP = "Tensor Size Generator device"  # classes of torch itself whose methods are looked at; of the others the functions are
OTHER = {  # name: why it is not the same
    **dict.fromkeys(
        "lu unique unique_consecutive nn.functional.adaptive_max_pool1d nn.functional.adaptive_max_pool2d nn.functional.adaptive_max_pool3d "
        "nn.functional.fractional_max_pool2d nn.functional.fractional_max_pool3d nn.functional.max_pool1d nn.functional.max_pool2d "
        "nn.functional.max_pool3d nn.Container autograd.variable".split(),
        "torch shows *args, **kwargs",
    ),
    **dict.fromkeys(
        "Tensor.istft Tensor.lu Tensor.norm Tensor.split Tensor.stft Tensor.unflatten Tensor.unique Tensor.unique_consecutive".split(),
        "one function for both, whose first parameter is not called self",
    ),
    **dict.fromkeys(
        "eig lstsq matrix_rank solve symeig Tensor.eig Tensor.lstsq Tensor.solve Tensor.symeig Tensor.reinforce Tensor.to_sparse_coo".split(),
        "torch has removed what they did, or it is of sparse Tensors: any arguments are refused",
    ),
    **dict.fromkeys("dtype layout memory_format".split(), "of a class written in C torch shows nothing"),
    **dict.fromkeys("SymBool SymFloat SymInt sym_fresh_size compile".split(), "of torch's compiler"),
    **dict.fromkeys(
        "nn.utils.stateless.NamedMemberAccessor.__init__ utils.data.DataChunk.__init__ utils.data.functional_datapipe.__init__ "
        "utils.data.guaranteed_datapipes_determinism.__init__ utils.data.non_deterministic.__init__ "
        "utils.data.runtime_validation_disabled.__init__ utils.checkpoint.TorchDispatchMode.__init__ utils.hooks.BackwardHook.__init__ "
        "autograd.enforce_grad_layout_policy.__init__ serialization.StorageType.__init__ utils.benchmark.CallgrindStats.__init__ "
        "utils.benchmark.CopyIfCallgrind.__init__ utils.benchmark.FunctionCounts.__init__ utils.benchmark.FuzzedParameter.__init__ "
        "utils.benchmark.FuzzedSparseTensor.__init__ utils.benchmark.FuzzedTensor.__init__ utils.benchmark.Fuzzer.__init__ "
        "optim.optimizer.RemovableHandle.__init__ utils.benchmark.ParameterAlias.__init__ utils.benchmark.TaskSpec.__init__".split(),
        "compat has no more of it than the name",
    ),
    **dict.fromkeys(
        "utils.benchmark.Measurement utils.benchmark.Measurement.__init__ utils.benchmark.Timer utils.benchmark.Timer.__init__ "
        "utils.benchmark.timer autograd.graph.Node autograd.graph.Node.metadata".split(),
        "of compat's own making",
    ),
    "norm": "method and function share their places, of which the sixth is another",
    "tensordot": "out is taken by name alone",
    "optim.Optimizer.profile_hook_step": "it wraps a step",
}


def shown(default):
    plain = bool, int, float, str, tuple, types.NoneType
    if default is inspect.Parameter.empty:
        return "-"
    return repr(default) if isinstance(default, plain) else type(default).__name__


def parameters(f):
    """[[name, kind, default]], or None of what shows none."""
    try:
        found = inspect.signature(f).parameters.values()
    except (TypeError, ValueError):
        return None
    return [[p.name, int(p.kind), shown(p.default)] for p in found]


def spaces(torch):
    """(a name, the module or class of that name)."""
    yield "", torch
    for name in SPACES.split():
        yield name + ".", importlib.import_module(f"{torch.__name__}.{name}")


def named(torch):
    """{name: what has it} of all that is looked at."""
    found, seen = {}, set()
    for prefix, space in spaces(torch):
        for name in sorted({*dir(space), *getattr(space, "__all__", ())}):
            x = getattr(space, name, None)
            ours = (getattr(x, "__module__", None) or "torch").partition(".")[0] in ("torch", torch.__name__)
            if (
                name[0] == "_"
                or not callable(x)
                or not ours
                or id(x) in seen
                or name.endswith(("Storage", "StorageBase"))
            ):
                continue
            seen.add(id(x))
            if not (isinstance(x, type) and name.endswith("Tensor") and name != "Tensor"):  # (by dtype and device)
                found[prefix + name] = x
            if isinstance(x, type) and not issubclass(x, enum.Enum) and (prefix or name in TOP.split()):
                for own in sorted(vars(x)):
                    method = inspect.getattr_static(x, own)
                    method = getattr(method, "__func__", method)
                    if isinstance(method, types.FunctionType) and id(method) not in seen:
                        if own[0] != "_" or own in ("__init__", "__call__", "__getitem__"):
                            seen.add(id(method))
                            found[f"{prefix}{name}.{own}"] = getattr(x, own)
    return found


def attribute(torch, name):
    """What compat has of a name; None if nothing."""
    x = torch
    for part in name.split("."):
        x = getattr(x, part, None)
    return x


def differences(torch, stored):
    """[(name, the parameters there, here)] of those that differ."""
    for name in SPACES.split():
        importlib.import_module(f"{torch.__name__}.{name}")
    rows = []
    for name, want in stored.items():
        f = attribute(torch, name)
        if name not in OTHER and f is not None and (got := parameters(f)) != want:
            rows.append((name, want, got))
    return rows


def signatures(torch):
    """{name: its parameters} of torch."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return {name: p for name, f in named(torch).items() if (p := parameters(f)) is not None}


def main():
    import torch

    import compat

    found = signatures(torch)
    rows = differences(compat, found)
    for name, want, got in rows:
        print(f"{name}\n  T {want}\n  C {got}")
    print(f"{len(found)} signatures, {len(rows)} differ, {len(OTHER)} are known to")


if __name__ == "__main__":
    main()
