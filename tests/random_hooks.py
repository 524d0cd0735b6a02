"""Random graphs with hooks of every kind: the order of what happens, and the figures, under torch and under compat.

`python tests/random_hooks.py [COUNT [FIRST]]` runs COUNT programs from seed FIRST under both and prints those that differ (torch 2.13 is
needed); tests/compat/test_random_hooks.py compares the first ones with what torch has printed (expected/random_hooks.json).

A program is made from its seed alone: leaves of three elements, a few operations on what is there (also in place, on views, of several
results, custom Functions, modules), hooks registered between them, and one or two walks back.
"""

import random
import sys
from contextlib import nullcontext

SHAPE = 3
PACKED = (
    "mul",
    "sin",
    "exp",
    "tanh",
    "cube",
    "both",
    "twice",
)  # (a few others save something else here: docs/torch-differences.md)


SHARED = "two leaves share one .grad"  # (those of `stack` and `expand` may, and then what is added counts twice)


def figure(t):
    """A Tensor (or None, or a tuple of them) as text."""
    if t is None:
        return "None"
    if isinstance(t, (tuple, list)):
        return "(" + ", ".join(map(figure, t)) + ")"
    values = [f"{round(v, 9) + 0.0:.5g}" for v in t.detach().reshape(-1).tolist()]
    return f"[{' '.join(values)}]{'+' if t.requires_grad else ''}"


class Program:
    """One run of the program of a seed over a library; `lines`: what happened."""

    def __init__(self, torch, seed):
        self.torch, self.random, self.lines = torch, random.Random(seed), []
        self.handles, self.kept = [], []
        self.hooks = 0
        make = [[round(self.random.uniform(-2, 2), 2) for _ in range(SHAPE)] for _ in range(3)]
        self.leaves = [torch.tensor(v, dtype=torch.float64, requires_grad=i < 2) for i, v in enumerate(make)]
        self.values = list(self.leaves)
        self.names = {id(t): f"leaf{i}" for i, t in enumerate(self.leaves)}
        self.functions()
        self.layer = torch.nn.Linear(SHAPE, SHAPE).double()
        with torch.no_grad():
            for p in self.layer.parameters():
                p.copy_(torch.arange(p.numel(), dtype=torch.float64).reshape(p.shape) / 10 - 0.3)
        self.net = torch.nn.Sequential(self.layer, torch.nn.Tanh())

    def say(self, *words):
        self.lines.append(" ".join(map(str, words)))

    def functions(self):
        torch, say = self.torch, self.say

        class Cube(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                ctx.save_for_backward(x)
                return x**3

            @staticmethod
            def backward(ctx, g):
                (x,) = ctx.saved_tensors
                say("Cube.backward", figure(g))
                return 3 * x**2 * g

        class Both(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x, y):
                ctx.set_materialize_grads(False)
                ctx.save_for_backward(x, y)
                return x * y, x + y

            @staticmethod
            def backward(ctx, g, h):
                x, y = ctx.saved_tensors
                say("Both.backward", figure(g), figure(h), ctx.needs_input_grad)
                a = b = None
                if g is not None:
                    a, b = g * y, g * x
                if h is not None:
                    a, b = h if a is None else a + h, h if b is None else b + h
                return a, b

        class Twice(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                x.mul_(2)
                ctx.mark_dirty(x)
                return x

            @staticmethod
            def backward(ctx, g):
                say("Twice.backward", figure(g))
                return g * 2

        class Once(torch.autograd.Function):
            @staticmethod
            def forward(ctx, x):
                return x.clone()

            @staticmethod
            @torch.autograd.function.once_differentiable
            def backward(ctx, g):
                say("Once.backward", figure(g))
                return g

        self.cube, self.both, self.twice, self.once = Cube.apply, Both.apply, Twice.apply, Once.apply

    # ---- the graph
    def some(self):
        return self.random.choice(self.values)

    def inner(self):
        """A value that may be changed in place: none of the leaves."""
        found = self.values[len(self.leaves) :]
        return self.random.choice(found) if found else self.some() * 1

    def operation(self):
        """One operation; what it gives is among the values from here on."""
        torch, a, b, w = self.torch, self.some(), self.some(), self.inner()
        kinds = {
            "add": lambda: a + b, "mul": lambda: a * b, "sin": lambda: a.sin(), "exp": lambda: (a * 0.1).exp(), "div": lambda: a / (b * b + 1),
            "clone": lambda: a.clone(), "view": lambda: a.view(SHAPE), "flip": lambda: a.flip(0), "where": lambda: torch.where(a > 0, a, b),
            "sum": lambda: a.sum() * b, "stack": lambda: torch.stack([a, b]).sum(0), "cat": lambda: torch.cat([a[:1], a[1:] * 2]),
            "outer": lambda: torch.outer(a, b) @ a, "detach": lambda: a.detach() * b, "tanh": lambda: a.tanh(), "max": lambda: torch.maximum(a, b),
            "unbind": lambda: (lambda p: p[0] * p[2] + a)(b.unbind()), "split": lambda: torch.cat(b.split([1, 2])[::-1]),
            "sort": lambda: a.sort()[0], "expand": lambda: a.expand(2, SHAPE).sum(0), "select": lambda: a[1] * b, "norm": lambda: a.norm() * b,
            "relu": lambda: torch.relu(a), "pow": lambda: a**3, "softmax": lambda: torch.softmax(a, 0), "index": lambda: a[[2, 0, 2]] + b,
            "cube": lambda: self.cube(a), "both": lambda: self.both(a, b), "once": lambda: self.once(a), "twice": lambda: self.twice(w),
            "checkpoint": lambda: torch.utils.checkpoint.checkpoint(lambda v: v.sin() * v, a, use_reentrant=False),
            "layer": lambda: self.layer(a), "net": lambda: self.net(a.reshape(1, SHAPE)).reshape(SHAPE),
            "add_": lambda: w.add_(b), "mul_": lambda: w.mul_(b), "set": lambda: w.__setitem__(0, (b * 1)[1]), "sin_": lambda: w.sin_(),
            "view_": lambda: w[1:].mul_((b * 1)[:2]), "copy_": lambda: w.copy_(b), "zero_": lambda: w[:1].zero_(), "detach_": lambda: None,
        }  # fmt: skip
        kind = self.random.choice(list(kinds))
        packing = self.random.random() < 0.3 and kind in PACKED
        self.say("op", kind, self.place(a), self.place(b), len(self.values))
        try:
            with self.packed() if packing else nullcontext():
                got = kinds[kind]()
        except RuntimeError as error:
            self.say("!!", str(error)[:50])
            return
        for t in got if isinstance(got, tuple) else (got,):
            if isinstance(t, torch.Tensor):
                self.values.append(t)
        if kind[-1] == "_" or kind == "set":
            self.say("version", w._version, w.requires_grad, w.is_leaf)

    def packed(self):
        n = self.number()

        def pack(t):
            self.say("pack", n, figure(t.detach()))
            return t

        def unpack(t):
            self.say("unpack", n, figure(t.detach()))
            return t

        return self.torch.autograd.graph.saved_tensors_hooks(pack, unpack)

    # ---- hooks
    def number(self):
        self.hooks += 1
        return self.hooks

    def hook(self):
        """A hook of some kind on some value."""
        r, t, n = self.random, self.some(), self.number()
        factor = r.choice([None, None, 2, -1])
        kind = r.choice(
            [
                "tensor",
                "tensor",
                "retain",
                "leaf",
                "node",
                "pre",
                "multi",
                "any",
                "accumulate",
                "forward",
                "backward",
                "all",
                "parameter",
                "remove",
            ]
        )
        self.say("hook", n, kind, factor, "on", self.place(t))
        try:
            handle = getattr(self, f"hook_{kind}")(t, n, factor)
        except (RuntimeError, AttributeError) as error:
            self.say("!!", type(error).__name__, str(error)[:60])
            return
        if handle is not None:
            self.handles.append((n, handle))

    def hook_tensor(self, t, n, factor):
        def hook(g):
            self.say("tensor", n, figure(g))
            return None if factor is None else g * factor

        return t.register_hook(hook)

    def hook_retain(self, t, n, factor):
        t.retain_grad()

    def hook_leaf(self, t, n, factor):
        return self.random.choice(self.leaves[:2]).register_post_accumulate_grad_hook(
            lambda leaf: self.say("leaf", n, figure(leaf.grad))
        )

    def hook_node(self, t, n, factor):
        def hook(inputs, outputs):
            self.say("node", n, figure(inputs), figure(outputs))
            return None if factor is None else tuple([g if g is None else g * factor for g in inputs])

        return t.grad_fn.register_hook(hook)

    def hook_pre(self, t, n, factor):
        def hook(outputs):
            self.say("pre", n, figure(outputs))
            return None if factor is None else tuple([g if g is None else g * factor for g in outputs])

        return t.grad_fn.register_prehook(hook)

    def hook_accumulate(self, t, n, factor):
        leaf = self.random.choice(self.leaves[:2])
        node = leaf.view_as(leaf).grad_fn.next_functions[0][0]
        self.say(node.name(), node.variable is leaf)
        self.kept.append(node)  # (torch drops one that nobody holds, and its hooks)
        if self.random.random() < 0.5:
            return node.register_prehook(lambda gs: self.say("before", n, figure(gs)))
        return node.register_hook(lambda a, b: self.say("after", n, figure(a), figure(b)))

    def place(self, t):
        return next(i for i, v in enumerate(self.values) if v is t)

    def several(self):
        found = [self.some() for _ in range(2)]
        self.say("on", *map(self.place, found))
        return [t for t in found if t.requires_grad]

    def hook_multi(self, t, n, factor):
        return self.torch.autograd.graph.register_multi_grad_hook(
            self.several(), lambda gs: self.say("multi", n, figure(gs))
        )

    def hook_any(self, t, n, factor):
        tensors = self.several()
        if tensors:
            return self.torch.autograd.graph.register_multi_grad_hook(
                tensors, lambda g: self.say("any", n, figure(g)), mode="any"
            )

    def hook_forward(self, t, n, factor):
        def before(module, args):
            self.say("forward pre", n, type(module).__name__, figure(args))
            return None if factor is None else args[0] * factor

        def after(module, args, out):
            self.say("forward", n, type(module).__name__, figure(args), figure(out))
            return None if factor is None else out * factor

        module, prepend = self.random.choice([self.layer, self.net]), self.random.random() < 0.3
        if self.random.random() < 0.5:
            return module.register_forward_pre_hook(before, prepend=prepend)
        return module.register_forward_hook(after, prepend=prepend)

    def hook_all(self, t, n, factor):
        kind = self.random.choice(["forward_pre_hook", "forward_hook", "full_backward_pre_hook", "full_backward_hook"])

        def hook(module, *args):
            self.say(kind, n, type(module).__name__, figure(args))

        return getattr(self.torch.nn.modules.module, f"register_module_{kind}")(hook)

    def hook_parameter(self, t, n, factor):
        p = self.random.choice(list(self.layer.parameters()))
        if self.random.random() < 0.5:
            return p.register_post_accumulate_grad_hook(lambda p: self.say("parameter", n, figure(p.grad)))
        return p.register_hook(lambda g: self.say("parameter", n, figure(g)))

    def hook_backward(self, t, n, factor):
        def full(module, inputs, outputs):
            self.say("full", n, type(module).__name__, figure(inputs), figure(outputs))
            return None if factor is None else tuple([g if g is None else g * factor for g in inputs])

        def before(module, outputs):
            self.say("full pre", n, type(module).__name__, figure(outputs))
            return None if factor is None else tuple([g if g is None else g * factor for g in outputs])

        module = self.random.choice([self.layer, self.net])
        if self.random.random() < 0.5:
            return module.register_full_backward_hook(full)
        return module.register_full_backward_pre_hook(before)

    def hook_remove(self, t, n, factor):
        if self.handles:
            k, handle = self.handles.pop(self.random.randrange(len(self.handles)))
            self.say("removed", k)
            handle.remove()

    # ---- walks
    def walk(self):
        torch, r = self.torch, self.random
        roots = [t for t in self.values[len(self.leaves) :] if t.requires_grad]
        if not roots:
            return

        def some(k):
            found = [r.choice(roots) for _ in range(k)]
            self.say("of", *map(self.place, found))
            return found

        seeds = lambda ts: [torch.ones_like(t) for t in ts]  # noqa: E731
        kind = r.choice(["backward", "several", "grad", "inputs", "create", "retain", "unused", "edges"])
        self.say("walk", kind)
        try:
            if kind == "backward":
                roots[-1].sum().backward()
            elif kind == "several":
                ts = some(2)
                torch.autograd.backward(ts, seeds(ts))
            elif kind == "grad":
                ts, by = some(1), [self.leaves[0], r.choice(roots)]
                self.say("got", figure(torch.autograd.grad(ts, by, seeds(ts), allow_unused=True)))
            elif kind == "unused":
                ts, by = some(2), self.leaves[:2]
                self.say(
                    "got", figure(torch.autograd.grad(ts, by, seeds(ts), materialize_grads=True, retain_graph=True))
                )
            elif kind == "edges":
                ts, by = some(1), some(1)
                edge = torch.autograd.graph.get_gradient_edge(by[0])
                self.say("got", edge.node.name(), edge.output_nr)
                self.say("got", figure(torch.autograd.grad(ts, edge, seeds(ts), allow_unused=True, retain_graph=True)))
            elif kind == "inputs":
                ts, by = some(1), [self.leaves[1], r.choice(roots)]
                torch.autograd.backward(ts, seeds(ts), inputs=by)
                self.say("grad", figure(by[1].grad))
            elif kind == "create":
                (g,) = torch.autograd.grad(roots[-1].sum(), self.leaves[0], create_graph=True, allow_unused=True)
                self.say("first", figure(g))
                if g is not None and g.requires_grad:
                    (h,) = torch.autograd.grad(g.sum(), self.leaves[0], create_graph=True, allow_unused=True)
                    self.say("second", figure(h))
                    g.sum().backward()
            elif kind == "retain":
                roots[-1].sum().backward(retain_graph=True)
                self.look_for_shared()
                roots[-1].sum().backward()
        except RuntimeError as error:
            self.say("!!", str(error)[:60])
        self.look_for_shared()
        self.say("leaves", figure([t.grad for t in [*self.leaves, *self.layer.parameters()]]))

    def look_for_shared(self):
        places = [t.grad.data_ptr() for t in [*self.leaves, *self.layer.parameters()] if t.grad is not None]
        if len({*places}) < len(places):
            self.say(SHARED)

    def run(self):
        r = self.random
        for _ in range(r.randint(3, 12)):
            self.operation()
            for _ in range(r.choice([0, 0, 1, 1, 2])):
                self.hook()
        for _ in range(r.choice([1, 1, 2])):
            self.walk()
        kept = [t.grad for t in self.values[len(self.leaves) :] if t.retains_grad]
        self.say("kept", figure(kept))
        return self.lines


def happened(torch, seed):
    """The lines of the program of a seed."""
    import warnings

    program = Program(torch, seed)
    with warnings.catch_warnings(action="ignore"):
        try:
            return program.run()
        except Exception as error:
            return [*program.lines, f"ended by {type(error).__name__}: {str(error)[:80]}"]
        finally:
            for _, handle in program.handles:
                handle.remove()


def apart(f, *args):
    """f(*args), which JSON can hold, computed in a process of its own; [] if that dies (torch does, of some hooks of views)."""
    import json
    import os

    read, write = os.pipe()
    if os.fork() == 0:
        try:
            os.write(write, json.dumps(f(*args)).encode())
        finally:
            os._exit(0)
    os.close(write)
    with os.fdopen(read, "rb") as pipe:
        text = pipe.read()
    os.wait()
    return json.loads(text) if text else []


def several(torch, seeds):
    """The lines of several programs under torch, [] for one that it dies of."""
    got = apart(lambda: [happened(torch, seed) for seed in seeds])
    if got or len(seeds) == 1:
        return got or [[]]
    return [several(torch, [seed])[0] for seed in seeds]


def main(count=300, first=0):
    import difflib
    from pathlib import Path

    sys.path[:0] = [str(Path(__file__).parents[1])]
    import torch

    import compat

    differing = crashed = 0
    torch.set_num_threads(1)
    seeds = range(first, first + count)
    expected = [lines for at in range(0, count, 25) for lines in several(torch, seeds[at : at + 25])]
    for seed, theirs in zip(seeds, expected):
        ours = happened(compat, seed)
        if not theirs:
            crashed += 1
        elif theirs != ours:
            differing += 1
            print(f"seed {seed}")
            print("\n".join(list(difflib.unified_diff(theirs, ours, "torch", "compat", lineterm="", n=2))[:14]))
    count -= crashed
    print(f"{count - differing} of {count} programs print what torch prints; of {crashed} more torch dies")


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
