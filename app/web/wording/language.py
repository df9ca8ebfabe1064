"""The language of a request and the texts in it: English in the code, Russian in ``ru.po`` and, for names of the documents,
``ru.words.po`` (GNU gettext, by Babel).
"""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from io import BytesIO
from pathlib import Path

from babel import Locale, UnknownLocaleError
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations
from flask import Flask, g, has_request_context, request
from flask_login import current_user

LOCALES = {"en": "English", "ru": "Русский"}
COOKIE = "lang"
FOLDER = Path(__file__).parent


def locale() -> str:
    """The language of this request: the one chosen here, else the visitor's own, else what the browser asks for."""
    if not has_request_context():
        return "en"
    known: str | None = g.get("locale")
    if known is None:
        known = g.locale = _chosen()
    return known


def in_words(language: str) -> str:
    """What a language is called in that of this request: ``pt-BR`` is "Portuguese (Brazil)". What is none stays as it is."""
    try:
        found = Locale.parse(language, sep="-").get_display_name(locale())
    except (ValueError, UnknownLocaleError):
        return language
    return found[:1].upper() + found[1:] if found else language


def asked() -> str:
    """The language that the browser itself asks for, whoever sits there: nothing of the store is needed to know it."""
    chosen = request.cookies.get(COOKIE)
    return chosen if chosen in LOCALES else request.accept_languages.best_match(LOCALES) or "en"


def _chosen() -> str:
    chosen = request.cookies.get(COOKIE)
    if chosen in LOCALES:
        return chosen
    own = current_user.locale if current_user.is_authenticated else None
    if own and own.partition("-")[0] in LOCALES:
        return str(own.partition("-")[0])
    return asked()


@cache
def texts(language: str) -> NullTranslations:
    """The catalog of a language: what pages say, and what the names of the documents are called. Read once."""
    files = [path for path in (FOLDER / f"{language}.po", FOLDER / f"{language}.words.po") if path.exists()]
    return Translations(_compiled(language, files)) if files else NullTranslations()


def _compiled(language: str, files: Iterable[Path]) -> BytesIO:
    """The files as one MO file, which is what the library reads."""
    whole = Catalog(locale=language)
    for path in files:
        with path.open("rb") as file:
            for message in read_po(file, locale=language):
                if message.id:
                    whole[message.id] = message
    compiled = BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return compiled


def gettext(text: str) -> str:
    """A text in the language of this request."""
    return texts(locale()).ugettext(text)


def ngettext(one: str, many: str, count: int) -> str:
    """A text for a count, in the form that the language has for it; ``%(num)d`` is filled in by the caller."""
    return texts(locale()).ungettext(one, many, count)


def pgettext(context: str, text: str) -> str:
    """A text where the same English word has several meanings: ``context`` says which."""
    found: str = texts(locale()).upgettext(context, text)
    return found


def npgettext(context: str, one: str, many: str, count: int) -> str:
    """A text for a count, with a context."""
    return texts(locale()).unpgettext(context, one, many, count)


def marked(text: str) -> str:
    """Marks a text for the catalog where it is translated later, by ``gettext``; changes nothing."""
    return text


def speak(app: Flask) -> None:
    """Has templates say ``_("…")``, ``ngettext(…)`` and ``pgettext(…)``."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        gettext, ngettext, newstyle=True, pgettext=pgettext, npgettext=npgettext
    )
