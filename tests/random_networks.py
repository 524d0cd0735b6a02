"""Random programs of torch.nn, run under torch and under compat: every line's values, derivatives, texts, warnings and errors.

    python tests/random_networks.py --count 2000 --seed 1

A program makes one module with random arguments (one in four with a wrong one), looks at it, runs it forward and backward twice,
and does a few of the things that people do to modules. Invariant: a seed and a number give one program, always the same.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.network_kinds import KINDS  # noqa: E402
from tests.side_by_side import main  # noqa: E402

# ------------------------------------------------------------------------------------------------ wrong calls
WRONG = [
    "-1",
    "0",
    "'a'",
    "None",
    "2.5",
    "[1]",
    "(1, 2)",
    "True",
    "torch.tensor(1)",
    "7",
    "[]",
    "1 + 2j",
    "(1, 2, 3, 4, 5, 6, 7)",
    "'none'",
]
SPOILT = ["{}.long()", "{}.bool()", "({})[0]", "({}).unsqueeze(0)", "({}).double()", "({}).half()", "None", "1.5", "[[1., 2.]]", "torch.empty(0)",
          "({}).reshape(-1)", "({}).transpose(0, -1)", "({}).to(torch.complex64)", "({}).detach().numpy()", "'a'", "({}).detach().bfloat16()",
          "({}).repeat(2, 2)", "torch.ones(0, 4, 3)"]  # fmt: skip


def split(text):
    """The parts of an argument list."""
    parts, depth, at = [], 0, 0
    for i, c in enumerate(text):
        depth += (c in "([{") - (c in ")]}")
        if c == "," and depth == 0:
            parts.append(text[at:i].strip())
            at = i + 1
    return [p for p in [*parts, text[at:].strip()] if p]


def spoilt_call(r, args):
    args = list(args)
    how = r.randrange(8)
    if how == 0:
        args.append("foo=1")
    elif how == 1 and args:
        args.pop(r.randrange(len(args)))
    elif how == 2:
        args.insert(0, r.choice(WRONG))
    elif args:
        i = r.randrange(len(args))
        name, eq, _ = args[i].partition("=")
        args[i] = (name + eq if eq and name.isidentifier() else "") + r.choice(WRONG)
    return args


def spoilt_input(r, args):
    args = list(args)
    how = r.randrange(8)
    if how == 0:
        return r.choice([[*args, "foo=1"], args[:-1], [*args, "X(2)"]])
    i = r.randrange(len(args))
    name, eq, value = args[i].partition("=")
    if args[i].startswith("*"):
        return args
    if not (eq and name.isidentifier()):
        name, eq, value = "", "", args[i]
    args[i] = name + eq + r.choice(SPOILT).format(value)
    return args


# ------------------------------------------------------------------------------------------------ programs
ACTS = """
m.half(); repr([p.dtype for p in m.parameters()] + [b.dtype for b in m.buffers()])
m.double(); repr([p.dtype for p in m.parameters()] + [b.dtype for b in m.buffers()])
m.type(torch.float64).to(torch.float32, non_blocking=True) is m
m.to('cpu', torch.float64).to(dtype=torch.bfloat16); [p.dtype for p in m.state_dict().values()]
m.to(torch.int64)
m.to(memory_format=torch.channels_last); [p.stride() for p in m.parameters()]
m.to('nowhere')
m.to(torch.ones(1, dtype=torch.float64)); [p.dtype for p in m.parameters()]
m.to(1, 2, 3, 4, 5)
m.cuda()
m.type('torch.DoubleTensor'); [p.dtype for p in m.parameters()]
m.requires_grad_(False); [p.requires_grad for p in m.parameters()]
m.share_memory() is m, [p.is_shared() for p in m.parameters()]
seen = []; m.apply(lambda k: seen.append(type(k).__name__)); seen
m.zero_grad(); [p.grad for p in m.parameters()]
m.zero_grad(set_to_none=False); [p.grad for p in m.parameters()]
c = copy.deepcopy(m); repr(c), list(c.state_dict().items()), c.training
c = pickle.loads(pickle.dumps(m)); repr(c), list(c.state_dict().items()), c.training
c = saved(m.state_dict()); c; m.load_state_dict(c)
s = m.state_dict(); s.popitem() if s else 0; m.load_state_dict(s)
s = m.state_dict(); s['foo'] = torch.ones(1); m.load_state_dict(s, strict=False)
s = m.state_dict(); s['foo.bar'] = torch.ones(1); m.load_state_dict(s)
s = {k: torch.ones(9, 9) for k in m.state_dict()}; m.load_state_dict(s)
s = {k: v.double() for k, v in m.state_dict().items()}; m.load_state_dict(s, assign=True); [p.dtype for p in m.parameters()]
s = {k: 3 for k in m.state_dict()}; m.load_state_dict(s)
s = {k: np.ones(3) for k in m.state_dict()}; m.load_state_dict(s, False)
m.load_state_dict(3)
m.load_state_dict({})
m.load_state_dict({'x': 1, 'y.z': 2})
m.load_state_dict({}, strict=False); m.load_state_dict({}, strict=False).missing_keys
[k for k in m.state_dict(prefix='a.', keep_vars=True)], m.state_dict()._metadata
d = m.state_dict(destination={}); sorted(d)
m.register_buffer('weight', torch.ones(2))
m.register_buffer('extra', torch.ones(2), persistent=False); list(m.state_dict()), [n for n, _ in m.named_buffers()]
m.register_buffer('a.b', torch.ones(2))
m.register_buffer('', torch.ones(2))
m.register_buffer('k', 3)
m.register_buffer(3, torch.ones(2))
m.register_buffer('training', torch.ones(2))
m.register_parameter('foo', torch.ones(2))
m.register_parameter('foo', X(2) * 2)
m.register_parameter('weight', nn.Parameter(torch.ones(2)))
m.register_parameter('a.b', None)
m.register_parameter('g', None); list(m.state_dict()), [n for n, _ in m.named_parameters()]
m.add_module('foo', 3)
m.add_module('a.b', nn.ReLU())
m.add_module('forward', nn.ReLU())
m.add_module('relu', nn.ReLU()); repr(m)
m.foo
m.weight = 3
m.weight = torch.ones(2)
m.bias = None; repr(m), list(m.state_dict())
m.extra = nn.Parameter(torch.ones(2)); [n for n, _ in m.named_parameters()]
del m.weight; m.weight
del m.foo
m.extra = nn.Buffer(torch.ones(2)); [n for n, _ in m.named_buffers()]
m.get_submodule('a')
m.get_submodule('')  is m
m.get_parameter('weight')
m.get_parameter('foo')
m.get_buffer('weight')
m.get_buffer('running_mean')
m.get_parameter('foo.bar')
m.set_submodule('a.b', nn.ReLU())
m.get_extra_state()
m.set_extra_state(3)
m.train('a')
m.train(False).training
m.requires_grad_('a')
[n for n, _ in m.named_modules(prefix='p')], [n for n, _ in m.named_children()]
[n for n, _ in m.named_parameters('q', recurse=False)], [n for n, _ in m.named_buffers('q', False)]
[n for n in m.__dir__() if n[0] != '_' and not hasattr(nn.Module, n)]
list(m._parameters), list(m._buffers), list(m._modules), m._version, m.dump_patches
h = m.register_forward_hook(lambda k, a, o: print(end='')); type(h).__name__, h.id >= 0; h.remove()
m.register_forward_pre_hook(lambda k, a: None, with_kwargs=True)
m.register_full_backward_hook(lambda k, gi, go: None); m.register_backward_hook(lambda k, gi, go: None)
m.register_backward_hook(lambda k, gi, go: None); m.register_full_backward_pre_hook(lambda k, go: None)
m.register_state_dict_post_hook(lambda k, s, p, l: s.update(hook=1)); list(m.state_dict())
m.register_state_dict_pre_hook(lambda k, p, keep: None); list(m.state_dict())
m.register_load_state_dict_post_hook(lambda k, keys: keys.missing_keys.clear()); m.load_state_dict({})
m.register_load_state_dict_pre_hook(lambda k, s, *a: s.update(hook=1)); m.load_state_dict(m.state_dict())
P.register_parametrization(m, 'weight', nn.Identity()); repr(m), list(m.state_dict()), type(m).__name__
P.register_parametrization(m, 'weight', nn.Tanh())
P.register_parametrization(m, 'foo', nn.Tanh())
P.register_parametrization(m, 'bias', nn.Sigmoid()); m.bias; P.remove_parametrizations(m, 'bias'); list(m.state_dict())
P.remove_parametrizations(m, 'weight')
P.is_parametrized(m), P.is_parametrized(m, 'weight')
U.parametrizations.weight_norm(m); repr(m), list(m.state_dict().items())
U.parametrizations.weight_norm(m, dim=None); m.weight; P.remove_parametrizations(m, 'weight'); repr(m)
U.parametrizations.spectral_norm(m); m.train(); [m.weight, m.weight]; repr(m), list(m.state_dict().items())
U.parametrizations.spectral_norm(m, n_power_iterations=0)
U.parametrizations.orthogonal(m); list(m.state_dict()), repr(m)
U.weight_norm(m); repr(m), list(m.state_dict().items()); U.remove_weight_norm(m); list(m.state_dict())
U.spectral_norm(m); repr(m), list(m.state_dict()); U.remove_spectral_norm(m)
U.remove_weight_norm(m)
U.remove_spectral_norm(m)
U.parameters_to_vector(m.parameters())
U.vector_to_parameters(torch.ones(500), m.parameters()); list(m.state_dict().values())
U.clip_grad_norm_(m.parameters(), 1.0)
U.clip_grad_value_(m.parameters(), 1.0)
m.bfloat16().float(); list(m.state_dict().values())
m.compile; m.ipu; m.xpu; m.cpu() is m
len(m)
m[0]
m.eval(); m.extra_repr()
m == m, m != m, hash(m) == hash(m)
m.forward
nn.Module.forward(m)
m.__class__.__module__, m.__class__.__qualname__, m._get_name()
m.reset_parameters()
_ = torch.manual_seed(1); m.reset_parameters(); list(m.state_dict().items())
torch.func.functional_call(m, {}, (X(2, 3),))
U.skip_init(type(m), 3)
nn.Sequential(m, m); [n for n, _ in nn.Sequential(m, m).named_parameters()], [n for n, _ in nn.Sequential(m, m).named_modules(remove_duplicate=False)]
list(m.children()), sum(p.numel() for p in m.parameters())
sorted(k for k in vars(m) if not k.startswith('_'))
[(k, v) for k, v in sorted(vars(m).items()) if not k.startswith('_') and not callable(v)]
"""
ACTS = [a for a in ACTS.splitlines() if a]
LISTS = """
m.append(nn.Tanh()); repr(m)
m.insert(1, nn.Tanh()); repr(m)
m.extend([nn.Tanh(), nn.ReLU()]); repr(m)
m += [nn.Tanh()]; repr(m)
m[0] = nn.Tanh(); repr(m)
m[-1]
m[5]
m[-9]
m['a']
m[0:2]
m[::2]
del m[0]; repr(m)
del m[9]
del m[0:2]; repr(m)
m.pop(0)
m.pop('a')
m.pop(99)
len(m), list(iter(m))
m + m
m * 2
2 * m
m *= 2; repr(m)
m * 0
m * 1.5
m.append(3)
m.append('a')
m.insert(99, nn.Tanh())
m.insert(1, 3)
m.extend(3)
m.extend([3])
m + [nn.ReLU()]
m += 3
m.keys(), list(m.keys())
list(m.values())
list(m.items())
m.update({'q': nn.Tanh()}); repr(m)
m.update([('q', X(2))]); repr(m)
m.update(3)
m.update([3])
m.update([[1, 2, 3]])
m.update([(1, 2)])
m['z'] = X(2); repr(m)
m['z'] = nn.Tanh(); repr(m)
m['a.b'] = nn.Tanh()
m[3] = nn.Tanh()
'a' in m, 'nope' in m, 3 in m
m.clear(); repr(m)
m.pop('nope')
m.popitem()
m.setdefault('k', X(2)); repr(m)
m.setdefault('k')
m.get('a'), m.get('nope'), m.get('nope', 3)
m.fromkeys(['u', 'v'], 2)
m | {'k': X(2)}
m |= {'k': X(2)}; repr(m)
{'k': 3} | m
m.copy(); repr(m.copy())
list(reversed(m))
m.a
m(X(2))
m.reverse()
m.index(3)
repr(m), str(m)
""".splitlines()
LISTS = [a for a in LISTS if a]
NAMES = sorted(KINDS)


def program(r, number):
    name = NAMES[number % len(NAMES)]
    positional, options, inputs = KINDS[name]
    wrong = r.randrange(6)
    args = split(r.choice(positional))
    args += [f"{k}={r.choice(v)}" for k, v in options.items() if r.random() < 0.3 and k + "=" not in " ".join(args)]
    if wrong == 0:
        args = spoilt_call(r, args)
    given = split(r.choice(inputs))
    if wrong == 1:
        given = spoilt_input(r, given)
    dtype = next((a[6:] for a in args if a.startswith("dtype=")), "None")
    lines = [f"m = nn.{name}({', '.join(args)})", "repr(m)", "bits(m)"]
    if r.random() < 0.5:
        lines.append("list(m.state_dict().items())")
    if r.random() < 0.4:
        lines.append("m.eval()")
    if r.random() < 0.1:
        lines.append("_ = torch.set_grad_enabled(False)")
    if "64" in dtype and wrong != 1:
        lines.append("torch.set_default_dtype(torch.float64)")
    before = [
        f"a{i} = {g}"
        for i, g in enumerate(given)
        if g.startswith("X(") and g.endswith(")") and "." not in g and g.count("(") == 1
    ]
    kept = [line.partition(" ")[0] for line in before]
    given = [f"a{i}" if f"a{i}" in kept else g for i, g in enumerate(given)]
    run = not name.startswith(("ModuleList", "ModuleDict", "ParameterList", "ParameterDict")) or r.random() < 0.1
    if run:
        lines += [*before, f"y = m({', '.join(given)})", "y", f"D({', '.join(['y', *kept, '*m.parameters()'])})"]
        if r.random() < 0.5:
            lines.append("repr(m), list(m.state_dict().items())")
    lines += ["torch.set_default_dtype(torch.float32)"]
    table = LISTS if not run or (name == "Sequential" and r.random() < 0.6) else ACTS
    for line in r.sample(table, 3):
        lines += line.split("; ")
    return lines


if __name__ == "__main__":
    main(program, __doc__)
