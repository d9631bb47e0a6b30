"""Air emissions against the two lines, and that silence never helps."""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.methods import get
from tenderloop.methods.tables import read_table

GOOD = {
    "dust": "4", "tvoc": "2", "hcl": "5", "hf": "0.5", "so2": "20", "nox": "100", "co": "20", "nh3": "5", "hg": "0.005",
    "cd_tl": "0.01", "metals": "0.1", "dioxins": "0.02",
}  # fmt: skip


def run(values: Mapping[str, str], plant: str = "new", **more: Any) -> Mapping[str, Any]:
    rows = [{"pollutant": name, "value": Fraction(value)} for name, value in values.items()]
    return get("emission_limits").run({"measured": rows, "plant": plant} | more).outputs


@pytest.mark.parametrize(
    ("pollutant", "ied", "new", "existing"),
    [
        ("dust", "10", "5", "5"),
        ("tvoc", "10", "10", "10"),
        ("hcl", "10", "6", "8"),
        ("hf", "1", "1", "1"),
        ("so2", "50", "30", "40"),
        ("nox", "200", "120", "150"),
        ("co", "50", "50", "50"),
        ("nh3", None, "10", "10"),
        ("hg", "0.05", "0.02", "0.02"),
        ("cd_tl", "0.05", "0.02", "0.02"),
        ("metals", "0.5", "0.3", "0.3"),
        ("dioxins", "0.1", "0.04", "0.06"),
        ("dioxins_pcb", None, "0.06", "0.08"),
    ],
)
def test_limits_as_published(pollutant: str, ied: str | None, new: str, existing: str) -> None:
    entry = read_table("air_limits")[pollutant]
    assert entry.number_or_none("ied") == (None if ied is None else Fraction(ied))
    assert (entry.number("bat_new"), entry.number("bat_existing")) == (Fraction(new), Fraction(existing))
    assert (entry.status == "unverified") == (pollutant in ("hg", "dioxins"))


def test_a_complete_good_plant() -> None:
    outputs = run(GOOD)
    assert outputs["missing"] == 0
    assert outputs["score_bat"] == 100
    assert (outputs["worst_ied"], outputs["worst_ied_pollutant"]) == (Fraction(1, 2), "hcl")
    assert (outputs["worst_bat"], outputs["worst_bat_pollutant"]) == (Fraction(5, 6), "hcl")


def test_new_and_existing_plants_have_their_own_line() -> None:
    assert run(GOOD | {"nox": "140"})["worst_bat"] == Fraction(140, 120)
    assert run(GOOD | {"nox": "140"}, "existing")["score_bat"] == 100
    assert run(GOOD | {"nox": "170"}, "existing")["score_bat"] < 100
    assert run(GOOD | {"nox": "170"}, "existing", scr_applicable=False)["score_bat"] == 100
    assert run(GOOD | {"nox": "170"}, "new", scr_applicable=False)["score_bat"] < 100


def test_small_existing_plants_have_the_wider_nox_limit() -> None:
    assert run(GOOD | {"nox": "300"}, "existing", hourly_capacity=Fraction(6))["worst_ied"] == Fraction(3, 4)
    assert run(GOOD | {"nox": "300"}, "existing", hourly_capacity=Fraction(7))["worst_ied"] == Fraction(3, 2)
    assert run(GOOD | {"nox": "300"}, "new", hourly_capacity=Fraction(6))["worst_ied"] == Fraction(3, 2)
    assert run(GOOD | {"nox": "300"}, "existing")["worst_ied"] == Fraction(3, 2)


def test_fluoride_must_stay_below_one() -> None:
    assert run(GOOD | {"hf": "1"})["score_bat"] == Fraction(1100, 12)
    assert run(GOOD | {"hf": "0.999"})["score_bat"] == 100


def test_a_missing_pollutant_leaves_the_worst_open_unless_a_limit_is_broken() -> None:
    partial = {name: value for name, value in GOOD.items() if name != "hg"}
    outputs = run(partial)
    assert outputs["missing"] == 1
    assert "worst_ied" not in outputs
    assert "worst_bat" not in outputs
    assert outputs["score_bat"] == Fraction(1100, 12)
    assert run(partial | {"dust": "11"})["worst_ied"] == Fraction(11, 10)


def test_either_dioxin_value_serves_the_bat_line_but_not_the_directive() -> None:
    with_pcb = {name: value for name, value in GOOD.items() if name != "dioxins"} | {"dioxins_pcb": "0.05"}
    outputs = run(with_pcb)
    assert (outputs["missing"], outputs["score_bat"]) == (0, 100)
    assert "worst_ied" not in outputs
    assert run(GOOD | {"dioxins_pcb": "0.07"})["score_bat"] == Fraction(1100, 12)


def test_ammonia_counts_where_it_is_injected() -> None:
    without = {name: value for name, value in GOOD.items() if name != "nh3"}
    assert run(without)["missing"] == 1
    assert run(without, ammonia_used=False)["missing"] == 0
    assert run(without, ammonia_used=False)["score_bat"] == 100


@given(st.sampled_from(sorted(GOOD)), st.integers(0, 500))
def test_silence_never_beats_an_answer(pollutant: str, value: int) -> None:
    silent = run({name: shown for name, shown in GOOD.items() if name != pollutant})
    answered = run(GOOD | {pollutant: str(value)})
    assert answered["score_bat"] >= silent["score_bat"]
    assert "worst_bat" not in silent
