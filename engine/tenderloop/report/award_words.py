"""The words and figures of the award pages: statuses of bids and lots, points, money, shares, all rounded once and only here.

Knows how a figure or status is written for people. Must not know pages or decide anything.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from tenderloop.award.result import AwardResult
from tenderloop.quantity import exact_text, natural_places, shown, shown_grouped, to_significant

BID_STATUS: Mapping[str, str] = {
    "ranked": "ranked",
    "unranked": "not ranked",
    "late": "late",
    "withdrawn": "withdrawn",
    "excluded": "excluded",
    "not_selected": "not selected",
    "non_compliant": "not compliant",
    "abnormally_low": "rejected as abnormally low",
    "below_threshold": "below a minimum",
}
LOT_STATUS: Mapping[str, str] = {
    "ranked": "ranked",
    "tied": "tied at the first place",
    "incomplete": "incomplete: no ranking",
    "no_bids": "no bid to rank",
    "not_scored": "cannot be scored",
}
LEAF_STATUS: Mapping[str, str] = {
    "missing": "open",
    "set_aside": "–",
    "not_applicable": "n/a",
    "combined": "amount",
    "scored": "",
}
MARK_OF_BID: Mapping[str, str] = {"ranked": "pass", "unranked": "undecided"}
STEPS: Mapping[str, str] = {
    "late": "time of receipt",
    "exclusion": "exclusion grounds",
    "selection": "selection",
    "compliance": "compliance with the specifications",
    "abnormally_low": "explanation of an abnormally low price",
}
AGGREGATION: Mapping[str, str] = {
    "consensus": "consensus: the panel agrees on one step, with a reason",
    "mean": "arithmetic mean of the evaluators’ values",
    "median": "median of the evaluators’ values",
    "trimmed_mean": "mean of the evaluators’ values without the extremes",
}
CORRECTIONS: Mapping[str, str] = {
    "arithmetic": "arithmetical correction",
    "discount": "unconditional discount",
    "other": "other correction",
}
EXACT_SHOWN = 13  # longer fractions stand in the workbook and the JSON


def pts(value: Fraction | None, places: int = 2) -> str:
    """Points or a score of 100; a dash where nothing is known.

    >>> pts(Fraction(331, 6)), pts(None)
    ('55.17', '–')
    """
    return "–" if value is None else shown(value, places)


@dataclass(frozen=True)
class Totals:
    """How the totals of a lot are written: points of 100, or, where a formula combines quality and price, its values as they are."""

    combined: bool
    places: int

    def __call__(self, value: Fraction | None) -> str:
        """The figure alone.

        >>> Totals(False, 2)(Fraction(331, 6)), Totals(True, 2)(Fraction(1, 1234))
        ('55.17', '0.000810373')
        """
        if value is None or not self.combined:
            return pts(value, self.places)
        text = exact_text(to_significant(value, 6))
        return text if "/" not in text else shown(value, 6)

    def full(self, value: Fraction | None) -> str:
        """The figure with what it is.

        >>> Totals(False, 2).full(Fraction(52)), Totals(True, 2).full(Fraction(5, 2))
        ('52.00 of 100 points', 'the value 2.5')
        """
        return f"the value {self(value)}" if self.combined else f"{self(value)} of 100 points"

    @property
    def unit(self) -> str:
        """A word after a figure, with a space before it."""
        return "" if self.combined else " points"


def totals_of(result: AwardResult, lot: str) -> Totals:
    """How a lot's totals are written."""
    return Totals(result.procedure.lot_of[lot].combine is not None, result.procedure.rules.display_places)


def signed(value: Fraction | None, places: int = 2) -> str:
    """A difference with its sign; a true minus.

    >>> signed(Fraction(-5, 2)), signed(Fraction(0)), signed(Fraction(3))
    ('−2.50', '0.00', '+3.00')
    """
    if value is None:
        return "–"
    text = shown(abs(value), places)
    return text if value == 0 else ("+" if value > 0 else "−") + text


def money(value: Fraction | None, currency: str = "") -> str:
    """An amount: whole, or with two places where it has a rest; more only where two places would hide it.

    >>> money(Fraction(1234567), "EUR").replace("\\u202f", " ").replace("\\u00a0", " "), money(Fraction(625, 10)), money(Fraction(1, 3))
    ('1 234 567 EUR', '62.50', '0.33')
    """
    if value is None:
        return "–"
    text = shown_grouped(value, 0 if value.denominator == 1 else 2).replace("-", "−")
    return f"{text}\u00a0{currency}" if currency else text


def per_cent(share: Fraction | None) -> str:
    """A share of 1 in per cent, without needless places.

    >>> per_cent(Fraction(2, 5)), per_cent(Fraction(1, 3)), per_cent(None)
    ('40\\xa0%', '33.33\\xa0%', '–')
    """
    if share is None:
        return "–"
    value = share * 100
    return f"{shown(value, min(natural_places(value), 2))}\u00a0%"


def exact(value: Fraction | None) -> str:
    """The exact value as text, for beside a rounded one; empty where nothing is known.

    >>> exact(Fraction(331, 6)), exact(Fraction(5, 2))
    ('331/6', '2.5')
    """
    return "" if value is None else exact_text(value)


def exact_beside(value: Fraction | None, places: int = 2) -> str:
    """The exact value where rounding hides something and it is short enough to read; else empty.

    >>> exact_beside(Fraction(331, 6)), exact_beside(Fraction(52)), exact_beside(Fraction(1, 10**40))
    ('331/6', '', '')
    """
    if value is None or (value * 10**places).denominator == 1:
        return ""
    text = exact_text(value)
    return text if len(text) <= EXACT_SHOWN else ""


def lot_name(lot: str) -> str:
    """A lot's id as people say it.

    >>> lot_name("lot1"), lot_name("LOT-0002"), lot_name("north")
    ('Lot 1', 'Lot 0002', 'Lot north')
    """
    found = re.fullmatch(r"lot[-_. ]?(\w+)", lot, re.IGNORECASE)
    return "Lot " + (found[1] if found else lot)


def listed(names: Sequence[str], last: str = "and") -> str:
    """Names in a sentence.

    >>> listed(["a", "b", "c"]), listed(["a"]), listed([])
    ('a, b and c', 'a', '')
    """
    return " ".join(filter(None, [", ".join(names[:-1]), last if len(names) > 1 else "", names[-1] if names else ""]))


def when(moment: str) -> str:
    """A moment as recorded, easier to read and to break.

    >>> when("2026-02-27T16:05+01:00"), when("2026-03-20 12:00"), when("")
    ('2026-02-27 16:05 (+01:00)', '2026-03-20 12:00', '')
    """
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2}(?::\d{2})?)(Z|[+-]\d{2}:\d{2})?)?", moment)
    if not found:
        return moment
    zone = {"Z": "UTC"}.get(found[3], found[3]) if found[3] else ""
    return " ".join(part for part in (found[1], found[2], f"({zone})" if zone else "") if part)


def stop(text: str) -> str:
    """A sentence that ends with one full stop, whatever the name at its end ends with.

    >>> stop("first is Generali Zrt."), stop("first is Alder")
    ('first is Generali Zrt.', 'first is Alder.')
    """
    return text if text.endswith(".") else text + "."


def brief(digest: str) -> str:
    """The first characters of a hash, for a footer; the whole stands in the provenance."""
    return digest.removeprefix("sha256:")[:12]
