"""When a contract may be signed at the earliest: standstill periods by named rule, from the day on which the notice was sent.

Knows the rules with their sources, and days. Must not know bids, and reads no clock and no calendar of its own: holidays are given.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from tenderloop.errors import Problem, Problems
from tenderloop.pack import Status

SATURDAY = 5


@dataclass(frozen=True)
class StandstillRule:
    """One rule: ``days`` of a period, how they are counted, and what happens when it ends on a day that is no working day.

    ``counted``: ``calendar`` days after the day of sending, or ``working`` days that begin with it. ``moves``: whether a last day that is
    no working day moves to the next one; ``unclear`` where the source says neither.
    """

    id: str
    title: str
    days: int
    counted: Literal["calendar", "working"]
    moves: Literal["yes", "no", "unclear"]
    starts: str
    source: str
    status: Status
    remark: str = ""


_DIRECTIVE = (
    "Directive 89/665/EEC, article 2a, as described by https://duke.yt/learn/concepts/standstill-period; the text of "
    "the article itself was "
    "not compared"
)
_LONGER = "A member state may require a longer period: check the national law."
_SSI = "https://legislation.gov.uk/ssi/2016/65/regulation/50/data.html, paragraphs (3) and (4)"
_LEXOLOGY = "that the last day moves to a working day: https://www.lexology.com/library/detail.aspx?g=42819746-ad16-4b6f-9186-c4f2530b2e10"
_ACT = (
    "Procurement Act 2023, section 51, as described by the guidance on contract award notices and standstill, paragraphs 2 and 4 "
    "(https://gov.uk/government/publications/procurement-act-2023-guidance-documents-procure-phase/"
    "guidance-contract-award-notices-and-standstill-html)"
)

RULES: Mapping[str, StandstillRule] = {
    rule.id: rule
    for rule in (
        StandstillRule(
            "eu_electronic", "European Union, notice sent by electronic means", 10, "calendar", "unclear",
            "the day after the notice is sent to all bidders concerned", _DIRECTIVE, "unverified", _LONGER,
        ),
        StandstillRule(
            "eu_other", "European Union, notice sent by other means", 15, "calendar", "unclear",
            "the day after the notice is sent to all bidders concerned", _DIRECTIVE, "unverified", _LONGER,
        ),
        StandstillRule(
            "uk_electronic", "United Kingdom, regulations before the Procurement Act 2023, electronic means", 10, "calendar", "yes",
            "the day after the last notice is sent", f"{_SSI} (concessions, Scotland); {_LEXOLOGY}", "published",
            "The regulation seen is the one for concessions in Scotland; the others were not compared.",
        ),
        StandstillRule(
            "uk_other", "United Kingdom, regulations before the Procurement Act 2023, other means", 15, "calendar", "yes",
            "the day after the last notice is sent", f"{_SSI} (concessions, Scotland); {_LEXOLOGY}", "published",
            "The regulation seen is the one for concessions in Scotland; the others were not compared.",
        ),
        StandstillRule(
            "uk_act_2023", "United Kingdom, Procurement Act 2023", 8, "working", "no",
            "the day on which the contract award notice is published, which is counted", _ACT, "published",
            "The period runs from the publication of the contract award notice, not from the letters: give that day as the day of sending.",
        ),
    )
}  # fmt: skip

MOVES_SOURCE = (
    "Regulation (EEC, Euratom) No 1182/71, article 3(4): a period whose last day is a public holiday, Sunday or "
    "Saturday ends with the next "
    "working day; read in a translated quotation, and whether it governs this period is unchecked"
)


@dataclass(frozen=True)
class Standstill:
    """A period with its days. ``ends`` is its last day, to midnight; ``sign_from`` the first day on which the contract may be signed.

    ``careful`` is the later last day where the rule leaves open whether it moves to a working day; None where both agree.
    """

    rule: StandstillRule
    sent: dt.date
    ends: dt.date
    sign_from: dt.date
    careful: dt.date | None
    holidays: tuple[dt.date, ...]
    working: tuple[str, ...]


def standstill(rule: str, sent: dt.date, holidays: Iterable[dt.date] = ()) -> Standstill:
    """The period by a rule, for a notice sent on a day. Unknown rule: ``Problems``.

    >>> good_friday, easter_monday = dt.date(2010, 4, 2), dt.date(2010, 4, 5)
    >>> found = standstill("uk_electronic", dt.date(2010, 3, 23), [good_friday, easter_monday])
    >>> found.ends.isoformat(), found.sign_from.isoformat()
    ('2010-04-06', '2010-04-07')
    """
    if rule not in RULES:
        raise Problems(
            [Problem("unknown-standstill-rule", f"there is no standstill rule '{rule}'", hint="write one of " + ", ".join(sorted(RULES)))]
        )
    known = RULES[rule]
    free = tuple(sorted(set(holidays)))
    counted, lines = (_working if known.counted == "working" else _calendar)(sent, known.days, free)
    last, careful = counted, None
    after = next_working_day(counted, free)
    if after != counted and known.moves == "yes":
        last = after
        lines.append(f"{day_text(counted)} is no working day: the last day moves to {day_text(after)}")
    elif after != counted and known.moves == "unclear":
        careful = after
        lines.append(f"{day_text(counted)} is no working day; whether the last day moves to {day_text(after)} is not settled by the source")
    first = (careful or last) + dt.timedelta(days=1)
    lines.append(f"ends at midnight at the end of {day_text(last)}; the contract may be signed from {day_text(first)}")
    return Standstill(known, sent, last, first, careful, free, tuple(lines))


def _calendar(sent: dt.date, days: int, _free: Collection[dt.date]) -> tuple[dt.date, list[str]]:
    last = sent + dt.timedelta(days=days)
    first = sent + dt.timedelta(days=1)
    return last, [
        f"sent on {day_text(sent)}, which is not counted",
        f"day 1 is {day_text(first)}, day {days} is {day_text(last)}",
    ]


def _working(sent: dt.date, days: int, free: Collection[dt.date]) -> tuple[dt.date, list[str]]:
    counted: list[dt.date] = []
    day = sent
    while len(counted) < days:
        if is_working_day(day, free):
            counted.append(day)
        day += dt.timedelta(days=1)
    return counted[-1], [
        f"published on {day_text(sent)}, which is counted if it is a working day",
        "working days: " + ", ".join(f"{number} {each.isoformat()}" for number, each in enumerate(counted, start=1)),
    ]


def is_working_day(day: dt.date, holidays: Collection[dt.date]) -> bool:
    """Neither Saturday nor Sunday nor one of the holidays given."""
    return day.weekday() < SATURDAY and day not in holidays


def next_working_day(day: dt.date, holidays: Collection[dt.date]) -> dt.date:
    """The day itself, or the first working day after it."""
    while not is_working_day(day, holidays):
        day += dt.timedelta(days=1)
    return day


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December",
)  # fmt: skip


def day_text(day: dt.date) -> str:
    """A day for people, the same on every machine.

    >>> day_text(dt.date(2026, 3, 2))
    'Monday 2 March 2026'
    """
    return f"{_DAYS[day.weekday()]} {day.day} {_MONTHS[day.month - 1]} {day.year}"
