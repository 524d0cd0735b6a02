"""Derivative formulas as text: `"t * cos(x)"` is what an elementwise operation does to a tangent or cotangent `t`.

The Jacobian of an elementwise operation is diagonal, so one text serves forward and reverse mode. What a formula reads
(the operands x, y, z and the result `out`) is what a record must save: `saves` is read off the text and cannot disagree
with it. Each formula is compiled twice from the same text: over primitives (so that it nests) and over NumPy.
"""

import ast
import functools

from ..errors import PrimitiveError

OPERANDS = ("x", "y", "z", "w", "v", "b", "d")
PRIMITIVE_OF = {
    ast.Add: "add",
    ast.Sub: "sub",
    ast.Mult: "mul",
    ast.Div: "div",
    ast.Pow: "power",
    ast.Mod: "remainder",
    ast.USub: "neg",
    ast.Gt: "greater",
    ast.GtE: "greater_equal",
    ast.Lt: "less",
    ast.LtE: "less_equal",
    ast.Eq: "equal",
    ast.NotEq: "not_equal",
    ast.BitAnd: "bitwise_and",
    ast.BitOr: "bitwise_or",
    ast.Invert: "bitwise_not",
}


class Operators(ast.NodeTransformer):
    """Operators become calls of primitives, so that a formula means the same whatever face its operands have."""

    def __init__(self):
        self.used = set()

    def call(self, op, *operands):
        name = PRIMITIVE_OF.get(type(op))
        if name is None:
            raise PrimitiveError(f"formula: the operator {type(op).__name__} has no primitive")
        self.used.add(name)
        return ast.Call(ast.Name(f"_{name}", ast.Load()), [self.visit(x) for x in operands], [])

    def visit_BinOp(self, node):
        return self.call(node.op, node.left, node.right)

    def visit_UnaryOp(self, node):
        if isinstance(node.operand, ast.Constant):
            return node
        return self.call(node.op, node.operand)

    def visit_Compare(self, node):
        return self.call(node.ops[0], node.left, node.comparators[0])


@functools.cache
def names_in(text):
    """The names that a formula reads: those of its compiled code, which Python gives ten times as fast as a walk of its tree."""
    try:
        return frozenset(compile(text, "<formula>", "eval").co_names)
    except SyntaxError as error:
        raise PrimitiveError(f"formula {text!r}: {error.msg}") from None


class Formula:
    """One formula of one operand: its text, the names it reads, and its two compiled forms."""

    __slots__ = ("text", "names")

    def __init__(self, text):
        self.text = text
        self.names = names_in(text)
        if "t" not in self.names:
            raise PrimitiveError(f"formula {text!r}: it must be linear in t, which it does not name")

    def saves(self, arity):
        """Operand numbers, and "out", that this formula reads."""
        read = tuple(i for i in range(arity) if OPERANDS[i] in self.names)
        return read + (("out",) if "out" in self.names else ())

    def in_calls(self, used):
        """The text with calls of primitives for its operators: `_add(x, y)` for x + y. Their names are added to `used`."""
        operators = Operators()
        text = ast.unparse(ast.fix_missing_locations(operators.visit(ast.parse(self.text, mode="eval"))))
        used |= operators.used
        return text

    def check_names(self, namespace, params):
        import builtins

        known = {*OPERANDS, "t", "out", *params}
        for name in self.names - known:
            if name not in namespace and not hasattr(builtins, name):
                raise PrimitiveError(f"formula {self.text!r}: {name} is neither an operand nor defined in this file")
