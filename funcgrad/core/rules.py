"""Rules, written out: for each primitive and set of operands one function that pulls a cotangent back or pushes tangents.

Each comes in two forms from the same rule or formulas: over NumPy, for walks that meet plain arrays alone, and `traced`,
over primitives, for those that levels below listen to.

    pull(node, t, cts, owned)      over NumPy: adds what node's operands get of its cotangent t into `cts`
    pull(node, t, cts, saved)      traced: the same, with what the node saved as it is to be read
    push(ts, out, xs, params)      the tangent of `out`, from those of its operands (None: zero)
    rule(t, out, xs, params)       [cotangent or None of each operand]
"""

from .aval import ndarray
from .elementwise_layout import summed
from .formula import OPERANDS
from .primitive import PRIMITIVES, Primitive, helpers, raw, raw_namespace


def written(name, prim, lines, env):
    """The function `name` that the lines define."""
    exec(compile("\n".join(lines), f"<{name} of {prim.name}>", "exec"), env)
    return env[name]


# ------------------------------------------------------------------------------------------------ pulls
def general_pull(plan, rule):
    """The traced pull by a rule(t, out, *operands, need=, **params) of any number of operands."""

    def pull(n, t, cts, saved):
        xs, out = plan.operands_of(n, saved)
        gs = rule(t, out, *xs, need=plan.need, **n.params)
        for p, i in zip(n.ins, plan.operands, strict=True):
            if gs[i] is not None:
                cts[p] = helpers["add_cts"](cts.get(p), gs[i])

    return pull


def opening(plan, traced):
    """The first lines of a pull: what it is called with, the nodes it adds for, what the node kept."""
    saved = [OPERANDS[i] for i in plan.reads] + (["out"] if plan.keeps else [])
    lines = [f"def pull(n, t, cts, {'saved' if traced else 'owned'}):"]
    lines.append(f"    {', '.join([f'p{i}' for i in plan.operands])}, = n.ins")
    lines.append("    a = n.avals")
    if saved:
        lines.append(f"    {', '.join(saved)}, = {'saved' if traced else 'n.saved'}")
    return lines


def adding(i, traced, face="numpy"):
    total = f"add_cts(c, g{i})" if traced else f"summed(c, g{i})" if face == "torch" else f"c + g{i}"
    return f"    c = cts.get(p{i})", f"    cts[p{i}] = g{i} if c is None else {total}"


def rule_pull(prim, plan, traced=False):
    """A pull that calls the written rule, or the transposes."""
    lines = opening(plan, traced)
    xs = ", ".join([OPERANDS[i] if i in plan.reads else f"a[{i}]" for i in range(prim.arity)])
    bound = (lambda f: f) if traced else lambda f: raw(f, plan.face)
    if prim.transpose is not None:
        rules = dict(zip(prim.linear or prim.bilinear, prim.transpose, strict=True))
        operands = [i for i in plan.operands if i in rules]
        env = {f"rule{i}": bound(rules[i]) for i in operands}
        lines += [f"    g{i} = rule{i}(t, {xs}, **n.params)" for i in operands]
    else:
        operands = plan.operands
        env = {"vjp": bound(prim.vjp)}
        gs = ", ".join([f"g{i}" for i in range(prim.arity)])
        out = "out" if plan.keeps else "None"
        lines.append(f"    {gs}, = vjp(t, {out}, {xs}, need={plan.need}, **n.params)")
    for i in operands:
        lines.append(f"    if g{i} is not None:")
        lines += [f"    {line}" for line in adding(i, traced, plan.face)]
    return written("pull", prim, lines, env | {"add_cts": helpers["add_cts"], "summed": summed})


# ------------------------------------------------------------------------------------------------ formulas
def formulas(prim, kink, operands, traced, face="numpy"):
    """({operand: its formula as an expression}, the names that these read) of a primitive with formulas."""
    rules = prim.formulas[kink]
    used = set()
    texts = {i: rules[i].in_calls(used) if traced else rules[i].text for i in operands}
    if not traced:
        env = dict(raw_namespace(prim.namespace, face))
        return texts, env | {k: raw(helpers[k], face) for k in ("fit", "fit_tangent", "add_cts")}
    from .written_tape import quick

    env = prim.namespace | {f"_{name}": PRIMITIVES[name] for name in used}
    called = {f"_{name}" for name in used}.union(*[rules[i].names for i in operands])
    env |= {k: quick(env[k], face) for k in called if isinstance(env.get(k), Primitive)}
    return texts, env | {k: helpers[k] for k in ("fit", "fit_tangent", "add_cts")}


def parameters(prim, params):
    """Lines that give the parameters which formulas name."""
    return [f"    {p} = {params}[{p!r}]" for p in prim.params if p != "kink"]


def elementwise_pull(prim, plan, traced=False):
    """A pull with the formulas written out in it: a call per node."""
    texts, env = formulas(prim, plan.kink, plan.operands, traced, plan.face)
    lines = opening(plan, traced) + parameters(prim, "n.params")
    lines += [f"    g{i} = {text}" for i, text in texts.items()]
    for i in texts:  # (when all of them are there: one that raises has added nothing)
        fits = (
            ""
            if traced
            else f"(type(g{i}) is not ndarray or g{i}.shape != a[{i}].shape or g{i}.dtype is not a[{i}].dtype)"
        )
        lines.append(f"    if a is not None{fits and ' and ' + fits}: g{i} = fit(g{i}, a[{i}])")
        lines += adding(i, traced)
    return written("pull", prim, lines, env | {"ndarray": ndarray})


def bits(need):
    return [i for i in range(need.bit_length()) if need >> i & 1]


def elementwise_push(prim, need, kink, plain):
    """A push with the formulas written out in it; `plain`: over NumPy."""
    operands = [i for i in bits(need) if prim.formulas[kink][i].text is not None]
    texts, env = formulas(prim, kink, operands, not plain)
    lines = [
        "def push(ts, out, xs, params):",
        f"    {', '.join(OPERANDS[: prim.arity])}, = xs",
        *parameters(prim, "params"),
    ]
    total = None
    for i, text in texts.items():
        lines.append(f"    t = ts[{i}]")
        lines.append(f"    total = {text if total is None else f'add_cts(total, {text})'}")
        total = "total"
    if total is None:
        return lambda ts, out, xs, params: None
    lines.append(
        "    if type(total) is type(out) is ndarray and total.shape == out.shape and total.dtype is out.dtype:"
    )
    lines.append("        return total")
    pairs = "".join([f"(ts[{i}], {OPERANDS[i]}), " for i in texts])
    lines.append(f"    return fit_tangent(total, out, ({pairs}))")
    return written("push", prim, lines, env | {"ndarray": ndarray})


def elementwise_rule(prim, need, kink):
    """The traced rule by formulas; an operand that is None has the result's shape and dtype."""
    texts, env = formulas(prim, kink, bits(need), traced=True)
    names = OPERANDS[: prim.arity]
    lines = ["def rule(t, out, xs, params):", f"    {', '.join(names)}, = xs", *parameters(prim, "params")]
    for i, text in texts.items():
        lines.append(f"    g{i} = {text}")
        lines.append(f"    if {names[i]} is not None: g{i} = fit(g{i}, {names[i]})")
    lines.append(f"    return [{', '.join([f'g{i}' if i in texts else 'None' for i in range(prim.arity)])}]")
    return written("rule", prim, lines, env)
