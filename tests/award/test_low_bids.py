"""Rules for abnormally low bids: published test values, every number of bids, boundaries, refusals; a flag never excludes."""

from __future__ import annotations

import random
from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.award import low_bids
from tenderloop.award.formula import Refused, figure
from tenderloop.award.low_bids import (
    LOW_BID_RULES,
    LOW_BID_RULES_NOT_AVAILABLE,
    NOT_A_REJECTION,
    QUESTION,
    WITHHELD,
    Screening,
    italian_threshold,
)

F = Fraction
NAMES = sorted(LOW_BID_RULES)
SHARE = {"share": F(3, 20)}
PARAMETERS: Mapping[str, Mapping[str, Fraction]] = dict.fromkeys(
    ("portugal_mean_deviation", "below_mean", "below_mean_of_others", "below_median", "below_estimate", "below_second"), SHARE
)


def prices_of(*prices: int | str | Fraction) -> dict[str, Fraction]:
    return {f"b{index:02}": F(price) for index, price in enumerate(prices)}


def screen(name: str, *prices: int | str | Fraction, parameters: Mapping[str, Fraction] | None = None, **more: Any) -> Screening:
    given_ = PARAMETERS.get(name, {}) if parameters is None else parameters
    return LOW_BID_RULES[name].screen(prices_of(*prices), given_, **more)


def flagged(found: Screening) -> list[str]:
    return [flag.bid for flag in found.flags]


# ------------------------------------------------------------------------------------------------------------------------------ Spain


def test_spain_one_bid() -> None:
    """More than 25 units below the budget: 75 of 100 is not more, a cent less is."""
    assert flagged(screen("spain_rlcap_85", 75, estimate=F(100))) == []
    assert flagged(screen("spain_rlcap_85", "74.99", estimate=F(100))) == ["b00"]
    silent = screen("spain_rlcap_85", 50)
    assert (silent.applies, silent.flags) == (False, ())
    assert "no estimate" in silent.because


def test_spain_two_bids() -> None:
    """More than 20 units below the other."""
    assert flagged(screen("spain_rlcap_85", 80, 100)) == []
    found = screen("spain_rlcap_85", 100, "79.99")
    assert flagged(found) == ["b01"]
    assert found.flags[0].threshold == 80
    assert "20.01 % below 100, the other bid" in found.flags[0].reason


def test_spain_three_bids() -> None:
    """10 units below the mean; the highest leaves the mean where it is 10 above; a discount above 25 is flagged in any case."""
    # mean 100: 90 is exactly 10 below
    assert flagged(screen("spain_rlcap_85", 90, 100, 110, estimate=F(110))) == []
    assert flagged(screen("spain_rlcap_85", 88, 102, 110, estimate=F(110))) == ["b00"]
    # mean 103 1/3; 130 is above 113 2/3 and leaves: new mean 90, limit 81
    found = screen("spain_rlcap_85", 85, 95, 130, estimate=F(112))
    assert flagged(found) == []
    assert [line.value for line in found.lines][:3] == [F(310, 3), F(341, 3), 90]
    # the same bids under a budget of 120: 85 is 29 % below it
    assert flagged(screen("spain_rlcap_85", 85, 95, 130, estimate=F(120))) == ["b00"]
    without = screen("spain_rlcap_85", 85, 95, 130)
    assert without.applies
    assert "was not applied" in without.because


def test_spain_three_bids_only_the_highest_leaves() -> None:
    """1, 100, 100: both are 10 above the mean of 67; the text leaves out one."""
    found = screen("spain_rlcap_85", 1, 100, 100, estimate=F(100))
    assert F(101, 2) in [line.value for line in found.lines]
    assert flagged(found) == ["b00"]


def test_spain_four_bids_and_more() -> None:
    """Mean 100, nobody 10 above it: limit 90. With one 10 above: mean of the rest. With fewer than three left: of the three lowest."""
    assert flagged(screen("spain_rlcap_85", 89, 100, 103, 108)) == ["b00"]
    assert flagged(screen("spain_rlcap_85", 90, 100, 102, 108)) == []
    one_above = screen("spain_rlcap_85", 80, 90, 100, 150)  # mean 105, 150 leaves: mean 90, limit 81
    assert flagged(one_above) == ["b00"]
    assert one_above.flags[0].threshold == 81
    few_left = screen("spain_rlcap_85", 60, 60, 120, 121)  # mean 90.25, two are above: the three lowest, mean 80, limit 72
    assert flagged(few_left) == ["b00", "b01"]
    assert few_left.flags[0].threshold == 72
    assert any("three lowest" in line.text for line in few_left.lines)


def test_spain_units_may_be_points_of_the_budget() -> None:
    """Two bids, 100 and 81, budget 120: 19 % below the other, but 15.8 points of discount apart; 75 is 25 % and 20.8 points below."""
    points = {"points_of_budget": F(1)}
    assert flagged(screen("spain_rlcap_85", 100, 79, estimate=F(120))) == ["b01"]
    assert flagged(screen("spain_rlcap_85", 100, 79, parameters=points, estimate=F(120))) == []
    assert flagged(screen("spain_rlcap_85", 100, 75, parameters=points, estimate=F(120))) == ["b01"]
    assert not screen("spain_rlcap_85", 100, 75, parameters=points).applies
    assert LOW_BID_RULES["spain_rlcap_85"].check({"points_of_budget": F(2)})[0].code == "parameter-out-of-range"


# ------------------------------------------------------------------------------------------------------------------------------ Italy


def test_tar_catania() -> None:
    """First threshold 24.74289, sum 284.8671 so 8 × 6 = 48 %, 0.4819 taken off: 24.26099 (TAR Catania 2191/2019, as reported)."""
    spread = F("0.4819") / F(48, 100)
    assert italian_threshold(F("24.74289"), spread, F("284.8671")) == F("24.26099")
    assert low_bids._decimal_digits(F("284.8671")) == (8, 6)
    assert low_bids._decimal_digits(F("284.999")) == (9, 9)
    assert low_bids._decimal_digits(F(284)) == (0, 0)


DISCOUNTS = tuple(
    F(text)
    for text in ["10.5", "11.2", "12.3", "13.1", "14.4", "15.2", "16.6", "17.7", "18.3", "19.9", "20.1", "21.5", "22.8", "23.9", "25.4"]
)


def _italy_by_hand(discounts: tuple[Fraction, ...]) -> Fraction:
    ordered = sorted(discounts)[2:-2]  # 15 bids: a tenth is 1.5, rounded up 2
    total = sum(ordered, F(0))
    mean = total / len(ordered)
    above = [each - mean for each in ordered if each > mean]
    spread = sum(above, F(0)) / len(above)
    digits = f"{float(total):.6f}".split(".")[1]
    return mean + spread - spread * int(digits[0]) * int(digits[1]) / 100


def test_italy_from_fifteen_bids() -> None:
    prices = prices_of(*(1000 - 10 * each for each in DISCOUNTS))
    found = LOW_BID_RULES["italy_97_2"].screen(prices, estimate=F(1000))
    threshold = _italy_by_hand(DISCOUNTS)
    assert found.applies
    assert flagged(found) == [bid for bid, discount in zip(sorted(prices), DISCOUNTS, strict=True) if discount >= threshold]
    assert flagged(found)
    assert found.flags[0].threshold == 1000 * (1 - threshold / 100)
    given_ = dict(zip(sorted(prices), DISCOUNTS, strict=True))
    assert flagged(LOW_BID_RULES["italy_97_2"].screen(prices, discounts=given_)) == flagged(found)


def test_italy_takes_nothing_off_where_a_decimal_of_the_sum_is_0() -> None:
    discounts = (*DISCOUNTS[:2], F("11.48"), *DISCOUNTS[3:])  # the eleven left sum to 191.08: 0 × 8
    names = prices_of(*[1] * 15)
    zero = LOW_BID_RULES["italy_97_2"].screen(names, discounts=dict(zip(names, discounts, strict=True)))
    spread_line = [line for line in zero.lines if line.text.startswith("less S")]
    assert "S × 0 × 8 %" in spread_line[0].text
    first = [line.value for line in zero.lines if line.text.startswith("first threshold")]
    assert spread_line[0].value == first[0]


def test_italy_bids_equal_to_those_set_aside_are_set_aside_too() -> None:
    """Two of each wing are cut; four share the lowest discount, so all four leave and nine are left."""
    discounts = (F(10), F(10), F(10), F(10), *(F(12 + index) for index in range(11)))
    names = prices_of(*[1] * 15)
    found = LOW_BID_RULES["italy_97_2"].screen(names, discounts=dict(zip(names, discounts, strict=True)))
    assert any(line.text.startswith("sum of the 9 discounts") for line in found.lines)


def test_italy_does_not_apply() -> None:
    few = screen("italy_97_2", *range(80, 94), estimate=F(100))
    assert (few.applies, few.flags) == (False, ())
    assert "14" in few.because
    assert not screen("italy_97_2", *range(80, 95)).applies
    assert not screen("italy_97_2", *[90] * 15, estimate=F(100)).applies  # all equal: all are set aside
    partly = LOW_BID_RULES["italy_97_2"].screen(prices_of(*range(80, 95)), discounts={"b00": F(5)})
    assert not partly.applies


def test_italy_old_threshold_has_no_decrement() -> None:
    """Five bids, one cut on either side: 12, 14, 16 left; M 14, S 2, threshold 16."""
    found = screen("italy_mean_plus_spread", 90, 88, 86, 84, 80, estimate=F(100))
    assert flagged(found) == ["b03", "b04"]
    assert found.flags[0].threshold == 84
    assert not screen("italy_mean_plus_spread", 90, 88, 86, 84, estimate=F(100)).applies


def test_four_fifths() -> None:
    """Both at four fifths of the maximum or more."""
    points = {"b00": (F(8, 10), F(8, 10)), "b01": (F(1), F(79, 100)), "b02": (F(79, 100), F(1))}
    found = screen("four_fifths", 80, 90, 100, points=points)
    assert flagged(found) == ["b00"]
    assert found.flags[0].threshold is None
    assert "threshold" not in found.flags[0].letter
    silent = screen("four_fifths", 80, 90, points={"b00": (F(1), F(1))})
    assert not silent.applies
    assert "b01" in silent.because


# ---------------------------------------------------------------------------------------------------------------------------- Ukraine


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [
        (("1100", "1000", "1200"), ("500", "1000", "1100"), ("mean", "next")),
        (("11000", "833", "800"), ("490", "700", "850"), ("next",)),
        (("600", "1000", "1000"), ("600", "857.14", "850"), ("mean",)),
        (("600", "999.99", "1000"), ("600", "857.14", "850"), ()),
        (("185000", "182415", "1000"), ("106500", "107000", "850"), ()),
    ],
)
def test_prozorro_cases(first: tuple[str, ...], last: tuple[str, ...], said: tuple[str, ...]) -> None:
    """The five cases in the tests of openprocurement.api; the bids stand in the order in which they are awarded."""
    found = screen("ukraine", *last, initial=prices_of(*first), order=("b00", "b01", "b02"))
    assert bool(found.flags) == bool(said)
    if said:
        assert flagged(found) == ["b00"]
        reason = found.flags[0].reason
        assert ("the mean of the others" in reason) == ("mean" in said)
        assert ("the next bid" in reason) == ("next" in said)
        assert "one working day" in found.flags[0].letter["time"]


def test_ukraine_without_order_looks_at_the_lowest_price() -> None:
    assert flagged(screen("ukraine", 100, 60, 100)) == ["b01"]
    assert flagged(screen("ukraine", 60, 60, 100)) == []  # next is as low; the mean of the others is 80
    assert flagged(screen("ukraine", 50, 50, 200)) == ["b00", "b01"]  # both lowest, mean of the others 125
    alone = screen("ukraine", 10)
    assert not alone.applies


# --------------------------------------------------------------------------------------------------------------- Belgium, Portugal, own


def test_belgium() -> None:
    """Four bids, mean without lowest and highest 100: 85 is at least 15 % below. The two left out are looked at as well."""
    assert flagged(screen("belgium_36_4", 85, 95, 105, 300)) == ["b00"]
    assert flagged(screen("belgium_36_4", "85.01", 95, 105, 300)) == []
    assert flagged(screen("belgium_36_4", 10, 50, 150, 300)) == ["b00", "b01"]
    assert not screen("belgium_36_4", 10, 50, 150).applies
    seven = screen("belgium_36_4", *range(7))
    assert not seven.applies
    assert "could not be read" in seven.because


@pytest.mark.parametrize(
    ("name", "prices", "more", "expected"),
    [
        ("below_mean", (85, 115), {}, ["b00"]),
        ("below_mean", (86, 114), {}, []),
        ("portugal_mean_deviation", (85, 115), {}, ["b00"]),
        ("below_mean_of_others", (85, 100, 100), {}, ["b00"]),
        ("below_mean_of_others", (86, 100, 100), {}, []),
        ("below_median", (85, 100, 400), {}, ["b00"]),
        ("below_median", (86, 100, 400), {}, []),
        ("below_estimate", (85, 86), {"estimate": F(100)}, ["b00"]),
        ("below_second", (100, 85, 200), {}, ["b01"]),
        ("below_second", (86, 100), {}, []),
    ],
)
def test_share_below(name: str, prices: tuple[int, ...], more: dict[str, Any], expected: list[str]) -> None:
    """15 %: at the limit a bid is flagged, above it not."""
    assert flagged(screen(name, *prices, **more)) == expected


@pytest.mark.parametrize("name", ["below_mean", "below_mean_of_others", "below_median", "below_second", "portugal_mean_deviation"])
def test_one_bid_has_nothing_to_be_compared_with(name: str) -> None:
    found = screen(name, 10)
    assert (found.applies, found.flags) == (False, ())
    assert "no other bid" in found.because


# ------------------------------------------------------------------------------------------------------------- letters, refusals, rules


def test_the_letter_has_its_facts() -> None:
    flag = screen("below_median", 60, 100, 110).flags[0]
    assert flag.letter["bid"] == "b00"
    assert flag.letter["price"] == "60"
    assert flag.reason == "60 is 40 % below 100, the median price"
    assert flag.letter["finding"] == WITHHELD
    assert "threshold" not in flag.letter
    assert flag.letter["question"] == QUESTION
    assert flag.letter["note"] == NOT_A_REJECTION
    assert "Share below the median" in flag.letter["rule"]
    assert [line.text for line in flag.working] == ["the median price", "100 × (1 − 0.15)", "60 ≤ 85"]


def test_a_letter_tells_what_rests_on_the_estimate_alone() -> None:
    for flag in (*screen("below_estimate", 60, estimate=F(100)).flags, *screen("spain_rlcap_85", 60, estimate=F(100)).flags):
        assert flag.letter["finding"] == flag.reason
        assert flag.letter["threshold"] == figure(flag.threshold or F(0))


@pytest.mark.parametrize("name", [name for name in NAMES if name != "below_estimate"])
@pytest.mark.parametrize("count", [1, 2, 3, 15])
def test_a_letter_is_the_same_whatever_others_bid(name: str, count: int) -> None:
    """Two sets of prices of others under which a bid is flagged: nothing in its letter differs."""
    letters = []
    for times in (1, 3):
        prices = {"flagged": F(10), **{f"rival{index:02}": F(times * (100 + index)) for index in range(count)}}
        points = dict.fromkeys(prices, (F(1), F(1)))
        flags = LOW_BID_RULES[name].flags(prices, PARAMETERS.get(name, {}), estimate=F(1000), points=points)
        letters += [dict(flag.letter) for flag in flags if flag.bid == "flagged" and flag.letter["finding"] == WITHHELD]
    assert len(letters) in (0, 2)
    assert all(letter == letters[0] for letter in letters)


@pytest.mark.parametrize("name", NAMES)
def test_no_letter_names_another_bid(name: str) -> None:
    """Who else bid is nobody's business."""
    prices = {"flagged": F(10), **{f"rival{index:02}": F(100 + index) for index in range(15)}}
    points = dict.fromkeys(prices, (F(1), F(1)))
    flags = LOW_BID_RULES[name].flags(prices, PARAMETERS.get(name, {}), estimate=F(120), points=points)
    for flag in flags:
        others = set(prices) - {flag.bid}
        assert not any(other in text for text in flag.letter.values() for other in others)


@pytest.mark.parametrize("name", NAMES)
def test_prices_that_are_missing_or_negative_are_refused(name: str) -> None:
    with pytest.raises(Refused) as caught:
        LOW_BID_RULES[name].screen({"a": None, "b": F(-1), "c": F(0)}, PARAMETERS.get(name, {}), estimate=F(0))
    assert [(fault.bid, fault.code) for fault in caught.value.faults] == [
        ("a", "price-missing"),
        ("b", "price-negative"),
        ("", "estimate-not-positive"),
    ]


@pytest.mark.parametrize("name", NAMES)
def test_zero_prices_crash_nothing(name: str) -> None:
    points = dict.fromkeys(prices_of(*[0] * 16), (F(0), F(0)))
    for count in (0, 1, 2, 3, 4, 5, 6, 15, 16):
        for zeros in (prices_of(*[0] * count), prices_of(*([0] + [100] * (count - 1)) if count else ())):
            LOW_BID_RULES[name].screen(zeros, PARAMETERS.get(name, {}), estimate=F(100), points=points)
            LOW_BID_RULES[name].screen(zeros, PARAMETERS.get(name, {}))


@pytest.mark.parametrize("name", sorted(PARAMETERS))
def test_a_share_must_be_published(name: str) -> None:
    rule = LOW_BID_RULES[name]
    assert [fault.code for fault in rule.check({})] == ["parameter-missing"]
    assert [fault.code for fault in rule.check({"share": F(2)})] == ["parameter-out-of-range"]
    assert [fault.code for fault in rule.check({**SHARE, "other": F(1)})] == ["unknown-parameter"]
    with pytest.raises(Refused, match="share"):
        rule.screen(prices_of(1, 2), {})


def test_every_rule_has_source_and_status() -> None:
    for name, rule in LOW_BID_RULES.items():
        assert rule.name == name
        assert rule.source
        if rule.source.startswith("Ours"):
            assert rule.status == "proposed"
    assert not set(LOW_BID_RULES) & set(LOW_BID_RULES_NOT_AVAILABLE)
    assert "italy_97_2_bis" in LOW_BID_RULES_NOT_AVAILABLE


# ---------------------------------------------------------------------------------------------------------- what holds for any prices

price = st.fractions(1, 300, max_denominator=20)
bids = st.dictionaries(st.integers(0, 99).map(lambda number: f"b{number:02}"), price, min_size=1, max_size=20)
any_rule = st.sampled_from(NAMES)


def _points(prices: Mapping[str, Fraction]) -> dict[str, tuple[Fraction, Fraction]]:
    return {bid: (min(prices.values()) / price, F(9, 10)) for bid, price in prices.items()}


@given(any_rule, bids, st.randoms(use_true_random=False))
def test_order_changes_nothing(name: str, prices: dict[str, Fraction], rng: random.Random) -> None:
    names = list(prices)
    rng.shuffle(names)
    shuffled = {bid: prices[bid] for bid in names}
    rule, given_, points = LOW_BID_RULES[name], PARAMETERS.get(name, {}), _points(prices)
    one, other = (rule.screen(each, given_, estimate=F(310), points=points) for each in (prices, shuffled))
    assert repr(one) == repr(other)


@given(any_rule, bids, st.fractions(F(1, 100), 100, max_denominator=100).filter(bool))
def test_currency_changes_no_flag(name: str, prices: dict[str, Fraction], rate: Fraction) -> None:
    given_, points = PARAMETERS.get(name, {}), _points(prices)
    one = LOW_BID_RULES[name].screen(prices, given_, estimate=F(310), points=points)
    moved = {bid: price * rate for bid, price in prices.items()}
    other = LOW_BID_RULES[name].screen(moved, given_, estimate=F(310) * rate, points=points)
    assert flagged(one) == flagged(other)


@given(st.sampled_from([name for name in NAMES if name not in ("ukraine", "below_second")]), bids)
def test_a_lower_price_is_never_flagged_less(name: str, prices: dict[str, Fraction]) -> None:
    """Whoever bids at or below a flagged price is flagged too; Ukraine and 'second' look at the first bid alone."""
    found = LOW_BID_RULES[name].screen(prices, PARAMETERS.get(name, {}), estimate=F(310), points=_points(prices))
    marked = {flag.bid for flag in found.flags}
    for flag in found.flags:
        for bid, each in prices.items():
            if each <= flag.price:
                assert bid in marked


@given(any_rule, bids)
def test_flags_exclude_nobody_and_explain_themselves(name: str, prices: dict[str, Fraction]) -> None:
    found = LOW_BID_RULES[name].screen(prices, PARAMETERS.get(name, {}), estimate=F(310), points=_points(prices))
    assert found.because
    assert found.applies or not found.flags
    for flag in found.flags:
        assert flag.reason
        assert flag.working
        assert flag.price == prices[flag.bid]
        assert NOT_A_REJECTION in flag.letter.values()


# ------------------------------------------------------------------------------------------------- the arithmetic, line by line, by hand

M, P, N = "money", "%", ""
WORKING: tuple[tuple[str, dict[str, int], dict[str, Any], str, str | None, list[tuple[str, str | None, str]]], ...] = (
    (
        "spain_rlcap_85",
        {"z": 70},
        {"estimate": F(100)},
        "z",
        "75",
        [("limit for one bid: 100 less 25 units", "75", M), ("70 < 75", "70", M)],
    ),
    ("spain_rlcap_85", {"a": 100, "z": 70}, {}, "z", "80", [("limit for two bids: 100 less 20 units", "80", M), ("70 < 80", "70", M)]),
    (
        "spain_rlcap_85",
        {"z": 60, "b": 100, "a": 130},
        {"estimate": F(140)},
        "b",
        "105",
        [
            ("mean of 3 bids", "290/3", M),
            ("above ≈ 106.333333, the mean and 10 units: a", "319/3", M),
            ("new mean of b, z", "80", M),
            ("limit: 80 less 10 units", "72", M),
            ("limit for any bid: 140 less 25 units", "105", M),
            ("100 < 105", "100", M),
        ],
    ),
    (
        "spain_rlcap_85",
        {"z": 60, "y": 61, "a": 120, "b": 121},
        {},
        "y",
        "72.3",
        [
            ("mean of 4 bids", "90.5", M),
            ("above 99.55, the mean and 10 units: a, b", "99.55", M),
            ("fewer than three are left: the three lowest are taken", None, N),
            ("new mean of a, y, z", "241/3", M),
            ("limit: ≈ 80.333333 less 10 units", "72.3", M),
            ("61 < 72.3", "61", M),
        ],
    ),
    (
        "italy_mean_plus_spread",
        {"a": 90, "b": 88, "c": 86, "d": 84, "z": 80},
        {"estimate": F(100)},
        "z",
        "84",
        [
            ("10 % of 5 bids on either side, rounded up: 1; so are bids equal to those set aside", None, N),
            ("sum of the 3 discounts left", "42", P),
            ("mean M", "14", P),
            ("mean excess S of the 1 above M", "2", P),
            ("first threshold M + S", "16", P),
            ("20 ≥ 16", "20", P),
        ],
    ),
    (
        "four_fifths",
        {"z": 50},
        {"points": {"z": (F(1), F(9, 10))}},
        "z",
        None,
        [("price points 1 ≥ 0.8", "1", "of 1"), ("all others 0.9 ≥ 0.8", "0.9", "of 1")],
    ),
    (
        "ukraine",
        {"a": 100, "z": 50, "m": 90},
        {},
        "z",
        "63",
        [
            ("mean of the others' first prices", "95", M),
            ("1 − 50 / 95, compared with 0.4", "9/19", N),
            ("1 − 50 / 90, compared with 0.3", "4/9", N),
        ],
    ),
    (
        "belgium_36_4",
        {"z": 50, "a": 100, "b": 110, "c": 300},
        {},
        "z",
        "89.25",
        [("mean of 2 bids, without the lowest and the highest", "105", M), ("105 × 0.85", "89.25", M), ("50 ≤ 89.25", "50", M)],
    ),
    (
        "below_second",
        {"z": 50, "a": 100},
        {},
        "z",
        "85",
        [("second lowest price, bid a", "100", M), ("100 × (1 − 0.15)", "85", M), ("50 ≤ 85", "50", M)],
    ),
    ("below_mean_of_others", {"z": 50, "a": 100}, {}, "z", "85", [("mean of the others 100 × (1 − 0.15)", "85", M), ("50 ≤ 85", "50", M)]),
)


@pytest.mark.parametrize(("name", "prices", "more", "bid", "threshold", "lines"), WORKING)
def test_every_line_of_the_arithmetic(
    name: str, prices: dict[str, int], more: dict[str, Any], bid: str, threshold: str | None, lines: list[tuple[str, str | None, str]]
) -> None:
    """Worked by hand; bids are not in the order of their prices, so that nothing may rest on names."""
    rule = LOW_BID_RULES[name]
    exact = {each: F(price) for each, price in prices.items()}
    flag = next(flag for flag in rule.flags(exact, PARAMETERS.get(name, {}), **more) if flag.bid == bid)
    assert flag.threshold == (None if threshold is None else F(threshold))
    expected = [(text, None if value is None else F(value), unit) for text, value, unit in lines]
    assert [(line.text, line.value, line.unit) for line in flag.working] == expected
    assert flag.letter["rule"] == f"{rule.title}: {rule.rule}"
    assert flag.letter["source"] == rule.source


def test_reasons_of_two_findings_and_of_scores() -> None:
    both = LOW_BID_RULES["ukraine"].flags({"a": F(100), "z": F(40), "m": F(80)})[0].reason
    assert both == "40 is ≈ 55.555556 % below 90, the mean of the others; 40 is 50 % below 80, the next bid"
    scores = LOW_BID_RULES["four_fifths"].flags({"z": F(50)}, points={"z": (F(1), F(9, 10))})[0].reason
    assert scores == "100 % of the price points and 90 % of all others, both at least 80 %"
    discounts = LOW_BID_RULES["italy_mean_plus_spread"].flags(prices_of(90, 88, 86, 84, 80), estimate=F(100))[1].reason
    assert discounts == "a discount of 20 % reaches the threshold of 16 %"
    empty = LOW_BID_RULES["below_mean"].screen({}, SHARE)
    assert (empty.applies, empty.because) == (False, "there is no admitted bid")


def test_prices_below_one_are_compared_like_any_other() -> None:
    """A price of a tenth of a cent is above 0."""
    assert flagged(screen("ukraine", "0.1", "0.2", "0.3")) == ["b00"]
