"""The index of rules: which rules of an event type are met, at a cost that grows with what matches.

For every event type one Python function is generated. It reads each indexed field once, looks its value up in a hash
of rules that need exactly that value, and runs the remaining conditions of only those rules, together with the rules
that no equality narrows. Any doubt (an exception in the generated code) sends the rules concerned to the exact
evaluator, so that an error never turns into "unmet". Rules come back in rule order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from engine.automation.model import Bound
from engine.conditions.compile import Equality
from engine.conditions.outcome import EvaluationError
from engine.conditions.paths import FRAME as PARAMETERS

FRAME = ", ".join(PARAMETERS)
Verdict = tuple[int, Bound, bool | EvaluationError]
Match = Callable[[Any, Any, Any, Any, Any, Any], list[Verdict]]


class Matcher:
    """Finds the met and errored rules among those bound to one event type.

    ``match(event, subject, before, now, actor, world)`` gives ``(rank, bound, True or the error)`` in rule order;
    rules it does not give are unmet.
    """

    def __init__(self, rules: Iterable[Bound]) -> None:
        self.rules: tuple[Bound, ...] = tuple(sorted(rules, key=lambda b: (b.rule.text.order, b.rule.id)))
        self.match: Match = self._first

    def _first(self, *frame: Any) -> list[Verdict]:
        self.match = generate(self.rules) if self.rules else _none
        return self.match(*frame)

    def scan(self, *frame: Any) -> list[Verdict]:
        """The same answer without the index: every rule judged in turn. Tests hold the index against it."""
        return list(_scanned(list(enumerate(self.rules)), frame))


def _none(*frame: Any) -> list[Verdict]:
    return []


def _scanned(rules: Sequence[tuple[int, Bound]], frame: tuple[Any, ...]) -> Iterable[Verdict]:
    for rank, bound in rules:
        verdict = True if bound.condition is None else bound.condition.judge_exactly(*frame)
        if verdict is not False:
            yield (rank, bound, verdict)


def chosen_equalities(rules: Sequence[Bound]) -> list[Equality | None]:
    """For each rule the equality to index it by: on the field that tells most values apart among these rules."""
    values: dict[str, set[object]] = defaultdict(set)
    for bound in rules:
        if bound.condition is not None:
            for equality in bound.condition.equalities():
                values[equality.path_source].update(equality.values)
    chosen: list[Equality | None] = []
    for bound in rules:
        found = bound.condition.equalities() if bound.condition is not None else ()
        best = max(found, key=lambda e: (len(values[e.path_source]) / len(e.values), e.path_source), default=None)
        chosen.append(best)
    return chosen


def generate(rules: Sequence[Bound]) -> Match:
    """The matching function of one event type's rules, which must stand in rule order."""
    writer = _Writer()
    chosen = chosen_equalities(rules)
    hashed: dict[str, dict[object, list[tuple[int, Bound]]]] = {}
    plain: list[tuple[int, Bound]] = []
    for rank, (bound, equality) in enumerate(zip(rules, chosen, strict=True)):
        if equality is None:
            plain.append((rank, bound))
        else:
            table = hashed.setdefault(equality.path_source, {})
            for value in sorted(equality.values, key=repr):
                table.setdefault(value, []).append((rank, bound))
    body = ["out = []"]
    for number, (source, table) in enumerate(hashed.items()):
        buckets = {value: writer.bucket(here) for value, here in table.items()}
        everyone = sorted({rank: bound for here in table.values() for rank, bound in here}.items())
        writer.names[f"table{number}"] = writer.table(buckets)
        writer.names[f"exact{number}"] = everyone
        body += [
            "try:",
            f"    bucket = table{number}.get({source})",
            "except Exception:",
            f"    out.extend(scanned(exact{number}, ({FRAME})))",
            "else:",
            "    if bucket is not None:",
            f"        bucket({FRAME}, out)",
        ]
    if plain:
        body.append(f"{writer.bucket(plain)}({FRAME}, out)")
    if len(rules) > 1:
        body += ["if len(out) > 1:", "    out.sort(key=by_rank)"]
    body.append("return out")
    return writer.function("match", FRAME, body)


class _Writer:
    """Gathers the source of one module of generated functions and the objects it names."""

    def __init__(self) -> None:
        self.names: dict[str, Any] = {"scanned": _scanned, "by_rank": _by_rank}
        self.lines: list[str] = []
        self._tables: list[tuple[dict[object, Any], dict[object, str]]] = []
        self._buckets: dict[tuple[int, ...], str] = {}

    def table(self, buckets: dict[object, str]) -> dict[object, Any]:
        """The hash from a value to its bucket's function, filled once the functions exist."""
        table: dict[object, Any] = {}
        self._tables.append((table, buckets))
        return table

    def bucket(self, rules: Sequence[tuple[int, Bound]]) -> str:
        """The name of a function that judges these rules one after the other."""
        known = tuple(rank for rank, _ in rules)
        if known in self._buckets:
            return self._buckets[known]
        name = self._buckets[known] = f"bucket{len(self._buckets)}"
        body: list[str] = []
        for rank, bound in rules:
            self.names[f"met{rank}"] = (rank, bound, True)
            if bound.condition is None:
                body.append(f"out.append(met{rank})")
                continue
            expression, names = bound.condition.emit(f"r{rank}_")
            self.names.update(names)
            self.names[f"one{rank}"] = [(rank, bound)]
            body += [
                "try:",
                f"    if {expression}:",
                f"        out.append(met{rank})",
                "except Exception:",
                f"    out.extend(scanned(one{rank}, ({FRAME})))",
            ]
        self._define(name, f"{FRAME}, out", body)
        return name

    def _define(self, name: str, parameters: str, body: list[str]) -> None:
        self.lines.append(f"def {name}({parameters}):")
        self.lines.extend(f"    {line}" for line in body)

    def function(self, name: str, parameters: str, body: list[str]) -> Match:
        """Compiles everything gathered and returns the function defined last."""
        self._define(name, parameters, body)
        exec(compile("\n".join(self.lines), f"<rules {name}>", "exec"), self.names)  # noqa: S102 our own generated code
        for table, buckets in self._tables:
            table.update({value: self.names[bucket] for value, bucket in buckets.items()})
        found: Match = self.names[name]
        return found


def _by_rank(verdict: Verdict) -> int:
    return verdict[0]
