"""Random modules of torch.nn whose numbers are NumPy's, or Tensors of one element, run under torch and under compat: the same values, texts,
dtypes, gradients and errors.

    python tests/numbers_of_numpy.py --count 2000 --seed 1

A program makes one module of network_kinds.py with some of its options, looks at it, and runs it forward and backward. Invariant: a seed and
a number give one program, always the same.
"""

import ast
import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.network_kinds import KINDS  # noqa: E402
from tests.side_by_side import main  # noqa: E402

STANDINS = {  # type of a number in the text: what may stand in its place
    float: ["np.float64({})", "np.float64({})", "np.float32({})", "torch.tensor({})"],
    int: ["np.int64({})", "np.int64({})", "np.int32({})", "torch.tensor({})", "np.float64({})"],
    bool: ["np.bool_({})", "int({})"],
}


class Exchanged(ast.NodeTransformer):
    """Some of the numbers of a text as others of the same value."""

    def __init__(self, rng):
        self.rng = rng

    def visit_Constant(self, node):
        choices = STANDINS.get(type(node.value))
        if choices is None or self.rng.random() > 0.6:
            return node
        return ast.parse(self.rng.choice(choices).format(repr(node.value)), mode="eval").body


def program(rng, number):
    name = rng.choice(sorted(KINDS))
    args, options, inputs = KINDS[name]
    named = rng.sample(sorted(options), min(len(options), rng.choice([0, 1, 2])))
    given = ", ".join([x for x in (rng.choice(args), *[f"{n}={rng.choice(options[n])}" for n in named]) if x])
    made = ast.unparse(Exchanged(rng).visit(ast.parse(f"m = nn.{name}({given})")))
    called = rng.choice(inputs) if inputs else ""
    return [made, "m", f"y = m({called})", "y", "(y[0] if isinstance(y, tuple) else y).sum().backward()"]


if __name__ == "__main__":
    main(program, __doc__)
