"""The score workbook: out and back without loss, every bad cell named, other procedures' workbooks and changed cells refused."""

from __future__ import annotations

import datetime as dt
import io
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook
from openpyxl.comments import Comment

from tenderloop.award.bid import Bid
from tenderloop.award.judgement import Judgement
from tenderloop.award.procedure import Criterion, Lot, PanelMember, Procedure, Rules, Scale, ScaleStep, ScoredBy
from tenderloop.award.reading import judgements_of_text
from tenderloop.award.workbook import CODES, ScoreSheet, judgements_text, read_score_workbook, score_workbook, write_score_workbook
from tenderloop.case import Document, Evidence
from tenderloop.errors import Problems
from tenderloop.readers.faults import CODES as WORKBOOK_CODES

JUDGED_CODES = ("unknown-evaluator", "unknown-step", "reason-missing")  # award/faults.py
WHEN = "2026-03-20T10:00"

STEPS = ("No answer.", "Some of it, with gaps.", "All of it.", "All of it, proven, and more: better, longer.", "=SUM(A1) is text, too")
FOUR = Scale(
    id="five",
    title="Quality of the answer (ours)",
    steps=tuple(ScaleStep(id=str(n), value=Fraction(25 * n), text=text) for n, text in enumerate(STEPS)),
)


def procedure(**changes: Any) -> Procedure:
    values: dict[str, Any] = {
        "id": "chairs",
        "title": "Chairs",
        "buyer": "Town of Example (invented)",
        "currency": "EUR",
        "scales": (FOUR,),
        "panel": (PanelMember(id="ann", name="Ann Alder"), PanelMember(id="bo", criteria=("repair",))),
        "lots": (
            Lot(
                id="lot1",
                title="Chairs",
                criteria=(
                    Criterion(id="price", type="price", title="Price", weight=Fraction(40)),
                    Criterion(
                        id="durability",
                        type="quality",
                        title="Durability: wear/tear",
                        weight=Fraction(40),
                        scored_by=ScoredBy(scale="five"),
                    ),
                    Criterion(id="repair", type="quality", title="Repair", weight=Fraction(20), scored_by=ScoredBy(scale="five")),
                ),
            ),
        ),
    }
    return Procedure(**{**values, **changes})


BIDS = (
    Bid(id="b2", bidder="Birch & Co", lot="lot1", price=Fraction(100)),
    Bid(id="b1", bidder="=Alder", lot="lot1", price=Fraction(90), version="2", documents={"d1": Document(title="Offer")}),
    Bid(id="b3", bidder="Gone", lot="lot1", price=Fraction(90), withdrawn="2026-03-10"),
)


def judged(bid: str = "b1", criterion: str = "durability", step: str = "3", **more: Any) -> Judgement:
    values = {"evaluator": "ann", "version": {"b1": "2", "b2": "1"}[bid], "reason": "Ten years.", "time": WHEN, **more}
    return Judgement(bid=bid, criterion=criterion, step=step, **values)


ALL = (
    judged(
        evidence=(
            Evidence(document="d1", page="12", quote="= ten years, + spare parts"),
            Evidence(kind="test", document="d1", grade=3, date="2026-01-02"),
        )
    ),
    judged("b2", step="0", reason="@nothing\nis said of it"),
    judged(criterion="repair", step="4", confidence="sure", evidence=(Evidence(document="d1", grade=2),)),
)


def edited(change: Any, judgements: tuple[Judgement, ...] = ALL, of: Procedure | None = None) -> bytes:
    """A workbook filled in with these judgements, opened, changed and saved by another program."""
    book = load_workbook(io.BytesIO(score_workbook(of or procedure(), BIDS, "ann", judgements=judgements)))
    change(book)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read(data: bytes, **more: Any) -> ScoreSheet:
    return read_score_workbook(data, procedure(), BIDS, time=WHEN, **more)


def faults(data: bytes, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(Problems) as caught:
        read(data, **more)
    for problem in caught.value.problems:
        assert problem.hint, problem
        assert problem.code in WORKBOOK_CODES or problem.code in CODES or problem.code in JUDGED_CODES
    return [(problem.code, problem.where) for problem in caught.value.problems]


def put(sheet: str, cell: str, value: Any) -> Any:
    def change(book: Workbook) -> None:
        book[sheet][cell] = value

    return change


DURABILITY, REPAIR = "1 Durability wear tear", "2 Repair"


def test_out_and_back_loses_nothing() -> None:
    found = read(edited(lambda book: None))
    assert found.evaluator == "ann"
    assert found.procedure_hash == procedure().hash
    assert sorted(found.judgements, key=repr) == sorted(ALL, key=repr)
    assert found.blank == (("b2", "repair"),)


def test_same_bytes_in_any_order() -> None:
    first = score_workbook(procedure(), BIDS, "ann", judgements=ALL)
    assert first == score_workbook(procedure(), BIDS[::-1], "ann", judgements=ALL[::-1])
    target = io.BytesIO()
    write_score_workbook(procedure(), BIDS, "ann", target, judgements=ALL)
    assert target.getvalue() == first


def test_a_file_is_written_and_read_by_path(tmp_path: Any) -> None:
    path = tmp_path / "ann.xlsx"
    write_score_workbook(procedure(), BIDS, "ann", path, judgements=ALL[:1])
    assert read_score_workbook(path, procedure(), BIDS, time=WHEN).judgements == ALL[:1]


def test_blank_is_blank_and_not_zero() -> None:
    found = read(score_workbook(procedure(), BIDS, "ann"))
    assert found.judgements == ()
    assert found.blank == (("b1", "durability"), ("b2", "durability"), ("b1", "repair"), ("b2", "repair"))


def test_no_price_no_withdrawn_bid_no_other_judgement_is_shown() -> None:
    other = Judgement(evaluator="bo", bid="b1", version="2", criterion="repair", step="1", reason="CANARY", time=WHEN)
    book = load_workbook(io.BytesIO(score_workbook(procedure(), BIDS, "ann", judgements=(*ALL, other))))
    said = [str(cell.value) for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert not [text for text in said if "CANARY" in text or "Gone" in text or text in ("90", "100")]
    assert sum("Alder" in text for text in said) >= 2


def test_an_evaluator_gets_only_the_own_criteria() -> None:
    book = load_workbook(io.BytesIO(score_workbook(procedure(), BIDS, "bo")))
    assert book.sheetnames == ["Read me", "1 Repair", "More evidence", "About", "Lists"]


def test_only_what_is_filled_in_is_unlocked() -> None:
    book = load_workbook(io.BytesIO(score_workbook(procedure(), BIDS, "ann")))
    sheet = book[REPAIR]
    assert all(each.protection.sheet for each in book)
    unlocked = {cell.coordinate for row in sheet.iter_rows() for cell in row if not cell.protection.locked}
    assert unlocked == {f"{column}{row}" for column in "EFGHIJ" for row in (11, 12)}
    lists = {str(each.sqref): each.formula1 for each in sheet.data_validations.dataValidation}
    column = lists["E11:E12"].split("$")[1]
    assert [book["Lists"][f"{column}{row}"].value for row in range(1, 6)] == [f"{n}: {text}" for n, text in enumerate(STEPS)]
    assert sheet.column_dimensions["A"].hidden
    assert {book[name].sheet_state for name in ("Lists", "About")} == {"hidden"}


def test_text_is_never_a_formula() -> None:
    book = load_workbook(io.BytesIO(score_workbook(procedure(), BIDS, "ann", judgements=ALL)))
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row if cell.value is not None}
    assert kinds == {"s"}


def test_the_id_of_a_step_alone_is_understood() -> None:
    assert read(edited(put(DURABILITY, "E11", 3))).judgements[0].step == "3"
    assert read(edited(put(DURABILITY, "E11", " 2: All  of it. "))).judgements[0].step == "2"


def test_a_typed_page_is_text() -> None:
    assert read(edited(put(DURABILITY, "H11", 14))).judgements[0].evidence[0].page == "14"


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "code"),
    [
        (DURABILITY, "E11", "5", "unknown-step"),
        (DURABILITY, "E11", 2.5, "unknown-step"),
        (DURABILITY, "E11", "3: All of it.", "unknown-step"),
        (DURABILITY, "E11", True, "wrong-kind"),
        (DURABILITY, "E11", "=1+2", "formula-cell"),
        (DURABILITY, "F11", "=A1", "formula-cell"),
        (DURABILITY, "F11", "#N/A", "error-cell"),
        (DURABILITY, "F11", None, "reason-missing"),
        (DURABILITY, "F11", "…", "reason-missing"),
        (DURABILITY, "B11", "b2", "cell-changed"),
        (DURABILITY, "C11", "Another", "cell-changed"),
        (DURABILITY, "C11", '="Alder"', "cell-changed"),
        (DURABILITY, "C6", "An easier step", "cell-changed"),
        (DURABILITY, "B2", "weighs 90 of 100", "cell-changed"),
        (DURABILITY, "K11", "a note", "outside-cell"),
        (DURABILITY, "F20", "a note", "row-without-id"),
        (DURABILITY, "F10", "my reason", "column-changed"),
        ("Read me", "A1", "Other", "cell-changed"),
        ("Read me", "A60", "a note", "cell-changed"),
        ("More evidence", "H5", "9", "bad-grade"),
        ("More evidence", "G5", "2026-02-30", "wrong-kind"),
        ("More evidence", "I5", "a note", "outside-cell"),
        ("More evidence", "A4", "x", "cell-changed"),
    ],
)
def test_a_bad_cell_is_named(sheet: str, cell: str, value: Any, code: str) -> None:
    assert faults(edited(put(sheet, cell, value))) == [(code, f"'{sheet}'!{cell}")]


def test_all_faults_come_at_once() -> None:
    def change(book: Workbook) -> None:
        book[DURABILITY]["E11"] = "7"
        book[DURABILITY]["F12"] = None
        book[REPAIR]["B11"] = "b9"

    assert faults(edited(change)) == [
        ("unknown-step", f"'{DURABILITY}'!E11"),
        ("reason-missing", f"'{DURABILITY}'!F12"),
        ("cell-changed", f"'{REPAIR}'!B11"),
    ]


@pytest.mark.parametrize("column", ["F", "G", "H", "I", "J"])
def test_nothing_is_lost_when_a_step_is_missing(column: str) -> None:
    assert faults(edited(put(REPAIR, f"{column}12", "words"))) == [("step-missing", f"'{REPAIR}'!E12")]


def test_a_paper_for_nothing_is_named() -> None:
    def change(book: Workbook) -> None:
        for cell, value in (("A7", "repair"), ("B7", "b2"), ("D7", "d1")):
            book["More evidence"][cell] = value

    assert faults(edited(change)) == [("step-missing", f"'{REPAIR}'!E12")]
    assert faults(edited(put("More evidence", "B5", "b7"))) == [("row-without-id", "'More evidence'!A5")]


def test_a_row_of_more_evidence_names_something() -> None:
    def change(book: Workbook) -> None:
        for cell, value in (("A7", "repair"), ("B7", "b1"), ("H7", "2")):
            book["More evidence"][cell] = value

    assert faults(edited(change)) == [("outside-cell", "'More evidence'!A7")]


def test_a_date_typed_as_a_date_is_read_and_a_time_of_day_is_not() -> None:
    read_back = read(edited(put("More evidence", "G5", dt.datetime(2026, 2, 3))))
    assert read_back.judgements[0].evidence[1].date == "2026-02-03"
    assert faults(edited(put("More evidence", "G5", dt.time(10, 30)))) == [("wrong-kind", "'More evidence'!G5")]


def test_the_instructions_say_what_becomes_of_the_judgement() -> None:
    by_mean = procedure(rules=Rules(aggregation="trimmed_mean"))
    said = load_workbook(io.BytesIO(score_workbook(by_mean, BIDS, "ann")))["Read me"]["A6"].value
    assert said == "1. Judge alone. The score is the trimmed mean of all steps, as published."
    assert "stay on record" in load_workbook(io.BytesIO(score_workbook(procedure(), BIDS, "ann")))["Read me"]["A6"].value


def test_a_comment_would_be_lost() -> None:
    def change(book: Workbook) -> None:
        book[REPAIR]["E11"].comment = Comment("but see page 9", "Ann")

    assert faults(edited(change)) == [("comment-cell", f"'{REPAIR}'!E11")]


def test_sheets_are_as_sent() -> None:
    assert faults(edited(lambda book: book.create_sheet("Notes"))) == [("sheet-added", "'Notes'")]
    assert ("sheet-missing", f"'{REPAIR}'") in faults(edited(lambda book: book.remove(book[REPAIR])))
    assert faults(edited(lambda book: book.remove(book["About"]))) == [("sheet-missing", "file")]


def test_a_deleted_row_and_a_doubled_one_are_named() -> None:
    def doubled(book: Workbook) -> None:
        book[REPAIR]["A13"] = book[REPAIR]["A11"].value

    def removed(book: Workbook) -> None:
        for column in "ABCDEFGHIJ":
            book[REPAIR][f"{column}12"] = None

    assert faults(edited(doubled)) == [("row-added", f"'{REPAIR}'!A13")]
    assert faults(edited(removed)) == [("row-missing", f"'{REPAIR}'!A12")]
    assert [code for code, _ in faults(edited(put(REPAIR, "A13", "repair b9 1")))] == ["row-added"]


def test_sorted_rows_are_understood() -> None:
    def change(book: Workbook) -> None:
        sheet = book[DURABILITY]
        above, below = ([sheet.cell(row, column).value for column in range(1, 11)] for row in (11, 12))
        for column in range(1, 11):
            for row, values in ((11, below), (12, above)):
                sheet.cell(row, column).value = values[column - 1]
                sheet.cell(row, column).data_type = "s"

    assert read(edited(change)) == read(edited(lambda book: None))


def test_merged_cells_are_refused() -> None:
    def change(book: Workbook) -> None:
        book[REPAIR].merge_cells("F11:G11")

    assert ("merged-cells", f"'{REPAIR}'!F11:G11") in faults(edited(change))


def test_another_procedures_workbook_is_refused_by_hash() -> None:
    changed = procedure(title="Chairs, second text")
    said = faults(edited(lambda book: None, of=changed))
    assert said == [("other-procedure", "'About'!B3")]
    assert faults(edited(lambda book: None, of=procedure(id="desks"))) == [("other-procedure", "'About'!B3")]
    assert faults(edited(put("About", "B1", "0"))) == [("other-procedure", "'About'!B1")]


def test_another_evaluators_workbook_is_refused() -> None:
    assert faults(edited(lambda book: None), evaluator="bo") == [("other-evaluator", "'About'!B4")]
    assert faults(edited(put("About", "B4", "eve"))) == [("unknown-evaluator", "'About'!B4")]
    with pytest.raises(Problems, match="unknown-evaluator"):
        score_workbook(procedure(), BIDS, "eve")
    with pytest.raises(Problems, match="unknown-evaluator"):
        score_workbook(procedure(panel=()), BIDS, "Not an id")


def test_an_evaluator_of_an_open_panel() -> None:
    loose = procedure(panel=())
    data = score_workbook(loose, BIDS, "eve")
    assert read_score_workbook(data, loose, BIDS).evaluator == "eve"


def test_a_changed_bid_is_told_and_not_judged_in_silence() -> None:
    newer = tuple(bid.model_copy(update={"version": "3"}) if bid.id == "b1" else bid for bid in BIDS)
    with pytest.raises(Problems) as caught:
        read_score_workbook(score_workbook(procedure(), BIDS, "ann", judgements=ALL), procedure(), newer)
    assert {problem.code for problem in caught.value.problems} == {"other-version"}
    assert "version 3" in str(caught.value)


def test_a_judgement_on_an_older_version_is_not_filled_in() -> None:
    old = ALL[0].model_copy(update={"version": "1"})
    assert read(score_workbook(procedure(), BIDS, "ann", judgements=(old,))).judgements == ()


def test_what_is_no_workbook_is_refused() -> None:
    assert faults(b"PK nonsense") == [("not-a-workbook", "file")]


def test_a_cell_at_the_far_corner_costs_nothing() -> None:
    assert faults(edited(put(REPAIR, "XFD1048576", "x")))[0] == ("outside-cell", f"'{REPAIR}'!XFD1048576")


def test_only_what_is_new_is_appended() -> None:
    later = ALL[1].model_copy(update={"step": "1", "time": "2026-03-21"})
    found = read(score_workbook(procedure(), BIDS, "ann", judgements=(*ALL, later)))
    assert found.changed_from((*ALL, later)) == ()
    assert [each.step for each in found.changed_from(ALL)] == ["1"]
    assert len(found.changed_from(())) == 3


def test_judgements_come_back_from_a_file() -> None:
    odd = judged("b2", reason='a "quoted" word: and, [more] # than {that}\nnext line: no', step="0", time="2026-03-20 10:00")
    written = judgements_text("chairs", (*ALL, odd))
    found = judgements_of_text(written, procedure(), "judgements.yaml").judgements
    assert tuple(each.model_copy(update={"file": "", "line": 0}) for each in found) == (*ALL, odd)


def test_a_text_that_no_cell_holds_is_refused() -> None:
    with pytest.raises(Problems, match="text-too-long"):
        score_workbook(procedure(), BIDS, "ann", judgements=(judged(reason="x" * 40_000),))
    with pytest.raises(Problems, match="control-character"):
        score_workbook(procedure(title="Chairs\x07"), BIDS, "ann")


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["b1", "b2"]),
            st.sampled_from(["durability", "repair"]),
            st.sampled_from(["0", "1", "4"]),
            st.text(st.characters(codec="utf-8", exclude_categories=("C", "Z")), min_size=1, max_size=20).map(lambda text: f"a{text}"),
            st.sampled_from(["", "=1+1", "+9", "-", "@x", "12"]),
        ),
        unique_by=lambda each: (each[0], each[1]),
    )
)
def test_whatever_is_written_comes_back(rows: list[tuple[str, str, str, str, str]]) -> None:
    written = tuple(
        judged(bid, criterion, step, reason=reason, evidence=(Evidence(document=paper),) if paper else ())
        for bid, criterion, step, reason, paper in rows
    )
    found = read(edited(lambda book: None, written))
    assert sorted(found.judgements, key=repr) == sorted(written, key=repr)
    assert len(found.blank) == 4 - len(written)
