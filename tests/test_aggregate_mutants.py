"""Means and other ways over siblings that may or may not apply: every choice of them tried out, and the same for columns."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import combinations
from random import Random

import numpy as np
import pytest

from tenderloop.aggregate import Part, Way, combine, combine_columns, rating

WAYS: tuple[Way, ...] = ("mean", "sum", "minimum", "product", "geometric")


def part(low: int, high: int, weight: str = "1", applies: bool | None = True) -> Part:
    return Part(Fraction(low), Fraction(high), Fraction(weight), applies)


def by_hand(way: Way, scores: Sequence[tuple[Fraction, Fraction]]) -> float:
    """The score of (score, weight) pairs that apply, worked out afresh in floats."""
    weight = float(sum(each for _, each in scores))
    if way == "mean":
        return float(sum(score * each for score, each in scores)) / weight
    if way == "sum":
        return min(100.0, float(sum(score * each for score, each in scores)))
    if way == "minimum":
        return float(min(score for score, _ in scores))
    if way == "product":
        return 100.0 * math.prod(float(score) / 100 for score, _ in scores)
    return 100.0 * math.prod(math.pow(float(score) / 100, float(each) / weight) for score, each in scores)


def choices(parts: Sequence[Part]) -> Iterator[list[Part]]:
    """Every set of parts that may turn out to apply."""
    sure = [each for each in parts if each.applies is True and each.weight > 0]
    maybe = [each for each in parts if each.applies is None and each.weight > 0]
    for size in range(len(maybe) + 1):
        for chosen in combinations(maybe, size):
            if sure or chosen:
                yield [*sure, *chosen]


@pytest.mark.parametrize(
    ("way", "low", "high"),
    [("mean", "70", "75"), ("sum", "100", "100"), ("minimum", "40", "60"), ("product", "32", "48")],
)
def test_two_parts_by_hand(way: Way, low: str, high: str) -> None:
    found = combine(way, [part(40, 60), part(80, 80, "3")])
    assert found == Part(Fraction(low), Fraction(high), Fraction(1), True)


def test_a_sum_of_weighted_points() -> None:
    assert combine("sum", [part(40, 60, "0.5"), part(80, 90, "0.3")]) == Part(Fraction(44), Fraction(57), Fraction(1), True)


def test_a_geometric_mean() -> None:
    found = combine("geometric", [part(25, 36), part(100, 100)])
    assert found is not None
    assert (found.low, found.high) == (Fraction(50), Fraction(60))
    nothing = combine("geometric", [part(0, 100), part(100, 100)])
    assert nothing is not None
    assert (nothing.low, nothing.high) == (Fraction(0), Fraction(100))
    assert combine("geometric", [part(1, 1), part(1, 1), part(1, 1)]) == Part(Fraction(1), Fraction(1), Fraction(1), True)


def test_what_does_not_apply_or_weighs_nothing_is_left_out() -> None:
    for way in WAYS:
        assert combine(way, [part(90, 90), part(10, 20, applies=False), part(5, 7, "0"), part(3, 4, "0", None)]) == part(90, 90)
        assert combine(way, [part(10, 20, applies=False), part(5, 7, "0"), part(5, 7, "0", None)]) is None
        assert combine(way, []) is None


def test_whether_the_parent_applies() -> None:
    surely, perhaps = combine("mean", [part(50, 50), part(100, 100, "1", None)]), combine("mean", [part(50, 50, "1", None)])
    assert surely is not None
    assert perhaps is not None
    assert (surely.applies, perhaps.applies) == (True, None)
    assert (surely.low, surely.high) == (Fraction(50), Fraction(75))
    assert surely.weight == 1
    assert perhaps == part(50, 50, applies=None)


ANSWERS: tuple[bool | None, ...] = (True, True, None, None, False)


def some_parts(rng: Random, answers: Sequence[bool | None], weights: Sequence[str]) -> list[Part]:
    """One part for each weight; round scores, so that equal ones and zeros come up."""
    return [part(low, rng.randrange(low, 101, 5), weight, rng.choice(answers)) for weight in weights for low in [rng.randrange(0, 101, 5)]]


@pytest.mark.parametrize("way", WAYS)
def test_the_range_covers_every_choice_and_no_more(way: Way) -> None:
    rng = Random(7)
    for _ in range(150):
        weights = [rng.choice(("0", "0.5", "1", "3")) for _ in range(rng.randint(1, 5))]
        parts = some_parts(rng, rng.choice((ANSWERS, (None,))), weights)
        possible = list(choices(parts))
        found = combine(way, parts)
        if not possible:
            assert found is None
            continue
        assert found is not None
        lows = [by_hand(way, [(each.low, each.weight) for each in chosen]) for chosen in possible]
        highs = [by_hand(way, [(each.high, each.weight) for each in chosen]) for chosen in possible]
        assert float(found.low) == pytest.approx(min(lows), abs=1e-8), parts
        assert float(found.high) == pytest.approx(max(highs), abs=1e-8), parts
        assert found.applies is (True if any(each.applies and each.weight > 0 for each in parts) else None)


def test_the_least_sum_is_one_light_part_when_none_is_sure_to_apply() -> None:
    heavy, light = part(10, 10, "5", None), part(20, 20, "1", None)
    assert combine("sum", [heavy, light]) == Part(Fraction(20), Fraction(70), Fraction(1), None)


SIGNS = {True: 1, False: 0, None: -1}
MIXES: tuple[tuple[bool | None, ...], ...] = (ANSWERS, (True,), (None,), (None, False), (True, False), (True, None))


def assert_columns_agree(way: Way, cases: Sequence[Sequence[Part]], *, one_array: bool = False) -> None:
    """Cases side by side as columns give what each gives alone; what was handed in stays as it was, and nothing warns."""
    applies = np.array([[SIGNS[each.applies] for each in case] for case in cases], dtype=np.int8).T
    lows = np.array([[float(each.low) if each.applies is not False else math.nan for each in case] for case in cases]).T
    highs = (
        lows
        if one_array
        else np.array([[float(each.high) if each.applies is not False else math.nan for each in case] for case in cases]).T
    )
    given_lows, given_highs = lows.copy(), highs.copy()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        low, high, applied = combine_columns(way, lows, highs, [each.weight for each in cases[0]], applies)
    assert low.shape == high.shape == applied.shape == (len(cases),)
    assert (low.dtype, high.dtype, applied.dtype) == (np.float64, np.float64, np.int8)
    for place, case in enumerate(cases):
        alone = combine(way, case)
        if alone is None:
            assert math.isnan(low[place])
            assert math.isnan(high[place])
            assert applied[place] == 0
        else:
            assert low[place] == pytest.approx(float(alone.low), abs=1e-8), case
            assert high[place] == pytest.approx(float(alone.high), abs=1e-8), case
            assert applied[place] == SIGNS[alone.applies]
    np.testing.assert_array_equal(lows, given_lows)
    np.testing.assert_array_equal(highs, given_highs)


@pytest.mark.parametrize("way", WAYS)
def test_columns_give_what_each_case_gives_alone(way: Way) -> None:
    rng = Random(11)
    for answers in MIXES * 6:
        weights = [rng.choice(("0.5", "1", "2.5")) for _ in range(rng.randint(1, 4))]
        assert_columns_agree(way, [some_parts(rng, answers, weights) for _ in range(rng.randint(1, 6))])
    # one column in which nothing applies beside one in which something may
    assert_columns_agree(way, [[part(40, 60, applies=False), part(20, 80, applies=False)], [part(40, 60), part(20, 80, applies=None)]])
    assert_columns_agree(
        way, [[part(40, 60, applies=False), part(20, 80, applies=False)], [part(40, 60, applies=None), part(20, 80, applies=None)]]
    )


@pytest.mark.parametrize("way", WAYS)
def test_one_array_for_both_ends(way: Way) -> None:
    """The registry hands the same array twice when nothing is open; doubt about whether a part applies still opens the range."""
    for applies in (True, None):
        parts = [part(40, 40), part(90, 90, "2", applies), part(10, 10, "0.5", applies)]
        assert_columns_agree(way, [parts, parts], one_array=True)


BANDS = [(Fraction(0), "C"), (Fraction(40), "B"), (Fraction(80), "A")]


def test_a_band_begins_at_its_own_score() -> None:
    found = [rating(Fraction(score), {}, BANDS, {}) for score in ("0", "39.999", "40", "79.999", "80", "100")]
    assert found == ["C", "C", "B", "B", "A", "A"]


def test_least_scores_of_outcomes() -> None:
    minima = {"A": {"es": Fraction(50), "se": Fraction(30)}}

    def of(es: str, se: str) -> str:
        return rating(Fraction(85), {"es": Fraction(es), "se": Fraction(se)}, BANDS, minima)

    assert [of("50", "30"), of("49.99", "30"), of("50", "29.99"), of("0", "0")] == ["A", "B", "B", "B"]
    assert rating(Fraction(85), {"es": Fraction(50)}, BANDS, minima) == "A"  # an outcome that does not apply asks nothing
    assert rating(Fraction(85), {}, BANDS, {"A": {}}) == "A"
    only_middle = {"B": {"es": Fraction(50)}}
    assert rating(Fraction(85), {"es": Fraction(0)}, BANDS, only_middle) == "A"
    assert rating(Fraction(60), {"es": Fraction(0)}, BANDS, only_middle) == "C"


def test_a_part_applies_unless_said_otherwise() -> None:
    assert Part(Fraction(1), Fraction(2), Fraction(1)).applies is True


def test_nothing_lies_below_the_lowest_rating() -> None:
    assert rating(Fraction(10), {"es": Fraction(0)}, BANDS, {"C": {"es": Fraction(50)}}) == "C"
