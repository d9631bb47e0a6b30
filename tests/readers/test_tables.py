"""Tables as they really are: sheets, flattened releases, bids and facts; nothing is guessed and every fault names its cell."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
import os
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from tenderloop import evaluate, load_pack
from tenderloop.errors import Problem, Problems
from tenderloop.pack import Pack
from tenderloop.readers import flattened, grids, tables
from tenderloop.readers.cases import case_of_text, write_case
from tenderloop.readers.grids import find_header, read_day, read_number
from tenderloop.readers.tables import Table, TableCases, is_flattened, read_table, table_cases, unflatten

DATA = Path(os.environ.get("TENDERLOOP_TEST_DATA", Path(__file__).parents[3] / "shared" / "data"))
REAL = pytest.mark.skipif(not DATA.is_dir(), reason="the published data are not here")
DAY = "2026-06-01"


@pytest.fixture(scope="module")
def bid_pack() -> Pack:
    return load_pack("circular_bid")


def book(sheets: dict[str, list[list[Any]]], hidden: str = "") -> bytes:
    made = Workbook()
    assert made.active is not None
    made.remove(made.active)
    for name, rows in sheets.items():
        sheet = made.create_sheet(name)
        for row in rows:
            sheet.append(row)
        if name == hidden:
            sheet.sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def codes(problems: tuple[Problem, ...]) -> list[str]:
    return [each.code for each in problems]


def told(problems: tuple[Problem, ...], code: str) -> Problem:
    assert code in codes(problems), [str(each) for each in problems]
    return next(each for each in problems if each.code == code)


def refused(source: bytes | Path) -> str:
    with pytest.raises(Problems) as found:
        read_table(source, "bids.csv" if isinstance(source, bytes) else "")
    return codes(found.value.problems)[-1]


# ---------------------------------------------------------------------------------------------------------------------------- sheets


def test_header_is_not_the_first_row_and_spaces_are_mended() -> None:
    table = read_table(
        book(
            {"Bids": [["Offers for desks"], [], [None, "  Bidder ", "Recycled \u00a0 content", "Price"], [None, " A Ltd\u00a0", 0.125, 12]]}
        ),
        "b.xlsx",
    )
    (sheet,) = table.sheets
    assert sheet.header is not None
    assert [(head.text, head.where) for head in sheet.heads] == [
        ("Bidder", "Bids!B3"),
        ("Recycled content", "Bids!C3"),
        ("Price", "Bids!D3"),
    ]
    assert [(cell.value, cell.where) for cell in sheet.body[0].filled] == [
        ("A Ltd", "Bids!B4"),
        (Decimal("0.125"), "Bids!C4"),
        (12, "Bids!D4"),
    ]
    assert table.problems == ()


def test_numbers_are_what_the_sheet_shows() -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["a", "b", "c"])
    sheet.append([0.1 + 0.2, 0.3, 45233130.0])
    sheet["B2"].number_format = "0.0%"
    out = io.BytesIO()
    made.save(out)
    cells = read_table(out.getvalue()).sheets[0].body[0].cells
    assert [(cell.value, cell.percent) for cell in cells] == [(Decimal("0.3"), False), (Decimal("0.3"), True), (45233130, False)]


def test_formulas_errors_merged_cells_and_hidden_sheets_are_told() -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.title = "Bids"
    for row in (["bid", "x", "y"], ["A", "=1+1", "#REF!"], ["B", 1, 2]):
        sheet.append(row)
    sheet["C2"].data_type = "e"
    sheet.merge_cells("A3:A4")
    made.create_sheet("Old").sheet_state = "hidden"
    out = io.BytesIO()
    made.save(out)
    table = read_table(out.getvalue(), "b.xlsx")
    assert [each.name for each in table.sheets] == ["Bids"]
    assert told(table.problems, "formula-cell").where == "Bids!B2"
    assert told(table.problems, "error-cell").where == "Bids!C2"
    assert told(table.problems, "merged-cells").where == "Bids!A3:A4"
    assert told(table.problems, "hidden-sheet").where == "Old"
    assert table.sheets[0].body[0].cells[1].value is None


def test_heads_that_are_repeated_or_empty_are_told() -> None:
    table = read_table(b"bid,price,Price ,,years\nA,1,2,3,4,5\n", "b.csv")
    assert told(table.problems, "header-repeated").where == "C1"
    assert told(table.problems, "header-empty").where == "D2"
    assert told(table.problems, "row-too-long").where == "F2"
    assert [head.text for head in table.sheets[0].heads] == ["bid", "price", "Price", "years"]


def test_cells_far_away_cost_nothing() -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet["A1"], sheet["A2"], sheet["B1"], sheet["B2"] = "a", 1, "b", 2
    sheet["A1048576"] = "end"
    sheet["XFD9"] = "far"
    out = io.BytesIO()
    made.save(out)
    table = read_table(out.getvalue(), "b.xlsx")
    assert [row.number for row in table.sheets[0].rows] == [1, 2, 1048576]
    assert told(table.problems, "too-many-columns").where == "Sheet"


@pytest.mark.parametrize(
    ("text", "separator"),
    [
        ("a;b\n1,5;2\n", ";"),
        ("a,b\n1.5,2\n", ","),
        ("a\tb\n1,5\t2\n", "\t"),
        ("a|b|c\n1|2|3\n", "|"),
        ('"a;x","b"\n"1;2","3"\n', ","),
        ("Title of it all\na;b;c\n1;2;3\n4;5;6\n", ";"),
    ],
)
def test_separators(text: str, separator: str) -> None:
    assert read_table(text.encode()).separator == separator


def test_encodings() -> None:
    table = read_table("bid;étagère\nA;1\n".encode("cp1252"), "b.csv")
    assert table.sheets[0].heads[1].text == "étagère"
    assert [each.code for each in table.problems] == ["not-utf8"]
    assert read_table("bid;étagère\nA;1\n".encode("utf-8-sig")).sheets[0].heads[0].text == "bid"
    assert read_table("bid;étagère\nA;1\n".encode("utf-16")).sheets[0].heads[1].text == "étagère"


def test_what_cannot_be_read_is_refused_or_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(tmp_path / "none.csv") == "table-missing"
    assert refused(b"") == "empty-table"
    assert refused(b"\n ; ;\n") == "empty-table"
    with pytest.raises(Problems, match="not-a-workbook"):
        read_table(b"PK\x03\x04 broken")
    unclosed = read_table(b'a,b\n1,"2\n' + b"x" * 200_000, "b.csv")
    assert told(unclosed.problems, "bad-csv").where == "line 2"
    monkeypatch.setattr(grids, "MOST_ROWS", 2)
    assert told(read_table(b"a,b\n1,2\n3,4\n").problems, "too-many-rows").where == "line 3"
    monkeypatch.setattr(grids, "MOST_BYTES", 3)
    assert refused(b"a,b\n1,2\n") == "table-too-large"


def test_find_header_by_what_is_wanted() -> None:
    rows = read_table(b"Note,from,us\nwidth,height,depth\nbid,price,years\nA,1,2\n").sheets[0].rows
    assert find_header(rows) == 0
    assert find_header(rows, {"price", "years"}.__contains__) == 2
    assert find_header(rows, {"mass"}.__contains__) is None


@pytest.mark.parametrize(
    ("text", "sign", "value"),
    [
        ("12", "", Decimal(12)),
        ("-3.5", "", Decimal("-3.5")),
        ("12,5", "", Decimal("12.5")),
        ("1.234", "", "ambiguous-number"),
        ("1,234", "", "ambiguous-number"),
        ("1.234", ",", Decimal(1234)),
        ("1,234", ",", Decimal("1.234")),
        ("0,250", "", Decimal("0.250")),
        ("1.234.567", "", Decimal(1234567)),
        ("1 234 567,8", "", Decimal("1234567.8")),
        ("1'234.50", "", Decimal("1234.50")),
        ("1\u202f234,50", "", Decimal("1234.50")),
        ("12,34,56", "", "bad-number"),
        ("1e5", "", "bad-number"),
        ("twelve", "", "bad-number"),
    ],
)
def test_numbers_as_text(text: str, sign: Any, value: Any) -> None:
    assert read_number(text, sign) == value


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-03-04", dt.date(2026, 3, 4)),
        ("2026-03-04T10:00:00Z", dt.date(2026, 3, 4)),
        ("4.3.2026", dt.date(2026, 3, 4)),
        ("13/04/2026", dt.date(2026, 4, 13)),
        ("04/13/2026", dt.date(2026, 4, 13)),
        ("04/04/2026", dt.date(2026, 4, 4)),
        ("03/04/2026", "ambiguous-date"),
        ("2026-02-30", "bad-date"),
        ("spring 2026", "bad-date"),
    ],
)
def test_days_as_text(text: str, day: Any) -> None:
    assert read_day(text) == day


def test_both_decimal_signs_in_one_sheet_are_told() -> None:
    table = read_table(b"bid;x;y\nA;1,5;2.5\n", "b.csv")
    assert codes(table.problems) == ["decimal-signs-mixed"]
    assert table.sheets[0].decimal == ""


# ------------------------------------------------------------------------------------------------------------------------ flattened


def test_rows_of_several_sheets_make_one_record() -> None:
    table = read_table(
        book(
            {
                "items": [
                    ["ocid", "tender/items/0/id", "tender/items/0/description", "tender/items/0/unit/value/amount"],
                    ["x-1", 1, "Desk", 120.5],
                    ["x-1", 2, "Chair", 60],
                ],
                "classes": [
                    ["ocid", "id", "tender/items/0/id", "tender/items/0/additionalClassifications/0/id"],
                    ["x-1", "r1", 2, "39112000"],
                    ["x-1", "r1", 2, "39110000"],
                ],
                "releases": [["ocid", "id", "tag", "date"], ["x-1", "r1", "tender;planning", dt.datetime(2026, 1, 2)]],
                "Meta": [["version", "1.1"], ["extensions", None]],
            }
        ),
        "r.xlsx",
    )
    assert is_flattened(table)
    found = unflatten(table)
    assert found.problems == ()
    (record,) = found.records
    assert record.value == {
        "ocid": "x-1",
        "id": "r1",
        "tag": ["tender", "planning"],
        "date": "2026-01-02",
        "tender": {
            "items": [
                {"id": 1, "description": "Desk", "unit": {"value": {"amount": Decimal("120.5")}}},
                {
                    "id": 2,
                    "description": "Chair",
                    "unit": {"value": {"amount": 60}},
                    "additionalClassifications": [{"id": "39112000"}, {"id": "39110000"}],
                },
            ]
        },
    }
    assert record.cells["/tender/items/1/description"] == "items!C3"
    assert record.cells["/tender/items/1/additionalClassifications/0/id"] == "classes!D2"
    assert found.meta == {"version": "1.1", "extensions": None}


def test_faults_of_flattened_tables_name_the_cell() -> None:
    deep = "/".join(["a"] * 21)
    table = read_table(
        f"ocid,id,tender/title,tender title!,{deep},tender/title/x,tender/status\n"
        "x-1,r1,Desks,a,b,c,active\n"
        "x-1,r1,Chairs,,,,active\n"
        ",r1,Lamps,,,,\n".encode(),
        "r.csv",
    )
    found = unflatten(table)
    assert told(found.problems, "bad-path").where == "D1"
    assert told(found.problems, "path-too-deep").where == "E1"
    assert told(found.problems, "join-conflict").where == "C3"
    assert "'Chairs' here and 'Desks' in C2" in told(found.problems, "join-conflict").message
    assert told(found.problems, "row-without-root").where == "A4"
    assert found.records[0].value["tender"] == {"title": "Desks", "status": "active"}


def test_a_row_without_release_id_is_not_given_to_one_of_several() -> None:
    table = read_table(b"ocid,id,tender/title\nx,r1,A\nx,r2,B\nx,,C\n", "r.csv")
    found = unflatten(table)
    assert [each.value["tender"]["title"] for each in found.records] == ["A", "B"]
    assert codes(found.problems) == ["row-without-root"]


def test_child_sheets_of_registry_exports_are_left_out_and_told() -> None:
    table = read_table(
        book({"main": [["ocid", "id", "tender/title"], ["x", "r1", "A"]], "items": [["main_ocid", "id"], ["x", "7"]]}), "r.xlsx"
    )
    found = unflatten(table)
    assert [each.value for each in found.records] == [{"ocid": "x", "id": "r1", "tender": {"title": "A"}}]
    assert told(found.problems, "child-sheet").where == "items!A1"


def _same(published: Any, found: Any, where: str = "") -> list[str]:
    """Where two releases differ; numbers written as 1 and 1.0, and blanks around texts, are the same."""
    if isinstance(published, dict) and isinstance(found, dict):
        return [
            each
            for key in sorted(published.keys() | found.keys())
            for each in (
                [f"{where}/{key}"] if key not in published or key not in found else _same(published[key], found[key], f"{where}/{key}")
            )
        ]
    if isinstance(published, list) and isinstance(found, list):
        if len(published) != len(found):
            return [where]
        return [each for at, (one, other) in enumerate(zip(published, found, strict=True)) for each in _same(one, other, f"{where}/{at}")]
    one, other = str(published).strip().removesuffix(".0"), str(found).strip().removesuffix(".0")
    return [] if one == other else [where]


@REAL
def test_published_workbooks_give_the_published_releases() -> None:
    folder = DATA / "ocds-examples"
    differing: dict[str, list[str]] = {}
    for path in sorted((folder / "fictional-flattened").glob("*.xlsx")):
        table = read_table(path)
        assert is_flattened(table)
        found = unflatten(table)
        assert (table.problems, found.problems, found.meta["version"]) == ((), (), Decimal("1.1"))
        published = json.loads((folder / "fictional-1.1" / f"{path.stem}.json").read_text(encoding="utf-8"))["releases"][0]
        (record,) = found.records
        for place in _same(published, record.value):
            differing.setdefault(place, []).append(path.stem[-2:])
    # The workbooks hold fewer parties and roles than the releases beside them; nothing else differs.
    assert set(differing) == {"/parties", "/parties/0/roles"}


@REAL
def test_published_tables_are_read_without_loss() -> None:
    csv = read_table(DATA / "tabular" / "indonesia-lpse-procurement-2012.csv")
    assert len(csv.sheets[0].body) == 1537
    assert len(csv.sheets[0].heads) == 26
    assert csv.problems == ()
    for path in sorted((DATA / "gpp-criteria").glob("*.xlsx")):
        read = read_table(path)
        assert all(sheet.header is not None for sheet in read.sheets)
    assert [head.text for head in read_table(DATA / "gpp-criteria" / "domain_knowledge.xlsx").sheets[1].heads] == [
        "CPV code",
        "Name",
        "Remarks",
    ]
    template = read_table(DATA / "ocds-examples" / "flat-template.xlsx")
    assert is_flattened(template)
    assert unflatten(template).records == ()


# ----------------------------------------------------------------------------------------------------------------------------- cases


def test_one_row_a_bid(bid_pack: Pack) -> None:
    table = read_table(
        book(
            {
                "Read me": [["Fill in the sheet Bids"]],
                "Bids": [
                    ["Offers for office chairs, 12 May 2026"],
                    [None],
                    [
                        "Bidder",
                        "Recycled content (%)",
                        "How many years of warranty does the bid give at no extra price?",
                        "cb_warranty_asked",
                        "Substances of very high concern",
                        "cb_repair_info",
                        "cb_has_battery",
                        "cb_end_plan",
                        "Warranty: document",
                        "document",
                        "grade",
                        "Colour",
                    ],
                    [
                        "Łódź Chairs",
                        40,
                        "5 years",
                        "36 month",
                        "below",
                        "drawing; steps",
                        "No",
                        "2 - steps only",
                        None,
                        "Bid form",
                        3,
                        "red",
                    ],
                    [
                        "B & Co",
                        "12,5",
                        None,
                        "36 month",
                        "Declared, none above 0.1 % of any article",
                        "none",
                        False,
                        4,
                        None,
                        None,
                        None,
                        None,
                    ],
                ],
            }
        ),
        "chairs.xlsx",
    )
    found = table_cases(table, [bid_pack], date=DAY)
    assert found.layout == "bids"
    first, second = found.cases
    assert (first.id, first.title, first.kind, first.stage, first.date, first.packs) == (
        "odz_chairs",
        "Łódź Chairs",
        "bid",
        "tender",
        DAY,
        ("circular_bid",),
    )
    assert {name: answer.value for name, answer in first.facts.items()} == {
        "recycled_content": 40,
        "cb_warranty": 5,
        "cb_warranty_asked": 3,
        "cb_svhc": "below",
        "cb_repair_info": ("drawing", "steps"),
        "cb_has_battery": False,
        "cb_end_plan": 2,
    }
    assert {answer.grade for answer in first.facts.values()} == {3}
    assert first.documents["paper_1"].title == "Bid form"
    assert {name: answer.value for name, answer in second.facts.items()} == {
        "recycled_content": Fraction(25, 2),
        "cb_warranty_asked": 3,
        "cb_svhc": "below",
        "cb_repair_info": (),
        "cb_has_battery": False,
        "cb_end_plan": 4,
    }
    assert {answer.grade for answer in second.facts.values()} == {0}
    assert [(each.code, each.where) for each in found.problems] == [("unknown-head", "Bids!I3"), ("unknown-head", "Bids!L3")]
    scores = {node.id: node.score for node in evaluate(first, bid_pack).nodes}
    assert scores["cb.l1.c"] == 50  # two years beyond the minimum
    assert {gate.id: gate.status for gate in evaluate(first, bid_pack).gates}["cb_minimum_warranty"] == "pass"


def test_proof_of_one_fact_goes_before_that_of_the_row(bid_pack: Pack) -> None:
    text = (
        b"bid,cb_warranty,cb_warranty: document,cb_warranty: grade,cb_spare_years,document,page,grade\n"
        b"A,3 year,Contract,3,5 year,Brochure,7,1\n"
    )
    (case,) = table_cases(read_table(text, "b.csv"), [bid_pack], date=DAY).cases
    warranty, spares = case.facts["cb_warranty"].evidence[0], case.facts["cb_spare_years"].evidence[0]
    assert (case.documents[warranty.document].title, warranty.grade) == ("Contract", 3)
    assert (case.documents[spares.document].title, spares.grade, spares.page) == ("Brochure", 1, "7")


def test_one_row_a_fact(bid_pack: Pack) -> None:
    text = (
        "Bid form;;;;;;\n"
        "No.;Question;Answer;Unit;Document;Page;Grade\n"
        "1;What share of the product's mass is recycled material?;30,5;%;Certificate 7;2;4\n"
        "2;cb_lifetime;12;years;;;\n"
        "3;Packaging material;No single-use plastic;;;;\n"
        "4;cb_spare_days;n/a;;;;\n"
        "5;Colour;red;;;;\n"
    )
    found = table_cases(read_table(text.encode(), "form.csv"), ["circular_bid"], date=dt.date(2026, 6, 1), stage="delivery")
    assert found.layout == "facts"
    (case,) = found.cases
    assert (case.id, case.stage) == ("table", "delivery")
    assert {name: (answer.value, answer.grade) for name, answer in case.facts.items()} == {
        "recycled_content": (Fraction(61, 2), 4),
        "cb_lifetime": (12, 0),
        "cb_packaging_plastic": ("none", 0),
    }
    assert case.facts["recycled_content"].evidence[0].page == "2"
    assert told(found.problems, "unknown-fact").where == "B7"


def test_one_row_a_fact_for_several_bids(bid_pack: Pack) -> None:
    text = b"bidder,fact,value\nA,cb_lifetime,12 year\nB,cb_lifetime,9 year\nA,recycled_content,40 %\nA,cb_lifetime,13 year\n"
    found = table_cases(read_table(text, "form.csv"), [bid_pack], date=DAY)
    assert [(case.id, sorted(case.facts)) for case in found.cases] == [("a", ["cb_lifetime", "recycled_content"]), ("b", ["cb_lifetime"])]
    assert found.cases[0].facts["cb_lifetime"].value == 12
    assert (told(found.problems, "fact-twice").where, "B2" in told(found.problems, "fact-twice").message) == ("C5", False)
    assert "C2" in told(found.problems, "fact-twice").message


def test_percent_cells_and_money(bid_pack: Pack) -> None:
    made = Workbook()
    sheet = made.active
    assert sheet is not None
    sheet.append(["bid", "recycled_content", "cb_reused_content"])
    sheet.append(["A", 0.4, 0.4])
    sheet["B2"].number_format = "0%"
    out = io.BytesIO()
    made.save(out)
    found = table_cases(read_table(out.getvalue(), "b.xlsx"), [bid_pack], date=DAY)
    assert found.cases[0].facts["recycled_content"].value == 40
    assert "cb_reused_content" not in found.cases[0].facts  # 0.4, or 0.4 %? it is not chosen
    assert told(found.problems, "unit-missing").where == "Sheet!C2"
    energy = load_pack("waste_to_energy")
    money = table_cases(
        read_table(b"project;capital_cost [EUR]\nA;12 500 000\n", "p.csv"), [energy], date=DAY, kind="project", currency="EUR"
    )
    assert money.cases[0].facts["capital_cost"].value == 12_500_000
    wrong = table_cases(
        read_table(b"project;capital_cost\nA;12 500 000 USD\n", "p.csv"), [energy], date=DAY, kind="project", currency="EUR"
    )
    assert wrong.cases[0].facts == {}
    assert wrong.problems


FAULTY_CELLS = [
    ("cb_warranty", "3", "unit-missing"),
    ("cb_warranty", "soon", "bad-number"),
    ("cb_warranty", "1.234 year", "ambiguous-number"),
    ("cb_warranty", "3 kg", "unit-mismatch"),
    ("cb_warranty", "300 year", "out-of-range"),
    ("cb_svhc", "belw", "unknown-option"),
    ("cb_repair_info", "drawing; magic", "unknown-option"),
    ("cb_has_battery", "perhaps", "wrong-kind"),
    ("cb_end_plan", "7", "level-out-of-range"),
    ("cb_end_plan", "good", "wrong-kind"),
]


@pytest.mark.parametrize(("fact", "said", "code"), FAULTY_CELLS)
def test_a_faulty_cell_is_told_and_its_neighbours_are_read(bid_pack: Pack, fact: str, said: str, code: str) -> None:
    text = f"bid|{fact}|recycled_content\nA|{said}|40 %\n".encode()
    found = table_cases(read_table(text, "b.csv"), [bid_pack], date=DAY)
    assert codes(found.problems) == [code]
    assert (found.problems[0].where, found.problems[0].file) == ("B2", "b.csv")
    assert set(found.cases[0].facts) == {"recycled_content"}


def test_cases_of_a_table_are_written_and_read_back_equal(bid_pack: Pack) -> None:
    text = "bid;recycled_content [%];cb_svhc;cb_repair_info;document;page;grade\nA;12,5;below;steps, open;Form;3;2\n"
    (case,) = table_cases(read_table(text.encode(), "b.csv"), [bid_pack], date=DAY).cases
    assert case_of_text(write_case(case)).hash == case.hash


def test_dates(bid_pack: Pack) -> None:
    pack = load_pack("value_chain_traceability")
    text = b"bid;vt_valid_until;vt_checked_on;vt_deliver_until\nA;31.12.2027;03/04/2026;soon\n"
    found = table_cases(read_table(text, "b.csv"), [pack], date=DAY)
    assert found.cases[0].facts["vt_valid_until"].value == dt.date(2027, 12, 31)
    assert [(each.code, each.where) for each in found.problems] == [("ambiguous-date", "C2"), ("bad-date", "D2")]


def test_other_faults_of_bid_tables(bid_pack: Pack) -> None:
    text = b"bid,cb_warranty,document,grade\nA,3 year,,3\nA,4 year,,\nB,5 year,Form,good\n"
    found = table_cases(read_table(text, "b.csv"), [bid_pack], date=DAY)
    assert [(case.id, case.facts["cb_warranty"].value, case.facts["cb_warranty"].grade) for case in found.cases] == [
        ("a", 3, 0),
        ("b", 5, 0),
    ]
    assert told(found.problems, "grade-without-document").where == "D2"
    assert told(found.problems, "case-twice").where == "A3"
    assert told(found.problems, "bad-grade").where == "D4"
    tabled = table_cases(read_table(b"project,composition\nA,paper\n", "b.csv"), ["waste_to_energy"], date=DAY, kind="project")
    assert told(tabled.problems, "table-in-cell").where == "B2"
    faulty = table_cases(read_table(b"bid,cb_warranty\nA,3 year\n", "b.csv"), [bid_pack], date="tomorrow")
    assert faulty.cases == ()
    assert told(faulty.problems, "case-faulty").where == "A2"


def test_a_table_that_names_no_fact_is_refused(bid_pack: Pack) -> None:
    with pytest.raises(Problems) as found:
        table_cases(read_table(b"a,b\n1,2\n", "b.csv"), [bid_pack], date=DAY)
    problem = told(found.value.problems, "no-fact-named")
    assert problem.hint == "the heads are: a, b"


def test_silence_is_no_answer(bid_pack: Pack) -> None:
    text = b"bid;cb_warranty;cb_svhc;cb_has_battery\nA;-;unknown;?\nB; ;n/a;TBD\n"
    found = table_cases(read_table(text, "b.csv"), [bid_pack], date=DAY)
    assert [case.facts for case in found.cases] == [{}, {}]
    assert found.problems == ()


def test_every_code_is_asserted_in_this_file() -> None:
    here = Path(__file__).read_text(encoding="utf-8")
    catalogue = {*grids.CODES, *flattened.CODES, *tables.CODES}
    assert sorted(code for code in catalogue if f'"{code}"' not in here) == []


# ----------------------------------------------------------------------------------------------------------------------- robustness

_TEXT = b"Offers;;\nbid;recycled_content [%];cb_warranty;document;grade\nA;40;3 year;Form;3\nB;12,5;;Form;1\n"
_FORM = b"bid,fact,value,unit\nA,cb_lifetime,12,year\nA,recycled_content,40,%\n"
_FLAT = b"ocid,id,tender/items/0/id,tender/items/0/description,tag\nx,r1,1,Desk,a;b\nx,r1,2,Chair,\n"
_BOOK = book({"Bids": [["bid", "recycled_content [%]", "cb_warranty"], ["A", 40, "3 year"]]})


def _read(data: bytes, pack: Pack) -> tuple[Table, TableCases | None] | None:
    try:
        table = read_table(data, "x")
    except Problems:
        return None
    unflatten(table)
    try:
        return table, table_cases(table, [pack], date=DAY)
    except Problems:
        return table, None


@settings(max_examples=150, deadline=None)
@given(
    base=st.sampled_from([_TEXT, _FORM, _FLAT, _BOOK]),
    cuts=st.lists(st.tuples(st.integers(0, 5000), st.binary(max_size=3), st.integers(0, 4)), max_size=4),
)
def test_changed_bytes_raise_nothing_else(bid_pack: Pack, base: bytes, cuts: list[tuple[int, bytes, int]]) -> None:
    data = base
    for at, put, gone in cuts:
        place = at % (len(data) + 1)
        data = data[:place] + put + data[place + gone :]
    _read(data, bid_pack)


@settings(max_examples=100, deadline=None)
@given(
    heads=st.lists(
        st.sampled_from(["bid", "recycled_content", "cb_warranty", "cb_svhc", "grade", "document", "fact", "value", "", "x/0/y"]),
        max_size=6,
    ),
    rows=st.lists(st.lists(st.text(max_size=12) | st.sampled_from(["40 %", "3 year", "below", "1,234"]), max_size=7), max_size=5),
)
def test_whatever_is_typed_is_read_or_told(bid_pack: Pack, heads: list[str], rows: list[list[str]]) -> None:
    made = io.StringIO()
    csv.writer(made).writerows([heads, *rows])
    found = _read(made.getvalue().encode("utf-8", "replace"), bid_pack)
    if found is not None and found[1] is not None:
        for case in found[1].cases:
            share = case.facts.get("recycled_content")
            assert share is None or (isinstance(share.value, Fraction) and 0 <= share.value <= 100)
