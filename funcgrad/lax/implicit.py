"""custom_root, custom_linear_solve: what a solver found, differentiated by the equation it solves.

The solver is run once, on values without derivatives: it may be any code that runs there, Python's loops and SciPy among it. What
it found is then an operand of a rule that returns it as it is, whose derivative solves the linearised equation. That rule applies
itself to its own operands, so derivatives of every order follow, under every other transform.
"""

from .. import tree
from ..conversion import closure_convert
from ..core.aval import shape_of
from ..core.primitive import helpers
from ..core.site import here
from ..core.tracebacks import public
from ..errors import ArgumentError, ShapeError
from ..transforms.custom import JvpSpec, custom_jvp, stop_gradient
from ..transforms.forward_mode import jvp
from ..transforms.linear import linear_transpose, linearize
from ..transforms.reverse_mode import check_callable, vjp
from ..transforms.rules import call_rule, closed_over


def negative(x):
    return tree.map(lambda v: -v, x)


def checked(f, what, name, like):
    """f, whose results must be built as `like` is, with its shapes."""
    leaves, structure = tree.flatten(like)

    def fitting(*args):
        out = f(*args)
        got, got_structure = tree.flatten(out)
        if got_structure != structure:
            raise ArgumentError(
                f"{what}: {name} must return a value built as its argument, {structure}; got {got_structure}. [at {here()}]"
            )
        for have, want in zip(got, leaves, strict=True):
            if shape_of(have) != shape_of(want):
                raise ShapeError(
                    f"{what}: {name} must return arrays of its argument's shapes, here {shape_of(want)}; got {shape_of(have)}. "
                    f"[at {here()}]"
                )
        return out

    return fitting


def found_by(solve, f, start, like, what, has_aux):
    """(what a solver found, its auxiliary result): values without derivatives."""
    found, aux = solve(f, stop_gradient(start)), None
    if has_aux:
        if not isinstance(found, tuple) or len(found) != 2:
            raise ArgumentError(
                f"{what}: with has_aux, solve must return a pair (solution, aux); got {type(found).__name__}. [at {here()}]"
            )
        found, aux = found
    return stop_gradient(checked(lambda: found, what, "solve", like)()), stop_gradient(aux)


# ------------------------------------------------------------------------------------------------ roots
@public
def custom_root(f, initial_guess, solve, tangent_solve, has_aux=False):
    """x with f(x) = 0, found by `solve(f, initial_guess)`, and differentiated by whatever f closes over that is traced.

    By the implicit function theorem: if f depends on a, then  df/dx dx = -df/da da. `tangent_solve(g, y)` solves g(x) = y for a
    linear g, df/dx; for a number `lambda g, y: y / g(1.0)` will do, for a vector np.linalg.solve with fg.jacobian(g)(y). With
    has_aux, solve returns (x, aux), and so does this. x is a pytree; f must return one like it, and is staged once. No
    derivative goes through solve: it may loop on values, and call SciPy where they are known.

    Raises TypeError where f, solve or tangent_solve return another structure, ValueError for other shapes.

    >>> import funcgrad as fg
    >>> def newton(f, x):
    ...     for _ in range(30):
    ...         x = x - f(x) / fg.grad(f)(x)
    ...     return x
    >>> cube_root = lambda a: fg.lax.custom_root(lambda x: x ** 3 - a, 1.0, newton, lambda g, y: y / g(1.0))
    >>> round(cube_root(8.0), 12), round(fg.grad(cube_root)(8.0), 12), round(fg.grad(fg.grad(cube_root))(8.0), 12)
    (2.0, 0.083333333333, -0.006944444444)
    """
    what = "custom_root"
    for g in (f, solve, tangent_solve):
        check_callable(g, what)
    converted, values = closure_convert(checked(f, what, "f", initial_guess), initial_guess)
    known, solve_of = closed_over(solve)
    still, solve = stop_gradient(values), solve_of(stop_gradient(known))
    root, aux = found_by(solve, lambda x: converted(x, *still), initial_guess, initial_guess, what, has_aux)
    held, tangent_solve_of = closed_over(tangent_solve)

    @custom_jvp
    def solution(root, values, held):
        return root

    @solution.defjvp
    def rule(primals, tangents):
        _, values, held = primals
        root = solution(*primals)
        residual = jvp(lambda *vs: converted(root, *vs), values, tangents[1])[1]
        slope = linearize(lambda x: converted(x, *values), root)[1]
        return root, negative(checked(tangent_solve_of(held), what, "tangent_solve", root)(slope, residual))

    root = solution(root, tuple(values), held) if values else root
    return (root, aux) if has_aux else root


# ------------------------------------------------------------------------------------------------ linear systems
class System:
    """A linear system with the ways to solve it and its transpose: `matvec(x, *values)`, and functions that give the two solvers
    what they close over. It holds no values itself, since graphs keep it."""

    def __init__(self, matvec, solvers, has_aux, symmetric):
        self.matvec, self.solvers, self.has_aux, self.symmetric = matvec, solvers, has_aux, symmetric

    def transposed(self):
        def vecmat(y, *values):
            return linear_transpose(lambda x: self.matvec(x, *values), y)(y)[0]

        return System(self.matvec if self.symmetric else vecmat, self.solvers[::-1], self.has_aux, self.symmetric)

    def solution(self, b, values, held):
        """(x with matvec(x) = b, aux). `held`: what each of the solvers closes over."""
        still, held = stop_gradient((values, held))
        x, aux = found_by(
            self.solvers[0](held[0]), lambda x: self.matvec(x, *still), b, b, "custom_linear_solve", self.has_aux
        )
        return self.known(x, b, values, held), aux

    def known(self, x, b, values, held):
        """The x that solves for b, with the derivatives that this gives it."""
        return call_rule(lambda flat: SolveSpec(flat, self), lambda x, b, values, held: x, (x, b, values, held), {})


class SolveSpec(JvpSpec):
    """A x = b, so  A dx = db - dA x,  and cotangents of x are solved for with the transpose of A."""

    name = "custom_linear_solve"

    def __init__(self, flat, system):
        super().__init__(flat, False)
        self.system = system

    def rule_at(self, primals):
        return self.pushed

    def pushed(self, primals, tangents):
        _, _, values, held = primals
        x, rhs = self.system.known(*primals), tangents[1]
        if values:
            moved = jvp(lambda *vs: self.system.matvec(x, *vs), values, tangents[2])[1]
            rhs = tree.map(lambda t, m: t - m, rhs, moved)
        return x, self.system.solution(rhs, values, held)[0]

    def pull_needed(self, residuals, slots, need):
        args, _ = self.flat.arguments(residuals)
        _, b, values, held = args
        back = self.system.transposed()
        if back.solvers[0] is None:
            raise ArgumentError(
                "custom_linear_solve: reverse mode needs transpose_solve, which solves the transposed system; pass it, or "
                f"symmetric=True where matvec is symmetric. [at {here()}]"
            )
        cts = tree.unflatten(tree.structure(b), slots.filled(helpers["zeros_of"]))
        by_b = back.solution(cts, values, held[::-1])[0]
        by_values = [None] * len(values)
        if values:
            x = self.system.known(*args)
            by_values = vjp(lambda *vs: self.system.matvec(x, *vs), *values)[1](negative(by_b))
        rest = [None] * len(tree.leaves(held))
        return [*[None] * len(tree.leaves(b)), *tree.leaves(by_b), *by_values, *rest]


@public
def custom_linear_solve(matvec, b, solve, transpose_solve=None, symmetric=False, has_aux=False):
    """x with matvec(x) = b, found by `solve(matvec, b)`; differentiated by b, and by what matvec closes over that is traced.

    matvec is linear, and returns what is built as its argument. Reverse mode solves the transposed system with
    `transpose_solve(vecmat, y)`, or with solve if matvec is `symmetric`. With has_aux the solvers return (x, aux), and so does this.
    No derivative goes through the solvers: they may loop on values, and call SciPy where they are known.

    Raises TypeError where structures differ, and for reverse mode without a transpose_solve; ValueError where shapes differ.

    >>> import funcgrad as fg, numpy as np
    >>> def solve(matvec, b):
    ...     return np.linalg.solve(fg.jacobian(matvec)(b), b)
    >>> a, b = np.array([[2.0, 1.0], [0.0, 4.0]]), np.array([4.0, 8.0])
    >>> x = lambda a: fg.lax.custom_linear_solve(lambda v: a @ v, b, solve, solve)
    >>> x(a), fg.grad(lambda a: np.sum(x(a)))(a)
    (array([1., 2.]), array([[-0.5  , -1.   ],
           [-0.125, -0.25 ]]))
    """
    what = "custom_linear_solve"
    if transpose_solve is None and symmetric:
        transpose_solve = solve
    for f in (matvec, solve) if transpose_solve is None else (matvec, solve, transpose_solve):
        check_callable(f, what)
    converted, values = closure_convert(checked(matvec, what, "matvec", b), b)
    held, solve_of = closed_over(solve)
    held_too, transpose_of = ([], None) if transpose_solve is None else closed_over(transpose_solve)
    system = System(converted, (solve_of, transpose_of), has_aux, symmetric)
    x, aux = system.solution(b, tuple(values), (held, held_too))
    return (x, aux) if has_aux else x


__all__ = ["custom_linear_solve", "custom_root"]
