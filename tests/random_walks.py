"""Random walks back: what is left behind by hooks and rules that fail, that walk themselves, or bring nothing; under torch and under compat.

    python tests/random_walks.py --count 1000 --seed 1

A program makes a graph (also in place, on views, of several results, of custom Functions), registers hooks of every kind, some of which
raise, ask for the modes, or call backward() themselves, and walks it two or three times in different ways; after each it looks at what
has been told, at the gradients, at which of them lie where they lay, and at what the hooks were given. Invariant: a seed and a number
give one program, always the same.
"""

import pathlib
import sys

sys.path[:0] = [str(pathlib.Path(__file__).parents[1])]
from tests.random_autograd import HELPERS  # noqa: E402
from tests.side_by_side import main  # noqa: E402

FUNCTIONS = """
import threading
F, A, G = torch.autograd.Function, torch.autograd, torch.autograd.graph
left, versions, in_full = [0], {}, text
def text(x): return str(tuple(x.shape)) if batched and isinstance(x, torch.Tensor) else in_full(x)
batched = False
def written(t): return t._version - versions.setdefault(id(t), (t._version, t))[0]
def burst(name):
    left[0] -= 1
    if left[0] == 0: raise ValueError(f'{name} burst')
class Cube(F):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x ** 3
    @staticmethod
    def backward(ctx, g):
        say('Cube', g, torch.is_grad_enabled(), ctx.needs_input_grad)
        burst('Cube')
        return 3 * ctx.saved_tensors[0] ** 2 * g
class Pair(F):
    @staticmethod
    def forward(ctx, x, y):
        ctx.set_materialize_grads(MATERIALIZE)
        ctx.save_for_backward(x, y)
        return x * y, x + y
    @staticmethod
    def backward(ctx, g, h):
        say('Pair', g, h, ctx.needs_input_grad)
        burst('Pair')
        x, y = ctx.saved_tensors
        a = None if g is None else g * y
        b = h
        return RETURNED
class Dirty(F):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2)
    @staticmethod
    def backward(ctx, g):
        say('Dirty', g, torch.is_grad_enabled())
        burst('Dirty')
        return g * 2
class Once(F):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        out, sign = x * x, x.sign()
        ctx.mark_non_differentiable(sign)
        return out, sign
    @staticmethod
    @A.function.once_differentiable
    def backward(ctx, g, h):
        say('Once', g, h, torch.is_grad_enabled())
        burst('Once')
        return ctx.saved_tensors[0] * 2 * g
def pack(t):
    say('pack', t)
    burst('pack')
    return t.detach()
def unpack(t):
    say('unpack', t)
    burst('unpack')
    return t
def packed(f, *a):
    with G.saved_tensors_hooks(pack, unpack): return f(*a)
def redone(reentrant, f, *a):
    def inner(*a):
        say('again', torch.is_grad_enabled())
        burst('inner')
        return f(*a)
    return torch.utils.checkpoint.checkpoint(inner, *a, use_reentrant=reentrant)
net = nn.Sequential(nn.Linear(3, 3), nn.Tanh())
with torch.no_grad():
    for p in net.parameters(): p.copy_(torch.arange(p.numel()).reshape(p.shape) / 10 - 0.3)
class Within(F):
    @staticmethod
    def forward(ctx, x):
        with torch.enable_grad():
            ctx.x = x.detach().requires_grad_(True)
            ctx.y = (ctx.x.sin() * ctx.x).sum()
        return ctx.y.detach()
    @staticmethod
    def backward(ctx, g):
        say('Within', g)
        burst('Within')
        ctx.y.backward(g, retain_graph=True)
        return ctx.x.grad
"""


def functions(r):
    text = FUNCTIONS.replace("MATERIALIZE", r.choice(["True", "False", "False"]))
    returned = ["(a, b)", "(a, b)", "(b, a)", "(None, b)", "(a, None)", "(None, None)", "a, g"]
    text = text.replace("RETURNED", r.choice(returned * 4 + ["a", "None", "(a, b, None)", "(a, b, 3)", "(a, 2.0)", "[a, b]", "(a, torch.ones(7))", "(a, b if b is None else b.float())"]))  # fmt: skip
    rows, out = text.strip().split("\n"), []
    for row in rows:
        if row.startswith((" ", "class")) and out and (row.startswith(" ")):
            out[-1] += "\n" + row
        else:
            out.append(row)
    return out


ONE = [
    "{a}.sin()", "{a}.exp() * 0.1", "{a} * {a}", "{a}.view(-1)", "{a}[1:].sum() * {a}", "{a}.clone()", "{a}.tanh()", "Cube.apply({a})",
    "Within.apply({a}) * {a}", "Dirty.apply({a} * 1)", "{a}.t() * 2", "{a}.expand(2, 3).sum(0)", "{a}.cumsum(0)", "{a}.relu()", "{a}.unbind()[0] * {a}",
    "{a}.softmax(0)", "{a}.norm() * {a}", "{a}.sum() + {a}", "{a}.detach() + {a}", "{a}.sort()[0]", "{a}.max() * {a}", "{a}.std() * {a}", "{a}.cumprod(0)",
    "torch.linalg.vector_norm({a}) + {a}", "{a}.logsumexp(0) * {a}", "Once.apply({a})[0]", "packed(lambda t: t.sin() * t, {a})", "packed(Cube.apply, {a})", "redone(False, lambda t: t.sin() * t, {a})", "redone(True, lambda t: t.sin() * t, {a})", "net({a})", "net({a}[None])[0]", "redone(False, net, {a})", "redone(True, Cube.apply, {a})", "packed(net, {a})", "{a}.view(3, 1).expand(3, 2).mean(1)",
]  # fmt: skip
TWO = ["{a} * {b}", "{a} + {b}", "Pair.apply({a}, {b})[0]", "Pair.apply({a}, {b})[1]", "sum(Pair.apply({a}, {b}))", "torch.where({a} > 0, {a}, {b})", "torch.stack([{a}, {b}]).sum(0)",
       "{a} - {b}", "{a} / ({b} ** 2 + 1)", "torch.cat([{a}, {b}])[2:5]", "torch.outer({a}, {b}) @ {a}", "torch.addcmul({a}, {a}, {b})", "torch.lerp({a}, {b}, 0.3)", "torch.atan2({a}, {b})"]  # fmt: skip
CHANGE = ["{v}.mul_({b})", "{v}.add_({b})", "{v}[0] = {b}[1]", "{v}[1:].mul_(2)", "{v}.sin_()", "{v}.copy_({b})", "{v}.zero_()", "{v} *= {b}", "{v}.view(-1).exp_()"]  # fmt: skip


def graph(r, wide=True):
    """Lines that make v0, v1, ..., and their names; x and y are leaves, z needs none."""
    lines = ["x = torch.tensor([0.5, -1., 2.], requires_grad=True)", "y = torch.tensor([1., 2., 0.3], requires_grad=True)", "z = torch.tensor([1., -2., 3.])"]  # fmt: skip
    made = []
    for i in range(r.randint(2, 6)):
        here = ["x", "y"] + made * 2
        text = r.choice(ONE if r.random() < 0.55 else TWO)
        lines.append(f"v{i} = " + text.format(a=r.choice(here), b=r.choice([*here, "z"])))
        made.append(f"v{i}")
        if wide and r.random() < 0.2:
            lines.append(r.choice(CHANGE).format(v=r.choice(made), b=r.choice([*here, "z"])))
            lines[-1] = f"try: {lines[-1]}\nexcept RuntimeError as e: say(str(e)[:60])"
    lines.append("r = " + " + ".join(dict.fromkeys([made[-1], r.choice(made), r.choice(made)])))
    return lines, made


BODIES = [
    "say('{n}', {seen})", "(say('{n}', {seen}), burst('{n}'))[1]", "say('{n}', torch.is_grad_enabled(), torch.is_inference_mode_enabled())",
    "say('{n}', {seen}, x.grad, y.grad)", "(say('{n}', {seen}), {changed})[1]",
    "say('{n}', A.grad((q * q).sum(), q, create_graph=True)[0])", "(say('{n}', {seen}), (q * q * 2).sum().backward())[0]",
]  # fmt: skip


def hooks(r, made, count=None):
    """Lines that register hooks."""
    lines = ["q = torch.tensor([1., 2.], requires_grad=True)"]
    for i in range(r.randint(1, 4) if count is None else count):
        kind = r.choice(
            ["module", "modulepre", "forward", "parameter", "parampost"]
            + ["tensor"] * 3
            + ["leaf", "post", "pre", "node", "node", "retain", "acc", "accpre", "multi"]
        )
        body = r.choice(BODIES[:2] * 2 + BODIES)
        v, k = r.choice([*made, "x"]), f"{kind}{i}"
        seen = {"node": "gi, go", "module": "gi, go", "forward": "g", "acc": "gi, go"}.get(kind, "g")
        changed = {"tensor": "g * 2", "node": "tuple([None if t is None else t * 2 for t in gi])", "pre": "tuple([None if t is None else t * 2 for t in g])", "multi": "None",
                   "post": "None", "leaf": "g * 3", "acc": "None", "accpre": "None"}.get(kind, "None")  # fmt: skip
        body = body.format(n=k, seen=seen if kind != "post" else "g.grad", changed=changed)
        leaf = r.choice("xy")
        form = {
            "module": f"{r.choice(['net', 'net[0]', 'net[1]'])}.register_full_backward_hook(lambda m, gi, go: {body})",
            "modulepre": f"{r.choice(['net', 'net[0]', 'net[1]'])}.register_full_backward_pre_hook(lambda m, g: {body})",
            "forward": f"{r.choice(['net', 'net[0]', 'net[1]'])}.register_forward_hook(lambda m, a, g: {body})",
            "parameter": f"net[0].{r.choice(['weight', 'bias'])}.register_hook(lambda g: {body})",
            "parampost": f"net[0].{r.choice(['weight', 'bias'])}.register_post_accumulate_grad_hook(lambda p: {body.replace('(g)', '(p.grad)').replace(', g)', ', p.grad)')})",
            "tensor": f"{v}.register_hook(lambda g: {body})", "leaf": f"{leaf}.register_hook(lambda g: {body})",
            "post": f"{leaf}.register_post_accumulate_grad_hook(lambda g: {body})", "retain": f"{v}.retain_grad()",
            "pre": f"{r.choice(made)}.grad_fn.register_prehook(lambda g: {body})", "node": f"{r.choice(made)}.grad_fn.register_hook(lambda gi, go: {body})",
            "acc": f"k{i} = {leaf}.view_as({leaf}).grad_fn.next_functions[0][0]\nk{i}.register_hook(lambda gi, go: {body})",
            "accpre": f"k{i} = {leaf}.view_as({leaf}).grad_fn.next_functions[0][0]\nk{i}.register_prehook(lambda g: {body})",
            "multi": f"G.register_multi_grad_hook([{v}, {r.choice(made)}], lambda g: {body}, mode={r.choice(['all', 'any'])!r})",
        }[kind]  # fmt: skip
        lines += [
            f"try: h{i} = {form}\nexcept (RuntimeError, AttributeError) as e: say(str(e)[:60])"
            if "\n" not in form
            else form
        ]
    return lines


def looked(made):
    kept = ", ".join(f"{v}.grad" for v in made)
    lines = ["told()", "text((x.grad, y.grad, q.grad, net[0].weight.grad, net[0].bias.grad))", "[places.setdefault((k, t.grad.data_ptr()), len(places)) for k, t in (('x', x), ('y', y)) if t.grad is not None]",
             "[(t.grad.requires_grad, written(t.grad)) for t in (x, y) if t.grad is not None]"]  # fmt: skip
    return lines, f"text([{kept}])"


def walk(r, made):
    """One way back."""
    v, w = r.choice(made), r.choice(made)
    more = r.choice(
        ["", "", ", retain_graph=True", ", retain_graph=True", ", create_graph=True", ", retain_graph=False"]
    )
    one = f"torch.ones_like({v})"
    inputs = r.choice(
        ["[x]", "[x, y]", f"[{v}]", f"[x, {v}]", f"[{v}, {w}]", "x", "[y, y]", f"G.get_gradient_edge({v})", "[z]"]
    )
    unused = r.choice(["", ", allow_unused=True", ", allow_unused=True", ", materialize_grads=True", ", allow_unused=False, materialize_grads=True", ", allow_unused=True, materialize_grads=True"])  # fmt: skip
    return r.choice(
        [
            f"r.sum().backward({more[2:]})", f"r.sum().backward({more[2:]})", f"r.backward(z{more})", f"A.backward([{v}, {w}], [{one}, z]{more})",
            f"A.backward(r.sum(), inputs={inputs}{more})", f"A.backward([r, {v}], [z, z], inputs={inputs}{more})",
            f"text(A.grad(r.sum(), {inputs}{more}{unused}))", f"text(A.grad([{v}, r], {inputs}, [z, z]{more}{unused}))",
            f"text(A.grad(r, {inputs}, torch.eye(3), is_grads_batched=True{more}{unused}))", f"text(A.grad({v}, {inputs}, torch.stack([z, z]), is_grads_batched=True{more}{unused}))",
            f"run(lambda: r.sum().backward({more[2:]}))", f"r.sum().backward(z{more})", f"A.backward([r.sum(), {v}]{more})",
            f"A.grad(r.sum(), x, create_graph=True, allow_unused=True)[0].sum().backward({more[2:]})",
        ]
    )  # fmt: skip


RUN = """def run(f):
    def inside():
        try: f()
        except Exception as e: say(type(e).__name__, str(e)[:200])
    t = threading.Thread(target=inside)
    t.start()
    t.join()"""


def program(r, number):
    lines = [*HELPERS_JOINED, *functions(r), RUN, "places = {}"]
    anomaly = r.random() < 0.15
    made_lines, made = graph(r)
    if anomaly:
        lines.append("anomaly = A.set_detect_anomaly(True)")
    early = [h for h in hooks(r, ["x", "y"], 2) if "net" in h] if r.random() < 0.5 else []
    lines += [made_lines[0], made_lines[1], made_lines[2], *early]
    lines.append(f"left[0] = {r.choice([0, 0, 0, 1, 3])}")
    for row in made_lines[3:]:
        v = row.split(" = ")[0]
        lines.append(
            f"try: {row}\nexcept ValueError as e:\n    say(str(e))\n    {v} = x * 1"
            if row[0] in "vr" and " = " in row and "\n" not in row and "[" not in v
            else row
        )
    lines += ["told()", "left[0] = 0"]
    lines += hooks(r, made)
    lines += ["told()"]
    seen, kept = looked(made)
    if r.random() < 0.3:
        lines.append(r.choice(["x.grad = torch.ones(3)", "y.grad = torch.zeros(3)", "x.grad = z", "x.grad = torch.ones(2, 3).sum(0)", "x.grad = torch.ones(3, requires_grad=True)", "x.grad = torch.ones(6)[::2]"]))  # fmt: skip
    for i in range(r.randint(1, 3)):
        if i and r.random() < 0.4:
            lines.append(r.choice(["x.grad = None", "x.grad = y.grad = None", "g = x.grad", "x.grad.zero_() if x.grad is not None else None", "h0.remove() if 'h0' in globals() and h0 is not None else None", "with torch.no_grad(): z.mul_(2)", "with torch.no_grad(): v0.mul_(1)"]))  # fmt: skip
        lines.append(f"left[0] = {r.choice([0, 0, 1, 1, 2, 3])}")
        w = walk(r, made)
        if (
            "is_grads_batched" in w
        ):  # (what hooks see of these, and retain, is no Tensor of torch's that can be looked into)
            lines += [
                "batched = True",
                w.replace("text(", "(", 1),
                "told()",
                "batched = False",
                *[f"{v}.grad = None" for v in made],
            ]
        lines += [w, *seen] if "is_grads_batched" not in w else seen
    return [*lines, kept]


def joined(rows):
    out = []
    for row in rows:
        if row.startswith(" "):
            out[-1] += "\n" + row
        else:
            out.append(row)
    return out


HELPERS_JOINED = joined(HELPERS)

if __name__ == "__main__":
    main(program, __doc__)
