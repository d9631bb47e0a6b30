"""The questionnaire: a workbook that a sponsor can fill in, and the case that is read back from it.

Knows which fact is asked on which sheet and how a cell says it. Must not judge an answer; typing is done by cases.py, as for a file.

A row is known by the id in its first column and checked against the pack: a question, unit or list of answers that has changed since the
workbook was written is named, never guessed at.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import IO, Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

from tenderloop.case import GRADES, Answer, Case, Evidence
from tenderloop.errors import Problem, Problems
from tenderloop.expression import ExpressionError, names_in, parse
from tenderloop.pack import STAGES, Fact, Gate, Indicator, Pack, Parameter, Stage
from tenderloop.readers.answers import written_number
from tenderloop.readers.cases import KINDS, RATED_BY, case_of_tree, fit_packs
from tenderloop.readers.faults import Faults
from tenderloop.readers.packs import load_pack
from tenderloop.readers.strict_yaml import DECIMAL, Mapping, Number, Value
from tenderloop.readers.strict_yaml import Sequence as Items
from tenderloop.readers.workbook import open_workbook, set_up_print, workbook_bytes
from tenderloop.thresholds import printed

FORMAT = "1"
READ_ME, PROJECT, DOCUMENTS, FURTHER, ABSENT, JUSTIFIED, MORE = (
    "Read me",
    "Project",
    "Documents",
    "Gates and checks",
    "Not applicable",
    "Justifications",
    "More evidence",
)
LISTS, ABOUT, CONFIRMED = "Lists", "About", "Thresholds"
HEAD = 4  # the row of column heads; the rows above say what the sheet is
QUESTION_HEADS = ("id", "stages", "question", "answer", "unit", "allowed answers", "guidance", "document", "page", "quote", "grade")
DOCUMENT_HEADS = ("id", "title", "address", "date", "author")
ABSENT_HEADS = ("id", "title", "when it may be marked", "not applicable", "reason with page")
JUSTIFIED_HEADS = ("id", "title", "what is checked", "why it is right after all")
CONFIRMED_HEADS = ("id", "threshold", "as printed", "value", "document", "page", "confirmed by", "date")
MORE_HEADS = ("fact", "kind", "document", "page", "quote", "date", "grade")
PROJECT_HEADS = ("key", "question", "answer", "guidance")
DOCUMENT_ROWS, MORE_ROWS, TABLE_ROWS = 40, 60, 60
MOST_TEXT = 32_767  # characters that a cell can hold

_BLUE, _TINT, _GREY = "12436D", "E8EEF4", "F2F2F2"
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_MONEY = re.compile(r"\bmoney\b")
_CHOSEN = re.compile(r"([a-z0-9_]+):.*", re.ASCII | re.DOTALL)

PROJECT_ROWS: tuple[tuple[str, str, str], ...] = (
    ("case", "Short name of the project", "lower-case letters, digits and _, a letter first"),
    ("title", "Name of the project", "as on the cover of its papers, with the place"),
    ("kind", "What is rated", "choose from the list"),
    ("stage", "Stage", "the stage that the papers have reached"),
    ("date", "Reference date", "the day to which the answers refer: year-month-day"),
    ("currency", "Currency", "three capital letters; every amount of money is in this currency"),
    ("rated_by", "Who fills this in", "self: the sponsor; assisted: with an adviser; third_party: an independent person"),
    ("notes", "Notes", "what a reader should know; may stay empty"),
)


@dataclass(frozen=True)
class Question:
    """One fact on one sheet, with the stages at which something asks for it."""

    fact: Fact
    stages: tuple[Stage, ...]


@dataclass
class Sheet:
    """The questions of one outcome."""

    title: str
    heading: str
    label: str
    questions: list[Question] = field(default_factory=list)


def layout(packs: Sequence[Pack], stage: Stage | None = None, also: Iterable[str] = ()) -> list[Sheet]:
    """Which fact is asked where: on the sheet of the first outcome that lists it, once, however many packs ask for it.

    Facts that only gates, checks or derived values read stand on the sheet 'Gates and checks'. ``stage`` leaves out what is not asked
    then, except facts named in ``also`` (those that a case answers already).

    >>> [len(sheet.questions) > 0 for sheet in layout([load_pack("circular_ppp")])][:5]
    [True, True, True, True, True]
    """
    kept = set(also)
    stages = _stages_by_fact(packs)
    sheets: list[Sheet] = []
    placed: set[str] = set()
    taken = {name.casefold() for name in (READ_ME, PROJECT, DOCUMENTS, FURTHER, ABSENT, JUSTIFIED, CONFIRMED, MORE, LISTS, ABOUT)}

    def place(sheet: Sheet, fact: Fact) -> None:
        if fact.id not in placed and (stage is None or stage in stages[fact.id] or fact.id in kept):
            placed.add(fact.id)
            sheet.questions.append(Question(fact, stages[fact.id]))

    for pack in packs:
        for outcome in pack.outcomes:
            sheet = Sheet(_title(outcome.title, taken), f"{outcome.title} ({pack.title})", pack.label)
            for criterion in outcome.criteria:
                for indicator in pack.indicators_of.get(criterion.id, ()):
                    for name in (*_names(indicator.applies_when, pack), *indicator.facts):
                        if name in pack.fact_of:
                            place(sheet, pack.fact_of[name])
            if sheet.questions:
                sheets.append(sheet)
    further = Sheet(FURTHER, "Facts that gates, checks and computed values read", packs[0].label if packs else "")
    for pack in packs:
        for fact in pack.facts:
            place(further, fact)
    return [*sheets, further] if further.questions else sheets


def _names(rule: str | None, pack: Pack) -> list[str]:
    if rule is None:
        return []
    try:
        return sorted(names_in(parse(rule)) & pack.fact_of.keys())
    except ExpressionError:
        return []


def _stages_by_fact(packs: Sequence[Pack]) -> dict[str, tuple[Stage, ...]]:
    asked: dict[str, set[Stage]] = {}
    for pack in packs:
        items: list[tuple[Sequence[str], Sequence[Stage]]] = []
        both: list[Indicator | Gate] = [*pack.indicators, *pack.gates]
        for item in both:
            items.append(((*item.facts, *_names(item.applies_when, pack)), pack.stages_of(item)))
        for names, stages in items:
            for name in names:
                asked.setdefault(name, set()).update(stages)
        for fact in pack.facts:
            if fact.stages:
                asked[fact.id] = set(fact.stages)
            asked.setdefault(fact.id, set(pack.stages))
    return {name: tuple(stage for stage in STAGES if stage in stages) for name, stages in asked.items()}


def _title(wanted: str, taken: set[str]) -> str:
    """A sheet's name: at most 31 characters, none that Excel refuses, none twice whatever the case of its letters."""
    plain = _FORBIDDEN.sub(" ", wanted).strip() or "Sheet"
    title = plain if len(plain) <= 31 else plain[:31].rsplit(" ", 1)[0]
    number = 2
    while title.casefold() in taken:
        title = f"{plain[: 31 - len(str(number)) - 1].strip()} {number}"
        number += 1
    taken.add(title.casefold())
    return title


# ------------------------------------------------------------------------------------------------------------------------------ writing


def write_questionnaire(
    packs: Iterable[Pack | str], target: str | Path | IO[bytes], *, stage: Stage | None = None, case: Case | None = None
) -> None:
    """Write the workbook to a path or a stream. ``stage`` leaves out what is not asked then; ``case`` fills in what is known.

    The same arguments give the same bytes. A text that no cell can hold is refused as ``Problems``.
    """
    data = _Writing([load_pack(each) if isinstance(each, str) else each for each in packs], stage, case).bytes()
    if isinstance(target, str | Path):
        Path(target).write_bytes(data)
    else:
        target.write(data)


class _Writing:
    def __init__(self, packs: list[Pack], stage: Stage | None, case: Case | None) -> None:
        self.packs = packs
        self.stage = stage
        self.case = case
        self.book = Workbook()
        self.book.properties.creator = "Tenderloop"
        self.book.properties.title = "Questionnaire"
        self.lists = Worksheet(self.book, LISTS)
        self.column = 0
        self.faults = Faults()

    def bytes(self) -> bytes:
        first = self.book.active
        assert isinstance(first, Worksheet)
        first.title = READ_ME
        sheets = layout(self.packs, self.stage, self.case.facts if self.case else ())
        self._read_me(first)
        self._project()
        self._documents()
        tables: list[Fact] = []
        names = _table_titles(sheets)
        for sheet in sheets:
            tables += self._questions(sheet, names)
        for fact in tables:
            self._table(fact, names[fact.id])
        self._absent()
        self._justified()
        self._confirmed()
        self._more()
        self._about()
        self.lists = self._attach_lists()
        self.faults.raise_if_any()
        return workbook_bytes(self.book)

    # ------------------------------------------------------------------------------------------------------------------- sheets

    def _read_me(self, sheet: Worksheet) -> None:
        lines = [
            "Questionnaire",
            *(f"{pack.title}, version {pack.version} ({pack.label})" for pack in self.packs),
            "",
            "How to fill it in",
            "1. Fill in the sheet 'Project', then list your papers on the sheet 'Documents'.",
            "2. Answer in the tinted cells. Leave a cell empty while you do not know: an empty cell is unknown, not no.",
            "3. Numbers stand in the unit beside them. To give another unit, write it after the number: 19800 kW.",
            "4. For each answer name the paper, the page and, where it helps, the sentence. Choose the grade of the paper:",
            *(f"    {grade}: {text}" for grade, text in enumerate(GRADES)),
            "5. Tables have a sheet each. Use one row for each entry, and fill every cell of a row.",
            "6. What truly does not apply is marked on the sheet 'Not applicable', with the reason and the page.",
            "7. Do not add, move or rename columns, do not merge cells and write no formulas: type the value.",
            "",
            "A bare claim counts less than a paper. An open question is shown as open; it is never guessed.",
        ]
        for row, text in enumerate(lines, 1):
            cell = sheet.cell(row, 1)
            _put(cell, text)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(1, 1).font = Font(bold=True, size=16, color=_BLUE)
        sheet.cell(len(self.packs) + 3, 1).font = Font(bold=True, size=12, color=_BLUE)
        sheet.column_dimensions["A"].width = 110
        sheet.protection.sheet = True
        set_up_print(sheet, 0)

    def _project(self) -> None:
        sheet = self._sheet(PROJECT, "The project", "", PROJECT_HEADS, (14, 34, 60, 60))
        case = self.case
        known: dict[str, str | None] = {"stage": self.stage, "rated_by": "self"}
        if case is not None:
            known = {
                "case": case.id,
                "title": case.title,
                "kind": case.kind,
                "stage": case.stage,
                "date": case.date,
                "currency": case.currency,
                "rated_by": case.rated_by,
                "notes": case.notes,
            }
        options = {"kind": KINDS, "stage": STAGES, "rated_by": RATED_BY}
        for row, (key, question, guidance) in enumerate(PROJECT_ROWS, HEAD + 1):
            _put(sheet.cell(row, 1), key)
            _put(sheet.cell(row, 2), question)
            answer = self._open(sheet.cell(row, 3), known.get(key) or None)
            if key in options:
                self._choose(sheet, answer, list(options[key]))
            _put(sheet.cell(row, 4), guidance)
        sheet.cell(HEAD + 5, 3).number_format = "@"  # the date is text, so that no program turns day and month around

    def _documents(self) -> None:
        sheet = self._sheet(
            DOCUMENTS, "Your papers, one a row", "The id is what the other sheets name.", DOCUMENT_HEADS, (16, 60, 40, 14, 30)
        )
        known = dict(self.case.documents) if self.case else {}
        free = (name for number in range(1, 1000) if (name := f"d{number}") not in known)
        for row in range(HEAD + 1, HEAD + 1 + max(DOCUMENT_ROWS, len(known) + 10)):
            index = row - HEAD - 1
            if index < len(known):
                name, document = list(known.items())[index]
                values: tuple[str | None, ...] = (name, document.title, document.url, document.date, document.author)
            else:
                values = (next(free), None, None, None, None)
            for column, value in enumerate(values, 1):
                self._open(sheet.cell(row, column), value or None)
            sheet.cell(row, 4).number_format = "@"

    def _questions(self, plan: Sheet, tables: dict[str, str]) -> list[Fact]:
        sheet = self._sheet(plan.title, plan.heading, plan.label, QUESTION_HEADS, (24, 16, 46, 28, 14, 44, 50, 14, 10, 40, 8))
        grade = DataValidation(type="list", formula1='"0,1,2,3,4"', allow_blank=True, showErrorMessage=True)
        paper = DataValidation(
            type="list", formula1=f"'{DOCUMENTS}'!$A${HEAD + 1}:$A${HEAD + DOCUMENT_ROWS}", allow_blank=True, showErrorMessage=False
        )
        yes = DataValidation(type="list", formula1='"yes,no"', allow_blank=True, showErrorMessage=True)
        yes.errorTitle, yes.error = "Yes or no", "Choose yes or no, or leave the cell empty while you do not know."
        for validation in (grade, paper, yes):
            sheet.add_data_validation(validation)
        found: list[Fact] = []
        for row, question in enumerate(plan.questions, HEAD + 1):
            fact = question.fact
            for column, text in enumerate(row_texts(question, tables), 1):
                if column != 4:
                    _put(sheet.cell(row, column), text)
            answer = sheet.cell(row, 4)
            assert isinstance(answer, Cell)
            if fact.kind == "table":
                _put(answer, f"fill in the sheet '{tables[fact.id]}'")
                found.append(fact)
            else:
                self._open(answer, None)
            known = self.case.facts.get(fact.id) if self.case else None
            if known is not None and fact.kind != "table":
                self._answer(answer, fact, known)
            if fact.kind == "yes_no":
                yes.add(answer)
            elif fact.kind == "choice":
                self._choose(sheet, answer, [f"{option}: {text}" for option, text in fact.options.items()])
            elif fact.kind == "level":
                self._choose(sheet, answer, [f"{level}: {text}" for level, text in enumerate(fact.levels)])
            elif fact.kind == "date":
                answer.number_format = "@"
            evidence = _first_evidence(known)
            values = (evidence.document, evidence.page, evidence.quote, evidence.grade) if evidence else (None, None, None, None)
            for column, value in enumerate(values, 8):
                cell = self._open(sheet.cell(row, column), value if value not in ("", None) else None)
                cell.number_format = "@" if column == 9 else "General"
            paper.add(sheet.cell(row, 8))
            grade.add(sheet.cell(row, 11))
        sheet.auto_filter.ref = f"A{HEAD}:{get_column_letter(len(QUESTION_HEADS))}{HEAD + len(plan.questions)}"
        sheet.freeze_panes = f"D{HEAD + 1}"
        return found

    def _answer(self, cell: Cell, fact: Fact, answer: Answer) -> None:
        value = answer.value
        if isinstance(value, bool):
            _put(cell, "yes" if value else "no")
        elif isinstance(value, Fraction):
            if fact.kind == "level":
                _put(cell, f"{int(value)}: {fact.levels[int(value)]}")
            else:
                self._number(cell, value, fact.unit)
        elif isinstance(value, dt.date):
            _put(cell, value.isoformat())
        elif isinstance(value, str):
            self._text(cell, f"{value}: {fact.options[value]}" if fact.kind == "choice" else value)
        else:
            self._text(cell, ", ".join(str(each) for each in value))

    def _number(self, cell: Cell, value: Fraction, unit: str) -> None:
        """As a number where a spreadsheet holds it exactly as shown (15 digits), else as text with its unit."""
        shown = float(value)
        if Fraction(Decimal(format(shown, ".15g"))) == value:
            cell.value = int(value) if value.denominator == 1 else shown
        else:
            _put(cell, written_number(value, unit, self.case.currency if self.case else None))

    def _table(self, fact: Fact, title: str) -> None:
        heads = tuple(column.id for column in fact.columns)
        sheet = self._sheet(title, f"{fact.id}: {fact.question}", fact.guidance, heads, tuple(24 for _ in heads))
        for column, declared in enumerate(fact.columns, 1):
            unit = declared.unit if declared.kind == "number" else "text"
            cell = sheet.cell(HEAD + 1, column)
            _put(cell, f"{declared.title or declared.id} [{unit}]" if declared.kind == "number" else declared.title or declared.id)
            cell.font = Font(italic=True)
        answer = self.case.facts.get(fact.id) if self.case else None
        rows: list[Any] = list(answer.value) if answer is not None and isinstance(answer.value, tuple) else []
        for index in range(max(TABLE_ROWS, len(rows) + 10)):
            for column, declared in enumerate(fact.columns, 1):
                cell = self._open(sheet.cell(HEAD + 2 + index, column), None)
                value = rows[index].get(declared.id) if index < len(rows) else None
                if isinstance(value, Fraction):
                    self._number(cell, value, declared.unit)
                elif value is not None:
                    self._text(cell, value)
                if declared.options and index == 0:
                    self._choose(sheet, cell, list(declared.options), to=sheet.cell(HEAD + 1 + max(TABLE_ROWS, len(rows) + 10), column))
        sheet.freeze_panes = f"B{HEAD + 2}"

    def _absent(self) -> None:
        marked = dict(self.case.not_applicable) if self.case else {}
        rows = [each for each in _may_be_absent(self.packs) if self.stage is None or each.id in marked or self._asked(each)]
        sheet = self._sheet(
            ABSENT, "What does not apply", "Mark a question only for the reason given beside it.", ABSENT_HEADS, (16, 44, 60, 14, 60)
        )
        for row, indicator in enumerate(rows, HEAD + 1):
            for column, text in enumerate((indicator.id, indicator.title, indicator.na), 1):
                _put(sheet.cell(row, column), text)
            mark = self._open(sheet.cell(row, 4), "yes" if indicator.id in marked else None)
            self._choose(sheet, mark, ["yes"])
            self._open(sheet.cell(row, 5), marked.get(indicator.id))

    def _asked(self, indicator: Indicator) -> bool:
        return any(indicator in pack.indicators and self.stage in pack.stages_of(indicator) for pack in self.packs)

    def _justified(self) -> None:
        known = dict(self.case.justifications) if self.case else {}
        sheet = self._sheet(
            JUSTIFIED, "Why an unlikely figure is right", "Only where a check was reported broken.", JUSTIFIED_HEADS, (34, 44, 70, 60)
        )
        for row, check in enumerate(_checks(self.packs), HEAD + 1):
            for column, text in enumerate((check.id, check.title, check.message), 1):
                _put(sheet.cell(row, column), text)
            self._open(sheet.cell(row, 4), known.get(check.id))

    def _confirmed(self) -> None:
        """The thresholds that wait for the buyer; no sheet where nothing does."""
        waiting = _waiting(self.packs)
        if not waiting:
            return
        known = dict(self.case.confirmed) if self.case else {}
        note = "Write who confirms it and where it was read; an empty value means as printed. What nobody confirms decides nothing."
        sheet = self._sheet(CONFIRMED, "Thresholds for the buyer to confirm", note, CONFIRMED_HEADS, (36, 60, 44, 16, 14, 10, 26, 14))
        for row, (pack, threshold) in enumerate(waiting, HEAD + 1):
            source = pack.source_of[threshold.source.id]
            shown = ", ".join(each for each in (printed(threshold), pack.status_of(threshold.source), threshold.source.where) if each)
            for column, text in enumerate((threshold.id, f"{threshold.title or threshold.id} ({source.title})", shown), 1):
                _put(sheet.cell(row, column), text)
            held = known.get(threshold.id)
            value = "" if held is None or held.value is None else held.value.text
            texts = (value, held.document, held.page, held.by, held.date or "") if held is not None else ("",) * 5
            for column, text in enumerate(texts, 4):
                self._open(sheet.cell(row, column), text or None)
                sheet.cell(row, column).number_format = "@"

    def _more(self) -> None:
        rows: list[tuple[str, Evidence]] = []
        if self.case is not None:
            for name, answer in self.case.facts.items():
                table = answer.kind == "table"
                rows += [(name, each) for each in answer.evidence if table or each is not _first_evidence(answer)]
        sheet = self._sheet(
            MORE,
            "More evidence for an answer",
            "One row for each paper; the fact is the id in the first column.",
            MORE_HEADS,
            (30, 20, 16, 10, 60, 14, 8),
        )
        for row in range(HEAD + 1, HEAD + 1 + max(MORE_ROWS, len(rows) + 10)):
            index = row - HEAD - 1
            values: tuple[str | int | None, ...] = (None,) * 7
            if index < len(rows):
                name, each = rows[index]
                values = (name, each.kind, each.document, each.page, each.quote, each.date, each.grade)
            for column, value in enumerate(values, 1):
                cell = self._open(sheet.cell(row, column), value if value != "" else None)
                cell.number_format = "@" if column in (4, 6) else "General"

    def _about(self) -> None:
        sheet = self.book.create_sheet(ABOUT)
        rows = [
            ("format", FORMAT),
            ("stage", self.stage or ""),
            *((f"pack {pack.id}", f"{pack.version} {pack.hash}") for pack in self.packs),
        ]
        group = next((pack.profile.id for pack in self.packs if pack.profile is not None), "") or (self.case.profile if self.case else "")
        if group:
            rows.append(("profile", group))
        if self.case is not None and self.case.cpv:
            rows.append(("cpv", " ".join(self.case.cpv)))
        for row, (key, value) in enumerate(rows, 1):
            _put(sheet.cell(row, 1), key)
            _put(sheet.cell(row, 2), value)
        sheet.sheet_state = "hidden"
        sheet.protection.sheet = True

    # ------------------------------------------------------------------------------------------------------------------- cells

    def _sheet(self, title: str, heading: str, note: str, heads: Sequence[str], widths: Sequence[int]) -> Worksheet:
        sheet: Worksheet = self.book.create_sheet(title)
        _put(sheet.cell(1, 1), heading)
        sheet.cell(1, 1).font = Font(bold=True, size=14, color=_BLUE)
        _put(sheet.cell(2, 1), note)
        for column, (head, width) in enumerate(zip(heads, widths, strict=True), 1):
            cell = sheet.cell(HEAD, column)
            _put(cell, head)
            cell.font = Font(bold=True, color="FFFFFF")
            cell.fill = PatternFill("solid", fgColor=_BLUE)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
            sheet.column_dimensions[get_column_letter(column)].width = width
        sheet.freeze_panes = f"A{HEAD + 1}"
        sheet.protection.sheet = True
        sheet.protection.autoFilter = False  # false means: not protected, so filtering stays possible
        sheet.protection.sort = False
        sheet.protection.formatColumns = False
        sheet.protection.formatRows = False
        set_up_print(sheet, HEAD)
        return sheet

    def _open(self, cell: Any, value: str | int | None) -> Cell:
        """A cell that may be filled in."""
        assert isinstance(cell, Cell)
        if isinstance(value, str):
            self._text(cell, value)
        elif value is not None:
            cell.value = value
        cell.protection = Protection(locked=False)
        cell.fill = PatternFill("solid", fgColor=_TINT)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        line = Side(style="thin", color="BFBFBF")
        cell.border = Border(left=line, right=line, top=line, bottom=line)
        return cell

    def _text(self, cell: Cell, text: str) -> None:
        if len(text) > MOST_TEXT:
            where = f"'{cell.parent.title}'!{cell.coordinate}"
            self.faults.add(
                "text-too-long", f"a cell holds {MOST_TEXT:,} characters, the text has {len(text):,}", where=where, hint="shorten it"
            )
            return
        _put(cell, text)

    def _choose(self, sheet: Worksheet, cell: Cell, entries: list[str], to: Any = None) -> None:
        """A drop-down list; its entries stand on a hidden sheet, since a list in the cell itself holds no commas and 255 characters."""
        self.column += 1
        letter = get_column_letter(self.column)
        for row, entry in enumerate(entries, 1):
            _put(self.lists.cell(row, self.column), entry)
        validation = DataValidation(
            type="list", formula1=f"'{LISTS}'!${letter}$1:${letter}${len(entries)}", allow_blank=True, showErrorMessage=True
        )
        validation.errorTitle, validation.error = "Choose from the list", "Choose an entry of the list, or leave the cell empty."
        sheet.add_data_validation(validation)
        validation.add(cell if to is None else f"{cell.coordinate}:{to.coordinate}")

    def _attach_lists(self) -> Worksheet:
        sheet: Worksheet = self.book.create_sheet(LISTS)
        for row in self.lists.iter_rows():
            for cell in row:
                if cell.value is not None:
                    _put(sheet.cell(cell.row, cell.column), str(cell.value))
        sheet.sheet_state = "hidden"
        sheet.protection.sheet = True
        return sheet


def row_texts(question: Question, tables: dict[str, str]) -> tuple[str, ...]:
    """What the locked cells of a question's row say, by column; the answer's own is empty."""
    fact = question.fact
    allowed = {
        "yes_no": "yes or no",
        "number": _span(fact),
        "choice": "; ".join(f"{option}: {text}" for option, text in fact.options.items()),
        "choices": "several, with commas between. " + "; ".join(f"{option}: {text}" for option, text in fact.options.items()),
        "level": "\n".join(f"{level}: {text}" for level, text in enumerate(fact.levels)),
        "date": "year-month-day, such as 2026-11-21",
        "text": "a text",
        "table": f"one row for each entry, on the sheet '{tables.get(fact.id, fact.id)}'",
    }[fact.kind]
    guidance = fact.guidance + (f" Stands in: {fact.asked_in}." if fact.asked_in else "")
    unit = fact.unit if fact.kind == "number" else ""
    return (fact.id, ", ".join(question.stages), fact.question, "", unit, allowed, guidance.strip())


def _span(fact: Fact) -> str:
    if fact.min is not None and fact.max is not None:
        return f"a number from {written_number(fact.min, '1', None)} to {written_number(fact.max, '1', None)}"
    if fact.min is not None:
        return f"a number, {written_number(fact.min, '1', None)} or more"
    return f"a number, at most {written_number(fact.max, '1', None)}" if fact.max is not None else "a number"


def _table_titles(sheets: Sequence[Sheet]) -> dict[str, str]:
    taken = {sheet.title.casefold() for sheet in sheets}
    taken |= {name.casefold() for name in (READ_ME, PROJECT, DOCUMENTS, FURTHER, ABSENT, JUSTIFIED, CONFIRMED, MORE, LISTS, ABOUT)}
    return {
        question.fact.id: _title(question.fact.id, taken)
        for sheet in sheets
        for question in sheet.questions
        if question.fact.kind == "table"
    }


def _may_be_absent(packs: Sequence[Pack]) -> list[Indicator]:
    return [indicator for pack in packs for indicator in pack.indicators if indicator.na != "never"]


def _waiting(packs: Sequence[Pack]) -> list[tuple[Pack, Parameter]]:
    """Thresholds that a person must confirm; an open one that a profile fills is asked under the profile's name."""
    return [(pack, each) for pack in packs for each in pack.parameters if each.waits and not each.filled_by]


def _checks(packs: Sequence[Pack]) -> Iterator[Any]:
    for pack in packs:
        yield from pack.checks


def _first_evidence(answer: Answer | None) -> Evidence | None:
    """The paper that stands in the question's own row: the first that needs no further column."""
    if answer is None or answer.kind == "table":
        return None
    return next((each for each in answer.evidence if not each.kind and each.date is None), None)


def _put(cell: Any, text: str) -> None:
    """Text stays text: what begins with = + - @ is no formula, here nor when somebody edits the cell."""
    cell.value = text
    if text[:1] in ("=", "+", "-", "@"):
        cell.data_type = "s"
        cell.quotePrefix = True
    cell.alignment = Alignment(wrap_text=True, vertical="top")


# ------------------------------------------------------------------------------------------------------------------------------ reading


def read_questionnaire(path: str | Path, packs: Iterable[Pack | str] | None = None, *, profile: str = "") -> Case:
    """The case in a filled questionnaire. ``packs`` and their ``profile`` are taken from the workbook when not given.

    Every fault is raised at once as ``Problems``, each with its sheet and cell, such as 'People'!C12. An empty cell is unknown.
    """
    faults = Faults(str(path))
    book = open_workbook(path, faults)
    faults.raise_if_any()
    assert book is not None
    return _Filled(book, faults, packs, profile).case()


class _Filled:
    def __init__(self, book: Workbook, faults: Faults, packs: Iterable[Pack | str] | None, profile: str) -> None:
        self.book = book
        self.faults = faults
        about = self._about()
        named = [key.removeprefix("pack ") for key in about if key.startswith("pack ")]
        given = list(packs or ())
        known = {pack.id for pack in given if isinstance(pack, Pack)}
        self.packs: list[Pack] = [each if isinstance(each, Pack) else load_pack(each) for each in given]
        for name in named:
            if name not in known and name not in {pack.id for pack in self.packs}:
                self.packs.append(load_pack(name))
        self.profile = about.get("profile", "")
        self.cpv = about.get("cpv", "").split()
        self.packs = fit_packs(self.packs, profile or self.profile, self.cpv)
        stage = about.get("stage", "")
        self.stage: Stage | None = next((each for each in STAGES if each == stage), None)
        self.names = named or [pack.id for pack in self.packs]

    def _about(self) -> dict[str, str]:
        if ABOUT not in self.book.sheetnames:
            self.faults.add(
                "sheet-missing",
                f"the workbook has no sheet '{ABOUT}'",
                where="file",
                hint="fill in the workbook that was sent; it has that hidden sheet",
            )
            self.faults.raise_if_any()
        sheet = self.book[ABOUT]
        return {
            str(row[0].value): str(row[1].value or "")
            for row in sheet.iter_rows(min_row=1, max_row=50, max_col=2)
            if row[0].value is not None
        }

    def case(self) -> Case:
        tree = Mapping(place=f"'{PROJECT}'!A1")
        self._project(tree)
        currency = tree.get("currency")
        packs = Items(place=f"'{ABOUT}'!A1")
        packs.extend(self.names)
        packs.places.extend(f"'{ABOUT}'!A{row}" for row in range(3, 3 + len(self.names)))
        tree.put("packs", packs, f"'{ABOUT}'!A1")
        tree.put("documents", self._documents(), f"'{DOCUMENTS}'!A{HEAD}")
        facts = Mapping(place="file")
        stage = self.stage
        filled = self._filled_ids()
        sheets = layout(self.packs, stage, filled)
        titles = _table_titles(sheets)
        for plan in sheets:
            self._questions(plan, facts, titles, currency if isinstance(currency, str) else None)
        self._more(facts)
        tree.put("facts", facts, "file")
        tree.put("not_applicable", self._reasons(ABSENT, ABSENT_HEADS), f"'{ABSENT}'!A{HEAD}")
        tree.put("justifications", self._reasons(JUSTIFIED, JUSTIFIED_HEADS), f"'{JUSTIFIED}'!A{HEAD}")
        if self.profile:
            tree.put("profile", self.profile, f"'{ABOUT}'!A1")
        if self.cpv:
            codes = Items(place=f"'{ABOUT}'!A1")
            codes.extend(self.cpv)
            tree.put("cpv", codes, f"'{ABOUT}'!A1")
        if _waiting(self.packs):
            tree.put("confirmed", self._confirmed(), f"'{CONFIRMED}'!A{HEAD}")
        return case_of_tree(tree, self.faults, self.packs)

    def _confirmed(self) -> Mapping:
        """What was confirmed; a row in which nothing was written confirms nothing."""
        found = Mapping(place=f"'{CONFIRMED}'!A{HEAD}")
        sheet = self._sheet(CONFIRMED, CONFIRMED_HEADS)
        if sheet is None:
            return found
        for row in sheet.iter_rows(min_row=HEAD + 1, max_col=len(CONFIRMED_HEADS)):
            written = Mapping(place=_where(row[0]))
            for key, cell in zip(("value", "document", "page", "by", "date"), row[3:], strict=True):
                value = self._plain(cell) if key == "value" else self._date_text(cell)
                if value is not None:
                    written.put(key, value, _where(cell))
            if written:
                found.put(str(row[0].value), written, _where(row[0]))
        return found

    def _filled_ids(self) -> list[str]:
        """Ids that stand in a first column: a case that was filled in before may hold facts of other stages."""
        return [
            str(row[0].value)
            for sheet in self.book.worksheets
            for row in sheet.iter_rows(min_row=HEAD + 1, max_col=1)
            if isinstance(row[0].value, str)
        ]

    # ------------------------------------------------------------------------------------------------------------------- sheets

    def _sheet(self, title: str, heads: Sequence[str]) -> Worksheet | None:
        """The sheet, once its column heads are as they were written; None with a fault otherwise."""
        if title not in self.book.sheetnames:
            self.faults.add(
                "sheet-missing",
                f"the sheet '{title}' is missing",
                where=f"'{title}'",
                hint="do not delete or rename sheets; fill in the workbook anew",
            )
            return None
        sheet = self.book[title]
        assert isinstance(sheet, Worksheet)
        sound = True
        for merged in sheet.merged_cells.ranges:
            if merged.max_row >= HEAD:
                self.faults.add(
                    "merged-cells",
                    f"the cells {merged.coord} are merged",
                    where=f"'{title}'!{merged.coord}",
                    hint="split them: one answer a cell",
                )
                sound = False
        for column, head in enumerate(heads, 1):
            cell = sheet.cell(HEAD, column)
            if cell.value != head:
                found = "empty" if cell.value is None else f"'{str(cell.value)[:40]}'"
                self.faults.add(
                    "column-changed",
                    f"the head of this column is {found}, it must be '{head}'",
                    where=_where(cell),
                    hint="put the columns back as they were sent",
                )
                return None
        return sheet if sound else None

    def _project(self, tree: Mapping) -> None:
        sheet = self._sheet(PROJECT, PROJECT_HEADS)
        if sheet is None:
            return
        for row, (key, _, _) in enumerate(PROJECT_ROWS, HEAD + 1):
            if sheet.cell(row, 1).value != key:
                self._changed(sheet.cell(row, 1), key)
            cell = sheet.cell(row, 3)
            value = self._date_text(cell) if key == "date" else self._plain(cell)
            if value is not None:
                tree.put(key, value, _where(cell))
            else:
                tree.places[key] = _where(cell)

    def _documents(self) -> Mapping:
        found = Mapping(place=f"'{DOCUMENTS}'!A{HEAD}")
        sheet = self._sheet(DOCUMENTS, DOCUMENT_HEADS)
        if sheet is None:
            return found
        for row in sheet.iter_rows(min_row=HEAD + 1, max_col=len(DOCUMENT_HEADS)):
            document = Mapping(place=_where(row[1]))
            for key, cell in zip(("title", "url", "date", "author"), row[1:], strict=True):
                value = self._date_text(cell) if key == "date" else self._plain(cell)
                if value is not None:
                    document.put(key, value, _where(cell))
            name = self._plain(row[0])
            if not document:
                continue
            if not isinstance(name, str):
                self.faults.add("missing-key", "a paper has no id", where=_where(row[0]), hint="write a short id, such as d1")
            elif name in found:
                self.faults.add("repeated-id", f"the paper '{name}' is listed twice", where=_where(row[0]), hint="give each its own id")
            else:
                found.put(name, document, _where(row[0]))
        return found

    def _questions(self, plan: Sheet, facts: Mapping, titles: dict[str, str], currency: str | None) -> None:
        sheet = self._sheet(plan.title, QUESTION_HEADS)
        if sheet is None:
            return
        asked = {question.fact.id: question for question in plan.questions}
        seen: set[str] = set()
        for row in sheet.iter_rows(min_row=HEAD + 1, max_col=len(QUESTION_HEADS)):
            name = row[0].value
            if name is None:
                for cell in row:
                    if cell.value is not None:
                        self.faults.add(
                            "row-without-id",
                            "this row has no id, so nobody knows what it answers",
                            where=_where(cell),
                            hint="use the rows that were sent",
                        )
                        break
                continue
            question = asked.get(str(name))
            if question is None:
                self._changed(row[0], "the id of a question on this sheet")
                continue
            if question.fact.id in seen:
                self.faults.add(
                    "repeated-row", f"'{name}' is answered in two rows", where=_where(row[0]), hint="delete one of the two rows"
                )
                continue
            seen.add(question.fact.id)
            self._row(row, question, facts, titles, currency)
        for name in asked:
            if name not in seen:
                self.faults.add(
                    "row-missing",
                    f"the row of '{name}' is missing",
                    where=f"'{plan.title}'!A{HEAD}",
                    hint="put the row back; leave its answer empty while unknown",
                )

    def _row(self, row: Sequence[Any], question: Question, facts: Mapping, titles: dict[str, str], currency: str | None) -> None:
        fact = question.fact
        expected = row_texts(question, titles)
        for column in (2, 4, 5):
            if str(row[column].value or "").split() != expected[column].split():  # spreadsheet programs change blanks
                self.faults.add(
                    "question-changed",
                    f"the {QUESTION_HEADS[column]} of '{fact.id}' is not what the pack says now",
                    where=_where(row[column]),
                    hint="write a new questionnaire from the pack, and answer this question anew",
                )
                return
        value = self._table(fact, titles[fact.id]) if fact.kind == "table" else self._answer(row[3], fact, currency)
        evidence = Mapping(place=_where(row[7]))
        for key, cell in zip(("document", "page", "quote", "grade"), row[7:11], strict=True):
            text = self._plain(cell)
            if text is not None:
                evidence.put(key, text, _where(cell))
        answer = Mapping(place=_where(row[3]))
        if value is not None:
            answer.put("value", value, _where(row[3]))
        else:
            answer.places["value"] = _where(row[3])
        if evidence:
            listed = Items(place=_where(row[7]))
            listed.append(evidence)
            listed.places.append(_where(row[7]))
            answer.put("evidence", listed, _where(row[7]))
        if answer:
            facts.put(fact.id, answer, _where(row[3]))

    def _answer(self, cell: Any, fact: Fact, currency: str | None) -> Value:
        """The cell's value in the form of a case file: yes as true, a bare number with the unit beside it, a list entry as its id."""
        if fact.kind == "date":
            return self._date_text(cell)
        if fact.kind == "number":
            return self._amount(cell, fact.unit, currency)
        raw = self._plain(cell)
        if raw is None:
            return None
        if fact.kind == "yes_no":
            word = raw.casefold() if isinstance(raw, str) else raw
            if word in ("yes", True):
                return True
            if word in ("no", False):
                return False
            self.faults.add("wrong-kind", f"'{fact.id}' is answered yes or no", where=_where(cell), hint="choose yes or no from the list")
            return None
        if fact.kind in ("choice", "level") and isinstance(raw, str):
            chosen = _CHOSEN.fullmatch(raw)
            return chosen[1] if chosen else raw
        if fact.kind == "choices" and isinstance(raw, str):
            options = Items(place=_where(cell))
            for part in re.split(r"[,;\n]", raw):
                if part.strip():
                    options.append(part.strip())
                    options.places.append(_where(cell))
            return options
        return raw

    def _amount(self, cell: Any, unit: str, currency: str | None) -> Value:
        raw = self._plain(cell)
        if isinstance(raw, Number) and unit != "1":
            if raw.written and "%" in str(cell.number_format):
                # A spreadsheet shows 0.12 as 12 % when the cell is formatted so.
                raw = Number.read(format(Decimal(raw.written) * 100, "f"))
                return f"{raw.written} %"
            if "money" in unit:
                if currency is None:
                    self.faults.add(
                        "currency-missing",
                        "an amount of money is given, the project has no currency",
                        where=_where(cell),
                        hint=f"fill in the currency on the sheet '{PROJECT}'",
                    )
                    return None
                unit = _MONEY.sub(currency, unit)
            return f"{raw.written} {unit}"
        if isinstance(raw, str) and DECIMAL.fullmatch(raw) and unit != "1":
            return f"{raw} {_MONEY.sub(currency, unit) if currency else unit}"
        return raw

    def _table(self, fact: Fact, title: str) -> Value:
        sheet = self._sheet(title, tuple(column.id for column in fact.columns))
        if sheet is None:
            return None
        rows = Items(place=f"'{title}'!A{HEAD}")
        currency = self._currency()
        for cells in sheet.iter_rows(min_row=HEAD + 2, max_col=len(fact.columns)):
            row = Mapping(place=_where(cells[0]))
            for column, cell in zip(fact.columns, cells, strict=True):
                value = self._amount(cell, column.unit, currency) if column.kind == "number" else self._plain(cell)
                if value is not None:
                    row.put(column.id, value, _where(cell))
                else:
                    row.places[column.id] = _where(cell)
            if row:
                rows.append(row)
                rows.places.append(_where(cells[0]))
        return rows if rows else None

    def _currency(self) -> str | None:
        for row, (key, _, _) in enumerate(PROJECT_ROWS, HEAD + 1):
            if key == "currency" and PROJECT in self.book.sheetnames:
                value = self.book[PROJECT].cell(row, 3).value
                return value.strip() if isinstance(value, str) and value.strip() else None
        return None

    def _more(self, facts: Mapping) -> None:
        sheet = self._sheet(MORE, MORE_HEADS)
        if sheet is None:
            return
        for row in sheet.iter_rows(min_row=HEAD + 1, max_col=len(MORE_HEADS)):
            name = self._plain(row[0])
            evidence = Mapping(place=_where(row[0]))
            for key, cell in zip(("kind", "document", "page", "quote", "date", "grade"), row[1:], strict=True):
                value = self._date_text(cell) if key == "date" else self._plain(cell)
                if value is not None:
                    evidence.put(key, value, _where(cell))
            if name is None and not evidence:
                continue
            answer = facts.get(name) if isinstance(name, str) else None
            if not isinstance(answer, Mapping):
                self.faults.add(
                    "unknown-fact",
                    f"'{name}' has no answer to be proved",
                    where=_where(row[0]),
                    hint="write the id of an answered question",
                )
                continue
            listed = answer.get("evidence")
            if not isinstance(listed, Items):
                listed = Items(place=_where(row[0]))
                answer.put("evidence", listed, _where(row[0]))
            listed.append(evidence)
            listed.places.append(_where(row[0]))

    def _reasons(self, title: str, heads: Sequence[str]) -> Mapping:
        found = Mapping(place=f"'{title}'!A{HEAD}")
        sheet = self._sheet(title, heads)
        if sheet is None:
            return found
        marked_column = 3 if title == ABSENT else None
        for row in sheet.iter_rows(min_row=HEAD + 1, max_col=len(heads)):
            name = row[0].value
            reason = self._plain(row[-1])
            mark = self._plain(row[marked_column]) if marked_column is not None else None
            marked = mark is True or (isinstance(mark, str) and mark.casefold() in ("yes", "x"))
            if name is None or (reason is None and not marked):
                continue
            if marked_column is not None and not marked:
                self.faults.add(
                    "mark-missing",
                    f"'{name}' has a reason and is not marked",
                    where=_where(row[marked_column]),
                    hint="choose yes, or delete the reason",
                )
                continue
            found.put(str(name), reason if reason is not None else "", _where(row[-1]))
        return found

    # ------------------------------------------------------------------------------------------------------------------- cells

    def _changed(self, cell: Any, expected: str) -> None:
        found = "empty" if cell.value is None else f"'{str(cell.value)[:40]}'"
        self.faults.add(
            "cell-changed",
            f"this cell is {found}, it must be {expected}",
            where=_where(cell),
            hint="put the locked cells back as they were sent",
        )

    def _plain(self, cell: Any) -> Value:
        """What a person typed, exactly as a spreadsheet shows it (15 digits); None for an empty cell, or with a fault."""
        value = cell.value
        if value is None or isinstance(cell, MergedCell):
            return None
        if cell.data_type == "f":
            self.faults.add(
                "formula-cell", "a formula stands here, not a value", where=_where(cell), hint="type the value: copy, paste special, values"
            )
            return None
        if cell.data_type == "e":
            self.faults.add(
                "error-cell",
                f"the cell holds {str(value)[:20]}",
                where=_where(cell),
                hint="type the value, or leave it empty while unknown",
            )
            return None
        if isinstance(value, bool):
            return value
        if isinstance(value, int | float):
            return Number.read(format(Decimal(value) if isinstance(value, int) else Decimal(format(value, ".15g")), "f"))
        if isinstance(value, dt.datetime | dt.date):
            return value.strftime("%Y-%m-%d")
        if isinstance(value, dt.time | dt.timedelta):
            self.faults.add(
                "wrong-kind", "a time of day stands here", where=_where(cell), hint="format the cell as text and type the value"
            )
            return None
        text = str(value).replace("\r\n", "\n").strip()
        return text or None

    def _date_text(self, cell: Any) -> Value:
        value = self._plain(cell)
        return value.written if isinstance(value, Number) else value


def _where(cell: Any) -> str:
    title = str(cell.parent.title).replace("'", "''")
    return f"'{title}'!{cell.coordinate}"


__all__ = ["Problem", "Problems", "Question", "Sheet", "layout", "read_questionnaire", "write_questionnaire"]
