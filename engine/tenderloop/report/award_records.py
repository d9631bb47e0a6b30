"""The opening record, the standstill, and the other records of a procedure that a report must hold.

Knows which records there are. Must not know pages, and reads no clock: the day of sending is given.
"""

from __future__ import annotations

import datetime as dt
import unicodedata

from tenderloop.award.result import AwardResult
from tenderloop.errors import Problem, Problems
from tenderloop.report.award_model import Column, StandstillPart, Table
from tenderloop.report.award_standstill import MOVES_SOURCE, RULES, standstill
from tenderloop.report.award_words import listed, lot_name, money, when

TWO = (Column("What", width=60), Column("Value"))
UNRECORDED = "not recorded"


def day_of(text: str) -> str:
    """The day of a moment as recorded, as ISO text; empty for none.

    >>> day_of("2026-04-01T10:00Z"), day_of("")
    ('2026-04-01', '')
    """
    return text[:10]


def day_given(sent: str) -> str:
    """The day of sending as ISO text; empty for none. ``Problems`` for what is no day of the calendar.

    >>> day_given("2026-04-22")
    '2026-04-22'
    """
    try:
        return dt.date.fromisoformat(day_of(sent)).isoformat() if sent else ""
    except ValueError:
        raise Problems([Problem("bad-moment", f"'{sent}' is no day of the calendar", hint="write YYYY-MM-DD")]) from None


def standstill_part(result: AwardResult, sent: str) -> StandstillPart:
    """The standstill by the procedure's rule, from the day of sending given; or why there is none. A day that is none: ``Problems``."""
    rules = _rules_table()
    declared = result.procedure.standstill
    if declared is None:
        return StandstillPart(None, "The procedure declares no standstill rule, so none is computed.", rules)
    if declared.rule not in RULES:
        known = listed(sorted(RULES), "or")
        return StandstillPart(
            None, f"The procedure names the rule “{declared.rule}”, which is not one of {known}; nothing is computed.", rules
        )
    if not sent:
        said = f"The rule is {declared.rule}. No day of sending was given, so no date is computed; no clock is read."
        return StandstillPart(None, said, rules)
    try:
        day = dt.date.fromisoformat(day_of(sent))
        holidays = [dt.date.fromisoformat(each) for each in declared.holidays]
    except ValueError as wrong:
        raise Problems(
            [Problem("bad-moment", f"the day of sending or a holiday is no day of the calendar: {wrong}", hint="write YYYY-MM-DD")]
        ) from None
    return StandstillPart(standstill(declared.rule, day, holidays), "", rules)


def _rules_table() -> Table:
    rows = tuple(
        (
            rule.id,
            f"{rule.title}: {rule.days} {rule.counted} days, starting with {rule.starts}",
            {"yes": "moves to the next working day", "no": "does not arise", "unclear": "not settled by the source"}[rule.moves],
            f"{rule.source} ({rule.status}). {rule.remark}".strip(),
        )
        for rule in RULES.values()
    )
    columns = (
        Column("Rule", width=30),
        Column("Period"),
        Column("Last day on a day off", width=34),
        Column("Source and status", width=72),
    )
    return Table("Rules known", columns, rows, f"On the last day: {MOVES_SOURCE} (unverified).")


def opening_tables(result: AwardResult) -> tuple[Table, ...]:
    """Who opened what, when, and what was read out; names that look alike are shown with their characters."""
    said, procedure = result.proceedings, result.procedure
    session = Table(
        "Session",
        TWO,
        (
            ("Opened", when(said.opened) or UNRECORDED),
            ("Place", said.opened_at or UNRECORDED),
            ("Present", listed(said.opened_by) or UNRECORDED),
            ("Deadline for bids", when(procedure.deadline) or UNRECORDED),
            ("Bids", str(len(result.bids))),
        ),
    )
    rows = tuple(
        (
            bid.bidder,
            bid.id,
            bid.version,
            lot_name(bid.lot),
            when(bid.received) or UNRECORDED,
            money(bid.price, bid.currency or procedure.currency) if bid.price is not None else "no price",
            _state(bid.withdrawn, bid.withdrawn_reason),
        )
        for bid in result.bids
    )
    columns = (
        Column("Bidder"), Column("Bid", width=30), Column("Version", width=17), Column("Lot", width=24), Column("Received", width=44),
        Column("Price as read out", True, 36), Column("Withdrawn", width=30),
    )  # fmt: skip
    return session, Table("Bids opened", columns, rows, _alike([bid.bidder for bid in result.bids]))


def _state(withdrawn: str, reason: str) -> str:
    return " ".join(part for part in (when(withdrawn), reason) if part) or "no"


def _alike(names: list[str]) -> str:
    """A warning where names look alike but are written with other characters.

    >>> _alike(["Clean Energy", "\\u0421lean Energy"])
    'Names with letters of more than one script, which may look like another name: \\u0421lean Energy (\\\\u0421lean Energy).'
    """
    odd = sorted({name for name in names if len(_scripts(name)) > 1})
    if not odd:
        return ""
    shown = ", ".join(f"{name} ({name.encode('ascii', 'backslashreplace').decode('ascii')})" for name in odd)
    return f"Names with letters of more than one script, which may look like another name: {shown}."


def _scripts(name: str) -> set[str]:
    return {unicodedata.name(each, "?").split(" ")[0] for each in name if each.isalpha()}


def record_tables(result: AwardResult) -> tuple[Table, ...]:
    """Decisions, lots drawn, criteria that do not apply, and what changed hands in the procedure."""
    bidder_of = {bid.id: bid.bidder for bid in result.bids}
    decisions = Table(
        "Decisions",
        (Column("Bid"), Column("Step", width=40), Column("Outcome", width=24), Column("Ground and reason", width=72),
         Column("By, when", width=40)),
        tuple(
            (
                f"{bidder_of[each.bid]} ({each.bid})",
                each.step.replace("_", " "),
                {"admit": "admitted", "reject": "rejected"}[each.outcome],
                ": ".join(part for part in (each.ground, each.reason) if part) or UNRECORDED,
                " ".join(part for part in (listed(each.by), when(each.time)) if part) or UNRECORDED,
            )
            for each in result.decisions
        ),
        empty="No decision on a bid is recorded.",
    )  # fmt: skip
    draws = Table(
        "Lots drawn in public",
        (Column("Lot", width=30), Column("Order drawn"), Column("Reason", width=54), Column("Witnesses, when", width=54)),
        tuple(
            (
                lot_name(each.lot),
                ", then ".join(bidder_of[bid] for bid in each.order),
                each.reason or UNRECORDED,
                " ".join(part for part in (listed(each.witnesses), when(each.time)) if part) or UNRECORDED,
            )
            for each in result.draws
        ),
        empty="No lot was drawn.",
    )
    marks = Table(
        "Criteria that do not apply",
        (Column("Lot", width=30), Column("Criterion", width=48), Column("Reason"), Column("By, when", width=48)),
        tuple(
            (
                lot_name(each.lot),
                each.criterion,
                each.reason or UNRECORDED,
                " ".join(part for part in (each.by, when(each.time)) if part) or UNRECORDED,
            )
            for each in result.not_applicable
        ),
        empty="Every criterion applies.",
    )
    said = result.proceedings
    clarifications = Table(
        "Clarifications",
        (Column("No", width=9), Column("Text")),
        tuple((str(number), text) for number, text in enumerate(said.clarifications, start=1)),
        empty="No clarification is recorded.",
    )
    return decisions, draws, marks, clarifications
