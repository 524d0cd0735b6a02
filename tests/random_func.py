"""Random programs of torch.func, run under torch and under compat: transforms in random nestings over random functions.

    python tests/random_func.py --count 2000 --seed 1

A function is made of a few statements (also in place, on views, with transforms, custom Functions, modules and random numbers inside),
is put under one to four transforms, and called; results, errors, what a function prints of its arguments, and derivatives on the tape
outside are looked at. Invariant: a seed and a number give one program, always the same.
"""

import pathlib
import re
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.side_by_side import main  # noqa: E402

HELPERS = """
globals().update({name: getattr(torch.func, name) for name in torch.func.__all__})
log = []
def leaves(out):
    if isinstance(out, dict): out = list(out.values())
    return [t for o in out for t in leaves(o)] if isinstance(out, (tuple, list)) else [out] if isinstance(out, torch.Tensor) else []
def total(out): return sum([(t.sin() * (i + 1)).sum() for i, t in enumerate(leaves(out)) if t.is_floating_point()])
def D(out, *args):
    return torch.autograd.grad(total(out) + sum([(a * 0).sum() for a in args]), args)
def ones(out): return torch.utils._pytree.tree_map(lambda t: torch.cos(t.detach()), out)
class Plain(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3
    @staticmethod
    def backward(ctx, g): return ctx.saved_tensors[0] ** 2 * 3 * g
class Ruled(torch.autograd.Function):
    generate_vmap_rule = True
    @staticmethod
    def forward(x, y): return x * y, x.sin()
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(*inputs, output[1])
    @staticmethod
    def backward(ctx, g, h):
        x, y, s = ctx.saved_tensors
        return g * y + h * x.cos(), g * x
class Round(torch.autograd.Function):
    generate_vmap_rule = True
    @staticmethod
    def forward(x): return (x * 4).round() / 4
    @staticmethod
    def setup_context(ctx, inputs, output): pass
    @staticmethod
    def backward(ctx, g): return g
    @staticmethod
    def jvp(ctx, t): return t * 1
class Mapped(torch.autograd.Function):
    @staticmethod
    def forward(x, k): return x.exp() * k
    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)
        ctx.k = inputs[1]
    @staticmethod
    def backward(ctx, g): return g * ctx.saved_tensors[0], None
    @staticmethod
    def vmap(info, in_dims, x, k):
        log.append((info.batch_size, info.randomness, in_dims))
        return Mapped.apply(x, k), in_dims[0]
class Bare(torch.autograd.Function):
    @staticmethod
    def forward(x): return x.tanh()
    @staticmethod
    def setup_context(ctx, inputs, output): ctx.save_for_backward(output)
    @staticmethod
    def backward(ctx, g): return g * (1 - ctx.saved_tensors[0] ** 2)
"""
LIMITS = "INTERNAL ASSERT|NYI: |flat_bdims|allocate|we do not yet support|has been modified by an inplace|The expanded size|ZeroTensors|Nested forward|_make_dual|Cannot set version_counter"  # (what torch says of what it cannot do)
SHAPES = [(3,), (3,), (2, 3), (), (3, 3)]
UNARY = ["{}.sin()", "torch.tanh({})", "({} * 0.3).exp()", "{} ** 2", "{} ** 3", "torch.relu({})", "{}.abs()", "F.softplus({})", "({} * {} + 1).sqrt()",
         "({} * {} + 1).log()", "torch.sigmoid({})", "-{}", "{} * 2.5", "1 / ({} ** 2 + 1)", "{}.clamp(-0.5, 0.8)", "F.gelu({})", "F.elu({})", "torch.erf({})",
         "{}.clone()", "{}.detach() * 0.5", "torch.nan_to_num({})", "{}.masked_fill({} > 0.3, 0.1)", "torch.where({} > 0, {}, 0.2)", "{}.square()", "{} - {}.mean()",
         "torch.atan({})", "{}.double()", "{}.sign() * {}", "torch.logit({}.sigmoid())", "{}.contiguous()", "torch.sinc({})", "{}.float().double()",
         "{} + torch.ones_like({})", "{}.view_as({})", "torch.special.i0({})", "torch.lgamma({}.abs() + 1)", "F.logsigmoid({})" , "F.silu({})", "F.leaky_relu({})"]  # fmt: skip
ROWS = ["{}.softmax(-1)", "{}.cumsum(-1)", "{}.flip(-1)", "{}.roll(1, -1)", "{}.sort(-1)[0]", "{}[..., [2, 0, 1]]", "F.layer_norm({}, (3,))", "{}.log_softmax(-1)",
        "torch.cat([{}[..., 1:], {}[..., :1]], -1)", "F.pad({}[..., 1:], (1, 0))", "{}.cumprod(-1)", "{} - {}.mean(-1, keepdim=True)", "torch.stack({}.unbind(-1)[::-1], -1)",
        "{}.index_select(-1, torch.tensor([1, 1, 0]))", "F.normalize({}, dim=-1)", "{}.gather(-1, torch.zeros_like({}, dtype=torch.long))", "F.linear({}, C)",
        "torch.cat({}.split([1, 2], -1)[::-1], -1)", "{}.topk(3, -1)[0]", "{}.diff(dim=-1, prepend={}[..., :1])", "torch.fft.irfft(torch.fft.rfft({}), 3)", "{}.cummax(-1)[0]",
        "F.linear({}, C, C[0])", "{}.renorm(2, 0, 1.0)" , "torch.repeat_interleave({}[..., :1], 3, -1)", "{}.unfold(-1, 2, 1).sum(-1).repeat_interleave(2, -1)[..., :3]",
        "F.softmin({}, -1)", "torch.einsum('...i,ij->...j', {}, C)", "{} @ C", "{}.expand_as({})", "net({})", "{}.movedim(-1, 0).movedim(0, -1)", "F.dropout({}, 0.5, False)"]  # fmt: skip
DOWN = ["{}.sum()", "{}.mean()", "{}.norm()", "{}.logsumexp(-1).sum()", "{}.prod()", "{}.max()", "{}.var()", "{}.amin()", "{}.std(-1).sum()", "F.mse_loss({}, {} * 0.5)",
        "{}.flatten()[0]", "torch.dot({}.flatten(), {}.flatten())", "{}.median()", "{}[..., 1].sum()", "F.smooth_l1_loss({}, torch.zeros(3).double().expand_as({}))",
        "{}.trace() if {}.dim() == 2 else {}.sum()", "torch.linalg.vector_norm({}, 3)", "{}.nansum()", "torch.stack([{}.sum(), {}.max()]).sum()"]  # fmt: skip
BINARY = ["{} + {}", "{} * {}", "{} - {}", "{} / ({} ** 2 + 1)", "torch.maximum({}, {})", "torch.where({} > 0, {}, {})", "torch.atan2({}, {} ** 2 + 0.5)", "torch.hypot({} + 2, {})",
          "torch.addcmul({}, {}, {})", "torch.lerp({}, {}, 0.3)", "({} ** 2 + 1) ** {}", "torch.logaddexp({}, {})", "{}.mul({})", "torch.stack(torch.broadcast_tensors({}, {})).sum(0)"]  # fmt: skip
SQUARE = ["torch.linalg.inv({} + 5 * torch.eye(3))", "{}.T", "{} @ {}", "torch.linalg.cholesky({} @ {}.T + 3 * torch.eye(3).double())", "{}.tril()", "torch.matrix_exp({} * 0.2)",
          "torch.linalg.solve({} + 5 * torch.eye(3), C)", "{}.triu(1)", "{}.diag_embed()[0]", "torch.linalg.qr({} + 4 * C)[1]", "torch.linalg.pinv({} + 4 * C)", "{}.mm(C)",
          "torch.baddbmm(C[None], {}[None], {}[None])[0]", "torch.linalg.matrix_power({}, 2)"]  # fmt: skip
SQUARED = ["torch.linalg.det({} + 3 * C)", "torch.linalg.slogdet({} + 5 * torch.eye(3))[1]", "torch.linalg.eigvalsh({} + {}.T).sum()", "torch.linalg.svdvals({} + C).sum()",
           "{}.diagonal().sum()", "torch.linalg.matrix_norm({})"]  # fmt: skip
FROM_ROW = ["torch.outer({}, {})", "{}.diag()", "{}[:, None] * {}", "torch.cartesian_prod({}, {}).reshape(3, 6)[:, :3]", "torch.cov({}.expand(3, 3)) + C"]  # fmt: skip
WRITES = ["{v}.mul_({w})", "{v}.add_(1)", "{v}[..., 0] = {w}[..., 1]", "{v}[..., 1:] *= 2", "{v}.copy_({w})", "{v}.zero_()", "{v}[..., 1:].sin_()", "{v}.view(-1)[0] = 0.5",
          "{v}.index_fill_(-1, torch.tensor([1]), 0.3)", "{v}.masked_fill_({v} > 0, 0.4)", "{v}.clamp_(-1, 1)", "{v}.select(-1, 0).add_({w}.sum())", "{v}[..., [0, 2]] = {w}[..., [1, 1]]",
          "{v} += {w}", "{v}.t_()", "({v}.unbind(-1)[2] * 1).mul_(3) if {v}.dim() else {v}", "{v}.addcmul_({w}, {w}, value=0.5)", "{v}.scatter_(-1, torch.zeros_like({v}, dtype=torch.long), 0.7)", "{v}.exp_()",
          "{v}.index_add_(-1, torch.tensor([0]), {w}[..., :1])", "{v}.transpose(-1, 0).mul_(0.5)", "{v}.pow_(2)", "{v}.fill_(0.2)", 
          "{v}.index_put_((torch.tensor([0]),), {w}[0]) if {v}.dim() else {v}", "{v}.diagonal().add_(1) if {v}.dim() == 2 else {v}", "{v}.neg_()", "{v}.detach().mul_(2)", "{v}.data.mul_(2)",
          "{v}.squeeze_().mul_({w})", "{v}.lerp_({w}, 0.4)", "{v}.sub_({w}, alpha=2)", "{v}.div_(2)", "{v}.requires_grad_()", "{v}.cumsum_(-1)", "{v}.unsqueeze_(0)"]  # fmt: skip
INNER = ["grad(lambda t: (t.sin() * {w}).sum())({v})", "vmap(lambda t: t * {w}.sum())({v})", "vjp(lambda t: t.tanh() * {w}, {v})[1]({v} * {w})[0]", "jvp(lambda t: t ** 2 * {w}, ({v},), ({w},))[1]",
         "jacrev(lambda t: (t * {w}).sum().exp() * 0.1)({v})", "jacfwd(lambda t: (t * {w}).cos().sum())({v})", "hessian(lambda t: (t ** 3 * {w}).sum())({v}).sum(0)",
         "vmap(grad(lambda t: (t ** 3).sum() * {w}.mean()))({v})", "grad_and_value(lambda t: (t * {w}).sum())({v})[0]", "vmap(torch.mul, (0, None))({v}, {w}.sum())",
         "functionalize(lambda t: t.clone().mul_({w}))({v})", "torch.utils.checkpoint.checkpoint(lambda t: t.sin() * {w}, {v}, use_reentrant=False)",
         "functional_call(net, {{'weight': C * 0.5}}, ({v},))", "functional_call(net, {{'weight': torch.outer({w}, {w})}}, ({v},))", "vmap(lambda t: t + {w}.sum(), randomness='same')({v})",
         "vmap(vmap(torch.sin), out_dims=-1)({v}[None])[:, 0]", "torch.vmap(lambda t, u: t * u)({v}, {w})", "jvp(grad(lambda t: (t ** 3 * {w}).sum()), ({v},), ({v},))[1]"]  # fmt: skip
CUSTOM = ["Plain.apply({v})", "Ruled.apply({v}, {w})[0]", "sum(Ruled.apply({v}, {w}))", "Mapped.apply({v}, 0.5)", "Bare.apply({v})", "Ruled.apply({v}, {w})[1]", "Round.apply({v})", "Round.apply({v})"]  # fmt: skip
DRAWN = ["{v} * torch.rand(3)", "{v} + torch.randn_like({v})", "F.dropout({v}, 0.5)", "{v} * torch.bernoulli({v}.sigmoid().detach())", "{v} + torch.normal(0., 1., (3,))",
         "{v}[..., torch.randperm(3)]", "{v} * torch.randint(0, 5, (3,))", "torch.rand_like({v}) * {v}", "{v} + torch.randn(3, dtype=torch.float64)", "{v} * torch.empty(3).uniform_()",
         "{v} + torch.zeros_like({v}).normal_()", "F.rrelu({v}, training=True)", "torch.multinomial({v}.detach().softmax(-1), 2)[0] * {v}", "F.alpha_dropout({v}, 0.3, True)"]  # fmt: skip
ODD = ["log.append(str({v}))", "log.append(repr({v}))", "if {v}.sum() > 0: {v} = {v} * 2", "{v} = {v} * {w}.sum().item()", "log.append({v}.requires_grad)", "{v} = {v}[{v} > 0]",
       "log.append((tuple({v}.shape), {v}.dim(), {v}.dtype))", "{v} = {v} * float({w}.max())", "{v} = {v}.nonzero().double()", "with torch.no_grad(): {v} = {v} * {w}",
       "with torch.enable_grad(): {v} = {v} * {w}", "{v}.backward()", "{v} = torch.autograd.grad({v}.sum(), x)[0]", "{v}.register_hook(lambda g: g * 2)",
       "{v}.register_hook(lambda g: log.append(str(g)))", "log.append({v}.is_leaf)", "log.append(type({v}.grad_fn).__name__)", "{v} = {v} if {v} is not None else {w}", "{v} = torch.tensor({v})",
       "{v} = {v}.numpy()", "assert {v}.sum() > -100", "{v} = torch.as_tensor({v}.tolist())", "{v}.retain_grad()", "log.append({v}._version)", "log.append(len({v}))", "{v} = sum([t for t in {v}])",
       "{v} = max({v}, {w})", "with torch.inference_mode(): {v} = {v} * {w}", "{v} = {v}.requires_grad_()", "for t in {v}: log.append(tuple(t.shape))", "log.append(torch.func.debug_unwrap({v}))",
       "log.append({v}.data_ptr() == {v}.data_ptr())", "{v} = {v} + W", "{v} = {v} * W.sum()", "W.add_(1)", "W[0] = {v}.sum()", "W.mul_({v})", "{v} = copy.deepcopy({v})", "{v} = {v} * torch.tensor(2.0)",
       "log.append(torch.equal({v}, {v}))", "log.append(bool(torch.allclose({v}, {v})))", "{v} = pickle.loads(pickle.dumps({v}))"]  # fmt: skip


READINGS_OF_TORCH = """
def linearize(f, *a):
    kept, state = [t.clone() for t in a], torch.get_rng_state()
    def push(*t):
        now = torch.get_rng_state()
        torch.set_rng_state(state)
        try: return jvp(f, tuple([x.clone() for x in kept]), t)[1]
        finally: torch.set_rng_state(now)
    return f(*a), push
def layer_norm(t, shape):
    d = t - t.mean(-1, keepdim=True)
    return d / ((d * d).mean(-1, keepdim=True) + 1e-5).sqrt()
def cofactors(m): return torch.stack([torch.linalg.cross(m[..., i, :], m[..., i - 2, :]) for i in (1, 2, 0)], -2)
def det(m): return (m[..., 0, :] * cofactors(m)[..., 0, :]).sum(-1)
def slogdet(m): return det(m).sign(), det(m).abs().log()
def inv(m): return cofactors(m).mT / det(m)[..., None, None]
def solve(m, b): return inv(m) @ b
def looped(f, in_dims=0, out_dims=0, **options):
    def g(*args):
        dims = in_dims if isinstance(in_dims, tuple) else (in_dims,) * len(args)
        size = next(a.shape[d] for a, d in zip(args, dims) if d is not None)
        rows = [torch.utils._pytree.tree_flatten(f(*[a if d is None else a.select(d, i) for a, d in zip(args, dims)])) for i in range(size)]
        outs = [torch.stack(r) for r in zip(*[r for r, _ in rows])]
        return torch.utils._pytree.tree_unflatten([o.movedim(0, d) for o, d in zip(outs, out_dims if isinstance(out_dims, tuple) else [out_dims] * len(outs))], rows[0][1])
    return g
"""


def instead(pattern, replacement, when=None):
    """The reading of a program with something else in the place of what a pattern finds; `when`: only if torch's answer has that."""

    def reading(lines, want):
        text = "\n".join(lines[1:])
        if not re.search(pattern, text) or when and not re.search(when, str(want)):
            return None
        return [
            lines[0] + READINGS_OF_TORCH * (READINGS_OF_TORCH not in lines[0]),
            *[re.sub(pattern, replacement, line) for line in lines[1:]],
        ]

    return reading


READINGS = {  # where torch answers one question in two ways, or in words of its own insides (docs/torch-differences.md, `func`)
    "torch's words count the mapped dimensions": lambda lines, want: r"\[[\d, ]*\]|\d+|a view of (?=a leaf)" if "vmap(" in str(lines[1:]) else None,
    "torch warns of its own out=": lambda lines, want: "An output with one or more elements was resized.*" if "was resized" in str(want) else None,
    "torch's linearize forgets what is changed in place, draws twice, cannot trace": instead(r"\blinearize\(", "linearize("),
    "torch's functionalize forgets what is changed in place": instead(r"\bfunctionalize\((\w+)[^)]*\)", r"\1"),
    "torch's .data cuts in the innermost transform only": instead(r"\.data\.", ".detach()."),
    "torch's squeeze_ takes a mapped dimension of size 1": instead(r"\.squeeze_\(\)", ""),
    "torch's forward derivatives of det, inv and solve are not differentiated rightly": instead(r"torch\.linalg\.(det|slogdet|inv|solve)\(", r"\1("),
    "torch's jvp of layer_norm is a constant": instead(r"F\.layer_norm\(", "layer_norm("),
    "torch cannot map scatter_ of a value": instead(r"\bvmap\(", "looped(", r"aten::scatter_\("),
}  # fmt: skip


def filled(r, text, v, among):
    """A template with v in its first places and others of `among` in the second half of them."""
    count = text.count("{}")
    return text.format(*[v if i == 0 else r.choice(among) for i in range(count)])


class Body:
    """The statements of a function of arguments of known shapes; `values`: name -> shape."""

    def __init__(self, r, shapes, wild):
        self.r, self.wild, self.lines = r, wild, []
        self.names = [*"xyz"[: len(shapes)]]
        self.values = dict(zip(self.names, shapes))
        for _ in range(r.randint(1, 4)):
            self.statement()
        found = [v for v in self.values if v not in "xyz"] or self.names
        self.result = r.choice([found[-1], found[-1], f"{found[-1]} * {r.choice(list(self.values))}.sum()", f"{found[-1]}, {r.choice(list(self.values))} * 2",
                                f"{{'a': {found[-1]}}}"] + [", ".join(self.names[:1]), "torch.tensor(2.0)", "3.0", f"{found[-1]}, None", f"[{found[-1]}]"] * self.wild)  # fmt: skip

    def with_shape(self, *shapes):
        return [v for v, s in self.values.items() if s in shapes]

    def new(self, shape, text):
        name = f"v{len(self.values)}"
        self.values[name] = shape
        self.lines.append(f"{name} = {text}")
        return name

    def fitting(self, shape):
        """A value that broadcasts to a shape."""
        return self.r.choice([v for v, s in self.values.items() if s == shape[len(shape) - len(s) :]])

    def statement(self):
        r = self.r
        v = r.choice(list(self.values))
        shape = self.values[v]
        w = self.fitting(shape)
        kind = r.choices(["unary", "row", "down", "binary", "square", "outer", "write", "inner", "custom", "drawn", "odd"],
                         [5, 5, 3, 5, 2, 1, 5, 3, 1.5, 0.7, 1.5 * self.wild])[0]  # fmt: skip
        rows = self.with_shape((3,), (2, 3), (3, 3))
        if kind == "unary":
            text = r.choice(UNARY)
            self.new(shape, text.replace("{}", v))
        elif kind == "row" and rows:
            v = r.choice(rows)
            self.new(self.values[v], r.choice(ROWS).replace("{}", v))
        elif kind == "down":
            self.new((), r.choice(DOWN).replace("{}", v))
        elif kind == "binary":
            text = r.choice(BINARY)
            found = [v if i == 0 else w for i in range(text.count("{}"))]
            self.new(shape, text.format(*r.sample(found, len(found))))
        elif kind == "square" and self.with_shape((3, 3)):
            v = r.choice(self.with_shape((3, 3)))
            if r.random() < 0.7:
                self.new((3, 3), r.choice(SQUARE).replace("{}", v))
            else:
                self.new((), r.choice(SQUARED).replace("{}", v))
        elif kind == "outer" and self.with_shape((3,)):
            v = r.choice(self.with_shape((3,)))
            self.new((3, 3), r.choice(FROM_ROW).replace("{}", v))
        elif kind == "write":
            if r.random() < 0.9 or not self.wild:
                made = [
                    "{}.clone()",
                    "{} * 1",
                    "torch.zeros_like({})",
                    "{}.new_zeros({}.shape)",
                    "{}.sin()",
                    "torch.empty_like({}).copy_({})",
                ]
                made += ["torch.zeros({}.shape).double()", "{}"] * self.wild
                v = self.new(shape, r.choice(made).replace("{}", v))
            for _ in range(r.randint(1, 2)):
                self.lines.append(r.choice(WRITES).format(v=v, w=w))
        elif kind == "inner" and rows:
            v = r.choice(self.with_shape((3,)) or rows)
            self.new(self.values[v], r.choice(INNER).format(v=v, w=self.fitting(self.values[v])))
        elif kind == "custom":
            self.new(shape, r.choice(CUSTOM).format(v=v, w=w))
        elif kind == "drawn" and rows:
            v = r.choice(rows)
            self.new(self.values[v], r.choice(DRAWN).format(v=v))
        elif kind == "odd":
            self.lines.append(r.choice(ODD).format(v=v, w=w))

    def text(self):
        return "\n".join(
            [f"def f0({', '.join(self.names)}):", *[f"    {line}" for line in self.lines], f"    return {self.result}"]
        )


def scalar(r, f, wild):
    """f as a function whose result is a Tensor without dimensions."""
    return f if r.random() < 0.1 * wild else f"lambda *a: total({f}(*a))"


def transformed(r, k, shapes, wild, last):
    """(the line that makes function k of function k - 1, the shapes of its arguments)."""
    f, n = f"f{k - 1}", len(shapes)
    several = "(" + ", ".join(map(str, r.sample(range(n), r.randint(1, n)))) + ",)"
    argnums = r.choice(["", "", f", argnums={r.randrange(n)}", f", argnums={several}"] + [", argnums=3", ", argnums=()", ", 1.0"] * wild)  # fmt: skip
    kind = r.choice(
        ["grad", "grad", "grad_and_value", "vjp", "jvp", "vmap", "vmap", "vmap", "jacrev", "jacfwd", "hessian", "aux"]
    )
    if last and r.random() < 0.06:  # (the one cannot be transformed in torch, the other only at times)
        kind = r.choice(["linearize", "functionalize"])
    if kind in ("grad", "grad_and_value"):
        return f"f{k} = {kind}({scalar(r, f, wild)}{argnums})", shapes
    if kind == "aux":
        kind = r.choice(["grad", "grad_and_value", "jacrev", "jacfwd", "vjp", "jvp"])
        pair = f"lambda *a: (lambda o: (total(o), {r.choice(['o', 'a[0] * 2', '[o, a]', 'total(o)', 'leaves(o)[0].detach()'] + ['3', 'None', repr('text')] * wild)}))({f}(*a))"
        if kind == "vjp":
            return (
                f"f{k} = lambda *a: (lambda o, g, aux: (o, g(torch.cos(o)), aux))(*vjp({pair}, *a, has_aux=True))",
                shapes,
            )
        if kind == "jvp":
            return f"f{k} = lambda *a: jvp({pair}, a, tuple([t.cos() for t in a]), has_aux=True)", shapes
        return f"f{k} = {kind}({pair}{argnums}, has_aux=True)", shapes
    if kind in ("jacrev", "jacfwd", "hessian"):
        more = r.choice(["", "", ", chunk_size=2"]) if kind == "jacrev" else ""
        return (
            f"f{k} = {kind}({scalar(r, f, 1) if kind == 'hessian' and r.random() < 0.7 else f}{argnums}{more})",
            shapes,
        )
    if kind == "vjp":
        return f"f{k} = lambda *a: (lambda o, g: (o, g(ones(o))))(*vjp({f}, *a))", shapes
    if kind == "jvp":
        return f"f{k} = lambda *a: jvp({f}, a, tuple([t.cos() for t in a]))", shapes
    if kind == "linearize":
        return f"f{k} = lambda *a: (lambda o, g: (o, g(*[t.cos() for t in a]), g(*a)))(*linearize({f}, *a))", shapes
    if kind == "functionalize":
        return f"f{k} = functionalize({f}{r.choice(['', ', remove=' + repr('mutations_and_views')])})", shapes
    dims = [r.choice([None, 0, 0, 0, -1, len(s)]) for s in shapes]
    if all(d is None for d in dims) and not wild:
        dims[0] = 0
    size = r.choice([2, 2, 4])
    mapped = [s if d is None else (*s[: d % (len(s) + 1)], size, *s[d % (len(s) + 1) :]) for s, d in zip(shapes, dims)]
    in_dims = "" if all(d == 0 for d in dims) else f", in_dims={tuple(dims)}"
    out_dims = r.choice(["", "", "", ", out_dims=0"] + [", out_dims=(0, 0)", ", out_dims=None"] * wild)
    randomness = r.choice(["", ", randomness='same'", ", randomness='different'", ", randomness='different'"])
    chunk = r.choice(["", "", "", "", ", chunk_size=1", ", chunk_size=3"])
    return f"f{k} = vmap({f}{in_dims}{out_dims}{randomness}{chunk})", mapped


def program(r, number):
    wild = number % 3 == 2  # (calls that are wrong, or that look at what a transform hides)
    shapes = [r.choice(SHAPES) for _ in range(r.choice([1, 2, 2, 3]))]
    body = Body(r, shapes, wild)
    lines = [
        HELPERS,
        "torch.set_default_dtype(torch.float64)",
        "C = torch.eye(3) + torch.arange(9.).reshape(3, 3) / 10",
        "W = torch.tensor([0.5, -1.0, 2.0], requires_grad=True)",
    ]
    lines += ["net = nn.Linear(3, 3)", "net.weight.data.copy_(C * 0.3), net.bias.data.fill_(0.1)", body.text()]
    depth = r.choice([1, 1, 2, 2, 3, 4])
    for k in range(1, depth + 1):
        line, shapes = transformed(r, k, shapes, wild, k == depth)
        lines.append(line)
    taped = r.random() < 0.4 and "linearize" not in lines[-1]
    for name, shape in zip("xyz", shapes):
        lines.append(
            f"{name} = torch.randn({', '.join(map(str, shape)) or '()'}){'.requires_grad_()' if taped else ''}"
        )
    given = ", ".join("xyz"[: len(shapes)])
    lines += [
        f"out = f{depth}({given})",
        "torch.utils._pytree.tree_map(lambda t: t.detach() if isinstance(t, torch.Tensor) else t, out)",
        "log",
    ]
    lines += [f"D(out, {given})"] * taped
    return [*lines, "W, " + given, "torch.rand(2)"]


if __name__ == "__main__":
    main(program, __doc__, LIMITS, READINGS)
