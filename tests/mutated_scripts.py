"""Right scripts, each made wrong in one to three places at random, run under torch and under compat: the same output, warnings, error, and
line of the script.

    python tests/mutated_scripts.py --count 2000 --seed 1
    python tests/mutated_scripts.py --of parts             short scripts, each of one part of the library
    python tests/mutated_scripts.py --of modules           a module of torch.nn that is made, printed and called
    python tests/mutated_scripts.py --only schedules       of scripts with this word in their title

The right ones stand in mutated_scripts.txt and mutated_parts.txt; those of modules are made from network_kinds.py. A mutation leaves a line
out, repeats it or has it change places with the next, changes a number or a text, leaves out or exchanges arguments, operands, options or the
brackets of a call, or calls another method; in short scripts and modules it also gives a Tensor another dtype, rank or length. Invariant: a
seed and a number give one script, always the same.
"""

import argparse
import ast
import copy
import pathlib
import random
import re
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests import wrong_scripts as W  # noqa: E402
from tests.network_kinds import KINDS  # noqa: E402

HERE = pathlib.Path(__file__).parent
RIGHT = {
    kind: (HERE / f"mutated_{kind}.txt").read_text(encoding="utf-8").strip().split("\n\n")
    for kind in ("scripts", "parts")
}
OTHERWISE = """long() half() double() bool() to(torch.complex64) bfloat16() int() unsqueeze(0) unsqueeze(-1) squeeze() flatten()
expand(2,) tolist() numpy() t() detach() sum() mean() to('meta') requires_grad_() size() data grad T real""".split()
TENSOR = re.compile(r"\w*(X|ones|zeros|tensor|randn|rand|randint|arange|linspace|eye|empty)")  # (calls that give one)
METHODS = "float long double bool half numpy item detach t sum mean squeeze unsqueeze view reshape backward tolist size shape T abs exp int".split()
FIGURE = re.compile(r"-?\d+\.\d+(?:e[-+]?\d+)?")


# ------------------------------------------------------------------------------------------------ mutations
def blocks(tree):
    """The lists of statements in a tree."""
    return [
        b
        for node in ast.walk(tree)
        for b in (getattr(node, "body", None), getattr(node, "orelse", None))
        if isinstance(b, list) and b
    ]


def of_lines(r, tree):
    body = r.choice(blocks(tree))
    at = r.randrange(len(body))
    what = r.choice(["left out", "twice", "exchanged"])
    if what == "left out" and len(body) > 1:
        del body[at]
    elif what == "twice":
        body.insert(at, copy.deepcopy(body[at]))
    elif at + 1 < len(body):
        body[at], body[at + 1] = body[at + 1], body[at]


def of_constant(r, node):
    v = node.value
    if isinstance(v, bool):
        node.value = r.choice([not v, None, 2])
    elif isinstance(v, int):
        node.value = r.choice([v + 1, v - 1, -v, 0, v * 2, float(v), str(v), None])
    elif isinstance(v, float):
        node.value = r.choice([-v, 0.0, 2.0 + v, int(v), str(v), None])
    elif isinstance(v, str):
        node.value = r.choice([v + "x", "", "none", 3, None])


def of_call(r, node):
    if node.args and r.random() < 0.4:
        del node.args[r.randrange(len(node.args))]
    elif len(node.args) > 1 and r.random() < 0.4:
        r.shuffle(node.args)
    elif node.keywords and r.random() < 0.5:
        k = r.choice(node.keywords)
        if r.random() < 0.5:
            node.keywords.remove(k)
        elif k.arg:
            k.arg += "s"
    else:
        node.args.append(ast.Constant(r.choice([1, None, "a", 0.5, True])))


def of_tensor(r, node, tree):
    """Something else where a Tensor was: of another dtype, rank or length, or none at all."""
    text = ast.unparse(node)
    other = ast.parse(
        r.choice([f"{text}.{r.choice(OTHERWISE)}", f"{text}[0]", f"{text}[..., :1]", f"{text}[..., :-1]", f"[{text}]"])
    )
    for parent in ast.walk(tree):
        for field, value in ast.iter_fields(parent):
            if value is node:
                setattr(parent, field, other.body[0].value)
            elif isinstance(value, list) and any(v is node for v in value):
                value[:] = [other.body[0].value if v is node else v for v in value]


def mutated(r, text, tensors=False):
    """The script with a mistake more."""
    tree = ast.parse(text)
    found = [
        n
        for n in ast.walk(tree)
        if isinstance(n, ast.Call) and TENSOR.fullmatch(ast.unparse(n.func).rpartition(".")[2])
    ]
    if tensors and found and r.random() < 0.25:
        of_tensor(r, r.choice(found), tree)
    elif r.random() < 0.35:
        of_lines(r, tree)
    else:
        nodes = [
            n
            for n in ast.walk(tree)
            if isinstance(n, (ast.Constant, ast.Call, ast.Attribute, ast.BinOp, ast.Tuple, ast.Subscript))
        ]
        node = r.choice(nodes)
        if isinstance(node, ast.Constant):
            of_constant(r, node)
        elif isinstance(node, ast.Call):
            of_call(r, node)
        elif isinstance(node, ast.Attribute):
            node.attr = r.choice([node.attr + "s", node.attr.lower(), r.choice(METHODS), r.choice(METHODS)])
        elif isinstance(node, ast.BinOp):
            node.op = r.choice([ast.Add(), ast.Mult(), ast.MatMult(), ast.Sub(), ast.FloorDiv()])
            if r.random() < 0.5:
                node.left, node.right = node.right, node.left
        elif isinstance(node, ast.Tuple) and len(node.elts) > 1 and isinstance(node.ctx, ast.Load):
            del node.elts[r.randrange(len(node.elts))]
        elif isinstance(node, ast.Subscript):
            node.slice = ast.Constant(r.choice([0, 1, -1, 5, None, "a", 1.0]))
    return ast.unparse(ast.fix_missing_locations(tree)) + "\n"


def of_module(r, number):
    """A right script of a class of torch.nn."""
    name = [*KINDS][number % len(KINDS)]
    arguments, options, inputs = KINDS[name]
    given = [r.choice(arguments)] + [
        f"{k}={r.choice(options[k])}" for k in r.sample([*options], min(len(options), r.choice([0, 1, 2])))
    ]
    made = f"# {name}\nm = nn.{name}({', '.join(a for a in given if a)})"
    return f"{made}\nprint(m)\nout = m({r.choice(inputs)})\nprint(torch.utils._pytree.tree_map(lambda t: t.shape, out))"


def of_seed(seed, number, kind="scripts"):
    """(the title, the script with a number)."""
    r = random.Random(f"{seed} {number}")
    right = of_module(r, number) if kind == "modules" else RIGHT[kind][number % len(RIGHT[kind])]
    text = right
    for _ in range(r.choice([1, 1, 2, 3] if kind == "scripts" else [1, 1, 1, 2])):
        try:
            text = mutated(r, text, kind != "scripts")
        except (ValueError, SyntaxError):  # (inside an f-string or an assignment: no Python)
            pass
    return right.partition("\n")[0][2:], text


# ------------------------------------------------------------------------------------------------ comparing
NAMED = {  # differences that stay: what compat's error says, and why
    r"Target \d+ is out of bounds": "torch's CTC loss reads what happens to be in memory beside the row, where a target is no class"
}


def differ(got, want):
    """Do two ends differ, but for the last digits of what is printed, and what has a name?"""
    if "error" not in want and any(re.search(text, str(got.get("error"))) for text in NAMED):
        return False
    shown = [FIGURE.findall(end.get("prints", "")) for end in (got, want)]
    if len(shown[0]) == len(shown[1]) and all(near(float(a), float(b)) for a, b in zip(*shown)):
        got = got | {"prints": FIGURE.sub("#", got.get("prints", ""))}
        want = want | {"prints": FIGURE.sub("#", want.get("prints", ""))}
    return W.differ(got, want)


def near(a, b):
    return abs(a - b) <= 1e-3 * max(1.0, abs(a), abs(b))


def main():
    import torch
    import torch.nn.utils.prune

    import compat
    import compat.nn.utils.prune  # (torch loads it only when it is asked to)

    torch.set_num_threads(1)
    torch.backends.opt_einsum.enabled = False  # (a package that may be beside torch or not, with words of its own)
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument(
        "--of", default="scripts", choices=["scripts", "parts", "modules"], help="what the right scripts are of"
    )
    parser.add_argument("--only", default="", help="scripts with this text in their title")
    args = parser.parse_args()
    count = {"refused": 0, "taken": 0, "refused, and differ": 0, "taken, and differ": 0}
    for number in range(args.count):
        title, text = of_seed(args.seed, number, args.of)
        if args.only not in title:
            continue
        want = W.end_of(torch, text)
        kind = "refused" if "error" in want else "taken"
        count[kind] += 1
        got = W.end_of(compat, text)
        if differ(got, want):
            count[kind + ", and differ"] += 1
            print(f"--- {number}: {title}\n{text}  T {want}\n  C {got}", flush=True)
    print(count)


if __name__ == "__main__":
    main()
