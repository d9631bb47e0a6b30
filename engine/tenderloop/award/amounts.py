"""From a price as read out to the amount that a formula reads: corrections, exchange, cost lines, adjustments; every step a line.

Knows a bid's money and the rules that turn it into one amount. Must not know formulas, weights, ranks or other bids.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

from tenderloop.award.bid import Bid
from tenderloop.award.costs import CARBON_PATHS, CarbonPath, Cost, carbon_path, life_cycle_cost
from tenderloop.award.formula import Refused
from tenderloop.award.leaves import figure
from tenderloop.award.procedure import HUNDRED, CostRule, Criterion, Procedure
from tenderloop.award.result import Note, Working

ZERO, ONE = Fraction(0), Fraction(1)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount in the procedure's currency, with the lines that lead to it; None with what is open."""

    value: Fraction | None
    working: tuple[Working, ...] = ()
    missing: tuple[Note, ...] = ()


def price_of(procedure: Procedure, bid: Bid, criterion: str = "") -> Amount:
    """The corrected price in the procedure's currency.

    A price that is missing, or in a currency without a declared rate, is open: it is never 0 and never taken as it stands.
    """
    if bid.price is None:
        return Amount(None, (), (_open("price-missing", f"bid {bid.id} has no price; no price is not 0", bid, criterion),))
    currency = bid.currency or procedure.currency
    value = bid.price
    lines = [Working(text="price as read out", value=value, unit=currency)]
    for each in sorted(bid.corrections, key=lambda one: (one.kind, one.amount, one.reason)):
        value += each.amount
        lines.append(Working(text=f"{each.kind} correction of {figure(each.amount)}: {each.reason}", value=value, unit=currency))
    if currency != procedure.currency:
        rate = procedure.rates.get(currency)
        if rate is None:
            said = f"bid {bid.id} is priced in {currency}, and the procedure declares no rate to {procedure.currency}"
            return Amount(None, tuple(lines), (_open("price-currency", said, bid, criterion),))
        value *= rate
        on = f" on {procedure.price_date}" if procedure.price_date else ""
        lines.append(Working(text=f"× {figure(rate)} {procedure.currency} for 1 {currency}{on}", value=value, unit=procedure.currency))
    return Amount(value, tuple(lines))


def _open(code: str, text: str, bid: Bid, criterion: str) -> Note:
    return Note(code=code, text=text, bid=bid.id, criterion=criterion)


def amount_of(procedure: Procedure, criterion: Criterion, bid: Bid, adjustment_scores: Mapping[str, Fraction | None]) -> Amount:
    """The amount that the formula of a price or cost criterion reads. ``adjustment_scores`` are scores of 100 by adjustment."""
    rule = criterion.cost
    if rule is None and criterion.type == "cost":
        rule = CostRule()
    found = price_of(procedure, bid, criterion.id) if rule is None else _cost_of(procedure, criterion.id, rule, bid)
    if found.value is None or not criterion.adjustments:
        return found
    return _adjusted(procedure, criterion, bid, found, adjustment_scores)


def path_of(rule: CostRule) -> CarbonPath | None:
    """The price of CO2 that a cost rule names or gives; None for neither. ``Refused`` for years or prices that are none."""
    if rule.carbon_prices:
        return carbon_path(rule.carbon_prices, rule.source)
    return CARBON_PATHS[rule.carbon] if rule.carbon is not None else None


def _cost_of(procedure: Procedure, criterion: str, rule: CostRule, bid: Bid) -> Amount:
    lines: list[Cost] = []
    working: list[Working] = []
    missing: list[Note] = []
    currency = bid.currency or procedure.currency
    rate = ONE if currency == procedure.currency else procedure.rates.get(currency)
    if rule.with_price:
        price = price_of(procedure, bid, criterion)
        working += price.working
        missing += price.missing
        if price.value is not None:
            lines.append(Cost("price", "acquisition", price.value, title="Price"))
    elif rate is None:
        said = f"bid {bid.id} states costs in {currency}, and the procedure declares no rate to {procedure.currency}"
        missing.append(_open("price-currency", said, bid, criterion))
    offered = [each for each in bid.costs if not rule.kinds or each.kind in rule.kinds]
    wanted = [kind for kind in rule.kinds if kind not in {each.kind for each in offered}]
    if wanted or (not rule.with_price and not offered):
        said = f"bid {bid.id} states no cost of {', '.join(wanted) or 'any kind'}; no cost is not 0"
        missing.append(_open("cost-missing", said, bid, criterion))
    if missing:
        return Amount(None, tuple(working), tuple(missing))
    for each in offered:
        worth = each.amount * (rate or ONE) if each.unit == "money" else each.amount
        lines.append(Cost(each.id, each.kind, worth, each.year, each.until, each.unit, each.title))
    year = int(procedure.price_date[:4]) if procedure.price_date else 0
    try:
        found = life_cycle_cost(
            lines,
            rate=rule.rate,
            timing=rule.timing,
            basis=rule.basis,
            years=rule.years,
            carbon=path_of(rule),
            first_year=year if rule.first_year is None else rule.first_year,
        )
    except Refused as refused:
        notes = (_open(each.code, f"bid {bid.id}: {each.message}: {each.hint}", bid, criterion) for each in refused.faults)
        return Amount(None, tuple(working), tuple(notes))
    unit = procedure.currency
    if offered:
        working += [Working(text=line.text, value=line.value, unit=unit if line.unit == "money" else line.unit) for line in found.lines]
        working += [Working(text=note) for note in found.notes]
    return Amount(found.total, tuple(working))


def _adjusted(procedure: Procedure, criterion: Criterion, bid: Bid, before: Amount, scores: Mapping[str, Fraction | None]) -> Amount:
    assert before.value is not None
    value, lines, missing = before.value, list(before.working), list(before.missing)
    ordered = sorted(criterion.adjustments, key=lambda each: each.id)
    features = most = ZERO
    for each in ordered:
        score = scores.get(each.id)
        if score is None:
            missing.append(_open("adjustment-open", f"{each.title} is not scored for bid {bid.id}", bid, each.id))
            continue
        worth = each.worth * score / HUNDRED
        if each.effect == "divide":
            features, most = features + worth, most + each.worth
            continue
        value += worth if each.effect == "add" else -worth
        sign = "+" if each.effect == "add" else "−"
        said = f"{sign} {each.title}: {figure(each.worth)} × {figure(score)} / 100"
        lines.append(Working(text=said, value=value, unit=procedure.currency))
    if missing:
        return Amount(None, tuple(lines), tuple(missing))
    if most:
        coefficient = 1 + features / (1 - most)
        value /= coefficient
        said = f"÷ {figure(coefficient)} = 1 + {figure(features)} / (1 − {figure(most)}) for features"
        lines.append(Working(text=said, value=value, unit=procedure.currency))
    return Amount(value, tuple(lines))
