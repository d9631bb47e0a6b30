"""R1, its climate factor and the heat balances: values worked out in the references, and what must hold for every plant."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.methods import Refused, get


def run(name: str, **values: object) -> Mapping[str, Fraction | str]:
    exact = {key: Fraction(value) if isinstance(value, int | str) and _is_number(value) else value for key, value in values.items()}
    return get(name).run(exact).outputs  # type: ignore[arg-type]


def _is_number(value: object) -> bool:
    if isinstance(value, bool):
        return False
    return isinstance(value, int) or (isinstance(value, str) and value.replace(".", "").replace("-", "").replace("/", "").isdigit())


# 10,000 MWh/year of energy in the waste, so that an efficiency of 24.25 % is 2,425 MWh/year
PLANT = {"waste": 3600, "lhv": 10}


@pytest.mark.parametrize(
    ("electricity", "heat", "climate", "expected"),
    [
        # published in the reference to the digits given: electrical efficiency at which a plant just reaches the threshold
        ("2425", "0", {}, "0.65"),  # 24.25 %
        ("2238.46", "0", {}, "0.60"),  # 22.385 %
        ("2165.18", "0", {"hdd": 2000, "ccf_group": "after_2015_08"}, "0.65"),  # 21.652 %
        ("1940", "0", {"hdd": 2000, "ccf_group": "before_2015_09", "year": 2025}, "0.65"),  # 19.40 %
        ("1790.77", "0", {"hdd": 2000, "ccf_group": "before_2015_09", "year": 2025}, "0.60"),  # 17.908 %
        ("0", "5731.82", {}, "0.65"),  # 57.318 % of heat
        ("0", "5290.91", {}, "0.60"),  # 52.909 %
    ],
)
def test_r1_reaches_the_threshold_at_the_published_efficiency(
    electricity: str, heat: str, climate: dict[str, object], expected: str
) -> None:
    outputs = run("r1", electricity=electricity, heat=heat, permitted="after_2008", **PLANT, **climate)
    corrected = outputs["r1_corrected"]
    assert isinstance(corrected, Fraction)
    assert abs(corrected - Fraction(expected)) < Fraction(5, 10**6)


def test_r1_thresholds_follow_the_permit_and_are_inclusive() -> None:
    late = run("r1", electricity="2425", heat=0, permitted="after_2008", **PLANT)
    assert (late["r1"], late["threshold"], late["margin"], late["reaches"]) == (Fraction("0.65"), Fraction("0.65"), Fraction(0), "yes")
    just_below = run("r1", electricity="2424.999999", heat=0, permitted="after_2008", **PLANT)
    assert just_below["reaches"] == "no"
    early = run("r1", electricity="2424.999999", heat=0, permitted="before_2009", **PLANT)
    assert (early["threshold"], early["reaches"]) == (Fraction("0.60"), "yes")


def test_r1_with_fuel_and_import_by_hand() -> None:
    # Ew = 10,000; Ep = 2.6 x 2,800 + 1.1 x 1,000 = 8,380; R1 = (8,380 - 500 - 200) / (0.97 x 10,500) = 7,680 / 10,185
    outputs = run("r1", electricity=2800, heat=1000, fuel_input=500, imported=200, permitted="after_2008", **PLANT)
    assert outputs["r1"] == Fraction(7680, 10185)
    assert outputs["gross_electrical_efficiency"] == Fraction(280000, 10500)
    assert outputs["total_efficiency"] == Fraction(380000, 10500)


def test_a_gas_boosted_plant_with_good_efficiency_can_fail_r1() -> None:
    plain = run("r1", electricity=2600, heat=0, permitted="after_2008", **PLANT)
    boosted = run("r1", electricity=3900, heat=0, fuel_input=5000, permitted="after_2008", **PLANT)
    assert plain["gross_electrical_efficiency"] == boosted["gross_electrical_efficiency"] == 26
    assert (plain["reaches"], boosted["reaches"]) == ("yes", "no")


def test_r1_refuses_more_energy_out_than_in_and_says_what_to_look_for() -> None:
    with pytest.raises(Refused) as refused:
        run("r1", electricity=3000, heat=7001, permitted="after_2008", **PLANT)
    assert refused.value.input == "heat"
    assert "cannot run at once" in refused.value.hint
    assert run("r1", electricity=3000, heat=7001, condensation=True, permitted="after_2008", **PLANT)["total_efficiency"] == Fraction(
        "100.01"
    )
    with pytest.raises(Refused):
        run("r1", electricity=3000, heat=9001, condensation=True, permitted="after_2008", **PLANT)


@pytest.mark.parametrize(
    ("more", "blamed"),
    [
        ({"ccf_group": "after_2015_08"}, "hdd"),
        ({"ccf_group": "after_2015_08", "hdd": 2000, "permitted": "before_2009", "year": 2029}, "ccf_group"),
        ({"permitted": "yesterday"}, "permitted"),
        ({"electricity": -1}, "electricity"),
        ({"waste": 0, "electricity": 0}, "waste"),
        ({"lhv": 2000}, "lhv"),
    ],
)
def test_r1_refuses_what_cannot_be(more: dict[str, object], blamed: str) -> None:
    with pytest.raises(Refused) as refused:
        run("r1", **({"electricity": 2000, "heat": 0, "permitted": "after_2008", **PLANT} | more))
    assert refused.value.input == blamed


@pytest.mark.parametrize(
    ("hdd", "early", "late"),
    [
        ("0", "1.25", "1.12"),
        ("2150", "1.25", "1.12"),
        ("2151", "1.25", "1.12"),  # 1.249875 and 1.1199 before rounding: continuous
        ("2750", "1.125", "1.06"),
        ("3349", "1", "1"),  # 1.000292 and 1.0001
        ("3350", "1", "1"),
        ("5000", "1", "1"),
        # by hand: 1.698 - 0.25 x 2500 / 1200 = 1.177167; 1.335 - 0.0001 x 2500 = 1.085
        ("2500", "1.177", "1.085"),
        # half a thousandth goes up: 1.335 - 0.0001 x 2225 = 1.1125
        ("2225", "1.234", "1.113"),
    ],
)
def test_climate_factor_by_group(hdd: str, early: str, late: str) -> None:
    assert run("ccf", hdd=hdd, ccf_group="before_2015_09", year=2029)["ccf"] == Fraction(early)
    assert run("ccf", hdd=hdd, ccf_group="before_2015_09", year=2030)["ccf"] == Fraction(late)
    assert run("ccf", hdd=hdd, ccf_group="after_2015_08")["ccf"] == Fraction(late)
    assert run("ccf", hdd=hdd, ccf_group="none")["ccf"] == 1


def test_an_old_plant_uses_the_later_factor_from_2030() -> None:
    old = {"electricity": 2000, "heat": 0, "permitted": "before_2009", "hdd": 2000, **PLANT}
    assert run("r1", **old, ccf_group="after_2015_08")["ccf"] == Fraction("1.12")
    assert run("r1", **old, ccf_group="after_2015_08", year=2030) == run("r1", **old, ccf_group="before_2015_09", year=2030)


def test_climate_factor_without_a_year_warns_of_2030() -> None:
    sheet = get("ccf").run({"hdd": Fraction(2000), "ccf_group": "before_2015_09"})
    assert sheet.outputs["ccf"] == Fraction("1.25")
    assert any("from 2030 it is 1.120" in note for note in sheet.notes)


@given(st.fractions(0, 6000), st.fractions(0, 6000), st.sampled_from(["before_2015_09", "after_2015_08"]))
def test_climate_factor_never_rises_with_cold_and_stays_in_its_range(one: Fraction, other: Fraction, group: str) -> None:
    low, high = sorted((one, other))
    warm, cold = (run("ccf", hdd=value, ccf_group=group, year=2029)["ccf"] for value in (low, high))
    assert isinstance(warm, Fraction)
    assert isinstance(cold, Fraction)
    assert Fraction(1) <= cold <= warm <= Fraction("1.25")


@given(st.integers(0, 4000), st.integers(0, 4000), st.integers(0, 2000), st.integers(1, 500))
def test_r1_rises_with_output_and_falls_with_fuel(electricity: int, heat: int, fuel: int, more: int) -> None:
    base = {"electricity": electricity, "heat": heat, "fuel_input": fuel, "permitted": "after_2008", **PLANT}
    value = run("r1", **base)["r1"]
    assert isinstance(value, Fraction)
    assert run("r1", **(base | {"electricity": electricity + more}))["r1"] > value  # type: ignore[operator]
    assert run("r1", **(base | {"heat": heat + more}))["r1"] > value  # type: ignore[operator]
    if value > 0:
        assert run("r1", **(base | {"fuel_input": fuel + more}))["r1"] < value  # type: ignore[operator]


def test_thermal_capacity_with_the_danish_figures() -> None:
    # 1 kW of waste input for 8,000 hours: 2.72 t/year at 10.6 MJ/kg, 3.60 at 8
    outputs = run("thermal_capacity", thermal_power=1, hours=8000, lhv=8, design_lhv="10.6")
    assert outputs["tonnes"] == 3600
    assert round(outputs["tonnes_at_design"]) == 2717  # type: ignore[arg-type]
    assert outputs["change"] == Fraction("32.5")
    assert "tonnes_at_design" not in run("thermal_capacity", thermal_power=1, hours=8000, lhv=8)


def test_more_hours_than_a_year_has_are_refused() -> None:
    with pytest.raises(Refused) as refused:
        run("thermal_capacity", thermal_power=1, hours=9000, lhv=8)
    assert refused.value.input == "hours"


def mix(**shares: str) -> list[dict[str, Fraction | str]]:
    return [{"component": name, "share": Fraction(share)} for name, share in shares.items()]


def test_heating_value_of_a_mix_with_its_range() -> None:
    # middle of the ranges: food 4.5, paper 14, plastics 35
    outputs = run("heating_value", composition=mix(food="50", paper="20", plastics="10", glass="20"))
    assert outputs["lhv"] == Fraction("8.55")
    assert outputs["lhv_low"] == Fraction("6.9")
    assert outputs["lhv_high"] == Fraction("10.2")


def test_a_value_given_wins_over_the_default_and_over_water() -> None:
    rows = mix(food="50", plastics="50")
    rows[0] |= {"lhv": Fraction(5), "moisture": Fraction(80)}
    rows[1] |= {"lhv": Fraction(31)}
    sheet = get("heating_value").run({"composition": rows})
    assert sheet.outputs["lhv"] == sheet.outputs["lhv_low"] == sheet.outputs["lhv_high"] == 18
    assert not any("unverified" in note for note in sheet.notes)


def test_water_is_corrected_from_the_default_water_content() -> None:
    rows = mix(food="100")
    rows[0]["moisture"] = Fraction(60)  # what IPCC Table 2.4 has for food: nothing changes
    assert run("heating_value", composition=rows)["lhv"] == Fraction("4.5")
    rows[0]["moisture"] = Fraction(70)
    # dry: (4.5 + 2.443 x 0.6) / 0.4 = 14.9145; wet again: 14.9145 x 0.3 - 2.443 x 0.7 = 2.76425
    assert run("heating_value", composition=rows)["lhv"] == Fraction("2.76425")


def test_nappies_have_no_default_heating_value() -> None:
    with pytest.raises(Refused, match="nappies"):
        run("heating_value", composition=mix(food="90", nappies="10"))


@pytest.mark.parametrize("share", ["80", "82.5"])
def test_shares_that_do_not_add_up_are_refused(share: str) -> None:
    with pytest.raises(Refused, match="add up to"):
        run("heating_value", composition=mix(food=share, plastics="16"))


def test_table_faults_are_reported_all_at_once() -> None:
    rows: list[dict[str, Fraction | str]] = [
        {"component": "food", "share": Fraction(50)},
        {"component": "food", "share": Fraction(120)},
        {"component": "gold", "share": "much"},
        {"component": "paper", "weight": Fraction(1)},
    ]
    with pytest.raises(Refused) as refused:
        get("heating_value").run({"composition": rows})
    for fault in ("row 2 repeats 'food'", "above 100 %", "'gold'", "must be a number", "unknown column 'weight'", "row 4 has no 'share'"):
        assert fault in refused.value.message


def test_taking_out_food_raises_and_taking_out_plastics_lowers_the_heating_value() -> None:
    waste = mix(food="50", paper="20", plastics="10", glass="20")
    food = run("heating_value_after_recycling", composition=waste, captured=[{"component": "food", "captured": Fraction(40)}])
    assert food["mass_left"] == 80
    # 8.55 - 20 points of food x 4.5 = 7.65 MJ in 0.8 kg
    assert food["lhv_after"] == Fraction("9.5625")
    plastics = run("heating_value_after_recycling", composition=waste, captured=[{"component": "plastics", "captured": Fraction(50)}])
    assert plastics["lhv_after"] == Fraction("6.8") / Fraction("0.95")
    assert plastics["lhv_change"] < 0 < food["lhv_change"]  # type: ignore[operator]


def test_composition_after_adds_up_and_strange_captures_are_refused() -> None:
    waste = mix(food="50", plastics="49.5")
    sheet = get("heating_value_after_recycling").run({"composition": waste, "captured": [{"component": "food", "captured": Fraction(30)}]})
    after = [line.value for line in sheet.steps if line.table == "Composition after"]
    assert sum(value for value in after if isinstance(value, Fraction)) == 100
    with pytest.raises(Refused, match="paper"):
        run("heating_value_after_recycling", composition=waste, captured=[{"component": "paper", "captured": Fraction(30)}])
    everything = [{"component": name, "captured": Fraction(100)} for name in ("food", "plastics")]
    with pytest.raises(Refused, match="nothing is left"):
        run("heating_value_after_recycling", composition=waste, captured=everything)


@given(st.integers(0, 100), st.integers(0, 99))
def test_capture_keeps_mass_and_heat_in_balance(plastics: int, captured: int) -> None:
    waste = mix(food=str(100 - plastics), plastics=str(plastics))
    outputs = run("heating_value_after_recycling", composition=waste, captured=[{"component": "food", "captured": Fraction(captured)}])
    before, after, mass = (outputs[name] for name in ("lhv_before", "lhv_after", "mass_left"))
    assert isinstance(before, Fraction)
    assert isinstance(after, Fraction)
    assert isinstance(mass, Fraction)
    taken = Fraction(100 - plastics, 100) * Fraction(captured, 100) * Fraction("4.5")
    assert after * mass / 100 == before - taken


def test_energy_yield_and_its_warnings() -> None:
    sheet = get("energy_yield").run({"electricity": Fraction(90000), "waste": Fraction(100000), "lhv": Fraction(10)})
    assert sheet.outputs["kwh_per_tonne"] == 900
    assert sheet.outputs["efficiency"] == Fraction("32.4")
    assert any("850" in note for note in sheet.notes)
    low = get("energy_yield").run({"electricity": Fraction(30000), "waste": Fraction(100000), "lhv": Fraction(10)})
    assert any("Less than 400" in note for note in low.notes)


def test_more_electricity_than_heat_in_the_waste_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        run("energy_yield", electricity=300000, waste=100000, lhv=9)
    assert "MWh written as kWh" in refused.value.hint
