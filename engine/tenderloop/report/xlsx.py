"""The report as a workbook: one sheet for each table, numbers as numbers with the exact value beside, text that can never be a formula.

Knows openpyxl and which columns a sheet has. Must not decide what a report says. The same inputs give the same bytes.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Sequence
from fractions import Fraction
from io import BytesIO

from openpyxl import Workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.styles import Alignment, Font
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from tenderloop.report.model import CheckItem, FactLine, GateItem, PackPart, Report
from tenderloop.report.wording import MARKS, RATED_BY, STEP_KINDS, Words, page_text
from tenderloop.report.worksheets import output_names
from tenderloop.result import WorkLine

Content = str | int | Fraction | None
Row = Sequence[Content]
Column = tuple[str, int]

# What a spreadsheet may take for a formula or a command when it stands first.
LEADING = ("=", "+", "-", "@", "\t", "\r")
UNPRINTABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
LONGEST = 32_000  # a cell holds 32,767 characters
MODIFIED = re.compile(rb"(<dcterms:modified[^>]*>)[^<]*(</dcterms:modified>)")
CREATED = re.compile(rb"(<dcterms:created[^>]*>)[^<]*(</dcterms:created>)")
EXACT = 16


def to_xlsx(report: Report) -> bytes:
    """The report as an XLSX file. Sheets: summary, indicators, gates, checks, worksheets, roadmap, open questions, sources, provenance."""
    words = Words(report.language)
    book = Workbook()
    book.remove(book["Sheet"])
    _summary(book, report, words)
    _indicators(book, report, words)
    _gates(book, report, words)
    _checks(book, report, words)
    _worksheets(book, report, words)
    _roadmap(book, report, words)
    _questions(book, report, words)
    _sources(book, report, words)
    _provenance(book, report, words)
    book.properties.title = _clean(report.title)
    book.properties.creator = f"Tenderloop {report.engine}"
    book.properties.language = report.language
    saved = BytesIO()
    book.save(saved)
    return _timeless(saved.getvalue(), report.case.date)


def _sheet(book: Workbook, title: str, columns: Sequence[Column], rows: Iterable[Row]) -> Worksheet:
    sheet: Worksheet = book.create_sheet(_clean(title)[:31])
    for index, (name, width) in enumerate(columns, start=1):
        head = sheet.cell(1, index)
        _write(head, name)
        head.font = Font(bold=True)
        head.alignment = Alignment(wrap_text=True, vertical="bottom")
        sheet.column_dimensions[get_column_letter(index)].width = width
    last = 1
    for last, row in enumerate(rows, start=2):
        for index, content in enumerate(row, start=1):
            if content is not None and content != "":
                _write(sheet.cell(last, index), content)
    sheet.freeze_panes = "A2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{last}"
    return sheet


def _write(cell: Cell | MergedCell, content: str | int | Fraction) -> None:
    """A number as a number; a text always as text, and marked as such where a spreadsheet might read it as a formula."""
    assert isinstance(cell, Cell)
    if isinstance(content, str):
        text = _clean(content)
        cell.value = text
        cell.data_type = "s"
        if text.startswith(LEADING):
            cell.quotePrefix = True
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        return
    cell.value = float(content) if isinstance(content, Fraction) else content
    cell.number_format = "0.0" if isinstance(content, Fraction) else "0"
    cell.alignment = Alignment(vertical="top")


def _clean(text: str) -> str:
    return UNPRINTABLE.sub(" ", text)[:LONGEST]


def _exact(value: Fraction | None) -> str:
    return "" if value is None else str(value)


def _word(words: Words, status: str) -> str:
    return words(MARKS[status].word)


def _summary(book: Workbook, report: Report, words: Words) -> None:
    columns = [
        (words("Pack"), 30), (words("Label"), 44), (words("Ladder"), 30), (words("Rating"), 14), (words("Rating by score"), 14),
        (words("Score"), 10), (words("exact"), EXACT), (words("Lowest"), 10), (words("exact"), EXACT), (words("Highest"), 10),
        (words("exact"), EXACT), (words("Answered, %"), 12), (words("Gates passed"), 12), (words("Gates failed"), 12),
        (words("Gates undecided"), 14), (words("Checks broken"), 14), (words("Remarks"), 80),
    ]  # fmt: skip

    def row(part: PackPart) -> Row:
        result = part.result
        span = result.range
        return (
            part.pack.title, part.pack.label, part.ladder.name, result.rating, result.rating_by_score,
            result.score, _exact(result.score), None if span is None else span.low, _exact(None if span is None else span.low),
            None if span is None else span.high, _exact(None if span is None else span.high), result.coverage,
            len(result.gates.passed), len(result.gates.failed), len(result.gates.undecided), part.verdict.checks_broken,
            " ".join(result.remarks),
        )  # fmt: skip

    _sheet(book, words("Summary"), columns, map(row, report.parts))


def _evidence(lines: Sequence[FactLine], words: Words) -> str:
    said = []
    for line in lines:
        if line.known:
            papers = "; ".join(
                " ".join(
                    part
                    for part in (
                        paper.title or paper.kind,
                        page_text(paper.page, words) if paper.page else "",
                        f"“{paper.quote}”" if paper.quote else "",
                        words("(grade {grade})").format(grade=paper.grade),
                    )
                    if part
                )
                for paper in line.papers
            )
            said.append(f"{line.id} = {line.answer}: {papers or words('claimed, no evidence')}")
        else:
            said.append(f"{line.id}: {words('not answered')}")
    return "\n".join(said)


def _indicators(book: Workbook, report: Report, words: Words) -> None:
    columns = [
        (words("Pack"), 20), (words("Outcome"), 26), (words("Criterion"), 26), (words("Indicator"), 18), (words("Title"), 34),
        (words("Question"), 44), (words("Status"), 14), (words("Score"), 8), (words("exact"), EXACT), (words("Lowest"), 8),
        (words("Highest"), 8), (words("Weight, %"), 9), (words("exact"), EXACT), (words("Grade"), 7), (words("Because"), 60),
        (words("Evidence"), 60), (words("Hint"), 44), (words("Source"), 8), (words("Source status"), 14),
    ]  # fmt: skip

    def rows() -> Iterable[Row]:
        for part in report.parts:
            for outcome in part.outcomes:
                for criterion in outcome.criteria:
                    shown = {item.node.id: item for item in criterion.indicators}
                    for node in part.result.children(criterion.node.id):
                        item = shown.get(node.id)
                        span = node.range
                        cited = None if item is None else item.cited
                        yield (
                            part.pack.id, outcome.node.title, criterion.node.title, node.id, node.title,
                            node.question, _word(words, node.status), node.score, _exact(node.score), None if span is None else span.low,
                            None if span is None else span.high, node.share * 100, _exact(node.share * 100), node.grade, node.because,
                            "" if item is None else _evidence(item.facts, words), node.hint,
                            None if cited is None else cited.number, "" if cited is None else _word(words, cited.status),
                        )  # fmt: skip

    _sheet(book, words("Indicators"), columns, rows())


def _gates(book: Workbook, report: Report, words: Words) -> None:
    columns = [
        (words("Pack"), 20), (words("Gate"), 24), (words("Title"), 34), (words("Status"), 14), (words("Effect"), 26),
        (words("Because"), 60), (words("Rule"), 40), (words("Evidence"), 60), (words("Demand"), 50), (words("Source"), 8),
    ]  # fmt: skip

    def row(part: PackPart, item: GateItem) -> Row:
        gate = item.gate
        number = None if item.cited is None else item.cited.number
        evidence = _evidence(item.facts, words)
        return (
            part.pack.id,
            gate.id,
            gate.title,
            _word(words, gate.status),
            item.effect,
            gate.because,
            gate.rule,
            evidence,
            gate.hint,
            number,
        )

    _sheet(book, words("Gates"), columns, (row(part, item) for part in report.parts for item in part.gates))


def _checks(book: Workbook, report: Report, words: Words) -> None:
    columns = [
        (words("Pack"), 20), (words("Check"), 26), (words("Title"), 40), (words("Status"), 14), (words("Because"), 60),
        (words("What to ask"), 50), (words("Justification"), 50), (words("Evidence"), 60), (words("Source"), 8),
    ]  # fmt: skip

    def row(part: PackPart, item: CheckItem) -> Row:
        check = item.check
        number = None if item.cited is None else item.cited.number
        status = _word(words, check.status)
        evidence = _evidence(item.facts, words)
        return part.pack.id, check.id, check.title, status, check.because, check.message, check.justification, evidence, number

    every = ((part, item) for part in report.parts for item in (*part.checks, *part.checks_holding, *part.checks_unknown))
    _sheet(book, words("Checks"), columns, (row(part, item) for part, item in every))


def _worksheets(book: Workbook, report: Report, words: Words) -> None:
    columns = [
        (words("Pack"), 20), (words("No"), 6), (words("Method"), 30), (words("Part"), 12), (words("Table"), 24), (words("Line"), 44),
        (words("How"), 50), (words("Value"), 16), (words("exact"), 24), (words("Unit"), 14),
    ]  # fmt: skip

    def line(part: PackPart, number: int, method: str, kind: str, work: WorkLine) -> Row:
        value: Content
        try:
            value = Fraction(work.value)
        except (ValueError, ZeroDivisionError):
            value = work.shown
        return (
            part.pack.id,
            number,
            method,
            kind,
            work.table,
            work.label,
            work.formula,
            value,
            work.value,
            "" if work.unit == "1" else work.unit,
        )

    def rows() -> Iterable[Row]:
        for part in report.parts:
            for sheet in part.worksheets:
                note = sheet.note
                yield part.pack.id, sheet.number, note.method, words("method"), "", note.title, note.formula, note.refused, "", ""
                for each in note.inputs:
                    yield line(part, sheet.number, note.method, words("input"), each)
                for each in note.steps:
                    yield line(part, sheet.number, note.method, words("step"), each)
                for (label, value, unit), exact in zip(sheet.outputs, map(note.outputs.get, output_names(note)), strict=True):
                    yield part.pack.id, sheet.number, note.method, words("result"), "", label, "", value, exact, unit
                for text in note.notes:
                    yield part.pack.id, sheet.number, note.method, words("note"), "", text, "", "", "", ""
                yield part.pack.id, sheet.number, note.method, words("source"), "", note.source, "", "", "", ""

    sheet = _sheet(book, words("Worksheets"), columns, rows())
    for row in sheet.iter_rows(min_row=2, min_col=8, max_col=8):
        for cell in row:
            if cell.data_type == "n":
                cell.number_format = "General"


def _roadmap(book: Workbook, report: Report, words: Words) -> None:
    columns = [
        (words("Pack"), 20), (words("No"), 6), (words("Kind"), 12), (words("Step"), 22), (words("Title"), 36),
        (words("What to demand"), 70), (words("Gain"), 8), (words("exact"), EXACT), (words("Running total"), 10),
        (words("exact"), EXACT), (words("Rating then"), 10),
        (words("In the smallest set to the next rating"), 16),
    ]  # fmt: skip

    def rows() -> Iterable[Row]:
        for part in report.parts:
            for item in part.roadmap.gates:
                yield part.pack.id, None, words("gate"), item.gate.id, item.gate.title, item.gate.hint
            for row in part.roadmap.steps:
                yield (
                    part.pack.id, row.number, words(STEP_KINDS[row.step.kind]), row.step.indicator, row.step.title, row.step.do,
                    row.step.gain, _exact(row.step.gain), row.total, _exact(row.total), row.rating, words("yes") if row.in_path else "",
                )  # fmt: skip

    _sheet(book, words("Roadmap"), columns, rows())


def _questions(book: Workbook, report: Report, words: Words) -> None:
    columns = [
        (words("Group"), 34), (words("Fact"), 28), (words("Question"), 60), (words("Stands in"), 40), (words("Waiting for it"), 60),
        (words("Up to"), 8), (words("exact"), EXACT), (words("Answer"), 20), (words("Paper, page"), 30),
    ]  # fmt: skip

    def rows() -> Iterable[Row]:
        for group in report.questions:
            for question in group.questions:
                waiting = "; ".join(f"{wait.pack.id}: {wait.title} ({wait.id})" for wait in question.waiting)
                fact = question.fact
                yield group.title, fact.id, fact.question, question.asked_in, waiting, question.gain or None, _exact(question.gain or None)

    _sheet(book, words("Open questions"), columns, rows())


def _sources(book: Workbook, report: Report, words: Words) -> None:
    columns = [
        (words("No"), 6), (words("Source"), 26), (words("Title"), 60), (words("Status"), 16), (words("Address"), 40), (words("Note"), 70),
        (words("Packs"), 30),
    ]  # fmt: skip

    def rows() -> Iterable[Row]:
        for line in report.sources:
            note = line.note
            yield line.number, note.id, note.title, _word(words, note.status), note.url, note.note, ", ".join(line.packs)
        for name, paper in sorted(report.case.documents.items()):
            yield None, name, paper.title, words("paper of the case"), paper.url, f"{paper.author} {paper.date or ''}".strip(), ""

    _sheet(book, words("Sources"), columns, rows())


def _provenance(book: Workbook, report: Report, words: Words) -> None:
    case = report.case

    def rows() -> Iterable[Row]:
        yield words("Case"), case.id, case.hash
        yield words("Title"), case.title, ""
        yield words("Notes"), case.notes, ""
        yield words("Stage"), case.stage, ""
        yield words("Reference date"), case.date, ""
        yield words("Rated by"), words(RATED_BY[case.rated_by]), ""
        yield words("Currency"), case.currency or "", ""
        for part in report.parts:
            yield words("Pack"), f"{part.pack.id} {part.pack.version}", part.pack.hash
        yield words("Engine"), f"Tenderloop {report.engine}", ""
        yield words("Report"), "", f"sha256:{report.identity}"

    _sheet(book, words("Provenance"), [(words("What"), 20), (words("Value"), 70), (words("Hash"), 76)], rows())


def _timeless(saved: bytes, date: str) -> bytes:
    """The same file without the hour at which it was written: its dates are the case's reference date."""
    year, month, day = (int(part) for part in date.split("-"))
    stamp = f"{date}T00:00:00Z".encode("ascii")
    written = BytesIO()
    with zipfile.ZipFile(BytesIO(saved)) as old, zipfile.ZipFile(written, "w", zipfile.ZIP_DEFLATED) as new:
        for name in sorted(old.namelist()):
            content = old.read(name)
            if name == "docProps/core.xml":
                content = CREATED.sub(rb"\g<1>" + stamp + rb"\g<2>", MODIFIED.sub(rb"\g<1>" + stamp + rb"\g<2>", content))
            info = zipfile.ZipInfo(name, date_time=(max(year, 1980), month, day, 0, 0, 0))
            info.compress_type = zipfile.ZIP_DEFLATED
            info.create_system = 3
            new.writestr(info, content)
    return written.getvalue()
