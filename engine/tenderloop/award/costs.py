"""What a bid costs over its life: cost lines by year, discounted by a stated convention, with a price of CO2 by year, as one amount.

Knows cost lines, discounting and published paths of CO2 prices. Must not know procedures, bids or formulas. All money is in one currency
and, with the rate, either real or nominal: the caller says which, and it is written on the result.

The kinds of cost are those of the European Commission's page on life-cycle costing: purchase, use, maintenance, end of life, and external
cost where its money value can be determined and verified. PV = C / (1 + r)^t, as in any textbook of engineering economics.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import pairwise
from typing import Literal, Protocol

from tenderloop.award.formula import ZERO, Fault, Line, Refused, Status, figure, refuse
from tenderloop.methods import Refused as MethodRefused
from tenderloop.methods import get
from tenderloop.quantity import power, to_significant

Timing = Literal["begin", "mid", "end"]
Basis = Literal["real", "nominal"]
Kind = Literal["acquisition", "use", "maintenance", "end_of_life", "externality"]
KINDS: Mapping[str, str] = {
    "acquisition": "Acquisition",
    "use": "Use",
    "maintenance": "Maintenance",
    "end_of_life": "End of life",
    "externality": "External cost",
}
TIMINGS: Mapping[str, str] = {
    "begin": "at the beginning of each year: (1 + r)^−(t − 1)",
    "mid": "in the middle of each year: (1 + r)^−(t − 1/2)",
    "end": "at the end of each year: (1 + r)^−t",
}
SOURCE = "European Commission, page on life-cycle costing; conventions begin, mid and end of year as in the EnergyPlus documentation"
LONGEST = 200


class CostLine(Protocol):
    """One cost of a bid. ``amount`` is money, or tonnes of CO2 where ``unit`` is ``t CO2``.

    ``year`` counts from 0 (acquisition, not discounted); ``until`` repeats the line every year up to that year.
    """

    @property
    def id(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def amount(self) -> Fraction: ...
    @property
    def unit(self) -> str: ...
    @property
    def year(self) -> int: ...
    @property
    def until(self) -> int | None: ...


@dataclass(frozen=True, slots=True)
class Cost:
    """A plain cost line, for those who have no bid."""

    id: str
    kind: str
    amount: Fraction
    year: int = 0
    until: int | None = None
    unit: str = "money"
    title: str = ""


@dataclass(frozen=True, slots=True)
class CarbonPath:
    """A price of CO2 by calendar year, money per tonne; between two years of the table a straight line, outside it nothing."""

    name: str
    title: str
    prices: Mapping[int, Fraction]
    source: str
    status: Status
    currency: str = ""

    def price(self, year: int) -> Fraction:
        """The price in a year. ``Refused`` outside the table: nothing is carried on beyond it.

        >>> CARBON_PATHS["eib"].price(2040)
        Fraction(525, 1)
        """
        if year in self.prices:
            return self.prices[year]
        for before, after in pairwise(sorted(self.prices)):
            if before < year < after:
                low, high = self.prices[before], self.prices[after]
                return low + (high - low) * Fraction(year - before, after - before)
        known = f"{min(self.prices)} to {max(self.prices)}" if self.prices else "no year"
        raise Refused("", f"{self.title} has no price for {year}; it has {known}", "give prices for every year of the life looked at")


_LINE_BETWEEN = "the straight line between the years is ours"
CARBON_PATHS: Mapping[str, CarbonPath] = {
    each.name: each
    for each in (
        CarbonPath(
            "eib",
            "European Investment Bank, shadow cost of carbon, 2030 to 2050",
            {2030: Fraction(250), 2050: Fraction(800)},
            f"EUR 250 a tonne in 2030 and 800 in 2050 (E3G, Public Bank Climate Tracker); {_LINE_BETWEEN}; price level not stated there",
            "published",
            "EUR",
        ),
        CarbonPath(
            "eib_from_2020",
            "European Investment Bank, shadow cost of carbon, 2020 to 2050",
            {2020: Fraction(80), 2030: Fraction(250), 2050: Fraction(800)},
            f"As eib, with EUR 80 a tonne in 2020, which was not compared with its original; {_LINE_BETWEEN}",
            "unverified",
            "EUR",
        ),
    )
}


def carbon_path(prices: Mapping[str, Fraction] | Mapping[int, Fraction], source: str = "") -> CarbonPath:
    """A path that the buyer published. Years are whole numbers, written or not as text; ``Refused`` names every one that is not.

    >>> carbon_path({"2027": Fraction(100), "2031": Fraction(180)}).price(2029)
    Fraction(140, 1)
    """
    found: dict[int, Fraction] = {}
    faults = []
    for year, price in prices.items():
        text = str(year)
        if not (text.isascii() and text.isdigit()):
            faults.append(Fault("bad-year", f"'{text}' is not a year", "write a year such as 2030", parameter=text))
        elif price < 0:
            faults.append(Fault("price-negative", f"the CO2 price of {text} is negative", "a price of CO2 is 0 or more", parameter=text))
        else:
            found[int(text)] = price
    if not found and not faults:
        faults.append(Fault("price-missing", "no CO2 price is given", "write at least one year and its price"))
    refuse(faults)
    return CarbonPath("given", "CO2 price of the procedure", found, source or "as published by the buyer", "proposed")


@dataclass(frozen=True, slots=True)
class Year:
    """One year of the schedule: money as it falls due, the factor, and the present value."""

    year: int
    amount: Fraction
    factor: Fraction
    present: Fraction


@dataclass(frozen=True, slots=True)
class LifeCycleCost:
    """The present value of all cost, its parts by kind, the lines behind it, the schedule by year, and what the reader must know."""

    total: Fraction
    parts: Mapping[str, Fraction]
    lines: tuple[Line, ...]
    schedule: tuple[Year, ...]
    notes: tuple[str, ...] = field(default=())


def discount_factor(rate: Fraction, year: int, timing: Timing) -> Fraction:
    """What 1 in a year is worth today; year 0 is today. ``rate`` is a share a year (0.03 is 3 %).

    Exact at the beginning and end of years; the root in the middle of a year is rounded to 12 significant digits.

    >>> discount_factor(Fraction(1, 4), 2, "end"), discount_factor(Fraction(1, 4), 2, "begin")
    (Fraction(16, 25), Fraction(4, 5))
    >>> discount_factor(Fraction("0.21"), 1, "mid") == 1 / Fraction("1.1")
    True
    """
    if year == 0 or rate == 0:
        return Fraction(1)
    if timing == "begin":
        return 1 / (1 + rate) ** (year - 1)
    whole = 1 / (1 + rate) ** year
    return whole if timing == "end" else whole * power(1 + rate, Fraction(1, 2))


def _line_faults(lines: Sequence[CostLine], carbon: CarbonPath | None) -> list[Fault]:
    faults = []
    for line in sorted(lines, key=lambda each: each.id):
        if line.kind not in KINDS:
            faults.append(
                Fault("unknown-kind", f"cost line {line.id}: '{line.kind}'", f"write one of: {', '.join(KINDS)}", parameter=line.id)
            )
        if line.unit not in ("money", "t CO2"):
            faults.append(Fault("wrong-unit", f"cost line {line.id}: '{line.unit}'", "write money or t CO2", parameter=line.id))
        last = line.year if line.until is None else line.until
        if line.year < 0 or last < line.year or last > LONGEST:
            said = f"cost line {line.id} runs from year {line.year} to {last}"
            faults.append(Fault("bad-year", said, f"years count from 0, up to {LONGEST}, the first not after the last", parameter=line.id))
        if line.unit == "t CO2" and carbon is None:
            said = f"cost line {line.id} is in tonnes of CO2, and no price of CO2 is given"
            faults.append(Fault("carbon-price-missing", said, "publish carbon_prices by year, or ask for money", parameter=line.id))
    return faults


def life_cycle_cost(
    lines: Sequence[CostLine],
    *,
    rate: Fraction | None = None,
    timing: Timing = "end",
    basis: Basis = "real",
    years: int | None = None,
    kinds: Sequence[str] = (),
    carbon: CarbonPath | None = None,
    first_year: int = 0,
) -> LifeCycleCost:
    """Add up cost lines at today's value; in which order they are given changes nothing.

    ``rate`` is a share a year (none: nothing is discounted). ``timing`` says when in a year a cost falls; year 0 is today and never
    discounted. ``years`` is the length looked at: what falls later is left out, and a note says so. ``kinds`` chooses lines (all when
    empty). Tonnes of CO2 are multiplied by the price of the calendar year ``first_year`` + year. Exact without a rate; with one, amounts
    are rounded to 12 significant digits on leaving. ``Refused`` names every fault at once.

    >>> from fractions import Fraction as F
    >>> life_cycle_cost([Cost("price", "acquisition", F(1000)), Cost("power", "use", F(100), 1, 10)]).total
    Fraction(2000, 1)
    """
    chosen = [line for line in sorted(lines, key=lambda each: each.id) if not kinds or line.kind in kinds]
    faults = _line_faults(chosen, carbon)
    if rate is not None and not 0 <= rate <= 1:
        faults.append(
            Fault("parameter-out-of-range", f"the rate is {figure(rate)}", "write a share from 0 to 1: 0.03 or 3 %", parameter="rate")
        )
    if years is not None and years < 0:
        faults.append(Fault("bad-year", f"the length looked at is {years} years", "write 0 or more", parameter="years"))
    refuse(faults)
    used = rate or ZERO
    out = to_significant if used else _as_it_is
    ends = [line.year if line.until is None else line.until for line in chosen]
    factors = {year: discount_factor(used, year, timing) for year in range(max(ends, default=0) + 1)}
    parts = dict.fromkeys(KINDS, ZERO)
    due: dict[int, Fraction] = {}
    written: list[Line] = []
    notes = [f"amounts {'and rate ' if used else ''}are {basis}"]
    notes.append(f"discounted at {figure(100 * used)} % a year, {TIMINGS[timing]}; year 0 is today" if used else "nothing is discounted")
    for line in chosen:
        last = line.year if line.until is None else line.until
        within = [year for year in range(line.year, last + 1) if years is None or year <= years]
        name = line.title or line.id
        if len(within) < last - line.year + 1:
            notes.append(f"{name}: what falls after year {years} is left out")
        present = ZERO
        for year in within:
            amount = line.amount * (carbon.price(first_year + year) if line.unit == "t CO2" and carbon is not None else 1)
            due[year] = due.get(year, ZERO) + amount
            present += amount * factors[year]
        parts[line.kind] += present
        written.append(Line(_line_text(line, name, within, factors, carbon, first_year), out(present), "money"))
    total = sum(parts.values(), ZERO)
    written += [Line(f"{KINDS[kind]}, present value", out(part), "money") for kind, part in parts.items() if part]
    written.append(Line("Life-cycle cost", out(total), "money"))
    if carbon is not None and any(line.unit == "t CO2" for line in chosen):
        notes.append(f"price of CO2: {carbon.title}; {carbon.source}")
    schedule = tuple(Year(year, due[year], factors[year], out(due[year] * factors[year])) for year in sorted(due))
    return LifeCycleCost(out(total), {kind: out(part) for kind, part in parts.items()}, tuple(written), schedule, tuple(notes))


def _as_it_is(value: Fraction) -> Fraction:
    return value


def _line_text(
    line: CostLine, name: str, within: Sequence[int], factors: Mapping[int, Fraction], carbon: CarbonPath | None, first_year: int
) -> str:
    if not within:
        return f"{name}: nothing within the length looked at"
    span = f"year {within[0]}" if len(within) == 1 else f"years {within[0]} to {within[-1]}"
    if line.unit == "t CO2" and carbon is not None:
        first, last = carbon.price(first_year + within[0]), carbon.price(first_year + within[-1])
        priced = f"{figure(first)} a tonne" if len(within) == 1 else f"{figure(first)} to {figure(last)} a tonne"
        return f"{name}, {span}: {figure(line.amount)} t CO2 × {priced}{', discounted' if factors[within[-1]] != 1 else ''}"
    return f"{name}, {span}: {figure(line.amount)} × {figure(sum((factors[year] for year in within), ZERO))}"


def annual_equivalent(total: Fraction, rate: Fraction, years: int) -> Fraction:
    """The equal yearly amount, at the end of each year, with the present value ``total``: the method ``annuity``.

    ``rate`` is a share a year; ``total`` is not negative, ``years`` at least 1: else ``Refused``. Rounded to 12 significant
    digits where there is a rate.

    >>> annual_equivalent(Fraction(2000), Fraction(0), 10)
    Fraction(200, 1)
    """
    try:
        payment = get("annuity").run({"capital": total, "rate": 100 * rate, "years": Fraction(years)}).outputs["payment"]
    except MethodRefused as refused:
        raise Refused("", refused.message, refused.hint) from refused
    assert isinstance(payment, Fraction)
    return payment
