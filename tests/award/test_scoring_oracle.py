"""1,000 random procedures: totals and ranks of the core equal those of a slow second implementation, exactly."""

from __future__ import annotations

import sys
from collections import Counter
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))
from random_procedures import given
from slow_oracle import ranks_and_totals


@pytest.mark.parametrize("start", range(0, 1000, 100))
def test_totals_and_ranks_agree(start: int) -> None:
    for seed in range(start, start + 100):
        case = given(seed)
        ranks, totals = ranks_and_totals(case)
        lot = case.award().lots[0]
        assert {each.bid: each.rank for each in lot.ranking} == ranks, seed
        assert {each.bid: each.total for each in lot.ranking} == totals, seed
        assert lot.status == ("no_bids" if not ranks else "tied" if sum(rank == 1 for rank in ranks.values()) > 1 else "ranked"), seed


def test_the_random_procedures_reach_every_rule() -> None:
    seen: Counter[str] = Counter()
    for seed in range(300):
        case = given(seed)
        rules = case.data["rules"]
        lot = case.award().lots[0]
        seen[rules["aggregation"]] += 1
        seen[rules["threshold_when"]] += 1
        seen[rules["rounding"]["at"] + rules["rounding"]["mode"]] += 1
        seen[lot.status] += 1
        seen.update(each.status for each in lot.standings)
        seen["tie settled" if any(tie.settled for tie in lot.ties) else "-"] += 1
    for name in ("consensus", "mean", "median", "trimmed_mean", "before_rescaling", "after_rescaling", "criterionhalf_even", "totaldown"):
        assert seen[name] >= 10, name
    for name in ("ranked", "below_threshold", "no_bids"):
        assert seen[name] >= 5, name
