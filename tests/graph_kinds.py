"""More kinds of programs of tests/random_autograd.py: of the graph, of the modes, of what is built on backward."""

from tests.autograd_kinds import SAVERS, leaf, some


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
             + r.choice(["g * 3 * ctx.saved_tensors[0]", "g * 2 * ctx.saved_tensors[0]", "g * 0", "None", "g * 2 * ctx.saved_tensors[0].detach()", "g.float() * 2", "g.clone().mul_(2) * ctx.saved_tensors[0]"])
             + "\n    @staticmethod\n    def jvp(ctx, t): return " + r.choice(["t * 2", "t * 0", "None"])]  # fmt: skip
    lines += [
        leaf(r, "x", "[0.5, -1., 2.]", 0.9),
        leaf(r, "y", r.choice(["[1., 2., 0.3]", "2.0"]), 0.6),
        "z = torch.tensor([1+2j, 0.5-1j, 0.3j], requires_grad=True)",
    ]
    fs = ["Wrong.apply", "lambda a: Wrong.apply(a)", "lambda a: a ** 3", "lambda a, b: a * b", "lambda a: (a * 2, a.sin())", "lambda a: a.detach() * a", "lambda a: a.sum()", 
          "lambda a: a.abs()", "lambda a: a.view(-1)", "lambda a, b: Wrong.apply(a) + b", "lambda a: a.real * 2", "lambda a: a * a.conj()", "lambda a: torch.complex(a, a * 2)",
          "lambda a: a.mul_(2)", "lambda a: a.round()", "lambda a: a.sqrt()", "lambda a: [a]"]  # fmt: skip
    f = r.choice(fs)
    given = (
        "(x, y)"
        if "a, b" in f
        else r.choice(
            ["x", "(x,)", "x", "(x,)", "z", "(z,)"]
            + [
                "x.detach()",
                "[x]",
                "(x, y)",
                "()",
                "(x.detach(), 3)",
            ]
        )
    )
    names = {"eps": ["1e-4", "1e-6", "1e-2"], "atol": ["1e-3", "1e-8", "1e-15", "1"], "rtol": ["1e-2", "1e-12"], "raise_exception": ["False", "False", "True"], "nondet_tol": ["0.1", "0.0"], "check_undefined_grad": ["False"],
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
    return [*lines, f"torch.autograd.{name}({', '.join([f, given, *options])})", "x.grad, y.grad"]


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
        "x.t()",
        "x.clone()",
        "x.unsqueeze(0)",
        "x.chunk(3)[2]",
        "x.detach()",
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
        f"{v}._version",
        "x.view_as(x).grad_fn.next_functions[0][0].register_hook(lambda a, b: say('acc', a, b))",
        "x.register_post_accumulate_grad_hook(lambda t: say('post', t.grad))",
        f"{v}.grad_fn._sequence_nr() < {last}.grad_fn._sequence_nr()",
        f"len({v}.grad_fn.__class__.__name__)",
        f"{u}.is_leaf, {u}.retains_grad, {u}._base is None",
        f"len({v}._backward_hooks or ())",
        "x._backward_hooks is None, x._post_accumulate_grad_hooks is None",
    ]
    looks += [
        f"{g}get_gradient_edge(x.detach())",
        f"{g}get_gradient_edge(3)",
        f"{g}register_multi_grad_hook([x], print, mode='some')",
        f"{v}.register_hook(3)",
        f"{v}.grad_fn.register_hook(3)",
        f"{v}.grad_fn.nothing",
        f"{v}.grad_fn._saved_nothing",
        "x.grad_fn.name()",
        "x.register_post_accumulate_grad_hook(3)",
        f"{v}.register_post_accumulate_grad_hook(print)",
        "x.detach().register_hook(print)",
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
             f"{last}.backward({ones(last)}, retain_graph=True)", 
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
        f"torch.autograd.backward({last}.sum(), grad_variables=torch.ones(()))",
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
        "def fresh():\n    with torch.inference_mode(): return torch.ones(3)",
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
    ops = ["looked(inf * x)", "(lambda inf: looked(inf.add_(1)))(fresh())", "inf.is_inference(), inf.clone().is_inference()", "(inf * x).sum().backward()", "inf.requires_grad_()", "inf._version", "looked(inf.view(3, 1))", "inf.detach().is_inference()", "x.mul(inf)", "(lambda inf: inf.copy_(x))(fresh())",
           "x.detach().copy_(inf).is_inference()", "torch.cat([inf, x.detach()]).is_inference()", "inf[0].is_inference()", "inf.data.is_inference()", "nn.Parameter(inf)", "torch.nn.functional.linear(inf, torch.ones(3, 3).requires_grad_())",
           "inf.grad", "(lambda inf: inf.set_(torch.zeros(2)))(fresh())", "(lambda inf: inf.resize_(2))(fresh())", "(lambda inf: looked(torch.add(inf, 1, out=inf)))(fresh())", "(lambda inf: inf.zero_())(fresh())", "inf.numpy()", "copy.deepcopy(inf).is_inference()", "y.add_(1)", "x.add_(1)", "y.data.mul_(2)", "y[0] = inf[0]",
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
        f"x = torch.arange({ {'(2, 3)': 6, '(3,)': 3}.get(shape, 8) }.).reshape{shape}.div(4).{r.choice(['clone()', 'contiguous()'])}.requires_grad_()",
        "def seen(): return x.grad if x.grad is None else (x.grad, x.grad.stride(), x.grad.requires_grad, type(x.grad.grad_fn).__name__)",
    ]
    steps = ["(x * 2).sum().backward()", "(x ** 2).sum().backward()", "(x ** 3).sum().backward(create_graph=True)", "x.sum().backward()", "x.mT.clone().sum().backward()" if shape != "(3,)" else "x.mean().backward()", "x.backward(torch.ones_like(x))", "x.backward(given)",
             "x.view(-1).sum().backward()", "x.expand(2, *x.shape).sum().backward()", "x.grad = None", "x.grad = torch.ones_like(x)", "x.grad = torch.zeros(x.shape)", "x.grad = torch.full(x.shape, 2.0, requires_grad=True)", "x.grad = given", "kept = x.grad",
             "log.append(kept is x.grad)", "x.grad.zero_()", "x.grad.detach_()", "x.grad.requires_grad_()", "x.grad.mul_(2)", "x.grad = x.grad * 2", "x.grad.data.zero_()", "(x * given).sum().backward()", "(x.clone() * 2).backward(given)", "x.clone().backward(given)",
             "x.grad = torch.ones(1)", "x.grad = x", "x.grad = torch.ones(x.shape, dtype=torch.float32)", "x.grad = 3", "del x.grad", "x.requires_grad_(False)", "x.requires_grad_(True)", "(x.sum() + x.prod()).backward()", "x.data = x.data * 2",
             "torch.autograd.grad((x ** 2).sum(), x)[0].stride()", "y = (x ** 2).sum()", "y.backward(retain_graph=True)", "y.backward()", "x.grad.sum().backward()", "x.grad.stride()", "x.register_hook(lambda g: say('hook', g))", "x.register_hook(lambda g: g * 2)",
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
        f"given = {r.choice(['torch.arange(float(x.numel())).reshape(x.shape)', 'torch.ones(x.shape, requires_grad=True)', 'torch.ones(2).resize_(x.shape).fill_(3)', 'torch.ones(1).expand(x.shape)', 'torch.ones(x.shape[::-1]).permute(*range(x.dim())[::-1])', 'torch.zeros(*x.shape, 2)[..., 0]'])}"
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
    bad = ["x.sqrt()", "x.log()", "x / y", "x ** y", "Bad.apply(x)", "x.norm() * y", "x.asin()", "torch.where(x > 0, x.sqrt(), x)", "x.rsqrt()", "torch.atan2(x * 0, y * 0)", "x.std()", "x.prod()", "x * 2", "Bad.apply(x * 2) * y",
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
              + f"return {r.choice(['self.b(self.a(x).tanh()) * k + self.c', 'self.d(self.a(x))', 'self.a(x) @ self.b.weight'])}"]  # fmt: skip
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
        "linearize(3, x)",
        "linearize(lambda a: a)",
        "functionalize(lambda a: a, remove='other')(x)",
        "functionalize(3)(x)",
        "vjp(lambda a: 3, x)",
        "vjp(lambda a: a, 3)",
        "vjp(lambda a: a, x)[1](x[0])",
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
        "jvp(lambda a: a, (), ())",
        "jvp(lambda a: a, (x,), ())",
        "jvp(lambda a: a, (x,), (x,), has_aux=True)",
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
        "vmap(lambda a: a.item())(x[0])",
        "vmap(lambda a: a if a > 0 else -a)(x[0])",
        "vmap(lambda a: a.nonzero())(x)",
        "vmap(lambda a: a.numpy())(x)",
        "vmap(lambda a: float(a))(x[0])",
        "vmap(lambda a: a)(torch.tensor(1.0))",
        "vmap(lambda a: a)(torch.ones(0, 2))",
        "vmap(lambda a, b: a * b['k'], (0, {'j': 1}))(x, {'k': x.T})",
        "vmap(lambda a: a, out_dims=None)(x)",
        "vmap(lambda a: W.add_(a.sum()))(x)",
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


KINDS = {f.__name__: f for f in (functional, check, graph, modes, grads, anomaly, modules)}
