"""The evaluation as a workbook: one sheet for each table, every figure as a number with its exact value as text beside it.

Knows which columns a sheet has. Must not decide what the evaluation says. A text is always text, never a formula; same inputs, same bytes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from io import BytesIO

from openpyxl import Workbook

from tenderloop.award.judgement import Judgement
from tenderloop.award.result import AwardResult, Note
from tenderloop.report.award_attacked import flip_sentences
from tenderloop.report.award_model import AwardReport, Marked, Table
from tenderloop.report.award_scores import counts, evidence_text
from tenderloop.report.award_words import BID_STATUS, exact

# shared inside the report package: what makes a cell text, a number, and a file without the hour at which it was written
from tenderloop.report.xlsx import Content, Row, _clean, _sheet, _timeless

EXACT = 24
NO_DATE = "1980-01-01"  # the earliest day that such a file can bear, where none was given


def award_to_xlsx(report: AwardReport) -> bytes:
    """The workbook. Sheets: ranking, scores, arithmetic, judgements, consensus, prices, panel, attack, notes, article 84, provenance."""
    result = report.result
    book = Workbook()
    book.remove(book["Sheet"])
    _ranking(book, report)
    _scores(book, result)
    _arithmetic(book, result)
    _judgements(book, result)
    _consensus(book, result)
    _prices(book, result)
    _panel(book, result)
    _attack(book, report)
    _notes(book, result)
    _article(book, report)
    _provenance(book, report)
    for sheet in book.worksheets:
        _places(sheet)
    book.properties.title = _clean(report.title)
    book.properties.creator = f"Tenderloop {result.engine}"
    book.properties.language = report.language
    saved = BytesIO()
    book.save(saved)
    return _timeless(saved.getvalue(), report.date or NO_DATE)


def _places(sheet: object) -> None:
    """Figures with two places; counts and ranks stay whole."""
    for row in sheet.iter_rows(min_row=2):  # type: ignore[attr-defined]
        for cell in row:
            if cell.data_type == "n" and cell.number_format == "0.0":
                cell.number_format = "#,##0.00"


def _ranking(book: Workbook, report: AwardReport) -> None:
    columns = [
        ("Lot", 12), ("Rank", 7), ("Bidder", 32), ("Bid", 16), ("Version", 9), ("Status", 20), ("Total of 100", 12), ("exact", EXACT),
        ("Before rounding", 12), ("exact", EXACT), ("With criteria that do not apply counted as 0", 16), ("exact", EXACT), ("Behind", 10),
        ("exact", EXACT), ("Flagged as abnormally low", 14), ("Its absence flips the winner", 14), ("Reasons", 60),
    ]  # fmt: skip

    def rows() -> Iterable[Row]:
        for part in report.lots:
            for row in (*part.rows, *part.left):
                each = row.standing
                yield (
                    part.result.lot, each.rank, each.bidder, each.bid, each.version, BID_STATUS[each.status], each.total, exact(each.total),
                    each.unrounded, exact(each.unrounded), each.total_with_all, exact(each.total_with_all), row.behind, exact(row.behind),
                    "yes" if row.low else "", "yes" if row.flips else "", "\n".join(each.reasons),
                )  # fmt: skip

    _sheet(book, "Ranking", columns, rows())


def _scores(book: Workbook, result: AwardResult) -> None:
    columns = [
        ("Lot", 12), ("Criterion", 18), ("Title", 34), ("Under", 18), ("Share of the lot, %", 12), ("exact", EXACT), ("Bid", 16),
        ("Bidder", 32),
        ("Status", 14), ("Score before rescaling", 12), ("exact", EXACT), ("Score of 100", 12), ("exact", EXACT), ("Points", 12),
        ("exact", EXACT), ("Step", 8), ("Minimum reached", 12), ("Because", 50), ("Reason", 70), ("Evidence", 60),
    ]  # fmt: skip

    def rows() -> Iterable[Row]:
        for lot in result.lots:
            titles = {each.id: each for each in lot.criteria}
            for score in lot.groups:
                note, leaf = titles[score.criterion], lot.leaf_of.get((score.bid, score.criterion))
                share = score.share * 100
                passed = {None: "", True: "yes", False: "no"}[score.passed]
                status = leaf.status.replace("_", " ") if leaf is not None else "group"
                yield (
                    lot.lot, note.id, note.title, note.parent, share, exact(share), score.bid, result.bid_of[score.bid].bidder, status,
                    score.raw, exact(score.raw), score.score, exact(score.score), score.points, exact(score.points),
                    leaf.step if leaf else "", passed, leaf.because if leaf else "", leaf.reason if leaf else "",
                    evidence_text(leaf.evidence) if leaf else "",
                )  # fmt: skip

    _sheet(book, "Scores", columns, rows())


def _arithmetic(book: Workbook, result: AwardResult) -> None:
    columns = [
        ("Lot", 12), ("Bid", 16), ("Criterion", 18), ("Part", 14), ("Line", 6), ("What was done", 90), ("Value", 16), ("exact", EXACT),
        ("Unit", 12),
    ]  # fmt: skip

    def rows() -> Iterable[Row]:
        for lot in result.lots:
            parts = [(each.bid, each.criterion, "amount", each.working) for each in lot.prices]
            parts += [(each.bid, each.criterion, "score", each.working) for each in lot.leaves]
            parts += [(each.bid, each.criterion, "group", each.working) for each in lot.groups if each.working]
            parts += [(each.bid, "", "total", each.working) for each in lot.standings]
            parts += [(each.bid, "", f"low bid, {each.rule}", each.working) for each in lot.low_bids]
            for bid, criterion, part, working in parts:
                for number, line in enumerate(working, start=1):
                    yield lot.lot, bid, criterion, part, number, line.text, line.value, exact(line.value), line.unit

    _sheet(book, "Arithmetic", columns, rows())


def _judgements(book: Workbook, result: AwardResult) -> None:
    columns = [
        ("Bid", 16), ("Version", 9), ("Criterion", 18), ("Evaluator", 16), ("Step", 8), ("Counts", 9), ("Reason", 90), ("Evidence", 60),
        ("Time", 20),
        ("Confidence", 14),
    ]  # fmt: skip

    def rows() -> Iterable[Row]:
        by_cell: dict[tuple[str, str], list[Judgement]] = {}
        for each in sorted(result.judgements, key=lambda one: (one.evaluator, one.version, one.time)):
            by_cell.setdefault((each.bid, each.criterion), []).append(each)
        for each in result.judgements:
            same = by_cell[each.bid, each.criterion]
            counted = "yes" if counts(each, same, result.bid_of[each.bid].version) else "no, kept"
            yield (
                each.bid,
                each.version,
                each.criterion,
                each.evaluator,
                each.step,
                counted,
                each.reason,
                evidence_text(each.evidence),
                each.time,
                each.confidence,
            )

    _sheet(book, "Judgements", columns, rows())


def _consensus(book: Workbook, result: AwardResult) -> None:
    columns = [
        ("Bid", 16), ("Version", 9), ("Criterion", 18), ("Step", 8), ("Reason", 90), ("Present", 30), ("Disagreement settled", 50),
        ("Evidence", 60),
        ("Judgements closed", 20), ("Time", 20),
    ]  # fmt: skip
    rows = (
        (
            each.bid, each.version, each.criterion, each.step, each.reason, ", ".join(each.present), each.discrepancy,
            evidence_text(each.evidence),
            each.opened, each.time,
        )
        for each in result.consensus
    )  # fmt: skip
    _sheet(book, "Consensus", columns, rows)


def _prices(book: Workbook, result: AwardResult) -> None:
    columns = [
        ("Lot", 12), ("Bid", 16), ("Bidder", 32), ("Criterion", 18), ("As read out", 16), ("exact", EXACT), ("Currency", 10),
        ("Evaluated", 16), ("exact", EXACT), ("In currency", 12),
    ]  # fmt: skip
    rows = (
        (
            lot.lot, each.bid, result.bid_of[each.bid].bidder, each.criterion, each.read_out, exact(each.read_out), each.currency,
            each.evaluated,
            exact(each.evaluated), result.procedure.currency,
        )
        for lot in result.lots
        for each in lot.prices
    )  # fmt: skip
    _sheet(book, "Prices", columns, rows)


def _panel(book: Workbook, result: AwardResult) -> None:
    columns = [
        ("Lot", 12), ("Bid", 16), ("Criterion", 18), ("Steps", 50), ("Spread, % of the scale", 12), ("exact", EXACT), ("Flagged", 9),
        ("Mean", 10),
        ("exact", EXACT), ("Median", 10), ("exact", EXACT), ("Agreed step", 10), ("Agreed", 10), ("exact", EXACT), ("Agreed less mean", 10),
        ("exact", EXACT),
    ]  # fmt: skip

    def rows() -> Iterable[Row]:
        for lot in result.lots:
            for each in lot.panel.cells if lot.panel is not None else ():
                spread = each.spread * 100 if each.spread is not None else None
                yield (
                    lot.lot, each.bid, each.criterion, "; ".join(f"{name} {step}" for name, step in sorted(each.steps.items())), spread,
                    exact(spread),
                    "yes" if each.flagged else "", each.mean, exact(each.mean), each.median, exact(each.median), each.agreed,
                    each.agreed_value,
                    exact(each.agreed_value), each.delta, exact(each.delta),
                )  # fmt: skip

    _sheet(book, "Panel", columns, rows())


def _attack(book: Workbook, report: AwardReport) -> None:
    columns = [("Lot", 12), ("Table", 44), ("Row", 44), ("Column", 30), ("Content", 90)]

    def rows() -> Iterable[Row]:
        bidder_of = report.bidder_of
        for part in report.lots:
            if part.attack is None:
                continue
            for sentence in (*flip_sentences(part.result, part.attack, bidder_of, part.totals), *part.attack.headline):
                yield part.result.lot, "In short", "", "", sentence
            for table in part.attacked:
                yield from _cells(part.result.lot, table)

    _sheet(book, "Attack", columns, rows())


def _cells(lot: str, table: Table) -> Iterable[Row]:
    for row in table.rows:
        first = _text(row[0])
        for column, value in zip(table.columns[1:], row[1:], strict=True):
            yield lot, table.title, first, column.title, _text(value)


def _text(value: object) -> str:
    if isinstance(value, Marked):
        return f"{value.word}: {value.rest}" if value.rest else value.word
    return "\n".join(str(each) for each in value) if isinstance(value, tuple) else str(value)


def _notes(book: Workbook, result: AwardResult) -> None:
    columns = [
        ("Lot", 12), ("Kind", 12), ("Code", 24), ("In words", 90), ("Bid", 16), ("Criterion", 18), ("Evaluator", 16), ("Source", 60),
        ("Status", 14),
    ]  # fmt: skip

    def row(lot: str, kind: str, each: Note) -> Row:
        return lot, kind, each.code, each.text, each.bid, each.criterion, each.evaluator, each.source, each.status

    def rows() -> Iterable[Row]:
        for each in result.warnings:
            yield row("", "procedure", each)
        for lot in result.lots:
            for kind, notes in (("open", lot.open), ("near tie", lot.near_ties), ("warning", lot.warnings)):
                for each in notes:
                    yield row(lot.lot, kind, each)

    _sheet(book, "Notes", columns, rows())


def _article(book: Workbook, report: AwardReport) -> None:
    columns = [("Item", 10), ("Title", 50), ("Content", 110)]

    def rows() -> Iterable[Row]:
        for item in report.article:
            letter = item.letter or "unchecked"
            for line in item.lines:
                yield letter, item.title, line
            if item.absent:
                yield letter, item.title, f"Not applicable because {item.absent}."
            for row in item.table.rows if item.table is not None else ():
                yield letter, item.title, "; ".join(_text(value) for value in row)

    _sheet(book, "Article 84", columns, rows())


def _provenance(book: Workbook, report: AwardReport) -> None:
    result, procedure = report.result, report.result.procedure
    rows: list[Sequence[Content]] = [
        ("Procedure", f"{procedure.id}: {procedure.title}", result.procedure_hash),
        ("Buyer", procedure.buyer, ""),
        ("Locked", "yes" if result.locked else "no lock file was given", ""),
        ("Bids and records", "", result.inputs_hash),
        ("Day of sending", report.sent or "not given", ""),
        ("Engine", f"Tenderloop {result.engine}", ""),
        ("Report", "", f"sha256:{report.identity}"),
    ]
    _sheet(book, "Provenance", [("What", 20), ("Value", 70), ("Hash", 76)], rows)
