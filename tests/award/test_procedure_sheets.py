"""A procedure as a workbook: nothing lost on the way out and back, and every bad cell named by sheet and address."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from tenderloop.award.faults import CODES as AWARD_CODES
from tenderloop.award.procedure import Procedure
from tenderloop.award.procedure_sheets import CODES, procedure_workbook, read_procedure_workbook, write_procedure_workbook
from tenderloop.award.reading import procedure_of_text, read_procedure
from tenderloop.cli import DONE, WRONG_USE, main
from tenderloop.errors import Problem, Problems
from tenderloop.readers.faults import CODES as READER_CODES

ROOT = Path(__file__).parents[2]
SAMPLES = ("school_furniture", "wte_concession_award", "hungary_insurance_award")
OTHERS = (ROOT / "tests/report/award/procedure.yaml", ROOT / "tests/bad_procedures/sound/procedure.yaml")
FILES = (*(ROOT / "samples" / name / "procedure.yaml" for name in SAMPLES), *OTHERS)

# Everything that the samples do not use, in one procedure.
EVERYTHING = """\
procedure: everything
title: "=SUM(1) is a text"
buyer: "+49 is a number of a telephone"
currency: EUR
price_date: 2026-03-01
deadline: 2026-03-20T12:00+01:00
rates: {USD: 0.92, CHF: 331/300}
rates_source: central bank, of the day
facts:
  - {id: warranty, kind: number, unit: year, min: 0, max: 30, question: How long is the warranty?}
  - {id: wood, kind: choice, question: Which wood?, options: {oak: "oak, solid", pine: "pine = soft"}}
  - {id: care, kind: level, question: How much care?, levels: [none, some; or more, much], stages: [tender], guidance: Ask.,
     asked_in: form 3}
scales:
  - {id: two, title: Two steps, steps: [{id: "0", value: 0, text: No}, {id: "0.5", value: 33.5, text: Half}, {id: "1", value: 100}]}
panel: [{id: ann, name: Ann, criteria: [look, feel]}]
rules:
  aggregation: trimmed_mean
  trim: 12.5 %
  discrepancy: 1/3
  not_applicable: within
  threshold_when: after_rescaling
  rounding: {at: total, places: 3, mode: half_even}
  ties: [lowest_price, "fact:warranty", draw]
lots:
  - id: A-1
    title: One
    estimate: 123456789012345678.25
    reserved: sme
    criteria:
      - id: life
        type: cost
        title: Cost of the whole life
        weight: 40
        formula: {name: lowest_price_ratio}
        cost: {with_price: true, kinds: [use, maintenance], rate: 2.5 %, timing: mid, years: 12,
               first_year: 2026, carbon_prices: {"2030": 250}, source: ours; see 3}
        adjustments:
          - {id: bonus, title: Bonus, effect: subtract, worth: 1500.5,
             scored_by: {linear: {fact: warranty, from: 10, to: 2.5}}}
      - id: look
        type: quality
        title: Look
        weight: 30
        threshold: {max_pass: 3}
        scored_by: {scale: two}
      - id: rest
        type: quality
        title: The rest
        weight: 30
        rescale: true
        criteria:
          - {id: feel, type: quality, title: Feel, weight: 10, weight_range: {from: 5, to: 15}, weight_kind: per-mid,
             scored_by: {scale: two}}
          - {id: time, type: quality, title: Time, weight: 20, weight_kind: per-mid, weight_range: {from: 20, to: 20},
             scored_by: {rule: "min(100, warranty / (1 year) * 10)"}}
"""


def _changed(change: Callable[[Any], None], procedure: Procedure | None = None) -> bytes:
    """The workbook of a sample after a person changed something in it."""
    book = openpyxl.load_workbook(io.BytesIO(procedure_workbook(procedure or read_procedure(FILES[0]))))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _faults(change: Callable[[Any], None], procedure: Procedure | None = None) -> dict[str, Problem]:
    """Faults by address."""
    with pytest.raises(Problems) as caught:
        read_procedure_workbook(_changed(change, procedure), "p.xlsx")
    for problem in caught.value.problems:
        assert problem.code in CODES or problem.code in AWARD_CODES or problem.code in READER_CODES, problem
        assert problem.line is None, problem
        assert problem.hint, problem
    assert len({each.where for each in caught.value.problems}) == len(caught.value.problems)
    return {each.where: each for each in caught.value.problems}


def _at(book: Any, sheet: str, row: str, head: str) -> Any:
    """The cell under a head, in the row whose column of ids holds ``row``."""
    page = book[sheet]
    heads = {cell.value: cell.column for cell in page[1]}
    ids = heads.get("id") or heads.get("key")
    return next(page.cell(cells[0].row, heads[head]) for cells in page.iter_rows(min_row=2) if page.cell(cells[0].row, ids).value == row)


def _address(sheet: str, row: str, head: str) -> str:
    book = openpyxl.load_workbook(io.BytesIO(procedure_workbook(read_procedure(FILES[0]))))
    return f"{sheet}!{_at(book, sheet, row, head).coordinate}"


def _plain(procedure: Procedure) -> dict[str, Any]:
    """All that is written, in the order written, without file and line."""
    return procedure.model_dump(mode="json")


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.parent.name)
def test_out_and_back_gives_the_same_procedure_and_hash(path: Path, tmp_path: Path) -> None:
    procedure = read_procedure(path)
    target = tmp_path / "p.xlsx"
    write_procedure_workbook(procedure, target)
    for back in (read_procedure_workbook(target), read_procedure(target), procedure_of_text(target.read_bytes(), "p.xlsx")):
        assert back.hash == procedure.hash
        assert _plain(back) == _plain(procedure)
    assert target.read_bytes() == procedure_workbook(back)


def test_out_and_back_of_everything_else() -> None:
    procedure = procedure_of_text(EVERYTHING, "everything.yaml")
    back = read_procedure_workbook(procedure_workbook(procedure))
    assert back.hash == procedure.hash
    assert _plain(back) == _plain(procedure)


def test_texts_stay_texts_whatever_sign_they_begin_with() -> None:
    book = openpyxl.load_workbook(io.BytesIO(procedure_workbook(procedure_of_text(EVERYTHING, "e.yaml"))))
    assert (_at(book, "procedure", "title", "value").data_type, _at(book, "procedure", "title", "value").value) == (
        "s",
        "=SUM(1) is a text",
    )
    assert _at(book, "lots", "A-1", "estimate").value == "123456789012345678.25"  # more digits than a spreadsheet keeps


def test_rows_may_stand_in_any_order() -> None:
    def turn(book: Any) -> None:
        page = book["criteria"]
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=2)]
        for number, values in enumerate(reversed(rows), 2):
            for column, value in enumerate(values, 1):
                page.cell(number, column).value = value

    assert read_procedure_workbook(_changed(turn)).hash == read_procedure(FILES[0]).hash


def test_numbers_are_read_as_shown() -> None:
    def change(book: Any) -> None:
        _at(book, "facts", "warranty_years", "max").value = "30,5"
        _at(book, "procedure", "rules.discrepancy", "value").value = 0.35
        _at(book, "procedure", "rules.discrepancy", "value").number_format = "0 %"
        _at(book, "lots", "lot1", "estimate").value = 0.1 + 0.2  # a spreadsheet shows 0.3

    read = read_procedure_workbook(_changed(change))
    assert (str(read.fact_of["warranty_years"].max), str(read.rules.discrepancy), str(read.lots[0].estimate)) == ("61/2", "7/20", "3/10")


def test_a_weight_that_is_no_number_is_named() -> None:
    def change(book: Any) -> None:
        _at(book, "criteria", "price", "weight").value = "forty"

    where = _address("criteria", "price", "weight")
    assert {at: each.code for at, each in _faults(change).items()} == {where: "bad-number"}


@pytest.mark.parametrize(
    ("sheet", "row", "head", "value", "code"),
    [
        ("criteria", "price", "weight", "1,234", "ambiguous-number"),
        ("criteria", "price", "weight", "40 %", "bad-value"),
        ("criteria", "durability", "weight", "=20+0", "formula-cell"),
        ("criteria", "durability", "weight", "#N/A", "error-cell"),
        ("criteria", "durability", "parent", "qualty", "unknown-parent"),
        ("criteria", "price", "parent", "price", "circular-parent"),
        ("criteria", "durability", "lot", "lot2", "unknown-lot"),
        ("criteria", "durability", "reads", "six", "unknown-scale"),
        ("criteria", "durability", "scored_by", "scala", "unknown-value"),
        ("criteria", "durability", "points", "3=0", "bad-value"),
        ("criteria", "durability", "type", "qualty", "unknown-value"),
        ("criteria", "durability", "type", None, "missing-key"),
        ("criteria", "warranty", "points", "3:0", "bad-points"),
        ("criteria", "warranty", "points", "3=0; 4=x", "bad-number"),
        ("criteria", "warranty", "points", None, "missing-key"),
        ("criteria", "recycled", "points", "0 - 50", "bad-points"),
        ("criteria", "quality", "rescale", "maybe", "wrong-type"),
        ("criteria", "price", "formula", "lowest", "unknown-formula"),
        ("facts", "warranty_years", "unit", "yeer", "unknown-unit"),
        ("facts", "warranty_years", "unit", "40 %", "bad-unit"),
        ("lots", "lot1", "reserved", "all", "unknown-value"),
        ("procedure", "currency", "value", None, "missing-key"),
        ("procedure", "currency", "value", "=A1", "formula-cell"),
        ("procedure", "price_date", "value", "2.3.2026", "bad-date"),
        ("procedure", "rules.rounding.at", "value", "totl", "unknown-value"),
        ("procedure", "rules.ties", "value", "draw; lowest_price", "tie-key-after-draw"),
        ("procedure", "title", "key", "tittle", "unknown-key"),
    ],
)
def test_a_bad_cell_is_named_by_its_address(sheet: str, row: str, head: str, value: object, code: str) -> None:
    def change(book: Any) -> None:
        _at(book, sheet, row, head).value = value

    where = _address(sheet, row, head)
    found = _faults(change)
    assert found[where].code == code, found
    # nothing else is blamed, but the key that is missing when its name is written wrong
    assert len(found) == 1 or row == "title", found


def test_a_repeated_key_is_named_at_the_second() -> None:
    def change(book: Any) -> None:
        _at(book, "procedure", "notice", "key").value = "buyer"

    found = _faults(change)
    assert {at: each.code for at, each in found.items()} == {_address("procedure", "notice", "key"): "repeated-key"}


def test_a_repeated_id_is_named_at_the_second() -> None:
    where = _address("criteria", "repair", "id")

    def change(book: Any) -> None:
        _at(book, "criteria", "repair", "id").value = "durability"

    found = _faults(change)
    assert {at: each.code for at, each in found.items()} == {where: "repeated-id"}
    assert _address("criteria", "durability", "id") in found[where].message


def test_all_faults_at_once_in_the_order_of_sheets_and_cells() -> None:
    def change(book: Any) -> None:
        _at(book, "criteria", "price", "weight").value = "forty"
        _at(book, "criteria", "durability", "scored_by").value = "scala"
        _at(book, "procedure", "currency", "value").value = "Euro"
        _at(book, "facts", "recycled_share", "min").value = "=0"

    found = _faults(change)
    assert [(at.split("!")[0], each.code) for at, each in found.items()] == [
        ("procedure", "bad-currency"),
        ("facts", "formula-cell"),
        ("criteria", "bad-number"),
        ("criteria", "unknown-value"),
    ]


def test_a_leaf_that_is_not_scored_is_told_even_under_a_threshold() -> None:
    def change(book: Any) -> None:
        for head in ("scored_by", "reads"):
            _at(book, "criteria", "durability", head).value = None

    assert [each.code for each in _faults(change).values()] == ["empty-category"]


def test_a_unit_that_is_not_known_is_told_in_a_text_too() -> None:
    with pytest.raises(Problems) as caught:
        procedure_of_text(EVERYTHING.replace("unit: year", "unit: yeer"), "e.yaml")
    assert [(each.code, each.line) for each in caught.value.problems] == [("unknown-unit", 10)]


def test_a_circle_of_parents_is_refused() -> None:
    def change(book: Any) -> None:
        _at(book, "criteria", "quality", "parent").value = "durability"

    found = _faults(change)
    assert found[_address("criteria", "quality", "parent")].code == "circular-parent"


@pytest.mark.parametrize(
    ("change", "where", "code"),
    [
        (lambda book: book.create_sheet("notes").cell(1, 1, "see here"), "notes", "sheet-added"),
        (lambda book: book.remove(book["criteria"]), "criteria", "sheet-missing"),
        (lambda book: setattr(book["facts"], "sheet_state", "hidden"), "facts", "hidden-sheet"),
        (lambda book: book["lots"].merge_cells("B2:B3"), "lots!B2:B3", "merged-cells"),
        (lambda book: setattr(book["lots"]["B1"], "value", "name"), "lots!B1", "unknown-column"),
        (lambda book: setattr(book["lots"]["D1"], "value", "title"), "lots!D1", "header-repeated"),
        (lambda book: setattr(book["lots"]["J2"], "value", "lost"), "lots!J2", "unknown-column"),
        (lambda book: setattr(book["lots"]["A1"], "value", None), "lots!A1", "column-missing"),
    ],
)
def test_sheets_and_heads_are_those_that_are_read(change: Callable[[Any], None], where: str, code: str) -> None:
    assert _faults(change)[where].code == code


def test_no_workbook_is_refused() -> None:
    with pytest.raises(Problems) as caught:
        procedure_of_text(b"PK\x03\x04 and nothing more", "p.xlsx")
    assert [each.code for each in caught.value.problems] == ["not-a-workbook"]
    with pytest.raises(Problems) as caught:
        read_procedure_workbook("there-is-none.xlsx")
    assert [each.code for each in caught.value.problems] == ["file-missing"]


@pytest.mark.parametrize(
    ("before", "after", "where"),
    [
        ("oak, solid", "oak,\\nsolid", "facts"),
        ("title: Two steps", 'title: Two steps, status: published, source: ""', ""),
        ("buyer:", 'method: ""\nbuyer:', "method"),
        ("some; or more", '"some\\nor more"', "facts"),
    ],
)
def test_what_a_sheet_cannot_hold_is_refused_by_name(before: str, after: str, where: str) -> None:
    procedure = procedure_of_text(EVERYTHING.replace(before, after), "e.yaml")
    assert procedure.hash != procedure_of_text(EVERYTHING, "e.yaml").hash
    if not where:  # this one it can hold
        assert read_procedure_workbook(procedure_workbook(procedure)).hash == procedure.hash
        return
    with pytest.raises(Problems) as caught:
        procedure_workbook(procedure)
    assert all(where in each.where and each.hint for each in caught.value.problems), caught.value.problems


def test_a_text_that_is_too_long_or_holds_a_control_character_is_refused_by_its_cell() -> None:
    sample = read_procedure(FILES[0])
    for text in ("x" * 40_000, "bell \x07"):
        with pytest.raises(Problems) as caught:
            procedure_workbook(sample.model_copy(update={"subject": text}))
        assert [(each.code, each.where) for each in caught.value.problems] == [("sheet-cannot-hold", "procedure!B5")]


def test_the_template_names_what_must_be_filled_in(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "template.xlsx"
    assert main(["award", "draft", "--xlsx", str(target)]) == DONE
    with pytest.raises(Problems) as caught:
        read_procedure(target)
    assert [each.where for each in caught.value.problems] == ["procedure!B2", "procedure!B3", "procedure!B4", "procedure!B8"]
    assert main(["award", "draft"]) == WRONG_USE
    assert "which procedure" in capsys.readouterr().err


def test_the_command_writes_sheets_and_reads_them_from_a_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "procedure.xlsx"
    assert main(["award", "draft", str(FILES[0].parent), "--xlsx", str(target)]) == DONE
    capsys.readouterr()
    assert main(["award", "check", str(tmp_path)]) == DONE
    assert capsys.readouterr().out.rstrip().splitlines()[-1].startswith(read_procedure(FILES[0]).hash)
