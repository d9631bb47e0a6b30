"""Rank acceptability and columns: against slow loops, against two libraries, and at the edges. Everything here is floating point."""

from __future__ import annotations

import copy
import random
import sys
import warnings
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tenderloop.award.simulation import (
    LABEL,
    Acceptability,
    draw_weights,
    rank_acceptability,
    rank_counts,
    score_columns,
)

sys.path.insert(0, str(Path(__file__).parent))
from random_procedures import given


def ranked(totals: list[float]) -> list[int]:
    """Ranks from 1, equal totals together."""
    return [1 + sum(other > own + 1e-9 for other in totals) for own in totals]


def test_counts_are_those_of_a_slow_loop() -> None:
    draw = random.Random(3)
    scores = np.array([[draw.randint(0, 4) * 25.0 for _ in range(6)] for _ in range(5)])
    weights = draw_weights([0.3, 0.2, 0.2, 0.1, 0.1, 0.1], 500, seed=4)
    counts, alone = rank_counts(scores, weights)
    slow = np.zeros((5, 5), dtype=int)
    first = [0] * 5
    for row in weights:
        ranks = ranked([sum(a * b for a, b in zip(line, row, strict=True)) for line in scores])
        for bid, rank in enumerate(ranks):
            slow[bid, rank - 1] += 1
        if ranks.count(1) == 1:
            first[ranks.index(1)] += 1
    assert counts.tolist() == slow.tolist()
    assert alone.tolist() == first


def test_the_same_seed_gives_the_same_draws_and_another_seed_others() -> None:
    assert (draw_weights([0.6, 0.4], 50, seed=1) == draw_weights([0.6, 0.4], 50, seed=1)).all()
    assert (draw_weights([0.6, 0.4], 50, seed=1) != draw_weights([0.6, 0.4], 50, seed=2)).any()


def test_draws_have_the_published_mean_and_the_stated_width() -> None:
    shares = np.array([0.5, 0.3, 0.2])
    drawn = draw_weights(shares, 40_000, concentration=100)
    assert np.allclose(drawn.sum(axis=1), 1)
    assert np.allclose(drawn.mean(axis=0), shares, atol=0.002)
    assert np.allclose(drawn.std(axis=0), np.sqrt(shares * (1 - shares) / 101), rtol=0.03)


def test_bounds_hold_before_the_sum_is_brought_back_to_one() -> None:
    drawn = draw_weights([0.5, 0.5], 5000, around="bounds", spread=0.1)
    ratio = drawn[:, 0] / drawn[:, 1]
    assert np.allclose(drawn.sum(axis=1), 1)
    assert ratio.min() >= 0.9 / 1.1 - 1e-12
    assert ratio.max() <= 1.1 / 0.9 + 1e-12
    assert ratio.min() < 0.85
    assert ratio.max() > 1.18


@pytest.mark.parametrize("shares", [[], [0.0, 0.0], [-1.0, 2.0], [float("nan"), 1.0], [float("inf"), 1.0]])
def test_weights_that_mean_nothing_are_refused(shares: list[float]) -> None:
    with pytest.raises(ValueError, match="weights"):
        draw_weights(shares, 10)
    with pytest.raises(ValueError, match="weight"):
        score_columns(np.ones((2, len(shares))), shares)


@pytest.mark.parametrize("settings", [{"concentration": 0}, {"around": "bounds", "spread": 1.5}, {"around": "bounds", "spread": -0.1}])
def test_widths_that_mean_nothing_are_refused(settings: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"concentration|spread"):
        draw_weights([1.0], 10, **settings)


def test_a_missing_score_is_refused_in_draws_and_has_no_rank_in_columns() -> None:
    scores = np.array([[1.0, np.nan], [2.0, 3.0]])
    with pytest.raises(ValueError, match="missing"):
        rank_counts(scores, np.array([[0.5, 0.5]]))
    found = score_columns(scores, [0.5, 0.5])
    assert found.ranks.tolist() == [0, 1]
    assert np.isnan(found.totals[0])


def test_columns_share_ranks_where_totals_are_equal_though_added_up_in_another_order() -> None:
    scores = np.array([[10.0, 20.0, 30.0], [30.0, 20.0, 10.0], [20.0, 20.0, 20.0], [5.0, 5.0, 5.0]])
    assert score_columns(scores, [0.1, 0.1, 0.1]).ranks.tolist() == [1, 1, 1, 4]
    assert score_columns(np.empty((0, 2)), [1, 1]).ranks.size == 0


def test_many_alternatives_are_ranked_as_by_a_slow_loop() -> None:
    rng = np.random.default_rng(1)
    scores = np.round(rng.random((300, 4)) * 5) * 20
    found = score_columns(scores, [4, 3, 2, 1])
    assert found.ranks.tolist() == ranked((scores @ np.array([0.4, 0.3, 0.2, 0.1])).tolist())


def test_acceptability_of_an_award_says_that_it_is_a_simulation_and_reads_back_equal() -> None:
    for seed in range(40):
        case = given(seed)
        lot = case.award().lots[0]
        found = rank_acceptability(case.procedure, lot, draws=200)
        assert found.label == LABEL
        assert "simulation" in found.label
        assert Acceptability.model_validate_json(found.model_dump_json()) == found
        ranks = {each.bid for each in lot.standings if each.rank is not None}
        assert set(found.bids) == ranks
        for rank in range(1, len(ranks) + 1):
            assert 0 <= found.share(found.bids[0], rank) <= 1
        assert all(sum(row) == 200 for row in found.counts.values())
        if ranks:
            assert "simulation" in found.statement


def test_draws_that_hardly_move_give_the_ranking_itself() -> None:
    checked = 0
    for seed in range(200):
        case = given(seed)
        if case.data["rules"]["rounding"]["at"] != "none":
            continue
        lot = case.award().lots[0]
        totals = {each.bid: each.total for each in lot.ranking}
        near = sorted(value for value in totals.values() if value is not None)
        if any(after - before < Fraction(1, 1000) for before, after in pairwise(near)):
            continue
        found = rank_acceptability(case.procedure, lot, draws=20, around="bounds", spread=Fraction(1, 10**9))
        for each in lot.ranking:
            assert each.rank is not None
            assert found.counts[each.bid][each.rank - 1] == 20, (seed, each.bid)
            checked += 1
    assert checked > 100


def test_rescaled_groups_are_rescaled_in_every_draw() -> None:
    seen = 0
    for seed in range(120):
        case = given(seed)
        if not any(each.get("rescale") and "criteria" in each for each in case.data["lots"][0]["criteria"]):
            continue
        lot = case.award().lots[0]
        if len(lot.ranking) < 2:
            continue
        found = rank_acceptability(case.procedure, lot, draws=60, seed=seed)
        leaves = [each for each in lot.criteria if each.leaf]
        weights = draw_weights([float(each.share or 0) for each in leaves], 60, seed=seed)
        slow: dict[str, list[int]] = {bid: [0] * len(found.bids) for bid in found.bids}
        for row in weights:
            by_leaf = dict(zip([each.id for each in leaves], row, strict=True))
            totals = [_slow_total(case.data["lots"][0]["criteria"], lot, found.bids, bid, by_leaf) for bid in found.bids]
            for bid, rank in zip(found.bids, ranked(totals), strict=True):
                slow[bid][rank - 1] += 1
        assert {bid: list(row) for bid, row in found.counts.items()} == slow, seed
        seen += 1
    assert seen > 5


def _slow_total(criteria: list[dict[str, Any]], lot: Any, bids: tuple[str, ...], bid: str, weights: dict[str, float]) -> float:
    total = 0.0
    for each in criteria:
        if "criteria" not in each:
            total += weights[each["id"]] * float(lot.leaf_of[bid, each["id"]].score)
            continue
        sums = {
            other: sum(weights[leaf["id"]] * float(lot.leaf_of[other, leaf["id"]].score) for leaf in each["criteria"]) for other in bids
        }
        best = max(sums.values())
        whole = sum(weights[leaf["id"]] for leaf in each["criteria"])
        total += sums[bid] * 100 * whole / best if each.get("rescale") and best > 0 else sums[bid]
    return total


def test_totals_agree_with_pymcdm_and_scikit_criteria_on_1000_random_procedures() -> None:
    skcriteria = pytest.importorskip("skcriteria")
    from pymcdm.methods import WSM
    from skcriteria.agg.simple import WeightedSumModel

    def as_it_is(matrix: Any, cost: bool = False) -> Any:
        return matrix  # scores are of 100 already

    compared = 0
    for seed in range(1000):
        case = given(seed)
        data = copy.deepcopy(case.data)
        data["rules"]["rounding"] = {"at": "none"}
        for each in data["lots"][0]["criteria"]:
            if "criteria" in each:
                each.pop("rescale", None)  # a rescaled group is no plain weighted sum
        result = case.changed(data=data).award().lots[0]
        if not result.ranking:
            continue
        leaves = [each for each in result.criteria if each.leaf]
        bids = sorted(each.bid for each in result.ranking)
        matrix = np.array([[float(result.leaf_of[bid, leaf.id].score or 0) for leaf in leaves] for bid in bids])
        shares = np.array([float(leaf.share or 0) for leaf in leaves])
        ours = np.array([float(result.standing_of[bid].total or 0) for bid in bids])
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            theirs = WSM(normalization_function=as_it_is)(matrix, shares, np.ones(len(leaves)))
            ranking = WeightedSumModel().evaluate(skcriteria.mkdm(matrix, [max] * len(leaves), weights=shares))
        assert np.allclose(ours, theirs, rtol=0, atol=1e-9), seed
        assert np.allclose(ours, ranking.e_.score, rtol=0, atol=1e-9), seed
        assert np.allclose(ours, score_columns(matrix, shares).totals, rtol=0, atol=1e-8), seed
        compared += 1
    assert compared >= 900
