"""The score workbook: one evaluator's judgements as a workbook that goes out, is filled in, and is read back as records.

Knows which criterion is judged on which sheet and how a cell says it. Must not know prices, other evaluators' judgements or scores, so that
nobody is led by them. Every locked cell is compared with what was sent; a changed one is named, never guessed at.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE, Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet
from pydantic import ValidationError

from tenderloop.award.bid import Bid
from tenderloop.award.judgement import Judgement
from tenderloop.award.leaves import figure
from tenderloop.award.procedure import PanelMember, Procedure, Scale
from tenderloop.case import GRADES, Evidence
from tenderloop.errors import Problem, Problems
from tenderloop.readers.faults import Faults, nearest
from tenderloop.readers.workbook import open_workbook, open_workbook_bytes, set_up_print, workbook_bytes

FORMAT = "1"
READ_ME, MORE, LISTS, ABOUT = "Read me", "More evidence", "Lists", "About"
HEADS = ("id", "bid", "bidder", "version", "step", "reason", "document", "page", "quote", "confidence")
MORE_HEADS = ("criterion", "bid", "kind", "document", "page", "quote", "date", "grade")
MORE_ROWS = 40
MOST_TEXT = 32_767  # characters that a cell can hold
_OPEN = 5  # the first column that is filled in
_STEP, _REASON = 5, 6
_BLUE, _TINT = "12436D", "E8EEF4"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")

# Faults that only a score workbook has; the others are those of every workbook (readers/faults.py) and of judgements (award/faults.py).
CODES: Mapping[str, str] = {
    "other-procedure": "the workbook belongs to another procedure, or to an earlier text of this one",
    "other-evaluator": "the workbook belongs to another evaluator",
    "other-version": "a bid has another version than the one that was judged",
    "row-added": "a row is there twice, or was not sent",
    "sheet-added": "a sheet was added, and what stands on it would be lost",
    "outside-cell": "something stands in a cell that is not read",
    "comment-cell": "a comment stands on a cell, and it would be lost",
    "step-missing": "something is written for a bid, and no step is chosen",
}


@dataclass(frozen=True)
class ScoreSheet:
    """What one evaluator's workbook says. ``blank`` are the (bid, criterion) without a judgement: they are open, not 0."""

    evaluator: str
    procedure_hash: str
    judgements: tuple[Judgement, ...]
    blank: tuple[tuple[str, str], ...]

    def changed_from(self, existing: Iterable[Judgement]) -> tuple[Judgement, ...]:
        """The judgements that say something else than this evaluator's latest on record: what must be appended to it."""
        last: dict[tuple[str, str, str], Judgement] = {}
        for each in sorted((one for one in existing if one.evaluator == self.evaluator), key=lambda one: one.time):
            last[(each.bid, each.version, each.criterion)] = each
        return tuple(each for each in self.judgements if _said(each) != _said(last.get((each.bid, each.version, each.criterion))))


def _said(judgement: Judgement | None) -> object:
    return judgement and (judgement.step, judgement.reason, judgement.evidence, judgement.confidence)


@dataclass(frozen=True)
class _Plan:
    """One sheet: a judged criterion of one lot, with the bids for it."""

    sheet: str
    criterion: str
    title: str
    about: str
    scale: Scale
    bids: tuple[Bid, ...]

    @property
    def head(self) -> int:
        """The row of column heads: below the title, the explanation and the scale."""
        return 5 + len(self.scale.steps)


def _plans(procedure: Procedure, bids: Sequence[Bid], evaluator: str) -> list[_Plan]:
    member = next((each for each in procedure.panel if each.id == evaluator), None)
    found: list[_Plan] = []
    for lot in procedure.canonical().lots:
        offered = tuple(sorted((bid for bid in bids if bid.lot == lot.id and not _gone(bid)), key=lambda bid: bid.id))
        described = {each.id: (each.title, each.description) for each in lot.walk()}
        described |= {one.id: (one.title, "") for each in lot.leaves for one in each.adjustments}
        for name, way in lot.judged():
            if member is not None and member.criteria and name not in member.criteria:
                continue
            scale = procedure.scale_of[str(way.scale)]
            title, description = described[name]
            share = lot.shares.get(name)
            weight = f"weighs {figure(share * 100)} of 100" if share is not None else ""
            about = ". ".join(each for each in (f"Lot {lot.id}: {lot.title}", weight, description.strip().rstrip(".")) if each) + "."
            number = len(found) + 1
            sheet = _sheet_name(number, title)
            found.append(_Plan(sheet, name, title, about, scale, offered))
    return found


def _sheet_name(number: int, title: str) -> str:
    """A name that a sheet may have, cut between words: at most 31 characters, and none of those that programs refuse.

    >>> _sheet_name(2, "Repair, spare parts and take-back"), _sheet_name(12, "wear/tear")
    ('2 Repair, spare parts and', '12 wear tear')
    """
    whole = f"{number} {' '.join(_FORBIDDEN.sub(' ', title).split())}"
    return whole if len(whole) <= 31 else whole[:32].rsplit(" ", 1)[0][:31].rstrip(" ,;.-")


# ------------------------------------------------------------------------------------------------------------------------------ writing


def write_score_workbook(
    procedure: Procedure, bids: Sequence[Bid], evaluator: str, target: str | Path | IO[bytes], *, judgements: Iterable[Judgement] = ()
) -> None:
    """Write the workbook of one evaluator: a sheet for each criterion that this person judges, a row for each bid that was not withdrawn.

    ``judgements`` fills in what this evaluator recorded before, the latest of each; what others recorded is left out. The same arguments
    give the same bytes. An evaluator who is not on the declared panel, or a text that no cell can hold, is refused as ``Problems``.
    """
    data = score_workbook(procedure, bids, evaluator, judgements=judgements)
    if isinstance(target, str | Path):
        Path(target).write_bytes(data)
    else:
        target.write(data)


def score_workbook(procedure: Procedure, bids: Sequence[Bid], evaluator: str, *, judgements: Iterable[Judgement] = ()) -> bytes:
    """As write_score_workbook, giving the bytes."""
    writing = _Writing(procedure, bids, evaluator, judgements)
    book = writing.book()
    writing.faults.raise_if_any()
    return workbook_bytes(book)


class _Writing:
    def __init__(self, procedure: Procedure, bids: Sequence[Bid], evaluator: str, judgements: Iterable[Judgement]) -> None:
        self.procedure = procedure
        self.evaluator = evaluator
        self.faults = Faults()
        _check_evaluator(procedure, evaluator, self.faults, "")
        self.faults.raise_if_any()
        self.plans = _plans(procedure, bids, evaluator)
        self.bid_of = {bid.id: bid for bid in bids}
        self.known: dict[tuple[str, str], Judgement] = {}
        for each in sorted((one for one in judgements if one.evaluator == evaluator), key=lambda one: one.time):
            if each.bid in self.bid_of and self.bid_of[each.bid].version == each.version:
                self.known[(each.bid, each.criterion)] = each
        self.written = Workbook()
        self.lists = Worksheet(self.written, LISTS)
        self.column = 0

    def book(self) -> Workbook:
        self.written.properties.creator = "Tenderloop"
        self.written.properties.title = "Score workbook"
        first = self.written.active
        assert isinstance(first, Worksheet)
        first.title = READ_ME
        self._read_me(first)
        for plan in self.plans:
            self._criterion(plan)
        self._more()
        self._about()
        self._attach_lists()
        return self.written

    def _member(self) -> PanelMember:
        return next((each for each in self.procedure.panel if each.id == self.evaluator), PanelMember(id=self.evaluator))

    def _read_me(self, sheet: Worksheet) -> None:
        member = self._member()
        who = ", ".join(each for each in (member.name or member.id, member.role) if each)
        asks = self.procedure.rules.aggregation == "consensus"
        then = (
            "Judge alone. The panel meets when all workbooks are in; your judgement and its reason stay on record as you write them here."
            if asks
            else f"Judge alone. The score is the {self.procedure.rules.aggregation.replace('_', ' ')} of all steps, as published."
        )
        lines = [
            "Score workbook",
            f"{self.procedure.title} ({self.procedure.id}), {self.procedure.buyer}",
            f"Evaluator: {who}",
            "",
            "How to fill it in",
            f"1. {then}",
            "2. There is a sheet for each criterion. Read its scale first, then every bid, then choose a step for each bid from the list.",
            "3. Choose a whole step: there is nothing between two steps.",
            "4. Write the reason in words: what the bid says, and why that is this step and not the next. Bidders will read it.",
            "5. Name the paper and page of the bid that you rest on, and quote the sentence where it helps. More papers go on the sheet "
            f"'{MORE}'.",
            "6. Leave the step empty while you cannot judge. Empty is open; it never counts as 0.",
            "7. Fill in the tinted cells only. Do not add sheets, rows, columns or comments, merge cells or write formulas.",
            "",
            "Sheets",
            *(f"{plan.sheet}: {plan.title}; {len(plan.bids)} bids, scale '{plan.scale.title}'" for plan in self.plans),
        ]
        for row, text in enumerate(lines, 1):
            self._put(sheet.cell(row, 1), text)
        sheet.cell(1, 1).font = Font(bold=True, size=16, color=_BLUE)
        for row in (5, 14):
            sheet.cell(row, 1).font = Font(bold=True, size=12, color=_BLUE)
        sheet.column_dimensions["A"].width = 110
        sheet.protection.sheet = True
        set_up_print(sheet, 0)

    def _criterion(self, plan: _Plan) -> None:
        sheet = self._sheet(plan.sheet, plan.title, plan.about, plan.head, HEADS, (10, 16, 30, 9, 26, 76, 14, 10, 50, 14))
        sheet.column_dimensions["A"].hidden = True
        self._put(sheet.cell(4, 2), "Step")
        self._put(sheet.cell(4, 3), f"Scale: {plan.scale.title}" + (f" ({plan.scale.source})" if plan.scale.source else ""))
        sheet.merge_cells(start_row=4, end_row=4, start_column=3, end_column=6)
        for column in (2, 3):
            sheet.cell(4, column).font = Font(bold=True)
        for row, step in enumerate(plan.scale.steps, 5):
            self._put(sheet.cell(row, 2), f"{step.id} ({figure(step.value)} of 100)")
            self._put(sheet.cell(row, 3), step.text)
            sheet.merge_cells(start_row=row, end_row=row, start_column=3, end_column=6)
            sheet.row_dimensions[row].height = 15 * (1 + len(step.text) // 130)
        entries = [_entry(plan.scale, step.id) for step in plan.scale.steps]
        for row, bid in enumerate(plan.bids, plan.head + 1):
            for column, text in enumerate((_key(plan, bid), bid.id, bid.bidder, bid.version), 1):
                self._put(sheet.cell(row, column), text)
            known = self.known.get((bid.id, plan.criterion))
            paper = _row_evidence(known)
            step_text = _entry(plan.scale, known.step) if known is not None else ""
            texts = (
                step_text,
                known.reason if known else "",
                paper.document if paper else "",
                paper.page if paper else "",
                paper.quote if paper else "",
                known.confidence if known else "",
            )
            for column, text in enumerate(texts, _OPEN):
                self._open(sheet.cell(row, column), text)
            if bid.documents:
                self._choose(sheet, sheet.cell(row, 7), sorted(bid.documents), strict=False)
        if plan.bids:
            self._choose(sheet, sheet.cell(plan.head + 1, _STEP), entries, to=sheet.cell(plan.head + len(plan.bids), _STEP))
        sheet.freeze_panes = f"{get_column_letter(_OPEN)}{plan.head + 1}"

    def _more(self) -> None:
        rows = [
            (plan.criterion, bid.id, each)
            for plan in self.plans
            for bid in plan.bids
            for each in _further_evidence(self.known.get((bid.id, plan.criterion)))
        ]
        grades = "; ".join(f"{grade}: {text}" for grade, text in enumerate(GRADES))
        note = f"One row for each further paper, for a judgement that you made. Grades: {grades}."
        sheet = self._sheet(MORE, "More evidence", note, 4, MORE_HEADS, (26, 12, 20, 14, 10, 70, 14, 8))
        last = 4 + max(MORE_ROWS, len(rows) + 10)
        for row in range(5, last + 1):
            texts: tuple[str, ...] = ("",) * len(MORE_HEADS)
            if row - 5 < len(rows):
                criterion, bid, each = rows[row - 5]
                texts = (criterion, bid, each.kind, each.document, each.page, each.quote, each.date or "", str(each.grade))
            for column, text in enumerate(texts, 1):
                self._open(sheet.cell(row, column), text)
        if self.plans:
            self._choose(sheet, sheet.cell(5, 1), [plan.criterion for plan in self.plans], to=sheet.cell(last, 1))
            names = sorted({bid.id for plan in self.plans for bid in plan.bids})
            if names:
                self._choose(sheet, sheet.cell(5, 2), names, to=sheet.cell(last, 2))
        self._choose(sheet, sheet.cell(5, 8), [str(grade) for grade in range(len(GRADES))], to=sheet.cell(last, 8))

    def _about(self) -> None:
        sheet = self.written.create_sheet(ABOUT)
        rows = (
            ("format", FORMAT),
            ("procedure", self.procedure.id),
            ("hash", self.procedure.hash),
            ("evaluator", self.evaluator),
            *((f"sheet {number}", f"{plan.criterion} of {plan.sheet}") for number, plan in enumerate(self.plans, 1)),
        )
        for row, (key, value) in enumerate(rows, 1):
            self._put(sheet.cell(row, 1), key)
            self._put(sheet.cell(row, 2), value)
        sheet.sheet_state = "hidden"
        sheet.protection.sheet = True

    # ------------------------------------------------------------------------------------------------------------------- cells

    def _sheet(self, title: str, heading: str, note: str, head: int, heads: Sequence[str], widths: Sequence[int]) -> Worksheet:
        sheet: Worksheet = self.written.create_sheet(title)
        # The first column is hidden on criterion sheets, so the heading stands in the second.
        at = 2 if heads is HEADS else 1
        for row, text in ((1, heading), (2, note)):
            self._put(sheet.cell(row, at), text)
            sheet.merge_cells(start_row=row, end_row=row, start_column=at, end_column=6)
        # merged cells do not grow with their text
        sheet.row_dimensions[2].height = 15 * (1 + len(note) // max(sum(widths[at - 1 : 6]) - 10, 1))
        sheet.cell(1, at).font = Font(bold=True, size=14, color=_BLUE)
        for column, (name, width) in enumerate(zip(heads, widths, strict=True), 1):
            cell = sheet.cell(head, column)
            self._put(cell, name)
            cell.font = Font(bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor=_BLUE)
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = f"A{head + 1}"
        sheet.protection.sheet = True
        sheet.protection.formatColumns = False  # false means: not protected
        sheet.protection.formatRows = False
        set_up_print(sheet, head)
        return sheet

    def _put(self, cell: Any, text: str) -> None:
        """Text stays text: what begins with = + - @ is no formula, here nor when somebody edits the cell."""
        where = _where(cell)
        if len(text) > MOST_TEXT:
            said = f"a cell holds {MOST_TEXT:,} characters, the text has {len(text):,}"
            self.faults.add("text-too-long", said, where=where, hint="shorten it")
            return
        if ILLEGAL_CHARACTERS_RE.search(text):
            self.faults.add("control-character", f"a character of '{text[:40]!r}' cannot stand in a cell", where=where, hint="delete it")
            return
        cell.value = text
        cell.data_type = "s"
        if text[:1] in ("=", "+", "-", "@"):
            cell.quotePrefix = True
        cell.alignment = Alignment(wrap_text=True, vertical="top")

    def _open(self, cell: Any, text: str) -> None:
        """A cell that may be filled in, as text, so that no program turns a page or a date into a number."""
        assert isinstance(cell, Cell)
        if text:
            self._put(cell, text)
        cell.number_format = "@"
        cell.protection = Protection(locked=False)
        cell.fill = PatternFill("solid", fgColor=_TINT)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        line = Side(style="thin", color="BFBFBF")
        cell.border = Border(left=line, right=line, top=line, bottom=line)

    def _choose(self, sheet: Worksheet, cell: Any, entries: Sequence[str], to: Any = None, *, strict: bool = True) -> None:
        """A drop-down list; its entries stand on a hidden sheet, since a list in the cell itself holds no commas and 255 characters."""
        self.column += 1
        letter = get_column_letter(self.column)
        for row, entry in enumerate(entries, 1):
            self._put(self.lists.cell(row, self.column), entry)
        choice = DataValidation(
            type="list", formula1=f"'{LISTS}'!${letter}$1:${letter}${len(entries)}", allow_blank=True, showErrorMessage=strict
        )
        choice.errorTitle, choice.error = "Choose from the list", "Choose an entry of the list, or leave the cell empty."
        sheet.add_data_validation(choice)
        choice.add(cell.coordinate if to is None else f"{cell.coordinate}:{to.coordinate}")

    def _attach_lists(self) -> None:
        sheet: Worksheet = self.written.create_sheet(LISTS)
        for row in self.lists.iter_rows():
            for cell in row:
                if cell.value is not None:
                    self._put(sheet.cell(cell.row, cell.column), str(cell.value))
        sheet.sheet_state = "hidden"
        sheet.protection.sheet = True


def _check_evaluator(procedure: Procedure, evaluator: str, faults: Faults, where: str) -> None:
    known = [each.id for each in procedure.panel]
    if known and evaluator not in known:
        said = f"'{evaluator}' is not on the panel of {procedure.id}"
        faults.add("unknown-evaluator", said, where=where, hint="write one of: " + ", ".join(known))
    elif not known:
        try:
            PanelMember(id=evaluator)
        except ValidationError:
            faults.add("unknown-evaluator", f"'{evaluator}' is no id", where=where, hint="lower-case letters, digits and _, a letter first")


def _entry(scale: Scale, step: str) -> str:
    found = scale.step_of.get(step)
    return f"{step}: {found.text}" if found is not None and found.text else step


def _key(plan: _Plan, bid: Bid) -> str:
    return f"{plan.criterion} {bid.id} {bid.version}"


def _gone(bid: Bid) -> bool:
    return bool(bid.withdrawn or bid.withdrawn_reason)


def _row_evidence(judgement: Judgement | None) -> Evidence | None:
    """The paper that stands in the judgement's own row: the first, when it needs no further column."""
    if judgement is None or not judgement.evidence:
        return None
    first = judgement.evidence[0]
    return first if not first.kind and first.date is None and first.grade == 0 else None


def _further_evidence(judgement: Judgement | None) -> tuple[Evidence, ...]:
    if judgement is None:
        return ()
    return judgement.evidence[0 if _row_evidence(judgement) is None else 1 :]


def _where(cell: Any) -> str:
    title = str(cell.parent.title).replace("'", "''")
    return f"'{title}'!{cell.coordinate}"


def judgements_text(procedure: str, judgements: Iterable[Judgement]) -> str:
    """Judgements as a file that ``read_judgements`` reads: one record after the other, in the order given.

    >>> one = Judgement(evaluator="ann", bid="b1", criterion="repair", step="3", reason="Parts for ten years: page 4.", time="2026-03-20")
    >>> print(judgements_text("chairs", [one]), end="")
    procedure: chairs
    judgements:
      - evaluator: ann
        bid: b1
        version: "1"
        criterion: repair
        step: "3"
        reason: "Parts for ten years: page 4."
        time: 2026-03-20
    """
    lines = [f"procedure: {procedure}", "judgements:"]
    for each in judgements:
        said = {
            "evaluator": each.evaluator,
            "bid": _quoted(each.bid),
            "version": _quoted(each.version),
            "criterion": each.criterion,
            "step": _quoted(each.step),
            "reason": _quoted(each.reason),
            "time": each.time and (each.time if " " not in each.time else _quoted(each.time)),
            "confidence": each.confidence and _quoted(each.confidence),
        }
        written = [f"{key}: {value}" for key, value in said.items() if value]
        lines += [f"  - {written[0]}", *(f"    {line}" for line in written[1:])]
        if each.evidence:
            lines.append("    evidence:")
        for paper in each.evidence:
            parts = {key: _quoted(getattr(paper, key)) for key in ("kind", "document", "page", "quote") if getattr(paper, key)}
            parts |= {"date": paper.date} if paper.date else {}
            parts |= {"grade": str(paper.grade)} if paper.grade or not parts else {}
            lines.append("      - {" + ", ".join(f"{key}: {value}" for key, value in parts.items()) + "}")
    return "\n".join(lines) + "\n"


def _quoted(text: str) -> str:
    """A text between quotation marks; JSON's way of writing one is YAML's too."""
    return (
        text if re.fullmatch(r"[a-z][a-z0-9_]*", text) and text not in ("true", "false", "null") else json.dumps(text, ensure_ascii=False)
    )


# ------------------------------------------------------------------------------------------------------------------------------ reading


def read_score_workbook(
    source: str | Path | bytes, procedure: Procedure, bids: Sequence[Bid], *, evaluator: str = "", time: str = ""
) -> ScoreSheet:
    """The judgements in a filled workbook, in the order of sheets and bids. ``time`` is the moment recorded for them; no clock is read.

    ``evaluator`` refuses another person's workbook. Every fault is raised at once as ``Problems``, each with its sheet and cell, such as
    ``'1 Durability'!F12``. An empty step is blank, never 0; a reason, paper or quote without a step is a fault, so that nothing is lost.
    """
    faults = Faults("" if isinstance(source, bytes) else str(source))
    book = open_workbook_bytes(source, faults) if isinstance(source, bytes) else open_workbook(source, faults)
    faults.raise_if_any()
    assert book is not None
    return _Filled(book, faults, procedure, bids, time).read(evaluator)


@dataclass
class _Row:
    """What is written in one row, before it becomes a record."""

    where: str
    step: str = ""
    reason: str = ""
    confidence: str = ""
    evidence: list[Evidence] = field(default_factory=list)


class _Filled:
    def __init__(self, book: Workbook, faults: Faults, procedure: Procedure, bids: Sequence[Bid], time: str) -> None:
        self.book = book
        self.faults = faults
        self.procedure = procedure
        self.bids = bids
        self.time = time

    def read(self, wanted: str) -> ScoreSheet:
        evaluator = self._evaluator(wanted)
        sent = _Writing(self.procedure, self.bids, evaluator, ())
        expected = sent.book()
        for name in self.book.sheetnames:
            if name not in expected.sheetnames:
                hint = "move what it says into the reasons, and delete it"
                self.faults.add("sheet-added", f"the sheet '{name[:40]}' was not sent", where=f"'{name}'", hint=hint)
        rows: dict[tuple[str, str], _Row] = {}
        for plan in sent.plans:
            sheet = self._sheet(plan.sheet)
            if sheet is not None:
                self._criterion(plan, sheet, expected[plan.sheet], rows)
        for name in (READ_ME, ABOUT):
            sheet = self._sheet(name)
            if sheet is not None:
                self._unchanged(sheet, expected[name], 0)
        more = self._sheet(MORE)
        if more is not None:
            self._more(more, expected[MORE], rows, {(plan.criterion, bid.id) for plan in sent.plans for bid in plan.bids})
        judgements, blank = [], []
        for plan in sent.plans:
            for bid in plan.bids:
                row = rows.get((plan.criterion, bid.id))
                if row is None or not row.step:
                    blank.append((bid.id, plan.criterion))
                    continue
                judgements.append(
                    Judgement(
                        evaluator=evaluator,
                        bid=bid.id,
                        version=bid.version,
                        criterion=plan.criterion,
                        step=row.step,
                        reason=row.reason,
                        evidence=tuple(row.evidence),
                        time=self.time,
                        confidence=row.confidence,
                    )
                )
        self.faults.raise_if_any()
        return ScoreSheet(evaluator, self.procedure.hash, tuple(judgements), tuple(blank))

    def _evaluator(self, wanted: str) -> str:
        """Whose workbook it is, once it is known to be of this procedure."""
        if ABOUT not in self.book.sheetnames:
            hint = "fill in the workbook that was sent; it has that hidden sheet"
            self.faults.add("sheet-missing", f"the workbook has no sheet '{ABOUT}'", where="file", hint=hint)
            self.faults.raise_if_any()
        sheet = self.book[ABOUT]
        about = {
            str(row[0].value): str(row[1].value or "")
            for row in sheet.iter_rows(min_row=1, max_row=200, max_col=2)
            if row[0].value is not None
        }
        if about.get("format") != FORMAT:
            said = f"the workbook has format '{about.get('format', '')[:20]}', this reads format {FORMAT}"
            self.faults.add("other-procedure", said, where=f"'{ABOUT}'!B1", hint="send the evaluator a new workbook")
        elif about.get("hash") != self.procedure.hash:
            name = about.get("procedure", "")
            said = (
                f"the workbook was written for the procedure '{name[:60]}', not for '{self.procedure.id}'"
                if name != self.procedure.id
                else f"the procedure '{name}' is not the one for which the workbook was written"
            )
            shown_hash = about.get("hash", "")[:19] or "no hash"
            hint = f"it holds {shown_hash}…, this procedure has {self.procedure.hash[:19]}…; take the procedure that was locked"
            self.faults.add("other-procedure", said, where=f"'{ABOUT}'!B3", hint=hint)
        evaluator = about.get("evaluator", "")
        if wanted and evaluator != wanted:
            said = f"the workbook is of '{evaluator[:60]}', not of '{wanted}'"
            self.faults.add("other-evaluator", said, where=f"'{ABOUT}'!B4", hint="each evaluator fills in one's own workbook")
        self.faults.raise_if_any()
        _check_evaluator(self.procedure, evaluator, self.faults, f"'{ABOUT}'!B4")
        self.faults.raise_if_any()
        return evaluator

    def _sheet(self, title: str) -> Worksheet | None:
        if title not in self.book.sheetnames:
            hint = "do not delete or rename sheets; fill in the workbook anew"
            self.faults.add("sheet-missing", f"the sheet '{title}' is missing", where=f"'{title}'", hint=hint)
            return None
        sheet = self.book[title]
        assert isinstance(sheet, Worksheet)
        for cell in _cells(sheet).values():
            if cell.comment is not None:
                said = f"a comment stands here: '{str(cell.comment.text)[:60]}'"
                self.faults.add("comment-cell", said, where=_where(cell), hint="write it into the reason, and delete the comment")
        return sheet

    def _unchanged(self, sheet: Worksheet, expected: Worksheet, last: int) -> None:
        """Compare the locked cells of the rows up to ``last`` (0: all) with what was sent, cell by cell."""
        sent = _cells(expected)
        for row, column in sorted(_cells(sheet).keys() | sent.keys()):
            if last == 0 or row <= last:
                self._same(sheet.cell(row, column), sent[(row, column)].value if (row, column) in sent else None)

    def _same(self, cell: Any, sent: object) -> bool:
        value = "" if cell.value is None else str(cell.value)
        wanted = "" if sent is None else str(sent)
        # line ends may change when another program saves the workbook; nothing else may
        if getattr(cell, "data_type", "s") != "f" and value.replace("\r\n", "\n") == wanted.replace("\r\n", "\n"):
            return True
        found = "empty" if not value else f"'{value[:40]}'"
        must = f"'{wanted[:40]}'" if wanted else "empty"
        hint = "put the locked cells back as they were sent"
        self.faults.add("cell-changed", f"this cell is {found}, it must be {must}", where=_where(cell), hint=hint)
        return False

    def _criterion(self, plan: _Plan, sheet: Worksheet, expected: Worksheet, rows: dict[tuple[str, str], _Row]) -> None:
        heads = tuple(sheet.cell(plan.head, column).value for column in range(1, len(HEADS) + 1))
        if heads != HEADS:
            for column, (found, head) in enumerate(zip(heads, HEADS, strict=True), 1):
                if found != head:
                    said = f"the head of this column is {'empty' if found is None else repr(str(found)[:40])}, it must be '{head}'"
                    where = _where(sheet.cell(plan.head, column))
                    self.faults.add("column-changed", said, where=where, hint="put the columns back as they were sent")
            return
        self._unchanged(sheet, expected, plan.head)
        for merged in sheet.merged_cells.ranges:
            if merged.max_row >= plan.head:
                where = f"'{plan.sheet}'!{merged.coord}"
                self.faults.add("merged-cells", f"the cells {merged.coord} are merged", where=where, hint="split them: one answer a cell")
        by_key = {_key(plan, bid): bid for bid in plan.bids}
        sent_at = {str(expected.cell(row, 1).value): row for row in range(plan.head + 1, plan.head + 1 + len(plan.bids))}
        seen: set[str] = set()
        for cells in self._rows(sheet, plan.head, len(HEADS)):
            key = str(cells[0].value) if cells[0].value is not None else ""
            if key not in by_key or key in seen:
                self._stray(plan, key, cells, seen)
                continue
            seen.add(key)
            for column, cell in enumerate(cells[1 : _OPEN - 1], 2):
                self._same(cell, expected.cell(sent_at[key], column).value)
            rows[(plan.criterion, by_key[key].id)] = self._row(plan, cells)
        for key in by_key.keys() - seen:
            bid = by_key[key]
            said = f"the row of bid {bid.id} ({bid.bidder}) is missing"
            where = f"'{plan.sheet}'!A{sent_at[key]}"
            self.faults.add("row-missing", said, where=where, hint="put the row back, or fill in a new workbook")

    def _rows(self, sheet: Worksheet, head: int, width: int) -> list[list[Any]]:
        """The cells of every row below the heads in which something stands; what stands right of the table is a fault."""
        found: set[int] = set()
        for (row, column), cell in sorted(_cells(sheet).items()):
            if row <= head or cell.value is None:
                continue
            found.add(row)
            if column > width:
                hint = "write it into the reason, and empty this cell"
                self.faults.add("outside-cell", "something stands right of the table", where=_where(cell), hint=hint)
        return [[sheet.cell(row, column) for column in range(1, width + 1)] for row in sorted(found)]

    def _stray(self, plan: _Plan, key: str, cells: Sequence[Any], seen: set[str]) -> None:
        """A row that was not sent: a fault that says what it is."""
        where = _where(next((cell for cell in cells if cell.value is not None), cells[0]))
        parts = key.split(" ")
        other = next((bid for bid in plan.bids if len(parts) == 3 and parts[:2] == [plan.criterion, bid.id]), None)
        if key in seen:
            self.faults.add("row-added", f"the row of bid {parts[1]} is there twice", where=where, hint="delete one of them")
        elif other is not None:
            said = f"bid {other.id} is at version {other.version}, and the workbook was written for version {parts[2]}"
            hint = "send the evaluator a new workbook; the judgement on the old version stays"
            self.faults.add("other-version", said, where=where, hint=hint)
            # the row is not missing, it is of another version: one fault is enough
            seen.add(_key(plan, other))
        elif not key:
            said = "something stands in a row that has no id"
            self.faults.add("row-without-id", said, where=where, hint="empty the row, or put its id back")
        else:
            said = f"the row '{key[:60]}' was not sent"
            self.faults.add("row-added", said, where=where, hint="delete it; the panel judges the bids on the list")

    def _row(self, plan: _Plan, cells: Sequence[Any]) -> _Row:
        step_cell, reason_cell = cells[_STEP - 1], cells[_REASON - 1]
        before = len(self.faults.problems)
        step, reason, document, page, quote, confidence = (self._text(cell) for cell in cells[_OPEN - 1 : len(HEADS)])
        row = _Row(_where(step_cell), reason=reason, confidence=confidence)
        if document or page or quote:
            row.evidence.append(Evidence(document=document, page=page, quote=quote))
        if step:
            row.step = self._step(plan.scale, step, step_cell)
            if not any(letter.isalnum() for letter in reason) and len(self.faults.problems) == before:
                hint = "write what the bid says and why that is this step"
                said = f"a step is chosen for bid {cells[1].value}, and no reason is written"
                self.faults.add("reason-missing", said, where=_where(reason_cell), hint=hint)
        elif (reason or row.evidence or confidence) and len(self.faults.problems) == before:
            said = f"something is written for bid {cells[1].value}, and no step is chosen"
            self.faults.add("step-missing", said, where=_where(step_cell), hint="choose a step, or empty the row while you cannot judge")
        return row

    def _step(self, scale: Scale, text: str, cell: Any) -> str:
        """The step that an entry of the list names; its id alone is understood too."""
        for step in scale.steps:
            # another program may have changed line ends and blanks inside an entry, and nothing else
            if text == step.id or text.split() == _entry(scale, step.id).split():
                return step.id
        names = [step.id for step in scale.steps]
        near = nearest(text, [_entry(scale, name) for name in names])
        hint = f"choose from the list; did you mean '{near[:60]}'?" if near else "choose one of: " + ", ".join(names)
        self.faults.add("unknown-step", f"'{text[:60]}' is no step of the scale '{scale.title}'", where=_where(cell), hint=hint)
        return ""

    def _more(self, sheet: Worksheet, expected: Worksheet, rows: dict[tuple[str, str], _Row], asked: set[tuple[str, str]]) -> None:
        before = len(self.faults.problems)
        self._unchanged(sheet, expected, 4)
        if len(self.faults.problems) > before:
            return
        for cells in self._rows(sheet, 4, len(MORE_HEADS)):
            where = _where(cells[0])
            started = len(self.faults.problems)
            criterion, bid, kind, document, page, quote, date, grade = (self._text(cell) for cell in cells)
            if not any((criterion, bid, kind, document, page, quote, date, grade)) or len(self.faults.problems) > started:
                continue
            row = rows.get((criterion, bid))
            if row is None and (criterion, bid) in asked:
                continue  # its own row could not be read, which was said there
            if row is None:
                said = f"bid '{bid[:40]}' has no row for '{criterion[:40]}'"
                self.faults.add("row-without-id", said, where=where, hint="choose criterion and bid from the lists")
                continue
            if not row.step and not any(problem.where == row.where for problem in self.faults.problems):
                said = f"a paper is named for bid {bid} and no step is chosen for '{criterion}'"
                self.faults.add("step-missing", said, where=row.where, hint=f"choose a step, or empty the row of {where}")
            if not (kind or document or page or quote):
                self.faults.add("outside-cell", "the row names no paper, page or quote", where=where, hint="name one, or empty the row")
                continue
            self._paper(row, cells, Evidence(kind=kind, document=document, page=page, quote=quote), date, grade)

    def _paper(self, row: _Row, cells: Sequence[Any], evidence: Evidence, date: str, grade: str) -> None:
        changed: dict[str, Any] = {}
        if date:
            try:
                changed["date"] = dt.date.fromisoformat(date[:10]).isoformat()
            except ValueError:
                said = f"'{date[:30]}' is no day of the calendar"
                self.faults.add("wrong-kind", said, where=_where(cells[6]), hint="write year-month-day, such as 2026-03-20")
        if grade:
            if grade in {str(each) for each in range(len(GRADES))}:
                changed["grade"] = int(grade)
            else:
                self.faults.add("bad-grade", f"'{grade[:30]}' is no grade", where=_where(cells[7]), hint="write 0, 1, 2, 3 or 4")
        row.evidence.append(evidence.model_copy(update=changed))

    def _text(self, cell: Any) -> str:
        """What a person typed, as shown; an empty text for an empty cell, or with a fault."""
        value = cell.value
        if value is None or isinstance(cell, MergedCell):
            return ""
        if cell.data_type == "f":
            hint = "type the words; a text that begins with = needs an apostrophe before it"
            self.faults.add("formula-cell", "a formula stands here, not a text", where=_where(cell), hint=hint)
            return ""
        if cell.data_type == "e":
            self.faults.add("error-cell", f"the cell holds {str(value)[:20]}", where=_where(cell), hint="type the words, or empty the cell")
            return ""
        if isinstance(value, bool):
            self.faults.add("wrong-kind", "true or false stands here", where=_where(cell), hint="type the words, or choose from the list")
            return ""
        if isinstance(value, int | float):
            return format(Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g")), "f")
        if isinstance(value, dt.datetime | dt.date):
            return value.strftime("%Y-%m-%d")
        if isinstance(value, dt.time | dt.timedelta):
            hint = "format the cell as text and type the words"
            self.faults.add("wrong-kind", "a time of day stands here", where=_where(cell), hint=hint)
            return ""
        return str(value).replace("\r\n", "\n").strip()


def _cells(sheet: Worksheet) -> dict[tuple[int, int], Any]:
    """The cells that the file has, by row and column. Walking the rectangle would take for ever when one cell stands at its far corner."""
    return dict(sheet._cells)


__all__ = ["CODES", "Problem", "Problems", "ScoreSheet", "judgements_text", "read_score_workbook", "score_workbook", "write_score_workbook"]
