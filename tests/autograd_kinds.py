"""The kinds of programs of tests/random_autograd.py: each a function of a random.Random that gives the lines of one program."""

VALUES = ["[1., 2., 3.]", "[0.5, -1., 2.]", "[[1., 2.], [3., -1.]]", "2.0", "[[0.3, -0.7, 1.1]]"]
UNARY = ["{}.sin()", "{} * 2", "{}.exp()", "{} ** 2", "{}.tanh()", "{}.clone()", "{}.relu()", "{}.view(-1)", "{}.sum()", "{} / 3", "-{}", "{}.abs()"]  # fmt: skip
SHAPED = ["{}.sin()", "{} * 2", "{}.exp()", "{} ** 2", "{}.tanh()", "{}.clone()", "-{}", "{} * {}", "{}.view_as({})", "{} ** 3"]  # fmt: skip


def shaped(r, v):
    return r.choice(SHAPED).replace("{}", v)


def leaf(r, name, values=None, grad=0.85):
    text = values or r.choice(VALUES)
    return f"{name} = torch.tensor({text}{', requires_grad=True' if r.random() < grad else ''})"


def some(r, pairs):
    """Those of (probability, line) that are drawn."""
    return [line for p, line in pairs if r.random() < p]


# ------------------------------------------------------------------------------------------------ custom Functions
OUTS = ["x * y", "x.clone()", "x.sin()", "x.sum()", "x", "y", "x.view(-1)", "x.detach()", "(x > 0)", "x.long()", "None", "3.5", "'text'", "[x * 2]",
        "torch.zeros(2)", "x * k", "x.mul_(2)", "y.add_(1)", "x.t() if x.dim() < 3 else x", "x.float()", "mid", "ctx"]  # fmt: skip
GIVEN = ["one(x, gs)", "one(x, gs)", "one(x, gs) * (y if y is not None else 1)", "one(y, gs)", "None", "one(x, gs) * x.detach().cos()", "one(x, gs).sum()",
         "gs[0]", "gs[0] * 2 if gs[0] is not None else None", "one(x, gs).float()", "3", "one(x, gs).expand(2, *x.shape)", "torch.ones(7)", "'a'", "Inner.apply(one(x, gs))"]  # fmt: skip
RIGHT = GIVEN[:7]


def function(r):
    """A class with random options, calls of it, and walks through them."""
    wild = r.random() < 0.3
    count = r.choice([1, 1, 1, 2, 2, 3])
    outs = [r.choice(OUTS if r.random() < 0.5 else OUTS[:4]) for _ in range(count)]
    setup = r.random() < 0.35
    outs = ["x * 2" if setup and o in ("ctx", "mid") else o for o in outs]
    one = ", ".join(outs) + ("," if count == 1 and r.random() < 0.15 else "")
    single = count == 1 and "," not in one
    save = r.sample(["x", "y", "out[0]", "mid", "x, y", "None", "x, None", "out[-1]", "x.detach()", "k", "x * 2", ""], r.choice([1, 1, 2]))  # fmt: skip
    if setup:
        save = ["x" if s == "mid" else s for s in save]
    if not wild:
        save = [s for s in save if s not in ("k", "out[0]", "out[-1]") or s != "k" and outs[0 if s == "out[0]" else -1] not in ("3.5", "'text'", "[x * 2]", "ctx")]  # fmt: skip
    named = [f"ctx.save_for_backward({', '.join([s for s in save if s])})"] if r.random() < 0.8 else []
    dirty = [v for v in "xy" if any(o.startswith((f"{v}.mul_", f"{v}.add_")) for o in outs)]
    if dirty and r.random() < 0.85 or r.random() < 0.06:
        named.append(f"ctx.mark_dirty({', '.join(dirty) or 'x'})")
    if r.random() < 0.25 or any(o in ("x.long()", "(x > 0)") for o in outs) and r.random() < 0.5:
        named.append(
            f"ctx.mark_non_differentiable({r.choice(['out[-1]', 'out[0]', 'out[-1], out[0]'] + ['3', 'x'] * wild)})"
        )
    if r.random() < 0.35:
        named.append(f"ctx.set_materialize_grads({r.choice(['False', 'False', 'True'] + ['3'] * wild)})")
    named += some(r, [(0.3, "ctx.k = k"), (0.1, "ctx.save_for_forward(x, y)"), (0.1, "ctx.remark = x * 2")])
    r.shuffle(named)
    body = ["mid = x * 3"] * ("mid" in save or "mid" in outs)
    late = [f"out = {'(' + one + ',)' if single else one}"]
    lines = ["class F(torch.autograd.Function):"]
    lines += ["    generate_vmap_rule = True"] * (r.random() < 0.3)
    end = "return out[0]" if single else "return out"
    if setup:
        lines += ["    @staticmethod", "    def forward(x, y, k=2.0):", *[f"        {s}" for s in [*late, end]]]
        lines += ["    @staticmethod", "    def setup_context(ctx, inputs, out):", "        x, y, k = inputs"]
        lines += ["        out = out if isinstance(out, tuple) else (out,)", *[f"        {s}" for s in named]]
    else:
        lines += [
            "    @staticmethod",
            "    def forward(ctx, x, y, k=2.0):",
            *[f"        {s}" for s in [*body, *late, *named, end]],
        ]
    if r.random() < 0.95:
        pool = GIVEN if wild else RIGHT
        given = [r.choice(pool), r.choice([*pool, "None"]), r.choice(["None"] * 6 + [*pool])]
        given = given[: r.choice([1, 2, 4])] + ["None"] * r.choice([0, 1]) if wild and r.random() < 0.2 else given
        back = ["say('backward', gs, ctx.needs_input_grad)"]
        saved = any("save_for_backward" in s for s in named)
        if saved and r.random() < 0.85:
            back += ["s = ctx.saved_tensors", "say('saved', s)"]
        back += [
            "x = next((t for t in s if t is not None and t.dim() == n), torch.ones(()))"
            if "s = ctx.saved_tensors" in back
            else "x = torch.ones(S)",
            "y = x * 1",
        ]
        back = [
            b.replace("t.dim() == n", "tuple(t.shape) == S and t.is_floating_point()").replace(
                "torch.ones(())", "torch.ones(S)"
            )
            for b in back
        ]
        back += some(
            r,
            [
                (0.1, "say(torch.is_grad_enabled())"),
                (0.06, "log.append(sorted(vars(ctx)))"),
                (0.05 * wild, "raise ValueError('mine')"),
            ],
        )
        back += [f"return {', '.join(given)}" if r.random() < 0.95 else f"return [{', '.join(given)}]"]
        name = "backward"
        lines += ["    @staticmethod"] + ["    @torch.autograd.function.once_differentiable"] * (r.random() < 0.15)
        lines += [f"    def {name}(ctx, *gs):", *[f"        {s}" for s in back]]
    if r.random() < 0.3:
        lines += [
            "    @staticmethod",
            "    def jvp(ctx, *ts):",
            "        say('jvp', ts)",
            f"        t = next(t for t in ts if t is not None) * {r.choice(['2', '3'])}",
        ]
        lines += [
            f"        return {r.choice(['t', 't, t', ', '.join(['t'] * count), ', '.join(['t'] * count), 'None'])}"
        ]
    if r.random() < 0.2:
        lines += [
            "    @staticmethod",
            "    def vmap(info, in_dims, x, y, k=2.0):",
            "        say(info, in_dims)",
            f"        return F.apply(x, y, k), {r.choice(['0', 'in_dims[0]', 'None', '(0, 0)'])}",
        ]
    values = r.choice(VALUES)
    shape = {"[1": "(3,)", "[0": "(3,)", "2.": "()"}.get(values[:2], "(2, 2)" if "3., -1" in values else "(1, 3)")
    program = [
        f"S = {shape}",
        "def one(x, gs): return sum([g.double().sum() * (i + 1) for i, g in enumerate(gs) if isinstance(g, torch.Tensor)]) * torch.ones(S)",
    ]
    program += [
        "class Inner(torch.autograd.Function):\n    generate_vmap_rule = True\n    @staticmethod\n    def forward(x): return x ** 2\n    @staticmethod\n    def setup_context(ctx, inputs, output): ctx.save_for_backward(inputs[0])\n    @staticmethod\n    def backward(ctx, g):\n        say('Inner', g)\n        return g * 2 * ctx.saved_tensors[0]"
    ]
    program += ["\n".join(lines), leaf(r, "x", values), leaf(r, "y", values, 0.5), "a, b = x, y"]
    program += some(
        r,
        [
            (0.5, "a = x * 1"),
            (0.15, "a = (x * 1).view_as(x)"),
            (0.1, "b = a"),
            (0.1, "a = x.detach()"),
            (0.1, "b = y * 2"),
            (0.05, "b = None"),
        ],
    )
    program += [
        f"out = F.apply({r.choice(['a, b', 'a, b', 'a, b', 'a, b, 3.0', 'a, b, k=1.5', 'a, y=b', 'a'] + ['', 'a, b, 1, 2', 'a, z=3', '3, b'] * wild)})"
    ]
    program += [
        "told()",
        "outs = out if isinstance(out, tuple) else (out,)",
        "[looked(t) if isinstance(t, torch.Tensor) else t if not hasattr(t, 'needs_input_grad') else t.needs_input_grad for t in outs]",
    ]
    program += ["[t is a or t is b for t in outs]", "looked(a), b if b is None else looked(b)"]
    program += ["ts = [t for t in outs if isinstance(t, torch.Tensor) and t.requires_grad]"]
    program += some(
        r,
        [
            (0.3, "[t.grad_fn.next_functions for t in ts]"),
            (0.15, "[t.grad_fn.saved_tensors for t in ts]"),
            (0.15, "[t.grad_fn.needs_input_grad for t in ts]"),
            (0.1, "[t.grad_fn.metadata for t in ts]"),
            (0.1, "[t.grad_fn.name() for t in ts]"),
            (0.1, "[sorted(vars(t.grad_fn)) if hasattr(t.grad_fn, '__dict__') else 0 for t in ts]"),
            (0.1, "[len(t.grad_fn._raw_saved_tensors) for t in ts]"),
            (0.1, "[t.grad_fn.non_differentiable for t in ts]"),
            (0.1, "[t.grad_fn.dirty_tensors for t in ts]"),
            (0.1, "[t.grad_fn.materialize_grads for t in ts]"),
            (0.1, "[t.grad_fn.to_save for t in ts]"),
            (0.05, "[t.grad_fn.saved_for_forward for t in ts]"),
        ],
    )
    program += some(
        r,
        [
            (0.2, "[t.register_hook(lambda g: say('hook', g)) is None for t in ts]"),
            (0.15, "[t.grad_fn.register_hook(lambda a, b: say('node', a, b)) is None for t in ts]"),
            (0.1, "[t.grad_fn.register_prehook(lambda a: say('pre', a)) is None for t in ts]"),
            (0.15, "ts[0].mul_(2)"),
            (0.1, "ts[-1].retain_grad()"),
            (0.1, "a.mul_(2)"),
            (0.1, "a.register_hook(lambda g: say('in', g))"),
        ],
    )
    walks = ["torch.autograd.backward(ts, [torch.ones_like(t) for t in ts], retain_graph=True)", "ts[0].sum().backward()", "ts[-1].sum().backward()",
             "torch.autograd.grad(ts, [x], [torch.ones_like(t) for t in ts], allow_unused=True)", "[text(g) for g in torch.autograd.grad([t.sum() for t in ts], [x, a], create_graph=True, allow_unused=True)]",
             "(lambda g: torch.autograd.grad(g.sum(), x, allow_unused=True))(torch.autograd.grad(ts[0].sum(), x, create_graph=True)[0])", "torch.func.grad(lambda v: outs_of(F.apply(v, b)))(x)",
             "torch.func.jvp(lambda v: F.apply(v, b), (x,), (x * 2,))", "torch.func.vmap(lambda v: F.apply(v, b))(x)", "torch.func.vmap(lambda v, w: F.apply(v, w))(x, y)", "torch.func.jacrev(lambda v: F.apply(v, b))(x)",
             "torch.autograd.functional.jacobian(lambda v: outs_of(F.apply(v, y)), x)", "torch.autograd.functional.hessian(lambda v: outs_of(F.apply(v, y)), x)", "dual()", "torch.autograd.backward(ts[0], torch.ones_like(ts[0]), create_graph=True)",
             "torch.func.vmap(torch.func.grad(lambda v: outs_of(F.apply(v, v))))(x)"]  # fmt: skip
    program += [
        "def outs_of(out): return sum([t.sum() for t in (out if isinstance(out, tuple) else (out,)) if isinstance(t, torch.Tensor) and t.requires_grad])"
    ]
    program += [
        "def dual():\n    with torch.autograd.forward_ad.dual_level() as level:\n        d = torch.autograd.forward_ad.make_dual(x * 1, torch.ones_like(x))\n        o = F.apply(d, y)\n        return [torch.autograd.forward_ad.unpack_dual(t) for t in (o if isinstance(o, tuple) else (o,)) if isinstance(t, torch.Tensor)]"
    ]
    for _ in range(r.choice([1, 2, 2, 3])):
        walk = r.choice(walks[:6] if r.random() < 0.7 else walks)
        program += [walk, "told()", "text(x.grad), text(y.grad)"]
    return program


# ------------------------------------------------------------------------------------------------ what is saved
PACKS = ["p1, u1", "p2, u2", "lambda t: t, lambda t: t", "lambda t: t * 2, lambda t: t / 2", "lambda t: t.detach().clone(), lambda t: t", "lambda t: t.tolist(), torch.tensor",
         "lambda t: (t, t.shape), lambda p: p[0]"]  # fmt: skip
WRONG_PACKS = ["lambda t: t.mul_(2), lambda t: t", "lambda t: t, lambda t: 3", "lambda t: 1 / 0, lambda t: t", "lambda t: t, lambda t: 1 / 0", "3, 4"]  # fmt: skip
SAVERS = ["x * y", "x.sin()", "x.exp()", "x ** 2", "x ** y", "x / y", "x.tanh()", "torch.sigmoid(x)", "x.softmax(-1)", "x @ x", "torch.nn.functional.gelu(x)", "x.prod()", "x.norm()", "x.cumprod(0)",
          "x.max()", "x.sort()[0]", "torch.where(x > 0, x, y)", "torch.maximum(x, y)", "x.clamp(0, 1)", "x.abs()", "x.log1p()", "torch.atan2(x, y)", "x[[0, 1]]", "x.masked_fill(x > 1, 0)",
          "torch.nn.functional.linear(x, W)", "torch.nn.functional.layer_norm(x, (3,))", "x.logsumexp(0)", "x.std()", "torch.outer(x, y)", "x.pow(3)", "x.sqrt()", "x.rsqrt()", "torch.lerp(x, y, 0.3)", "x.var()",
          "torch.addcmul(x, y, y)", "x.gather(0, torch.tensor([0, 2]))", "x.erf()", "x.sum() * y", "torch.nn.functional.mse_loss(x, y)", "x.cumsum(0)", "torch.stack([x, y]).prod(0)", "x.mul(2)", "x.div(y * 2)",
          "torch.nn.functional.softplus(x)", "x.expm1()", "x.log()", "x.square()", "torch.einsum('i,j->ij', x, y)", "x.dot(y)", "x.reciprocal()", "x.sinh()", "torch.hypot(x, y)", "x.relu()", "torch.nn.functional.silu(x)"]  # fmt: skip
ALIKE = ["x * y", "x.sin()", "x.exp()", "x ** 2", "x / y", "x.tanh()", "torch.sigmoid(x)", "x.log()", "x.cos()", "x.sqrt()", "x.log1p()", "torch.atan2(x, y)", "x.sinh()"]  # fmt: skip  # (save the same in both)


def saved(r):
    """Hooks of what is saved: nested, wrong, disabled, with walks of several kinds and the nodes' own saved fields."""
    alike = r.random() < 0.6  # (of other operations figures are compared, and not what they save)
    pool = PACKS[0 if alike else 2 :] + WRONG_PACKS * (alike and r.random() < 0.5)
    g = "torch.autograd.graph."
    lines = [
        "def p1(t):\n    say('p1', t)\n    return t",
        "def u1(t):\n    say('u1', t)\n    return t",
        "def p2(t):\n    say('p2', t)\n    return t.detach()",
        "def u2(t):\n    say('u2', t)\n    return t",
    ]
    lines += [leaf(r, "x", "[0.5, 1.5, 2.]"), leaf(r, "y", "[1., 2., 0.3]", 0.6), "W = torch.arange(6.).reshape(2, 3)"]

    def under():
        return r.choice(
            [f"{g}saved_tensors_hooks({r.choice(pool)})"] * 5
            + [
                f"{g}save_on_cpu()",
                f"{g}disable_saved_tensors_hooks('no')",
                "torch.no_grad()",
                f"{g}allow_mutation_on_saved_tensors()",
            ]
        )

    depth = r.choice([1, 1, 2])
    first, second = [r.choice(ALIKE if alike else SAVERS) for _ in range(2)]
    made = [
        f"v = {first}",
        f"w = {second}",
        r.choice(
            [
                "z = (v.sum() * w.sum()).sin()",
                "z = v.sum() + w.sum()",
                "z = (v.sum() - w).sum()",
                "v.mul_(y); z = v.sum() + w.sum()",
            ]
        ),
    ]
    if depth == 1:
        lines += [f"with {under()}:\n    " + "\n    ".join(made)]
    else:
        lines += [f"with {under()}:\n    {made[0]}\n    with {under()}:\n        {made[1]}\n    {made[2]}"]
    lines += ["told()", "[type(t.grad_fn).__name__ for t in (v, w, z)]"]
    kept = "for t in (v, w) if t.requires_grad for k in ('self', 'other', 'result', 'exponent') if isinstance(getattr(t.grad_fn, '_saved_' + k, None), torch.Tensor) and hasattr(t.grad_fn, '_raw_saved_' + k)"
    fields = f"[(k, getattr(t.grad_fn, '_saved_' + k)) {kept}]"
    looks = [
        (0.4, fields),
        (0.3, f"[(k, getattr(t.grad_fn, '_raw_saved_' + k).data) {kept}]"),
        (
            0.2,
            f"[getattr(t.grad_fn, '_raw_saved_' + k).register_hooks(lambda t: (say('late', t), t)[1], lambda t: (say('unlate', t), t)[1]) {kept}]",
        ),
    ]
    lines += some(r, looks) if alike else []
    lines += some(r, [(0.15, "x.detach().mul_(1)"), (0.1, "v.add_(1)"), (0.1, "w.detach().add_(1)")])
    walks = [
        "z.backward()",
        "z.backward(retain_graph=True)",
        "torch.autograd.grad(z, x, create_graph=True)[0].sum().backward()",
        "torch.autograd.grad(z, (x, y), allow_unused=True)",
        "v.sum().backward(retain_graph=True)",
        "torch.autograd.grad(w.sum(), x, retain_graph=True)",
        "torch.autograd.backward([v.sum(), w.sum()])",
    ]
    for _ in range(r.choice([1, 2, 2, 3])):
        lines += [r.choice(walks), "told()"]
    lines += ["x.grad, y.grad"] + some(r, [(0.3 * alike, fields)])
    return lines


# ------------------------------------------------------------------------------------------------ checkpoints
def checkpoint(r):
    """checkpoint and checkpoint_sequential with hooks, random numbers, several results, changed state, wrong arguments."""
    wild = r.random() < 0.35
    c = "torch.utils.checkpoint."
    lines = [
        leaf(r, "x", "[0.5, 1.5, 2.]", 0.9),
        leaf(r, "y", "[1., 2., 0.3]", 0.5),
        "net = nn.Sequential(nn.Linear(3, 3), nn.Tanh(), nn.Dropout(0.5), nn.Linear(3, 3), nn.ReLU())",
        "calls = [0]",
    ]
    body = r.sample(["a = a.sin() * b", "a = F.dropout(a, 0.5)", "a = a * torch.rand(3)", "a = net(a)", "a = a.exp()", "a = a.clone().mul_(b)", "a.register_hook(lambda g: say('hook', g))", "a = a ** 2",
                     "calls[0] += 1; say('called', calls[0], torch.is_grad_enabled())", "a = a.detach() * b", "a = F.linear(a, net[0].weight)", "a.retain_grad()", "b = b.sum() * a"]
                    + ["if calls[0] > 1: a = a * a * a.exp()", "calls[0] += 1; a = a[:2] if calls[0] > 1 else a", "a.add_(1)", "if calls[0]: raise ValueError('later')", "torch.manual_seed(calls[0])",
                       "a = a.double() if calls[0] > 1 else a.float()"] * wild, r.randint(1, 4))  # fmt: skip
    ends = [
        "a",
        "a",
        "a, b",
        "a.sum()",
        "a, a * 2",
        "(a, 3)",
        "{'a': a}",
        "None",
        "a, None",
        "[a, b]",
        "a.detach()",
        "a, a.detach()",
        "a > 0",
    ]
    lines += [
        "def f(a, b=None, *rest, k=1.0):\n    b = y if b is None else b\n    "
        + "\n    ".join(body)
        + f"\n    return {r.choice(ends if r.random() < 0.5 else ends[:2])}"
    ]
    reentrant = r.choice(
        ["use_reentrant=False", "use_reentrant=False", "use_reentrant=True", "use_reentrant=True"]
        + ["", "use_reentrant=None"] * wild
    )
    options = some(
        r,
        [
            (0.2, "preserve_rng_state=False"),
            (0.15, "determinism_check='none'"),
            (0.1 * wild, "determinism_check='other'"),
            (0.1, "debug=True" if wild else "debug=False"),
            (0.1, "k=2.0"),
            (0.1, "early_stop=False"),
            (0.1 * wild, "context_fn=lambda: (torch.no_grad(), torch.no_grad())"),
            (
                0.1,
                "context_fn=lambda: (torch.autograd.graph.saved_tensors_hooks(lambda t: t, lambda t: t), torch.no_grad())"
                if wild
                else "preserve_rng_state=True",
            ),
            (0.05 * wild, "nothing=3"),
        ],
    )
    options = list({o.split("=")[0]: o for o in options}.values())
    args = r.choice(
        ["x", "x, y", "x * 1, y", "x * 1", "x, y, 3", "x.detach(), y.detach()", "x, 2.0"] + ["", "[x], y", "3"] * wild
    )
    call = f"{c}checkpoint({', '.join([s for s in ['f', args, reentrant, *options] if s])})"
    kind = r.random()
    if kind < 0.2:
        call = f"{c}checkpoint_sequential(net, {r.choice(['1', '2', '3', '5'] + ['0', '9'] * wild)}, {r.choice(['x', 'x * 1', 'x[None]'])}{', ' + reentrant if reentrant else ''}{r.choice(['', ', preserve_rng_state=False'])})"
    elif kind < 0.35:
        inner = call.replace("(f,", "(g,").replace(f"{c}checkpoint(g", f"{c}checkpoint(g")
        lines += [f"def g(a, *rest, **kw): return {c}checkpoint(f, a, use_reentrant={r.choice(['False', 'True'])})"]
        call = inner
    with_ = r.choice(
        [
            "",
            "",
            "",
            "",
            "with torch.no_grad(): ",
            "with torch.autograd.graph.saved_tensors_hooks(lambda t: (say('pack', t), t)[1], lambda t: (say('unpack', t), t)[1]): ",
            "with torch.autograd.set_detect_anomaly(True): ",
            f"with {c}set_checkpoint_early_stop(False): ",
            "with torch.autocast('cpu', dtype=torch.bfloat16): ",
            "with torch.inference_mode(): ",
        ]
    )
    lines += ["torch.manual_seed(5)", f"{with_}out = {call}", "told()", "outs = [t for t in (out.values() if isinstance(out, dict) else out if isinstance(out, (tuple, list)) else [out]) if isinstance(t, torch.Tensor)]",
              "[(text(t), str(t.dtype), t.grad_fn is None) for t in outs]", "torch.rand(1)"]  # fmt: skip
    lines += some(
        r,
        [
            (0.15, "outs[0].register_hook(lambda g: say('out hook', g))"),
            (0.15, "outs[0].mul_(2)"),
            (0.1, "net[0].weight.data.mul_(2)"),
            (0.1, "x.detach().mul_(2)"),
        ],
    )
    total = "sum([t.sum() for t in outs if t.requires_grad])"
    walks = [f"{total}.backward()", f"{total}.backward(retain_graph=True)", f"torch.autograd.grad({total}, x, allow_unused=True)", f"torch.autograd.grad({total}, x, create_graph=True)[0].sum().backward()",
             f"torch.autograd.backward([{total}], inputs=[x])", "outs[0].sum().backward()", "torch.func.grad(lambda t: total_of(f(t)))(x)", f"torch.func.grad(lambda t: {c}checkpoint(f, t, use_reentrant=False).sum())(x)",
             f"torch.func.vmap(lambda t: {c}checkpoint(lambda u: u.sin() * u, t, use_reentrant=False))(x)"]  # fmt: skip
    for _ in range(r.choice([1, 1, 2])):
        lines += [r.choice(walks[:6] if r.random() < 0.85 else walks), "told()"]
    return [*lines, "x.grad, y.grad, [p.grad for p in net.parameters()]", "torch.rand(1)", "calls"]


# ------------------------------------------------------------------------------------------------ dual Tensors
def dual(r):
    """make_dual and unpack_dual, nested with backward, views, changes in place and wrong uses."""
    wild = r.random() < 0.3
    values = r.choice(VALUES[:4])
    lines = [
        "fw = torch.autograd.forward_ad",
        leaf(r, "x", values, 0.5),
        leaf(r, "t", values, 0.4),
        "y = torch.tensor(2.5, requires_grad=True)",
    ]
    body = [
        "d = fw.make_dual("
        + r.choice(
            ["x, t", "x, t", "x * 1, t", "x, t * 2", "x.clone(), t"]
            + ["x, t[:1]", "x.long(), t", "x, t.float()", "x, 3", "x, None", "x.float(), t"] * wild
        )
        + ")"
    ]
    have = ["d"]
    for i in range(r.randint(1, 4)):
        v = r.choice(have)
        text = r.choice(
            [
                shaped(r, v),
                shaped(r, v),
                f"{v} * y",
                f"{v} * {r.choice(have)}",
                f"{v}.clone().mul_({r.choice(have)})",
                f"{v}.sum() * {v}",
                f"torch.where({v} > 0, {v}, y)",
                f"{v}.view(-1)",
                f"({v} + 1).abs_()",
                f"fw.unpack_dual({v}).primal * {v}",
                f"({v}.data * 2)",
                f"torch.stack([{v}, {v}]).sum(0)",
                f"{v}.expand(2, *{v}.shape).mean(0)",
            ]
        )
        have.append(f"v{i}")
        body.append(f"v{i} = {text}")
    last = have[-1]
    body += some(
        r,
        [
            (0.1, f"{last}.detach_()"),
            (0.1, "x.detach().mul_(2)"),
            (0.1, f"with torch.no_grad(): {last} = {last} * 3"),
            (0.05 * wild, "fw.make_dual(d, t)"),
            (0.05 * wild, "fw.enter_dual_level()"),
            (0.1, "log.append(str(d))"),
            (0.05, f"log.append(repr({last}))"),
        ],
    )
    body += [
        "p = fw.unpack_dual(" + last + ")",
        "log.append((text(p.primal), text(p.tangent), p.primal._is_view()))",
        "log.append([q.grad_fn is None for q in p if q is not None])",
    ]
    body += some(
        r,
        [
            (
                0.3,
                "log.append([text(g) for g in torch.autograd.grad(p.tangent.sum() * 1, [x, t, y], allow_unused=True, retain_graph=True)])",
            ),
            (
                0.25,
                f"log.append([text(g) for g in torch.autograd.grad({last}.sum(), [x, y], allow_unused=True, retain_graph=True)])",
            ),
            (
                0.15,
                f"g = torch.autograd.grad({last}.sum(), x, create_graph=True)[0]; log.append([text(q) for q in fw.unpack_dual(g)])",
            ),
            (0.1, f"{last}.sum().backward(); log.append(text(x.grad))"),
        ],
    )
    after = [f"{last} * 2", f"fw.unpack_dual({last})", "fw.make_dual(x, t)", "[text(g) for g in torch.autograd.grad(p.tangent.sum() + 0 * y, [x, t, y], allow_unused=True)]", "fw.exit_dual_level()", f"text({last})",
             "torch.func.jvp(lambda v: v * v, (x,), (t,))", "with_level()"]  # fmt: skip
    lines += [
        "def with_level():\n    with fw.dual_level() as level:\n        return level, fw.unpack_dual(fw.make_dual(x, t).sin())"
    ]
    lines += [
        "def run():\n    global d, p, "
        + ", ".join(have[1:])
        + "\n    with fw.dual_level():\n        "
        + "\n        ".join(body)
    ]
    lines += ["run()", "told()", "x.grad, y.grad", *r.sample(after, r.randint(1, 3)), "told()"]
    return lines


KINDS = {f.__name__: f for f in (function, saved, checkpoint, dual)}
