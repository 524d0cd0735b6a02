"""`while_loop(*cond_consts, *body_consts, *carry, cond, body, ...)`: a graph run on its own results while another says so.

Operands: the constants of the condition, those of the body, the carry. Invariant: the carry keeps its avals. How many steps
there are is known only once they are done, so there is no room for residuals and no reverse mode: the public
while_loop(max_steps=) is a scan of conds instead.
"""

from ..core.aval import Aval, aval_of, is_float
from ..core.graph import Graph, GraphNode, evaluate
from ..core.nested import reached
from ..core.primitive import PRIMITIVES, helpers
from ..core.quiet import quiet
from ..core.site import where
from ..errors import GraphError, NotDifferentiableError
from .closed import (
    Closed,
    active,
    arranged,
    called,
    dependent,
    fronts,
    mapped,
    numbers,
    of_avals,
    own,
    pushed,
    retried,
)
from .cond import spread
from .element_loops import ENV, while_text
from .elements import elementwise_graph
from .joint import narrowed
from .narrow import needed
from .scan import loops, order_of, tangent
from .source import compiled, function_of, of_numbers


def runner(cond, body, cond_consts, body_consts, strong):
    run = body.cache.get(("while", id(cond), strong))
    if run is None and not strong and elementwise_graph(cond) is not None and elementwise_graph(body) is not None:
        env = {
            **ENV,
            "cond": of_numbers(elementwise_graph(cond)),
            "body": of_numbers(elementwise_graph(body)),
            "kept": cond,
        }
        run = function_of(while_text(cond, body, cond_consts, body_consts), env, "while_loop", "run")
        body.cache["while", id(cond), strong] = run  # (its environment keeps cond, whose id is the key)
    if run is None:
        tests, fixed = [f"p{i}" for i in range(cond_consts)], [f"k{i}" for i in range(body_consts)]
        carry = [f"c{i}" for i in range(len(body.outs))]
        targets = "".join([f"{c}, " for c in carry])
        text = (
            f"def run({', '.join(tests + fixed + carry)}):\n    while cond({', '.join(tests + carry)})[0]:\n"
            f"        {targets}= body({', '.join(fixed + carry)})\n    return ({''.join([f'own({c}), ' for c in carry])})"
        )
        run = function_of(
            text, {"cond": compiled(cond), "body": compiled(body), "kept": cond, "own": own}, "while_loop", "run"
        )
        body.cache["while", id(cond), strong] = run
    return run


def _impl(*xs, cond, body, cond_consts, body_consts):
    with quiet():
        return retried(
            lambda args, strong: runner(cond, body, cond_consts, body_consts, strong)(*args), xs, (cond, body)
        )


def _code(n, args, constant):
    p = n.params
    weak = any([a.weak for a in (*p["cond"].in_avals, *p["body"].in_avals)])
    run = None if weak else runner(p["cond"], p["body"], p["cond_consts"], p["body_consts"], False)
    return called(run, n, args, constant)


def _aval(*xs, cond, body, cond_consts, body_consts):
    loop = body.out_avals
    shapes = [aval_of(x).shape for x in xs]
    k = cond_consts + body_consts
    if (
        body.in_avals[body_consts:] != loop
        or [a.shape for a in cond.in_avals] != shapes[:cond_consts] + shapes[k:]
        or [a.shape for a in body.in_avals] != shapes[cond_consts:]
        or [(a.shape, a.dtype.kind) for a in cond.out_avals] != [((), "b")]
    ):
        raise GraphError(
            f"while_loop: the condition, of {cond.in_avals} to {cond.out_avals}, and the body, of {body.in_avals} to {loop}, do not "
            f"fit operands {list(map(aval_of, xs))}"
        )
    return tuple(loop)


# ------------------------------------------------------------------------------------------------ derivatives
class While(Closed):
    """A loop without bound: forward mode only."""

    def pull_handles(self, slots, n, again):
        params = n.params
        body, k = params["body"], params["cond_consts"]
        on = [i - k for i in numbers(n.plan.need) if i >= k]
        moving = active(body, on, loops(params["body_consts"], len(body.outs)))[1]
        if any([c is not None and moving[j] for j, c in enumerate(slots.cts)]):
            raise NotDifferentiableError(
                "while_loop: there is no reverse-mode derivative of a loop without bound (it would have to keep what every step "
                "computed, and how many steps there are is known at the end only). Say how many there are at most, "
                "while_loop(cond, body, init, max_steps=1000); or use fori_loop with Python ints, scan, or forward mode "
                f"(jvp, jacfwd). [the loop is at {where((n.code, n.lasti))}]"
            )
        return [None] * (k + len(body.ins))


def _forward(vals, need, **params):
    return while_(*vals, **params), ()


def _dual(ts, vals, params):
    cond, body, k, b = params["cond"], params["body"], params["cond_consts"], params["body_consts"]
    m = len(body.outs)
    on, moving = active(body, [i - k for i, t in enumerate(ts) if t is not None and i >= k], loops(b, m))
    outs = [j for j, a in enumerate(body.out_avals) if is_float(a.dtype) and moving[j]]
    if not outs:
        return while_(*vals, **params), [None] * m
    ins = order_of(len(body.ins), on, b, len(body.ins))
    both = arranged(pushed(body, on, outs), ins, range(m + len(outs)))
    args = [*vals[k:], *[tangent(ts[k + i], body.in_avals[i]) for i in on]]
    test = ignoring(cond, [body.out_avals[j] for j in outs])
    more = len(ins) - m - len(outs)
    got = while_(*vals[:k], *[args[i] for i in ins], cond=test, body=both, cond_consts=k, body_consts=more)
    full = [None] * m
    for j, t in zip(outs, got[m:], strict=True):
        full[j] = t
    return got[:m], full


def ignoring(graph, avals):
    """The graph with further inputs of these avals, which it does not use."""
    return Graph([*graph.ins, *[GraphNode(None, (), None, a) for a in avals]], graph.outs, graph.effects)


# ------------------------------------------------------------------------------------------------ batching
def _batch(size, vals, ds, *, cond, body, cond_consts, body_consts):
    k = cond_consts + body_consts
    xs = fronts(vals, ds)
    flags = [d is not None for d in ds]
    while True:
        test, several = mapped(cond, size, flags[:cond_consts] + flags[k:])
        force = [j for j in range(len(body.outs)) if flags[k + j] or several[0]]
        step, differ = mapped(body, size, flags[cond_consts:], force)
        more = [k + j for j, flag in enumerate(differ) if flag and not flags[k + j]]
        if not more:
            break
        for i in more:
            flags[i] = True
            xs[i] = helpers["batched"](size, xs[i], None)
    dims = [0 if flag else None for flag in differ]
    if not several[0]:
        return while_(*xs, cond=test, body=step, cond_consts=cond_consts, body_consts=body_consts), dims
    anyone = of_avals(
        lambda *a: [PRIMITIVES["any"](evaluate(test, *a)[0], axes=(0,))],
        test.in_avals,
        [Aval((), test.out_avals[0].dtype)],
    )

    def unfinished(*a):
        """A step for those samples that go on; the others keep their carry."""
        tests, rest = a[:cond_consts], a[cond_consts:]
        (goes_on,) = evaluate(test, *tests, *rest[body_consts:])
        return [
            PRIMITIVES["where"](spread(goes_on, size, aval), new, old)
            for new, old, aval in zip(evaluate(step, *rest), rest[body_consts:], body.out_avals, strict=True)
        ]

    masked = of_avals(unfinished, test.in_avals[:cond_consts] + step.in_avals, step.out_avals)
    outs = while_(*xs[:cond_consts], *xs, cond=anyone, body=masked, cond_consts=cond_consts, body_consts=k)
    return outs, dims


# ------------------------------------------------------------------------------------------------ what a result needs
def _narrow(outs, *, cond, body, cond_consts, body_consts):
    tests = needed(cond, [0])
    kept = {*outs, *[i - cond_consts for i in tests if i >= cond_consts]}
    while True:
        wanted = sorted(kept)
        ins = needed(body, wanted) | {body_consts + j for j in kept}
        more = {i - body_consts for i in ins if i >= body_consts}
        if more <= kept:
            break
        kept |= more
    tests = [i for i in range(cond_consts) if i in tests]
    ins = sorted(ins)
    params = {
        "cond": narrowed(cond, [*tests, *[cond_consts + j for j in wanted]], [0]),
        "body": narrowed(body, ins, wanted),
        "cond_consts": len(tests),
        "body_consts": sum([i < body_consts for i in ins]),
    }
    return [*tests, *[cond_consts + i for i in ins]], params, wanted


def _dependent(on, *, cond, body, cond_consts, body_consts):
    own = dependent(body, [i - cond_consts for i in on if i >= cond_consts], loops(body_consts, len(body.outs)))
    tested = [i for i in on if i < cond_consts] + [cond_consts + j for j, late in enumerate(own) if late]
    return [True] * len(own) if reached(cond, tested)[0] else own


while_ = While(
    "while_loop",
    globals(),
    __doc__="A graph run on its own results while another graph of them is true.",
    impl=_impl,
    aval=_aval,
    batch=_batch,
    forward=_forward,
    dual=_dual,
    code=_code,
    fresh=True,
    narrow=_narrow,
    dependent=_dependent,
)
__all__ = ["while_"]
