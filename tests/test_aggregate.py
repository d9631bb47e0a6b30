"""How siblings become one score: checked against every choice of what may apply, and a score against the ladder."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations
from random import Random
from typing import get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tenderloop.aggregate import Part, Way, combine, combine_columns, rating

WAYS: tuple[Way, ...] = get_args(Way)
SEEDS = given(seed=st.integers(0, 2**63))


def part(low: int, high: int | None = None, weight: int = 1, applies: bool | None = True) -> Part:
    return Part(Fraction(low), Fraction(low if high is None else high), Fraction(weight), applies)


def random_parts(rng: Random) -> list[Part]:
    parts = []
    for _ in range(rng.randint(1, 5)):
        low = 5 * rng.randint(0, 20)
        parts.append(part(low, min(100, low + 5 * rng.randint(0, 5)), rng.randint(1, 4), rng.choice((True, True, None, None, False))))
    return parts


def by_hand(way: Way, scores: Sequence[tuple[Fraction, Fraction]]) -> float:
    """The definition of each way, in floats."""
    pairs = [(float(score), float(weight)) for score, weight in scores]
    total = sum(weight for _, weight in pairs)
    if way == "mean":
        return sum(score * weight for score, weight in pairs) / total
    if way == "sum":
        return min(100.0, sum(score * weight for score, weight in pairs))
    if way == "minimum":
        return min(score for score, _ in pairs)
    if way == "product":
        return float(100 * np.prod([score / 100 for score, _ in pairs]))
    return float(100 * np.prod([(score / 100) ** (weight / total) for score, weight in pairs]))


@pytest.mark.parametrize("way", WAYS)
@SEEDS
def test_the_range_covers_every_choice_of_what_may_apply_and_no_more(way: Way, seed: int) -> None:
    parts = random_parts(Random(seed))
    found = combine(way, parts)
    sure = [each for each in parts if each.applies is True]
    maybe = [each for each in parts if each.applies is None]
    choices = [[*sure, *some] for count in range(len(maybe) + 1) for some in combinations(maybe, count) if sure or some]
    if not choices:
        assert found is None
        return
    assert found is not None
    lows = [by_hand(way, [(each.low, each.weight) for each in choice]) for choice in choices]
    highs = [by_hand(way, [(each.high, each.weight) for each in choice]) for choice in choices]
    assert float(found.low) == pytest.approx(min(lows), abs=1e-9)
    assert float(found.high) == pytest.approx(max(highs), abs=1e-9)
    assert found.applies is (True if sure else None)
    assert found.weight == 1


@pytest.mark.parametrize("way", WAYS)
@SEEDS
def test_columns_and_single_cases_add_up_alike(way: Way, seed: int) -> None:
    rng = Random(seed)
    weights = [Fraction(rng.randint(1, 4)) for _ in range(rng.randint(1, 5))]
    cases = []
    for _ in range(6):
        lows = [5 * rng.randint(0, 20) for _ in weights]
        cases.append(
            [
                Part(Fraction(low), Fraction(min(100, low + 5 * rng.randint(0, 5))), weight, rng.choice((True, None, False)))
                for low, weight in zip(lows, weights, strict=True)
            ]
        )
    code = {True: 1, None: -1, False: 0}
    lows_of = np.array([[float(case[row].low) for case in cases] for row in range(len(weights))])
    highs_of = np.array([[float(case[row].high) for case in cases] for row in range(len(weights))])
    applies = np.array([[code[case[row].applies] for case in cases] for row in range(len(weights))], dtype=np.int8)
    low, high, applied = combine_columns(way, lows_of, highs_of, weights, applies)
    for place, case in enumerate(cases):
        alone = combine(way, case)
        if alone is None:
            assert applied[place] == 0
        else:
            assert applied[place] == code[alone.applies]
            assert low[place] == pytest.approx(float(alone.low), abs=1e-9)
            assert high[place] == pytest.approx(float(alone.high), abs=1e-9)


def test_a_weighted_mean_is_exact() -> None:
    found = combine("mean", [part(100, weight=1), part(0, weight=2)])
    assert found == Part(Fraction(100, 3), Fraction(100, 3), Fraction(1), True)


def test_a_geometric_mean_is_rounded_once_so_that_equal_scores_keep_their_score() -> None:
    found = combine("geometric", [part(50, weight=1), part(50, weight=2), part(50, weight=4)])
    assert found is not None
    assert found.low == 50
    assert combine("geometric", [part(100), part(100)]) == part(100)
    assert combine("geometric", [part(0), part(100)]) == part(0)
    mean = combine("geometric", [part(20), part(80)])
    assert mean is not None
    assert mean.low == 40


def test_a_sum_ends_at_a_hundred() -> None:
    assert combine("sum", [part(60), part(70)]) == part(100)
    assert combine("sum", [part(60), part(30)]) == part(90)


def test_what_has_no_weight_and_what_does_not_apply_counts_for_nothing() -> None:
    assert combine("mean", []) is None
    assert combine("mean", [part(50, weight=0)]) is None
    assert combine("mean", [part(50, applies=False)]) is None
    assert combine("minimum", [part(50), part(10, weight=0), part(20, applies=False)]) == part(50)


def test_one_that_may_apply_and_no_other_may_come_out_as_itself_or_not_at_all() -> None:
    found = combine("mean", [part(30, 60, applies=None)])
    assert found == part(30, 60, applies=None)


# -------------------------------------------------------------------------------------------------------------------------- ratings

BANDS = [(Fraction(0), "C"), (Fraction(50), "B"), (Fraction(80), "A")]


@pytest.mark.parametrize(("score", "expected"), [("0", "C"), ("499/10", "C"), ("50", "B"), ("79.99", "B"), ("80", "A"), ("100", "A")])
def test_a_rating_begins_at_its_band(score: str, expected: str) -> None:
    assert rating(Fraction(score), {}, BANDS, {}) == expected


def test_a_rating_needs_its_minima_but_asks_nothing_of_an_outcome_that_does_not_apply() -> None:
    minima = {"A": {"es": Fraction(50), "se": Fraction(40)}}
    assert rating(Fraction(90), {"es": Fraction(50), "se": Fraction(40)}, BANDS, minima) == "A"
    assert rating(Fraction(90), {"es": Fraction(49), "se": Fraction(40)}, BANDS, minima) == "B"
    assert rating(Fraction(90), {"es": Fraction(50)}, BANDS, minima) == "A"
    assert rating(Fraction(60), {"es": Fraction(0)}, BANDS, minima) == "B"
