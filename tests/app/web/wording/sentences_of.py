"""The sentences that code raises: literals and f-strings that become what a person reads, with samples in their places."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[4]
RAISED = ("ProblemError", "NotAllowedNowError", "CollisionError", "ForbiddenError", "QuotaError", "BusyError", "Fault")
PLACES = {"CollisionError": 0, "ForbiddenError": 3, "Fault": 2}
"""Which argument is the sentence, where it is not the first."""
FORMAL = ("machine", "machine_id", "id", "pointer", "code")


def raised(path: Path) -> Iterator[tuple[int, list[str]]]:
    """Each sentence that a module raises, as the parts it is made of: a text, or a place as ``{expression}``."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for scope in [node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)]:
        for call in ast.walk(scope):
            if isinstance(call, ast.Call) and isinstance(call.func, ast.Name) and call.func.id in RAISED:
                place = PLACES.get(call.func.id, 0)
                if len(call.args) > place:
                    yield from ((call.lineno, one) for one in texts(call.args[place], scope, tree))


def returned(path: Path, name: str) -> Iterator[tuple[int, list[str]]]:
    """Each sentence that a function of a module gives back."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    scope = next(node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef) and node.name == name)
    for node in ast.walk(scope):
        if isinstance(node, ast.Return) and node.value is not None:
            yield from ((node.lineno, one) for one in texts(node.value, scope, tree))


def texts(node: ast.expr, scope: ast.AST, tree: ast.AST) -> Iterator[list[str]]:
    """What an expression may be, as parts; a name is every text that is assigned to it. Nothing where it is no text."""
    match node:
        case ast.Constant(value=str(text)):
            yield [text]
        case ast.JoinedStr():
            made: list[list[str]] = [[]]
            for part in node.values:
                made = [[*before, *after] for before in made for after in _part(part, scope, tree)]
            yield from made
        case ast.IfExp():
            yield from texts(node.body, scope, tree)
            yield from texts(node.orelse, scope, tree)
        case ast.BoolOp():
            for value in node.values:
                yield from texts(value, scope, tree)
        case ast.BinOp(op=ast.Add()):
            for left in texts(node.left, scope, tree):
                ends = list(texts(node.right, scope, tree)) or [[f"{{{ast.unparse(node.right)}}}"]]
                yield from ([*left, *right] for right in ends)
        case ast.Name(id=name):
            for other in (*ast.walk(scope), *getattr(tree, "body", ())):
                if isinstance(other, ast.Assign) and any(
                    isinstance(t, ast.Name) and t.id == name for t in other.targets
                ):
                    yield from texts(other.value, scope, tree)


def _part(part: ast.expr, scope: ast.AST, tree: ast.AST) -> list[list[str]]:
    """What stands in one part of an f-string: its text, or what the name within it may be, or a place."""
    if isinstance(part, ast.Constant):
        return [[str(part.value)]]
    assert isinstance(part, ast.FormattedValue)
    named = list(texts(part.value, scope, tree)) if isinstance(part.value, ast.Name) else []
    return named or [[f"{{{ast.unparse(part.value)}}}"]]
