"""The report on an award: its first page, what law and banks want in it, its charts, and the same bytes every time."""

from __future__ import annotations

import datetime as dt
import re
import zipfile
from fractions import Fraction
from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import page as checker
import pypdf
import pytest

from tenderloop.award.attack import attack
from tenderloop.award.bid import Bid
from tenderloop.award.procedure import FormulaRef, Procedure
from tenderloop.award.reading import read_bids, read_judgements, read_procedure
from tenderloop.award.result import AwardResult
from tenderloop.award.scoring import award
from tenderloop.errors import Problems
from tenderloop.report import award as award_module
from tenderloop.report.award import CODES, build_award
from tenderloop.report.award_html import award_to_html, award_to_pdf, page
from tenderloop.report.award_letter_pages import letter_to_html
from tenderloop.report.award_letters import letters
from tenderloop.report.award_model import AwardReport, Table
from tenderloop.report.award_standstill import RULES, standstill
from tenderloop.report.award_xlsx import award_to_xlsx
from tenderloop.report.pdf import elements

HERE = Path(__file__).parent / "award"
SENT = "2026-04-22"
HOSTILE = "<img src=http://198.51.100.7/x><script>alert(1)</script></td>{{ 7*7 }} & \"'"


@lru_cache(maxsize=1)
def inputs() -> dict[str, Any]:
    procedure = read_procedure(HERE / "procedure.yaml")
    dossier = read_bids(HERE / "bids.yaml", procedure)
    panel = read_judgements(HERE / "judgements.yaml", procedure)
    return {
        "procedure": procedure,
        "bids": dossier.bids,
        "judgements": panel.judgements,
        "consensus": panel.consensus,
        "decisions": dossier.decisions,
        "proceedings": dossier.proceedings,
    }


def evaluated(**changes: Any) -> AwardResult:
    given = inputs()
    return award(**{**given, **{name: change(given[name]) for name, change in changes.items()}})


@pytest.fixture(scope="module")
def result() -> AwardResult:
    return evaluated()


@pytest.fixture(scope="module")
def report(result: AwardResult) -> AwardReport:
    return build_award(result, attack(result), sent=SENT)


@pytest.fixture(scope="module")
def pdf(report: AwardReport) -> bytes:
    return award_to_pdf(report)


@pytest.fixture(scope="module")
def pages(pdf: bytes) -> list[str]:
    return [" ".join(each.extract_text().split()) for each in pypdf.PdfReader(BytesIO(pdf)).pages]


def three_bids() -> AwardResult:
    """Quality of 100 and price: A(60, 100) B(50, 80) C(10, 40), weights 60 and 40, lowest price over price."""
    quality = {
        "id": "quality",
        "type": "quality",
        "title": "Quality",
        "weight": 60,
        "scored_by": {"linear": {"fact": "q", "from": 0, "to": 100}},
    }
    price = {"id": "price", "type": "price", "title": "Price", "weight": 40, "formula": {"name": "lowest_price_ratio"}}
    procedure = Procedure.model_validate(
        {
            "procedure": "three_bids",
            "title": "Three bids",
            "buyer": "Example",
            "currency": "EUR",
            "facts": [{"id": "q", "kind": "number", "question": "Points for quality?"}],
            "lots": [{"id": "lot1", "title": "All", "criteria": [quality, price]}],
        }
    )
    bids = [
        Bid.model_validate(
            {"id": name.lower(), "bidder": f"Bidder {name}", "lot": "lot1", "price": paid, "facts": {"q": {"kind": "number", "value": q}}}
        )
        for name, q, paid in (("A", 60, 100), ("B", 50, 80), ("C", 10, 40))
    ]
    return award(procedure, bids)


def text(html: str) -> str:
    bare = re.sub(r"<style>.*?</style>", "", html, flags=re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", bare).replace("\u202f", "").replace("\u00a0", " ").split())


# ------------------------------------------------------------------------------------------------------------------------ first page


def test_a_losing_bid_that_flips_the_winner_is_said_on_the_first_page() -> None:
    """A wins 52 to 50 with C, B wins 70 to 68 without C."""
    result = three_bids()
    report = build_award(result, attack(result))
    first = pypdf.PdfReader(BytesIO(award_to_pdf(report))).pages[0].extract_text()
    said = " ".join(first.split())
    assert "Proposed winner: Bidder A" in said
    assert "Bidder A is first with 52.00 of 100 points, 2.00 ahead of Bidder B." in said
    assert (
        "The absence of a losing bid flips the winner: without Bidder C, Bidder B would win by 70.00 to 68.00 points of Bidder A." in said
    )
    assert "With it, Bidder A wins by 52.00 to 50.00 points of Bidder B." in said


def test_the_first_page_says_winner_margin_flags_and_hash(pages: list[str], result: AwardResult) -> None:
    first = pages[0]
    assert "Alder Works is first with 68.84 of 100 points, 4.84 ahead of Dogwood Direct." in first
    assert "13905/202" in first, "where rounding hides something the exact value stands beside"
    assert result.procedure_hash in first.replace(" ", "")
    assert "late: received 2026-03-21 08:00, after the deadline" in first
    assert "excluded: Unpaid taxes" in first
    assert "abnormally low: Dogwood Direct is flagged" in first
    assert "discrepancy: bid birch, durability: evaluators differ by 50 %" in first
    assert "not locked: No lock file was given" in first


def test_without_an_attack_the_first_page_says_so(result: AwardResult) -> None:
    report = build_award(result)
    assert report.lots[0].statements == ("What would flip the winner was not computed for this report.",)
    assert "was not computed" in text(award_to_html(report))


def test_an_attack_on_something_else_is_refused(result: AwardResult) -> None:
    with pytest.raises(Problems, match="another procedure or on other bids"):
        build_award(result, attack(three_bids()))


def test_an_open_lot_has_no_winner_and_says_what_is_open() -> None:
    result = evaluated(consensus=lambda given: given[1:])
    report = build_award(result, attack(result))
    part = report.lots[0]
    assert part.finding.startswith("There is no ranking: ")
    said = text(award_to_html(report))
    assert "incomplete: no ranking" in said
    assert "Proposed winner" not in said
    assert any(flag.word == "open" for flag in part.flags)
    assert award_to_pdf(report).startswith(b"%PDF")


def test_a_tie_is_shown_as_a_tie() -> None:
    def same(given: tuple[Bid, ...]) -> tuple[Bid, ...]:
        alder = next(each for each in given if each.id == "alder")
        return (alder, alder.model_copy(update={"id": "zelkova", "bidder": "Zelkova Co"}))

    def twice(given: tuple[Any, ...]) -> tuple[Any, ...]:
        own = [each for each in given if each.bid == "alder"]
        return (*own, *(each.model_copy(update={"bid": "zelkova"}) for each in own))

    result = evaluated(bids=same, judgements=twice, consensus=twice, decisions=lambda given: ())
    report = build_award(result, attack(result))
    said = text(award_to_html(report))
    assert "Alder Works and Zelkova Co are tied for the first place" in said
    assert "have exactly equal totals; not decided" in said
    assert result.lots[0].status == "tied"
    assert report.lots[0].ties[0].rows, "every step of the chain that was tried is shown"


# ------------------------------------------------------------------------------------------------------- what must be in the record


def test_every_item_of_article_84_is_present_or_has_its_reason(report: AwardReport) -> None:
    assert [each.letter for each in report.article] == ["(a)", "(b)(i)", "(b)(ii)", "(c)", "(d)", "", "", "", ""]
    for item in report.article:
        assert item.lines or item.absent or (item.table is not None and item.table.rows), item.title
    said = text(award_to_html(report))
    assert said.count("(lettering unchecked)") == 4
    assert "Quillfeather Transport" in said
    assert "nothing was declared" in said
    assert "value of the bid proposed for award 101000 EUR (as read out 101340 EUR)" in said


def test_what_article_84_needs_and_the_record_lacks_is_demanded() -> None:
    result = evaluated(
        proceedings=lambda given: given.model_copy(update={"conflicts": ""}),
        procedure=lambda given: given.model_copy(update={"method": "negotiated"}),
    )
    items = {each.title: each for each in build_award(result).article}
    assert "before this report is used" in items["Conflicts of interest detected, and measures taken"].lines[0]
    assert "no justification is recorded" in items["Circumstances that justify the procedure used"].lines[0]


def test_the_banks_tables_are_all_there(report: AwardReport) -> None:
    titles = [each.title for each in report.bank]
    numbers = [each.group(1) for title in titles if (each := re.match(r"Table (\d+[AB]?)\.", title))]
    assert numbers == ["1", "2", "3", "4", "5", "6", "7", "8A", "8B", "9", "10", "11", "12"]
    assert titles[-2:] == ["Annex. Bid opening checklist", "Annex. Summary checklist"]
    by_title: dict[str, Table] = {each.title: each for each in report.bank}
    corrections = by_title["Table 6. Corrections and unconditional discounts"]
    assert corrections.rows[0][3].replace("\u00a0", " ") == "−340 EUR"  # type: ignore[union-attr]
    rates = by_title["Table 7. Exchange rates"]
    assert rates.rows == (("CHF", "1.05", "2026-03-01", "invented for this test"),)


def test_every_judgement_stands_with_its_reason_and_the_consensus_with_presence(report: AwardReport, result: AwardResult) -> None:
    said = text(award_to_html(report))
    for reason in (*(each.reason for each in result.judgements), *(each.reason for each in result.consensus)):
        assert reason in said
    assert "an earlier record, kept; it does not count" in said
    assert "Present: ana, ben and cho." in said
    assert "Disagreement settled: Ben had not seen annex 4" in said
    assert "Agreed less mean: +16.67." in said


def test_every_line_of_arithmetic_stands_in_the_report(report: AwardReport, result: AwardResult) -> None:
    said = text(award_to_html(report)).replace("&#39;", "'").replace("&amp;", "&")
    for leaf in result.lots[0].leaves:
        for line in leaf.working:
            assert " ".join(line.text.split()) in said


# ------------------------------------------------------------------------------------------------------------------------ standstill

GOOD_FRIDAY, EASTER_MONDAY = dt.date(2010, 4, 2), dt.date(2010, 4, 5)
CHRISTMAS = [dt.date(2024, 12, 25), dt.date(2024, 12, 26), dt.date(2025, 1, 1)]


@pytest.mark.parametrize(
    ("rule", "sent", "holidays", "ends", "sign_from"),
    [
        # published worked case: sent Tuesday 23 March 2010 by e-mail, day 10 is Good Friday, ends Tuesday 6 April, sign from 7 April
        ("uk_electronic", dt.date(2010, 3, 23), [GOOD_FRIDAY, EASTER_MONDAY], dt.date(2010, 4, 6), dt.date(2010, 4, 7)),
        # published remark: a period that begins on 24 December 2024 takes 14 calendar days
        ("uk_act_2023", dt.date(2024, 12, 24), CHRISTMAS, dt.date(2025, 1, 7), dt.date(2025, 1, 8)),
        ("eu_electronic", dt.date(2026, 3, 2), [], dt.date(2026, 3, 12), dt.date(2026, 3, 13)),
        ("eu_other", dt.date(2026, 3, 2), [], dt.date(2026, 3, 17), dt.date(2026, 3, 18)),
        ("uk_other", dt.date(2026, 3, 2), [], dt.date(2026, 3, 17), dt.date(2026, 3, 18)),
        ("uk_act_2023", dt.date(2026, 3, 7), [], dt.date(2026, 3, 18), dt.date(2026, 3, 19)),  # published on a Saturday
    ],
)
def test_standstill_by_rule(rule: str, sent: dt.date, holidays: list[dt.date], ends: dt.date, sign_from: dt.date) -> None:
    found = standstill(rule, sent, holidays)
    assert (found.ends, found.sign_from, found.careful) == (ends, sign_from, None)


def test_where_the_source_leaves_it_open_both_days_stand_and_signing_waits_for_the_later() -> None:
    found = standstill("eu_electronic", dt.date(2026, 4, 22), [dt.date(2026, 5, 4)])
    assert found.ends == dt.date(2026, 5, 2)  # a Saturday
    assert found.careful == dt.date(2026, 5, 5)  # Monday is a holiday
    assert found.sign_from == dt.date(2026, 5, 6)


def test_every_rule_has_its_source_and_none_claims_to_be_official() -> None:
    for rule in RULES.values():
        assert rule.source
        assert rule.status in ("published", "unverified")
    with pytest.raises(Problems, match=r"unknown-standstill-rule|no standstill rule"):
        standstill("ten_days", dt.date(2026, 1, 1))


def test_no_day_is_computed_from_a_clock(result: AwardResult) -> None:
    part = build_award(result).standstill
    assert part.period is None
    assert "no clock is read" in part.said


# ---------------------------------------------------------------------------------------------------------------- charts and twins


def test_every_drawing_has_a_title_and_its_figures_in_words(report: AwardReport) -> None:
    html = award_to_html(report)
    drawings = re.findall(r"<svg.*?</svg>", html, flags=re.DOTALL)
    assert len(drawings) >= 4 + 1 + 1 + 1 + 1  # a bar for each ranked bid, stacked points, scatter, tornado, dot strip
    for drawing in drawings:
        assert re.search(r"<title>[^<]{5,}</title>", drawing)
        if 'class="row-bar' not in drawing:
            assert re.search(r"<desc>[^<]{20,}</desc>", drawing)


def test_charts_hold_the_results_figures(report: AwardReport, result: AwardResult) -> None:
    part, lot = report.lots[0], result.lots[0]
    for row, standing in zip(part.stack, lot.ranking, strict=True):
        assert row.total == standing.total == sum((each.width for each in row.segments), Fraction(0))
    for panel, bids in zip(part.heat, part.heat_bids, strict=True):
        for heat_row in panel:
            for cell, bid in zip(heat_row.cells, bids, strict=True):
                assert cell.score == lot.score_of[bid.id, heat_row.criterion.id].score
    assert part.scatter is not None
    assert {(each.name, each.price) for each in part.scatter.points} == {
        ("Alder Works", Fraction(101000)),
        ("Birch & Sons", Fraction(79500)),
        ("Cedar Ltd", Fraction(92715)),
        ("Dogwood Direct", Fraction(41250)),
    }
    flagged = [row for strip in part.strips for row in strip.rows if row.flagged]
    assert [row.name for row in flagged] == ["Birch & Sons"]
    assert sorted(dot.value for dot in flagged[0].dots) == [25, 75, 75]


def test_a_heat_map_of_many_bids_is_cut_into_pieces_that_fit() -> None:
    def many(given: tuple[Bid, ...]) -> tuple[Bid, ...]:
        alder = next(each for each in given if each.id == "alder")
        return tuple(
            alder.model_copy(update={"id": f"bid{number}", "bidder": f"Bidder {number}", "price": Fraction(90000 + number)})
            for number in range(19)
        )

    def spread(given: tuple[Any, ...]) -> tuple[Any, ...]:
        own = [each for each in given if each.bid == "alder"]
        return tuple(each.model_copy(update={"bid": f"bid{number}"}) for each in own for number in range(19))

    result = evaluated(bids=many, judgements=spread, consensus=spread, decisions=lambda given: ())
    part = build_award(result, attack(result)).lots[0]
    ranks = next(each for each in part.attacked if each.title.startswith("Rank acceptability"))
    assert [each.title for each in ranks.columns][-3:] == ["Rank 6, %", "Lower, %", "First alone, %"]
    assert all(len(row) == len(ranks.columns) for row in ranks.rows)
    assert [len(each) for each in part.heat_bids] == [8, 8, 3]
    assert {bid.id for bids in part.heat_bids for bid in bids} == {f"bid{number}" for number in range(19)}


# ------------------------------------------------------------------------------------------------------------------------- pages


@pytest.mark.parametrize("profile", ["ua1", "3a"])
def test_it_is_accessible_and_archivable(pdf: bytes, profile: str) -> None:
    found = checker.validate_pdf_bytes(pdf, profile=profile)
    assert found.is_compliant, [(each.rule_id, each.message) for each in found.failures]


def test_every_page_bears_procedure_and_hash(pages: list[str], result: AwardResult) -> None:
    brief = result.procedure_hash.removeprefix("sha256:")[:12]
    for number, said in enumerate(pages, start=1):
        assert f"{number} / {len(pages)}" in said
        assert brief in said


def test_same_inputs_same_bytes_in_any_order(report: AwardReport, pdf: bytes) -> None:
    given = inputs()
    shuffled = award(
        given["procedure"],
        tuple(reversed(given["bids"])),
        tuple(reversed(given["judgements"])),
        tuple(reversed(given["consensus"])),
        tuple(reversed(given["decisions"])),
        proceedings=given["proceedings"],
    )
    again = build_award(shuffled, attack(shuffled), sent=SENT)
    assert award_to_html(again) == award_to_html(report)
    assert award_to_pdf(again) == pdf
    assert award_to_xlsx(again) == award_to_xlsx(report)


def test_the_quick_reader_takes_the_page(report: AwardReport) -> None:
    assert elements(page(report, "")) is not None


def hostile() -> AwardReport:
    def bids(given: tuple[Bid, ...]) -> tuple[Bid, ...]:
        changed = {"bidder": HOSTILE, "subcontracted": "=1+1", "subcontractors": ("@SUM(A1)",), "withdrawn_reason": ""}
        return tuple(each.model_copy(update=changed) if each.id == "alder" else each for each in given)

    def reasons(given: tuple[Any, ...]) -> tuple[Any, ...]:
        texts = ['=HYPERLINK("http://198.51.100.7")', "+1+cmd|' /C calc'!A0", "-1", "@SUM", "\t=1", "\r=1", HOSTILE]
        return tuple(each.model_copy(update={"reason": texts[number % len(texts)] + " why"}) for number, each in enumerate(given))

    result = evaluated(bids=bids, judgements=reasons, consensus=reasons)
    return build_award(result, attack(result), sent=SENT)


def test_what_people_write_stays_text() -> None:
    made = hostile()
    html = award_to_html(made)
    assert "<script>" not in html
    assert "<img" not in html
    assert "{{ 7*7 }}" in html
    assert elements(page(made, "")) is not None
    assert award_to_pdf(made).startswith(b"%PDF")


def test_no_cell_of_the_workbook_is_a_formula() -> None:
    made = award_to_xlsx(hostile())
    dangerous = 0
    for sheet in openpyxl.load_workbook(BytesIO(made)):
        for row in sheet.iter_rows():
            for cell in row:
                assert cell.data_type in ("s", "n"), (sheet.title, cell.coordinate, cell.value)
                assert cell.hyperlink is None
                if isinstance(cell.value, str) and cell.value.startswith(("=", "+", "-", "@", "\t", "\r")):
                    dangerous += 1
                    assert cell.quotePrefix, (sheet.title, cell.coordinate)
    assert dangerous >= 6
    with zipfile.ZipFile(BytesIO(made)) as parts:
        for name in parts.namelist():
            assert not re.search(rb"<f[ >]", parts.read(name)), name


def test_the_workbook_holds_every_score_exactly(report: AwardReport, result: AwardResult) -> None:
    book = openpyxl.load_workbook(BytesIO(award_to_xlsx(report)))
    assert book.sheetnames == [
        "Ranking", "Scores", "Arithmetic", "Judgements", "Consensus", "Prices", "Panel", "Attack", "Notes", "Article 84", "Provenance",
    ]  # fmt: skip
    sheet = book["Scores"]
    heads = [cell.value for cell in sheet[1]]
    at = {name: heads.index(name) for name in ("Criterion", "Bid", "Score of 100", "Points")}
    found = {}
    for row in sheet.iter_rows(min_row=2, values_only=True):
        shown, exact = row[at["Score of 100"]], row[at["Score of 100"] + 1]
        found[row[at["Bid"]], row[at["Criterion"]]] = Fraction(str(exact))
        assert shown == pytest.approx(float(Fraction(str(exact))))
    assert found == {(each.bid, each.criterion): each.score for each in result.lots[0].groups}
    assert book["Judgements"].max_row == len(result.judgements) + 1
    lines = sum(
        len(each.working)
        for lot in result.lots
        for records in (lot.prices, lot.leaves, lot.groups, lot.standings, lot.low_bids)
        for each in records
    )
    assert book["Arithmetic"].max_row == lines + 1


def test_the_json_is_the_result_itself(result: AwardResult) -> None:
    assert AwardResult.from_json(result.to_json()) == result


def test_the_command_writes_report_workbook_and_letters(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    from tenderloop.cli import main

    folder = tmp_path / "letters"
    given = ["award", str(HERE), "--html", str(tmp_path / "a.html"), "--pdf", str(tmp_path / "a.pdf"), "--xlsx", str(tmp_path / "a.xlsx")]
    assert main([*given, "--letters", str(folder), "--sent", SENT]) == 0
    assert (tmp_path / "a.html").read_text(encoding="utf-8").startswith("<!DOCTYPE html>")
    assert (tmp_path / "a.pdf").read_bytes().startswith(b"%PDF")
    assert (tmp_path / "a.xlsx").read_bytes().startswith(b"PK")
    names = ("alder", "birch", "cedar", "dogwood", "elm", "fir")
    assert sorted(each.name for each in folder.iterdir()) == sorted(f"outcome_{name}.{kind}" for name in names for kind in ("html", "pdf"))
    said = capsys.readouterr().out
    assert "12 files of letters" in said
    assert "before sending: " in said
    assert main([*given, "--sent", "2026-02-30"]) == 1


def test_a_packs_indicators_stand_beside_each_other_and_each_with_its_reason(tmp_path: Path) -> None:
    from tenderloop.cli import main

    sample = Path(__file__).parents[2] / "samples" / "wte_concession_award"
    assert main(["award", str(sample), "--html", str(tmp_path / "a.html"), "--json"]) == 0
    said = text((tmp_path / "a.html").read_text(encoding="utf-8"))
    assert "Scores of 100 by the pack waste_to_energy" in said
    assert "Aster Recovery: every indicator with its reason" in said
    assert "Cinder Energy: every indicator with its reason" in said
    assert "No gate fails." in said


def test_tables_fit_on_a_page(report: AwardReport) -> None:
    """No column of any table is so narrow that words fall apart."""
    tables = [*report.bank, *report.opening, *report.records, report.standstill.rules]
    for part in report.lots:
        tables += [part.operations, part.criteria, *part.panel, *part.attacked, *part.low_bids, *part.ties]
    for table in tables:
        if table.rows:
            assert sum(table.widths) <= 100, table.title
            for column, width in zip(table.columns, table.widths, strict=True):
                longest = max(len(word) for word in column.title.split())
                assert width >= 5, (table.title, column.title)
                assert longest <= width * 1.3, (table.title, column.title, width)


def combined() -> AwardResult:
    """The three bids, ranked by quality per price instead of by points."""
    plain = three_bids()
    lot = plain.procedure.lots[0]
    quality = next(each for each in lot.criteria if each.type == "quality").model_copy(update={"weight": Fraction(100)})
    price = next(each for each in lot.criteria if each.type == "price").model_copy(update={"formula": None, "weight": None})
    changed = lot.model_copy(update={"combine": FormulaRef(name="guideline_simple"), "criteria": (quality, price)})
    return award(plain.procedure.model_copy(update={"lots": (changed,)}), plain.bids)


def test_where_a_formula_combines_quality_and_price_no_points_are_claimed() -> None:
    result = combined()
    lot = result.lots[0]
    assert lot.winner
    report = build_award(result, attack(result), sent=SENT)
    part = report.lots[0]
    assert "points" not in part.finding
    assert f"the value {part.totals(lot.ranking[0].total)}" in part.finding
    assert "combined by a formula" in part.combined
    assert part.stack == ()
    assert all(row.behind is None for row in part.rows)
    said = text(award_to_html(report))
    assert "Total of 100" not in said
    assert award_to_pdf(report).startswith(b"%PDF")
    assert award_to_xlsx(report).startswith(b"PK")
    for letter in letters(result, sent=SENT):
        told = text(letter_to_html(letter, result))
        assert "of 100 points" not in told
        assert "combined by a formula" in told


def test_every_code_is_catalogued_and_none_is_idle() -> None:
    home = Path(award_module.__file__).parent
    used = {code for path in home.glob("award*.py") for code in re.findall(r'Problem\(\s*"([a-z-]+)"', path.read_text(encoding="utf-8"))}
    assert used == set(CODES)
