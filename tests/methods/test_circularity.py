"""The Material Circularity Indicator: its known limits, values by hand, refusals, and what must hold for any numbers."""

from __future__ import annotations

from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from tenderloop.methods import get
from tenderloop.methods.method import Refused

AVERAGE = {"mass": 10, "lifetime": 5, "reference_lifetime": 5}


def mci(**given: int | Fraction) -> dict[str, Fraction]:
    found = get("mci").run({name: Fraction(value) for name, value in {**AVERAGE, **given}.items()}).outputs
    return {name: Fraction(value) for name, value in found.items()}


def test_a_linear_product_of_average_use_has_one_tenth() -> None:
    found = mci()
    assert (found["mci"], found["lfi"], found["virgin_mass"], found["unrecoverable_waste"]) == (
        Fraction(1, 10),
        Fraction(1),
        Fraction(10),
        Fraction(10),
    )


@pytest.mark.parametrize(
    "given_",
    [
        {"reused_content": 100, "collected_reuse": 100},
        {"recycled_content": 100, "feedstock_efficiency": 100, "collected_recycling": 100, "recycling_efficiency": 100},
        {"renewable_content": 100, "composted": 100},
    ],
)
def test_a_fully_restorative_product_has_one(given_: dict[str, int]) -> None:
    assert mci(**given_)["mci"] == 1


def test_a_linear_product_reaches_zero_at_nine_tenths_of_average_use_and_never_less() -> None:
    assert mci(lifetime=Fraction(9, 2))["mci"] == 0
    assert mci(lifetime=1)["mci"] == 0


def test_by_hand_with_waste_of_both_recyclings() -> None:
    # V = 5; W0 = 0; WC = 10·0.2 = 2; WF = 10·0.2·0.5/0.8 = 1.25; W = 1.625; LFI = 6.625/19.625; X = 2
    found = mci(recycled_content=50, feedstock_efficiency=80, collected_recycling=100, recycling_efficiency=80, lifetime=10)
    assert found["lfi"] == Fraction(6625, 19625)
    assert found["mci"] == 1 - Fraction(6625, 19625) * Fraction(9, 20)


def test_intensity_of_use_counts_as_lifetime_does() -> None:
    assert (
        mci(intensity=3, reference_intensity=2)["mci"]
        == mci(lifetime=15, reference_lifetime=10)["mci"]
        == mci(lifetime=Fraction(15, 2))["mci"]
    )


@pytest.mark.parametrize(
    ("given_", "input_"),
    [
        ({"mass": 0}, "mass"),
        ({"recycled_content": 60, "reused_content": 50, "feedstock_efficiency": 90}, "recycled_content"),
        ({"collected_recycling": 60, "collected_reuse": 50, "recycling_efficiency": 90}, "collected_recycling"),
        ({"collected_recycling": 60}, "recycling_efficiency"),
        ({"recycled_content": 60}, "feedstock_efficiency"),
        ({"recycled_content": 60, "feedstock_efficiency": 0}, "feedstock_efficiency"),
        ({"lifetime": 0}, "lifetime"),
        ({"reference_intensity": 0}, "reference_intensity"),
    ],
)
def test_inputs_that_cannot_be_true_together_are_refused(given_: dict[str, int], input_: str) -> None:
    with pytest.raises(Refused) as caught:
        mci(**given_)
    assert caught.value.input == input_


percent = st.integers(0, 100)


@st.composite
def products(draw: st.DrawFn) -> dict[str, int]:
    recycled, collected = draw(percent), draw(percent)
    return {
        "recycled_content": recycled,
        "reused_content": draw(st.integers(0, 100 - recycled)),
        "collected_recycling": collected,
        "collected_reuse": draw(st.integers(0, 100 - collected)),
        "recycling_efficiency": draw(percent),
        "feedstock_efficiency": draw(st.integers(1, 100)),
        "lifetime": draw(st.integers(1, 50)),
        "mass": draw(st.integers(1, 1000)),
    }


@given(products())
def test_indicator_and_flow_lie_between_0_and_1(product: dict[str, int]) -> None:
    found = mci(**product)
    assert 0 <= found["mci"] <= 1
    assert 0 <= found["lfi"] <= 1


@given(
    products(),
    st.sampled_from(
        ["reused_content", "collected_recycling", "collected_reuse", "recycling_efficiency", "feedstock_efficiency", "lifetime"]
    ),
)
def test_more_of_a_good_thing_never_lowers_it(product: dict[str, int], name: str) -> None:
    more = {**product, name: product[name] + 1}
    try:
        after = mci(**more)
    except Refused:
        assume(False)
    assert after["mci"] >= mci(**product)["mci"]


@given(products(), st.integers(34, 100))
def test_recycled_content_never_lowers_it_when_a_third_of_the_scrap_is_won(product: dict[str, int], efficiency: int) -> None:
    room = 100 - product["reused_content"]
    assume(room > 0)
    before = {**product, "recycled_content": min(product["recycled_content"], room - 1), "feedstock_efficiency": efficiency}
    assert mci(**{**before, "recycled_content": before["recycled_content"] + 1})["mci"] >= mci(**before)["mci"]


@given(products(), st.integers(2, 9))
def test_the_mass_cancels_out(product: dict[str, int], times: int) -> None:
    assert mci(**{**product, "mass": product["mass"] * times})["mci"] == mci(**product)["mci"]
