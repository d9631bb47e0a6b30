"""Life-cycle cost: textbook values, agreement with the methods, timing, CO2 prices by year, refusals, and what must hold for any lines."""

from __future__ import annotations

import random
from fractions import Fraction
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.award.bid import CostLine as BidLine
from tenderloop.award.costs import (
    CARBON_PATHS,
    KINDS,
    TIMINGS,
    Cost,
    Timing,
    annual_equivalent,
    carbon_path,
    discount_factor,
    life_cycle_cost,
)
from tenderloop.award.formula import Refused
from tenderloop.methods import get
from tenderloop.quantity import to_significant

F = Fraction
KETTLE = (
    Cost("price", "acquisition", F(1000)),
    Cost("power", "use", F(100), 1, 10),
    Cost("service", "maintenance", F(20), 1, 10),
    Cost("disposal", "end_of_life", F(50), 10),
)


def test_without_a_rate_everything_is_added() -> None:
    found = life_cycle_cost(KETTLE)
    assert found.total == 1000 + 1000 + 200 + 50
    assert found.parts == {"acquisition": 1000, "use": 1000, "maintenance": 200, "end_of_life": 50, "externality": 0}
    assert "nothing is discounted" in found.notes


def test_agrees_with_the_method_of_life_cycle_cost() -> None:
    """End of year, 3.5 %: the same total, parts and equal yearly amount as methods/cost.py."""
    found = life_cycle_cost(KETTLE, rate=F("0.035"))
    run = get("life_cycle_cost").run(
        {"acquisition": F(1000), "use": F(100), "maintenance": F(20), "end_of_life": F(50), "rate": F("3.5"), "years": F(10)}
    )
    assert found.total == run.outputs["lcc"]
    assert annual_equivalent(found.total, F("0.035"), 10) == pytest.approx(run.outputs["annual_equivalent"], rel=1e-11)
    use = run.outputs["use_share"]
    assert isinstance(use, Fraction)
    assert found.parts["use"] / found.total == pytest.approx(use / 100, rel=1e-11)


def test_agrees_with_the_method_of_present_value() -> None:
    rows = [{"year": F(year), "amount": F(amount)} for year, amount in ((0, 1000), (3, 200), (7, -50))]
    run = get("npv").run({"flows": rows, "rate": F(4), "base_year": F(0)})
    lines = [Cost("a", "acquisition", F(1000)), Cost("b", "use", F(200), 3), Cost("c", "end_of_life", F(-50), 7)]
    assert life_cycle_cost(lines, rate=F("0.04")).total == run.outputs["npv"]


def test_timing() -> None:
    """110 due in the first year at 10 %: 110 at its beginning, 100 at its end, the root between; year 0 is never discounted."""
    line = [Cost("x", "use", F(110), 1)]
    assert life_cycle_cost(line, rate=F("0.1"), timing="begin").total == 110
    assert life_cycle_cost(line, rate=F("0.1"), timing="end").total == 100
    middle = life_cycle_cost(line, rate=F("0.1"), timing="mid").total
    assert float(middle) == pytest.approx(110 / 1.1**0.5, rel=1e-11)
    assert to_significant(middle) == middle
    now = [Cost("x", "acquisition", F(110), 0)]
    assert {life_cycle_cost(now, rate=F("0.1"), timing=timing).total for timing in get_args(Timing)} == {F(110)}
    assert set(TIMINGS) == set(get_args(Timing))


def test_the_notes_say_convention_and_basis() -> None:
    found = life_cycle_cost(KETTLE, rate=F("0.03"), timing="mid", basis="nominal")
    assert "amounts and rate are nominal" in found.notes
    assert any("3 % a year, in the middle of each year" in note for note in found.notes)


def test_lines_for_the_report_add_up() -> None:
    found = life_cycle_cost(KETTLE, rate=F("0.03"))
    texts = [line.text for line in found.lines]
    assert texts[0] == "disposal, year 10: 50 × ≈ 0.744094"
    assert "power, years 1 to 10: 100 × ≈ 8.530203" in texts
    assert texts[-1] == "Life-cycle cost"
    assert found.lines[-1].value == found.total
    assert sum(found.parts.values()) == pytest.approx(found.total, rel=1e-11)
    assert [each.year for each in found.schedule] == list(range(11))
    assert sum(each.present for each in found.schedule) == pytest.approx(found.total, rel=1e-11)
    assert found.schedule[1].amount == 120
    assert found.schedule[10].amount == 170


def test_kinds_and_length() -> None:
    only = life_cycle_cost(KETTLE, kinds=("use", "maintenance"))
    assert only.total == 1200
    short = life_cycle_cost(KETTLE, years=4)
    assert short.total == 1000 + 4 * 120
    assert [note for note in short.notes if "left out" in note] == [
        "disposal: what falls after year 4 is left out",
        "power: what falls after year 4 is left out",
        "service: what falls after year 4 is left out",
    ]


# ------------------------------------------------------------------------------------------------------------------------ CO2 by year


def test_path_of_the_investment_bank() -> None:
    """250 EUR/t in 2030 and 800 in 2050, a straight line between: 525 in 2040. Nothing before or after."""
    path = CARBON_PATHS["eib"]
    assert [path.price(year) for year in (2030, 2031, 2040, 2050)] == [250, F(555, 2), 525, 800]
    for year in (2029, 2051):
        with pytest.raises(Refused, match="2030 to 2050"):
            path.price(year)
    assert path.status == "published"
    assert CARBON_PATHS["eib_from_2020"].price(2025) == 165
    assert CARBON_PATHS["eib_from_2020"].status == "unverified"
    assert all("straight line" in each.source for each in CARBON_PATHS.values())


def test_tonnes_are_priced_by_calendar_year() -> None:
    lines = [Cost("exhaust", "externality", F(2), 1, 2, unit="t CO2")]
    found = life_cycle_cost(lines, carbon=CARBON_PATHS["eib"], first_year=2039)
    assert found.total == 2 * 525 + 2 * F("552.5")
    assert any("price of CO2" in note for note in found.notes)
    assert "2 t CO2 × 525 to 552.5 a tonne" in found.lines[0].text
    with pytest.raises(Refused, match="no price for 2051"):
        life_cycle_cost(lines, carbon=CARBON_PATHS["eib"], first_year=2049)


def test_money_stays_money_beside_tonnes() -> None:
    """Every line of a mixed bill, by hand: 10 × 2 discounted at 25 % a year, and 2 t × 525."""
    lines = [
        Cost("power", "use", F(10), 1, 2, title="Power"),
        Cost("exhaust", "externality", F(2), 1, unit="t CO2", title="Exhaust"),
    ]
    found = life_cycle_cost(lines, rate=F(1, 4), carbon=CARBON_PATHS["eib"], first_year=2039)
    assert [(line.text, line.value, line.unit) for line in found.lines] == [
        ("Exhaust, year 1: 2 t CO2 × 525 a tonne, discounted", F(840), "money"),
        ("Power, years 1 to 2: 10 × 1.44", F("14.4"), "money"),
        ("Use, present value", F("14.4"), "money"),
        ("External cost, present value", F(840), "money"),
        ("Life-cycle cost", F("854.4"), "money"),
    ]
    assert list(found.notes) == [
        "amounts and rate are real",
        "discounted at 25 % a year, at the end of each year: (1 + r)^−t; year 0 is today",
        f"price of CO2: {CARBON_PATHS['eib'].title}; {CARBON_PATHS['eib'].source}",
    ]
    plain = life_cycle_cost(lines[:1], carbon=CARBON_PATHS["eib"], first_year=2039)
    assert list(plain.notes) == ["amounts are real", "nothing is discounted"]
    assert plain.total == 20
    undiscounted = life_cycle_cost(lines[1:], carbon=CARBON_PATHS["eib"], first_year=2039)
    assert undiscounted.lines[0].text == "Exhaust, year 1: 2 t CO2 × 525 a tonne"


def test_the_longest_life_and_the_shortest() -> None:
    assert life_cycle_cost([Cost("x", "use", F(1), 200)]).total == 1
    with pytest.raises(Refused, match="from year 201 to 201"):
        life_cycle_cost([Cost("x", "use", F(1), 201)])
    nothing = life_cycle_cost([Cost("x", "use", F(1), 5)], years=4)
    assert nothing.lines[0].text == "x: nothing within the length looked at"
    assert nothing.total == 0


def test_a_path_of_the_buyer() -> None:
    path = carbon_path({"0": F(100), "10": F(200)}, "call for tenders, annex 4")
    assert life_cycle_cost([Cost("x", "externality", F(1), 5, unit="t CO2")], carbon=path).total == 150
    with pytest.raises(Refused) as caught:
        carbon_path({"soon": F(1), "2030": F(-1)})
    assert [fault.code for fault in caught.value.faults] == ["bad-year", "price-negative"]
    with pytest.raises(Refused, match="no CO2 price"):
        carbon_path({})


# --------------------------------------------------------------------------------------------------------------------------- refusals


def test_all_faults_at_once() -> None:
    lines = [
        Cost("a", "rent", F(1)),
        Cost("b", "use", F(1), 3, 2),
        Cost("c", "use", F(1), -1),
        Cost("d", "externality", F(1), 1, unit="t CO2"),
        Cost("e", "use", F(1), unit="kWh"),
        Cost("f", "use", F(1), 1, 900),
    ]
    with pytest.raises(Refused) as caught:
        life_cycle_cost(lines, rate=F(3), years=-1)
    found = [(fault.parameter, fault.code) for fault in caught.value.faults]
    assert found == [
        ("a", "unknown-kind"),
        ("b", "bad-year"),
        ("c", "bad-year"),
        ("d", "carbon-price-missing"),
        ("e", "wrong-unit"),
        ("f", "bad-year"),
        ("rate", "parameter-out-of-range"),
        ("years", "bad-year"),
    ]
    assert all(fault.hint for fault in caught.value.faults)
    assert [fault.message for fault in caught.value.faults] == [
        "cost line a: 'rent'",
        "cost line b runs from year 3 to 2",
        "cost line c runs from year -1 to -1",
        "cost line d is in tonnes of CO2, and no price of CO2 is given",
        "cost line e: 'kWh'",
        "cost line f runs from year 1 to 900",
        "the rate is 3",
        "the length looked at is -1 years",
    ]


def test_annual_equivalent_is_refused_with_our_own_error() -> None:
    for total, rate, years in ((F(-1), F("0.03"), 10), (F(1), F("0.03"), 0), (F(1), F(2), 10)):
        with pytest.raises(Refused):
            annual_equivalent(total, rate, years)


def test_lines_of_a_bid_fit() -> None:
    """The cost lines of award/bid.py are cost lines here."""
    line = BidLine(id="power", kind="use", amount=F(100), year=1, until=10)
    assert life_cycle_cost([line]).total == 1000
    assert set(get_args(BidLine.model_fields["kind"].annotation)) == set(KINDS)


def test_no_lines_cost_nothing() -> None:
    found = life_cycle_cost([])
    assert found.total == 0
    assert found.schedule == ()


# ------------------------------------------------------------------------------------------------------------ what holds for any lines

amounts = st.fractions(0, 10**6, max_denominator=20)
spans = st.tuples(st.integers(0, 20), st.integers(0, 10))
line_lists = st.lists(st.tuples(st.sampled_from(sorted(KINDS)), amounts, spans), max_size=8).map(
    lambda found: [Cost(f"line{index}", kind, amount, year, year + more) for index, (kind, amount, (year, more)) in enumerate(found)]
)
rates = st.sampled_from([None, F(0), F("0.03"), F("0.07"), F(1, 3)])
timings = st.sampled_from(get_args(Timing))


def slow(lines: list[Cost], rate: Fraction | None, timing: str) -> float:
    """Year by year in floats, the plainest way."""
    total = 0.0
    for line in lines:
        for year in range(line.year, (line.until or line.year) + 1):
            shift = {"begin": 1.0, "mid": 0.5, "end": 0.0}[timing] if year else 0.0
            total += float(line.amount) / (1 + float(rate or 0)) ** (year - shift)
    return total


@given(line_lists, rates, timings)
def test_agrees_with_floats(lines: list[Cost], rate: Fraction | None, timing: Timing) -> None:
    assert float(life_cycle_cost(lines, rate=rate, timing=timing).total) == pytest.approx(slow(lines, rate, timing), rel=1e-9, abs=1e-9)


@given(line_lists, rates, timings, st.randoms(use_true_random=False))
def test_order_changes_nothing(lines: list[Cost], rate: Fraction | None, timing: Timing, rng: random.Random) -> None:
    shuffled = list(lines)
    rng.shuffle(shuffled)
    assert repr(life_cycle_cost(shuffled, rate=rate, timing=timing)) == repr(life_cycle_cost(lines, rate=rate, timing=timing))


@given(line_lists, timings, st.fractions(F(1, 100), 100, max_denominator=100).filter(bool))
def test_currency_scales(lines: list[Cost], timing: Timing, times: Fraction) -> None:
    moved = [Cost(line.id, line.kind, line.amount * times, line.year, line.until) for line in lines]
    one, other = life_cycle_cost(lines, rate=F("0.05"), timing=timing).total, life_cycle_cost(moved, rate=F("0.05"), timing=timing).total
    assert float(other) == pytest.approx(float(one * times), rel=1e-10)


@given(line_lists, st.sampled_from([F("0.01"), F("0.05")]), st.sampled_from([F("0.06"), F("0.2")]), timings)
def test_a_higher_rate_never_costs_more(lines: list[Cost], low: Fraction, high: Fraction, timing: Timing) -> None:
    assert life_cycle_cost(lines, rate=high, timing=timing).total <= life_cycle_cost(lines, rate=low, timing=timing).total


@given(st.integers(0, 60), rates)
def test_later_in_the_year_is_worth_less(year: int, rate: Fraction | None) -> None:
    begin, mid, end = (discount_factor(rate or F(0), year, timing) for timing in ("begin", "mid", "end"))
    assert begin >= mid >= end > 0
