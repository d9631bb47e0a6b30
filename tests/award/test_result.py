"""What a result holds: every number with its arithmetic, and enough to be checked by hand."""

from __future__ import annotations

import json
import sys
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest
from pydantic import ValidationError

from tenderloop.award.result import AwardResult

sys.path.insert(0, str(Path(__file__).parent))
from random_procedures import given

SEEDS = range(60)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_arithmetic_of_every_score_ends_in_the_score(seed: int) -> None:
    for lot in given(seed).award().lots:
        for leaf in lot.leaves:
            if leaf.status != "scored":
                assert leaf.points is None
                continue
            assert leaf.working
            assert all(line.text for line in leaf.working)
            if leaf.points is not None and leaf.score is not None:
                ranked = lot.standing_of[leaf.bid].unrounded is not None
                assert not ranked or leaf.working[-1].value == leaf.points
                assert leaf.score in {line.value for line in leaf.working}
        for standing in lot.ranking:
            assert standing.working[-1].value == standing.total


@pytest.mark.parametrize("seed", SEEDS)
def test_the_ten_operations_are_told_in_order_and_nobody_comes_back(seed: int) -> None:
    for lot in given(seed).award().lots:
        assert [each.number for each in lot.operations] == list(range(1, 11))
        left = [set(each.left) for each in lot.operations]
        assert all(later <= earlier for earlier, later in pairwise(left))
        assert left[-1] == {each.bid for each in lot.standings if each.status in ("ranked", "unranked")}
        for standing in lot.standings:
            assert bool(standing.reasons) == (standing.status != "ranked")


def test_numbers_are_exact_text_in_json_and_keys_are_sorted() -> None:
    text = given(5).award().to_json()
    loaded = json.loads(text, parse_float=lambda found: pytest.fail(f"a float is written: {found}"))
    assert json.dumps(loaded, sort_keys=True, ensure_ascii=False) == text
    assert "file" not in loaded["bids"][0]


def test_a_result_refuses_what_it_does_not_know() -> None:
    text = given(5).award().to_json()
    with pytest.raises(ValidationError):
        AwardResult.from_json(text.replace('"buyer"', '"buyers"', 1))


def test_the_hashes_change_with_what_they_cover() -> None:
    case = given(5)
    first = case.award()
    dearer = case.bids[0].model_copy(update={"price": Fraction(999)})
    second = case.changed(bids=(dearer, *case.bids[1:])).award()
    assert first.procedure_hash == second.procedure_hash
    assert first.inputs_hash != second.inputs_hash
    renamed = case.changed(data={**case.data, "buyer": "Another"}).award()
    assert renamed.procedure_hash != first.procedure_hash
    assert renamed.inputs_hash == first.inputs_hash
