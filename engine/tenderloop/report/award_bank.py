"""The tables of the World Bank's bid evaluation report form, filled from the record.

Knows which tables the form has and which records fill them. Must not know pages. The titles follow a public description of the form; its
numbering was not compared with the form itself. What the record does not hold is said, never guessed.
"""

from __future__ import annotations

from collections.abc import Iterator

from tenderloop.award.result import AwardResult, LotResult
from tenderloop.report.award_model import Cell, Column, Marked, Table
from tenderloop.report.award_words import BID_STATUS, CORRECTIONS, MARK_OF_BID, exact, listed, lot_name, money, totals_of, when

SOURCE = (
    "http://web.worldbank.org/WBSITE/EXTERNAL/PROJECTS/PROCUREMENT/0,,contentMDK:20062543~menuPK:84284~pagePK:84269~piPK:60001558~"
    "theSitePK:84266~isCURL:Y,00.html, which names the 13 tables; their numbering and columns are unverified"
)
NOT_HELD = "The record does not hold this."
TWO = (Column("What", width=60), Column("Value"))


def bank_tables(result: AwardResult) -> tuple[Table, ...]:
    """The tables in the order of the form, then its checklists."""
    return (
        _identification(result), _process(result), _submission(result), _read_out(result), _preliminary(result), _corrections(result),
        _exchange(result), *_conversion(result), _adjustments(result), _preference("goods"), _preference("works"), _proposed(result),
        _opening_checklist(result), _summary_checklist(result),
    )  # fmt: skip


def _identification(result: AwardResult) -> Table:
    procedure = result.procedure
    rows = (
        ("Borrower or buyer", procedure.buyer),
        ("Procedure", f"{procedure.title} ({procedure.id})"),
        ("Subject", procedure.subject or procedure.title),
        ("Lots", str(len(procedure.lots))),
        (
            "Estimates",
            "; ".join(f"{lot_name(lot.id)} {money(lot.estimate, procedure.currency)}" for lot in procedure.lots if lot.estimate is not None)
            or NOT_HELD,
        ),
        ("Method of procurement", procedure.method),
        ("Loan or credit number, project", NOT_HELD),
    )
    return Table("Table 1. Identification", TWO, rows)


def _process(result: AwardResult) -> Table:
    procedure, said = result.procedure, result.proceedings
    rows = (
        ("Notice", procedure.notice or NOT_HELD),
        ("Criteria locked", f"{'yes' if result.locked else 'no lock file was given'}; {result.procedure_hash}"),
        ("Clarifications and amendments", tuple(said.clarifications) or "none recorded"),
        ("Deadline for bids", when(procedure.deadline) or NOT_HELD),
        ("Price date", procedure.price_date or NOT_HELD),
        ("Pre-bid conference, bid validity, securities", NOT_HELD),
    )
    return Table("Table 2. Bidding process", TWO, rows)


def _submission(result: AwardResult) -> Table:
    said = result.proceedings
    rows = (
        ("Bids received", str(len(result.bids))),
        ("Opened", when(said.opened) or NOT_HELD),
        ("Place", said.opened_at or NOT_HELD),
        ("Present", listed(said.opened_by) or NOT_HELD),
        ("Late", listed(_with_status(result, "late")) or "none"),
        ("Withdrawn", listed(_with_status(result, "withdrawn")) or "none"),
    )
    return Table("Table 3. Bid submission and opening", TWO, rows)


def _with_status(result: AwardResult, status: str) -> list[str]:
    return [f"{each.bidder} ({lot_name(lot.lot)})" for lot in result.lots for each in lot.standings if each.status == status]


def _read_out(result: AwardResult) -> Table:
    currency = result.procedure.currency
    rows = tuple(
        (
            bid.bidder,
            bid.id,
            lot_name(bid.lot),
            bid.country or "–",
            when(bid.received) or "–",
            money(bid.price, bid.currency or currency) if bid.price is not None else "no price",
        )
        for bid in result.bids
    )
    columns = (
        Column("Bidder"), Column("Bid", width=30), Column("Lot", width=24), Column("Country", width=20),
        Column("Received", width=44), Column("Price as read out", True, 36),
    )  # fmt: skip
    return Table("Table 4. Bid prices as read out", columns, rows)


def _preliminary(result: AwardResult) -> Table:
    rows: list[tuple[Cell, ...]] = []
    for lot in result.lots:
        for each in lot.standings:
            rows.append(
                (
                    f"{each.bidder} ({lot_name(lot.lot)})",
                    _passed(result, lot, each.bid, "exclusion"),
                    _passed(result, lot, each.bid, "selection"),
                    _passed(result, lot, each.bid, "compliance"),
                    Marked(MARK_OF_BID.get(each.status, "fail"), BID_STATUS[each.status]),
                )
            )
    columns = (
        Column("Bidder"), Column("Eligibility: exclusion grounds", width=40), Column("Qualification: selection", width=40),
        Column("Responsiveness: specifications", width=40), Column("Outcome", width=36),
    )  # fmt: skip
    return Table(
        "Table 5. Preliminary examination",
        columns,
        tuple(rows),
        "“No decision recorded” is not a finding that the bid complies; it says that nothing against it is on record.",
    )


def _passed(result: AwardResult, lot: LotResult, bid: str, step: str) -> Cell:
    decisions = [each for each in result.decisions if each.bid == bid and each.step == step]
    if not decisions:
        return "no decision recorded"
    last = sorted(decisions, key=lambda each: each.time)[-1]
    text = last.ground or last.reason
    return Marked("pass" if last.outcome == "admit" else "fail", "admitted" if last.outcome == "admit" else "rejected", text)


def _corrections(result: AwardResult) -> Table:
    rows = []
    for bid in result.bids:
        currency = bid.currency or result.procedure.currency
        for each in bid.corrections:
            rows.append((bid.bidder, money(bid.price, currency), CORRECTIONS[each.kind], money(each.amount, currency), each.reason))
        if bid.corrections and bid.price is not None:
            total = bid.price + sum(each.amount for each in bid.corrections)
            rows.append((bid.bidder, money(bid.price, currency), "corrected price", money(total, currency), ""))
    columns = (
        Column("Bidder"), Column("As read out", True, 34), Column("Change", width=36), Column("Amount", True, 34),
        Column("Reason", width=62),
    )  # fmt: skip
    return Table("Table 6. Corrections and unconditional discounts", columns, tuple(rows), empty="No price was corrected or discounted.")


def _exchange(result: AwardResult) -> Table:
    procedure = result.procedure
    rows = tuple(
        (currency, exact(rate), procedure.price_date or NOT_HELD, procedure.rates_source or NOT_HELD)
        for currency, rate in procedure.rates.items()
    )
    columns = (
        Column("1 unit of"),
        Column(f"is worth, {procedure.currency}", True, 36),
        Column("On", width=30),
        Column("Source", width=60),
    )
    return Table("Table 7. Exchange rates", columns, rows, empty=f"No exchange rate was declared: all prices are in {procedure.currency}.")


def _conversion(result: AwardResult) -> Iterator[Table]:
    home = result.procedure.currency
    foreign = [bid for bid in result.bids if bid.currency not in (None, home)]
    columns = (
        Column("Bidder"),
        Column("Criterion", width=40),
        Column("Line by line", width=72),
        Column(f"Evaluated, {home}", True, 34),
    )
    rows = tuple(
        (
            result.bid_of[each.bid].bidder,
            each.criterion,
            tuple(f"{line.text} = {money(line.value, line.unit)}" for line in each.working),
            money(each.evaluated),
        )
        for lot in result.lots
        for each in lot.prices
        if any(bid.id == each.bid for bid in foreign)
    )
    yield Table(
        "Table 8A. Currency conversion, several currencies in one bid", (), (), empty="Not applicable: a bid is in one currency here."
    )
    yield Table("Table 8B. Currency conversion, one currency a bid", columns, rows, empty=f"Not applicable: all prices are in {home}.")


def _adjustments(result: AwardResult) -> Table:
    rows = tuple(
        (
            result.bid_of[each.bid].bidder,
            each.criterion,
            tuple(f"{line.text} = {money(line.value, line.unit)}" for line in each.working),
            money(each.evaluated, result.procedure.currency),
        )
        for lot in result.lots
        for each in lot.prices
        if each.evaluated is not None
    )
    columns = (
        Column("Bidder"),
        Column("Criterion", width=30),
        Column("From the price read out to the amount evaluated", width=72),
        Column("Amount evaluated", True, 36),
    )
    return Table("Table 9. Additions, adjustments and priced deviations", columns, rows, empty="No amount was evaluated.")


def _preference(kind: str) -> Table:
    number = "10" if kind == "goods" else "11"
    return Table(
        f"Table {number}. Domestic preference for {kind}", (), (), empty="Not applicable: the procedure declares no domestic preference."
    )


def _proposed(result: AwardResult) -> Table:
    rows = []
    for lot in result.lots:
        winner = result.bid_of.get(lot.winner)
        if winner is None:
            rows.append((f"{lot_name(lot.lot)}: {lot.title}", "no award proposed", "–", "–", "–", "–"))
            continue
        currency = winner.currency or result.procedure.currency
        corrected = None if winner.price is None else winner.price + sum(each.amount for each in winner.corrections)
        rows.append(
            (
                f"{lot_name(lot.lot)}: {lot.title}",
                winner.bidder,
                money(winner.price, currency),
                money(corrected, currency),
                totals_of(result, lot.lot)(lot.standing_of[lot.winner].total),
                winner.subcontracted or "–",
            )
        )
    columns = (
        Column("Lot"), Column("Lowest evaluated or best bid", width=40), Column("As read out", True, 34), Column("Corrected", True, 34),
        Column("Total", True, 20), Column("Subcontracted", width=30),
    )  # fmt: skip
    return Table("Table 12. Proposed award", columns, tuple(rows))


def _check(holds: bool, yes: str, no: str) -> Cell:
    return Marked("pass" if holds else "undecided", "recorded" if holds else "not recorded", yes if holds else no)


def _opening_checklist(result: AwardResult) -> Table:
    said = result.proceedings
    rows: list[tuple[Cell, ...]] = [
        ("Time of opening", _check(bool(said.opened), when(said.opened), "")),
        ("Place of opening", _check(bool(said.opened_at), said.opened_at, "")),
        ("Persons present", _check(bool(said.opened_by), listed(said.opened_by), "")),
        ("Deadline for bids", _check(bool(result.procedure.deadline), when(result.procedure.deadline), "")),
    ]
    for bid in result.bids:
        state = [f"price {money(bid.price, bid.currency or result.procedure.currency)}" if bid.price is not None else "no price read out"]
        state.append(f"received {when(bid.received)}" if bid.received else "time of receipt not recorded")
        if bid.withdrawn or bid.withdrawn_reason:
            state.append(f"withdrawn {bid.withdrawn}".strip())
        rows.append(
            (
                f"Bid of {bid.bidder}, {lot_name(bid.lot)}",
                _check(bid.price is not None and bool(bid.received), "; ".join(state), "; ".join(state)),
            )
        )
    return Table("Annex. Bid opening checklist", TWO, tuple(rows))


def _summary_checklist(result: AwardResult) -> Table:
    said = result.proceedings
    ranked = [lot for lot in result.lots if lot.winner]
    discrepancies = [note for lot in result.lots for note in lot.warnings if note.code == "discrepancy"]
    settled = all("not settled" not in note.text for note in discrepancies)
    low = [each for lot in result.lots for each in lot.low_bids]
    rows: tuple[tuple[Cell, ...], ...] = (
        ("The criteria were locked before evaluation", _check(result.locked, result.procedure_hash, "no lock file was given")),
        ("Every lot has one bid at the first place",
         Marked("pass" if len(ranked) == len(result.lots) else "undecided", f"{len(ranked)} of {len(result.lots)}")),
        ("Flagged disagreements were settled with a reason",
         Marked("not_applicable", "none flagged") if not discrepancies else _check(settled, *[f"{len(discrepancies)} flagged"] * 2)),
        ("Abnormally low bids were decided",
         Marked("not_applicable", "none flagged")
         if not low
         else _check(all(each.decision for each in low), f"{len(low)} flagged", f"{len(low)} flagged, not all decided")),
        ("Conflicts of interest were asked and recorded", _check(bool(said.conflicts), said.conflicts, "")),
        ("Clarifications",
         Marked("pass", "recorded", f"{len(said.clarifications)}") if said.clarifications else Marked("not_applicable", "none recorded")),
    )  # fmt: skip
    return Table("Annex. Summary checklist", TWO, rows)
