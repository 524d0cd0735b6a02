"""Transforms onto constrained sets: a table by the kind of constraint.

`biject_to` gives one-to-one transforms, `transform_to` any, from numbers without constraint.
"""

from ..types import Number
from . import constraints, transforms

__all__ = ["ConstraintRegistry", "biject_to", "transform_to"]


class ConstraintRegistry:
    """registry(constraint) is a transform onto the constraint's set; NotImplementedError for a kind that is not entered."""

    def __init__(self):
        self._registry = {}

    def register(self, constraint, factory=None):
        """Enter factory(constraint) for a kind of constraint (a class, or one of it); a decorator without a factory."""
        if factory is None:
            return lambda factory: self.register(constraint, factory)
        kind = type(constraint) if isinstance(constraint, constraints.Constraint) else constraint
        if not isinstance(kind, type) or not issubclass(kind, constraints.Constraint):
            raise TypeError(f"Expected constraint to be either a Constraint subclass or instance, but got {constraint}")
        self._registry[kind] = factory
        return factory

    def __call__(self, constraint):
        factory = self._registry.get(type(constraint))
        if factory is None:
            raise NotImplementedError(f"Cannot transform {type(constraint).__name__} constraints")
        return factory(constraint)


biject_to, transform_to = ConstraintRegistry(), ConstraintRegistry()


def above(constraint):
    return transforms.ComposeTransform(
        [transforms.ExpTransform(), transforms.AffineTransform(constraint.lower_bound, 1)]
    )


def below(constraint):
    return transforms.ComposeTransform(
        [transforms.ExpTransform(), transforms.AffineTransform(constraint.upper_bound, -1)]
    )


def between(constraint):
    low, high = constraint.lower_bound, constraint.upper_bound
    if isinstance(low, Number) and isinstance(high, Number) and (low, high) == (0, 1):
        return transforms.SigmoidTransform()
    return transforms.ComposeTransform([transforms.SigmoidTransform(), transforms.AffineTransform(low, high - low)])


for registry in (biject_to, transform_to):
    registry.register(constraints.real, lambda _: transforms.identity_transform)
    registry.register(
        constraints.independent,
        lambda c, registry=registry: transforms.IndependentTransform(
            registry(c.base_constraint), c.reinterpreted_batch_ndims
        ),
    )
    for kind in (constraints.greater_than, constraints.greater_than_eq):
        registry.register(kind, above)
    registry.register(constraints.less_than, below)
    for kind in (constraints.interval, constraints.half_open_interval):
        registry.register(kind, between)
biject_to.register(constraints.simplex, lambda _: transforms.StickBreakingTransform())
transform_to.register(constraints.simplex, lambda _: transforms.SoftmaxTransform())
transform_to.register(constraints.lower_cholesky, lambda _: transforms.LowerCholeskyTransform())
for registry in (biject_to, transform_to):
    registry.register(constraints.corr_cholesky, lambda _: transforms.CorrCholeskyTransform())
    registry.register(
        constraints.cat, lambda c, r=registry: transforms.CatTransform([r(part) for part in c.cseq], c.dim, c.lengths)
    )
    registry.register(constraints.stack, lambda c, r=registry: transforms.StackTransform([r(p) for p in c.cseq], c.dim))
for kind in (constraints.positive_definite, constraints.positive_semidefinite):
    transform_to.register(kind, lambda _: transforms.PositiveDefiniteTransform())
