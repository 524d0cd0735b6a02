"""torch's own databases of its tests, each sample under torch and under compat: modules, losses and optimisers, right and wrong.

    python tests/moduleinfo.py                     what differs (torch 2.13 and expecttest have to be installed)
    python tests/moduleinfo.py --of module_db      of one of module_db, common_nn, optim_db
    python tests/moduleinfo.py --only Conv         of samples with this in their name

`module_db` has modules with what makes them and what they are given, and wrong ones; `common_nn` older tests of modules and losses; `optim_db`
optimisers with their arguments and flags, and wrong ones. A sample is made once, by torch; compat gets it through a file of `torch.save`. Of
a module is looked at: text, results, first and second derivatives, state, what is saved and read again; of an optimiser ten steps and what it
keeps; of both, warnings and errors. Invariant: a program is lines over the same few names (`args`, `given`, `make`), so one that differs can
be run by hand.
"""

import argparse
import collections
import importlib
import io
import pathlib
import sys
import types
from functools import partial

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.side_by_side import disagreement, outcome  # noqa: E402

TENSORS = "[x for x in torch.utils._pytree.tree_leaves((xs, named)) if isinstance(x, torch.Tensor)]"
MODULE = [
    "m = make()",
    "m",
    "m.training, [(k, tuple(v.shape), v.dtype, v.requires_grad) for k, v in m.named_parameters() if 'Uninit' not in type(v).__name__]",
    "xs, named = given()",
    "torch.manual_seed(5); y = m(*xs, **named)",
    "y",
    "[t.stride() for t in torch.utils._pytree.tree_leaves(y) if isinstance(t, torch.Tensor)]",
    "[t.grad_fn.name() for t in torch.utils._pytree.tree_leaves(y) if isinstance(t, torch.Tensor) and t.grad_fn]",
    f"torch.manual_seed(5); D(m(*xs, **named), *{TENSORS}, *m.parameters())",
    "m.state_dict()",
    "m2 = copy.deepcopy(m).eval()",
    "m2(*xs, **named)",
    "m3 = pickle.loads(pickle.dumps(m2)); m3(*xs, **named)",
    "m3.load_state_dict(m.state_dict())",
    "m3.load_state_dict({})",
    "m.half()(*xs, **named)",
]
MISTAKE = ["m = make()", "xs, named = given()", "m(*xs, **named)"]
STEPS = [
    "params = given()",
    "o = make(params)",
    "o",
    "leaves = torch.utils._pytree.tree_leaves([g['params'] for g in o.param_groups])",
    "o.state_dict()",
    """
def closure():
    with torch.enable_grad():
        o.zero_grad()
        loss = sum([((p - 0.3 * (k + 1)).abs() ** 2).sum() for k, p in enumerate(leaves)])
        loss.backward()
        return loss
""",
    "o.step(closure)",
    *["o.step(closure if type(o).__name__ == 'LBFGS' else closure() and None)"] * 9,
    "leaves",
    "o.state_dict()",
    "o.load_state_dict(copy.deepcopy(o.state_dict())); o.step(closure)",
    "leaves",
]
DIFFERENTIABLE = [
    "params = given()",
    "leaves = [p.clone() for p in params]",
    "o = make(leaves)",
    "g = [p.detach() * 0.5 + 0.1 for p in params]",
    "for p, q in zip(leaves, g): p.grad = q.clone()",
    "o.step()",
    "torch.autograd.grad(sum([(p.abs() ** 2).sum() for p in leaves]), params, retain_graph=True)",
    *["for p, q in zip(leaves, g): p.grad = q.clone()", "o.step()"] * 3,
    "leaves",
    "o.state_dict()",
    "o = make(params)",
    "for p, q in zip(params, g): p.grad = q.clone()",
    "o.step()",
]


def across(lib, x):
    """x, of torch, as `lib` has it: through a file."""
    import torch

    file = io.BytesIO()
    torch.save(x, file)
    file.seek(0)
    return lib.load(file, weights_only=False)


def callables(lib, x):
    """x with torch's own functions in it, which no file holds, replaced by those of `lib`; what is a function is made over `lib`."""
    if isinstance(x, dict):
        return {k: callables(lib, v) for k, v in x.items()}
    if isinstance(x, (list, tuple)) and type(x) in (list, tuple):
        return type(x)([callables(lib, v) for v in x])
    if isinstance(x, (types.FunctionType, types.BuiltinFunctionType)):
        own = getattr(lib.nn.functional, x.__name__, None)
        return over(lib, x) if own is None else own
    return across(lib, x)


def over(lib, f):
    """A function of torch's tests that calls `lib` instead of torch."""
    space = dict(f.__globals__, torch=lib, nn=lib.nn, F=lib.nn.functional)
    space |= {n: over(lib, g) for n, g in f.__globals__.items() if n in f.__code__.co_names and is_helper(g)}
    cells = tuple([types.CellType(callables(lib, c.cell_contents)) for c in f.__closure__ or ()])
    made = types.FunctionType(f.__code__, space, f.__name__, callables(lib, f.__defaults__ or ()), cells)
    made.__kwdefaults__ = callables(lib, f.__kwdefaults__ or {})
    return made


def is_helper(x):
    return isinstance(x, types.FunctionType) and x.__module__.endswith("common_nn")


def calling(lib, f, named):
    """A module that calls a function, which pickle does not find."""

    class Module(lib.nn.Module):
        def forward(self, *args):
            return f(*args, **named)

    return Module()


def looked_up(lib, cls):
    """The class of `lib` that is called as one of torch."""
    held = lib
    for name in cls.__module__.split(".")[1:]:
        held = getattr(held, name, None) or importlib.import_module(f"{held.__name__}.{name}")
    return getattr(held, cls.__name__)


# ------------------------------------------------------------------------------------------------ the databases
def of_modules():
    """(name, lines, f(lib) -> the names the lines use), of torch's module_db."""
    import torch
    from torch.testing._internal import common_modules

    for info in common_modules.module_db:
        for dtype in (torch.float32, torch.float64, torch.complex128):
            if dtype not in info.dtypes and (dtype.is_complex or dtype not in info.supported_dtypes("cpu")):
                continue
            for training in (True, False)[: 2 if info.train_and_eval_differ else 1]:
                torch.manual_seed(0)
                for number, sample in enumerate(info.module_inputs_func(info, "cpu", dtype, True, training)):
                    yield (
                        f"{info.name} {dtype} {training} {number}",
                        MODULE,
                        in_use(info.module_cls, sample, training),
                    )
        for dtype in (torch.float32, torch.float64) if info.module_error_inputs_func else ():
            for number, wrong in enumerate(info.module_error_inputs_func(info, "cpu", dtype, False, True)):
                yield f"{info.name} wrong {dtype} {number}", MISTAKE, in_use(info.module_cls, wrong.module_error_input)


def in_use(cls, sample, training=True):
    made, given = sample.constructor_input, sample.forward_input

    def names(lib):
        args, named = callables(lib, (made.args, made.kwargs))
        inputs = callables(lib, (given.args, given.kwargs)) if given else ((), {})
        own = looked_up(lib, cls)
        return {"make": lambda: own(*args, **named).train(training), "given": lambda: inputs}

    return names


def of_older_tests():
    import torch
    from torch.testing._internal import common_nn

    torch.set_default_dtype(torch.float64)
    rows = [*common_nn.module_tests, *common_nn.get_new_module_tests(), *common_nn.criterion_tests]
    for number, row in enumerate(rows):
        torch.manual_seed(0)
        name = f"{row.get('fullname') or row['module_name']} {row.get('desc', '')} {number}"
        given = [made_of(row, "input")]
        if "target_fn" in row or "target_size" in row:
            given.append(made_of(row, "target"))
        yield name, ["torch.set_default_dtype(torch.float64)", *MODULE], older(row, given)


def made_of(row, what):
    import torch

    if f"{what}_fn" in row:
        return row[f"{what}_fn"]()
    return row[what] if what in row else torch.randn(row[f"{what}_size"])


def older(row, given):
    def names(lib):
        inputs = callables(lib, given)
        make = row.get("constructor")
        if isinstance(make, type):  # (that calls a function: FunctionalModule of common_nn)
            held = dict(zip(make.forward.__code__.co_freevars, [c.cell_contents for c in make.forward.__closure__]))
            f, named = callables(lib, held["fn"]), callables(lib, held["kwargs"])
            own = partial(calling, lib, f, named)
        else:
            own = over(lib, make) if make else getattr(lib.nn, row["module_name"])
        args = callables(lib, tuple(row.get("constructor_args", ())))
        return {"make": lambda: own(*args), "given": lambda: (inputs, {})}

    return names


def of_optimisers():
    import torch
    from torch.testing._internal import common_optimizers as C

    for info in C.optim_db:
        for dtype in (torch.float32, torch.float64, torch.complex128)[: 3 if info.supports_complex else 2]:
            samples = C._get_optim_inputs_including_global_cliquey_kwargs("cpu", dtype, info)
            for sample in [*samples, *fused(info, C)] if not info.only_supports_sparse_grads else ():
                name = f"{info.optim_cls.__name__} {dtype} {sample.kwargs}"
                lines = DIFFERENTIABLE if sample.kwargs.get("differentiable") else STEPS
                yield name, lines, stepped(info.optim_cls, sample.kwargs, parameters(dtype))
            for wrong in info.optim_error_inputs_func("cpu", dtype):
                own = wrong.optimizer_error_input
                params = parameters(dtype) if own.params is None else own.params
                if own.desc.startswith("dense params required"):  # (there are no sparse Tensors here)
                    continue
                yield f"{info.optim_cls.__name__} wrong {own.desc}", STEPS, stepped(info.optim_cls, own.kwargs, params)


def fused(info, C):
    """The samples with the flags that the helper of torch's tests leaves out on a CPU."""
    for sample in info.optim_inputs_func("cpu"):
        for flags in ({"foreach": True}, {"fused": True}, {"capturable": True}, {"foreach": True, "fused": True}):
            yield C.OptimizerInput(None, {**sample.kwargs, **flags})


def parameters(dtype):
    import torch

    torch.manual_seed(1)
    return [torch.nn.Parameter(torch.randn(3, 2, dtype=dtype)), torch.nn.Parameter(torch.randn(2, 2, dtype=dtype))]


def stepped(cls, kwargs, params):
    def names(lib):
        given, own = callables(lib, (params, kwargs)), looked_up(lib, cls)
        return {"make": lambda params: own(params, **given[1]), "given": lambda: given[0]}

    return names


DATABASES = {"module_db": of_modules, "common_nn": of_older_tests, "optim_db": of_optimisers}


def main():
    import torch

    import compat

    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--of", default=",".join(DATABASES), help="databases, by comma")
    parser.add_argument("--only", default="", help="samples with this in their name")
    parser.add_argument("--each", type=int, default=2, help="how many to show of what differs in like words")
    a = parser.parse_args()
    total = 0
    for database in a.of.split(","):
        count, kinds = 0, collections.Counter()
        for name, lines, given in DATABASES[database]():
            if a.only not in name:
                continue
            try:
                mine = given(compat)
            except NotImplementedError as error:  # (a class that compat has not)
                found = f"{lines[0]}\n    {error}"
            else:
                theirs = outcome(torch, lines, given(torch))
                found = disagreement(outcome(compat, lines, mine), theirs, lines)
            count += 1
            if found:
                kind = name.split()[0], *found.split("\n")[:1]
                kinds[kind] += 1
                if kinds[kind] <= a.each:
                    print(f"--- {name}\n=> {found}", flush=True)
        total += sum(kinds.values())
        torch.set_default_dtype(torch.float32)
        print(f"{database}: {count} samples, {sum(kinds.values())} differ", flush=True)
    return bool(total)


if __name__ == "__main__":
    sys.exit(main())
