"""Landfill methane: the published equations, their limits, and the two conventions against each other."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from math import exp
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.methods import Refused, Worksheet, get
from tenderloop.methods.tables import read_table
from tenderloop.quantity import to_significant


def sheet(**values: Any) -> Worksheet:
    return get("landfill_methane").run({key: Fraction(value) if type(value) is int else value for key, value in values.items()})


def run(**values: Any) -> Mapping[str, Any]:
    return sheet(**values).outputs


def by_year(**values: Any) -> list[Fraction]:
    return [line.value for line in sheet(**values).steps if line.table == "Methane by year" and isinstance(line.value, Fraction)]


def mix(**shares: str) -> list[dict[str, Fraction | str]]:
    return [{"component": name, "share": Fraction(share)} for name, share in shares.items()]


ONE_DEPOSIT: dict[str, Any] = {
    "composition": mix(food="60", paper="20", wood="5", plastics="15"),
    "zone": "tropical_wet",
    "site": "managed_anaerobic",
    "waste": 1000,
    "deposit_years": 1,
    "years": 30,
    "recovery_scenario": "none",
}


def close(one: Any, other: float) -> bool:
    return abs(float(one) - other) <= 1e-9 * max(abs(other), 1e-9)


@pytest.mark.parametrize("component", ["paper", "textiles", "food", "wood", "garden"])
def test_the_total_tends_to_all_the_methane_there_can_be(component: str) -> None:
    doc = {"paper": 40, "textiles": 24, "food": 15, "wood": 43, "garden": 20}[component]
    for zone, rounds in (("tropical_wet", 200), ("temperate_wet", 200)):
        outputs = run(**(ONE_DEPOSIT | {"composition": mix(**{component: "100"}), "zone": zone, "years": rounds}))
        # W x DOC x DOCf x MCF x F x 16/12
        potential = 1000 * Fraction(doc, 100) * Fraction(1, 2) * 1 * Fraction(1, 2) * Fraction(16, 12)
        assert outputs["potential_ch4"] == potential
        rate = read_table("landfill_decay", 2)[component, zone].number("k")
        # emissions start the year after deposit, so 199 years of decay are in the window
        assert close(outputs["total_ch4"], float(potential) * (1 - exp(-float(rate) * (rounds - 1))))
        assert outputs["total_ch4"] <= to_significant(potential)


def test_ipcc_stock_equations_give_the_same_year_by_year() -> None:
    # Eq. 3.4 to 3.6 written as they are printed, for a flow of three years
    values = ONE_DEPOSIT | {"deposit_years": 3, "years": 12, "composition": mix(food="100"), "zone": "temperate_wet"}
    rate, deposit, stock, expected = 0.185, 1000 * 0.15 * 0.5, 0.0, []
    for year in range(12):
        decomposed = stock * (1 - exp(-rate))
        stock = stock * exp(-rate) + (deposit if year < 3 else 0.0)
        expected.append(decomposed * 0.5 * 16 / 12)
    assert all(close(found, wanted) for found, wanted in zip(by_year(**values), expected, strict=True))
    assert by_year(**values)[0] == 0


def test_cdm_equation_as_printed() -> None:
    values = ONE_DEPOSIT | {
        "convention": "cdm_tool_04", "phi": Fraction("0.85"), "deposit_years": 4, "years": 10,
        "composition": mix(food="50", paper="50"), "site": "unmanaged_deep", "oxidation": 10,
        "recovery_scenario": "constant", "recovery": 20,
    }  # fmt: skip
    expected = []
    for year in range(1, 11):
        inner = sum(
            1000 * 0.5 * doc * exp(-rate * (year - deposited)) * (1 - exp(-rate))
            for doc, rate in ((0.15, 0.40), (0.40, 0.07))
            for deposited in range(1, min(year, 4) + 1)
        )
        expected.append(0.85 * (1 - 0.2) * (1 - 0.1) * 16 / 12 * 0.5 * 0.5 * 0.8 * inner)
    assert all(close(found, wanted) for found, wanted in zip(by_year(**values), expected, strict=True))


@given(st.integers(1, 8), st.integers(9, 40), st.sampled_from(["none", "constant"]))
def test_cdm_is_ipcc_one_year_earlier(deposit_years: int, years: int, scenario: str) -> None:
    values = ONE_DEPOSIT | {"deposit_years": deposit_years, "years": years, "recovery_scenario": scenario, "oxidation": 10}
    if scenario == "constant":
        values["recovery"] = 40
    ipcc = by_year(**values)
    cdm = by_year(**values, convention="cdm_tool_04", phi=1)
    assert ipcc[0] == 0
    assert ipcc[1:] == cdm[:-1]


def test_the_shift_does_not_hold_when_gas_is_collected_by_age() -> None:
    values = ONE_DEPOSIT | {"recovery_scenario": "typical"}
    ipcc, cdm = by_year(**values), by_year(**values, convention="cdm_tool_04", phi=1)
    # the same gas is a year younger under CDM, so less of it is collected
    assert sum(cdm[:-1]) > sum(ipcc[1:])


def test_recovery_is_subtracted_before_oxidation() -> None:
    bare = by_year(**ONE_DEPOSIT)
    both = by_year(**(ONE_DEPOSIT | {"recovery_scenario": "constant", "recovery": 50, "oxidation": 10}))
    assert all(close(found, float(gas) * 0.5 * 0.9) for found, gas in zip(both, bare, strict=True))


def test_methane_collected_but_not_destroyed_escapes_without_oxidation() -> None:
    values = ONE_DEPOSIT | {"recovery_scenario": "constant", "recovery": 100, "destruction": 99, "oxidation": 10}
    assert close(run(**values)["total_ch4"], float(run(**ONE_DEPOSIT)["total_ch4"]) * 0.01)


def test_typical_collection_by_age() -> None:
    values = ONE_DEPOSIT | {"composition": mix(food="100")}
    bare, caught = by_year(**values), by_year(**(values | {"recovery_scenario": "typical"}))
    shares = [1 - float(kept / gas) for kept, gas in zip(caught[1:20], bare[1:20], strict=True)]
    assert [round(share, 6) for share in shares] == [0, 0.5, 0.5, 0.5] + [0.75] * 10 + [0.825] * 5


@pytest.mark.parametrize(
    ("scenario", "expected"),
    [
        ("typical", {0: "0", 1: "0", 2: "50", 4: "50", 5: "75", 14: "75", 15: "82.5"}),
        ("worst_case", {0: "0", 4: "0", 5: "50", 9: "50", 10: "75", 14: "75", 15: "82.5"}),
        ("aggressive", {0: "0", 1: "50", 2: "50", 3: "75", 14: "75", 15: "82.5"}),
        ("california", {0: "0", 1: "50", 2: "80", 7: "80", 8: "85"}),
    ],
)
def test_collection_scenarios_as_published(scenario: str, expected: dict[int, str]) -> None:
    table = read_table("gas_collection", 2)
    assert {age: table[scenario, str(age)].number("collected") for age in expected} == {
        age: Fraction(value) for age, value in expected.items()
    }


def test_a_lifetime_rate_overstates_what_is_caught_from_food() -> None:
    food = ONE_DEPOSIT | {"composition": mix(food="100"), "years": 60}
    assert (
        run(**(food | {"recovery_scenario": "typical"}))["total_ch4"]
        > run(**(food | {"recovery_scenario": "constant", "recovery": 75}))["total_ch4"]
    )


DECAY = {
    "paper": ("0.04", "0.06", "0.045", "0.07"),
    "textiles": ("0.04", "0.06", "0.045", "0.07"),
    "wood": ("0.02", "0.03", "0.025", "0.035"),
    "garden": ("0.05", "0.10", "0.065", "0.17"),
    "food": ("0.06", "0.185", "0.085", "0.40"),
    "bulk": ("0.05", "0.09", "0.065", "0.17"),
}
ZONES = ("temperate_dry", "temperate_wet", "tropical_dry", "tropical_wet")


def test_decay_rates_are_those_of_table_3_3_and_lie_in_their_range() -> None:
    table = read_table("landfill_decay", 2)
    assert len(list(table)) == 24
    for component, rates in DECAY.items():
        for zone, rate in zip(ZONES, rates, strict=True):
            entry = table[component, zone]
            assert entry.number("k") == Fraction(rate)
            assert entry.number("low") <= entry.number("k") <= entry.number("high")


def test_mcf_of_each_site_as_published() -> None:
    expected = {
        "managed_anaerobic": "1",
        "managed_semi_aerobic": "0.5",
        "unmanaged_deep": "0.8",
        "unmanaged_shallow": "0.4",
        "uncategorised": "0.6",
    }
    full = run(**ONE_DEPOSIT)["potential_ch4"]
    for site, mcf in expected.items():
        assert run(**(ONE_DEPOSIT | {"site": site}))["potential_ch4"] == full * Fraction(mcf)


def test_per_tonne_and_co2e() -> None:
    outputs = run(**(ONE_DEPOSIT | {"gwp": "ar5"}))
    assert outputs["total_co2e"] == outputs["total_ch4"] * 28
    assert outputs["per_tonne"] == outputs["total_co2e"]  # 1,000 t, so t equals kg per t
    assert outputs["peak_year"] == 2
    first = by_year(**ONE_DEPOSIT)[1]
    assert close(outputs["first_year_share"], float(100 * first / outputs["total_ch4"]))


def test_a_short_horizon_says_what_it_leaves_out() -> None:
    result = sheet(**(ONE_DEPOSIT | {"years": 10}))
    share = result.outputs["generated_share"]
    assert isinstance(share, Fraction)
    assert share < 90
    assert any("is not counted" in note for note in result.notes)


def test_deposits_by_year_equal_the_constant_flow() -> None:
    table = [{"year": Fraction(2030 + index), "tonnes": Fraction(1000)} for index in range(3)]
    values = {key: value for key, value in ONE_DEPOSIT.items() if key not in ("waste", "deposit_years")}
    flow = run(**(ONE_DEPOSIT | {"deposit_years": 3, "start_year": 2030}))
    assert run(**values, deposits=table) == flow
    assert run(**values, deposits=table[::-1]) == flow
    assert flow["peak_year"] > 2030


def test_bulk_waste_and_values_of_ones_own() -> None:
    bulk = run(**(ONE_DEPOSIT | {"composition": mix(bulk="100")}))
    assert bulk["potential_ch4"] == 1000 * Fraction("0.17") / 3
    own = mix(nappies="100")
    own[0] |= {"k": Fraction("0.17"), "doc": Fraction(17)}
    assert run(**(ONE_DEPOSIT | {"composition": own})) == bulk


@pytest.mark.parametrize(
    ("more", "blamed"),
    [
        ({"convention": "cdm_tool_04"}, "phi"),
        ({"phi": 1}, "phi"),
        ({"recovery_scenario": "constant"}, "recovery"),
        ({"recovery": 50}, "recovery"),
        ({"composition": mix(nappies="10", food="90")}, "composition"),
        ({"composition": mix(bulk="50", food="50")}, "composition"),
        ({"deposit_years": 31}, "years"),
        ({"deposit_years": None}, "deposit_years"),
        ({"deposits": [{"year": Fraction(1), "tonnes": Fraction(1)}]}, "deposits"),
        ({"zone": None}, "zone"),
        ({"recovery_scenario": None}, "recovery_scenario"),
    ],
)
def test_refused(more: dict[str, Any], blamed: str) -> None:
    with pytest.raises(Refused) as refused:
        run(**(ONE_DEPOSIT | more))
    assert refused.value.input == blamed


def test_rubber_counts_as_not_decaying_and_says_so() -> None:
    result = sheet(**(ONE_DEPOSIT | {"composition": mix(rubber="100")}))
    assert result.outputs["potential_ch4"] == 0
    assert "per_tonne" in result.outputs
    assert any("Rubber" in note for note in result.notes)


@given(st.integers(0, 100), st.integers(0, 100), st.integers(0, 100), st.sampled_from(ZONES))
def test_recovery_and_oxidation_never_raise_emissions(one: int, other: int, oxidation: int, zone: str) -> None:
    low, high = sorted((one, other))
    base = ONE_DEPOSIT | {"zone": zone, "years": 15, "recovery_scenario": "constant", "recovery": low}
    assert run(**(base | {"recovery": high}))["total_ch4"] <= run(**base)["total_ch4"]
    assert run(**(base | {"oxidation": oxidation}))["total_ch4"] <= run(**base)["total_ch4"]


@given(st.integers(2, 60), st.integers(1, 40))
def test_a_longer_look_never_sees_less_methane(years: int, more: int) -> None:
    assert run(**(ONE_DEPOSIT | {"years": years + more}))["total_ch4"] >= run(**(ONE_DEPOSIT | {"years": years}))["total_ch4"]


@given(st.integers(1, 1000))
def test_twice_the_waste_is_twice_the_methane_and_the_same_per_tonne(tonnes: int) -> None:
    one, two = (run(**(ONE_DEPOSIT | {"waste": amount, "years": 20})) for amount in (tonnes, 2 * tonnes))
    assert close(two["total_ch4"], 2 * float(one["total_ch4"]))
    assert close(two["per_tonne"], float(one["per_tonne"]))
