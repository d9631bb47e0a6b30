"""Combustion by IPCC and ACM0022, the falling grid and the net balance: published values, values by hand, and what must always hold."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.methods import Refused, get
from tenderloop.methods.tables import read_table


def run(name: str, **values: Any) -> Mapping[str, Any]:
    return get(name).run({key: Fraction(value) if type(value) is int else value for key, value in values.items()}).outputs


def mix(**shares: str) -> list[dict[str, Fraction | str]]:
    return [{"component": name, "share": Fraction(share)} for name, share in shares.items()]


# compositions of the SWEET model, as in the reference
WESTERN_EUROPE = mix(
    food="33.2", garden="2.7", wood="2.3", paper="17.2", textiles="5.9", plastics="20.5", metal="1.5", glass="1.4", other="15.3"
)
SOUTHERN_ASIA = mix(food="66.1", paper="9.2", textiles="1.2", plastics="7.0", metal="0.9", glass="1.5", rubber="0.4", other="13.9")


@pytest.mark.parametrize(
    ("composition", "carbon", "co2", "plastics"),
    [(WESTERN_EUROPE, "163.3", 599, 94), (SOUTHERN_ASIA, "58.0", 213, 90)],
)
def test_fossil_co2_per_tonne_as_published(composition: Any, carbon: str, co2: int, plastics: int) -> None:
    outputs = run("incineration_emissions", composition=composition, waste=1)
    assert round(outputs["fossil_co2_per_tonne"]) == co2
    assert abs(outputs["fossil_co2_per_tonne"] * Fraction(12, 44) - Fraction(carbon)) < Fraction("0.05")
    assert round(outputs["plastics_share"]) == plastics


@pytest.mark.parametrize(
    ("component", "carbon"),
    [
        ("paper", "4.14"),
        ("textiles", "80"),
        ("food", "0"),
        ("wood", "0"),
        ("garden", "0"),
        ("nappies", "28"),
        ("rubber", "112.56"),  # printed as 112.6
        ("plastics", "750"),
        ("other", "27"),
        ("metal", "0"),
        ("glass", "0"),
    ],
)
def test_fossil_carbon_per_component_as_published(component: str, carbon: str) -> None:
    outputs = run("incineration_emissions", composition=mix(**{component: "100"}), waste=1)
    assert outputs["fossil_co2_per_tonne"] == Fraction(carbon) * Fraction(44, 12)


@pytest.mark.parametrize(
    ("technology", "furnace", "ch4", "n2o"),
    [
        ("continuous", "stoker", "0.2", 50),
        ("continuous", "fluidised_bed", "0", 50),
        ("semi_continuous", "stoker", "6", 50),
        ("semi_continuous", "fluidised_bed", "188", 50),
        ("batch", "stoker", "60", 60),
        ("batch", "fluidised_bed", "237", 60),
    ],
)
def test_methane_and_nitrous_oxide_factors_as_published(technology: str, furnace: str, ch4: str, n2o: int) -> None:
    outputs = run("incineration_emissions", composition=mix(food="100"), waste=1000000, technology=technology, furnace=furnace, gwp="ar5")
    assert outputs["ch4"] == Fraction(ch4) * 28
    assert outputs["n2o"] == n2o * 265


def test_open_burning_oxidises_less_and_counts_nitrous_oxide_per_dry_tonne() -> None:
    outputs = run("incineration_emissions", composition=mix(food="50", plastics="50"), waste=1000, technology="open_burning", gwp="ar4")
    assert outputs["fossil_co2"] == 500 * Fraction("0.75") * Fraction("0.58") * Fraction(44, 12)
    assert outputs["ch4"] == Fraction("6.5") * 25
    # dry mass: 500 x 0.4 + 500 = 700 t, at 150 g/t
    assert outputs["n2o"] == Fraction("0.105") * 298
    with pytest.raises(Refused, match="no furnace"):
        run("incineration_emissions", composition=mix(food="100"), waste=1, technology="open_burning", furnace="fluidised_bed")


_PUBLISHED = {"sar": (21, 310), "ar4": (25, 298), "ar5": (28, 265), "ar6": (27, 273)}


def test_the_sets_of_warming_potentials_are_the_published_ones() -> None:
    table = read_table("warming_potentials")
    found = {entry.text("set"): (entry.number("ch4_non_fossil"), entry.number("n2o")) for entry in table}
    assert found == {name: (Fraction(ch4), Fraction(n2o)) for name, (ch4, n2o) in _PUBLISHED.items()}


def test_biogenic_co2_is_shown_and_never_in_the_total() -> None:
    outputs = run("incineration_emissions", composition=mix(paper="100"), waste=1000)
    carbon = 1000 * Fraction("0.9") * Fraction("0.46") * Fraction(44, 12)
    assert outputs["fossil_co2"] + outputs["biogenic_co2"] == carbon
    assert outputs["total"] == outputs["fossil_co2"] + outputs["ch4"] + outputs["n2o"]


def test_a_row_may_replace_the_defaults() -> None:
    rows = mix(plastics="100")
    rows[0] |= {"moisture": Fraction(10), "cf": Fraction(77), "fcf": Fraction(95)}
    outputs = run("incineration_emissions", composition=rows, waste=1)
    assert outputs["fossil_co2_per_tonne"] == 1000 * Fraction("0.9") * Fraction("0.77") * Fraction("0.95") * Fraction(44, 12)
    rows[0]["dm"] = Fraction(95)
    with pytest.raises(Refused, match="do not add up"):
        run("incineration_emissions", composition=rows, waste=1)


def test_sensitivity_by_hand_and_unset_for_plastics_alone() -> None:
    outputs = run("incineration_emissions", composition=mix(plastics="10", food="90"), waste=1)
    step = Fraction("0.05") * 750 * Fraction(44, 12)
    assert outputs["per_tonne_plastics_plus_5"] - outputs["per_tonne"] == step
    assert outputs["per_tonne"] - outputs["per_tonne_plastics_minus_5"] == step
    alone = run("incineration_emissions", composition=mix(plastics="100"), waste=1)
    assert "per_tonne_plastics_plus_5" not in alone


def test_sensitivity_brings_plastics_in_where_there_are_none() -> None:
    outputs = run("incineration_emissions", composition=mix(food="100"), waste=1)
    assert outputs["per_tonne_plastics_plus_5"] - outputs["per_tonne"] == Fraction("0.05") * 750 * Fraction(44, 12)
    assert outputs["per_tonne_plastics_minus_5"] == outputs["per_tonne"]
    assert "plastics_share" not in outputs


others = st.sampled_from(["food", "paper", "textiles", "wood", "garden", "nappies", "rubber", "metal", "glass", "other"])


@given(others, st.integers(0, 99), st.integers(1, 100))
def test_more_plastics_never_means_less_fossil_co2(other: str, share: int, more: int) -> None:
    then = min(share + more, 100)
    few = run("incineration_emissions", composition=mix(plastics=str(share), **{other: str(100 - share)}), waste=100)
    many = run("incineration_emissions", composition=mix(plastics=str(then), **{other: str(100 - then)}), waste=100)
    assert many["fossil_co2"] > few["fossil_co2"]
    assert few["per_tonne_plastics_minus_5"] <= few["per_tonne"] <= few["per_tonne_plastics_plus_5"]


@given(st.permutations(WESTERN_EUROPE))
def test_the_order_of_components_does_not_matter(rows: Any) -> None:
    assert run("incineration_emissions", composition=rows, waste=7) == run("incineration_emissions", composition=WESTERN_EUROPE, waste=7)


@pytest.mark.parametrize(
    ("component", "fcc", "ffc"),
    [
        ("paper", "0.50", "0.05"),
        ("textiles", "0.50", "0.50"),
        ("food", "0.50", "0"),
        ("wood", "0.54", "0"),
        ("garden", "0.55", "0"),
        ("nappies", "0.90", "0.10"),
        ("rubber", "0.67", "0.20"),
        ("plastics", "0.85", "1.00"),
        ("metal", "0", "0"),
        ("glass", "0", "0"),
        ("other", "0.05", "1.00"),
    ],
)
def test_acm0022_carbon_as_published(component: str, fcc: str, ffc: str) -> None:
    outputs = run("acm0022_emissions", composition=mix(**{component: "100"}), waste=1000)
    assert outputs["fossil_co2"] == 1000 * Fraction(44, 12) * Fraction(fcc) * Fraction(ffc)


def test_acm0022_gases_and_waste_water_as_published() -> None:
    outputs = run("acm0022_emissions", composition=mix(food="100"), waste=1000000, wastewater=10000, cod=Fraction(5), gwp="ar5")
    assert outputs["n2o"] == Fraction("1.21") * 50 * 265  # 1.21 x 50e-6 t/t
    assert outputs["ch4"] == Fraction("1.21") * Fraction("0.2") * 28
    # 10,000 m3 x 5 kg/m3 = 50 t of COD x 0.25 x 0.8 = 10 t of methane
    assert outputs["wastewater_ch4"] == 10 * 28
    assert outputs["total"] == outputs["fossil_co2"] + outputs["ch4"] + outputs["n2o"] + outputs["wastewater_ch4"]
    with pytest.raises(Refused) as refused:
        run("acm0022_emissions", composition=mix(food="100"), waste=1, wastewater=10)
    assert refused.value.input == "cod"


@pytest.mark.parametrize("composition", [WESTERN_EUROPE, SOUTHERN_ASIA])
def test_acm0022_is_the_higher_of_the_two(composition: Any) -> None:
    ipcc, cdm = (run(name, composition=composition, waste=1000) for name in ("incineration_emissions", "acm0022_emissions"))
    assert cdm["fossil_co2"] > ipcc["fossil_co2"]
    assert cdm["total"] > ipcc["total"]


def test_falling_grid_by_hand() -> None:
    outputs = run("grid_displacement", electricity=1000, years=3, grid_factor=500, grid_decline=10)
    assert (outputs["total"], outputs["first_year"], outputs["last_year"]) == (500 + 450 + 405, 500, 405)
    assert outputs["mean_factor"] == Fraction(1355, 3)


def test_grid_path_runs_straight_between_its_years_and_never_beyond() -> None:
    path = [{"year": Fraction(2030), "factor": Fraction(400)}, {"year": Fraction(2034), "factor": Fraction(200)}]
    outputs = run("grid_displacement", electricity=1000, years=5, grid_path=path, start_year=2030)
    assert outputs["total"] == 400 + 350 + 300 + 250 + 200
    with pytest.raises(Refused, match="2035"):
        run("grid_displacement", electricity=1000, years=6, grid_path=path, start_year=2030)


def test_electricity_by_year_meets_the_factor_of_its_year() -> None:
    table = [{"year": Fraction(2032), "electricity": Fraction(1000)}, {"year": Fraction(2030), "electricity": Fraction(2000)}]
    outputs = run("grid_displacement", electricity_by_year=table, grid_factor=100, grid_decline=50)
    assert (outputs["first_year"], outputs["last_year"], outputs["total"]) == (200, 25, 225)


@pytest.mark.parametrize(
    ("more", "blamed"),
    [
        ({"grid_decline": None}, "grid_decline"),
        ({"grid_factor": None}, "grid_factor"),
        ({"years": None}, "years"),
        ({"years": Fraction(5, 2)}, "years"),
        ({"grid_path": [{"year": Fraction(1), "factor": Fraction(1)}]}, "grid_path"),
        ({"electricity_by_year": [{"year": Fraction(1), "electricity": Fraction(1)}]}, "electricity_by_year"),
    ],
)
def test_grid_refuses_what_is_unknown_or_given_twice(more: dict[str, Any], blamed: str) -> None:
    with pytest.raises(Refused) as refused:
        run("grid_displacement", **({"electricity": 1000, "years": 3, "grid_factor": 500, "grid_decline": 10} | more))
    assert refused.value.input == blamed


@given(st.integers(0, 40), st.integers(0, 40), st.integers(1, 40))
def test_a_faster_decline_never_saves_more(one: int, other: int, years: int) -> None:
    slow, fast = sorted((one, other))
    given_values = {"electricity": 1000, "years": years, "grid_factor": 500}
    assert (
        run("grid_displacement", grid_decline=fast, **given_values)["total"]
        <= run("grid_displacement", grid_decline=slow, **given_values)["total"]
    )


PROJECT: dict[str, Any] = {
    "composition": mix(plastics="12", food="88"),
    "waste": 1000,
    "years": 2,
    "electricity_net": 500,
    "grid_factor": 400,
    "grid_decline": 50,
    "gwp": "ar5",
}


def test_net_balance_by_hand() -> None:
    outputs = run(
        "net_ghg",
        heat=100,
        heat_factor=200,
        aux_fuel=50,
        aux_fuel_factor=200,
        transport=7,
        ash=3,
        metals=5,
        avoided_landfill=600,
        **PROJECT,
    )
    # plastics 120 t x 0.75 x 44/12 = 330; CH4 0.0056; N2O 0.05 t x 265 = 13.25
    combustion = 330 + Fraction("0.0056") + Fraction("13.25")
    emissions = combustion + 10 + 7 + 3
    assert outputs["emissions"] == 2 * emissions
    # electricity 200 then 100; heat 20; metals 10 a year
    assert outputs["net_without_credit"] == 2 * emissions - 300 - 40 - 20
    assert outputs["per_tonne_without_credit"] == outputs["net_without_credit"] / 2
    assert outputs["landfill_credit"] == 1200
    assert outputs["net_with_credit"] == outputs["net_without_credit"] - 1200
    assert outputs["carbon_intensity"] == 1000 * (combustion + 10) / 600
    assert outputs["sign_change_without_credit"] == "no"
    step = Fraction("0.05") * 750 * Fraction(44, 12)
    assert outputs["per_tonne_without_credit_plastics_plus_5"] - outputs["per_tonne_without_credit"] == step


def test_the_sign_flips_when_the_grid_is_clean_enough() -> None:
    # combustion 343.26 a year; 1,500 MWh x 400, 300, 200 kg: 600, then 300
    outputs = run("net_ghg", **(PROJECT | {"electricity_net": 1500, "start_year": 2030}))
    assert outputs["sign_change_without_credit"] == "yes"
    assert outputs["sign_change_year_without_credit"] == 2031
    assert "net_with_credit" not in outputs


def test_what_is_left_out_of_the_balance_is_said() -> None:
    sheet = get("net_ghg").run({key: Fraction(value) if type(value) is int else value for key, value in PROJECT.items()})
    assert "Not given and not counted: auxiliary fuel, transport, ash handling." in sheet.notes
    assert any("No landfill credit" in note for note in sheet.notes)


@pytest.mark.parametrize(
    ("more", "blamed"),
    [({"heat": 1}, "heat_factor"), ({"aux_fuel": 1}, "aux_fuel_factor"), ({"grid_decline": None}, "grid_decline"), ({"waste": 0}, "waste")],
)
def test_net_balance_refuses_energy_without_its_factor(more: dict[str, Any], blamed: str) -> None:
    with pytest.raises(Refused) as refused:
        run("net_ghg", **(PROJECT | more))
    assert refused.value.input == blamed


@given(st.integers(0, 1000), st.integers(0, 2000))
def test_the_credit_is_stated_apart_and_only_lowers(avoided: int, electricity: int) -> None:
    project = PROJECT | {"electricity_net": electricity}
    bare, credited = run("net_ghg", **project), run("net_ghg", avoided_landfill=avoided, **project)
    assert credited["net_without_credit"] == bare["net_without_credit"]
    assert credited["net_with_credit"] == credited["net_without_credit"] - credited["landfill_credit"]
    assert credited["net_with_credit"] <= credited["net_without_credit"]
