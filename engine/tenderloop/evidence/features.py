"""What the screening model sees of a notice or text: its words, the concepts of the term base, its CPV divisions and nature.

Knows which texts may be shown to the model and which give the answer away. Must not know labels, weights, files or scikit-learn.

The codes that the labels are made of (BT-06, BT-774, BT-775, BT-776, BT-805, BT-754), the texts that only repeat them (role
``sustainability``: BT-777 and whatever else stands in ``cac:ProcurementAdditionalType``, such as BT-755) are never seen.
"""

from __future__ import annotations

import csv
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files

from tenderloop.evidence.terms import find_concepts
from tenderloop.notice import BOUND, Notice, Role, Text

SHOWN_ROLES: frozenset[Role] = frozenset(
    {"title", "description", "note", "need", "item", "document", "specification", "selection", "award", "clause"}
)
GIVES_AWAY = "/cac:ProcurementAdditionalType"
SHORTEST_WORD = 2
SHORTEST_PIECE, LONGEST_PIECE = 4, 5

SHORTEST_BEGINNING = 5

# Words of countries' names that mean something by themselves.
_NOT_PLACES = frozenset(
    [
        "republic",
        "democratic",
        "federal",
        "federated",
        "united",
        "states",
        "kingdom",
        "emirates",
        "islands",
        "island",
        "central",
        "south",
        "north",
        "east",
        "west",
        "northern",
        "southern",
        "bank",
        "sint",
        "part",
        "saint",
        "lands",
        "channel",
        "virgin",
        "coast",
        "ivory",
        "city",
        "arab",
        "people",
        "plurinational",
        "bolivarian",
        "kingdom",
        "territory",
        "economies",
        "province",
        "special",
        "marshall",
        "french",
        "british",
        "american",
        "dutch",
        "republik",
        "dem",
        "rep",
    ]
)
_WORD = re.compile(rf"[^\W\d_]{{{SHORTEST_WORD},}}")
_ADDRESS = re.compile(r"\S*@\S*|\b(?:https?://|www\.)\S*")
_TITLES = "mrs?|ms|dr|prof|eng|messrs|attn|attention|contact(?: person)?"
_BEFORE_NAME = re.compile(rf"\b(?:{_TITLES})\b[.:\s]+((?:[^\W\d_]+[.\s]+){{0,2}}[^\W\d_]+)")


@dataclass(frozen=True, slots=True)
class Shown:
    """What the model sees. ``concepts`` counts the texts that hold a concept, by ``said:`` or ``bound:`` and its id.

    ``text`` is every different text once, in the notice's first language where it is published in several; ``rest`` its words without
    those that were found as concepts (they count as concepts only), names of persons and names of countries: who buys and where must not
    decide.
    """

    text: str
    rest: str = ""
    concepts: Mapping[str, int] = field(default_factory=dict)
    cpv: tuple[str, ...] = ()
    nature: str = ""
    language: str = ""


def words_of(text: str) -> list[str]:
    """Words of two letters or more, without capitals, numbers, e-mail and web addresses.

    >>> words_of("Lieferung von 20 E-Bussen (Los 1), bids@city.example")
    ['lieferung', 'von', 'bussen', 'los']
    """
    return _WORD.findall(_ADDRESS.sub(" ", unicodedata.normalize("NFKC", text).casefold()))


def names_in(text: str) -> set[str]:
    """Words that are likely a person's name: in front of the @ of an address, or after Mr, Ms, Dr, Attn. They never enter a vocabulary.

    >>> sorted(names_in("Attn: Mrs. Ada Sample, ada.sample@city.example"))
    ['ada', 'mrs', 'sample']
    """
    plain = unicodedata.normalize("NFKC", text).casefold()
    found = {word for address in _ADDRESS.findall(plain) if "@" in address for word in _WORD.findall(address.partition("@")[0])}
    return found | {word for match in _BEFORE_NAME.finditer(plain) for word in _WORD.findall(match[1])}


def pieces_of(word: str) -> list[str]:
    """Runs of four and five characters of a word with its edges marked, so that related forms and compounds share some.

    >>> pieces_of("bus"), pieces_of("solar")
    ([' bus', 'bus ', ' bus '], [' sol', 'sola', 'olar', 'lar ', ' sola', 'solar', 'olar '])
    """
    framed = f" {word} "
    return [
        framed[start : start + length] for length in range(SHORTEST_PIECE, LONGEST_PIECE + 1) for start in range(len(framed) - length + 1)
    ]


def shown_texts(notice: Notice) -> list[Text]:
    """The texts of a notice that the model may see, each wording once.

    >>> texts = (Text("Chairs", "title", "/t"), Text("because of the climate", "sustainability", "/s"))
    >>> [text.value for text in shown_texts(Notice("eforms", "", "a", "b", "tender", texts=texts))]
    ['Chairs']
    """
    allowed = [text for text in notice.every_text() if text.role in SHOWN_ROLES and GIVES_AWAY not in text.where]
    first = notice.languages[0] if notice.languages else ""
    own = [text for text in allowed if not first or text.language in ("", first)] or allowed
    kept: dict[tuple[str, bool], Text] = {}
    for text in own:
        kept.setdefault((" ".join(text.value.split()), text.role in BOUND), text)
    return list(kept.values())


def show_notice(notice: Notice) -> Shown:
    """What the model sees of a notice."""
    texts = shown_texts(notice)
    concepts, rest = _read((text.value, text.language, text.role in BOUND) for text in texts)
    return Shown(
        "\n".join(text.value for text in texts),
        rest,
        concepts,
        tuple(sorted({code[:2] for code in notice.coded("cpv") if code[:2].isdigit()})),
        notice.nature,
        notice.languages[0] if notice.languages else "",
    )


def show_text(text: str, language: str = "") -> Shown:
    """What the model sees of words alone: all of it is said, none bound; no CPV, no nature.

    >>> shown = show_text("Delivery of refurbished computers", "en")
    >>> shown.concepts, shown.rest
    ({'said:refurbish': 1}, 'delivery of computers')
    """
    concepts, rest = _read([(text, language, False)])
    return Shown(text, rest, concepts, language=language)


def _read(texts: Iterable[tuple[str, str, bool]]) -> tuple[dict[str, int], str]:
    """In how many texts each concept stands, by side, and what is left of the texts without the words of concepts."""
    found: Counter[str] = Counter()
    rests: list[str] = []
    for value, language, bound in texts:
        side = "bound" if bound else "said"
        hits = find_concepts(value, language)
        found.update(f"{side}:{concept}" for concept in {hit.concept for hit in hits if not hit.negated})
        at = 0
        pieces = []
        for hit in hits:
            pieces.append(value[at : max(at, hit.start)])
            at = max(at, hit.end)
        names = names_in(value)
        left = words_of(" ".join([*pieces, value[at:]]))
        rests.append(" ".join(word for word in left if word not in names and not is_place(word)))
    return dict(sorted(found.items())), "\n".join(rests)


@cache
def is_place(word: str) -> bool:
    """Whether a word is part of a country's English name or made of it.

    >>> is_place("namibian"), is_place("kenya"), is_place("island")
    (True, True, False)
    """
    whole, beginnings = _places()
    return word in whole or any(word[:length] in beginnings for length in range(SHORTEST_BEGINNING, len(word) + 1))


@cache
def _places() -> tuple[frozenset[str], frozenset[str]]:
    """Words of countries' names, and their beginnings: all but the last letter, five or more."""
    lines = (files("tenderloop.methods") / "open_data" / "places.csv").read_text("utf-8").splitlines()
    names = [row["name"] for row in csv.DictReader(lines) if row["kind"] == "country"]
    words = {word for name in names for word in words_of(name) if len(word) > 3} - _NOT_PLACES
    return frozenset(words), frozenset(word[: max(SHORTEST_BEGINNING, len(word) - 1)] for word in words if len(word) >= SHORTEST_BEGINNING)
