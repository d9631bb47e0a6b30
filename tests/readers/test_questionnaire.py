"""The questionnaire: what a sponsor sees, what comes back, and that nothing is lost or run."""

from __future__ import annotations

import io
import random
import sys
import zipfile
from fractions import Fraction
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook

from tenderloop.case import Case
from tenderloop.errors import Problems
from tenderloop.pack import Pack
from tenderloop.readers.cases import case_of_text, read_case
from tenderloop.readers.packs import list_packs, load_pack, read_pack
from tenderloop.readers.questionnaire import HEAD, QUESTION_HEADS, layout, read_questionnaire, write_questionnaire

sys.path.insert(0, str(Path(__file__).parent))
from bad_files import SOUND, refused
from test_cases import TEXT

PACK: Pack = read_pack(SOUND)
SHEETS = [
    "Read me",
    "Project",
    "Documents",
    "People",
    "Planet",
    "Gates and checks",
    "composition",
    "Not applicable",
    "Justifications",
    "Thresholds",
    "More evidence",
]


def _written(case: Case | None = None, **more: object) -> bytes:
    stream = io.BytesIO()
    write_questionnaire([PACK], stream, case=case, **more)  # type: ignore[arg-type]
    return stream.getvalue()


def _book(data: bytes) -> Workbook:
    return load_workbook(io.BytesIO(data))


def test_every_fact_is_asked_once() -> None:
    packs = [load_pack(name) for name in list_packs()]
    asked = [question.fact.id for sheet in layout(packs) for question in sheet.questions]
    declared = {fact.id for pack in packs for fact in pack.facts}
    assert sorted(asked) == sorted(declared)
    titles = [sheet.title for sheet in layout(packs)]
    assert all(len(title) <= 31 for title in titles)
    assert len({title.casefold() for title in titles}) == len(titles)


def test_a_stage_leaves_out_what_is_not_asked_then() -> None:
    pack = load_pack("people_first_ppp")
    asked = {question.fact.id for sheet in layout([pack], "identification") for question in sheet.questions}
    assert asked
    assert asked < {fact.id for fact in pack.facts}
    for indicator in pack.indicators:
        if "identification" in pack.stages_of(indicator):
            assert set(indicator.facts) <= asked


def test_the_workbook_is_made_for_filling_in() -> None:
    book = _book(_written())
    assert [name for name in book.sheetnames if book[name].sheet_state == "visible"] == SHEETS
    sheet = book["People"]
    assert [cell.value for cell in sheet[HEAD]] == list(QUESTION_HEADS)
    assert sheet.freeze_panes == "D5"
    assert sheet.auto_filter.ref == "A4:K7"
    assert sheet.print_title_rows == "$4:$4"
    assert sheet.protection.sheet
    assert sheet["A5"].protection.locked
    assert not sheet["D5"].protection.locked
    assert sheet["C5"].alignment.wrap_text
    lists = {str(validation.sqref): validation.formula1 for validation in sheet.data_validations.dataValidation}
    assert lists["D5"] == '"yes,no"'
    column = lists["D6"].split("$")[1]
    assert [cell.value for cell in book["Lists"][column]][:3] == [
        "0: Nothing is written.",
        "1: A plan names an owner.",
        "2: A plan is in the contract.",
    ]


def test_the_same_questions_give_the_same_bytes() -> None:
    assert _written() == _written()
    case = case_of_text(TEXT, "case.yaml", [PACK])
    assert _written(case) == _written(case)
    with zipfile.ZipFile(io.BytesIO(_written())) as archive:
        assert {part.date_time for part in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_a_filled_questionnaire_reads_back_equal(tmp_path: Path) -> None:
    case = case_of_text(TEXT, "case.yaml", [PACK])
    target = tmp_path / "case.xlsx"
    target.write_bytes(_written(case))
    found = read_case(target, [PACK])
    assert found.hash == case.hash
    assert found.model_dump() == case.model_dump()
    assert read_case(tmp_path, [PACK]).hash == case.hash


def test_a_case_of_another_stage_loses_nothing(tmp_path: Path) -> None:
    case = case_of_text(TEXT, "case.yaml", [PACK])
    target = tmp_path / "filled.xlsx"
    target.write_bytes(_written(case, stage="preparation"))
    assert read_questionnaire(target, [PACK]).facts.keys() == case.facts.keys()


def test_text_is_never_a_formula(tmp_path: Path) -> None:
    text = TEXT.replace('note: "=1+1"', "note: '=HYPERLINK(\"https://example.org\")'").replace('"Plant: the second line"', "'@SUM(A1)'")
    case = case_of_text(text, "case.yaml", [PACK])
    data = _written(case)
    book = _book(data)
    cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row if isinstance(cell.value, str)]
    assert [cell.coordinate for cell in cells if cell.data_type == "f"] == []
    odd = [cell for cell in cells if cell.value[:1] in "=+-@"]
    assert len(odd) >= 3
    assert all(cell.quotePrefix for cell in odd)
    (tmp_path / "q.xlsx").write_bytes(data)
    assert read_questionnaire(tmp_path / "q.xlsx", [PACK]).facts["note"].value == '=HYPERLINK("https://example.org")'


def _filled(tmp_path: Path, **cells: object) -> Path:
    book = _book(_written())
    for address, value in {
        "C5": "demo",
        "C6": "A demonstration",
        "C7": "project",
        "C8": "tender",
        "C9": "2026-11-21",
        "C10": "EUR",
    }.items():
        book["Project"][address] = value
    for address, value in cells.items():
        title, _, cell = address.rpartition("_")
        book[title.replace("_", " ")][cell] = value
    target = tmp_path / "filled.xlsx"
    book.save(target)
    return target


def test_cells_are_read_as_people_type_them(tmp_path: Path) -> None:
    path = _filled(
        tmp_path,
        People_D5=True,
        People_D6="2: A plan is in the contract.",
        People_D7="granted",
        Planet_D5=0.1,
        Planet_D6="2000000 kg/year",
        Planet_D7="repair; reuse",
        Planet_D8=2018,
        Gates_and_checks_D5=1234567.89,
    )
    found = {name: answer.value for name, answer in read_questionnaire(path, [PACK]).facts.items()}
    assert found == {
        "has_users": True,
        "plan": Fraction(2),
        "permit": "granted",
        "recovered": Fraction(1, 10),
        "capacity": Fraction(2000),
        "parts": ("reuse", "repair"),
        "note": "2018",
        "cost": Fraction("1234567.89"),
    }


def test_a_per_cent_cell_means_what_it_shows(tmp_path: Path) -> None:
    book = load_workbook(_filled(tmp_path, composition_A6="paper"))
    book["composition"]["B6"] = 0.125
    book["composition"]["B6"].number_format = "0.0%"
    book.save(tmp_path / "filled.xlsx")
    value = read_questionnaire(tmp_path / "filled.xlsx", [PACK]).facts["composition"].value
    assert value == ({"component": "paper", "share": Fraction("12.5")},)


def test_all_bad_cells_come_at_once(tmp_path: Path) -> None:
    path = _filled(tmp_path, People_D5="perhaps", People_D7="refused", Planet_D5="=1+1", Planet_D6="much", Project_C9="soon")
    with pytest.raises(Problems) as found:
        read_questionnaire(path, [PACK])
    assert {problem.where for problem in found.value.problems} == {
        "'People'!D5",
        "'People'!D7",
        "'Planet'!D5",
        "'Planet'!D6",
        "'Project'!C9",
    }


def test_the_packs_are_known_from_the_workbook(tmp_path: Path) -> None:
    head = "case: x\ntitle: X\nkind: project\nstage: tender\ndate: 2026-11-21\n"
    case = case_of_text(head + "packs: [circular_ppp, people_first_ppp]\nfacts: {pf_climate_plan_named: true}\n")
    target = tmp_path / "q.xlsx"
    write_questionnaire(["circular_ppp", "people_first_ppp"], target, case=case)
    assert read_questionnaire(target).hash == case.hash


def test_a_text_that_no_cell_holds_is_refused() -> None:
    case = case_of_text(TEXT, "case.yaml", [PACK]).model_copy(update={"notes": "x" * 40_000})
    with pytest.raises(Problems) as found:
        _written(case)
    assert [(problem.code, problem.where) for problem in found.value.problems] == [("text-too-long", "'Project'!C12")]


def test_damaged_workbooks_are_refused_or_read(tmp_path: Path) -> None:
    """Bytes changed at random: a case or a list of faults, never anything else."""
    data = _written(case_of_text(TEXT, "case.yaml", [PACK]))
    random_ = random.Random(20261121)  # a fixed seed, so that the test is the same every time
    times = 0
    for _ in range(60):
        changed = bytearray(data)
        for _ in range(random_.randint(1, 20)):
            changed[random_.randrange(len(changed))] = random_.randrange(256)
        target = tmp_path / "q.xlsx"
        target.write_bytes(bytes(changed))
        faults = refused(lambda: read_questionnaire(target, [PACK]))  # noqa: B023  (it runs at once)
        assert faults is None or all(problem.hint and problem.where for problem in faults), faults
        times += faults is not None
    assert times > 30
