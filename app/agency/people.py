"""Who lives in the agency's world: clients of several kinds, models and staff, with names in three scripts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from random import Random

CODE_LETTERS = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Figures and letters that survive a telephone line: no 0 and O, 1, I and L, U and V only as V."""


@dataclass(frozen=True, slots=True)
class ClientKind:
    """How one kind of client behaves. Shares are from 0 to 1, lead and patience are days, budgets whole euros."""

    name: str
    weight: int
    lead: tuple[int, int]
    budget: tuple[int, int]
    converts: float
    ghosts: float
    pays_late: float
    card_fails: float
    cancels: float
    moves: float
    no_show: float
    vip: float


KINDS = (
    ClientKind("brand", 38, (4, 30), (1800, 14000), 0.52, 0.14, 0.10, 0.07, 0.07, 0.10, 0.004, 0.10),
    ClientKind("agency", 30, (3, 24), (1200, 9000), 0.46, 0.20, 0.14, 0.05, 0.10, 0.14, 0.004, 0.06),
    ClientKind("magazine", 14, (5, 28), (600, 3200), 0.44, 0.18, 0.20, 0.06, 0.06, 0.12, 0.01, 0.03),
    ClientKind("private", 18, (2, 14), (250, 1600), 0.34, 0.30, 0.16, 0.22, 0.13, 0.08, 0.05, 0.0),
)

LOCALES = (("en", 50), ("ru", 34), ("ja", 16))
"""What a client reads and, with it, the script of its name. Templates fall back to English where they must."""

_BRANDS = {
    "en": ("Atelier {}", "{} Studio", "{} & Söhne", "Maison {}", "{} Film", "{} Journal"),
    "ru": ("ООО «{}»", "{} Медиа", "Студия «{}»", "Дом {}"),
    "ja": ("{}写真館", "株式会社{}", "{}スタジオ"),
}
_WORDS = {
    "en": ("Brandt", "Kestrel", "Pelikan", "Velluto", "Nordlicht", "Hafen", "Lumen", "Øresund", "Fjäll", "Quint",
           "Ardoise", "Marlow", "Zephyr", "Çınar", "Łuna", "Okra", "Tern", "Birke"),
    "ru": ("Линия", "Север", "Орлов", "Ветер", "Заря", "Полынь", "Ёлка", "Гранат", "Причал", "Лён"),
    "ja": ("青空", "桜井", "北斗", "若葉", "銀座", "灯台"),
}  # fmt: skip
_FIRST = {
    "en": ("Anna", "Jonas", "Mina", "Clara", "Noor", "Björn", "Zoë", "Siobhán", "Léa", "Tomás", "Ida", "Emeka"),
    "ru": ("Алина", "Дмитрий", "Ирина", "Пётр", "Софья", "Марат", "Ксения", "Фёдор", "Юлия", "Глеб"),
    "ja": ("美咲", "蓮", "結衣", "大和", "さくら", "陽翔"),
}
_LAST = {
    "en": ("Brandt", "Okafor", "Lindqvist", "Moreau", "O’Hara", "Núñez", "Weiss", "Andersen", "Kaya", "Vos"),
    "ru": ("Соколова", "Лаптев", "Рябова", "Ким", "Ежова", "Гусейнов", "Щукина", "Цой"),
    "ja": ("佐藤", "高橋", "小林", "渡辺", "中村"),
}
_CITIES = ("Berlin", "Hamburg", "München", "Köln", "Leipzig", "Wien")

STAFF = (
    ("us_000001", "Marina Orlova", ("OWNER",), ("managers",)),
    ("us_000002", "Pavel Kern", ("OPS_MANAGER",), ("managers", "operations")),
    ("us_000003", "Дмитрий Лаптев", ("OPS_MANAGER",), ("managers", "inquiries")),
    ("us_000004", "Ирина Рябова", ("OPERATOR",), ("inquiries", "operations")),
    ("us_000005", "Jonas Weiss", ("OPERATOR",), ("inquiries", "operations")),
    ("us_000006", "Noor Kaya", ("OPERATOR",), ("operations",)),
    ("us_000007", "中村 結衣", ("CONTENT_MANAGER",), ()),
    ("us_000008", "Siobhán O’Hara", ("FINANCE",), ("finance",)),
)
"""Id, name, roles and queues of everyone who works here."""


def kind_of(name: str) -> ClientKind:
    """The kind of client with this name."""
    return next(kind for kind in KINDS if kind.name == name)


def new_client(chance: Random, number: str) -> dict[str, object]:
    """The fields of a client nobody has seen before; ``number`` makes its code and addresses its own."""
    kind = chance.choices(KINDS, [kind.weight for kind in KINDS])[0]
    locale = chance.choices([name for name, _ in LOCALES], [weight for _, weight in LOCALES])[0]
    name = person(chance, locale) if kind.name == "private" else brand(chance, locale)
    roll = chance.random()
    fields: dict[str, object] = {
        "code": f"CL-{number}",
        "name": name,
        "tier": "vip" if roll < kind.vip else "gold" if roll < kind.vip + 0.2 else "basic",
        "kind": kind.name,
        "locale": locale,
        "timezone": {"en": "Europe/Berlin", "ru": "Europe/Vienna", "ja": "Asia/Tokyo"}[locale],
    }
    if chance.random() < 0.94:
        fields["email"] = f"client{number}@clients.example"
    if chance.random() < 0.6:
        fields["phone"] = f"+49 30 555{number}"
    return fields


def new_model(chance: Random, number: int) -> dict[str, object]:
    """The fields of a model the agency has just signed."""
    locale = chance.choices([name for name, _ in LOCALES], [weight for _, weight in LOCALES])[0]
    return {
        "public_code": f"MD-{number:04d}",
        "name": person(chance, locale),
        "category": chance.choice(("commercial", "commercial", "editorial", "editorial", "fitness", "runway")),
        "home_city": chance.choice(_CITIES),
        "timezone": "Europe/Berlin",
        "day_rate": {"amount": chance.randrange(300, 2600, 50) * 100, "currency": "EUR"},
        "rating_internal": chance.choices((2, 3, 4, 5), (1, 4, 6, 2))[0],
    }


def person(chance: Random, locale: str) -> str:
    """A person's name in the order its language uses."""
    first, last = chance.choice(_FIRST[locale]), chance.choice(_LAST[locale])
    return f"{last} {first}" if locale == "ja" else f"{first} {last}"


def brand(chance: Random, locale: str) -> str:
    """The name of a firm."""
    return chance.choice(_BRANDS[locale]).format(chance.choice(_WORDS[locale]))


class Codes:
    """Short codes such as VR-7K3M, read out on the phone and never given twice."""

    def __init__(self) -> None:
        self._given: set[str] = set()

    def draw(self, prefix: str, chance: Random) -> str:
        """A code nobody has had; one letter longer where four are taken twice over."""
        length = 8
        while True:
            code = f"{prefix}-{''.join(chance.choices(CODE_LETTERS, k=length // 2))}"
            if code not in self._given:
                self._given.add(code)
                return code
            length += 1
