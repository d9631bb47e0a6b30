"""Capacity against residual waste, guarantees and residues: published and derived values, refusals, and what must hold for any numbers."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.methods import get
from tenderloop.methods.method import Refused, Row, Worksheet


def row(year: int, arisings: int, rate: Fraction | int, other: int = 0) -> Row:
    return {"year": Fraction(year), "arisings": Fraction(arisings), "recycling_rate": Fraction(rate), "other_capacity": Fraction(other)}


def balance(rows: Sequence[Row], capacity: int, **more: object) -> Worksheet:
    return get("residual_balance").run({"years": rows, "project_capacity": Fraction(capacity), **more})  # type: ignore[dict-item]


EU = [row(2025, 1_000_000, 55, 100_000), row(2030, 1_000_000, 60, 100_000), row(2035, 1_000_000, 65, 100_000)]


def test_the_eu_targets_leave_45_40_and_35_percent() -> None:
    # the share of residual waste that the targets of 55, 60 and 65 % imply
    steps = [step.value for step in balance(EU, 0).steps if step.label == "Residual waste"]
    assert steps == [450_000, 400_000, 350_000]


def test_every_output_of_a_worked_case() -> None:
    targets = [{"year": Fraction(2025), "target": Fraction(55)}, {"year": Fraction(2035), "target": Fraction(65)}]
    sheet = balance(EU, 300_000, guaranteed_tonnage=Fraction(280_000), landfill_share=Fraction(5), recycling_target=targets)
    assert sheet.outputs == {
        "overcapacity_peak": Fraction(400, 300),
        "peak_year": 2035,
        "overcapacity_first": 1,
        "overcapacity_last": Fraction(4, 3),
        "years_over": 2,
        "first_conflict_year": 2030,
        "recycling_headroom_min": 60,
        "headroom_gap_min": -5,
        "lock_in_peak": Fraction(280, 300),
        "guaranteed_share": Fraction(280, 3),
        "residual_last": 300_000,
    }
    assert sheet.notes == ("8 years between 2025 and 2035 are not in the table and are not judged.",)


def test_outputs_are_unset_when_there_is_nothing_to_say() -> None:
    found = balance([row(2030, 100, 0)], 0).outputs
    assert "first_conflict_year" not in found
    assert "headroom_gap_min" not in found
    assert "guaranteed_share" not in found
    assert found["lock_in_peak"] == 0


def test_a_target_holds_from_its_year_and_not_before() -> None:
    targets = [{"year": Fraction(2030), "target": Fraction(60)}]
    found = balance([row(2025, 100, 50), row(2031, 100, 50)], 20, recycling_target=targets)
    assert [step.table for step in found.steps if step.label == "Headroom minus target"] == ["2031"]
    assert found.outputs["headroom_gap_min"] == 20


def test_a_projection_cannot_make_room_by_planning_to_miss_the_target() -> None:
    targets = [{"year": Fraction(2035), "target": Fraction(65)}]
    rows = [row(2034, 100_000, 40), row(2035, 100_000, 40)]
    found = balance(rows, 50_000, guaranteed_tonnage=Fraction(40_000), recycling_target=targets)
    assert (found.outputs["years_over"], found.outputs["first_conflict_year"]) == (1, 2035)
    assert found.outputs["overcapacity_peak"] == Fraction(50, 35)
    assert found.outputs["lock_in_peak"] == Fraction(40, 35)
    assert found.notes == ("The recycling target is above the rate of the projection in 1 of 2 years, first in 2035, and is used there.",)
    assert balance(rows, 50_000).outputs["years_over"] == 0


def test_a_table_shorter_than_the_contract_is_refused() -> None:
    rows = [row(2030, 100_000, 40), row(2031, 100_000, 40)]
    assert balance(rows, 50_000, term=Fraction(2)).outputs["years_over"] == 0
    with pytest.raises(Refused, match="2 of the 20 years of the contract"):
        balance(rows, 50_000, term=Fraction(20))


@pytest.mark.parametrize(
    ("rows", "says"),
    [
        ([], "no rows"),
        ([row(2030, 100, 50), row(2030, 90, 50)], "repeats '2030'"),
        ([row(2030, 0, 50)], "2030: no waste arises"),
        ([row(2030, 100, 101)], "above 100"),
        ([row(2030, 100, 100)], "nothing is left to burn"),
        ([row(2030, 100, 50, -1)], "below 0"),
        ([{**row(2030, 100, 50), "year": Fraction(4061, 2)}], "not a whole year"),
        ([{"year": Fraction(2030)}], "no 'arisings'"),
    ],
)
def test_rows_that_cannot_be_true_are_refused(rows: list[Row], says: str) -> None:
    with pytest.raises(Refused, match=says) as caught:
        balance(rows, 10)
    assert caught.value.input == "years"


def test_all_faulty_years_are_named_at_once() -> None:
    with pytest.raises(Refused, match="2030: no waste arises") as caught:
        balance([row(2030, 0, 50), row(2031, 10, 100)], 10)
    assert "2031: recycling and landfill take all" in caught.value.message


rates = st.fractions(0, 95, max_denominator=20)
series = st.lists(
    st.tuples(st.integers(1, 2_000_000), rates, st.integers(0, 500_000)),
    min_size=1,
    max_size=8,
).map(lambda parts: [row(2025 + index, *part) for index, part in enumerate(parts)])


@given(series, st.integers(0, 1_000_000), st.randoms(use_true_random=False))
def test_order_of_rows_changes_nothing(rows: list[Row], capacity: int, random: object) -> None:
    mixed = list(rows)
    random.shuffle(mixed)  # type: ignore[attr-defined]
    assert balance(mixed, capacity).outputs == balance(rows, capacity).outputs


@given(series, st.integers(0, 1_000_000), st.fractions(0, 4, max_denominator=10))
def test_more_recycling_never_lowers_overcapacity(rows: list[Row], capacity: int, more: Fraction) -> None:
    raised = [{**each, "recycling_rate": Fraction(each["recycling_rate"]) + more} for each in rows]
    before, after = balance(rows, capacity).outputs, balance(raised, capacity).outputs
    for name in ("overcapacity_peak", "overcapacity_first", "overcapacity_last", "years_over"):
        assert Fraction(after[name]) >= Fraction(before[name])
    assert after["recycling_headroom_min"] == before["recycling_headroom_min"]


@given(series, st.integers(0, 1_000_000), st.integers(0, 1_000_000))
def test_more_capacity_never_lowers_overcapacity_nor_raises_headroom(rows: list[Row], capacity: int, more: int) -> None:
    before, after = balance(rows, capacity).outputs, balance(rows, capacity + more).outputs
    assert Fraction(after["overcapacity_peak"]) >= Fraction(before["overcapacity_peak"])
    assert Fraction(after["recycling_headroom_min"]) <= Fraction(before["recycling_headroom_min"])


@given(series, st.integers(0, 1_000_000))
def test_peak_years_over_and_first_conflict_agree(rows: list[Row], capacity: int) -> None:
    found = balance(rows, capacity).outputs
    assert (Fraction(found["overcapacity_peak"]) > 1) == (Fraction(found["years_over"]) > 0) == ("first_conflict_year" in found)


def test_the_recommended_ratio_of_maximum_to_minimum() -> None:
    run = get("guaranteed_tonnage").run
    assert run({"maximum": Fraction(150), "minimum": Fraction(100)}).outputs == {"max_min_ratio": Fraction(3, 2), "share": Fraction(200, 3)}
    assert run({"maximum": Fraction(150), "minimum": Fraction(0)}).outputs == {"share": 0}
    with pytest.raises(Refused, match="above the maximum"):
        run({"maximum": Fraction(100), "minimum": Fraction(101)})
    with pytest.raises(Refused, match="maximum tonnage is zero"):
        run({"maximum": Fraction(0), "minimum": Fraction(0)})


def residues(**given: int) -> Worksheet:
    return get("residues").run({name: Fraction(value) for name, value in given.items()})


def test_metals_of_20_to_24_kg_save_40_to_48_kg_of_co2e_a_tonne() -> None:
    # numbers page, section 5: 10 to 12 % of 20 % ash
    for percent, kilograms in ((10, 20), (12, 24)):
        found = residues(waste=1, bottom_ash_share=20, flue_gas_residue_share=3, ferrous_share=percent).outputs
        assert found["metals_per_tonne"] == kilograms
        assert Fraction(found["metals_saving"]) * 1000 == 2 * kilograms


def test_diversion_is_not_complete() -> None:
    # section 3.7: fly ash 3 to 4 % and unused bottom ash up to 20 to 25 %
    assert residues(waste=100, bottom_ash_share=25, flue_gas_residue_share=4).outputs["landfill_share"] == 29
    assert residues(waste=100, bottom_ash_share=20, flue_gas_residue_share=3, ash_used_share=100).outputs["landfill_share"] == 3


def test_metals_above_the_published_share_are_noted_not_refused() -> None:
    assert any("CEWEP" in note for note in residues(waste=1, bottom_ash_share=20, flue_gas_residue_share=3, ferrous_share=13).notes)
    assert not residues(waste=1, bottom_ash_share=20, flue_gas_residue_share=3, ferrous_share=12).notes


@pytest.mark.parametrize(
    ("given_", "says"),
    [
        ({"waste": 0, "bottom_ash_share": 20, "flue_gas_residue_share": 3}, "no waste"),
        ({"waste": 1, "bottom_ash_share": 98, "flue_gas_residue_share": 3}, "weigh more than the waste"),
        (
            {"waste": 1, "bottom_ash_share": 20, "flue_gas_residue_share": 3, "ash_used_share": 95, "ferrous_share": 6},
            "more than the bottom ash",
        ),
    ],
)
def test_impossible_residues_are_refused(given_: dict[str, int], says: str) -> None:
    with pytest.raises(Refused, match=says):
        residues(**given_)


percent = st.integers(0, 50)


@given(percent, percent, percent, percent)
def test_what_comes_out_weighs_what_went_in(bottom: int, flue: int, used: int, metal: int) -> None:
    found = {
        name: Fraction(value)
        for name, value in residues(
            waste=1000, bottom_ash_share=bottom, flue_gas_residue_share=flue, ash_used_share=used, ferrous_share=metal
        ).outputs.items()
    }
    reused = found["bottom_ash"] * used / 100
    assert found["landfilled"] + found["metals"] + reused == found["bottom_ash"] + found["hazardous"]
    assert 0 <= found["landfill_share"] <= 100
