"""A form over something that changed while it was filled in: what others wrote is told, nothing that was typed is lost.

A form that can be saved over carries every field as it was when it was opened, in ``was_NAME``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from flask import request

from app.web.pages.records.forms import LONGEST, Form
from app.web.wording.words import word
from engine.conditions.types import EnumType
from engine.machines.model import Machine


@dataclass(frozen=True, slots=True)
class Meanwhile:
    """A field that others have changed. ``typed`` is what this form says of it, empty where it says nothing of its own."""

    name: str
    now: str
    typed: str = ""


def meanwhile(form: Form, current: Form, names: Sequence[str], machine: Machine) -> list[Meanwhile]:
    """What others have changed since the form was opened, with the form brought up to date in the fields that it left alone."""
    found = []
    for name in names:
        was = request.form.get(f"was_{name}", "").strip()[:LONGEST]
        now, typed = current.typed.get(name, ""), form.typed.get(name, "")
        if now in (was, typed):
            continue
        said = _said(name, now, machine)
        if typed == was:
            form.typed[name] = now
            found.append(Meanwhile(name, said))
        else:
            found.append(Meanwhile(name, said, _said(name, typed, machine)))
    return found


def _said(name: str, value: str, machine: Machine) -> str:
    declared = machine.fields.get(name)
    return word("option", value) if declared is not None and isinstance(declared.type, EnumType) else value
