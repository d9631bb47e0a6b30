"""What a report says of a published notice: what it asks for, what is missing with clauses, how its weights work, how sure that is.

Knows a reading and the result of the pack that rates it. Must not compute a score, match words or open a file.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from tenderloop.errors import Problem
from tenderloop.evidence.neighbours import Neighbour
from tenderloop.evidence.screening import Screening
from tenderloop.evidence.terms import load_terms
from tenderloop.notice import AwardCriterion, Lot, Notice
from tenderloop.quantity import exact_text, shown
from tenderloop.reading import Finding, Reading, Strength, Subject
from tenderloop.report.model import PackPart
from tenderloop.report.wording import Words
from tenderloop.result import Node
from tenderloop.weighting import Bounds, weights_of

# Which groups of the term base make up a subject of award criteria (ours).
SUBJECTS: Final[dict[str, tuple[str, ...]]] = {
    "circular": ("refuse_rethink_reduce", "longer_life", "materials_end_of_life"),
    "environmental": ("environment",),
    "social": ("people_first",),
}
# Concepts that speak of circularity though their group is wider.
_CIRCULAR: Final = frozenset({"circular_economy", "life_cycle_cost", "residual_value"})
LOTS_SHOWN: Final = 12
TEXT_SHOWN: Final = 240


@dataclass(frozen=True)
class Asked:
    """One thing that the notice already asks for, by its strongest finding; ``more`` counts further places."""

    node: Node
    finding: Finding
    answer: str
    more: int


@dataclass(frozen=True)
class Missing:
    """One thing that is open or weak: what it would bring, what to do, and the clause to paste.

    ``weak`` is what was found so far; ``in_path`` marks the smallest set to the next rating.
    """

    node: Node
    gain: Fraction
    do: str
    clause: str
    weak: Finding | None
    in_path: bool


@dataclass(frozen=True)
class Weighed:
    """One award criterion: its share of the whole (None while unknown) and what it is about."""

    name: str
    type: str
    published: str
    share: Fraction | None
    bounds: Bounds
    subjects: tuple[str, ...]
    mentioned: tuple[str, ...]


@dataclass(frozen=True)
class LotWeights:
    """How the weights of a lot work: shares by type and subject as lowest and highest; ``same`` are further lots with the same weights."""

    lot: str
    rows: tuple[Weighed, ...]
    types: tuple[tuple[str, Bounds], ...]
    subjects: tuple[tuple[str, Bounds], ...]
    remarks: tuple[str, ...]
    same: tuple[str, ...] = ()


@dataclass(frozen=True)
class NoticeView:
    """A reading with what was looked up about it: the screening's hints and the nearest published notices."""

    reading: Reading
    screening: Screening | None = None
    near: tuple[Neighbour, ...] = ()
    remarks: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class TenderPart:
    """All that a report says of the notice behind the case."""

    about: tuple[tuple[str, str], ...]
    asked: tuple[Asked, ...]
    asked_finding: str
    missing: tuple[Missing, ...]
    missing_finding: str
    weights: tuple[LotWeights, ...]
    weights_finding: str
    strengths: tuple[tuple[Strength, int], ...]
    negated: tuple[Finding, ...]
    remarks: tuple[Problem, ...]
    screening: Screening | None
    near: tuple[Neighbour, ...]


def tender_part(notice: NoticeView, parts: Sequence[PackPart], words: Words) -> TenderPart:
    """The notice's part of a report, from its reading and the packs that rated it."""
    reading = notice.reading
    nodes = [node for part in parts for node in part.result.indicators]
    asked = tuple(_asked(reading, nodes, parts))
    missing = tuple(_missing(reading, parts))
    weights = _weights(reading)
    return TenderPart(
        about=tuple(_about(reading.notice, reading.lot, words)),
        asked=asked,
        asked_finding=_asked_finding(asked, words),
        missing=missing,
        missing_finding=_missing_finding(missing, words),
        weights=weights,
        weights_finding=_weights_finding(weights, words),
        strengths=_strengths(reading),
        negated=reading.negated,
        remarks=(*notice.remarks, *reading.problems),
        screening=notice.screening,
        near=notice.near,
    )


# ----------------------------------------------------------------------------------------------------------------- what stands there


def _about(notice: Notice, lot: str, words: Words) -> Iterable[tuple[str, str]]:
    buyers = [party.name for party in notice.parties if {"buyer", "procuringEntity"} & set(party.roles)]
    lots = [each for each in notice.lots if each.kind != "LotsGroup"]
    rows = (
        (words("Notice"), notice.publication or notice.id),
        (words("Format"), " ".join(each for each in (notice.format, notice.version) if each)),
        (words("Procedure"), notice.procedure),
        (words("Kind of notice"), " ".join(each for each in (notice.stage, notice.subtype and f"({notice.subtype})") if each)),
        (words("Published"), notice.date[:10]),
        (words("Buyer"), "; ".join(dict.fromkeys(buyers))),
        (words("Country"), notice.country),
        (words("Procedure type"), notice.method),
        (words("Nature"), notice.nature),
        (words("CPV"), ", ".join(notice.coded("cpv")[:6])),
        (words("Lots"), f"{lot} of {len(lots)}" if lot else str(len(lots) or "")),
        (words("Estimated value"), f"{_grouped(notice.value.value)} {notice.value.currency}" if notice.value is not None else ""),
        (words("Languages"), ", ".join(notice.languages)),
    )
    return [(name, value) for name, value in rows if value]


def _grouped(value: object) -> str:
    return f"{value:,}".replace(",", " ")


def _asked(reading: Reading, nodes: Sequence[Node], parts: Sequence[PackPart]) -> Iterable[Asked]:
    """Indicators that the notice answers, strongest first."""
    facts = {name: fact for part in parts for name, fact in part.result.fact_of.items()}
    found: list[tuple[tuple[object, ...], Asked]] = []
    for node in nodes:
        best = next((each for name in node.facts if (each := reading.best(name)) is not None), None)
        if best is None or node.score is None or node.score == 0:
            continue
        count = sum(finding.fact == best.fact for finding in reading.findings)
        row = Asked(node, best, facts[best.fact].shown, count - 1)
        found.append(((-best.grade, -node.score, node.id), row))
    return [row for _, row in sorted(found, key=lambda each: each[0])]


def _asked_finding(asked: Sequence[Asked], words: Words) -> str:
    if not asked:
        return words("Nothing that this pack rates was found in the notice; the procurement documents may say more.")
    bound = sum(row.finding.grade >= 3 for row in asked)
    duties = sum(row.finding.strength == "asked" for row in asked)
    said = words("{n} of the pack’s indicators are touched: {bound} in a criterion, specification, clause or field, {duties} worded as a duty in a description, {said} only said or declared.")  # fmt: skip # noqa: E501
    return said.format(n=len(asked), bound=bound, duties=duties, said=len(asked) - bound - duties)


def _missing(reading: Reading, parts: Sequence[PackPart]) -> Iterable[Missing]:
    for part in parts:
        for row in part.roadmap.steps:
            node = part.result.node_of[row.step.indicator]
            weak = next((each for name in node.facts if (each := reading.best(name)) is not None), None)
            yield Missing(node, row.step.gain, row.step.do, node.clause, weak, row.in_path)


def _missing_finding(missing: Sequence[Missing], words: Words) -> str:
    if not missing:
        return words("Nothing is left to add.")
    first = missing[: min(3, len(missing))]
    return words("The greatest effect have: {first}.").format(first="; ".join(f"{row.node.title} (+{shown(row.gain, 1)})" for row in first))


# -------------------------------------------------------------------------------------------------------------------------- weights


def _weights(reading: Reading) -> tuple[LotWeights, ...]:
    """Each lot's weights; lots with the same criteria and weights stand together."""
    subjects = {id(subject.criterion): subject for subject in reading.subjects}
    notice = reading.notice
    whole = [Lot("", "Lot", "", criteria=notice.criteria)] if notice.criteria else []
    lots = [*whole, *(lot for lot in notice.lots if lot.criteria and (not reading.lot or lot.id == reading.lot))]
    found: dict[object, LotWeights] = {}
    for lot in lots:
        made = _lot_weights(lot, subjects)
        key = (made.rows, made.remarks)
        if key in found:
            first = found[key]
            found[key] = LotWeights(first.lot, first.rows, first.types, first.subjects, first.remarks, (*first.same, lot.id))
        else:
            found[key] = made
    return tuple(found.values())


def _lot_weights(lot: Lot, subjects: Mapping[int, Subject]) -> LotWeights:
    weighting = weights_of(lot)
    rows: list[Weighed] = []
    for criterion, share, bounds in zip(lot.criteria, weighting.shares, weighting.bounds, strict=True):
        subject = subjects.get(id(criterion))
        named = _subjects_of(subject.named) if subject is not None else ()
        mentioned = tuple(each for each in _subjects_of(subject.mentioned) if each not in named) if subject is not None else ()
        rows.append(Weighed(_name(criterion), criterion.type, _published(criterion), share, bounds, named, mentioned))
    kinds = list(dict.fromkeys(criterion.type for criterion in lot.criteria))
    return LotWeights(
        lot.id,
        tuple(rows),
        tuple((kind, weighting.bounds_of(kind)) for kind in kinds),
        tuple((subject, _bounds_of(rows, subject)) for subject in SUBJECTS),
        tuple(remark.text for remark in weighting.remarks),
    )


def _bounds_of(rows: Sequence[Weighed], subject: str) -> Bounds:
    """What criteria about a subject weigh: at least those named for it, at most also those whose description mentions it."""
    low = sum((row.bounds.low for row in rows if subject in row.subjects), Fraction(0))
    high = sum((row.bounds.high for row in rows if subject in row.subjects or subject in row.mentioned), Fraction(0))
    return Bounds(low, min(high, Fraction(1)))


def _subjects_of(concepts: Iterable[str]) -> tuple[str, ...]:
    known = load_terms().concepts
    found: list[str] = []
    for name in concepts:
        for subject, groups in SUBJECTS.items():
            if known[name].group in groups or (subject == "circular" and name in _CIRCULAR):
                found.append(subject)
    return tuple(subject for subject in SUBJECTS if subject in found)


def _name(criterion: AwardCriterion) -> str:
    texts = criterion.names or criterion.descriptions
    text = next((each for each in texts if each.language == "en"), texts[0] if texts else None)
    words = " ".join(text.value.split()) if text is not None else criterion.type or "–"
    return words if len(words) <= TEXT_SHOWN else words[: TEXT_SHOWN - 1].rstrip() + "…"


def _published(criterion: AwardCriterion) -> str:
    weights = [each for each in criterion.parameters if each.kind == "weight" and each.value is not None]
    return ", ".join(f"{exact_text(Fraction(each.value or 0))} ({each.code})" for each in weights)


def _weights_finding(weights: Sequence[LotWeights], words: Words) -> str:
    if not weights:
        return words("The notice states no award criteria; how bids are compared stands in the documents, if anywhere.")
    first = weights[0]
    types = [f"{words(kind or 'not stated')} {span_text(bounds)}" for kind, bounds in first.types]
    subjects = [f"{words(subject)} {span_text(bounds)}" for subject, bounds in first.subjects]
    where = "" if not first.lot else f"{first.lot}: " if len(weights) > 1 else ""
    return where + ", ".join(types) + ". " + words("By subject:") + " " + ", ".join(subjects) + "."


def span_text(bounds: Bounds) -> str:
    """Lowest and highest share in per cent, rounded once.

    >>> span_text(Bounds(Fraction(1, 3), Fraction(1, 3))), span_text(Bounds(Fraction(0), Fraction(1, 2)))
    ('33.3 %', '0 to 50 %')
    """
    low, high = (_per_cent(each) for each in bounds)
    return f"{low} %" if bounds.low == bounds.high else f"{low} to {high} %"


def place(finding: Finding) -> str:
    """Where a finding stands, for people: the lot and the last named parts of its path; the whole path stands with the evidence.

    >>> place(Finding("x", True, "bound", "/*/cac:ProcurementProjectLot[1]/cac:TenderingTerms/cbc:Note", "…", lot="LOT-0001"))
    'LOT-0001, TenderingTerms, Note'
    >>> place(Finding("x", True, "said", "/releases/0/tender/title", "…"))
    'tender, title'
    """
    parts = [part.partition("[")[0].rpartition(":")[2] for part in finding.where.split("/")]
    named = [part for part in parts if part and part != "*" and not part.isdigit()]
    return ", ".join([*([finding.lot] if finding.lot else []), *named[-2:]])


def per_cent(value: float | None) -> str:
    """A probability or likeness from 0 to 1 as a whole per cent; these are estimates, no decimals are shown.

    >>> per_cent(0.4489), per_cent(None)
    ('45 %', '–')
    """
    return "–" if value is None else f"{shown(Fraction(value) * 100, 0)} %"


def _per_cent(share: Fraction) -> str:
    return exact_text(share * 100) if (share * 100).denominator == 1 else shown(share * 100, 1)


def _strengths(reading: Reading) -> tuple[tuple[Strength, int], ...]:
    decided = [best for name in dict.fromkeys(finding.fact for finding in reading.findings) if (best := reading.best(name)) is not None]
    kinds: tuple[Strength, ...] = ("measured", "bound", "field", "asked", "declared", "said")
    return tuple((kind, sum(finding.strength == kind for finding in decided)) for kind in kinds)
