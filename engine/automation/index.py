"""The index of rules: which rules of an event type are met, at a cost that grows with what matches.

For every event type one Python function is generated. It reads each indexed field once, looks its value up in a hash
of rules that need exactly that value, and runs the remaining conditions of only those rules, together with the rules
that no equality narrows. Any doubt (an exception in the generated code) sends the rules concerned to the exact
evaluator, so that an error never turns into "unmet". Rules come back in rule order.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from operator import itemgetter
from types import CodeType
from typing import Any

from engine.automation.model import Bound
from engine.conditions.compile import Equality
from engine.conditions.outcome import EvaluationError
from engine.conditions.paths import FRAME as PARAMETERS
from engine.conditions.runtime import HELPERS

FRAME = ", ".join(PARAMETERS)
Verdict = tuple[int, Bound, bool | EvaluationError]
Candidate = tuple[int, Bound, int | None]
"""A rule, its rank, and the number of its line that holds wherever the index looks for it."""
Match = Callable[[Any, Any, Any, Any, Any, Any], list[Verdict]]


class Matcher:
    """Finds the met and errored rules among those bound to one event type.

    ``match(event, subject, before, now, actor, world)`` gives ``(rank, bound, True or the error)`` in rule order;
    rules it does not give are unmet.
    """

    def __init__(self, rules: Iterable[Bound]) -> None:
        self.rules: tuple[Bound, ...] = tuple(sorted(rules, key=lambda b: (b.rule.text.order, b.rule.id)))
        self.match: Match = self._first
        self._index: Index | None = None

    def _first(self, *frame: Any) -> list[Verdict]:
        self.prepare()
        return self.match(*frame)

    def prepare(self, index: Index | None = None) -> Index | None:
        """Makes ``match`` ready, which otherwise waits for the first event; gives the index it stands on, if any.

        ``index`` spares working it out.
        """
        if self.rules and self._index is None:
            self._index = index or index_of(self.rules)
            self.match = self._index.function(self.rules)
        elif not self.rules:
            self.match = _none
        return self._index

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
    every = [bound.condition.equalities() if bound.condition is not None else () for bound in rules]
    for found in every:
        for equality in found:
            values[equality.path_source].update(equality.values)
    chosen: list[Equality | None] = []
    for found in every:
        best = max(found, key=lambda e: (len(values[e.path_source]) / len(e.values), e.path_source), default=None)
        chosen.append(best)
    return chosen


@dataclass(frozen=True, slots=True)
class Index:
    """The matching function of one event type's rules, but for the rules, which it knows by their ranks alone.

    ``code`` defines the functions; ``tables`` holds, for each indexed field, the function's name by the value, and
    the ranks of all rules indexed by that field; ``constants`` are the values that the code mentions by name.
    """

    code: CodeType
    tables: tuple[tuple[dict[object, str], tuple[int, ...]], ...]
    constants: dict[str, object]

    def function(self, rules: Sequence[Bound]) -> Match:
        """The function over these rules, which must be those the index was made of, in rule order."""
        names: dict[str, Any] = {**HELPERS, **self.constants, "scanned": _scanned, "by_rank": itemgetter(0)}
        for rank, bound in enumerate(rules):
            names[f"met{rank}"] = (rank, bound, True)
            names[f"one{rank}"] = (rank, bound)
        exec(self.code, names)  # noqa: S102 our own generated code
        for number, (buckets, ranks) in enumerate(self.tables):
            names[f"table{number}"] = {value: names[bucket] for value, bucket in buckets.items()}
            names[f"exact{number}"] = [(rank, rules[rank]) for rank in ranks]
        found: Match = names["match"]
        return found


def index_of(rules: Sequence[Bound]) -> Index:
    """The index of one event type's rules, which must stand in rule order."""
    writer = _Writer()
    chosen = chosen_equalities(rules)
    hashed: dict[str, dict[object, list[Candidate]]] = {}
    plain: list[Candidate] = []
    for rank, (bound, equality) in enumerate(zip(rules, chosen, strict=True)):
        if equality is None:
            plain.append((rank, bound, None))
        else:
            table = hashed.setdefault(equality.path_source, {})
            for value in sorted(equality.values, key=repr):
                table.setdefault(value, []).append((rank, bound, equality.line))
    body = ["out = []", "doubted = []"]
    tables: list[tuple[dict[object, str], tuple[int, ...]]] = []
    for number, (source, table) in enumerate(hashed.items()):
        buckets = {value: writer.bucket(here) for value, here in table.items()}
        tables.append((buckets, tuple(sorted({rank for here in table.values() for rank, _, _ in here}))))
        body += [
            "try:",
            f"    bucket = table{number}.get({source})",
            "except Exception:",
            f"    doubted.extend(exact{number})",
            "else:",
            "    if bucket is not None:",
            f"        bucket({FRAME}, out, doubted)",
        ]
    if plain:
        body.append(f"{writer.bucket(plain)}({FRAME}, out, doubted)")
    body += ["if doubted:", f"    out.extend(scanned(doubted, ({FRAME})))"]
    if len(rules) > 1:
        body += ["if len(out) > 1:", "    out.sort(key=by_rank)"]
    body.append("return out")
    return Index(writer.compiled("match", FRAME, body), tuple(tables), writer.constants)


class _Writer:
    """Gathers the source of one module of generated functions and the constants it names."""

    def __init__(self) -> None:
        self.constants: dict[str, object] = {}
        self.lines: list[str] = []
        self._buckets: dict[tuple[tuple[int, int | None], ...], str] = {}

    def bucket(self, rules: Sequence[Candidate]) -> str:
        """The name of a function that judges these rules one after the other."""
        known = tuple((rank, held) for rank, _, held in rules)
        if known in self._buckets:
            return self._buckets[known]
        name = self._buckets[known] = f"bucket{len(self._buckets)}"
        body: list[str] = []
        for rank, bound, held in rules:
            if bound.condition is None:
                body.append(f"out.append(met{rank})")
                continue
            expression, names = bound.condition.emit(f"r{rank}_", held)
            self.constants.update((name, value) for name, value in names.items() if name not in HELPERS)
            body += [
                "try:",
                f"    if {expression}:",
                f"        out.append(met{rank})",
                "except Exception:",
                f"    doubted.append(one{rank})",
            ]
        self._define(name, f"{FRAME}, out, doubted", body)
        return name

    def _define(self, name: str, parameters: str, body: list[str]) -> None:
        self.lines.append(f"def {name}({parameters}):")
        self.lines.extend(f"    {line}" for line in body)

    def compiled(self, name: str, parameters: str, body: list[str]) -> CodeType:
        """Everything gathered and one function more, as the code of a module."""
        self._define(name, parameters, body)
        return compile("\n".join(self.lines), f"<rules {name}>", "exec")
