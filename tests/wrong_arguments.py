"""Wrong calls of torch's classes and of the methods of Tensors, each made of torch and of compat: the error's type and text have to be
the same, or both take the arguments.

    python tests/wrong_arguments.py            which differ (torch 2.13 has to be installed)
    python tests/wrong_arguments.py --only optim.   of calls that begin so
    python tests/wrong_arguments.py --operations    instead: of every function and method with a signature of torch's parser (25,000 calls)

Right calls (network_kinds.py for torch.nn; here for optim, its schedulers, data and distributions) are changed in one place each: an argument
less, one more, one of an unknown name, each one of another type. Invariant: a call is text; so one that differs can be run by hand.
"""

import argparse
import ast
import pathlib
import re
import sys
import warnings

HERE = pathlib.Path(__file__).resolve().parent
sys.path[:0] = [str(HERE.parent), str(HERE / "expected")]

from tests.network_kinds import KINDS  # noqa: E402
from tests.side_by_side import as_at_first  # noqa: E402

OTHERS = ["'a'", "None", "[1.0]", "-1", "torch.ones(2)"]  # what takes the place of an argument
OPTIM = {"Adadelta": "", "Adagrad": "", "Adam": "betas=(0.9, 0.9)", "AdamW": "weight_decay=0.1", "Adamax": "", "ASGD": "", "LBFGS": "",
         "NAdam": "", "RAdam": "", "RMSprop": "momentum=0.1", "Rprop": "", "SGD": "momentum=0.1", "Adafactor": ""}  # fmt: skip
SCHEDULERS = {
    "LambdaLR": "len", "MultiplicativeLR": "len", "StepLR": "2, gamma=0.1", "MultiStepLR": "[2, 4], gamma=0.1", "ConstantLR": "0.5",
    "LinearLR": "0.5", "ExponentialLR": "0.9", "CosineAnnealingLR": "5", "ReduceLROnPlateau": "'min', patience=2", "CyclicLR": "0.1, 0.2",
    "OneCycleLR": "0.1, total_steps=10", "CosineAnnealingWarmRestarts": "5", "PolynomialLR": "5", "SequentialLR": "[S], [2]",
}  # fmt: skip
DATA = {
    "DataLoader": "D, batch_size=2, shuffle=True, num_workers=0, drop_last=False", "TensorDataset": "torch.ones(2), torch.ones(2)",
    "Subset": "D, [0, 1]", "ConcatDataset": "[D, D]", "random_split": "D, [1, 3]", "RandomSampler": "D, True, 2", "BatchSampler": "D, 2, False",
    "SequentialSampler": "D", "SubsetRandomSampler": "[0, 1]", "WeightedRandomSampler": "[0.5, 0.5], 2", "StackDataset": "D, D",
    "ChainDataset": "[D]",
}  # fmt: skip
DISTRIBUTIONS = {
    "Normal": "0.0, 1.0", "Bernoulli": "0.5", "Categorical": "torch.ones(3)", "Beta": "0.5, 0.5", "Binomial": "3, torch.tensor([0.5])",
    "Cauchy": "0.0, 1.0", "Chi2": "torch.tensor([1.0])", "Dirichlet": "torch.ones(2)", "Exponential": "1.0", "FisherSnedecor": "1.0, 2.0",
    "Gamma": "1.0, 1.0", "Geometric": "torch.tensor([0.5])", "Gumbel": "0.0, 1.0", "HalfCauchy": "1.0", "HalfNormal": "1.0",
    "Independent": "N(torch.zeros(2), 1.0), 1", "Kumaraswamy": "1.0, 1.0", "Laplace": "0.0, 1.0", "LogNormal": "0.0, 1.0",
    "MultivariateNormal": "torch.zeros(2), torch.eye(2)", "Multinomial": "3, torch.ones(3)", "NegativeBinomial": "3, torch.tensor([0.5])",
    "OneHotCategorical": "torch.ones(3)", "Pareto": "1.0, 1.0", "Poisson": "torch.tensor([1.0])", "RelaxedBernoulli": "torch.tensor([1.0]), 0.5",
    "StudentT": "2.0", "Uniform": "0.0, 1.0", "VonMises": "torch.tensor(0.0), torch.tensor(1.0)", "Weibull": "1.0, 1.0",
}  # fmt: skip
CALLED = {  # methods of an object of each kind
    "optim.SGD(P, lr=0.1)": ["step()", "zero_grad(True)", "load_state_dict({})", "add_param_group({'params': P})", "state_dict()"],
    "optim.lr_scheduler.StepLR(O, 2)": ["step()", "get_last_lr()", "load_state_dict({})"],
    "torch.distributions.Normal(0.0, 1.0)": ["sample((2,))", "log_prob(torch.ones(2))", "cdf(torch.ones(2))", "expand((2,))", "entropy()"],
    "torch.distributions.Categorical(torch.ones(3))": ["log_prob(torch.tensor(1))", "sample((2,))"],
    "nn.Linear(2, 2)": [
        "load_state_dict({})", "to('cpu')", "train(True)", "eval()", "requires_grad_(True)", "register_buffer('q', None)", "apply(len)",
        "register_parameter('q', None)", "add_module('q', None)", "get_submodule('')", "zero_grad(True)", "named_parameters('a', True)",
        "parameters(True)", "state_dict()", "register_forward_hook(len)", "type(torch.float64)", "half()", "float()", "children()",
    ],
    "nn.Sequential(nn.ReLU())": ["append(nn.ReLU())", "insert(0, nn.ReLU())", "extend([nn.ReLU()])", "pop(0)"],
    "nn.ModuleList([nn.ReLU()])": ["append(nn.ReLU())", "insert(0, nn.ReLU())", "extend([nn.ReLU()])"],
    "nn.ModuleDict({})": ["update({})", "pop('a')"],
    "nn.ParameterList([])": ["append(torch.ones(2))", "extend([])"],
    "nn": ["Parameter(torch.ones(2), True)", "init.xavier_uniform_(torch.ones(2, 2), 1.0)", "init.normal_(torch.ones(2), 0.0, 1.0)",
           "init.constant_(torch.ones(2), 1.0)", "init.kaiming_normal_(torch.ones(2, 2), 0, 'fan_in', 'relu')", "init.eye_(torch.ones(2, 2))",
           "utils.clip_grad_norm_([torch.ones(2)], 1.0)", "utils.clip_grad_value_([torch.ones(2)], 1.0)", "init.calculate_gain('relu')",
           "utils.rnn.pad_sequence([torch.ones(2)], True)", "utils.rnn.pack_padded_sequence(torch.ones(2, 1, 1), [2])"],
    "torch": ["manual_seed(1)", "no_grad()", "set_grad_enabled(True)", "autograd.grad(L, [L])", "is_tensor(1)",
              "set_default_dtype(torch.float32)", "from_numpy(np.ones(2))", "tensor([1.0], dtype=torch.float32)", "device('cpu')",
              "Generator('cpu')", "Size([1])", "is_floating_point(torch.ones(2))", "finfo(torch.float32)", "iinfo(torch.int8)",
              "autograd.backward(L)", "func.grad(len, 0)", "vmap(len, 0)", "set_printoptions(3)", "numel(torch.ones(2))"],
}  # fmt: skip


def mutations(text):
    """A right call changed in one place each."""
    tree = ast.parse(text, mode="eval").body
    args, keywords = tree.args, tree.keywords

    def made(args, keywords):
        return ast.unparse(ast.Call(tree.func, args, keywords))

    def node(text):
        return ast.parse(text, mode="eval").body

    if args:
        yield made(args[:-1], keywords)
        yield made([], [])
        yield made(args, [*keywords, ast.keyword("foo", node("1"))])
        yield made([*args, *[node("2")] * 9], keywords)
    else:
        yield made([node("1")], keywords)
        yield made([node("1"), node("2")], keywords)
        yield made([], [*keywords, ast.keyword("foo", node("1"))])
    for i in range(len(args)):
        for other in OTHERS:
            yield made([*args[:i], node(other), *args[i + 1 :]], keywords)
    for i, k in enumerate(keywords):
        for other in OTHERS:
            yield made(args, [*keywords[:i], ast.keyword(k.arg, node(other)), *keywords[i + 1 :]])


def programs():
    """Every wrong call, as text."""
    found = []
    for name, (args, options, inputs) in KINDS.items():
        some = [f"{k}={v[0]}" for k, v in options.items() if k not in ("device", "dtype", "size_average", "reduce")]
        found += mutations(f"nn.{name}({', '.join([a for a in (args[0], *some) if a])})")
        if inputs:
            made = f"nn.{name}({args[0]})"
            found += [f"{made}({m[5:-1]})" for m in mutations(f"call({inputs[0]})")]
    for name, more in OPTIM.items():
        found += mutations(f"optim.{name}(P, lr=0.1{', ' if more else ''}{more})")
    for name, args in SCHEDULERS.items():
        found += mutations(f"optim.lr_scheduler.{name}(O, {args})")
    for name, args in DATA.items():
        found += mutations(f"data.{name}({args})")
    for name, args in DISTRIBUTIONS.items():
        found += mutations(f"torch.distributions.{name}({args})")
    for made, calls in CALLED.items():
        for call in calls:
            found += [f"{made}.{m}" for m in mutations(call)]
    return list(dict.fromkeys(found))


def outcome(torch, text):
    """The error of a call as text, or "" where it is taken."""
    import importlib

    import numpy as np

    data = importlib.import_module(f"{torch.__name__}.utils.data")
    importlib.import_module(f"{torch.__name__}.distributions")
    importlib.import_module(f"{torch.__name__}.optim.lr_scheduler")
    torch.manual_seed(0)

    def X(*shape):
        return torch.ones(shape, requires_grad=True)

    P = [X(2)]
    O = torch.optim.SGD(P, lr=0.1)  # noqa: E741
    space = {
        "torch": torch, "nn": torch.nn, "F": torch.nn.functional, "optim": torch.optim, "data": data, "np": np, "P": P, "O": O, "X": X,
        "D": data.TensorDataset(torch.ones(4)), "S": torch.optim.lr_scheduler.StepLR(O, 2), "N": torch.distributions.Normal,
        "L": X(), "inf": float("inf"),
    }  # fmt: skip
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            eval(text, space)
    except Exception as error:
        from tests.random_calls import said

        text = (
            re.sub(r"0x[0-9a-f]+", "0x", said(error)).replace("compat.tensor.", "torch.").replace("compat.", "torch.")
        )
        return re.sub(
            r"\{'.*?'\}", lambda found: " ".join(sorted(found[0][1:-1].split(", "))), text
        )  # (a set has no order)
    finally:
        as_at_first(torch)
    return ""


# ------------------------------------------------------------------------------------------------ functions and methods
HOMES = {"linalg_": "torch.linalg.", "fft_": "torch.fft.", "special_": "torch.special."}
LEFT = re.compile(
    r"_|.*(sparse|quant|padded|smm)|\.(new|map_|map2_|apply_|set_|record_stream|cuda|xpu|ipu|mtia|pin_memory|q_|int_repr)|range"
)


def operations(torch, compat):
    """(the call as text, torch's arguments, compat's) of the wrong calls of expected/calls_cases.py, of every name of the table."""
    from calls_cases import wrong_calls

    from compat import _calls as calls

    for name in calls.table():
        method = name.startswith(".")
        home = next((h for h in HOMES if name.startswith(h)), "")
        whole = f"torch.ones(2, 3){name}" if method else f"{HOMES.get(home, 'torch.')}{name.removeprefix(home)}"
        if (
            LEFT.match(name)
            or calls.table()[name] == "!"
            or not all(callable(found(t, whole)) for t in (torch, compat))
        ):
            continue
        signatures = calls.signatures_of(name.lstrip("."), method)
        for theirs, ours in zip(wrong_calls(torch, signatures), wrong_calls(compat, signatures)):
            (args, named), shown = theirs, []
            shown += [f"a[{i}]" for i in range(len(args))] + [f"{k}=k[{k!r}]" for k in named]
            yield f"{whole}({', '.join(shown)})", theirs, ours


def found(torch, text):
    """What a text names, None if there is no such thing."""
    try:
        return eval(text, {"torch": torch})
    except AttributeError:
        return None


def refused(torch, text, args, named):
    """The TypeError of a call as text, "" where there is none."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            eval(text, {"torch": torch, "a": args, "k": named})
    except TypeError as error:
        return str(error)
    except Exception as error:
        return f"{type(error).__name__}: {error}" if torch.__name__ == "compat" else ""
    return ""


def compare_operations(torch, compat):
    total = wrong = 0
    for text, theirs, ours in operations(torch, compat):
        said = refused(torch, text, *theirs)
        total += bool(said)
        if said and (own := refused(compat, text, *ours)) != said:
            wrong += 1
            print(f"{text}  # {theirs}\n    T {said}\n    C {own}")
    print(f"torch refuses {total}; {wrong} differ")
    return bool(wrong)


def main():
    parser = argparse.ArgumentParser(description="Compare wrong calls of torch's classes with compat's.")
    parser.add_argument("--only", default="", help="calls that begin so")
    parser.add_argument("--operations", action="store_true", help="functions and methods instead of classes")
    a = parser.parse_args()
    import torch

    import compat
    import compat.fft
    import compat.linalg
    import compat.special

    if a.operations:
        return compare_operations(torch, compat)
    total = wrong = 0
    for text in programs():
        if not text.startswith(a.only):
            continue
        theirs, ours = outcome(torch, text), outcome(compat, text)
        total += bool(theirs)
        if text.startswith("torch.set_printoptions(") and not theirs:
            continue  # (compat refuses at once what no print could use, torch when it prints)
        if theirs != ours:
            wrong += 1
            print(f"{text}\n    T {theirs}\n    C {ours}")
    print(f"torch refuses {total}; {wrong} differ")
    return bool(wrong)


if __name__ == "__main__":
    sys.exit(main())
