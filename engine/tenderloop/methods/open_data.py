"""Open data on municipal waste by place: offered as starting values, never used by themselves.

Knows the tables in ``open_data/`` and how a place is named. Must not know facts, packs or cases: a person decides what becomes a fact.
"""

from __future__ import annotations

import csv
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from fractions import Fraction
from functools import cache
from importlib.resources import files

from tenderloop.errors import Problem, Problems

WHAT = ("composition", "generation", "recycling", "treatment")

# names in use today that the tables do not have
_ALSO = {
    "turkiye": "TUR",
    "czechia": "CZE",
    "slovakia": "SVK",
    "north macedonia": "MKD",
    "south korea": "KOR",
    "russian federation": "RUS",
    "viet nam": "VNM",
    "kyrgyzstan": "KGZ",
    "usa": "USA",
    "uk": "GBR",
    "uae": "ARE",
    "european union": "EU27",
    "eu-27": "EU27",
    "eu27_2020": "EU27",
}


@dataclass(frozen=True)
class Source:
    """Where numbers come from and under which licence; ``seen`` says in which copy they were seen."""

    id: str
    title: str
    licence: str
    status: str
    url: str
    seen: str


@dataclass(frozen=True)
class Place:
    """A country, a World Bank region, an income group, a sub-region or the European Union."""

    code: str
    name: str
    kind: str
    other_code: str
    region: str
    income: str


@dataclass(frozen=True)
class Offer:
    """One number on offer. ``year`` is text as published (it may be empty, or name two years); ``cited`` is the publication behind it."""

    place: Place
    what: str
    item: str
    value: Fraction
    unit: str
    year: str
    source: Source
    status: str
    cited: str
    note: str


def starting_values(place: str, what: str | None = None) -> tuple[Offer, ...]:
    """What open data say about a place, the place's own rows first, then those of its region and income group.

    ``place`` is a name, an ISO code, Eurostat's code, or a group's name; ``what`` one of ``composition``, ``generation``, ``recycling``,
    ``treatment`` (None: all). An unknown place or kind is ``Problems`` with the nearest names. A place without data gives the rows of its
    groups, or nothing.

    >>> [(each.item, each.value, each.year) for each in starting_values("Turkey", "composition")][:2]
    [('food', Fraction(64, 1), '1993'), ('paper', Fraction(6, 1), '1993')]
    """
    if what is not None and what not in WHAT:
        raise Problems([Problem("unknown-data", f"there is no data on '{what}'", hint="write one of: " + ", ".join(WHAT))])
    found = find_place(place)
    codes = [code for code in (found.code, found.region, found.income) if code]
    kinds = WHAT if what is None else (what,)
    return tuple(offer for code in codes for kind in kinds for offer in _table(kind).get(code, ()))


def find_place(text: str) -> Place:
    """The place that a code or name means; upper and lower case and accents do not matter, nor does what follows a comma in a name.

    >>> find_place("côte d'ivoire").code, find_place("EL").name, find_place("Egypt").code
    ('CIV', 'Greece', 'EGY')
    """
    names = _names()
    wanted = _folded(text)
    code = _ALSO.get(wanted) or names.get(wanted)
    if code is None:
        near = [_places()[names[name]].name for name in get_close_matches(wanted, list(names), n=3, cutoff=0.6)]
        hint = "did you mean: " + ", ".join(dict.fromkeys(near)) if near else "write a country's English name or its three-letter code"
        raise Problems([Problem("unknown-place", f"no open data are kept for '{text[:60]}'", hint=hint)])
    return _places()[code]


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode("ascii")
    return " ".join(plain.replace("'", "").casefold().split())


@cache
def _names() -> Mapping[str, str]:
    names: dict[str, str] = {}
    for place in _places().values():
        short = place.name.split(",")[0]
        for name in (place.code, place.other_code, place.name, short):
            # 'Congo' or 'Korea' alone would mean two places: the first of them must not win by chance
            if name:
                key = _folded(name)
                names[key] = "" if names.get(key, place.code) != place.code else place.code
    return {name: code for name, code in names.items() if code}


def _rows(name: str) -> list[dict[str, str]]:
    text = (files("tenderloop.methods") / "open_data" / f"{name}.csv").read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines(), strict=True))


@cache
def _places() -> Mapping[str, Place]:
    return {
        row["place"]: Place(*(row[key] for key in ("place", "name", "kind", "other_code", "region", "income"))) for row in _rows("places")
    }


@cache
def sources() -> Mapping[str, Source]:
    """The sources by id.

    >>> sources()["waw2"].licence
    'CC BY 4.0'
    """
    return {row["id"]: Source(*(row[key] for key in ("id", "title", "licence", "status", "url", "seen"))) for row in _rows("sources")}


@cache
def _cited() -> Mapping[str, str]:
    return {row["id"]: row["text"] for row in _rows("cited")}


@cache
def _table(what: str) -> Mapping[str, tuple[Offer, ...]]:
    found: dict[str, list[Offer]] = {}
    for row in _rows(what):
        found.setdefault(row["place"], []).append(
            Offer(
                place=_places()[row["place"]],
                what=row["what"],
                item=row["item"],
                value=Fraction(row["value"]),
                unit=row["unit"],
                year=row["year"],
                source=sources()[row["source"]],
                status=row["status"],
                cited=" · ".join(_cited()[each] for each in row["cited"].split()),
                note=row["note"],
            )
        )
    return {place: tuple(offers) for place, offers in found.items()}
