"""Bid and fact tables: XLSX and CSV sheets in which a row is a bid and a column a fact, or a row is a fact, become cases.

Knows how heads name facts and how people type answers in cells. Must not know scores, or where a pack's question comes from.
A cell that is empty, or says that it is not known, is no answer. A number without a unit, and a number or date that can be read in two
ways, is told by sheet and address and not chosen. What stands in a table is a bare claim unless the table names a document.
"""

from __future__ import annotations

import datetime as dt
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal

from tenderloop.case import Answer, Case, Document, Evidence
from tenderloop.errors import Problem, Problems
from tenderloop.pack import CaseKind, Fact, Pack, Stage
from tenderloop.quantity import QuantityError, parse_unit, unit_meant
from tenderloop.readers.answers import read_value
from tenderloop.readers.cases import declared_facts
from tenderloop.readers.faults import Faults, Spot, in_order, nearest
from tenderloop.readers.flattened import Flattened, Record, is_flattened, unflatten
from tenderloop.readers.grids import Cell, Head, Row, Sheet, Table, find_header, heads_of, read_day, read_number, read_table
from tenderloop.readers.packs import load_pack
from tenderloop.readers.strict_yaml import Number, Value
from tenderloop.readers.strict_yaml import Sequence as Items

__all__ = ["Flattened", "Record", "Table", "TableCases", "is_flattened", "read_table", "table_cases", "unflatten"]

CODES: dict[str, str] = {
    "no-fact-named": "no sheet has a row of heads that names a fact of the packs",
    "unknown-head": "a head names no fact; its column was left out",
    "unknown-fact": "a row names no fact of the packs",
    "fact-twice": "one fact is answered twice for one bid, differently",
    "case-twice": "two rows have the same bid",
    "table-in-cell": "a fact that is a table is answered in one cell",
    "unit-missing": "a number has no unit and its fact has one",
    "grade-without-document": "a grade of 1 or more is given and no document",
    "bad-grade": "an evidence grade is not 0 to 4",
    "unknown-option": "a word is not one of the options",
    "case-faulty": "a row makes no case",
}

Layout = Literal["bids", "facts"]

# Words in heads, in plain lower case. Ours: seen in bid forms; none is standardised.
_CASE: Final = frozenset({"bid", "bid id", "bidder", "offer", "tenderer", "supplier", "case", "case id", "project", "company", "id"})
_TITLE: Final = frozenset({"title", "name", "bidder name", "supplier name"})
_FACT: Final = frozenset({"fact", "fact id", "question", "criterion", "requirement", "indicator", "id"})
_VALUE: Final = frozenset({"value", "answer", "response", "figure"})
_UNIT: Final = frozenset({"unit", "units"})
_PROOF: Final[Mapping[str, frozenset[str]]] = {
    "document": frozenset({"document", "evidence", "proof", "source"}),
    "page": frozenset({"page", "pages", "place"}),
    "quote": frozenset({"quote", "wording", "passage"}),
    "grade": frozenset({"grade", "evidence grade"}),
}
_YES: Final = frozenset({"yes", "y", "true", "x", "✓", "ja", "oui", "sí", "si", "sì", "tak", "sim", "да"})
_NO: Final = frozenset({"no", "n", "false", "nein", "non", "nie", "não", "нет"})
_SILENT: Final = frozenset({"", "-", "–", "—", "?", "unknown", "tbd", "n/a", "na", "not known", "to be confirmed", "k. a.", "n.d."})
_BRACKET = re.compile(r"(.*?)\s*[\[(]([^\[\]()]{1,30})[\])]\s*[?:*]*\s*", re.DOTALL)
_NUMBER_AND_UNIT = re.compile(r"([+-]?\d(?:[\d.,' \u00a0\u202f]*\d)?)\s*(\D.*)?", re.ASCII | re.DOTALL)
_PERCENT_IS_A_SHARE = Decimal(100)
MOST_ID: Final = 60


@dataclass(frozen=True)
class TableCases:
    """The cases of a table in the order of their rows, how the table was laid out, and what was left out and why."""

    cases: tuple[Case, ...]
    layout: Layout
    problems: tuple[Problem, ...]


def table_cases(
    table: Table,
    packs: Iterable[Pack | str],
    *,
    date: dt.date | str,
    kind: CaseKind = "bid",
    stage: Stage = "tender",
    currency: str | None = None,
) -> TableCases:
    """The cases of a bid or fact table. Heads and rows are matched to fact ids, questions, and titles of indicators with one fact.

    *One row a bid:* a column for each fact, one that names the bid, and, if wanted, document, page, quote and grade (for the whole row, or
    for one fact: ``recycled_content: document``). *One row a fact:* columns for fact and value, and, if wanted, unit, bid, document, page,
    quote, grade. A unit may stand in the cell, in its own column, or in the head: ``Recycled content [%]``. ``Problems`` when no sheet
    names a fact.

    >>> table = read_table(b"bid;Warranty [year];cb_spare_years\\nA Ltd;3;5 year\\nB Ltd;2,5;\\n", "bids.csv")
    >>> facts = [Fact(id="cb_warranty", kind="number", unit="year", question="Warranty?"),
    ...     Fact(id="cb_spare_years", kind="number", unit="year", question="For how many years are spare parts guaranteed?")]
    >>> pack = Pack.model_construct(id="demo", facts=tuple(facts), indicators=())
    >>> found = table_cases(table, [pack], date="2026-06-01")
    >>> [(case.id, {name: str(answer.value) for name, answer in case.facts.items()}) for case in found.cases]
    [('a_ltd', {'cb_warranty': '3', 'cb_spare_years': '5'}), ('b_ltd', {'cb_warranty': '5/2'})]
    """
    faults = Faults(table.file)
    loaded = [each if isinstance(each, Pack) else load_pack(each) for each in packs]
    facts = declared_facts(loaded, faults.at())
    names = _names(loaded, facts)
    day = date.isoformat() if isinstance(date, dt.date) else date
    made = _Making(faults, facts, names, currency)
    layout: Layout | None = None
    for sheet in table.sheets:
        found = _fact_rows(sheet, names)
        if found is not None:
            layout = layout or "facts"
            made.fact_sheet(sheet, *found)
            continue
        at = find_header(sheet.rows, lambda text: _fact_of(text, names) is not None)
        if at is not None:
            layout = layout or "bids"
            made.bid_sheet(sheet, at)
    if layout is None:
        heads = [head.text for sheet in table.sheets for head in sheet.heads][:8]
        said = "no sheet names a fact of " + ", ".join(each.id for each in loaded)
        hint = "the heads are: " + ", ".join(heads) if heads else "write fact ids or questions as heads"
        raise Problems([*faults.problems, Problem("no-fact-named", said, table.file, hint=hint)])
    cases: list[Case] = []
    for draft in made.drafts.values():
        try:
            cases.append(
                Case(
                    id=draft.id,
                    title=draft.title,
                    kind=kind,
                    stage=stage,
                    date=day,
                    currency=currency,
                    packs=tuple(each.id for each in loaded),
                    documents=draft.documents,
                    facts=draft.facts,
                    file=table.file,
                )
            )
        except ValueError as error:
            said = f"the bid '{draft.title[:60]}' makes no case: {str(error).splitlines()[-1].strip()[:120]}"
            faults.add("case-faulty", said, where=draft.where, hint="check its name, and date and currency given with the table")
    return TableCases(tuple(cases), layout, tuple(in_order(faults.problems)))


# -------------------------------------------------------------------------------------------------------------------------- names of facts


def _key(text: str) -> str:
    """A head or question as it is compared: no case, no marks at the end, underscores as spaces."""
    plain = unicodedata.normalize("NFKC", text).casefold().replace("_", " ")
    return " ".join(plain.split()).strip(" ?:*.")


def _names(packs: Sequence[Pack], facts: Mapping[str, Fact]) -> dict[str, str]:
    """What may stand for each fact: its id, its question, the title of an indicator that reads it alone. A name of two facts names none."""
    found: dict[str, set[str]] = {}
    for fact in facts.values():
        found.setdefault(_key(fact.id), set()).add(fact.id)
        found.setdefault(_key(fact.question), set()).add(fact.id)
    for pack in packs:
        for indicator in pack.indicators:
            if len(indicator.facts) == 1 and indicator.facts[0] in facts:
                found.setdefault(_key(indicator.title), set()).add(indicator.facts[0])
    return {name: next(iter(ids)) for name, ids in found.items() if len(ids) == 1}


def _split_unit(text: str) -> tuple[str, str]:
    """A head and the unit in its last brackets; empty where the brackets hold no unit.

    >>> _split_unit("Warranty [year]"), _split_unit("Spare parts (all)")
    (('Warranty', 'year'), ('Spare parts (all)', ''))
    """
    found = _BRACKET.fullmatch(text)
    if found is None:
        return text, ""
    unit = _unit(found[2])
    return (found[1], unit) if unit else (text, "")


def _unit(text: str) -> str:
    """A unit as our language writes it, from what people write (``years``, ``EUR``); empty when it is none."""
    said = text.strip().replace(" ", "")
    if re.fullmatch(r"[A-Z]{3}", said):
        return said
    meant = re.fullmatch("write '([^']+)'", unit_meant(said))
    for each in (said, meant[1] if meant else ""):
        try:
            if each:
                parse_unit(each)
                return each
        except QuantityError:
            continue
    return ""


def _fact_of(text: str, names: Mapping[str, str]) -> str | None:
    return names.get(_key(text)) or names.get(_key(_split_unit(text)[0]))


# ----------------------------------------------------------------------------------------------------------------------------- layouts


def _fact_rows(sheet: Sheet, names: Mapping[str, str]) -> tuple[int, dict[str, int]] | None:
    """The row of heads and the columns of a sheet with one row a fact: it has heads for fact and value, and a row that names a fact."""
    for at, row in enumerate(sheet.rows[:60]):
        keys = {_key(str(cell.value)): column for column, cell in enumerate(row.cells) if isinstance(cell.value, str)}
        value = next((column for key, column in keys.items() if key in _VALUE), None)
        if value is None:
            continue
        for key, column in keys.items():
            if key not in _FACT or column == value:
                continue
            said = (each.cells[column].value for each in sheet.rows[at + 1 :] if column < len(each.cells))
            if any(isinstance(text, str) and _fact_of(text, names) for text in said):
                columns = {"fact": column, "value": value}
                for role, words in (("unit", _UNIT), *_PROOF.items(), ("case", _CASE - {"id"}), ("title", _TITLE)):
                    place = next((each for word, each in keys.items() if word in words and each not in columns.values()), None)
                    if place is not None:
                        columns[role] = place
                return at, columns
    return None


@dataclass
class _Draft:
    id: str
    title: str
    where: str
    facts: dict[str, Answer] = field(default_factory=dict)
    documents: dict[str, Document] = field(default_factory=dict)
    places: dict[str, str] = field(default_factory=dict)


class _Making:
    """Cases in the making, over the sheets of one table."""

    def __init__(self, faults: Faults, facts: Mapping[str, Fact], names: Mapping[str, str], currency: str | None) -> None:
        self.faults, self.facts, self.names, self.currency = faults, facts, names, currency
        self.drafts: dict[str, _Draft] = {}

    def bid_sheet(self, sheet: Sheet, header: int) -> None:
        """One row a bid."""
        heads = heads_of(sheet.rows[header])
        columns: dict[int, tuple[Fact, str]] = {}
        proof: dict[tuple[str, str], int] = {}
        case = title = None
        for head in heads:
            name = _fact_of(head.text, self.names)
            key = _key(head.text)
            before, _, after = head.text.rpartition(":")
            part = next((part for part, words in _PROOF.items() if _key(after) in words), None)
            owner = _fact_of(before, self.names) if before else None
            if name is not None:
                columns[head.column] = (self.facts[name], _split_unit(head.text)[1])
            elif part is not None and owner is not None:
                proof[(owner, part)] = head.column
            elif part is not None and not before:
                proof[("", part)] = head.column
            elif key in _CASE and case is None:
                case = head.column
            elif key in _TITLE and title is None:
                title = head.column
            else:
                self._unknown_head(head)
        for row in sheet.rows[header + 1 :]:
            if not row.filled:
                continue
            draft = self._draft(_said(row, case), _said(row, title), row, sheet, again=False)
            if draft is None:
                continue
            for column, (fact, unit) in columns.items():
                if column < len(row.cells):
                    papers = {part: _cell(row, proof.get((fact.id, part), proof.get(("", part)))) for part in _PROOF}
                    self._answer(draft, fact, row.cells[column], unit, sheet, row, papers)

    def fact_sheet(self, sheet: Sheet, header: int, columns: Mapping[str, int]) -> None:
        """One row a fact."""
        for row in sheet.rows[header + 1 :]:
            cell, named = _cell(row, columns["value"]), _cell(row, columns["fact"])
            if cell is None or named is None or not isinstance(named.value, str):
                continue
            name = _fact_of(named.value, self.names)
            if name is None:
                if cell.value is not None:
                    near = nearest(_key(named.value), self.names)
                    hint = f"did you mean '{self.names[near]}'?" if near else "write the id of a fact"
                    self.faults.add("unknown-fact", f"'{named.value[:60]}' is no fact of the packs", where=named.where, hint=hint)
                continue
            draft = self._draft(_said(row, columns.get("case")), _said(row, columns.get("title")), row, sheet, again=True)
            if draft is None:
                continue
            written = _cell(row, columns.get("unit"))
            unit = _split_unit(named.value)[1]
            if written is not None and isinstance(written.value, str):
                unit = _unit(written.value) or written.value
            papers = {part: _cell(row, columns.get(part)) for part in _PROOF}
            self._answer(draft, self.facts[name], cell, unit, sheet, row, papers)

    def _unknown_head(self, head: Head) -> None:
        near = nearest(_key(_split_unit(head.text)[0]), self.names)
        hint = f"did you mean '{self.names[near]}'?" if near else "write the id or the question of a fact"
        self.faults.add(
            "unknown-head", f"'{head.text[:60]}' names no fact of the packs; the column was left out", where=head.where, hint=hint
        )

    def _draft(self, case: str, title: str, row: Row, sheet: Sheet, *, again: bool) -> _Draft | None:
        """The bid of a row. Without a name there is one bid: the file in a table of facts, the row in a table of bids."""
        name = case or title or (sheet.name or "table" if again else f"row {row.number}")
        if name not in self.drafts:
            self.drafts[name] = _Draft(self._id(name), title or name, row.filled[0].where)
        elif not again:
            said = f"the bid '{name[:60]}' stands in {self.drafts[name].where} too; this row was left out"
            self.faults.add("case-twice", said, where=row.filled[0].where, hint="give each bid its own row and name")
            return None
        return self.drafts[name]

    def _id(self, name: str) -> str:
        plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
        word = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")
        word = (word if word[:1].isalpha() else f"bid_{word}".rstrip("_"))[:MOST_ID]
        taken = {draft.id for draft in self.drafts.values()}
        count = 2
        found = word
        while found in taken:
            found = f"{word[: MOST_ID - 5]}_{count}"
            count += 1
        return found

    # ------------------------------------------------------------------------------------------------------------------------ answers

    def _answer(self, draft: _Draft, fact: Fact, cell: Cell, unit: str, sheet: Sheet, row: Row, proof: Mapping[str, Cell | None]) -> None:
        if cell.value is None or (isinstance(cell.value, str) and _key(cell.value) in _SILENT and cell.value not in fact.options):
            return
        spot = self.faults.at(None, cell.where)
        if fact.kind == "table":
            spot.add("table-in-cell", f"'{fact.id}' is a table; one cell cannot hold it", "write it in a case file or the questionnaire")
            return
        raw = _raw(fact, cell, unit, sheet, self.currency, spot)
        value = None if raw is None else read_value(fact, raw, spot, self.currency)
        if value is None:
            return
        before = draft.facts.get(fact.id)
        if before is not None:
            if before.value != value:
                said = f"'{fact.id}' is answered differently in {draft.places[fact.id]}; this one was left out"
                spot.add("fact-twice", said, "keep one answer")
            return
        evidence = self._evidence(draft, proof)
        draft.facts[fact.id] = Answer(
            kind=fact.kind, value=value, unit=fact.unit, evidence=(evidence,) if evidence else (), file=self.faults.file, line=row.number
        )
        draft.places[fact.id] = cell.where

    def _evidence(self, draft: _Draft, proof: Mapping[str, Cell | None]) -> Evidence | None:
        words = {part: "" if cell is None or cell.value is None else str(cell.value) for part, cell in proof.items()}
        grade = 0
        at = proof["grade"]
        if words["grade"] and at is not None:
            if words["grade"][:1] in "01234" and re.fullmatch(r"[0-4]\b.*", words["grade"], re.DOTALL):
                grade = int(words["grade"][0])
            else:
                said = f"the grade is '{words['grade'][:40]}'"
                self.faults.add(
                    "bad-grade", said, where=at.where, hint="write 0 claimed, 1 written, 2 study, 3 binding or reviewed, 4 verified"
                )
        if grade and not words["document"]:
            said = f"grade {grade} is given without a document; the answer counts as claimed"
            self.faults.add("grade-without-document", said, where=at.where if at else draft.where, hint="name the document and its page")
            grade = 0
        if not words["document"]:
            return None
        title = words["document"]
        known = next((name for name, paper in draft.documents.items() if paper.title == title), "")
        name = known or f"paper_{len(draft.documents) + 1}"
        draft.documents.setdefault(name, Document(title=title))
        return Evidence(document=name, page=words["page"], quote=words["quote"], grade=grade)


def _cell(row: Row, column: int | None) -> Cell | None:
    return row.cells[column] if column is not None and column < len(row.cells) else None


def _said(row: Row, column: int | None) -> str:
    cell = _cell(row, column)
    return "" if cell is None or cell.value is None else " ".join(str(cell.value).split())


def _raw(fact: Fact, cell: Cell, unit: str, sheet: Sheet, currency: str | None, spot: Spot) -> Value | None:
    """What a cell says, as answers.read_value reads it; None with a fault."""
    value = cell.value
    if fact.kind == "number":
        return _amount(fact, cell, unit, sheet, currency, spot)
    if fact.kind == "yes_no":
        word = _key(str(value))
        return value if isinstance(value, bool) else True if word in _YES else False if word in _NO else str(value)
    if fact.kind == "date":
        day = value if isinstance(value, dt.date) else read_day(str(value))
        if isinstance(day, dt.date):
            return day.isoformat()
        said = f"'{str(value)[:40]}' is no day that can be read without doubt"
        spot.add(day, said, "write year-month-day, such as 2026-11-21")
        return None
    if fact.kind == "level":
        return _level(fact, cell)
    if fact.kind == "choice":
        return _option(fact, str(value), spot)
    if fact.kind == "choices":
        return _options(fact, str(value), spot)
    return value if isinstance(value, str) else str(value)


def _amount(fact: Fact, cell: Cell, unit: str, sheet: Sheet, currency: str | None, spot: Spot) -> Value | None:
    value, own = cell.value, ""
    if isinstance(value, bool | dt.date):
        spot.add("wrong-kind", f"'{fact.id}' is a number in {fact.unit}, the cell holds {value}", "type the number")
        return None
    if isinstance(value, str):
        found = _NUMBER_AND_UNIT.fullmatch(value)
        number = read_number(found[1], sheet.decimal) if found else "bad-number"
        if isinstance(number, str):
            said = f"'{value[:40]}' is no number that can be read without doubt"
            spot.add(number, said, "write the number with a point and without grouping, such as 1234.5")
            return None
        assert found is not None
        own = _unit(found[2] or "") or (found[2] or "").strip()
    else:
        assert isinstance(value, int | Decimal)
        number = Decimal(value)
        if cell.percent and fact.unit != "1":
            number, own = number * _PERCENT_IS_A_SHARE, "%"
    wanted = own or unit
    if not wanted and fact.unit != "1":
        hint = f"write the unit in the head, such as '{fact.id} [{fact.unit}]', or in the cell"
        spot.add("unit-missing", f"'{fact.id}' is {number:f} without a unit", hint)
        return None
    text = f"{number:f}"
    return f"{text} {wanted}" if wanted else Number.read(text)


def _level(fact: Fact, cell: Cell) -> Value:
    """A level by its number, or by its words."""
    if isinstance(cell.value, int | Decimal) and not isinstance(cell.value, bool):
        return Number.read(f"{Decimal(cell.value):f}")
    said = str(cell.value)
    for level, words in enumerate(fact.levels):
        if _key(words) == _key(said):
            return Number.read(str(level))
    number = re.match(r"\s*(\d{1,2})\s*(?:[-–:.)]|$)", said)
    return Number.read(number[1]) if number else said


def _option(fact: Fact, said: str, spot: Spot) -> str | None:
    """An option by its id or its words."""
    named = {_key(name): name for name in fact.options} | {_key(words): name for name, words in fact.options.items()}
    found = named.get(_key(said))
    if found is None:
        near = nearest(_key(said), named)
        hint = (f"did you mean '{named[near]}'? " if near else "") + "write one of: " + ", ".join(fact.options)
        spot.add("unknown-option", f"'{said[:60]}' is no option of '{fact.id}'", hint)
    return found


def _options(fact: Fact, said: str, spot: Spot) -> Value | None:
    """Options by ids or words, parted by semicolons or lines, or by commas where every part is an option; 'none' chooses nothing."""
    if _key(said) in ("none", "nothing"):
        return Items()
    named = {_key(name) for name in fact.options} | {_key(words) for words in fact.options.values()}
    parts = [each for each in re.split(r"[;\n]", said) if each.strip()]
    if len(parts) == 1 and _key(said) not in named:
        parts = [each for each in said.split(",") if each.strip()]
    chosen = Items()
    for part in parts:
        option = _option(fact, part, spot)
        if option is None:
            return None
        if option not in chosen:
            chosen.append(option)
    return chosen
