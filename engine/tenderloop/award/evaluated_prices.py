"""From a price to the price that is compared: quality turned into money, CO2 and environmental cost, features as a divisor, points.

Knows equations and published ladders. Must not know procedures, bids or formulas that score. Money of one call is in one currency.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise

from tenderloop.award.formula import ONE, ZERO, Fault, Line, Refused, Status, clamped, figure
from tenderloop.quantity import exact_text


@dataclass(frozen=True, slots=True)
class Evaluated:
    """An evaluated price with the lines that lead to it."""

    amount: Fraction
    lines: tuple[Line, ...]


@dataclass(frozen=True, slots=True)
class Adjustment:
    """How a published adjustment of prices works: ``name``, equation, source and how sure it is."""

    name: str
    title: str
    equation: str
    source: str
    status: Status


ADJUSTMENTS: Mapping[str, Adjustment] = {
    each.name: each
    for each in (
        Adjustment(
            "award_on_value",
            "Award on value",
            "evaluated price = P − Σ worth of each criterion × its score, not more than a bound set beforehand",
            "Negometrix, award on value; the bound is ours",
            "published",
        ),
        Adjustment(
            "co2_ladder",
            "CO2 Performance Ladder, fictitious discount by level",
            "evaluated price = P × (1 − discount), discount 0, 1, 2, 4, 7, 10 % for level 0 to 5",
            "ProRail, as given by deduurzameadviseurs.nl; each buyer may set its own; version 4.0 has three steps, not five levels",
            "published",
        ),
        Adjustment(
            "eci_added",
            "Environmental cost added",
            "evaluated price = P + ECI × factor",
            "Rijkswaterstaat, MKI-optellen, as in duurzaamgww.nl, handleiding gunnen met MKI-waarde",
            "published",
        ),
        Adjustment(
            "eci_discount",
            "Fictitious discount between two bounds of environmental cost",
            "evaluated price = P − most × (upper − ECI) / (upper − lower), the ratio kept between 0 and 1",
            "Rijkswaterstaat uses an upper and a lower bound (duurzaamgww.nl); the straight line between them is ours",
            "proposed",
        ),
        Adjustment(
            "features_divisor",
            "Price divided by a coefficient of features",
            "evaluated price = P / (1 + ΣF / (1 − ΣFmax)), F the share earned by each feature, Fmax the most it can earn",
            "Prozorro (Ukraine), ProzorroUKR/barbecue",
            "published",
        ),
        Adjustment(
            "cost_added",
            "Declared cost added",
            "evaluated price = P + declared cost of use, maintenance, end of life and ecology",
            "Prozorro (Ukraine), openprocurement.api, life-cycle cost as an addition",
            "published",
        ),
        Adjustment(
            "points_ladder",
            "Points by steps",
            "points of the last step reached; 0 under the first",
            "Common practice (Italian 'punteggio tabellare'); the wording is ours",
            "proposed",
        ),
        Adjustment(
            "additive_features",
            "Points for features that are offered",
            "Σ points of the features offered, not more than their sum",
            "Common practice; the wording is ours",
            "proposed",
        ),
    )
}

CO2_LADDER: Mapping[int, Fraction] = {
    0: ZERO,
    **{level: Fraction(share, 100) for level, share in zip((1, 2, 3, 4, 5), (1, 2, 4, 7, 10), strict=True)},
}
"""Fictitious discount by level of the CO2 Performance Ladder up to version 3.1, as a share of the price (ProRail)."""


def _price(price: Fraction) -> None:
    if price <= 0:
        raise Refused("", f"the price is {exact_text(price)}", "a price of zero or less is decided on before it is adjusted")


def award_on_value(price: Fraction, worths: Mapping[str, Fraction], most: Fraction | None = None) -> Evaluated:
    """Take the worth of each criterion, in money, off the price; ``most`` bounds the sum. A worth below 0 is a malus.

    The source's example: a price of 80 000 and an answer worth 60 % of 2 500.

    >>> award_on_value(Fraction(80000), {"2.1.4": Fraction(2500) * Fraction(60, 100)}).amount
    Fraction(78500, 1)
    """
    _price(price)
    lines = [Line("price", price, "money")]
    total = ZERO
    for name in sorted(worths):
        total += worths[name]
        lines.append(Line(f"{name}: worth {figure(worths[name])}", worths[name], "money"))
    if most is not None and total > most:
        lines.append(Line(f"worth {figure(total)} is cut at {figure(most)}", most, "money"))
        total = most
    amount = price - total
    lines.append(Line(f"{figure(price)} − {figure(total)}", amount, "money"))
    return Evaluated(amount, tuple(lines))


def co2_ladder(price: Fraction, level: int, ladder: Mapping[int, Fraction] = CO2_LADDER) -> Evaluated:
    """Take the fictitious discount of a level off the price; the contract is at the price itself.

    The source's example: 30 million at level 3 counts as 28.8 million, and beats 29 million at level 0.

    >>> co2_ladder(Fraction(30000000), 3).amount
    Fraction(28800000, 1)
    """
    _price(price)
    if level not in ladder:
        known = ", ".join(str(each) for each in sorted(ladder))
        raise Refused("", f"the ladder has no level {level}", f"levels are: {known}")
    share = ladder[level]
    amount = price * (1 - share)
    text = f"{figure(price)} × (1 − {figure(share)}) for level {level}"
    return Evaluated(amount, (Line("price", price, "money"), Line(text, amount, "money")))


def eci_added(price: Fraction, eci: Fraction, factor: Fraction = ONE, most: Fraction | None = None) -> Evaluated:
    """Add the environmental cost (MKI, ECI; money) times a factor set beforehand; ``most`` bounds what is added.

    >>> eci_added(Fraction(1000000), Fraction(40000), Fraction(2)).amount
    Fraction(1080000, 1)
    """
    _price(price)
    if eci < 0 or factor < 0:
        raise Refused("", "the environmental cost or its factor is below 0", "both are 0 or more")
    added = eci * factor
    lines = [Line("price", price, "money"), Line(f"environmental cost {figure(eci)} × {figure(factor)}", added, "money")]
    if most is not None and added > most:
        lines.append(Line(f"{figure(added)} is cut at {figure(most)}", most, "money"))
        added = most
    lines.append(Line(f"{figure(price)} + {figure(added)}", price + added, "money"))
    return Evaluated(price + added, tuple(lines))


def eci_discount(price: Fraction, eci: Fraction, *, lower: Fraction, upper: Fraction, most: Fraction) -> Evaluated:
    """Take off up to ``most`` (money): all of it at ``lower`` or less, nothing at ``upper`` or more, a straight line between.

    >>> eci_discount(Fraction(1000000), Fraction(50000), lower=Fraction(40000), upper=Fraction(80000), most=Fraction(100000)).amount
    Fraction(925000, 1)
    """
    _price(price)
    if not lower < upper:
        raise Refused("", "the lower bound is not below the upper", "write the better (lower) environmental cost as 'lower'")
    share = clamped((upper - eci) / (upper - lower))
    amount = price - most * share
    text = f"{figure(price)} − {figure(most)} × ({figure(upper)} − {figure(eci)}) / ({figure(upper)} − {figure(lower)})"
    cut = "" if lower <= eci <= upper else ", the ratio kept between 0 and 1"
    return Evaluated(amount, (Line("price", price, "money"), Line(text + cut, amount, "money")))


def features_divisor(price: Fraction, earned: Mapping[str, Fraction], most: Mapping[str, Fraction]) -> Evaluated:
    """Divide the price by 1 + ΣF / (1 − ΣFmax). ``earned`` and ``most`` are shares by feature; the sum of ``most`` is below 1.

    With features worth at most 20 % in all, of which 10 % are earned, 900 counts as 800:

    >>> features_divisor(Fraction(900), {"warranty": Fraction(1, 10)}, {"warranty": Fraction(1, 5)}).amount
    Fraction(800, 1)
    """
    _price(price)
    faults = [Fault("unknown-feature", f"'{name}' is not a feature of this procedure") for name in sorted(set(earned) - set(most))]
    faults += [
        Fault("feature-out-of-range", f"'{name}' earns {exact_text(earned[name])} of at most {exact_text(most[name])}")
        for name in sorted(set(earned) & set(most))
        if not 0 <= earned[name] <= most[name]
    ]
    total = sum(most.values(), ZERO)
    if total >= 1:
        faults.append(Fault("feature-out-of-range", "features can earn 100 % or more", "their shares must sum to less than 1"))
    if faults:
        raise Refused("", faults[0].message, faults[0].hint, faults)
    sum_earned = sum(earned.values(), ZERO)
    coefficient = 1 + sum_earned / (1 - total)
    lines = (
        Line("price", price, "money"),
        Line(f"1 + {figure(sum_earned)} / (1 − {figure(total)})", coefficient, "1"),
        Line(f"{figure(price)} / {figure(coefficient)}", price / coefficient, "money"),
    )
    return Evaluated(price / coefficient, lines)


def cost_added(price: Fraction, costs: Mapping[str, Fraction]) -> Evaluated:
    """Add declared costs to the price, undiscounted, as Prozorro does; for discounted costs see ``costs.py``.

    >>> cost_added(Fraction(500), {"use": Fraction(120), "end of life": Fraction(30)}).amount
    Fraction(650, 1)
    """
    _price(price)
    amount = price + sum(costs.values(), ZERO)
    lines = [Line("price", price, "money"), *(Line(f"+ {name}", costs[name], "money") for name in sorted(costs))]
    return Evaluated(amount, (*lines, Line("evaluated price", amount, "money")))


def points_ladder(value: Fraction, steps: Sequence[tuple[Fraction, Fraction]]) -> Fraction:
    """Points of the last step reached, 0 under the first. ``steps`` are (value, points), with rising values.

    >>> points_ladder(Fraction(7), [(Fraction(2), Fraction(0)), (Fraction(5), Fraction(50)), (Fraction(10), Fraction(100))])
    Fraction(50, 1)
    """
    if any(first[0] >= second[0] for first, second in pairwise(steps)):
        raise Refused("", "the steps of the ladder do not rise", "write each value once, the lowest first")
    reached = [points for at, points in steps if value >= at]
    return reached[-1] if reached else ZERO


def additive_features(offered: Mapping[str, bool], points: Mapping[str, Fraction]) -> Fraction:
    """Sum of the points of what is offered. Every feature needs an answer: silence is not 'no'.

    >>> additive_features({"take-back": True, "spare parts": False}, {"take-back": Fraction(60), "spare parts": Fraction(40)})
    Fraction(60, 1)
    """
    unknown, silent = sorted(set(offered) - set(points)), sorted(set(points) - set(offered))
    if unknown or silent:
        said = f"no answer on: {', '.join(silent)}" if silent else f"not a feature: {', '.join(unknown)}"
        raise Refused("", said, "answer yes or no for each feature of the procedure")
    return sum((points[name] for name, yes in offered.items() if yes), ZERO)
