"""Money over time: published and derived values, refusals, and what must hold for any numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.methods import get
from tenderloop.methods.method import Refused, Row, Worksheet


def F(value: int | str) -> Fraction:  # short in long tables of numbers
    return Fraction(value)


def run(name: str, **given: Fraction | int | str | Sequence[Row]) -> Worksheet:
    return get(name).run({key: Fraction(value) if isinstance(value, Fraction | int | str) else value for key, value in given.items()})


def flow(*pairs: tuple[int, Fraction | int]) -> list[Row]:
    return [{"year": Fraction(year), "amount": Fraction(amount)} for year, amount in pairs]


def near(value: object, wanted: Fraction, digits: int = 10) -> bool:
    """Equal but for the rounding to 12 significant digits on leaving a method."""
    assert isinstance(value, Fraction)
    return bool(abs(value - wanted) <= abs(wanted) / 10**digits)


rates = st.fractions(0, 20, max_denominator=8)
amounts = st.fractions(-(10**9), 10**9, max_denominator=100)
positive = st.fractions(1, 10**9, max_denominator=100)
terms = st.integers(1, 60)
flows = st.dictionaries(st.integers(2020, 2060), amounts, min_size=1, max_size=12).map(lambda found: flow(*found.items()))


def test_present_value_of_a_known_flow() -> None:
    found = run("npv", flows=flow((0, -100), (1, 60), (2, 60)), rate=10).outputs
    assert near(found["npv"], F("500/121"))
    assert found["total"] == 20
    assert found["payback_year"] == 2


def test_the_base_year_moves_the_value_to_another_year() -> None:
    assert near(run("npv", flows=flow((2030, 121)), rate=10, base_year=2028).outputs["npv"], F(100))
    with pytest.raises(Refused, match="before the base year"):
        run("npv", flows=flow((2030, 1)), rate=10, base_year=2031)


def test_payback_is_unset_when_the_sum_falls_back_below_zero() -> None:
    assert "payback_year" not in run("npv", flows=flow((0, -10), (1, 20), (2, -30)), rate=0).outputs


@given(flows)
def test_npv_at_zero_percent_is_the_sum(rows: list[Row]) -> None:
    found = run("npv", flows=rows, rate=0).outputs
    assert found["npv"] == found["total"] == sum(Fraction(row["amount"]) for row in rows)


@given(flows, rates, st.randoms(use_true_random=False))
def test_order_of_years_changes_nothing(rows: list[Row], rate: Fraction, random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert run("npv", flows=mixed, rate=rate).outputs == run("npv", flows=rows, rate=rate).outputs


@given(positive, rates, terms)
def test_annuity_inverts_npv(capital: Fraction, rate: Fraction, years: int) -> None:
    payment = Fraction(run("annuity", capital=capital, rate=rate, years=years).outputs["payment"])
    worth = run("npv", flows=flow(*((year, payment) for year in range(1, years + 1))), rate=rate, base_year=0).outputs["npv"]
    assert near(worth, capital)


@pytest.mark.parametrize(("rate", "shown"), [(4, 55), (8, 80)])
def test_danish_plant_costs_55_and_80_euros_of_capital_a_tonne(rate: int, shown: int) -> None:
    # numbers page, section 6.1: 852 EUR per annual tonne over 25 years
    assert round(Fraction(run("annuity", capital=852, rate=rate, years=25).outputs["payment"])) == shown


@pytest.mark.parametrize(("rate", "gross"), [(4, 97), (8, 122)])
def test_danish_plant_costs_97_to_122_euros_a_tonne_before_income(rate: int, gross: int) -> None:
    found = run("levelised_gate_fee", capital=852, rate=rate, years=25, om_fixed=20, om_variable=22, tonnes=1).outputs
    assert round(Fraction(found["gross_cost"])) == gross
    assert found["fee"] == found["gross_cost"]


@given(
    capital=positive,
    rate=rates,
    years=terms,
    fixed=positive,
    variable=st.fractions(0, 200, max_denominator=10),
    tonnes=st.integers(1, 10**6),
    energy=positive,
    ash=positive,
)
def test_levelised_fee_makes_npv_zero(
    capital: Fraction, rate: Fraction, years: int, fixed: Fraction, variable: Fraction, tonnes: int, energy: Fraction, ash: Fraction
) -> None:
    fee = Fraction(
        run(
            "levelised_gate_fee",
            capital=capital,
            rate=rate,
            years=years,
            om_fixed=fixed,
            om_variable=variable,
            tonnes=tonnes,
            energy_revenue=energy,
            residue_cost=ash,
        ).outputs["fee"]
    )
    yearly = (fee - variable) * tonnes + energy - fixed - ash
    worth = Fraction(run("npv", flows=flow((0, -capital), *((year, yearly) for year in range(1, years + 1))), rate=rate).outputs["npv"])
    # the fee is rounded to 12 digits, so the value is zero but for that, against the size of what was added up
    size = capital + (abs(fee) * tonnes + variable * tonnes + energy + fixed + ash) * years
    assert abs(worth) <= size / 10**10


@given(rates, st.integers(1, 40), positive)
def test_a_higher_rate_never_lowers_the_fee(rate: Fraction, years: int, capital: Fraction) -> None:
    given: dict[str, Fraction | int] = {"capital": capital, "years": years, "om_fixed": 0, "om_variable": 0, "tonnes": 1000}
    lower = run("levelised_gate_fee", rate=rate, **given).outputs["fee"]
    assert Fraction(run("levelised_gate_fee", rate=rate + 1, **given).outputs["fee"]) >= Fraction(lower)


def test_income_above_cost_is_noted() -> None:
    sheet = run("levelised_gate_fee", capital=0, rate=5, years=10, om_fixed=0, om_variable=0, tonnes=10, energy_revenue=50)
    assert sheet.outputs["fee"] == -5
    assert any("below zero" in note for note in sheet.notes)


def test_life_cycle_cost_by_hand() -> None:
    found = run(
        "life_cycle_cost",
        acquisition=1000,
        use=110,
        maintenance=11,
        end_of_life=121,
        residual_value=242,
        rate=10,
        years=2,
        external=flow((1, 11), (2, 0)),
    ).outputs
    factor = F("10/11") + F("100/121")
    gross = 1000 + 121 * factor + 100 + 10
    assert near(found["lcc"], gross - 200)
    assert near(found["residual_part"], F(200))
    assert near(found["annual_equivalent"], (gross - 200) / factor)
    assert near(found["external_share"], 1000 / gross)


@given(positive, positive, positive, rates, terms)
def test_shares_of_life_cycle_cost_add_up(acquisition: Fraction, use: Fraction, end: Fraction, rate: Fraction, years: int) -> None:
    found = run("life_cycle_cost", acquisition=acquisition, use=use, end_of_life=end, rate=rate, years=years).outputs
    shares = sum(Fraction(value) for name, value in found.items() if name.endswith("_share"))
    assert near(shares, F(100))


def test_nothing_that_costs_has_no_shares() -> None:
    assert "use_share" not in run("life_cycle_cost", acquisition=0, rate=3, years=5).outputs


@pytest.mark.parametrize("year", [0, 6])
def test_external_cost_outside_the_term_is_refused(year: int) -> None:
    with pytest.raises(Refused, match="outside the term"):
        run("life_cycle_cost", acquisition=1, rate=3, years=5, external=flow((year, 1)))


def debt(*rows: tuple[int, int, int]) -> list[Row]:
    return [{"year": Fraction(year), "cash_available": Fraction(cash), "debt_service": Fraction(due)} for year, cash, due in rows]


def test_cover_by_year_and_over_the_loan() -> None:
    rows = debt((2030, 120, 110), (2031, 150, 121), (2032, 10, 0))
    found = run("debt_service_cover", years=rows, covenant="1.2", rate=10).outputs
    assert found["dscr_min"] == F("12/11")
    assert found["dscr_mean"] == (F("12/11") + F("150/121")) / 2
    assert found["worst_year"] == found["breach_year"] == 2030
    assert found["years_below"] == 1
    # the debt is the present value of its service, 100 + 100; the year after the loan does not count
    assert near(found["llcr"], (120 / F("1.1") + 150 / F("1.21")) / 200)


def test_cover_of_exactly_the_covenant_holds() -> None:
    found = run("debt_service_cover", years=debt((1, 130, 100)), covenant="1.3").outputs
    assert "breach_year" not in found
    assert "llcr" not in found
    assert found["years_below"] == 0


@pytest.mark.parametrize(("rows", "says"), [(debt((1, 5, 0)), "no year has debt service"), (debt((1, 5, -1)), "below 0"), ([], "no rows")])
def test_debt_tables_that_mean_nothing_are_refused(rows: list[Row], says: str) -> None:
    with pytest.raises(Refused, match=says):
        run("debt_service_cover", years=rows)


@pytest.mark.parametrize(
    ("charge", "mean", "lowest", "light_mean", "light"),
    [
        (70, 10_000, 10_000, "green", "green"),  # exactly 0.7 %
        (150, 10_000, 10_000, "amber", "amber"),  # exactly 1.5 %
        (151, 10_000, 10_000, "red", "red"),
        (70, 10_000, 4_000, "green", "red"),
    ],
)
def test_lights_at_the_ends_of_the_world_bank_span(charge: int, mean: int, lowest: int, light_mean: str, light: str) -> None:
    found = run("affordability", charge=charge, income_mean=mean, income_lowest=lowest).outputs
    assert (found["light_mean"], found["light"]) == (light_mean, light)


def test_without_the_lowest_tenth_there_is_no_light() -> None:
    sheet = run("affordability", charge=70, income_mean=10_000)
    assert "light" not in sheet.outputs
    assert "share_lowest" not in sheet.outputs
    assert sheet.notes == ("The lowest tenth was not tested: ask for its income.",)


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"charge": 1, "income_mean": 0}, "mean income is zero"),
        ({"charge": 1, "income_mean": 10, "income_lowest": 11}, "earns more"),
        ({"charge": 1, "income_mean": 10, "income_lowest": 0}, "lowest tenth is zero"),
        ({"charge": 1, "income_mean": 10, "green_to": 2}, "green end"),
    ],
)
def test_incomes_that_cannot_be_true_are_refused(given_: dict[str, int], says: str) -> None:
    with pytest.raises(Refused, match=says):
        run("affordability", **given_)


def test_cost_per_annual_tonne_of_the_published_span() -> None:
    # USD 190 million for 1 Mt a year
    assert run("cost_per_annual_tonne", capital=190_000_000, capacity=1_000_000).outputs == {"cost": 190}
    with pytest.raises(Refused, match="capacity is zero"):
        run("cost_per_annual_tonne", capital=1, capacity=0)


@pytest.mark.parametrize(("name", "given_"), [("annuity", {"capital": 1}), ("life_cycle_cost", {"acquisition": 1})])
def test_terms_and_rates_outside_the_valid_range_are_refused(name: str, given_: dict[str, int]) -> None:
    for rate, years, says in (
        (-1, 5, "below 0"),
        (101, 5, "above 100"),
        (5, 0, "below 1"),
        (5, 201, "above 200"),
        (5, "5/2", "whole number"),
    ):
        with pytest.raises(Refused, match=says):
            run(name, rate=rate, years=years, **given_)
