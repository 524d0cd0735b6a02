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
        name = "backward" if r.random() < 0.9 else "vjp"
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
WRONG_PACKS = ["lambda t: t.mul_(2), lambda t: t", "lambda t: t, lambda t: 3", "lambda t: t, lambda t: t[:1]", "lambda t: 1 / 0, lambda t: t", "lambda t: t, lambda t: 1 / 0", "3, 4", "lambda: 3, lambda t: t", "p1, lambda t: t.float()"]  # fmt: skip
SAVERS = ["x * y", "x.sin()", "x.exp()", "x ** 2", "x ** y", "x / y", "x.tanh()", "torch.sigmoid(x)", "x.softmax(-1)", "x @ x", "torch.nn.functional.gelu(x)", "x.prod()", "x.norm()", "x.cumprod(0)",
          "x.max()", "x.sort()[0]", "torch.where(x > 0, x, y)", "torch.maximum(x, y)", "x.clamp(0, 1)", "x.abs()", "x.log1p()", "torch.atan2(x, y)", "x[[0, 1]]", "x.masked_fill(x > 1, 0)",
          "torch.nn.functional.linear(x, W)", "torch.nn.functional.layer_norm(x, (3,))", "x.logsumexp(0)", "x.std()", "torch.outer(x, y)", "x.pow(3)", "x.sqrt()", "x.rsqrt()", "torch.lerp(x, y, 0.3)", "x.var()",
          "torch.addcmul(x, y, y)", "x.gather(0, torch.tensor([0, 2]))", "x.erf()", "x.sum() * y", "torch.nn.functional.mse_loss(x, y)", "x.cumsum(0)", "torch.stack([x, y]).prod(0)", "x.mul(2)", "x.div(y * 2)",
          "torch.nn.functional.softplus(x)", "x.expm1()", "x.log()", "x.square()", "torch.einsum('i,j->ij', x, y)", "x.dot(y)", "x.reciprocal()", "x.sinh()", "torch.hypot(x, y)", "x.relu()", "torch.nn.functional.silu(x)"]  # fmt: skip


def saved(r):
    """Hooks of what is saved: nested, wrong, disabled, with walks of several kinds and the nodes' own saved fields."""
    pool = PACKS + WRONG_PACKS * (r.random() < 0.35)
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
    first, second = r.choice(SAVERS), r.choice(SAVERS)
    made = [
        f"v = {first}",
        f"w = {second}",
        r.choice(
            [
                "z = (v.sum() * w.sum()).sin()",
                "z = v.sum() + w.sum()",
                "z = (v.sum() - w).sum()",
                "v.mul_(2); z = v.sum() + w.sum()",
            ]
        ),
    ]
    if depth == 1:
        lines += [f"with {under()}:\n    " + "\n    ".join(made)]
    else:
        lines += [f"with {under()}:\n    {made[0]}\n    with {under()}:\n        {made[1]}\n    {made[2]}"]
    lines += ["told()", "[type(t.grad_fn).__name__ for t in (v, w, z)]"]
    fields = "[(k, getattr(t.grad_fn, k)) for t in (v, w) for k in sorted(dir(t.grad_fn)) if k.startswith('_saved_')]"
    lines += some(
        r,
        [
            (
                0.35,
                "[sorted([k for k in dir(t.grad_fn) if k.startswith('_saved_')]) for t in (v, w) if t.requires_grad]",
            ),
            (0.25, fields),
            (
                0.2,
                "[(k, getattr(t.grad_fn, k).data) for t in (v, w) for k in sorted(dir(t.grad_fn)) if k.startswith('_raw_saved_') and not isinstance(getattr(t.grad_fn, k), (list, tuple))]",
            ),
            (
                0.15,
                "[getattr(v.grad_fn, k).register_hooks(lambda t: (say('late', t), t)[1], lambda t: (say('unlate', t), t)[1]) for k in sorted(dir(v.grad_fn)) if k.startswith('_raw_saved_')]",
            ),
        ],
    )
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
    lines += ["x.grad, y.grad"] + some(r, [(0.3, fields)])
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
              "[looked(t) for t in outs]", "torch.rand(1)"]  # fmt: skip
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
                f"{v}.detach() * {v}",
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
            (0.15, f"{last}.add_(1)"),
            (0.1, f"{last}.detach_()"),
            (0.1, "d.mul_(2)"),
            (0.1, "x.detach().mul_(2)"),
            (0.1, f"with torch.no_grad(): {last} = {last} * 3"),
            (0.05 * wild, "fw.make_dual(d, t)"),
            (0.05 * wild, "fw.enter_dual_level()"),
            (0.05, f"{last}.requires_grad_()"),
            (0.1, "log.append(str(d))"),
            (0.05, f"log.append(repr({last}))"),
        ],
    )
    body += [
        "p = fw.unpack_dual(" + last + ")",
        "log.append((text(p.primal), text(p.tangent), p.primal._is_view(), p.tangent is not None and p.tangent._is_view()))",
        "log.append([type(q.grad_fn).__name__ for q in p if q is not None])",
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


# ------------------------------------------------------------------------------------------------ autograd.functional
def functional(r):
    """autograd.functional with every argument."""
    wild = r.random() < 0.35
    count = r.choice([1, 1, 2])
    lines = [
        leaf(r, "x", "[0.5, -1., 2.]", 0.5),
        leaf(r, "y", r.choice(["[1., 2., 0.3]", "2.0", "[[1., 2., 3.]]"]), 0.4),
        "w = torch.tensor([1., 2., 3.], requires_grad=True)",
    ]
    given = "x" if count == 1 else "(x, y)"
    rows = [
        "a.sin() * w",
        "a ** 2",
        "a * a.sum()",
        "a.exp() * 0.1",
        "a.flip(0)",
        "a.detach() * w",
        "torch.ones(3)",
        "w * 1",
        "a.clone()",
        "a.view(-1)",
        "a",
        "a[:2] ** 3",
        "torch.outer(a, a)",
        "a.cumsum(0) ** 2",
    ]
    single = [
        "(a ** 3).sum()",
        "(a.sin() * w).sum()",
        "a.prod()",
        "a.sum()",
        "w.sum()",
        "a[0] * a[1]",
        "(a ** 2).sum().reshape(1)",
        "torch.tensor(3.)",
    ]
    name = r.choice(["jacobian", "jacobian", "hessian", "vjp", "jvp", "vhp", "hvp"])
    scalar = name in ("hessian", "vhp", "hvp")
    pool = single if scalar else rows + single
    if wild:
        pool = rows + single + ["3", "None", "[a]", "a.long()", "a.tolist()"]
    out = r.choice(pool)
    if count == 2:
        out = f"({out}) * b.sum()" if out[0] not in "3N[" and r.random() < 0.8 else out
    if not scalar and r.random() < 0.25:
        out = f"{out}, {r.choice(pool)}"
    lines += [f"def f(a{', b' if count == 2 else ''}):\n    say(a)\n    return {out}"]
    options = some(
        r,
        [
            (0.35, f"create_graph={r.choice(['True', 'True', 'False'])}"),
            (0.3, f"strict={r.choice(['True', 'True', 'False'])}"),
        ],
    )
    if name in ("jacobian", "hessian"):
        options += some(r, [(0.4, "vectorize=True")])
        options += some(
            r,
            [
                (
                    0.25,
                    f"{'outer_jacobian_strategy' if name == 'hessian' else 'strategy'}={r.choice(['forward-mode', 'reverse-mode'] + ['other'] * wild)!r}",
                )
            ],
        )
    v = []
    if name in ("vjp", "jvp", "vhp", "hvp"):
        right = given.replace("x", "torch.cos(x.detach())").replace("y", "y.detach() * 2")
        v = [
            r.choice(
                [right, right, right, "torch.ones(3)", "w.detach()", "None"]
                + ["torch.ones(2)", "3", "(torch.ones(3),) * 3", "w", "()"] * wild
            )
        ]
        if r.random() < 0.2:
            v = []
    given = r.choice([given] * 6 + ["[x]", "3", "(x,)", "()", "(x, 3)", "None"] * wild)
    f = "f" if r.random() < 0.97 or not wild else "3"
    lines += [f"out = torch.autograd.functional.{name}({', '.join([f, given, *v, *options])})"]
    lines[-1] = lines[-1].removeprefix("out = ") if wild else lines[-1]
    if wild:
        return [*lines, "told()", "x.grad"]
    lines += ["told()", "torch.utils._pytree.tree_map(lambda t: (text(t), str(t.dtype), t.grad_fn is None), out)", "leaves = [t for t in torch.utils._pytree.tree_leaves(out) if t.requires_grad]",
              "torch.autograd.grad(sum([(t * t).sum() for t in leaves]), [x, y, w], allow_unused=True) if leaves else None", "x.grad"]  # fmt: skip
    return lines


# ------------------------------------------------------------------------------------------------ gradcheck
def check(r):
    """gradcheck and gradgradcheck: options, wrong rules, and what they say of them."""
    lines = ["class Wrong(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, x):\n        ctx.save_for_backward(x)\n        return x ** 2\n    @staticmethod\n    def backward(ctx, g): return "
             + r.choice(["g * 3 * ctx.saved_tensors[0]", "g * 2 * ctx.saved_tensors[0]", "g * 0", "None", "g * 2 * ctx.saved_tensors[0].detach()", "g * ctx.saved_tensors[0] + g * torch.rand(3)", "g.float() * 2", "g.clone().mul_(2) * ctx.saved_tensors[0]"])
             + "\n    @staticmethod\n    def jvp(ctx, t): return " + r.choice(["t * 2", "t * 0", "None"])]  # fmt: skip
    lines += [
        leaf(r, "x", "[0.5, -1., 2.]", 0.9),
        leaf(r, "y", r.choice(["[1., 2., 0.3]", "2.0"]), 0.6),
        "z = torch.tensor([1+2j, 0.5-1j, 0.3j], requires_grad=True)",
    ]
    fs = ["Wrong.apply", "lambda a: Wrong.apply(a)", "lambda a: a ** 3", "lambda a, b: a * b", "lambda a: (a * 2, a.sin())", "lambda a: a.detach() * a", "lambda a: a.sum()", "lambda a: a * torch.rand(3)", "lambda a: a.float()",
          "lambda a: a.abs()", "lambda a: (a, 3)", "lambda a: a.long()", "lambda a: a.view(-1)", "lambda a, b: Wrong.apply(a) + b", "lambda a: a.real * 2", "lambda a: a * a.conj()", "lambda a: torch.complex(a, a * 2)", "lambda a: a.detach()",
          "lambda a: a.mul_(2)", "lambda a: a.round()", "lambda a: a.sqrt()", "lambda a: 3", "lambda a: None", "lambda a: [a]", "lambda a: a.to_sparse()"]  # fmt: skip
    f = r.choice(fs)
    given = (
        "(x, y)"
        if "a, b" in f
        else r.choice(
            ["x", "(x,)", "x", "(x,)", "z", "(z,)"]
            + [
                "x.float()",
                "x.detach()",
                "[x]",
                "(x.float(),)",
                "x.detach().float().requires_grad_()",
                "(x, y)",
                "x.expand(2, 3)",
                "()",
                "(x.detach(), 3)",
            ]
        )
    )
    names = {"eps": ["1e-4", "1e-6", "1e-2", "0.5"], "atol": ["1e-3", "1e-8", "1e-15", "1"], "rtol": ["1e-2", "1e-12"], "raise_exception": ["False", "False", "True"], "nondet_tol": ["0.1", "0.0"], "check_undefined_grad": ["False"],
             "check_grad_dtypes": ["True"], "check_batched_grad": ["True"], "check_batched_forward_grad": ["True"], "check_forward_ad": ["True"], "check_backward_ad": ["False"], "fast_mode": ["True", "True"], "masked": ["True", "False"]}  # fmt: skip
    chosen = r.sample(list(names), r.choice([0, 1, 2, 2, 3]))
    name = r.choice(["gradcheck", "gradcheck", "gradgradcheck"])
    if name == "gradgradcheck":
        allowed = {
            "eps",
            "atol",
            "rtol",
            "raise_exception",
            "nondet_tol",
            "check_undefined_grad",
            "check_grad_dtypes",
            "check_batched_grad",
            "fast_mode",
            "masked",
        }
        chosen = [c for c in chosen if c in allowed] + some(
            r,
            [
                (0.2, "gen_non_contig_grad_outputs"),
                (0.2, "check_fwd_over_rev"),
                (0.2, "check_rev_over_rev"),
                (0.15, "grad_outputs"),
            ],
        )
        names |= {
            "gen_non_contig_grad_outputs": ["True"],
            "check_fwd_over_rev": ["True"],
            "check_rev_over_rev": ["False"],
            "grad_outputs": ["torch.ones(3, requires_grad=True)", "(torch.ones(3),)", "torch.ones(2)"],
        }
    options = [f"{k}={r.choice(names[k])}" for k in chosen]
    return [*lines, f"torch.autograd.{name}({', '.join([f, given, *options])})", "x.grad, y.grad", "torch.rand(1)"]


# ------------------------------------------------------------------------------------------------ the graph
def graph(r):
    """Edges, nodes, names, what they save, hooks of several gradients, walks to and from edges."""
    wild = r.random() < 0.35
    g = "torch.autograd.graph."
    lines = [
        leaf(r, "x", "[0.5, 1.5, 2.]", 0.9),
        leaf(r, "y", "[1., 2., 0.3]", 0.7),
        "W = torch.arange(6.).reshape(2, 3).requires_grad_()",
    ]
    have = ["x", "y"]
    pool = SAVERS + [
        "x.unbind()[1]",
        "x.split(1)[0]",
        "x.view(3, 1)",
        "x[1:]",
        "x.max(0)[0]",
        "x.topk(2)[0]",
        "torch.cat([x, y])",
        "x.expand(2, 3)",
        "x.t()",
        "x.clone()",
        "x.unsqueeze(0)",
        "x.chunk(3)[2]",
        "x.detach()",
        "x.float()",
        "x.add_(1)",
    ]
    for i in range(r.randint(2, 4)):
        text = r.choice(pool)
        if i and r.random() < 0.5:
            text = text.replace("x.", f"{have[-1]}.flatten()[:3].") if "nn" not in text else text
        lines.append(f"v{i} = {text}")
        have.append(f"v{i}")
    last, v, u = have[-1], r.choice(have[2:]), r.choice(have)
    looks = [
        f"{v}.grad_fn",
        f"{v}.grad_fn.name()",
        f"{last}.grad_fn.next_functions",
        f"[n and n.next_functions for n, _ in {last}.grad_fn.next_functions]",
        f"{g}get_gradient_edge({v})",
        f"{g}get_gradient_edge({u})",
        f"{v}.grad_fn.metadata.update(a=3), {v}.grad_fn.metadata",
        f"{v}.grad_fn is {v}.grad_fn, {v}.grad_fn == {v}.grad_fn",
        f"{v}.grad_fn.next_functions[0][0].variable is x",
        f"isinstance({v}.grad_fn, {g}Node)",
        f"{v}.output_nr, {u}.output_nr",
        f"{v}.grad_fn(torch.ones_like({v}))",
        f"{last}.grad_fn.register_hook(lambda a, b: say('hook', a, b))",
        f"{v}.grad_fn.register_prehook(lambda a: say('pre', a))",
        f"{v}.register_hook(lambda t: say('t', t))",
        f"{g}register_multi_grad_hook([{u}, {v}], lambda gs: say('multi', gs))",
        f"{g}register_multi_grad_hook([{u}, {v}], lambda t: say('any', t), mode='any')",
        f"{v}.retain_grad()",
        f"{g}increment_version({v})",
        f"{v}._version",
        "x.view_as(x).grad_fn.next_functions[0][0].register_hook(lambda a, b: say('acc', a, b))",
        "x.register_post_accumulate_grad_hook(lambda t: say('post', t.grad))",
        f"{v}.grad_fn._sequence_nr() < {last}.grad_fn._sequence_nr()",
        f"{v}.grad_fn._register_hook_dict",
        f"len({v}.grad_fn.__class__.__name__)",
        f"{u}.is_leaf, {u}.retains_grad, {u}._base is None",
        f"{v}._backward_hooks",
        "x._backward_hooks, x._post_accumulate_grad_hooks",
    ]
    looks += [
        f"{g}get_gradient_edge(x.detach())",
        f"{g}get_gradient_edge(3)",
        f"{g}register_multi_grad_hook([x], print, mode='some')",
        f"{v}.register_hook(3)",
        f"{v}.grad_fn.register_hook(3)",
        f"{g}increment_version(3)",
        f"{v}.grad_fn.nothing",
        f"{v}.grad_fn._saved_nothing",
        f"{v}.grad_fn.name",
        "x.grad_fn.name()",
        "x.register_post_accumulate_grad_hook(3)",
        f"{v}.register_post_accumulate_grad_hook(print)",
        "x.detach().register_hook(print)",
        f"{g}Node()",
        f"{v}.grad_fn.next_functions = 3",
        "x.detach().retain_grad()",
        "x.grad = torch.ones(2)",
        "x.grad = 3",
        f"{v}.grad",
        f"{v}.requires_grad_(False)",
        f"{v}.grad_fn = None",
        "x.is_leaf = False",
        f"{v}.register_hook(lambda t: 3)",
        f"{v}.register_hook(lambda t: t[:1])",
        f"{v}.register_hook(lambda t: t.float())",
        f"{v}.grad_fn.register_hook(lambda a, b: 3)",
        f"{v}.grad_fn.register_hook(lambda a, b: ())",
        f"{v}.grad_fn.register_prehook(lambda a: (3,))",
        "x.register_post_accumulate_grad_hook(lambda t: t)",
        f"{v}.register_hook(lambda: 3)",
        f"{v}.register_hook(lambda t: 1 / 0)",
    ] * wild
    lines += [f"E = lambda t: {g}get_gradient_edge(t)"]
    lines += r.sample(looks, min(len(looks), r.randint(2, 6)))
    ones = lambda t: f"torch.ones_like({t})"  # noqa: E731
    walks = [f"torch.autograd.backward({last}, {ones(last)})", f"torch.autograd.grad({last}, {u}, {ones(last)}, allow_unused=True)", f"torch.autograd.grad({last}, [x, E({v})], {ones(last)}, allow_unused=True, retain_graph=True)",
             f"torch.autograd.grad(E({last}), x, {ones(last)}, retain_graph=True, allow_unused=True)", f"torch.autograd.backward(E({last}), {ones(last)})", f"torch.autograd.backward({last}, {ones(last)}, inputs=[x])",
             f"torch.autograd.backward({last}, {ones(last)}, inputs=[x, {v}])", f"torch.autograd.grad({last}.sum(), x, create_graph=True, allow_unused=True)", f"torch.autograd.grad([{last}, {v}], [x, y], [{ones(last)}, {ones(v)}], allow_unused=True)",
             f"{last}.backward({ones(last)}, retain_graph=True)", f"torch.autograd.grad({last}, [x], {ones(last)}.expand(2, *{last}.shape), is_grads_batched=True, allow_unused=True, retain_graph=True)",
             f"torch.autograd.grad({last}.sum(), [x, y], materialize_grads=True, retain_graph=True)", f"{last}.sum().backward(inputs=x, create_graph=True)"]  # fmt: skip
    walks += [
        f"torch.autograd.grad({last}, x)",
        f"torch.autograd.grad({last}, [], {ones(last)})",
        f"torch.autograd.grad({last}, 3)",
        "torch.autograd.grad(3, x)",
        f"{last}.backward(3)",
        f"{last}.backward(torch.ones(7))",
        "torch.autograd.backward([], [])",
        f"{last}.backward({ones(last)}, inputs=[])",
        f"{last}.backward({ones(last)}, inputs=[3])",
        f"{last}.backward({ones(last)}.float())",
        f"torch.autograd.grad({last}, x, {ones(last)}, allow_unused=False, materialize_grads=True)",
        f"torch.autograd.grad({last}, x, [{ones(last)}] * 2)",
        f"torch.autograd.backward([{last}], grad_tensors=[None])",
        f"torch.autograd.grad({last}.sum(), x.detach())",
        f"torch.autograd.backward(E({last}))",
        f"torch.autograd.grad({last}.sum(), x, only_inputs=False)",
        f"torch.autograd.grad({last}.sum(), [x], is_grads_batched=True)",
        f"torch.autograd.backward({last}.sum(), grad_variables=torch.ones(()))",
        f"torch.autograd.backward({last}.sum(), retain_graph='a')",
    ] * wild
    for _ in range(r.choice([1, 2, 2, 3])):
        lines += [r.choice(walks), "told()"]
    return [*lines, "x.grad, y.grad", *r.sample(looks[:12], 1)]


# ------------------------------------------------------------------------------------------------ modes
def modes(r):
    """no_grad, enable_grad, inference_mode and set_grad_enabled: blocks, decorators of functions, generators and classes, nested."""
    names = [
        "torch.no_grad()",
        "torch.enable_grad()",
        "torch.inference_mode()",
        "torch.set_grad_enabled(False)",
        "torch.set_grad_enabled(True)",
        "torch.inference_mode(False)",
        "torch.inference_mode(True)",
    ]
    bare = ["torch.no_grad", "torch.enable_grad", "torch.inference_mode"]
    lines = [
        leaf(r, "x", "[0.5, 1.5, 2.]", 0.9),
        "def state(): return torch.is_grad_enabled(), torch.is_inference_mode_enabled()",
        "with torch.inference_mode(): inf = torch.ones(3)",
        "y = x * 2",
    ]
    m = lambda: r.choice(names)  # noqa: E731
    d = lambda: r.choice(names + bare)  # noqa: E731
    blocks = [
        f"with {m()}:\n    log.append(state())\n    with {m()}:\n        a = x * 2\n        log.append((state(), a.requires_grad, a.is_inference()))\n    log.append(state())",
        f"@{d()}\ndef gen(n):\n    for i in range(n):\n        got = yield state(), (x * i).requires_grad\n        log.append(('got', got, state()))\n    return state()",
        f"@{d()}\ndef f(a):\n    log.append(state())\n    return a * x",
        f"@{d()}\n@{d()}\ndef f2(a):\n    log.append(state())\n    return a * x",
        f"@{m()}\nclass C:\n    def __init__(self): self.a = x * 2\n    def __call__(self): return state()",
        f"class M(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.w = nn.Parameter(torch.ones(3))\n    @{d()}\n    def forward(self, a): return a * self.w",
        f"@{d()}\nasync def co(): return state()",
        f"@{d()}\ndef thrower():\n    try: yield state()\n    except ValueError as e:\n        log.append((str(e), state()))\n        yield 'caught'\n    finally: log.append(('end', state()))",
    ]
    uses = {
        1: [
            "g = gen(2)",
            "next(g)",
            "state()",
            "g.send('a')",
            f"with {m()}: log.append(next(g, 'over'))",
            "list(gen(1))",
            "g.close()",
        ],
        2: ["looked(f(torch.ones(3)))", "f.__name__", "state()"],
        3: ["looked(f2(torch.ones(3)))", "state()"],
        4: ["looked(C().a)", "C()()"],
        5: ["looked(M()(x))", "looked(M()(torch.ones(3)))"],
        6: ["co().send(None)"],
        7: ["t = thrower()", "next(t)", "t.throw(ValueError('v'))", "t.close()", "state()"],
    }
    for i in r.sample(range(8), r.randint(1, 3)):
        lines += [blocks[i], *uses.get(i, []), "told()"]
    ops = ["looked(inf * x)", "looked(inf.add_(1))", "inf.is_inference(), inf.clone().is_inference()", "(inf * x).sum().backward()", "inf.requires_grad_()", "inf._version", "looked(inf.view(3, 1))", "inf.detach().is_inference()", "x.mul(inf)", "inf.copy_(x)",
           "x.detach().copy_(inf).is_inference()", "torch.cat([inf, x.detach()]).is_inference()", "inf[0].is_inference()", "inf.data.is_inference()", "nn.Parameter(inf)", "torch.nn.functional.linear(inf, torch.ones(3, 3).requires_grad_())",
           "inf.grad", "inf.set_(torch.zeros(2))", "inf.resize_(2)", "looked(torch.add(inf, 1, out=inf))", "inf.zero_()", "inf.numpy()", "copy.deepcopy(inf).is_inference()", "y.add_(1)", "y.view(-1).add_(inf)", "x.add_(1)", "y.data.mul_(2)", "y[0] = inf[0]",
           "torch.set_grad_enabled(3)", "torch.no_grad(3)", "torch.inference_mode(3)", "torch.set_grad_enabled(False)", "state()", "torch.set_grad_enabled(True)", "torch.no_grad()(3)", "repr(torch.no_grad())", "repr(torch.set_grad_enabled(True))",
           "torch.no_grad().clone()", "torch.autograd.set_multithreading_enabled(False).mode", "torch.inference_mode().mode", "torch.autograd.grad_mode.no_grad is torch.no_grad"]  # fmt: skip
    for line in r.sample(ops, r.randint(2, 6)):
        lines.append(line)
        if r.random() < 0.25 and " = " not in line:
            lines[-1] = f"(lambda: {line})()" if r.random() < 0.3 else f"{m()}(lambda: {line})()"
    return [*lines, "looked(y)", "y.sum().backward()", "x.grad", "state()"]


# ------------------------------------------------------------------------------------------------ .grad
def grads(r):
    """Accumulation into `.grad`: given, None, of other layouts, with history; walks inside walks, threads, retained graphs."""
    shape = r.choice(["(2, 3)", "(2, 3)", "(3,)", "(1, 2, 2, 2)"])
    lines = [
        f"x = torch.arange({ {'(2, 3)': 6, '(3,)': 3}.get(shape, 8) }.).reshape{shape}.div(4).{r.choice(['clone()', 'clone()', 'mT.contiguous().mT' if shape != '(3,)' else 'clone()', 'contiguous(memory_format=torch.channels_last)' if shape[1] == '1' else 'clone()'])}.requires_grad_()",
        "def seen(): return x.grad if x.grad is None else (x.grad, x.grad.stride(), x.grad.requires_grad, type(x.grad.grad_fn).__name__)",
    ]
    steps = ["(x * 2).sum().backward()", "(x ** 2).sum().backward()", "(x ** 3).sum().backward(create_graph=True)", "x.sum().backward()", "x.mT.clone().sum().backward()" if shape != "(3,)" else "x.mean().backward()", "x.backward(torch.ones_like(x))", "x.backward(given)",
             "x.view(-1).sum().backward()", "x.expand(2, *x.shape).sum().backward()", "x.grad = None", "x.grad = torch.ones_like(x)", "x.grad = torch.zeros(x.shape)", "x.grad = torch.full(x.shape, 2.0, requires_grad=True)", "x.grad = given", "kept = x.grad",
             "log.append(kept is x.grad)", "x.grad.zero_()", "x.grad.detach_()", "x.grad.requires_grad_()", "x.grad.mul_(2)", "x.grad = x.grad * 2", "x.grad.data.zero_()", "(x * given).sum().backward()", "(x.clone() * 2).backward(given)", "x.clone().backward(given)",
             "x.grad = torch.ones(1)", "x.grad = x", "x.grad = torch.ones(x.shape, dtype=torch.float32)", "x.grad = 3", "del x.grad", "x.requires_grad_(False)", "x.requires_grad_(True)", "(x.sum() + x.prod()).backward()", "x.data = x.data * 2",
             "torch.autograd.grad((x ** 2).sum(), x)[0].stride()", "y = (x ** 2).sum()", "y.backward(retain_graph=True)", "y.backward()", "x.grad.sum().backward()", "x.grad.stride()", "x.register_hook(lambda g: say('hook', g, g.stride()))", "x.register_hook(lambda g: g * 2)",
             "x.register_hook(lambda g: ((x * 3).sum().backward(), None)[1] if not log else None)", "run_threads()", "inside()", "x.register_post_accumulate_grad_hook(lambda t: say('post', t.grad))", "x.register_post_accumulate_grad_hook(lambda t: setattr(t, 'grad', None))",
             "torch.autograd.backward([(x * 2).sum(), (x * 3).sum()])", "torch.autograd.backward((x * 2).sum(), inputs=[x])", "torch.stack([x, x]).sum().backward()", "torch.add(x, x).sum().backward()", "(x + x).backward(given)", "copy.deepcopy(x).grad", "x.detach().grad",
             "x.grad.is_contiguous()", "x.half().sum().backward()", "(x * 1j).sum().real.backward()", "x.index_select(0, torch.tensor([0, 0])).sum().backward()", "x[0].sum().backward()", "x.T.sum().backward()" if shape != "(1, 2, 2, 2)" else "x[0, 0].backward(torch.ones(2, 2))"]  # fmt: skip
    lines += [
        "import threading",
        "def run_threads():\n    ts = [threading.Thread(target=lambda: (x * 2).sum().backward()) for _ in range(4)]\n    [t.start() for t in ts]\n    [t.join() for t in ts]",
    ]
    lines += [
        "class Inside(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a):\n        ctx.save_for_backward(a)\n        return a * 2\n    @staticmethod\n    def backward(ctx, g):\n        with torch.enable_grad():\n            a = ctx.saved_tensors[0].detach().requires_grad_()\n            (a ** 2).sum().backward()\n        say('inside', a.grad)\n        return a.grad * g",
        "def inside(): Inside.apply(x * 1).sum().backward()",
    ]
    lines += [
        f"given = {r.choice(['torch.arange(float(x.numel())).reshape(x.shape)', 'torch.ones(x.shape).mT.contiguous().mT' if shape != '(3,)' else 'torch.ones(3)', 'torch.ones(()).expand(x.shape)', 'torch.ones(x.shape, requires_grad=True)', 'torch.ones(2).resize_(x.shape).fill_(3)'])}"
    ]
    for _ in range(r.randint(2, 6)):
        lines += [r.choice(steps), "seen()"]
        if " = " in lines[-2] or lines[-2].startswith("del"):
            name, _, value = lines[-2].partition(" = ")
            if "." in name and "lambda" not in name and not name.startswith("del"):
                lines[-2] = f"setattr({name.split('.')[0]}, {name.split('.')[1]!r}, {value})"
            elif name.startswith("del"):
                lines[-2] = "delattr(x, 'grad')"
    return [*lines, "told()", "given"]


# ------------------------------------------------------------------------------------------------ anomalies
def anomaly(r):
    """detect_anomaly: what it warns of and raises, where the forward pass stood, check_nan."""
    lines = [leaf(r, "x", "[0., -1., 2.]", 1), leaf(r, "y", "[1., 0., -0.5]", 0.6)]
    lines += [
        "class Bad(torch.autograd.Function):\n    @staticmethod\n    def forward(ctx, a): return a * 2\n    @staticmethod\n    def backward(ctx, g): "
        + r.choice(
            [
                "return g * float('nan')",
                "raise RuntimeError('bad')",
                "return None",
                "return g, g",
                "return g / 0",
                "return g[:1] * 0 / 0",
            ]
        )
    ]
    bad = ["x.sqrt()", "x.log()", "x / y", "(x / x)", "x ** y", "Bad.apply(x)", "x.norm() * y", "(x * 0).norm()", "x.asin()", "torch.where(x > 0, x.sqrt(), x)", "x.rsqrt()", "torch.atan2(x * 0, y * 0)", "x.std()", "x.prod()", "x * 2", "Bad.apply(x * 2) * y",
           "x.abs().sqrt()", "torch.stack([x.log(), y])", "x.unbind()[0].sqrt()", "torch.nn.functional.linear(x.log()[None], torch.ones(2, 3))", "x.acos().exp()", "(x * float('inf')) * 0", "x.pow(0.5)", "torch.nn.functional.cross_entropy((x * float('inf'))[None], torch.tensor([0]))"]  # fmt: skip
    v, w = r.choice(bad), r.choice(bad)
    how = r.choice(
        [
            "torch.autograd.detect_anomaly()",
            "torch.autograd.detect_anomaly()",
            "torch.autograd.detect_anomaly(check_nan=False)",
            "torch.autograd.set_detect_anomaly(True)",
            "torch.autograd.set_detect_anomaly(True, check_nan=False)",
            "torch.autograd.set_detect_anomaly(False)",
        ]
    )
    body = [f"a = {v}", f"b = {w}", "z = a.sum() + b.sum()"]
    walk = r.choice(
        [
            "z.backward()",
            "torch.autograd.grad(z, x, create_graph=True)[0].sum().backward()",
            "torch.autograd.grad(z, [x], allow_unused=True)",
            "z.backward(retain_graph=True); z.backward()",
            "z.backward(torch.tensor(float('nan')))",
            "a.backward(b)",
        ]
    )
    if r.random() < 0.6:
        body.append(walk)
        lines += ["def run():\n    global a, b, z\n    " + f"with {how}:\n        " + "\n        ".join(body), "run()"]
    else:
        lines += [
            f"with {how}:\n    " + "\n    ".join(body),
            f"with {r.choice([how, 'torch.enable_grad()'])}: pass",
            "def walk():\n    " + walk.replace("; ", "\n    "),
            r.choice(["walk()", "torch.autograd.detect_anomaly()(walk)()"]),
        ]
    lines += some(
        r,
        [
            (0.3, "sorted(z.grad_fn.metadata)"),
            (0.1, "type(a.grad_fn.metadata.get('traceback_'))"),
            (0.3, "torch.is_anomaly_enabled(), torch.is_anomaly_check_nan_enabled()"),
            (0.1, "torch.autograd.set_detect_anomaly(3)"),
            (0.1, "torch.autograd.detect_anomaly(3)"),
        ],
    )
    return [*lines, "x.grad, y.grad", "torch.is_anomaly_enabled()"]


# ------------------------------------------------------------------------------------------------ torch.func of modules
def modules(r):
    """functional_call, stack_module_state, linearize, functionalize, vmap's arguments, and what they refuse."""
    wild = r.random() < 0.4
    lines = ["globals().update({name: getattr(torch.func, name) for name in torch.func.__all__})"]
    lines += ["class Net(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.a = nn.Linear(3, 3)\n        self.b = nn.Linear(3, 3, bias=False)\n        self.b.weight = self.a.weight\n        self.n = nn.BatchNorm1d(3, track_running_stats="
              + r.choice(["True", "False"]) + ")\n        self.register_buffer('c', torch.arange(3.))\n        self.d = nn.Dropout(0.5)\n    def forward(self, x, k=1.0):\n        " + r.choice(["self.c.add_(1)\n        ", "self.c = self.c + 1\n        ", "", ""])
              + f"return {r.choice(['self.b(self.a(x).tanh()) * k + self.c', 'self.n(self.b(x)) * k', 'self.d(self.a(x))', 'self.a(x) @ self.b.weight'])}"]  # fmt: skip
    lines += [
        "net = Net()",
        "x = torch.tensor([[0.5, -1., 2.], [1., 0.3, -0.7]])",
        "p, q = dict(net.named_parameters()), dict(net.named_buffers())",
        "W = torch.eye(3) * 2",
    ]
    calls = [
        "functional_call(net, p, x)",
        "functional_call(net, (p, q), (x,))",
        "functional_call(net, {'a.weight': W}, (x,))",
        "functional_call(net, {'b.weight': W}, (x,))",
        "functional_call(net, {'a.weight': W}, (x,), tie_weights=False)",
        "functional_call(net, {'a.weight': W, 'b.weight': W * 2}, (x,), tie_weights=False)",
        "functional_call(net, {'c': torch.ones(3)}, (x,))",
        "functional_call(net, {}, (x,), {'k': 2.0})",
        "functional_call(net, p, (x,), strict=False)",
        "functional_call(net, (p, q), (x,), strict=True)",
        "torch.nn.utils.stateless.functional_call(net, p, x)",
        "grad(lambda p: functional_call(net, p, x).sum())(p)",
        "jacrev(lambda w: functional_call(net, {'a.weight': w}, x).sum(0))(W)",
        "vmap(lambda t: functional_call(net.eval(), p, t[None]))(x)",
        "grad(lambda p: functional_call(net, (p, {k: v.clone() for k, v in q.items()}), x).sum())(p)",
        "functional_call(net, {'a.weight': W.requires_grad_()}, x).sum().backward()",
    ]
    calls += [
        "functional_call(net, {'a.weight': W, 'b.weight': W * 2}, (x,))",
        "functional_call(net, {'nothing': W}, (x,))",
        "functional_call(net, {'a.weight': W}, (x,), strict=True)",
        "functional_call(net, {'a.weight': torch.ones(2)}, (x,))",
        "functional_call(net, 3, (x,))",
        "functional_call(net, (p, p), (x,))",
        "functional_call(3, p, (x,))",
        "functional_call(net, {'a.weight': 3}, (x,))",
        "functional_call(net, {'a': W}, (x,))",
        "functional_call(net, p)",
        "functional_call(net, p, (x,), 3)",
        "functional_call(net, {'': W}, (x,))",
        "functional_call(net, {'a..weight': W}, x)",
        "functional_call(net, {3: W}, x)",
        "torch.nn.utils.stateless.functional_call(net, {'a.weight': W, 'b.weight': W * 2}, x)",
    ] * wild
    stacks = [
        "stack_module_state([Net(), Net()])[0]",
        "stack_module_state([net, net])[1]",
        "[looked(t) for t in stack_module_state([net, copy.deepcopy(net)])[0].values()]",
        "vmap(lambda p, b, t: functional_call(net.eval(), (p, b), t), (0, 0, None))(*stack_module_state([net, copy.deepcopy(net)]), x)",
        "vmap(lambda p, b, t: functional_call(net, (p, b), t), (0, 0, None), randomness='different')(*stack_module_state([net, copy.deepcopy(net)]), x)",
    ]
    stacks += [
        "stack_module_state([])",
        "stack_module_state([net, nn.Linear(3, 3)])",
        "stack_module_state([net, net.eval()])",
        "stack_module_state(net)",
        "stack_module_state([nn.Linear(2, 2), nn.Linear(3, 3)])",
        "stack_module_state([nn.Linear(2, 2), nn.Linear(2, 2).requires_grad_(False)])",
        "stack_module_state([nn.Linear(2, 2), nn.Linear(2, 2).eval()])",
        "stack_module_state(3)",
    ] * wild
    others = ["linearize(lambda a: a.sin() * W, x[0])[1](x[1])", "linearize(lambda a, b: (a * b, {'k': a}), x, x)[1](x, x * 2)", "functionalize(lambda a: a.clone().add_(1))(x)", "functionalize(lambda a: a.add_(1))(x.clone())", "vjp(lambda a: {'a': a * 2, 'b': (a.sum(),)}, x)[1]({'a': x, 'b': (torch.ones(()),)})",
              "vmap(lambda a, b: a * b['k'], (0, {'k': 1}))(x, {'k': x.T})", "vmap(lambda a: (a, a.sum()), out_dims=(1, 0))(x)", "vmap(lambda a: a, in_dims=1, out_dims=-1)(x)", "vmap(lambda a, b: a + b, (None, 0))(x, x)", "vmap(lambda a: torch.rand(2), randomness='different')(x)", "vmap(lambda a: torch.rand(2), randomness='same')(x)",
              "vmap(lambda a: a * 2, chunk_size=1)(x)", "torch.func.vmap(lambda *a, k: a[0] * k)(x, k=2)", "hessian(lambda a: (a ** 3).sum())(x[0])", "jacfwd(lambda a: a ** 2, randomness='same')(x[0])", "jacrev(lambda a, b: a * b.sum(), argnums=(0, 1))(x[0], x[1])", "jacrev(lambda a: (a, a.sum()), has_aux=True)(x[0])", "jvp(lambda a: {'a': a.sin()}, (x,), (x,))",
              "grad_and_value(lambda a: (a.sum(), a), has_aux=True)(x)", "vjp(lambda a: (a * 2, a), x, has_aux=True)[1](x)", "jacrev(lambda a: a ** 2, chunk_size=2)(x[0])", "vmap(vmap(lambda a, b: a * b, (0, None)), (None, 0))(x[0], x[1])", "vmap(grad(lambda a: (a ** 2).sum()))(x)", "grad(lambda d: (d['a'] * d['b'][0]).sum())({'a': x, 'b': [x]})",
              "jvp(lambda a, b: a * b, (x, x), (x, torch.ones_like(x)))", "jvp(lambda a: (a ** 2, 3 * a), (x,), (x,), has_aux=True)", "torch.func.debug_unwrap(x) is x", "vmap(lambda a: a.sum(), in_dims=0, out_dims=0, randomness='error')(x)", "vmap(lambda a: None)(x)", "vmap(lambda a: (a, None))(x)", "linearize(lambda a: a, x)[1](x)"]  # fmt: skip
    others += [
        "linearize(lambda a: a.sin(), x)[1](x, x)",
        "linearize(lambda a: a.sin(), x)[1](x[0])",
        "linearize(lambda a: 3, x)",
        "linearize(3, x)",
        "linearize(lambda a: a)",
        "linearize(lambda a: a.sin(), 3)",
        "functionalize(lambda a: a, remove='other')(x)",
        "functionalize(3)(x)",
        "vjp(lambda a: 3, x)",
        "vjp(lambda a: a, 3)",
        "vjp(lambda a: a, x)[1](x[0])",
        "vjp(lambda a: a, x)[1](x, x)",
        "vjp(lambda a: (a, a), x)[1](x)",
        "vjp(lambda a: a, x, has_aux=True)",
        "grad(lambda a: a)(x)",
        "grad(lambda a: a.sum(), argnums=2)(x)",
        "grad(lambda a: a.sum(), argnums='a')(x)",
        "grad(lambda a: 3)(x)",
        "grad(lambda a: a.sum())(3)",
        "grad(lambda a: a.sum(), has_aux=True)(x)",
        "grad(lambda a: (a.sum(), a, a), has_aux=True)(x)",
        "grad(lambda a: a.long().sum())(x)",
        "grad(lambda a: a.sum())(x.long())",
        "grad(lambda a: a.sum(), argnums=())(x)",
        "grad(lambda a, b: (a * b).sum(), argnums=(0, 0))(x, x)",
        "grad(lambda a, b: (a * b).sum(), argnums=-1)(x, x)",
        "grad(lambda a, b: (a * b).sum(), argnums=(0, -2))(x, x)",
        "jvp(lambda a: a, x, x)",
        "jvp(lambda a: a, (x,), (x, x))",
        "jvp(lambda a: a, (x,), (x[0],))",
        "jvp(lambda a: 3, (x,), (x,))",
        "jvp(lambda a: a, (3,), (3,))",
        "jvp(lambda a: a, (), ())",
        "jvp(lambda a: a, (x,), ())",
        "jvp(lambda a: a, (x,), (x,), has_aux=True)",
        "jvp(lambda a: a, (x.long(),), (x.long(),))",
        "vmap(3)(x)",
        "vmap(lambda a: a)()",
        "vmap(lambda a: a)(3)",
        "vmap(lambda a: a, in_dims=None)(x)",
        "vmap(lambda a: a, in_dims=5)(x)",
        "vmap(lambda a: a, in_dims=(0, 0))(x)",
        "vmap(lambda a: a, in_dims=[0])(x)",
        "vmap(lambda a: a, in_dims='a')(x)",
        "vmap(lambda a: a, out_dims=5)(x)",
        "vmap(lambda a: a, out_dims=(0, 0))(x)",
        "vmap(lambda a: a, out_dims='a')(x)",
        "vmap(lambda a: 3)(x)",
        "vmap(lambda a: [a, 3])(x)",
        "vmap(lambda a: a, randomness='other')(x)",
        "vmap(lambda a: torch.rand(2))(x)",
        "vmap(lambda a, b: a + b)(x, x[0])",
        "vmap(lambda a: a, chunk_size=0)(x)",
        "vmap(lambda a: a, chunk_size=-1)(x)",
        "vmap(lambda a: a, chunk_size='a')(x)",
        "vmap(lambda a: a.item())(x[0])",
        "vmap(lambda a: a if a > 0 else -a)(x[0])",
        "vmap(lambda a: a.nonzero())(x)",
        "vmap(lambda a: a.numpy())(x)",
        "vmap(lambda a: float(a))(x[0])",
        "vmap(lambda a: a)(torch.tensor(1.0))",
        "vmap(lambda a: a)(torch.ones(0, 2))",
        "vmap(lambda a, b: a * b['k'], (0, {'j': 1}))(x, {'k': x.T})",
        "vmap(lambda a: a, out_dims=None)(x)",
        "vmap(lambda a: a.clone().copy_(x))(x)",
        "vmap(lambda a: W.add_(a.sum()))(x)",
        "vmap(lambda a: x.add_(a))(x)",
        "vmap(lambda a: torch.zeros(3).add_(a))(x)",
        "vmap(lambda a: torch.zeros(3).copy_(a))(x)",
        "jacrev(lambda a: 3)(x)",
        "jacrev(lambda a: a, argnums=1)(x)",
        "jacrev(lambda a: (a, 3))(x)",
        "jacrev(lambda a: a, chunk_size=0)(x)",
        "jacrev(lambda a: a)(x.long())",
        "jacfwd(lambda a: 3)(x)",
        "jacfwd(lambda a: a, argnums=1)(x)",
        "jacfwd(lambda a: torch.rand(3) * a)(x)",
        "jacfwd(lambda a: (a, 3))(x)",
        "hessian(lambda a: a)(x[0])",
        "hessian(lambda a: 3)(x)",
        "hessian(lambda a: a.sum(), argnums=1)(x)",
        "torch.func.nothing",
        "grad(lambda a: a.sum().backward())(x)",
        "grad(lambda a: torch.autograd.grad(a.sum(), a)[0].sum())(x)",
        "grad(lambda a: a.requires_grad_().sum())(x)",
        "vmap(lambda a: a.requires_grad_())(x)",
        "grad(lambda a: a.retain_grad())(x)",
        "grad(lambda a: (a // 2).sum())(x)",
        "grad(lambda a: (a % 2).sum())(x)",
        "grad(lambda a: a.round().sum())(x)",
        "grad(lambda a: torch.floor_divide(a, 2).sum())(x)",
        "jvp(lambda a: a // 2, (x,), (x,))",
        "grad(lambda a: torch.div(a, 2, rounding_mode='floor').sum())(x)",
        "grad(lambda a: (a // 2 * a).sum())(x)",
        "jacfwd(lambda a: a // a)(x[0])",
        "vmap(lambda a: a // 2)(x)",
        "jacrev(lambda a: a // 2 + a)(x[0])",
    ] * wild
    for _ in range(r.randint(1, 4)):
        pool = r.choice([calls, stacks, others, others])
        text = r.choice(pool)
        lines += [text]
        if r.random() < 0.2 and pool is others:
            lines[-1] = f"(lambda x: {text})(x.clone().requires_grad_())"
    return [*lines, "q", "[p.grad for p in net.parameters()]", "x, W", "torch.rand(2)"]


KINDS = {f.__name__: f for f in (function, function, saved, checkpoint, dual, functional, check, graph, modes, grads, anomaly, modules)}  # fmt: skip
