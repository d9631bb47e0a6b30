"""The individual report on a procedure, Directive 2014/24/EU article 84: every item, present or with the reason why it does not apply.

Knows which items the article asks and where the record holds them. Must not know pages. The lettering after (d) was not compared with the
text of the directive, so those items bear no letter of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from tenderloop.award.bid import Decision
from tenderloop.award.result import AwardResult, LotResult
from tenderloop.report.award_model import ArticleItem, Column, Table
from tenderloop.report.award_words import BID_STATUS, listed, lot_name, money, totals_of

SOURCE_A_TO_D = "https://service.betterregulation.com/document/630387 (article 84(1)(a) to (d), read there)"
SOURCE_REST = (
    "https://legislation.gov.uk/uksi/2015/102/regulation/84/2021-06-11/data.xht (regulation 84, the United Kingdom’s transposition); the "
    "lettering of these items in the directive is unchecked"
)
NEGOTIATED = ("negotiat", "dialogue", "competitive_procedure", "neg-")


def article_items(result: AwardResult) -> tuple[ArticleItem, ...]:
    """The items in the order of the article."""
    return tuple(_items(result))


def _items(result: AwardResult) -> Iterator[ArticleItem]:
    procedure, said = result.procedure, result.proceedings
    yield ArticleItem("(a)", "Contracting authority, subject and value", tuple(_subject(result)))
    yield _selected(result)
    yield _rejected(result)
    yield _abnormally_low(result)
    yield ArticleItem("(d)", "Successful bid, reasons, and what it subcontracts", (), table=_winners(result))
    negotiated = any(word in procedure.method.lower() for word in NEGOTIATED)
    if said.justification:
        yield ArticleItem("", "Circumstances that justify the procedure used", (said.justification,))
    elif negotiated:
        missing = (
            f"The procedure is recorded as “{procedure.method}”, and no justification is recorded: write it before this report is used."
        )
        yield ArticleItem("", "Circumstances that justify the procedure used", (missing,))
    else:
        why = f"the procedure is recorded as “{procedure.method}”; the article asks a justification of negotiated procedures and dialogues"
        yield ArticleItem("", "Circumstances that justify the procedure used", (), why)
    without = [lot for lot in result.lots if not lot.winner]
    if said.non_award:
        yield ArticleItem("", "Reasons for not awarding", (said.non_award,))
    elif without:
        lines = tuple(
            f"{lot_name(lot.lot)} has no winner ({_why_none(lot)}). If it is not awarded, the reason must be recorded here."
            for lot in without
        )
        yield ArticleItem("", "Reasons for not awarding", lines)
    else:
        yield ArticleItem("", "Reasons for not awarding", (), "every lot has a winner")
    if said.non_electronic:
        yield ArticleItem("", "Reasons why other than electronic means were used", (said.non_electronic,))
    else:
        yield ArticleItem(
            "", "Reasons why other than electronic means were used", (), "the record names no use of other than electronic means"
        )
    conflict = (
        said.conflicts
        or "Nothing is recorded. Write what was asked, detected and done, or that nothing was detected, before this report is used."
    )
    yield ArticleItem("", "Conflicts of interest detected, and measures taken", (conflict,))


def _subject(result: AwardResult) -> Iterator[str]:
    procedure = result.procedure
    yield f"Authority: {procedure.buyer}. The article also asks its address, which the record does not hold."
    yield f"Subject: {procedure.subject or procedure.title}"
    for lot in result.lots:
        declared = procedure.lot_of[lot.lot]
        parts = [f"{lot_name(lot.lot)}, {lot.title}:"]
        parts.append(
            f"estimated value {money(declared.estimate, procedure.currency)};" if declared.estimate is not None else "no estimate recorded;"
        )
        winner = result.bid_of.get(lot.winner)
        value = _value(result, lot, lot.winner) if winner is not None else None
        parts.append(f"value of the bid proposed for award {value}." if value is not None else "no value of award yet.")
        yield " ".join(parts)


def _value(result: AwardResult, lot: LotResult, bid: str) -> str | None:
    offered = result.bid_of[bid]
    if offered.price is None:
        return None
    currency = offered.currency or result.procedure.currency
    corrected = offered.price + sum(each.amount for each in offered.corrections)
    text = money(corrected, currency)
    return text if corrected == offered.price else f"{text} (as read out {money(offered.price, currency)})"


def _decided(result: AwardResult, bid: str, steps: tuple[str, ...], outcome: str) -> list[Decision]:
    return [each for each in result.decisions if each.bid == bid and each.step in steps and each.outcome == outcome]


def _selected(result: AwardResult) -> ArticleItem:
    rows = []
    for lot in result.lots:
        for each in lot.standings:
            if each.status in ("late", "withdrawn", "excluded", "not_selected"):
                continue
            decisions = _decided(result, each.bid, ("exclusion", "selection"), "admit")
            reasons = tuple(_reason(one) for one in decisions) or ("No exclusion ground was recorded, and no decision against selection.",)
            rows.append((each.bidder, lot_name(lot.lot), reasons))
    columns = (Column("Bidder"), Column("Lot", width=30), Column("Reason", width=108))
    return ArticleItem(
        "(b)(i)", "Selected, with reasons", (), "" if rows else "nobody was selected", Table("", columns, tuple(rows)) if rows else None
    )


def _reason(decision: Decision) -> str:
    text = ": ".join(part for part in (decision.ground, decision.reason) if part) or "no reason recorded"
    when = f" ({decision.time})" if decision.time else ""
    return text + when


def _rejected(result: AwardResult) -> ArticleItem:
    rows = [
        (each.bidder, lot_name(lot.lot), BID_STATUS[each.status], each.reasons or ("no reason recorded",))
        for lot in result.lots
        for each in lot.standings
        if each.status not in ("ranked", "unranked", "abnormally_low")
    ]
    columns = (Column("Bidder"), Column("Lot", width=30), Column("Outcome", width=36), Column("Reason", width=72))
    return ArticleItem(
        "(b)(ii)", "Rejected, with reasons", (), "" if rows else "no bid was rejected", Table("", columns, tuple(rows)) if rows else None
    )


def _abnormally_low(result: AwardResult) -> ArticleItem:
    lines = [
        f"{each.bidder}, {lot_name(lot.lot)}: {'; '.join(each.reasons)}"
        for lot in result.lots
        for each in lot.standings
        if each.status == "abnormally_low"
    ]
    title = "Reasons for rejecting abnormally low bids"
    if lines:
        return ArticleItem("(c)", title, tuple(lines))
    flagged = [
        f"{result.bid_of[each.bid].bidder} ({each.decision or 'no decision recorded yet'})" for lot in result.lots for each in lot.low_bids
    ]
    why = (
        f"no bid was rejected as abnormally low; flagged: {listed(flagged)}"
        if flagged
        else "no bid was flagged or rejected as abnormally low"
    )
    return ArticleItem("(c)", title, (), why)


def _winners(result: AwardResult) -> Table:
    rows = []
    for lot in result.lots:
        winner = result.bid_of.get(lot.winner)
        if winner is None:
            rows.append((f"{lot_name(lot.lot)}: {lot.title}", "none", _why_none(lot), "–"))
            continue
        standing = lot.standing_of[lot.winner]
        totals = totals_of(result, lot.lot)
        reason = f"First with {totals.full(standing.total)}"
        if lot.margin and not totals.combined:
            reason += f", {totals(lot.margin)} ahead of the next"
        if any(lot.winner in tie.bids for tie in lot.ties):
            reason += "; first after a tie, by the declared chain"
        part = winner.subcontracted or "share: not known"
        names = listed(winner.subcontractors)
        rows.append(
            (f"{lot_name(lot.lot)}: {lot.title}", winner.bidder, reason, part + (f"; to {names}" if names else "; no subcontractor named"))
        )
    columns = (
        Column("Lot"),
        Column("Successful bidder", width=40),
        Column("Reason", width=54),
        Column("Subcontracted", width=48),
    )
    return Table("", columns, tuple(rows))


def _why_none(lot: LotResult) -> str:
    return {
        "ranked": "no winner is named",
        "tied": "the first place is tied, and the declared chain does not decide",
        "incomplete": f"{len(lot.open)} things are open",
        "no_bids": "no bid was left to rank",
        "not_scored": "the weights give no shares",
    }[lot.status]
