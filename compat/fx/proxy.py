"""Proxy: what stands for a value while a module is traced; what is done to it is written down."""

import dis
import operator
import sys

__all__ = ["Attribute", "Proxy", "TraceError"]


def __getattr__(name):
    if name != "GraphAppendingTracer":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}", name=name)
    from .tracer import GraphAppendingTracer

    return GraphAppendingTracer


class TraceError(ValueError):
    """The program needs a value that is not known while it is traced."""


class Proxy:
    """A value of the traced program, of one node."""

    def __init__(self, node, tracer=None):
        if tracer is None:
            from .tracer import GraphAppendingTracer

            tracer = GraphAppendingTracer(node.graph)
        self.node, self.tracer = node, tracer

    def __repr__(self):
        return f"Proxy({self.node.name})"

    def __getattr__(self, name):
        if name.startswith("__") and name.endswith("__"):
            raise AttributeError(name)
        return Attribute(self, name)

    def __call__(self, *args, **kwargs):
        return self.tracer.create_proxy("call_method", "__call__", (self, *args), kwargs)

    def __bool__(self):
        return self.tracer.to_bool(self)

    def __iter__(self):
        frame = sys._getframe(1)
        instruction = next(i for i in dis.get_instructions(frame.f_code) if i.offset == frame.f_lasti)
        if instruction.opname == "UNPACK_SEQUENCE":
            return (self[i] for i in range(instruction.argval))
        return self.tracer.iter(self)

    def __len__(self):
        raise RuntimeError(
            "'len' is not supported in symbolic tracing by default. If you want this call to be recorded, please call "
            "torch.fx.wrap('len') at module scope"
        )

    def __contains__(self, x):
        return self.tracer.to_bool(self)

    def keys(self):
        """Not known."""
        return self.tracer.keys(self)

    @classmethod
    def __torch_function__(cls, func, types, args=(), kwargs=None):
        from ..overrides import OPERATORS, resolve_name

        kwargs = kwargs or {}
        tracer = next(p for p in proxies((args, kwargs))).tracer
        name = getattr(func, "__name__", "")
        if name in OPERATORS or (resolve_name(func) or "").startswith("torch.Tensor."):
            return tracer.create_proxy("call_method", name, args, kwargs)
        return tracer.create_proxy("call_function", func, args, kwargs)


class Attribute(Proxy):
    """An attribute of a Proxy: a node of its own once it is used, none if it is called as a method."""

    def __init__(self, root, name):
        self.root, self.attr, self.tracer, self._node = root, name, root.tracer, None

    @property
    def node(self):
        if self._node is None:
            self._node = self.tracer.create_proxy("call_function", getattr, (self.root, self.attr), {}).node
        return self._node

    def __call__(self, *args, **kwargs):
        return self.tracer.create_proxy("call_method", self.attr, (self.root, *args), kwargs)


def proxies(a):
    """The Proxies in arguments."""
    if isinstance(a, Proxy):
        yield a
    elif isinstance(a, dict):
        for v in a.values():
            yield from proxies(v)
    elif isinstance(a, (tuple, list)):
        for v in a:
            yield from proxies(v)


def recording(name, f, turned=False):
    def method(self, *args):
        args = (*args, self) if turned else (self, *args)
        return self.tracer.create_proxy("call_function", f, args, {})

    method.__name__ = name
    return method


for _name in (
    "add sub mul truediv floordiv mod matmul pow lshift rshift and_ or_ xor eq ne lt gt le ge getitem neg pos invert"
).split():
    _short = _name.rstrip("_")
    setattr(Proxy, f"__{_short}__", recording(f"__{_short}__", getattr(operator, _name)))
    if _short in "add sub mul truediv floordiv mod matmul pow lshift rshift and or xor".split():
        setattr(Proxy, f"__r{_short}__", recording(f"__r{_short}__", getattr(operator, _name), turned=True))
for _short in ("abs", "round"):
    setattr(Proxy, f"__{_short}__", recording(f"__{_short}__", getattr(operator, _short, round)))
Proxy.__hash__ = object.__hash__
