"""What a mutation test changes in a module: one condition, member, step or bound at a time.

The kinds are those that tests of states overlook: the second condition of an ``and``, one word of a set, one ``where``
of a question, one column of an update, one statement whose effect nobody looks at. Words for people are left alone,
and so are annotations and what is only logged.
"""

import ast
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

BOUNDS = {ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt}
OPPOSITES = {
    ast.Lt: ast.GtE,
    ast.LtE: ast.Gt,
    ast.Gt: ast.LtE,
    ast.GtE: ast.Lt,
    ast.Eq: ast.NotEq,
    ast.NotEq: ast.Eq,
    ast.In: ast.NotIn,
    ast.NotIn: ast.In,
    ast.Is: ast.IsNot,
    ast.IsNot: ast.Is,
}
# Whose arguments are conditions or columns: each may be left out. Of the others a missing argument is an error at once.
PARTS = ("where", "and_", "or_", "values", "dict", "replace", "order_by")
# ``x.strip()`` without the call is ``x``.
STEPS = ("where", "order_by", "limit", "distinct", "with_for_update", "strip", "lower", "casefold")
# Of a class: said for who writes code with it, and nothing at run time goes by it.
HELD_BY_MYPY = ("frozen", "kw_only")
OTHER = {"any": "all", "all": "any", "min": "max", "max": "min"}
LONGEST_WORDS = 60


@dataclass(frozen=True)
class Mutation:
    """
    One change of a tree, told but not yet made.

    Attributes:
        line, last_line: Of the statement that it is in.
        at: The line of the change itself.
        is_inside: In the body of a function; all else is done when the module is imported.
        new: What stands there afterwards.
    """

    line: int
    last_line: int
    at: int
    is_inside: bool
    change: str
    parent: ast.AST
    field: str
    index: int | None
    new: ast.AST | list[ast.stmt]

    def apply(self) -> None:
        """Change the tree, for good."""
        if self.index is None:
            setattr(self.parent, self.field, self.new)
        else:
            getattr(self.parent, self.field)[self.index] = self.new


def mutations(tree: ast.Module) -> list[Mutation]:
    """Return every change of *tree* that we know, in the order of its lines."""
    found = [one for statement in _statements(tree) for one in _of_statement(*statement)]
    return sorted(found, key=lambda one: (one.at, one.line))


Place = tuple[ast.AST, str, int | None]


def _statements(parent: ast.AST, is_inside: bool = False) -> Iterator[tuple[ast.stmt, Place, bool]]:
    """Walk over the statements below *parent*, without docstrings, imports and what is for the type checker alone."""
    below = is_inside or isinstance(parent, (ast.FunctionDef, ast.AsyncFunctionDef))
    for field, value in ast.iter_fields(parent):
        for index, child in enumerate(value) if isinstance(value, list) else ():
            if not isinstance(child, (ast.stmt, ast.ExceptHandler, ast.match_case)) or _is_silent(child):
                continue
            if isinstance(child, ast.stmt):
                yield child, (parent, field, index), below
            yield from _statements(child, below)


def _is_silent(node: ast.AST) -> bool:
    if isinstance(node, ast.If):
        return ast.unparse(node.test) in ("TYPE_CHECKING", "__name__ == '__main__'")
    if not isinstance(node, ast.Expr):
        return isinstance(node, (ast.Import, ast.ImportFrom, ast.Pass))
    return isinstance(node.value, ast.Constant) or ast.unparse(node.value).startswith(("log.", "logging."))


def _of_statement(node: ast.stmt, place: Place, is_inside: bool) -> Iterator[Mutation]:
    body = getattr(node, "body", None)
    last_line = body[0].lineno - 1 if body else node.end_lineno or node.lineno
    for where, new, change, at in [*_left_out(node, place), *_not_answered(node), *_of_expressions(node)]:
        is_handler = isinstance(node, ast.Try)  # its line is reached only when something is caught
        first, last = (at, at) if is_handler else (node.lineno, max(node.lineno, last_line))
        yield Mutation(first, last, at, is_inside, change, *where, new)


Change = tuple[Place, ast.AST | list[ast.stmt], str, int]


def _left_out(node: ast.stmt, place: Place) -> Iterator[Change]:
    """Leave out the whole statement, where the module still makes sense without it."""
    match node:
        case ast.Expr(value=ast.Call() | ast.Yield() | ast.Await()) | ast.Raise() | ast.Continue() | ast.Break():
            pass
        case ast.AugAssign() | ast.Delete():
            pass
        case ast.Assign(targets=[ast.Attribute() | ast.Subscript(), *_]):
            pass
        case _:
            return
    yield place, ast.copy_location(ast.Pass(), node), f"without {_short(node)}", node.lineno


def _not_answered(node: ast.stmt) -> Iterator[Change]:
    """Let an error through that is caught here."""
    for handler in getattr(node, "handlers", ()):
        first = handler.body[0]
        if not isinstance(first, ast.Raise):
            words = f"except {_short(handler.type)}: raise"
            yield (handler, "body", None), [ast.copy_location(ast.Raise(), first)], words, handler.lineno


def _of_expressions(statement: ast.stmt) -> Iterator[Change]:
    waiting: list[tuple[ast.AST, Place]] = list(_children(statement))
    while waiting:
        node, place = waiting.pop()
        for new, change in _variants(node, place):
            ast.fix_missing_locations(ast.copy_location(new, node))
            yield place, new, change, getattr(node, "lineno", statement.lineno)
        waiting.extend(_children(node))


def _children(node: ast.AST) -> Iterator[tuple[ast.AST, Place]]:
    for field, value in ast.iter_fields(node):
        if field in ("annotation", "returns", "decorator_list", "bases"):
            continue
        for index, child in enumerate(value if isinstance(value, list) else [value]):
            if isinstance(child, ast.keyword) and isinstance(node, ast.ClassDef) and child.arg in HELD_BY_MYPY:
                continue
            if isinstance(child, ast.AST) and not isinstance(child, (ast.stmt, ast.match_case)):
                yield child, (node, field, index if isinstance(value, list) else None)


def _variants(node: ast.AST, place: Place) -> Iterator[tuple[ast.expr, str]]:
    """Return what may stand in *node*'s place, and the words for it."""
    for new in _others(node, place):
        yield new, f"{_short(node)} → {_short(new)}"
    for lacking, new in _without_a_part(node, place):
        yield new, f"without {_short(lacking)} in {_short(node)}"


def _others(node: ast.AST, place: Place) -> Iterator[ast.expr]:
    parent, field, _ = place
    is_test = field == "test" or (field == "ifs" and isinstance(parent, ast.comprehension))
    if is_test and not isinstance(node, ast.Constant):
        yield ast.Constant(False)
        if not isinstance(parent, ast.While):
            yield ast.Constant(True)
    match node:
        case ast.BinOp(left=left, op=ast.Add() | ast.Sub() | ast.Mult() | ast.Div() | ast.FloorDiv()):
            yield left
        case ast.UnaryOp(op=ast.Not() | ast.Invert(), operand=operand) if not is_test:
            yield operand
        case ast.Compare(left=left, ops=[op], comparators=others):
            # In a test "never" and "always" say more than the opposite.
            for new in (BOUNDS.get(type(op)), None if is_test else OPPOSITES[type(op)]):
                if new:
                    yield ast.Compare(left, [new()], others)
        case ast.Constant(value=bool() as value):
            yield ast.Constant(not value)
        case ast.Constant(value=0 | 1 as value):  # other numbers are limits, and their tests ask by their names
            yield ast.Constant(value + 1)
        case ast.Call(func=ast.Name(id=name)) if name in OTHER:
            yield ast.Call(ast.Name(OTHER[name], ast.Load()), node.args, node.keywords)
        case ast.Call(func=ast.Attribute(value=before, attr=name)) if name in STEPS:
            yield before


def _without_a_part(node: ast.AST, place: Place) -> Iterator[tuple[ast.AST | None, ast.expr]]:
    match node:
        case ast.BoolOp(op=op, values=values):
            for lacking, rest in _without_each(values):
                yield lacking, rest[0] if len(rest) == 1 else ast.BoolOp(op, rest)
        case ast.BinOp(left=left, op=ast.BitOr() | ast.BitAnd(), right=right):
            yield from ((right, left), (left, right))
        case ast.Set(elts=elts) | ast.List(elts=elts) | ast.Tuple(elts=elts) if _are_members(elts, place[0]):
            for lacking, rest in _without_each(elts):
                yield lacking, ast.Set(rest) if isinstance(node, ast.Set) else type(node)(rest, ast.Load())
        case ast.Dict(keys=keys, values=values) if len(keys) > 1 or isinstance(place[0], ast.BinOp):
            for lacking, rest in _without_each(list(zip(keys, values, strict=True))):
                yield lacking[0] or lacking[1], ast.Dict([key for key, _ in rest], [value for _, value in rest])
        case ast.Call(func=function, args=args, keywords=keywords) if _called(function) in PARTS:
            for lacking, rest in _without_each(args) if len(args) > 1 else ():
                yield lacking, ast.Call(function, rest, keywords)
            for lacking, rest in _without_each(keywords) if len(args) + len(keywords) > 1 else ():
                yield lacking, ast.Call(function, args, rest)


def _called(function: ast.expr) -> str:
    return function.attr if isinstance(function, ast.Attribute) else ast.unparse(function)


def _are_members(elements: list[ast.expr], parent: ast.AST) -> bool:
    """Whether *elements* are a table of words or classes, of which one may be lacking."""
    return len(elements) > 1 and (
        _are_words(elements) or isinstance(parent, ast.ExceptHandler) or _is_type_test(parent)
    )


def _are_words(elements: list[ast.expr]) -> bool:
    return all(isinstance(one, (ast.Constant, ast.Attribute, ast.Starred)) for one in elements)


def _is_type_test(node: ast.AST) -> bool:
    return isinstance(node, ast.Call) and ast.unparse(node.func) in ("isinstance", "issubclass")


def _without_each(items: list[Any]) -> Iterator[tuple[Any, list[Any]]]:
    yield from ((lacking, [*items[:at], *items[at + 1 :]]) for at, lacking in enumerate(items))


def _short(node: ast.AST | None) -> str:
    words = " ".join(ast.unparse(node).split()) if node else "nothing"
    return words if len(words) <= LONGEST_WORDS else words[: LONGEST_WORDS - 1] + "…"
