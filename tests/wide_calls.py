"""Stranger changes of a call than random_calls.py makes: `python tests/random_calls.py --wide`.

Arguments of types that no signature has (numbers beyond 64 bits, NumPy's numbers and arrays, subclasses of int and str, lists of lists,
devices, generators), arguments by name, twice or unpacked, a method for the function, devices and dtypes that are none, and out= that
is a view, a list, or no Tensor.
"""

import ast
import enum

WILD = """
2**63; 2**64; -2**63 - 1; 10**30; 1e400; nan; -0.0; 1e39; 0.5; 2.0; 300; -129; 1 + 1j; False
np.float32(1.5); np.float64(0.5); np.int64(1); np.int8(1); np.uint8(200); np.bool_(True); np.complex64(1j); np.ones(2); np.ones((2, 3)); np.array(1); np.float64
{}; {'a': 1}; {1}; b'x'; ''; 'mean'; range(2); Ellipsis; slice(None); lambda: 0; len; int; float; bool; complex; object(); frozenset()
Two; Name; Whole.ONE; Row(1, 2)
[1.5]; [[0]]; [True]; [None]; (); []; [-1]; ['a']; (1, 1); [1, 'a']; [1, None]; [1, 2.5]; [torch.tensor(1)]; [np.int64(1)]; (0, 0); [2**63]; (1j,)
torch.Size([1]); torch.device('cpu'); torch.strided; torch.Generator(); torch.float32; torch.int64; torch.bool; torch.preserve_format; torch.channels_last
torch.tensor(True); torch.tensor([1]); torch.tensor(1j); torch.ones(2); torch.tensor(2.0, requires_grad=True); torch.tensor(-1); torch.ones(2, 0)
torch.nn.Parameter(torch.ones(2)); [torch.ones(2)]; (torch.ones(2), torch.ones(2)); [torch.ones(2), 1]; torch.ones(2, 3, requires_grad=True); torch
"""
WILD = [w for line in WILD.strip().split("\n") for w in line.split("; ")]
OPTIONS = {
    "device": "'cuda'; 'meta'; 'nonsense'; 'cuda:0'; 'cpu:1'; 'cpu'; 0; -1; 'mps'; 'xla'; None; 1.5; torch.device('cpu', 0); 'cpu:'; 'CPU'",
    "dtype": "'float32'; float; int; np.float32; None; torch.complex64; torch.int8; torch.uint16; torch.bool; 1; torch.half; torch.bfloat16",
    "layout": "torch.strided; 'strided'; None; 0; torch.sparse_coo",
    "requires_grad": "True; 1; None; 'a'",
    "memory_format": "torch.preserve_format; torch.channels_last; None; 'x'; torch.contiguous_format",
    "generator": "None; torch.Generator(); 0; torch.default_generator; 'a'",
    "pin_memory": "False; 0; 'a'",
    "dim": "None; 1; True; 0.0; (0, 1); []; [5]; 'x'; torch.tensor(0); np.int64(0)",
    "keepdim": "1; None; True; 'a'; np.bool_(True)",
    "reduction": "'mean'; 'sum'; 'none'; 'x'; None; 1",
    "alpha": "True; 2**64; 1j; 0.5; 'a'; None; torch.tensor(2)",
    "beta": "True; 2**64; 1j; 0.5; None",
    "value": "True; 2**64; 1j; 'a'; None; torch.tensor(2)",
    "inplace": "True; 1; 'a'",
    "size": "(2, 3); 2; None; 'a'",
    "input": "a; None; 1",
    "self": "a; None",
}  # fmt: skip
OUTS = ["out.t()", "out.expand(2, *out.shape)", "out[::2]", "out[..., :1]", "out.detach().requires_grad_()", "[out]", "(out, out)", "(out, i)", "out.numpy()",
        "None", "1", "out.T", "(out,)", "(out, out, out)", "a", "out.view(-1)"]  # fmt: skip


class Two(int):
    """An int that is none by its type."""


class Name(str):
    """A str that is none by its type."""


class Row(tuple):
    """A tuple that is none by its type."""

    def __new__(cls, *a):
        return super().__new__(cls, a)


class Whole(enum.IntEnum):
    ONE = 1


def space():
    """What the texts here name beside torch and the operands."""
    return {"Two": Two(2), "Name": Name("mean"), "Whole": Whole, "Row": Row}


def node(text):
    return ast.parse(text, mode="eval").body


def has_function(name):
    """Has torch a function of this name? (Of those that neither has, compat says more than torch does.)"""
    import compat

    return hasattr(compat, name)


def names_by_place(name, method):
    """The names that torch's signatures, or Python's, give to the places of arguments."""
    import inspect

    from compat._calls import in_python, signatures_of

    space, _, own = name.rpartition(".")
    prefix = {"torch.linalg": "linalg_", "torch.fft": "fft_", "torch.special": "special_"}.get(space, "")
    own = prefix + own
    signatures = signatures_of(own, method) or ()
    if signatures:
        return [p.name for p in signatures[-1].parameters]
    asked = in_python(own, method)
    if asked is not None:
        return [p for p in inspect.signature(asked).parameters][method:]
    import compat

    f = getattr(compat.nn.functional, own, None)
    try:
        return [*inspect.signature(f).parameters]
    except (TypeError, ValueError):
        return ["input", "other", "dim"]


def widened(r, name, tree, operands):
    """Change the outermost call of a text in one strange way; the tree."""
    call = tree.body
    if not isinstance(call, ast.Call):
        return tree
    method = (
        isinstance(call.func, ast.Attribute)
        and isinstance(call.func.value, ast.Name)
        and call.func.value.id in operands
    )
    kind = r.random()
    if kind < 0.4:
        places = [(call.args, i) for i in range(len(call.args))] + [(k, None) for k in call.keywords]
        if places:
            holder, at = r.choice(places)
            new = node(r.choice(WILD))
            if at is None:
                holder.value = new
            else:
                holder[at] = new
    elif kind < 0.5:
        given = {k.arg for k in call.keywords}
        key = r.choice([k for k in OPTIONS if k not in given])
        call.keywords.append(ast.keyword(key, node(r.choice(OPTIONS[key].split("; ")))))
    elif kind < 0.64:
        names = names_by_place(name, method)
        first = r.randrange(len(call.args) + 1)
        moved = [(n, a) for n, a in zip(names[first:], call.args[first:])]
        starred = any(isinstance(a, ast.Starred) for a in call.args)
        if not starred and not any(k.arg == n for k in call.keywords for n, _ in moved):
            call.args = call.args[:first]
            call.keywords = [*[ast.keyword(n, a) for n, a in moved], *call.keywords]
            if r.random() < 0.3:
                r.shuffle(call.keywords)
    elif kind < 0.72:
        names = names_by_place(name, method)
        key = r.choice(names) if names else "foo"
        if all(k.arg != key for k in call.keywords):
            call.keywords.append(ast.keyword(key, node(r.choice(WILD))))
    elif kind < 0.8:
        call.args += [node(r.choice(WILD)) for _ in range(r.choice((1, 1, 2)))]
    elif kind < 0.86 and isinstance(call.func, ast.Attribute) and call.args:
        if method and has_function(call.func.attr):
            call.args.insert(0, call.func.value)
            call.func = ast.Attribute(ast.Name("torch"), call.func.attr)
        elif not method and isinstance(call.args[0], ast.Name):
            call.func = ast.Attribute(call.args[0], call.func.attr)
            call.args = call.args[1:]
    elif kind < 0.9 and call.args:
        call.args = [ast.Starred(ast.Tuple(call.args))]
    elif all(k.arg != "out" for k in call.keywords):
        operands.setdefault(
            "out", r.choice([("float32", (2, 3)), ("int64", (2, 3)), ("float64", (3, 3)), ("complex64", (2,))])
        )
        call.keywords.append(ast.keyword("out", node(r.choice(OUTS))))
    return tree
