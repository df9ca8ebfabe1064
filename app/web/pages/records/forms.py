"""What a form sends as values that commands take, and what a command says about them beside the fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal, get_currency_precision
from flask import request

from app.road.problems import Fault, InvalidError
from app.web.amounts import minor_units
from app.web.wording import moments
from app.web.wording.language import gettext as _
from app.web.wording.language import locale
from app.web.wording.said import sentence
from engine.conditions.types import BOOL, INT, MONEY, TIMESTAMP
from engine.machines.model import Machine

LONGEST = 10_000
EARLIEST = 1000
LATEST = 9998
"""The first year of four figures and the last that ends in every zone: one before it was half typed."""


@dataclass(slots=True)
class Form:
    """A form as it was typed: texts by field, and what is wrong with each. ``notice`` is about all of it."""

    typed: dict[str, str] = field(default_factory=dict)
    faults: dict[str, str] = field(default_factory=dict)
    notice: str = ""

    def blame(self, error: InvalidError) -> None:
        """Takes what a command says: beside its field where the form has it, else above all."""
        for fault in error.faults:
            name = fault.pointer.strip("/").partition("/")[0]
            if name in self.typed and fault.code == "missing" and not self.typed[name]:
                self.faults[name] = (
                    _("This is needed.") if fault.message.endswith(f" needs {name}") else sentence(fault.message)
                )
            elif name in self.typed:
                self.faults[name] = sentence(fault.message)
            else:
                self.notice = f"{self.notice} {sentence(fault.message)}".strip()


def sent(names: Iterable[str]) -> Form:
    """What the request's form says of some fields; money has its currency beside it in ``NAME_currency``."""
    given = request.form
    return Form({name: given.get(name, "").strip()[:LONGEST] for name in names})


def filled(record: Mapping[str, Any], names: Iterable[str], machine: Machine) -> Form:
    """A form that shows an entity, as JSON has it."""
    typed: dict[str, str] = {}
    for name in names:
        value = record.get(name)
        kind = machine.fields[name].type if name in machine.fields else None
        if value is None:
            typed[name] = ""
        elif kind == MONEY:
            digits = get_currency_precision(value["currency"])
            amount = Decimal(value["amount"]).scaleb(-digits)
            pattern = "0." + "0" * digits if digits else "0"
            typed[name] = format_decimal(amount, pattern, locale=locale())
            typed[f"{name}_currency"] = value["currency"]
        elif kind == TIMESTAMP:
            typed[name] = moments.local(value).strftime("%Y-%m-%dT%H:%M")
        else:
            typed[name] = str(value)
    return Form(typed)


def values(form: Form, machine: Machine) -> dict[str, Any]:
    """The values of a form's fields as commands take them; what is empty is null. Raises InvalidError."""
    found: dict[str, Any] = {}
    faults: list[Fault] = []
    for name, text in form.typed.items():
        if name.endswith("_currency") and name.removesuffix("_currency") in form.typed:
            continue
        declared = machine.fields.get(name)
        try:
            found[name] = _value(form, name, text, declared.type if declared is not None else None) if text else None
        except ValueError as error:
            faults.append(Fault(f"/{name}", "invalid", str(error)))
    if faults:
        raise InvalidError(faults)
    return found


def _value(form: Form, name: str, text: str, kind: Any) -> Any:
    if kind == MONEY:
        return _money(text, form.typed.get(f"{name}_currency") or "EUR")
    if kind == INT:
        if not text.lstrip("-").isascii() or not text.lstrip("-").isdigit() or len(text) > 18:
            raise ValueError(_("Write a whole number."))
        return int(text)
    if kind == BOOL:
        return text == "true"
    if kind == TIMESTAMP:
        return _instant(text)
    return text


def money_of(form: Form, name: str) -> dict[str, Any]:
    """The amount that was typed into a field which belongs to no machine. Raises InvalidError."""
    try:
        return _money(form.typed.get(name, ""), form.typed.get(f"{name}_currency") or "EUR")
    except ValueError as error:
        raise InvalidError([Fault(f"/{name}", "invalid", str(error))]) from None


def _money(text: str, currency: str) -> dict[str, Any]:
    amount = minor_units(text, get_currency_precision(currency))
    if amount is None:
        raise ValueError(_("Write one amount in figures, such as 1250.00."))
    if abs(amount) >= 2**53:
        raise ValueError(_("This amount has more digits than its currency."))
    return {"amount": amount, "currency": currency}


def _instant(text: str) -> str:
    try:
        at = datetime.fromisoformat(text)
    except ValueError:
        raise ValueError(_("Write day and time, such as 2026-12-04 10:00.")) from None
    if not EARLIEST <= at.year <= LATEST:
        raise ValueError(_("Write the year in full, such as 2026."))
    return at.replace(tzinfo=moments.zone()).astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
