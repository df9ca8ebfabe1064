"""``virel cel``: one expression, or a file of them, evaluated without checking; values are typed as in CEL's own cases."""

from __future__ import annotations

import json
from typing import BinaryIO

import click

from app.cli.options import print_json, shared_options
from engine.conditions.evaluate import evaluate
from engine.conditions.syntax import ConditionError, parse
from engine.conditions.typed import from_plain, to_typed
from engine.conditions.values import CelError


# An expression may begin with a minus: what is no option of ours is the expression.
@click.command(context_settings={"ignore_unknown_options": True})
@click.argument("expression", metavar="[EXPR]", required=False)
@click.option("--bindings", metavar="JSON", help='Values of the variables: {"x": 1} or {"x": {"t": "uint", "v": "1"}}.')
@click.option("--batch", type=click.File("rb"), metavar="FILE", help="JSON Lines, each with expr and its bindings.")
@shared_options
def cel(expression: str | None, bindings: str | None, batch: BinaryIO | None) -> None:
    """Evaluate a CEL expression, or those of a file.

    Prints a line each: {"result": {"t": …, "v": …}} or {"error": "…"}. An error of the expression is an answer, not a
    failure of the command.
    """
    if batch is not None:
        if expression is not None or bindings is not None:
            raise click.UsageError("--batch takes its expressions and bindings from the file alone.")
        for line in batch:
            print_json(_answer_line(line))
        return
    if expression is None:
        raise click.UsageError("Give an expression, or a file of them with --batch.")
    try:
        values = json.loads(bindings) if bindings is not None else {}
        if not isinstance(values, dict):
            raise click.BadParameter('expected an object such as {"x": 1}.', param_hint="--bindings")
        variables = {name: from_plain(value) for name, value in values.items()}
    except ValueError as error:
        raise click.BadParameter(f"{error}.", param_hint="--bindings") from None
    except RecursionError:
        raise click.BadParameter("nested too deeply.", param_hint="--bindings") from None
    print_json(_answer(expression, variables, "", frozenset()))


def _answer_line(line: bytes) -> dict[str, object]:
    """The answer to one line of a batch; a line that cannot be understood is answered with an error."""
    try:
        case = json.loads(line)
        if not isinstance(case, dict) or not isinstance(case.get("expr"), str):
            return {"error": 'the line is no object with an "expr"'}
        bindings = case.get("bindings") or {}
        if not isinstance(bindings, dict):
            return {"error": "the line's bindings are no object"}
        variables = {name: from_plain(value) for name, value in bindings.items()}
        declared = frozenset(
            entry["name"]
            for entry in case.get("type_env") or ()
            if isinstance(entry, dict) and isinstance(entry.get("name"), str) and "function" not in entry
        )
        container = case.get("container") or ""
    except (ValueError, TypeError) as error:
        return {"error": f"the line cannot be read: {error}"}
    except RecursionError:
        return {"error": "the line cannot be read: it is nested too deeply"}
    return _answer(case["expr"], variables, str(container), declared)


def _answer(text: str, variables: dict[str, object], container: str, declared: frozenset[str]) -> dict[str, object]:
    try:
        return {"result": to_typed(evaluate(parse(text), variables, container, declared=declared))}
    except (CelError, ConditionError) as error:
        return {"error": str(error)}
    except RecursionError:
        return {"error": "the value is nested too deeply"}
