"""The workbook: every sheet, numbers as numbers with the exact value beside, and no text that a spreadsheet would run."""

from __future__ import annotations

import re
import zipfile
from fractions import Fraction
from io import BytesIO

import openpyxl
import pytest

from tenderloop.report import to_xlsx
from tenderloop.report.model import Report
from tenderloop.result import Result


def opened(made: bytes) -> openpyxl.Workbook:
    return openpyxl.load_workbook(BytesIO(made))


def column(sheet: openpyxl.worksheet.worksheet.Worksheet, name: str) -> list[object]:
    heads = [cell.value for cell in sheet[1]]
    index = heads.index(name)
    return [row[index].value for row in sheet.iter_rows(min_row=2)]


def test_every_sheet_is_there(report: Report) -> None:
    assert opened(to_xlsx(report)).sheetnames == [
        "Summary", "Indicators", "Gates", "Checks", "Worksheets", "Roadmap", "Open questions", "Sources", "Provenance",
    ]  # fmt: skip


def test_every_indicator_has_its_row_with_an_exact_score(report: Report, result: Result) -> None:
    sheet = opened(to_xlsx(report))["Indicators"]
    assert column(sheet, "Indicator") == [node.id for node in result.indicators]
    scores, exact = column(sheet, "Score"), column(sheet, "exact")
    for node, score, text in zip(result.indicators, scores, exact, strict=True):
        if node.score is None:
            assert score is None
        else:
            assert isinstance(score, int | float)
            assert Fraction(str(text)) == node.score
            assert score == pytest.approx(float(node.score))


def test_work_is_line_by_line(report: Report) -> None:
    sheet = opened(to_xlsx(report))["Worksheets"]
    lines = dict(zip(column(sheet, "Line"), column(sheet, "Value"), strict=True))
    assert lines["Residual waste"] == 180000
    assert lines["Capacity of the project"] == 200000


def test_hashes_are_printed(report: Report, result: Result) -> None:
    hashes = column(opened(to_xlsx(report))["Provenance"], "Hash")
    assert result.case.hash in hashes
    assert result.pack.hash in hashes


def test_no_text_is_a_formula(hostile: Report) -> None:
    made = to_xlsx(hostile)
    dangerous = 0
    for sheet in opened(made):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), (sheet.title, cell.coordinate, cell.value)
                assert cell.hyperlink is None
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@")):
                    dangerous += 1
                    assert cell.quotePrefix, (sheet.title, cell.coordinate)
    assert dangerous
    with zipfile.ZipFile(BytesIO(made)) as parts:
        for name in parts.namelist():
            assert not re.search(rb"<f[ >]", parts.read(name)), name


def test_characters_that_a_workbook_cannot_hold_become_spaces(result: Result) -> None:
    from tenderloop.report import build

    case = result.case.model_copy(update={"notes": "a\x00b\x0bc" + "x" * 40_000})
    notes = opened(to_xlsx(build([result.model_copy(update={"case": case})])))["Provenance"]["B4"].value
    assert str(notes).startswith("a b cxxx")
    assert len(str(notes)) == 32_000


def test_the_hour_leaves_no_trace(report: Report) -> None:
    with zipfile.ZipFile(BytesIO(to_xlsx(report))) as parts:
        assert {info.date_time for info in parts.infolist()} == {(2026, 11, 21, 0, 0, 0)}
        assert b"2026-11-21T00:00:00Z" in parts.read("docProps/core.xml")
