"""Mutants of a module: copies of its syntax tree with one small fault each.

A fault is one that a hand slips into: a number changed, an operator or comparison swapped, a term
dropped, the smallest taken for the largest, an order reversed, a condition turned round, a
statement left out. What has no meaning of its own (annotations, texts, imports, refusals) is left.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import CodeType

_ARITHMETIC: dict[type[ast.operator], type[ast.operator]] = {
    ast.Add: ast.Sub,
    ast.Sub: ast.Add,
    ast.Mult: ast.Div,
    ast.Div: ast.Mult,
    ast.FloorDiv: ast.Mod,
    ast.Mod: ast.FloorDiv,
    ast.Pow: ast.Mult,
    ast.BitAnd: ast.BitOr,
    ast.BitOr: ast.BitAnd,
}

#: The contrary, and where there is one, the same with or without equality.
_COMPARISONS: dict[type[ast.cmpop], tuple[type[ast.cmpop], ...]] = {
    ast.Lt: (ast.GtE, ast.LtE),
    ast.LtE: (ast.Gt, ast.Lt),
    ast.Gt: (ast.LtE, ast.GtE),
    ast.GtE: (ast.Lt, ast.Gt),
    ast.Eq: (ast.NotEq,),
    ast.NotEq: (ast.Eq,),
    ast.In: (ast.NotIn,),
    ast.NotIn: (ast.In,),
    ast.Is: (ast.IsNot,),
    ast.IsNot: (ast.Is,),
}

_NAMES = {"min": "max", "argmin": "argmax", "minimum": "maximum", "any": "all"}
_NAMES |= {other: one for one, other in _NAMES.items()}

#: Fields of nodes that nothing is changed in.
_LEFT = {"annotation", "returns", "decorator_list", "bases", "type_params"}
_LEFT_NODES = (ast.Import, ast.ImportFrom, ast.Raise, ast.Assert)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One fault.

    Attributes:
        line: where.
        what: the code before and after.
        code: of the whole module with it.
    """

    line: int
    what: str
    code: CodeType


def mutants(path: Path) -> Iterator[Mutant]:
    """All mutants of a module, from its top to its end."""
    tree = ast.parse(path.read_text())
    for parent, where, node in list(_places(tree)):
        for fault in _faults(node):
            _put(parent, where, ast.fix_missing_locations(ast.copy_location(fault, node)))
            what = f"{_short(ast.unparse(node))}  ->  {_short(ast.unparse(fault))}"
            yield Mutant(node.lineno, what, compile(tree, str(path), "exec"))
            _put(parent, where, node)


_Where = tuple[str, int | None]


def _places(node: ast.AST) -> Iterator[tuple[ast.AST, _Where, ast.expr | ast.stmt]]:
    """Every expression and statement that may be changed, and where it hangs."""
    for field, value in ast.iter_fields(node):
        if field in _LEFT:
            continue
        children = enumerate(value) if isinstance(value, list) else [(None, value)]
        for at, child in children:
            if isinstance(child, _LEFT_NODES) or _is_text(child):
                continue
            if isinstance(child, ast.expr | ast.stmt):
                yield node, (field, at), child
            if isinstance(child, ast.AST):
                yield from _places(child)


def _is_text(node: object) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


def _put(parent: ast.AST, where: _Where, node: ast.AST) -> None:
    field, at = where
    if at is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[at] = node


def _faults(node: ast.expr | ast.stmt) -> list[ast.expr | ast.stmt]:
    """What may stand in the place of a node."""
    match node:
        case ast.Constant(value=bool()):
            return []
        case ast.Constant(value=int() as number):
            return [ast.Constant(number + 1 if number < 100 else 2 * number)]
        case ast.Constant(value=float() as number):
            return [ast.Constant(2 * number or 1.0)]
        case ast.BinOp(left, operator, right):
            swapped = _ARITHMETIC.get(type(operator))
            found: list[ast.expr | ast.stmt] = []
            if swapped is not None:
                found.append(ast.BinOp(left, swapped(), right))
            if isinstance(
                operator, ast.Add | ast.Sub | ast.Mult | ast.Div | ast.BitAnd | ast.BitOr
            ):
                found.append(left)
            if isinstance(operator, ast.Add | ast.Mult | ast.BitAnd | ast.BitOr):
                found.append(right)
            return found
        case ast.Compare(left, [operator], right):
            return [ast.Compare(left, [other()], right) for other in _COMPARISONS[type(operator)]]
        case ast.BoolOp(operator, values):
            other = ast.Or() if isinstance(operator, ast.And) else ast.And()
            return [ast.BoolOp(other, values)]
        case ast.UnaryOp(ast.USub() | ast.Not() | ast.Invert(), operand):
            return [operand]
        case ast.Call(ast.Name(name) as function, arguments, keywords) if name in _NAMES:
            return [ast.Call(ast.Name(_NAMES[name], function.ctx), arguments, keywords)]
        case ast.Call(ast.Attribute(value, name, context), arguments, keywords) if name in _NAMES:
            other_way = ast.Attribute(value, _NAMES[name], context)
            return [ast.Call(other_way, arguments, keywords)]
        case ast.Call(ast.Name("sorted"), _, _):
            return [ast.Subscript(node, ast.Slice(step=ast.Constant(-1)), ast.Load())]
        case ast.Slice(lower, upper, ast.UnaryOp(ast.USub(), ast.Constant(1))):
            return [ast.Slice(lower, upper, None)]
        case ast.If(test, body, orelse):
            return [ast.If(ast.UnaryOp(ast.Not(), test), body, orelse)]
        case ast.IfExp(test, body, orelse):
            return [ast.IfExp(test, orelse, body)]
        case ast.AugAssign() | ast.Expr() | ast.Continue() | ast.Break() | ast.Delete():
            return [ast.Pass()]
        case _:
            return []


def _short(code: str) -> str:
    line = " ".join(code.split())
    return line if len(line) <= 90 else line[:87] + "..."
