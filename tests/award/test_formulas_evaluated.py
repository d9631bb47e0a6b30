"""Evaluated prices: published examples, bounds, refusals."""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.award.evaluated_prices import (
    ADJUSTMENTS,
    CO2_LADDER,
    additive_features,
    award_on_value,
    co2_ladder,
    cost_added,
    eci_added,
    eci_discount,
    features_divisor,
    points_ladder,
)
from tenderloop.award.formulas import FORMULAS, Refused

F = Fraction


def test_prorail_ladder() -> None:
    """1, 2, 4, 7, 10 % for levels 1 to 5; 30 million at level 3 counts as 28.8 million, below 29 million at level 0."""
    assert [CO2_LADDER[level] for level in range(6)] == [0, F(1, 100), F(2, 100), F(4, 100), F(7, 100), F(10, 100)]
    ours, theirs = co2_ladder(F(30000000), 3), co2_ladder(F(29000000), 0)
    assert ours.amount == 28800000
    assert ours.amount < theirs.amount == 29000000
    scores = FORMULAS["lowest_price_ratio"].score({"ours": ours.amount, "theirs": theirs.amount}, {})
    assert scores["ours"] == 1
    assert scores["theirs"] == F(288, 290)
    with pytest.raises(Refused, match="no level 6"):
        co2_ladder(F(1), 6)


def test_award_on_value_example_and_bounds() -> None:
    """80 000 − 1 500 = 78 500 (Negometrix); a malus adds; the sum is bounded where a bound is set."""
    assert award_on_value(F(80000), {"2.1.4": F(1500)}).amount == 78500
    assert award_on_value(F(80000), {"a": F(1500), "b": F(-500)}).amount == 79000
    bounded = award_on_value(F(80000), {"a": F(3000), "b": F(4000)}, most=F(5000))
    assert bounded.amount == 75000
    assert any("cut at 5000" in line.text for line in bounded.lines)


def test_environmental_cost_added_and_as_a_discount() -> None:
    assert eci_added(F(1000), F(200), F(3, 2)).amount == 1300
    assert eci_added(F(1000), F(200), F(3, 2), most=F(100)).amount == 1100
    bounds = {"lower": F(40), "upper": F(80), "most": F(100)}
    assert [eci_discount(F(1000), F(eci), **bounds).amount for eci in (20, 40, 60, 80, 90)] == [900, 900, 950, 1000, 1000]
    with pytest.raises(Refused, match="below 0"):
        eci_added(F(1000), F(-1))
    with pytest.raises(Refused, match="lower bound"):
        eci_discount(F(1000), F(50), lower=F(80), upper=F(40), most=F(10))


def test_features_divide_the_price() -> None:
    """coef = 1 + ΣF / (1 − ΣFmax): nothing earned 1; all of 20 % earned 1.25, so 1000 counts as 800."""
    most = {"warranty": F(15, 100), "delivery": F(5, 100)}
    assert features_divisor(F(1000), {}, most).amount == 1000
    assert features_divisor(F(1000), most, most).amount == 800
    half = features_divisor(F(1000), {"warranty": F(1, 10)}, most)
    assert half.amount == 1000 / (1 + F(1, 10) / F(8, 10))
    with pytest.raises(Refused) as caught:
        features_divisor(F(1000), {"warranty": F(1, 2), "colour": F(1, 10)}, {**most, "size": F(9, 10)})
    assert [fault.code for fault in caught.value.faults] == ["unknown-feature", "feature-out-of-range", "feature-out-of-range"]


def test_costs_are_added() -> None:
    assert cost_added(F(500), {"use": F(100), "ecology": F(20)}).amount == 620


def test_points() -> None:
    ladder = [(F(2), F(0)), (F(5), F(50)), (F(10), F(100))]
    assert [points_ladder(F(at), ladder) for at in (1, 2, 5, 9, 10, 40)] == [0, 0, 50, 50, 100, 100]
    with pytest.raises(Refused, match="do not rise"):
        points_ladder(F(1), [(F(5), F(1)), (F(2), F(2))])
    assert additive_features({"a": True, "b": True}, {"a": F(10), "b": F(5)}) == 15
    with pytest.raises(Refused, match="no answer on: b"):
        additive_features({"a": True}, {"a": F(10), "b": F(5)})
    with pytest.raises(Refused, match="not a feature: c"):
        additive_features({"a": True, "b": False, "c": True}, {"a": F(10), "b": F(5)})


@pytest.mark.parametrize("price", [F(0), F(-5)])
def test_a_price_of_zero_or_less_is_decided_on_first(price: Fraction) -> None:
    calls: tuple[Callable[[], object], ...] = (
        lambda: award_on_value(price, {}),
        lambda: co2_ladder(price, 1),
        lambda: eci_added(price, F(1)),
        lambda: eci_discount(price, F(1), lower=F(0), upper=F(2), most=F(1)),
        lambda: features_divisor(price, {}, {}),
        lambda: cost_added(price, {}),
    )
    for call in calls:
        with pytest.raises(Refused, match="the price is"):
            call()


money = st.fractions(1, 10**6, max_denominator=100)


@given(money, st.dictionaries(st.sampled_from("abc"), money), st.fractions(F(1, 100), 100, max_denominator=100).filter(bool))
def test_money_scales(price: Fraction, worths: dict[str, Fraction], rate: Fraction) -> None:
    moved = {name: worth * rate for name, worth in worths.items()}
    assert award_on_value(price * rate, moved).amount == award_on_value(price, worths).amount * rate
    assert cost_added(price * rate, moved).amount == cost_added(price, worths).amount * rate


@given(money, st.fractions(0, F(9, 10), max_denominator=50), st.fractions(0, 1, max_denominator=50))
def test_features_never_raise_the_price(price: Fraction, most: Fraction, part: Fraction) -> None:
    found = features_divisor(price, {"f": most * part}, {"f": most})
    assert price * (1 - most) <= found.amount <= price
    assert found.lines[-1].value == found.amount


def test_every_adjustment_has_a_source() -> None:
    for name, each in ADJUSTMENTS.items():
        assert each.name == name
        assert each.source
        assert (each.status == "proposed") == ("is ours" in each.source and name != "award_on_value")
