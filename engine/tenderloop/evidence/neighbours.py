"""The published notices that are nearest to a tender, to see what others ask for in the same kind of purchase.

Knows the small shipped table of published notices (``model/neighbours.json``) and what makes two purchases alike. Must not know formats,
files of the web or CLI, or what a difference is worth: that another buyer asks for a thing is no duty of this one.

Alike is, in this order: the same CPV division (first two digits, always), group and class (three and four digits), the same concepts of the
term base, the same words in the titles. Each weighs more than all that follow it together.
"""

from __future__ import annotations

import html
import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from typing import Any, Final

from tenderloop.evidence.features import GIVES_AWAY, shown_texts, words_of
from tenderloop.evidence.terms import find_concepts
from tenderloop.notice import BOUND, Notice
from tenderloop.notice_fields import field_value

FORMAT: Final = "tenderloop-neighbours/1"
LONGEST_TITLE: Final = 90
# The squared length of each part; every one is more than the sum of those after it.
PARTS: Final[Mapping[str, int]] = {"division": 32, "group": 14, "class": 7, "concepts": 4, "title": 2}
DECLARED: Final = ("strategic-procurement", "environmental-impact", "social-objective", "innovative-acquisition", "gpp-criteria")
SHORTEST_TITLE_WORD: Final = 4

_MARKUP = re.compile(r"</?[a-zA-Z][^<>]{0,80}>")


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A published notice. ``cpv`` is its main code; ``similarity`` from 0 to 1, of ``PARTS``; concepts are ids of the term base.

    ``shared`` stand in both; ``asked_there`` are bound there (in a criterion, specification or clause) and do not stand here at all.
    ``declared`` are codes as ``list:code``; ``price_share`` is the weight of price in percent, where the notice publishes all its weights.
    """

    publication: str
    title: str
    country: str
    cpv: str
    similarity: float
    shared: tuple[str, ...]
    asked_there: tuple[str, ...]
    declared: tuple[str, ...]
    price_share: Fraction | None


@dataclass(frozen=True, slots=True)
class Row:
    """What is kept of a notice. ``identity`` joins the versions of one procedure and is never shown."""

    identity: tuple[str, ...]
    publication: str
    title: str
    country: str
    cpv: str
    said: tuple[str, ...]
    bound: tuple[str, ...]
    declared: tuple[str, ...]
    price_share: Fraction | None


def row_of(notice: Notice) -> Row:
    """What is kept of a notice."""
    said: set[str] = set()
    bound: set[str] = set()
    for text in shown_texts(notice):
        (bound if text.role in BOUND else said).update(hit.concept for hit in find_concepts(text.value, text.language) if not hit.negated)
    codes = notice.coded("cpv")
    share = field_value(notice, "award_share_price")
    return Row(
        tuple(each for each in (notice.procedure, notice.id, notice.publication) if each),
        notice.publication,
        _title(notice),
        notice.country,
        codes[0] if codes else "",
        tuple(sorted(said)),
        tuple(sorted(bound)),
        tuple(f"{name}:{code}" for name in DECLARED for code in notice.coded(name)),
        Fraction(share.value) if share is not None else None,
    )


def _title(notice: Notice) -> str:
    """The first title of the whole without markup, cut at a word."""
    titles = [text.value for text in notice.every_text() if text.role == "title" and GIVES_AWAY not in text.where]
    plain = _MARKUP.sub(" ", html.unescape(html.unescape(titles[0]))) if titles else ""
    title = " ".join(plain.split())
    return title if len(title) <= LONGEST_TITLE else title[:LONGEST_TITLE].rsplit(" ", 1)[0] + " …"


def table_of(notices: Iterable[Notice]) -> dict[str, Any]:
    """The table to ship, as plain JSON: the published notices that have a CPV code, one of each publication, sorted by number."""
    rows: dict[str, Row] = {}
    for notice in sorted(notices, key=lambda each: (each.publication, each.id, each.revision)):
        row = row_of(notice)
        if row.publication and row.cpv:
            rows[row.publication] = row
    concepts = sorted({concept for row in rows.values() for concept in (*row.said, *row.bound)})
    codes = sorted({code for row in rows.values() for code in row.declared})
    return {
        "format": FORMAT,
        "source": "Notices of Tenders Electronic Daily (TED), © European Union; reused under Decision 2011/833/EU, see ATTRIBUTION.md",
        "concepts": concepts,
        "codes": codes,
        "rows": [
            [
                row.publication, row.title, row.country, row.cpv, [concepts.index(each) for each in row.said],
                [concepts.index(each) for each in row.bound], [codes.index(each) for each in row.declared],
                "" if row.price_share is None else str(row.price_share), list(row.identity),
            ]
            for row in rows.values()
        ],
    }  # fmt: skip


def read_table(tree: Mapping[str, Any]) -> tuple[Row, ...]:
    """The rows of a table. ``ValueError`` when it is of another format."""
    if tree.get("format") != FORMAT:
        raise ValueError(f"the table is of format {tree.get('format')!r}, this engine reads {FORMAT!r}")
    concepts, codes = tree["concepts"], tree["codes"]
    return tuple(
        Row(
            tuple(identity), publication, title, country, cpv,
            tuple(concepts[each] for each in said), tuple(concepts[each] for each in bound), tuple(codes[each] for each in declared),
            Fraction(share) if share else None,
        )
        for publication, title, country, cpv, said, bound, declared, share, identity in tree["rows"]
    )  # fmt: skip


@cache
def published() -> tuple[Row, ...]:
    """The table that comes with the library."""
    return read_table(json.loads((files("tenderloop.evidence") / "model" / "neighbours.json").read_text("utf-8")))


def nearest(notice: Notice, most: int = 5, rows: Sequence[Row] | None = None) -> tuple[Neighbour, ...]:
    """The nearest published notices of the same CPV division, nearest first, by publication number where they are equally near.

    The notice itself and every other version of its procedure are left out. Empty when the notice has no CPV code, or when nothing of its
    division is in the table.

    >>> from tenderloop.notice import Code
    >>> buses = Notice("eforms", "", "x", "y", "tender", codes=(Code("cpv", "34121400", "/c"),))
    >>> [neighbour.cpv[:2] for neighbour in nearest(buses, most=2)]
    ['34', '34']
    """
    mine = row_of(notice)
    if not mine.cpv or most < 1:
        return ()
    known = [
        row for row in (published() if rows is None else rows) if row.cpv[:2] == mine.cpv[:2] and not set(row.identity) & set(mine.identity)
    ]
    if not known:
        return ()
    similarity = _similarities(mine, known)
    order = sorted(range(len(known)), key=lambda at: (-similarity[at], known[at].publication))
    return tuple(_neighbour(mine, known[at], similarity[at]) for at in order[:most])


def _similarities(mine: Row, known: Sequence[Row]) -> list[float]:
    """Cosine of the two purchases' vectors, rounded to nine digits so that equal ones are equal on every machine."""
    from sklearn.feature_extraction import DictVectorizer  # type: ignore[import-untyped]
    from sklearn.neighbors import NearestNeighbors  # type: ignore[import-untyped]

    table = DictVectorizer()
    vectors = table.fit_transform([_vector(row) for row in known])
    search = NearestNeighbors(n_neighbors=len(known), metric="cosine", algorithm="brute").fit(vectors)
    vector = _vector(mine)
    # what only this notice has is in no other's vector, yet belongs to its length
    lost = math.sqrt(math.fsum(value * value for value in vector.values()))
    inside = math.sqrt(math.fsum(value * value for name, value in vector.items() if name in table.vocabulary_))
    distances, places = search.kneighbors(table.transform([vector]))
    found = [0.0] * len(known)
    for distance, place in zip(distances[0].tolist(), places[0].tolist(), strict=True):
        found[place] = round(max(0.0, 1 - distance) * inside / lost, 9)
    return found


def _vector(row: Row) -> dict[str, float]:
    """Each part a vector of its own length; a notice without concepts, or without words in its title, has one mark for that."""
    concepts = sorted({*row.said, *row.bound}) or ["none"]
    words = sorted({word for word in words_of(row.title) if len(word) >= SHORTEST_TITLE_WORD}) or ["none"]
    parts = {
        "division": [row.cpv[:2]], "group": [row.cpv[:3]], "class": [row.cpv[:4]], "concepts": concepts, "title": words,
    }  # fmt: skip
    return {f"{part}:{each}": math.sqrt(PARTS[part] / len(held)) for part, held in parts.items() for each in held}


def _neighbour(mine: Row, other: Row, similarity: float) -> Neighbour:
    here = {*mine.said, *mine.bound}
    return Neighbour(
        other.publication,
        other.title,
        other.country,
        other.cpv,
        similarity,
        tuple(sorted(here & {*other.said, *other.bound})),
        tuple(concept for concept in other.bound if concept not in here),
        other.declared,
        other.price_share,
    )
