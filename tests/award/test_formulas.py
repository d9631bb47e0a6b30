"""Price formulas: published worked values, a second plain implementation, boundaries, refusals, and what must hold for any prices."""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Mapping
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.award import formulas_page
from tenderloop.award.formula import PATHOLOGIES, median
from tenderloop.award.formulas import FORMULAS, NOT_AVAILABLE, Formula, Refused
from tenderloop.quantity import shown

F = Fraction
ROOT = Path(__file__).resolve().parents[2]
Prices = Mapping[str, Fraction]

# parameters that suit prices from 50 to 200
SOUND: Mapping[str, Mapping[str, Fraction]] = {
    "lowest_price_ratio": {},
    "linear_between_bounds": {"full_score_at": F(60), "zero_score_at": F(180)},
    "linear_to_budget": {"budget": F(200)},
    "retta_base_zero": {"budget": F(200)},
    "retta_prezzo_minimo": {},
    "linear_one_sided": {},
    "linear_two_sided": {},
    "linear_to_lowest": {},
    "linear_discount": {"budget": F(200), "full_at_discount": F(1, 2), "zero_at_discount": F(1, 20)},
    "ratio_discount": {"budget": F(200)},
    "concave_discount": {"budget": F(200), "exponent": F(3, 10)},
    "bilinear": {"budget": F(200), "coefficient": F(9, 10)},
    "nonlinear_concave": {"budget": F(200), "exponent": F(5, 2)},
    "gaussian_piecewise": {},
    "fixed_value_line": {"budget": F(200), "score_at_budget": F(1, 5)},
    "mean_points": {},
    "median_points": {},
    "nearest_to_mean": {},
    "logarithmic": {"zero_at_multiple": F(3)},
}
NAMES = sorted(FORMULAS)


def score(name: str, prices: Mapping[str, Fraction | int | None], **parameters: Fraction | int | str) -> dict[str, Fraction]:
    exact = {bid: None if price is None else F(price) for bid, price in prices.items()}
    return dict(FORMULAS[name].score(exact, {key: F(value) for key, value in parameters.items()}))


def row(name: str, *prices: Fraction | int | str, **parameters: Fraction | int | str) -> list[Fraction]:
    """Scores of bids in the order of their prices."""
    found = score(name, {f"{index:02}": F(price) for index, price in enumerate(prices)}, **parameters)
    return [found[bid] for bid in sorted(found)]


def test_every_formula_has_parameters_here() -> None:
    assert sorted(SOUND) == NAMES
    for name in NAMES:
        assert FORMULAS[name].check(SOUND[name]) == ()
        assert FORMULAS[name].name == name


# ------------------------------------------------------------------------------------------------------------------- published values


def test_digital_marketplace() -> None:
    """A 15 000, B 10 000, C 30 000: 0.667, 1, 0.333 (Crown Commercial Service, as quoted)."""
    assert [shown(each, 3) for each in row("lowest_price_ratio", 15000, 10000, 30000)] == ["0.667", "1.000", "0.333"]


def test_brodies() -> None:
    """GBP 1m, 1.2m and 2m score 100, 83 and 50 % of the points (Brodies on price scoring)."""
    assert [shown(100 * each, 0) for each in row("lowest_price_ratio", 1000000, 1200000, 2000000)] == ["100", "83", "50"]


def test_impact_bids() -> None:
    """100, 105 and 108 at 40 points: 40, 38, 37 (impactbids.com)."""
    assert [shown(40 * each, 0) for each in row("lowest_price_ratio", 100, 105, 108)] == ["40", "38", "37"]


def test_napier_and_negometrix_double_price() -> None:
    """Twice the lowest price: half of the points by ratio (Negometrix), none by the one-sided line (vergabe24)."""
    assert row("lowest_price_ratio", 50, 100)[1] == F(1, 2)
    assert row("linear_one_sided", 50, 100)[1] == 0


def test_negometrix_bounds() -> None:
    """At Psetmax no points, at Psetmin all, straight between, whatever others bid."""
    found = row("linear_between_bounds", 100, 150, 200, 90, 210, full_score_at=100, zero_score_at=200)
    assert found == [1, F(1, 2), 0, 1, 0]


def test_bolzano_curve() -> None:
    """Edges of the curve around a mean of 100: 0 at 50, 1 at 70, 7/13 at 130, 0 at 150; the mean itself 10/13."""
    assert row("gaussian_piecewise", 50, 150, 70, 130) == [0, 0, 1, F(7, 13)]
    assert row("gaussian_piecewise", 100) == [F(10, 13)]
    assert row("gaussian_piecewise", 60, 140, 100) == [F(1, 2), F(7, 26), F(10, 13)]
    assert row("gaussian_piecewise", 40, 160) == [0, 0]


def test_venice_bilinear_with_nine_tenths() -> None:
    """Discounts 10, 20 and 30 % (mean 20): half of 0.9, 0.9, 1."""
    assert row("bilinear", 90, 80, 70, budget=100, coefficient="0.9") == [F(9, 20), F(9, 10), 1]
    assert row("bilinear", 90, 80, 70, budget=100, coefficient="0.8") == [F(2, 5), F(4, 5), 1]


def test_discounts_on_the_budget() -> None:
    """Ra / Rmax of the province of Brindisi, and its twins on prices."""
    assert row("ratio_discount", 90, 80, budget=100) == [F(1, 2), 1]
    assert row("linear_to_budget", 90, 80, budget=100) == [F(1, 2), 1]
    assert row("concave_discount", 90, 60, budget=100, exponent="0.5") == [F(1, 2), 1]
    assert row("concave_discount", 90, 80, budget=100, exponent=1) == [F(1, 2), 1]
    assert row("retta_base_zero", 90, 80, budget=100) == [F(1, 10), F(1, 5)]
    assert row("linear_discount", 95, 90, 80, 70, budget=100, full_at_discount="0.2", zero_at_discount="0.1") == [0, 0, 1, 1]
    assert row("fixed_value_line", 100, 90, 80, budget=100, score_at_budget="0.4") == [F(2, 5), F(7, 10), 1]
    assert row("nonlinear_concave", 50, 100, budget=100, exponent=2) == [F(3, 4), 0]
    assert row("retta_prezzo_minimo", 80, 100) == [1, F(4, 5)]


def test_mean_points() -> None:
    """The mean gets 50; 10 % below 60, 10 % above 40 (procurementtemplates.co.uk)."""
    assert row("mean_points", 90, 110) == [F(3, 5), F(2, 5)]
    assert row("median_points", 90, 100, 400) == [F(3, 5), F(1, 2), 0]
    assert row("nearest_to_mean", 90, 110, 100) == [F(9, 10), F(9, 10), 1]


def test_logarithm() -> None:
    """0 at A times the lowest; half at its root."""
    assert row("logarithmic", 100, 200, 400, 800, zero_at_multiple=4) == [1, F(1, 2), 0, 0]


def test_mercell_with_and_without_bounds() -> None:
    assert row("linear_to_lowest", 100, 150, 200) == [1, F(1, 2), 0]
    assert row("linear_to_lowest", 100, 150, zero_score_at=300) == [1, F(3, 4)]
    assert row("linear_to_lowest", 100, 150, full_score_at=50, zero_score_at=250) == [F(3, 4), F(1, 2)]
    assert row("linear_to_lowest", 300, 310, zero_score_at=300) == [0, 0]  # nothing at or above the price that scores 0
    assert row("linear_to_lowest", 100, 110, full_score_at=120) == [1, 1]


def test_vector_of_the_fact_base() -> None:
    """Quality 60, price 40 by ratio: with C it is A 52, B 50, C 46; without C, B 70 and A 68."""
    quality = {"A": 60, "B": 50, "C": 10}

    def totals(prices: Mapping[str, int]) -> dict[str, Fraction]:
        found = score("lowest_price_ratio", prices)
        return {bid: F(60, 100) * quality[bid] + 40 * found[bid] for bid in prices}

    assert totals({"A": 100, "B": 80, "C": 40}) == {"A": 52, "B": 50, "C": 46}
    assert totals({"A": 100, "B": 80}) == {"A": 68, "B": 70}


# ------------------------------------------------------------------------------------------------------------- second implementation


def _counted(prices: Prices, budget: Fraction) -> list[Fraction]:
    return [price for price in prices.values() if price <= budget]


def _line(x: Fraction, points: list[tuple[Fraction, Fraction]]) -> Fraction:
    """Piecewise linear through points, flat outside: the plainest way to say most of these formulas."""
    if x <= points[0][0]:
        return points[0][1]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x <= x1:
            return y0 + (y1 - y0) * (x - x0) / (x1 - x0)
    return points[-1][1]


def _slow(name: str, prices: Prices, bid: str, given: Mapping[str, Fraction]) -> Fraction:
    p, all_prices = prices[bid], list(prices.values())
    low, high, count = min(all_prices), max(all_prices), len(all_prices)
    middle = sum(all_prices, F(0)) / count
    budget = given.get("budget", F(0))
    if budget:
        if p > budget:
            return F(0)
        within = _counted(prices, budget)
        low, middle = min(within), sum(within, F(0)) / len(within)
    d, d_max, d_mean = (1 - x / budget if budget else F(0) for x in (p, low, middle))
    if name == "lowest_price_ratio":
        return 1 / (p / low)
    if name == "linear_between_bounds":
        return _line(p, [(given["full_score_at"], F(1)), (given["zero_score_at"], F(0))])
    if name in ("linear_to_budget", "ratio_discount"):
        return F(1) if low == budget else _line(p, [(low, F(1)), (budget, F(0))])
    if name == "retta_base_zero":
        return d
    if name == "retta_prezzo_minimo":
        return 1 + low / high - p / high
    if name == "linear_one_sided":
        return _line(p, [(low, F(1)), (2 * low, F(0))])
    if name in ("linear_two_sided", "linear_to_lowest"):
        return F(1) if low == high else _line(p, [(low, F(1)), (high, F(0))])
    if name == "linear_discount":
        return _line(d, [(given["zero_at_discount"], F(0)), (given["full_at_discount"], F(1))])
    if name == "bilinear":
        return F(1) if d_mean == d_max else _line(d, [(F(0), F(0)), (d_mean, given["coefficient"]), (d_max, F(1))])
    if name == "gaussian_piecewise":
        edges = [(F(5, 10), F(0)), (F(7, 10), F(1)), (F(13, 10), F(7, 13)), (F(15, 10), F(0))]
        return _line(p / middle, edges)
    if name == "fixed_value_line":
        return F(1) if low == budget else _line(p, [(low, F(1)), (budget, given["score_at_budget"])])
    if name == "mean_points":
        return _line(p / middle, [(F(1, 2), F(1)), (F(3, 2), F(0))])
    if name == "median_points":
        return _line(p / median(all_prices), [(F(1, 2), F(1)), (F(3, 2), F(0))])
    if name == "nearest_to_mean":
        return _line(p / middle, [(F(0), F(0)), (F(1), F(1)), (F(2), F(0))])
    raise AssertionError(name)


_FLOAT: Mapping[str, Callable[[float, float, Mapping[str, Fraction]], float]] = {
    "concave_discount": lambda p, low, given: ((float(given["budget"]) - p) / (float(given["budget"]) - low)) ** float(given["exponent"]),
    "nonlinear_concave": lambda p, low, given: 1 - (p / float(given["budget"])) ** float(given["exponent"]),
    "logarithmic": lambda p, low, given: max(0.0, 1 - math.log(p / low) / math.log(float(given["zero_at_multiple"]))),
}


@pytest.mark.parametrize("name", NAMES)
def test_agrees_with_the_slow_implementation(name: str) -> None:
    """1,000 random sets of prices, some above the budget, some equal."""
    rng = random.Random(f"{name} 4")
    formula = FORMULAS[name]
    for _ in range(1000):
        prices = {f"b{index}": F(rng.randint(2000, 10500), 50) for index in range(rng.randint(1, 9))}
        found = formula.score(prices, SOUND[name])
        for bid, price in prices.items():
            if name in _FLOAT:
                within = _counted(prices, SOUND[name].get("budget", F(10**6)))
                if price in within and not (name == "concave_discount" and min(within) == SOUND[name]["budget"]):
                    assert float(found[bid]) == pytest.approx(_FLOAT[name](float(price), float(min(within)), SOUND[name]), abs=1e-10)
                continue
            assert found[bid] == _slow(name, prices, bid, SOUND[name]), (bid, prices)


# ------------------------------------------------------------------------------------------------------------------------- boundaries


@pytest.mark.parametrize("name", NAMES)
def test_no_bid_one_bid_equal_prices(name: str) -> None:
    formula = FORMULAS[name]
    assert formula.score({}, SOUND[name]) == {}
    alone = formula.score({"a": F(120)}, SOUND[name])["a"]
    equal = formula.score({"a": F(120), "b": F(120), "c": F(120)}, SOUND[name])
    assert set(equal.values()) == {alone}
    if formula.one_bid.startswith("It gets the full score"):
        assert alone == 1
        assert formula.equal_prices.startswith("Every bid gets the full score")
    elif formula.kind == "absolute":
        assert 0 < alone < 1
        assert "by its price" in formula.one_bid
    else:
        stated = {"gaussian_piecewise": F(10, 13), "mean_points": F(1, 2), "median_points": F(1, 2), "nearest_to_mean": F(1)}
        assert alone == stated[name]


@pytest.mark.parametrize("name", [name for name in NAMES if FORMULAS[name].ceiling])
def test_prices_at_and_above_the_budget(name: str) -> None:
    formula = FORMULAS[name]
    at_budget = formula.score({"a": F(200), "b": F(200)}, SOUND[name])
    if formula.kind == "relative":
        assert set(at_budget.values()) == {F(1)}
    else:
        assert set(at_budget.values()) == {F(0)}
    assert formula.score({"a": F(201), "b": F(500)}, SOUND[name]) == {"a": 0, "b": 0}
    with_one_above = formula.score({"a": F(100), "b": F(150), "c": F(300)}, SOUND[name])
    without = formula.score({"a": F(100), "b": F(150)}, SOUND[name])
    assert with_one_above == {**without, "c": 0}
    assert "above budget 200: 0" in formula.worked({"a": F(100), "c": F(300)}, SOUND[name])["c"].text


@pytest.mark.parametrize("name", NAMES)
def test_missing_negative_and_zero_prices(name: str) -> None:
    """All faults at once, each with the bid and what to do; a missing price is never 0."""
    formula = FORMULAS[name]
    bad = {"none": None, "below": F(-1), "nil": F(0), "sound": F(100)}
    with pytest.raises(Refused) as caught:
        formula.score(bad, SOUND[name])
    found = {fault.bid: fault.code for fault in caught.value.faults}
    expected = {"none": "price-missing", "below": "price-negative"}
    assert found == (expected if formula.accepts_zero else {**expected, "nil": "price-zero"})
    assert all(fault.hint and fault.bid in fault.message for fault in caught.value.faults)
    assert caught.value.bid == "below"
    if formula.accepts_zero:
        assert formula.kind == "absolute"
        assert formula.score({"nil": F(0)}, SOUND[name])["nil"] == 1
    else:
        with pytest.raises(Refused, match="zero"):
            formula.score({"nil": F(0), "sound": F(100)}, SOUND[name])


def test_a_float_is_our_own_bug() -> None:
    with pytest.raises(AssertionError, match="exact"):
        FORMULAS["lowest_price_ratio"].score({"a": 1.5}, {})  # type: ignore[dict-item]


# ------------------------------------------------------------------------------------------------------------------------- parameters


@pytest.mark.parametrize("name", [name for name in NAMES if FORMULAS[name].parameters])
def test_parameters_are_checked(name: str) -> None:
    formula = FORMULAS[name]
    required = [each.name for each in formula.parameters if each.required]
    assert [fault.parameter for fault in formula.check({})] == required
    assert {fault.code for fault in formula.check({})} <= {"parameter-missing"}
    unknown = formula.check({**SOUND[name], "weight": F(1)})
    assert [(fault.code, fault.parameter) for fault in unknown] == [("unknown-parameter", "weight")]
    for each in formula.parameters:
        for value in (each.least, each.most):
            if value is None:
                continue
            outside = value - F(1, 1000) if value is each.least else value + F(1, 1000)
            faults = formula.check({**SOUND[name], each.name: outside})
            assert [(fault.code, fault.parameter) for fault in faults] == [("parameter-out-of-range", each.name)]
            assert each.range_text in faults[0].hint
    with pytest.raises(Refused) as caught:
        formula.score({"a": None}, {"weight": F(1)})
    assert {fault.code for fault in caught.value.faults} >= {"unknown-parameter", "price-missing"}


def test_parameters_that_contradict_each_other() -> None:
    for name, given_ in {
        "linear_between_bounds": {"full_score_at": F(100), "zero_score_at": F(100)},
        "linear_to_lowest": {"full_score_at": F(100), "zero_score_at": F(90)},
        "linear_discount": {"budget": F(100), "full_at_discount": F(1, 10), "zero_at_discount": F(1, 5)},
    }.items():
        faults = FORMULAS[name].check(given_)
        assert [fault.code for fault in faults] == ["parameter-out-of-range"], name
        with pytest.raises(Refused, match=faults[0].message.split()[0]):
            FORMULAS[name].score({"a": F(90)}, given_)


def test_coefficient_is_one_of_three() -> None:
    faults = FORMULAS["bilinear"].check({"budget": F(100), "coefficient": F(7, 10)})
    assert "0.8, 0.85, 0.9" in faults[0].hint


# ------------------------------------------------------------------------------------------------------------ what holds for any prices

one_price = st.fractions(50, 230, max_denominator=20)
many = st.dictionaries(st.sampled_from("abcdefgh"), one_price, min_size=1, max_size=8)
any_formula = st.sampled_from(NAMES)


@given(any_formula, many)
def test_scores_lie_between_0_and_1(name: str, prices: Prices) -> None:
    found = FORMULAS[name].score(prices, SOUND[name])
    assert set(found) == set(prices)
    assert all(0 <= each <= 1 for each in found.values())


@given(any_formula, many, st.randoms(use_true_random=False))
def test_order_changes_nothing(name: str, prices: Prices, rng: random.Random) -> None:
    bids = list(prices)
    rng.shuffle(bids)
    shuffled = {bid: prices[bid] for bid in bids}
    one, other = FORMULAS[name].worked(prices, SOUND[name]), FORMULAS[name].worked(shuffled, SOUND[name])
    assert list(one.items()) == list(other.items())


@given(any_formula, many, st.fractions(F(1, 1000), 1000, max_denominator=1000).filter(bool))
def test_currency_changes_nothing(name: str, prices: Prices, rate: Fraction) -> None:
    formula = FORMULAS[name]
    money = {each.name for each in formula.parameters if each.unit == "money"}
    given_ = {key: value * rate if key in money else value for key, value in SOUND[name].items()}
    assert formula.score({bid: price * rate for bid, price in prices.items()}, given_) == formula.score(prices, SOUND[name])


@given(st.sampled_from([name for name in NAMES if FORMULAS[name].monotone]), many)
def test_a_lower_price_never_scores_lower_than_another(name: str, prices: Prices) -> None:
    found = FORMULAS[name].score(prices, SOUND[name])
    for one in prices:
        for other in prices:
            if prices[one] <= prices[other]:
                assert found[one] >= found[other]


@given(st.sampled_from([name for name in NAMES if FORMULAS[name].monotone]), many, one_price)
def test_lowering_the_own_price_never_lowers_the_own_score(name: str, prices: Prices, price: Fraction) -> None:
    formula, bid = FORMULAS[name], min(prices)
    cheap, dear = sorted((price, prices[bid]))
    lower = formula.score({**prices, bid: cheap}, SOUND[name])[bid]
    higher = formula.score({**prices, bid: dear}, SOUND[name])[bid]
    assert lower >= higher


@given(st.sampled_from([name for name in NAMES if FORMULAS[name].kind == "absolute"]), many)
def test_an_absolute_score_rests_on_the_own_price_alone(name: str, prices: Prices) -> None:
    formula = FORMULAS[name]
    together = formula.score(prices, SOUND[name])
    assert together == {bid: formula.score({bid: price}, SOUND[name])[bid] for bid, price in prices.items()}


@given(any_formula, many)
def test_the_arithmetic_says_the_score(name: str, prices: Prices) -> None:
    formula = FORMULAS[name]
    worked, found = formula.worked(prices, SOUND[name]), formula.score(prices, SOUND[name])
    assert {bid: line.score for bid, line in worked.items()} == dict(found)
    assert all(line.text for line in worked.values())


@given(many, st.sampled_from([F(4, 5), F(17, 20), F(9, 10)]))
def test_bilinear_on_prices_is_the_same(prices: Prices, share: Fraction) -> None:
    """X (BA − P) / (BA − m) and X + (1 − X) (m − P) / (m − Pmin), as the price form of the same curve."""
    budget = F(231)
    found = FORMULAS["bilinear"].score(prices, {"budget": budget, "coefficient": share})
    low, middle = min(prices.values()), sum(prices.values(), F(0)) / len(prices)
    for bid, price in prices.items():
        if middle == low:
            assert found[bid] == 1
        elif price >= middle:
            assert found[bid] == share * (budget - price) / (budget - middle)
        else:
            assert found[bid] == share + (1 - share) * (middle - price) / (middle - low)


# -------------------------------------------------------------------------------------------------------------------------- catalogue


@pytest.mark.parametrize("name", NAMES)
def test_every_formula_says_where_it_comes_from(name: str) -> None:
    formula: Formula = FORMULAS[name]
    assert formula.equation.startswith("score = ")
    assert formula.source
    assert set(formula.pathologies) <= set(PATHOLOGIES)
    assert ("irrelevant_alternatives" in formula.pathologies) == (formula.kind == "relative")
    if formula.source.startswith("Ours") or "is ours" in formula.source:
        assert formula.status == "proposed"


def test_what_is_not_available_is_not_there() -> None:
    assert not set(NOT_AVAILABLE) & set(FORMULAS)
    assert {"scotland_gpm", "uk_standard_differential"} <= set(NOT_AVAILABLE)
    assert "could not" in NOT_AVAILABLE["scotland_gpm"]


def test_the_page_is_made_of_the_catalogue() -> None:
    page = ROOT / "docs" / "award-formulas.md"
    assert page.read_text(encoding="utf-8") == formulas_page.page(), f"write it anew: {formulas_page.COMMAND} > docs/award-formulas.md"


# ------------------------------------------------------------------------------------------------- the arithmetic, as a report prints it

# prices 80, 100, 180 with the parameters above; read and checked by hand
PRINTED: Mapping[str, list[str]] = {
    "bilinear": [
        "0.9 + (1 − 0.9) × (0.6 − 0.4) / (0.6 − 0.4) = 1",
        "0.9 + (1 − 0.9) × (0.5 − 0.4) / (0.6 − 0.4) = 0.95",
        "0.9 × 0.1 / 0.4 = 0.225",
    ],
    "concave_discount": ["(0.6 / 0.6) ^ 0.3 = 1", "(0.5 / 0.6) ^ 0.3 = 0.946772480999", "(0.1 / 0.6) ^ 0.3 = 0.584190681068"],
    "fixed_value_line": [
        "1 − (1 − 0.2) × (80 − 80) / (200 − 80) = 1",
        "1 − (1 − 0.2) × (100 − 80) / (200 − 80) ≈ 0.866667",
        "1 − (1 − 0.2) × (180 − 80) / (200 − 80) ≈ 0.333333",
    ],
    "gaussian_piecewise": [
        "(80 − 60) / (84 − 60) ≈ 0.833333",
        "7/13 + 6/13 × (156 − 100) / (156 − 84) ≈ 0.897436",
        "7/13 × (180 − 180) / (180 − 156) = 0",
    ],
    "linear_between_bounds": ["(180 − 80) / (180 − 60) ≈ 0.833333", "(180 − 100) / (180 − 60) ≈ 0.666667", "(180 − 180) / (180 − 60) = 0"],
    "linear_discount": [
        "discount 0.6: (0.6 − 0.05) / (0.5 − 0.05), kept between 0 and 1 = 1",
        "discount 0.5: (0.5 − 0.05) / (0.5 − 0.05) = 1",
        "discount 0.1: (0.1 − 0.05) / (0.5 − 0.05) ≈ 0.111111",
    ],
    "linear_one_sided": ["2 − 80 / 80 = 1", "2 − 100 / 80 = 0.75", "2 − 180 / 80, not below 0 = 0"],
    "linear_to_budget": ["(200 − 80) / (200 − 80) = 1", "(200 − 100) / (200 − 80) ≈ 0.833333", "(200 − 180) / (200 − 80) ≈ 0.166667"],
    "linear_to_lowest": ["(180 − 80) / (180 − 80) = 1", "(180 − 100) / (180 − 80) = 0.8", "(180 − 180) / (180 − 80) = 0"],
    "linear_two_sided": ["(180 − 80) / (180 − 80) = 1", "(180 − 100) / (180 − 80) = 0.8", "(180 − 180) / (180 − 80) = 0"],
    "logarithmic": [
        "1 − log(80 / 80) / log(3) = 1",
        "1 − log(100 / 80) / log(3) = 0.796885986425",
        "1 − log(180 / 80) / log(3) = 0.261859507143",
    ],
    "lowest_price_ratio": ["80 / 80 = 1", "80 / 100 = 0.8", "80 / 180 ≈ 0.444444"],
    "mean_points": ["0.5 + (120 − 80) / 120 ≈ 0.833333", "0.5 + (120 − 100) / 120 ≈ 0.666667", "0.5 + (120 − 180) / 120 = 0"],
    "median_points": ["0.5 + (100 − 80) / 100 = 0.7", "0.5 + (100 − 100) / 100 = 0.5", "0.5 + (100 − 180) / 100, kept between 0 and 1 = 0"],
    "nearest_to_mean": ["1 − |80 − 120| / 120 ≈ 0.666667", "1 − |100 − 120| / 120 ≈ 0.833333", "1 − |180 − 120| / 120 = 0.5"],
    "nonlinear_concave": [
        "1 − (80 / 200) ^ 2.5 = 0.898807114875",
        "1 − (100 / 200) ^ 2.5 = 0.823223304703",
        "1 − (180 / 200) ^ 2.5 = 0.231566528579",
    ],
    "ratio_discount": ["0.6 / 0.6 = 1", "0.5 / 0.6 ≈ 0.833333", "0.1 / 0.6 ≈ 0.166667"],
    "retta_base_zero": ["(200 − 80) / 200 = 0.6", "(200 − 100) / 200 = 0.5", "(200 − 180) / 200 = 0.1"],
    "retta_prezzo_minimo": ["(180 + 80 − 80) / 180 = 1", "(180 + 80 − 100) / 180 ≈ 0.888889", "(180 + 80 − 180) / 180 ≈ 0.444444"],
}


@pytest.mark.parametrize("name", NAMES)
def test_the_line_of_arithmetic(name: str) -> None:
    worked = FORMULAS[name].worked({"a": F(80), "b": F(100), "c": F(180)}, SOUND[name])
    assert [worked[bid].text for bid in "abc"] == PRINTED[name]


def test_lines_of_special_cases() -> None:
    def lines(name: str, *prices: int, **more: int) -> list[str]:
        given_ = {**SOUND[name], **{key: F(value) for key, value in more.items()}}
        worked = FORMULAS[name].worked({f"{index}": F(price) for index, price in enumerate(prices)}, given_)
        return [worked[bid].text for bid in sorted(worked)]

    assert lines("linear_two_sided", 100, 100) == ["all prices are one = 1"] * 2
    assert lines("ratio_discount", 200, 200) == ["nobody offers a discount = 1"] * 2
    assert lines("bilinear", 150, 150) == ["all discounts are equal = 1"] * 2
    assert lines("fixed_value_line", 200, 200) == ["all prices are at the budget = 1"] * 2
    assert lines("linear_to_lowest", 120, 150, zero_score_at=150)[1] == "150 is at or above 150 = 0"
    assert lines("gaussian_piecewise", 30, 170)[0] == "30 is outside 50 to 150 = 0"
    assert lines("nearest_to_mean", 10, 10, 10, 200)[3].endswith(", not below 0 = 0")
    assert lines("linear_between_bounds", 50)[0] == "(180 − 50) / (180 − 60), kept between 0 and 1 = 1"
    assert lines("logarithmic", 10, 100)[1] == "1 − log(100 / 10) / log(3), not below 0 = 0"


def test_the_figures_that_a_formula_read_are_told() -> None:
    worked = FORMULAS["bilinear"].worked({"a": F(80), "b": F(100)}, SOUND["bilinear"])
    told = dict(worked["a"].references)
    assert told == {"mean discount": F(55, 100), "largest discount": F(6, 10), "budget": F(200), "coefficient": F(9, 10)}
