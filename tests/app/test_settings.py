"""The configuration: every problem at once, and nothing weak in production."""

from __future__ import annotations

from pathlib import Path

import pytest

from app.settings import SettingsError, load_settings

GOOD = {
    "VIREL_MODE": "production",
    "VIREL_SECRET_KEY": "kD8s-Jq2vWm4Xz7Rb1Ty6Np3Lc9Hf5Ga0Ue",
    "VIREL_DATABASE_URL": "postgresql://virel@db.internal/virel",
    "VIREL_PUBLIC_URL": "https://virel.example",
}


def problems(environment: dict[str, str], folder: Path) -> list[str]:
    with pytest.raises(SettingsError) as caught:
        load_settings(environment, folder)
    return caught.value.problems


def test_an_empty_environment_means_a_store_of_its_own_with_a_secret_that_is_kept(tmp_path: Path) -> None:
    first, second = load_settings({}, tmp_path), load_settings({}, tmp_path)
    assert first.mode == "development"
    assert first.database == f"sqlite:///{tmp_path / 'virel.db'}"
    assert first.secret == second.secret
    assert len(first.secret) >= 32
    assert (tmp_path / "secret").stat().st_mode & 0o077 == 0


def test_production_takes_what_is_whole(tmp_path: Path) -> None:
    settings = load_settings(GOOD, tmp_path)
    assert settings.production
    assert not (tmp_path / "secret").exists()


def test_production_names_all_that_is_missing_at_once(tmp_path: Path) -> None:
    found = problems({"VIREL_MODE": "production"}, tmp_path)
    assert [one.split()[0] for one in found] == ["VIREL_SECRET_KEY", "VIREL_DATABASE_URL", "VIREL_PUBLIC_URL"]


@pytest.mark.parametrize("secret", ["short", "a" * 60, "secret"])
def test_production_refuses_weak_secrets(tmp_path: Path, secret: str) -> None:
    assert problems({**GOOD, "VIREL_SECRET_KEY": secret}, tmp_path)[0].startswith("VIREL_SECRET_KEY is too weak")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("VIREL_MODE", "prod"),
        ("VIREL_DATABASE_URL", "mysql://virel"),
        ("VIREL_REDIS_URL", "localhost:6379"),
        ("VIREL_UNDO_SECONDS", "ten"),
        ("VIREL_UNDO_SECONDS", "-1"),
        ("VIREL_PROXIES", "1.5"),
        ("VIREL_RATE_PER_MINUTE", "many"),
        ("VIREL_RATE_PER_MINUTE", "0"),
        ("VIREL_PUBLIC_URL", "foo"),
        ("VIREL_PUBLIC_URL", "ftp://virel.example"),
        ("VIREL_PUBLIC_URL", "https://"),
        ("VIREL_PUBLIC_URL", "https://virel.example:port"),
    ],
)
def test_what_cannot_be_meant_is_told_with_its_name(tmp_path: Path, name: str, value: str) -> None:
    found = problems({name: value}, tmp_path)
    assert len(found) == 1
    assert found[0].startswith(name)


def test_a_demo_is_told_by_the_command_line_whatever_the_environment_says(tmp_path: Path) -> None:
    assert load_settings({"VIREL_MODE": "development"}, tmp_path, "demo").mode == "demo"
