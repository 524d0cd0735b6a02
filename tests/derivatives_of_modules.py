"""Forward mode and second derivatives of every class of torch.nn, under torch and under compat.

    python tests/derivatives_of_modules.py [--each 4]

The classes and what they are given are those of network_kinds.py; looked at are the tangents by the inputs (`forward_ad`) and by the
parameters (`torch.func.jvp` of `functional_call`), the gradients and the derivative of their square. Invariant: nothing differs but
where torch says that it has no forward mode.
"""

import argparse
import itertools
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.network_kinds import KINDS  # noqa: E402
from tests.side_by_side import disagreement, outcome  # noqa: E402

HEAD = [
    "torch.set_default_dtype(torch.float64)",
    """
def tensors(out): return [t for t in torch.utils._pytree.tree_flatten(out)[0] if isinstance(t, torch.Tensor) and t.is_floating_point()]
def plain(xs): return [x.detach() if isinstance(x, torch.Tensor) else x for x in xs]
def by_inputs(m, xs):
    ad = torch.autograd.forward_ad
    with ad.dual_level():
        duals = [ad.make_dual(x, x.cos()) if isinstance(x, torch.Tensor) and x.is_floating_point() else x for x in plain(xs)]
        return [ad.unpack_dual(t).tangent for t in tensors(m(*duals))]
def by_parameters(m, xs):
    p = {k: v.detach() for k, v in m.named_parameters()}
    f = lambda q: tensors(torch.func.functional_call(m, q, tuple(plain(xs))))
    return torch.func.jvp(f, (p,), ({k: v.cos() for k, v in p.items()},))[1] if p else None
""",
]
LOOKED_AT = [
    "by_inputs(m, xs)",
    "by_parameters(m, xs)",
    "D(m(*xs), *[x for x in xs if isinstance(x, torch.Tensor)], *m.parameters())",
]
NONE = "Trying to use forward AD with|must implement the jvp function|Cannot access data pointer"  # (what torch says where it has no forward mode)


def main():
    import torch

    import compat

    torch.set_num_threads(1)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--each", type=int, default=4, help="how many programs for each class")
    each = parser.parse_args().each
    count = without = wrong = 0
    for name, (arguments, _, inputs) in KINDS.items():
        for args, given in itertools.islice(itertools.product(arguments, inputs), each):
            made = [*HEAD, f"m = nn.{name}({args}).eval()", f"xs = ({given},)"]
            for line in LOOKED_AT:
                lines = [*made, line]
                want = outcome(torch, lines)
                count += 1
                if "error" in want[-1] and any(text in want[-1]["error"][1] for text in NONE.split("|")):
                    without += 1
                elif found := disagreement(outcome(compat, lines), want, lines):
                    wrong += 1
                    print(f"--- nn.{name}({args}) of {given}: {found}")
    print(f"{count} derivatives, {without} that torch does not have, {wrong} disagree")


if __name__ == "__main__":
    main()
