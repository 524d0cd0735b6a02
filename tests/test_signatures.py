"""The functional face has jax's signatures: names, kinds, order and defaults of the parameters, compared by inspect."""

import dataclasses
import inspect
import operator

import jax
import pytest

import funcgrad as fg

# What jax has and funcgrad has not: devices and shardings, what jax itself is giving up, what it tries out.
NOT_OURS = {
    "grad": "reduce_axes", "value_and_grad": "reduce_axes", "vjp": "reduce_axes", "vmap": "sum_match", "checkpoint": "concrete",
    "jit": "in_shardings out_shardings device backend compiler_options", "make_graph": "axis_env",
}  # fmt: skip
# And the other way; all keyword-only, so that positions mean the same.
OURS_ONLY = {"grad": "numpy", "value_and_grad": "numpy", "jit": "numpy", "vmap": "randomness", "jacfwd": "randomness"}
NAMES = """checkpoint closure_convert custom_jvp custom_vjp eval_shape grad hessian jacfwd jacrev jit jvp linear_transpose linearize
make_graph pure_callback value_and_grad vjp vmap""".split()
DEFAULTS = {
    "static_argnums": ((), None),
    "fun": (None, inspect.Parameter.empty),
}  # one says so where the other says otherwise


def parameters(f, without):
    return [p for p in inspect.signature(f).parameters.values() if p.name not in without.split()]


@pytest.mark.parametrize("name", NAMES)
def test_of_a_transform(name):
    ours = parameters(getattr(fg, name), OURS_ONLY.get(name, ""))
    theirs = parameters(getattr(jax, {"make_graph": "make_jaxpr"}.get(name, name)), NOT_OURS.get(name, ""))
    if name == "jit":  # (jax's function is positional-only)
        ours, theirs = ours[1:], theirs[1:]
    assert [(p.name, p.kind) for p in ours] == [(p.name, p.kind) for p in theirs]
    for a, b in zip(ours, theirs, strict=True):
        assert a.default == b.default or {a.default, b.default} <= set(DEFAULTS[a.name]), a
    for extra in OURS_ONLY.get(name, "").split():
        assert inspect.signature(getattr(fg, name)).parameters[extra].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("name", [n for n in dir(jax.tree) if not n.startswith("_")])
def test_of_the_tree(name):
    ours, theirs = parameters(getattr(fg.tree, name), ""), parameters(getattr(jax.tree, name), "")
    if name == "static":
        ours = theirs = []
    assert [(p.name, p.kind) for p in ours] == [(p.name, p.kind) for p in theirs]


def test_static_fields_are_metadata():
    @fg.tree.register_dataclass
    @dataclasses.dataclass
    class Layer:
        w: float
        name: str = fg.tree.static(default="first")

    assert fg.tree.leaves(Layer(2.0)) == [2.0]
    assert fg.grad(lambda layer: layer.w**2)(Layer(3.0)) == Layer(6.0)
    assert fg.tree.reduce_associative(operator.add, [], identity=0) == 0


def test_checkpoint_takes_static_arguments_by_name():
    def power(x, k, times=2, *, form="a"):
        assert type(k) is type(times) is int and form == "b"
        return x**k * times

    for static in ({"static_argnames": ("k", "times", "form")}, {"static_argnums": (1, 2), "static_argnames": "form"}):
        f = fg.checkpoint(power, **static)
        assert fg.grad(lambda x, f=f: f(x, 3, form="b"))(2.0) == 24.0
        assert fg.grad(lambda x, f=f: f(x, k=3, times=4, form="b"))(2.0) == 48.0
