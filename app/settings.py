"""The platform's configuration, from the environment; every problem in it is told at once."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

Mode = Literal["development", "demo", "production"]
MODES: tuple[Mode, ...] = ("development", "demo", "production")
SHORTEST_SECRET = 32
"""Characters of a secret that production accepts."""


class SettingsError(Exception):
    """The configuration cannot be used; ``problems`` lists everything that is wrong with it."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


@dataclass(frozen=True, slots=True)
class Settings:
    """``secret`` seals sessions, tokens and the audit; ``fallbacks`` are earlier secrets that are still accepted.

    ``undo_seconds`` is how long outward messages wait so that a command can be undone, ``rate`` how many requests
    one caller may send in a minute.
    """

    mode: Mode
    data: Path
    database: str
    secret: str
    fallbacks: tuple[str, ...]
    redis: str | None
    public_url: str
    undo_seconds: int
    proxies: int
    rate: int = 30_000

    @property
    def production(self) -> bool:
        """Whether people's real work lies here."""
        return self.mode == "production"

    @property
    def media(self) -> Path:
        """Where uploaded pictures lie."""
        return self.data / "media"


def load_settings(environment: Mapping[str, str], data: Path | None = None, mode: Mode | None = None) -> Settings:
    """The settings. ``data`` and ``mode`` are those of the command line, which win. Raises SettingsError."""
    problems: list[str] = []
    named = mode or environment.get("VIREL_MODE", "development")
    if named not in MODES:
        problems.append(f'VIREL_MODE is "{named}": it is one of {", ".join(MODES)}')
        named = "development"
    folder = data or Path(environment.get("VIREL_DATA", "var"))
    database = environment.get("VIREL_DATABASE_URL") or f"sqlite:///{folder / 'virel.db'}"
    if not database.startswith(("sqlite:///", "postgresql://", "postgresql+psycopg://")):
        problems.append("VIREL_DATABASE_URL is no address such as sqlite:///virel.db or postgresql://user@host/name")
    secret = environment.get("VIREL_SECRET_KEY", "")
    if named == "production":
        if not secret:
            problems.append("VIREL_SECRET_KEY is missing: production needs a secret of its own")
        elif len(secret) < SHORTEST_SECRET or len(set(secret)) < 8:
            problems.append(f"VIREL_SECRET_KEY is too weak: at least {SHORTEST_SECRET} characters, by chance")
        if database.startswith("sqlite:///") and "VIREL_DATABASE_URL" not in environment:
            problems.append("VIREL_DATABASE_URL is missing: say in production where the store is")
    redis = environment.get("VIREL_REDIS_URL") or None
    if redis is not None and not redis.startswith(("redis://", "rediss://", "unix://")):
        problems.append("VIREL_REDIS_URL is no address such as redis://host:6379/0")
    url = environment.get("VIREL_PUBLIC_URL", "http://127.0.0.1:8000")
    if not _is_web_address(url):
        problems.append(f'VIREL_PUBLIC_URL is "{url}": it is where people reach this, such as https://virel.example')
    elif named == "production" and not url.startswith("https://"):
        problems.append("VIREL_PUBLIC_URL must begin with https:// in production")
    undo = _whole(environment, "VIREL_UNDO_SECONDS", 15, problems)
    proxies = _whole(environment, "VIREL_PROXIES", 0, problems)
    rate = _whole(environment, "VIREL_RATE_PER_MINUTE", 30_000, problems, least=1)
    if problems:
        raise SettingsError(problems)
    fallbacks = tuple(one for one in environment.get("VIREL_SECRET_KEY_FALLBACKS", "").split(",") if one)
    kept = secret or _kept_secret(folder)
    mode_found: Mode = next(one for one in MODES if one == named)
    return Settings(mode_found, folder, database, kept, fallbacks, redis, url, undo, proxies, rate)


def _whole(environment: Mapping[str, str], name: str, default: int, problems: list[str], *, least: int = 0) -> int:
    text = environment.get(name)
    if text is None:
        return default
    if not text.isascii() or not text.isdigit() or len(text) > 6:
        problems.append(f'{name} is "{text}": a whole number, such as {default}')
        return default
    if int(text) < least:
        problems.append(f"{name} is {text}: at least {least}, such as {default}")
    return int(text)


def _is_web_address(text: str) -> bool:
    try:
        found = urlsplit(text)
        return found.scheme in ("http", "https") and bool(found.hostname) and found.port != 0
    except ValueError:  # brackets that do not match, or a port that is no number
        return False


def _kept_secret(folder: Path) -> str:
    """The secret of an embedded store, made by chance when it is first needed and kept beside it."""
    file = folder / "secret"
    try:
        return file.read_text(encoding="ascii")
    except FileNotFoundError:
        folder.mkdir(parents=True, exist_ok=True)
        made = secrets.token_urlsafe(48)
        file.touch(mode=0o600)
        file.write_text(made, encoding="ascii")
        return made
