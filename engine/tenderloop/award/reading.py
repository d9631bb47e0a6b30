"""Procedures, bids and judgements from YAML and JSON, every fault at once with file and line; a draft procedure from a published notice.

Knows how the files of an award are written (docs/award.md). Must not know scores, pages or workbooks.
"""

from __future__ import annotations

import re
from collections.abc import Mapping as AnyMapping
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Literal, TypeVar

from tenderloop.award.bid import Bid, Decision, Draw, NotApplicable, Offered, Proceedings
from tenderloop.award.check import findings
from tenderloop.award.judgement import Consensus, Judgement
from tenderloop.award.procedure import (
    Criterion,
    CriterionType,
    Lot,
    Procedure,
    Threshold,
    WeightKind,
)
from tenderloop.award.result import Note
from tenderloop.case import Evidence
from tenderloop.errors import Problem, Problems
from tenderloop.notice import AwardCriterion, Notice
from tenderloop.pack import Frozen
from tenderloop.quantity import QuantityError, parse_unit
from tenderloop.readers.answers import read_value, shown_kind
from tenderloop.readers.faults import Faults, Spot, in_order, nearest
from tenderloop.readers.records import Written, key_table, place_of, read_record
from tenderloop.readers.strict_json import read_json
from tenderloop.readers.strict_yaml import Mapping, Sequence, Value, read_yaml

M = TypeVar("M", bound=Frozen)
_KEYS = key_table([Procedure, Bid, Decision, Draw, NotApplicable, Proceedings, Judgement, Consensus, Evidence])
_PAGE = "docs/award.md"
_PACKED = b"PK\x03\x04"  # how a workbook begins


@dataclass(frozen=True)
class Dossier:
    """What a file of bids holds: bids, and what was decided and recorded about them."""

    bids: tuple[Bid, ...] = ()
    decisions: tuple[Decision, ...] = ()
    draws: tuple[Draw, ...] = ()
    not_applicable: tuple[NotApplicable, ...] = ()
    proceedings: Proceedings = field(default_factory=Proceedings)


@dataclass(frozen=True)
class PanelRecord:
    """What a file of judgements holds."""

    judgements: tuple[Judgement, ...] = ()
    consensus: tuple[Consensus, ...] = ()


@dataclass(frozen=True)
class Draft:
    """A procedure as far as a notice states it, and what a person must still write; ``check`` lists the same as faults."""

    procedure: Procedure
    gaps: tuple[Note, ...]


# ------------------------------------------------------------------------------------------------------------------------- files


def read_procedure(path: str | Path) -> Procedure:
    """The procedure of a file (YAML, JSON or XLSX) that is sound in every way; otherwise ``Problems`` with every fault at its line."""
    file = Path(path)
    return procedure_of_text(_bytes(file), str(path))


def procedure_of_text(data: str | bytes, file: str = "") -> Procedure:
    """As ``read_procedure``, of a text, or of the bytes of a workbook (procedure_sheets.py).

    >>> try:
    ...     procedure_of_text("procedure: abc\\ntitle: T\\nbuyer: B\\ncurency: EUR\\nlots: []\\n", "procedure.yaml")
    ... except Problems as faults:
    ...     for problem in faults.problems: print(problem)
    procedure.yaml:1: missing-key: 'currency' is missing in the procedure (write currency: and its value)
    procedure.yaml:4: unknown-key: 'curency' is not a key of the procedure (did you mean 'currency'?)
    """
    if isinstance(data, bytes) and data.startswith(_PACKED):
        # only then, for this needs a library that a text does not
        from tenderloop.award.procedure_sheets import read_procedure_workbook

        return read_procedure_workbook(data, file)
    faults = Faults(file)
    tree, spot = _tree(data, file, faults)
    found = procedure_of_tree(tree, spot)
    faults.raise_if_any()
    assert found is not None, "a record without faults was read"
    return found


def procedure_of_tree(tree: Value, spot: Spot, *, deep: bool = True) -> Procedure | None:
    """The procedure of a tree that was read, or None; every fault is noted at its line. Without ``deep`` only the shape is checked."""
    written = read_record(Procedure, tree, spot, "the procedure", _KEYS, _PAGE)
    if written is None:
        return None
    for index, fact in enumerate(written.record.facts):
        try:
            parse_unit(fact.unit)
        except QuantityError as error:
            deep = False  # rules over such a fact cannot be checked
            written.at("facts", index, "unit").add(error.code, f"fact '{fact.id}': {error.message}", error.hint or "write a known unit")
    for finding in findings(written.record) if deep else ():
        if not finding.warning:
            place_of(tree, finding.path, spot)[0].add(finding.code, finding.message, finding.hint)
    return written.record


def read_bids(path: str | Path, procedure: Procedure) -> Dossier:
    """Bids, decisions, draws, marks and proceedings of one file. ``Problems`` with every fault at its line."""
    return bids_of_text(_bytes(Path(path)), procedure, str(path))


_BID_KEYS = ("procedure", "proceedings", "bids", "decisions", "draws", "not_applicable")


def bids_of_text(data: str | bytes, procedure: Procedure, file: str = "") -> Dossier:
    """As ``read_bids``, of a text."""
    faults = Faults(file)
    top = _top(data, file, faults, _BID_KEYS, procedure)
    if top is None:
        raise Problems(in_order(faults.problems))
    tree, spot = top
    bids = [found for item, here, name in _items(tree, "bids", spot) if (found := _bid(item, here, name, procedure)) is not None]
    decisions = _records(Decision, tree, "decisions", spot)
    draws = _records(Draw, tree, "draws", spot)
    marks = _records(NotApplicable, tree, "not_applicable", spot)
    proceedings = Proceedings()
    if tree.get("proceedings") is not None:
        here, written = place_of(tree, ["proceedings"], spot)
        held = read_record(Proceedings, written, here, "the proceedings", _KEYS, _PAGE)
        proceedings = held.record if held is not None else proceedings
    faults.raise_if_any()
    return Dossier(tuple(bids), decisions, draws, marks, proceedings)


def read_judgements(path: str | Path, procedure: Procedure) -> PanelRecord:
    """Judgements and consensus of one file; several files of one panel are added up. ``Problems`` with every fault at its line."""
    return judgements_of_text(_bytes(Path(path)), procedure, str(path))


_PANEL_KEYS = ("procedure", "judgements", "consensus")


def judgements_of_text(data: str | bytes, procedure: Procedure, file: str = "") -> PanelRecord:
    """As ``read_judgements``, of a text."""
    faults = Faults(file)
    top = _top(data, file, faults, _PANEL_KEYS, procedure)
    if top is None:
        raise Problems(in_order(faults.problems))
    tree, spot = top
    judgements = _records(Judgement, tree, "judgements", spot)
    consensus = _records(Consensus, tree, "consensus", spot)
    faults.raise_if_any()
    return PanelRecord(judgements, consensus)


def _bytes(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise Problems([Problem("file-missing", "there is no such file, or it cannot be read", str(path), hint="check the path")]) from None


def _tree(data: str | bytes, file: str, faults: Faults) -> tuple[Value, Spot]:
    tree = read_json(data, file) if file.endswith(".json") else read_yaml(data, file)
    return tree, Spot(faults, (tree.line or None) if isinstance(tree, Mapping) else 1)


def _top(data: str | bytes, file: str, faults: Faults, keys: tuple[str, ...], procedure: Procedure) -> tuple[Mapping, Spot] | None:
    tree, spot = _tree(data, file, faults)
    if not isinstance(tree, Mapping):
        spot.add("wrong-type", f"the file is {shown_kind(tree)}", "write keys with values: " + ", ".join(keys))
        return None
    for key in tree:
        if key not in keys:
            near = nearest(key, keys)
            hint = f"did you mean '{near}'?" if near else "its keys are " + ", ".join(keys)
            place_of(tree, [key], spot)[0].add("unknown-key", f"'{key}' is not a key of this file", hint)
    named = tree.get("procedure")
    if named != procedure.id:
        said = "the file does not say to which procedure it belongs" if named is None else f"the file belongs to the procedure {named!r}"
        place_of(tree, ["procedure"], spot)[0].add("unknown-value", said, f"write procedure: {procedure.id}")
    return tree, spot


def _items(tree: Mapping, key: str, spot: Spot) -> list[tuple[Mapping, Spot, str]]:
    """The records under a key, each with its place and a name for messages."""
    at, raw = place_of(tree, [key], spot)
    if key not in tree or raw is None:
        return []
    if not isinstance(raw, Sequence):
        at.add("wrong-type", f"'{key}' is {shown_kind(raw)}", "write a list of records")
        return []
    found = []
    for index, item in enumerate(raw):
        here = place_of(tree, [key, index], spot)[0]
        if isinstance(item, Mapping):
            found.append((item, here, f"{key}[{index}]"))
        else:
            here.add("wrong-type", f"{key}[{index}] is {shown_kind(item)}", "write keys with values")
    return found


def _records(model: type[M], tree: Mapping, key: str, spot: Spot) -> tuple[M, ...]:
    read: list[Written[M] | None] = [read_record(model, item, here, name, _KEYS, _PAGE) for item, here, name in _items(tree, key, spot)]
    return tuple(each.record for each in read if each is not None)


def _bid(tree: Mapping, spot: Spot, name: str, procedure: Procedure) -> Bid | None:
    named = f"bid '{tree['id']}'" if isinstance(tree.get("id"), str) else name
    rest = Mapping(tree.line, tree.place)
    for key, value in tree.items():
        if key != "facts":
            rest.put(key, value, tree.places.get(key, ""))
            rest.lines[key] = tree.lines.get(key, 0)
    written = read_record(Bid, rest, spot, named, _KEYS, _PAGE)
    facts: dict[str, Offered] = {}
    at, raw = place_of(tree, ["facts"], spot)
    if isinstance(raw, Mapping) and "facts" in tree:
        for key in raw:
            found = _fact(key, raw, at, named, procedure)
            if found is not None:
                facts[key] = found
    elif tree.get("facts") is not None:
        at.add("wrong-type", f"the facts of {named} are {shown_kind(raw)}", "write fact: answer, one a line")
    return None if written is None else written.record.model_copy(update={"facts": facts})


def _fact(key: str, facts: Mapping, spot: Spot, bid: str, procedure: Procedure) -> Offered | None:
    here, raw = place_of(facts, [key], spot)
    fact = procedure.fact_of.get(key)
    if fact is None:
        near = nearest(key, procedure.fact_of)
        known = ", ".join(sorted(procedure.fact_of)[:14]) or "none"
        here.add("unknown-fact", f"{bid}: '{key}' is not declared", f"did you mean '{near}'?" if near else f"declared are: {known}")
        return None
    evidence: tuple[Evidence, ...] = ()
    if isinstance(raw, Mapping):
        for name in raw:
            if name not in ("value", "evidence"):
                said = f"'{name}' is not a key of an answer"
                place_of(raw, [name], here)[0].add("unknown-key", said, "its keys are value, evidence")
        if "value" not in raw:
            here.add("missing-key", f"{bid}: '{key}' has no value", "write value:, or leave the fact out while it is unknown")
            return None
        read = (
            read_record(Evidence, item, place, f"{bid}, {key}, {name}", _KEYS, _PAGE) for item, place, name in _items(raw, "evidence", here)
        )
        evidence = tuple(each.record for each in read if each is not None)
        here, raw = place_of(raw, ["value"], here)
    if raw is None:
        here.add("wrong-kind", f"{bid}: '{key}' is empty", "leave it out while it is unknown")
        return None
    before = len(here.faults.problems)
    value = read_value(fact, raw, here, procedure.currency)
    if value is None or len(here.faults.problems) > before:
        return None
    return Offered(kind=fact.kind, value=value, unit=fact.unit, evidence=evidence)


# ------------------------------------------------------------------------------------------------------------------------ notices

_KINDS: AnyMapping[str, WeightKind] = {
    "per-exa": "per-exa",
    "per-mid": "per-mid",
    "poi-exa": "poi-exa",
    "poi-mid": "poi-mid",
    "dec-exa": "dec-exa",
    "dec-mid": "dec-mid",
    "ord-imp": "ord-imp",
}


class _Gaps:
    def __init__(self) -> None:
        self.found: list[Note] = []

    def add(self, code: str, text: str, where: str, criterion: str = "") -> None:
        self.found.append(Note(code=code, text=text, criterion=criterion, source=where, status="published"))


def procedure_of_notice(notice: Notice) -> Draft:
    """What a notice or release states of lots, award criteria, weights and thresholds, as a procedure; what it does not state is a gap.

    Nothing is filled in: a notice names no scale, formula or rule of evaluation, so the draft never passes ``check`` by itself. Gaps have
    the codes ``currency``, ``lots``, ``criteria``, ``type``, ``weight``, ``threshold``, ``formula``, ``scored_by``, ``rules``; their
    source is the place in the notice.
    """
    gaps = _Gaps()
    amounts = [each.value for each in notice.lots if each.value is not None] + ([notice.value] if notice.value is not None else [])
    currencies = sorted({each.currency for each in amounts if each.currency})
    if len(currencies) != 1:
        said = "the notice states no currency" if not currencies else f"the notice states several currencies: {', '.join(currencies)}"
        gaps.add("currency", f"{said}; XXX stands for it", notice.where)
    lots = []
    for each in notice.lots:
        if each.kind not in ("Lot", "", "lot") and each.kind.lower() != "lot":
            continue
        criteria = _drafted(each.criteria or notice.criteria, each.id, gaps, each.where)
        estimate = Fraction(each.value.value) if each.value is not None else None
        lots.append(Lot(id=_key(each.id), title=_first(each.texts, "title") or each.id, estimate=estimate, criteria=criteria))
    if not lots:
        gaps.add("lots", "the notice names no lot; one lot stands for the whole", notice.where)
        estimate = Fraction(notice.value.value) if notice.value is not None else None
        title = _first(notice.texts, "title") or notice.id
        lots = [Lot(id="whole", title=title, estimate=estimate, criteria=_drafted(notice.criteria, "whole", gaps, notice.where))]
    gaps.add("rules", "a notice states no rule of aggregation, ties, rounding or low bids; write rules:", notice.where)
    buyers = [party.name for party in notice.parties if any("buyer" in role.lower() for role in party.roles)]
    drafted = Procedure(
        id=_identifier(notice.procedure or notice.id),
        title=_first(notice.texts, "title") or notice.id,
        buyer=", ".join(dict.fromkeys(buyers)) or "not stated",
        subject=_first(notice.texts, "description"),
        method=notice.method or "not stated",
        notice=notice.publication or notice.id,
        currency=currencies[0] if len(currencies) == 1 and re.fullmatch("[A-Z]{3}", currencies[0]) else "XXX",
        jurisdiction=notice.country,
        lots=tuple(lots),
    )
    return Draft(drafted, tuple(gaps.found))


def _first(texts: tuple[object, ...], role: str) -> str:
    return next((str(getattr(each, "value", "")) for each in texts if getattr(each, "role", "") == role), "")


def _key(text: str) -> str:
    """An id as a lot may have it."""
    return re.sub(r"[^A-Za-z0-9_.\-]", "_", text).lstrip("_.-")[:80] or "lot"


def _identifier(text: str) -> str:
    """An id as a procedure may have it.

    >>> _identifier("ocds-123-A/4")
    'ocds_123_a_4'
    """
    found = re.sub(r"[^a-z0-9]+", "_", text.lower()).strip("_")
    return (found if found[:1].isalpha() else f"p_{found}")[:60].rstrip("_")


def _drafted(criteria: tuple[AwardCriterion, ...], lot: str, gaps: _Gaps, where: str) -> tuple[Criterion, ...]:
    if not criteria:
        gaps.add("criteria", f"lot {lot} has no award criteria in the notice", where)
    counted: dict[str, int] = {}
    found: list[Criterion] = []
    for each in criteria:
        kind: CriterionType = each.type or "quality"
        counted[kind] = counted.get(kind, 0) + 1
        name = kind if kind != "quality" and counted[kind] == 1 else f"{kind}_{counted[kind]}"
        if not each.type:
            gaps.add("type", f"lot {lot}, {name}: no type is stated; taken as quality", each.where, name)
        weight, weight_kind, threshold = _numbers(each, lot, name, gaps)
        if kind == "quality":
            gaps.add("scored_by", f"lot {lot}, {name}: how it is scored is not stated; write scored_by:", each.where, name)
        else:
            gaps.add("formula", f"lot {lot}, {name}: no formula is stated; write formula:", each.where, name)
        found.append(
            Criterion(
                id=name,
                type=kind,
                title=next((text.value for text in each.names), "") or next((text.value for text in each.descriptions), "") or name,
                description=" ".join(text.value for text in each.descriptions),
                number=len(found) + 1,
                weight=weight,
                weight_kind=weight_kind,
                threshold=threshold,
                source=each.where,
            )
        )
    return tuple(found)


def _numbers(criterion: AwardCriterion, lot: str, name: str, gaps: _Gaps) -> tuple[Fraction | None, WeightKind, Threshold | None]:
    weight: Fraction | None = None
    kind: WeightKind = "per-exa"
    threshold: Threshold | None = None
    for each in criterion.parameters:
        if each.value is None:
            gaps.add(each.kind or "weight", f"lot {lot}, {name}: a number of the criterion is not stated ({each.code})", each.where, name)
            continue
        value = Fraction(each.value)
        if each.kind == "weight" and each.code in _KINDS:
            if weight is not None:
                gaps.add("weight", f"lot {lot}, {name}: several weights are stated; the first is taken", each.where, name)
                continue
            weight, kind = value, _KINDS[each.code]
            if each.note:
                gaps.add("weight", f"lot {lot}, {name}: {each.note}", each.where, name)
        elif each.kind == "threshold" and each.code in ("min-score", "max-pass"):
            limit: Literal["min_score", "max_pass"] = "min_score" if each.code == "min-score" else "max_pass"
            if limit == "min_score":
                threshold = Threshold(min_score=value)
                gaps.add(
                    "threshold",
                    f"lot {lot}, {name}: min-score {value} is in the notice's own points; turn it into 0 to 100",
                    each.where,
                    name,
                )
            elif value.denominator == 1:
                threshold = Threshold(max_pass=int(value))
        elif each.kind == "fixed":
            gaps.add(
                "formula", f"lot {lot}, {name}: a fixed value ({each.code} {value}) is stated, which no formula reads", each.where, name
            )
        else:
            gaps.add("weight", f"lot {lot}, {name}: the number {value} has no known kind ({each.code or 'none'})", each.where, name)
    if weight is None:
        gaps.add("weight", f"lot {lot}, {name}: no weight is stated", criterion.where, name)
    return weight, kind, threshold
